// SPDX-License-Identifier: GPL-2.0-only
/* What the system says of itself: information classes, clocks, atoms. */
#include "ktap.h"

static NTSTATUS(NTAPI *query)(int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *query_ex)(int, void *, ULONG, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *query_counter)(LARGE_INTEGER *, LARGE_INTEGER *);
static NTSTATUS(NTAPI *query_time)(LARGE_INTEGER *);
static NTSTATUS(NTAPI *alloc_luid)(LUID *);

struct basic {
	ULONG reserved, resolution, page_size, pages, lowest, highest, granularity;
	uintptr_t user_min, user_max, affinity;
	BYTE processors;
};

static struct basic info;

static void basic(void)
{
	struct { USHORT arch, level, revision, max; ULONG features; } cpu;
	SYSTEM_INFO si;
	ULONG len = 0;

	is_status(query(0, &info, sizeof(info), &len), 0, "SystemBasicInformation");
	is_int(len, 64, "length");
	is_int(info.page_size, 4096, "size of pages");
	is_int(info.granularity, 65536, "granularity");
	GetSystemInfo(&si);
	is_int(info.processors, si.dwNumberOfProcessors, "number of processors");
	is_hex(info.affinity, si.dwActiveProcessorMask, "mask of them");
	is_hex(info.user_min, 0x10000, "lowest address");
	ok(info.user_max > 0x7fff00000000 && info.user_max < 0x800000000000, "highest address");
	is_status(query(0, &info, 60, &len), 0xc0000004, "little room");
	is_int(len, 64, "length");
	is_status(query(1, &cpu, sizeof(cpu), &len), 0, "SystemCpuInformation");
	is_int(cpu.arch, PROCESSOR_ARCHITECTURE_AMD64, "x86-64");
	is_status(query(0x7777, &info, sizeof(info), &len), 0xc0000003, "no such class");
	is_status(query(0, (void *)16, 64, &len), 0xc0000005, "no memory there");
}

static void times(void)
{
	struct { LARGE_INTEGER boot, now, bias; ULONG id, pad; ULONGLONG b, s; } t;
	LARGE_INTEGER a, b, freq, now;
	FILETIME ft;
	ULONG len;
	LUID x, y;

	is_status(query(3, &t, sizeof(t), &len), 0, "SystemTimeOfDayInformation");
	query_time(&now);
	ok(now.QuadPart - t.now.QuadPart < 10000000 && t.boot.QuadPart < t.now.QuadPart, "times");
	GetSystemTimeAsFileTime(&ft);
	ok(((ULONGLONG)ft.dwHighDateTime << 32 | ft.dwLowDateTime) - now.QuadPart < 10000000,
	   "as kernel32 has it");
	is_status(query_counter(&a, &freq), 0, "NtQueryPerformanceCounter");
	Sleep(50);
	query_counter(&b, NULL);
	ok(b.QuadPart - a.QuadPart >= freq.QuadPart / 25, "it counts");
	alloc_luid(&x);
	is_status(alloc_luid(&y), 0, "NtAllocateLocallyUniqueId");
	ok(memcmp(&x, &y, sizeof(x)), "two are not the same");
}

static void processes(void)
{
	struct entry {
		ULONG next, threads;
		BYTE pad[48];
		UNICODE_STRING name;
		LONG priority;
		HANDLE pid, parent;
	} *e;
	ULONG len = 0, size = 1 << 20;
	unsigned int n = 0, me = 0;
	char *buf = malloc(size);
	NTSTATUS s;

	is_status(query(5, buf, 16, &len), 0xc0000004, "SystemProcessInformation: little room");
	ok(len > 0x100, "length");
	while ((s = query(5, buf, size, &len)) == (NTSTATUS)0xc0000004) {
		size *= 2;
		buf = realloc(buf, size);
	}
	is_status(s, 0, "all processes");
	for (e = (struct entry *)buf;; e = (struct entry *)((char *)e + e->next)) {
		n++;
		if ((uintptr_t)e->pid == GetCurrentProcessId()) {
			me++;
			ok(e->name.Buffer && e->name.Length >= 8, "this one has a name");
			ok(e->threads >= 1, "and a thread");
		}
		if (!e->next)
			break;
	}
	ok(n >= 2, "there are several");
	is_int(me, 1, "this is one of them");
	free(buf);
}

static void topology(void)
{
	SYSTEM_LOGICAL_PROCESSOR_INFORMATION *l;
	BYTE *buf = malloc(65536), *p;
	ULONG len = 0, i, type = RelationProcessorCore;
	ULONGLONG mask = 0;

	is_status(query(73, buf, 65536, &len), 0, "SystemLogicalProcessorInformation");
	l = (void *)buf;
	for (i = 0; i < len / sizeof(*l); i++)
		if (l[i].Relationship == RelationProcessorCore)
			mask |= l[i].ProcessorMask;
	is_hex(mask, info.affinity, "its cores are all processors");
	is_status(query_ex(107, &type, sizeof(type), buf, 65536, &len), 0, "the same, Ex");
	mask = 0;
	for (p = buf; p < buf + len; p += ((SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *)p)->Size) {
		SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *x = (void *)p;

		if (x->Relationship != RelationProcessorCore || x->Size < 48)
			break;
		mask |= x->Processor.GroupMask[0].Mask;
	}
	ok(p == buf + len, "ends where it should");
	is_hex(mask, info.affinity, "its cores are all processors");
	free(buf);
}

static void memory(void)
{
	MEMORYSTATUSEX m = { .dwLength = sizeof(m) };
	ULONGLONG installed = (ULONGLONG)info.pages * info.page_size;

	ok(GlobalMemoryStatusEx(&m), "GlobalMemoryStatusEx");
	ok(m.ullTotalPhys > 16 << 20 && m.ullTotalPhys <= installed + (1 << 20), "memory");
	ok(m.ullAvailPhys && m.ullAvailPhys <= m.ullTotalPhys, "of which some is free");
	ok(m.ullTotalPageFile >= m.ullAvailPageFile, "and what may be used");
}

static void atoms(void)
{
	wchar_t name[64];
	ATOM a, b;

	a = GlobalAddAtomW(L"persona test atom");
	ok(a >= 0xc000, "GlobalAddAtom");
	b = GlobalAddAtomW(L"PERSONA TEST ATOM");
	is_int(b, a, "case does not count");
	is_int(GlobalFindAtomW(L"Persona Test Atom"), a, "GlobalFindAtom");
	is_int(GlobalGetAtomNameW(a, name, 64), 17, "GlobalGetAtomName");
	is_wstr(name, L"persona test atom", "its name");
	is_int(GlobalDeleteAtom(a), 0, "GlobalDeleteAtom");
	is_int(GlobalFindAtomW(L"persona test atom"), a, "added twice, deleted once");
	GlobalDeleteAtom(a);
	is_int(GlobalFindAtomW(L"persona test atom"), 0, "deleted");
	is_int(GlobalAddAtomW(L"#1234"), 1234, "a number");
	is_int(GlobalAddAtomW((wchar_t *)(uintptr_t)77), 77, "another form of one");
}

/* What many programs ask before they do anything, from the registry's defaults. */
static void defaults(void)
{
	RTL_OSVERSIONINFOW version = { .dwOSVersionInfoSize = sizeof(version) };
	NTSTATUS(NTAPI *get_version)(RTL_OSVERSIONINFOW *) = ntdll("RtlGetVersion");
	BYTE a[16] = { }, b[16] = { };
	HCRYPTPROV provider;

	is_status(get_version(&version), 0, "RtlGetVersion");
	is_int(version.dwMajorVersion, 10, "Windows 10");
	is_int(version.dwBuildNumber, 19045, "its build");
	ok(CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_FULL, CRYPT_VERIFYCONTEXT),
	   "CryptAcquireContext: the default provider");
	ok(CryptGenRandom(provider, sizeof(a), a) && CryptGenRandom(provider, sizeof(b), b) &&
	   memcmp(a, b, sizeof(a)), "CryptGenRandom");
	CryptReleaseContext(provider, 0);
	ok(CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT),
	   "that for AES");
	CryptReleaseContext(provider, 0);
}

static int pages;
static bool has_437;

static BOOL CALLBACK codepage(wchar_t *name)
{
	pages++;
	has_437 |= !wcscmp(name, L"437");
	return TRUE;
}

/* What programs that offer a choice of them ask for: the registry has the list. */
static void codepages(void)
{
	is_done(EnumSystemCodePagesW(codepage, CP_INSTALLED), "EnumSystemCodePages");
	ok(pages >= 10 && has_437, "%d code pages, and 437 is one", pages);
}

int wmain(void)
{
	query = ntdll("NtQuerySystemInformation");
	query_ex = ntdll("NtQuerySystemInformationEx");
	query_counter = ntdll("NtQueryPerformanceCounter");
	query_time = ntdll("NtQuerySystemTime");
	alloc_luid = ntdll("NtAllocateLocallyUniqueId");

	plan(0);
	basic();
	times();
	processes();
	topology();
	memory();
	atoms();
	defaults();
	codepages();
	return done();
}
