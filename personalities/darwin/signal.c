// SPDX-License-Identifier: GPL-2.0-only
/*
 * Darwin's signal calls. Disposition, flags and masks live in the kernel's
 * own signal state, set through the native calls; kept here is only what it
 * has no room for: the program's handler and trampoline, because the kernel is
 * given the core's address instead. A record survives SIG_DFL and SIG_IGN: a
 * signal that was already on its way then still finds a complete handler.
 *
 * Semantics: bsd/kern/kern_sig.c (facts only).
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "darwin.h"
#include "signal.h"

static const struct persona_flag sa_flags[] = { DARWIN_FLAGS_SA };

/* The kernel's struct sigaction as rt_sigaction() reads and writes it. */
struct native_sigaction {
	u64 handler;
	u64 flags;
	u64 restorer;
	u64 mask;
};

#define NATIVE_SIGSETSIZE	sizeof(u64)

/**
 * darwin_sig_proc_init - signal state of a new process
 * @proc: its state
 * @parent: of the process that forks, NULL at exec
 *
 * Context: may sleep.
 * Return: 0.
 */
int darwin_sig_proc_init(struct darwin_proc *proc, struct darwin_proc *parent)
{
	spin_lock_init(&proc->sig_lock);
	if (parent) {
		spin_lock(&parent->sig_lock);
		memcpy(proc->sig, parent->sig, sizeof(proc->sig));
		spin_unlock(&parent->sig_lock);
	}
	return 0;
}

/**
 * darwin_sig_exec - gives SIGINFO its default, to be ignored
 *
 * Called by the exec handler behind the point of no return, when the process
 * is single-threaded and has its signal handlers to itself.
 *
 * Context: the new process; does not sleep.
 */
void darwin_sig_exec(void)
{
	/* The own handlers do not go away. */
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	struct k_sigaction *ka = &sighand->action[DARWIN_NATIVE_SIGINFO - 1];

	spin_lock_irq(&sighand->siglock);
	if (ka->sa.sa_handler == SIG_DFL)
		ka->sa.sa_handler = SIG_IGN;
	spin_unlock_irq(&sighand->siglock);
}

/* The native disposition of @sig, through the native call. */
static long sigaction_query(struct persona_call *call, int sig, struct native_sigaction *sa)
{
	void __user *buf = persona_scratch(call, sizeof(*sa));
	long ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(call, __NR_rt_sigaction, sig, 0, buf, NATIVE_SIGSETSIZE);
	if (ret)
		return ret;
	return copy_from_user(sa, buf, sizeof(*sa)) ? -EFAULT : 0;
}

static u64 handler_default(int dsig)
{
	return (uintptr_t)(dsig == DARWIN_SIGINFO ? SIG_IGN : SIG_DFL);
}

static void fill_old(struct darwin_usigaction *old, const struct native_sigaction *sa,
		     const struct darwin_sigaction *rec, int dsig)
{
	u64 rest;

	memset(old, 0, sizeof(*old));
	old->mask = darwin_sigmask_to_foreign(sa->mask);
	old->flags = persona_flags_to_foreign(sa_flags, ARRAY_SIZE(sa_flags),
					      sa->flags & ~(u64)SA_SIGINFO, &rest);
	if (sa->handler == (uintptr_t)SIG_DFL || sa->handler == (uintptr_t)SIG_IGN) {
		/* Only SIGINFO's record tells its two kinds of "ignored" apart. */
		if (dsig == DARWIN_SIGINFO)
			old->handler = rec->ignored;
		else
			old->handler = sa->handler;
		return;
	}
	old->handler = rec->handler;
	old->flags |= rec->flags & DARWIN_SA_SIGINFO;
}

/**
 * darwin_sigaction - BSD 46
 * @call: signal, struct __sigaction *, struct sigaction *
 *
 * xnu keeps SA_USERSPACE_MASK of the flags and drops the rest without an
 * error, so does this.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sigaction(struct persona_call *call)
{
	int dsig = (int)call->args[0];
	const void __user *nsa = (void __user *)(uintptr_t)call->args[1];
	void __user *osa = (void __user *)(uintptr_t)call->args[2];
	struct darwin_proc *proc = darwin_call_proc(call);
	struct darwin_sigaction saved, *rec;
	struct darwin_usigaction old;
	struct native_sigaction sa;
	struct darwin_ksigaction act;
	bool handler;
	u64 rest, flags, disposition;
	int sig = darwin_sig_to_native(dsig);
	long ret;

	if (!sig || (nsa && (dsig == DARWIN_SIGKILL || dsig == DARWIN_SIGSTOP)))
		return -EINVAL;
	if (nsa && copy_from_user(&act, nsa, sizeof(act)))
		return -EFAULT;
	rec = &proc->sig[dsig];

	if (osa) {
		ret = sigaction_query(call, sig, &sa);
		if (ret)
			return ret;
		spin_lock(&proc->sig_lock);
		fill_old(&old, &sa, rec, dsig);
		spin_unlock(&proc->sig_lock);
		if (copy_to_user(osa, &old, sizeof(old)))
			return -EFAULT;
	}
	if (!nsa)
		return 0;

	handler = act.handler != (uintptr_t)SIG_DFL && act.handler != (uintptr_t)SIG_IGN;
	disposition = act.handler ?: handler_default(dsig);
	act.flags &= DARWIN_SA_USERSPACE_MASK;
	flags = persona_flags_to_native(sa_flags, ARRAY_SIZE(sa_flags), act.flags, &rest);

	/* The record first: the new handler may be entered at once. */
	spin_lock(&proc->sig_lock);
	saved = *rec;
	rec->ignored = act.handler == (uintptr_t)SIG_IGN;
	if (handler) {
		rec->handler = act.handler;
		rec->tramp = act.tramp;
		rec->flags = act.flags;
	}
	spin_unlock(&proc->sig_lock);

	ret = persona_sigaction(call, sig, handler, disposition, flags,
				darwin_sigmask_to_native(act.mask));
	if (ret) {
		spin_lock(&proc->sig_lock);
		*rec = saved;
		spin_unlock(&proc->sig_lock);
	}
	return ret;
}

static int how_to_native(int how)
{
	switch (how) {
	case DARWIN_SIG_BLOCK:
		return SIG_BLOCK;
	case DARWIN_SIG_UNBLOCK:
		return SIG_UNBLOCK;
	case DARWIN_SIG_SETMASK:
		return SIG_SETMASK;
	}
	return -EINVAL;
}

/**
 * darwin_sigprocmask - BSD 48, and 329 __pthread_sigmask
 * @call: how, u32 *set, u32 *oldset
 *
 * Both change the calling thread's mask.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sigprocmask(struct persona_call *call)
{
	const u32 __user *set = (u32 __user *)(uintptr_t)call->args[1];
	u32 __user *oset = (u32 __user *)(uintptr_t)call->args[2];
	u64 __user *nset = NULL, *noset = NULL;
	int how = SIG_BLOCK;
	u64 mask;
	u32 dmask;
	long ret;

	if (set) {
		how = how_to_native((int)call->args[0]);
		if (how < 0)
			return how;
		if (get_user(dmask, set))
			return -EFAULT;
		mask = darwin_sigmask_to_native(dmask);
		nset = persona_scratch_put(call, &mask, sizeof(mask));
		if (IS_ERR(nset))
			return PTR_ERR(nset);
	}
	if (oset) {
		noset = persona_scratch(call, sizeof(mask));
		if (IS_ERR(noset))
			return PTR_ERR(noset);
	}
	ret = persona_native(call, __NR_rt_sigprocmask, how, nset, noset, NATIVE_SIGSETSIZE);
	if (ret || !oset)
		return ret;
	if (get_user(mask, noset) || put_user(darwin_sigmask_to_foreign(mask), oset))
		return -EFAULT;
	return 0;
}

/**
 * darwin_sigpending - BSD 52
 * @call: u32 *set
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sigpending(struct persona_call *call)
{
	u32 __user *set = (u32 __user *)(uintptr_t)call->args[0];
	u64 __user *nset = persona_scratch(call, sizeof(u64));
	u64 mask;
	long ret;

	if (IS_ERR(nset))
		return PTR_ERR(nset);
	ret = persona_native(call, __NR_rt_sigpending, nset, NATIVE_SIGSETSIZE);
	if (ret)
		return ret;
	if (get_user(mask, nset) || put_user(darwin_sigmask_to_foreign(mask), set))
		return -EFAULT;
	return 0;
}

/**
 * darwin_sigsuspend - BSD 111, and 410 without cancellation point
 * @call: the mask itself
 *
 * Context: see persona_fn.
 * Return: -ERESTARTNOHAND (EINTR once a handler ran) or a negative errno.
 */
long darwin_sigsuspend(struct persona_call *call)
{
	u64 mask = darwin_sigmask_to_native((u32)call->args[0]);
	u64 __user *nset = persona_scratch_put(call, &mask, sizeof(mask));

	if (IS_ERR(nset))
		return PTR_ERR(nset);
	return persona_native(call, __NR_rt_sigsuspend, nset, NATIVE_SIGSETSIZE);
}

/**
 * darwin_sigaltstack - BSD 53
 * @call: const struct darwin_stack *new, struct darwin_stack *old
 *
 * Context: see persona_fn.
 * Return: 0; -EINVAL for unknown flags, -ENOMEM below Darwin's MINSIGSTKSZ,
 * -EPERM while the thread is on the stack.
 */
long darwin_sigaltstack(struct persona_call *call)
{
	const void __user *nss = (void __user *)(uintptr_t)call->args[0];
	void __user *oss = (void __user *)(uintptr_t)call->args[1];
	void __user *nnative = NULL, *onative = NULL;
	struct darwin_stack dss;
	stack_t ss = {};
	long ret;

	if (nss) {
		if (copy_from_user(&dss, nss, sizeof(dss)))
			return -EFAULT;
		if (dss.flags & ~DARWIN_SS_DISABLE)
			return -EINVAL;
		if (dss.flags & DARWIN_SS_DISABLE) {
			ss.ss_flags = SS_DISABLE;
		} else {
			if (dss.size < DARWIN_MINSIGSTKSZ)
				return -ENOMEM;
			ss.ss_sp = (void __user *)(uintptr_t)dss.sp;
			ss.ss_size = dss.size;
		}
		nnative = persona_scratch_put(call, &ss, sizeof(ss));
		if (IS_ERR(nnative))
			return PTR_ERR(nnative);
	}
	if (oss) {
		onative = persona_scratch(call, sizeof(ss));
		if (IS_ERR(onative))
			return PTR_ERR(onative);
	}
	ret = persona_native(call, __NR_sigaltstack, nnative, onative);
	if (ret || !oss)
		return ret;
	if (copy_from_user(&ss, onative, sizeof(ss)))
		return -EFAULT;
	memset(&dss, 0, sizeof(dss));
	dss.sp = (uintptr_t)ss.ss_sp;
	dss.size = ss.ss_size;
	if (ss.ss_flags & SS_DISABLE)
		dss.flags = DARWIN_SS_DISABLE;
	else if (ss.ss_flags & SS_ONSTACK)
		dss.flags = DARWIN_SS_ONSTACK;
	return copy_to_user(oss, &dss, sizeof(dss)) ? -EFAULT : 0;
}

/**
 * darwin_sigwait - BSD 330, and 422 without cancellation point
 * @call: const u32 *set, int *sig
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno; -EINTR when another signal had a handler.
 */
long darwin_sigwait(struct persona_call *call)
{
	const u32 __user *set = (u32 __user *)(uintptr_t)call->args[0];
	int __user *usig = (int __user *)(uintptr_t)call->args[1];
	u64 __user *nset;
	u64 mask;
	u32 dmask;
	long ret;

	if (get_user(dmask, set))
		return -EFAULT;
	mask = darwin_sigmask_to_native(dmask);
	if (!mask)
		return -EINVAL;
	nset = persona_scratch_put(call, &mask, sizeof(mask));
	if (IS_ERR(nset))
		return PTR_ERR(nset);
	ret = persona_native(call, __NR_rt_sigtimedwait, nset, 0, 0, NATIVE_SIGSETSIZE);
	if (ret < 0)
		return ret;
	if (usig && put_user(darwin_sig_to_foreign(ret), usig))
		return -EFAULT;
	return 0;
}

/**
 * darwin_disable_threadsignal - BSD 331: no more signals for this thread
 * @call: ignored argument
 *
 * A thread calls this on its way out; all of its signals are blocked.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_disable_threadsignal(struct persona_call *call)
{
	u64 mask = ~0ULL;
	u64 __user *nset = persona_scratch_put(call, &mask, sizeof(mask));

	if (IS_ERR(nset))
		return PTR_ERR(nset);
	return persona_native(call, __NR_rt_sigprocmask, SIG_SETMASK, nset, 0,
			      NATIVE_SIGSETSIZE);
}
