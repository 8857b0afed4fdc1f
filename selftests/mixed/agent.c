// SPDX-License-Identifier: GPL-2.0-only
/*
 * The foreign half of many tests: a Mach-O program that does what its first
 * argument says and reports by output and exit status.
 */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"
#include "../macho/thread.h"

static char **env;

static long number(const char *s)
{
	return *s == '-' ? -(long)strtoul(s + 1, NULL, 0) : (long)strtoul(s, NULL, 0);
}

static int do_exit(char **args)
{
	return (int)number(args[0]);
}

static int do_echo(char **args)
{
	for (; *args; args++)
		printf("%s\n", *args);
	return 0;
}

static int do_cat(char **args)
{
	static char buf[16384];
	long n, done_, w;

	while ((n = sys(SYS_read, 0, buf, sizeof(buf))) > 0) {
		for (done_ = 0; done_ < n; done_ += w) {
			w = sys(SYS_write, 1, buf + done_, n - done_);
			if (w <= 0)
				return 2;
		}
	}
	return n ? 1 : 0;
}

static int do_exec(char **args)
{
	return (int)-sys(SYS_execve, args[0], args, env);
}

/* Runs a program: its exit status, or 128 and the Darwin signal that ended it. */
static int do_spawn(char **args)
{
	long pid = sys_fork();
	long status;

	if (!pid)
		sys_exit(do_exec(args));
	if (pid < 0)
		return 125;
	status = child_wait(pid);
	if (status < 0)
		return 124;
	return WIFEXITED(status) ? (int)WEXITSTATUS(status) : 128 + (int)WTERMSIG(status);
}

static int do_pause(char **args)
{
	printf("ready\n");
	for (;;)
		msleep(100000);
}

static volatile int signals;
static volatile int wrong_signals;
static int awaited;

static void count(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	if (sig == awaited && info->si_signo == sig)
		signals++;
	else
		wrong_signals++;
}

/* sigcount SIG N: exits with 0 after N times SIG, Darwin's number. */
static int do_sigcount(char **args)
{
	long n = number(args[1]);
	long ret;

	awaited = (int)number(args[0]);
	ret = signal_set(awaited, count, SA_SIGINFO, 0);
	if (ret)
		return (int)-ret;
	printf("ready\n");
	while (signals < n && !wrong_signals) {
		msleep(100);
		if (signals < n)
			printf("again\n");
	}
	return wrong_signals ? 200 : 0;
}

static int do_kill(char **args)
{
	return (int)-sys(SYS_kill, number(args[0]), number(args[1]), 1);
}

/* Threads */

#define MAX_THREADS	64

static struct thread threads[MAX_THREADS];
static volatile uint32_t turns[MAX_THREADS];
static volatile bool stop;

static void work(void *arg)
{
	volatile uint32_t *mine = arg;
	struct timeval tv;
	uint32_t i;

	for (i = 0; i < 200; i++) {
		if (sys(SYS_gettimeofday, &tv, NULL, NULL) || sys(SYS_getpid) <= 0)
			return;
		*mine += 1;
	}
}

static void loop(void *arg)
{
	while (!stop) {
		sys(SYS_getppid);
		*(volatile uint32_t *)arg += 1;
	}
}

static long start_threads(long n, void (*fn)(void *))
{
	long i, ret = thread_setup();

	for (i = 0; ret >= 0 && i < n; i++)
		ret = thread_create(&threads[i], fn, (void *)&turns[i]);
	return ret < 0 ? ret : 0;
}

/* threads N: all do their work; every one has its stack, port and argument. */
static int do_threads(char **args)
{
	long n = number(args[0]);
	long i, j, ret;

	if (n > MAX_THREADS)
		return 99;
	ret = start_threads(n, work);
	if (ret)
		return (int)-ret;
	for (i = 0; i < n; i++) {
		if (!thread_join(&threads[i], 60000))
			return 101;
		if (turns[i] != 200)
			return 102;
		if (threads[i].regs[6] != (uint64_t)threads[i].stack + THREAD_STACK)
			return 103;
		for (j = 0; j < i; j++)
			if (threads[i].regs[1] == threads[j].regs[1] && threads[i].regs[1])
				msg("threads %ld and %ld had port 0x%llx", i, j,
				    threads[i].regs[1]);
	}
	printf("%ld threads\n", n);
	return 0;
}

/* threadfork N: forks while other threads run; the children are whole. */
static int do_threadfork(char **args)
{
	long n = number(args[0]);
	long i, pid, self = sys(SYS_getpid);
	int bad = 0;

	if (start_threads(4, loop))
		return 99;
	while (!turns[0] || !turns[1] || !turns[2] || !turns[3])
		msleep(1);
	for (i = 0; i < n; i++) {
		pid = sys_fork();
		if (!pid) {
			uint32_t before = turns[0];

			/* no other thread here, and the calls are foreign still */
			msleep(2);
			if (turns[0] != before || sys(SYS_getppid) != self)
				sys_exit(1);
			sys_exit(bsd(8).rax == ENOSYS ? 0 : 2);
		}
		if (pid < 0)
			return 100;
		bad += child_status(pid) != 0;
	}
	stop = true;
	for (i = 0; i < 4; i++)
		if (!thread_join(&threads[i], 60000))
			return 101;
	return bad ? 102 : 0;
}

/* The other threads hang in calls; the main thread executes a program. */
static void hang(void *arg)
{
	*(volatile uint32_t *)arg = 1;
	for (;;)
		msleep(100000);
}

static int do_threadexec(char **args)
{
	int i;

	if (start_threads(4, hang))
		return 99;
	for (i = 0; i < 4; i++)
		while (!turns[i])
			msleep(1);
	return do_exec(args);
}

/* exit while other threads hang */
static int do_threadexit(char **args)
{
	if (start_threads(8, hang))
		return 99;
	msleep(10);
	return (int)number(args[0]);
}

/* storm: threads, forks, signals, pipes and memory without end */

static void storm_thread(void *arg)
{
	struct sysret p = bsd(SYS_pipe);
	struct sysret m;
	char buf[64] = { 0 };

	while (!stop) {
		sys(SYS_write, p.rdx, buf, sizeof(buf));
		sys(SYS_read, p.rax, buf, sizeof(buf));
		m = bsd(SYS_mmap, NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON,
			-1, 0);
		if (!m.cf) {
			*(volatile char *)m.rax = 1;
			sys(SYS_munmap, m.rax, 65536);
		}
		*(volatile uint32_t *)arg += 1;
	}
}

static void nothing(int sig, siginfo_t *info, struct ucontext64 *uc)
{
}

static int do_storm(char **args)
{
	long pid, self = sys(SYS_getpid);
	int i;

	signal_set(SIGUSR1, nothing, SA_SIGINFO, 0);
	start_threads(3, storm_thread);
	printf("ready\n");
	for (;;) {
		pid = sys_fork();
		if (!pid) {
			for (i = 0; i < 20; i++) {
				if (sys(SYS_getppid) != self)
					break;
				sys(SYS_kill, self, SIGUSR1, 1);
			}
			sys_exit(0);
		}
		msleep(1);
		if (pid > 0)
			child_wait(pid);
	}
}

/* try WHAT ARG: exits with 0 or Darwin's errno. */
static int do_try(char **args)
{
	const char *what = args[0];
	const char *arg = args[1] ? args[1] : "";
	struct sysret ret = { .cf = true, .rax = ENOTSUP };
	int pair[2];

	if (!strcmp(what, "open"))
		ret = bsd(SYS_open, arg, O_RDONLY, 0);
	else if (!strcmp(what, "open_nocancel"))
		ret = bsd(SYS_open_nocancel, arg, O_RDONLY, 0);
	else if (!strcmp(what, "openat"))
		ret = bsd(SYS_openat, AT_FDCWD, arg, O_RDONLY, 0);
	else if (!strcmp(what, "openat_nocancel"))
		ret = bsd(SYS_openat_nocancel, AT_FDCWD, arg, O_RDONLY, 0);
	else if (!strcmp(what, "create"))
		ret = bsd(SYS_open, arg, O_WRONLY | O_CREAT, 0600);
	else if (!strcmp(what, "write"))
		ret = bsd(SYS_write, 1, "w", 1);
	else if (!strcmp(what, "write_nocancel"))
		ret = bsd(SYS_write_nocancel, 1, "w", 1);
	else if (!strcmp(what, "indirect-write"))
		ret = bsd(0, SYS_write, 1, "w", 1);
	else if (!strcmp(what, "socket"))
		ret = bsd(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	else if (!strcmp(what, "socket6"))
		ret = bsd(SYS_socket, AF_INET6, SOCK_STREAM, 0);
	else if (!strcmp(what, "socketpair"))
		ret = bsd(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	else if (!strcmp(what, "mkdir"))
		ret = bsd(SYS_mkdir, arg, 0700);
	else if (!strcmp(what, "unlink"))
		ret = bsd(SYS_unlink, arg);
	else if (!strcmp(what, "chmod"))
		ret = bsd(SYS_chmod, arg, 0600);
	else if (!strcmp(what, "chroot"))
		ret = bsd(SYS_chroot, arg);
	else if (!strcmp(what, "setuid"))
		ret = bsd(SYS_setuid, number(arg));
	else if (!strcmp(what, "kill"))
		ret = bsd(SYS_kill, number(arg), SIGTERM, 1);
	else if (!strcmp(what, "fork")) {
		long pid = sys_fork();

		if (!pid)
			sys_exit(0);
		if (pid > 0)
			child_wait(pid);
		ret.cf = pid < 0;
		ret.rax = (uint64_t)-pid;
	} else if (!strcmp(what, "mmap")) {
		ret = bsd(SYS_mmap, NULL, number(arg), PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
	} else if (!strcmp(what, "fds")) {
		/* descriptors until none is left */
		do
			ret = bsd(SYS_dup, 1);
		while (!ret.cf);
	} else if (!strcmp(what, "grow")) {
		/* a file beyond the limit */
		ret = bsd(SYS_open, arg, O_WRONLY | O_CREAT, 0600);
		if (!ret.cf) {
			signal_set(SIGXFSZ, (signal_fn)1, 0, 0);
			ret = bsd(SYS_pwrite, ret.rax, "x", 1, 1L << 30);
		}
	}
	return ret.cf ? (int)ret.rax : 0;
}

/* id: pid ppid uid euid gid egid */
static int do_id(char **args)
{
	printf("pid %ld ppid %ld uid %ld euid %ld gid %ld egid %ld\n", sys(SYS_getpid),
	       sys(SYS_getppid), sys(SYS_getuid), sys(SYS_geteuid), sys(SYS_getgid),
	       sys(SYS_getegid));
	return 0;
}

/* step N: prints the sum of 1 to N after ready and a byte of input */
static int do_step(char **args)
{
	long i, n = number(args[0]), sum = 0;
	char c;

	printf("ready\n");
	sys(SYS_read, 0, &c, 1);
	for (i = 1; i <= n; i++)
		sum += sys(SYS_getpid) > 0 ? i : 0;
	printf("sum %ld\n", sum);
	return 0;
}

static const struct {
	const char *name;
	int args;
	int (*fn)(char **args);
} verbs[] = {
	{ "exit", 1, do_exit },
	{ "echo", 0, do_echo },
	{ "cat", 0, do_cat },
	{ "exec", 1, do_exec },
	{ "spawn", 1, do_spawn },
	{ "pause", 0, do_pause },
	{ "sigcount", 2, do_sigcount },
	{ "kill", 2, do_kill },
	{ "threads", 1, do_threads },
	{ "threadfork", 1, do_threadfork },
	{ "threadexec", 1, do_threadexec },
	{ "threadexit", 1, do_threadexit },
	{ "storm", 0, do_storm },
	{ "try", 1, do_try },
	{ "id", 0, do_id },
	{ "step", 1, do_step },
};

int main(int argc, char **argv, char **envp, char **apple)
{
	size_t i;

	env = envp;
	for (i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(argv[1], verbs[i].name) && argc >= verbs[i].args + 2)
			return verbs[i].fn(argv + 2);
	printf("agent: what is \"%s\"?\n", argc > 1 ? argv[1] : "");
	return 98;
}
