// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine-dependent calls, and getentropy.
 *
 * Semantics: xnu's osfmk/i386/bsd_i386_native.c, bsd/kern/sys_generic.c.
 */
#include <linux/mm.h>
#include <asm/prctl.h>

#include "darwin.h"
#include "bsd_table.h"
#include "mdep_table.h"

/* The selector that xnu's call returns; it is not a kern_return_t. */
#define DARWIN_USER_CTHREAD	0x0f

/* Most bytes that one getentropy() gives. */
#define DARWIN_GETENTROPY_MAX	256

/**
 * darwin_set_cthread_self() - thread_fast_set_cthread_self64
 * @call: base address of the gs segment
 *
 * An address that is no user address counts as 0.
 *
 * Context: see persona_fn.
 * Return: a selector, or a negative errno.
 */
long darwin_set_cthread_self(struct persona_call *call)
{
	u64 base = call->args[0];
	long ret;

	if (base >= TASK_SIZE_MAX)
		base = 0;
	ret = persona_native(call, __NR_arch_prctl, ARCH_SET_GS, base);
	return ret ? ret : DARWIN_USER_CTHREAD;
}

/**
 * darwin_getentropy() - getentropy
 * @call: buffer, length
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_getentropy(struct persona_call *call)
{
	u64 len = call->args[1];
	long ret;

	if (len > DARWIN_GETENTROPY_MAX)
		return -EINVAL;
	ret = persona_native(call, __NR_getrandom, call->args[0], len, 0);
	if (ret < 0)
		return ret;
	/* Only a fault stops getrandom() before so few bytes. */
	return ret == len ? 0 : -EFAULT;
}
