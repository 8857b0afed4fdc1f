// SPDX-License-Identifier: GPL-2.0-only
/*
 * What confines a native process confines a foreign one: credentials, set-id
 * bits, no_new_privs, chroot, name spaces, resource limits, Landlock.
 * "try" exits with Darwin's errno.
 */
#include "../native.h"

#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#define NOBODY		65534
#define D_EPERM		1
#define D_ENOENT	2
#define D_ESRCH		3
#define D_ENOMEM	12
#define D_EACCES	13
#define D_EMFILE	24
#define D_EFBIG		27
#define D_EAGAIN	35

static char dir[] = "/tmp/persona-confine-XXXXXX";
static char buf[4096];

/* PATH below the test's directory. */
static const char *in_dir(const char *name)
{
	static char path[64][128];
	static int n;

	n = (n + 1) % (int)ARRAY_SIZE(path);
	snprintf(path[n], sizeof(path[n]), "%s/%s", dir, name);
	return path[n];
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, mode))
		bail("%s: %s", path, strerror(errno));
	close(fd);
}

static void copy_agent(const char *path, mode_t mode)
{
	char data[65536];
	int in = open(agent(), O_RDONLY);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	if (in < 0 || out < 0)
		bail("%s: %s", path, strerror(errno));
	while ((n = read(in, data, sizeof(data))) > 0)
		if (write(out, data, n) != n)
			bail("%s: %s", path, strerror(errno));
	close(in);
	if (fchmod(out, mode))
		bail("%s: %s", path, strerror(errno));
	close(out);
}

static int become_nobody(void *arg)
{
	(void)arg;
	return setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY);
}

#define try_as(before, arg, ...)	\
	run_before((const char *const[]){ in_dir("agent"), "try", __VA_ARGS__, NULL }, NULL, 0, \
		   before, arg)

static void credentials(void)
{
	char pid[16];

	is_int(try_as(NULL, NULL, "open", in_dir("secret")), 0, "root opens a file of mode 0600");
	is_int(try_as(become_nobody, NULL, "open", in_dir("secret")), D_EACCES,
	       "nobody does not");
	is_int(try_as(become_nobody, NULL, "create", in_dir("new")), D_EACCES,
	       "nor creates one in root's directory");
	is_int(try_as(become_nobody, NULL, "mkdir", in_dir("new")), D_EACCES, "or a directory");
	is_int(try_as(become_nobody, NULL, "unlink", in_dir("secret")), D_EACCES, "nor unlinks");
	is_int(try_as(become_nobody, NULL, "chmod", in_dir("secret")), D_EPERM,
	       "nor changes modes");
	is_int(try_as(become_nobody, NULL, "chroot", "/"), D_EPERM, "nor changes its root");
	is_int(try_as(become_nobody, NULL, "setuid", "0"), D_EPERM, "nor becomes root");
	snprintf(pid, sizeof(pid), "%d", getpid());
	is_int(try_as(become_nobody, NULL, "kill", pid), D_EPERM, "nor signals root's processes");
	ok(!access(in_dir("secret"), F_OK) && access(in_dir("new"), F_OK), "nothing has changed");
}

static int effective(const char *path, before_exec before, int *uid)
{
	int pid, ppid, euid = -1, gid, egid = -1;
	const char *const argv[] = { path, "id", NULL };

	run_before(argv, buf, sizeof(buf), before, NULL);
	if (sscanf(buf, "pid %d ppid %d uid %d euid %d gid %d egid %d", &pid, &ppid, uid, &euid,
		   &gid, &egid) != 6)
		msg("id said \"%s\"", buf);
	return egid == gid ? euid : -2;
}

static void set_id(void)
{
	int uid = -1;

	copy_agent(in_dir("setuid"), 06755);
	is_int(effective(in_dir("setuid"), become_nobody, &uid), NOBODY,
	       "the set-id bits of a foreign image are ignored");
	is_int(uid, NOBODY, "and the real uid is nobody");
	is_int(effective(in_dir("setuid"), NULL, &uid), 0, "for root nothing changes");
}

static int no_new_privs(void *arg)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || become_nobody(arg);
}

static void privs(void)
{
	const char *const argv[] = { in_dir("agent"), "spawn", in_dir("agent"), "exec", "/bin/sh",
				     "-c", "grep NoNewPrivs: /proc/self/status", NULL };
	int uid;

	is_int(run_before(argv, buf, sizeof(buf), no_new_privs, NULL), 0,
	       "no_new_privs: through fork and two execs");
	is_str(buf, "NoNewPrivs:\t1\n", "it is still set");
	is_int(effective(in_dir("setuid"), no_new_privs, &uid), NOBODY,
	       "no_new_privs: set-id bits are ignored");
}

/* chroot; the view of a personality is below the task's own root */
static int change_root(void *arg)
{
	(void)arg;
	return chroot(dir) || chdir("/");
}

static int run_in_root(const char *what, const char *path)
{
	const char *const argv[] = { "/agent", "try", what, path, NULL };

	return run_before(argv, NULL, 0, change_root, NULL);
}

static void roots(void)
{
	mkdir(in_dir("usr"), 0755);
	mkdir(in_dir("usr/lib"), 0755);
	mkdir(in_dir("usr/lib/persona"), 0755);
	mkdir(in_dir("usr/lib/persona/darwin"), 0755);
	mkdir(in_dir("usr/lib/persona/darwin/only"), 0755);
	write_file(in_dir("usr/lib/persona/darwin/only/file"), "x", 0644);
	is_int(run_in_root("open", "/agent"), 0, "chroot: a file in the new root");
	is_int(run_in_root("open", "/etc/passwd"), D_ENOENT, "chroot: not one outside");
	is_int(run_in_root("open", "/../../../etc/passwd"), D_ENOENT, "chroot: not by dots");
	is_int(run_in_root("open", "/only/file"), 0, "the view is looked up in the new root");
	is_int(run_in_root("open", "/only/../../../../etc/passwd"), D_ENOENT,
	       "chroot: not by dots from the view");
	is_int(run_in_root("open", "/only/../../agent"), 0, "dots at the view's root: the real root");
	is_int(try_as(NULL, NULL, "open", "/only/file"), D_ENOENT,
	       "the view of a chroot is not seen outside");
}

/* Name spaces: the child of @arg's flags as the first of its pid name space. */
static int in_namespaces(const char *const *argv, int flags, before_exec before)
{
	int p[2], status;
	pid_t pid;
	ssize_t n;

	if (pipe(p))
		bail("pipe: %s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(p[1], 1);
		close(p[0]);
		if ((flags & CLONE_NEWUSER) && become_nobody(NULL))
			_exit(125);
		if (unshare(flags))
			_exit(124);
		pid = fork();
		if (!pid) {
			if (before && before(NULL))
				_exit(126);
			execv(argv[0], (char *const *)argv);
			_exit(127);
		}
		status = wait_status(pid);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 123);
	}
	close(p[1]);
	n = read(p[0], buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = '\0';
	close(p[0]);
	return WEXITSTATUS(wait_status(pid));
}

static int mount_over(void *arg)
{
	(void)arg;
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	       mount("over", in_dir("mnt"), "tmpfs", 0, NULL) ||
	       mkdir(in_dir("mnt/inside"), 0755);
}

static void name_spaces(void)
{
	const char *const id[] = { in_dir("agent"), "id", NULL };
	const char *const spawn[] = { in_dir("agent"), "spawn", in_dir("agent"), "id", NULL };
	char pid[16];
	const char *const k[] = { in_dir("agent"), "try", "kill", pid, NULL };
	const char *const secret[] = { in_dir("agent"), "try", "open", in_dir("secret"), NULL };
	const char *const m[] = { in_dir("agent"), "try", "open", in_dir("mnt/inside"), NULL };
	int ret;

	snprintf(pid, sizeof(pid), "%d", getpid());
	is_int(in_namespaces(id, CLONE_NEWPID, NULL), 0, "pid name space");
	ok(!strncmp(buf, "pid 1 ppid 0 ", 13), "in it a foreign process is number 1: %.14s", buf);
	is_int(in_namespaces(spawn, CLONE_NEWPID, NULL), 0, "pid name space: fork");
	ok(!strncmp(buf, "pid 2 ppid 1 ", 13), "its child is number 2: %.14s", buf);
	is_int(in_namespaces(k, CLONE_NEWPID, NULL), D_ESRCH, "processes outside do not exist");

	mkdir(in_dir("mnt"), 0755);
	is_int(in_namespaces(m, CLONE_NEWNS, mount_over), 0, "mount name space: its mounts");
	is_int(try_as(NULL, NULL, "open", in_dir("mnt/inside")), D_ENOENT, "not seen outside");

	ret = in_namespaces(id, CLONE_NEWUSER | CLONE_NEWPID, NULL);
	if (ret == 124) {
		skip("user name space", "cannot be made here");
		return;
	}
	is_int(ret, 0, "user name space");
	ok(strstr(buf, "uid 65534 euid 65534"), "without a map everyone is nobody");
	is_int(in_namespaces(secret, CLONE_NEWUSER | CLONE_NEWPID, NULL), D_EACCES,
	       "root's files are not its");
}

struct limit {
	int resource;
	rlim_t value;
	bool nobody;
};

static int set_limit(void *arg)
{
	const struct limit *l = arg;
	struct rlimit rl = { l->value, l->value };

	if (l->nobody && become_nobody(NULL))
		return 1;
	return setrlimit(l->resource, &rl);
}

static void limits(void)
{
	struct limit files = { RLIMIT_NOFILE, 16, false };
	struct limit size = { RLIMIT_FSIZE, 4096, false };
	struct limit space = { RLIMIT_AS, 256UL << 20, false };
	struct limit procs = { RLIMIT_NPROC, 0, true };
	struct limit cpu = { RLIMIT_CPU, 1, false };
	const char *const storm[] = { in_dir("agent"), "storm", NULL };

	is_int(try_as(set_limit, &files, "fds"), D_EMFILE, "RLIMIT_NOFILE");
	is_int(try_as(set_limit, &size, "grow", in_dir("big")), D_EFBIG, "RLIMIT_FSIZE");
	is_int(try_as(set_limit, &space, "mmap", "0x40000000"), D_ENOMEM, "RLIMIT_AS");
	is_int(try_as(NULL, NULL, "mmap", "0x40000000"), 0, "without it there is memory");
	is_int(try_as(set_limit, &procs, "fork"), D_EAGAIN, "RLIMIT_NPROC");
	is_int(run_before(storm, NULL, 0, set_limit, &cpu), KILLED(SIGKILL), "RLIMIT_CPU");
	unlink(in_dir("big"));
}

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset	444
#define SYS_landlock_add_rule		445
#define SYS_landlock_restrict_self	446
#endif

/* Only the agent itself may be read. */
static int landlock(void *arg)
{
	uint64_t read_file = 1 << 2;	/* LANDLOCK_ACCESS_FS_READ_FILE */
	struct {
		uint64_t allowed;
		int32_t fd;
	} __attribute__((__packed__)) rule = { read_file, open(in_dir("agent"), O_PATH) };
	int fd = (int)syscall(SYS_landlock_create_ruleset, &read_file, sizeof(read_file), 0);

	(void)arg;
	return fd < 0 || syscall(SYS_landlock_add_rule, fd, 1, &rule, 0) ||
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       syscall(SYS_landlock_restrict_self, fd, 0);
}

static void landlocked(void)
{
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0) {
		skip("Landlock: a file that may not be read", "not in this kernel");
		return;
	}
	is_int(try_as(landlock, NULL, "open", in_dir("secret")), D_EACCES,
	       "Landlock: a file that may not be read");
}

int main(void)
{
	limit(240);
	if (geteuid())
		skip_all("needs root");
	/* not nosuid, as the /tmp of a test machine may be */
	if (!mkdtemp(dir) || mount("confine", dir, "tmpfs", 0, "mode=755"))
		bail("%s: %s", dir, strerror(errno));
	plan(0);
	copy_agent(in_dir("agent"), 0755);
	write_file(in_dir("secret"), "secret\n", 0600);
	credentials();
	set_id();
	privs();
	roots();
	name_spaces();
	limits();
	landlocked();
	if (umount2(dir, MNT_DETACH) || rmdir(dir))
		msg("%s: %s", dir, strerror(errno));
	is_int(persona_quiet("darwin", 5000), 0, "no foreign thread is left");
	return done();
}
