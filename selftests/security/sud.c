// SPDX-License-Identifier: GPL-2.0-only
/*
 * A native program that uses Syscall User Dispatch for itself, the way Wine
 * does (selector byte, SIGSYS), works unchanged beside foreign processes.
 */
#include "../native.h"

#include <ucontext.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH	59
#endif
#define DISPATCH_OFF	0
#define DISPATCH_ON	1
#define ALLOW		0
#define BLOCK		1
#define ODD		5
#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH	2
#endif

static volatile char selector;
static volatile int caught, wrong_code, wrong_ip;
static volatile long caught_nr;

static void on_sigsys(int sig, siginfo_t *info, void *uc_)
{
	ucontext_t *uc = uc_;
	const unsigned char *ip = (const unsigned char *)uc->uc_mcontext.gregs[REG_RIP];

	selector = ALLOW;
	caught++;
	caught_nr = info->si_syscall;
	wrong_code += sig != SIGSYS || info->si_code != SYS_USER_DISPATCH;
	/* behind the system call instruction */
	wrong_ip += ip[-2] != 0x0f || ip[-1] != 0x05;
	uc->uc_mcontext.gregs[REG_RAX] = 4711;
}

/* Kept out of the allowed range by its inlining into the tests. */
static inline long call(long nr, long a0, long a1, long a2)
{
	long ret = nr;

	__asm__ volatile("syscall"
			 : "+a"(ret)
			 : "D"(a0), "S"(a1), "d"(a2)
			 : "rcx", "r11", "memory");
	return ret;
}

static int dispatch(unsigned long mode, const void *start, size_t len, volatile char *sel)
{
	return prctl(PR_SET_SYSCALL_USER_DISPATCH, mode, start, len, sel);
}

static long blocked_call(long nr)
{
	long ret;

	selector = BLOCK;
	ret = call(nr, 1, 2, 3);
	selector = ALLOW;
	return ret;
}

static void selector_works(const char *when)
{
	int i;

	caught = 0;
	is_int(dispatch(DISPATCH_ON, NULL, 0, &selector), 0, "%s: on", when);
	is_int(call(SYS_getpid, 0, 0, 0), getpid(), "%s: an allowed call", when);
	is_int(blocked_call(SYS_getpid), 4711, "%s: a blocked call is answered by the handler",
	       when);
	is_int(caught_nr, SYS_getpid, "%s: and its number is in siginfo", when);
	is_int(blocked_call(0x2000014), 4711, "%s: a number of Darwin's is just a number", when);
	is_int(caught_nr, 0x2000014, "%s: and arrives as it is", when);
	for (i = 0; i < 1000; i++)
		blocked_call(SYS_getppid);
	is_int(caught, 1002, "%s: every one of 1000 calls", when);
	is_int(wrong_code, 0, "%s: si_code is SYS_USER_DISPATCH", when);
	is_int(wrong_ip, 0, "%s: the saved ip is behind the call", when);
	is_int(dispatch(DISPATCH_OFF, NULL, 0, NULL), 0, "%s: off", when);
	selector = BLOCK;
	is_int(call(SYS_getpid, 0, 0, 0), getpid(), "%s: the selector means nothing now", when);
	selector = ALLOW;
}

static int in_fork_child(void)
{
	pid_t pid;
	int status;

	caught = 0;
	if (dispatch(DISPATCH_ON, NULL, 0, &selector))
		return -1;
	pid = fork();
	if (!pid) {
		selector = BLOCK;
		_exit(call(SYS_getpid, 0, 0, 0) == call(SYS_getpid, 0, 0, 0) && !caught ? 0 : 1);
	}
	status = wait_status(pid);
	dispatch(DISPATCH_OFF, NULL, 0, NULL);
	return status;
}

/* A selector with another value, or one that cannot be read, is fatal. */
static int dies(bool unreadable)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		signal(SIGSYS, SIG_DFL);
		if (unreadable) {
			void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			dispatch(DISPATCH_ON, NULL, 0, p);
			munmap(p, 4096);
		} else {
			dispatch(DISPATCH_ON, NULL, 0, &selector);
			selector = ODD;
		}
		call(SYS_getpid, 0, 0, 0);
		_exit(0);
	}
	status = wait_status(pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int main(void)
{
	const char *const argv[] = { agent(), "storm", NULL };
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct child c;
	static char buf[256];
	bool foreign;

	limit(120);
	plan(0);
	sigaction(SIGSYS, &sa, NULL);
	if (prctl(PR_SET_SYSCALL_USER_DISPATCH, DISPATCH_OFF, 0, 0, 0))
		skip_all("this kernel has no Syscall User Dispatch");
	selector_works("alone");
	c = start_program(argv, NULL, NULL);
	foreign = read_until(&c, "ready", buf, sizeof(buf));
	ok(foreign && persona_threads("darwin") > 0, "foreign processes run now");
	selector_works("beside foreign processes");
	is_int(in_fork_child(), 0, "off in a child, as without the module");
	is_int(dies(false), SIGSYS, "an odd selector value: SIGSYS");
	is_int(dies(true), SIGSEGV, "a selector that cannot be read: SIGSEGV");
	is_int(dispatch(DISPATCH_ON, (void *)-1UL, 16, &selector) ? errno : 0, EINVAL,
	       "a range that wraps");
	is_int(dispatch(DISPATCH_ON, NULL, 0, (void *)0xffff888000000000) ? errno : 0, EFAULT,
	       "a selector in the kernel cannot be forged");
	is_int(dispatch(7, NULL, 0, NULL) ? errno : 0, EINVAL, "an unknown mode");
	is_int(persona_mode(), PERSONA_MODE_NATIVE, "we are native all the time");
	kill(c.pid, SIGKILL);
	is_int(finish(&c), KILLED(SIGKILL), "the foreign process ran to its end");
	return done();
}
