// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that make, remove, rename and inspect directory entries by name.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <uapi/linux/stat.h>

#include "bsd_table.h"
#include "flags_at.h"
#include "fs.h"
#include "stat.h"

/* renameatx_np(2) */
#define DARWIN_RENAME_SWAP	0x2
#define DARWIN_RENAME_EXCL	0x4

/* Permission bits of mkdir(2); the sticky bit is not among them. */
#define MKDIR_MODE			0777

static long make_link(struct persona_call *call, int fd1, unsigned int arg1,
		      int fd2, unsigned int arg2, int flags)
{
	const char __user *from = darwin_path(call, arg1);
	const char __user *to = darwin_path(call, arg2);

	if (IS_ERR(from))
		return PTR_ERR(from);
	if (IS_ERR(to))
		return PTR_ERR(to);
	return persona_native(call, __NR_linkat, fd1, from, fd2, to, flags);
}

/* Unlike Linux's, this one links what a symbolic link points to. */
long darwin_link(struct persona_call *call)
{
	return make_link(call, AT_FDCWD, 0, AT_FDCWD, 1, AT_SYMLINK_FOLLOW);
}

long darwin_linkat(struct persona_call *call)
{
	u32 flag = (u32)call->args[4];

	if (flag & ~DARWIN_AT_SYMLINK_FOLLOW)
		return -EINVAL;
	return make_link(call, darwin_at_fd(call->args[0]), 1, darwin_at_fd(call->args[2]), 3,
			 flag ? AT_SYMLINK_FOLLOW : 0);
}

static long unlink_at(struct persona_call *call, int dfd, unsigned int arg, int flags)
{
	const char __user *path = darwin_path(call, arg);
	long ret;

	if (IS_ERR(path))
		return PTR_ERR(path);
	ret = persona_native(call, __NR_unlinkat, dfd, path, flags);
	return ret == -EISDIR ? -EPERM : ret;
}

long darwin_unlink(struct persona_call *call)
{
	return unlink_at(call, AT_FDCWD, 0, 0);
}

long darwin_unlinkat(struct persona_call *call)
{
	u32 flag = (u32)call->args[2];

	if (flag & ~DARWIN_AT_REMOVEDIR)
		return -EINVAL;
	return unlink_at(call, darwin_at_fd(call->args[0]), 1, flag ? AT_REMOVEDIR : 0);
}

static long rename_at(struct persona_call *call, unsigned int flags)
{
	const char __user *from = darwin_path(call, 1);
	const char __user *to = darwin_path(call, 3);
	int from_fd = darwin_at_fd(call->args[0]), to_fd = darwin_at_fd(call->args[2]);

	if (IS_ERR(from))
		return PTR_ERR(from);
	if (IS_ERR(to))
		return PTR_ERR(to);
	if (flags)
		return persona_native(call, __NR_renameat2, from_fd, from, to_fd, to, flags);
	return persona_native(call, __NR_renameat, from_fd, from, to_fd, to);
}

long darwin_renameat(struct persona_call *call)
{
	return rename_at(call, 0);
}

long darwin_renameatx_np(struct persona_call *call)
{
	u32 flags = (u32)call->args[4];
	long ret;

	switch (flags) {
	case 0:
		return rename_at(call, 0);
	case DARWIN_RENAME_SWAP:
		ret = rename_at(call, RENAME_EXCHANGE);
		break;
	case DARWIN_RENAME_EXCL:
		ret = rename_at(call, RENAME_NOREPLACE);
		break;
	default:
		return -EINVAL;
	}
	return ret;
}

static long make_dir(struct persona_call *call, int dfd, unsigned int arg, u32 mode)
{
	const char __user *path = darwin_path(call, arg);

	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_mkdirat, dfd, path, mode & MKDIR_MODE);
}

long darwin_mkdir(struct persona_call *call)
{
	return make_dir(call, AT_FDCWD, 0, (u32)call->args[1]);
}

long darwin_mkdirat(struct persona_call *call)
{
	return make_dir(call, darwin_at_fd(call->args[0]), 1, (u32)call->args[2]);
}

/* Does a *_extended call ask for nothing but what the plain call does? */
static bool plain_extended(struct persona_call *call, unsigned int arg)
{
	return (u32)call->args[arg] == DARWIN_KAUTH_ID_NONE &&
	       (u32)call->args[arg + 1] == DARWIN_KAUTH_ID_NONE && !call->args[arg + 3];
}

long darwin_mkdir_extended(struct persona_call *call)
{
	if (!plain_extended(call, 1))
		return -EOPNOTSUPP;
	return make_dir(call, AT_FDCWD, 0, (u32)call->args[3]);
}

long darwin_symlinkat(struct persona_call *call)
{
	const char __user *path = darwin_path(call, 2);

	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_symlinkat, call->args[0],
			      darwin_at_fd(call->args[1]), path);
}

long darwin_readlinkat(struct persona_call *call)
{
	const char __user *path = darwin_path(call, 1);

	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_readlinkat, darwin_at_fd(call->args[0]), path,
			      call->args[2], min_t(u64, call->args[3], INT_MAX));
}

/* Of a descriptor that was opened with O_SYMLINK. */
long darwin_freadlink(struct persona_call *call)
{
	const char __user *empty = persona_scratch_put(call, "", 1);
	int fd = (int)call->args[0];
	long ret;

	if (fd < 0)
		return -EBADF;
	if (IS_ERR(empty))
		return PTR_ERR(empty);
	ret = persona_native(call, __NR_readlinkat, fd, empty, call->args[1],
			     min_t(u64, call->args[2], INT_MAX));
	/* What Linux says of any other file. */
	return ret == -ENOENT || ret == -ENOTDIR ? -EINVAL : ret;
}

static long make_node(struct persona_call *call, int dfd, unsigned int arg, u32 mode, u32 dev)
{
	const char __user *path;

	switch (mode & S_IFMT) {
	case S_IFIFO:
		dev = 0;
		break;
	case S_IFCHR:
	case S_IFBLK:
		break;
	default:
		return -EINVAL;
	}
	path = darwin_path(call, arg);
	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_mknodat, dfd, path, mode & (S_IFMT | S_IALLUGO),
			      darwin_dev_to_native(dev));
}

long darwin_mknod(struct persona_call *call)
{
	return make_node(call, AT_FDCWD, 0, (u32)call->args[1], (u32)call->args[2]);
}

long darwin_mknodat(struct persona_call *call)
{
	return make_node(call, darwin_at_fd(call->args[0]), 1, (u32)call->args[2],
			 (u32)call->args[3]);
}

long darwin_mkfifo(struct persona_call *call)
{
	return make_node(call, AT_FDCWD, 0, S_IFIFO | (call->args[1] & S_IALLUGO), 0);
}

long darwin_mkfifoat(struct persona_call *call)
{
	return make_node(call, darwin_at_fd(call->args[0]), 1,
			 S_IFIFO | (call->args[2] & S_IALLUGO), 0);
}

long darwin_mkfifo_extended(struct persona_call *call)
{
	if (!plain_extended(call, 1))
		return -EOPNOTSUPP;
	return make_node(call, AT_FDCWD, 0, S_IFIFO | (call->args[3] & S_IALLUGO), 0);
}

long darwin_access(struct persona_call *call)
{
	const char __user *path;
	u32 mode = (u32)call->args[1];

	/* The extended rights (_READ_OK...) are those of access control lists. */
	if (mode & ~(MAY_READ | MAY_WRITE | MAY_EXEC))
		return -EINVAL;
	path = darwin_path(call, 0);
	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_faccessat, AT_FDCWD, path, mode);
}

long darwin_faccessat(struct persona_call *call)
{
	u32 mode = (u32)call->args[2], flag = (u32)call->args[3];
	int dfd = darwin_at_fd(call->args[0]), native = 0;
	const char __user *path;

	if (flag & ~(DARWIN_AT_EACCESS | DARWIN_AT_SYMLINK_NOFOLLOW) ||
	    mode & ~(MAY_READ | MAY_WRITE | MAY_EXEC))
		return -EINVAL;
	path = darwin_path(call, 1);
	if (IS_ERR(path))
		return PTR_ERR(path);
	if (flag & DARWIN_AT_EACCESS)
		native |= AT_EACCESS;
	if (flag & DARWIN_AT_SYMLINK_NOFOLLOW)
		native |= AT_SYMLINK_NOFOLLOW;
	if (!native)
		return persona_native(call, __NR_faccessat, dfd, path, mode);
	return persona_native(call, __NR_faccessat2, dfd, path, mode, native);
}
