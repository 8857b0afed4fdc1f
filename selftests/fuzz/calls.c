// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random Darwin calls with hostile arguments: calls COUNT SEED FIRST repeats a
 * run from worker FIRST on. What it looks for is in the kernel's log (the
 * machine panics on a warning) and in what is left afterwards.
 *
 * Workers are native processes that become foreign by PR_PERSONA_SET. They run
 * as nobody in name spaces of their own with tight resource limits, so that
 * whatever they call stays among themselves. A worker's calls are a function
 * of the seed and its number. One that hangs is killed.
 */
#include "../native.h"

#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define SLOTS		4
#define CALLS_EACH	500		/* calls of one worker */
#define HANG_MS		400
#define NOBODY		65534
#define ARENA		(16 * 4096UL)

/**
 * struct shared - what workers tell
 * @calls: number of calls made
 * @nr: per slot: the call that is under way
 * @progress: per slot: counts calls
 */
struct shared {
	volatile uint64_t calls;
	volatile uint64_t nr[SLOTS];
	volatile uint32_t progress[SLOTS];
};

static struct shared *shared;
static char *arena;			/* ARENA bytes, nothing behind them */

/* Code of the workers: no library call is possible once they are foreign. */

static inline __attribute__((__always_inline__)) uint64_t rnd(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

static const uint64_t special[] = {
	0, 1, 2, 3, 4, 7, 8, 16, 63, 64, 127, 128, 255, 256, 1023, 4095, 4096, 4097, 65535, 65536,
	0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x100000000,
	0x7fffffffffff, 0x7fffffffe000, 0x7fffffe00000, 0x800000000000, 0x8000000000000000,
	0x7fffffffffffffff, 0xffff800000000000, 0xffff888000000000, 0xffffffff81000000,
	0xffffffffff600000, 0xfffffffffffff000, 0xffffffffffffff80, 0xfffffffffffffffe, -1UL,
	0xfffffffffffffff2, 0x5a5a5a5a5a5a5a5a,
};

/* Structures in the arena are full of these, too. */
static uint64_t argument(uint64_t *s)
{
	uint64_t r = rnd(s);
	char *end = arena + ARENA;

	switch (r % 16) {
	case 0 ... 3:
		return special[(r >> 8) % ARRAY_SIZE(special)];
	case 4 ... 6:
		return (r >> 8) % 24;				/* a descriptor */
	case 7 ... 9:
		return (uintptr_t)arena + (r >> 8) % ARENA;
	case 10:
		return (uintptr_t)arena + ((r >> 8) % (ARENA / 4096) << 12);
	case 11:
		return (uintptr_t)end - (r >> 8) % 200;		/* runs out of memory */
	case 12:
		return (uintptr_t)arena + (r >> 8) % 8 * 64;	/* a path */
	case 13:
		return r >> 8 & 0xffff;
	case 14:
		return 1UL << ((r >> 8) % 64);
	default:
		return rnd(s);
	}
}

static const char *const paths[] = {
	"f", "d", "d/g", "/", "/proc/self/mem", "/dev/null", "./f/x", "", "..", "/dev/tty", "fifo",
	"/tmp", "link", "/proc/self/fd/3", "new", "/dev/ptmx",
};

static void fill_arena(uint64_t *s)
{
	uint64_t *p = (uint64_t *)arena;
	size_t i, j;

	for (i = 0; i < 8; i++) {
		const char *path = paths[rnd(s) % ARRAY_SIZE(paths)];

		for (j = 0; j < 63 && path[j]; j++)
			arena[i * 64 + j] = path[j];
		arena[i * 64 + j] = '\0';
	}
	for (i = 64; i < ARENA / 8; i += 1 + rnd(s) % 4)
		p[i] = argument(s);
}

/*
 * Calls that end or stop a worker and teach nothing: exit, ptrace's
 * self-stop, sigsuspend, bsdthread_terminate.
 */
static bool useless(uint64_t nr)
{
	return nr == DARWIN_BSD(1) || nr == DARWIN_BSD(26) || nr == DARWIN_BSD(111) ||
	       nr == DARWIN_BSD(410) || nr == DARWIN_BSD(361);
}

/* Mach traps; any other number is SIGSYS, which ends the worker. */
static const uint8_t traps[] = {
	10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32,
	33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 58,
	59, 60, 61, 62, 70, 72, 76, 77, 88, 89, 90, 91, 92, 93, 94, 95, 96, 100,
};

static uint64_t number(uint64_t *s)
{
	uint64_t r = rnd(s);
	uint64_t n = r >> 16;

	switch (r % 256) {
	case 0 ... 199:
		return DARWIN_BSD(n % 558);
	case 200 ... 245:
		return 0x1000000 | traps[n % ARRAY_SIZE(traps)];
	case 246 ... 249:
		return 0x3000000 | (3 + n % 4);
	case 250 ... 251:
		return DARWIN_BSD(0);
	case 252:
		return DARWIN_BSD(n % 0x1000000);
	case 253:
		/* mostly death: any class, any trap */
		return n % 16 ? DARWIN_BSD(n % 558) : n & 0xffffffff;
	case 254:
		return n % 16 ? DARWIN_BSD(n % 558) : 0x1000000 | n % 1024;
	default:
		return DARWIN_BSD(n % 558) | n << 32;
	}
}

/* Darwin calls this to enter a handler and expects sigreturn(ucontext, style, token). */
extern char trampoline[];
__asm__(".text\n"
	"trampoline:\n"
	"	push %r8\n"
	"	push %rsi\n"
	"	push %r9\n"
	"	pop %rdx\n"
	"	pop %rsi\n"
	"	pop %rdi\n"
	"	mov $0x20000b8, %eax\n"
	"	syscall\n"
	"	ud2\n");

/* SIGALRM every 5 ms gets a worker out of most calls that sleep. */
static __attribute__((__always_inline__)) inline void set_alarm(void)
{
	struct {
		void *handler;
		void *tramp;
		uint32_t mask;
		uint32_t flags;
	} sa = { trampoline, trampoline, 0, 0 };
	uint64_t timer[4] = { 0, 5000, 0, 5000 };

	foreign_call(DARWIN_BSD(46), 14, (uintptr_t)&sa, 0, 0, 0, 0);
	foreign_call(DARWIN_BSD(83), 0, (uintptr_t)timer, 0, 0, 0, 0);
}

static __attribute__((__noreturn__)) void work(uint64_t seed, unsigned int slot)
{
	uint64_t s = seed;
	uint64_t nr, a[6];
	struct foreign ret;
	unsigned int i, j;

	for (i = 0; i < 20; i++)
		rnd(&s);
	fill_arena(&s);
	if (persona_set("darwin"))
		_exit(99);
	set_alarm();
	for (i = 0; i < CALLS_EACH; i++) {
		nr = number(&s);
		for (j = 0; j < 6; j++)
			a[j] = argument(&s);
		if (useless(nr) || (nr == DARWIN_BSD(0) && useless(DARWIN_BSD(a[0] & 0xffffff))))
			continue;
		shared->nr[slot] = nr;
		shared->progress[slot]++;
		__atomic_add_fetch(&shared->calls, 1, __ATOMIC_RELAXED);
		ret = foreign_call(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		/* the child of fork and vfork */
		if (ret.rdx == 1 && !ret.cf && ((uint32_t)nr == DARWIN_BSD(2) ||
						(uint32_t)nr == DARWIN_BSD(66)))
			break;
		if (i % 64 == 63)
			fill_arena(&s);
	}
	for (;;)
		foreign_call(DARWIN_EXIT, 0, 0, 0, 0, 0, 0);
}

/* What surrounds them. */

static void set_limit(int resource, rlim_t value)
{
	struct rlimit rl = { value, value };

	if (setrlimit(resource, &rl))
		bail("setrlimit: %s", strerror(errno));
}

/* Descriptors 3 to 11 of every kind. */
static void make_descriptors(void)
{
	int p[2];

	mkdir("d", 0777);
	mkfifo("fifo", 0666);
	if (symlink("f", "link") && errno != EEXIST)
		bail("symlink: %s", strerror(errno));
	open("f", O_RDWR | O_CREAT, 0666);
	open("d/g", O_RDWR | O_CREAT, 0666);
	open("d", O_RDONLY | O_DIRECTORY);
	if (pipe(p) || socketpair(AF_UNIX, SOCK_STREAM, 0, p))
		bail("pipe: %s", strerror(errno));
	socket(AF_INET, SOCK_STREAM, 0);
	socket(AF_INET6, SOCK_DGRAM, 0);
	open("/dev/ptmx", O_RDWR | O_NOCTTY);
}

static pid_t start_worker(uint64_t seed, unsigned int slot)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	alarm(0);
	signal(SIGALRM, SIG_DFL);
	if (chdir("/w"))
		_exit(98);
	make_descriptors();
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		_exit(97);
	set_limit(RLIMIT_FSIZE, 1 << 20);
	set_limit(RLIMIT_NOFILE, 256);
	set_limit(RLIMIT_NPROC, 64);
	set_limit(RLIMIT_CPU, 20);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_MEMLOCK, 1 << 20);
	work(seed, slot);
}

static void remove_files(void)
{
	umount2("/w", MNT_DETACH);
	if (mount("w", "/w", "tmpfs", 0, "mode=1777,size=16m"))
		bail("tmpfs: %s", strerror(errno));
}

/* The first process of the workers' pid name space. */
static void supervise(uint64_t count, uint64_t seed, uint64_t worker)
{
	struct {
		pid_t pid;
		uint32_t progress;
		double since;
	} slot[SLOTS] = { { 0 } };
	unsigned int ended = 0, killed = 0, hung = 0, broken = 0;
	int i, status, null = open("/dev/null", O_RDWR);
	unsigned int round = 0;
	bool stopped;

	/* workers write to 0, 1 and 2, too */
	int report = fcntl(1, F_DUPFD_CLOEXEC, 500);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	close(null);
	do {
		stopped = shared->calls >= count;
		for (i = 0; i < SLOTS; i++) {
			if (slot[i].pid && waitpid(slot[i].pid, &status, WNOHANG) == slot[i].pid) {
				slot[i].pid = 0;
				if (WIFSIGNALED(status))
					killed++;
				else
					ended++;
				broken += WIFEXITED(status) && WEXITSTATUS(status) >= 97;
			}
			if (slot[i].pid && slot[i].progress != shared->progress[i]) {
				slot[i].progress = shared->progress[i];
				slot[i].since = now();
			} else if (slot[i].pid && now() > slot[i].since + HANG_MS / 1000.0) {
				if (kill(slot[i].pid, SIGKILL))
					broken++;
				hung++;
				slot[i].since = now() + 1000;
			}
			if (!slot[i].pid && !stopped && broken < 10) {
				slot[i].pid = start_worker(seed * 0x9e3779b97f4a7c15ULL + ++worker,
							   i);
				slot[i].progress = shared->progress[i];
				slot[i].since = now() + 1;
			}
		}
		/* their orphans, and their files */
		if (++round % 500 == 0) {
			struct rlimit rl = { 1 << 20, 1 << 20 };

			setrlimit(RLIMIT_FSIZE, &rl);
			remove_files();
		}
		while (waitid(P_ALL, 0, NULL, WEXITED | WNOHANG | WNOWAIT) == 0) {
			siginfo_t info = { 0 };

			if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
				break;
			for (i = 0; i < SLOTS && slot[i].pid != info.si_pid; i++)
				;
			if (i < SLOTS)
				break;
			waitpid(info.si_pid, NULL, 0);
		}
		msleep(2);
		if (broken >= 10)
			break;
	} while (!stopped);
	dprintf(report, "# %lu calls, workers up to %lu: %u ended, %u by a signal, %u hung\n",
		(unsigned long)shared->calls, (unsigned long)worker, ended, killed, hung);
	if (broken)
		dprintf(report, "# %u workers did not start\n", broken);
	/* the kernel kills the rest with us */
	_exit(broken ? 1 : 0);
}

static uint64_t tainted(void)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "r");
	unsigned long value = 0;

	if (f) {
		if (fscanf(f, "%lu", &value) != 1)
			value = 0;
		fclose(f);
	}
	/* oops, bad page, warning, soft lockup */
	return value & (1 << 7 | 1 << 5 | 1 << 9 | 1 << 14);
}

int main(int argc, char **argv)
{
	bool debug = on_debug_kernel();
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : at_length() ? 200000 : 50000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 20261121;
	uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	uint64_t taint = tainted();
	double begin = now();
	pid_t pid;
	int status;

	if (geteuid())
		skip_all("needs root to confine the workers");
	limit(debug ? 1200 : 300);
	plan(5);
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	arena = mmap(NULL, ARENA + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	if (shared == MAP_FAILED || arena == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	munmap(arena + ARENA, 4096);
	msg("calls %lu %lu %lu", (unsigned long)count, (unsigned long)seed, (unsigned long)first);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

		if (unshare(flags & ~CLONE_NEWNET) || mount("none", "/", NULL, MS_REC | MS_PRIVATE,
							    NULL))
			bail("unshare: %s", strerror(errno));
		if (unshare(CLONE_NEWNET))
			msg("no network name space here");
		/* a root with nothing in it but devices */
		if (mount("root", "/mnt", "tmpfs", 0, "mode=755") || mkdir("/mnt/dev", 0755) ||
		    mkdir("/mnt/proc", 0755) || mkdir("/mnt/tmp", 01777) ||
		    mkdir("/mnt/w", 01777) ||
		    mount("/dev", "/mnt/dev", NULL, MS_BIND | MS_REC, NULL) ||
		    chroot("/mnt") || chdir("/"))
			bail("a root for the workers: %s", strerror(errno));
		pid = fork();
		if (!pid) {
			mount("proc", "/proc", "proc", 0, NULL);
			remove_files();
			supervise(count, seed, first);
		}
		status = wait_status(pid);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
	}
	status = wait_status(pid);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "the workers were started and supervised");
	ok(shared->calls >= count, "%lu calls in %.0f s", (unsigned long)shared->calls,
	   now() - begin);
	is_int(persona_quiet("darwin", 10000), 0, "no foreign thread is left");
	is_int((long)(tainted() & ~taint), 0, "the kernel found nothing wrong");
	is_int(run(NULL, 0, agent(), "exit", "3"), 3, "and foreign programs run");
	return done();
}
