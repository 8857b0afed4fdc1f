// SPDX-License-Identifier: GPL-2.0-only
/*
 * psynch: mutexes and condition variables of Apple's libpthread.
 *
 * The library takes and gives tickets in sequence words of its own and comes
 * here when a thread has to sleep or one has to be woken. Who wakes may be here
 * before the one that is to sleep: such a wakeup is kept, as a post, for the
 * tickets it is meant for. The kernel keeps an object for an address only as
 * long as it has waiters or posts.
 *
 * A mutex has an L word (tickets taken) and a U word (tickets served). A fair
 * one is handed to the ticket after U; of a first-fit one any waiter wakes, and
 * tries again. A condition variable has L (tickets taken), U (tickets signalled)
 * and S (tickets done with). Every wait ends with S one higher: the number that
 * a call returns is what its caller adds to S. So L - S tickets are on their
 * way, and those of them that do not wait here have not arrived yet: only they
 * need posts. Spurious wakeups are allowed, lost ones are not.
 */
#include <linux/futex.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "ipc.h"
#include "psynch.h"

#define PSYNCH_HASH_BITS	6
/* Objects of a process that only hold posts could be made without end. */
#define PSYNCH_MAX_OBJECTS	8192
#define PSYNCH_POSTS		4
#define PSYNCH_ALL		U32_MAX

struct psynch_waiter {
	struct list_head link;
	struct task_struct *task;
	u32 seq;
	u32 ret;
	bool woken;	/* off the list, @ret is set */
};

/* Wakeups for tickets up to @seq: @count of them, or PSYNCH_ALL. */
struct psynch_post {
	u32 seq;
	u32 count;
};

struct psynch_object {
	struct hlist_node node;
	u64 addr;
	bool cv;
	bool known;		/* condition variable: @l and @s are set */
	u32 l;
	u32 s;
	u32 nwaiters;
	u32 nposts;
	struct psynch_post posts[PSYNCH_POSTS];
	struct list_head waiters;
};

/**
 * struct darwin_psynch - the objects of a process
 * @lock: protects all below, and all objects
 * @count: number of objects
 * @hash: objects by address
 */
struct darwin_psynch {
	spinlock_t lock;	/* all below, and all objects */
	u32 count;
	struct hlist_head hash[BIT(PSYNCH_HASH_BITS)];
};

static struct darwin_psynch *psynch_table(struct persona_call *call)
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
	old = cmpxchg(&d->psynch, NULL, t);
	if (!old)
		return t;
	kfree(t);
	return old;
}

static void free_object(struct darwin_psynch *t, struct psynch_object *o)
{
	hlist_del(&o->node);
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

/*
 * The object of an address, with the lock held; *@spare, if it has to be made. One
 * of the other kind is what is left of something that was at the address before,
 * unless threads wait.
 */
static struct psynch_object *get_object(struct darwin_psynch *t, u64 addr, bool cv,
					struct psynch_object **spare)
{
	struct psynch_object *o = find_object(t, addr), *new = *spare;

	if (o && o->cv != cv && !o->nwaiters) {
		free_object(t, o);
		o = NULL;
	}
	if (o)
		return o->cv == cv ? o : ERR_PTR(-EINVAL);
	if (!new || t->count >= PSYNCH_MAX_OBJECTS)
		return ERR_PTR(-ENOMEM);
	*spare = NULL;
	new->addr = addr;
	new->cv = cv;
	INIT_LIST_HEAD(&new->waiters);
	hlist_add_head(&new->node, &t->hash[hash_64(addr >> 2, PSYNCH_HASH_BITS)]);
	t->count++;
	return new;
}

/* Before the lock: a spare object. Without memory one that is there will do. */
static struct psynch_object *new_object(void)
{
	return kzalloc(sizeof(struct psynch_object), GFP_KERNEL_ACCOUNT);
}

/* With the lock held: an object that has become useless goes. */
static void put_object(struct darwin_psynch *t, struct psynch_object *o)
{
	if (!o->nwaiters && !o->nposts)
		free_object(t, o);
}

static void remove_waiter(struct psynch_object *o, struct psynch_waiter *w)
{
	list_del(&w->link);
	o->nwaiters--;
}

static void wake_waiter(struct psynch_object *o, struct psynch_waiter *w, u32 ret)
{
	remove_waiter(o, w);
	w->ret = ret;
	WRITE_ONCE(w->woken, true);
	wake_up_process(w->task);	/* cannot leave without our lock */
}

static void remove_post(struct psynch_object *o, struct psynch_post *post)
{
	*post = o->posts[--o->nposts];
}

/*
 * Sleeps with the lock held before and after. The object stays, as we wait at
 * it, unless we have been woken. Returns 0 when woken, -EINTR or -ETIMEDOUT.
 */
static long wait_at(struct darwin_psynch *t, struct psynch_object *o, struct psynch_waiter *w,
		    ktime_t *deadline)
	__releases(&t->lock)
	__acquires(&t->lock)
{
	long ret = 0;

	w->task = current;
	w->woken = false;
	list_add_tail(&w->link, &o->waiters);
	o->nwaiters++;
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

/* Common checks: an address, of this process alone, and the native right to it. */
static long check_call(struct persona_call *call, u64 addr, u32 flags, int op)
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

static long mutex_drop(struct darwin_psynch *t, u64 addr, u32 ugen, u32 flags)
{
	u32 next = PSYNCH_COUNT(ugen) + PSYNCH_INC;
	bool firstfit = is_firstfit(flags);
	struct psynch_object *spare = new_object(), *o;
	struct psynch_waiter *w;

	spin_lock(&t->lock);
	o = get_object(t, addr, false, &spare);
	if (IS_ERR(o))
		goto out;
	w = mutex_next(o, firstfit, next);
	if (w) {
		wake_waiter(o, w, mutex_bits(o, w->seq));
	} else if (firstfit && o->nposts) {
		if (o->posts[0].count < PSYNCH_ALL)
			o->posts[0].count++;
	} else {
		/* A fair one has one holder: a post that is there is of another life. */
		o->nposts = 1;
		o->posts[0].seq = next;
		o->posts[0].count = 1;
	}
	put_object(t, o);
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

	ret = check_call(call, call->args[0], flags, FUTEX_WAKE);
	if (ret)
		return ret;
	t = psynch_table(call);
	return t ? mutex_drop(t, call->args[0], call->args[2], flags) : -ENOMEM;
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

	ret = check_call(call, call->args[0], flags, FUTEX_WAIT);
	if (ret)
		return ret;
	t = psynch_table(call);
	if (!t)
		return -ENOMEM;
	spare = new_object();
	spin_lock(&t->lock);
	o = get_object(t, call->args[0], false, &spare);
	if (IS_ERR(o)) {
		ret = PTR_ERR(o);
		goto out;
	}
	if (o->nposts && (is_firstfit(flags) || o->posts[0].seq == w.seq)) {
		if (!--o->posts[0].count)
			o->nposts = 0;
		w.ret = mutex_bits(o, w.seq);
	} else {
		ret = wait_at(t, o, &w, NULL);
		if (!ret)	/* the object may be gone */
			goto out;
	}
	put_object(t, o);
out:
	spin_unlock(&t->lock);
	kfree(spare);
	return ret ?: w.ret;
}

/* Condition variables */

static void cv_update(struct psynch_object *o, u32 l, u32 s)
{
	l = PSYNCH_COUNT(l);
	s = PSYNCH_COUNT(s);
	if (!o->known || psynch_before(o->l, l))
		o->l = l;
	if (!o->known || psynch_before(o->s, s))
		o->s = s;
	o->known = true;
}

/* Tickets on their way to us. */
static bool cv_expected(const struct psynch_object *o)
{
	return (o->l - o->s) / PSYNCH_INC != o->nwaiters;
}

/*
 * What has become unnecessary goes, and the caller of a call learns in bits for
 * its S word what is left.
 */
static u32 cv_settle(struct psynch_object *o)
{
	struct psynch_waiter *w, *next;

	if (!cv_expected(o))
		o->nposts = 0;
	if (o->l != o->s)
		return o->nposts && !o->nwaiters ? PSYNCH_S_POSTED : 0;
	/* Nobody can be left, unless the words do not tell the truth. */
	list_for_each_entry_safe(w, next, &o->waiters, link)
		wake_waiter(o, w, PSYNCH_INC | PSYNCH_S_CLEARED);
	o->nposts = 0;
	o->known = false;
	return PSYNCH_S_CLEARED;
}

/* Wakes every ticket up to @last, also those to come; what to add to S. */
static u32 cv_wake_all(struct psynch_object *o, u32 last)
{
	struct psynch_waiter *w, *next;
	u32 i, woken = 0;

	/* One wakeup of all does for any others there may be. */
	for (i = 0; i < o->nposts; ) {
		if (psynch_before(last, o->posts[i].seq) && o->nposts < PSYNCH_POSTS) {
			i++;
			continue;
		}
		if (psynch_before(last, o->posts[i].seq))
			last = o->posts[i].seq;
		remove_post(o, &o->posts[i]);
	}
	list_for_each_entry_safe(w, next, &o->waiters, link) {
		if (psynch_before(last, w->seq))
			continue;
		wake_waiter(o, w, 0);
		woken += PSYNCH_INC;
	}
	o->s += woken;
	if (cv_expected(o)) {
		o->posts[o->nposts].seq = last;
		o->posts[o->nposts++].count = PSYNCH_ALL;
	}
	return woken;
}

/* A wakeup for one ticket up to @last that has not arrived. */
static u32 cv_post(struct psynch_object *o, u32 last)
{
	u32 i;

	if (!cv_expected(o))
		return 0;
	for (i = 0; i < o->nposts; i++) {
		struct psynch_post *post = &o->posts[i];

		if (post->count == PSYNCH_ALL && !psynch_before(post->seq, last))
			return 0;
		if (post->seq == last) {
			post->count++;
			return 0;
		}
	}
	if (o->nposts == PSYNCH_POSTS)
		return cv_wake_all(o, last);
	o->posts[o->nposts].seq = last;
	o->posts[o->nposts++].count = 1;
	return 0;
}

/*
 * Wakes one of the tickets @from to @last. One that is older and still waits may
 * wait for a signal that somebody else has got: then all wake.
 */
static u32 cv_wake_one(struct psynch_object *o, u32 from, u32 last)
{
	struct psynch_waiter *w, *best = NULL;
	bool older = false;

	list_for_each_entry(w, &o->waiters, link) {
		if (psynch_before(last, w->seq))
			continue;
		if (psynch_before(w->seq, from))
			older = true;
		else if (!best || psynch_before(w->seq, best->seq))
			best = w;
	}
	if (!best)
		return older ? cv_wake_all(o, last) : cv_post(o, last);
	wake_waiter(o, best, 0);
	o->s += PSYNCH_INC;
	return PSYNCH_INC;
}

static u32 cv_wake_thread(struct psynch_object *o, struct pid *thread, u32 last)
{
	struct psynch_waiter *w;

	list_for_each_entry(w, &o->waiters, link) {
		if (task_pid(w->task) != thread || psynch_before(last, w->seq))
			continue;
		wake_waiter(o, w, 0);
		o->s += PSYNCH_INC;
		return PSYNCH_INC;
	}
	return cv_wake_all(o, last);
}

/* @u: the U word before; NULL @thread: any; what to add to S, or an error. */
static long cv_signal(struct persona_call *call, u64 ls, u32 u, bool all, u32 name)
{
	u32 last = PSYNCH_COUNT(ls), s = PSYNCH_COUNT(ls >> 32), add;
	u32 from = PSYNCH_COUNT(u) + PSYNCH_INC;
	struct darwin_port *thread = NULL;
	struct psynch_object *spare, *o;
	struct darwin_psynch *t;
	long ret;

	if (psynch_before(last, s) || (!name && psynch_before(last, from)))
		return -EINVAL;
	t = psynch_table(call);
	if (!t)
		return -ENOMEM;
	if (name) {
		thread = darwin_port_lookup(darwin_call_ipc(call), name, DARWIN_PORT_THREAD);
		if (!thread)
			return -ESRCH;
	}
	spare = new_object();
	spin_lock(&t->lock);
	o = get_object(t, call->args[0], true, &spare);
	if (IS_ERR(o)) {
		ret = PTR_ERR(o);
		goto out;
	}
	cv_update(o, ls, s);
	if (all)
		add = cv_wake_all(o, last);
	else if (thread)
		add = cv_wake_thread(o, thread->pid, last);
	else
		add = cv_wake_one(o, from, last);
	ret = add | cv_settle(o);
	put_object(t, o);
out:
	spin_unlock(&t->lock);
	kfree(spare);
	if (thread)
		darwin_port_put(thread);
	return ret;
}

/**
 * darwin_psynch_cvsignal() - psynch_cvsignal: wakes one
 * @call: condition variable, L and S, U, name of a thread's port or 0, three
 *	that are not used, flags
 *
 * Context: see persona_fn.
 * Return: what to add to S, or a negative errno.
 */
long darwin_psynch_cvsignal(struct persona_call *call)
{
	long ret = check_call(call, call->args[0], call->args[7], FUTEX_WAKE);

	return ret ?: cv_signal(call, call->args[1], call->args[2], false, call->args[3]);
}

/**
 * darwin_psynch_cvbroad() - psynch_cvbroad: wakes all
 * @call: condition variable, L and S, number of waiters and U, flags
 *
 * Context: see persona_fn.
 * Return: what to add to S, or a negative errno.
 */
long darwin_psynch_cvbroad(struct persona_call *call)
{
	long ret = check_call(call, call->args[0], call->args[3], FUTEX_WAKE);

	return ret ?: cv_signal(call, call->args[1], call->args[2] >> 32, true, 0);
}

/* Takes a wakeup that came before us: what to add to S, 0 if there is none. */
static u32 cv_take_post(struct psynch_object *o, u32 seq)
{
	struct psynch_post *post = NULL;
	u32 i, last;

	for (i = 0; i < o->nposts; i++)
		if (!psynch_before(o->posts[i].seq, seq) &&
		    (!post || psynch_before(o->posts[i].seq, post->seq)))
			post = &o->posts[i];
	if (!post)
		return 0;
	o->s += PSYNCH_INC;
	if (post->count == PSYNCH_ALL)
		return PSYNCH_INC;
	last = post->seq;
	if (!--post->count)
		remove_post(o, post);
	/* It may have been meant for a ticket between: that one wakes as well. */
	return PSYNCH_INC + (last == seq ? 0 : cv_wake_all(o, last));
}

/* Our ticket is done with, by an error. */
static long cv_error(struct psynch_object *o, long err)
{
	u32 nr = darwin_errno(err), bits;

	o->s += PSYNCH_INC;
	bits = cv_settle(o);
	if (bits & PSYNCH_S_CLEARED)
		nr |= PSYNCH_ECLEARED;
	if (bits & PSYNCH_S_POSTED)
		nr |= PSYNCH_EPOSTED;
	return PERSONA_ERR(nr);
}

static long cv_wait(struct darwin_psynch *t, u64 addr, u64 ls, ktime_t *deadline)
{
	struct psynch_waiter w = { .seq = PSYNCH_COUNT(ls) };
	struct psynch_object *spare = new_object(), *o;
	long ret;

	spin_lock(&t->lock);
	o = get_object(t, addr, true, &spare);
	if (IS_ERR(o)) {
		ret = PTR_ERR(o);
		goto out;
	}
	cv_update(o, ls, ls >> 32);
	ret = cv_take_post(o, w.seq);
	if (ret) {
		ret |= cv_settle(o);
	} else {
		ret = wait_at(t, o, &w, deadline);
		if (!ret) {
			ret = w.ret;
			goto out;	/* the object may be gone */
		}
		ret = cv_error(o, ret);
	}
	put_object(t, o);
out:
	spin_unlock(&t->lock);
	kfree(spare);
	return ret;
}

/**
 * darwin_psynch_cvwait() - psynch_cvwait: gives up a mutex and waits
 * @call: condition variable, L with our ticket and S, U, mutex or NULL, its L
 *	and U, flags, seconds, nanoseconds; no time: for ever
 *
 * Context: see persona_fn.
 * Return: what to add to S; ETIMEDOUT or EINTR with PSYNCH_E* bits (1 is to be
 * added to S), or a negative errno.
 */
long darwin_psynch_cvwait(struct persona_call *call)
{
	u64 ls = call->args[1];
	u32 flags = call->args[5], nsec = (u32)call->args[7] & 0x3fffffff;
	s64 sec = call->args[6];
	struct darwin_psynch *t;
	ktime_t deadline;
	long ret;

	if (!psynch_before(PSYNCH_COUNT(ls >> 32), PSYNCH_COUNT(ls)))
		return -EINVAL;
	ret = check_call(call, call->args[0], flags, FUTEX_WAIT);
	if (ret)
		return ret;
	t = psynch_table(call);
	if (!t)
		return -ENOMEM;
	/* Who signals from now on leaves a post. */
	if (call->args[3])
		ret = mutex_drop(t, call->args[3], call->args[4] >> 32, flags);
	if (ret)
		return ret;
	if (!sec && !nsec)
		return cv_wait(t, call->args[0], ls, NULL);
	deadline = ktime_add_safe(ktime_get(), ktime_set(max_t(s64, sec, 0), nsec));
	return cv_wait(t, call->args[0], ls, &deadline);
}

/**
 * darwin_psynch_cvclrprepost() - psynch_cvclrprepost: forgets wakeups
 * @call: condition variable or mutex, L, U, S, count, up to which ticket, flags
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_psynch_cvclrprepost(struct persona_call *call)
{
	u32 last = PSYNCH_COUNT(call->args[5]), flags = call->args[6], i;
	bool cv = !(flags & PSYNCH_MUTEX);
	struct psynch_object *spare = NULL, *o;
	struct darwin_psynch *t;
	long ret;

	ret = check_call(call, call->args[0], flags, FUTEX_WAKE);
	if (ret)
		return ret;
	t = psynch_table(call);
	if (!t)
		return -ENOMEM;
	spare = new_object();
	spin_lock(&t->lock);
	o = get_object(t, call->args[0], cv, &spare);
	if (IS_ERR(o)) {
		ret = PTR_ERR(o);
		goto out;
	}
	for (i = 0; i < o->nposts; ) {
		if (cv && psynch_before(last, o->posts[i].seq))
			i++;
		else
			remove_post(o, &o->posts[i]);
	}
	put_object(t, o);
out:
	spin_unlock(&t->lock);
	kfree(spare);
	return ret;
}

/**
 * darwin_psynch_rw_gone() - psynch_rw_longrdlock and psynch_rw_yieldwrlock
 * @call: read-write lock, L, U, S, flags
 *
 * Context: see persona_fn.
 * Return: -ESRCH, as from every Darwin kernel of the last years.
 */
long darwin_psynch_rw_gone(struct persona_call *call)
{
	return -ESRCH;
}
