# shellcheck shell=bash
# The review: a Markdown file that validate.sh begins, plan.sh continues and comment.sh publishes.
set -euo pipefail
shopt -s globstar nullglob

review=$RUNNER_TEMP/pg-runbook-review.md

# Sets files to what the lines of $1 name: paths or globs, spaces and all.
expand() {
  local line IFS= found
  files=()
  while read -r line; do
    [[ -n $line ]] || continue
    # shellcheck disable=SC2206 # globs, but no words: IFS is empty
    if [[ -e $line ]]; then found=("$line"); else found=($line); fi
    if [[ ${#found[@]} = 0 ]]; then
      tell 'No file matches:' "$line"
      echo "no file matches: $line" >&2
      return 2
    fi
    files+=("${found[@]}")
  done <<<"$1"
}

# Adds a sentence and a text to the review. Nothing in the text can end an indented block.
tell() {
  { printf '%s\n\n' "$1" && sed 's/^/    /' <<<"$2" && echo; } >>"$review"
}
