// SPDX-License-Identifier: GPL-2.0-only
/* A VM's file, its memory regions, and its life. */
#include <linux/anon_inodes.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "module.h"

static void umbra_vm_destroy(struct kref *users)
{
	struct umbra_vm *vm = container_of(users, struct umbra_vm, users);
	unsigned int id;

	/* A vCPU's leaving takes the MMU lock, and may flush the others: they go one by one, each out of the list first. */
	for (id = 0; id < umbra_vcpu_limit; id++) {
		struct umbra_vcpu *vcpu = vm->vcpus[id];

		if (!vcpu)
			continue;
		umbra_cpu_destroy(vcpu->cpu);
		vcpu->cpu = NULL;
		vm->vcpus[id] = NULL;
		umbra_vcpu_destroy(vcpu);
	}
	umbra_core_destroy(vm->core);
	free_cpumask_var(vm->kicked);
	mmdrop(vm->mm);
	kfree(vm);
}

void umbra_vm_put(struct umbra_vm *vm)
{
	kref_put(&vm->users, umbra_vm_destroy);
}

static struct umbra_vm *umbra_vm_new(void)
{
	const struct umbra_core_options options = {
		.direct_map = (unsigned long)__va(0),
		.check = umbra_check_wanted,
		.emulate = umbra_emulate_wanted,
	};
	struct umbra_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm)
		return NULL;
	kref_init(&vm->users);
	mutex_init(&vm->lock);
	spin_lock_init(&vm->mmu_lock);
	spin_lock_init(&vm->check_lock);
	vm->check = options.check;
	vm->creator = task_tgid_nr(current);
	vm->mm = current->mm;
	mmgrab(vm->mm);
	if (zalloc_cpumask_var(&vm->kicked, GFP_KERNEL_ACCOUNT))
		vm->core = umbra_core_create(vm, &options);
	if (!vm->core) {
		umbra_vm_put(vm);
		return NULL;
	}
	return vm;
}

long umbra_vm_create(void)
{
	struct umbra_vm *vm = umbra_vm_new();
	long fd;

	if (!vm)
		return -ENOMEM;
	fd = anon_inode_getfd("umbra-vm", &umbra_vm_file_operations, vm, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		umbra_vm_put(vm);
	return fd;
}

/* --- memory regions, with the VM's lock held -------------------------------------------------------------------------- */

/* A region changes hands under the MMU lock, page by page: this is as long as that may take. */
#define UMBRA_REGION_LIMIT (1ull << 30)

static bool umbra_region_valid(const struct kvm_userspace_memory_region *wanted)
{
	u64 misaligned = wanted->guest_phys_addr | wanted->memory_size | wanted->userspace_addr;

	if (wanted->slot >= umbra_slot_limit || (wanted->flags & ~KVM_MEM_READONLY) || wanted->memory_size > UMBRA_REGION_LIMIT)
		return false;
	if (misaligned & ~PAGE_MASK || wanted->guest_phys_addr + wanted->memory_size < wanted->guest_phys_addr)
		return false;
	return !wanted->memory_size || (wanted->userspace_addr == untagged_addr(wanted->userspace_addr) &&
					access_ok((void __user *)(unsigned long)wanted->userspace_addr, wanted->memory_size));
}

/* A region that is there may move in guest-physical memory; it must not change otherwise. */
static bool umbra_region_may_become(const struct umbra_region *now, const struct kvm_userspace_memory_region *wanted)
{
	if (!now->bytes)
		return wanted->memory_size;
	return !wanted->memory_size || (now->bytes == wanted->memory_size && now->flags == wanted->flags &&
					now->userspace_address == wanted->userspace_addr);
}

static long umbra_region_error(struct umbra_vm *vm, enum umbra_slot_status status)
{
	switch (status) {
	case umbra_slot_ok:
		return 0;
	case umbra_slot_bad_request:
		return -EINVAL;
	case umbra_slot_overlap:
		return -EEXIST;
	case umbra_slot_out_of_memory:
		return -ENOMEM;
	case umbra_slot_no_backing:
		return vm->pin_error;
	}
	return -EINVAL;
}

/* The checker follows so many pages, and no more. */
static bool umbra_check_can_follow(const struct umbra_vm *vm, u64 more)
{
	u64 bytes = more;
	unsigned int n;

	for (n = 0; n < umbra_slot_limit; n++)
		bytes += vm->regions[n].bytes;
	return bytes >> PAGE_SHIFT <= umbra_core_check_limit();
}

static long umbra_set_region(struct umbra_vm *vm, const struct kvm_userspace_memory_region *wanted)
{
	struct umbra_region *now = &vm->regions[wanted->slot];
	const struct umbra_slot slot = {
		.base = wanted->guest_phys_addr >> PAGE_SHIFT,
		.pages = wanted->memory_size >> PAGE_SHIFT,
		.userspace_page = wanted->userspace_addr >> PAGE_SHIFT,
		.read_only = wanted->flags & KVM_MEM_READONLY,
	};
	unsigned long assertions = umbra_assertions_in_all();
	long error;

	if (!umbra_region_may_become(now, wanted))
		return -EINVAL;
	if (now->bytes && wanted->memory_size && now->guest_address == wanted->guest_phys_addr)
		return 0;
	error = umbra_region_error(vm, umbra_core_check_slot(vm->core, wanted->slot, &slot));
	if (!error && vm->check && !now->bytes && !umbra_check_can_follow(vm, wanted->memory_size))
		error = -ENOSPC;
	if (error)
		return error;
	error = umbra_region_error(vm, umbra_core_set_slot(vm->core, wanted->slot, &slot));
	if (umbra_assertions_in_all() != assertions)
		umbra_vm_kill(vm, "an assertion in the core does not hold");
	if (error)
		return error;
	*now = (struct umbra_region){};
	if (wanted->memory_size)
		*now = (struct umbra_region){ wanted->guest_phys_addr, wanted->memory_size, wanted->userspace_addr,
					      wanted->flags };
	return 0;
}

static long umbra_vm_set_region(struct umbra_vm *vm, const void __user *user)
{
	struct kvm_userspace_memory_region wanted;
	long result;

	if (copy_from_user(&wanted, user, sizeof(wanted)))
		return -EFAULT;
	if (!umbra_region_valid(&wanted))
		return -EINVAL;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	result = umbra_set_region(vm, &wanted);
	mutex_unlock(&vm->lock);
	return result;
}

/* KVM keeps a task segment for real mode there. The core needs none, but VMMs will ask. */
static long umbra_vm_set_tss_address(unsigned long address)
{
	return address > (unsigned int)(-3 * PAGE_SIZE) ? -EINVAL : 0;
}

/* --- the VM's file --------------------------------------------------------------------------------------------------- */

static long umbra_vm_enable(struct umbra_vm *vm, const void __user *from)
{
	struct kvm_enable_cap wanted;

	if (copy_from_user(&wanted, from, sizeof(wanted)))
		return -EFAULT;
	if (wanted.cap != KVM_CAP_X86_USER_SPACE_MSR || wanted.flags)
		return -EINVAL;
	if (wanted.args[0] & ~(u64)KVM_MSR_EXIT_REASON_UNKNOWN)
		return -EINVAL;
	WRITE_ONCE(vm->asks_for_msrs, wanted.args[0] != 0);
	return 0;
}

static long umbra_vm_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct umbra_vm *vm = file->private_data;

	if (vm->mm != current->mm)
		return -EIO;
	switch (command) {
	case KVM_CREATE_VCPU:
		return umbra_vcpu_create(vm, argument);
	case KVM_ENABLE_CAP:
		return umbra_vm_enable(vm, (void __user *)argument);
	case KVM_SET_USER_MEMORY_REGION:
		return umbra_vm_set_region(vm, (void __user *)argument);
	case KVM_SET_TSS_ADDR:
		return umbra_vm_set_tss_address(argument);
	case KVM_CHECK_EXTENSION:
		return umbra_check_extension(argument);
	case KVM_GET_STATS_FD:
		return argument ? -EINVAL : umbra_vm_statistics_fd(vm);
	default:
		return -ENOTTY;
	}
}

static int umbra_vm_release(struct inode *inode, struct file *file)
{
	umbra_vm_put(file->private_data);
	return 0;
}

const struct file_operations umbra_vm_file_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = umbra_vm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = umbra_vm_release,
	.llseek = noop_llseek,
};
