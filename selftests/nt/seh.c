// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions: of the processor and of programs, what handlers are told, and that
 * the program goes on where they say.
 */
#include "ktap.h"

#include <setjmp.h>

static struct {
	EXCEPTION_RECORD rec;
	CONTEXT ctx;
	int count;
	DWORD64 skip;		/* go on behind the faulting instruction */
	void (*handle)(EXCEPTION_POINTERS *info);
} seen;

static LONG CALLBACK vectored(EXCEPTION_POINTERS *info)
{
	seen.rec = *info->ExceptionRecord;
	seen.ctx = *info->ContextRecord;
	seen.count++;
	if (seen.count > 100)
		return EXCEPTION_CONTINUE_SEARCH;
	if (seen.handle)
		seen.handle(info);
	info->ContextRecord->Rip += seen.skip;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void expect(DWORD64 skip, void (*handle)(EXCEPTION_POINTERS *info))
{
	memset(&seen, 0, sizeof(seen));
	seen.skip = skip;
	seen.handle = handle;
}

static void came(DWORD code, const char *what)
{
	is_hex(seen.count, 1, "%s: one exception", what);
	is_hex(seen.rec.ExceptionCode, code, "%s: its code", what);
}

static void *page(DWORD protect)
{
	void *p = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, protect);

	if (!p)
		bail("VirtualAlloc: %lu", GetLastError());
	return p;
}

/* Each is one instruction with a known length. */
static void read_at(void *p)
{
	asm volatile("movl (%0), %%eax" : : "c"(p) : "rax", "memory");	/* 8b 01 */
}

static void write_at(void *p)
{
	asm volatile("movl %%eax, (%0)" : : "c"(p) : "memory");	/* 89 01 */
}

static void (*call_target)(void);

static void return_to_caller(EXCEPTION_POINTERS *info)
{
	info->ContextRecord->Rip = *(DWORD64 *)info->ContextRecord->Rsp;
	info->ContextRecord->Rsp += 8;
}

static void access(void)
{
	char *none = page(PAGE_NOACCESS), *ro = page(PAGE_READONLY), *rw = page(PAGE_READWRITE);

	expect(2, NULL);
	read_at(none + 0x10);
	came(STATUS_ACCESS_VIOLATION, "read");
	is_int(seen.rec.NumberParameters, 2, "read: two parameters");
	is_hex(seen.rec.ExceptionInformation[0], 0, "read: was a read");
	is_hex(seen.rec.ExceptionInformation[1], (DWORD64)none + 0x10, "read: the address");
	is_hex((DWORD64)seen.rec.ExceptionAddress, seen.ctx.Rip, "read: the instruction");
	is_hex(seen.ctx.Rcx, (DWORD64)none + 0x10, "read: a register");
	is_hex(seen.ctx.SegCs, 0x33, "read: code segment");

	expect(2, NULL);
	write_at(ro + 8);
	came(STATUS_ACCESS_VIOLATION, "write");
	is_hex(seen.rec.ExceptionInformation[0], 1, "write: was a write");
	is_hex(seen.rec.ExceptionInformation[1], (DWORD64)ro + 8, "write: the address");

	expect(0, return_to_caller);
	*rw = (char)0xc3;
	call_target = (void (*)(void))rw;
	call_target();
	came(STATUS_ACCESS_VIOLATION, "execute");
	is_hex(seen.rec.ExceptionInformation[0], 8, "execute: was an instruction fetch");
	is_hex(seen.rec.ExceptionInformation[1], (DWORD64)rw, "execute: the address");

	expect(2, NULL);
	read_at((void *)0x8000000000000000ull);
	came(STATUS_ACCESS_VIOLATION, "no address at all");
	is_hex(seen.rec.ExceptionInformation[0], 0, "no address at all: was a read");
	is_hex(seen.rec.ExceptionInformation[1], ~0ull, "no address at all: not told");
}

static void instructions(void)
{
	static const ULONG64 one = 1;

	expect(2, NULL);
	asm volatile("xorl %%edx, %%edx; movl $1, %%eax; xorl %%ecx, %%ecx; divl %%ecx"
		     : : : "rax", "rcx", "rdx", "memory");
	came(STATUS_INTEGER_DIVIDE_BY_ZERO, "div");
	is_hex((DWORD64)seen.rec.ExceptionAddress, seen.ctx.Rip, "div: the instruction");

	expect(2, NULL);
	asm volatile("movl $0x80000000, %%eax; cltd; movl $-1, %%ecx; idivl %%ecx"
		     : : : "rax", "rcx", "rdx", "memory");
	came(STATUS_INTEGER_OVERFLOW, "idiv, INT_MIN by -1");

	expect(3, NULL);
	asm volatile("movq $1, %%rdx; xorl %%eax, %%eax; divq (%%rcx)"
		     : : "c"(&one) : "rax", "rdx", "memory");
	came(STATUS_INTEGER_OVERFLOW, "div by what is in memory");

	expect(1, NULL);
	asm volatile("int3" : : : "memory");
	came(STATUS_BREAKPOINT, "int3");
	is_hex((DWORD64)seen.rec.ExceptionAddress, seen.ctx.Rip, "int3: the instruction");
	is_int(*(BYTE *)seen.ctx.Rip, 0xcc, "int3: is what ip is at");
	is_int(seen.rec.NumberParameters, 1, "int3: one parameter");

	expect(2, NULL);
	asm volatile("ud2" : : : "memory");
	came(STATUS_ILLEGAL_INSTRUCTION, "ud2");

	expect(1, NULL);
	asm volatile("hlt" : : : "memory");
	came(STATUS_PRIVILEGED_INSTRUCTION, "hlt");

	expect(0, NULL);
	asm volatile("int $0x2c" : : : "memory");
	came(STATUS_ASSERTION_FAILURE, "int 2c");
}

static void clear_x87(EXCEPTION_POINTERS *info)
{
	info->ContextRecord->FltSave.ControlWord = 0x37f;
	info->ContextRecord->FltSave.StatusWord = 0;
}

static void floats(void)
{
	unsigned int mxcsr = 0x1f80 & ~(1u << 9), old;	/* divide by zero is told */
	unsigned short cw = 0x37f & ~(1u << 2);
	volatile float a = 1, b = 0;
	float c;

	expect(4, NULL);
	asm volatile("stmxcsr %0" : "=m"(old));
	asm volatile("ldmxcsr %0" : : "m"(mxcsr));
	asm volatile("movss %1, %%xmm0; movss %2, %%xmm1; divss %%xmm1, %%xmm0; movss %%xmm0, %0"
		     : "=m"(c) : "m"(a), "m"(b) : "xmm0", "xmm1", "memory");
	asm volatile("ldmxcsr %0" : : "m"(old));
	if (!seen.count) {
		skip("divss", "an emulated processor that has no such exception");
	} else {
		came(STATUS_FLOAT_DIVIDE_BY_ZERO, "divss");
		is_int(c, 1, "divss: not done");
	}

	expect(0, clear_x87);
	asm volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait; fninit" : : "m"(cw)
		     : "st", "st(1)", "memory");
	came(STATUS_FLOAT_DIVIDE_BY_ZERO, "fdiv");
}

static void set_registers(EXCEPTION_POINTERS *info)
{
	float f = 42;

	info->ContextRecord->Rbx = 0x1122334455667788ull;
	info->ContextRecord->R15 = 0x99aabbccddeeff00ull;
	memcpy(&info->ContextRecord->Xmm7, &f, sizeof(f));
}

static void registers(void)
{
	DWORD64 rbx, r15, keep;
	float f, g = 7, h;

	expect(2, set_registers);
	asm volatile("movss %4, %%xmm8; movq $0x777, %%r14; ud2; movq %%rbx, %0; movq %%r15, %1;"
		     "movss %%xmm7, %2; movss %%xmm8, %3; movq %%r14, %5"
		     : "=m"(rbx), "=m"(r15), "=m"(f), "=m"(h) : "m"(g), "m"(keep)
		     : "rbx", "r14", "r15", "xmm7", "xmm8");
	is_hex(rbx, 0x1122334455667788ull, "a handler changes rbx");
	is_hex(r15, 0x99aabbccddeeff00ull, "and r15");
	is_int(f, 42, "and xmm7");
	is_int(h, 7, "and not xmm8");
	is_hex(keep, 0x777, "and not r14");
	is_hex(seen.ctx.R14, 0x777, "it sees r14");
}

static int steps;

static void step(EXCEPTION_POINTERS *info)
{
	if (info->ExceptionRecord->ExceptionCode == STATUS_SINGLE_STEP && ++steps < 3)
		info->ContextRecord->EFlags |= 0x100;
}

static void single_steps(void)
{
	expect(0, step);
	asm volatile("pushfq; orq $0x100, (%%rsp); popfq; nop; nop; nop; nop; nop"
		     : : : "cc", "memory");
	is_int(steps, 3, "single steps");
	is_hex(seen.rec.ExceptionCode, STATUS_SINGLE_STEP, "single step: its code");
	is_hex(seen.ctx.EFlags & 0x100, 0, "single step: the flag is off");
}

static void guards(void)
{
	char *p = page(PAGE_READWRITE | PAGE_GUARD);
	MEMORY_BASIC_INFORMATION mbi;

	expect(0, NULL);
	read_at(p);
	came(STATUS_GUARD_PAGE_VIOLATION, "guard page");
	is_hex(seen.rec.ExceptionInformation[1], (DWORD64)p, "guard page: the address");
	VirtualQuery(p, &mbi, sizeof(mbi));
	is_hex(mbi.Protect, PAGE_READWRITE, "guard page: it is none any more");
	expect(0, NULL);
	read_at(p);
	is_int(seen.count, 0, "guard page: only once");
}

static void raised(void)
{
	ULONG_PTR args[3] = { 1, 2, 3 };

	expect(0, NULL);
	RaiseException(0xe0001234, 0, 3, args);
	came(0xe0001234, "RaiseException");
	is_int(seen.rec.NumberParameters, 3, "RaiseException: parameters");
	is_int(seen.rec.ExceptionInformation[2], 3, "RaiseException: the last one");
}

static __attribute__((__noinline__)) int deep(int n)
{
	volatile char room[2000];

	room[0] = n;
	room[1999] = n;
	return n ? deep(n - 1) + room[0] * 0 + 1 : 0;
}

static jmp_buf out_of_stack;

static void leave_stack(EXCEPTION_POINTERS *info)
{
	info->ContextRecord->Rip = (DWORD64)longjmp;
	info->ContextRecord->Rcx = (DWORD64)out_of_stack;
	info->ContextRecord->Rdx = 1;
	info->ContextRecord->Rsp = (info->ContextRecord->Rsp & ~15ull) - 8 - 0x20;
}

static __attribute__((__noinline__)) int endless(int n)
{
	volatile char room[3000];

	room[0] = n;
	room[2999] = n;
	return endless(n + 1) + room[0];
}

static DWORD WINAPI overflow(void *arg)
{
	int n = 0;

	/* Without frames to unwind. */
	((_JUMP_BUFFER *)out_of_stack)->Frame = 0;
	if (!setjmp(out_of_stack)) {
		((_JUMP_BUFFER *)out_of_stack)->Frame = 0;
		n = endless(0);
	}
	return n + 1;
}

static DWORD WINAPI grow(void *arg)
{
	return deep(1800);
}

static void stacks(void)
{
	DWORD code = 0;
	HANDLE h;

	expect(0, NULL);
	h = CreateThread(NULL, 4 << 20, grow, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
	WaitForSingleObject(h, INFINITE);
	GetExitCodeThread(h, &code);
	is_int(code, 1800, "a stack grows");
	is_int(seen.count, 0, "and nobody is told");
	CloseHandle(h);

	expect(0, leave_stack);
	h = CreateThread(NULL, 1 << 20, overflow, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
	WaitForSingleObject(h, INFINITE);
	GetExitCodeThread(h, &code);
	is_int(code, 1, "a stack overflows");
	is_hex(seen.rec.ExceptionCode, STATUS_STACK_OVERFLOW, "stack overflow: its code");
	CloseHandle(h);
}

static void files(void)
{
	wchar_t dir[MAX_PATH], name[MAX_PATH];
	LARGE_INTEGER size = { .QuadPart = 8192 };
	HANDLE f, m;
	char *p;

	GetTempPathW(MAX_PATH, dir);
	GetTempFileNameW(dir, L"seh", 0, name);
	f = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
			FILE_FLAG_DELETE_ON_CLOSE, NULL);
	if (f == INVALID_HANDLE_VALUE)
		bail("CreateFile: %lu", GetLastError());
	SetFilePointerEx(f, size, NULL, FILE_BEGIN);
	SetEndOfFile(f);
	m = CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0, NULL);
	is_done(m != NULL, "a section of a file");
	p = MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0);
	if (!is_done(p != NULL, "a view of a file"))
		return;
	size.QuadPart = 100;
	SetFilePointerEx(f, size, NULL, FILE_BEGIN);
	if (!SetEndOfFile(f)) {
		skip("a page behind the end of its file", "a mapped file cannot be cut off");
	} else {
		expect(2, NULL);
		read_at(p + 4096);
		came(STATUS_IN_PAGE_ERROR, "behind the end of its file");
		is_hex(seen.rec.ExceptionInformation[1], (DWORD64)p + 4096,
		       "behind the end of its file: the address");
	}
	UnmapViewOfFile(p);
	CloseHandle(m);
	CloseHandle(f);
}

static LONG WINAPI unhandled(EXCEPTION_POINTERS *info)
{
	printf("# filter %#lx\n", info->ExceptionRecord->ExceptionCode);
	ExitProcess(info->ExceptionRecord->ExceptionCode == STATUS_ACCESS_VIOLATION ? 77 : 1);
}

/* Ways to die, each in a process of its own. */
static int die(const wchar_t *how)
{
	SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
	if (!wcscmp(how, L"read"))
		read_at(NULL);
	else if (!wcscmp(how, L"int3"))
		asm volatile("int3" : : : "memory");
	else if (!wcscmp(how, L"filter"))
		SetUnhandledExceptionFilter(unhandled), read_at(NULL);
	else if (!wcscmp(how, L"failfast"))
		asm volatile("movl $7, %%ecx; int $0x29" : : : "rcx");
	else if (!wcscmp(how, L"raise"))
		RaiseException(0xe0005678, EXCEPTION_NONCONTINUABLE, 0, NULL);
	else if (!wcscmp(how, L"stack"))
		asm volatile("movq $0x100, %%rsp; pushq %%rax; ud2" : : : "memory");
	return 3;
}

static void dies(const wchar_t *how, DWORD want)
{
	wchar_t self[MAX_PATH], line[2 * MAX_PATH];
	STARTUPINFOW si = { .cb = sizeof(si) };
	PROCESS_INFORMATION pi;
	DWORD code = 0;

	GetModuleFileNameW(NULL, self, MAX_PATH);
	swprintf(line, ARRAY_SIZE(line), L"\"%ls\" %ls", self, how);
	if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) {
		is_done(false, "CreateProcess");
		return;
	}
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	is_hex(code, want, "dies of %ls", how);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
}

int wmain(int argc, wchar_t **argv)
{
	if (argc > 1)
		return die(argv[1]);
	plan(0);
	AddVectoredExceptionHandler(1, vectored);
	access();
	instructions();
	floats();
	registers();
	single_steps();
	guards();
	raised();
	stacks();
	files();
	dies(L"read", STATUS_ACCESS_VIOLATION);
	dies(L"int3", STATUS_BREAKPOINT);
	dies(L"filter", 77);
	dies(L"failfast", 0xc0000409);
	dies(L"raise", 0xe0005678);
	dies(L"stack", STATUS_ACCESS_VIOLATION);
	return done();
}
