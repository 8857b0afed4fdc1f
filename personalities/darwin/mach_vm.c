// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory through Mach: the _kernelrpc_mach_vm_* traps, and what they share
 * with the requests to task ports (mig_vm.c).
 */
#include <linux/export.h>
#include <linux/mman.h>
#include <linux/overflow.h>
#include <linux/uaccess.h>

#include "mach_table.h"
#include "mach_trap.h"
#include "mach_vm.h"

#define VM_FLAGS_KNOWN	(DARWIN_VM_FLAGS_ANYWHERE | DARWIN_VM_FLAGS_RANDOM_ADDR |	\
			 DARWIN_VM_FLAGS_NO_CACHE | DARWIN_VM_FLAGS_OVERWRITE |		\
			 DARWIN_VM_FLAGS_ALIAS_MASK)

/**
 * darwin_vm_range() - the pages that a range of addresses touches
 * @addr: first byte; rounded down
 * @size: bytes; rounded up with @addr's offset
 *
 * Context: any.
 * Return: false if the range wraps around.
 */
bool darwin_vm_range(u64 *addr, u64 *size)
{
	u64 end;

	if (check_add_overflow(*addr, *size, &end) || end > TASK_SIZE_MAX)
		return false;
	*addr &= PAGE_MASK;
	*size = PAGE_ALIGN(end) - *addr;
	return true;
}
EXPORT_SYMBOL_FOR_TEST(darwin_vm_range);

/**
 * darwin_vm_align() - where in an oversized mapping the aligned part lies
 * @addr: start of the mapping
 * @mask: bits that must be clear in the result
 *
 * Return: the first address at or above @addr with those bits clear.
 */
u64 darwin_vm_align(u64 addr, u64 mask)
{
	return (addr + mask) & ~mask;
}
EXPORT_SYMBOL_FOR_TEST(darwin_vm_align);

/* Anonymous memory at a multiple of @mask + 1. */
static long map_aligned(struct persona_call *call, u64 size, u64 mask, int prot)
{
	u64 room, start, end;
	long addr;

	if (check_add_overflow(size, mask, &room) || room > TASK_SIZE_MAX)
		return -ENOMEM;
	addr = persona_native(call, __NR_mmap, 0, room, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (IS_ERR_VALUE(addr))
		return addr;
	start = darwin_vm_align(addr, mask);
	end = start + size;
	if (start > addr)
		persona_native(call, __NR_munmap, addr, start - addr);
	if (addr + room > end)
		persona_native(call, __NR_munmap, end, addr + room - end);
	return start;
}

/**
 * darwin_vm_map() - maps anonymous memory
 * @call: the caller's call
 * @addr: where; out: where it is
 * @size: bytes, not 0
 * @mask: bits that must be clear in an address of the kernel's choice
 * @flags: DARWIN_VM_FLAGS_*
 * @prot: DARWIN_VM_PROT_*
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
int darwin_vm_map(struct persona_call *call, u64 *addr, u64 size, u64 mask, u32 flags, u32 prot)
{
	u64 min_addr = darwin_call_proc(call)->min_addr;
	int map = MAP_PRIVATE | MAP_ANONYMOUS;
	long ret;

	if (flags & ~VM_FLAGS_KNOWN || prot & ~DARWIN_VM_PROT_ALL)
		return DARWIN_KERN_INVALID_ARGUMENT;
	/* Bits up to the highest one set, as an alignment has them. */
	if (mask & (mask + 1))
		return DARWIN_KERN_INVALID_ARGUMENT;
	mask |= PAGE_SIZE - 1;
	if (flags & DARWIN_VM_FLAGS_ANYWHERE) {
		if (size > TASK_SIZE_MAX)
			return DARWIN_KERN_NO_SPACE;
		size = PAGE_ALIGN(size);
		if (*addr < min_addr)
			*addr = 0;
		if (mask == PAGE_SIZE - 1)
			ret = persona_native(call, __NR_mmap, *addr & PAGE_MASK, size, prot, map,
					     -1, 0);
		else
			ret = map_aligned(call, size, mask, prot);
	} else {
		if (!darwin_vm_range(addr, &size) || *addr & mask || *addr < min_addr)
			return DARWIN_KERN_INVALID_ADDRESS;
		map |= flags & DARWIN_VM_FLAGS_OVERWRITE ? MAP_FIXED : MAP_FIXED_NOREPLACE;
		ret = persona_native(call, __NR_mmap, *addr, size, prot, map, -1, 0);
	}
	/* Linux is out of address space or of memory: Darwin's name for both. */
	if (ret == -ENOMEM)
		return DARWIN_KERN_NO_SPACE;
	if (IS_ERR_VALUE(ret))
		return ret == -EPERM ? DARWIN_KERN_INVALID_ADDRESS : darwin_kern(ret);
	*addr = ret;
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_vm_allocate() - mach_vm_allocate()
 * @call: the caller's call
 * @addr: where; out: where it is
 * @size: bytes; nothing is allocated for 0
 * @flags: DARWIN_VM_FLAGS_*
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
int darwin_vm_allocate(struct persona_call *call, u64 *addr, u64 size, u32 flags)
{
	if (flags & ~VM_FLAGS_KNOWN)
		return DARWIN_KERN_INVALID_ARGUMENT;
	if (!size) {
		*addr = 0;
		return DARWIN_KERN_SUCCESS;
	}
	if (flags & DARWIN_VM_FLAGS_ANYWHERE)
		*addr = 0;
	return darwin_vm_map(call, addr, size, 0, flags,
			     DARWIN_VM_PROT_READ | DARWIN_VM_PROT_WRITE);
}

/**
 * darwin_vm_deallocate() - mach_vm_deallocate()
 * @call: the caller's call
 * @addr: first byte
 * @size: bytes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
int darwin_vm_deallocate(struct persona_call *call, u64 addr, u64 size)
{
	if (!size)
		return DARWIN_KERN_SUCCESS;
	if (!darwin_vm_range(&addr, &size))
		return DARWIN_KERN_INVALID_ARGUMENT;
	return darwin_kern(persona_native(call, __NR_munmap, addr, size));
}

/**
 * darwin_vm_protect() - mach_vm_protect()
 * @call: the caller's call
 * @addr: first byte
 * @size: bytes
 * @set_maximum: change the maximum protection, which Linux does not have
 * @prot: DARWIN_VM_PROT_*
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
int darwin_vm_protect(struct persona_call *call, u64 addr, u64 size, bool set_maximum, u32 prot)
{
	long ret;

	/* COPY: private mappings are copied on write anyhow. */
	if (prot & ~(DARWIN_VM_PROT_ALL | DARWIN_VM_PROT_COPY))
		return DARWIN_KERN_INVALID_ARGUMENT;
	if (set_maximum)
		return DARWIN_KERN_NOT_SUPPORTED;
	if (!size)
		return DARWIN_KERN_SUCCESS;
	if (!darwin_vm_range(&addr, &size))
		return DARWIN_KERN_INVALID_ARGUMENT;
	ret = persona_native(call, __NR_mprotect, addr, size, prot & DARWIN_VM_PROT_ALL);
	/* A hole in the range. */
	return ret == -ENOMEM ? DARWIN_KERN_INVALID_ADDRESS : darwin_kern(ret);
}

/* The traps are for the caller's own task; others are asked by message. */
static long check_self(struct persona_call *call)
{
	return darwin_task_is_self(call, call->args[0]) ? 0 : DARWIN_KERN_INVALID_ARGUMENT;
}

/**
 * darwin_mach_vm_allocate() - _kernelrpc_mach_vm_allocate_trap
 * @call: task, where the address is and goes, size, flags
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_vm_allocate(struct persona_call *call)
{
	u64 __user *p = (u64 __user *)call->args[1];
	long kr = check_self(call);
	u64 addr;

	if (kr)
		return kr;
	if (get_user(addr, p))
		return DARWIN_KERN_INVALID_ADDRESS;
	kr = darwin_vm_allocate(call, &addr, call->args[2], call->args[3]);
	if (kr)
		return kr;
	if (put_user(addr, p)) {
		darwin_vm_deallocate(call, addr, call->args[2]);
		return DARWIN_KERN_INVALID_ADDRESS;
	}
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_mach_vm_deallocate() - _kernelrpc_mach_vm_deallocate_trap
 * @call: task, address, size
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_vm_deallocate(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_vm_deallocate(call, call->args[1], call->args[2]);
}

/**
 * darwin_mach_vm_protect() - _kernelrpc_mach_vm_protect_trap
 * @call: task, address, size, whether the maximum is meant, protection
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_vm_protect(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_vm_protect(call, call->args[1], call->args[2],
					   (u32)call->args[3], call->args[4]);
}

/**
 * darwin_mach_vm_map() - _kernelrpc_mach_vm_map_trap: anonymous memory
 * @call: task, where the address is and goes, size, alignment mask, flags,
 *	protection
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_vm_map(struct persona_call *call)
{
	u64 __user *p = (u64 __user *)call->args[1];
	long kr = check_self(call);
	u64 addr;

	if (kr)
		return kr;
	if (!call->args[2])
		return DARWIN_KERN_INVALID_ARGUMENT;
	if (get_user(addr, p))
		return DARWIN_KERN_INVALID_ADDRESS;
	kr = darwin_vm_map(call, &addr, call->args[2], call->args[3], call->args[4],
			   call->args[5]);
	if (kr)
		return kr;
	if (put_user(addr, p)) {
		darwin_vm_deallocate(call, addr, call->args[2]);
		return DARWIN_KERN_INVALID_ADDRESS;
	}
	return DARWIN_KERN_SUCCESS;
}
