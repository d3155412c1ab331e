#!/usr/bin/env bash
# publish.sh DIRECTORY HOMEPAGE REPOSITORY CONTACT: writes what OSS-Fuzz's projects/umbra is to hold. umbra has no public
# address of its own, so that the description here has marks in place of one: whoever publishes it says which page and which
# Git repository it has, and whom OSS-Fuzz writes to.
set -euo pipefail

die() {
  echo "publish.sh: $1" >&2
  exit 2
}

(($# == 4)) || die "it takes DIRECTORY HOMEPAGE REPOSITORY CONTACT."
directory=$1 homepage=$2 repository=$3 contact=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

for url in "$homepage" "$repository"; do
  [[ $url =~ ^https://[A-Za-z0-9./_~-]+$ ]] || die "'$url' is no https address."
done
[[ $contact =~ ^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$ ]] || die "'$contact' is no mail address."
for address in "$homepage" "$repository" "$contact"; do
  [[ ! $address =~ [/@.]example\.(org|com|net)(/|$) ]] || die "'$address' is nobody's: say the real one."
done

mkdir -p "$directory"
cp "$here/build.sh" "$directory/"
for file in project.yaml Dockerfile; do
  sed -e "s|@HOMEPAGE@|$homepage|; s|@REPOSITORY@|$repository|; s|@CONTACT@|$contact|" -e '/^# .*publish\.sh/d' "$here/$file" >"$directory/$file"
done
echo "$directory is what OSS-Fuzz's projects/umbra is to hold"
