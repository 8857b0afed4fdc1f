// SPDX-License-Identifier: GPL-2.0-only
/*
 * stat(2) and its relatives.
 *
 * All of them are statx(2), the native call that knows the time of birth and
 * the file flags. There are two structures, see stat.h; the *_extended forms
 * also return an access control list, and files here have none.
 */
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/cred.h>
#include <uapi/linux/stat.h>

#include "bsd_table.h"
#include "flags_at.h"
#include "fs.h"
#include "stat.h"

#define STATX_WANTED	(STATX_BASIC_STATS | STATX_BTIME)

static void fill_time(struct darwin_stat_time *to, const struct statx_timestamp *from)
{
	to->sec = from->tv_sec;
	to->nsec = from->tv_nsec;
}

/**
 * darwin_file_flags() - st_flags
 * @statx_attributes: STATX_ATTR_*
 *
 * Linux has one flag each where Darwin has the owner's and the superuser's;
 * it is shown as the one that programs ask for and set.
 *
 * Context: any.
 */
u32 darwin_file_flags(u64 statx_attributes)
{
	u32 flags = 0;

	if (statx_attributes & STATX_ATTR_NODUMP)
		flags |= DARWIN_UF_NODUMP;
	if (statx_attributes & STATX_ATTR_IMMUTABLE)
		flags |= DARWIN_UF_IMMUTABLE;
	if (statx_attributes & STATX_ATTR_APPEND)
		flags |= DARWIN_UF_APPEND;
	return flags;
}
EXPORT_SYMBOL_FOR_TEST(darwin_file_flags);

/**
 * darwin_fill_stat64() - fills the 64-bit inode structure
 * @to: is overwritten completely
 * @from: with STATX_BASIC_STATS and, if known, STATX_BTIME
 *
 * Context: any.
 */
void darwin_fill_stat64(struct darwin_stat64 *to, const struct statx *from)
{
	memset(to, 0, sizeof(*to));
	to->dev = darwin_dev(from->stx_dev_major, from->stx_dev_minor);
	to->mode = from->stx_mode;
	to->nlink = min_t(u32, from->stx_nlink, U16_MAX);
	to->ino = from->stx_ino;
	to->uid = from->stx_uid;
	to->gid = from->stx_gid;
	to->rdev = darwin_dev(from->stx_rdev_major, from->stx_rdev_minor);
	fill_time(&to->atime, &from->stx_atime);
	fill_time(&to->mtime, &from->stx_mtime);
	fill_time(&to->ctime, &from->stx_ctime);
	if (from->stx_mask & STATX_BTIME)
		fill_time(&to->birthtime, &from->stx_btime);
	to->size = from->stx_size;
	to->blocks = from->stx_blocks;
	to->blksize = min_t(u32, from->stx_blksize, S32_MAX);
	to->flags = darwin_file_flags(from->stx_attributes);
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_stat64);

/**
 * darwin_fill_stat() - fills the old structure
 * @to: is overwritten completely
 * @from: the new one
 *
 * Darwin keeps the lower half of an inode number that does not fit.
 *
 * Context: any.
 */
void darwin_fill_stat(struct darwin_stat *to, const struct darwin_stat64 *from)
{
	memset(to, 0, sizeof(*to));
	to->dev = from->dev;
	to->ino = (u32)from->ino;
	to->mode = from->mode;
	to->nlink = from->nlink;
	to->uid = from->uid;
	to->gid = from->gid;
	to->rdev = from->rdev;
	to->atime = from->atime;
	to->mtime = from->mtime;
	to->ctime = from->ctime;
	to->size = from->size;
	to->blocks = from->blocks;
	to->blksize = from->blksize;
	to->flags = from->flags;
	to->gen = from->gen;
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_stat);

/**
 * darwin_fill_kstat() - fills the 64-bit inode structure from the kernel's own
 * @to: is overwritten completely
 * @from: of vfs_getattr()
 *
 * Context: task context, for the user name space.
 */
void darwin_fill_kstat(struct darwin_stat64 *to, const struct kstat *from)
{
	struct statx stx = {
		.stx_mask = from->result_mask,
		.stx_blksize = from->blksize,
		.stx_attributes = from->attributes,
		.stx_nlink = from->nlink,
		.stx_uid = from_kuid_munged(current_user_ns(), from->uid),
		.stx_gid = from_kgid_munged(current_user_ns(), from->gid),
		.stx_mode = from->mode,
		.stx_ino = from->ino,
		.stx_size = from->size,
		.stx_blocks = from->blocks,
		.stx_atime = { .tv_sec = from->atime.tv_sec, .tv_nsec = from->atime.tv_nsec },
		.stx_btime = { .tv_sec = from->btime.tv_sec, .tv_nsec = from->btime.tv_nsec },
		.stx_ctime = { .tv_sec = from->ctime.tv_sec, .tv_nsec = from->ctime.tv_nsec },
		.stx_mtime = { .tv_sec = from->mtime.tv_sec, .tv_nsec = from->mtime.tv_nsec },
		.stx_rdev_major = MAJOR(from->rdev),
		.stx_rdev_minor = MINOR(from->rdev),
		.stx_dev_major = MAJOR(from->dev),
		.stx_dev_minor = MINOR(from->dev),
	};

	darwin_fill_stat64(to, &stx);
}

/**
 * darwin_statx() - statx(2)
 * @call: foreign call under way
 * @dfd: native directory descriptor
 * @path: user string
 * @flags: native AT_* flags
 * @stx: result
 *
 * Context: may sleep; uses scratch memory.
 * Return: 0 or a negative errno.
 */
long darwin_statx(struct persona_call *call, int dfd, const char __user *path, int flags,
		  struct statx *stx)
{
	struct statx __user *buf = persona_scratch(call, sizeof(*stx));
	long ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(call, __NR_statx, dfd, path, flags, STATX_WANTED, buf);
	if (ret)
		return ret;
	return copy_from_user(stx, buf, sizeof(*stx)) ? -EFAULT : 0;
}

/**
 * darwin_fstatx() - statx(2) of an open file
 * @call: foreign call under way
 * @fd: descriptor
 * @stx: result
 *
 * Context: may sleep; uses scratch memory.
 * Return: 0 or a negative errno.
 */
long darwin_fstatx(struct persona_call *call, int fd, struct statx *stx)
{
	const char __user *empty;

	/* This one means the current directory to statx(2). */
	if (fd < 0)
		return -EBADF;
	empty = persona_scratch_put(call, "", 1);
	if (IS_ERR(empty))
		return PTR_ERR(empty);
	return darwin_statx(call, fd, empty, AT_EMPTY_PATH, stx);
}

static long put_stat64(u64 buf, const struct statx *stx)
{
	struct darwin_stat64 st;

	darwin_fill_stat64(&st, stx);
	return copy_to_user(u64_to_user_ptr(buf), &st, sizeof(st)) ? -EFAULT : 0;
}

static long put_stat(u64 buf, const struct statx *stx)
{
	struct darwin_stat64 st64;
	struct darwin_stat st;

	darwin_fill_stat64(&st64, stx);
	darwin_fill_stat(&st, &st64);
	return copy_to_user(u64_to_user_ptr(buf), &st, sizeof(st)) ? -EFAULT : 0;
}

typedef long (*put_fn)(u64 buf, const struct statx *stx);

static long stat_path(struct persona_call *call, int dfd, unsigned int path_arg, int flags,
		      u64 buf, put_fn put)
{
	const char __user *path = darwin_path(call, path_arg);
	struct statx stx;
	long ret;

	if (IS_ERR(path))
		return PTR_ERR(path);
	ret = darwin_statx(call, dfd, path, flags, &stx);
	return ret ? ret : put(buf, &stx);
}

static long stat_fd(struct persona_call *call, u64 buf, put_fn put)
{
	struct statx stx;
	long ret = darwin_fstatx(call, (int)call->args[0], &stx);

	return ret ? ret : put(buf, &stx);
}

static long stat_at(struct persona_call *call, put_fn put)
{
	u32 flag = (u32)call->args[3];

	/* Without firm links there is but one device number. */
	if (flag & ~(DARWIN_AT_SYMLINK_NOFOLLOW | DARWIN_AT_REALDEV))
		return -EINVAL;
	return stat_path(call, darwin_at_fd(call->args[0]), 1,
			 flag & DARWIN_AT_SYMLINK_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0,
			 call->args[2], put);
}

/*
 * The access control list goes to args[2], its size to args[3]. As there is
 * none, only a size of zero is stored.
 */
static long extended(struct persona_call *call, persona_fn plain)
{
	u64 __user *size = u64_to_user_ptr(call->args[3]);
	long ret = plain(call);

	if (ret || !call->args[2])
		return ret;
	return put_user(0, size);
}

long darwin_stat64(struct persona_call *call)
{
	return stat_path(call, AT_FDCWD, 0, 0, call->args[1], put_stat64);
}

long darwin_lstat64(struct persona_call *call)
{
	return stat_path(call, AT_FDCWD, 0, AT_SYMLINK_NOFOLLOW, call->args[1], put_stat64);
}

long darwin_fstat64(struct persona_call *call)
{
	return stat_fd(call, call->args[1], put_stat64);
}

long darwin_fstatat64(struct persona_call *call)
{
	return stat_at(call, put_stat64);
}

long darwin_stat(struct persona_call *call)
{
	return stat_path(call, AT_FDCWD, 0, 0, call->args[1], put_stat);
}

long darwin_lstat(struct persona_call *call)
{
	return stat_path(call, AT_FDCWD, 0, AT_SYMLINK_NOFOLLOW, call->args[1], put_stat);
}

long darwin_fstat(struct persona_call *call)
{
	return stat_fd(call, call->args[1], put_stat);
}

long darwin_fstatat(struct persona_call *call)
{
	return stat_at(call, put_stat);
}

long darwin_stat64_extended(struct persona_call *call)
{
	return extended(call, darwin_stat64);
}

long darwin_lstat64_extended(struct persona_call *call)
{
	return extended(call, darwin_lstat64);
}

long darwin_fstat64_extended(struct persona_call *call)
{
	return extended(call, darwin_fstat64);
}

long darwin_stat_extended(struct persona_call *call)
{
	return extended(call, darwin_stat);
}

long darwin_lstat_extended(struct persona_call *call)
{
	return extended(call, darwin_lstat);
}

long darwin_fstat_extended(struct persona_call *call)
{
	return extended(call, darwin_fstat);
}
