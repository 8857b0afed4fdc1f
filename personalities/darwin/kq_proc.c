// SPDX-License-Identifier: GPL-2.0-only
/*
 * EVFILT_PROC: what becomes of a process, foreign or native.
 *
 * The end of a process wakes the wait queue of its struct pid, where pidfds wait,
 * while the task can still be asked for its status. Forks and execs come from
 * tracepoints. Of processes of other users only the end is told.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/user.h>

#include "darwin.h"
#include "kqueue.h"

#define KQ_PROC_NOTES	(DARWIN_NOTE_EXIT | DARWIN_NOTE_FORK | DARWIN_NOTE_EXEC | \
			 DARWIN_NOTE_EXITSTATUS | DARWIN_NOTE_EXIT_DETAIL)
#define KQ_PROC_TRACED	(DARWIN_NOTE_FORK | DARWIN_NOTE_EXEC)

static LIST_HEAD(kq_procs);
static DEFINE_SPINLOCK(kq_procs_lock);

static void kq_proc_traced(struct task_struct *task, u32 note)
{
	struct darwin_knote *kn;
	unsigned long flags;

	spin_lock_irqsave(&kq_procs_lock, flags);
	list_for_each_entry(kn, &kq_procs, proc.link)
		if (kn->proc.pid == task_tgid(task) && (READ_ONCE(kn->sfflags) & note))
			darwin_kq_note(kn, note, 0);
	spin_unlock_irqrestore(&kq_procs_lock, flags);
}

static void kq_proc_fork(void *unused, struct task_struct *parent, struct task_struct *child)
{
	if (thread_group_leader(child))
		kq_proc_traced(parent, DARWIN_NOTE_FORK);
}

static void kq_proc_exec(void *unused, struct task_struct *task, pid_t old_pid,
			 struct linux_binprm *bprm)
{
	kq_proc_traced(task, DARWIN_NOTE_EXEC);
}

/*
 * Is the process over? Then @status is what wait(2) will say. @task's fields do
 * not change any more once it is a zombie.
 */
static bool kq_proc_over(struct pid *pid, int *status)
{
	struct task_struct *task;
	bool over = true;

	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_TGID);
	if (task) {
		over = READ_ONCE(task->exit_state) && thread_group_empty(task);
		*status = task->signal->flags & SIGNAL_GROUP_EXIT ?
			  task->signal->group_exit_code : task->exit_code;
	}
	rcu_read_unlock();
	return over;
}

static void kq_proc_exited(struct darwin_knote *kn, int status)
{
	struct darwin_kq *kq = kn->kq;
	u32 note = READ_ONCE(kn->sfflags) & (DARWIN_NOTE_EXIT | DARWIN_NOTE_EXITSTATUS);
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&kq->lock, flags);
	first = !kn->proc.exited;
	if (first) {
		kn->proc.exited = true;
		kn->proc.status = status;
	}
	spin_unlock_irqrestore(&kq->lock, flags);
	if (first && note)
		darwin_kq_note(kn, note, 0);
}

/* Called with tasklist_lock held, as a rule. */
static int kq_proc_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct darwin_knote *kn = container_of(entry, struct darwin_knote, proc.wait);
	int status = 0;

	if (kq_proc_over(kn->proc.pid, &status))
		kq_proc_exited(kn, status);
	return 1;
}

/* May the caller know more of a process than that it is there? */
static bool kq_proc_allowed(struct task_struct *task)
{
	bool allowed;

	rcu_read_lock();
	allowed = rcu_dereference(task->real_parent)->signal == current->signal ||
		  uid_eq(task_uid(task), current_euid());
	rcu_read_unlock();
	return allowed || capable(CAP_KILL);
}

static int kq_proc_check(u32 fflags)
{
	if (fflags & (DARWIN_NOTE_TRACK | DARWIN_NOTE_TRACKERR | DARWIN_NOTE_CHILD))
		return PERSONA_ERR(DARWIN_ENOTSUP);
	if (fflags & (DARWIN_NOTE_REAP | DARWIN_NOTE_SIGNAL))
		return PERSONA_ERR(DARWIN_ENOTSUP);
	return fflags & ~KQ_PROC_NOTES ? -EINVAL : 0;
}

static int kq_proc_trace(struct darwin_knote *kn)
{
	int err;

	err = darwin_kq_trace_get(DARWIN_KQ_TRACE_FORK, kq_proc_fork);
	if (err)
		return err;
	err = darwin_kq_trace_get(DARWIN_KQ_TRACE_EXEC, kq_proc_exec);
	if (err) {
		darwin_kq_trace_put(DARWIN_KQ_TRACE_FORK, kq_proc_fork);
		return err;
	}
	spin_lock_irq(&kq_procs_lock);
	list_add(&kn->proc.link, &kq_procs);
	spin_unlock_irq(&kq_procs_lock);
	kn->proc.traced = true;
	return 0;
}

static int kq_proc_attach(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	struct task_struct *task;
	struct pid *pid;
	int status = 0;
	int err;

	err = kq_proc_check(kev->fflags);
	if (err)
		return err;
	if (kev->ident < 1 || kev->ident > INT_MAX)
		return -ESRCH;
	pid = find_get_pid(kev->ident);
	if (!pid)
		return -ESRCH;
	task = get_pid_task(pid, PIDTYPE_TGID);
	if (!task || kq_proc_over(pid, &status)) {
		err = -ESRCH;
		goto out_task;
	}
	if ((kev->fflags & ~DARWIN_NOTE_EXIT) && !kq_proc_allowed(task)) {
		err = -EACCES;
		goto out_task;
	}
	kn->proc.pid = pid;
	kn->flags |= DARWIN_EV_CLEAR;
	kn->sdata = 0;
	if (kev->fflags & KQ_PROC_TRACED) {
		err = kq_proc_trace(kn);
		if (err)
			goto out_task;
	}
	init_waitqueue_func_entry(&kn->proc.wait, kq_proc_wake);
	add_wait_queue(&pid->wait_pidfd, &kn->proc.wait);
	/* The end may have come before that. */
	if (kq_proc_over(pid, &status))
		kq_proc_exited(kn, status);
	put_task_struct(task);
	return 0;

out_task:
	if (task)
		put_task_struct(task);
	put_pid(pid);
	return err;
}

static void kq_proc_detach(struct darwin_knote *kn)
{
	remove_wait_queue(&kn->proc.pid->wait_pidfd, &kn->proc.wait);
	if (kn->proc.traced) {
		spin_lock_irq(&kq_procs_lock);
		list_del(&kn->proc.link);
		spin_unlock_irq(&kq_procs_lock);
		darwin_kq_trace_put(DARWIN_KQ_TRACE_EXEC, kq_proc_exec);
		darwin_kq_trace_put(DARWIN_KQ_TRACE_FORK, kq_proc_fork);
	}
	put_pid(kn->proc.pid);
}

static int kq_proc_touch(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	int err = kq_proc_check(kev->fflags);

	if (err)
		return err;
	if ((kev->fflags & KQ_PROC_TRACED) && !kn->proc.traced) {
		struct task_struct *task = get_pid_task(kn->proc.pid, PIDTYPE_TGID);

		err = task && !kq_proc_allowed(task) ? -EACCES : kq_proc_trace(kn);
		if (task)
			put_task_struct(task);
		if (err)
			return err;
	}
	spin_lock_irq(&kn->kq->lock);
	WRITE_ONCE(kn->sfflags, kev->fflags);
	spin_unlock_irq(&kn->kq->lock);
	return kn->fflags != 0;
}

static bool kq_proc_process(struct darwin_knote *kn, struct darwin_kq_scan *scan,
			    struct darwin_kevent *kev)
{
	bool exited;
	u32 fflags;
	int status;

	spin_lock_irq(&kn->kq->lock);
	fflags = kn->fflags;
	exited = kn->proc.exited;
	status = kn->proc.status;
	if (kev)
		kn->fflags = 0;
	spin_unlock_irq(&kn->kq->lock);
	if (!fflags)
		return false;
	if (kev) {
		kev->fflags = fflags;
		if (exited)
			kev->flags |= DARWIN_EV_EOF | DARWIN_EV_ONESHOT;
		/* The signal that ended it has another number there. */
		if (fflags & DARWIN_NOTE_EXITSTATUS)
			kev->data = darwin_kevent_exitstatus(status);
	}
	return true;
}

const struct darwin_kq_filter darwin_kq_proc_filter = {
	.attach = kq_proc_attach,
	.detach = kq_proc_detach,
	.touch = kq_proc_touch,
	.process = kq_proc_process,
};
