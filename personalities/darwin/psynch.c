// SPDX-License-Identifier: GPL-2.0-only
/*
 * psynch: what the locks of Apple's libpthread have in common, and its mutexes.
 *
 * The library takes and gives tickets in sequence words of its own and comes
 * here when a thread has to sleep or one has to be woken. Who wakes may be here
 * before the one that is to sleep: such a wakeup is kept, as a post, for the
 * tickets it is meant for. The kernel keeps an object for an address only as
 * long as it has waiters or posts; that of a read-write lock stays, because a
 * reader may come late to a lock that was granted to all of them. It goes when
 * the memory is used for something else, or when there are too many.
 *
 * A mutex has an L word (tickets taken) and a U word (tickets served). A fair
 * one is handed to the ticket after U; of a first-fit one any waiter wakes, and
 * tries again. Condition variables are in psynch_cv.c, read-write locks in
 * psynch_rw.c. Spurious wakeups are allowed, lost ones are not.
 */
#include <linux/futex.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "darwin.h"
#include "psynch_object.h"

/* Objects of a process that only hold posts could be made without end. */
#define PSYNCH_MAX_OBJECTS	8192

/**
 * darwin_psynch_table() - the objects of the calling process
 * @call: the call
 *
 * Context: may sleep.
 * Return: the table, made when it is not there; NULL without memory.
 */
struct darwin_psynch *darwin_psynch_table(struct persona_call *call)
{
	struct darwin_proc *d = darwin_call_proc(call);
	struct darwin_psynch *t, *old;

	/* Pairs with the cmpxchg() below: what it points to is complete. */
	t = smp_load_acquire(&d->psynch);
	if (t)
		return t;
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	spin_lock_init(&t->lock);
	INIT_LIST_HEAD(&t->idle);
	old = cmpxchg(&d->psynch, NULL, t);
	if (!old)
		return t;
	kfree(t);
	return old;
}

static void free_object(struct darwin_psynch *t, struct psynch_object *o)
{
	hlist_del(&o->node);
	list_del(&o->idle);
	t->count--;
	kfree(o);
}

/**
 * darwin_psynch_proc_exit() - forget what was posted and never waited for
 * @d: process without threads
 *
 * Context: may sleep.
 */
void darwin_psynch_proc_exit(struct darwin_proc *d)
{
	struct darwin_psynch *t = d->psynch;
	struct psynch_object *o;
	struct hlist_node *next;
	int i;

	if (!t)
		return;
	for (i = 0; i < ARRAY_SIZE(t->hash); i++)
		hlist_for_each_entry_safe(o, next, &t->hash[i], node)
			free_object(t, o);
	kfree(t);
	d->psynch = NULL;
}

static struct psynch_object *find_object(struct darwin_psynch *t, u64 addr)
{
	struct psynch_object *o;

	hlist_for_each_entry(o, &t->hash[hash_64(addr >> 2, PSYNCH_HASH_BITS)], node)
		if (o->addr == addr)
			return o;
	return NULL;
}

/**
 * darwin_psynch_get() - the object of an address, with the lock held
 * @t: table
 * @addr: address
 * @kind: what it should be. One of another kind is what is left of something that
 *	was at the address before, unless threads wait
 * @spare: darwin_psynch_new()'s; NULL afterwards if it has been used
 *
 * Context: @t->lock held.
 * Return: the object; -EINVAL if it is another kind of lock, -ENOMEM.
 */
struct psynch_object *darwin_psynch_get(struct darwin_psynch *t, u64 addr, enum psynch_kind kind,
					struct psynch_object **spare)
{
	struct psynch_object *o = find_object(t, addr), *new = *spare;

	if (o && o->kind != kind && !o->nwaiters) {
		free_object(t, o);
		o = NULL;
	}
	if (o) {
		list_del_init(&o->idle);
		return o->kind == kind ? o : ERR_PTR(-EINVAL);
	}
	if (t->count >= PSYNCH_MAX_OBJECTS && !list_empty(&t->idle))
		free_object(t, list_first_entry(&t->idle, struct psynch_object, idle));
	if (!new || t->count >= PSYNCH_MAX_OBJECTS)
		return ERR_PTR(-ENOMEM);
	*spare = NULL;
	new->addr = addr;
	new->kind = kind;
	INIT_LIST_HEAD(&new->idle);
	INIT_LIST_HEAD(&new->waiters);
	hlist_add_head(&new->node, &t->hash[hash_64(addr >> 2, PSYNCH_HASH_BITS)]);
	t->count++;
	return new;
}

/**
 * darwin_psynch_new() - before the lock: a spare object
 *
 * Context: may sleep.
 * Return: it, or NULL: without memory one that is there will do.
 */
struct psynch_object *darwin_psynch_new(void)
{
	return kzalloc(sizeof(struct psynch_object), GFP_KERNEL_ACCOUNT);
}

/**
 * darwin_psynch_put() - an object that has become useless goes
 * @t: table
 * @o: object
 *
 * Context: @t->lock held.
 */
void darwin_psynch_put(struct darwin_psynch *t, struct psynch_object *o)
{
	if (o->nwaiters || o->nposts || o->rw.posted)
		return;
	if (o->rw.granted)
		list_move_tail(&o->idle, &t->idle);
	else
		free_object(t, o);
}

static void remove_waiter(struct psynch_object *o, struct psynch_waiter *w)
{
	list_del(&w->link);
	o->nwaiters--;
}

/**
 * darwin_psynch_wake() - wakes a thread
 * @o: object
 * @w: what waits
 * @ret: what its call returns
 *
 * Context: the table's lock held.
 */
void darwin_psynch_wake(struct psynch_object *o, struct psynch_waiter *w, u32 ret)
{
	remove_waiter(o, w);
	w->ret = ret;
	WRITE_ONCE(w->woken, true);
	wake_up_process(w->task);	/* cannot leave without our lock */
}

/**
 * darwin_psynch_enqueue() - the calling thread is going to wait
 * @o: object
 * @w: ours, with its ticket
 *
 * Context: the table's lock held.
 */
void darwin_psynch_enqueue(struct psynch_object *o, struct psynch_waiter *w)
{
	w->task = current;
	w->woken = false;
	list_add_tail(&w->link, &o->waiters);
	o->nwaiters++;
}

/**
 * darwin_psynch_sleep() - sleeps with the lock held before and after
 * @t: table
 * @o: object. It stays, as we wait at it, unless we have been woken
 * @w: ours, enqueued
 * @deadline: CLOCK_MONOTONIC, NULL: none
 *
 * Context: may sleep.
 * Return: 0 when woken, -EINTR or -ETIMEDOUT.
 */
long darwin_psynch_sleep(struct darwin_psynch *t, struct psynch_object *o,
			 struct psynch_waiter *w, ktime_t *deadline)
	__releases(&t->lock)
	__acquires(&t->lock)
{
	long ret = 0;

	spin_unlock(&t->lock);
	while (!ret) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (READ_ONCE(w->woken))
			break;
		if (signal_pending(current))
			ret = -EINTR;
		else if (!schedule_hrtimeout_range(deadline, current->timer_slack_ns,
						   HRTIMER_MODE_ABS))
			ret = -ETIMEDOUT;
	}
	__set_current_state(TASK_RUNNING);
	spin_lock(&t->lock);
	if (w->woken)
		return 0;
	remove_waiter(o, w);
	return ret;
}

/**
 * darwin_psynch_check() - an address, of this process alone, and the right to it
 * @call: the call
 * @addr: of the lock
 * @flags: its options
 * @op: FUTEX_WAIT or FUTEX_WAKE
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_psynch_check(struct persona_call *call, u64 addr, u32 flags, int op)
{
	if (!addr || !access_ok((void __user *)addr, sizeof(u32)))
		return -EINVAL;
	if (flags & PSYNCH_PSHARED)
		return -EOPNOTSUPP;
	return persona_permit(call, __NR_futex, addr, op | FUTEX_PRIVATE_FLAG);
}

/* Mutexes */

/* What the new holder finds in L: the highest ticket anyone here has. */
static u32 mutex_bits(const struct psynch_object *o, u32 seq)
{
	const struct psynch_waiter *w;

	list_for_each_entry(w, &o->waiters, link)
		if (psynch_before(seq, w->seq))
			seq = w->seq;
	return seq | PSYNCH_L_KERNEL | PSYNCH_L_EXCLUSIVE;
}

static struct psynch_waiter *mutex_next(struct psynch_object *o, bool firstfit, u32 seq)
{
	struct psynch_waiter *w;

	list_for_each_entry(w, &o->waiters, link)
		if (firstfit || w->seq == seq)
			return w;
	return NULL;
}

static bool is_firstfit(u32 flags)
{
	return (flags & PSYNCH_POLICY_MASK) == PSYNCH_FIRSTFIT;
}

/**
 * darwin_psynch_drop() - wakes who is next at a mutex
 * @t: table
 * @addr: mutex
 * @ugen: its U word before
 * @flags: its options
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long darwin_psynch_drop(struct darwin_psynch *t, u64 addr, u32 ugen, u32 flags)
{
	u32 next = PSYNCH_COUNT(ugen) + PSYNCH_INC;
	bool firstfit = is_firstfit(flags);
	struct psynch_object *spare = darwin_psynch_new(), *o;
	struct psynch_waiter *w;

	spin_lock(&t->lock);
	o = darwin_psynch_get(t, addr, PSYNCH_MTX, &spare);
	if (IS_ERR(o))
		goto out;
	w = mutex_next(o, firstfit, next);
	if (w) {
		darwin_psynch_wake(o, w, mutex_bits(o, w->seq));
	} else if (firstfit && o->nposts) {
		if (o->posts[0].count < PSYNCH_ALL)
			o->posts[0].count++;
	} else {
		/* A fair one has one holder: a post that is there is of another life. */
		o->nposts = 1;
		o->posts[0].seq = next;
		o->posts[0].count = 1;
	}
	darwin_psynch_put(t, o);
out:
	spin_unlock(&t->lock);
	kfree(spare);
	return PTR_ERR_OR_ZERO(o);
}

/**
 * darwin_psynch_mutexdrop() - psynch_mutexdrop: wakes who is next
 * @call: mutex, L, U, owner, flags
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_psynch_mutexdrop(struct persona_call *call)
{
	u32 flags = call->args[4];
	struct darwin_psynch *t;
	long ret;

	ret = darwin_psynch_check(call, call->args[0], flags, FUTEX_WAKE);
	if (ret)
		return ret;
	t = darwin_psynch_table(call);
	return t ? darwin_psynch_drop(t, call->args[0], call->args[2], flags) : -ENOMEM;
}

/**
 * darwin_psynch_mutexwait() - psynch_mutexwait: sleeps until the mutex is ours
 * @call: mutex, L with our ticket, U, owner, flags
 *
 * Never restarted: the library calls again. A wakeup is not lost on the way.
 *
 * Context: see persona_fn.
 * Return: bits for the L word, or a negative errno.
 */
long darwin_psynch_mutexwait(struct persona_call *call)
{
	u32 flags = call->args[4];
	struct psynch_waiter w = { .seq = PSYNCH_COUNT(call->args[1]) };
	struct psynch_object *spare, *o;
	struct darwin_psynch *t;
	long ret;

	ret = darwin_psynch_check(call, call->args[0], flags, FUTEX_WAIT);
	if (ret)
		return ret;
	t = darwin_psynch_table(call);
	if (!t)
		return -ENOMEM;
	spare = darwin_psynch_new();
	spin_lock(&t->lock);
	o = darwin_psynch_get(t, call->args[0], PSYNCH_MTX, &spare);
	if (IS_ERR(o)) {
		ret = PTR_ERR(o);
		goto out;
	}
	if (o->nposts && (is_firstfit(flags) || o->posts[0].seq == w.seq)) {
		if (!--o->posts[0].count)
			o->nposts = 0;
		w.ret = mutex_bits(o, w.seq);
	} else {
		darwin_psynch_enqueue(o, &w);
		ret = darwin_psynch_sleep(t, o, &w, NULL);
		if (!ret)	/* the object may be gone */
			goto out;
	}
	darwin_psynch_put(t, o);
out:
	spin_unlock(&t->lock);
	kfree(spare);
	return ret ?: w.ret;
}
