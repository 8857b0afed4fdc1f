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
struct __kernel_timex;

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

/* Modes of ntp_adjtime that are adjtimex's as well: all but PPSMAX, CLKA, CLKB */
#define DARWIN_MOD_ALL		0x30bf

/**
 * struct darwin_timex - struct timex, as Linux's but for the time in it
 */
struct darwin_timex {
	u32 modes;
	u32 pad0;
	s64 offset;
	s64 freq;
	s64 maxerror;
	s64 esterror;
	s32 status;
	u32 pad1;
	s64 constant;
	s64 precision;
	s64 tolerance;
	s64 ppsfreq;
	s64 jitter;
	s32 shift;
	u32 pad2;
	s64 stabil;
	s64 jitcnt;
	s64 calcnt;
	s64 errcnt;
	s64 stbcnt;
};

struct darwin_ntptimeval {
	s64 sec;
	s64 nsec;
	s64 maxerror;
	s64 esterror;
	s64 tai;
	s32 time_state;
	u32 pad;
};

static_assert(sizeof(struct darwin_timeval) == 16);
static_assert(offsetof(struct darwin_timeval, tv_usec) == 8);
static_assert(sizeof(struct darwin_itimerval) == 32);
static_assert(offsetof(struct darwin_itimerval, it_value) == 16);
static_assert(sizeof(struct darwin_timezone) == 8);
static_assert(sizeof(struct darwin_timex) == 136);
static_assert(offsetof(struct darwin_timex, constant) == 48);
static_assert(offsetof(struct darwin_timex, stabil) == 96);
static_assert(sizeof(struct darwin_ntptimeval) == 48);
static_assert(offsetof(struct darwin_ntptimeval, tai) == 32);

void darwin_timeval_get(struct __kernel_old_timeval *dst, const struct darwin_timeval *src);
void darwin_timeval_fill(struct darwin_timeval *dst, s64 sec, long usec);
u64 darwin_absolute_time(void);
int darwin_timex_get(struct __kernel_timex *dst, const struct darwin_timex *src);
void darwin_timex_fill(struct darwin_timex *dst, const struct __kernel_timex *src, u32 modes);

#endif /* _DARWIN_TIME_H */
