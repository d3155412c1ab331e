#!/usr/bin/env bash
# afl_smoke.sh CLI DIRECTORY: a short session of AFL++ finds nothing; it runs the target as it should: our mutator finds
# inputs, they come to the corpus, what others add to the corpus comes to the queue, the same input covers the same edges
# each time, and nobody starts a process per input.
set -euo pipefail

cli=$1
work=$2
rm -rf "$work"
mkdir -p "$work/corpus" "$work/lent"
session=$UMBRA_ROOT/build/fuzz/mmu
rm -f "$session/afl0.log"

fail() {
  echo "afl_smoke: $1" >&2
  exit 1
}

# Another engine, which adds inputs once afl-fuzz has read the corpus: programs about exits, of which that knows none.
for seed in "$UMBRA_ROOT"/corpus/exit/seeds/*.ops; do
  "$cli" ops --to raw --output "$work/lent/$(basename "$seed" .ops)" "$seed"
done
lend() {
  until grep -q "Attempting dry run" "$session/afl0.log" 2>/dev/null; do sleep 0.05; done
  # afl-fuzz takes what is later than the latest that it knows, in whole seconds.
  touch -d "+2 seconds" "$work"/lent/*
  mv "$work"/lent/* "$work/corpus/"
}
lend &
lender=$!
trap 'kill $lender 2>/dev/null || true' EXIT

"$cli" fuzz --engine afl --time 10 --jobs 1 --seed 1 --corpus "$work/corpus" --deep 0 | tee "$work/said"

stats=$session/afl/afl0/fuzzer_stats
# stat NAME: a line of the node's statistics.
stat() { sed -nE "s/^$1 *: (.*)/\1/p" "$stats"; }

[[ $(stat target_mode) == *persistent*shmem_testcase* ]] || fail "the target runs as '$(stat target_mode)'"
[[ $(stat stability) == 100.00% ]] || fail "the same input covers other edges: stability $(stat stability)"
[[ $(stat execs_done) -gt 1000 ]] || fail "only $(stat execs_done) inputs in 10 s"
shopt -s nullglob
by_mutator=("${stats%/*}"/queue/*op:umbra-mutator-mmu*)
((${#by_mutator[@]} > 0)) || fail "our mutator found nothing"
found=("$work"/corpus/afl-*)
((${#found[@]} > 0)) || fail "the corpus got none of what was found"
imported=("${stats%/*}"/queue/*sync:*)
((${#imported[@]} > 0)) || fail "nothing came to the queue of what was added to the corpus"
echo "$(stat execs_done) inputs, ${#found[@]} new ones in the corpus, ${#imported[@]} taken from it"
