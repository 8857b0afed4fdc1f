/* SPDX-License-Identifier: GPL-2.0-only */
/* Layouts of the entries that NtQueryDirectoryFile answers with. */
#ifndef _NT_DIRENTRY_H
#define _NT_DIRENTRY_H

#include <linux/build_bug.h>
#include <linux/types.h>

#include "file_impl.h"
#include "fileinfo.h"

enum nt_dir_class {
	NT_DIR_DIRECTORY	= 1,
	NT_DIR_FULL		= 2,
	NT_DIR_BOTH		= 3,
	NT_DIR_NAMES		= 12,
	NT_DIR_ID_BOTH		= 37,
	NT_DIR_ID_FULL		= 38,
	NT_DIR_ID_EXTD		= 60,
	NT_DIR_ID_EXTD_BOTH	= 63,
};

/* Common to all but NT_DIR_NAMES. */
struct nt_dir_base {
	u32 next;
	u32 index;
	struct nt_info_times times;
	u64 size;
	u64 alloc;
	u32 attr;
	u32 name_len;
	u32 ea_size;		/* from here not in NT_DIR_DIRECTORY */
} __packed;

static_assert(sizeof(struct nt_dir_base) == 68);

union nt_dir_header {
	struct nt_dir_base base;
	struct {
		u32 next;
		u32 index;
		u32 name_len;
	} names;
	struct {
		struct nt_dir_base base;
		u8 short_len;
		u8 pad;
		u16 short_name[12];
	} __packed both;
	struct {
		struct nt_dir_base base;
		u8 short_len;
		u8 pad;
		u16 short_name[12];
		u16 pad2;
		u64 id;
	} __packed id_both;
	struct {
		struct nt_dir_base base;
		u32 pad;
		u64 id;
	} __packed id_full;
	struct {
		struct nt_dir_base base;
		u32 tag;
		u64 id[2];
	} __packed id_extd;
	struct {
		struct nt_dir_base base;
		u32 tag;
		u64 id[2];
		u8 short_len;
		u8 pad;
		u16 short_name[12];
	} __packed id_extd_both;
};

/* dirheader.c */
u32 nt_dir_header_size(u32 class);
void nt_dir_header(union nt_dir_header *header, u32 class, const struct nt_file_stat *st,
		   u32 name_len);

#endif /* _NT_DIRENTRY_H */
