// SPDX-License-Identifier: GPL-2.0-only
/* User APCs: queued, delivered in alertable waits, at a thread's start, at once. */
#include "ktap.h"

static volatile LONG sum, calls;
static HANDLE gate;

static void CALLBACK add(ULONG_PTR arg)
{
	InterlockedAdd(&sum, arg);
	InterlockedIncrement(&calls);
}

static DWORD WINAPI alertable(void *arg)
{
	DWORD ret;

	SetEvent(gate);
	ret = SleepEx(10000, TRUE);
	return ret;
}

static DWORD WINAPI plain(void *arg)
{
	return sum;
}

static DWORD WINAPI not_alertable(void *arg)
{
	SetEvent(gate);
	Sleep(100);
	return calls;
}

static DWORD WINAPI spin(void *arg)
{
	SetEvent(gate);
	while (!calls)
		;
	return 5;
}

static void test_self(void)
{
	NTSTATUS (WINAPI *test_alert)(void) = ntdll("NtTestAlert");

	is_done(QueueUserAPC(add, GetCurrentThread(), 1), "an APC for oneself");
	Sleep(1);
	is_int(sum, 0, "does not run in a plain sleep");
	QueueUserAPC(add, GetCurrentThread(), 2);
	is_int(SleepEx(1000, TRUE), WAIT_IO_COMPLETION, "ends an alertable one");
	is_int(sum, 3, "and all of them have run");
	is_int(SleepEx(1, TRUE), 0, "then there is none");
	QueueUserAPC(add, GetCurrentThread(), 4);
	test_alert();
	is_int(sum, 7, "NtTestAlert() makes them, too");
	gate = CreateEventW(NULL, FALSE, TRUE, NULL);
	QueueUserAPC(add, GetCurrentThread(), 8);
	is_int(WaitForSingleObjectEx(gate, INFINITE, TRUE), WAIT_OBJECT_0,
	       "an object that is signalled goes first");
	is_int(WaitForSingleObjectEx(gate, INFINITE, TRUE), WAIT_IO_COMPLETION, "then the APC");
	is_int(sum, 15, "it has run");
}

static void test_other(void)
{
	DWORD code = 99;
	HANDLE thread;

	sum = 0;
	calls = 0;
	thread = CreateThread(NULL, 0, alertable, NULL, 0, NULL);
	WaitForSingleObject(gate, INFINITE);
	Sleep(10);
	is_done(QueueUserAPC(add, thread, 5), "an APC for another thread");
	WaitForSingleObject(thread, 10000);
	GetExitCodeThread(thread, &code);
	is_int(code, WAIT_IO_COMPLETION, "ends its wait");
	is_int(sum, 5, "it has run");
	CloseHandle(thread);

	sum = 0;
	calls = 0;
	thread = CreateThread(NULL, 0, plain, NULL, CREATE_SUSPENDED, NULL);
	QueueUserAPC(add, thread, 6);
	ResumeThread(thread);
	WaitForSingleObject(thread, 10000);
	GetExitCodeThread(thread, &code);
	is_int(code, 6, "before a thread begins it makes its APCs");
	is_error(!QueueUserAPC(add, thread, 6), ERROR_GEN_FAILURE, "an ended thread takes none");
	CloseHandle(thread);

	sum = 0;
	calls = 0;
	thread = CreateThread(NULL, 0, not_alertable, NULL, 0, NULL);
	WaitForSingleObject(gate, INFINITE);
	Sleep(10);
	QueueUserAPC(add, thread, 7);
	WaitForSingleObject(thread, 10000);
	GetExitCodeThread(thread, &code);
	is_int(code, 0, "a plain sleep is not disturbed");
	CloseHandle(thread);
}

static void test_special(void)
{
	NTSTATUS (WINAPI *queue)(HANDLE, ULONG_PTR, void *, ULONG_PTR, ULONG_PTR, ULONG_PTR) =
		(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueueApcThreadEx");
	DWORD code = 0;
	HANDLE thread;

	if (!queue) {
		skip("special APC", "these DLLs have none");
		return;
	}
	sum = 0;
	calls = 0;
	thread = CreateThread(NULL, 0, spin, NULL, 0, NULL);
	WaitForSingleObject(gate, INFINITE);
	is_status(queue(thread, 1, (void *)add, 9, 0, 0), 0, "a special APC is queued");
	is_int(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0, "a running thread makes it");
	GetExitCodeThread(thread, &code);
	is_int(code, 5, "and goes on");
	is_int(sum, 9, "it has run");
	CloseHandle(thread);
}

int wmain(int argc, wchar_t **argv)
{
	plan(0);
	test_self();
	test_other();
	test_special();
	return done();
}
