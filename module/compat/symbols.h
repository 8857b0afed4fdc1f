/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel functions that are not exported.
 *
 * With kernel IBT most of them have lost their ENDBR: a call through a pointer
 * is fatal. So each is reached by a static call, which is patched into a direct
 * call once its address is known. No other file may hold such an address.
 */
#ifndef _PERSONA_COMPAT_SYMBOLS_H
#define _PERSONA_COMPAT_SYMBOLS_H

#include <linux/types.h>

#include "../persona.h"

struct linux_binfmt;
struct pt_regs;
struct task_struct;
struct tracepoint;

/* The native system-call table. Its targets keep their ENDBR. */
extern const persona_native_fn *persona_syscall_table;

int persona_symbols_init(void);
unsigned long persona_symbol(const char *name);

int persona_secure_computing(void);
u32 persona_seccomp_verdict(struct pt_regs *regs);
int persona_ptrace_notify(int code, unsigned long message);
void persona_audit_entry(int nr, unsigned long a0, unsigned long a1, unsigned long a2,
			 unsigned long a3);
void persona_audit_exit(int success, long ret);
void persona_signal_original(struct pt_regs *regs);
void persona_notify_signal(struct task_struct *task);
void persona_switch_fpu_return(void);
void persona_set_personality_64bit(void);
bool persona_randomize_va_space(void);
void persona_elf_core(struct linux_binfmt *fmt);

#endif /* _PERSONA_COMPAT_SYMBOLS_H */
