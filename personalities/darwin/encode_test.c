// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of Darwin's result conventions and of its errno and signal maps. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/signal.h>
#include <asm/processor-flags.h>

#include "darwin.h"
#include "darwin_signal.h"
#include "mach_error.h"

static void bsd_success(struct kunit *test)
{
	struct pt_regs regs = { .ax = 1, .dx = 2, .flags = X86_EFLAGS_CF | X86_EFLAGS_IF };

	darwin_bsd_encode(&regs, 7, 9);
	KUNIT_EXPECT_EQ(test, regs.ax, 7UL);
	KUNIT_EXPECT_EQ(test, regs.dx, 9UL);
	KUNIT_EXPECT_EQ(test, regs.flags, (unsigned long)X86_EFLAGS_IF);

	/* The second result is 0 unless there is one. */
	darwin_bsd_encode(&regs, 0, 0);
	KUNIT_EXPECT_EQ(test, regs.ax, 0UL);
	KUNIT_EXPECT_EQ(test, regs.dx, 0UL);

	/* An address is no error. */
	darwin_bsd_encode(&regs, 0x7fffffe00000, 0);
	KUNIT_EXPECT_EQ(test, regs.ax, 0x7fffffe00000UL);
	KUNIT_EXPECT_FALSE(test, regs.flags & X86_EFLAGS_CF);
}

static void bsd_error(struct kunit *test)
{
	struct pt_regs regs = { .dx = 5, .flags = X86_EFLAGS_IF };

	darwin_bsd_encode(&regs, -EAGAIN, 9);
	KUNIT_EXPECT_EQ(test, regs.ax, 35UL);
	KUNIT_EXPECT_EQ(test, regs.dx, 5UL);
	KUNIT_EXPECT_EQ(test, regs.flags, (unsigned long)(X86_EFLAGS_IF | X86_EFLAGS_CF));

	darwin_bsd_encode(&regs, -ENOSYS, 0);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)DARWIN_ENOSYS);
	darwin_bsd_encode(&regs, PERSONA_ERR(DARWIN_ENOATTR), 0);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)DARWIN_ENOATTR);
}

static void mach_results(struct kunit *test)
{
	struct pt_regs regs = { .dx = 5, .flags = X86_EFLAGS_CF };

	darwin_mach_encode(&regs, 0x103, 1);
	KUNIT_EXPECT_EQ(test, regs.ax, 0x103UL);
	darwin_mach_encode(&regs, -EINVAL, 0);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)DARWIN_KERN_INVALID_ARGUMENT);
	darwin_mach_encode(&regs, -ENOSYS, 0);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)DARWIN_KERN_NOT_SUPPORTED);
	darwin_mach_encode(&regs, -EINTR, 0);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)DARWIN_KERN_ABORTED);
	darwin_mach_encode(&regs, -ERESTARTSYS, 0);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)DARWIN_KERN_ABORTED);
	darwin_mach_encode(&regs, PERSONA_ERR(DARWIN_KERN_OPERATION_TIMED_OUT), 0);
	KUNIT_EXPECT_EQ(test, regs.ax, (unsigned long)DARWIN_KERN_OPERATION_TIMED_OUT);
	KUNIT_EXPECT_EQ(test, regs.dx, 5UL);
	KUNIT_EXPECT_EQ(test, regs.flags, (unsigned long)X86_EFLAGS_CF);
}

/* No error, whatever it is, reaches the program as a number of Linux's own. */
static void errno_never_leaks(struct kunit *test)
{
	struct pt_regs regs;
	int code;

	for (code = 1; code <= PERSONA_ERR_BASE; code++) {
		unsigned int e = darwin_errno(-code);

		KUNIT_EXPECT_GE_MSG(test, e, 1U, "errno %d", code);
		KUNIT_EXPECT_LE_MSG(test, e, (unsigned int)DARWIN_EQFULL, "errno %d", code);
		memset(&regs, 0, sizeof(regs));
		darwin_mach_encode(&regs, -code, 0);
		KUNIT_EXPECT_GE_MSG(test, regs.ax, 1UL, "errno %d", code);
		KUNIT_EXPECT_LE_MSG(test, regs.ax, 52UL, "errno %d", code);
	}
	for (code = 1; code <= EHWPOISON; code++) {
		/* 41 and 58 are numbers that Linux skips. */
		if (code == 41 || code == 58)
			continue;
		KUNIT_EXPECT_NE_MSG(test, persona_map_to_foreign(&darwin_errno_map, code), 0U,
				    "errno %d", code);
	}
}

static void errno_internal(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_errno(-ERESTARTSYS), (unsigned int)DARWIN_EINTR);
	KUNIT_EXPECT_EQ(test, darwin_errno(-ERESTARTNOINTR), (unsigned int)DARWIN_EINTR);
	KUNIT_EXPECT_EQ(test, darwin_errno(-ERESTARTNOHAND), (unsigned int)DARWIN_EINTR);
	KUNIT_EXPECT_EQ(test, darwin_errno(-ERESTART_RESTARTBLOCK), (unsigned int)DARWIN_EINTR);
	KUNIT_EXPECT_EQ(test, darwin_errno(-ENOIOCTLCMD), (unsigned int)DARWIN_ENOTTY);
	KUNIT_EXPECT_EQ(test, darwin_errno(-EIOCBQUEUED), (unsigned int)DARWIN_EINTR);
	KUNIT_EXPECT_EQ(test, darwin_errno(PERSONA_ERR(1)), 1U);
	KUNIT_EXPECT_EQ(test, darwin_errno(PERSONA_ERR(1999)), 1999U);
}

/* Errors that are Linux's alone, or stand for two: they lose their identity. */
static bool one_way(int code)
{
	switch (code) {
	case ECHRNG ... EL2HLT:
	case EBADE ... EBFONT:
	case ENONET:
	case ENOPKG:
	case EADV ... ECOMM:
	case EDOTDOT:
	case ENOTUNIQ ... ELIBEXEC:
	case ERESTART:
	case ESTRPIPE:
	case EUCLEAN ... EREMOTEIO:
	case ENOMEDIUM:
	case EMEDIUMTYPE:
	case ENOKEY ... EKEYREJECTED:
	case ERFKILL:
	case EHWPOISON:
		return true;
	default:
		return false;
	}
}

static void errno_round_trip(struct kunit *test)
{
	unsigned int code, foreign, there = 0;

	for (code = 1; code <= EHWPOISON; code++) {
		foreign = persona_map_to_foreign(&darwin_errno_map, code);
		if (code == 41 || one_way(code))
			continue;
		KUNIT_EXPECT_EQ_MSG(test, persona_map_to_native(&darwin_errno_map, foreign), code,
				    "errno %u", code);
		there++;
	}
	/* 88 pairs, of which EOPNOTSUPP has two Darwin numbers. */
	KUNIT_EXPECT_EQ(test, there, 87U);
	KUNIT_EXPECT_EQ(test, persona_map_to_native(&darwin_errno_map, DARWIN_EOPNOTSUPP),
			(unsigned int)EOPNOTSUPP);
}

static void signal_round_trip(struct kunit *test)
{
	unsigned int sig, native;

	for (sig = 1; sig < DARWIN_NSIG; sig++) {
		native = persona_map_to_native(&darwin_signal_map, sig);
		if (sig == DARWIN_SIGEMT || sig == DARWIN_SIGINFO) {
			KUNIT_EXPECT_EQ(test, native, 0U);
			continue;
		}
		KUNIT_EXPECT_NE_MSG(test, native, 0U, "signal %u", sig);
		KUNIT_EXPECT_EQ_MSG(test, persona_map_to_foreign(&darwin_signal_map, native), sig,
				    "signal %u", sig);
	}
	for (native = 1; native < SIGRTMIN; native++)
		KUNIT_EXPECT_NE_MSG(test, persona_map_to_foreign(&darwin_signal_map, native), 0U,
				    "native signal %u", native);
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&darwin_signal_map, SIGRTMIN), 0U);
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&darwin_signal_map, SIGBUS), 10U);
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&darwin_signal_map, SIGCHLD), 20U);
}

static struct kunit_case encode_cases[] = {
	KUNIT_CASE(bsd_success),
	KUNIT_CASE(bsd_error),
	KUNIT_CASE(mach_results),
	KUNIT_CASE(errno_never_leaks),
	KUNIT_CASE(errno_internal),
	KUNIT_CASE(errno_round_trip),
	KUNIT_CASE(signal_round_trip),
	{}
};

static struct kunit_suite encode_suite = {
	.name = "persona_darwin_encode",
	.test_cases = encode_cases,
};

kunit_test_suite(encode_suite);
