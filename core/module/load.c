// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU on the processor at hand, and the core at work for it. */
#include <linux/preempt.h>

#include "module.h"

void umbra_core_enter(struct umbra_vm *vm)
{
	if (vm->check)
		spin_lock(&vm->check_lock);
}

void umbra_core_leave(struct umbra_vm *vm)
{
	if (vm->check)
		spin_unlock(&vm->check_lock);
}

int umbra_vcpu_load(struct umbra_vcpu *vcpu)
{
	bool moved;
	int error;

	preempt_disable();
	error = umbra_vmcs_load(vcpu, &moved);
	if (error) {
		preempt_enable();
		return error;
	}
	if (!vcpu->set_up) {
		umbra_cpu_set_up(vcpu->cpu);
		vcpu->set_up = true;
	}
	if (moved) {
		vcpu->statistics.moves++;
		umbra_host_tell_processor(vcpu);
		/* This processor may hold what the vCPU, or one that had its VPID before, left behind. */
		set_bit(UMBRA_REQUEST_FLUSH, &vcpu->requests);
	}
	umbra_host_save(vcpu);
	return 0;
}

void umbra_vcpu_unload(struct umbra_vcpu *vcpu)
{
	umbra_host_restore(vcpu);
	umbra_vmcs_done();
	preempt_enable();
}
