#!/usr/bin/env bash
# round_trip.sh CLI FILE [TARGET]: text to raw, to text, to raw again: both texts are alike, and so are both raw forms.
set -euo pipefail

cli=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cli" ops "$2" --to text -o "$work/1.ops"
"$cli" ops "$work/1.ops" --to raw -o "$work/1.raw"
"$cli" ops "$work/1.raw" --target "${3:-mmu}" -o "$work/2.ops"
"$cli" ops "$work/2.ops" -o "$work/2.raw"
cmp "$work/1.ops" "$work/2.ops"
cmp "$work/1.raw" "$work/2.raw"
