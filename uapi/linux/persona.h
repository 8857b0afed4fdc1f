/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * User-space interface of the persona modules: prctl(PR_PERSONA, op, ...).
 *
 * This is the only header of the project that user space includes.
 */
#ifndef _UAPI_LINUX_PERSONA_H
#define _UAPI_LINUX_PERSONA_H

#include <linux/types.h>

/* First argument of prctl(2): "PERS". */
#define PR_PERSONA		0x50455253

/*
 * PR_PERSONA_GET: arg3 is a pointer to struct persona_info, arg4 its size.
 * Describes the calling thread.
 */
#define PR_PERSONA_GET		0
/*
 * PR_PERSONA_SET: arg3 is a pointer to struct persona_set, arg4 its size.
 * From the next system call on, the whole thread speaks the named foreign
 * system. The empty name ends a range set before. EBUSY if the thread
 * already is foreign.
 */
#define PR_PERSONA_SET		1
/*
 * PR_PERSONA_SET_RANGE: as SET, but only calls made from instruction
 * addresses in [start, start + len) are foreign; all others stay native.
 */
#define PR_PERSONA_SET_RANGE	2
/*
 * PR_PERSONA_LIST: arg3 is a pointer to an array of struct persona_entry,
 * arg4 the size of the array in bytes. Returns the number of registered
 * personalities, of which as many as fit have been stored.
 */
#define PR_PERSONA_LIST		3

#define PERSONA_NAME_MAX	16

/* persona_info.mode */
#define PERSONA_MODE_NATIVE	0
#define PERSONA_MODE_WHOLE	1
#define PERSONA_MODE_RANGE	2

struct persona_info {
	__u32 size;		/* of this structure as the kernel knows it */
	__u32 mode;
	char name[PERSONA_NAME_MAX];
	__u64 start;		/* of the range, with PERSONA_MODE_RANGE */
	__u64 len;
};

struct persona_set {
	__u32 size;		/* sizeof(struct persona_set) */
	__u32 flags;		/* must be zero */
	char name[PERSONA_NAME_MAX];
	__u64 start;		/* PR_PERSONA_SET_RANGE only, else zero */
	__u64 len;
};

struct persona_entry {
	char name[PERSONA_NAME_MAX];
	__u64 threads;		/* threads that have this personality now */
	__u64 reserved;
};

#endif /* _UAPI_LINUX_PERSONA_H */
