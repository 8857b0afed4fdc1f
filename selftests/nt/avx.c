// SPDX-License-Identifier: GPL-2.0-only
/*
 * The upper halves of the AVX registers: kept across exceptions and special APCs,
 * seen and changed in the contexts of exceptions and of other threads.
 */
#include "ktap.h"

#include <cpuid.h>

#define REGS		16
#define AVX		2		/* XSTATE_AVX */
#define MASK_AVX	4ull		/* XSTATE_MASK_AVX */
#define WITH_XSTATE	0x100040	/* CONTEXT_XSTATE */
#define HEADER		0x40
#define ROOM		0x140

/* CONTEXT_EX, behind the CONTEXT */
struct chunk {
	LONG offset;
	DWORD length;
};

struct context_ex {
	struct chunk all, legacy, xstate;
};

struct header {
	DWORD64 mask, compaction, reserved[6];
};

struct ymm {
	DWORD64 q[4];
};

static struct ymm in[REGS], out[REGS];

static NTSTATUS (WINAPI *nt_continue)(CONTEXT *, BOOLEAN);

#define EACH(f)	f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) \
		f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)
#define LOAD(n)	"vmovups " #n "*32(%[in]), %%ymm" #n "\n\t"
#define SAVE(n)	"vmovups %%ymm" #n ", " #n "*32(%[out])\n\t"
#define ONES(n)	"vcmptrueps %%ymm" #n ", %%ymm" #n ", %%ymm" #n "\n\t"
#define VECTORS	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", \
		"xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

/* What a handler leaves behind: ones, or nothing in the upper halves. */
static bool cleans_up;

static void clobber(void)
{
	asm volatile(EACH(ONES) : : : VECTORS, "memory");
	if (cleans_up)
		asm volatile("vzeroupper" : : : VECTORS, "memory");
}

static void pattern(DWORD64 seed)
{
	int i, j;

	for (i = 0; i < REGS; i++)
		for (j = 0; j < 4; j++)
			in[i].q[j] = seed + i * 0x100 + j;
	memset(out, 0x55, sizeof(out));
}

/* How many registers came out as they went in. */
static int same(void)
{
	int i, n = 0;

	for (i = 0; i < REGS; i++) {
		if (!memcmp(&in[i], &out[i], sizeof(in[i])))
			n++;
		else
			msg("ymm%d: %#llx %#llx %#llx %#llx", i, out[i].q[0], out[i].q[1],
			    out[i].q[2], out[i].q[3]);
	}
	return n;
}

/* An exception between loading and saving. */
static __attribute__((__noinline__)) void with_exception(void)
{
	asm volatile(EACH(LOAD) "ud2\n\t" EACH(SAVE) "vzeroupper"
		     : : [in] "r"(in), [out] "r"(out) : VECTORS, "memory");
}

static __attribute__((__noinline__)) void with_zeros(void)
{
	asm volatile(EACH(LOAD) "vzeroupper\n\tud2\n\t" EACH(SAVE) "vzeroupper"
		     : : [in] "r"(in), [out] "r"(out) : VECTORS, "memory");
}

static struct context_ex *ex_of(CONTEXT *ctx)
{
	return (struct context_ex *)(ctx + 1);
}

static struct header *header_of(CONTEXT *ctx)
{
	return (struct header *)((char *)(ctx + 1) + ex_of(ctx)->xstate.offset);
}

static struct {
	int count;
	DWORD flags, length;
	DWORD64 mask, where;
	DWORD64 high[REGS][2];
	int change;		/* of this register, -1: none */
	DWORD64 set_mask;
} seen;

static LONG CALLBACK vectored(EXCEPTION_POINTERS *info)
{
	CONTEXT *ctx = info->ContextRecord;
	DWORD64 *high;

	if (info->ExceptionRecord->ExceptionCode != (DWORD)STATUS_ILLEGAL_INSTRUCTION)
		return EXCEPTION_CONTINUE_SEARCH;
	seen.count++;
	seen.flags = ctx->ContextFlags;
	if ((seen.flags & WITH_XSTATE) == WITH_XSTATE) {
		high = LocateXStateFeature(ctx, AVX, &seen.length);
		seen.where = (DWORD64)high;
		GetXStateFeaturesMask(ctx, &seen.mask);
		if (high)
			memcpy(seen.high, high, sizeof(seen.high));
		if (high && seen.change >= 0) {
			high[2 * seen.change] = 0x1111222233334444ull;
			high[2 * seen.change + 1] = 0x5555666677778888ull;
		}
		if (seen.change >= 0)
			SetXStateFeaturesMask(ctx, seen.set_mask);
	}
	clobber();
	ctx->Rip += 2;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void expect(int change, DWORD64 set_mask)
{
	memset(&seen, 0, sizeof(seen));
	seen.change = change;
	seen.set_mask = set_mask;
}

static void test_exceptions(void)
{
	int i, n = 0;

	pattern(0xabcd0000);
	expect(-1, 0);
	with_exception();
	is_int(seen.count, 1, "an exception");
	is_int(same(), REGS, "registers that a handler used hold what they held");
	is_hex(seen.flags & WITH_XSTATE, WITH_XSTATE, "the context says that they are in it");
	is_hex(seen.mask & MASK_AVX, MASK_AVX, "and that they are not zero");
	is_int(seen.length, 256, "with their length");
	is_hex(seen.where & 63, 0, "aligned as XSAVE wants it");
	for (i = 0; i < REGS; i++)
		n += seen.high[i][0] == in[i].q[2] && seen.high[i][1] == in[i].q[3];
	is_int(n, REGS, "upper halves in the context");

	cleans_up = true;
	pattern(0x24680000);
	expect(-1, 0);
	with_exception();
	is_int(same(), REGS, "also after a handler that has cleared the upper halves");
	cleans_up = false;

	pattern(0x12340000);
	expect(3, MASK_AVX);
	with_exception();
	is_hex(out[3].q[0], in[3].q[0], "a handler changes an upper half: the lower one stays");
	is_hex(out[3].q[2], 0x1111222233334444ull, "the upper one changes");
	is_hex(out[3].q[3], 0x5555666677778888ull, "all of it");
	out[3] = in[3];
	is_int(same(), REGS, "the others do not");

	pattern(0x56780000);
	expect(3, ~0ull);
	with_exception();
	is_hex(out[3].q[3], 0x5555666677778888ull, "bits for what is not there mean nothing");

	pattern(0x9abc0000);
	expect(5, 0);
	with_exception();
	for (i = 0; i < REGS; i++)
		memset(&in[i].q[2], 0, 2 * sizeof(in[i].q[2]));
	is_int(same(), REGS, "without the bit for AVX all upper halves are zero");

	pattern(0xdef00000);
	expect(-1, 0);
	with_zeros();
	for (i = 0; i < REGS; i++)
		memset(&in[i].q[2], 0, 2 * sizeof(in[i].q[2]));
	is_int(same(), REGS, "zeros stay zeros");
}

/* A context with room for everything, or for nothing more than the header. */
static CONTEXT *context(DWORD flags, void **mem)
{
	DWORD size = 0;
	CONTEXT *ctx;

	InitializeContext(NULL, flags, NULL, &size);
	*mem = calloc(1, size);
	if (!*mem || !InitializeContext(*mem, flags, &ctx, &size))
		bail("InitializeContext: %lu, %lu bytes", GetLastError(), size);
	return ctx;
}

static volatile LONG ready, stop;

static DWORD WINAPI hold(void *arg)
{
	asm volatile(EACH(LOAD) "movl $1, %[ready]\n"
		     "1: pause\n\tcmpl $0, %[stop]\n\tje 1b\n\t"
		     EACH(SAVE) "vzeroupper"
		     : [ready] "+m"(ready)
		     : [stop] "m"(stop), [in] "r"(in), [out] "r"(out) : VECTORS, "memory", "cc");
	return 0;
}

static HANDLE hold_start(DWORD64 seed)
{
	HANDLE thread;

	pattern(seed);
	ready = 0;
	stop = 0;
	thread = CreateThread(NULL, 0, hold, NULL, 0, NULL);
	if (!thread)
		bail("CreateThread: %lu", GetLastError());
	while (!ready)
		Sleep(1);
	return thread;
}

static void hold_end(HANDLE thread)
{
	stop = 1;
	is_int(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0, "the thread ends");
	CloseHandle(thread);
}

static void test_thread(void)
{
	HANDLE thread = hold_start(0x77770000);
	DWORD64 mask = 0, (*high)[2];
	DWORD length = 0;
	CONTEXT *ctx;
	void *mem;
	int i, n;

	SuspendThread(thread);
	ctx = context(CONTEXT_ALL | WITH_XSTATE, &mem);
	is_done(SetXStateFeaturesMask(ctx, MASK_AVX), "SetXStateFeaturesMask");
	is_done(GetThreadContext(thread, ctx), "the context of a suspended thread");
	is_done(GetXStateFeaturesMask(ctx, &mask), "GetXStateFeaturesMask");
	is_hex(mask & MASK_AVX, MASK_AVX, "it has upper halves");
	high = LocateXStateFeature(ctx, AVX, &length);
	if (!ok(high && length == 256, "and a place for them"))
		goto out;
	for (i = 0, n = 0; i < REGS; i++)
		n += high[i][0] == in[i].q[2] && high[i][1] == in[i].q[3];
	is_int(n, REGS, "its upper halves");
	is_hex(*(DWORD64 *)&ctx->Xmm6, in[6].q[0], "its lower halves are where they were");

	in[5].q[3] = 0x123456789abcdef0ull;
	high[5][1] = in[5].q[3];
	is_done(SetThreadContext(thread, ctx), "it is changed");
	high[5][1] = 0;
	is_done(GetThreadContext(thread, ctx), "and asked again");
	is_hex(high[5][1], in[5].q[3], "it says what was set");

	ctx->ContextFlags = WITH_XSTATE;
	header_of(ctx)->mask = ~0ull;
	memset(header_of(ctx)->reserved, 0xff, sizeof(header_of(ctx)->reserved));
	in[6].q[2] = 99;
	high[6][0] = in[6].q[2];
	is_done(SetThreadContext(thread, ctx), "a header full of bits");

	ex_of(ctx)->xstate.length = HEADER;
	header_of(ctx)->mask = MASK_AVX;
	ok(GetThreadContext(thread, ctx) && !header_of(ctx)->mask, "no room: it says so");
	high[7][0] = 98;
	is_done(SetThreadContext(thread, ctx), "no room: nothing is set");
out:
	ResumeThread(thread);
	hold_end(thread);
	is_int(same(), REGS, "it goes on with what was set");
	free(mem);
}

static volatile LONG calls;

static void CALLBACK apc(ULONG_PTR arg)
{
	clobber();
	InterlockedIncrement(&calls);
}

static void test_special_apc(void)
{
	NTSTATUS (WINAPI *queue)(HANDLE, ULONG_PTR, void *, ULONG_PTR, ULONG_PTR, ULONG_PTR) =
		(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueueApcThreadEx");
	HANDLE thread;

	if (!queue) {
		skip("a special APC", "these DLLs have none");
		return;
	}
	thread = hold_start(0x33330000);
	is_status(queue(thread, 1, (void *)apc, 0, 0, 0), 0, "a special APC");
	while (!calls)
		Sleep(1);
	hold_end(thread);
	is_int(same(), REGS, "registers that it used hold what they held");
}

static volatile int returned;

static __attribute__((__noinline__)) void capture(CONTEXT *ctx)
{
	DWORD64 (*high)[2];

	returned = 0;
	RtlCaptureContext(ctx);
	asm volatile(EACH(SAVE) : : [out] "r"(out) : "memory");
	if (returned)
		return;
	returned = 1;
	is_hex(ctx->ContextFlags & WITH_XSTATE & ~CONTEXT_AMD64, 0,
	       "RtlCaptureContext leaves them out");
	ctx->ContextFlags |= WITH_XSTATE;
	SetXStateFeaturesMask(ctx, MASK_AVX);
	high = LocateXStateFeature(ctx, AVX, NULL);
	high[9][0] = 0x9999;
	ok(false, "NtContinue returns %#lx", nt_continue(ctx, FALSE));
}

/* What NtContinue says to a CONTEXT_EX. */
static void refused(CONTEXT *good, const char *what, uint32_t want,
		    void (*spoil)(struct context_ex *ex))
{
	struct context_ex keep = *ex_of(good);
	CONTEXT ctx = *good;

	good->ContextFlags = WITH_XSTATE;
	spoil(ex_of(good));
	is_status(nt_continue(good, FALSE), want, "%s", what);
	*ex_of(good) = keep;
	*good = ctx;
}

static void short_one(struct context_ex *ex) { ex->xstate.length = HEADER - 1; }
static void long_one(struct context_ex *ex) { ex->xstate.length = ~0u; }
static void before(struct context_ex *ex) { ex->xstate.offset = -0x100; }
static void outside(struct context_ex *ex) { ex->xstate.offset = 0x7fffffc0; }
static void nothing(struct context_ex *ex) { memset(ex, 0xcc, sizeof(*ex)); }
static void elsewhere(struct context_ex *ex)
{
	ex->legacy.offset = 0;
}

static void far_away(struct context_ex *ex)
{
	ex->xstate.offset = 0x2000 - sizeof(CONTEXT);
	ex->all.length = 0x3000;
}

static void test_continue(void)
{
	CONTEXT *ctx, *page;
	void *mem;

	page = VirtualAlloc(NULL, 0x3000, MEM_RESERVE, PAGE_READWRITE);
	if (!page || !VirtualAlloc(page, 0x1000, MEM_COMMIT, PAGE_READWRITE))
		bail("VirtualAlloc: %lu", GetLastError());
	ctx = context(CONTEXT_ALL | WITH_XSTATE, &mem);
	memset(out, 0, sizeof(out));
	capture(ctx);
	is_int(returned, 1, "NtContinue goes back");
	is_hex(out[9].q[2], 0x9999, "with an upper half");

	refused(ctx, "too short for a header", STATUS_INVALID_PARAMETER, short_one);
	refused(ctx, "longer than the whole", STATUS_INVALID_PARAMETER, long_one);
	refused(ctx, "in the context", STATUS_INVALID_PARAMETER, before);
	refused(ctx, "outside of the whole", STATUS_INVALID_PARAMETER, outside);
	refused(ctx, "no CONTEXT_EX at all", STATUS_INVALID_PARAMETER, nothing);
	refused(ctx, "of another context", STATUS_INVALID_PARAMETER, elsewhere);
	memcpy(page, ctx, sizeof(*ctx) + sizeof(struct context_ex));
	refused(page, "where nothing is", STATUS_ACCESS_VIOLATION, far_away);
	free(mem);
}

static void test_shared_data(void)
{
	const volatile DWORD64 *config = (void *)0x7ffe03d8;
	const volatile DWORD *feature = (void *)(0x7ffe03d8 + 0x18);
	BOOL (WINAPI *init2)(void *, DWORD, CONTEXT **, DWORD *, ULONG64) =
		(void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "InitializeContext2");
	DWORD size = 0;
	CONTEXT *ctx;
	char *mem;

	is_hex(GetEnabledXStateFeatures() & 7, 7, "GetEnabledXStateFeatures");
	is_hex(config[0] & 7, 7, "the shared page: features");
	ok((DWORD)config[2] >= 576 + 256, "the shared page: size");
	is_hex((config[2] >> 32) & 2, 0, "the shared page: nothing is compacted");
	is_int(feature[2 * AVX], 576, "the shared page: where AVX is");
	is_int(feature[2 * AVX + 1], 256, "the shared page: its size");
	if (!init2) {
		skip("InitializeContext2", "these DLLs have none");
		return;
	}
	init2(NULL, CONTEXT_ALL | WITH_XSTATE, NULL, &size, 0);
	mem = calloc(1, size + ROOM);
	if (!is_done(init2(mem, CONTEXT_ALL | WITH_XSTATE, &ctx, &size, 0), "InitializeContext2"))
		return;
	ok(!LocateXStateFeature(ctx, AVX, NULL), "has no place for what was not asked for");
	is_done(GetThreadContext(GetCurrentThread(), ctx), "such a context can be asked for");
	free(mem);
}

static bool have_avx(void)
{
	unsigned int a, b, c, d, low, high;

	if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (bit_AVX | bit_OSXSAVE)) !=
	    (bit_AVX | bit_OSXSAVE))
		return false;
	asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & 6) == 6;
}

int wmain(int argc, wchar_t **argv)
{
	if (!have_avx())
		skip_all("this processor has no AVX");
	plan(0);
	nt_continue = ntdll("NtContinue");
	AddVectoredExceptionHandler(1, vectored);
	test_shared_data();
	test_exceptions();
	test_thread();
	test_special_apc();
	test_continue();
	return done();
}
