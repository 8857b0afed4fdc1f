// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security descriptors of objects, as programs ask for them.
 *
 * Who may use an object is for Linux to say: the name space is the user's alone,
 * and files have their permission bits. A descriptor says the same in NT's
 * words; there is none that is kept. One that is set becomes permission bits, if
 * they can say it.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/uaccess.h>

#include "file.h"
#include "fileinfo.h"
#include "nt_table.h"
#include "security.h"

/* SECURITY_INFORMATION */
#define OWNER_INFORMATION	0x1u
#define GROUP_INFORMATION	0x2u
#define DACL_INFORMATION	0x4u
#define SACL_INFORMATION	0x8u

#define ACL_REVISION		2

/* What the permission bits of a file come to. */
#define FILE_READ_RIGHTS	0x00120089u
#define FILE_WRITE_RIGHTS	0x00130116u	/* with DELETE */
#define FILE_EXECUTE_RIGHTS	0x001200a0u
#define FILE_OWNER_RIGHTS	0x001e0180u
#define FILE_ALL_RIGHTS		0x001f01ffu

static u32 put_sid(u8 *at, const struct nt_sid *sid)
{
	memcpy(at, sid, nt_sid_size(sid));
	return nt_sid_size(sid);
}

static u32 put_ace(u8 *at, const struct nt_sid *sid, u32 mask)
{
	struct nt_ace_head head = {
		.type = NT_ACE_ALLOWED,
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
	struct nt_sd_head head = { .revision = 1, .control = NT_SD_SELF_RELATIVE };
	struct nt_acl_head acl = { .revision = ACL_REVISION };
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
		/* Nothing is inherited from a folder. */
		head.control |= NT_SD_DACL_PRESENT | NT_SD_DACL_PROTECTED;
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

/* Classes of SIDs, as the permission bits know them. */
enum { OWNER, GROUP, OTHERS, SUPERUSER, NOBODY };

static int class_of(const struct nt_sid *sid, const struct nt_ownership *is)
{
	static const struct {
		u8 authority;
		u8 count;
		u32 sub[2];
		int class;
	} known[] = {
		{ 1, 1, { 0 }, OTHERS },	/* everyone */
		{ 3, 1, { 4 }, OWNER },		/* owner's rights */
		{ 5, 1, { 11 }, OTHERS },	/* authenticated users */
		{ 5, 1, { 18 }, SUPERUSER },	/* the system */
		{ 5, 2, { 32, 544 }, SUPERUSER },	/* administrators */
		{ 5, 2, { 32, 545 }, OTHERS },	/* users */
	};
	struct nt_sid same;
	u32 i;

	if (nt_sid_equal(sid, &is->user))
		return OWNER;
	if (nt_sid_equal(sid, &is->group))
		return GROUP;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		nt_sid_make(&same, known[i].authority, known[i].count, known[i].sub[0],
			    known[i].sub[1]);
		if (nt_sid_equal(sid, &same))
			return known[i].class;
	}
	return NOBODY;
}

static unsigned int bits_of_rights(u32 rights, bool folder)
{
	unsigned int bits = 0;

	if (rights & (NT_FILE_READ_DATA | NT_GENERIC_READ | NT_GENERIC_ALL))
		bits |= 4;
	if (rights & (NT_FILE_WRITE_DATA | NT_GENERIC_WRITE | NT_GENERIC_ALL))
		bits |= 2;
	if (rights & (NT_FILE_EXECUTE | NT_GENERIC_EXECUTE | NT_GENERIC_ALL))
		bits |= 1;
	/* On NT everybody may pass through folders. */
	if (folder && bits)
		bits |= 1;
	return bits;
}

/**
 * nt_mode_of_acl() - the permission bits that an access list comes to
 * @acl: list from nt_security_get(); NULL: everybody may do everything
 * @is: whose the file is
 * @folder: it is one
 * @mode: set to nine bits
 *
 * The superuser may do everything anyway, so rights for it say nothing.
 *
 * Context: any.
 * Return: 0, or STATUS_NOT_SUPPORTED for what permission bits cannot say: denials, and
 * rights for somebody else.
 */
long nt_mode_of_acl(const u8 *acl, const struct nt_ownership *is, bool folder, umode_t *mode)
{
	u32 rights[3] = { }, at = sizeof(struct nt_acl_head), i;
	struct nt_acl_head head;
	struct nt_ace_head ace;
	struct nt_sid sid;
	int class;

	*mode = 0777;
	if (!acl)
		return 0;
	memcpy(&head, acl, sizeof(head));
	for (i = 0; i < head.count; i++) {
		if (!nt_acl_entry(acl, &at, &ace, &sid))
			continue;
		class = class_of(&sid, is);
		if (ace.type != NT_ACE_ALLOWED || class == NOBODY)
			return NT_STATUS_NOT_SUPPORTED;
		if (class < SUPERUSER)
			rights[class] |= ace.mask;
	}
	*mode = bits_of_rights(rights[OWNER] | rights[OTHERS], folder) << 6 |
		bits_of_rights(rights[GROUP] | rights[OTHERS], folder) << 3 |
		bits_of_rights(rights[OTHERS], folder);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_mode_of_acl);

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
		rights |= NT_ACCESS_SYSTEM_SECURITY;
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
 * obeyed. That of a key would have to change the permissions of its files.
 */
static bool obeys_dacl(const struct nt_object *obj)
{
	return obj->type->user_owned || obj->type == &nt_process_type ||
	       obj->type == &nt_thread_type;
}

static bool has_sid(const void *sd, u32 len, u32 at, const struct nt_sid *is)
{
	return at <= len && nt_sid_valid(sd + at, len - at) && nt_sid_equal(sd + at, is);
}

/* The owner and group in a descriptor: only those that the object has anyway. */
static long check_owners(u32 what, const void *sd, u32 len, const struct nt_ownership *is)
{
	const struct nt_sd_head *head = sd;

	if ((what & OWNER_INFORMATION && !head->owner) ||
	    (what & GROUP_INFORMATION && !head->group))
		return NT_STATUS_INVALID_SECURITY_DESCR;
	if (what & OWNER_INFORMATION && !has_sid(sd, len, head->owner, &is->user))
		return NT_STATUS_INVALID_OWNER;
	if (what & GROUP_INFORMATION && !has_sid(sd, len, head->group, &is->group))
		return NT_STATUS_INVALID_PRIMARY_GROUP;
	return what & SACL_INFORMATION ? NT_STATUS_NOT_SUPPORTED : 0;
}

static long set_file_dacl(struct persona_call *call, struct nt_object *obj, const void *sd,
			  const struct nt_ownership *is)
{
	const struct nt_sd_head *head = sd;
	struct inode *inode;
	struct file *file;
	umode_t mode;
	long ret;

	if (obj->type != &nt_file_type || !(head->control & NT_SD_DACL_PRESENT))
		return NT_STATUS_NOT_SUPPORTED;
	file = nt_file_get(obj);
	if (!file)
		return NT_STATUS_NOT_SUPPORTED;
	inode = file_inode(file);
	ret = NT_STATUS_NOT_SUPPORTED;
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))
		ret = nt_mode_of_acl(head->dacl ? sd + head->dacl : NULL, is,
				     S_ISDIR(inode->i_mode), &mode);
	if (!ret)
		ret = nt_file_chmod(call, &file->f_path, (inode->i_mode & 07000) | mode);
	fput(file);
	return ret;
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
	ret = check_owners(what, sd, len, owner);
	if (!ret && what & DACL_INFORMATION && !obeys_dacl(obj))
		ret = set_file_dacl(call, obj, sd, owner);
	kfree(owner);
out_sd:
	kfree(sd);
out:
	nt_object_put(obj);
	return ret;
}
