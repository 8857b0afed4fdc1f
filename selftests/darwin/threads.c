// SPDX-License-Identifier: GPL-2.0-only
/* Threads: how they begin and end, and what becomes of them in fork and exec. */
#include "../macho/machmsg.h"
#include "../macho/signal.h"
#include "../macho/thread.h"

#define START_CUSTOM	0x01000000

static volatile int counter;
static volatile uint32_t port_seen, tid_seen;

static void count(void *arg)
{
	__atomic_fetch_add(&counter, (int)(long)arg, __ATOMIC_SEQ_CST);
	port_seen = thread_self();
	tid_seen = bsd(SYS_thread_selfid).rax;
}

static void spin(void *arg)
{
	for (;;)
		msleep(1);
}

static void begin(void)
{
	struct thread t;
	struct sysret ret;
	int i;

	is_err(bsd(SYS_bsdthread_create, count, 1, t.regs, &t, START_CUSTOM), EINVAL,
	       "no thread before bsdthread_register");
	ok(thread_setup() >= 0, "bsdthread_register");
	is_int(thread_setup(), -EINVAL, "only once");
	is_err(bsd(SYS_bsdthread_create, count, 1, t.regs, &t, 0), EINVAL, "without START_CUSTOM");
	is_err(bsd(SYS_bsdthread_create, count, 1, t.regs, 1ull << 63, START_CUSTOM), EINVAL,
	       "with a thread object in the kernel");
	is_int(thread_create(&t, count, (void *)5), 0, "bsdthread_create");
	ok(thread_join(&t, 5000), "it ends");
	is_int(counter, 5, "has run");
	ok(t.regs[0] == (uint64_t)&t && t.regs[2] == (uint64_t)count && t.regs[3] == 5,
	   "arguments");
	is_int(t.regs[4], (long)t.stack + THREAD_STACK, "stack");
	is_int(t.regs[6], (long)t.stack + THREAD_STACK, "rsp");
	is_int(t.regs[5] & START_CUSTOM, START_CUSTOM, "flags");
	is_int(port_seen, t.regs[1], "its port is what thread_self says");
	ok(tid_seen && tid_seen != bsd(SYS_thread_selfid).rax, "its own thread id");
	for (i = 0; i < 200; i++) {
		if (thread_create(&t, count, (void *)1) || !thread_join(&t, 5000))
			break;
	}
	is_int(counter, 205, "200 more, one after the other");
	ret = bsd(SYS_thread_selfusage);
	ok(!ret.cf && ret.rax > 0, "thread_selfusage");
}

static volatile uint32_t done_sem;

/* Ends the way libpthread does: gives up stack and port, tells a semaphore. */
static void leave(void *arg)
{
	struct thread *t = arg;

	bsd(SYS_bsdthread_terminate, t->stack, THREAD_STACK, t->regs[1], done_sem);
}

static void terminate(void)
{
	uint32_t task = task_self(), args[2] = { 0, 0 };
	struct thread t;
	struct msg m;
	char byte;
	int i;

	mig(&m, task, 3418, args, 8);
	done_sem = m.body[1];
	thread_create(&t, leave, &t);
	is_int(mach(MACH_semaphore_timedwait, done_sem, 5, 0), 0, "bsdthread_terminate signals");
	msleep(20);
	is_int(port_type(t.regs[1]), 0, "its port's name is gone");
	is_err(bsd(SYS_mincore, t.stack, 4096, &byte), ENOMEM, "so is its stack");

	thread_create(&t, spin, NULL);
	for (i = 0; i < 1000 && !*(volatile uint64_t *)&t.regs[1]; i++)
		msleep(1);
	is_int(port_type(t.regs[1]), TYPE_SEND, "a thread's port");
	is_int(sys(SYS___pthread_markcancel, t.regs[1]), 0, "__pthread_markcancel");
	is_err(bsd(SYS___pthread_markcancel, 0xbad03), ESRCH, "of no thread");
	is_err(bsd(SYS___pthread_canceled, 0), EINVAL, "we are not to be cancelled");
}

static void forked(void)
{
	long pid = sys_fork();

	if (!pid) {
		struct thread t;

		/* The spinning thread is not here. */
		counter = 0;
		if (thread_create(&t, count, (void *)3))
			sys_exit(1);
		sys_exit(thread_join(&t, 5000) && counter == 3 ? 0 : 2);
	}
	is_int(child_status(pid), 0, "the child of a threaded process makes threads");
}

static void ended(int how)
{
	struct thread t[8];
	long pid;
	int i;

	for (i = 0; i < 8; i++)
		thread_create(&t[i], spin, NULL);
	msleep(20);
	if (how == 0)
		sys_exit(7);
	pid = sys(SYS_getpid);
	if (how == 1)
		sys(SYS_kill, pid, SIGKILL);
	if (how == 2)
		sys(SYS_abort_with_payload, 1, 2, NULL, 0, "why", 0);
	for (;;)
		msleep(1000);
}

static void ends(void)
{
	int how, i;

	for (how = 0; how < 3; how++) {
		int bad = 0, status = 0;

		for (i = 0; i < 5; i++) {
			long pid = sys_fork();

			if (!pid)
				ended(how);
			sys(SYS_wait4, pid, &status, 0, NULL);
			if (how == 0)
				bad += !(WIFEXITED(status) && WEXITSTATUS(status) == 7);
			else
				bad += !(WIFSIGNALED(status) &&
					 WTERMSIG(status) == (how == 1 ? SIGKILL : SIGABRT));
		}
		is_int(bad, 0, how == 0 ? "exit with threads" : how == 1 ? "kill with threads" :
		       "abort with threads");
	}
}

/* exec of ourselves with an argument while other threads run */
static void exec(char **argv)
{
	char *args[] = { argv[0], "again", NULL };
	long pid = sys_fork();

	if (!pid) {
		struct thread t[4];
		int i;

		for (i = 0; i < 4; i++)
			thread_create(&t[i], spin, NULL);
		msleep(10);
		sys(SYS_execve, argv[0], args, NULL);
		sys_exit(1);
	}
	is_int(child_status(pid), 0, "exec with threads");
}

#define CTL_SET_QOS		0x10
#define CTL_SET_SELF		0x100
#define CTL_MAX_PARALLELISM	0x800
#define CTL_ALLOW_KILL		0x1000

static int number_of(const char *name)
{
	uint64_t len = sizeof(int);
	int n = -1;

	sys(SYS_sysctlbyname, name, strlen(name), &n, &len, NULL, 0);
	return n;
}

static void ctl(void)
{
	is_int(sys(SYS_bsdthread_ctl, CTL_MAX_PARALLELISM, 4, 1, 0), number_of("hw.ncpu"),
	       "as many threads can run at a time as there are processors");
	is_int(sys(SYS_bsdthread_ctl, CTL_MAX_PARALLELISM, 4, 0, 0), number_of("hw.physicalcpu"),
	       "or cores");
	is_int(sys(SYS_bsdthread_ctl, CTL_MAX_PARALLELISM, 0, 3, 0), number_of("hw.ncpu"),
	       "also in real time");
	is_err(bsd(SYS_bsdthread_ctl, CTL_MAX_PARALLELISM, 0, 1, 0), EINVAL, "no class");
	is_err(bsd(SYS_bsdthread_ctl, CTL_MAX_PARALLELISM, 7, 1, 0), EINVAL, "an unknown class");
	is_err(bsd(SYS_bsdthread_ctl, CTL_MAX_PARALLELISM, 4, 2, 0), EINVAL,
	       "real time has no classes");
	is_err(bsd(SYS_bsdthread_ctl, CTL_MAX_PARALLELISM, 4, 8, 0), EINVAL, "an unknown flag");
	is_err(bsd(SYS_bsdthread_ctl, CTL_SET_QOS, 0, 0, 0), ENOTSUP, "no class can be set");
	is_err(bsd(SYS_bsdthread_ctl, CTL_SET_SELF, 0, 0, 1), ENOTSUP, "not by the other way");
	is_ok(bsd(SYS_bsdthread_ctl, CTL_ALLOW_KILL, 1, 0, 0), "threads can be killed");
	is_err(bsd(SYS_bsdthread_ctl, 0x7777, 0, 0, 0), EINVAL, "an unknown command");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	if (argc > 1) {
		struct thread t;

		thread_setup();
		sys_exit(thread_create(&t, count, (void *)3) || !thread_join(&t, 5000));
	}
	plan(0);
	begin();
	terminate();
	forked();
	ends();
	ctl();
	exec(argv);
	return done();
}
