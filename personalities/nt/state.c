// SPDX-License-Identifier: GPL-2.0-only
/*
 * How processes and threads begin and end.
 *
 * Everything a process has comes into being when exec() loads its program. The
 * child that NtCreateUserProcess() forks lives in its parent's memory until it
 * executes something itself, and may do nothing else: it has a table with that
 * one call (number 0), no handles and no process object.
 *
 * A thread ends in three ways: it calls NtTerminateThread(), it finds on its way
 * to user mode that another has called that, or a signal kills it. Memory and
 * handles are given back in the first two; the rest happens in the tracepoint
 * that all three pass.
 */
#include <linux/sched/signal.h>
#include <linux/random.h>
#include <linux/uaccess.h>

#include "async.h"
#include "atom.h"
#include "process.h"
#include "spawn.h"
#include "start.h"
#include "suspend.h"
#include "sync.h"
#include "token.h"
#include "vm.h"

#define SPAWN_CALL			"NtCreateUserProcess"
#define TEB_DEALLOCATION_STACK		0x1478

/* What the child of NtCreateUserProcess() can call. */
static struct persona_row spawn_row;
static const struct persona_table spawn_table = {
	.name = "spawn",
	.rows = &spawn_row,
	.nr = 1,
	.encode = nt_encode,
};

static const struct persona_table *const spawn_tables[] = { &spawn_table };

/**
 * nt_state_init() - when the module is loaded
 */
void nt_state_init(void)
{
	spawn_row = *nt_row_of(SPAWN_CALL);
}

/**
 * nt_proc_init() - struct personality.proc_init
 * @proc: new process
 * @parent: that forks, NULL at exec
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nt_proc_init(struct persona_proc *proc, struct persona_proc *parent)
{
	struct nt_proc *nt = nt_proc(proc);

	nt->proc = proc;
	nt->cookie = get_random_u32();
	mutex_init(&nt->teb_lock);
	nt_handles_init(&nt->handles);
	nt_io_proc_init(nt);
	if (parent) {
		proc->tables = spawn_tables;
		proc->ntables = ARRAY_SIZE(spawn_tables);
		proc->away = NULL;
		return 0;
	}
	nt->vm = nt_vm_create();
	if (!nt->vm)
		return -ENOMEM;
	nt->self = nt_process_new(nt);
	if (!nt->self) {
		nt_vm_destroy(nt->vm);
		return -ENOMEM;
	}
	return 0;
}

/**
 * nt_proc_exit() - struct personality.proc_exit
 * @proc: process without threads
 *
 * Context: workqueue.
 */
void nt_proc_exit(struct persona_proc *proc)
{
	struct nt_proc *nt = nt_proc(proc);
	bool last = true;

	nt_signals_exit(nt);
	if (nt->self) {
		mutex_lock(&nt->self->lock);
		/* The same process may have executed another program. */
		last = !nt->self->nt || nt->self->nt == nt;
		if (last)
			nt->self->nt = NULL;
		mutex_unlock(&nt->self->lock);
	}
	nt_handles_close_all(nt);
	nt_io_proc_exit(nt);
	if (nt->self) {
		if (last)
			nt_process_proc_gone(nt->self);
		nt_object_put(&nt->self->obj);
	}
	if (nt->vm)
		nt_vm_destroy(nt->vm);
	nt_token_drop(nt);
	nt_atoms_drop(nt);
	nt_drives_drop(nt);
	nt_keyed_drop(nt);
	nt_exec_release(nt);
}

/**
 * nt_thread_init() - struct personality.thread_init
 * @thread: new thread
 * @parent: that clones, NULL at exec
 *
 * A thread that another makes gets its object when it starts.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nt_thread_init(struct persona_thread *thread, struct persona_thread *parent)
{
	struct nt_thread *t = nt_thread(thread);
	struct nt_process *process = nt_proc(thread->proc)->self;

	t->thread = thread;
	nt_spawn_inherit(thread, parent);
	if (parent)
		return 0;
	t->self = nt_thread_object_new(process);
	if (!t->self)
		return -ENOMEM;
	t->self->loading = true;
	/* After the exec this is the number of the only thread, whoever calls it. */
	nt_thread_attach(t->self, current, task_tgid(current));
	return 0;
}

/**
 * nt_state_started() - a program is loaded: the process is one of NT's
 * @thread: its thread, with all addresses filled in
 *
 * Context: the end of an exec handler, which cannot fail any more.
 */
void nt_state_started(struct persona_thread *thread)
{
	struct nt_proc *nt = nt_proc(thread->proc);
	struct nt_thread *t = nt_thread(thread);
	unsigned long flags;

	spin_lock_irqsave(&t->self->lock, flags);
	t->self->teb = t->teb;
	spin_unlock_irqrestore(&t->self->lock, flags);
	/* Whoever sees it so sees the new program's credentials, too. */
	smp_store_release(&t->self->loading, false);
	nt_process_adopt(nt->self, nt);
	nt_signals_exec(nt);
}

/**
 * nt_thread_start() - struct personality.thread_start
 * @thread: new thread or process
 * @task: it; does not run yet
 * @regs: its user registers
 * @data: struct nt_thread_begin of nt_thread_spawn(), NULL for a process
 *
 * Context: atomic.
 */
void nt_thread_start(struct persona_thread *thread, struct task_struct *task,
		     struct pt_regs *regs, void *data)
{
	if (data)
		nt_thread_begin(thread, task, regs, data);
	else
		nt_spawn_start(thread, regs);
}

/**
 * nt_thread_exit() - struct personality.thread_exit
 * @thread: it ends, leaves the personality or never started
 *
 * Context: atomic.
 */
void nt_thread_exit(struct persona_thread *thread)
{
	struct nt_thread *t = nt_thread(thread);
	struct nt_proc *nt = nt_proc(thread->proc);
	struct nt_thread_object *self = t->self;
	bool exits = thread->task == current && current->flags & PF_EXITING;

	nt_spawn_exit(thread);
	nt_io_thread_exit(thread);
	if (!self)
		return;
	t->self = NULL;
	if (nt_thread_ended(self, exits ? nt_exit_from_linux(current->exit_code) : 0,
			    nt->closed))
		nt_signals_last(nt);
	nt_object_put(&self->obj);
}

/* The calling thread's stack and block, which it does not return to. */
static void free_user_memory(struct nt_proc *nt, struct nt_thread *t)
{
	u64 teb = t->teb, stack = 0, size = 0;

	if (!teb || !nt->vm)
		return;
	t->teb = 0;
	if (mutex_lock_killable(&nt->teb_lock))
		return;
	t->self->teb = 0;
	/* As the program has left it: a fiber has a stack of its own. */
	if (!get_user(stack, (u64 __user *)(uintptr_t)(teb + TEB_DEALLOCATION_STACK)) && stack)
		nt_vm_free(nt->vm, &stack, &size, NT_MEM_RELEASE);
	nt_teb_free(nt, teb);
	mutex_unlock(&nt->teb_lock);
}

/* Nobody keeps a thread alive that is over, not even a filter that forbids exit(). */
static long die(struct persona_call *call, unsigned int nr, u32 code)
{
	persona_native(call, nr, nt_exit_to_linux(code));
	/* A filter ends the thread; not the process, and that is over as well. */
	if (!call->thread->condemned ||
	    (nr == __NR_exit_group && !thread_group_empty(current)))
		send_sig(SIGKILL, current, 1);
	return 0;
}

/**
 * nt_process_leave() - end the calling process
 * @call: call under way
 * @code: exit code, unless somebody has set it already
 *
 * If no other thread runs, the handles are closed right here: what a Linux
 * parent then finds is complete.
 *
 * Context: may sleep.
 * Return: does not, in effect.
 */
long nt_process_leave(struct persona_call *call, u32 code)
{
	struct nt_thread_object *self = nt_calling_thread(call)->self;
	struct nt_proc *nt = nt_caller(call);
	struct nt_process *process = nt->self;
	bool alone;

	/*
	 * Without a handler of the program's own, Wine's routine for Ctrl-C ends
	 * the process with code 0, which Windows does not.
	 */
	if (self->ctrl && !code)
		code = NT_STATUS_CONTROL_C_EXIT;
	spin_lock(&process->threads_lock);
	if (process->exit_set)
		code = process->exit_code;
	process->exit_code = code;
	process->exit_set = true;
	alone = process->nlive == (self->leaving ? 0 : 1);
	spin_unlock(&process->threads_lock);
	if (alone) {
		mutex_lock(&process->lock);
		process->nt = NULL;
		mutex_unlock(&process->lock);
		nt_handles_close_all(nt);
		nt->closed = true;
	}
	return die(call, __NR_exit_group, code);
}

/**
 * nt_thread_leave() - end the calling thread
 * @call: call under way
 * @code: exit code, unless somebody has set it already
 *
 * The last thread takes the process with it.
 *
 * Context: may sleep.
 * Return: does not, in effect.
 */
long nt_thread_leave(struct persona_call *call, u32 code)
{
	struct nt_thread *t = nt_calling_thread(call);
	struct nt_thread_object *self = t->self;
	struct nt_process *process = self->process;
	unsigned long flags;
	bool last;

	spin_lock_irqsave(&self->lock, flags);
	if (self->exit_set)
		code = self->exit_code;
	self->exit_code = code;
	self->exit_set = true;
	spin_unlock_irqrestore(&self->lock, flags);

	spin_lock(&process->threads_lock);
	if (!self->leaving) {
		self->leaving = true;
		process->nlive--;
	}
	last = !process->nlive;
	spin_unlock(&process->threads_lock);
	if (last)
		return nt_process_leave(call, code);
	free_user_memory(nt_caller(call), t);
	persona_scratch_release(call);
	return die(call, __NR_exit, code);
}
