// SPDX-License-Identifier: GPL-2.0-only
/*
 * Native system calls made on behalf of foreign ones: the policy point.
 *
 * The kernel has judged nothing so far, because the foreign number would have
 * meant something else to it. So what ptrace, seccomp and audit would do for a
 * native call is done here, with the native number and arguments in the real
 * registers: filters bind, and strace shows the native calls.
 *
 * One verdict of a filter has to wait: death. The kernel ends the thread right
 * there, and a handler that never gets its result back would leave locks and
 * references behind. So it is told EPERM, as are all its further native calls, and
 * the sentence is carried out on the way to user mode.
 */
#include <linux/audit.h>
#include <linux/entry-common.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/task_work.h>
#include <asm/syscall.h>

#include "compat/symbols.h"
#include "internal.h"

struct persona_saved_args {
	unsigned long ax, orig_ax, di, si, dx, r10, r8, r9;
};

static void set_args(struct pt_regs *regs, const u64 args[6])
{
	regs->di = args[0];
	regs->si = args[1];
	regs->dx = args[2];
	regs->r10 = args[3];
	regs->r8 = args[4];
	regs->r9 = args[5];
}

static void save_args(struct persona_saved_args *saved, const struct pt_regs *regs)
{
	saved->ax = regs->ax;
	saved->orig_ax = regs->orig_ax;
	saved->di = regs->di;
	saved->si = regs->si;
	saved->dx = regs->dx;
	saved->r10 = regs->r10;
	saved->r8 = regs->r8;
	saved->r9 = regs->r9;
}

/* Only these: a tracer may have moved ip or sp on purpose. */
static void restore_args(struct pt_regs *regs, const struct persona_saved_args *saved)
{
	regs->ax = saved->ax;
	regs->orig_ax = saved->orig_ax;
	regs->di = saved->di;
	regs->si = saved->si;
	regs->dx = saved->dx;
	regs->r10 = saved->r10;
	regs->r8 = saved->r8;
	regs->r9 = saved->r9;
}

/* As ptrace_report_syscall(); true when the task is to die. */
static bool report(unsigned long message)
{
	int ptrace = current->ptrace, sig;

	if (!(ptrace & PT_PTRACED))
		return false;
	sig = persona_ptrace_notify(SIGTRAP | ((ptrace & PT_TRACESYSGOOD) ? 0x80 : 0), message);
	if (sig)
		send_sig(sig, current, 1);
	return fatal_signal_pending(current);
}

/* The call for which a thread is to die, as its filters have seen it. */
struct persona_sentence {
	struct callback_head work;
	struct persona_saved_args args;
	unsigned long ip;
};

/* No lock is held and nothing of a handler's; the kernel judges again, for good. */
static void carry_out(struct callback_head *work)
{
	struct persona_sentence *sentence = container_of(work, struct persona_sentence, work);
	struct persona_sentence call = *sentence;
	struct pt_regs *regs = current_pt_regs(), saved = *regs;

	/* What is behind it in the list of those that run now, files to be put, would be lost. */
	if (work->next && !task_work_add(current, work, TWA_RESUME))
		return;
	kfree(sentence);
	/* A thread that is not exiting has modules of its own. */
	module_put(THIS_MODULE);
	if (current->flags & PF_EXITING)
		return;
	restore_args(regs, &call.args);
	regs->ip = call.ip;
	persona_secure_computing();
	*regs = saved;
	if (current->seccomp.mode <= SECCOMP_MODE_FILTER)
		force_sig(SIGKILL);	/* it does not agree with what it said */
}

static void condemn(struct persona_thread *thread, struct pt_regs *regs)
{
	struct persona_sentence *sentence;

	thread->condemned = true;
	if (current->seccomp.mode > SECCOMP_MODE_FILTER)
		return;		/* by the kernel, which has sent the signal */
	sentence = kmalloc(sizeof(*sentence), GFP_KERNEL | __GFP_NOFAIL);
	save_args(&sentence->args, regs);
	sentence->ip = regs->ip;
	init_task_work(&sentence->work, carry_out);
	__module_get(THIS_MODULE);
	/* As a signal does, it ends what the handler may go to sleep in. */
	if (!task_work_add(current, &sentence->work, TWA_SIGNAL))
		return;
	module_put(THIS_MODULE);
	kfree(sentence);
}

/*
 * Is there a tracer that SECCOMP_RET_TRACE tells? What it makes of the call is judged
 * again, and that verdict may be a deadly one.
 */
static bool seccomp_stops(u32 verdict)
{
	if ((verdict & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_TRACE ||
	    !ptrace_event_enabled(current, PTRACE_EVENT_SECCOMP))
		return false;
	persona_ptrace_notify(SIGTRAP | PTRACE_EVENT_SECCOMP << 8, verdict & SECCOMP_RET_DATA);
	return true;
}

/* True when the call must not be made: its result is in regs->ax, or the thread condemned. */
static bool seccomp_refuses(struct persona_thread *thread, struct pt_regs *regs)
{
	u32 verdict = persona_seccomp_verdict(regs), action;
	bool stopped = seccomp_stops(verdict), refuses;

	if (stopped) {
		if (fatal_signal_pending(current) || (int)regs->orig_ax < 0)
			return true;
		verdict = persona_seccomp_verdict(regs);
	}
	action = verdict & SECCOMP_RET_ACTION_FULL;
	if (action == SECCOMP_RET_KILL_THREAD) {
		condemn(thread, regs);
		return true;
	}
	if (stopped && action == SECCOMP_RET_TRACE)
		return false;		/* it has been told */
	refuses = persona_secure_computing() == -1;
	/* With a SIGSYS the kernel leaves the number there: no handler may take it for a result. */
	if (refuses && (action == SECCOMP_RET_TRAP || current->seccomp.mode > SECCOMP_MODE_FILTER))
		regs->ax = -EPERM;
	return refuses;
}

/*
 * What a native system call does on entry. Returns false when the call must not
 * be made: its result then is in regs->ax, unless the thread is condemned.
 */
static bool policy_enter(struct persona_thread *thread, struct pt_regs *regs)
{
	unsigned long work = READ_ONCE(current_thread_info()->syscall_work);

	if (work & (SYSCALL_WORK_SYSCALL_TRACE | SYSCALL_WORK_SYSCALL_EMU)) {
		if (report(PTRACE_EVENTMSG_SYSCALL_ENTRY) ||
		    (work & SYSCALL_WORK_SYSCALL_EMU))
			return false;
		/* The tracer may have changed what binds the task. */
		work = READ_ONCE(current_thread_info()->syscall_work);
	}
	if ((work & SYSCALL_WORK_SECCOMP) && seccomp_refuses(thread, regs))
		return false;
	if (unlikely(audit_context()))
		persona_audit_entry(regs->orig_ax, regs->di, regs->si, regs->dx, regs->r10);
	return true;
}

static void policy_exit(struct pt_regs *regs, bool entered)
{
	unsigned long work = READ_ONCE(current_thread_info()->syscall_work);
	long ret = regs->ax;

	if (entered && unlikely(audit_context()))
		persona_audit_exit(!IS_ERR_VALUE(ret), ret);
	if (work & SYSCALL_WORK_SYSCALL_TRACE)
		report(PTRACE_EVENTMSG_SYSCALL_EXIT);
}

/* The number is a tracer's or a constant of ours; never trust it twice. */
static long call_table(struct pt_regs *regs, unsigned long nr)
{
	if (nr >= NR_syscalls)
		return -ENOSYS;
	nr = array_index_nospec(nr, NR_syscalls);
	return persona_syscall_table[nr](regs);
}

/*
 * The old mm and the thread's state hold the modules. Both go away in a
 * successful exec, and we return to this code all the same: the references
 * taken here are put by the dispatcher, at its very end.
 */
static long call_exec(struct persona_call *call, struct pt_regs *regs, unsigned long nr)
{
	struct module *owner = call->thread->proc->pers->owner;
	struct mm_struct *mm = current->mm;
	long ret;

	__module_get(owner);
	__module_get(THIS_MODULE);
	ret = call_table(regs, nr);
	if (current->mm != mm) {
		call->execed = true;
		return ret;
	}
	module_put(THIS_MODULE);
	module_put(owner);
	return ret;
}

/*
 * What a tracer must not make of another call: who called this has prepared for the
 * one that it asked for, and goes on behind it.
 */
static bool is_fateful(unsigned int nr)
{
	switch (nr) {
	case __NR_clone:
	case __NR_clone3:
	case __NR_fork:
	case __NR_vfork:
	case __NR_execve:
	case __NR_execveat:
	case __NR_exit:
	case __NR_exit_group:
	case __NR_rt_sigreturn:
		return true;
	}
	return false;
}

/*
 * The policy of a native call, whose registers then are the real ones. Returns false
 * when the thread is to die, and has its own again: a stop at the end of the call would
 * run what waits for the thread, too early.
 */
static bool policy_begin(struct persona_call *call, unsigned int nr, const u64 args[6],
			 struct persona_saved_args *saved, bool *entered)
{
	struct persona_thread *thread = call->thread;
	struct pt_regs *regs = call->regs;

	if (unlikely(thread->condemned))
		return false;
	save_args(saved, regs);
	set_args(regs, args);
	regs->orig_ax = nr;
	regs->ax = -ENOSYS;
	*entered = policy_enter(thread, regs);
	if (likely(!thread->condemned))
		return true;
	restore_args(regs, saved);
	return false;
}

static noinline long native_policed(struct persona_call *call, unsigned int nr,
				    const u64 args[6], bool exec)
{
	struct pt_regs *regs = call->regs;
	struct persona_saved_args saved;
	bool entered;
	long ret;

	if (!policy_begin(call, nr, args, &saved, &entered))
		return -EPERM;
	/* -1: the tracer or the filter has skipped the call. */
	if (entered && nr != (unsigned int)regs->orig_ax && is_fateful(regs->orig_ax)) {
		regs->ax = -ENOSYS;
	} else if (entered && (int)regs->orig_ax != -1) {
		nr = regs->orig_ax;
		regs->ax = exec ? call_exec(call, regs, nr) : call_table(regs, nr);
	}
	ret = regs->ax;
	if (unlikely(call->execed)) {
		/*
		 * An exec: these are the new image's registers. A native image
		 * leaves through the kernel's own exit path, which reports.
		 */
		if (test_syscall_work(SYSCALL_USER_DISPATCH))
			policy_exit(regs, entered);
		return ret;
	}
	policy_exit(regs, entered);
	ret = regs->ax;
	restore_args(regs, &saved);
	return ret;
}

static bool policed(void)
{
	return unlikely(READ_ONCE(current_thread_info()->syscall_work) & PERSONA_POLICY_WORK);
}

/*
 * A call that was interrupted in a timed wait runs again from the start, so
 * that its handler converts arguments and results as ever; but the wait itself
 * goes on where it was.
 */
static unsigned int continue_native(struct persona_call *call, unsigned int nr)
{
	struct persona_thread *thread = call->thread;

	if (likely(!thread->restarting) || nr != thread->restart_native)
		return nr;
	thread->restarting = false;
	return __NR_restart_syscall;
}

/**
 * __persona_native() - run a native system call for a foreign one
 * @call: foreign call under way
 * @nr: native number; not fork, exec, sigreturn (they have helpers)
 * @args: arguments; pointers are user pointers
 *
 * Context: as the native call.
 * Return: its result, a restart code, or what seccomp or a tracer put there.
 */
long __persona_native(struct persona_call *call, unsigned int nr, const u64 args[6])
{
	struct pt_regs frame;
	unsigned int wait_nr = nr;
	long ret;

	nr = continue_native(call, nr);
	if (policed()) {
		ret = native_policed(call, nr, args, false);
	} else {
		set_args(&frame, args);
		frame.orig_ax = nr;
		ret = persona_syscall_table[nr](&frame);
	}
	if (unlikely(ret == -ERESTART_RESTARTBLOCK))
		call->thread->restart_native = wait_nr;
	return ret;
}
EXPORT_SYMBOL_GPL(__persona_native);

/**
 * __persona_permit() - would this native call be allowed?
 * @call: foreign call under way
 * @nr: native number that has the same effect
 * @args: its arguments as far as a filter may look at them
 *
 * For handlers that act through kernel functions instead. Tracers see a call
 * that returned 0.
 *
 * Return: 0, or the negative errno that the filter asks for (-EPERM when it asks
 * for none).
 */
long __persona_permit(struct persona_call *call, unsigned int nr, const u64 args[6])
{
	struct pt_regs *regs = call->regs;
	struct persona_saved_args saved;
	bool entered;
	long ret;

	if (!policed())
		return 0;
	if (!policy_begin(call, nr, args, &saved, &entered))
		return -EPERM;
	if (entered && regs->orig_ax == nr) {
		regs->ax = 0;
	} else {
		entered = false;
		if ((long)regs->ax >= 0)
			regs->ax = -EPERM;
	}
	policy_exit(regs, entered);
	ret = regs->ax;
	restore_args(regs, &saved);
	return ret < 0 && IS_ERR_VALUE(ret) ? ret : 0;
}
EXPORT_SYMBOL_GPL(__persona_permit);

/**
 * __persona_bare() - run a native system call on the kernel's own account
 * @nr: native number; not fork, exec, sigreturn, exit
 * @args: arguments; pointers are user pointers
 *
 * No filter judges it and no tracer sees it, see persona_bare().
 *
 * Context: as the native call; a task with a user address space.
 * Return: its result.
 */
long __persona_bare(unsigned int nr, const u64 args[6])
{
	struct pt_regs frame;

	set_args(&frame, args);
	frame.orig_ax = nr;
	return call_table(&frame, nr);
}
EXPORT_SYMBOL_GPL(__persona_bare);

/**
 * persona_execve() - execve(2) for a foreign call
 * @call: foreign call; after success its thread is gone and call->execed is set,
 *	the handler must return at once
 * @path: user string
 * @argv: native array of user pointers
 * @envp: likewise
 *
 * Return: 0 after success, or a negative errno.
 */
long persona_execve(struct persona_call *call, const char __user *path,
		    const void __user *argv, const void __user *envp)
{
	const u64 args[6] = { (__force u64)path, (__force u64)argv, (__force u64)envp };
	struct pt_regs frame;

	if (policed())
		return native_policed(call, __NR_execve, args, true);
	set_args(&frame, args);
	frame.orig_ax = __NR_execve;
	return call_exec(call, &frame, __NR_execve);
}
EXPORT_SYMBOL_GPL(persona_execve);

/**
 * persona_sigreturn() - leave a signal handler by the native rt_sigreturn(2)
 * @call: foreign call; call->raw is set, the registers are those restored
 * @frame: native frame that the kernel built, as changed by the personality
 *
 * Return: 0. A bad frame ends in SIGSEGV, as it does natively.
 */
long persona_sigreturn(struct persona_call *call, struct rt_sigframe __user *frame)
{
	struct pt_regs *regs = call->regs;
	const u64 args[6] = { };

	/* rt_sigreturn expects the return address popped. */
	regs->sp = (__force unsigned long)frame + sizeof(frame->pretcode);
	call->raw = true;
	if (policed() && __persona_permit(call, __NR_rt_sigreturn, args)) {
		if (!call->thread->condemned)
			force_sig(SIGSEGV);
		return 0;
	}
	/* Leaves orig_ax at -1 and returns the restored ax. */
	regs->ax = persona_syscall_table[__NR_rt_sigreturn](regs);
	return 0;
}
EXPORT_SYMBOL_GPL(persona_sigreturn);
