/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results of a Mach-O test program as KTAP, and the little C library it has.
 *
 *	int main(int argc, char **argv, char **envp, char **apple)
 *	{
 *		plan(2);
 *		ok(sys(SYS_getpid) > 0, "getpid");
 *		is_err(bsd(SYS_close, -1), EBADF, "close of nothing");
 *		return done();
 *	}
 *
 * Only the first process and its main thread may report; forked children tell
 * by their exit status (child_status()).
 */
#ifndef _MACHO_KTAP_H
#define _MACHO_KTAP_H

#include <stdarg.h>

#include "sys.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PRINTF(f, a)	__attribute__((__format__(__printf__, f, a)))

#define KSFT_PASS	0
#define KSFT_FAIL	1
#define KSFT_SKIP	4

/* Number of tests to come; 0: it is printed at the end. */
void plan(unsigned int tests);
/* One result; returns @cond. */
bool ok(bool cond, const char *fmt, ...) PRINTF(2, 3);
/* One result each; the values are shown when they differ. */
bool is_int(long got, long want, const char *fmt, ...) PRINTF(3, 4);
bool is_hex(uint64_t got, uint64_t want, const char *fmt, ...) PRINTF(3, 4);
bool is_str(const char *got, const char *want, const char *fmt, ...) PRINTF(3, 4);
/* The call failed with that errno / did not fail. */
bool is_err(struct sysret ret, int want, const char *fmt, ...) PRINTF(3, 4);
bool is_ok(struct sysret ret, const char *fmt, ...) PRINTF(2, 3);
/* One result that is not decided, and why. */
void skip(const char *what, const char *why);
/* A line of diagnosis. */
void msg(const char *fmt, ...) PRINTF(1, 2);
/* The whole program is skipped / cannot go on. */
__attribute__((__noreturn__)) void skip_all(const char *fmt, ...) PRINTF(1, 2);
__attribute__((__noreturn__)) void bail(const char *fmt, ...) PRINTF(1, 2);
/* Prints the plan if it is still due; the exit status for main(). */
int done(void);

/* Waits for a child: its wait status, or minus errno. */
long child_wait(long pid);
/* The same for a child that should exit: its exit status, else -1. */
int child_status(long pid);

/* Sleeps by select(2). */
void msleep(unsigned int ms);

int snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
/* To descriptor 1, in one write. */
int printf(const char *fmt, ...) PRINTF(1, 2);

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *p, int c, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *dst, const char *src);
char *strcat(char *dst, const char *src);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
unsigned long strtoul(const char *s, char **end, int base);
const char *getenv(const char *name);

extern char **environ;
extern char **apple_strings;
/* Value of "key=value" among the apple strings, or NULL. */
const char *apple_get(const char *key);

#endif /* _MACHO_KTAP_H */
