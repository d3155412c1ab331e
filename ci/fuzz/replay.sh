#!/usr/bin/env bash
# replay.sh CLI TARGET DIRECTORY: encodes each input of DIRECTORY (op files, or instruction files) and runs TARGET on them
# all. Programs of ops run twice, once with the stepwise checker after each op and the full one at the end, once with the
# full one after each op; the two must agree.
set -euo pipefail

cli=$1
target=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shopt -s nullglob
files=("$3"/*.ops "$3"/*.insn)
if ((${#files[@]} == 0)); then
  echo "there is no input in $3"
  exit 0
fi
for file in "${files[@]}"; do "$cli" ops "$file" --to raw -o "$work/$(basename "${file%.*}")"; done
cd "$work"
for check in usual each; do UMBRA_CHECK=$check "$target" -artifact_prefix="$work/finding-" "$work"/*; done
echo "${#files[@]} inputs replayed"
