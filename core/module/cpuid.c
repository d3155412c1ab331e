// SPDX-License-Identifier: GPL-2.0-only
/* What CPUID answers a guest, as its VMM sees and says it. */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "module.h"

static struct umbra_cpuid_row *umbra_cpuid_rows(void)
{
	return kcalloc(umbra_cpuid_limit, sizeof(struct umbra_cpuid_row), GFP_KERNEL_ACCOUNT);
}

static int umbra_cpuid_out(struct kvm_cpuid2 __user *to, const struct umbra_cpuid_row *rows, u32 count)
{
	struct kvm_cpuid_entry2 entry;
	u32 room, n;

	if (get_user(room, &to->nent) || put_user(count, &to->nent))
		return -EFAULT;
	if (room < count)
		return -E2BIG;
	for (n = 0; n < count; n++) {
		entry = (struct kvm_cpuid_entry2){
			.function = rows[n].leaf,
			.index = rows[n].subleaf,
			.flags = rows[n].has_subleaves ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0,
			.eax = rows[n].eax, .ebx = rows[n].ebx, .ecx = rows[n].ecx, .edx = rows[n].edx,
		};
		if (copy_to_user(&to->entries[n], &entry, sizeof(entry)))
			return -EFAULT;
	}
	return 0;
}

int umbra_cpuid_supported(void __user *to)
{
	struct umbra_cpuid_row *rows = umbra_cpuid_rows();
	u32 count = rows ? umbra_supported_cpuid(&umbra_features, rows) : 0;
	int error = count ? umbra_cpuid_out(to, rows, count) : -ENOMEM;

	kfree(rows);
	return error;
}

int umbra_cpuid_get(struct umbra_vcpu *vcpu, void __user *to)
{
	struct umbra_cpuid_row *rows = umbra_cpuid_rows();
	int error;

	if (!rows)
		return -ENOMEM;
	error = umbra_cpuid_out(to, rows, umbra_cpu_get_cpuid(vcpu->cpu, rows));
	kfree(rows);
	return error;
}

static int umbra_cpuid_in(struct umbra_vcpu *vcpu, const struct umbra_cpuid_row *rows, u32 count)
{
	int taken, error = umbra_vcpu_load(vcpu);

	if (error)
		return error;
	umbra_core_enter(vcpu->vm);
	taken = umbra_cpu_set_cpuid(vcpu->cpu, rows, count);
	umbra_core_leave(vcpu->vm);
	umbra_vcpu_unload(vcpu);
	return taken ? 0 : -EINVAL;
}

int umbra_cpuid_set(struct umbra_vcpu *vcpu, const void __user *from)
{
	const struct kvm_cpuid2 __user *user = from;
	struct umbra_cpuid_row *rows;
	struct kvm_cpuid_entry2 e;
	u32 count, n;
	int error;

	if (get_user(count, &user->nent))
		return -EFAULT;
	if (count > umbra_cpuid_limit)
		return -E2BIG;
	rows = umbra_cpuid_rows();
	if (!rows)
		return -ENOMEM;
	error = 0;
	for (n = 0; n < count && !error; n++) {
		if (copy_from_user(&e, &user->entries[n], sizeof(e)))
			error = -EFAULT;
		rows[n] = (struct umbra_cpuid_row){
			.leaf = e.function,
			.subleaf = e.index,
			.has_subleaves = !!(e.flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX),
			.eax = e.eax, .ebx = e.ebx, .ecx = e.ecx, .edx = e.edx,
		};
	}
	if (!error)
		error = umbra_cpuid_in(vcpu, rows, count);
	kfree(rows);
	return error;
}
