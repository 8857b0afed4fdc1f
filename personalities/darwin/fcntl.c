// SPDX-License-Identifier: GPL-2.0-only
/*
 * fcntl(2).
 */
#include <linux/fadvise.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "fcntl.h"
#include "flags_open.h"
#include "fs.h"
#include "socket.h"

/* What F_GETFL reports and F_SETFL changes. */
#define STATUS_FLAGS	(DARWIN_O_NONBLOCK | DARWIN_O_APPEND | DARWIN_O_ASYNC | \
			 DARWIN_O_SYNC | DARWIN_O_DSYNC)
#define REPORTED_FLAGS	(STATUS_FLAGS | O_ACCMODE | DARWIN_O_EVTONLY)

/* Status flags that Darwin has no name for. */
#define NATIVE_ONLY	(O_DIRECT | O_NOATIME)

/**
 * darwin_flock_to_native() - convert a record lock
 * @to: is overwritten completely
 * @from: Darwin's
 *
 * Context: any.
 * Return: 0, or -EINVAL for an unknown type.
 */
int darwin_flock_to_native(struct flock *to, const struct darwin_flock *from)
{
	memset(to, 0, sizeof(*to));
	switch (from->type) {
	case DARWIN_F_RDLCK:
		to->l_type = F_RDLCK;
		break;
	case DARWIN_F_UNLCK:
		to->l_type = F_UNLCK;
		break;
	case DARWIN_F_WRLCK:
		to->l_type = F_WRLCK;
		break;
	default:
		return -EINVAL;
	}
	to->l_whence = from->whence;
	to->l_start = from->start;
	to->l_len = from->len;
	to->l_pid = from->pid;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_flock_to_native);

/**
 * darwin_flock_to_foreign() - convert the answer of F_GETLK
 * @to: is overwritten completely
 * @from: native
 *
 * Context: any.
 * Return: 0, or -EINVAL for an unknown type.
 */
int darwin_flock_to_foreign(struct darwin_flock *to, const struct flock *from)
{
	memset(to, 0, sizeof(*to));
	switch (from->l_type) {
	case F_RDLCK:
		to->type = DARWIN_F_RDLCK;
		break;
	case F_UNLCK:
		to->type = DARWIN_F_UNLCK;
		break;
	case F_WRLCK:
		to->type = DARWIN_F_WRLCK;
		break;
	default:
		return -EINVAL;
	}
	to->whence = from->l_whence;
	to->start = from->l_start;
	to->len = from->l_len;
	to->pid = from->l_pid;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_flock_to_foreign);

static long do_lock(struct persona_call *call, int fd, int native_cmd, u64 arg)
{
	bool get = native_cmd == F_GETLK || native_cmd == F_OFD_GETLK;
	bool ofd = native_cmd >= F_OFD_GETLK && native_cmd <= F_OFD_SETLKW;
	void __user *user = u64_to_user_ptr(arg);
	struct darwin_flock lock;
	struct flock native;
	void __user *buf;
	long ret;

	if (copy_from_user(&lock, user, sizeof(lock)))
		return -EFAULT;
	ret = darwin_flock_to_native(&native, &lock);
	if (ret)
		return ret;
	if (ofd)
		native.l_pid = 0;
	buf = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(call, __NR_fcntl, fd, native_cmd, buf);
	if (ret || !get)
		return ret;
	if (copy_from_user(&native, buf, sizeof(native)))
		return -EFAULT;
	ret = darwin_flock_to_foreign(&lock, &native);
	if (ret)
		return ret;
	return copy_to_user(user, &lock, sizeof(lock)) ? -EFAULT : 0;
}

static long get_flags(struct persona_call *call, int fd)
{
	long ret = persona_native(call, __NR_fcntl, fd, F_GETFL);

	return ret < 0 ? ret : darwin_open_flags_to_foreign(ret) & REPORTED_FLAGS;
}

static long set_flags(struct persona_call *call, int fd, u32 flags)
{
	static const struct persona_flag tbl[] = { DARWIN_FLAGS_OPEN };
	long old = persona_native(call, __NR_fcntl, fd, F_GETFL);
	u64 native, rest;

	if (old < 0)
		return old;
	/* The flags of open(2) that cannot be changed may be given, too. */
	persona_flags_to_native(tbl, ARRAY_SIZE(tbl), flags, &rest);
	if (rest & ~(DARWIN_O_SHLOCK | DARWIN_O_EXLOCK | DARWIN_O_SYMLINK | O_ACCMODE))
		return -EINVAL;
	native = persona_flags_to_native(tbl, ARRAY_SIZE(tbl), flags & STATUS_FLAGS, &rest);
	return persona_native(call, __NR_fcntl, fd, F_SETFL, native | (old & NATIVE_ONLY));
}

/*
 * A process group is reported as a negative number, which from Linux would be
 * an error number. As in F_GETOWN of Darwin only the lower half counts.
 */
static long get_owner(struct persona_call *call, int fd)
{
	struct f_owner_ex owner;
	void __user *buf = persona_scratch(call, sizeof(owner));
	long ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(call, __NR_fcntl, fd, F_GETOWN_EX, buf);
	if (ret)
		return ret;
	if (copy_from_user(&owner, buf, sizeof(owner)))
		return -EFAULT;
	return owner.type == F_OWNER_PGRP ? (u32)-owner.pid : (u32)owner.pid;
}

static long get_path(struct persona_call *call, int fd, u64 arg)
{
	const char *name;
	struct path path;
	size_t len;
	char *buf;
	long ret;

	ret = persona_permit(call, __NR_readlinkat, AT_FDCWD, 0, arg, DARWIN_MAXPATHLEN);
	if (!ret)
		ret = darwin_lookup_fd(fd, &path);
	if (ret)
		return ret;
	ret = -EBADF;
	if (!darwin_path_is_vnode(&path))
		goto out_put;
	ret = -ENOMEM;
	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		goto out_put;
	name = darwin_path_name(&path, buf, PATH_MAX);
	ret = PTR_ERR_OR_ZERO(name);
	if (!ret) {
		len = strlen(name) + 1;
		if (len > DARWIN_MAXPATHLEN)
			ret = -ENOSPC;
		else if (copy_to_user(u64_to_user_ptr(arg), name, len))
			ret = -EFAULT;
	}
	kfree(buf);
out_put:
	path_put(&path);
	return ret;
}

static long advise(struct persona_call *call, int fd, s64 offset, s64 len, int advice)
{
	long ret;

	if (offset < 0 || len < 0)
		return -EINVAL;
	ret = persona_native(call, __NR_fadvise64, fd, offset, len, advice);
	return ret == -ESPIPE ? -EBADF : ret;
}

static long read_advise(struct persona_call *call, int fd, u64 arg)
{
	struct darwin_radvisory ra;

	if (copy_from_user(&ra, u64_to_user_ptr(arg), sizeof(ra)))
		return -EFAULT;
	return advise(call, fd, ra.offset, ra.count, POSIX_FADV_WILLNEED);
}

static long speculative_read(struct persona_call *call, int fd, u64 arg)
{
	struct darwin_file_range range;

	if (copy_from_user(&range, u64_to_user_ptr(arg), sizeof(range)))
		return -EFAULT;
	if (range.flags)
		return -EINVAL;
	return advise(call, fd, range.offset, range.length, POSIX_FADV_WILLNEED);
}

static long set_size(struct persona_call *call, int fd, u64 arg)
{
	s64 size;

	if (get_user(size, (s64 __user *)u64_to_user_ptr(arg)))
		return -EFAULT;
	return persona_native(call, __NR_ftruncate, fd, size);
}

static long sync_vnode(struct persona_call *call, int fd)
{
	long ret = persona_native(call, __NR_fsync, fd);

	return ret == -EINVAL ? -EBADF : ret;
}

static long other_command(struct persona_call *call, int fd)
{
	long ret = persona_native(call, __NR_fcntl, fd, F_GETFD);

	/* Darwin hands what it does not know to the file system as an ioctl. */
	return ret < 0 ? ret : -ENOTTY;
}

long darwin_fcntl(struct persona_call *call)
{
	int fd = (int)call->args[0], cmd = (int)call->args[1];
	u64 arg = call->args[2];

	switch (cmd) {
	case DARWIN_F_DUPFD:
		return persona_native(call, __NR_fcntl, fd, F_DUPFD, (int)arg);
	case DARWIN_F_DUPFD_CLOEXEC:
		return persona_native(call, __NR_fcntl, fd, F_DUPFD_CLOEXEC, (int)arg);
	case DARWIN_F_GETFD:
		return persona_native(call, __NR_fcntl, fd, F_GETFD);
	case DARWIN_F_SETFD:
		if ((int)arg & ~FD_CLOEXEC)
			return -EINVAL;
		return persona_native(call, __NR_fcntl, fd, F_SETFD, (int)arg);
	case DARWIN_F_GETFL:
		return get_flags(call, fd);
	case DARWIN_F_SETFL:
		return set_flags(call, fd, (u32)arg);
	case DARWIN_F_GETOWN:
		return get_owner(call, fd);
	case DARWIN_F_SETOWN:
		return persona_native(call, __NR_fcntl, fd, F_SETOWN, (int)arg);
	case DARWIN_F_GETLK:
		return do_lock(call, fd, F_GETLK, arg);
	case DARWIN_F_SETLK:
		return do_lock(call, fd, F_SETLK, arg);
	case DARWIN_F_SETLKW:
		return do_lock(call, fd, F_SETLKW, arg);
	case DARWIN_F_OFD_GETLK:
		return do_lock(call, fd, F_OFD_GETLK, arg);
	case DARWIN_F_OFD_SETLK:
		return do_lock(call, fd, F_OFD_SETLK, arg);
	case DARWIN_F_OFD_SETLKW:
		return do_lock(call, fd, F_OFD_SETLKW, arg);
	case DARWIN_F_GETPATH:
	case DARWIN_F_GETPATH_NOFIRMLINK:
		return get_path(call, fd, arg);
	case DARWIN_F_FULLFSYNC:
	case DARWIN_F_BARRIERFSYNC:
		return sync_vnode(call, fd);
	case DARWIN_F_FLUSH_DATA:
		return persona_native(call, __NR_sync_file_range, fd, 0, 0,
				      SYNC_FILE_RANGE_WRITE);
	case DARWIN_F_PREALLOCATE:
		return darwin_preallocate(call, fd, arg);
	case DARWIN_F_PUNCHHOLE:
		return darwin_punch_hole(call, fd, arg);
	case DARWIN_F_SETSIZE:
		return set_size(call, fd, arg);
	case DARWIN_F_LOG2PHYS:
		return darwin_log2phys(call, fd, arg, false);
	case DARWIN_F_LOG2PHYS_EXT:
		return darwin_log2phys(call, fd, arg, true);
	case DARWIN_F_RDADVISE:
		return read_advise(call, fd, arg);
	case DARWIN_F_SPECULATIVE_READ:
		return speculative_read(call, fd, arg);
	case DARWIN_F_RDAHEAD:
		return advise(call, fd, 0, 0,
			      (int)arg ? POSIX_FADV_NORMAL : POSIX_FADV_RANDOM);
	case DARWIN_F_NOCACHE:
	case DARWIN_F_GLOBAL_NOCACHE:
		/* Hints on how the file is going to be used, all of them. */
		return advise(call, fd, 0, 0,
			      (int)arg ? POSIX_FADV_NOREUSE : POSIX_FADV_NORMAL);
	case DARWIN_F_NODIRECT:
	case DARWIN_F_SINGLE_WRITER:
		return advise(call, fd, 0, 0, POSIX_FADV_NORMAL);
	case DARWIN_F_FREEZE_FS:
		return persona_native(call, __NR_ioctl, fd, FIFREEZE, 0);
	case DARWIN_F_THAW_FS:
		return persona_native(call, __NR_ioctl, fd, FITHAW, 0);
	case DARWIN_F_GETNOSIGPIPE:
		return persona_native(call, __NR_fcntl, fd, F_GETFD) < 0 ?
			-EBADF : darwin_nosigpipe(fd);
	case DARWIN_F_SETNOSIGPIPE:
		return darwin_nosigpipe_set(fd, (int)arg);
	case DARWIN_F_GETPROTECTIONCLASS:
	case DARWIN_F_SETPROTECTIONCLASS:
	case DARWIN_F_GETPROTECTIONLEVEL:
	case DARWIN_F_TRANSCODEKEY:
	case DARWIN_F_TRIM_ACTIVE_FILE:
	case DARWIN_F_ADDSIGS:
	case DARWIN_F_ADDFILESIGS:
	case DARWIN_F_ADDFILESIGS_RETURN:
	case DARWIN_F_FINDSIGS:
	case DARWIN_F_CHECK_LV:
		return -EOPNOTSUPP;
	default:
		return other_command(call, fd);
	}
}
