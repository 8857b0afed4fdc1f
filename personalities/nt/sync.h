/* SPDX-License-Identifier: GPL-2.0-only */
/* Events, mutants, semaphores, timers: what their files share. */
#ifndef _NT_SYNC_H
#define _NT_SYNC_H

#include <linux/types.h>

#include "nt.h"

struct nt_thread_object;

/* TIMER_TYPE, EVENT_TYPE */
#define NT_NOTIFICATION		0	/* stays signalled until it is reset */
#define NT_SYNCHRONIZATION	1	/* reset by the one wait that it ends */

/* object.c */
long nt_query_check(const struct persona_call *call, size_t size);
long nt_query_return(const struct persona_call *call, const void *info, size_t size);

/* event.c */
struct nt_event *nt_event_new(bool manual, bool signaled);
void nt_event_set(struct nt_object *obj);
void nt_event_reset(struct nt_object *obj);

/* mutant.c */
void nt_mutants_abandon(struct nt_thread_object *thread);

/* keyed.c */
void nt_keyed_drop(struct nt_proc *proc);

/* What NtSignalAndWaitForSingleObject() does first. */
long nt_mutant_signal(struct persona_call *call, struct nt_object *obj);
long nt_semaphore_signal(struct nt_object *obj);

#endif /* _NT_SYNC_H */
