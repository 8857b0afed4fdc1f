// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the native system tells about processes, read where native programs
 * read it: from the task's own /proc, with all the checks of opening a file
 * there (hidepid, namespaces, ptrace access, security modules).
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "procinfo.h"

/**
 * darwin_proc_open - opens a file for reading, as openat(2) would
 * @call: foreign call under way
 * @path: absolute
 * @flags: O_RDONLY, maybe O_DIRECTORY
 *
 * Context: may sleep.
 * Return: the file or an ERR_PTR().
 */
struct file *darwin_proc_open(struct persona_call *call, const char *path, int flags)
{
	u32 used = call->scratch_used;
	void __user *upath;
	long ret;

	upath = persona_scratch_put(call, path, strlen(path) + 1);
	if (IS_ERR(upath))
		return (__force struct file *)upath;
	ret = persona_permit(call, __NR_openat, AT_FDCWD, upath, flags);
	call->scratch_used = used;
	if (ret)
		return ERR_PTR(ret);
	return filp_open(path, flags, 0);
}

/**
 * darwin_proc_read - reads the start of a file
 * @call: foreign call under way
 * @path: absolute
 * @buf: gets the contents, terminated
 * @size: of @buf
 *
 * Context: may sleep.
 * Return: bytes read, without the terminator, or a negative errno.
 */
ssize_t darwin_proc_read(struct persona_call *call, const char *path, char *buf, size_t size)
{
	struct file *file = darwin_proc_open(call, path, O_RDONLY);
	loff_t pos = 0;
	size_t got = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	/* A sequence file gives a page at a time. */
	do {
		n = kernel_read(file, buf + got, size - 1 - got, &pos);
		if (n > 0)
			got += n;
	} while (n > 0 && got < size - 1);
	fput(file);
	if (n < 0)
		return n;
	buf[got] = '\0';
	return got;
}

/**
 * darwin_proc_link - where a symbolic link of /proc points to
 * @call: foreign call under way
 * @pid: process in the caller's name space, 0 for the caller
 * @name: "exe", "cwd", "root", "fd/3"
 * @buf: gets the name, terminated
 * @size: of @buf, at most PATH_MAX
 *
 * Context: may sleep.
 * Return: length of the name or a negative errno.
 */
ssize_t darwin_proc_link(struct persona_call *call, int pid, const char *name, char *buf,
			 size_t size)
{
	u32 used = call->scratch_used;
	void __user *upath, *ubuf;
	char path[48];
	ssize_t n;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	upath = persona_scratch_put(call, path, strlen(path) + 1);
	if (IS_ERR(upath))
		return PTR_ERR(upath);
	ubuf = persona_scratch(call, size);
	if (IS_ERR(ubuf))
		return PTR_ERR(ubuf);
	n = persona_native(call, __NR_readlink, upath, ubuf, size - 1);
	call->scratch_used = used;
	if (n < 0)
		return n;
	/* The length comes from the kernel; it must fit all the same. */
	if (n > size - 1)
		return -EINVAL;
	if (copy_from_user(buf, ubuf, n))
		return -EFAULT;
	buf[n] = '\0';
	return n;
}
