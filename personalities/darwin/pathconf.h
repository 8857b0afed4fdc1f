/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of pathconf(2). */
#ifndef _DARWIN_PATHCONF_H
#define _DARWIN_PATHCONF_H

#include <linux/types.h>

#define DARWIN_PC_LINK_MAX		1
#define DARWIN_PC_MAX_CANON		2
#define DARWIN_PC_MAX_INPUT		3
#define DARWIN_PC_NAME_MAX		4
#define DARWIN_PC_PATH_MAX		5
#define DARWIN_PC_PIPE_BUF		6
#define DARWIN_PC_CHOWN_RESTRICTED	7
#define DARWIN_PC_NO_TRUNC		8
#define DARWIN_PC_VDISABLE		9
#define DARWIN_PC_NAME_CHARS_MAX	10
#define DARWIN_PC_CASE_SENSITIVE	11
#define DARWIN_PC_CASE_PRESERVING	12
#define DARWIN_PC_EXTENDED_SECURITY_NP	13
#define DARWIN_PC_AUTH_OPAQUE_NP	14
#define DARWIN_PC_2_SYMLINKS		15
#define DARWIN_PC_ALLOC_SIZE_MIN	16
#define DARWIN_PC_ASYNC_IO		17
#define DARWIN_PC_FILESIZEBITS		18
#define DARWIN_PC_PRIO_IO		19
#define DARWIN_PC_REC_INCR_XFER_SIZE	20
#define DARWIN_PC_REC_MAX_XFER_SIZE	21
#define DARWIN_PC_REC_MIN_XFER_SIZE	22
#define DARWIN_PC_REC_XFER_ALIGN	23
#define DARWIN_PC_SYMLINK_MAX		24
#define DARWIN_PC_SYNC_IO		25
#define DARWIN_PC_XATTR_SIZE_BITS	26
#define DARWIN_PC_MIN_HOLE_SIZE		27

/* An option of the 2001 edition of the standard is there. */
#define DARWIN_POSIX_2001		200112

/**
 * struct darwin_pathconf_file - what pathconf(2) must know of a file
 * @vnode: it is in a file system
 * @mode: its type
 * @namelen: longest name in that file system
 * @bsize: its block size
 */
struct darwin_pathconf_file {
	bool vnode;
	umode_t mode;
	long namelen;
	long bsize;
};

long darwin_pathconf_value(int name, const struct darwin_pathconf_file *file);

#endif /* _DARWIN_PATHCONF_H */
