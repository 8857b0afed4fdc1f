// SPDX-License-Identifier: GPL-2.0-only
/* Requests to task ports (subsystem 3400). */
#include "mach_trap.h"
#include "mig.h"

static int task_semaphore_create(struct darwin_mig *m)
{
	struct darwin_port *sem, *right;
	int kr;

	if (m->target != m->space->task)
		return DARWIN_KERN_INVALID_TASK;
	sem = darwin_sem_create(darwin_mig_u32(m, 0), darwin_mig_u32(m, 4), &kr);
	if (!sem)
		return kr;
	spin_lock(&darwin_ipc_lock);
	right = darwin_send_right_get(sem);
	spin_unlock(&darwin_ipc_lock);
	darwin_port_put(sem);
	darwin_mig_put_port(m, right, DARWIN_MACH_MSG_TYPE_PORT_SEND);
	return DARWIN_KERN_SUCCESS;
}

static int task_semaphore_destroy(struct darwin_mig *m)
{
	struct darwin_port *sem = m->req->items[0].port;

	if (m->target != m->space->task)
		return DARWIN_KERN_INVALID_TASK;
	if (m->req->items[0].type != DARWIN_MACH_MSG_PORT_DESCRIPTOR ||
	    !darwin_port_valid(sem) || sem->kind != DARWIN_PORT_SEMAPHORE)
		return DARWIN_KERN_INVALID_ARGUMENT;
	darwin_sem_destroy(sem);
	return DARWIN_KERN_SUCCESS;
}

const struct darwin_mig_routine darwin_mig_task_routines[] = {
	{ 3418, 0, 8, task_semaphore_create },
	{ 3419, 1, 0, task_semaphore_destroy },
	{ }
};
