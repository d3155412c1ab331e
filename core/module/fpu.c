// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's FPU state: in the processor from the guest's first use of it until its thread goes back to the VMM, else in
 * the vCPU's buffer.
 */
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/xcr.h>

#include "module.h"

/* Exported for hypervisors, but declared in no header that a module sees. */
extern unsigned int mxcsr_feature_mask;

/* Before an entry, with preemption off. */
void umbra_fpu_load(struct umbra_vcpu *vcpu)
{
	if (vcpu->fpu_loaded || !umbra_cpu_fpu_active(vcpu->cpu))
		return;
	fpu_swap_kvm_fpstate(&vcpu->fpu, true);
	vcpu->fpu_loaded = true;
}

void umbra_fpu_unload(struct umbra_vcpu *vcpu)
{
	if (!vcpu->fpu_loaded)
		return;
	fpu_swap_kvm_fpstate(&vcpu->fpu, false);
	vcpu->fpu_loaded = false;
	umbra_cpu_fpu_unloaded(vcpu->cpu);
}

int umbra_fpu_get(struct umbra_vcpu *vcpu, void __user *to)
{
	const struct fxregs_state *state = &vcpu->fpu.fpstate->regs.fxsave;
	struct kvm_fpu fpu = {
		.fcw = state->cwd, .fsw = state->swd, .ftwx = state->twd, .last_opcode = state->fop,
		.last_ip = state->rip, .last_dp = state->rdp, .mxcsr = state->mxcsr,
	};

	memcpy(fpu.fpr, state->st_space, sizeof(fpu.fpr));
	memcpy(fpu.xmm, state->xmm_space, sizeof(fpu.xmm));
	return copy_to_user(to, &fpu, sizeof(fpu)) ? -EFAULT : 0;
}

int umbra_fpu_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	struct fxregs_state *state = &vcpu->fpu.fpstate->regs.fxsave;
	struct kvm_fpu fpu;

	if (copy_from_user(&fpu, from, sizeof(fpu)))
		return -EFAULT;
	/* The processor would refuse to load it. */
	if (fpu.mxcsr & ~mxcsr_feature_mask)
		return -EINVAL;
	memcpy(state->st_space, fpu.fpr, sizeof(fpu.fpr));
	memcpy(state->xmm_space, fpu.xmm, sizeof(fpu.xmm));
	state->cwd = fpu.fcw;
	state->swd = fpu.fsw;
	state->twd = fpu.ftwx;
	state->fop = fpu.last_opcode;
	state->rip = fpu.last_ip;
	state->rdp = fpu.last_dp;
	state->mxcsr = fpu.mxcsr;
	/* What this mask leaves out, XRSTOR sets to what it is after reset. */
	if (boot_cpu_has(X86_FEATURE_XSAVE))
		vcpu->fpu.fpstate->regs.xsave.header.xfeatures |= XFEATURE_MASK_FPSSE;
	return 0;
}
