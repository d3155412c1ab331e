#!/usr/bin/env bash
# help.sh CLI VERB FILE: whether the help that the front door prints from FILE is the command line's own.
set -euo pipefail

if ! diff -u "$3" <("$1" ${2:+"$2"} --help); then
  echo "write it anew: umbra-cli $2 --help >tools/help/$2.txt"
  exit 1
fi
