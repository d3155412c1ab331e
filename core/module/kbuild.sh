#!/usr/bin/env bash
# kbuild.sh KERNEL DIRECTORY: runs kbuild for the module in DIRECTORY against the kernel headers in KERNEL. A warning of
# the compiler, objtool or modpost is a failure.
set -euo pipefail

kernel=$1
directory=$2
log=$directory/kbuild.log
if ! env -u MAKEFLAGS -u MAKELEVEL make -C "$kernel" M="$directory" modules >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
# Debian ships no vmlinux, so there can be no BTF; pahole says so.
if grep -iE 'warning' "$log" >&2; then exit 1; fi
