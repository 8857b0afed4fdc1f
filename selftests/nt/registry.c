// SPDX-License-Identifier: GPL-2.0-only
/* The registry: keys, values, enumeration, sizes, notification. */
#include "ktap.h"

static NTSTATUS(NTAPI *create_key)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *, ULONG,
				   UNICODE_STRING *, ULONG, ULONG *);
static NTSTATUS(NTAPI *open_key)(HANDLE *, ACCESS_MASK, OBJECT_ATTRIBUTES *);
static NTSTATUS(NTAPI *delete_key)(HANDLE);
static NTSTATUS(NTAPI *rename_key)(HANDLE, UNICODE_STRING *);
static NTSTATUS(NTAPI *query_key)(HANDLE, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *enum_key)(HANDLE, ULONG, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *set_value)(HANDLE, UNICODE_STRING *, ULONG, ULONG, const void *, ULONG);
static NTSTATUS(NTAPI *query_value)(HANDLE, UNICODE_STRING *, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *enum_value)(HANDLE, ULONG, int, void *, ULONG, ULONG *);
static NTSTATUS(NTAPI *delete_value)(HANDLE, UNICODE_STRING *);
static NTSTATUS(NTAPI *query_many)(HANDLE, void *, ULONG, void *, ULONG *, ULONG *);
static NTSTATUS(NTAPI *flush_key)(HANDLE);
static NTSTATUS(NTAPI *notify_key)(HANDLE, HANDLE, void *, void *, IO_STATUS_BLOCK *, ULONG,
				   BOOLEAN, void *, ULONG, BOOLEAN);
static NTSTATUS(NTAPI *nt_close)(HANDLE);
static NTSTATUS(NTAPI *open_current_user)(ACCESS_MASK, HANDLE *);

#define NAME_NOT_FOUND	0xc0000034
#define NO_MORE		0x8000001a
#define OVERFLOW	0x80000005
#define TOO_SMALL	0xc0000023
#define ALL		KEY_ALL_ACCESS

static HANDLE user;	/* HKEY_CURRENT_USER */
static HANDLE top;	/* our key */

static UNICODE_STRING *us(const wchar_t *s)
{
	static UNICODE_STRING str[4];
	static unsigned int n;
	UNICODE_STRING *u = &str[n++ % ARRAY_SIZE(str)];

	u->Buffer = (wchar_t *)s;
	u->Length = wcslen(s) * sizeof(*s);
	u->MaximumLength = u->Length + sizeof(*s);
	return u;
}

static OBJECT_ATTRIBUTES *attr(HANDLE root, const wchar_t *name)
{
	static OBJECT_ATTRIBUTES oa[4];
	static unsigned int n;
	OBJECT_ATTRIBUTES *a = &oa[n++ % ARRAY_SIZE(oa)];

	*a = (OBJECT_ATTRIBUTES){
		.Length = sizeof(*a),
		.RootDirectory = root,
		.ObjectName = us(name),
		.Attributes = OBJ_CASE_INSENSITIVE,
	};
	return a;
}

static NTSTATUS create(HANDLE root, const wchar_t *name, ULONG options, HANDLE *h, ULONG *disp)
{
	return create_key(h, ALL, attr(root, name), 0, NULL, options, disp);
}

/* Deletes what an earlier run has left. */
static void remove_tree(HANDLE root, const wchar_t *name)
{
	struct { LARGE_INTEGER time; ULONG title, len; wchar_t name[260]; } basic;
	HANDLE h;
	ULONG len;

	if (open_key(&h, ALL, attr(root, name)))
		return;
	while (!enum_key(h, 0, 0, &basic, sizeof(basic), &len)) {
		basic.name[basic.len / 2] = 0;
		remove_tree(h, basic.name);
	}
	delete_key(h);
	nt_close(h);
}

static void keys(void)
{
	struct { LARGE_INTEGER time; ULONG title, len; wchar_t name[32]; } basic;
	struct { ULONG len; wchar_t name[200]; } name;
	HANDLE h, h2;
	ULONG disp = 0, len;

	is_status(create(top, L"Sub Key", 0, &h, &disp), 0, "NtCreateKey");
	is_int(disp, 1, "a new one");
	is_status(create(top, L"SUB KEY", 0, &h2, &disp), 0, "again, in capitals");
	is_int(disp, 2, "an old one");
	nt_close(h2);
	is_status(create(top, L"a\\b\\c", 0, &h2, &disp), NAME_NOT_FOUND, "below what is not there");
	is_status(open_key(&h2, ALL, attr(top, L"none")), NAME_NOT_FOUND, "NtOpenKey of nothing");
	is_status(open_key(&h2, ALL, attr(NULL, L"Registry\\Machine")), 0xc000003b,
		  "a name without a backslash");
	is_status(open_key(&h2, ALL, attr(NULL, L"\\Registry\\Nothing")), NAME_NOT_FOUND,
		  "not in the registry");
	is_status(open_key(&h2, KEY_READ,
			   attr(NULL, L"\\REGISTRY\\machine\\SOFTWARE\\Microsoft")), 0, "an absolute name");
	nt_close(h2);
	is_status(open_key(&h2, ALL, attr(top, L"sub key\\")), 0, "a backslash at the end");
	nt_close(h2);

	is_status(enum_key(top, 0, 0, &basic, sizeof(basic), &len), 0, "NtEnumerateKey");
	is_int(len, 16 + 14, "length");
	is_int(basic.len, 14, "length of the name");
	basic.name[basic.len / 2] = 0;
	is_wstr(basic.name, L"Sub Key", "name as it was spelled");
	is_status(enum_key(top, 0, 0, &basic, 20, &len), OVERFLOW, "little room");
	is_int(len, 16 + 14, "length");
	is_status(enum_key(top, 0, 0, &basic, 15, &len), TOO_SMALL, "less room");
	is_int(len, 16 + 14, "length");
	is_status(enum_key(top, 1, 0, &basic, sizeof(basic), &len), NO_MORE, "no more");
	is_status(enum_key(top, 0, 0, NULL, 0, &len), TOO_SMALL, "no room");

	is_status(query_key(h, 3, &name, sizeof(name), &len), 0, "KeyNameInformation");
	name.name[name.len / 2] = 0;
	ok(name.len > 22 && !_wcsicmp(name.name + name.len / 2 - 8, L"\\Sub Key"), "ends right");
	ok(!_wcsnicmp(name.name, L"\\REGISTRY\\USER\\S-1-", 19), "begins right");

	is_status(rename_key(h, us(L"Other")), 0, "NtRenameKey");
	is_status(open_key(&h2, ALL, attr(top, L"sub key")), NAME_NOT_FOUND, "the old name is gone");
	is_status(open_key(&h2, ALL, attr(top, L"oTHER")), 0, "there is a new one");
	nt_close(h2);
	create(h, L"Child", 0, &h2, NULL);
	is_status(delete_key(h), 0xc0000121, "NtDeleteKey of one that is not empty");
	is_status(delete_key(h2), 0, "of an empty one");
	nt_close(h2);
	is_status(delete_key(h), 0, "and then of the other");
	is_status(query_key(h, 0, &basic, sizeof(basic), &len), 0xc000017c, "is deleted");
	is_status(create(h, L"x", 0, &h2, NULL), 0xc000017c, "nothing is made in it");
	is_status(nt_close(h), 0, "NtClose");
	is_status(open_key(&h, ALL, attr(top, L"Other")), NAME_NOT_FOUND, "is not there");
}

struct partial { ULONG title, type, len; BYTE data[500]; };

static void values(void)
{
	struct { ULONG title, type, offset, len, name_len; wchar_t name[200]; } full;
	struct partial p;
	ULONG len, n = 0x1234, i;
	BYTE bytes[300];
	NTSTATUS s;

	is_status(set_value(top, us(L"Text"), 0, REG_SZ, L"hello", 12), 0, "NtSetValueKey");
	is_status(query_value(top, us(L"tEXT"), 2, &p, sizeof(p), &len), 0, "NtQueryValueKey");
	is_int(len, 24, "length");
	is_int(p.type, REG_SZ, "type");
	is_int(p.len, 12, "size");
	is_wstr((wchar_t *)p.data, L"hello", "data");
	memset(&p, 0xcc, sizeof(p));
	is_status(query_value(top, us(L"Text"), 2, &p, 20, &len), OVERFLOW, "little room");
	is_int(len, 24, "length");
	ok(p.len == 12 && !memcmp(p.data, L"hell", 8) && p.data[8] == 0xcc, "as much as fits");
	is_status(query_value(top, us(L"Text"), 2, &p, 11, &len), TOO_SMALL, "less room");
	is_int(len, 24, "length");
	is_status(query_value(top, us(L"None"), 2, &p, sizeof(p), &len), NAME_NOT_FOUND, "no value");
	is_status(query_value(top, us(L"Text"), 1, &full, sizeof(full), &len), 0, "full");
	ok(full.name_len == 8 && !memcmp(full.name, L"Text", 8), "its name");
	ok(full.len == 12 && !memcmp((BYTE *)&full + full.offset, L"hello", 12), "its data");
	is_status(query_value(top, us(L"Text"), 9, &full, sizeof(full), &len), 0xc000000d,
		  "no such class");

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i * 7;
	for (i = 0; i < 24; i++) {
		s = set_value(top, us(L"Odd"), 0, i / 2, bytes + i, i * 11 + (i & 1));
		if (!s)
			s = query_value(top, us(L"Odd"), 2, &p, sizeof(p), &len);
		if (s || p.type != i / 2 || p.len != i * 11 + (i & 1) ||
		    memcmp(p.data, bytes + i, p.len))
			break;
	}
	is_int(i, 24, "any bytes of any type come back");
	set_value(top, us(L"Odd"), 0, REG_DWORD, &n, 4);
	query_value(top, us(L"Odd"), 2, &p, sizeof(p), &len);
	ok(p.type == REG_DWORD && *(ULONG *)p.data == 0x1234, "a number");
	is_status(set_value(top, us(L""), 0, REG_MULTI_SZ, L"a\0bc\0", 12), 0, "the default value");
	query_value(top, us(L""), 2, &p, sizeof(p), &len);
	ok(p.type == REG_MULTI_SZ && p.len == 12 && !memcmp(p.data, L"a\0bc\0", 12), "several texts");
	is_status(set_value(top, us(L"\x20ac/%.\n"), 0, REG_NONE, NULL, 0), 0, "a strange name");
	is_status(query_value(top, us(L"\x20ac/%.\n"), 2, &p, sizeof(p), &len), 0, "is found");
	is_int(p.len, 0, "without data");
	is_status(delete_value(top, us(L"odd")), 0, "NtDeleteValueKey");
	is_status(delete_value(top, us(L"odd")), NAME_NOT_FOUND, "again");
}

static void enumerate(void)
{
	struct { LARGE_INTEGER time; ULONG v[9]; wchar_t class[16]; } info;
	struct { ULONG title, type, name_len; wchar_t name[64]; } basic;
	wchar_t name[32];
	unsigned int i, seen = 0, bad = 0;
	HANDLE h, h2;
	ULONG len;

	create_key(&h, ALL, attr(top, L"Many"), 0, us(L"Class"), 0, NULL);
	for (i = 0; i < 50; i++) {
		swprintf(name, 32, L"Value %u", i);
		set_value(h, us(name), 0, REG_DWORD, &i, 4);
		swprintf(name, 32, L"Key %u", i);
		create(h, name, 0, &h2, NULL);
		nt_close(h2);
	}
	is_status(query_key(h, 2, &info, sizeof(info), &len), 0, "KeyFullInformation");
	is_int(info.v[3], 50, "number of keys");
	is_int(info.v[4], 12, "longest name");
	is_int(info.v[6], 50, "number of values");
	is_int(info.v[7], 16, "longest name of a value");
	is_int(info.v[8], 4, "longest data");
	is_int(info.v[2], 10, "length of the class");
	is_int(len, 44 + 10, "length");
	for (i = 0; !enum_value(h, i, 0, &basic, sizeof(basic), &len); i++) {
		basic.name[basic.name_len / 2] = 0;
		if (swscanf(basic.name, L"Value %u", &len) != 1 || basic.type != REG_DWORD)
			bad++;
		seen += len;
	}
	is_int(i, 50, "NtEnumerateValueKey");
	is_int(seen, 49 * 50 / 2, "each once");
	is_int(bad, 0, "none other");
	is_status(enum_value(h, 50, 0, &basic, sizeof(basic), &len), NO_MORE, "no more");
	/* Deleting the first one again and again meets all. */
	for (i = 0; !enum_value(h, 0, 0, &basic, sizeof(basic), &len); i++) {
		basic.name[basic.name_len / 2] = 0;
		if (delete_value(h, us(basic.name)))
			break;
	}
	is_int(i, 50, "all are deleted");
	nt_close(h);
	remove_tree(top, L"Many");
	is_status(open_key(&h, ALL, attr(top, L"many")), NAME_NOT_FOUND, "and the key");
}

static void many(void)
{
	struct { UNICODE_STRING *name; ULONG len, offset, type; } v[2] = { };
	BYTE buf[64];
	ULONG len = sizeof(buf), need = 0, n = 7;
	HANDLE h;

	create(top, L"Two", 0, &h, NULL);
	set_value(h, us(L"a"), 0, REG_BINARY, "xyz", 3);
	set_value(h, us(L"b"), 0, REG_DWORD, &n, 4);
	v[0].name = us(L"A");
	v[1].name = us(L"b");
	is_status(query_many(h, v, 2, buf, &len, &need), 0, "NtQueryMultipleValueKey");
	ok(v[0].len == 3 && v[0].type == REG_BINARY && !memcmp(buf + v[0].offset, "xyz", 3), "one");
	ok(v[1].len == 4 && v[1].type == REG_DWORD && !memcmp(buf + v[1].offset, &n, 4), "two");
	is_int(need, 8, "length");
	len = 4;
	is_status(query_many(h, v, 2, buf, &len, &need), OVERFLOW, "little room");
	is_int(need, 8, "length");
	is_status(flush_key(h), 0, "NtFlushKey");
	delete_key(h);
	nt_close(h);
}

static void rights(void)
{
	struct partial p;
	HANDLE h, h2;
	ULONG len;

	open_key(&h, KEY_QUERY_VALUE, attr(top, L""));
	is_status(query_value(h, us(L"Text"), 2, &p, sizeof(p), &len), 0, "KEY_QUERY_VALUE reads");
	is_status(set_value(h, us(L"Text"), 0, REG_SZ, L"no", 6), 0xc0000022, "but does not write");
	is_status(enum_key(h, 0, 0, &p, sizeof(p), &len), 0xc0000022, "nor enumerate");
	is_status(delete_key(h), 0xc0000022, "nor delete");
	nt_close(h);
	open_key(&h, KEY_SET_VALUE, attr(top, L""));
	is_status(query_value(h, us(L"Text"), 2, &p, sizeof(p), &len), 0xc0000022,
		  "KEY_SET_VALUE does not read");
	nt_close(h);
	is_status(query_value((HANDLE)0x7777774, us(L"Text"), 2, &p, sizeof(p), &len), 0xc0000008,
		  "no handle");
	h = CreateEventW(NULL, FALSE, FALSE, NULL);
	is_status(query_value(h, us(L"Text"), 2, &p, sizeof(p), &len), 0xc0000024, "an event");
	is_status(open_key(&h2, ALL, attr(h, L"Text")), 0xc0000024, "an event as root");
	nt_close(h);
}

static void volatiles(void)
{
	HANDLE h, h2;
	ULONG disp;

	is_status(create(top, L"Volatile", REG_OPTION_VOLATILE, &h, &disp), 0, "a volatile key");
	is_status(create(h, L"Child", 0, &h2, &disp), 0xc0000181, "with a child that is not");
	is_status(create(h, L"Child", REG_OPTION_VOLATILE, &h2, &disp), 0, "with one that is");
	delete_key(h2);
	nt_close(h2);
	is_status(open_key(&h2, ALL, attr(top, L"volatile")), 0, "is found");
	nt_close(h2);
	delete_key(h);
	nt_close(h);
}

static DWORD WINAPI changer(void *arg)
{
	HANDLE h;

	(void)arg;
	Sleep(100);
	create(top, L"New", 0, &h, NULL);
	delete_key(h);
	nt_close(h);
	return 0;
}

static void notify(void)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), h, t;
	IO_STATUS_BLOCK iosb;
	NTSTATUS s;

	open_key(&h, KEY_NOTIFY | KEY_SET_VALUE, attr(top, L""));
	s = notify_key(h, event, NULL, NULL, &iosb, 4, FALSE, NULL, 0, TRUE);
	is_status(s, 0x103, "NtNotifyChangeKey");
	is_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT, "nothing has changed");
	set_value(top, us(L"Text"), 0, REG_SZ, L"changed", 16);
	is_int(WaitForSingleObject(event, 1000), 0, "a value has changed");
	notify_key(h, event, NULL, NULL, &iosb, 4, FALSE, NULL, 0, TRUE);
	is_int(WaitForSingleObject(event, 0), WAIT_TIMEOUT, "nothing has changed again");
	nt_close(h);
	is_int(WaitForSingleObject(event, 1000), 0, "the handle was closed");
	open_key(&h, KEY_NOTIFY, attr(user, L""));
	t = CreateThread(NULL, 0, changer, NULL, 0, NULL);
	s = notify_key(h, NULL, NULL, NULL, &iosb, 1, TRUE, NULL, 0, FALSE);
	is_status(s, 0, "waiting for a change below");
	WaitForSingleObject(t, INFINITE);
	nt_close(t);
	nt_close(h);
	nt_close(event);
}

static DWORD WINAPI closer(void *arg)
{
	while (WaitForSingleObject(((HANDLE *)arg)[0], INFINITE) == WAIT_OBJECT_0 &&
	       ((HANDLE *)arg)[2]) {
		nt_close(((HANDLE *)arg)[2]);
		SetEvent(((HANDLE *)arg)[1]);
	}
	return 0;
}

/* A handle that is closed while a watch is made: nothing may be left of the key. */
static void notify_race(void)
{
	IO_STATUS_BLOCK iosb[2];
	HANDLE arg[3], event, t;
	int i, odd = 0;

	arg[0] = CreateEventW(NULL, FALSE, FALSE, NULL);
	arg[1] = CreateEventW(NULL, FALSE, FALSE, NULL);
	event = CreateEventW(NULL, TRUE, FALSE, NULL);
	t = CreateThread(NULL, 0, closer, arg, 0, NULL);
	for (i = 0; i < 200; i++) {
		NTSTATUS s;

		open_key(&arg[2], KEY_NOTIFY, attr(user, L"Software"));
		SetEvent(arg[0]);
		s = notify_key(arg[2], event, NULL, NULL, iosb, 4, TRUE, NULL, 0, TRUE);
		odd += s != 0x103 && s != (NTSTATUS)0xc0000008;
		WaitForSingleObject(arg[1], INFINITE);
		/* Looks at all watches there are. */
		set_value(top, us(L"Race"), 0, REG_DWORD, &i, 4);
	}
	arg[2] = NULL;
	SetEvent(arg[0]);
	WaitForSingleObject(t, INFINITE);
	is_int(odd, 0, "a watch or a bad handle");
	nt_close(t);
	nt_close(event);
	nt_close(arg[0]);
	nt_close(arg[1]);
}

int wmain(void)
{
	create_key = ntdll("NtCreateKey");
	open_key = ntdll("NtOpenKey");
	delete_key = ntdll("NtDeleteKey");
	rename_key = ntdll("NtRenameKey");
	query_key = ntdll("NtQueryKey");
	enum_key = ntdll("NtEnumerateKey");
	set_value = ntdll("NtSetValueKey");
	query_value = ntdll("NtQueryValueKey");
	enum_value = ntdll("NtEnumerateValueKey");
	delete_value = ntdll("NtDeleteValueKey");
	query_many = ntdll("NtQueryMultipleValueKey");
	flush_key = ntdll("NtFlushKey");
	notify_key = ntdll("NtNotifyChangeKey");
	nt_close = ntdll("NtClose");
	open_current_user = ntdll("RtlOpenCurrentUser");

	plan(0);
	is_status(open_current_user(ALL, &user), 0, "RtlOpenCurrentUser");
	remove_tree(user, L"Software\\persona registry test");
	is_status(create(user, L"Software\\persona registry test", 0, &top, NULL), 0, "a key of ours");
	keys();
	values();
	enumerate();
	many();
	rights();
	volatiles();
	notify();
	notify_race();
	remove_tree(user, L"Software\\persona registry test");
	return done();
}
