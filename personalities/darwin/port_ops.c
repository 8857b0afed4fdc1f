// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mach_port_* does to the ports of a name space, without the question
 * how it was asked (traps in mach_port.c, messages in mig_port.c).
 */
#include <linux/export.h>
#include <linux/slab.h>

#include "port_ops.h"

/* mps_flags */
#define STATUS_FLAG_GUARDED		0x02
#define STATUS_FLAG_STRICT_GUARD	0x04

/* Hints about scheduling and power that change nothing here. */
#define MPO_HINTS	(DARWIN_MPO_TEMPOWNER | DARWIN_MPO_IMPORTANCE_RECEIVER |	\
			 DARWIN_MPO_DENAP_RECEIVER | DARWIN_MPO_TG_BLOCK_TRACKING |	\
			 DARWIN_MPO_REPLY_PORT | DARWIN_MPO_PROVISIONAL_REPLY)
#define MPO_KNOWN	(DARWIN_MPO_CONTEXT_AS_GUARD | DARWIN_MPO_QLIMIT |		\
			 DARWIN_MPO_INSERT_SEND_RIGHT | DARWIN_MPO_STRICT | MPO_HINTS)

/**
 * darwin_port_allocate() - mach_port_allocate() and mach_port_allocate_name()
 * @space: name space
 * @right: receive right, port set or dead name, DARWIN_MACH_PORT_RIGHT_*
 * @name_wanted: name to use, DARWIN_MACH_PORT_NULL for any
 * @name: its name
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_allocate(struct darwin_ipc *space, u32 right, u32 name_wanted, u32 *name)
{
	struct darwin_port *port = NULL;
	struct darwin_entry *entry;
	int kr = DARWIN_KERN_NO_SPACE;

	*name = DARWIN_MACH_PORT_NULL;
	if (right != DARWIN_MACH_PORT_RIGHT_RECEIVE && right != DARWIN_MACH_PORT_RIGHT_PORT_SET &&
	    right != DARWIN_MACH_PORT_RIGHT_DEAD_NAME)
		return DARWIN_KERN_INVALID_VALUE;
	entry = name_wanted ? darwin_entry_prepare_name(space, name_wanted, &kr) :
			      darwin_entry_prepare(space);
	if (!entry)
		return kr;
	if (right != DARWIN_MACH_PORT_RIGHT_DEAD_NAME) {
		port = darwin_port_alloc(right == DARWIN_MACH_PORT_RIGHT_RECEIVE ?
					 DARWIN_PORT_QUEUE : DARWIN_PORT_SET);
		if (!port) {
			darwin_entry_cancel(space, entry);
			return DARWIN_KERN_RESOURCE_SHORTAGE;
		}
		port->space = space;
		port->name = entry->name;
	}
	spin_lock(&darwin_ipc_lock);
	darwin_entry_commit(space, entry, port, DARWIN_MACH_PORT_TYPE(right));
	*name = entry->name;
	spin_unlock(&darwin_ipc_lock);
	return DARWIN_KERN_SUCCESS;
}
EXPORT_SYMBOL_FOR_TEST(darwin_port_allocate);

/* The object of a name that has a right of @type. */
static struct darwin_port *port_of(struct darwin_ipc *space, u32 name, u32 type, int *kr)
{
	struct darwin_entry *entry = darwin_entry_lookup(space, name);

	*kr = DARWIN_KERN_INVALID_NAME;
	if (!entry)
		return NULL;
	*kr = DARWIN_KERN_INVALID_RIGHT;
	if (!(entry->type & type))
		return NULL;
	*kr = DARWIN_KERN_SUCCESS;
	return entry->port;
}

/**
 * darwin_port_receive_locked() - the port that a name has the receive right of
 * @space: name space
 * @name: any value
 * @kr: why there is none, DARWIN_KERN_*
 *
 * Context: darwin_ipc_lock is held.
 * Return: the port, valid while the lock is held, or NULL.
 */
struct darwin_port *darwin_port_receive_locked(struct darwin_ipc *space, u32 name, int *kr)
{
	return port_of(space, name, DARWIN_MACH_PORT_TYPE_RECEIVE, kr);
}

/**
 * darwin_port_type() - mach_port_type()
 * @space: name space
 * @name: any value
 * @type: DARWIN_MACH_PORT_TYPE_* of all its rights
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_type(struct darwin_ipc *space, u32 name, u32 *type)
{
	struct darwin_entry *entry;
	int kr = DARWIN_KERN_INVALID_NAME;

	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, name);
	if (entry) {
		*type = entry->type;
		if (entry->request)
			*type |= DARWIN_MACH_PORT_TYPE_DNREQUEST;
		kr = DARWIN_KERN_SUCCESS;
	}
	spin_unlock(&darwin_ipc_lock);
	return kr;
}
EXPORT_SYMBOL_FOR_TEST(darwin_port_type);

static void receive_status(const struct darwin_port *port, u32 *info)
{
	info[0] = !!port->set;
	info[1] = port->seqno;
	info[2] = port->mscount;
	info[3] = port->qlimit;
	info[4] = port->qlen;
	info[5] = port->sorights;
	info[6] = !!port->srights;
	info[7] = 0;	/* no port-destroyed notifications */
	info[8] = !!port->no_senders;
	info[9] = (port->guarded ? STATUS_FLAG_GUARDED : 0) |
		  (port->strict ? STATUS_FLAG_STRICT_GUARD : 0);
}

/**
 * darwin_port_attributes() - mach_port_get_attributes()
 * @space: name space
 * @name: of a receive right
 * @flavor: DARWIN_MACH_PORT_*
 * @info: DARWIN_PORT_INFO_MAX words
 * @words: how many of them were filled in
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_attributes(struct darwin_ipc *space, u32 name, u32 flavor, u32 *info, u32 *words)
{
	struct darwin_port *port;
	int kr;

	memset(info, 0, DARWIN_PORT_INFO_MAX * sizeof(*info));
	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (!port)
		goto out;
	switch (flavor) {
	case DARWIN_MACH_PORT_LIMITS_INFO:
		info[0] = port->qlimit;
		*words = 1;
		break;
	case DARWIN_MACH_PORT_RECEIVE_STATUS:
		receive_status(port, info);
		*words = 10;
		break;
	case DARWIN_MACH_PORT_DNREQUESTS:
		info[0] = list_empty(&port->requests) ? 0 : 1;
		*words = 1;
		break;
	case DARWIN_MACH_PORT_INFO_EXT:
		receive_status(port, info);
		*words = DARWIN_PORT_INFO_MAX;
		break;
	default:
		kr = DARWIN_KERN_INVALID_ARGUMENT;
	}
out:
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_set_qlimit() - mach_port_set_attributes(MACH_PORT_LIMITS_INFO)
 * @space: name space
 * @name: of a receive right
 * @qlimit: messages
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_set_qlimit(struct darwin_ipc *space, u32 name, u32 qlimit)
{
	struct darwin_port *port;
	int kr;

	if (qlimit > DARWIN_MACH_PORT_QLIMIT_MAX)
		return DARWIN_KERN_INVALID_VALUE;
	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (port) {
		port->qlimit = qlimit;
		wake_up_all(&port->snd_wait);
	}
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_move_member() - mach_port_move_member()
 * @space: name space
 * @name: of a receive right
 * @set: name of the set it moves to, DARWIN_MACH_PORT_NULL for none
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_move_member(struct darwin_ipc *space, u32 name, u32 set)
{
	struct darwin_port *port, *to = NULL;
	int kr;

	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (port && set)
		to = port_of(space, set, DARWIN_MACH_PORT_TYPE_PORT_SET, &kr);
	if (kr)
		goto out;
	if (!set && !port->set)
		kr = DARWIN_KERN_NOT_IN_SET;
	darwin_set_remove(port);
	if (to)
		darwin_set_insert(to, port);
out:
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_insert_member() - mach_port_insert_member()
 * @space: name space
 * @name: of a receive right
 * @set: name of a port set
 *
 * A port can be a member of one set only.
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_insert_member(struct darwin_ipc *space, u32 name, u32 set)
{
	struct darwin_port *port, *to;
	int kr;

	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (!port)
		goto out;
	to = port_of(space, set, DARWIN_MACH_PORT_TYPE_PORT_SET, &kr);
	if (!to)
		goto out;
	if (port->set)
		kr = port->set == to ? DARWIN_KERN_ALREADY_IN_SET : DARWIN_KERN_NOT_SUPPORTED;
	else
		darwin_set_insert(to, port);
out:
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_extract_member() - mach_port_extract_member()
 * @space: name space
 * @name: of a receive right
 * @set: name of a port set
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_extract_member(struct darwin_ipc *space, u32 name, u32 set)
{
	struct darwin_port *port, *from;
	int kr;

	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (!port)
		goto out;
	from = port_of(space, set, DARWIN_MACH_PORT_TYPE_PORT_SET, &kr);
	if (!from)
		goto out;
	if (port->set == from)
		darwin_set_remove(port);
	else
		kr = DARWIN_KERN_NOT_IN_SET;
out:
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_guard() - mach_port_guard()
 * @space: name space
 * @name: of a receive right
 * @guard: value that mach_port_unguard() and mach_port_destruct() must know
 * @strict: the right may not be moved either
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_guard(struct darwin_ipc *space, u32 name, u64 guard, bool strict)
{
	struct darwin_port *port;
	int kr;

	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (port && port->guarded) {
		kr = DARWIN_KERN_INVALID_ARGUMENT;
	} else if (port) {
		port->guarded = true;
		port->strict = strict;
		port->context = guard;
	}
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_unguard() - mach_port_unguard()
 * @space: name space
 * @name: of a receive right
 * @guard: its guard
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_unguard(struct darwin_ipc *space, u32 name, u64 guard)
{
	struct darwin_port *port;
	int kr;

	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (port && (!port->guarded || port->context != guard)) {
		kr = DARWIN_KERN_INVALID_ARGUMENT;
	} else if (port) {
		port->guarded = false;
		port->strict = false;
		port->context = 0;
	}
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_context() - mach_port_get_context(), mach_port_set_context()
 * @space: name space
 * @name: of a receive right
 * @get: where the context goes, or NULL
 * @set: new context, or NULL
 *
 * Context: any but interrupts.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_context(struct darwin_ipc *space, u32 name, u64 *get, const u64 *set)
{
	struct darwin_port *port;
	int kr;

	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	/* A guard is nobody's business; a strict one cannot be overwritten. */
	if (port && get)
		*get = port->guarded ? 0 : port->context;
	if (port && set) {
		if (port->guarded && port->strict)
			kr = DARWIN_KERN_INVALID_ARGUMENT;
		else
			port->context = *set;
	}
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

/**
 * darwin_port_construct() - mach_port_construct()
 * @space: name space
 * @options: what kind of port
 * @context: its context, or guard
 * @name: its name
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_construct(struct darwin_ipc *space, const struct darwin_port_options *options,
			  u64 context, u32 *name)
{
	u32 flags = options->flags;
	struct darwin_port *port;
	struct darwin_entry *entry;
	int kr;

	if (flags & ~MPO_KNOWN ||
	    (flags & DARWIN_MPO_STRICT && !(flags & DARWIN_MPO_CONTEXT_AS_GUARD)))
		return DARWIN_KERN_INVALID_ARGUMENT;
	if (flags & DARWIN_MPO_QLIMIT && options->qlimit > DARWIN_MACH_PORT_QLIMIT_MAX)
		return DARWIN_KERN_INVALID_VALUE;
	kr = darwin_port_allocate(space, DARWIN_MACH_PORT_RIGHT_RECEIVE, 0, name);
	if (kr)
		return kr;
	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, *name);
	/* Another thread may have guessed the name and destroyed it. */
	if (!entry || !(entry->type & DARWIN_MACH_PORT_TYPE_RECEIVE)) {
		kr = DARWIN_KERN_INVALID_NAME;
		goto out;
	}
	port = entry->port;
	port->context = context;
	port->guarded = flags & DARWIN_MPO_CONTEXT_AS_GUARD;
	port->strict = flags & DARWIN_MPO_STRICT;
	if (flags & DARWIN_MPO_QLIMIT)
		port->qlimit = options->qlimit;
	if (flags & DARWIN_MPO_INSERT_SEND_RIGHT && !(entry->type & DARWIN_MACH_PORT_TYPE_SEND)) {
		port->mscount++;
		port->srights++;
		entry->type |= DARWIN_MACH_PORT_TYPE_SEND;
		entry->urefs = 1;
	}
out:
	spin_unlock(&darwin_ipc_lock);
	return kr;
}
EXPORT_SYMBOL_FOR_TEST(darwin_port_construct);

/**
 * darwin_port_destruct() - mach_port_destruct()
 * @space: name space
 * @name: of a receive right
 * @delta: send rights to drop, 0 or negative
 * @guard: its guard, if it has one
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_destruct(struct darwin_ipc *space, u32 name, s32 delta, u64 guard)
{
	struct darwin_entry *entry;
	struct darwin_port *port;
	int kr;

	if (delta > 0)
		return DARWIN_KERN_INVALID_VALUE;
	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(space, name, &kr);
	if (port) {
		entry = darwin_entry_lookup(space, name);
		if (port->guarded && port->context != guard)
			kr = DARWIN_KERN_INVALID_ARGUMENT;
		else if (delta && !(entry->type & DARWIN_MACH_PORT_TYPE_SEND))
			kr = DARWIN_KERN_INVALID_RIGHT;
		else
			port->guarded = false;
	}
	spin_unlock(&darwin_ipc_lock);
	if (!kr && delta)
		kr = darwin_right_mod_refs(space, name, DARWIN_MACH_PORT_RIGHT_SEND, delta);
	if (!kr)
		kr = darwin_right_mod_refs(space, name, DARWIN_MACH_PORT_RIGHT_RECEIVE, -1);
	return kr;
}
EXPORT_SYMBOL_FOR_TEST(darwin_port_destruct);

/* Registers @msg (NULL: takes back a registration); returns the former one. */
static int request_locked(struct darwin_ipc *space, u32 name, u32 id, u32 sync,
			  struct darwin_msg **msg)
{
	struct darwin_entry *entry = darwin_entry_lookup(space, name);
	struct darwin_msg *old;
	struct darwin_port *port;

	if (!entry)
		return DARWIN_KERN_INVALID_NAME;
	port = entry->port;
	if (id == DARWIN_MACH_NOTIFY_NO_SENDERS) {
		if (!(entry->type & DARWIN_MACH_PORT_TYPE_RECEIVE))
			return DARWIN_KERN_INVALID_RIGHT;
		old = port->no_senders;
		port->no_senders = *msg;
		port->no_senders_sync = sync;
		*msg = old;
		if (port->no_senders && !port->srights && port->mscount >= sync) {
			old = port->no_senders;
			port->no_senders = NULL;
			darwin_notify_fire(old, DARWIN_MACH_NOTIFY_NO_SENDERS, port->mscount);
		}
		return DARWIN_KERN_SUCCESS;
	}
	if (entry->type & DARWIN_MACH_PORT_TYPE_PORT_SET)
		return DARWIN_KERN_INVALID_RIGHT;
	if (entry->type & DARWIN_MACH_PORT_TYPE_DEAD_NAME) {
		if (!*msg)
			return DARWIN_KERN_SUCCESS;
		if (!sync)
			return DARWIN_KERN_INVALID_ARGUMENT;
		if (entry->urefs == DARWIN_MACH_PORT_UREFS_MAX)
			return DARWIN_KERN_UREFS_OVERFLOW;
		entry->urefs++;
		darwin_notify_fire(*msg, DARWIN_MACH_NOTIFY_DEAD_NAME, name);
		*msg = NULL;
		return DARWIN_KERN_SUCCESS;
	}
	old = entry->request;
	if (old) {
		list_del_init(&old->link);
		old->owner = NULL;
	}
	entry->request = *msg;
	if (entry->request) {
		entry->request->owner = entry;
		list_add_tail(&entry->request->link, &port->requests);
	}
	*msg = old;
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_port_request() - mach_port_request_notification()
 * @space: name space
 * @name: name it is about
 * @id: DARWIN_MACH_NOTIFY_NO_SENDERS or DARWIN_MACH_NOTIFY_DEAD_NAME
 * @sync: no senders: least make-send count; dead name: also if it is dead now
 * @notify: send-once right to tell, taken over, or NULL to ask no more
 * @previous: the right that was to be told so far; the caller's
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_port_request(struct darwin_ipc *space, u32 name, u32 id, u32 sync,
			struct darwin_port *notify, struct darwin_port **previous)
{
	struct darwin_msg *msg = NULL;
	LIST_HEAD(kill);
	int kr;

	*previous = NULL;
	kr = id == DARWIN_MACH_NOTIFY_NO_SENDERS || id == DARWIN_MACH_NOTIFY_DEAD_NAME ? 0 :
	     id == DARWIN_MACH_NOTIFY_PORT_DESTROYED || id == DARWIN_MACH_NOTIFY_SEND_POSSIBLE ?
	     DARWIN_KERN_NOT_SUPPORTED : DARWIN_KERN_INVALID_VALUE;
	if (notify == DARWIN_PORT_DEAD)
		kr = DARWIN_KERN_INVALID_CAPABILITY;
	if (!kr && notify) {
		msg = darwin_msg_notification(space, notify, id);
		if (!msg)
			kr = DARWIN_KERN_RESOURCE_SHORTAGE;
	}
	if (kr) {
		spin_lock(&darwin_ipc_lock);
		darwin_right_drop(notify, DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE, &kill);
		spin_unlock(&darwin_ipc_lock);
		return kr;
	}
	spin_lock(&darwin_ipc_lock);
	kr = request_locked(space, name, id, sync, &msg);
	spin_unlock(&darwin_ipc_lock);
	if (!kr && msg) {
		*previous = msg->dest;
		msg->dest = NULL;
	}
	darwin_msg_free(msg);
	return kr;
}
