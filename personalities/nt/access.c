// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access lists and the check that NtAccessCheck makes with them.
 *
 * A security descriptor comes as one block with offsets or as pointers; the
 * copy that is checked is one block. Nothing in it has been checked by anybody.
 */
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "nt.h"
#include "nt_table.h"
#include "security.h"

struct sd_absolute {
	u8 revision;
	u8 pad;
	u16 control;
	u32 pad2;
	u64 owner;
	u64 group;
	u64 sacl;
	u64 dacl;
};

/**
 * nt_acl_get() - copy an access list of the caller
 * @user: address
 * @out: set to the copy, to be freed with kfree()
 *
 * Its header is checked, and that its entries are as long as it says.
 *
 * Context: may sleep.
 * Return: 0, -EFAULT, -ENOMEM or STATUS_INVALID_ACL.
 */
long nt_acl_get(u64 user, void **out)
{
	const void __user *from = (const void __user *)(uintptr_t)user;
	struct nt_acl_head head;
	u8 *acl;
	u32 i, at;

	if (copy_from_user(&head, from, sizeof(head)))
		return -EFAULT;
	if (head.size < sizeof(head) || head.revision < 2 || head.revision > 4)
		return NT_STATUS_INVALID_ACL;
	/* Not memdup_user(): tokens keep these, so they count. */
	acl = kmalloc(head.size, GFP_KERNEL_ACCOUNT);
	if (!acl)
		return -ENOMEM;
	if (copy_from_user(acl, from, head.size)) {
		kfree(acl);
		return -EFAULT;
	}
	memcpy(acl, &head, sizeof(head));
	for (i = 0, at = sizeof(head); i < head.count; i++) {
		struct nt_ace_head ace;

		if (head.size - at < sizeof(ace))
			goto bad;
		memcpy(&ace, acl + at, sizeof(ace));
		if (ace.size < sizeof(ace) || ace.size > head.size - at)
			goto bad;
		at += ace.size;
	}
	*out = acl;
	return 0;
bad:
	kfree(acl);
	return NT_STATUS_INVALID_ACL;
}

/* Where the parts of a descriptor are in user memory; 0 for what is not there. */
static long sd_parts(u64 user, struct sd_absolute *sd)
{
	const void __user *from = (const void __user *)(uintptr_t)user;
	struct nt_sd_head rel;

	if (copy_from_user(&rel, from, sizeof(rel)))
		return -EFAULT;
	if (rel.revision != 1)
		return NT_STATUS_UNKNOWN_REVISION;
	if (!(rel.control & NT_SD_SELF_RELATIVE))
		return copy_from_user(sd, from, sizeof(*sd)) ? -EFAULT : 0;
	memset(sd, 0, sizeof(*sd));
	sd->revision = rel.revision;
	sd->control = rel.control;
	sd->owner = rel.owner ? user + rel.owner : 0;
	sd->group = rel.group ? user + rel.group : 0;
	sd->dacl = rel.dacl ? user + rel.dacl : 0;
	return 0;
}

/**
 * nt_security_get() - copy a security descriptor of the caller
 * @user: address
 * @out: set to a self-relative copy without a SACL, to be freed with kfree()
 * @len: set to its length
 *
 * Context: may sleep.
 * Return: 0, -EFAULT, -ENOMEM, STATUS_INVALID_SID, STATUS_INVALID_ACL or
 * STATUS_UNKNOWN_REVISION.
 */
long nt_security_get(u64 user, void **out, u32 *len)
{
	struct nt_sd_head rel = { .revision = 1 };
	struct nt_sid owner, group;
	struct sd_absolute sd;
	u16 acl_size = 0;
	void *acl = NULL;
	u8 *buf;
	long ret;

	ret = sd_parts(user, &sd);
	if (!ret && sd.owner)
		ret = nt_sid_get(sd.owner, &owner);
	if (!ret && sd.group)
		ret = nt_sid_get(sd.group, &group);
	if (!ret && (sd.control & NT_SD_DACL_PRESENT) && sd.dacl)
		ret = nt_acl_get(sd.dacl, &acl);
	if (ret)
		return ret;
	if (acl)
		acl_size = ((struct nt_acl_head *)acl)->size;
	buf = kzalloc(sizeof(rel) + 2 * NT_SID_MAX + acl_size, GFP_KERNEL_ACCOUNT);
	if (!buf) {
		kfree(acl);
		return -ENOMEM;
	}
	*len = sizeof(rel);
	rel.control = (sd.control & NT_SD_DACL_PRESENT) | NT_SD_SELF_RELATIVE;
	if (sd.owner) {
		rel.owner = *len;
		memcpy(buf + *len, &owner, nt_sid_size(&owner));
		*len += nt_sid_size(&owner);
	}
	if (sd.group) {
		rel.group = *len;
		memcpy(buf + *len, &group, nt_sid_size(&group));
		*len += nt_sid_size(&group);
	}
	if (acl) {
		rel.dacl = *len;
		memcpy(buf + *len, acl, acl_size);
		*len += acl_size;
		kfree(acl);
	}
	memcpy(buf, &rel, sizeof(rel));
	*out = buf;
	return 0;
}

/* Is that one of the token's SIDs? @deny: those for denials count as well. */
static bool token_is(const struct nt_token *token, const struct nt_sid *sid, bool deny)
{
	u32 i;

	for (i = 0; i < token->ngroups; i++) {
		const struct nt_group *group = &token->groups[i];

		if (!nt_sid_equal(&group->sid, sid))
			continue;
		if (group->attr & NT_GROUP_DENY_ONLY)
			return deny;
		return !i || (group->attr & NT_GROUP_ENABLED);
	}
	return false;
}

static bool restricted_is(const struct nt_token *token, const struct nt_sid *sid)
{
	u32 i;

	for (i = token->ngroups; i < token->ngroups + token->nrestricted; i++)
		if (nt_sid_equal(&token->groups[i].sid, sid))
			return true;
	return false;
}

static u32 map_generic(const struct nt_generic_mapping *map, u32 mask)
{
	if (mask & NT_GENERIC_READ)
		mask |= map->read;
	if (mask & NT_GENERIC_WRITE)
		mask |= map->write;
	if (mask & NT_GENERIC_EXECUTE)
		mask |= map->execute;
	if (mask & NT_GENERIC_ALL)
		mask |= map->all;
	return mask & ~(NT_GENERIC_READ | NT_GENERIC_WRITE | NT_GENERIC_EXECUTE | NT_GENERIC_ALL);
}

/**
 * nt_acl_entry() - an entry of an access list
 * @acl: list from nt_acl_get() or nt_security_get()
 * @at: offset of the entry, behind the list's head for the first; set to the next one's
 * @ace: receives its head
 * @sid: receives whom it is about
 *
 * Context: any.
 * Return: false if it is about nobody: only to be inherited, or without a SID.
 */
bool nt_acl_entry(const u8 *acl, u32 *at, struct nt_ace_head *ace, struct nt_sid *sid)
{
	u32 room;

	memset(sid, 0, sizeof(*sid));
	memcpy(ace, acl + *at, sizeof(*ace));
	room = min_t(u32, ace->size - sizeof(*ace), sizeof(*sid));
	memcpy(sid, acl + *at + sizeof(*ace), room);
	*at += ace->size;
	return !(ace->flags & NT_ACE_INHERIT_ONLY) && nt_sid_valid(sid, room);
}

/* The rights that a list gives, entry by entry: what was decided first stays. */
static u32 acl_rights(const u8 *acl, const struct nt_token *token,
		      const struct nt_generic_mapping *map, bool restricted)
{
	u32 granted = 0, denied = 0, i, at = sizeof(struct nt_acl_head);
	struct nt_acl_head head;
	struct nt_ace_head ace;
	struct nt_sid sid;

	memcpy(&head, acl, sizeof(head));
	for (i = 0; i < head.count; i++) {
		if (!nt_acl_entry(acl, &at, &ace, &sid))
			continue;
		if (restricted ? !restricted_is(token, &sid) :
				 !token_is(token, &sid, ace.type == NT_ACE_DENIED))
			continue;
		if (ace.type == NT_ACE_ALLOWED)
			granted |= map_generic(map, ace.mask) & ~denied;
		else if (ace.type == NT_ACE_DENIED)
			denied |= map_generic(map, ace.mask) & ~granted;
	}
	return granted;
}

/**
 * nt_security_check() - may the holder of a token do that?
 * @sd: descriptor from nt_security_get()
 * @len: its length
 * @token: whose; restricting SIDs have to be given the rights, too
 * @desired: rights asked for; generic ones and MAXIMUM_ALLOWED are understood
 * @map: of generic rights
 * @granted: set to the rights, 0 if there is an error
 *
 * Context: any; the caller holds the token's lock if others can change it.
 * Return: 0, STATUS_ACCESS_DENIED, STATUS_PRIVILEGE_NOT_HELD or
 * STATUS_INVALID_SECURITY_DESCR (no owner).
 */
long nt_security_check(const void *sd, u32 len, const struct nt_token *token, u32 desired,
		       const struct nt_generic_mapping *map, u32 *granted)
{
	struct nt_sd_head rel;
	struct nt_sid owner = { };
	u32 rights, wanted;

	*granted = 0;
	memcpy(&rel, sd, sizeof(rel));
	if (!rel.owner || !rel.group)
		return NT_STATUS_INVALID_SECURITY_DESCR;
	memcpy(&owner, sd + rel.owner, min_t(u32, len - rel.owner, sizeof(owner)));
	desired = map_generic(map, desired);
	wanted = desired & ~NT_MAXIMUM_ALLOWED;
	if ((wanted & NT_ACCESS_SYSTEM_SECURITY) && !(token->enabled & BIT_ULL(NT_SE_SECURITY)))
		return NT_STATUS_PRIVILEGE_NOT_HELD;

	if (!(rel.control & NT_SD_DACL_PRESENT) || !rel.dacl)
		rights = U32_MAX;	/* no list: everybody may do everything */
	else
		rights = acl_rights(sd + rel.dacl, token, map, false);
	/* The owner can always get at the list. */
	if (token_is(token, &owner, false))
		rights |= NT_READ_CONTROL | NT_WRITE_DAC;
	if (token->nrestricted && (rel.control & NT_SD_DACL_PRESENT) && rel.dacl)
		rights &= acl_rights(sd + rel.dacl, token, map, true);
	if (token->enabled & BIT_ULL(NT_SE_SECURITY))
		rights |= NT_ACCESS_SYSTEM_SECURITY;
	if (token->enabled & BIT_ULL(NT_SE_TAKE_OWNERSHIP))
		rights |= NT_WRITE_OWNER;

	if (wanted & ~rights)
		return NT_STATUS_ACCESS_DENIED;
	if (desired & NT_MAXIMUM_ALLOWED)
		wanted |= rights & (map->all | NT_STANDARD_RIGHTS_REQUIRED | NT_SYNCHRONIZE);
	*granted = wanted;
	return wanted || !desired ? 0 : NT_STATUS_ACCESS_DENIED;
}
EXPORT_SYMBOL_FOR_TEST(nt_security_check);

#define PRIVILEGE_SET_SIZE	20	/* with one entry */

static long check(struct persona_call *call, struct nt_token *token, u32 desired,
		  u32 *granted, long *status)
{
	struct nt_generic_mapping map;
	void *sd;
	long ret;
	u32 len;

	if (copy_from_user(&map, (void __user *)(uintptr_t)call->args[3], sizeof(map)))
		return -EFAULT;
	ret = nt_security_get(call->args[0], &sd, &len);
	if (ret)
		return ret;
	mutex_lock(&token->lock);
	*status = nt_security_check(sd, len, token, desired, &map, granted);
	mutex_unlock(&token->lock);
	kfree(sd);
	return *status == NT_STATUS_INVALID_SECURITY_DESCR ? *status : 0;
}

long nt_access_check(struct persona_call *call)
{
	u32 desired = (u32)call->args[2], set_len, granted = 0;
	struct nt_token *token;
	long ret, status = 0;

	if (get_user(set_len, (u32 __user *)(uintptr_t)call->args[5]))
		return -EFAULT;
	if (desired & (NT_GENERIC_READ | NT_GENERIC_WRITE | NT_GENERIC_EXECUTE | NT_GENERIC_ALL))
		return NT_STATUS_GENERIC_NOT_MAPPED;
	ret = nt_token_ref(call, call->args[1], NT_TOKEN_QUERY, &token);
	if (ret)
		return ret;
	ret = NT_STATUS_NO_IMPERSONATION_TOKEN;
	if (token->type != NT_TOKEN_IMPERSONATION)
		goto out;
	ret = NT_STATUS_BAD_IMPERSONATION_LEVEL;
	if (!token->level)
		goto out;
	if (set_len < PRIVILEGE_SET_SIZE) {
		ret = put_user(PRIVILEGE_SET_SIZE, (u32 __user *)(uintptr_t)call->args[5]);
		if (!ret)
			ret = NT_STATUS_BUFFER_TOO_SMALL;
		goto out;
	}
	ret = check(call, token, desired, &granted, &status);
	if (ret)
		goto out;
	/* No privilege was needed for what was granted: an empty set. */
	if (clear_user((void __user *)(uintptr_t)call->args[4], PRIVILEGE_SET_SIZE) ||
	    put_user(granted, (u32 __user *)(uintptr_t)call->args[6]) ||
	    put_user((u32)status, (u32 __user *)(uintptr_t)call->args[7]))
		ret = -EFAULT;
out:
	nt_object_put(&token->obj);
	return ret;
}
