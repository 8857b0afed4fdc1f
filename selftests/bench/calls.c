// SPDX-License-Identifier: GPL-2.0-only
/*
 * What calls cost, in time-stamp ticks: guest instructions where the machine
 * counts them (-icount). Each figure is the least of many batches.
 */
#include "../native.h"

#include <sys/ptrace.h>
#include <sys/user.h>
#include <ucontext.h>

#define CALLS		1000
#define BATCHES		40
#define SLOW_CALLS	50		/* of those that take a signal or a switch */
#define MANY		1000
#define EXECS		100

enum {
	NULL_CALL,
	READ_ONE,
	WRITE_ONE,
	PIPE_BYTE,
	UNKNOWN,
	FIGURES,
};

static const char *const names[FIGURES] = {
	"null call", "read 1 byte", "write 1 byte", "byte through a pipe", "unknown call",
};

static const uint64_t native_nr[] = {
	SYS_getpid, SYS_read, SYS_write, SYS_write, 100000,
};

static const uint64_t darwin_nr[] = {
	DARWIN_GETPID, DARWIN_READ, DARWIN_WRITE, DARWIN_WRITE, DARWIN_NOBODY,
};

static int zero, null, pipes[2];
static double *results;		/* shared with children */

static inline uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* No library call in here: the caller may be foreign. */
static inline __attribute__((__always_inline__)) double
measure(int figure, const uint64_t *nr, uint64_t read_nr, int calls, int batches)
{
	uint64_t best = -1UL, t;
	char c[8];
	uint64_t fd = figure == READ_ONE ? zero : figure == WRITE_ONE ? null : pipes[1];
	uint64_t in = pipes[0];
	uint64_t n = nr[figure];
	int i, b;

	for (b = 0; b < batches; b++) {
		t = ticks();
		if (figure == PIPE_BYTE) {
			for (i = 0; i < calls; i++) {
				foreign_call(n, fd, (uintptr_t)c, 1, 0, 0, 0);
				foreign_call(read_nr, in, (uintptr_t)c, 1, 0, 0, 0);
			}
		} else {
			for (i = 0; i < calls; i++)
				foreign_call(n, fd, (uintptr_t)c, 1, 0, 0, 0);
		}
		t = ticks() - t;
		if (t < best)
			best = t;
	}
	return (double)best / calls;
}

static double native(int figure)
{
	return measure(figure, native_nr, SYS_read, CALLS, BATCHES);
}

/* fn in a child; the result of one that becomes foreign is in *results. */
static double in_child(void (*fn)(int), int arg)
{
	pid_t pid;
	int status;

	*results = 0;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		fn(arg);
		_exit(0);
	}
	status = wait_status(pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		bail("a child ended with wait status 0x%x", status);
	return *results;
}

static void foreign_child(int figure)
{
	if (persona_set("darwin"))
		_exit(1);
	*results = measure(figure, darwin_nr, DARWIN_READ, CALLS, BATCHES);
	for (;;)
		foreign_call(DARWIN_EXIT, 0, 0, 0, 0, 0, 0);
}

/* From a range: this very function is the range. */
static __attribute__((__section__("foreign_text"), __noinline__, __noclone__)) double
foreign_text_measure(int figure)
{
	return measure(figure, darwin_nr, DARWIN_READ, CALLS, BATCHES);
}

extern char __start_foreign_text[];
extern char __stop_foreign_text[];

static void set_range(void)
{
	if (persona_set_range("darwin", __start_foreign_text,
			      __stop_foreign_text - __start_foreign_text))
		_exit(1);
}

static void range_child(int figure)
{
	set_range();
	*results = foreign_text_measure(figure);
}

static void beside_range_child(int figure)
{
	set_range();
	*results = native(figure);
}

/*
 * Syscall User Dispatch: each call is blocked by the selector, raises SIGSYS and
 * is made by the handler.
 */
static volatile char selector;

static void on_sigsys(int sig, siginfo_t *info, void *uc_)
{
	ucontext_t *uc = uc_;
	greg_t *g = uc->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	selector = 0;
	g[REG_RAX] = (greg_t)foreign_call(g[REG_RAX] & 0xffff, g[REG_RDI], g[REG_RSI], g[REG_RDX],
					  0, 0, 0).rax;
}

static void sud_child(int figure)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };
	int fd = figure == READ_ONE ? zero : null;
	uint64_t best = -1UL, t;
	char c[8];
	int i, b;

	sigaction(SIGSYS, &sa, NULL);
	if (prctl(59, 1, 0, 0, &selector))
		_exit(1);
	for (b = 0; b < BATCHES; b++) {
		t = ticks();
		for (i = 0; i < SLOW_CALLS; i++) {
			selector = 1;
			foreign_call(native_nr[figure], fd, (uintptr_t)c, 1, 0, 0, 0);
		}
		t = ticks() - t;
		if (t < best)
			best = t;
	}
	*results = (double)best / SLOW_CALLS;
}

/*
 * ptrace: the tracer stops each call at its entry, where it translates the
 * number, and at its exit, where it translates the result.
 */
static double traced(void)
{
	struct user_regs_struct regs;
	bool entry = true;
	int status;
	pid_t pid;

	*results = 0;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		*results = measure(NULL_CALL, darwin_nr, 0, SLOW_CALLS, BATCHES);
		_exit(0);
	}
	wait_status(pid);
	while (!ptrace(PTRACE_SYSCALL, pid, NULL, NULL) && waitpid(pid, &status, 0) == pid &&
	       WIFSTOPPED(status)) {
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		if (entry && regs.orig_rax == SYS_exit_group)
			break;
		if (entry)
			regs.orig_rax = regs.orig_rax == DARWIN_GETPID ? SYS_getpid : regs.orig_rax;
		else
			regs.eflags &= ~1UL;
		ptrace(PTRACE_SETREGS, pid, NULL, &regs);
		entry = !entry;
	}
	kill(pid, SIGKILL);
	wait_status(pid);
	return *results;
}

/* From vfork to the end of wait4 of a program that does nothing. */
static double exec_to_exit(const char *path)
{
	char *const argv[] = { (char *)path, NULL };
	volatile uint64_t best = -1UL, t;	/* vfork() returns twice */
	volatile int i;
	int status;
	pid_t pid;

	for (i = 0; i < EXECS; i++) {
		t = ticks();
		pid = vfork();
		if (!pid) {
			execv(path, argv);
			_exit(127);
		}
		status = wait_status(pid);
		t = ticks() - t;
		if (status)
			bail("%s: wait status 0x%x", path, status);
		if (t < best)
			best = t;
	}
	return (double)best;
}

/* MANY foreign processes that sleep in read(2). */
static pid_t *start_many(int gate)
{
	static pid_t pid[MANY];
	char c;
	int i;

	for (i = 0; i < MANY; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		if (persona_set("darwin"))
			_exit(1);
		foreign_call(DARWIN_READ, gate, (uintptr_t)&c, 1, 0, 0, 0);
		for (;;)
			foreign_call(DARWIN_EXIT, 0, 0, 0, 0, 0, 0);
	}
	while (persona_threads("darwin") < MANY)
		msleep(10);
	return pid;
}

static void report(const char *what, double ours, double reference, const char *whose)
{
	printf("%s\t%.1f\t%.1f\t%s\n", what, ours, reference, whose);
	fflush(stdout);
}

static int load(const char *dir, const char *name, const char *params)
{
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s.ko", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = (int)syscall(SYS_finit_module, fd, params, 0);
	close(fd);
	return ret;
}

static int unload(const char *name)
{
	return (int)syscall(SYS_delete_module, name, O_NONBLOCK);
}

/* Where Windows programs find their DLLs, as the parameter of that module; "" without it. */
static void nt_view(char *param, size_t size)
{
	char root[PATH_MAX] = "";
	int fd = open("/sys/module/persona_nt/parameters/view_root", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, root, sizeof(root) - 1) < 0)
		root[0] = '\0';
	close(fd);
	root[strcspn(root, "\n")] = '\0';
	snprintf(param, size, root[0] ? "view_root=%s" : "%s", root);
}

static double prctl_cost(void)
{
	static const uint64_t nr[] = { SYS_prctl };

	/* PR_GET_DUMPABLE is 3; any other option costs the same */
	return measure(NULL_CALL, nr, 0, CALLS, BATCHES);
}

/* Native calls with the modules loaded and not loaded. */
static void without_modules(const double *loaded, double loaded_prctl)
{
	const char *dir = getenv("PERSONA_MODULES");
	double prctl_unloaded, unloaded[FIGURES];
	char what[64], nt[PATH_MAX + 16];
	int i;

	if (!dir) {
		printf("# PERSONA_MODULES is not set: no figure without the modules\n");
		return;
	}
	nt_view(nt, sizeof(nt));
	if (nt[0] && unload("persona_nt"))
		bail("rmmod persona_nt: %s", strerror(errno));
	/* the last foreign processes may not be gone altogether */
	for (i = 0; i < 500 && unload("persona_darwin"); i++)
		msleep(20);
	if (i == 500 || unload("persona"))
		bail("rmmod: %s", strerror(errno));
	for (i = 0; i < FIGURES; i++)
		unloaded[i] = native(i);
	prctl_unloaded = prctl_cost();
	if (load(dir, "persona", "") || load(dir, "persona_darwin", "") ||
	    (nt[0] && load(dir, "persona_nt", nt)))
		bail("insmod: %s", strerror(errno));
	for (i = 0; i < FIGURES; i++) {
		snprintf(what, sizeof(what), "native %s, modules loaded", names[i]);
		report(what, loaded[i], unloaded[i], "not loaded");
	}
	report("native prctl, modules loaded", loaded_prctl, prctl_unloaded, "not loaded");
}

int main(void)
{
	double nat[FIGURES], ours[FIGURES], sud[3], before, one, elf, macho, prctl_loaded;
	char what[64];
	int i, gate[2];
	pid_t *many;

	limit(1100);
	results = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	if (results == MAP_FAILED || zero < 0 || null < 0 || pipe(pipes) || pipe(gate))
		bail("preparations: %s", strerror(errno));
	for (i = 0; i < FIGURES; i++) {
		nat[i] = native(i);
		ours[i] = in_child(foreign_child, i);
		snprintf(what, sizeof(what), "foreign %s", names[i]);
		report(what, ours[i], nat[i], "native");
	}
	report("foreign null call from a range", in_child(range_child, NULL_CALL), nat[NULL_CALL],
	       "native");
	report("native null call beside a range", in_child(beside_range_child, NULL_CALL),
	       nat[NULL_CALL], "native");
	for (i = NULL_CALL; i <= WRITE_ONE; i++) {
		sud[i] = in_child(sud_child, i);
		snprintf(what, sizeof(what), "foreign %s", names[i]);
		report(what, ours[i], sud[i], "SUD+SIGSYS");
	}
	report("foreign null call", ours[NULL_CALL], traced(), "ptrace");
	elf = exec_to_exit(beside("nothing_elf"));
	macho = exec_to_exit(beside("nothing_macho"));
	report("static Mach-O, exec to exit", macho, elf, "static ELF");
	before = in_child(foreign_child, NULL_CALL);
	one = native(NULL_CALL);
	many = start_many(gate[0]);
	report("foreign null call beside 1000 foreign processes",
	       in_child(foreign_child, NULL_CALL), before, "beside none");
	report("native null call beside 1000 foreign processes", native(NULL_CALL), one,
	       "beside none");
	report("static Mach-O beside 1000 foreign processes",
	       exec_to_exit(beside("nothing_macho")), macho, "beside none");
	for (i = 0; i < MANY; i++)
		kill(many[i], SIGKILL);
	for (i = 0; i < MANY; i++)
		wait_status(many[i]);
	persona_quiet("darwin", 20000);
	for (i = 0; i < FIGURES; i++)
		nat[i] = native(i);
	prctl_loaded = prctl_cost();
	without_modules(nat, prctl_loaded);
	return 0;
}
