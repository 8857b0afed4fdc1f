// SPDX-License-Identifier: GPL-2.0-only
/* OBJECT_ATTRIBUTES: what a create or open call is about. */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "nt.h"

/* As programs pass it. */
struct object_attributes {
	u32 length;
	u32 pad;
	u64 root;
	u64 name;
	u32 attributes;
	u32 pad2;
	u64 security_descriptor;
	u64 security_qos;
};

#define OBJ_VALID	0x0001fff2u

/**
 * nt_attributes_get() - copy OBJECT_ATTRIBUTES of the caller
 * @user: its address; 0: none, which is as one without a name
 * @attr: filled in, to be released with nt_attributes_put()
 *
 * An empty name is none, if there is no root directory.
 *
 * Context: may sleep.
 * Return: 0, or an error, and there is nothing to release: -EFAULT, -ENOMEM,
 * STATUS_INVALID_PARAMETER.
 */
long nt_attributes_get(u64 user, struct nt_attributes *attr)
{
	struct object_attributes in;
	long ret;

	memset(attr, 0, sizeof(*attr));
	if (!user)
		return 0;
	if (copy_from_user(&in, u64_to_user_ptr(user), sizeof(in)))
		return -EFAULT;
	if (in.length != sizeof(in) || in.attributes & ~OBJ_VALID)
		return NT_STATUS_INVALID_PARAMETER;
	attr->root = in.root;
	attr->attr = in.attributes;
	if (!in.name)
		return 0;
	ret = nt_ustring_get(in.name, &attr->name, &attr->len);
	if (ret)
		return ret == NT_STATUS_INVALID_PARAMETER ? NT_STATUS_OBJECT_NAME_INVALID : ret;
	if (!attr->len && !attr->root) {
		kvfree(attr->name);
		attr->name = NULL;
	}
	return 0;
}

/**
 * nt_attributes_put() - release what nt_attributes_get() allocated
 * @attr: filled in by it
 *
 * Context: may sleep.
 */
void nt_attributes_put(struct nt_attributes *attr)
{
	kvfree(attr->name);
	attr->name = NULL;
}
