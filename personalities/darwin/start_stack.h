/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program finds on its stack when it starts. */
#ifndef _DARWIN_START_STACK_H
#define _DARWIN_START_STACK_H

#include <linux/binfmts.h>
#include <linux/limits.h>
#include <linux/types.h>

#define DARWIN_APPLE_MAX	6
/* Room for the strings without the path; 271 is the most that they are. */
#define DARWIN_APPLE_REST	288

/**
 * struct darwin_start_info - what the apple[] strings tell
 * @path: path the program was started by
 * @stack_top: end of the stack
 * @stack_size: how far it may grow
 * @fsid: file system of the image, as st_dev
 * @fileid: its inode number
 * @guard: stack protector's secret
 * @entropy: for malloc
 * @munge: for saved pointers
 */
struct darwin_start_info {
	const char *path;
	u64 stack_top;
	u64 stack_size;
	u64 fsid;
	u64 fileid;
	u64 guard;
	u64 entropy[2];
	u64 munge;
};

/**
 * struct darwin_apple - the apple[] strings, ready to be copied out
 * @nr: number of strings
 * @used: bytes of @buf
 * @size: bytes that @buf has
 * @off: where each starts in @buf
 * @buf: the strings, each with its NUL
 */
struct darwin_apple {
	u32 nr;
	u32 used;
	u32 size;
	u32 off[DARWIN_APPLE_MAX];
	char buf[];
};

/**
 * struct darwin_start_layout - where everything goes
 * @sp: initial stack pointer, 16-byte aligned: points to argc, or to the
 *	Mach header's address if a dylinker is entered
 * @apple: the apple[] strings
 * @words: 8-byte words from @sp on
 */
struct darwin_start_layout {
	u64 sp;
	u64 apple;
	u64 words;
};

struct darwin_apple *darwin_apple_alloc(size_t path_len);
int darwin_apple_fill(struct darwin_apple *apple, const struct darwin_start_info *info);
int darwin_start_place(u64 top, u64 argc, u64 envc, const struct darwin_apple *apple,
		       bool with_header, struct darwin_start_layout *layout);
int darwin_start_stack(struct linux_binprm *bprm, u64 top, const struct darwin_apple *apple,
		       const u64 *header, u64 *sp);

#endif /* _DARWIN_START_STACK_H */
