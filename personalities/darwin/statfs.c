// SPDX-License-Identifier: GPL-2.0-only
/*
 * statfs(2), fstatfs(2) and getfsstat(2).
 *
 * Darwin also names the mount point and what is mounted there, so these work on
 * the object and its mount instead of on the result of the native call.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "fs.h"
#include "stat.h"
#include "statfs.h"

/* Type number of file systems that Darwin does not have. */
#define TYPE_FOREIGN	0

/**
 * darwin_mount_flags() - f_flags
 * @native: ST_* flags
 *
 * Context: any.
 */
u32 darwin_mount_flags(long native)
{
	u32 flags = 0;

	if (native & ST_RDONLY)
		flags |= DARWIN_MNT_RDONLY;
	if (native & ST_NOSUID)
		flags |= DARWIN_MNT_NOSUID;
	if (native & ST_NODEV)
		flags |= DARWIN_MNT_NODEV;
	if (native & ST_NOEXEC)
		flags |= DARWIN_MNT_NOEXEC;
	if (native & ST_SYNCHRONOUS)
		flags |= DARWIN_MNT_SYNCHRONOUS;
	if (native & ST_NOATIME)
		flags |= DARWIN_MNT_NOATIME;
	return flags;
}
EXPORT_SYMBOL_FOR_TEST(darwin_mount_flags);

/**
 * darwin_fill_statfs64() - fills what the native call knows too
 * @to: is overwritten completely; the names and fsid stay zero
 * @from: native result
 *
 * Context: any.
 */
void darwin_fill_statfs64(struct darwin_statfs64 *to, const struct kstatfs *from)
{
	u32 bsize = from->f_frsize ? from->f_frsize : from->f_bsize;

	memset(to, 0, sizeof(*to));
	/* The counts are in fragments where the two sizes differ. */
	to->bsize = bsize;
	to->iosize = min_t(u64, from->f_bsize, S32_MAX);
	to->blocks = from->f_blocks;
	to->bfree = from->f_bfree;
	to->bavail = from->f_bavail;
	to->files = from->f_files;
	to->ffree = from->f_ffree;
	to->type = TYPE_FOREIGN;
	to->flags = darwin_mount_flags(from->f_flags);
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_statfs64);

/**
 * darwin_fill_statfs() - fills the old structure
 * @to: is overwritten completely
 * @from: the new one
 *
 * Names that are too long are cut off, as Darwin does it.
 *
 * Context: any.
 */
void darwin_fill_statfs(struct darwin_statfs *to, const struct darwin_statfs64 *from)
{
	memset(to, 0, sizeof(*to));
	to->bsize = from->bsize;
	to->iosize = from->iosize;
	to->blocks = from->blocks;
	to->bfree = from->bfree;
	to->bavail = from->bavail;
	to->files = from->files;
	to->ffree = from->ffree;
	to->fsid[0] = from->fsid[0];
	to->fsid[1] = from->fsid[1];
	to->owner = from->owner;
	to->fssubtype = (s16)from->fssubtype;
	to->type = (s16)from->type;
	to->flags = from->flags;
	strscpy(to->fstypename, from->fstypename, sizeof(to->fstypename));
	strscpy(to->mntonname, from->mntonname, sizeof(to->mntonname));
	strscpy(to->mntfromname, from->mntfromname, sizeof(to->mntfromname));
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_statfs);

static void fill_source(struct darwin_statfs64 *to, const struct super_block *sb)
{
	if (sb->s_bdev)
		snprintf(to->mntfromname, sizeof(to->mntfromname), "/dev/%s", sb->s_id);
	else
		strscpy(to->mntfromname, sb->s_type->name, sizeof(to->mntfromname));
}

/**
 * darwin_statfs_path() - describe the mount that an object is on
 * @to: result
 * @path: object
 *
 * The caller has asked persona_permit() for statfs(2).
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int darwin_statfs_path(struct darwin_statfs64 *to, const struct path *path)
{
	struct path root = { .mnt = path->mnt, .dentry = path->mnt->mnt_root };
	const struct super_block *sb = path->dentry->d_sb;
	struct kstatfs native;
	const char *name;
	char *buf;
	int ret;

	ret = vfs_statfs(path, &native);
	if (ret)
		return ret;
	darwin_fill_statfs64(to, &native);
	/* The file system's number, which is also what st_dev says. */
	to->fsid[0] = darwin_dev(MAJOR(sb->s_dev), MINOR(sb->s_dev));
	to->fsid[1] = to->type;
	to->owner = from_kuid_munged(current_user_ns(), GLOBAL_ROOT_UID);
	if (sb->s_bdev)
		to->flags |= DARWIN_MNT_LOCAL;
	strscpy(to->fstypename, sb->s_type->name, sizeof(to->fstypename));
	fill_source(to, sb);

	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	name = d_path(&root, buf, PATH_MAX);
	if (!IS_ERR(name)) {
		strscpy(to->mntonname, name, sizeof(to->mntonname));
		if (!strcmp(name, "/"))
			to->flags |= DARWIN_MNT_ROOTFS;
	}
	kfree(buf);
	return 0;
}

static long put_statfs(void __user *to, const struct darwin_statfs64 *st64, bool wide)
{
	struct darwin_statfs st;

	if (wide)
		return copy_to_user(to, st64, sizeof(*st64)) ? -EFAULT : 0;
	darwin_fill_statfs(&st, st64);
	return copy_to_user(to, &st, sizeof(st)) ? -EFAULT : 0;
}

static long statfs_of(const struct path *path, void __user *to, bool wide)
{
	struct darwin_statfs64 *st;
	long ret;

	st = kmalloc(sizeof(*st), GFP_KERNEL_ACCOUNT);
	if (!st)
		return -ENOMEM;
	ret = darwin_statfs_path(st, path);
	if (!ret)
		ret = put_statfs(to, st, wide);
	kfree(st);
	return ret;
}

static long statfs_name(struct persona_call *call, bool wide)
{
	const char __user *name = darwin_path(call, 0);
	struct path path;
	long ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = persona_permit(call, __NR_statfs, name, 0);
	if (!ret)
		ret = darwin_lookup_path(call, AT_FDCWD, name, true, &path);
	if (ret)
		return ret;
	ret = statfs_of(&path, u64_to_user_ptr(call->args[1]), wide);
	path_put(&path);
	return ret;
}

static long statfs_fd(struct persona_call *call, bool wide)
{
	struct path path;
	long ret;

	ret = persona_permit(call, __NR_fstatfs, (int)call->args[0], 0);
	if (!ret)
		ret = darwin_lookup_fd((u32)call->args[0], &path);
	if (ret)
		return ret;
	ret = statfs_of(&path, u64_to_user_ptr(call->args[1]), wide);
	path_put(&path);
	return ret;
}

long darwin_statfs64(struct persona_call *call)
{
	return statfs_name(call, true);
}

long darwin_fstatfs64(struct persona_call *call)
{
	return statfs_fd(call, true);
}

long darwin_statfs(struct persona_call *call)
{
	return statfs_name(call, false);
}

long darwin_fstatfs(struct persona_call *call)
{
	return statfs_fd(call, false);
}

/*
 * The mounts that the task can see are those in its mount table. Nothing
 * exported walks them, so the table is read where programs read it.
 */
struct mount_table {
	struct file *file;
	loff_t pos;
	char *buf;
	size_t used;
};

#define MOUNT_TABLE	"/proc/thread-self/mounts"
#define MOUNT_BUF	(4 * PATH_MAX)

static int open_mount_table(struct mount_table *table)
{
	memset(table, 0, sizeof(*table));
	table->buf = kmalloc(MOUNT_BUF, GFP_KERNEL_ACCOUNT);
	if (!table->buf)
		return -ENOMEM;
	table->file = filp_open(MOUNT_TABLE, O_RDONLY, 0);
	if (IS_ERR(table->file)) {
		kfree(table->buf);
		return PTR_ERR(table->file);
	}
	return 0;
}

static void close_mount_table(struct mount_table *table)
{
	fput(table->file);
	kfree(table->buf);
}

/*
 * The next line's second field, a mount point, with its escapes undone.
 * Returns 1, 0 at the end, or a negative errno.
 */
static int next_mount(struct mount_table *table, char *name, size_t size)
{
	char *line, *end, *rest;
	ssize_t n;

	for (;;) {
		end = memchr(table->buf, '\n', table->used);
		if (end)
			break;
		if (table->used == MOUNT_BUF)
			return -ENAMETOOLONG;
		n = kernel_read(table->file, table->buf + table->used,
				MOUNT_BUF - table->used, &table->pos);
		if (n <= 0)
			return n;
		table->used += n;
	}
	*end = '\0';
	rest = table->buf;
	strsep(&rest, " ");
	line = strsep(&rest, " ");
	n = line ? string_unescape(line, name, size, UNESCAPE_OCTAL) : 0;
	if (n >= size)
		return -ENAMETOOLONG;
	name[n] = '\0';
	table->used -= end + 1 - table->buf;
	memmove(table->buf, end + 1, table->used);
	return 1;
}

static long getfsstat(struct persona_call *call, bool wide)
{
	size_t size = wide ? sizeof(struct darwin_statfs64) : sizeof(struct darwin_statfs);
	int bufsize = (int)call->args[1];
	u32 flags = (u32)call->args[2];
	u64 to = call->args[0], room;
	struct darwin_statfs64 *st = NULL;
	struct mount_table table;
	struct path path;
	char *name = NULL;
	long count = 0;
	long ret;

	if (flags & ~(DARWIN_MNT_WAIT | DARWIN_MNT_NOWAIT | DARWIN_MNT_DWAIT) || bufsize < 0)
		return -EINVAL;
	room = to ? bufsize / size : INT_MAX;
	ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, O_RDONLY, 0);
	if (!ret)
		ret = persona_permit(call, __NR_statfs, 0, 0);
	if (ret)
		return ret;
	st = kmalloc(sizeof(*st), GFP_KERNEL_ACCOUNT);
	name = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	ret = -ENOMEM;
	if (!st || !name)
		goto out_free;
	ret = open_mount_table(&table);
	if (ret)
		goto out_free;
	while (count < room) {
		/* Whoever makes his own /proc makes the table as long as he likes. */
		cond_resched();
		ret = fatal_signal_pending(current) ? -EINTR :
		      next_mount(&table, name, PATH_MAX);
		if (ret <= 0)
			break;
		/* Mounts that cannot be reached are none to the caller. */
		if (kern_path(name, 0, &path))
			continue;
		ret = darwin_statfs_path(st, &path);
		path_put(&path);
		if (ret)
			continue;
		if (to) {
			ret = put_statfs(u64_to_user_ptr(to), st, wide);
			if (ret)
				break;
			to += size;
		}
		count++;
	}
	close_mount_table(&table);
out_free:
	kfree(name);
	kfree(st);
	return ret < 0 ? ret : count;
}

long darwin_getfsstat64(struct persona_call *call)
{
	return getfsstat(call, true);
}

long darwin_getfsstat(struct persona_call *call)
{
	return getfsstat(call, false);
}
