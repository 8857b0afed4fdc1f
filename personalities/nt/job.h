/* SPDX-License-Identifier: GPL-2.0-only */
/* Jobs: processes that are counted, limited and ended together. */
#ifndef _NT_JOB_H
#define _NT_JOB_H

#include <linux/cred.h>
#include <linux/list.h>
#include <linux/types.h>

#include "process.h"

/* Access rights. */
#define NT_JOB_ASSIGN_PROCESS		0x01u
#define NT_JOB_SET_ATTRIBUTES		0x02u
#define NT_JOB_QUERY			0x04u
#define NT_JOB_TERMINATE		0x08u

/* LimitFlags */
#define NT_JOB_LIMIT_ACTIVE_PROCESS	0x0008u
#define NT_JOB_LIMIT_DIE_ON_EXCEPTION	0x0400u
#define NT_JOB_LIMIT_BREAKAWAY_OK	0x0800u
#define NT_JOB_LIMIT_SILENT_BREAKAWAY	0x1000u
#define NT_JOB_LIMIT_KILL_ON_CLOSE	0x2000u

/**
 * struct nt_job - job object
 * @obj: head. Waits for a job never end: that is for a time limit, which none has
 * @members: processes in it
 * @active: number of them
 * @total: how many there ever were
 * @user_time: of those that have ended, in 100 ns
 * @kernel_time: likewise
 * @flags: NT_JOB_LIMIT_*
 * @max_active: limit of @active, if @flags says so
 * @port: completion port that is told, or NULL
 * @port_key: for its packets
 * @cred: of who has asked that closing it ends the processes
 * @unused: the last handle is closed
 *
 * All but @obj is protected by one lock for all jobs (job.c).
 */
struct nt_job {
	struct nt_object obj;
	struct list_head members;
	u32 active;
	u32 total;
	u64 user_time;
	u64 kernel_time;
	u32 flags;
	u32 max_active;
	struct nt_object *port;
	u64 port_key;
	const struct cred *cred;
	bool unused;
};

/**
 * struct nt_job_facts - what can be asked of a job
 * @user_time: in 100 ns, of all its processes
 * @kernel_time: likewise
 * @active: processes in it
 * @total: processes that were ever in it
 * @flags: NT_JOB_LIMIT_*
 * @max_active: see there
 */
struct nt_job_facts {
	u64 user_time;
	u64 kernel_time;
	u32 active;
	u32 total;
	u32 flags;
	u32 max_active;
};

/* job.c */
struct nt_job *nt_job_new(void);
struct nt_job *nt_job_of(struct nt_process *process);
long nt_job_join(struct nt_job *job, struct nt_process *process, bool native);
void nt_job_leave(struct nt_process *process);
long nt_job_of_child(struct nt_process *parent, bool breakaway, struct nt_job **out);
void nt_job_kill(struct nt_job *job, struct nt_process *but, u32 code);
void nt_job_limit(struct nt_job *job, u32 flags, u32 max_active);
long nt_job_tell(struct nt_job *job, struct nt_object *port, u64 key);
void nt_job_facts(struct nt_job *job, struct nt_job_facts *facts);
u32 nt_job_ids(struct nt_job *job, u64 *ids, u32 max);

extern const struct nt_type nt_job_type;

#endif /* _NT_JOB_H */
