// SPDX-License-Identifier: GPL-2.0-only
/*
 * The _kernelrpc_mach_port_* traps: mach_port_* for the caller's own task
 * without a message. A port of another task is refused.
 */
#include <linux/uaccess.h>

#include "mach_table.h"
#include "mach_trap.h"
#include "port_ops.h"

static long check_self(struct persona_call *call)
{
	return darwin_task_is_self(call, call->args[0]) ? 0 : DARWIN_KERN_INVALID_TASK;
}

/**
 * darwin_mach_port_allocate() - _kernelrpc_mach_port_allocate_trap
 * @call: task, kind of right, where the name goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_allocate(struct persona_call *call)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	long kr = check_self(call);
	u32 name;

	if (kr)
		return kr;
	kr = darwin_port_allocate(space, call->args[1], 0, &name);
	if (!kr && put_user(name, (u32 __user *)call->args[2])) {
		darwin_right_destroy(space, name);
		kr = DARWIN_KERN_INVALID_ADDRESS;
	}
	return kr;
}

/**
 * darwin_mach_port_destroy() - _kernelrpc_mach_port_destroy_trap
 * @call: task, name
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_destroy(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_right_destroy(darwin_call_ipc(call), call->args[1]);
}

/**
 * darwin_mach_port_deallocate() - _kernelrpc_mach_port_deallocate_trap
 * @call: task, name
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_deallocate(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_right_deallocate(darwin_call_ipc(call), call->args[1]);
}

/**
 * darwin_mach_port_mod_refs() - _kernelrpc_mach_port_mod_refs_trap
 * @call: task, name, kind of right, difference
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_mod_refs(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_right_mod_refs(darwin_call_ipc(call), call->args[1],
					       call->args[2], (s32)call->args[3]);
}

/**
 * darwin_mach_port_move_member() - _kernelrpc_mach_port_move_member_trap
 * @call: task, name of the port, name of the set or null
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_move_member(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_port_move_member(darwin_call_ipc(call), call->args[1],
						 call->args[2]);
}

/**
 * darwin_mach_port_insert_right() - _kernelrpc_mach_port_insert_right_trap
 * @call: task, name to use, name of a right, its disposition
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_insert_right(struct persona_call *call)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	u32 name = call->args[2], disp = call->args[3];
	long kr = check_self(call);
	struct darwin_port *port;
	LIST_HEAD(kill);

	if (kr)
		return kr;
	if (!darwin_disposition(disp))
		return DARWIN_KERN_INVALID_VALUE;
	if (name == DARWIN_MACH_PORT_NULL || name == DARWIN_MACH_PORT_DEAD)
		return DARWIN_KERN_INVALID_CAPABILITY;
	spin_lock(&darwin_ipc_lock);
	kr = darwin_right_copyin(space, name, disp, &port, &kill);
	spin_unlock(&darwin_ipc_lock);
	darwin_msg_free_list(&kill);
	return kr ? kr : darwin_right_insert(space, call->args[1], port, darwin_disposition(disp));
}

/**
 * darwin_mach_port_insert_member() - _kernelrpc_mach_port_insert_member_trap
 * @call: task, name of the port, name of the set
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_insert_member(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_port_insert_member(darwin_call_ipc(call), call->args[1],
						   call->args[2]);
}

/**
 * darwin_mach_port_extract_member() - _kernelrpc_mach_port_extract_member_trap
 * @call: task, name of the port, name of the set
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_extract_member(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_port_extract_member(darwin_call_ipc(call), call->args[1],
						    call->args[2]);
}

/**
 * darwin_mach_port_construct() - _kernelrpc_mach_port_construct_trap
 * @call: task, options, context, where the name goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_construct(struct persona_call *call)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	struct darwin_port_options options;
	long kr = check_self(call);
	u32 name;

	if (kr)
		return kr;
	if (copy_from_user(&options, (void __user *)call->args[1], sizeof(options)))
		return DARWIN_KERN_INVALID_ADDRESS;
	kr = darwin_port_construct(space, &options, call->args[2], &name);
	if (!kr && put_user(name, (u32 __user *)call->args[3])) {
		darwin_port_destruct(space, name, 0, call->args[2]);
		kr = DARWIN_KERN_INVALID_ADDRESS;
	}
	return kr;
}

/**
 * darwin_mach_port_destruct() - _kernelrpc_mach_port_destruct_trap
 * @call: task, name, send rights to drop as a negative number, guard
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_destruct(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_port_destruct(darwin_call_ipc(call), call->args[1],
					      (s32)call->args[2], call->args[3]);
}

/**
 * darwin_mach_port_get_attributes() - _kernelrpc_mach_port_get_attributes_trap
 * @call: task, name, flavor, where the information goes, where its room in
 *	words is and its length goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_get_attributes(struct persona_call *call)
{
	u32 __user *count = (u32 __user *)call->args[4];
	u32 info[DARWIN_PORT_INFO_MAX], words, room;
	long kr = check_self(call);

	if (kr)
		return kr;
	if (get_user(room, count))
		return DARWIN_KERN_INVALID_ADDRESS;
	kr = darwin_port_attributes(darwin_call_ipc(call), call->args[1], call->args[2], info,
				    &words);
	if (kr)
		return kr;
	if (room < words)
		return DARWIN_KERN_FAILURE;
	if (copy_to_user((void __user *)call->args[3], info, words * sizeof(u32)) ||
	    put_user(words, count))
		return DARWIN_KERN_INVALID_ADDRESS;
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_mach_port_guard() - _kernelrpc_mach_port_guard_trap
 * @call: task, name, guard, strictness
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_guard(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_port_guard(darwin_call_ipc(call), call->args[1], call->args[2],
					   (u32)call->args[3]);
}

/**
 * darwin_mach_port_unguard() - _kernelrpc_mach_port_unguard_trap
 * @call: task, name, guard
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_unguard(struct persona_call *call)
{
	long kr = check_self(call);

	return kr ? kr : darwin_port_unguard(darwin_call_ipc(call), call->args[1], call->args[2]);
}

/**
 * darwin_mach_port_type() - _kernelrpc_mach_port_type_trap
 * @call: task, name, where the type goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_type(struct persona_call *call)
{
	long kr = check_self(call);
	u32 type = 0;

	if (kr)
		return kr;
	kr = darwin_port_type(darwin_call_ipc(call), call->args[1], &type);
	if (!kr && put_user(type, (u32 __user *)call->args[2]))
		kr = DARWIN_KERN_INVALID_ADDRESS;
	return kr;
}

/**
 * darwin_mach_port_request_notification() - _kernelrpc_mach_port_request_notification_trap
 * @call: task, name, which notification, its sync value, name of the right to
 *	tell, its disposition, where the name of the former right goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_mach_port_request_notification(struct persona_call *call)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	u32 notify = call->args[4], disp = call->args[5], name;
	struct darwin_port *port = NULL, *previous;
	long kr = check_self(call);
	LIST_HEAD(kill);

	if (kr)
		return kr;
	if (notify == DARWIN_MACH_PORT_DEAD)
		return DARWIN_KERN_INVALID_CAPABILITY;
	if (notify != DARWIN_MACH_PORT_NULL) {
		if (darwin_disposition(disp) != DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE)
			return DARWIN_KERN_INVALID_VALUE;
		spin_lock(&darwin_ipc_lock);
		kr = darwin_right_copyin(space, notify, disp, &port, &kill);
		spin_unlock(&darwin_ipc_lock);
		darwin_msg_free_list(&kill);
		if (kr)
			return kr;
	}
	kr = darwin_port_request(space, call->args[1], call->args[2], call->args[3], port,
				 &previous);
	if (kr)
		return kr;
	kr = darwin_right_copyout(space, previous, DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE, &name);
	if (put_user(name, (u32 __user *)call->args[6])) {
		if (previous)
			darwin_right_deallocate(space, name);
		return DARWIN_KERN_INVALID_ADDRESS;
	}
	return kr;
}
