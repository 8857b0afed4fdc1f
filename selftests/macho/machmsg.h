/* SPDX-License-Identifier: GPL-2.0-only */
/* Mach messages for test programs: layouts, numbers, calls. */
#ifndef _MACHO_MACHMSG_H
#define _MACHO_MACHMSG_H

#include "darwin_consts.h"
#include "ktap.h"

#define MACH_SEND_MSG			0x1
#define MACH_RCV_MSG			0x2
#define MACH_RCV_LARGE			0x4
#define MACH_SEND_TIMEOUT		0x10
#define MACH_RCV_TIMEOUT		0x100
#define MACH_RCV_TRAILER_AUDIT		0x03000000

#define MACH_SEND_INVALID_DEST		0x10000003
#define MACH_SEND_TIMED_OUT		0x10000004
#define MACH_SEND_MSG_TOO_SMALL		0x10000008
#define MACH_SEND_INVALID_REPLY		0x10000009
#define MACH_SEND_INVALID_RIGHT		0x1000000a
#define MACH_SEND_INVALID_MEMORY	0x1000000c
#define MACH_SEND_INVALID_HEADER	0x10000010
#define MACH_SEND_INVALID_OPTIONS	0x10000013
#define MACH_RCV_INVALID_NAME		0x10004002
#define MACH_RCV_TIMED_OUT		0x10004003
#define MACH_RCV_TOO_LARGE		0x10004004
#define MACH_RCV_PORT_DIED		0x10004009

#define MOVE_RECEIVE			16
#define MOVE_SEND			17
#define MOVE_SEND_ONCE			18
#define COPY_SEND			19
#define MAKE_SEND			20
#define MAKE_SEND_ONCE			21
#define MSGH_BITS(remote, local)	((remote) | (local) << 8)
#define MSGH_COMPLEX			0x80000000u

#define RIGHT_SEND			0
#define RIGHT_RECEIVE			1
#define RIGHT_SEND_ONCE			2
#define RIGHT_PORT_SET			3
#define RIGHT_DEAD_NAME			4
#define TYPE_SEND			0x00010000
#define TYPE_RECEIVE			0x00020000
#define TYPE_SEND_ONCE			0x00040000
#define TYPE_PORT_SET			0x00080000
#define TYPE_DEAD_NAME			0x00100000

#define NOTIFY_PORT_DELETED		65
#define NOTIFY_NO_SENDERS		70
#define NOTIFY_SEND_ONCE		71
#define NOTIFY_DEAD_NAME		72

struct msg_header {
	uint32_t bits;
	uint32_t size;
	uint32_t remote;
	uint32_t local;
	uint32_t voucher;
	int32_t id;
};

struct port_desc {
	uint32_t name;
	uint32_t pad1;
	uint16_t pad2;
	uint8_t disposition;
	uint8_t type;
};

struct ool_desc {
	uint64_t address;
	uint8_t deallocate;
	uint8_t copy;
	uint8_t disposition;
	uint8_t type;
	uint32_t size;
} __attribute__((__packed__));

/* Room for any message of these tests, with its trailer. */
struct msg {
	struct msg_header h;
	uint32_t body[250];
};

/* mach() cannot be an argument of itself. */
static inline uint32_t task_self(void)
{
	return mach(MACH_task_self);
}

static inline uint32_t thread_self(void)
{
	return mach(MACH_thread_self);
}

static inline uint32_t mach_msg(struct msg *m, uint32_t option, uint32_t send_size,
				uint32_t rcv_size, uint32_t rcv_name, uint32_t timeout)
{
	return mach8(MACH_mach_msg, (uint64_t)m, option, send_size, rcv_size, rcv_name, timeout, 0,
		     0);
}

static inline uint32_t msg_send(struct msg *m, uint32_t bits, uint32_t remote, uint32_t local,
				int32_t id, uint32_t body_size)
{
	m->h.bits = bits;
	m->h.size = sizeof(m->h) + body_size;
	m->h.remote = remote;
	m->h.local = local;
	m->h.voucher = 0;
	m->h.id = id;
	return mach_msg(m, MACH_SEND_MSG | MACH_SEND_TIMEOUT, m->h.size, 0, 0, 0);
}

/* Receives what is there already, or comes within a second. */
static inline uint32_t msg_receive(struct msg *m, uint32_t name)
{
	return mach_msg(m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(*m), name, 1000);
}

static inline uint32_t msg_poll(struct msg *m, uint32_t name)
{
	return mach_msg(m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(*m), name, 0);
}

static inline uint32_t port_new(void)
{
	uint32_t name = 0;

	if (mach(MACH_mach_port_allocate, task_self(), RIGHT_RECEIVE, &name))
		return 0;
	return name;
}

static inline uint32_t port_type(uint32_t name)
{
	uint32_t type = 0;

	return mach(MACH_mach_port_type, task_self(), name, &type) ? 0 : type;
}

/* The port that mig() receives by; a forked child has to forget it. */
static uint32_t mig_reply;

/*
 * Sends a request to the kernel with @args behind an NDR record and receives
 * the reply into @m; its return code, -1 for a complex reply, -2 if none came.
 */
static inline int mig(struct msg *m, uint32_t dest, int32_t id, const void *args, uint32_t size)
{
	static const uint8_t ndr[8] = { 0, 0, 0, 0, 1, 0, 0, 0 };
	uint32_t kr;

	if (!mig_reply)
		mig_reply = mach(MACH_mach_reply_port);
	memset(m, 0, sizeof(*m));
	memcpy(m->body, ndr, sizeof(ndr));
	memcpy(m->body + 2, args, size);
	m->h.bits = MSGH_BITS(COPY_SEND, MAKE_SEND_ONCE);
	m->h.size = sizeof(m->h) + sizeof(ndr) + size;
	m->h.remote = dest;
	m->h.local = mig_reply;
	m->h.id = id;
	kr = mach_msg(m, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, m->h.size, sizeof(*m),
		      mig_reply, 1000);
	if (kr || m->h.id != id + 100)
		return -2;
	return m->h.bits & MSGH_COMPLEX ? -1 : (int)m->body[2];
}

#endif /* _MACHO_MACHMSG_H */
