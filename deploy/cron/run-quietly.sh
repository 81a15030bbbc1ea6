#!/bin/sh
# run-quietly.sh RUNBOOK [OPTION...]: runs a runbook and prints nothing unless it needs somebody, so
# that cron mails nothing on a good night. "Not now" (75) is a good night, too: a closed window, an
# overlap, a guard. When that goes on for too long, expect_every tells.
here=$(cd "$(dirname "$0")/../.." && pwd)
said=$(node "$here/dist/cli/main.js" run "$@" 2>&1)
code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 75 ] && exit 0
printf 'exit %s of %s\n%s\n' "$code" "$1" "$said"
exit "$code"
