/* SPDX-License-Identifier: GPL-2.0-only */
/* What Darwin programs can ask about processes. */
#ifndef _DARWIN_PROCINFO_H
#define _DARWIN_PROCINFO_H

#include <linux/types.h>

#include "darwin.h"

struct file;

/* procfs.c */
struct file *darwin_proc_open(struct persona_call *call, const char *path, int flags);
ssize_t darwin_proc_read(struct persona_call *call, const char *path, char *buf, size_t size);
ssize_t darwin_proc_link(struct persona_call *call, int pid, const char *name, char *buf,
			 size_t size);

#endif /* _DARWIN_PROCINFO_H */
