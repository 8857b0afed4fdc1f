// SPDX-License-Identifier: GPL-2.0-only
/*
 * NtQueryVirtualMemory.
 *
 * Linux mappings that are in no region of ours (a thread's scratch area, the
 * page of KUSER_SHARED_DATA) are shown as private memory: they are not free.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file.h"
#include "nt_table.h"
#include "process.h"
#include "unixcall.h"
#include "vm_impl.h"

enum {
	MEMORY_BASIC = 0,
	MEMORY_WORKING_SET = 1,
	MEMORY_MAPPED_FILENAME = 2,
	MEMORY_REGION = 3,
	MEMORY_WORKING_SET_EX = 4,
	MEMORY_IMAGE = 6,
	MEMORY_WINE_UNIX_FUNCS = 1000,
	MEMORY_WINE_UNIX_WOW64_FUNCS = 1001,
};

#define MAX_NAME	32766	/* units, and a terminator, in a UNICODE_STRING */

/* MEMORY_BASIC_INFORMATION */
struct nt_memory_basic {
	u64 base;
	u64 alloc_base;
	u32 alloc_protect;
	u16 partition;
	u16 pad;
	u64 size;
	u32 state;
	u32 protect;
	u32 type;
	u32 pad2;
};

static_assert(sizeof(struct nt_memory_basic) == 48);

/* MEMORY_REGION_INFORMATION */
struct nt_memory_region {
	u64 alloc_base;
	u32 alloc_protect;
	u32 flags;
	u64 size;
	u64 commit_size;
	u64 partition;
	u64 node;
};

#define REGION_PRIVATE		BIT(0)
#define REGION_MAPPED_DATA	BIT(1)
#define REGION_MAPPED_IMAGE	BIT(2)
#define REGION_MAPPED_MEMORY	BIT(3)
#define REGION_SHORT		24	/* size of the structure's first form */

/* MEMORY_IMAGE_INFORMATION */
struct nt_memory_image {
	u64 base;
	u64 size;
	u32 flags;
	u32 pad;
};

/* MEMORY_WORKING_SET_EX_INFORMATION */
struct nt_memory_working_set {
	u64 addr;
	u64 attributes;
};

static u32 protect_of_vma(const struct vm_area_struct *vma)
{
	bool write = vma->vm_flags & VM_WRITE;

	if (vma->vm_flags & VM_EXEC)
		return write ? NT_PAGE_EXECUTE_READWRITE : NT_PAGE_EXECUTE_READ;
	if (write)
		return NT_PAGE_READWRITE;
	return vma->vm_flags & VM_READ ? NT_PAGE_READONLY : NT_PAGE_NOACCESS;
}

/* No region is at info->base, and none before @end. */
static void query_outside(struct nt_memory_basic *info, u64 end)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	info->state = NT_MEM_FREE;
	info->protect = NT_PAGE_NOACCESS;
	mmap_read_lock(mm);
	vma = find_vma_intersection(mm, info->base, end);
	if (vma && vma->vm_start <= info->base) {
		info->alloc_base = vma->vm_start;
		info->state = NT_MEM_COMMIT;
		info->type = NT_MEM_PRIVATE;
		info->protect = protect_of_vma(vma);
		info->alloc_protect = info->protect;
		end = min_t(u64, end, vma->vm_end);
	} else if (vma) {
		end = vma->vm_start;
	}
	mmap_read_unlock(mm);
	info->size = end - info->base;
}

/* Where the file of a view ends that has room for more. */
static u64 backed_end(const struct nt_region *region)
{
	u64 size;

	if (!(region->flags & NT_REGION_GROWS))
		return nt_region_end(region);
	size = PAGE_ALIGN(i_size_read(file_inode(region->file)));
	return region->base + clamp(size, region->offset, region->offset + region->size) -
	       region->offset;
}

static void query_basic(struct nt_vm *vm, u64 addr, struct nt_memory_basic *info)
{
	struct nt_region *region = nt_tree_next(&vm->tree, addr);
	u64 run, end;
	u32 protect = 0;

	*info = (struct nt_memory_basic){ .base = addr & PAGE_MASK };
	if (!region || region->base > info->base) {
		query_outside(info, region ? region->base : NT_USER_MAX + 1);
		return;
	}
	run = nt_region_end(region);
	end = backed_end(region);
	if (info->base < end)
		protect = nt_tree_get(&vm->tree, info->base, end, &run);
	info->alloc_base = region->base;
	info->alloc_protect = region->protect;
	info->size = run - info->base;
	info->state = protect ? NT_MEM_COMMIT : NT_MEM_RESERVE;
	info->protect = protect;
	info->type = region->type;
}

static void query_region(struct nt_vm *vm, const struct nt_region *region,
			 struct nt_memory_region *info)
{
	u64 end = backed_end(region);
	u64 at, run;

	*info = (struct nt_memory_region){
		.alloc_base = region->base,
		.alloc_protect = region->protect,
		.size = region->size,
	};
	switch (region->type) {
	case NT_MEM_PRIVATE:
		info->flags = REGION_PRIVATE;
		break;
	case NT_MEM_IMAGE:
		info->flags = REGION_MAPPED_IMAGE;
		break;
	default:
		info->flags = region->flags & NT_REGION_MEMORY ? REGION_MAPPED_MEMORY :
								 REGION_MAPPED_DATA;
	}
	for (at = region->base; at < end; at = run) {
		if (nt_tree_get(&vm->tree, at, end, &run))
			info->commit_size += run - at;
	}
}

static long put_answer(struct nt_vm_op *op, const void *answer, u32 len)
{
	memcpy(op->answer, answer, len);
	op->len = len;
	return 0;
}

/**
 * nt_vm_query() - whatever has a fixed size
 * @vm: of the calling thread
 * @op: address and class; the answer is filled in
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_query(struct nt_vm *vm, struct nt_vm_op *op)
{
	struct nt_memory_image image = { };
	struct nt_memory_region about;
	struct nt_memory_basic basic;
	struct nt_region *region;
	long ret = 0;
	u64 handle;

	static_assert(sizeof(about) <= NT_VM_ANSWER && sizeof(basic) <= NT_VM_ANSWER);
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	region = nt_tree_at(&vm->tree, op->addr);
	switch (op->class) {
	case MEMORY_BASIC:
		query_basic(vm, op->addr, &basic);
		ret = put_answer(op, &basic, sizeof(basic));
		break;
	case MEMORY_REGION:
		if (!region) {
			ret = NT_STATUS_INVALID_ADDRESS;
			break;
		}
		query_region(vm, region, &about);
		ret = put_answer(op, &about, sizeof(about));
		break;
	case MEMORY_IMAGE:
		if (!region) {
			ret = NT_STATUS_INVALID_ADDRESS;
			break;
		}
		if (region->type == NT_MEM_IMAGE) {
			image.base = region->base;
			image.size = region->size;
		}
		ret = put_answer(op, &image, sizeof(image));
		break;
	case MEMORY_WINE_UNIX_FUNCS:
		if (!region || region->type != NT_MEM_IMAGE) {
			ret = NT_STATUS_INVALID_PARAMETER;
			break;
		}
		handle = nt_unixlib_handle(region->base);
		ret = put_answer(op, &handle, sizeof(handle));
		break;
	}
	mutex_unlock(&vm->lock);
	return ret;
}

static size_t fixed_size(u32 class)
{
	switch (class) {
	case MEMORY_BASIC:
		return sizeof(struct nt_memory_basic);
	case MEMORY_REGION:
		return REGION_SHORT;
	case MEMORY_IMAGE:
		return sizeof(struct nt_memory_image);
	case MEMORY_WINE_UNIX_FUNCS:
		return sizeof(u64);
	}
	return 0;
}

/* UNICODE_STRING, and the characters behind it. */
static long query_name(struct persona_call *call, struct nt_vm *vm, u64 addr, u64 user, u64 room,
		       u64 *len)
{
	struct nt_ustring str = { };
	struct nt_region *region;
	struct file *file = NULL;
	long ret = NT_STATUS_INVALID_ADDRESS;
	u16 *name;
	int n;

	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	region = nt_tree_at(&vm->tree, addr);
	if (region && region->type != NT_MEM_PRIVATE && !(region->flags & NT_REGION_MEMORY))
		file = get_file(region->file);
	mutex_unlock(&vm->lock);
	if (!file)
		return ret;
	name = kvmalloc_array(MAX_NAME + 2, sizeof(*name), GFP_KERNEL_ACCOUNT);
	if (!name) {
		fput(file);
		return -ENOMEM;
	}
	n = nt_path_of_file(call->thread->proc, file, name, MAX_NAME);
	fput(file);
	ret = NT_STATUS_INVALID_ADDRESS;
	if (n <= 0)
		goto out;
	str.len = n * sizeof(*name);
	str.max = str.len + sizeof(*name);
	str.buf = user + sizeof(str);
	*len = sizeof(str) + str.max;
	if (room < *len) {
		ret = room < sizeof(str) ? NT_STATUS_INFO_LENGTH_MISMATCH :
					   NT_STATUS_BUFFER_OVERFLOW;
		goto out;
	}
	ret = 0;
	if (copy_to_user((void __user *)user, &str, sizeof(str)) ||
	    copy_to_user((void __user *)str.buf, name, str.len) ||
	    put_user((u16)0, (u16 __user *)(str.buf + str.len)))
		ret = -EFAULT;
out:
	kvfree(name);
	return ret;
}

#define WS_VALID	BIT(0)
#define WS_MAX		SZ_64K

/* Which pages are in memory: what mincore(2) tells of one after the other. */
static long query_working_set(struct persona_call *call, u64 user, u64 size)
{
	struct nt_memory_working_set entry;
	u8 __user *vec = persona_scratch(call, 1);
	u64 i, nr = size / sizeof(entry);
	u8 in;

	if (IS_ERR(vec))
		return PTR_ERR(vec);
	if (!nr || nr > WS_MAX)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	for (i = 0; i < nr; i++, user += sizeof(entry)) {
		if (copy_from_user(&entry, (void __user *)user, sizeof(entry)))
			return -EFAULT;
		entry.attributes = 0;
		if (entry.addr <= NT_USER_MAX &&
		    !persona_native(call, __NR_mincore, entry.addr & PAGE_MASK, PAGE_SIZE, vec) &&
		    !get_user(in, vec) && (in & 1))
			entry.attributes = WS_VALID;
		if (copy_to_user((void __user *)user, &entry, sizeof(entry)))
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/**
 * nt_query_virtual_memory() - NtQueryVirtualMemory
 * @call: process, address, class, buffer, its size, where the length goes
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_query_virtual_memory(struct persona_call *call)
{
	u64 addr = call->args[1], user = call->args[3], room = call->args[4];
	u64 ulen = call->args[5], n = 0;
	u32 class = call->args[2];
	struct nt_vm_op op = { .kind = NT_VM_QUERY, .addr = addr, .class = class };
	struct nt_vm *vm;
	long ret;

	if (fixed_size(class)) {
		if (addr > NT_USER_MAX)
			return NT_STATUS_INVALID_PARAMETER;
		if (room < fixed_size(class))
			return NT_STATUS_INFO_LENGTH_MISMATCH;
		ret = nt_vm_op(call, call->args[0], NT_PROCESS_QUERY_LIMITED, &op);
		n = min_t(u64, op.len, room);
		if (!ret && copy_to_user((void __user *)user, op.answer, n))
			ret = -EFAULT;
	} else {
		ret = nt_vm_of_handle(call, call->args[0], NT_PROCESS_QUERY_LIMITED, &vm);
		if (ret)
			return ret;
		if (class == MEMORY_WORKING_SET_EX)
			return query_working_set(call, user, room);
		if (addr > NT_USER_MAX)
			return NT_STATUS_INVALID_PARAMETER;
		if (class != MEMORY_MAPPED_FILENAME)
			return NT_STATUS_INVALID_INFO_CLASS;
		ret = query_name(call, vm, addr, user, room, &n);
	}
	if ((!ret || ret == NT_STATUS_BUFFER_OVERFLOW) && ulen && nt_put_u64(ulen, n))
		ret = -EFAULT;
	return ret;
}
