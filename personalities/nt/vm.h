/* SPDX-License-Identifier: GPL-2.0-only */
/* The address space as NT sees it: reserved, committed, protected, mapped. */
#ifndef _NT_VM_H
#define _NT_VM_H

#include <linux/types.h>

struct file;
struct nt_image;
struct nt_vm;
struct persona_call;
struct pt_regs;

#define NT_MEM_COMMIT			0x00001000u
#define NT_MEM_RESERVE			0x00002000u
#define NT_MEM_REPLACE_PLACEHOLDER	0x00004000u
#define NT_MEM_DECOMMIT			0x00004000u
#define NT_MEM_RELEASE			0x00008000u
#define NT_MEM_FREE			0x00010000u
#define NT_MEM_PRIVATE			0x00020000u
#define NT_MEM_MAPPED			0x00040000u
#define NT_MEM_RESERVE_PLACEHOLDER	0x00040000u
#define NT_MEM_RESET			0x00080000u
#define NT_MEM_TOP_DOWN			0x00100000u
#define NT_MEM_WRITE_WATCH		0x00200000u
#define NT_MEM_IMAGE			0x01000000u

#define NT_PAGE_NOACCESS		0x01u
#define NT_PAGE_READONLY		0x02u
#define NT_PAGE_READWRITE		0x04u
#define NT_PAGE_WRITECOPY		0x08u
#define NT_PAGE_EXECUTE			0x10u
#define NT_PAGE_EXECUTE_READ		0x20u
#define NT_PAGE_EXECUTE_READWRITE	0x40u
#define NT_PAGE_EXECUTE_WRITECOPY	0x80u
#define NT_PAGE_GUARD			0x100u
#define NT_PAGE_NOCACHE			0x200u

/* What nt_vm_fault() found out about a page fault. */
enum nt_vm_fault {
	NT_VM_VIOLATION,	/* STATUS_ACCESS_VIOLATION */
	NT_VM_GUARD,		/* STATUS_GUARD_PAGE_VIOLATION; the page is none any more */
	NT_VM_STACK_GROWN,	/* handled: go on */
	NT_VM_STACK_OVERFLOW,	/* STATUS_STACK_OVERFLOW */
	NT_VM_IN_PAGE,		/* STATUS_IN_PAGE_ERROR: behind the end of a file */
};

/*
 * vm.c. These work on current->mm, which @vm describes. They may be used by an
 * exec handler behind begin_new_exec(), where no call is under way.
 */
struct nt_vm *nt_vm_create(void);
void nt_vm_destroy(struct nt_vm *vm);
long nt_vm_alloc(struct nt_vm *vm, u64 *addr, u64 *size, u32 type, u32 protect, u64 limit);
long nt_vm_free(struct nt_vm *vm, u64 *addr, u64 *size, u32 type);
long nt_vm_protect(struct nt_vm *vm, u64 *addr, u64 *size, u32 protect, u32 *old);
long nt_vm_stack_alloc(struct nt_vm *vm, u64 reserve, u64 *base, u64 *limit, u64 *alloc);
long nt_vm_map_table(struct nt_vm *vm, struct file *file, u64 size, u64 offset, u64 *addr);
enum nt_vm_fault nt_vm_fault(struct nt_vm *vm, u64 addr, unsigned long error_code);

/*
 * image_map.c: 0, NT_STATUS_IMAGE_NOT_AT_BASE (mapped elsewhere), or an error.
 * *@base is 0, or the only address that will do.
 */
long nt_vm_map_image(struct nt_vm *vm, struct file *file, const struct nt_image *image,
		     u64 *base);
u32 nt_image_section_protect(u32 flags);
/* Applies the image's relocations for @base: for ntdll, which cannot itself. */
long nt_image_relocate(const struct nt_image *image, u64 base);

#endif /* _NT_VM_H */
