// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Wine's ntdll.dll asks of its Unix side by system call. There is no Wine
 * server: the calls to it are in wine.tbl only.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "file.h"
#include "nt.h"
#include "nt_table.h"

/* (text, length): debug messages, to standard error. */
long nt_wine_dbg_write(struct persona_call *call)
{
	return persona_native(call, __NR_write, 2, call->args[0],
			      min_t(u32, (u32)call->args[1], PAGE_SIZE));
}

/* (OBJECT_ATTRIBUTES, name, size, disposition): NT path to Unix path. */
long nt_wine_nt_to_unix_file_name(struct persona_call *call)
{
	u32 __user *usize = (u32 __user *)(uintptr_t)call->args[2];
	struct nt_attributes attr;
	char *path = NULL;
	u32 size, need;
	long ret;

	if (get_user(size, usize))
		return -EFAULT;
	ret = nt_attributes_get(call->args[0], &attr);
	if (ret)
		return ret;
	ret = nt_path_resolve(call, attr.root, attr.name, attr.len, true, &path);
	nt_attributes_put(&attr);
	if (ret)
		goto out;
	need = strlen(path) + 1;
	if (put_user(need, usize))
		ret = -EFAULT;
	else if (size < need)
		ret = NT_STATUS_BUFFER_TOO_SMALL;
	else if (copy_to_user((void __user *)(uintptr_t)call->args[1], path, need))
		ret = -EFAULT;
out:
	kfree(path);
	return ret;
}

/* (name, buffer, size in units): Unix path to NT path. */
long nt_wine_unix_to_nt_file_name(struct persona_call *call)
{
	u32 __user *usize = (u32 __user *)(uintptr_t)call->args[2];
	u32 size, max = PATH_MAX + 64;
	char *path;
	u16 *name;
	long ret;
	int n;

	if (get_user(size, usize))
		return -EFAULT;
	path = strndup_user((const char __user *)(uintptr_t)call->args[0], PATH_MAX);
	if (IS_ERR(path))
		return PTR_ERR(path);
	ret = -ENOMEM;
	name = kmalloc_array(max, sizeof(*name), GFP_KERNEL_ACCOUNT);
	if (!name)
		goto out;
	n = nt_path_of_linux(call->thread->proc, path, name, max - 1);
	ret = n < 0 ? n : 0;
	if (ret)
		goto out;
	name[n++] = 0;
	if (put_user((u32)n, usize))
		ret = -EFAULT;
	else if (size < n)
		ret = NT_STATUS_BUFFER_TOO_SMALL;
	else if (copy_to_user((void __user *)(uintptr_t)call->args[1], name, n * sizeof(*name)))
		ret = -EFAULT;
out:
	kfree(name);
	kfree(path);
	return ret;
}
