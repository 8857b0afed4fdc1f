/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for descriptors: layouts and pure functions of select.c. */
#ifndef _DARWIN_SELECT_H
#define _DARWIN_SELECT_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/time_types.h>
#include <linux/types.h>

#include "time.h"

/* The longest timeout that select(2) takes. */
#define DARWIN_SELECT_MAX_SEC	100000000

#define DARWIN_POLL_VNODE \
	(DARWIN_POLLEXTEND | DARWIN_POLLATTRIB | DARWIN_POLLNLINK | DARWIN_POLLWRITE)

int darwin_select_timeout(const struct darwin_timeval *tv, struct __kernel_old_timeval *native);
bool darwin_poll_events_same(u16 events);

#endif /* _DARWIN_SELECT_H */
