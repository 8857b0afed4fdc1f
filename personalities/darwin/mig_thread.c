// SPDX-License-Identifier: GPL-2.0-only
/* Requests to thread ports (subsystem thread_act, 3600). */
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "mig.h"
#include "thread.h"

#define THREAD_BASIC_INFO		3
#define THREAD_IDENTIFIER_INFO		4

#define POLICY_TIMESHARE		1
#define TH_STATE_RUNNING		1
#define TH_STATE_STOPPED		2
#define TH_STATE_WAITING		3
#define TH_STATE_UNINTERRUPTIBLE	4

#define THREAD_EXTENDED_POLICY		1
#define THREAD_PRECEDENCE_POLICY	3

/* The thread of the caller's process that a port is of, with a reference. */
static struct task_struct *thread_task(struct darwin_mig *m)
{
	struct task_struct *task;

	if (m->target == darwin_thread_self_port(m->call->thread))
		return get_task_struct(current);
	task = m->target->pid ? get_pid_task(m->target->pid, PIDTYPE_PID) : NULL;
	if (task && !same_thread_group(task, current)) {
		put_task_struct(task);
		task = NULL;
	}
	return task;
}

static u32 run_state(const struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	if (state & (__TASK_STOPPED | __TASK_TRACED))
		return TH_STATE_STOPPED;
	if (state & TASK_UNINTERRUPTIBLE)
		return TH_STATE_UNINTERRUPTIBLE;
	return state & TASK_INTERRUPTIBLE ? TH_STATE_WAITING : TH_STATE_RUNNING;
}

static u32 thread_words(struct task_struct *task, u32 flavor, u32 *info)
{
	u64 user, system, tid;

	switch (flavor) {
	case THREAD_BASIC_INFO:
		task_cputime_adjusted(task, &user, &system);
		info[0] = div_u64(user, NSEC_PER_SEC);
		info[1] = div_u64(user, NSEC_PER_USEC) % USEC_PER_SEC;
		info[2] = div_u64(system, NSEC_PER_SEC);
		info[3] = div_u64(system, NSEC_PER_USEC) % USEC_PER_SEC;
		info[5] = POLICY_TIMESHARE;
		info[6] = run_state(task);
		return 10;
	case THREAD_IDENTIFIER_INFO:
		tid = task_pid_vnr(task);
		info[0] = lower_32_bits(tid);
		info[1] = upper_32_bits(tid);
		return 6;
	}
	return 0;
}

/* flavor, room; info */
static int thread_info(struct darwin_mig *m)
{
	struct task_struct *task = thread_task(m);
	u32 info[10] = { }, words;

	if (!task)
		return DARWIN_KERN_INVALID_ARGUMENT;
	words = thread_words(task, darwin_mig_u32(m, 0), info);
	put_task_struct(task);
	if (!words)
		return DARWIN_KERN_INVALID_ARGUMENT;
	return darwin_mig_put_info(m, darwin_mig_u32(m, 4), info, words);
}

/*
 * flavor, count, policy. What is in force already can be had: time sharing,
 * no precedence. The rest is refused rather than ignored.
 */
static int thread_policy_set(struct darwin_mig *m)
{
	u32 value;

	if (darwin_mig_u32(m, 4) < 1 || m->in_size < 3 * sizeof(u32))
		return DARWIN_KERN_INVALID_ARGUMENT;
	value = darwin_mig_u32(m, 8);
	switch (darwin_mig_u32(m, 0)) {
	case THREAD_EXTENDED_POLICY:
		return value ? DARWIN_KERN_SUCCESS : DARWIN_KERN_NOT_SUPPORTED;
	case THREAD_PRECEDENCE_POLICY:
		return value ? DARWIN_KERN_NOT_SUPPORTED : DARWIN_KERN_SUCCESS;
	}
	return DARWIN_KERN_NOT_SUPPORTED;
}

const struct darwin_mig_routine darwin_mig_thread_routines[] = {
	{ 3612, 0, 8, thread_info },
	{ 3617, 0, 8, thread_policy_set },
	{ }
};
