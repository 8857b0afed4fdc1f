// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals of foreign tasks.
 *
 * The handler that the kernel knows is a magic address. The kernel builds its
 * own frame for it, with all its care for the extended registers, the signal
 * mask and the alternate stack; then we see that address in ip, and the
 * personality puts its frame below the kernel's. The foreign sigreturn copies
 * back what the program may change and ends in the native one.
 */
#include <linux/export.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/uaccess.h>

#include "compat/symbols.h"
#include "internal.h"

/*
 * The interrupted foreign call returns EINTR. The kernel has put its own code
 * into the frame; the class of the call knows how the program expects it.
 */
static void encode_eintr(struct persona_thread *thread, unsigned long nr,
			 struct sigcontext_64 *sc)
{
	const struct personality *pers = thread->proc->pers;
	u32 cls = (u32)nr >> pers->nr_shift;
	struct pt_regs regs = { .ax = sc->ax, .dx = sc->dx, .flags = sc->flags };

	if (cls >= thread->ntables || !thread->tables[cls]->encode)
		return;
	thread->tables[cls]->encode(&regs, -EINTR, 0);
	sc->ax = regs.ax;
	sc->dx = regs.dx;
	sc->flags = regs.flags;
}

static int read_info(struct persona_signal *sig)
{
	/* The user form of siginfo is the kernel's, padded. */
	return copy_from_user(&sig->info, &sig->frame->info, sizeof(sig->info)) ? -EFAULT : 0;
}

static int enter_handler(struct persona_thread *thread, struct pt_regs *regs, bool interrupted,
			 unsigned long nr)
{
	struct persona_signal sig = {
		.sig = regs->di,
		.frame = (struct rt_sigframe __user *)regs->sp,
	};

	if (copy_from_user(&sig.sc, &sig.frame->uc.uc_mcontext, sizeof(sig.sc)) ||
	    copy_from_user(&sig.mask, &sig.frame->uc.uc_sigmask, sizeof(sig.mask)) ||
	    read_info(&sig))
		return -EFAULT;
	if (interrupted && (long)sig.sc.ax == -EINTR) {
		encode_eintr(thread, nr, &sig.sc);
		if (copy_to_user(&sig.frame->uc.uc_mcontext, &sig.sc, sizeof(sig.sc)))
			return -EFAULT;
	}
	this_cpu_inc(thread->reg->counters->signals);
	return thread->proc->pers->deliver(thread, regs, &sig);
}

/**
 * persona_signal() - a task with foreign state has signal work to do
 * @regs: its user registers
 *
 * Stands in for arch_do_signal_or_restart().
 *
 * Context: on the way to user mode, interrupts on, may sleep.
 */
__visible void persona_signal(struct pt_regs *regs)
{
	bool interrupted = (int)regs->orig_ax != -1 && persona_is_restart(regs->ax);
	unsigned long nr = regs->orig_ax;
	struct persona_thread *thread = persona_current();

	/* One that is to die does nothing more for the others. */
	if (thread && thread->proc->pers->pending && !thread->condemned) {
		WRITE_ONCE(thread->kicked, false);
		/* Whoever kicks after this sees to it that we come here again. */
		smp_mb();
		thread->proc->pers->pending(thread, regs);
	}
	persona_signal_original(regs);
	thread = persona_current();
	/* The kernel has cleared its flag behind pending(): a kick may be lost in it. */
	if (thread && unlikely(READ_ONCE(thread->kicked)))
		persona_notify_signal(current);
	if (likely(regs->ip != PERSONA_SIGNAL_MAGIC))
		return;
	if (!thread || enter_handler(thread, regs, interrupted, nr))
		force_sig(SIGSEGV);
}

/**
 * persona_kick() - have a thread's pending() called soon
 * @task: thread that has foreign state; the caller holds a reference
 *
 * An interruptible sleep ends as for a signal, but nothing is delivered, so
 * that a call goes on by its restart rule.
 *
 * Context: any.
 */
void persona_kick(struct task_struct *task)
{
	struct persona_thread *thread;

	rcu_read_lock();
	thread = persona_of(task);
	if (thread)
		WRITE_ONCE(thread->kicked, true);
	rcu_read_unlock();
	persona_notify_signal(task);
}
EXPORT_SYMBOL_GPL(persona_kick);

/**
 * persona_rekick() - have pending() called once more
 * @thread: the calling thread's state
 *
 * For a pending() that lets the kernel look at the signals first.
 *
 * Context: pending(), or a handler.
 */
void persona_rekick(struct persona_thread *thread)
{
	WRITE_ONCE(thread->kicked, true);
}
EXPORT_SYMBOL_GPL(persona_rekick);

/* What rt_sigaction(2) takes on x86-64. */
struct persona_native_sigaction {
	u64 handler;
	u64 flags;
	u64 restorer;
	u64 mask;
};

/**
 * persona_sigaction() - set what the kernel does with a signal
 * @call: foreign call under way
 * @sig: native signal number
 * @handler: a handler of the program is to run: the core's magic address is
 *	registered, and the personality's deliver() will be called
 * @disposition: without @handler: SIG_DFL or SIG_IGN as a number
 * @flags: native SA_* flags
 * @mask: native signal mask
 *
 * Context: may sleep.
 * Return: as rt_sigaction(2).
 */
long persona_sigaction(struct persona_call *call, int sig, bool handler, u64 disposition,
		       unsigned long flags, u64 mask)
{
	struct persona_native_sigaction act = {
		.handler = handler ? PERSONA_SIGNAL_MAGIC : disposition,
		.flags = flags | SA_SIGINFO | SA_RESTORER,
		.restorer = PERSONA_SIGNAL_MAGIC,
		.mask = mask,
	};
	void __user *user = persona_scratch_put(call, &act, sizeof(act));

	if (IS_ERR(user))
		return PTR_ERR(user);
	return persona_native(call, __NR_rt_sigaction, sig, user, 0, sizeof(act.mask));
}
EXPORT_SYMBOL_GPL(persona_sigaction);
