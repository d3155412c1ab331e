// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's debug registers, for its VMM and on the processor. */
#include <linux/uaccess.h>
#include <asm/debugreg.h>

#include "module.h"

int umbra_debug_registers_get(struct umbra_vcpu *vcpu, void __user *to)
{
	struct umbra_debug_registers r;
	struct kvm_debugregs registers = {};

	umbra_cpu_get_debug_registers(vcpu->cpu, &r);
	memcpy(registers.db, r.breakpoint, sizeof(registers.db));
	registers.dr6 = r.dr6;
	registers.dr7 = r.dr7;
	return copy_to_user(to, &registers, sizeof(registers)) ? -EFAULT : 0;
}

int umbra_debug_registers_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	struct umbra_debug_registers r;
	struct kvm_debugregs registers;
	int error, taken;

	if (copy_from_user(&registers, from, sizeof(registers)))
		return -EFAULT;
	if (registers.flags)
		return -EINVAL;
	r = (struct umbra_debug_registers){ .dr6 = registers.dr6, .dr7 = registers.dr7 };
	memcpy(r.breakpoint, registers.db, sizeof(r.breakpoint));
	error = umbra_vcpu_load(vcpu);
	if (error)
		return error;
	taken = umbra_cpu_set_debug_registers(vcpu->cpu, &r);
	umbra_vcpu_unload(vcpu);
	return taken ? 0 : -EINVAL;
}

int umbra_guest_debug_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	const u32 offered = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_SW_BP |
			    KVM_GUESTDBG_USE_HW_BP;
	struct umbra_guest_debug wanted = {};
	struct kvm_guest_debug debug;
	int error, taken;

	if (copy_from_user(&debug, from, sizeof(debug)))
		return -EFAULT;
	if (debug.control & ~offered)
		return -EINVAL;
	if (debug.control & KVM_GUESTDBG_ENABLE) {
		wanted.single_step = !!(debug.control & KVM_GUESTDBG_SINGLESTEP);
		wanted.software_breakpoints = !!(debug.control & KVM_GUESTDBG_USE_SW_BP);
		wanted.hardware_breakpoints = !!(debug.control & KVM_GUESTDBG_USE_HW_BP);
		memcpy(wanted.breakpoint, debug.arch.debugreg, sizeof(wanted.breakpoint));
		wanted.dr7 = debug.arch.debugreg[7];
	}
	error = umbra_vcpu_load(vcpu);
	if (error)
		return error;
	taken = umbra_cpu_set_guest_debug(vcpu->cpu, &wanted);
	umbra_vcpu_unload(vcpu);
	return taken ? 0 : -EINVAL;
}

/*
 * With interrupts off, before VM entry, which loads DR7. Until then the host's breakpoints must not be enabled: their
 * addresses are the guest's now. The exit disables all; hw_breakpoint_restore() puts the host's back.
 */
void umbra_load_breakpoints(struct umbra_vcpu *vcpu)
{
	unsigned long breakpoint[4];

	if (!umbra_cpu_breakpoints(vcpu->cpu, breakpoint))
		return;
	set_debugreg(0, 7);
	set_debugreg(breakpoint[0], 0);
	set_debugreg(breakpoint[1], 1);
	set_debugreg(breakpoint[2], 2);
	set_debugreg(breakpoint[3], 3);
}
