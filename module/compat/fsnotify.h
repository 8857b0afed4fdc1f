/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PERSONA_COMPAT_FSNOTIFY_H
#define _PERSONA_COMPAT_FSNOTIFY_H

#include <linux/fsnotify_backend.h>

/* Since 7.x the lock of every group is one that reclaiming inodes may take. */
#ifndef FSNOTIFY_GROUP_NOFS
#define FSNOTIFY_GROUP_NOFS	0
#endif

#endif /* _PERSONA_COMPAT_FSNOTIFY_H */
