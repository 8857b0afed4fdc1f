// SPDX-License-Identifier: GPL-2.0-only
/*
 * Base relocations, for the one image that cannot apply its own: ntdll.
 *
 * The table is read from the mapped image, a block at a time, into kernel
 * memory; it is as hostile as the headers.
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../../module/image.h"
#include "pe.h"
#include "vm_impl.h"

#define RELOC_ABSOLUTE	0
#define RELOC_DIR64	10

/* The entries of a block are about one page. */
#define RELOC_MAX_BLOCK	(sizeof(struct reloc_block) + 2 * PAGE_SIZE * sizeof(__le16))

struct reloc_block {
	__le32 page;
	__le32 size;
};

static long apply(const struct nt_image *image, u64 base, u64 delta, u32 page, __le16 entry)
{
	u32 type = le16_to_cpu(entry) >> 12;
	u64 at = (u64)page + (le16_to_cpu(entry) & 0xfff);
	u64 __user *where;
	u64 value;

	if (type == RELOC_ABSOLUTE)
		return 0;
	if (type != RELOC_DIR64 || !persona_range_in(at, sizeof(value), image->size))
		return -ENOEXEC;
	where = (u64 __user *)(base + at);
	if (get_user(value, where) || put_user(value + delta, where))
		return -EFAULT;
	return 0;
}

static long apply_block(const struct nt_image *image, u64 base, u64 delta,
			const struct reloc_block *head, __le16 *entries, u64 user)
{
	u32 len = le32_to_cpu(head->size) - sizeof(*head), i;
	long ret;

	if (copy_from_user(entries, (void __user *)user, len))
		return -EFAULT;
	for (i = 0; i < len / sizeof(*entries); i++) {
		ret = apply(image, base, delta, le32_to_cpu(head->page), entries[i]);
		if (ret)
			return ret;
	}
	return 0;
}

static long apply_all(const struct nt_image *image, u64 base, u64 delta)
{
	u64 at = base + image->dir[NT_PE_DIR_RELOC].va;
	u64 left = image->dir[NT_PE_DIR_RELOC].size;
	struct reloc_block head;
	__le16 *entries;
	long ret = 0;

	entries = kvmalloc(RELOC_MAX_BLOCK, GFP_KERNEL_ACCOUNT);
	if (!entries)
		return -ENOMEM;
	while (!ret && left >= sizeof(head)) {
		u32 size;

		/* A hostile table has hundreds of millions of blocks. */
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		cond_resched();

		if (copy_from_user(&head, (void __user *)at, sizeof(head))) {
			ret = -EFAULT;
			break;
		}
		size = le32_to_cpu(head.size);
		if (!size)
			break;
		if (size < sizeof(head) || size > left || size > RELOC_MAX_BLOCK) {
			ret = -ENOEXEC;
			break;
		}
		ret = apply_block(image, base, delta, &head, entries, at + sizeof(head));
		at += size;
		left -= size;
	}
	kvfree(entries);
	return ret;
}

/* Opens all sections for writing, or gives them back what they have. */
static long reprotect(const struct nt_image *image, u64 base, bool writable)
{
	long ret = 0;
	u32 i;

	for (i = 0; !ret && i < image->nsections; i++) {
		const struct nt_pe_section *sec = &image->section[i];
		u32 prot = writable ? PROT_READ | PROT_WRITE :
				      nt_vm_prot(nt_image_section_protect(sec->flags));

		ret = persona_bare(__NR_mprotect, base + sec->va, sec->size, prot);
	}
	return ret;
}

/**
 * nt_image_relocate() - apply the relocations of an image mapped elsewhere
 * @image: its headers
 * @base: where it is mapped in the caller's memory
 *
 * Context: may sleep; nothing of the program runs yet.
 * Return: 0 or a negative errno; then it is relocated in parts.
 */
long nt_image_relocate(const struct nt_image *image, u64 base)
{
	u64 delta = base - image->base;
	long ret;

	if (!delta)
		return 0;
	if ((image->flags & NT_PE_FILE_RELOCS_STRIPPED) || !image->dir[NT_PE_DIR_RELOC].size)
		return -ENOEXEC;
	ret = reprotect(image, base, true);
	if (!ret)
		ret = apply_all(image, base, delta);
	if (!ret)
		ret = reprotect(image, base, false);
	return ret;
}
