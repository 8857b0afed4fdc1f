// SPDX-License-Identifier: GPL-2.0-only
/*
 * NtCreateUserProcess(). The child is made as by vfork(), and the first thing it
 * does is the same call once more: its instruction pointer is set back to the
 * syscall instruction, and its table has but this call. Its state refers to the
 * struct nt_spawn of its parent, so this second call sets up what execve() leaves
 * alone, in the child's context and through native calls, and executes the
 * program. The parent sleeps meanwhile, as in vfork(), and then finds the child's
 * error, if there was one.
 *
 * What a Windows program gets beyond execve()'s arguments (start parameters,
 * handles) waits in the struct nt_spawn for our own exec handler. Handles are
 * copied into it by the parent, which may be killed at any time.
 *
 * All signals are blocked from before the clone until right before the exec, so
 * that none of the parent's handlers runs in the child. A child that fails is
 * not noticed: it is made without an exit signal, and the parent reaps it here. A
 * successful exec makes the signal SIGCHLD.
 */
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/fcntl.h>
#include <uapi/linux/wait.h>

#include "file.h"
#include "job.h"
#include "nt_table.h"
#include "process.h"
#include "spawn.h"
#include "spawn_call.h"

#define SYSCALL_LEN		2
#define SPAWN_NUMBER		0	/* in the table that state.c gives the child */

/**
 * nt_spawn_inherit() - state of a thread being cloned
 * @thread: of the child
 * @parent: thread that clones, NULL at exec
 *
 * Context: may sleep.
 */
void nt_spawn_inherit(struct persona_thread *thread, struct persona_thread *parent)
{
	struct nt_spawn *spawn = parent ? nt_thread(parent)->spawn : NULL;

	nt_thread(thread)->spawn = spawn ? nt_object_get(&spawn->obj) : NULL;
}

/**
 * nt_spawn_exit() - a thread is gone or was never started
 * @thread: its state
 *
 * Context: any.
 */
void nt_spawn_exit(struct persona_thread *thread)
{
	struct nt_spawn *spawn = nt_thread(thread)->spawn;

	nt_thread(thread)->spawn = NULL;
	if (spawn)
		nt_object_put(&spawn->obj);
}

/**
 * nt_spawn_start() - registers of a new process
 * @thread: its state
 * @regs: its user registers
 *
 * Context: atomic.
 */
void nt_spawn_start(struct persona_thread *thread, struct pt_regs *regs)
{
	if (!nt_thread(thread)->spawn)
		return;
	regs->ip -= SYSCALL_LEN;
	regs->ax = SPAWN_NUMBER;
}

/**
 * nt_spawn_current() - is the calling task the child of NtCreateUserProcess()?
 *
 * Context: any.
 * Return: what its parent has prepared, with a reference; NULL if it is not.
 */
struct nt_spawn *nt_spawn_current(void)
{
	struct persona_thread *thread = persona_current();
	struct nt_spawn *spawn;

	if (!thread || thread->proc->pers != &nt_personality)
		return NULL;
	spawn = nt_thread(thread)->spawn;
	return spawn ? nt_object_get(&spawn->obj) : NULL;
}

/**
 * nt_spawn_handles() - hand over what the child inherits
 * @spawn: of nt_spawn_current()
 * @proc: state of the process to be
 *
 * Context: exec; may sleep.
 * Return: 0 or a negative errno.
 */
int nt_spawn_handles(struct nt_spawn *spawn, struct nt_proc *proc)
{
	return nt_handles_inherit(proc, spawn->holder, NULL, 0);
}

static long set_mask(struct persona_call *call, u64 mask)
{
	u32 used = call->scratch_used;
	u64 __user *nset = persona_scratch_put(call, &mask, sizeof(mask));
	long ret;

	if (IS_ERR(nset))
		return PTR_ERR(nset);
	ret = persona_native(call, __NR_rt_sigprocmask, SIG_SETMASK, nset, 0, sizeof(mask));
	call->scratch_used = used;
	return ret;
}

/* A file of a standard handle becomes a descriptor. */
static long set_descriptor(struct persona_call *call, struct file *file, int fd)
{
	int at = get_unused_fd_flags(O_CLOEXEC);
	long ret;

	if (at < 0)
		return at;
	fd_install(at, get_file(file));
	if (at == fd)	/* it was closed; the flag must go */
		return persona_native(call, __NR_fcntl, fd, F_SETFD, 0);
	ret = persona_native(call, __NR_dup2, at, fd);
	close_fd(at);
	return ret < 0 ? ret : 0;
}

static long set_descriptors(struct persona_call *call, const struct nt_spawn *spawn)
{
	long ret = 0;
	int fd;

	for (fd = 0; fd < 3 && !ret; fd++)
		if (spawn->std[fd])
			ret = set_descriptor(call, spawn->std[fd], fd);
	return ret;
}

static long spawn_exec(struct persona_call *call, const struct nt_spawn *spawn)
{
	long ret;

	ret = set_descriptors(call, spawn);
	if (!ret && spawn->cwd)
		ret = persona_native(call, __NR_chdir, spawn->cwd);
	if (!ret && spawn->native)
		ret = nt_signals_restore(call);
	if (!ret)
		ret = set_mask(call, spawn->mask);
	if (ret)
		return ret;
	return persona_execve(call, (const char __user *)(uintptr_t)spawn->path,
			      (void __user *)(uintptr_t)spawn->argv,
			      (void __user *)(uintptr_t)spawn->envp);
}

/* The child's half: does not return to its old program. */
static long spawn_child(struct persona_call *call, struct nt_spawn *spawn)
{
	long ret = -ENOMEM;

	/* What the parent has put there is still needed. */
	call->scratch_used = spawn->scratch_used;
	/* Before it can end and be forgotten. */
	spawn->process = nt_process_foreign(task_tgid(current));
	if (spawn->process)
		ret = spawn->job ? nt_job_join(spawn->job, spawn->process, spawn->native) : 0;
	if (!ret)
		ret = spawn_exec(call, spawn);
	/* After an exec @spawn is not ours any more. */
	if (call->execed)
		return ret;
	WRITE_ONCE(spawn->error, ret);
	persona_native(call, __NR_exit_group, 127);
	/* A filter forbids it: the child must not run on in its parent's memory. */
	send_sig(SIGKILL, current, 1);
	return 0;
}

/* Has the child executed, rather than died before it could? */
static bool has_executed(const struct nt_spawn *spawn)
{
	struct task_struct *task;
	bool executed = true;	/* gone already: nobody but us waits for it */

	if (!spawn->process)
		return false;
	rcu_read_lock();
	task = pid_task(spawn->process->pid, PIDTYPE_TGID);
	if (task)
		executed = READ_ONCE(task->exit_signal) == SIGCHLD;
	rcu_read_unlock();
	return executed;
}

/**
 * nt_spawn_run() - the parent's half
 * @call: the call
 * @spawn: complete; gets the child's object
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_spawn_run(struct persona_call *call, struct nt_spawn *spawn)
{
	struct nt_thread *thread = nt_calling_thread(call);
	u64 mask = current->blocked.sig[0];
	long nr, ret;

	ret = set_mask(call, ~0ULL);
	if (ret)
		return ret;
	thread->spawn = spawn;
	nr = persona_clone(call, CLONE_VM | CLONE_VFORK, NULL);
	thread->spawn = NULL;
	ret = nr;
	if (nr > 0) {
		ret = READ_ONCE(spawn->error);
		if (!has_executed(spawn) && !ret)
			ret = -EAGAIN;
		if (ret)
			persona_native(call, __NR_wait4, nr, 0, __WALL, 0);
	}
	set_mask(call, mask);
	return ret;
}

/**
 * nt_create_user_process() - NtCreateUserProcess
 * @call: HANDLE *process, HANDLE *thread, process access, thread access, process
 *	attributes, thread attributes, process flags, thread flags, parameters,
 *	create info, attribute list
 *
 * Context: see persona_fn.
 * Return: 0, an NTSTATUS or a negative errno: also the child's, which then has left
 * no trace.
 */
long nt_create_user_process(struct persona_call *call)
{
	struct nt_spawn *spawn = nt_calling_thread(call)->spawn;

	return spawn ? spawn_child(call, spawn) : nt_spawn_parent(call);
}
