// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux signals of NT processes.
 *
 * SIGINT and SIGQUIT, from the keyboard or by kill(2), are the console events
 * Ctrl-C and Ctrl-Break: a new thread runs ntdll's routine for them. A program
 * without one ends with STATUS_CONTROL_C_EXIT. All other signals do what they do
 * to any program, but for two: broken pipes are an error of the call that meets
 * them, and ended children leave no zombies, since they are waited for by
 * handle.
 *
 * No signal handler is involved: its frame would be written below the stack
 * pointer, where a Windows program does not expect anything. Instead the two
 * signals are blocked, the wait queue of signalfd tells when one has come, and
 * whichever thread gets there first takes it from the queue on its way to user
 * mode and makes the new thread. Signals that were ignored when the process was
 * started (by nohup, or a shell for what runs in the background) stay ignored.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "ntdll.h"
#include "nt_table.h"
#include "suspend.h"

/* Console events, arguments of the routine. */
#define CTRL_C_EVENT		0
#define CTRL_BREAK_EVENT	1

#define PEB_LDR			0x18	/* 0 until ntdll has begun its work */

/**
 * struct nt_signals - a process's signals that are console events
 * @nt: the process
 * @entry: in @wqh
 * @wqh: the kernel's, woken when a signal is sent; lives as long as threads do
 * @work: brings a thread to look at the signals, where locks may be taken
 * @taken: set of signals that are handled here
 * @events: bits by event, taken from the queue and not acted upon yet
 */
struct nt_signals {
	struct nt_proc *nt;
	wait_queue_entry_t entry;
	wait_queue_head_t *wqh;
	struct work_struct work;
	sigset_t taken;
	unsigned long events;
};

static void signals_work(struct work_struct *work)
{
	struct nt_signals *s = container_of(work, struct nt_signals, work);
	struct nt_process *process = s->nt->self;
	struct nt_thread_object *thread;
	unsigned long flags;

	spin_lock(&process->threads_lock);
	list_for_each_entry(thread, &process->threads, link) {
		spin_lock_irqsave(&thread->lock, flags);
		nt_thread_kick(thread);
		spin_unlock_irqrestore(&thread->lock, flags);
	}
	spin_unlock(&process->threads_lock);
}

/* Any signal of the process has been sent. Its signal lock is held. */
static int signals_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct nt_signals *s = container_of(entry, struct nt_signals, entry);

	schedule_work(&s->work);
	return 0;
}

/* Takes over those of the two signals that are not ignored. */
static void take_signals(struct nt_signals *s, const struct sighand_struct *sighand)
{
	static const int candidates[] = { SIGINT, SIGQUIT };
	unsigned int i;

	sigemptyset(&s->taken);
	for (i = 0; i < ARRAY_SIZE(candidates); i++)
		if (sighand->action[candidates[i] - 1].sa.sa_handler != SIG_IGN)
			sigaddset(&s->taken, candidates[i]);
}

/**
 * nt_signals_exec() - signals of a process that starts
 * @nt: the process, current
 *
 * Context: the end of an exec handler, may sleep. If there is no memory, Ctrl-C
 * ends the process, as it does any.
 */
void nt_signals_exec(struct nt_proc *nt)
{
	/* The own handlers do not go away. */
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	struct nt_signals *s = NULL;

	if (IS_ENABLED(CONFIG_SIGNALFD))
		s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	spin_lock_irq(&sighand->siglock);
	sighand->action[SIGPIPE - 1].sa.sa_handler = SIG_IGN;
	sighand->action[SIGCHLD - 1].sa.sa_handler = SIG_IGN;
	if (s)
		take_signals(s, sighand);
	spin_unlock_irq(&sighand->siglock);
	if (!s)
		return;
	s->nt = nt;
	s->wqh = &sighand->signalfd_wqh;
	INIT_WORK(&s->work, signals_work);
	init_waitqueue_func_entry(&s->entry, signals_wake);
	add_wait_queue(s->wqh, &s->entry);
	nt->signals = s;
	sigprocmask(SIG_BLOCK, &s->taken, NULL);
	/* One may be waiting already. */
	schedule_work(&s->work);
}

/**
 * nt_signals_last() - the last thread of a process ends
 * @nt: the process
 *
 * Context: atomic; the thread still has its signal handlers.
 */
void nt_signals_last(struct nt_proc *nt)
{
	if (nt->signals)
		remove_wait_queue(nt->signals->wqh, &nt->signals->entry);
}

/**
 * nt_signals_exit() - a process is gone
 * @nt: the process
 *
 * Context: may sleep.
 */
void nt_signals_exit(struct nt_proc *nt)
{
	if (!nt->signals)
		return;
	cancel_work_sync(&nt->signals->work);
	kfree(nt->signals);
	nt->signals = NULL;
}

/**
 * nt_signals_restore() - signals as a native program expects them
 * @call: call of the process that is about to execute one
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_signals_restore(struct persona_call *call)
{
	u32 used = call->scratch_used;
	long ret;

	ret = persona_sigaction(call, SIGPIPE, false, (uintptr_t)SIG_DFL, 0, 0);
	if (!ret)
		ret = persona_sigaction(call, SIGCHLD, false, (uintptr_t)SIG_DFL, 0, 0);
	call->scratch_used = used;
	return ret;
}

/**
 * nt_signals_mask() - the calling thread's signal mask without our own doing
 * @nt: its process
 *
 * Context: any.
 * Return: native bits.
 */
u64 nt_signals_mask(const struct nt_proc *nt)
{
	sigset_t mask = current->blocked;

	if (nt->signals)
		sigandnsets(&mask, &mask, &nt->signals->taken);
	return mask.sig[0];
}

/* Is one of our signals there for this thread? A glance; the lock comes later. */
static bool anything(const struct nt_signals *s)
{
	return (READ_ONCE(current->pending.signal.sig[0]) |
		READ_ONCE(current->signal->shared_pending.signal.sig[0])) & s->taken.sig[0];
}

static void take_events(struct nt_signals *s)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	kernel_siginfo_t info;
	sigset_t others = s->taken;
	int sig;

	signotset(&others);
	while (anything(s)) {
		spin_lock_irq(&sighand->siglock);
		sig = persona_dequeue_signal(&others, &info);
		spin_unlock_irq(&sighand->siglock);
		if (!sig)
			break;
		set_bit(sig == SIGINT ? CTRL_C_EVENT : CTRL_BREAK_EVENT, &s->events);
	}
}

/* Where the thread for an event begins; 0 if the program is not so far. */
static u64 ctrl_routine(struct nt_proc *nt)
{
	u64 ldr;

	if (get_user(ldr, (u64 __user *)u64_to_user_ptr(nt->peb + PEB_LDR)) || !ldr)
		return 0;
	return nt_entry(nt, NT_ENTRY_CTRL_ROUTINE);
}

static long start_event(struct persona_call *call, u64 routine, u64 event)
{
	struct nt_thread_object *thread;
	long ret;

	thread = nt_thread_object_new(nt_caller(call)->self);
	if (!thread)
		return -ENOMEM;
	thread->ctrl = true;
	ret = nt_thread_spawn(call, thread, routine, event, 0);
	nt_object_put(&thread->obj);
	return ret;
}

/**
 * nt_signals_pending() - look whether a console event has come
 * @thread: the calling thread
 * @regs: its user registers
 *
 * Context: on the way to user mode, may sleep.
 */
void nt_signals_pending(struct persona_thread *thread, struct pt_regs *regs)
{
	struct nt_proc *nt = nt_proc(thread->proc);
	struct nt_signals *s = nt->signals;
	struct persona_call call;
	unsigned int event;
	u64 routine;
	long ret;

	if (!s)
		return;
	if (anything(s))
		take_events(s);
	if (likely(!READ_ONCE(s->events)))
		return;
	nt_fake_call(&call, thread, regs);
	routine = ctrl_routine(nt);
	for (event = CTRL_C_EVENT; event <= CTRL_BREAK_EVENT; event++) {
		if (!test_and_clear_bit(event, &s->events))
			continue;
		ret = routine ? start_event(&call, routine, event) : -ENOENT;
		if (ret == -ERESTARTNOINTR || ret == -ERESTARTSYS) {
			/* A signal that comes first, as for any fork. */
			set_bit(event, &s->events);
			persona_rekick(thread);
			return;
		}
		if (ret) {
			nt_process_leave(&call, NT_STATUS_CONTROL_C_EXIT);
			return;
		}
	}
}

/**
 * nt_deliver() - struct personality.deliver
 * @thread: the thread
 * @regs: user registers
 * @sig: the signal
 *
 * No handler is ever registered.
 *
 * Context: may sleep.
 * Return: -EINVAL, and then the process gets SIGSEGV.
 */
int nt_deliver(struct persona_thread *thread, struct pt_regs *regs,
	       struct persona_signal *sig)
{
	return -EINVAL;
}
