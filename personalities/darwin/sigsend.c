// SPDX-License-Identifier: GPL-2.0-only
/* Darwin calls that send signals: kill and its relatives. */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "bsd_table.h"
#include "darwin.h"
#include "ipc.h"
#include "signal.h"

/*
 * Would a SIGINFO hurt @task? A foreign process ignores its carrier unless it
 * installed a handler (darwin_sig_exec()); where it is at SIG_DFL is a native
 * process, for which there is no such signal.
 */
static bool takes_siginfo(struct task_struct *task)
{
	struct sighand_struct *sighand;

	sighand = rcu_dereference(task->sighand);
	return sighand &&
	       READ_ONCE(sighand->action[DARWIN_NATIVE_SIGINFO - 1].sa.sa_handler) != SIG_DFL;
}

static bool pid_takes_siginfo(int pid)
{
	struct task_struct *task;
	bool takes;

	rcu_read_lock();
	task = pid_task(find_vpid(pid), PIDTYPE_TGID);
	takes = task && takes_siginfo(task);
	rcu_read_unlock();
	return takes;
}

/* Most processes that one SIGINFO to a group can reach. */
#define SIGINFO_MAX_GROUP	1024

/*
 * SIGINFO to a process group (@pgid) or to everybody (@pgid -1): to those that
 * take it, one by one. The permission check for the whole has been made.
 */
static long kill_siginfo_group(struct persona_call *call, int pgid)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	struct task_struct *p;
	int *pids, n = 0, i;
	int self = task_tgid_vnr(current);

	pids = kcalloc(SIGINFO_MAX_GROUP, sizeof(*pids), GFP_KERNEL_ACCOUNT);
	if (!pids)
		return -ENOMEM;
	rcu_read_lock();
	for_each_process(p) {
		int pid = task_tgid_nr_ns(p, ns);

		if (pid <= 1 || (p->flags & PF_KTHREAD) || !takes_siginfo(p))
			continue;
		if (pgid == -1 ? pid == self : task_pgrp_nr_ns(p, ns) != pgid)
			continue;
		if (n < SIGINFO_MAX_GROUP)
			pids[n++] = pid;
	}
	rcu_read_unlock();
	for (i = 0; i < n; i++)
		persona_native(call, __NR_kill, pids[i], DARWIN_NATIVE_SIGINFO);
	kfree(pids);
	return 0;
}

/**
 * darwin_kill - BSD 37
 * @call: pid, signal, posix
 *
 * With @posix, kill(-1) reaches the caller as well, which Linux leaves out.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_kill(struct persona_call *call)
{
	int pid = (int)call->args[0];
	int dsig = (int)call->args[1];
	bool posix = (int)call->args[2];
	int sig = darwin_sig_to_native(dsig);
	long ret;

	if (dsig && !sig)
		return -EINVAL;
	if (dsig == DARWIN_SIGINFO) {
		ret = persona_native(call, __NR_kill, pid, 0);
		if (!ret && pid <= 0)
			ret = kill_siginfo_group(call, pid < -1 ? -pid : pid ? -1 :
						 task_pgrp_vnr(current));
		else if (!ret && pid_takes_siginfo(pid))
			ret = persona_native(call, __NR_kill, pid, sig);
	} else {
		ret = persona_native(call, __NR_kill, pid, sig);
	}
	if (pid == -1 && posix && (!ret || ret == -ESRCH))
		ret = persona_native(call, __NR_kill, task_tgid_vnr(current), sig);
	return ret;
}

/**
 * darwin_pthread_kill - BSD 328
 * @call: thread port, signal
 *
 * Context: see persona_fn.
 * Return: 0; -ESRCH when there is no such thread, or a negative errno.
 */
long darwin_pthread_kill(struct persona_call *call)
{
	int dsig = (int)call->args[1];
	int sig = darwin_sig_to_native(dsig);
	struct darwin_port *port;
	int tid = 0;

	if (dsig && !sig)
		return -EINVAL;
	port = darwin_port_lookup(darwin_call_ipc(call), (u32)call->args[0],
				  DARWIN_PORT_THREAD);
	if (!port)
		return -ESRCH;
	if (port->pid)
		tid = pid_vnr(port->pid);
	darwin_port_put(port);
	if (!tid)
		return -ESRCH;
	return persona_native(call, __NR_tgkill, task_tgid_vnr(current), tid, sig);
}

/* A single process, by its pid. */
static long signal_one(struct persona_call *call, int sig)
{
	int pid = (int)call->args[0];

	return pid <= 0 ? -EINVAL : persona_native(call, __NR_kill, pid, sig);
}

/**
 * darwin_pid_suspend - BSD 433
 * @call: pid
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_pid_suspend(struct persona_call *call)
{
	return signal_one(call, SIGSTOP);
}

/**
 * darwin_pid_resume - BSD 434
 * @call: pid
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_pid_resume(struct persona_call *call)
{
	return signal_one(call, SIGCONT);
}
