// SPDX-License-Identifier: GPL-2.0-only
/* Events. */
#include <linux/export.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "sync.h"

#define EVENT_QUERY_STATE	0x1u
#define EVENT_MODIFY_STATE	0x2u

/**
 * struct nt_event - event object
 * @obj: head
 * @manual: stays signalled until it is reset
 * @signaled: under @obj.lock
 */
struct nt_event {
	struct nt_object obj;
	bool manual;
	bool signaled;
};

/* EVENT_BASIC_INFORMATION */
struct event_info {
	u32 type;
	s32 state;
};

static struct nt_event *to_event(struct nt_object *obj)
{
	return container_of(obj, struct nt_event, obj);
}

static bool event_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	return to_event(obj)->signaled;
}

static long event_acquire(struct nt_object *obj, struct nt_thread *thread)
{
	struct nt_event *event = to_event(obj);

	event->signaled = event->manual;
	return 0;
}

const struct nt_type nt_event_type = {
	.name = "Event",
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.waitable = true,
	.user_owned = true,
	.signaled = event_signaled,
	.acquire = event_acquire,
	.size = sizeof(struct nt_event),
};
EXPORT_SYMBOL_FOR_TEST(nt_event_type);

/**
 * nt_event_new() - make an event
 * @manual: it stays signalled until it is reset
 * @signaled: initial state
 *
 * Context: may sleep.
 * Return: an event whose head comes first, or NULL.
 */
struct nt_event *nt_event_new(bool manual, bool signaled)
{
	struct nt_event *event = nt_object_alloc(&nt_event_type);

	if (!event)
		return NULL;
	event->manual = manual;
	event->signaled = signaled;
	return event;
}
EXPORT_SYMBOL_FOR_TEST(nt_event_new);

/* Changes the state, and returns the one before. */
static bool event_change(struct nt_object *obj, bool signaled)
{
	struct nt_event *event = to_event(obj);
	struct nt_lock lock;
	bool old;

	nt_object_lock(obj, &lock);
	old = event->signaled;
	event->signaled = signaled;
	if (signaled && !old)
		nt_wake_locked(obj);
	nt_object_unlock(obj, &lock);
	return old;
}

/**
 * nt_event_set() - signal an event
 * @obj: an event
 *
 * Context: any but NMI.
 */
void nt_event_set(struct nt_object *obj)
{
	event_change(obj, true);
}
EXPORT_SYMBOL_FOR_TEST(nt_event_set);

/**
 * nt_event_reset() - take an event's signal back
 * @obj: an event
 *
 * Context: any but NMI.
 */
void nt_event_reset(struct nt_object *obj)
{
	event_change(obj, false);
}
EXPORT_SYMBOL_FOR_TEST(nt_event_reset);

/* NtCreateEvent(*handle, access, *attributes, type, initial state) */
long nt_create_event(struct persona_call *call)
{
	u32 type = call->args[3];
	struct nt_event *event;

	if (type != NT_NOTIFICATION && type != NT_SYNCHRONIZATION)
		return NT_STATUS_INVALID_PARAMETER;
	event = nt_event_new(type == NT_NOTIFICATION, (u8)call->args[4]);
	if (!event)
		return -ENOMEM;
	return nt_object_create(call, call->args[2], &event->obj, call->args[1],
				call->args[0]);
}

/* NtOpenEvent(*handle, access, *attributes) */
long nt_open_event(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_event_type, call->args[1],
			      call->args[0]);
}

/* The common part of the calls that change an event and report its old state. */
static long change_call(struct persona_call *call, bool signaled, u64 uold)
{
	struct nt_object *obj;
	bool old;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_event_type,
			    EVENT_MODIFY_STATE, &obj);
	if (unlikely(ret))
		return ret;
	old = event_change(obj, signaled);
	nt_object_put(obj);
	if (uold && put_user((s32)old, (s32 __user *)u64_to_user_ptr(uold)))
		return -EFAULT;
	return 0;
}

/* NtSetEvent(event, *old state) */
long nt_set_event(struct persona_call *call)
{
	return change_call(call, true, call->args[1]);
}

/* NtSetEventBoostPriority(event): for the system's own use */
long nt_set_event_boost_priority(struct persona_call *call)
{
	return change_call(call, true, 0);
}

/* NtResetEvent(event, *old state) */
long nt_reset_event(struct persona_call *call)
{
	return change_call(call, false, call->args[1]);
}

/* NtClearEvent(event) */
long nt_clear_event(struct persona_call *call)
{
	return change_call(call, false, 0);
}

/* NtPulseEvent(event, *old state): ends the waits under way, then is reset */
long nt_pulse_event(struct persona_call *call)
{
	u64 uold = call->args[1];
	struct nt_object *obj;
	struct nt_lock lock;
	bool old;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_event_type,
			    EVENT_MODIFY_STATE, &obj);
	if (ret)
		return ret;
	nt_object_lock(obj, &lock);
	old = to_event(obj)->signaled;
	to_event(obj)->signaled = true;
	nt_wake_locked(obj);
	to_event(obj)->signaled = false;
	nt_object_unlock(obj, &lock);
	nt_object_put(obj);
	if (uold && put_user((s32)old, (s32 __user *)u64_to_user_ptr(uold)))
		return -EFAULT;
	return 0;
}

/* NtQueryEvent(event, class, *info, size, *length) */
long nt_query_event(struct persona_call *call)
{
	struct event_info info;
	struct nt_object *obj;
	long ret;

	ret = nt_query_check(call, sizeof(info));
	if (ret)
		return ret;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_event_type,
			    EVENT_QUERY_STATE, &obj);
	if (ret)
		return ret;
	info.type = to_event(obj)->manual ? NT_NOTIFICATION : NT_SYNCHRONIZATION;
	info.state = READ_ONCE(to_event(obj)->signaled);
	nt_object_put(obj);
	return nt_query_return(call, &info, sizeof(info));
}
