// SPDX-License-Identifier: GPL-2.0-only
/* The smaller thread calls: cancellation marks, and ends with a reason. */
#include <linux/pid.h>
#include <linux/signal.h>

#include "bsd_table.h"
#include "ipc.h"
#include "thread.h"

#define NATIVE_SIGSETSIZE	8

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
