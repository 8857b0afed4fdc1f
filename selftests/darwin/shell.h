/* SPDX-License-Identifier: GPL-2.0-only */
/* What a native process sees: a line of shell. */
#ifndef _DARWIN_SHELL_H
#define _DARWIN_SHELL_H

#include "../macho/ktap.h"

/* Exit status of /bin/sh -c CMD. */
static inline int shell(const char *cmd)
{
	const char *argv[] = { "sh", "-c", cmd, NULL };
	long pid = sys_fork();

	if (!pid) {
		sys(SYS_execve, "/bin/sh", argv, environ);
		sys_exit(127);
	}
	return child_status(pid);
}

#endif /* _DARWIN_SHELL_H */
