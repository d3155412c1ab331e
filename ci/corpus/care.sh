#!/usr/bin/env bash
# care.sh CLI BINARY SEEDS: whether corpora of umbra-fuzz-mmu (BINARY) are merged, minimized and checked as they should be.
set -euo pipefail

cli=$1 binary=$2 seeds=$3
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

die() {
  cat "$place/said" >&2
  echo "$1" >&2
  exit 1
}
# care STATUS VERB CORPUS [FROM...]
care() {
  local want=$1 verb=$2 corpus=$3 got=0
  shift 3
  "$cli" corpus "$verb" "$@" --corpus "$corpus" --binary "$binary" >"$place/said" 2>&1 || got=$?
  [[ $got == "$want" ]] || die "corpus $verb ended with $got, not $want"
}
figure() { sed -nE "s/^$1: +([0-9]+) features.*/\1/p" "$place/said"; }
names() { find "$1" -type f -printf '%f\n' | sort; }

# Merging: what is corrupt is told of and passed over, nothing else is lost; twice adds nothing.
mkdir "$place/bad"
: >"$place/bad/empty"
printf 'umbra-ops 1\nread 0x10' >"$place/bad/cut.ops"
care 0 merge "$place/one" "$seeds" "$place/bad"
grep -q 'passed over: .*empty is empty' "$place/said" || die "nothing is said of the empty file"
grep -q 'passed over: .*cut.ops:' "$place/said" || die "nothing is said of the mutilated file"
[[ $(figure before) == 0 && $(figure after) -gt 100 ]] || die "coverage before and after is not shown"
all=$(figure after)
care 0 merge "$place/one" "$seeds"
grep -q '^0 of ' "$place/said" || die "merging twice added something"
[[ $(figure before) == "$all" && $(figure after) == "$all" ]] || die "merging twice changed coverage"

# The same inputs under other names, in other directories, in another order give the same corpus.
mkdir "$place/renamed"
n=1000
for file in $(find "$place/one" -type f | sort -r); do cp "$file" "$place/renamed/$((n--))"; done
care 0 merge "$place/two" "$place/renamed"
[[ $(names "$place/one") == "$(names "$place/two")" ]] || die "the order mattered"

# Minimizing: never less, named by content, again changes nothing.
cp "$place/one"/* "$place/renamed/"
care 0 minimize "$place/renamed"
[[ $(figure after) -ge $(figure before) && $(figure after) == "$all" ]] || die "minimizing lost coverage"
names "$place/renamed" | grep -qvE '^[0-9a-f]{40}$' && die "a name does not say what is in it"
before=$(names "$place/renamed")
care 0 minimize "$place/renamed"
[[ $(names "$place/renamed") == "$before" ]] || die "minimizing twice changed something"
care 0 stats "$place/renamed"
grep -q "$all features" "$place/said" || die "stats does not say what is reached"

# Checking: a wrong name and a broken file are told.
care 0 verify "$place/renamed"
first=$(names "$place/renamed" | head -n 1)
printf 'x' >>"$place/renamed/$first"
care 1 verify "$place/renamed"
grep -q 'holds something else than its name says' "$place/said" || die "the wrong name was not noticed"
