/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's terminal settings. */
#ifndef _DARWIN_TERMIOS_H
#define _DARWIN_TERMIOS_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <asm/termbits.h>

#define DARWIN_NCCS		20

/* A control character that is off; to Linux that is the character 0. */
#define DARWIN_VDISABLE		0xff

struct darwin_termios {
	u64 iflag;
	u64 oflag;
	u64 cflag;
	u64 lflag;
	u8 cc[DARWIN_NCCS];
	u32 pad;
	u64 ispeed;
	u64 ospeed;
};

static_assert(sizeof(struct darwin_termios) == 72);
static_assert(offsetof(struct darwin_termios, cc) == 32);
static_assert(offsetof(struct darwin_termios, ispeed) == 56);
static_assert(offsetof(struct darwin_termios, ospeed) == 64);

void darwin_termios_to_foreign(struct darwin_termios *to, const struct termios2 *from);
int darwin_termios_to_native(struct termios2 *to, const struct darwin_termios *from);

#endif /* _DARWIN_TERMIOS_H */
