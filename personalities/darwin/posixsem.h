/* SPDX-License-Identifier: GPL-2.0-only */
/* Named POSIX semaphores. */
#ifndef _DARWIN_POSIXSEM_H
#define _DARWIN_POSIXSEM_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define DARWIN_SEM_VALUE_MAX	32767

/* In darwin_sem.shared: the futex is shared between processes. */
#define DARWIN_SEM_SHARED	128

/**
 * struct darwin_sem - contents of the file, which are glibc's sem_t
 * @data: value in the lower half, number of waiters in the upper one
 * @shared: DARWIN_SEM_SHARED
 * @pad: 0
 * @reserved: 0
 */
struct darwin_sem {
	u64 data;
	u32 shared;
	u32 pad;
	u64 reserved[2];
};

static_assert(sizeof(struct darwin_sem) == 32);
static_assert(offsetof(struct darwin_sem, shared) == 8);

int darwin_sem_path(const char *name, char *path, size_t size);

#endif /* _DARWIN_POSIXSEM_H */
