# Sourced by the front door: builds every preset that has tests, runs them all, and ends with one line of totals.
# shellcheck shell=bash disable=SC2154

passed=0
failed=0
start_of_all=$SECONDS
reports=$root/build/reports/test
mkdir -p "$reports"

# Shows failures as they are, and of the passed tests every fiftieth, so that a log stays readable and alive.
digest() {
  awk '/ Passed +[0-9.]+ sec *$/ { if (++passed % 50 == 0) { print; fflush() } next }
       /^ *Start +[0-9]+: / || /^Test project/ || /^ *$/ { next }
       { print; fflush() }'
}

# attribute NAME FILE: the first number that a JUnit report gives for NAME.
attribute() { sed -nE "s/.*[[:space:]]$1=\"([0-9]+)\".*/\1/p" "$2" | head -n 1; }

# suite PRESET: builds a preset and runs its tests. A build that fails counts as one failed test.
suite() {
  local preset=$1 began=$SECONDS total bad skipped
  echo "== $preset: building"
  if ! (build "$preset"); then
    failed=$((failed + 1))
    return
  fi
  echo "== $preset: testing ($((SECONDS - began)) s to build)"
  rm -f "$reports/$preset.xml"
  (cd "$root" && ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$reports/$preset.xml") </dev/null 2>&1 |
    tee "$reports/$preset.log" | digest || true
  total=$(attribute tests "$reports/$preset.xml" 2>/dev/null || true)
  bad=$(attribute failures "$reports/$preset.xml" 2>/dev/null || true)
  if [[ -z $total || -z $bad || $total == 0 ]]; then
    echo "== $preset: ctest left no report"
    failed=$((failed + 1))
    return
  fi
  skipped=$(attribute skipped "$reports/$preset.xml" 2>/dev/null || true)
  total=$((total - ${skipped:-0}))
  passed=$((passed + total - bad))
  failed=$((failed + bad))
  echo "== $preset: $((total - bad)) of $total passed, $((SECONDS - began)) s in all"
}

for preset in kernel-object opaque plain smt asan msan; do suite "$preset"; done

echo "== everything took $((SECONDS - start_of_all)) s; logs are in build/reports/test"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0)) || exit 1
exit 0
