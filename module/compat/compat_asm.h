/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel differences that assembler sees. */
#ifndef _PERSONA_COMPAT_ASM_H
#define _PERSONA_COMPAT_ASM_H

/* Loads the current task. 6.2 to 6.14 keep it in pcpu_hot, at offset 0. */
.macro PERSONA_CURRENT reg:req
#ifdef HAVE_PCPU_HOT
	movq	%gs:pcpu_hot, %\reg
#else
	movq	%gs:current_task, %\reg
#endif
.endm

#endif /* _PERSONA_COMPAT_ASM_H */
