// SPDX-License-Identifier: GPL-2.0-only
/* NT's extended attributes and quotas: Linux has none that are like them. */
#include <linux/uaccess.h>

#include "file_impl.h"
#include "nt_table.h"

/* NtQueryEaFile(file, *iosb, *buffer, length, single, *list, list length, *index, restart) */
long nt_query_ea_file(struct persona_call *call)
{
	struct nt_iosb iosb = { };
	struct nt_file *file;
	long ret;

	ret = nt_file_ref(call, call->args[0], NT_FILE_READ_EA, &file);
	if (ret)
		return ret;
	ret = file->node ? 0 : NT_STATUS_INVALID_DEVICE_REQUEST;
	nt_file_put(file);
	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(call->args[1]), &iosb, sizeof(iosb)))
		return -EFAULT;
	return NT_STATUS_NO_EAS_ON_FILE;
}
