// SPDX-License-Identifier: GPL-2.0-only
/*
 * psynch: read-write locks by sequence words, as Apple's thread library uses
 * them. The library's half is here, as simple as it can be.
 */
#include "../macho/machmsg.h"
#include "../macho/signal.h"
#include "../macho/thread.h"

#define INC		0x100u
#define COUNT(w)	((w) & ~0xffu)
/* L word */
#define KBIT		1u	/* not in user mode */
#define EBIT		2u	/* a writer has it */
#define WBIT		4u	/* a writer waits */
#define UBIT		0x40u	/* nobody has it; in a result: joined */
#define IBIT		0x80u	/* no unlock in the kernel since it was free */
/* S word */
#define SUNSET		1u
#define SIBIT		2u	/* an unlock is in the kernel */
#define SWBIT		4u	/* WBIT as it was then */
#define PSHARED		0x10u
#define PRIVATE		0x20u

#define THREADS		6
#define ROUNDS		600
#define PATIENCE	100000

typedef unsigned __int128 word128;

union words {
	word128 all;
	struct {
		uint32_t l, s, u, pad;
	};
};

struct rwlock {
	word128 all __attribute__((__aligned__(16)));
};

static const union words unlocked = { .l = IBIT | UBIT, .s = SUNSET };

static union words get(struct rwlock *rw)
{
	union words w = { .all = __sync_val_compare_and_swap(&rw->all, 0, 0) };

	return w;
}

static bool swap(struct rwlock *rw, union words *old, union words new)
{
	word128 was = __sync_val_compare_and_swap(&rw->all, old->all, new.all);
	bool done = was == old->all;

	old->all = was;
	return done;
}

static struct sysret wait_for(struct rwlock *rw, union words w, bool write)
{
	return bsd(write ? SYS_psynch_rw_wrlock : SYS_psynch_rw_rdlock, rw, w.l, w.u, w.s, PRIVATE);
}

/* What a grant does to the words; only the first of those who share it does it. */
static void granted(struct rwlock *rw, uint32_t bits)
{
	union words old = get(rw), new;

	do {
		uint32_t was = old.l & 0xff, is = (was | (bits & 0xff)) & ~UBIT;

		new = old;
		if (!(bits & UBIT) && !(old.s & SIBIT))
			continue;
		if (!(bits & KBIT) && !(was & WBIT))
			is &= ~KBIT;
		if ((old.s & SWBIT) && !(is & (WBIT | EBIT)))
			is |= WBIT | KBIT;
		new.l = COUNT(old.l) | is;
		new.s += COUNT(bits);
		if (!(bits & UBIT))
			new.s = COUNT(new.s);
		new.s &= ~SWBIT;
	} while (!swap(rw, &old, new));
}

static void lock(struct rwlock *rw, bool write)
{
	union words old = get(rw), new;
	struct sysret r;
	bool got;

	do {
		new = old;
		got = write ? old.l & UBIT : !(old.l & (WBIT | KBIT));
		if (got && write)
			new.l = COUNT(old.l) | IBIT | KBIT | EBIT;
		else if (write)
			new.l |= KBIT | WBIT;
		else
			new.l &= ~UBIT;
		new.l += INC;
		if (got)
			new.s += INC;
		else if (old.s & SUNSET)
			new.s = (old.s & 0xff & ~SUNSET) | COUNT(old.l);
	} while (!swap(rw, &old, new));
	if (got)
		return;
	do
		r = wait_for(rw, new, write);
	while (r.cf && r.rax == EINTR);
	if (r.cf)
		bail("rwlock: error %d", (int)r.rax);
	granted(rw, r.rax);
}

static void unlock(struct rwlock *rw)
{
	union words old = get(rw), new;
	struct sysret r;
	bool drop;

	do {
		new = old;
		drop = false;
		new.u += INC;
		if (new.u == COUNT(old.l)) {
			new.l = COUNT(old.l) | IBIT | UBIT;
			new.s = COUNT(old.l) | SUNSET;
		} else if ((old.l & (EBIT | WBIT | KBIT)) && new.u == COUNT(old.s)) {
			drop = true;
			new.l = COUNT(old.l) | KBIT;
			new.s |= SIBIT | (old.l & WBIT ? SWBIT : 0);
		}
	} while (!swap(rw, &old, new));
	if (!drop)
		return;
	r = bsd(SYS_psynch_rw_unlock, rw, old.l, new.u, new.s, PRIVATE);
	if (r.cf)
		bail("rwlock: error %d of an unlock", (int)r.rax);
}

/* Waits until @tickets have been taken. */
static bool taken(struct rwlock *rw, uint32_t tickets)
{
	int i;

	for (i = 0; i < PATIENCE && COUNT(get(rw).l) != tickets * INC; i++)
		msleep(1);
	return i < PATIENCE;
}

static struct sysret call(long nr, void *rw, uint32_t l, uint32_t u, uint32_t s)
{
	return bsd(nr, rw, l, u, s, PRIVATE);
}

static void errors(void)
{
	static uint64_t w[2];

	is_err(call(SYS_psynch_rw_rdlock, NULL, INC, 0, 0), EINVAL, "no address");
	is_err(call(SYS_psynch_rw_wrlock, (void *)(1ull << 63), INC, 0, 0), EINVAL,
	       "an address of the kernel");
	is_err(bsd(SYS_psynch_rw_unlock, w, INC, 0, 0, PSHARED), ENOTSUP, "between processes");
	is_err(call(SYS_psynch_rw_unlock2, w, INC, 0, 0), ENOTSUP, "rw_unlock2");
	is_err(call(SYS_psynch_rw_yieldwrlock, w, INC, 0, 0), ESRCH, "rw_yieldwrlock");
	is_hex(call(SYS_psynch_rw_unlock, w, INC, INC, INC).rax, INC,
	       "an unlock that nobody waits for is forgotten");
}

/* One thread: unlocks that come before those who wait. */
static void early(void)
{
	static uint64_t w[2];

	is_hex(call(SYS_psynch_rw_unlock, w, 3 * INC | IBIT | KBIT, INC, INC | SIBIT).rax,
	       3 * INC | IBIT | KBIT, "two readers are missing");
	is_hex(call(SYS_psynch_rw_unlock, w, 3 * INC | IBIT | KBIT, 2 * INC, 2 * INC | SIBIT).rax,
	       3 * INC | IBIT | KBIT, "one reader is missing");
	is_hex(call(SYS_psynch_rw_rdlock, w, 3 * INC | IBIT | KBIT, 0, INC).rax, INC,
	       "it gets the lock when it comes");
	is_hex(call(SYS_psynch_rw_rdlock, w, 4 * INC | KBIT, 2 * INC, 2 * INC | SIBIT).rax,
	       INC | UBIT, "so does a reader who is late");
	is_hex(call(SYS_psynch_rw_rdlock, w, 5 * INC | KBIT, 2 * INC, 3 * INC | SIBIT).rax,
	       INC | UBIT, "and another");
	is_hex(call(SYS_psynch_rw_unlock, w, 5 * INC | KBIT, INC, INC | SIBIT).rax, 0,
	       "an unlock that is late does nothing");
	is_hex(call(SYS_psynch_rw_unlock, w, 6 * INC | KBIT | WBIT, 5 * INC,
		    5 * INC | SIBIT | SWBIT).rax,
	       6 * INC | KBIT | WBIT, "a writer is missing");
	is_hex(call(SYS_psynch_rw_wrlock, w, 6 * INC | KBIT | WBIT, INC, 5 * INC).rax,
	       INC | KBIT | EBIT, "it gets the lock when it comes");
	is_hex(call(SYS_psynch_rw_unlock, w, 2 * INC | IBIT | KBIT, INC, INC | SIBIT).rax,
	       2 * INC | IBIT | KBIT, "a lock that has been free begins anew");
	is_hex(call(SYS_psynch_rw_wrlock, w, 2 * INC | IBIT | KBIT | WBIT, 0, INC).rax,
	       INC | KBIT | EBIT, "with a writer");
	is_ok(bsd(SYS_psynch_mutexdrop, w, 2 * INC, INC, 0, 0x80),
	      "the memory is used for a mutex");
	is_hex(bsd(SYS_psynch_mutexwait, w, 2 * INC, INC, 0, 0x80).rax, 2 * INC | KBIT | EBIT,
	       "which works");
	is_hex(call(SYS_psynch_rw_unlock, w, 2 * INC | IBIT | KBIT, INC, INC | SIBIT).rax,
	       2 * INC | IBIT | KBIT, "and for a lock again");
	is_hex(call(SYS_psynch_rw_rdlock, w, 2 * INC | IBIT | KBIT, 0, INC).rax, INC,
	       "which works as well");
}

/* More locks than are remembered. */
static void many(void)
{
	static uint64_t w[10000];
	bool all = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(w); i++) {
		all &= !call(SYS_psynch_rw_unlock, &w[i], 2 * INC | KBIT, INC, INC | SIBIT).cf;
		all &= call(SYS_psynch_rw_rdlock, &w[i], 2 * INC | KBIT, 0, INC).rax == INC;
	}
	ok(all, "ten thousand locks");
}

static struct rwlock rwl;
static int readers, writers, wrong, total, inside;

static void enter(bool write)
{
	lock(&rwl, write);
	if (write) {
		if (__atomic_add_fetch(&writers, 1, __ATOMIC_SEQ_CST) != 1 ||
		    __atomic_load_n(&readers, __ATOMIC_SEQ_CST))
			__atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
	} else {
		__atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&writers, __ATOMIC_SEQ_CST))
			__atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_add_fetch(&total, 1, __ATOMIC_SEQ_CST);
}

static void leave(bool write)
{
	__atomic_sub_fetch(write ? &writers : &readers, 1, __ATOMIC_SEQ_CST);
	unlock(&rwl);
}

/* @arg: one in how many locks is to write; 0: none */
static void mixer(void *arg)
{
	unsigned long one_in = (unsigned long)arg, seed = (unsigned long)&one_in >> 4;
	bool write;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		write = one_in && (seed >> 33) % one_in == 0;
		enter(write);
		if (!((seed >> 40) % 8))
			mach(MACH_swtch_pri, 0);
		leave(write);
	}
}

static void contention(unsigned long one_in, const char *what)
{
	struct thread t[THREADS];
	bool all = true;
	union words w;
	int i;

	rwl.all = unlocked.all;
	wrong = 0;
	total = 0;
	for (i = 0; i < THREADS; i++)
		thread_create(&t[i], mixer, (void *)one_in);
	for (i = 0; i < THREADS; i++)
		all &= thread_join(&t[i], PATIENCE);
	ok(all, "%s: %d threads and one lock come to an end", what, THREADS);
	is_int(total, THREADS * ROUNDS, "%s: none was forgotten", what);
	is_int(wrong, 0, "%s: no writer beside anybody", what);
	w = get(&rwl);
	is_hex(COUNT(w.l), w.u, "%s: as many unlocked as locked", what);
}

/* Leaves only when all readers are inside. */
static void meet(void *arg)
{
	int i;

	enter(false);
	__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < PATIENCE && __atomic_load_n(&inside, __ATOMIC_SEQ_CST) < 4; i++)
		msleep(1);
	leave(false);
}

static void together(void)
{
	struct thread t[4];
	bool all = true;
	int i;

	rwl.all = unlocked.all;
	inside = 0;
	lock(&rwl, true);
	for (i = 0; i < 4; i++)
		thread_create(&t[i], meet, NULL);
	ok(taken(&rwl, 5), "four readers wait for a writer");
	is_int(inside, 0, "none has the lock");
	unlock(&rwl);
	for (i = 0; i < 4; i++)
		all &= thread_join(&t[i], PATIENCE);
	is_int(all ? inside : -1, 4, "then all read at a time");
}

static int order[4], place;

static void one_of(void *arg)
{
	long who = (long)arg;

	lock(&rwl, who & 1);
	order[place++] = who;
	unlock(&rwl);
}

/* Tickets decide: writers do not starve, readers do not overtake. */
static void turns(void)
{
	struct thread t[4];
	bool all = true;
	long i;

	rwl.all = unlocked.all;
	place = 0;
	lock(&rwl, false);
	for (i = 0; i < 4; i++) {
		thread_create(&t[i], one_of, (void *)(i + 1));
		all &= taken(&rwl, i + 2);
	}
	ok(all, "writer, reader, writer, reader behind a reader");
	unlock(&rwl);
	for (i = 0; i < 4; i++)
		all &= thread_join(&t[i], PATIENCE);
	ok(all, "all get their turn");
	for (i = 0; i < 4; i++)
		all &= order[i] == i + 1;
	ok(all, "one after the other");
}

static volatile int handled;

static void on_signal(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	handled++;
}

static void interruption(void)
{
	struct thread t;
	int i, j;

	signal_set(SIGUSR1, on_signal, SA_RESTART, 0);
	rwl.all = unlocked.all;
	place = 0;
	lock(&rwl, false);
	thread_create(&t, one_of, (void *)1);
	taken(&rwl, 2);
	for (i = 0; i < 20; i++) {
		bsd(SYS___pthread_kill, t.regs[1], SIGUSR1);
		for (j = 0; j < PATIENCE && handled <= i; j++)
			msleep(1);
	}
	is_int(handled, 20, "signals reach a thread that waits");
	is_int(place, 0, "which does not get the lock by them");
	unlock(&rwl);
	ok(thread_join(&t, PATIENCE) && place == 1, "but when it is its turn");
}

/* Waiters, posts and memories, when a process is killed. */
static void killed(void)
{
	static uint64_t w[300];
	long pid = sys_fork(), i;
	struct thread t[4];

	if (!pid) {
		rwl.all = unlocked.all;
		lock(&rwl, true);
		for (i = 0; i < 4; i++)
			thread_create(&t[i], one_of, (void *)i);
		for (i = 0; i < 300; i++)
			call(SYS_psynch_rw_unlock, &w[i], 2 * INC | KBIT, INC, INC | SIBIT);
		taken(&rwl, 5);
		msleep(20);
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
	early();
	many();
	contention(0, "readers only");
	contention(1, "writers only");
	contention(2, "half and half");
	contention(16, "few writers");
	together();
	turns();
	interruption();
	killed();
	return done();
}
