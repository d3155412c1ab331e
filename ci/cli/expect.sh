#!/usr/bin/env bash
# expect.sh STATUS PATTERN COMMAND...: whether COMMAND ends with STATUS and says exactly one line on standard error, which
# matches PATTERN (an extended regular expression for the whole line; `nothing`: no line at all).
set -uo pipefail

want=$1
pattern=$2
shift 2
said=$("$@" 2>&1 >/dev/null </dev/null)
got=$?
if [[ $got -ne $want ]]; then
  echo "exit status $got, not $want; it said: $said"
  exit 1
fi
if [[ $pattern == nothing && -z $said ]]; then exit 0; fi
if [[ $said == *$'\n'* ]]; then
  echo "more than one line: $said"
  exit 1
fi
if ! grep -qE "^$pattern\$" <<<"$said"; then
  echo "'$said' does not match '$pattern'"
  exit 1
fi
