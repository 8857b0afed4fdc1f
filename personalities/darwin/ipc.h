/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mach ports: objects, rights, names, messages.
 *
 * Locking: one spinlock, darwin_ipc_lock, protects all rights, names, queues
 * and special ports of all Darwin processes. It is held for short bounded
 * steps only: user memory is touched and memory is allocated outside. It is
 * never taken from an interrupt; below it come xarray and wait queue locks.
 * Name to object lookups that only need a reference (semaphores, task and
 * thread ports) do without it: darwin_port_lookup() uses RCU.
 *
 * References: a name, a right in a queued message, and a special port each
 * hold one reference of the object; whoever waits on it holds one.
 */
#ifndef _DARWIN_IPC_H
#define _DARWIN_IPC_H

#include <linux/list.h>
#include <linux/pid.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "darwin.h"
#include "mach.h"

/* Bounds of what one process can make the kernel hold. */
#define DARWIN_IPC_MAX_NAMES	65535		/* index part of a name */
#define DARWIN_IPC_MAX_QUEUED	(16 << 20)	/* bytes of queued messages sent */
#define DARWIN_MSG_MAX_SIZE	(256 << 10)	/* inline part of a message */
#define DARWIN_MSG_MAX_DESCS	4096
#define DARWIN_MSG_MAX_OOL	(8 << 20)
#define DARWIN_MSG_MAX_TRANSIT	64		/* receive rights inside receive rights */

#define DARWIN_REGISTERED_PORTS	3

enum darwin_port_kind {
	DARWIN_PORT_QUEUE,	/* ordinary: messages, receive right */
	DARWIN_PORT_SET,
	DARWIN_PORT_SEMAPHORE,
	DARWIN_PORT_TASK,
	DARWIN_PORT_TASK_NAME,
	DARWIN_PORT_THREAD,
	DARWIN_PORT_HOST,
	DARWIN_PORT_CLOCK,
};

enum darwin_special {
	DARWIN_SPECIAL_BOOTSTRAP,
	DARWIN_SPECIAL_SEATBELT,
	DARWIN_SPECIAL_ACCESS,
	DARWIN_SPECIAL_REGISTERED,
	DARWIN_NR_SPECIAL = DARWIN_SPECIAL_REGISTERED + DARWIN_REGISTERED_PORTS,
};

struct darwin_msg;
struct darwin_port;
struct darwin_sem;
struct darwin_mk_timer;

/* A right to a port that has died, in place of a port pointer. */
#define DARWIN_PORT_DEAD	((struct darwin_port *)-1L)

static inline bool darwin_port_valid(const struct darwin_port *port)
{
	return port && port != DARWIN_PORT_DEAD;
}

/**
 * struct darwin_port - a port, port set or kernel object
 * @ref: references
 * @kind: enum darwin_port_kind; all but QUEUE and SET are served by the kernel
 * @dead: receive right or kernel object is gone; set once
 * @guarded: @context is a guard
 * @strict: guard applies to the receive right's moves as well
 * @space: space that has the receive right (or the set), NULL in transit
 * @name: its name there
 * @srights: send rights in names and messages
 * @sorights: send-once rights in names and messages
 * @mscount: make-send count
 * @seqno: of the next message
 * @qlen: messages queued
 * @qlimit: most messages that ordinary senders may queue
 * @context: mach_port_set_context()
 * @msgs: queued messages
 * @transit: the port in whose queue the receive right travels
 * @set: the port set it is a member of (a reference)
 * @set_link: in @set->members
 * @ready_link: in @set->ready while there are messages
 * @members: port set: its ports
 * @ready: port set: members with messages
 * @rcv_wait: receivers
 * @snd_wait: senders waiting for room
 * @requests: dead-name notifications wanted
 * @no_senders: notification to send when the last send right goes
 * @no_senders_sync: and @mscount is at least this
 * @sem: semaphore
 * @pid: task and thread ports
 * @clock: clock number
 * @timer: QUEUE: it is an mk_timer port
 * @rcu: lookups
 */
struct darwin_port {
	refcount_t ref;
	u8 kind;
	bool dead;
	bool guarded;
	bool strict;
	struct darwin_ipc *space;
	u32 name;
	u32 srights;
	u32 sorights;
	u32 mscount;
	u32 seqno;
	u32 qlen;
	u32 qlimit;
	u64 context;
	struct list_head msgs;
	struct darwin_port *transit;
	struct darwin_port *set;
	struct list_head set_link;
	struct list_head ready_link;
	struct list_head members;
	struct list_head ready;
	wait_queue_head_t rcv_wait;
	wait_queue_head_t snd_wait;
	struct list_head requests;
	struct darwin_msg *no_senders;
	u32 no_senders_sync;
	union {
		struct darwin_sem *sem;
		struct pid *pid;
		u32 clock;
		struct darwin_mk_timer *timer;
	};
	struct rcu_head rcu;
};

/**
 * struct darwin_entry - a name in a space
 * @name: index << 8 | generation << 2 | 3
 * @type: DARWIN_MACH_PORT_TYPE_* of the rights it denotes
 * @urefs: user references of the send right or dead name
 * @port: object; NULL once it is a dead name
 * @node: in space->ports, while the name has a send or receive right
 * @request: dead-name notification wanted
 * @rcu: lookups
 */
struct darwin_entry {
	u32 name;
	u32 type;
	u32 urefs;
	struct darwin_port *port;
	struct rb_node node;
	struct darwin_msg *request;
	struct rcu_head rcu;
};

/**
 * struct darwin_ipc - port name space of a process
 * @ref: the process, and messages charged to it
 * @names: index to struct darwin_entry
 * @next: where to look for the next free index
 * @last: the index handed out last
 * @gen: generation of new names
 * @dead: the process is gone
 * @ports: entries with send or receive rights, by port
 * @queued: bytes of messages sent and not yet received or destroyed
 * @special: task special ports and mach_ports_register()'s; send rights
 * @task: the task's self port
 * @host: the host port
 * @clocks: clock services
 */
struct darwin_ipc {
	refcount_t ref;
	struct xarray names;
	u32 next;
	u32 last;
	u32 gen;
	bool dead;
	struct rb_root ports;
	atomic_long_t queued;
	struct darwin_port *special[DARWIN_NR_SPECIAL];
	struct darwin_port *task;
	struct darwin_port *host;
	struct darwin_port *clocks[2];
};

/**
 * struct darwin_msg_item - a port right or memory carried by a message
 * @type: DARWIN_MACH_MSG_*_DESCRIPTOR
 * @disposition: right(s) carried, DARWIN_MACH_MSG_TYPE_PORT_*
 * @deallocate: OOL: as the sender said
 * @copy: OOL: as the sender said
 * @size: OOL: bytes; OOL_PORTS: number of ports
 * @port: PORT
 * @data: OOL, kvmalloc()ed copy
 * @ports: OOL_PORTS, kvmalloc()ed
 */
struct darwin_msg_item {
	u8 type;
	u8 disposition;
	u8 deallocate;
	u8 copy;
	u32 size;
	union {
		struct darwin_port *port;
		void *data;
		struct darwin_port **ports;
	};
};

/**
 * struct darwin_msg - a message in the kernel
 * @link: in a port's queue or a list of messages to destroy
 * @space: who is charged @charge bytes; NULL: nobody
 * @charge: bytes
 * @bits: msgh_bits with received dispositions
 * @id: msgh_id
 * @dest: destination right (disposition in @bits, remote)
 * @reply: reply right (disposition in @bits, local)
 * @owner: entry whose dead-name notification this will be
 * @sender: uid and gid
 * @audit: audit token
 * @size: bytes in @data
 * @nitems: entries in @items
 * @items: descriptors, in order
 * @data: what follows the header
 */
struct darwin_msg {
	struct list_head link;
	struct darwin_ipc *space;
	size_t charge;
	u32 bits;
	s32 id;
	struct darwin_port *dest;
	struct darwin_port *reply;
	struct darwin_entry *owner;
	u32 sender[2];
	u32 audit[8];
	u32 size;
	u32 nitems;
	struct darwin_msg_item *items;
	u8 data[] __aligned(8);
};

extern spinlock_t darwin_ipc_lock;

static inline struct darwin_ipc *darwin_call_ipc(const struct persona_call *call)
{
	return darwin_call_proc(call)->ipc;
}

/* ipc.c: spaces and names */
struct darwin_entry *darwin_entry_prepare(struct darwin_ipc *space);
struct darwin_entry *darwin_entry_prepare_name(struct darwin_ipc *space, u32 name, int *kr);
void darwin_entry_cancel(struct darwin_ipc *space, struct darwin_entry *entry);
void darwin_entry_commit(struct darwin_ipc *space, struct darwin_entry *entry,
			 struct darwin_port *port, u32 type);
struct darwin_entry *darwin_entry_lookup(struct darwin_ipc *space, u32 name);
struct darwin_entry *darwin_entry_by_port(struct darwin_ipc *space, const struct darwin_port *port);
void darwin_entry_free(struct darwin_ipc *space, struct darwin_entry *entry);
void darwin_entry_index(struct darwin_ipc *space, struct darwin_entry *entry);
void darwin_entry_unindex(struct darwin_ipc *space, struct darwin_entry *entry);
struct darwin_port *darwin_port_lookup(struct darwin_ipc *space, u32 name, int kind);
void darwin_ipc_put(struct darwin_ipc *space);
u32 darwin_ipc_give(struct darwin_ipc *space, struct darwin_port *port);
int darwin_kern(long err);

/* ipc_name.c: the pure part of names */
u32 darwin_name_make(u32 index, u32 gen);
u32 darwin_name_index(u32 name);
bool darwin_name_ok(u32 name);

/* ipc_port.c: objects and queues */
struct darwin_port *darwin_port_alloc(enum darwin_port_kind kind);
void darwin_port_put(struct darwin_port *port);
void darwin_port_die(struct darwin_port *port, struct list_head *kill);
void darwin_port_drop_send(struct darwin_port *port);
void darwin_port_drop_send_once(struct darwin_port *port);
void darwin_set_insert(struct darwin_port *set, struct darwin_port *port);
void darwin_set_remove(struct darwin_port *port);
struct darwin_msg *darwin_msg_alloc(size_t size, u32 nitems);
struct darwin_msg *darwin_msg_notification(struct darwin_ipc *space, struct darwin_port *dest,
					   u32 id);
bool darwin_msg_charge(struct darwin_msg *msg, struct darwin_ipc *space, size_t bytes);
void darwin_msg_enqueue(struct darwin_msg *msg);
void darwin_msg_free_list(struct list_head *kill);
void darwin_msg_free(struct darwin_msg *msg);
void darwin_notify_fire(struct darwin_msg *msg, u32 id, u32 value);
struct darwin_port *darwin_send_right_get(struct darwin_port *port);

/* ipc_right.c: transitions of rights */
int darwin_right_copyin_check(struct darwin_ipc *space, u32 name, u32 disp);
int darwin_right_copyin(struct darwin_ipc *space, u32 name, u32 disp,
			struct darwin_port **port, struct list_head *kill);
int darwin_right_copyout(struct darwin_ipc *space, struct darwin_port *port, u32 disp,
			 u32 *name);
int darwin_right_insert(struct darwin_ipc *space, u32 name, struct darwin_port *port, u32 disp);
void darwin_right_drop(struct darwin_port *port, u32 disp, struct list_head *kill);
u32 darwin_disposition(u32 disp);
int darwin_right_mod_refs(struct darwin_ipc *space, u32 name, u32 right, s32 delta);
int darwin_right_deallocate(struct darwin_ipc *space, u32 name);
int darwin_right_destroy(struct darwin_ipc *space, u32 name);
int darwin_right_refs(struct darwin_ipc *space, u32 name, u32 right, u32 *refs);

/* port_ops.c */
int darwin_port_allocate(struct darwin_ipc *space, u32 right, u32 name_wanted, u32 *name);

/* mig.c */
struct darwin_msg *darwin_mig(struct persona_call *call, struct darwin_msg *req);

/* semaphore.c */
struct darwin_port *darwin_sem_create(s32 policy, s32 value, int *kr);
void darwin_sem_destroy(struct darwin_port *port);
void darwin_sem_release(struct darwin_port *port);
int darwin_sem_signal_name(struct persona_call *call, u32 name);

/* mk_timer.c */
void darwin_mk_timer_stop(struct darwin_port *port);
void darwin_mk_timer_release(struct darwin_port *port);

#endif /* _DARWIN_IPC_H */
