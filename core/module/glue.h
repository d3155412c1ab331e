/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The border between the module's two languages: what the C side, which knows Linux, and the C++ side, which knows the core,
 * ask of each other. Plain types that mean the same to both; neither sees the other's headers.
 */
#ifndef UMBRA_GLUE_H
#define UMBRA_GLUE_H

#ifdef __cplusplus
extern "C" {
#endif

struct umbra_vm;   /* C's side of a VM */
struct umbra_core; /* C++'s */
struct umbra_cpu;  /* C++'s side of a vCPU */

enum { umbra_slot_limit = 32, umbra_vcpu_limit = 16 };

/* --- what Linux does for the core: core/platform/platform.hpp says what each is to do ------------------------------- */

void *umbra_host_table(int below_4_gib);
void umbra_host_table_free(void *);
void *umbra_host_alloc(unsigned long bytes);
void umbra_host_free(void *);
/* Whether the page of the VMM could be pinned, and the frame. */
int umbra_host_pin(struct umbra_vm *, unsigned long userspace_page, unsigned long *frame);
void umbra_host_unpin(struct umbra_vm *, unsigned long frame);
void umbra_host_lock(struct umbra_vm *);
void umbra_host_unlock(struct umbra_vm *);
unsigned umbra_host_vpid(struct umbra_vm *, unsigned vcpu);
void umbra_host_flush_vcpu(struct umbra_vm *, unsigned vcpu);
void umbra_host_flush_all(struct umbra_vm *);
/* Whether the MSR could be read. */
int umbra_host_read_msr(unsigned index, unsigned long *value);
/* The processor refused a VMREAD or VMWRITE. */
void umbra_host_bad_vmcs_field(unsigned field);
void umbra_host_assertion(const char *condition, const char *file, unsigned line);

/* --- what the core does for Linux ----------------------------------------------------------------------------------- */

/* Finds out whether the processor can do all that umbra needs. Null; or what it lacks. `with_vpid` is answered too. */
const char *umbra_core_probe(int *with_vpid);
/* Whether guests can get NMIs. */
int umbra_core_virtual_nmis(void);
/* Bits of CR4 that guests may run under on this processor. */
unsigned long umbra_core_cr4_allowed(void);

struct umbra_core_options {
	unsigned long direct_map; /* where the kernel sees host-physical address 0 */
	int check;                /* umbra_core_check() will be asked */
	int emulate;              /* execute instructions that write to a guest's tables; else those tables are given up */
};
/* Null: no memory. */
struct umbra_core *umbra_core_create(struct umbra_vm *, const struct umbra_core_options *);
void umbra_core_destroy(struct umbra_core *);

enum umbra_slot_status {
	umbra_slot_ok,
	umbra_slot_bad_request,
	umbra_slot_overlap,
	umbra_slot_out_of_memory,
	umbra_slot_no_backing,
};
struct umbra_slot {
	unsigned long base, pages, userspace_page; /* in pages; pages = 0 deletes */
	int read_only;
};
/* Whether umbra_core_set_slot() would take it, memory apart. */
enum umbra_slot_status umbra_core_check_slot(struct umbra_core *, unsigned id, const struct umbra_slot *);
/* One at a time for each VM. */
enum umbra_slot_status umbra_core_set_slot(struct umbra_core *, unsigned id, const struct umbra_slot *);

/* The MMU's counters. */
enum { umbra_statistics = 16 };
const char *umbra_statistic_name(unsigned n);
void umbra_core_statistics(struct umbra_core *, unsigned long values[umbra_statistics]);

struct umbra_features {
	unsigned maxphyaddr;
	int nx, long_mode, gbpages, smep, smap;
};
/* Null: no memory, or no room for one more vCPU. */
struct umbra_cpu *umbra_cpu_create(struct umbra_core *, unsigned id, const struct umbra_features *);
void umbra_cpu_destroy(struct umbra_cpu *);
/* Once, when the vCPU's VMCS is the processor's current one for the first time. */
void umbra_cpu_set_up(struct umbra_cpu *);
/* General registers RAX to R15 as instructions number them, and CR2: the VM entry's code uses them in place. */
unsigned long *umbra_cpu_general(struct umbra_cpu *);
unsigned long *umbra_cpu_cr2(struct umbra_cpu *);

struct umbra_processor_state {
	unsigned short cs, ss, tr;
	unsigned long tr_base, gdtr_base, idtr_base, gs_base;
	unsigned sysenter_cs;
	unsigned long sysenter_esp, sysenter_eip, efer, exit_entry_point;
};
void umbra_cpu_processor_changed(struct umbra_cpu *, const struct umbra_processor_state *);
struct umbra_thread_state {
	unsigned long cr0, cr3, cr4, fs_base, kernel_gs_base;
};
void umbra_cpu_thread_changed(struct umbra_cpu *, const struct umbra_thread_state *);

/* Right after an exit: whether the guest has run, so that its VMCS is launched. */
int umbra_cpu_has_run(struct umbra_cpu *);
/* What of the host's came up while the guest ran: to be asked right after an exit, with interrupts off. */
enum umbra_host_event { umbra_host_event_none, umbra_host_event_nmi, umbra_host_event_machine_check };
enum umbra_host_event umbra_cpu_host_event(struct umbra_cpu *);

enum umbra_next { umbra_run, umbra_again, umbra_leave };
enum umbra_next umbra_cpu_prepare(struct umbra_cpu *);
enum umbra_next umbra_cpu_exited(struct umbra_cpu *, int entered);

enum umbra_request_kind {
	umbra_request_none,
	umbra_request_unknown,
	umbra_request_io,
	umbra_request_mmio,
	umbra_request_rdmsr,
	umbra_request_wrmsr,
	umbra_request_set_tpr,
	umbra_request_hlt,
	umbra_request_irq_window,
	umbra_request_debug,
	umbra_request_shutdown,
	umbra_request_fail_entry,
	umbra_request_internal_error,
	umbra_request_hypercall,
};
enum umbra_internal_error {
	umbra_error_none,
	umbra_error_emulation,
	umbra_error_delivery,
	umbra_error_unsound,
};
struct umbra_request {
	enum umbra_request_kind kind;
	unsigned long reason;
	enum umbra_internal_error error;
	struct {
		unsigned vector;
		unsigned long pc, dr6, dr7;
	} debug;
	struct {
		unsigned long number, arguments[4];
		int long_mode;
	} hypercall;
	struct {
		unsigned number;
		unsigned long value;
	} msr;
};
void umbra_cpu_request(struct umbra_cpu *, struct umbra_request *);

/* What a device is to do: of a request for port I/O or MMIO. */
struct umbra_access {
	int write;
	unsigned long address; /* or port */
	unsigned bytes, count; /* of an item; items */
};
enum { umbra_access_limit = 4096 }; /* bytes * count at most */
void umbra_cpu_access(struct umbra_cpu *, struct umbra_access *);
/* Copies its items, side by side, out of the core and in again. Another may write to `from` meanwhile. */
void umbra_cpu_get_items(struct umbra_cpu *, unsigned char *to);
void umbra_cpu_set_items(struct umbra_cpu *, const volatile unsigned char *from);
/* The result of a hypercall. */
void umbra_cpu_answer_hypercall(struct umbra_cpu *, unsigned long result);
/* Whether an instruction waits until userspace has done its part; and, with the vCPU's VMCS current: it has. */
int umbra_cpu_waits(struct umbra_cpu *);
enum umbra_next umbra_cpu_complete(struct umbra_cpu *);

struct umbra_registers {
	unsigned long general[16], rip, rflags;
};
/* The task priority. 0: no such priority, and nothing has changed. */
unsigned long umbra_cpu_task_priority(struct umbra_cpu *);
int umbra_cpu_set_task_priority(struct umbra_cpu *, unsigned long);
unsigned long umbra_cpu_apic_base(struct umbra_cpu *);
void umbra_cpu_get_registers(struct umbra_cpu *, struct umbra_registers *);
void umbra_cpu_set_registers(struct umbra_cpu *, const struct umbra_registers *);

/* What CPUID answers for a leaf, or for one sub-leaf of it. */
struct umbra_cpuid_row {
	unsigned leaf, subleaf;
	int has_subleaves;
	unsigned eax, ebx, ecx, edx;
};
enum { umbra_cpuid_limit = 64 };
/* The most that a vCPU with these features may be given. How many rows; 0: no memory. */
unsigned umbra_supported_cpuid(const struct umbra_features *, struct umbra_cpuid_row rows[umbra_cpuid_limit]);
unsigned umbra_cpu_get_cpuid(struct umbra_cpu *, struct umbra_cpuid_row rows[umbra_cpuid_limit]);
/* With the vCPU's VMCS current. 0: refused, and nothing has changed. */
int umbra_cpu_set_cpuid(struct umbra_cpu *, const struct umbra_cpuid_row *, unsigned count);

/* Model-specific registers: how many there are, their numbers; for a VMM, with the vCPU's VMCS current. 0: refused. */
unsigned umbra_msr_count(void);
unsigned umbra_msr_number(unsigned n);
int umbra_cpu_read_msr(struct umbra_cpu *, unsigned number, unsigned long *value);
int umbra_cpu_write_msr(struct umbra_cpu *, unsigned number, unsigned long value);
/* Whether the VMM is asked for a register that there is not; and, before umbra_cpu_complete(), what it says. */
void umbra_cpu_ask_for_msrs(struct umbra_cpu *, int on);
void umbra_cpu_answer_msr(struct umbra_cpu *, int refused, unsigned long value);

struct umbra_debug_registers {
	unsigned long breakpoint[4], dr6, dr7;
};
void umbra_cpu_get_debug_registers(struct umbra_cpu *, struct umbra_debug_registers *);
/* With the vCPU's VMCS current, as the next. 0: not what DR6 or DR7 can hold. */
int umbra_cpu_set_debug_registers(struct umbra_cpu *, const struct umbra_debug_registers *);
/* A VMM debugs its guest. */
struct umbra_guest_debug {
	int single_step, software_breakpoints, hardware_breakpoints;
	unsigned long breakpoint[4], dr7;
};
/* 0: this processor cannot. */
int umbra_cpu_set_guest_debug(struct umbra_cpu *, const struct umbra_guest_debug *);
/* Whether DR0 to DR3 have to hold these while the guest runs. */
int umbra_cpu_breakpoints(struct umbra_cpu *, unsigned long breakpoint[4]);

struct umbra_segment {
	unsigned long base, limit, selector, rights;
};
struct umbra_system_registers {
	struct umbra_segment es, cs, ss, ds, fs, gs, ldtr, tr;
	unsigned long gdtr_base, gdtr_limit, idtr_base, idtr_limit;
	unsigned long cr0, cr2, cr3, cr4, cr8, efer, apic_base;
};
/* Both with the vCPU's VMCS current. */
void umbra_cpu_get_system_registers(struct umbra_cpu *, struct umbra_system_registers *);
/* 0: they do not go together, and nothing has changed. */
int umbra_cpu_set_system_registers(struct umbra_cpu *, const struct umbra_system_registers *);

/* Events. The vCPU's VMCS need not be current. */
void umbra_cpu_interrupt(struct umbra_cpu *, unsigned char vector);
/* 0: the processor has no virtual NMIs, so its guests get none. */
int umbra_cpu_nmi(struct umbra_cpu *);
/* Whether to leave once the guest can take an interrupt; and whether it could take one now. */
void umbra_cpu_want_interrupt_window(struct umbra_cpu *, int wanted);
int umbra_cpu_ready_for_interrupt(struct umbra_cpu *);
/* Interrupts that wait, by vector. */
enum { umbra_interrupt_words = 4 };
void umbra_cpu_get_interrupts(struct umbra_cpu *, unsigned long bits[umbra_interrupt_words]);
void umbra_cpu_set_interrupts(struct umbra_cpu *, const unsigned long bits[umbra_interrupt_words]);
struct umbra_events {
	int has_exception, has_error_code;
	unsigned vector, error_code;
	unsigned nmis; /* that wait */
	int by_sti, by_mov_ss, by_nmi;
};
void umbra_cpu_get_events(struct umbra_cpu *, struct umbra_events *);
/* 0: no vCPU can be in such a state, and nothing has changed. */
int umbra_cpu_set_events(struct umbra_cpu *, const struct umbra_events *);
int umbra_cpu_halted(struct umbra_cpu *);
void umbra_cpu_set_halted(struct umbra_cpu *, int);
/* Whether the guest's FPU state has to be in the processor at the next entry; and that it no longer is. */
int umbra_cpu_fpu_active(struct umbra_cpu *);
void umbra_cpu_fpu_unloaded(struct umbra_cpu *);

/* What a vCPU has done. */
enum { umbra_cpu_statistics = 19 };
const char *umbra_cpu_statistic_name(unsigned n);
void umbra_cpu_read_statistics(struct umbra_cpu *, unsigned long values[umbra_cpu_statistics]);

struct umbra_violation {
	const char *invariant, *rule; /* "I3 write protection", and what should hold */
	unsigned page;
	unsigned long index, expected, found;
};
/* Pages of memory that the checker can follow. */
unsigned long umbra_core_check_limit(void);
/* Checks the invariants of a VM that was created with `check`, while none of its vCPUs is in the core. 1: one is broken. */
int umbra_core_check(struct umbra_core *, struct umbra_violation *);

#ifdef __cplusplus
}
#endif

#endif
