// SPDX-License-Identifier: GPL-2.0-only
/* Memory for the core, and the VMM's pages that it maps into the guest. */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "module.h"

void *umbra_host_table(int below_4_gib)
{
	return (void *)__get_free_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO | (below_4_gib ? GFP_DMA32 : 0));
}

void umbra_host_table_free(void *table)
{
	free_page((unsigned long)table);
}

void *umbra_host_alloc(unsigned long bytes)
{
	return kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
}

void umbra_host_free(void *memory)
{
	kvfree(memory);
}

/*
 * A pinned page cannot be swapped or moved, so it counts as locked memory of the VMM. It is pinned for writing whatever the
 * slot says: a page that the VMM itself may not write, of a file say, is none of the guest's business.
 */
int umbra_host_pin(struct umbra_vm *vm, unsigned long userspace_page, unsigned long *frame)
{
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	struct page *page;
	int pinned;

	cond_resched();
	if (fatal_signal_pending(current)) {
		vm->pin_error = -EINTR;
		return 0;
	}
	if (atomic64_inc_return(&vm->mm->pinned_vm) > limit && !capable(CAP_IPC_LOCK)) {
		vm->pin_error = -ENOMEM;
		goto refused;
	}
	pinned = pin_user_pages_fast(userspace_page << PAGE_SHIFT, 1, FOLL_WRITE | FOLL_LONGTERM, &page);
	if (pinned != 1) {
		vm->pin_error = pinned < 0 ? pinned : -EFAULT;
		goto refused;
	}
	*frame = page_to_pfn(page);
	return 1;

refused:
	atomic64_dec(&vm->mm->pinned_vm);
	return 0;
}

void umbra_host_unpin(struct umbra_vm *vm, unsigned long frame)
{
	struct page *page = pfn_to_page(frame);

	cond_resched();
	unpin_user_pages_dirty_lock(&page, 1, true);
	atomic64_dec(&vm->mm->pinned_vm);
}
