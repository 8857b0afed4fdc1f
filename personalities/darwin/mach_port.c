// SPDX-License-Identifier: GPL-2.0-only
/* The mach_port_* calls on a process's own name space. */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ipc.h"
#include "mach_table.h"
#include "mach_trap.h"

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
