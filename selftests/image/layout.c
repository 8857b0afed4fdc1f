// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address space of a Darwin program as native tools see it: where the
 * image, the stack and the commpage are, and that they stay as they must.
 */
#include "macho_image.h"

#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#define MAPS_MAX	64

/**
 * struct map - a line of /proc/PID/maps
 * @start: first address
 * @end: behind the last
 * @prot: "r-xp"
 * @name: path, or ""
 */
struct map {
	uint64_t start;
	uint64_t end;
	char prot[8];
	char name[256];
};

struct space {
	pid_t pid;
	unsigned int n;
	struct map map[MAPS_MAX];
};

static struct image im;
static bool fixed_addresses;

static void read_maps(struct space *s)
{
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", s->pid);
	f = fopen(path, "r");
	if (!f)
		bail("%s: %s", path, strerror(errno));
	for (s->n = 0; s->n < MAPS_MAX && fgets(line, sizeof(line), f); s->n++) {
		struct map *m = &s->map[s->n];

		m->name[0] = '\0';
		if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255[^\n]", &m->start, &m->end, m->prot,
			   m->name) < 3)
			bail("strange map: %s", line);
	}
	fclose(f);
}

static const struct map *find(const struct space *s, const char *name)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (strstr(s->map[i].name, name))
			return &s->map[i];
	return NULL;
}

static const struct map *map_at(const struct space *s, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < s->n; i++)
		if (addr >= s->map[i].start && addr < s->map[i].end)
			return &s->map[i];
	return NULL;
}

/* Starts the image, a program that runs forever, and reads its map. */
static struct space start(void)
{
	static char *const argv[] = { (char *)"image", (char *)"an argument", NULL };
	static char *const envp[] = { (char *)"VARIABLE=value", NULL };
	struct space s = { 0 };
	int fd = image_file(), ready[2];
	char c;

	if (!image_write(fd, &im) || pipe2(ready, O_CLOEXEC))
		bail("cannot write the image: %s", strerror(errno));
	s.pid = vfork();
	if (!s.pid) {
		alarm(60);
		dup2(ready[1], 1);
		if (fixed_addresses)
			personality(ADDR_NO_RANDOMIZE);
		syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
		_exit(99);
	}
	if (s.pid < 0)
		bail("vfork: %s", strerror(errno));
	close(fd);
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		msg("the program does not run");
	close(ready[0]);
	read_maps(&s);
	return s;
}

static void stop(struct space *s)
{
	kill(s->pid, SIGKILL);
	wait_status(s->pid);
}

static void areas(void)
{
	const struct map *m;
	struct space s;
	unsigned int i, above = 0, below = 0;

	image_program(&im, 0, code_loop, sizeof(code_loop));
	s = start();
	m = map_at(&s, IMAGE_BASE);
	ok(m && !strcmp(m->prot, "r-xp") && m->end == IMAGE_BASE + 2 * PAGE,
	   "__TEXT is where it wants to be");
	m = map_at(&s, IMAGE_BASE + 2 * PAGE);
	ok(m && !strcmp(m->prot, "rw-p") && m->end == IMAGE_BASE + 3 * PAGE && m->name[0],
	   "contents of __DATA");
	m = map_at(&s, IMAGE_BASE + 3 * PAGE);
	/* Linux 6.1 calls what ends at mm->brk the heap. */
	ok(m && !strcmp(m->prot, "rw-p") && m->end == IMAGE_BASE + 4 * PAGE &&
	   (!m->name[0] || !strcmp(m->name, "[heap]")), "zero-filled rest of __DATA");
	m = map_at(&s, COMMPAGE);
	ok(m && m->start == COMMPAGE && m->end == COMMPAGE + PAGE && !strcmp(m->prot, "r--s"),
	   "commpage: one shared page to be read");
	m = find(&s, "[stack]");
	if (ok(m, "there is a stack")) {
		ok(m->end <= USRSTACK && m->end > STACK_ZONE, "it ends at %#lx", m->end);
		is_str(m->prot, "rw-p", "protection of the stack");
		for (i = 0; i < s.n; i++)
			above += s.map[i].start >= m->end &&
				 !strstr(s.map[i].name, "[vsyscall]");
		is_int(above, 1, "only the commpage is above it");
	}
	ok(!find(&s, "[vdso]") && !find(&s, "[vvar]"), "no vdso");
	for (i = 0; i < s.n; i++)
		below += s.map[i].start < IMAGE_BASE;
	is_int(below, 0, "nothing in __PAGEZERO");
	stop(&s);
}

static void proc_files(void)
{
	char path[64], buf[256];
	struct space s = start();
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", s.pid);
	fd = open(path, O_RDONLY);
	len = read(fd, buf, sizeof(buf));
	ok(len == 18 && !memcmp(buf, "image\0an argument", 18), "/proc/PID/cmdline");
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/environ", s.pid);
	fd = open(path, O_RDONLY);
	len = read(fd, buf, sizeof(buf));
	ok(len == 15 && !memcmp(buf, "VARIABLE=value", 15), "/proc/PID/environ");
	close(fd);
	stop(&s);
}

/* Address of the stack's end (what = 0) or of the image's text (1). */
static uint64_t address(int what)
{
	struct space s = start();
	const struct map *m = NULL;
	uint64_t addr;
	unsigned int i;

	if (!what) {
		m = find(&s, "[stack]");
	} else {
		for (i = 0; i < s.n && !m; i++)
			if (!strcmp(s.map[i].prot, "r-xp"))
				m = &s.map[i];
	}
	addr = m ? what ? m->start : m->end : 0;
	stop(&s);
	return addr;
}

static void randomness(void)
{
	uint64_t a, b, c;

	a = address(0);
	b = address(0);
	c = address(0);
	ok(a != b || b != c, "the stack moves (%#lx, %#lx, %#lx)", a, b, c);
	put32(im.buf + MH_FLAGS, MH_PIE);
	a = address(1);
	b = address(1);
	c = address(1);
	ok(a != b || b != c, "a PIE image moves (%#lx, %#lx, %#lx)", a, b, c);
	ok(a >= IMAGE_BASE && b >= IMAGE_BASE && c >= IMAGE_BASE, "but not down");
	fixed_addresses = true;
	is_int(address(0), USRSTACK, "ADDR_NO_RANDOMIZE: the stack does not move");
	is_int(address(1), IMAGE_BASE, "ADDR_NO_RANDOMIZE: a PIE image does not move");
	fixed_addresses = false;
	put32(im.buf + MH_FLAGS, 0);
}

static void commpage_is_read_only(void)
{
	struct space s = start();
	char path[64];
	long word;
	int fd;

	if (ptrace(PTRACE_ATTACH, s.pid, NULL, NULL))
		bail("PTRACE_ATTACH: %s", strerror(errno));
	wait_status(s.pid);
	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, s.pid, (void *)COMMPAGE, NULL);
	ok(!errno && !memcmp(&word, "commpage", 8), "a debugger can read the commpage");
	is_int(ptrace(PTRACE_POKEDATA, s.pid, (void *)COMMPAGE, (void *)1L), -1,
	       "but not write it");
	snprintf(path, sizeof(path), "/proc/%d/mem", s.pid);
	fd = open(path, O_RDWR);
	ok(pwrite(fd, "x", 1, COMMPAGE) < 0, "nor by /proc/PID/mem");
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx", s.pid, COMMPAGE,
		 COMMPAGE + PAGE);
	ok(open(path, O_RDWR) < 0, "nor by opening the file behind it");
	ptrace(PTRACE_DETACH, s.pid, NULL, NULL);
	stop(&s);
}

static bool runs(void)
{
	struct outcome out;
	int fd = image_file();

	if (!image_write(fd, &im))
		bail("cannot write the image: %s", strerror(errno));
	out = image_run(fd, 20000);
	close(fd);
	return !out.err && WIFEXITED(out.status) && WEXITSTATUS(out.status) == 42;
}

static void stacks(void)
{
	struct rlimit old, lim;

	image_program(&im, 0, code_exit_42, sizeof(code_exit_42));
	getrlimit(RLIMIT_STACK, &old);
	lim = old;
	lim.rlim_cur = 256 * 1024;
	setrlimit(RLIMIT_STACK, &lim);
	ok(runs(), "runs with a small stack");
	lim.rlim_cur = RLIM_INFINITY;
	lim.rlim_max = RLIM_INFINITY;
	if (setrlimit(RLIMIT_STACK, &lim))
		skip("runs with an unlimited stack", strerror(errno));
	else
		ok(runs(), "runs with an unlimited stack");
	setrlimit(RLIMIT_STACK, &old);
	put64(im.buf + AT_THREAD + THREAD_REG(REG_RSP_INDEX), IMAGE_BASE + 4 * PAGE);
	ok(runs(), "runs on a stack in its own data");
}

static bool clock_is_tsc(void)
{
	char name[32] = "";
	int fd = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
		      O_RDONLY);

	if (read(fd, name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	close(fd);
	return !strncmp(name, "tsc\n", 4);
}

static int64_t ns_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

/* The program's time lies between two of ours. */
static void time_base(void)
{
	/*
	 * Without a TSC programs see the time of the last tick, and an emulated
	 * machine on a busy host may wait long for one.
	 */
	const int64_t late = clock_is_tsc() ? 1000 : 1000000000;
	const char *const argv[] = { beside("nanotime"), NULL };
	struct child c = start_program(argv, NULL, NULL);
	int64_t mono[2], real[2], got[2], last = 0, low = 0, high = 0, real_off = 0;
	bool back = false;
	int i, n = 0;

	for (i = 0; i < 2000; i++) {
		real[0] = ns_of(CLOCK_REALTIME);
		mono[0] = ns_of(CLOCK_MONOTONIC);
		if (write(c.in, "t", 1) != 1 || read(c.out, got, sizeof(got)) != sizeof(got))
			break;
		mono[1] = ns_of(CLOCK_MONOTONIC);
		real[1] = ns_of(CLOCK_REALTIME);
		back |= got[0] < last;
		last = got[0];
		if (mono[0] - got[0] > low)
			low = mono[0] - got[0];
		if (got[0] - mono[1] > high)
			high = got[0] - mono[1];
		if (real[0] - got[1] > real_off)
			real_off = real[0] - got[1];
		if (got[1] - real[1] > real_off)
			real_off = got[1] - real[1];
		n++;
	}
	is_int(n, 2000, "the program answers");
	is_int(finish(&c), 0, "and ends");
	ok(!back, "commpage: time does not go back");
	ok(low <= late, "commpage: not behind CLOCK_MONOTONIC (%ld ns)", (long)low);
	ok(high <= 1000, "commpage: not ahead of CLOCK_MONOTONIC (%ld ns)", (long)high);
	ok(real_off <= late, "commpage: time of day is CLOCK_REALTIME (%ld ns off)",
	   (long)real_off);
}

int main(void)
{
	plan(0);
	limit(120);
	areas();
	proc_files();
	randomness();
	commpage_is_read_only();
	stacks();
	time_base();
	return done();
}
