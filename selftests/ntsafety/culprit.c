// SPDX-License-Identifier: GPL-2.0-only
/*
 * What sentence.c lets a filter forbid: "culprit KIND [FILE]" has a thread do it, and
 * ends with 5 when that thread has died of it, with 6 when it came back. The first
 * thread makes none of the calls in question. "culprit -KIND FILE" does it in the
 * first thread: 0 or the error. "culprit -steady" tells each Ctrl-C until there were
 * five, and ends with 1 if its registers have changed meanwhile.
 */
#include "../nt/ktap.h"

static const wchar_t *file;
static volatile LONG came_back;

static DWORD WINAPI waits(void *arg)
{
	HANDLE h[MAXIMUM_WAIT_OBJECTS];
	LARGE_INTEGER soon = { .QuadPart = -10000 };
	int i;

	for (i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
		h[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
	/* One that goes on by itself as long as it exists */
	h[0] = CreateWaitableTimerW(NULL, TRUE, NULL);
	SetWaitableTimer(h[0], &soon, 1, NULL, NULL, FALSE);
	h[1] = OpenProcess(SYNCHRONIZE, FALSE, GetCurrentProcessId());
	return WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, h, TRUE, INFINITE);
}

static DWORD WINAPI waits_keyed(void *arg)
{
	NTSTATUS (NTAPI *wait)(HANDLE, void *, BOOLEAN, void *) = ntdll("NtWaitForKeyedEvent");

	return wait(NULL, (void *)16, FALSE, NULL);
}

static DWORD WINAPI sleeps(void *arg)
{
	Sleep(60000);
	return 0;
}

static DWORD WINAPI locks(void *arg)
{
	HANDLE h = CreateFileW(file, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_EXISTING, 0, NULL);
	OVERLAPPED o = { 0 };

	if (!LockFileEx(h, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 10, 0, &o))
		return GetLastError();
	return 0;
}

/* Of a file that others have, too: its position is locked meanwhile. */
static DWORD WINAPI reads(void *arg)
{
	char c;
	DWORD n;

	return ReadFile(GetStdHandle(STD_INPUT_HANDLE), &c, 1, &n, NULL) ? 0 : GetLastError();
}

static DWORD WINAPI lists(void *arg)
{
	WIN32_FIND_DATAW d;
	wchar_t all[MAX_PATH];
	HANDLE h;

	_snwprintf(all, ARRAY_SIZE(all), L"%ls\\..\\*", file);
	h = FindFirstFileW(all, &d);
	return h != INVALID_HANDLE_VALUE ? 0 : GetLastError();
}

static DWORD WINAPI truncates(void *arg)
{
	HANDLE h = CreateFileW(file, GENERIC_WRITE, 0, NULL, TRUNCATE_EXISTING, 0, NULL);

	return h != INVALID_HANDLE_VALUE ? 0 : GetLastError();
}

static DWORD WINAPI renames(void *arg)
{
	wchar_t to[MAX_PATH];

	_snwprintf(to, ARRAY_SIZE(to), L"%ls.new", file);
	return MoveFileExW(file, to, MOVEFILE_REPLACE_EXISTING) ? 0 : GetLastError();
}

static DWORD WINAPI makes_key(void *arg)
{
	HKEY key;

	RegDeleteKeyW(HKEY_CURRENT_USER, L"Software\\culprit");
	return RegCreateKeyW(HKEY_CURRENT_USER, L"Software\\culprit", &key);
}

/* The value is written beside the old one, which it then takes the place of. */
static DWORD WINAPI sets_value(void *arg)
{
	RegDeleteKeyValueW(HKEY_CURRENT_USER, L"Software", L"culprit");
	return RegSetKeyValueW(HKEY_CURRENT_USER, L"Software", L"culprit", REG_SZ, L"text", 10);
}

static DWORD WINAPI lists_keys(void *arg)
{
	DWORD n;

	return RegQueryInfoKeyW(HKEY_CURRENT_USER, NULL, NULL, NULL, &n, NULL, NULL, NULL, NULL,
				NULL, NULL, NULL);
}

static DWORD run_nothing(PROCESS_INFORMATION *pi)
{
	STARTUPINFOW si = { .cb = sizeof(si) };
	wchar_t line[MAX_PATH + 16], self[MAX_PATH];

	GetModuleFileNameW(NULL, self, ARRAY_SIZE(self));
	_snwprintf(line, ARRAY_SIZE(line), L"\"%ls\" nothing", self);
	return CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, pi) ?
	       0 : GetLastError();
}

static DWORD WINAPI spawns(void *arg)
{
	PROCESS_INFORMATION pi;

	return run_nothing(&pi);
}

static DWORD WINAPI opens_process(void *arg)
{
	PROCESS_INFORMATION pi;
	DWORD err = run_nothing(&pi);

	if (err)
		return err;
	return OpenProcess(PROCESS_TERMINATE, FALSE, pi.dwProcessId) ? 0 : GetLastError();
}

static DWORD WINAPI exits(void *arg)
{
	ExitThread(0);
}

static volatile LONG events;

static BOOL WINAPI on_ctrl(DWORD event)
{
	InterlockedIncrement(&events);
	printf("event %ld\n", events);
	fflush(stdout);
	return TRUE;
}

static DWORD WINAPI steady(void *arg)
{
	uint64_t want = 0x1122334455667788, got = want, other = want;

	SetConsoleCtrlHandler(on_ctrl, TRUE);
	printf("ready\n");
	fflush(stdout);
	while (events < 5 && got == want && other == want)
		__asm__ volatile("mov $1000000, %%ecx\n"
				 "1: cmp %0, %1\n"
				 "jne 2f\n"
				 "dec %%ecx\n"
				 "jnz 1b\n"
				 "2:" : "+a" (got), "+D" (other) : : "ecx", "cc");
	return got != want || other != want;
}

static const struct kind {
	const wchar_t *name;
	LPTHREAD_START_ROUTINE fn;
} kinds[] = {
	{ L"wait", waits }, { L"sleep", sleeps }, { L"lock", locks }, { L"read", reads },
	{ L"list", lists }, { L"truncate", truncates }, { L"rename", renames },
	{ L"key", makes_key }, { L"value", sets_value }, { L"keys", lists_keys },
	{ L"spawn", spawns }, { L"process", opens_process }, { L"exit", exits },
	{ L"keyed", waits_keyed }, { L"steady", steady },
};

static DWORD WINAPI runs(void *arg)
{
	const struct kind *kind = arg;

	kind->fn(NULL);
	InterlockedIncrement(&came_back);
	for (;;)
		SwitchToThread();
}

int wmain(int argc, wchar_t **argv)
{
	HANDLE thread;
	size_t i;

	if (argc < 2)
		return 0;
	file = argc > 2 ? argv[2] : L"";
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (argv[1][0] == '-' && !wcscmp(argv[1] + 1, kinds[i].name))
			return kinds[i].fn(NULL);
		if (!wcscmp(argv[1], kinds[i].name))
			break;
	}
	if (i == ARRAY_SIZE(kinds))
		return 0;
	thread = CreateThread(NULL, 0, runs, (void *)&kinds[i], 0, NULL);
	if (!thread)
		return 7;
	/* Neither wait nor sleep: those are asked for, too. */
	while (WaitForSingleObject(thread, 0) == WAIT_TIMEOUT && !came_back)
		SwitchToThread();
	return came_back ? 6 : 5;
}
