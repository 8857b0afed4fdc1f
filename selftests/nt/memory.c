// SPDX-License-Identifier: GPL-2.0-only
/* Memory: reserving, committing, protecting, freeing, and what one is told of it. */
#include "ktap.h"

#define MEM_PLACEHOLDER_		0x40000u	/* MEM_RESERVE_PLACEHOLDER */
#define MEM_REPLACE_			0x4000u
#define MEM_COALESCE_			0x1u
#define MEM_PRESERVE_			0x2u

#define SELF	((HANDLE)-1)

struct param {
	ULONG64 type;
	ULONG64 value;
};

struct requirements {
	void *low;
	void *high;
	SIZE_T align;
};

static NTSTATUS(NTAPI *alloc)(HANDLE, void **, ULONG_PTR, SIZE_T *, ULONG, ULONG);
static NTSTATUS(NTAPI *alloc_ex)(HANDLE, void **, SIZE_T *, ULONG, ULONG, struct param *, ULONG);
static NTSTATUS(NTAPI *release)(HANDLE, void **, SIZE_T *, ULONG);
static NTSTATUS(NTAPI *protect)(HANDLE, void **, SIZE_T *, ULONG, ULONG *);
static NTSTATUS(NTAPI *query)(HANDLE, const void *, int, void *, SIZE_T, SIZE_T *);

static void is_memory(const void *p, DWORD state, DWORD prot, SIZE_T size, const char *what)
{
	MEMORY_BASIC_INFORMATION m = { 0 };

	if (VirtualQuery(p, &m, sizeof(m)) != sizeof(m)) {
		is_done(false, "%s: VirtualQuery", what);
		return;
	}
	is_hex(m.State, state, "%s: state", what);
	is_hex(m.Protect, prot, "%s: protection", what);
	is_hex(m.RegionSize, size, "%s: size", what);
}

static void basics(void)
{
	char *p, *q;
	DWORD old;
	int i, sum = 0;

	p = VirtualAlloc(NULL, 0x31000, MEM_RESERVE, PAGE_READWRITE);
	if (!is_done(p != NULL, "reserve"))
		return;
	is_hex((ULONG64)p & 0xffff, 0, "at a multiple of 64K");
	is_memory(p, MEM_RESERVE, 0, 0x31000, "reserved");
	q = VirtualAlloc(p + 0x2345, 0x1000, MEM_COMMIT, PAGE_READWRITE);
	is_hex((ULONG64)q, (ULONG64)p + 0x2000, "commit in the middle");
	is_memory(p, MEM_RESERVE, 0, 0x2000, "before it");
	is_memory(p + 0x3fff, MEM_COMMIT, PAGE_READWRITE, 0x1000, "the last page of it");
	is_memory(p + 0x4000, MEM_RESERVE, 0, 0x2d000, "behind it");
	memset(q, 0x55, 0x2000);
	is_done(VirtualAlloc(p, 0x31000, MEM_COMMIT, PAGE_READWRITE) == p, "commit all");
	is_int(p[0x2000], 0x55, "what was committed stays");
	is_memory(p, MEM_COMMIT, PAGE_READWRITE, 0x31000, "all of it");

	is_done(VirtualProtect(p + 0x1000, 1, PAGE_READONLY, &old), "protect a page");
	is_hex(old, PAGE_READWRITE, "what it was");
	is_memory(p, MEM_COMMIT, PAGE_READWRITE, 0x1000, "in front of it");
	is_memory(p + 0x1000, MEM_COMMIT, PAGE_READONLY, 0x1000, "itself");
	is_done(VirtualProtect(p, 0x3000, PAGE_EXECUTE_READ, &old), "protect some");
	is_hex(old, PAGE_READWRITE, "what the first was");

	is_done(VirtualFree(p + 0x2000, 0x1000, MEM_DECOMMIT), "decommit");
	is_memory(p + 0x2000, MEM_RESERVE, 0, 0x1000, "decommitted");
	VirtualAlloc(p + 0x2000, 0x1000, MEM_COMMIT, PAGE_READWRITE);
	for (i = 0; i < 0x1000; i++)
		sum |= p[0x2000 + i];
	is_int(sum, 0, "commit again: zeros");
	is_error(!VirtualProtect(p + 0x2d000, 0x5000, PAGE_READONLY, &old),
		 ERROR_INVALID_ADDRESS, "protect beyond the end");
	is_error(!VirtualFree(p + 0x1000, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS,
		 "release from the middle");
	is_done(VirtualFree(p, 0, MEM_RELEASE), "release");
	is_error(!VirtualFree(p, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS, "release twice");
	p = VirtualAlloc(p, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
	is_done(p != NULL, "the same address again");
	is_error(!VirtualAlloc(p, 0x1000, MEM_RESERVE, PAGE_READWRITE), ERROR_INVALID_ADDRESS,
		 "and not twice");
	VirtualFree(p, 0, MEM_RELEASE);
}

static void bad(void)
{
	void *p = NULL;
	SIZE_T size = 0x1000;
	ULONG old;

	is_status(alloc(SELF, &p, 0, &size, MEM_COMMIT, 0), 0xc0000045, "no protection");
	is_status(alloc(SELF, &p, 0, &size, MEM_COMMIT, 6), 0xc0000045, "two protections");
	is_status(alloc(SELF, &p, 0, &size, MEM_COMMIT, PAGE_WRITECOPY), 0xc0000045,
		  "copy on write");
	is_status(alloc(SELF, &p, 0, &size, 0x80, PAGE_READWRITE), 0xc00000f3, "no type");
	is_status(alloc(SELF, &p, 25, &size, MEM_COMMIT, PAGE_READWRITE), 0xc00000f1,
		  "zero bits");
	size = 0;
	is_status(alloc(SELF, &p, 0, &size, MEM_COMMIT, PAGE_READWRITE), 0xc00000f2, "no size");
	size = ~(SIZE_T)0;
	ok(alloc(SELF, &p, 0, &size, MEM_RESERVE, PAGE_READWRITE) < 0, "all there is");
	size = 0x1000;
	is_status(alloc(SELF, NULL, 0, &size, MEM_COMMIT, PAGE_READWRITE), 0xc0000005,
		  "no pointer");
	p = (void *)0x1000;
	ok(alloc(SELF, &p, 0, &size, MEM_RESERVE, PAGE_READWRITE) < 0, "the first 64K");
	p = (void *)0x7ffffffff000;
	ok(alloc(SELF, &p, 0, &size, MEM_RESERVE, PAGE_READWRITE) < 0, "the last 64K");
	p = (void *)0xffff800000000000;
	ok(alloc(SELF, &p, 0, &size, MEM_RESERVE, PAGE_READWRITE) < 0, "the kernel's");
	is_status(protect(SELF, &p, &size, PAGE_READONLY, &old), 0xc000000d,
		  "protect the kernel's");
	is_status(release((HANDLE)0x12344, &p, &size, MEM_RELEASE), 0xc0000008, "bad handle");
}

static void where(void)
{
	struct requirements r = { (void *)0x300000000, (void *)0x3ffffffff, 0x1000000 };
	struct param param = { 1, (ULONG_PTR)&r };
	SIZE_T size = 0x10000;
	void *p = NULL, *q = NULL;

	is_status(alloc(SELF, &p, 1, &size, MEM_RESERVE, PAGE_READWRITE), 0, "below 2 GB");
	ok((ULONG64)p < 0x80000000, "it is");
	release(SELF, &p, &(SIZE_T){ 0 }, MEM_RELEASE);
	p = NULL;
	is_status(alloc(SELF, &p, 0x3fffffff, &size, MEM_RESERVE, PAGE_READWRITE), 0,
		  "below 1 GB, by a mask");
	ok((ULONG64)p < 0x40000000, "it is");
	release(SELF, &p, &(SIZE_T){ 0 }, MEM_RELEASE);
	p = NULL;
	is_status(alloc(SELF, &p, 0, &size, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE), 0,
		  "from the top");
	ok((ULONG64)p > 0x7f0000000000, "it is");
	release(SELF, &p, &(SIZE_T){ 0 }, MEM_RELEASE);
	if (!alloc_ex) {
		skip("NtAllocateVirtualMemoryEx", "this ntdll has none");
		return;
	}
	is_status(alloc_ex(SELF, &q, &size, MEM_RESERVE, PAGE_READWRITE, &param, 1), 0,
		  "between two addresses, aligned");
	ok((ULONG64)q >= 0x300000000 && (ULONG64)q < 0x400000000, "between them");
	is_hex((ULONG64)q & 0xffffff, 0, "aligned");
	release(SELF, &q, &(SIZE_T){ 0 }, MEM_RELEASE);
}

static void placeholders(void)
{
	SIZE_T size = 0x40000, part;
	char *base = NULL;
	void *p;

	if (!alloc_ex)
		return;
	is_status(alloc_ex(SELF, (void **)&base, &size, MEM_RESERVE | MEM_PLACEHOLDER_,
			   PAGE_NOACCESS, NULL, 0), 0, "a placeholder");
	is_memory(base, MEM_RESERVE, 0, 0x40000, "a placeholder");
	p = base + 0x10000, part = 0x10000;
	is_status(release(SELF, &p, &part, MEM_RELEASE | MEM_PRESERVE_), 0, "split");
	is_memory(base, MEM_RESERVE, 0, 0x10000, "the first part");
	is_memory(base + 0x20000, MEM_RESERVE, 0, 0x20000, "the last part");
	is_status(alloc_ex(SELF, &p, &part, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_,
			   PAGE_READWRITE, NULL, 0), 0, "replace the middle");
	memset(p, 1, 0x10000);
	is_memory(p, MEM_COMMIT, PAGE_READWRITE, 0x10000, "the middle");
	p = base;
	part = 0x40000;
	is_status(release(SELF, &p, &part, MEM_RELEASE | MEM_COALESCE_), 0xc0000018,
		  "not all is placeholders");
	p = base + 0x10000, part = 0x10000;
	is_status(release(SELF, &p, &part, MEM_RELEASE | MEM_PRESERVE_), 0, "put it back");
	p = base;
	part = 0x40000;
	is_status(release(SELF, &p, &part, MEM_RELEASE | MEM_COALESCE_), 0, "join");
	is_memory(base, MEM_RESERVE, 0, 0x40000, "joined");
	p = base;
	part = 0;
	is_status(release(SELF, &p, &part, MEM_RELEASE), 0, "release");
}

static void queries(void)
{
	struct {
		UNICODE_STRING name;
		WCHAR room[MAX_PATH];
	} file;
	struct {
		void *base;
		SIZE_T size;
		ULONG flags;
	} image;
	MEMORY_BASIC_INFORMATION m;
	HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
	ULONG64 at = 0, last = 0;
	int regions = 0, local;
	SIZE_T len;

	VirtualQuery(ntdll, &m, sizeof(m));
	is_hex(m.Type, MEM_IMAGE, "ntdll is an image");
	is_hex((ULONG64)m.AllocationBase, (ULONG64)ntdll, "its base");
	is_hex(m.AllocationProtect, PAGE_EXECUTE_WRITECOPY, "as it was mapped");
	is_status(query(SELF, ntdll, 6, &image, sizeof(image), NULL), 0, "image information");
	is_hex((ULONG64)image.base, (ULONG64)ntdll, "its base");
	is_status(query(SELF, ntdll, 2, &file, sizeof(file), &len), 0, "name of its file");
	ok(file.name.Length > 20 && !_wcsnicmp(file.name.Buffer + file.name.Length / 2 - 9,
					       L"ntdll.dll", 9), "is ntdll.dll");
	is_status(query(SELF, ntdll, 0, &m, 40, NULL), 0xc0000004, "too small a buffer");
	is_status(query(SELF, (void *)0x800000000000, 0, &m, sizeof(m), NULL), 0xc000000d,
		  "no user address");
	is_status(query(SELF, ntdll, 77, &m, sizeof(m), NULL), 0xc0000003, "no such class");
	VirtualQuery(&local, &m, sizeof(m));
	is_hex(m.Protect, PAGE_READWRITE, "the stack");
	VirtualQuery((void *)0x7ffe0000, &m, sizeof(m));
	is_hex(m.Protect, PAGE_READONLY, "KUSER_SHARED_DATA");
	/* All there is, without holes and without an end before the end. */
	while (VirtualQuery((void *)at, &m, sizeof(m)) && regions < 100000) {
		if ((ULONG64)m.BaseAddress != at || !m.RegionSize)
			break;
		last = at + m.RegionSize;
		at = last;
		regions++;
	}
	is_hex(last, 0x7fffffff0000, "a walk through the address space (%d)", regions);
}

static void transfer(void)
{
	char from[100] = "some text", to[100] = "";
	SIZE_T n = 0;
	HANDLE self = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
	char *none = VirtualAlloc(NULL, 0x2000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
	DWORD old;

	is_done(ReadProcessMemory(self, from, to, sizeof(to), &n), "ReadProcessMemory");
	is_str(to, "some text", "what was read");
	is_int(n, 100, "how much");
	is_done(WriteProcessMemory(self, to, "other", 6, &n), "WriteProcessMemory");
	is_str(to, "other", "what was written");
	VirtualProtect(none + 0x1000, 0x1000, PAGE_NOACCESS, &old);
	is_error(!ReadProcessMemory(self, none + 0xff0, to, 0x20, &n), ERROR_PARTIAL_COPY,
		 "read what is half there");
	is_error(!ReadProcessMemory(self, (void *)0x10, to, 4, &n), ERROR_PARTIAL_COPY,
		 "read what is not there");
	CloseHandle(self);
	VirtualFree(none, 0, MEM_RELEASE);
}

static DWORD WINAPI churn(void *arg)
{
	unsigned int seed = (ULONG_PTR)arg, i, bad = 0;

	for (i = 0; i < 300; i++) {
		SIZE_T size = 0x1000 * (1 + (seed = seed * 1103515245 + 12345) / 65536 % 40);
		char *p = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
		DWORD old;

		if (!p) {
			bad++;
			continue;
		}
		p[0] = 1;
		p[size - 1] = 2;
		bad += !VirtualProtect(p, 0x1000, PAGE_READONLY, &old);
		bad += p[0] != 1 || p[size - 1] != 2;
		bad += !VirtualFree(p, 0, MEM_RELEASE);
	}
	return bad;
}

static void threads(void)
{
	HANDLE h[4];
	DWORD code, bad = 0;
	int i;

	for (i = 0; i < 4; i++)
		h[i] = CreateThread(NULL, 0, churn, (void *)(ULONG_PTR)(i + 1), 0, NULL);
	for (i = 0; i < 4; i++) {
		WaitForSingleObject(h[i], INFINITE);
		GetExitCodeThread(h[i], &code);
		bad += code;
		CloseHandle(h[i]);
	}
	is_int(bad, 0, "four threads at once");
}

int wmain(void)
{
	alloc = ntdll("NtAllocateVirtualMemory");
	alloc_ex = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"),
					  "NtAllocateVirtualMemoryEx");
	release = ntdll("NtFreeVirtualMemory");
	protect = ntdll("NtProtectVirtualMemory");
	query = ntdll("NtQueryVirtualMemory");

	plan(0);
	basics();
	bad();
	where();
	placeholders();
	queries();
	transfer();
	threads();
	return done();
}
