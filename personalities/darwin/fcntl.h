/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands and structures of Darwin's fcntl(2). */
#ifndef _DARWIN_FCNTL_H
#define _DARWIN_FCNTL_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define DARWIN_F_DUPFD			0
#define DARWIN_F_GETFD			1
#define DARWIN_F_SETFD			2
#define DARWIN_F_GETFL			3
#define DARWIN_F_SETFL			4
#define DARWIN_F_GETOWN			5
#define DARWIN_F_SETOWN			6
#define DARWIN_F_GETLK			7
#define DARWIN_F_SETLK			8
#define DARWIN_F_SETLKW			9
#define DARWIN_F_FLUSH_DATA		40
#define DARWIN_F_PREALLOCATE		42
#define DARWIN_F_SETSIZE		43
#define DARWIN_F_RDADVISE		44
#define DARWIN_F_RDAHEAD		45
#define DARWIN_F_NOCACHE		48
#define DARWIN_F_LOG2PHYS		49
#define DARWIN_F_GETPATH		50
#define DARWIN_F_FULLFSYNC		51
#define DARWIN_F_FREEZE_FS		53
#define DARWIN_F_THAW_FS		54
#define DARWIN_F_GLOBAL_NOCACHE		55
#define DARWIN_F_ADDSIGS		59
#define DARWIN_F_ADDFILESIGS		61
#define DARWIN_F_NODIRECT		62
#define DARWIN_F_GETPROTECTIONCLASS	63
#define DARWIN_F_SETPROTECTIONCLASS	64
#define DARWIN_F_LOG2PHYS_EXT		65
#define DARWIN_F_DUPFD_CLOEXEC		67
#define DARWIN_F_SETNOSIGPIPE		73
#define DARWIN_F_GETNOSIGPIPE		74
#define DARWIN_F_TRANSCODEKEY		75
#define DARWIN_F_SINGLE_WRITER		76
#define DARWIN_F_GETPROTECTIONLEVEL	77
#define DARWIN_F_FINDSIGS		78
#define DARWIN_F_BARRIERFSYNC		85
#define DARWIN_F_OFD_SETLK		90
#define DARWIN_F_OFD_SETLKW		91
#define DARWIN_F_OFD_GETLK		92
#define DARWIN_F_ADDFILESIGS_RETURN	97
#define DARWIN_F_CHECK_LV		98
#define DARWIN_F_PUNCHHOLE		99
#define DARWIN_F_TRIM_ACTIVE_FILE	100
#define DARWIN_F_SPECULATIVE_READ	101
#define DARWIN_F_GETPATH_NOFIRMLINK	102

/* l_type */
#define DARWIN_F_RDLCK			1
#define DARWIN_F_UNLCK			2
#define DARWIN_F_WRLCK			3

/* struct flock */
struct darwin_flock {
	s64 start;
	s64 len;
	s32 pid;
	s16 type;
	s16 whence;
};

static_assert(sizeof(struct darwin_flock) == 24);
static_assert(offsetof(struct darwin_flock, pid) == 16);
static_assert(offsetof(struct darwin_flock, type) == 20);
static_assert(offsetof(struct darwin_flock, whence) == 22);

/* F_PREALLOCATE: fst_flags, fst_posmode */
#define DARWIN_F_ALLOCATECONTIG		0x2
#define DARWIN_F_ALLOCATEALL		0x4
#define DARWIN_F_PEOFPOSMODE		3
#define DARWIN_F_VOLPOSMODE		4

struct darwin_fstore {
	u32 flags;
	s32 posmode;
	s64 offset;
	s64 length;
	s64 bytesalloc;
};

static_assert(sizeof(struct darwin_fstore) == 32);
static_assert(offsetof(struct darwin_fstore, offset) == 8);
static_assert(offsetof(struct darwin_fstore, bytesalloc) == 24);

/* F_RDADVISE */
struct darwin_radvisory {
	s64 offset;
	s32 count;
	u32 pad;
};

static_assert(sizeof(struct darwin_radvisory) == 16);

/* F_PUNCHHOLE and F_SPECULATIVE_READ */
struct darwin_file_range {
	u32 flags;
	u32 reserved;
	s64 offset;
	s64 length;
};

static_assert(sizeof(struct darwin_file_range) == 24);

/* F_LOG2PHYS and F_LOG2PHYS_EXT */
struct darwin_log2phys {
	u32 flags;
	s64 contigbytes;
	s64 devoffset;
} __packed __aligned(4);

static_assert(sizeof(struct darwin_log2phys) == 20);

struct flock;
struct persona_call;
struct statx;

int darwin_flock_to_native(struct flock *to, const struct darwin_flock *from);
int darwin_flock_to_foreign(struct darwin_flock *to, const struct flock *from);
s64 darwin_prealloc_start(const struct statx *stx);

/* space.c */
long darwin_preallocate(struct persona_call *call, int fd, u64 arg);
long darwin_punch_hole(struct persona_call *call, int fd, u64 arg);
long darwin_log2phys(struct persona_call *call, int fd, u64 arg, bool extended);

#endif /* _DARWIN_FCNTL_H */
