// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keyed events: a release meets a wait that names the same key in the same
 * process; whichever comes first sleeps.
 */
#include <linux/export.h>
#include <linux/futex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"
#include "sync.h"

#define KEYEDEVENT_WAIT		0x1u
#define KEYEDEVENT_WAKE		0x2u

/**
 * struct nt_keyed_event - keyed event object
 * @obj: head; its lock protects @sleepers
 * @sleepers: waits and releases under way
 */
struct nt_keyed_event {
	struct nt_object obj;
	struct list_head sleepers;
};

/* Met: off the list, with @met set, under the object's lock. */
struct sleeper {
	struct list_head link;
	struct task_struct *task;
	struct nt_proc *proc;
	u64 key;
	bool release;
	int met;
};

const struct nt_type nt_keyed_event_type = {
	.name = "KeyedEvent",
	.generic = { 0x20001, 0x20002, 0x20000, 0xf0003 },
	.user_owned = true,
	.size = sizeof(struct nt_keyed_event),
};

static struct nt_keyed_event *keyed_event_new(void)
{
	struct nt_keyed_event *event = nt_object_alloc(&nt_keyed_event_type);

	if (event)
		INIT_LIST_HEAD(&event->sleepers);
	return event;
}

/*
 * What a handle of 0 means. Only threads of one process meet, so each has its own,
 * and nobody's sleepers are in the way of others.
 */
static struct nt_keyed_event *keyed_default(struct nt_proc *proc)
{
	struct nt_keyed_event *event = READ_ONCE(proc->keyed), *other;

	if (event)
		return event;
	event = keyed_event_new();
	if (!event)
		return NULL;
	other = cmpxchg(&proc->keyed, NULL, event);
	if (!other)
		return event;
	nt_object_put(&event->obj);
	return other;
}

/**
 * nt_keyed_drop() - a process ends
 * @proc: process without threads
 *
 * Context: any but NMI.
 */
void nt_keyed_drop(struct nt_proc *proc)
{
	if (proc->keyed)
		nt_object_put(&proc->keyed->obj);
	proc->keyed = NULL;
}

/* NtCreateKeyedEvent(*handle, access, *attributes, flags) */
long nt_create_keyed_event(struct persona_call *call)
{
	struct nt_keyed_event *event;

	if ((u32)call->args[3])
		return NT_STATUS_INVALID_PARAMETER_4;
	event = keyed_event_new();
	if (!event)
		return -ENOMEM;
	return nt_object_create(call, call->args[2], &event->obj, call->args[1],
				call->args[0]);
}

/* NtOpenKeyedEvent(*handle, access, *attributes) */
long nt_open_keyed_event(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_keyed_event_type, call->args[1],
			      call->args[0]);
}

/* Finds the one that this one is to meet, and wakes it; else waits for it. */
static bool meet(struct nt_keyed_event *event, struct sleeper *s)
{
	struct sleeper *other;
	struct nt_lock lock;
	bool met = false;

	rcu_read_lock();
	nt_object_lock(&event->obj, &lock);
	list_for_each_entry(other, &event->sleepers, link) {
		if (other->key != s->key || other->proc != s->proc ||
		    other->release == s->release)
			continue;
		list_del(&other->link);
		WRITE_ONCE(other->met, true);
		/* It cannot leave without our lock. */
		wake_up_process(other->task);
		met = true;
		break;
	}
	if (!met)
		list_add_tail(&s->link, &event->sleepers);
	nt_object_unlock(&event->obj, &lock);
	rcu_read_unlock();
	return met;
}

static long keyed_sleep(struct persona_call *call, struct nt_keyed_event *event, u64 key,
			bool release, const s64 *timeout)
{
	struct nt_deadline d = nt_deadline_get(call, timeout);
	struct sleeper s = {
		.task = current,
		.proc = nt_caller(call),
		.key = key,
		.release = release,
	};
	struct nt_lock lock;
	long ret;

	/* Before others see what is on this stack: a filter may end the thread here. */
	ret = persona_permit(call, __NR_futex, 0, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
	if (ret)
		return ret;
	if (meet(event, &s))
		return 0;
	ret = nt_sleep_while(call, &s.met, 0, (u8)call->args[2], &d);
	nt_object_lock(&event->obj, &lock);
	if (!s.met)
		list_del(&s.link);
	nt_object_unlock(&event->obj, &lock);
	if (s.met) {
		/* The alert is for the next wait, then. */
		if (ret == NT_STATUS_ALERTED)
			WRITE_ONCE(nt_calling_thread(call)->self->alerted, true);
		return 0;
	}
	return nt_sleep_end(call, &d, ret);
}

/* (event or 0, key, alertable, *timeout) */
static long keyed_call(struct persona_call *call, bool release)
{
	u64 handle = call->args[0], key = call->args[1], utimeout = call->args[3];
	struct nt_keyed_event *event;
	struct nt_object *obj;
	s64 timeout;
	long ret;

	if (key & 1)
		return NT_STATUS_INVALID_PARAMETER_1;
	if (utimeout && get_user(timeout, (s64 __user *)u64_to_user_ptr(utimeout)))
		return -EFAULT;
	if (!handle) {
		event = keyed_default(nt_caller(call));
		if (!event)
			return -ENOMEM;
		obj = nt_object_get(&event->obj);
	} else {
		ret = nt_handle_ref(nt_caller(call), handle, &nt_keyed_event_type,
				    release ? KEYEDEVENT_WAKE : KEYEDEVENT_WAIT, &obj);
		if (ret)
			return ret;
	}
	ret = keyed_sleep(call, container_of(obj, struct nt_keyed_event, obj), key, release,
			  utimeout ? &timeout : NULL);
	nt_object_put(obj);
	return ret;
}

/* NtWaitForKeyedEvent(event, key, alertable, *timeout) */
long nt_wait_for_keyed_event(struct persona_call *call)
{
	return keyed_call(call, false);
}

/* NtReleaseKeyedEvent(event, key, alertable, *timeout) */
long nt_release_keyed_event(struct persona_call *call)
{
	return keyed_call(call, true);
}
