// SPDX-License-Identifier: GPL-2.0-only
/* Files: opening, creating, sharing, reading, writing, attributes, names, deletion. */
#include "ktap.h"

struct basic_info { LARGE_INTEGER create, access, write, change; ULONG attr; };
struct rename_info { ULONG flags; HANDLE root; ULONG len; wchar_t name[64]; };

static NTSTATUS(NTAPI *nt_create)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, IO_STATUS_BLOCK *,
				  LARGE_INTEGER *, ULONG, ULONG, ULONG, ULONG, void *, ULONG);
static NTSTATUS(NTAPI *nt_open)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, IO_STATUS_BLOCK *,
				ULONG, ULONG);
static NTSTATUS(NTAPI *nt_read)(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, void *, ULONG,
				LARGE_INTEGER *, ULONG *);
static NTSTATUS(NTAPI *nt_write)(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, void *, ULONG,
				 LARGE_INTEGER *, ULONG *);
static NTSTATUS(NTAPI *nt_query)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, int);
static NTSTATUS(NTAPI *nt_set)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, int);
static NTSTATUS(NTAPI *nt_attributes)(OBJECT_ATTRIBUTES *, struct basic_info *);
static NTSTATUS(NTAPI *nt_delete)(OBJECT_ATTRIBUTES *);

static wchar_t dir[MAX_PATH];

/* NT path of a file in the test's folder; good until the next call but three. */
static OBJECT_ATTRIBUTES *attr(HANDLE root, const wchar_t *name)
{
	static wchar_t path[4][MAX_PATH];
	static UNICODE_STRING str[4];
	static OBJECT_ATTRIBUTES oa[4];
	static unsigned int n;
	unsigned int i = n++ % ARRAY_SIZE(oa);

	if (root || name[0] == '\\')
		wcscpy(path[i], name);
	else
		swprintf(path[i], MAX_PATH, L"\\??\\%ls\\%ls", dir, name);
	str[i].Buffer = path[i];
	str[i].Length = wcslen(path[i]) * sizeof(wchar_t);
	str[i].MaximumLength = str[i].Length;
	oa[i] = (OBJECT_ATTRIBUTES){
		.Length = sizeof(oa[i]),
		.RootDirectory = root,
		.ObjectName = &str[i],
		.Attributes = OBJ_CASE_INSENSITIVE,
	};
	return &oa[i];
}

#define RW	(GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE)
#define SYNC	FILE_SYNCHRONOUS_IO_NONALERT
#define ALL	(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* Creates, closes; returns the status, or Information if it is good. */
static ULONG make(const wchar_t *name, ULONG disposition, ULONG options)
{
	IO_STATUS_BLOCK io = { };
	NTSTATUS st;
	HANDLE h;

	st = nt_create(&h, RW, attr(NULL, name), &io, NULL, FILE_ATTRIBUTE_NORMAL, ALL,
		       disposition, SYNC | options, NULL, 0);
	if (st)
		return st;
	CloseHandle(h);
	return io.Information;
}

static void dispositions(void)
{
	is_hex(make(L"a", FILE_OPEN, 0), 0xc0000034, "FILE_OPEN of nothing");
	is_hex(make(L"a", FILE_OVERWRITE, 0), 0xc0000034, "FILE_OVERWRITE of nothing");
	is_hex(make(L"a", FILE_CREATE, 0), FILE_CREATED, "FILE_CREATE");
	is_hex(make(L"a", FILE_CREATE, 0), 0xc0000035, "again");
	is_hex(make(L"A", FILE_CREATE, 0), 0xc0000035, "in another case");
	is_hex(make(L"a", FILE_OPEN, 0), FILE_OPENED, "FILE_OPEN");
	is_hex(make(L"A", FILE_OPEN, 0), FILE_OPENED, "in another case");
	is_hex(make(L"a", FILE_OPEN_IF, 0), FILE_OPENED, "FILE_OPEN_IF of a file");
	is_hex(make(L"b", FILE_OPEN_IF, 0), FILE_CREATED, "of nothing");
	is_hex(make(L"a", FILE_OVERWRITE, 0), FILE_OVERWRITTEN, "FILE_OVERWRITE");
	is_hex(make(L"a", FILE_OVERWRITE_IF, 0), FILE_OVERWRITTEN, "FILE_OVERWRITE_IF");
	is_hex(make(L"a", FILE_SUPERSEDE, 0), FILE_SUPERSEDED, "FILE_SUPERSEDE");
	is_hex(make(L"c", FILE_SUPERSEDE, 0), FILE_CREATED, "of nothing");
	is_hex(make(L"d", FILE_CREATE, FILE_DIRECTORY_FILE), FILE_CREATED, "a folder");
	is_hex(make(L"d", FILE_CREATE, FILE_DIRECTORY_FILE), 0xc0000035, "again");
	is_hex(make(L"d", FILE_OPEN, FILE_NON_DIRECTORY_FILE), 0xc00000ba, "a folder as a file");
	is_hex(make(L"a", FILE_OPEN, FILE_DIRECTORY_FILE), 0xc0000103, "a file as a folder");
	is_hex(make(L"a", 6, 0), 0xc000000d, "no disposition");
	is_hex(make(L"a", FILE_OPEN_IF, 0x2000), 0xc00000bb, "by a file's number");
	is_hex(make(L"a", FILE_OPEN, FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE), 0xc000000d,
	       "both sorts");
}

static void names(void)
{
	IO_STATUS_BLOCK io;
	wchar_t dos[MAX_PATH];
	HANDLE root, h;
	NTSTATUS st;

	is_hex(make(L"x\\y", FILE_OPEN, 0), 0xc000003a, "in no folder");
	is_hex(make(L"a\\y", FILE_OPEN, 0), 0xc000003a, "in a file");
	is_hex(make(L"x\\y", FILE_CREATE, 0), 0xc000003a, "made in no folder");
	is_hex(make(L"d/e", FILE_OPEN_IF, 0), 0xc0000033, "a slash");
	is_hex(make(L"q?", FILE_OPEN_IF, 0), 0xc0000033, "a wild card");
	is_hex(make(L"d\\..\\a", FILE_OPEN, 0), 0xc0000033, "two dots");
	is_hex(make(L"a:s", FILE_OPEN_IF, 0), 0xc0000033, "a stream");
	is_hex(make(L"a::$DATA", FILE_OPEN, 0), FILE_OPENED, "the file's own stream");
	is_hex(make(L"a\\", FILE_OPEN, 0), 0xc0000033, "a file with a backslash");
	is_hex(make(L"d\\", FILE_OPEN, 0), FILE_OPENED, "a folder with one");
	is_hex(make(L"D\\New", FILE_CREATE, 0), FILE_CREATED, "a folder in another case");
	is_hex(make(L"d\\nEW", FILE_OPEN, 0), FILE_OPENED, "a file in it, too");
	st = nt_open(&root, GENERIC_READ | SYNCHRONIZE, attr(NULL, L"d"), &io, ALL,
		     SYNC | FILE_DIRECTORY_FILE);
	is_status(st, 0, "a folder is opened");
	st = nt_open(&h, RW, attr(root, L"new"), &io, ALL, SYNC);
	is_status(st, 0, "a name relative to it");
	CloseHandle(h);
	is_status(nt_open(&h, RW, attr(root, L"\\new"), &io, ALL, SYNC), 0xc0000033,
		  "with a backslash");
	CloseHandle(root);
	is_status(nt_open(&h, RW, attr(NULL, L"\\??\\Y:\\a"), &io, ALL, SYNC), 0xc000003a,
		  "no such drive");
	is_status(nt_open(&h, RW, attr(NULL, L"\\??\\NUL"), &io, ALL, SYNC), 0, "NUL");
	is_int(GetFileType(h), FILE_TYPE_CHAR, "is a device");
	CloseHandle(h);
	h = CreateFileW(L"NUL", GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, 0, NULL);
	is_int(h == INVALID_HANDLE_VALUE ? -1 : (int)GetLastError(), 0,
	       "a device does not say that it was there");
	is_error(!SetEndOfFile(h), ERROR_INVALID_FUNCTION, "and has no end");
	CloseHandle(h);
	swprintf(dos, MAX_PATH, L"%ls/d/New", dir);
	h = CreateFileW(dos, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
	is_done(h != INVALID_HANDLE_VALUE, "CreateFile turns slashes round");
	is_int(GetFileType(h), FILE_TYPE_DISK, "a file's type");
	is_int(GetFinalPathNameByHandleW(h, dos, MAX_PATH, 0) > 4 &&
	       !wcscmp(dos + wcslen(dos) - 6, L"\\d\\New"), 1, "its name");
	is_int(GetFinalPathNameByHandleW(h, dos, MAX_PATH, VOLUME_NAME_NT) > 0, 1,
	       "its name on the device");
	CloseHandle(h);
	is_status(nt_open(&h, RW, attr(NULL, dos), &io, ALL, SYNC), 0, "opens it");
	CloseHandle(h);
	memmove(dos + 14, dos, 2 * wcslen(dos) + 2);
	memcpy(dos, L"\\\\?\\GLOBALROOT", 14 * 2);
	h = CreateFileW(dos, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
	is_done(h != INVALID_HANDLE_VALUE, "and so does CreateFile, below GLOBALROOT");
	CloseHandle(h);
}

static HANDLE open_share(DWORD access, DWORD share)
{
	wchar_t path[MAX_PATH];

	swprintf(path, MAX_PATH, L"%ls\\a", dir);
	return CreateFileW(path, access, share, NULL, OPEN_EXISTING, 0, NULL);
}

static void sharing(void)
{
	HANDLE h = open_share(GENERIC_READ, FILE_SHARE_READ), h2;

	is_done(h != INVALID_HANDLE_VALUE, "open to be shared by readers");
	h2 = open_share(GENERIC_READ, FILE_SHARE_READ);
	is_done(h2 != INVALID_HANDLE_VALUE, "a reader");
	CloseHandle(h2);
	is_error(open_share(GENERIC_READ, FILE_SHARE_DELETE) == INVALID_HANDLE_VALUE,
		 ERROR_SHARING_VIOLATION, "that does not share with the first");
	is_error(open_share(GENERIC_WRITE, ALL) == INVALID_HANDLE_VALUE, ERROR_SHARING_VIOLATION,
		 "a writer");
	is_error(open_share(DELETE, ALL) == INVALID_HANDLE_VALUE, ERROR_SHARING_VIOLATION,
		 "one that deletes");
	h2 = open_share(FILE_READ_ATTRIBUTES, 0);
	is_done(h2 != INVALID_HANDLE_VALUE, "one that only looks");
	CloseHandle(h2);
	CloseHandle(h);
	h = open_share(GENERIC_WRITE, ALL);
	is_done(h != INVALID_HANDLE_VALUE, "a writer when all are gone");
	CloseHandle(h);
}

static void reading(void)
{
	LARGE_INTEGER at, size;
	IO_STATUS_BLOCK io = { };
	char buf[32] = { };
	DWORD n = 99;
	HANDLE h = open_share(GENERIC_READ | GENERIC_WRITE, ALL), ev;

	ok(WriteFile(h, "0123456789", 10, &n, NULL) && n == 10, "ten bytes written");
	ok(ReadFile(h, buf, 4, &n, NULL) && !n, "none behind them");
	at.QuadPart = 2;
	is_status(nt_read(h, NULL, NULL, NULL, &io, buf, 3, &at, NULL), 0, "read at 2");
	ok(io.Information == 3 && !memcmp(buf, "234", 3), "three bytes");
	ok(ReadFile(h, buf, 2, &n, NULL) && n == 2 && !memcmp(buf, "56", 2),
	   "the position follows");
	at.QuadPart = -2;
	is_status(nt_read(h, NULL, NULL, NULL, &io, buf, 1, &at, NULL), 0, "at the position");
	is_int(buf[0], '7', "it goes on");
	at.QuadPart = 10;
	is_status(nt_read(h, NULL, NULL, NULL, &io, buf, 1, &at, NULL), 0xc0000011, "at the end");
	at.QuadPart = -1;
	is_status(nt_write(h, NULL, NULL, NULL, &io, "ab", 2, &at, NULL), 0, "write at the end");
	GetFileSizeEx(h, &size);
	is_int(size.QuadPart, 12, "it has grown");
	at.QuadPart = -5;
	is_status(nt_read(h, NULL, NULL, NULL, &io, buf, 1, &at, NULL), 0xc000000d, "at -5");
	SetFilePointer(h, 5, NULL, FILE_BEGIN);
	is_done(SetEndOfFile(h), "SetEndOfFile");
	is_int(GetFileSize(h, NULL), 5, "five bytes are left");
	is_int(SetFilePointer(h, -2, NULL, FILE_END), 3, "SetFilePointer from the end");
	is_done(FlushFileBuffers(h), "FlushFileBuffers");
	CloseHandle(h);

	h = open_share(FILE_APPEND_DATA, ALL);
	at.QuadPart = 0;
	ok(WriteFile(h, "xy", 2, &n, NULL), "append");
	CloseHandle(h);
	h = open_share(GENERIC_READ, ALL);
	is_int(GetFileSize(h, NULL), 7, "at the end");
	is_error(!WriteFile(h, "x", 1, &n, NULL), ERROR_ACCESS_DENIED, "a reader may not write");
	CloseHandle(h);

	is_status(nt_open(&h, GENERIC_READ | SYNCHRONIZE, attr(NULL, L"a"), &io, ALL, 0), 0,
		  "open for overlapped I/O");
	ev = CreateEventW(NULL, TRUE, FALSE, NULL);
	at.QuadPart = 5;
	is_status(nt_read(h, ev, NULL, NULL, &io, buf, 2, &at, NULL), 0, "read with an event");
	ok(!memcmp(buf, "xy", 2), "what was appended");
	is_int(WaitForSingleObject(ev, 0), WAIT_OBJECT_0, "the event is signalled");
	is_status(nt_read(h, NULL, NULL, NULL, &io, buf, 2, NULL, NULL), 0xc000000d,
		  "there is no position");
	CloseHandle(ev);
	CloseHandle(h);
}

static void attributes(void)
{
	wchar_t path[MAX_PATH];
	struct basic_info info = { };
	FILETIME t = { 0x12345678, 0x01d00000 }, got;
	BY_HANDLE_FILE_INFORMATION by;
	IO_STATUS_BLOCK io;
	HANDLE h;
	DWORD n;

	swprintf(path, MAX_PATH, L"%ls\\a", dir);
	is_status(nt_attributes(attr(NULL, L"a"), &info), 0, "NtQueryAttributesFile");
	is_hex(info.attr, FILE_ATTRIBUTE_ARCHIVE, "a file's attributes");
	is_hex(GetFileAttributesW(dir), FILE_ATTRIBUTE_DIRECTORY, "a folder's");
	is_status(nt_attributes(attr(NULL, L"nix"), &info), 0xc0000034, "nothing's");
	is_status(nt_attributes(attr(NULL, L"nix\\nix"), &info), 0xc000003a, "in nothing");
	is_done(SetFileAttributesW(path, FILE_ATTRIBUTE_READONLY), "made read-only");
	is_hex(GetFileAttributesW(path), FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_READONLY,
	       "read-only");
	is_error(open_share(GENERIC_WRITE, ALL) == INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED,
		 "cannot be opened for writing");
	is_status(nt_open(&h, MAXIMUM_ALLOWED | SYNCHRONIZE, attr(NULL, L"a"), &io, ALL, SYNC), 0,
		  "but with what is allowed");
	is_error(!WriteFile(h, "x", 1, &n, NULL), ERROR_ACCESS_DENIED, "which is not to write");
	CloseHandle(h);
	is_error(!DeleteFileW(path), ERROR_ACCESS_DENIED, "nor deleted");
	is_done(SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL), "normal again");
	h = open_share(GENERIC_READ | GENERIC_WRITE, ALL);
	is_done(SetFileTime(h, NULL, NULL, &t), "SetFileTime");
	GetFileTime(h, NULL, NULL, &got);
	ok(!memcmp(&t, &got, sizeof(t)), "the time is the same");
	is_done(GetFileInformationByHandle(h, &by), "GetFileInformationByHandle");
	is_int(by.nFileSizeLow, 7, "size");
	is_int(by.nNumberOfLinks, 1, "links");
	is_status(nt_query(h, &io, &info, 3, 4), 0xc0000004, "too little room");
	is_status(nt_query(h, &io, &info, sizeof(info), 3333), 0xc0000003, "no class");
	CloseHandle(h);
}

static ULONG rename_file(HANDLE h, const wchar_t *name, ULONG flags, int class)
{
	struct rename_info info = { .flags = flags, .len = wcslen(name) * sizeof(*name) };
	IO_STATUS_BLOCK io;

	wcscpy(info.name, name);
	return nt_set(h, &io, &info, sizeof(info), class);
}

static bool there(const wchar_t *name)
{
	struct basic_info info;

	return !nt_attributes(attr(NULL, name), &info);
}

static void renaming(void)
{
	wchar_t from[MAX_PATH], to[MAX_PATH];
	HANDLE h = open_share(DELETE | SYNCHRONIZE, ALL);

	is_hex(rename_file(h, L"b", 0, 10), 0xc0000035, "rename to a name that is taken");
	is_hex(rename_file(h, L"r", 0, 10), 0, "to a new one");
	ok(there(L"r") && !there(L"a"), "it has moved");
	is_hex(rename_file(h, L"b", 1, 10), 0, "over another file");
	ok(there(L"b") && !there(L"r"), "it is there");
	is_hex(rename_file(h, L"B", 0, 10), 0, "to another case");
	is_hex(rename_file(h, L"l", 0, 11), 0, "a second link");
	ok(there(L"l") && there(L"B"), "both are there");
	CloseHandle(h);
	swprintf(from, MAX_PATH, L"%ls\\b", dir);
	swprintf(to, MAX_PATH, L"%ls\\d\\a", dir);
	is_done(MoveFileW(from, to), "MoveFile to another folder");
	is_done(MoveFileW(to, from), "and back");
	is_error(!MoveFileW(to, from), ERROR_FILE_NOT_FOUND, "of nothing");
	swprintf(from, MAX_PATH, L"%ls\\d", dir);
	swprintf(to, MAX_PATH, L"%ls\\d2", dir);
	is_done(MoveFileW(from, to), "of a folder");
	is_done(MoveFileW(to, from), "and back");
	swprintf(from, MAX_PATH, L"%ls\\b", dir);
	swprintf(to, MAX_PATH, L"%ls\\a", dir);
	is_done(CopyFileW(from, to, TRUE), "CopyFile");
	is_error(!CopyFileW(from, to, TRUE), ERROR_FILE_EXISTS, "not over another");
}

/* What a handle may do depends on the handle, and nothing else moves its position. */
static void controls(void)
{
	struct { LARGE_INTEGER from, len; } range = { }, got[4];
	HANDLE h = open_share(GENERIC_READ | GENERIC_WRITE, ALL), reader = NULL;
	DWORD n = 0;
	char c;

	is_done(WriteFile(h, "0123456789", 10, &n, NULL) && n == 10, "ten bytes");
	is_int(SetFilePointer(h, 3, NULL, FILE_BEGIN), 3, "position 3");
	range.len.QuadPart = 10;
	is_done(DeviceIoControl(h, 0x940cf, &range, sizeof(range), got, sizeof(got), &n, NULL),
		"FSCTL_QUERY_ALLOCATED_RANGES");
	is_int(n, sizeof(got[0]), "one range");
	is_done(ReadFile(h, &c, 1, &n, NULL), "a byte is read");
	is_int(c, '3', "from where the position was");
	is_done(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &reader, GENERIC_READ,
				FALSE, 0), "a handle for reading only");
	is_error(!DeviceIoControl(reader, 0x980c8, &range, sizeof(range), NULL, 0, &n, NULL),
		 ERROR_ACCESS_DENIED, "FSCTL_SET_ZERO_DATA wants the right to write");
	is_error(!DeviceIoControl(reader, 0x900c4, NULL, 0, NULL, 0, &n, NULL),
		 ERROR_ACCESS_DENIED, "FSCTL_SET_SPARSE as well");
	is_done(DeviceIoControl(h, 0x980c8, &range, sizeof(range), NULL, 0, &n, NULL),
		"which the other handle has");
	CloseHandle(reader);
	CloseHandle(h);
}

struct race {
	HANDLE start;
	HANDLE h;
};

static DWORD WINAPI disposer(void *arg)
{
	struct race *r = arg;
	IO_STATUS_BLOCK io;
	BYTE pending = 1;
	unsigned int i;

	WaitForSingleObject(r->start, INFINITE);
	for (i = 0; i < 8; i++) {
		pending = !pending;
		nt_set(r->h, &io, &pending, 1, 13);
	}
	return 0;
}

/* The last handle goes while somebody changes his mind about deletion. */
static void delete_race(void)
{
	wchar_t path[MAX_PATH];
	unsigned int i, gone = 0;
	struct race r;
	HANDLE thread;

	swprintf(path, MAX_PATH, L"%ls\\race", dir);
	r.start = CreateEventW(NULL, FALSE, FALSE, NULL);
	for (i = 0; i < 100; i++) {
		r.h = CreateFileW(path, GENERIC_READ | DELETE, ALL, NULL, OPEN_ALWAYS, 0, NULL);
		if (r.h == INVALID_HANDLE_VALUE)
			break;
		thread = CreateThread(NULL, 0, disposer, &r, 0, NULL);
		SetEvent(r.start);
		CloseHandle(r.h);
		WaitForSingleObject(thread, INFINITE);
		CloseHandle(thread);
		gone += !there(L"race");
	}
	msg("deleted %u times", gone);
	is_int(i, 100, "closed while deletion is asked for and taken back");
	CloseHandle(r.start);
	DeleteFileW(path);
}

static void deleting(void)
{
	wchar_t path[MAX_PATH];
	IO_STATUS_BLOCK io;
	BYTE yes = 1, no = 0;
	HANDLE h, h2;

	swprintf(path, MAX_PATH, L"%ls\\d", dir);
	is_error(!RemoveDirectoryW(path), ERROR_DIR_NOT_EMPTY, "a folder with a file");
	is_error(!DeleteFileW(path), ERROR_ACCESS_DENIED, "DeleteFile of a folder");
	h = open_share(GENERIC_READ | DELETE, ALL);
	h2 = open_share(GENERIC_READ, ALL);
	is_status(nt_set(h, &io, &yes, 1, 13), 0, "to be deleted");
	is_error(open_share(GENERIC_READ, ALL) == INVALID_HANDLE_VALUE, ERROR_ACCESS_DENIED,
		 "cannot be opened any more");
	is_status(nt_set(h, &io, &no, 1, 13), 0, "not to be deleted after all");
	is_status(nt_set(h, &io, &yes, 1, 13), 0, "to be deleted");
	CloseHandle(h);
	ok(there(L"a"), "it is there as long as it is open");
	CloseHandle(h2);
	ok(!there(L"a"), "and then it is not");
	is_status(nt_delete(attr(NULL, L"l")), 0, "NtDeleteFile");
	ok(!there(L"l"), "it is gone");
	is_status(nt_delete(attr(NULL, L"l")), 0xc0000034, "again");
	swprintf(path, MAX_PATH, L"%ls\\t", dir);
	h = CreateFileW(path, GENERIC_WRITE, ALL, NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE,
			NULL);
	is_done(h != INVALID_HANDLE_VALUE, "FILE_FLAG_DELETE_ON_CLOSE");
	ok(there(L"t"), "is there");
	CloseHandle(h);
	ok(!there(L"t"), "is gone");
}

/* What Wine's DLLs ask, with and without a file of that name. */
static void unix_names(void)
{
	NTSTATUS (CDECL *to_unix)(const OBJECT_ATTRIBUTES *, char *, ULONG *, UINT) =
		(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_nt_to_unix_file_name");
	char buf[1024];
	ULONG size = sizeof(buf);

	if (!to_unix) {
		skip("wine_nt_to_unix_file_name", "this ntdll has none");
		return;
	}
	is_status(to_unix(attr(NULL, L"\\??\\Z:\\tmp"), buf, &size, FILE_OPEN), 0,
		  "the Unix name of a folder");
	is_str(buf, "/tmp", "that is it");
	size = sizeof(buf);
	ok(to_unix(attr(NULL, L"nothing of that name"), buf, &size, FILE_OPEN) < 0,
	   "nothing has none");
}

static void clean(void)
{
	static const wchar_t *const left[] = { L"a", L"b", L"c", L"l", L"r", L"t", L"d\\New" };
	wchar_t path[MAX_PATH];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(left); i++) {
		swprintf(path, MAX_PATH, L"%ls\\%ls", dir, left[i]);
		DeleteFileW(path);
	}
	swprintf(path, MAX_PATH, L"%ls\\d", dir);
	RemoveDirectoryW(path);
	is_done(RemoveDirectoryW(dir), "the folder is empty and goes");
}

int wmain(void)
{
	plan(0);
	nt_create = ntdll("NtCreateFile");
	nt_open = ntdll("NtOpenFile");
	nt_read = ntdll("NtReadFile");
	nt_write = ntdll("NtWriteFile");
	nt_query = ntdll("NtQueryInformationFile");
	nt_set = ntdll("NtSetInformationFile");
	nt_attributes = ntdll("NtQueryAttributesFile");
	nt_delete = ntdll("NtDeleteFile");
	if (!GetTempPathW(MAX_PATH - 40, dir))
		bail("no folder for temporary files");
	swprintf(dir + wcslen(dir), 40, L"persona-files-%lu", GetCurrentProcessId());
	if (!is_done(CreateDirectoryW(dir, NULL), "CreateDirectory"))
		return done();
	dispositions();
	names();
	sharing();
	reading();
	attributes();
	renaming();
	controls();
	delete_race();
	deleting();
	unix_names();
	clean();
	return done();
}
