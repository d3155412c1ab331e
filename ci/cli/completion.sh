#!/usr/bin/env bash
# completion.sh ROOT: whether bash is told what can come next: verbs, options of each, and choices.
set -euo pipefail

root=$1
# shellcheck source=/dev/null
source <("$root/umbra" completion)

failed=0
# offers LINE WORD...: completing the last word of LINE, which may be empty, offers each WORD; `nothing`: no word at all.
offers() {
  local line=$1 word
  shift
  read -ra COMP_WORDS <<<"${line/umbra/$root/umbra}"
  if [[ $line == *' ' ]]; then COMP_WORDS+=(''); fi
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _umbra
  for word in "$@"; do
    if [[ $word == nothing ]]; then
      ((${#COMPREPLY[@]} == 0)) || { echo "'$line' offers ${COMPREPLY[*]}" && failed=1; }
    elif [[ " ${COMPREPLY[*]} " != *" $word "* ]]; then
      echo "'$line' offers '${COMPREPLY[*]}' without $word"
      failed=1
    fi
  done
}

offers 'umbra ' test fuzz run report prove --help --no-install
offers 'umbra f' fuzz
offers 'umbra dance ' nothing
offers 'umbra fuzz --t' --time --target
offers 'umbra fuzz --target ' mmu exit emulate all
offers 'umbra fuzz --target em' emulate emulate-alone
offers 'umbra opguest --engine ' qemu bochs
offers 'umbra run ' nothing
offers 'umbra bugs B0' B01 B04
offers 'umbra boot --mutant B0' B01 B04
for help in "$root"/tools/help/*.txt; do
  verb=$(basename "$help" .txt)
  [[ $verb != umbra ]] || continue
  offers 'umbra ' "$verb"
  while read -r option; do offers "umbra $verb -" "$option"; done < <(grep -oE -- '^  (-[a-z],)?--[a-z-]+' "$help" | grep -oE -- '--.*')
done
exit "$failed"
