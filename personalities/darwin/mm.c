// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: mmap, mprotect, madvise, msync, mincore, minherit.
 *
 * Semantics: xnu's bsd/kern/kern_mman.c. What Darwin's kernel forgives and its
 * C library refuses (an offset within a page, no length) is refused.
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/overflow.h>

#include "darwin.h"
#include "bsd_table.h"
#include "mm.h"

static const struct persona_flag prot_flags[] = { DARWIN_FLAGS_PROT };
static const struct persona_flag mmap_flags[] = { DARWIN_FLAGS_MMAP };
static const struct persona_flag madvise_values[] = { DARWIN_FLAGS_MADVISE };
static const struct persona_flag msync_flags[] = { DARWIN_FLAGS_MSYNC };

/**
 * darwin_prot_to_native() - converts PROT_* bits
 * @prot: Darwin's
 *
 * Context: any.
 * Return: the native bits, -EINVAL for an unknown bit.
 */
int darwin_prot_to_native(u32 prot)
{
	u64 rest, native;

	native = persona_flags_to_native(prot_flags, ARRAY_SIZE(prot_flags), prot, &rest);
	return rest ? -EINVAL : native;
}
EXPORT_SYMBOL_FOR_TEST(darwin_prot_to_native);

/**
 * darwin_mmap_flags_to_native() - converts MAP_* bits
 * @flags: Darwin's
 *
 * Context: any.
 * Return: the native bits, -EINVAL for an unknown bit.
 */
int darwin_mmap_flags_to_native(u32 flags)
{
	u64 rest, native;

	native = persona_flags_to_native(mmap_flags, ARRAY_SIZE(mmap_flags), flags, &rest);
	return rest ? -EINVAL : native;
}
EXPORT_SYMBOL_FOR_TEST(darwin_mmap_flags_to_native);

/**
 * darwin_page_range() - the pages that a range of bytes touches
 * @addr: first byte
 * @len: number of bytes
 * @start: set to the first page's address
 * @size: set to the length of all pages, 0 if @len is 0
 *
 * Context: any.
 * Return: 0, or -EINVAL when the range ends beyond the address space.
 */
int darwin_page_range(u64 addr, u64 len, u64 *start, u64 *size)
{
	u64 end;

	if (check_add_overflow(addr, len, &end) || end > -PAGE_SIZE)
		return -EINVAL;
	*start = addr & PAGE_MASK;
	*size = len ? PAGE_ALIGN(end) - *start : 0;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_page_range);

/**
 * darwin_mmap() - mmap
 * @call: address, length, PROT_*, MAP_*, descriptor, offset
 *
 * With MAP_ANON the descriptor is a tag for memory statistics, and the offset
 * means nothing. Nothing is ever mapped in the image's __PAGEZERO.
 *
 * Context: see persona_fn.
 * Return: the address or a negative errno.
 */
long darwin_mmap(struct persona_call *call)
{
	int prot = darwin_prot_to_native(call->args[2]);
	int flags = darwin_mmap_flags_to_native(call->args[3]);
	int fd = call->args[4];
	u64 offset = call->args[5], addr = call->args[0];
	long ret;

	if (prot < 0 || flags < 0)
		return -EINVAL;
	if (addr < darwin_call_proc(call)->min_addr) {
		if (flags & MAP_FIXED)
			return -ENOMEM;
		addr = 0;
	}
	if (flags & MAP_ANONYMOUS) {
		fd = -1;
		offset = 0;
	}
	ret = persona_native(call, __NR_mmap, addr, call->args[1], prot, flags, fd, offset);
	/* A file that cannot be mapped: Darwin looks at its type, Linux at its operations. */
	return ret == -ENODEV ? -EINVAL : ret;
}

/**
 * darwin_mprotect() - mprotect
 * @call: address, length, PROT_*
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_mprotect(struct persona_call *call)
{
	int prot = darwin_prot_to_native(call->args[2]);

	if (prot < 0)
		return prot;
	return persona_native(call, __NR_mprotect, call->args[0], call->args[1], prot);
}

/*
 * Advice is about whole pages, wherever the range begins and ends. That Linux
 * cannot follow it for a kind of mapping (MADV_FREE of a file) is no error.
 */
static long advise(struct persona_call *call, int advice)
{
	u64 start, size;
	long ret;
	int err;

	err = darwin_page_range(call->args[0], call->args[1], &start, &size);
	if (err)
		return err;
	ret = persona_native(call, __NR_madvise, start, size, advice);
	return ret == -EINVAL || ret == -EBADF ? 0 : ret;
}

/**
 * darwin_madvise() - madvise
 * @call: address, length, MADV_*
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_madvise(struct persona_call *call)
{
	u32 advice = call->args[2];
	u64 rest, native;

	switch (advice) {
	case DARWIN_MADV_FREE_REUSABLE:
		return advise(call, MADV_FREE);
	case DARWIN_MADV_FREE_REUSE:
		/* Linux takes a page back by itself when it is written to. */
	case DARWIN_MADV_ZERO_WIRED_PAGES:
		/* Linux clears every page before someone else gets it. */
		return persona_permit(call, __NR_madvise, call->args[0], call->args[1],
				      MADV_NORMAL);
	case DARWIN_MADV_CAN_REUSE:
		/* "No, do not reuse this memory": there is no such state to ask for. */
		return -EINVAL;
	case DARWIN_MADV_PAGEOUT:
		return -EOPNOTSUPP;
	}
	native = persona_flags_to_native(madvise_values, ARRAY_SIZE(madvise_values), advice, &rest);
	if (rest)
		return -EINVAL;
	return advise(call, native);
}

/**
 * darwin_msync() - msync
 * @call: address, length, MS_*
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_msync(struct persona_call *call)
{
	u32 flags = call->args[2];
	u64 rest, native;

	if (!PAGE_ALIGNED(call->args[0]))
		return -EINVAL;
	if (flags & DARWIN_MS_DEACTIVATE) {
		if (flags & ~(DARWIN_MS_DEACTIVATE | DARWIN_MS_INVALIDATE))
			return -EINVAL;
		return advise(call, MADV_COLD);
	}
	native = persona_flags_to_native(msync_flags, ARRAY_SIZE(msync_flags), flags, &rest);
	if (rest)
		return -EINVAL;
	/* What is not asynchronous is synchronous; Linux does nothing then. */
	if (!(native & MS_ASYNC))
		native |= MS_SYNC;
	return persona_native(call, __NR_msync, call->args[0], call->args[1], native);
}

/**
 * darwin_mincore() - mincore
 * @call: address, length, vector of bytes
 *
 * Darwin's bits for referenced and modified pages are never set.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_mincore(struct persona_call *call)
{
	u64 start, size;
	int err;

	err = darwin_page_range(call->args[0], call->args[1], &start, &size);
	if (err)
		return err;
	return persona_native(call, __NR_mincore, start, size, call->args[2]);
}

/**
 * darwin_minherit() - minherit
 * @call: address, length, VM_INHERIT_*
 *
 * Linux has no private memory that a child shares: VM_INHERIT_SHARE is refused.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_minherit(struct persona_call *call)
{
	u64 start, size;
	int advice, err;

	switch ((u32)call->args[2]) {
	case DARWIN_VM_INHERIT_COPY:
		advice = MADV_DOFORK;
		break;
	case DARWIN_VM_INHERIT_NONE:
		advice = MADV_DONTFORK;
		break;
	case DARWIN_VM_INHERIT_SHARE:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
	err = darwin_page_range(call->args[0], call->args[1], &start, &size);
	if (err)
		return err;
	return persona_native(call, __NR_madvise, start, size, advice);
}
