// SPDX-License-Identifier: GPL-2.0-only
/*
 * clonefile(2): a copy that shares its blocks, on file systems that can.
 */
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <linux/time64.h>
#include <uapi/linux/stat.h>

#include "bsd_table.h"
#include "fs.h"

#define CLONE_NOFOLLOW		0x1
#define CLONE_NOOWNERCOPY	0x2

static long copy_times(struct persona_call *call, int fd, const struct statx *stx)
{
	struct __kernel_timespec ts[2] = {
		{ .tv_sec = stx->stx_atime.tv_sec, .tv_nsec = stx->stx_atime.tv_nsec },
		{ .tv_sec = stx->stx_mtime.tv_sec, .tv_nsec = stx->stx_mtime.tv_nsec },
	};
	void __user *times = persona_scratch_put(call, ts, sizeof(ts));

	if (IS_ERR(times))
		return PTR_ERR(times);
	return persona_native(call, __NR_utimensat, fd, NULL, times, 0);
}

static long fill_clone(struct persona_call *call, int src, int dst, const struct statx *stx,
		       u32 flags)
{
	long ret;

	ret = persona_native(call, __NR_ioctl, dst, FICLONE, src);
	/* The file system cannot, or not this file. */
	if (ret == -ENOTTY || ret == -EINVAL)
		ret = -EOPNOTSUPP;
	if (!ret && !(flags & CLONE_NOOWNERCOPY) && uid_eq(current_euid(), GLOBAL_ROOT_UID))
		ret = persona_native(call, __NR_fchown, dst, stx->stx_uid, stx->stx_gid);
	if (!ret)
		ret = persona_native(call, __NR_fchmod, dst, stx->stx_mode & S_IALLUGO);
	return ret ? ret : copy_times(call, dst, stx);
}

static long clone_to(struct persona_call *call, int src, int dst_dir, unsigned int dst_arg,
		     u32 flags)
{
	const char __user *dst = darwin_path(call, dst_arg);
	struct statx stx;
	long fd, ret;

	if (IS_ERR(dst))
		return PTR_ERR(dst);
	ret = darwin_fstatx(call, src, &stx);
	if (ret)
		return ret;
	/* A whole tree in one call is more than Linux offers. */
	if (S_ISDIR(stx.stx_mode))
		return -EOPNOTSUPP;
	if (!S_ISREG(stx.stx_mode))
		return -EINVAL;
	fd = persona_native(call, __NR_openat, dst_dir, dst,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fd;
	ret = fill_clone(call, src, fd, &stx, flags);
	persona_native(call, __NR_close, fd);
	if (ret)
		persona_native(call, __NR_unlinkat, dst_dir, dst, 0);
	return ret;
}

long darwin_clonefileat(struct persona_call *call)
{
	u32 flags = (u32)call->args[4];
	const char __user *src;
	long fd, ret;

	if (flags & ~(CLONE_NOFOLLOW | CLONE_NOOWNERCOPY))
		return -EINVAL;
	src = darwin_path(call, 1);
	if (IS_ERR(src))
		return PTR_ERR(src);
	fd = persona_native(call, __NR_openat, darwin_at_fd(call->args[0]), src,
			    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
			    (flags & CLONE_NOFOLLOW ? O_NOFOLLOW : 0), 0);
	if (fd < 0)
		return fd == -ELOOP && flags & CLONE_NOFOLLOW ? -EOPNOTSUPP : fd;
	ret = clone_to(call, fd, darwin_at_fd(call->args[2]), 3, flags);
	persona_native(call, __NR_close, fd);
	return ret;
}

long darwin_fclonefileat(struct persona_call *call)
{
	u32 flags = (u32)call->args[3];

	if (flags & ~(CLONE_NOFOLLOW | CLONE_NOOWNERCOPY))
		return -EINVAL;
	return clone_to(call, (int)call->args[0], darwin_at_fd(call->args[1]), 2, flags);
}
