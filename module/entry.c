// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a foreign call: decode, table row, handler, encode.
 *
 * Reached from the kernel's syscall_user_dispatch() before ptrace, seccomp and
 * audit have looked at the call (they would take its number for a native one);
 * native.c asks them about every native call that is made on its behalf.
 */
#include <linux/entry-common.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>
#include <asm/syscall.h>

#include "compat/symbols.h"
#include "internal.h"

/* Length of the syscall instruction, which ip is behind. */
#define PERSONA_SYSCALL_LEN	2

/**
 * persona_fast_update() - decide whether a thread may use the fast path
 * @thread: current's, or not yet running
 */
void persona_fast_update(struct persona_thread *thread)
{
	const struct personality *pers = thread->proc->pers;

	thread->fast_fn = thread->proc->view ? thread->reg->fast_view : thread->reg->fast;
	thread->fast_base = (u64)pers->fast_class << pers->nr_shift;
	thread->fast_max = thread->fast_fn ? thread->tables[pers->fast_class]->nr : 0;
	thread->fast_nr = thread->slow ? 0 : thread->fast_max;
}

/*
 * Leaves a result in the registers. The signal code must see restart codes as
 * they are, with the foreign number in orig_ax; anything else it must not take
 * for a native result, so orig_ax says that this is no system call any more.
 */
static void finish(struct pt_regs *regs, struct persona_thread *thread,
		   const struct persona_table *table, long ret, u64 ret2)
{
	if (unlikely(persona_is_restart(ret))) {
		regs->ax = ret;
		if (ret == -ERESTART_RESTARTBLOCK) {
			thread->restart_nr = regs->orig_ax;
			thread->restart_ip = regs->ip;
			thread->slow |= PERSONA_SLOW_RESTART;
			persona_fast_update(thread);
		}
		return;
	}
	table->encode(regs, ret, ret2);
	regs->orig_ax = -1;
}

static long run_native_row(struct persona_call *call)
{
	const struct persona_row *row = call->row;
	unsigned int i;

	for (i = 0; row->paths >> i; i++) {
		const char __user *path;

		if (!(row->paths & BIT(i)))
			continue;
		path = persona_path(call, u64_to_user_ptr(call->args[i]));
		if (IS_ERR(path))
			return PTR_ERR(path);
		call->args[i] = (__force u64)path;
	}
	return __persona_native(call, row->native, call->args);
}

/* Runs a row whose arguments are decoded. */
static long run_row(struct persona_call *call)
{
	const struct persona_row *row = call->row;

	switch (row->kind) {
	case PERSONA_K_NATIVE:
		return run_native_row(call);
	case PERSONA_K_CALL:
		return row->fn(call);
	default:
		persona_count_unknown(call->thread, call->table, call->nr);
		return -ENOSYS;
	}
}

/**
 * persona_call_row() - run another row in place of the current one
 * @call: current call; its args[] are those of the other row
 * @table: class of the other row
 * @nr: its number
 *
 * For indirect calls ("syscall(number, ...)").
 *
 * Return: as the handler; -ENOSYS if there is no such row.
 */
long persona_call_row(struct persona_call *call, const struct persona_table *table, u32 nr)
{
	if (nr >= table->nr) {
		persona_count_unknown(call->thread, table, nr);
		return -ENOSYS;
	}
	nr = array_index_nospec(nr, table->nr);
	call->table = table;
	call->nr = nr;
	call->row = &table->rows[nr];
	return run_row(call);
}
EXPORT_SYMBOL_GPL(persona_call_row);

/*
 * After a timed wait was interrupted without a handler the kernel re-enters
 * with the number of restart_syscall(2). It is believed at the address it was
 * announced for only: the program may use the number for itself.
 */
static bool is_continuation(struct persona_thread *thread, const struct pt_regs *regs)
{
	bool hit = regs->orig_ax == __NR_restart_syscall && regs->ip == thread->restart_ip;

	thread->slow &= ~PERSONA_SLOW_RESTART;
	persona_fast_update(thread);
	return hit;
}

static __always_inline bool persona_tracing(void)
{
	return static_branch_unlikely(&persona_trace_key);
}

static noinline bool dispatch_slow(struct pt_regs *regs, struct persona_thread *thread)
{
	const struct personality *pers = thread->proc->pers;
	const struct persona_table *const *tables;
	const struct persona_table *table;
	struct persona_call call;
	bool traced = persona_tracing();
	u32 nr = regs->orig_ax;		/* no system looks at the upper half */
	u32 cls, idx;
	long ret;

	current->syscall_dispatch.on_dispatch = true;
	this_cpu_inc(thread->reg->counters->calls);

	call.regs = regs;
	call.thread = thread;
	call.ret2 = 0;
	call.raw = false;
	call.execed = false;
	call.scratch_used = 0;
	thread->restarting = false;
	if (unlikely(thread->slow & PERSONA_SLOW_RESTART) && is_continuation(thread, regs)) {
		nr = thread->restart_nr;
		regs->orig_ax = nr;
		thread->restarting = true;
	}

	cls = nr >> pers->nr_shift;
	idx = nr & pers->nr_mask;
	tables = thread->tables;
	if (unlikely(thread->away) && regs->ip - thread->proc->home_start > thread->proc->home_len)
		tables = thread->away;
	if (cls >= thread->ntables || in_ia32_syscall())
		goto unknown;
	call.table = tables[array_index_nospec(cls, thread->ntables)];
	if (idx >= call.table->nr)
		goto unknown;
	call.nr = array_index_nospec(idx, call.table->nr);
	call.row = &call.table->rows[call.nr];
	if (unlikely(!call.row->name))
		goto unknown;

	table = call.table;
	ret = pers->decode(&call);
	if (!ret) {
		if (unlikely(traced))
			persona_trace_enter(&call);
		ret = run_row(&call);
	}
	goto out;

unknown:
	call.table = tables[0];
	call.row = NULL;
	call.nr = idx;
	memset(call.args, 0, sizeof(call.args));
	table = cls < thread->ntables ? tables[cls] : &persona_empty_table;
	persona_count_unknown(thread, table, idx);
	ret = pers->unknown(&call);
out:
	if (unlikely(traced))
		persona_trace_exit(pers->name, table, call.nr, call.row, ret, call.ret2);
	if (call.execed) {
		/* @thread is gone, and its hold on the modules: see persona_execve(). */
		current->syscall_dispatch.on_dispatch =
			test_syscall_work(SYSCALL_USER_DISPATCH);
		module_put(pers->owner);
		module_put(THIS_MODULE);
		return true;
	}
	if (call.raw)
		return true;
	finish(regs, thread, call.table, ret, call.ret2);
	return true;
}

/* An error on the fast path, or a call to be restarted. */
static noinline bool finish_fast(struct pt_regs *regs, struct persona_thread *thread, long ret)
{
	const struct persona_table *table = thread->tables[thread->proc->pers->fast_class];

	if (ret == -ERESTART_RESTARTBLOCK)
		thread->restart_native = table->rows[regs->orig_ax - thread->fast_base].native;
	finish(regs, thread, table, ret, 0);
	return true;
}

/* A native call with the arguments where they are, if nobody has to be asked. */
static __always_inline bool dispatch_fast(struct pt_regs *regs, struct persona_thread *thread,
					  u64 nr, u64 max)
{
	persona_native_fn fn = thread->fast_fn[array_index_nospec(nr, max)];
	long ret;

	if (!fn || unlikely(in_ia32_syscall()) || persona_tracing() ||
	    (READ_ONCE(current_thread_info()->syscall_work) & PERSONA_POLICY_WORK))
		return dispatch_slow(regs, thread);
	current->syscall_dispatch.on_dispatch = true;
	thread->calls++;
	ret = fn(regs);
	if (IS_ERR_VALUE(ret))
		return finish_fast(regs, thread, ret);
	regs->ax = ret;
	regs->dx = 0;
	regs->flags &= ~X86_EFLAGS_CF;
	regs->orig_ax = -1;
	return true;
}

/* Something forbids the fast path: a range, or a call that may be continued. */
static noinline bool dispatch_rare(struct pt_regs *regs, struct persona_thread *thread, u64 nr)
{
	if (thread->slow & PERSONA_SLOW_RANGE) {
		if (regs->ip - PERSONA_SYSCALL_LEN - thread->range_start >= thread->range_len)
			return false;
		if (nr < thread->fast_max && !(thread->slow & PERSONA_SLOW_RESTART))
			return dispatch_fast(regs, thread, nr, thread->fast_max);
	}
	return dispatch_slow(regs, thread);
}

/**
 * persona_dispatch() - a task with foreign state makes a system call
 * @regs: its user registers
 *
 * Stands in for syscall_user_dispatch(), with its contract: true means that the
 * call has been dealt with.
 *
 * Context: system-call entry, interrupts on, may sleep.
 */
__visible bool persona_dispatch(struct pt_regs *regs)
{
	struct persona_thread *thread =
		(__force struct persona_thread *)current->syscall_dispatch.selector;
	u64 nr = regs->orig_ax - thread->fast_base;

	if (unlikely(nr >= thread->fast_nr))
		return dispatch_rare(regs, thread, nr);
	return dispatch_fast(regs, thread, nr, thread->fast_nr);
}

/**
 * persona_fault() - a hardware exception of a task with foreign state
 * @regs: its user registers
 * @trapnr: X86_TRAP_*
 * @error_code: of the exception
 * @addr: faulting address, for page faults
 *
 * Stands in for fixup_vdso_exception(): a foreign image has no vDSO. Called
 * before the kernel turns the exception into a signal.
 *
 * Context: interrupts on, may sleep.
 * Return: true when the task shall go on with @regs.
 */
__visible bool persona_fault(struct pt_regs *regs, int trapnr, unsigned long error_code,
			     unsigned long addr)
{
	struct persona_thread *thread = persona_current();
	const struct personality *pers;

	if (!thread)
		return false;
	pers = thread->proc->pers;
	return pers->fault && pers->fault(thread, regs, trapnr, error_code, addr);
}

/* ptrace asks for, or wants to set, the selector of a foreign task. */
__visible long persona_refuse_config(void)
{
	return -EINVAL;
}

/* A foreign task that reached the native prctl(PR_SET_SYSCALL_USER_DISPATCH). */
__visible long persona_refuse_sud(void)
{
	return -EBUSY;
}
