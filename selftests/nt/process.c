// SPDX-License-Identifier: GPL-2.0-only
/* Processes: made, waited for, ended, opened, asked. */
#include "ktap.h"

#define PROCESS_IMAGE	37
#define PROCESS_COOKIE	36

static wchar_t *command(const wchar_t *args)
{
	static wchar_t line[2048];

	swprintf(line, ARRAY_SIZE(line), L"\"%ls\" %ls", beside(NULL), args);
	return line;
}

static bool start(const wchar_t *args, DWORD flags, PROCESS_INFORMATION *pi)
{
	STARTUPINFOW si = { .cb = sizeof(si) };

	return CreateProcessW(beside(NULL), command(args), NULL, NULL, FALSE, flags, NULL, NULL,
			      &si, pi);
}

static DWORD join(PROCESS_INFORMATION *pi)
{
	DWORD code = 0xbad;

	WaitForSingleObject(pi->hProcess, INFINITE);
	GetExitCodeProcess(pi->hProcess, &code);
	CloseHandle(pi->hProcess);
	CloseHandle(pi->hThread);
	return code;
}

static void test_exit_codes(void)
{
	static const DWORD codes[] = { 0, 1, 42, 255, 256, 0x12345678, 0xc0000005, 0xffffffff };
	PROCESS_INFORMATION pi;
	wchar_t args[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		swprintf(args, ARRAY_SIZE(args), L"exit %#lx", codes[i]);
		if (!start(args, 0, &pi)) {
			ok(false, "a process for exit code %#lx: error %lu", codes[i],
			   GetLastError());
			continue;
		}
		is_hex(join(&pi), codes[i], "exit code %#lx", codes[i]);
	}
}

static void test_suspended(void)
{
	PROCESS_INFORMATION pi;
	DWORD code = 0;

	if (!is_done(start(L"exit 7", CREATE_SUSPENDED, &pi), "a suspended process"))
		return;
	is_int(WaitForSingleObject(pi.hProcess, 100), WAIT_TIMEOUT, "does not end");
	GetExitCodeProcess(pi.hProcess, &code);
	is_int(code, STILL_ACTIVE, "it is active");
	is_int(ResumeThread(pi.hThread), 1, "its thread was suspended once");
	is_int(WaitForSingleObject(pi.hThread, 10000), WAIT_OBJECT_0, "resumed, it ends");
	is_int(join(&pi), 7, "with its code");
	if (!start(L"exit 7", CREATE_SUSPENDED, &pi))
		return;
	is_done(TerminateProcess(pi.hProcess, 9), "one that never ran is terminated");
	is_int(join(&pi), 9, "with that code");
}

/* What is done to the memory of a process that may or may not run. */
static void change_memory(HANDLE h, const char *what)
{
	MEMORY_BASIC_INFORMATION m = { 0 };
	char in[64] = "from elsewhere", out[64] = "";
	SIZE_T n = 0;
	DWORD old = 0;
	char *p;

	p = VirtualAllocEx(h, NULL, 0x3000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
	if (!is_done(p != NULL, "%s: allocate", what))
		return;
	is_done(VirtualQueryEx(h, p, &m, sizeof(m)) == sizeof(m), "%s: query", what);
	is_hex(m.State, MEM_COMMIT, "%s: committed", what);
	is_hex(m.RegionSize, 0x3000, "%s: its size", what);
	is_hex(m.Protect, PAGE_READWRITE, "%s: its protection", what);
	is_done(WriteProcessMemory(h, p + 0x1000, in, sizeof(in), &n), "%s: write", what);
	is_int(n, sizeof(in), "%s: so many bytes", what);
	is_done(VirtualProtectEx(h, p + 0x1000, 0x1000, PAGE_READONLY, &old), "%s: protect", what);
	is_hex(old, PAGE_READWRITE, "%s: from", what);
	VirtualQueryEx(h, p, &m, sizeof(m));
	is_hex(m.RegionSize, 0x1000, "%s: the page before", what);
	is_done(ReadProcessMemory(h, p + 0x1000, out, sizeof(out), NULL), "%s: read", what);
	is_int(memcmp(in, out, sizeof(in)), 0, "%s: what was written", what);
	is_done(VirtualFreeEx(h, p, 0, MEM_RELEASE), "%s: free", what);
	VirtualQueryEx(h, p, &m, sizeof(m));
	is_hex(m.State, MEM_FREE, "%s: it is free", what);
	ok(!VirtualFreeEx(h, p, 0, MEM_RELEASE) && GetLastError() == ERROR_INVALID_ADDRESS,
	   "%s: not twice", what);
}

static DWORD WINAPI changer(void *h)
{
	unsigned int i, bad = 0;
	void *p;

	for (i = 0; i < 50; i++) {
		p = VirtualAllocEx(h, NULL, 0x10000, MEM_RESERVE, PAGE_NOACCESS);
		if (!p || !VirtualFreeEx(h, p, 0, MEM_RELEASE))
			bad++;
	}
	return bad;
}

static void test_memory(void)
{
	PROCESS_INFORMATION pi;
	HANDLE h, t[4];
	DWORD bad, all = 0;
	unsigned int i;

	if (!is_done(start(L"sleep", CREATE_SUSPENDED, &pi), "a process to be changed"))
		return;
	change_memory(pi.hProcess, "suspended");
	ResumeThread(pi.hThread);
	change_memory(pi.hProcess, "running");
	for (i = 0; i < ARRAY_SIZE(t); i++)
		t[i] = CreateThread(NULL, 0, changer, pi.hProcess, 0, NULL);
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		WaitForSingleObject(t[i], INFINITE);
		GetExitCodeThread(t[i], &bad);
		CloseHandle(t[i]);
		all += bad;
	}
	is_int(all, 0, "by several threads at once");
	h = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, pi.dwProcessId);
	ok(!VirtualAllocEx(h, NULL, 0x1000, MEM_RESERVE, PAGE_NOACCESS) &&
	   GetLastError() == ERROR_ACCESS_DENIED, "not without the right to");
	CloseHandle(h);
	TerminateProcess(pi.hProcess, 5);
	WaitForSingleObject(pi.hProcess, INFINITE);
	ok(!VirtualAllocEx(pi.hProcess, NULL, 0x1000, MEM_RESERVE, PAGE_NOACCESS),
	   "not in one that has ended");
	is_int(join(&pi), 5, "it ends as it should");
}

/* What a program tells the system and nobody here acts on. */
static void test_telling(void)
{
	NTSTATUS(NTAPI *hard)(NTSTATUS, ULONG, ULONG, ULONG_PTR *, ULONG, ULONG *);
	NTSTATUS(NTAPI *in_job)(HANDLE, HANDLE) = ntdll("NtIsProcessInJob");
	NTSTATUS(NTAPI *state)(ULONG, ULONG *) = ntdll("NtSetThreadExecutionState");
	NTSTATUS(NTAPI *filter)(ULONG, ULONG, BOOLEAN) = ntdll("NtSetDebugFilterState");
	ULONG response = 99, old = 0;

	hard = ntdll("NtRaiseHardError");
	is_status(in_job(GetCurrentProcess(), NULL), 0x123, "this process is in no job");
	is_status(in_job((HANDLE)0x7ff0, NULL), 0xc0000008, "no process");
	is_status(hard(0xc0000022, 0, 0, NULL, 1, &response), 0, "NtRaiseHardError");
	is_int(response, 0, "the caller has to decide");
	is_status(hard(0xc0000022, 6, 0, NULL, 1, &response), 0xc00000f0, "too many parameters");
	is_status(hard(0xc0000022, 0, 0, NULL, 6, &response), 0xc0000061, "not to shut down");
	is_status(state(ES_CONTINUOUS | ES_SYSTEM_REQUIRED, &old), 0, "stay awake");
	is_hex(old, ES_CONTINUOUS, "what was");
	is_status(state(ES_SYSTEM_REQUIRED | ES_DISPLAY_REQUIRED, &old), 0, "for a moment");
	is_status(state(ES_CONTINUOUS, &old), 0, "no more");
	is_hex(old, ES_CONTINUOUS | ES_SYSTEM_REQUIRED, "what lasted");
	is_status(state(0x100, &old), 0xc000000d, "no such state");
	ok(filter(0, 0, TRUE) == 0 || filter(0, 0, TRUE) == (NTSTATUS)0xc0000022,
	   "NtSetDebugFilterState");
}

static void test_terminate(void)
{
	PROCESS_INFORMATION pi;
	HANDLE process, look;

	if (!is_done(start(L"sleep", 0, &pi), "a process that sleeps"))
		return;
	look = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pi.dwProcessId);
	is_done(look != NULL, "is opened by its id");
	is_error(!TerminateProcess(look, 1), ERROR_ACCESS_DENIED, "to be looked at");
	is_done(DuplicateHandle(GetCurrentProcess(), look, GetCurrentProcess(), &process,
				PROCESS_TERMINATE | SYNCHRONIZE, FALSE, 0),
		"a duplicate has the rights that an opener would have");
	CloseHandle(look);
	is_int(WaitForSingleObject(process, 50), WAIT_TIMEOUT, "it sleeps");
	is_done(TerminateProcess(process, 0xc0ffee), "it is terminated");
	is_int(WaitForSingleObject(process, 10000), WAIT_OBJECT_0, "it ends");
	is_error(!TerminateProcess(process, 1), ERROR_ACCESS_DENIED, "only once");
	CloseHandle(process);
	is_hex(join(&pi), 0xc0ffee, "with that code");
	is_error(!OpenProcess(PROCESS_TERMINATE, FALSE, pi.dwProcessId), ERROR_INVALID_PARAMETER,
		 "it cannot be opened any more");
}

static void test_threads_end(void)
{
	PROCESS_INFORMATION pi;

	if (start(L"threads", 0, &pi))
		is_int(join(&pi), 21, "a process ends with nine threads asleep");
	if (start(L"last", 0, &pi))
		is_int(join(&pi), 22, "the code of the last thread is the process's");
	if (start(L"race", 0, &pi))
		is_int(join(&pi), 23, "twenty threads end the process at once");
}

static void test_info(void)
{
	NTSTATUS (WINAPI *query)(HANDLE, ULONG, void *, ULONG, ULONG *) =
		ntdll("NtQueryInformationProcess");
	PROCESS_BASIC_INFORMATION info = {};
	FILETIME t[4];
	wchar_t name[MAX_PATH];
	DWORD len = ARRAY_SIZE(name), count = 0;
	uint64_t image[8] = {};
	HANDLE event;
	DWORD before = 0;

	is_status(query(GetCurrentProcess(), 0, &info, sizeof(info), NULL), 0, "basic information");
	ok(info.PebBaseAddress == NtCurrentTeb()->ProcessEnvironmentBlock, "the PEB");
	is_int(info.UniqueProcessId, GetCurrentProcessId(), "the id");
	is_status(query(GetCurrentProcess(), PROCESS_IMAGE, image, sizeof(image), NULL), 0,
		  "image information");
	ok(image[0] > (uintptr_t)GetModuleHandleW(NULL), "the entry point");
	is_status(query(GetCurrentProcess(), 9999, image, sizeof(image), NULL), 0xc0000003,
		  "an unknown class");
	is_status(query(GetCurrentProcess(), 0, &info, 1, NULL), 0xc0000004, "a short buffer");
	is_done(GetProcessTimes(GetCurrentProcess(), &t[0], &t[1], &t[2], &t[3]), "times");
	is_done(QueryFullProcessImageNameW(GetCurrentProcess(), 0, name, &len), "the program's name");
	is_wstr(name, beside(NULL), "is its own");
	GetProcessHandleCount(GetCurrentProcess(), &before);
	event = CreateEventW(NULL, FALSE, FALSE, NULL);
	GetProcessHandleCount(GetCurrentProcess(), &count);
	is_int(count, before + 1, "one handle more");
	CloseHandle(event);
	is_int(GetPriorityClass(GetCurrentProcess()), NORMAL_PRIORITY_CLASS, "priority class");
}

static DWORD WINAPI sleeper(void *arg)
{
	Sleep(INFINITE);
	return 0;
}

static DWORD WINAPI ender(void *arg)
{
	WaitForSingleObject(arg, INFINITE);
	ExitProcess(23);
}

static DWORD WINAPI last(void *arg)
{
	Sleep(50);
	return 22;
}

static int child(int argc, wchar_t **argv)
{
	HANDLE go;
	int i;

	if (!wcscmp(argv[1], L"exit"))
		ExitProcess(wcstoul(argv[2], NULL, 0));
	if (!wcscmp(argv[1], L"threads")) {
		for (i = 0; i < 9; i++)
			CreateThread(NULL, 0, sleeper, NULL, 0, NULL);
		return 21;
	}
	if (!wcscmp(argv[1], L"last")) {
		CreateThread(NULL, 0, last, NULL, 0, NULL);
		ExitThread(1);
	}
	if (!wcscmp(argv[1], L"race")) {
		go = CreateEventW(NULL, TRUE, FALSE, NULL);
		for (i = 0; i < 20; i++)
			CreateThread(NULL, 0, ender, go, 0, NULL);
		Sleep(50);
		SetEvent(go);
	}
	Sleep(INFINITE);
	return 0;
}

/* Folders of PATH that are not there lead nowhere for Linux, and are not kept. */
static void test_linux(void)
{
	static wchar_t path[32767];
	STARTUPINFOW si = { .cb = sizeof(si) };
	wchar_t line[] = L"sh -c \"exit ${#PATH}\"";
	PROCESS_INFORMATION pi;

	GetEnvironmentVariableW(L"PATH", path, ARRAY_SIZE(path));
	SetEnvironmentVariableW(L"PATH", L"C:\\nowhere;Z:\\tmp;C:\\windows\\nowhere;Z:\\nowhere");
	if (is_done(CreateProcessW(L"Z:\\bin\\sh", line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
				   &pi), "a Linux program"))
		is_hex(join(&pi), strlen("/tmp"), "has a PATH of what is there");
	SetEnvironmentVariableW(L"PATH", path);
}

int wmain(int argc, wchar_t **argv)
{
	if (argc > 1)
		return child(argc, argv);
	plan(0);
	test_info();
	test_exit_codes();
	test_suspended();
	test_memory();
	test_telling();
	test_terminate();
	test_threads_end();
	test_linux();
	return done();
}
