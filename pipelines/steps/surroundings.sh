# Sourced by every step: reads and checks what the pipeline has set, and finds the folder of this review.
#
#   CERTLOCK_STACK        name of the stack, as for "pulumi stack select"
#   CERTLOCK_WORK_DIR     folder of the Pulumi project; default: this one
#   CERTLOCK_TEMP         private folder for the files of the review; default: that of the runner
#   CERTLOCK_COMMAND      the certlock to run; default: the installed one
#
# Steps hand files to each other in $review, and numbers as files that hold nothing else.
set -euo pipefail
umask 077

fail() {
  printf '%s\n' "certlock: $1" >&2
  exit 1
}

stack=${CERTLOCK_STACK:-}
work_dir=${CERTLOCK_WORK_DIR:-.}
[[ $stack =~ ^[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}$ ]] ||
  fail "The input \"stack\" is the name of a stack, such as prod or contoso/identities/prod."
[[ -d $work_dir ]] || fail "The input \"work-dir\" names no folder here: $work_dir"
work_dir=$(cd -- "$work_dir" && pwd)

temp=${CERTLOCK_TEMP:-${RUNNER_TEMP:-${AGENT_TEMPDIRECTORY:-}}}
[[ -n $temp ]] || fail "CERTLOCK_TEMP is not set: a private folder for the files of the review."
# Two stacks of one job have two folders.
review="$temp/certlock/${stack//\//-}"
mkdir -p -- "$review"

# The installed command: beside the project, at the root of the repository, or on the path.
certlock() {
  local candidate
  for candidate in "${CERTLOCK_COMMAND:-}" "$work_dir/node_modules/.bin/certlock" "$PWD/node_modules/.bin/certlock"; do
    if [[ -n $candidate && -x $candidate ]]; then
      "$candidate" "$@"
      return
    fi
  done
  if ! type -P certlock > /dev/null; then
    printf '%s\n' "certlock: It is not installed. Run \"npm ci\" before this step, with certlock in package.json." >&2
    return 1
  fi
  command certlock "$@"
}

# Runs a command and keeps its exit code in a file, so that the steps after it still run.
keep_code() {
  local file=$1 code=0
  shift
  "$@" || code=$?
  printf '%s' "$code" > "$review/$file"
  return 0
}

code_of() {
  local file="$review/$1"
  if [[ -s $file ]]; then cat -- "$file"; else printf '%s' "$2"; fi
}

# Tells the pipeline a value of our own making: a path, a number or a word.
output() {
  if [[ -n ${GITHUB_OUTPUT:-} ]]; then
    printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
  elif [[ ${TF_BUILD:-} == [Tt]rue ]]; then
    printf '##vso[task.setvariable variable=%s;isOutput=true]%s\n' "${1//-/_}" "$2"
  fi
}
