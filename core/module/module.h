/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the C side share. */
#ifndef UMBRA_MODULE_H
#define UMBRA_MODULE_H

#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/kvm.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <asm/fpu/types.h>

#include "glue.h"

#undef pr_fmt
#define pr_fmt(fmt) "umbra: " fmt

/* --- a VM ----------------------------------------------------------------------------------------------------------- */

struct umbra_region {
	u64 guest_address, bytes, userspace_address;
	u32 flags;
};

struct umbra_vm {
	struct kref users;         /* the VM's file, and each vCPU's */
	struct mm_struct *mm;      /* of the VMM; all its memory is pinned there */
	pid_t creator;
	struct umbra_core *core;
	bool check;
	bool asks_for_msrs;        /* its VMM, of those that the core has not */

	struct mutex lock;         /* memory regions, and making vCPUs */
	struct umbra_region regions[umbra_slot_limit];
	int pin_error;             /* why the last pin failed */

	struct umbra_vcpu *vcpus[umbra_vcpu_limit]; /* only added to, until the VM goes */

	spinlock_t mmu_lock;
	cpumask_var_t kicked;      /* under mmu_lock */
	spinlock_t check_lock;     /* with `check`: one vCPU at a time is in the core. Taken before mmu_lock */

	bool dead;                 /* an invariant or an assertion did not hold: no vCPU runs any more */
	unsigned long checks;      /* made, under check_lock */
};

long umbra_vm_create(void);
void umbra_vm_put(struct umbra_vm *vm);
/* Says why, once a VM, and sees to it that no vCPU of it runs again. */
void umbra_vm_kill(struct umbra_vm *vm, const char *why);

/* --- a vCPU --------------------------------------------------------------------------------------------------------- */

enum umbra_vcpu_mode { UMBRA_OUTSIDE_GUEST, UMBRA_IN_GUEST };
enum { UMBRA_REQUEST_FLUSH }; /* bit of umbra_vcpu.requests: the core has to be asked again, and the VPID to be flushed */

struct umbra_vcpu_statistics {
	u64 exits, entries_put_off, vpid_flushes, kicks, moves, signal_exits, request_irq_exits;
};

struct umbra_vcpu {
	struct umbra_vm *vm;
	unsigned int id;
	struct mutex mutex;        /* one thread has the vCPU for itself */
	struct umbra_cpu *cpu;
	struct kvm_run *run;       /* two pages: kvm_run, and data of port I/O */
	unsigned int vpid;         /* 0: none */

	void *vmcs;
	int loaded_on;             /* the processor that may hold the VMCS, or -1 */
	struct list_head loaded;   /* in that processor's list */
	bool launched;
	bool set_up;

	unsigned long requests;
	enum umbra_vcpu_mode mode;
	int runs_on;               /* while in guest mode */
	bool flush;                /* before the next entry */

	struct fpu_guest fpu;
	bool fpu_loaded;           /* and the thread's own is kept elsewhere */
	u16 ds, es, fs, gs, ldt;   /* the thread's selectors, while an exit would lose them */
	u64 fs_base;
	struct umbra_vcpu_statistics statistics;
};

long umbra_vcpu_create(struct umbra_vm *vm, unsigned long id);
void umbra_vcpu_destroy(struct umbra_vcpu *vcpu);
/* KVM_RUN, with the vCPU's mutex held. */
long umbra_vcpu_run(struct umbra_vcpu *vcpu);
/* Between the two, the vCPU's VMCS is the processor's current one, and nothing sleeps. */
int umbra_vcpu_load(struct umbra_vcpu *vcpu);
void umbra_vcpu_unload(struct umbra_vcpu *vcpu);
/* The core at work for a vCPU. With `check` no other vCPU of the VM is in it at the same time. */
void umbra_core_enter(struct umbra_vm *vm);
void umbra_core_leave(struct umbra_vm *vm);

/* --- processors ----------------------------------------------------------------------------------------------------- */

/* Puts every processor into VMX operation, those that come later included. */
int umbra_processors_start(void);
void umbra_processors_stop(void);
void *umbra_vmcs_alloc(void);
/*
 * Makes the VMCS current here, wherever it was before, until umbra_vmcs_done(); nothing sleeps in between. -EIO: this
 * processor is not in VMX operation.
 */
int umbra_vmcs_load(struct umbra_vcpu *vcpu, bool *moved);
void umbra_vmcs_done(void);
/* This processor is about to leave VMX operation: whoever uses a VMCS should be done with it soon. */
bool umbra_vmcs_wanted_back(void);
/* Takes the VMCS from whichever processor holds it. */
void umbra_vmcs_clear(struct umbra_vcpu *vcpu);

/* host_state.c: what an exit brings back of the host, and what it does not. */
void umbra_host_tell_processor(struct umbra_vcpu *vcpu);
void umbra_host_tell_thread(struct umbra_vcpu *vcpu);
void umbra_host_save(struct umbra_vcpu *vcpu);
void umbra_host_restore(struct umbra_vcpu *vcpu);

/* enter.S: enters the guest, and comes back with the exit. False: the processor refused. */
bool umbra_enter(unsigned long *general, bool launched);
extern char umbra_exit_entry_point[];

/* --- the rest ------------------------------------------------------------------------------------------------------- */

bool umbra_vpid_get(unsigned int *vpid);
void umbra_vpid_put(unsigned int vpid);

/* run_area.c */
void umbra_request_to_run(struct umbra_vcpu *vcpu);
/* What the VMM has left there for an instruction that waits for a device. */
void umbra_answer_from_run(struct umbra_vcpu *vcpu);
void umbra_internal_error_to_run(struct kvm_run *run, u32 suberror);

int umbra_registers_get(struct umbra_vcpu *vcpu, void __user *to);
int umbra_registers_set(struct umbra_vcpu *vcpu, const void __user *from);
int umbra_system_registers_get(struct umbra_vcpu *vcpu, void __user *to);
int umbra_system_registers_set(struct umbra_vcpu *vcpu, const void __user *from);

int umbra_cpuid_supported(void __user *to);
int umbra_cpuid_get(struct umbra_vcpu *vcpu, void __user *to);
int umbra_cpuid_set(struct umbra_vcpu *vcpu, const void __user *from);
int umbra_msr_index_list(void __user *to);
int umbra_msrs_get(struct umbra_vcpu *vcpu, void __user *user);
int umbra_msrs_set(struct umbra_vcpu *vcpu, void __user *user);
int umbra_debug_registers_get(struct umbra_vcpu *vcpu, void __user *to);
int umbra_debug_registers_set(struct umbra_vcpu *vcpu, const void __user *from);
int umbra_guest_debug_set(struct umbra_vcpu *vcpu, const void __user *from);
void umbra_load_breakpoints(struct umbra_vcpu *vcpu);

/* events.c */
int umbra_interrupt(struct umbra_vcpu *vcpu, const void __user *from);
int umbra_nmi(struct umbra_vcpu *vcpu);
int umbra_events_get(struct umbra_vcpu *vcpu, void __user *to);
int umbra_events_set(struct umbra_vcpu *vcpu, const void __user *from);
int umbra_mp_state_get(struct umbra_vcpu *vcpu, void __user *to);
int umbra_mp_state_set(struct umbra_vcpu *vcpu, const void __user *from);
/* What each return to the VMM says about the guest's readiness for interrupts. */
void umbra_events_to_run(struct umbra_vcpu *vcpu);

/* fpu.c */
void umbra_fpu_load(struct umbra_vcpu *vcpu);
void umbra_fpu_unload(struct umbra_vcpu *vcpu);
int umbra_fpu_get(struct umbra_vcpu *vcpu, void __user *to);
int umbra_fpu_set(struct umbra_vcpu *vcpu, const void __user *from);

long umbra_vm_statistics_fd(struct umbra_vm *vm);
long umbra_vcpu_statistics_fd(struct umbra_vcpu *vcpu);

long umbra_check_extension(unsigned long extension);

/* Assertions that did not hold on this processor. */
DECLARE_PER_CPU(unsigned long, umbra_assertions);
unsigned long umbra_assertions_in_all(void);

extern bool umbra_with_vpid;
extern struct umbra_features umbra_features;
extern bool umbra_check_wanted;
extern bool umbra_emulate_wanted;
extern const struct file_operations umbra_vm_file_operations;

#endif
