// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of a process, for proc_info() and the kern.proc sysctls.
 *
 * Whether the caller may know of it at all is what opening its /proc entry
 * says; nothing is shown then that a native program could not read there.
 */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/prio.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>

#include "procinfo.h"

/**
 * darwin_parse_stat_tty - terminal and foreground group in a /proc stat line
 * @stat: the line
 * @tdev: gets the terminal's number in Darwin's encoding, DARWIN_NODEV if none
 * @tpgid: gets the group, 0 if none
 *
 * Context: any.
 * Return: false when the line makes no sense.
 */
bool darwin_parse_stat_tty(const char *stat, u32 *tdev, s32 *tpgid)
{
	const char *p = strrchr(stat, ')');
	int ppid, pgrp, session, tty, tp;
	char state;

	*tdev = DARWIN_NODEV;
	*tpgid = 0;
	/* The name may hold anything, also parentheses. */
	if (!p || sscanf(p + 1, " %c %d %d %d %d %d", &state, &ppid, &pgrp, &session, &tty,
			 &tp) != 6)
		return false;
	if (tty) {
		u32 major = (u32)tty >> 8 & 0xfff;
		u32 minor = ((u32)tty & 0xff) | ((u32)tty >> 12 & 0xfff00);

		*tdev = major << 24 | (minor & 0xffffff);
		*tpgid = tp > 0 ? tp : 0;
	}
	return true;
}
EXPORT_SYMBOL_FOR_TEST(darwin_parse_stat_tty);

static struct task_struct *get_process(int pid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_vpid(pid), PIDTYPE_TGID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

static void fill_ids(struct darwin_taskinfo *ti, struct task_struct *task)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	struct user_namespace *user = current_user_ns();
	const struct cred *cred;

	ti->pid = task_tgid_nr_ns(task, ns);
	rcu_read_lock();
	ti->ppid = task_tgid_nr_ns(rcu_dereference(task->real_parent), ns);
	rcu_read_unlock();
	ti->pgid = task_pgrp_nr_ns(task, ns);
	ti->sid = task_session_nr_ns(task, ns);

	cred = get_task_cred(task);
	ti->uid = from_kuid_munged(user, cred->euid);
	ti->ruid = from_kuid_munged(user, cred->uid);
	ti->suid = from_kuid_munged(user, cred->suid);
	ti->gid = from_kgid_munged(user, cred->egid);
	ti->rgid = from_kgid_munged(user, cred->gid);
	ti->sgid = from_kgid_munged(user, cred->sgid);
	put_cred(cred);
}

static void fill_usage(struct darwin_taskinfo *ti, struct task_struct *task)
{
	struct task_struct *t;
	struct mm_struct *mm;
	u64 utime, stime;

	/* Threads that have ended are summed up in the signal structure. */
	ti->utime = task->signal->utime;
	ti->stime = task->signal->stime;
	ti->minflt = task->signal->min_flt;
	ti->majflt = task->signal->maj_flt;
	ti->csw = task->signal->nvcsw + task->signal->nivcsw;
	rcu_read_lock();
	for_each_thread(task, t) {
		task_cputime_adjusted(t, &utime, &stime);
		ti->utime += utime;
		ti->stime += stime;
		ti->minflt += t->min_flt;
		ti->majflt += t->maj_flt;
		ti->csw += t->nvcsw + t->nivcsw;
		ti->threads++;
		ti->running += READ_ONCE(t->__state) == TASK_RUNNING;
	}
	rcu_read_unlock();

	mm = get_task_mm(task);
	if (!mm)
		return;
	ti->vsize = (u64)mm->total_vm << PAGE_SHIFT;
	ti->rss = (u64)get_mm_rss(mm) << PAGE_SHIFT;
	mmput(mm);
}

static void fill_start(struct darwin_taskinfo *ti, struct task_struct *task)
{
	struct timespec64 boot, start;

	getboottime64(&boot);
	ti->start_ns = task->start_boottime;
	start = timespec64_add(boot, ns_to_timespec64(task->start_boottime));
	ti->start_sec = start.tv_sec;
	ti->start_usec = start.tv_nsec / NSEC_PER_USEC;
}

static u32 task_status(struct task_struct *task)
{
	u32 state = READ_ONCE(task->__state);

	if (READ_ONCE(task->exit_state))
		return DARWIN_SZOMB;
	/* Darwin calls everything that lives and is not stopped "runnable". */
	return state & (__TASK_STOPPED | __TASK_TRACED) ? DARWIN_SSTOP : DARWIN_SRUN;
}

/**
 * darwin_taskinfo - looks at a process
 * @call: foreign call under way
 * @pid: process in the caller's name space
 * @ti: is filled
 *
 * Context: may sleep.
 * Return: 0, or -ESRCH when there is none that the caller may know of.
 */
int darwin_taskinfo(struct persona_call *call, int pid, struct darwin_taskinfo *ti)
{
	bool self = pid == task_tgid_vnr(current);
	struct task_struct *task;
	char path[32], stat[256];
	ssize_t n;

	memset(ti, 0, sizeof(*ti));
	ti->tdev = DARWIN_NODEV;
	if (pid <= 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	n = darwin_proc_read(call, path, stat, sizeof(stat));
	if (n > 0)
		darwin_parse_stat_tty(stat, &ti->tdev, &ti->tpgid);
	else if (!self)
		return -ESRCH;

	task = get_process(pid);
	if (!task)
		return -ESRCH;
	fill_ids(ti, task);
	get_task_comm(ti->comm, task);
	ti->status = task_status(task);
	ti->nice = task_nice(task);
	ti->traced = READ_ONCE(task->ptrace);
	ti->exiting = task->flags & PF_EXITING;
	fill_start(ti, task);
	fill_usage(ti, task);
	put_task_struct(task);
	return 0;
}

static u32 bsd_flags(const struct darwin_taskinfo *ti)
{
	u32 flags = DARWIN_PROC_FLAG_LP64 | DARWIN_PROC_FLAG_EXEC;

	if (ti->traced)
		flags |= DARWIN_PROC_FLAG_TRACED;
	if (ti->exiting)
		flags |= DARWIN_PROC_FLAG_INEXIT;
	if (ti->sid == ti->pid)
		flags |= DARWIN_PROC_FLAG_SLEADER;
	if (ti->tdev != DARWIN_NODEV)
		flags |= DARWIN_PROC_FLAG_CONTROLT;
	if (ti->sid == ti->pid && ti->tdev != DARWIN_NODEV)
		flags |= DARWIN_PROC_FLAG_CTTY;
	return flags;
}

/**
 * darwin_fill_bsdinfo - struct proc_bsdinfo of a process
 * @d: is filled completely
 * @ti: process
 *
 * Context: any.
 */
void darwin_fill_bsdinfo(struct darwin_bsdinfo *d, const struct darwin_taskinfo *ti)
{
	memset(d, 0, sizeof(*d));
	d->flags = bsd_flags(ti);
	d->status = ti->status;
	d->pid = ti->pid;
	d->ppid = ti->ppid;
	d->uid = ti->uid;
	d->gid = ti->gid;
	d->ruid = ti->ruid;
	d->rgid = ti->rgid;
	d->svuid = ti->suid;
	d->svgid = ti->sgid;
	strscpy(d->comm, ti->comm, sizeof(d->comm));
	strscpy(d->name, ti->comm, sizeof(d->name));
	d->pgid = ti->pgid;
	d->tdev = ti->tdev;
	d->tpgid = ti->tpgid;
	d->nice = ti->nice;
	d->start_sec = ti->start_sec;
	d->start_usec = ti->start_usec;
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_bsdinfo);

/**
 * darwin_fill_bsdshortinfo - struct proc_bsdshortinfo of a process
 * @d: is filled completely
 * @ti: process
 *
 * Context: any.
 */
void darwin_fill_bsdshortinfo(struct darwin_bsdshortinfo *d, const struct darwin_taskinfo *ti)
{
	memset(d, 0, sizeof(*d));
	d->pid = ti->pid;
	d->ppid = ti->ppid;
	d->pgid = ti->pgid;
	d->status = ti->status;
	strscpy(d->comm, ti->comm, sizeof(d->comm));
	d->flags = bsd_flags(ti);
	d->uid = ti->uid;
	d->gid = ti->gid;
	d->ruid = ti->ruid;
	d->rgid = ti->rgid;
	d->svuid = ti->suid;
	d->svgid = ti->sgid;
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_bsdshortinfo);

/* Darwin counts in 32 bits. */
static s32 clamp_count(u64 n)
{
	return min_t(u64, n, S32_MAX);
}

/**
 * darwin_fill_ptaskinfo - struct proc_taskinfo of a process
 * @d: is filled completely
 * @ti: process
 *
 * Context: any.
 */
void darwin_fill_ptaskinfo(struct darwin_ptaskinfo *d, const struct darwin_taskinfo *ti)
{
	memset(d, 0, sizeof(*d));
	d->virtual_size = ti->vsize;
	d->resident_size = ti->rss;
	d->total_user = ti->utime;
	d->total_system = ti->stime;
	d->policy = 1;	/* POLICY_TIMESHARE */
	d->faults = clamp_count(ti->minflt + ti->majflt);
	d->pageins = clamp_count(ti->majflt);
	d->csw = clamp_count(ti->csw);
	d->threadnum = ti->threads;
	d->numrunning = ti->running;
	d->priority = 31 - ti->nice;	/* BASEPRI_DEFAULT, as xnu maps nice */
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_ptaskinfo);

/**
 * darwin_fill_kinfo - struct kinfo_proc of a process
 * @d: is filled completely
 * @ti: process
 *
 * Context: any.
 */
void darwin_fill_kinfo(struct darwin_kinfo_proc *d, const struct darwin_taskinfo *ti)
{
	memset(d, 0, sizeof(*d));
	d->start_sec = ti->start_sec;
	d->start_usec = ti->start_usec;
	d->flag = DARWIN_P_LP64 | DARWIN_P_EXEC;
	if (ti->traced)
		d->flag |= DARWIN_P_TRACED;
	if (ti->tdev != DARWIN_NODEV)
		d->flag |= DARWIN_P_CONTROLT;
	d->stat = ti->status;
	d->pid = ti->pid;
	d->priority = 31;
	d->usrpri = 31;
	d->nice = ti->nice;
	strscpy(d->comm, ti->comm, sizeof(d->comm));
	d->ruid = ti->ruid;
	d->svuid = ti->suid;
	d->rgid = ti->rgid;
	d->svgid = ti->sgid;
	d->uid = ti->uid;
	d->ngroups = 1;
	d->groups[0] = ti->gid;
	d->ppid = ti->ppid;
	d->pgid = ti->pgid;
	d->tdev = ti->tdev;
	d->tpgid = ti->tpgid;
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_kinfo);
