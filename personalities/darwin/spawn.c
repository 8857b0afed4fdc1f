// SPDX-License-Identifier: GPL-2.0-only
/*
 * posix_spawn(). The child is made as by vfork(), and the first thing it does
 * is the same call once more: thread_start() sets its instruction pointer back
 * to the syscall instruction. Its state refers to the struct darwin_spawn of
 * its parent, so this second call carries out the attributes and file actions,
 * in the child's context and through the native calls, and executes the
 * program. The parent sleeps meanwhile, as in vfork(), and then finds the
 * child's error, if there was one.
 *
 * All signals are blocked from before the clone until right before the exec,
 * so that none of the parent's handlers runs in the child.
 *
 * A child that fails must not be noticed: it is made without an exit signal,
 * and the parent reaps it here. A successful exec makes the signal SIGCHLD.
 *
 * Layouts: bsd/sys/spawn_internal.h (facts only).
 */
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/personality.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/wait.h>

#include "bsd_table.h"
#include "darwin.h"
#include "signal.h"
#include "spawn.h"

#define NR_OPEN			5
#define NR_POSIX_SPAWN		244
#define CLASS_BSD		2
#define SYSCALL_LEN		2

/**
 * struct darwin_spawn - one posix_spawn() under way
 * @ref: parent and child
 * @error: why the child has not executed the program, a handler's result
 * @attr: attributes, all zero if there are none
 * @actions: user address of the file actions
 * @nactions: their number
 * @path: user string
 * @argv: user array
 * @envp: user array
 * @mask: native signal mask of the parent
 */
struct darwin_spawn {
	refcount_t ref;
	long error;
	struct darwin_spawn_attr attr;
	u64 actions;
	u32 nactions;
	u64 path;
	u64 argv;
	u64 envp;
	u64 mask;
};

static void spawn_put(struct darwin_spawn *spawn)
{
	if (spawn && refcount_dec_and_test(&spawn->ref))
		kfree(spawn);
}

/**
 * darwin_spawn_inherit - state of a thread being cloned
 * @thread: of the child
 * @parent: thread that clones, NULL at exec
 *
 * Context: may sleep.
 */
void darwin_spawn_inherit(struct persona_thread *thread, struct persona_thread *parent)
{
	struct darwin_spawn *spawn = parent ? darwin_thread(parent)->spawn : NULL;

	if (spawn)
		refcount_inc(&spawn->ref);
	darwin_thread(thread)->spawn = spawn;
}

/**
 * darwin_spawn_exit - a thread is gone or was never started
 * @thread: its state
 *
 * Context: any.
 */
void darwin_spawn_exit(struct persona_thread *thread)
{
	spawn_put(darwin_thread(thread)->spawn);
	darwin_thread(thread)->spawn = NULL;
}

/**
 * darwin_spawn_start - registers of a new process, if posix_spawn() makes it
 * @thread: its state
 * @regs: its user registers
 *
 * Context: atomic.
 * Return: true if it does.
 */
bool darwin_spawn_start(struct persona_thread *thread, struct pt_regs *regs)
{
	if (!darwin_thread(thread)->spawn)
		return false;
	regs->ip -= SYSCALL_LEN;
	regs->ax = CLASS_BSD << 24 | NR_POSIX_SPAWN;
	return true;
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

static long set_defaults(struct persona_call *call, u32 set)
{
	u32 used = call->scratch_used;
	int dsig, sig;
	long ret;

	for (dsig = 1; dsig < DARWIN_NSIG; dsig++) {
		if (!(set & BIT(dsig - 1)) || dsig == DARWIN_SIGKILL || dsig == DARWIN_SIGSTOP)
			continue;
		sig = darwin_sig_to_native(dsig);
		ret = persona_sigaction(call, sig, false, dsig == DARWIN_SIGINFO ?
					(uintptr_t)SIG_IGN : (uintptr_t)SIG_DFL, 0, 0);
		call->scratch_used = used;
		if (ret)
			return ret;
	}
	return 0;
}

static long reset_ids(struct persona_call *call)
{
	const struct cred *cred = current_cred();
	u32 uid = from_kuid_munged(current_user_ns(), cred->uid);
	u32 gid = from_kgid_munged(current_user_ns(), cred->gid);
	long ret;

	ret = persona_native(call, __NR_setresgid, -1, gid, -1);
	return ret ?: persona_native(call, __NR_setresuid, -1, uid, -1);
}

/* What the attributes ask for, except for the signal mask. */
static long apply_attr(struct persona_call *call, const struct darwin_spawn_attr *attr)
{
	long ret = 0;

	if (attr->flags & DARWIN_SPAWN_SETSID)
		ret = persona_native(call, __NR_setsid);
	if (ret >= 0 && attr->flags & DARWIN_SPAWN_SETPGROUP)
		ret = persona_native(call, __NR_setpgid, 0, attr->pgroup);
	if (ret >= 0 && attr->flags & DARWIN_SPAWN_RESETIDS)
		ret = reset_ids(call);
	if (ret >= 0 && attr->flags & DARWIN_SPAWN_SETSIGDEF)
		ret = set_defaults(call, attr->sigdefault);
	if (ret >= 0 && attr->flags & DARWIN_SPAWN_DISABLE_ASLR)
		ret = persona_native(call, __NR_personality,
				     current->personality | ADDR_NO_RANDOMIZE);
	if (ret >= 0 && attr->flags & DARWIN_SPAWN_CLOEXEC_DEFAULT)
		ret = persona_native(call, __NR_close_range, 0, ~0U, CLOSE_RANGE_CLOEXEC);
	return ret < 0 ? ret : 0;
}

/* Opens through the table's row, which knows Darwin's flags and the view. */
static long action_open(struct persona_call *call, const struct darwin_psfa *act, u64 path)
{
	long fd, ret;

	call->args[0] = path;
	call->args[1] = (u32)act->oflag;
	call->args[2] = act->mode;
	fd = persona_call_row(call, &darwin_bsd_table, NR_OPEN);
	if (fd < 0 || fd == act->fd)
		return fd;
	ret = persona_native(call, __NR_dup2, fd, act->fd);
	persona_native(call, __NR_close, fd);
	return ret;
}

static long apply_action(struct persona_call *call, const struct darwin_psfa *act, u64 at)
{
	const char __user *path;

	switch (act->type) {
	case DARWIN_PSFA_OPEN:
		return action_open(call, act, at + DARWIN_PSFA_OPEN_PATH);
	case DARWIN_PSFA_CLOSE:
		return persona_native(call, __NR_close, act->fd);
	case DARWIN_PSFA_DUP2:
		if (act->fd != act->oflag)
			return persona_native(call, __NR_dup2, act->fd, act->oflag);
		fallthrough;
	case DARWIN_PSFA_INHERIT:
		return persona_native(call, __NR_fcntl, act->fd, F_SETFD, 0);
	case DARWIN_PSFA_CHDIR:
		path = persona_path(call, (const char __user *)(uintptr_t)
				    (at + DARWIN_PSFA_CHDIR_PATH));
		if (IS_ERR(path))
			return PTR_ERR(path);
		return persona_native(call, __NR_chdir, path);
	case DARWIN_PSFA_FCHDIR:
		return persona_native(call, __NR_fchdir, act->fd);
	}
	return -EINVAL;
}

static long apply_actions(struct persona_call *call, const struct darwin_spawn *spawn)
{
	u32 used = call->scratch_used;
	struct darwin_psfa act;
	u64 at;
	long ret;
	u32 i;

	for (i = 0; i < spawn->nactions; i++) {
		at = spawn->actions + DARWIN_PSFA_HEADER + (u64)i * DARWIN_PSFA_SIZE;
		if (copy_from_user(&act, (void __user *)(uintptr_t)at, sizeof(act)))
			return -EFAULT;
		ret = apply_action(call, &act, at);
		call->scratch_used = used;
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* In the process that shall become the program. */
static long spawn_exec(struct persona_call *call, const struct darwin_spawn *spawn)
{
	const char __user *path;
	u64 mask = spawn->mask;
	long ret;

	ret = apply_attr(call, &spawn->attr);
	if (ret)
		return ret;
	ret = apply_actions(call, spawn);
	if (ret)
		return ret;
	if (spawn->attr.flags & DARWIN_SPAWN_START_SUSPENDED) {
		ret = persona_native(call, __NR_kill, task_tgid_vnr(current), SIGSTOP);
		if (ret)
			return ret;
	}
	if (spawn->attr.flags & DARWIN_SPAWN_SETSIGMASK)
		mask = darwin_sigmask_to_native(spawn->attr.sigmask);
	ret = set_mask(call, mask);
	if (ret)
		return ret;
	path = persona_path(call, (const char __user *)(uintptr_t)spawn->path);
	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_execve(call, path, (void __user *)(uintptr_t)spawn->argv,
			      (void __user *)(uintptr_t)spawn->envp);
}

/* The child's half: does not return to its old program. */
static long spawn_child(struct persona_call *call, struct darwin_spawn *spawn)
{
	long ret = spawn_exec(call, spawn);

	/* After an exec @spawn is the parent's alone. */
	if (call->execed)
		return ret;
	WRITE_ONCE(spawn->error, ret);
	return persona_native(call, __NR_exit_group, 127);
}

/* Has the child executed, rather than died before it could? */
static bool has_executed(int pid)
{
	struct task_struct *task;
	bool executed = true;	/* gone already: somebody has waited for it */

	rcu_read_lock();
	task = pid_task(find_vpid(pid), PIDTYPE_TGID);
	if (task)
		executed = READ_ONCE(task->exit_signal) == SIGCHLD;
	rcu_read_unlock();
	return executed;
}

static long spawn_parent(struct persona_call *call, struct darwin_spawn *spawn)
{
	struct darwin_thread *thread = darwin_thread(call->thread);
	long pid, ret;

	ret = set_mask(call, ~0ULL);
	if (ret)
		return ret;
	thread->spawn = spawn;
	pid = persona_clone(call, CLONE_VM | CLONE_VFORK, NULL);
	thread->spawn = NULL;
	ret = pid;
	if (pid > 0) {
		ret = READ_ONCE(spawn->error);
		if (!ret && !has_executed(pid))
			ret = -EAGAIN;
		if (ret)
			persona_native(call, __NR_wait4, pid, 0, __WALL, 0);
	}
	set_mask(call, spawn->mask);
	return ret ?: pid;
}

static int read_args(struct persona_call *call, struct darwin_spawn *spawn)
{
	struct darwin_spawn_desc desc;
	u32 head[2];
	u64 size;

	spawn->path = call->args[1];
	spawn->argv = call->args[3];
	spawn->envp = call->args[4];
	spawn->mask = current->blocked.sig[0];
	if (!call->args[2])
		return 0;
	if (copy_from_user(&desc, (void __user *)(uintptr_t)call->args[2], sizeof(desc)))
		return -EFAULT;
	/* Ports for the child, labels of a sandbox: neither exists here. */
	if (desc.port_actions_size || desc.mac_extensions_size)
		return -EOPNOTSUPP;
	if (desc.attr_size) {
		if (desc.attr_size < sizeof(spawn->attr))
			return -EINVAL;
		if (copy_from_user(&spawn->attr, (void __user *)(uintptr_t)desc.attrp,
				   sizeof(spawn->attr)))
			return -EFAULT;
		if (spawn->attr.flags & ~DARWIN_SPAWN_KNOWN)
			return -EINVAL;
	}
	if (desc.file_actions_size) {
		if (desc.file_actions_size < DARWIN_PSFA_HEADER)
			return -EINVAL;
		if (copy_from_user(head, (void __user *)(uintptr_t)desc.file_actions,
				   sizeof(head)))
			return -EFAULT;
		/* More descriptors than it may have it cannot act on. */
		if (head[1] > rlimit(RLIMIT_NOFILE) * 4)
			return -EINVAL;
		size = DARWIN_PSFA_HEADER + (u64)head[1] * DARWIN_PSFA_SIZE;
		if (desc.file_actions_size < size)
			return -EINVAL;
		spawn->nactions = head[1];
		spawn->actions = desc.file_actions;
	}
	return 0;
}

/**
 * darwin_posix_spawn - BSD 244
 * @call: pid_t *pid, path, struct _posix_spawn_args_desc *, argv, envp
 *
 * Context: see persona_fn.
 * Return: 0, or a negative errno: also the child's, which then has left no trace.
 */
long darwin_posix_spawn(struct persona_call *call)
{
	struct darwin_spawn *spawn = darwin_thread(call->thread)->spawn;
	int __user *upid = (int __user *)(uintptr_t)call->args[0];
	long ret;

	if (spawn)
		return spawn_child(call, spawn);
	spawn = kzalloc(sizeof(*spawn), GFP_KERNEL_ACCOUNT);
	if (!spawn)
		return -ENOMEM;
	refcount_set(&spawn->ref, 1);
	ret = read_args(call, spawn);
	if (ret)
		goto out;
	if (spawn->attr.flags & DARWIN_SPAWN_SETEXEC) {
		ret = spawn_exec(call, spawn);
		goto out;
	}
	ret = spawn_parent(call, spawn);
	if (ret > 0)
		ret = upid && put_user((int)ret, upid) ? -EFAULT : 0;
out:
	spawn_put(spawn);
	return ret;
}
