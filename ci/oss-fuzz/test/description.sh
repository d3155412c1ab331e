#!/usr/bin/env bash
# description.sh ROOT: the files that describe our build to fuzzing services agree with each other and with build.sh.
set -euo pipefail

root=$1
here=$root/ci/oss-fuzz

fail() {
  echo "$1"
  exit 1
}

# field NAME FILE: a field of one line.
field() { sed -nE "s/^$1: *\"?([^\"]*)\"? *$/\1/p" "$2"; }
# list NAME FILE: a field of several.
list() { sed -nE "/^$1:/,/^[^ ]/{s/^ +- +(.*)/\1/p}" "$2"; }

for file in "$here/project.yaml" "$root/.clusterfuzzlite/project.yaml"; do
  [[ $(field language "$file") == c++ ]] || fail "$file: the language is not c++"
done
for name in homepage primary_contact main_repo; do
  [[ -n $(field "$name" "$here/project.yaml") ]] || fail "project.yaml has no $name"
done

# Both services build in the image that the description names.
for place in "$here" "$root/.clusterfuzzlite"; do
  image=$(sed -nE 's/^FROM (.*)/\1/p' "$place/Dockerfile")
  [[ $image == gcr.io/oss-fuzz-base/base-builder:$(field base_os_version "$place/project.yaml") ]] ||
    fail "$place: the Dockerfile builds in $image"
done
diff <(grep "apt-get install" "$here/Dockerfile") <(grep "apt-get install" "$root/.clusterfuzzlite/Dockerfile") ||
  fail "the two Dockerfiles install different packages"

# What is announced is what the matrix builds here.
for sanitizer in $(list sanitizers "$here/project.yaml"); do
  grep -q "^    $sanitizer)" "$here/matrix.sh" || fail "matrix.sh does not know the sanitizer $sanitizer"
done
list fuzzing_engines "$here/project.yaml" | grep -qx libfuzzer || fail "libfuzzer is no engine of project.yaml"
# Each target has options, and a target of the build has each options file.
for target in mmu exit emulate; do
  [[ -s $here/$target.options ]] || fail "there are no options for $target"
  grep -q "^targets=(.*\b$target\b" "$here/build.sh" || fail "build.sh does not build $target"
done
echo "the descriptions agree"
