// SPDX-License-Identifier: GPL-2.0-only
/* prctl(PR_PERSONA, ...): the documentation is in uapi/linux/persona.h. */
#include <linux/entry-common.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "internal.h"

static long prctl_get(struct persona_info __user *to, size_t size)
{
	struct persona_thread *thread = persona_current();
	struct persona_info info = { .size = sizeof(info) };

	if (!size)
		return -EINVAL;
	if (thread) {
		info.mode = PERSONA_MODE_WHOLE;
		strscpy(info.name, thread->proc->pers->name, sizeof(info.name));
		if (thread->slow & PERSONA_SLOW_RANGE) {
			info.mode = PERSONA_MODE_RANGE;
			info.start = thread->range_start;
			info.len = thread->range_len;
		}
	}
	return copy_to_user(to, &info, min(size, sizeof(info))) ? -EFAULT : 0;
}

static long prctl_set(const struct persona_set __user *from, size_t size, bool range)
{
	struct persona_set set;
	struct persona_reg *reg;
	unsigned long end;
	long ret;

	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, from, sizeof(set)))
		return -EFAULT;
	if (set.size != sizeof(set) || set.flags ||
	    strnlen(set.name, sizeof(set.name)) == sizeof(set.name))
		return -EINVAL;
	if (range ? !set.len || check_add_overflow((unsigned long)set.start,
						   (unsigned long)set.len, &end) ||
		    end > TASK_SIZE_MAX
		  : set.start || set.len)
		return -EINVAL;
	if (!*set.name) {
		if (range || !persona_current())
			return -EINVAL;
		/* In the middle of a foreign call, whose state this is: a tracer's idea. */
		if (current->syscall_dispatch.on_dispatch)
			return -EBUSY;
		persona_leave();
		return 0;
	}
	reg = persona_reg_get(set.name);
	if (!reg)
		return -ENOENT;
	ret = persona_adopt(reg, set.start, set.len);
	persona_reg_put(reg);
	return ret;
}

/**
 * persona_prctl() - prctl(2) with PR_PERSONA
 * @regs: of the native system call
 *
 * Context: a native system call, behind ptrace, seccomp and audit.
 * Return: as documented in the uapi header; -EINVAL for unknown operations.
 */
__visible long persona_prctl(const struct pt_regs *regs)
{
	void __user *arg = (void __user *)regs->dx;
	size_t size = regs->r10;

	if (regs->r8)
		return -EINVAL;
	switch (regs->si) {
	case PR_PERSONA_GET:
		return prctl_get(arg, size);
	case PR_PERSONA_SET:
		return prctl_set(arg, size, false);
	case PR_PERSONA_SET_RANGE:
		return prctl_set(arg, size, true);
	case PR_PERSONA_LIST:
		return persona_reg_list(arg, size);
	}
	return -EINVAL;
}
