// SPDX-License-Identifier: GPL-2.0-only
/* Timers: when they expire, their APCs, and several threads at one of them. */
#include "ktap.h"
#include "sync.h"

#define SETTERS		3

static NTSTATUS(NTAPI *query_timer)(HANDLE, int, void *, ULONG, ULONG *);

static LONG apcs;

/**
 * struct shared - a timer of several threads
 * @timer: it
 * @done: those that have ended
 */
struct shared {
	HANDLE timer;
	LONG done;
};

static void CALLBACK timer_apc(void *arg, DWORD low, DWORD high)
{
	InterlockedAdd(&apcs, (LONG)(intptr_t)arg);
}

static void timers(void)
{
	HANDLE a = CreateWaitableTimerW(NULL, FALSE, NULL);
	HANDLE m = CreateWaitableTimerW(NULL, TRUE, NULL), b;
	struct { LARGE_INTEGER left; BOOLEAN state; } info;
	LARGE_INTEGER due = ms(100);
	ULONGLONG start;
	int i;

	ok(a && m, "two timers");
	is_int(poll_one(a), WAIT_TIMEOUT, "not signalled at first");
	start = GetTickCount64();
	ok(SetWaitableTimer(a, &due, 0, NULL, NULL, FALSE), "set");
	is_status(query_timer(a, 0, &info, sizeof(info), NULL), 0, "NtQueryTimer");
	ok(!info.state && info.left.QuadPart > 0 && info.left.QuadPart <= 1000000,
	   "it has %lld left", info.left.QuadPart);
	is_int(WaitForSingleObject(a, 10000), WAIT_OBJECT_0, "it expires");
	i = GetTickCount64() - start;
	ok(i >= 80 && i < 5000, "after 100 ms (%d)", i);
	is_int(poll_one(a), WAIT_TIMEOUT, "once");
	due = now();
	due.QuadPart += 1000000;
	SetWaitableTimer(m, &due, 0, NULL, NULL, FALSE);
	is_int(WaitForSingleObject(m, 10000), WAIT_OBJECT_0, "at a time of day");
	is_int(poll_one(m), WAIT_OBJECT_0, "a manual one stays signalled");
	due = now();
	due.QuadPart -= 10000000;
	SetWaitableTimer(m, &due, 0, NULL, NULL, FALSE);
	is_int(WaitForSingleObject(m, 1000), WAIT_OBJECT_0, "at a time that has passed");
	due = ms(60000);
	SetWaitableTimer(m, &due, 0, NULL, NULL, FALSE);
	is_int(poll_one(m), WAIT_TIMEOUT, "to set it resets it");
	ok(CancelWaitableTimer(m), "cancelled");
	due = ms(20);
	start = GetTickCount64();
	SetWaitableTimer(a, &due, 20, NULL, NULL, FALSE);
	for (i = 0; i < 10; i++)
		if (WaitForSingleObject(a, 5000))
			break;
	is_int(i, 10, "ten periods");
	i = GetTickCount64() - start;
	ok(i >= 180 && i < 5000, "of 20 ms (%d)", i);
	/* Another one may just then begin. */
	for (i = 0; i < 20; i++) {
		Sleep(100);
		if (!poll_one(a) && poll_one(a) == WAIT_TIMEOUT)
			break;
	}
	ok(i < 20, "periods that nobody has waited for are one");
	is_int(WaitForSingleObject(a, 5000), WAIT_OBJECT_0, "and it goes on");
	CancelWaitableTimer(a);
	poll_one(a);
	is_int(WaitForSingleObject(a, 100), WAIT_TIMEOUT, "until it is cancelled");
	due = ms(20);
	SetWaitableTimer(a, &due, 0, timer_apc, (void *)1, FALSE);
	is_int(SleepEx(5000, TRUE), WAIT_IO_COMPLETION, "an APC");
	is_int(apcs, 1, "was called");
	apcs = 0;
	due = ms(10);
	SetWaitableTimer(a, &due, 10, timer_apc, (void *)1, FALSE);
	for (i = 0; i < 5; i++)
		SleepEx(5000, TRUE);
	CancelWaitableTimer(a);
	SleepEx(0, TRUE);
	ok(apcs >= 5, "an APC in each period (%ld)", apcs);
	apcs = 0;
	SleepEx(50, TRUE);
	is_int(apcs, 0, "none after it was cancelled");
	/* The timer expires, its APC waits for an alertable wait, which comes too late. */
	due = ms(0);
	SetWaitableTimer(m, &due, 0, timer_apc, (void *)1, FALSE);
	is_int(WaitForSingleObject(m, 10000), WAIT_OBJECT_0, "one with an APC expires");
	Sleep(100);
	CancelWaitableTimer(m);
	is_int(SleepEx(0, TRUE), 0, "an APC that was queued is cancelled, too");
	b = CreateWaitableTimerW(NULL, TRUE, NULL);
	SetWaitableTimer(b, &due, 1, timer_apc, (void *)1, FALSE);
	is_int(WaitForSingleObject(b, 10000), WAIT_OBJECT_0, "again");
	Sleep(100);
	CloseHandle(b);
	is_int(SleepEx(0, TRUE), 0, "and goes with the timer");
	is_int(apcs, 0, "neither was called");
	CloseHandle(a);
	CloseHandle(m);
}

static DWORD WINAPI setter(void *arg)
{
	struct shared *s = arg;
	LARGE_INTEGER due = ms(60000);
	LARGE_INTEGER then = now();
	int i;

	then.QuadPart += 600000000;
	for (i = 0; i < 3000; i++)
		SetWaitableTimer(s->timer, i & 1 ? &due : &then, 1000, NULL, NULL, FALSE);
	InterlockedIncrement(&s->done);
	return 0;
}

/* A timer that one thread sets and another one asks. */
static void set_and_asked(void)
{
	struct { LARGE_INTEGER left; BOOLEAN state; } info;
	struct shared s = { .timer = CreateWaitableTimerW(NULL, TRUE, NULL) };
	HANDLE t = thread(setter, &s);
	int bad = 0;

	while (!s.done)
		bad += query_timer(s.timer, 0, &info, sizeof(info), NULL) != 0;
	join(t);
	is_int(bad, 0, "set and asked at once");
	CloseHandle(s.timer);
}

/* Sets and cancels a periodic timer, which expires meanwhile. */
static DWORD WINAPI restless(void *arg)
{
	struct shared *s = arg;
	LARGE_INTEGER due = ms(0);
	int i;

	for (i = 0; i < 2000; i++) {
		SetWaitableTimer(s->timer, &due, 1, i & 1 ? timer_apc : NULL, (void *)1, FALSE);
		if (i % 3 == 0)
			CancelWaitableTimer(s->timer);
		if (i % 7 == 0)
			SleepEx(0, TRUE);
	}
	CancelWaitableTimer(s->timer);
	SleepEx(0, TRUE);
	InterlockedIncrement(&s->done);
	return 0;
}

static void set_by_several(void)
{
	struct shared s = { .timer = CreateWaitableTimerW(NULL, FALSE, NULL) };
	HANDLE t[SETTERS];
	int i;

	for (i = 0; i < SETTERS; i++)
		t[i] = thread(restless, &s);
	for (i = 0; i < SETTERS; i++)
		join(t[i]);
	poll_one(s.timer);
	is_int(WaitForSingleObject(s.timer, 50), WAIT_TIMEOUT,
	       "set and cancelled by several threads at once: at rest in the end");
	CloseHandle(s.timer);
}

int wmain(void)
{
	query_timer = ntdll("NtQueryTimer");

	plan(0);
	timers();
	set_and_asked();
	set_by_several();
	return done();
}
