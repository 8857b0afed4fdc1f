// SPDX-License-Identifier: GPL-2.0-only
/* NT counts time in units of 100 ns; system time begins with the year 1601. */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

#include "nt.h"

#define TICKS_PER_SEC	10000000ll

/**
 * nt_time_of() - NT's form of a time
 * @ts: since 1970
 *
 * Context: any.
 * Return: the same in 100 ns units since 1601.
 */
s64 nt_time_of(struct timespec64 ts)
{
	return ts.tv_sec * TICKS_PER_SEC + ts.tv_nsec / 100 + NT_EPOCH_DIFF;
}
EXPORT_SYMBOL_FOR_TEST(nt_time_of);

/**
 * nt_time_to() - Linux's form of a time
 * @time: in 100 ns units since 1601
 *
 * Context: any.
 * Return: the same since 1970.
 */
struct timespec64 nt_time_to(s64 time)
{
	struct timespec64 ts;
	s32 rest;

	ts.tv_sec = div_s64_rem(time - NT_EPOCH_DIFF, TICKS_PER_SEC, &rest);
	if (rest < 0) {
		ts.tv_sec--;
		rest += TICKS_PER_SEC;
	}
	ts.tv_nsec = rest * 100l;
	return ts;
}
EXPORT_SYMBOL_FOR_TEST(nt_time_to);

/**
 * nt_system_time() - now
 *
 * Context: any.
 * Return: 100 ns units since 1601.
 */
s64 nt_system_time(void)
{
	struct timespec64 ts;

	ktime_get_real_ts64(&ts);
	return nt_time_of(ts);
}
EXPORT_SYMBOL_FOR_TEST(nt_system_time);
