/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of pipes, and what can be asked of and done to a pipe by handle. */
#ifndef _NT_NPFS_H
#define _NT_NPFS_H

#include <linux/types.h>

struct file;
struct nt_file;
struct nt_pipe_end;
struct persona_call;

/* FILE_PIPE_LOCAL_INFORMATION */
struct nt_pipe_local_info {
	u32 type;
	u32 config;
	u32 max;
	u32 instances;
	u32 inbound;
	u32 available;
	u32 outbound;
	u32 room;
	u32 state;
	u32 end;
};

bool nt_npfs_name(const u16 *name, u32 len, const u16 **text, u32 *text_len);
long nt_npfs_connect(const u16 *text, u32 len, u32 access, u32 options, struct nt_file **out);
long nt_npfs_root(u32 access, u32 options, struct nt_file **out);
bool nt_npfs_is_root(struct persona_call *call, u64 handle);
bool nt_npfs_is_root_file(struct file *file);
long nt_npfs_listen(struct nt_pipe_end *end);
long nt_npfs_wait(struct persona_call *call, u64 in, u32 in_len);
void nt_npfs_local_info(struct nt_pipe_end *end, struct nt_pipe_local_info *info);
long nt_npfs_pid(struct nt_pipe_end *end, u8 side, u32 *pid);

#endif /* _NT_NPFS_H */
