/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations on the ports of a name space, for traps and requests. */
#ifndef _DARWIN_PORT_OPS_H
#define _DARWIN_PORT_OPS_H

#include "ipc.h"

/* mach_port_get_attributes() flavors */
#define DARWIN_MACH_PORT_LIMITS_INFO	1
#define DARWIN_MACH_PORT_RECEIVE_STATUS	2
#define DARWIN_MACH_PORT_DNREQUESTS	3
#define DARWIN_MACH_PORT_INFO_EXT	7

#define DARWIN_PORT_INFO_MAX		17	/* words of the longest flavor */

/* mach_port_construct() */
#define DARWIN_MPO_CONTEXT_AS_GUARD	0x01
#define DARWIN_MPO_QLIMIT		0x02
#define DARWIN_MPO_TEMPOWNER		0x04
#define DARWIN_MPO_IMPORTANCE_RECEIVER	0x08
#define DARWIN_MPO_INSERT_SEND_RIGHT	0x10
#define DARWIN_MPO_STRICT		0x20
#define DARWIN_MPO_DENAP_RECEIVER	0x40
#define DARWIN_MPO_TG_BLOCK_TRACKING	0x200
#define DARWIN_MPO_REPLY_PORT		0x1000
#define DARWIN_MPO_PROVISIONAL_REPLY	0x4000

struct darwin_port_options {
	u32 flags;
	u32 qlimit;
	u64 reserved[2];
};

static_assert(sizeof(struct darwin_port_options) == 24);

int darwin_port_type(struct darwin_ipc *space, u32 name, u32 *type);
int darwin_port_attributes(struct darwin_ipc *space, u32 name, u32 flavor, u32 *info, u32 *words);
int darwin_port_set_qlimit(struct darwin_ipc *space, u32 name, u32 qlimit);
int darwin_port_move_member(struct darwin_ipc *space, u32 name, u32 set);
int darwin_port_insert_member(struct darwin_ipc *space, u32 name, u32 set);
int darwin_port_extract_member(struct darwin_ipc *space, u32 name, u32 set);
int darwin_port_guard(struct darwin_ipc *space, u32 name, u64 guard, bool strict);
int darwin_port_unguard(struct darwin_ipc *space, u32 name, u64 guard);
int darwin_port_context(struct darwin_ipc *space, u32 name, u64 *get, const u64 *set);
int darwin_port_construct(struct darwin_ipc *space, const struct darwin_port_options *options,
			  u64 context, u32 *name);
int darwin_port_destruct(struct darwin_ipc *space, u32 name, s32 delta, u64 guard);
int darwin_port_request(struct darwin_ipc *space, u32 name, u32 id, u32 sync,
			struct darwin_port *notify, struct darwin_port **previous);
struct darwin_port *darwin_port_receive_locked(struct darwin_ipc *space, u32 name, int *kr);

#endif /* _DARWIN_PORT_OPS_H */
