// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters that end a thread, or its process, for a native call that a Windows call
 * makes half way through: what it held must be given back. Nobody else may wait for
 * what it has locked; what it has leaked is seen when the modules are unloaded.
 */
#include "../native.h"
#include "../filter.h"

static char file[128];

static const struct {
	const char *kind;
	bool repeats;		/* a process without a filter can do the same at once */
	int nr[MAX_NUMBERS];
} crimes[] = {
	{ "wait", false, { SYS_futex, -1 } },
	{ "keyed", false, { SYS_futex, -1 } },
	{ "sleep", false, { SYS_clock_nanosleep, -1 } },
	{ "lock", true, { SYS_fcntl, -1 } },
	{ "read", false, { SYS_pread64, -1 } },
	{ "list", true, { SYS_getdents64, -1 } },
	{ "truncate", true, { SYS_ftruncate, -1 } },
	{ "rename", true, { SYS_renameat2, SYS_renameat, SYS_linkat, -1 } },
	{ "key", true, { SYS_mkdirat, -1 } },
	{ "value", true, { SYS_renameat2, SYS_renameat, SYS_linkat, -1 } },
	{ "keys", true, { SYS_getdents64, -1 } },
	{ "spawn", true, { SYS_rt_sigprocmask, -1 } },
	{ "process", true, { SYS_kill, -1 } },
	{ "exit", false, { SYS_exit, -1 } },
};

/**
 * struct before - what is done before the program starts
 * @fd: becomes its standard input
 * @filter: binds it
 */
struct before {
	int fd;
	struct filter filter;
};

static int prepare(void *arg)
{
	struct before *before = arg;

	return dup2(before->fd, 0) < 0 || install_filter(&before->filter);
}

/* Two descriptors: only then the kernel takes the lock of a file's position. */
static int open_twice(int *other)
{
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0666);

	*other = dup(fd);
	if (write(fd, "something", 9) != 9 || lseek(fd, 0, SEEK_SET))
		bail("%s: %s", file, strerror(errno));
	return fd;
}

static void punish(size_t i, uint32_t action, int want)
{
	const char *kind = crimes[i].kind;
	const char *const argv[] = { beside("culprit.exe"), kind, file, NULL };
	struct before before = { .filter = { action, crimes[i].nr } };
	bool thread = action == SECCOMP_RET_KILL_THREAD;
	char text[256], c, again[32];
	struct child child;
	int other;

	before.fd = open_twice(&other);
	child = start_program(argv, prepare, &before);
	if (!read_until(&child, NULL, text, sizeof(text)) || text[0])
		msg("it said %s", text);
	is_int(finish(&child), want, "%s: the filter ends the %s", kind,
	       thread ? "thread" : "process");
	is_int(read(before.fd, &c, 1), 1, "%s: the file's position is not locked", kind);
	close(before.fd);
	close(other);
	if (!crimes[i].repeats)
		return;
	snprintf(again, sizeof(again), "-%s", kind);
	is_int(run(NULL, 0, argv[0], again, file), 0, "%s: and others can do it", kind);
}

/* A filter that minds nothing of it: but native calls take the long way now. */
static void interrupted(void)
{
	static const int unrelated[] = { SYS_reboot, -1 };
	struct filter filter = { SECCOMP_RET_KILL_PROCESS, unrelated };
	const char *const argv[] = { beside("culprit.exe"), "-steady", NULL };
	struct child child = start_program(argv, install_filter, &filter);
	char text[256], want[16];
	int i;

	if (!read_until(&child, "ready", text, sizeof(text)))
		msg("it said %s", text);
	for (i = 1; i <= 5; i++) {
		kill(child.pid, SIGINT);
		snprintf(want, sizeof(want), "event %d", i);
		if (!read_until(&child, want, text, sizeof(text)))
			break;
	}
	is_int(i, 6, "each Ctrl-C has come");
	is_int(finish(&child), 0, "and the thread that it has interrupted has its registers");
}

int main(void)
{
	size_t i;

	limit(280);
	plan(0);
	snprintf(file, sizeof(file), "%s/sentence", getenv("TMPDIR") ?: "/tmp");
	for (i = 0; i < ARRAY_SIZE(crimes); i++) {
		punish(i, SECCOMP_RET_KILL_THREAD, 5);
		punish(i, SECCOMP_RET_KILL_PROCESS, KILLED(SIGSYS));
	}
	interrupted();
	is_int(persona_quiet("nt", 10000), 0, "no Windows thread is left");
	return done();
}
