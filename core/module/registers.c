// SPDX-License-Identifier: GPL-2.0-only
/* Between KVM's structures and the core's: registers. */
#include <linux/uaccess.h>

#include "module.h"

enum { UMBRA_RAX, UMBRA_RCX, UMBRA_RDX, UMBRA_RBX, UMBRA_RSP, UMBRA_RBP, UMBRA_RSI, UMBRA_RDI, UMBRA_R8 };

int umbra_registers_get(struct umbra_vcpu *vcpu, void __user *to)
{
	struct umbra_registers r;
	struct kvm_regs regs;

	umbra_cpu_get_registers(vcpu->cpu, &r);
	regs = (struct kvm_regs){
		.rax = r.general[UMBRA_RAX], .rcx = r.general[UMBRA_RCX], .rdx = r.general[UMBRA_RDX],
		.rbx = r.general[UMBRA_RBX], .rsp = r.general[UMBRA_RSP], .rbp = r.general[UMBRA_RBP],
		.rsi = r.general[UMBRA_RSI], .rdi = r.general[UMBRA_RDI], .r8 = r.general[UMBRA_R8],
		.r9 = r.general[9], .r10 = r.general[10], .r11 = r.general[11], .r12 = r.general[12],
		.r13 = r.general[13], .r14 = r.general[14], .r15 = r.general[15],
		.rip = r.rip, .rflags = r.rflags,
	};
	return copy_to_user(to, &regs, sizeof(regs)) ? -EFAULT : 0;
}

int umbra_registers_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	struct umbra_registers r;
	struct kvm_regs regs;

	if (copy_from_user(&regs, from, sizeof(regs)))
		return -EFAULT;
	r = (struct umbra_registers){
		.general = { regs.rax, regs.rcx, regs.rdx, regs.rbx, regs.rsp, regs.rbp, regs.rsi, regs.rdi, regs.r8,
			     regs.r9, regs.r10, regs.r11, regs.r12, regs.r13, regs.r14, regs.r15 },
		.rip = regs.rip,
		.rflags = regs.rflags,
	};
	umbra_cpu_set_registers(vcpu->cpu, &r);
	return 0;
}

/* Access rights in the VMCS (SDM table 25-2): type, S, DPL, P, AVL, L, D/B, G, unusable. */
static struct kvm_segment umbra_segment_out(const struct umbra_segment *s)
{
	return (struct kvm_segment){
		.base = s->base, .limit = s->limit, .selector = s->selector,
		.type = s->rights & 15, .s = s->rights >> 4 & 1, .dpl = s->rights >> 5 & 3, .present = s->rights >> 7 & 1,
		.avl = s->rights >> 12 & 1, .l = s->rights >> 13 & 1, .db = s->rights >> 14 & 1, .g = s->rights >> 15 & 1,
		.unusable = s->rights >> 16 & 1,
	};
}

static struct umbra_segment umbra_segment_in(const struct kvm_segment *s)
{
	unsigned long rights = (s->type & 15) | (s->s & 1) << 4 | (s->dpl & 3) << 5 | (s->present & 1) << 7 |
			       (s->avl & 1) << 12 | (s->l & 1) << 13 | (s->db & 1) << 14 | (s->g & 1) << 15;

	/* A segment that is not present is none that VMX could use. */
	if (s->unusable || !s->present)
		rights = 1 << 16;
	return (struct umbra_segment){ .base = s->base, .limit = s->limit, .selector = s->selector, .rights = rights };
}

int umbra_system_registers_get(struct umbra_vcpu *vcpu, void __user *to)
{
	struct umbra_system_registers s;
	struct kvm_sregs sregs;
	int error = umbra_vcpu_load(vcpu);

	if (error)
		return error;
	umbra_cpu_get_system_registers(vcpu->cpu, &s);
	umbra_vcpu_unload(vcpu);
	sregs = (struct kvm_sregs){
		.cs = umbra_segment_out(&s.cs), .ds = umbra_segment_out(&s.ds), .es = umbra_segment_out(&s.es),
		.fs = umbra_segment_out(&s.fs), .gs = umbra_segment_out(&s.gs), .ss = umbra_segment_out(&s.ss),
		.tr = umbra_segment_out(&s.tr), .ldt = umbra_segment_out(&s.ldtr),
		.gdt = { .base = s.gdtr_base, .limit = s.gdtr_limit },
		.idt = { .base = s.idtr_base, .limit = s.idtr_limit },
		.cr0 = s.cr0, .cr2 = s.cr2, .cr3 = s.cr3, .cr4 = s.cr4, .cr8 = s.cr8, .efer = s.efer, .apic_base = s.apic_base,
	};
	umbra_cpu_get_interrupts(vcpu->cpu, (unsigned long *)sregs.interrupt_bitmap);
	return copy_to_user(to, &sregs, sizeof(sregs)) ? -EFAULT : 0;
}

static_assert(sizeof_field(struct kvm_sregs, interrupt_bitmap) == umbra_interrupt_words * sizeof(unsigned long));

int umbra_system_registers_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	struct umbra_system_registers s;
	struct kvm_sregs sregs;
	int error, taken;

	if (copy_from_user(&sregs, from, sizeof(sregs)))
		return -EFAULT;
	s = (struct umbra_system_registers){
		.es = umbra_segment_in(&sregs.es), .cs = umbra_segment_in(&sregs.cs), .ss = umbra_segment_in(&sregs.ss),
		.ds = umbra_segment_in(&sregs.ds), .fs = umbra_segment_in(&sregs.fs), .gs = umbra_segment_in(&sregs.gs),
		.ldtr = umbra_segment_in(&sregs.ldt), .tr = umbra_segment_in(&sregs.tr),
		.gdtr_base = sregs.gdt.base, .gdtr_limit = sregs.gdt.limit,
		.idtr_base = sregs.idt.base, .idtr_limit = sregs.idt.limit,
		.cr0 = sregs.cr0, .cr2 = sregs.cr2, .cr3 = sregs.cr3, .cr4 = sregs.cr4, .cr8 = sregs.cr8, .efer = sregs.efer,
		.apic_base = sregs.apic_base,
	};
	error = umbra_vcpu_load(vcpu);
	if (error)
		return error;
	umbra_core_enter(vcpu->vm);
	taken = umbra_cpu_set_system_registers(vcpu->cpu, &s);
	if (taken)
		umbra_cpu_set_interrupts(vcpu->cpu, (unsigned long *)sregs.interrupt_bitmap);
	umbra_core_leave(vcpu->vm);
	umbra_vcpu_unload(vcpu);
	return taken ? 0 : -EINVAL;
}
