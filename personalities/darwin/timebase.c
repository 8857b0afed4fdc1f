// SPDX-License-Identifier: GPL-2.0-only
/* Arithmetic of the commpage's time base: pure functions. */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "../../module/persona.h"
#include "commpage.h"

/*
 * A program may read the counter a little before the values it computes with,
 * or on a CPU whose counter is a little behind; its subtraction is unsigned.
 */
#define DARWIN_TSC_MARGIN	65536

/**
 * darwin_timebase_ns() - the time that a program computes
 * @base: published values
 * @tsc: time stamp counter
 *
 * Context: any.
 * Return: nanoseconds.
 */
u64 darwin_timebase_ns(const struct darwin_timebase *base, u64 tsc)
{
	return base->ns + mul_u64_u32_shr(tsc - base->tsc, base->scale, 32);
}
EXPORT_SYMBOL_FOR_TEST(darwin_timebase_ns);

/**
 * darwin_timebase_scale() - convert the rate of a clock source
 * @mult: nanoseconds per count, times 2^@shift
 * @shift: less than 64
 *
 * A counter of less than 1 GHz has no scale. It gets the largest, which makes
 * time too slow between two updates, but never makes it go back.
 *
 * Context: any.
 * Return: nanoseconds per count, times 2^32.
 */
u32 darwin_timebase_scale(u32 mult, u32 shift)
{
	u64 scale = shift <= 32 ? (u64)mult << (32 - shift) : mult >> min(shift - 32, 31U);

	return min_t(u64, scale, U32_MAX);
}
EXPORT_SYMBOL_FOR_TEST(darwin_timebase_scale);

/**
 * darwin_timebase_follow() - follow a clock that is not the counter itself
 * @base: published values, updated
 * @tsc: counter now
 * @ns: time now
 * @scale: rate of the counter as far as it is known; 0 if the counter cannot
 *	be trusted, then time stands still between two updates
 *
 * Time never goes back: where the old values run ahead, the new ones wait for
 * the clock at a lower rate. More than a second ahead is not an error of the
 * rate: the counter went on while the machine slept, and nobody saw it.
 *
 * Context: any.
 */
void darwin_timebase_follow(struct darwin_timebase *base, u64 tsc, u64 ns, u32 scale)
{
	u64 ahead = darwin_timebase_ns(base, tsc) - ns;

	if ((s64)ahead > 0 && ahead < NSEC_PER_SEC) {
		ns += ahead;
		scale -= scale >> 10;
	}
	base->tsc = tsc;
	base->ns = ns;
	base->scale = scale;
}
EXPORT_SYMBOL_FOR_TEST(darwin_timebase_follow);

/**
 * darwin_timebase_margin() - move a time base into the past
 * @base: to be published; means the same time afterwards
 *
 * Context: any.
 */
void darwin_timebase_margin(struct darwin_timebase *base)
{
	u64 margin = min_t(u64, base->tsc, DARWIN_TSC_MARGIN);

	base->tsc -= margin;
	base->ns -= mul_u64_u32_shr(margin, base->scale, 32);
}
EXPORT_SYMBOL_FOR_TEST(darwin_timebase_margin);
