// SPDX-License-Identifier: GPL-2.0-only
/* What can be asked of the volume that a file is on. */
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/math64.h>
#include <linux/mount.h>
#include <linux/statfs.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "fileinfo.h"
#include "nt_table.h"

#define SECTOR	512u

/* FileFsDeviceInformation */
#define DEVICE_DISK_FILE_SYSTEM	0x08u
#define REMOVABLE_MEDIA		0x01u
#define READ_ONLY_DEVICE	0x02u
#define DEVICE_IS_MOUNTED	0x20u

/* FileFsAttributeInformation */
#define CASE_SENSITIVE_SEARCH	0x00000001u
#define CASE_PRESERVED_NAMES	0x00000002u
#define UNICODE_ON_DISK		0x00000004u
#define SPARSE_FILES		0x00000040u
#define READ_ONLY_VOLUME	0x00080000u
#define SUPPORTS_HARD_LINKS	0x00400000u

enum fs_class {
	FS_VOLUME	= 1,
	FS_SIZE		= 3,
	FS_DEVICE	= 4,
	FS_ATTRIBUTE	= 5,
	FS_FULL_SIZE	= 7,
	FS_SECTOR_SIZE	= 11,
};

struct fs_volume {
	s64 created;
	u32 serial;
	u32 label_len;
	u8 objects;
	u8 pad;
	u16 label[3];
};

static_assert(sizeof(struct fs_volume) == 24);

struct fs_size {
	u64 total;
	u64 avail;
	u32 unit_sectors;
	u32 sector;
};

struct fs_full_size {
	u64 total;
	u64 caller;
	u64 avail;
	u32 unit_sectors;
	u32 sector;
};

struct fs_attribute {
	u32 flags;
	u32 component;
	u32 name_len;
	u16 name[4];
};

static_assert(sizeof(struct fs_attribute) == 20);

struct fs_sector_size {
	u32 logical, physical, performance, effective;
	u32 flags, alignment, partition;
};

union fs_info {
	struct fs_volume volume;
	struct fs_size size;
	struct fs_full_size full;
	u32 device[2];
	struct fs_attribute attribute;
	struct fs_sector_size sectors;
};

/**
 * nt_volume_serial() - serial number of the volume of a file
 * @stat: of the file
 *
 * Context: any.
 * Return: the same for all files of a file system; fits into 32 bits.
 */
u64 nt_volume_serial(const struct kstat *stat)
{
	return (u32)(new_encode_dev(stat->dev) * 0x9e3779b1u);
}
EXPORT_SYMBOL_FOR_TEST(nt_volume_serial);

static u32 fs_class_size(u32 class)
{
	switch (class) {
	case FS_VOLUME:
		return sizeof(struct fs_volume);
	case FS_SIZE:
		return sizeof(struct fs_size);
	case FS_DEVICE:
		return sizeof(u32[2]);
	case FS_ATTRIBUTE:
		return offsetof(struct fs_attribute, name);
	case FS_FULL_SIZE:
		return sizeof(struct fs_full_size);
	case FS_SECTOR_SIZE:
		return sizeof(struct fs_sector_size);
	default:
		return 0;
	}
}

static long fill_sizes(const struct path *path, u32 class, union fs_info *info)
{
	struct kstatfs fs;
	u64 unit, block;
	int err;

	err = vfs_statfs(path, &fs);
	if (err)
		return err;
	block = fs.f_frsize ?: fs.f_bsize;
	/* Units are whole sectors, and not so large that programs overflow. */
	unit = clamp_t(u64, block, SECTOR, 1 << 16);
	unit = round_down(unit, SECTOR);
	if (class == FS_SIZE) {
		info->size.total = div64_u64(fs.f_blocks * block, unit);
		info->size.avail = div64_u64(fs.f_bavail * block, unit);
		info->size.unit_sectors = unit / SECTOR;
		info->size.sector = SECTOR;
	} else {
		info->full.total = div64_u64(fs.f_blocks * block, unit);
		info->full.caller = div64_u64(fs.f_bavail * block, unit);
		info->full.avail = div64_u64(fs.f_bfree * block, unit);
		info->full.unit_sectors = unit / SECTOR;
		info->full.sector = SECTOR;
	}
	return 0;
}

static long fill_volume(const struct path *path, struct fs_volume *info)
{
	struct kstat stat;
	int err;

	err = vfs_getattr(path, &stat, STATX_BASIC_STATS, AT_STATX_SYNC_AS_STAT);
	if (!err)
		info->serial = nt_volume_serial(&stat);
	return err;
}

static void fill_attribute(const struct file *file, struct fs_attribute *info)
{
	static const u16 name[] = { 'N', 'T', 'F', 'S' };

	info->flags = CASE_SENSITIVE_SEARCH | CASE_PRESERVED_NAMES | UNICODE_ON_DISK |
		      SPARSE_FILES | SUPPORTS_HARD_LINKS;
	if (sb_rdonly(file_inode(file)->i_sb) || __mnt_is_readonly(file->f_path.mnt))
		info->flags |= READ_ONLY_VOLUME;
	info->component = NT_COMPONENT_MAX;
	info->name_len = sizeof(name);
	memcpy(info->name, name, sizeof(name));
}

static void fill_sectors(struct fs_sector_size *info)
{
	info->logical = SECTOR;
	info->physical = 4096;
	info->performance = 4096;
	info->effective = 4096;
	info->flags = 0x3;	/* sectors and partition are aligned */
}

static long fill_fs(struct nt_file *file, u32 class, union fs_info *info)
{
	switch (class) {
	case FS_DEVICE:
		info->device[0] = file->device;
		if (file->device == NT_DEVICE_DISK)
			info->device[1] = DEVICE_IS_MOUNTED;
		/* By this Wine's GetDriveType() knows a fixed drive. */
		if (file->device == NT_DEVICE_DISK && S_ISDIR(file_inode(file->file)->i_mode))
			info->device[0] = DEVICE_DISK_FILE_SYSTEM;
		return 0;
	case FS_VOLUME:
		return fill_volume(&file->file->f_path, &info->volume);
	case FS_ATTRIBUTE:
		fill_attribute(file->file, &info->attribute);
		return 0;
	case FS_SECTOR_SIZE:
		fill_sectors(&info->sectors);
		return 0;
	default:
		return fill_sizes(&file->file->f_path, class, info);
	}
}

/* NtQueryVolumeInformationFile(file, *iosb, *buffer, length, class) */
long nt_query_volume_information_file(struct persona_call *call)
{
	u32 room = call->args[3], class = call->args[4], len = fs_class_size(class);
	union fs_info info = { };
	struct nt_iosb iosb = { };
	struct nt_file *file;
	long ret;

	if (!len)
		return NT_STATUS_INVALID_INFO_CLASS;
	if (room < len)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	ret = nt_file_ref_any(call, call->args[0], 0, &file);
	if (ret)
		return ret;
	if (!file->file && class != FS_DEVICE)
		ret = NT_STATUS_INVALID_DEVICE_REQUEST;
	if (!ret && class != FS_DEVICE)
		ret = persona_permit(call, __NR_fstatfs, -1, 0);
	if (!ret)
		ret = fill_fs(file, class, &info);
	nt_file_put(file);
	if (ret)
		return ret;
	if (class == FS_ATTRIBUTE) {
		len += info.attribute.name_len;
		if (len > room) {
			len = room;
			ret = NT_STATUS_BUFFER_OVERFLOW;
		}
	}
	iosb.status = ret;
	iosb.information = len;
	if (copy_to_user(u64_to_user_ptr(call->args[2]), &info, len) ||
	    copy_to_user(u64_to_user_ptr(call->args[1]), &iosb, sizeof(iosb)))
		return -EFAULT;
	return ret;
}
