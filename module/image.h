/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the image loaders of all personalities share: bounded reads of file
 * headers, ranges that cannot overflow, and mapping of one segment.
 *
 * Every number in an image is hostile. The range helpers answer false for
 * anything that wraps, so that a caller can chain them without thinking.
 */
#ifndef _PERSONA_IMAGE_H
#define _PERSONA_IMAGE_H

#include <linux/fs.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct persona_segment - one range of memory that an image asks for
 * @addr: first address, page aligned
 * @memsz: bytes in memory, not zero
 * @offset: where the contents start in the file, page aligned
 * @filesz: bytes of contents, at most @memsz
 * @prot: PROT_* bits
 *
 * The pages behind the contents are zero. So is the rest of the last page of
 * the contents if the segment is writable and goes on behind the contents.
 */
struct persona_segment {
	unsigned long addr;
	unsigned long memsz;
	u64 offset;
	unsigned long filesz;
	unsigned int prot;
};

/**
 * persona_range_in() - does a range lie within [0, limit)?
 * @start: first byte
 * @len: number of bytes; an empty range may start at @limit
 * @limit: end of the room
 *
 * Context: any.
 * Return: true if it does and start + len does not wrap.
 */
static inline bool persona_range_in(u64 start, u64 len, u64 limit)
{
	u64 end;

	return !check_add_overflow(start, len, &end) && end <= limit;
}

/**
 * persona_ranges_overlap() - do two ranges share a byte?
 * @a: first byte of one
 * @alen: its length
 * @b: first byte of the other
 * @blen: its length
 *
 * Both must have been checked not to wrap. An empty range overlaps nothing.
 *
 * Context: any.
 * Return: true if they do.
 */
static inline bool persona_ranges_overlap(u64 a, u64 alen, u64 b, u64 blen)
{
	return alen && blen && a < b + blen && b < a + alen;
}

/**
 * persona_image_get() - copy a structure out of a header that has been read
 * @buf: the header
 * @len: bytes in it
 * @off: where the structure starts, hostile
 * @dst: filled, if the structure lies within the header
 * @size: of the structure
 *
 * Context: any.
 * Return: true if it does.
 */
static inline bool persona_image_get(const void *buf, size_t len, u64 off, void *dst,
				     size_t size)
{
	if (!persona_range_in(off, size, len))
		return false;
	memcpy(dst, (const u8 *)buf + off, size);
	return true;
}

int persona_image_read(struct file *file, u64 pos, void *buf, size_t len);
void *persona_image_load(struct file *file, u64 pos, size_t len, size_t max);
int persona_image_map(struct file *file, const struct persona_segment *seg);

#endif /* _PERSONA_IMAGE_H */
