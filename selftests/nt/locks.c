// SPDX-License-Identifier: GPL-2.0-only
/* Byte-range locks. */
#include "ktap.h"

static wchar_t path[MAX_PATH];

static HANDLE open_it(void)
{
	HANDLE h = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 7, NULL, OPEN_ALWAYS, 0, NULL);

	if (h == INVALID_HANDLE_VALUE)
		bail("CreateFile: %lu", GetLastError());
	return h;
}

static bool lock(HANDLE h, DWORD at, DWORD len, DWORD flags)
{
	OVERLAPPED o = { .Offset = at };

	return LockFileEx(h, flags, 0, len, 0, &o);
}

static bool unlock(HANDLE h, DWORD at, DWORD len)
{
	OVERLAPPED o = { .Offset = at };

	return UnlockFileEx(h, 0, len, 0, &o);
}

#define NOW	LOCKFILE_FAIL_IMMEDIATELY
#define EXCL	(LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK)

static void ranges(HANDLE a, HANDLE b)
{
	is_done(lock(a, 0, 10, EXCL), "an exclusive lock");
	is_error(!lock(b, 5, 1, EXCL), ERROR_LOCK_VIOLATION, "another one inside of it");
	is_error(!lock(b, 5, 1, NOW), ERROR_LOCK_VIOLATION, "a shared one");
	is_error(!lock(a, 5, 1, EXCL), ERROR_LOCK_VIOLATION, "through the same handle");
	is_done(lock(b, 10, 10, EXCL), "one beside it");
	is_error(!unlock(a, 0, 5), ERROR_NOT_LOCKED, "half of it cannot be unlocked");
	is_error(!unlock(b, 0, 10), ERROR_NOT_LOCKED, "nor through another handle");
	is_done(unlock(a, 0, 10), "unlocked");
	is_done(unlock(b, 10, 10), "the other one, too");
	is_done(lock(a, 0, 10, NOW), "a shared lock");
	is_done(lock(b, 5, 10, NOW), "another shared one");
	is_error(!lock(b, 0, 1, EXCL), ERROR_LOCK_VIOLATION, "an exclusive one");
	is_done(unlock(a, 0, 10) && unlock(b, 5, 10), "unlocked");
	is_done(lock(a, 0, 10, EXCL) && lock(a, 0, 10, NOW), "a shared lock on top of one's own");
	is_error(!lock(b, 5, 1, NOW), ERROR_LOCK_VIOLATION, "others have none");
	is_done(unlock(a, 0, 10), "the exclusive one is given up first");
	is_done(lock(b, 5, 1, NOW) && unlock(b, 5, 1), "others have a shared one");
	is_error(!lock(b, 5, 1, EXCL), ERROR_LOCK_VIOLATION, "but no exclusive one");
	is_done(unlock(a, 0, 10), "then the shared one");
	is_error(!unlock(a, 0, 10), ERROR_NOT_LOCKED, "and that is all");
	is_done(lock(a, 0xfffffff0, 100, EXCL), "behind the end of the file");
	is_done(unlock(a, 0xfffffff0, 100), "unlocked");
}

static void io(HANDLE a, HANDLE b)
{
	char buf[8];
	DWORD n;

	SetFilePointer(a, 0, NULL, FILE_BEGIN);
	WriteFile(a, "0123456789", 10, &n, NULL);
	lock(a, 2, 4, EXCL);
	SetFilePointer(a, 0, NULL, FILE_BEGIN);
	is_done(ReadFile(a, buf, 8, &n, NULL), "the owner reads");
	SetFilePointer(b, 0, NULL, FILE_BEGIN);
	is_done(ReadFile(b, buf, 2, &n, NULL), "others read before the range");
	is_error(!ReadFile(b, buf, 2, &n, NULL), ERROR_LOCK_VIOLATION, "but not in it");
	is_error(!WriteFile(b, buf, 1, &n, NULL), ERROR_LOCK_VIOLATION, "nor do they write");
	unlock(a, 2, 4);
	lock(a, 2, 4, NOW);
	is_done(ReadFile(b, buf, 2, &n, NULL), "they read what is shared");
	is_error(!WriteFile(b, buf, 1, &n, NULL), ERROR_LOCK_VIOLATION, "and do not write it");
	SetFilePointer(a, 2, NULL, FILE_BEGIN);
	is_error(!WriteFile(a, buf, 1, &n, NULL), ERROR_LOCK_VIOLATION, "nor does the owner");
	unlock(a, 2, 4);
}

static DWORD WINAPI waiter(void *arg)
{
	return lock(arg, 0, 1, LOCKFILE_EXCLUSIVE_LOCK) ? 77 : GetLastError();
}

static void waiting(HANDLE a, HANDLE b)
{
	HANDLE t;
	DWORD code = 0;

	lock(a, 0, 1, EXCL);
	t = CreateThread(NULL, 0, waiter, b, 0, NULL);
	is_int(WaitForSingleObject(t, 100), WAIT_TIMEOUT, "a lock waits");
	unlock(a, 0, 1);
	is_int(WaitForSingleObject(t, 5000), WAIT_OBJECT_0, "until it is free");
	GetExitCodeThread(t, &code);
	is_int(code, 77, "and has it");
	is_error(!lock(a, 0, 1, EXCL), ERROR_LOCK_VIOLATION, "so others have not");
	CloseHandle(t);
	CloseHandle(b);
	is_done(lock(a, 0, 1, EXCL), "until it is closed");
	unlock(a, 0, 1);
}

static DWORD WINAPI hammer(void *arg)
{
	DWORD i, done = 0;

	for (i = 0; i < 500; i++) {
		done += lock(arg, 0, 8, NOW);
		done -= unlock(arg, 0, 8);
	}
	return done;
}

/* Who unlocks may be faster than who locks is back. */
static void races(HANDLE a)
{
	HANDLE t[2];
	int i;

	for (i = 0; i < 2; i++)
		t[i] = CreateThread(NULL, 0, hammer, a, 0, NULL);
	WaitForMultipleObjects(2, t, TRUE, INFINITE);
	for (i = 0; i < 2; i++)
		CloseHandle(t[i]);
	while (unlock(a, 0, 8))
		;
	is_done(lock(a, 0, 8, EXCL) && unlock(a, 0, 8), "nothing is left");
}

int wmain(void)
{
	HANDLE a, b;

	plan(0);
	if (!GetTempPathW(MAX_PATH - 40, path))
		bail("no folder for temporary files");
	swprintf(path + wcslen(path), 40, L"persona-locks-%lu", GetCurrentProcessId());
	a = open_it();
	b = open_it();
	ranges(a, b);
	io(a, b);
	waiting(a, b);
	races(a);
	CloseHandle(a);
	is_done(DeleteFileW(path), "DeleteFile");
	return done();
}
