/* SPDX-License-Identifier: GPL-2.0-only */
/* What NtQueryInformationProcess() and ...Thread() have in common. */
#ifndef _NT_INFO_H
#define _NT_INFO_H

#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/uaccess.h>

#include "process.h"

/* KERNEL_USER_TIMES */
struct nt_times {
	s64 create;
	s64 exit;
	s64 kernel;
	s64 user;
};

/* UNICODE_STRING with its characters behind it. */
long nt_info_string(struct persona_call *call, const u16 *s, u32 len);
long nt_info_put(struct persona_call *call, const void *info, size_t size);
long nt_info_get(struct persona_call *call, void *info, size_t size);
u64 nt_affinity_of(const struct task_struct *task);
long nt_affinity_set(struct persona_call *call, u32 tid, u64 mask);
void nt_process_times(struct nt_process *process, struct nt_times *times);

#endif /* _NT_INFO_H */
