// SPDX-License-Identifier: GPL-2.0-only
/*
 * Installs the hooks into the kernel, all or none.
 *
 * A direct ftrace trampoline is the cheapest way into a kernel function that a
 * module has. Each function can have only one (BPF fentry uses the same
 * mechanism); where it is taken, an ftrace handler that changes the instruction
 * pointer does the same at some 90 instructions more.
 */
#include <linux/ftrace.h>
#include <linux/module.h>

#include "compat/symbols.h"
#include "internal.h"

/**
 * struct persona_hook - one hooked kernel function
 * @symbol: its name
 * @trampoline: in hook_entry.S
 * @target: what the trampoline jumps to when it takes the call
 * @wants: the trampoline's test, for the fallback
 * @optional: not all kernels have the function
 * @addr: its address
 * @ops: the ftrace operation of either way
 * @direct: installed as direct trampoline
 * @on: installed
 */
struct persona_hook {
	const char *symbol;
	void (*trampoline)(void);
	unsigned long target;
	bool (*wants)(struct ftrace_regs *fregs);
	bool optional;
	unsigned long addr;
	struct ftrace_ops ops;
	bool direct;
	bool on;
};

static bool notrace wants_current(struct ftrace_regs *fregs)
{
	return persona_of(current);
}

static bool notrace wants_task_arg(struct ftrace_regs *fregs)
{
	return persona_of((struct task_struct *)ftrace_regs_get_argument(fregs, 0));
}

static bool notrace wants_prctl(struct ftrace_regs *fregs)
{
	const struct pt_regs *regs = (void *)ftrace_regs_get_argument(fregs, 0);

	return (u32)regs->di == PR_PERSONA;
}

static struct persona_hook persona_hooks[] = {
	{
		.symbol = "syscall_user_dispatch",
		.trampoline = persona_tramp_dispatch,
		.target = (unsigned long)persona_dispatch,
		.wants = wants_current,
	}, {
		.symbol = "arch_do_signal_or_restart",
		.trampoline = persona_tramp_signal,
		.target = (unsigned long)persona_signal,
		.wants = wants_current,
	}, {
		.symbol = "fixup_vdso_exception",
		.trampoline = persona_tramp_fault,
		.target = (unsigned long)persona_fault,
		.wants = wants_current,
	}, {
		.symbol = "set_syscall_user_dispatch",
		.trampoline = persona_tramp_set_sud,
		.target = (unsigned long)persona_refuse_sud,
		.wants = wants_current,
	}, {
		/* since 6.4 */
		.symbol = "syscall_user_dispatch_get_config",
		.trampoline = persona_tramp_config,
		.target = (unsigned long)persona_refuse_config,
		.wants = wants_task_arg,
		.optional = true,
	}, {
		.symbol = "syscall_user_dispatch_set_config",
		.trampoline = persona_tramp_config,
		.target = (unsigned long)persona_refuse_config,
		.wants = wants_task_arg,
		.optional = true,
	}, {
		.symbol = "__x64_sys_prctl",
		.trampoline = persona_tramp_prctl,
		.target = (unsigned long)persona_prctl,
		.wants = wants_prctl,
	},
};

static void notrace redirect(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     struct ftrace_regs *fregs)
{
	struct persona_hook *hook = container_of(ops, struct persona_hook, ops);

	if (hook->wants(fregs))
		ftrace_regs_set_instruction_pointer(fregs, hook->target);
}

static int hook_direct(struct persona_hook *hook)
{
#ifdef HAVE_FTRACE_DIRECT_OPS
	int err;

	err = ftrace_set_filter_ip(&hook->ops, hook->addr, 0, 0);
	if (err)
		return err;
	err = register_ftrace_direct(&hook->ops, (unsigned long)hook->trampoline);
	if (err) {
		ftrace_free_filter(&hook->ops);
		return err;
	}
	/* kernel.ftrace_enabled=0 must not lose foreign tasks; set after registering. */
	hook->ops.flags |= FTRACE_OPS_FL_PERMANENT;
	return 0;
#else
	return register_ftrace_direct(hook->addr, (unsigned long)hook->trampoline);
#endif
}

static int hook_redirect(struct persona_hook *hook)
{
	int err;

	memset(&hook->ops, 0, sizeof(hook->ops));
	hook->ops.func = redirect;
	hook->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT |
			  FTRACE_OPS_FL_RECURSION;
	err = ftrace_set_filter_ip(&hook->ops, hook->addr, 0, 0);
	if (err)
		return err;
	err = register_ftrace_function(&hook->ops);
	if (err)
		ftrace_free_filter(&hook->ops);
	return err;
}

static int hook_install(struct persona_hook *hook)
{
	int err;

	hook->addr = persona_symbol(hook->symbol);
	if (!hook->addr) {
		if (hook->optional)
			return 0;
		pr_err("this kernel has no function %s\n", hook->symbol);
		return -ENOENT;
	}
	err = hook_direct(hook);
	hook->direct = !err;
	if (err == -EBUSY) {
		pr_info("%s already has a direct tracer, taking the slower way\n", hook->symbol);
		err = hook_redirect(hook);
	}
	if (err) {
		pr_err("cannot hook %s (%d): is it traced or patched?\n", hook->symbol, err);
		return err;
	}
	hook->on = true;
	return 0;
}

static void hook_remove(struct persona_hook *hook)
{
	if (!hook->on)
		return;
	hook->on = false;
	if (!hook->direct) {
		unregister_ftrace_function(&hook->ops);
		ftrace_free_filter(&hook->ops);
		return;
	}
#ifdef HAVE_FTRACE_DIRECT_OPS
	unregister_ftrace_direct(&hook->ops, (unsigned long)hook->trampoline, true);
#else
	unregister_ftrace_direct(hook->addr, (unsigned long)hook->trampoline);
#endif
}

/**
 * persona_hook_exit() - remove all hooks; no task is foreign any more
 *
 * Context: may sleep; on return no task is in a trampoline.
 */
void persona_hook_exit(void)
{
	int i;

	for (i = ARRAY_SIZE(persona_hooks) - 1; i >= 0; i--)
		hook_remove(&persona_hooks[i]);
	/* Tasks that are on their last instructions in a function of ours. */
	synchronize_rcu_tasks();
}

/**
 * persona_hook_init() - install all hooks
 *
 * Context: may sleep.
 * Return: 0, or a negative errno after one line that says what is in the way.
 */
int persona_hook_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(persona_hooks); i++) {
		err = hook_install(&persona_hooks[i]);
		if (err) {
			persona_hook_exit();
			return err;
		}
	}
	return 0;
}
