// SPDX-License-Identifier: GPL-2.0-only
/*
 * open(2) and its relatives.
 *
 * Darwin can take a file lock while it opens, opens symbolic links themselves
 * (O_SYMLINK) and files for events only (O_EVTONLY). The last two are O_PATH
 * here.
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <uapi/linux/openat2.h>
#include <uapi/linux/stat.h>

#include "bsd_table.h"
#include "flags_open.h"
#include "fs.h"
#include "open.h"

static const struct persona_flag open_flags[] = { DARWIN_FLAGS_OPEN };

/* Flags of O_PATH; openat2(2) refuses it with any other. */
#define PATH_FLAGS	(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* DARWIN_O_CREAT etc. would do something to the file. */
#define CHANGES_FILE	(DARWIN_O_CREAT | DARWIN_O_TRUNC | DARWIN_O_SHLOCK | DARWIN_O_EXLOCK)

#define MODE_MASK	06777

/**
 * darwin_open_parse() - translate the flags of open(2)
 * @how: result, is overwritten completely
 * @flags: Darwin flags
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int darwin_open_parse(struct darwin_open_how *how, u32 flags)
{
	u32 own = DARWIN_O_SHLOCK | DARWIN_O_EXLOCK | DARWIN_O_SYMLINK | DARWIN_O_NOFOLLOW_ANY;
	u64 rest;

	memset(how, 0, sizeof(*how));
	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	if ((flags & DARWIN_O_CREAT) && (flags & DARWIN_O_DIRECTORY))
		return -EINVAL;
	/* Means nothing without O_CREAT, but Linux would lock a block device. */
	if (!(flags & DARWIN_O_CREAT))
		flags &= ~DARWIN_O_EXCL;
	if ((flags & DARWIN_O_EVTONLY) && (flags & CHANGES_FILE))
		flags &= ~DARWIN_O_EVTONLY;

	if (flags & (DARWIN_O_SHLOCK | DARWIN_O_EXLOCK)) {
		how->lock = flags & DARWIN_O_EXLOCK ? LOCK_EX : LOCK_SH;
		if (flags & DARWIN_O_NONBLOCK)
			how->lock |= LOCK_NB;
		/* Nobody's data may go before the lock is ours. */
		if ((flags & DARWIN_O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY) {
			how->truncate = true;
			flags &= ~DARWIN_O_TRUNC;
		}
	}
	how->symlink = (flags & DARWIN_O_SYMLINK) && !(flags & DARWIN_O_NOFOLLOW);
	how->no_links = flags & DARWIN_O_NOFOLLOW_ANY;

	how->flags = persona_flags_to_native(open_flags, ARRAY_SIZE(open_flags),
					     flags & ~own, &rest);
	if (rest)
		return -EINVAL;
	if (how->symlink)
		how->flags |= O_NOFOLLOW;
	if (how->flags & O_PATH)
		how->flags &= PATH_FLAGS;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_open_parse);

/**
 * darwin_open_flags_to_foreign() - what F_GETFL reports
 * @native: native O_* flags
 *
 * Flags that Darwin does not know are left out.
 *
 * Context: any.
 */
u32 darwin_open_flags_to_foreign(u32 native)
{
	u64 rest;

	return persona_flags_to_foreign(open_flags, ARRAY_SIZE(open_flags), native, &rest);
}
EXPORT_SYMBOL_FOR_TEST(darwin_open_flags_to_foreign);

static long native_open(struct persona_call *call, int dfd, const char __user *path,
			const struct darwin_open_how *how, u32 mode)
{
	struct open_how native = { };
	void __user *arg;

	if (!how->no_links)
		return persona_native(call, __NR_openat, dfd, path, how->flags, mode);
	native.flags = how->flags;
	native.mode = how->flags & O_CREAT ? mode : 0;
	native.resolve = RESOLVE_NO_SYMLINKS;
	arg = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(arg))
		return PTR_ERR(arg);
	return persona_native(call, __NR_openat2, dfd, path, arg, sizeof(native));
}

/* ENXIO of open(2) is a socket, or a device or FIFO without another end. */
static long explain_enxio(struct persona_call *call, int dfd, const char __user *path)
{
	struct statx stx;

	if (!darwin_statx(call, dfd, path, 0, &stx) && S_ISSOCK(stx.stx_mode))
		return PERSONA_ERR(DARWIN_EOPNOTSUPP);
	return -ENXIO;
}

static long lock_opened(struct persona_call *call, int fd, const struct darwin_open_how *how)
{
	long ret = persona_native(call, __NR_flock, fd, how->lock);

	if (!ret && how->truncate)
		ret = persona_native(call, __NR_ftruncate, fd, 0);
	if (!ret)
		return fd;
	persona_native(call, __NR_close, fd);
	/* Opening again could fail where the first time did not (O_EXCL). */
	return darwin_is_restart(ret) ? -EINTR : ret;
}

/**
 * darwin_open_at() - open a file
 * @call: foreign call under way
 * @dfd: native directory descriptor
 * @path: user string, already looked up in the view
 * @flags: Darwin flags
 * @mode: permissions of a new file
 *
 * Context: may sleep; uses scratch memory.
 * Return: descriptor, negative errno or PERSONA_ERR().
 */
long darwin_open_at(struct persona_call *call, int dfd, const char __user *path,
		    u32 flags, u32 mode)
{
	struct darwin_open_how how;
	long ret;

	ret = darwin_open_parse(&how, flags);
	if (ret)
		return ret;
	/* A file is never born sticky, and no unknown bit is refused. */
	mode &= MODE_MASK;
	ret = native_open(call, dfd, path, &how, mode);
	if (ret == -ELOOP && how.symlink) {
		how.flags = (how.flags & PATH_FLAGS) | O_PATH;
		ret = native_open(call, dfd, path, &how, 0);
		how.lock = 0;
	}
	if (ret == -ENXIO)
		return explain_enxio(call, dfd, path);
	if (ret < 0 || !how.lock)
		return ret;
	return lock_opened(call, ret, &how);
}

static long open_arg(struct persona_call *call, int dfd, unsigned int path_arg,
		     u64 flags, u64 mode)
{
	const char __user *path = darwin_path(call, path_arg);

	if (IS_ERR(path))
		return PTR_ERR(path);
	return darwin_open_at(call, dfd, path, (u32)flags, (u32)mode);
}

long darwin_open(struct persona_call *call)
{
	return open_arg(call, AT_FDCWD, 0, call->args[1], call->args[2]);
}

long darwin_openat(struct persona_call *call)
{
	return open_arg(call, darwin_at_fd(call->args[0]), 1, call->args[2], call->args[3]);
}

/*
 * Protection classes have no effect on volumes without content protection, and
 * there are only such volumes. The raw access flags need one that has it.
 */
long darwin_open_dprotected_np(struct persona_call *call)
{
	if ((u32)call->args[3])
		return -EINVAL;
	return open_arg(call, AT_FDCWD, 0, call->args[1], call->args[4]);
}

long darwin_openat_dprotected_np(struct persona_call *call)
{
	if ((u32)call->args[4] || (int)call->args[6] != -1)
		return -EINVAL;
	return open_arg(call, darwin_at_fd(call->args[0]), 1, call->args[2], call->args[5]);
}

/* Sets owner, group and access control list of a new file. */
long darwin_open_extended(struct persona_call *call)
{
	if ((u32)call->args[2] != DARWIN_KAUTH_ID_NONE ||
	    (u32)call->args[3] != DARWIN_KAUTH_ID_NONE || call->args[5])
		return -EOPNOTSUPP;
	return open_arg(call, AT_FDCWD, 0, call->args[1], call->args[4]);
}
