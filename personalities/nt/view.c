// SPDX-License-Identifier: GPL-2.0-only
/* Views of sections. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "section.h"
#include "vm_impl.h"

#define AT_ROUND_TO_PAGE	0x40000000u
#define UNMAP_TRANSIENT_BOOST	0x00000001u

/* SECTION_INHERIT */
#define VIEW_SHARE		1
#define VIEW_UNMAP		2

/**
 * struct view - a view that is asked for, and then what it is
 * @base: address, 0 for any
 * @size: bytes, 0 for all behind @offset
 * @offset: in the section
 * @type: NT_MEM_*
 * @protect: NT_PAGE_*
 * @where: if @base is 0: the choice
 */
struct view {
	u64 base;
	u64 size;
	u64 offset;
	u32 type;
	u32 protect;
	struct nt_vm_where where;
};

/*
 * Of a file that can be written, a view may be larger than there is something to
 * see: LMDB reserves what its database is to become.
 */
static bool may_grow(const struct nt_section *section, const struct view *view)
{
	return (view->type & NT_MEM_RESERVE) && (section->attributes & NT_SEC_FILE) &&
	       nt_section_allows(section->protect, NT_PAGE_READWRITE);
}

/* The extent of the view, which must lie in the section unless it may grow. */
static long view_size(const struct nt_section *section, struct view *view)
{
	u64 size = READ_ONCE(section->size);

	if (view->size && may_grow(section, view))
		size = NT_SECTION_MAX;
	if (view->offset >= size)
		return NT_STATUS_INVALID_VIEW_SIZE;
	if (!view->size)
		view->size = size - view->offset;
	/* A page that the end of the section is in is there. */
	if (view->size > PAGE_ALIGN(size) - view->offset)
		return NT_STATUS_INVALID_VIEW_SIZE;
	view->size = PAGE_ALIGN(view->size);
	return 0;
}

static long replace_placeholder(struct nt_vm *vm, struct nt_region *region, struct view *view,
				struct file *file, u32 prot, unsigned long flags)
{
	struct nt_region *old = nt_tree_at(&vm->tree, view->base);
	unsigned long got;
	int ret;

	if (!old || !(old->flags & NT_REGION_PLACEHOLDER) || old->base != view->base ||
	    old->size != view->size)
		return NT_STATUS_CONFLICTING_ADDRESSES;
	got = vm_mmap(file, view->base, view->size, prot, flags | MAP_FIXED, view->offset);
	if (IS_ERR_VALUE(got))
		return (long)got;
	ret = nt_tree_remove(&vm->tree, old);
	if (ret) {
		got = vm_mmap(NULL, view->base, view->size, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
		return IS_ERR_VALUE(got) ? (long)got : ret;
	}
	nt_region_free(old);
	return 0;
}

static long map_locked(struct nt_vm *vm, const struct nt_section *section,
		       struct nt_region *region, struct view *view)
{
	unsigned long flags = region->flags & NT_REGION_SHARED ? MAP_SHARED : MAP_PRIVATE;
	bool reserve = (section->attributes & NT_SEC_RESERVE) &&
		       !(section->attributes & NT_SEC_FILE);
	u32 prot = reserve ? PROT_NONE : nt_vm_effective_prot(view->protect);
	bool replace = view->type & NT_MEM_REPLACE_PLACEHOLDER;
	long ret;

	if (replace)
		ret = replace_placeholder(vm, region, view, section->file, prot, flags);
	else
		ret = nt_vm_place(vm, &view->base, view->size, &view->where, section->file, prot,
				  flags, view->offset);
	if (ret)
		return ret;
	region->base = view->base;
	region->size = view->size;
	region->offset = view->offset;
	ret = nt_tree_set(&vm->tree, view->base, view->size, reserve ? 0 : view->protect);
	if (!ret)
		ret = nt_tree_insert(&vm->tree, region);
	if (ret)
		vm_munmap(view->base, view->size);
	else if (region->flags & NT_REGION_GROWS)
		vm->grows = true;
	return ret;
}

/**
 * nt_view_grow() - before pages are committed: their file has to have them
 * @call: call under way
 * @vm: the caller's
 * @addr: where, any value
 * @size: bytes, any value
 * @prot: PROT_* that they are to have
 *
 * As on Windows, the right to map is enough: LMDB has no other.
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno; 0, too, where no view is that grows, or where
 * they cannot be committed.
 */
long nt_view_grow(struct persona_call *call, struct nt_vm *vm, u64 addr, u64 size, int prot)
{
	struct nt_region *region;
	struct file *file = NULL;
	u64 start, end;
	long ret;

	if (!READ_ONCE(vm->grows) || nt_vm_range(addr, size, &start, &end))
		return 0;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	region = nt_tree_at(&vm->tree, start);
	if (region && (region->flags & NT_REGION_GROWS) && end <= nt_region_end(region) &&
	    !(prot & ~region->max)) {
		file = get_file(region->file);
		end += region->offset - region->base;
	}
	mutex_unlock(&vm->lock);
	if (!file)
		return 0;
	ret = nt_section_grow(call, file, end);
	fput(file);
	return ret;
}

static long map_data(struct nt_vm *vm, const struct nt_section *section, struct view *view)
{
	bool copy = view->protect & (NT_PAGE_WRITECOPY | NT_PAGE_EXECUTE_WRITECOPY);
	struct nt_region *region;
	long ret;

	if (view->offset & ((view->type & AT_ROUND_TO_PAGE ? PAGE_SIZE : NT_GRANULARITY) - 1))
		return NT_STATUS_MAPPED_ALIGNMENT;
	ret = view_size(section, view);
	if (ret)
		return ret;
	region = nt_region_new(NT_MEM_MAPPED, view->protect, nt_vm_prot(view->protect));
	if (!region)
		return -ENOMEM;
	region->flags = copy ? NT_REGION_COPY : NT_REGION_SHARED;
	if (!(section->attributes & NT_SEC_FILE))
		region->flags |= NT_REGION_MEMORY;
	else if (may_grow(section, view))
		region->flags |= NT_REGION_GROWS;
	region->file = get_file(section->file);
	if (mutex_lock_killable(&vm->lock)) {
		ret = -EINTR;
	} else {
		ret = map_locked(vm, section, region, view);
		mutex_unlock(&vm->lock);
	}
	if (ret)
		nt_region_free(region);
	return ret;
}

/* What an image's sections ask for that a filter has to know of. */
static int image_prot(const struct nt_image *image)
{
	const int both = PROT_WRITE | PROT_EXEC;
	u32 i;

	for (i = 0; i < image->nsections; i++) {
		u32 protect = nt_image_section_protect(image->section[i].flags);

		if ((nt_vm_prot(protect) & both) == both)
			return PROT_READ | both;
	}
	return PROT_READ | PROT_EXEC;
}

static long map_view(struct persona_call *call, struct nt_vm *vm, const struct nt_section *section,
		     struct view *view)
{
	int prot = nt_vm_prot(view->protect);
	long ret;

	if (view->base) {
		u64 align = view->type & (AT_ROUND_TO_PAGE | NT_MEM_REPLACE_PLACEHOLDER) ?
			    PAGE_SIZE : NT_GRANULARITY;

		if (view->type & AT_ROUND_TO_PAGE)
			view->base &= PAGE_MASK;
		if (view->base & (align - 1))
			return NT_STATUS_MAPPED_ALIGNMENT;
		if (view->base < NT_USER_MIN || view->base > NT_USER_MAX)
			return NT_STATUS_INVALID_PARAMETER_3;
	}
	if (section->image)
		prot = image_prot(section->image);
	ret = persona_permit(call, __NR_mmap, view->base, view->size, prot, MAP_PRIVATE, -1, 0);
	if (ret)
		return ret;
	if (!section->image)
		return map_data(vm, section, view);
	if (view->type & NT_MEM_REPLACE_PLACEHOLDER)
		return NT_STATUS_NOT_SUPPORTED;
	if (view->offset)
		return NT_STATUS_INVALID_PARAMETER_6;
	ret = nt_vm_map_image(vm, section->file, section->image, &view->base);
	view->size = section->image->size;
	return ret;
}

static long map_section(struct persona_call *call, u64 handle, struct view *view)
{
	struct nt_section *section;
	struct nt_handle h;
	struct nt_vm *vm;
	bool allowed;
	long ret;

	if ((view->protect & NT_PAGE_GUARD) || nt_vm_prot(view->protect) < 0)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	ret = nt_vm_of_handle(call, call->args[1], NT_PROCESS_VM_OPERATION, &vm);
	if (ret)
		return ret;
	/* Once: another thread may give the handle to another section meanwhile. */
	ret = nt_handle_get(nt_caller(call), handle, &h);
	if (ret)
		return ret;
	if (h.obj->type != &nt_section_type) {
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
		goto out;
	}
	section = nt_section_of(h.obj);
	if (section->image) {
		/* An image's pages have the protection that the image says. */
		allowed = h.access & (NT_SECTION_MAP_READ | NT_SECTION_MAP_EXECUTE);
	} else {
		u32 need = nt_section_access_of(view->protect);

		allowed = (h.access & need) == need;
	}
	if (!allowed)
		ret = NT_STATUS_ACCESS_DENIED;
	else if (!section->image && !nt_section_allows(section->protect, view->protect))
		ret = NT_STATUS_SECTION_PROTECTION;
	else
		ret = map_view(call, vm, section, view);
out:
	nt_object_put(h.obj);
	return ret;
}

static long get_view(u64 ubase, u64 uoffset, u64 usize, struct view *view)
{
	long ret = nt_get_u64(ubase, &view->base) ?: nt_get_u64(usize, &view->size);

	if (!ret && uoffset)
		ret = nt_get_u64(uoffset, &view->offset);
	return ret;
}

static long put_view(u64 ubase, u64 uoffset, u64 usize, const struct view *view)
{
	long ret = nt_put_u64(ubase, view->base) ?: nt_put_u64(usize, view->size);

	if (!ret && uoffset)
		ret = nt_put_u64(uoffset, view->offset);
	return ret;
}

/**
 * nt_map_view_of_section() - NtMapViewOfSection
 * @call: section, process, address, zero bits, bytes to commit, offset, size,
 *	inheritance, type, protection
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_map_view_of_section(struct persona_call *call)
{
	const u32 known = NT_MEM_RESERVE | NT_MEM_TOP_DOWN | AT_ROUND_TO_PAGE;
	u64 ubase = call->args[2], uoffset = call->args[5], usize = call->args[6];
	u32 inherit = call->args[7];
	struct view view = {
		.type = call->args[8],
		.protect = call->args[9],
		.where.top_down = call->args[8] & NT_MEM_TOP_DOWN,
	};
	long ret, put;

	if (inherit != VIEW_SHARE && inherit != VIEW_UNMAP)
		return NT_STATUS_INVALID_PARAMETER_8;
	if (view.type & ~known)
		return NT_STATUS_INVALID_PARAMETER_9;
	ret = get_view(ubase, uoffset, usize, &view);
	if (!ret && !view.base)
		ret = nt_vm_zero_bits(call->args[3], &view.where.high);
	if (ret == NT_STATUS_INVALID_PARAMETER_3)
		ret = NT_STATUS_INVALID_PARAMETER_4;
	if (!ret)
		ret = map_section(call, call->args[0], &view);
	if (ret && ret != NT_STATUS_IMAGE_NOT_AT_BASE)
		return ret;
	put = put_view(ubase, uoffset, usize, &view);
	return put ?: ret;
}

/**
 * nt_map_view_of_section_ex() - NtMapViewOfSectionEx
 * @call: section, process, address, offset, size, type, protection, parameters,
 *	their number
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_map_view_of_section_ex(struct persona_call *call)
{
	const u32 known = NT_MEM_RESERVE | NT_MEM_TOP_DOWN | NT_MEM_REPLACE_PLACEHOLDER |
			  AT_ROUND_TO_PAGE;
	u64 ubase = call->args[2], uoffset = call->args[3], usize = call->args[4];
	struct view view = {
		.type = call->args[5],
		.protect = call->args[6],
		.where.top_down = call->args[5] & NT_MEM_TOP_DOWN,
	};
	long ret, put;

	if (view.type & ~known)
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_vm_extended(call->args[7], call->args[8], &view.where);
	if (!ret)
		ret = get_view(ubase, uoffset, usize, &view);
	if (!ret && view.base && (view.where.low || view.where.high || view.where.align))
		ret = NT_STATUS_INVALID_PARAMETER;
	if (!ret)
		ret = map_section(call, call->args[0], &view);
	if (ret && ret != NT_STATUS_IMAGE_NOT_AT_BASE)
		return ret;
	put = put_view(ubase, uoffset, usize, &view);
	return put ?: ret;
}

static long unmap_locked(struct nt_vm *vm, u64 addr, bool placeholder)
{
	struct nt_region *region = nt_tree_at(&vm->tree, addr);
	unsigned long got;
	long ret;

	if (!region || region->type == NT_MEM_PRIVATE)
		return NT_STATUS_NOT_MAPPED_VIEW;
	if (!placeholder) {
		ret = vm_munmap(region->base, region->size);
		if (ret)
			return ret;
		ret = nt_tree_remove(&vm->tree, region);
		if (ret)
			return ret;
		if (region->base < vm->hint && region->base >= vm->low)
			vm->hint = region->base;
		nt_region_free(region);
		return 0;
	}
	got = vm_mmap(NULL, region->base, region->size, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	if (IS_ERR_VALUE(got))
		return (long)got;
	fput(region->file);
	region->file = NULL;
	region->type = NT_MEM_PRIVATE;
	region->protect = NT_PAGE_NOACCESS;
	region->max = PROT_READ | PROT_WRITE | PROT_EXEC;
	region->flags = NT_REGION_PLACEHOLDER;
	region->offset = 0;
	return nt_tree_set(&vm->tree, region->base, region->size, 0);
}

static long unmap(struct persona_call *call, u32 flags)
{
	u64 addr = call->args[1];
	struct nt_vm *vm;
	long ret;

	if (addr > NT_USER_MAX)
		return NT_STATUS_NOT_MAPPED_VIEW;
	ret = nt_vm_of_handle(call, call->args[0], NT_PROCESS_VM_OPERATION, &vm);
	if (!ret)
		ret = persona_permit(call, __NR_munmap, addr, 0);
	if (ret)
		return ret;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	ret = unmap_locked(vm, addr, flags & NT_MEM_PRESERVE_PLACEHOLDER);
	mutex_unlock(&vm->lock);
	return ret;
}

/**
 * nt_unmap_view_of_section() - NtUnmapViewOfSection
 * @call: process, address
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_unmap_view_of_section(struct persona_call *call)
{
	return unmap(call, 0);
}

/**
 * nt_unmap_view_of_section_ex() - NtUnmapViewOfSectionEx
 * @call: process, address, flags
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_unmap_view_of_section_ex(struct persona_call *call)
{
	u32 flags = call->args[2];

	if (flags & ~(NT_MEM_PRESERVE_PLACEHOLDER | UNMAP_TRANSIENT_BOOST))
		return NT_STATUS_INVALID_PARAMETER;
	return unmap(call, flags);
}

/**
 * nt_are_mapped_files_the_same() - NtAreMappedFilesTheSame
 * @call: addresses in two views
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_are_mapped_files_the_same(struct persona_call *call)
{
	struct nt_vm *vm = nt_caller(call)->vm;
	struct nt_region *a, *b;
	long ret;

	if (call->args[0] > NT_USER_MAX || call->args[1] > NT_USER_MAX)
		return NT_STATUS_INVALID_ADDRESS;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	a = nt_tree_at(&vm->tree, call->args[0]);
	b = nt_tree_at(&vm->tree, call->args[1]);
	if (!a || !b)
		ret = NT_STATUS_INVALID_ADDRESS;
	else if (!a->file || !b->file)
		ret = NT_STATUS_CONFLICTING_ADDRESSES;
	else
		ret = file_inode(a->file) == file_inode(b->file) ? 0 : NT_STATUS_NOT_SAME_DEVICE;
	mutex_unlock(&vm->lock);
	return ret;
}
