// SPDX-License-Identifier: GPL-2.0-only
/* Giving an open file another name, or one more. */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "fileinfo.h"

/* FILE_RENAME_INFORMATION_EX */
#define RENAME_REPLACE		0x01u
#define RENAME_POSIX		0x02u
#define RENAME_IGNORE_READONLY	0x40u

struct rename_header {
	u32 flags;		/* or a BOOLEAN: replace */
	u32 pad;
	u64 root;
	u32 name_len;		/* bytes */
} __packed;

static_assert(sizeof(struct rename_header) == NT_INFO_RENAME_MIN);

/*
 * Deleted files have no name, and what is outside of the caller's root directory
 * or below a mount has one that leads somewhere else.
 */
static bool leads_to(const char *name, const struct path *file)
{
	struct path path;
	bool same;

	if (name[0] != '/' || d_unlinked(file->dentry) || kern_path(name, 0, &path))
		return false;
	same = path_equal(&path, file);
	path_put(&path);
	return same;
}

/**
 * nt_file_user_path() - a file's path, for native calls
 * @call: call under way
 * @file: file object
 *
 * Context: may sleep.
 * Return: user string in the scratch area, or an ERR_PTR().
 */
void __user *nt_file_user_path(struct persona_call *call, struct nt_file *file)
{
	void __user *user;
	char *buf, *path;

	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return (void __user *)ERR_PTR(-ENOMEM);
	path = file_path(file->file, buf, PATH_MAX);
	if (IS_ERR(path))
		user = (void __user *)path;
	else if (!leads_to(path, &file->file->f_path))
		user = (void __user *)ERR_PTR(-ENOENT);
	else
		user = persona_scratch_put(call, path, strlen(path) + 1);
	kfree(buf);
	return user;
}

static long get_name(u64 ubuf, u32 len, struct rename_header *header, u16 **name)
{
	u32 room;

	if (copy_from_user(header, u64_to_user_ptr(ubuf), sizeof(*header)))
		return -EFAULT;
	room = len - sizeof(*header);
	if (header->name_len > room || header->name_len & 1 || !header->name_len ||
	    header->name_len > NT_NAME_UNITS * sizeof(u16))
		return NT_STATUS_INVALID_PARAMETER;
	*name = kvmalloc(header->name_len, GFP_KERNEL_ACCOUNT);
	if (!*name)
		return -ENOMEM;
	if (copy_from_user(*name, u64_to_user_ptr(ubuf + sizeof(*header)), header->name_len)) {
		kvfree(*name);
		return -EFAULT;
	}
	return 0;
}

/* A name without a folder: beside the file. */
static long sibling_path(struct nt_file *file, const u16 *name, u32 len, struct nt_path *path)
{
	char *buf, *own, *slash;
	int n;

	buf = kmalloc(2 * PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	own = file_path(file->file, buf + PATH_MAX, PATH_MAX);
	slash = IS_ERR(own) ? NULL : strrchr(own, '/');
	if (!slash) {
		kfree(buf);
		return IS_ERR(own) ? PTR_ERR(own) : -ENOENT;
	}
	path->start = slash - own;
	memmove(buf, own, path->start);
	n = nt_name_to_linux(name, len, buf + path->start, PATH_MAX - path->start, &path->slash);
	if (n < 0) {
		kfree(buf);
		return n;
	}
	path->name = buf;
	return 0;
}

static long target_path(struct persona_call *call, struct nt_file *file,
			const struct rename_header *header, const u16 *name, struct nt_path *path)
{
	u32 len = header->name_len / sizeof(*name), i;

	for (i = 0; i < len && name[i] != '\\'; i++)
		;
	if (!header->root && i == len)
		return sibling_path(file, name, len, path);
	return nt_path_make(call, header->root, name, len, path);
}

/*
 * Something has that name, or one that differs in case. Is it in the way? The
 * file itself is not: only its spelling changes.
 */
static long check_taken(struct nt_file *file, const char *name, u32 flags, bool *same)
{
	const struct inode *inode;
	struct path path;
	long ret = 0;

	ret = kern_path(name, 0, &path);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	inode = d_inode(path.dentry);
	*same = path.dentry == file->file->f_path.dentry;
	if (*same)
		ret = 0;
	else if (!(flags & RENAME_REPLACE))
		ret = NT_STATUS_OBJECT_NAME_COLLISION;
	else if (S_ISDIR(inode->i_mode))
		ret = NT_STATUS_ACCESS_DENIED;
	else if (S_ISREG(inode->i_mode) && !(inode->i_mode & 0222) &&
		 !(flags & RENAME_IGNORE_READONLY))
		ret = NT_STATUS_ACCESS_DENIED;
	else if (!(flags & RENAME_POSIX) && nt_inode_is_open(file, inode))
		ret = NT_STATUS_ACCESS_DENIED;
	path_put(&path);
	return ret;
}

/* The spelling of the last component that was asked for. */
static char *spelling(const struct nt_path *path)
{
	char *slash = strrchr(path->name + path->start, '/');

	return kstrdup(slash ? slash + 1 : "", GFP_KERNEL_ACCOUNT);
}

static int respell(struct nt_path *path, const char *last)
{
	char *slash = strrchr(path->name + path->start, '/'), *name;

	if (!slash)
		return 0;
	*slash = 0;
	name = kasprintf(GFP_KERNEL_ACCOUNT, "%s/%s", path->name, last);
	*slash = '/';
	if (!name)
		return -ENOMEM;
	kfree(path->name);
	path->name = name;
	return 0;
}

static long do_rename(struct persona_call *call, struct nt_file *file, const char *name,
		      bool replace)
{
	void __user *from = nt_file_user_path(call, file);
	void __user *to = persona_scratch_put(call, name, strlen(name) + 1);
	long ret;

	if (IS_ERR(from))
		return PTR_ERR(from);
	if (IS_ERR(to))
		return PTR_ERR(to);
	if (!replace) {
		ret = persona_native(call, __NR_renameat2, AT_FDCWD, from, AT_FDCWD, to,
				     RENAME_NOREPLACE);
		/* Not every file system can; it was not there a moment ago. */
		if (ret != -EINVAL)
			return ret;
	}
	return persona_native(call, __NR_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static long do_link(struct persona_call *call, struct nt_file *file, const char *name,
		    bool replace)
{
	void __user *from = nt_file_user_path(call, file);
	void __user *to = persona_scratch_put(call, name, strlen(name) + 1);
	long ret;

	if (IS_ERR(from))
		return PTR_ERR(from);
	if (IS_ERR(to))
		return PTR_ERR(to);
	if (S_ISDIR(file_inode(file->file)->i_mode))
		return NT_STATUS_FILE_IS_A_DIRECTORY;
	ret = persona_native(call, __NR_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
	if (ret != -EEXIST || !replace)
		return ret;
	ret = persona_native(call, __NR_unlinkat, AT_FDCWD, to, 0);
	return ret ?: persona_native(call, __NR_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/**
 * nt_file_rename() - rename a file, or make a link to it
 * @call: call under way
 * @file: file object
 * @class: NT_INFO_RENAME, _LINK or one of their _EX
 * @ubuf: user's FILE_RENAME_INFORMATION
 * @len: its size, at least NT_INFO_RENAME_MIN
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_file_rename(struct persona_call *call, struct nt_file *file, u32 class, u64 ubuf,
		    u32 len)
{
	bool link = class == NT_INFO_LINK || class == NT_INFO_LINK_EX;
	struct rename_header header;
	struct nt_path path = { };
	bool same = false, replace;
	char *last = NULL;
	u16 *name;
	long ret;

	if (!file->node)
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	ret = get_name(ubuf, len, &header, &name);
	if (ret)
		return ret;
	if (class == NT_INFO_RENAME || class == NT_INFO_LINK)
		header.flags = header.flags & 0xff ? RENAME_REPLACE : 0;
	ret = target_path(call, file, &header, name, &path);
	kvfree(name);
	if (ret)
		return ret;
	last = spelling(&path);
	ret = last ? nt_lookup(call, &path, 0, false) : -ENOMEM;
	if (ret == NT_STATUS_OBJECT_NAME_NOT_FOUND)
		ret = 0;
	else if (!ret)
		ret = check_taken(file, path.name, header.flags, &same);
	if (!ret && same && !link)
		ret = respell(&path, last);
	replace = header.flags & RENAME_REPLACE;
	if (!ret)
		ret = link ? do_link(call, file, path.name, replace) :
			     do_rename(call, file, path.name, same || replace);
	kfree(last);
	kfree(path.name);
	return ret == -EEXIST ? NT_STATUS_OBJECT_NAME_COLLISION : ret;
}
