// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random NT calls with hostile arguments and handles: fuzz COUNT SEED FIRST
 * repeats a run from worker FIRST on. What it looks for is in the kernel's log
 * (the machine panics on a warning) and in what is left afterwards.
 *
 * A worker is a Windows program whose ntdll.dll makes the calls, see ntdll.c. It
 * runs as nobody in name spaces of its own with tight resource limits and an
 * almost empty root, so that whatever it calls stays there. A worker's calls are
 * a function of the seed and its number. One that does not end is killed.
 *
 * inject.c is this with INJECT: allocations and copies fail at random meanwhile.
 */
#include "pe_image.h"
#include "view.h"

#include <grp.h>
#include <sys/resource.h>

#define BROKEN	10	/* workers that do not start before we give up */
#define SLOTS		4
#define NOBODY		65534
#define ROOT		"/mnt"

#ifdef INJECT
#define FAULTS		"/sys/kernel/debug/"
static const bool injecting = true;
#else
#define FAULTS		"/nowhere/"
static const bool injecting;
#endif

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* Of the tasks that ask for it, one allocation in a hundred fails. */
static void faults(bool on)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	static const char *const settings[][2] = {
		{ "task-filter", "Y" }, { "times", "-1" }, { "interval", "1" }, { "space", "0" },
		{ "verbose", "0" }, { "ignore-gfp-wait", "N" }, { "min-order", "0" },
	};
	char path[PATH_MAX];
	size_t i, k;

	for (i = 0; injecting && i < ARRAY_SIZE(kinds); i++) {
		snprintf(path, sizeof(path), FAULTS "%s/probability", kinds[i]);
		if (!write_file(path, on ? "1" : "0") && on && !i)
			skip_all("this kernel injects no faults");
		for (k = 0; on && k < ARRAY_SIZE(settings); k++) {
			snprintf(path, sizeof(path), FAULTS "%s/%s", kinds[i], settings[k][0]);
			write_file(path, settings[k][1]);
		}
	}
}

/* Calls made so far, as the module counts them. */
static uint64_t calls(void)
{
	FILE *f = fopen("/sys/kernel/debug/persona/nt/counters", "r");
	unsigned long n = 0;
	char line[64];

	if (!f)
		skip_all("no counters in debugfs");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "calls %lu", &n) == 1)
			break;
	fclose(f);
	return n;
}

static void set_limit(int resource, rlim_t value)
{
	struct rlimit rl = { value, value };

	if (setrlimit(resource, &rl))
		bail("setrlimit: %s", strerror(errno));
}

/* Before it is a Windows program, which can have any exit status. */
static void __attribute__((__noreturn__)) no_worker(void)
{
	raise(SIGUSR1);
	_exit(1);
}

static pid_t start_worker(uint64_t seed)
{
	char *argv[] = { (char *)"/w/fuzz.exe", (char *)"fuzz", NULL, NULL };
	char *const envp[] = { NULL };
	char text[32];
	pid_t pid;

	snprintf(text, sizeof(text), "%lu", (unsigned long)(seed >> 1));
	argv[2] = text;
	pid = fork();
	if (pid)
		return pid;
	alarm(0);
	signal(SIGALRM, SIG_DFL);
	setsid();
	if (chdir("/w") || setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		no_worker();
	set_limit(RLIMIT_FSIZE, 1 << 20);
	set_limit(RLIMIT_NOFILE, 256);
	set_limit(RLIMIT_NPROC, 64);
	set_limit(RLIMIT_CPU, 20);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_MEMLOCK, 1 << 20);
	set_limit(RLIMIT_AS, 1UL << 40);
	if (injecting)
		write_file("/proc/self/make-it-fail", "1");
	execve(argv[0], argv, envp);
	no_worker();
}

/* A fresh working directory, and no registry. */
static void remove_files(void)
{
	char path[300];

	umount2("/w", MNT_DETACH);
	if (mount("w", "/w", "tmpfs", 0, "mode=1777,size=16m"))
		bail("tmpfs: %s", strerror(errno));
	mkdir("/w/d", 0777);
	chmod("/w/d", 0777);
	close(open("/w/f", O_RDWR | O_CREAT, 0666));
	chmod("/w/f", 0666);
	close(open("/w/d/g", O_RDWR | O_CREAT, 0666));
	mkfifo("/w/fifo", 0666);
	if (symlink("f", "/w/link") && errno != EEXIST)
		bail("symlink: %s", strerror(errno));
	copy_file("/image.exe", "/w/fuzz.exe");
	snprintf(path, sizeof(path), "%s/registry/user", view_root());
	umount2(path, MNT_DETACH);
	if (mount("r", path, "tmpfs", 0, "mode=1777,size=4m,nr_inodes=2000"))
		bail("tmpfs: %s", strerror(errno));
}

struct slot {
	pid_t pid;
	double since;
};

/* The first process of the workers' pid name space. */
static void supervise(uint64_t count, uint64_t seed, uint64_t worker, double life)
{
	struct slot slot[SLOTS] = { { 0 } };
	unsigned int ended = 0, killed = 0, hung = 0, broken = 0, round = 0;
	int i, status, null = open("/dev/null", O_RDWR);
	int report = fcntl(1, F_DUPFD_CLOEXEC, 500);
	uint64_t begin = calls();
	bool stopped;
	pid_t pid;

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	close(null);
	do {
		stopped = calls() - begin >= count;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			for (i = 0; i < SLOTS && slot[i].pid != pid; i++)
				;
			if (i == SLOTS)
				continue;
			slot[i].pid = 0;
			if (WIFSIGNALED(status))
				killed++;
			else
				ended++;
			broken += WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1 &&
				  !injecting;
		}
		for (i = 0; i < SLOTS; i++) {
			if (slot[i].pid && now() > slot[i].since + life) {
				kill(slot[i].pid, SIGKILL);
				hung++;
				slot[i].since = now() + 1000;
			}
			if (!slot[i].pid && !stopped && broken < BROKEN) {
				slot[i].pid = start_worker(seed * 0x9e3779b97f4a7c15ULL + ++worker);
				slot[i].since = now();
			}
		}
		if (++round % 2000 == 0)
			remove_files();
		msleep(2);
	} while (!stopped && broken < BROKEN);
	dprintf(report, "# %lu calls, workers up to %lu: %u ended, %u by a signal, %u killed\n",
		(unsigned long)(calls() - begin), (unsigned long)worker, ended, killed, hung);
	if (broken)
		dprintf(report, "# %u workers did not start\n", broken);
	/*
	 * The kernel kills the rest with us. A worker may take from another what that
	 * needs for its start: now and then one does not start.
	 */
	_exit(broken >= BROKEN ? 1 : 0);
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

/* A root with nothing in it but devices and the Windows folders. */
static void enter_root(void)
{
	static struct image im;
	char path[PATH_MAX];

	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		bail("unshare: %s", strerror(errno));
	if (unshare(CLONE_NEWNET))
		msg("no network name space here");
	snprintf(path, sizeof(path), ROOT "%s", view_root());
	if (mount("root", ROOT, "tmpfs", 0, "mode=755"))
		bail("a root for the workers: %s", strerror(errno));
	make_dirs(path);
	make_view(path);
	image_program(&im, 0x200);
	image_write(ROOT "/image.exe", &im);
	if (mkdir(ROOT "/dev", 0755) || mkdir(ROOT "/proc", 0755) || mkdir(ROOT "/tmp", 01777) ||
	    mkdir(ROOT "/w", 01777) || mkdir(ROOT "/sys", 0755) ||
	    mount("/dev", ROOT "/dev", NULL, MS_BIND | MS_REC, NULL) ||
	    mount("/sys", ROOT "/sys", NULL, MS_BIND | MS_REC, NULL) ||
	    chroot(ROOT) || chdir("/"))
		bail("a root for the workers: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	bool debug = on_debug_kernel();
	uint64_t usual = (at_length() ? 200000 : 50000) / 10 * (injecting ? 3 : 10);
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : usual;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 20261121;
	uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	uint64_t taint = tainted(), before;
	double begin = now();
	pid_t pid;
	int status;

	if (geteuid())
		skip_all("needs root to confine the workers");
	limit(debug ? 1200 : 300);
	faults(true);
	plan(5);
	before = calls();
	msg("calls %lu %lu %lu", (unsigned long)count, (unsigned long)seed, (unsigned long)first);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		enter_root();
		pid = fork();
		if (!pid) {
			mount("proc", "/proc", "proc", 0, NULL);
			remove_files();
			supervise(count, seed, first, debug ? 8 : 2);
		}
		status = wait_status(pid);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
	}
	status = wait_status(pid);
	faults(false);
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "the workers were started and supervised");
	ok(calls() - before >= count, "%lu calls in %.0f s", (unsigned long)(calls() - before),
	   now() - begin);
	is_int(persona_quiet("nt", 10000), 0, "no Windows thread is left");
	is_int((long)(tainted() & ~taint), 0, "the kernel found nothing wrong");
	is_int(run(NULL, 0, beside("../nt/agent.exe"), "exit", "3"), 3,
	       "and Windows programs run");
	return done();
}
