// SPDX-License-Identifier: GPL-2.0-only
/* Pipes: data, end of file, broken ones, non-blocking ones, across fork. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

static char big[70000];
static struct iovec one_byte = { "x", 1 };

static void transfer(void)
{
	struct sysret p = bsd(SYS_pipe);
	char a[4] = "", b[8] = "";
	struct iovec out[3] = { { "abc", 3 }, { "", 0 }, { "defgh", 5 } };
	struct iovec in[2] = { { a, 3 }, { b, 7 } };
	int32_t n = -1;

	is_int(sys(SYS_writev, p.rdx, out, 3), 8, "writev");
	is_int(sys(SYS_ioctl, p.rax, FIONREAD, &n), 0, "FIONREAD");
	is_int(n, 8, "FIONREAD: bytes in the pipe");
	is_int(sys(SYS_readv, p.rax, in, 2), 8, "readv");
	ok(!memcmp(a, "abc", 3) && !memcmp(b, "defgh", 5), "the bytes in order");
	is_err(bsd(SYS_read, p.rdx, a, 1), EBADF, "read from the writing end");
	is_err(bsd(SYS_write, p.rax, a, 1), EBADF, "write to the reading end");
	is_err(bsd(SYS_lseek, p.rax, 0, 0), ESPIPE, "lseek");
	is_err(bsd(SYS_write, p.rdx, (void *)8, 1), EFAULT, "write from nowhere");
	is_int(sys(SYS_close, p.rdx), 0, "close of the writing end");
	is_int(sys(SYS_read, p.rax, a, 3), 0, "then end of file");
	sys(SYS_close, p.rax);
}

static void nonblocking(void)
{
	struct sysret p = bsd(SYS_pipe);
	struct pollfd fds[2] = { { (int)p.rax, POLLIN, 0 }, { (int)p.rdx, POLLOUT, 0 } };
	char c;

	is_int(sys(SYS_fcntl, p.rax, F_SETFL, O_NONBLOCK), 0, "F_SETFL O_NONBLOCK");
	is_int(sys(SYS_fcntl, p.rax, F_GETFL, 0), O_NONBLOCK, "F_GETFL gives it back");
	is_err(bsd(SYS_read, p.rax, &c, 1), EAGAIN, "read of an empty pipe");
	is_int(sys(SYS_poll, fds, 2, 0), 1, "poll: one is ready");
	is_int(fds[1].revents, POLLOUT, "the writing end");
	is_int(fds[0].revents, 0, "not the reading end");
	sys(SYS_fcntl, p.rdx, F_SETFL, O_NONBLOCK);
	while (sys(SYS_write, p.rdx, big, sizeof(big)) > 0)
		;
	is_err(bsd(SYS_write, p.rdx, big, sizeof(big)), EAGAIN, "write to a full pipe");
	sys(SYS_close, p.rdx);
	sys(SYS_close, p.rax);
}

static void broken(void)
{
	struct sysret p = bsd(SYS_pipe);
	long pid, status;

	sys(SYS_close, p.rax);
	pid = sys_fork();
	if (!pid) {
		sys(SYS_write, p.rdx, "x", 1);
		sys_exit(0);
	}
	status = child_wait(pid);
	ok(status > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE,
	   "write without a reader: SIGPIPE");
	signal_set(SIGPIPE, (signal_fn)1, 0, 0);
	is_err(bsd(SYS_write, p.rdx, "x", 1), EPIPE, "with SIGPIPE ignored: EPIPE");
	sys(SYS_close, p.rdx);
}

static volatile int pipes;

static void on_pipe(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	pipes++;
}

static void nosigpipe(void)
{
	struct sysret p = bsd(SYS_pipe);
	long fd = sys(SYS_dup, p.rdx), self = sys(SYS_getpid);

	sys(SYS_close, p.rax);
	signal_set(SIGPIPE, on_pipe, 0, 0);
	is_err(bsd(SYS_write, p.rdx, "x", 1), EPIPE, "a handler: EPIPE");
	is_int(pipes, 1, "and the signal");
	is_int(sys(SYS_fcntl, p.rdx, F_GETNOSIGPIPE, 0), 0, "F_GETNOSIGPIPE");
	is_int(sys(SYS_fcntl, p.rdx, F_SETNOSIGPIPE, 1), 0, "F_SETNOSIGPIPE");
	is_int(sys(SYS_fcntl, fd, F_GETNOSIGPIPE, 0), 1, "it is of the open file");
	is_err(bsd(SYS_write, fd, "x", 1), EPIPE, "F_SETNOSIGPIPE: EPIPE");
	is_err(bsd(SYS_writev, p.rdx, &one_byte, 1), EPIPE, "by writev as well");
	is_int(pipes, 1, "no signal");
	is_int(sys(SYS_fcntl, fd, F_GETFL, 0), O_WRONLY, "F_GETFL shows nothing of it");
	sys(SYS_kill, self, SIGPIPE, 1);
	is_int(pipes, 2, "a signal that somebody sends arrives");
	is_int(sys(SYS_fcntl, fd, F_SETNOSIGPIPE, 0), 0, "F_SETNOSIGPIPE: off");
	is_err(bsd(SYS_write, fd, "x", 1), EPIPE, "EPIPE");
	is_int(pipes, 3, "with the signal");
	signal_set(SIGPIPE, (signal_fn)1, 0, 0);
	sys(SYS_close, fd);
	sys(SYS_close, p.rdx);
}

/* A child sends more than a pipe holds and exits; all of it arrives. */
static void across_fork(void)
{
	struct sysret p = bsd(SYS_pipe);
	size_t total = 0, i, wrong = 0;
	long pid, n;

	pid = sys_fork();
	if (!pid) {
		for (i = 0; i < sizeof(big); i++)
			big[i] = (char)(i * 31);
		sys(SYS_close, p.rax);
		sys_exit(sys(SYS_write, p.rdx, big, sizeof(big)) == sizeof(big) ? 0 : 1);
	}
	sys(SYS_close, p.rdx);
	while ((n = sys(SYS_read, p.rax, big + total, sizeof(big) - total)) > 0)
		total += n;
	is_int((long)total, sizeof(big), "all bytes of the child");
	for (i = 0; i < total; i++)
		wrong += big[i] != (char)(i * 31);
	is_int((long)wrong, 0, "and the right ones");
	is_int(child_status(pid), 0, "the child wrote them in one call");
	sys(SYS_close, p.rax);
}

static void duplicates(void)
{
	struct sysret p = bsd(SYS_pipe);
	long fd = sys(SYS_dup, p.rdx);
	char c = 0;

	ok(fd > 2, "dup");
	is_int(sys(SYS_dup2, p.rdx, 100), 100, "dup2");
	is_int(sys(SYS_dup2, 100, 100), 100, "dup2 to itself");
	is_err(bsd(SYS_dup2, 99, 101), EBADF, "dup2 of nothing");
	sys(SYS_close, p.rdx);
	sys(SYS_write, fd, "1", 1);
	ok(sys(SYS_read, p.rax, &c, 1) == 1 && c == '1', "the duplicate writes");
	sys(SYS_close, fd);
	sys(SYS_write, 100, "2", 1);
	ok(sys(SYS_read, p.rax, &c, 1) == 1 && c == '2', "and so does the other");
	is_int(sys(SYS_fcntl, 100, F_SETFD, FD_CLOEXEC), 0, "F_SETFD");
	is_int(sys(SYS_fcntl, 100, F_GETFD, 0), FD_CLOEXEC, "F_GETFD");
	is_int(sys(SYS_fcntl, 100, F_DUPFD, 200), 200, "F_DUPFD");
	is_int(sys(SYS_fcntl, 200, F_GETFD, 0), 0, "F_DUPFD: without FD_CLOEXEC");
	is_int(sys(SYS_fcntl, 100, F_DUPFD_CLOEXEC, 201), 201, "F_DUPFD_CLOEXEC");
	is_int(sys(SYS_fcntl, 201, F_GETFD, 0), FD_CLOEXEC, "F_DUPFD_CLOEXEC: with it");
	sys(SYS_close, 100);
	sys(SYS_close, 200);
	sys(SYS_close, 201);
	is_int(sys(SYS_read, p.rax, &c, 1), 0, "end of file after the last duplicate");
	sys(SYS_close, p.rax);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	transfer();
	nonblocking();
	broken();
	nosigpipe();
	across_fork();
	duplicates();
	return done();
}
