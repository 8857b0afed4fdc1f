// SPDX-License-Identifier: GPL-2.0-only
/* Reparse points: symbolic links and junctions are made, read, followed and removed. */
#include "ktap.h"
#include <winioctl.h>

static NTSTATUS (NTAPI *nt_open)(HANDLE *h, ACCESS_MASK access, OBJECT_ATTRIBUTES *attr,
				 IO_STATUS_BLOCK *iosb, ULONG share, ULONG options);
static ULONG (NTAPI *dos_error)(NTSTATUS status);
static wchar_t dir[MAX_PATH];

/* REPARSE_DATA_BUFFER, which only drivers' headers have */
struct reparse {
	DWORD tag;
	WORD len;
	WORD reserved;
	WORD name_off, name_len, print_off, print_len;
	BYTE rest[2000];
};

#define HEADER	8	/* bytes before name_off */

static const wchar_t *in_dir(const wchar_t *name)
{
	static wchar_t path[4][MAX_PATH];
	static int i;

	i = (i + 1) % 4;
	swprintf(path[i], MAX_PATH, L"%ls\\%ls", dir, name);
	return path[i];
}

/* Not by CreateFile(): Wine's takes no notice of FILE_FLAG_OPEN_REPARSE_POINT. */
static HANDLE open_link(const wchar_t *path, ACCESS_MASK access)
{
	wchar_t name[MAX_PATH + 8];
	OBJECT_ATTRIBUTES attr;
	UNICODE_STRING string;
	IO_STATUS_BLOCK iosb;
	NTSTATUS status;
	HANDLE h;

	swprintf(name, ARRAY_SIZE(name), L"\\??\\%ls", path);
	string.Buffer = name;
	string.Length = wcslen(name) * sizeof(*name);
	string.MaximumLength = string.Length;
	InitializeObjectAttributes(&attr, &string, OBJ_CASE_INSENSITIVE, NULL, NULL);
	status = nt_open(&h, access | SYNCHRONIZE, &attr, &iosb,
			 FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
			 FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT |
			 FILE_SYNCHRONOUS_IO_NONALERT);
	if (!status)
		return h;
	SetLastError(dos_error(status));
	return INVALID_HANDLE_VALUE;
}

static DWORD reparse_make(struct reparse *r, DWORD tag, DWORD flags, const wchar_t *name,
			  const wchar_t *print)
{
	BYTE *p = r->rest;

	memset(r, 0, sizeof(*r));
	r->tag = tag;
	if (tag == IO_REPARSE_TAG_SYMLINK) {
		memcpy(p, &flags, sizeof(flags));
		p += sizeof(flags);
	}
	r->name_len = wcslen(name) * 2;
	r->print_off = r->name_len + 2;
	r->print_len = wcslen(print) * 2;
	memcpy(p, name, r->name_len + 2);
	p += r->name_len + 2;
	memcpy(p, print, r->print_len + 2);
	p += r->print_len + 2;
	r->len = p - (BYTE *)&r->name_off;
	return HEADER + r->len;
}

static BOOL set(const wchar_t *path, DWORD tag, DWORD flags, const wchar_t *name,
		const wchar_t *print)
{
	HANDLE h = open_link(path, FILE_WRITE_DATA);
	struct reparse r;
	DWORD size = reparse_make(&r, tag, flags, name, print), n, error;
	BOOL done;

	if (h == INVALID_HANDLE_VALUE)
		return FALSE;
	done = DeviceIoControl(h, FSCTL_SET_REPARSE_POINT, &r, size, NULL, 0, &n, NULL);
	error = GetLastError();
	CloseHandle(h);
	SetLastError(error);
	return done;
}

/* The name for people, of a symbolic link */
static const wchar_t *get(const wchar_t *path, DWORD *flags)
{
	HANDLE h = open_link(path, 0);
	static struct reparse r;
	DWORD n = 0, error;
	BOOL done;

	if (h == INVALID_HANDLE_VALUE)
		return NULL;
	memset(&r, 0, sizeof(r));
	done = DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &r, sizeof(r), &n, NULL);
	error = GetLastError();
	CloseHandle(h);
	SetLastError(error);
	if (!done || r.tag != IO_REPARSE_TAG_SYMLINK || n != (DWORD)HEADER + r.len)
		return NULL;
	memcpy(flags, r.rest, sizeof(*flags));
	*(wchar_t *)(r.rest + 4 + r.print_off + r.print_len) = 0;
	return (wchar_t *)(r.rest + 4 + r.print_off);
}

static void put_text(const wchar_t *path, const char *text)
{
	HANDLE h = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	DWORD n;

	WriteFile(h, text, strlen(text), &n, NULL);
	CloseHandle(h);
}

static bool has_text(const wchar_t *path, const char *text)
{
	HANDLE h = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
	char buf[100];
	DWORD n = 0;

	if (h == INVALID_HANDLE_VALUE)
		return false;
	ReadFile(h, buf, sizeof(buf), &n, NULL);
	CloseHandle(h);
	return n == strlen(text) && !memcmp(buf, text, n);
}

static void junction(void)
{
	wchar_t target[MAX_PATH + 8];
	const wchar_t *print;
	DWORD flags, n;
	BYTE tiny[4];
	HANDLE h;

	CreateDirectoryW(in_dir(L"Target"), NULL);
	put_text(in_dir(L"Target\\file"), "text");
	CreateDirectoryW(in_dir(L"junction"), NULL);
	is_error(!get(in_dir(L"junction"), &flags), ERROR_NOT_A_REPARSE_POINT, "a folder is no link");
	/* Spelled in another case, and what is not there yet is in order. */
	swprintf(target, ARRAY_SIZE(target), L"\\??\\%ls", in_dir(L"TARGET"));
	is_done(set(in_dir(L"junction"), IO_REPARSE_TAG_MOUNT_POINT, 0, target, target + 4),
		"a junction");
	ok(GetFileAttributesW(in_dir(L"junction")) & FILE_ATTRIBUTE_REPARSE_POINT,
	   "its attributes say so");
	ok(has_text(in_dir(L"junction\\file"), "text"), "it leads to the folder");
	print = get(in_dir(L"junction"), &flags);
	ok(print && !flags && !wcscmp(print, in_dir(L"Target")), "it reads as %ls", print);
	h = open_link(in_dir(L"junction"), 0);
	is_error(!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, tiny, sizeof(tiny), &n,
				  NULL),
		 ERROR_INSUFFICIENT_BUFFER, "into a buffer that is too small");
	CloseHandle(h);
	is_done(RemoveDirectoryW(in_dir(L"junction")), "RemoveDirectory");
	ok(has_text(in_dir(L"Target\\file"), "text"), "removes the link, not what it leads to");
	is_error(!set(in_dir(L"Target"), IO_REPARSE_TAG_MOUNT_POINT, 0, target, target + 4),
		 ERROR_DIR_NOT_EMPTY, "a folder that is not empty becomes none");
	put_text(in_dir(L"plain"), "");
	is_error(!set(in_dir(L"plain"), IO_REPARSE_TAG_MOUNT_POINT, 0, target, target + 4),
		 ERROR_DIRECTORY, "neither does a file");
	is_error(!set(in_dir(L"plain"), 0x1234, 0, target, target + 4), ERROR_REPARSE_TAG_INVALID,
		 "an unknown tag");
}

static void symbolic(void)
{
	struct reparse r = { .tag = IO_REPARSE_TAG_SYMLINK };
	const wchar_t *print;
	DWORD flags, n;
	HANDLE h;

	is_done(set(in_dir(L"plain"), IO_REPARSE_TAG_SYMLINK, 1, L"Target\\file", L"Target\\file"),
		"a relative link");
	ok(has_text(in_dir(L"plain"), "text"), "it leads to the file");
	print = get(in_dir(L"plain"), &flags);
	ok(print && flags == 1 && !wcscmp(print, L"Target\\file"), "it reads as %ls", print);
	h = open_link(in_dir(L"plain"), FILE_WRITE_DATA);
	is_done(DeviceIoControl(h, FSCTL_DELETE_REPARSE_POINT, &r, HEADER, NULL, 0, &n, NULL),
		"FSCTL_DELETE_REPARSE_POINT");
	CloseHandle(h);
	ok(has_text(in_dir(L"plain"), ""), "an empty file is left");
	CreateDirectoryW(in_dir(L"Target\\sub"), NULL);
	is_done(set(in_dir(L"Target\\sub"), IO_REPARSE_TAG_SYMLINK, 1, L"..\\Target",
		    L"..\\Target"),
		"a relative link to a folder");
	ok(has_text(in_dir(L"Target\\sub\\sub\\file"), "text"), "it leads there");
	print = get(in_dir(L"Target\\sub"), &flags);
	ok(print && flags == 1 && !wcscmp(print, L"..\\Target"), "it reads as %ls", print);
	is_done(RemoveDirectoryW(in_dir(L"Target\\sub")), "RemoveDirectory");
	is_done(set(in_dir(L"plain"), IO_REPARSE_TAG_SYMLINK, 1, L"nowhere", L"nowhere"),
		"a link to nothing");
	is_error(CreateFileW(in_dir(L"plain"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) ==
		 INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND, "cannot be opened");
	is_done(DeleteFileW(in_dir(L"plain")), "but deleted");
	is_done(DeleteFileW(in_dir(L"Target\\file")), "DeleteFile");
	is_done(RemoveDirectoryW(in_dir(L"Target")), "RemoveDirectory");
}

int wmain(void)
{
	plan(0);
	nt_open = ntdll("NtOpenFile");
	dos_error = ntdll("RtlNtStatusToDosError");
	if (!GetTempPathW(MAX_PATH - 40, dir))
		bail("no folder for temporary files");
	swprintf(dir + wcslen(dir), 40, L"persona-links-%lu", GetCurrentProcessId());
	if (!is_done(CreateDirectoryW(dir, NULL), "CreateDirectory"))
		return done();
	junction();
	symbolic();
	is_done(RemoveDirectoryW(dir), "RemoveDirectory of all");
	return done();
}
