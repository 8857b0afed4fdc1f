// SPDX-License-Identifier: GPL-2.0-only
/* Calls that make, open and end threads. */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "suspend.h"

/* THREAD_CREATE_FLAGS_* */
#define CREATE_SUSPENDED		0x01u
#define CREATE_SKIP_ATTACH		0x02u
#define CREATE_HIDE_FROM_DEBUGGER	0x04u
#define CREATE_FLAGS			0x07u

/* PS_ATTRIBUTE_*: number, and bits for "of a thread", "input", "additive". */
#define ATTRIBUTE_CLIENT_ID		0x00010003u
#define ATTRIBUTE_TEB_ADDRESS		0x00010004u
#define ATTRIBUTE_IDEAL_PROCESSOR	0x00030005u
#define ATTRIBUTE_GROUP_AFFINITY	0x00030006u	/* of UmsThread's time: 0x00030004 */

#define ATTRIBUTES_MAX			32u

/* PS_ATTRIBUTE */
struct ps_attribute {
	u64 attribute;
	u64 size;
	u64 value;
	u64 return_length;
};

/**
 * struct results - where the caller wants to know more of the new thread
 * @client_id: user address of a CLIENT_ID, or 0
 * @client_id_size: bytes there
 * @teb: user address of a pointer, or 0
 */
struct results {
	u64 client_id;
	u64 client_id_size;
	u64 teb;
};

static long attributes_read(u64 list, struct results *res)
{
	struct ps_attribute attr;
	u64 total, i, n;

	if (!list)
		return 0;
	if (get_user(total, (u64 __user *)list))
		return -EFAULT;
	if (total < sizeof(total) || (total - sizeof(total)) % sizeof(attr))
		return NT_STATUS_INVALID_PARAMETER;
	n = (total - sizeof(total)) / sizeof(attr);
	if (n > ATTRIBUTES_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	for (i = 0; i < n; i++) {
		if (copy_from_user(&attr, (void __user *)(list + sizeof(total) +
							   i * sizeof(attr)), sizeof(attr)))
			return -EFAULT;
		switch (attr.attribute) {
		case ATTRIBUTE_CLIENT_ID:
			if (attr.size > 2 * sizeof(u64))
				return NT_STATUS_INVALID_PARAMETER;
			res->client_id = attr.value;
			res->client_id_size = attr.size;
			break;
		case ATTRIBUTE_TEB_ADDRESS:
			if (attr.size != sizeof(u64))
				return NT_STATUS_INVALID_PARAMETER;
			res->teb = attr.value;
			break;
		case ATTRIBUTE_IDEAL_PROCESSOR:
		case ATTRIBUTE_GROUP_AFFINITY:
			break;	/* wishes */
		default:
			return NT_STATUS_NOT_SUPPORTED;
		}
	}
	return 0;
}

static long results_write(const struct results *res, const struct nt_thread_object *thread)
{
	const u64 cid[2] = { task_tgid_vnr(current), nt_thread_id(thread) };

	if (res->client_id &&
	    copy_to_user((void __user *)res->client_id, cid, res->client_id_size))
		return -EFAULT;
	if (res->teb && put_user(thread->teb, (u64 __user *)res->teb))
		return -EFAULT;
	return 0;
}

/* A thread that did not come to be: nobody shall wait for it. */
static void never_started(struct nt_thread_object *thread)
{
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	thread->exit_code = NT_STATUS_UNSUCCESSFUL;
	thread->exit_set = true;
	/* After all that may be read once this is set. */
	smp_store_release(&thread->ended, true);
	spin_unlock_irqrestore(&thread->lock, flags);
	nt_wake(&thread->obj);
}

/*
 * NtCreateThreadEx(*handle, access, *attributes, process, start, argument, flags,
 * zero bits, stack commit, stack reserve, *attribute list)
 */
long nt_create_thread_ex(struct persona_call *call)
{
	u64 __user *uhandle = u64_to_user_ptr(call->args[0]);
	struct nt_proc *nt = nt_caller(call);
	struct nt_thread_object *thread;
	u32 flags = call->args[6];
	struct nt_process *process;
	struct results res = {};
	u32 attr = 0;
	u64 handle;
	long ret;

	if (flags & ~CREATE_FLAGS)
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_process_ref(call, call->args[3], NT_PROCESS_CREATE_THREAD, &process);
	if (ret)
		return ret;
	nt_object_put(&process->obj);
	/* Threads are made by their own process: clone(2) knows no other way. */
	if (process != nt->self)
		return NT_STATUS_NOT_SUPPORTED;
	ret = attributes_read(call->args[10], &res);
	if (!ret)
		ret = nt_attr_flags(call->args[2], &attr);
	if (ret)
		return ret;

	thread = nt_thread_object_new(nt->self);
	if (!thread)
		return -ENOMEM;
	thread->suspended = flags & CREATE_SUSPENDED ? 1 : 0;
	thread->hidden = flags & CREATE_HIDE_FROM_DEBUGGER;
	thread->skip_attach = flags & CREATE_SKIP_ATTACH;
	ret = nt_handle_add(nt, &thread->obj, call->args[1], attr, &handle);
	if (ret)
		goto out;
	ret = nt_thread_spawn(call, thread, call->args[4], call->args[5],
			      max(call->args[8], call->args[9]));
	if (ret) {
		never_started(thread);
		goto err_handle;
	}
	ret = put_user(handle, uhandle) ? -EFAULT : results_write(&res, thread);
	if (!ret)
		goto out;
	nt_thread_end(thread, NT_STATUS_UNSUCCESSFUL);
err_handle:
	nt_handle_close(nt, handle);
out:
	nt_object_put(&thread->obj);
	return ret;
}

/* NtTerminateThread(thread or 0, code) */
long nt_terminate_thread(struct persona_call *call)
{
	struct nt_thread_object *self = nt_calling_thread(call)->self;
	u32 code = call->args[1];
	struct nt_thread_object *thread;
	long ret;

	if (!call->args[0]) {
		if (READ_ONCE(self->process->nlive) == 1)
			return NT_STATUS_CANT_TERMINATE_SELF;
		return nt_thread_leave(call, code);
	}
	ret = nt_thread_ref(call, call->args[0], NT_THREAD_TERMINATE, &thread);
	if (ret)
		return ret;
	if (thread->process != self->process && !nt_process_may(call, thread->process))
		ret = NT_STATUS_ACCESS_DENIED;
	else if (thread != self)
		nt_thread_end(thread, code);
	nt_object_put(&thread->obj);
	return thread == self ? nt_thread_leave(call, code) : ret;
}

/**
 * nt_thread_may_open() - may the caller open a thread?
 * @call: call under way
 * @obj: thread object
 * @access: rights it wants
 *
 * The rules are those for its process.
 *
 * Context: may sleep.
 * Return: true if so.
 */
bool nt_thread_may_open(struct persona_call *call, struct nt_object *obj, u32 access)
{
	const u32 look = NT_THREAD_QUERY_LIMITED | NT_SYNCHRONIZE | NT_READ_CONTROL;
	struct nt_thread_object *thread = container_of(obj, struct nt_thread_object, obj);

	return !(nt_map_access(&nt_thread_type, access) & ~look) ||
	       nt_process_may(call, thread->process);
}

/* NtOpenThread(*handle, access, *attributes, *client id) */
long nt_open_thread(struct persona_call *call)
{
	struct nt_thread_object *thread;
	u32 attr = 0;
	u64 cid[2];
	long ret;

	if (copy_from_user(cid, u64_to_user_ptr(call->args[3]), sizeof(cid)))
		return -EFAULT;
	ret = nt_attr_flags(call->args[2], &attr);
	if (ret)
		return ret;
	if (cid[1] > PID_MAX_LIMIT)
		return NT_STATUS_INVALID_CID;
	ret = nt_thread_by_id(cid[1], &thread);
	if (ret)
		return ret;
	if (cid[0] && cid[0] != nt_process_id(thread->process))
		ret = NT_STATUS_INVALID_CID;
	else if (!nt_thread_may_open(call, &thread->obj, call->args[1]))
		ret = NT_STATUS_ACCESS_DENIED;
	else
		ret = nt_handle_return(call, &thread->obj, call->args[1], attr,
				       u64_to_user_ptr(call->args[0]));
	nt_object_put(&thread->obj);
	return ret;
}

/* The thread of @process behind @last in its list; NULL: the first. */
static struct nt_thread_object *nt_next_thread(struct nt_process *process,
					       struct nt_thread_object *last)
{
	struct nt_thread_object *thread, *found = NULL;
	bool behind = !last;

	spin_lock(&process->threads_lock);
	list_for_each_entry(thread, &process->threads, link) {
		/* After an ended thread begin with those that were made later. */
		if (!behind && (thread == last || (list_empty(&last->link) &&
						   thread->create_time > last->create_time)))
			behind = true;
		if (behind && thread != last && refcount_inc_not_zero(&thread->obj.ref)) {
			found = thread;
			break;
		}
	}
	spin_unlock(&process->threads_lock);
	return found;
}

/* NtGetNextThread(process, thread, access, attributes, flags, *handle) */
long nt_get_next_thread(struct persona_call *call)
{
	struct nt_thread_object *last = NULL, *thread;
	struct nt_process *process;
	long ret;

	if ((u32)call->args[4])
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_process_ref(call, call->args[0], NT_PROCESS_QUERY_INFORMATION, &process);
	if (ret)
		return ret;
	if (call->args[1]) {
		ret = nt_thread_ref(call, call->args[1], 0, &last);
		if (ret)
			goto out_process;
	}
	ret = NT_STATUS_INVALID_HANDLE;
	if (last && last->process != process)
		goto out_last;
	ret = NT_STATUS_NO_MORE_ENTRIES;
	thread = nt_next_thread(process, last);
	if (!thread)
		goto out_last;
	ret = nt_handle_return(call, &thread->obj, call->args[2],
			       call->args[3] & NT_OBJ_INHERIT ? NT_HANDLE_INHERIT : 0,
			       u64_to_user_ptr(call->args[5]));
	nt_object_put(&thread->obj);
out_last:
	if (last)
		nt_object_put(&last->obj);
out_process:
	nt_object_put(&process->obj);
	return ret;
}

/* NtYieldExecution() */
long nt_yield_execution(struct persona_call *call)
{
	return persona_native(call, __NR_sched_yield);
}
