/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files that make, stop and end threads. */
#ifndef _NT_SUSPEND_H
#define _NT_SUSPEND_H

#include "process.h"

/* state.c */
long nt_process_leave(struct persona_call *call, u32 code);

/* process.c */
void nt_process_adopt(struct nt_process *process, struct nt_proc *nt);
void nt_process_proc_gone(struct nt_process *process);
void nt_watch_start(struct nt_watch *watch, struct pid *pid,
		    void (*over)(struct nt_watch *watch, int status));
void nt_watch_stop(struct nt_watch *watch);
long nt_process_kill(struct nt_process *process, u32 code);
bool nt_process_may(struct persona_call *call, struct nt_process *process);
bool nt_process_may_know(struct persona_call *call, struct nt_process *process);
long nt_process_may_control(struct persona_call *call, struct nt_process *process);

/* thread.c */
struct nt_thread_begin;
void nt_thread_begin(struct persona_thread *thread, struct task_struct *task,
		     struct pt_regs *regs, struct nt_thread_begin *begin);

/* signal.c */
void nt_signals_last(struct nt_proc *nt);
void nt_signals_exit(struct nt_proc *nt);
void nt_signals_pending(struct persona_thread *thread, struct pt_regs *regs);

/* suspend.c */
void nt_fake_call(struct persona_call *call, struct persona_thread *thread,
		  struct pt_regs *regs);
void nt_thread_set_id(u64 teb, u32 id);

/* apc.c */
void nt_regs_settle(struct pt_regs *regs);

/* Handle attributes of OBJECT_ATTRIBUTES whose name does not matter. */
static inline long nt_attr_flags(u64 user, u32 *flags)
{
	struct nt_attributes attr;
	long ret = nt_attributes_get(user, &attr);

	if (ret)
		return ret;
	*flags = nt_handle_attr(&attr);
	nt_attributes_put(&attr);
	return 0;
}

#endif /* _NT_SUSPEND_H */
