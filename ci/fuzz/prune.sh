#!/usr/bin/env bash
# prune.sh [TARGET...]: leaves in build/corpus what reaches as much as all that is there. Without targets: of each that has a
# corpus.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
targets=("$@")
((${#targets[@]})) || targets=(mmu exit emulate)
for target in "${targets[@]}"; do
  [[ ! -d $root/build/corpus/$target ]] || "$root/umbra" corpus minimize --target "$target"
done
