// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alerts. NtAlertThread() ends an alertable wait. The alert by thread id is
 * another thing, the base of SRW locks, critical sections and condition
 * variables: a flag of a thread that another thread of the process sets, and
 * that the thread itself waits for.
 */
#include <linux/futex.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"

#define THREAD_ALERT	0x4u

#define ALERT_MANY_MAX	4096u	/* thread ids in one call */

/* NtAlertThread(thread) */
long nt_alert_thread(struct persona_call *call)
{
	struct nt_thread_object *thread;
	unsigned long flags;
	long ret;

	ret = nt_thread_ref(call, call->args[0], THREAD_ALERT, &thread);
	if (ret)
		return ret;
	WRITE_ONCE(thread->alerted, true);
	spin_lock_irqsave(&thread->lock, flags);
	if (thread->task)
		persona_kick(thread->task);
	spin_unlock_irqrestore(&thread->lock, flags);
	nt_object_put(&thread->obj);
	return 0;
}

static long alert_by_id(struct persona_call *call, u64 tid)
{
	long ret = NT_STATUS_INVALID_CID;
	struct persona_thread *thread;
	struct task_struct *task;
	struct nt_thread *t;

	if (tid > PID_MAX_LIMIT)
		return ret;
	rcu_read_lock();
	task = pid_task(find_vpid(tid), PIDTYPE_PID);
	if (!task || !same_thread_group(task, current))
		goto out;
	thread = persona_peek(task);
	if (!thread || thread->proc != call->thread->proc)
		goto out;
	t = nt_thread(thread);
	/* Ordered against the sleeper, which says that it sleeps and looks then. */
	if (!xchg(&t->alert_by_id, 1) && READ_ONCE(t->alert_sleeps))
		wake_up_process(task);
	ret = 0;
out:
	rcu_read_unlock();
	return ret;
}

/* NtAlertThreadByThreadId(thread id) */
long nt_alert_thread_by_thread_id(struct persona_call *call)
{
	return alert_by_id(call, call->args[0]);
}

/* NtAlertMultipleThreadByThreadId(*thread ids, count, boost, boost count) */
long nt_alert_multiple_thread_by_thread_id(struct persona_call *call)
{
	const u64 __user *utids = u64_to_user_ptr(call->args[0]);
	u32 i, nr = call->args[1];
	u64 tid;

	if (nr > ALERT_MANY_MAX)
		return NT_STATUS_INVALID_PARAMETER_2;
	for (i = 0; i < nr; i++) {
		if (get_user(tid, &utids[i]))
			return -EFAULT;
		/* One that has ended is no reason to let the others sleep. */
		alert_by_id(call, tid);
	}
	return 0;
}

/* NtWaitForAlertByThreadId(address, *timeout): the address is for debuggers */
long nt_wait_for_alert_by_thread_id(struct persona_call *call)
{
	struct nt_thread *t = nt_calling_thread(call);
	u64 utimeout = call->args[1];
	struct nt_deadline d;
	s64 timeout;
	long ret;

	if (utimeout && get_user(timeout, (s64 __user *)u64_to_user_ptr(utimeout)))
		return -EFAULT;
	d = nt_deadline_get(call, utimeout ? &timeout : NULL);
	if (xchg(&t->alert_by_id, 0))
		return NT_STATUS_ALERTED;
	ret = persona_permit(call, __NR_futex, 0, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
	if (ret)
		return ret;
	WRITE_ONCE(t->alert_sleeps, true);
	ret = nt_sleep_while(call, &t->alert_by_id, 0, false, &d);
	WRITE_ONCE(t->alert_sleeps, false);
	if (xchg(&t->alert_by_id, 0))
		return NT_STATUS_ALERTED;
	return nt_sleep_end(call, &d, ret);
}
