// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: names of files, patterns, opens, attributes, layouts. */
#include <kunit/test.h>
#include <linux/fcntl.h>
#include <linux/string.h>

#include "direntry.h"
#include "file_impl.h"
#include "fileinfo.h"
#include "locks.h"
#include "wildcard.h"

#define ROOM	300

static u32 widen(const char *s, u16 *out)
{
	u32 n;

	for (n = 0; s[n]; n++)
		out[n] = (u8)s[n];
	return n;
}

static void kinds(struct kunit *test)
{
	static const struct {
		const char *name;
		enum nt_name_kind kind;
		u32 rest;
		char drive;
	} cases[] = {
		{ "\\??\\C:\\a", NT_NAME_DRIVE, 6, 'c' },
		{ "\\??\\z:", NT_NAME_DRIVE, 6, 'z' },
		{ "\\DosDevices\\Q:\\", NT_NAME_DRIVE, 14, 'q' },
		{ "\\GLOBAL??\\Q:\\", NT_NAME_DRIVE, 12, 'q' },
		{ "\\??\\CC:\\", NT_NAME_OTHER },
		{ "\\??\\C:a", NT_NAME_OTHER },
		{ "\\??\\1:\\", NT_NAME_OTHER },
		{ "\\systemroot\\x", NT_NAME_SYSTEM_ROOT, 11 },
		{ "\\SystemRootX", NT_NAME_OTHER },
		{ "\\??\\nul", NT_NAME_NULL },
		{ "\\Device\\Null", NT_NAME_NULL },
		{ "\\Device\\NamedPipe\\x", NT_NAME_OTHER },
		{ "\\Device\\HarddiskVolume1\\a", NT_NAME_DRIVE, 23, 'c' },
		{ "\\Device\\HarddiskVolume2", NT_NAME_DRIVE, 23, 'z' },
		{ "\\Device\\HarddiskVolume3\\a", NT_NAME_OTHER },
		{ "\\Device\\HarddiskVolume11\\a", NT_NAME_OTHER },
		{ "\\Device\\HarddiskVolume", NT_NAME_OTHER },
		{ "\\??\\GLOBALROOT\\??\\D:\\a", NT_NAME_DRIVE, 20, 'd' },
		{ "\\??\\GlobalRoot\\Device\\HarddiskVolume2\\a", NT_NAME_DRIVE, 37, 'z' },
		{ "\\??\\GLOBALROOT\\??\\GLOBALROOT\\SystemRoot\\a", NT_NAME_SYSTEM_ROOT, 39 },
		{ "\\??\\UNC\\host\\share", NT_NAME_UNC },
		{ "\\??\\unix\\home", NT_NAME_UNIX, 8 },
		{ "a\\b", NT_NAME_RELATIVE },
		{ "", NT_NAME_RELATIVE },
	};
	u16 name[ROOM], drive;
	unsigned int i;
	u32 rest, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		drive = 0;
		len = widen(cases[i].name, name);
		KUNIT_EXPECT_EQ_MSG(test, nt_name_parse(name, len, &rest, &drive), cases[i].kind,
				    "%s", cases[i].name);
		if (!cases[i].rest)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, rest, cases[i].rest, "%s", cases[i].name);
		KUNIT_EXPECT_EQ_MSG(test, (char)drive, cases[i].drive, "%s", cases[i].name);
	}
}

static void to_linux(struct kunit *test)
{
	static const struct {
		const char *name;
		const char *want;	/* NULL: no name */
		bool slash;
	} cases[] = {
		{ "", "" },
		{ "\\", "", true },
		{ "\\a\\b.c", "/a/b.c" },
		{ "a\\b", "/a/b" },
		{ "\\\\a\\\\b\\", "/a/b", true },
		{ "\\a...", "/a..." },
		{ "\\a::$DATA", "/a" },
		{ "\\a::$data", "/a" },
		{ "\\d::$INDEX_ALLOCATION", "/d" },
		{ "\\a:b", NULL },
		{ "\\a:b:$DATA", NULL },
		{ "\\a:b\\c", NULL },
		{ "\\a/b", NULL },
		{ "\\a?b", NULL },
		{ "\\a\tb", NULL },
		{ "\\.", NULL },
		{ "\\a\\..\\b", NULL },
	};
	u16 name[ROOM];
	char out[ROOM];
	unsigned int i;
	bool slash;
	int n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		n = nt_name_to_linux(name, widen(cases[i].name, name), out, ROOM, &slash);
		if (!cases[i].want) {
			KUNIT_EXPECT_EQ_MSG(test, n, -ENAMETOOLONG, "%s", cases[i].name);
			continue;
		}
		KUNIT_EXPECT_EQ_MSG(test, n, (int)strlen(cases[i].want), "%s", cases[i].name);
		KUNIT_EXPECT_STREQ(test, out, cases[i].want);
		KUNIT_EXPECT_EQ_MSG(test, slash, cases[i].slash, "%s", cases[i].name);
	}
	KUNIT_EXPECT_LT(test, nt_name_to_linux(name, widen("\\abcdefghijklmnop", name), out, 12,
					       &slash), 0);
}

/* Each Linux name has an NT name that leads back to it. */
static void round_trip(struct kunit *test)
{
	static const char *const names[] = {
		"plain", "a:b", "what?", "\x01\x1f", "back\\slash", "pipe|<>\"*", "\xc3\xa9\xff",
		"\xf0\x9f\x98\x80", "dots...", " spaces ",
	};
	u16 wide[ROOM];
	char out[ROOM];
	unsigned int i;
	bool slash;
	int n;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		n = nt_name_of_linux(names[i], strlen(names[i]), wide, ROOM);
		KUNIT_ASSERT_GT(test, n, 0);
		n = nt_name_to_linux(wide, n, out, ROOM, &slash);
		KUNIT_ASSERT_GT_MSG(test, n, 0, "%s", names[i]);
		KUNIT_EXPECT_STREQ(test, out + 1, names[i]);
	}
}

struct match {
	const char *mask;
	const char *name;
	bool want;
};

static void masks(struct kunit *test)
{
	static const struct match cases[] = {
		{ "", "x", true },
		{ "*", "x.y", true },
		{ "*.*", "x", true },
		{ "*.txt", "A.TXT", true },
		{ "*.txt", "a.txt2", false },
		{ "a*b*c", "aXbYbZc", true },
		{ "a*b*c", "aXbYbZ", false },
		{ "?.c", "x.c", true },
		{ "?.c", "xy.c", false },
		{ "??", "x", false },
		{ "name", "NAME", true },
		{ "name", "names", false },
		/* What Windows makes of "*.", "*.c", "??.c", "a.". */
		{ "<", "x", true },
		{ "<", "x.y", false },
		{ "<.c", "a.b.c", true },
		{ "<.c", "a.c.b", false },
		{ ">>.c", "x.c", true },
		{ ">>.c", "xy.c", true },
		{ ">>.c", "xyz.c", false },
		{ "a\"", "a", true },
		{ "a\"", "a.", true },
		{ "a\"", "ab", false },
		{ "<\"*", "x", true },
		{ "<\"*", "x.y", true },
		{ "*>", "abc", true },
		{ "a>>>", "a", true },
		{ "<", "", true },
	};
	/* Patterns as programs say them. */
	static const struct match dos_cases[] = {
		{ "sh.*", "sh", true },
		{ "sh.*", "sh.exe", true },
		{ "sh.*", "shx", false },
		{ "*.", "sh", true },
		{ "*.", "sh.exe", false },
		{ "sh.", "sh", true },
		{ "*.*", "sh", true },
		{ "a?", "a", true },
		{ "a?.c", "a.c", true },
		{ "a?.c", "abc.c", false },
		{ "*.t?t", "a.b.txt", true },
		{ "*.t?t", "a.txt.b", false },
		{ "*.c", "A.C", true },
		{ "<.c", "a.b.c", true },
	};
	u16 mask[ROOM], name[ROOM];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 mask_len = widen(cases[i].mask, mask), len = widen(cases[i].name, name);

		KUNIT_EXPECT_EQ_MSG(test, nt_mask_match(mask, mask_len, name, len), cases[i].want,
				    "%s %s", cases[i].mask, cases[i].name);
	}
	for (i = 0; i < ARRAY_SIZE(dos_cases); i++) {
		u32 mask_len = widen(dos_cases[i].mask, mask);
		u32 len = widen(dos_cases[i].name, name);

		nt_mask_of_dos(mask, mask_len);
		KUNIT_EXPECT_EQ_MSG(test, nt_mask_match(mask, mask_len, name, len),
				    dos_cases[i].want, "DOS: %s %s", dos_cases[i].mask,
				    dos_cases[i].name);
	}
	KUNIT_EXPECT_FALSE(test, nt_mask_is_wild(mask, widen("abc", mask)));
	KUNIT_EXPECT_TRUE(test, nt_mask_is_wild(mask, widen("a\"c", mask)));
}

static void opens(struct kunit *test)
{
	struct nt_open req = {
		.access = NT_SYNCHRONIZE | NT_DELETE,
		.disposition = NT_FILE_OPEN,
		.options = NT_FILE_SYNCHRONOUS_IO_NONALERT,
	};
	const u32 rw = NT_FILE_READ_DATA | NT_FILE_WRITE_DATA;

	KUNIT_EXPECT_EQ(test, nt_open_check(&req), 0l);
	req.options |= NT_FILE_SYNCHRONOUS_IO_ALERT;
	KUNIT_EXPECT_NE(test, nt_open_check(&req), 0l);
	req.options = NT_FILE_DIRECTORY_FILE | NT_FILE_NON_DIRECTORY_FILE;
	KUNIT_EXPECT_NE(test, nt_open_check(&req), 0l);
	req.options = NT_FILE_DIRECTORY_FILE;
	req.disposition = NT_FILE_OVERWRITE_IF;
	KUNIT_EXPECT_NE(test, nt_open_check(&req), 0l);
	req.options = NT_FILE_DELETE_ON_CLOSE;
	KUNIT_EXPECT_EQ(test, nt_open_check(&req), 0l);
	req.access = NT_FILE_READ_DATA;
	KUNIT_EXPECT_NE(test, nt_open_check(&req), 0l);
	req.options = NT_FILE_SYNCHRONOUS_IO_NONALERT;
	KUNIT_EXPECT_NE(test, nt_open_check(&req), 0l);

	KUNIT_EXPECT_EQ(test, nt_open_flags(rw, 0), O_RDWR | O_LARGEFILE);
	KUNIT_EXPECT_EQ(test, nt_open_flags(NT_FILE_EXECUTE, 0), O_RDONLY | O_LARGEFILE);
	KUNIT_EXPECT_EQ(test, nt_open_flags(NT_FILE_APPEND_DATA, 0),
			O_WRONLY | O_APPEND | O_LARGEFILE);
	KUNIT_EXPECT_EQ(test, nt_open_flags(NT_FILE_READ_ATTRIBUTES, 0), O_PATH | O_LARGEFILE);
	KUNIT_EXPECT_EQ(test, nt_open_flags(NT_DELETE, 0), O_PATH | O_NOFOLLOW | O_LARGEFILE);
	KUNIT_EXPECT_EQ(test, nt_open_flags(rw, NT_FILE_WRITE_THROUGH),
			O_RDWR | O_DSYNC | O_LARGEFILE);
	KUNIT_EXPECT_EQ(test, nt_open_flags(rw, NT_FILE_DIRECTORY_FILE), O_RDONLY | O_LARGEFILE);
}

static void shares(struct kunit *test)
{
	const u32 all = NT_FILE_SHARE_ALL;

	KUNIT_EXPECT_TRUE(test, nt_share_conflict(NT_FILE_READ_DATA, 0, NT_FILE_READ_DATA, all));
	KUNIT_EXPECT_TRUE(test, nt_share_conflict(NT_FILE_READ_DATA, all, NT_FILE_EXECUTE, 0));
	KUNIT_EXPECT_FALSE(test, nt_share_conflict(NT_FILE_READ_DATA, NT_FILE_SHARE_READ,
						   NT_FILE_READ_DATA, NT_FILE_SHARE_READ));
	KUNIT_EXPECT_TRUE(test, nt_share_conflict(NT_FILE_WRITE_DATA, all,
						  NT_FILE_READ_DATA, NT_FILE_SHARE_READ));
	KUNIT_EXPECT_TRUE(test, nt_share_conflict(NT_DELETE, all, NT_FILE_READ_DATA,
						  NT_FILE_SHARE_READ | NT_FILE_SHARE_WRITE));
	KUNIT_EXPECT_FALSE(test, nt_share_conflict(NT_FILE_READ_ATTRIBUTES, 0,
						   NT_FILE_WRITE_DATA, 0));
}

static void offsets(struct kunit *test)
{
	s64 at, pos;
	bool here, append;

	at = 5;
	KUNIT_EXPECT_EQ(test, nt_io_offset(&at, false, false, &pos, &here, &append), 0l);
	KUNIT_EXPECT_EQ(test, pos, 5ll);
	KUNIT_EXPECT_FALSE(test, here || append);
	KUNIT_EXPECT_EQ(test, nt_io_offset(NULL, true, false, &pos, &here, &append), 0l);
	KUNIT_EXPECT_TRUE(test, here);
	KUNIT_EXPECT_NE(test, nt_io_offset(NULL, false, false, &pos, &here, &append), 0l);
	at = -1;
	KUNIT_EXPECT_EQ(test, nt_io_offset(&at, false, true, &pos, &here, &append), 0l);
	KUNIT_EXPECT_TRUE(test, append);
	KUNIT_EXPECT_NE(test, nt_io_offset(&at, true, false, &pos, &here, &append), 0l);
	at = -2;
	KUNIT_EXPECT_EQ(test, nt_io_offset(&at, true, true, &pos, &here, &append), 0l);
	KUNIT_EXPECT_TRUE(test, here);
	at = -3;
	KUNIT_EXPECT_NE(test, nt_io_offset(&at, true, true, &pos, &here, &append), 0l);
}

static void attributes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nt_attr_of_mode(S_IFREG | 0644), NT_ATTR_ARCHIVE);
	KUNIT_EXPECT_EQ(test, nt_attr_of_mode(S_IFREG | 0444), NT_ATTR_ARCHIVE | NT_ATTR_READONLY);
	KUNIT_EXPECT_EQ(test, nt_attr_of_mode(S_IFDIR | 0755), NT_ATTR_DIRECTORY);
	KUNIT_EXPECT_EQ(test, nt_mode_of_attr(S_IFREG | 0644, NT_ATTR_READONLY, 022),
			(umode_t)(S_IFREG | 0444));
	KUNIT_EXPECT_EQ(test, nt_mode_of_attr(S_IFREG | 0444, NT_ATTR_NORMAL, 022),
			(umode_t)(S_IFREG | 0644));
	KUNIT_EXPECT_EQ(test, nt_mode_of_attr(S_IFREG | 0444, NT_ATTR_NORMAL, 002),
			(umode_t)(S_IFREG | 0664));
	KUNIT_EXPECT_EQ(test, nt_mode_of_attr(S_IFREG | 0600, NT_ATTR_NORMAL, 0),
			(umode_t)(S_IFREG | 0600));
	KUNIT_EXPECT_EQ(test, nt_mode_of_attr(S_IFDIR | 0755, NT_ATTR_READONLY, 0),
			(umode_t)(S_IFDIR | 0755));
}

static void times(struct kunit *test)
{
	struct nt_info_times info;
	struct kstat stat = {
		.atime = { 1, 0 }, .mtime = { 2, 100 }, .ctime = { 3, 0 }, .btime = { 4, 0 },
	};

	nt_info_times(&info, &stat);
	KUNIT_EXPECT_EQ(test, info.access, NT_EPOCH_DIFF + 10000000ll);
	KUNIT_EXPECT_EQ(test, info.write, NT_EPOCH_DIFF + 20000001ll);
	/* Not known: the oldest that is. */
	KUNIT_EXPECT_EQ(test, info.create, info.write);
	stat.result_mask = STATX_BTIME;
	nt_info_times(&info, &stat);
	KUNIT_EXPECT_EQ(test, info.create, NT_EPOCH_DIFF + 40000000ll);
}

static void entries(struct kunit *test)
{
	static const struct {
		u32 class;
		u32 size;
	} sizes[] = {
		{ NT_DIR_DIRECTORY, 64 }, { NT_DIR_FULL, 68 }, { NT_DIR_BOTH, 94 },
		{ NT_DIR_NAMES, 12 }, { NT_DIR_ID_BOTH, 104 }, { NT_DIR_ID_FULL, 80 },
		{ NT_DIR_ID_EXTD, 88 }, { NT_DIR_ID_EXTD_BOTH, 114 }, { 4, 0 },
	};
	struct nt_file_stat st = {
		.stat = { .mode = S_IFREG | 0644, .size = 5, .blocks = 8, .ino = 77 },
		.attr = NT_ATTR_ARCHIVE,
	};
	union nt_dir_header header;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		KUNIT_EXPECT_EQ(test, nt_dir_header_size(sizes[i].class), sizes[i].size);
	nt_dir_header(&header, NT_DIR_ID_BOTH, &st, 10);
	KUNIT_EXPECT_EQ(test, header.base.size, 5ull);
	KUNIT_EXPECT_EQ(test, header.base.alloc, 4096ull);
	KUNIT_EXPECT_EQ(test, header.base.attr, NT_ATTR_ARCHIVE);
	KUNIT_EXPECT_EQ(test, header.base.name_len, 10u);
	KUNIT_EXPECT_EQ(test, header.id_both.id, 77ull);
	KUNIT_EXPECT_EQ(test, (long)offsetof(union nt_dir_header, id_both.id), 96l);
	KUNIT_EXPECT_EQ(test, (long)offsetof(union nt_dir_header, id_full.id), 72l);
}

static void ranges(struct kunit *test)
{
	struct nt_range a = { .start = 10, .len = 10 }, b = { .start = 19, .len = 1 };

	KUNIT_EXPECT_TRUE(test, nt_range_overlap(&a, &b));
	KUNIT_EXPECT_FALSE(test, nt_range_excludes(&a, &b));
	b.exclusive = true;
	KUNIT_EXPECT_TRUE(test, nt_range_excludes(&a, &b));
	/* Both are of nobody, which is one owner. */
	KUNIT_EXPECT_FALSE(test, nt_range_excludes(&b, &a));
	a.proc = (const struct nt_proc *)&a;
	KUNIT_EXPECT_TRUE(test, nt_range_excludes(&b, &a));
	b.start = 20;
	KUNIT_EXPECT_FALSE(test, nt_range_overlap(&a, &b));
	a.len = 0;
	b.start = 10;
	KUNIT_EXPECT_FALSE(test, nt_range_overlap(&a, &b));
	a.start = U64_MAX;
	a.len = 1;
	b.start = 0;
	b.len = U64_MAX;
	KUNIT_EXPECT_FALSE(test, nt_range_overlap(&a, &b));
	b.start = 1;
	KUNIT_EXPECT_TRUE(test, nt_range_overlap(&a, &b));
}

static struct kunit_case file_cases[] = {
	KUNIT_CASE(kinds),
	KUNIT_CASE(to_linux),
	KUNIT_CASE(round_trip),
	KUNIT_CASE(masks),
	KUNIT_CASE(opens),
	KUNIT_CASE(shares),
	KUNIT_CASE(offsets),
	KUNIT_CASE(attributes),
	KUNIT_CASE(times),
	KUNIT_CASE(entries),
	KUNIT_CASE(ranges),
	{}
};

static struct kunit_suite file_suite = {
	.name = "persona_nt_file",
	.test_cases = file_cases,
};

kunit_test_suite(file_suite);
