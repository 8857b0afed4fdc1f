/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and message layouts of the Mach half of Darwin (x86-64 programs).
 */
#ifndef _DARWIN_MACH_H
#define _DARWIN_MACH_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "mach_error.h"

/* mig_reply_error_t.RetCode, beside the DARWIN_KERN_* codes */
#define DARWIN_MIG_TYPE_ERROR			(-300)
#define DARWIN_MIG_BAD_ID			(-303)
#define DARWIN_MIG_BAD_ARGUMENTS		(-304)
#define DARWIN_MIG_NO_REPLY			(-305)

/* mach_msg_return_t */
#define DARWIN_MACH_SEND_INVALID_DATA		0x10000002
#define DARWIN_MACH_SEND_INVALID_DEST		0x10000003
#define DARWIN_MACH_SEND_TIMED_OUT		0x10000004
#define DARWIN_MACH_SEND_INVALID_VOUCHER	0x10000005
#define DARWIN_MACH_SEND_INTERRUPTED		0x10000007
#define DARWIN_MACH_SEND_MSG_TOO_SMALL		0x10000008
#define DARWIN_MACH_SEND_INVALID_REPLY		0x10000009
#define DARWIN_MACH_SEND_INVALID_RIGHT		0x1000000a
#define DARWIN_MACH_SEND_INVALID_MEMORY		0x1000000c
#define DARWIN_MACH_SEND_NO_BUFFER		0x1000000d
#define DARWIN_MACH_SEND_TOO_LARGE		0x1000000e
#define DARWIN_MACH_SEND_INVALID_TYPE		0x1000000f
#define DARWIN_MACH_SEND_INVALID_HEADER		0x10000010
#define DARWIN_MACH_SEND_INVALID_OPTIONS	0x10000013
#define DARWIN_MACH_RCV_INVALID_NAME		0x10004002
#define DARWIN_MACH_RCV_TIMED_OUT		0x10004003
#define DARWIN_MACH_RCV_TOO_LARGE		0x10004004
#define DARWIN_MACH_RCV_INTERRUPTED		0x10004005
#define DARWIN_MACH_RCV_PORT_CHANGED		0x10004006
#define DARWIN_MACH_RCV_INVALID_DATA		0x10004008
#define DARWIN_MACH_RCV_PORT_DIED		0x10004009
#define DARWIN_MACH_RCV_HEADER_ERROR		0x1000400b
#define DARWIN_MACH_RCV_BODY_ERROR		0x1000400c
#define DARWIN_MACH_RCV_INVALID_TRAILER		0x1000400f
#define DARWIN_MACH_MSG_IPC_SPACE		0x00002000
#define DARWIN_MACH_MSG_VM_SPACE		0x00001000

/* mach_msg options */
#define DARWIN_MACH_SEND_MSG			0x00000001
#define DARWIN_MACH_RCV_MSG			0x00000002
#define DARWIN_MACH_RCV_LARGE			0x00000004
#define DARWIN_MACH_RCV_LARGE_IDENTITY		0x00000008
#define DARWIN_MACH_SEND_TIMEOUT		0x00000010
#define DARWIN_MACH_SEND_OVERRIDE		0x00000020
#define DARWIN_MACH_SEND_INTERRUPT		0x00000040
#define DARWIN_MACH_SEND_NOTIFY			0x00000080
#define DARWIN_MACH_RCV_TIMEOUT			0x00000100
#define DARWIN_MACH_RCV_STRICT_REPLY		0x00000200
#define DARWIN_MACH_RCV_INTERRUPT		0x00000400
#define DARWIN_MACH_RCV_VOUCHER			0x00000800
#define DARWIN_MACH_RCV_GUARDED_DESC		0x00001000
#define DARWIN_MACH_RCV_SYNC_WAIT		0x00004000
#define DARWIN_MACH_SEND_ALWAYS			0x00010000
#define DARWIN_MACH_SEND_FILTER_NONFATAL	0x00010000
#define DARWIN_MACH_SEND_TRAILER		0x00020000
#define DARWIN_MACH_SEND_NOIMPORTANCE		0x00040000
#define DARWIN_MACH_SEND_NODENAP		0x00040000
#define DARWIN_MACH_SEND_IMPORTANCE		0x00080000
#define DARWIN_MACH_SEND_SYNC_OVERRIDE		0x00100000
#define DARWIN_MACH_SEND_PROPAGATE_QOS		0x00200000
#define DARWIN_MACH_SEND_SYNC_BOOTSTRAP_CHECKIN	0x00800000
#define DARWIN_MACH_RCV_TRAILER_ELEMENTS(opt)	(((opt) >> 24) & 0xf)
#define DARWIN_MACH_RCV_TRAILER_TYPE(opt)	(((opt) >> 28) & 0xf)
#define DARWIN_MACH_RCV_TRAILER_MASK		0xff000000

/* msgh_bits */
#define DARWIN_MACH_MSGH_BITS_REMOTE(bits)	((bits) & 0x1f)
#define DARWIN_MACH_MSGH_BITS_LOCAL(bits)	(((bits) >> 8) & 0x1f)
#define DARWIN_MACH_MSGH_BITS_VOUCHER(bits)	(((bits) >> 16) & 0x1f)
#define DARWIN_MACH_MSGH_BITS_COMPLEX		0x80000000u
#define DARWIN_MACH_MSGH_BITS_RAISEIMP		0x20000000u
#define DARWIN_MACH_MSGH_BITS_USER		0xa01f1f1fu

/* Dispositions of port rights */
#define DARWIN_MACH_MSG_TYPE_MOVE_RECEIVE	16
#define DARWIN_MACH_MSG_TYPE_MOVE_SEND		17
#define DARWIN_MACH_MSG_TYPE_MOVE_SEND_ONCE	18
#define DARWIN_MACH_MSG_TYPE_COPY_SEND		19
#define DARWIN_MACH_MSG_TYPE_MAKE_SEND		20
#define DARWIN_MACH_MSG_TYPE_MAKE_SEND_ONCE	21
/* The same after they have been taken from the sender */
#define DARWIN_MACH_MSG_TYPE_PORT_RECEIVE	16
#define DARWIN_MACH_MSG_TYPE_PORT_SEND		17
#define DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE	18

/* Port names */
#define DARWIN_MACH_PORT_NULL			0u
#define DARWIN_MACH_PORT_DEAD			(~0u)

/* mach_port_right_t and mach_port_type_t */
#define DARWIN_MACH_PORT_RIGHT_SEND		0
#define DARWIN_MACH_PORT_RIGHT_RECEIVE		1
#define DARWIN_MACH_PORT_RIGHT_SEND_ONCE	2
#define DARWIN_MACH_PORT_RIGHT_PORT_SET		3
#define DARWIN_MACH_PORT_RIGHT_DEAD_NAME	4
#define DARWIN_MACH_PORT_TYPE(right)		(1u << ((right) + 16))
#define DARWIN_MACH_PORT_TYPE_SEND		0x00010000u
#define DARWIN_MACH_PORT_TYPE_RECEIVE		0x00020000u
#define DARWIN_MACH_PORT_TYPE_SEND_ONCE		0x00040000u
#define DARWIN_MACH_PORT_TYPE_PORT_SET		0x00080000u
#define DARWIN_MACH_PORT_TYPE_DEAD_NAME		0x00100000u
#define DARWIN_MACH_PORT_TYPE_DNREQUEST		0x80000000u
#define DARWIN_MACH_PORT_UREFS_MAX		0xffffu
#define DARWIN_MACH_PORT_QLIMIT_DEFAULT		5
#define DARWIN_MACH_PORT_QLIMIT_MAX		1024

/* Notifications */
#define DARWIN_MACH_NOTIFY_PORT_DELETED		65
#define DARWIN_MACH_NOTIFY_SEND_POSSIBLE	66
#define DARWIN_MACH_NOTIFY_PORT_DESTROYED	69
#define DARWIN_MACH_NOTIFY_NO_SENDERS		70
#define DARWIN_MACH_NOTIFY_SEND_ONCE		71
#define DARWIN_MACH_NOTIFY_DEAD_NAME		72

/* vm_prot_t, VM_FLAGS_* */
#define DARWIN_VM_PROT_READ			0x01
#define DARWIN_VM_PROT_WRITE			0x02
#define DARWIN_VM_PROT_EXECUTE			0x04
#define DARWIN_VM_PROT_ALL			0x07
#define DARWIN_VM_PROT_COPY			0x10
#define DARWIN_VM_FLAGS_ANYWHERE		0x00000001
#define DARWIN_VM_FLAGS_RANDOM_ADDR		0x00000008
#define DARWIN_VM_FLAGS_NO_CACHE		0x00000010
#define DARWIN_VM_FLAGS_OVERWRITE		0x00004000
#define DARWIN_VM_FLAGS_ALIAS_MASK		0xff000000

struct darwin_mach_header {
	u32 bits;
	u32 size;
	u32 remote;
	u32 local;
	u32 voucher;
	s32 id;
};

static_assert(sizeof(struct darwin_mach_header) == 24);

/* Message descriptors; all begin alike up to the type byte's place. */
#define DARWIN_MACH_MSG_PORT_DESCRIPTOR		0
#define DARWIN_MACH_MSG_OOL_DESCRIPTOR		1
#define DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR	2
#define DARWIN_MACH_MSG_OOL_VOLATILE_DESCRIPTOR	3

struct darwin_mach_port_desc {
	u32 name;
	u32 pad1;
	u16 pad2;
	u8 disposition;
	u8 type;
};

static_assert(sizeof(struct darwin_mach_port_desc) == 12);

struct darwin_mach_ool_desc {
	u64 address;
	u8 deallocate;
	u8 copy;
	u8 disposition;	/* OOL_PORTS only */
	u8 type;
	u32 size;	/* OOL_PORTS: count */
} __packed;

static_assert(sizeof(struct darwin_mach_ool_desc) == 16);
static_assert(offsetof(struct darwin_mach_ool_desc, type) ==
	      offsetof(struct darwin_mach_port_desc, type));

/* The largest trailer; a receiver gets a prefix of it. */
struct darwin_mach_trailer {
	u32 type;
	u32 size;
	u32 seqno;
	u32 sender[2];		/* uid, gid */
	u32 audit[8];		/* auid euid egid ruid rgid pid asid version */
	u64 context;
	u32 filter_id;
	u32 pad;
} __packed;

#define DARWIN_MACH_TRAILER_NULL_SIZE		8
#define DARWIN_MACH_TRAILER_SEQNO_SIZE		12
#define DARWIN_MACH_TRAILER_SENDER_SIZE		20
#define DARWIN_MACH_TRAILER_AUDIT_SIZE		52
#define DARWIN_MACH_TRAILER_CONTEXT_SIZE	60
#define DARWIN_MACH_TRAILER_MAC_SIZE		68

static_assert(sizeof(struct darwin_mach_trailer) == DARWIN_MACH_TRAILER_MAC_SIZE);

/* What MIG puts before inline arguments: little-endian, IEEE, ASCII. */
struct darwin_ndr {
	u8 mig_vers;
	u8 if_vers;
	u8 reserved1;
	u8 mig_encoding;
	u8 int_rep;
	u8 char_rep;
	u8 float_rep;
	u8 reserved2;
};

static_assert(sizeof(struct darwin_ndr) == 8);

#endif /* _DARWIN_MACH_H */
