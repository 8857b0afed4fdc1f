/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory calls: what Mach and BSD have in common. */
#ifndef _DARWIN_MM_H
#define _DARWIN_MM_H

#include <linux/types.h>

#include "flags_madvise.h"
#include "flags_mmap.h"
#include "flags_msync.h"
#include "flags_prot.h"

struct persona_call;

/* vm_prot_t beyond PROT_*, for Mach */
#define DARWIN_VM_PROT_COPY	0x10

/* vm_inherit_t */
#define DARWIN_VM_INHERIT_SHARE	0
#define DARWIN_VM_INHERIT_COPY	1
#define DARWIN_VM_INHERIT_NONE	2

/* Longest name of shared memory or a semaphore, without the final 0. */
#define DARWIN_POSIX_NAME_MAX	31
/* "/dev/shm/", a prefix and a name. */
#define DARWIN_POSIX_PATH_MAX	64

int darwin_prot_to_native(u32 prot);
int darwin_mmap_flags_to_native(u32 flags);
int darwin_page_range(u64 addr, u64 len, u64 *start, u64 *size);
int darwin_posix_name(const char *name, const char *prefix, char *path, size_t size);
int darwin_shm_path(const char *name, char *path, size_t size);
const char __user *darwin_posix_path(struct persona_call *call, const char __user *uname,
				     int (*path_of)(const char *name, char *path, size_t size));

#endif /* _DARWIN_MM_H */
