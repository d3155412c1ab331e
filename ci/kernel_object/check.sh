#!/usr/bin/env bash
# check.sh OBJECT: whether a Linux kernel module could hold this object. Prints what it could not, one fault a line.
set -euo pipefail

if [[ $# -ne 1 || ! -f $1 ]]; then
  echo "check.sh: give one object file." >&2
  exit 2
fi
object=$1
faults=0

# fault KIND: reads names from standard input and reports each.
fault() {
  local name
  while read -r name; do
    echo "$1 that a kernel module must not have: $name"
    faults=$((faults + 1))
  done
}

# What the kernel offers: the module's C side, four functions that compilers call, and the speculation thunks.
offered='^(umbra_host_[a-z_]+|memset|memcpy|memmove|memcmp|__stack_chk_fail|__x86_return_thunk|__x86_indirect_thunk_[a-z0-9]+)$'
undefined=$(llvm-nm-19 --undefined-only --demangle --format=just-symbols "$object")
fault "undefined symbol" < <(grep -vE "$offered" <<<"$undefined" | grep . | sort -u)

sections=$(llvm-readelf-19 --sections --wide "$object" | sed -nE 's/^ *\[ *[0-9]+\] (\.[^ ]+).*/\1/p')
fault "section" < <(grep -E '^\.(init_array|ctors|dtors|fini_array|tbss|tdata|eh_frame|gcc_except_table)' <<<"$sections" | sort -u)

# Instructions of the x87 unit begin with f; those of MMX, SSE and AVX name their registers.
code=$(llvm-objdump-19 --disassemble --no-show-raw-insn --no-leading-addr "$object")
fault "instruction" < <(grep -E '^[[:space:]]+(f[a-z0-9]+|emms|ldmxcsr|stmxcsr)\b|%(xmm|ymm|zmm|mm|st)[0-9(]' <<<"$code" |
  sed -E 's/^[[:space:]]+//' | sort -u)

if ((faults)); then exit 1; fi
functions=$(llvm-nm-19 --defined-only "$object" | grep -ciE ' [tw] ')
if ((functions == 0)); then
  echo "$object holds no function: nothing was checked."
  exit 1
fi
echo "$object: $functions functions, nothing that a kernel module must not have"
