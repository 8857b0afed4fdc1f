// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time: gettimeofday, settimeofday, adjtime, interval timers, Mach's clock.
 *
 * Semantics: xnu's bsd/kern/kern_time.c and osfmk/kern/clock.c. A Darwin
 * timeval has 32-bit microseconds and padding behind them where Linux has 64
 * bits, so none can be passed through.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/time.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>
#include <linux/uaccess.h>

#include "darwin.h"
#include "bsd_table.h"
#include "mach_error.h"
#include "mach_table.h"
#include "time.h"

/**
 * darwin_timeval_get() - converts a program's timeval
 * @dst: native one
 * @src: Darwin's
 *
 * Values are not judged.
 *
 * Context: any.
 */
void darwin_timeval_get(struct __kernel_old_timeval *dst, const struct darwin_timeval *src)
{
	dst->tv_sec = src->tv_sec;
	dst->tv_usec = src->tv_usec;
}
EXPORT_SYMBOL_FOR_TEST(darwin_timeval_get);

/**
 * darwin_timeval_fill() - fills a timeval for a program
 * @dst: Darwin's, filled completely
 * @sec: seconds
 * @usec: microseconds
 *
 * Context: any.
 */
void darwin_timeval_fill(struct darwin_timeval *dst, s64 sec, long usec)
{
	dst->tv_sec = sec;
	dst->tv_usec = usec;
	dst->pad = 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_timeval_fill);

/**
 * darwin_absolute_time() - mach_absolute_time() as the commpage gives it
 *
 * Context: any.
 * Return: ticks, which are nanoseconds of the monotonic clock.
 */
u64 darwin_absolute_time(void)
{
	return ktime_get_ns();
}

/**
 * darwin_gettimeofday() - gettimeofday, as of 10.13
 * @call: timeval or NULL, timezone or NULL, u64 or NULL for the absolute time
 *
 * Up to 10.11 the call returned the time in the registers and wrote nothing;
 * callers take a result of 0 as a sign that it has been written.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_gettimeofday(struct persona_call *call)
{
	struct darwin_timeval __user *utv = u64_to_user_ptr(call->args[0]);
	struct darwin_timezone __user *utz = u64_to_user_ptr(call->args[1]);
	u64 __user *uabs = u64_to_user_ptr(call->args[2]);
	struct darwin_timezone tz;
	struct darwin_timeval tv;
	struct timespec64 ts;
	long err;

	err = persona_permit(call, __NR_gettimeofday, utv, utz);
	if (err)
		return err;
	if (utv) {
		ktime_get_real_ts64(&ts);
		darwin_timeval_fill(&tv, ts.tv_sec, ts.tv_nsec / NSEC_PER_USEC);
		if (copy_to_user(utv, &tv, sizeof(tv)))
			return -EFAULT;
	}
	if (utz) {
		tz.tz_minuteswest = sys_tz.tz_minuteswest;
		tz.tz_dsttime = sys_tz.tz_dsttime;
		if (copy_to_user(utz, &tz, sizeof(tz)))
			return -EFAULT;
	}
	if (uabs && put_user(darwin_absolute_time(), uabs))
		return -EFAULT;
	return 0;
}

/**
 * darwin_settimeofday() - settimeofday
 * @call: timeval or NULL, timezone or NULL
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_settimeofday(struct persona_call *call)
{
	struct darwin_timeval __user *utv = u64_to_user_ptr(call->args[0]);
	void __user *native_tv = NULL;
	struct __kernel_old_timeval native;
	struct darwin_timeval tv;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		darwin_timeval_get(&native, &tv);
		native_tv = persona_scratch_put(call, &native, sizeof(native));
		if (IS_ERR(native_tv))
			return PTR_ERR(native_tv);
	}
	/* struct timezone is the same. */
	return persona_native(call, __NR_settimeofday, native_tv, call->args[1]);
}

/* Copies a native itimerval from the scratch area to the program. */
static long put_itimer(struct darwin_itimerval __user *uit, const void __user *scratch)
{
	struct __kernel_old_itimerval native;
	struct darwin_itimerval it;

	if (copy_from_user(&native, scratch, sizeof(native)))
		return -EFAULT;
	darwin_timeval_fill(&it.it_interval, native.it_interval.tv_sec, native.it_interval.tv_usec);
	darwin_timeval_fill(&it.it_value, native.it_value.tv_sec, native.it_value.tv_usec);
	return copy_to_user(uit, &it, sizeof(it)) ? -EFAULT : 0;
}

static long get_itimer(struct persona_call *call, u32 which, struct darwin_itimerval __user *uit)
{
	void __user *native = persona_scratch(call, sizeof(struct __kernel_old_itimerval));
	long ret;

	if (IS_ERR(native))
		return PTR_ERR(native);
	ret = persona_native(call, __NR_getitimer, which, native);
	return ret ? ret : put_itimer(uit, native);
}

/**
 * darwin_getitimer() - getitimer
 * @call: ITIMER_*, itimerval
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_getitimer(struct persona_call *call)
{
	return get_itimer(call, call->args[0], u64_to_user_ptr(call->args[1]));
}

/**
 * darwin_setitimer() - setitimer
 * @call: ITIMER_*, new itimerval or NULL, old itimerval or NULL
 *
 * Without a new value the timer stays as it is; Linux would stop it.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setitimer(struct persona_call *call)
{
	struct darwin_itimerval __user *unew = u64_to_user_ptr(call->args[1]);
	struct darwin_itimerval __user *uold = u64_to_user_ptr(call->args[2]);
	void __user *native_new, *native_old = NULL;
	struct __kernel_old_itimerval native;
	u32 which = call->args[0];
	struct darwin_itimerval it;
	long ret;

	if (which > ITIMER_PROF)
		return -EINVAL;
	if (!unew)
		return uold ? get_itimer(call, which, uold) : 0;
	if (copy_from_user(&it, unew, sizeof(it)))
		return -EFAULT;
	darwin_timeval_get(&native.it_interval, &it.it_interval);
	darwin_timeval_get(&native.it_value, &it.it_value);
	native_new = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(native_new))
		return PTR_ERR(native_new);
	if (uold) {
		native_old = persona_scratch(call, sizeof(native));
		if (IS_ERR(native_old))
			return PTR_ERR(native_old);
	}
	ret = persona_native(call, __NR_setitimer, which, native_new, native_old);
	if (!ret && uold)
		ret = put_itimer(uold, native_old);
	return ret;
}

/**
 * darwin_adjtime() - adjtime
 * @call: timeval of the correction or NULL, timeval for what was left or NULL
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_adjtime(struct persona_call *call)
{
	struct darwin_timeval __user *udelta = u64_to_user_ptr(call->args[0]);
	struct darwin_timeval __user *uold = u64_to_user_ptr(call->args[1]);
	struct __kernel_timex tx = { .modes = ADJ_ADJTIME | ADJ_OFFSET_READONLY };
	struct darwin_timeval tv;
	void __user *native;
	s64 usec;
	s32 rest;
	long ret;

	if (udelta) {
		if (copy_from_user(&tv, udelta, sizeof(tv)))
			return -EFAULT;
		if (check_mul_overflow(tv.tv_sec, (s64)USEC_PER_SEC, &usec) ||
		    check_add_overflow(usec, (s64)tv.tv_usec, &usec))
			return -EINVAL;
		tx.modes = ADJ_ADJTIME | ADJ_OFFSET_SINGLESHOT;
		tx.offset = usec;
	}
	native = persona_scratch_put(call, &tx, sizeof(tx));
	if (IS_ERR(native))
		return PTR_ERR(native);
	ret = persona_native(call, __NR_adjtimex, native);
	if (ret < 0)
		return ret;
	if (!uold)
		return 0;
	if (copy_from_user(&tx, native, sizeof(tx)))
		return -EFAULT;
	usec = div_s64_rem(tx.offset, USEC_PER_SEC, &rest);
	darwin_timeval_fill(&tv, usec, rest);
	return copy_to_user(uold, &tv, sizeof(tv)) ? -EFAULT : 0;
}

/**
 * darwin_mach_timebase_info() - mach_timebase_info_trap
 * @call: two u32: numerator and denominator
 *
 * A tick of the absolute time is a nanosecond.
 *
 * Context: see persona_fn.
 * Return: kern_return_t or a negative errno.
 */
long darwin_mach_timebase_info(struct persona_call *call)
{
	static const u32 base[2] = { 1, 1 };

	if (copy_to_user(u64_to_user_ptr(call->args[0]), base, sizeof(base)))
		return -EFAULT;
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_mach_wait_until() - mach_wait_until_trap
 * @call: absolute time
 *
 * Context: see persona_fn.
 * Return: KERN_SUCCESS, a restart code or a negative errno (-EINTR becomes
 * KERN_ABORTED).
 */
long darwin_mach_wait_until(struct persona_call *call)
{
	u64 deadline = call->args[0];
	struct __kernel_timespec ts;
	void __user *native;
	u32 rest;

	ts.tv_sec = div_u64_rem(min_t(u64, deadline, KTIME_MAX), NSEC_PER_SEC, &rest);
	ts.tv_nsec = rest;
	native = persona_scratch_put(call, &ts, sizeof(ts));
	if (IS_ERR(native))
		return PTR_ERR(native);
	return persona_native(call, __NR_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, native,
			      NULL);
}
