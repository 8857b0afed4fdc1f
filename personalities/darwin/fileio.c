// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on open files that are almost the native ones.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "fs.h"

/* The last two are the other way round here. */
#define DARWIN_SEEK_HOLE	3
#define DARWIN_SEEK_DATA	4

long darwin_lseek(struct persona_call *call)
{
	int whence = (int)call->args[2];

	switch (whence) {
	case SEEK_SET:
	case SEEK_CUR:
	case SEEK_END:
		break;
	case DARWIN_SEEK_HOLE:
		whence = SEEK_HOLE;
		break;
	case DARWIN_SEEK_DATA:
		whence = SEEK_DATA;
		break;
	default:
		return -EINVAL;
	}
	return persona_native(call, __NR_lseek, (int)call->args[0], call->args[1], whence);
}

static long sync_file(struct persona_call *call, unsigned int nr)
{
	long ret = persona_native(call, nr, (int)call->args[0]);

	/* Not a file, but a pipe or socket. */
	return ret == -EINVAL ? -EOPNOTSUPP : ret;
}

long darwin_fsync(struct persona_call *call)
{
	return sync_file(call, __NR_fsync);
}

long darwin_fdatasync(struct persona_call *call)
{
	return sync_file(call, __NR_fdatasync);
}

/* Both descriptors are results; nothing is written to memory. */
long darwin_pipe(struct persona_call *call)
{
	int fds[2] = { -1, -1 };
	int __user *user = persona_scratch_put(call, fds, sizeof(fds));
	long ret;

	if (IS_ERR(user))
		return PTR_ERR(user);
	ret = persona_native(call, __NR_pipe, user);
	if (ret)
		return ret;
	if (copy_from_user(fds, user, sizeof(fds)))
		return -EFAULT;
	call->ret2 = fds[1];
	return fds[0];
}
