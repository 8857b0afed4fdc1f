// SPDX-License-Identifier: GPL-2.0-only
/* Darwin calls that make processes and change what they run. */
#include <linux/ioprio.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/pid_namespace.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>

#include "bsd_table.h"
#include "darwin.h"
#include "procinfo.h"
#include "spawn.h"

/**
 * darwin_process_start - registers of a forked child
 * @thread: its state
 * @task: it; does not run yet
 * @regs: its user registers
 *
 * The child of fork() and vfork() sees its own pid in rax and 1 in rdx; the
 * system library makes 0 of it. The child of posix_spawn() makes that call
 * again, see spawn.c.
 *
 * Context: atomic.
 */
void darwin_process_start(struct persona_thread *thread, struct task_struct *task,
			  struct pt_regs *regs)
{
	if (darwin_spawn_start(thread, regs))
		return;
	regs->ax = task_tgid_nr_ns(task, task_active_pid_ns(current));
	regs->dx = 1;
	regs->flags &= ~X86_EFLAGS_CF;
}

/**
 * darwin_fork - BSD 2
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: the child's pid or a negative errno.
 */
long darwin_fork(struct persona_call *call)
{
	return persona_clone(call, SIGCHLD, NULL);
}

/**
 * darwin_vfork - BSD 66
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: the child's pid, once it has exited or executed, or a negative errno.
 */
long darwin_vfork(struct persona_call *call)
{
	return persona_clone(call, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
}

/**
 * darwin_execve - BSD 59
 * @call: path, argv, envp
 *
 * Context: see persona_fn.
 * Return: 0 with the new image in place, or a negative errno.
 */
long darwin_execve(struct persona_call *call)
{
	const char __user *path;

	path = persona_path(call, (const char __user *)(uintptr_t)call->args[0]);
	if (IS_ERR(path))
		return PTR_ERR(path);
	return persona_execve(call, path, (void __user *)(uintptr_t)call->args[1],
			      (void __user *)(uintptr_t)call->args[2]);
}

/**
 * darwin_mac_execve - BSD 380: execve with a label for the new process
 * @call: path, argv, envp, label
 *
 * Context: see persona_fn.
 * Return: as darwin_execve(); -ENOSYS with a label, as there is no policy that
 * would know any.
 */
long darwin_mac_execve(struct persona_call *call)
{
	return call->args[3] ? -ENOSYS : darwin_execve(call);
}

/**
 * darwin_getpriority - BSD 100
 * @call: which, who
 *
 * Context: see persona_fn.
 * Return: 0 with the nice value in the registers (it may be negative), or a
 * negative errno.
 */
long darwin_getpriority(struct persona_call *call)
{
	struct pt_regs *regs = call->regs;
	long ret = persona_native(call, __NR_getpriority, (int)call->args[0], (int)call->args[1]);

	if (ret < 0)
		return ret;
	/* The native call returns 20 minus the nice value. */
	regs->ax = 20 - ret;
	regs->dx = 0;
	regs->flags &= ~X86_EFLAGS_CF;
	regs->orig_ax = -1;
	call->raw = true;
	return 0;
}

/**
 * darwin_issetugid - BSD 327
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: 1 when the effective ids are not the real ones, else 0.
 */
long darwin_issetugid(struct persona_call *call)
{
	const struct cred *cred = current_cred();

	return !uid_eq(cred->uid, cred->euid) || !gid_eq(cred->gid, cred->egid);
}

/**
 * darwin_getdtablesize - BSD 89
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: the limit of open files.
 */
long darwin_getdtablesize(struct persona_call *call)
{
	return min_t(unsigned long, rlimit(RLIMIT_NOFILE), INT_MAX);
}

#define DARWIN_MAXLOGNAME	255

/**
 * darwin_getlogin - BSD 49: login name of the session
 * @call: char *buf, size
 *
 * Linux sessions have no name: the empty one, which stands for "not set".
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_getlogin(struct persona_call *call)
{
	u32 size = min_t(u32, call->args[1], DARWIN_MAXLOGNAME);

	return clear_user((void __user *)(uintptr_t)call->args[0], size) ? -EFAULT : 0;
}

#define DARWIN_PT_DENY_ATTACH	31

/**
 * darwin_ptrace - BSD 26
 * @call: request, pid, addr, data
 *
 * PT_DENY_ATTACH makes the process undumpable, which keeps unprivileged
 * debuggers off. Other requests are those of a Darwin debugger.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_ptrace(struct persona_call *call)
{
	if ((int)call->args[0] != DARWIN_PT_DENY_ATTACH)
		return -ENOSYS;
	return persona_native(call, __NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/**
 * darwin_shared_region_check_np - BSD 294
 * @call: u64 *start
 *
 * Context: see persona_fn.
 * Return: -EINVAL: the process has no shared region, and dyld maps dylibs one
 * by one then.
 */
long darwin_shared_region_check_np(struct persona_call *call)
{
	return -EINVAL;
}

/**
 * darwin_mac_syscall - BSD 381: a call of a security policy
 * @call: policy name, call number, argument
 *
 * Context: see persona_fn.
 * Return: -EFAULT, or ENOPOLICY: none of Darwin's policies is loaded.
 */
long darwin_mac_syscall(struct persona_call *call)
{
	char name[128];
	long n;

	n = strncpy_from_user(name, (const char __user *)(uintptr_t)call->args[0], sizeof(name));
	if (n < 0)
		return n;
	return n == sizeof(name) ? -ENAMETOOLONG : PERSONA_ERR(DARWIN_ENOPOLICY);
}

/* csops() */
#define DARWIN_CS_OPS_STATUS	0

/**
 * darwin_csops - BSD 169, and 170 with an audit token: code signing of a process
 * @call: pid, operation, buffer, size
 *
 * Nothing here is signed: no status bits, and everything that reads or marks a
 * signature answers as for an unsigned program.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_csops(struct persona_call *call)
{
	int pid = (int)call->args[0];
	long ret;

	if (pid) {
		ret = persona_native(call, __NR_kill, pid, 0);
		if (ret && ret != -EPERM)
			return ret;
	}
	if ((u32)call->args[1] != DARWIN_CS_OPS_STATUS)
		return -EINVAL;
	if (call->args[3] < sizeof(u32))
		return -ERANGE;
	return put_user(0, (u32 __user *)(uintptr_t)call->args[2]) ? -EFAULT : 0;
}

/* csrctl(): System Integrity Protection */
#define DARWIN_CSRCTL_CHECK	0
#define DARWIN_CSRCTL_CONFIG	1
#define DARWIN_CSR_ALLOW_ALL	0x7f	/* it is off */

/**
 * darwin_csrctl - BSD 483
 * @call: operation, u32 *, size
 *
 * There is no such protection: every check says "allowed".
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_csrctl(struct persona_call *call)
{
	u32 __user *p = (u32 __user *)(uintptr_t)call->args[1];
	u32 mask;

	if (call->args[2] != sizeof(mask))
		return -EINVAL;
	switch ((u32)call->args[0]) {
	case DARWIN_CSRCTL_CHECK:
		if (get_user(mask, p))
			return -EFAULT;
		return mask & ~DARWIN_CSR_ALLOW_ALL ? -EPERM : 0;
	case DARWIN_CSRCTL_CONFIG:
		return put_user(DARWIN_CSR_ALLOW_ALL, p) ? -EFAULT : 0;
	}
	return -ENOSYS;
}

/**
 * darwin_gethostuuid - BSD 142
 * @call: u8 uuid[16], const struct timespec *
 *
 * The machine's identity is what systemd calls machine-id, which is a UUID.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno; -ENOENT when the machine has none.
 */
long darwin_gethostuuid(struct persona_call *call)
{
	char text[34];
	u8 uuid[16];
	ssize_t n;

	n = darwin_proc_read(call, "/etc/machine-id", text, sizeof(text));
	if (n < 0)
		return n;
	if (n < 32 || hex2bin(uuid, text, sizeof(uuid)))
		return -ENOENT;
	return copy_to_user((void __user *)(uintptr_t)call->args[0], uuid, sizeof(uuid)) ?
		-EFAULT : 0;
}

/* iopolicysys() */
#define DARWIN_IOPOL_CMD_GET		1
#define DARWIN_IOPOL_CMD_SET		2
#define DARWIN_IOPOL_TYPE_DISK		0
#define DARWIN_IOPOL_SCOPE_THREAD	1
#define DARWIN_IOPOL_DEFAULT		0

struct darwin_iopol {
	s32 scope;	/* 0 process, 1 thread */
	s32 type;
	s32 policy;
};

/* Native I/O priorities by policy: default, important, passive, throttle, ... */
static const u16 iopol_prio[] = {
	IOPRIO_CLASS_NONE << IOPRIO_CLASS_SHIFT | 0,
	IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 0,
	IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 7,
	IOPRIO_CLASS_IDLE << IOPRIO_CLASS_SHIFT | 0,
	IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 6,
	IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 5,
};

/**
 * darwin_iopolicysys - BSD 322: I/O priority of disk accesses
 * @call: command, struct _iopol_param_t *
 *
 * Linux has one for threads; a process's is that of the calling thread.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_iopolicysys(struct persona_call *call)
{
	void __user *p = (void __user *)(uintptr_t)call->args[1];
	struct darwin_iopol pol;
	long prio;
	s32 i;

	if (copy_from_user(&pol, p, sizeof(pol)))
		return -EFAULT;
	if (pol.type != DARWIN_IOPOL_TYPE_DISK || pol.scope < 0 ||
	    pol.scope > DARWIN_IOPOL_SCOPE_THREAD)
		return -EINVAL;
	switch ((int)call->args[0]) {
	case DARWIN_IOPOL_CMD_SET:
		if (pol.policy < 0 || pol.policy >= ARRAY_SIZE(iopol_prio))
			return -EINVAL;
		i = array_index_nospec(pol.policy, ARRAY_SIZE(iopol_prio));
		return persona_native(call, __NR_ioprio_set, IOPRIO_WHO_PROCESS, 0,
				      iopol_prio[i]);
	case DARWIN_IOPOL_CMD_GET:
		prio = persona_native(call, __NR_ioprio_get, IOPRIO_WHO_PROCESS, 0);
		if (prio < 0)
			return prio;
		pol.policy = DARWIN_IOPOL_DEFAULT;
		for (i = 0; i < ARRAY_SIZE(iopol_prio); i++)
			if (iopol_prio[i] == prio)
				pol.policy = i;
		return copy_to_user(p, &pol, sizeof(pol)) ? -EFAULT : 0;
	}
	return -EINVAL;
}
