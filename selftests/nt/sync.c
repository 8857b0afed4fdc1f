// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events, mutexes, semaphores, and the waits for them: what each state is after each
 * call, and that threads meet as they should. Timers have timers.c.
 */
#include "ktap.h"
#include "sync.h"

#define THREADS		8
#define ROUNDS		2000

static NTSTATUS(NTAPI *query_event)(HANDLE, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *query_mutant)(HANDLE, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *query_semaphore)(HANDLE, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *set_event)(HANDLE, LONG *);
static NTSTATUS(NTAPI *reset_event)(HANDLE, LONG *);
static NTSTATUS(NTAPI *pulse_event)(HANDLE, LONG *);
static NTSTATUS(NTAPI *wait_one)(HANDLE, BOOLEAN, LARGE_INTEGER *);
static NTSTATUS(NTAPI *wait_many)(ULONG, HANDLE *, int, BOOLEAN, LARGE_INTEGER *);
static NTSTATUS(NTAPI *release_mutant)(HANDLE, LONG *);
static NTSTATUS(NTAPI *alert_thread)(HANDLE);
static NTSTATUS(NTAPI *alert_by_id)(HANDLE);
static NTSTATUS(NTAPI *wait_alert_by_id)(void *, LARGE_INTEGER *);
static NTSTATUS(NTAPI *test_alert)(void);
static NTSTATUS(NTAPI *delay)(BOOLEAN, LARGE_INTEGER *);
static NTSTATUS(NTAPI *create_keyed)(HANDLE *, ACCESS_MASK, void *, ULONG);
static NTSTATUS(NTAPI *wait_keyed)(HANDLE, void *, BOOLEAN, LARGE_INTEGER *);
static NTSTATUS(NTAPI *release_keyed)(HANDLE, void *, BOOLEAN, LARGE_INTEGER *);

#define WAIT_ALL	0
#define WAIT_ANY	1

static void events(void)
{
	HANDLE a = CreateEventW(NULL, FALSE, FALSE, NULL);
	HANDLE m = CreateEventW(NULL, TRUE, TRUE, NULL);
	struct { ULONG type; LONG state; } info;
	HANDLE poor;
	ULONG len;
	LONG old;

	ok(a && m, "two events");
	is_int(poll_one(a), WAIT_TIMEOUT, "not signalled at first");
	is_int(poll_one(m), WAIT_OBJECT_0, "signalled at first");
	is_int(poll_one(m), WAIT_OBJECT_0, "a manual event stays so");
	ok(SetEvent(a), "SetEvent");
	is_int(poll_one(a), WAIT_OBJECT_0, "signalled");
	is_int(poll_one(a), WAIT_TIMEOUT, "and taken");
	set_event(a, &old);
	is_int(old, 0, "its state before");
	set_event(a, &old);
	is_int(old, 1, "its state before, signalled");
	reset_event(a, &old);
	is_int(old, 1, "reset: its state before");
	is_int(poll_one(a), WAIT_TIMEOUT, "reset");
	ok(ResetEvent(m), "ResetEvent");
	is_int(poll_one(m), WAIT_TIMEOUT, "a manual event is reset");
	is_status(query_event(m, 0, &info, sizeof(info), &len), 0, "NtQueryEvent");
	ok(info.type == 0 && info.state == 0 && len == 8, "of a manual event");
	SetEvent(a);
	query_event(a, 0, &info, sizeof(info), NULL);
	ok(info.type == 1 && info.state == 1, "of an automatic one");
	is_status(query_event(a, 0, &info, 4, NULL), 0xc0000004, "the wrong size");
	is_status(query_event(a, 7, &info, 8, NULL), 0xc0000003, "the wrong class");
	is_status(set_event((HANDLE)0x12340, NULL), 0xc0000008, "no such handle");
	is_status(set_event(GetCurrentProcess(), NULL), 0xc0000024, "not an event");
	ok(DuplicateHandle(GetCurrentProcess(), a, GetCurrentProcess(), &poor, SYNCHRONIZE,
			   FALSE, 0), "a handle that may wait only");
	is_status(set_event(poor, NULL), 0xc0000022, "must not set");
	is_int(poll_one(poor), WAIT_OBJECT_0, "but wait");
	CloseHandle(poor);
	DuplicateHandle(GetCurrentProcess(), a, GetCurrentProcess(), &poor, EVENT_MODIFY_STATE,
			FALSE, 0);
	is_error(WaitForSingleObject(poor, 0) == WAIT_FAILED, ERROR_ACCESS_DENIED,
		 "one that may set only");
	CloseHandle(poor);
	CloseHandle(a);
	CloseHandle(m);
}

struct shared {
	HANDLE start, event, mutex, sem, gone;
	HANDLE both[2];
	LONG arrived, count, order[THREADS], next;
	HANDLE threads[THREADS];
	DWORD result;
	DWORD tid;
};

static void until(LONG *word, LONG value)
{
	int i;

	for (i = 0; *(volatile LONG *)word != value && i < 3000; i++)
		Sleep(10);
	if (*(volatile LONG *)word != value)
		bail("threads do not arrive");
	Sleep(100);	/* from where they said so into the wait */
}

static DWORD WINAPI waiter(void *arg)
{
	struct shared *s = arg;

	InterlockedIncrement(&s->arrived);
	s->result = WaitForSingleObject(s->event, 20000);
	InterlockedIncrement(&s->count);
	return 0;
}

static void wakeups(void)
{
	struct shared s = { 0 };
	HANDLE t[THREADS];
	int i;

	s.event = CreateEventW(NULL, FALSE, FALSE, NULL);
	for (i = 0; i < THREADS; i++)
		t[i] = thread(waiter, &s);
	until(&s.arrived, THREADS);
	is_int(s.count, 0, "%d threads wait", THREADS);
	SetEvent(s.event);
	until(&s.count, 1);
	is_int(s.count, 1, "one signal wakes one");
	PulseEvent(s.event);
	until(&s.count, 2);
	is_int(s.count, 2, "one pulse wakes one");
	for (i = 2; i < THREADS; i++) {
		SetEvent(s.event);
		until(&s.count, i + 1);
	}
	for (i = 0; i < THREADS; i++)
		join(t[i]);
	is_int(poll_one(s.event), WAIT_TIMEOUT, "nothing is left of the signals");
	PulseEvent(s.event);
	is_int(poll_one(s.event), WAIT_TIMEOUT, "nor of a pulse that nobody waits for");
	CloseHandle(s.event);

	memset(&s, 0, sizeof(s));
	s.event = CreateEventW(NULL, TRUE, FALSE, NULL);
	for (i = 0; i < THREADS; i++)
		t[i] = thread(waiter, &s);
	until(&s.arrived, THREADS);
	is_status(pulse_event(s.event, NULL), 0, "NtPulseEvent");
	for (i = 0; i < THREADS; i++)
		join(t[i]);
	is_int(s.count, THREADS, "a pulse of a manual event wakes all");
	is_int(poll_one(s.event), WAIT_TIMEOUT, "and leaves it reset");
	CloseHandle(s.event);
}

static void many(void)
{
	HANDLE h[MAXIMUM_WAIT_OBJECTS + 1], twice[2];
	LARGE_INTEGER zero = { 0 };
	DWORD start;
	int i;

	for (i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
		h[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
	is_int(WaitForMultipleObjects(64, h, FALSE, 0), WAIT_TIMEOUT, "none of 64");
	SetEvent(h[63]);
	SetEvent(h[5]);
	is_int(WaitForMultipleObjects(64, h, FALSE, INFINITE), 5, "the first of two");
	is_int(WaitForMultipleObjects(64, h, FALSE, INFINITE), 63, "then the other");
	is_int(WaitForMultipleObjects(64, h, FALSE, 0), WAIT_TIMEOUT, "then none");
	for (i = 0; i < 63; i++)
		SetEvent(h[i]);
	is_int(WaitForMultipleObjects(64, h, TRUE, 50), WAIT_TIMEOUT, "63 are not all");
	is_int(poll_one(h[7]), WAIT_OBJECT_0, "and none of them was taken");
	SetEvent(h[7]);
	SetEvent(h[63]);
	is_int(WaitForMultipleObjects(64, h, TRUE, 0), WAIT_OBJECT_0, "all 64");
	is_int(WaitForMultipleObjects(64, h, FALSE, 0), WAIT_TIMEOUT, "and all were taken");
	is_error(WaitForMultipleObjects(65, h, FALSE, 0) == WAIT_FAILED,
		 ERROR_INVALID_PARAMETER, "65 are too many");
	is_status(wait_many(0, h, WAIT_ANY, FALSE, &zero), 0xc00000ef, "0 are too few");
	is_status(wait_many(1, h, 2, FALSE, &zero), 0xc00000f1, "a wait of no type");
	twice[0] = h[0];
	twice[1] = h[0];
	is_status(wait_many(2, twice, WAIT_ALL, FALSE, &zero), 0xc0000030,
		  "twice the same in a wait for all");
	SetEvent(h[0]);
	is_status(wait_many(2, twice, WAIT_ANY, FALSE, &zero), 0, "in a wait for any");
	twice[1] = (HANDLE)0x43210;
	is_status(wait_many(2, twice, WAIT_ANY, FALSE, &zero), 0xc0000008, "a bad handle");
	twice[1] = GetCurrentProcess();
	is_status(wait_many(2, twice, WAIT_ANY, FALSE, &zero), 0x102, "a process is waited for");
	start = GetTickCount();
	is_int(WaitForMultipleObjects(3, h, FALSE, 200), WAIT_TIMEOUT, "200 ms pass");
	i = GetTickCount() - start;
	ok(i >= 180 && i < 5000, "about that (%d)", i);
	for (i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
		CloseHandle(h[i]);
}

static DWORD WINAPI all_waiter(void *arg)
{
	struct shared *s = arg;

	InterlockedIncrement(&s->arrived);
	s->result = WaitForMultipleObjects(2, s->both, TRUE, 20000);
	InterlockedIncrement(&s->count);
	return 0;
}

static void all(void)
{
	struct shared s = { 0 };
	HANDLE t, any;

	s.both[0] = CreateEventW(NULL, FALSE, FALSE, NULL);
	s.both[1] = CreateSemaphoreW(NULL, 0, 1, NULL);
	t = thread(all_waiter, &s);
	until(&s.arrived, 1);
	SetEvent(s.both[0]);
	Sleep(100);
	is_int(s.count, 0, "one of both does not end a wait for all");
	is_int(poll_one(s.both[0]), WAIT_OBJECT_0, "and can be taken by another");
	ReleaseSemaphore(s.both[1], 1, NULL);
	Sleep(100);
	is_int(s.count, 0, "nor does the other then");
	memset(&s.arrived, 0, sizeof(s.arrived));
	any = thread(waiter, &(struct shared){ .event = s.both[1] });
	join(any);
	is_int(poll_one(s.both[1]), WAIT_TIMEOUT, "somebody else has taken that, too");
	ReleaseSemaphore(s.both[1], 1, NULL);
	SetEvent(s.both[0]);
	join(t);
	is_int(s.result, WAIT_OBJECT_0, "both do");
	is_int(WaitForMultipleObjects(2, s.both, FALSE, 0), WAIT_TIMEOUT, "and are taken");
	CloseHandle(s.both[0]);
	CloseHandle(s.both[1]);
}

static DWORD WINAPI leaver(void *arg)
{
	struct shared *s = arg;

	WaitForSingleObject(s->mutex, INFINITE);
	WaitForSingleObject(s->mutex, INFINITE);
	SetEvent(s->start);
	WaitForSingleObject(s->gone, INFINITE);
	return 0;
}

static void mutexes(void)
{
	struct { LONG count; BOOLEAN owned, abandoned; } info;
	struct shared s = { 0 };
	HANDLE t, h[2];
	LONG old;

	s.mutex = CreateMutexW(NULL, TRUE, NULL);
	s.start = CreateEventW(NULL, FALSE, FALSE, NULL);
	s.gone = CreateEventW(NULL, FALSE, FALSE, NULL);
	is_int(poll_one(s.mutex), WAIT_OBJECT_0, "the owner takes it again");
	is_status(query_mutant(s.mutex, 0, &info, sizeof(info), NULL), 0, "NtQueryMutant");
	ok(info.count == -1 && info.owned && !info.abandoned, "twice owned (%ld)", info.count);
	is_status(release_mutant(s.mutex, &old), 0, "NtReleaseMutant");
	is_int(old, -1, "its count before");
	release_mutant(s.mutex, &old);
	is_int(old, 0, "its count before the last release");
	is_error(!ReleaseMutex(s.mutex), ERROR_NOT_OWNER, "it is not owned any more");
	query_mutant(s.mutex, 0, &info, sizeof(info), NULL);
	ok(info.count == 1 && !info.owned && !info.abandoned, "free");

	t = thread(leaver, &s);
	WaitForSingleObject(s.start, INFINITE);
	is_int(poll_one(s.mutex), WAIT_TIMEOUT, "another has it");
	is_error(!ReleaseMutex(s.mutex), ERROR_NOT_OWNER, "and alone releases it");
	SetEvent(s.gone);
	is_int(WaitForSingleObject(s.mutex, 10000), WAIT_ABANDONED, "it ends: abandoned");
	join(t);
	query_mutant(s.mutex, 0, &info, sizeof(info), NULL);
	ok(info.count == 0 && info.owned && !info.abandoned, "owned");
	ReleaseMutex(s.mutex);
	is_int(poll_one(s.mutex), WAIT_OBJECT_0, "the next one is not told");
	ReleaseMutex(s.mutex);

	t = thread(leaver, &s);
	WaitForSingleObject(s.start, INFINITE);
	SetEvent(s.gone);
	join(t);
	query_mutant(s.mutex, 0, &info, sizeof(info), NULL);
	ok(info.count == 1 && info.abandoned, "abandoned, and free");
	h[0] = s.gone;
	h[1] = s.mutex;
	is_int(WaitForMultipleObjects(2, h, FALSE, 0), WAIT_ABANDONED_0 + 1, "which one");
	ReleaseMutex(s.mutex);

	t = thread(leaver, &s);
	WaitForSingleObject(s.start, INFINITE);
	SetEvent(s.gone);
	join(t);
	SetEvent(s.gone);
	is_int(WaitForMultipleObjects(2, h, TRUE, 0), WAIT_ABANDONED_0, "one of all");
	ReleaseMutex(s.mutex);
	CloseHandle(s.mutex);
	CloseHandle(s.start);
	CloseHandle(s.gone);
}

static DWORD WINAPI closer(void *arg)
{
	HANDLE h = CreateMutexW(NULL, TRUE, NULL);

	return CloseHandle(h);	/* owned, and nobody knows it any more */
}

static void semaphores(void)
{
	HANDLE h = CreateSemaphoreW(NULL, 1, 3, NULL);
	struct { ULONG count, max; } info;
	LONG old;

	ok(h, "a semaphore");
	ok(ReleaseSemaphore(h, 2, &old) && old == 1, "released twice, 1 before");
	is_error(!ReleaseSemaphore(h, 1, NULL), ERROR_TOO_MANY_POSTS, "more than its limit");
	is_error(!ReleaseSemaphore(h, 0, NULL), ERROR_INVALID_PARAMETER, "nothing");
	is_status(query_semaphore(h, 0, &info, sizeof(info), NULL), 0, "NtQuerySemaphore");
	ok(info.count == 3 && info.max == 3, "3 of 3");
	ok(!poll_one(h) && !poll_one(h) && !poll_one(h), "taken three times");
	is_int(poll_one(h), WAIT_TIMEOUT, "and no more");
	is_error(!CreateSemaphoreW(NULL, 2, 1, NULL), ERROR_INVALID_PARAMETER, "2 of 1");
	CloseHandle(h);
	join(thread(closer, NULL));
}

static LONG apcs;

static void CALLBACK count_apc(ULONG_PTR arg)
{
	apcs += arg;
}

static DWORD WINAPI sleeper(void *arg)
{
	struct shared *s = arg;

	InterlockedIncrement(&s->arrived);
	s->result = SleepEx(20000, TRUE);
	InterlockedIncrement(&s->count);
	return 0;
}

static DWORD WINAPI nt_sleeper(void *arg)
{
	struct shared *s = arg;
	LARGE_INTEGER t = ms(20000);

	InterlockedIncrement(&s->arrived);
	s->result = delay(TRUE, &t);
	return 0;
}

static void sleeps(void)
{
	LARGE_INTEGER t = ms(50), past = { .QuadPart = 1 };
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), h;
	struct shared s = { 0 };
	ULONGLONG start = GetTickCount64();
	int i;

	Sleep(150);
	i = GetTickCount64() - start;
	ok(i >= 130 && i < 5000, "Sleep(150) (%d)", i);
	is_status(delay(FALSE, &t), 0, "NtDelayExecution");
	is_status(delay(FALSE, &past), 0, "until a time that has passed");
	t = now();
	t.QuadPart += 500000;
	is_status(wait_one(event, FALSE, &t), 0x102, "a wait until a time of day");

	apcs = 0;
	QueueUserAPC(count_apc, GetCurrentThread(), 1);
	is_int(WaitForSingleObjectEx(event, 20, FALSE), WAIT_TIMEOUT, "not alertable");
	is_int(apcs, 0, "the APC is not called");
	SetEvent(event);
	is_int(WaitForSingleObjectEx(event, 5000, TRUE), WAIT_OBJECT_0, "signalled goes first");
	is_int(apcs, 0, "the APC is not called yet");
	is_int(WaitForSingleObjectEx(event, 5000, TRUE), WAIT_IO_COMPLETION, "an APC");
	is_int(apcs, 1, "was called");
	QueueUserAPC(count_apc, GetCurrentThread(), 1);
	QueueUserAPC(count_apc, GetCurrentThread(), 1);
	is_int(SleepEx(0, TRUE), WAIT_IO_COMPLETION, "two at once");
	is_int(apcs, 3, "both were called");
	h = thread(sleeper, &s);
	until(&s.arrived, 1);
	QueueUserAPC(count_apc, h, 10);
	join(h);
	ok(s.result == WAIT_IO_COMPLETION && apcs == 13, "by another thread");
	s.arrived = 0;
	h = thread(nt_sleeper, &s);
	until(&s.arrived, 1);
	is_status(alert_thread(h), 0, "NtAlertThread");
	join(h);
	is_status(s.result, 0x101, "ends an alertable sleep");
	alert_thread(GetCurrentThread());
	is_status(test_alert(), 0x101, "NtTestAlert");
	is_status(test_alert(), 0, "once");
	CloseHandle(event);
}

static DWORD WINAPI partner(void *arg)
{
	struct shared *s = arg;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		WaitForSingleObject(s->both[0], INFINITE);
		s->count++;
		SetEvent(s->both[1]);
	}
	return 0;
}

static DWORD WINAPI adder(void *arg)
{
	struct shared *s = arg;
	int i;

	for (i = 0; i < ROUNDS / 4; i++) {
		WaitForSingleObject(s->mutex, INFINITE);
		s->count++;
		ReleaseMutex(s->mutex);
	}
	return 0;
}

/* Takes two of the forks at once. */
static DWORD WINAPI philosopher(void *arg)
{
	struct shared *s = arg;
	int i, me = InterlockedIncrement(&s->next) - 1;
	HANDLE forks[2] = { s->threads[me], s->threads[(me + 1) % THREADS] };

	for (i = 0; i < ROUNDS / 10; i++) {
		if (WaitForMultipleObjects(2, forks, TRUE, 30000))
			return 1;
		InterlockedIncrement(&s->count);
		SetEvent(forks[0]);
		SetEvent(forks[1]);
	}
	return 0;
}

static DWORD WINAPI consumer(void *arg)
{
	struct shared *s = arg;
	HANDLE h[2] = { s->gone, s->sem };

	while (WaitForMultipleObjects(2, h, FALSE, 30000) == 1)
		InterlockedIncrement(&s->count);
	return 0;
}

static void meetings(void)
{
	struct shared s = { 0 };
	HANDLE t[THREADS];
	int i;

	s.both[0] = CreateEventW(NULL, FALSE, FALSE, NULL);
	s.both[1] = CreateEventW(NULL, FALSE, FALSE, NULL);
	t[0] = thread(partner, &s);
	for (i = 0; i < ROUNDS; i++)
		if (SignalObjectAndWait(s.both[0], s.both[1], 30000, FALSE))
			break;
	is_int(i, ROUNDS, "%d round trips", ROUNDS);
	join(t[0]);
	is_int(s.count, ROUNDS, "seen by both");

	s.mutex = CreateMutexW(NULL, FALSE, NULL);
	s.count = 0;
	for (i = 0; i < THREADS; i++)
		t[i] = thread(adder, &s);
	for (i = 0; i < THREADS; i++)
		join(t[i]);
	is_int(s.count, THREADS * (ROUNDS / 4), "a count under a mutex");

	s.count = 0;
	for (i = 0; i < THREADS; i++)
		s.threads[i] = CreateEventW(NULL, FALSE, TRUE, NULL);
	for (i = 0; i < THREADS; i++)
		t[i] = thread(philosopher, &s);
	for (i = 0; i < THREADS; i++)
		join(t[i]);
	is_int(s.count, THREADS * (ROUNDS / 10), "philosophers at their table");

	s.count = 0;
	s.gone = CreateEventW(NULL, TRUE, FALSE, NULL);
	s.sem = CreateSemaphoreW(NULL, 0, ROUNDS, NULL);
	for (i = 0; i < THREADS; i++)
		t[i] = thread(consumer, &s);
	for (i = 0; i < ROUNDS; i++)
		ReleaseSemaphore(s.sem, 1, NULL);
	until(&s.count, ROUNDS);
	SetEvent(s.gone);
	for (i = 0; i < THREADS; i++)
		join(t[i]);
	is_int(s.count, ROUNDS, "each unit of a semaphore ends one wait");
}

static DWORD WINAPI keyed_partner(void *arg)
{
	struct shared *s = arg;
	LARGE_INTEGER t = ms(20000);

	InterlockedIncrement(&s->arrived);
	s->result = wait_keyed(s->event, (void *)0x1000, FALSE, &t);
	return 0;
}

static DWORD WINAPI alerted(void *arg)
{
	struct shared *s = arg;
	LARGE_INTEGER t = ms(20000);

	s->tid = GetCurrentThreadId();
	InterlockedIncrement(&s->arrived);
	s->result = wait_alert_by_id(s, &t);
	return 0;
}

static CRITICAL_SECTION cs;
static CONDITION_VARIABLE cv = CONDITION_VARIABLE_INIT;
static SRWLOCK srw = SRWLOCK_INIT;

static DWORD WINAPI locker(void *arg)
{
	struct shared *s = arg;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		EnterCriticalSection(&cs);
		s->count++;
		LeaveCriticalSection(&cs);
		AcquireSRWLockExclusive(&srw);
		s->next++;
		ReleaseSRWLockExclusive(&srw);
	}
	EnterCriticalSection(&cs);
	s->arrived++;
	WakeConditionVariable(&cv);
	LeaveCriticalSection(&cs);
	return 0;
}

static void keys(void)
{
	struct shared s = { 0 };
	LARGE_INTEGER t = ms(30);
	HANDLE h[THREADS];
	int i;

	is_status(create_keyed(&s.event, 0x1f0003 & 0xf0003, NULL, 0), 0, "a keyed event");
	is_status(wait_keyed(s.event, (void *)0x1000, FALSE, &t), 0x102, "nobody comes");
	is_status(release_keyed(s.event, (void *)0x1000, FALSE, &t), 0x102, "either way");
	is_status(wait_keyed(s.event, (void *)0x1001, FALSE, &t), 0xc00000ef, "an odd key");
	h[0] = thread(keyed_partner, &s);
	until(&s.arrived, 1);
	is_status(release_keyed(s.event, (void *)0x2000, FALSE, &t), 0x102, "another key");
	t = ms(10000);
	is_status(release_keyed(s.event, (void *)0x1000, FALSE, &t), 0, "the right one");
	join(h[0]);
	is_status(s.result, 0, "they meet");
	CloseHandle(s.event);

	s.arrived = 0;
	t = ms(30);
	is_status(wait_alert_by_id(NULL, &t), 0x102, "an alert that does not come");
	h[0] = thread(alerted, &s);
	until(&s.arrived, 1);
	is_status(alert_by_id((HANDLE)(ULONG_PTR)s.tid), 0, "NtAlertThreadByThreadId");
	join(h[0]);
	is_status(s.result, 0x101, "ends the wait");
	is_status(alert_by_id((HANDLE)(ULONG_PTR)GetCurrentThreadId()), 0, "itself");
	is_status(wait_alert_by_id(NULL, NULL), 0x101, "the alert was kept");
	is_status(alert_by_id((HANDLE)0x7ffffff0), 0xc000000b, "no such thread");

	memset(&s, 0, sizeof(s));
	InitializeCriticalSection(&cs);
	for (i = 0; i < THREADS; i++)
		h[i] = thread(locker, &s);
	EnterCriticalSection(&cs);
	while (s.arrived < THREADS)
		if (!SleepConditionVariableCS(&cv, &cs, 30000))
			break;
	LeaveCriticalSection(&cs);
	for (i = 0; i < THREADS; i++)
		join(h[i]);
	is_int(s.count, THREADS * ROUNDS, "critical sections");
	is_int(s.next, THREADS * ROUNDS, "slim locks");
	is_int(s.arrived, THREADS, "a condition variable");
}

static DWORD WINAPI waits_for_thread(void *arg)
{
	return WaitForSingleObject(arg, 20000) ? 1 : 77;
}

static DWORD WINAPI exits(void *arg)
{
	Sleep(100);
	return 5;
}

static void ends(void)
{
	HANDLE one = thread(exits, NULL), h[2] = { one, thread(waits_for_thread, one) };
	DWORD code = 0;

	is_int(WaitForMultipleObjects(2, h, TRUE, 20000), WAIT_OBJECT_0, "two threads end");
	ok(GetExitCodeThread(h[0], &code) && code == 5, "exit code 5");
	ok(GetExitCodeThread(h[1], &code) && code == 77, "exit code 77");
	is_int(poll_one(one), WAIT_OBJECT_0, "a thread stays ended");
	CloseHandle(h[0]);
	CloseHandle(h[1]);
}

int wmain(void)
{
	query_event = ntdll("NtQueryEvent");
	query_mutant = ntdll("NtQueryMutant");
	query_semaphore = ntdll("NtQuerySemaphore");
	set_event = ntdll("NtSetEvent");
	reset_event = ntdll("NtResetEvent");
	pulse_event = ntdll("NtPulseEvent");
	wait_one = ntdll("NtWaitForSingleObject");
	wait_many = ntdll("NtWaitForMultipleObjects");
	release_mutant = ntdll("NtReleaseMutant");
	alert_thread = ntdll("NtAlertThread");
	alert_by_id = ntdll("NtAlertThreadByThreadId");
	wait_alert_by_id = ntdll("NtWaitForAlertByThreadId");
	test_alert = ntdll("NtTestAlert");
	delay = ntdll("NtDelayExecution");
	create_keyed = ntdll("NtCreateKeyedEvent");
	wait_keyed = ntdll("NtWaitForKeyedEvent");
	release_keyed = ntdll("NtReleaseKeyedEvent");

	plan(0);
	events();
	wakeups();
	many();
	all();
	mutexes();
	semaphores();
	sleeps();
	meetings();
	keys();
	ends();
	return done();
}
