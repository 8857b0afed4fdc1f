/* SPDX-License-Identifier: GPL-2.0-only */
/* Sequence words of libpthread's locks. */
#ifndef _DARWIN_PSYNCH_H
#define _DARWIN_PSYNCH_H

#include <linux/types.h>

/* A word counts in its upper 24 bits. */
#define PSYNCH_INC		0x100u
#define PSYNCH_COUNT(word)	((u32)(word) & ~(PSYNCH_INC - 1))

/* L word of a mutex */
#define PSYNCH_L_KERNEL		0x01	/* cannot be taken in user mode */
#define PSYNCH_L_EXCLUSIVE	0x02	/* held */

/* S word of a condition variable, and what the calls return for it */
#define PSYNCH_S_CLEARED	0x01	/* the kernel knows nothing of it any more */
#define PSYNCH_S_POSTED		0x02	/* it knows of wakeups, but of no waiter */

/* L word of a read-write lock; the first two are those of a mutex */
#define PSYNCH_L_WRITERS	0x04	/* somebody waits to write */
#define PSYNCH_L_FREE		0x40	/* nobody has it */
#define PSYNCH_L_JOINED		0x40	/* in a result: another reader, beside those before */
#define PSYNCH_L_FRESH		0x80	/* no unlock has come to the kernel since it was free */

/* S word of a read-write lock */
#define PSYNCH_S_UNSET		0x01	/* counts only once somebody waits */
#define PSYNCH_S_GRANTING	0x02	/* an unlock is in the kernel */
#define PSYNCH_S_WRITERS	0x04	/* PSYNCH_L_WRITERS as it was then */

/* S word of a condition variable with the error number of psynch_cvwait() */
#define PSYNCH_ECLEARED		0x100
#define PSYNCH_EPOSTED		0x200

/* Flags of the calls: options of the mutex or condition variable */
#define PSYNCH_PSHARED		0x0010
#define PSYNCH_POLICY_MASK	0x01c0
#define PSYNCH_FIRSTFIT		0x0080
#define PSYNCH_MUTEX		0x2000

/* Sequences wrap: @a comes before @b. */
static inline bool psynch_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

#endif /* _DARWIN_PSYNCH_H */
