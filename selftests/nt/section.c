// SPDX-License-Identifier: GPL-2.0-only
/* Sections: of files, of memory and of images, their views, names and rights. */
#include "ktap.h"

#define SELF	((HANDLE)-1)

static NTSTATUS(NTAPI *create)(HANDLE *, ACCESS_MASK, void *, LARGE_INTEGER *, ULONG, ULONG,
			       HANDLE);
static NTSTATUS(NTAPI *map)(HANDLE, HANDLE, void **, ULONG_PTR, SIZE_T, LARGE_INTEGER *, SIZE_T *,
			    int, ULONG, ULONG);
static NTSTATUS(NTAPI *unmap)(HANDLE, void *);
static NTSTATUS(NTAPI *query)(HANDLE, int, void *, SIZE_T, SIZE_T *);
static NTSTATUS(NTAPI *extend)(HANDLE, LARGE_INTEGER *);
static NTSTATUS(NTAPI *same)(void *, void *);

static wchar_t name[MAX_PATH];

static HANDLE new_file(DWORD access, DWORD how)
{
	HANDLE f = CreateFileW(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
			       NULL, how, 0, NULL);

	if (f == INVALID_HANDLE_VALUE)
		bail("CreateFile: %lu", GetLastError());
	return f;
}

static void files(void)
{
	HANDLE f = new_file(GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS), m, ro;
	char text[8] = "", *p, *q;
	DWORD n, old;

	is_error(!CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0, NULL), ERROR_FILE_INVALID,
		 "an empty file");
	WriteFile(f, "0123456789", 10, &n, NULL);
	m = CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0x2000, NULL);
	is_done(m != NULL, "a section makes the file longer");
	is_int(GetFileSize(f, NULL), 0x2000, "that long");
	p = MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0);
	q = MapViewOfFile(m, FILE_MAP_COPY, 0, 0, 0);
	if (!is_done(p && q, "two views"))
		return;
	is_str(p, "0123456789", "what is in the file");
	p[0] = 'a';
	is_int(q[0], 'a', "one view sees what the other writes");
	q[1] = 'b';
	is_int(p[1], '1', "but not what is copied on write");
	is_status(same(p, q), 0, "they are of the same file");
	is_done(FlushViewOfFile(p, 0), "flush");
	SetFilePointer(f, 0, NULL, FILE_BEGIN);
	ReadFile(f, text, 3, &n, NULL);
	is_str(text, "a12", "the file has it");
	is_error(!MapViewOfFile(m, FILE_MAP_READ, 0, 0x1000, 0), ERROR_MAPPED_ALIGNMENT,
		 "an offset that is no multiple of 64K");
	is_error(!MapViewOfFile(m, FILE_MAP_READ, 0, 0, 0x4000), ERROR_ACCESS_DENIED,
		 "a view larger than its section");
	is_error(!MapViewOfFile(m, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0), ERROR_ACCESS_DENIED,
		 "a view that may be executed");
	is_done(UnmapViewOfFile(p), "unmap");
	is_error(!UnmapViewOfFile(p), ERROR_INVALID_ADDRESS, "unmap twice");
	UnmapViewOfFile(q);
	CloseHandle(m);
	CloseHandle(f);

	ro = new_file(GENERIC_READ, OPEN_EXISTING);
	is_error(!CreateFileMappingW(ro, NULL, PAGE_READWRITE, 0, 0, NULL), ERROR_ACCESS_DENIED,
		 "a file that is not open for writing");
	m = CreateFileMappingW(ro, NULL, PAGE_READONLY, 0, 0, NULL);
	is_done(m != NULL, "a section to be read");
	is_error(!MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0), ERROR_ACCESS_DENIED,
		 "no view of it to be written");
	is_error(!CreateFileMappingW(ro, NULL, PAGE_EXECUTE_READ, 0, 0, NULL), ERROR_ACCESS_DENIED,
		 "nor one to be executed, which the file was not opened for");
	p = MapViewOfFile(m, FILE_MAP_READ, 0, 0, 0);
	is_done(p != NULL, "a view to be read");
	ok(!VirtualProtect(p, 1, PAGE_READWRITE, &old), "it stays one");
	UnmapViewOfFile(p);
	CloseHandle(m);
	CloseHandle(ro);
}

static void memory(void)
{
	struct {
		void *base;
		ULONG attributes;
		LARGE_INTEGER size;
	} basic;
	LARGE_INTEGER size = { .QuadPart = 0x20000 };
	HANDLE m, n;
	void *p = NULL, *q = NULL;
	SIZE_T len = 0;
	BYTE image[64];

	m = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x20000, L"sect1");
	is_done(m != NULL, "a named section");
	n = OpenFileMappingW(FILE_MAP_READ, FALSE, L"sect1");
	is_done(n != NULL, "found by its name");
	is_status(map(m, SELF, &p, 0, 0, NULL, &len, 2, 0, PAGE_READWRITE), 0, "a view");
	is_int(len, 0x20000, "of all of it");
	len = 0x100;
	is_status(map(n, SELF, &q, 0, 0, &(LARGE_INTEGER){ .QuadPart = 0x10000 }, &len, 2, 0,
		      PAGE_READONLY), 0, "a part of it");
	is_int(len, 0x1000, "in pages");
	((char *)p)[0x10000] = 42;
	is_int(*(char *)q, 42, "is the same memory");
	is_status(map(n, SELF, &(void *){ NULL }, 0, 0, NULL, &(SIZE_T){ 0 }, 2, 0, PAGE_READWRITE),
		  0xc0000022, "a handle to read does not write");
	is_status(map(n, SELF, &(void *){ NULL }, 0, 0, NULL, &(SIZE_T){ 0 }, 7, 0, PAGE_READONLY),
		  0xc00000f6, "inheritance");
	is_status(query(m, 0, &basic, sizeof(basic), &len), 0, "basic information");
	is_hex(basic.size.QuadPart, 0x20000, "its size");
	is_hex(basic.attributes & SEC_COMMIT, SEC_COMMIT, "its kind");
	is_status(query(m, 1, image, sizeof(image), NULL), 0xc0000049, "it is no image");
	is_status(unmap(SELF, p), 0, "unmap");
	is_status(unmap(SELF, p), 0xc0000019, "unmap twice");
	unmap(SELF, q);
	CloseHandle(n);
	CloseHandle(m);
	ok(!OpenFileMappingW(FILE_MAP_READ, FALSE, L"sect1"), "gone with its last handle");

	is_status(create(&m, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_RESERVE, NULL), 0,
		  "a reserved section");
	p = NULL;
	len = 0;
	is_status(map(m, SELF, &p, 0, 0, NULL, &len, 2, 0, PAGE_READWRITE), 0, "its view");
	is_done(VirtualAlloc((char *)p + 0x1000, 0x1000, MEM_COMMIT, PAGE_READWRITE) != NULL,
		"commit a page of it");
	((char *)p)[0x1000] = 1;
	unmap(SELF, p);
	CloseHandle(m);
	size.QuadPart = 0;
	is_status(create(&m, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT, NULL),
		  0xc00000f2, "no size");
	is_status(create(&m, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READONLY, SEC_IMAGE, NULL),
		  0xc0000020, "an image without a file");
}

static void images(void)
{
	wchar_t self[MAX_PATH];
	HANDLE f, m;
	BYTE info[64];
	void *p = NULL, *q = NULL;
	SIZE_T len = 0;

	GetModuleFileNameW(NULL, self, MAX_PATH);
	f = CreateFileW(self, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
	is_status(create(&m, SECTION_ALL_ACCESS, NULL, NULL, PAGE_EXECUTE_READ, SEC_IMAGE, f), 0,
		  "a section of the program");
	is_status(query(m, 1, info, sizeof(info), &len), 0, "image information");
	is_int(len, 64, "its length");
	is_hex(*(WORD *)(info + 48), 0x8664, "its machine");
	len = 0;
	is_status(map(m, SELF, &p, 0, 0, NULL, &len, 2, 0, PAGE_READONLY), 0x40000003,
		  "mapped elsewhere");
	is_hex(len, ((IMAGE_NT_HEADERS *)((BYTE *)p + ((IMAGE_DOS_HEADER *)p)->e_lfanew))
	       ->OptionalHeader.SizeOfImage, "all of it");
	is_status(map(m, SELF, &q, 0, 0, NULL, &(SIZE_T){ 0 }, 2, 0, PAGE_READONLY), 0x40000003,
		  "and again");
	unmap(SELF, p);
	unmap(SELF, q);
	CloseHandle(m);
	CloseHandle(f);

	f = new_file(GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS);
	WriteFile(f, "no image", 8, &(DWORD){ 0 }, NULL);
	is_status(create(&m, SECTION_ALL_ACCESS, NULL, NULL, PAGE_EXECUTE_READ, SEC_IMAGE, f),
		  0xc000012f, "of what is no image");
	CloseHandle(f);
}

#define LAID_RAW	0x200		/* where its section is in the file: on no page */
#define LAID_DATA	0x20000
#define LAID_BASE	0x30000000

/* An image of headers, a writable section and as much without contents. */
static void write_image(HANDLE f, DWORD seed)
{
	static BYTE raw[LAID_RAW + LAID_DATA];
	IMAGE_DOS_HEADER *dos = (void *)raw;
	IMAGE_NT_HEADERS64 *nt = (void *)(raw + sizeof(*dos));
	IMAGE_SECTION_HEADER *section = (void *)(nt + 1);
	DWORD i, n;

	dos->e_magic = IMAGE_DOS_SIGNATURE;
	dos->e_lfanew = sizeof(*dos);
	nt->Signature = IMAGE_NT_SIGNATURE;
	nt->FileHeader.Machine = IMAGE_FILE_MACHINE_AMD64;
	nt->FileHeader.NumberOfSections = 1;
	nt->FileHeader.SizeOfOptionalHeader = sizeof(nt->OptionalHeader);
	nt->FileHeader.Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_DLL;
	nt->OptionalHeader.Magic = IMAGE_NT_OPTIONAL_HDR64_MAGIC;
	nt->OptionalHeader.ImageBase = LAID_BASE;
	nt->OptionalHeader.SectionAlignment = 0x1000;
	nt->OptionalHeader.FileAlignment = 0x200;
	nt->OptionalHeader.SizeOfImage = 0x1000 + 2 * LAID_DATA;
	nt->OptionalHeader.SizeOfHeaders = LAID_RAW;
	nt->OptionalHeader.Subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI;
	nt->OptionalHeader.NumberOfRvaAndSizes = 16;
	section->VirtualAddress = 0x1000;
	section->Misc.VirtualSize = 2 * LAID_DATA;
	section->PointerToRawData = LAID_RAW;
	section->SizeOfRawData = LAID_DATA - 0x200;
	section->Characteristics = IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE;
	for (i = 0; i < LAID_DATA / sizeof(i); i++)
		((DWORD *)(raw + LAID_RAW))[i] = i + seed;
	SetFilePointer(f, 0, NULL, FILE_BEGIN);
	WriteFile(f, raw, sizeof(raw), &n, NULL);
	SetEndOfFile(f);
}

/* How many numbers of the image are what write_image() has made them? */
static unsigned int count_good(const void *base, DWORD seed)
{
	const DWORD *data = (const void *)((const char *)base + 0x1000);
	unsigned int i, n = 0;

	for (i = 0; i < 2 * LAID_DATA / sizeof(*data); i++)
		n += data[i] == (i < (LAID_DATA - 0x200) / sizeof(*data) ? i + seed : 0);
	return n;
}

static void *map_laid(HANDLE f, void *want, NTSTATUS status, const char *what)
{
	void *p = NULL;
	HANDLE m;

	is_status(create(&m, SECTION_ALL_ACCESS, NULL, NULL, PAGE_EXECUTE_READ, SEC_IMAGE, f), 0,
		  "a section of %s", what);
	is_status(map(m, SELF, &p, 0, 0, NULL, &(SIZE_T){ 0 }, 2, 0, PAGE_READONLY), status,
		  "a view of it");
	CloseHandle(m);
	if (want)
		ok(p == want, "at its own address");
	return p;
}

/* Sections that lie on no page of their file. */
static void laid(void)
{
	const unsigned int all = 2 * LAID_DATA / sizeof(DWORD);
	HANDLE f = new_file(GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS);
	SIZE_T n;
	BYTE *p, *q, *r, byte;

	write_image(f, 7);
	p = map_laid(f, (void *)LAID_BASE, 0, "an image that is no pages");
	q = map_laid(f, NULL, 0x40000003, "the same");
	is_int(count_good(p, 7), all, "its contents, and zeros behind them");
	*(DWORD *)(p + 0x1000) = 1;
	is_int(*(DWORD *)(q + 0x1000), 7, "what is written is seen in one view");
	is_int(count_good(q, 7), all, "and not in the other");
	unmap(SELF, q);
	write_image(f, 1000);
	q = map_laid(f, NULL, 0x40000003, "the file with other contents");
	is_int(count_good(q, 1000), all, "which it shows");
	is_int(*(DWORD *)(p + 0x1000), 1, "what has been written to the first stays");
	r = map_laid(f, NULL, 0x40000003, "one that is cut off");
	SetFilePointer(f, LAID_RAW + LAID_DATA / 2, NULL, FILE_BEGIN);
	is_done(SetEndOfFile(f), "the file is");
	ok(!ReadProcessMemory(SELF, r + 0x1000 + LAID_DATA - 0x1000, &byte, 1, &n),
	   "what is behind its end cannot be read");
	is_done(ReadProcessMemory(SELF, r + 0x1000, &byte, 1, &n), "but what is in it");
	is_done(ReadProcessMemory(SELF, r + 0x1000 + LAID_DATA + 0x1000, &byte, 1, &n),
		"and what was never there");
	unmap(SELF, p);
	unmap(SELF, q);
	unmap(SELF, r);
	CloseHandle(f);
}

static void growth(void)
{
	LARGE_INTEGER size = { .QuadPart = 0x1000 };
	HANDLE f, m;

	m = (HANDLE)0x1234;
	is_status(create(&m, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_COMMIT, NULL),
		  0xc00000f2, "a section of no size");
	ok(!m, "leaves no handle");
	if (!extend) {
		skip("NtExtendSection", "this ntdll has none");
		return;
	}
	f = new_file(GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS);
	is_status(create(&m, SECTION_ALL_ACCESS, NULL, &size, PAGE_READWRITE, SEC_COMMIT, f), 0,
		  "a section");
	size.QuadPart = 0x3000;
	is_status(extend(m, &size), 0, "extend it");
	is_int(GetFileSize(f, NULL), 0x3000, "the file is that long");
	CloseHandle(m);
	CloseHandle(f);
}

static void is_view(const void *p, DWORD state, SIZE_T size, const char *what)
{
	MEMORY_BASIC_INFORMATION info = { };

	ok(VirtualQuery(p, &info, sizeof(info)) && info.State == state && info.RegionSize == size,
	   "%s (%lx, %llx)", what, info.State, (unsigned long long)info.RegionSize);
}

/* What LMDB does: the view has room for what the file is to become. */
static void room(void)
{
	HANDLE f = new_file(GENERIC_READ | GENERIC_WRITE, CREATE_ALWAYS), m;
	SIZE_T large = 0x100000, size = large;
	char *p = NULL, *q = NULL, text[4] = "";
	DWORD n;

	WriteFile(f, "0123456789", 10, &n, NULL);
	is_status(create(&m, SECTION_ALL_ACCESS, NULL, NULL, PAGE_READWRITE, SEC_RESERVE, f), 0,
		  "a section of a short file");
	is_status(map(m, SELF, (void **)&p, 0, 0, NULL, &size, 2, 0, PAGE_READONLY), 0xc000001f,
		  "a large view");
	size = large;
	is_status(map(m, SELF, (void **)&p, 0, 0, NULL, &size, 2, MEM_RESERVE, PAGE_READWRITE), 0,
		  "a large view, reserved");
	size = large;
	is_status(map(m, SELF, (void **)&q, 0, 0, NULL, &size, 2, MEM_RESERVE, PAGE_READONLY), 0,
		  "another, to be read");
	is_view(p, MEM_COMMIT, 0x1000, "what the file has is there");
	is_view(p + 0x1000, MEM_RESERVE, large - 0x1000, "and the rest is room");
	ok(!IsBadReadPtr(p, 0x1000), "the one may be read");
	ok(IsBadReadPtr(p + 0x1000, 1), "the other may not");
	is_done(VirtualAlloc(p + 0x8000, 0x2000, MEM_COMMIT, PAGE_READWRITE) == p + 0x8000,
		"commit a part");
	is_int(GetFileSize(f, NULL), 0xa000, "the file has it");
	is_view(p, MEM_COMMIT, 0xa000, "all before it is there");
	is_view(q + 0xa000, MEM_RESERVE, large - 0xa000, "in the other view, too");
	strcpy(p + 0x9ffc, "end");
	is_str(q + 0x9ffc, "end", "it is one file");
	SetFilePointer(f, 0x9ffc, NULL, FILE_BEGIN);
	ReadFile(f, text, 3, &n, NULL);
	is_str(text, "end", "which has what was written");
	is_done(VirtualAlloc(p, 0x1000, MEM_COMMIT, PAGE_READWRITE) == p, "commit what is there");
	is_int(GetFileSize(f, NULL), 0xa000, "nothing becomes shorter");
	ok(!VirtualAlloc(p + large, 0x1000, MEM_COMMIT, PAGE_READWRITE), "behind the view");
	SetFilePointer(f, 0x20000, NULL, FILE_BEGIN);
	WriteFile(f, "x", 1, &n, NULL);
	is_int(q[0x20000], 'x', "what is written behind the end is seen");
	unmap(SELF, p);
	unmap(SELF, q);
	CloseHandle(m);
	CloseHandle(f);

	f = new_file(GENERIC_READ, OPEN_EXISTING);
	is_status(create(&m, SECTION_MAP_READ, NULL, NULL, PAGE_READONLY, SEC_COMMIT, f), 0,
		  "a section to be read");
	p = NULL;
	size = large;
	is_status(map(m, SELF, (void **)&p, 0, 0, NULL, &size, 2, MEM_RESERVE, PAGE_READONLY),
		  0xc000001f, "has no room for more");
	CloseHandle(m);
	CloseHandle(f);
}

int wmain(void)
{
	wchar_t dir[MAX_PATH];

	create = ntdll("NtCreateSection");
	map = ntdll("NtMapViewOfSection");
	unmap = ntdll("NtUnmapViewOfSection");
	query = ntdll("NtQuerySection");
	/* Not every ntdll has that one. */
	extend = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtExtendSection");
	same = ntdll("NtAreMappedFilesTheSame");

	plan(0);
	GetTempPathW(MAX_PATH, dir);
	GetTempFileNameW(dir, L"sec", 0, name);
	files();
	memory();
	images();
	laid();
	growth();
	room();
	DeleteFileW(name);
	return done();
}
