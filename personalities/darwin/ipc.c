// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mach port name spaces: one per process, names for rights.
 *
 * The table is an xarray by the index part of the name. An index is reserved
 * and the entry allocated before the lock is taken; entering it then cannot
 * fail. Indices are handed out in rising order and the generation changes on
 * every round, so that a stale name does not soon denote something else.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/slab.h>

#include "ipc.h"

/* All rights, names and queues of all Darwin processes, see ipc.h. */
spinlock_t darwin_ipc_lock = __SPIN_LOCK_UNLOCKED(darwin_ipc_lock);
EXPORT_SYMBOL_FOR_TEST(darwin_ipc_lock);

/**
 * darwin_entry_prepare() - allocates an entry and a fresh name for it
 * @space: name space
 *
 * Context: may sleep.
 * Return: an entry to be committed or cancelled, NULL without memory or names.
 */
struct darwin_entry *darwin_entry_prepare(struct darwin_ipc *space)
{
	struct darwin_entry *entry;
	u32 index;
	int err;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return NULL;
	err = xa_alloc_cyclic(&space->names, &index, NULL,
			      XA_LIMIT(1, DARWIN_IPC_MAX_NAMES), &space->next,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0) {
		kfree(entry);
		return NULL;
	}
	/* Begun anew. Threads that race may begin a round too many: no harm. */
	if (index <= READ_ONCE(space->last))
		WRITE_ONCE(space->gen, READ_ONCE(space->gen) + 1);
	WRITE_ONCE(space->last, index);
	entry->name = darwin_name_make(index, READ_ONCE(space->gen));
	RB_CLEAR_NODE(&entry->node);
	return entry;
}

/**
 * darwin_entry_prepare_name() - allocates an entry with a name of the caller's choice
 * @space: name space
 * @name: wanted
 * @kr: why it failed, DARWIN_KERN_*
 *
 * Context: may sleep.
 * Return: an entry to be committed or cancelled, or NULL.
 */
struct darwin_entry *darwin_entry_prepare_name(struct darwin_ipc *space, u32 name, int *kr)
{
	struct darwin_entry *entry;
	int err;

	if (!darwin_name_ok(name)) {
		*kr = DARWIN_KERN_INVALID_VALUE;
		return NULL;
	}
	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry) {
		*kr = DARWIN_KERN_RESOURCE_SHORTAGE;
		return NULL;
	}
	err = xa_insert(&space->names, darwin_name_index(name), NULL, GFP_KERNEL_ACCOUNT);
	if (err) {
		*kr = err == -EBUSY ? DARWIN_KERN_NAME_EXISTS : DARWIN_KERN_RESOURCE_SHORTAGE;
		kfree(entry);
		return NULL;
	}
	entry->name = name;
	RB_CLEAR_NODE(&entry->node);
	return entry;
}

/**
 * darwin_entry_cancel() - gives back a prepared entry
 * @space: name space
 * @entry: not committed; NULL is allowed
 *
 * Context: any but interrupts.
 */
void darwin_entry_cancel(struct darwin_ipc *space, struct darwin_entry *entry)
{
	if (!entry)
		return;
	xa_erase(&space->names, darwin_name_index(entry->name));
	kfree(entry);
}

/**
 * darwin_entry_index() - makes an entry findable by its port
 * @space: name space
 * @entry: has a send or receive right
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_entry_index(struct darwin_ipc *space, struct darwin_entry *entry)
{
	struct rb_node **p = &space->ports.rb_node, *parent = NULL;

	lockdep_assert_held(&darwin_ipc_lock);
	if (!RB_EMPTY_NODE(&entry->node))
		return;
	while (*p) {
		parent = *p;
		if (entry->port < rb_entry(parent, struct darwin_entry, node)->port)
			p = &parent->rb_left;
		else
			p = &parent->rb_right;
	}
	rb_link_node(&entry->node, parent, p);
	rb_insert_color(&entry->node, &space->ports);
}

/**
 * darwin_entry_unindex() - undoes darwin_entry_index()
 * @space: name space
 * @entry: indexed or not
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_entry_unindex(struct darwin_ipc *space, struct darwin_entry *entry)
{
	lockdep_assert_held(&darwin_ipc_lock);
	if (RB_EMPTY_NODE(&entry->node))
		return;
	rb_erase(&entry->node, &space->ports);
	RB_CLEAR_NODE(&entry->node);
}

/**
 * darwin_entry_by_port() - the name of a port's send or receive right
 * @space: name space
 * @port: port
 *
 * Context: darwin_ipc_lock is held.
 * Return: the entry or NULL.
 */
struct darwin_entry *darwin_entry_by_port(struct darwin_ipc *space, const struct darwin_port *port)
{
	struct rb_node *n = space->ports.rb_node;

	lockdep_assert_held(&darwin_ipc_lock);
	while (n) {
		struct darwin_entry *entry = rb_entry(n, struct darwin_entry, node);

		if (port == entry->port)
			return entry;
		n = port < entry->port ? n->rb_left : n->rb_right;
	}
	return NULL;
}

/**
 * darwin_entry_commit() - enters a prepared entry
 * @space: name space
 * @entry: prepared
 * @port: object; the caller's reference becomes the entry's
 * @type: DARWIN_MACH_PORT_TYPE_* of the one right it begins with
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_entry_commit(struct darwin_ipc *space, struct darwin_entry *entry,
			 struct darwin_port *port, u32 type)
{
	lockdep_assert_held(&darwin_ipc_lock);
	entry->port = port;
	entry->type = type;
	entry->urefs = 1;
	if (type & (DARWIN_MACH_PORT_TYPE_SEND | DARWIN_MACH_PORT_TYPE_RECEIVE))
		darwin_entry_index(space, entry);
	/* The slot was reserved: this neither allocates nor fails. */
	xa_store(&space->names, darwin_name_index(entry->name), entry, GFP_ATOMIC);
}

/* The port behind a name has died: the name's rights become a dead name. */
static void entry_bury(struct darwin_ipc *space, struct darwin_entry *entry)
{
	struct darwin_port *port = entry->port;

	darwin_entry_unindex(space, entry);
	entry->type = DARWIN_MACH_PORT_TYPE_DEAD_NAME;
	WRITE_ONCE(entry->port, NULL);
	darwin_port_put(port);
}

/**
 * darwin_entry_lookup() - finds a name
 * @space: name space
 * @name: any value
 *
 * A name whose port has died since turns into a dead name here.
 *
 * Context: darwin_ipc_lock is held.
 * Return: the entry or NULL.
 */
struct darwin_entry *darwin_entry_lookup(struct darwin_ipc *space, u32 name)
{
	struct darwin_entry *entry;

	lockdep_assert_held(&darwin_ipc_lock);
	entry = xa_load(&space->names, darwin_name_index(name));
	if (!entry || entry->name != name)
		return NULL;
	if (entry->port && entry->port->dead)
		entry_bury(space, entry);
	return entry;
}

/**
 * darwin_entry_free() - removes a name that denotes no right any more
 * @space: name space
 * @entry: entry; its reference of the port is dropped
 *
 * A dead-name notification that was asked for is sent as "port deleted".
 *
 * Context: darwin_ipc_lock is held.
 */
void darwin_entry_free(struct darwin_ipc *space, struct darwin_entry *entry)
{
	lockdep_assert_held(&darwin_ipc_lock);
	darwin_entry_unindex(space, entry);
	if (entry->request) {
		list_del_init(&entry->request->link);
		entry->request->owner = NULL;
		darwin_notify_fire(entry->request, DARWIN_MACH_NOTIFY_PORT_DELETED, entry->name);
		entry->request = NULL;
	}
	xa_erase(&space->names, darwin_name_index(entry->name));
	if (entry->port)
		darwin_port_put(entry->port);
	kfree_rcu(entry, rcu);
}

/**
 * darwin_port_lookup() - the object behind a name
 * @space: name space
 * @name: any value
 * @kind: enum darwin_port_kind it must have, -1 for any
 *
 * Any right to the object will do. Takes no lock.
 *
 * Context: any.
 * Return: the port with a reference; NULL if there is none, or it is dead.
 */
struct darwin_port *darwin_port_lookup(struct darwin_ipc *space, u32 name, int kind)
{
	struct darwin_port *port = NULL;
	struct darwin_entry *entry;

	rcu_read_lock();
	entry = xa_load(&space->names, darwin_name_index(name));
	if (entry && entry->name == name) {
		port = READ_ONCE(entry->port);
		if (port && ((kind >= 0 && port->kind != kind) || READ_ONCE(port->dead) ||
			     !refcount_inc_not_zero(&port->ref)))
			port = NULL;
	}
	rcu_read_unlock();
	return port;
}

/**
 * darwin_ipc_give() - gives the process a send right to a kernel object
 * @space: its name space
 * @port: object; a reference is taken
 *
 * Context: may sleep.
 * Return: the name, DARWIN_MACH_PORT_NULL without memory or names.
 */
u32 darwin_ipc_give(struct darwin_ipc *space, struct darwin_port *port)
{
	struct darwin_port *right;
	u32 name;

	spin_lock(&darwin_ipc_lock);
	right = darwin_send_right_get(port);
	spin_unlock(&darwin_ipc_lock);
	if (darwin_right_copyout(space, right, DARWIN_MACH_MSG_TYPE_PORT_SEND, &name))
		return DARWIN_MACH_PORT_NULL;
	return name;
}

/**
 * darwin_ipc_put() - drops a reference of a name space
 * @space: name space
 *
 * Context: any.
 */
void darwin_ipc_put(struct darwin_ipc *space)
{
	if (refcount_dec_and_test(&space->ref))
		kfree(space);
}

static struct darwin_port *kernel_port(enum darwin_port_kind kind, u32 clock)
{
	struct darwin_port *port = darwin_port_alloc(kind);

	if (port)
		port->clock = clock;
	return port;
}

/* Children inherit the special and the registered ports, nothing else. */
static void ipc_inherit(struct darwin_ipc *space, struct darwin_ipc *parent)
{
	int i;

	spin_lock(&darwin_ipc_lock);
	for (i = 0; i < DARWIN_NR_SPECIAL; i++) {
		if (!darwin_port_valid(parent->special[i]))
			continue;
		space->special[i] = darwin_send_right_get(parent->special[i]);
	}
	spin_unlock(&darwin_ipc_lock);
}

static void ipc_free_ports(struct darwin_ipc *space)
{
	int i;

	for (i = 0; i < DARWIN_NR_SPECIAL; i++) {
		if (darwin_port_valid(space->special[i])) {
			spin_lock(&darwin_ipc_lock);
			darwin_port_drop_send(space->special[i]);
			spin_unlock(&darwin_ipc_lock);
			darwin_port_put(space->special[i]);
		}
		space->special[i] = NULL;
	}
	for (i = 0; i < ARRAY_SIZE(space->clocks); i++)
		if (space->clocks[i])
			darwin_port_put(space->clocks[i]);
	if (space->host)
		darwin_port_put(space->host);
	if (space->task) {
		LIST_HEAD(kill);

		spin_lock(&darwin_ipc_lock);
		darwin_port_die(space->task, &kill);
		spin_unlock(&darwin_ipc_lock);
		darwin_msg_free_list(&kill);
		darwin_port_put(space->task);
	}
}

/**
 * darwin_ipc_proc_init() - makes the name space of a new process
 * @proc: process
 * @parent: the process that forks, NULL at exec
 *
 * Context: may sleep; runs in the parent.
 * Return: 0 or -ENOMEM.
 */
int darwin_ipc_proc_init(struct persona_proc *proc, struct persona_proc *parent)
{
	struct darwin_ipc *space;

	space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT);
	if (!space)
		return -ENOMEM;
	refcount_set(&space->ref, 1);
	xa_init_flags(&space->names, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	space->ports = RB_ROOT;
	/* The process is not known by a pid yet: see darwin_task_self(). */
	space->task = kernel_port(DARWIN_PORT_TASK, 0);
	space->host = kernel_port(DARWIN_PORT_HOST, 0);
	space->clocks[0] = kernel_port(DARWIN_PORT_CLOCK, 0);
	space->clocks[1] = kernel_port(DARWIN_PORT_CLOCK, 1);
	if (!space->task || !space->host || !space->clocks[0] || !space->clocks[1]) {
		ipc_free_ports(space);
		kfree(space);
		return -ENOMEM;
	}
	if (parent && darwin_proc(parent)->ipc)
		ipc_inherit(space, darwin_proc(parent)->ipc);
	darwin_proc(proc)->ipc = space;
	return 0;
}

/**
 * darwin_ipc_proc_exit() - destroys a process's rights and its name space
 * @proc: process without threads
 *
 * Context: may sleep; workqueue or whoever failed to set up the process.
 */
void darwin_ipc_proc_exit(struct persona_proc *proc)
{
	struct darwin_ipc *space = darwin_proc(proc)->ipc;
	struct darwin_entry *entry;
	unsigned long index;

	if (!space)
		return;
	darwin_proc(proc)->ipc = NULL;
	spin_lock(&darwin_ipc_lock);
	space->dead = true;
	spin_unlock(&darwin_ipc_lock);
	xa_for_each(&space->names, index, entry) {
		darwin_right_destroy(space, entry->name);
		cond_resched();
	}
	xa_destroy(&space->names);
	ipc_free_ports(space);
	darwin_ipc_put(space);
}
