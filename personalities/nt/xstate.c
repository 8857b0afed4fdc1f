// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a thread's registers no CONTEXT has room for: the upper halves of the
 * AVX registers. They are in an XSTATE area, and a CONTEXT_EX right behind the
 * CONTEXT says where that is.
 *
 * The area is laid out as XSAVE does it without compaction, less its legacy part.
 * AVX-512 is not in it: those registers keep what they hold.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>

#include "exception.h"

#define XSTATE_AVX	2	/* bit in masks, and CPUID's number */
#define XSTATE_COMPACT	BIT_ULL(63)

/* As the processor wants it, 64-byte aligned. */
struct xsave_area {
	u8 legacy[24];
	u32 mxcsr;
	u8 legacy2[484];
	struct nt_xstate state;
};

static_assert(offsetof(struct xsave_area, mxcsr) == 24);
static_assert(offsetof(struct xsave_area, state) == 512);
static_assert(offsetof(struct nt_xstate, ymmh) + 512 == NT_XSTATE_AVX_OFFSET);
static_assert(sizeof_field(struct nt_xstate, ymmh) == NT_XSTATE_AVX_SIZE);

/* The kernel's stack is not as aligned as that. */
struct xsave_buf {
	u8 bytes[sizeof(struct xsave_area) + 64];
};

static bool have_avx __ro_after_init;

/**
 * nt_xstate_init() - find out what there is to be saved
 *
 * Context: module start.
 */
void __init nt_xstate_init(void)
{
	u32 size, offset, ecx, edx;

	if (!cpu_has_xfeatures(XFEATURE_MASK_SSE | XFEATURE_MASK_YMM, NULL))
		return;
	/* They are the same on all processors there are. */
	cpuid_count(0xd, XSTATE_AVX, &size, &offset, &ecx, &edx);
	have_avx = size == NT_XSTATE_AVX_SIZE && offset == NT_XSTATE_AVX_OFFSET;
}

/**
 * nt_xstate_avx() - does this system have AVX registers?
 *
 * Context: any.
 * Return: true if processor and kernel do.
 */
bool nt_xstate_avx(void)
{
	return have_avx;
}

/**
 * nt_xstate_get() - the calling thread's upper halves
 * @xs: to be filled
 *
 * Context: may sleep.
 */
void nt_xstate_get(struct nt_xstate *xs)
{
	struct xsave_buf buf;
	struct xsave_area *area = PTR_ALIGN((void *)buf.bytes, 64);

	/* The instruction leaves alone what it is not asked for. */
	memset(area, 0, sizeof(*area));
	if (have_avx) {
		fpregs_lock();
		nt_fpu_load();
		asm volatile("xsave64 %0"
			     : "+m" (*area)
			     : "a" ((u32)NT_XSTATE_AVX), "d" (0));
		fpregs_unlock();
	}
	*xs = area->state;
	/* Where they are all zero, the processor need not have written that. */
	if (!(xs->mask & NT_XSTATE_AVX))
		memset(xs->ymmh, 0, sizeof(xs->ymmh));
}

/**
 * nt_xstate_set() - set them
 * @xs: hostile, but of the header only the bit for AVX counts: 0 clears them
 *
 * Context: may sleep.
 */
void nt_xstate_set(const struct nt_xstate *xs)
{
	struct xsave_buf buf;
	struct xsave_area *area = PTR_ALIGN((void *)buf.bytes, 64);

	if (!have_avx)
		return;
	/* Another bit in the header would be a fault of ours, or another register. */
	memset(area, 0, sizeof(*area));
	area->state.mask = xs->mask & NT_XSTATE_AVX;
	memcpy(area->state.ymmh, xs->ymmh, sizeof(area->state.ymmh));
	fpregs_lock();
	nt_fpu_load();
	/* This comes with AVX, like it or not. */
	asm volatile("stmxcsr %0" : "=m" (area->mxcsr));
	asm volatile("xrstor64 %0"
		     : : "m" (*area), "a" ((u32)NT_XSTATE_AVX), "d" (0));
	fpregs_unlock();
}

/**
 * nt_context_ex_fill() - describe a CONTEXT with an XSTATE area
 * @ex: what is right behind the CONTEXT
 * @xstate: where the area begins, from the CONTEXT on; 0: there is none
 *
 * Context: any.
 */
void nt_context_ex_fill(struct nt_context_ex *ex, u32 xstate)
{
	const u32 size = sizeof(struct nt_context);

	memset(ex, 0, sizeof(*ex));
	ex->all.offset = -(s32)size;
	ex->legacy.offset = -(s32)size;
	ex->legacy.length = size;
	if (xstate) {
		ex->xstate.offset = xstate - size;
		ex->xstate.length = sizeof(struct nt_xstate);
		ex->all.length = xstate + sizeof(struct nt_xstate);
	} else {
		ex->xstate.offset = offsetof(struct nt_context_ex, pad) + 1;
		ex->all.length = size + offsetof(struct nt_context_ex, pad);
	}
}
EXPORT_SYMBOL_FOR_TEST(nt_context_ex_fill);

/**
 * nt_context_ex_check() - is this what a CONTEXT_EX looks like?
 * @ex: hostile
 *
 * A copy of a CONTEXT alone has something else behind it.
 *
 * Context: any.
 * Return: 0 with an XSTATE area of which at least the header is within the whole,
 * or NT_STATUS_INVALID_PARAMETER.
 */
long nt_context_ex_check(const struct nt_context_ex *ex)
{
	const s64 size = sizeof(struct nt_context);
	s64 end = (s64)ex->xstate.offset + ex->xstate.length;

	if (ex->legacy.offset != -size || ex->legacy.length != size ||
	    ex->all.offset != -size)
		return NT_STATUS_INVALID_PARAMETER;
	if (ex->xstate.length < NT_XSTATE_HEADER_SIZE ||
	    ex->xstate.offset < (s64)offsetof(struct nt_context_ex, pad) ||
	    end > ex->all.offset + (s64)ex->all.length)
		return NT_STATUS_INVALID_PARAMETER;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_context_ex_check);

/**
 * nt_xstate_has_room() - does an XSTATE area have a place for AVX registers?
 * @ex: checked by nt_context_ex_check()
 * @compaction: of the header
 *
 * Context: any.
 * Return: true if so.
 */
bool nt_xstate_has_room(const struct nt_context_ex *ex, u64 compaction)
{
	/* Compacted or not, nothing is between the header and these. */
	return ex->xstate.length >= sizeof(struct nt_xstate) &&
	       (!(compaction & XSTATE_COMPACT) || compaction & NT_XSTATE_AVX);
}
EXPORT_SYMBOL_FOR_TEST(nt_xstate_has_room);

static long read_xstate(struct nt_xcontext *x, u64 user)
{
	u64 where = user + sizeof(x->ctx);
	struct nt_context_ex ex;
	u8 __user *area;
	long ret;

	if (copy_from_user(&ex, (void __user *)(uintptr_t)where, sizeof(ex)))
		return -EFAULT;
	ret = nt_context_ex_check(&ex);
	if (ret)
		return ret;
	x->area = where + ex.xstate.offset;
	area = (u8 __user *)(uintptr_t)x->area;
	if (copy_from_user(&x->xstate, area, NT_XSTATE_HEADER_SIZE))
		return -EFAULT;
	x->avx = have_avx && nt_xstate_has_room(&ex, x->xstate.compaction);
	if (x->avx && copy_from_user(x->xstate.ymmh, area + NT_XSTATE_HEADER_SIZE,
				     sizeof(x->xstate.ymmh)))
		return -EFAULT;
	return 0;
}

/**
 * nt_xcontext_read() - read a CONTEXT and what its flags say is behind it
 * @x: to be filled
 * @user: user address of the CONTEXT
 *
 * Context: may sleep.
 * Return: 0, -EFAULT or an NTSTATUS.
 */
long nt_xcontext_read(struct nt_xcontext *x, u64 user)
{
	x->area = 0;
	x->avx = false;
	if (copy_from_user(&x->ctx, (void __user *)(uintptr_t)user, sizeof(x->ctx)))
		return -EFAULT;
	if ((x->ctx.flags & NT_CONTEXT_XSTATE) != NT_CONTEXT_XSTATE)
		return 0;
	return read_xstate(x, user);
}

/**
 * nt_xcontext_write() - write a CONTEXT back to where it was read from
 * @x: of nt_xcontext_read(), filled by nt_xcontext_from_regs()
 * @user: user address, as then
 *
 * Context: may sleep.
 * Return: 0 or -EFAULT.
 */
long nt_xcontext_write(const struct nt_xcontext *x, u64 user)
{
	u8 __user *area = (u8 __user *)(uintptr_t)x->area;

	if (copy_to_user((void __user *)(uintptr_t)user, &x->ctx, sizeof(x->ctx)))
		return -EFAULT;
	if (!x->area)
		return 0;
	if (x->avx && copy_to_user(area + NT_XSTATE_HEADER_SIZE, x->xstate.ymmh,
				   sizeof(x->xstate.ymmh)))
		return -EFAULT;
	return copy_to_user(area, &x->xstate.mask, sizeof(x->xstate.mask)) ? -EFAULT : 0;
}

/**
 * nt_xcontext_from_regs() - fill in what the flags of a context ask for
 * @x: its flags say what
 * @regs: user registers of the calling thread
 *
 * Context: may sleep.
 */
void nt_xcontext_from_regs(struct nt_xcontext *x, const struct pt_regs *regs)
{
	nt_context_from_regs(&x->ctx, regs, x->ctx.flags);
	if (x->avx)
		nt_xstate_get(&x->xstate);
	else
		x->xstate.mask = 0;
}

/**
 * nt_xcontext_to_regs() - let the calling thread go on with a context
 * @x: hostile; only the parts that its flags name are used
 * @regs: the thread's user registers
 *
 * Context: may sleep.
 * Return: 0 or NT_STATUS_INVALID_PARAMETER with nothing changed.
 */
long nt_xcontext_to_regs(const struct nt_xcontext *x, struct pt_regs *regs)
{
	long ret = nt_context_to_regs(&x->ctx, regs);

	if (!ret && x->avx)
		nt_xstate_set(&x->xstate);
	return ret;
}
