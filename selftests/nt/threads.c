// SPDX-License-Identifier: GPL-2.0-only
/* Threads: made, waited for, suspended, resumed, ended, asked. */
#include "ktap.h"

#define STATUS_PENDING_CODE	0x103
#define THREADS			50

static HANDLE gate;
static volatile LONG counter;

static DWORD WINAPI plus_one(void *arg)
{
	InterlockedIncrement(&counter);
	return (DWORD)(uintptr_t)arg + 1;
}

static DWORD WINAPI wait_gate(void *arg)
{
	return WaitForSingleObject(gate, INFINITE);
}

static DWORD WINAPI count_on(void *arg)
{
	volatile LONG *stop = arg;

	while (!*stop)
		InterlockedIncrement(&counter);
	return 0;
}

static DWORD WINAPI sleep_long(void *arg)
{
	SetEvent(arg);
	Sleep(INFINITE);
	return 0;
}

/*
 * A thread that can be terminated: it has left the loader, whose lock it would
 * take with it.
 */
static HANDLE start_sleeper(DWORD *id)
{
	HANDLE ready = CreateEventW(NULL, FALSE, FALSE, NULL);
	HANDLE thread = CreateThread(NULL, 0, sleep_long, ready, 0, id);

	WaitForSingleObject(ready, INFINITE);
	CloseHandle(ready);
	return thread;
}

static void test_join(void)
{
	HANDLE threads[THREADS];
	DWORD code = 0, id;
	int i, good = 0;

	for (i = 0; i < THREADS; i++)
		threads[i] = CreateThread(NULL, 0, plus_one, (void *)(uintptr_t)i, 0, &id);
	for (i = 0; i < THREADS; i++) {
		WaitForSingleObject(threads[i], INFINITE);
		if (GetExitCodeThread(threads[i], &code) && code == (DWORD)i + 1)
			good++;
		CloseHandle(threads[i]);
	}
	is_int(good, THREADS, "%d threads end with their codes", THREADS);
	is_int(counter, THREADS, "and have run");
}

static void test_suspended(void)
{
	HANDLE thread;
	DWORD code = 0;

	counter = 0;
	thread = CreateThread(NULL, 0, plus_one, NULL, CREATE_SUSPENDED, NULL);
	is_int(WaitForSingleObject(thread, 50), WAIT_TIMEOUT, "a suspended thread waits");
	is_int(counter, 0, "and has done nothing");
	GetExitCodeThread(thread, &code);
	is_int(code, STATUS_PENDING_CODE, "it is still active");
	is_int(SuspendThread(thread), 1, "it was suspended once");
	is_int(ResumeThread(thread), 2, "then twice");
	is_int(WaitForSingleObject(thread, 50), WAIT_TIMEOUT, "once is enough");
	is_int(ResumeThread(thread), 1, "resumed");
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "it runs to its end");
	is_int(counter, 1, "it has done its work");
	is_int(SuspendThread(thread), (DWORD)-1, "it cannot be suspended any more");
	CloseHandle(thread);
}

static void test_suspend_running(void)
{
	volatile LONG stop = 0;
	CONTEXT ctx = { .ContextFlags = CONTEXT_FULL };
	HANDLE thread;
	LONG before;
	DWORD i;

	counter = 0;
	thread = CreateThread(NULL, 0, count_on, (void *)&stop, 0, NULL);
	while (!counter)
		Sleep(1);
	is_int(SuspendThread(thread), 0, "a running thread is suspended");
	is_done(GetThreadContext(thread, &ctx), "its context");
	ok(ctx.Rip && ctx.Rsp, "has addresses");
	before = counter;
	Sleep(50);
	is_int(counter, before, "it stands still");
	for (i = 1; SuspendThread(thread) == i && i < 200; i++)
		;
	is_int(i, 127, "it can be suspended 127 times");
	while (i--)
		ResumeThread(thread);
	Sleep(20);
	ok(counter != before, "it runs again");
	stop = 1;
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "and ends");
	CloseHandle(thread);
}

static void test_suspend_waiting(void)
{
	DWORD code = 99;
	HANDLE thread;

	gate = CreateEventW(NULL, TRUE, FALSE, NULL);
	thread = CreateThread(NULL, 0, wait_gate, NULL, 0, NULL);
	Sleep(20);
	is_int(SuspendThread(thread), 0, "a waiting thread is suspended");
	SetEvent(gate);
	is_int(WaitForSingleObject(thread, 50), WAIT_TIMEOUT, "the event does not wake it");
	is_int(ResumeThread(thread), 1, "resumed");
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "it sees the event");
	GetExitCodeThread(thread, &code);
	is_int(code, WAIT_OBJECT_0, "as the result of its wait");
	CloseHandle(thread);
	CloseHandle(gate);
}

static void test_terminate(void)
{
	volatile LONG stop = 0;
	DWORD code = 0;
	HANDLE thread;

	thread = start_sleeper(NULL);
	is_done(TerminateThread(thread, 77), "a sleeping thread is terminated");
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "it ends");
	GetExitCodeThread(thread, &code);
	is_int(code, 77, "with that code");
	CloseHandle(thread);

	counter = 0;
	thread = CreateThread(NULL, 0, count_on, (void *)&stop, 0, NULL);
	while (!counter)
		Sleep(1);
	TerminateThread(thread, 78);
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "so is one that runs");
	GetExitCodeThread(thread, &code);
	is_int(code, 78, "with its code");
	CloseHandle(thread);

	thread = CreateThread(NULL, 0, plus_one, NULL, CREATE_SUSPENDED, NULL);
	TerminateThread(thread, 79);
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "and one that never ran");
	CloseHandle(thread);
}

static void test_context(void)
{
	volatile LONG stop = 0;
	CONTEXT ctx = { .ContextFlags = CONTEXT_FULL }, again = ctx;
	HANDLE thread;

	counter = 0;
	thread = CreateThread(NULL, 0, count_on, (void *)&stop, 0, NULL);
	while (!counter)
		Sleep(1);
	SuspendThread(thread);
	GetThreadContext(thread, &ctx);
	ctx.R15 = 0x123456789abcdefull;
	is_done(SetThreadContext(thread, &ctx), "a context is set");
	is_done(GetThreadContext(thread, &again), "and read again");
	is_hex(again.R15, ctx.R15, "as it was set");
	is_hex(again.Rip, ctx.Rip, "at the same address");
	ResumeThread(thread);
	stop = 1;
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "the thread goes on");
	CloseHandle(thread);
}

static DWORD WINAPI tls_user(void *arg)
{
	DWORD index = *(DWORD *)arg;

	TlsSetValue(index, arg);
	SetEvent(gate);
	Sleep(INFINITE);
	return 0;
}

static void test_ids(void)
{
	HANDLE thread, opened;
	FILETIME t[4];
	DWORD id = 0, index;
	int i;

	thread = start_sleeper(&id);
	is_int(GetThreadId(thread), id, "a thread's id");
	is_int(GetProcessIdOfThread(thread), GetCurrentProcessId(), "its process's id");
	opened = OpenThread(THREAD_ALL_ACCESS, FALSE, id);
	is_done(opened != NULL, "opened by its id");
	is_int(GetThreadId(opened), id, "it is the same");
	is_done(GetThreadTimes(opened, &t[0], &t[1], &t[2], &t[3]), "its times");
	ok(t[0].dwHighDateTime, "it was created at some time");
	TerminateThread(opened, 0);
	WaitForSingleObject(opened, INFINITE);
	CloseHandle(opened);
	CloseHandle(thread);
	is_error(!OpenThread(THREAD_ALL_ACCESS, FALSE, id), ERROR_INVALID_PARAMETER,
		 "an ended one cannot be opened");

	gate = CreateEventW(NULL, FALSE, FALSE, NULL);
	index = TlsAlloc();
	thread = CreateThread(NULL, 0, tls_user, &index, 0, NULL);
	WaitForSingleObject(gate, INFINITE);
	TlsSetValue(index, &index);
	is_done(TlsFree(index), "a TLS index is freed");
	i = TlsAlloc();
	is_int(i, index, "it can be had again");
	ok(!TlsGetValue(i), "its slot is zero");
	TerminateThread(thread, 0);
	CloseHandle(thread);
	CloseHandle(gate);
}

static void test_info(void)
{
	HRESULT (WINAPI *set)(HANDLE, const wchar_t *) =
		(void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "SetThreadDescription");
	HRESULT (WINAPI *get)(HANDLE, wchar_t **) =
		(void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "GetThreadDescription");
	DWORD_PTR process, system, old;
	wchar_t *name = NULL;

	is_done(GetProcessAffinityMask(GetCurrentProcess(), &process, &system), "affinity");
	ok(process && !(process & ~system), "is some of the system's processors");
	old = SetThreadAffinityMask(GetCurrentThread(), process & -process);
	is_hex(old, process, "a thread is moved to one of them");
	is_hex(SetThreadAffinityMask(GetCurrentThread(), process), process & -process,
	       "and back");
	is_int(GetThreadPriority(GetCurrentThread()), THREAD_PRIORITY_NORMAL, "priority");
	is_done(SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_ABOVE_NORMAL), "is set");
	is_int(GetThreadPriority(GetCurrentThread()), THREAD_PRIORITY_ABOVE_NORMAL, "and read");
	if (!set || !get) {
		skip("description", "these DLLs have none");
		return;
	}
	is_int(set(GetCurrentThread(), L"main thread"), 0x10000000, "a description");
	is_int(get(GetCurrentThread(), &name), 0x10000000, "is read");
	is_wstr(name, L"main thread", "as it was set");
}

int wmain(int argc, wchar_t **argv)
{
	plan(0);
	test_join();
	test_suspended();
	test_suspend_running();
	test_suspend_waiting();
	test_terminate();
	test_context();
	test_ids();
	test_info();
	return done();
}
