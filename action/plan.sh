#!/usr/bin/env bash
# Adds the plan of each runbook to the review. The job fails with the first plan that does.
. "$(dirname "$0")/review.sh"

# Its messages go to the log.
plan_into() {
  pg-runbook plan "${options[@]}" -- "$2" >"$1"
}

options=(--format markdown)
expand "$PLAN"
if [[ ${#files[@]} = 0 ]]; then
  options+=(--offline)
  expand "$FILES"
fi

first=0
for file in "${files[@]}"; do
  status=0
  quietly plan_into "$RUNNER_TEMP/pg-runbook-plan.md" "$file" || status=$?
  plan=$(<"$RUNNER_TEMP/pg-runbook-plan.md")
  if [[ -n $plan ]]; then
    printf '%s\n\n' "$plan" >>"$review"
  else
    # The reason stays in the log: it may name the server, and secrets are masked nowhere else.
    tell "No plan (exit $status; the log tells why) of:" "$file"
  fi
  [[ $first != 0 ]] || first=$status
done
exit "$first"
