// SPDX-License-Identifier: GPL-2.0-only
/*
 * Darwin's result conventions on x86-64.
 *
 * BSD calls: success clears the carry flag and returns two results in rax and
 * rdx; an error sets it and returns a positive errno in rax, rdx untouched.
 * Mach traps and machine-dependent calls return a port name or kern_return_t
 * in rax and do not touch the flags.
 */
#include <linux/errno.h>
#include <asm/processor-flags.h>

#include "darwin.h"
#include "mach_error.h"

/* First of the codes that only kernel code may see (linux/errno.h). */
#define INTERNAL_ERRNO	ERESTARTSYS

/**
 * darwin_errno() - Darwin's number of a handler's error
 * @ret: negative errno or PERSONA_ERR()
 *
 * Codes that Linux keeps to itself (512 and up) are interrupted calls, but
 * for ENOIOCTLCMD; one that is in no table at all is EINVAL.
 *
 * Context: any.
 * Return: 1..1999, never 0.
 */
unsigned int darwin_errno(long ret)
{
	unsigned long code = -(unsigned long)ret;
	unsigned int foreign;

	if (code > PERSONA_ERR_BASE)
		return code - PERSONA_ERR_BASE;
	foreign = persona_map_to_foreign(&darwin_errno_map, code);
	if (foreign)
		return foreign;
	if (code == ENOIOCTLCMD)
		return DARWIN_ENOTTY;
	return code >= INTERNAL_ERRNO ? DARWIN_EINTR : DARWIN_EINVAL;
}
EXPORT_SYMBOL_FOR_TEST(darwin_errno);

/**
 * darwin_bsd_encode() - puts a BSD call's result into the registers
 * @regs: the thread's user registers
 * @ret: result, negative errno or PERSONA_ERR()
 * @ret2: second result
 *
 * Context: any.
 */
void darwin_bsd_encode(struct pt_regs *regs, long ret, u64 ret2)
{
	if (IS_ERR_VALUE(ret)) {
		regs->ax = darwin_errno(ret);
		regs->flags |= X86_EFLAGS_CF;
		return;
	}
	regs->ax = ret;
	regs->dx = ret2;
	regs->flags &= ~X86_EFLAGS_CF;
}
EXPORT_SYMBOL_FOR_TEST(darwin_bsd_encode);

static unsigned int mach_error(long ret)
{
	switch (ret) {
	case -EFAULT:
		return DARWIN_KERN_INVALID_ADDRESS;
	case -EACCES:
	case -EROFS:
		return DARWIN_KERN_PROTECTION_FAILURE;
	case -EINVAL:
	case -EDOM:
	case -ERANGE:
	case -EOVERFLOW:
		return DARWIN_KERN_INVALID_ARGUMENT;
	case -ENOMEM:
	case -EEXIST:
		return DARWIN_KERN_NO_SPACE;
	case -EAGAIN:
	case -ENOSPC:
	case -EMFILE:
	case -ENFILE:
	case -ENOBUFS:
		return DARWIN_KERN_RESOURCE_SHORTAGE;
	case -EPERM:
		return DARWIN_KERN_NO_ACCESS;
	case -EBADF:
		return DARWIN_KERN_INVALID_NAME;
	case -ESRCH:
	case -EIDRM:
		return DARWIN_KERN_TERMINATED;
	case -ENOSYS:
	case -EOPNOTSUPP:
		return DARWIN_KERN_NOT_SUPPORTED;
	case -ETIMEDOUT:
	case -ETIME:
		return DARWIN_KERN_OPERATION_TIMED_OUT;
	case -EINTR:
		return DARWIN_KERN_ABORTED;
	default:
		return ret <= -INTERNAL_ERRNO ? DARWIN_KERN_ABORTED : DARWIN_KERN_FAILURE;
	}
}

/**
 * darwin_mach_encode() - puts a Mach trap's result into the registers
 * @regs: the thread's user registers
 * @ret: port name or kern_return_t; a negative errno, which becomes the
 *	nearest kern_return_t; or PERSONA_ERR(kern_return_t)
 * @ret2: unused, there is one result
 *
 * Context: any.
 */
void darwin_mach_encode(struct pt_regs *regs, long ret, u64 ret2)
{
	if (!IS_ERR_VALUE(ret))
		regs->ax = ret;
	else if (ret < -PERSONA_ERR_BASE)
		regs->ax = -ret - PERSONA_ERR_BASE;
	else
		regs->ax = mach_error(ret);
}
EXPORT_SYMBOL_FOR_TEST(darwin_mach_encode);
