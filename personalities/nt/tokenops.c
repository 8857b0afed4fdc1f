// SPDX-License-Identifier: GPL-2.0-only
/* Opening, copying, adjusting and comparing tokens. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "nt.h"
#include "nt_table.h"
#include "process.h"
#include "suspend.h"
#include "token.h"

#define LIST_MAX	1024u	/* of privileges or groups that a caller names */

#define PROCESS_QUERY_LIMITED	0x1000u
#define THREAD_QUERY_LIMITED	0x0800u

/* SECURITY_IMPERSONATION_LEVEL */
#define LEVEL_IMPERSONATION	2
#define LEVEL_DELEGATION	3

/* Of a process that the caller may only look at, its token may only be looked at. */
static long token_grant(struct persona_call *call, struct nt_process *process, u32 *access)
{
	const u32 look = NT_READ_CONTROL | NT_TOKEN_QUERY | NT_TOKEN_QUERY_SOURCE;

	if (!(nt_map_access(&nt_token_type, *access) & ~look) || nt_process_may(call, process))
		return 0;
	if (!(*access & NT_MAXIMUM_ALLOWED))
		return NT_STATUS_ACCESS_DENIED;
	*access = look;
	return 0;
}

static long open_token(struct persona_call *call, u64 process, u32 access, u32 attr, u64 out)
{
	struct nt_process *p;
	struct nt_token *token;
	long ret;

	if (put_user(0ull, (u64 __user *)(uintptr_t)out))
		return -EFAULT;
	ret = nt_process_ref(call, process, PROCESS_QUERY_LIMITED, &p);
	if (ret)
		return ret;
	ret = token_grant(call, p, &access);
	if (!ret)
		ret = nt_token_of_process(call, p, &token);
	if (!ret) {
		ret = nt_handle_return(call, &token->obj, access,
				       attr & NT_OBJ_INHERIT ? NT_HANDLE_INHERIT : 0,
				       (void __user *)(uintptr_t)out);
		nt_object_put(&token->obj);
	}
	nt_object_put(&p->obj);
	return ret;
}

long nt_open_process_token(struct persona_call *call)
{
	return open_token(call, call->args[0], (u32)call->args[1], 0, call->args[2]);
}

long nt_open_process_token_ex(struct persona_call *call)
{
	return open_token(call, call->args[0], (u32)call->args[1], (u32)call->args[2],
			  call->args[3]);
}

static long open_thread_token(struct persona_call *call, u32 attr, u64 out)
{
	struct nt_thread_object *thread;
	struct nt_token *token;
	long ret;

	if (put_user(0ull, (u64 __user *)(uintptr_t)out))
		return -EFAULT;
	ret = nt_thread_ref(call, call->args[0], THREAD_QUERY_LIMITED, &thread);
	if (ret)
		return ret;
	token = nt_token_of_thread(thread);
	nt_object_put(&thread->obj);
	if (!token)
		return NT_STATUS_NO_TOKEN;
	ret = nt_handle_return(call, &token->obj, (u32)call->args[1],
			       attr & NT_OBJ_INHERIT ? NT_HANDLE_INHERIT : 0,
			       (void __user *)(uintptr_t)out);
	nt_object_put(&token->obj);
	return ret;
}

long nt_open_thread_token(struct persona_call *call)
{
	return open_thread_token(call, 0, call->args[3]);
}

long nt_open_thread_token_ex(struct persona_call *call)
{
	return open_thread_token(call, (u32)call->args[3], call->args[4]);
}

struct luid_attr {
	u32 low;
	s32 high;
	u32 attr;
};

/* TOKEN_PRIVILEGES of the caller: the entries, to be freed with kvfree(). */
static long get_privileges(u64 user, struct luid_attr **out, u32 *n)
{
	const u32 __user *from = (const u32 __user *)(uintptr_t)user;
	struct luid_attr *list;

	*out = NULL;
	if (get_user(*n, from))
		return -EFAULT;
	if (*n > LIST_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	if (!*n)
		return 0;
	list = kvmalloc_array(*n, sizeof(*list), GFP_KERNEL_ACCOUNT);
	if (!list)
		return -ENOMEM;
	if (copy_from_user(list, from + 1, *n * sizeof(*list))) {
		kvfree(list);
		return -EFAULT;
	}
	*out = list;
	return 0;
}

static u64 privilege_bit(const struct luid_attr *luid)
{
	return luid->high || luid->low >= NT_SE_MAX ? 0 : BIT_ULL(luid->low);
}

/*
 * What a change comes to: @present and @enabled are changed, and the bits that
 * have become others are returned. @missing: not all were there.
 */
static u64 adjust(const struct luid_attr *list, u32 n, u64 *present, u64 *enabled, bool *missing)
{
	u64 was = *enabled, gone = 0;
	u32 i;

	for (i = 0; i < n; i++) {
		u64 bit = privilege_bit(&list[i]) & *present;

		if (!bit)
			*missing = true;
		else if (list[i].attr & NT_SE_REMOVED)
			gone |= bit;
		else if (list[i].attr & NT_SE_ENABLED)
			*enabled |= bit;
		else
			*enabled &= ~bit;
	}
	*present &= ~gone;
	*enabled &= ~gone;
	return was ^ *enabled;
}

/* The changed privileges as they were, for the caller to restore. */
static long put_previous(u64 user, u64 changed, u64 was)
{
	u32 __user *to = (u32 __user *)(uintptr_t)user;
	u32 i;

	if (put_user((u32)hweight64(changed), to++))
		return -EFAULT;
	for (i = 0; i < NT_SE_MAX; i++) {
		struct luid_attr entry = { .low = i };

		if (!(changed & BIT_ULL(i)))
			continue;
		entry.attr = was & BIT_ULL(i) ? NT_SE_ENABLED : 0;
		if (copy_to_user(to, &entry, sizeof(entry)))
			return -EFAULT;
		to += sizeof(entry) / sizeof(*to);
	}
	return 0;
}

long nt_adjust_privileges_token(struct persona_call *call)
{
	bool disable_all = (u8)call->args[1], missing = false;
	u64 prev = call->args[4], present, enabled, changed, was;
	u32 len = (u32)call->args[3], n = 0, need;
	struct luid_attr *list = NULL;
	struct nt_token *token;
	long ret;

	if (!disable_all && !call->args[2])
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_token_ref(call, call->args[0],
			   NT_TOKEN_ADJUST_PRIVILEGES | (prev ? NT_TOKEN_QUERY : 0), &token);
	if (ret)
		return ret;
	if (!disable_all)
		ret = get_privileges(call->args[2], &list, &n);
	if (ret)
		goto out;

	/* Others may have the token, too: no user memory is touched under its lock. */
	mutex_lock(&token->lock);
	present = token->present;
	enabled = token->enabled;
	was = enabled;
	if (disable_all) {
		changed = enabled;
		enabled = 0;
	} else {
		changed = adjust(list, n, &present, &enabled, &missing);
	}
	need = sizeof(u32) + hweight64(changed) * sizeof(struct luid_attr);
	if (prev && len < need) {
		ret = NT_STATUS_BUFFER_TOO_SMALL;
	} else {
		token->present = present;
		WRITE_ONCE(token->enabled, enabled);
		token->modified = nt_luid_new();
	}
	mutex_unlock(&token->lock);
	if (prev && call->args[5] && put_user(need, (u32 __user *)(uintptr_t)call->args[5]))
		ret = -EFAULT;
	else if (prev && !ret)
		ret = put_previous(prev, changed, was);
	if (!ret && missing)
		ret = NT_STATUS_NOT_ALL_ASSIGNED;
out:
	kvfree(list);
	nt_object_put(&token->obj);
	return ret;
}

/* PRIVILEGE_SET: the answer is in the entries, too. */
long nt_privilege_check(struct persona_call *call)
{
	u32 __user *set = (u32 __user *)(uintptr_t)call->args[1];
	struct luid_attr *list;
	struct nt_token *token;
	u32 control, n, i, have = 0;
	u64 enabled;
	long ret;

	ret = nt_token_ref(call, call->args[0], NT_TOKEN_QUERY, &token);
	if (ret)
		return ret;
	enabled = READ_ONCE(token->enabled);
	nt_object_put(&token->obj);
	if (get_user(n, set) || get_user(control, set + 1))
		return -EFAULT;
	if (n > LIST_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	list = kvmalloc_array(n ?: 1, sizeof(*list), GFP_KERNEL_ACCOUNT);
	if (!list)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(list, set + 2, n * sizeof(*list)))
		goto out;
	for (i = 0; i < n; i++) {
		list[i].attr &= ~0x80000000u;
		if (!(privilege_bit(&list[i]) & enabled))
			continue;
		list[i].attr |= 0x80000000u;	/* was used for access */
		have++;
	}
	if (copy_to_user(set + 2, list, n * sizeof(*list)))
		goto out;
	/* All, or any. */
	ret = put_user((u8)(control & 1 ? have == n : have != 0),
		       (u8 __user *)(uintptr_t)call->args[2]);
out:
	kvfree(list);
	return ret;
}

/* A copy with room for @more further groups. */
static struct nt_token *token_copy(struct nt_token *from, u32 more)
{
	struct nt_token *token;
	u32 n = from->ngroups + from->nrestricted;

	token = nt_token_alloc(n + more);
	if (!token)
		return NULL;
	mutex_lock(&from->lock);
	token->type = from->type;
	token->level = from->level;
	token->uid = from->uid;
	token->elevated = from->elevated;
	token->integrity = from->integrity;
	token->present = from->present;
	token->enabled = from->enabled;
	token->defaults = from->defaults;
	token->owner = from->owner;
	token->primary = from->primary;
	token->ngroups = from->ngroups;
	token->nrestricted = from->nrestricted;
	memcpy(token->groups, from->groups, n * sizeof(*token->groups));
	if (from->dacl)
		token->dacl = kmemdup(from->dacl, ((u16 *)from->dacl)[1], GFP_KERNEL_ACCOUNT);
	mutex_unlock(&from->lock);
	if (from->dacl && !token->dacl) {
		nt_object_put(&token->obj);
		return NULL;
	}
	return token;
}

/*
 * The level in OBJECT_ATTRIBUTES.SecurityQualityOfService. Wine's kernelbase.dll
 * has none, and the level where NT has EffectiveOnly.
 */
static long asked_level(struct persona_call *call, u32 *level, bool *effective_only)
{
	u64 oa = call->args[2], qos = 0;

	if (oa && get_user(qos, (u64 __user *)(uintptr_t)(oa + 0x28)))
		return -EFAULT;
	*effective_only = qos && (u8)call->args[3];
	*level = (u32)call->args[3];
	if (qos && get_user(*level, (u32 __user *)(uintptr_t)(qos + 4)))
		return -EFAULT;
	return *level > LEVEL_DELEGATION ? NT_STATUS_BAD_IMPERSONATION_LEVEL : 0;
}

static u32 inherit_of(u64 oa)
{
	u32 attr = 0;

	if (oa && get_user(attr, (u32 __user *)(uintptr_t)(oa + 0x18)))
		return 0;
	return attr & NT_OBJ_INHERIT ? NT_HANDLE_INHERIT : 0;
}

long nt_duplicate_token(struct persona_call *call)
{
	u32 access = (u32)call->args[1], type = (u32)call->args[4], level, was;
	struct nt_token *from, *token;
	bool effective_only;
	long ret;

	if (type != NT_TOKEN_PRIMARY && type != NT_TOKEN_IMPERSONATION)
		return NT_STATUS_INVALID_PARAMETER;
	ret = asked_level(call, &level, &effective_only);
	if (ret)
		return ret;
	ret = nt_token_ref(call, call->args[0], NT_TOKEN_DUPLICATE, &from);
	if (ret)
		return ret;
	was = from->type == NT_TOKEN_PRIMARY ? LEVEL_DELEGATION : from->level;
	ret = NT_STATUS_BAD_IMPERSONATION_LEVEL;
	if (type == NT_TOKEN_IMPERSONATION ? level > was : was < LEVEL_IMPERSONATION)
		goto out;
	ret = -ENOMEM;
	token = token_copy(from, 0);
	if (!token)
		goto out;
	token->type = type;
	token->level = type == NT_TOKEN_IMPERSONATION ? level : 0;
	if (effective_only)		/* what is off does not come along */
		token->present = token->enabled;
	/* Without any rights asked for: those of the handle it came from. */
	ret = nt_handle_return(call, &token->obj, access ?: nt_token_type.generic[3],
			       inherit_of(call->args[2]),
			       (void __user *)(uintptr_t)call->args[5]);
	nt_object_put(&token->obj);
out:
	nt_object_put(&from->obj);
	return ret;
}

/* TOKEN_GROUPS of the caller: the SIDs, to be freed with kvfree(). */
static long get_sids(u64 user, struct nt_sid **out, u32 *n)
{
	struct nt_sid *sids;
	long ret = 0;
	u32 i;

	*out = NULL;
	*n = 0;
	if (!user)
		return 0;
	if (get_user(*n, (u32 __user *)(uintptr_t)user))
		return -EFAULT;
	if (*n > LIST_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	sids = kvmalloc_array(*n ?: 1, sizeof(*sids), GFP_KERNEL_ACCOUNT);
	if (!sids)
		return -ENOMEM;
	for (i = 0; i < *n && !ret; i++) {
		u64 sid;

		ret = get_user(sid, (u64 __user *)(uintptr_t)(user + 8 + i * 16ull));
		if (!ret)
			ret = nt_sid_get(sid, &sids[i]);
	}
	if (ret) {
		kvfree(sids);
		return ret;
	}
	*out = sids;
	return 0;
}

#define FILTER_DISABLE_MAX_PRIVILEGE	1u

/* Takes away what the caller names; @restricted is added. */
static void filter(struct nt_token *token, u32 flags, const struct nt_sid *disable, u32 ndisable,
		   const struct luid_attr *remove, u32 nremove,
		   const struct nt_sid *restricted, u32 nrestricted)
{
	u64 gone = 0;
	u32 i, j;

	for (i = 0; i < nremove; i++)
		gone |= privilege_bit(&remove[i]);
	if (flags & FILTER_DISABLE_MAX_PRIVILEGE)
		gone = ~BIT_ULL(NT_SE_CHANGE_NOTIFY);
	token->present &= ~gone;
	token->enabled &= ~gone;
	for (i = 0; i < ndisable; i++)
		for (j = 0; j < token->ngroups; j++)
			if (nt_sid_equal(&token->groups[j].sid, &disable[i])) {
				token->groups[j].attr &= ~(NT_GROUP_ENABLED |
							   NT_GROUP_ENABLED_BY_DEFAULT |
							   NT_GROUP_OWNER);
				token->groups[j].attr |= NT_GROUP_DENY_ONLY;
			}
	for (i = 0; i < nrestricted; i++) {
		struct nt_group *group = &token->groups[token->ngroups + token->nrestricted++];

		group->sid = restricted[i];
		group->attr = NT_GROUP_MANDATORY | NT_GROUP_ENABLED_BY_DEFAULT | NT_GROUP_ENABLED;
	}
}

long nt_filter_token(struct persona_call *call)
{
	struct nt_sid *disable = NULL, *restricted = NULL;
	u32 ndisable = 0, nrestricted = 0, nremove = 0;
	struct luid_attr *remove = NULL;
	struct nt_token *from, *token;
	long ret;

	ret = nt_token_ref(call, call->args[0], NT_TOKEN_DUPLICATE, &from);
	if (ret)
		return ret;
	ret = get_sids(call->args[2], &disable, &ndisable);
	if (!ret && call->args[3])
		ret = get_privileges(call->args[3], &remove, &nremove);
	if (!ret)
		ret = get_sids(call->args[4], &restricted, &nrestricted);
	if (!ret && from->nrestricted + nrestricted > LIST_MAX)
		ret = NT_STATUS_INVALID_PARAMETER;
	if (ret)
		goto out;
	ret = -ENOMEM;
	token = token_copy(from, nrestricted);
	if (!token)
		goto out;
	filter(token, (u32)call->args[1], disable, ndisable, remove, nremove, restricted,
	       nrestricted);
	ret = nt_handle_return(call, &token->obj, nt_token_type.generic[3], 0,
			       (void __user *)(uintptr_t)call->args[5]);
	nt_object_put(&token->obj);
out:
	kvfree(disable);
	kvfree(remove);
	kvfree(restricted);
	nt_object_put(&from->obj);
	return ret;
}

static bool tokens_equal(const struct nt_token *a, const struct nt_token *b)
{
	u32 i, n = a->ngroups + a->nrestricted;

	if (a->ngroups != b->ngroups || a->nrestricted != b->nrestricted ||
	    a->present != b->present || a->enabled != b->enabled)
		return false;
	for (i = 0; i < n; i++)
		if (a->groups[i].attr != b->groups[i].attr ||
		    !nt_sid_equal(&a->groups[i].sid, &b->groups[i].sid))
			return false;
	return true;
}

/* Would access checks for these two end in the same way? */
long nt_compare_tokens(struct persona_call *call)
{
	struct nt_token *a, *b;
	bool equal;
	long ret;

	ret = nt_token_ref(call, call->args[0], NT_TOKEN_QUERY, &a);
	if (ret)
		return ret;
	ret = nt_token_ref(call, call->args[1], NT_TOKEN_QUERY, &b);
	if (ret) {
		nt_object_put(&a->obj);
		return ret;
	}
	equal = a == b || tokens_equal(a, b);
	nt_object_put(&a->obj);
	nt_object_put(&b->obj);
	return put_user((u8)equal, (u8 __user *)(uintptr_t)call->args[2]);
}
