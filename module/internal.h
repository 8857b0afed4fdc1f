/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the core's own files; personalities include persona.h only. */
#ifndef _PERSONA_INTERNAL_H
#define _PERSONA_INTERNAL_H

#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "../uapi/linux/persona.h"
#include "persona.h"

/*
 * Handler address that the kernel enters for signals which a foreign program
 * handles. It is the first address behind user space, so nothing can be
 * mapped there and a program that jumps to it by itself just faults.
 */
#define PERSONA_SIGNAL_MAGIC	0x00007ffffffff000UL

/* Work that a native system call does on entry and that native.c does for us. */
#define PERSONA_POLICY_WORK	(SYSCALL_WORK_SECCOMP | SYSCALL_WORK_SYSCALL_TRACE |	\
				 SYSCALL_WORK_SYSCALL_EMU | SYSCALL_WORK_SYSCALL_AUDIT)

/* Codes that the signal code acts on; user space never sees them. */
static __always_inline bool persona_is_restart(long ret)
{
	switch (ret) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return true;
	}
	return false;
}

/*
 * One number without a handler that a program has called. Tables may come and go
 * (a process can have tables of its own); the name of their class stays.
 */
#define PERSONA_UNKNOWN_NAME	56

struct persona_unknown {
	const char *cls;
	u32 nr;
	u64 count;
	char name[PERSONA_UNKNOWN_NAME];
};

#define PERSONA_UNKNOWN_MAX	128

struct persona_counters {
	u64 calls;
	u64 unknown;
	u64 signals;
	u64 execs;
};

/**
 * struct persona_reg - a registered personality
 * @list: in registration order, under persona_reg_lock
 * @pers: the personality
 * @fast: native functions of the fast class, by number
 * @fast_view: the same without rows that take path names
 * @threads: threads that have it
 * @counters: per-CPU
 * @unknown_lock: protects @unknown, @nr_unknown
 * @unknown: numbers seen that have no handler
 * @nr_unknown: entries used
 * @view_lock: protects @view
 * @view: last view built, reused while its root directory is unchanged
 * @dir: debugfs directory
 */
struct persona_reg {
	struct list_head list;
	const struct personality *pers;
	persona_native_fn *fast;
	persona_native_fn *fast_view;
	atomic_t threads;
	struct persona_counters __percpu *counters;
	spinlock_t unknown_lock;
	struct persona_unknown unknown[PERSONA_UNKNOWN_MAX];
	unsigned int nr_unknown;
	spinlock_t view_lock;
	struct persona_view *view;
	struct dentry *dir;
};

/*
 * What is in the place of the task's selector, if it is ours. A task that the
 * kernel made for itself out of a foreign one (an io_uring worker) has a copy
 * that outlives the state: it must not be looked into.
 */
static __always_inline struct persona_thread *persona_of(const struct task_struct *task)
{
	long selector = (__force long)READ_ONCE(task->syscall_dispatch.selector);

	if (likely(selector >= 0) || (task->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER)))
		return NULL;
	return (struct persona_thread *)selector;
}

/* main.c: parameters */
extern bool persona_unprivileged;
extern bool persona_setuid;
extern bool persona_seccomp_exec;

/* entry.c */
void persona_fast_update(struct persona_thread *thread);

/* registry.c */
struct persona_reg *persona_reg_get(const char *name);
struct persona_reg *persona_reg_of(const struct personality *pers);
int persona_reg_list(struct persona_entry __user *to, size_t size);
void persona_reg_put(struct persona_reg *reg);

/* task.c */
int persona_task_init(void);
void persona_task_exit(void);
struct persona_thread *persona_thread_alloc(struct persona_reg *reg, struct persona_proc *proc,
					    struct persona_thread *parent, bool new_proc);
void persona_thread_free(struct persona_thread *thread);
int persona_adopt(struct persona_reg *reg, unsigned long start, unsigned long len);
void persona_leave(void);

/* entry.c, signal.c, prctl.c: the trampolines of hook_entry.S jump here */
bool persona_dispatch(struct pt_regs *regs);
void persona_signal(struct pt_regs *regs);
bool persona_fault(struct pt_regs *regs, int trapnr, unsigned long error_code,
		   unsigned long addr);
long persona_prctl(const struct pt_regs *regs);
void persona_tramp_dispatch(void);
void persona_tramp_signal(void);
void persona_tramp_fault(void);
void persona_tramp_prctl(void);
void persona_tramp_config(void);
void persona_tramp_set_sud(void);
long persona_refuse_config(void);
long persona_refuse_sud(void);

/* hook.c */
int persona_hook_init(void);
void persona_hook_exit(void);

/* view.c */
struct persona_view *persona_view_get(struct persona_reg *reg);
struct persona_view *persona_view_ref(struct persona_view *view);
void persona_view_put(struct persona_view *view);
size_t persona_view_first(const char *name, size_t *start);
const char *persona_view_escape(const char *name);

/* stats.c */
int persona_stats_init(void);
void persona_stats_exit(void);
void persona_stats_add(struct persona_reg *reg);
void persona_stats_del(struct persona_reg *reg);

/* tracing.c */
extern struct static_key_false persona_trace_key;
int persona_trace_on(void);
void persona_trace_off(void);
void persona_trace_enter(struct persona_call *call);
void persona_trace_exit(const char *pers, const struct persona_table *table, u32 nr,
			const struct persona_row *row, long ret, u64 ret2);
void persona_trace_unknown(struct persona_thread *thread, const struct persona_table *table,
			   u32 nr);

#endif /* _PERSONA_INTERNAL_H */
