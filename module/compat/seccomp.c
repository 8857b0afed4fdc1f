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
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
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

static u32 run_filters(const struct pt_regs *regs)
{
	const struct persona_filter *first = (void *)READ_ONCE(current->seccomp.filter), *f;
	int count = atomic_read(&current->seccomp.filter_count), n;
	struct seccomp_data sd = {
		.nr = regs->orig_ax,
		.arch = AUDIT_ARCH_X86_64,
		.instruction_pointer = regs->ip,
		.args = { regs->di, regs->si, regs->dx, regs->r10, regs->r8, regs->r9 },
	};
	struct persona_filter copy;
	u32 verdict = SECCOMP_RET_ALLOW;

	/* Most calls are known to be allowed by all filters whatever their arguments. */
	if (filter_read(&copy, first) && (u32)sd.nr < SECCOMP_ARCH_NATIVE_NR &&
	    test_bit(sd.nr, copy.allow_native))
		return verdict;
	for (f = first, n = 0; f; f = copy.prev, n++)
		if (n >= min(count, MAX_FILTERS) || !filter_read(&copy, f) ||
		    !is_program(copy.prog))
			return verdict;
	if (n != count)
		return verdict;
	/* They stay: a thread does not lose its filters, and each holds the one before it. */
	for (f = first; f; f = f->prev) {
		u32 ret = bpf_prog_run_pin_on_cpu(f->prog, &sd);

		if ((s32)(ret & SECCOMP_RET_ACTION_FULL) < (s32)(verdict & SECCOMP_RET_ACTION_FULL))
			verdict = ret;
	}
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
 * persona_seccomp_action() - the verdict that a native call is about to get
 * @regs: current_pt_regs(), with the native number and arguments
 *
 * Runs the filters, and does nothing else of what __secure_computing() does.
 *
 * Context: the calling thread is bound by seccomp; may sleep.
 * Return: SECCOMP_RET_* without data; of the deadly ones SECCOMP_RET_KILL_THREAD only,
 * also for a call in strict mode or of a thread that is to die already.
 * SECCOMP_RET_ALLOW when it is not known.
 */
u32 persona_seccomp_action(const struct pt_regs *regs)
{
	u32 action;

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
	action = run_filters(regs) & SECCOMP_RET_ACTION_FULL;
	switch (action) {
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return action;
	}
	return SECCOMP_RET_KILL_THREAD;
}
