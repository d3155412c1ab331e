#!/usr/bin/env bash
# commands.sh ROOT [FILE...]: every command of ours in the pipelines exists: a verb that the front door knows, options that the
# verb's help names, scripts that can be run. Without files: the pipelines themselves.
set -euo pipefail

root=$1
shift
files=("$@")
((${#files[@]})) || files=("$root/.github/workflows/umbra.yml" "$root/.gitlab-ci.yml")

fail() {
  echo "$1"
  exit 1
}
commands=()
for file in "${files[@]}"; do
  mapfile -t found < <(grep -oE '(\./umbra|ci/[a-z-]+/[a-z_]+\.sh)( [^"{]*)?$' "$file")
  commands+=("${found[@]}")
  # GitHub's verbs are a list of their own.
  mapfile -t found < <(sed -nE '/^        command:/,/^    [a-z]/{s/^          - (.*)/.\/umbra \1/p}' "$file")
  commands+=("${found[@]}")
done
((${#commands[@]} > 0)) || fail "there is no command of ours"
for command in "${commands[@]}"; do
  read -ra words <<<"$command"
  if [[ ${words[0]} != ./umbra ]]; then
    [[ -x $root/${words[0]} ]] || fail "there is no ${words[0]} to run"
    continue
  fi
  ((${#words[@]} > 1)) || continue
  help=$("$root/umbra" "${words[1]}" --help 2>&1) || fail "'$command': $help"
  for word in "${words[@]:2}"; do
    [[ $word != --* ]] || grep -qE -- "(^|[ ,])$word\b" <<<"$help" || fail "'$command': the help of ${words[1]} names no $word"
  done
done
echo "${#commands[@]} commands exist"
