// SPDX-License-Identifier: GPL-2.0-only
/* posix_spawn: attributes, file actions, errors. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

struct spawn_attr {
	uint16_t flags, pad;
	uint32_t sigdefault, sigmask;
	int32_t pgroup;
	uint8_t rest[96];
};

struct action {
	uint32_t type;
	int32_t fd;
	union {
		struct {
			int32_t oflag;
			uint16_t mode;
			char path[1024];
		} open;
		int32_t newfd;
		char dir[1024];
	};
};

_Static_assert(sizeof(struct action) == 1040, "size of an action");

struct actions {
	uint32_t alloc, count;
	struct action act[8];
};

struct desc {
	uint64_t attr_size;
	struct spawn_attr *attr;
	uint64_t actions_size;
	struct actions *actions;
	uint64_t rest[12];
};

static struct spawn_attr attr;
static struct actions actions;
static struct desc desc;
static const char *me;

static long self_pid(void)
{
	return sys(SYS_getpid);
}

static void reset(void)
{
	memset(&attr, 0, sizeof(attr));
	memset(&actions, 0, sizeof(actions));
	memset(&desc, 0, sizeof(desc));
}

static struct action *add(uint32_t type, int fd)
{
	struct action *a = &actions.act[actions.count++];

	a->type = type;
	a->fd = fd;
	return a;
}

static struct sysret spawn(int *pid, const char *path, const char *what, const char *arg)
{
	const char *argv[] = { path, what, arg, NULL }, *envp[] = { "Y=2", NULL };

	*pid = 0;
	desc.attr_size = sizeof(attr);
	desc.attr = &attr;
	if (actions.count) {
		desc.actions_size = 8 + actions.count * sizeof(struct action);
		desc.actions = &actions;
	}
	return bsd(SYS_posix_spawn, pid, path, &desc, argv, envp);
}

/* Spawns this program as @what; its exit status. */
static int run(const char *what, const char *arg)
{
	int pid;
	struct sysret ret = spawn(&pid, me, what, arg);

	if (ret.cf || ret.rax || pid <= 0) {
		msg("posix_spawn: rax %ld, carry %d, pid %d", (long)ret.rax, ret.cf, pid);
		return -1;
	}
	return child_status(pid);
}

static void plain(void)
{
	const char *argv[] = { me, "env", NULL }, *envp[] = { "Y=2", NULL };
	const char *sh[] = { "sh", "-c", "exit 9", NULL };
	struct sysret ret;
	int pid = 0;

	ret = bsd(SYS_posix_spawn, &pid, me, NULL, argv, envp);
	ok(!ret.cf && !ret.rax && pid > 0, "posix_spawn without attributes");
	is_int(child_status(pid), 0, "the child runs");
	reset();
	is_int(run("env", NULL), 0, "with empty attributes");
	ret = bsd(SYS_posix_spawn, &pid, "/bin/sh", NULL, sh, envp);
	ok(!ret.cf && !ret.rax, "of a native program");
	is_int(child_status(pid), 9, "which runs");
	ret = bsd(SYS_posix_spawn, NULL, me, NULL, argv, envp);
	ok(!ret.cf, "no place for the pid");
	child_wait(-1);
}

static volatile int chld;

static void on_chld(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	chld++;
}

static void errors(void)
{
	const char *argv[] = { "x", NULL };
	int pid = -5, status;
	uint32_t mask = 0;

	signal_set(SIGCHLD, on_chld, SA_SIGINFO, 0);
	is_err(bsd(SYS_posix_spawn, &pid, "/nonexistent", NULL, argv, argv), ENOENT,
	       "no such program");
	is_int(pid, -5, "the pid is not touched");
	is_err(bsd(SYS_posix_spawn, &pid, "/etc/passwd", NULL, argv, argv), EACCES,
	       "no program at all");
	is_err(bsd(SYS_posix_spawn, &pid, (void *)8, NULL, argv, argv), EFAULT, "bad path");
	is_err(bsd(SYS_posix_spawn, &pid, me, (void *)8, argv, argv), EFAULT, "bad descriptor");
	reset();
	add(1, 77);
	is_err(spawn(&pid, me, "env", NULL), EBADF, "a file action that fails");
	reset();
	add(9, 1);
	is_err(spawn(&pid, me, "env", NULL), EINVAL, "unknown file action");
	reset();
	attr.flags = 0x1000;
	is_err(spawn(&pid, me, "env", NULL), EINVAL, "unknown attribute");
	reset();
	actions.count = 1 << 30;
	desc.actions = &actions;
	desc.actions_size = 8 + 1040;
	desc.attr = &attr;
	is_err(bsd(SYS_posix_spawn, &pid, me, &desc, argv, argv), EINVAL, "too many actions");
	is_err(bsd(SYS_wait4, -1, &status, WNOHANG, NULL), ECHILD, "failures leave no child");
	is_int(chld, 0, "and no SIGCHLD");
	sys(SYS_sigprocmask, SIG_BLOCK, NULL, &mask);
	is_hex(mask, 0, "nor a changed mask");
	reset();
	is_int(run("env", NULL), 0, "a success");
	is_int(chld, 1, "sends SIGCHLD");
	signal_set(SIGCHLD, (signal_fn)0, 0, 0);
}

static void attributes(void)
{
	int pid, status = 0;

	reset();
	attr.flags = 0x2;
	is_int(run("pgrp", NULL), 0, "SETPGROUP: a group of its own");
	reset();
	attr.flags = 0x400;
	is_int(run("sid", NULL), 0, "SETSID");
	reset();
	attr.flags = 0x8;
	attr.sigmask = signal_bit(SIGUSR1) | signal_bit(SIGINFO);
	is_int(run("mask", NULL), 0, "SETSIGMASK");
	reset();
	signal_set(SIGUSR2, (signal_fn)1, 0, 0);
	is_int(run("usr2", NULL), 1, "an ignored signal stays ignored");
	attr.flags = 0x4;
	attr.sigdefault = signal_bit(SIGUSR2);
	is_int(run("usr2", NULL), 0, "SETSIGDEF: not with this");
	signal_set(SIGUSR2, (signal_fn)0, 0, 0);

	reset();
	attr.flags = 0x80;
	ok(!spawn(&pid, me, "env", NULL).cf, "START_SUSPENDED");
	is_int(sys(SYS_wait4, pid, &status, WUNTRACED, NULL), pid, "it is stopped");
	ok(WIFSTOPPED(status), "before it runs");
	sys(SYS_kill, pid, SIGCONT, 1);
	is_int(child_status(pid), 0, "and then runs");

	/* SETEXEC: this very process becomes the program. */
	pid = (int)sys_fork();
	if (!pid) {
		int dummy;

		reset();
		attr.flags = 0x40 | 0x8;
		attr.sigmask = signal_bit(SIGUSR1) | signal_bit(SIGINFO);
		spawn(&dummy, me, "mask", NULL);
		sys_exit(99);
	}
	is_int(child_status(pid), 0, "SETEXEC");
}

static void files(void)
{
	struct action *a;
	long fd;
	char c[4] = "";

	reset();
	a = add(0, 5);
	a->open.oflag = O_WRONLY | O_CREAT | O_TRUNC;
	a->open.mode = 0644;
	strcpy(a->open.path, "/tmp/spawn.tmp");
	add(2, 5)->newfd = 6;
	add(1, 5);
	is_int(run("write6", NULL), 0, "open, dup2, close");
	fd = sys(SYS_open, "/tmp/spawn.tmp", O_RDONLY, 0);
	ok(sys(SYS_read, fd, c, 2) == 2 && !memcmp(c, "ok", 2), "the child has written there");
	sys(SYS_unlink, "/tmp/spawn.tmp");

	reset();
	add(3, (int)fd);
	attr.flags = 0x4000;
	is_int(run("only", fd == 3 ? "3" : "?"), 0, "CLOEXEC_DEFAULT, inherit");
	sys(SYS_close, fd);

	reset();
	strcpy(add(5, 0)->dir, "/usr");
	a = add(0, 7);
	a->open.oflag = O_RDONLY;
	strcpy(a->open.path, "bin");
	is_int(run("fd7", NULL), 0, "chdir, open of a relative path");
}

static int child(const char *what, const char *arg)
{
	uint32_t mask = 0;
	struct sigaction sa;
	int fd, wrong = 0;

	if (!strcmp(what, "env"))
		return getenv("Y") && !strcmp(getenv("Y"), "2") ? 0 : 1;
	if (!strcmp(what, "pgrp"))
		return sys(SYS_getpgrp) == self_pid() ? 0 : 1;
	if (!strcmp(what, "sid"))
		return sys(SYS_getsid, self_pid()) == self_pid() ? 0 : 1;
	if (!strcmp(what, "mask")) {
		sys(SYS_sigprocmask, SIG_BLOCK, NULL, &mask);
		return mask == (signal_bit(SIGUSR1) | signal_bit(SIGINFO)) ? 0 : 1;
	}
	if (!strcmp(what, "usr2")) {
		sys(SYS_sigaction, SIGUSR2, NULL, &sa);
		return sa.sa_handler == (void *)1;
	}
	if (!strcmp(what, "write6"))
		return sys(SYS_write, 6, "ok", 2) == 2 && sys(SYS_close, 5) < 0 ? 0 : 1;
	if (!strcmp(what, "fd7"))
		return sys(SYS_close, 7) == 0 ? 0 : 1;
	if (!strcmp(what, "only")) {
		for (fd = 0; fd < 20; fd++)
			wrong += (sys(SYS_fcntl, fd, F_GETFD, 0) >= 0) != (fd == arg[0] - '0');
		return wrong;
	}
	return 98;
}

int main(int argc, char **argv, char **envp, char **apple)
{
	static char path[4096];

	/* Not argv[0]: a file action changes the directory. */
	sys(SYS_proc_info, 2, self_pid(), PROC_PIDPATHINFO, 0, path, sizeof(path));
	me = path;
	if (argc > 1)
		return child(argv[1], argc > 2 ? argv[2] : NULL);
	plan(0);
	plain();
	errors();
	attributes();
	files();
	return done();
}
