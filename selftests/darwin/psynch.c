// SPDX-License-Identifier: GPL-2.0-only
/*
 * psynch: mutexes and condition variables by sequence words, as Apple's thread
 * library uses them. The library's half is here, as simple as it can be.
 */
#include "../macho/machmsg.h"
#include "../macho/signal.h"
#include "../macho/thread.h"

#define INC		0x100u
#define COUNT(w)	((w) & ~0xffu)
#define KBIT		1u
#define EBIT		2u
#define CBIT		1u
#define PBIT		2u
#define FAIR		0x40u
#define FIRSTFIT	0x80u
#define PSHARED		0x10u
#define MUTEX		0x2000u

/* L in the lower half, U in the upper one */
struct mutex {
	uint64_t lu;
	uint32_t policy;
};

/* L in the lower half, S in the upper one */
struct cond {
	uint64_t ls;
	uint32_t u;
};

static uint32_t lo(uint64_t w)
{
	return (uint32_t)w;
}

static uint32_t hi(uint64_t w)
{
	return w >> 32;
}

static uint64_t pair(uint32_t l, uint32_t h)
{
	return (uint64_t)h << 32 | l;
}

static bool swap(uint64_t *p, uint64_t *old, uint64_t new)
{
	return __atomic_compare_exchange_n(p, old, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static struct sysret mutexwait(struct mutex *m, uint32_t l, uint32_t u)
{
	return bsd(SYS_psynch_mutexwait, m, l, u, 0, m->policy);
}

static void lock(struct mutex *m)
{
	uint64_t old = m->lu, new;
	bool got;

	do {
		got = !(lo(old) & EBIT);
		if (m->policy == FIRSTFIT)
			new = got ? old | EBIT : old + INC;
		else
			new = (old + INC) | EBIT | KBIT;
	} while (!swap(&m->lu, &old, new));
	if (got)
		return;
	for (;;) {
		while (mutexwait(m, lo(new), hi(new)).cf)
			;
		old = m->lu;
		do {
			got = m->policy != FIRSTFIT || !(lo(old) & EBIT);
			new = got ? old | EBIT | (m->policy == FIRSTFIT ? 0 : KBIT) : old + INC;
		} while (!swap(&m->lu, &old, new));
		if (got)
			return;
	}
}

/* Takes the lock away; whether somebody has to be woken, and the words then. */
static bool release(struct mutex *m, uint64_t *lu)
{
	uint64_t old = m->lu, new;
	bool wake;

	do {
		if (m->policy == FIRSTFIT) {
			wake = COUNT(lo(old)) != COUNT(hi(old));
			new = old & ~(uint64_t)EBIT;
			if (wake)
				new += (uint64_t)INC << 32;
		} else {
			new = old + ((uint64_t)INC << 32);
			wake = COUNT(lo(new)) != COUNT(hi(new));
			if (!wake)
				new &= ~(uint64_t)(EBIT | KBIT);
		}
	} while (!swap(&m->lu, &old, new));
	*lu = new;
	return wake;
}

static void unlock(struct mutex *m)
{
	uint64_t lu;

	if (release(m, &lu))
		bsd(SYS_psynch_mutexdrop, m, lo(lu), hi(lu), 0, m->policy);
}

static void add_to_s(struct cond *c, uint32_t val)
{
	uint64_t old = c->ls, new;
	uint32_t s;

	do {
		s = (COUNT(hi(old)) + COUNT(val)) | ((hi(old) | val) & (CBIT | PBIT));
		if (COUNT(s) == COUNT(lo(old)) && (s & (CBIT | PBIT)) == (CBIT | PBIT))
			s &= ~PBIT;
		new = pair(lo(old), s);
	} while (!swap(&c->ls, &old, new));
}

/* 0 or the error. */
static int cond_wait(struct cond *c, struct mutex *m, uint32_t ms)
{
	uint64_t old = c->ls, new, lu = 0;
	uint32_t bits, u;
	struct sysret r;
	bool wake;

	do {
		u = c->u;
		bits = hi(old) & (CBIT | PBIT);
		new = pair(lo(old) + INC, COUNT(hi(old)));
	} while (!swap(&c->ls, &old, new));
	wake = release(m, &lu);
	r = bsd8(SYS_psynch_cvwait, (uint64_t)c, new | (uint64_t)bits << 32, u,
		 wake ? (uint64_t)m : 0, wake ? lu : 0, m->policy, ms / 1000,
		 ms % 1000 * 1000000);
	if (r.cf)
		add_to_s(c, INC | (r.rax & 0x100 ? CBIT : 0) | (r.rax & 0x200 ? PBIT : 0));
	else if (r.rax)
		add_to_s(c, r.rax);
	lock(m);
	return r.cf ? r.rax & 0xff : 0;
}

static void cond_signal(struct cond *c, bool all)
{
	uint32_t old = c->u, new;
	struct sysret r;
	uint64_t ls;

	do {
		ls = __atomic_load_n(&c->ls, __ATOMIC_SEQ_CST);
		if (COUNT(lo(ls)) == COUNT(hi(ls)) || COUNT(lo(ls)) == COUNT(old))
			return;
		new = (int32_t)(COUNT(old) - COUNT(hi(ls))) < 0 ? COUNT(hi(ls)) : COUNT(old);
		new = all ? COUNT(lo(ls)) : new + INC;
		if ((int32_t)(COUNT(lo(ls)) - new) < 0)
			return;
	} while (!__atomic_compare_exchange_n(&c->u, &old, new, 0, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	if (all)
		r = bsd8(SYS_psynch_cvbroad, (uint64_t)c, ls, pair(COUNT(lo(ls)) - COUNT(old), old),
			 0, 0, 0, 0, 0);
	else
		r = bsd8(SYS_psynch_cvsignal, (uint64_t)c, ls, old, 0, 0, 0, 0, 0);
	if (!r.cf && r.rax)
		add_to_s(c, r.rax);
}

static void errors(void)
{
	static uint64_t w;
	struct mutex m = { .policy = FIRSTFIT };

	is_err(bsd(SYS_psynch_mutexwait, NULL, INC, 0, 0, FIRSTFIT), EINVAL, "no address");
	is_err(bsd(SYS_psynch_mutexdrop, 1ull << 63, INC, 0, 0, FIRSTFIT), EINVAL,
	       "an address of the kernel");
	is_err(bsd(SYS_psynch_mutexwait, &w, INC, 0, 0, PSHARED), ENOTSUP, "between processes");
	is_err(bsd8(SYS_psynch_cvwait, (uint64_t)&w, pair(INC, INC), 0, 0, 0, 0, 0, 1), EINVAL,
	       "cvwait: done before it began");
	is_err(bsd8(SYS_psynch_cvsignal, (uint64_t)&w, pair(INC, 2 * INC), 0, 0, 0, 0, 0, 0),
	       EINVAL, "cvsignal: more done than begun");
	is_err(bsd8(SYS_psynch_cvsignal, (uint64_t)&w, pair(INC, 0), INC, 0, 0, 0, 0, 0), EINVAL,
	       "cvsignal: nobody left to signal");
	is_err(bsd8(SYS_psynch_cvsignal, (uint64_t)&w, pair(INC, 0), 0, 0x7777, 0, 0, 0, 0),
	       ESRCH, "cvsignal: a thread that is none");
	is_err(bsd8(SYS_psynch_cvwait, (uint64_t)&w, pair(INC, CBIT), 0, 0, 0, 0, 0, 10000000),
	       ETIMEDOUT | 0x100, "cvwait: time-out, and nobody is left");
	is_err(bsd(SYS_psynch_rw_longrdlock, &w, INC, 0, 0, 0), ESRCH, "rw_longrdlock");

	/* Wakeups that come before their waiter. */
	is_ok(bsd(SYS_psynch_mutexdrop, &m, 2 * INC, INC, 0, FIRSTFIT), "drop before wait");
	is_hex(mutexwait(&m, 2 * INC, INC).rax, 2 * INC | KBIT | EBIT, "the wait is over at once");
	m.policy = FAIR;
	is_ok(bsd(SYS_psynch_mutexdrop, &m, 3 * INC, INC, 0, FAIR), "fair: drop before wait");
	is_hex(mutexwait(&m, 2 * INC, INC).rax, 2 * INC | KBIT | EBIT, "fair: for the next ticket");
	is_ok(bsd8(SYS_psynch_cvclrprepost, (uint64_t)&m, 0, 0, 0, 0, 0, MUTEX, 0), "cvclrprepost");
}

static struct mutex mtx;
static struct cond cnd;
static int inside, worst, total;

static void locker(void *arg)
{
	int i;

	for (i = 0; i < 1500; i++) {
		lock(&mtx);
		if (++inside > worst)
			worst = inside;
		total++;
		if (!(i % 64))
			mach(MACH_swtch_pri, 0);
		inside--;
		unlock(&mtx);
	}
}

static void contention(uint32_t policy, const char *what)
{
	struct thread t[6];
	bool all = true;
	int i;

	mtx = (struct mutex){ .policy = policy };
	worst = 0;
	total = 0;
	for (i = 0; i < 6; i++)
		thread_create(&t[i], locker, NULL);
	for (i = 0; i < 6; i++)
		all &= thread_join(&t[i], 100000);
	ok(all, "%s: six threads and one lock come to an end", what);
	is_int(total, 9000, "%s: none was forgotten", what);
	is_int(worst, 1, "%s: one at a time", what);
}

static int queue, taken;
static bool closed;

static void consumer(void *arg)
{
	lock(&mtx);
	for (;;) {
		while (!queue && !closed)
			cond_wait(&cnd, &mtx, 0);
		if (!queue)
			break;
		queue--;
		taken++;
	}
	unlock(&mtx);
}

static void condition(uint32_t policy, const char *what)
{
	struct thread t[5];
	bool all = true;
	int i;

	mtx = (struct mutex){ .policy = policy };
	cnd = (struct cond){ .ls = pair(0, CBIT) };
	queue = 0;
	taken = 0;
	closed = false;
	for (i = 0; i < 5; i++)
		thread_create(&t[i], consumer, NULL);
	for (i = 0; i < 1000; i++) {
		lock(&mtx);
		queue++;
		unlock(&mtx);
		cond_signal(&cnd, false);
		if (!(i % 16))
			mach(MACH_swtch_pri, 0);
	}
	for (i = 0; i < 5000 && taken < 1000; i++)
		msleep(1);
	is_int(taken, 1000, "%s: every signal found somebody", what);
	lock(&mtx);
	closed = true;
	unlock(&mtx);
	cond_signal(&cnd, true);
	for (i = 0; i < 5; i++)
		all &= thread_join(&t[i], 20000);
	ok(all, "%s: a broadcast wakes all", what);
	is_hex(COUNT(lo(cnd.ls)), COUNT(hi(cnd.ls)), "%s: as many waits done as begun", what);
	lock(&mtx);
	is_int(cond_wait(&cnd, &mtx, 20), ETIMEDOUT, "%s: a wait with time-out", what);
	unlock(&mtx);
	is_hex(COUNT(lo(cnd.ls)), COUNT(hi(cnd.ls)), "%s: is done as well", what);
}

static volatile int handled, waited;

static void on_signal(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	handled++;
}

static void waiter(void *arg)
{
	lock(&mtx);
	waited = cond_wait(&cnd, &mtx, 0);
	unlock(&mtx);
}

static void interruption(void)
{
	struct thread t;

	signal_set(SIGUSR1, on_signal, SA_RESTART, 0);
	waited = -1;
	thread_create(&t, waiter, NULL);
	msleep(100);
	bsd(SYS___pthread_kill, t.regs[1], SIGUSR1);
	ok(thread_join(&t, 5000), "a signal ends the wait");
	is_int(waited, EINTR, "by EINTR");
	is_int(handled, 1, "and its handler runs");
	waited = -1;
	thread_create(&t, waiter, NULL);
	msleep(100);
	bsd8(SYS_psynch_cvsignal, (uint64_t)&cnd, cnd.ls, cnd.u, t.regs[1], 0, 0, 0, 0);
	ok(thread_join(&t, 5000), "a signal to one thread");
	is_int(waited, 0, "wakes it");
}

static void sleeper(void *arg)
{
	struct mutex *m = arg;

	for (;;)
		mutexwait(m, 100 * INC, 0);
}

/* Waiters and wakeups nobody takes, when a process is killed. */
static void killed(void)
{
	long pid = sys_fork();
	struct thread t[4];
	long i;

	if (!pid) {
		for (i = 0; i < 4; i++)
			thread_create(&t[i], sleeper, &mtx);
		for (i = 1; i < 300; i++)
			bsd(SYS_psynch_mutexdrop, (uint64_t)&mtx + 64 * i, INC, 0, 0, FAIR);
		msleep(100);
		i = sys(SYS_getpid);
		bsd(SYS_kill, i, SIGKILL, 1);
		sys_exit(1);
	}
	i = child_wait(pid);
	ok(i > 0 && WIFSIGNALED(i) && WTERMSIG(i) == SIGKILL, "a process is killed in its waits");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	thread_setup();
	errors();
	contention(FAIR, "fair");
	contention(FIRSTFIT, "first-fit");
	condition(FAIR, "fair");
	condition(FIRSTFIT, "first-fit");
	interruption();
	killed();
	return done();
}
