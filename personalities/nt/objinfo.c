// SPDX-License-Identifier: GPL-2.0-only
/* What programs ask of any object, whatever its type. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "completion.h"
#include "nt_table.h"
#include "process.h"

/* OBJECT_INFORMATION_CLASS */
#define BASIC_INFORMATION	0
#define NAME_INFORMATION	1
#define TYPE_INFORMATION	2
#define TYPES_INFORMATION	3
#define HANDLE_INFORMATION	4

/* Attributes as ObjectBasicInformation reports them. */
#define OBJ_PROTECT_CLOSE	0x1u

#define NAME_MAX_UNITS		0x7fffu

/* OBJECT_BASIC_INFORMATION */
struct basic_info {
	u32 attributes;
	u32 access;
	u32 handles;
	u32 pointers;
	u32 paged_pool;
	u32 nonpaged_pool;
	u32 reserved[3];
	u32 name_size;
	u32 type_size;
	u32 sd_size;
	u64 created;
};

static_assert(sizeof(struct basic_info) == 56);

/* OBJECT_TYPE_INFORMATION */
struct type_info {
	struct nt_ustring name;
	u32 objects, handles, paged, nonpaged, name_pool, handle_pool;
	u32 high_objects, high_handles, high_paged, high_nonpaged, high_name_pool;
	u32 high_handle_pool;
	u32 invalid_attributes;
	u32 generic[4];
	u32 valid_access;
	u8 security_required;
	u8 maintain_handle_count;
	u8 index;
	u8 pad;
	u32 pool_type;
	u32 default_paged;
	u32 default_nonpaged;
};

static_assert(sizeof(struct type_info) == 0x68);

/* The answer to a query: what would have been returned, and where it goes. */
struct answer {
	u64 user;
	u32 room;
	u32 size;
};

/* Every object has these bits forbidden in its attributes. */
#define INVALID_ATTRIBUTES	0x100u

static long answer_basic(const struct nt_handle *h, struct answer *a)
{
	struct basic_info info = {
		.access = h->access,
		.handles = atomic_read(&h->obj->handles),
		.pointers = refcount_read(&h->obj->ref),
	};

	a->size = sizeof(info);
	if (a->room != sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (h->attr & NT_HANDLE_INHERIT)
		info.attributes |= NT_OBJ_INHERIT;
	if (h->attr & NT_HANDLE_PROTECT)
		info.attributes |= OBJ_PROTECT_CLOSE;
	return copy_to_user(u64_to_user_ptr(a->user), &info, sizeof(info)) ? -EFAULT : 0;
}

/* The name of an object, wherever it has it from. *len 0: it has none. */
static long full_name(struct nt_proc *proc, struct nt_object *obj, u16 **name, u32 *len)
{
	int n;

	*name = NULL;
	*len = 0;
	if (obj->type->full_name)
		return obj->type->full_name(proc, obj, name, len);
	n = nt_name_of(obj, NULL, 0);
	if (n <= 0)
		return n;
	*name = kvmalloc_array(n, sizeof(**name), GFP_KERNEL_ACCOUNT);
	if (!*name)
		return -ENOMEM;
	/* The name may have gone by now; it never changes. */
	n = nt_name_of(obj, *name, n);
	*len = max(n, 0);
	return 0;
}

static long answer_name(struct nt_proc *proc, const struct nt_handle *h, struct answer *a)
{
	void __user *user = u64_to_user_ptr(a->user);
	struct nt_ustring str = {};
	u32 len, bytes;
	u16 *name;
	long ret;

	ret = full_name(proc, h->obj, &name, &len);
	if (ret)
		return ret;
	bytes = len * sizeof(*name);
	a->size = sizeof(str) + (len ? bytes + sizeof(*name) : 0);
	ret = 0;
	if (len > NAME_MAX_UNITS)
		ret = NT_STATUS_NAME_TOO_LONG;
	else if (a->room < sizeof(str))
		ret = NT_STATUS_INFO_LENGTH_MISMATCH;
	else if (a->room < a->size)
		ret = NT_STATUS_BUFFER_OVERFLOW;
	if (ret)
		goto out;
	if (len) {
		str.len = bytes;
		str.max = bytes + sizeof(*name);
		str.buf = a->user + sizeof(str);
	}
	if (copy_to_user(user, &str, sizeof(str)) ||
	    (len && (copy_to_user(user + sizeof(str), name, bytes) ||
		     put_user((u16)0, (u16 __user *)(user + sizeof(str) + bytes)))))
		ret = -EFAULT;
out:
	kvfree(name);
	return ret;
}

/* Copies one description to @user, if it fits into @room: bytes it needs. */
static long type_put(const struct nt_type *type, u64 user, u32 room, u32 index)
{
	u32 i, len = strlen(type->name), size;
	struct type_info info = {
		.invalid_attributes = INVALID_ATTRIBUTES,
		.valid_access = type->generic[3],
		.index = index,
	};
	u16 name[32];

	if (WARN_ON_ONCE(len >= ARRAY_SIZE(name)))
		return -EINVAL;
	size = sizeof(info) + (len + 1) * sizeof(name[0]);
	if (room < size)
		return size;
	for (i = 0; i <= len; i++)
		name[i] = (u8)type->name[i];
	info.name.len = len * sizeof(name[0]);
	info.name.max = info.name.len + sizeof(name[0]);
	info.name.buf = user + sizeof(info);
	memcpy(info.generic, type->generic, sizeof(info.generic));
	if (copy_to_user(u64_to_user_ptr(user), &info, sizeof(info)) ||
	    copy_to_user(u64_to_user_ptr(user + sizeof(info)), name, size - sizeof(info)))
		return -EFAULT;
	return size;
}

static const struct nt_type *const types[] = {
	&nt_directory_type, &nt_symlink_type, &nt_event_type, &nt_mutant_type,
	&nt_semaphore_type, &nt_timer_type, &nt_keyed_event_type, &nt_completion_type,
	&nt_process_type, &nt_thread_type, &nt_token_type, &nt_file_type,
	&nt_section_type,
};

/* Numbers of types begin with 2. */
#define TYPE_INDEX_FIRST	2

static u32 type_index(const struct nt_type *type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i] == type)
			return i + TYPE_INDEX_FIRST;
	return 0;
}

static long answer_type(const struct nt_handle *h, struct answer *a)
{
	long size = type_put(h->obj->type, a->user, a->room, type_index(h->obj->type));

	if (size < 0)
		return size;
	a->size = size;
	return a->room < size ? NT_STATUS_INFO_LENGTH_MISMATCH : 0;
}

/* A count, and one description after the other at multiples of 8. */
static long answer_types(struct answer *a)
{
	u32 i;

	a->size = sizeof(u64);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		u32 room = a->room > a->size ? a->room - a->size : 0;
		long size = type_put(types[i], a->user + a->size, room, i + TYPE_INDEX_FIRST);

		if (size < 0)
			return size;
		a->size += round_up(size, sizeof(u64));
	}
	if (a->room < a->size)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	return put_user((u32)ARRAY_SIZE(types), (u32 __user *)u64_to_user_ptr(a->user));
}

static long answer_handle(const struct nt_handle *h, struct answer *a)
{
	u8 info[2] = { !!(h->attr & NT_HANDLE_INHERIT), !!(h->attr & NT_HANDLE_PROTECT) };

	a->size = sizeof(info);
	if (a->room < sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	return copy_to_user(u64_to_user_ptr(a->user), info, sizeof(info)) ? -EFAULT : 0;
}

/* NtQueryObject(handle, class, *info, size, *length) */
long nt_query_object(struct persona_call *call)
{
	struct answer a = { .user = call->args[2], .room = call->args[3] };
	struct nt_proc *proc = nt_caller(call);
	u32 class = call->args[1];
	struct nt_handle h = {};
	long ret;

	if (class != TYPES_INFORMATION) {
		ret = nt_handle_get(proc, call->args[0], &h);
		if (ret)
			return ret;
	}
	switch (class) {
	case BASIC_INFORMATION:
		ret = answer_basic(&h, &a);
		break;
	case NAME_INFORMATION:
		ret = answer_name(proc, &h, &a);
		break;
	case TYPE_INFORMATION:
		ret = answer_type(&h, &a);
		break;
	case TYPES_INFORMATION:
		ret = answer_types(&a);
		break;
	case HANDLE_INFORMATION:
		ret = answer_handle(&h, &a);
		break;
	default:
		ret = NT_STATUS_INVALID_INFO_CLASS;
	}
	if (h.obj)
		nt_object_put(h.obj);
	if (a.size && call->args[4] &&
	    put_user(a.size, (u32 __user *)u64_to_user_ptr(call->args[4])))
		return -EFAULT;
	return ret;
}

/* NtSetInformationObject(handle, class, *info, size) */
long nt_set_information_object(struct persona_call *call)
{
	u32 attr = 0;
	u8 info[2];

	if ((u32)call->args[1] != HANDLE_INFORMATION)
		return NT_STATUS_INVALID_INFO_CLASS;
	if ((u32)call->args[3] != sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_from_user(info, u64_to_user_ptr(call->args[2]), sizeof(info)))
		return -EFAULT;
	if (info[0])
		attr |= NT_HANDLE_INHERIT;
	if (info[1])
		attr |= NT_HANDLE_PROTECT;
	return nt_handle_set_attr(nt_caller(call), call->args[0], attr);
}

/* NtCompareObjects(handle, handle) */
long nt_compare_objects(struct persona_call *call)
{
	struct nt_object *one, *other;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], NULL, 0, &one);
	if (ret)
		return ret;
	ret = nt_handle_ref(nt_caller(call), call->args[1], NULL, 0, &other);
	if (!ret) {
		if (one != other)
			ret = NT_STATUS_NOT_SAME_OBJECT;
		nt_object_put(other);
	}
	nt_object_put(one);
	return ret;
}

static long keep_call(struct persona_call *call, u32 access, bool permanent)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], NULL, access, &obj);
	if (ret)
		return ret;
	ret = nt_name_keep(nt_caller(call), obj, permanent);
	nt_object_put(obj);
	return ret;
}

/* NtMakeTemporaryObject(handle) */
long nt_make_temporary_object(struct persona_call *call)
{
	return keep_call(call, NT_DELETE, false);
}

/* NtMakePermanentObject(handle) */
long nt_make_permanent_object(struct persona_call *call)
{
	return keep_call(call, 0, true);
}
