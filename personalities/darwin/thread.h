/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads of a Darwin process: what thread.c keeps and others ask it. */
#ifndef _DARWIN_THREAD_H
#define _DARWIN_THREAD_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "darwin.h"

struct darwin_port;

/* darwin_uthread.cancel */
#define DARWIN_CANCEL_DISABLED	0x1
#define DARWIN_CANCEL_MARKED	0x2
#define DARWIN_CANCEL_DONE	0x4

/**
 * struct darwin_threads - threads of a process and their library's registration
 * @lock: protects all below; innermost
 * @list: the process's struct darwin_uthread
 * @registered: bsdthread_register() was called
 * @threadstart: where threads begin
 * @pthread_size: size of the library's thread object
 * @tsd_offset: of the thread-specific data in it, what gs points to; 0: unset
 */
struct darwin_threads {
	spinlock_t lock;	/* all below */
	struct list_head list;
	bool registered;
	u64 threadstart;
	u32 pthread_size;
	u32 tsd_offset;
};

/**
 * struct darwin_uthread - a thread, behind darwin_thread.priv
 * @link: in darwin_threads.list
 * @port: its self port
 * @cancel: DARWIN_CANCEL_*; under darwin_threads.lock
 */
struct darwin_uthread {
	struct list_head link;
	struct darwin_port *port;
	u32 cancel;
};

static inline struct darwin_uthread *darwin_uthread(struct persona_thread *thread)
{
	return darwin_thread(thread)->priv;
}

/* thread.c */
struct darwin_port *darwin_thread_self_port(struct persona_thread *thread);
pid_t darwin_thread_port_tid(struct persona_call *call, u32 name);

#endif /* _DARWIN_THREAD_H */
