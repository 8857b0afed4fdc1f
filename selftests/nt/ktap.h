/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of a Windows test program as KTAP, in the words of ../native.h. A
 * program has one wmain() and includes this first.
 */
#ifndef _NT_KTAP_H
#define _NT_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>
#include <winternl.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif
#define UNUSED		__attribute__((__unused__))
#define PRINTF(f, a)	__attribute__((__format__(__gnu_printf__, f, a), __unused__))

#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_SKIP	4

static unsigned int tests_planned;
static unsigned int tests_run;
static unsigned int tests_failed;

/* Number of tests to come; 0: it is printed at the end. */
static UNUSED void plan(unsigned int tests)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("KTAP version 1\n");
	if (tests)
		printf("1..%u\n", tests);
	tests_planned = tests;
}

static UNUSED bool vok(bool cond, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	tests_run++;
	tests_failed += !cond;
	printf("%sok %u %s\n", cond ? "" : "not ", tests_run, text);
	return cond;
}

/* One result; returns @cond. */
static PRINTF(2, 3) bool ok(bool cond, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vok(cond, fmt, ap);
	va_end(ap);
	return cond;
}

/* One result each; the values are shown when they differ. */
static PRINTF(3, 4) bool is_int(long long got, long long want, const char *fmt, ...)
{
	va_list ap;

	if (got != want)
		printf("# got %lld, want %lld:\n", got, want);
	va_start(ap, fmt);
	vok(got == want, fmt, ap);
	va_end(ap);
	return got == want;
}

static PRINTF(3, 4) bool is_hex(uint64_t got, uint64_t want, const char *fmt, ...)
{
	va_list ap;

	if (got != want)
		printf("# got %#llx, want %#llx:\n", (unsigned long long)got,
		       (unsigned long long)want);
	va_start(ap, fmt);
	vok(got == want, fmt, ap);
	va_end(ap);
	return got == want;
}

static PRINTF(3, 4) bool is_str(const char *got, const char *want, const char *fmt, ...)
{
	bool same = got && !strcmp(got, want);
	va_list ap;

	if (!same)
		printf("# got \"%s\", want \"%s\":\n", got ? got : "(null)", want);
	va_start(ap, fmt);
	vok(same, fmt, ap);
	va_end(ap);
	return same;
}

static PRINTF(3, 4) bool is_wstr(const wchar_t *got, const wchar_t *want, const char *fmt, ...)
{
	bool same = got && !wcscmp(got, want);
	va_list ap;

	if (!same)
		printf("# got \"%ls\", want \"%ls\":\n", got ? got : L"(null)", want);
	va_start(ap, fmt);
	vok(same, fmt, ap);
	va_end(ap);
	return same;
}

/* A Win32 call said @done: on failure GetLastError() is shown. */
static PRINTF(2, 3) bool is_done(bool done, const char *fmt, ...)
{
	DWORD err = GetLastError();
	va_list ap;

	if (!done)
		printf("# error %lu:\n", err);
	va_start(ap, fmt);
	vok(done, fmt, ap);
	va_end(ap);
	return done;
}

/* A Win32 call said that it failed, with GetLastError() == @want. */
static PRINTF(3, 4) bool is_error(bool failed, DWORD want, const char *fmt, ...)
{
	DWORD err = GetLastError();
	bool good = failed && err == want;
	va_list ap;

	if (!failed)
		printf("# it did not fail, want error %lu:\n", want);
	else if (!good)
		printf("# error %lu, want %lu:\n", err, want);
	va_start(ap, fmt);
	vok(good, fmt, ap);
	va_end(ap);
	return good;
}

/* An NTSTATUS */
static PRINTF(3, 4) bool is_status(NTSTATUS got, uint32_t want, const char *fmt, ...)
{
	va_list ap;

	if ((uint32_t)got != want)
		printf("# status %#lx, want %#x:\n", (unsigned long)got, want);
	va_start(ap, fmt);
	vok((uint32_t)got == want, fmt, ap);
	va_end(ap);
	return (uint32_t)got == want;
}

/* A line of diagnosis. */
static PRINTF(1, 2) void msg(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

/* One result that is not decided, and why. */
static UNUSED void skip(const char *what, const char *why)
{
	tests_run++;
	printf("ok %u %s # SKIP %s\n", tests_run, what, why);
}

static PRINTF(1, 2) __attribute__((__noreturn__)) void skip_all(const char *fmt, ...)
{
	va_list ap;

	printf("1..0 # SKIP ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(KSFT_SKIP);
}

static PRINTF(1, 2) __attribute__((__noreturn__)) void bail(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(KSFT_FAIL);
}

/* Prints the plan if it is still due; the exit status for wmain(). */
static UNUSED int done(void)
{
	if (!tests_planned)
		printf("1..%u\n", tests_run);
	else if (tests_run != tests_planned)
		msg("planned %u, ran %u", tests_planned, tests_run);
	fflush(stdout);
	return tests_failed || (tests_planned && tests_run != tests_planned) ? KSFT_FAIL :
									      KSFT_PASS;
}

/* A function of ntdll, to be cast; ends the program when it is not there. */
static UNUSED void *ntdll(const char *name)
{
	void *p = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);

	if (!p)
		bail("ntdll has no %s", name);
	return p;
}

/* This program's path, in L"...\\"; with @name instead of its own. */
static UNUSED const wchar_t *beside(const wchar_t *name)
{
	static wchar_t path[4][MAX_PATH];
	static unsigned int n;
	wchar_t *p = path[n++ % ARRAY_SIZE(path)];
	wchar_t *end;

	if (!GetModuleFileNameW(NULL, p, MAX_PATH))
		bail("GetModuleFileName: %lu", GetLastError());
	if (!name)
		return p;
	end = wcsrchr(p, '\\');
	if (!end || end + 1 - p + wcslen(name) >= MAX_PATH)
		bail("no folder in %ls", p);
	wcscpy(end + 1, name);
	return p;
}

#endif /* _NT_KTAP_H */
