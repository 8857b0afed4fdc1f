// SPDX-License-Identifier: GPL-2.0-only
/*
 * What users.sh has two users do:
 *
 *	hold NAME	makes objects of that name and a key, says "ready", waits
 *	open NAME	opens them; prints one word for each: opened or the error
 *	process PID	the same for what can be done to a process
 *	more PID	for what a handle to look at it can be made to be
 *	delete KEY	deletes a key of HKEY_USERS
 *	control PID	the same for what can be done with the handles then
 *	machine		writes to the machine's registry
 *	grab FILE	opens a file for itself alone, locks it, wants it deleted; waits
 *	use FILE	reads it
 *	make FILE	creates it
 *	remove FILE	deletes it
 */
#include "../nt/ktap.h"

static void say(const char *what, bool done)
{
	DWORD err = GetLastError();

	if (done)
		printf("%s opened\n", what);
	else
		printf("%s %lu\n", what, err);
}

static int hold(const wchar_t *name)
{
	HKEY key;
	bool good;

	good = CreateEventW(NULL, TRUE, FALSE, name);
	good &= GetLastError() != ERROR_ALREADY_EXISTS;
	wcscat((wchar_t *)name, L"m");
	good &= !!CreateMutexW(NULL, FALSE, name);
	wcscat((wchar_t *)name, L"s");
	good &= !!CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
	good &= !RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\Secret", 0, NULL, 0, KEY_ALL_ACCESS,
				 NULL, &key, NULL);
	good &= !RegSetValueExW(key, L"v", 0, REG_SZ, (void *)L"secret", 14);
	printf(good ? "ready\n" : "failed\n");
	fflush(stdout);
	Sleep(INFINITE);
	return 0;
}

static int open(const wchar_t *name)
{
	wchar_t text[64];
	DWORD size = sizeof(text);

	say("event", OpenEventW(EVENT_ALL_ACCESS, FALSE, name));
	wcscat((wchar_t *)name, L"m");
	say("mutex", OpenMutexW(MUTEX_ALL_ACCESS, FALSE, name));
	wcscat((wchar_t *)name, L"s");
	say("section", OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, name));
	SetLastError(RegGetValueW(HKEY_CURRENT_USER, L"Software\\Secret", L"v", RRF_RT_REG_SZ, NULL,
				  text, &size));
	say("key", !GetLastError());
	return 0;
}

static int process(DWORD pid)
{
	HANDLE h = OpenProcess(PROCESS_ALL_ACCESS, FALSE, pid);

	say("all", h);
	say("terminate", OpenProcess(PROCESS_TERMINATE, FALSE, pid));
	say("read", OpenProcess(PROCESS_VM_READ, FALSE, pid));
	say("duplicate", OpenProcess(PROCESS_DUP_HANDLE, FALSE, pid));
	return 0;
}

/* Everybody may look at a process; the rights to do that are not to become others. */
static int more(DWORD pid)
{
	NTSTATUS(NTAPI *query)(HANDLE, int, void *, ULONG, ULONG *);
	struct { ULONG_PTR status; void *peb; ULONG_PTR rest[4]; } info = { .peb = &info };
	HANDLE me = GetCurrentProcess(), p, t, h;
	ULONG64 io[6];

	query = ntdll("NtQueryInformationProcess");
	p = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
	t = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, pid);
	say("process", p);
	say("thread", t);
	say("all", DuplicateHandle(me, p, me, &h, PROCESS_ALL_ACCESS, FALSE, 0));
	say("context", DuplicateHandle(me, t, me, &h, THREAD_SET_CONTEXT, FALSE, 0));
	say("token", OpenProcessToken(p, TOKEN_QUERY, &h));
	say("adjust", OpenProcessToken(p, TOKEN_ADJUST_PRIVILEGES, &h));
	say("default", OpenProcessToken(p, TOKEN_ALL_ACCESS, &h));
	printf("memory %s\n",
	       query(p, 0, &info, sizeof(info), NULL) || info.peb ? "known" : "unknown");
	printf("io %08lx\n", (unsigned long)query(p, 2, io, sizeof(io), NULL));
	return 0;
}

static int delete(const wchar_t *name)
{
	SetLastError(RegDeleteKeyW(HKEY_USERS, name));
	say("delete", !GetLastError());
	return 0;
}

/* Never called: its thread does not wait alertably. */
static void CALLBACK call(ULONG_PTR arg)
{
}

static int control(DWORD pid)
{
	static CONTEXT ctx __attribute__((__aligned__(16)));
	HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, pid);
	/* The first thread's number is the process's. */
	HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, pid), h;
	SIZE_T n;
	char byte;

	say("process", process);
	say("thread", thread);
	say("read", ReadProcessMemory(process, (void *)0x7ffe0000, &byte, 1, &n));
	say("allocate", VirtualAllocEx(process, NULL, 4096, MEM_COMMIT, PAGE_READWRITE));
	ctx.ContextFlags = CONTEXT_FULL;
	say("get", GetThreadContext(thread, &ctx));
	/* Nothing that would change anything. */
	ctx.ContextFlags = CONTEXT_AMD64;
	say("set", SetThreadContext(thread, &ctx));
	say("apc", QueueUserAPC(call, thread, 0));
	say("duplicate", DuplicateHandle(process, GetCurrentProcess(), GetCurrentProcess(), &h, 0,
					 FALSE, DUPLICATE_SAME_ACCESS));
	say("give", DuplicateHandle(GetCurrentProcess(), thread, process, &h, 0, FALSE,
				    DUPLICATE_SAME_ACCESS));
	return 0;
}

static int users(void)
{
	wchar_t name[256], path[512];
	DWORD i, n, opened = 0, all = 0;
	HKEY key;

	for (i = 0; n = ARRAY_SIZE(name), !RegEnumKeyExW(HKEY_USERS, i, name, &n, NULL, NULL, NULL,
							 NULL); i++) {
		all++;
		_snwprintf(path, ARRAY_SIZE(path), L"%ls\\Software\\Secret", name);
		if (!RegOpenKeyExW(HKEY_USERS, path, 0, KEY_READ, &key))
			opened++;
	}
	msg("%lu users", all);
	printf("secrets %lu\n", opened);
	return 0;
}

static int machine(void)
{
	HKEY key;

	SetLastError(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"Software\\Intruder", 0, NULL, 0,
				     KEY_ALL_ACCESS, NULL, &key, NULL));
	say("machine", !GetLastError());
	return 0;
}

/* As much in the way of others as a program can be that may only read a file. */
static int grab(const wchar_t *path)
{
	FILE_DISPOSITION_INFO gone = { TRUE };
	HANDLE h = CreateFileW(path, GENERIC_READ | DELETE, 0, NULL, OPEN_EXISTING, 0, NULL);

	say("file", h != INVALID_HANDLE_VALUE);
	say("lock", LockFileEx(h, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
			       &(OVERLAPPED){ }));
	say("delete", SetFileInformationByHandle(h, FileDispositionInfo, &gone, sizeof(gone)));
	printf("ready\n");
	fflush(stdout);
	Sleep(INFINITE);
	return 0;
}

static int use(const wchar_t *path)
{
	HANDLE h = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
	char byte;
	DWORD n;

	say("file", h != INVALID_HANDLE_VALUE);
	say("read", ReadFile(h, &byte, 1, &n, NULL) && n == 1);
	return 0;
}

int wmain(int argc, wchar_t **argv)
{
	static wchar_t name[64];

	if (argc > 2)
		wcsncpy(name, argv[2], 32);
	if (argc > 2 && !wcscmp(argv[1], L"hold"))
		return hold(name);
	if (argc > 2 && !wcscmp(argv[1], L"open"))
		return open(name);
	if (argc > 2 && !wcscmp(argv[1], L"process"))
		return process(wcstoul(argv[2], NULL, 0));
	if (argc > 2 && !wcscmp(argv[1], L"more"))
		return more(wcstoul(argv[2], NULL, 0));
	if (argc > 2 && !wcscmp(argv[1], L"delete"))
		return delete(argv[2]);
	if (argc > 2 && !wcscmp(argv[1], L"grab"))
		return grab(argv[2]);
	if (argc > 2 && !wcscmp(argv[1], L"use"))
		return use(argv[2]);
	if (argc > 2 && !wcscmp(argv[1], L"make"))
		say("make", CreateFileW(argv[2], GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL) !=
			    INVALID_HANDLE_VALUE);
	if (argc > 2 && !wcscmp(argv[1], L"remove"))
		say("remove", DeleteFileW(argv[2]));
	if (argc > 2 && !wcscmp(argv[1], L"control"))
		return control(wcstoul(argv[2], NULL, 0));
	if (argc > 1 && !wcscmp(argv[1], L"users"))
		return users();
	if (argc > 1 && !wcscmp(argv[1], L"machine"))
		return machine();
	return argc > 2 ? 0 : 98;
}
