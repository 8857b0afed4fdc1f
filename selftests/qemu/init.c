// SPDX-License-Identifier: GPL-2.0-only
/*
 * init - the first process of the test machine
 *
 * It loads the few modules that reaching the host takes, makes the host's root
 * file system (9p) its own, and then serves one virtio-serial port, on which the
 * host (vm.py) asks for modules to be loaded and programs to be run.  Frames are
 * { u32 type, u32 length } and a body, little endian, in both directions.
 *
 * One port for everything keeps the order: whatever a program wrote is on its way
 * before its exit status is.  Standard input is the only stream that could block
 * the port for other frames, so the host may send it only on credit.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	/* from the host */
	F_RUN		= 'r',	/* cwd \0 argc \0 argv... env... */
	F_STDIN		= 'i',	/* bytes; none: end of file */
	F_SIGNAL	= 's',	/* u32 signal, for the program's session */
	F_KILLALL	= 'k',	/* end every process that a program left behind */
	F_LOAD		= 'm',	/* path \0 parameters */
	F_UNLOAD	= 'u',	/* module */
	F_TASKS		= 'd',	/* tell as standard error what every thread is doing */
	F_TMPFS		= 't',	/* path to keep \0... : a fresh /tmp, without losing these */
	F_QUIT		= 'q',
	/* from here */
	F_READY		= 'R',	/* release */
	F_STDOUT	= 'O',
	F_STDERR	= 'E',
	F_CREDIT	= 'C',	/* u32 bytes of standard input consumed */
	F_EXIT		= 'X',	/* u32 wait status */
	F_DONE		= 'D',	/* u32 result of the request, errno or count */
};

#define CREDIT		65536
#define FRAME_MAX	(4 << 20)
#define KILL_SECONDS	20

static int port = -1;
static pid_t child;			/* the program, 0 when none runs */
static int in_fd = -1, out_fd = -1, err_fd = -1;
static char in_buf[CREDIT];
static size_t in_len;
static int in_eof;
static unsigned int reaped;

static void __attribute__((noreturn)) die(const char *what)
{
	int kmsg = open("/dev/kmsg", O_WRONLY);

	/* Not dprintf(): it wants to know its place in the file. */
	if (kmsg >= 0) {
		char line[300];
		int len = snprintf(line, sizeof(line), "<0>persona-vm: %s: %s\n", what,
				   strerror(errno));

		if (write(kmsg, line, len) < 0)
			close(kmsg);
	}
	fprintf(stderr, "persona-vm: %s: %s\n", what, strerror(errno));
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("write to the host");
		p += n;
		len -= n;
	}
}

static void send_frame(uint32_t type, const void *data, uint32_t len)
{
	uint32_t head[2] = { type, len };

	write_all(port, head, sizeof(head));
	write_all(port, data, len);
}

static void send_u32(uint32_t type, uint32_t value)
{
	send_frame(type, &value, sizeof(value));
}

static void read_all(void *data, size_t len)
{
	char *p = data;

	while (len) {
		ssize_t n = read(port, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("the host went away");
		p += n;
		len -= n;
	}
}

static int load_module(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, params, 0))
		err = errno;
	close(fd);
	return err;
}

/* The initramfs has its modules in /modules, numbered in the order they need. */
static void load_boot_modules(void)
{
	struct dirent **list;
	int n = scandir("/modules", &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[300];
		int err;

		if (list[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", list[i]->d_name);
		err = load_module(path, "");
		if (err && err != EEXIST) {
			errno = err;
			die(path);
		}
		unlink(path);
	}
}

static int find_port(void)
{
	for (int tries = 0; tries < 2000; tries++) {
		DIR *dir = opendir("/sys/class/virtio-ports");
		struct dirent *d;

		while (dir && (d = readdir(dir))) {
			char path[320], name[32] = "";
			int fd;

			snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", d->d_name);
			fd = open(path, O_RDONLY);
			if (fd < 0)
				continue;
			if (read(fd, name, sizeof(name) - 1) < 0)
				name[0] = 0;
			close(fd);
			if (strcmp(name, "persona\n"))
				continue;
			closedir(dir);
			snprintf(path, sizeof(path), "/dev/%s", d->d_name);
			return open(path, O_RDWR | O_CLOEXEC);
		}
		if (dir)
			closedir(dir);
		usleep(5000);
	}
	errno = ENODEV;
	return -1;
}

static void mount_or_die(const char *src, const char *dst, const char *type,
			 unsigned long flags, const char *data)
{
	if (mount(src, dst, type, flags, data))
		die(dst);
}

/*
 * The host has no modules for this kernel where modprobe looks for them, but they
 * are in the directory that the command line names.
 */
static void set_modprobe(void)
{
	const char *dir = getenv("persona_kernel");
	int fd = open("/run/modprobe", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	if (!dir || fd < 0)
		return;
	dprintf(fd, "#!/bin/sh\nexec /sbin/modprobe -d %s \"$@\"\n", dir);
	close(fd);
	fd = open("/proc/sys/kernel/modprobe", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		dprintf(fd, "/run/modprobe\n");
	close(fd);
}

static void enter_host_root(void)
{
	mount_or_die("host", "/root", "9p", 0,
		     "trans=virtio,version=9p2000.L,msize=512000,cache=loose,access=any");
	if (chdir("/root"))
		die("/root");
	mount_or_die("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount_or_die("sysfs", "sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount_or_die("dev", "dev", "devtmpfs", MS_NOSUID, "mode=755");
	mkdir("dev/pts", 0755);
	mkdir("dev/shm", 01777);
	mount_or_die("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		     "newinstance,ptmxmode=666,mode=620,gid=5");
	unlink("dev/ptmx");
	if (symlink("pts/ptmx", "dev/ptmx") ||
	    symlink("/proc/self/fd", "dev/fd") || symlink("fd/0", "dev/stdin") ||
	    symlink("fd/1", "dev/stdout") || symlink("fd/2", "dev/stderr"))
		die("dev");
	mount_or_die("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
	mount("run", "run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
	mount("debugfs", "sys/kernel/debug", "debugfs", 0, NULL);
	mount("tracefs", "sys/kernel/tracing", "tracefs", 0, NULL);
	mount("cgroup2", "sys/fs/cgroup", "cgroup2", 0, NULL);
	mount("securityfs", "sys/kernel/security", "securityfs", 0, NULL);
	if (mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		die("entering the host's root");
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		return;
	if (!ioctl(fd, SIOCGIFFLAGS, &ifr)) {
		ifr.ifr_flags |= IFF_UP;
		ioctl(fd, SIOCSIFFLAGS, &ifr);
	}
	close(fd);
}

static void make_dirs(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		mkdir(path, 0755);
		*p = '/';
	}
	mkdir(path, 0755);
}

/* A new, empty /tmp; directories of the host's /tmp that are in use stay visible. */
static int fresh_tmp(char *body, uint32_t len)
{
	int fds[16], n = 0;
	char *keep[16];

	for (char *p = body; p < body + len && n < 16; p += strlen(p) + 1) {
		if (strncmp(p, "/tmp/", 5))
			continue;
		keep[n] = p;
		fds[n] = open(p, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fds[n] < 0)
			return errno;
		n++;
	}
	if (mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"))
		return errno;
	for (int i = 0; i < n; i++) {
		char src[40];

		make_dirs(keep[i]);
		snprintf(src, sizeof(src), "/proc/self/fd/%d", fds[i]);
		if (mount(src, keep[i], NULL, MS_BIND | MS_REC, NULL))
			return errno;
		close(fds[i]);
	}
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int run(char *body, uint32_t len)
{
	int in[2], out[2], err[2], argc, count = 0;
	char *end = body + len, *cwd = body, *p;
	char **vec;
	sigset_t none;

	for (p = body; p < end; p += strlen(p) + 1)
		count++;
	vec = calloc(count + 2, sizeof(*vec));
	if (!vec)
		return ENOMEM;
	p = cwd + strlen(cwd) + 1;
	argc = atoi(p);
	p += strlen(p) + 1;
	for (int i = 0; p < end; p += strlen(p) + 1) {
		if (i == argc)
			i++;		/* the NULL between arguments and environment */
		vec[i++] = p;
	}
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		return errno;
	child = fork();
	if (child < 0)
		return errno;
	if (!child) {
		setsid();
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGPIPE, SIG_DFL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		if (chdir(cwd)) {
			fprintf(stderr, "vm: %s: %s\n", cwd, strerror(errno));
			_exit(126);
		}
		environ = vec + argc + 1;
		execvp(vec[0], vec);
		fprintf(stderr, "vm: %s: %s\n", vec[0], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	free(vec);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	in_fd = in[1];
	out_fd = out[0];
	err_fd = err[0];
	fcntl(in_fd, F_SETFL, O_NONBLOCK);
	fcntl(out_fd, F_SETFL, O_NONBLOCK);
	fcntl(err_fd, F_SETFL, O_NONBLOCK);
	in_len = 0;
	in_eof = 0;
	return 0;
}

/* Returns 0 when there is nothing (more) to read for now. */
static int forward(int *fd, uint32_t type)
{
	static char buf[65536];
	ssize_t n;

	if (*fd < 0)
		return 0;
	n = read(*fd, buf, sizeof(buf));
	if (n > 0)
		send_frame(type, buf, n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_fd(fd);
	return n > 0;
}

static void feed_stdin(void)
{
	ssize_t n;

	if (in_len) {
		n = in_fd < 0 ? (ssize_t)in_len : write(in_fd, in_buf, in_len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {		/* nobody reads it any more */
			close_fd(&in_fd);
			n = in_len;
		}
		memmove(in_buf, in_buf + n, in_len - n);
		in_len -= n;
		send_u32(F_CREDIT, n);
	}
	if (!in_len && in_eof)
		close_fd(&in_fd);
}

/* Returns 0 when there is no child at all. */
static int reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		reaped++;
		if (pid != child)
			continue;
		while (forward(&out_fd, F_STDOUT))
			;
		while (forward(&err_fd, F_STDERR))
			;
		close_fd(&in_fd);
		close_fd(&out_fd);
		close_fd(&err_fd);
		child = 0;
		send_u32(F_EXIT, status);
	}
	return !pid;
}

/*
 * Whoever loses its parent becomes our child, so there is nobody left when we
 * have no child.  Returns how many there were, ~0 when some do not die.
 */
static uint32_t kill_all(void)
{
	time_t end = time(NULL) + KILL_SECONDS;

	reap();
	reaped = 0;
	while (reap()) {
		if (time(NULL) > end)
			return ~0u;
		kill(-1, SIGKILL);
		usleep(2000);
	}
	return reaped;
}

/* The lines of a file in /proc. */
static void tell_file(const char *task, const char *name)
{
	char path[700], line[256], text[1000];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", task, name);
	f = fopen(path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		send_frame(F_STDERR, text, snprintf(text, sizeof(text), "%s %s\n",
						    path + strlen("/proc/"), line));
	}
	fclose(f);
}

/* What there is to know of a test that does not end: only user processes. */
static void tell_tasks(void)
{
	static const char *const files[] = { "comm", "wchan", "syscall", "stack" };
	DIR *procs = opendir("/proc");
	char path[300], target[8];
	struct dirent *p, *t;
	DIR *tasks;

	while (procs && (p = readdir(procs))) {
		if (atoi(p->d_name) <= 1)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/exe", p->d_name);
		if (readlink(path, target, sizeof(target)) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task", p->d_name);
		tasks = opendir(path);
		while (tasks && (t = readdir(tasks))) {
			char task[600];

			if (t->d_name[0] == '.')
				continue;
			snprintf(task, sizeof(task), "%s/%s", path, t->d_name);
			for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
				tell_file(task, files[i]);
		}
		if (tasks)
			closedir(tasks);
	}
	if (procs)
		closedir(procs);
}

static void handle_frame(void)
{
	uint32_t head[2], sig;
	char *body;
	int err = 0;

	read_all(head, sizeof(head));
	if (head[1] > FRAME_MAX) {
		errno = EMSGSIZE;
		die("frame from the host");
	}
	body = calloc(1, head[1] + 1);
	if (!body)
		die("frame from the host");
	read_all(body, head[1]);
	switch (head[0]) {
	case F_RUN:
		err = child ? EBUSY : run(body, head[1]);
		if (!err)
			break;
		send_u32(F_EXIT, 126 << 8);
		break;
	case F_STDIN:
		if (!head[1])
			in_eof = 1;
		if (head[1] > sizeof(in_buf) - in_len) {
			errno = EMSGSIZE;
			die("standard input beyond its credit");
		}
		memcpy(in_buf + in_len, body, head[1]);
		in_len += head[1];
		feed_stdin();
		break;
	case F_SIGNAL:
		memcpy(&sig, body, sizeof(sig));
		if (child)
			kill(-child, sig);
		break;
	case F_KILLALL:
		send_u32(F_DONE, kill_all());
		break;
	case F_TASKS:
		tell_tasks();
		send_u32(F_DONE, 0);
		break;
	case F_LOAD:
		send_u32(F_DONE, load_module(body, body + strlen(body) + 1));
		break;
	case F_UNLOAD:
		err = syscall(SYS_delete_module, body, O_NONBLOCK) ? errno : 0;
		send_u32(F_DONE, err);
		break;
	case F_TMPFS:
		send_u32(F_DONE, fresh_tmp(body, head[1]));
		break;
	case F_QUIT:
		kill_all();
		sync();
		send_u32(F_DONE, 0);
		reboot(RB_AUTOBOOT);
		break;
	default:
		errno = EBADMSG;
		die("frame from the host");
	}
	free(body);
}

int main(void)
{
	struct utsname u;
	sigset_t set;
	int sigs;

	mkdir("/dev", 0755);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/root", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount_or_die("proc", "/proc", "proc", 0, NULL);
	mount_or_die("sysfs", "/sys", "sysfs", 0, NULL);
	load_boot_modules();
	port = find_port();
	if (port < 0)
		die("the port to the host");
	enter_host_root();
	set_modprobe();
	loopback_up();
	sethostname("persona-vm", 10);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigs = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (sigs < 0)
		die("signalfd");
	uname(&u);
	send_frame(F_READY, u.release, strlen(u.release));

	for (;;) {
		struct signalfd_siginfo si;
		struct pollfd p[] = {
			{ .fd = port, .events = POLLIN },
			{ .fd = sigs, .events = POLLIN },
			{ .fd = out_fd, .events = POLLIN },
			{ .fd = err_fd, .events = POLLIN },
			{ .fd = in_len ? in_fd : -1, .events = POLLOUT },
		};

		if (poll(p, sizeof(p) / sizeof(p[0]), -1) < 0)
			continue;
		if (p[2].revents)
			forward(&out_fd, F_STDOUT);
		if (p[3].revents)
			forward(&err_fd, F_STDERR);
		if (p[4].revents)
			feed_stdin();
		if (p[1].revents) {
			while (read(sigs, &si, sizeof(si)) > 0)
				;
			reap();
		}
		if (p[0].revents)
			handle_frame();
	}
}
