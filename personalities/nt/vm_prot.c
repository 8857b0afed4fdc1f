// SPDX-License-Identifier: GPL-2.0-only
/* NT's page protections and address limits in Linux's terms; no state. */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/overflow.h>

#include "vm_impl.h"

/**
 * nt_vm_prot() - Linux's form of a protection
 * @protect: NT_PAGE_*
 *
 * Without regard to NT_PAGE_GUARD. The processor has no pages that may be
 * executed and not read.
 *
 * Context: any.
 * Return: PROT_* bits, or -EINVAL for what is no protection.
 */
int nt_vm_prot(u32 protect)
{
	if (protect & ~(0xff | NT_PAGE_GUARD | NT_PAGE_NOCACHE | NT_PAGE_WRITECOMBINE |
			NT_PAGE_TARGETS_INVALID))
		return -EINVAL;
	switch (protect & 0xff) {
	case NT_PAGE_NOACCESS:
		return protect & (NT_PAGE_GUARD | NT_PAGE_NOCACHE | NT_PAGE_WRITECOMBINE) ?
		       -EINVAL : PROT_NONE;
	case NT_PAGE_READONLY:
		return PROT_READ;
	case NT_PAGE_READWRITE:
	case NT_PAGE_WRITECOPY:
		return PROT_READ | PROT_WRITE;
	case NT_PAGE_EXECUTE:
	case NT_PAGE_EXECUTE_READ:
		return PROT_READ | PROT_EXEC;
	case NT_PAGE_EXECUTE_READWRITE:
	case NT_PAGE_EXECUTE_WRITECOPY:
		return PROT_READ | PROT_WRITE | PROT_EXEC;
	}
	return -EINVAL;
}
EXPORT_SYMBOL_FOR_TEST(nt_vm_prot);

/**
 * nt_vm_effective_prot() - what the processor enforces for a page
 * @protect: valid NT_PAGE_*; 0: not committed
 *
 * Context: any.
 * Return: PROT_* bits. A guard page has none until it has been touched.
 */
int nt_vm_effective_prot(u32 protect)
{
	if (!protect || (protect & NT_PAGE_GUARD))
		return PROT_NONE;
	return nt_vm_prot(protect);
}
EXPORT_SYMBOL_FOR_TEST(nt_vm_effective_prot);

/**
 * nt_vm_image_protect() - the protection that a page of an image really gets
 * @protect: NT_PAGE_*
 *
 * Context: any.
 * Return: the same, writable as copy on write only.
 */
u32 nt_vm_image_protect(u32 protect)
{
	switch (protect & 0xff) {
	case NT_PAGE_READWRITE:
		return (protect & ~0xffu) | NT_PAGE_WRITECOPY;
	case NT_PAGE_EXECUTE_READWRITE:
		return (protect & ~0xffu) | NT_PAGE_EXECUTE_WRITECOPY;
	}
	return protect;
}

/**
 * nt_vm_zero_bits() - highest address that a ZeroBits argument allows
 * @zero_bits: below 32 the number of upper bits that must be zero in a 32-bit
 *	address; else a mask of bits that may be set
 * @limit: set to the last usable address, 0 if there is no limit
 *
 * Context: any.
 * Return: 0 or NT_STATUS_INVALID_PARAMETER_3.
 */
long nt_vm_zero_bits(u64 zero_bits, u64 *limit)
{
	*limit = 0;
	if (!zero_bits)
		return 0;
	if (zero_bits > 21 && zero_bits < 32)
		return NT_STATUS_INVALID_PARAMETER_3;
	if (zero_bits < 32)
		*limit = (1ull << (32 - zero_bits)) - 1;
	else
		*limit = GENMASK_ULL(fls64(zero_bits) - 1, 0);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_vm_zero_bits);

/**
 * nt_vm_range() - the pages that a range of bytes touches
 * @addr: first byte, hostile
 * @size: bytes, hostile
 * @start: set to the first page
 * @end: set to the end of the last page
 *
 * Context: any.
 * Return: 0, or NT_STATUS_INVALID_PARAMETER if they are not all user memory.
 */
long nt_vm_range(u64 addr, u64 size, u64 *start, u64 *end)
{
	u64 last;

	if (check_add_overflow(addr, size, &last) || last > NT_USER_MAX + 1)
		return NT_STATUS_INVALID_PARAMETER;
	*start = addr & PAGE_MASK;
	*end = PAGE_ALIGN(last);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_vm_range);
