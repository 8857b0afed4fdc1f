/* SPDX-License-Identifier: GPL-2.0-only */
/* I/O completion ports. */
#ifndef _NT_COMPLETION_H
#define _NT_COMPLETION_H

#include <linux/list.h>
#include <linux/types.h>

#include "nt.h"

/**
 * struct nt_packet - a completed request, queued at a port
 * @link: in the port's queue
 * @key: of the file, given when it was associated with the port
 * @context: ApcContext of the request
 * @iosb: its result
 */
struct nt_packet {
	struct list_head link;
	u64 key;
	u64 context;
	struct nt_iosb iosb;
};

extern const struct nt_type nt_completion_type;

#define NT_COMPLETION_QUERY	0x1u
#define NT_COMPLETION_MODIFY	0x2u

/* FILE_IO_COMPLETION_NOTIFICATION_INFORMATION */
#define NT_SKIP_PORT_ON_SUCCESS		0x1u
#define NT_SKIP_EVENT_OF_HANDLE		0x2u
#define NT_SKIP_USER_EVENT		0x4u
#define NT_SKIP_ALL			0x7u

struct nt_file;

/* completion.c */
struct nt_packet *nt_packet_new(u64 key, u64 context, u64 status, u64 information);
void nt_packet_free(struct nt_packet *packet);
long nt_packet_post(struct nt_object *port, struct nt_packet *packet);
long nt_completion_post(struct nt_object *port, u64 key, u64 context, u64 status,
			u64 information);
long nt_completion_bind(struct persona_call *call, struct nt_file *file, u64 handle, u64 key);
long nt_completion_skip(struct nt_file *file, u32 flags);
void nt_completion_report(struct nt_file *file, u64 context, u32 status, u64 information,
			  bool waited);

#endif /* _NT_COMPLETION_H */
