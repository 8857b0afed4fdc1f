// SPDX-License-Identifier: GPL-2.0-only
/*
 * psynch: condition variables of Apple's libpthread.
 *
 * There are L (tickets taken), U (tickets signalled) and S (tickets done with).
 * Every wait ends with S one higher: the number that a call returns is what its
 * caller adds to S. So L - S tickets are on their way, and those of them that do
 * not wait here have not arrived yet: only they need posts.
 */
#include <linux/futex.h>
#include <linux/hrtimer.h>
#include <linux/slab.h>

#include "bsd_table.h"
#include "ipc.h"
#include "psynch_object.h"

static void remove_post(struct psynch_object *o, struct psynch_post *post)
{
	*post = o->posts[--o->nposts];
}

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
		darwin_psynch_wake(o, w, PSYNCH_INC | PSYNCH_S_CLEARED);
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
		darwin_psynch_wake(o, w, 0);
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
	darwin_psynch_wake(o, best, 0);
	o->s += PSYNCH_INC;
	return PSYNCH_INC;
}

static u32 cv_wake_thread(struct psynch_object *o, struct pid *thread, u32 last)
{
	struct psynch_waiter *w;

	list_for_each_entry(w, &o->waiters, link) {
		if (task_pid(w->task) != thread || psynch_before(last, w->seq))
			continue;
		darwin_psynch_wake(o, w, 0);
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
	t = darwin_psynch_table(call);
	if (!t)
		return -ENOMEM;
	if (name) {
		thread = darwin_port_lookup(darwin_call_ipc(call), name, DARWIN_PORT_THREAD);
		if (!thread)
			return -ESRCH;
	}
	spare = darwin_psynch_new();
	spin_lock(&t->lock);
	o = darwin_psynch_get(t, call->args[0], PSYNCH_CV, &spare);
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
	darwin_psynch_put(t, o);
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
	long ret = darwin_psynch_check(call, call->args[0], call->args[7], FUTEX_WAKE);

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
	long ret = darwin_psynch_check(call, call->args[0], call->args[3], FUTEX_WAKE);

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
	struct psynch_object *spare = darwin_psynch_new(), *o;
	long ret;

	spin_lock(&t->lock);
	o = darwin_psynch_get(t, addr, PSYNCH_CV, &spare);
	if (IS_ERR(o)) {
		ret = PTR_ERR(o);
		goto out;
	}
	cv_update(o, ls, ls >> 32);
	ret = cv_take_post(o, w.seq);
	if (ret) {
		ret |= cv_settle(o);
	} else {
		darwin_psynch_enqueue(o, &w);
		ret = darwin_psynch_sleep(t, o, &w, deadline);
		if (!ret) {
			ret = w.ret;
			goto out;	/* the object may be gone */
		}
		ret = cv_error(o, ret);
	}
	darwin_psynch_put(t, o);
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
	ret = darwin_psynch_check(call, call->args[0], flags, FUTEX_WAIT);
	if (ret)
		return ret;
	t = darwin_psynch_table(call);
	if (!t)
		return -ENOMEM;
	/* Who signals from now on leaves a post. */
	if (call->args[3])
		ret = darwin_psynch_drop(t, call->args[3], call->args[4] >> 32, flags);
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

	ret = darwin_psynch_check(call, call->args[0], flags, FUTEX_WAKE);
	if (ret)
		return ret;
	t = darwin_psynch_table(call);
	if (!t)
		return -ENOMEM;
	spare = darwin_psynch_new();
	spin_lock(&t->lock);
	o = darwin_psynch_get(t, call->args[0], cv ? PSYNCH_CV : PSYNCH_MTX, &spare);
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
	darwin_psynch_put(t, o);
out:
	spin_unlock(&t->lock);
	kfree(spare);
	return ret;
}
