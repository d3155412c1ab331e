#!/usr/bin/env bash
# encode.sh ENCODE CLI CORPUS: umbra-encode writes what `umbra ops --to raw` writes, refuses what is no program, and its
# dictionary holds what programs consist of.
set -euo pipefail

encode=$1
cli=$2
corpus=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/raw"
for file in "$corpus"/seeds/4-level-slots.ops "$corpus"/emulate/seeds/device-sum.insn; do
  "$encode" "$work/raw" "$file"
  "$cli" ops "$file" --to raw -o "$work/due"
  cmp "$work/due" "$work/raw/$(basename "${file%.*}")"
done

"$encode" --dictionary "$corpus"/seeds/*.ops >"$work/mmu.dict"
if (($(wc -l <"$work/mmu.dict") < 200)) || grep -qvE '^"(\\x[0-9a-f]{2}){2,64}"$' "$work/mmu.dict"; then
  echo "the dictionary is not one"
  exit 1
fi

printf 'umbra-ops 1\njump 3\n' >"$work/wrong.ops"
if "$encode" "$work/raw" "$work/wrong.ops" 2>"$work/said" || ! grep -q 'wrong.ops:2: ' "$work/said"; then
  echo "it took what is no program"
  exit 1
fi
