// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's file, and its life. */
#include <linux/anon_inodes.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/fpu/api.h>

#include "module.h"

enum { UMBRA_RUN_PAGES = 2, UMBRA_RUN_ORDER = 1 };

static long umbra_vcpu_locked_ioctl(struct umbra_vcpu *vcpu, unsigned int command,
				    unsigned long argument)
{
	void __user *user = (void __user *)argument;

	switch (command) {
	case KVM_RUN:
		return argument ? -EINVAL : umbra_vcpu_run(vcpu);
	case KVM_GET_REGS:
		return umbra_registers_get(vcpu, user);
	case KVM_SET_REGS:
		return umbra_registers_set(vcpu, user);
	case KVM_GET_SREGS:
		return umbra_system_registers_get(vcpu, user);
	case KVM_SET_SREGS:
		return umbra_system_registers_set(vcpu, user);
	case KVM_GET_CPUID2:
		return umbra_cpuid_get(vcpu, user);
	case KVM_SET_CPUID2:
		return umbra_cpuid_set(vcpu, user);
	case KVM_GET_MSRS:
		return umbra_msrs_get(vcpu, user);
	case KVM_SET_MSRS:
		return umbra_msrs_set(vcpu, user);
	case KVM_GET_DEBUGREGS:
		return umbra_debug_registers_get(vcpu, user);
	case KVM_SET_DEBUGREGS:
		return umbra_debug_registers_set(vcpu, user);
	case KVM_SET_GUEST_DEBUG:
		return umbra_guest_debug_set(vcpu, user);
	case KVM_INTERRUPT:
		return umbra_interrupt(vcpu, user);
	case KVM_NMI:
		return umbra_nmi(vcpu);
	case KVM_GET_VCPU_EVENTS:
		return umbra_events_get(vcpu, user);
	case KVM_SET_VCPU_EVENTS:
		return umbra_events_set(vcpu, user);
	case KVM_GET_MP_STATE:
		return umbra_mp_state_get(vcpu, user);
	case KVM_SET_MP_STATE:
		return umbra_mp_state_set(vcpu, user);
	case KVM_GET_FPU:
		return umbra_fpu_get(vcpu, user);
	case KVM_SET_FPU:
		return umbra_fpu_set(vcpu, user);
	case KVM_GET_STATS_FD:
		return argument ? -EINVAL : umbra_vcpu_statistics_fd(vcpu);
	default:
		return -ENOTTY;
	}
}

static long umbra_vcpu_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct umbra_vcpu *vcpu = file->private_data;
	long result;

	if (vcpu->vm->mm != current->mm)
		return -EIO;
	if (mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	result = umbra_vcpu_locked_ioctl(vcpu, command, argument);
	mutex_unlock(&vcpu->mutex);
	return result;
}

static vm_fault_t umbra_vcpu_fault(struct vm_fault *fault)
{
	struct umbra_vcpu *vcpu = fault->vma->vm_file->private_data;

	if (fault->pgoff >= UMBRA_RUN_PAGES)
		return VM_FAULT_SIGBUS;
	fault->page = virt_to_page((u8 *)vcpu->run + fault->pgoff * PAGE_SIZE);
	get_page(fault->page);
	return 0;
}

static const struct vm_operations_struct umbra_vcpu_vm_operations = { .fault = umbra_vcpu_fault };

static int umbra_vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff + vma_pages(vma) > UMBRA_RUN_PAGES)
		return -EINVAL;
	vma->vm_ops = &umbra_vcpu_vm_operations;
	return 0;
}

static int umbra_vcpu_release(struct inode *inode, struct file *file)
{
	struct umbra_vcpu *vcpu = file->private_data;

	umbra_vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations umbra_vcpu_file_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = umbra_vcpu_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = umbra_vcpu_mmap,
	.release = umbra_vcpu_release,
	.llseek = noop_llseek,
};

/* Also of one that is not complete. Nobody has its file, and the VM goes, or does not know of it. */
void umbra_vcpu_destroy(struct umbra_vcpu *vcpu)
{
	umbra_cpu_destroy(vcpu->cpu);
	umbra_vmcs_clear(vcpu);
	free_page((unsigned long)vcpu->vmcs);
	umbra_vpid_put(vcpu->vpid);
	if (vcpu->fpu.fpstate)
		fpu_free_guest_fpstate(&vcpu->fpu);
	if (vcpu->run) {
		unsigned int page;

		for (page = 0; page < UMBRA_RUN_PAGES; page++)
			free_page((unsigned long)vcpu->run + page * PAGE_SIZE);
	}
	kfree(vcpu);
}

static int umbra_vcpu_fill(struct umbra_vcpu *vcpu)
{
	unsigned long run = __get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO, UMBRA_RUN_ORDER);

	if (run) {
		/* Pages of their own, so that each can be mapped and let go by itself. */
		split_page(virt_to_page((void *)run), UMBRA_RUN_ORDER);
		vcpu->run = (struct kvm_run *)run;
	}
	vcpu->vmcs = umbra_vmcs_alloc();
	if (!run || !vcpu->vmcs || !fpu_alloc_guest_fpstate(&vcpu->fpu))
		return -ENOMEM;
	return umbra_vpid_get(&vcpu->vpid) ? 0 : -ENOSPC;
}

static struct umbra_vcpu *umbra_vcpu_new(struct umbra_vm *vm, unsigned int id)
{
	struct umbra_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	int error;

	if (!vcpu)
		return ERR_PTR(-ENOMEM);
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->loaded_on = -1;
	mutex_init(&vcpu->mutex);
	error = umbra_vcpu_fill(vcpu);
	if (error) {
		umbra_vcpu_destroy(vcpu);
		return ERR_PTR(error);
	}
	return vcpu;
}

/* With the VM's lock held. */
static long umbra_vcpu_add(struct umbra_vm *vm, unsigned int id)
{
	struct umbra_vcpu *vcpu;
	long fd;

	if (vm->vcpus[id])
		return -EEXIST;
	vcpu = umbra_vcpu_new(vm, id);
	if (IS_ERR(vcpu))
		return PTR_ERR(vcpu);
	/* The core may ask for flushes from here on. */
	smp_store_release(&vm->vcpus[id], vcpu);
	vcpu->cpu = umbra_cpu_create(vm->core, id, &umbra_features);
	fd = -ENOMEM;
	if (vcpu->cpu) {
		kref_get(&vm->users);
		fd = anon_inode_getfd("umbra-vcpu", &umbra_vcpu_file_operations, vcpu, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		umbra_vm_put(vm);
	}
	umbra_cpu_destroy(vcpu->cpu);
	vcpu->cpu = NULL;
	/* Another vCPU's flush may be looking at this one: with the lock, it has seen the last of it. */
	umbra_host_lock(vm);
	vm->vcpus[id] = NULL;
	umbra_host_unlock(vm);
	umbra_vcpu_destroy(vcpu);
	return fd;
}

long umbra_vcpu_create(struct umbra_vm *vm, unsigned long id)
{
	long result;

	if (id >= umbra_vcpu_limit)
		return -EINVAL;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	result = umbra_vcpu_add(vm, id);
	mutex_unlock(&vm->lock);
	return result;
}
