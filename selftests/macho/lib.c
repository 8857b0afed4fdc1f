// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runtime of the Mach-O test programs: start, threads, KTAP output and the
 * few C library functions that tests and the compiler ask for.
 */
#include "darwin_consts.h"
#include "darwin_structs.h"
#include "ktap.h"
#include "thread.h"

char **environ;
char **apple_strings;

static unsigned int tests_planned;
static unsigned int tests_run;
static unsigned int tests_failed;

int main(int argc, char **argv, char **envp, char **apple);

__attribute__((__noreturn__)) void runtime_start(uint64_t *sp)
{
	int argc = (int)sp[0];
	char **argv = (char **)(sp + 1);

	environ = argv + argc + 1;
	apple_strings = environ;
	while (*apple_strings)
		apple_strings++;
	apple_strings++;
	sys_exit(main(argc, argv, environ, apple_strings));
}

/* Strings and memory */

void *memcpy(void *dst, const void *src, size_t n)
{
	void *d = dst;

	__asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(n) : : "memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dst, src, n);
	while (n--)
		d[n] = s[n];
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	void *d = dst;

	__asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
	return dst;
}

/* What clang makes of memset(p, 0, n) and of fills for this target. */
void __bzero(void *dst, size_t n);
void __bzero(void *dst, size_t n)
{
	memset(dst, 0, n);
}

void bzero(void *dst, size_t n);
void bzero(void *dst, size_t n)
{
	memset(dst, 0, n);
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a;
	const unsigned char *y = b;
	size_t i;

	for (i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

void *memchr(const void *p, int c, size_t n)
{
	const unsigned char *s = p;
	size_t i;

	for (i = 0; i < n; i++)
		if (s[i] == (unsigned char)c)
			return (void *)(s + i);
	return NULL;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (!*a)
			break;
	}
	return 0;
}

char *strcpy(char *dst, const char *src)
{
	memcpy(dst, src, strlen(src) + 1);
	return dst;
}

char *strcat(char *dst, const char *src)
{
	strcpy(dst + strlen(dst), src);
	return dst;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = (char *)s;
		if (!*s)
			return last;
	}
}

char *strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (; strlen(s) >= n; s++)
		if (!memcmp(s, what, n))
			return (char *)s;
	return NULL;
}

unsigned long strtoul(const char *s, char **end, int base)
{
	unsigned long v = 0;
	int digit;

	if ((base == 0 || base == 16) && s[0] == '0' && s[1] == 'x') {
		s += 2;
		base = 16;
	}
	if (base == 0)
		base = 10;
	for (;; s++) {
		if (*s >= '0' && *s <= '9')
			digit = *s - '0';
		else if (*s >= 'a' && *s <= 'f')
			digit = *s - 'a' + 10;
		else
			break;
		if (digit >= base)
			break;
		v = v * base + digit;
	}
	if (end)
		*end = (char *)s;
	return v;
}

const char *getenv(const char *name)
{
	size_t n = strlen(name);
	char **e;

	for (e = environ; *e; e++)
		if (!strncmp(*e, name, n) && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

const char *apple_get(const char *key)
{
	size_t n = strlen(key);
	char **a;

	for (a = apple_strings; *a; a++)
		if (!strncmp(*a, key, n) && (*a)[n] == '=')
			return *a + n + 1;
	return NULL;
}

/* printf: %d %i %u %x %o %c %s %p %% with l, ll, z, width and 0 */

struct out {
	char *buf;
	size_t size;
	size_t len;
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_number(struct out *o, uint64_t v, unsigned int base, bool minus, int width,
		       char pad)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	if (minus && pad == '0')
		put(o, '-');
	for (width -= n + minus; width > 0; width--)
		put(o, pad);
	if (minus && pad != '0')
		put(o, '-');
	while (n)
		put(o, digits[--n]);
}

static const char *put_format(struct out *o, const char *f, va_list *ap)
{
	char pad = ' ';
	int width = 0;
	int longs = 0;
	const char *s;
	uint64_t u;
	int64_t d;

	if (*f == '0') {
		pad = '0';
		f++;
	}
	while (*f >= '0' && *f <= '9')
		width = width * 10 + *f++ - '0';
	while (*f == 'l' || *f == 'z') {
		longs++;
		f++;
	}
	switch (*f) {
	case 'd':
	case 'i':
		d = longs ? va_arg(*ap, int64_t) : va_arg(*ap, int);
		put_number(o, d < 0 ? -(uint64_t)d : (uint64_t)d, 10, d < 0, width, pad);
		break;
	case 'u':
	case 'x':
	case 'o':
		u = longs ? va_arg(*ap, uint64_t) : va_arg(*ap, unsigned int);
		put_number(o, u, *f == 'u' ? 10 : *f == 'x' ? 16 : 8, false, width, pad);
		break;
	case 'p':
		put(o, '0');
		put(o, 'x');
		put_number(o, va_arg(*ap, uint64_t), 16, false, width, pad);
		break;
	case 'c':
		put(o, (char)va_arg(*ap, int));
		break;
	case 's':
		s = va_arg(*ap, const char *);
		for (s = s ? s : "(null)"; *s; s++, width--)
			put(o, *s);
		for (; width > 0; width--)
			put(o, ' ');
		break;
	default:
		put(o, *f);
	}
	return f;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { .buf = buf, .size = size };
	va_list copy;

	va_copy(copy, ap);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		if (!*++fmt)
			break;
		fmt = put_format(&o, fmt, &copy);
	}
	va_end(copy);
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return (int)o.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

static void write_all(const char *buf, size_t len)
{
	long n;

	while (len) {
		n = sys(SYS_write, 1, buf, len);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			sys_exit(KSFT_FAIL);
		buf += n;
		len -= n;
	}
}

int printf(const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(buf))
		n = sizeof(buf) - 1;
	write_all(buf, n);
	return n;
}

/* KTAP */

static void announce(unsigned int tests)
{
	printf("1..%u\n", tests);
	tests_planned = tests;
}

void plan(unsigned int tests)
{
	printf("KTAP version 1\n");
	if (tests)
		announce(tests);
}

static bool result(bool cond, const char *fmt, va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	tests_run++;
	tests_failed += !cond;
	printf("%sok %u %s\n", cond ? "" : "not ", tests_run, text);
	return cond;
}

bool ok(bool cond, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	result(cond, fmt, ap);
	va_end(ap);
	return cond;
}

bool is_int(long got, long want, const char *fmt, ...)
{
	va_list ap;

	if (got != want)
		msg("got %ld, want %ld:", got, want);
	va_start(ap, fmt);
	result(got == want, fmt, ap);
	va_end(ap);
	return got == want;
}

bool is_hex(uint64_t got, uint64_t want, const char *fmt, ...)
{
	va_list ap;

	if (got != want)
		msg("got 0x%llx, want 0x%llx:", got, want);
	va_start(ap, fmt);
	result(got == want, fmt, ap);
	va_end(ap);
	return got == want;
}

bool is_str(const char *got, const char *want, const char *fmt, ...)
{
	bool same = got && !strcmp(got, want);
	va_list ap;

	if (!same)
		msg("got \"%s\", want \"%s\":", got, want);
	va_start(ap, fmt);
	result(same, fmt, ap);
	va_end(ap);
	return same;
}

bool is_err(struct sysret ret, int want, const char *fmt, ...)
{
	bool good = ret.cf && ret.rax == (uint64_t)want;
	va_list ap;

	if (!good)
		msg("got rax 0x%llx, carry %d, want errno %d and carry:", ret.rax, ret.cf, want);
	va_start(ap, fmt);
	result(good, fmt, ap);
	va_end(ap);
	return good;
}

bool is_ok(struct sysret ret, const char *fmt, ...)
{
	va_list ap;

	if (ret.cf)
		msg("got errno %llu:", ret.rax);
	va_start(ap, fmt);
	result(!ret.cf, fmt, ap);
	va_end(ap);
	return !ret.cf;
}

void skip(const char *what, const char *why)
{
	tests_run++;
	printf("ok %u %s # SKIP %s\n", tests_run, what, why);
}

void msg(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("# %s\n", text);
}

void skip_all(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("1..0 # SKIP %s\n", text);
	sys_exit(KSFT_SKIP);
}

void bail(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("Bail out! %s\n", text);
	sys_exit(KSFT_FAIL);
}

int done(void)
{
	if (!tests_planned)
		announce(tests_run);
	if (tests_run != tests_planned)
		msg("planned %u, ran %u", tests_planned, tests_run);
	return tests_failed || tests_run != tests_planned ? KSFT_FAIL : KSFT_PASS;
}

/* Processes, time, threads */

long child_wait(long pid)
{
	int status = 0;
	long ret;

	do
		ret = sys(SYS_wait4, pid, &status, 0, NULL);
	while (ret == -EINTR);
	return ret < 0 ? ret : status;
}

int child_status(long pid)
{
	long status = child_wait(pid);

	if (status < 0) {
		msg("wait4: errno %ld", -status);
		return -1;
	}
	if (!WIFEXITED(status)) {
		msg("child: wait status 0x%lx", status);
		return -1;
	}
	return WEXITSTATUS(status);
}

void msleep(unsigned int ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (int)(ms % 1000) * 1000 };

	sys(SYS_select, 0, NULL, NULL, NULL, &tv);
}

extern char thread_entry[];

__attribute__((__noreturn__)) void runtime_thread(uint64_t pthread, uint64_t port, uint64_t func,
						  uint64_t arg, uint64_t stack, uint64_t flags,
						  uint64_t rsp);
void runtime_thread(uint64_t pthread, uint64_t port, uint64_t func, uint64_t arg, uint64_t stack,
		    uint64_t flags, uint64_t rsp)
{
	struct thread *t = (struct thread *)pthread;

	t->regs[0] = pthread;
	t->regs[1] = port;
	t->regs[2] = func;
	t->regs[3] = arg;
	t->regs[4] = stack;
	t->regs[5] = flags;
	t->regs[6] = rsp;
	t->fn(t->arg);
	t->gone = 1;
	for (;;)
		bsd(SYS_bsdthread_terminate, 0, 0, port, 0);
}

long thread_setup(void)
{
	return sys(SYS_bsdthread_register, thread_entry, 0, 0, 0, 0, 0);
}

long thread_create(struct thread *t, void (*fn)(void *arg), void *arg)
{
	const int start_custom = 0x01000000;
	struct sysret ret;

	ret = bsd(SYS_mmap, NULL, THREAD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON,
		  -1, 0);
	if (ret.cf)
		return -(long)ret.rax;
	memset(t, 0, sizeof(*t));
	t->fn = fn;
	t->arg = arg;
	t->stack = (char *)ret.rax;
	ret = bsd(SYS_bsdthread_create, fn, arg, t->stack + THREAD_STACK, t, start_custom);
	return ret.cf ? -(long)ret.rax : 0;
}

bool thread_join(struct thread *t, unsigned int ms)
{
	unsigned int slept;

	for (slept = 0; !t->gone; slept++) {
		if (slept >= ms)
			return false;
		msleep(1);
	}
	return true;
}
