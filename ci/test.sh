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

# not_run PRESET WHY: a JUnit report of one failed test, for a suite that never ran.
not_run() {
  printf '<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="%s" tests="1" failures="1" disabled="0" skipped="0" time="0">
<testcase name="%s:suite" classname="%s" time="0" status="fail"><failure message="%s"/></testcase>\n</testsuite>\n' \
    "$1" "$1" "$1" "$2" >"$reports/$1.xml"
}

# all_suites: one JUnit report of those of all presets. ctest calls each "(empty)".
all_suites() {
  local preset
  echo '<?xml version="1.0" encoding="UTF-8"?>'
  echo '<testsuites>'
  for preset in "${presets[@]}"; do
    sed -e '/^<?xml /d' -e "s/^<testsuite name=\"(empty)\"/<testsuite name=\"$preset\"/" "$reports/$preset.xml"
  done
  echo '</testsuites>'
}

# suite PRESET: builds a preset and runs its tests. A build that fails counts as one failed test.
suite() {
  local preset=$1 began=$SECONDS total bad skipped
  echo "== $preset: building"
  rm -f "$reports/$preset.xml"
  if ! (build "$preset"); then
    failed=$((failed + 1))
    not_run "$preset" "the build failed; build/$preset/build.log says why"
    return
  fi
  echo "== $preset: testing ($((SECONDS - began)) s to build)"
  (cd "$root" && ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$reports/$preset.xml") </dev/null 2>&1 |
    tee "$reports/$preset.log" | digest || true
  total=$(attribute tests "$reports/$preset.xml" 2>/dev/null || true)
  bad=$(attribute failures "$reports/$preset.xml" 2>/dev/null || true)
  if [[ -z $total || -z $bad || $total == 0 ]]; then
    echo "== $preset: ctest left no report"
    failed=$((failed + 1))
    not_run "$preset" "ctest left no report; build/reports/test/$preset.log says why"
    return
  fi
  skipped=$(attribute skipped "$reports/$preset.xml" 2>/dev/null || true)
  total=$((total - ${skipped:-0}))
  passed=$((passed + total - bad))
  failed=$((failed + bad))
  echo "== $preset: $((total - bad)) of $total passed, $((SECONDS - began)) s in all"
}

presets=(kernel-object opaque plain smt asan msan)
for preset in "${presets[@]}"; do suite "$preset"; done
if [[ -n $junit ]]; then all_suites >"$junit"; fi

# What the suites have left is also a test of what reads it.
if /usr/bin/python3 -B "$root/reports" --strict >/dev/null; then
  passed=$((passed + 1))
else
  echo "== report: something that was kept cannot be read"
  failed=$((failed + 1))
fi

echo "== everything took $((SECONDS - start_of_all)) s; logs are in build/reports/test, and build/reports/index.html shows it all"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0)) || exit 1
exit 0
