/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's directory entries. */
#ifndef _DARWIN_DIRENT_H
#define _DARWIN_DIRENT_H

#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * struct darwin_dirent64 - an entry as getdirentries64 returns it
 *
 * On disk and in the buffer it is only @reclen long.
 */
struct darwin_dirent64 {
	u64 ino;
	u64 seekoff;
	u16 reclen;
	u16 namlen;
	u8 type;
	char name[NAME_MAX + 1];
	char pad[3];
};

static_assert(offsetof(struct darwin_dirent64, seekoff) == 8);
static_assert(offsetof(struct darwin_dirent64, reclen) == 16);
static_assert(offsetof(struct darwin_dirent64, namlen) == 18);
static_assert(offsetof(struct darwin_dirent64, type) == 20);
static_assert(offsetof(struct darwin_dirent64, name) == 21);

/**
 * struct darwin_dirent - an entry of before 10.5
 */
struct darwin_dirent {
	u32 ino;
	u16 reclen;
	u8 type;
	u8 namlen;
	char name[NAME_MAX + 1];
};

static_assert(offsetof(struct darwin_dirent, reclen) == 4);
static_assert(offsetof(struct darwin_dirent, namlen) == 7);
static_assert(offsetof(struct darwin_dirent, name) == 8);

/**
 * struct darwin_dir_entry - an entry of either system
 * @ino: inode number
 * @off: where the next entry is
 * @type: DT_*, the same numbers in both
 * @namlen: length of @name
 * @name: with a NUL
 */
struct darwin_dir_entry {
	u64 ino;
	u64 off;
	u8 type;
	u8 namlen;
	char name[NAME_MAX + 1];
};

/* What getdirentries64 puts into the last word of a large buffer. */
#define DARWIN_GETDIRENTRIES64_EXTENDED	1024
#define DARWIN_GETDIRENTRIES64_EOF	0x1

/* No call moves more than this. */
#define DARWIN_GETDIRENTRIES_MAX	(128 * 1024 * 1024)

struct persona_call;

size_t darwin_fill_dirent64(struct darwin_dirent64 *to, const struct darwin_dir_entry *from);
size_t darwin_fill_dirent(struct darwin_dirent *to, const struct darwin_dir_entry *from);
long darwin_next_entry(const void __user *buf, size_t len, struct darwin_dir_entry *entry);

#endif /* _DARWIN_DIRENT_H */
