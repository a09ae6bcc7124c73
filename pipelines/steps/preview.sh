#!/usr/bin/env bash
# Previews the stack with the policy pack, once: the digest on standard output, the engine's events in a file.
# A preview that fails does not end the job; the review says so and blocks.
#
#   CERTLOCK_POLICY_PACK         folder or executable of the pack; default: the installed certlock's own
#   CERTLOCK_POLICY_PACK_CONFIG  file with the configuration of the pack; default: none
source "${BASH_SOURCE[0]%/*}/surroundings.sh"

pack=${CERTLOCK_POLICY_PACK:-}
if [[ -z $pack ]]; then
  for folder in "$work_dir" "$PWD"; do
    if [[ -f $folder/node_modules/certlock/policies/PulumiPolicy.yaml ]]; then
      pack="$folder/node_modules/certlock/policies"
      break
    fi
  done
fi
[[ -e $pack ]] || fail "There is no policy pack${pack:+ at $pack}. Run \"npm ci\" before this step, with certlock in package.json."
pack=$(cd -- "$(dirname -- "$pack")" && pwd)/$(basename -- "$pack")

arguments=(--stack "$stack" --cwd "$work_dir" --policy-pack "$pack" --json --show-sames --event-log "$review/events.jsonl"
  --color never --non-interactive --suppress-progress)
if [[ -n ${CERTLOCK_POLICY_PACK_CONFIG:-} ]]; then
  arguments+=(--policy-pack-config "$CERTLOCK_POLICY_PACK_CONFIG")
fi

# Pulumi's Automation API reads the same log; outside of it the option needs this variable.
export PULUMI_DEBUG_COMMANDS=true PULUMI_SKIP_UPDATE_CHECK=true
preview() {
  type -P pulumi > /dev/null || {
    printf '%s\n' "certlock: There is no pulumi on the path. Install Pulumi before this step." >&2
    return 127
  }
  pulumi preview "${arguments[@]}" > "$review/digest.json"
}
keep_code preview.code preview
printf '%s\n' "certlock: pulumi preview ended with $(code_of preview.code 1)." >&2
