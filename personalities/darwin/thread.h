/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads of a Darwin process: what thread.c keeps and others ask it. */
#ifndef _DARWIN_THREAD_H
#define _DARWIN_THREAD_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "darwin.h"

struct darwin_port;

/* darwin_uthread.cancel */
#define DARWIN_CANCEL_DISABLED	0x1
#define DARWIN_CANCEL_MARKED	0x2
#define DARWIN_CANCEL_DONE	0x4

#define DARWIN_NGROUPS		16

/**
 * struct darwin_setid - a change of identity that all threads make
 * @nr: native call
 * @args: its arguments; for setgroups the number only
 * @groups: setgroups
 */
struct darwin_setid {
	u32 nr;
	u32 args[3];
	u32 groups[DARWIN_NGROUPS];
};

/**
 * struct darwin_threads - threads of a process and their library's registration
 * @lock: protects all below; innermost
 * @list: the process's struct darwin_uthread
 * @registered: bsdthread_register() was called
 * @threadstart: where threads begin
 * @pthread_size: size of the library's thread object
 * @tsd_offset: of the thread-specific data in it, what gs points to; 0: unset
 * @setid_busy: a thread changes the identity of all (setid.c)
 * @setid_gen: number of changes that succeeded for the thread that asked
 * @setid: the last of them
 * @setid_wait: for @setid_busy, and for the threads that are to follow
 */
struct darwin_threads {
	spinlock_t lock;	/* all below */
	struct list_head list;
	bool registered;
	u64 threadstart;
	u32 pthread_size;
	u32 tsd_offset;
	bool setid_busy;
	u32 setid_gen;
	struct darwin_setid setid;
	wait_queue_head_t setid_wait;
};

/**
 * struct darwin_uthread - a thread, behind darwin_thread.priv
 * @link: in darwin_threads.list
 * @port: its self port
 * @cancel: DARWIN_CANCEL_*; under darwin_threads.lock
 * @setid_seen: darwin_threads.setid_gen that it has followed; under that lock
 * @assumed: it has effective ids of its own, by settid()
 * @old_euid: to return to
 * @old_egid: to return to
 */
struct darwin_uthread {
	struct list_head link;
	struct darwin_port *port;
	u32 cancel;
	u32 setid_seen;
	bool assumed;
	u32 old_euid;
	u32 old_egid;
};

static inline struct darwin_uthread *darwin_uthread(struct persona_thread *thread)
{
	return darwin_thread(thread)->priv;
}

/* thread.c */
struct darwin_port *darwin_thread_self_port(struct persona_thread *thread);
pid_t darwin_thread_port_tid(struct persona_call *call, u32 name);

#endif /* _DARWIN_THREAD_H */
