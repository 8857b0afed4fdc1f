/* SPDX-License-Identifier: GPL-2.0-only */
/* Reparse points: symbolic links, as NT's programs read and make them. */
#ifndef _NT_REPARSE_H
#define _NT_REPARSE_H

#include <linux/types.h>

#define NT_REPARSE_TAG_MOUNT_POINT	0xa0000003u
#define NT_REPARSE_MAX			16384u	/* MAXIMUM_REPARSE_DATA_BUFFER_SIZE */

struct nt_file;
struct persona_call;

/**
 * struct nt_reparse_target - where a reparse point leads
 * @name: in the buffer that was read
 * @len: units in it
 * @relative: to the link's folder; otherwise an NT path
 * @folder: it must be a folder
 */
struct nt_reparse_target {
	const u16 *name;
	u32 len;
	bool relative;
	bool folder;
};

long nt_reparse_parse(const void *buf, u32 len, struct nt_reparse_target *target);
long nt_reparse_relative(const u16 *name, u32 len, char *out, size_t max);
long nt_reparse_get(struct persona_call *call, struct nt_file *file, u64 ubuf, u32 len,
		    u64 *done);
long nt_reparse_set(struct persona_call *call, struct nt_file *file, u64 ubuf, u32 len);
long nt_reparse_delete(struct persona_call *call, struct nt_file *file, u64 ubuf, u32 len);

#endif /* _NT_REPARSE_H */
