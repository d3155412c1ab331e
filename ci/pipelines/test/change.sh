#!/usr/bin/env bash
# change.sh CHANGE: which targets ci/fuzz/change.sh picks for changes of a repository that is made up.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/ci/fuzz"
cp "$1" "$work/ci/fuzz/change.sh"
git() { command git -C "$work" -c user.name=umbra -c user.email=umbra@example.org "$@"; }
git init -q
git add .
git commit -qm base
base=$(git rev-parse HEAD)

# picks TARGETS FILE...: the change of these files.
picks() {
  local wanted=$1 said file
  shift
  git checkout -q --detach "$base"
  for file; do
    mkdir -p "$work/$(dirname "$file")"
    date +%N >"$work/$file"
  done
  git add .
  git commit -qm change
  said=$("$work/ci/fuzz/change.sh" --targets "$base" 300)
  if [[ $said != *": $wanted" ]]; then
    echo "$*: $said, not $wanted"
    exit 1
  fi
}
picks mmu core/mmu/fault.cpp
picks mmu core/memory/space.cpp README.md
picks exit core/vmx/exit.cpp
picks emulate core/emulate/shift.cpp
picks all core/word/word.hpp core/mmu/fault.cpp
picks all README.md
if "$work/ci/fuzz/change.sh" --targets nowhere 300 2>"$work/said" || (($(wc -l <"$work/said") < 1)); then
  echo "it took a commit that there is not"
  exit 1
fi
