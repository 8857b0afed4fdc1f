/* SPDX-License-Identifier: GPL-2.0-only */
/* Extended attributes. */
#ifndef _DARWIN_XATTR_H
#define _DARWIN_XATTR_H

#include <linux/types.h>

#define DARWIN_XATTR_MAXNAMELEN		127

#define DARWIN_XATTR_RESOURCEFORK	"com.apple.ResourceFork"
#define DARWIN_XATTR_FINDERINFO		"com.apple.FinderInfo"

bool darwin_xattr_is_protected(const char *name);
size_t darwin_xattr_list(const char *from, size_t len, char *to);

#endif /* _DARWIN_XATTR_H */
