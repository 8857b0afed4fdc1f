// SPDX-License-Identifier: GPL-2.0-only
/* Structure offsets for hook_entry.S; compiled to assembler and read by Kbuild. */
#include <linux/kbuild.h>
#include <linux/sched.h>
#include <asm/ptrace.h>

#include "../uapi/linux/persona.h"

int main(void)
{
	OFFSET(PERSONA_TASK_SELECTOR, task_struct, syscall_dispatch.selector);
	OFFSET(PERSONA_REGS_DI, pt_regs, di);
	DEFINE(PERSONA_PRCTL, PR_PERSONA);
	return 0;
}
