// SPDX-License-Identifier: GPL-2.0-only
/* ioctl: any file, and terminals by way of a pair of them. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "shell.h"

static char name[128];

static void files(void)
{
	struct sysret p = bsd(SYS_pipe);
	struct termios t;
	int32_t n = 1;

	is_int(sys(SYS_ioctl, p.rax, FIOCLEX, 0), 0, "FIOCLEX");
	is_int(sys(SYS_fcntl, p.rax, F_GETFD, 0), FD_CLOEXEC, "close-on-exec is set");
	is_int(sys(SYS_ioctl, p.rax, FIONCLEX, 0), 0, "FIONCLEX");
	is_int(sys(SYS_fcntl, p.rax, F_GETFD, 0), 0, "and off");
	is_int(sys(SYS_ioctl, p.rax, FIONBIO, &n), 0, "FIONBIO");
	is_hex(sys(SYS_fcntl, p.rax, F_GETFL, 0), O_NONBLOCK, "O_NONBLOCK is set");
	sys(SYS_write, p.rdx, "abc", 3);
	is_int(sys(SYS_ioctl, p.rax, FIONREAD, &n), 0, "FIONREAD");
	is_int(n, 3, "three bytes");
	is_err(bsd(SYS_ioctl, p.rax, FIONREAD, 8), EFAULT, "FIONREAD to nowhere");
	is_err(bsd(SYS_ioctl, p.rax, TIOCGETA, &t), ENOTTY, "TIOCGETA of a pipe");
	is_err(bsd(SYS_ioctl, p.rax, 0x40046499, &n), ENOTTY, "a request nobody knows");
	is_err(bsd(SYS_ioctl, p.rax, 0x5401, &t), ENOTTY, "Linux's TCGETS is one of those");
	is_err(bsd(SYS_ioctl, 99, FIONREAD, &n), EBADF, "of nothing");
	sys(SYS_close, p.rax);
	sys(SYS_close, p.rdx);
}

struct request {
	char name[16];
	uint8_t len, family;
	char data[14];
};

struct list {
	int32_t len;
	struct request *buf;
} __attribute__((__packed__));

static void interfaces(void)
{
	long fd = sys(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	struct request r = { .name = "lo" }, all[32];
	struct list list = { sizeof(all), all };
	int16_t flags;
	int32_t mtu;

	is_int(sys(SYS_ioctl, fd, SIOCGIFFLAGS, &r), 0, "SIOCGIFFLAGS");
	memcpy(&flags, &r.len, 2);
	is_hex(flags & 0x1c, 0x8, "lo is a loopback interface");
	is_int(sys(SYS_ioctl, fd, SIOCGIFMTU, &r), 0, "SIOCGIFMTU");
	memcpy(&mtu, &r.len, 4);
	is_int(mtu, 65536, "its packets");
	if (sys(SYS_ioctl, fd, SIOCGIFADDR, &r) == 0) {
		ok(r.len == 16 && r.family == AF_INET && !memcmp(r.data, "\0\0\177\0\0\1", 6),
		   "SIOCGIFADDR: 127.0.0.1");
		is_int(sys(SYS_ioctl, fd, SIOCGIFNETMASK, &r), 0, "SIOCGIFNETMASK");
		ok(!memcmp(r.data + 2, "\377\0\0\0", 4), "255.0.0.0");
		is_int(sys(SYS_ioctl, fd, SIOCGIFCONF, &list), 0, "SIOCGIFCONF");
		ok(list.len >= 32 && list.len % 32 == 0 && all[0].len == 16 &&
		   all[0].family == AF_INET, "entries of 32 bytes");
		list.len = 31;
		is_int(sys(SYS_ioctl, fd, SIOCGIFCONF, &list), 0, "SIOCGIFCONF without room");
		is_int(list.len, 0, "gives none");
	} else {
		is_err(bsd(SYS_ioctl, fd, SIOCGIFADDR, &r), EADDRNOTAVAIL, "lo has no address");
	}
	strcpy(r.name, "none0");
	is_err(bsd(SYS_ioctl, fd, SIOCGIFFLAGS, &r), ENXIO, "an interface that is none");
	is_err(bsd(SYS_ioctl, fd, SIOCGIFFLAGS, 8), EFAULT, "a request from nowhere");
	is_err(bsd(SYS_ioctl, 1, SIOCGIFFLAGS, &r), ENOTTY, "of a file");
	sys(SYS_close, fd);
}

static long open_pair(long *master)
{
	*master = sys(SYS_open, "/dev/ptmx", O_RDWR | O_NOCTTY, 0);
	if (*master < 0)
		return *master;
	is_int(sys(SYS_ioctl, *master, TIOCPTYGRANT, 0), 0, "TIOCPTYGRANT");
	is_int(sys(SYS_ioctl, *master, TIOCPTYUNLK, 0), 0, "TIOCPTYUNLK");
	is_int(sys(SYS_ioctl, *master, TIOCPTYGNAME, name), 0, "TIOCPTYGNAME");
	ok(!strncmp(name, "/dev/pts/", 9), "it is %s", name);
	return sys(SYS_open, name, O_RDWR | O_NOCTTY, 0);
}

static void settings(long tty)
{
	struct winsize ws = { 12, 34, 0, 0 }, back = { 0 };
	struct termios t, raw;
	char cmd[256];
	int32_t type = 9;

	memset(&t, 0xaa, sizeof(t));
	is_int(sys(SYS_ioctl, tty, TIOCGETA, &t), 0, "TIOCGETA");
	is_hex(t.c_lflag & (ICANON | ECHO | ISIG | IEXTEN), ICANON | ECHO | ISIG | IEXTEN,
	       "c_lflag");
	is_hex(t.c_iflag & (ICRNL | IXON), ICRNL | IXON, "c_iflag");
	is_hex(t.c_oflag & (OPOST | ONLCR), OPOST | ONLCR, "c_oflag");
	is_hex(t.c_cflag & (CSIZE | CREAD), CS8 | CREAD, "c_cflag");
	is_int(t.c_cc[VINTR], 3, "VINTR is ^C");
	is_int(t.c_cc[VEOF], 4, "VEOF is ^D");
	is_int(t.c_cc[VEOL], 0xff, "VEOL is off");
	is_int(t.c_ospeed, 38400, "c_ospeed");
	raw = t;
	raw.c_lflag &= ~(uint64_t)(ICANON | ECHO);
	raw.c_oflag |= OXTABS;
	raw.c_cc[VMIN] = 7;
	raw.c_cc[VINTR] = 0xff;
	raw.c_ospeed = 9600;
	raw.c_ispeed = 9600;
	is_int(sys(SYS_ioctl, tty, TIOCSETAF, &raw), 0, "TIOCSETAF");
	snprintf(cmd, sizeof(cmd), "s=$(stty -a -F %s) && case $s in *'speed 9600'*"
		 "'intr = <undef>'*'min = 7'*'tab3'*'-icanon'*) ;; *) exit 1;; esac", name);
	is_int(shell(cmd), 0, "seen natively");
	is_int(sys(SYS_ioctl, tty, TIOCGETA, &t), 0, "TIOCGETA");
	ok(!memcmp(&t, &raw, sizeof(t)), "is what was set");
	t.c_lflag |= 1ULL << 40;
	is_err(bsd(SYS_ioctl, tty, TIOCSETA, &t), EINVAL, "a mode nobody knows");

	is_int(sys(SYS_ioctl, tty, TIOCSWINSZ, &ws), 0, "TIOCSWINSZ");
	is_int(sys(SYS_ioctl, tty, TIOCGWINSZ, &back), 0, "TIOCGWINSZ");
	ok(back.ws_row == 12 && back.ws_col == 34, "12 by 34");
	is_int(sys(SYS_ioctl, tty, TIOCGETD, &type), 0, "TIOCGETD");
	is_int(type, 0, "the terminal discipline");
	is_int(sys(SYS_ioctl, tty, FIODTYPE, &type), 0, "FIODTYPE");
	is_int(type, 3, "a terminal");
	is_int(sys(SYS_ioctl, tty, TIOCDRAIN, 0), 0, "TIOCDRAIN");
}

static void queues(long master, long tty)
{
	int32_t n = 0, bad = 8;
	char c;

	sys(SYS_write, master, "1234567", 7);
	/* It gets there by way of a work queue. */
	msleep(200);
	is_int(sys(SYS_ioctl, tty, FIONREAD, &n), 0, "FIONREAD");
	is_int(n, 7, "seven bytes wait");
	n = 1;
	is_int(sys(SYS_ioctl, tty, TIOCFLUSH, &n), 0, "TIOCFLUSH");
	sys(SYS_ioctl, tty, FIONREAD, &n);
	is_int(n, 0, "none is left");
	is_err(bsd(SYS_ioctl, tty, TIOCFLUSH, &bad), EINVAL, "TIOCFLUSH of nothing known");
	sys(SYS_write, tty, "x", 1);
	is_int(sys(SYS_read, master, &c, 1), 1, "output gets to the other end");
}

/* In a session of its own, whose terminal it becomes. */
static int session(long tty)
{
	int32_t group = 0;

	if (sys(SYS_setsid) < 0)
		return 1;
	if (sys(SYS_ioctl, tty, TIOCSCTTY, 0))
		return 2;
	if (sys(SYS_ioctl, tty, TIOCGPGRP, &group) || group != sys(SYS_getpid))
		return 3;
	if (sys(SYS_ioctl, tty, TIOCSPGRP, &group))
		return 4;
	return 0;
}

int main(int argc, char **argv, char **envp, char **apple)
{
	long master = -1, tty, pid;

	plan(0);
	files();
	interfaces();
	tty = open_pair(&master);
	if (tty < 0) {
		skip("terminals", "no pseudo terminal");
		return done();
	}
	settings(tty);
	queues(master, tty);
	pid = sys_fork();
	if (!pid)
		sys_exit(session(tty));
	is_int(child_status(pid), 0, "TIOCSCTTY, TIOCGPGRP, TIOCSPGRP");
	return done();
}
