/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trampolines that ftrace calls at the entry of the hooked kernel functions.
 *
 * On entry the stack holds the return into the hooked function and below it
 * that function's own return address. A trampoline that takes the call drops
 * the first and jumps: no frame of ours stays under a dispatcher that sleeps,
 * and the stack unwinder sees an ordinary call. Aligned, because 7.x takes
 * bit 0 of a direct trampoline's address for a flag.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>
#include <asm/ibt.h>
#include <asm/unwind_hints.h>
#include "compat/compat_asm.h"
#include "hook_offsets.h"

/* Jump to \target if task %\task has foreign state; clobbers nothing else. */
.macro PERSONA_TAKE_IF_FOREIGN task:req target:req
	cmpq	$0, PERSONA_TASK_SELECTOR(%\task)
	jge	.Lnative_\@
	addq	$8, %rsp
	UNWIND_HINT_FUNC
	jmp	\target
.Lnative_\@:
	UNWIND_HINT_FUNC
	RET
.endm

	.text
	.balign 16
SYM_CODE_START(persona_tramp_dispatch)
	UNWIND_HINT_FUNC
	ENDBR
	PERSONA_CURRENT rax
	PERSONA_TAKE_IF_FOREIGN rax persona_dispatch
SYM_CODE_END(persona_tramp_dispatch)

	.balign 16
SYM_CODE_START(persona_tramp_signal)
	UNWIND_HINT_FUNC
	ENDBR
	PERSONA_CURRENT rax
	PERSONA_TAKE_IF_FOREIGN rax persona_signal
SYM_CODE_END(persona_tramp_signal)

	.balign 16
SYM_CODE_START(persona_tramp_fault)
	UNWIND_HINT_FUNC
	ENDBR
	PERSONA_CURRENT rax
	PERSONA_TAKE_IF_FOREIGN rax persona_fault
SYM_CODE_END(persona_tramp_fault)

	.balign 16
SYM_CODE_START(persona_tramp_set_sud)
	UNWIND_HINT_FUNC
	ENDBR
	PERSONA_CURRENT rax
	PERSONA_TAKE_IF_FOREIGN rax persona_refuse_sud
SYM_CODE_END(persona_tramp_set_sud)

	/* First argument: the task that ptrace looks at. */
	.balign 16
SYM_CODE_START(persona_tramp_config)
	UNWIND_HINT_FUNC
	ENDBR
	PERSONA_TAKE_IF_FOREIGN rdi persona_refuse_config
SYM_CODE_END(persona_tramp_config)

	/* First argument: the native system call's pt_regs. */
	.balign 16
SYM_CODE_START(persona_tramp_prctl)
	UNWIND_HINT_FUNC
	ENDBR
	cmpl	$PERSONA_PRCTL, PERSONA_REGS_DI(%rdi)
	jne	1f
	addq	$8, %rsp
	UNWIND_HINT_FUNC
	jmp	persona_prctl
1:
	UNWIND_HINT_FUNC
	RET
SYM_CODE_END(persona_tramp_prctl)

	.section .note.GNU-stack, "", @progbits
