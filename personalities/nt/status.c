// SPDX-License-Identifier: GPL-2.0-only
/* NTSTATUS of native errors. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "nt.h"

static const u32 status_of_errno[] = { NT_STATUS };

/**
 * nt_status_of() - the NTSTATUS of a handler's result
 * @ret: an NTSTATUS, or a negative errno
 *
 * Context: any.
 * Return: the status; STATUS_UNSUCCESSFUL for errors that have none.
 */
u32 nt_status_of(long ret)
{
	unsigned long err = -ret;

	if (likely(ret >= 0))
		return ret;
	if (err >= ARRAY_SIZE(status_of_errno))
		return NT_STATUS_UNSUCCESSFUL;
	return status_of_errno[array_index_nospec(err, ARRAY_SIZE(status_of_errno))] ?:
	       NT_STATUS_UNSUCCESSFUL;
}
EXPORT_SYMBOL_FOR_TEST(nt_status_of);
