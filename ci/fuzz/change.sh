#!/usr/bin/env bash
# change.sh BASE SECONDS: fuzzes what has changed since a commit: the targets that the changed rooms are there for share the
# time; if a change is in none of these rooms, or in one that all targets use, all of them do. With --targets before it: only
# says which.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
only_say=0
if [[ ${1:-} == --targets ]]; then
  only_say=1
  shift
fi
if (($# != 2)) || ! [[ $2 =~ ^[0-9]+$ ]]; then
  echo "umbra: change.sh takes a commit and a number of seconds." >&2
  exit 2
fi
base=$1
seconds=$2
changed=$(git -C "$root" diff --name-only "$base"...HEAD) || {
  echo "umbra: git cannot compare HEAD with $base." >&2
  exit 2
}

declare -A hit=()
while read -r file; do
  case $file in
    core/mmu/* | core/memory/*) hit[mmu]=1 ;;
    core/vcpu/* | core/vmx/* | models/reference/exits/*) hit[exit]=1 ;;
    core/emulate/* | core/io/* | fuzz/trial/* | fuzz/emulator/*) hit[emulate]=1 ;;
    core/* | models/* | fuzz/*) hit[all]=1 ;;
  esac
done <<<"$changed"
targets=("${!hit[@]}")
if ((${#targets[@]} == 0)) || [[ -n ${hit[all]:-} ]]; then targets=(all); fi
echo "fuzzing what changed since $base: ${targets[*]}"
((only_say)) && exit 0

failed=0
for target in "${targets[@]}"; do
  "$root/umbra" fuzz --target "$target" --time $((seconds / ${#targets[@]})) || failed=1
done
exit $failed
