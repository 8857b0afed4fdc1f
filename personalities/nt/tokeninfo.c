// SPDX-License-Identifier: GPL-2.0-only
/* NtQueryInformationToken and NtSetInformationToken. */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "nt.h"
#include "nt_table.h"
#include "token.h"

/* TOKEN_INFORMATION_CLASS */
enum {
	TOKEN_USER = 1,
	TOKEN_GROUPS,
	TOKEN_PRIVILEGES,
	TOKEN_OWNER,
	TOKEN_PRIMARY_GROUP,
	TOKEN_DEFAULT_DACL,
	TOKEN_SOURCE,
	TOKEN_TYPE,
	TOKEN_LEVEL,
	TOKEN_STATISTICS,
	TOKEN_RESTRICTED_SIDS,
	TOKEN_SESSION_ID,
	TOKEN_SANDBOX_INERT = 15,
	TOKEN_ORIGIN = 17,
	TOKEN_ELEVATION_TYPE,
	TOKEN_LINKED,
	TOKEN_ELEVATION,
	TOKEN_HAS_RESTRICTIONS,
	TOKEN_VIRTUALIZATION_ALLOWED = 23,
	TOKEN_VIRTUALIZATION_ENABLED,
	TOKEN_INTEGRITY,
	TOKEN_UI_ACCESS,
	TOKEN_MANDATORY_POLICY,
	TOKEN_LOGON_SID,
	TOKEN_IS_APP_CONTAINER,
	TOKEN_CAPABILITIES,
	TOKEN_APP_CONTAINER_SID,
	TOKEN_APP_CONTAINER_NUMBER,
	TOKEN_IS_RESTRICTED = 40,
	TOKEN_PRIVATE_NAME_SPACE = 42,
};

#define SESSION			1	/* as the PEB has it */
#define ELEVATION_TYPE_DEFAULT	1
#define POLICY_NO_WRITE_UP	1
#define ANSWER_REST		1024	/* no answer has more than this beside its SIDs */
#define LOGON_SYSTEM		0x3e7	/* LUID of the system's own session */

/**
 * struct answer - the answer to one query, as it is made
 * @user: where it goes
 * @len: room there
 * @buf: kernel copy
 * @size: bytes so far
 */
struct answer {
	u64 user;
	u32 len;
	u8 *buf;
	u32 size;
};

/* Copies a SID to the end; returns the address that it will have. */
static u64 put_sid(struct answer *a, const struct nt_sid *sid)
{
	u64 at = a->user + a->size;
	u32 size = nt_sid_size(sid);

	memcpy(a->buf + a->size, sid, size);
	a->size += size;
	return at;
}

static void put_u32(struct answer *a, u32 value)
{
	memcpy(a->buf + a->size, &value, sizeof(value));
	a->size += sizeof(value);
}

static void put_u64(struct answer *a, u64 value)
{
	memcpy(a->buf + a->size, &value, sizeof(value));
	a->size += sizeof(value);
}

/* SID_AND_ATTRIBUTES, and the SID behind it. */
static void put_sid_attr(struct answer *a, const struct nt_sid *sid, u32 attr)
{
	put_u64(a, a->user + 16);
	put_u64(a, attr);
	put_sid(a, sid);
}

static void put_sid_pointer(struct answer *a, const struct nt_sid *sid)
{
	put_u64(a, a->user + 8);
	put_sid(a, sid);
}

/* TOKEN_GROUPS of those groups in [from, to) that have one of the bits in @attr. */
static void put_groups(struct answer *a, const struct nt_token *token, u32 from, u32 to,
		       u32 attr)
{
	u32 i, n = 0, at = 8;

	for (i = from; i < to; i++)
		if (!attr || (token->groups[i].attr & attr) == attr)
			n++;
	memset(a->buf, 0, 8 + n * 16);
	memcpy(a->buf, &n, sizeof(n));
	a->size = 8 + n * 16;
	for (i = from; i < to; i++) {
		const struct nt_group *group = &token->groups[i];
		u64 sid;

		if (attr && (group->attr & attr) != attr)
			continue;
		sid = put_sid(a, &group->sid);
		memcpy(a->buf + at, &sid, sizeof(sid));
		memcpy(a->buf + at + 8, &group->attr, sizeof(group->attr));
		at += 16;
	}
}

static void put_privileges(struct answer *a, const struct nt_token *token)
{
	u32 i;

	put_u32(a, hweight64(token->present));
	for (i = 0; i < NT_SE_MAX; i++) {
		u32 attr = 0;

		if (!(token->present & BIT_ULL(i)))
			continue;
		if (token->enabled & BIT_ULL(i))
			attr |= NT_SE_ENABLED;
		if (token->defaults & BIT_ULL(i))
			attr |= NT_SE_ENABLED_BY_DEFAULT;
		put_u64(a, i);
		put_u32(a, attr);
	}
}

static void put_statistics(struct answer *a, const struct nt_token *token)
{
	put_u64(a, token->id);
	put_u64(a, token->elevated ? LOGON_SYSTEM : token->uid);
	put_u64(a, S64_MAX);			/* never expires */
	put_u32(a, token->type);
	put_u32(a, token->level);
	put_u32(a, 4096);			/* room for the default DACL ... */
	put_u32(a, 4096 - (token->dacl ? ((u16 *)token->dacl)[1] : 0));
	put_u32(a, token->ngroups - 1);
	put_u32(a, hweight64(token->present));
	put_u64(a, token->modified);
}

static long fill(struct answer *a, const struct nt_token *token, u32 class)
{
	struct nt_sid sid;

	switch (class) {
	case TOKEN_USER:
		put_sid_attr(a, &token->groups[0].sid, token->groups[0].attr);
		return 0;
	case TOKEN_GROUPS:
		put_groups(a, token, 1, token->ngroups, 0);
		return 0;
	case TOKEN_PRIVILEGES:
		put_privileges(a, token);
		return 0;
	case TOKEN_OWNER:
		put_sid_pointer(a, &token->owner);
		return 0;
	case TOKEN_PRIMARY_GROUP:
		put_sid_pointer(a, &token->primary);
		return 0;
	case TOKEN_DEFAULT_DACL:
		put_u64(a, token->dacl ? a->user + 8 : 0);
		if (token->dacl) {
			u16 size = ((u16 *)token->dacl)[1];

			memcpy(a->buf + a->size, token->dacl, size);
			a->size += size;
		}
		return 0;
	case TOKEN_SOURCE:
		memcpy(a->buf, "persona", 8);
		a->size = 8;
		put_u64(a, 0);
		return 0;
	case TOKEN_TYPE:
		put_u32(a, token->type);
		return 0;
	case TOKEN_LEVEL:
		if (token->type == NT_TOKEN_PRIMARY)
			return NT_STATUS_INVALID_PARAMETER;
		put_u32(a, token->level);
		return 0;
	case TOKEN_STATISTICS:
		put_statistics(a, token);
		return 0;
	case TOKEN_RESTRICTED_SIDS:
		put_groups(a, token, token->ngroups, token->ngroups + token->nrestricted, 0);
		return 0;
	case TOKEN_SESSION_ID:
		put_u32(a, SESSION);
		return 0;
	case TOKEN_ORIGIN:
		put_u64(a, LOGON_SYSTEM);
		return 0;
	case TOKEN_ELEVATION_TYPE:
		put_u32(a, ELEVATION_TYPE_DEFAULT);
		return 0;
	case TOKEN_LINKED:
		return NT_STATUS_NO_SUCH_LOGON_SESSION;
	case TOKEN_ELEVATION:
		put_u32(a, token->elevated);
		return 0;
	case TOKEN_HAS_RESTRICTIONS:
	case TOKEN_IS_RESTRICTED:
		put_u32(a, token->nrestricted != 0);
		return 0;
	case TOKEN_SANDBOX_INERT:
	case TOKEN_VIRTUALIZATION_ALLOWED:
	case TOKEN_VIRTUALIZATION_ENABLED:
	case TOKEN_UI_ACCESS:
	case TOKEN_IS_APP_CONTAINER:
	case TOKEN_APP_CONTAINER_NUMBER:
	case TOKEN_PRIVATE_NAME_SPACE:
		put_u32(a, 0);
		return 0;
	case TOKEN_INTEGRITY:
		nt_sid_make(&sid, 16, 1, token->integrity);
		put_sid_attr(a, &sid, NT_GROUP_INTEGRITY | NT_GROUP_INTEGRITY_ENABLED);
		return 0;
	case TOKEN_MANDATORY_POLICY:
		put_u32(a, POLICY_NO_WRITE_UP);
		return 0;
	case TOKEN_LOGON_SID:
		put_groups(a, token, 1, token->ngroups, NT_GROUP_LOGON_ID);
		return 0;
	case TOKEN_CAPABILITIES:
		put_u64(a, 0);
		return 0;
	case TOKEN_APP_CONTAINER_SID:
		put_u64(a, 0);
		return 0;
	}
	return NT_STATUS_INVALID_INFO_CLASS;
}

long nt_query_information_token(struct persona_call *call)
{
	u32 class = (u32)call->args[1];
	struct answer a = { .user = call->args[2], .len = (u32)call->args[3] };
	struct nt_token *token;
	long ret;

	ret = nt_token_ref(call, call->args[0],
			   class == TOKEN_SOURCE ? NT_TOKEN_QUERY_SOURCE : NT_TOKEN_QUERY, &token);
	if (ret)
		return ret;
	ret = -ENOMEM;
	/* What is small is most of what is asked for, and the kernel clears all of it. */
	a.buf = kvzalloc((u64)(token->ngroups + token->nrestricted) * 96 + ANSWER_REST +
			 (class == TOKEN_DEFAULT_DACL ? U16_MAX : 0), GFP_KERNEL_ACCOUNT);
	if (!a.buf)
		goto out;
	mutex_lock(&token->lock);
	ret = fill(&a, token, class);
	mutex_unlock(&token->lock);
	if (ret)
		goto out;
	if (call->args[4] && put_user(a.size, (u32 __user *)(uintptr_t)call->args[4]))
		ret = -EFAULT;
	else if (a.len < a.size)
		ret = NT_STATUS_BUFFER_TOO_SMALL;
	else if (copy_to_user((void __user *)(uintptr_t)a.user, a.buf, a.size))
		ret = -EFAULT;
out:
	kvfree(a.buf);
	nt_object_put(&token->obj);
	return ret;
}

/* May objects of the token's holder belong to that SID? */
static bool may_own(const struct nt_token *token, const struct nt_sid *sid)
{
	u32 i;

	for (i = 0; i < token->ngroups; i++)
		if (nt_sid_equal(&token->groups[i].sid, sid))
			return !i || (token->groups[i].attr & NT_GROUP_OWNER);
	return false;
}

static bool has_group(const struct nt_token *token, const struct nt_sid *sid)
{
	u32 i;

	for (i = 0; i < token->ngroups; i++)
		if (nt_sid_equal(&token->groups[i].sid, sid))
			return true;
	return false;
}

/* TOKEN_OWNER and TOKEN_PRIMARY_GROUP: a pointer to a SID. */
static long set_sid(struct nt_token *token, u64 user, bool owner)
{
	struct nt_sid sid;
	u64 pointer;
	long ret;

	if (copy_from_user(&pointer, (void __user *)(uintptr_t)user, sizeof(pointer)))
		return -EFAULT;
	ret = nt_sid_get(pointer, &sid);
	if (ret)
		return ret;
	mutex_lock(&token->lock);
	if (owner ? !may_own(token, &sid) : !has_group(token, &sid))
		ret = owner ? NT_STATUS_INVALID_OWNER : NT_STATUS_INVALID_PRIMARY_GROUP;
	else if (owner)
		token->owner = sid;
	else
		token->primary = sid;
	mutex_unlock(&token->lock);
	return ret;
}

static long set_dacl(struct nt_token *token, u64 user)
{
	void *acl = NULL, *old;
	u64 pointer;
	long ret;

	if (copy_from_user(&pointer, (void __user *)(uintptr_t)user, sizeof(pointer)))
		return -EFAULT;
	if (pointer) {
		ret = nt_acl_get(pointer, &acl);
		if (ret)
			return ret;
	}
	mutex_lock(&token->lock);
	old = token->dacl;
	token->dacl = acl;
	mutex_unlock(&token->lock);
	kfree(old);
	return 0;
}

/* Integrity goes down, never up. */
static long set_integrity(struct nt_token *token, u64 user)
{
	struct nt_sid sid;
	u64 pointer;
	long ret;

	if (copy_from_user(&pointer, (void __user *)(uintptr_t)user, sizeof(pointer)))
		return -EFAULT;
	ret = nt_sid_get(pointer, &sid);
	if (ret)
		return ret;
	if (sid.count != 1 || sid.authority[5] != 16)
		return NT_STATUS_INVALID_SID;
	mutex_lock(&token->lock);
	if (sid.sub[0] > token->integrity)
		ret = NT_STATUS_PRIVILEGE_NOT_HELD;
	else
		token->integrity = sid.sub[0];
	mutex_unlock(&token->lock);
	return ret;
}

static long set_info(struct nt_token *token, u32 class, u64 user, u32 len)
{
	switch (class) {
	case TOKEN_OWNER:
	case TOKEN_PRIMARY_GROUP:
	case TOKEN_DEFAULT_DACL:
		if (len < sizeof(u64))
			return NT_STATUS_INFO_LENGTH_MISMATCH;
		if (class == TOKEN_DEFAULT_DACL)
			return set_dacl(token, user);
		return set_sid(token, user, class == TOKEN_OWNER);
	case TOKEN_INTEGRITY:
		if (len < 16)
			return NT_STATUS_INFO_LENGTH_MISMATCH;
		return set_integrity(token, user);
	case TOKEN_SESSION_ID:
	case TOKEN_UI_ACCESS:
	case TOKEN_ORIGIN:
	case TOKEN_VIRTUALIZATION_ALLOWED:
		return NT_STATUS_PRIVILEGE_NOT_HELD;
	}
	return NT_STATUS_INVALID_INFO_CLASS;
}

long nt_set_information_token(struct persona_call *call)
{
	struct nt_token *token;
	long ret;

	ret = nt_token_ref(call, call->args[0], NT_TOKEN_ADJUST_DEFAULT, &token);
	if (ret)
		return ret;
	ret = set_info(token, (u32)call->args[1], call->args[2], (u32)call->args[3]);
	if (!ret)
		token->modified = nt_luid_new();
	nt_object_put(&token->obj);
	return ret;
}
