/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the memory part share. */
#ifndef _NT_VM_IMPL_H
#define _NT_VM_IMPL_H

#include <linux/mman.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include "nt.h"
#include "vm.h"
#include "vm_tree.h"

#define NT_MEM_PRESERVE_PLACEHOLDER	0x00000002u
#define NT_MEM_COALESCE_PLACEHOLDERS	0x00000001u
#define NT_MEM_RESET_UNDO		0x01000000u
#define NT_MEM_PHYSICAL			0x00400000u
#define NT_MEM_LARGE_PAGES		0x20000000u

#define NT_PAGE_WRITECOMBINE		0x400u
#define NT_PAGE_TARGETS_INVALID		0x40000000u

#define NT_PROCESS_VM_OPERATION		0x0008u
#define NT_PROCESS_VM_READ		0x0010u
#define NT_PROCESS_VM_WRITE		0x0020u
#define NT_PROCESS_QUERY_INFORMATION	0x0400u
#define NT_PROCESS_QUERY_LIMITED	0x1000u

/**
 * struct nt_vm - the address space of a process
 * @lock: protects everything; taken outside of the mmap lock. No user memory is
 *	touched under it
 * @tree: regions and pages
 * @low: where the search for free addresses begins
 * @hint: no search from @low needs to look below this
 * @grows: a view with NT_REGION_GROWS has been made
 */
struct nt_vm {
	struct mutex lock;
	struct nt_vm_tree tree;
	u64 low;
	u64 hint;
	bool grows;
};

/**
 * struct nt_vm_where - where in the address space
 * @low: lowest address; 0: no matter
 * @high: last address, inclusive; 0: no matter
 * @align: a power of two, at least NT_GRANULARITY; 0: that
 * @top_down: as high as possible
 */
struct nt_vm_where {
	u64 low;
	u64 high;
	u64 align;
	bool top_down;
};

enum nt_vm_kind {
	NT_VM_ALLOCATE,
	NT_VM_FREE,
	NT_VM_PROTECT,
	NT_VM_QUERY,
};

#define NT_VM_ANSWER	56	/* bytes of the largest structure that is queried */

/**
 * struct nt_vm_op - something to be done to an address space
 * @kind: what
 * @addr: address; becomes that of the first page
 * @size: bytes; becomes those of whole pages
 * @type: NT_VM_ALLOCATE, _FREE: NT_MEM_*
 * @protect: NT_PAGE_*
 * @old: NT_VM_PROTECT: set to what was
 * @where: NT_VM_ALLOCATE: if @addr is 0
 * @class: NT_VM_QUERY: MEMORY_*
 * @len: NT_VM_QUERY: set to the bytes in @answer
 * @answer: NT_VM_QUERY: filled in
 */
struct nt_vm_op {
	enum nt_vm_kind kind;
	u64 addr;
	u64 size;
	u32 type;
	u32 protect;
	u32 old;
	struct nt_vm_where where;
	u32 class;
	u32 len;
	u8 answer[NT_VM_ANSWER] __aligned(8);
};

/* vm_op.c */
long nt_vm_op_run(struct nt_vm *vm, struct nt_vm_op *op);
long nt_vm_op(struct persona_call *call, u64 handle, u32 access, struct nt_vm_op *op);

/* vm_query.c */
long nt_vm_query(struct nt_vm *vm, struct nt_vm_op *op);

/* vm_prot.c */
int nt_vm_prot(u32 protect);
int nt_vm_effective_prot(u32 protect);
long nt_vm_zero_bits(u64 zero_bits, u64 *limit);
long nt_vm_range(u64 addr, u64 size, u64 *start, u64 *end);
u32 nt_vm_image_protect(u32 protect);

/* vm.c */
struct nt_region *nt_region_new(u32 type, u32 protect, u32 max);
void nt_region_free(struct nt_region *region);
long nt_vm_place(struct nt_vm *vm, u64 *addr, u64 size, const struct nt_vm_where *where,
		 struct file *file, u32 prot, unsigned long flags, u64 offset);
long nt_vm_alloc_where(struct nt_vm *vm, u64 *addr, u64 *size, u32 type, u32 protect,
		       const struct nt_vm_where *where);
long nt_vm_split_at(struct nt_vm *vm, u64 at);

/* vm_call.c */
long nt_vm_of_handle(struct persona_call *call, u64 handle, u32 access, struct nt_vm **vm);
long nt_vm_extended(u64 params, u32 nr, struct nt_vm_where *where);

static inline long nt_get_u64(u64 user, u64 *value)
{
	return get_user(*value, (u64 __user *)user) ? NT_STATUS_ACCESS_VIOLATION : 0;
}

static inline long nt_put_u64(u64 user, u64 value)
{
	return put_user(value, (u64 __user *)user) ? NT_STATUS_ACCESS_VIOLATION : 0;
}

#endif /* _NT_VM_IMPL_H */
