# shellcheck shell=bash
# The review: a Markdown file that validate.sh begins, plan.sh continues and comment.sh publishes.
set -euo pipefail
shopt -s globstar nullglob

review=$RUNNER_TEMP/pg-runbook-review.md

# Runs a command, in whose output nothing is a command to the runner: it repeats file names and texts of the
# pull request, and a line of `::add-mask::` or `##[…]` would be one. Nobody can guess the word that ends it.
quietly() {
  local word status=0
  word=pg-runbook-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$word"
  "$@" || status=$?
  echo
  echo "::$word::"
  return "$status"
}

# Whether $1 is a regular file of the repository. A link in a pull request could lead to any file of the
# runner, or to the token in .git/config.
ours() {
  local folder top
  case $1 in
    /*) folder=${1%/*}/ ;;
    */*) folder=./${1%/*} ;;
    *) folder=. ;;
  esac
  top=$(cd -P -- "$GITHUB_WORKSPACE" && pwd -P)
  folder=$(cd -P -- "$folder" && pwd -P) || return
  [[ -f $1 && ! -L $1 && $folder/ = "$top"/* && $folder/ != "$top"/.git/* ]]
}

# Sets files to what the lines of $1 name: paths or globs, spaces and all.
expand() {
  local line IFS= found file
  files=()
  while read -r line; do
    [[ -n $line ]] || continue
    # shellcheck disable=SC2206 # globs, but no words: IFS is empty
    if [[ -e $line ]]; then found=("$line"); else found=($line); fi
    if [[ ${#found[@]} = 0 ]]; then
      refuse 'No file matches:' "$line"
      return 2
    fi
    for file in "${found[@]}"; do
      ours "$file" && continue
      refuse 'No regular file of the repository:' "$file"
      return 2
    done
    files+=("${found[@]}")
  done <<<"$1"
}

# Says in the review and in the log why a name is not taken.
refuse() {
  tell "$1" "$2"
  quietly printf '%s %s\n' "$1" "$2" >&2
}

# Adds a sentence and a text to the review. Nothing in the text can end an indented block: a carriage
# return would begin a line too, and goes with the other control characters.
tell() {
  { printf '%s\n\n' "$1" && tr -d '\000-\010\013-\037\177' <<<"$2" | sed 's/^/    /' && echo; } >>"$review"
}
