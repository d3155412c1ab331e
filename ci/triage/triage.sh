#!/usr/bin/env bash
# triage.sh CLI PLANTED-PROBE PROBE INPUT ID BUGS: whether triage of an input in a core with bug ID says what it should,
# finds the same again, and finds nothing in the core as it is.
set -euo pipefail

cli=$1 planted=$2 probe=$3 input=$4 id=$5 bugs=$6
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

die() {
  echo "$1" >&2
  exit 1
}
# triage STATUS PROBE FILE
triage() {
  local want=$1 got=0
  "$cli" triage "$3" --probe "$2" --out "$place/shelf" >"$place/said" || got=$?
  cat "$place/said"
  [[ $got == "$want" ]] || die "triage of $3 ended with $got, not $want"
}

triage 1 "$planted" "$input"
[[ -s $place/shelf/triage.sarif ]] || die "there is no SARIF"
found=("$place"/shelf/*/finding.json)
[[ ${#found[@]} == 1 ]] || die "it made ${#found[@]} findings of one input"
where=$(dirname "${found[0]}")
broken=$(basename "$where")
grep -qE "\"${broken%%-*}\"" "$bugs/$id"-*/bug.json || die "${broken%%-*} is not what $id is expected to break"
ops=$(sed '1,/^flags/d' "$where/minimal.ops" | wc -l)
before=$(sed '1,/^flags/d' "$input" | wc -l)
((ops <= 6 && ops < before)) || die "of $before ops $ops are left"
for part in '## What the guest did' '## Where they part' '  tables for ' 'model, of the guest' '## Where the core was' '(core/'; do
  grep -qF "$part" "$where/issue.md" || die "the issue does not say: $part"
done
grep -q 'TEST(regression, ' "$where/regression_test.cpp" || die "there is no regression test"
grep -q '"drawing": {' "$where/finding.json" || die "the tables are not drawn"

# What is minimal comes to the same signature, so it is known; in the core as it is, it ends well.
triage 1 "$planted" "$where/minimal.ops"
grep -q '0 new findings, 1 known' "$place/said" || die "the same finding was not known again"
triage 0 "$probe" "$where/minimal.ops"
