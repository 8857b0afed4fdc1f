// SPDX-License-Identifier: GPL-2.0-only
/*
 * NtQueryInformationThread() and NtSetInformationThread().
 *
 * Priorities are remembered and make no difference: Linux lets a thread go down
 * but not up again.
 */
#include <linux/pid.h>
#include <linux/prctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "info.h"
#include "nt_table.h"
#include "suspend.h"
#include "token.h"

enum {
	INFO_BASIC			= 0,
	INFO_TIMES			= 1,
	INFO_PRIORITY			= 2,
	INFO_BASE_PRIORITY		= 3,
	INFO_AFFINITY_MASK		= 4,
	INFO_IMPERSONATION		= 5,
	INFO_WIN32_START		= 9,
	INFO_ZERO_TLS_CELL		= 10,
	INFO_AM_I_LAST			= 12,
	INFO_IDEAL_PROCESSOR		= 13,
	INFO_PRIORITY_BOOST		= 14,
	INFO_IS_IO_PENDING		= 16,
	INFO_HIDE_FROM_DEBUGGER		= 17,
	INFO_BREAK_ON_TERMINATION	= 18,
	INFO_IS_TERMINATED		= 20,
	INFO_IO_PRIORITY		= 22,
	INFO_CYCLE_TIME			= 23,
	INFO_PAGE_PRIORITY		= 24,
	INFO_GROUP			= 30,
	INFO_IDEAL_PROCESSOR_EX		= 33,
	INFO_SUSPEND_COUNT		= 35,
	INFO_NAME			= 38,
	INFO_POWER_THROTTLING		= 49,
};

#define IO_PRIORITY_NORMAL	2u
#define PAGE_PRIORITY_NORMAL	5u
#define PRIORITY_NORMAL		8	/* of a normal process's threads */
#define PRIORITY_MAX		31
#define NAME_MAX_UNITS		0x7ffeu

/* In the thread environment block. */
#define TEB_TLS_SLOTS		0x1480
#define TEB_TLS_EXPANSION	0x1780
#define TLS_SLOTS		64u
#define TLS_EXPANSION_SLOTS	1024u

struct basic_info {
	s32 exit_status;
	u32 pad;
	u64 teb;
	u64 pid;
	u64 tid;
	u64 affinity;
	s32 priority;
	s32 base_priority;
};

/* GROUP_AFFINITY */
struct group_affinity {
	u64 mask;
	u16 group;
	u16 pad[3];
};

/* The thread's task with a reference, or NULL. */
static struct task_struct *task_of(struct nt_thread_object *thread)
{
	struct task_struct *task;
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	task = thread->task;
	if (task)
		get_task_struct(task);
	spin_unlock_irqrestore(&thread->lock, flags);
	return task;
}

static u64 affinity_of(struct nt_thread_object *thread)
{
	struct task_struct *task = task_of(thread);
	u64 mask = 0;

	if (task) {
		mask = nt_affinity_of(task);
		put_task_struct(task);
	}
	return mask;
}

static long query_basic(struct persona_call *call, struct nt_thread_object *thread)
{
	const struct basic_info info = {
		/* Once this is set, so is what belongs to it. */
		.exit_status = smp_load_acquire(&thread->ended) ? thread->exit_code :
			       NT_STATUS_PENDING,
		.teb = nt_process_may_know(call, thread->process) ? thread->teb : 0,
		.pid = nt_process_id(thread->process),
		.tid = nt_thread_id(thread),
		.affinity = affinity_of(thread),
		/* Wine's DLLs read the relative one here, too. */
		.priority = thread->priority,
		.base_priority = thread->priority,
	};

	return nt_info_put(call, &info, sizeof(info));
}

static void thread_times(struct nt_thread_object *thread, struct nt_times *times)
{
	struct task_struct *task = task_of(thread);
	u64 user, kernel;

	times->create = thread->create_time;
	times->exit = thread->exit_time;
	times->user = thread->user_time;
	times->kernel = thread->kernel_time;
	if (task) {
		task_cputime_adjusted(task, &user, &kernel);
		put_task_struct(task);
		times->user = div_u64(user, 100);
		times->kernel = div_u64(kernel, 100);
	}
}

static long query_times(struct persona_call *call, struct nt_thread_object *thread)
{
	struct nt_times times;

	thread_times(thread, &times);
	return nt_info_put(call, &times, sizeof(times));
}

static long query_cycles(struct persona_call *call, struct nt_thread_object *thread)
{
	struct nt_times times;
	u64 info[2] = {};

	thread_times(thread, &times);
	info[0] = (times.user + times.kernel) * 100;
	return nt_info_put(call, info, sizeof(info));
}

static long query_group(struct persona_call *call, struct nt_thread_object *thread)
{
	const struct group_affinity info = { .mask = affinity_of(thread) };

	return nt_info_put(call, &info, sizeof(info));
}

static long query_name(struct persona_call *call, struct nt_thread_object *thread)
{
	u32 __user *ulength = u64_to_user_ptr(call->args[4]);
	u64 at = call->args[2] + sizeof(struct nt_ustring);
	struct nt_ustring str = { .buf = at };
	unsigned long flags;
	u16 *name, *old;
	u32 size;
	long ret;

	name = kvmalloc_array(NAME_MAX_UNITS, sizeof(*name), GFP_KERNEL_ACCOUNT);
	if (!name)
		return -ENOMEM;
	spin_lock_irqsave(&thread->lock, flags);
	old = thread->name;
	str.len = thread->name_len * sizeof(*name);
	if (old)
		memcpy(name, old, str.len);
	spin_unlock_irqrestore(&thread->lock, flags);
	str.max = str.len;
	size = sizeof(str) + str.len;
	ret = -EFAULT;
	if (ulength && put_user(size, ulength))
		goto out;
	ret = NT_STATUS_BUFFER_TOO_SMALL;
	if ((u32)call->args[3] < size)
		goto out;
	ret = 0;
	if (copy_to_user(u64_to_user_ptr(call->args[2]), &str, sizeof(str)) ||
	    copy_to_user(u64_to_user_ptr(at), name, str.len))
		ret = -EFAULT;
out:
	kvfree(name);
	return ret;
}

static long put_u32(struct persona_call *call, u32 value)
{
	return nt_info_put(call, &value, sizeof(value));
}

static long query(struct persona_call *call, struct nt_thread_object *thread)
{
	switch ((u32)call->args[1]) {
	case INFO_BASIC:
		return query_basic(call, thread);
	case INFO_TIMES:
		return query_times(call, thread);
	case INFO_AFFINITY_MASK: {
		u64 mask = affinity_of(thread);

		return nt_info_put(call, &mask, sizeof(mask));
	}
	case INFO_WIN32_START:
		if (!nt_process_may_know(call, thread->process))
			return NT_STATUS_ACCESS_DENIED;
		return nt_info_put(call, &thread->start, sizeof(thread->start));
	case INFO_AM_I_LAST:
		return put_u32(call, READ_ONCE(thread->process->nlive) == 1);
	case INFO_PRIORITY_BOOST:
		return put_u32(call, thread->boost);
	case INFO_IS_IO_PENDING:
	case INFO_BREAK_ON_TERMINATION:
		return put_u32(call, 0);
	case INFO_HIDE_FROM_DEBUGGER:
		return nt_info_put(call, &(const u8){ thread->hidden }, sizeof(u8));
	case INFO_IS_TERMINATED:
		/* Once this is set, so is what belongs to it. */
		return put_u32(call, smp_load_acquire(&thread->ended));
	case INFO_IO_PRIORITY:
		return put_u32(call, IO_PRIORITY_NORMAL);
	case INFO_PAGE_PRIORITY:
		return put_u32(call, PAGE_PRIORITY_NORMAL);
	case INFO_CYCLE_TIME:
		return query_cycles(call, thread);
	case INFO_GROUP:
		return query_group(call, thread);
	case INFO_IDEAL_PROCESSOR_EX:
		return put_u32(call, 0);
	case INFO_SUSPEND_COUNT:
		return put_u32(call, READ_ONCE(thread->suspended));
	case INFO_NAME:
		return query_name(call, thread);
	}
	return NT_STATUS_INVALID_INFO_CLASS;
}

/* NtQueryInformationThread(thread, class, *info, size, *length) */
long nt_query_information_thread(struct persona_call *call)
{
	struct nt_thread_object *thread;
	long ret;

	ret = nt_thread_ref(call, call->args[0], NT_THREAD_QUERY_LIMITED, &thread);
	if (ret == NT_STATUS_ACCESS_DENIED)
		ret = nt_thread_ref(call, call->args[0], NT_THREAD_QUERY_INFORMATION, &thread);
	if (ret)
		return ret;
	ret = query(call, thread);
	nt_object_put(&thread->obj);
	return ret;
}

/* One thread's slot, if it has it. @teb may be anything by now. */
static void zero_slot(u64 teb, u32 slot)
{
	u64 expansion;

	if (slot < TLS_SLOTS) {
		if (put_user(0ull, (u64 __user *)u64_to_user_ptr(teb + TEB_TLS_SLOTS +
								 slot * sizeof(u64))))
			return;
		return;
	}
	if (get_user(expansion, (u64 __user *)u64_to_user_ptr(teb + TEB_TLS_EXPANSION)) ||
	    !expansion)
		return;
	if (put_user(0ull, (u64 __user *)u64_to_user_ptr(expansion + (slot - TLS_SLOTS) *
							 sizeof(u64))))
		return;
}

/* A TLS index is free again: its slot becomes zero in all threads. */
static long set_zero_tls(struct persona_call *call)
{
	struct nt_proc *nt = nt_caller(call);
	struct nt_thread_object *thread;
	u32 slot, nr = 0, max, i;
	u64 *tebs;
	long ret;

	ret = nt_info_get(call, &slot, sizeof(slot));
	if (ret)
		return ret;
	if (slot >= TLS_SLOTS + TLS_EXPANSION_SLOTS)
		return NT_STATUS_INVALID_PARAMETER;
	/* Blocks do not go away meanwhile. */
	if (mutex_lock_killable(&nt->teb_lock))
		return -EINTR;
	max = READ_ONCE(nt->self->nthreads) + 16;
	tebs = kvmalloc_array(max, sizeof(*tebs), GFP_KERNEL_ACCOUNT);
	if (!tebs) {
		mutex_unlock(&nt->teb_lock);
		return -ENOMEM;
	}
	spin_lock(&nt->self->threads_lock);
	list_for_each_entry(thread, &nt->self->threads, link)
		if (thread->teb && nr < max)
			tebs[nr++] = thread->teb;
	spin_unlock(&nt->self->threads_lock);
	for (i = 0; i < nr; i++)
		zero_slot(tebs[i], slot);
	mutex_unlock(&nt->teb_lock);
	kvfree(tebs);
	return 0;
}

/* The beginning of the name is what ps(1) shows. */
static void name_task(struct persona_call *call, const u16 *name, u32 len)
{
	char comm[TASK_COMM_LEN];
	void __user *ucomm;
	u32 used = call->scratch_used;
	int n;

	n = nt_utf16_to_utf8(name, min_t(u32, len, sizeof(comm) / 3), comm, sizeof(comm) - 1);
	if (n <= 0)
		return;
	comm[n] = 0;
	ucomm = persona_scratch_put(call, comm, n + 1);
	if (!IS_ERR(ucomm))
		persona_native(call, __NR_prctl, PR_SET_NAME, ucomm);
	call->scratch_used = used;
}

static long set_name(struct persona_call *call, struct nt_thread_object *thread)
{
	unsigned long flags;
	u16 *name, *old;
	u32 len;
	long ret;

	if ((u32)call->args[3] != sizeof(struct nt_ustring))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	ret = nt_ustring_get(call->args[2], &name, &len);
	if (ret)
		return ret;
	if (thread == nt_calling_thread(call)->self)
		name_task(call, name, len);
	spin_lock_irqsave(&thread->lock, flags);
	old = thread->name;
	thread->name = name;
	thread->name_len = min(len, NAME_MAX_UNITS);
	spin_unlock_irqrestore(&thread->lock, flags);
	kvfree(old);
	return 0;
}

static long set_affinity(struct persona_call *call, struct nt_thread_object *thread)
{
	u64 mask;
	long ret;

	ret = nt_info_get(call, &mask, sizeof(mask));
	return ret ?: nt_affinity_set(call, nt_thread_id(thread), mask);
}

static long set_group(struct persona_call *call, struct nt_thread_object *thread)
{
	struct group_affinity info;
	long ret;

	ret = nt_info_get(call, &info, sizeof(info));
	if (ret)
		return ret;
	if (info.group || info.pad[0] || info.pad[1] || info.pad[2])
		return NT_STATUS_INVALID_PARAMETER;
	return nt_affinity_set(call, nt_thread_id(thread), info.mask);
}

static long set_priority(struct persona_call *call, struct nt_thread_object *thread,
			 bool absolute)
{
	s32 priority;
	long ret;

	ret = nt_info_get(call, &priority, sizeof(priority));
	if (ret)
		return ret;
	if (priority > PRIORITY_MAX || priority < (absolute ? 1 : -PRIORITY_MAX))
		return NT_STATUS_INVALID_PARAMETER;
	WRITE_ONCE(thread->priority, absolute ? priority - PRIORITY_NORMAL : priority);
	return 0;
}

/* A value that is checked and then makes no difference here. */
static long set_ignored(struct persona_call *call)
{
	u32 value;

	return nt_info_get(call, &value, sizeof(value));
}

static long set(struct persona_call *call, struct nt_thread_object *thread)
{
	u32 value;
	u64 token;
	long ret;

	switch ((u32)call->args[1]) {
	case INFO_PRIORITY:
		return set_priority(call, thread, true);
	case INFO_BASE_PRIORITY:
		return set_priority(call, thread, false);
	case INFO_AFFINITY_MASK:
		return set_affinity(call, thread);
	case INFO_IMPERSONATION:
		ret = nt_info_get(call, &token, sizeof(token));
		return ret ?: nt_token_impersonate(call, thread, token);
	case INFO_WIN32_START:
		return nt_info_get(call, &thread->start, sizeof(thread->start));
	case INFO_ZERO_TLS_CELL:
		return set_zero_tls(call);
	case INFO_PRIORITY_BOOST:
		ret = nt_info_get(call, &value, sizeof(value));
		if (!ret)
			thread->boost = value;
		return ret;
	case INFO_HIDE_FROM_DEBUGGER:
		if ((u32)call->args[3])
			return NT_STATUS_INFO_LENGTH_MISMATCH;
		thread->hidden = true;
		return 0;
	case INFO_IDEAL_PROCESSOR:
	case INFO_IDEAL_PROCESSOR_EX:
	case INFO_IO_PRIORITY:
	case INFO_PAGE_PRIORITY:
		return set_ignored(call);
	case INFO_GROUP:
		return set_group(call, thread);
	case INFO_NAME:
		return set_name(call, thread);
	case INFO_POWER_THROTTLING:
		return (u32)call->args[3] == 3 * sizeof(u32) ? 0 :
		       NT_STATUS_INFO_LENGTH_MISMATCH;
	}
	return NT_STATUS_INVALID_INFO_CLASS;
}

/* NtSetInformationThread(thread, class, *info, size) */
long nt_set_information_thread(struct persona_call *call)
{
	struct nt_thread_object *thread;
	long ret;

	ret = nt_thread_ref(call, call->args[0], NT_THREAD_SET_LIMITED, &thread);
	if (ret == NT_STATUS_ACCESS_DENIED)
		ret = nt_thread_ref(call, call->args[0], NT_THREAD_SET_INFORMATION, &thread);
	if (ret)
		return ret;
	ret = set(call, thread);
	nt_object_put(&thread->obj);
	return ret;
}
