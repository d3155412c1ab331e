#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite want them: with the compilers, flags and engine that the
# environment names, into $OUT, each with its options, its dictionary and its seed corpus. What a target needs at run time
# and a bare runner lacks lies in $OUT/lib. The solver has no part in it.
#
# In: CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE SANITIZER OUT SRC WORK; the repository is $SRC/umbra.

repository=$SRC/umbra
here=$repository/ci/oss-fuzz

# MSan believes that what it has not compiled writes nothing: no Unicorn and no Zydis with it.
judges=ON
targets=(mmu exit emulate emulate-alone)
if [[ $SANITIZER == memory ]]; then
  judges=OFF
  targets=(mmu exit emulate-alone)
fi
# The core has no type information, which clang wants for this one check.
if [[ $CXXFLAGS == *vptr* ]]; then CXXFLAGS+=" -fno-sanitize=vptr"; fi

programs=()
for target in "${targets[@]}"; do programs+=("umbra-fuzz-$target"); done

# shellcheck disable=SC2153
cmake -S "$repository" -B "$WORK/targets" -G Ninja -DCMAKE_BUILD_TYPE=None \
  -DCMAKE_CXX_FLAGS="$CXXFLAGS" -DCMAKE_C_FLAGS="$CFLAGS" -DCMAKE_EXE_LINKER_FLAGS="${LDFLAGS:-} -Wl,-rpath,'\$ORIGIN/lib'" \
  -DUMBRA_FLAVOUR=replay -DUMBRA_JUDGES=$judges -DUMBRA_ENGINE=external -DUMBRA_FUZZING_ENGINE="$LIB_FUZZING_ENGINE"
cmake --build "$WORK/targets" --target "${programs[@]}"

# Seeds are text in the repository. What encodes them runs here and now, so it is built without any of the above.
env -u CFLAGS -u CXXFLAGS -u LDFLAGS cmake -S "$repository" -B "$WORK/encode" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DUMBRA_FLAVOUR=replay -DUMBRA_JUDGES=OFF
cmake --build "$WORK/encode" --target umbra-encode
encode=$WORK/encode/ci/oss-fuzz/umbra-encode

mkdir -p "$OUT/lib"
for target in "${targets[@]}"; do
  name=umbra-fuzz-$target
  case $target in
    mmu) corpus=$repository/corpus ;;
    exit) corpus=$repository/corpus/exit ;;
    *) corpus=$repository/corpus/emulate ;;
  esac
  mapfile -t files < <(find "$corpus/seeds" "$corpus/regressions" -name '*.ops' -o -name '*.insn' | sort)

  cp "$WORK/targets/fuzz/targets/$name" "$OUT/"
  cp "$here/${target%-alone}.options" "$OUT/$name.options"
  "$encode" --dictionary "${files[@]}" >"$OUT/$name.dict"
  seeds=$WORK/seeds/$target
  rm -rf "$seeds" "$OUT/${name}_seed_corpus.zip"
  mkdir -p "$seeds"
  "$encode" "$seeds" "${files[@]}"
  (cd "$seeds" && zip -q "$OUT/${name}_seed_corpus.zip" ./*)

  # Distributions have no static Zydis.
  ldd "$OUT/$name" | awk '/lib(Zydis|Zycore|unicorn)[.]so/ { print $3 }' | xargs -r -I{} cp -L {} "$OUT/lib/"
done
