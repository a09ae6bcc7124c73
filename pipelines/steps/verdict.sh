#!/usr/bin/env bash
# Ends the job by the verdict: 0 nothing blocks, 1 an error, 2 blocked, 3 incomplete, 4 something secret was held back.
#
#   CERTLOCK_MODE      as for review.sh
source "${BASH_SOURCE[0]%/*}/surroundings.sh"

code=$(code_of review.code 1)
posted=$(code_of post.code 0)
if [[ ${CERTLOCK_MODE:-preview} == post ]]; then
  # The report is a stranger's. This job has done its work when the report is posted, whatever it says.
  [[ $posted == 1 ]] && exit 1
  exit 0
fi
# Posting returns the verdict as well, or 1 when it could not post.
if [[ $code == 0 ]]; then code=$posted; fi
printf '%s\n' "certlock: the review of $stack ends with $code." >&2
exit "$code"
