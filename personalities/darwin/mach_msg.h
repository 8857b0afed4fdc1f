/* SPDX-License-Identifier: GPL-2.0-only */
/* Sending and receiving messages: mach_msg.c and msg_copy.c. */
#ifndef _DARWIN_MACH_MSG_H
#define _DARWIN_MACH_MSG_H

#include "ipc.h"

/**
 * struct darwin_msg_args - one mach_msg call
 * @snd: message to send
 * @rcv: where to receive
 * @option: DARWIN_MACH_SEND_*, DARWIN_MACH_RCV_*
 * @send_size: bytes to send
 * @rcv_size: room at @rcv
 * @rcv_name: name to receive from
 * @timeout: milliseconds
 * @header: mach_msg2: counts instead of what is at @snd
 */
struct darwin_msg_args {
	void __user *snd;
	void __user *rcv;
	u32 option;
	u32 send_size;
	u32 rcv_size;
	u32 rcv_name;
	u32 timeout;
	const struct darwin_mach_header *header;
};

u32 darwin_msg_copyin(struct persona_call *call, const struct darwin_msg_args *a,
		      struct darwin_msg **out);
u32 darwin_msg_copyout_items(struct persona_call *call, struct darwin_msg *msg);

#endif /* _DARWIN_MACH_MSG_H */
