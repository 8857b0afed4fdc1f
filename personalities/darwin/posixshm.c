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

#define SHM_PATH_MAX	(sizeof(shm_dir) + DARWIN_PSHMNAMLEN)

static const struct persona_flag open_flags[] = { DARWIN_FLAGS_OPEN };

/**
 * darwin_shm_path() - file name of a shared memory object
 * @name: Darwin's name, with or without a slash in front
 * @path: receives the file name
 * @size: of @path
 *
 * Darwin's names are flat; a slash within one cannot be kept.
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENAMETOOLONG.
 */
int darwin_shm_path(const char *name, char *path, size_t size)
{
	size_t len = strnlen(name, DARWIN_PSHMNAMLEN + 1);

	if (len > DARWIN_PSHMNAMLEN || sizeof(shm_dir) + len > size)
		return -ENAMETOOLONG;
	if (*name == '/')
		name++;
	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EINVAL;
	strscpy(path, shm_dir, size);
	strlcat(path, name, size);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_shm_path);

static const char __user *shm_path(struct persona_call *call, const char __user *uname)
{
	char name[DARWIN_PSHMNAMLEN + 2], path[SHM_PATH_MAX];
	long len;
	int err;

	len = strncpy_from_user(name, uname, sizeof(name));
	if (len < 0)
		return (const char __user *)ERR_PTR(len);
	if (len == sizeof(name))
		return (const char __user *)ERR_PTR(-ENAMETOOLONG);
	err = darwin_shm_path(name, path, sizeof(path));
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
	path = shm_path(call, u64_to_user_ptr(call->args[0]));
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
	const char __user *path = shm_path(call, u64_to_user_ptr(call->args[0]));

	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_unlinkat, AT_FDCWD, path, 0);
}
