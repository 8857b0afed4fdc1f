// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles: small numbers of a process that stand for an object and for the
 * rights that were granted to it.
 *
 * A handle's value is its index in the table times four; programs may use the
 * two low bits for themselves. An object whose last handle is closed loses its
 * name, though it lives on while something in the kernel refers to it.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"
#include "suspend.h"

#define HANDLE_SHIFT		2

/* Options of NtDuplicateObject. */
#define DUPLICATE_CLOSE_SOURCE		0x1u
#define DUPLICATE_SAME_ACCESS		0x2u
#define DUPLICATE_SAME_ATTRIBUTES	0x4u

/* NtDuplicateObject's attributes, which are not those of an open call. */
#define OBJ_PROTECT_CLOSE		0x1u

#define PROCESS_DUP_HANDLE		0x40u

/**
 * nt_handles_init() - an empty table
 * @handles: of a new process
 *
 * Context: any.
 */
void nt_handles_init(struct nt_handles *handles)
{
	xa_init_flags(&handles->xa, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	atomic_set(&handles->count, 0);
}
EXPORT_SYMBOL_FOR_TEST(nt_handles_init);

/* Index of a handle's entry; 0, which none has, for impossible values. */
static unsigned long handle_index(u64 handle)
{
	u64 index = handle >> HANDLE_SHIFT;

	return index <= NT_HANDLE_MAX ? index : 0;
}

/* The caller's own process or thread object, without a reference. */
static struct nt_object *pseudo_object(struct nt_proc *proc, u64 handle)
{
	struct persona_thread *thread;

	if (handle == NT_CURRENT_PROCESS)
		return proc->self ? &proc->self->obj : NULL;
	if (handle != NT_CURRENT_THREAD)
		return NULL;
	thread = persona_current();
	if (!thread || !nt_thread(thread)->self)
		return NULL;
	return &nt_thread(thread)->self->obj;
}

/**
 * nt_handle_get() - look a handle up
 * @proc: whose
 * @handle: a handle, or a pseudo handle of the calling process or thread
 * @out: set to a copy of the entry, its object with a reference of the caller's
 *
 * Context: any.
 * Return: 0, or STATUS_INVALID_HANDLE.
 */
long nt_handle_get(struct nt_proc *proc, u64 handle, struct nt_handle *out)
{
	unsigned long index = handle_index(handle);
	struct nt_handle *entry;

	if (unlikely(!index)) {
		out->obj = pseudo_object(proc, handle);
		if (!out->obj)
			return NT_STATUS_INVALID_HANDLE;
		nt_object_get(out->obj);
		out->access = out->obj->type->generic[3];
		out->attr = 0;
		return 0;
	}
	xa_lock(&proc->handles.xa);
	entry = xa_load(&proc->handles.xa, index);
	if (likely(entry)) {
		*out = *entry;
		nt_object_get(out->obj);
	}
	xa_unlock(&proc->handles.xa);
	return entry ? 0 : NT_STATUS_INVALID_HANDLE;
}

/**
 * nt_handle_ref() - the object of a handle
 * @proc: whose
 * @handle: a handle, or a pseudo handle of the calling process or thread
 * @type: the object must be of this type; NULL: any
 * @access: rights that the handle must have; no generic ones
 * @obj: set to the object, with a reference for the caller to put
 *
 * Context: any.
 * Return: 0, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH or
 * STATUS_ACCESS_DENIED.
 */
long nt_handle_ref(struct nt_proc *proc, u64 handle, const struct nt_type *type, u32 access,
		   struct nt_object **obj)
{
	struct nt_handle h;
	long ret;

	ret = nt_handle_get(proc, handle, &h);
	if (unlikely(ret))
		return ret;
	if (unlikely(type && h.obj->type != type))
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
	else if (unlikely(access & ~h.access))
		ret = NT_STATUS_ACCESS_DENIED;
	if (unlikely(ret)) {
		nt_object_put(h.obj);
		return ret;
	}
	*obj = h.obj;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_handle_ref);

static struct nt_handle *entry_alloc(struct nt_object *obj, u32 access, u32 attr)
{
	struct nt_handle *entry = kmalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);

	if (!entry)
		return NULL;
	entry->obj = nt_object_get(obj);
	entry->access = nt_map_access(obj->type, access);
	entry->attr = attr;
	atomic_inc(&obj->handles);
	return entry;
}

/**
 * nt_object_unhandle() - one handle less; the last one takes the name with it
 * @obj: object; the handle's reference is consumed
 *
 * Context: may sleep.
 */
void nt_object_unhandle(struct nt_object *obj)
{
	if (atomic_dec_and_test(&obj->handles)) {
		if (READ_ONCE(obj->name))
			nt_name_remove(obj);
		if (obj->type->unused)
			obj->type->unused(obj);
	}
	nt_object_put(obj);
}

/**
 * nt_handle_add() - give a process a handle to an object
 * @proc: process
 * @obj: object; the handle takes a reference of its own
 * @access: granted rights; generic ones are mapped
 * @attr: NT_HANDLE_*
 * @handle: set to the handle
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or STATUS_INSUFFICIENT_RESOURCES. Then an object without
 * any other handle has lost its name.
 */
long nt_handle_add(struct nt_proc *proc, struct nt_object *obj, u32 access, u32 attr,
		   u64 *handle)
{
	struct nt_handles *handles = &proc->handles;
	struct nt_handle *entry;
	u32 index;
	int err;

	entry = entry_alloc(obj, access, attr);
	if (!entry)
		return -ENOMEM;
	err = xa_alloc(&handles->xa, &index, entry, XA_LIMIT(1, NT_HANDLE_MAX), GFP_KERNEL);
	if (unlikely(err)) {
		kfree(entry);
		nt_object_unhandle(obj);
		return err == -EBUSY ? (long)NT_STATUS_INSUFFICIENT_RESOURCES : err;
	}
	atomic_inc(&handles->count);
	*handle = (u64)index << HANDLE_SHIFT;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_handle_add);

/**
 * nt_handle_add_at() - give a process a handle of a given value
 * @proc: process
 * @obj: object; the handle takes a reference of its own
 * @access: granted rights; generic ones are mapped
 * @attr: NT_HANDLE_*
 * @handle: the handle; not in use
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or STATUS_INVALID_HANDLE if @handle cannot be had.
 */
long nt_handle_add_at(struct nt_proc *proc, struct nt_object *obj, u32 access, u32 attr,
		      u64 handle)
{
	struct nt_handles *handles = &proc->handles;
	unsigned long index = handle_index(handle);
	struct nt_handle *entry;
	int err;

	if (!index)
		return NT_STATUS_INVALID_HANDLE;
	entry = entry_alloc(obj, access, attr);
	if (!entry)
		return -ENOMEM;
	err = xa_insert(&handles->xa, index, entry, GFP_KERNEL);
	if (err) {
		kfree(entry);
		nt_object_unhandle(obj);
		return err == -EBUSY ? (long)NT_STATUS_INVALID_HANDLE : err;
	}
	atomic_inc(&handles->count);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_handle_add_at);

/**
 * nt_handle_return() - give the caller a handle and tell it which
 * @call: call under way
 * @obj: object; the handle takes a reference of its own
 * @access: granted rights; generic ones are mapped
 * @attr: NT_HANDLE_*, see nt_handle_attr()
 * @uhandle: where the caller wants the handle
 *
 * Context: may sleep.
 * Return: 0 or an error, and then there is no handle.
 */
long nt_handle_return(struct persona_call *call, struct nt_object *obj, u32 access, u32 attr,
		      void __user *uhandle)
{
	struct nt_proc *proc = nt_caller(call);
	u64 handle;
	long ret;

	ret = nt_handle_add(proc, obj, access, attr, &handle);
	if (unlikely(ret))
		return ret;
	if (likely(!put_user(handle, (u64 __user *)uhandle)))
		return 0;
	nt_handle_close(proc, handle);
	return -EFAULT;
}

/**
 * nt_handle_none() - the end of a call that was to give a handle
 * @uhandle: where it was to go
 * @ret: NTSTATUS or negative errno
 *
 * If it failed, there is none. Wine's CreateFileMapping() and CreateWaitableTimer()
 * return what is there, having initialised nothing.
 *
 * Context: may sleep.
 * Return: @ret.
 */
long nt_handle_none(u64 uhandle, long ret)
{
	/* That the address is bad has been said, or is not what failed first. */
	if (unlikely(ret && ret != NT_STATUS_OBJECT_NAME_EXISTS))
		(void)put_user(0, (u64 __user *)u64_to_user_ptr(uhandle));
	return ret;
}

/* Has the process another handle to the object? */
static bool has_handle(struct nt_proc *proc, const struct nt_object *obj)
{
	struct nt_handle *entry;
	unsigned long index;
	bool found = false;

	xa_lock(&proc->handles.xa);
	xa_for_each(&proc->handles.xa, index, entry) {
		found = entry->obj == obj;
		if (found)
			break;
	}
	xa_unlock(&proc->handles.xa);
	return found;
}

/* An entry that has left the table; @all: and so will all others. */
static void entry_release(struct nt_proc *proc, struct nt_handle *entry, bool all)
{
	struct nt_object *obj = entry->obj;

	kfree(entry);
	atomic_dec(&proc->handles.count);
	if (obj->type->close)
		obj->type->close(obj, proc, all || atomic_read(&obj->handles) == 1 ||
				 !has_handle(proc, obj));
	nt_object_unhandle(obj);
}

/**
 * nt_handle_close() - close a handle
 * @proc: whose
 * @handle: which. Closing a pseudo handle does nothing
 *
 * Context: may sleep.
 * Return: 0, STATUS_INVALID_HANDLE, or STATUS_HANDLE_NOT_CLOSABLE.
 */
long nt_handle_close(struct nt_proc *proc, u64 handle)
{
	unsigned long index = handle_index(handle);
	struct nt_handle *entry;
	long ret = 0;

	if (unlikely(!index))
		return handle >= NT_CURRENT_EFFECTIVE_TOKEN ? 0 : NT_STATUS_INVALID_HANDLE;
	xa_lock(&proc->handles.xa);
	entry = xa_load(&proc->handles.xa, index);
	if (unlikely(!entry))
		ret = NT_STATUS_INVALID_HANDLE;
	else if (unlikely(entry->attr & NT_HANDLE_PROTECT))
		ret = NT_STATUS_HANDLE_NOT_CLOSABLE;
	else
		__xa_erase(&proc->handles.xa, index);
	xa_unlock(&proc->handles.xa);
	if (likely(!ret))
		entry_release(proc, entry, false);
	return ret;
}
EXPORT_SYMBOL_FOR_TEST(nt_handle_close);

/**
 * nt_handles_close_all() - a process ends
 * @proc: process; nothing opens handles in it any more
 *
 * Context: may sleep.
 */
void nt_handles_close_all(struct nt_proc *proc)
{
	struct nt_handle *entry;
	unsigned long index;

	xa_for_each(&proc->handles.xa, index, entry) {
		xa_erase(&proc->handles.xa, index);
		entry_release(proc, entry, true);
		cond_resched();
	}
	xa_destroy(&proc->handles.xa);
	nt_names_release(proc);
}
EXPORT_SYMBOL_FOR_TEST(nt_handles_close_all);

static long inherit_one(struct nt_proc *child, struct nt_proc *parent, u64 handle)
{
	struct nt_handle h;
	long ret;

	ret = nt_handle_get(parent, handle, &h);
	if (ret)
		return 0;
	if (h.attr & NT_HANDLE_INHERIT)
		ret = nt_handle_add_at(child, h.obj, h.access, h.attr, handle & ~(u64)3);
	nt_object_put(h.obj);
	/* Named twice in a list, or a standard handle already there. */
	return ret == NT_STATUS_INVALID_HANDLE ? 0 : ret;
}

/**
 * nt_handles_inherit() - give a new process the inheritable handles
 * @child: new process
 * @parent: whose handles
 * @list: the only ones to be inherited; NULL: all. Others are passed over
 * @nr: entries in @list
 *
 * They keep their values.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int nt_handles_inherit(struct nt_proc *child, struct nt_proc *parent, const u64 *list,
		       unsigned int nr)
{
	struct nt_handle *entry;
	unsigned long index;
	unsigned int i;
	long ret = 0;

	if (!list) {
		/* Only the index is used: the entry may be gone in a moment. */
		xa_for_each(&parent->handles.xa, index, entry) {
			ret = inherit_one(child, parent, (u64)index << HANDLE_SHIFT);
			if (ret)
				break;
			cond_resched();
		}
	}
	for (i = 0; list && i < nr && !ret; i++)
		if (handle_index(list[i]))
			ret = inherit_one(child, parent, list[i]);
	return ret > 0 ? -ENOMEM : ret;
}
EXPORT_SYMBOL_FOR_TEST(nt_handles_inherit);

/**
 * nt_handle_set_attr() - change the attributes of a handle
 * @proc: whose
 * @handle: which
 * @attr: NT_HANDLE_*, all of them
 *
 * Context: any.
 * Return: 0 or STATUS_INVALID_HANDLE.
 */
long nt_handle_set_attr(struct nt_proc *proc, u64 handle, u32 attr)
{
	unsigned long index = handle_index(handle);
	struct nt_handle *entry;

	if (!index)
		return NT_STATUS_INVALID_HANDLE;
	xa_lock(&proc->handles.xa);
	entry = xa_load(&proc->handles.xa, index);
	if (entry)
		entry->attr = attr;
	xa_unlock(&proc->handles.xa);
	return entry ? 0 : NT_STATUS_INVALID_HANDLE;
}

/* NtClose(handle) */
long nt_close(struct persona_call *call)
{
	return nt_handle_close(nt_caller(call), call->args[0]);
}

/*
 * The table of a process that a handle leads to. Another process is held where
 * it is by its lock; *locked says so.
 */
static long dup_process_get(struct persona_call *call, u64 handle, struct nt_process **locked,
			    struct nt_proc **proc)
{
	struct nt_process *process;
	long ret;

	*locked = NULL;
	*proc = nt_caller(call);
	if (handle == NT_CURRENT_PROCESS)
		return 0;
	ret = nt_process_ref(call, handle, PROCESS_DUP_HANDLE, &process);
	if (ret)
		return ret;
	if (process == (*proc)->self) {
		nt_object_put(&process->obj);
		return 0;
	}
	/* As for pidfd_getfd(2): handles are worth as much as descriptors. */
	ret = nt_process_may_control(call, process);
	if (ret) {
		nt_object_put(&process->obj);
		return ret;
	}
	mutex_lock(&process->lock);
	*proc = process->nt;
	if (!*proc) {
		mutex_unlock(&process->lock);
		nt_object_put(&process->obj);
		return NT_STATUS_PROCESS_IS_TERMINATING;
	}
	*locked = process;
	return 0;
}

static void dup_process_put(struct nt_process *locked)
{
	if (!locked)
		return;
	mutex_unlock(&locked->lock);
	nt_object_put(&locked->obj);
}

/* The rights of a duplicate. No other process's lock is held: filters are asked. */
static long dup_rights(struct persona_call *call, struct nt_handle *h, u32 access, u32 options)
{
	const struct nt_type *type = h->obj->type;

	if (options & DUPLICATE_SAME_ACCESS || access & NT_MAXIMUM_ALLOWED)
		return 0;
	access = nt_map_access(type, access);
	/* What could as well be opened anew. */
	if (access & ~h->access && !type->user_owned &&
	    !(type->may_open && type->may_open(call, h->obj, access)))
		return NT_STATUS_ACCESS_DENIED;
	h->access = access;
	return 0;
}

static u32 dup_attributes(const struct nt_handle *h, u32 attr, u32 options)
{
	u32 ret = 0;

	if (options & DUPLICATE_SAME_ATTRIBUTES)
		return h->attr;
	if (attr & NT_OBJ_INHERIT)
		ret |= NT_HANDLE_INHERIT;
	if (attr & OBJ_PROTECT_CLOSE)
		ret |= NT_HANDLE_PROTECT;
	return ret;
}

static long dup_target(struct persona_call *call, u64 process, const struct nt_handle *h,
		       u64 __user *uhandle)
{
	struct nt_process *locked;
	struct nt_proc *proc;
	u64 handle;
	long ret;

	/* User memory first: it must not be touched with another's lock held. */
	if (uhandle && put_user(0ull, uhandle))
		return -EFAULT;
	ret = dup_process_get(call, process, &locked, &proc);
	if (ret)
		return ret;
	ret = nt_handle_add(proc, h->obj, h->access, h->attr, &handle);
	dup_process_put(locked);
	if (!ret && uhandle && put_user(handle, uhandle))
		ret = -EFAULT;
	return ret;
}

/*
 * NtDuplicateObject(source process, source handle, target process, *target handle,
 * access, attributes, options)
 */
long nt_duplicate_object(struct persona_call *call)
{
	u64 __user *uhandle = u64_to_user_ptr(call->args[3]);
	u32 options = call->args[6];
	u64 target = call->args[2];
	struct nt_process *locked;
	struct nt_proc *proc;
	struct nt_handle h;
	long ret;

	ret = dup_process_get(call, call->args[0], &locked, &proc);
	if (ret)
		return ret;
	ret = nt_handle_get(proc, call->args[1], &h);
	/* Even if there will be no duplicate. */
	if (options & DUPLICATE_CLOSE_SOURCE)
		nt_handle_close(proc, call->args[1]);
	dup_process_put(locked);
	if (ret)
		return ret;
	h.attr = dup_attributes(&h, call->args[5], options);
	ret = dup_rights(call, &h, call->args[4], options);
	/* Without a target it is a way to close another process's handle. */
	if (!ret && (target || !(options & DUPLICATE_CLOSE_SOURCE)))
		ret = dup_target(call, target, &h, uhandle);
	nt_object_put(h.obj);
	return ret;
}
