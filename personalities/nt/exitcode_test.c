// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: exit codes to Linux and from it; calls that begin again. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/signal.h>
#include <asm/ptrace.h>

#include "suspend.h"

static void to_linux(struct kunit *test)
{
	static const struct {
		u32 code;
		int want;
	} cases[] = {
		{ 0, 0 }, { 1, 1 }, { 255, 255 },
		{ 256, 1 }, { 257, 1 }, { 0x80000000, 1 }, { 0xffffffff, 255 },
		{ NT_STATUS_ACCESS_VIOLATION, 128 + SIGSEGV },
		{ NT_STATUS_STACK_OVERFLOW, 128 + SIGSEGV },
		{ NT_STATUS_ILLEGAL_INSTRUCTION, 128 + SIGILL },
		{ NT_STATUS_INTEGER_DIVIDE_BY_ZERO, 128 + SIGFPE },
		{ NT_STATUS_BREAKPOINT, 128 + SIGTRAP },
		{ NT_STATUS_CONTROL_C_EXIT, 128 + SIGINT },
		{ 0xc0000135, 0x35 },	/* a DLL is missing: no signal for that */
		{ 0xc0000100, 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, nt_exit_to_linux(cases[i].code), cases[i].want,
				    "code %#x", cases[i].code);
}

static void from_linux(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(0), 0u);
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(42 << 8), 42u);
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(255 << 8), 255u);
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(SIGSEGV), (u32)NT_STATUS_ACCESS_VIOLATION);
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(SIGSEGV | 0x80),
			(u32)NT_STATUS_ACCESS_VIOLATION);	/* with a core dump */
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(SIGINT), (u32)NT_STATUS_CONTROL_C_EXIT);
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(SIGKILL), 128u + SIGKILL);
	KUNIT_EXPECT_EQ(test, nt_exit_from_linux(SIGTERM), 128u + SIGTERM);
}

/* No failure becomes a success, and success stays one. */
static void success(struct kunit *test)
{
	u32 code;

	for (code = 1; code; code <<= 1)
		KUNIT_EXPECT_NE_MSG(test, nt_exit_to_linux(code), 0, "code %#x", code);
	for (code = 0xc0000000; code < 0xc0000400; code++)
		KUNIT_EXPECT_NE_MSG(test, nt_exit_to_linux(code), 0, "code %#x", code);
}

static void settle(struct kunit *test)
{
	struct pt_regs regs = { .ip = 0x1002, .ax = -ERESTARTNOINTR, .orig_ax = 0x55 };

	nt_regs_settle(&regs);
	KUNIT_EXPECT_EQ(test, regs.ip, 0x1000ul);
	KUNIT_EXPECT_EQ(test, regs.ax, 0x55ul);
	KUNIT_EXPECT_EQ(test, regs.orig_ax, -1ul);

	/* A register that merely looks like that, in no call. */
	regs = (struct pt_regs){ .ip = 0x1002, .ax = -ERESTARTNOINTR, .orig_ax = -1 };
	nt_regs_settle(&regs);
	KUNIT_EXPECT_EQ(test, regs.ip, 0x1002ul);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)-ERESTARTNOINTR);

	regs = (struct pt_regs){ .ip = 0x1002, .ax = 7, .orig_ax = 0x55 };
	nt_regs_settle(&regs);
	KUNIT_EXPECT_EQ(test, regs.ip, 0x1002ul);
	KUNIT_EXPECT_EQ(test, regs.ax, 7ul);
}

static struct kunit_case exitcode_cases[] = {
	KUNIT_CASE(to_linux),
	KUNIT_CASE(from_linux),
	KUNIT_CASE(success),
	KUNIT_CASE(settle),
	{}
};

static struct kunit_suite exitcode_suite = {
	.name = "persona_nt_exitcode",
	.test_cases = exitcode_cases,
};

kunit_test_suite(exitcode_suite);
