// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the native system tells about processes, read where native programs
 * read it: from the task's own /proc, with all the checks of opening a file
 * there (hidepid, namespaces, ptrace access, security modules).
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
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

/* A piece of a file that only knows how to read to user memory. */
static ssize_t read_by_scratch(struct persona_call *call, struct file *file, char *buf,
			       size_t size, loff_t *pos)
{
	u32 used = call->scratch_used;
	char __user *ubuf;
	ssize_t n;

	size = min_t(size_t, size, PAGE_SIZE);
	ubuf = persona_scratch(call, size);
	if (IS_ERR(ubuf))
		return PTR_ERR(ubuf);
	call->scratch_used = used;
	n = file->f_op->read(file, ubuf, size, pos);
	if (n <= 0)
		return n;
	if (n > size)
		return -EIO;
	return copy_from_user(buf, ubuf, n) ? -EFAULT : n;
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
		if (file->f_op->read)
			n = read_by_scratch(call, file, buf + got, size - 1 - got, &pos);
		else
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

/* Most processes that one call lists. */
#define MAX_PIDS	65536

struct number_list {
	struct dir_context ctx;
	int *list;
	u32 n;
	u32 room;
	bool failed;
};

static bool add_number(struct dir_context *ctx, const char *name, int len, loff_t off, u64 ino,
		       unsigned int type)
{
	struct number_list *l = container_of(ctx, struct number_list, ctx);
	int value = 0, i, *bigger;

	if (len > 9)
		return true;
	for (i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return true;
		value = value * 10 + name[i] - '0';
	}
	if (l->n == l->room) {
		if (l->room >= MAX_PIDS)
			return false;
		l->room *= 2;
		bigger = kvmalloc_array(l->room, sizeof(*bigger), GFP_KERNEL_ACCOUNT);
		if (!bigger) {
			l->failed = true;
			return false;
		}
		memcpy(bigger, l->list, l->n * sizeof(*bigger));
		kvfree(l->list);
		l->list = bigger;
	}
	l->list[l->n++] = value;
	return true;
}

/**
 * darwin_proc_numbers - the numbers among the names of a folder
 * @call: foreign call under way
 * @path: absolute: "/proc", "/proc/1/fd", ...
 * @list: gets them, to be freed by kvfree()
 *
 * Context: may sleep.
 * Return: how many, or a negative errno.
 */
int darwin_proc_numbers(struct persona_call *call, const char *path, int **list)
{
	struct number_list l = { .ctx.actor = add_number, .room = 256 };
	struct file *dir;
	int err;

	dir = darwin_proc_open(call, path, O_RDONLY | O_DIRECTORY);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	l.list = kvmalloc_array(l.room, sizeof(*l.list), GFP_KERNEL_ACCOUNT);
	if (!l.list) {
		fput(dir);
		return -ENOMEM;
	}
	err = iterate_dir(dir, &l.ctx);
	fput(dir);
	if (err || l.failed) {
		kvfree(l.list);
		return err ?: -ENOMEM;
	}
	*list = l.list;
	return l.n;
}

/**
 * darwin_proc_pids - all processes that the caller can see
 * @call: foreign call under way
 * @pids: gets them, to be freed by kvfree()
 *
 * Without a /proc that is the caller itself.
 *
 * Context: may sleep.
 * Return: how many, or a negative errno.
 */
int darwin_proc_pids(struct persona_call *call, int **pids)
{
	int n = darwin_proc_numbers(call, "/proc", pids);

	if (n != -ENOENT && n)
		return n;
	if (!n)
		kvfree(*pids);
	*pids = kvmalloc(sizeof(**pids), GFP_KERNEL_ACCOUNT);
	if (!*pids)
		return -ENOMEM;
	**pids = task_tgid_vnr(current);
	return 1;
}
