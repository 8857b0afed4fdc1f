// SPDX-License-Identifier: GPL-2.0-only
/* Kernel queues: registration, every filter, and what becomes of closed files. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

struct kev {
	uint64_t ident;
	int16_t filter;
	uint16_t flags;
	uint32_t fflags;
	int64_t data;
	uint64_t udata;
};

struct kev64 {
	uint64_t ident;
	int16_t filter;
	uint16_t flags;
	uint32_t fflags;
	int64_t data;
	uint64_t udata;
	uint64_t ext[2];
};

static int kq;
static int self;
static struct kev ev[8];

static long change(uint64_t ident, int filter, unsigned int flags, uint32_t fflags, int64_t data,
		   uint64_t udata)
{
	struct kev c = { ident, filter, flags, fflags, data, udata };

	return sys(SYS_kevent, kq, &c, 1, 0, 0, 0);
}

/* Number of events that are there within @ms milliseconds, in ev[]. */
static long collect(int n, unsigned int ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000L };

	memset(ev, 0x55, sizeof(ev));
	return sys(SYS_kevent, kq, 0, 0, ev, n, &ts);
}

static void make_pipe(int fd[2])
{
	struct sysret r = bsd(SYS_pipe);

	if (r.cf)
		bail("pipe: %ld", (long)r.rax);
	fd[0] = r.rax;
	fd[1] = r.rdx;
}

static void test_register(void)
{
	struct timespec bad = { 0, 1000000000 };
	struct kev c[3] = {
		{ 1, EVFILT_USER, EV_ADD | EV_RECEIPT, 0, 0, 11 },
		{ 2, EVFILT_USER, EV_DELETE, 0, 0, 12 },
		{ 3, EVFILT_USER, EV_ADD, 0, 0, 13 },
	};

	is_int(sys(SYS_fcntl, kq, F_GETFD), 1, "the queue is close-on-exec");
	is_err(bsd(SYS_kevent, -1, 0, 0, ev, 1, 0), EBADF, "no descriptor");
	is_err(bsd(SYS_kevent, 1, 0, 0, ev, 1, 0), EBADF, "not a queue");
	is_err(bsd(SYS_kevent, kq, 0, 0, ev, 1, &bad), EINVAL, "bad timeout");
	is_err(bsd(SYS_kevent, kq, 8, 1, 0, 0, 0), EFAULT, "bad changes");
	is_int(change(1, 1, EV_ADD, 0, 0, 0), -EINVAL, "positive filter");
	is_int(change(1, -18, EV_ADD, 0, 0, 0), -EINVAL, "filter beyond the last");
	is_int(change(1, EVFILT_AIO, EV_ADD, 0, 0, 0), -ENOTSUP, "filter that is not there");
	is_int(change(999, EVFILT_READ, EV_ADD, 0, 0, 0), -EBADF, "no such descriptor");
	is_int(change(1, EVFILT_USER, EV_DELETE, 0, 0, 0), -ENOENT, "delete nothing");
	is_int(change(1, EVFILT_USER, EV_ENABLE, 0, 0, 0), -ENOENT, "enable nothing");
	is_int(collect(8, 0), 0, "an empty queue has no events");

	is_int(sys(SYS_kevent, kq, c, 3, ev, 8, 0), 2, "a receipt and an error");
	is_int(ev[0].ident, 1, "receipt: of the first");
	is_hex(ev[0].flags, EV_ADD | EV_RECEIPT | EV_ERROR, "receipt: flags");
	is_int(ev[0].data, 0, "receipt: no error");
	is_int(ev[1].ident, 2, "error: of the second");
	is_int(ev[1].data, ENOENT, "error: Darwin's number");
	is_hex(ev[1].flags, EV_DELETE | EV_ERROR, "error: flags");
	is_int(change(3, EVFILT_USER, EV_DELETE, 0, 0, 0), 0, "the third was added all the same");
	is_int(change(1, EVFILT_USER, EV_DELETE, 0, 0, 0), 0, "delete the first");
}

static void test_user(void)
{
	is_int(change(7, EVFILT_USER, EV_ADD | EV_CLEAR, 0x1, 0, 0x1234), 0, "user: add");
	is_int(collect(8, 0), 0, "user: not triggered");
	is_int(change(7, EVFILT_USER, 0, NOTE_FFOR | 0x6, 0, 0x1234), 0, "user: or");
	is_int(change(7, EVFILT_USER, 0, NOTE_TRIGGER | NOTE_FFNOP, 5, 0x1234), 0, "user: trigger");
	is_int(collect(8, 1000), 1, "user: one event");
	is_int(ev[0].ident, 7, "user: ident");
	is_int(ev[0].filter, EVFILT_USER, "user: filter");
	is_hex(ev[0].fflags, 0x7, "user: fflags");
	is_int(ev[0].data, 5, "user: data");
	is_hex(ev[0].udata, 0x1234, "user: udata");
	is_hex(ev[0].flags, EV_ADD | EV_CLEAR, "user: flags are those of the registration");
	is_int(collect(8, 0), 0, "user: cleared");
	change(7, EVFILT_USER, EV_DISABLE, 0, 0, 0);
	change(7, EVFILT_USER, 0, NOTE_TRIGGER, 0, 0);
	is_int(collect(8, 0), 0, "user: disabled");
	change(7, EVFILT_USER, EV_ENABLE, 0, 0, 0);
	is_int(collect(8, 0), 1, "user: enabled again");
	is_int(change(7, EVFILT_USER, EV_DELETE, 0, 0, 0), 0, "user: delete");

	change(8, EVFILT_USER, EV_ADD | EV_ONESHOT, 0, 0, 0);
	change(8, EVFILT_USER, 0, NOTE_TRIGGER, 0, 0);
	is_int(collect(8, 0), 1, "user: one shot");
	is_int(change(8, EVFILT_USER, EV_DELETE, 0, 0, 0), -ENOENT, "user: it is gone then");

	change(9, EVFILT_USER, EV_ADD | EV_DISPATCH, NOTE_TRIGGER, 0, 0);
	is_int(collect(8, 0), 1, "user: born triggered");
	change(9, EVFILT_USER, 0, NOTE_TRIGGER, 0, 0);
	collect(8, 0);
	is_int(collect(8, 0), 0, "user: dispatched events are disabled");
	change(9, EVFILT_USER, EV_DELETE, 0, 0, 0);

	change(1, EVFILT_USER, EV_ADD | EV_UDATA_SPECIFIC, 0, 0, 21);
	change(1, EVFILT_USER, EV_ADD | EV_UDATA_SPECIFIC, 0, 0, 22);
	change(1, EVFILT_USER, EV_UDATA_SPECIFIC, NOTE_TRIGGER, 0, 22);
	is_int(collect(8, 0), 1, "user data is part of the key");
	is_int(ev[0].udata, 22, "... and returned");
	change(1, EVFILT_USER, EV_DELETE | EV_UDATA_SPECIFIC, 0, 0, 21);
	is_int(change(1, EVFILT_USER, EV_DELETE | EV_UDATA_SPECIFIC, 0, 0, 22), 0, "... to delete");
}

static void test_pipe(void)
{
	char buf[16];
	int p[2], d;

	make_pipe(p);
	is_int(change(p[0], EVFILT_READ, EV_ADD, 0, 0, 1), 0, "pipe: watch the read end");
	is_int(collect(8, 0), 0, "pipe: nothing to read");
	sys(SYS_write, p[1], "hello", 5);
	is_int(collect(8, 1000), 1, "pipe: readable");
	is_int(ev[0].ident, p[0], "pipe: ident");
	is_int(ev[0].data, 5, "pipe: data is the number of bytes");
	is_hex(ev[0].flags, EV_ADD, "pipe: flags");
	is_int(collect(8, 0), 1, "pipe: a level is reported again");
	sys(SYS_read, p[0], buf, 16);
	is_int(collect(8, 0), 0, "pipe: read empty");

	is_int(change(p[1], EVFILT_WRITE, EV_ADD | EV_CLEAR, 0, 0, 2), 0,
	       "pipe: watch the write end");
	is_int(collect(8, 0), 1, "pipe: writable");
	is_int(ev[0].data, 65536, "pipe: data is the space");
	is_int(collect(8, 0), 0, "pipe: an edge is reported once");

	change(p[0], EVFILT_READ, EV_DELETE, 0, 0, 0);
	change(p[0], EVFILT_READ, EV_ADD | EV_CLEAR, NOTE_LOWAT, 4, 0);
	sys(SYS_write, p[1], "abc", 3);
	is_int(collect(8, 0), 0, "pipe: below the low-water mark");
	sys(SYS_write, p[1], "d", 1);
	is_int(collect(8, 0), 1, "pipe: at the low-water mark");
	is_int(ev[0].data, 4, "pipe: data is all of it");
	is_int(collect(8, 0), 0, "pipe: no edge, no event");

	/* A duplicate keeps the pipe, but not the event. */
	d = sys(SYS_dup, p[0]);
	sys(SYS_close, p[0]);
	is_int(change(p[0], EVFILT_READ, EV_DELETE, 0, 0, 0), -ENOENT, "closed: the event is gone");
	is_int(sys(SYS_dup2, d, p[0]), p[0], "closed: the number is used again");
	change(p[0], EVFILT_READ, EV_ADD, 0, 0, 0);
	is_int(collect(8, 0), 1, "closed: ... and can be watched");
	sys(SYS_close, p[1]);
	is_int(collect(8, 1000), 1, "pipe: the writer is gone");
	is_hex(ev[0].flags, EV_ADD | EV_EOF, "pipe: end of file");
	is_int(ev[0].data, 4, "pipe: ... with bytes left");
	sys(SYS_close, d);
	sys(SYS_close, p[0]);

	/* Watching must not keep the other end from seeing the end. */
	make_pipe(p);
	change(p[1], EVFILT_WRITE, EV_ADD, 0, 0, 0);
	sys(SYS_close, p[1]);
	is_int(sys(SYS_read, p[0], buf, 1), 0, "the last close of a watched file is one");
	sys(SYS_close, p[0]);
	make_pipe(p);
	change(p[1], EVFILT_WRITE, EV_ADD, 0, 0, 0);
	sys(SYS_close, p[0]);
	is_int(collect(8, 1000), 1, "pipe: the reader is gone");
	is_hex(ev[0].flags & EV_EOF, EV_EOF, "pipe: nobody will read");
	sys(SYS_close, p[1]);
	is_int(collect(8, 0), 0, "all events are gone with their files");
}

static void test_timer(void)
{
	is_int(change(1, EVFILT_TIMER, EV_ADD, 0, 20, 9), 0, "timer: every 20 ms");
	is_int(collect(8, 2000), 1, "timer: expired");
	is_int(ev[0].ident, 1, "timer: ident");
	ok(ev[0].data >= 1, "timer: data");
	ok(ev[0].flags & EV_CLEAR, "timer: clears itself");
	msleep(100);
	is_int(collect(8, 0), 1, "timer: again");
	ok(ev[0].data >= 3 && ev[0].data < 50, "timer: counts the intervals (%ld)",
	   (long)ev[0].data);
	is_int(change(1, EVFILT_TIMER, EV_DELETE, 0, 0, 0), 0, "timer: delete");
	change(2, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_USECONDS, 5000, 0);
	is_int(collect(8, 2000), 1, "timer: once");
	is_int(collect(8, 30), 0, "timer: ... only");
	is_int(change(2, EVFILT_TIMER, EV_DELETE, 0, 0, 0), -ENOENT, "timer: it is gone");
	change(3, EVFILT_TIMER, EV_ADD, NOTE_SECONDS | NOTE_ABSOLUTE, 1000, 0);
	is_int(collect(8, 0), 1, "timer: a time long past");
	ok(ev[0].flags & EV_ONESHOT, "timer: absolute means once");
	change(4, EVFILT_TIMER, EV_ADD, 0, -1, 0);
	is_int(collect(8, 0), 1, "timer: a negative interval expires at once");
	is_int(collect(8, 20), 0, "timer: ... and once");
	change(4, EVFILT_TIMER, EV_DELETE, 0, 0, 0);
	is_int(change(5, EVFILT_TIMER, EV_ADD, NOTE_SECONDS | NOTE_USECONDS, 1, 0), -EINVAL,
	       "timer: two units");
	is_int(change(5, EVFILT_TIMER, EV_ADD, NOTE_SECONDS, 1L << 62, 0), -ERANGE,
	       "timer: too long");
	is_int(change(6, EVFILT_TIMER, EV_ADD, NOTE_NSECONDS, 1, 0), 0, "timer: every nanosecond");
	msleep(20);
	is_int(collect(8, 0), 1, "timer: one event for all");
	ok(ev[0].data > 1000000, "timer: counted");
	change(6, EVFILT_TIMER, EV_DELETE, 0, 0, 0);
}

static void test_signal(void)
{
	is_int(change(SIGUSR1, EVFILT_SIGNAL, EV_ADD, 0, 0, 3), 0, "signal: watch SIGUSR1");
	is_int(change(32, EVFILT_SIGNAL, EV_ADD, 0, 0, 3), -EINVAL, "signal: no such");
	signal_set(SIGUSR1, (void *)1, 0, 0);
	sys(SYS_kill, self, SIGUSR1, 1);
	sys(SYS_kill, self, SIGUSR1, 1);
	is_int(collect(8, 1000), 1, "signal: seen though ignored");
	is_int(ev[0].ident, SIGUSR1, "signal: Darwin's number");
	is_int(ev[0].data, 2, "signal: both");
	is_int(collect(8, 0), 0, "signal: cleared");
	change(SIGUSR1, EVFILT_SIGNAL, EV_DELETE, 0, 0, 0);
}

static void test_proc(void)
{
	long pid;
	int p[2];
	char c;

	make_pipe(p);
	pid = sys_fork();
	if (!pid) {
		/* The parent's queue is not the child's. */
		c = sys(SYS_fcntl, kq, F_GETFD) == -EBADF ? 42 : 1;
		if (sys(SYS_kevent, kq, 0, 0, ev, 1, 0) != -EBADF)
			c = 2;
		sys(SYS_read, p[0], &ev, 1);
		sys_exit(c);
	}
	is_int(change(pid, EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS, 0, 4), 0,
	       "process: watch a child");
	is_int(change(pid, EVFILT_PROC, EV_ADD, NOTE_TRACK, 0, 4), -ENOTSUP,
	       "process: no tracking");
	is_int(collect(8, 20), 0, "process: it lives");
	sys(SYS_write, p[1], "x", 1);
	is_int(collect(8, 5000), 1, "process: it is over");
	is_int(ev[0].ident, pid, "process: ident");
	is_hex(ev[0].fflags, NOTE_EXIT | NOTE_EXITSTATUS, "process: fflags");
	is_int(ev[0].data, 42 << 8, "process: status, and the child had no queue");
	ok(ev[0].flags & EV_EOF && ev[0].flags & EV_ONESHOT, "process: once");
	is_int(change(pid, EVFILT_PROC, EV_DELETE, 0, 0, 0), -ENOENT, "process: gone");
	is_int(change(pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, 0), -ESRCH, "process: too late");
	child_wait(pid);

	pid = sys_fork();
	if (!pid) {
		self = sys(SYS_getpid);
		sys(SYS_read, p[0], &ev, 1);
		sys(SYS_kill, self, SIGBUS, 1);
		sys_exit(0);
	}
	change(pid, EVFILT_PROC, EV_ADD, NOTE_EXIT | NOTE_EXITSTATUS, 0, 4);
	change(self, EVFILT_PROC, EV_ADD, NOTE_FORK, 0, 4);
	sys(SYS_write, p[1], "x", 1);
	is_int(collect(8, 5000), 1, "process: killed");
	is_int(ev[0].data & 0x7f, SIGBUS, "process: by Darwin's number");
	child_wait(pid);
	pid = sys_fork();
	if (!pid)
		sys_exit(0);
	is_int(collect(8, 1000), 1, "process: fork");
	is_hex(ev[0].fflags, NOTE_FORK, "process: fork noted");
	child_wait(pid);
	change(self, EVFILT_PROC, EV_DELETE, 0, 0, 0);
	sys(SYS_close, p[0]);
	sys(SYS_close, p[1]);
}

static void test_vnode(void)
{
	const char *name = "/tmp/persona-kqueue", *other = "/tmp/persona-kqueue2";
	int fd;

	sys(SYS_unlink, name);
	fd = sys(SYS_open, name, O_CREAT | O_RDWR | O_TRUNC, 0644);
	if (fd < 0)
		bail("open: %d", fd);
	is_int(change(fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, NOTE_WRITE | NOTE_EXTEND | NOTE_DELETE |
		      NOTE_RENAME | NOTE_LINK | NOTE_ATTRIB, 0, 0), 0, "file: watch");
	sys(SYS_write, fd, "abcd", 4);
	is_int(collect(8, 1000), 1, "file: written");
	is_hex(ev[0].fflags, NOTE_WRITE | NOTE_EXTEND, "file: and extended");
	sys(SYS_pwrite, fd, "abcd", 4, 0);
	collect(8, 1000);
	is_hex(ev[0].fflags, NOTE_WRITE, "file: written in place");
	sys(SYS_fchmod, fd, 0600);
	collect(8, 1000);
	is_hex(ev[0].fflags, NOTE_ATTRIB, "file: attributes");
	sys(SYS_link, name, other);
	collect(8, 1000);
	is_hex(ev[0].fflags, NOTE_LINK, "file: linked");
	sys(SYS_unlink, other);
	collect(8, 1000);
	is_hex(ev[0].fflags, NOTE_DELETE | NOTE_LINK, "file: a name removed");
	sys(SYS_rename, name, other);
	collect(8, 1000);
	is_hex(ev[0].fflags & NOTE_RENAME, NOTE_RENAME, "file: renamed");
	sys(SYS_unlink, other);
	collect(8, 1000);
	is_hex(ev[0].fflags, NOTE_DELETE | NOTE_LINK, "file: deleted");
	is_int(change(fd, EVFILT_VNODE, EV_DELETE, 0, 0, 0), 0, "file: watch no more");

	is_int(change(fd, EVFILT_READ, EV_ADD, 0, 0, 0), 0, "file: for reading");
	is_int(collect(8, 0), 0, "file: at its end");
	sys(SYS_lseek, fd, 1, 0);
	is_int(collect(8, 0), 0, "file: moving the offset wakes nobody");
	sys(SYS_pwrite, fd, "e", 1, 4);
	is_int(collect(8, 1000), 1, "file: growing does");
	is_int(ev[0].data, 4, "file: bytes to its end");
	sys(SYS_close, fd);
	is_int(collect(8, 0), 0, "file: closed");
	is_int(change(kq, EVFILT_VNODE, EV_ADD, NOTE_WRITE, 0, 0), -EINVAL, "file: a queue is none");
}

static void test_nested(void)
{
	int inner = sys(SYS_kqueue), outer = kq, third;
	struct kev c = { inner, EVFILT_READ, EV_ADD, 0, 0, 0 };
	struct timespec now = { 0, 0 };

	is_int(sys(SYS_kevent, outer, &c, 1, 0, 0, 0), 0, "nested: watch a queue");
	c.ident = outer;
	is_err(bsd(SYS_kevent, outer, &c, 1, 0, 0, 0), EINVAL, "nested: not itself");
	is_err(bsd(SYS_kevent, inner, &c, 1, 0, 0, 0), EINVAL, "nested: no cycle");
	third = sys(SYS_kqueue);
	c.ident = third;
	is_int(sys(SYS_kevent, inner, &c, 1, 0, 0, 0), -EINVAL, "nested: no growing from below");
	sys(SYS_close, third);

	is_int(collect(8, 0), 0, "nested: nothing");
	kq = inner;
	change(1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, 0);
	change(1, EVFILT_USER, 0, NOTE_TRIGGER, 0, 0);
	kq = outer;
	is_int(collect(8, 1000), 1, "nested: the inner queue is readable");
	is_int(ev[0].ident, inner, "nested: ident");
	is_int(ev[0].data, 1, "nested: number of events");
	is_int(sys(SYS_kevent, inner, 0, 0, ev, 8, &now), 1, "nested: its event");
	is_int(collect(8, 0), 0, "nested: nothing any more");
	sys(SYS_close, inner);
}

static void test_forms(void)
{
	struct kev64 c = { 5, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, 77, { 1, 2 } }, e[2];
	struct sysret r;

	r = bsd8(SYS_kevent64, kq, (uint64_t)&c, 1, 0, 0, 0, 0, 0);
	is_ok(r, "kevent64: add");
	c.fflags = NOTE_TRIGGER;
	c.flags = 0;
	memset(e, 0x55, sizeof(e));
	r = bsd8(SYS_kevent64, kq, (uint64_t)&c, 1, (uint64_t)e, 2, 0, 0, 0);
	is_int(sysret_long(r), 1, "kevent64: trigger and collect");
	is_int(e[0].udata, 77, "kevent64: udata");
	is_hex(e[1].ident, 0x5555555555555555, "kevent64: one event is 48 bytes");
	r = bsd8(SYS_kevent64, kq, 0, 0, (uint64_t)e, 2, 0x1000, 0, 0);
	is_err(r, EINVAL, "kevent64: unknown flag");
	r = bsd8(SYS_kevent64, kq, 0, 0, (uint64_t)e, 2, 1, 0, 0);
	is_int(sysret_long(r), 0, "kevent64: immediate");
	change(5, EVFILT_USER, EV_DELETE, 0, 0, 0);
}

static volatile int alarms;

static void on_alarm(int sig)
{
	alarms++;
}

static void test_wait(void)
{
	struct itimerval soon = { { 0, 0 }, { 0, 50000 } };
	struct sysret r;
	long pid;
	int p[2];

	signal_set(SIGALRM, (void *)on_alarm, 0, 0);
	sys(SYS_setitimer, 0, &soon, 0);
	r = bsd(SYS_kevent, kq, 0, 0, ev, 1, 0);
	is_err(r, EINTR, "a signal interrupts the wait");
	is_int(alarms, 1, "... and was delivered");

	make_pipe(p);
	change(p[0], EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0, 0);
	pid = sys_fork();
	if (!pid) {
		msleep(50);
		sys(SYS_write, p[1], "x", 1);
		sys_exit(0);
	}
	is_int(sys(SYS_kevent, kq, 0, 0, ev, 1, 0), 1, "another process ends the wait");
	is_int(ev[0].ident, p[0], "... by what it wrote");
	child_wait(pid);
	sys(SYS_close, p[0]);
	sys(SYS_close, p[1]);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	self = sys(SYS_getpid);
	kq = sys(SYS_kqueue);
	if (!ok(kq >= 0, "kqueue"))
		return done();
	test_register();
	test_user();
	test_pipe();
	test_timer();
	test_signal();
	test_proc();
	test_vnode();
	test_nested();
	test_forms();
	test_wait();
	return done();
}
