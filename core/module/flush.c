// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flushes, kicks, and the MMU lock.
 *
 * A flush is a request to the vCPU, which it looks at with interrupts off, after it has said that it is in guest mode and
 * before it enters. So who makes a request and then looks at the mode either finds the vCPU in guest mode and sends it an
 * interrupt, which it cannot take but by an exit; or the vCPU finds the request.
 */
#include <linux/idr.h>
#include <linux/smp.h>
#include <asm/msr.h>

#include "module.h"

DEFINE_PER_CPU(unsigned long, umbra_assertions);

void umbra_host_lock(struct umbra_vm *vm)
{
	spin_lock(&vm->mmu_lock);
}

void umbra_host_unlock(struct umbra_vm *vm)
{
	spin_unlock(&vm->mmu_lock);
}

void umbra_host_flush_vcpu(struct umbra_vm *vm, unsigned int id)
{
	set_bit(UMBRA_REQUEST_FLUSH, &vm->vcpus[id]->requests);
}

/* Runs on a processor whose vCPU is kicked: that it runs at all means that the vCPU has left guest mode. */
static void umbra_kicked(void *unused)
{
}

void umbra_host_flush_all(struct umbra_vm *vm)
{
	unsigned int id;

	lockdep_assert_held(&vm->mmu_lock);
	cpumask_clear(vm->kicked);
	for (id = 0; id < umbra_vcpu_limit; id++) {
		struct umbra_vcpu *vcpu = READ_ONCE(vm->vcpus[id]);

		if (!vcpu)
			continue;
		set_bit(UMBRA_REQUEST_FLUSH, &vcpu->requests);
		smp_mb__after_atomic(); /* pairs with umbra_enter_once() */
		if (READ_ONCE(vcpu->mode) == UMBRA_IN_GUEST) {
			cpumask_set_cpu(READ_ONCE(vcpu->runs_on), vm->kicked);
			vcpu->statistics.kicks++;
		}
	}
	if (!cpumask_empty(vm->kicked))
		smp_call_function_many(vm->kicked, umbra_kicked, NULL, 1);
}

/* --- VPIDs: no two vCPUs of the machine have the same ---------------------------------------------------------------- */

static DEFINE_IDA(umbra_vpids);

bool umbra_vpid_get(unsigned int *vpid)
{
	int id;

	*vpid = 0;
	if (!umbra_with_vpid)
		return true;
	id = ida_alloc_range(&umbra_vpids, 1, U16_MAX, GFP_KERNEL);
	if (id < 0)
		return false;
	*vpid = id;
	return true;
}

void umbra_vpid_put(unsigned int vpid)
{
	if (vpid)
		ida_free(&umbra_vpids, vpid);
}

unsigned int umbra_host_vpid(struct umbra_vm *vm, unsigned int id)
{
	return vm->vcpus[id]->vpid;
}
