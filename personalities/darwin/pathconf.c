// SPDX-License-Identifier: GPL-2.0-only
/*
 * pathconf(2): limits and features of a file.
 *
 * What Darwin answers whatever the file system is, and Linux's own limits for
 * the rest.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/statfs.h>
#include <linux/uaccess.h>
#include <uapi/linux/stat.h>

#include "bsd_table.h"
#include "fs.h"
#include "pathconf.h"

/**
 * darwin_pathconf_value() - the value of one name
 * @name: DARWIN_PC_*
 * @file: what the name is asked about
 *
 * Context: any.
 * Return: the value, or -EINVAL when the name means nothing for that file.
 */
long darwin_pathconf_value(int name, const struct darwin_pathconf_file *file)
{
	/* Anything else is asked of a pipe or socket in vain. */
	if (!file->vnode && name != DARWIN_PC_PIPE_BUF)
		return -EINVAL;
	switch (name) {
	case DARWIN_PC_LINK_MAX:
		return S16_MAX;
	case DARWIN_PC_MAX_CANON:
	case DARWIN_PC_MAX_INPUT:
		return S_ISCHR(file->mode) ? MAX_CANON : -EINVAL;
	case DARWIN_PC_NAME_MAX:
	case DARWIN_PC_NAME_CHARS_MAX:
		return file->namelen;
	case DARWIN_PC_PATH_MAX:
		return DARWIN_MAXPATHLEN;
	case DARWIN_PC_PIPE_BUF:
		return PIPE_BUF;
	case DARWIN_PC_CHOWN_RESTRICTED:
	case DARWIN_PC_NO_TRUNC:
		return DARWIN_POSIX_2001;
	case DARWIN_PC_VDISABLE:
		return S_ISCHR(file->mode) ? U8_MAX : -EINVAL;
	case DARWIN_PC_CASE_SENSITIVE:
	case DARWIN_PC_CASE_PRESERVING:
	case DARWIN_PC_2_SYMLINKS:
	case DARWIN_PC_ALLOC_SIZE_MIN:
		return 1;
	case DARWIN_PC_EXTENDED_SECURITY_NP:
	case DARWIN_PC_AUTH_OPAQUE_NP:
	case DARWIN_PC_ASYNC_IO:
	case DARWIN_PC_PRIO_IO:
	case DARWIN_PC_SYNC_IO:
		return 0;
	case DARWIN_PC_FILESIZEBITS:
		return 64;
	case DARWIN_PC_REC_INCR_XFER_SIZE:
	case DARWIN_PC_REC_MIN_XFER_SIZE:
	case DARWIN_PC_REC_XFER_ALIGN:
		return 4096;
	case DARWIN_PC_REC_MAX_XFER_SIZE:
		return 65536;
	case DARWIN_PC_SYMLINK_MAX:
		return DARWIN_MAXPATHLEN - 1;
	case DARWIN_PC_XATTR_SIZE_BITS:
		/* 64 KiB */
		return 17;
	case DARWIN_PC_MIN_HOLE_SIZE:
		return S_ISREG(file->mode) ? file->bsize : -EINVAL;
	default:
		return -EINVAL;
	}
}
EXPORT_SYMBOL_FOR_TEST(darwin_pathconf_value);

static long pathconf_of(const struct path *path, int name)
{
	struct darwin_pathconf_file file = {
		.mode = d_inode(path->dentry)->i_mode,
		.vnode = darwin_path_is_vnode(path) && !S_ISSOCK(d_inode(path->dentry)->i_mode),
	};
	struct kstatfs st;
	long ret;

	ret = vfs_statfs(path, &st);
	if (ret)
		return ret;
	file.namelen = st.f_namelen;
	file.bsize = st.f_bsize;
	return darwin_pathconf_value(name, &file);
}

long darwin_pathconf(struct persona_call *call)
{
	const char __user *name = darwin_path(call, 0);
	struct path path;
	long ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = persona_permit(call, __NR_statfs, name, 0);
	if (!ret)
		ret = darwin_lookup_path(call, AT_FDCWD, name, true, &path);
	if (ret)
		return ret;
	ret = pathconf_of(&path, (int)call->args[1]);
	path_put(&path);
	return ret;
}

long darwin_fpathconf(struct persona_call *call)
{
	struct path path;
	long ret;

	ret = persona_permit(call, __NR_fstatfs, (int)call->args[0], 0);
	if (!ret)
		ret = darwin_lookup_fd((u32)call->args[0], &path);
	if (ret)
		return ret;
	ret = pathconf_of(&path, (int)call->args[1]);
	path_put(&path);
	return ret;
}
