/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's resource limits. */
#ifndef _DARWIN_RLIMIT_H
#define _DARWIN_RLIMIT_H

#include <linux/build_bug.h>
#include <linux/types.h>

#define DARWIN_RLIMIT_CPU	0
#define DARWIN_RLIMIT_FSIZE	1
#define DARWIN_RLIMIT_DATA	2
#define DARWIN_RLIMIT_STACK	3
#define DARWIN_RLIMIT_CORE	4
#define DARWIN_RLIMIT_AS	5	/* also RSS */
#define DARWIN_RLIMIT_MEMLOCK	6
#define DARWIN_RLIMIT_NPROC	7
#define DARWIN_RLIMIT_NOFILE	8

/* Set in the number by callers that want the strict behaviour of POSIX. */
#define DARWIN_RLIMIT_POSIX_FLAG	0x1000

#define DARWIN_RLIM_INFINITY	(~0ULL >> 1)

struct darwin_rlimit {
	u64 rlim_cur;
	u64 rlim_max;
};

static_assert(sizeof(struct darwin_rlimit) == 16);

int darwin_rlimit_resource(u32 which);
u64 darwin_rlimit_value_to_native(u64 value);
u64 darwin_rlimit_value_to_foreign(u64 value);

#endif /* _DARWIN_RLIMIT_H */
