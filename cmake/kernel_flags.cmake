# Flags with which Debian's kernel 6.1 accepts C++ objects built by clang: no red zone, no FP or SIMD, retpolines, return
# thunks; and, since its stacks have 16 KiB in all, no large frames.
set(umbra_kernel_flags
    -ffreestanding -nostdlib -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit
    -m64 -mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx -mno-red-zone -mcmodel=kernel -mskip-rax-setup
    -fno-PIE -fcf-protection=none -fshort-wchar -fno-strict-aliasing -fno-common
    -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-jump-tables -fno-delete-null-pointer-checks
    -fno-strict-overflow -fno-stack-clash-protection -fstack-protector-strong -ftrivial-auto-var-init=zero
    -mfunction-return=thunk-extern -mindirect-branch-cs-prefix -mharden-sls=all -mtune=generic
    "SHELL:-Xclang -target-feature" "SHELL:-Xclang +soft-float" -mstack-alignment=8 -mretpoline-external-thunk
    -Wframe-larger-than=2048 -O2 -g)
