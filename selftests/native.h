/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For native test programs: KTAP in the words of macho/ktap.h, running other
 * programs, prctl(PR_PERSONA) and foreign calls from native code.
 */
#ifndef _SELFTESTS_NATIVE_H
#define _SELFTESTS_NATIVE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../uapi/linux/persona.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define UNUSED		__attribute__((__unused__))
#define PRINTF(f, a)	__attribute__((__format__(__printf__, f, a), __unused__))

#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_SKIP	4

static unsigned int tests_planned;
static unsigned int tests_run;
static unsigned int tests_failed;

/* Number of tests to come; 0: it is printed at the end. */
static UNUSED void plan(unsigned int tests)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n");
	if (tests)
		printf("1..%u\n", tests);
	tests_planned = tests;
}

static UNUSED bool vok(bool cond, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	tests_run++;
	tests_failed += !cond;
	printf("%sok %u %s\n", cond ? "" : "not ", tests_run, text);
	return cond;
}

static PRINTF(2, 3) bool ok(bool cond, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vok(cond, fmt, ap);
	va_end(ap);
	return cond;
}

static PRINTF(3, 4) bool is_int(long got, long want, const char *fmt, ...)
{
	va_list ap;

	if (got != want)
		printf("# got %ld, want %ld:\n", got, want);
	va_start(ap, fmt);
	vok(got == want, fmt, ap);
	va_end(ap);
	return got == want;
}

static PRINTF(3, 4) bool is_str(const char *got, const char *want, const char *fmt, ...)
{
	bool same = got && !strcmp(got, want);
	va_list ap;

	if (!same)
		printf("# got \"%s\", want \"%s\":\n", got ? got : "(null)", want);
	va_start(ap, fmt);
	vok(same, fmt, ap);
	va_end(ap);
	return same;
}

static PRINTF(1, 2) void msg(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static UNUSED void skip(const char *what, const char *why)
{
	tests_run++;
	printf("ok %u %s # SKIP %s\n", tests_run, what, why);
}

static PRINTF(1, 2) __attribute__((__noreturn__)) void skip_all(const char *fmt, ...)
{
	va_list ap;

	printf("1..0 # SKIP ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(KSFT_SKIP);
}

static PRINTF(1, 2) __attribute__((__noreturn__)) void bail(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(KSFT_FAIL);
}

static UNUSED int done(void)
{
	if (!tests_planned)
		printf("1..%u\n", tests_run);
	else if (tests_run != tests_planned)
		msg("planned %u, ran %u", tests_planned, tests_run);
	fflush(stdout);
	return tests_failed || (tests_planned && tests_run != tests_planned) ? KSFT_FAIL :
									      KSFT_PASS;
}

static void limit_over(int sig UNUSED)
{
	static const char text[] = "Bail out! the time is over\n";

	if (write(1, text, sizeof(text) - 1) < 0)
		_exit(KSFT_FAIL);
	signal(SIGALRM, SIG_DFL);
	kill(0, SIGKILL);
}

/* The program and all that it started have @seconds to live. */
static UNUSED void limit(unsigned int seconds)
{
	setpgid(0, 0);
	signal(SIGALRM, limit_over);
	alarm(seconds);
}

static UNUSED bool on_debug_kernel(void)
{
	const char *kernel = getenv("PERSONA_KERNEL");

	return kernel && !strcmp(kernel, "debug");
}

/*
 * Is there the time for as many tries as an issue has asked for? They are made on the
 * debug kernel, where they find most, but take half an hour of a full run: then fewer.
 */
static UNUSED bool at_length(void)
{
	const char *full = getenv("PERSONA_FULL_RUN");

	return on_debug_kernel() && !(full && *full);
}

static UNUSED void msleep(unsigned int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static UNUSED double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* @name in the directory of this program: "../mixed/agent", say. */
static UNUSED const char *beside(const char *name)
{
	static char path[4][PATH_MAX];
	static unsigned int n;
	char *p = path[n++ % ARRAY_SIZE(path)];
	ssize_t len = readlink("/proc/self/exe", p, PATH_MAX - 1);

	if (len < 0)
		bail("/proc/self/exe: %s", strerror(errno));
	p[len] = '\0';
	strcpy(strrchr(p, '/') + 1, name);
	return p;
}

static UNUSED const char *agent(void)
{
	return beside("../mixed/agent");
}

/**
 * struct child - a program that runs with pipes
 * @pid: its process
 * @in: write here, it reads from 0
 * @out: it writes to 1 (and 2), read here
 */
struct child {
	pid_t pid;
	int in;
	int out;
};

/* What a new process does before it executes the program; 0 to go on. */
typedef int (*before_exec)(void *arg);

/* Starts argv[0]; exit status 127 when that fails, 126 when @before does. */
static UNUSED struct child start_program(const char *const *argv, before_exec before, void *arg)
{
	struct child c;
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		bail("pipe2: %s", strerror(errno));
	fflush(stdout);
	c.pid = fork();
	if (c.pid < 0)
		bail("fork: %s", strerror(errno));
	if (!c.pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		alarm(0);
		signal(SIGALRM, SIG_DFL);
		if (before && before(arg))
			_exit(126);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c.in = in[1];
	c.out = out[0];
	return c;
}

/* Reads until @text (or end of file with NULL) or @size bytes; false: it did not come. */
static UNUSED bool read_until(struct child *c, const char *text, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	buf[0] = '\0';
	while (len < size - 1) {
		n = read(c->out, buf + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 && !text;
		len += n;
		buf[len] = '\0';
		if (text && strstr(buf, text))
			return true;
	}
	return false;
}

static UNUSED void close_pipes(struct child *c)
{
	if (c->in >= 0)
		close(c->in);
	if (c->out >= 0)
		close(c->out);
	c->in = -1;
	c->out = -1;
}

static UNUSED int wait_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

#define KILLED(sig)	(1000 + (sig))

/* A wait status: 0..255 exit status, KILLED(n) ended by signal n. */
static UNUSED int ending(int status)
{
	return WIFSIGNALED(status) ? KILLED(WTERMSIG(status)) : WEXITSTATUS(status);
}

/* Closes the pipes and waits: ending()'s answer. */
static UNUSED int finish(struct child *c)
{
	int status;

	close_pipes(c);
	status = wait_status(c->pid);
	if (status < 0)
		return -1;
	return ending(status);
}

/* Runs a program without input: finish()'s answer; what it writes goes to @buf. */
static UNUSED int run_before(const char *const *argv, char *buf, size_t size, before_exec before,
			     void *arg)
{
	struct child c = start_program(argv, before, arg);
	char dummy[4096];

	close(c.in);
	c.in = -1;
	if (buf)
		read_until(&c, NULL, buf, size);
	while (read(c.out, dummy, sizeof(dummy)) > 0)
		;
	return finish(&c);
}

#define run(buf, size, ...)	\
	run_before((const char *const[]){ __VA_ARGS__, NULL }, buf, size, NULL, NULL)

/* prctl(PR_PERSONA, ...) */

static UNUSED int persona_set(const char *name)
{
	struct persona_set set = { .size = sizeof(set) };

	strncpy(set.name, name, sizeof(set.name) - 1);
	return prctl(PR_PERSONA, PR_PERSONA_SET, &set, sizeof(set), 0);
}

static UNUSED int persona_set_range(const char *name, const void *start, size_t len)
{
	struct persona_set set = { .size = sizeof(set), .start = (uintptr_t)start, .len = len };

	strncpy(set.name, name, sizeof(set.name) - 1);
	return prctl(PR_PERSONA, PR_PERSONA_SET_RANGE, &set, sizeof(set), 0);
}

/* Mode of the calling thread, -1 and errno without the module. */
static UNUSED int persona_mode(void)
{
	struct persona_info info;

	if (prctl(PR_PERSONA, PR_PERSONA_GET, &info, sizeof(info), 0) < 0)
		return -1;
	return (int)info.mode;
}

/* Threads that have the personality now, -1 when it is not registered. */
static UNUSED long persona_threads(const char *name)
{
	struct persona_entry e[16];
	int i, n = prctl(PR_PERSONA, PR_PERSONA_LIST, e, sizeof(e), 0);

	for (i = 0; i < n && i < (int)ARRAY_SIZE(e); i++)
		if (!strncmp(e[i].name, name, sizeof(e[i].name)))
			return (long)e[i].threads;
	return -1;
}

/* Waits up to @ms until no thread has the personality; how many are left. */
static UNUSED long persona_quiet(const char *name, unsigned int ms)
{
	double end = now() + ms / 1000.0;
	long n;

	while ((n = persona_threads(name)) > 0 && now() < end)
		msleep(10);
	return n;
}

/**
 * struct foreign - the answer of a foreign call
 * @rax: result
 * @rdx: second result
 * @cf: carry flag
 */
struct foreign {
	uint64_t rax;
	uint64_t rdx;
	bool cf;
};

/* Any call, from this very place. */
static inline __attribute__((__always_inline__)) struct foreign
foreign_call(uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
	     uint64_t a5)
{
	register uint64_t r10 __asm__("r10") = a3;
	register uint64_t r8 __asm__("r8") = a4;
	register uint64_t r9 __asm__("r9") = a5;
	struct foreign ret = { .rax = nr, .rdx = a2 };

	__asm__ volatile("syscall"
			 : "+a"(ret.rax), "+d"(ret.rdx), "=@ccc"(ret.cf), "+r"(r10), "+r"(r8),
			   "+r"(r9)
			 : "D"(a0), "S"(a1)
			 : "rcx", "r11", "memory");
	return ret;
}

/*
 * For every file that nobody wants to execute, kernels before 7.2 start
 * modprobe: most of the time that this takes. Returns the old setting.
 */
static UNUSED const char *set_modprobe(const char *path)
{
	static char old[256];
	int fd = open("/proc/sys/kernel/modprobe", O_RDWR);
	ssize_t n = read(fd, old, sizeof(old) - 1);

	old[n > 0 ? n : 0] = '\0';
	if (pwrite(fd, path, strlen(path), 0) < 0)
		msg("/proc/sys/kernel/modprobe: %s", strerror(errno));
	close(fd);
	return old;
}

/* Numbers of Darwin that native programs use. */
#define DARWIN_BSD(nr)		(0x2000000UL | (nr))
#define DARWIN_EXIT		DARWIN_BSD(1)
#define DARWIN_READ		DARWIN_BSD(3)
#define DARWIN_WRITE		DARWIN_BSD(4)
#define DARWIN_OPEN		DARWIN_BSD(5)
#define DARWIN_CLOSE		DARWIN_BSD(6)
#define DARWIN_GETPID		DARWIN_BSD(20)
#define DARWIN_SETUID		DARWIN_BSD(23)
#define DARWIN_GETUID		DARWIN_BSD(24)
#define DARWIN_GETPPID		DARWIN_BSD(39)
#define DARWIN_SETGID		DARWIN_BSD(181)
#define DARWIN_NOBODY		DARWIN_BSD(8)	/* a hole */
#define DARWIN_ENOSYS		78

#endif /* _SELFTESTS_NATIVE_H */
