// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extended attributes.
 *
 * Darwin has one name space; it is Linux's "user." one, with the prefix added
 * and taken off. What is in the others is not shown.
 */
#include <linux/fcntl.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/xattr.h>

#include "bsd_table.h"
#include "flags_xattr.h"
#include "fs.h"
#include "xattr.h"

/* Attributes of the system itself: com.apple.system.Security and so on. */
#define PROTECTED_PREFIX	"com.apple.system."

#define NAME_SIZE	(XATTR_USER_PREFIX_LEN + DARWIN_XATTR_MAXNAMELEN + 1)

/**
 * darwin_xattr_is_protected() - may programs not see this attribute?
 * @name: Darwin name
 *
 * Context: any.
 */
bool darwin_xattr_is_protected(const char *name)
{
	return strstarts(name, PROTECTED_PREFIX);
}
EXPORT_SYMBOL_FOR_TEST(darwin_xattr_is_protected);

/**
 * darwin_xattr_list() - convert a list of names
 * @from: native list: strings, one behind the other
 * @len: its length
 * @to: at least as long; may be @from
 *
 * Context: any.
 * Return: length of the Darwin list.
 */
size_t darwin_xattr_list(const char *from, size_t len, char *to)
{
	const char *name;
	size_t n, done = 0;

	for (; len; from += n, len -= n) {
		n = strnlen(from, len);
		if (n == len)
			break;
		n++;
		if (!strstarts(from, XATTR_USER_PREFIX))
			continue;
		name = from + XATTR_USER_PREFIX_LEN;
		if (n - XATTR_USER_PREFIX_LEN > DARWIN_XATTR_MAXNAMELEN + 1 ||
		    darwin_xattr_is_protected(name))
			continue;
		memmove(to + done, name, n - XATTR_USER_PREFIX_LEN);
		done += n - XATTR_USER_PREFIX_LEN;
	}
	return done;
}
EXPORT_SYMBOL_FOR_TEST(darwin_xattr_list);

/*
 * The file of a call: a name or a descriptor, and which of the three native
 * calls that makes.
 */
struct target {
	u64 file;
	unsigned int which;
};

enum { BY_PATH, BY_LINK, BY_FD };

static long get_target(struct persona_call *call, struct target *target, bool fd, u32 options)
{
	const char __user *path;
	u32 refused = DARWIN_XATTR_NOSECURITY | DARWIN_XATTR_NODEFAULT;

	if (fd)
		refused |= DARWIN_XATTR_NOFOLLOW;
	if (options & refused)
		return -EINVAL;
	if (options & ~(DARWIN_XATTR_NOFOLLOW | DARWIN_XATTR_CREATE | DARWIN_XATTR_REPLACE |
			DARWIN_XATTR_SHOWCOMPRESSION))
		return -EINVAL;
	if (fd) {
		target->file = (u64)(int)call->args[0];
		target->which = BY_FD;
		return 0;
	}
	path = darwin_path(call, 0);
	if (IS_ERR(path))
		return PTR_ERR(path);
	target->file = (__force u64)path;
	target->which = options & DARWIN_XATTR_NOFOLLOW ? BY_LINK : BY_PATH;
	return 0;
}

/* The native form of a name, in scratch memory. */
static const char __user *get_name(struct persona_call *call, u64 arg)
{
	char name[NAME_SIZE] = XATTR_USER_PREFIX;
	char *own = name + XATTR_USER_PREFIX_LEN;
	long len;

	len = strncpy_from_user(own, u64_to_user_ptr(arg), DARWIN_XATTR_MAXNAMELEN + 1);
	if (len < 0)
		return (const char __user *)ERR_PTR(len);
	if (len > DARWIN_XATTR_MAXNAMELEN)
		return (const char __user *)ERR_PTR(-ENAMETOOLONG);
	if (!len)
		return (const char __user *)ERR_PTR(-EINVAL);
	if (darwin_xattr_is_protected(own))
		return (const char __user *)ERR_PTR(-EPERM);
	return persona_scratch_put(call, name, XATTR_USER_PREFIX_LEN + len + 1);
}

static long attr_error(long ret)
{
	switch (ret) {
	case -ENODATA:
		return PERSONA_ERR(DARWIN_ENOATTR);
	default:
		return ret;
	}
}

static long get_attr(struct persona_call *call, bool fd)
{
	static const unsigned int nrs[] = { __NR_getxattr, __NR_lgetxattr, __NR_fgetxattr };
	u64 value = call->args[2], size = call->args[3];
	const char __user *name;
	struct target target;
	long ret;

	ret = get_target(call, &target, fd, (u32)call->args[5]);
	if (ret)
		return ret;
	/* Only a resource fork is read in parts, and here it is none. */
	if ((u32)call->args[4])
		return -EINVAL;
	name = get_name(call, call->args[1]);
	if (IS_ERR(name))
		return PTR_ERR(name);
	/* To Darwin these sizes ask for the size, too. */
	if (!value || size == U32_MAX || size == U64_MAX)
		return attr_error(persona_native(call, nrs[target.which], target.file, name,
						 NULL, 0));
	ret = persona_native(call, nrs[target.which], target.file, name, value, size);
	/* A buffer of no size asks Linux for the size, but is too small there. */
	if (ret > 0 && !size)
		return -ERANGE;
	return attr_error(ret);
}

long darwin_getxattr(struct persona_call *call)
{
	return get_attr(call, false);
}

long darwin_fgetxattr(struct persona_call *call)
{
	return get_attr(call, true);
}

static long set_attr(struct persona_call *call, bool fd)
{
	static const unsigned int nrs[] = { __NR_setxattr, __NR_lsetxattr, __NR_fsetxattr };
	u64 value = call->args[2], size = call->args[3];
	u32 options = (u32)call->args[5];
	const char __user *name;
	struct target target;
	int flags = 0;
	long ret;

	name = get_name(call, call->args[1]);
	if (IS_ERR(name))
		return PTR_ERR(name);
	if (size && !value)
		return -EINVAL;
	ret = get_target(call, &target, fd, options);
	if (ret)
		return ret;
	if ((u32)call->args[4])
		return -EINVAL;
	switch (options & (DARWIN_XATTR_CREATE | DARWIN_XATTR_REPLACE)) {
	case DARWIN_XATTR_CREATE:
		flags = XATTR_CREATE;
		break;
	case DARWIN_XATTR_REPLACE:
		flags = XATTR_REPLACE;
		break;
	case DARWIN_XATTR_CREATE | DARWIN_XATTR_REPLACE:
		return -EINVAL;
	}
	return attr_error(persona_native(call, nrs[target.which], target.file, name, value, size,
					 flags));
}

long darwin_setxattr(struct persona_call *call)
{
	return set_attr(call, false);
}

long darwin_fsetxattr(struct persona_call *call)
{
	return set_attr(call, true);
}

static long remove_attr(struct persona_call *call, bool fd)
{
	static const unsigned int nrs[] = {
		__NR_removexattr, __NR_lremovexattr, __NR_fremovexattr
	};
	const char __user *name;
	struct target target;
	long ret;

	ret = get_target(call, &target, fd, (u32)call->args[2]);
	if (ret)
		return ret;
	name = get_name(call, call->args[1]);
	if (IS_ERR(name))
		return PTR_ERR(name);
	return attr_error(persona_native(call, nrs[target.which], target.file, name));
}

long darwin_removexattr(struct persona_call *call)
{
	return remove_attr(call, false);
}

long darwin_fremovexattr(struct persona_call *call)
{
	return remove_attr(call, true);
}

/* A list can be longer than scratch memory, so the kernel's own call is used. */
static long list_path(const struct path *path, u64 to, u64 size)
{
	ssize_t len;
	char *buf;

	buf = kvmalloc(XATTR_LIST_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	len = vfs_listxattr(path->dentry, buf, XATTR_LIST_MAX);
	/* There are file systems that have none. */
	if (len == -EOPNOTSUPP)
		len = 0;
	if (len > 0)
		len = darwin_xattr_list(buf, len, buf);
	if (len > 0 && to && size) {
		if (len > size)
			len = -ERANGE;
		else if (copy_to_user(u64_to_user_ptr(to), buf, len))
			len = -EFAULT;
	}
	kvfree(buf);
	return len;
}

static long list_attrs(struct persona_call *call, bool fd)
{
	static const unsigned int nrs[] = { __NR_listxattr, __NR_llistxattr, __NR_flistxattr };
	u64 to = call->args[1], size = call->args[2];
	struct target target;
	struct path path;
	long ret;

	ret = get_target(call, &target, fd, (u32)call->args[3]);
	if (ret)
		return ret;
	ret = persona_permit(call, nrs[target.which], target.file, to, size);
	if (ret)
		return ret;
	if (fd)
		ret = darwin_lookup_fd((u32)call->args[0], &path);
	else
		ret = darwin_lookup_path(call, AT_FDCWD, u64_to_user_ptr(target.file),
					 target.which == BY_PATH, &path);
	if (ret)
		return ret;
	ret = list_path(&path, to, size);
	path_put(&path);
	return ret;
}

long darwin_listxattr(struct persona_call *call)
{
	return list_attrs(call, false);
}

long darwin_flistxattr(struct persona_call *call)
{
	return list_attrs(call, true);
}
