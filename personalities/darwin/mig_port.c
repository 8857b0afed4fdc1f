// SPDX-License-Identifier: GPL-2.0-only
/* Requests about ports to task ports (subsystem mach_port, 3200). */
#include <linux/slab.h>

#include "mig.h"
#include "port_ops.h"

/* The first argument of nearly all of these is a name, at offset 0. */
static u32 arg_name(const struct darwin_mig *m)
{
	return darwin_mig_u32(m, 0);
}

/* Name spaces of other processes are out of reach. */
static int check_self(const struct darwin_mig *m)
{
	return m->target == m->space->task ? 0 : DARWIN_KERN_NOT_SUPPORTED;
}

static int port_names(struct darwin_mig *m)
{
	struct darwin_entry *entry;
	unsigned long index;
	u32 *names, *types, n = 0, room = 0;
	int kr = check_self(m);

	if (kr)
		return kr;
	xa_for_each(&m->space->names, index, entry)
		room++;
	names = kvcalloc(room + 1, 2 * sizeof(u32), GFP_KERNEL_ACCOUNT);
	if (!names)
		return DARWIN_KERN_RESOURCE_SHORTAGE;
	types = names + room;
	rcu_read_lock();
	xa_for_each(&m->space->names, index, entry) {
		if (n == room)
			break;
		names[n] = entry->name;
		types[n++] = READ_ONCE(entry->type);
	}
	rcu_read_unlock();
	kr = darwin_mig_put_ool(m, names, n * sizeof(u32));
	if (!kr)
		kr = darwin_mig_put_ool(m, types, n * sizeof(u32));
	kvfree(names);
	if (!kr) {
		darwin_mig_put_u32(m, n);
		darwin_mig_put_u32(m, n);
	}
	return kr;
}

static int port_type(struct darwin_mig *m)
{
	int kr = check_self(m);
	u32 type;

	if (!kr)
		kr = darwin_port_type(m->space, arg_name(m), &type);
	if (!kr)
		darwin_mig_put_u32(m, type);
	return kr;
}

static int port_allocate_name(struct darwin_mig *m)
{
	int kr = check_self(m);
	u32 name;

	if (kr)
		return kr;
	if (!darwin_mig_u32(m, 4))
		return DARWIN_KERN_INVALID_VALUE;
	return darwin_port_allocate(m->space, darwin_mig_u32(m, 0), darwin_mig_u32(m, 4), &name);
}

static int port_allocate(struct darwin_mig *m)
{
	int kr = check_self(m);
	u32 name;

	if (!kr)
		kr = darwin_port_allocate(m->space, darwin_mig_u32(m, 0), 0, &name);
	if (!kr)
		darwin_mig_put_u32(m, name);
	return kr;
}

static int port_destroy(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_right_destroy(m->space, arg_name(m));
}

static int port_deallocate(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_right_deallocate(m->space, arg_name(m));
}

static int port_get_refs(struct darwin_mig *m)
{
	int kr = check_self(m);
	u32 refs;

	if (!kr)
		kr = darwin_right_refs(m->space, arg_name(m), darwin_mig_u32(m, 4), &refs);
	if (!kr)
		darwin_mig_put_u32(m, refs);
	return kr;
}

static int port_mod_refs(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_right_mod_refs(m->space, arg_name(m), darwin_mig_u32(m, 4),
					       (s32)darwin_mig_u32(m, 8));
}

static int port_set_count(struct darwin_mig *m, bool mscount)
{
	struct darwin_port *port;
	int kr = check_self(m);

	if (kr)
		return kr;
	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(m->space, arg_name(m), &kr);
	if (port && mscount)
		port->mscount = darwin_mig_u32(m, 4);
	else if (port)
		port->seqno = darwin_mig_u32(m, 4);
	spin_unlock(&darwin_ipc_lock);
	return kr;
}

static int port_set_mscount(struct darwin_mig *m)
{
	return port_set_count(m, true);
}

static int port_set_seqno(struct darwin_mig *m)
{
	return port_set_count(m, false);
}

static int port_move_member(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_port_move_member(m->space, arg_name(m), darwin_mig_u32(m, 4));
}

static int port_insert_member(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_port_insert_member(m->space, arg_name(m), darwin_mig_u32(m, 4));
}

static int port_extract_member(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_port_extract_member(m->space, arg_name(m), darwin_mig_u32(m, 4));
}

static int port_request_notification(struct darwin_mig *m)
{
	struct darwin_port *notify, *previous;
	int kr = check_self(m);
	u32 disp = 0;

	if (kr)
		return kr;
	if (m->req->items[0].type != DARWIN_MACH_MSG_PORT_DESCRIPTOR ||
	    (m->req->items[0].port &&
	     m->req->items[0].disposition != DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE))
		return DARWIN_KERN_INVALID_VALUE;
	notify = darwin_mig_take_port(m, 0, &disp);
	kr = darwin_port_request(m->space, arg_name(m), darwin_mig_u32(m, 4),
				 darwin_mig_u32(m, 8), notify, &previous);
	if (!kr)
		darwin_mig_put_port(m, previous, DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE);
	return kr;
}

static int port_insert_right(struct darwin_mig *m)
{
	struct darwin_port *port;
	int kr = check_self(m);
	u32 disp;

	if (kr)
		return kr;
	port = darwin_mig_take_port(m, 0, &disp);
	return darwin_right_insert(m->space, arg_name(m), port, disp);
}

static int port_extract_right(struct darwin_mig *m)
{
	u32 name = arg_name(m), disp = darwin_mig_u32(m, 4);
	struct darwin_port *port;
	int kr = check_self(m);
	LIST_HEAD(kill);

	if (kr)
		return kr;
	if (!darwin_disposition(disp))
		return DARWIN_KERN_INVALID_VALUE;
	spin_lock(&darwin_ipc_lock);
	kr = darwin_right_copyin(m->space, name, disp, &port, &kill);
	spin_unlock(&darwin_ipc_lock);
	darwin_msg_free_list(&kill);
	if (!kr)
		darwin_mig_put_port(m, port, darwin_disposition(disp));
	return kr;
}

static int port_get_attributes(struct darwin_mig *m)
{
	u32 info[DARWIN_PORT_INFO_MAX], words;
	int kr = check_self(m);

	if (!kr)
		kr = darwin_port_attributes(m->space, arg_name(m), darwin_mig_u32(m, 4), info,
					    &words);
	return kr ? kr : darwin_mig_put_info(m, darwin_mig_u32(m, 8), info, words);
}

/* name, flavor, count, info */
static int port_set_attributes(struct darwin_mig *m)
{
	int kr = check_self(m);

	if (kr)
		return kr;
	if (darwin_mig_u32(m, 4) != DARWIN_MACH_PORT_LIMITS_INFO)
		return DARWIN_KERN_NOT_SUPPORTED;
	if (darwin_mig_u32(m, 8) < 1)
		return DARWIN_KERN_INVALID_ARGUMENT;
	return darwin_port_set_qlimit(m->space, arg_name(m), darwin_mig_u32(m, 12));
}

static int port_get_srights(struct darwin_mig *m)
{
	struct darwin_port *port;
	int kr = check_self(m);
	u32 n = 0;

	if (kr)
		return kr;
	spin_lock(&darwin_ipc_lock);
	port = darwin_port_receive_locked(m->space, arg_name(m), &kr);
	if (port)
		n = port->srights;
	spin_unlock(&darwin_ipc_lock);
	if (!kr)
		darwin_mig_put_u32(m, n);
	return kr;
}

static int port_get_context(struct darwin_mig *m)
{
	int kr = check_self(m);
	u64 context;

	if (!kr)
		kr = darwin_port_context(m->space, arg_name(m), &context, NULL);
	if (!kr)
		darwin_mig_put_u64(m, context);
	return kr;
}

static int port_set_context(struct darwin_mig *m)
{
	u64 context = darwin_mig_u64(m, 4);
	int kr = check_self(m);

	return kr ? kr : darwin_port_context(m->space, arg_name(m), NULL, &context);
}

/* name, change of send rights, guard */
static int port_destruct(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_port_destruct(m->space, arg_name(m), (s32)darwin_mig_u32(m, 4),
					      darwin_mig_u64(m, 8));
}

/* name, guard, strictness */
static int port_guard(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_port_guard(m->space, arg_name(m), darwin_mig_u64(m, 4),
					   darwin_mig_u32(m, 12));
}

static int port_unguard(struct darwin_mig *m)
{
	int kr = check_self(m);

	return kr ? kr : darwin_port_unguard(m->space, arg_name(m), darwin_mig_u64(m, 4));
}

const struct darwin_mig_routine darwin_mig_port_routines[] = {
	{ 3200, 0, 0, port_names },
	{ 3201, 0, 4, port_type },
	{ 3203, 0, 8, port_allocate_name },
	{ 3204, 0, 4, port_allocate },
	{ 3205, 0, 4, port_destroy },
	{ 3206, 0, 4, port_deallocate },
	{ 3207, 0, 8, port_get_refs },
	{ 3208, 0, 12, port_mod_refs },
	{ 3210, 0, 8, port_set_mscount },
	{ 3212, 0, 8, port_move_member },
	{ 3213, 1, 12, port_request_notification },
	{ 3214, 1, 4, port_insert_right },
	{ 3215, 0, 8, port_extract_right },
	{ 3216, 0, 8, port_set_seqno },
	{ 3217, 0, 12, port_get_attributes },
	{ 3218, 0, 16, port_set_attributes },
	{ 3222, 0, 4, port_get_srights },
	{ 3226, 0, 8, port_insert_member },
	{ 3227, 0, 8, port_extract_member },
	{ 3228, 0, 4, port_get_context },
	{ 3229, 0, 12, port_set_context },
	{ 3232, 0, 16, port_destruct },
	{ 3233, 0, 16, port_guard },
	{ 3234, 0, 12, port_unguard },
	{ }
};
