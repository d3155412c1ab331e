// SPDX-License-Identifier: GPL-2.0-only
/* KVM_RUN: a vCPU between its VMM and its guest. */
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <asm/debugreg.h>
#include <asm/fpu/api.h>
#include <asm/msr.h>

#include "module.h"

/* INVVPID, single context (SDM 29.4.3.2). */
static void umbra_flush_vpid(struct umbra_vcpu *vcpu)
{
	struct {
		u64 vpid, linear_address;
	} what = { vcpu->vpid, 0 };
	bool failed;

	vcpu->statistics.vpid_flushes++;
	if (!vcpu->vpid)
		return; /* each entry and exit has flushed */
	asm volatile("invvpid %[what], %[type]"
		     : "=@ccbe"(failed) : [what] "m"(what), [type] "r"(1UL) : "memory");
	WARN_ONCE(failed, "umbra: INVVPID of %u failed\n", vcpu->vpid);
}

/* NMIs and machine checks cause exits instead of being delivered: to the host, with interrupts still off. */
static void umbra_pass_on_host_event(struct umbra_vcpu *vcpu)
{
	switch (umbra_cpu_host_event(vcpu->cpu)) {
	case umbra_host_event_none:
		break;
	case umbra_host_event_nmi:
		asm volatile("int $2");
		break;
	case umbra_host_event_machine_check:
		asm volatile("int $18");
		break;
	}
}

enum umbra_entry { UMBRA_PUT_OFF, UMBRA_REFUSED, UMBRA_EXITED };

static bool umbra_something_else_to_do(void)
{
	return need_resched() || signal_pending(current) || test_thread_flag(TIF_NOTIFY_RESUME) || umbra_vmcs_wanted_back();
}

/* One VM entry and exit, unless something came up since the core prepared it. */
static enum umbra_entry umbra_enter_once(struct umbra_vcpu *vcpu)
{
	unsigned long *cr2 = umbra_cpu_cr2(vcpu->cpu);
	unsigned long debugctl;
	bool entered;

	local_irq_disable();
	vcpu->runs_on = smp_processor_id();
	WRITE_ONCE(vcpu->mode, UMBRA_IN_GUEST);
	smp_mb(); /* pairs with umbra_host_flush_all() */
	if (READ_ONCE(vcpu->requests) || umbra_something_else_to_do()) {
		WRITE_ONCE(vcpu->mode, UMBRA_OUTSIDE_GUEST);
		local_irq_enable();
		vcpu->statistics.entries_put_off++;
		return UMBRA_PUT_OFF;
	}
	if (vcpu->flush) {
		umbra_flush_vpid(vcpu);
		vcpu->flush = false;
	}
	if (test_thread_flag(TIF_NEED_FPU_LOAD))
		switch_fpu_return();
	umbra_host_tell_thread(vcpu);
	umbra_load_breakpoints(vcpu);
	debugctl = get_debugctlmsr();
	if (native_read_cr2() != *cr2)
		native_write_cr2(*cr2);

	entered = umbra_enter(umbra_cpu_general(vcpu->cpu), vcpu->launched);

	*cr2 = native_read_cr2();
	/* An exit leaves DR7 and DEBUGCTL as after reset (SDM 28.5.1). */
	if (debugctl)
		update_debugctlmsr(debugctl);
	if (hw_breakpoint_active())
		hw_breakpoint_restore();
	if (entered) {
		vcpu->launched |= umbra_cpu_has_run(vcpu->cpu);
		vcpu->statistics.exits++;
		umbra_pass_on_host_event(vcpu);
	}
	smp_store_release(&vcpu->mode, UMBRA_OUTSIDE_GUEST);
	local_irq_enable();
	return entered ? UMBRA_EXITED : UMBRA_REFUSED;
}

static void umbra_check_invariants(struct umbra_vm *vm)
{
	struct umbra_violation broken;

	vm->checks++;
	if (!umbra_core_check(vm->core, &broken) || vm->dead)
		return;
	pr_err("%s: %s; page %d, index %#lx, expected %#lx, found %#lx\n", broken.invariant, broken.rule,
	       (int)broken.page, broken.index, broken.expected, broken.found);
	umbra_vm_kill(vm, "an invariant does not hold");
}

/* The core at work on the vCPU. An assertion that does not hold is its VM's end. */
static enum umbra_next umbra_prepare(struct umbra_vcpu *vcpu)
{
	unsigned long assertions = this_cpu_read(umbra_assertions);
	enum umbra_next next;

	umbra_core_enter(vcpu->vm);
	next = umbra_cpu_prepare(vcpu->cpu);
	umbra_core_leave(vcpu->vm);
	if (unlikely(this_cpu_read(umbra_assertions) != assertions))
		umbra_vm_kill(vcpu->vm, "an assertion in the core does not hold");
	return vcpu->vm->dead ? umbra_leave : next;
}

static enum umbra_next umbra_handle_exit(struct umbra_vcpu *vcpu, bool entered)
{
	struct umbra_vm *vm = vcpu->vm;
	unsigned long assertions = this_cpu_read(umbra_assertions);
	enum umbra_next next;

	umbra_core_enter(vm);
	next = umbra_cpu_exited(vcpu->cpu, entered);
	if (vm->check)
		umbra_check_invariants(vm);
	umbra_core_leave(vm);
	if (unlikely(this_cpu_read(umbra_assertions) != assertions))
		umbra_vm_kill(vm, "an assertion in the core does not hold");
	return vm->dead ? umbra_leave : next;
}

/* Until the vCPU has something to ask of its VMM, or its thread something else to do. */
static enum umbra_next umbra_run_guest(struct umbra_vcpu *vcpu)
{
	enum umbra_entry entry;

	for (;;) {
		enum umbra_next next;

		/* A request that comes after this makes what prepare() loads void, and puts the entry off. */
		if (test_and_clear_bit(UMBRA_REQUEST_FLUSH, &vcpu->requests))
			vcpu->flush = true;
		umbra_cpu_want_interrupt_window(vcpu->cpu, READ_ONCE(vcpu->run->request_interrupt_window));
		next = umbra_prepare(vcpu);
		if (next == umbra_leave)
			return umbra_leave;
		umbra_fpu_load(vcpu);
		entry = next == umbra_run ? umbra_enter_once(vcpu) : UMBRA_PUT_OFF;
		if (entry != UMBRA_PUT_OFF && umbra_handle_exit(vcpu, entry == UMBRA_EXITED) == umbra_leave)
			return umbra_leave;
		if (umbra_something_else_to_do())
			return umbra_run;
	}
}

static long umbra_run_until_request(struct umbra_vcpu *vcpu)
{
	enum umbra_next next;
	int error;

	do {
		cond_resched();
		if (signal_pending(current) || test_thread_flag(TIF_NOTIFY_RESUME)) {
			vcpu->run->exit_reason = KVM_EXIT_INTR;
			vcpu->statistics.signal_exits++;
			return -EINTR;
		}
		error = umbra_vcpu_load(vcpu);
		if (error)
			return error;
		next = umbra_run_guest(vcpu);
		umbra_vcpu_unload(vcpu);
	} while (next == umbra_run);
	return 0;
}

/* The VMM has done for the guest what the vCPU had left for. 0, and `next` says how it goes on. */
static int umbra_complete(struct umbra_vcpu *vcpu, enum umbra_next *next)
{
	unsigned long assertions;
	int error;

	umbra_answer_from_run(vcpu);
	error = umbra_vcpu_load(vcpu);
	if (error)
		return error;
	assertions = this_cpu_read(umbra_assertions);
	umbra_core_enter(vcpu->vm);
	*next = umbra_cpu_complete(vcpu->cpu);
	umbra_core_leave(vcpu->vm);
	if (unlikely(this_cpu_read(umbra_assertions) != assertions))
		umbra_vm_kill(vcpu->vm, "an assertion in the core does not hold");
	umbra_vcpu_unload(vcpu);
	return 0;
}

long umbra_vcpu_run(struct umbra_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	enum umbra_next next = umbra_run;
	long result;

	/* As with KVM's interrupt controllers in userspace, which know the priority from here. */
	if (!umbra_cpu_set_task_priority(vcpu->cpu, READ_ONCE(run->cr8)))
		return -EINVAL;
	if (umbra_cpu_waits(vcpu->cpu) && !vcpu->vm->dead) {
		result = umbra_complete(vcpu, &next);
		if (result)
			return result;
	}
	if (next == umbra_leave && !vcpu->vm->dead) {
		umbra_events_to_run(vcpu);
		umbra_request_to_run(vcpu);
		return 0;
	}
	if (READ_ONCE(run->immediate_exit)) {
		run->exit_reason = KVM_EXIT_INTR;
		return -EINTR;
	}
	umbra_cpu_ask_for_msrs(vcpu->cpu, READ_ONCE(vcpu->vm->asks_for_msrs));
	result = vcpu->vm->dead ? 0 : umbra_run_until_request(vcpu);
	umbra_fpu_unload(vcpu);
	umbra_events_to_run(vcpu);
	if (vcpu->vm->dead) {
		umbra_internal_error_to_run(run, KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON);
		return 0;
	}
	if (!result)
		umbra_request_to_run(vcpu);
	return result;
}
