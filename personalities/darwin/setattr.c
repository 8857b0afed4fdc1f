// SPDX-License-Identifier: GPL-2.0-only
/*
 * setattrlist(2): the other way to change times, owner, mode and flags, and the
 * only one with nanoseconds.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/uaccess.h>
#include <linux/xattr.h>

#include "attr.h"
#include "bsd_table.h"
#include "fs.h"
#include "xattr.h"

/* What Darwin lets a program set. */
#define SETTABLE	0x51c7ff00
/* What of it Linux cannot change. */
#define UNCHANGEABLE	(DARWIN_ATTR_CMN_SCRIPT | DARWIN_ATTR_CMN_CRTIME | \
			 DARWIN_ATTR_CMN_BKUPTIME | DARWIN_ATTR_CMN_EXTENDED_SECURITY | \
			 DARWIN_ATTR_CMN_UUID | DARWIN_ATTR_CMN_GRPUUID | \
			 DARWIN_ATTR_CMN_ADDEDTIME | DARWIN_ATTR_CMN_DATA_PROTECT_FLAGS)

/* The buffer, taken apart. */
struct new_attrs {
	struct darwin_stat_time mtime;
	struct darwin_stat_time atime;
	u8 fndrinfo[DARWIN_FNDRINFO_LEN];
	u32 uid;
	u32 gid;
	u32 mode;
	u32 flags;
};

/**
 * darwin_setattr_sizes() - how long must the buffer be?
 * @set: attributes to be set
 * @size: result
 *
 * Context: any.
 * Return: 0; -EINVAL when one may not be set at all, -EOPNOTSUPP when Linux
 * cannot.
 */
int darwin_setattr_sizes(const struct darwin_attr_set *set, size_t *size)
{
	u32 common = set->common;

	if (set->vol || set->dir || set->file || set->fork || common & ~SETTABLE)
		return -EINVAL;
	if (common & UNCHANGEABLE)
		return -EOPNOTSUPP;
	*size = hweight32(common & (DARWIN_ATTR_CMN_MODTIME | DARWIN_ATTR_CMN_CHGTIME |
				    DARWIN_ATTR_CMN_ACCTIME)) * sizeof(struct darwin_stat_time);
	if (common & DARWIN_ATTR_CMN_FNDRINFO)
		*size += DARWIN_FNDRINFO_LEN;
	*size += hweight32(common & (DARWIN_ATTR_CMN_OWNERID | DARWIN_ATTR_CMN_GRPID |
				     DARWIN_ATTR_CMN_ACCESSMASK | DARWIN_ATTR_CMN_FLAGS)) *
		 sizeof(u32);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_setattr_sizes);

static const u8 *take(void *to, const u8 *from, size_t len)
{
	memcpy(to, from, len);
	return from + len;
}

/* @buf has been checked to be long enough. */
static void unpack(struct new_attrs *new, u32 common, const u8 *buf)
{
	struct darwin_stat_time ignored;

	memset(new, 0, sizeof(*new));
	if (common & DARWIN_ATTR_CMN_MODTIME)
		buf = take(&new->mtime, buf, sizeof(new->mtime));
	/* The kernel keeps this one itself, there and here. */
	if (common & DARWIN_ATTR_CMN_CHGTIME)
		buf = take(&ignored, buf, sizeof(ignored));
	if (common & DARWIN_ATTR_CMN_ACCTIME)
		buf = take(&new->atime, buf, sizeof(new->atime));
	if (common & DARWIN_ATTR_CMN_FNDRINFO)
		buf = take(new->fndrinfo, buf, sizeof(new->fndrinfo));
	if (common & DARWIN_ATTR_CMN_OWNERID)
		buf = take(&new->uid, buf, sizeof(new->uid));
	if (common & DARWIN_ATTR_CMN_GRPID)
		buf = take(&new->gid, buf, sizeof(new->gid));
	if (common & DARWIN_ATTR_CMN_ACCESSMASK)
		buf = take(&new->mode, buf, sizeof(new->mode));
	if (common & DARWIN_ATTR_CMN_FLAGS)
		take(&new->flags, buf, sizeof(new->flags));
}

/**
 * struct set_target - the file
 * @dfd: directory, or the file itself when @path is NULL
 * @path: its name, in user memory
 * @follow: follow a symbolic link
 */
struct set_target {
	int dfd;
	const char __user *path;
	bool follow;
};

static long set_times(struct persona_call *call, const struct set_target *target, u32 common,
		      const struct new_attrs *new)
{
	struct __kernel_timespec ts[2] = {
		{ .tv_sec = new->atime.sec, .tv_nsec = new->atime.nsec },
		{ .tv_sec = new->mtime.sec, .tv_nsec = new->mtime.nsec },
	};
	void __user *times;
	unsigned int i;

	/* Linux would take some of these for something else. */
	for (i = 0; i < ARRAY_SIZE(ts); i++) {
		if (ts[i].tv_nsec < 0 || ts[i].tv_nsec >= NSEC_PER_SEC)
			return -EINVAL;
	}
	if (!(common & DARWIN_ATTR_CMN_ACCTIME))
		ts[0].tv_nsec = UTIME_OMIT;
	if (!(common & DARWIN_ATTR_CMN_MODTIME))
		ts[1].tv_nsec = UTIME_OMIT;
	times = persona_scratch_put(call, ts, sizeof(ts));
	if (IS_ERR(times))
		return PTR_ERR(times);
	return persona_native(call, __NR_utimensat, target->dfd, target->path, times,
			      target->path && !target->follow ? AT_SYMLINK_NOFOLLOW : 0);
}

static long set_owner(struct persona_call *call, const struct set_target *target, u32 common,
		      const struct new_attrs *new)
{
	u32 uid = common & DARWIN_ATTR_CMN_OWNERID ? new->uid : (u32)-1;
	u32 gid = common & DARWIN_ATTR_CMN_GRPID ? new->gid : (u32)-1;

	if (!target->path)
		return persona_native(call, __NR_fchown, target->dfd, uid, gid);
	return persona_native(call, __NR_fchownat, target->dfd, target->path, uid, gid,
			      target->follow ? 0 : AT_SYMLINK_NOFOLLOW);
}

static long set_mode(struct persona_call *call, const struct set_target *target, u32 mode)
{
	if (!target->path)
		return persona_native(call, __NR_fchmod, target->dfd, mode & S_IALLUGO);
	return darwin_chmod_at(call, target->dfd, target->path, mode, target->follow);
}

static long set_file_flags(struct persona_call *call, const struct set_target *target, u32 flags)
{
	if (!target->path)
		return darwin_fset_flags(call, target->dfd, flags);
	return darwin_set_flags(call, target->dfd, target->path, target->follow, flags);
}

static long set_fndrinfo(struct persona_call *call, const struct set_target *target,
			 const u8 *info)
{
	static const char name[] = XATTR_USER_PREFIX DARWIN_XATTR_FINDERINFO;
	const char __user *uname = persona_scratch_put(call, name, sizeof(name));
	void __user *value = persona_scratch_put(call, info, DARWIN_FNDRINFO_LEN);

	if (IS_ERR(uname))
		return PTR_ERR(uname);
	if (IS_ERR(value))
		return PTR_ERR(value);
	if (!target->path)
		return persona_native(call, __NR_fsetxattr, target->dfd, uname, value,
				      DARWIN_FNDRINFO_LEN, 0);
	/* There is no form of this with a directory. */
	if (target->dfd != AT_FDCWD)
		return -EOPNOTSUPP;
	return persona_native(call, target->follow ? __NR_setxattr : __NR_lsetxattr,
			      target->path, uname, value, DARWIN_FNDRINFO_LEN, 0);
}

static long set_all(struct persona_call *call, const struct set_target *target, u32 common,
		    const struct new_attrs *new)
{
	long ret = 0;

	if (common & DARWIN_ATTR_CMN_FNDRINFO)
		ret = set_fndrinfo(call, target, new->fndrinfo);
	if (!ret && common & (DARWIN_ATTR_CMN_OWNERID | DARWIN_ATTR_CMN_GRPID))
		ret = set_owner(call, target, common, new);
	/* After the owner, whose change takes set-id bits away. */
	if (!ret && common & DARWIN_ATTR_CMN_ACCESSMASK)
		ret = set_mode(call, target, new->mode);
	if (!ret && common & (DARWIN_ATTR_CMN_MODTIME | DARWIN_ATTR_CMN_ACCTIME))
		ret = set_times(call, target, common, new);
	/* Last: they may forbid all the rest. */
	if (!ret && common & DARWIN_ATTR_CMN_FLAGS)
		ret = set_file_flags(call, target, new->flags);
	return ret;
}

/* @arg: the first of attribute list, buffer, size */
static long set_list(struct persona_call *call, const struct set_target *target,
		     unsigned int arg)
{
	u8 buf[3 * sizeof(struct darwin_stat_time) + DARWIN_FNDRINFO_LEN + 4 * sizeof(u32)];
	struct darwin_attrlist list;
	struct new_attrs new;
	size_t size;
	long ret;

	if (copy_from_user(&list, u64_to_user_ptr(call->args[arg]), sizeof(list)))
		return -EFAULT;
	if (list.bitmapcount != DARWIN_ATTR_BIT_MAP_COUNT)
		return -EINVAL;
	ret = darwin_setattr_sizes(&list.set, &size);
	if (ret)
		return ret;
	if (size > sizeof(buf) || call->args[arg + 2] < size)
		return -EINVAL;
	if (copy_from_user(buf, u64_to_user_ptr(call->args[arg + 1]), size))
		return -EFAULT;
	unpack(&new, list.set.common, buf);
	return set_all(call, target, list.set.common, &new);
}

static long set_by_name(struct persona_call *call, int dfd, unsigned int path_arg,
			unsigned int arg, u64 options)
{
	struct set_target target = { .dfd = dfd };

	if (options & ~(u64)(DARWIN_FSOPT_NOFOLLOW | DARWIN_FSOPT_NOINMEMUPDATE |
			     DARWIN_FSOPT_PACK_INVAL_ATTRS))
		return -EINVAL;
	target.follow = !(options & DARWIN_FSOPT_NOFOLLOW);
	target.path = darwin_path(call, path_arg);
	if (IS_ERR(target.path))
		return PTR_ERR(target.path);
	/* A descriptor's form of the native calls takes no name at all. */
	if (!target.path)
		return -EFAULT;
	return set_list(call, &target, arg);
}

long darwin_setattrlist(struct persona_call *call)
{
	return set_by_name(call, AT_FDCWD, 0, 1, call->args[4]);
}

long darwin_setattrlistat(struct persona_call *call)
{
	return set_by_name(call, darwin_at_fd(call->args[0]), 1, 2, (u32)call->args[5]);
}

long darwin_fsetattrlist(struct persona_call *call)
{
	struct set_target target = { .dfd = (int)call->args[0] };

	if (target.dfd < 0)
		return -EBADF;
	return set_list(call, &target, 1);
}
