// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on jobs.
 *
 * Of the limits there are those that are kept: the number of processes, how
 * children leave the job, and that its processes end with its last handle.
 */
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "completion.h"
#include "info.h"
#include "job.h"
#include "nt_table.h"
#include "suspend.h"

/* JOBOBJECTINFOCLASS */
#define JOB_BASIC_ACCOUNTING		1
#define JOB_BASIC_LIMITS		2
#define JOB_PROCESS_IDS			3
#define JOB_UI_RESTRICTIONS		4
#define JOB_COMPLETION_PORT		7
#define JOB_ACCOUNTING_AND_IO		8
#define JOB_EXTENDED_LIMITS		9

#define KEPT_BASIC	NT_JOB_LIMIT_ACTIVE_PROCESS
#define KEPT		(KEPT_BASIC | NT_JOB_LIMIT_DIE_ON_EXCEPTION | NT_JOB_LIMIT_BREAKAWAY_OK | \
			 NT_JOB_LIMIT_SILENT_BREAKAWAY | NT_JOB_LIMIT_KILL_ON_CLOSE)
#define VALID_BASIC	0xffu
#define VALID		0x7fffu

#define IDS_MAX		65536u

struct accounting {
	u64 user_time;
	u64 kernel_time;
	u64 period_user_time;
	u64 period_kernel_time;
	u32 page_faults;
	u32 total;
	u32 active;
	u32 terminated;		/* because of a limit */
};

struct basic_limits {
	u64 process_time;
	u64 job_time;
	u32 flags;
	u64 min_working_set;
	u64 max_working_set;
	u32 max_active;
	u64 affinity;
	u32 priority;
	u32 scheduling;
};

struct extended_limits {
	struct basic_limits basic;
	u64 io[6];
	u64 process_memory;
	u64 job_memory;
	u64 peak_process_memory;
	u64 peak_job_memory;
};

struct port_info {
	u64 key;
	u64 port;
};

static_assert(sizeof(struct accounting) == 48);
static_assert(sizeof(struct basic_limits) == 64);
static_assert(sizeof(struct extended_limits) == 144);

static long job_ref(struct persona_call *call, u64 handle, u32 access, struct nt_job **out)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), handle, &nt_job_type, access, &obj);
	if (!ret)
		*out = container_of(obj, struct nt_job, obj);
	return ret;
}

/* NtCreateJobObject(*handle, access, *attributes) */
long nt_create_job_object(struct persona_call *call)
{
	struct nt_job *job = nt_job_new();

	if (!job)
		return -ENOMEM;
	return nt_object_create(call, call->args[2], &job->obj, call->args[1], call->args[0]);
}

/* NtOpenJobObject(*handle, access, *attributes) */
long nt_open_job_object(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_job_type, call->args[1], call->args[0]);
}

/* NtAssignProcessToJobObject(job, process) */
long nt_assign_process_to_job_object(struct persona_call *call)
{
	struct nt_process *process;
	struct nt_job *job;
	long ret;

	ret = job_ref(call, call->args[0], NT_JOB_ASSIGN_PROCESS, &job);
	if (ret)
		return ret;
	ret = nt_process_ref(call, call->args[1], NT_PROCESS_SET_QUOTA | NT_PROCESS_TERMINATE,
			     &process);
	if (ret)
		goto out;
	ret = nt_job_join(job, process, READ_ONCE(process->watch.on));
	nt_object_put(&process->obj);
out:
	nt_object_put(&job->obj);
	return ret;
}

/* NtTerminateJobObject(job, code) */
long nt_terminate_job_object(struct persona_call *call)
{
	struct nt_process *self = nt_caller(call)->self;
	u32 code = call->args[1];
	struct nt_job *job, *own;
	long ret;

	ret = job_ref(call, call->args[0], NT_JOB_TERMINATE, &job);
	if (ret)
		return ret;
	ret = persona_permit(call, __NR_kill, 0, SIGKILL);
	if (ret)
		goto out;
	nt_job_kill(job, self, code);
	own = nt_job_of(self);
	if (own)
		nt_object_put(&own->obj);
	if (own == job) {
		/* That does not return. */
		nt_object_put(&job->obj);
		return nt_process_leave(call, code);
	}
out:
	nt_object_put(&job->obj);
	return ret;
}

/* NtIsProcessInJob(process, job, or 0 for any) */
long nt_is_process_in_job(struct persona_call *call)
{
	struct nt_process *process;
	struct nt_job *job, *own;
	long ret;

	ret = nt_process_ref(call, call->args[0], NT_PROCESS_QUERY_LIMITED, &process);
	if (ret)
		return ret;
	own = nt_job_of(process);
	nt_object_put(&process->obj);
	job = own;
	if (call->args[1]) {
		ret = job_ref(call, call->args[1], NT_JOB_QUERY, &job);
		if (!ret)
			nt_object_put(&job->obj);
	}
	if (own)
		nt_object_put(&own->obj);
	if (ret)
		return ret;
	return own && own == job ? NT_STATUS_PROCESS_IN_JOB : NT_STATUS_PROCESS_NOT_IN_JOB;
}

static long query_accounting(struct persona_call *call, struct nt_job *job, bool io)
{
	struct {
		struct accounting basic;
		u64 io[6];
	} info = { };
	struct nt_job_facts facts;

	nt_job_facts(job, &facts);
	info.basic.user_time = facts.user_time;
	info.basic.kernel_time = facts.kernel_time;
	info.basic.period_user_time = facts.user_time;
	info.basic.period_kernel_time = facts.kernel_time;
	info.basic.active = facts.active;
	info.basic.total = facts.total;
	return nt_info_put(call, &info, io ? sizeof(info) : sizeof(info.basic));
}

static long query_limits(struct persona_call *call, struct nt_job *job, bool extended)
{
	struct extended_limits info;
	struct nt_job_facts facts;

	memset(&info, 0, sizeof(info));
	nt_job_facts(job, &facts);
	info.basic.flags = facts.flags & (extended ? VALID : VALID_BASIC);
	info.basic.max_active = facts.max_active;
	return nt_info_put(call, &info, extended ? sizeof(info) : sizeof(info.basic));
}

static long query_ids(struct persona_call *call, struct nt_job *job)
{
	struct {
		u32 assigned;
		u32 listed;
		u64 ids[];
	} *info;
	u32 len = call->args[3], max, n;
	u32 __user *ulength = u64_to_user_ptr(call->args[4]);
	long ret;

	if (len < sizeof(*info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	max = min_t(u32, (len - sizeof(*info)) / sizeof(u64), IDS_MAX);
	info = kvzalloc(struct_size(info, ids, max), GFP_KERNEL_ACCOUNT);
	if (!info)
		return -ENOMEM;
	n = nt_job_ids(job, info->ids, max);
	info->assigned = n;
	info->listed = min(n, max);
	len = struct_size(info, ids, info->listed);
	ret = n > max ? NT_STATUS_BUFFER_OVERFLOW : 0;
	if (copy_to_user(u64_to_user_ptr(call->args[2]), info, len) ||
	    (ulength && put_user(len, ulength)))
		ret = -EFAULT;
	kvfree(info);
	return ret;
}

/* NtQueryInformationJobObject(job, or 0 for the caller's, class, *info, size, *length) */
long nt_query_information_job_object(struct persona_call *call)
{
	const u32 none = 0;
	struct nt_job *job;
	long ret = 0;

	if (call->args[0])
		ret = job_ref(call, call->args[0], NT_JOB_QUERY, &job);
	else
		job = nt_job_of(nt_caller(call)->self);
	if (ret)
		return ret;
	if (!job)
		return NT_STATUS_ACCESS_DENIED;
	switch ((u32)call->args[1]) {
	case JOB_BASIC_ACCOUNTING:
	case JOB_ACCOUNTING_AND_IO:
		ret = query_accounting(call, job, (u32)call->args[1] == JOB_ACCOUNTING_AND_IO);
		break;
	case JOB_BASIC_LIMITS:
	case JOB_EXTENDED_LIMITS:
		ret = query_limits(call, job, (u32)call->args[1] == JOB_EXTENDED_LIMITS);
		break;
	case JOB_PROCESS_IDS:
		ret = query_ids(call, job);
		break;
	case JOB_UI_RESTRICTIONS:
		ret = nt_info_put(call, &none, sizeof(none));
		break;
	default:
		ret = NT_STATUS_INVALID_INFO_CLASS;
	}
	nt_object_put(&job->obj);
	return ret;
}

static long set_limits(struct persona_call *call, struct nt_job *job, bool extended)
{
	struct nt_job_facts old;
	struct extended_limits info;
	u32 flags;
	long ret;

	ret = nt_info_get(call, &info, extended ? sizeof(info) : sizeof(info.basic));
	if (ret)
		return ret;
	flags = info.basic.flags;
	if (flags & ~(extended ? VALID : VALID_BASIC))
		return NT_STATUS_INVALID_PARAMETER;
	if (flags & ~(extended ? KEPT : KEPT_BASIC))
		return NT_STATUS_NOT_SUPPORTED;
	if (flags & NT_JOB_LIMIT_ACTIVE_PROCESS && !info.basic.max_active)
		return NT_STATUS_INVALID_PARAMETER;
	if (flags & NT_JOB_LIMIT_KILL_ON_CLOSE)
		ret = persona_permit(call, __NR_kill, 0, SIGKILL);
	if (ret)
		return ret;
	if (!extended) {
		nt_job_facts(job, &old);
		flags |= old.flags & ~VALID_BASIC;
	}
	nt_job_limit(job, flags, flags & NT_JOB_LIMIT_ACTIVE_PROCESS ? info.basic.max_active : 0);
	return 0;
}

static long set_ui(struct persona_call *call)
{
	u32 ui;
	long ret;

	ret = nt_info_get(call, &ui, sizeof(ui));
	if (ret)
		return ret;
	/* There are no windows to be kept from. */
	return ui ? NT_STATUS_NOT_SUPPORTED : 0;
}

static long set_port(struct persona_call *call, struct nt_job *job)
{
	struct nt_object *port = NULL;
	struct port_info info;
	long ret;

	ret = nt_info_get(call, &info, sizeof(info));
	if (!ret && info.port)
		ret = nt_handle_ref(nt_caller(call), info.port, &nt_completion_type,
				    NT_COMPLETION_MODIFY, &port);
	if (ret)
		return ret;
	ret = nt_job_tell(job, port, info.key);
	if (port)
		nt_object_put(port);
	return ret;
}

/* NtSetInformationJobObject(job, class, *info, size) */
long nt_set_information_job_object(struct persona_call *call)
{
	struct nt_job *job;
	long ret;

	ret = job_ref(call, call->args[0], NT_JOB_SET_ATTRIBUTES, &job);
	if (ret)
		return ret;
	switch ((u32)call->args[1]) {
	case JOB_BASIC_LIMITS:
	case JOB_EXTENDED_LIMITS:
		ret = set_limits(call, job, (u32)call->args[1] == JOB_EXTENDED_LIMITS);
		break;
	case JOB_UI_RESTRICTIONS:
		ret = set_ui(call);
		break;
	case JOB_COMPLETION_PORT:
		ret = set_port(call, job);
		break;
	default:
		ret = NT_STATUS_INVALID_INFO_CLASS;
	}
	nt_object_put(&job->obj);
	return ret;
}
