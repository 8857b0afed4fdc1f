// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Darwin personality: x86-64 programs of macOS.
 *
 * The call number's top byte is the class: 1 Mach traps, 2 BSD calls,
 * 3 machine-dependent calls, 4 diagnostics.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "commpage.h"
#include "darwin.h"
#include "bsd_table.h"
#include "diag_table.h"
#include "kqueue.h"
#include "spawn.h"

#define DARWIN_CLASS_BSD	2

static char *view_root = "/usr/lib/persona/darwin";
module_param(view_root, charp, 0444);
MODULE_PARM_DESC(view_root, "folder whose files hide those of / for Darwin programs");

static const struct persona_table *const darwin_tables[] = {
	&persona_empty_table,
	&darwin_mach_table,
	&darwin_bsd_table,
	&darwin_mdep_table,
	&darwin_diag_table,
};

/* Arguments from number @first on are on the stack, above a return address. */
static int stack_args(struct persona_call *call, unsigned int first, unsigned int nargs)
{
	const u64 __user *sp = (const u64 __user *)call->regs->sp;

	if (nargs <= first)
		return 0;
	if (WARN_ON_ONCE(nargs > PERSONA_MAX_ARGS))
		return -EINVAL;
	if (copy_from_user(&call->args[first], sp + 1, (nargs - first) * sizeof(*sp)))
		return -EFAULT;
	return 0;
}

static int darwin_decode(struct persona_call *call)
{
	const struct pt_regs *regs = call->regs;

	call->args[0] = regs->di;
	call->args[1] = regs->si;
	call->args[2] = regs->dx;
	call->args[3] = regs->r10;
	call->args[4] = regs->r8;
	call->args[5] = regs->r9;
	return stack_args(call, 6, call->row->nargs);
}

/* The exception EXC_SYSCALL, a signal to the program. The registers stay. */
static void raise_sigsys(struct pt_regs *regs)
{
	regs->ax = regs->orig_ax;
	force_sig(SIGSYS);
}

/*
 * A number that is in no table: a BSD call is ENOSYS, in any other class, and in
 * a class that does not exist, it is an exception.
 */
static long darwin_unknown(struct persona_call *call)
{
	struct pt_regs *regs = call->regs;

	if ((u32)regs->orig_ax >> 24 == DARWIN_CLASS_BSD)
		darwin_bsd_encode(regs, -ENOSYS, 0);
	else
		raise_sigsys(regs);
	regs->orig_ax = -1;
	call->raw = true;
	return 0;
}

/**
 * darwin_diag() - diagCall: what a released Darwin kernel does with it
 * @call: the call
 *
 * Context: see persona_fn.
 * Return: 0, with SIGSYS pending.
 */
long darwin_diag(struct persona_call *call)
{
	raise_sigsys(call->regs);
	call->regs->orig_ax = -1;
	call->raw = true;
	return 0;
}

/**
 * darwin_syscall() - BSD call 0: the number is the first argument
 * @call: the call
 *
 * The other arguments move up by one, so five are in registers and the sixth
 * is the first one on the stack.
 *
 * Context: see persona_fn.
 * Return: what that call returns; -ENOSYS for number 0.
 */
long darwin_syscall(struct persona_call *call)
{
	u32 nr = (u16)call->args[0];
	int err;

	if (!nr || nr >= darwin_bsd_table.nr)
		return -ENOSYS;
	nr = array_index_nospec(nr, darwin_bsd_table.nr);
	memmove(&call->args[0], &call->args[1], 5 * sizeof(call->args[0]));
	call->args[5] = 0;
	err = stack_args(call, 5, darwin_bsd_table.rows[nr].nargs);
	if (err)
		return err;
	return persona_call_row(call, &darwin_bsd_table, nr);
}

static int darwin_proc_init(struct persona_proc *proc, struct persona_proc *parent)
{
	struct darwin_proc *d = darwin_proc(proc);
	struct darwin_proc *p = parent ? darwin_proc(parent) : NULL;
	int err;

	err = darwin_sig_proc_init(d, p);
	if (err)
		return err;
	err = darwin_ipc_proc_init(proc, parent);
	if (err)
		return err;
	err = darwin_threads_proc_init(proc, parent);
	if (err)
		goto err_ipc;
	if (p) {
		d->min_addr = p->min_addr;
		d->image_base = p->image_base;
		d->stack_top = p->stack_top;
		d->args_start = p->args_start;
		d->args_end = p->args_end;
		d->argc = p->argc;
		if (p->exec_path) {
			d->exec_path = kstrdup(p->exec_path, GFP_KERNEL_ACCOUNT);
			if (!d->exec_path) {
				err = -ENOMEM;
				goto err_threads;
			}
		}
	}
	return 0;

err_threads:
	darwin_threads_proc_exit(proc);
err_ipc:
	darwin_ipc_proc_exit(proc);
	return err;
}

static void darwin_proc_exit(struct persona_proc *proc)
{
	darwin_threads_proc_exit(proc);
	darwin_ipc_proc_exit(proc);
	darwin_kq_proc_exit(darwin_proc(proc));
	darwin_psynch_proc_exit(darwin_proc(proc));
	kfree(darwin_proc(proc)->exec_path);
}

static int darwin_thread_init(struct persona_thread *thread, struct persona_thread *parent)
{
	int err = darwin_threads_thread_init(thread, parent);

	if (!err)
		darwin_spawn_inherit(thread, parent);
	return err;
}

static void darwin_thread_start(struct persona_thread *thread, struct task_struct *task,
				struct pt_regs *regs, void *data)
{
	struct persona_thread *parent = persona_current();

	if (parent && parent->proc != thread->proc) {
		darwin_kq_fork(darwin_proc(parent->proc), task);
		darwin_process_start(thread, task, regs);
	}
	darwin_threads_start(thread, task, regs, data);
}

static void darwin_thread_exit(struct persona_thread *thread)
{
	darwin_spawn_exit(thread);
	darwin_threads_thread_exit(thread);
}

static void darwin_pending(struct persona_thread *thread, struct pt_regs *regs)
{
	darwin_sigpipe_pending(regs);
	darwin_setid_pending(thread, regs);
}

const struct personality darwin_personality = {
	.name = "darwin",
	.owner = THIS_MODULE,
	.nr_shift = 24,
	.nr_mask = 0xffffff,
	.tables = darwin_tables,
	.ntables = ARRAY_SIZE(darwin_tables),
	.fast_class = DARWIN_CLASS_BSD,
	.proc_size = sizeof(struct darwin_proc),
	.thread_size = sizeof(struct darwin_thread),
	.view_root = &view_root,
	.decode = darwin_decode,
	.unknown = darwin_unknown,
	.proc_init = darwin_proc_init,
	.proc_exit = darwin_proc_exit,
	.thread_init = darwin_thread_init,
	.thread_start = darwin_thread_start,
	.thread_exit = darwin_thread_exit,
	.deliver = darwin_deliver,
	.fault = darwin_fault,
	.pending = darwin_pending,
};

static int __init darwin_init(void)
{
	int err;

	darwin_ulock_init();
	err = darwin_commpage_init();
	if (err)
		return err;
	err = darwin_kq_init();
	if (err)
		goto err_commpage;
	err = darwin_mk_timer_init();
	if (err)
		goto err_kq;
	err = persona_register(&darwin_personality);
	if (err)
		goto err_timer;
	err = darwin_binfmt_init();
	if (err)
		goto err_register;
	return 0;

err_register:
	persona_unregister(&darwin_personality);
err_timer:
	darwin_mk_timer_exit();
err_kq:
	darwin_kq_exit();
err_commpage:
	darwin_commpage_exit();
	return err;
}

static void __exit darwin_exit(void)
{
	darwin_binfmt_exit();
	persona_unregister(&darwin_personality);
	darwin_mk_timer_exit();
	darwin_kq_exit();
	darwin_commpage_exit();
}

module_init(darwin_init);
module_exit(darwin_exit);

MODULE_DESCRIPTION("Runs macOS programs: the Darwin personality");
MODULE_LICENSE("GPL");
/* What the kernel asks for when nothing knows a file with this magic. */
MODULE_ALIAS("binfmt-feed");
MODULE_ALIAS("binfmt-beba");
