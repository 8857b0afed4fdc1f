// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mach port objects, their message queues, port sets, death and
 * notifications. Names and the moving of rights are in ipc.c and ipc_right.c.
 */
#include <linux/export.h>
#include <linux/slab.h>

#include "ipc.h"

static const struct darwin_ndr ndr = { .int_rep = 1 };

/**
 * darwin_port_alloc() - makes a port object
 * @kind: what it is
 *
 * Context: may sleep.
 * Return: the port with one reference, NULL without memory.
 */
struct darwin_port *darwin_port_alloc(enum darwin_port_kind kind)
{
	struct darwin_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);

	if (!port)
		return NULL;
	refcount_set(&port->ref, 1);
	port->kind = kind;
	port->qlimit = DARWIN_MACH_PORT_QLIMIT_DEFAULT;
	INIT_LIST_HEAD(&port->msgs);
	INIT_LIST_HEAD(&port->set_link);
	INIT_LIST_HEAD(&port->ready_link);
	INIT_LIST_HEAD(&port->members);
	INIT_LIST_HEAD(&port->ready);
	INIT_LIST_HEAD(&port->requests);
	init_waitqueue_head(&port->rcv_wait);
	init_waitqueue_head(&port->snd_wait);
	return port;
}

/**
 * darwin_port_put() - drops a reference of a port
 * @port: port
 *
 * Context: any but interrupts; darwin_ipc_lock may be held.
 */
void darwin_port_put(struct darwin_port *port)
{
	if (!refcount_dec_and_test(&port->ref))
		return;
	switch (port->kind) {
	case DARWIN_PORT_SEMAPHORE:
		darwin_sem_release(port);
		break;
	case DARWIN_PORT_TASK:
	case DARWIN_PORT_TASK_NAME:
	case DARWIN_PORT_THREAD:
		put_pid(port->pid);
		break;
	case DARWIN_PORT_QUEUE:
		darwin_mk_timer_release(port);
		break;
	}
	kfree_rcu(port, rcu);
}

/**
 * darwin_send_right_get() - one more send right
 * @port: a port; somebody holds a reference
 *
 * Context: darwin_ipc_lock is held.
 * Return: @port with a reference for the right, or DARWIN_PORT_DEAD.
 */
struct darwin_port *darwin_send_right_get(struct darwin_port *port)
{
	lockdep_assert_held(&darwin_ipc_lock);
	if (port->dead)
		return DARWIN_PORT_DEAD;
	refcount_inc(&port->ref);
	port->srights++;
	return port;
}

/**
 * darwin_port_drop_send() - a send right is gone
 * @port: port; its reference is the caller's business
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_port_drop_send(struct darwin_port *port)
{
	struct darwin_msg *msg = port->no_senders;

	lockdep_assert_held(&darwin_ipc_lock);
	if (WARN_ON_ONCE(!port->srights) || --port->srights || port->dead || !msg)
		return;
	if (port->mscount < port->no_senders_sync)
		return;
	port->no_senders = NULL;
	darwin_notify_fire(msg, DARWIN_MACH_NOTIFY_NO_SENDERS, port->mscount);
}

/**
 * darwin_port_drop_send_once() - a send-once right dies unused
 * @port: port; its reference is the caller's business
 *
 * The receiver learns that no message will come.
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_port_drop_send_once(struct darwin_port *port)
{
	struct darwin_msg *msg;

	lockdep_assert_held(&darwin_ipc_lock);
	if (!WARN_ON_ONCE(!port->sorights))
		port->sorights--;
	if (port->dead || port->kind != DARWIN_PORT_QUEUE || !port->space)
		return;
	msg = kzalloc(sizeof(*msg), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!msg)
		return;
	if (!darwin_msg_charge(msg, port->space, sizeof(*msg))) {
		kfree(msg);
		return;
	}
	INIT_LIST_HEAD(&msg->link);
	/* The right lives on in its last message. */
	port->sorights++;
	refcount_inc(&port->ref);
	msg->dest = port;
	msg->bits = DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE;
	msg->id = DARWIN_MACH_NOTIFY_SEND_ONCE;
	darwin_msg_enqueue(msg);
}

/**
 * darwin_set_insert() - makes a port a member of a set
 * @set: port set
 * @port: in no set
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_set_insert(struct darwin_port *set, struct darwin_port *port)
{
	lockdep_assert_held(&darwin_ipc_lock);
	refcount_inc(&set->ref);
	port->set = set;
	list_add_tail(&port->set_link, &set->members);
	if (!list_empty(&port->msgs)) {
		list_add_tail(&port->ready_link, &set->ready);
		wake_up(&set->rcv_wait);
	}
}

/**
 * darwin_set_remove() - takes a port out of its set, if it is in one
 * @port: port
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_set_remove(struct darwin_port *port)
{
	struct darwin_port *set = port->set;

	lockdep_assert_held(&darwin_ipc_lock);
	if (!set)
		return;
	list_del_init(&port->set_link);
	list_del_init(&port->ready_link);
	port->set = NULL;
	darwin_port_put(set);
}

/**
 * darwin_port_die() - the receive right, the set or the kernel object is gone
 * @port: port; the caller has a reference
 * @kill: messages that the caller passes to darwin_msg_free_list() after it
 *	has dropped the lock; empty for ports of the kernel
 *
 * Names of the port become dead names when they are next looked at.
 *
 * Context: darwin_ipc_lock is held; must not sleep.
 */
void darwin_port_die(struct darwin_port *port, struct list_head *kill)
{
	struct darwin_msg *msg, *next;

	lockdep_assert_held(&darwin_ipc_lock);
	if (port->dead)
		return;
	WRITE_ONCE(port->dead, true);
	port->space = NULL;
	port->transit = NULL;
	if (port->timer && port->kind == DARWIN_PORT_QUEUE)
		darwin_mk_timer_stop(port);
	darwin_set_remove(port);
	while (!list_empty(&port->members))
		darwin_set_remove(list_first_entry(&port->members, struct darwin_port, set_link));
	list_splice_tail_init(&port->msgs, kill);
	port->qlen = 0;
	if (port->no_senders) {
		list_add_tail(&port->no_senders->link, kill);
		port->no_senders = NULL;
	}
	list_for_each_entry_safe(msg, next, &port->requests, link) {
		struct darwin_entry *entry = msg->owner;

		list_del_init(&msg->link);
		entry->request = NULL;
		msg->owner = NULL;
		/* The notification gives the receiver a reference of the dead name. */
		if (entry->urefs < DARWIN_MACH_PORT_UREFS_MAX)
			entry->urefs++;
		darwin_notify_fire(msg, DARWIN_MACH_NOTIFY_DEAD_NAME, entry->name);
	}
	wake_up_all(&port->rcv_wait);
	wake_up_all(&port->snd_wait);
}

static void msg_free_memory(struct darwin_msg *msg)
{
	u32 i;

	for (i = 0; i < msg->nitems; i++)
		if (msg->items[i].type != DARWIN_MACH_MSG_PORT_DESCRIPTOR)
			kvfree(msg->items[i].data);
	kvfree(msg->items);
	if (msg->space) {
		atomic_long_sub(msg->charge, &msg->space->queued);
		darwin_ipc_put(msg->space);
	}
	kvfree(msg);
}

/**
 * darwin_msg_alloc() - makes an empty message
 * @size: bytes behind the header
 * @nitems: descriptors
 *
 * Context: may sleep.
 * Return: the message, without rights, uncharged; NULL without memory.
 */
struct darwin_msg *darwin_msg_alloc(size_t size, u32 nitems)
{
	struct darwin_msg *msg = kvzalloc(struct_size(msg, data, size), GFP_KERNEL_ACCOUNT);

	if (!msg)
		return NULL;
	INIT_LIST_HEAD(&msg->link);
	msg->size = size;
	if (nitems) {
		msg->items = kvcalloc(nitems, sizeof(*msg->items), GFP_KERNEL_ACCOUNT);
		if (!msg->items) {
			kvfree(msg);
			return NULL;
		}
	}
	return msg;
}

/**
 * darwin_msg_notification() - prepares a notification to be sent when it happens
 * @space: who asked for it, and is charged
 * @dest: send-once right; taken over
 * @id: DARWIN_MACH_NOTIFY_*
 *
 * Context: may sleep.
 * Return: the message; NULL without memory, and then @dest is still the caller's.
 */
struct darwin_msg *darwin_msg_notification(struct darwin_ipc *space, struct darwin_port *dest,
					   u32 id)
{
	size_t size = sizeof(ndr) + sizeof(u32);
	struct darwin_msg *msg = darwin_msg_alloc(size, 0);

	if (!msg)
		return NULL;
	if (!darwin_msg_charge(msg, space, sizeof(*msg) + size)) {
		kvfree(msg);
		return NULL;
	}
	msg->dest = dest;
	msg->bits = DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE;
	msg->id = id;
	return msg;
}

/**
 * darwin_notify_fire() - sends a prepared notification
 * @msg: from darwin_msg_notification(); consumed
 * @id: DARWIN_MACH_NOTIFY_*
 * @value: name or count that it is about
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_notify_fire(struct darwin_msg *msg, u32 id, u32 value)
{
	msg->id = id;
	memcpy(msg->data, &ndr, sizeof(ndr));
	memcpy(msg->data + sizeof(ndr), &value, sizeof(value));
	darwin_msg_enqueue(msg);
}

/**
 * darwin_msg_charge() - charges a message to the process that sends it
 * @msg: uncharged
 * @space: of the sender
 * @bytes: kernel memory it takes
 *
 * Context: any.
 * Return: false when the process has too much in queues already.
 */
bool darwin_msg_charge(struct darwin_msg *msg, struct darwin_ipc *space, size_t bytes)
{
	if (atomic_long_add_return(bytes, &space->queued) > DARWIN_IPC_MAX_QUEUED) {
		atomic_long_sub(bytes, &space->queued);
		return false;
	}
	refcount_inc(&space->ref);
	msg->space = space;
	msg->charge = bytes;
	return true;
}

/**
 * darwin_msg_enqueue() - puts a message into its destination's queue
 * @msg: message; consumed. Whether there is room is the caller's business
 *
 * A message for a dead port without other rights (a notification, the only
 * kind that is sent without looking) is freed here.
 *
 * Context: darwin_ipc_lock is held; must not sleep.
 */
void darwin_msg_enqueue(struct darwin_msg *msg)
{
	struct darwin_port *port = msg->dest;

	lockdep_assert_held(&darwin_ipc_lock);
	if (port->dead) {
		darwin_port_put(port);
		msg_free_memory(msg);
		return;
	}
	list_add_tail(&msg->link, &port->msgs);
	port->qlen++;
	wake_up(&port->rcv_wait);
	if (port->set) {
		if (list_empty(&port->ready_link))
			list_add_tail(&port->ready_link, &port->set->ready);
		wake_up(&port->set->rcv_wait);
	}
}

/* Drops the rights that a message carries; ports that die add to @kill. */
static void msg_drop_rights(struct darwin_msg *msg, struct list_head *kill)
{
	u32 i, j;

	darwin_right_drop(msg->dest, DARWIN_MACH_MSGH_BITS_REMOTE(msg->bits), kill);
	darwin_right_drop(msg->reply, DARWIN_MACH_MSGH_BITS_LOCAL(msg->bits), kill);
	for (i = 0; i < msg->nitems; i++) {
		struct darwin_msg_item *item = &msg->items[i];

		if (item->type == DARWIN_MACH_MSG_PORT_DESCRIPTOR)
			darwin_right_drop(item->port, item->disposition, kill);
		if (item->type != DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR || !item->ports)
			continue;
		for (j = 0; j < item->size; j++)
			darwin_right_drop(item->ports[j], item->disposition, kill);
	}
}

/**
 * darwin_msg_free_list() - destroys messages with everything in them
 * @kill: list of messages; empty afterwards
 *
 * A receive right in a message dies with it, and the messages in that port's
 * queue are next: a list instead of recursion.
 *
 * Context: may sleep.
 */
void darwin_msg_free_list(struct list_head *kill)
{
	while (!list_empty(kill)) {
		struct darwin_msg *msg = list_first_entry(kill, struct darwin_msg, link);

		list_del_init(&msg->link);
		spin_lock(&darwin_ipc_lock);
		msg_drop_rights(msg, kill);
		spin_unlock(&darwin_ipc_lock);
		msg_free_memory(msg);
		cond_resched();
	}
}
EXPORT_SYMBOL_FOR_TEST(darwin_msg_free_list);

/**
 * darwin_msg_free() - destroys one message with everything in it
 * @msg: in no list, or NULL
 *
 * Context: may sleep.
 */
void darwin_msg_free(struct darwin_msg *msg)
{
	LIST_HEAD(kill);

	if (!msg)
		return;
	list_add(&msg->link, &kill);
	darwin_msg_free_list(&kill);
}
