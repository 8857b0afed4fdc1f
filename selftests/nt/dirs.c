// SPDX-License-Identifier: GPL-2.0-only
/* Folders: what is in them, patterns, volumes. */
#include "ktap.h"

struct dir_entry {
	ULONG next, index;
	LARGE_INTEGER create, access, write, change, size, alloc;
	ULONG attr, name_len, ea_size;
	BYTE short_len;
	wchar_t short_name[12];
	wchar_t name[1];
};

struct names_entry { ULONG next, index, name_len; wchar_t name[1]; };

static NTSTATUS(NTAPI *nt_open)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, IO_STATUS_BLOCK *,
				ULONG, ULONG);
static NTSTATUS(NTAPI *query)(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, void *, ULONG,
			      int, BOOLEAN, UNICODE_STRING *, BOOLEAN);

static wchar_t dir[MAX_PATH];

#define FILES	300

static void touch(const wchar_t *name)
{
	wchar_t path[MAX_PATH];
	HANDLE h;
	DWORD n;

	swprintf(path, MAX_PATH, L"%ls\\%ls", dir, name);
	h = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	if (h == INVALID_HANDLE_VALUE)
		bail("%ls: %lu", path, GetLastError());
	WriteFile(h, "12345", 5, &n, NULL);
	CloseHandle(h);
}

/* The names that match, joined by blanks. */
static const char *matching(const wchar_t *mask)
{
	static char all[1024];
	wchar_t path[MAX_PATH];
	WIN32_FIND_DATAW data;
	HANDLE h;

	all[0] = 0;
	swprintf(path, MAX_PATH, L"%ls\\%ls", dir, mask);
	h = FindFirstFileW(path, &data);
	if (h == INVALID_HANDLE_VALUE) {
		snprintf(all, sizeof(all), "error %lu", GetLastError());
		return all;
	}
	do {
		if (strlen(all) + 20 < sizeof(all))
			snprintf(all + strlen(all), 20, "%s%ls", *all ? " " : "",
				 data.cFileName);
	} while (FindNextFileW(h, &data));
	if (GetLastError() != ERROR_NO_MORE_FILES)
		snprintf(all, sizeof(all), "next: error %lu", GetLastError());
	FindClose(h);
	return all;
}

static void patterns(void)
{
	touch(L"b.txt");
	touch(L"Alpha.c");
	touch(L"c");
	touch(L"beta.C");
	is_str(matching(L"*"), ". .. Alpha.c b.txt beta.C c", "all, in order");
	is_str(matching(L"*.*"), ". .. Alpha.c b.txt beta.C c", "*.*");
	is_str(matching(L"*.c"), "Alpha.c beta.C", "*.c");
	is_str(matching(L"c.*"), "c", "c.*");
	is_str(matching(L"b?.txt"), "b.txt", "b?.txt");
	is_str(matching(L"b*"), "b.txt beta.C", "b*");
	is_str(matching(L"?.txt"), "b.txt", "?.txt");
	is_str(matching(L"ALPHA.C"), "Alpha.c", "one name, in another case");
	is_str(matching(L"b.txt"), "b.txt", "one name");
	is_str(matching(L"x*"), "error 2", "none");
	is_str(matching(L"x\\*"), "error 3", "in no folder");
}

static void find_data(void)
{
	WIN32_FIND_DATAW data = { };
	wchar_t path[MAX_PATH];
	HANDLE h;

	swprintf(path, MAX_PATH, L"%ls\\c", dir);
	h = FindFirstFileW(path, &data);
	is_done(h != INVALID_HANDLE_VALUE, "FindFirstFile");
	is_int(data.nFileSizeLow, 5, "size");
	is_hex(data.dwFileAttributes, FILE_ATTRIBUTE_ARCHIVE, "attributes");
	is_wstr(data.cAlternateFileName, L"", "no short name");
	FindClose(h);
}

static void raw(void)
{
	UNICODE_STRING str = { }, mask = { 4, 4, L"f*" };
	OBJECT_ATTRIBUTES oa = { .Length = sizeof(oa), .ObjectName = &str };
	unsigned int i, count = 0, calls = 0;
	IO_STATUS_BLOCK io = { };
	static char buf[4096] __attribute__((__aligned__(8)));
	struct names_entry *names;
	wchar_t path[MAX_PATH];
	bool sorted = true;
	NTSTATUS st;
	HANDLE h;

	for (i = 0; i < FILES; i++) {
		swprintf(path, MAX_PATH, L"f%03u", (i * 7) % FILES);
		touch(path);
	}
	swprintf(path, MAX_PATH, L"\\??\\%ls", dir);
	str.Buffer = path;
	str.Length = wcslen(path) * sizeof(wchar_t);
	st = nt_open(&h, FILE_LIST_DIRECTORY | SYNCHRONIZE, &oa, &io, 7,
		     FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
	is_status(st, 0, "open the folder");
	while (!(st = query(h, NULL, NULL, NULL, &io, buf, sizeof(buf), 12, FALSE, &mask, FALSE))) {
		calls++;
		for (names = (void *)buf;; names = (void *)((char *)names + names->next)) {
			swprintf(path, 5, L"f%03u", count);
			sorted &= names->name_len == 8 && !memcmp(names->name, path, 8);
			count++;
			if (!names->next)
				break;
		}
	}
	is_status(st, 0x80000006, "the end");
	is_int(count, FILES, "all are there");
	ok(sorted, "and in order");
	ok(calls > 1, "in more than one go");
	st = query(h, NULL, NULL, NULL, &io, buf, sizeof(buf), 3, TRUE, NULL, TRUE);
	is_status(st, 0, "from the start, one");
	is_int(((struct dir_entry *)buf)->next, 0, "there is one");
	ok(!memcmp((char *)buf + 94, L"f000", 8), "the first");
	is_int(io.Information, 94 + 8, "its length");
	is_status(query(h, NULL, NULL, NULL, &io, buf, 20, 3, TRUE, NULL, TRUE), 0xc0000004,
		  "too little room");
	is_status(query(h, NULL, NULL, NULL, &io, buf, 98, 3, TRUE, NULL, TRUE), 0x80000005,
		  "for half a name");
	is_status(query(h, NULL, NULL, NULL, &io, buf, sizeof(buf), 99, TRUE, NULL, TRUE),
		  0xc0000003, "no class");
	mask.Buffer = L"?";
	mask.Length = 2;
	is_status(query(h, NULL, NULL, NULL, &io, buf, sizeof(buf), 1, FALSE, &mask, TRUE), 0,
		  "another pattern");
	is_int(((struct dir_entry *)buf)->name_len, 2, "matches one name");
	mask.Buffer = L"zz";
	mask.Length = 4;
	is_status(query(h, NULL, NULL, NULL, &io, buf, sizeof(buf), 1, FALSE, &mask, TRUE),
		  0xc000000f, "no such file");
	CloseHandle(h);
}

static DWORD error_of(const wchar_t *name)
{
	wchar_t path[MAX_PATH];

	swprintf(path, MAX_PATH, L"%ls\\%ls", dir, name);
	return GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES ? GetLastError() : 0;
}

static void move(const wchar_t *from, const wchar_t *to)
{
	wchar_t a[MAX_PATH], b[MAX_PATH];

	swprintf(a, MAX_PATH, L"%ls\\%ls", dir, from);
	swprintf(b, MAX_PATH, L"%ls\\%ls", dir, to);
	is_done(MoveFileW(a, b), "MoveFile");
}

/* What is known of a folder's names must not be older than the folder. */
static void missing(void)
{
	static const wchar_t * const names[] = { L"Missing", L"m\u00c4ssing" };
	int i;

	for (i = 0; i < 2; i++) {
		const wchar_t *name = names[i], *other = i ? L"M\u00e4sSING" : L"mISSING";

		/* The folder has not changed for some time. */
		Sleep(100);
		is_int(error_of(name), ERROR_FILE_NOT_FOUND, "not there");
		is_int(error_of(name), ERROR_FILE_NOT_FOUND, "again");
		is_int(error_of(other), ERROR_FILE_NOT_FOUND, "in other letters");
		touch(other);
		is_int(error_of(name), 0, "there, in other letters");
		move(other, L"moved");
		Sleep(100);
		is_int(error_of(name), ERROR_FILE_NOT_FOUND, "moved");
		is_int(error_of(L"MOVED"), 0, "to another name");
		move(L"moved", other);
		is_int(error_of(name), 0, "and back");
		Sleep(100);
		is_int(error_of(L"mOvEd"), ERROR_FILE_NOT_FOUND, "not there any more");
		is_int(error_of(name), 0, "the other is");
	}
}

static void volumes(void)
{
	wchar_t label[64], fs[64], root[] = L"X:\\";
	DWORD serial = 0, len = 0, flags;
	ULARGE_INTEGER avail, total;

	root[0] = dir[0];
	is_done(GetVolumeInformationW(root, label, 64, &serial, &len, &flags, fs, 64),
		"GetVolumeInformation");
	is_int(len, 255, "length of a component");
	is_wstr(fs, L"NTFS", "file system");
	is_done(GetDiskFreeSpaceExW(dir, &avail, &total, NULL), "GetDiskFreeSpaceEx");
	ok(total.QuadPart >= avail.QuadPart && total.QuadPart, "there is room");
	is_int(GetDriveTypeW(root), DRIVE_FIXED, "GetDriveType");
}

static void clean(void)
{
	wchar_t path[MAX_PATH];
	WIN32_FIND_DATAW data;
	unsigned int n = 0;
	HANDLE h;

	swprintf(path, MAX_PATH, L"%ls\\*", dir);
	h = FindFirstFileW(path, &data);
	do {
		swprintf(path, MAX_PATH, L"%ls\\%ls", dir, data.cFileName);
		n += DeleteFileW(path);
	} while (FindNextFileW(h, &data));
	FindClose(h);
	is_int(n, FILES + 6, "all are deleted while they are listed");
	is_done(RemoveDirectoryW(dir), "RemoveDirectory");
	is_error(!RemoveDirectoryW(dir), ERROR_FILE_NOT_FOUND, "again");
}

int wmain(void)
{
	plan(0);
	nt_open = ntdll("NtOpenFile");
	query = ntdll("NtQueryDirectoryFile");
	if (!GetTempPathW(MAX_PATH - 40, dir))
		bail("no folder for temporary files");
	swprintf(dir + wcslen(dir), 40, L"persona-dirs-%lu", GetCurrentProcessId());
	if (!is_done(CreateDirectoryW(dir, NULL), "CreateDirectory"))
		return done();
	is_error(!CreateDirectoryW(dir, NULL), ERROR_ALREADY_EXISTS, "again");
	patterns();
	find_data();
	raw();
	missing();
	volumes();
	clean();
	return done();
}
