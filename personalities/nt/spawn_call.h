/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the two files of NtCreateUserProcess(). */
#ifndef _NT_SPAWN_CALL_H
#define _NT_SPAWN_CALL_H

struct nt_spawn;
struct persona_call;
struct pid;

/* spawn.c */
long nt_spawn_run(struct persona_call *call, struct nt_spawn *spawn);

/* spawn_call.c */
long nt_spawn_parent(struct persona_call *call);

#endif /* _NT_SPAWN_CALL_H */
