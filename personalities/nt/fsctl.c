// SPDX-License-Identifier: GPL-2.0-only
/* Controls of files and volumes. */
#include <linux/fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/uaccess.h>

#include "async.h"
#include "console.h"
#include "file_impl.h"
#include "reparse.h"

enum {
	ARG_IN = NT_IO_ARG + 1, ARG_IN_LEN, ARG_OUT, ARG_OUT_LEN,
};

#define FSCTL_LOCK_VOLUME		0x00090018u
#define FSCTL_UNLOCK_VOLUME		0x0009001cu
#define FSCTL_IS_VOLUME_MOUNTED		0x00090028u
#define FSCTL_GET_COMPRESSION		0x0009003cu
#define FSCTL_GET_OBJECT_ID		0x0009009cu
#define FSCTL_SET_REPARSE_POINT		0x000900a4u
#define FSCTL_GET_REPARSE_POINT		0x000900a8u
#define FSCTL_DELETE_REPARSE_POINT	0x000900acu
#define FSCTL_CREATE_OR_GET_OBJECT_ID	0x000900c0u
#define FSCTL_SET_SPARSE		0x000900c4u
#define FSCTL_QUERY_ALLOCATED_RANGES	0x000940cfu
#define FSCTL_SET_ZERO_DATA		0x000980c8u

#define NT_FILE_ANY_WRITE		(NT_FILE_WRITE_DATA | NT_FILE_APPEND_DATA)

static long answer(struct persona_call *call, struct nt_file *file, const void *out, u32 size)
{
	if ((u32)call->args[ARG_OUT_LEN] < size)
		return NT_STATUS_BUFFER_TOO_SMALL;
	if (copy_to_user(u64_to_user_ptr(call->args[ARG_OUT]), out, size))
		return -EFAULT;
	return nt_io_end(call, file, 0, size);
}

/* FILE_OBJECTID_BUFFER: device and inode; the loader asks for each DLL. */
static long object_id(struct persona_call *call, struct nt_file *file)
{
	const struct inode *inode = file_inode(file->file);
	u64 id[8] = { new_encode_dev(inode->i_sb->s_dev), inode->i_ino };

	if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	return answer(call, file, id, sizeof(id));
}

struct byte_range {
	s64 from;
	s64 to;		/* or length */
};

static long range_get(struct persona_call *call, struct byte_range *range)
{
	if ((u32)call->args[ARG_IN_LEN] < sizeof(*range))
		return NT_STATUS_INVALID_PARAMETER;
	if (copy_from_user(range, u64_to_user_ptr(call->args[ARG_IN]), sizeof(*range)))
		return -EFAULT;
	return range->from < 0 || range->to < 0 ? NT_STATUS_INVALID_PARAMETER : 0;
}

static long zero_data(struct persona_call *call, struct nt_file *file)
{
	struct byte_range range;
	s64 size;
	long ret;

	ret = range_get(call, &range);
	if (ret)
		return ret;
	/* What lies behind the end is zero already. */
	size = i_size_read(file_inode(file->file));
	range.to = min(range.to, size);
	if (range.from < range.to)
		ret = nt_file_native(call, file->file, __NR_fallocate,
				     FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, range.from,
				     range.to - range.from);
	return ret ?: nt_io_end(call, file, 0, 0);
}

/* Data between two places, found by lseek(2). Ends a range at the end of the file. */
static long next_range(struct file *file, s64 from, s64 end, struct byte_range *out)
{
	loff_t data = vfs_llseek(file, from, SEEK_DATA), hole;

	if (data < 0)
		return data == -ENXIO ? 0 : data;
	if (data >= end)
		return 0;
	hole = vfs_llseek(file, data, SEEK_HOLE);
	if (hole < 0)
		return hole;
	out->from = data;
	out->to = min_t(s64, hole, end);
	return 1;
}

/* The same, and the file position stays where it is. */
static long next_range_kept(struct file *file, s64 from, s64 end, struct byte_range *out)
{
	loff_t pos;
	long ret;

	mutex_lock(&file->f_pos_lock);
	pos = file->f_pos;
	ret = next_range(file, from, end, out);
	file->f_pos = pos;
	mutex_unlock(&file->f_pos_lock);
	return ret;
}

static long allocated_ranges(struct persona_call *call, struct nt_file *file)
{
	u32 room = (u32)call->args[ARG_OUT_LEN] / sizeof(struct byte_range), n = 0;
	struct byte_range __user *out = u64_to_user_ptr(call->args[ARG_OUT]);
	struct byte_range range, found;
	s64 end;
	long ret;

	ret = range_get(call, &range) ?: persona_permit(call, __NR_lseek, -1, 0, SEEK_DATA);
	if (ret)
		return ret;
	if (!S_ISREG(file_inode(file->file)->i_mode))
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	if (check_add_overflow(range.from, range.to, &end))
		end = S64_MAX;
	end = min(end, i_size_read(file_inode(file->file)));
	while (range.from < end) {
		ret = next_range_kept(file->file, range.from, end, &found);
		if (ret <= 0)
			break;
		range.from = found.to;
		if (n == room) {
			ret = n ? NT_STATUS_BUFFER_OVERFLOW : NT_STATUS_BUFFER_TOO_SMALL;
			break;
		}
		found.to -= found.from;
		if (copy_to_user(&out[n++], &found, sizeof(found)))
			return -EFAULT;
		ret = 0;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return nt_io_end(call, file, ret, n * sizeof(found));
}

static long set_sparse(struct persona_call *call, struct nt_file *file, u32 access)
{
	/* Linux files have holes wherever nothing was written. */
	if (!(access & (NT_FILE_ANY_WRITE | NT_FILE_WRITE_ATTRIBUTES)))
		return NT_STATUS_ACCESS_DENIED;
	return nt_io_end(call, file, 0, 0);
}

static long get_reparse_point(struct persona_call *call, struct nt_file *file)
{
	u64 done = 0;
	long ret;

	ret = nt_reparse_get(call, file, call->args[ARG_OUT], call->args[ARG_OUT_LEN], &done);
	return ret && ret != NT_STATUS_BUFFER_OVERFLOW ? ret : nt_io_end(call, file, ret, done);
}

static long change_reparse_point(struct persona_call *call, struct nt_file *file, u32 access,
				 long (*change)(struct persona_call *call, struct nt_file *file,
						u64 ubuf, u32 len))
{
	long ret;

	if (!(access & (NT_FILE_ANY_WRITE | NT_FILE_WRITE_ATTRIBUTES)))
		return NT_STATUS_ACCESS_DENIED;
	ret = change(call, file, call->args[ARG_IN], call->args[ARG_IN_LEN]);
	return ret ?: nt_io_end(call, file, 0, 0);
}

/**
 * nt_file_control() - NtFsControlFile of a file, a folder or a volume
 * @call: call under way
 * @file: its file object
 * @access: rights that the handle has; those that @code names are among them
 * @code: FSCTL_*
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_file_control(struct persona_call *call, struct nt_file *file, u32 access, u32 code)
{
	u16 uncompressed = 0;

	switch (code) {
	case FSCTL_GET_OBJECT_ID:
	case FSCTL_CREATE_OR_GET_OBJECT_ID:
		return object_id(call, file);
	case FSCTL_GET_REPARSE_POINT:
		return get_reparse_point(call, file);
	case FSCTL_SET_REPARSE_POINT:
		return change_reparse_point(call, file, access, nt_reparse_set);
	case FSCTL_DELETE_REPARSE_POINT:
		return change_reparse_point(call, file, access, nt_reparse_delete);
	case FSCTL_GET_COMPRESSION:
		return answer(call, file, &uncompressed, sizeof(uncompressed));
	case FSCTL_SET_SPARSE:
		return set_sparse(call, file, access);
	case FSCTL_SET_ZERO_DATA:
		return zero_data(call, file);
	case FSCTL_QUERY_ALLOCATED_RANGES:
		return allocated_ranges(call, file);
	case FSCTL_IS_VOLUME_MOUNTED:
		return nt_io_end(call, file, 0, 0);
	case FSCTL_LOCK_VOLUME:
	case FSCTL_UNLOCK_VOLUME:
		return NT_STATUS_ACCESS_DENIED;
	default:
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	}
}
