// SPDX-License-Identifier: GPL-2.0-only
/*
 * ntp_adjtime and ntp_gettime: adjtimex(2) in Darwin's layout.
 *
 * Both systems have David Mills's interface: units, states and status bits are the
 * same, and so are the modes, but for those that Linux has added or left out.
 */
#include <linux/timex.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "darwin.h"
#include "time.h"

/**
 * darwin_timex_get() - converts what a program wants to be set
 * @dst: native one
 * @src: Darwin's
 *
 * Context: any.
 * Return: 0; -EINVAL for a mode that Linux has not: the pulse filter, and another clock.
 */
int darwin_timex_get(struct __kernel_timex *dst, const struct darwin_timex *src)
{
	if (src->modes & ~DARWIN_MOD_ALL)
		return -EINVAL;
	*dst = (struct __kernel_timex){
		.modes = src->modes,
		.offset = src->offset,
		.freq = src->freq,
		.maxerror = src->maxerror,
		.esterror = src->esterror,
		.status = src->status,
		.constant = src->constant,
	};
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_timex_get);

/**
 * darwin_timex_fill() - fills a timex for a program
 * @dst: Darwin's, filled completely
 * @src: native one
 * @modes: which the program has set
 *
 * Context: any.
 */
void darwin_timex_fill(struct darwin_timex *dst, const struct __kernel_timex *src, u32 modes)
{
	memset(dst, 0, sizeof(*dst));
	dst->modes = modes;
	dst->offset = src->offset;
	dst->freq = src->freq;
	dst->maxerror = src->maxerror;
	dst->esterror = src->esterror;
	dst->status = src->status;
	dst->constant = src->constant;
	dst->precision = src->precision;
	dst->tolerance = src->tolerance;
	dst->ppsfreq = src->ppsfreq;
	dst->jitter = src->jitter;
	dst->shift = src->shift;
	dst->stabil = src->stabil;
	dst->jitcnt = src->jitcnt;
	dst->calcnt = src->calcnt;
	dst->errcnt = src->errcnt;
	dst->stbcnt = src->stbcnt;
}
EXPORT_SYMBOL_FOR_TEST(darwin_timex_fill);

/* adjtimex(2) of @tx, which is the answer then; the clock's state or an error. */
static long adjust(struct persona_call *call, struct __kernel_timex *tx)
{
	void __user *native = persona_scratch_put(call, tx, sizeof(*tx));
	long ret;

	if (IS_ERR(native))
		return PTR_ERR(native);
	ret = persona_native(call, __NR_adjtimex, native);
	if (ret >= 0 && copy_from_user(tx, native, sizeof(*tx)))
		return -EFAULT;
	return ret;
}

/**
 * darwin_ntp_adjtime() - ntp_adjtime
 * @call: timex
 *
 * Context: see persona_fn.
 * Return: TIME_* or a negative errno.
 */
long darwin_ntp_adjtime(struct persona_call *call)
{
	struct darwin_timex __user *utx = u64_to_user_ptr(call->args[0]);
	struct __kernel_timex native;
	struct darwin_timex tx;
	long ret;
	int err;

	if (copy_from_user(&tx, utx, sizeof(tx)))
		return -EFAULT;
	err = darwin_timex_get(&native, &tx);
	if (err)
		return err;
	ret = adjust(call, &native);
	if (ret < 0)
		return ret;
	darwin_timex_fill(&tx, &native, tx.modes);
	return copy_to_user(utx, &tx, sizeof(tx)) ? -EFAULT : ret;
}

/**
 * darwin_ntp_gettime() - ntp_gettime
 * @call: ntptimeval
 *
 * Context: see persona_fn.
 * Return: TIME_* or a negative errno.
 */
long darwin_ntp_gettime(struct persona_call *call)
{
	struct __kernel_timex native = { };
	struct darwin_ntptimeval ntv = { };
	long ret = adjust(call, &native);

	if (ret < 0)
		return ret;
	ntv.sec = native.time.tv_sec;
	ntv.nsec = native.time.tv_usec;
	if (!(native.status & STA_NANO))
		ntv.nsec *= NSEC_PER_USEC;
	ntv.maxerror = native.maxerror;
	ntv.esterror = native.esterror;
	ntv.tai = native.tai;
	ntv.time_state = ret;
	return copy_to_user(u64_to_user_ptr(call->args[0]), &ntv, sizeof(ntv)) ? -EFAULT : ret;
}
