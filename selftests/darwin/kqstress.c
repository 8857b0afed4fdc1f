// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel queues under fire: connections watched as Go's network poller does it
 * (both directions, edges only), threads that wait while others close, kill -9.
 */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/thread.h"

#define ROUNDS		300
#define MESSAGES	200

static int kq;
static volatile int stop, seen;

static long watch(int fd, int filter, int flags)
{
	struct kevent c = { fd, filter, flags, 0, 0, NULL };

	return sys(SYS_kevent, kq, &c, 1, 0, 0, 0);
}

/* An echo server of one process and its client of another. */
static void test_echo(void)
{
	struct timespec late = { 10, 0 };
	int sv[2], sent = 0, got = 0, i, n;
	struct kevent ev[4];
	char buf[64];
	long pid;

	sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv);
	pid = sys_fork();
	if (!pid) {
		sys(SYS_close, sv[0]);
		for (;;) {
			n = sys(SYS_read, sv[1], buf, sizeof(buf));
			if (n <= 0)
				sys_exit(n < 0);
			sys(SYS_write, sv[1], buf, n);
		}
	}
	sys(SYS_close, sv[1]);
	sys(SYS_fcntl, sv[0], F_SETFL, O_NONBLOCK);
	watch(sv[0], EVFILT_READ, EV_ADD | EV_CLEAR);
	watch(sv[0], EVFILT_WRITE, EV_ADD | EV_CLEAR);
	sent += sys(SYS_write, sv[0], "x", 1);
	while (got < MESSAGES) {
		n = sys(SYS_kevent, kq, 0, 0, ev, 4, &late);
		if (n <= 0)
			break;
		for (i = 0; i < n; i++) {
			if (ev[i].filter != EVFILT_READ)
				continue;
			/* Read until there is no more, or the edge is lost. */
			while (sys(SYS_read, sv[0], buf, 1) == 1) {
				got++;
				if (sent < MESSAGES)
					sent += sys(SYS_write, sv[0], "x", 1);
			}
		}
	}
	is_int(got, MESSAGES, "every edge was seen");
	sys(SYS_close, sv[0]);
	is_int(child_status(pid), 0, "the other side saw the close");
}

static void waiter(void *unused)
{
	struct timespec ts = { 0, 20000000 };
	struct kevent ev[8];

	while (!stop) {
		long n = sys(SYS_kevent, kq, 0, 0, ev, 8, &ts);

		if (n > 0)
			__atomic_add_fetch(&seen, n, __ATOMIC_RELAXED);
	}
}

static void closer(void *unused)
{
	struct sysret p;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		p = bsd(SYS_pipe);
		if (p.cf)
			continue;
		watch(p.rax, EVFILT_READ, EV_ADD | (i & 1 ? EV_CLEAR : 0));
		watch(p.rdx, EVFILT_WRITE, EV_ADD | (i & 2 ? EV_ONESHOT : EV_CLEAR));
		sys(SYS_write, p.rdx, "x", 1);
		sys(SYS_close, i & 4 ? p.rax : p.rdx);
		sys(SYS_close, i & 4 ? p.rdx : p.rax);
	}
}

static void test_threads(void)
{
	struct thread t[4];
	struct kevent ev;
	struct timespec now = { 0, 0 };
	int i, joined = 0;

	if (thread_setup() < 0) {
		skip("threads", "bsdthread_register");
		return;
	}
	for (i = 0; i < 4; i++) {
		if (thread_create(&t[i], i < 2 ? waiter : closer, NULL))
			bail("thread %d", i);
	}
	for (i = 2; i < 4; i++)
		joined += thread_join(&t[i], 60000);
	stop = 1;
	for (i = 0; i < 2; i++)
		joined += thread_join(&t[i], 10000);
	is_int(joined, 4, "all threads came to their end");
	ok(seen > 0, "events were seen (%d)", seen);
	is_int(sys(SYS_kevent, kq, 0, 0, &ev, 1, &now), 0, "no event of a closed descriptor is left");
}

/* Children that do all of it and are killed at any moment. */
static void test_kill(void)
{
	int i, killed = 0;
	long pid;

	for (i = 0; i < 30; i++) {
		pid = sys_fork();
		if (!pid) {
			struct kevent c = { 1, EVFILT_TIMER, EV_ADD, NOTE_USECONDS, 50, NULL }, ev;

			kq = sys(SYS_kqueue);
			sys(SYS_kevent, kq, &c, 1, 0, 0, 0);
			c = (struct kevent){ SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0, NULL };
			sys(SYS_kevent, kq, &c, 1, 0, 0, 0);
			c = (struct kevent){ sys(SYS_getppid), EVFILT_PROC, EV_ADD,
					     NOTE_EXIT | NOTE_FORK, 0, NULL };
			sys(SYS_kevent, kq, &c, 1, 0, 0, 0);
			for (;;) {
				closer(NULL);
				sys(SYS_kevent, kq, 0, 0, &ev, 1, 0);
			}
		}
		msleep(1 + i * 3);
		sys(SYS_kill, pid, SIGKILL, 1);
		killed += child_wait(pid) == SIGKILL;
	}
	is_int(killed, 30, "killed at any moment");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	kq = sys(SYS_kqueue);
	test_echo();
	test_threads();
	test_kill();
	return done();
}
