// SPDX-License-Identifier: GPL-2.0-only
/* Values: reading, writing, enumerating, deleting. */
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>

#include "nt_table.h"
#include "registry.h"

/* KEY_VALUE_INFORMATION_CLASS */
enum {
	VALUE_BASIC,
	VALUE_FULL,
	VALUE_PARTIAL,
	VALUE_FULL_ALIGN64,
	VALUE_PARTIAL_ALIGN64,
};

#define MULTIPLE_MAX	4096u	/* of NtQueryMultipleValueKey */

/**
 * nt_reg_value_read() - read a value
 * @call: foreign call under way
 * @dir: the key's directory
 * @file: name of the value's file in it
 * @value: filled in; nt_reg_value_free() it
 *
 * Context: may sleep.
 * Return: 0, a negative errno, or STATUS_REGISTRY_CORRUPT.
 */
long nt_reg_value_read(struct persona_call *call, struct file *dir, const char *file,
		       struct nt_reg_value *value)
{
	char host[__NEW_UTS_LEN + 1];
	size_t len;
	char *buf;
	long ret;

	ret = nt_reg_read(call, dir, file, NT_REG_FILE_MAX, &buf, &len);
	if (ret)
		return ret == -EFBIG ? NT_STATUS_REGISTRY_CORRUPT : ret;
	memcpy(host, utsname()->nodename, sizeof(host));
	host[__NEW_UTS_LEN] = 0;
	ret = nt_reg_parse(buf, len, host, value);
	kvfree(buf);
	return ret && ret != -ENOMEM ? NT_STATUS_REGISTRY_CORRUPT : ret;
}

/**
 * nt_reg_value_write() - make a value or replace it
 * @call: foreign call under way
 * @dir: the key's directory
 * @value: value
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_value_write(struct persona_call *call, struct file *dir,
			const struct nt_reg_value *value)
{
	char file[NAME_MAX + 1], *buf;
	size_t len;
	long ret;

	ret = nt_reg_format(value, &buf, &len);
	if (ret)
		return ret;
	nt_reg_component(value->name, value->name_len, true, file);
	ret = nt_reg_write(call, dir, file, buf, len);
	kvfree(buf);
	return ret;
}

/* The value of that name: file names of long names are made from a hash. */
static long read_named(struct persona_call *call, struct nt_key *key, const u16 *name, u32 len,
		       struct nt_reg_value *value)
{
	char file[NAME_MAX + 1];
	long ret;

	nt_reg_component(name, len, true, file);
	ret = nt_reg_value_read(call, key->file, file, value);
	if (ret)
		return ret;
	if (value->name_len == len && !nt_strnicmp(value->name, name, len))
		return 0;
	nt_reg_value_free(value);
	return NT_STATUS_OBJECT_NAME_NOT_FOUND;
}

/**
 * struct value_query - where the answer to one query goes
 * @class: VALUE_*
 * @buf: user address
 * @len: room there
 * @retlen: user address
 */
struct value_query {
	u32 class;
	u64 buf;
	u32 len;
	u64 retlen;
};

static long check_class(u32 class)
{
	return class <= VALUE_PARTIAL_ALIGN64 ? 0 : NT_STATUS_INVALID_PARAMETER;
}

static long reply(const struct value_query *q, const struct nt_reg_value *value)
{
	u32 name_size = 2 * value->name_len, fixed, data_at = 0, n = 0;
	u32 head[5] = { };
	u8 *buf;
	long ret;

	switch (q->class) {
	case VALUE_BASIC:
		head[1] = value->type;
		head[2] = name_size;
		fixed = 12;
		n = fixed + name_size;
		break;
	case VALUE_FULL:
	case VALUE_FULL_ALIGN64:
		head[1] = value->type;
		head[3] = value->size;
		head[4] = name_size;
		fixed = 20;
		data_at = ALIGN(fixed + name_size, q->class == VALUE_FULL ? 4 : 8);
		head[2] = data_at;
		n = data_at + value->size;
		break;
	case VALUE_PARTIAL:
		head[1] = value->type;
		head[2] = value->size;
		fixed = 12;
		data_at = fixed;
		n = data_at + value->size;
		break;
	default:
		head[0] = value->type;
		head[1] = value->size;
		fixed = 8;
		data_at = fixed;
		n = data_at + value->size;
	}
	buf = kvzalloc(n, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	memcpy(buf, head, fixed);
	if (data_at != fixed)
		memcpy(buf + fixed, value->name, name_size);
	if (data_at)
		memcpy(buf + data_at, value->data, value->size);
	ret = nt_reg_reply(q->buf, q->len, q->retlen, buf, n, fixed);
	kvfree(buf);
	return ret;
}

long nt_query_value_key(struct persona_call *call)
{
	struct value_query q = {
		.class = (u32)call->args[2],
		.buf = call->args[3],
		.len = (u32)call->args[4],
		.retlen = call->args[5],
	};
	struct nt_reg_value value;
	struct nt_key *key;
	u16 *name;
	long ret;
	u32 len;

	ret = check_class(q.class);
	if (!ret)
		ret = nt_ustring_get(call->args[1], &name, &len);
	if (ret)
		return ret;
	ret = nt_key_ref(call, call->args[0], NT_KEY_QUERY_VALUE, &key);
	if (ret)
		goto out;
	ret = len > NT_REG_VALUE_NAME_MAX ? NT_STATUS_OBJECT_NAME_NOT_FOUND :
	      read_named(call, key, name, len, &value);
	if (!ret) {
		ret = reply(&q, &value);
		nt_reg_value_free(&value);
	}
	nt_object_put(&key->obj);
out:
	kvfree(name);
	return ret;
}

/* The file name with that number; the list is good only under its lock. */
static long file_at(struct persona_call *call, struct nt_key *key, u32 index,
		    char file[NAME_MAX + 1])
{
	struct nt_reg_list *list;
	long ret;

	if (mutex_lock_killable(&key->lock))
		return -EINTR;
	ret = nt_reg_list_get(call, key, &list);
	if (!ret && index >= list->nvalues)
		ret = NT_STATUS_NO_MORE_ENTRIES;
	if (!ret)
		strscpy(file, list->values[index].file, NAME_MAX + 1);
	mutex_unlock(&key->lock);
	return ret;
}

long nt_enumerate_value_key(struct persona_call *call)
{
	struct value_query q = {
		.class = (u32)call->args[2],
		.buf = call->args[3],
		.len = (u32)call->args[4],
		.retlen = call->args[5],
	};
	struct nt_reg_value value;
	char file[NAME_MAX + 1];
	struct nt_key *key;
	long ret;

	ret = check_class(q.class);
	if (!ret)
		ret = nt_key_ref(call, call->args[0], NT_KEY_QUERY_VALUE, &key);
	if (ret)
		return ret;
	ret = file_at(call, key, (u32)call->args[1], file);
	if (!ret)
		ret = nt_reg_value_read(call, key->file, file, &value);
	if (!ret) {
		ret = reply(&q, &value);
		nt_reg_value_free(&value);
	}
	nt_object_put(&key->obj);
	return ret;
}

static long set_value(struct persona_call *call, struct nt_key *key,
		      const struct nt_reg_value *value)
{
	struct nt_reg_value old;
	bool same;
	long ret;

	/* Programs set what is set already, again and again. */
	ret = read_named(call, key, value->name, value->name_len, &old);
	if (!ret) {
		same = old.type == value->type && old.size == value->size &&
		       !memcmp(old.data, value->data, value->size);
		nt_reg_value_free(&old);
		if (same)
			return 0;
	}
	ret = nt_reg_value_write(call, key->file, value);
	if (!ret)
		nt_reg_changed(key->file, NT_REG_CHANGED_VALUE);
	return ret;
}

long nt_set_value_key(struct persona_call *call)
{
	struct nt_reg_value value = {
		.type = (u32)call->args[3],
		.size = (u32)call->args[5],
	};
	struct nt_key *key;
	long ret;

	if (value.size > NT_REG_DATA_MAX)
		return NT_STATUS_REGISTRY_QUOTA_LIMIT;
	ret = nt_ustring_get(call->args[1], &value.name, &value.name_len);
	if (ret)
		return ret;
	ret = NT_STATUS_INVALID_PARAMETER;
	if (value.name_len > NT_REG_VALUE_NAME_MAX)
		goto out;
	value.data = vmemdup_user(u64_to_user_ptr(call->args[4]), value.size ?: 1);
	if (IS_ERR(value.data) && !value.size)
		value.data = kvzalloc(1, GFP_KERNEL_ACCOUNT) ?: ERR_PTR(-ENOMEM);
	ret = PTR_ERR_OR_ZERO(value.data);
	if (ret)
		goto out;
	ret = nt_key_ref(call, call->args[0], NT_KEY_SET_VALUE, &key);
	if (!ret) {
		ret = set_value(call, key, &value);
		nt_object_put(&key->obj);
	}
	kvfree(value.data);
out:
	kvfree(value.name);
	return ret;
}

long nt_delete_value_key(struct persona_call *call)
{
	char file[NAME_MAX + 1];
	struct nt_key *key;
	u16 *name;
	long ret;
	u32 len;

	ret = nt_ustring_get(call->args[1], &name, &len);
	if (ret)
		return ret;
	ret = nt_key_ref(call, call->args[0], NT_KEY_SET_VALUE, &key);
	if (ret)
		goto out;
	if (len > NT_REG_VALUE_NAME_MAX) {
		ret = NT_STATUS_OBJECT_NAME_NOT_FOUND;
	} else {
		nt_reg_component(name, len, true, file);
		ret = nt_reg_unlink(call, key->file, file, 0);
	}
	if (!ret)
		nt_reg_changed(key->file, NT_REG_CHANGED_VALUE);
	nt_object_put(&key->obj);
out:
	kvfree(name);
	return ret;
}

struct value_entry {
	u64 name;
	u32 size;
	u32 offset;
	u32 type;
	u32 pad;
};

/**
 * struct multiple - the values of one NtQueryMultipleValueKey
 * @buf: user address of the data
 * @len: room there
 * @need: bytes that all data takes
 * @full: something did not fit
 */
struct multiple {
	u64 buf;
	u32 len;
	u32 need;
	bool full;
};

static long one_of_many(struct persona_call *call, struct nt_key *key, u64 entry,
			struct multiple *m)
{
	struct value_entry __user *uentry = u64_to_user_ptr(entry);
	struct nt_reg_value value;
	struct value_entry e;
	u16 *name;
	u32 len;
	long ret;

	if (copy_from_user(&e, uentry, sizeof(e)))
		return -EFAULT;
	ret = nt_ustring_get(e.name, &name, &len);
	if (ret)
		return ret;
	ret = len > NT_REG_VALUE_NAME_MAX ? NT_STATUS_OBJECT_NAME_NOT_FOUND :
	      read_named(call, key, name, len, &value);
	kvfree(name);
	if (ret)
		return ret;
	e.size = value.size;
	e.type = value.type;
	e.offset = ALIGN(m->need, 4);
	if (e.offset > U32_MAX / 2 || value.size > U32_MAX / 2 - e.offset) {
		ret = NT_STATUS_INSUFFICIENT_RESOURCES;
	} else {
		m->need = e.offset + e.size;
		if (m->need > m->len)
			m->full = true;
		else if (copy_to_user(u64_to_user_ptr(m->buf + e.offset), value.data, e.size) ||
			 copy_to_user(uentry, &e, sizeof(e)))
			ret = -EFAULT;
	}
	nt_reg_value_free(&value);
	return ret;
}

long nt_query_multiple_value_key(struct persona_call *call)
{
	u32 __user *ulen = u64_to_user_ptr(call->args[4]);
	struct multiple m = { .buf = call->args[3] };
	u32 n = (u32)call->args[2], i;
	struct nt_key *key;
	long ret;

	if (n > MULTIPLE_MAX)
		return NT_STATUS_INSUFFICIENT_RESOURCES;
	if (get_user(m.len, ulen))
		return -EFAULT;
	ret = nt_key_ref(call, call->args[0], NT_KEY_QUERY_VALUE, &key);
	if (ret)
		return ret;
	for (i = 0; i < n && !ret; i++) {
		if (fatal_signal_pending(current))
			ret = -EINTR;
		else
			ret = one_of_many(call, key, call->args[1] +
					  i * sizeof(struct value_entry), &m);
	}
	nt_object_put(&key->obj);
	if (ret)
		return ret;
	if (put_user(m.full ? m.len : m.need, ulen) ||
	    (call->args[5] && put_user(m.need, (u32 __user *)u64_to_user_ptr(call->args[5]))))
		return -EFAULT;
	return m.full ? NT_STATUS_BUFFER_OVERFLOW : 0;
}
