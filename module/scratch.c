// SPDX-License-Identifier: GPL-2.0-only
/*
 * A few pages of user memory for native structures.
 *
 * Handlers reach the kernel through its system calls, and these take user
 * pointers. Each thread has an area of its own, mapped on first use; a call
 * takes pieces of it from the start. It is the program's memory: another thread
 * can change what is in it at any time, as with native arguments.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>

#include "internal.h"

/**
 * persona_scratch() - user memory for the rest of the current call
 * @call: foreign call under way
 * @size: bytes
 *
 * Context: may sleep.
 * Return: user address aligned to 16, with undefined contents; ERR_PTR(-ENOMEM)
 * when more than PERSONA_SCRATCH_SIZE is in use, or what mmap(2) says.
 */
void __user *persona_scratch(struct persona_call *call, size_t size)
{
	struct persona_thread *thread = call->thread;
	unsigned long addr;

	if (size > PERSONA_SCRATCH_SIZE - call->scratch_used)
		return (void __user *)ERR_PTR(-ENOMEM);
	if (!thread->scratch) {
		addr = vm_mmap(NULL, 0, PERSONA_SCRATCH_SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, 0);
		if (IS_ERR_VALUE(addr))
			return (void __user *)ERR_PTR((long)addr);
		thread->scratch = addr;
	}
	addr = thread->scratch + call->scratch_used;
	call->scratch_used += ALIGN(size, 16);
	return (void __user *)addr;
}
EXPORT_SYMBOL_GPL(persona_scratch);

/**
 * persona_scratch_put() - the same, filled
 * @call: foreign call under way
 * @src: contents
 * @size: bytes
 *
 * Return: as persona_scratch(), or ERR_PTR(-EFAULT) when the program has taken
 * the area away.
 */
void __user *persona_scratch_put(struct persona_call *call, const void *src, size_t size)
{
	void __user *to = persona_scratch(call, size);

	if (!IS_ERR(to) && copy_to_user(to, src, size))
		return (void __user *)ERR_PTR(-EFAULT);
	return to;
}
EXPORT_SYMBOL_GPL(persona_scratch_put);

/**
 * persona_scratch_release() - unmap the area of a thread that is about to exit
 * @call: foreign call under way
 */
void persona_scratch_release(struct persona_call *call)
{
	struct persona_thread *thread = call->thread;

	if (thread->scratch)
		vm_munmap(thread->scratch, PERSONA_SCRATCH_SIZE);
	thread->scratch = 0;
}
EXPORT_SYMBOL_GPL(persona_scratch_release);
