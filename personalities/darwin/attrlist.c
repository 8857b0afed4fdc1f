// SPDX-License-Identifier: GPL-2.0-only
/*
 * getattrlist(2) and getattrlistbulk(2): what is known of an object.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uuid.h>
#include <linux/xattr.h>
#include <uapi/linux/stat.h>

#include "attr.h"
#include "bsd_table.h"
#include "dirent.h"
#include "fs.h"
#include "xattr.h"

#define FILE_RSRC	(DARWIN_ATTR_FILE_TOTALSIZE | DARWIN_ATTR_FILE_ALLOCSIZE | \
			 DARWIN_ATTR_FILE_RSRCLENGTH | DARWIN_ATTR_FILE_RSRCALLOCSIZE)

/**
 * struct attr_work - what a call needs besides its arguments
 * @obj: the object being described
 * @vol: its volume
 * @name: room for its name
 * @buf: packed attributes
 */
struct attr_work {
	struct darwin_attr_object obj;
	struct darwin_statfs64 vol;
	char name[PATH_MAX];
	u8 buf[DARWIN_ATTR_MAX_BUFFER];
};

struct count_context {
	struct dir_context ctx;
	s32 count;
};

static bool count_entry(struct dir_context *ctx, const char *name, int len, loff_t off,
			u64 ino, unsigned int type)
{
	struct count_context *count = container_of(ctx, struct count_context, ctx);

	if (len == 1 && name[0] == '.')
		return true;
	if (len == 2 && name[0] == '.' && name[1] == '.')
		return true;
	count->count++;
	return count->count < S32_MAX && !fatal_signal_pending(current);
}

/* Number of entries of a directory, -1 when it may not be read. */
static s32 count_entries(const struct path *path)
{
	struct count_context count = { .ctx.actor = count_entry };
	struct file *file;

	if (path_permission(path, MAY_READ))
		return -1;
	file = dentry_open(path, O_RDONLY | O_DIRECTORY, current_cred());
	if (IS_ERR(file))
		return -1;
	if (iterate_dir(file, &count.ctx))
		count.count = -1;
	fput(file);
	return count.count;
}

static u32 user_access(const struct path *path)
{
	static const int masks[] = { MAY_EXEC, MAY_WRITE, MAY_READ };
	u32 access = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		if (!path_permission(path, masks[i]))
			access |= 1 << i;
	}
	return access;
}

static ssize_t user_xattr(const struct path *path, const char *name, void *value, size_t size)
{
	return vfs_getxattr(persona_mnt_idmap(path->mnt), path->dentry, name, value, size);
}

static u64 parent_inode_number(const struct path *path)
{
	struct path up = *path;
	struct dentry *parent;
	u64 ino;

	path_get(&up);
	while (up.dentry == up.mnt->mnt_root) {
		if (!follow_up(&up))
			break;
	}
	parent = dget_parent(up.dentry);
	ino = d_inode(parent)->i_ino;
	dput(parent);
	path_put(&up);
	return ino;
}

/* An unlinked object keeps its name, but has no path. */
static int get_names(struct attr_work *work, const struct path *path, bool full)
{
	struct darwin_attr_object *obj = &work->obj;
	const char *name, *slash;

	if (d_unlinked(path->dentry))
		name = dentry_path_raw(path->dentry, work->name, sizeof(work->name));
	else
		name = d_path(path, work->name, sizeof(work->name));
	if (IS_ERR(name))
		return PTR_ERR(name);
	if (full && d_unlinked(path->dentry))
		return -ENOENT;
	if (full && strlen(name) >= DARWIN_MAXPATHLEN)
		return -ENOSPC;
	obj->fullpath = full ? name : NULL;
	slash = strrchr(name, '/');
	obj->name = slash && slash[1] ? slash + 1 : name;
	if (strlen(obj->name) > NAME_MAX)
		return -ENAMETOOLONG;
	return 0;
}

/* Everything that is asked for; the policy has allowed it. */
static int describe(struct attr_work *work, const struct path *path,
		    const struct darwin_attr_set *want)
{
	struct darwin_attr_object *obj = &work->obj;
	const struct super_block *sb = path->dentry->d_sb;
	u32 common = want->common;
	struct kstat stat;
	ssize_t len;
	int ret;

	memset(obj, 0, sizeof(*obj));
	ret = vfs_getattr(path, &stat, STATX_BASIC_STATS | STATX_BTIME, AT_STATX_SYNC_AS_STAT);
	if (ret)
		return ret;
	darwin_fill_kstat(&obj->st, &stat);
	obj->has_birth = stat.result_mask & STATX_BTIME;
	obj->fsid[0] = darwin_dev(MAJOR(sb->s_dev), MINOR(sb->s_dev));
	obj->entries = -1;
	obj->mountpoint = path->dentry == path->mnt->mnt_root;
	obj->name = "";
	if (common & (DARWIN_ATTR_CMN_NAME | DARWIN_ATTR_CMN_FULLPATH) || want->vol ||
	    want->fork & DARWIN_ATTR_CMNEXT_NOFIRMLINKPATH) {
		ret = get_names(work, path, common & DARWIN_ATTR_CMN_FULLPATH ||
				want->fork & DARWIN_ATTR_CMNEXT_NOFIRMLINKPATH);
		if (ret)
			return ret;
	}
	if (common & (DARWIN_ATTR_CMN_PAROBJID | DARWIN_ATTR_CMN_PARENTID))
		obj->parent = parent_inode_number(path);
	if (common & DARWIN_ATTR_CMN_USERACCESS)
		obj->access = user_access(path);
	if (common & DARWIN_ATTR_CMN_FNDRINFO)
		obj->has_fndrinfo = user_xattr(path, XATTR_USER_PREFIX DARWIN_XATTR_FINDERINFO,
					       obj->fndrinfo, sizeof(obj->fndrinfo)) ==
				    sizeof(obj->fndrinfo);
	if (S_ISREG(stat.mode) && want->file & FILE_RSRC) {
		len = user_xattr(path, XATTR_USER_PREFIX DARWIN_XATTR_RESOURCEFORK, NULL, 0);
		obj->rsrc_len = max_t(ssize_t, len, 0);
	}
	if (S_ISDIR(stat.mode) && want->dir & DARWIN_ATTR_DIR_ENTRYCOUNT)
		obj->entries = count_entries(path);
	if (want->vol) {
		ret = darwin_statfs_path(&work->vol, path);
		obj->vol = &work->vol;
		obj->uuid = uuid_is_null(&sb->s_uuid) ? NULL : sb->s_uuid.b;
	}
	return ret;
}

static long put_attributes(struct attr_work *work, const struct darwin_attr_set *want,
			   u64 to, u64 size, u32 options)
{
	ssize_t len;
	u32 total;

	len = darwin_attr_pack(work->buf, sizeof(work->buf), want, options, &work->obj);
	if (len < 0)
		return len;
	total = len;
	if (len > size)
		len = size;
	if (!(options & DARWIN_FSOPT_REPORT_FULLSIZE))
		total = len;
	memcpy(work->buf, &total, sizeof(total));
	return copy_to_user(u64_to_user_ptr(to), work->buf, len) ? -EFAULT : 0;
}

static long get_list(struct darwin_attrlist *list, u64 arg, u64 options)
{
	if (copy_from_user(list, u64_to_user_ptr(arg), sizeof(*list)))
		return -EFAULT;
	return darwin_attr_check(list, options);
}

/* What a native program would have to ask for to know as much. */
static long permit(struct persona_call *call, int dfd, const char __user *name,
		   const struct darwin_attr_set *want)
{
	long ret = persona_permit(call, __NR_statx, dfd, name, 0, STATX_BASIC_STATS, 0);

	if (!ret && want->vol)
		ret = persona_permit(call, __NR_statfs, name, 0);
	if (!ret && (want->common & DARWIN_ATTR_CMN_FNDRINFO || want->file & FILE_RSRC))
		ret = persona_permit(call, __NR_getxattr, name, 0, 0, 0);
	if (!ret && want->dir & DARWIN_ATTR_DIR_ENTRYCOUNT)
		ret = persona_permit(call, __NR_getdents64, dfd, 0, 0);
	return ret;
}

static long attributes_of(const struct path *path, const struct darwin_attr_set *want,
			  u64 to, u64 size, u32 options)
{
	struct path root = { .mnt = path->mnt, .dentry = path->mnt->mnt_root };
	struct attr_work *work;
	long ret;

	work = kvmalloc(sizeof(*work), GFP_KERNEL_ACCOUNT);
	if (!work)
		return -ENOMEM;
	ret = describe(work, want->vol ? &root : path, want);
	if (!ret)
		ret = put_attributes(work, want, to, size, options);
	kvfree(work);
	return ret;
}

/* @arg: the first of attribute list, buffer, size and options */
static long attrs_by_name(struct persona_call *call, int dfd, unsigned int path_arg,
			  unsigned int arg)
{
	u64 to = call->args[arg + 1], size = call->args[arg + 2], options = call->args[arg + 3];
	struct darwin_attrlist list;
	const char __user *name;
	struct path path;
	long ret;

	ret = get_list(&list, call->args[arg], options);
	if (ret)
		return ret;
	name = darwin_path(call, path_arg);
	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = permit(call, dfd, name, &list.set);
	if (!ret)
		ret = darwin_lookup_path(call, dfd, name, !(options & DARWIN_FSOPT_NOFOLLOW),
					 &path);
	if (ret)
		return ret;
	ret = size < sizeof(u32) ? -ERANGE :
		attributes_of(&path, &list.set, to, size, options);
	path_put(&path);
	return ret;
}

long darwin_getattrlist(struct persona_call *call)
{
	return attrs_by_name(call, AT_FDCWD, 0, 1);
}

long darwin_getattrlistat(struct persona_call *call)
{
	return attrs_by_name(call, darwin_at_fd(call->args[0]), 1, 2);
}

long darwin_fgetattrlist(struct persona_call *call)
{
	u64 to = call->args[2], size = call->args[3], options = call->args[4];
	struct darwin_attrlist list;
	struct path path;
	long ret;

	ret = get_list(&list, call->args[1], options);
	if (!ret)
		ret = permit(call, (int)call->args[0], NULL, &list.set);
	if (!ret)
		ret = darwin_lookup_fd((u32)call->args[0], &path);
	if (ret)
		return ret;
	if (!darwin_path_is_vnode(&path))
		ret = -EOPNOTSUPP;
	else if (size < sizeof(u32))
		ret = -ERANGE;
	else
		ret = attributes_of(&path, &list.set, to, size, options);
	path_put(&path);
	return ret;
}

/**
 * struct bulk - a getattrlistbulk(2) under way
 * @call: foreign call
 * @work: room for one object
 * @want: attributes
 * @options: DARWIN_FSOPT_*
 * @fd: directory
 * @to: where the next object goes
 * @room: bytes there
 * @count: objects so far
 * @name: scratch memory for a name
 */
struct bulk {
	struct persona_call *call;
	struct attr_work *work;
	struct darwin_attr_set want;
	u64 options;
	int fd;
	u64 to;
	u64 room;
	long count;
	char __user *name;
};

#define BULK_ENTRIES	4096

/* One object. Returns 0, -ENOSPC when it has no room any more, or an error. */
static long bulk_entry(struct bulk *bulk, const struct darwin_dir_entry *entry)
{
	struct attr_work *work = bulk->work;
	struct path path;
	ssize_t len;
	size_t room;
	u32 total;
	long ret;

	if (!strcmp(entry->name, ".") || !strcmp(entry->name, ".."))
		return 0;
	if (copy_to_user(bulk->name, entry->name, entry->namlen + 1))
		return -EFAULT;
	ret = darwin_lookup_path(bulk->call, bulk->fd, bulk->name, false, &path);
	/* Somebody was faster. */
	if (ret == -ENOENT)
		return 0;
	if (ret)
		return ret;
	ret = describe(work, &path, &bulk->want);
	path_put(&path);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	len = darwin_attr_pack(work->buf, sizeof(work->buf) - sizeof(u64), &bulk->want,
			       bulk->options, &work->obj);
	if (len < 0)
		return len;
	room = ALIGN(len, sizeof(u64));
	if (len > bulk->room)
		return -ENOSPC;
	if (room > bulk->room)
		room = len;
	memset(work->buf + len, 0, room - len);
	total = room;
	memcpy(work->buf, &total, sizeof(total));
	if (copy_to_user(u64_to_user_ptr(bulk->to), work->buf, room))
		return -EFAULT;
	bulk->to += room;
	bulk->room -= room;
	bulk->count++;
	return 0;
}

/*
 * One buffer of native entries. Returns how many bytes were there (0 at the
 * end), -ENOSPC or an error. What had no room is left for the next call.
 */
static long bulk_entries(struct bulk *bulk, void __user *buf)
{
	struct darwin_dir_entry entry;
	long ret, len, n, step;
	s64 pos;

	pos = persona_native(bulk->call, __NR_lseek, bulk->fd, 0, SEEK_CUR);
	if (pos < 0 && pos >= -MAX_ERRNO)
		return pos;
	len = persona_native(bulk->call, __NR_getdents64, bulk->fd, buf, BULK_ENTRIES);
	if (len <= 0 || len > BULK_ENTRIES)
		return len > 0 ? -EFAULT : len;
	for (n = 0; n < len; n += step) {
		step = darwin_next_entry(buf + n, len - n, &entry);
		if (step < 0)
			return step;
		ret = bulk_entry(bulk, &entry);
		if (ret) {
			persona_native(bulk->call, __NR_lseek, bulk->fd, pos, SEEK_SET);
			return ret;
		}
		pos = entry.off;
	}
	return len;
}

long darwin_getattrlistbulk(struct persona_call *call)
{
	struct bulk bulk = {
		.call = call,
		.fd = (int)call->args[0],
		.to = call->args[2],
		.room = call->args[3],
		.options = call->args[4] | DARWIN_FSOPT_ATTR_CMN_EXTENDED,
	};
	struct darwin_attrlist list;
	void __user *buf;
	long ret;

	ret = get_list(&list, call->args[1], bulk.options);
	if (ret)
		return ret;
	bulk.want = list.set;
	if (bulk.want.vol || ~bulk.want.common & DARWIN_ATTR_BULK_REQUIRED)
		return -EINVAL;
	ret = permit(call, bulk.fd, NULL, &bulk.want);
	if (ret)
		return ret;
	buf = persona_scratch(call, BULK_ENTRIES);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	bulk.name = persona_scratch(call, NAME_MAX + 1);
	if (IS_ERR(bulk.name))
		return PTR_ERR(bulk.name);
	bulk.work = kvmalloc(sizeof(*bulk.work), GFP_KERNEL_ACCOUNT);
	if (!bulk.work)
		return -ENOMEM;
	do {
		ret = bulk_entries(&bulk, buf);
	} while (ret > 0 && !signal_pending(current));
	kvfree(bulk.work);
	if (ret < 0 && ret != -ENOSPC && !bulk.count)
		return ret;
	/* Not even one had room. */
	if (ret == -ENOSPC && !bulk.count)
		return -ERANGE;
	return bulk.count;
}
