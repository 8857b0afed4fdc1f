/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process and a thread find when they start: blocks, stack, registers. */
#ifndef _NT_START_H
#define _NT_START_H

#include <linux/types.h>

#include "nt.h"

struct pt_regs;

#define NT_STACK_MIN	0x100000ull	/* ntdll uses up to 960 KiB at a start */
#define NT_TEB_SIZE	0x4000ull	/* of a thread's block, as NT has it on top of pages */

/**
 * struct nt_stack - a thread's stack
 * @base: end, where it starts to grow down
 * @limit: lowest committed address
 * @alloc: start of the reservation
 */
struct nt_stack {
	u64 base;
	u64 limit;
	u64 alloc;
};

/* start.c: of the calling process's memory; 0, an NTSTATUS or -EFAULT, -ENOMEM */
long nt_teb_alloc(struct nt_proc *proc, u64 *teb);
long nt_teb_free(struct nt_proc *proc, u64 teb);
long nt_teb_fill(struct nt_proc *proc, u64 teb, const struct nt_stack *stack, u32 pid, u32 tid);
long nt_start_context(struct nt_proc *proc, const struct nt_stack *stack, u64 start, u64 arg,
		      u64 *context);
/* Any context: the registers with which a thread begins. */
void nt_start_regs(const struct nt_proc *proc, struct pt_regs *regs, u64 context, u64 arg);

#endif /* _NT_START_H */
