/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel queues: what kqueue.c, kevent.c and the filters share.
 *
 * Locks, outermost first:
 *   darwin_kqs.lock	list of a process's queues
 *   darwin_kq.mtx	knotes of a queue; held while filters are asked, so a
 *			knote cannot go away; nested by the queue's level
 *   (locks of what is watched: wait queue heads, marks, tasklist_lock)
 *   darwin_kq.lock	ready list and what activation changes in a knote; taken
 *			in any context, nothing is taken inside
 * Waking sleepers happens after darwin_kq.lock was dropped. The queue cannot go
 * away meanwhile: whoever activates a knote holds the lock of what is watched,
 * and detaching the knote from that takes the same lock.
 */
#ifndef _DARWIN_KQUEUE_H
#define _DARWIN_KQUEUE_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "../../module/persona.h"
#include "kevent.h"

struct darwin_kq;
struct darwin_knote;
struct darwin_proc;
struct pid;

/* Kqueues in kqueues in ...: keeps the recursion of poll and wakeups short. */
#define DARWIN_KQ_MAX_LEVEL	4

/* What one kevent() call returns at most; more stay queued for the next. */
#define DARWIN_KQ_BATCH		512

/**
 * struct darwin_kq_scan - resources of the call that collects events
 * @call: foreign call under way
 * @scratch: 8 bytes of user memory for ioctls
 */
struct darwin_kq_scan {
	struct persona_call *call;
	int __user *scratch;
};

/**
 * struct darwin_kq_filter - one kind of event
 * @isfd: the identifier is a file descriptor; attach() finds kn->file
 * @raw: ... O_PATH descriptors are welcome
 * @attach: starts to watch. Returns a negative errno, 0, or 1 when the knote
 *	is to be processed at once
 * @detach: stops to watch; after it the knote is not activated any more
 * @touch: a second EV_ADD, EV_ENABLE or EV_DISABLE; takes over what it wants of
 *	the event. Returns as attach(). NULL: fflags and data are copied
 * @process: is the event there? Fills @kev and consumes what it reports; with
 *	@kev NULL it only looks (@scan may be NULL then)
 *
 * All of them run with darwin_kq.mtx held and may sleep.
 */
struct darwin_kq_filter {
	bool isfd;
	bool raw;
	int (*attach)(struct darwin_knote *kn, const struct darwin_kevent *kev);
	void (*detach)(struct darwin_knote *kn);
	int (*touch)(struct darwin_knote *kn, const struct darwin_kevent *kev);
	bool (*process)(struct darwin_knote *kn, struct darwin_kq_scan *scan,
			struct darwin_kevent *kev);
};

/* One wait queue that a file's poll method has named. */
struct darwin_kq_wait {
	wait_queue_entry_t entry;
	wait_queue_head_t *head;
	struct darwin_knote *kn;
	struct darwin_kq_wait *next;
};

struct darwin_kq_mark;

/**
 * struct darwin_knote - one registered event
 * @node: in kq->knotes, by key; kq->mtx
 * @ready: in kq->ready while it waits to be looked at; kq->lock
 * @kq: its queue
 * @ops: its filter
 * @file: what @ident names, if a descriptor. See kqueue.c for what this
 *	reference means for close()
 * @ident: key
 * @filter: key
 * @flags: DARWIN_EV_*; key: EV_UDATA_SPECIFIC. Filters add EV_CLEAR and the
 *	like under kq->lock
 * @udata: the program's; key if EV_UDATA_SPECIFIC
 * @sfflags: what is asked for; kq->mtx and kq->lock for writing
 * @sdata: likewise
 * @fflags: what has happened; kq->lock
 * @data: likewise
 * @disabled: kq->lock
 */
struct darwin_knote {
	struct rb_node node;
	struct list_head ready;
	struct darwin_kq *kq;
	const struct darwin_kq_filter *ops;
	struct file *file;
	u64 ident;
	u64 udata;
	s64 sdata;
	s64 data;
	u32 sfflags;
	u32 fflags;
	s16 filter;
	u16 flags;
	bool disabled;
	union {
		struct {
			__poll_t events;
			int error;
			struct darwin_kq_wait wait;
			struct darwin_kq_wait *more;
			struct darwin_kq_mark *mark;
		} fd;
		struct {
			struct darwin_kq_mark *mark;
		} vnode;
		struct {
			struct hrtimer timer;
			u64 interval;
			bool fired;
		} timer;
		struct {
			struct list_head link;
			struct pid *pid;
			wait_queue_entry_t wait;
			int status;
			bool exited;
			bool traced;
		} proc;
		struct {
			struct list_head link;
			const void *process;
			int sig;
		} signal;
		struct {
			bool triggered;
		} user;
	};
};

/**
 * struct darwin_kqs - the kernel queues of a process
 * @ref: one of the process, one of each queue
 * @lock: protects @list, and each queue's being on it
 * @list: of struct darwin_kq
 * @knotes: number of all knotes
 * @fds: number of those on file descriptors
 */
struct darwin_kqs {
	refcount_t ref;
	struct mutex lock;	/* of the list */
	struct list_head list;
	atomic_t knotes;
	atomic_t fds;
};

/**
 * struct darwin_kq - a kernel queue
 * @mtx: see above
 * @knotes: all of them, struct darwin_knote.node
 * @lock: see above
 * @ready: knotes to look at
 * @nready: number of them
 * @wait: kevent() calls that wait
 * @poll_wait: who polls the queue's own descriptor
 * @kqs: owner
 * @link: in @kqs->list
 * @level: 0, or more than that of every queue that this one watches
 * @nested: some queue watches this one, so @level cannot change
 * @dead: the owner is gone
 */
struct darwin_kq {
	struct mutex mtx;	/* of the knotes */
	struct rb_root knotes;
	spinlock_t lock;	/* of the ready list */
	struct list_head ready;
	unsigned int nready;
	wait_queue_head_t wait;
	wait_queue_head_t poll_wait;
	struct darwin_kqs *kqs;
	struct list_head link;
	unsigned int level;
	bool nested;
	bool dead;
};

/* kqueue.c */
struct file *darwin_kq_file(struct darwin_kqs *kqs);
struct darwin_kq *darwin_kq_of(struct file *file);
struct darwin_kqs *darwin_kqs_get(struct darwin_proc *proc);
int darwin_kq_nest(struct darwin_kq *parent, struct darwin_kq *child);
unsigned int darwin_kq_ready(struct darwin_kq *kq);
void darwin_kq_activate(struct darwin_knote *kn);
void darwin_kq_note(struct darwin_knote *kn, u32 fflags, s64 count);
int darwin_kq_harvest(struct darwin_kq *kq, struct darwin_kq_scan *scan,
		      struct darwin_kevent *out, unsigned int max);
void darwin_kq_pass_on(struct darwin_kq *kq);
struct darwin_knote *darwin_knote_find(struct darwin_kq *kq, const struct darwin_kevent *key);
void darwin_knote_insert(struct darwin_kq *kq, struct darwin_knote *kn);
void darwin_knote_enable(struct darwin_knote *kn, bool enable);
void darwin_knote_drop(struct darwin_knote *kn);

/* Filters */
extern const struct darwin_kq_filter darwin_kq_fd_filter;
extern const struct darwin_kq_filter darwin_kq_vnode_filter;
extern const struct darwin_kq_filter darwin_kq_proc_filter;
extern const struct darwin_kq_filter darwin_kq_signal_filter;
extern const struct darwin_kq_filter darwin_kq_timer_filter;
extern const struct darwin_kq_filter darwin_kq_user_filter;

/* kq_vnode.c: marks on files, also for growing ones that are read */
struct darwin_kq_mark *darwin_kq_mark_add(struct darwin_knote *kn, u32 mask);
void darwin_kq_mark_remove(struct darwin_kq_mark *mark);
int darwin_kq_vnode_init(void);
void darwin_kq_vnode_exit(void);

/* kq_trace.c: tracepoints that are attached to while a knote needs them */
enum darwin_kq_trace {
	DARWIN_KQ_TRACE_FORK,
	DARWIN_KQ_TRACE_EXEC,
	DARWIN_KQ_TRACE_SIGNAL,
	DARWIN_KQ_TRACES,
};

int darwin_kq_trace_get(enum darwin_kq_trace which, void *probe);
void darwin_kq_trace_put(enum darwin_kq_trace which, void *probe);
void darwin_kq_trace_init(void);

/* For the rest of the personality: */
int darwin_kq_init(void);
void darwin_kq_exit(void);
void darwin_kq_proc_exit(struct darwin_proc *proc);
void darwin_kq_fork(struct darwin_proc *parent, struct task_struct *child);
void darwin_kq_fd_closed(struct persona_call *call, unsigned int fd);
bool darwin_is_kqueue(struct file *file);

#endif /* _DARWIN_KQUEUE_H */
