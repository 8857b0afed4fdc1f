// SPDX-License-Identifier: GPL-2.0-only
/*
 * ptrace on foreign processes: their foreign state can neither be read nor
 * replaced, and stopping, stepping, looking and leaving does no harm.
 */
#include "../native.h"

#include <sys/ptrace.h>
#include <sys/user.h>

#define SET_DISPATCH	0x4210		/* PTRACE_SET_SYSCALL_USER_DISPATCH_CONFIG */
#define GET_DISPATCH	0x4211

struct dispatch_config {
	uint64_t mode;
	uint64_t selector;
	uint64_t offset;
	uint64_t len;
};

static char buf[4096];

static long request(int req, pid_t pid, unsigned long addr, void *data)
{
	long ret;

	errno = 0;
	ret = syscall(SYS_ptrace, req, pid, addr, data);
	return ret < 0 ? -errno : ret;
}

static bool stopped(pid_t pid)
{
	int status;

	return waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status);
}

static struct child start_step(const char *n)
{
	const char *const argv[] = { agent(), "step", n, NULL };
	struct child c = start_program(argv, NULL, NULL);

	if (!read_until(&c, "ready\n", buf, sizeof(buf)))
		bail("the agent does not start");
	return c;
}

static bool attach(struct child *c)
{
	return !request(PTRACE_SEIZE, c->pid, 0, NULL) &&
	       !request(PTRACE_INTERRUPT, c->pid, 0, NULL) && stopped(c->pid);
}

/* Lets it go on; the sum shows that every call worked. */
static void lives_on(struct child *c, const char *sum, const char *what)
{
	bool good = write(c->in, "g", 1) == 1 && read_until(c, "\n", buf, sizeof(buf));

	ok(good && !strcmp(buf, sum), "%s: it works on and gets %s", what, good ? buf : "nothing");
	is_int(finish(c), 0, "%s: and exits with 0", what);
}

static void dispatch_config(void)
{
	struct dispatch_config cfg, zero = { 0 };
	struct child c = start_step("100");
	long ret;

	ok(attach(&c), "seize and interrupt a foreign process");
	memset(&cfg, 0x5a, sizeof(cfg));
	ret = request(GET_DISPATCH, c.pid, sizeof(cfg), &cfg);
	ok(ret == -EINVAL || ret == -EIO, "its dispatch state cannot be read (%ld)", ret);
	ok((int64_t)cfg.selector > 0 && (int64_t)cfg.offset > 0 && (int64_t)cfg.len > 0,
	   "and nothing of it is told");
	ret = request(SET_DISPATCH, c.pid, sizeof(zero), &zero);
	ok(ret == -EINVAL || ret == -EIO, "nor replaced by off (%ld)", ret);
	cfg = (struct dispatch_config){ .mode = 1, .selector = (uintptr_t)buf };
	ret = request(SET_DISPATCH, c.pid, sizeof(cfg), &cfg);
	ok(ret == -EINVAL || ret == -EIO, "nor by a selector (%ld)", ret);
	cfg.selector = 0xffff888000000000;
	ok(request(SET_DISPATCH, c.pid, sizeof(cfg), &cfg) < 0, "nor by a kernel address");
	is_int(request(PTRACE_DETACH, c.pid, 0, NULL), 0, "detach");
	lives_on(&c, "sum 5050\n", "after that");
}

/* The same requests on a native process are what they were. */
static void native_config(void)
{
	struct dispatch_config cfg = { 0 };
	pid_t pid = fork();
	long ret;

	if (!pid) {
		for (;;)
			pause();
	}
	request(PTRACE_SEIZE, pid, 0, NULL);
	request(PTRACE_INTERRUPT, pid, 0, NULL);
	stopped(pid);
	ret = request(GET_DISPATCH, pid, sizeof(cfg), &cfg);
	if (ret == -EIO) {
		skip("native process: read its dispatch state", "not in this kernel");
		skip("native process: set it", "not in this kernel");
	} else {
		is_int(ret, 0, "native process: read its dispatch state");
		cfg.mode = 1;
		cfg.offset = 4096;
		cfg.len = 8192;
		ret = request(SET_DISPATCH, pid, sizeof(cfg), &cfg);
		memset(&cfg, 0, sizeof(cfg));
		request(GET_DISPATCH, pid, sizeof(cfg), &cfg);
		ok(!ret && cfg.mode == 1 && cfg.offset == 4096 && cfg.len == 8192,
		   "native process: set it");
	}
	kill(pid, SIGKILL);
	wait_status(pid);
}

static void stepping(void)
{
	struct child c = start_step("5000");
	struct user_regs_struct regs;
	int i, syscalls = 0, bad = 0;

	ok(attach(&c), "stepping: stop it");
	if (write(c.in, "g", 1) != 1)
		bail("write: %s", strerror(errno));
	for (i = 0; i < 3000; i++) {
		if (request(PTRACE_SINGLESTEP, c.pid, 0, NULL) || !stopped(c.pid)) {
			bad++;
			break;
		}
		request(PTRACE_GETREGS, c.pid, 0, &regs);
		syscalls += (ptrace(PTRACE_PEEKTEXT, c.pid, regs.rip, 0) & 0xffff) == 0x050f;
	}
	is_int(bad, 0, "stepping: 3000 instructions");
	ok(syscalls > 3, "stepping: over %d system calls", syscalls);
	is_int(request(PTRACE_DETACH, c.pid, 0, NULL), 0, "stepping: detach");
	ok(read_until(&c, "\n", buf, sizeof(buf)) && !strcmp(buf, "sum 12502500\n"),
	   "stepping: the sum is right");
	is_int(finish(&c), 0, "stepping: it exits with 0");
}

/* PTRACE_SYSCALL stops show the native calls that a foreign call amounts to. */
static void syscall_stops(void)
{
	struct child c = start_step("10");
	struct user_regs_struct regs;
	int stops = 0, getpids = 0, writes = 0, status = 0;

	ok(attach(&c), "PTRACE_SYSCALL: stop it");
	request(PTRACE_SETOPTIONS, c.pid, 0, (void *)PTRACE_O_TRACESYSGOOD);
	if (write(c.in, "g", 1) != 1)
		bail("write: %s", strerror(errno));
	close(c.in);
	c.in = -1;
	for (; stops < 1000; stops++) {
		if (request(PTRACE_SYSCALL, c.pid, 0, NULL) ||
		    waitpid(c.pid, &status, __WALL) != c.pid || !WIFSTOPPED(status))
			break;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		request(PTRACE_GETREGS, c.pid, 0, &regs);
		getpids += regs.orig_rax == SYS_getpid;
		writes += regs.orig_rax == SYS_write && regs.rdi == 1;
	}
	ok(getpids >= 20, "PTRACE_SYSCALL: entry and exit of each getpid (%d)", getpids);
	ok(writes >= 2, "PTRACE_SYSCALL: write with its arguments (%d)", writes);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "PTRACE_SYSCALL: it exits with 0");
	ok(read_until(&c, "\n", buf, sizeof(buf)) && !strcmp(buf, "sum 55\n"),
	   "PTRACE_SYSCALL: the sum is right");
	close_pipes(&c);
}

static void attach_often(void)
{
	struct child c = start_step("200000");
	int i, bad = 0;

	if (write(c.in, "g", 1) != 1)
		bail("write: %s", strerror(errno));
	for (i = 0; i < 200; i++) {
		if (!attach(&c)) {
			bad++;
			break;
		}
		if (request(PTRACE_DETACH, c.pid, 0, NULL))
			bad++;
	}
	is_int(bad, 0, "attach and detach 200 times in the middle of calls");
	ok(read_until(&c, "\n", buf, sizeof(buf)) && !strcmp(buf, "sum 20000100000\n"),
	   "and no call was lost");
	is_int(finish(&c), 0, "it exits with 0");
}

static void exit_kill(void)
{
	struct child c = start_step("1");

	ok(attach(&c), "stop it");
	kill(c.pid, SIGKILL);
	is_int(finish(&c), KILLED(SIGKILL), "a stopped foreign process can be killed");
}

/* A tracer that writes a native number where a foreign call is about to be made. */
static void native_number(void)
{
	struct child c = start_step("50");
	struct user_regs_struct regs;
	int i, status;

	ok(attach(&c), "number changed: stop it");
	if (write(c.in, "g", 1) != 1)
		bail("write: %s", strerror(errno));
	for (i = 0; i < 5000; i++) {
		if (request(PTRACE_SINGLESTEP, c.pid, 0, NULL) || !stopped(c.pid))
			break;
		request(PTRACE_GETREGS, c.pid, 0, &regs);
		if ((ptrace(PTRACE_PEEKTEXT, c.pid, regs.rip, 0) & 0xffff) == 0x050f)
			break;
	}
	regs.rax = 59;		/* execve natively, no class to Darwin */
	request(PTRACE_SETREGS, c.pid, 0, &regs);
	request(PTRACE_CONT, c.pid, 0, NULL);
	ok(waitpid(c.pid, &status, __WALL) == c.pid && WIFSTOPPED(status) &&
	   WSTOPSIG(status) == SIGSYS, "number changed: it is still judged as Darwin's: SIGSYS");
	kill(c.pid, SIGKILL);
	finish(&c);
}

/* The next entry of a native getpid, and then its exit. */
static bool at_getpid(pid_t pid, struct user_regs_struct *regs)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (request(PTRACE_SYSCALL, pid, 0, NULL) || !stopped(pid))
			return false;
		request(PTRACE_GETREGS, pid, 0, regs);
		if (regs->orig_rax == SYS_getpid && (long)regs->rax == -ENOSYS)
			return true;
	}
	return false;
}

/*
 * A tracer that makes another call of the one that a handler asks for: not one that
 * ends the handler's thread, copies it, or takes its state away.
 */
static void fateful_numbers(void)
{
	static const int numbers[] = {
		SYS_execve, SYS_execveat, SYS_clone, SYS_clone3, SYS_fork, SYS_vfork, SYS_exit,
		SYS_exit_group, SYS_rt_sigreturn, SYS_prctl,
	};
	struct persona_set set = { .size = sizeof(set) };
	struct child c = start_step("100");
	struct user_regs_struct regs;
	unsigned int i;
	size_t at;

	ok(attach(&c), "calls changed: stop it");
	if (write(c.in, "g", 1) != 1)
		bail("write: %s", strerror(errno));
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		long want = numbers[i] == SYS_prctl ? -EBUSY : -ENOSYS;

		if (!at_getpid(c.pid, &regs)) {
			ok(false, "calls changed: no getpid for call %d", numbers[i]);
			break;
		}
		regs.orig_rax = numbers[i];
		if (numbers[i] == SYS_prctl) {
			regs.rdi = PR_PERSONA;
			regs.rsi = PR_PERSONA_SET;
			regs.rdx = (regs.rsp - 4096) & ~7ul;
			regs.r10 = sizeof(set);
			regs.r8 = 0;
			for (at = 0; at < sizeof(set); at += 8)
				ptrace(PTRACE_POKETEXT, c.pid, regs.rdx + at,
				       *(long *)((char *)&set + at));
		}
		request(PTRACE_SETREGS, c.pid, 0, &regs);
		if (request(PTRACE_SYSCALL, c.pid, 0, NULL) || !stopped(c.pid)) {
			ok(false, "calls changed: call %d is not come back from", numbers[i]);
			break;
		}
		request(PTRACE_GETREGS, c.pid, 0, &regs);
		is_int(regs.rax, want, "calls changed: call %d is not made", numbers[i]);
		regs.rax = c.pid;
		request(PTRACE_SETREGS, c.pid, 0, &regs);
	}
	is_int(request(PTRACE_DETACH, c.pid, 0, NULL), 0, "calls changed: detach");
	ok(read_until(&c, "\n", buf, sizeof(buf)) && !strcmp(buf, "sum 5050\n"),
	   "calls changed: the sum is right");
	is_int(finish(&c), 0, "calls changed: it exits with 0");
}

int main(void)
{
	limit(240);
	plan(0);
	dispatch_config();
	native_config();
	stepping();
	syscall_stops();
	attach_often();
	native_number();
	fateful_numbers();
	exit_kill();
	is_int(persona_quiet("darwin", 5000), 0, "no foreign thread is left");
	return done();
}
