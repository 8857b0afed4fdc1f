// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named POSIX semaphores: sem_open, sem_wait and their kin.
 *
 * As on Darwin the program's sem_t pointer is a descriptor. It is that of a file
 * in /dev/shm with the name and contents that glibc gives a named semaphore, so
 * native programs share them. Semantics: xnu's bsd/kern/posix_sem.c; layout:
 * glibc's struct new_sem with 64-bit atomics.
 */
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "darwin.h"
#include "bsd_table.h"
#include "flags_open.h"
#include "mm.h"
#include "posixsem.h"

static const char sem_prefix[] = "/dev/shm/sem.";

/* One waiter, in the upper half of the data word. */
#define SEM_WAITER	BIT_ULL(32)

/**
 * darwin_sem_path() - file name of a semaphore
 * @name: Darwin's name, with or without a slash in front
 * @path: receives the file name
 * @size: of @path
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENAMETOOLONG.
 */
int darwin_sem_path(const char *name, char *path, size_t size)
{
	return darwin_posix_name(name, sem_prefix, path, size);
}
EXPORT_SYMBOL_FOR_TEST(darwin_sem_path);

static const char __user *sem_path(struct persona_call *call, const char __user *uname)
{
	return darwin_posix_path(call, uname, darwin_sem_path);
}

/* A semaphore under a name of its own. */
static long create_unnamed(struct persona_call *call, const char __user *temp, u32 mode, u32 value)
{
	struct darwin_sem sem = { .data = value, .shared = DARWIN_SEM_SHARED };
	void __user *init = persona_scratch_put(call, &sem, sizeof(sem));
	long fd, ret;

	if (IS_ERR(init))
		return PTR_ERR(init);
	fd = persona_native(call, __NR_openat, AT_FDCWD, temp,
			    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
	if (fd < 0)
		return fd;
	ret = persona_native(call, __NR_pwrite64, fd, init, sizeof(sem), 0);
	if (ret == sizeof(sem))
		return fd;
	persona_native(call, __NR_close, fd);
	persona_native(call, __NR_unlinkat, AT_FDCWD, temp, 0);
	return ret < 0 ? ret : -ENOSPC;
}

/* It gets its name only when it is complete: others may be looking for it. */
static long create(struct persona_call *call, const char __user *path, u32 mode, u32 value)
{
	char name[sizeof("/dev/shm/persona-0123456789abcdef")];
	const char __user *temp;
	long fd, ret;

	snprintf(name, sizeof(name), "/dev/shm/persona-%016llx", get_random_u64());
	temp = persona_scratch_put(call, name, sizeof(name));
	if (IS_ERR(temp))
		return PTR_ERR(temp);
	fd = create_unnamed(call, temp, mode, value);
	if (fd < 0)
		return fd;
	ret = persona_native(call, __NR_linkat, AT_FDCWD, temp, AT_FDCWD, path, 0);
	persona_native(call, __NR_unlinkat, AT_FDCWD, temp, 0);
	if (ret < 0) {
		persona_native(call, __NR_close, fd);
		return ret;
	}
	return fd;
}

/**
 * darwin_sem_open() - sem_open
 * @call: name, O_CREAT and O_EXCL, mode, value
 *
 * Context: see persona_fn.
 * Return: a descriptor, or a negative errno.
 */
long darwin_sem_open(struct persona_call *call)
{
	u32 flags = call->args[1], mode = call->args[2], value = call->args[3];
	const char __user *path;
	long fd;

	if (flags & ~(DARWIN_O_CREAT | DARWIN_O_EXCL))
		return -EINVAL;
	if ((flags & DARWIN_O_CREAT) && value > DARWIN_SEM_VALUE_MAX)
		return -EINVAL;
	path = sem_path(call, u64_to_user_ptr(call->args[0]));
	if (IS_ERR(path))
		return PTR_ERR(path);
	if ((flags & DARWIN_O_CREAT) && (flags & DARWIN_O_EXCL))
		return create(call, path, mode, value);
	/* Someone may remove it, and someone else create it, in between. */
	while (!fatal_signal_pending(current)) {
		u32 used = call->scratch_used;

		fd = persona_native(call, __NR_openat, AT_FDCWD, path,
				    O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0);
		if (fd != -ENOENT || !(flags & DARWIN_O_CREAT))
			return fd;
		fd = create(call, path, mode, value);
		if (fd != -EEXIST)
			return fd;
		call->scratch_used = used;
		cond_resched();
	}
	return -EINTR;
}

/**
 * darwin_sem_unlink() - sem_unlink
 * @call: name
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sem_unlink(struct persona_call *call)
{
	const char __user *path = sem_path(call, u64_to_user_ptr(call->args[0]));

	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_native(call, __NR_unlinkat, AT_FDCWD, path, 0);
}

/* Maps the semaphore for one operation: futexes have addresses. */
static struct darwin_sem __user *sem_map(struct persona_call *call)
{
	struct darwin_sem __user *sem;
	u32 shared;
	long ret;

	ret = persona_native(call, __NR_mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			     (int)call->args[0], 0);
	if (ret < 0 && ret != -ENOMEM)
		ret = ret == -EBADF ? -EBADF : -EINVAL;
	if (ret < 0)
		return (struct darwin_sem __user *)ERR_PTR(ret);
	sem = (struct darwin_sem __user *)ret;
	if (!access_ok(sem, sizeof(*sem)) || get_user(shared, &sem->shared) ||
	    shared != DARWIN_SEM_SHARED) {
		persona_native(call, __NR_munmap, sem, PAGE_SIZE);
		return (struct darwin_sem __user *)ERR_PTR(-EINVAL);
	}
	return sem;
}

/* Replaces *old by new: 0, or 1 with *old updated, or -EFAULT. */
static int exchange(struct darwin_sem __user *sem, u64 *old, u64 new)
{
	return __try_cmpxchg_user(&sem->data, old, new, fault);
}

/* Takes one, and @waiter off: 0, -EAGAIN when there is none. */
static long take(struct darwin_sem __user *sem, u64 waiter)
{
	u64 old;
	int ret;

	if (get_user(old, &sem->data))
		return -EFAULT;
	while (lower_32_bits(old)) {
		ret = exchange(sem, &old, old - 1 - waiter);
		if (ret <= 0)
			return ret;
	}
	return -EAGAIN;
}

static long add_waiter(struct darwin_sem __user *sem, u64 n)
{
	u64 old;
	int ret;

	if (get_user(old, &sem->data))
		return -EFAULT;
	do {
		ret = exchange(sem, &old, old + n);
	} while (ret > 0);
	return ret;
}

static long wait(struct persona_call *call, struct darwin_sem __user *sem)
{
	long ret = take(sem, 0);

	if (ret != -EAGAIN)
		return ret;
	ret = add_waiter(sem, SEM_WAITER);
	if (ret)
		return ret;
	for (;;) {
		ret = take(sem, SEM_WAITER);
		if (ret != -EAGAIN)
			return ret;
		ret = persona_native(call, __NR_futex, &sem->data, FUTEX_WAIT, 0, NULL, NULL, 0);
		if (ret && ret != -EAGAIN)
			break;
	}
	add_waiter(sem, -SEM_WAITER);
	/* A handler ends the wait, whatever its SA_RESTART says. */
	return ret == -ERESTARTSYS ? -ERESTARTNOHAND : ret;
}

static long post(struct persona_call *call, struct darwin_sem __user *sem)
{
	u64 old;
	int ret;

	if (get_user(old, &sem->data))
		return -EFAULT;
	do {
		if (lower_32_bits(old) >= DARWIN_SEM_VALUE_MAX)
			return -EOVERFLOW;
		ret = exchange(sem, &old, old + 1);
	} while (ret > 0);
	if (ret)
		return ret;
	if (old >= SEM_WAITER)
		persona_native(call, __NR_futex, &sem->data, FUTEX_WAKE, 1, NULL, NULL, 0);
	return 0;
}

/**
 * darwin_sem_wait() - sem_wait
 * @call: descriptor
 *
 * Context: see persona_fn.
 * Return: 0, a restart code or a negative errno.
 */
long darwin_sem_wait(struct persona_call *call)
{
	struct darwin_sem __user *sem = sem_map(call);
	long ret;

	if (IS_ERR(sem))
		return PTR_ERR(sem);
	ret = wait(call, sem);
	persona_native(call, __NR_munmap, sem, PAGE_SIZE);
	return ret;
}

/**
 * darwin_sem_trywait() - sem_trywait
 * @call: descriptor
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno, -EAGAIN when the semaphore is 0.
 */
long darwin_sem_trywait(struct persona_call *call)
{
	struct darwin_sem __user *sem = sem_map(call);
	long ret;

	if (IS_ERR(sem))
		return PTR_ERR(sem);
	ret = take(sem, 0);
	persona_native(call, __NR_munmap, sem, PAGE_SIZE);
	return ret;
}

/**
 * darwin_sem_post() - sem_post
 * @call: descriptor
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sem_post(struct persona_call *call)
{
	struct darwin_sem __user *sem = sem_map(call);
	long ret;

	if (IS_ERR(sem))
		return PTR_ERR(sem);
	ret = post(call, sem);
	persona_native(call, __NR_munmap, sem, PAGE_SIZE);
	return ret;
}

/**
 * darwin_sem_close() - sem_close
 * @call: descriptor
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sem_close(struct persona_call *call)
{
	struct darwin_sem __user *sem = sem_map(call);

	if (IS_ERR(sem))
		return PTR_ERR(sem);
	persona_native(call, __NR_munmap, sem, PAGE_SIZE);
	return persona_native(call, __NR_close, (int)call->args[0]);
}
