#!/usr/bin/env bash
# bad_build_check.sh OUT SANITIZER: whether a fuzzing service would take what build.sh left in OUT. The checks and their
# thresholds are those of OSS-Fuzz's runner (infra/base-images/base-runner: test_all.py, bad_build_check, run_fuzzer):
# targets are found by what they contain, moved elsewhere, started with the service's arguments, and asked how they were
# instrumented. Beyond that, each must come with a seed corpus, a dictionary and options, and load nothing but what a bare
# runner, or OUT, has. Says `BAD BUILD: ...` of each fault, and ends with 1 if there is one.
set -uo pipefail

original=$1
sanitizer=$2

# Of OSS-Fuzz's checks.
runs=4
least_edges=100
asan_calls=1000
msan_calls=1000
msan_calls_elsewhere=3
ubsan_calls=168
# Clang's run time has grown beyond that by itself; of calls to handlers, which only checks make, it has next to none.
ubsan_handlers=50
ubsan_calls_elsewhere=200

# What the runner's image has. It has no C++ library.
bare='^(linux-vdso|ld-linux-x86-64|libc|libm|libdl|librt|libpthread|libgcc_s|libresolv)\.so'

faults=0
bad() {
  echo "BAD BUILD: $1"
  faults=$((faults + 1))
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Where it was built is not where it runs.
out=$work/not-out
cp -a "$original" "$out"
export ASAN_OPTIONS=alloc_dealloc_mismatch=0:allocator_may_return_null=1:detect_leaks=1:detect_stack_use_after_return=1:handle_abort=1:handle_segv=1:strict_memcmp=1:symbolize=0
export MSAN_OPTIONS=print_stats=1:symbolize=0
export UBSAN_OPTIONS=print_stacktrace=0:silence_unsigned_overflow=1:symbolize=0
arguments=(-rss_limit_mb=2560 -timeout=25)

# is_target FILE: an executable with the entry point that engines call.
is_target() { [[ -f $1 && -x $1 && $(basename "$1") != afl-* ]] && file -b "$1" | grep -q ELF && grep -q LLVMFuzzerTestOneInput "$1"; }

# options_of NAME: the engine's arguments that a target's options file gives.
options_of() { sed -nE '/^\[libfuzzer\]/,/^\[[^l]/{s/^(\w+)\s*=\s*(\S+)\s*$/-\1=\2/p}' "$out/$1.options" 2>/dev/null; }

# run_fuzzer NAME ARGUMENT...: as the runner does; what it says is in $said.
said=$work/said
run_fuzzer() {
  local name=$1 options
  shift
  mapfile -t options < <(options_of "$name")
  (cd "$out" && timeout 300 "./$name" "${arguments[@]}" "${options[@]}" -artifact_prefix="$work/" "$@") >"$said" 2>&1
}

# calls NAME PREFIX: how often a target calls functions whose names start so.
calls() { grep -cE "callq?[[:space:]]+[0-9a-f]+ <$2" "$work/$1.calls"; }

check_start() {
  local name=$1 edges
  run_fuzzer "$name" -seed=1337 "-runs=$runs"
  if grep -q "ERROR: no interesting inputs were found. Is the code instrumented" "$said"; then
    bad "$name does not seem to have coverage instrumentation"
    return
  fi
  if ! grep -q "Done $runs runs" "$said"; then
    bad "$name seems to have either a startup crash or exit: $(tail -n 3 "$said" | tr '\n' ' ')"
    return
  fi
  edges=$(sed -nE 's/^INFO: Loaded [0-9]+ module.*\(.*(counters|guards)\): *([0-9]+).*/\2/p' "$said" | head -n 1)
  ((${edges:-0} >= least_edges)) || bad "$name seems to have only partial coverage instrumentation: ${edges:-0} edges"
}

check_sanitizer() {
  local name=$1 asan msan ubsan handlers
  objdump -dC --no-show-raw-insn "$out/$name" | grep -E 'call' >"$work/$name.calls"
  asan=$(calls "$name" __asan) msan=$(calls "$name" __msan) ubsan=$(calls "$name" __ubsan) handlers=$(calls "$name" __ubsan_handle)
  rm "$work/$name.calls"
  # What each sanitizer's build must have, and the others' must not.
  case $sanitizer in
    address) ((asan >= asan_calls)) || bad "$name does not seem to be compiled with ASan: $asan calls" ;;
    memory) ((msan >= msan_calls)) || bad "$name does not seem to be compiled with MSan: $msan calls" ;;
    undefined) ((ubsan >= ubsan_calls && handlers >= ubsan_handlers)) || bad "$name does not seem to be compiled with UBSan: $ubsan calls, $handlers of handlers" ;;
    coverage) ;;
    *) bad "there is no sanitizer '$sanitizer'" ;;
  esac
  [[ $sanitizer == address ]] || ((asan == 0)) || bad "the $sanitizer build of $name seems to be compiled with ASan: $asan calls"
  [[ $sanitizer == memory ]] || ((msan <= msan_calls_elsewhere)) || bad "the $sanitizer build of $name seems to be compiled with MSan: $msan calls"
  [[ $sanitizer == undefined ]] || ((ubsan <= ubsan_calls_elsewhere)) || bad "the $sanitizer build of $name seems to be compiled with UBSan: $ubsan calls"
}

check_seeds() {
  local name=$1 archive=$out/${1}_seed_corpus.zip seeds=$work/seeds
  if [[ ! -f $archive ]]; then
    bad "$name has no seed corpus"
    return
  fi
  rm -rf "$seeds"
  mkdir "$seeds"
  if ! unzip -q -d "$seeds" "$archive" || [[ -z $(ls -A "$seeds") ]]; then
    bad "$name has a seed corpus that holds nothing"
    return
  fi
  run_fuzzer "$name" -runs=0 "$seeds" || bad "$name has a crashing input in its seed corpus: $(tail -n 3 "$said" | tr '\n' ' ')"
}

check_dictionary() {
  local name=$1
  if [[ ! -s $out/$name.dict ]]; then
    bad "$name has no dictionary"
    run_fuzzer "$name" -runs=0
  else
    run_fuzzer "$name" -runs=0 "-dict=$out/$name.dict" || bad "$name cannot read its dictionary: $(head -n 3 "$said" | tr '\n' ' ')"
  fi
}

# After the dictionary, whose run had the options too.
check_options() {
  local name=$1 option
  if [[ -z $(options_of "$name") ]]; then
    bad "$name has no options"
    return
  fi
  option=$(grep -m 1 "WARNING: unrecognized flag" "$said" || true)
  [[ -z $option ]] || bad "$name has an option that the engine does not know: $option"
}

check_libraries() {
  local name=$1 library place
  while read -r library _ place _; do
    [[ $library =~ $bare || $place == "$out"/* || $library == /lib* ]] || bad "$name needs $library, which a runner does not have"
  done < <(ldd "$out/$name")
}

check_architecture() { file -b "$out/$1" | grep -q x86-64 || bad "$1 is not built for x86-64: $(file -b "$out/$1")"; }

found=0
for path in "$out"/*; do
  is_target "$path" || continue
  found=$((found + 1))
  name=$(basename "$path")
  for check in architecture libraries sanitizer dictionary options seeds; do "check_$check" "$name"; done
  [[ $sanitizer == coverage ]] || check_start "$name"
done
((found > 0)) || bad "there is no fuzz target in $original"
echo "$found fuzz targets built for $sanitizer, $faults faults"
((faults == 0))
