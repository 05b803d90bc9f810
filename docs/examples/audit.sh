#!/bin/sh
# Audits, keeps the report, and says what the exit code means.
code=0
npx curfew audit --format json --output curfew.json || code=$?
case "$code" in
  0) echo "Nothing is open that is high or worse." ;;
  1) echo "Findings are open: mend them, or accept them in curfew.yaml." ;;
  2) echo "Something could not be looked at, and may be wrong: curfew.json names it." ;;
  3) echo "Nothing was audited: see the message above." ;;
  130) echo "Interrupted: there is no report." ;;
esac
exit "$code"
