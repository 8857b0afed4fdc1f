// SPDX-License-Identifier: GPL-2.0-only
/* select(2), pselect(2) and poll(2). */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

static int p[2];

static void test_select(void)
{
	struct timeval tv = { 0, 30000 }, bad = { 0, 1000000 };
	uint32_t set[4] = { 0, 0, 0x55555555, 0x55555555 };
	struct timespec ts = { 0, 0 };

	set[0] = 1U << p[0];
	is_int(sys(SYS_select, p[0] + 1, set, 0, 0, &tv), 0, "select: times out");
	is_int(tv.tv_usec, 30000, "select: the timeout is left alone");
	is_hex(set[0], 0, "select: the set is empty");
	sys(SYS_write, p[1], "x", 1);
	set[0] = 1U << p[0];
	set[1] = 0x12345678;
	is_int(sys(SYS_select, p[0] + 1, set, 0, 0, 0), 1, "select: readable");
	is_hex(set[0], 1U << p[0], "select: which");
	is_hex(set[1], 0x12345678, "select: not a word more is written");
	set[0] = 1U << p[1];
	is_int(sys(SYS_select, p[1] + 1, 0, set, 0, &tv), 1, "select: writable");
	is_err(bsd(SYS_select, -1, 0, 0, 0, &tv), EINVAL, "select: negative number");
	is_err(bsd(SYS_select, 0, 0, 0, 0, &bad), EINVAL, "select: bad time");
	set[0] = 1U << 30;
	is_err(bsd(SYS_select, 31, set, 0, 0, &tv), EBADF, "select: closed descriptor");
	set[0] = 1U << p[0];
	is_int(sys(SYS_pselect, p[0] + 1, set, 0, 0, &ts, 0), 1, "pselect: readable");
}

static volatile int signals;

static void on_signal(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	signals++;
}

static void test_pselect_mask(void)
{
	uint32_t block = signal_bit(SIGUSR1), none = 0;
	struct timespec ts = { 5, 0 };
	long self = sys(SYS_getpid);

	signal_set(SIGUSR1, on_signal, 0, 0);
	sys(SYS_sigprocmask, SIG_BLOCK, &block, 0);
	sys(SYS_kill, self, SIGUSR1, 1);
	is_int(signals, 0, "pselect: blocked");
	is_err(bsd(SYS_pselect, 0, 0, 0, 0, &ts, &none), EINTR, "pselect: its mask lets it in");
	is_int(signals, 1, "pselect: handled");
}

static void test_poll(void)
{
	struct pollfd fd[3] = { { p[0], POLLIN, -1 }, { -1, POLLIN, -1 }, { 999, POLLIN, -1 } };

	is_int(sys(SYS_poll, fd, 1, 0), 1, "poll: readable");
	is_hex(fd[0].revents, POLLIN, "poll: event");
	is_int(sys(SYS_poll, fd, 3, 0), 2, "poll: three");
	is_int(fd[1].revents, 0, "poll: negative descriptor");
	is_hex(fd[2].revents, POLLNVAL, "poll: closed descriptor");
	fd[0].fd = p[1];
	fd[0].events = POLLOUT | POLLWRBAND;
	is_int(sys(SYS_poll, fd, 1, 0), 1, "poll: writable");
	is_hex(fd[0].revents & POLLOUT, POLLOUT, "poll: converted");
	is_hex(fd[0].events, POLLOUT | POLLWRBAND, "poll: what was asked for stays");
	is_err(bsd(SYS_poll, fd, 1, -2), EINVAL, "poll: bad timeout");
	is_err(bsd(SYS_poll, 8, 1, 0), EFAULT, "poll: bad address");
	sys(SYS_close, p[1]);
	fd[0] = (struct pollfd){ p[0], POLLIN, 0 };
	sys(SYS_poll, fd, 1, -1);
	is_hex(fd[0].revents & POLLHUP, POLLHUP, "poll: nobody writes any more");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	struct sysret r = bsd(SYS_pipe);

	plan(0);
	if (r.cf)
		bail("pipe: %ld", (long)r.rax);
	p[0] = r.rax;
	p[1] = r.rdx;
	test_select();
	test_pselect_mask();
	test_poll();
	return done();
}
