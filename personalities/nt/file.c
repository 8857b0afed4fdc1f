// SPDX-License-Identifier: GPL-2.0-only
/* File objects: made, found by handle, closed. */
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "console.h"
#include "file_impl.h"
#include "nt_table.h"

/*
 * Standard streams are descriptors 0 to 2, too. A program that closes the handle
 * wants the other end of a pipe to see it, so they must not stay behind.
 */
static void drop_descriptors(struct nt_file *file, struct nt_proc *proc)
{
	struct persona_thread *thread = persona_current();
	struct file *other;
	int fd;

	if (file->device != NT_DEVICE_NAMED_PIPE || !current->files || !thread ||
	    nt_proc(thread->proc) != proc)
		return;
	for (fd = 0; fd < 3; fd++) {
		other = fget(fd);
		if (!other)
			continue;
		if (other == file->file)
			close_fd(fd);
		fput(other);
	}
}

static void file_close(struct nt_object *obj, struct nt_proc *proc, bool last)
{
	struct nt_file *file = container_of(obj, struct nt_file, obj);

	if (last) {
		drop_descriptors(file, proc);
		nt_file_io_close(file, proc);
		nt_ranges_release(file, proc);
	}
	if (atomic_read(&obj->handles) == 1)
		nt_node_close(file);
}

static void file_destroy(struct nt_object *obj)
{
	struct nt_file *file = container_of(obj, struct nt_file, obj);

	nt_node_leave(file);
	nt_dir_free(file->dir);
	if (file->port)
		nt_object_put(file->port);
	nt_file_io_release(file);
	if (file->file)
		fput(file->file);
}

static bool file_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	return container_of(obj, struct nt_file, obj)->io.signaled;
}

/* Pipes of Linux and the like have none. */
static long file_full_name(struct nt_proc *proc, struct nt_object *obj, u16 **name, u32 *len)
{
	struct nt_file *file = container_of(obj, struct nt_file, obj);
	int n;

	*name = NULL;
	*len = 0;
	if (file->device != NT_DEVICE_DISK)
		return 0;
	*name = kmalloc_array(PATH_MAX, sizeof(**name), GFP_KERNEL_ACCOUNT);
	if (!*name)
		return -ENOMEM;
	n = nt_path_of_file(proc->proc, file->file, *name, PATH_MAX);
	if (n < 0) {
		kfree(*name);
		*name = NULL;
		return n;
	}
	*len = n;
	return 0;
}

const struct nt_type nt_file_type = {
	.name = "File",
	.generic = { 0x00120089, 0x00120116, 0x001200a0, NT_FILE_ALL_ACCESS },
	.waitable = true,
	.signaled = file_signaled,
	.full_name = file_full_name,
	.close = file_close,
	.destroy = file_destroy,
	.size = sizeof(struct nt_file),
};

/**
 * nt_file_new() - make a file object
 * @file: Linux file; on success the object takes over the caller's reference
 * @access: granted rights
 * @options: FILE_*
 *
 * Context: may sleep.
 * Return: the object, not yet known to other openers; NULL if there is no memory.
 */
struct nt_file *nt_file_new(struct file *file, u32 access, u32 options)
{
	struct nt_file *nt = nt_object_alloc(&nt_file_type);

	if (!nt)
		return NULL;
	nt->file = file;
	nt->access = access;
	nt->options = options;
	nt->device = file ? nt_device_type(file) : NT_DEVICE_UNKNOWN;
	nt->share = NT_FILE_SHARE_ALL;
	INIT_LIST_HEAD(&nt->opener);
	mutex_init(&nt->lock);
	nt_file_io_init(&nt->io);
	return nt;
}

/**
 * nt_file_get() - the Linux file of a file object
 * @obj: a file object
 *
 * Context: any.
 * Return: the file with a reference; NULL if there is none.
 */
struct file *nt_file_get(struct nt_object *obj)
{
	struct nt_file *file = container_of(obj, struct nt_file, obj);

	return file->file ? get_file(file->file) : NULL;
}

/**
 * nt_file_ref() - the file object of a handle
 * @call: call under way
 * @handle: handle
 * @access: rights it must have
 * @out: set to the object, with a reference
 *
 * Context: any.
 * Return: 0, or what is wrong with the handle.
 */
long nt_file_ref(struct persona_call *call, u64 handle, u32 access, struct nt_file **out)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), handle, &nt_file_type, access, &obj);
	if (likely(!ret))
		*out = container_of(obj, struct nt_file, obj);
	return ret;
}

/**
 * nt_file_ref_any() - the same, when any one of some rights will do
 * @call: call under way
 * @handle: handle
 * @access: rights of which it must have one; 0: none is needed
 * @out: set to the object, with a reference
 *
 * Context: any.
 * Return: 0, or what is wrong with the handle.
 */
long nt_file_ref_any(struct persona_call *call, u64 handle, u32 access, struct nt_file **out)
{
	struct nt_handle h;
	long ret;

	ret = nt_handle_get(nt_caller(call), handle, &h);
	if (unlikely(ret))
		return ret;
	if (unlikely(h.obj->type != &nt_file_type))
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
	else if (unlikely(access && !(access & h.access)))
		ret = NT_STATUS_ACCESS_DENIED;
	if (unlikely(ret))
		nt_object_put(h.obj);
	else
		*out = container_of(h.obj, struct nt_file, obj);
	return ret;
}

/**
 * __nt_file_native() - a native call on an open file
 * @call: call under way
 * @file: file
 * @nr: native number
 * @args: arguments behind the file descriptor
 *
 * For what is rare, and best left to the system call with all its checks.
 *
 * Context: as the native call.
 * Return: its result.
 */
long __nt_file_native(struct persona_call *call, struct file *file, unsigned int nr,
		      const u64 args[6])
{
	u64 all[6];
	long ret;
	int fd;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	fd_install(fd, get_file(file));
	all[0] = fd;
	memcpy(all + 1, args, 5 * sizeof(*args));
	ret = __persona_native(call, nr, all);
	close_fd(fd);
	return ret;
}

static u32 access_of_mode(const struct file *file)
{
	u32 access = NT_SYNCHRONIZE | NT_READ_CONTROL | NT_FILE_READ_ATTRIBUTES;

	if (file->f_mode & FMODE_READ)
		access |= nt_file_type.generic[0] | NT_FILE_EXECUTE;
	if (file->f_mode & FMODE_WRITE)
		access |= nt_file_type.generic[1];
	return access;
}

static long std_handle(struct nt_proc *proc, int fd, u64 *handle)
{
	struct file *file = fget(fd);
	struct nt_file *nt;
	long ret;

	*handle = 0;
	if (!file)
		return 0;
	nt = nt_file_new(file, access_of_mode(file), NT_FILE_SYNCHRONOUS_IO_NONALERT);
	if (!nt) {
		fput(file);
		return -ENOMEM;
	}
	nt->io.console_kind = fd ? NT_CONSOLE_OUT : NT_CONSOLE_IN;
	ret = nt_node_join(nt, 0, NT_FILE_SHARE_ALL);
	if (!ret)
		ret = nt_handle_add(proc, &nt->obj, nt->access, NT_HANDLE_INHERIT, handle);
	nt_file_put(nt);
	return ret;
}

/**
 * nt_file_std_handles() - handles for the file descriptors 0 to 2
 * @proc: process that starts; current's
 * @handles: set to the handles, 0 where there is no file
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_file_std_handles(struct nt_proc *proc, u64 handles[3])
{
	long ret = 0;
	int fd;

	for (fd = 0; fd < 3 && !ret; fd++)
		ret = std_handle(proc, fd, &handles[fd]);
	return ret;
}

/**
 * nt_file_open_kernel() - open a file of the view for the kernel's own use
 * @path: Windows path: a drive, and components behind backslashes, spelled right
 *
 * Context: may sleep.
 * Return: the file, or an ERR_PTR().
 */
struct file *nt_file_open_kernel(const char *path)
{
	struct file *file;
	char *name;

	if (!path[0] || path[1] != ':')
		return ERR_PTR(-EINVAL);
	name = kasprintf(GFP_KERNEL_ACCOUNT, "%s/dosdevices/%c:%s", *nt_personality.view_root,
			 path[0] | 0x20, path + 2);
	if (!name)
		return ERR_PTR(-ENOMEM);
	strreplace(name, '\\', '/');
	file = filp_open(name, O_RDONLY | O_LARGEFILE | O_NONBLOCK, 0);
	kfree(name);
	return file;
}
