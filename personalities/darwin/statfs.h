/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's statfs structures. */
#ifndef _DARWIN_STATFS_H
#define _DARWIN_STATFS_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define DARWIN_MFSTYPENAMELEN	16
#define DARWIN_MNAMELEN		1024

/**
 * struct darwin_statfs64 - the structure with 64-bit inode numbers
 */
struct darwin_statfs64 {
	u32 bsize;
	s32 iosize;
	u64 blocks;
	u64 bfree;
	u64 bavail;
	u64 files;
	u64 ffree;
	s32 fsid[2];
	u32 owner;
	u32 type;
	u32 flags;
	u32 fssubtype;
	char fstypename[DARWIN_MFSTYPENAMELEN];
	char mntonname[DARWIN_MNAMELEN];
	char mntfromname[DARWIN_MNAMELEN];
	u32 flags_ext;
	u32 reserved[7];
};

static_assert(sizeof(struct darwin_statfs64) == 2168);
static_assert(offsetof(struct darwin_statfs64, blocks) == 8);
static_assert(offsetof(struct darwin_statfs64, ffree) == 40);
static_assert(offsetof(struct darwin_statfs64, fsid) == 48);
static_assert(offsetof(struct darwin_statfs64, owner) == 56);
static_assert(offsetof(struct darwin_statfs64, flags) == 64);
static_assert(offsetof(struct darwin_statfs64, fstypename) == 72);
static_assert(offsetof(struct darwin_statfs64, mntonname) == 88);
static_assert(offsetof(struct darwin_statfs64, mntfromname) == 1112);
static_assert(offsetof(struct darwin_statfs64, flags_ext) == 2136);

/**
 * struct darwin_statfs - the structure of before 10.5
 */
struct darwin_statfs {
	s16 otype;
	s16 oflags;
	s64 bsize;
	s64 iosize;
	s64 blocks;
	s64 bfree;
	s64 bavail;
	s64 files;
	s64 ffree;
	s32 fsid[2];
	u32 owner;
	s16 fssubtype;
	s16 type;
	s64 flags;
	s64 reserved2[2];
	char fstypename[15];
	char mntonname[90];
	char mntfromname[90];
	char reserved3;
	s64 reserved4[4];
};

static_assert(sizeof(struct darwin_statfs) == 336);
static_assert(offsetof(struct darwin_statfs, fsid) == 64);
static_assert(offsetof(struct darwin_statfs, type) == 78);
static_assert(offsetof(struct darwin_statfs, fstypename) == 104);
static_assert(offsetof(struct darwin_statfs, mntfromname) == 209);

/* f_flags */
#define DARWIN_MNT_RDONLY	0x00000001
#define DARWIN_MNT_SYNCHRONOUS	0x00000002
#define DARWIN_MNT_NOEXEC	0x00000004
#define DARWIN_MNT_NOSUID	0x00000008
#define DARWIN_MNT_NODEV	0x00000010
#define DARWIN_MNT_LOCAL	0x00001000
#define DARWIN_MNT_ROOTFS	0x00004000
#define DARWIN_MNT_NOATIME	0x10000000

/* getfsstat(2) */
#define DARWIN_MNT_WAIT		1
#define DARWIN_MNT_NOWAIT	2
#define DARWIN_MNT_DWAIT	4

struct kstatfs;
struct path;

u32 darwin_mount_flags(long native);
void darwin_fill_statfs64(struct darwin_statfs64 *to, const struct kstatfs *from);
void darwin_fill_statfs(struct darwin_statfs *to, const struct darwin_statfs64 *from);
int darwin_statfs_path(struct darwin_statfs64 *to, const struct path *path);

#endif /* _DARWIN_STATFS_H */
