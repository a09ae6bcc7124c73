#!/usr/bin/env bash
# Posts the review to the pull request. What could not be done is a line in the log, and the job fails for it only
# when nothing worse is to be said.
#
#   CERTLOCK_HOST      github, azure-devops or gitlab
#   CERTLOCK_COMMENT   update, hide-previous, append or none
source "${BASH_SOURCE[0]%/*}/surroundings.sh"

keep_code post.code certlock review --report "$review/report.json" --post "${CERTLOCK_HOST:?}" \
  --comment "${CERTLOCK_COMMENT:-update}"
