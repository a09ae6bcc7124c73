#!/usr/bin/env bash
# Stops before a run that would remove a certificate somebody still signs in with. Nothing else stops it: what is overdue,
# or cannot be told, is what the run is for.
#
#   CERTLOCK_EVERY  the days that have a run, as for "certlock rotation plan --every"; default: daily
source "${BASH_SOURCE[0]%/*}/surroundings.sh"

plan="$review/plan.json"
arguments=(--state - --every "${CERTLOCK_EVERY:-daily}" --evidence graph --format json --output "$plan")
if [[ -f $work_dir/exemptions.yaml ]]; then arguments+=(--exemptions "$work_dir/exemptions.yaml"); fi
evidence() {
  pulumi stack export --stack "$stack" --cwd "$work_dir" | certlock rotation plan "${arguments[@]}"
}
rm -f -- "$plan"
keep_code evidence.code evidence
[[ -s $plan ]] || fail "There is no plan; the lines above say why. Nothing is removed that nobody has looked at."
jq --raw-output '.sentence' "$plan" >&2
jq --exit-status '.summary.blocked == 0' "$plan" > /dev/null || {
  jq --raw-output '.evidence.inUse[] | select(.exemption == null) |
    "\(.identity): certificate \(.keyId) was used \(.daysAgo) days ago"' "$plan" >&2
  fail "The run would remove a certificate that is still in use. Move its clients first; docs/rotation.md says how."
}
