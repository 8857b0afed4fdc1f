// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process with a thread in each kind of wait, for kill.c: waiter KIND, or all
 * of them. Says "ready" when they wait. Kinds that move go on for ever.
 */
#include "../nt/ktap.h"

static HANDLE event, mutex, semaphore, timer, keyed, thread_done, file;
static CRITICAL_SECTION section;
static CONDITION_VARIABLE condition;
static SRWLOCK lock = SRWLOCK_INIT;
static HANDLE pipe_read, pipe_write, named;

typedef NTSTATUS NTAPI keyed_fn(HANDLE handle, void *key, BOOLEAN alertable,
				void *timeout);
typedef NTSTATUS NTAPI create_fn(HANDLE *handle, ACCESS_MASK access, void *attr, ULONG flags);

static DWORD WINAPI wait_event(void *arg)
{
	return WaitForSingleObject(event, INFINITE);
}

static DWORD WINAPI wait_any(void *arg)
{
	HANDLE h[4] = { event, mutex, semaphore, timer };

	return WaitForMultipleObjects(4, h, FALSE, INFINITE);
}

static DWORD WINAPI wait_all(void *arg)
{
	HANDLE h[4] = { event, mutex, semaphore, timer };

	return WaitForMultipleObjects(4, h, TRUE, INFINITE);
}

static DWORD WINAPI wait_mutex(void *arg)
{
	return WaitForSingleObject(mutex, INFINITE);
}

static DWORD WINAPI wait_alertable(void *arg)
{
	return WaitForSingleObjectEx(event, INFINITE, TRUE);
}

static DWORD WINAPI wait_thread(void *arg)
{
	return WaitForSingleObject(thread_done, INFINITE);
}

static DWORD WINAPI sleeps(void *arg)
{
	Sleep(INFINITE);
	return 0;
}

static DWORD WINAPI sleeps_alertable(void *arg)
{
	for (;;)
		SleepEx(INFINITE, TRUE);
}

static void CALLBACK apc(ULONG_PTR arg)
{
}

static DWORD WINAPI queues(void *arg)
{
	HANDLE other = CreateThread(NULL, 0, sleeps_alertable, NULL, 0, NULL);

	for (;;) {
		QueueUserAPC(apc, other, 0);
		Sleep(1);
	}
}

static DWORD WINAPI wait_section(void *arg)
{
	EnterCriticalSection(&section);
	return 0;
}

static DWORD WINAPI wait_lock(void *arg)
{
	AcquireSRWLockShared(&lock);
	return 0;
}

static DWORD WINAPI wait_condition(void *arg)
{
	SRWLOCK mine = SRWLOCK_INIT;

	AcquireSRWLockExclusive(&mine);
	SleepConditionVariableSRW(&condition, &mine, INFINITE, 0);
	return 0;
}

static DWORD WINAPI wait_keyed(void *arg)
{
	((keyed_fn *)ntdll("NtWaitForKeyedEvent"))(keyed, (void *)16, FALSE, NULL);
	return 0;
}

static DWORD WINAPI wait_keyed_release(void *arg)
{
	((keyed_fn *)ntdll("NtReleaseKeyedEvent"))(keyed, (void *)32, FALSE, NULL);
	return 0;
}

static DWORD WINAPI reads(void *arg)
{
	char c;
	DWORD n;

	return ReadFile(pipe_read, &c, 1, &n, NULL);
}

static DWORD WINAPI writes(void *arg)
{
	static char buf[65536];
	HANDLE r, w;
	DWORD n;

	CreatePipe(&r, &w, NULL, 4096);
	for (;;)
		WriteFile(w, buf, sizeof(buf), &n, NULL);
}

static DWORD WINAPI listens(void *arg)
{
	return ConnectNamedPipe(named, NULL);
}

static DWORD WINAPI signals_and_waits(void *arg)
{
	HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);

	return SignalObjectAndWait(e, event, INFINITE, TRUE);
}

static DWORD WINAPI locks_file(void *arg)
{
	OVERLAPPED o = { 0 };

	return LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, 10, 0, &o);
}

static DWORD WINAPI suspends_itself(void *arg)
{
	SuspendThread(GetCurrentThread());
	return 0;
}

static DWORD WINAPI suspends(void *arg)
{
	HANDLE other = CreateThread(NULL, 0, queues, NULL, 0, NULL);

	for (;;) {
		SuspendThread(other);
		Sleep(0);
		ResumeThread(other);
	}
}

static DWORD WINAPI contexts(void *arg)
{
	HANDLE other = CreateThread(NULL, 0, queues, NULL, 0, NULL);
	CONTEXT ctx;

	for (;;) {
		SuspendThread(other);
		ctx.ContextFlags = CONTEXT_FULL;
		if (GetThreadContext(other, &ctx))
			SetThreadContext(other, &ctx);
		ResumeThread(other);
	}
}

static DWORD WINAPI returns(void *arg)
{
	return 0;
}

static DWORD WINAPI makes_threads(void *arg)
{
	for (;;) {
		HANDLE h = CreateThread(NULL, 0, returns, NULL, 0, NULL);

		if (h) {
			WaitForSingleObject(h, INFINITE);
			CloseHandle(h);
		}
	}
}

static DWORD WINAPI makes_processes(void *arg)
{
	for (;;) {
		STARTUPINFOW si = { .cb = sizeof(si) };
		PROCESS_INFORMATION pi;
		wchar_t line[MAX_PATH + 16];

		_snwprintf(line, ARRAY_SIZE(line), L"\"%ls\" nothing", beside(NULL));
		if (CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) {
			WaitForSingleObject(pi.hProcess, INFINITE);
			CloseHandle(pi.hProcess);
			CloseHandle(pi.hThread);
		}
	}
}

static DWORD WINAPI makes_objects(void *arg)
{
	for (;;) {
		HANDLE h[32];
		int i;

		for (i = 0; i < 32; i++)
			h[i] = CreateEventW(NULL, i & 1, 0, i & 2 ? L"Local\\waiter" : NULL);
		WaitForMultipleObjects(32, h, FALSE, 0);
		for (i = 0; i < 32; i++)
			CloseHandle(h[i]);
	}
}

static DWORD WINAPI makes_memory(void *arg)
{
	for (;;) {
		char *p = VirtualAlloc(NULL, 1 << 20, MEM_RESERVE, PAGE_READWRITE);
		HANDLE h = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 65536,
					      NULL);
		void *v = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
		DWORD old;

		VirtualAlloc(p, 65536, MEM_COMMIT, PAGE_READWRITE);
		p[4096] = 1;
		VirtualProtect(p, 4096, PAGE_READONLY, &old);
		VirtualFree(p, 0, MEM_RELEASE);
		UnmapViewOfFile(v);
		CloseHandle(h);
	}
}

static LONG CALLBACK on_exception(struct _EXCEPTION_POINTERS *e)
{
	if (e->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
		return EXCEPTION_CONTINUE_SEARCH;
	e->ContextRecord->Rip += 2;	/* mov %al, (%rax) */
	return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI faults(void *arg)
{
	for (;;)
		__asm__ volatile("mov $8, %%eax; .byte 0x88, 0x00" : : : "rax", "memory");
}

static DWORD WINAPI files(void *arg)
{
	for (;;) {
		WIN32_FIND_DATAW d;
		HANDLE h = FindFirstFileW(L"C:\\windows\\system32\\k*", &d);

		if (h != INVALID_HANDLE_VALUE) {
			while (FindNextFileW(h, &d))
				;
			FindClose(h);
		}
	}
}

static DWORD WINAPI keys(void *arg)
{
	for (;;) {
		HKEY k;

		if (!RegCreateKeyW(HKEY_CURRENT_USER, L"Software\\waiter", &k)) {
			RegSetValueExW(k, L"v", 0, REG_SZ, (void *)L"text", 10);
			RegCloseKey(k);
		}
	}
}

static const struct kind {
	const wchar_t *name;
	LPTHREAD_START_ROUTINE fn;
} kinds[] = {
	{ L"event", wait_event }, { L"any", wait_any }, { L"all", wait_all },
	{ L"mutex", wait_mutex }, { L"alertable", wait_alertable }, { L"thread", wait_thread },
	{ L"sleep", sleeps }, { L"sleepalertable", sleeps_alertable }, { L"apc", queues },
	{ L"critical", wait_section }, { L"srw", wait_lock }, { L"condition", wait_condition },
	{ L"keyed", wait_keyed }, { L"keyedrelease", wait_keyed_release }, { L"read", reads },
	{ L"write", writes }, { L"listen", listens }, { L"signalandwait", signals_and_waits },
	{ L"lockfile", locks_file }, { L"suspended", suspends_itself }, { L"suspend", suspends },
	{ L"context", contexts }, { L"threads", makes_threads }, { L"processes", makes_processes },
	{ L"objects", makes_objects }, { L"memory", makes_memory }, { L"faults", faults },
	{ L"files", files }, { L"keys", keys },
};

int wmain(int argc, wchar_t **argv)
{
	const wchar_t *kind = argc > 1 ? argv[1] : L"all";
	wchar_t path[MAX_PATH], name[64];
	OVERLAPPED o = { 0 };
	size_t i;

	if (!wcscmp(kind, L"nothing"))
		return 0;
	event = CreateEventW(NULL, FALSE, FALSE, NULL);
	mutex = CreateMutexW(NULL, TRUE, NULL);
	semaphore = CreateSemaphoreW(NULL, 0, 5, NULL);
	timer = CreateWaitableTimerW(NULL, FALSE, NULL);
	thread_done = CreateThread(NULL, 0, sleeps, NULL, 0, NULL);
	((create_fn *)ntdll("NtCreateKeyedEvent"))(&keyed, GENERIC_ALL, NULL, 0);
	CreatePipe(&pipe_read, &pipe_write, NULL, 0);
	_snwprintf(name, ARRAY_SIZE(name), L"\\\\.\\pipe\\waiter%lu", GetCurrentProcessId());
	named = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, 0, 1, 4096, 4096, 0, NULL);
	InitializeCriticalSection(&section);
	EnterCriticalSection(&section);
	AcquireSRWLockExclusive(&lock);
	GetTempPathW(ARRAY_SIZE(path), path);
	wcscat(path, L"waiter.lock");
	file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_ALWAYS, 0, NULL);
	LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 10, 0, &o);
	file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_ALWAYS, 0, NULL);
	AddVectoredExceptionHandler(1, on_exception);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!wcscmp(kind, L"all") || !wcscmp(kind, kinds[i].name))
			if (!CreateThread(NULL, 0, kinds[i].fn, NULL, 0, NULL))
				bail("%ls: %lu", kinds[i].name, GetLastError());
	Sleep(10);
	printf("ready\n");
	fflush(stdout);
	Sleep(INFINITE);
	return 0;
}
