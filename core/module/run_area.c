// SPDX-License-Identifier: GPL-2.0-only
/* What a vCPU asks of its VMM, and the answer, in the memory that the two share. */
#include <linux/kvm_para.h>
#include <linux/mm.h>

#include "module.h"

void umbra_internal_error_to_run(struct kvm_run *run, u32 suberror)
{
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = suberror;
	run->internal.ndata = 0;
}

static u32 umbra_suberror(enum umbra_internal_error error)
{
	switch (error) {
	case umbra_error_emulation:
		return KVM_INTERNAL_ERROR_EMULATION;
	case umbra_error_delivery:
		return KVM_INTERNAL_ERROR_DELIVERY_EV;
	case umbra_error_none:
	case umbra_error_unsound:
		break;
	}
	return KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
}

/* Port I/O: its data have the second page. */
static u8 *umbra_port_data(struct umbra_vcpu *vcpu)
{
	return (u8 *)vcpu->run + PAGE_SIZE;
}

static void umbra_io_to_run(struct umbra_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct umbra_access access;

	BUILD_BUG_ON(umbra_access_limit > PAGE_SIZE);
	umbra_cpu_access(vcpu->cpu, &access);
	run->exit_reason = KVM_EXIT_IO;
	run->io.direction = access.write ? KVM_EXIT_IO_OUT : KVM_EXIT_IO_IN;
	run->io.size = access.bytes;
	run->io.port = access.address;
	run->io.count = access.count;
	run->io.data_offset = PAGE_SIZE;
	if (access.write)
		umbra_cpu_get_items(vcpu->cpu, umbra_port_data(vcpu));
}

static void umbra_mmio_to_run(struct umbra_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct umbra_access access;

	umbra_cpu_access(vcpu->cpu, &access);
	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = access.address;
	run->mmio.len = access.bytes;
	run->mmio.is_write = access.write;
	if (access.write)
		umbra_cpu_get_items(vcpu->cpu, run->mmio.data);
}

/*
 * The VMM may write to what it shares with the vCPU at any time: it is asked for nothing but the data, once, and those may
 * be whatever they are.
 */
void umbra_answer_from_run(struct umbra_vcpu *vcpu)
{
	struct umbra_request r;
	struct umbra_access access;

	umbra_cpu_request(vcpu->cpu, &r);
	if (r.kind == umbra_request_rdmsr || r.kind == umbra_request_wrmsr) {
		umbra_cpu_answer_msr(vcpu->cpu, READ_ONCE(vcpu->run->msr.error), READ_ONCE(vcpu->run->msr.data));
		return;
	}
	if (r.kind == umbra_request_hypercall) {
		umbra_cpu_answer_hypercall(vcpu->cpu, READ_ONCE(vcpu->run->hypercall.ret));
		return;
	}
	umbra_cpu_access(vcpu->cpu, &access);
	if (!access.write)
		umbra_cpu_set_items(vcpu->cpu, r.kind == umbra_request_mmio ? vcpu->run->mmio.data : umbra_port_data(vcpu));
}

static void umbra_hypercall_to_run(struct kvm_run *run, const struct umbra_request *r)
{
	unsigned int n;

	run->exit_reason = KVM_EXIT_HYPERCALL;
	run->hypercall = (typeof(run->hypercall)){ .nr = r->hypercall.number, .ret = -KVM_ENOSYS,
						   .longmode = r->hypercall.long_mode };
	for (n = 0; n < ARRAY_SIZE(r->hypercall.arguments); n++)
		run->hypercall.args[n] = r->hypercall.arguments[n];
}

void umbra_request_to_run(struct umbra_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct umbra_request r;

	umbra_cpu_request(vcpu->cpu, &r);
	switch (r.kind) {
	case umbra_request_io:
		umbra_io_to_run(vcpu);
		break;
	case umbra_request_mmio:
		umbra_mmio_to_run(vcpu);
		break;
	case umbra_request_rdmsr:
	case umbra_request_wrmsr:
		run->exit_reason = r.kind == umbra_request_rdmsr ? KVM_EXIT_X86_RDMSR : KVM_EXIT_X86_WRMSR;
		run->msr.error = 0;
		run->msr.reason = KVM_MSR_EXIT_REASON_UNKNOWN;
		run->msr.index = r.msr.number;
		run->msr.data = r.msr.value;
		break;
	case umbra_request_set_tpr:
		run->exit_reason = KVM_EXIT_SET_TPR;
		break;
	case umbra_request_debug:
		run->exit_reason = KVM_EXIT_DEBUG;
		run->debug.arch.exception = r.debug.vector;
		run->debug.arch.pc = r.debug.pc;
		run->debug.arch.dr6 = r.debug.dr6;
		run->debug.arch.dr7 = r.debug.dr7;
		break;
	case umbra_request_hlt:
		run->exit_reason = KVM_EXIT_HLT;
		break;
	case umbra_request_irq_window:
		vcpu->statistics.request_irq_exits++;
		run->exit_reason = KVM_EXIT_IRQ_WINDOW_OPEN;
		break;
	case umbra_request_shutdown:
		run->exit_reason = KVM_EXIT_SHUTDOWN;
		break;
	case umbra_request_fail_entry:
		run->exit_reason = KVM_EXIT_FAIL_ENTRY;
		run->fail_entry.hardware_entry_failure_reason = r.reason;
		run->fail_entry.cpu = vcpu->runs_on;
		break;
	case umbra_request_internal_error:
		umbra_internal_error_to_run(run, umbra_suberror(r.error));
		break;
	case umbra_request_hypercall:
		umbra_hypercall_to_run(run, &r);
		break;
	case umbra_request_none:
	case umbra_request_unknown:
		run->exit_reason = KVM_EXIT_UNKNOWN;
		run->hw.hardware_exit_reason = r.reason;
		break;
	}
}
