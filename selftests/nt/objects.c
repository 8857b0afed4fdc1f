// SPDX-License-Identifier: GPL-2.0-only
/* Handles, and the names of objects. */
#include "ktap.h"

struct handle_flags { BOOLEAN inherit, protect; };

static NTSTATUS(NTAPI *nt_close)(HANDLE);
static NTSTATUS(NTAPI *dup)(HANDLE, HANDLE, HANDLE, HANDLE *, ACCESS_MASK, ULONG, ULONG);
static NTSTATUS(NTAPI *query_object)(HANDLE, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *set_object)(HANDLE, int, void *, ULONG);
static NTSTATUS(NTAPI *compare)(HANDLE, HANDLE);
static NTSTATUS(NTAPI *create_event)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, int, BOOLEAN);
static NTSTATUS(NTAPI *open_event)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *create_dir)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *open_dir)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *query_dir)(HANDLE, void *, ULONG, BOOLEAN, BOOLEAN, ULONG *, ULONG *);
static NTSTATUS(NTAPI *create_link)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *,
				    UNICODE_STRING *);
static NTSTATUS(NTAPI *open_link)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *query_link)(HANDLE, UNICODE_STRING *, ULONG *);
static NTSTATUS(NTAPI *make_temporary)(HANDLE);

#define ME	GetCurrentProcess()

/* Attributes for @name below @root; good until the next call but three. */
static OBJECT_ATTRIBUTES *attr(HANDLE root, const wchar_t *name, ULONG flags)
{
	static UNICODE_STRING str[4];
	static OBJECT_ATTRIBUTES oa[4];
	static unsigned int n;
	unsigned int i = n++ % ARRAY_SIZE(oa);

	str[i].Buffer = (wchar_t *)name;
	str[i].Length = wcslen(name) * sizeof(*name);
	str[i].MaximumLength = str[i].Length;
	oa[i] = (OBJECT_ATTRIBUTES){
		.Length = sizeof(oa[i]),
		.RootDirectory = root,
		.ObjectName = &str[i],
		.Attributes = flags,
	};
	return &oa[i];
}

static DWORD flags_of(HANDLE h)
{
	DWORD flags = 0xbad;

	GetHandleInformation(h, &flags);
	return flags;
}

static void handles(void)
{
	HANDLE h = CreateEventW(NULL, TRUE, FALSE, NULL), d, h2;
	struct handle_flags f;
	ULONG len;

	ok(!((uintptr_t)h & 3), "handles are multiples of four");
	is_status(nt_close(NULL), 0xc0000008, "NtClose of 0");
	is_status(nt_close((HANDLE)0x7ffffff0), 0xc0000008, "of no handle");
	is_status(nt_close(ME), 0, "of a pseudo handle");
	ok(DuplicateHandle(ME, h, ME, &d, 0, FALSE, DUPLICATE_SAME_ACCESS) && d != h,
	   "a duplicate");
	SetEvent(d);
	is_int(WaitForSingleObject(h, 0), WAIT_OBJECT_0, "leads to the same event");
	is_status(compare(h, d), 0, "NtCompareObjects");
	h2 = CreateEventW(NULL, TRUE, FALSE, NULL);
	is_status(compare(h, h2), 0xc00001ac, "of two");
	ok(CloseHandle(h), "the original is closed");
	is_int(WaitForSingleObject(d, 0), WAIT_OBJECT_0, "the duplicate still works");
	is_error(WaitForSingleObject(h, 0) == WAIT_FAILED, ERROR_INVALID_HANDLE,
		 "the original does not");
	is_int(WaitForSingleObject((HANDLE)((uintptr_t)d | 3), 0), WAIT_OBJECT_0,
	       "the low bits do not count");
	is_int(flags_of(d), 0, "not inheritable");
	ok(SetHandleInformation(d, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT), "made inheritable");
	is_int(flags_of(d), HANDLE_FLAG_INHERIT, "inheritable");
	SetHandleInformation(d, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
	is_int(flags_of(d), 3, "protected, too");
	is_status(nt_close(d), 0xc0000235, "cannot be closed");
	f = (struct handle_flags){ 0 };
	is_status(set_object(d, 4, &f, sizeof(f)), 0, "NtSetInformationObject");
	is_status(query_object(d, 4, &f, sizeof(f), &len), 0, "NtQueryObject");
	ok(!f.inherit && !f.protect && len == 2, "neither");
	ok(DuplicateHandle(ME, d, ME, &h, 0, TRUE,
			   DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE), "moved");
	is_int(flags_of(h), HANDLE_FLAG_INHERIT, "and inheritable");
	if (h != d)
		is_status(nt_close(d), 0xc0000008, "the source is closed");
	is_status(dup(ME, h, NULL, NULL, 0, 0, 1), 0, "closed by NtDuplicateObject");
	is_status(nt_close(h), 0xc0000008, "indeed");
	ok(DuplicateHandle(ME, GetCurrentThread(), ME, &h, 0, FALSE, DUPLICATE_SAME_ACCESS),
	   "a handle of this thread");
	is_int(WaitForSingleObject(h, 0), WAIT_TIMEOUT, "which runs");
	is_int(GetThreadId(h), GetCurrentThreadId(), "and is this one");
	CloseHandle(h);
	CloseHandle(h2);
}

static HANDLE lots[20000];

static void thousands(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(lots); i++) {
		lots[i] = CreateEventW(NULL, TRUE, i & 1, NULL);
		bad += !lots[i];
	}
	for (i = 0; i < ARRAY_SIZE(lots); i++)
		bad += WaitForSingleObject(lots[i], 0) != (i & 1 ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
	for (i = 0; i < ARRAY_SIZE(lots); i++)
		bad += !CloseHandle(lots[i]);
	is_int(bad, 0, "%u events at once", (unsigned int)ARRAY_SIZE(lots));
}

static void named(void)
{
	HANDLE a, b, c;

	a = CreateEventW(NULL, TRUE, FALSE, L"persona-test");
	ok(a && GetLastError() != ERROR_ALREADY_EXISTS, "a named event");
	b = CreateEventW(NULL, FALSE, TRUE, L"persona-test");
	ok(b && GetLastError() == ERROR_ALREADY_EXISTS, "it exists already");
	SetEvent(b);
	is_int(WaitForSingleObject(a, 0), WAIT_OBJECT_0, "the same event");
	is_int(WaitForSingleObject(a, 0), WAIT_OBJECT_0, "with its first type");
	c = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"Local\\persona-test");
	ok(c && !compare(a, c), "OpenEvent with Local\\");
	CloseHandle(c);
	c = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"Persona-Test");
	is_error(!c, ERROR_FILE_NOT_FOUND, "the case of names matters");
	c = OpenEventW(EVENT_ALL_ACCESS, FALSE, L"persona-other");
	is_error(!c, ERROR_FILE_NOT_FOUND, "one that is not there");
	is_error(!CreateMutexW(NULL, FALSE, L"persona-test"), ERROR_INVALID_HANDLE,
		 "the name of an event is none for a mutex");
	is_error(!OpenMutexW(SYNCHRONIZE, FALSE, L"persona-test"), ERROR_INVALID_HANDLE,
		 "nor can it be opened as one");
	c = OpenEventW(SYNCHRONIZE, FALSE, L"persona-test");
	is_error(!SetEvent(c), ERROR_ACCESS_DENIED, "opened to wait only");
	CloseHandle(c);
	CloseHandle(a);
	c = OpenEventW(SYNCHRONIZE, FALSE, L"persona-test");
	ok(c, "there while a handle is open");
	CloseHandle(c);
	CloseHandle(b);
	c = OpenEventW(SYNCHRONIZE, FALSE, L"persona-test");
	is_error(!c, ERROR_FILE_NOT_FOUND, "gone with the last one");

	a = CreateMutexW(NULL, FALSE, L"Global\\persona mutex");
	b = OpenMutexW(SYNCHRONIZE, FALSE, L"Global\\persona mutex");
	ok(a && b && !compare(a, b), "a mutex with Global\\");
	CloseHandle(a);
	CloseHandle(b);
	a = CreateSemaphoreW(NULL, 1, 2, L"persona-sem");
	b = OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, L"persona-sem");
	ok(a && b && !compare(a, b), "a semaphore");
	CloseHandle(a);
	CloseHandle(b);
	a = CreateWaitableTimerW(NULL, FALSE, L"persona-timer");
	b = OpenWaitableTimerW(TIMER_ALL_ACCESS, FALSE, L"persona-timer");
	ok(a && b && !compare(a, b), "a timer");
	CloseHandle(a);
	CloseHandle(b);
}

static bool has_entry(HANDLE dir, const wchar_t *name, const wchar_t *type)
{
	union {
		struct { UNICODE_STRING name, type; } entry;
		char space[1024];
	} buf;
	ULONG context = 0, len;
	BOOLEAN first = TRUE;

	while (!query_dir(dir, &buf, sizeof(buf), TRUE, first, &context, &len)) {
		first = FALSE;
		if (!wcscmp(buf.entry.name.Buffer, name) && !wcscmp(buf.entry.type.Buffer, type))
			return true;
	}
	return false;
}

/* Names of names of names have an end. */
static void deep(void)
{
	static wchar_t name[12001];
	HANDLE dir[8];
	NTSTATUS s;
	int i, n;

	for (i = 0; i < 12000; i++)
		name[i] = L'x';
	is_status(create_dir(&dir[0], 0xf000f, attr(NULL, L"\\BaseNamedObjects\\persona-deep", 0)),
		  0, "a directory");
	for (n = 1, s = 0; n < 8; n++) {
		s = create_dir(&dir[n], 0xf000f, attr(dir[n - 1], name, 0));
		if (s)
			break;
	}
	is_status(s, 0xc0000033, "a name of more than 32767 letters");
	is_int(n, 3, "in the second one below");
	while (n--)
		nt_close(dir[n]);
}

static void directories(void)
{
	wchar_t text[64], target[] = L"\\BaseNamedObjects\\persona-dir";
	UNICODE_STRING str = { 0, sizeof(text), text };
	HANDLE dir, a, b, link, bno;
	union {
		UNICODE_STRING str;
		char space[1024];
	} name;
	ULONG len;

	is_status(open_dir(&bno, 3, attr(NULL, L"\\Sessions\\1\\BaseNamedObjects", 0)), 0,
		  "NtOpenDirectoryObject");
	is_status(create_dir(&dir, 0xf000f, attr(NULL, target, 0)), 0, "NtCreateDirectoryObject");
	is_status(create_dir(&a, 0xf000f, attr(NULL, target, 0)), 0xc0000035, "once");
	is_status(create_dir(&a, 0xf000f, attr(NULL, target, 0x80)), 0x40000000,
		  "or it is opened");
	nt_close(a);
	is_status(create_event(&a, 0x1f0003, attr(dir, L"An Event", 0), 0, FALSE), 0,
		  "an event below a directory handle");
	is_status(open_event(&b, 0x1f0003,
			     attr(NULL, L"\\basenamedobjects\\persona-dir\\an event", 0x40)), 0,
		  "opened by its whole name");
	is_status(compare(a, b), 0, "it is that");
	is_status(query_object(a, 1, &name, sizeof(name), &len), 0, "its name");
	name.str.Buffer[name.str.Length / 2] = 0;
	ok(wcsstr(name.str.Buffer, L"\\persona-dir\\An Event"), "%ls", name.str.Buffer);
	nt_close(b);
	ok(has_entry(dir, L"An Event", L"Event"), "NtQueryDirectoryObject has it");
	nt_close(bno);
	open_dir(&bno, 3, attr(NULL, L"\\BaseNamedObjects", 0));
	ok(has_entry(bno, L"persona-dir", L"Directory"), "and the directory");
	is_status(open_event(&b, 2, attr(dir, L"none", 0)), 0xc0000034, "no such name");
	is_status(open_event(&b, 2, attr(NULL, L"\\none\\x", 0)), 0xc000003a, "no such path");
	is_status(open_event(&b, 2, attr(NULL, L"none", 0)), 0xc000003b, "a relative name");
	is_status(open_event(&b, 2, attr(dir, L"\\x", 0)), 0xc000003b, "an absolute one");
	is_status(open_event(&b, 2, attr(NULL, target, 0)), 0xc0000024, "not an event");
	is_status(open_dir(&b, 3, attr(a, L"x", 0)), 0xc0000024, "below an event");

	str.Buffer = target;
	str.Length = wcslen(target) * 2;
	is_status(create_link(&link, 0xf0001, attr(NULL, L"\\BaseNamedObjects\\persona-link", 0),
			      &str), 0, "NtCreateSymbolicLinkObject");
	is_status(open_event(&b, 2, attr(NULL, L"\\BaseNamedObjects\\persona-link\\An Event", 0)),
		  0, "a name that leads through a link");
	nt_close(b);
	is_status(open_link(&b, 1, attr(NULL, L"\\BaseNamedObjects\\persona-link", 0)), 0,
		  "NtOpenSymbolicLinkObject");
	str.Buffer = text;
	str.MaximumLength = sizeof(text);
	str.Length = 0;
	is_status(query_link(b, &str, &len), 0, "NtQuerySymbolicLinkObject");
	text[str.Length / 2] = 0;
	is_wstr(text, target, "its target");
	str.MaximumLength = 4;
	is_status(query_link(b, &str, NULL), 0xc0000023, "a short buffer");
	nt_close(b);
	nt_close(link);
	is_status(open_link(&b, 1, attr(NULL, L"\\BaseNamedObjects\\persona-link", 0)),
		  0xc0000034, "the link is gone");

	nt_close(a);
	is_status(open_event(&b, 2, attr(dir, L"An Event", 0)), 0xc0000034, "the event is gone");
	is_status(make_temporary(dir), 0, "NtMakeTemporaryObject");
	nt_close(dir);
	is_status(open_dir(&b, 3, attr(NULL, target, 0)), 0xc0000034, "the directory is gone");
	is_status(create_event(&a, 0x1f0003, attr(bno, L"persona-x", 0x80), 0, FALSE), 0,
		  "a new name");
	is_status(create_event(&b, 0x1f0003, attr(bno, L"persona-x", 0x80), 0, FALSE), 0x40000000,
		  "that exists");
	nt_close(a);
	nt_close(b);
	nt_close(bno);
}

static void queries(void)
{
	struct {
		ULONG attributes, access, handles, pointers, rest[10];
	} basic;
	union {
		UNICODE_STRING str;
		char space[512];
	} buf;
	HANDLE h = CreateEventW(NULL, FALSE, FALSE, NULL), d;
	ULONG len = 0;

	DuplicateHandle(ME, h, ME, &d, SYNCHRONIZE, TRUE, 0);
	is_status(query_object(d, 0, &basic, sizeof(basic), &len), 0, "ObjectBasicInformation");
	is_int(len, 56, "its size");
	is_hex(basic.access, SYNCHRONIZE, "the rights");
	is_int(basic.handles, 2, "the handles");
	is_int(basic.attributes, 2, "inheritable");
	is_status(query_object(d, 0, &basic, 55, NULL), 0xc0000004, "the wrong size");
	is_status(query_object(h, 2, &buf, sizeof(buf), &len), 0, "ObjectTypeInformation");
	is_wstr(buf.str.Buffer, L"Event", "its name");
	is_status(query_object(h, 1, &buf, sizeof(buf), &len), 0, "ObjectNameInformation");
	ok(!buf.str.Length && !buf.str.Buffer && len == 16, "without a name");
	is_status(query_object(h, 99, &buf, sizeof(buf), &len), 0xc0000003, "no such class");
	CloseHandle(h);
	CloseHandle(d);
}

int wmain(void)
{
	nt_close = ntdll("NtClose");
	dup = ntdll("NtDuplicateObject");
	query_object = ntdll("NtQueryObject");
	set_object = ntdll("NtSetInformationObject");
	compare = ntdll("NtCompareObjects");
	create_event = ntdll("NtCreateEvent");
	open_event = ntdll("NtOpenEvent");
	create_dir = ntdll("NtCreateDirectoryObject");
	open_dir = ntdll("NtOpenDirectoryObject");
	query_dir = ntdll("NtQueryDirectoryObject");
	create_link = ntdll("NtCreateSymbolicLinkObject");
	open_link = ntdll("NtOpenSymbolicLinkObject");
	query_link = ntdll("NtQuerySymbolicLinkObject");
	make_temporary = ntdll("NtMakeTemporaryObject");

	plan(0);
	handles();
	thousands();
	named();
	directories();
	deep();
	queries();
	return done();
}
