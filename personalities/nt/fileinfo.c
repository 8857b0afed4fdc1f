// SPDX-License-Identifier: GPL-2.0-only
/* What can be asked of a file: the information classes of NtQueryInformationFile. */
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "fileinfo.h"
#include "nt_table.h"

#define INFO_NAME_MAX	(sizeof(u32) + 2 * NT_NAME_UNITS)

/**
 * nt_stat_path() - what is known of a file
 * @path: file
 * @st: filled in
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_stat_path(const struct path *path, struct nt_file_stat *st)
{
	int err;

	err = vfs_getattr(path, &st->stat, STATX_BASIC_STATS | STATX_BTIME,
			  AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	st->attr = nt_attr_of_mode(st->stat.mode) | nt_attr_stored(path);
	st->tag = 0;
	if (S_ISLNK(st->stat.mode)) {
		st->attr |= NT_ATTR_REPARSE_POINT;
		st->tag = NT_REPARSE_TAG_SYMLINK;
	}
	return 0;
}

static u64 file_size(const struct kstat *stat)
{
	return S_ISREG(stat->mode) || S_ISBLK(stat->mode) ? stat->size : 0;
}

/**
 * nt_info_times() - the four times of a file
 * @times: filled in
 * @stat: what Linux says; many file systems know no time of creation
 *
 * Context: any.
 */
void nt_info_times(struct nt_info_times *times, const struct kstat *stat)
{
	times->access = nt_time_of(stat->atime);
	times->write = nt_time_of(stat->mtime);
	times->change = nt_time_of(stat->ctime);
	if (stat->result_mask & STATX_BTIME && stat->btime.tv_sec > 0)
		times->create = nt_time_of(stat->btime);
	else
		times->create = min(times->write, times->change);
}
EXPORT_SYMBOL_FOR_TEST(nt_info_times);

static void fill_basic(struct nt_info_basic *info, const struct nt_file_stat *st)
{
	nt_info_times(&info->times, &st->stat);
	info->attr = st->attr;
	info->pad = 0;
}

static void fill_standard(struct nt_info_standard *info, struct nt_file *file,
			  const struct nt_file_stat *st)
{
	bool pending = nt_node_delete_pending(file);

	*info = (struct nt_info_standard){
		.alloc = nt_alloc_size(&st->stat),
		.size = file_size(&st->stat),
		.links = st->stat.nlink - (pending && st->stat.nlink),
		.delete_pending = pending,
		.directory = S_ISDIR(st->stat.mode),
	};
}

static u64 position(const struct nt_file *file)
{
	return file->file ? READ_ONCE(file->file->f_pos) : 0;
}

static u32 mode(const struct nt_file *file)
{
	return file->options & (NT_FILE_WRITE_THROUGH | 0x4 | 0x8 | NT_FILE_SYNCHRONOUS_IO |
				NT_FILE_DELETE_ON_CLOSE);
}

/* FILE_NAME_INFORMATION: a length in bytes, and the name below the drive. */
static long fill_name(struct persona_call *call, struct nt_file *file, void *buf, u32 room,
		      u32 *len)
{
	u32 prefix = strlen("\\??\\C:"), bytes;
	u16 *name;
	int n;

	name = kmalloc_array(PATH_MAX, sizeof(*name), GFP_KERNEL_ACCOUNT);
	if (!name)
		return -ENOMEM;
	n = nt_path_of_file(call->thread->proc, file->file, name, PATH_MAX);
	if (n < (int)prefix) {
		kfree(name);
		return n < 0 ? n : -ENOENT;
	}
	bytes = (n - prefix) * sizeof(*name);
	memcpy(buf, &bytes, sizeof(bytes));
	*len = min_t(u32, bytes, room - sizeof(bytes));
	memcpy(buf + sizeof(bytes), name + prefix, *len);
	kfree(name);
	n = *len < bytes;
	*len += sizeof(bytes);
	return n ? NT_STATUS_BUFFER_OVERFLOW : 0;
}

static long fill_all(struct persona_call *call, struct nt_file *file, u32 access,
		     const struct nt_file_stat *st, struct nt_info_all *info, u32 room, u32 *len)
{
	long ret;

	fill_basic(&info->basic, st);
	fill_standard(&info->standard, file, st);
	info->index = st->stat.ino;
	info->ea_size = 0;
	info->access = access;
	info->position = position(file);
	info->mode = mode(file);
	info->alignment = 0;
	ret = fill_name(call, file, info->name, room - offsetof(struct nt_info_all, name), len);
	*len += offsetof(struct nt_info_all, name);
	return ret;
}

/* The one stream that a file has. */
static long fill_streams(const struct nt_file_stat *st, struct nt_info_stream *info, u32 room,
			 u32 *len)
{
	static const u16 name[] = { ':', ':', '$', 'D', 'A', 'T', 'A' };

	*len = 0;
	if (S_ISDIR(st->stat.mode))
		return 0;
	if (room < sizeof(*info) + sizeof(name))
		return NT_STATUS_BUFFER_OVERFLOW;
	*info = (struct nt_info_stream){
		.name_len = sizeof(name),
		.size = file_size(&st->stat),
		.alloc = nt_alloc_size(&st->stat),
	};
	memcpy(info->name, name, sizeof(name));
	*len = sizeof(*info) + sizeof(name);
	return 0;
}

static void fill_stat(struct nt_info_stat *info, const struct nt_file_stat *st, u32 access)
{
	*info = (struct nt_info_stat){
		.index = st->stat.ino,
		.alloc = nt_alloc_size(&st->stat),
		.size = file_size(&st->stat),
		.attr = st->attr,
		.tag = st->tag,
		.links = st->stat.nlink,
		.access = access,
	};
	nt_info_times(&info->times, &st->stat);
}

/**
 * nt_info_network() - FILE_NETWORK_OPEN_INFORMATION
 * @info: filled in
 * @st: what is known of the file
 *
 * Context: any.
 */
void nt_info_network(struct nt_info_network *info, const struct nt_file_stat *st)
{
	nt_info_times(&info->times, &st->stat);
	info->alloc = nt_alloc_size(&st->stat);
	info->size = file_size(&st->stat);
	info->attr = st->attr;
	info->pad = 0;
}

/* Least room for a class's answer; 0: there is no such class. */
static u32 class_size(u32 class)
{
	switch (class) {
	case NT_INFO_BASIC:
		return sizeof(struct nt_info_basic);
	case NT_INFO_STANDARD:
		return sizeof(struct nt_info_standard);
	case NT_INFO_INTERNAL:
	case NT_INFO_POSITION:
	case NT_INFO_END_OF_FILE:
	case NT_INFO_ATTRIBUTE_TAG:
	case NT_INFO_NAME:
	case NT_INFO_NORMALIZED_NAME:
		return sizeof(u64);
	case NT_INFO_EA:
	case NT_INFO_ACCESS:
	case NT_INFO_MODE:
	case NT_INFO_ALIGNMENT:
	case NT_INFO_CASE_SENSITIVE:
	case NT_INFO_IO_PRIORITY_HINT:
		return sizeof(u32);
	case NT_INFO_ALL:
		return sizeof(struct nt_info_all) + sizeof(u64);
	case NT_INFO_STREAM:
		return sizeof(struct nt_info_stream);
	case NT_INFO_COMPRESSION:
	case NT_INFO_STANDARD_LINK:
		return 16;
	case NT_INFO_NETWORK_OPEN:
		return sizeof(struct nt_info_network);
	case NT_INFO_IS_REMOTE:
		return 1;
	case NT_INFO_ID:
		return sizeof(struct nt_info_id);
	case NT_INFO_STAT:
		return sizeof(struct nt_info_stat);
	default:
		return 0;
	}
}

/* Answers that need no more than a few words. */
static long fill_small(struct nt_file *file, u32 access, u32 class,
		       const struct nt_file_stat *st, union nt_info *info, u32 *len)
{
	memset(info, 0, 32);
	*len = class_size(class);
	switch (class) {
	case NT_INFO_INTERNAL:
		info->q[0] = st->stat.ino;
		break;
	case NT_INFO_POSITION:
		info->q[0] = position(file);
		break;
	case NT_INFO_END_OF_FILE:
		info->q[0] = file_size(&st->stat);
		break;
	case NT_INFO_ATTRIBUTE_TAG:
		info->d[0] = st->attr;
		info->d[1] = st->tag;
		break;
	case NT_INFO_ACCESS:
		info->d[0] = access;
		break;
	case NT_INFO_MODE:
		info->d[0] = mode(file);
		break;
	case NT_INFO_IO_PRIORITY_HINT:
		info->d[0] = 2;		/* normal */
		break;
	case NT_INFO_COMPRESSION:
		info->q[0] = nt_alloc_size(&st->stat);
		break;
	case NT_INFO_STANDARD_LINK:
		info->d[0] = st->stat.nlink;
		info->d[1] = st->stat.nlink;
		info->b[8] = nt_node_delete_pending(file);
		info->b[9] = S_ISDIR(st->stat.mode);
		*len = 12;
		break;
	case NT_INFO_ID:
		info->id.serial = nt_volume_serial(&st->stat);
		info->id.id[0] = st->stat.ino;
		break;
	}
	return 0;
}

static long fill_info(struct persona_call *call, struct nt_file *file, u32 access, u32 class,
		      union nt_info *info, u32 room, u32 *len)
{
	struct nt_file_stat st;
	long ret;

	if (class == NT_INFO_NAME || class == NT_INFO_NORMALIZED_NAME)
		return fill_name(call, file, info, room, len);
	ret = persona_permit(call, __NR_fstat, -1, 0);
	if (!ret)
		ret = nt_stat_path(&file->file->f_path, &st);
	if (ret)
		return ret;
	*len = class_size(class);
	switch (class) {
	case NT_INFO_BASIC:
		fill_basic(&info->basic, &st);
		return 0;
	case NT_INFO_STANDARD:
		fill_standard(&info->standard, file, &st);
		return 0;
	case NT_INFO_NETWORK_OPEN:
		nt_info_network(&info->network, &st);
		return 0;
	case NT_INFO_ALL:
		return fill_all(call, file, access, &st, &info->all, room, len);
	case NT_INFO_STREAM:
		return fill_streams(&st, &info->stream, room, len);
	case NT_INFO_STAT:
		fill_stat(&info->stat, &st, access);
		return 0;
	default:
		return fill_small(file, access, class, &st, info, len);
	}
}

static bool needs_name(u32 class)
{
	return class == NT_INFO_ALL || class == NT_INFO_NAME || class == NT_INFO_NORMALIZED_NAME;
}

static long query(struct persona_call *call, struct nt_file *file, u32 access, u64 ubuf,
		  u32 room, u32 class, u32 *len)
{
	union nt_info small, *info = &small;
	long ret;

	room = min_t(u32, room, needs_name(class) ? INFO_NAME_MAX : sizeof(small));
	if (needs_name(class)) {
		info = kvzalloc(room, GFP_KERNEL_ACCOUNT);
		if (!info)
			return -ENOMEM;
	}
	ret = fill_info(call, file, access, class, info, room, len);
	if ((!ret || ret == NT_STATUS_BUFFER_OVERFLOW) &&
	    copy_to_user(u64_to_user_ptr(ubuf), info, *len))
		ret = -EFAULT;
	if (info != &small)
		kvfree(info);
	return ret;
}

/* NtQueryInformationFile(file, *iosb, *buffer, length, class) */
long nt_query_information_file(struct persona_call *call)
{
	u32 room = call->args[3], class = call->args[4];
	struct nt_iosb iosb = { };
	struct nt_handle h;
	u32 len = 0;
	long ret;

	if (nt_device_class(class))
		return nt_device_query(call);
	if (!class_size(class))
		return NT_STATUS_INVALID_INFO_CLASS;
	if (room < class_size(class))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	ret = nt_handle_get(nt_caller(call), call->args[0], &h);
	if (ret)
		return ret;
	if (h.obj->type != &nt_file_type)
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
	else if (!container_of(h.obj, struct nt_file, obj)->file)
		ret = NT_STATUS_INVALID_DEVICE_REQUEST;
	else
		ret = query(call, container_of(h.obj, struct nt_file, obj), h.access,
			    call->args[2], room, class, &len);
	nt_object_put(h.obj);
	if (ret && ret != NT_STATUS_BUFFER_OVERFLOW)
		return ret;
	iosb.status = ret;
	iosb.information = len;
	if (copy_to_user(u64_to_user_ptr(call->args[1]), &iosb, sizeof(iosb)))
		return -EFAULT;
	return ret;
}
