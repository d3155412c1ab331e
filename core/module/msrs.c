// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU's model-specific registers, for its VMM. */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "module.h"

enum { UMBRA_MSRS_AT_ONCE = 256 };

int umbra_msr_index_list(void __user *to)
{
	struct kvm_msr_list __user *list = to;
	u32 room, n;

	if (get_user(room, &list->nmsrs) || put_user(umbra_msr_count(), &list->nmsrs))
		return -EFAULT;
	if (room < umbra_msr_count())
		return -E2BIG;
	for (n = 0; n < umbra_msr_count(); n++)
		if (put_user(umbra_msr_number(n), &list->indices[n]))
			return -EFAULT;
	return 0;
}

/* How many of them were done: the first that is refused ends it. */
static int umbra_msrs_do(struct umbra_vcpu *vcpu, struct kvm_msr_entry *entries, u32 count, bool write)
{
	unsigned long value;
	u32 done;
	int error = umbra_vcpu_load(vcpu);

	if (error)
		return error;
	umbra_core_enter(vcpu->vm);
	for (done = 0; done < count; done++) {
		if (write) {
			if (!umbra_cpu_write_msr(vcpu->cpu, entries[done].index, entries[done].data))
				break;
			continue;
		}
		if (!umbra_cpu_read_msr(vcpu->cpu, entries[done].index, &value))
			break;
		entries[done].data = value;
	}
	umbra_core_leave(vcpu->vm);
	umbra_vcpu_unload(vcpu);
	return done;
}

static int umbra_msrs(struct umbra_vcpu *vcpu, struct kvm_msrs __user *user, bool write)
{
	struct kvm_msr_entry *entries;
	struct kvm_msrs msrs;
	size_t bytes;
	int done;

	if (copy_from_user(&msrs, user, sizeof(msrs)))
		return -EFAULT;
	if (msrs.nmsrs > UMBRA_MSRS_AT_ONCE)
		return -E2BIG;
	bytes = msrs.nmsrs * sizeof(*entries);
	entries = memdup_user(user->entries, bytes);
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	done = umbra_msrs_do(vcpu, entries, msrs.nmsrs, write);
	if (done > 0 && !write && copy_to_user(user->entries, entries, bytes))
		done = -EFAULT;
	kfree(entries);
	return done;
}

int umbra_msrs_get(struct umbra_vcpu *vcpu, void __user *user)
{
	return umbra_msrs(vcpu, user, false);
}

int umbra_msrs_set(struct umbra_vcpu *vcpu, void __user *user)
{
	return umbra_msrs(vcpu, user, true);
}
