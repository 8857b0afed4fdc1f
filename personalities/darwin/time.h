/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's time structures. */
#ifndef _DARWIN_TIME_H
#define _DARWIN_TIME_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/time64.h>
#include <linux/types.h>

struct __kernel_old_itimerval;
struct __kernel_old_timeval;

/**
 * struct darwin_timeval - struct timeval
 * @tv_sec: seconds
 * @tv_usec: microseconds
 * @pad: undefined in what programs pass, zero in what they get
 */
struct darwin_timeval {
	s64 tv_sec;
	s32 tv_usec;
	u32 pad;
};

struct darwin_itimerval {
	struct darwin_timeval it_interval;
	struct darwin_timeval it_value;
};

struct darwin_timezone {
	s32 tz_minuteswest;
	s32 tz_dsttime;
};

static_assert(sizeof(struct darwin_timeval) == 16);
static_assert(offsetof(struct darwin_timeval, tv_usec) == 8);
static_assert(sizeof(struct darwin_itimerval) == 32);
static_assert(offsetof(struct darwin_itimerval, it_value) == 16);
static_assert(sizeof(struct darwin_timezone) == 8);

void darwin_timeval_get(struct __kernel_old_timeval *dst, const struct darwin_timeval *src);
void darwin_timeval_fill(struct darwin_timeval *dst, s64 sec, long usec);
u64 darwin_absolute_time(void);

#endif /* _DARWIN_TIME_H */
