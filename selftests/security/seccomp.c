// SPDX-License-Identifier: GPL-2.0-only
/*
 * Seccomp filters bind foreign programs: what a filter forbids natively it
 * forbids in every foreign form, with the filter's own verdict.
 */
#include "../native.h"
#include "../filter.h"

#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static const int opens[] = { SYS_open, SYS_openat, SYS_openat2, SYS_creat, -1 };
static const int writes[] = { SYS_write, SYS_writev, SYS_pwrite64, SYS_pwritev, -1 };
static const int sockets[] = { SYS_socket, SYS_socketpair, -1 };
static const int mkdirs[] = { SYS_mkdir, SYS_mkdirat, -1 };
static const int kills[] = { SYS_kill, SYS_tkill, SYS_tgkill, SYS_rt_sigqueueinfo, -1 };
static const int forks[] = { SYS_fork, SYS_vfork, SYS_clone, SYS_clone3, -1 };
static const int execs[] = { SYS_execve, SYS_execveat, -1 };
static const int unrelated[] = { SYS_reboot, SYS_swapon, -1 };

static const struct {
	const char *what;
	const char *arg;
	const int *numbers;
} forms[] = {
	{ "open", "/etc/passwd", opens },
	{ "open_nocancel", "/etc/passwd", opens },
	{ "openat", "/etc/passwd", opens },
	{ "openat_nocancel", "/etc/passwd", opens },
	{ "create", "/tmp/persona-seccomp", opens },
	{ "write", "", writes },
	{ "write_nocancel", "", writes },
	{ "indirect-write", "", writes },
	{ "socket", "", sockets },
	{ "socket6", "", sockets },
	{ "socketpair", "", sockets },
	{ "mkdir", "/tmp/persona-seccomp.d", mkdirs },
	{ "kill", "999999", kills },
	{ "fork", "", forks },
};

static int try_it(size_t i, uint32_t action, const int *numbers)
{
	struct filter f = { .action = action, .numbers = numbers };
	const char *const argv[] = { agent(), "try", forms[i].what, forms[i].arg, NULL };

	return run_before(argv, NULL, 0, install_filter, &f);
}

/* Darwin's errno of an action's. */
static const struct {
	int native;
	int darwin;
} errnos[] = {
	{ EPERM, 1 }, { EACCES, 13 }, { EAGAIN, 35 }, { ENOSYS, 78 }, { ELOOP, 62 },
};

static void verdicts(void)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		is_int(try_it(i, SECCOMP_RET_KILL_PROCESS, unrelated),
		       !strcmp(forms[i].what, "kill") ? 3 : 0, "%s: allowed", forms[i].what);
		unlink("/tmp/persona-seccomp");
		rmdir("/tmp/persona-seccomp.d");
		is_int(try_it(i, SECCOMP_RET_KILL_PROCESS, forms[i].numbers), KILLED(SIGSYS),
		       "%s: the filter kills", forms[i].what);
		is_int(try_it(i, SECCOMP_RET_ERRNO | EPERM, forms[i].numbers), 1,
		       "%s: the filter's EPERM", forms[i].what);
		ok(access("/tmp/persona-seccomp", F_OK) && access("/tmp/persona-seccomp.d", F_OK),
		   "%s: had no effect", forms[i].what);
	}
	for (j = 0; j < ARRAY_SIZE(errnos); j++)
		is_int(try_it(2, SECCOMP_RET_ERRNO | (uint32_t)errnos[j].native, opens),
		       errnos[j].darwin, "the filter's errno %d is Darwin's %d", errnos[j].native,
		       errnos[j].darwin);
	is_int(try_it(5, SECCOMP_RET_TRAP, writes), KILLED(SIGSYS), "RET_TRAP without a handler");
	is_int(try_it(5, SECCOMP_RET_KILL_THREAD, writes), KILLED(SIGSYS), "RET_KILL_THREAD");
	is_int(try_it(5, SECCOMP_RET_TRACE, writes), 78, "RET_TRACE without a tracer is ENOSYS");
	is_int(try_it(5, SECCOMP_RET_LOG, writes), 0, "RET_LOG allows");
}

/* A foreign program's own exec, and what it starts, stay under the filter. */
static void inherited(void)
{
	struct filter no_socket = { SECCOMP_RET_ERRNO | EPERM, sockets };
	struct filter no_write = { SECCOMP_RET_KILL_PROCESS, writes };
	const char *const foreign[] = { agent(), "spawn", agent(), "exec", agent(), "try",
					"socket", NULL };
	const char *const native[] = { agent(), "exec", "/bin/sh", "-c", "echo x", NULL };

	is_int(run_before(foreign, NULL, 0, install_filter, &no_socket), 1,
	       "a filter is inherited by foreign fork and exec");
	is_int(run_before(native, NULL, 0, install_filter, &no_write), KILLED(SIGSYS),
	       "and by the native program after it");
}

/* No exec for the agent: it gets the filter before, so the exec itself is judged. */
static void exec_forbidden(void)
{
	struct filter f = { SECCOMP_RET_ERRNO | EPERM, execs };
	const char *const argv[] = { agent(), "exit", "0", NULL };

	is_int(run_before(argv, NULL, 0, install_filter, &f), 127, "execve forbidden: no foreign program");
}

/* Filters of a thread that is foreign in a range of its code. */

#define RANGE	__attribute__((__section__("foreign_text"), __noinline__, __noclone__))

extern char __start_foreign_text[];
extern char __stop_foreign_text[];

static RANGE struct foreign in_range(uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	return foreign_call(nr, a0, a1, a2, 0, 0, 0);
}

static int range_child(bool strict, uint32_t action, uint64_t nr)
{
	struct filter f = { action, writes };
	struct foreign r;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (persona_set_range("darwin", __start_foreign_text,
				      __stop_foreign_text - __start_foreign_text))
			_exit(90);
		if (strict ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) : install_filter(&f))
			_exit(91);
		r = in_range(nr, 1, (uintptr_t)"# written\n", 10);
		/* strict mode knows exit, not exit_group */
		syscall(SYS_exit, r.cf ? (int)r.rax : 0);
	}
	return ending(wait_status(pid));
}

static void ranges(void)
{
	is_int(range_child(false, SECCOMP_RET_ERRNO | EPERM, DARWIN_WRITE), 1,
	       "range: the filter's EPERM");
	is_int(range_child(false, SECCOMP_RET_KILL_PROCESS, DARWIN_WRITE), KILLED(SIGSYS),
	       "range: the filter kills");
	is_int(range_child(false, SECCOMP_RET_KILL_PROCESS, DARWIN_GETPID), 0,
	       "range: a call that it allows");
	is_int(range_child(true, 0, DARWIN_WRITE), 0, "strict mode: write is allowed");
	is_int(range_child(true, 0, DARWIN_GETPID), KILLED(SIGKILL),
	       "strict mode: anything else kills");
}

/**
 * struct call_for - a foreign call of another thread
 * @nr: call, made with @arg twice
 * @arg: its argument
 * @came_back: set behind it
 */
struct call_for {
	uint64_t nr;
	uint64_t arg;
	volatile bool came_back;
};

static void *makes_call(void *arg)
{
	struct call_for *call = arg;

	if (persona_set_range("darwin", __start_foreign_text,
			      __stop_foreign_text - __start_foreign_text))
		_exit(90);
	in_range(call->nr, call->arg, call->arg, 0);
	call->came_back = true;
	return NULL;
}

/* A thread dies in the first call; then the other one makes the second: its errno. */
static int threads_child(uint64_t first, const int *numbers, uint64_t second)
{
	struct filter f = { SECCOMP_RET_KILL_THREAD, numbers };
	struct call_for call = { .nr = first, .arg = getuid() };
	struct foreign r;
	pthread_t thread;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(30);
		if (install_filter(&f) || pthread_create(&thread, NULL, makes_call, &call))
			_exit(91);
		pthread_join(thread, NULL);
		if (call.came_back)
			_exit(92);
		if (persona_set_range("darwin", __start_foreign_text,
				      __stop_foreign_text - __start_foreign_text))
			_exit(90);
		r = in_range(second, getuid(), getuid(), 0);
		syscall(SYS_exit_group, r.cf ? (int)r.rax : 0);
	}
	return ending(wait_status(pid));
}

/* What a tracer makes of the call is judged, too. */
static int changes_call(pid_t pid)
{
	struct user_regs_struct regs;
	int status, changed = 0;
	pid_t task;

	for (;;) {
		task = waitpid(-1, &status, __WALL);
		if (task < 0)
			return -1;
		if (!WIFSTOPPED(status)) {
			if (task == pid)
				return changed ? ending(status) : -2;
			continue;
		}
		if (status >> 16 == PTRACE_EVENT_SECCOMP) {
			ptrace(PTRACE_GETREGS, task, NULL, &regs);
			regs.orig_rax = SYS_getuid;
			ptrace(PTRACE_SETREGS, task, NULL, &regs);
			changed++;
		}
		ptrace(PTRACE_CONT, task, NULL, NULL);
	}
}

static const int getpids[] = { SYS_getpid, -1 };
static const int getuids[] = { SYS_getuid, -1 };

static int traced_child(void)
{
	struct filter traces = { SECCOMP_RET_TRACE, getpids };
	struct filter kills = { SECCOMP_RET_KILL_THREAD, getuids };
	struct call_for call = { .nr = DARWIN_GETPID };
	pthread_t thread;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(30);
		raise(SIGSTOP);
		if (install_filter(&traces) || install_filter(&kills) ||
		    pthread_create(&thread, NULL, makes_call, &call))
			_exit(91);
		pthread_join(thread, NULL);
		_exit(call.came_back ? 92 : 5);
	}
	waitpid(pid, NULL, WUNTRACED);
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE))
		bail("PTRACE_SEIZE: %s", strerror(errno));
	kill(pid, SIGCONT);
	return changes_call(pid);
}

static const int setuids[] = { SYS_setuid, SYS_setreuid, SYS_setresuid, -1 };

static void threads(void)
{
	is_int(threads_child(DARWIN_GETPID, getpids, DARWIN_GETUID), 0,
	       "RET_KILL_THREAD ends one of two threads");
	is_int(threads_child(DARWIN_SETUID, setuids, DARWIN_SETGID), 0,
	       "and others do not wait for what it had begun");
	is_int(traced_child(), 5, "a tracer's call that the filter kills for");
}

int main(void)
{
	struct filter f = { SECCOMP_RET_ALLOW, unrelated };
	const char *const argv[] = { agent(), "exit", "5", NULL };

	limit(240);
	if (run_before(argv, NULL, 0, install_filter, &f) == 126)
		skip_all("no seccomp filters here");
	plan(0);
	verdicts();
	inherited();
	exec_forbidden();
	ranges();
	threads();
	return done();
}
