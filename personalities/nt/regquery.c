// SPDX-License-Identifier: GPL-2.0-only
/* NtQueryKey and NtEnumerateKey: what is known of a key. */
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "registry.h"

/* KEY_INFORMATION_CLASS */
enum {
	KEY_BASIC,
	KEY_NODE,
	KEY_FULL,
	KEY_NAME,
	KEY_CACHED,
	KEY_HANDLE_TAGS = 7,
};

#define NO_OFFSET	0xffffffffu

struct key_basic {
	s64 time;
	u32 title;
	u32 name_len;
};

struct key_node {
	s64 time;
	u32 title;
	u32 class_offset;
	u32 class_len;
	u32 name_len;
};

struct key_full {
	s64 time;
	u32 title;
	u32 class_offset;
	u32 class_len;
	u32 subkeys;
	u32 max_name;
	u32 max_class;
	u32 values;
	u32 max_value_name;
	u32 max_value_data;
};

struct key_cached {
	s64 time;
	u32 title;
	u32 subkeys;
	u32 max_name;
	u32 values;
	u32 max_value_name;
	u32 max_value_data;
	u32 name_len;
	u32 pad;
};

/* Without what the compiler puts behind the last member. */
#define KEY_FULL_SIZE	offsetofend(struct key_full, max_value_data)
static_assert(KEY_FULL_SIZE == 44);
static_assert(sizeof(struct key_cached) == 40);

/**
 * struct key_facts - what the classes are made of
 * @time: of the last change
 * @subkeys: number of keys
 * @max_name: bytes of the longest name of one
 * @values: number of values
 * @max_value_name: bytes of the longest name of one
 * @max_value_data: bytes of the longest data
 */
struct key_facts {
	s64 time;
	u32 subkeys;
	u32 max_name;
	u32 values;
	u32 max_value_name;
	u32 max_value_data;
};

static long value_sizes(struct persona_call *call, struct nt_key *key,
			const struct nt_reg_list *list, struct key_facts *facts)
{
	u32 i;

	for (i = 0; i < list->nvalues; i++) {
		struct nt_reg_value value;
		long ret;

		ret = nt_reg_value_read(call, key->file, list->values[i].file, &value);
		if (ret == -EACCES || ret == -ENOENT || ret == NT_STATUS_REGISTRY_CORRUPT)
			continue;
		if (ret)
			return ret;
		facts->max_value_name = max_t(u32, facts->max_value_name, 2 * value.name_len);
		facts->max_value_data = max(facts->max_value_data, value.size);
		nt_reg_value_free(&value);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* @all: the numbers as well, which takes a look at everything in the key. */
static long get_facts(struct persona_call *call, struct nt_key *key, bool all,
		      struct key_facts *facts)
{
	struct nt_reg_list *list;
	struct kstat stat;
	long ret;
	u32 i;

	memset(facts, 0, sizeof(*facts));
	ret = persona_permit(call, __NR_newfstatat, AT_FDCWD);
	if (!ret)
		ret = vfs_getattr(&key->file->f_path, &stat, STATX_MTIME, AT_STATX_SYNC_AS_STAT);
	if (ret)
		return ret;
	facts->time = nt_time_of(stat.mtime);
	if (!all)
		return 0;
	if (mutex_lock_killable(&key->lock))
		return -EINTR;
	ret = nt_reg_list_get(call, key, &list);
	if (!ret)
		ret = nt_reg_list_spell(call, key, list, U32_MAX);
	if (ret)
		goto out;
	facts->subkeys = list->nkeys;
	facts->values = list->nvalues;
	for (i = 0; i < list->nkeys; i++)
		facts->max_name = max_t(u32, facts->max_name, 2 * list->keys[i].name_len);
	ret = value_sizes(call, key, list, facts);
out:
	mutex_unlock(&key->lock);
	return ret;
}

/**
 * struct key_query - one query
 * @call: foreign call under way
 * @key: about that key
 * @class: KEY_*
 * @name: last part of its name
 * @name_len: units
 * @buf: user address of the answer
 * @len: room there
 * @retlen: user address
 */
struct key_query {
	struct persona_call *call;
	struct nt_key *key;
	u32 class;
	const u16 *name;
	u32 name_len;
	u64 buf;
	u32 len;
	u64 retlen;
};

static long reply(struct key_query *q, const void *head, u32 fixed, const void *more, u32 size)
{
	u8 *buf = kvmalloc(fixed + size, GFP_KERNEL_ACCOUNT);
	long ret;

	if (!buf)
		return -ENOMEM;
	memcpy(buf, head, fixed);
	memcpy(buf + fixed, more, size);
	ret = nt_reg_reply(q->buf, q->len, q->retlen, buf, fixed + size, fixed);
	kvfree(buf);
	return ret;
}

static long reply_basic(struct key_query *q, const struct key_facts *facts)
{
	struct key_basic info = { .time = facts->time, .name_len = 2 * q->name_len };

	return reply(q, &info, sizeof(info), q->name, info.name_len);
}

static long reply_node(struct key_query *q, const struct key_facts *facts,
		       const struct nt_reg_meta *meta)
{
	struct key_node info = {
		.time = facts->time,
		.class_offset = meta->class_len ? sizeof(info) + 2 * q->name_len : NO_OFFSET,
		.class_len = 2 * meta->class_len,
		.name_len = 2 * q->name_len,
	};
	u32 size = info.name_len + info.class_len;
	u8 *more = kvmalloc(size + 1, GFP_KERNEL_ACCOUNT);
	long ret;

	if (!more)
		return -ENOMEM;
	memcpy(more, q->name, info.name_len);
	memcpy(more + info.name_len, meta->class, info.class_len);
	ret = reply(q, &info, sizeof(info), more, size);
	kvfree(more);
	return ret;
}

static long reply_full(struct key_query *q, const struct key_facts *facts,
		       const struct nt_reg_meta *meta)
{
	struct key_full info = {
		.time = facts->time,
		.class_offset = meta->class_len ? KEY_FULL_SIZE : NO_OFFSET,
		.class_len = 2 * meta->class_len,
		.subkeys = facts->subkeys,
		.max_name = facts->max_name,
		.values = facts->values,
		.max_value_name = facts->max_value_name,
		.max_value_data = facts->max_value_data,
	};

	return reply(q, &info, KEY_FULL_SIZE, meta->class, info.class_len);
}

static long reply_name(struct key_query *q)
{
	u32 len = 2 * q->key->len;

	return reply(q, &len, sizeof(len), q->key->name, len);
}

static long reply_cached(struct key_query *q, const struct key_facts *facts)
{
	struct key_cached info = {
		.time = facts->time,
		.subkeys = facts->subkeys,
		.max_name = facts->max_name,
		.values = facts->values,
		.max_value_name = facts->max_value_name,
		.max_value_data = facts->max_value_data,
		.name_len = 2 * q->name_len,
	};

	return reply(q, &info, sizeof(info), NULL, 0);
}

static long query(struct key_query *q)
{
	struct key_facts facts = { };
	struct nt_reg_meta *meta;
	u32 tags = 0;
	long ret;

	switch (q->class) {
	case KEY_NAME:
		return reply_name(q);
	case KEY_HANDLE_TAGS:
		return reply(q, &tags, sizeof(tags), NULL, 0);
	case KEY_BASIC:
	case KEY_NODE:
	case KEY_FULL:
	case KEY_CACHED:
		break;
	default:
		return NT_STATUS_INVALID_INFO_CLASS;
	}
	ret = get_facts(q->call, q->key, q->class == KEY_FULL || q->class == KEY_CACHED, &facts);
	if (ret)
		return ret;
	if (q->class == KEY_BASIC)
		return reply_basic(q, &facts);
	if (q->class == KEY_CACHED)
		return reply_cached(q, &facts);
	meta = kmalloc(sizeof(*meta), GFP_KERNEL_ACCOUNT);
	if (!meta)
		return -ENOMEM;
	ret = nt_reg_meta_read(q->call, q->key->file, ".key", meta);
	if (!ret)
		ret = q->class == KEY_NODE ? reply_node(q, &facts, meta) :
					     reply_full(q, &facts, meta);
	kfree(meta);
	return ret;
}

long nt_query_key(struct persona_call *call)
{
	struct key_query q = {
		.call = call,
		.class = (u32)call->args[1],
		.buf = call->args[2],
		.len = (u32)call->args[3],
		.retlen = call->args[4],
	};
	u32 start;
	long ret;

	/* The name may be asked for with any handle. */
	ret = nt_key_ref(call, call->args[0], q.class == KEY_NAME || q.class == KEY_HANDLE_TAGS ?
			 0 : NT_KEY_QUERY_VALUE, &q.key);
	if (ret)
		return ret;
	for (start = q.key->len; start && q.key->name[start - 1] != '\\'; start--)
		;
	q.name = q.key->name + start;
	q.name_len = q.key->len - start;
	ret = query(&q);
	nt_object_put(&q.key->obj);
	return ret;
}

/* A copy of the name with that number; the list is good only under its lock. */
static long name_at(struct persona_call *call, struct nt_key *key, u32 index, u16 **name, u32 *len)
{
	struct nt_reg_list *list;
	long ret;

	if (mutex_lock_killable(&key->lock))
		return -EINTR;
	ret = nt_reg_list_get(call, key, &list);
	if (!ret && index < list->nkeys)
		ret = nt_reg_list_spell(call, key, list, index + 1);
	if (!ret && index >= list->nspelled)
		ret = NT_STATUS_NO_MORE_ENTRIES;
	if (!ret) {
		*len = list->keys[index].name_len;
		*name = kmemdup(list->keys[index].name, 2 * *len, GFP_KERNEL_ACCOUNT);
		if (!*name)
			ret = -ENOMEM;
	}
	mutex_unlock(&key->lock);
	return ret;
}

long nt_enumerate_key(struct persona_call *call)
{
	struct key_query q = {
		.call = call,
		.class = (u32)call->args[2],
		.buf = call->args[3],
		.len = (u32)call->args[4],
		.retlen = call->args[5],
	};
	struct nt_key *key;
	u16 *name;
	long ret;

	ret = nt_key_ref(call, call->args[0], NT_KEY_ENUMERATE, &key);
	if (ret)
		return ret;
	ret = name_at(call, key, (u32)call->args[1], &name, &q.name_len);
	if (ret)
		goto out;
	q.name = name;
	ret = nt_key_lookup(call, key, name, q.name_len, &q.key);
	if (!ret) {
		ret = query(&q);
		nt_object_put(&q.key->obj);
	}
	kfree(name);
out:
	nt_object_put(&key->obj);
	return ret;
}
