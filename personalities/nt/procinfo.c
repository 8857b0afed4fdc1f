// SPDX-License-Identifier: GPL-2.0-only
/*
 * NtQueryInformationProcess(): what a process can learn of itself and others.
 *
 * Of a process that is not NT's there is less to know, and what only NT has is
 * zero.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "info.h"
#include "nt_table.h"
#include "pe.h"
#include "suspend.h"

/* PROCESSINFOCLASS, as far as anything is known of it. */
enum {
	INFO_BASIC			= 0,
	INFO_QUOTA_LIMITS		= 1,
	INFO_IO_COUNTERS		= 2,
	INFO_VM_COUNTERS		= 3,
	INFO_TIMES			= 4,
	INFO_DEBUG_PORT			= 7,
	INFO_HARD_ERROR_MODE		= 12,
	INFO_WX86			= 19,
	INFO_PRIORITY_CLASS		= 18,
	INFO_HANDLE_COUNT		= 20,
	INFO_AFFINITY_MASK		= 21,
	INFO_PRIORITY_BOOST		= 22,
	INFO_SESSION			= 24,
	INFO_WOW64			= 26,
	INFO_IMAGE_NAME			= 27,
	INFO_LUID_DEVICE_MAPS		= 28,
	INFO_BREAK_ON_TERMINATION	= 29,
	INFO_DEBUG_OBJECT		= 30,
	INFO_DEBUG_FLAGS		= 31,
	INFO_IO_PRIORITY		= 33,
	INFO_EXECUTE_FLAGS		= 34,
	INFO_COOKIE			= 36,
	INFO_IMAGE			= 37,
	INFO_CYCLE_TIME			= 38,
	INFO_PAGE_PRIORITY		= 39,
	INFO_WIN32_IMAGE_NAME		= 43,
	INFO_GROUP			= 47,
	INFO_CONSOLE_HOST		= 49,
	INFO_MITIGATION_POLICY		= 52,
	INFO_COMMAND_LINE		= 60,
	INFO_PROTECTION			= 61,
	INFO_SUBSYSTEM			= 75,
};

#define SESSION_ID			1u
#define IO_PRIORITY_NORMAL		2u
#define PAGE_PRIORITY_NORMAL		5u
#define DEBUG_FLAGS_NO_INHERIT		1u	/* what is answered when none debugs */
#define SUBSYSTEM_CUI			3u
#define EXECUTE_DISABLE			0x01u
#define EXECUTE_PERMANENT		0x08u
#define MITIGATION_DEP			0u

/* In the process environment block, and behind that. */
#define PEB_PROCESS_PARAMETERS		0x20
#define PARAMS_COMMAND_LINE		0x70

struct basic_info {
	s32 exit_status;
	u32 pad;
	u64 peb;
	u64 affinity;
	s32 priority;
	u32 pad2;
	u64 pid;
	u64 parent_pid;
};

struct quota_limits {
	u64 paged_pool;
	u64 nonpaged_pool;
	u64 min_working_set;
	u64 max_working_set;
	u64 pagefile;
	s64 time_limit;
};

struct io_info {
	u64 read_ops;
	u64 write_ops;
	u64 other_ops;
	u64 read_bytes;
	u64 write_bytes;
	u64 other_bytes;
};

struct vm_info {
	u64 peak_virtual;
	u64 virtual;
	u32 faults;
	u32 pad;
	u64 peak_working_set;
	u64 working_set;
	u64 peak_paged_pool;
	u64 paged_pool;
	u64 peak_nonpaged_pool;
	u64 nonpaged_pool;
	u64 pagefile;
	u64 peak_pagefile;
	u64 private;		/* in the longer form */
};

#define VM_INFO_SHORT	offsetof(struct vm_info, private)

/**
 * nt_info_put() - answer a query call
 * @call: call under way: (handle, class, *info, size, *length)
 * @info: the answer
 * @size: of it
 *
 * Context: may sleep.
 * Return: 0, STATUS_INFO_LENGTH_MISMATCH or -EFAULT.
 */
long nt_info_put(struct persona_call *call, const void *info, size_t size)
{
	u32 __user *ulength = u64_to_user_ptr(call->args[4]);

	if ((u32)call->args[3] >= size &&
	    copy_to_user(u64_to_user_ptr(call->args[2]), info, size))
		return -EFAULT;
	if (ulength && put_user((u32)size, ulength))
		return -EFAULT;
	return (u32)call->args[3] >= size ? 0 : NT_STATUS_INFO_LENGTH_MISMATCH;
}

/**
 * nt_info_get() - read the argument of a set call
 * @call: call under way: (handle, class, *info, size)
 * @info: to be filled
 * @size: of it
 *
 * Context: may sleep.
 * Return: 0, STATUS_INFO_LENGTH_MISMATCH or -EFAULT.
 */
long nt_info_get(struct persona_call *call, void *info, size_t size)
{
	if ((u32)call->args[3] != size)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	return copy_from_user(info, u64_to_user_ptr(call->args[2]), size) ? -EFAULT : 0;
}

/**
 * nt_info_string() - answer a query call with a string
 * @call: call under way: (handle, class, *info, size, *length)
 * @s: UTF-16; may be NULL if @len is 0
 * @len: in units
 *
 * Context: may sleep.
 * Return: 0, STATUS_INFO_LENGTH_MISMATCH or -EFAULT.
 */
long nt_info_string(struct persona_call *call, const u16 *s, u32 len)
{
	u32 __user *ulength = u64_to_user_ptr(call->args[4]);
	u32 bytes = min(len, 0x7ffeu) * sizeof(*s);
	u64 at = call->args[2] + sizeof(struct nt_ustring);
	u32 size = sizeof(struct nt_ustring) + bytes + sizeof(*s);
	struct nt_ustring str = { .len = bytes, .max = bytes + sizeof(*s), .buf = at };

	if (ulength && put_user(size, ulength))
		return -EFAULT;
	if ((u32)call->args[3] < size)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_to_user(u64_to_user_ptr(call->args[2]), &str, sizeof(str)) ||
	    copy_to_user(u64_to_user_ptr(at), s, bytes) ||
	    put_user((u16)0, (u16 __user *)u64_to_user_ptr(at + bytes)))
		return -EFAULT;
	return 0;
}

/**
 * nt_affinity_of() - processors that a task may run on
 * @task: task; held, or under RCU
 *
 * Context: any.
 * Return: mask of the first 64.
 */
u64 nt_affinity_of(const struct task_struct *task)
{
	return cpumask_bits(task->cpus_ptr)[0] & cpumask_bits(cpu_online_mask)[0];
}

/**
 * nt_affinity_set() - have a thread run on some processors only
 * @call: call under way
 * @tid: its number
 * @mask: processors
 *
 * Context: may sleep.
 * Return: 0, STATUS_INVALID_PARAMETER or a negative errno.
 */
long nt_affinity_set(struct persona_call *call, u32 tid, u64 mask)
{
	u32 used = call->scratch_used;
	void __user *umask;
	long ret;

	if (!(mask & cpumask_bits(cpu_online_mask)[0]))
		return NT_STATUS_INVALID_PARAMETER;
	umask = persona_scratch_put(call, &mask, sizeof(mask));
	if (IS_ERR(umask))
		return PTR_ERR(umask);
	ret = persona_native(call, __NR_sched_setaffinity, tid, sizeof(mask), umask);
	call->scratch_used = used;
	return ret;
}

/* The task of a process that has not been waited for, with a reference. */
static struct task_struct *task_of(struct nt_process *process)
{
	return get_pid_task(process->pid, PIDTYPE_TGID);
}

/**
 * nt_process_times() - processor time and more of a process
 * @process: process
 * @times: filled in
 *
 * Context: any but interrupts.
 */
void nt_process_times(struct nt_process *process, struct nt_times *times)
{
	u64 user = 0, kernel = 0, u, k;
	struct task_struct *leader, *task;

	times->create = process->create_time;
	times->exit = process->exit_time;
	spin_lock(&process->threads_lock);
	times->user = process->user_time;
	times->kernel = process->kernel_time;
	spin_unlock(&process->threads_lock);
	/* Once this is set, so is what belongs to it. */
	if (smp_load_acquire(&process->ended))
		return;
	leader = task_of(process);
	if (!leader)
		return;
	rcu_read_lock();
	for_each_thread(leader, task) {
		if (task->flags & PF_EXITING)
			continue;
		task_cputime_adjusted(task, &u, &k);
		user += u;
		kernel += k;
	}
	rcu_read_unlock();
	put_task_struct(leader);
	times->user += div_u64(user, 100);
	times->kernel += div_u64(kernel, 100);
}

static long query_basic(struct persona_call *call, struct nt_process *process)
{
	/* Once this is set, so is what belongs to it. */
	bool ended = smp_load_acquire(&process->ended);
	struct basic_info info = {
		.exit_status = ended ? process->exit_code : NT_STATUS_PENDING,
		.peb = process->peb,
		.affinity = process->affinity,
		/* Where Wine's DLLs look for the class. */
		.priority = READ_ONCE(process->priority_class),
		.pid = nt_process_id(process),
		.parent_pid = process->parent_pid,
	};
	struct task_struct *task = ended ? NULL : task_of(process);

	/* Where things are in its memory is not for everybody. */
	if (!nt_process_may_know(call, process))
		info.peb = 0;
	if (task) {
		rcu_read_lock();
		info.affinity = nt_affinity_of(task);
		if (!info.parent_pid)
			info.parent_pid = task_tgid_vnr(rcu_dereference(task->real_parent));
		rcu_read_unlock();
		put_task_struct(task);
	}
	return nt_info_put(call, &info, sizeof(info));
}

static long query_quota(struct persona_call *call, struct nt_process *process)
{
	const struct quota_limits info = {
		.paged_pool = U64_MAX >> 1,
		.nonpaged_pool = U64_MAX >> 1,
		.min_working_set = 50 * PAGE_SIZE,
		.max_working_set = 345 * PAGE_SIZE,
		.pagefile = U64_MAX >> 1,
		.time_limit = S64_MAX,
	};

	return nt_info_put(call, &info, sizeof(info));
}

static long query_io(struct persona_call *call, struct nt_process *process)
{
	struct task_struct *leader, *task;
	struct io_info info = {};

	/* As for /proc/PID/io: the numbers tell too much of what is read and written. */
	if (!nt_process_may_know(call, process))
		return NT_STATUS_ACCESS_DENIED;
	leader = task_of(process);
	if (leader) {
#ifdef CONFIG_TASK_XACCT
		info.read_ops = leader->signal->ioac.syscr;
		info.write_ops = leader->signal->ioac.syscw;
		info.read_bytes = leader->signal->ioac.rchar;
		info.write_bytes = leader->signal->ioac.wchar;
		rcu_read_lock();
		for_each_thread(leader, task) {
			info.read_ops += task->ioac.syscr;
			info.write_ops += task->ioac.syscw;
			info.read_bytes += task->ioac.rchar;
			info.write_bytes += task->ioac.wchar;
		}
		rcu_read_unlock();
#else
		task = leader;
		info.read_ops = 0 * task->pid;
#endif
		put_task_struct(leader);
	}
	return nt_info_put(call, &info, sizeof(info));
}

static void vm_info_of(struct task_struct *task, struct vm_info *info)
{
	struct mm_struct *mm = get_task_mm(task);

	if (!mm)
		return;
	info->virtual = (u64)READ_ONCE(mm->total_vm) << PAGE_SHIFT;
	info->peak_virtual = max_t(u64, info->virtual, (u64)mm->hiwater_vm << PAGE_SHIFT);
	info->working_set = (u64)persona_mm_rss(mm) << PAGE_SHIFT;
	info->peak_working_set = max_t(u64, info->working_set,
				       (u64)mm->hiwater_rss << PAGE_SHIFT);
	info->private = (u64)READ_ONCE(mm->data_vm) << PAGE_SHIFT;
	info->pagefile = info->private;
	info->peak_pagefile = info->private;
	mmput(mm);
	info->faults = task->maj_flt + task->min_flt;
}

static long query_vm(struct persona_call *call, struct nt_process *process)
{
	struct task_struct *task = task_of(process);
	struct vm_info info = {};

	if (task) {
		vm_info_of(task, &info);
		put_task_struct(task);
	}
	return nt_info_put(call, &info, (u32)call->args[3] < sizeof(info) ?
			   VM_INFO_SHORT : sizeof(info));
}

static long query_times(struct persona_call *call, struct nt_process *process)
{
	struct nt_times times;

	nt_process_times(process, &times);
	return nt_info_put(call, &times, sizeof(times));
}

static long query_affinity(struct persona_call *call, struct nt_process *process)
{
	struct task_struct *task = task_of(process);
	u64 mask = 0;

	if (task) {
		mask = nt_affinity_of(task);
		put_task_struct(task);
	}
	return nt_info_put(call, &mask, sizeof(mask));
}

static long query_image(struct persona_call *call, struct nt_process *process)
{
	struct nt_image_info info;
	long ret = 0;

	if (!nt_process_may_know(call, process))
		return NT_STATUS_ACCESS_DENIED;
	mutex_lock(&process->lock);
	if (process->nt && process->nt->image)
		nt_image_info(process->nt->image, process->image_base, &info);
	else
		ret = NT_STATUS_PROCESS_IS_TERMINATING;
	mutex_unlock(&process->lock);
	return ret ?: nt_info_put(call, &info, sizeof(info));
}

/* "\??\Z:\a.exe", which as a Win32 name is without the first four characters. */
static long query_name(struct persona_call *call, struct nt_process *process, bool win32)
{
	static const u16 prefix[] = { '\\', '?', '?', '\\' };
	u32 len = 0, skip = 0;
	u16 *name = NULL;
	long ret;

	mutex_lock(&process->lock);
	if (process->nt && process->nt->exe_name) {
		len = process->nt->exe_name_len;
		name = kmemdup(process->nt->exe_name, len * sizeof(*name), GFP_KERNEL_ACCOUNT);
	}
	mutex_unlock(&process->lock);
	if (len && !name)
		return -ENOMEM;
	if (win32 && len > ARRAY_SIZE(prefix) && !memcmp(name, prefix, sizeof(prefix)))
		skip = ARRAY_SIZE(prefix);
	ret = nt_info_string(call, name + skip, len - skip);
	kfree(name);
	return ret;
}

/* Of the calling process only: where it says that its command line is. */
static long query_command_line(struct persona_call *call, struct nt_process *process)
{
	u64 params;
	u16 *s;
	u32 len;
	long ret;

	if (process != nt_caller(call)->self)
		return NT_STATUS_NOT_SUPPORTED;
	if (get_user(params, (u64 __user *)u64_to_user_ptr(process->peb +
							   PEB_PROCESS_PARAMETERS)))
		return -EFAULT;
	ret = nt_ustring_get(params + PARAMS_COMMAND_LINE, &s, &len);
	if (ret)
		return ret;
	ret = nt_info_string(call, s, len);
	kvfree(s);
	return ret;
}

static long query_mitigation(struct persona_call *call, struct nt_process *process)
{
	struct {
		u32 policy;
		u32 flags;
	} info;

	if ((u32)call->args[3] != sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_from_user(&info, u64_to_user_ptr(call->args[2]), sizeof(info)))
		return -EFAULT;
	/* Data is never executed; nothing else is promised. */
	info.flags = info.policy == MITIGATION_DEP ? 1 : 0;
	return nt_info_put(call, &info, sizeof(info));
}

static long query_handle_count(struct persona_call *call, struct nt_process *process)
{
	u32 count = 0;

	mutex_lock(&process->lock);
	if (process->nt)
		count = atomic_read(&process->nt->handles.count);
	mutex_unlock(&process->lock);
	return nt_info_put(call, &count, sizeof(count));
}

static long put_u32(struct persona_call *call, u32 value)
{
	return nt_info_put(call, &value, sizeof(value));
}

static long put_u64(struct persona_call *call, u64 value)
{
	return nt_info_put(call, &value, sizeof(value));
}

static u32 hard_error_mode(struct nt_process *process)
{
	u32 mode = 0;

	mutex_lock(&process->lock);
	if (process->nt)
		mode = process->nt->hard_error_mode;
	mutex_unlock(&process->lock);
	return mode;
}

static long query_priority_class(struct persona_call *call, struct nt_process *process)
{
	const u8 info[2] = { 0, READ_ONCE(process->priority_class) };

	return nt_info_put(call, info, sizeof(info));
}

static long query_cycles(struct persona_call *call, struct nt_process *process)
{
	struct nt_times times;
	u64 info[2] = {};

	nt_process_times(process, &times);
	info[0] = (times.user + times.kernel) * 100;
	return nt_info_put(call, info, sizeof(info));
}

static long query(struct persona_call *call, struct nt_process *process)
{
	switch ((u32)call->args[1]) {
	case INFO_BASIC:
		return query_basic(call, process);
	case INFO_QUOTA_LIMITS:
		return query_quota(call, process);
	case INFO_IO_COUNTERS:
		return query_io(call, process);
	case INFO_VM_COUNTERS:
		return query_vm(call, process);
	case INFO_TIMES:
		return query_times(call, process);
	case INFO_DEBUG_PORT:
	case INFO_WOW64:
	case INFO_CONSOLE_HOST:
		return put_u64(call, 0);
	case INFO_HARD_ERROR_MODE:
		return put_u32(call, hard_error_mode(process));
	case INFO_PRIORITY_CLASS:
		return query_priority_class(call, process);
	case INFO_HANDLE_COUNT:
		return query_handle_count(call, process);
	case INFO_AFFINITY_MASK:
		return query_affinity(call, process);
	case INFO_WX86:
	case INFO_PRIORITY_BOOST:
	case INFO_LUID_DEVICE_MAPS:
	case INFO_BREAK_ON_TERMINATION:
		return put_u32(call, 0);
	case INFO_SESSION:
		return put_u32(call, SESSION_ID);
	case INFO_IMAGE_NAME:
		return query_name(call, process, false);
	case INFO_WIN32_IMAGE_NAME:
		return query_name(call, process, true);
	case INFO_DEBUG_OBJECT:
		return NT_STATUS_PORT_NOT_SET;
	case INFO_DEBUG_FLAGS:
		return put_u32(call, DEBUG_FLAGS_NO_INHERIT);
	case INFO_IO_PRIORITY:
		return put_u32(call, IO_PRIORITY_NORMAL);
	case INFO_EXECUTE_FLAGS:
		return put_u32(call, EXECUTE_DISABLE | EXECUTE_PERMANENT);
	case INFO_COOKIE:
		if (process != nt_caller(call)->self)
			return NT_STATUS_INVALID_PARAMETER;
		return put_u32(call, nt_caller(call)->cookie);
	case INFO_IMAGE:
		return query_image(call, process);
	case INFO_CYCLE_TIME:
		return query_cycles(call, process);
	case INFO_PAGE_PRIORITY:
		return put_u32(call, PAGE_PRIORITY_NORMAL);
	case INFO_GROUP:
		return nt_info_put(call, &(const u16){ 0 }, sizeof(u16));
	case INFO_MITIGATION_POLICY:
		return query_mitigation(call, process);
	case INFO_COMMAND_LINE:
		return query_command_line(call, process);
	case INFO_PROTECTION:
		return nt_info_put(call, &(const u8){ 0 }, sizeof(u8));
	case INFO_SUBSYSTEM:
		return put_u32(call, SUBSYSTEM_CUI);
	}
	return NT_STATUS_INVALID_INFO_CLASS;
}

/* NtQueryInformationProcess(process, class, *info, size, *length) */
long nt_query_information_process(struct persona_call *call)
{
	struct nt_process *process;
	long ret;

	/* Either right will do: who has the second one has the first one, too. */
	ret = nt_process_ref(call, call->args[0], NT_PROCESS_QUERY_LIMITED, &process);
	if (ret == NT_STATUS_ACCESS_DENIED)
		ret = nt_process_ref(call, call->args[0], NT_PROCESS_QUERY_INFORMATION, &process);
	if (ret)
		return ret;
	ret = query(call, process);
	nt_object_put(&process->obj);
	return ret;
}
