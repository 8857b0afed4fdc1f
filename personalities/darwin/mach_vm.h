/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory through Mach: mach_vm.c for mig_vm.c. */
#ifndef _DARWIN_MACH_VM_H
#define _DARWIN_MACH_VM_H

#include "ipc.h"

bool darwin_vm_range(u64 *addr, u64 *size);
u64 darwin_vm_align(u64 addr, u64 mask);
int darwin_vm_map(struct persona_call *call, u64 *addr, u64 size, u64 mask, u32 flags, u32 prot);
int darwin_vm_allocate(struct persona_call *call, u64 *addr, u64 size, u32 flags);
int darwin_vm_deallocate(struct persona_call *call, u64 addr, u64 size);
int darwin_vm_protect(struct persona_call *call, u64 addr, u64 size, bool set_maximum, u32 prot);

#endif /* _DARWIN_MACH_VM_H */
