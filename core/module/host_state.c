// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's own state around a guest. Most of it a VM exit brings back, once the VMCS says what it is (SDM 28.5); what it
 * sets to values of its own instead (SDM 28.5.2, 28.5.3) is put right before the thread sleeps or returns to userspace.
 */
#include <linux/smp.h>
#include <asm/cpu_entry_area.h>
#include <asm/desc.h>
#include <asm/mmu_context.h>
#include <asm/msr.h>
#include <asm/segment.h>
#include <asm/tlbflush.h>

#include "module.h"

void umbra_host_tell_processor(struct umbra_vcpu *vcpu)
{
	struct umbra_processor_state state = {
		.cs = __KERNEL_CS,
		.ss = __KERNEL_DS,
		.tr = GDT_ENTRY_TSS * 8,
		.exit_entry_point = (unsigned long)umbra_exit_entry_point,
	};
	struct desc_ptr idt;
	u32 ignored;

	state.tr_base = (unsigned long)&get_cpu_entry_area(smp_processor_id())->tss.x86_tss;
	state.gdtr_base = (unsigned long)get_current_gdt_ro();
	store_idt(&idt);
	state.idtr_base = idt.address;
	rdmsrl(MSR_GS_BASE, state.gs_base);
	rdmsr(MSR_IA32_SYSENTER_CS, state.sysenter_cs, ignored);
	rdmsrl(MSR_IA32_SYSENTER_ESP, state.sysenter_esp);
	rdmsrl(MSR_IA32_SYSENTER_EIP, state.sysenter_eip);
	rdmsrl(MSR_EFER, state.efer);
	umbra_cpu_processor_changed(vcpu->cpu, &state);
}

/* Interrupts are off, so CR3 stays what it is: an address space may get another PCID at any switch. */
void umbra_host_tell_thread(struct umbra_vcpu *vcpu)
{
	struct umbra_thread_state state = {
		.cr0 = read_cr0(),
		.cr3 = __get_current_cr3_fast(),
		.cr4 = cr4_read_shadow(),
		.fs_base = vcpu->fs_base,
	};

	rdmsrl(MSR_KERNEL_GS_BASE, state.kernel_gs_base);
	umbra_cpu_thread_changed(vcpu->cpu, &state);
}

void umbra_host_save(struct umbra_vcpu *vcpu)
{
	savesegment(ds, vcpu->ds);
	savesegment(es, vcpu->es);
	savesegment(fs, vcpu->fs);
	savesegment(gs, vcpu->gs);
	store_ldt(vcpu->ldt);
	rdmsrl(MSR_FS_BASE, vcpu->fs_base);
}

void umbra_host_restore(struct umbra_vcpu *vcpu)
{
	u64 kernel_gs_base;

	/* Segment registers come back from an exit as null, LDTR as unusable. To load one sets its base. */
	if (vcpu->ldt)
		asm volatile("lldt %0" : : "rm"(vcpu->ldt));
	if (vcpu->ds | vcpu->es) {
		loadsegment(ds, vcpu->ds);
		loadsegment(es, vcpu->es);
	}
	if (vcpu->fs) {
		loadsegment(fs, vcpu->fs);
		wrmsrl(MSR_FS_BASE, vcpu->fs_base);
	}
	if (vcpu->gs) {
		rdmsrl(MSR_KERNEL_GS_BASE, kernel_gs_base);
		load_gs_index(vcpu->gs);
		wrmsrl(MSR_KERNEL_GS_BASE, kernel_gs_base);
	}
	/* The limits of TR and GDTR are 67H and FFFFH now. */
	invalidate_tss_limit();
	load_fixmap_gdt(smp_processor_id());
}
