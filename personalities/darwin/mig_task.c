// SPDX-License-Identifier: GPL-2.0-only
/* Requests to task ports (subsystem task, 3400). */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "mach_trap.h"
#include "mig.h"
#include "thread.h"

/* task_info() flavors */
#define TASK_ABSOLUTETIME_INFO	1
#define TASK_EVENTS_INFO	2
#define TASK_THREAD_TIMES_INFO	3
#define TASK_BASIC_INFO_64	5
#define TASK_SECURITY_TOKEN	13
#define TASK_AUDIT_TOKEN	15
#define TASK_DYLD_INFO		17
#define TASK_BASIC_INFO_64_2	18
#define MACH_TASK_BASIC_INFO	20

#define POLICY_TIMESHARE	1

/* Special ports of a task */
#define TASK_KERNEL_PORT	1
#define TASK_HOST_PORT		2
#define TASK_NAME_PORT		3
#define TASK_BOOTSTRAP_PORT	4
#define TASK_SEATBELT_PORT	7
#define TASK_ACCESS_PORT	9

#define TASK_MAX_THREADS	DARWIN_MSG_MAX_DESCS

static bool self(const struct darwin_mig *m)
{
	return m->target == m->space->task;
}

static int task_terminate(struct darwin_mig *m)
{
	pid_t nr = self(m) ? task_tgid_vnr(current) : pid_vnr(m->target->pid);

	if (!nr)
		return DARWIN_KERN_INVALID_TASK;
	return darwin_kern(persona_native(m->call, __NR_kill, nr, SIGKILL));
}

static int task_semaphore_create(struct darwin_mig *m)
{
	struct darwin_port *sem, *right;
	int kr;

	if (!self(m))
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

	if (!self(m))
		return DARWIN_KERN_INVALID_TASK;
	if (m->req->items[0].type != DARWIN_MACH_MSG_PORT_DESCRIPTOR ||
	    !darwin_port_valid(sem) || sem->kind != DARWIN_PORT_SEMAPHORE)
		return DARWIN_KERN_INVALID_ARGUMENT;
	darwin_sem_destroy(sem);
	return DARWIN_KERN_SUCCESS;
}

static void put_u64(u32 *info, u64 v)
{
	info[0] = lower_32_bits(v);
	info[1] = upper_32_bits(v);
}

static int usage(struct darwin_mig *m, struct rusage *ru)
{
	void __user *p = persona_scratch_put(m->call, ru, sizeof(*ru));
	long ret;

	if (IS_ERR(p))
		return DARWIN_KERN_RESOURCE_SHORTAGE;
	ret = persona_native(m->call, __NR_getrusage, RUSAGE_SELF, p);
	if (!ret && copy_from_user(ru, p, sizeof(*ru)))
		ret = -EFAULT;
	return darwin_kern(ret);
}

static void put_times(u32 *info, const struct rusage *ru)
{
	info[0] = ru->ru_utime.tv_sec;
	info[1] = ru->ru_utime.tv_usec;
	info[2] = ru->ru_stime.tv_sec;
	info[3] = ru->ru_stime.tv_usec;
}

static u64 usage_ns(const struct __kernel_old_timeval *tv)
{
	return tv->tv_sec * NSEC_PER_SEC + tv->tv_usec * NSEC_PER_USEC;
}

/* Fills in @info; the number of words, or 0 for an unknown flavor. */
static u32 task_words(u32 flavor, const struct rusage *ru, u32 *info)
{
	struct mm_struct *mm = current->mm;
	u64 virt = (u64)mm->total_vm << PAGE_SHIFT;
	u64 resident = (u64)persona_mm_rss(mm) << PAGE_SHIFT;
	const struct cred *cred = current_cred();
	struct user_namespace *ns = current_user_ns();

	switch (flavor) {
	case TASK_ABSOLUTETIME_INFO:
		put_u64(info, usage_ns(&ru->ru_utime));
		put_u64(info + 2, usage_ns(&ru->ru_stime));
		/* Linux keeps one sum for the living and the dead threads. */
		put_u64(info + 4, usage_ns(&ru->ru_utime));
		put_u64(info + 6, usage_ns(&ru->ru_stime));
		return 8;
	case TASK_EVENTS_INFO:
		info[0] = ru->ru_minflt + ru->ru_majflt;
		info[1] = ru->ru_majflt;
		info[7] = ru->ru_nvcsw + ru->ru_nivcsw;
		return 8;
	case TASK_THREAD_TIMES_INFO:
		put_times(info, ru);
		return 4;
	case TASK_BASIC_INFO_64:
	case TASK_BASIC_INFO_64_2:
		put_u64(info + 1, virt);
		put_u64(info + 3, resident);
		put_times(info + 5, ru);
		info[9] = POLICY_TIMESHARE;
		return 10;
	case MACH_TASK_BASIC_INFO:
		put_u64(info, virt);
		put_u64(info + 2, resident);
		put_u64(info + 4, (u64)ru->ru_maxrss * 1024);
		put_times(info + 6, ru);
		info[10] = POLICY_TIMESHARE;
		return 12;
	case TASK_SECURITY_TOKEN:
		info[0] = from_kuid_munged(ns, cred->euid);
		info[1] = from_kgid_munged(ns, cred->egid);
		return 2;
	case TASK_AUDIT_TOKEN:
		info[0] = ~0u;
		info[1] = from_kuid_munged(ns, cred->euid);
		info[2] = from_kgid_munged(ns, cred->egid);
		info[3] = from_kuid_munged(ns, cred->uid);
		info[4] = from_kgid_munged(ns, cred->gid);
		info[5] = task_tgid_vnr(current);
		return 8;
	case TASK_DYLD_INFO:
		info[4] = 1;	/* 64-bit format; the addresses stay 0 without dyld */
		return 5;
	}
	return 0;
}

/* flavor, room; info */
static int task_info(struct darwin_mig *m)
{
	struct rusage ru = { };
	u32 info[16] = { }, words;
	int kr;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	kr = usage(m, &ru);
	if (kr)
		return kr;
	words = task_words(darwin_mig_u32(m, 0), &ru, info);
	if (!words)
		return DARWIN_KERN_INVALID_ARGUMENT;
	return darwin_mig_put_info(m, darwin_mig_u32(m, 4), info, words);
}

/* Send rights to the ports of all threads, out of line. */
static int task_threads(struct darwin_mig *m)
{
	struct darwin_threads *threads = darwin_call_proc(m->call)->threads;
	struct darwin_msg_item *item = &m->items[0];
	struct darwin_uthread *u;
	u32 room = 0, n = 0;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	darwin_thread_self_port(m->call->thread);
	spin_lock(&threads->lock);
	list_for_each_entry(u, &threads->list, link)
		room++;
	spin_unlock(&threads->lock);
	room = min_t(u32, room, TASK_MAX_THREADS);
	item->ports = kvcalloc(room + 1, sizeof(*item->ports), GFP_KERNEL_ACCOUNT);
	if (!item->ports)
		return DARWIN_KERN_RESOURCE_SHORTAGE;
	spin_lock(&darwin_ipc_lock);
	spin_lock(&threads->lock);
	list_for_each_entry(u, &threads->list, link) {
		/* No pid: about to be cloned. */
		if (n < room && u->port->pid && !u->port->dead)
			item->ports[n++] = darwin_send_right_get(u->port);
	}
	spin_unlock(&threads->lock);
	spin_unlock(&darwin_ipc_lock);
	item->type = DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR;
	item->disposition = DARWIN_MACH_MSG_TYPE_PORT_SEND;
	item->size = n;
	m->nitems = 1;
	darwin_mig_put_u32(m, n);
	return DARWIN_KERN_SUCCESS;
}

/* Replaces a special port; takes over the right @port. */
static void special_set(struct darwin_ipc *space, u32 slot, struct darwin_port *port)
{
	struct darwin_port *old;
	LIST_HEAD(kill);

	spin_lock(&darwin_ipc_lock);
	old = space->special[slot];
	space->special[slot] = port;
	darwin_right_drop(old, DARWIN_MACH_MSG_TYPE_PORT_SEND, &kill);
	spin_unlock(&darwin_ipc_lock);
}

static struct darwin_port *special_get(struct darwin_ipc *space, u32 slot)
{
	struct darwin_port *port;

	spin_lock(&darwin_ipc_lock);
	port = space->special[slot];
	if (darwin_port_valid(port))
		port = darwin_send_right_get(port);
	spin_unlock(&darwin_ipc_lock);
	return port;
}

static int special_slot(u32 which)
{
	switch (which) {
	case TASK_BOOTSTRAP_PORT:
		return DARWIN_SPECIAL_BOOTSTRAP;
	case TASK_SEATBELT_PORT:
		return DARWIN_SPECIAL_SEATBELT;
	case TASK_ACCESS_PORT:
		return DARWIN_SPECIAL_ACCESS;
	}
	return -1;
}

static int task_get_special_port(struct darwin_mig *m)
{
	u32 which = darwin_mig_u32(m, 0);
	struct darwin_port *port = NULL;
	int slot = special_slot(which);

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	if (slot >= 0) {
		port = special_get(m->space, slot);
	} else {
		if (which == TASK_KERNEL_PORT || which == TASK_NAME_PORT)
			port = darwin_task_port(m->call);
		else if (which == TASK_HOST_PORT)
			port = m->space->host;
		else
			return DARWIN_KERN_INVALID_ARGUMENT;
		spin_lock(&darwin_ipc_lock);
		port = darwin_send_right_get(port);
		spin_unlock(&darwin_ipc_lock);
	}
	darwin_mig_put_port(m, port, DARWIN_MACH_MSG_TYPE_PORT_SEND);
	return DARWIN_KERN_SUCCESS;
}

static int task_set_special_port(struct darwin_mig *m)
{
	int slot = special_slot(darwin_mig_u32(m, 0));
	struct darwin_port *port = m->req->items[0].port;
	u32 disp;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	if (slot < 0 || m->req->items[0].type != DARWIN_MACH_MSG_PORT_DESCRIPTOR ||
	    (port && m->req->items[0].disposition != DARWIN_MACH_MSG_TYPE_PORT_SEND))
		return DARWIN_KERN_INVALID_ARGUMENT;
	special_set(m->space, slot, darwin_mig_take_port(m, 0, &disp));
	return DARWIN_KERN_SUCCESS;
}

/* One array of rights out of line. */
static int mach_ports_register(struct darwin_mig *m)
{
	struct darwin_msg_item *item = &m->req->items[0];
	u32 i;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	if (item->type != DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR ||
	    item->disposition != DARWIN_MACH_MSG_TYPE_PORT_SEND ||
	    item->size > DARWIN_REGISTERED_PORTS)
		return DARWIN_KERN_INVALID_ARGUMENT;
	for (i = 0; i < DARWIN_REGISTERED_PORTS; i++) {
		struct darwin_port *port = NULL;

		if (i < item->size) {
			port = item->ports[i];
			item->ports[i] = NULL;
		}
		special_set(m->space, DARWIN_SPECIAL_REGISTERED + i, port);
	}
	return DARWIN_KERN_SUCCESS;
}

static int mach_ports_lookup(struct darwin_mig *m)
{
	struct darwin_msg_item *item = &m->items[0];
	u32 i;

	if (!self(m))
		return DARWIN_KERN_NOT_SUPPORTED;
	item->ports = kvcalloc(DARWIN_REGISTERED_PORTS, sizeof(*item->ports), GFP_KERNEL_ACCOUNT);
	if (!item->ports)
		return DARWIN_KERN_RESOURCE_SHORTAGE;
	for (i = 0; i < DARWIN_REGISTERED_PORTS; i++)
		item->ports[i] = special_get(m->space, DARWIN_SPECIAL_REGISTERED + i);
	item->type = DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR;
	item->disposition = DARWIN_MACH_MSG_TYPE_PORT_SEND;
	item->size = DARWIN_REGISTERED_PORTS;
	m->nitems = 1;
	darwin_mig_put_u32(m, DARWIN_REGISTERED_PORTS);
	return DARWIN_KERN_SUCCESS;
}

const struct darwin_mig_routine darwin_mig_task_routines[] = {
	{ 3401, 0, 0, task_terminate },
	{ 3402, 0, 0, task_threads },
	{ 3403, 1, 4, mach_ports_register },
	{ 3404, 0, 0, mach_ports_lookup },
	{ 3405, 0, 8, task_info },
	{ 3409, 0, 4, task_get_special_port },
	{ 3410, 1, 4, task_set_special_port },
	{ 3418, 0, 8, task_semaphore_create },
	{ 3419, 1, 0, task_semaphore_destroy },
	{ }
};
