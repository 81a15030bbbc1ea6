#!/usr/bin/env bash
# Publishes the review: in the job's summary, and as this job's one comment on the pull request.
. "$(dirname "$0")/review.sh"

# GitHub takes 65,536 characters in a comment, and 1 MiB in a summary; bytes are never fewer.
comment_bytes=65000
summary_bytes=1000000

marker="<!-- pg-runbook $GITHUB_JOB -->"
run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
repository="repos/$GITHUB_REPOSITORY"
thread="$repository/issues/$PULL_REQUEST/comments"

# The review in at most $1 bytes, cut between lines. $2 is said first when it was cut: behind the cut
# it could stand within a folded block of SQL.
within() {
  if (($(wc -c <"$review") > $1)); then printf '**%s**\n\n' "$2"; fi
  LC_ALL=C awk -v most="$1" '(bytes += length($0) + 1) > most { exit } { print }' "$review"
}

# The id of our comment. Anybody can write the marker: another's comment is not ours to change, and
# what we write into it would be theirs to change.
ours() {
  local me
  me=$(gh api graphql -f query='{ viewer { login } }' --jq .data.viewer.login) || return
  gh api --paginate "$thread?per_page=100" --jq \
    ".[] | select(.user.login == \"$me\" and (.body | startswith(\"$marker\"))) | .id"
}

publish() {
  local id
  id=$(ours) || return
  if [[ -n $id ]]; then
    gh api --silent --method PATCH "$repository/issues/comments/${id%%$'\n'*}" -F "body=@$1"
  else
    gh api --silent --method POST "$thread" -F "body=@$1"
  fi
}

within "$summary_bytes" 'Too long for a summary; the end was cut.' >>"$GITHUB_STEP_SUMMARY"

[[ $COMMENT = true && -n $PULL_REQUEST ]] || exit 0
comment=$RUNNER_TEMP/pg-runbook-comment.md
{
  printf '%s\nCommit %s, [log and summary](%s)\n\n' "$marker" "$COMMIT" "$run"
  within "$comment_bytes" "Too long for a comment; the rest is in the job's summary."
} >"$comment"
# The token of a pull request from a fork may not write: that is no fault of the runbooks.
publish "$comment" ||
  echo '::warning::No comment was written; the plan is in the summary. Writing needs the permission pull-requests: write.'
