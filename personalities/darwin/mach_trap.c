// SPDX-License-Identifier: GPL-2.0-only
/*
 * The small Mach traps: self ports, time, scheduling, ports of other tasks.
 */
#include <linux/kcmp.h>
#include <linux/pid.h>
#include <linux/uaccess.h>

#include "ipc.h"
#include "mach_table.h"
#include "mach_trap.h"
#include "thread.h"

/**
 * darwin_task_port() - the calling process's task port
 * @call: the caller's call
 *
 * The process id is noted when the port is first used: at exec the process
 * was not foreign yet, and a forked child had no id.
 *
 * Context: any.
 * Return: the port; no reference is taken.
 */
struct darwin_port *darwin_task_port(struct persona_call *call)
{
	struct darwin_port *port = darwin_call_ipc(call)->task;

	spin_lock(&darwin_ipc_lock);
	if (!port->pid)
		port->pid = get_pid(task_tgid(current));
	spin_unlock(&darwin_ipc_lock);
	return port;
}

/**
 * darwin_task_is_self() - does a name denote the caller's own task?
 * @call: the caller's call
 * @name: any value
 *
 * Context: any.
 * Return: true if it is a right to the task port.
 */
bool darwin_task_is_self(struct persona_call *call, u32 name)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	struct darwin_port *port = darwin_port_lookup(space, name, DARWIN_PORT_TASK);
	bool self = port == space->task;

	if (port)
		darwin_port_put(port);
	return self;
}

/**
 * darwin_task_self() - task_self_trap
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: name of a send right, or DARWIN_MACH_PORT_NULL.
 */
long darwin_task_self(struct persona_call *call)
{
	return darwin_ipc_give(darwin_call_ipc(call), darwin_task_port(call));
}

/**
 * darwin_thread_self() - thread_self_trap
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: name of a send right, or DARWIN_MACH_PORT_NULL.
 */
long darwin_thread_self(struct persona_call *call)
{
	return darwin_ipc_give(darwin_call_ipc(call), darwin_thread_self_port(call->thread));
}

/**
 * darwin_host_self() - host_self_trap
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: name of a send right, or DARWIN_MACH_PORT_NULL.
 */
long darwin_host_self(struct persona_call *call)
{
	struct darwin_ipc *space = darwin_call_ipc(call);

	return darwin_ipc_give(space, space->host);
}

/**
 * darwin_mach_reply_port() - mach_reply_port: a new port
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: name of its receive right, or DARWIN_MACH_PORT_NULL.
 */
long darwin_mach_reply_port(struct persona_call *call)
{
	u32 name;

	if (darwin_port_allocate(darwin_call_ipc(call), DARWIN_MACH_PORT_RIGHT_RECEIVE, 0, &name))
		return DARWIN_MACH_PORT_NULL;
	return name;
}

/**
 * darwin_special_reply_port() - thread_get_special_reply_port
 * @call: no arguments
 *
 * The port that the thread keeps for synchronous requests. Its priority
 * inheritance does not exist here.
 *
 * Context: see persona_fn.
 * Return: name of its receive right, or DARWIN_MACH_PORT_NULL.
 */
long darwin_special_reply_port(struct persona_call *call)
{
	struct darwin_thread *d = darwin_thread(call->thread);
	struct darwin_port *port;

	if (d->reply_port) {
		port = darwin_port_lookup(darwin_call_ipc(call), d->reply_port, DARWIN_PORT_QUEUE);
		if (port) {
			darwin_port_put(port);
			return d->reply_port;
		}
	}
	d->reply_port = darwin_mach_reply_port(call);
	return d->reply_port;
}

/* Restart codes are passed on: the time is absolute. */
static long sleep_until(struct persona_call *call, clockid_t clock, u64 sec, u32 nsec)
{
	struct timespec64 ts = { .tv_sec = min_t(u64, sec, KTIME_SEC_MAX), .tv_nsec = nsec };
	void __user *p = persona_scratch_put(call, &ts, sizeof(ts));

	if (IS_ERR(p))
		return PTR_ERR(p);
	return persona_native(call, __NR_clock_nanosleep, clock, TIMER_ABSTIME, p, 0);
}

/**
 * darwin_thread_switch() - thread_switch
 * @call: name of the thread to run (a hint, not used), what to do, for how
 *	many ms
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_thread_switch(struct persona_call *call)
{
	struct timespec64 ts;
	void __user *p;
	long ret;

	switch ((int)call->args[1]) {
	case 0:	/* SWITCH_OPTION_NONE */
	case 1:	/* SWITCH_OPTION_DEPRESS */
	case 3:	/* SWITCH_OPTION_DISPATCH_CONTENTION */
	case 4:	/* SWITCH_OPTION_OSLOCK_DEPRESS */
		return persona_native(call, __NR_sched_yield);
	case 2:	/* SWITCH_OPTION_WAIT */
	case 5:	/* SWITCH_OPTION_OSLOCK_WAIT */
		ts = ns_to_timespec64((u64)(u32)call->args[2] * NSEC_PER_MSEC);
		p = persona_scratch_put(call, &ts, sizeof(ts));
		if (IS_ERR(p))
			return PTR_ERR(p);
		ret = persona_native(call, __NR_clock_nanosleep, CLOCK_MONOTONIC, 0, p, 0);
		/* It promises a pause, not its length. */
		return darwin_kern(ret) == DARWIN_KERN_ABORTED ? 0 : ret;
	}
	return DARWIN_KERN_INVALID_ARGUMENT;
}

/**
 * darwin_clock_sleep() - clock_sleep_trap
 * @call: name of the clock (null: the system clock), 0 for an absolute or 1
 *	for a relative time, seconds, nanoseconds, where the time of waking goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_clock_sleep(struct persona_call *call)
{
	u32 name = call->args[0], sec = call->args[2], nsec = call->args[3];
	clockid_t clock = CLOCK_MONOTONIC;
	struct timespec64 now;
	struct darwin_port *port;
	u32 wake[2];
	long ret;

	if (name) {
		port = darwin_port_lookup(darwin_call_ipc(call), name, DARWIN_PORT_CLOCK);
		if (!port)
			return DARWIN_KERN_INVALID_ARGUMENT;
		if (port->clock)
			clock = CLOCK_REALTIME;
		darwin_port_put(port);
	}
	if (nsec >= NSEC_PER_SEC || (int)call->args[1] & ~1)
		return DARWIN_KERN_INVALID_VALUE;
	if ((int)call->args[1] == 1) {
		clock == CLOCK_REALTIME ? ktime_get_real_ts64(&now) : ktime_get_ts64(&now);
		now = timespec64_add(now, (struct timespec64){ .tv_sec = sec, .tv_nsec = nsec });
	} else {
		now = (struct timespec64){ .tv_sec = sec, .tv_nsec = nsec };
	}
	ret = sleep_until(call, clock, now.tv_sec, now.tv_nsec);
	if (call->args[4]) {
		clock == CLOCK_REALTIME ? ktime_get_real_ts64(&now) : ktime_get_ts64(&now);
		wake[0] = now.tv_sec;
		wake[1] = now.tv_nsec;
		if (copy_to_user((void __user *)call->args[4], wake, sizeof(wake)))
			return DARWIN_KERN_INVALID_ADDRESS;
	}
	return darwin_kern(ret);
}

/* A port for another process that the caller may trace or signal. */
static struct darwin_port *other_task(struct persona_call *call, pid_t nr, bool control)
{
	enum darwin_port_kind kind = control ? DARWIN_PORT_TASK : DARWIN_PORT_TASK_NAME;
	struct darwin_port *port;
	struct pid *pid;
	long ret;

	if (nr <= 0)
		return NULL;
	/* The one native call whose whole effect is ptrace's permission check. */
	if (control)
		ret = persona_native(call, __NR_kcmp, task_tgid_vnr(current), nr, KCMP_VM, 0, 0);
	else
		ret = persona_native(call, __NR_kill, nr, 0);
	if (ret < 0)
		return NULL;
	pid = find_get_pid(nr);
	if (!pid)
		return NULL;
	port = pid_has_task(pid, PIDTYPE_TGID) ? darwin_port_alloc(kind) : NULL;
	if (!port) {
		put_pid(pid);
		return NULL;
	}
	port->pid = pid;
	return port;
}

static long task_port_for_pid(struct persona_call *call, bool control)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	pid_t nr = call->args[1];
	struct darwin_port *port;
	u32 name = DARWIN_MACH_PORT_NULL;
	bool self = nr == task_tgid_vnr(current);

	if (darwin_task_is_self(call, call->args[0])) {
		if (self && control) {
			name = darwin_ipc_give(space, darwin_task_port(call));
		} else {
			port = other_task(call, nr, control);
			if (port) {
				name = darwin_ipc_give(space, port);
				darwin_port_put(port);
			}
		}
	}
	if (put_user(name, (u32 __user *)call->args[2]))
		return DARWIN_KERN_INVALID_ADDRESS;
	return name ? DARWIN_KERN_SUCCESS : DARWIN_KERN_FAILURE;
}

/**
 * darwin_task_for_pid() - task_for_pid
 * @call: own task's name, process id, where the name goes
 *
 * Gives the port of another process to whom may trace it.
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_task_for_pid(struct persona_call *call)
{
	return task_port_for_pid(call, true);
}

/**
 * darwin_task_name_for_pid() - task_name_for_pid: a port that only identifies
 * @call: own task's name, process id, where the name goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_task_name_for_pid(struct persona_call *call)
{
	return task_port_for_pid(call, false);
}

/**
 * darwin_pid_for_task() - pid_for_task
 * @call: name of a task port, where the process id goes
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_pid_for_task(struct persona_call *call)
{
	struct darwin_port *port;
	s32 nr = -1;

	darwin_task_port(call);	/* in case it is our own */
	port = darwin_port_lookup(darwin_call_ipc(call), call->args[0], -1);
	if (port) {
		if (port->kind == DARWIN_PORT_TASK || port->kind == DARWIN_PORT_TASK_NAME)
			nr = pid_vnr(port->pid);
		darwin_port_put(port);
	}
	if (!nr)
		nr = -1;
	if (put_user(nr, (s32 __user *)call->args[1]))
		return DARWIN_KERN_INVALID_ADDRESS;
	return nr < 0 ? DARWIN_KERN_FAILURE : DARWIN_KERN_SUCCESS;
}
