// SPDX-License-Identifier: GPL-2.0-only
/* Semaphores. */
#include <linux/export.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "sync.h"

#define SEMAPHORE_QUERY_STATE	0x1u
#define SEMAPHORE_MODIFY_STATE	0x2u

/**
 * struct nt_semaphore - semaphore object
 * @obj: head
 * @count: signalled while it is not 0; under @obj.lock
 * @max: its limit
 */
struct nt_semaphore {
	struct nt_object obj;
	s32 count;
	s32 max;
};

/* SEMAPHORE_BASIC_INFORMATION */
struct semaphore_info {
	u32 count;
	u32 max;
};

static struct nt_semaphore *to_semaphore(struct nt_object *obj)
{
	return container_of(obj, struct nt_semaphore, obj);
}

static bool semaphore_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	return to_semaphore(obj)->count > 0;
}

static long semaphore_acquire(struct nt_object *obj, struct nt_thread *thread)
{
	to_semaphore(obj)->count--;
	return 0;
}

const struct nt_type nt_semaphore_type = {
	.name = "Semaphore",
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.waitable = true,
	.user_owned = true,
	.signaled = semaphore_signaled,
	.acquire = semaphore_acquire,
	.size = sizeof(struct nt_semaphore),
};
EXPORT_SYMBOL_FOR_TEST(nt_semaphore_type);

static long semaphore_release(struct nt_object *obj, s32 count, s32 *old)
{
	struct nt_semaphore *sem = to_semaphore(obj);
	struct nt_lock lock;
	long ret = 0;

	nt_object_lock(obj, &lock);
	*old = sem->count;
	if (count > sem->max - sem->count) {
		ret = NT_STATUS_SEMAPHORE_LIMIT_EXCEEDED;
	} else {
		sem->count += count;
		nt_wake_locked(obj);
	}
	nt_object_unlock(obj, &lock);
	return ret;
}

/* For NtSignalAndWaitForSingleObject(). */
long nt_semaphore_signal(struct nt_object *obj)
{
	s32 old;

	return semaphore_release(obj, 1, &old);
}

/* NtCreateSemaphore(*handle, access, *attributes, count, limit) */
long nt_create_semaphore(struct persona_call *call)
{
	s32 count = call->args[3], max = call->args[4];
	struct nt_semaphore *sem;

	if (max <= 0 || count < 0 || count > max)
		return NT_STATUS_INVALID_PARAMETER;
	sem = nt_object_alloc(&nt_semaphore_type);
	if (!sem)
		return -ENOMEM;
	sem->count = count;
	sem->max = max;
	return nt_object_create(call, call->args[2], &sem->obj, call->args[1], call->args[0]);
}

/* NtOpenSemaphore(*handle, access, *attributes) */
long nt_open_semaphore(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_semaphore_type, call->args[1],
			      call->args[0]);
}

/* NtReleaseSemaphore(semaphore, count, *old count) */
long nt_release_semaphore(struct persona_call *call)
{
	s32 count = call->args[1], old;
	u64 uold = call->args[2];
	struct nt_object *obj;
	long ret;

	if (count <= 0)
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_semaphore_type,
			    SEMAPHORE_MODIFY_STATE, &obj);
	if (unlikely(ret))
		return ret;
	ret = semaphore_release(obj, count, &old);
	nt_object_put(obj);
	if (!ret && uold && put_user(old, (s32 __user *)u64_to_user_ptr(uold)))
		return -EFAULT;
	return ret;
}

/* NtQuerySemaphore(semaphore, class, *info, size, *length) */
long nt_query_semaphore(struct persona_call *call)
{
	struct semaphore_info info;
	struct nt_object *obj;
	long ret;

	ret = nt_query_check(call, sizeof(info));
	if (ret)
		return ret;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_semaphore_type,
			    SEMAPHORE_QUERY_STATE, &obj);
	if (ret)
		return ret;
	info.count = READ_ONCE(to_semaphore(obj)->count);
	info.max = to_semaphore(obj)->max;
	nt_object_put(obj);
	return nt_query_return(call, &info, sizeof(info));
}
