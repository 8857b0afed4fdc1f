// SPDX-License-Identifier: GPL-2.0-only
/* Reading image headers and mapping segments, for all image loaders. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "image.h"

/**
 * persona_image_read() - read exactly so many bytes of an image
 * @file: image
 * @pos: where, hostile
 * @buf: filled completely on success
 * @len: how many, bounded by the caller
 *
 * Context: process, may sleep.
 * Return: 0, -ENOEXEC if the file ends before, or the error of the read.
 */
int persona_image_read(struct file *file, u64 pos, void *buf, size_t len)
{
	loff_t at = pos;
	size_t done = 0;

	if (!persona_range_in(pos, len, LLONG_MAX))
		return -ENOEXEC;
	while (done < len) {
		ssize_t n = kernel_read(file, buf + done, len - done, &at);

		if (n < 0)
			return n;
		if (!n)
			return -ENOEXEC;
		done += n;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(persona_image_read);

/**
 * persona_image_load() - read a part of an image into memory of its own
 * @file: image
 * @pos: where, hostile
 * @len: how many bytes, hostile
 * @max: most bytes that make sense
 *
 * The memory is charged to the caller's control group.
 *
 * Context: process, may sleep.
 * Return: memory to be freed with kvfree(), or an ERR_PTR: -ENOEXEC if @len is
 *	zero or above @max or the file ends before, -ENOMEM, a read error.
 */
void *persona_image_load(struct file *file, u64 pos, size_t len, size_t max)
{
	void *buf;
	int err;

	if (!len || len > max)
		return ERR_PTR(-ENOEXEC);
	buf = kvmalloc(len, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	err = persona_image_read(file, pos, buf, len);
	if (err) {
		kvfree(buf);
		return ERR_PTR(err);
	}
	return buf;
}
EXPORT_SYMBOL_GPL(persona_image_load);

static int map_at(struct file *file, unsigned long addr, unsigned long len, unsigned int prot,
		  u64 offset)
{
	unsigned long flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE;
	unsigned long got;

	if (!file)
		flags |= MAP_ANONYMOUS;
	got = vm_mmap(file, addr, len, prot, flags, offset);
	if (IS_ERR_VALUE(got))
		return (int)got;
	return 0;
}

/**
 * persona_image_map() - map one segment of an image into the caller's memory
 * @file: image, open for reading; may be NULL if there are no contents
 * @seg: what and where; checked by the caller, see the structure
 *
 * Nothing that is mapped already is replaced.
 *
 * Context: process, may sleep. The caller's mmap lock must not be held.
 * Return: 0 or a negative errno; then parts of the segment may be mapped.
 */
int persona_image_map(struct file *file, const struct persona_segment *seg)
{
	unsigned long file_len = PAGE_ALIGN(seg->filesz);
	unsigned long mem_len = PAGE_ALIGN(seg->memsz);
	unsigned long tail = file_len - seg->filesz;
	int err;

	if (seg->filesz) {
		err = map_at(file, seg->addr, file_len, seg->prot, seg->offset);
		if (err)
			return err;
	}
	if (mem_len > file_len) {
		err = map_at(NULL, seg->addr + file_len, mem_len - file_len, seg->prot, 0);
		if (err)
			return err;
	}
	/*
	 * A file that is cut off meanwhile, or a full memory control group,
	 * makes this fail like any other access of the program.
	 */
	if (tail && seg->memsz > seg->filesz && (seg->prot & PROT_WRITE) &&
	    clear_user((void __user *)(seg->addr + seg->filesz), tail))
		return -EFAULT;
	return 0;
}
EXPORT_SYMBOL_GPL(persona_image_map);
