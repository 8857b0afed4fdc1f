// SPDX-License-Identifier: GPL-2.0-only
/* Directory and symbolic link objects. */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "namespace.h"
#include "nt_table.h"

#define DIRECTORY_QUERY		0x1u
#define SYMBOLIC_LINK_QUERY	0x1u

#define QUERY_MAX		0x10000u	/* bytes that one query returns */

/* OBJECT_DIRECTORY_INFORMATION */
struct directory_info {
	struct nt_ustring name;
	struct nt_ustring type;
};

const struct nt_type nt_directory_type = {
	.name = "Directory",
	.generic = { 0x20003, 0x2000c, 0x20003, 0xf000f },
	.user_owned = true,
	.size = sizeof(struct nt_directory),
};

static void symlink_destroy(struct nt_object *obj)
{
	kvfree(container_of(obj, struct nt_symlink, obj)->target);
}

const struct nt_type nt_symlink_type = {
	.name = "SymbolicLink",
	.generic = { 0x20001, 0x20000, 0x20001, 0xf0001 },
	.user_owned = true,
	.destroy = symlink_destroy,
	.size = sizeof(struct nt_symlink),
};

/**
 * nt_directory_new() - make an empty directory
 *
 * Context: may sleep.
 * Return: the directory, its head first, or NULL.
 */
struct nt_directory *nt_directory_new(void)
{
	struct nt_directory *dir = nt_object_alloc(&nt_directory_type);

	if (dir)
		dir->entries = RB_ROOT;
	return dir;
}

/**
 * nt_symlink_new() - make a symbolic link
 * @target: where it leads
 * @len: in units
 *
 * Context: may sleep.
 * Return: the link, its head first, or NULL.
 */
struct nt_symlink *nt_symlink_new(const u16 *target, u32 len)
{
	struct nt_symlink *link = nt_object_alloc(&nt_symlink_type);

	if (!link)
		return NULL;
	link->target = kvmalloc_array(len, sizeof(*target), GFP_KERNEL_ACCOUNT);
	if (!link->target) {
		nt_object_put(&link->obj);
		return NULL;
	}
	memcpy(link->target, target, len * sizeof(*target));
	link->len = len;
	link->created = nt_system_time();
	return link;
}

/* NtCreateDirectoryObject(*handle, access, *attributes) */
long nt_create_directory_object(struct persona_call *call)
{
	struct nt_directory *dir = nt_directory_new();

	if (!dir)
		return -ENOMEM;
	return nt_object_create(call, call->args[2], &dir->obj, call->args[1], call->args[0]);
}

/* NtOpenDirectoryObject(*handle, access, *attributes) */
long nt_open_directory_object(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_directory_type, call->args[1],
			      call->args[0]);
}

/* The entries of a query on their way to the caller. */
struct query {
	u8 *buf;	/* head entries from the front, strings from the back */
	u64 user;
	u32 size;
	u32 head;
	u32 tail;
};

static u64 query_string(struct query *q, const u16 *wide, const char *narrow, u32 len)
{
	u16 *at;
	u32 i;

	q->tail -= (len + 1) * sizeof(*at);
	at = (u16 *)(q->buf + q->tail);
	for (i = 0; i < len; i++)
		at[i] = wide ? wide[i] : (u8)narrow[i];
	at[len] = 0;
	return q->user + q->tail;
}

/* False if there is no room, also for the empty entry at the end. */
static bool query_add(struct query *q, const struct nt_name *entry)
{
	const char *type = entry->obj->type->name;
	struct directory_info info = {};
	u32 type_len = strlen(type);
	u32 need;

	need = 2 * sizeof(info) + (entry->len + 1 + type_len + 1) * sizeof(u16);
	if (q->tail - q->head < need)
		return false;
	info.name.len = entry->len * sizeof(u16);
	info.name.max = min_t(u32, info.name.len + sizeof(u16), U16_MAX - 1);
	info.name.buf = query_string(q, entry->name, NULL, entry->len);
	info.type.len = type_len * sizeof(u16);
	info.type.max = info.type.len + sizeof(u16);
	info.type.buf = query_string(q, NULL, type, type_len);
	memcpy(q->buf + q->head, &info, sizeof(info));
	q->head += sizeof(info);
	return true;
}

/* Fills in entries from number *index on. */
static long query_fill(struct nt_directory *dir, struct query *q, bool single, u32 *index)
{
	struct rb_node *node;
	u32 i = 0;

	mutex_lock(&nt_names_lock);
	for (node = rb_first(&dir->entries); node && i < *index; i++)
		node = rb_next(node);
	for (; node; node = rb_next(node)) {
		if (!query_add(q, rb_entry(node, struct nt_name, node)))
			break;
		++*index;
		if (single) {
			node = NULL;
			break;
		}
	}
	mutex_unlock(&nt_names_lock);
	if (!q->head)
		return node ? NT_STATUS_BUFFER_TOO_SMALL : NT_STATUS_NO_MORE_ENTRIES;
	return node ? NT_STATUS_MORE_ENTRIES : 0;
}

/* Entries, an empty one, and the strings. */
static long query_copy(const struct query *q)
{
	void __user *user = u64_to_user_ptr(q->user);

	if (copy_to_user(user, q->buf, q->head) ||
	    clear_user(user + q->head, sizeof(struct directory_info)) ||
	    copy_to_user(user + q->tail, q->buf + q->tail, q->size - q->tail))
		return -EFAULT;
	return 0;
}

/*
 * NtQueryDirectoryObject(directory, *buffer, size, single, restart, *context,
 * *length)
 */
long nt_query_directory_object(struct persona_call *call)
{
	u32 __user *ucontext = u64_to_user_ptr(call->args[5]);
	bool single = (u8)call->args[3], restart = (u8)call->args[4];
	struct query q = {
		.user = call->args[1],
		.size = round_down(min_t(u32, call->args[2], QUERY_MAX), 2),
	};
	struct nt_object *obj;
	u32 index = 0;
	long ret;

	if (!restart && get_user(index, ucontext))
		return -EFAULT;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_directory_type,
			    DIRECTORY_QUERY, &obj);
	if (ret)
		return ret;
	q.tail = q.size;
	q.buf = kvmalloc(max_t(u32, q.size, 1), GFP_KERNEL_ACCOUNT);
	ret = -ENOMEM;
	if (!q.buf)
		goto out;
	ret = query_fill(container_of(obj, struct nt_directory, obj), &q, single, &index);
	if (q.head) {
		if (query_copy(&q) || put_user(index, ucontext))
			ret = -EFAULT;
	}
	if (call->args[6] && put_user(q.head ? q.head + (q.size - q.tail) +
				      (u32)sizeof(struct directory_info) : 0u,
				      (u32 __user *)u64_to_user_ptr(call->args[6])))
		ret = -EFAULT;
	kvfree(q.buf);
out:
	nt_object_put(obj);
	return ret;
}

/* NtCreateSymbolicLinkObject(*handle, access, *attributes, *target) */
long nt_create_symbolic_link_object(struct persona_call *call)
{
	struct nt_symlink *link;
	u16 *target;
	long ret;
	u32 len;

	ret = nt_ustring_get(call->args[3], &target, &len);
	if (ret)
		return ret;
	if (!len) {
		kvfree(target);
		return NT_STATUS_INVALID_PARAMETER;
	}
	link = nt_symlink_new(target, len);
	kvfree(target);
	if (!link)
		return -ENOMEM;
	return nt_object_create(call, call->args[2], &link->obj, call->args[1], call->args[0]);
}

/* NtOpenSymbolicLinkObject(*handle, access, *attributes) */
long nt_open_symbolic_link_object(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_symlink_type, call->args[1],
			      call->args[0]);
}

static long return_target(const struct nt_symlink *link, u64 ustr, u64 ulen)
{
	struct nt_ustring __user *user = u64_to_user_ptr(ustr);
	u32 bytes = link->len * sizeof(u16);
	struct nt_ustring str;

	if (copy_from_user(&str, user, sizeof(str)))
		return -EFAULT;
	if (ulen && put_user(bytes + (u32)sizeof(u16), (u32 __user *)u64_to_user_ptr(ulen)))
		return -EFAULT;
	if (str.max < bytes)
		return NT_STATUS_BUFFER_TOO_SMALL;
	if (copy_to_user(u64_to_user_ptr(str.buf), link->target, bytes) ||
	    put_user((u16)bytes, &user->len))
		return -EFAULT;
	if (str.max >= bytes + sizeof(u16) &&
	    put_user((u16)0, (u16 __user *)u64_to_user_ptr(str.buf + bytes)))
		return -EFAULT;
	return 0;
}

/* NtQuerySymbolicLinkObject(link, *target, *length) */
long nt_query_symbolic_link_object(struct persona_call *call)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_symlink_type,
			    SYMBOLIC_LINK_QUERY, &obj);
	if (ret)
		return ret;
	ret = return_target(container_of(obj, struct nt_symlink, obj), call->args[1],
			    call->args[2]);
	nt_object_put(obj);
	return ret;
}
