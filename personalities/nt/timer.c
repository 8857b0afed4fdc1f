// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers.
 *
 * A periodic timer that is signalled and that nobody has taken need not tick:
 * it goes on when a wait takes it, as timerfd's do. So a program does not keep
 * the machine busy with timers that it does not look at.
 */
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"
#include "sync.h"

#define TIMER_QUERY_STATE	0x1u
#define TIMER_MODIFY_STATE	0x2u

/* Attributes of NtCreateTimer2. */
#define TIMER2_HIGH_RESOLUTION	BIT(2)
#define TIMER2_NO_WAKE		BIT(3)
#define TIMER2_NOTIFICATION	BIT(31)

#define TIMER2_PERIOD_MAX	((s64)INT_MAX * 10000)	/* as long as the other calls' */

/* Of the machine's clock, in 100 ns. */
#define RESOLUTION_COARSEST	156250
#define RESOLUTION_FINEST	5000

/**
 * struct nt_timer - timer object
 * @obj: head
 * @manual: stays signalled until it is set again
 * @signaled: under @obj.lock, like what follows up to @mutex
 * @in_expiry: timer_expired() runs, and will see to the period
 * @has_apc: an APC is to be queued
 * @period: 0: none
 * @timer: expires
 * @mutex: serializes set and cancel; protects what follows
 * @apc_thread: thread that has set it and wants an APC; holds a reference
 * @apc: APC routine
 * @apc_context: its first argument
 * @apc_queued: it is queued: a timer has one APC, however often it has expired
 * @apc_work: queues it
 */
struct nt_timer {
	struct nt_object obj;
	bool manual;
	bool signaled;
	bool in_expiry;
	bool has_apc;
	ktime_t period;
	struct hrtimer timer;
	struct mutex mutex;	/* see above */
	struct nt_thread_object *apc_thread;
	u64 apc;
	u64 apc_context;
	bool apc_queued;
	struct work_struct apc_work;
};

/* TIMER_BASIC_INFORMATION */
struct timer_info {
	s64 remaining;
	u8 state;
	u8 pad[7];
};

/* TIMER_SET_COALESCABLE_TIMER_INFO */
struct timer_set_info {
	s64 due;
	u64 apc;
	u64 context;
	u64 wake_context;
	u32 period;
	u32 tolerable_delay;
	u64 uold;
};

/* T2_SET_PARAMETERS */
struct timer2_params {
	u32 version;
	u32 reserved;
	s64 no_wake_tolerance;
};

static struct nt_timer *to_timer(struct nt_object *obj)
{
	return container_of(obj, struct nt_timer, obj);
}

static bool timer_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	return to_timer(obj)->signaled;
}

/*
 * The next period. With the object's lock held, as for whatever starts the timer: it
 * cannot become queued in between.
 */
static void timer_rearm(struct nt_timer *timer)
{
	if (!timer->period || hrtimer_is_queued(&timer->timer))
		return;
	hrtimer_forward_now(&timer->timer, timer->period);
	hrtimer_restart(&timer->timer);
}

static long timer_acquire(struct nt_object *obj, struct nt_thread *thread)
{
	struct nt_timer *timer = to_timer(obj);

	if (timer->manual)
		return 0;
	timer->signaled = false;
	if (!timer->in_expiry)
		timer_rearm(timer);
	return 0;
}

/* Of a timer that does not expire any more: an APC that waits for its thread goes, too. */
static void timer_drop_apc(struct nt_timer *timer)
{
	cancel_work_sync(&timer->apc_work);
	if (!timer->apc_thread)
		return;
	nt_apc_cancel(timer->apc_thread, &timer->apc_queued);
	nt_object_put(&timer->apc_thread->obj);
	timer->apc_thread = NULL;
}

static void timer_destroy(struct nt_object *obj)
{
	struct nt_timer *timer = to_timer(obj);
	struct nt_lock lock;

	/* First, so that neither of the two starts the other again. */
	nt_object_lock(obj, &lock);
	timer->period = 0;
	timer->has_apc = false;
	nt_object_unlock(obj, &lock);
	hrtimer_cancel(&timer->timer);
	timer_drop_apc(timer);
}

const struct nt_type nt_timer_type = {
	.name = "Timer",
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.waitable = true,
	.user_owned = true,
	.signaled = timer_signaled,
	.acquire = timer_acquire,
	.destroy = timer_destroy,
	.size = sizeof(struct nt_timer),
};
EXPORT_SYMBOL_FOR_TEST(nt_timer_type);

/*
 * Queues the APC: where memory may be allocated. The next period begins here, so that
 * timers of which nobody takes the APC keep a worker busy at most, and no processor.
 */
static void timer_apc_work(struct work_struct *work)
{
	struct nt_timer *timer = container_of(work, struct nt_timer, apc_work);
	s64 now = nt_system_time();
	struct nt_lock lock;

	/* Set and cancel wait for this work before they change these. */
	nt_apc_queue_once(timer->apc_thread, &timer->apc_queued, timer->apc,
			  (const u64[]){ timer->apc_context, (u32)now, (u64)now >> 32 });
	nt_object_lock(&timer->obj, &lock);
	if (timer->has_apc)
		timer_rearm(timer);
	nt_object_unlock(&timer->obj, &lock);
}

static enum hrtimer_restart timer_expired(struct hrtimer *hrtimer)
{
	struct nt_timer *timer = container_of(hrtimer, struct nt_timer, timer);
	struct nt_lock lock;

	nt_object_lock(&timer->obj, &lock);
	timer->in_expiry = true;
	timer->signaled = true;
	nt_wake_locked(&timer->obj);
	timer->in_expiry = false;
	/* A wait that took it earlier may have started it again meanwhile. */
	if (timer->has_apc)
		schedule_work(&timer->apc_work);
	else if (!timer->signaled)
		timer_rearm(timer);
	nt_object_unlock(&timer->obj, &lock);
	/* If so it is queued already, which under the lock nobody else can be about to do. */
	return HRTIMER_NORESTART;
}

/* With timer->mutex held: it does not expire any more. Returns its state. */
static bool timer_stop(struct nt_timer *timer)
{
	struct nt_lock lock;
	bool signaled;

	/* First, so that a wait that takes it does not start it again. */
	nt_object_lock(&timer->obj, &lock);
	timer->period = 0;
	timer->has_apc = false;
	nt_object_unlock(&timer->obj, &lock);
	hrtimer_cancel(&timer->timer);
	timer_drop_apc(timer);
	nt_object_lock(&timer->obj, &lock);
	signaled = timer->signaled;
	nt_object_unlock(&timer->obj, &lock);
	return signaled;
}

static ktime_t relative_ns(s64 due)
{
	if (due <= -(KTIME_MAX / 100))
		return KTIME_MAX;
	return -due * 100;
}

static ktime_t absolute_ns(s64 due)
{
	s64 units = max_t(s64, due - NT_EPOCH_DIFF, 0);

	return units < KTIME_MAX / 100 ? units * 100 : KTIME_MAX;
}

/* With timer->mutex held, after timer_stop(). */
static void timer_start(struct nt_timer *timer, s64 due, ktime_t period)
{
	bool absolute = due > 0;
	struct nt_lock lock;
	ktime_t at;

	if (absolute)
		at = absolute_ns(due);
	else
		at = ktime_add_safe(ktime_get(), relative_ns(due));
	nt_object_lock(&timer->obj, &lock);
	/* Under the lock: NtQueryTimer() looks at it, and it is nothing meanwhile. */
	persona_hrtimer_setup(&timer->timer, timer_expired,
			      absolute ? CLOCK_REALTIME : CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	timer->signaled = false;
	timer->has_apc = timer->apc_thread;
	timer->period = period;
	hrtimer_start(&timer->timer, at, HRTIMER_MODE_ABS);
	nt_object_unlock(&timer->obj, &lock);
}

/* The caller's timer, to be changed: with a reference and its mutex. */
static long timer_hold(struct persona_call *call, struct nt_timer **timer)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_timer_type,
			    TIMER_MODIFY_STATE, &obj);
	if (ret)
		return ret;
	*timer = to_timer(obj);
	if (mutex_lock_interruptible(&(*timer)->mutex)) {
		nt_object_put(obj);
		return -ERESTARTNOINTR;
	}
	return 0;
}

static void timer_release(struct nt_timer *timer)
{
	mutex_unlock(&timer->mutex);
	nt_object_put(&timer->obj);
}

static long timer_set(struct persona_call *call, const struct timer_set_info *set,
		      ktime_t period)
{
	struct nt_timer *timer;
	long ret;
	bool old;

	ret = persona_permit(call, __NR_timerfd_settime, -1, 0, 0, 0);
	if (!ret)
		ret = timer_hold(call, &timer);
	if (ret)
		return ret;
	old = timer_stop(timer);
	if (set->apc) {
		timer->apc_thread = nt_object_get(&nt_calling_thread(call)->self->obj);
		timer->apc = set->apc;
		timer->apc_context = set->context;
	}
	timer_start(timer, set->due, period);
	timer_release(timer);
	if (set->uold && put_user((u8)old, (u8 __user *)u64_to_user_ptr(set->uold)))
		return -EFAULT;
	return 0;
}

static long create_timer(struct persona_call *call, bool manual, u64 uattr, u32 access)
{
	struct nt_timer *timer;
	long ret;

	ret = persona_permit(call, __NR_timerfd_create, CLOCK_MONOTONIC, 0);
	if (ret)
		return nt_handle_none(call->args[0], ret);
	timer = nt_object_alloc(&nt_timer_type);
	if (!timer)
		return nt_handle_none(call->args[0], -ENOMEM);
	timer->manual = manual;
	mutex_init(&timer->mutex);
	INIT_WORK(&timer->apc_work, timer_apc_work);
	persona_hrtimer_setup(&timer->timer, timer_expired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	return nt_object_create(call, uattr, &timer->obj, access, call->args[0]);
}

/* NtCreateTimer(*handle, access, *attributes, type) */
long nt_create_timer(struct persona_call *call)
{
	u32 type = call->args[3];

	if (type != NT_NOTIFICATION && type != NT_SYNCHRONIZATION)
		return NT_STATUS_INVALID_PARAMETER;
	return create_timer(call, type == NT_NOTIFICATION, call->args[2], call->args[1]);
}

/* NtCreateTimer2(*handle, reserved, *attributes, TIMER2_*, access) */
long nt_create_timer2(struct persona_call *call)
{
	u32 flags = call->args[3];

	/* All are of high resolution, and none wakes a sleeping machine. */
	if (flags & ~(TIMER2_HIGH_RESOLUTION | TIMER2_NO_WAKE | TIMER2_NOTIFICATION) ||
	    call->args[1])
		return NT_STATUS_INVALID_PARAMETER;
	return create_timer(call, flags & TIMER2_NOTIFICATION, call->args[2], call->args[4]);
}

/* NtOpenTimer(*handle, access, *attributes) */
long nt_open_timer(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_timer_type, call->args[1],
			      call->args[0]);
}

/* NtSetTimer(timer, *due, apc, context, resume, period in ms, *old state) */
long nt_set_timer(struct persona_call *call)
{
	struct timer_set_info set = {
		.apc = call->args[2],
		.context = call->args[3],
		.period = call->args[5],
		.uold = call->args[6],
	};
	long ret;

	if ((s32)set.period < 0)
		return NT_STATUS_INVALID_PARAMETER_6;
	if (get_user(set.due, (s64 __user *)u64_to_user_ptr(call->args[1])))
		return -EFAULT;
	ret = timer_set(call, &set, ms_to_ktime(set.period));
	/* It works, but does not wake a sleeping machine. */
	return !ret && (u8)call->args[4] ? NT_STATUS_TIMER_RESUME_IGNORED : ret;
}

/* NtSetTimerEx(timer, class, *info, size) */
long nt_set_timer_ex(struct persona_call *call)
{
	struct timer_set_info set;

	if ((u32)call->args[1])
		return NT_STATUS_INVALID_INFO_CLASS;
	if ((u32)call->args[3] != sizeof(set))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_from_user(&set, u64_to_user_ptr(call->args[2]), sizeof(set)))
		return -EFAULT;
	if ((s32)set.period < 0)
		return NT_STATUS_INVALID_PARAMETER;
	return timer_set(call, &set, ms_to_ktime(set.period));
}

/* NtSetTimer2(timer, *due, *period in 100 ns, *parameters) */
long nt_set_timer2(struct persona_call *call)
{
	struct timer2_params params = { };
	struct timer_set_info set = { };
	s64 period = 0;

	if (get_user(set.due, (s64 __user *)u64_to_user_ptr(call->args[1])) ||
	    (call->args[2] && get_user(period, (s64 __user *)u64_to_user_ptr(call->args[2]))) ||
	    (call->args[3] && copy_from_user(&params, u64_to_user_ptr(call->args[3]),
					     sizeof(params))))
		return -EFAULT;
	if (period < 0 || period > TIMER2_PERIOD_MAX || params.version)
		return NT_STATUS_INVALID_PARAMETER;
	return timer_set(call, &set, period * 100);
}

static long cancel(struct persona_call *call, u64 ustate)
{
	struct nt_timer *timer;
	bool state;
	long ret;

	ret = timer_hold(call, &timer);
	if (ret)
		return ret;
	state = timer_stop(timer);
	timer_release(timer);
	if (ustate && put_user((u8)state, (u8 __user *)u64_to_user_ptr(ustate)))
		return -EFAULT;
	return 0;
}

/* NtCancelTimer(timer, *state) */
long nt_cancel_timer(struct persona_call *call)
{
	return cancel(call, call->args[1]);
}

/* NtCancelTimer2(timer, *parameters, which say nothing yet) */
long nt_cancel_timer2(struct persona_call *call)
{
	return cancel(call, 0);
}

/* NtQueryTimer(timer, class, *info, size, *length) */
long nt_query_timer(struct persona_call *call)
{
	struct timer_info info = {};
	struct nt_timer *timer;
	struct nt_object *obj;
	struct nt_lock lock;
	long ret;

	ret = nt_query_check(call, sizeof(info));
	if (ret)
		return ret;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_timer_type,
			    TIMER_QUERY_STATE, &obj);
	if (ret)
		return ret;
	timer = to_timer(obj);
	nt_object_lock(obj, &lock);
	info.state = timer->signaled;
	if (timer->period && !hrtimer_is_queued(&timer->timer))
		hrtimer_forward_now(&timer->timer, timer->period);
	info.remaining = div_s64(ktime_to_ns(hrtimer_get_remaining(&timer->timer)), 100);
	nt_object_unlock(obj, &lock);
	nt_object_put(obj);
	return nt_query_return(call, &info, sizeof(info));
}

/* NtQueryTimerResolution(*coarsest, *finest, *current) */
long nt_query_timer_resolution(struct persona_call *call)
{
	if (put_user(RESOLUTION_COARSEST, (u32 __user *)u64_to_user_ptr(call->args[0])) ||
	    put_user(RESOLUTION_FINEST, (u32 __user *)u64_to_user_ptr(call->args[1])) ||
	    put_user(RESOLUTION_FINEST, (u32 __user *)u64_to_user_ptr(call->args[2])))
		return -EFAULT;
	return 0;
}

/* NtSetTimerResolution(wanted, set, *current): the finest is always in force */
long nt_set_timer_resolution(struct persona_call *call)
{
	if (put_user(RESOLUTION_FINEST, (u32 __user *)u64_to_user_ptr(call->args[2])))
		return -EFAULT;
	return 0;
}
