// SPDX-License-Identifier: GPL-2.0-only
/*
 * prctl(PR_PERSONA, ...): GET, SET, SET_RANGE and LIST, what they refuse, and a
 * native program that calls Darwin from a range of its own code.
 */
#include "../native.h"

#include <pthread.h>

#define RANGE	__attribute__((__section__("foreign_text"), __noinline__, __noclone__))

extern char __start_foreign_text[];
extern char __stop_foreign_text[];

/* The only code here whose calls may become foreign. */
static RANGE struct foreign in_range(uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	return foreign_call(nr, a0, a1, a2, 0, 0, 0);
}

static int set_range(void)
{
	return persona_set_range("darwin", __start_foreign_text,
				 __stop_foreign_text - __start_foreign_text);
}

static int in_child(int (*fn)(void))
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(fn());
	status = wait_status(pid);
	return WIFSIGNALED(status) ? KILLED(WTERMSIG(status)) : WEXITSTATUS(status);
}

#define op(o, p, size)	(prctl(PR_PERSONA, o, p, size, 0) < 0 ? -errno : 0)

static void refusals(void)
{
	struct persona_set set = { .size = sizeof(set), .name = "darwin" };
	struct persona_set s;
	char big[256] = { 0 };
	struct persona_info info;

	is_int(op(4, &set, sizeof(set)), -EINVAL, "an unknown operation");
	is_int(op(1UL << 32, &info, sizeof(info)), -EINVAL, "an operation above 32 bits");
	is_int(prctl(PR_PERSONA, PR_PERSONA_GET, &info, sizeof(info), 1) < 0 ? -errno : 0, -EINVAL,
	       "a fifth argument");
	is_int(op(PR_PERSONA_GET, NULL, sizeof(info)), -EFAULT, "GET to nowhere");
	is_int(op(PR_PERSONA_GET, (void *)0xffff888000000000, sizeof(info)), -EFAULT,
	       "GET to the kernel");
	is_int(op(PR_PERSONA_GET, &info, 0), -EINVAL, "GET of nothing");
	is_int(op(PR_PERSONA_SET, NULL, sizeof(set)), -EFAULT, "SET from nowhere");
	is_int(op(PR_PERSONA_SET, &set, sizeof(set) - 1), -EINVAL, "SET, too short");
	memcpy(big, &set, sizeof(set));
	is_int(op(PR_PERSONA_SET, big, sizeof(big)), -EINVAL, "SET, too long");
	s = set;
	s.size = 0;
	is_int(op(PR_PERSONA_SET, &s, sizeof(s)), -EINVAL, "SET without its size");
	s = set;
	s.flags = 1;
	is_int(op(PR_PERSONA_SET, &s, sizeof(s)), -EINVAL, "SET with a flag");
	s = set;
	s.len = 4096;
	is_int(op(PR_PERSONA_SET, &s, sizeof(s)), -EINVAL, "SET with a range");
	s = set;
	memset(s.name, 'd', sizeof(s.name));
	is_int(op(PR_PERSONA_SET, &s, sizeof(s)), -EINVAL, "a name without an end");
	s = set;
	strcpy(s.name, "plan9");
	is_int(op(PR_PERSONA_SET, &s, sizeof(s)), -ENOENT, "a name that nobody has");
	strcpy(s.name, "");
	is_int(op(PR_PERSONA_SET, &s, sizeof(s)), -EINVAL, "the empty name without a range");
	is_int(op(PR_PERSONA_SET_RANGE, &set, sizeof(set)), -EINVAL, "an empty range");
	s = set;
	s.start = 4096;
	s.len = -1UL;
	is_int(op(PR_PERSONA_SET_RANGE, &s, sizeof(s)), -EINVAL, "a range that wraps");
	s.start = 0xffff800000000000;
	s.len = 4096;
	is_int(op(PR_PERSONA_SET_RANGE, &s, sizeof(s)), -EINVAL, "a range in the kernel");
	is_int(op(PR_PERSONA_LIST, NULL, 100), -EFAULT, "LIST to nowhere");
	is_int(persona_mode(), PERSONA_MODE_NATIVE, "after all that we are native");
	is_int(prctl(PR_GET_DUMPABLE), 1, "other operations of prctl work");
	is_int(prctl(0x50455252) < 0 ? -errno : 0, -EINVAL, "an unknown operation of prctl");
}

static void list(void)
{
	struct persona_entry e[8];
	int n, all;

	memset(e, 0x5a, sizeof(e));
	all = prctl(PR_PERSONA, PR_PERSONA_LIST, e, sizeof(e), 0);
	ok(all >= 1 && all <= 8, "LIST: %d personalities", all);
	ok(persona_threads("darwin") >= 0, "darwin is one of them");
	memset(e, 0x5a, sizeof(e));
	n = prctl(PR_PERSONA, PR_PERSONA_LIST, e, sizeof(e[0]) - 1, 0);
	is_int(n, all, "LIST into too little room: the number all the same");
	ok(e[0].name[0] == 0x5a, "and nothing is stored");
	is_int(prctl(PR_PERSONA, PR_PERSONA_LIST, NULL, 0, 0), all, "LIST, only the number");
}

static void get(void)
{
	struct persona_info info;

	memset(&info, 0x5a, sizeof(info));
	is_int(op(PR_PERSONA_GET, &info, sizeof(info)), 0, "GET");
	ok(info.size == sizeof(info) && info.mode == PERSONA_MODE_NATIVE && !info.name[0] &&
	   !info.start && !info.len, "describes a native thread");
	memset(&info, 0x5a, sizeof(info));
	is_int(op(PR_PERSONA_GET, &info, 8), 0, "GET of the first 8 bytes");
	ok(info.mode == PERSONA_MODE_NATIVE && info.name[0] == 0x5a, "stores no more");
}

static int whole(void)
{
	pid_t pid = getpid();
	struct foreign r;

	if (persona_set("darwin"))
		return 1;
	r = foreign_call(DARWIN_GETPID, 0, 0, 0, 0, 0, 0);
	if (r.cf || (pid_t)r.rax != pid)
		foreign_call(DARWIN_EXIT, 2, 0, 0, 0, 0, 0);
	r = foreign_call(DARWIN_NOBODY, 0, 0, 0, 0, 0, 0);
	if (!r.cf || r.rax != DARWIN_ENOSYS)
		foreign_call(DARWIN_EXIT, 3, 0, 0, 0, 0, 0);
	foreign_call(DARWIN_EXIT, 42, 0, 0, 0, 0, 0);
	return 4;
}

/* A native number of a wholly foreign thread is class 0: SIGSYS. */
static int whole_native(void)
{
	if (persona_set("darwin"))
		return 1;
	syscall(SYS_getpid);
	foreign_call(DARWIN_EXIT, 2, 0, 0, 0, 0, 0);
	return 3;
}

/* From range mode the whole thread cannot be changed again. */
static int twice(void)
{
	if (set_range())
		return 1;
	if (!persona_set("darwin") || errno != EBUSY)
		return 2;
	if (!set_range() || errno != EBUSY)
		return 3;
	if (persona_mode() != PERSONA_MODE_RANGE)
		return 4;
	if (persona_set("") || persona_mode() != PERSONA_MODE_NATIVE)
		return 5;
	if (in_range(SYS_getpid, 0, 0, 0).rax != (uint64_t)getpid())
		return 6;
	return set_range() ? 7 : 0;
}

static int range_info(void)
{
	struct persona_info info;

	if (set_range())
		return 1;
	if (prctl(PR_PERSONA, PR_PERSONA_GET, &info, sizeof(info), 0))
		return 2;
	if (info.mode != PERSONA_MODE_RANGE || strcmp(info.name, "darwin"))
		return 3;
	if (info.start != (uintptr_t)__start_foreign_text ||
	    info.len != (size_t)(__stop_foreign_text - __start_foreign_text))
		return 4;
	return persona_threads("darwin") >= 1 ? 0 : 5;
}

static int range_calls(void)
{
	int p[2];
	struct foreign r;
	char c = 0;

	if (pipe(p) || set_range())
		return 1;
	r = in_range(DARWIN_GETPID, 0, 0, 0);
	if (r.cf || r.rax != (uint64_t)getpid())
		return 2;
	r = in_range(DARWIN_WRITE, p[1], (uintptr_t)"x", 1);
	if (r.cf || r.rax != 1 || read(p[0], &c, 1) != 1 || c != 'x')
		return 3;
	r = in_range(DARWIN_CLOSE, 1000, 0, 0);
	if (!r.cf || r.rax != 9)
		return 4;
	if (close(1000) != -1 || errno != EBADF)
		return 5;
	r = in_range(DARWIN_BSD(42), 0, 0, 0);		/* pipe */
	if (r.cf || write((int)r.rdx, "y", 1) != 1 || read((int)r.rax, &c, 1) != 1 || c != 'y')
		return 6;
	/* the same number from elsewhere is native and unknown */
	if (syscall(DARWIN_GETPID) != -1 || errno != ENOSYS)
		return 7;
	return 0;
}

/* fork by a native call: does the child's range still work? */
static int range_fork(void)
{
	pid_t pid;

	if (set_range())
		return 1;
	pid = fork();
	if (!pid) {
		int mode = persona_mode();

		/* whole or nothing: never a range that calls Linux */
		if (mode == PERSONA_MODE_NATIVE)
			_exit(in_range(SYS_getpid, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 1);
		_exit(in_range(DARWIN_GETPID, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 2);
	}
	if (WEXITSTATUS(wait_status(pid)))
		return 2;
	return in_range(DARWIN_GETPID, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 3;
}

static int range_exec(void)
{
	if (set_range())
		return 1;
	execl("/proc/self/exe", "persona", "mode", NULL);
	return 2;
}

static int range_exec_foreign(void)
{
	if (set_range())
		return 1;
	execl(agent(), "agent", "exit", "17", NULL);
	return 2;
}

static volatile sig_atomic_t handled;

static void handler(int sig)
{
	/* a native call and a foreign one from a native handler */
	if (sig == SIGUSR1 && getppid() > 0 && !in_range(DARWIN_GETPPID, 0, 0, 0).cf)
		handled++;
}

static int range_signals(void)
{
	struct sigaction sa = { .sa_handler = handler };
	int i;

	if (set_range() || sigaction(SIGUSR1, &sa, NULL))
		return 1;
	for (i = 0; i < 100; i++) {
		raise(SIGUSR1);
		if (in_range(DARWIN_GETPID, 0, 0, 0).rax != (uint64_t)getpid())
			return 2;
	}
	return handled == 100 ? 0 : 3;
}

static void *thread_native(void *arg)
{
	(void)arg;
	return (void *)(long)(getpid() == syscall(SYS_getpid) && persona_mode() >= 0 ? 1 : 2);
}

static int range_threads(void)
{
	pthread_t t[8];
	void *ret;
	size_t i;

	if (set_range())
		return 1;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		if (pthread_create(&t[i], NULL, thread_native, NULL))
			return 2;
	for (i = 0; i < ARRAY_SIZE(t); i++)
		if (pthread_join(t[i], &ret) || ret != (void *)1)
			return 3;
	return in_range(DARWIN_GETPID, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 4;
}

/* Other threads of a process stay what they are. */
static void *thread_range(void *arg)
{
	(void)arg;
	if (set_range())
		return (void *)1;
	return (void *)(long)(in_range(DARWIN_GETPID, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 2);
}

static int one_of_two(void)
{
	pthread_t t;
	void *ret;

	if (pthread_create(&t, NULL, thread_range, NULL) || pthread_join(t, &ret) || ret)
		return 1;
	if (persona_mode() != PERSONA_MODE_NATIVE)
		return 2;
	return in_range(SYS_getpid, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 3;
}

/* prctl(PR_SET_SYSCALL_USER_DISPATCH) would replace the thread's foreign state. */
static int no_dispatch(void)
{
	static char selector;

	if (set_range())
		return 1;
	if (!prctl(59, 1, 0, 0, &selector))
		return 2;
	if (!prctl(59, 0, 0, 0, 0))
		return 3;
	if (persona_mode() != PERSONA_MODE_RANGE)
		return 4;
	return in_range(DARWIN_GETPID, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 5;
}

/* Wholly foreign threads have no way to prctl: 157 without a class is no call. */
static int no_prctl(void)
{
	if (persona_set("darwin"))
		return 1;
	foreign_call(SYS_prctl, 59, 1, 0, 0, 0, 0);
	foreign_call(DARWIN_EXIT, 2, 0, 0, 0, 0, 0);
	return 3;
}

/* One who uses the dispatch himself does not become foreign by it. */
static int dispatch_first(void)
{
	static char selector;

	if (prctl(59, 1, 0, 0, &selector))
		return 99;
	if (set_range())
		return persona_mode() == PERSONA_MODE_NATIVE ? 0 : 1;
	return in_range(DARWIN_GETPID, 0, 0, 0).rax == (uint64_t)getpid() ? 0 : 2;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "mode"))
		return persona_mode();
	if (persona_mode() < 0)
		bail("PR_PERSONA: %s", strerror(errno));
	limit(120);
	plan(0);
	get();
	list();
	refusals();
	is_int(in_child(whole), 42, "SET: calls are Darwin's");
	is_int(in_child(whole_native), KILLED(SIGSYS), "SET: native numbers are not");
	is_int(in_child(twice), 0, "SET when foreign is EBUSY; the empty name ends a range");
	is_int(in_child(range_info), 0, "GET describes a range");
	is_int(in_child(range_calls), 0, "SET_RANGE: Darwin calls within, Linux calls without");
	is_int(in_child(range_fork), 0, "SET_RANGE: fork");
	is_int(in_child(range_exec), PERSONA_MODE_NATIVE, "SET_RANGE: exec of ELF is native");
	is_int(in_child(range_exec_foreign), 17, "SET_RANGE: exec of Mach-O");
	is_int(in_child(range_signals), 0, "SET_RANGE: native signal handlers");
	is_int(in_child(range_threads), 0, "SET_RANGE: native threads");
	is_int(in_child(one_of_two), 0, "SET_RANGE in one thread, the others stay native");
	is_int(in_child(no_dispatch), 0, "prctl 59 is refused to foreign threads");
	is_int(in_child(no_prctl), KILLED(SIGSYS), "and cannot be reached from whole ones");
	is_int(in_child(dispatch_first), 0, "a thread that uses the dispatch itself");
	is_int(persona_quiet("darwin", 5000), 0, "no foreign thread is left");
	return done();
}
