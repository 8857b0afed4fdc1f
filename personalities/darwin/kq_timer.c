// SPDX-License-Identifier: GPL-2.0-only
/*
 * EVFILT_TIMER on hrtimers.
 *
 * As with timerfd an expired timer stays off until the program has seen it;
 * intervals that passed meanwhile are computed then. So a short interval cannot
 * keep the machine busy.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>

#include "kqueue.h"

static enum hrtimer_restart kq_timer_fire(struct hrtimer *timer)
{
	struct darwin_knote *kn = container_of(timer, struct darwin_knote, timer.timer);

	WRITE_ONCE(kn->timer.fired, true);
	darwin_kq_activate(kn);
	return HRTIMER_NORESTART;
}

/* Starts the timer. Returns 1 if the point in time has passed already. */
static int kq_timer_start(struct darwin_knote *kn, const struct darwin_kevent_timer *t)
{
	clockid_t clock = t->continuous ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;
	ktime_t now = t->continuous ? ktime_get_boottime() : ktime_get();
	ktime_t first = min_t(u64, t->first, KTIME_MAX);

	if (t->calendar)
		first = ktime_sub(first, ktime_get_real());
	if (t->calendar || !t->absolute)
		first = ktime_add_safe(now, max_t(ktime_t, first, 0));
	persona_hrtimer_setup(&kn->timer.timer, kq_timer_fire, clock, HRTIMER_MODE_ABS);
	kn->timer.interval = t->interval;
	if (first <= now) {
		hrtimer_set_expires(&kn->timer.timer, first);
		WRITE_ONCE(kn->timer.fired, true);
		return 1;
	}
	WRITE_ONCE(kn->timer.fired, false);
	hrtimer_start(&kn->timer.timer, first, HRTIMER_MODE_ABS);
	return 0;
}

static int kq_timer_attach(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	struct darwin_kevent_timer t;
	int err;

	err = darwin_kevent_timer(kev->fflags, kev->data, &t);
	if (err)
		return err;
	kn->flags |= DARWIN_EV_CLEAR;
	if (kev->fflags & DARWIN_NOTE_ABSOLUTE)
		kn->flags |= DARWIN_EV_ONESHOT;
	return kq_timer_start(kn, &t);
}

static void kq_timer_detach(struct darwin_knote *kn)
{
	hrtimer_cancel(&kn->timer.timer);
}

static int kq_timer_touch(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	struct darwin_kevent_timer t;
	int err;

	/* Enabling alone leaves the timer as it is. */
	if (!(kev->flags & DARWIN_EV_ADD))
		return READ_ONCE(kn->timer.fired);
	if ((kev->fflags ^ kn->sfflags) & DARWIN_NOTE_ABSOLUTE)
		return -EINVAL;
	err = darwin_kevent_timer(kev->fflags, kev->data, &t);
	if (err)
		return err;
	hrtimer_cancel(&kn->timer.timer);
	kn->sfflags = kev->fflags;
	return kq_timer_start(kn, &t);
}

static bool kq_timer_process(struct darwin_knote *kn, struct darwin_kq_scan *scan,
			     struct darwin_kevent *kev)
{
	if (!READ_ONCE(kn->timer.fired))
		return false;
	if (!kev)
		return true;
	WRITE_ONCE(kn->timer.fired, false);
	kev->data = 1;
	if (kn->timer.interval) {
		/* The handler may still be on its way out. */
		hrtimer_cancel(&kn->timer.timer);
		kev->data = hrtimer_forward_now(&kn->timer.timer,
						ns_to_ktime(kn->timer.interval));
		if (!kev->data)
			kev->data = 1;
		if (!(kn->flags & DARWIN_EV_ONESHOT))
			hrtimer_restart(&kn->timer.timer);
	}
	return true;
}

const struct darwin_kq_filter darwin_kq_timer_filter = {
	.attach = kq_timer_attach,
	.detach = kq_timer_detach,
	.touch = kq_timer_touch,
	.process = kq_timer_process,
};
