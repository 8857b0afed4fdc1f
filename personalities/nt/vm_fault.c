// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a page fault of the program means to NT.
 *
 * A guard page loses its guard at the first touch. On a thread's stack the page
 * below becomes the guard then, and the program does not notice, until there is
 * no room left.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <asm/trap_pf.h>

#include "vm_impl.h"

#define TEB_STACK_BASE		0x08
#define TEB_STACK_LIMIT		0x10
#define TEB_STACK_ALLOC		0x1478
#define TEB_STACK_GUARANTEE	0x1748

/* Least room that an exception handler finds after a stack overflow. */
#define STACK_GUARANTEE		(4 * PAGE_SIZE)

struct stack {
	u64 base;
	u64 alloc;
	u64 guarantee;
};

/* The stack as the thread's TEB has it, which the program may have changed. */
static bool read_stack(u64 teb, struct stack *stack)
{
	u32 guarantee;

	if (!teb || nt_get_u64(teb + TEB_STACK_BASE, &stack->base) ||
	    nt_get_u64(teb + TEB_STACK_ALLOC, &stack->alloc) ||
	    get_user(guarantee, (u32 __user *)(teb + TEB_STACK_GUARANTEE)))
		return false;
	stack->guarantee = max_t(u64, PAGE_ALIGN((u64)guarantee), STACK_GUARANTEE);
	return true;
}

static long set_pages(struct nt_vm *vm, u64 start, u64 end, u32 protect)
{
	long ret;

	ret = persona_bare(__NR_mprotect, start, end - start, nt_vm_effective_prot(protect));
	return ret ?: nt_tree_set(&vm->tree, start, end - start, protect);
}

/* A guard page of a stack was touched; it is none any more. */
static enum nt_vm_fault grow_stack(struct nt_vm *vm, const struct nt_region *region,
				   const struct stack *stack, u64 page, u32 protect, u64 *limit)
{
	u64 bottom = max(PAGE_ALIGN(stack->alloc), region->base) + PAGE_SIZE;

	if (page < bottom || page - bottom < stack->guarantee) {
		/* All that is left, but for the last page. */
		*limit = min(page, bottom);
		if (bottom < page)
			set_pages(vm, bottom, page, protect);
		return NT_VM_STACK_OVERFLOW;
	}
	*limit = page;
	if (set_pages(vm, page - PAGE_SIZE, page, protect | NT_PAGE_GUARD))
		return NT_VM_STACK_OVERFLOW;
	return NT_VM_STACK_GROWN;
}

static enum nt_vm_fault touch_guard(struct nt_vm *vm, struct nt_region *region, u64 page,
				    u32 protect, const struct stack *stack, u64 *limit)
{
	protect &= ~NT_PAGE_GUARD;
	if (set_pages(vm, page, page + PAGE_SIZE, protect))
		return NT_VM_VIOLATION;
	if (stack && region->type == NT_MEM_PRIVATE && page >= stack->alloc &&
	    page < stack->base)
		return grow_stack(vm, region, stack, page, protect, limit);
	return NT_VM_GUARD;
}

static bool allowed(unsigned long vm_flags, unsigned long error_code)
{
	if (error_code & X86_PF_WRITE)
		return vm_flags & VM_WRITE;
	if (error_code & X86_PF_INSTR)
		return vm_flags & VM_EXEC;
	return vm_flags & (VM_READ | VM_WRITE | VM_EXEC);
}

/*
 * No guard. Another thread may have changed the page since the fault, and then
 * the instruction simply runs again. If the mapping allows the access and there
 * is no page even so, it is a file that has none there.
 */
static enum nt_vm_fault look_again(const struct nt_region *region, u64 addr,
				   unsigned long error_code)
{
	enum nt_vm_fault what = NT_VM_VIOLATION;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	if (error_code & (X86_PF_PK | X86_PF_RSVD))
		return NT_VM_VIOLATION;
	mmap_read_lock(mm);
	vma = find_vma_intersection(mm, addr, addr + 1);
	if (vma && allowed(vma->vm_flags, error_code)) {
		what = NT_VM_STACK_GROWN;
		if (vma->vm_file && !(error_code & X86_PF_PROT))
			what = region && (region->flags & NT_REGION_GROWS) ? NT_VM_VIOLATION :
									     NT_VM_IN_PAGE;
	}
	mmap_read_unlock(mm);
	return what;
}

/**
 * nt_vm_fault() - make out what a page fault is, and handle what NT handles
 * @vm: the caller's
 * @addr: where, any value
 * @error_code: of the exception
 *
 * Context: at a fault in user mode; may sleep.
 * Return: see enum nt_vm_fault.
 */
enum nt_vm_fault nt_vm_fault(struct nt_vm *vm, u64 addr, unsigned long error_code)
{
	struct persona_thread *thread = persona_current();
	u64 teb = thread ? nt_thread(thread)->teb : 0, page = addr & PAGE_MASK;
	u64 limit = 0, run;
	enum nt_vm_fault what = NT_VM_VIOLATION;
	struct nt_region *region;
	struct stack stack;
	bool has_stack;
	u32 protect;

	if (addr > NT_USER_MAX)
		return NT_VM_VIOLATION;
	has_stack = read_stack(teb, &stack);
	if (mutex_lock_killable(&vm->lock))
		return NT_VM_STACK_GROWN;
	region = nt_tree_at(&vm->tree, page);
	protect = region ? nt_tree_get(&vm->tree, page, page + PAGE_SIZE, &run) : 0;
	if (protect & NT_PAGE_GUARD)
		what = touch_guard(vm, region, page, protect, has_stack ? &stack : NULL, &limit);
	else
		what = look_again(region, addr, error_code);
	mutex_unlock(&vm->lock);
	if (limit && nt_put_u64(teb + TEB_STACK_LIMIT, limit))
		return NT_VM_VIOLATION;
	return what;
}
