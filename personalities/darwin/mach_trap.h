/* SPDX-License-Identifier: GPL-2.0-only */
/* What the Mach traps and the MIG servers share. */
#ifndef _DARWIN_MACH_TRAP_H
#define _DARWIN_MACH_TRAP_H

#include "ipc.h"

/* mach_trap.c */
struct darwin_port *darwin_task_port(struct persona_call *call);
bool darwin_task_is_self(struct persona_call *call, u32 name);

#endif /* _DARWIN_MACH_TRAP_H */
