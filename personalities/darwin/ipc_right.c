// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rights: how they get from names into the kernel (copyin) and back
 * (copyout), and how a program changes the ones it has. The rules are those
 * of osfmk/ipc/ipc_right.c.
 */
#include <linux/export.h>
#include <linux/slab.h>

#include "ipc.h"

/* Gives up the receive right of an entry; its other rights stay. */
static struct darwin_port *entry_take_receive(struct darwin_ipc *space, struct darwin_entry *entry)
{
	struct darwin_port *port = entry->port;

	entry->type &= ~DARWIN_MACH_PORT_TYPE_RECEIVE;
	refcount_inc(&port->ref);
	port->space = NULL;
	port->name = 0;
	port->mscount = 0;
	port->seqno = 0;
	darwin_set_remove(port);
	if (!entry->type)
		darwin_entry_free(space, entry);
	return port;
}

/* Gives up one send right or dead name reference. */
static void entry_drop_uref(struct darwin_ipc *space, struct darwin_entry *entry, u32 type)
{
	if (--entry->urefs)
		return;
	if (type == DARWIN_MACH_PORT_TYPE_SEND)
		darwin_port_drop_send(entry->port);
	entry->type &= ~type;
	if (!entry->type)
		darwin_entry_free(space, entry);
	else
		entry->urefs = 1;	/* the receive right's, always there */
}

/**
 * darwin_right_copyin_check() - would darwin_right_copyin() succeed?
 * @space: name space
 * @name: name, neither null nor dead
 * @disp: DARWIN_MACH_MSG_TYPE_*
 *
 * Context: darwin_ipc_lock is held.
 * Return: DARWIN_KERN_SUCCESS, DARWIN_KERN_INVALID_NAME, or
 * DARWIN_KERN_INVALID_RIGHT.
 */
int darwin_right_copyin_check(struct darwin_ipc *space, u32 name, u32 disp)
{
	struct darwin_entry *entry = darwin_entry_lookup(space, name);
	u32 need;

	if (!entry)
		return DARWIN_KERN_INVALID_NAME;
	switch (disp) {
	case DARWIN_MACH_MSG_TYPE_MAKE_SEND:
	case DARWIN_MACH_MSG_TYPE_MAKE_SEND_ONCE:
	case DARWIN_MACH_MSG_TYPE_MOVE_RECEIVE:
		need = DARWIN_MACH_PORT_TYPE_RECEIVE;
		break;
	case DARWIN_MACH_MSG_TYPE_COPY_SEND:
	case DARWIN_MACH_MSG_TYPE_MOVE_SEND:
		need = DARWIN_MACH_PORT_TYPE_SEND | DARWIN_MACH_PORT_TYPE_DEAD_NAME;
		break;
	case DARWIN_MACH_MSG_TYPE_MOVE_SEND_ONCE:
		need = DARWIN_MACH_PORT_TYPE_SEND_ONCE | DARWIN_MACH_PORT_TYPE_DEAD_NAME;
		break;
	default:
		return DARWIN_KERN_INVALID_VALUE;
	}
	if (!(entry->type & need))
		return DARWIN_KERN_INVALID_RIGHT;
	/* A timer's right stays where it is, a strictly guarded one as well. */
	if (disp == DARWIN_MACH_MSG_TYPE_MOVE_RECEIVE &&
	    (entry->port->timer || (entry->port->guarded && entry->port->strict)))
		return DARWIN_KERN_INVALID_RIGHT;
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_right_copyin() - takes a right out of a name space
 * @space: name space
 * @name: name, neither null nor dead
 * @disp: DARWIN_MACH_MSG_TYPE_*; the right becomes darwin_disposition(@disp)
 * @port: the port with a reference that belongs to the right, or
 *	DARWIN_PORT_DEAD
 * @kill: as for darwin_port_die()
 *
 * Context: darwin_ipc_lock is held.
 * Return: as darwin_right_copyin_check().
 */
int darwin_right_copyin(struct darwin_ipc *space, u32 name, u32 disp,
			struct darwin_port **port, struct list_head *kill)
{
	struct darwin_entry *entry;
	int kr;

	kr = darwin_right_copyin_check(space, name, disp);
	if (kr)
		return kr;
	entry = darwin_entry_lookup(space, name);
	if (entry->type & DARWIN_MACH_PORT_TYPE_DEAD_NAME) {
		*port = DARWIN_PORT_DEAD;
		if (disp != DARWIN_MACH_MSG_TYPE_COPY_SEND)
			entry_drop_uref(space, entry, DARWIN_MACH_PORT_TYPE_DEAD_NAME);
		return DARWIN_KERN_SUCCESS;
	}
	*port = entry->port;
	switch (disp) {
	case DARWIN_MACH_MSG_TYPE_MAKE_SEND:
		entry->port->mscount++;
		darwin_send_right_get(entry->port);
		break;
	case DARWIN_MACH_MSG_TYPE_MAKE_SEND_ONCE:
		refcount_inc(&entry->port->ref);
		entry->port->sorights++;
		break;
	case DARWIN_MACH_MSG_TYPE_COPY_SEND:
		darwin_send_right_get(entry->port);
		break;
	case DARWIN_MACH_MSG_TYPE_MOVE_SEND:
		/* Taken before the entry's is dropped: no "no senders" between. */
		darwin_send_right_get(entry->port);
		entry_drop_uref(space, entry, DARWIN_MACH_PORT_TYPE_SEND);
		break;
	case DARWIN_MACH_MSG_TYPE_MOVE_SEND_ONCE:
		refcount_inc(&entry->port->ref);
		entry->type = 0;
		darwin_entry_free(space, entry);
		break;
	case DARWIN_MACH_MSG_TYPE_MOVE_RECEIVE:
		*port = entry_take_receive(space, entry);
		break;
	}
	return DARWIN_KERN_SUCCESS;
}
EXPORT_SYMBOL_FOR_TEST(darwin_right_copyin);

/**
 * darwin_right_drop() - destroys a right that is in the kernel's hands
 * @port: port, NULL or DARWIN_PORT_DEAD; the right's reference is dropped
 * @disp: DARWIN_MACH_MSG_TYPE_PORT_*
 * @kill: as for darwin_port_die()
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_right_drop(struct darwin_port *port, u32 disp, struct list_head *kill)
{
	lockdep_assert_held(&darwin_ipc_lock);
	if (!darwin_port_valid(port))
		return;
	switch (disp) {
	case DARWIN_MACH_MSG_TYPE_PORT_SEND:
		darwin_port_drop_send(port);
		break;
	case DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE:
		darwin_port_drop_send_once(port);
		break;
	case DARWIN_MACH_MSG_TYPE_PORT_RECEIVE:
		darwin_port_die(port, kill);
		break;
	}
	darwin_port_put(port);
}

/* Gives a right to a name that the process has for the port already. */
static void entry_merge(struct darwin_entry *entry, struct darwin_port *port, u32 disp)
{
	if (disp == DARWIN_MACH_MSG_TYPE_PORT_SEND) {
		if (entry->type & DARWIN_MACH_PORT_TYPE_SEND) {
			if (entry->urefs < DARWIN_MACH_PORT_UREFS_MAX)
				entry->urefs++;
			darwin_port_drop_send(port);
		} else {
			entry->type |= DARWIN_MACH_PORT_TYPE_SEND;
			entry->urefs = 1;
		}
	} else {
		entry->type |= DARWIN_MACH_PORT_TYPE_RECEIVE;
	}
	darwin_port_put(port);
}

static u32 disp_type(u32 disp)
{
	switch (disp) {
	case DARWIN_MACH_MSG_TYPE_PORT_SEND:
		return DARWIN_MACH_PORT_TYPE_SEND;
	case DARWIN_MACH_MSG_TYPE_PORT_RECEIVE:
		return DARWIN_MACH_PORT_TYPE_RECEIVE;
	}
	return DARWIN_MACH_PORT_TYPE_SEND_ONCE;
}

static void receive_right_arrives(struct darwin_ipc *space, struct darwin_port *port, u32 name)
{
	port->space = space;
	port->name = name;
	port->transit = NULL;
}

/**
 * darwin_right_copyout() - gives a process a right
 * @space: its name space
 * @port: port whose right's reference is taken over, NULL or DARWIN_PORT_DEAD
 * @disp: DARWIN_MACH_MSG_TYPE_PORT_*
 * @name: what it is called there
 *
 * Send and receive rights of one port have one name. When it fails the right
 * is destroyed and @name is DARWIN_MACH_PORT_NULL.
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_SUCCESS or DARWIN_KERN_RESOURCE_SHORTAGE.
 */
int darwin_right_copyout(struct darwin_ipc *space, struct darwin_port *port, u32 disp, u32 *name)
{
	struct darwin_entry *fresh, *entry = NULL;
	LIST_HEAD(kill);

	*name = DARWIN_MACH_PORT_NULL;
	if (!port)
		return DARWIN_KERN_SUCCESS;
	if (port == DARWIN_PORT_DEAD) {
		*name = DARWIN_MACH_PORT_DEAD;
		return DARWIN_KERN_SUCCESS;
	}
	fresh = darwin_entry_prepare(space);
	spin_lock(&darwin_ipc_lock);
	if (port->dead) {
		*name = DARWIN_MACH_PORT_DEAD;
		darwin_right_drop(port, disp, &kill);
		goto out;
	}
	if (disp != DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE)
		entry = darwin_entry_by_port(space, port);
	if (entry) {
		entry_merge(entry, port, disp);
	} else if (fresh) {
		darwin_entry_commit(space, fresh, port, disp_type(disp));
		entry = fresh;
		fresh = NULL;
	} else {
		darwin_right_drop(port, disp, &kill);
		goto out;
	}
	if (disp == DARWIN_MACH_MSG_TYPE_PORT_RECEIVE)
		receive_right_arrives(space, port, entry->name);
	*name = entry->name;
out:
	spin_unlock(&darwin_ipc_lock);
	darwin_entry_cancel(space, fresh);
	darwin_msg_free_list(&kill);
	return *name ? DARWIN_KERN_SUCCESS : DARWIN_KERN_RESOURCE_SHORTAGE;
}
EXPORT_SYMBOL_FOR_TEST(darwin_right_copyout);

/**
 * darwin_right_insert() - gives a process a right under a name it chooses
 * @space: its name space
 * @name: wanted: unused, or the name it has for that port already
 * @port: port whose right's reference is taken over, whatever happens
 * @disp: DARWIN_MACH_MSG_TYPE_PORT_*
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_right_insert(struct darwin_ipc *space, u32 name, struct darwin_port *port, u32 disp)
{
	struct darwin_entry *fresh, *entry;
	int kr = DARWIN_KERN_SUCCESS;
	LIST_HEAD(kill);

	if (!darwin_port_valid(port))
		return DARWIN_KERN_INVALID_CAPABILITY;
	fresh = darwin_entry_prepare_name(space, name, &kr);
	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, name);
	if (port->dead) {
		kr = DARWIN_KERN_INVALID_CAPABILITY;
	} else if (entry) {
		kr = DARWIN_KERN_NAME_EXISTS;
		if (entry->port == port && disp != DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE &&
		    !RB_EMPTY_NODE(&entry->node)) {
			entry_merge(entry, port, disp);
			kr = DARWIN_KERN_SUCCESS;
		}
	} else if (fresh) {
		if (disp != DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE &&
		    darwin_entry_by_port(space, port)) {
			kr = DARWIN_KERN_RIGHT_EXISTS;
		} else {
			darwin_entry_commit(space, fresh, port, disp_type(disp));
			fresh = NULL;
			kr = DARWIN_KERN_SUCCESS;
		}
	}
	if (kr)
		darwin_right_drop(port, disp, &kill);
	else if (disp == DARWIN_MACH_MSG_TYPE_PORT_RECEIVE)
		receive_right_arrives(space, port, name);
	spin_unlock(&darwin_ipc_lock);
	darwin_entry_cancel(space, fresh);
	darwin_msg_free_list(&kill);
	return kr;
}
EXPORT_SYMBOL_FOR_TEST(darwin_right_insert);

/* The reference type that a right's count is about; 0: no such right. */
static u32 right_type(u32 right)
{
	return right <= DARWIN_MACH_PORT_RIGHT_DEAD_NAME ? DARWIN_MACH_PORT_TYPE(right) : 0;
}

/**
 * darwin_right_refs() - how many user references a name has of a right
 * @space: name space
 * @name: name
 * @right: DARWIN_MACH_PORT_RIGHT_*
 * @refs: their number; 0 when the name does not denote that right
 *
 * Context: may not hold darwin_ipc_lock.
 * Return: DARWIN_KERN_*.
 */
int darwin_right_refs(struct darwin_ipc *space, u32 name, u32 right, u32 *refs)
{
	struct darwin_entry *entry;
	u32 type = right_type(right);
	int kr = DARWIN_KERN_SUCCESS;

	*refs = 0;
	if (!type)
		return DARWIN_KERN_INVALID_VALUE;
	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, name);
	if (!entry)
		kr = DARWIN_KERN_INVALID_NAME;
	else if (entry->type & type & (DARWIN_MACH_PORT_TYPE_SEND |
				       DARWIN_MACH_PORT_TYPE_DEAD_NAME))
		*refs = entry->urefs;
	else if (entry->type & type)
		*refs = 1;
	spin_unlock(&darwin_ipc_lock);
	return kr;
}
EXPORT_SYMBOL_FOR_TEST(darwin_right_refs);

/* mod_refs of a right there is exactly one of; @delta is -1 or 0. */
static int drop_single(struct darwin_ipc *space, struct darwin_entry *entry, u32 right, s32 delta,
		       struct list_head *kill)
{
	struct darwin_port *port = entry->port;

	if (!delta)
		return DARWIN_KERN_SUCCESS;
	if (delta != -1)
		return DARWIN_KERN_INVALID_VALUE;
	switch (right) {
	case DARWIN_MACH_PORT_RIGHT_SEND_ONCE:
		entry->type = 0;
		darwin_port_drop_send_once(port);
		darwin_entry_free(space, entry);
		break;
	case DARWIN_MACH_PORT_RIGHT_PORT_SET:
		entry->type = 0;
		darwin_port_die(port, kill);
		darwin_entry_free(space, entry);
		break;
	case DARWIN_MACH_PORT_RIGHT_RECEIVE:
		if (port->guarded)
			return DARWIN_KERN_INVALID_RIGHT;
		/* What send rights the name has left turn into a dead name. */
		port = entry_take_receive(space, entry);
		darwin_port_die(port, kill);
		darwin_port_put(port);
		break;
	}
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_right_mod_refs() - mach_port_mod_refs()
 * @space: name space
 * @name: name
 * @right: DARWIN_MACH_PORT_RIGHT_*
 * @delta: references to add or drop
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_right_mod_refs(struct darwin_ipc *space, u32 name, u32 right, s32 delta)
{
	struct darwin_entry *entry;
	u32 type = right_type(right);
	int kr = DARWIN_KERN_SUCCESS;
	LIST_HEAD(kill);
	s64 refs;

	if (!type)
		return DARWIN_KERN_INVALID_VALUE;
	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, name);
	if (!entry) {
		kr = DARWIN_KERN_INVALID_NAME;
		goto out;
	}
	if (!(entry->type & type)) {
		kr = DARWIN_KERN_INVALID_RIGHT;
		goto out;
	}
	if (right != DARWIN_MACH_PORT_RIGHT_SEND && right != DARWIN_MACH_PORT_RIGHT_DEAD_NAME) {
		kr = drop_single(space, entry, right, delta, &kill);
		goto out;
	}
	refs = (s64)entry->urefs + delta;
	if (refs < 0) {
		kr = DARWIN_KERN_INVALID_VALUE;
	} else if (refs > DARWIN_MACH_PORT_UREFS_MAX) {
		kr = DARWIN_KERN_UREFS_OVERFLOW;
	} else if (refs) {
		entry->urefs = refs;
	} else {
		entry->urefs = 1;
		entry_drop_uref(space, entry, type);
	}
out:
	spin_unlock(&darwin_ipc_lock);
	darwin_msg_free_list(&kill);
	return kr;
}
EXPORT_SYMBOL_FOR_TEST(darwin_right_mod_refs);

/**
 * darwin_right_deallocate() - mach_port_deallocate()
 * @space: name space
 * @name: name of a send right, send-once right or dead name
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_right_deallocate(struct darwin_ipc *space, u32 name)
{
	struct darwin_entry *entry;
	int kr = DARWIN_KERN_SUCCESS;

	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, name);
	if (!entry) {
		kr = DARWIN_KERN_INVALID_NAME;
	} else if (entry->type & DARWIN_MACH_PORT_TYPE_SEND) {
		entry_drop_uref(space, entry, DARWIN_MACH_PORT_TYPE_SEND);
	} else if (entry->type & DARWIN_MACH_PORT_TYPE_DEAD_NAME) {
		entry_drop_uref(space, entry, DARWIN_MACH_PORT_TYPE_DEAD_NAME);
	} else if (entry->type & DARWIN_MACH_PORT_TYPE_SEND_ONCE) {
		entry->type = 0;
		darwin_port_drop_send_once(entry->port);
		darwin_entry_free(space, entry);
	} else {
		kr = DARWIN_KERN_INVALID_RIGHT;
	}
	spin_unlock(&darwin_ipc_lock);
	return kr;
}
EXPORT_SYMBOL_FOR_TEST(darwin_right_deallocate);

/**
 * darwin_right_destroy() - mach_port_destroy(): all rights of a name
 * @space: name space
 * @name: name
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_*.
 */
int darwin_right_destroy(struct darwin_ipc *space, u32 name)
{
	struct darwin_entry *entry;
	struct darwin_port *port;
	LIST_HEAD(kill);
	u32 type;

	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, name);
	if (!entry) {
		spin_unlock(&darwin_ipc_lock);
		return DARWIN_KERN_INVALID_NAME;
	}
	type = entry->type;
	port = entry->port;
	/* A guarded receive right ends by mach_port_destruct(), or with the process. */
	if (type & DARWIN_MACH_PORT_TYPE_RECEIVE && port->guarded && !space->dead) {
		spin_unlock(&darwin_ipc_lock);
		return DARWIN_KERN_INVALID_RIGHT;
	}
	if (type & DARWIN_MACH_PORT_TYPE_SEND)
		darwin_port_drop_send(port);
	if (type & DARWIN_MACH_PORT_TYPE_SEND_ONCE)
		darwin_port_drop_send_once(port);
	if (type & (DARWIN_MACH_PORT_TYPE_RECEIVE | DARWIN_MACH_PORT_TYPE_PORT_SET))
		darwin_port_die(port, &kill);
	darwin_entry_free(space, entry);
	spin_unlock(&darwin_ipc_lock);
	darwin_msg_free_list(&kill);
	return DARWIN_KERN_SUCCESS;
}
EXPORT_SYMBOL_FOR_TEST(darwin_right_destroy);
