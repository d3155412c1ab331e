#!/usr/bin/env bash
# novelty.sh TARGET DIRECTORY: libFuzzer keeps the same inputs, and knows of the same coverage, whether it is told of all
# that inputs cover or of what is new only (fuzz/targets/novelty.hpp).
set -euo pipefail

target=$1
work=$2
rm -rf "$work"
for sifts in 0 1; do
  mkdir -p "$work/$sifts"
  # As tools/fuzz has it: an engine that wants to know more must be told all.
  UMBRA_NOVELTY=$sifts "$target" -runs=6000 -seed=1 -len_control=0 -entropic=0 -reduce_inputs=0 -mutate_depth=40 \
    -max_len=4096 -reload=0 "$work/$sifts" 2>"$work/$sifts.log"
  sed -nE 's/.*DONE +(cov: [0-9]+ ft: [0-9]+ corp: [0-9]+).*/\1/p' "$work/$sifts.log" >"$work/$sifts.sum"
  (cd "$work/$sifts" && ls) >>"$work/$sifts.sum"
done
diff "$work/0.sum" "$work/1.sum"
inputs=$(($(wc -l <"$work/1.sum") - 1))
((inputs > 100)) || { echo "novelty: only $inputs inputs were kept" >&2 && exit 1; }
echo "$(head -n 1 "$work/1.sum"), told of all or not"
