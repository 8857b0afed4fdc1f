// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of signals, wait statuses, process structures and the sysctl tree. */
#include <kunit/test.h>
#include <linux/resource.h>
#include <linux/signal.h>

#include "darwin.h"
#include "procinfo.h"
#include "signal.h"
#include "sysctl.h"
#include "wait.h"

static void signal_numbers(struct kunit *test)
{
	int d, n;

	for (d = 1; d < DARWIN_NSIG; d++) {
		n = darwin_sig_to_native(d);
		KUNIT_EXPECT_NE(test, n, 0);
		KUNIT_EXPECT_EQ(test, darwin_sig_to_foreign(n), d);
	}
	KUNIT_EXPECT_EQ(test, darwin_sig_to_native(0), 0);
	KUNIT_EXPECT_EQ(test, darwin_sig_to_native(-1), 0);
	KUNIT_EXPECT_EQ(test, darwin_sig_to_native(32), 0);
	KUNIT_EXPECT_EQ(test, darwin_sig_to_foreign(0), 0);
	KUNIT_EXPECT_EQ(test, darwin_sig_to_foreign(40), 0);
	KUNIT_EXPECT_EQ(test, darwin_sig_to_foreign(65), 0);
	KUNIT_EXPECT_EQ(test, darwin_sig_to_native(DARWIN_SIGBUS), SIGBUS);
}

static void signal_masks(struct kunit *test)
{
	u64 all = darwin_sigmask_to_native(~0U);
	int bit;

	for (bit = 0; bit < DARWIN_NSIG - 1; bit++) {
		u64 native = darwin_sigmask_to_native(BIT(bit));

		KUNIT_EXPECT_EQ(test, hweight64(native), 1UL);
		KUNIT_EXPECT_EQ(test, darwin_sigmask_to_foreign(native), (u32)BIT(bit));
	}
	KUNIT_EXPECT_EQ(test, hweight64(all), 31UL);
	KUNIT_EXPECT_EQ(test, darwin_sigmask_to_foreign(~0ULL), 0x7fffffffU);
	KUNIT_EXPECT_EQ(test, darwin_sigmask_to_foreign(~all), 0U);
}

static void signal_codes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGUSR1, SI_USER), DARWIN_SI_USER);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGUSR1, SI_TKILL), DARWIN_SI_USER);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGUSR1, SI_QUEUE), DARWIN_SI_QUEUE);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGFPE, FPE_INTDIV), 7);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGFPE, FPE_FLTSUB), 6);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGFPE, 1000), 0);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGILL, ILL_ILLOPN), DARWIN_ILL_ILLOPC);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGSEGV, SI_KERNEL), DARWIN_SEGV_NOOP);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGTRAP, SI_KERNEL), DARWIN_TRAP_BRKPT);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGTRAP, TRAP_TRACE), DARWIN_TRAP_TRACE);
	KUNIT_EXPECT_EQ(test, darwin_sicode(SIGCHLD, CLD_CONTINUED), 6);
}

static void child_info(struct kunit *test)
{
	kernel_siginfo_t info = { };
	struct darwin_siginfo d;

	info.si_signo = SIGCHLD;
	info.si_code = CLD_KILLED;
	info.si_pid = 77;
	info.si_status = SIGBUS;
	memset(&d, 0x55, sizeof(d));
	darwin_fill_siginfo(&d, &info, DARWIN_SIGCHLD);
	KUNIT_EXPECT_EQ(test, d.signo, DARWIN_SIGCHLD);
	KUNIT_EXPECT_EQ(test, d.pid, 77);
	KUNIT_EXPECT_EQ(test, d.status, DARWIN_SIGBUS);
	KUNIT_EXPECT_EQ(test, d.pad[6], 0ULL);
	info.si_code = CLD_EXITED;
	darwin_fill_siginfo(&d, &info, DARWIN_SIGCHLD);
	KUNIT_EXPECT_EQ(test, d.status, SIGBUS);
}

static void machine_context(struct kunit *test)
{
	struct sigcontext_64 sc, back = { };
	struct darwin_mcontext_head mc;

	memset(&sc, 0, sizeof(sc));
	sc.ax = 1;
	sc.bx = 2;
	sc.r15 = 3;
	sc.ip = 4;
	sc.sp = 5;
	sc.flags = 6;
	sc.trapno = 14;
	sc.cr2 = 7;
	darwin_fill_mcontext(&mc, &sc, false);
	KUNIT_EXPECT_EQ(test, mc.es.trapno, 0);
	KUNIT_EXPECT_EQ(test, mc.es.faultvaddr, 0ULL);
	KUNIT_EXPECT_EQ(test, mc.ss.cs, (u64)DARWIN_USER64_CS);
	darwin_fill_mcontext(&mc, &sc, true);
	KUNIT_EXPECT_EQ(test, mc.es.trapno, 14);
	KUNIT_EXPECT_EQ(test, mc.es.faultvaddr, 7ULL);
	back.cs = 0x33;
	darwin_apply_mcontext(&back, &mc.ss);
	KUNIT_EXPECT_EQ(test, back.ax, 1ULL);
	KUNIT_EXPECT_EQ(test, back.r15, 3ULL);
	KUNIT_EXPECT_EQ(test, back.sp, 5ULL);
	KUNIT_EXPECT_EQ(test, back.flags, 6ULL);
	KUNIT_EXPECT_EQ(test, back.cs, 0x33);
}

static void wait_statuses(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_wait_status(0), 0);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(0x2a00), 0x2a00);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(SIGBUS), DARWIN_SIGBUS);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(SIGBUS | 0x80), DARWIN_SIGBUS | 0x80);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(SIGSTOP << 8 | 0x7f), 0x117f);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(SIGTSTP << 8 | 0x7f), 0x127f);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(0xffff), 0x137f);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(63), DARWIN_SIGEMT);
	KUNIT_EXPECT_EQ(test, darwin_wait_status(40), DARWIN_SIGKILL);
}

static void resource_usage(struct kunit *test)
{
	struct rusage ru = { .ru_maxrss = 5, .ru_utime.tv_usec = 9, .ru_nivcsw = 3 };
	struct darwin_rusage d;

	darwin_fill_rusage(&d, &ru);
	KUNIT_EXPECT_EQ(test, d.maxrss, 5120LL);
	KUNIT_EXPECT_EQ(test, d.utime.tv_usec, 9);
	KUNIT_EXPECT_EQ(test, d.nivcsw, 3LL);
}

static void stat_line(struct kunit *test)
{
	u32 tdev;
	s32 tpgid;

	KUNIT_EXPECT_TRUE(test, darwin_parse_stat_tty("1 (a) b) 9) S 2 3 4 34816 77 0",
						      &tdev, &tpgid));
	KUNIT_EXPECT_EQ(test, tdev, 136U << 24);
	KUNIT_EXPECT_EQ(test, tpgid, 77);
	KUNIT_EXPECT_TRUE(test, darwin_parse_stat_tty("1 (a) S 2 3 4 0 -1 0", &tdev, &tpgid));
	KUNIT_EXPECT_EQ(test, tdev, DARWIN_NODEV);
	KUNIT_EXPECT_FALSE(test, darwin_parse_stat_tty("nothing", &tdev, &tpgid));
	KUNIT_EXPECT_FALSE(test, darwin_parse_stat_tty("1 (a) S 2", &tdev, &tpgid));
}

static void process_structures(struct kunit *test)
{
	struct darwin_taskinfo ti = {
		.pid = 5, .ppid = 4, .pgid = 3, .sid = 5, .tdev = DARWIN_NODEV, .uid = 1,
		.ruid = 2, .nice = -7, .comm = "fifteen letters", .status = DARWIN_SRUN,
		.minflt = 1ULL << 40,
	};
	struct darwin_kinfo_proc *ki = kunit_kzalloc(test, sizeof(*ki), GFP_KERNEL);
	struct darwin_ptaskinfo pt;
	struct darwin_bsdinfo bi;

	KUNIT_ASSERT_NOT_NULL(test, ki);
	darwin_fill_kinfo(ki, &ti);
	KUNIT_EXPECT_EQ(test, ki->pid, 5);
	KUNIT_EXPECT_EQ(test, ki->ppid, 4);
	KUNIT_EXPECT_EQ(test, ki->nice, -7);
	KUNIT_EXPECT_EQ(test, ki->uid, 1U);
	KUNIT_EXPECT_EQ(test, ki->ruid, 2U);
	KUNIT_EXPECT_STREQ(test, ki->comm, "fifteen letters");
	darwin_fill_bsdinfo(&bi, &ti);
	KUNIT_EXPECT_EQ(test, bi.pgid, 3U);
	KUNIT_EXPECT_TRUE(test, bi.flags & DARWIN_PROC_FLAG_SLEADER);
	KUNIT_EXPECT_FALSE(test, bi.flags & DARWIN_PROC_FLAG_CONTROLT);
	darwin_fill_ptaskinfo(&pt, &ti);
	KUNIT_EXPECT_EQ(test, pt.faults, S32_MAX);
}

static void sysctl_tree(struct kunit *test)
{
	const struct darwin_sysctl *row;
	u32 oid[DARWIN_SYSCTL_MAXOID] = { };
	u32 n = 0, i, rows = 0;

	/* The walk meets every entry, and each is found by both of its names. */
	while ((row = darwin_sysctl_next(oid, n))) {
		rows++;
		n = row->noid;
		for (i = 0; i < n; i++)
			oid[i] = row->oid[i];
		KUNIT_EXPECT_PTR_EQ(test, darwin_sysctl_by_oid(oid, n), row);
		KUNIT_EXPECT_PTR_EQ(test, darwin_sysctl_by_name(row->name, strlen(row->name)),
				    row);
		if (rows > 1000)
			break;
	}
	KUNIT_EXPECT_GT(test, rows, 100U);
	KUNIT_EXPECT_LT(test, rows, 1000U);

	oid[0] = 1;
	oid[1] = 14;
	oid[2] = 1;
	row = darwin_sysctl_by_oid(oid, 3);
	KUNIT_ASSERT_NOT_NULL(test, row);
	KUNIT_EXPECT_STREQ(test, row->name, "kern.proc");
	oid[1] = 1;
	KUNIT_EXPECT_NULL(test, darwin_sysctl_by_oid(oid, 3));
	KUNIT_EXPECT_NULL(test, darwin_sysctl_by_oid(oid, 1));
	KUNIT_EXPECT_NULL(test, darwin_sysctl_by_name("kern.ostyp", 10));
	KUNIT_EXPECT_NULL(test, darwin_sysctl_by_name("", 0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(signal_numbers),
	KUNIT_CASE(signal_masks),
	KUNIT_CASE(signal_codes),
	KUNIT_CASE(child_info),
	KUNIT_CASE(machine_context),
	KUNIT_CASE(wait_statuses),
	KUNIT_CASE(resource_usage),
	KUNIT_CASE(stat_line),
	KUNIT_CASE(process_structures),
	KUNIT_CASE(sysctl_tree),
	{}
};

static struct kunit_suite suite = {
	.name = "persona_darwin_proc",
	.test_cases = cases,
};

kunit_test_suite(suite);
