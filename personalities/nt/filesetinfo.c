// SPDX-License-Identifier: GPL-2.0-only
/* What can be changed of a file: the information classes of NtSetInformationFile. */
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "fileinfo.h"
#include "nt_table.h"

/* FILE_DISPOSITION_INFORMATION_EX */
#define DISPOSITION_DELETE		0x01u
#define DISPOSITION_POSIX		0x02u
#define DISPOSITION_ON_CLOSE		0x08u
#define DISPOSITION_IGNORE_READONLY	0x10u

#define MODE_BITS	(NT_FILE_WRITE_THROUGH | 0x4u | 0x8u | NT_FILE_SYNCHRONOUS_IO)

#define PRIORITY_HINTS	5u

union set_info {
	u8 b[64];
	u32 d[16];
	s64 q[8];
	struct nt_info_basic basic;
};

static bool is_time(s64 time)
{
	/* -1 and -2: whether the system goes on to keep it, from now on. */
	return time > 0;
}

static void set_time(struct __kernel_timespec *to, s64 time)
{
	struct timespec64 ts;

	if (!is_time(time)) {
		to->tv_nsec = UTIME_OMIT;
		return;
	}
	ts = nt_time_to(time);
	to->tv_sec = ts.tv_sec;
	to->tv_nsec = ts.tv_nsec;
}

static long set_times(struct persona_call *call, struct nt_file *file,
		      const struct nt_info_times *times)
{
	struct __kernel_timespec ts[2] = { };
	void __user *uts;
	void __user *name;

	if (!is_time(times->access) && !is_time(times->write))
		return 0;
	set_time(&ts[0], times->access);
	set_time(&ts[1], times->write);
	uts = persona_scratch_put(call, ts, sizeof(ts));
	name = persona_scratch_put(call, "", 1);
	if (IS_ERR(uts) || IS_ERR(name))
		return -ENOMEM;
	return nt_file_native(call, file->file, __NR_utimensat, name, uts, AT_EMPTY_PATH);
}

/**
 * nt_mode_of_attr() - a file's mode when its attributes are set
 * @mode: st_mode
 * @attr: FILE_ATTRIBUTE_*
 * @umask: of the process
 *
 * Who may read a file may write it again when it is not read-only any more, but
 * for those whom the umask keeps out. A folder that may not be written would be
 * quite another thing than NT's read-only folders.
 *
 * Context: any.
 * Return: the new mode.
 */
umode_t nt_mode_of_attr(umode_t mode, u32 attr, umode_t umask)
{
	if (S_ISDIR(mode))
		return mode;
	if (attr & NT_ATTR_READONLY)
		return mode & ~0222;
	if (mode & 0222)
		return mode;
	return mode | 0200 | (((mode & 0044) >> 1) & ~umask);
}
EXPORT_SYMBOL_FOR_TEST(nt_mode_of_attr);

/**
 * nt_file_chmod() - change permission bits
 * @call: call under way
 * @path: file
 * @mode: its mode to be; the type stays
 *
 * As fchmod(2), which does not take what was opened with O_PATH. By name it could
 * be another file by now, or a link to one.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_file_chmod(struct persona_call *call, const struct path *path, umode_t mode)
{
	struct iattr change = { .ia_valid = ATTR_MODE | ATTR_CTIME };
	struct inode *inode = d_inode(path->dentry);
	long ret;

	ret = persona_permit(call, __NR_fchmod, -1, mode & S_IALLUGO);
	if (!ret)
		ret = mnt_want_write(path->mnt);
	if (ret)
		return ret;
	inode_lock(inode);
	change.ia_mode = (mode & S_IALLUGO) | (inode->i_mode & ~S_IALLUGO);
	ret = persona_security_path_chmod(path, change.ia_mode);
	if (!ret)
		ret = notify_change(persona_mnt_idmap(path->mnt), path->dentry, &change, NULL);
	inode_unlock(inode);
	mnt_drop_write(path->mnt);
	return ret;
}

static long set_attr(struct persona_call *call, struct nt_file *file, u32 attr)
{
	umode_t mode = file_inode(file->file)->i_mode, new;
	long ret;

	if (!attr || S_ISLNK(mode))
		return 0;
	if (attr & NT_ATTR_DIRECTORY && !S_ISDIR(mode))
		return NT_STATUS_INVALID_PARAMETER;
	new = nt_mode_of_attr(mode, attr, current->fs->umask);
	if (new != mode) {
		ret = nt_file_chmod(call, &file->file->f_path, new);
		if (ret)
			return ret;
	}
	ret = nt_attr_store(call, file, attr);
	/* Not every file system can, and then nobody misses it. */
	return ret == -EOPNOTSUPP || ret == -EPERM ? 0 : ret;
}

static long set_basic(struct persona_call *call, struct nt_file *file,
		      const struct nt_info_basic *info)
{
	long ret;

	/* Times last: the others change them. */
	ret = set_attr(call, file, info->attr);
	return ret ?: set_times(call, file, &info->times);
}

struct empty_check {
	struct dir_context ctx;
	bool some;
};

static bool empty_actor(struct dir_context *ctx, const char *name, int len, loff_t offset,
			u64 ino, unsigned int type)
{
	struct empty_check *check = container_of(ctx, struct empty_check, ctx);

	check->some = !(name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')));
	return !check->some;
}

static bool folder_has_some(const struct path *path)
{
	struct empty_check check = { .ctx.actor = empty_actor };
	struct file *file;

	file = dentry_open(path, O_RDONLY | O_DIRECTORY | O_LARGEFILE, current_cred());
	if (IS_ERR(file))
		return false;	/* rmdir(2) will tell */
	iterate_dir(file, &check.ctx);
	fput(file);
	return check.some;
}

/**
 * nt_delete_check() - may a file be deleted, as far as one can tell now?
 * @call: call under way
 * @file: file object
 * @readonly: even if it is read-only
 *
 * Context: may sleep.
 * Return: 0 or why not.
 */
long nt_delete_check(struct persona_call *call, struct nt_file *file, bool readonly)
{
	const struct path *path = &file->file->f_path;
	const struct inode *inode = file_inode(file->file);
	int err;

	if (!file->node)
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	if (S_ISREG(inode->i_mode) && !(inode->i_mode & 0222) && !readonly)
		return NT_STATUS_CANNOT_DELETE;
	err = nt_may_delete(path);
	if (err)
		return err;
	if (S_ISDIR(inode->i_mode) && folder_has_some(path))
		return NT_STATUS_DIRECTORY_NOT_EMPTY;
	return persona_permit(call, __NR_unlinkat, AT_FDCWD, 0,
			      S_ISDIR(inode->i_mode) ? AT_REMOVEDIR : 0);
}

static long set_disposition(struct persona_call *call, struct nt_file *file, u32 flags)
{
	bool delete = flags & DISPOSITION_DELETE;
	long ret;

	if (delete) {
		ret = nt_delete_check(call, file, flags & DISPOSITION_IGNORE_READONLY);
		if (ret)
			return ret;
	} else if (!file->node) {
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	}
	if (flags & (DISPOSITION_ON_CLOSE | DISPOSITION_POSIX)) {
		file->posix_delete = flags & DISPOSITION_POSIX;
		file->delete_on_close = delete;
		return 0;
	}
	return nt_node_set_delete(file, delete);
}

static long set_position(struct nt_file *file, s64 pos)
{
	if (pos < 0)
		return NT_STATUS_INVALID_PARAMETER;
	if (file->device != NT_DEVICE_DISK)
		return 0;
	mutex_lock(&file->file->f_pos_lock);
	file->file->f_pos = pos;
	mutex_unlock(&file->file->f_pos_lock);
	return 0;
}

static long set_mode(struct nt_file *file, u32 mode)
{
	u32 sync = mode & NT_FILE_SYNCHRONOUS_IO;

	/* Whether requests may end later is settled by the open. */
	if (mode & ~MODE_BITS || sync == NT_FILE_SYNCHRONOUS_IO ||
	    !sync != !(file->options & NT_FILE_SYNCHRONOUS_IO))
		return NT_STATUS_INVALID_PARAMETER;
	file->options = (file->options & ~MODE_BITS) | mode;
	return 0;
}

static long set_size(struct persona_call *call, struct nt_file *file, s64 size)
{
	if (size < 0)
		return NT_STATUS_INVALID_PARAMETER;
	if (!S_ISREG(file_inode(file->file)->i_mode))
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	return nt_file_native(call, file->file, __NR_ftruncate, size);
}

static long set_allocation(struct persona_call *call, struct nt_file *file, s64 size)
{
	s64 now = i_size_read(file_inode(file->file));
	long ret;

	if (size < now)
		return set_size(call, file, size);
	if (size == now)
		return 0;
	ret = nt_file_native(call, file->file, __NR_fallocate, FALLOC_FL_KEEP_SIZE, 0, size);
	/* A wish: the file grows all the same. */
	return ret == -EOPNOTSUPP ? 0 : ret;
}

static long set_valid_data(struct nt_file *file, s64 size)
{
	/* What has not been written reads as zeroes: it is all valid. */
	if (size <= 0 || size > i_size_read(file_inode(file->file)))
		return NT_STATUS_INVALID_PARAMETER;
	return 0;
}

/* Least length, and the right that is needed. 0: there is no such class. */
static u32 set_class(u32 class, u32 *access)
{
	*access = 0;
	switch (class) {
	case NT_INFO_BASIC:
		/* Wine's SetFileAttributes() asks for no right at all. */
		return sizeof(struct nt_info_basic);
	case NT_INFO_DISPOSITION:
		*access = NT_DELETE;
		return sizeof(u8);
	case NT_INFO_DISPOSITION_EX:
		*access = NT_DELETE;
		return sizeof(u32);
	case NT_INFO_RENAME:
	case NT_INFO_RENAME_EX:
		*access = NT_DELETE;
		return NT_INFO_RENAME_MIN;
	case NT_INFO_LINK:
	case NT_INFO_LINK_EX:
		return NT_INFO_RENAME_MIN;
	case NT_INFO_ALLOCATION:
	case NT_INFO_END_OF_FILE:
	case NT_INFO_VALID_DATA:
		*access = NT_FILE_WRITE_DATA;
		return sizeof(s64);
	case NT_INFO_POSITION:
		return sizeof(s64);
	case NT_INFO_MODE:
	case NT_INFO_IO_PRIORITY_HINT:
		return sizeof(u32);
	default:
		return 0;
	}
}

static long set_info(struct persona_call *call, struct nt_file *file, u32 class, u64 ubuf,
		     u32 len)
{
	union set_info info = { };

	if (class == NT_INFO_RENAME || class == NT_INFO_RENAME_EX || class == NT_INFO_LINK ||
	    class == NT_INFO_LINK_EX)
		return nt_file_rename(call, file, class, ubuf, len);
	len = min_t(u32, len, sizeof(info));
	if (copy_from_user(&info, u64_to_user_ptr(ubuf), len))
		return -EFAULT;
	switch (class) {
	case NT_INFO_BASIC:
		return set_basic(call, file, &info.basic);
	case NT_INFO_DISPOSITION:
		return set_disposition(call, file, info.b[0] ? DISPOSITION_DELETE : 0);
	case NT_INFO_DISPOSITION_EX:
		return set_disposition(call, file, info.d[0]);
	case NT_INFO_POSITION:
		return set_position(file, info.q[0]);
	case NT_INFO_MODE:
		return set_mode(file, info.d[0]);
	case NT_INFO_ALLOCATION:
		return set_allocation(call, file, info.q[0]);
	case NT_INFO_END_OF_FILE:
		return set_size(call, file, info.q[0]);
	case NT_INFO_VALID_DATA:
		return set_valid_data(file, info.q[0]);
	default:	/* NT_INFO_IO_PRIORITY_HINT */
		return info.d[0] < PRIORITY_HINTS ? 0 : NT_STATUS_INVALID_PARAMETER;
	}
}

/* NtSetInformationFile(file, *iosb, *buffer, length, class) */
long nt_set_information_file(struct persona_call *call)
{
	u32 len = call->args[3], class = call->args[4], access;
	u32 least = set_class(class, &access);
	struct nt_iosb iosb = { };
	struct nt_file *file;
	long ret;

	if (nt_device_class(class))
		return nt_device_set(call);
	if (!least)
		return NT_STATUS_INVALID_INFO_CLASS;
	if (len < least)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	ret = nt_file_ref(call, call->args[0], access, &file);
	if (ret)
		return ret;
	ret = set_info(call, file, class, call->args[2], len);
	nt_file_put(file);
	if (!ret && copy_to_user(u64_to_user_ptr(call->args[1]), &iosb, sizeof(iosb)))
		ret = -EFAULT;
	return ret;
}
