// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutants: mutexes that know their owner, who may take them again and again,
 * and that are abandoned when it ends.
 *
 * A thread has a list of those it owns. One of a few hashed locks protects it,
 * found by the address of the thread object and taken inside of a mutant's own
 * lock. That a mutant is in a list is no reference to it, nor is its pointer to
 * the owner one: whichever of them ends first takes it off.
 */
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"
#include "sync.h"

#define MUTANT_QUERY_STATE	0x1u

#define OWNER_LOCK_BITS		5

/**
 * struct nt_mutant - mutant object
 * @obj: head
 * @owner: thread that has it, NULL if it is free. This, @count and @abandoned
 *	are under @obj.lock
 * @count: how many times
 * @abandoned: its owner has ended; the next one is told
 * @link: in @owner's list, under the owner's hashed lock
 */
struct nt_mutant {
	struct nt_object obj;
	struct nt_thread_object *owner;
	u32 count;
	bool abandoned;
	struct list_head link;
};

/* MUTANT_BASIC_INFORMATION */
struct mutant_info {
	s32 count;
	u8 owned;
	u8 abandoned;
	u8 pad[2];
};

/* MUTANT_OWNER_INFORMATION */
struct mutant_owner_info {
	u64 pid;
	u64 tid;
};

static spinlock_t owner_locks[BIT(OWNER_LOCK_BITS)] = {
	[0 ... BIT(OWNER_LOCK_BITS) - 1] = __SPIN_LOCK_UNLOCKED(owner_locks),
};

static spinlock_t *owner_lock(const struct nt_thread_object *owner)
{
	return &owner_locks[hash_ptr(owner, OWNER_LOCK_BITS)];
}

static struct nt_mutant *to_mutant(struct nt_object *obj)
{
	return container_of(obj, struct nt_mutant, obj);
}

/* With the mutant's lock held, interrupts off. */
static void mutant_own(struct nt_mutant *mutant, struct nt_thread_object *owner)
{
	spinlock_t *lock = owner_lock(owner);

	mutant->owner = owner;
	mutant->count = 1;
	spin_lock(lock);
	list_add(&mutant->link, &owner->mutants);
	spin_unlock(lock);
}

static void mutant_disown(struct nt_mutant *mutant)
{
	spinlock_t *lock = owner_lock(mutant->owner);

	spin_lock(lock);
	list_del_init(&mutant->link);
	spin_unlock(lock);
	mutant->owner = NULL;
	mutant->count = 0;
}

static bool mutant_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	struct nt_mutant *mutant = to_mutant(obj);

	return !mutant->owner || (mutant->owner == thread->self && mutant->count < S32_MAX);
}

static long mutant_acquire(struct nt_object *obj, struct nt_thread *thread)
{
	struct nt_mutant *mutant = to_mutant(obj);
	bool abandoned = mutant->abandoned;

	if (mutant->owner)
		mutant->count++;
	else
		mutant_own(mutant, thread->self);
	mutant->abandoned = false;
	return abandoned ? NT_STATUS_ABANDONED_WAIT_0 : 0;
}

static void mutant_destroy(struct nt_object *obj)
{
	struct nt_mutant *mutant = to_mutant(obj);
	unsigned long flags;
	spinlock_t *lock;

	if (!mutant->owner)
		return;
	/* The owner may have ended long ago: only its address counts. */
	lock = owner_lock(mutant->owner);
	spin_lock_irqsave(lock, flags);
	list_del_init(&mutant->link);
	spin_unlock_irqrestore(lock, flags);
}

const struct nt_type nt_mutant_type = {
	.name = "Mutant",
	.generic = { 0x20001, 0x20000, 0x120000, 0x1f0001 },
	.waitable = true,
	.user_owned = true,
	.signaled = mutant_signaled,
	.acquire = mutant_acquire,
	.destroy = mutant_destroy,
	.size = sizeof(struct nt_mutant),
};
EXPORT_SYMBOL_FOR_TEST(nt_mutant_type);

static void mutant_abandon(struct nt_mutant *mutant, struct nt_thread_object *owner)
{
	struct nt_lock lock;

	nt_object_lock(&mutant->obj, &lock);
	if (mutant->owner == owner) {
		mutant_disown(mutant);
		mutant->abandoned = true;
		nt_wake_locked(&mutant->obj);
	}
	nt_object_unlock(&mutant->obj, &lock);
}

/**
 * nt_mutants_abandon() - a thread ends: others may have its mutants
 * @thread: the thread, which waits for nothing any more
 *
 * Context: any but NMI.
 */
void nt_mutants_abandon(struct nt_thread_object *thread)
{
	spinlock_t *lock = owner_lock(thread);
	struct nt_mutant *mutant;
	unsigned long flags;

	if (list_empty_careful(&thread->mutants))
		return;
	for (;;) {
		spin_lock_irqsave(lock, flags);
		mutant = list_first_entry_or_null(&thread->mutants, struct nt_mutant, link);
		if (mutant && !refcount_inc_not_zero(&mutant->obj.ref)) {
			/* Being destroyed, which will find it in no list. */
			list_del_init(&mutant->link);
			spin_unlock_irqrestore(lock, flags);
			continue;
		}
		spin_unlock_irqrestore(lock, flags);
		if (!mutant)
			return;
		mutant_abandon(mutant, thread);
		nt_object_put(&mutant->obj);
	}
}
EXPORT_SYMBOL_FOR_TEST(nt_mutants_abandon);

static long mutant_release(struct nt_thread_object *self, struct nt_object *obj, s32 *old)
{
	struct nt_mutant *mutant = to_mutant(obj);
	struct nt_lock lock;
	long ret = 0;

	nt_object_lock(obj, &lock);
	*old = 1 - (s32)mutant->count;
	if (mutant->owner != self) {
		ret = NT_STATUS_MUTANT_NOT_OWNED;
	} else if (!--mutant->count) {
		mutant_disown(mutant);
		nt_wake_locked(obj);
	}
	nt_object_unlock(obj, &lock);
	return ret;
}

/* For NtSignalAndWaitForSingleObject(). */
long nt_mutant_signal(struct persona_call *call, struct nt_object *obj)
{
	s32 old;

	return mutant_release(nt_calling_thread(call)->self, obj, &old);
}

/* NtCreateMutant(*handle, access, *attributes, owned) */
long nt_create_mutant(struct persona_call *call)
{
	struct nt_mutant *mutant = nt_object_alloc(&nt_mutant_type);
	struct nt_lock lock;

	if (!mutant)
		return -ENOMEM;
	INIT_LIST_HEAD(&mutant->link);
	if ((u8)call->args[3]) {
		nt_object_lock(&mutant->obj, &lock);
		mutant_own(mutant, nt_calling_thread(call)->self);
		nt_object_unlock(&mutant->obj, &lock);
	}
	return nt_object_create(call, call->args[2], &mutant->obj, call->args[1],
				call->args[0]);
}

/* NtOpenMutant(*handle, access, *attributes) */
long nt_open_mutant(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_mutant_type, call->args[1],
			      call->args[0]);
}

/* NtReleaseMutant(mutant, *old count) */
long nt_release_mutant(struct persona_call *call)
{
	u64 uold = call->args[1];
	struct nt_object *obj;
	long ret;
	s32 old;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_mutant_type, 0, &obj);
	if (unlikely(ret))
		return ret;
	ret = mutant_release(nt_calling_thread(call)->self, obj, &old);
	nt_object_put(obj);
	if (!ret && uold && put_user(old, (s32 __user *)u64_to_user_ptr(uold)))
		return -EFAULT;
	return ret;
}

/* MutantOwnerInformation */
static long query_owner(struct persona_call *call)
{
	struct mutant_owner_info info = {};
	struct nt_mutant *mutant;
	struct nt_object *obj;
	struct nt_lock lock;
	long ret;

	if ((u32)call->args[3] != sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_mutant_type,
			    MUTANT_QUERY_STATE, &obj);
	if (ret)
		return ret;
	mutant = to_mutant(obj);
	nt_object_lock(obj, &lock);
	if (mutant->owner) {
		info.pid = pid_vnr(mutant->owner->process->pid);
		info.tid = pid_vnr(mutant->owner->pid);
	}
	nt_object_unlock(obj, &lock);
	nt_object_put(obj);
	return nt_query_return(call, &info, sizeof(info));
}

/* NtQueryMutant(mutant, class, *info, size, *length) */
long nt_query_mutant(struct persona_call *call)
{
	struct mutant_info info = {};
	struct nt_mutant *mutant;
	struct nt_object *obj;
	struct nt_lock lock;
	long ret;

	if ((u32)call->args[1] == 1)
		return query_owner(call);
	ret = nt_query_check(call, sizeof(info));
	if (ret)
		return ret;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_mutant_type,
			    MUTANT_QUERY_STATE, &obj);
	if (ret)
		return ret;
	mutant = to_mutant(obj);
	nt_object_lock(obj, &lock);
	info.count = 1 - (s32)mutant->count;
	info.owned = mutant->owner == nt_calling_thread(call)->self;
	info.abandoned = mutant->abandoned;
	nt_object_unlock(obj, &lock);
	nt_object_put(obj);
	return nt_query_return(call, &info, sizeof(info));
}
