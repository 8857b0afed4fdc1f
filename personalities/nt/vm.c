// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address space as NT sees it, on top of Linux's.
 *
 * Every region is covered by Linux mappings from end to end: what is reserved
 * but not committed is an anonymous mapping without access, which costs nothing
 * and is charged to nobody. So whether an address is free is for Linux to say,
 * and its own mappings (a thread's scratch area) are never in the way. To commit
 * is to give access, and there Linux's limits and accounting act; to decommit is
 * to map afresh.
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/file.h>

#include "../../module/compat/symbols.h"
#include "vm_impl.h"

/* Where searches begin: away from what programs ask for by address. */
#define VM_LOW			0x10000000000ull
#define VM_LOW_RANDOM		GENMASK_ULL(39, 20)

/* Tries to get addresses that other threads map meanwhile. */
#define VM_TRIES		64

/* ntdll clears that much of a new stack, so it must not meet a guard page. */
#define STACK_COMMIT		0xf8000ull
#define STACK_MIN		0x100000ull
#define STACK_MAX		0x40000000ull

/**
 * nt_vm_create() - bookkeeping for a new address space
 *
 * Context: may sleep.
 * Return: to be freed with nt_vm_destroy(), or NULL.
 */
struct nt_vm *nt_vm_create(void)
{
	struct nt_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm)
		return NULL;
	mutex_init(&vm->lock);
	nt_tree_init(&vm->tree);
	vm->low = VM_LOW;
	if (!(current->personality & ADDR_NO_RANDOMIZE) && persona_randomize_va_space())
		vm->low += get_random_u64() & VM_LOW_RANDOM;
	vm->hint = vm->low;
	return vm;
}

/**
 * nt_vm_destroy() - forget an address space; nothing is unmapped
 * @vm: nobody uses it any more; may be NULL
 *
 * Context: may sleep.
 */
void nt_vm_destroy(struct nt_vm *vm)
{
	if (!vm)
		return;
	nt_tree_destroy(&vm->tree, nt_region_free);
	kfree(vm);
}

/**
 * nt_region_new() - memory for a region
 * @type: NT_MEM_PRIVATE, _MAPPED, _IMAGE
 * @protect: initial protection
 * @max: PROT_* bits that its pages may ever have
 *
 * Context: may sleep.
 * Return: the region without a place, or NULL.
 */
struct nt_region *nt_region_new(u32 type, u32 protect, u32 max)
{
	struct nt_region *region = kzalloc(sizeof(*region), GFP_KERNEL_ACCOUNT);

	if (!region)
		return NULL;
	region->type = type;
	region->protect = protect;
	region->max = max;
	return region;
}

/**
 * nt_region_free() - free a region that is in no tree
 * @region: may be NULL
 *
 * Context: may sleep.
 */
void nt_region_free(struct nt_region *region)
{
	if (!region)
		return;
	if (region->file)
		fput(region->file);
	kfree(region);
}

/* Lowest free range in [low, high), 0 if there is none. */
static u64 gap_above(struct mm_struct *mm, u64 size, u64 low, u64 high, u64 align)
{
	struct vm_area_struct *vma;
	u64 at = ALIGN(low, align);

	while (at >= low && at < high && size <= high - at) {
		vma = find_vma_intersection(mm, at, at + size);
		if (!vma)
			return at;
		at = ALIGN((u64)vma->vm_end, align);
	}
	return 0;
}

/* Highest one. */
static u64 gap_below(struct mm_struct *mm, u64 size, u64 low, u64 high, u64 align)
{
	struct vm_area_struct *vma;
	u64 at;

	while (size <= high && high - size >= low) {
		at = round_down(high - size, align);
		if (at < low)
			return 0;
		vma = find_vma_intersection(mm, at, at + size);
		if (!vma)
			return at;
		high = vma->vm_start;
	}
	return 0;
}

static u64 find_gap(struct nt_vm *vm, u64 size, const struct nt_vm_where *where)
{
	u64 align = max_t(u64, where->align, NT_GRANULARITY);
	u64 low = max_t(u64, where->low, NT_USER_MIN);
	u64 high = NT_USER_MAX + 1;
	struct mm_struct *mm = current->mm;
	u64 at = 0;

	if (where->high && where->high < NT_USER_MAX)
		high = where->high + 1;
	mmap_read_lock(mm);
	if (where->top_down)
		at = gap_below(mm, size, low, high, align);
	else if (!where->low && !where->high)
		at = gap_above(mm, size, vm->hint, high, align) ?:
		     gap_above(mm, size, vm->low, high, align);
	if (!at)
		at = gap_above(mm, size, low, high, align);
	mmap_read_unlock(mm);
	return at;
}

/**
 * nt_vm_place() - map something where there is nothing
 * @vm: the caller's, locked
 * @addr: address, or 0 to have one chosen, which is set
 * @size: bytes, whole pages
 * @where: if @addr is 0: the choice
 * @file: to be mapped, or NULL
 * @prot: PROT_*
 * @flags: MAP_SHARED or MAP_PRIVATE
 * @offset: in @file, page aligned
 *
 * Context: may sleep.
 * Return: 0, NT_STATUS_CONFLICTING_ADDRESSES, NT_STATUS_NO_MEMORY, or what
 * mmap(2) says.
 */
long nt_vm_place(struct nt_vm *vm, u64 *addr, u64 size, const struct nt_vm_where *where,
		 struct file *file, u32 prot, unsigned long flags, u64 offset)
{
	unsigned long got;
	int tries;
	u64 at;

	flags |= MAP_FIXED_NOREPLACE;
	if (!file)
		flags |= MAP_ANONYMOUS;
	for (tries = 0; tries < VM_TRIES; tries++) {
		at = *addr ?: find_gap(vm, size, where);
		if (!at)
			return NT_STATUS_NO_MEMORY;
		got = vm_mmap(file, at, size, prot, flags, offset);
		if (!IS_ERR_VALUE(got)) {
			if (!*addr && !where->top_down && !where->low && !where->high)
				vm->hint = at + size;
			*addr = at;
			return 0;
		}
		if ((long)got != -EEXIST)
			return (long)got;
		if (*addr)
			return NT_STATUS_CONFLICTING_ADDRESSES;
	}
	return NT_STATUS_NO_MEMORY;
}

/* Frees of addresses below the hint make the search look there again. */
static void freed(struct nt_vm *vm, u64 addr)
{
	if (addr >= vm->low && addr < vm->hint)
		vm->hint = addr;
}

static long reprotect(u64 start, u64 end, u32 protect)
{
	return persona_bare(__NR_mprotect, start, end - start, nt_vm_effective_prot(protect));
}

/* Fresh pages without access over what was there. */
static long forget(u64 start, u64 end)
{
	unsigned long got = vm_mmap(NULL, start, end - start, PROT_NONE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);

	return IS_ERR_VALUE(got) ? (long)got : 0;
}

static long reserve(struct nt_vm *vm, u64 *addr, u64 *size, u32 type, u32 protect,
		    const struct nt_vm_where *where)
{
	bool commit = type & NT_MEM_COMMIT;
	u32 prot = commit ? nt_vm_effective_prot(protect) : PROT_NONE;
	struct nt_region *region;
	u64 at = 0, len, end;
	long ret;

	if (*addr) {
		at = round_down(*addr, NT_GRANULARITY);
		ret = nt_vm_range(*addr, *size, &len, &end);
		if (ret)
			return ret;
		if (at < NT_USER_MIN)
			return NT_STATUS_INVALID_PARAMETER;
		len = end - at;
	} else {
		if (*size > NT_USER_MAX)
			return NT_STATUS_NO_MEMORY;
		len = PAGE_ALIGN(*size);
	}
	region = nt_region_new(NT_MEM_PRIVATE, protect, PROT_READ | PROT_WRITE | PROT_EXEC);
	if (!region)
		return -ENOMEM;
	if (type & NT_MEM_RESERVE_PLACEHOLDER)
		region->flags |= NT_REGION_PLACEHOLDER;
	ret = nt_vm_place(vm, &at, len, where, NULL, prot, MAP_PRIVATE, 0);
	if (ret)
		goto err_region;
	region->base = at;
	region->size = len;
	ret = nt_tree_set(&vm->tree, at, len, commit ? protect : 0);
	if (!ret)
		ret = nt_tree_insert(&vm->tree, region);
	if (ret)
		goto err_map;
	*addr = at;
	*size = len;
	return 0;

err_map:
	vm_munmap(at, len);
err_region:
	nt_region_free(region);
	return ret;
}

static long commit(struct nt_vm *vm, u64 *addr, u64 *size, u32 protect)
{
	struct nt_region *region;
	u64 start, end;
	long ret;

	ret = nt_vm_range(*addr, *size, &start, &end);
	if (ret)
		return ret;
	region = nt_tree_at(&vm->tree, start);
	if (!region || end > nt_region_end(region) || (region->flags & NT_REGION_PLACEHOLDER))
		return NT_STATUS_CONFLICTING_ADDRESSES;
	if (region->type == NT_MEM_IMAGE)
		return NT_STATUS_ALREADY_COMMITTED;
	if (nt_vm_prot(protect) & ~region->max)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	ret = reprotect(start, end, protect);
	if (!ret)
		ret = nt_tree_set(&vm->tree, start, end - start, protect);
	if (ret)
		return ret;
	*addr = start;
	*size = end - start;
	return 0;
}

/* The whole of a placeholder becomes memory. */
static long replace(struct nt_vm *vm, u64 *addr, u64 *size, u32 type, u32 protect)
{
	struct nt_region *region = nt_tree_at(&vm->tree, *addr);
	long ret;

	if (!region || !(region->flags & NT_REGION_PLACEHOLDER) || region->base != *addr ||
	    region->size != *size)
		return NT_STATUS_CONFLICTING_ADDRESSES;
	if (type & NT_MEM_COMMIT) {
		ret = reprotect(region->base, nt_region_end(region), protect);
		if (!ret)
			ret = nt_tree_set(&vm->tree, region->base, region->size, protect);
		if (ret)
			return ret;
	}
	region->flags &= ~NT_REGION_PLACEHOLDER;
	region->protect = protect;
	return 0;
}

/* The contents are not needed any more; they may or may not go. */
static long reset(struct nt_vm *vm, u64 *addr, u64 *size)
{
	struct nt_region *region;
	u64 start, end, run;
	long ret;

	ret = nt_vm_range(*addr, *size, &start, &end);
	if (ret)
		return ret;
	region = nt_tree_at(&vm->tree, start);
	if (!region || end > nt_region_end(region) || region->type != NT_MEM_PRIVATE)
		return NT_STATUS_CONFLICTING_ADDRESSES;
	if (!nt_tree_get(&vm->tree, start, end, &run))
		return NT_STATUS_NOT_COMMITTED;
	ret = persona_bare(__NR_madvise, start, end - start, MADV_FREE);
	if (ret)
		return ret;
	*addr = start;
	*size = end - start;
	return 0;
}

static long check_type(u32 type, u32 protect)
{
	const u32 known = NT_MEM_COMMIT | NT_MEM_RESERVE | NT_MEM_REPLACE_PLACEHOLDER |
			  NT_MEM_RESERVE_PLACEHOLDER | NT_MEM_RESET | NT_MEM_TOP_DOWN |
			  NT_MEM_WRITE_WATCH | NT_MEM_PHYSICAL | NT_MEM_LARGE_PAGES |
			  NT_MEM_RESET_UNDO;

	if ((type & ~known) || !(type & (NT_MEM_COMMIT | NT_MEM_RESERVE | NT_MEM_RESET |
					 NT_MEM_RESET_UNDO)))
		return NT_STATUS_INVALID_PARAMETER_5;
	if ((type & NT_MEM_RESET) && type != NT_MEM_RESET)
		return NT_STATUS_INVALID_PARAMETER_5;
	if (nt_vm_prot(protect) < 0)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	/* Copy on write is for views. */
	if (protect & (NT_PAGE_WRITECOPY | NT_PAGE_EXECUTE_WRITECOPY))
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	if (type & NT_MEM_LARGE_PAGES)
		return NT_STATUS_PRIVILEGE_NOT_HELD;
	if (type & (NT_MEM_WRITE_WATCH | NT_MEM_PHYSICAL | NT_MEM_RESET_UNDO))
		return NT_STATUS_NOT_SUPPORTED;
	if (!(type & (NT_MEM_RESERVE_PLACEHOLDER | NT_MEM_REPLACE_PLACEHOLDER)))
		return 0;
	if (!(type & NT_MEM_RESERVE) || (type & NT_MEM_TOP_DOWN &&
					 type & NT_MEM_REPLACE_PLACEHOLDER))
		return NT_STATUS_INVALID_PARAMETER_5;
	if ((type & NT_MEM_RESERVE_PLACEHOLDER) &&
	    ((type & (NT_MEM_COMMIT | NT_MEM_REPLACE_PLACEHOLDER)) ||
	     protect != NT_PAGE_NOACCESS))
		return NT_STATUS_INVALID_PARAMETER;
	return 0;
}

/**
 * nt_vm_alloc_where() - reserve and commit memory
 * @vm: the caller's
 * @addr: address or 0; set to what was allocated
 * @size: bytes; set to what was allocated
 * @type: NT_MEM_*
 * @protect: NT_PAGE_*
 * @where: if @addr is 0: the choice of an address
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_alloc_where(struct nt_vm *vm, u64 *addr, u64 *size, u32 type, u32 protect,
		       const struct nt_vm_where *where)
{
	long ret = check_type(type, protect);

	if (ret)
		return ret;
	if (!*size)
		return NT_STATUS_INVALID_PARAMETER_4;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	if (type & NT_MEM_RESET)
		ret = reset(vm, addr, size);
	else if (type & NT_MEM_REPLACE_PLACEHOLDER)
		ret = replace(vm, addr, size, type, protect);
	else if ((type & NT_MEM_RESERVE) || !*addr)
		ret = reserve(vm, addr, size, type, protect, where);
	else
		ret = commit(vm, addr, size, protect);
	mutex_unlock(&vm->lock);
	return ret;
}

/**
 * nt_vm_alloc() - the same, with nothing but an upper limit
 * @vm: the caller's
 * @addr: address or 0; set to what was allocated
 * @size: bytes; set to what was allocated
 * @type: NT_MEM_*
 * @protect: NT_PAGE_*
 * @limit: last address; 0: no matter
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_alloc(struct nt_vm *vm, u64 *addr, u64 *size, u32 type, u32 protect, u64 limit)
{
	struct nt_vm_where where = {
		.high = limit,
		.top_down = type & NT_MEM_TOP_DOWN,
	};

	return nt_vm_alloc_where(vm, addr, size, type, protect, &where);
}

/**
 * nt_vm_split_at() - let a region begin at an address
 * @vm: locked
 * @at: page aligned
 *
 * Context: may sleep.
 * Return: 0, also if no region is cut by @at, or -ENOMEM.
 */
long nt_vm_split_at(struct nt_vm *vm, u64 at)
{
	struct nt_region *region = nt_tree_at(&vm->tree, at), *tail;
	long ret;

	if (!region || region->base == at)
		return 0;
	tail = nt_region_new(region->type, region->protect, region->max);
	if (!tail)
		return -ENOMEM;
	tail->flags = region->flags;
	if (region->file)
		tail->file = get_file(region->file);
	ret = nt_tree_split(&vm->tree, region, at, tail);
	if (ret)
		nt_region_free(tail);
	return ret;
}

static long release(struct nt_vm *vm, u64 start, u64 end)
{
	struct nt_region *region;
	long ret;

	ret = nt_vm_split_at(vm, end);
	if (!ret)
		ret = nt_vm_split_at(vm, start);
	if (!ret)
		ret = vm_munmap(start, end - start);
	if (ret)
		return ret;
	region = nt_tree_at(&vm->tree, start);
	ret = nt_tree_remove(&vm->tree, region);
	if (ret)
		return ret;
	nt_region_free(region);
	freed(vm, start);
	return 0;
}

static long preserve_placeholder(struct nt_vm *vm, struct nt_region *region, u64 start, u64 end)
{
	long ret;

	if (region->flags & NT_REGION_PLACEHOLDER) {
		/* Splits it. The whole of it is no split. */
		if (start == region->base && end == nt_region_end(region))
			return NT_STATUS_CONFLICTING_ADDRESSES;
		ret = nt_vm_split_at(vm, end);
		return ret ?: nt_vm_split_at(vm, start);
	}
	if (start != region->base || end != nt_region_end(region))
		return NT_STATUS_CONFLICTING_ADDRESSES;
	ret = forget(start, end);
	if (!ret)
		ret = nt_tree_set(&vm->tree, start, end - start, 0);
	if (ret)
		return ret;
	region->flags |= NT_REGION_PLACEHOLDER;
	region->protect = NT_PAGE_NOACCESS;
	return 0;
}

static long coalesce_placeholders(struct nt_vm *vm, u64 start, u64 end)
{
	struct nt_region *first = nt_tree_at(&vm->tree, start), *region;
	u64 at;
	long ret;

	for (at = start; at < end; at = nt_region_end(region)) {
		region = nt_tree_at(&vm->tree, at);
		if (!region || region->base != at || !(region->flags & NT_REGION_PLACEHOLDER) ||
		    nt_region_end(region) > end)
			return NT_STATUS_CONFLICTING_ADDRESSES;
	}
	if (!first || nt_region_end(first) == end)
		return NT_STATUS_CONFLICTING_ADDRESSES;
	/* One after the other, so that it is whole regions at any time. */
	while (nt_region_end(first) < end) {
		region = nt_tree_at(&vm->tree, nt_region_end(first));
		ret = nt_tree_grow(&vm->tree, first, nt_region_end(region));
		if (ret)
			return ret;
		nt_region_free(region);
	}
	return 0;
}

static long decommit(struct nt_vm *vm, u64 start, u64 end)
{
	long ret = forget(start, end);

	return ret ?: nt_tree_set(&vm->tree, start, end - start, 0);
}

static long free_locked(struct nt_vm *vm, u64 *addr, u64 *size, u32 type)
{
	struct nt_region *region;
	u64 start, end;
	long ret;

	ret = nt_vm_range(*addr, *size, &start, &end);
	if (ret)
		return ret;
	region = nt_tree_at(&vm->tree, start);
	if (!region)
		return NT_STATUS_MEMORY_NOT_ALLOCATED;
	if (region->type != NT_MEM_PRIVATE)
		return NT_STATUS_UNABLE_TO_DELETE_SECTION;
	if (!*size) {
		if (start != region->base)
			return NT_STATUS_FREE_VM_NOT_AT_BASE;
		end = nt_region_end(region);
	}
	if (type == (NT_MEM_RELEASE | NT_MEM_COALESCE_PLACEHOLDERS)) {
		ret = coalesce_placeholders(vm, start, end);
	} else if (end > nt_region_end(region)) {
		return NT_STATUS_UNABLE_TO_FREE_VM;
	} else if (type == (NT_MEM_RELEASE | NT_MEM_PRESERVE_PLACEHOLDER)) {
		ret = preserve_placeholder(vm, region, start, end);
	} else if (type == NT_MEM_RELEASE) {
		ret = release(vm, start, end);
	} else {
		if (region->flags & NT_REGION_PLACEHOLDER)
			return NT_STATUS_CONFLICTING_ADDRESSES;
		ret = decommit(vm, start, end);
	}
	if (ret)
		return ret;
	*addr = start;
	*size = end - start;
	return 0;
}

/**
 * nt_vm_free() - decommit or release memory
 * @vm: the caller's
 * @addr: address; set to the first page
 * @size: bytes, 0: the whole region, whose base @addr must be; set to what was
 *	freed
 * @type: NT_MEM_RELEASE (with one of the placeholder flags), NT_MEM_DECOMMIT
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_free(struct nt_vm *vm, u64 *addr, u64 *size, u32 type)
{
	long ret;

	switch (type) {
	case NT_MEM_DECOMMIT:
	case NT_MEM_RELEASE:
		break;
	case NT_MEM_RELEASE | NT_MEM_PRESERVE_PLACEHOLDER:
	case NT_MEM_RELEASE | NT_MEM_COALESCE_PLACEHOLDERS:
		if (!*size)
			return NT_STATUS_INVALID_PARAMETER_3;
		break;
	default:
		return NT_STATUS_INVALID_PARAMETER_4;
	}
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = free_locked(vm, addr, size, type);
	mutex_unlock(&vm->lock);
	return ret;
}

/* What the program may ask for in a region of that kind, and what it gets. */
static long check_protect(const struct nt_region *region, u32 *protect)
{
	bool copy = *protect & (NT_PAGE_WRITECOPY | NT_PAGE_EXECUTE_WRITECOPY);

	if (region->type == NT_MEM_IMAGE || region->flags & NT_REGION_COPY)
		*protect = nt_vm_image_protect(*protect);
	else if (copy)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	if (nt_vm_prot(*protect) & ~region->max)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	return 0;
}

static bool all_committed(struct nt_vm *vm, u64 start, u64 end)
{
	u64 run;

	for (; start < end; start = run) {
		if (!nt_tree_get(&vm->tree, start, end, &run))
			return false;
	}
	return true;
}

static long protect_locked(struct nt_vm *vm, u64 *addr, u64 *size, u32 protect, u32 *old)
{
	struct nt_region *region;
	u64 start, end, run;
	long ret;

	ret = nt_vm_range(*addr, *size, &start, &end);
	if (ret)
		return ret;
	region = nt_tree_at(&vm->tree, start);
	if (!region || end > nt_region_end(region))
		return NT_STATUS_CONFLICTING_ADDRESSES;
	ret = check_protect(region, &protect);
	if (ret)
		return ret;
	if (!all_committed(vm, start, end))
		return NT_STATUS_NOT_COMMITTED;
	*old = nt_tree_get(&vm->tree, start, end, &run);
	if (*old != protect || run != end) {
		ret = reprotect(start, end, protect);
		if (!ret)
			ret = nt_tree_set(&vm->tree, start, end - start, protect);
	}
	*addr = start;
	*size = end - start;
	return ret;
}

/**
 * nt_vm_protect() - change the protection of committed pages
 * @vm: the caller's
 * @addr: address; set to the first page
 * @size: bytes; set to whole pages
 * @protect: NT_PAGE_*
 * @old: set to the first page's protection until now
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_protect(struct nt_vm *vm, u64 *addr, u64 *size, u32 protect, u32 *old)
{
	long ret;

	if (nt_vm_prot(protect) < 0)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	if (!*size)
		return NT_STATUS_INVALID_PARAMETER;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = protect_locked(vm, addr, size, protect, old);
	mutex_unlock(&vm->lock);
	return ret;
}

/**
 * nt_vm_stack_alloc() - memory for a thread's stack
 * @vm: the caller's
 * @reserve: bytes asked for, hostile
 * @base: set to the upper end
 * @limit: set to the lower end of what is committed; a guard page is below
 * @alloc: set to the lower end of the region
 *
 * To be freed with NT_MEM_RELEASE at @alloc.
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_stack_alloc(struct nt_vm *vm, u64 reserve, u64 *base, u64 *limit, u64 *alloc)
{
	u64 size = clamp_t(u64, reserve, STACK_MIN, STACK_MAX), part, at = 0;
	u64 release = 0;
	long ret;

	size = ALIGN(size, NT_GRANULARITY);
	ret = nt_vm_alloc(vm, &at, &size, NT_MEM_RESERVE, NT_PAGE_READWRITE, 0);
	if (ret)
		return ret;
	*alloc = at;
	*base = at + size;
	*limit = *base - STACK_COMMIT;
	at = *limit;
	part = STACK_COMMIT;
	ret = nt_vm_alloc(vm, &at, &part, NT_MEM_COMMIT, NT_PAGE_READWRITE, 0);
	if (!ret) {
		/* For Linux no change: it has no access now, and will have none. */
		at = *limit - PAGE_SIZE;
		part = PAGE_SIZE;
		ret = nt_vm_alloc(vm, &at, &part, NT_MEM_COMMIT,
				  NT_PAGE_READWRITE | NT_PAGE_GUARD, 0);
	}
	if (ret)
		nt_vm_free(vm, alloc, &release, NT_MEM_RELEASE);
	return ret;
}

/**
 * nt_vm_map_table() - map a file to be read, which is no view to NT
 * @vm: the caller's
 * @file: open for reading
 * @size: bytes
 * @offset: in @file, page aligned
 * @addr: set to where it is
 *
 * Near NT's own memory, so that it takes no page tables of its own.
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_map_table(struct nt_vm *vm, struct file *file, u64 size, u64 offset, u64 *addr)
{
	static const struct nt_vm_where anywhere = { };
	long ret;

	*addr = 0;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = nt_vm_place(vm, addr, PAGE_ALIGN(size), &anywhere, file, PROT_READ, MAP_PRIVATE,
			  offset);
	mutex_unlock(&vm->lock);
	return ret;
}
