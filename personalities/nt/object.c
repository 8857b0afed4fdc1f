// SPDX-License-Identifier: GPL-2.0-only
/* Objects: made with one reference, released wherever the last one goes. */
#include <linux/export.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "sync.h"

#define GENERIC_BITS	(NT_GENERIC_READ | NT_GENERIC_WRITE | NT_GENERIC_EXECUTE | NT_GENERIC_ALL)
#define ALL_RIGHTS	0x001fffffu	/* specific, standard and SYNCHRONIZE */

/* Destroys objects whose last reference went where nothing may sleep. */
static struct workqueue_struct *nt_object_wq;

/**
 * nt_object_alloc() - make an object
 * @type: what; @type->size bytes are allocated, zeroed but for the head
 *
 * Context: may sleep.
 * Return: the object with one reference, no handle and no name, to be released
 * with nt_object_put(); NULL if there is no memory.
 */
void *nt_object_alloc(const struct nt_type *type)
{
	struct nt_object *obj = kzalloc(type->size, GFP_KERNEL_ACCOUNT);

	if (!obj)
		return NULL;
	obj->type = type;
	refcount_set(&obj->ref, 1);
	spin_lock_init(&obj->lock);
	INIT_LIST_HEAD(&obj->waiters);
	return obj;
}
EXPORT_SYMBOL_FOR_TEST(nt_object_alloc);

static void object_destroy(struct nt_object *obj)
{
	if (obj->type->destroy)
		obj->type->destroy(obj);
	kfree(obj);
}

static void object_free_work(struct work_struct *work)
{
	object_destroy(container_of(work, struct nt_object, free_work));
}

/**
 * nt_object_put() - drop a reference
 * @obj: object
 *
 * Context: any but NMI. Where sleeping is not allowed a type's destroy() runs
 * later, in a workqueue.
 */
void nt_object_put(struct nt_object *obj)
{
	if (!refcount_dec_and_test(&obj->ref))
		return;
	if (!obj->type->destroy) {
		kfree(obj);
	} else if (preemptible() && !rcu_preempt_depth()) {
		object_destroy(obj);
	} else {
		INIT_WORK(&obj->free_work, object_free_work);
		queue_work(nt_object_wq, &obj->free_work);
	}
}
EXPORT_SYMBOL_FOR_TEST(nt_object_put);

/**
 * nt_map_access() - what a desired access comes to
 * @type: of the object
 * @access: ACCESS_MASK as a program gives it
 *
 * MAXIMUM_ALLOWED counts as all rights: whoever may grant less takes it apart
 * before.
 *
 * Context: any.
 * Return: specific and standard rights, no generic ones.
 */
u32 nt_map_access(const struct nt_type *type, u32 access)
{
	u32 mapped = access;

	if (unlikely(access & (GENERIC_BITS | NT_MAXIMUM_ALLOWED))) {
		if (access & NT_GENERIC_READ)
			mapped |= type->generic[0];
		if (access & NT_GENERIC_WRITE)
			mapped |= type->generic[1];
		if (access & NT_GENERIC_EXECUTE)
			mapped |= type->generic[2];
		if (access & (NT_GENERIC_ALL | NT_MAXIMUM_ALLOWED))
			mapped |= type->generic[3];
	}
	return mapped & ALL_RIGHTS;
}
EXPORT_SYMBOL_FOR_TEST(nt_map_access);

static long create(struct persona_call *call, u64 uattr, struct nt_object *obj, u32 access,
		   u64 uhandle)
{
	struct nt_attributes attr = {};
	struct nt_object *named;
	long ret = 0, err;

	if (uattr)
		ret = nt_attributes_get(uattr, &attr);
	if (unlikely(ret)) {
		nt_object_put(obj);
		return ret;
	}
	if (likely(!attr.name)) {
		ret = nt_handle_return(call, obj, access, nt_handle_attr(&attr),
				       u64_to_user_ptr(uhandle));
		nt_object_put(obj);
		return ret;
	}
	ret = nt_name_claim(call, &attr, obj, &named);
	nt_object_put(obj);
	if (!ret || ret == NT_STATUS_OBJECT_NAME_EXISTS) {
		err = nt_handle_return(call, named, access, nt_handle_attr(&attr),
				       u64_to_user_ptr(uhandle));
		nt_name_done(named);
		if (err)
			ret = err;
	}
	nt_attributes_put(&attr);
	return ret;
}

/**
 * nt_object_create() - the end of a create call
 * @call: call under way
 * @uattr: user address of OBJECT_ATTRIBUTES, or 0
 * @obj: the new object; its reference is consumed
 * @access: desired
 * @uhandle: where the handle goes
 *
 * Context: may sleep.
 * Return: 0; STATUS_OBJECT_NAME_EXISTS, and the handle is one to the object that
 * has the name already; or an error.
 */
long nt_object_create(struct persona_call *call, u64 uattr, struct nt_object *obj, u32 access,
		      u64 uhandle)
{
	return nt_handle_none(uhandle, create(call, uattr, obj, access, uhandle));
}

static long open(struct persona_call *call, u64 uattr, const struct nt_type *type, u32 access,
		 u64 uhandle)
{
	struct nt_attributes attr;
	struct nt_object *obj;
	long ret;

	if (!uattr)
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_attributes_get(uattr, &attr);
	if (ret)
		return ret;
	ret = nt_name_find(call, &attr, type, &obj);
	if (!ret) {
		ret = nt_handle_return(call, obj, access, nt_handle_attr(&attr),
				       u64_to_user_ptr(uhandle));
		nt_name_done(obj);
	}
	nt_attributes_put(&attr);
	return ret;
}

/**
 * nt_object_open() - an open call
 * @call: call under way
 * @uattr: user address of OBJECT_ATTRIBUTES
 * @type: the object must be of this type
 * @access: desired
 * @uhandle: where the handle goes
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_object_open(struct persona_call *call, u64 uattr, const struct nt_type *type,
		    u32 access, u64 uhandle)
{
	return nt_handle_none(uhandle, open(call, uattr, type, access, uhandle));
}

/**
 * nt_query_check() - begin of a query call that knows one class, number 0
 * @call: call under way: (handle, class, *info, size, *length)
 * @size: of what will be returned
 *
 * Context: any.
 * Return: 0, STATUS_INVALID_INFO_CLASS or STATUS_INFO_LENGTH_MISMATCH.
 */
long nt_query_check(const struct persona_call *call, size_t size)
{
	if ((u32)call->args[1])
		return NT_STATUS_INVALID_INFO_CLASS;
	return (u32)call->args[3] == size ? 0 : NT_STATUS_INFO_LENGTH_MISMATCH;
}

/**
 * nt_query_return() - end of such a call
 * @call: call under way
 * @info: the answer
 * @size: of it
 *
 * Context: may sleep.
 * Return: 0 or -EFAULT.
 */
long nt_query_return(const struct persona_call *call, const void *info, size_t size)
{
	if (copy_to_user(u64_to_user_ptr(call->args[2]), info, size))
		return -EFAULT;
	if (call->args[4] && put_user((u32)size, (u32 __user *)u64_to_user_ptr(call->args[4])))
		return -EFAULT;
	return 0;
}

/**
 * nt_object_init() - when the module is loaded
 *
 * Return: 0 or -ENOMEM.
 */
int nt_object_init(void)
{
	nt_object_wq = alloc_workqueue("persona_nt", WQ_UNBOUND, 0);
	return nt_object_wq ? 0 : -ENOMEM;
}

/**
 * nt_object_exit() - when it is unloaded, and no process is left
 *
 * Context: may sleep.
 */
void nt_object_exit(void)
{
	destroy_workqueue(nt_object_wq);
}
