// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the seccomp filters of the calling thread are going to say.
 *
 * The kernel has no function that tells: __secure_computing() carries out the
 * verdict at once. So the filters are found and run here, from a structure that
 * only the kernel's own file declares. What is found is believed if the chain is
 * as long as the thread's count of filters and ends there, and its programs lie
 * where programs lie; else nothing is known, and native.c does without.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "symbols.h"

/* The beginning of struct seccomp_filter, as since 5.19; 5.11 without the second bool. */
struct persona_filter {
	u32 refs;
	u32 users;
	bool log;
	bool wait_killable;
	DECLARE_BITMAP(allow_native, SECCOMP_ARCH_NATIVE_NR);
#ifdef SECCOMP_ARCH_COMPAT
	DECLARE_BITMAP(allow_compat, SECCOMP_ARCH_COMPAT_NR);
#endif
	const struct persona_filter *prev;
	const struct bpf_prog *prog;
};

#define MAX_FILTERS	32768	/* more than the kernel's limit on instructions allows */

static bool filter_read(struct persona_filter *to, const struct persona_filter *filter)
{
	return filter && !copy_from_kernel_nofault(to, filter, sizeof(*to));
}

/* A vmalloc()ed page or more, with a compiled program of a sensible length. */
static bool is_program(const struct bpf_prog *prog)
{
	struct bpf_prog head;

	return is_vmalloc_addr(prog) && PAGE_ALIGNED(prog) &&
	       !copy_from_kernel_nofault(&head, prog, sizeof(head)) &&
	       head.pages && head.len && head.len <= head.pages * PAGE_SIZE &&
	       bpf_prog_was_classic(&head) && head.bpf_func;
}

/* The last of the thread's filters, and how many there are with those before it. */
static const struct persona_filter *last_filter(int *count)
{
	struct sighand_struct *sighand = rcu_dereference_protected(current->sighand, true);
	const struct persona_filter *filter;

	/* Other threads set both under it. */
	spin_lock_irq(&sighand->siglock);
	filter = (const struct persona_filter *)current->seccomp.filter;
	*count = atomic_read(&current->seccomp.filter_count);
	spin_unlock_irq(&sighand->siglock);
	return filter;
}

static bool is_chain(const struct persona_filter *filter, int count)
{
	struct persona_filter copy;
	int n;

	for (n = 0; filter; filter = copy.prev, n++)
		if (n >= min(count, MAX_FILTERS) || !filter_read(&copy, filter) ||
		    !is_program(copy.prog))
			return false;
	return n == count;
}

/* They stay: a thread does not lose its filters, and each holds the one before it. */
static u32 run_chain(const struct persona_filter *filter, const struct seccomp_data *sd)
{
	u32 verdict = SECCOMP_RET_ALLOW, ret;

	for (; filter; filter = filter->prev) {
		ret = bpf_prog_run_pin_on_cpu(filter->prog, sd);
		if ((s32)(ret & SECCOMP_RET_ACTION_FULL) < (s32)(verdict & SECCOMP_RET_ACTION_FULL))
			verdict = ret;
	}
	return verdict;
}

/* Most calls are known to be allowed by all filters, whatever their arguments are. */
static bool always_allowed(const struct seccomp_data *sd)
{
	struct persona_filter copy;

	return sd->arch == SECCOMP_ARCH_NATIVE && (u32)sd->nr < SECCOMP_ARCH_NATIVE_NR &&
	       filter_read(&copy, (const void *)READ_ONCE(current->seccomp.filter)) &&
	       test_bit(array_index_nospec(sd->nr, SECCOMP_ARCH_NATIVE_NR), copy.allow_native);
}

static u32 run_filters(struct pt_regs *regs)
{
	struct seccomp_data sd = {
		.nr = syscall_get_nr(current, regs),
		.arch = syscall_get_arch(current),
		.instruction_pointer = instruction_pointer(regs),
	};
	const struct persona_filter *filter;
	unsigned long args[6];
	u32 verdict;
	int count, i;

	syscall_get_arguments(current, regs, args);
	for (i = 0; i < ARRAY_SIZE(args); i++)
		sd.args[i] = args[i];
	if (always_allowed(&sd))
		return SECCOMP_RET_ALLOW;
	do {
		filter = last_filter(&count);
		if (!is_chain(filter, count))
			return SECCOMP_RET_ALLOW;
		verdict = run_chain(filter, &sd);
	} while (filter != (const void *)READ_ONCE(current->seccomp.filter));
	return verdict;
}

static bool strict_allows(int nr)
{
	switch (nr) {
	case __NR_read:
	case __NR_write:
	case __NR_exit:
	case __NR_rt_sigreturn:
		return true;
	}
	return false;
}

/**
 * persona_seccomp_verdict() - the verdict that a native call is about to get
 * @regs: current_pt_regs(), with the native number and arguments
 *
 * Runs the filters, and does nothing else of what __secure_computing() does. Another
 * thread may still set one more filter before that is called.
 *
 * Context: the calling thread is bound by seccomp; may sleep.
 * Return: SECCOMP_RET_* with its data; of the deadly ones SECCOMP_RET_KILL_THREAD only,
 * also for a call in strict mode or of a thread that is to die already.
 * SECCOMP_RET_ALLOW when it is not known.
 */
u32 persona_seccomp_verdict(struct pt_regs *regs)
{
	u32 verdict;

	if (IS_ENABLED(CONFIG_CHECKPOINT_RESTORE) && (current->ptrace & PT_SUSPEND_SECCOMP))
		return SECCOMP_RET_ALLOW;
	switch (READ_ONCE(current->seccomp.mode)) {
	case SECCOMP_MODE_STRICT:
		return strict_allows(regs->orig_ax) ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_THREAD;
	case SECCOMP_MODE_FILTER:
		break;
	default:
		return SECCOMP_RET_KILL_THREAD;
	}
	/* What another thread has set is seen as a whole, once the mode is. */
	smp_rmb();
	verdict = run_filters(regs);
	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return verdict;
	}
	return SECCOMP_RET_KILL_THREAD;
}
