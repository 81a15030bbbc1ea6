#!/usr/bin/env bash
# Builds the action's own checkout and puts pg-runbook on the PATH of the job.
set -euo pipefail

cd "$GITHUB_ACTION_PATH"
# An install script of a dependency could read the password of the server in the environment.
npm ci --include=dev --ignore-scripts
npm run build
echo "$GITHUB_ACTION_PATH/action/bin" >>"$GITHUB_PATH"
