// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the operations of a Windows program cost, in time-stamp ticks: guest
 * instructions where the machine counts them. nt.sh runs it twice, here and under
 * Wine. Each figure is the least of many batches. Prints: figure, tab, ticks.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

static HANDLE event, r, w;
static wchar_t self[MAX_PATH], file[MAX_PATH], many[MAX_PATH];

static inline uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

static void set_event(void)
{
	SetEvent(event);
}

static void wait_event(void)
{
	WaitForSingleObject(event, INFINITE);
}

static void create_file(void)
{
	CloseHandle(CreateFileW(file, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL));
}

static void missing_file(void)
{
	wchar_t name[MAX_PATH];

	swprintf(name, MAX_PATH, L"%ls\\Missing", many);
	GetFileAttributesW(name);
}

static void pipe_byte(void)
{
	char c = 0;
	DWORD n;

	WriteFile(w, &c, 1, &n, NULL);
	ReadFile(r, &c, 1, &n, NULL);
}

static DWORD WINAPI nothing(void *arg)
{
	return 0;
}

static void create_thread(void)
{
	HANDLE t = CreateThread(NULL, 0, nothing, NULL, 0, NULL);

	WaitForSingleObject(t, INFINITE);
	CloseHandle(t);
}

static void create_process(void)
{
	STARTUPINFOW si = { .cb = sizeof(si) };
	wchar_t line[] = L"ntcalls nothing";
	PROCESS_INFORMATION pi;

	if (!CreateProcessW(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi))
		return;
	WaitForSingleObject(pi.hProcess, INFINITE);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
}

static const struct {
	const char *name;
	void (*fn)(void);
	int calls;
	int batches;
} figures[] = {
	{ "SetEvent", set_event, 200, 10 },
	{ "wait, signalled event", wait_event, 200, 10 },
	{ "CreateFile, CloseHandle", create_file, 100, 10 },
	{ "file not there, of 1000", missing_file, 20, 5 },
	{ "byte through a pipe", pipe_byte, 100, 10 },
	{ "CreateThread, join", create_thread, 10, 10 },
	{ "CreateProcess, wait", create_process, 2, 5 },
};

/* A folder with many files, beside the program. */
static BOOL make_many(void)
{
	wchar_t name[MAX_PATH];
	HANDLE h;
	int i;

	wcscpy(many, self);
	wcscpy(wcsrchr(many, '\\') + 1, L"many");
	if (!CreateDirectoryW(many, NULL) && GetLastError() != ERROR_ALREADY_EXISTS)
		return FALSE;
	for (i = 0; i < 1000; i++) {
		swprintf(name, MAX_PATH, L"%ls\\Module%d.obj", many, i);
		h = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
		if (h == INVALID_HANDLE_VALUE)
			return FALSE;
		CloseHandle(h);
	}
	/* Until it is a folder like others, that have not just been made. */
	Sleep(100);
	return TRUE;
}

int wmain(int argc, wchar_t **argv)
{
	uint64_t best, t;
	size_t i;
	int b, n;

	if (argc > 1)
		return 0;
	GetModuleFileNameW(NULL, self, MAX_PATH);
	wcscpy(file, self);
	event = CreateEventW(NULL, TRUE, TRUE, NULL);
	if (!CreatePipe(&r, &w, NULL, 0) || !make_many())
		return 1;
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		figures[i].fn();
		for (b = 0, best = ~0ull; b < figures[i].batches; b++) {
			t = ticks();
			for (n = 0; n < figures[i].calls; n++)
				figures[i].fn();
			t = ticks() - t;
			if (t < best)
				best = t;
		}
		printf("%s\t%.0f\n", figures[i].name, (double)best / figures[i].calls);
		fflush(stdout);
	}
	return 0;
}
