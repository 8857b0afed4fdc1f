// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about memory to task ports: mach_vm (subsystem 4800), and the same
 * of vm_map (3800) as 64-bit programs send them.
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include <asm/unistd.h>

#include "mach_vm.h"
#include "mig.h"

#define VM_REGION_BASIC_INFO_64		9
#define VM_REGION_BASIC_INFO		10
#define VM_INHERIT_SHARE		0
#define VM_INHERIT_COPY			1
#define VM_INHERIT_NONE			2
#define SM_PRIVATE			2
#define SM_SHARED			4
#define VM_BEHAVIOR_DEFAULT		0

struct vm_region_basic_info_64 {
	u32 protection;
	u32 max_protection;
	u32 inheritance;
	u32 shared;
	u32 reserved;
	u64 offset;
	u32 behavior;
	u16 user_wired_count;
	u16 pad;
} __packed;

static_assert(sizeof(struct vm_region_basic_info_64) == 9 * sizeof(u32));

struct vm_region_submap_info_64 {
	u32 protection;
	u32 max_protection;
	u32 inheritance;
	u64 offset;
	u32 user_tag;
	u32 pages_resident;
	u32 pages_shared_now_private;
	u32 pages_swapped_out;
	u32 pages_dirtied;
	u32 ref_count;
	u16 shadow_depth;
	u8 external_pager;
	u8 share_mode;
	u32 is_submap;
	u32 behavior;
	u32 object_id;
	u16 user_wired_count;
	u16 pad;
} __packed;

static_assert(sizeof(struct vm_region_submap_info_64) == 16 * sizeof(u32));

/* One mapping of the caller. */
struct region {
	u64 start;
	u64 end;
	u64 offset;
	u32 prot;
	u32 max_prot;
	u32 inherit;
	bool shared;
	bool file;
};

static bool self(const struct darwin_mig *m)
{
	return m->target == m->space->task;
}

static int vm_allocate(struct darwin_mig *m)
{
	u64 addr = darwin_mig_u64(m, 0);
	int kr;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	kr = darwin_vm_allocate(m->call, &addr, darwin_mig_u64(m, 8), darwin_mig_u32(m, 16));
	if (!kr)
		darwin_mig_put_u64(m, addr);
	return kr;
}

static int vm_deallocate(struct darwin_mig *m)
{
	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	return darwin_vm_deallocate(m->call, darwin_mig_u64(m, 0), darwin_mig_u64(m, 8));
}

static int vm_protect(struct darwin_mig *m)
{
	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	return darwin_vm_protect(m->call, darwin_mig_u64(m, 0), darwin_mig_u64(m, 8),
				 darwin_mig_u32(m, 16), darwin_mig_u32(m, 20));
}

static int vm_inherit(struct darwin_mig *m)
{
	u64 addr = darwin_mig_u64(m, 0), size = darwin_mig_u64(m, 8);
	int advice;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	switch (darwin_mig_u32(m, 16)) {
	case VM_INHERIT_SHARE:
		return DARWIN_KERN_NOT_SUPPORTED;
	case VM_INHERIT_COPY:
		advice = MADV_DOFORK;
		break;
	case VM_INHERIT_NONE:
		advice = MADV_DONTFORK;
		break;
	default:
		return DARWIN_KERN_INVALID_ARGUMENT;
	}
	if (!darwin_vm_range(&addr, &size))
		return DARWIN_KERN_INVALID_ARGUMENT;
	return darwin_kern(persona_native(m->call, __NR_madvise, addr, size, advice));
}

/* Copies within the caller, a page at a time: a fault leaves the rest. */
static int vm_copy_bytes(u64 to, u64 from, u64 size)
{
	u8 *buf = (u8 *)__get_free_page(GFP_KERNEL_ACCOUNT);
	int kr = DARWIN_KERN_SUCCESS;

	if (!buf)
		return DARWIN_KERN_RESOURCE_SHORTAGE;
	while (size && !kr) {
		u64 n = min_t(u64, size, PAGE_SIZE);

		if (copy_from_user(buf, (void __user *)from, n) ||
		    copy_to_user((void __user *)to, buf, n))
			kr = DARWIN_KERN_INVALID_ADDRESS;
		else if (fatal_signal_pending(current))
			kr = DARWIN_KERN_ABORTED;
		to += n;
		from += n;
		size -= n;
		cond_resched();
	}
	free_page((unsigned long)buf);
	return kr;
}

static int vm_read_overwrite(struct darwin_mig *m)
{
	u64 from = darwin_mig_u64(m, 0), size = darwin_mig_u64(m, 8);
	int kr;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	kr = vm_copy_bytes(darwin_mig_u64(m, 16), from, size);
	if (!kr)
		darwin_mig_put_u64(m, size);
	return kr;
}

static int vm_copy(struct darwin_mig *m)
{
	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	return vm_copy_bytes(darwin_mig_u64(m, 16), darwin_mig_u64(m, 0), darwin_mig_u64(m, 8));
}

/*
 * mach_vm_map with a memory object: there are none, so the object descriptor
 * must be null and the memory is anonymous.
 */
static int vm_map(struct darwin_mig *m)
{
	u64 addr = darwin_mig_u64(m, 0), size = darwin_mig_u64(m, 8);
	int kr;

	if (!self(m) || m->req->items[0].type != DARWIN_MACH_MSG_PORT_DESCRIPTOR ||
	    m->req->items[0].port)
		return DARWIN_KERN_NOT_SUPPORTED;
	if (!size)
		return DARWIN_KERN_INVALID_ARGUMENT;
	/* mask @16, flags @24, offset @28, copy @36, protection @40, maximum @44 */
	kr = darwin_vm_map(m->call, &addr, size, darwin_mig_u64(m, 16), darwin_mig_u32(m, 24),
			   darwin_mig_u32(m, 40));
	if (!kr)
		darwin_mig_put_u64(m, addr);
	return kr;
}

/* The mapping at or above @addr. */
static bool region_find(u64 addr, struct region *r)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (vma) {
		r->start = vma->vm_start;
		r->end = vma->vm_end;
		r->offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
		r->prot = vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
		r->max_prot = (vma->vm_flags & (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)) /
			      VM_MAYREAD;
		r->inherit = vma->vm_flags & VM_DONTCOPY ? VM_INHERIT_NONE :
			     vma->vm_flags & VM_SHARED ? VM_INHERIT_SHARE : VM_INHERIT_COPY;
		r->shared = vma->vm_flags & VM_SHARED;
		r->file = vma->vm_file;
		if (!r->file)
			r->offset = 0;
	}
	mmap_read_unlock(mm);
	return vma;
}

static_assert(VM_READ == DARWIN_VM_PROT_READ);
static_assert(VM_WRITE == DARWIN_VM_PROT_WRITE);
static_assert(VM_EXEC == DARWIN_VM_PROT_EXECUTE);
static_assert(VM_MAYWRITE / VM_MAYREAD == DARWIN_VM_PROT_WRITE);
static_assert(VM_MAYEXEC / VM_MAYREAD == DARWIN_VM_PROT_EXECUTE);

/* address @0, flavor @8, room @12; address, size, info; object name */
static int vm_region(struct darwin_mig *m)
{
	struct vm_region_basic_info_64 info = { };
	u32 flavor = darwin_mig_u32(m, 8);
	struct region r;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	if (flavor != VM_REGION_BASIC_INFO_64 && flavor != VM_REGION_BASIC_INFO)
		return DARWIN_KERN_INVALID_ARGUMENT;
	if (!region_find(darwin_mig_u64(m, 0), &r))
		return DARWIN_KERN_INVALID_ADDRESS;
	info.protection = r.prot;
	info.max_protection = r.max_prot;
	info.inheritance = r.inherit;
	info.shared = r.shared;
	info.offset = r.offset;
	info.behavior = VM_BEHAVIOR_DEFAULT;
	darwin_mig_put_u64(m, r.start);
	darwin_mig_put_u64(m, r.end - r.start);
	darwin_mig_put_port(m, NULL, DARWIN_MACH_MSG_TYPE_PORT_SEND);
	return darwin_mig_put_info(m, darwin_mig_u32(m, 12), &info, sizeof(info) / sizeof(u32));
}

/* address @0, depth @8, room @12; address, size, depth, info */
static int vm_region_recurse(struct darwin_mig *m)
{
	struct vm_region_submap_info_64 info = { };
	struct region r;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	if (!region_find(darwin_mig_u64(m, 0), &r))
		return DARWIN_KERN_INVALID_ADDRESS;
	info.protection = r.prot;
	info.max_protection = r.max_prot;
	info.inheritance = r.inherit;
	info.offset = r.offset;
	info.ref_count = 1;
	info.external_pager = r.file;
	info.share_mode = r.shared ? SM_SHARED : SM_PRIVATE;
	darwin_mig_put_u64(m, r.start);
	darwin_mig_put_u64(m, r.end - r.start);
	darwin_mig_put_u32(m, 0);	/* there are no submaps */
	return darwin_mig_put_info(m, darwin_mig_u32(m, 12), &info, sizeof(info) / sizeof(u32));
}

const struct darwin_mig_routine darwin_mig_vm_routines[] = {
	{ 3801, 0, 20, vm_allocate },
	{ 3802, 0, 16, vm_deallocate },
	{ 3803, 0, 24, vm_protect },
	{ 3804, 0, 20, vm_inherit },
	{ 3808, 0, 24, vm_copy },
	{ 3809, 0, 24, vm_read_overwrite },
	{ 3812, 1, 52, vm_map },
	{ 3822, 0, 16, vm_region_recurse },
	{ 3824, 0, 16, vm_region },
	{ 3826, 1, 52, vm_map },
	{ 4800, 0, 20, vm_allocate },
	{ 4801, 0, 16, vm_deallocate },
	{ 4802, 0, 24, vm_protect },
	{ 4803, 0, 20, vm_inherit },
	{ 4807, 0, 24, vm_copy },
	{ 4808, 0, 24, vm_read_overwrite },
	{ 4811, 1, 52, vm_map },
	{ 4815, 0, 16, vm_region_recurse },
	{ 4816, 0, 16, vm_region },
	{ }
};
