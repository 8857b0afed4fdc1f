// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading: refused while a foreign task lives, harmless under
 * native load. Each cycle waits for many grace periods, so there are 500 or as
 * many as SECONDS allow; "unload CYCLES" does as many as it is told. The modules
 * are in $PERSONA_MODULES and are left loaded, with the parameters they had.
 */
#include "../native.h"

#define LOADERS	3
#define CYCLES	500
#define SECONDS	25
#define LEAST	5

static const char *modules[] = { "persona", "persona_darwin", "persona_nt" };
static const char *dir;
static char nt_params[PATH_MAX];

/*
 * QEMU's software emulation lets another processor run into the breakpoint that
 * the kernel patches code with, after it has been taken away: with no module of
 * ours, switching the function tracer on and off for a function that runs on
 * both is enough for "Oops: int3". So there one processor does all of it.
 */
static bool emulated(void)
{
	unsigned int eax, name[3];

	__asm__ volatile("cpuid" : "=a"(eax), "=b"(name[0]), "=c"(name[1]), "=d"(name[2])
			 : "0"(0x40000000), "2"(0));
	return !memcmp(name, "TCGTCGTCGTCG", sizeof(name));
}

static void processors(bool all)
{
	char path[64];
	int i, fd;

	if (!emulated())
		return;
	for (i = 1; i < 64; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", i);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return;
		if (write(fd, all ? "1" : "0", 1) != 1)
			bail("%s: %s", path, strerror(errno));
		close(fd);
	}
}

/* Windows programs find their DLLs where they did before. */
static void read_params(void)
{
	FILE *f = fopen("/sys/module/persona_nt/parameters/view_root", "r");
	char root[PATH_MAX - 16];

	if (f && fgets(root, sizeof(root), f)) {
		root[strcspn(root, "\n")] = '\0';
		snprintf(nt_params, sizeof(nt_params), "view_root=%s", root);
	}
	if (f)
		fclose(f);
}

static int load(const char *name)
{
	const char *params = strcmp(name, "persona_nt") ? "" : nt_params;
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s.ko", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		bail("%s: %s", path, strerror(errno));
	ret = syscall(SYS_finit_module, fd, params, 0) ? errno : 0;
	close(fd);
	return ret;
}

static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

/* The last references go a little after the last process: up to 10 s. */
static int unload_soon(const char *name)
{
	int i, err;

	for (i = 0; i < 500; i++) {
		err = unload(name);
		if (err != EAGAIN && err != EBUSY)
			return err;
		msleep(20);
	}
	return err;
}

static int load_all(void)
{
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(modules) && !err; i++)
		err = load(modules[i]);
	return err;
}

static int unload_all(void)
{
	size_t i;
	int err = 0;

	for (i = ARRAY_SIZE(modules); i-- > 0 && !err;)
		err = unload_soon(modules[i]);
	return err;
}

/* Shorter grace periods while we make so many wait for them. */
static void expedite(bool on)
{
	int fd = open("/sys/kernel/rcu_expedited", O_WRONLY);

	if (fd < 0 || write(fd, on ? "1" : "0", 1) < 0)
		msg("rcu_expedited: %s", strerror(errno));
	close(fd);
}

static bool is_busy(int err)
{
	return err == EAGAIN || err == EBUSY;
}

static void refused(const char *program, const char *module, const char *personality)
{
	const char *const argv[] = { program, "pause", NULL };
	struct child c = start_program(argv, NULL, NULL);
	char buf[64];

	read_until(&c, "ready", buf, sizeof(buf));
	ok(is_busy(unload(module)), "rmmod %s is refused while a task sleeps in it", module);
	ok(is_busy(unload(modules[0])), "rmmod persona, too");
	kill(c.pid, SIGKILL);
	is_int(finish(&c), KILLED(SIGKILL), "the task lived on until it was killed");
	is_int(unload_soon(module), 0, "rmmod %s when all have gone", module);
	is_int(run(NULL, 0, program, "exit", "3"), 127, "then foreign programs do not run");
	is_int(persona_threads(personality), -1, "and %s is not in the list", personality);
	is_int(load(module), 0, "insmod %s", module);
	is_int(load(module), EEXIST, "insmod twice");
	is_int(run(NULL, 0, program, "exit", "3"), 3, "foreign programs run again");
}

static void refused_to_threads(void)
{
	const char *const storm[] = { agent(), "storm", NULL };
	struct child c = start_program(storm, NULL, NULL);
	char buf[64];

	read_until(&c, "ready", buf, sizeof(buf));
	ok(is_busy(unload(modules[1])), "rmmod persona_darwin is refused while threads run");
	kill(c.pid, SIGKILL);
	finish(&c);
}

/* A task in the middle of a foreign call that ends while rmmod is tried. */
static void racing(const char *program, const char *module, int times)
{
	const char *const argv[] = { program, "exit", "0", NULL };
	int i, removed = 0, busy = 0, other = 0, err;

	for (i = 0; i < times; i++) {
		struct child c = start_program(argv, NULL, NULL);

		usleep(i * 1200);
		err = unload(module);
		if (!err) {
			removed++;
			if (load(module))
				bail("insmod failed");
		} else if (is_busy(err)) {
			busy++;
		} else {
			other++;
		}
		finish(&c);
	}
	msg("%d times rmmod beside an exec: %d removed, %d refused", times, removed, busy);
	is_int(other, 0, "rmmod %s beside exec and exit: removed or refused, nothing else",
	       module);
}

/* Native load: calls, forks, signals, a user of the dispatch, without end. */
static void native_load(int kind)
{
	static char selector;
	int i = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (kind == 1)
		prctl(59, 1, 0, 0, &selector);
	for (;; i++) {
		syscall(SYS_getppid);
		prctl(PR_GET_DUMPABLE);
		if (i % 64)
			continue;
		if (kind == 2) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			if (pid > 0)
				wait_status(pid);
		}
		signal(SIGUSR1, SIG_IGN);
		raise(SIGUSR1);
	}
}

int main(int argc, char **argv)
{
	int cycles = argc > 1 ? atoi(argv[1]) : CYCLES;
	double seconds = argc > 1 ? 1e6 : SECONDS;
	const char *nt = beside("../nt/agent.exe");
	pid_t busy[LOADERS];
	int i, bad = 0, err = 0;
	double begin;

	dir = getenv("PERSONA_MODULES");
	if (!dir)
		skip_all("PERSONA_MODULES is not set");
	if (geteuid())
		skip_all("needs root");
	limit(argc > 1 ? 100000 : 1500);
	plan(0);
	if (emulated())
		msg("software emulation: on one processor");
	read_params();
	processors(false);
	expedite(true);
	refused(agent(), modules[1], "darwin");
	refused_to_threads();
	racing(agent(), modules[1], 25);
	if (run(NULL, 0, nt, "exit", "3") == 3) {
		refused(nt, modules[2], "nt");
		racing(nt, modules[2], 12);
	} else {
		skip("rmmod persona_nt beside Windows programs", "they do not run here");
	}
	for (i = 0; i < LOADERS; i++) {
		busy[i] = fork();
		if (!busy[i])
			native_load(i);
	}
	begin = now();
	for (i = 0; i < cycles && !bad && (i < LEAST || now() < begin + seconds); i++) {
		err = unload_all();
		if (!err)
			err = load_all();
		if (err) {
			msg("cycle %d: %s", i, strerror(err));
			bad++;
		}
		if (i % 20 == 0 && !bad)
			bad += run(NULL, 0, agent(), "exit", "5") != 5;
	}
	msg("%d cycles in %.0f s", i, now() - begin);
	expedite(false);
	ok(!bad && i >= (cycles < LEAST ? cycles : LEAST),
	   "%d cycles of rmmod and insmod under native load", i);
	for (i = 0; i < LOADERS; i++) {
		ok(!kill(busy[i], 0) && !waitpid(busy[i], NULL, WNOHANG), "native process %d lives",
		   i);
		kill(busy[i], SIGKILL);
		wait_status(busy[i]);
	}
	processors(true);
	is_int(run(NULL, 0, agent(), "exit", "3"), 3, "foreign programs run");
	return done();
}
