/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel keeps of a lock of libpthread's while it is needed; psynch.c. */
#ifndef _DARWIN_PSYNCH_OBJECT_H
#define _DARWIN_PSYNCH_OBJECT_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "psynch.h"

#define PSYNCH_HASH_BITS	6
#define PSYNCH_POSTS		4
#define PSYNCH_ALL		U32_MAX

struct persona_call;

enum psynch_kind {
	PSYNCH_MTX,
	PSYNCH_CV,
	PSYNCH_RW,
};

/**
 * struct psynch_waiter - a thread that waits, on its stack
 * @link: in the object's list
 * @task: the thread
 * @seq: its ticket
 * @ret: what its call returns
 * @write: read-write lock: it wants to write
 * @woken: off the list, @ret is set
 */
struct psynch_waiter {
	struct list_head link;
	struct task_struct *task;
	u32 seq;
	u32 ret;
	bool write;
	bool woken;
};

/* Wakeups for tickets up to @seq: @count of them, or PSYNCH_ALL. */
struct psynch_post {
	u32 seq;
	u32 count;
};

/**
 * struct psynch_rw - state of a read-write lock
 * @granted: @last is valid
 * @open: the last grant was to readers, and nobody wanted to write
 * @posted: an unlock waits for all its tickets to be here
 * @ticket: L of the unlock that was last answered by a grant
 * @last: its S
 * @next: S when all have got what that grant gave
 * @post_l: @posted: L of that unlock
 * @post_u: its U
 * @post_s: its S
 */
struct psynch_rw {
	bool granted;
	bool open;
	bool posted;
	u32 ticket;
	u32 last;
	u32 next;
	u32 post_l;
	u32 post_u;
	u32 post_s;
};

/**
 * struct psynch_object - what is known about the lock at an address
 * @node: in the table's hash
 * @idle: in the table's list of objects that nobody waits for; else empty
 * @addr: address
 * @kind: what it is
 * @known: condition variable: @l and @s are set
 * @l: condition variable: tickets taken
 * @s: condition variable: tickets done with
 * @nwaiters: length of @waiters
 * @nposts: used ones of @posts
 * @posts: mutex, condition variable: wakeups without a waiter
 * @rw: read-write lock
 * @waiters: &struct psynch_waiter, first come first
 */
struct psynch_object {
	struct hlist_node node;
	struct list_head idle;
	u64 addr;
	enum psynch_kind kind;
	bool known;
	u32 l;
	u32 s;
	u32 nwaiters;
	u32 nposts;
	struct psynch_post posts[PSYNCH_POSTS];
	struct psynch_rw rw;
	struct list_head waiters;
};

/**
 * struct darwin_psynch - the objects of a process
 * @lock: protects all below, and all objects
 * @count: number of objects
 * @idle: those that nobody waits for, the one longest forgotten first
 * @hash: objects by address
 */
struct darwin_psynch {
	spinlock_t lock;	/* all below, and all objects */
	u32 count;
	struct list_head idle;
	struct hlist_head hash[BIT(PSYNCH_HASH_BITS)];
};

/* psynch.c */
long darwin_psynch_check(struct persona_call *call, u64 addr, u32 flags, int op);
struct darwin_psynch *darwin_psynch_table(struct persona_call *call);
struct psynch_object *darwin_psynch_new(void);
struct psynch_object *darwin_psynch_get(struct darwin_psynch *t, u64 addr, enum psynch_kind kind,
					struct psynch_object **spare);
void darwin_psynch_put(struct darwin_psynch *t, struct psynch_object *o);
void darwin_psynch_enqueue(struct psynch_object *o, struct psynch_waiter *w);
void darwin_psynch_wake(struct psynch_object *o, struct psynch_waiter *w, u32 ret);
long darwin_psynch_sleep(struct darwin_psynch *t, struct psynch_object *o,
			 struct psynch_waiter *w, ktime_t *deadline);
long darwin_psynch_drop(struct darwin_psynch *t, u64 addr, u32 ugen, u32 flags);

/* psynch_rw.c */
u32 darwin_psynch_rw_pick(const struct list_head *waiters, u32 *ticket);
u32 darwin_psynch_rw_count(const struct list_head *waiters, u32 last);
bool darwin_psynch_rw_joins(const struct psynch_rw *rw, u32 l, u32 s);

#endif /* _DARWIN_PSYNCH_OBJECT_H */
