// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reparse points are Linux's symbolic links.
 *
 * NT makes one out of an empty folder or file that exists; here the link takes
 * its place, and a handle that was open to it stays with what it was. A junction
 * becomes a link to a folder, and reads as a symbolic link from then on.
 */
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "fileinfo.h"
#include "reparse.h"

#define LINK_RELATIVE	1u	/* SYMLINK_FLAG_RELATIVE */

/* In front of an absolute name that is for the kernel and not for people */
#define NT_PREFIX	4u	/* units of \??\ */

/* REPARSE_DATA_BUFFER; offsets and lengths in bytes, from @names on */
struct reparse {
	u32 tag;
	u16 data_len;		/* behind the next field */
	u16 reserved;
	u16 name_off;
	u16 name_len;
	u16 print_off;
	u16 print_len;
} __packed;

#define HEADER		offsetof(struct reparse, name_off)
#define LINK_HEADER	(sizeof(struct reparse) + sizeof(u32))	/* links have flags */

/**
 * nt_reparse_parse() - where does a reparse point lead?
 * @buf: REPARSE_DATA_BUFFER
 * @len: its size
 * @target: filled in, points into @buf
 *
 * Context: any.
 * Return: 0, or what is wrong with it.
 */
long nt_reparse_parse(const void *buf, u32 len, struct nt_reparse_target *target)
{
	const struct reparse *head = buf;
	u32 names = sizeof(*head), flags = 0;

	if (len < HEADER)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	if (len > NT_REPARSE_MAX || head->data_len != len - HEADER)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	if (head->tag != NT_REPARSE_TAG_SYMLINK && head->tag != NT_REPARSE_TAG_MOUNT_POINT)
		return NT_STATUS_IO_REPARSE_TAG_INVALID;
	target->folder = head->tag == NT_REPARSE_TAG_MOUNT_POINT;
	if (!target->folder)
		names = LINK_HEADER;
	if (len < names)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	if (!target->folder)
		memcpy(&flags, buf + sizeof(*head), sizeof(flags));
	if (head->name_off % sizeof(u16) || head->name_len % sizeof(u16) || !head->name_len ||
	    head->name_off + head->name_len > len - names)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	target->name = buf + names + head->name_off;
	target->len = head->name_len / sizeof(u16);
	target->relative = flags & LINK_RELATIVE;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_reparse_parse);

/* Fills in what is before the names, which are behind it already: the kernel's, people's. */
static u32 put_header(void *buf, u32 name_len, u32 print_len, bool relative)
{
	u32 flags = relative ? LINK_RELATIVE : 0;
	struct reparse *head = buf;

	*head = (struct reparse){
		.tag = NT_REPARSE_TAG_SYMLINK,
		.data_len = LINK_HEADER - HEADER + name_len + print_len,
		.name_len = name_len,
		.print_off = name_len,
		.print_len = print_len,
	};
	memcpy(buf + sizeof(*head), &flags, sizeof(flags));
	return LINK_HEADER + name_len + print_len;
}

/* A link's content as a REPARSE_DATA_BUFFER; returns its size or a negative errno. */
static int fill(struct persona_call *call, const char *link, void *buf)
{
	u32 max = (NT_REPARSE_MAX - LINK_HEADER) / sizeof(u16) / 2, skip = 0;
	u16 *name = buf + LINK_HEADER;
	bool relative = link[0] != '/';
	int n;

	if (relative) {
		n = nt_name_of_linux(link, strlen(link), name, max);
	} else {
		n = nt_path_of_linux(call->thread->proc, link, name, max);
		skip = NT_PREFIX;
	}
	if (n < 0)
		return n;
	memcpy(name + n, name + skip, (n - skip) * sizeof(*name));
	return put_header(buf, n * sizeof(*name), (n - skip) * sizeof(*name), relative);
}

/**
 * nt_reparse_get() - FSCTL_GET_REPARSE_POINT
 * @call: call under way
 * @file: file object
 * @ubuf: receives a REPARSE_DATA_BUFFER
 * @len: its size
 * @done: set to the bytes written
 *
 * Context: may sleep.
 * Return: 0, STATUS_BUFFER_OVERFLOW or another error.
 */
long nt_reparse_get(struct persona_call *call, struct nt_file *file, u64 ubuf, u32 len,
		    u64 *done)
{
	DEFINE_DELAYED_CALL(cleanup);
	const char *link;
	void *buf;
	long ret;

	if (!S_ISLNK(file_inode(file->file)->i_mode))
		return NT_STATUS_NOT_A_REPARSE_POINT;
	if (len < HEADER)
		return NT_STATUS_BUFFER_TOO_SMALL;
	ret = persona_permit(call, __NR_readlinkat, AT_FDCWD, 0, 0, PATH_MAX);
	if (ret)
		return ret;
	buf = kzalloc(NT_REPARSE_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	link = vfs_get_link(file->file->f_path.dentry, &cleanup);
	ret = IS_ERR(link) ? PTR_ERR(link) : fill(call, link, buf);
	do_delayed_call(&cleanup);
	if (ret >= 0) {
		*done = min_t(u32, ret, len);
		ret = ret > len ? NT_STATUS_BUFFER_OVERFLOW : 0;
		if (copy_to_user(u64_to_user_ptr(ubuf), buf, *done))
			ret = -EFAULT;
	}
	kfree(buf);
	return ret;
}

/* Where a drive really is: links should mean the same to Linux. */
static long real_drive(struct nt_path *path)
{
	char *rest = path->name + path->start, *buf, *base, *name;
	struct path drive;
	char first = *rest;
	long ret;

	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	*rest = 0;
	ret = kern_path(path->start ? path->name : "/", LOOKUP_FOLLOW, &drive);
	*rest = first;
	if (ret)
		goto out;
	base = d_path(&drive, buf, PATH_MAX);
	path_put(&drive);
	if (IS_ERR(base)) {
		ret = PTR_ERR(base);
		goto out;
	}
	if (!strcmp(base, "/") && *rest)
		base++;
	name = kasprintf(GFP_KERNEL_ACCOUNT, "%s%s", base, rest);
	if (!name) {
		ret = -ENOMEM;
		goto out;
	}
	kfree(path->name);
	path->name = name;
out:
	kfree(buf);
	return ret;
}

/* Names that open files never have dots for components; those of links have. */
static u32 dots(const u16 *name, u32 len)
{
	return (len == 1 || (len == 2 && name[1] == '.')) && name[0] == '.' ? len : 0;
}

/**
 * nt_reparse_relative() - the Linux path of a relative link
 * @name: name
 * @len: units in it
 * @out: receives the path
 * @max: its size
 *
 * Context: any.
 * Return: 0, or what is wrong with it.
 */
long nt_reparse_relative(const u16 *name, u32 len, char *out, size_t max)
{
	u32 at, end;
	size_t n = 0;
	bool slash;
	int bytes;

	/* Relative to a drive's root: Linux has no such links. */
	if (!len || name[0] == '\\')
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	for (at = 0; at < len; at = end + 1) {
		for (end = at; end < len && name[end] != '\\'; end++)
			;
		bytes = dots(name + at, end - at);
		if (bytes) {
			if (n + bytes + 2 > max)
				return -ENAMETOOLONG;
			bytes = scnprintf(out + n, max - n, "/%.*s", bytes, "..");
		} else {
			bytes = nt_name_to_linux(name + at, end - at, out + n, max - n, &slash);
		}
		if (bytes < 0)
			return bytes;
		n += bytes;
	}
	if (n < 2)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	/* Without the slash in front of the first component. */
	memmove(out, out + 1, n - 1);
	out[n - 1] = 0;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_reparse_relative);

/* The content of the link, to be freed with kfree(). */
static long link_content(struct persona_call *call, const struct nt_reparse_target *target,
			 char **out)
{
	struct nt_path path = { };
	char *buf;
	long ret;

	if (!target->relative) {
		ret = nt_path_make(call, 0, target->name, target->len, &path);
		if (ret)
			return ret;
		/* It need not exist; if it does it may be spelled otherwise. */
		nt_lookup(call, &path, LOOKUP_FOLLOW, false);
		ret = real_drive(&path);
		if (ret)
			kfree(path.name);
		else
			*out = path.name;
		return ret;
	}
	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	ret = nt_reparse_relative(target->name, target->len, buf, PATH_MAX);
	if (!ret) {
		*out = kstrdup(buf, GFP_KERNEL_ACCOUNT);
		ret = *out ? 0 : -ENOMEM;
	}
	kfree(buf);
	return ret;
}

static long remove_name(struct persona_call *call, struct nt_file *file, const void __user *name)
{
	bool folder = S_ISDIR(file_inode(file->file)->i_mode);

	return persona_native(call, __NR_unlinkat, AT_FDCWD, name, folder ? AT_REMOVEDIR : 0);
}

/* An empty folder or file where a link was, or should have been. */
static long make_empty(struct persona_call *call, const void __user *name, bool folder)
{
	return folder ? persona_native(call, __NR_mkdirat, AT_FDCWD, name, 0777) :
			persona_native(call, __NR_mknodat, AT_FDCWD, name, S_IFREG | 0666, 0);
}

/* Has the file system links at all? Better asked before anything is removed. */
static bool can_link(const struct nt_file *file)
{
	struct dentry *parent = dget_parent(file->file->f_path.dentry);
	bool can = d_inode(parent)->i_op->symlink;

	dput(parent);
	return can;
}

static long replace_by_link(struct persona_call *call, struct nt_file *file, const char *content)
{
	bool folder = S_ISDIR(file_inode(file->file)->i_mode);
	void __user *name = nt_file_user_path(call, file);
	void __user *target = persona_scratch_put(call, content, strlen(content) + 1);
	long ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	if (IS_ERR(target))
		return PTR_ERR(target);
	ret = persona_permit(call, __NR_symlinkat, target, AT_FDCWD, name);
	if (!ret)
		ret = remove_name(call, file, name);
	if (ret)
		return ret;
	ret = persona_native(call, __NR_symlinkat, target, AT_FDCWD, name);
	if (ret)
		make_empty(call, name, folder);
	return ret;
}

/**
 * nt_reparse_set() - FSCTL_SET_REPARSE_POINT
 * @call: call under way
 * @file: file object of an empty folder or file, or of a link; may be written to
 * @ubuf: REPARSE_DATA_BUFFER
 * @len: its size
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_reparse_set(struct persona_call *call, struct nt_file *file, u64 ubuf, u32 len)
{
	const struct inode *inode = file_inode(file->file);
	struct nt_reparse_target target;
	char *content;
	void *buf;
	long ret;

	if (!file->node || !can_link(file))
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	if (len < HEADER || len > NT_REPARSE_MAX)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	buf = memdup_user(u64_to_user_ptr(ubuf), len);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = nt_reparse_parse(buf, len, &target);
	if (!ret && target.folder && S_ISREG(inode->i_mode))
		ret = NT_STATUS_NOT_A_DIRECTORY;
	/* What is in a file would be lost. */
	if (!ret && S_ISREG(inode->i_mode) && i_size_read(inode))
		ret = NT_STATUS_INVALID_PARAMETER;
	if (!ret && !S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode) && !S_ISLNK(inode->i_mode))
		ret = NT_STATUS_INVALID_DEVICE_REQUEST;
	if (!ret)
		ret = link_content(call, &target, &content);
	kfree(buf);
	if (ret)
		return ret;
	ret = replace_by_link(call, file, content);
	kfree(content);
	return ret;
}

/**
 * nt_reparse_delete() - FSCTL_DELETE_REPARSE_POINT
 * @call: call under way
 * @file: file object of a link, may be written to
 * @ubuf: REPARSE_DATA_BUFFER without data
 * @len: its size
 *
 * Leaves an empty folder if the link leads to a folder, otherwise an empty file.
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_reparse_delete(struct persona_call *call, struct nt_file *file, u64 ubuf, u32 len)
{
	struct reparse head = { };
	struct path target;
	void __user *name;
	bool folder;
	char *link;
	long ret;

	if (!S_ISLNK(file_inode(file->file)->i_mode))
		return NT_STATUS_NOT_A_REPARSE_POINT;
	if (len < HEADER)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	if (copy_from_user(&head, u64_to_user_ptr(ubuf), HEADER))
		return -EFAULT;
	if (head.data_len)
		return NT_STATUS_IO_REPARSE_DATA_INVALID;
	/* A junction reads as a link, but whoever made it knows what it was. */
	if (head.tag != NT_REPARSE_TAG_SYMLINK && head.tag != NT_REPARSE_TAG_MOUNT_POINT)
		return NT_STATUS_IO_REPARSE_TAG_MISMATCH;
	folder = head.tag == NT_REPARSE_TAG_MOUNT_POINT;
	name = nt_file_user_path(call, file);
	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!folder) {
		link = strndup_user(name, PATH_MAX);
		if (IS_ERR(link))
			return PTR_ERR(link);
		folder = !kern_path(link, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &target);
		kfree(link);
		if (folder)
			path_put(&target);
	}
	ret = remove_name(call, file, name);
	return ret ?: make_empty(call, name, folder);
}
