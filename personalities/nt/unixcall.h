/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls of Wine's DLLs to their Unix side. */
#ifndef _NT_UNIXCALL_H
#define _NT_UNIXCALL_H

#include <linux/types.h>

struct nt_proc;

/* NtQueryVirtualMemory(MemoryWineUnixFuncs): a handle for the DLL's Unix half. */
static inline u64 nt_unixlib_handle(u64 module)
{
	return module;
}

int nt_unix_call_map(struct nt_proc *proc);

#endif /* _NT_UNIXCALL_H */
