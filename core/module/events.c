// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts and NMIs that a VMM sends, and the events that it saves and restores. */
#include <linux/uaccess.h>
#include <asm/processor-flags.h>

#include "module.h"

int umbra_interrupt(struct umbra_vcpu *vcpu, const void __user *from)
{
	struct kvm_interrupt interrupt;

	if (copy_from_user(&interrupt, from, sizeof(interrupt)))
		return -EFAULT;
	if (interrupt.irq > 255)
		return -EINVAL;
	umbra_cpu_interrupt(vcpu->cpu, interrupt.irq);
	return 0;
}

int umbra_nmi(struct umbra_vcpu *vcpu)
{
	return umbra_cpu_nmi(vcpu->cpu) ? 0 : -EOPNOTSUPP;
}

int umbra_events_get(struct umbra_vcpu *vcpu, void __user *to)
{
	struct kvm_vcpu_events events = { .flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW };
	struct umbra_events e;

	umbra_cpu_get_events(vcpu->cpu, &e);
	events.exception.injected = e.has_exception;
	events.exception.nr = e.vector;
	events.exception.has_error_code = e.has_error_code;
	events.exception.error_code = e.error_code;
	events.interrupt.shadow = (e.by_sti ? KVM_X86_SHADOW_INT_STI : 0) | (e.by_mov_ss ? KVM_X86_SHADOW_INT_MOV_SS : 0);
	events.nmi.pending = e.nmis;
	events.nmi.masked = e.by_nmi;
	return copy_to_user(to, &events, sizeof(events)) ? -EFAULT : 0;
}

/*
 * An interrupt that KVM has begun to deliver is one that waits. What it was asked for by an instruction is not taken: the
 * instruction asks again.
 */
int umbra_events_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	const u32 known = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SIPI_VECTOR | KVM_VCPUEVENT_VALID_SHADOW;
	struct kvm_vcpu_events events;
	struct umbra_events now, e;

	if (copy_from_user(&events, from, sizeof(events)))
		return -EFAULT;
	if ((events.flags & ~known) || (events.interrupt.shadow & ~(KVM_X86_SHADOW_INT_STI | KVM_X86_SHADOW_INT_MOV_SS)))
		return -EINVAL;
	umbra_cpu_get_events(vcpu->cpu, &now);
	e = (struct umbra_events){
		.has_exception = events.exception.injected || events.exception.pending,
		.vector = events.exception.nr,
		.has_error_code = events.exception.has_error_code,
		.error_code = events.exception.error_code,
		.nmis = events.flags & KVM_VCPUEVENT_VALID_NMI_PENDING ? events.nmi.pending : now.nmis,
		.by_nmi = events.nmi.masked,
		.by_sti = now.by_sti,
		.by_mov_ss = now.by_mov_ss,
	};
	if (events.nmi.injected)
		e.nmis++;
	if (events.flags & KVM_VCPUEVENT_VALID_SHADOW) {
		e.by_sti = events.interrupt.shadow & KVM_X86_SHADOW_INT_STI;
		e.by_mov_ss = events.interrupt.shadow & KVM_X86_SHADOW_INT_MOV_SS;
	}
	if (!umbra_cpu_set_events(vcpu->cpu, &e))
		return -EINVAL;
	if (events.interrupt.injected && !events.interrupt.soft)
		umbra_cpu_interrupt(vcpu->cpu, events.interrupt.nr);
	return 0;
}

int umbra_mp_state_get(struct umbra_vcpu *vcpu, void __user *to)
{
	const struct kvm_mp_state state = {
		.mp_state = umbra_cpu_halted(vcpu->cpu) ? KVM_MP_STATE_HALTED : KVM_MP_STATE_RUNNABLE,
	};

	return copy_to_user(to, &state, sizeof(state)) ? -EFAULT : 0;
}

int umbra_mp_state_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	struct kvm_mp_state state;

	if (copy_from_user(&state, from, sizeof(state)))
		return -EFAULT;
	if (state.mp_state != KVM_MP_STATE_RUNNABLE && state.mp_state != KVM_MP_STATE_HALTED)
		return -EINVAL;
	umbra_cpu_set_halted(vcpu->cpu, state.mp_state == KVM_MP_STATE_HALTED);
	return 0;
}

void umbra_events_to_run(struct umbra_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct umbra_registers registers;

	umbra_cpu_get_registers(vcpu->cpu, &registers);
	run->ready_for_interrupt_injection = umbra_cpu_ready_for_interrupt(vcpu->cpu);
	run->if_flag = !!(registers.rflags & X86_EFLAGS_IF);
	run->cr8 = umbra_cpu_task_priority(vcpu->cpu);
	run->apic_base = umbra_cpu_apic_base(vcpu->cpu);
}
