// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of files. Read-only is what the mode says; hidden and system are
 * kept in the extended attribute user.DOSATTRIB as "0x6", Samba's and Wine's.
 */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/namei.h>
#include <linux/xattr.h>

#include "file_impl.h"
#include "fileinfo.h"

#define XATTR_DOSATTRIB	"user.DOSATTRIB"

/**
 * nt_attr_of_mode() - FILE_ATTRIBUTE_* that a file's mode says
 * @mode: st_mode
 *
 * Context: any.
 * Return: attributes, never 0.
 */
u32 nt_attr_of_mode(umode_t mode)
{
	u32 attr = S_ISDIR(mode) ? NT_ATTR_DIRECTORY : NT_ATTR_ARCHIVE;

	if (!(mode & 0222) && !S_ISLNK(mode))
		attr |= NT_ATTR_READONLY;
	return attr;
}
EXPORT_SYMBOL_FOR_TEST(nt_attr_of_mode);

/**
 * nt_attr_stored() - attributes that a file has besides
 * @path: file
 *
 * Context: may sleep.
 * Return: FILE_ATTRIBUTE_HIDDEN and _SYSTEM, or none.
 */
u32 nt_attr_stored(const struct path *path)
{
	struct inode *inode = d_inode(path->dentry);
	char value[16];
	ssize_t len;
	u32 attr;

	if (!(S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode)) ||
	    !(inode->i_opflags & IOP_XATTR))
		return 0;
	len = vfs_getxattr(persona_mnt_idmap(path->mnt), path->dentry, XATTR_DOSATTRIB, value,
			   sizeof(value) - 1);
	if (len <= 0)
		return 0;
	value[len] = 0;
	/* Newer Samba writes a structure: not ours. */
	if (value[0] != '0' || kstrtou32(value, 16, &attr))
		return 0;
	return attr & NT_ATTR_STORED;
}

/**
 * nt_attr_store() - keep hidden and system
 * @call: call under way
 * @file: file object
 * @attr: FILE_ATTRIBUTE_*
 *
 * Context: may sleep.
 * Return: 0 or a negative errno: not every file system can.
 */
long nt_attr_store(struct persona_call *call, struct nt_file *file, u32 attr)
{
	char value[16];
	void __user *path;
	void __user *name;
	void __user *data;
	int len;

	attr &= NT_ATTR_STORED;
	if (attr == nt_attr_stored(&file->file->f_path))
		return 0;
	len = scnprintf(value, sizeof(value), "0x%x", attr);
	path = nt_file_user_path(call, file);
	if (IS_ERR(path))
		return PTR_ERR(path);
	name = persona_scratch_put(call, XATTR_DOSATTRIB, sizeof(XATTR_DOSATTRIB));
	data = persona_scratch_put(call, value, len);
	if (IS_ERR(name) || IS_ERR(data))
		return -ENOMEM;
	if (!attr)
		return persona_native(call, __NR_lremovexattr, path, name);
	return persona_native(call, __NR_lsetxattr, path, name, data, len, 0);
}

/**
 * nt_alloc_size() - AllocationSize
 * @stat: of the file
 *
 * Context: any.
 * Return: bytes.
 */
u64 nt_alloc_size(const struct kstat *stat)
{
	return S_ISDIR(stat->mode) ? 0 : stat->blocks << 9;
}
