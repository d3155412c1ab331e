#!/usr/bin/env bash
# ten.sh [SECONDS]: plants ten bugs, one at a time, fuzzes each for SECONDS at most (60), and triages what is found. Run it at
# the top of the tree, when ./umbra has built the command line. Findings are kept in build/triage-of-ten.
set -euo pipefail

seconds=${1:-60}
build=build/plain
place=build/triage-of-ten
bugs=(B03:mmu B05:mmu B10:mmu B19:mmu C01:mmu C04:mmu C09:mmu R11:exit P02:exit E07:emulate)
targets=()
for bug in "${bugs[@]}"; do targets+=("umbra-probe-${bug%:*}" "umbra-fuzz-${bug#*:}-${bug%:*}"); done
ninja -j2 -C "$build" umbra-cli "${targets[@]}" >"$build/ten.log" || {
  tail -n 20 "$build/ten.log"
  exit 3
}
rm -rf "$place"
mkdir -p "$place"
explained=0
for bug in "${bugs[@]}"; do
  id=${bug%:*} target=${bug#*:}
  echo "== $id: $(sed -nE 's/.*"title": "(.*)",/\1/p' corpus/bugs/"$id"-*/bug.json)"
  UMBRA_ROOT=$PWD "$build/tools/umbra-cli" fuzz --target "$target" --time "$seconds" --jobs 1 --seed 1 --deep 0 \
    --binary "$build/ci/triage/umbra-fuzz-$target-$id" --corpus "$place/corpus/$id" >"$place/$id.fuzz" || true
  input=$(sed -nE 's/^  as text (.*)/\1/p' "$place/$id.fuzz")
  if [[ -z $input ]]; then
    echo "not found in $seconds s"
    continue
  fi
  UMBRA_ROOT=$PWD "$build/tools/umbra-cli" triage "$input" --target "$target" --probe "$build/ci/triage/umbra-probe-$id" \
    --out "$place/findings" | tee "$place/$id.triage" || true
  if grep -q '^  reduced ' "$place/$id.triage"; then explained=$((explained + 1)); fi
done
echo "$explained of ${#bugs[@]} planted bugs found, reproduced, reduced and explained; findings in $place/findings"
((explained == ${#bugs[@]}))
