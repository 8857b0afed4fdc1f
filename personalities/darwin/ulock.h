/* SPDX-License-Identifier: GPL-2.0-only */
/* The operation word of ulock_wait and ulock_wake. */
#ifndef _DARWIN_ULOCK_H
#define _DARWIN_ULOCK_H

#include <linux/types.h>

#define DARWIN_UL_OPCODE_MASK			0x000000ff
#define DARWIN_UL_COMPARE_AND_WAIT		1
#define DARWIN_UL_UNFAIR_LOCK			2
#define DARWIN_UL_COMPARE_AND_WAIT_SHARED	3
#define DARWIN_UL_UNFAIR_LOCK64_SHARED		4
#define DARWIN_UL_COMPARE_AND_WAIT64		5
#define DARWIN_UL_COMPARE_AND_WAIT64_SHARED	6

#define DARWIN_ULF_WAKE_ALL			0x00000100
#define DARWIN_ULF_WAKE_THREAD			0x00000200
#define DARWIN_ULF_WAKE_ALLOW_NON_OWNER		0x00000400
#define DARWIN_ULF_WAIT_WORKQ_DATA_CONTENTION	0x00010000
#define DARWIN_ULF_WAIT_CANCEL_POINT		0x00020000
#define DARWIN_ULF_WAIT_ADAPTIVE_SPIN		0x00040000
#define DARWIN_ULF_NO_ERRNO			0x01000000
#define DARWIN_ULF_GENERIC_MASK			0xffff0000

#define DARWIN_ULF_WAIT_MASK	(DARWIN_ULF_WAIT_WORKQ_DATA_CONTENTION |	\
				 DARWIN_ULF_WAIT_CANCEL_POINT |			\
				 DARWIN_ULF_WAIT_ADAPTIVE_SPIN)
#define DARWIN_ULF_WAKE_MASK	(DARWIN_ULF_WAKE_ALL | DARWIN_ULF_WAKE_THREAD |	\
				 DARWIN_ULF_WAKE_ALLOW_NON_OWNER)

/**
 * struct darwin_ulock_op - an operation word, taken apart
 * @op: DARWIN_UL_*
 * @wide: the word has 64 bits
 * @shared: it may be in memory shared with other processes
 * @all: wake all
 * @thread: wake one thread by name
 * @no_errno: errors are negative results
 */
struct darwin_ulock_op {
	u8 op;
	bool wide;
	bool shared;
	bool all;
	bool thread;
	bool no_errno;
};

int darwin_ulock_op(u32 op, bool wake, struct darwin_ulock_op *u);

#endif /* _DARWIN_ULOCK_H */
