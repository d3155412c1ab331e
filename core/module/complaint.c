// SPDX-License-Identifier: GPL-2.0-only
/* What goes wrong in the core is said and counted; it never takes the host down. */
#include <linux/ratelimit.h>
#include <asm/msr.h>

#include "module.h"

unsigned long umbra_assertions_in_all(void)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(umbra_assertions, cpu);
	return sum;
}

void umbra_host_assertion(const char *condition, const char *file, unsigned int line)
{
	this_cpu_inc(umbra_assertions);
	pr_err_ratelimited("%s:%u: assertion does not hold: %s\n", file, line, condition);
}

void umbra_host_bad_vmcs_field(unsigned int field)
{
	this_cpu_inc(umbra_assertions);
	pr_err_ratelimited("the processor refused access to VMCS field %#x\n", field);
}

int umbra_host_read_msr(unsigned int index, unsigned long *value)
{
	u64 found;

	if (rdmsrl_safe(index, &found))
		return 0;
	*value = found;
	return 1;
}

void umbra_vm_kill(struct umbra_vm *vm, const char *why)
{
	if (!cmpxchg(&vm->dead, false, true))
		pr_err("a VM of process %d is stopped: %s\n", vm->creator, why);
}
