#!/usr/bin/env bash
# Validates the runbooks. The job fails with what validate found.
. "$(dirname "$0")/review.sh"

: >"$review"
expand "$FILES"

status=0
found=$(pg-runbook validate -- "${files[@]}" 2>&1) || status=$?
quietly printf '%s\n' "$found"
[[ $status = 0 ]] || tell 'Validation failed:' "$found"
exit "$status"
