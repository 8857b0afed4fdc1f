// SPDX-License-Identifier: GPL-2.0-only
/* fork, vfork, exec, identity, priorities and what a process is told about itself. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

static long self_pid(void)
{
	return sys(SYS_getpid);
}

static void forks(void)
{
	volatile int shared = 1;
	struct sysret ret;
	long pid;

	ret = bsd(SYS_fork);
	if (ret.rdx) {
		/* The child is told its own pid, and 1. */
		sys_exit(!ret.cf && ret.rdx == 1 && (long)ret.rax == self_pid() ? 7 : 1);
	}
	ok(!ret.cf && ret.rax > 0 && !ret.rdx, "fork: rax is a pid and rdx 0 in the parent");
	is_int(child_status((long)ret.rax), 7, "rax is the own pid and rdx 1 in the child");

	pid = sys_fork();
	if (!pid) {
		shared = 2;
		sys_exit(sys(SYS_getppid) > 0 ? 0 : 1);
	}
	is_int(child_status(pid), 0, "getppid");
	is_int(shared, 1, "memory is copied");

	/* Handlers and masks go to the child. */
	{
		uint32_t mask = signal_bit(SIGINFO) | signal_bit(SIGUSR2), seen = 0;

		sys(SYS_sigprocmask, SIG_SETMASK, &mask, NULL);
		pid = sys_fork();
		if (!pid) {
			sys(SYS_sigprocmask, SIG_BLOCK, NULL, &seen);
			sys_exit(seen == mask ? 0 : 1);
		}
		is_int(child_status(pid), 0, "the signal mask is inherited");
		mask = 0;
		sys(SYS_sigprocmask, SIG_SETMASK, &mask, NULL);
	}
}

/* vfork() by hand: the parent goes on when the child has exited. */
static void vforks(void)
{
	static volatile int order;
	struct sysret ret;

	order = 0;
	ret = bsd(SYS_vfork);
	if (ret.rdx) {
		order = 1;
		bsd(SYS_exit, 3);
	}
	is_int(order, 1, "vfork: the child runs first, in the same memory");
	is_int(child_status((long)ret.rax), 3, "and exits");
}

static void executes(const char *me)
{
	const char *args[] = { me, "child", "a b", NULL }, *env[] = { "X=1", NULL };
	const char *none[] = { "nothing", NULL };
	long pid = sys_fork();

	if (!pid) {
		sys(SYS_execve, me, args, env);
		sys_exit(1);
	}
	is_int(child_status(pid), 0, "execve of a Mach-O program");
	is_err(bsd(SYS_execve, "/nonexistent", none, none), ENOENT, "of nothing");
	is_err(bsd(SYS_execve, "/", none, none), EACCES, "of a directory");
	is_err(bsd(SYS_execve, (void *)8, none, none), EFAULT, "of a bad pointer");

	pid = sys_fork();
	if (!pid) {
		const char *sh[] = { "sh", "-c", "exit 5", NULL };

		sys(SYS_execve, "/bin/sh", sh, env);
		sys_exit(1);
	}
	is_int(child_status(pid), 5, "of a native program");
}

static void identity(void)
{
	uint32_t ids[2];
	char name[255];
	long prio;

	is_int(sys(SYS_getuid), sys(SYS_geteuid), "getuid, geteuid");
	is_int(sys(SYS_issetugid), 0, "issetugid");
	is_int(sys(SYS_setreuid, -1, -1), 0, "setreuid of nothing");
	is_err(bsd(SYS_gettid, ids, ids + 1), ESRCH, "gettid: no identity of its own");
	name[0] = 'x';
	is_int(sys(SYS_getlogin, name, sizeof(name)), 0, "getlogin");
	is_int(name[0], 0, "there is none");
	ok(sys(SYS_getdtablesize) > 2, "getdtablesize");
	is_int(sys(SYS_getpgrp), sys(SYS_getpgid, 0), "getpgrp, getpgid");
	ok(sys(SYS_getsid, 0) >= 0, "getsid");

	prio = sys(SYS_getpriority, 0, 0);
	is_int(prio, 0, "getpriority");
	is_int(sys(SYS_setpriority, 0, 0, 5), 0, "setpriority");
	is_int(sys(SYS_getpriority, 0, 0), 5, "and back");
	sys(SYS_setpriority, 0, 0, -3);
	is_int((int)bsd(SYS_getpriority, 0, 0).rax, -3, "a negative one");
	ok(!bsd(SYS_getpriority, 0, 0).cf, "is no error");
	sys(SYS_setpriority, 0, 0, 0);
	is_err(bsd(SYS_getpriority, 9, 0), EINVAL, "getpriority of nothing");
}

static void environment(void)
{
	uint32_t value = 99;
	struct { int32_t scope, type, policy; } pol = { 1, 0, 3 };
	char policy[] = "Sandbox";

	is_int(sys(SYS_csops, 0, 0, &value, sizeof(value)), 0, "csops: status");
	is_hex(value, 0, "not signed");
	is_err(bsd(SYS_csops, 0x3ffffff, 0, &value, sizeof(value)), ESRCH, "of nobody");
	is_err(bsd(SYS___mac_syscall, policy, 2, 0), ENOPOLICY, "__mac_syscall");
	is_err(bsd(SYS_shared_region_check_np, &value), EINVAL, "shared_region_check_np");
	if (sys(SYS_iopolicysys, 1, &pol) == -ENOSYS) {
		skip("iopolicysys", "the kernel has no block layer");
	} else {
		pol.policy = 3;
		is_int(sys(SYS_iopolicysys, 2, &pol), 0, "iopolicysys: set");
		pol.policy = 0;
		is_int(sys(SYS_iopolicysys, 1, &pol), 0, "get");
		is_int(pol.policy, 3, "the same");
	}
	is_int(sys(SYS_ptrace, 31, 0, 0, 0), 0, "PT_DENY_ATTACH");
}

static int child(int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[2], "a b") || !getenv("X"))
		return 1;
	return strcmp(getenv("X"), "1") ? 2 : 0;
}

int main(int argc, char **argv, char **envp, char **apple)
{
	if (argc > 1)
		return child(argc, argv);
	plan(0);
	forks();
	vforks();
	executes(argv[0]);
	identity();
	environment();
	return done();
}
