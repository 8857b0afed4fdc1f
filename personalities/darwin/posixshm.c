// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX shared memory: shm_open, shm_unlink.
 *
 * The objects are the files of /dev/shm under the names glibc gives them, so
 * native programs share them. Semantics: xnu's bsd/kern/posix_shm.c.
 */
#include <linux/fcntl.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "darwin.h"
#include "bsd_table.h"
#include "flags_open.h"
#include "mm.h"

static const char shm_dir[] = "/dev/shm/";

static const struct persona_flag open_flags[] = { DARWIN_FLAGS_OPEN };

/**
 * darwin_posix_name() - file name of a POSIX object
 * @name: Darwin's name, with or without a slash in front
 * @prefix: folder, and what file names of the kind begin with
 * @path: receives the file name
 * @size: of @path
 *
 * Darwin's names are flat; a slash within one cannot be kept.
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENAMETOOLONG.
 */
int darwin_posix_name(const char *name, const char *prefix, char *path, size_t size)
{
	size_t len = strnlen(name, DARWIN_POSIX_NAME_MAX + 1);

	if (len > DARWIN_POSIX_NAME_MAX || strlen(prefix) + 1 + len > size)
		return -ENAMETOOLONG;
	if (*name == '/')
		name++;
	if (!*name || strchr(name, '/'))
		return -EINVAL;
	strscpy(path, prefix, size);
	strlcat(path, name, size);
	return 0;
}

/**
 * darwin_shm_path() - file name of a shared memory object
 * @name: Darwin's name, with or without a slash in front
 * @path: receives the file name
 * @size: of @path
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENAMETOOLONG.
 */
int darwin_shm_path(const char *name, char *path, size_t size)
{
	const char *file = *name == '/' ? name + 1 : name;

	if (!strcmp(file, ".") || !strcmp(file, ".."))
		return -EINVAL;
	return darwin_posix_name(name, shm_dir, path, size);
}
EXPORT_SYMBOL_FOR_TEST(darwin_shm_path);

/**
 * darwin_posix_path() - file name of a POSIX object for a native call
 * @call: foreign call under way
 * @uname: Darwin's name
 * @path_of: makes the file name of the name
 *
 * Context: may sleep; uses scratch memory.
 * Return: the file name in scratch memory, or an ERR_PTR().
 */
const char __user *darwin_posix_path(struct persona_call *call, const char __user *uname,
				     int (*path_of)(const char *name, char *path, size_t size))
{
	char name[DARWIN_POSIX_NAME_MAX + 2], path[DARWIN_POSIX_PATH_MAX];
	long len;
	int err;

	len = strncpy_from_user(name, uname, sizeof(name));
	if (len < 0)
		return (const char __user *)ERR_PTR(len);
	if (len == sizeof(name))
		return (const char __user *)ERR_PTR(-ENAMETOOLONG);
	err = path_of(name, path, sizeof(path));
	if (err)
		return (const char __user *)ERR_PTR(err);
	return persona_scratch_put(call, path, strlen(path) + 1);
}

/**
 * darwin_shm_open() - shm_open
 * @call: name, O_RDONLY or O_RDWR with O_CREAT, O_EXCL, O_TRUNC; mode
 *
 * Context: see persona_fn.
 * Return: a descriptor that exec closes, or a negative errno.
 */
long darwin_shm_open(struct persona_call *call)
{
	u32 flags = call->args[1];
	const char __user *path;
	u64 native, rest;

	if (flags & ~(DARWIN_O_RDWR | DARWIN_O_CREAT | DARWIN_O_EXCL | DARWIN_O_TRUNC))
		return -EINVAL;
	path = darwin_posix_path(call, u64_to_user_ptr(call->args[0]), darwin_shm_path);
	if (IS_ERR(path))
		return PTR_ERR(path);
	native = persona_flags_to_native(open_flags, ARRAY_SIZE(open_flags), flags, &rest);
	if (rest)
		return -EINVAL;
	return persona_native(call, __NR_openat, AT_FDCWD, path,
			      native | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
			      call->args[2] & 07777);
}

/**
 * darwin_shm_unlink() - shm_unlink
 * @call: name
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_shm_unlink(struct persona_call *call)
{
	const char __user *path = darwin_posix_path(call, u64_to_user_ptr(call->args[0]),
						    darwin_shm_path);

	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_unlinkat, AT_FDCWD, path, 0);
}
