// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fcntl(2) commands about the space that a file takes up.
 */
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <uapi/linux/fiemap.h>
#include <uapi/linux/stat.h>

#include "fcntl.h"
#include "fs.h"

#define SECTOR	512

/**
 * darwin_prealloc_start() - physical end of a file
 * @stx: the file
 *
 * Where F_PEOFPOSMODE starts: behind what is allocated beyond the end.
 *
 * Context: any.
 */
s64 darwin_prealloc_start(const struct statx *stx)
{
	s64 allocated = min_t(u64, stx->stx_blocks, S64_MAX / SECTOR) * SECTOR;

	return max_t(s64, allocated, min_t(u64, stx->stx_size, S64_MAX));
}
EXPORT_SYMBOL_FOR_TEST(darwin_prealloc_start);

/* Darwin asks first whether the descriptor may write at all. */
static long check_writable(struct persona_call *call, int fd, long error)
{
	long flags = persona_native(call, __NR_fcntl, fd, F_GETFL);

	if (flags < 0)
		return flags;
	return (flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH) ? error : 0;
}

/**
 * darwin_preallocate() - F_PREALLOCATE
 * @call: foreign call under way
 * @fd: descriptor
 * @arg: user address of a struct fstore
 *
 * Space on the volume is not promised to be contiguous: Linux offers no such
 * thing, and F_ALLOCATECONTIG gets what there is.
 *
 * Context: may sleep; uses scratch memory.
 * Return: 0 or a negative errno.
 */
long darwin_preallocate(struct persona_call *call, int fd, u64 arg)
{
	void __user *user = u64_to_user_ptr(arg);
	struct darwin_fstore store;
	struct statx before, after;
	long ret;

	ret = check_writable(call, fd, -EBADF);
	if (ret)
		return ret;
	if (copy_from_user(&store, user, sizeof(store)))
		return -EFAULT;
	if (store.flags & ~(DARWIN_F_ALLOCATECONTIG | DARWIN_F_ALLOCATEALL))
		return -EINVAL;
	if (store.posmode == DARWIN_F_VOLPOSMODE)
		return store.offset > 0 ? -EOPNOTSUPP : -EINVAL;
	if (store.posmode != DARWIN_F_PEOFPOSMODE || store.offset || store.length < 0)
		return -EINVAL;
	ret = darwin_fstatx(call, fd, &before);
	if (ret)
		return ret;
	store.bytesalloc = 0;
	if (store.length) {
		ret = persona_native(call, __NR_fallocate, fd, FALLOC_FL_KEEP_SIZE,
				     darwin_prealloc_start(&before), store.length);
		if (!ret)
			ret = darwin_fstatx(call, fd, &after);
		if (!ret && after.stx_blocks > before.stx_blocks)
			store.bytesalloc = (after.stx_blocks - before.stx_blocks) * SECTOR;
	}
	if (copy_to_user(user, &store, sizeof(store)))
		return -EFAULT;
	/* A pipe or a directory. */
	return ret == -ESPIPE || ret == -ENODEV || ret == -EISDIR ? -EBADF : ret;
}

/**
 * darwin_punch_hole() - F_PUNCHHOLE
 * @call: foreign call under way
 * @fd: descriptor
 * @arg: user address of a struct fpunchhole
 *
 * Context: may sleep; uses scratch memory.
 * Return: 0 or a negative errno.
 */
long darwin_punch_hole(struct persona_call *call, int fd, u64 arg)
{
	struct darwin_file_range range;
	struct statx stx;
	long ret;

	ret = check_writable(call, fd, -EPERM);
	if (ret)
		return ret;
	if (copy_from_user(&range, u64_to_user_ptr(arg), sizeof(range)))
		return -EFAULT;
	if (range.flags || range.reserved || range.offset < 0 || range.length <= 0)
		return -EINVAL;
	ret = darwin_fstatx(call, fd, &stx);
	if (ret)
		return ret;
	/* Linux would write zeroes into the blocks at either end. */
	if (stx.stx_blksize && (range.offset % stx.stx_blksize || range.length % stx.stx_blksize))
		return -EINVAL;
	return persona_native(call, __NR_fallocate, fd,
			      FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      range.offset, range.length);
}

struct one_extent {
	struct fiemap map;
	struct fiemap_extent extent;
};

/**
 * darwin_log2phys() - F_LOG2PHYS and F_LOG2PHYS_EXT
 * @call: foreign call under way
 * @fd: descriptor
 * @arg: user address of a struct log2phys
 * @extended: about an offset and length in @arg instead of the file offset
 *
 * Context: may sleep; uses scratch memory.
 * Return: 0 or a negative errno.
 */
long darwin_log2phys(struct persona_call *call, int fd, u64 arg, bool extended)
{
	void __user *user = u64_to_user_ptr(arg);
	struct darwin_log2phys l2p = { };
	struct one_extent query = { };
	struct fiemap_extent ext;
	void __user *buf;
	s64 offset, len = 1;
	u64 skip;
	long ret;

	if (extended) {
		if (copy_from_user(&l2p, user, sizeof(l2p)))
			return -EFAULT;
		offset = l2p.devoffset;
		len = l2p.contigbytes;
		if (offset < 0 || len <= 0)
			return -EINVAL;
	} else {
		offset = persona_native(call, __NR_lseek, fd, 0, SEEK_CUR);
		if (offset < 0)
			return offset == -ESPIPE ? -EBADF : offset;
	}
	query.map.fm_start = offset;
	query.map.fm_length = len;
	query.map.fm_flags = FIEMAP_FLAG_SYNC;
	query.map.fm_extent_count = 1;
	buf = persona_scratch_put(call, &query, sizeof(query));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(call, __NR_ioctl, fd, FS_IOC_FIEMAP, buf);
	if (ret)
		return ret == -ENOTTY ? -EOPNOTSUPP : ret;
	if (copy_from_user(&query, buf, sizeof(query)))
		return -EFAULT;
	memset(&l2p, 0, sizeof(l2p));
	ext = query.extent;
	if (query.map.fm_mapped_extents && ext.fe_logical <= offset &&
	    offset - ext.fe_logical < ext.fe_length) {
		skip = offset - ext.fe_logical;
		l2p.devoffset = ext.fe_physical + skip;
		if (extended)
			l2p.contigbytes = min_t(u64, ext.fe_length - skip, len);
	} else {
		l2p.devoffset = -1;
	}
	return copy_to_user(user, &l2p, sizeof(l2p)) ? -EFAULT : 0;
}
