// SPDX-License-Identifier: GPL-2.0-only
/* A program starts, has its arguments, prints and ends. */
#include "ktap.h"

int wmain(int argc, wchar_t **argv)
{
	const wchar_t *name = wcsrchr(argv[0], '\\');

	plan(0);
	is_int(argc, 1, "no arguments");
	is_wstr(name ? name + 1 : argv[0], L"hello.exe", "its name");
	ok(wcsstr(GetCommandLineW(), L"hello.exe"), "the command line");
	ok(NtCurrentTeb()->ProcessEnvironmentBlock->Reserved3[1] == GetModuleHandleW(NULL),
	   "the module is where the PEB says");
	ok(GetCurrentProcessId() && GetCurrentThreadId(), "it has a process and a thread id");
	return done();
}
