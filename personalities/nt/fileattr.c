// SPDX-License-Identifier: GPL-2.0-only
/* Asking for a file's attributes by name, without opening it. */
#include <linux/fcntl.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "fileinfo.h"
#include "nt_table.h"

/**
 * nt_stat_name() - what is known of a file that may be a symbolic link
 * @name: Linux path, spelled right
 * @st: filled in
 *
 * A link to a file looks like that file. One to a folder is marked, so that
 * programs that walk trees do not follow it; one to nothing is a link.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_stat_name(const char *name, struct nt_file_stat *st)
{
	struct path path, target;
	long ret;

	ret = kern_path(name, 0, &path);
	if (ret)
		return ret;
	if (!d_is_symlink(path.dentry) || kern_path(name, LOOKUP_FOLLOW, &target)) {
		ret = nt_stat_path(&path, st);
		path_put(&path);
		return ret;
	}
	path_put(&path);
	ret = nt_stat_path(&target, st);
	path_put(&target);
	if (!ret && S_ISDIR(st->stat.mode)) {
		st->attr |= NT_ATTR_REPARSE_POINT;
		st->tag = NT_REPARSE_TAG_SYMLINK;
	}
	return ret;
}

static long query_name(struct persona_call *call, u64 uattr, struct nt_file_stat *st)
{
	struct nt_attributes attr;
	struct nt_path path = { };
	long ret;

	ret = nt_attributes_get(uattr, &attr);
	if (ret)
		return ret;
	if (!attr.name) {
		nt_attributes_put(&attr);
		return NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
	}
	ret = nt_path_make(call, attr.root, attr.name, attr.len, &path);
	if (ret)
		goto out;
	ret = persona_permit(call, __NR_newfstatat, AT_FDCWD, 0, 0, 0);
	if (ret)
		goto out;
	ret = nt_stat_name(path.name, st);
	if (ret == -ENOENT) {
		ret = nt_lookup(call, &path, 0, true);
		if (!ret)
			ret = nt_stat_name(path.name, st);
	}
	if (!ret && path.slash && !(st->attr & NT_ATTR_DIRECTORY))
		ret = NT_STATUS_OBJECT_NAME_INVALID;
out:
	kfree(path.name);
	nt_attributes_put(&attr);
	return ret;
}

/* NtQueryAttributesFile(*attributes, *FILE_BASIC_INFORMATION) */
long nt_query_attributes_file(struct persona_call *call)
{
	struct nt_info_basic info = { };
	struct nt_file_stat st;
	long ret;

	ret = query_name(call, call->args[0], &st);
	if (ret)
		return ret;
	nt_info_times(&info.times, &st.stat);
	info.attr = st.attr;
	return copy_to_user(u64_to_user_ptr(call->args[1]), &info, sizeof(info)) ? -EFAULT : 0;
}

/* NtQueryFullAttributesFile(*attributes, *FILE_NETWORK_OPEN_INFORMATION) */
long nt_query_full_attributes_file(struct persona_call *call)
{
	struct nt_info_network info;
	struct nt_file_stat st;
	long ret;

	ret = query_name(call, call->args[0], &st);
	if (ret)
		return ret;
	nt_info_network(&info, &st);
	return copy_to_user(u64_to_user_ptr(call->args[1]), &info, sizeof(info)) ? -EFAULT : 0;
}
