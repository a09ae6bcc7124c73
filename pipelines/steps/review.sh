#!/usr/bin/env bash
# Makes the review: from the preview that was run, from "certlock check", or of a report another run has made.
#
#   CERTLOCK_MODE      preview, check or post
#   CERTLOCK_FAIL_ON   from which severity on findings block; default: certlock's own
#   CERTLOCK_STRICT    true: what cannot be decided blocks
#   CERTLOCK_REPORT    mode post: the report.json of the other run
#   CERTLOCK_KEEPS_REPORT  false: the run does not keep the report; default: true
source "${BASH_SOURCE[0]%/*}/surroundings.sh"

report="$review/report.json"
options=()
if [[ -n ${CERTLOCK_FAIL_ON:-} ]]; then options+=(--fail-on "$CERTLOCK_FAIL_ON"); fi
if [[ ${CERTLOCK_STRICT:-} == true ]]; then options+=(--strict); fi

# Where this host shows what a run keeps, for "more in full report".
where=()
if [[ ${CERTLOCK_KEEPS_REPORT:-true} == true ]]; then
  if [[ ${GITHUB_ACTIONS:-} == true ]]; then
    where=(--artifact-url "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID#artifacts")
  elif [[ ${TF_BUILD:-} == [Tt]rue && -n ${SYSTEM_COLLECTIONURI:-} ]]; then
    where=(--artifact-url "${SYSTEM_COLLECTIONURI%/}/${SYSTEM_TEAMPROJECTID:-}/_build/results?buildId=${BUILD_BUILDID:-}&view=artifacts&type=publishedArtifacts")
  elif [[ -n ${CI_JOB_URL:-} ]]; then
    where=(--artifact-url "$CI_JOB_URL/artifacts/browse")
  fi
fi

case ${CERTLOCK_MODE:-preview} in
  preview)
    keep_code review.code certlock review --events "$review/events.jsonl" --digest "$review/digest.json" \
      --preview-exit "$(code_of preview.code 1)" --stack "$stack" --project "$work_dir" \
      "${where[@]}" "${options[@]}" --format json --output "$report"
    ;;
  check)
    keep_code review.code certlock check "$work_dir" --stack "${stack##*/}" "${options[@]}" --format json --output "$report"
    ;;
  post)
    [[ -f ${CERTLOCK_REPORT:-} ]] || fail "The input \"report\" names no file: ${CERTLOCK_REPORT:-}"
    keep_code review.code certlock review --report "$CERTLOCK_REPORT" "${options[@]}" --format json --output "$report"
    ;;
  *) fail "The input \"mode\" is preview, check or post." ;;
esac

# Exit code 4: something secret would have been written, so nothing is. 1 without a report: certlock itself failed.
# Then an older verdict must not stand.
if [[ ! -s $report && ${CERTLOCK_MODE:-preview} != post ]]; then
  certlock review --stack "$stack" --preview-error "The review could not be made; the log of the run says why." \
    --format json --output "$report" || true
fi
[[ -s $report ]] || fail "There is no report; the lines above say why."

for file in report.sarif report.html report.md report.xml; do
  case $file in
    *.md) format=markdown ;;
    *.xml) format=junit ;;
    *) format=${file##*.} ;;
  esac
  # The code has been kept: here only the file counts, and what is said has been said.
  certlock review --report "$report" "${options[@]}" --format "$format" --output "$review/$file" \
    2> "$review/rendering.log" || true
  [[ -s $review/$file ]] || cat -- "$review/rendering.log" >&2
done
if [[ ${TF_BUILD:-} == [Tt]rue ]]; then
  # The report, and neither events nor digest of the engine.
  for file in "$review"/report.*; do
    printf '##vso[artifact.upload artifactname=%s]%s\n' "credential-review-${stack//\//-}" "$file"
  done
fi
output report "$report"
output sarif "$review/report.sarif"
output exit-code "$(code_of review.code 1)"
