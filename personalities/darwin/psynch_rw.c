// SPDX-License-Identifier: GPL-2.0-only
/*
 * psynch: read-write locks of Apple's libpthread.
 *
 * There are L (tickets taken), S (tickets granted) and U (tickets given back).
 * While nobody waits to write, readers help themselves in user mode. Whoever
 * makes U reach S with tickets left comes here: nobody has the lock then, and
 * L - U threads wait or are about to. Once all of them are here, the lowest
 * ticket gets it: a writer alone, readers together with all readers before the
 * next writer. All get the same number back, how many they are; the first of
 * them adds it to S.
 *
 * A reader whose ticket is from between that unlock and that addition comes here
 * although the lock may be with readers already. When no writer waits it joins
 * them: they would not come here when they are done. So the last grant has to be
 * remembered.
 */
#include <linux/futex.h>
#include <linux/slab.h>

#include "bsd_table.h"
#include "darwin.h"
#include "psynch_object.h"

/**
 * darwin_psynch_rw_pick() - who gets a free lock
 * @waiters: &struct psynch_waiter
 * @ticket: out: PSYNCH_L_EXCLUSIVE in the result: of the writer who gets it; else
 *	PSYNCH_L_WRITERS: of the first writer, who does not
 *
 * Context: any.
 * Return: what they are told: how many they are, and bits for the L word; 0 when
 * nobody waits.
 */
u32 darwin_psynch_rw_pick(const struct list_head *waiters, u32 *ticket)
{
	const struct psynch_waiter *w, *writer = NULL, *reader = NULL;
	u32 writers = 0, readers = 0;

	list_for_each_entry(w, waiters, link) {
		const struct psynch_waiter **first = w->write ? &writer : &reader;

		writers += w->write;
		if (!*first || psynch_before(w->seq, (*first)->seq))
			*first = w;
	}
	if (writer)
		*ticket = writer->seq;
	if (writer && (!reader || !psynch_before(reader->seq, writer->seq)))
		return PSYNCH_INC | PSYNCH_L_KERNEL | PSYNCH_L_EXCLUSIVE |
		       (writers > 1 ? PSYNCH_L_WRITERS : 0);
	list_for_each_entry(w, waiters, link)
		if (!w->write && (!writer || psynch_before(w->seq, writer->seq)))
			readers += PSYNCH_INC;
	return readers | (writer ? PSYNCH_L_WRITERS | PSYNCH_L_KERNEL : 0);
}
EXPORT_SYMBOL_FOR_TEST(darwin_psynch_rw_pick);

/**
 * darwin_psynch_rw_count() - how many tickets are here
 * @waiters: &struct psynch_waiter
 * @last: none that is later counts
 *
 * Context: any.
 * Return: their number.
 */
u32 darwin_psynch_rw_count(const struct list_head *waiters, u32 last)
{
	const struct psynch_waiter *w;
	u32 n = 0;

	list_for_each_entry(w, waiters, link)
		n += !psynch_before(last, w->seq);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(darwin_psynch_rw_count);

/**
 * darwin_psynch_rw_joins() - does a reader who arrives have the lock already?
 * @rw: state of the lock
 * @l: the reader's L word
 * @s: its S word
 *
 * Context: any.
 * Return: true if the lock is with readers, who will not wake it.
 */
bool darwin_psynch_rw_joins(const struct psynch_rw *rw, u32 l, u32 s)
{
	/* These are the bits between an unlock and the first of its readers. */
	if (!rw->open || l - PSYNCH_COUNT(l) != PSYNCH_L_KERNEL ||
	    s - PSYNCH_COUNT(s) != PSYNCH_S_GRANTING)
		return false;
	s = PSYNCH_COUNT(s);
	return psynch_before(rw->ticket, PSYNCH_COUNT(l)) && !psynch_before(s, rw->last) &&
	       !psynch_before(rw->next, s);
}
EXPORT_SYMBOL_FOR_TEST(darwin_psynch_rw_joins);

/* All tickets of an unlock with the words @l and @s are here; what they are told. */
static u32 rw_grant(struct psynch_object *o, u32 l, u32 s)
{
	struct psynch_rw *rw = &o->rw;
	struct psynch_waiter *w, *next;
	u32 ticket = 0, bits;

	bits = darwin_psynch_rw_pick(&o->waiters, &ticket);
	rw->posted = false;
	rw->granted = true;
	rw->open = !(bits & (PSYNCH_L_EXCLUSIVE | PSYNCH_L_WRITERS));
	rw->ticket = PSYNCH_COUNT(l);
	rw->last = PSYNCH_COUNT(s);
	rw->next = rw->last + PSYNCH_COUNT(bits);
	list_for_each_entry_safe(w, next, &o->waiters, link) {
		if (bits & PSYNCH_L_EXCLUSIVE) {
			if (!w->write || w->seq != ticket)
				continue;
			darwin_psynch_wake(o, w, bits);
			break;
		}
		if (!w->write && (!(bits & PSYNCH_L_WRITERS) || psynch_before(w->seq, ticket)))
			darwin_psynch_wake(o, w, bits);
	}
	return bits;
}

/* Tickets that an unlock waits for. */
static u32 rw_needed(u32 l, u32 u)
{
	return (PSYNCH_COUNT(l) - PSYNCH_COUNT(u)) / PSYNCH_INC;
}

static void rw_arrived(struct psynch_object *o)
{
	const struct psynch_rw *rw = &o->rw;

	if (rw->posted && darwin_psynch_rw_count(&o->waiters, PSYNCH_COUNT(rw->post_l)) >=
			  rw_needed(rw->post_l, rw->post_u))
		rw_grant(o, rw->post_l, rw->post_s);
}

static long rw_wait(struct darwin_psynch *t, struct psynch_object *o, u32 l, u32 s, bool write)
{
	struct psynch_waiter w = { .seq = PSYNCH_COUNT(l), .write = write };
	long ret = 0;

	/*
	 * A grant to all readers was in another life of the lock: in this one we
	 * would be among them.
	 */
	if (l & PSYNCH_L_FRESH)
		o->rw.open = false;
	if (!write && darwin_psynch_rw_joins(&o->rw, l, s)) {
		o->rw.next += PSYNCH_INC;
		w.ret = PSYNCH_INC | PSYNCH_L_JOINED;
	} else {
		darwin_psynch_enqueue(o, &w);
		rw_arrived(o);
		if (!w.woken) {
			ret = darwin_psynch_sleep(t, o, &w, NULL);
			if (!ret)	/* the object may be gone */
				return w.ret;
		}
	}
	darwin_psynch_put(t, o);
	return ret ?: w.ret;
}

static long rw_lock(struct persona_call *call, bool write)
{
	u64 addr = call->args[0];
	struct psynch_object *spare, *o;
	struct darwin_psynch *t;
	long ret;

	ret = darwin_psynch_check(call, addr, call->args[4], FUTEX_WAIT);
	if (ret)
		return ret;
	t = darwin_psynch_table(call);
	if (!t)
		return -ENOMEM;
	spare = darwin_psynch_new();
	spin_lock(&t->lock);
	o = darwin_psynch_get(t, addr, PSYNCH_RW, &spare);
	if (IS_ERR(o))
		ret = PTR_ERR(o);
	else
		ret = rw_wait(t, o, call->args[1], call->args[3], write);
	spin_unlock(&t->lock);
	kfree(spare);
	return ret;
}

/**
 * darwin_psynch_rw_rdlock() - psynch_rw_rdlock: sleeps until we may read
 * @call: lock, L with our ticket, U, S, flags
 *
 * Never restarted: the library calls again with the same ticket.
 *
 * Context: see persona_fn.
 * Return: what to add to S, with bits for L, or a negative errno.
 */
long darwin_psynch_rw_rdlock(struct persona_call *call)
{
	return rw_lock(call, false);
}

/**
 * darwin_psynch_rw_wrlock() - psynch_rw_wrlock: sleeps until we may write
 * @call: as darwin_psynch_rw_rdlock()
 *
 * Context: see persona_fn.
 * Return: as darwin_psynch_rw_rdlock().
 */
long darwin_psynch_rw_wrlock(struct persona_call *call)
{
	return rw_lock(call, true);
}

static u32 rw_unlock(struct psynch_object *o, u32 l, u32 u, u32 s)
{
	u32 needed = rw_needed(l, u);
	struct psynch_rw *rw = &o->rw;

	/* The first of a life; it may be that of another lock at the same address. */
	if (l & PSYNCH_L_FRESH) {
		rw->granted = false;
		rw->open = false;
		rw->posted = false;
	}
	/* It came late: what it was about has been granted. */
	if (rw->granted && psynch_before(PSYNCH_COUNT(u), rw->last))
		return 0;
	if (needed && darwin_psynch_rw_count(&o->waiters, PSYNCH_COUNT(l)) >= needed)
		return rw_grant(o, l, s);
	if (needed && (!rw->posted || !psynch_before(PSYNCH_COUNT(s), PSYNCH_COUNT(rw->post_s)))) {
		rw->posted = true;
		rw->post_l = l;
		rw->post_u = u;
		rw->post_s = s;
	}
	return l;
}

/**
 * darwin_psynch_rw_unlock() - psynch_rw_unlock: nobody has the lock any more
 * @call: lock, L before, U and S behind the unlock, flags
 *
 * Context: see persona_fn.
 * Return: what those are told who get the lock; L when that has to wait; or a
 * negative errno.
 */
long darwin_psynch_rw_unlock(struct persona_call *call)
{
	u64 addr = call->args[0];
	struct psynch_object *spare, *o;
	struct darwin_psynch *t;
	long ret;

	ret = darwin_psynch_check(call, addr, call->args[4], FUTEX_WAKE);
	if (ret)
		return ret;
	t = darwin_psynch_table(call);
	if (!t)
		return -ENOMEM;
	spare = darwin_psynch_new();
	spin_lock(&t->lock);
	o = darwin_psynch_get(t, addr, PSYNCH_RW, &spare);
	if (IS_ERR(o)) {
		ret = PTR_ERR(o);
	} else {
		ret = rw_unlock(o, call->args[1], call->args[2], call->args[3]);
		darwin_psynch_put(t, o);
	}
	spin_unlock(&t->lock);
	kfree(spare);
	return ret;
}

/**
 * darwin_psynch_rw_unlock2() - psynch_rw_unlock2
 * @call: read-write lock, L, U, S, flags
 *
 * Context: see persona_fn.
 * Return: -EOPNOTSUPP, as from every Darwin kernel of the last years.
 */
long darwin_psynch_rw_unlock2(struct persona_call *call)
{
	return -EOPNOTSUPP;
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
