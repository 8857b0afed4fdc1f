// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time: gettimeofday, the clock in the commpage as programs read it, Mach's
 * clock traps, interval timers.
 */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

typedef unsigned __int128 wide;

#define TICK	20000000UL

#define COMMPAGE	0x7fffffe00000UL
#define KERN_SUCCESS	0

static inline uint64_t at64(uint64_t off)
{
	return *(volatile uint64_t *)(COMMPAGE + off);
}

static inline uint32_t at32(uint64_t off)
{
	return *(volatile uint32_t *)(COMMPAGE + off);
}

static uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* mach_absolute_time() as Darwin's C library computes it. */
static uint64_t absolute_time(void)
{
	uint64_t tsc_base, ns_base, ticks;
	uint32_t generation, scale;

	do {
		generation = at32(0x68);
		tsc_base = at64(0x50);
		scale = at32(0x58);
		ns_base = at64(0x60);
		ticks = rdtsc() - tsc_base;
	} while (!generation || generation != at32(0x68));
	return (uint64_t)(((wide)ticks * scale) >> 32) + ns_base;
}

static uint64_t now_us(void)
{
	struct timeval tv = { 0 };

	sys(SYS_gettimeofday, &tv, NULL, NULL);
	return tv.tv_sec * 1000000UL + tv.tv_usec;
}

static void time_of_day(void)
{
	struct timeval tv = { -1, -1 };
	struct timezone tz = { 99, 99 };
	uint64_t abs = 0, t;

	is_int(sys(SYS_gettimeofday, &tv, &tz, &abs), 0, "gettimeofday answers 0");
	ok(tv.tv_sec > 1600000000 && tv.tv_usec >= 0 && tv.tv_usec < 1000000,
	   "gettimeofday writes the time");
	ok(tz.tz_minuteswest != 99 && tz.tz_dsttime != 99, "and the time zone");
	t = absolute_time();
	/* Where the kernel's clock is not the TSC the page follows it tick by tick. */
	ok(abs && abs <= t + TICK && t + TICK - abs < 5000000000UL,
	   "and mach_absolute_time (0x%llx, later 0x%llx)", abs, t);
	is_int(sys(SYS_gettimeofday, NULL, NULL, NULL), 0, "gettimeofday of nothing");
	is_err(bsd(SYS_gettimeofday, (void *)16, NULL, NULL), EFAULT, "gettimeofday to nowhere");
}

static void commpage(void)
{
	uint64_t a, b, us, backwards = 0;
	int i;

	ok(!memcmp((void *)COMMPAGE, "commpage 64-bit", 16), "the commpage's signature");
	is_int(*(uint16_t *)(COMMPAGE + 0x1e), 13, "its version");
	ok(*(uint8_t *)(COMMPAGE + 0x22) >= 1, "number of processors");
	is_int(*(uint16_t *)(COMMPAGE + 0x26), 64, "cache line");
	ok(at64(0x38) >= 64UL << 20, "memory size");
	ok(at32(0x68) != 0, "the clock's generation is not 0");
	a = absolute_time();
	for (i = 0; i < 100000; i++) {
		b = absolute_time();
		backwards += b < a;
		a = b;
	}
	is_int((long)backwards, 0, "absolute time does not go back");
	us = now_us();
	a = absolute_time();
	msleep(300);
	us = now_us() - us;
	a = (absolute_time() - a) / 1000;
	ok(a > us - us / 4 && a < us + us / 4, "it runs as fast as the time of day (%llu, %llu us)",
	   a, us);
}

static void mach_clock(void)
{
	uint32_t base[2] = { 0, 0 };
	uint64_t t, old, us, before;

	is_int(mach(MACH_mach_timebase_info, base), KERN_SUCCESS, "mach_timebase_info");
	ok(base[0] == 1 && base[1] == 1, "ticks are nanoseconds");
	/* Without a TSC it stands still between two ticks: from the beginning of one. */
	us = now_us();
	old = absolute_time();
	do {
		before = us;
		us = now_us();
		t = absolute_time();
	} while (t == old);
	is_int(mach(MACH_mach_wait_until, t + 50000000), KERN_SUCCESS, "mach_wait_until");
	us = now_us() - before;
	ok(us >= 50000, "does not return early (after %llu us)", us);
	is_int(mach(MACH_mach_wait_until, t), KERN_SUCCESS, "mach_wait_until the past");
}

static volatile int alarms;

static void on_alarm(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	alarms++;
}

static void timers(void)
{
	struct itimerval it = { .it_value = { 0, 50000 } };
	struct itimerval old;
	int i;

	is_int(signal_set(SIGALRM, on_alarm, SA_SIGINFO | SA_RESTART, 0), 0, "SIGALRM handler");
	is_int(sys(SYS_setitimer, 0, &it, NULL), 0, "setitimer, once");
	for (i = 0; i < 100 && !alarms; i++)
		msleep(20);
	is_int(alarms, 1, "one SIGALRM");
	it.it_value.tv_sec = 1000;
	it.it_interval.tv_sec = 7;
	sys(SYS_setitimer, 0, &it, NULL);
	memset(&it, 0, sizeof(it));
	memset(&old, 0x5a, sizeof(old));
	is_int(sys(SYS_setitimer, 0, &it, &old), 0, "setitimer off");
	ok(old.it_interval.tv_sec == 7 && old.it_interval.tv_usec == 0 &&
	   old.it_value.tv_sec >= 900 && old.it_value.tv_sec <= 1000, "gives the old timer");
	is_int(sys(SYS_getitimer, 0, &old), 0, "getitimer");
	ok(!old.it_value.tv_sec && !old.it_value.tv_usec, "which is off");
	is_err(bsd(SYS_getitimer, 3, &old), EINVAL, "getitimer of an unknown timer");
}

static void sleeping(void)
{
	uint64_t t = now_us();

	msleep(100);
	t = now_us() - t;
	ok(t >= 99000 && t < 20000000, "select sleeps (%llu us)", t);
}

struct timex {
	uint32_t modes;
	long offset;
	long freq;
	long maxerror;
	long esterror;
	int status;
	long constant;
	long precision;
	long tolerance;
	long pps[2];
	int shift;
	long more[5];
};

struct ntptimeval {
	long sec;
	long nsec;
	long maxerror;
	long esterror;
	long tai;
	int state;
};

_Static_assert(sizeof(struct timex) == 136 && sizeof(struct ntptimeval) == 48, "layout");

#define MOD_ESTERROR	0x0008
#define MOD_CLKB	0x4000
#define TIME_ERROR	5

static int unprivileged(void)
{
	struct timex tx = { .modes = MOD_ESTERROR };
	long pid = sys_fork();
	struct sysret r;

	if (!pid) {
		sys(SYS_setuid, 1000);
		r = bsd(SYS_ntp_adjtime, &tx);
		sys_exit(r.cf ? r.rax : 0);
	}
	return child_status(pid);
}

static void ntp(void)
{
	struct ntptimeval ntv;
	struct timex tx, old;
	struct sysret r;
	uint64_t us;
	long ns;

	memset(&old, 0x5a, sizeof(old));
	old.modes = 0;
	r = bsd(SYS_ntp_adjtime, &old);
	ok(!r.cf && r.rax <= TIME_ERROR, "ntp_adjtime that only asks");
	ok(old.maxerror >= 0 && old.tolerance > 0 && old.constant >= 0 && !(old.status >> 16),
	   "tells the state of the clock");
	tx = old;
	tx.modes = MOD_ESTERROR;
	tx.esterror = old.esterror / 2 + 1;
	r = bsd(SYS_ntp_adjtime, &tx);
	ok(!r.cf && r.rax <= TIME_ERROR, "ntp_adjtime that sets a value");
	memset(&ntv, 0x5a, sizeof(ntv));
	us = now_us();
	r = bsd(SYS_ntp_gettime, &ntv);
	ns = (now_us() - us) * 1000;
	ok(!r.cf && r.rax == (uint64_t)ntv.state, "ntp_gettime gives the state twice");
	is_int(ntv.esterror, old.esterror / 2 + 1, "and the value");
	us = ntv.sec * 1000000UL + ntv.nsec / 1000 - us;
	ok(ntv.nsec >= 0 && ntv.nsec < 1000000000 && us * 1000 <= (uint64_t)ns + 1000,
	   "and the time, which is that of gettimeofday");
	ok(ntv.tai >= -100 && ntv.tai <= 100, "and what TAI is ahead");
	old.modes = MOD_ESTERROR;
	bsd(SYS_ntp_adjtime, &old);
	tx.modes = MOD_CLKB;
	is_err(bsd(SYS_ntp_adjtime, &tx), EINVAL, "ntp_adjtime of another clock");
	is_err(bsd(SYS_ntp_adjtime, (void *)16), EFAULT, "ntp_adjtime from nowhere");
	is_err(bsd(SYS_ntp_gettime, (void *)16), EFAULT, "ntp_gettime to nowhere");
	is_int(unprivileged(), EPERM, "ntp_adjtime without the right to");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	time_of_day();
	commpage();
	mach_clock();
	timers();
	sleeping();
	ntp();
	return done();
}
