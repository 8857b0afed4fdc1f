// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mach semaphores, and the BSD calls that wait on them (__semwait_signal).
 *
 * A waiter is on its own stack and in the semaphore's list; whoever takes it
 * off the list says why under the semaphore's lock, and the waiter takes that
 * lock once more before it leaves, so it can neither be woken too late nor
 * lose a count that was handed to it.
 */
#include <linux/errno.h>
#include <linux/futex.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "ipc.h"
#include "mach_table.h"

#define SYNC_POLICY_FIFO	0
#define SYNC_POLICY_MAX		7
#define SEMAPHORE_MAX_VALUE	0x7fff

struct darwin_sem {
	spinlock_t lock;	/* innermost; protects all below */
	s32 count;
	bool dead;
	struct list_head waiters;
};

/* @result: -1 while waiting, then DARWIN_KERN_* */
struct sem_waiter {
	struct list_head link;
	struct task_struct *task;
	int result;
};

/**
 * darwin_sem_create() - makes a semaphore
 * @policy: SYNC_POLICY_*, order of wake-ups; all are served first come, first served
 * @value: initial count
 * @kr: why it failed, DARWIN_KERN_*
 *
 * Context: may sleep.
 * Return: its port with one reference, or NULL.
 */
struct darwin_port *darwin_sem_create(s32 policy, s32 value, int *kr)
{
	struct darwin_port *port;
	struct darwin_sem *sem;

	*kr = DARWIN_KERN_INVALID_ARGUMENT;
	if (value < 0 || value > SEMAPHORE_MAX_VALUE ||
	    policy < SYNC_POLICY_FIFO || policy > SYNC_POLICY_MAX)
		return NULL;
	*kr = DARWIN_KERN_RESOURCE_SHORTAGE;
	sem = kzalloc(sizeof(*sem), GFP_KERNEL_ACCOUNT);
	if (!sem)
		return NULL;
	port = darwin_port_alloc(DARWIN_PORT_SEMAPHORE);
	if (!port) {
		kfree(sem);
		return NULL;
	}
	spin_lock_init(&sem->lock);
	INIT_LIST_HEAD(&sem->waiters);
	sem->count = value;
	port->sem = sem;
	*kr = DARWIN_KERN_SUCCESS;
	return port;
}

/**
 * darwin_sem_release() - the last reference of a semaphore's port is gone
 * @port: port; readers under RCU need a reference to get at the semaphore
 *
 * Context: any.
 */
void darwin_sem_release(struct darwin_port *port)
{
	kfree(port->sem);
}

/* The waiter cannot leave before we drop the lock. */
static void sem_wake(struct sem_waiter *waiter, int result)
{
	list_del_init(&waiter->link);
	WRITE_ONCE(waiter->result, result);
	wake_up_process(waiter->task);
}

/**
 * darwin_sem_destroy() - semaphore_destroy(): waiters return KERN_TERMINATED
 * @port: a semaphore's port; the caller has a reference
 *
 * Context: may sleep.
 */
void darwin_sem_destroy(struct darwin_port *port)
{
	struct darwin_sem *sem = port->sem;
	LIST_HEAD(kill);

	spin_lock(&sem->lock);
	sem->dead = true;
	while (!list_empty(&sem->waiters))
		sem_wake(list_first_entry(&sem->waiters, struct sem_waiter, link),
			 DARWIN_KERN_TERMINATED);
	spin_unlock(&sem->lock);

	spin_lock(&darwin_ipc_lock);
	darwin_port_die(port, &kill);
	spin_unlock(&darwin_ipc_lock);
	darwin_msg_free_list(&kill);
}

/* @thread: wake this one only. @all: wake all, count nothing. */
static int sem_signal(struct darwin_sem *sem, struct pid *thread, bool all)
{
	struct sem_waiter *waiter, *next;
	int kr = DARWIN_KERN_NOT_WAITING;

	spin_lock(&sem->lock);
	if (sem->dead) {
		kr = DARWIN_KERN_TERMINATED;
		goto out;
	}
	list_for_each_entry_safe(waiter, next, &sem->waiters, link) {
		if (thread && task_pid(waiter->task) != thread)
			continue;
		sem_wake(waiter, DARWIN_KERN_SUCCESS);
		kr = DARWIN_KERN_SUCCESS;
		if (!all)
			goto out;
	}
	/* signal_all and signal_thread leave no count behind */
	if (!thread && !all && sem->count < S32_MAX)
		sem->count++;
	if (!thread)
		kr = DARWIN_KERN_SUCCESS;
out:
	spin_unlock(&sem->lock);
	return kr;
}

/*
 * Waits for a count. @deadline is absolute; NULL waits for ever. The thread
 * can be frozen and killed; any signal ends the wait, as on Darwin.
 */
static int sem_wait(struct darwin_sem *sem, ktime_t *deadline, clockid_t clock)
{
	struct sem_waiter waiter = { .task = current, .result = -1 };
	int err = 0;

	spin_lock(&sem->lock);
	if (sem->dead) {
		spin_unlock(&sem->lock);
		return DARWIN_KERN_TERMINATED;
	}
	if (sem->count) {
		sem->count--;
		spin_unlock(&sem->lock);
		return DARWIN_KERN_SUCCESS;
	}
	list_add_tail(&waiter.link, &sem->waiters);
	spin_unlock(&sem->lock);

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (READ_ONCE(waiter.result) >= 0)
			break;
		if (signal_pending(current)) {
			err = DARWIN_KERN_ABORTED;
			break;
		}
		if (err)
			break;
		if (!schedule_hrtimeout_range_clock(deadline, current->timer_slack_ns,
						    HRTIMER_MODE_ABS, clock))
			err = DARWIN_KERN_OPERATION_TIMED_OUT;
	}
	__set_current_state(TASK_RUNNING);

	spin_lock(&sem->lock);
	if (waiter.result < 0) {
		list_del(&waiter.link);
		waiter.result = err;
	}
	spin_unlock(&sem->lock);
	return waiter.result;
}

/* What signalling and waiting amount to, for the task's filters. */
static int sem_permit(struct persona_call *call, int op)
{
	return darwin_kern(persona_permit(call, __NR_futex, 0, op | FUTEX_PRIVATE_FLAG, 1));
}

static int signal_name(struct persona_call *call, u32 name, struct pid *thread, bool all)
{
	struct darwin_port *port;
	int kr;

	kr = sem_permit(call, FUTEX_WAKE);
	if (kr)
		return kr;
	port = darwin_port_lookup(darwin_call_ipc(call), name, DARWIN_PORT_SEMAPHORE);
	if (!port)
		return DARWIN_KERN_INVALID_ARGUMENT;
	kr = sem_signal(port->sem, thread, all);
	darwin_port_put(port);
	return kr;
}

/**
 * darwin_sem_signal_name() - semaphore_signal() on behalf of another call
 * @call: the call
 * @name: name of the semaphore
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
int darwin_sem_signal_name(struct persona_call *call, u32 name)
{
	return signal_name(call, name, NULL, false);
}

/* @signal: semaphore to signal first, 0 for none. */
static int wait_name(struct persona_call *call, u32 name, u32 signal, ktime_t *deadline,
		     clockid_t clock)
{
	struct darwin_port *port;
	int kr;

	kr = sem_permit(call, FUTEX_WAIT);
	if (kr)
		return kr;
	port = darwin_port_lookup(darwin_call_ipc(call), name, DARWIN_PORT_SEMAPHORE);
	if (!port)
		return DARWIN_KERN_INVALID_ARGUMENT;
	if (signal)
		kr = signal_name(call, signal, NULL, false);
	if (!kr)
		kr = sem_wait(port->sem, deadline, clock);
	darwin_port_put(port);
	return kr;
}

static int timedwait_name(struct persona_call *call, u32 name, u32 signal, u32 sec, s32 nsec)
{
	ktime_t deadline;

	if (nsec < 0 || nsec >= NSEC_PER_SEC)
		return DARWIN_KERN_INVALID_VALUE;
	deadline = ktime_add_safe(ktime_get(), ktime_set(sec, nsec));
	return wait_name(call, name, signal, &deadline, CLOCK_MONOTONIC);
}

/**
 * darwin_semaphore_signal() - semaphore_signal_trap
 * @call: semaphore name
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_semaphore_signal(struct persona_call *call)
{
	return signal_name(call, call->args[0], NULL, false);
}

/**
 * darwin_semaphore_signal_all() - semaphore_signal_all_trap
 * @call: semaphore name
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_semaphore_signal_all(struct persona_call *call)
{
	return signal_name(call, call->args[0], NULL, true);
}

/**
 * darwin_semaphore_signal_thread() - semaphore_signal_thread_trap
 * @call: semaphore name, name of the thread to wake (null: any)
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*; DARWIN_KERN_NOT_WAITING if that thread does not wait.
 */
long darwin_semaphore_signal_thread(struct persona_call *call)
{
	struct darwin_port *thread;
	long kr;

	if (!(u32)call->args[1])
		return signal_name(call, call->args[0], NULL, false);
	thread = darwin_port_lookup(darwin_call_ipc(call), call->args[1], DARWIN_PORT_THREAD);
	if (!thread)
		return DARWIN_KERN_INVALID_ARGUMENT;
	kr = signal_name(call, call->args[0], thread->pid, false);
	darwin_port_put(thread);
	return kr;
}

/**
 * darwin_semaphore_wait() - semaphore_wait_trap
 * @call: semaphore name
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_semaphore_wait(struct persona_call *call)
{
	int kr = wait_name(call, call->args[0], 0, NULL, CLOCK_MONOTONIC);

	/* A signal without a handler, a stop for example, does not end it. */
	return kr == DARWIN_KERN_ABORTED ? -ERESTARTNOHAND : kr;
}

/**
 * darwin_semaphore_wait_signal() - semaphore_wait_signal_trap
 * @call: names of the semaphore to wait on and of the one to signal
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_semaphore_wait_signal(struct persona_call *call)
{
	if (!(u32)call->args[1])
		return DARWIN_KERN_INVALID_ARGUMENT;
	return wait_name(call, call->args[0], call->args[1], NULL, CLOCK_MONOTONIC);
}

/**
 * darwin_semaphore_timedwait() - semaphore_timedwait_trap
 * @call: semaphore name, seconds, nanoseconds
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_semaphore_timedwait(struct persona_call *call)
{
	return timedwait_name(call, call->args[0], 0, call->args[1], call->args[2]);
}

/**
 * darwin_semaphore_timedwait_signal() - semaphore_timedwait_signal_trap
 * @call: names of the semaphore to wait on and of the one to signal,
 *	seconds, nanoseconds
 *
 * Context: see persona_fn.
 * Return: DARWIN_KERN_*.
 */
long darwin_semaphore_timedwait_signal(struct persona_call *call)
{
	if (!(u32)call->args[1])
		return DARWIN_KERN_INVALID_ARGUMENT;
	return timedwait_name(call, call->args[0], call->args[1], call->args[2], call->args[3]);
}

/* kern_return_t of a semaphore as the errno of the BSD calls. */
static long sem_errno(int kr)
{
	switch (kr) {
	case DARWIN_KERN_SUCCESS:
		return 0;
	case DARWIN_KERN_INVALID_ADDRESS:
	case DARWIN_KERN_PROTECTION_FAILURE:
	case DARWIN_KERN_NO_ACCESS:
		return -EACCES;
	case DARWIN_KERN_ABORTED:
		return -EINTR;
	case DARWIN_KERN_OPERATION_TIMED_OUT:
		return -ETIMEDOUT;
	}
	return -EINVAL;
}

/* @sec, @nsec: how long, or until when (real time) if not @relative. */
static long semwait_signal(struct persona_call *call, u32 wait, u32 signal, bool timeout,
			   bool relative, s64 sec, s64 nsec)
{
	clockid_t clock = relative ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	ktime_t deadline;

	if (!timeout)
		return sem_errno(wait_name(call, wait, signal, NULL, clock));
	if (nsec < 0 || nsec >= NSEC_PER_SEC || sec < 0)
		return -EINVAL;
	deadline = ktime_set(sec, nsec);
	if (relative)
		deadline = ktime_add_safe(ktime_get(), deadline);
	return sem_errno(wait_name(call, wait, signal, &deadline, clock));
}

/**
 * darwin_semwait_signal() - __semwait_signal
 * @call: semaphore to wait on, semaphore to signal or 0, use the time,
 *	the time is relative, seconds, nanoseconds
 *
 * Darwin's nanosleep() is a timed wait on a semaphore nobody signals. Since
 * any signal ends it and the library computes what is left, it is not
 * restarted.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno: -ETIMEDOUT, -EINTR, -EINVAL.
 */
long darwin_semwait_signal(struct persona_call *call)
{
	return semwait_signal(call, call->args[0], call->args[1], (int)call->args[2] == 1,
			      (int)call->args[3] == 1, call->args[4], (s32)call->args[5]);
}

/**
 * darwin_old_semwait_signal() - __old_semwait_signal: the same with a timespec
 * @call: as darwin_semwait_signal(), the time by address
 *
 * Context: see persona_fn.
 * Return: as darwin_semwait_signal(), or -EFAULT.
 */
long darwin_old_semwait_signal(struct persona_call *call)
{
	s64 ts[2] = { 0, 0 };

	if ((int)call->args[2] == 1 &&
	    copy_from_user(ts, (void __user *)call->args[4], sizeof(ts)))
		return -EFAULT;
	return semwait_signal(call, call->args[0], call->args[1], (int)call->args[2] == 1,
			      (int)call->args[3] == 1, ts[0], ts[1]);
}
