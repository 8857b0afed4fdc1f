/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's wait statuses and resource usage. */
#ifndef _DARWIN_WAIT_H
#define _DARWIN_WAIT_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "time.h"

struct rusage;

#define DARWIN_WSTOPPED_MARK	0x7f
#define DARWIN_WCOREFLAG	0x80
#define DARWIN_W_CONTINUED	0x137f	/* "stopped" by SIGCONT */

struct darwin_rusage {
	struct darwin_timeval utime;
	struct darwin_timeval stime;
	s64 maxrss;	/* bytes */
	s64 ixrss;
	s64 idrss;
	s64 isrss;
	s64 minflt;
	s64 majflt;
	s64 nswap;
	s64 inblock;
	s64 oublock;
	s64 msgsnd;
	s64 msgrcv;
	s64 nsignals;
	s64 nvcsw;
	s64 nivcsw;
};

static_assert(sizeof(struct darwin_rusage) == 144);
static_assert(offsetof(struct darwin_rusage, maxrss) == 32);
static_assert(offsetof(struct darwin_rusage, nivcsw) == 136);

int darwin_wait_status(int status);
void darwin_fill_rusage(struct darwin_rusage *d, const struct rusage *ru);

#endif /* _DARWIN_WAIT_H */
