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

# OSS-Fuzz wants addresses. There are none in the tree, not even invented ones: who publishes umbra fills them in.
marks="homepage @HOMEPAGE@ primary_contact @CONTACT@ main_repo @REPOSITORY@"
while read -r name mark; do
  [[ $(field "$name" "$here/project.yaml") == "$mark" ]] || fail "project.yaml: $name is not $mark, which publish.sh fills in"
done < <(xargs -n 2 <<<"$marks")
published=$(mktemp -d)
trap 'rm -rf "$published"' EXIT
addresses=(https://umbra.test/home https://umbra.test/umbra.git fuzz@umbra.test)
"$here/publish.sh" "$published" "${addresses[@]}" >/dev/null || fail "publish.sh does not take ${addresses[*]}"
[[ "$(field homepage "$published/project.yaml") $(field main_repo "$published/project.yaml") $(field primary_contact "$published/project.yaml")" == "${addresses[*]}" ]] ||
  fail "publish.sh writes other addresses than it was given"
grep -q "git clone .* ${addresses[1]} umbra$" "$published/Dockerfile" || fail "publish.sh has the image clone something else"
! grep -rE "@[A-Z]+@|publish\.sh" "$published" || fail "publish.sh leaves marks"
cmp "$here/build.sh" "$published/build.sh" || fail "publish.sh changes build.sh"
for wrong in "https://example.org/umbra ${addresses[1]} ${addresses[2]}" "${addresses[0]} ${addresses[1]} fuzz@example.com" \
  "${addresses[0]} umbra.git ${addresses[2]}" "${addresses[0]} ${addresses[1]} nobody" "${addresses[0]} ${addresses[1]}"; do
  # shellcheck disable=SC2086
  ! "$here/publish.sh" "$published" $wrong 2>/dev/null || fail "publish.sh takes $wrong"
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
