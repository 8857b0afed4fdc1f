// SPDX-License-Identifier: GPL-2.0-only
/* ulock_wait and ulock_wake: results, time-outs, private and shared words. */
#include "../macho/machmsg.h"
#include "../macho/thread.h"

#define UL_COMPARE	1
#define UL_UNFAIR	2
#define UL_SHARED	3
#define UL_COMPARE64	5
#define UL_SHARED64	6
#define ULF_ALL		0x100
#define ULF_THREAD	0x200
#define ULF_NO_ERRNO	0x1000000

static volatile uint32_t word;
static volatile uint64_t wide;
static volatile uint32_t asleep, awake;
static volatile long results[8];
static uint32_t self;

static void errors(void)
{
	struct sysret ret;

	is_err(bsd(SYS_ulock_wait, 99, &word, 0, 0), EINVAL, "unknown operation");
	is_err(bsd(SYS_ulock_wait, UL_COMPARE | 0x2000000, &word, 0, 0), EINVAL, "unknown flag");
	is_err(bsd(SYS_ulock_wait, UL_COMPARE, NULL, 0, 0), EINVAL, "no address");
	is_err(bsd(SYS_ulock_wait, UL_COMPARE, (char *)&word + 1, 0, 0), EINVAL, "odd address");
	is_err(bsd(SYS_ulock_wait, UL_COMPARE, 8, 0, 0), EFAULT, "address of nothing");
	is_int(sys(SYS_ulock_wait, UL_COMPARE, &word, 1, 0), 0, "another value");
	is_err(bsd(SYS_ulock_wait, UL_COMPARE, &word, 0, 20000), ETIMEDOUT, "time-out");
	ret = bsd(SYS_ulock_wait, UL_COMPARE | ULF_NO_ERRNO, &word, 0, 1000);
	ok(!ret.cf && (long)ret.rax == -ETIMEDOUT, "ULF_NO_ERRNO");
	is_err(bsd(SYS_ulock_wait2, UL_COMPARE, &word, 0, 1000000, 0), ETIMEDOUT, "ulock_wait2");
	is_err(bsd(SYS_ulock_wait2, UL_COMPARE, &word, 0, 1000000, 1), EINVAL, "its last argument");
	is_err(bsd(SYS_ulock_wake, UL_COMPARE, &word, 0), ENOENT, "nobody to wake");
	is_err(bsd(SYS_ulock_wake, UL_COMPARE | ULF_ALL | ULF_THREAD, &word, 0), EINVAL,
	       "all of one thread");
	is_err(bsd(SYS_ulock_wait, UL_COMPARE64, &wide, 0, 1000), ETIMEDOUT, "64 bits");
	is_int(sys(SYS_ulock_wait, UL_COMPARE64, &wide, 1ull << 32, 1000), 0,
	       "the upper half counts");
	is_err(bsd(SYS_ulock_wait, UL_UNFAIR, &word, 0, 1000), EOWNERDEAD, "a lock without owner");
	word = self;
	is_err(bsd(SYS_ulock_wait, UL_UNFAIR, &word, self, 1000), ETIMEDOUT, "a lock of ours");
	word = 0;
}

static void sleeper(void *arg)
{
	long i = (long)arg;

	__atomic_fetch_add(&asleep, 1, __ATOMIC_SEQ_CST);
	results[i] = sys(SYS_ulock_wait, UL_COMPARE, &word, 0, 0);
	__atomic_fetch_add(&awake, 1, __ATOMIC_SEQ_CST);
}

static void settle(volatile uint32_t *v, uint32_t n)
{
	int i;

	for (i = 0; i < 3000 && *v != n; i++)
		msleep(1);
	msleep(50);
}

static void wakes(void)
{
	struct thread t[4];
	bool all = true;
	long i, sum = 0;

	for (i = 0; i < 4; i++)
		thread_create(&t[i], sleeper, (void *)i);
	settle(&asleep, 4);
	is_int(awake, 0, "four threads wait");
	is_int(sys(SYS_ulock_wake, UL_COMPARE | ULF_THREAD, &word, t[2].regs[1]), 0,
	       "wake one of them");
	settle(&awake, 1);
	ok(awake == 1 && results[2] == 3, "it knows of the other three");
	is_err(bsd(SYS_ulock_wake, UL_COMPARE | ULF_THREAD, &word, self), EALREADY, "wake another");
	is_int(sys(SYS_ulock_wake, UL_COMPARE, &word, 0), 0, "wake any");
	settle(&awake, 2);
	is_int(awake, 2, "one woke");
	is_int(sys(SYS_ulock_wake, UL_COMPARE | ULF_ALL, &word, 0), 0, "wake all");
	for (i = 0; i < 4; i++) {
		all &= thread_join(&t[i], 5000);
		sum += results[i];
	}
	ok(all, "all woke");
	is_int(sum, 3 + 2, "and counted right");
}

/* A lock of the simplest kind, contended. */
static uint32_t lock;
static int inside, worst, total;

static void locker(void *arg)
{
	int i;

	for (i = 0; i < 2000; i++) {
		uint32_t c = 0;

		if (!__atomic_compare_exchange_n(&lock, &c, 1, 0, __ATOMIC_SEQ_CST,
						 __ATOMIC_SEQ_CST)) {
			while (__atomic_exchange_n(&lock, 2, __ATOMIC_SEQ_CST))
				bsd(SYS_ulock_wait, UL_COMPARE | ULF_NO_ERRNO, &lock, 2, 0);
		}
		if (++inside > worst)
			worst = inside;
		total++;
		if (!(i % 64))
			mach(MACH_swtch_pri, 0);
		inside--;
		if (__atomic_exchange_n(&lock, 0, __ATOMIC_SEQ_CST) == 2)
			bsd(SYS_ulock_wake, UL_COMPARE | ULF_NO_ERRNO, &lock, 0);
	}
}

static void contention(void)
{
	struct thread t[6];
	bool all = true;
	int i;

	for (i = 0; i < 6; i++)
		thread_create(&t[i], locker, NULL);
	for (i = 0; i < 6; i++)
		all &= thread_join(&t[i], 60000);
	ok(all, "six threads and one lock come to an end");
	is_int(total, 12000, "none was forgotten");
	is_int(worst, 1, "one at a time");
}

static void shared(uint32_t op, const char *what)
{
	struct sysret ret = bsd(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON,
				-1, 0);
	volatile uint64_t *p = (uint64_t *)ret.rax;
	long pid = sys_fork();
	int i;

	if (!pid) {
		p[1] = 1;
		sys_exit(sys(SYS_ulock_wait, op, p, 0, 5000000) == 0 ? 0 : 1);
	}
	for (i = 0; i < 2000 && !p[1]; i++)
		msleep(1);
	msleep(50);
	is_err(bsd(SYS_ulock_wake, UL_COMPARE, p, 0), ENOENT, "a private wake finds nobody");
	is_int(sys(SYS_ulock_wake, op, p, 0), 0, "a shared one does");
	is_int(child_status(pid), 0, "%s", what);
	sys(SYS_munmap, p, 4096);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	thread_setup();
	self = thread_self();
	errors();
	wakes();
	contention();
	shared(UL_SHARED, "a process wakes another");
	shared(UL_SHARED64, "by 64 bits too");
	return done();
}
