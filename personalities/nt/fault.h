/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of fault.c that have no state, for the tests. */
#ifndef _NT_FAULT_H
#define _NT_FAULT_H

#include <linux/types.h>

/* Sources of a general protection fault. */
enum nt_gp {
	NT_GP_ACCESS,		/* an address that cannot be */
	NT_GP_PRIVILEGED,	/* an instruction of the kernel's */
	NT_GP_FAST_FAIL,	/* int 29h */
	NT_GP_ASSERT,		/* int 2ch */
	NT_GP_DEBUG_SERVICE,	/* int 2dh */
};

u32 nt_fault_fp_status(u32 raised, bool stack);
bool nt_fault_is_prefix(u8 byte);
enum nt_gp nt_fault_gp(const u8 *insn, size_t len);

/**
 * struct nt_divisor - what a division divides by
 * @memory: it is in memory
 * @size: its bytes
 * @value: it, or its address
 */
struct nt_divisor {
	bool memory;
	u32 size;
	u64 value;
};

/* divide.c */
bool nt_fault_divisor(const u8 *insn, size_t len, const struct pt_regs *regs, u64 gs_base,
		      struct nt_divisor *out);

#endif /* _NT_FAULT_H */
