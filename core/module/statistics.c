// SPDX-License-Identifier: GPL-2.0-only
/* KVM_GET_STATS_FD: a file that describes its counters and holds their values (the kernel's virt/kvm/api.rst, 4.133). */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "module.h"

enum { UMBRA_NAME_SIZE = 32, UMBRA_VCPU_STATISTICS = sizeof(struct umbra_vcpu_statistics) / sizeof(u64) };

struct umbra_statistics_descriptor {
	struct kvm_stats_desc kvm;
	char name[UMBRA_NAME_SIZE];
};

static const char *const umbra_vcpu_statistic_names[UMBRA_VCPU_STATISTICS] = { "exits", "entries_put_off", "vpid_flushes",
									       "kicks", "moves", "signal_exits",
									       "request_irq_exits" };

struct umbra_statistics_source {
	unsigned int count;
	const char *(*name)(unsigned int n);
	void (*values)(void *of, u64 *to);
	void *of;
	struct umbra_vm *vm;
	char id[UMBRA_NAME_SIZE];
};

static ssize_t umbra_statistics_read(struct file *file, char __user *user, size_t bytes, loff_t *position)
{
	const struct umbra_statistics_source *source = file->private_data;
	const u32 descriptors = sizeof(struct kvm_stats_header) + UMBRA_NAME_SIZE;
	const u32 data = descriptors + source->count * sizeof(struct umbra_statistics_descriptor);
	const size_t size = data + source->count * sizeof(u64);
	const struct kvm_stats_header header = {
		.name_size = UMBRA_NAME_SIZE,
		.num_desc = source->count,
		.id_offset = sizeof(header),
		.desc_offset = descriptors,
		.data_offset = data,
	};
	struct umbra_statistics_descriptor *each;
	ssize_t result;
	unsigned int n;
	u8 *image = kzalloc(size, GFP_KERNEL);

	if (!image)
		return -ENOMEM;
	memcpy(image, &header, sizeof(header));
	memcpy(image + header.id_offset, source->id, UMBRA_NAME_SIZE);
	each = (struct umbra_statistics_descriptor *)(image + descriptors);
	for (n = 0; n < source->count; n++, each++) {
		each->kvm.flags = KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10;
		each->kvm.size = 1;
		each->kvm.offset = n * sizeof(u64);
		strscpy(each->name, source->name(n), UMBRA_NAME_SIZE);
	}
	source->values(source->of, (u64 *)(image + data));
	result = simple_read_from_buffer(user, bytes, position, image, size);
	kfree(image);
	return result;
}

static int umbra_statistics_release(struct inode *inode, struct file *file)
{
	struct umbra_statistics_source *source = file->private_data;

	umbra_vm_put(source->vm);
	kfree(source);
	return 0;
}

static const struct file_operations umbra_statistics_operations = {
	.owner = THIS_MODULE,
	.read = umbra_statistics_read,
	.release = umbra_statistics_release,
	.llseek = noop_llseek,
};

static long umbra_statistics_fd(const struct umbra_statistics_source *wanted)
{
	struct umbra_statistics_source *source = kmemdup(wanted, sizeof(*wanted), GFP_KERNEL_ACCOUNT);
	struct file *file;
	int fd;

	if (!source)
		return -ENOMEM;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		kfree(source);
		return fd;
	}
	file = anon_inode_getfile("umbra-statistics", &umbra_statistics_operations, source, O_RDONLY);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		kfree(source);
		return PTR_ERR(file);
	}
	file->f_mode |= FMODE_PREAD;
	kref_get(&source->vm->users);
	fd_install(fd, file);
	return fd;
}

static void umbra_vm_values(void *vm, u64 *to)
{
	umbra_core_statistics(((struct umbra_vm *)vm)->core, (unsigned long *)to);
	to[umbra_statistics] = ((struct umbra_vm *)vm)->checks;
}

static const char *umbra_vm_statistic_name(unsigned int n)
{
	return n == umbra_statistics ? "checks" : umbra_statistic_name(n);
}

long umbra_vm_statistics_fd(struct umbra_vm *vm)
{
	struct umbra_statistics_source source = {
		.count = umbra_statistics + 1,
		.name = umbra_vm_statistic_name,
		.values = umbra_vm_values,
		.of = vm,
		.vm = vm,
	};

	snprintf(source.id, sizeof(source.id), "umbra-%d", vm->creator);
	return umbra_statistics_fd(&source);
}

static void umbra_vcpu_values(void *vcpu, u64 *to)
{
	memcpy(to, &((struct umbra_vcpu *)vcpu)->statistics, sizeof(struct umbra_vcpu_statistics));
	umbra_cpu_read_statistics(((struct umbra_vcpu *)vcpu)->cpu, (unsigned long *)to + UMBRA_VCPU_STATISTICS);
}

static const char *umbra_vcpu_statistic_name(unsigned int n)
{
	return n < UMBRA_VCPU_STATISTICS ? umbra_vcpu_statistic_names[n] :
					   umbra_cpu_statistic_name(n - UMBRA_VCPU_STATISTICS);
}

long umbra_vcpu_statistics_fd(struct umbra_vcpu *vcpu)
{
	struct umbra_statistics_source source = {
		.count = UMBRA_VCPU_STATISTICS + umbra_cpu_statistics,
		.name = umbra_vcpu_statistic_name,
		.values = umbra_vcpu_values,
		.of = vcpu,
		.vm = vcpu->vm,
	};

	snprintf(source.id, sizeof(source.id), "umbra-%d/vcpu-%u", vcpu->vm->creator, vcpu->id);
	return umbra_statistics_fd(&source);
}
