// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees of native and foreign processes: exec both ways, exit statuses, pipes
 * and signals across.
 */
#include "../native.h"

static char buf[1 << 16];

/* exec and exit statuses */

static void executes(void)
{
	const char *a = agent();

	is_int(run(NULL, 0, a, "exit", "0"), 0, "ELF starts Mach-O: status 0");
	is_int(run(NULL, 0, a, "exit", "7"), 7, "ELF starts Mach-O: status 7");
	is_int(run(NULL, 0, a, "exec", "/bin/sh", "-c", "exit 9"), 9, "Mach-O executes ELF");
	is_int(run(buf, sizeof(buf), a, "exec", a, "exec", a, "echo", "one", "", "th ree"), 0,
	       "Mach-O executes Mach-O");
	is_str(buf, "one\n\nth ree\n", "arguments arrive");
	is_int(run(buf, sizeof(buf), a, "exec", "/bin/sh", "-c",
		   "exec \"$0\" exec /bin/sh -c 'exec \"$0\" exec /bin/sh -c \"echo \\$DEEP\" ' \"$0\"",
		   a), 0, "six programs of alternating kind");
	is_str(buf, "below\n", "the environment arrives");
	is_int(run(NULL, 0, a, "spawn", "/bin/sh", "-c", "exit 33"), 33, "Mach-O waits for ELF");
	is_int(run(NULL, 0, a, "spawn", a, "exit", "34"), 34, "Mach-O waits for Mach-O");
	is_int(run(NULL, 0, a, "spawn", "/bin/sh", "-c", "kill -USR1 $$"), 128 + 30,
	       "Mach-O sees Darwin's number of the signal that ended ELF");
	is_int(run(NULL, 0, a, "exec", "/nonexistent"), 2, "a failed exec returns ENOENT");
	is_int(run(NULL, 0, a, "exec", "/etc/passwd"), 13, "a failed exec returns EACCES");
	is_int(run(NULL, 0, a, "spawn", "/etc"), 13, "and the child reports it");
}

/* What is it after exec? Started again as "tree mode". */
static void leaves_no_trace(void)
{
	is_int(run(NULL, 0, agent(), "exec", beside("tree"), "mode"), PERSONA_MODE_NATIVE,
	       "an ELF program executed by Mach-O is native");
	is_int(run(NULL, 0, agent(), "spawn", beside("tree"), "calls"), 0,
	       "and its system calls are Linux's");
}

static void scripts(void)
{
	char path[] = "/tmp/persona-script-XXXXXX";
	char first[PATH_MAX];
	int fd = mkstemp(path);

	snprintf(buf, sizeof(buf), "#!%s echo\n", agent());
	if (fd < 0 || write(fd, buf, strlen(buf)) < 0 || fchmod(fd, 0700))
		bail("%s: %s", path, strerror(errno));
	close(fd);
	snprintf(first, sizeof(first), "%s\nx\n", path);
	is_int(run(buf, sizeof(buf), path, "x"), 0, "Mach-O as the interpreter of a script");
	is_str(buf, first, "gets the script's name");
	unlink(path);
	is_int(run(buf, sizeof(buf), "/bin/sh", "-c",
		   "seq 1 20000 | \"$0\" cat | tail -n 1 | \"$0\" cat", agent()), 0,
	       "a pipeline of both kinds");
	is_str(buf, "20000\n", "passes everything");
}

static void pipes(void)
{
	const char *const argv[] = { agent(), "cat", NULL };
	struct child c = start_program(argv, NULL, NULL);
	static char data[8000], back[8001];
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)(i % 251 + 1);
	if (write(c.in, data, sizeof(data)) != sizeof(data))
		bail("write: %s", strerror(errno));
	close(c.in);
	c.in = -1;
	ok(read_until(&c, NULL, back, sizeof(back)) || back[0], "cat answers");
	ok(!memcmp(data, back, sizeof(data)), "with the same bytes");
	is_int(finish(&c), 0, "and ends at end of file");
}

/* Signals */

static const struct {
	int sig;
	int darwin;
} numbers[] = {
	{ SIGHUP, 1 }, { SIGINT, 2 }, { SIGQUIT, 3 }, { SIGTRAP, 5 }, { SIGBUS, 10 },
	{ SIGSYS, 12 }, { SIGPIPE, 13 }, { SIGALRM, 14 }, { SIGTERM, 15 }, { SIGURG, 16 },
	{ SIGTSTP, 18 }, { SIGCONT, 19 }, { SIGCHLD, 20 }, { SIGIO, 23 }, { SIGUSR1, 30 },
	{ SIGUSR2, 31 },
};

/* Its status stays to be fetched. */
static bool ended_already(pid_t pid)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

static void to_foreign(void)
{
	char nr[16];
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		const char *const argv[] = { agent(), "sigcount", nr, "3", NULL };
		struct child c;

		snprintf(nr, sizeof(nr), "%d", numbers[i].darwin);
		c = start_program(argv, NULL, NULL);
		read_until(&c, "ready", buf, sizeof(buf));
		for (n = 0; n < 300; n++) {
			kill(c.pid, numbers[i].sig);
			msleep(10);
			if (ended_already(c.pid))
				break;
		}
		if (n == 300)
			kill(c.pid, SIGKILL);
		is_int(finish(&c), 0, "signal %d is %d to a foreign handler", numbers[i].sig,
		       numbers[i].darwin);
	}
}

static volatile sig_atomic_t got;

static void take(int sig)
{
	got = sig;
}

static void to_native(void)
{
	char pid[16], nr[16];
	size_t i;

	snprintf(pid, sizeof(pid), "%d", getpid());
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		void (*old)(int) = signal(numbers[i].sig, take);
		int status;

		got = 0;
		snprintf(nr, sizeof(nr), "%d", numbers[i].darwin);
		status = run(NULL, 0, agent(), "kill", pid, nr);
		if (numbers[i].sig == SIGCHLD)
			ok(!status && got == SIGCHLD, "signal 20 from a foreign process");
		else
			ok(!status && (got == numbers[i].sig || got == SIGCHLD),
			   "signal %d from a foreign process is %d", numbers[i].darwin,
			   numbers[i].sig);
		signal(numbers[i].sig, old);
	}
	is_int(run(NULL, 0, agent(), "kill", pid, "0"), 0, "signal 0");
	is_int(run(NULL, 0, agent(), "kill", pid, "32"), 22, "signal 32: EINVAL");
	is_int(run(NULL, 0, agent(), "kill", "999999", "0"), 3, "no such process: ESRCH");
}

static void ends(void)
{
	static const int deadly[] = { SIGKILL, SIGTERM, SIGUSR1, SIGSEGV, SIGSYS, SIGINT };
	const char *const argv[] = { agent(), "pause", NULL };
	struct child c;
	int status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(deadly); i++) {
		c = start_program(argv, NULL, NULL);
		read_until(&c, "ready", buf, sizeof(buf));
		kill(c.pid, deadly[i]);
		is_int(finish(&c), KILLED(deadly[i]), "signal %d ends a foreign process",
		       deadly[i]);
	}
	c = start_program(argv, NULL, NULL);
	read_until(&c, "ready", buf, sizeof(buf));
	kill(c.pid, SIGSTOP);
	ok(waitpid(c.pid, &status, WUNTRACED) == c.pid && WIFSTOPPED(status) &&
	   WSTOPSIG(status) == SIGSTOP, "SIGSTOP stops a foreign process");
	kill(c.pid, SIGCONT);
	ok(waitpid(c.pid, &status, WCONTINUED) == c.pid && WIFCONTINUED(status),
	   "SIGCONT continues it");
	ok(!kill(c.pid, 0), "it lives");
	kill(c.pid, SIGKILL);
	is_int(finish(&c), KILLED(SIGKILL), "until it is killed");
}

static void identity(void)
{
	int pid = -1, ppid = -1, uid = -1, euid = -1, gid = -1, egid = -1;
	const char *const argv[] = { agent(), "id", NULL };
	struct child c = start_program(argv, NULL, NULL);
	pid_t want = c.pid;

	read_until(&c, NULL, buf, sizeof(buf));
	finish(&c);
	if (sscanf(buf, "pid %d ppid %d uid %d euid %d gid %d egid %d", &pid, &ppid, &uid, &euid,
		   &gid, &egid) != 6)
		msg("id said \"%s\"", buf);
	is_int(pid, want, "a foreign process has the pid that its parent knows");
	is_int(ppid, getpid(), "and the parent it has");
	ok(uid == (int)getuid() && euid == (int)geteuid() && gid == (int)getgid() &&
	   egid == (int)getegid(), "and the parent's credentials");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "mode"))
		return persona_mode();
	if (argc > 1 && !strcmp(argv[1], "calls"))
		return getpid() == syscall(SYS_getpid) && syscall(100000) == -1 &&
		       errno == ENOSYS ? 0 : 1;
	limit(240);
	setenv("DEEP", "below", 1);
	plan(0);
	executes();
	leaves_no_trace();
	scripts();
	pipes();
	to_foreign();
	to_native();
	ends();
	identity();
	is_int(persona_quiet("darwin", 5000), 0, "no foreign thread is left");
	return done();
}
