/* SPDX-License-Identifier: GPL-2.0-only */
/* posix_spawn() between its two processes, and its layouts. */
#ifndef _DARWIN_SPAWN_H
#define _DARWIN_SPAWN_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct darwin_spawn;
struct persona_thread;
struct pt_regs;

/* psa_flags */
#define DARWIN_SPAWN_RESETIDS		0x0001
#define DARWIN_SPAWN_SETPGROUP		0x0002
#define DARWIN_SPAWN_SETSIGDEF		0x0004
#define DARWIN_SPAWN_SETSIGMASK		0x0008
#define DARWIN_SPAWN_SETEXEC		0x0040
#define DARWIN_SPAWN_START_SUSPENDED	0x0080
#define DARWIN_SPAWN_DISABLE_ASLR	0x0100
#define DARWIN_SPAWN_NANO_ALLOCATOR	0x0200	/* advice to the allocator */
#define DARWIN_SPAWN_SETSID		0x0400
#define DARWIN_SPAWN_ALLOW_DATA_EXEC	0x2000	/* i386 only */
#define DARWIN_SPAWN_CLOEXEC_DEFAULT	0x4000
#define DARWIN_SPAWN_HIGH_BITS_ASLR	0x8000	/* advice to the loader */
#define DARWIN_SPAWN_KNOWN		0xe7cf

/* psfaa_type */
#define DARWIN_PSFA_OPEN		0
#define DARWIN_PSFA_CLOSE		1
#define DARWIN_PSFA_DUP2		2
#define DARWIN_PSFA_INHERIT		3
#define DARWIN_PSFA_CHDIR		5
#define DARWIN_PSFA_FCHDIR		6

/* Start of struct _posix_spawn_args_desc; later versions append to it. */
struct darwin_spawn_desc {
	u64 attr_size;
	u64 attrp;
	u64 file_actions_size;
	u64 file_actions;
	u64 port_actions_size;
	u64 port_actions;
	u64 mac_extensions_size;
	u64 mac_extensions;
};

static_assert(sizeof(struct darwin_spawn_desc) == 64);

/* Start of struct _posix_spawnattr. */
struct darwin_spawn_attr {
	u16 flags;
	u16 pad;
	u32 sigdefault;
	u32 sigmask;
	s32 pgroup;
};

static_assert(sizeof(struct darwin_spawn_attr) == 16);

/* Start of struct _psfa_action; paths of 1024 bytes follow at 14 or 8. */
struct darwin_psfa {
	u32 type;
	s32 fd;
	s32 oflag;	/* DUP2: the new descriptor */
	u16 mode;
} __packed;

static_assert(sizeof(struct darwin_psfa) == 14);

#define DARWIN_PSFA_SIZE	1040
#define DARWIN_PSFA_OPEN_PATH	14
#define DARWIN_PSFA_CHDIR_PATH	8
#define DARWIN_PSFA_HEADER	8	/* allocated and used actions */

void darwin_spawn_inherit(struct persona_thread *thread, struct persona_thread *parent);
void darwin_spawn_exit(struct persona_thread *thread);
bool darwin_spawn_start(struct persona_thread *thread, struct pt_regs *regs);

#endif /* _DARWIN_SPAWN_H */
