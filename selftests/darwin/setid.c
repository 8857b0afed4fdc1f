// SPDX-License-Identifier: GPL-2.0-only
/* Identity: of all threads of a process, and by settid() of one. */
#include "../macho/darwin_consts.h"
#include "../macho/machmsg.h"
#include "../macho/signal.h"
#include "../macho/thread.h"

#define THREADS	4

static volatile uint32_t running, go, bad, ready;
static volatile uint32_t want_uid, want_gid;
static uint64_t pipefd[2];
static volatile long got;

/* One calls the kernel all the time, one sleeps in it, others do neither. */
static void busy(void *arg)
{
	__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	while (!go)
		bsd(SYS_getppid);
	if (sys(SYS_geteuid) != want_uid || sys(SYS_getegid) != want_gid)
		bad = 1;
}

static void spinner(void *arg)
{
	__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	while (!go)
		;
	if (sys(SYS_geteuid) != want_uid || sys(SYS_getegid) != want_gid)
		bad = 2;
}

static void reader(void *arg)
{
	char c;

	__atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
	got = sys(SYS_read, pipefd[0], &c, 1);
	if (sys(SYS_geteuid) != want_uid || sys(SYS_getegid) != want_gid)
		bad = 3;
}

/* In a child: 0, or which thread had another identity. */
static int all_threads(void)
{
	static void (*const fn[THREADS])(void *arg) = { busy, spinner, reader, busy };
	uint32_t groups[20] = { 20, 30 };
	struct thread t[THREADS];
	struct sysret p = bsd(SYS_pipe);
	int i;

	pipefd[0] = p.rax;
	pipefd[1] = p.rdx;
	want_uid = 1234;
	want_gid = 4321;
	for (i = 0; i < THREADS; i++)
		thread_create(&t[i], fn[i], NULL);
	while (running < THREADS)
		msleep(1);
	if (sys(SYS_setgroups, 17, groups) != -EINVAL)
		return 10;
	if (sys(SYS_setgroups, 2, groups))
		return 11;
	if (sys(SYS_setgid, want_gid))
		return 12;
	if (sys(SYS_setuid, want_uid))
		return 13;
	go = 1;
	sys(SYS_write, p.rdx, "x", 1);
	for (i = 0; i < THREADS; i++)
		if (!thread_join(&t[i], 20000))
			return 14;
	if (got != 1)
		return 15;
	if (sys(SYS_setuid, 0) != -EPERM)
		return 16;
	return bad;
}

static void setter(void *arg)
{
	uint32_t id = (uint32_t)(long)arg;
	int i;

	for (i = 0; i < 20; i++) {
		if (sys(SYS_seteuid, id))
			bad = 20;
		if (sys(SYS_seteuid, 0))
			bad = 21;
	}
}

/* Several at once, and threads that begin meanwhile. */
static int races(void)
{
	struct thread t[3], s;
	long i;

	for (i = 0; i < 3; i++)
		thread_create(&t[i], setter, NULL);
	want_uid = 0;
	want_gid = 0;
	go = 1;
	for (i = 0; i < 20; i++) {
		thread_create(&s, busy, NULL);
		if (!thread_join(&s, 20000))
			return 22;
	}
	for (i = 0; i < 3; i++)
		if (!thread_join(&t[i], 60000))
			return 23;
	return bad;
}

static volatile uint32_t tid_euid, tid_ret, tid_back, tid_ids[2];

static void assume(void *arg)
{
	tid_ret = sys(SYS_settid, 1111, 2222);
	tid_euid = sys(SYS_geteuid);
	bsd(SYS_gettid, &tid_ids[0], &tid_ids[1]);
	ready = 1;
	while (!go)
		msleep(1);
	tid_back = sys(SYS_settid, -101, -101);
	if (tid_back || sys(SYS_geteuid) || sys(SYS_getegid))
		tid_back = 1;
}

static void one_thread(void)
{
	struct thread t;

	go = 0;
	is_err(bsd(SYS_gettid, &tid_ids[0], &tid_ids[1]), ESRCH, "gettid: as the process");
	thread_create(&t, assume, NULL);
	while (!ready)
		msleep(1);
	is_int(tid_ret, 0, "settid");
	is_int(tid_euid, 1111, "the thread has it");
	ok(tid_ids[0] == 1111 && tid_ids[1] == 2222, "gettid tells it");
	is_int(sys(SYS_geteuid), 0, "the others have not");
	go = 1;
	ok(thread_join(&t, 5000), "the thread ends");
	is_int(tid_back, 0, "after it has come back");
	is_err(bsd(SYS_settid, -101, -101), EPERM, "settid: nowhere to come back from");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	long pid;

	plan(0);
	thread_setup();
	if (sys(SYS_geteuid))
		skip_all("not root");
	pid = sys_fork();
	if (!pid)
		sys_exit(all_threads());
	is_int(child_status(pid), 0, "setgroups, setgid and setuid are for all threads");
	pid = sys_fork();
	if (!pid)
		sys_exit(races());
	is_int(child_status(pid), 0, "several threads at once");
	one_thread();
	return done();
}
