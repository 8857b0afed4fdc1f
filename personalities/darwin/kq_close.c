// SPDX-License-Identifier: GPL-2.0-only
/* The calls that close a descriptor, for which its events have to end. */
#include "bsd_table.h"
#include "darwin.h"
#include "kqueue.h"

/**
 * darwin_close() - close(2)
 * @call: fd
 *
 * Return: 0 or negative errno. As natively the descriptor is gone even then.
 */
long darwin_close(struct persona_call *call)
{
	int fd = call->args[0];
	long ret = persona_native(call, __NR_close, fd);

	if (ret != -EBADF)
		darwin_kq_fd_closed(call, fd);
	return ret;
}

/**
 * darwin_dup2() - dup2(2)
 * @call: from, to
 *
 * Return: to, or negative errno.
 */
long darwin_dup2(struct persona_call *call)
{
	int to = call->args[1];
	long ret = persona_native(call, __NR_dup2, (int)call->args[0], to);

	if (ret >= 0)
		darwin_kq_fd_closed(call, to);
	return ret;
}
