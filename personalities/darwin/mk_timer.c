// SPDX-License-Identifier: GPL-2.0-only
/*
 * mk_timer: a port that gets a message when a time has come.
 *
 * The hrtimer's interrupt may not take darwin_ipc_lock; it leaves sending to a
 * work item. Every armed timer and every expiry not yet worked on holds a
 * reference of the port, so timer and work end before their memory does.
 */
#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/timerfd.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "ipc.h"
#include "mach_table.h"

/* The message is a header and three unused 64-bit words. */
#define EXPIRE_MSG_SIZE		24

/**
 * struct darwin_mk_timer - behind the port of a timer
 * @hr: armed; holds a reference of the port
 * @work: sends the message
 * @port: the port, whose life ours is bound to
 * @fired: expiries that @work has not seen, a reference each
 * @armed: a message is wanted at @expires; under darwin_ipc_lock
 * @expires: time of mach_absolute_time(); under darwin_ipc_lock
 */
struct darwin_mk_timer {
	struct hrtimer hr;
	struct work_struct work;
	struct darwin_port *port;
	atomic_t fired;
	bool armed;
	u64 expires;
};

static struct workqueue_struct *timer_wq;

static enum hrtimer_restart timer_fired(struct hrtimer *hr)
{
	struct darwin_mk_timer *t = container_of(hr, struct darwin_mk_timer, hr);

	atomic_inc(&t->fired);
	queue_work(timer_wq, &t->work);
	return HRTIMER_NORESTART;
}

static void timer_send(struct work_struct *work)
{
	struct darwin_mk_timer *t = container_of(work, struct darwin_mk_timer, work);
	struct darwin_msg *msg = darwin_msg_alloc(EXPIRE_MSG_SIZE, 0);
	struct darwin_port *port = t->port;
	int n;

	spin_lock(&darwin_ipc_lock);
	/* Not armed: cancelled meanwhile. Too early: armed anew. */
	if (t->armed && !port->dead && t->expires <= ktime_get_ns()) {
		t->armed = false;
		/* One message waiting says as much as two. */
		if (msg && !port->qlen) {
			msg->dest = darwin_send_right_get(port);
			msg->bits = DARWIN_MACH_MSG_TYPE_PORT_SEND;
			darwin_msg_enqueue(msg);
			msg = NULL;
		}
	}
	spin_unlock(&darwin_ipc_lock);
	kvfree(msg);
	/* With the last reference goes @t. */
	for (n = atomic_xchg(&t->fired, 0); n; n--)
		darwin_port_put(port);
}

/**
 * darwin_mk_timer_init() - when the module is loaded
 *
 * Return: 0 or -ENOMEM.
 */
int darwin_mk_timer_init(void)
{
	timer_wq = alloc_workqueue("persona_mk_timer", WQ_HIGHPRI | WQ_UNBOUND, 0);
	return timer_wq ? 0 : -ENOMEM;
}

/**
 * darwin_mk_timer_exit() - when no Darwin process is left
 *
 * Waits for expiries that are still being worked on.
 */
void darwin_mk_timer_exit(void)
{
	destroy_workqueue(timer_wq);
}

static void timer_disarm(struct darwin_port *port)
{
	struct darwin_mk_timer *t = port->timer;

	lockdep_assert_held(&darwin_ipc_lock);
	t->armed = false;
	/* Running just now: the work item has the reference. */
	if (hrtimer_try_to_cancel(&t->hr) == 1)
		darwin_port_put(port);
}

/**
 * darwin_mk_timer_stop() - the timer's port dies
 * @port: of a timer; the caller has a reference
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_mk_timer_stop(struct darwin_port *port)
{
	timer_disarm(port);
}

/**
 * darwin_mk_timer_release() - the last reference of a port is gone
 * @port: any port with a queue
 *
 * Context: any but interrupts.
 */
void darwin_mk_timer_release(struct darwin_port *port)
{
	kfree(port->timer);
}

/**
 * darwin_mk_timer_create() - mk_timer_create_trap
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: name of the receive right, or DARWIN_MACH_PORT_NULL.
 */
long darwin_mk_timer_create(struct persona_call *call)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	struct darwin_mk_timer *t;
	struct darwin_entry *entry;
	struct darwin_port *port;
	long name;

	if (persona_permit(call, __NR_timerfd_create, CLOCK_MONOTONIC, 0))
		return DARWIN_MACH_PORT_NULL;
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return DARWIN_MACH_PORT_NULL;
	port = darwin_port_alloc(DARWIN_PORT_QUEUE);
	if (!port)
		goto err_timer;
	entry = darwin_entry_prepare(space);
	if (!entry)
		goto err_port;
	persona_hrtimer_setup(&t->hr, timer_fired, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	INIT_WORK(&t->work, timer_send);
	t->port = port;
	port->timer = t;
	port->space = space;
	port->name = entry->name;
	name = entry->name;
	spin_lock(&darwin_ipc_lock);
	darwin_entry_commit(space, entry, port, DARWIN_MACH_PORT_TYPE_RECEIVE);
	spin_unlock(&darwin_ipc_lock);
	return name;

err_port:
	darwin_port_put(port);
err_timer:
	kfree(t);
	return DARWIN_MACH_PORT_NULL;
}

/* The timer's port behind a name with its receive right, under the lock. */
static struct darwin_port *timer_port(struct darwin_ipc *space, u32 name, long *kr)
{
	struct darwin_entry *entry = darwin_entry_lookup(space, name);

	*kr = DARWIN_KERN_INVALID_NAME;
	if (!entry)
		return NULL;
	*kr = DARWIN_KERN_INVALID_RIGHT;
	if (!(entry->type & DARWIN_MACH_PORT_TYPE_RECEIVE))
		return NULL;
	*kr = DARWIN_KERN_INVALID_ARGUMENT;
	if (!entry->port->timer)
		return NULL;
	*kr = DARWIN_KERN_SUCCESS;
	return entry->port;
}

/**
 * darwin_mk_timer_destroy() - mk_timer_destroy_trap
 * @call: name
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mk_timer_destroy(struct persona_call *call)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	long kr;

	spin_lock(&darwin_ipc_lock);
	timer_port(space, call->args[0], &kr);
	spin_unlock(&darwin_ipc_lock);
	return kr ? kr : darwin_right_destroy(space, call->args[0]);
}

static long timer_arm(struct persona_call *call, u64 expires, u64 leeway)
{
	ktime_t time = min_t(u64, expires, KTIME_MAX);
	struct darwin_port *port;
	long kr;

	if (persona_permit(call, __NR_timerfd_settime, -1, TFD_TIMER_ABSTIME, 0, 0))
		return DARWIN_KERN_NO_ACCESS;
	spin_lock(&darwin_ipc_lock);
	port = timer_port(darwin_call_ipc(call), call->args[0], &kr);
	if (port) {
		timer_disarm(port);
		port->timer->armed = true;
		port->timer->expires = expires;
		refcount_inc(&port->ref);
		hrtimer_start_range_ns(&port->timer->hr, time, leeway, HRTIMER_MODE_ABS);
	}
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_mk_timer_arm() - mk_timer_arm_trap
 * @call: name, mach_absolute_time() of expiry
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mk_timer_arm(struct persona_call *call)
{
	return timer_arm(call, call->args[1], 0);
}

/**
 * darwin_mk_timer_arm_leeway() - mk_timer_arm_leeway_trap
 * @call: name, flags (1: critical, which is a hint), time of expiry, how much
 *	later will do
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mk_timer_arm_leeway(struct persona_call *call)
{
	if (call->args[1] & ~1ull)
		return DARWIN_KERN_INVALID_ARGUMENT;
	return timer_arm(call, call->args[2], min_t(u64, call->args[3], U32_MAX));
}

/**
 * darwin_mk_timer_cancel() - mk_timer_cancel_trap
 * @call: name, where the time of expiry goes (0 if it was not armed)
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mk_timer_cancel(struct persona_call *call)
{
	struct darwin_port *port;
	u64 expires = 0;
	long kr;

	spin_lock(&darwin_ipc_lock);
	port = timer_port(darwin_call_ipc(call), call->args[0], &kr);
	if (port) {
		if (port->timer->armed)
			expires = port->timer->expires;
		timer_disarm(port);
	}
	spin_unlock(&darwin_ipc_lock);
	if (!kr && call->args[1] && put_user(expires, (u64 __user *)call->args[1]))
		return DARWIN_KERN_INVALID_ADDRESS;
	return kr;
}
