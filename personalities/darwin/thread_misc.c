// SPDX-License-Identifier: GPL-2.0-only
/* The smaller thread calls: cancellation marks, and ends with a reason. */
#include <linux/cpumask.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/signal.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "ipc.h"
#include "sysctl.h"
#include "thread.h"

#define NATIVE_SIGSETSIZE	8

/* Commands of bsdthread_ctl */
#define CTL_SET_QOS		0x010
#define CTL_QOS_OVERRIDE_START	0x040
#define CTL_QOS_OVERRIDE_END	0x080
#define CTL_SET_SELF		0x100
#define CTL_OVERRIDE_RESET	0x200
#define CTL_OVERRIDE_DISPATCH	0x400
#define CTL_ASYNC_ADD		0x401
#define CTL_ASYNC_RESET		0x402
#define CTL_MAX_PARALLELISM	0x800
#define CTL_ALLOW_KILL		0x1000

/* Quality-of-service classes, lowest and highest */
#define QOS_MAINTENANCE		1
#define QOS_USER_INTERACTIVE	6

#define PARALLEL_LOGICAL	BIT(0)
#define PARALLEL_REALTIME	BIT(1)

/**
 * darwin_pthread_canceled() - __pthread_canceled
 * @call: 0: am I to be cancelled? 1: allow it, 2: forbid it
 *
 * Context: see persona_fn.
 * Return: 0; -EINVAL for "no" and for an unknown question.
 */
long darwin_pthread_canceled(struct persona_call *call)
{
	struct darwin_threads *threads = darwin_call_proc(call)->threads;
	struct darwin_uthread *u = darwin_uthread(call->thread);
	long ret = 0;

	spin_lock(&threads->lock);
	switch ((int)call->args[0]) {
	case 0:
		if (u->cancel == DARWIN_CANCEL_MARKED)
			u->cancel = DARWIN_CANCEL_MARKED | DARWIN_CANCEL_DONE;
		else
			ret = -EINVAL;
		break;
	case 1:
		u->cancel &= ~DARWIN_CANCEL_DISABLED;
		break;
	case 2:
		u->cancel |= DARWIN_CANCEL_DISABLED;
		break;
	default:
		ret = -EINVAL;
	}
	spin_unlock(&threads->lock);
	return ret;
}

/**
 * darwin_pthread_markcancel() - __pthread_markcancel
 * @call: name of the thread's port
 *
 * Marks the thread; a call that it waits in is not interrupted.
 *
 * Context: see persona_fn.
 * Return: 0 or -ESRCH.
 */
long darwin_pthread_markcancel(struct persona_call *call)
{
	struct darwin_threads *threads = darwin_call_proc(call)->threads;
	struct darwin_uthread *u;
	struct darwin_port *port;
	long ret = -ESRCH;

	port = darwin_port_lookup(darwin_call_ipc(call), call->args[0], DARWIN_PORT_THREAD);
	if (!port)
		return -ESRCH;
	spin_lock(&threads->lock);
	list_for_each_entry(u, &threads->list, link) {
		if (u->port != port)
			continue;
		u->cancel |= DARWIN_CANCEL_MARKED;
		ret = 0;
	}
	spin_unlock(&threads->lock);
	darwin_port_put(port);
	return ret;
}

/**
 * darwin_terminate_with_payload() - terminate_with_payload
 * @call: process id, then a reason, which nobody here collects
 *
 * Context: see persona_fn.
 * Return: as kill(2).
 */
long darwin_terminate_with_payload(struct persona_call *call)
{
	pid_t nr = call->args[0];

	if (nr <= 0)
		return -EINVAL;
	return persona_native(call, __NR_kill, nr, SIGKILL);
}

/**
 * darwin_abort_with_payload() - abort_with_payload: ends the process by SIGABRT
 * @call: a reason, which nobody here collects
 *
 * It cannot be caught, ignored or blocked.
 *
 * Context: see persona_fn.
 * Return: a negative errno if a filter does not allow it; else the process ends
 * on the way back.
 */
long darwin_abort_with_payload(struct persona_call *call)
{
	u64 mask = sigmask(SIGABRT);
	void __user *set = persona_scratch_put(call, &mask, sizeof(mask));
	long ret;

	if (IS_ERR(set))
		return PTR_ERR(set);
	ret = persona_sigaction(call, SIGABRT, false, (unsigned long)SIG_DFL, 0, 0);
	if (!ret)
		ret = persona_native(call, __NR_rt_sigprocmask, SIG_UNBLOCK, set, 0,
				     NATIVE_SIGSETSIZE);
	if (!ret)
		ret = persona_native(call, __NR_tgkill, task_tgid_vnr(current),
				     task_pid_vnr(current), SIGABRT);
	return ret;
}

/* How many threads of a class can run at a time: on Linux, of any. */
static long max_parallelism(u64 qos, u64 flags)
{
	if (flags & ~(PARALLEL_LOGICAL | PARALLEL_REALTIME))
		return -EINVAL;
	if (flags & PARALLEL_REALTIME ? qos : qos < QOS_MAINTENANCE || qos > QOS_USER_INTERACTIVE)
		return -EINVAL;
	return flags & PARALLEL_LOGICAL ? num_online_cpus() : darwin_cores();
}

/**
 * darwin_bsdthread_ctl() - bsdthread_ctl: quality of service of threads
 * @call: command and up to three arguments
 *
 * Threads have no class here, and the library is told so when it registers: what
 * would give one is refused.
 *
 * Context: see persona_fn.
 * Return: CTL_MAX_PARALLELISM: number of processors or cores; 0; or a negative errno.
 */
long darwin_bsdthread_ctl(struct persona_call *call)
{
	const u64 *args = call->args;

	switch (args[0]) {
	case CTL_MAX_PARALLELISM:
		return args[3] ? -EINVAL : max_parallelism((u32)args[1], args[2]);
	case CTL_ALLOW_KILL:
		/* About threads of work queues; the others can be killed anyway. */
		return 0;
	case CTL_SET_QOS:
	case CTL_QOS_OVERRIDE_START:
	case CTL_QOS_OVERRIDE_END:
	case CTL_SET_SELF:
	case CTL_OVERRIDE_RESET:
	case CTL_OVERRIDE_DISPATCH:
	case CTL_ASYNC_ADD:
	case CTL_ASYNC_RESET:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

/**
 * darwin_memorystatus_get_level() - memorystatus_get_level
 * @call: u32: how much memory is available, in percent
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_memorystatus_get_level(struct persona_call *call)
{
	u64 avail = max(si_mem_available(), 0L), total = totalram_pages();
	u32 level = div64_u64(min(avail, total) * 100, max(total, 1ULL));
	long err = persona_permit(call, __NR_sysinfo, call->args[0]);

	if (err)
		return err;
	return put_user(level, (u32 __user *)u64_to_user_ptr(call->args[0]));
}
