/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests in MIG's format that the kernel answers: what a server routine
 * gets and fills in.
 */
#ifndef _DARWIN_MIG_H
#define _DARWIN_MIG_H

#include "ipc.h"

#define DARWIN_MIG_MAX_OUT	1024	/* bytes of inline results */
#define DARWIN_MIG_MAX_ITEMS	3

/**
 * struct darwin_mig - a request being served
 * @call: the caller's mach_msg
 * @space: its name space
 * @target: the port it was sent to
 * @req: the request
 * @in: inline arguments
 * @in_size: bytes of them
 * @out_size: bytes of @out in use
 * @nitems: of @items in use
 * @items: rights and memory to return, in order
 * @out: inline results
 */
struct darwin_mig {
	struct persona_call *call;
	struct darwin_ipc *space;
	struct darwin_port *target;
	struct darwin_msg *req;
	const u8 *in;
	u32 in_size;
	u32 out_size;
	u32 nitems;
	struct darwin_msg_item items[DARWIN_MIG_MAX_ITEMS];
	u8 out[DARWIN_MIG_MAX_OUT] __aligned(8);
};

/**
 * struct darwin_mig_routine - one request id
 * @id: msgh_id
 * @nitems: descriptors that the request has
 * @in_size: least bytes of inline arguments
 * @fn: answers DARWIN_KERN_* or DARWIN_MIG_*
 */
struct darwin_mig_routine {
	s32 id;
	u8 nitems;
	u16 in_size;
	int (*fn)(struct darwin_mig *m);
};

extern const struct darwin_mig_routine darwin_mig_port_routines[];
extern const struct darwin_mig_routine darwin_mig_task_routines[];
extern const struct darwin_mig_routine darwin_mig_thread_routines[];
extern const struct darwin_mig_routine darwin_mig_vm_routines[];
extern const struct darwin_mig_routine darwin_mig_host_routines[];
extern const struct darwin_mig_routine darwin_mig_clock_routines[];

static inline u32 darwin_mig_u32(const struct darwin_mig *m, u32 off)
{
	u32 v;

	memcpy(&v, m->in + off, sizeof(v));
	return v;
}

static inline u64 darwin_mig_u64(const struct darwin_mig *m, u32 off)
{
	u64 v;

	memcpy(&v, m->in + off, sizeof(v));
	return v;
}

void darwin_mig_put(struct darwin_mig *m, const void *data, u32 size);
void darwin_mig_put_u32(struct darwin_mig *m, u32 v);
void darwin_mig_put_u64(struct darwin_mig *m, u64 v);
int darwin_mig_put_info(struct darwin_mig *m, u32 max, const void *info, u32 words);
void darwin_mig_put_port(struct darwin_mig *m, struct darwin_port *port, u32 disp);
int darwin_mig_put_ool(struct darwin_mig *m, const void *data, u32 size);
struct darwin_port *darwin_mig_take_port(struct darwin_mig *m, u32 item, u32 *disp);

/* mig.c, pure: */
size_t darwin_mig_reply_size(u32 nitems, const struct darwin_msg_item *items, u32 out_size);
u32 darwin_mig_encode(u8 *to, int kr, u32 nitems, const struct darwin_msg_item *items,
		      const u8 *out, u32 out_size);

#endif /* _DARWIN_MIG_H */
