// SPDX-License-Identifier: GPL-2.0-only
/* The calls that wait for objects, or for time to pass. */
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"
#include "sync.h"

/* NtWaitForMultipleObjects: what for. */
#define WAIT_ALL	0
#define WAIT_ANY	1

#define MODIFY_STATE	0x2u	/* right to signal an event or a semaphore */

/* A timeout argument: *out is NULL or @buf. */
static long timeout_get(u64 user, s64 *buf, s64 **out)
{
	*out = NULL;
	if (!user)
		return 0;
	if (get_user(*buf, (s64 __user *)u64_to_user_ptr(user)))
		return -EFAULT;
	*out = buf;
	return 0;
}

static long waitable_ref(struct nt_proc *proc, u64 handle, struct nt_object **obj)
{
	long ret = nt_handle_ref(proc, handle, NULL, NT_SYNCHRONIZE, obj);

	if (unlikely(ret))
		return ret;
	if (likely((*obj)->type->waitable))
		return 0;
	nt_object_put(*obj);
	return NT_STATUS_OBJECT_TYPE_MISMATCH;
}

static long wait_one(struct persona_call *call, u64 handle, bool alertable, u64 utimeout)
{
	s64 buf, *timeout;
	struct nt_object *obj;
	long ret;

	ret = timeout_get(utimeout, &buf, &timeout);
	if (unlikely(ret))
		return ret;
	ret = waitable_ref(nt_caller(call), handle, &obj);
	if (unlikely(ret))
		return ret;
	ret = nt_wait(call, &obj, 1, false, alertable, timeout);
	nt_object_put(obj);
	return ret;
}

/* NtWaitForSingleObject(handle, alertable, *timeout) */
long nt_wait_for_single_object(struct persona_call *call)
{
	return wait_one(call, call->args[0], (u8)call->args[1], call->args[2]);
}

static long wait_many(struct persona_call *call, unsigned int nr, bool all, bool alertable,
		      u64 utimeout)
{
	const u64 __user *uhandles = u64_to_user_ptr(call->args[1]);
	struct nt_object *objs[NT_WAIT_MAX];
	u64 handles[NT_WAIT_MAX];
	struct nt_proc *proc = nt_caller(call);
	s64 buf, *timeout;
	unsigned int i;
	long ret;

	if (copy_from_user(handles, uhandles, nr * sizeof(handles[0])))
		return -EFAULT;
	ret = timeout_get(utimeout, &buf, &timeout);
	for (i = 0; i < nr && !ret; i++)
		ret = waitable_ref(proc, handles[i], &objs[i]);
	if (!ret)
		ret = nt_wait(call, objs, nr, all, alertable, timeout);
	else if (i)
		i--;	/* the last one was not had */
	while (i--)
		nt_object_put(objs[i]);
	return ret;
}

/* NtWaitForMultipleObjects(count, *handles, type, alertable, *timeout) */
long nt_wait_for_multiple_objects(struct persona_call *call)
{
	u32 nr = call->args[0], type = call->args[2];
	bool alertable = (u8)call->args[3];
	u64 handle;

	if (!nr || nr > NT_WAIT_MAX)
		return NT_STATUS_INVALID_PARAMETER_1;
	if (type != WAIT_ALL && type != WAIT_ANY)
		return NT_STATUS_INVALID_PARAMETER_3;
	if (nr > 1)
		return wait_many(call, nr, type == WAIT_ALL, alertable, call->args[4]);
	if (get_user(handle, (u64 __user *)u64_to_user_ptr(call->args[1])))
		return -EFAULT;
	return wait_one(call, handle, alertable, call->args[4]);
}

/* What the handle leads to is signalled, if that may be done. */
static long signal_handle(struct persona_call *call, u64 handle)
{
	struct nt_handle h;
	long ret;

	ret = nt_handle_get(nt_caller(call), handle, &h);
	if (ret)
		return ret;
	if (h.obj->type == &nt_mutant_type)
		ret = nt_mutant_signal(call, h.obj);
	else if (h.obj->type != &nt_event_type && h.obj->type != &nt_semaphore_type)
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
	else if (!(h.access & MODIFY_STATE))
		ret = NT_STATUS_ACCESS_DENIED;
	else if (h.obj->type == &nt_event_type)
		nt_event_set(h.obj);
	else
		ret = nt_semaphore_signal(h.obj);
	nt_object_put(h.obj);
	return ret;
}

/* NtSignalAndWaitForSingleObject(to signal, to wait for, alertable, *timeout) */
long nt_signal_and_wait_for_single_object(struct persona_call *call)
{
	struct nt_object *obj;
	s64 buf, *timeout;
	long ret;

	ret = timeout_get(call->args[3], &buf, &timeout);
	if (ret)
		return ret;
	ret = waitable_ref(nt_caller(call), call->args[1], &obj);
	if (ret)
		return ret;
	/* An interrupted wait goes on; it does not signal again. */
	if (!nt_wait_restarting(call))
		ret = signal_handle(call, call->args[0]);
	if (!ret)
		ret = nt_wait(call, &obj, 1, false, (u8)call->args[2], timeout);
	nt_object_put(obj);
	return ret;
}

/* NtDelayExecution(alertable, *interval) */
long nt_delay_execution(struct persona_call *call)
{
	struct nt_deadline d;
	s64 buf, *interval;
	int never = 0;
	long ret;

	ret = timeout_get(call->args[1], &buf, &interval);
	if (ret)
		return ret;
	/* Without an interval, as for Sleep(INFINITE), it has no end. */
	d = nt_deadline_get(call, interval);
	ret = persona_permit(call, __NR_clock_nanosleep, d.clock, 0, 0, 0);
	if (ret)
		return ret;
	ret = nt_sleep_while(call, &never, 0, (u8)call->args[0], &d);
	if (ret == NT_STATUS_TIMEOUT) {
		/* Sleep(0) lets others run. */
		if (!d.at)
			persona_native(call, __NR_sched_yield);
		return 0;
	}
	return nt_sleep_end(call, &d, ret);
}
