// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ntdll.dll that is the whole program. What the program's command line says
 * after its name decides what LdrInitializeThunk does:
 *
 *	(nothing)	reads one byte of each page of the program's image, and
 *			ends with 42, or with 43 after an exception
 *	exit CODE	ends with CODE
 *	fuzz SEED	random calls with hostile arguments, see fuzz.c
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT		__declspec(dllexport)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SELF		((uint64_t)-1)
#define SELF_THREAD	((uint64_t)-2)

#define CALLS_EACH	500
#define PAGE		4096
#define ARENA		(16 * PAGE)

/* A thunk for each call, as in any ntdll. */
#define CALL(name, nr)						\
	__asm__(".text\n"					\
		".p2align 4\n"					\
		".globl " #name "\n"				\
		#name ":\n"					\
		".byte 0x4c, 0x8b, 0xd1, 0xb8\n"		\
		".long " #nr "\n"				\
		"syscall\n"					\
		"ret\n"						\
		".section .drectve\n"				\
		".ascii \" -export:" #name "\"\n"		\
		".text\n");					\
	extern uint32_t name(uint64_t first, ...)
#include "calls.h"
#undef CALL

typedef uint32_t (*call_fn)(uint64_t, ...);

struct entry {
	const char *name;
	call_fn fn;
};

static const struct entry calls[] = {
#include "table.h"
};

struct ustring {
	uint16_t len;
	uint16_t max;
	const uint16_t *buf;
};

struct attributes {
	uint32_t size;
	uint64_t root;
	const struct ustring *name;
	uint32_t attr;
	void *sd;
	void *qos;
};

/* Wine's ntdll has these, too; the kernel writes them. */
EXPORT void *__wine_unix_call_dispatcher;
EXPORT uint64_t __wine_unixlib_handle;

static volatile long threads;
static void *main_teb, *main_stack;
static uint64_t state, worker_seed;
static uint32_t made;
static uint64_t handles[64];
static unsigned int nhandles;
static uint8_t arena[ARENA + PAGE] __attribute__((__aligned__(4096)));
static bool fuzzing;

static void *teb(void)
{
	void *p;

	__asm__("mov %%gs:0x30, %0" : "=r"(p));
	return p;
}

static uint8_t *peb(void)
{
	uint8_t *p;

	__asm__("mov %%gs:0x60, %0" : "=r"(p));
	return p;
}

static __attribute__((__noreturn__)) void end(uint32_t code)
{
	for (;;)
		NtTerminateProcess(SELF, code);
}

static uint64_t rnd(void)
{
	uint64_t x = state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

static uint64_t below(uint64_t n)
{
	return rnd() % n;
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool begins(const char *a, const char *b)
{
	while (*b && *a == *b) {
		a++;
		b++;
	}
	return !*b;
}

static bool has(const char *a, const char *b)
{
	for (; *a; a++)
		if (begins(a, b))
			return true;
	return false;
}

/* Names that mean something to some call, and some that should not. */
#define NAME(s)	{ sizeof(u"" s) - 2, sizeof(u"" s), u"" s }
static const struct ustring names[] = {
	NAME("\\??\\Z:\\w\\f"), NAME("\\??\\Z:\\w\\d"), NAME("\\??\\Z:\\w\\d\\g"),
	NAME("\\??\\Z:\\w\\new"), NAME("\\??\\Z:\\w\\F"), NAME("\\??\\Z:\\"),
	NAME("\\??\\C:\\windows\\system32\\ntdll.dll"), NAME("\\??\\C:\\windows\\temp\\x"),
	NAME("\\??\\Z:\\proc\\self\\mem"), NAME("\\??\\Z:\\dev\\null"), NAME("\\??\\NUL"),
	NAME("\\??\\CON"), NAME("\\??\\pipe\\fuzz"), NAME("\\Device\\NamedPipe\\other"),
	NAME("\\??\\pipe\\"), NAME("\\Device\\Null"), NAME("\\Device\\Afd"),
	NAME("\\Device\\ConDrv\\Server"), NAME("f"), NAME("d"), NAME("..\\..\\f"), NAME("."),
	NAME(""), NAME("*"), NAME("f*.?<>\""), NAME("\\BaseNamedObjects\\fuzz"),
	NAME("\\Sessions\\1\\BaseNamedObjects\\other"), NAME("\\"), NAME("\\??"),
	NAME("\\KernelObjects"), NAME("Local\\a"), NAME("Global\\b"), NAME("fuzz"),
	NAME("\\Registry\\Machine\\Software\\Fuzz"), NAME("\\Registry\\User"),
	NAME("\\Registry\\User\\S-1-5-21-0-0-0-1000\\Software\\F"), NAME("\\Registry"),
	NAME("\\Registry\\Machine\\System\\CurrentControlSet"), NAME("Sub\\Key"), NAME("Value"),
	NAME("\\??\\Z:\\w\\f:stream"), NAME("\\??\\UNC\\server\\share"),
	NAME("\\??\\Q:\\nothing"), NAME("\\??\\Z:\\w\\link"), NAME("\\??\\Z:\\w\\fifo"),
	NAME("\\??\\Z:\\w\\a\\..\\f"), NAME("\xd83d\xde00\xd800z"),
};

static const uint64_t special[] = {
	0, 1, 2, 3, 4, 7, 8, 12, 16, 24, 32, 40, 48, 56, 64, 127, 128, 255, 256, 512, 1023, 4095,
	4096, 4097, 65535, 65536, 0x100000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001,
	0xfffffffe, 0xffffffff, 0x100000000, 0x7ffe0000, 0x7fffffff0000, 0x7ffffffe0000,
	0x800000000000, 0x8000000000000000, 0x7fffffffffffffff, 0xffff800000000000,
	0xffff888000000000, 0xffffffff81000000, 0xffffffffff600000, 0xfffffffffffff000,
	0xffffffffffffff80, -1ULL, -2ULL, -3ULL, -4ULL, -5ULL, -6ULL, 0x1f03ff, 0x1fffff,
	0x80000000ull | 0x40000000, 0x2000000, 0x120089, 0x3000, 0x2000, 0x1000, 0x8000, 0x4000,
	0x42000, 0x1000000, 0x40, 0x104,
};

static uint64_t argument(void)
{
	uint64_t r = rnd(), n = r >> 8;

	switch (r % 16) {
	case 0 ... 3:
		return special[n % ARRAY_SIZE(special)];
	case 4 ... 6:
		return nhandles ? handles[n % nhandles] : 4;
	case 7 ... 8:
		return (uintptr_t)arena + n % ARENA;
	case 9 ... 10:		/* an OBJECT_ATTRIBUTES or a string, see fill_arena() */
		return (uintptr_t)arena + n % 32 * 64;
	case 11:
		return (uintptr_t)arena + ARENA - n % 200;	/* the end of memory */
	case 12:
		return n % 512 * 4;
	case 13:
		return n & 0xffff;
	case 14:
		return 1ULL << (n % 64);
	default:
		return rnd();
	}
}

static void fill_arena(void)
{
	uint64_t *p = (uint64_t *)arena;
	size_t i;

	for (i = 0; i < 32; i++) {
		struct attributes *a = (struct attributes *)(arena + i * 64);
		struct ustring *s = (struct ustring *)(arena + 32 * 64 + i * 64);

		*s = names[below(ARRAY_SIZE(names))];
		if (!below(16))
			s->len = rnd();
		if (!below(16))
			s->buf = (void *)argument();
		a->size = below(16) ? sizeof(*a) : rnd();
		a->root = below(4) ? 0 : argument();
		a->name = below(8) ? s : (void *)argument();
		a->attr = below(4) ? 0x40 : rnd() & 0x7f2;
		a->sd = below(8) ? NULL : (void *)argument();
		a->qos = NULL;
	}
	for (i = 64 * 64 / 8; i < ARENA / 8; i += 1 + below(4))
		p[i] = argument();
}

/* What sleeps gets something short to sleep for, most of the time. */
static void shorten(const char *name, uint64_t *a)
{
	static int64_t soon;
	int at = -1;

	soon = -10000 * (int64_t)(1 + below(3));
	if (same(name, "NtWaitForSingleObject"))
		at = 2;
	else if (same(name, "NtWaitForMultipleObjects") || same(name, "NtRemoveIoCompletionEx"))
		at = 4;
	else if (same(name, "NtSignalAndWaitForSingleObject") || has(name, "KeyedEvent"))
		at = 3;
	else if (same(name, "NtDelayExecution") || same(name, "NtWaitForAlertByThreadId"))
		at = 1;
	else if (same(name, "NtRemoveIoCompletion"))
		at = 4;
	if (at >= 0 && below(64))
		a[at] = (uintptr_t)&soon;
}

static void keep(uint64_t handle)
{
	if (nhandles < ARRAY_SIZE(handles))
		handles[nhandles++] = handle;
}

static const struct attributes *named(unsigned int i)
{
	static struct attributes a;

	a.size = sizeof(a);
	a.root = 0;
	a.name = &names[i];
	a.attr = 0x42;
	a.sd = NULL;
	a.qos = NULL;
	return &a;
}

static void make_handles(void)
{
	uint64_t h, iosb[2];
	int64_t size = 65536, wait = -10000000;
	uint32_t disposition;

#define MAKE(call)	do { h = 0; if (!(call)) keep(h); } while (0)
	MAKE(NtCreateEvent((uintptr_t)&h, 0x1f0003ull, 0ull, 0ull, 0ull));
	MAKE(NtCreateEvent((uintptr_t)&h, 0x1f0003ull, named(25), 1ull, 1ull));
	MAKE(NtCreateMutant((uintptr_t)&h, 0x1f0001ull, 0ull, 0ull));
	MAKE(NtCreateSemaphore((uintptr_t)&h, 0x1f0003ull, 0ull, 1ull, 5ull));
	MAKE(NtCreateTimer((uintptr_t)&h, 0x1f0003ull, 0ull, 1ull));
	MAKE(NtCreateKeyedEvent((uintptr_t)&h, 0x1f0003ull, 0ull, 0ull));
	MAKE(NtCreateDirectoryObject((uintptr_t)&h, 0xf000full, 0ull));
	MAKE(NtCreateSection((uintptr_t)&h, 0xf001full, 0ull, &size, 4ull, 0x8000000ull, 0ull));
	MAKE(NtCreateFile((uintptr_t)&h, 0x12019full, named(0), iosb, 0ull, 0x80ull, 7ull, 3ull,
			  0x20ull, 0ull, 0ull));
	if (h)
		MAKE(NtCreateSection((uintptr_t)&h, 0xf001full, 0ull, 0ull, 4ull, 0x8000000ull,
				     handles[nhandles - 1]));
	MAKE(NtOpenFile((uintptr_t)&h, 0x100001ull, named(1), iosb, 7ull, 0x21ull));
	MAKE(NtOpenFile((uintptr_t)&h, 0x1000a1ull, named(6), iosb, 7ull, 0x60ull));
	if (h)
		MAKE(NtCreateSection((uintptr_t)&h, 0xf001full, 0ull, 0ull, 0x20ull, 0x1000000ull,
				     handles[nhandles - 1]));
	MAKE(NtCreateNamedPipeFile((uintptr_t)&h, 0xc0100000ull, named(12), iosb, 3ull, 3ull,
				   0x20ull, 0ull, 0ull, 0ull, 5ull, 4096ull, 4096ull, &wait));
	MAKE(NtOpenFile((uintptr_t)&h, 0xc0100000ull, named(12), iosb, 3ull, 0x20ull));
	MAKE(NtCreateKey((uintptr_t)&h, 0xf003full, named(35), 0ull, 0ull, 0ull, &disposition));
	MAKE(NtOpenKey((uintptr_t)&h, 0x20019ull, named(37)));
	MAKE(NtOpenProcessToken(SELF, 0xf01ffull, &h));
	MAKE(NtDuplicateObject(SELF, SELF_THREAD, SELF, &h, 0ull, 0ull, 2ull));
	MAKE(NtDuplicateObject(SELF, SELF, SELF, &h, 0ull, 0ull, 2ull));
	keep(SELF);
	keep(SELF_THREAD);
}

/*
 * Calls that end or stop the worker and teach nothing, unless their time has
 * come.
 */
static bool useless(const char *name)
{
	return (has(name, "Terminate") || has(name, "Suspend") || same(name, "NtShutdownSystem") ||
		same(name, "NtRaiseHardError") || same(name, "NtContinue") ||
		same(name, "NtContinueEx") || same(name, "NtSetContextThread")) && below(32);
}

static __attribute__((__noreturn__, __used__)) void fuzz(void)
{
	unsigned int nr, i;
	uint64_t a[18];

	while (made < CALLS_EACH) {
		if (made % 64 == 0)
			fill_arena();
		made++;
		nr = below(ARRAY_SIZE(calls));
		for (i = 0; i < 18; i++)
			a[i] = argument();
		if (useless(calls[nr].name))
			continue;
		shorten(calls[nr].name, a);
		calls[nr].fn(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10],
			     a[11], a[12], a[13], a[14], a[15], a[16], a[17]);
	}
	end(0);
}

/* The other threads get the first one out of what they can get it out of. */
static __attribute__((__noreturn__, __used__)) void help(void)
{
	uint64_t thread = 0;
	int64_t soon = -50000;
	unsigned int i;

	for (i = 0; i < nhandles; i++)
		if (handles[i] && handles[i] < 0x10000)
			thread = handles[i];
	for (;;) {
		NtDelayExecution(0, &soon);
		NtAlertResumeThread(thread, 0ull);
		NtAlertThread(thread);
	}
}

static void start_helper(void)
{
	uint64_t h;

	if (!NtCreateThreadEx((uintptr_t)&h, 0x1fffffull, 0ull, SELF, help, 0ull, 0ull, 0ull, 0ull,
			      0ull, 0ull))
		keep(h);
}

struct region {
	uint64_t base, allocation;
	uint32_t allocation_protect, pad;
	uint64_t size;
	uint32_t state, protect, type, pad2;
};

static void touch(void)
{
	uint64_t image = *(uint64_t *)(peb() + 0x10), at = image;
	struct region r;
	unsigned int n = 0;

	while (!NtQueryVirtualMemory(SELF, at, 0ull, &r, sizeof(r), 0ull)) {
		if (r.allocation != image || !r.size)
			break;
		for (; at < r.base + r.size; at += PAGE)
			if (r.state == 0x1000 && !(r.protect & 1) && n++ < 500)
				(void)*(volatile uint8_t *)at;
	}
	end(42);
}

/* The text behind the program's name, as ASCII. */
static void arguments(char *out, size_t max)
{
	uint8_t *params = *(uint8_t **)(peb() + 0x20);
	const uint16_t *p = *(uint16_t **)(params + 0x78);
	size_t len = *(uint16_t *)(params + 0x70) / 2, i = 0, n = 0;
	bool quoted = false;

	for (; i < len && (quoted || p[i] != ' '); i++)
		quoted ^= p[i] == '"';
	while (i < len && p[i] == ' ')
		i++;
	while (i < len && n + 1 < max)
		out[n++] = (char)p[i++];
	out[n] = '\0';
}

static uint64_t number(const char *text)
{
	uint64_t v = 0;

	while (*text >= '0' && *text <= '9')
		v = v * 10 + (uint64_t)(*text++ - '0');
	return v;
}

extern void again(void *sp, void *fn);
__asm__(".text\n"
	"again:\n"
	"	mov %rcx, %rsp\n"
	"	and $-16, %rsp\n"
	"	sub $0x40, %rsp\n"
	"	call *%rdx\n"
	"	ud2\n");

/* After an exception or an APC: on with the next call, on a fresh stack. */
static __attribute__((__used__, __noreturn__)) void recover(void)
{
	if (!fuzzing)
		end(43);
	if (teb() == main_teb)
		again(main_stack, fuzz);
	again(*(uint8_t **)((uint8_t *)teb() + 8) - 0x100, help);
	end(44);
}

EXPORT void LdrInitializeThunk(void *context, void *arg);
__attribute__((__used__)) void first(void *context, void *arg)
{
	char text[64];

	if (__atomic_add_fetch(&threads, 1, __ATOMIC_SEQ_CST) > 1)
		help();
	arguments(text, sizeof(text));
	if (begins(text, "exit "))
		end((uint32_t)number(text + 5));
	if (!begins(text, "fuzz "))
		touch();
	main_teb = teb();
	main_stack = (uint8_t *)context - 0x1000;
	worker_seed = number(text + 5);
	state = worker_seed * 0x9e3779b97f4a7c15ULL + 1;
	fuzzing = true;
	make_handles();
	start_helper();
	/* nothing behind the arena */
	{
		uint64_t at = (uintptr_t)arena + ARENA, size = PAGE;
		uint32_t old;

		NtProtectVirtualMemory(SELF, &at, &size, 1ull, &old);
	}
	fuzz();
}

__asm__(".text\n"
	".globl LdrInitializeThunk\n"
	"LdrInitializeThunk:\n"
	"	sub $0x28, %rsp\n"
	"	and $-16, %rsp\n"
	"	call first\n"
	"	ud2\n"
	".globl KiUserExceptionDispatcher\n"
	"KiUserExceptionDispatcher:\n"
	".globl KiUserApcDispatcher\n"
	"KiUserApcDispatcher:\n"
	".globl KiUserCallbackDispatcher\n"
	"KiUserCallbackDispatcher:\n"
	".globl KiRaiseUserExceptionDispatcher\n"
	"KiRaiseUserExceptionDispatcher:\n"
	".globl RtlUserThreadStart\n"
	"RtlUserThreadStart:\n"
	"	cld\n"
	"	sub $0x28, %rsp\n"
	"	and $-16, %rsp\n"
	"	call recover\n"
	"	ud2\n"
	".section .drectve\n"
	".ascii \" -export:LdrInitializeThunk -export:KiUserExceptionDispatcher\"\n"
	".ascii \" -export:KiUserApcDispatcher -export:KiUserCallbackDispatcher\"\n"
	".ascii \" -export:KiRaiseUserExceptionDispatcher -export:RtlUserThreadStart\"\n"
	".text\n");
