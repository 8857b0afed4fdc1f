// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages that the kernel itself answers: requests to task, thread, host,
 * clock and semaphore ports in the format of the Mach Interface Generator.
 *
 * A request is NDR record and arguments, behind the descriptors if it carries
 * rights. The reply has the request's id plus 100. It is NDR record, return
 * code and results; or, when it carries rights, descriptors and, if there are
 * results as well, NDR record and results without a return code.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ipc.h"
#include "mig.h"

#define MIG_REPLY_OFFSET	100
#define MIG_DESCRIPTORS_OFFSET	sizeof(u32)

static const struct darwin_ndr ndr = { .int_rep = 1 };

static u32 descriptor_size(u8 type)
{
	return type == DARWIN_MACH_MSG_PORT_DESCRIPTOR ? sizeof(struct darwin_mach_port_desc) :
							 sizeof(struct darwin_mach_ool_desc);
}

/**
 * darwin_mig_reply_size() - size of a reply behind its header
 * @nitems: descriptors
 * @items: they
 * @out_size: bytes of inline results
 *
 * Return: bytes.
 */
size_t darwin_mig_reply_size(u32 nitems, const struct darwin_msg_item *items, u32 out_size)
{
	size_t size = MIG_DESCRIPTORS_OFFSET;
	u32 i;

	if (!nitems)
		return sizeof(ndr) + sizeof(s32) + out_size;
	for (i = 0; i < nitems; i++)
		size += descriptor_size(items[i].type);
	return out_size ? size + sizeof(ndr) + out_size : size;
}
EXPORT_SYMBOL_FOR_TEST(darwin_mig_reply_size);

/**
 * darwin_mig_encode() - writes a reply behind its header
 * @to: darwin_mig_reply_size() bytes
 * @kr: return code; an error has neither items nor results
 * @nitems: descriptors
 * @items: they; what the receiver sees is filled in when it receives them
 * @out: inline results
 * @out_size: bytes of them
 *
 * Return: bytes written.
 */
u32 darwin_mig_encode(u8 *to, int kr, u32 nitems, const struct darwin_msg_item *items,
		      const u8 *out, u32 out_size)
{
	u8 *p = to;
	u32 i;

	if (!nitems) {
		s32 code = kr;

		memcpy(p, &ndr, sizeof(ndr));
		memcpy(p + sizeof(ndr), &code, sizeof(code));
		memcpy(p + sizeof(ndr) + sizeof(code), out, out_size);
		return sizeof(ndr) + sizeof(code) + out_size;
	}
	memcpy(p, &nitems, sizeof(nitems));
	p += sizeof(nitems);
	for (i = 0; i < nitems; i++) {
		u32 size = descriptor_size(items[i].type);

		memset(p, 0, size);
		p[offsetof(struct darwin_mach_port_desc, disposition)] = items[i].disposition;
		p[offsetof(struct darwin_mach_port_desc, type)] = items[i].type;
		p += size;
	}
	if (out_size) {
		memcpy(p, &ndr, sizeof(ndr));
		memcpy(p + sizeof(ndr), out, out_size);
		p += sizeof(ndr) + out_size;
	}
	return p - to;
}
EXPORT_SYMBOL_FOR_TEST(darwin_mig_encode);

/**
 * darwin_mig_put() - adds inline results
 * @m: request
 * @data: results
 * @size: bytes, a multiple of 4; all results together fit DARWIN_MIG_MAX_OUT
 */
void darwin_mig_put(struct darwin_mig *m, const void *data, u32 size)
{
	if (WARN_ON_ONCE(size > sizeof(m->out) - m->out_size))
		return;
	memcpy(m->out + m->out_size, data, size);
	m->out_size += size;
}

/**
 * darwin_mig_put_u32() - adds a 32-bit result
 * @m: request
 * @v: value
 */
void darwin_mig_put_u32(struct darwin_mig *m, u32 v)
{
	darwin_mig_put(m, &v, sizeof(v));
}

/**
 * darwin_mig_put_u64() - adds a 64-bit result
 * @m: request
 * @v: value
 */
void darwin_mig_put_u64(struct darwin_mig *m, u64 v)
{
	darwin_mig_put(m, &v, sizeof(v));
}

/**
 * darwin_mig_put_info() - adds an array whose length the caller limits
 * @m: request
 * @max: words that the caller has room for
 * @info: 32-bit words
 * @words: their number, fewer than @max asks for are all there is
 *
 * Return: DARWIN_KERN_SUCCESS, or DARWIN_KERN_INVALID_ARGUMENT when the caller
 * has too little room.
 */
int darwin_mig_put_info(struct darwin_mig *m, u32 max, const void *info, u32 words)
{
	if (max < words)
		return DARWIN_KERN_INVALID_ARGUMENT;
	darwin_mig_put_u32(m, words);
	darwin_mig_put(m, info, words * sizeof(u32));
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_mig_put_port() - returns a right
 * @m: request
 * @port: port whose right's reference is taken over, NULL or DARWIN_PORT_DEAD
 * @disp: DARWIN_MACH_MSG_TYPE_PORT_*
 */
void darwin_mig_put_port(struct darwin_mig *m, struct darwin_port *port, u32 disp)
{
	struct darwin_msg_item *item = &m->items[m->nitems++];

	item->type = DARWIN_MACH_MSG_PORT_DESCRIPTOR;
	item->disposition = disp;
	item->port = port;
}

/**
 * darwin_mig_put_ool() - returns a copy of memory out of line
 * @m: request
 * @data: memory
 * @size: bytes
 *
 * Context: may sleep.
 * Return: DARWIN_KERN_SUCCESS or DARWIN_KERN_RESOURCE_SHORTAGE.
 */
int darwin_mig_put_ool(struct darwin_mig *m, const void *data, u32 size)
{
	struct darwin_msg_item *item = &m->items[m->nitems];
	void *copy = NULL;

	if (size) {
		copy = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		if (!copy)
			return DARWIN_KERN_RESOURCE_SHORTAGE;
		memcpy(copy, data, size);
	}
	m->nitems++;
	item->type = DARWIN_MACH_MSG_OOL_DESCRIPTOR;
	item->copy = 1;	/* virtual copy */
	item->deallocate = 1;
	item->size = size;
	item->data = copy;
	return DARWIN_KERN_SUCCESS;
}

/**
 * darwin_mig_take_port() - takes a right out of the request
 * @m: request
 * @item: which descriptor
 * @disp: its DARWIN_MACH_MSG_TYPE_PORT_*
 *
 * Return: the port whose right's reference is the caller's, NULL or DARWIN_PORT_DEAD.
 */
struct darwin_port *darwin_mig_take_port(struct darwin_mig *m, u32 item, u32 *disp)
{
	struct darwin_port *port;

	if (item >= m->req->nitems ||
	    m->req->items[item].type != DARWIN_MACH_MSG_PORT_DESCRIPTOR)
		return NULL;
	port = m->req->items[item].port;
	m->req->items[item].port = NULL;
	*disp = m->req->items[item].disposition;
	return port;
}

static const struct darwin_mig_routine *mig_find(const struct darwin_mig_routine *r, s32 id)
{
	for (; r->fn; r++)
		if (r->id == id)
			return r;
	return NULL;
}

/* A task port takes requests of several subsystems, the others of one. */
static const struct darwin_mig_routine *mig_routine(const struct darwin_port *target, s32 id)
{
	const struct darwin_mig_routine *r;

	switch (target->kind) {
	case DARWIN_PORT_TASK:
		r = mig_find(darwin_mig_task_routines, id);
		if (!r)
			r = mig_find(darwin_mig_port_routines, id);
		return r ? r : mig_find(darwin_mig_vm_routines, id);
	case DARWIN_PORT_THREAD:
		return mig_find(darwin_mig_thread_routines, id);
	case DARWIN_PORT_HOST:
		return mig_find(darwin_mig_host_routines, id);
	case DARWIN_PORT_CLOCK:
		return mig_find(darwin_mig_clock_routines, id);
	}
	return NULL;
}

static int mig_serve(struct darwin_mig *m)
{
	const struct darwin_mig_routine *r = mig_routine(m->target, m->req->id);
	u32 i, off = 0;

	if (!r)
		return DARWIN_MIG_BAD_ID;
	if (m->req->nitems != r->nitems)
		return DARWIN_MIG_BAD_ARGUMENTS;
	if (m->req->nitems) {
		off = MIG_DESCRIPTORS_OFFSET;
		for (i = 0; i < m->req->nitems; i++)
			off += descriptor_size(m->req->items[i].type);
	}
	if (r->in_size) {
		off += sizeof(ndr);
		if (m->req->size < off || m->req->size - off < r->in_size)
			return DARWIN_MIG_BAD_ARGUMENTS;
		m->in = m->req->data + off;
		m->in_size = m->req->size - off;
	}
	return r->fn(m);
}

static void mig_drop_items(struct darwin_mig *m)
{
	LIST_HEAD(kill);
	u32 i;

	for (i = 0; i < m->nitems; i++) {
		struct darwin_msg_item *item = &m->items[i];
		u32 j;

		if (item->type == DARWIN_MACH_MSG_PORT_DESCRIPTOR) {
			spin_lock(&darwin_ipc_lock);
			darwin_right_drop(item->port, item->disposition, &kill);
			spin_unlock(&darwin_ipc_lock);
			continue;
		}
		if (item->type == DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR) {
			spin_lock(&darwin_ipc_lock);
			for (j = 0; j < item->size; j++)
				darwin_right_drop(item->ports[j], item->disposition, &kill);
			spin_unlock(&darwin_ipc_lock);
		}
		kvfree(item->data);
	}
	m->nitems = 0;
	darwin_msg_free_list(&kill);
}

/**
 * darwin_mig() - answers a request to a port of the kernel
 * @call: the mach_msg that sent it
 * @req: request; stays the caller's, but its reply right is taken
 *
 * Context: see persona_fn.
 * Return: the reply, to be enqueued, or NULL when there is none to send.
 */
struct darwin_msg *darwin_mig(struct persona_call *call, struct darwin_msg *req)
{
	struct darwin_msg *reply = NULL;
	struct darwin_mig *m;
	int kr;

	m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	if (!m)
		return NULL;
	m->call = call;
	m->space = darwin_call_ipc(call);
	m->target = req->dest;
	m->req = req;
	kr = mig_serve(m);
	if (kr) {
		mig_drop_items(m);
		m->out_size = 0;
	}
	if (!darwin_port_valid(req->reply) || kr == DARWIN_MIG_NO_REPLY)
		goto out;
	reply = darwin_msg_alloc(darwin_mig_reply_size(m->nitems, m->items, m->out_size),
				 m->nitems);
	if (!reply)
		goto out;
	darwin_mig_encode(reply->data, kr, m->nitems, m->items, m->out, m->out_size);
	reply->bits = DARWIN_MACH_MSGH_BITS_LOCAL(req->bits);
	reply->id = req->id + MIG_REPLY_OFFSET;
	reply->dest = req->reply;
	req->reply = NULL;
	if (m->nitems) {
		reply->bits |= DARWIN_MACH_MSGH_BITS_COMPLEX;
		memcpy(reply->items, m->items, m->nitems * sizeof(*m->items));
		reply->nitems = m->nitems;
		m->nitems = 0;
	}
out:
	mig_drop_items(m);
	kfree(m);
	return reply;
}
