/* SPDX-License-Identifier: GPL-2.0-only */
/* open(2): what becomes of Darwin's flags. */
#ifndef _DARWIN_OPEN_H
#define _DARWIN_OPEN_H

#include <linux/types.h>

/**
 * struct darwin_open_how - an open(2), taken apart
 * @flags: native O_* flags
 * @lock: flock(2) operation to follow, 0 if none
 * @truncate: the file is truncated after @lock has been taken
 * @symlink: a symbolic link is to be opened itself
 * @no_links: no part of the name may be a symbolic link
 */
struct darwin_open_how {
	u32 flags;
	u32 lock;
	bool truncate;
	bool symlink;
	bool no_links;
};

int darwin_open_parse(struct darwin_open_how *how, u32 flags);

#endif /* _DARWIN_OPEN_H */
