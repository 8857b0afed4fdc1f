// SPDX-License-Identifier: GPL-2.0-only
/* NtSetInformationProcess(): what a process can change of itself and others. */
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "info.h"
#include "nt_table.h"

enum {
	INFO_QUOTA_LIMITS		= 1,
	INFO_BASE_PRIORITY		= 5,
	INFO_RAISE_PRIORITY		= 6,
	INFO_HARD_ERROR_MODE		= 12,
	INFO_PRIORITY_CLASS		= 18,
	INFO_AFFINITY_MASK		= 21,
	INFO_PRIORITY_BOOST		= 22,
	INFO_IO_PRIORITY		= 33,
	INFO_EXECUTE_FLAGS		= 34,
	INFO_PAGE_PRIORITY		= 39,
	INFO_POWER_THROTTLING		= 77,
};

#define PRIORITY_CLASSES		7u	/* 1 to 6 */
#define THREADS_MAX			4096u	/* moved in one call */

static long set_hard_error_mode(struct persona_call *call, struct nt_process *process)
{
	u32 mode;
	long ret;

	ret = nt_info_get(call, &mode, sizeof(mode));
	if (ret)
		return ret;
	mutex_lock(&process->lock);
	if (process->nt)
		process->nt->hard_error_mode = mode;
	mutex_unlock(&process->lock);
	return 0;
}

static long set_priority_class(struct persona_call *call, struct nt_process *process)
{
	u8 info[2];
	long ret;

	ret = nt_info_get(call, info, sizeof(info));
	if (ret)
		return ret;
	if (!info[1] || info[1] >= PRIORITY_CLASSES)
		return NT_STATUS_INVALID_PARAMETER;
	WRITE_ONCE(process->priority_class, info[1]);
	return 0;
}

/* Numbers of a process's threads; the caller frees them. */
static u32 *thread_ids(struct nt_process *process, u32 *nr)
{
	struct task_struct *leader, *task;
	u32 *ids;

	*nr = 0;
	ids = kvmalloc_array(THREADS_MAX, sizeof(*ids), GFP_KERNEL_ACCOUNT);
	if (!ids)
		return NULL;
	leader = get_pid_task(process->pid, PIDTYPE_TGID);
	if (!leader)
		return ids;
	rcu_read_lock();
	for_each_thread(leader, task)
		if (*nr < THREADS_MAX)
			ids[(*nr)++] = task_pid_vnr(task);
	rcu_read_unlock();
	put_task_struct(leader);
	return ids;
}

static long set_affinity(struct persona_call *call, struct nt_process *process)
{
	long ret, err = 0;
	u32 *ids, nr, i;
	u64 mask;

	ret = nt_info_get(call, &mask, sizeof(mask));
	if (ret)
		return ret;
	ids = thread_ids(process, &nr);
	if (!ids)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		ret = nt_affinity_set(call, ids[i], mask);
		/* A thread that has just ended does not matter. */
		if (ret && ret != -ESRCH && !err)
			err = ret;
		if (fatal_signal_pending(current))
			break;
	}
	kvfree(ids);
	if (!err)
		WRITE_ONCE(process->affinity, mask);
	return err;
}

/* A value that is checked and then makes no difference here. */
static long set_ignored(struct persona_call *call)
{
	u32 value;

	return nt_info_get(call, &value, sizeof(value));
}

static long set(struct persona_call *call, struct nt_process *process)
{
	switch ((u32)call->args[1]) {
	case INFO_QUOTA_LIMITS:
		/* Working-set sizes are wishes. */
		return (u32)call->args[3] < 6 * sizeof(u64) ?
		       NT_STATUS_INFO_LENGTH_MISMATCH : 0;
	case INFO_HARD_ERROR_MODE:
		return set_hard_error_mode(call, process);
	case INFO_PRIORITY_CLASS:
		return set_priority_class(call, process);
	case INFO_AFFINITY_MASK:
		return set_affinity(call, process);
	case INFO_BASE_PRIORITY:
	case INFO_RAISE_PRIORITY:
	case INFO_PRIORITY_BOOST:
	case INFO_IO_PRIORITY:
	case INFO_EXECUTE_FLAGS:
	case INFO_PAGE_PRIORITY:
		return set_ignored(call);
	case INFO_POWER_THROTTLING:
		return (u32)call->args[3] == 3 * sizeof(u32) ? 0 :
		       NT_STATUS_INFO_LENGTH_MISMATCH;
	}
	return NT_STATUS_INVALID_INFO_CLASS;
}

/* NtSetInformationProcess(process, class, *info, size) */
long nt_set_information_process(struct persona_call *call)
{
	u32 access = NT_PROCESS_SET_INFORMATION;
	struct nt_process *process;
	long ret;

	if ((u32)call->args[1] == INFO_QUOTA_LIMITS)
		access = NT_PROCESS_SET_QUOTA;
	ret = nt_process_ref(call, call->args[0], access, &process);
	if (ret)
		return ret;
	ret = set(call, process);
	nt_object_put(&process->obj);
	return ret;
}
