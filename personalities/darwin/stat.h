/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's stat structures, device numbers and file flags. */
#ifndef _DARWIN_STAT_H
#define _DARWIN_STAT_H

#include <linux/build_bug.h>
#include <linux/kdev_t.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct statx;

/* A file time. */
struct darwin_stat_time {
	s64 sec;
	s64 nsec;
};

/**
 * struct darwin_stat64 - the structure with 64-bit inode numbers
 */
struct darwin_stat64 {
	u32 dev;
	u16 mode;
	u16 nlink;
	u64 ino;
	u32 uid;
	u32 gid;
	u32 rdev;
	u32 pad;
	struct darwin_stat_time atime;
	struct darwin_stat_time mtime;
	struct darwin_stat_time ctime;
	struct darwin_stat_time birthtime;
	s64 size;
	s64 blocks;
	s32 blksize;
	u32 flags;
	u32 gen;
	s32 lspare;
	s64 qspare[2];
};

static_assert(sizeof(struct darwin_stat64) == 144);
static_assert(offsetof(struct darwin_stat64, mode) == 4);
static_assert(offsetof(struct darwin_stat64, nlink) == 6);
static_assert(offsetof(struct darwin_stat64, ino) == 8);
static_assert(offsetof(struct darwin_stat64, uid) == 16);
static_assert(offsetof(struct darwin_stat64, gid) == 20);
static_assert(offsetof(struct darwin_stat64, rdev) == 24);
static_assert(offsetof(struct darwin_stat64, atime) == 32);
static_assert(offsetof(struct darwin_stat64, mtime) == 48);
static_assert(offsetof(struct darwin_stat64, ctime) == 64);
static_assert(offsetof(struct darwin_stat64, birthtime) == 80);
static_assert(offsetof(struct darwin_stat64, size) == 96);
static_assert(offsetof(struct darwin_stat64, blocks) == 104);
static_assert(offsetof(struct darwin_stat64, blksize) == 112);
static_assert(offsetof(struct darwin_stat64, flags) == 116);
static_assert(offsetof(struct darwin_stat64, gen) == 120);
static_assert(offsetof(struct darwin_stat64, qspare) == 128);

/**
 * struct darwin_stat - the structure of before 10.5, 32-bit inode numbers
 */
struct darwin_stat {
	u32 dev;
	u32 ino;
	u16 mode;
	u16 nlink;
	u32 uid;
	u32 gid;
	u32 rdev;
	struct darwin_stat_time atime;
	struct darwin_stat_time mtime;
	struct darwin_stat_time ctime;
	s64 size;
	s64 blocks;
	s32 blksize;
	u32 flags;
	u32 gen;
	s32 lspare;
	s64 qspare[2];
};

static_assert(sizeof(struct darwin_stat) == 120);
static_assert(offsetof(struct darwin_stat, atime) == 24);
static_assert(offsetof(struct darwin_stat, size) == 72);
static_assert(offsetof(struct darwin_stat, blksize) == 88);
static_assert(offsetof(struct darwin_stat, qspare) == 104);

/* st_flags, chflags(2) */
#define DARWIN_UF_NODUMP	0x00000001
#define DARWIN_UF_IMMUTABLE	0x00000002
#define DARWIN_UF_APPEND	0x00000004
#define DARWIN_SF_IMMUTABLE	0x00020000
#define DARWIN_SF_APPEND	0x00040000

/*
 * A Darwin device number has 8 bits of major and 24 bits of minor number, a
 * Linux one 12 and 20. The upper four bits of a large major go where Darwin's
 * minor numbers have bits that Linux has not, so that no two devices look alike
 * and small numbers are what major() and minor() of a program expect.
 */
static inline u32 darwin_dev(u32 major, u32 minor)
{
	return (major & 0xff) << 24 | (major & 0xf00) << 12 | (minor & 0xfffff);
}

static inline u32 darwin_dev_major(u32 dev)
{
	return dev >> 24 | (dev >> 12 & 0xf00);
}

static inline u32 darwin_dev_minor(u32 dev)
{
	return dev & 0xfffff;
}

/* In the encoding that system calls take (new_encode_dev() of the kernel). */
static inline u32 darwin_dev_to_native(u32 dev)
{
	u32 minor = darwin_dev_minor(dev);

	return (minor & 0xff) | darwin_dev_major(dev) << 8 | (minor & ~0xff) << 12;
}

void darwin_fill_stat64(struct darwin_stat64 *to, const struct statx *from);
void darwin_fill_stat(struct darwin_stat *to, const struct darwin_stat64 *from);
u32 darwin_file_flags(u64 statx_attributes);

#endif /* _DARWIN_STAT_H */
