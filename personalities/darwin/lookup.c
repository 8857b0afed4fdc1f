// SPDX-License-Identifier: GPL-2.0-only
/*
 * From names and descriptors to file-system objects, for the calls that report
 * on an object what no native call reports (its path, its mount).
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/namei.h>

#include "fs.h"

/**
 * darwin_lookup_path() - look a name up
 * @call: foreign call under way
 * @dfd: native directory descriptor
 * @name: user string, already looked up in the view
 * @follow: follow a symbolic link at its end
 * @path: result; the caller puts it
 *
 * The caller has asked persona_permit() for what it is going to report.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long darwin_lookup_path(struct persona_call *call, int dfd, const char __user *name,
			bool follow, struct path *path)
{
	return user_path_at(dfd, name, follow ? LOOKUP_FOLLOW : 0, path);
}

/**
 * darwin_lookup_fd() - the object behind a descriptor
 * @fd: descriptor; O_EVTONLY and O_SYMLINK ones too
 * @path: result; the caller puts it
 *
 * Context: may sleep.
 * Return: 0 or -EBADF.
 */
long darwin_lookup_fd(unsigned int fd, struct path *path)
{
	struct file *file = fget_raw(fd);

	if (!file)
		return -EBADF;
	*path = file->f_path;
	path_get(path);
	fput(file);
	return 0;
}

/**
 * darwin_path_is_vnode() - is this a file system's object?
 * @path: object
 *
 * To Darwin pipes, sockets and the like are not: many calls refuse them.
 *
 * Context: any.
 */
bool darwin_path_is_vnode(const struct path *path)
{
	return !(path->dentry->d_sb->s_flags & SB_NOUSER);
}

/**
 * darwin_path_name() - absolute name of an object in the task's root
 * @path: object
 * @buf: buffer that will hold the name
 * @size: its size
 *
 * Context: may sleep.
 * Return: start of the name in @buf; ERR_PTR(-ENOENT) when it has none any
 * more, ERR_PTR(-ENAMETOOLONG).
 */
const char *darwin_path_name(const struct path *path, char *buf, size_t size)
{
	if (d_unlinked(path->dentry))
		return ERR_PTR(-ENOENT);
	return d_path(path, buf, size);
}
