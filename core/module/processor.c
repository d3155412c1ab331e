// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMX operation of each processor (SDM 24.6, 24.7), and which VMCSs a processor holds.
 *
 * A VMCS that has been current on a processor may live in that processor's caches until it is cleared there. So each
 * processor keeps a list of them; it is changed on that processor only, with interrupts off.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/reboot.h>
#include <linux/smp.h>
#include <linux/syscore_ops.h>
#include <asm/perf_event.h>
#include <asm/msr.h>
#include <asm/tlbflush.h>

#include "module.h"

struct umbra_processor {
	void *vmxon_region;
	bool on;
	bool in_use;                     /* between umbra_vmcs_load() and umbra_vmcs_done() */
	bool stop_when_done;
	struct umbra_vcpu *current_vcpu; /* whose VMCS is current */
	struct list_head holds;
};

static DEFINE_PER_CPU(struct umbra_processor, umbra_processor);
static int umbra_hotplug_state;

/* --- the instructions ------------------------------------------------------------------------------------------------ */

static bool umbra_vmxon(void *region)
{
	u64 address = __pa(region);

	asm goto("1: vmxon %[address]\n\t"
		 "jbe %l[refused]\n\t"
		 _ASM_EXTABLE(1b, %l[refused])
		 : : [address] "m"(address) : "cc", "memory" : refused);
	return true;
refused:
	return false;
}

static void umbra_vmxoff(void)
{
	asm volatile("vmxoff" : : : "cc", "memory");
}

static void umbra_vmclear(void *vmcs)
{
	u64 address = __pa(vmcs);
	bool failed;

	asm volatile("vmclear %[address]" : "=@ccbe"(failed) : [address] "m"(address) : "memory");
	WARN_ONCE(failed, "umbra: VMCLEAR of %llx failed\n", address);
}

static void umbra_vmptrld(void *vmcs)
{
	u64 address = __pa(vmcs);
	bool failed;

	asm volatile("vmptrld %[address]" : "=@ccbe"(failed) : [address] "m"(address) : "memory");
	WARN_ONCE(failed, "umbra: VMPTRLD of %llx failed\n", address);
}

/* A VMCS or a VMXON region: a page that begins with the processor's revision. */
void *umbra_vmcs_alloc(void)
{
	u32 *page = (u32 *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	u64 basic;

	if (!page)
		return NULL;
	rdmsrl(MSR_IA32_VMX_BASIC, basic);
	*page = basic & GENMASK(30, 0);
	return page;
}

/* --- VMX operation, with interrupts off on the processor itself ------------------------------------------------------ */

static int umbra_start_here(void)
{
	struct umbra_processor *here = this_cpu_ptr(&umbra_processor);

	here->stop_when_done = false;
	/* Another hypervisor is at work. */
	if (cr4_read_shadow() & X86_CR4_VMXE)
		return -EBUSY;
	intel_pt_handle_vmx(1);
	cr4_set_bits(X86_CR4_VMXE);
	if (!umbra_vmxon(here->vmxon_region)) {
		cr4_clear_bits(X86_CR4_VMXE);
		intel_pt_handle_vmx(0);
		return -EIO;
	}
	here->on = true;
	return 0;
}

static void umbra_clear_here(struct umbra_vcpu *vcpu)
{
	struct umbra_processor *here = this_cpu_ptr(&umbra_processor);

	umbra_vmclear(vcpu->vmcs);
	if (here->current_vcpu == vcpu)
		here->current_vcpu = NULL;
	list_del(&vcpu->loaded);
	vcpu->launched = false;
	/* Whoever sees this finds the list and the VMCS as they are now. */
	smp_store_release(&vcpu->loaded_on, -1);
}

static void umbra_stop_here(void *unused)
{
	struct umbra_processor *here = this_cpu_ptr(&umbra_processor);
	struct umbra_vcpu *vcpu, *next;

	if (!here->on)
		return;
	/* An interrupt has taken a vCPU's thread away from its VMCS: it needs that until it is done. */
	if (here->in_use) {
		here->stop_when_done = true;
		return;
	}
	list_for_each_entry_safe(vcpu, next, &here->holds, loaded)
		umbra_clear_here(vcpu);
	umbra_vmxoff();
	here->on = false;
	cr4_clear_bits(X86_CR4_VMXE);
	intel_pt_handle_vmx(0);
}

/* --- processors come and go ------------------------------------------------------------------------------------------ */

static int umbra_processor_comes(unsigned int cpu)
{
	struct umbra_processor *it = per_cpu_ptr(&umbra_processor, cpu);
	unsigned long flags;
	int error;

	if (!it->vmxon_region) {
		INIT_LIST_HEAD(&it->holds);
		it->vmxon_region = umbra_vmcs_alloc();
		if (!it->vmxon_region)
			return -ENOMEM;
	}
	local_irq_save(flags);
	error = umbra_start_here();
	local_irq_restore(flags);
	if (error)
		pr_err("processor %u %s\n", cpu,
		       error == -EBUSY ? "is in use by another hypervisor" : "refuses VMXON");
	return error;
}

static int umbra_processor_goes(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	umbra_stop_here(NULL);
	local_irq_restore(flags);
	return 0;
}

/* A processor in VMX operation ignores INIT, which a reboot may need. */
static int umbra_reboot(struct notifier_block *block, unsigned long event, void *data)
{
	on_each_cpu(umbra_stop_here, NULL, 1);
	return NOTIFY_OK;
}

static struct notifier_block umbra_reboot_notifier = { .notifier_call = umbra_reboot };

/* Sleep: the last processor is left, its interrupts are off; the others have gone by hotplug. */
static int umbra_suspend(void)
{
	umbra_stop_here(NULL);
	return 0;
}

static void umbra_resume(void)
{
	if (umbra_start_here())
		pr_err("processor %d does not enter VMX operation after sleep\n", smp_processor_id());
}

static struct syscore_ops umbra_sleep = { .suspend = umbra_suspend, .resume = umbra_resume };

static void umbra_free_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(umbra_processor, cpu).vmxon_region);
		per_cpu(umbra_processor, cpu).vmxon_region = NULL;
	}
}

int umbra_processors_start(void)
{
	/* By the time a vCPU's thread can run on a processor, this state has been reached there. */
	int state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "umbra:online", umbra_processor_comes, umbra_processor_goes);

	if (state < 0) {
		umbra_free_regions();
		return state;
	}
	umbra_hotplug_state = state;
	register_reboot_notifier(&umbra_reboot_notifier);
	register_syscore_ops(&umbra_sleep);
	return 0;
}

void umbra_processors_stop(void)
{
	unregister_syscore_ops(&umbra_sleep);
	unregister_reboot_notifier(&umbra_reboot_notifier);
	cpuhp_remove_state(umbra_hotplug_state);
	umbra_free_regions();
}

/* --- VMCSs ----------------------------------------------------------------------------------------------------------- */

static void umbra_clear_if_here(void *argument)
{
	struct umbra_vcpu *vcpu = argument;

	if (vcpu->loaded_on == smp_processor_id())
		umbra_clear_here(vcpu);
}

void umbra_vmcs_clear(struct umbra_vcpu *vcpu)
{
	int cpu = smp_load_acquire(&vcpu->loaded_on);

	/* If that processor goes away first, it clears what it holds. */
	if (cpu >= 0)
		smp_call_function_single(cpu, umbra_clear_if_here, vcpu, 1);
}

bool umbra_vmcs_wanted_back(void)
{
	return READ_ONCE(this_cpu_ptr(&umbra_processor)->stop_when_done);
}

void umbra_vmcs_done(void)
{
	struct umbra_processor *here = this_cpu_ptr(&umbra_processor);
	unsigned long flags;

	local_irq_save(flags);
	here->in_use = false;
	if (here->stop_when_done)
		umbra_stop_here(NULL);
	local_irq_restore(flags);
}

int umbra_vmcs_load(struct umbra_vcpu *vcpu, bool *moved)
{
	struct umbra_processor *here = this_cpu_ptr(&umbra_processor);
	int cpu = smp_processor_id();

	*moved = false;
	here->in_use = true;
	barrier(); /* an interrupt may want to stop VMX operation here */
	if (!here->on || here->stop_when_done) {
		umbra_vmcs_done();
		return -EIO;
	}
	if (vcpu->loaded_on != cpu) {
		umbra_vmcs_clear(vcpu);
		local_irq_disable();
		list_add(&vcpu->loaded, &here->holds);
		vcpu->loaded_on = cpu;
		local_irq_enable();
		*moved = true;
	}
	if (here->current_vcpu != vcpu) {
		umbra_vmptrld(vcpu->vmcs);
		here->current_vcpu = vcpu;
	}
	return 0;
}
