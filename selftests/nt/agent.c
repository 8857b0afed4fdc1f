// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other tests start: agent WHAT [ARGUMENT...]. What it prints is UTF-8 and
 * has no carriage returns.
 */
#include "ktap.h"

#include <fcntl.h>
#include <io.h>

static void print(const wchar_t *text)
{
	char buf[65536];
	int len = WideCharToMultiByte(CP_UTF8, 0, text, -1, buf, sizeof(buf), NULL, NULL);

	if (len > 0)
		fwrite(buf, 1, len - 1, stdout);
}

static int args(int argc, wchar_t **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		printf("[");
		print(argv[i]);
		printf("]\n");
	}
	return 0;
}

static int env(int argc, wchar_t **argv)
{
	wchar_t value[32768];
	int i, missing = 0;

	for (i = 0; i < argc; i++) {
		if (!GetEnvironmentVariableW(argv[i], value, ARRAY_SIZE(value))) {
			missing = 1;
			continue;
		}
		print(value);
		printf("\n");
	}
	return missing;
}

static int cat(void)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
	static char buf[65536];
	DWORD n, put;

	while (ReadFile(in, buf, sizeof(buf), &n, NULL) && n)
		if (!WriteFile(out, buf, n, &put, NULL) || put != n)
			return GetLastError() == ERROR_DISK_FULL ? 4 : 2;
	return GetLastError() == ERROR_BROKEN_PIPE || !n ? 0 : 3;
}

static int cwd(void)
{
	wchar_t path[MAX_PATH];

	if (!GetCurrentDirectoryW(MAX_PATH, path))
		return 2;
	print(path);
	printf("\n");
	return 0;
}

/* Runs the command line argv[0] and exits as it did. */
static int spawn(wchar_t **argv, DWORD flags)
{
	STARTUPINFOW si = { .cb = sizeof(si) };
	PROCESS_INFORMATION pi;
	DWORD code;

	fflush(stdout);
	if (!CreateProcessW(NULL, argv[0], NULL, NULL, TRUE, flags, NULL, NULL, &si, &pi)) {
		fprintf(stderr, "CreateProcess: error %lu\n", GetLastError());
		return 127;
	}
	WaitForSingleObject(pi.hProcess, INFINITE);
	if (!GetExitCodeProcess(pi.hProcess, &code))
		return 126;
	printf("ended with %#lx\n", code);
	return code;
}

static int deeper(volatile char *above);

/* By a pointer, or the compiler makes a loop of it. */
static int (*volatile go_deeper)(volatile char *above) = deeper;

static int deeper(volatile char *above)
{
	volatile char frame[1000];

	frame[0] = above ? above[0] : 1;
	return go_deeper(frame) + frame[0];
}

static int crash(const wchar_t *how)
{
	if (!wcscmp(how, L"av"))
		*(volatile int *)16 = 1;
	else if (!wcscmp(how, L"int3"))
		__asm__ volatile("int3");
	else if (!wcscmp(how, L"ud2"))
		__asm__ volatile("ud2");
	else if (!wcscmp(how, L"div0"))
		__asm__ volatile("xor %%ecx, %%ecx; idiv %%ecx" : : : "eax", "ecx", "edx");
	else if (!wcscmp(how, L"priv"))
		__asm__ volatile("cli");
	else if (!wcscmp(how, L"stack"))
		return deeper(NULL);
	else if (!wcscmp(how, L"raise"))
		RaiseException(0xe0001234, 0, 0, NULL);
	else if (!wcscmp(how, L"abort"))
		abort();
	return 0;
}

static volatile LONG events;

static BOOL WINAPI on_control(DWORD event)
{
	printf("event %lu\n", event);
	fflush(stdout);
	InterlockedIncrement(&events);
	return TRUE;
}

/* Says that it is ready, and how often which event came within a second of one. */
static int control(void)
{
	int i;

	SetConsoleCtrlHandler(on_control, TRUE);
	printf("ready\n");
	fflush(stdout);
	for (i = 0; i < 300 && !events; i++)
		Sleep(100);
	Sleep(300);
	return events ? 40 + events : 9;
}

static DWORD WINAPI sleeper(void *arg)
{
	Sleep(INFINITE);
	return 0;
}

/* Has @count threads and ends from one of them. */
static DWORD WINAPI exiter(void *arg)
{
	ExitProcess((UINT)(uintptr_t)arg);
}

static int thread_exit(int code)
{
	int i;

	for (i = 0; i < 8; i++)
		CreateThread(NULL, 0, sleeper, NULL, 0, NULL);
	CreateThread(NULL, 0, exiter, (void *)(uintptr_t)code, 0, NULL);
	Sleep(INFINITE);
	return 99;
}

/* Standard output ends, the program only when there is something to read. */
static int hush(void)
{
	DWORD n = 0;
	int i;

	CloseHandle(GetStdHandle(STD_OUTPUT_HANDLE));
	for (i = 0; i < 300 && !n; i++) {
		Sleep(100);
		PeekNamedPipe(GetStdHandle(STD_INPUT_HANDLE), NULL, 0, NULL, &n, NULL);
	}
	return !n;
}

int wmain(int argc, wchar_t **argv)
{
	const wchar_t *what = argc > 1 ? argv[1] : L"";
	const wchar_t *arg = argc > 2 ? argv[2] : L"";

	_setmode(1, _O_BINARY);
	if (!wcscmp(what, L"exit"))
		ExitProcess(wcstoul(arg, NULL, 0));
	if (!wcscmp(what, L"terminate"))
		TerminateProcess(GetCurrentProcess(), wcstoul(arg, NULL, 0));
	if (!wcscmp(what, L"threadexit"))
		return thread_exit(_wtoi(arg));
	if (!wcscmp(what, L"args"))
		return args(argc - 2, argv + 2);
	if (!wcscmp(what, L"commandline")) {
		print(GetCommandLineW());
		printf("\n");
		return 0;
	}
	if (!wcscmp(what, L"self")) {
		print(beside(NULL));
		printf("\n");
		return 0;
	}
	if (!wcscmp(what, L"env"))
		return env(argc - 2, argv + 2);
	if (!wcscmp(what, L"cat"))
		return cat();
	if (!wcscmp(what, L"hush"))
		return hush();
	if (!wcscmp(what, L"cwd"))
		return cwd();
	if (!wcscmp(what, L"spawn") && argc > 2)
		return spawn(argv + 2, 0);
	if (!wcscmp(what, L"crash"))
		return crash(arg);
	if (!wcscmp(what, L"control"))
		return control();
	if (!wcscmp(what, L"ignore")) {
		SetConsoleCtrlHandler(NULL, TRUE);
		printf("ready\n");
		fflush(stdout);
		Sleep(wcstoul(arg, NULL, 0));
		return 6;
	}
	if (!wcscmp(what, L"sleep") || !wcscmp(what, L"pause")) {
		printf("ready\n");
		fflush(stdout);
		Sleep(*arg ? wcstoul(arg, NULL, 0) : INFINITE);
		return 0;
	}
	if (!wcscmp(what, L"types")) {
		printf("%lu %lu %lu\n", GetFileType(GetStdHandle(STD_INPUT_HANDLE)),
		       GetFileType(GetStdHandle(STD_OUTPUT_HANDLE)),
		       GetFileType(GetStdHandle(STD_ERROR_HANDLE)));
		return 0;
	}
	if (!wcscmp(what, L"pid")) {
		printf("%lu\n", GetCurrentProcessId());
		return 0;
	}
	fprintf(stderr, "agent: what?\n");
	return 98;
}
