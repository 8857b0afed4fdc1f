// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: hostile contexts, and what faults are called. */
#include <kunit/test.h>
#include <linux/slab.h>
#include <asm/processor-flags.h>

#include "exception.h"
#include "fault.h"

static struct nt_context *make(struct kunit *test, u32 flags)
{
	struct nt_context *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->flags = flags;
	return ctx;
}

static void addresses(struct kunit *test)
{
	struct nt_context *ctx = make(test, NT_CONTEXT_FULL);

	KUNIT_EXPECT_EQ(test, nt_context_check(ctx), 0);
	ctx->rip = 0x7fffffffefffull;
	KUNIT_EXPECT_EQ(test, nt_context_check(ctx), 0);
	ctx->rip = 0x800000000000ull;
	KUNIT_EXPECT_EQ(test, nt_context_check(ctx), NT_STATUS_INVALID_PARAMETER);
	ctx->rip = 0xffffffff81000000ull;
	KUNIT_EXPECT_EQ(test, nt_context_check(ctx), NT_STATUS_INVALID_PARAMETER);
	ctx->rip = 0;
	ctx->rsp = ~0ull;
	KUNIT_EXPECT_EQ(test, nt_context_check(ctx), NT_STATUS_INVALID_PARAMETER);
	/* Not looked at, so it does not matter. */
	ctx->flags = NT_CONTEXT_INTEGER;
	KUNIT_EXPECT_EQ(test, nt_context_check(ctx), 0);
	ctx->flags = 0x10007;
	KUNIT_EXPECT_EQ(test, nt_context_check(ctx), NT_STATUS_INVALID_PARAMETER);
}

static void registers(struct kunit *test)
{
	struct nt_context *ctx = make(test, NT_CONTEXT_CONTROL | NT_CONTEXT_SEGMENTS);
	struct pt_regs regs = { .cs = 0x33, .ss = 0x2b, .ax = 7, .orig_ax = 5 };

	ctx->eflags = ~0u;
	ctx->cs = 0x10;
	ctx->ss = 0x18;
	ctx->rip = 0x1000;
	ctx->rsp = 0x2000;
	ctx->rax = 1;
	nt_context_set_regs(ctx, &regs);
	KUNIT_EXPECT_EQ(test, regs.cs, 0x33);
	KUNIT_EXPECT_EQ(test, regs.ss, 0x2b);
	KUNIT_EXPECT_EQ(test, regs.ip, 0x1000);
	KUNIT_EXPECT_EQ(test, regs.sp, 0x2000);
	KUNIT_EXPECT_EQ(test, regs.ax, 7);
	KUNIT_EXPECT_EQ(test, (int)regs.orig_ax, -1);
	KUNIT_EXPECT_TRUE(test, regs.flags & X86_EFLAGS_IF);
	KUNIT_EXPECT_FALSE(test, regs.flags & (X86_EFLAGS_IOPL | X86_EFLAGS_NT | X86_EFLAGS_VM |
					       X86_EFLAGS_VIF | X86_EFLAGS_VIP | X86_EFLAGS_ID));
	ctx->flags = NT_CONTEXT_INTEGER;
	ctx->eflags = 0;
	ctx->rip = 0;
	nt_context_set_regs(ctx, &regs);
	KUNIT_EXPECT_EQ(test, regs.ip, 0x1000);
	KUNIT_EXPECT_EQ(test, regs.ax, 1);
	KUNIT_EXPECT_TRUE(test, regs.flags & X86_EFLAGS_IF);
}

/* A CONTEXT_EX with an XSTATE area 0x500 bytes from the CONTEXT on. */
static struct nt_context_ex make_ex(void)
{
	struct nt_context_ex ex;

	nt_context_ex_fill(&ex, 0x500);
	return ex;
}

#define EXPECT_BAD_EX(test, change)							\
	do {										\
		struct nt_context_ex ex = make_ex();					\
											\
		ex.change;								\
		KUNIT_EXPECT_EQ(test, nt_context_ex_check(&ex),				\
				NT_STATUS_INVALID_PARAMETER);				\
	} while (0)

static void extended(struct kunit *test)
{
	struct nt_context_ex ex = make_ex();

	KUNIT_EXPECT_EQ(test, ex.all.offset, -0x4d0);
	KUNIT_EXPECT_EQ(test, ex.all.length, 0x640);
	KUNIT_EXPECT_EQ(test, ex.xstate.offset, 0x30);
	KUNIT_EXPECT_EQ(test, ex.xstate.length, 0x140);
	KUNIT_EXPECT_EQ(test, nt_context_ex_check(&ex), 0);
	KUNIT_EXPECT_TRUE(test, nt_xstate_has_room(&ex, 0));
	KUNIT_EXPECT_TRUE(test, nt_xstate_has_room(&ex, BIT_ULL(63) | 4));
	KUNIT_EXPECT_FALSE(test, nt_xstate_has_room(&ex, BIT_ULL(63)));
	ex.xstate.length = 0x13f;
	KUNIT_EXPECT_EQ(test, nt_context_ex_check(&ex), 0);
	KUNIT_EXPECT_FALSE(test, nt_xstate_has_room(&ex, 0));
	ex.xstate.length = 0x40;
	KUNIT_EXPECT_EQ(test, nt_context_ex_check(&ex), 0);
	/* As far away as it gets. */
	ex.xstate.offset = S32_MAX;
	ex.all.length = U32_MAX;
	KUNIT_EXPECT_EQ(test, nt_context_ex_check(&ex), 0);
}

static void hostile_extended(struct kunit *test)
{
	struct nt_context_ex none;

	nt_context_ex_fill(&none, 0);
	KUNIT_EXPECT_EQ(test, nt_context_ex_check(&none), NT_STATUS_INVALID_PARAMETER);
	memset(&none, 0, sizeof(none));
	KUNIT_EXPECT_EQ(test, nt_context_ex_check(&none), NT_STATUS_INVALID_PARAMETER);
	memset(&none, 0xff, sizeof(none));
	KUNIT_EXPECT_EQ(test, nt_context_ex_check(&none), NT_STATUS_INVALID_PARAMETER);
	EXPECT_BAD_EX(test, legacy.offset = 0);
	EXPECT_BAD_EX(test, legacy.length = 0x2cc);
	EXPECT_BAD_EX(test, all.offset = -0x4c0);
	EXPECT_BAD_EX(test, all.length = 0x63f);
	EXPECT_BAD_EX(test, all.length = 0);
	EXPECT_BAD_EX(test, xstate.length = 0x3f);
	EXPECT_BAD_EX(test, xstate.length = 0x141);
	EXPECT_BAD_EX(test, xstate.length = U32_MAX);
	EXPECT_BAD_EX(test, xstate.offset = 0x31);
	EXPECT_BAD_EX(test, xstate.offset = -0x40);
	EXPECT_BAD_EX(test, xstate.offset = S32_MIN);
	EXPECT_BAD_EX(test, xstate.offset = S32_MAX);
}

static void floating_point(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nt_fault_fp_status(0x01, false),
			(u32)NT_STATUS_FLOAT_INVALID_OPERATION);
	KUNIT_EXPECT_EQ(test, nt_fault_fp_status(0x01, true), (u32)NT_STATUS_FLOAT_STACK_CHECK);
	KUNIT_EXPECT_EQ(test, nt_fault_fp_status(0x04, false),
			(u32)NT_STATUS_FLOAT_DIVIDE_BY_ZERO);
	KUNIT_EXPECT_EQ(test, nt_fault_fp_status(0x28, false), (u32)NT_STATUS_FLOAT_OVERFLOW);
	KUNIT_EXPECT_EQ(test, nt_fault_fp_status(0x20, false),
			(u32)NT_STATUS_FLOAT_INEXACT_RESULT);
}

#define GP(...)	nt_fault_gp((const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

static void protection(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, GP(0xf4), NT_GP_PRIVILEGED);
	KUNIT_EXPECT_EQ(test, GP(0x66, 0xef), NT_GP_PRIVILEGED);
	KUNIT_EXPECT_EQ(test, GP(0x0f, 0x22, 0xc0), NT_GP_PRIVILEGED);
	KUNIT_EXPECT_EQ(test, GP(0x0f), NT_GP_ACCESS);
	KUNIT_EXPECT_EQ(test, GP(0x48, 0x8b, 0x00), NT_GP_ACCESS);
	KUNIT_EXPECT_EQ(test, GP(0xcd, 0x29), NT_GP_FAST_FAIL);
	KUNIT_EXPECT_EQ(test, GP(0xcd, 0x2c), NT_GP_ASSERT);
	KUNIT_EXPECT_EQ(test, GP(0xcd, 0x2d, 0xcc), NT_GP_DEBUG_SERVICE);
	KUNIT_EXPECT_EQ(test, GP(0xcd, 0x2e), NT_GP_ACCESS);
	KUNIT_EXPECT_EQ(test, GP(0xcd), NT_GP_ACCESS);
	KUNIT_EXPECT_EQ(test, GP(0x66, 0x66, 0x66), NT_GP_ACCESS);
	KUNIT_EXPECT_EQ(test, nt_fault_gp(NULL, 0), NT_GP_ACCESS);
}

/* The divisor's size, and its value or address; 0 if there is none. */
static u64 divisor(const u8 *insn, size_t len, u32 *size)
{
	struct pt_regs regs = { .ax = 0x1100, .cx = 0x10, .bx = 0x7000, .si = 0x20, .ip = 0x5000,
				.r9 = 0x1ffffffffull, .r12 = 0x300 };
	struct nt_divisor out;

	if (!nt_fault_divisor(insn, len, &regs, 0x40000, &out))
		return 0;
	*size = out.size | (out.memory ? 0x100 : 0);
	return out.value;
}

static void division(struct kunit *test)
{
	static const struct {
		u8 insn[12];
		u8 len;
		u32 size;
		u64 value;
	} cases[] = {
		{ { 0xf7, 0xf9 }, 2, 4, 0x10 },				/* idiv ecx */
		{ { 0x49, 0xf7, 0xf9 }, 3, 8, 0x1ffffffffull },		/* idiv r9 */
		{ { 0x41, 0xf7, 0xf1 }, 3, 4, 0xffffffff },		/* div r9d */
		{ { 0x66, 0xf7, 0xf9 }, 3, 2, 0x10 },			/* idiv cx */
		{ { 0xf6, 0xfc }, 2, 1, 0x11 },				/* idiv ah */
		{ { 0x40, 0xf6, 0xfe }, 3, 1, 0x20 },			/* idiv sil */
		{ { 0xf7, 0x3b }, 2, 0x104, 0x7000 },			/* [rbx] */
		{ { 0xf7, 0x7b, 0xf8 }, 3, 0x104, 0x6ff8 },		/* [rbx - 8] */
		{ { 0x48, 0xf7, 0x7c, 0xcb, 0x08 }, 5, 0x108, 0x7088 },	/* [rbx + rcx * 8 + 8] */
		{ { 0xf7, 0x3d, 0x10, 0, 0, 0 }, 6, 0x104, 0x5016 },	/* [rip + 16] */
		{ { 0xf7, 0x3c, 0x25, 0, 0x10, 0, 0 }, 7, 0x104, 0x1000 },	/* [0x1000] */
		{ { 0x41, 0xf7, 0x3c, 0x24 }, 4, 0x104, 0x300 },	/* [r12] */
		{ { 0x65, 0xf7, 0x3b }, 3, 0x104, 0x47000 },		/* gs:[rbx] */
		{ { 0xf7, 0xe9 }, 2, 0, 0 },				/* imul */
		{ { 0xf7, 0x7b }, 2, 0, 0 },				/* cut off */
		{ { 0xf7 }, 1, 0, 0 },
		{ { 0x90 }, 1, 0, 0 },
	};
	u32 i, size;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		size = 0;
		KUNIT_EXPECT_EQ(test, divisor(cases[i].insn, cases[i].len, &size),
				cases[i].value);
		KUNIT_EXPECT_EQ(test, size, cases[i].size);
	}
}

static struct kunit_case context_cases[] = {
	KUNIT_CASE(addresses),
	KUNIT_CASE(registers),
	KUNIT_CASE(extended),
	KUNIT_CASE(hostile_extended),
	KUNIT_CASE(floating_point),
	KUNIT_CASE(protection),
	KUNIT_CASE(division),
	{}
};

static struct kunit_suite context_suite = {
	.name = "persona_nt_context",
	.test_cases = context_cases,
};

kunit_test_suite(context_suite);
