// SPDX-License-Identifier: GPL-2.0-only
/* umbra.ko: loading and unloading, and /dev/umbra. */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <asm/cpufeature.h>
#include <asm/processor-flags.h>

#include "module.h"

bool umbra_check_wanted;
module_param_named(check, umbra_check_wanted, bool, 0444);
MODULE_PARM_DESC(check, "check the invariants of the shadow MMU after each exit (slow)");

bool umbra_emulate_wanted = true;
module_param_named(emulate, umbra_emulate_wanted, bool, 0444);
MODULE_PARM_DESC(emulate, "execute instructions that write to a guest's page tables; off: hardware does, on tables that are given up");

bool umbra_with_vpid;
struct umbra_features umbra_features;

long umbra_check_extension(unsigned long extension)
{
	switch (extension) {
	case KVM_CAP_USER_MEMORY:
	case KVM_CAP_SET_TSS_ADDR:
	case KVM_CAP_DESTROY_MEMORY_REGION_WORKS:
	case KVM_CAP_JOIN_MEMORY_REGIONS_WORKS:
	case KVM_CAP_READONLY_MEM:
	case KVM_CAP_IMMEDIATE_EXIT:
	case KVM_CAP_CHECK_EXTENSION_VM:
	case KVM_CAP_INTERNAL_ERROR_DATA:
	case KVM_CAP_BINARY_STATS_FD:
	case KVM_CAP_MP_STATE:
	case KVM_CAP_VCPU_EVENTS:
	case KVM_CAP_INTR_SHADOW:
	case KVM_CAP_EXT_CPUID:
	case KVM_CAP_DEBUGREGS:
	case KVM_CAP_SET_GUEST_DEBUG:
		return 1;
	case KVM_CAP_USER_NMI:
		return umbra_core_virtual_nmis();
	case KVM_CAP_X86_USER_SPACE_MSR:
		return KVM_MSR_EXIT_REASON_UNKNOWN;
	case KVM_CAP_SET_GUEST_DEBUG2:
		return KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_USE_HW_BP;
	case KVM_CAP_NR_VCPUS:
		return min_t(long, num_online_cpus(), umbra_vcpu_limit);
	case KVM_CAP_MAX_VCPUS:
	case KVM_CAP_MAX_VCPU_ID:
		return umbra_vcpu_limit;
	case KVM_CAP_NR_MEMSLOTS:
		return umbra_slot_limit;
	default:
		return 0;
	}
}

static long umbra_device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	switch (command) {
	case KVM_GET_API_VERSION:
		return argument ? -EINVAL : KVM_API_VERSION;
	case KVM_CREATE_VM:
		return argument ? -EINVAL : umbra_vm_create();
	case KVM_CHECK_EXTENSION:
		return umbra_check_extension(argument);
	case KVM_GET_SUPPORTED_CPUID:
		return umbra_cpuid_supported((void __user *)argument);
	case KVM_GET_MSR_INDEX_LIST:
		return umbra_msr_index_list((void __user *)argument);
	case KVM_GET_VCPU_MMAP_SIZE:
		return argument ? -EINVAL : 2 * PAGE_SIZE;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations umbra_device_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = umbra_device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice umbra_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "umbra",
	.mode = 0600,
	.fops = &umbra_device_operations,
};

/* What guests are told of the processor: no more than it has, where the guest runs on it. */
static void umbra_find_features(void)
{
	unsigned long cr4 = umbra_core_cr4_allowed();

	umbra_features.maxphyaddr = boot_cpu_data.x86_phys_bits;
	umbra_features.nx = 1; /* the core depends on it */
	umbra_features.long_mode = 1;
	umbra_features.gbpages = boot_cpu_has(X86_FEATURE_GBPAGES);
	umbra_features.smep = boot_cpu_has(X86_FEATURE_SMEP) && (cr4 & X86_CR4_SMEP);
	umbra_features.smap = boot_cpu_has(X86_FEATURE_SMAP) && (cr4 & X86_CR4_SMAP);
}

static int __init umbra_init(void)
{
	const char *lacking;
	int vpid, error;

	if (!boot_cpu_has(X86_FEATURE_VMX)) {
		pr_err("this processor has no VMX, or the firmware has switched it off\n");
		return -EOPNOTSUPP;
	}
	if (!boot_cpu_has(X86_FEATURE_NX)) {
		pr_err("this processor has no execute-disable bit\n");
		return -EOPNOTSUPP;
	}
	lacking = umbra_core_probe(&vpid);
	if (lacking) {
		pr_err("this processor's VMX lacks %s\n", lacking);
		return -EOPNOTSUPP;
	}
	umbra_with_vpid = vpid;
	umbra_find_features();

	error = umbra_processors_start();
	if (error)
		return error;
	error = misc_register(&umbra_device);
	if (error)
		umbra_processors_stop();
	return error;
}

static void __exit umbra_exit(void)
{
	misc_deregister(&umbra_device);
	umbra_processors_stop();
}

module_init(umbra_init);
module_exit(umbra_exit);
MODULE_DESCRIPTION("A shadow-MMU and VM-exit core for Intel VMX");
MODULE_LICENSE("GPL v2");
