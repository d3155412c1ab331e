#!/usr/bin/env bash
# matrix.sh [SANITIZER...]: builds the fuzz targets as OSS-Fuzz would, under its environment but without its container, and
# checks the result as its runner would. Without sanitizers: address, undefined, memory and coverage, one after the other.
# Everything is put under build/oss-fuzz.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/ci/oss-fuzz
place=$root/build/oss-fuzz
sanitizers=("$@")
((${#sanitizers[@]})) || sanitizers=(address undefined memory coverage)

# As infra/base-images/base-builder sets them.
common="-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"
coverage="-fsanitize=fuzzer-no-link"
checks=array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,returns-nonnull-attribute,shift,signed-integer-overflow
recoverable=unsigned-integer-overflow
rest=unreachable,vla-bound,vptr

flags_of() {
  case $1 in
    address) echo "-fsanitize=address -fsanitize-address-use-after-scope $coverage" ;;
    undefined) echo "-fsanitize=$checks,$recoverable,$rest -fno-sanitize-recover=$checks,$rest $coverage" ;;
    memory) echo "-fsanitize=memory -fsanitize-memory-track-origins $coverage" ;;
    coverage) echo "-fprofile-instr-generate -fcoverage-mapping -pthread -Wl,--no-as-needed -Wl,-ldl -Wl,-lm -Wno-unused-command-line-argument" ;;
    *)
      echo "umbra: There is no sanitizer '$1'; there are address, undefined, memory and coverage." >&2
      exit 2
      ;;
  esac
}

bad=()
for sanitizer in "${sanitizers[@]}"; do
  flags="$common $(flags_of "$sanitizer")"
  began=$SECONDS
  at=$place/$sanitizer
  rm -rf "$at/out"
  mkdir -p "$at/src" "$at/work" "$at/out"
  ln -sfn "$root" "$at/src/umbra"
  echo "== $sanitizer: building; $at/build.log has the details"
  # The builder has its C++ library as an archive only. The engine that Debian packages was built with the other one; what
  # both define, C++'s binary interface says.
  if ! env -i PATH="$PATH" HOME="$at/work" CC=clang-19 CXX=clang++-19 CFLAGS="$flags" CXXFLAGS="$flags -stdlib=libc++" \
    LDFLAGS="-fuse-ld=lld -static-libstdc++ -l:libstdc++.a -Wl,-z,muldefs" LIB_FUZZING_ENGINE=-fsanitize=fuzzer FUZZING_ENGINE=libfuzzer ARCHITECTURE=x86_64 \
    SANITIZER="$sanitizer" OUT="$at/out" SRC="$at/src" WORK="$at/work" bash -eu "$here/build.sh" >"$at/build.log" 2>&1; then
    tail -n 20 "$at/build.log"
    bad+=("$sanitizer")
    continue
  fi
  echo "== $sanitizer: checking ($((SECONDS - began)) s to build)"
  "$here/bad_build_check.sh" "$at/out" "$sanitizer" || bad+=("$sanitizer")
done
if ((${#bad[@]})); then
  echo "a fuzzing service would not take these: ${bad[*]}"
  exit 1
fi
echo "a fuzzing service would take these: ${sanitizers[*]}"
