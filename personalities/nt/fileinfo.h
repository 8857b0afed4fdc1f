/* SPDX-License-Identifier: GPL-2.0-only */
/* Layouts of NtQueryInformationFile's and NtSetInformationFile's classes. */
#ifndef _NT_FILEINFO_H
#define _NT_FILEINFO_H

#include <linux/build_bug.h>
#include <linux/types.h>

struct kstat;
struct nt_file;
struct nt_file_stat;
struct persona_call;

enum nt_info_class {
	NT_INFO_BASIC			= 4,
	NT_INFO_STANDARD		= 5,
	NT_INFO_INTERNAL		= 6,
	NT_INFO_EA			= 7,
	NT_INFO_ACCESS			= 8,
	NT_INFO_NAME			= 9,
	NT_INFO_RENAME			= 10,
	NT_INFO_LINK			= 11,
	NT_INFO_DISPOSITION		= 13,
	NT_INFO_POSITION		= 14,
	NT_INFO_MODE			= 16,
	NT_INFO_ALIGNMENT		= 17,
	NT_INFO_ALL			= 18,
	NT_INFO_ALLOCATION		= 19,
	NT_INFO_END_OF_FILE		= 20,
	NT_INFO_STREAM			= 22,
	NT_INFO_PIPE			= 23,
	NT_INFO_PIPE_LOCAL		= 24,
	NT_INFO_PIPE_REMOTE		= 25,
	NT_INFO_COMPRESSION		= 28,
	NT_INFO_COMPLETION		= 30,
	NT_INFO_NETWORK_OPEN		= 34,
	NT_INFO_ATTRIBUTE_TAG		= 35,
	NT_INFO_VALID_DATA		= 39,
	NT_INFO_COMPLETION_MODE		= 41,
	NT_INFO_IO_PRIORITY_HINT	= 43,
	NT_INFO_NORMALIZED_NAME		= 48,
	NT_INFO_IS_REMOTE		= 51,
	NT_INFO_STANDARD_LINK		= 54,
	NT_INFO_ID			= 59,
	NT_INFO_DISPOSITION_EX		= 64,
	NT_INFO_RENAME_EX		= 65,
	NT_INFO_STAT			= 68,
	NT_INFO_CASE_SENSITIVE		= 71,
	NT_INFO_LINK_EX			= 72,
};

/* In 100 ns since 1601. */
struct nt_info_times {
	s64 create;
	s64 access;
	s64 write;
	s64 change;
};

struct nt_info_basic {
	struct nt_info_times times;
	u32 attr;
	u32 pad;
};

static_assert(sizeof(struct nt_info_basic) == 40);

struct nt_info_standard {
	u64 alloc;
	u64 size;
	u32 links;
	u8 delete_pending;
	u8 directory;
	u16 pad;
};

static_assert(sizeof(struct nt_info_standard) == 24);

struct nt_info_all {
	struct nt_info_basic basic;
	struct nt_info_standard standard;
	u64 index;
	u32 ea_size;
	u32 access;
	u64 position;
	u32 mode;
	u32 alignment;
	u8 name[];
};

static_assert(sizeof(struct nt_info_all) == 96);

struct nt_info_stream {
	u32 next;
	u32 name_len;
	u64 size;
	u64 alloc;
	u8 name[];
};

static_assert(sizeof(struct nt_info_stream) == 24);

struct nt_info_network {
	struct nt_info_times times;
	u64 alloc;
	u64 size;
	u32 attr;
	u32 pad;
};

static_assert(sizeof(struct nt_info_network) == 56);

struct nt_info_id {
	u64 serial;
	u64 id[2];
};

struct nt_info_stat {
	u64 index;
	struct nt_info_times times;
	u64 alloc;
	u64 size;
	u32 attr;
	u32 tag;
	u32 links;
	u32 access;
};

static_assert(sizeof(struct nt_info_stat) == 72);

union nt_info {
	u8 b[128];
	u32 d[32];
	u64 q[16];
	struct nt_info_basic basic;
	struct nt_info_standard standard;
	struct nt_info_all all;
	struct nt_info_stream stream;
	struct nt_info_network network;
	struct nt_info_id id;
	struct nt_info_stat stat;
};

#define NT_INFO_RENAME_MIN	20u	/* of FILE_RENAME_INFORMATION, before the name */

/* fileinfo.c */
void nt_info_times(struct nt_info_times *times, const struct kstat *stat);
void nt_info_network(struct nt_info_network *info, const struct nt_file_stat *st);

/* filesetinfo.c */
long nt_delete_check(struct persona_call *call, struct nt_file *file, bool readonly);
long nt_file_chmod(struct persona_call *call, const struct path *path, umode_t mode);
umode_t nt_mode_of_attr(umode_t mode, u32 attr, umode_t umask);

/* filename.c */
void __user *nt_file_user_path(struct persona_call *call, struct nt_file *file);
long nt_file_rename(struct persona_call *call, struct nt_file *file, u32 class, u64 ubuf,
		    u32 len);

/* volume.c */
u64 nt_volume_serial(const struct kstat *stat);

#endif /* _NT_FILEINFO_H */
