#!/usr/bin/env bash
# bad_builds.sh CXX TARGET DIRECTORY: the bad-build check takes a good build, and names the fault of each bad one.
set -euo pipefail

cxx=$1
target=$2
work=$3
check=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/bad_build_check.sh
rm -rf "$work"
mkdir -p "$work/good"

# compile OUTPUT FLAG...: the planted target.
compile() {
  local output=$1
  shift
  "$cxx" -std=c++20 -O1 -ftemplate-depth=1000 -static-libstdc++ "$@" "$target" -o "$output"
}
address=("-fsanitize=address,fuzzer")
compile "$work/good/target" "${address[@]}"
printf '[libfuzzer]\nmax_len = 64\n' >"$work/good/target.options"
# shellcheck disable=SC1003
printf '"\\x01\\x02"\n' >"$work/good/target.dict"
mkdir "$work/seeds"
printf 'seed' >"$work/seeds/seed"
# pack DIRECTORY OUT: the seed corpus.
pack() { (cd "$1" && rm -f "$2/target_seed_corpus.zip" && zip -q "$2/target_seed_corpus.zip" ./*); }
pack "$work/seeds" "$work/good"

# told SANITIZER DIRECTORY PATTERN: the check fails, and says PATTERN.
told() {
  local said
  if said=$("$check" "$work/$2" "$1"); then
    echo "$2 passed as a build for $1"
    exit 1
  fi
  if ! grep -qE "^BAD BUILD: .*$3" <<<"$said"; then
    printf '%s: instead of "%s" it said:\n%s\n' "$2" "$3" "$said"
    exit 1
  fi
}
# variant NAME: a copy of the good build.
variant() { cp -a "$work/good" "$work/$1"; }

"$check" "$work/good" address

variant no_seeds
rm "$work/no_seeds/target_seed_corpus.zip"
told address no_seeds 'no seed corpus'

variant empty_seeds
printf 'no archive' >"$work/empty_seeds/target_seed_corpus.zip"
told address empty_seeds 'seed corpus that holds nothing'

variant crashing_seed
mkdir "$work/crashing_seeds"
printf '\275' >"$work/crashing_seeds/seed"
pack "$work/crashing_seeds" "$work/crashing_seed"
told address crashing_seed 'crashing input in its seed corpus'

variant no_dictionary
rm "$work/no_dictionary/target.dict"
told address no_dictionary 'no dictionary'

variant broken_dictionary
echo 'x' >"$work/broken_dictionary/target.dict"
told address broken_dictionary 'cannot read its dictionary'

variant no_options
rm "$work/no_options/target.options"
told address no_options 'no options'

variant wrong_option
printf '[libfuzzer]\nmax_lne = 64\n' >"$work/wrong_option/target.options"
told address wrong_option 'option that the engine does not know'

variant startup
compile "$work/startup/target" "${address[@]}" -DCRASHES_AT_START
told address startup 'startup crash'

variant no_coverage
compile "$work/no_coverage/target.o" -fsanitize=address -c
"$cxx" -static-libstdc++ -fsanitize=address,fuzzer "$work/no_coverage/target.o" -o "$work/no_coverage/target"
told address no_coverage 'coverage instrumentation'

variant unsanitized
compile "$work/unsanitized/target" -fsanitize=fuzzer
told address unsanitized 'not seem to be compiled with ASan'
told memory unsanitized 'not seem to be compiled with MSan'
told undefined unsanitized 'not seem to be compiled with UBSan'

told undefined good 'undefined build of target seems to be compiled with ASan'

variant mixed
compile "$work/mixed/target" -fsanitize=address,undefined,fuzzer
told address mixed 'address build of target seems to be compiled with UBSan'

variant shared
"$cxx" -shared -fPIC -x c++ - -o "$work/shared/libelsewhere.so" <<<'extern "C" int elsewhere() { return 1; }'
compile "$work/shared/target" "${address[@]}" -Wl,--no-as-needed -Wl,-rpath,"$work/shared" -L"$work/shared" -lelsewhere
told address shared 'needs libelsewhere.so, which a runner does not have'

mkdir "$work/nothing"
told address nothing 'no fuzz target'
