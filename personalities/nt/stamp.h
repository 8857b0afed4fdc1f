/* SPDX-License-Identifier: GPL-2.0-only */
/* Has a file or folder changed since it was read? */
#ifndef _NT_STAMP_H
#define _NT_STAMP_H

#include <linux/fs.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

/* It may change again in the tick of its last change without being seen to. */
#define NT_STAMP_SETTLED	(NSEC_PER_SEC / 50)

/**
 * struct nt_stamp - an inode and the state of its contents
 * @dev: its file system
 * @ino: its number there
 * @generation: of that number
 * @size: bytes
 * @mtime: last write
 * @ctime: last change
 */
struct nt_stamp {
	dev_t dev;
	u64 ino;
	u32 generation;
	loff_t size;
	struct timespec64 mtime;
	struct timespec64 ctime;
};

static inline struct nt_stamp nt_stamp_of(const struct inode *inode)
{
	return (struct nt_stamp){
		.dev = inode->i_sb->s_dev,
		.ino = inode->i_ino,
		.generation = inode->i_generation,
		.size = i_size_read(inode),
		.mtime = inode_get_mtime(inode),
		.ctime = inode_get_ctime(inode),
	};
}

static inline bool nt_stamp_same(const struct nt_stamp *a, const struct nt_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->generation == b->generation &&
	       a->size == b->size && timespec64_equal(&a->mtime, &b->mtime) &&
	       timespec64_equal(&a->ctime, &b->ctime);
}

/* Would the next change be seen in the stamp? */
static inline bool nt_stamp_settled(const struct nt_stamp *stamp)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	return timespec64_to_ns(&now) - timespec64_to_ns(&stamp->ctime) > NT_STAMP_SETTLED;
}

#endif
