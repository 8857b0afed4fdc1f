// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one wait engine.
 *
 * Whoever signals an object gives it to its waiters, first come first served:
 * the state changes and the wait is decided under the object's lock, then the
 * thread wakes up to find its result. So nobody who comes later takes a signal
 * away, and a pulse reaches exactly those that are waiting.
 *
 * A wait for any of several objects is decided by a compare and exchange on its
 * result: it may be signalled through two objects at once. A wait for all of
 * them must see them all at one moment. Such waits exist seldom, so objects
 * have them counted; the lock of an object with a count is taken inside of
 * all_lock, and who holds all_lock may take the locks of several objects in any
 * order. The count grows under both locks.
 *
 * Timers signal from interrupts: all these locks are taken with interrupts off.
 */
#include <linux/export.h>
#include <linux/futex.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"

/* Objects for which no memory has to be allocated. */
#define WAIT_FEW		4

#define WAIT_UNDECIDED		(-1)

struct nt_waiter;

struct wait_entry {
	struct list_head link;	/* in the object's waiters, or empty; under its lock */
	struct nt_waiter *waiter;
	unsigned int index;	/* of the object */
};

/**
 * struct nt_waiter - a wait under way, on the stack of the waiting thread
 * @task: the thread
 * @thread: its state
 * @objs: what it waits for
 * @entries: one per object
 * @nr: number of them
 * @all: it waits for all of them, and there are several
 * @result: WAIT_UNDECIDED, or the status that it ends with
 */
struct nt_waiter {
	struct task_struct *task;
	struct nt_thread *thread;
	struct nt_object **objs;
	struct wait_entry *entries;
	unsigned int nr;
	bool all;
	int result;
};

/* Held by who takes the locks of several objects; outside of them. */
static DEFINE_SPINLOCK(all_lock);

/**
 * nt_object_lock() - lock an object's signal state
 * @obj: object
 * @lock: for nt_object_unlock()
 *
 * Context: any but NMI, with no other object locked. Turns interrupts off.
 */
void nt_object_lock(struct nt_object *obj, struct nt_lock *lock)
	__acquires(&obj->lock)
{
	lock->all = false;
	spin_lock_irqsave(&obj->lock, lock->flags);
	if (likely(!obj->all_waiters))
		return;
	spin_unlock(&obj->lock);
	spin_lock(&all_lock);
	spin_lock_nest_lock(&obj->lock, &all_lock);
	__release(&all_lock);	/* for sparse: lock->all tells that it is held */
	lock->all = true;
}
EXPORT_SYMBOL_FOR_TEST(nt_object_lock);

/**
 * nt_object_unlock() - undo nt_object_lock()
 * @obj: object
 * @lock: as filled in
 */
void nt_object_unlock(struct nt_object *obj, struct nt_lock *lock)
	__releases(&obj->lock)
{
	if (unlikely(lock->all)) {
		__acquire(&all_lock);
		spin_unlock(&obj->lock);
		spin_unlock_irqrestore(&all_lock, lock->flags);
	} else {
		spin_unlock_irqrestore(&obj->lock, lock->flags);
	}
}
EXPORT_SYMBOL_FOR_TEST(nt_object_unlock);

static bool is_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	return obj->type->signaled(obj, thread);
}

/* With a signalled object's lock held: 0, or that it was abandoned. */
static int acquire(struct nt_object *obj, struct nt_thread *thread)
{
	return obj->type->acquire ? obj->type->acquire(obj, thread) : 0;
}

/* Takes an entry off its object's list, whose lock is held. */
static void entry_unlink(struct wait_entry *e)
{
	if (list_empty(&e->link))
		return;
	list_del_init(&e->link);
	if (e->waiter->all)
		e->waiter->objs[e->index]->all_waiters--;
}

/*
 * Decides a wait. Its memory may be gone as soon as its thread sees the result,
 * the task itself not before the end of our RCU read-side section.
 */
static void decide(struct nt_waiter *w, int result)
{
	struct task_struct *task = w->task;

	/* After the entries are off their lists: see unqueue_any(). */
	smp_store_release(&w->result, result);
	wake_up_process(task);
}

/* Locks all objects of a wait but @held; all_lock is held. */
static void lock_all(struct nt_waiter *w, const struct nt_object *held)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++) {
		if (w->objs[i] == held)
			continue;
		spin_lock_nest_lock(&w->objs[i]->lock, &all_lock);
		/* Sparse cannot count these: unlock_all() is the other half. */
		__release(&w->objs[i]->lock);
	}
}

static void unlock_all(struct nt_waiter *w, const struct nt_object *held)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++) {
		if (w->objs[i] == held)
			continue;
		__acquire(&w->objs[i]->lock);
		spin_unlock(&w->objs[i]->lock);
	}
}

/* With all objects locked: takes them if all are signalled. */
static bool take_all(struct nt_waiter *w, int *result)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		if (!is_signaled(w->objs[i], w->thread))
			return false;
	*result = 0;
	for (i = 0; i < w->nr; i++)
		*result |= acquire(w->objs[i], w->thread);
	return true;
}

/* One object of a wait for several at once is signalled and locked: the rest? */
static void wake_all_waiter(struct nt_waiter *w, struct nt_object *obj)
{
	unsigned int i;
	bool taken;
	int result;

	lockdep_assert_held(&all_lock);
	lock_all(w, obj);
	taken = take_all(w, &result);
	if (taken)
		for (i = 0; i < w->nr; i++)
			entry_unlink(&w->entries[i]);
	/* It is still there: undecided, it cannot leave without all_lock. */
	unlock_all(w, obj);
	if (taken)
		decide(w, result);
}

/*
 * One of the objects of a wait for any of them. It stays in the other objects'
 * lists until its thread takes it out.
 */
static void wake_any_waiter(struct wait_entry *e, struct nt_object *obj)
{
	struct nt_waiter *w = e->waiter;

	/* Decided through another of its objects: leave this one alone. */
	if (w->nr > 1 && cmpxchg(&w->result, WAIT_UNDECIDED, e->index) != WAIT_UNDECIDED)
		return;
	entry_unlink(e);
	decide(w, e->index | acquire(obj, w->thread));
}

/**
 * nt_wake_locked() - an object may have become signalled: let waits end
 * @obj: object, locked by nt_object_lock()
 *
 * Context: any but NMI.
 */
void nt_wake_locked(struct nt_object *obj)
{
	struct wait_entry *e, *next;

	if (list_empty(&obj->waiters))
		return;
	rcu_read_lock();
	list_for_each_entry_safe(e, next, &obj->waiters, link) {
		if (!is_signaled(obj, e->waiter->thread))
			break;
		if (e->waiter->all)
			wake_all_waiter(e->waiter, obj);
		else
			wake_any_waiter(e, obj);
	}
	rcu_read_unlock();
}
EXPORT_SYMBOL_FOR_TEST(nt_wake_locked);

/**
 * nt_wake() - an object may have become signalled: let waits end
 * @obj: object, not locked
 *
 * Context: any but NMI.
 */
void nt_wake(struct nt_object *obj)
{
	struct nt_lock lock;

	nt_object_lock(obj, &lock);
	nt_wake_locked(obj);
	nt_object_unlock(obj, &lock);
}
EXPORT_SYMBOL_FOR_TEST(nt_wake);

/* Takes the first signalled object of a wait for any: the status, or undecided. */
static int poll_any(struct nt_waiter *w)
{
	int result = WAIT_UNDECIDED;
	struct nt_lock lock;
	unsigned int i;

	for (i = 0; i < w->nr && result == WAIT_UNDECIDED; i++) {
		nt_object_lock(w->objs[i], &lock);
		if (is_signaled(w->objs[i], w->thread))
			result = i | acquire(w->objs[i], w->thread);
		nt_object_unlock(w->objs[i], &lock);
	}
	return result;
}

static int poll_all(struct nt_waiter *w)
{
	int result = WAIT_UNDECIDED;
	unsigned long flags;

	spin_lock_irqsave(&all_lock, flags);
	lock_all(w, NULL);
	take_all(w, &result);
	unlock_all(w, NULL);
	spin_unlock_irqrestore(&all_lock, flags);
	return result;
}

/* Queues the wait on its objects until it is decided. */
static void queue_any(struct nt_waiter *w)
{
	struct nt_lock lock;
	unsigned int i;

	for (i = 0; i < w->nr && READ_ONCE(w->result) == WAIT_UNDECIDED; i++) {
		struct nt_object *obj = w->objs[i];

		nt_object_lock(obj, &lock);
		if (!is_signaled(obj, w->thread))
			list_add_tail(&w->entries[i].link, &obj->waiters);
		else if (cmpxchg(&w->result, WAIT_UNDECIDED, i) == WAIT_UNDECIDED)
			w->result |= acquire(obj, w->thread);
		nt_object_unlock(obj, &lock);
	}
}

static void queue_all(struct nt_waiter *w)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&all_lock, flags);
	lock_all(w, NULL);
	if (!take_all(w, &w->result)) {
		for (i = 0; i < w->nr; i++) {
			list_add_tail(&w->entries[i].link, &w->objs[i]->waiters);
			w->objs[i]->all_waiters++;
		}
	}
	unlock_all(w, NULL);
	spin_unlock_irqrestore(&all_lock, flags);
}

/* Takes the wait off its objects; after that its result is final. */
static void unqueue_any(struct nt_waiter *w)
{
	struct nt_lock lock;
	unsigned int i;

	/* Who has decided a wait for one object does not look at it any more. */
	if (w->nr == 1 && smp_load_acquire(&w->result) != WAIT_UNDECIDED)
		return;
	for (i = 0; i < w->nr; i++) {
		nt_object_lock(w->objs[i], &lock);
		entry_unlink(&w->entries[i]);
		nt_object_unlock(w->objs[i], &lock);
	}
}

static void unqueue_all(struct nt_waiter *w)
{
	unsigned long flags;
	unsigned int i;

	/* Nor does who has decided one for all. */
	if (smp_load_acquire(&w->result) != WAIT_UNDECIDED)
		return;
	spin_lock_irqsave(&all_lock, flags);
	lock_all(w, NULL);
	for (i = 0; i < w->nr; i++)
		entry_unlink(&w->entries[i]);
	unlock_all(w, NULL);
	spin_unlock_irqrestore(&all_lock, flags);
}

/**
 * nt_wait_restarting() - is this call one that was interrupted and made again?
 * @call: call under way, a wait
 *
 * Context: the calling thread.
 * Return: true for all but the first try.
 */
bool nt_wait_restarting(struct persona_call *call)
{
	struct nt_thread *t = nt_calling_thread(call);

	return t->restart && t->restart_ip == call->regs->ip && t->restart_sp == call->regs->sp;
}

/**
 * nt_deadline_get() - when a wait ends at the latest
 * @call: call under way
 * @timeout: as nt_wait()
 *
 * Of a call that is made again it is the deadline of its first try.
 *
 * Context: the calling thread.
 * Return: for nt_sleep_while() and nt_sleep_end().
 */
struct nt_deadline nt_deadline_get(struct persona_call *call, const s64 *timeout)
{
	struct nt_thread *t = nt_calling_thread(call);
	struct nt_deadline d = { .at = KTIME_MAX, .clock = CLOCK_MONOTONIC };
	s64 units;

	if (unlikely(t->restart)) {
		bool same = nt_wait_restarting(call);

		t->restart = false;
		if (same) {
			d.at = t->deadline;
			d.clock = t->deadline_real ? CLOCK_REALTIME : CLOCK_MONOTONIC;
			return d;
		}
	}
	if (!timeout)
		return d;
	if (*timeout > 0) {
		units = *timeout - NT_EPOCH_DIFF;
		d.clock = CLOCK_REALTIME;
		if (units < KTIME_MAX / 100)
			d.at = max_t(s64, units, 0) * 100;
		return d;
	}
	d.at = 0;
	if (*timeout <= -(KTIME_MAX / 100))
		d.at = KTIME_MAX;
	else if (*timeout)
		d.at = ktime_add_safe(ktime_get(), -*timeout * 100);
	return d;
}

/* What an alertable wait ends with because of its thread; 0: nothing. */
static long alert_status(struct nt_thread *t)
{
	struct nt_thread_object *self = t->self;

	if (!self)
		return 0;
	if (READ_ONCE(self->alerted) && xchg(&self->alerted, false))
		return NT_STATUS_ALERTED;
	return nt_apc_pending(self) ? NT_STATUS_USER_APC : 0;
}

/**
 * nt_sleep_while() - sleep while a word has a value
 * @call: call under way
 * @word: who changes it calls wake_up_process() for this task afterwards
 * @value: see there
 * @alertable: APCs and alerts end the sleep
 * @d: deadline
 *
 * Context: the calling thread, may sleep.
 * Return: 0 when the word has changed; STATUS_TIMEOUT, STATUS_ALERTED,
 * STATUS_USER_APC or -ERESTARTNOINTR, which the caller hands to nt_sleep_end().
 */
long nt_sleep_while(struct persona_call *call, const int *word, int value, bool alertable,
		    struct nt_deadline *d)
{
	ktime_t *at = d->at == KTIME_MAX ? NULL : &d->at;
	long ret = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (READ_ONCE(*word) != value)
			break;
		if (alertable) {
			ret = alert_status(nt_calling_thread(call));
			if (ret)
				break;
		}
		if (!d->at) {
			ret = NT_STATUS_TIMEOUT;
			break;
		}
		if (signal_pending(current)) {
			ret = -ERESTARTNOINTR;
			break;
		}
		if (!schedule_hrtimeout_range_clock(at, current->timer_slack_ns,
						    HRTIMER_MODE_ABS, d->clock)) {
			ret = NT_STATUS_TIMEOUT;
			break;
		}
	}
	__set_current_state(TASK_RUNNING);
	return ret;
}

/**
 * nt_sleep_end() - the result of a call whose sleep ended early
 * @call: call under way
 * @d: deadline
 * @ret: of nt_sleep_while()
 *
 * Delivers APCs, or keeps the deadline for the next try.
 *
 * Context: the calling thread, may sleep.
 * Return: what the handler returns.
 */
long nt_sleep_end(struct persona_call *call, const struct nt_deadline *d, long ret)
{
	struct nt_thread *t = nt_calling_thread(call);

	if (ret == NT_STATUS_USER_APC)
		return nt_apc_deliver(call, ret);
	if (ret != -ERESTARTNOINTR)
		return ret;
	t->deadline = d->at;
	t->deadline_real = d->clock == CLOCK_REALTIME;
	t->restart_ip = call->regs->ip;
	t->restart_sp = call->regs->sp;
	t->restart = true;
	return ret;
}

static bool has_duplicates(struct nt_object **objs, unsigned int nr)
{
	unsigned int i, j;

	for (i = 1; i < nr; i++)
		for (j = 0; j < i; j++)
			if (objs[i] == objs[j])
				return true;
	return false;
}

/* Nothing to take at once: queue, sleep, and look what came of it. */
static noinline long wait_slow(struct persona_call *call, struct nt_waiter *w, bool alertable,
			       const s64 *timeout)
{
	struct nt_deadline d = nt_deadline_get(call, timeout);
	struct wait_entry few[WAIT_FEW];
	unsigned int i;
	long ret;

	ret = persona_permit(call, __NR_futex, 0, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
	if (ret)
		return ret;
	w->entries = few;
	if (w->nr > WAIT_FEW) {
		w->entries = kmalloc_array(w->nr, sizeof(*w->entries), GFP_KERNEL_ACCOUNT);
		if (!w->entries)
			return -ENOMEM;
	}
	for (i = 0; i < w->nr; i++) {
		INIT_LIST_HEAD(&w->entries[i].link);
		w->entries[i].waiter = w;
		w->entries[i].index = i;
	}
	if (w->all)
		queue_all(w);
	else
		queue_any(w);
	ret = nt_sleep_while(call, &w->result, WAIT_UNDECIDED, alertable, &d);
	if (w->all)
		unqueue_all(w);
	else
		unqueue_any(w);
	if (w->entries != few)
		kfree(w->entries);
	/* It may have been decided after the sleep ended for another reason. */
	if (w->result != WAIT_UNDECIDED) {
		if (ret == NT_STATUS_ALERTED)
			WRITE_ONCE(w->thread->self->alerted, true);
		return w->result;
	}
	return nt_sleep_end(call, &d, ret);
}

/**
 * nt_wait() - wait for objects
 * @call: call under way
 * @objs: objects, all waitable, with references of the caller's
 * @nr: number of them, up to NT_WAIT_MAX
 * @all: wait until all are signalled, and take them at once
 * @alertable: APCs and alerts end the wait
 * @timeout: NULL: none; 0: do not wait; negative: from now on; positive: until
 *	that system time
 *
 * Context: the calling thread, may sleep.
 * Return: index of the object that was signalled (0 if @all), plus
 * STATUS_ABANDONED_WAIT_0 if it was abandoned; STATUS_TIMEOUT, STATUS_ALERTED,
 * what nt_apc_deliver() says, STATUS_INVALID_PARAMETER_MIX if @all and an object
 * appears twice, -ENOMEM, or -ERESTARTNOINTR, and the wait will go on.
 */
long nt_wait(struct persona_call *call, struct nt_object **objs, unsigned int nr, bool all,
	     bool alertable, const s64 *timeout)
{
	struct nt_waiter w = {
		.task = current,
		.thread = nt_calling_thread(call),
		.objs = objs,
		.nr = nr,
		.all = all && nr > 1,
		.result = WAIT_UNDECIDED,
	};
	int result;

	if (w.all && has_duplicates(objs, nr))
		return NT_STATUS_INVALID_PARAMETER_MIX;
	result = w.all ? poll_all(&w) : poll_any(&w);
	if (result == WAIT_UNDECIDED) {
		if (!timeout || *timeout || alertable)
			return wait_slow(call, &w, alertable, timeout);
		result = NT_STATUS_TIMEOUT;
	}
	w.thread->restart = false;
	return result;
}
EXPORT_SYMBOL_FOR_TEST(nt_wait);
