#!/usr/bin/env bash
# manual.sh ROOT: whether the manual page is one, and has every verb and every option that the help has.
set -euo pipefail

root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/umbra" man >"$work/umbra.1"
groff -man -Tascii -ww -z "$work/umbra.1" 2>"$work/warnings"
if [[ -s $work/warnings ]]; then
  cat "$work/warnings"
  exit 1
fi
# Without hyphenation, bold or breaks, so that words can be found.
groff -man -Tascii -P-cbou -rLL=300n -rHY=0 "$work/umbra.1" >"$work/read"
missed=0
for help in "$root"/tools/help/*.txt; do
  verb=$(basename "$help" .txt)
  [[ $verb == umbra ]] || grep -qE "^ *$verb$" "$work/read" || { echo "no section for $verb"; missed=1; }
  while read -r option; do
    grep -qF -- "$option" "$work/read" || { echo "$verb: $option is missing"; missed=1; }
  done < <(grep -oE -- '^  (-[a-z],)?--[a-z-]+' "$help" | sed 's/^ *//')
done
exit "$missed"
