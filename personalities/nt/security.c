// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security descriptors of objects, as programs ask for them.
 *
 * Who may use an object is for Linux to say: the name space is the user's alone,
 * and files have their permission bits. A descriptor says the same in NT's
 * words; there is none that is kept.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/uaccess.h>

#include "file.h"
#include "nt_table.h"
#include "security.h"

/* SECURITY_INFORMATION */
#define OWNER_INFORMATION	0x1u
#define GROUP_INFORMATION	0x2u
#define DACL_INFORMATION	0x4u
#define SACL_INFORMATION	0x8u

#define ACCESS_SYSTEM_SECURITY	0x01000000u

#define SD_DACL_PRESENT		0x0004
#define SD_SELF_RELATIVE	0x8000

#define ACL_REVISION		2
#define ACE_ALLOWED		0

/* What the permission bits of a file come to. */
#define FILE_READ_RIGHTS	0x00120089u
#define FILE_WRITE_RIGHTS	0x00130116u	/* with DELETE */
#define FILE_EXECUTE_RIGHTS	0x001200a0u
#define FILE_OWNER_RIGHTS	0x001e0180u
#define FILE_ALL_RIGHTS		0x001f01ffu

struct sd_head {
	u8 revision;
	u8 pad;
	u16 control;
	u32 owner;
	u32 group;
	u32 sacl;
	u32 dacl;
};

struct acl_head {
	u8 revision;
	u8 pad;
	u16 size;
	u16 count;
	u16 pad2;
};

struct ace_head {
	u8 type;
	u8 flags;
	u16 size;
	u32 mask;
};

static u32 put_sid(u8 *at, const struct nt_sid *sid)
{
	memcpy(at, sid, nt_sid_size(sid));
	return nt_sid_size(sid);
}

static u32 put_ace(u8 *at, const struct nt_sid *sid, u32 mask)
{
	struct ace_head head = {
		.type = ACE_ALLOWED,
		.size = sizeof(head) + nt_sid_size(sid),
		.mask = mask,
	};

	memcpy(at, &head, sizeof(head));
	return sizeof(head) + put_sid(at + sizeof(head), sid);
}

/**
 * nt_rights_of_mode() - what three permission bits allow
 * @bits: rwx
 *
 * Context: any.
 * Return: rights to a file.
 */
u32 nt_rights_of_mode(unsigned int bits)
{
	u32 rights = 0;

	if ((bits & 7) == 7)
		return FILE_ALL_RIGHTS;
	if (bits & 4)
		rights |= FILE_READ_RIGHTS;
	if (bits & 2)
		rights |= FILE_WRITE_RIGHTS;
	if (bits & 1)
		rights |= FILE_EXECUTE_RIGHTS;
	return rights;
}
EXPORT_SYMBOL_FOR_TEST(nt_rights_of_mode);

/**
 * nt_security_make() - a self-relative security descriptor
 * @owner: who is who and may do what
 * @what: SECURITY_INFORMATION: parts that are wanted
 * @out: NT_SECURITY_MAX bytes
 *
 * Context: any.
 * Return: bytes written.
 */
u32 nt_security_make(const struct nt_ownership *owner, u32 what, u8 *out)
{
	struct sd_head head = { .revision = 1, .control = SD_SELF_RELATIVE };
	struct acl_head acl = { .revision = ACL_REVISION };
	u32 len = sizeof(head), start;
	struct nt_sid everyone;

	if (what & OWNER_INFORMATION) {
		head.owner = len;
		len += put_sid(out + len, &owner->user);
	}
	if (what & GROUP_INFORMATION) {
		head.group = len;
		len += put_sid(out + len, &owner->group);
	}
	if (what & DACL_INFORMATION) {
		head.control |= SD_DACL_PRESENT;
		head.dacl = len;
		start = len;
		len += sizeof(acl);
		len += put_ace(out + len, &owner->user, owner->rights[0]);
		acl.count = 1;
		if (owner->rights[1]) {
			len += put_ace(out + len, &owner->group, owner->rights[1]);
			acl.count++;
		}
		if (owner->rights[2]) {
			nt_sid_make(&everyone, 1, 1, 0);
			len += put_ace(out + len, &everyone, owner->rights[2]);
			acl.count++;
		}
		acl.size = len - start;
		memcpy(out + start, &acl, sizeof(acl));
	}
	memcpy(out, &head, sizeof(head));
	return len;
}
EXPORT_SYMBOL_FOR_TEST(nt_security_make);

static void ownership_of_file(struct file *file, struct nt_ownership *owner)
{
	struct inode *inode = file_inode(file);
	umode_t mode = inode->i_mode;

	nt_sid_of_uid(&owner->user, from_kuid_munged(current_user_ns(), inode->i_uid));
	nt_sid_of_gid(&owner->group, from_kgid_munged(current_user_ns(), inode->i_gid));
	owner->rights[0] = nt_rights_of_mode(mode >> 6) | FILE_OWNER_RIGHTS;
	owner->rights[1] = nt_rights_of_mode(mode >> 3);
	owner->rights[2] = nt_rights_of_mode(mode);
}

static void ownership_of(struct nt_object *obj, struct nt_ownership *owner)
{
	memset(owner, 0, sizeof(*owner));
	if (obj->type == &nt_file_type) {
		struct file *file = nt_file_get(obj);

		if (file) {
			ownership_of_file(file, owner);
			fput(file);
			return;
		}
	}
	nt_sid_of_uid(&owner->user, from_kuid_munged(current_user_ns(), current_euid()));
	nt_sid_of_gid(&owner->group, from_kgid_munged(current_user_ns(), current_egid()));
	owner->rights[0] = obj->type->generic[3];
}

/* The rights that a handle needs to ask, or to say, this. */
static u32 rights_for(u32 what, u32 dacl, u32 owner)
{
	u32 rights = 0;

	if (what & (OWNER_INFORMATION | GROUP_INFORMATION))
		rights |= owner;
	if (what & DACL_INFORMATION)
		rights |= dacl;
	if (what & SACL_INFORMATION)
		rights |= ACCESS_SYSTEM_SECURITY;
	return rights;
}

/* NtQuerySecurityObject(handle, what, *descriptor, size, *length) */
long nt_query_security_object(struct persona_call *call)
{
	u32 what = call->args[1], room = call->args[3], len;
	u32 __user *ulen = u64_to_user_ptr(call->args[4]);
	struct nt_ownership *owner;
	struct nt_object *obj;
	u8 *sd;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], NULL,
			    rights_for(what, NT_READ_CONTROL, NT_READ_CONTROL), &obj);
	if (ret)
		return ret;
	ret = -ENOMEM;
	owner = kmalloc(sizeof(*owner) + NT_SECURITY_MAX, GFP_KERNEL_ACCOUNT);
	if (!owner)
		goto out;
	sd = (u8 *)(owner + 1);
	ownership_of(obj, owner);
	len = nt_security_make(owner, what, sd);
	ret = 0;
	if (put_user(len, ulen))
		ret = -EFAULT;
	else if (len > room)
		ret = NT_STATUS_BUFFER_TOO_SMALL;
	else if (copy_to_user(u64_to_user_ptr(call->args[2]), sd, len))
		ret = -EFAULT;
	kfree(owner);
out:
	nt_object_put(obj);
	return ret;
}

/*
 * Nobody but the user reaches the object, so a list that keeps others out is
 * obeyed. That of a file or key would have to change its permissions.
 */
static bool obeys_dacl(const struct nt_object *obj)
{
	return obj->type->user_owned || obj->type == &nt_process_type ||
	       obj->type == &nt_thread_type;
}

/* The owner in a descriptor: only the one that the object has anyway. */
static long owner_check(const void *sd, u32 len, const struct nt_ownership *is)
{
	const struct sd_head *head = sd;
	u32 room;

	if (len < sizeof(*head) || !head->owner || head->owner > len)
		return NT_STATUS_INVALID_SECURITY_DESCR;
	room = len - head->owner;
	if (!nt_sid_valid(sd + head->owner, room))
		return NT_STATUS_INVALID_OWNER;
	return nt_sid_equal(sd + head->owner, &is->user) ? 0 : NT_STATUS_INVALID_OWNER;
}

/* NtSetSecurityObject(handle, what, *descriptor) */
long nt_set_security_object(struct persona_call *call)
{
	u32 what = call->args[1], len;
	struct nt_ownership *owner;
	struct nt_object *obj;
	void *sd;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], NULL,
			    rights_for(what, NT_WRITE_DAC, NT_WRITE_OWNER), &obj);
	if (ret)
		return ret;
	ret = nt_security_get(call->args[2], &sd, &len);
	if (ret)
		goto out;
	ret = -ENOMEM;
	owner = kmalloc(sizeof(*owner), GFP_KERNEL_ACCOUNT);
	if (!owner)
		goto out_sd;
	ownership_of(obj, owner);
	ret = 0;
	if (what & OWNER_INFORMATION)
		ret = owner_check(sd, len, owner);
	if (!ret && what & DACL_INFORMATION && !obeys_dacl(obj))
		ret = NT_STATUS_NOT_SUPPORTED;
	kfree(owner);
out_sd:
	kfree(sd);
out:
	nt_object_put(obj);
	return ret;
}
