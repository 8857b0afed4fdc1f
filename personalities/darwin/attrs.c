// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that change the owner, mode, flags and times of a file.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/stat.h>
#include <linux/time64.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <uapi/linux/stat.h>

#include "bsd_table.h"
#include "flags_at.h"
#include "fs.h"
#include "stat.h"

/* struct timeval of a 64-bit program. */
struct darwin_file_timeval {
	s64 sec;
	s32 usec;
	u32 pad;
};

#define SETTABLE_FLAGS	(DARWIN_UF_NODUMP | DARWIN_UF_IMMUTABLE | DARWIN_UF_APPEND | \
			 DARWIN_SF_IMMUTABLE | DARWIN_SF_APPEND)

/*
 * As the C library does it where fchmodat2(2) does not exist: through a
 * descriptor that cannot come to mean another file in between.
 */
static long chmod_nofollow(struct persona_call *call, int dfd, const char __user *path, u32 mode)
{
	char name[sizeof("/proc/self/fd/") + 11];
	const char __user *link;
	struct statx stx;
	long fd, ret;

	fd = persona_native(call, __NR_openat, dfd, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	ret = darwin_fstatx(call, fd, &stx);
	if (ret)
		goto out_close;
	ret = -EOPNOTSUPP;
	if (S_ISLNK(stx.stx_mode))
		goto out_close;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", (int)fd);
	link = persona_scratch_put(call, name, sizeof(name));
	if (IS_ERR(link)) {
		ret = PTR_ERR(link);
		goto out_close;
	}
	ret = persona_native(call, __NR_fchmodat, AT_FDCWD, link, mode);
out_close:
	persona_native(call, __NR_close, fd);
	return ret;
}

/**
 * darwin_chmod_at() - change a file's mode
 * @call: foreign call under way
 * @dfd: native directory descriptor
 * @path: user string, already looked up in the view
 * @mode: new mode
 * @follow: follow a symbolic link
 *
 * Context: may sleep; uses scratch memory.
 * Return: 0 or a negative errno; -EOPNOTSUPP for a symbolic link itself.
 */
long darwin_chmod_at(struct persona_call *call, int dfd, const char __user *path, u32 mode,
		     bool follow)
{
	mode &= S_IALLUGO;
	if (follow)
		return persona_native(call, __NR_fchmodat, dfd, path, mode);
	return chmod_nofollow(call, dfd, path, mode);
}

long darwin_fchmodat(struct persona_call *call)
{
	u32 flag = (u32)call->args[3];
	const char __user *path;

	if (flag & ~DARWIN_AT_SYMLINK_NOFOLLOW)
		return -EINVAL;
	path = darwin_path(call, 1);
	if (IS_ERR(path))
		return PTR_ERR(path);
	return darwin_chmod_at(call, darwin_at_fd(call->args[0]), path, (u32)call->args[2],
			       !flag);
}

/*
 * The extended forms: owner, group, mode (-1: leave) and access control list.
 * There are no lists here; no list and the removal of one are one and the same.
 */
struct extended {
	u32 uid;
	u32 gid;
	s32 mode;
};

static int get_extended(struct persona_call *call, struct extended *ext)
{
	/* 0: none given, 1: remove */
	if (call->args[4] > 1)
		return -EOPNOTSUPP;
	ext->uid = (u32)call->args[1];
	ext->gid = (u32)call->args[2];
	ext->mode = (s32)call->args[3];
	if (ext->uid == DARWIN_KAUTH_ID_NONE)
		ext->uid = (u32)-1;
	if (ext->gid == DARWIN_KAUTH_ID_NONE)
		ext->gid = (u32)-1;
	return 0;
}

long darwin_chmod_extended(struct persona_call *call)
{
	const char __user *path;
	struct extended ext;
	long ret;

	ret = get_extended(call, &ext);
	if (ret)
		return ret;
	path = darwin_path(call, 0);
	if (IS_ERR(path))
		return PTR_ERR(path);
	if (ext.uid != (u32)-1 || ext.gid != (u32)-1)
		ret = persona_native(call, __NR_fchownat, AT_FDCWD, path, ext.uid, ext.gid, 0);
	if (!ret && ext.mode != -1)
		ret = darwin_chmod_at(call, AT_FDCWD, path, ext.mode, true);
	return ret;
}

long darwin_fchmod_extended(struct persona_call *call)
{
	int fd = (int)call->args[0];
	struct extended ext;
	long ret;

	ret = get_extended(call, &ext);
	if (ret)
		return ret;
	if (ext.uid != (u32)-1 || ext.gid != (u32)-1)
		ret = persona_native(call, __NR_fchown, fd, ext.uid, ext.gid);
	if (!ret && ext.mode != -1)
		ret = persona_native(call, __NR_fchmod, fd, ext.mode & S_IALLUGO);
	return ret;
}

long darwin_fchownat(struct persona_call *call)
{
	u32 flag = (u32)call->args[4];
	const char __user *path;

	if (flag & ~DARWIN_AT_SYMLINK_NOFOLLOW)
		return -EINVAL;
	path = darwin_path(call, 1);
	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_fchownat, darwin_at_fd(call->args[0]), path,
			      (u32)call->args[2], (u32)call->args[3],
			      flag ? AT_SYMLINK_NOFOLLOW : 0);
}

/* FS_IOC_SETFLAGS bits for st_flags that have one. */
static u32 inode_flags(u32 flags)
{
	u32 native = 0;

	if (flags & DARWIN_UF_NODUMP)
		native |= FS_NODUMP_FL;
	if (flags & (DARWIN_UF_IMMUTABLE | DARWIN_SF_IMMUTABLE))
		native |= FS_IMMUTABLE_FL;
	if (flags & (DARWIN_UF_APPEND | DARWIN_SF_APPEND))
		native |= FS_APPEND_FL;
	return native;
}

#define INODE_FLAGS	(FS_NODUMP_FL | FS_IMMUTABLE_FL | FS_APPEND_FL)

/*
 * Programs that copy files set the flags they found, as a rule none. So what
 * changes nothing needs only the right to do it.
 */
static long flags_unchanged(const struct statx *stx, u32 flags)
{
	if (flags & ~SETTABLE_FLAGS)
		return -EOPNOTSUPP;
	if (inode_flags(flags) != inode_flags(darwin_file_flags(stx->stx_attributes)))
		return 1;
	if (stx->stx_uid != from_kuid_munged(current_user_ns(), current_fsuid()) &&
	    !capable(CAP_FOWNER))
		return -EPERM;
	return 0;
}

static long fset_inode_flags(struct persona_call *call, int fd, u32 flags)
{
	u32 old, new;
	void __user *arg;
	long ret;

	arg = persona_scratch(call, sizeof(old));
	if (IS_ERR(arg))
		return PTR_ERR(arg);
	ret = persona_native(call, __NR_ioctl, fd, FS_IOC_GETFLAGS, arg);
	if (!ret && copy_from_user(&old, arg, sizeof(old)))
		ret = -EFAULT;
	if (!ret) {
		new = (old & ~INODE_FLAGS) | inode_flags(flags);
		if (copy_to_user(arg, &new, sizeof(new)))
			ret = -EFAULT;
	}
	if (!ret)
		ret = persona_native(call, __NR_ioctl, fd, FS_IOC_SETFLAGS, arg);
	/* The file system has no such flags. */
	return ret == -ENOTTY ? -EOPNOTSUPP : ret;
}

/**
 * darwin_fset_flags() - fchflags(2)
 * @call: foreign call under way
 * @fd: descriptor
 * @flags: Darwin st_flags
 *
 * Context: may sleep; uses scratch memory.
 * Return: 0 or a negative errno; -EOPNOTSUPP for flags that Linux or the file
 * system has not.
 */
long darwin_fset_flags(struct persona_call *call, int fd, u32 flags)
{
	struct statx stx;
	long ret;

	ret = darwin_fstatx(call, fd, &stx);
	if (!ret)
		ret = flags_unchanged(&stx, flags);
	return ret > 0 ? fset_inode_flags(call, fd, flags) : ret;
}

/**
 * darwin_set_flags() - chflags(2)
 * @call: foreign call under way
 * @dfd: native directory descriptor
 * @path: user string, already looked up in the view
 * @follow: follow a symbolic link
 * @flags: Darwin st_flags
 *
 * Context: may sleep; uses scratch memory.
 * Return: as darwin_fset_flags().
 */
long darwin_set_flags(struct persona_call *call, int dfd, const char __user *path,
		      bool follow, u32 flags)
{
	int nofollow = follow ? 0 : AT_SYMLINK_NOFOLLOW;
	struct statx stx;
	long fd, ret;

	ret = darwin_statx(call, dfd, path, nofollow, &stx);
	if (!ret)
		ret = flags_unchanged(&stx, flags);
	if (ret <= 0)
		return ret;
	/* To open a device would do something to it. */
	if (!S_ISREG(stx.stx_mode) && !S_ISDIR(stx.stx_mode))
		return -EOPNOTSUPP;
	fd = persona_native(call, __NR_openat, dfd, path,
			    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
			    (follow ? 0 : O_NOFOLLOW), 0);
	if (fd < 0)
		return fd;
	ret = fset_inode_flags(call, fd, flags);
	persona_native(call, __NR_close, fd);
	return ret;
}

long darwin_chflags(struct persona_call *call)
{
	const char __user *path = darwin_path(call, 0);

	if (IS_ERR(path))
		return PTR_ERR(path);
	return darwin_set_flags(call, AT_FDCWD, path, true, (u32)call->args[1]);
}

long darwin_fchflags(struct persona_call *call)
{
	return darwin_fset_flags(call, (int)call->args[0], (u32)call->args[1]);
}

/* Two timevals become two timespecs in scratch memory; NULL stays NULL. */
static void __user *get_times(struct persona_call *call, u64 arg)
{
	struct darwin_file_timeval tv[2];
	struct __kernel_timespec ts[2];
	unsigned int i;

	if (!arg)
		return NULL;
	if (copy_from_user(tv, u64_to_user_ptr(arg), sizeof(tv)))
		return (void __user *)ERR_PTR(-EFAULT);
	for (i = 0; i < ARRAY_SIZE(tv); i++) {
		if (tv[i].usec < 0 || tv[i].usec >= USEC_PER_SEC)
			return (void __user *)ERR_PTR(-EINVAL);
		ts[i].tv_sec = tv[i].sec;
		ts[i].tv_nsec = tv[i].usec * NSEC_PER_USEC;
	}
	return persona_scratch_put(call, ts, sizeof(ts));
}

long darwin_utimes(struct persona_call *call)
{
	const char __user *path = darwin_path(call, 0);
	void __user *times = get_times(call, call->args[1]);

	if (IS_ERR(path))
		return PTR_ERR(path);
	if (IS_ERR(times))
		return PTR_ERR(times);
	return persona_native(call, __NR_utimensat, AT_FDCWD, path, times, 0);
}

long darwin_futimes(struct persona_call *call)
{
	void __user *times = get_times(call, call->args[1]);
	int fd = (int)call->args[0];

	if (IS_ERR(times))
		return PTR_ERR(times);
	if (fd < 0)
		return -EBADF;
	return persona_native(call, __NR_utimensat, fd, NULL, times, 0);
}
