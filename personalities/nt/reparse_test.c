// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: what programs write as reparse points. */
#include <kunit/test.h>
#include <linux/string.h>

#include "file_impl.h"
#include "reparse.h"

static void relative_names(struct kunit *test)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{ "a", "a" },
		{ "a\\b", "a/b" },
		{ "..\\a", "../a" },
		{ "..\\..\\a\\.\\..", "../../a/./.." },
		{ ".", "." },
		{ "...a", "...a" },
		{ "a\\", "a" },
		{ "\\a", NULL },
		{ "", NULL },
	};
	unsigned int i, n;
	char out[64];
	u16 name[64];
	long ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (n = 0; cases[i].name[n]; n++)
			name[n] = cases[i].name[n];
		ret = nt_reparse_relative(name, n, out, sizeof(out));
		KUNIT_EXPECT_EQ_MSG(test, !ret, !!cases[i].want, "%s", cases[i].name);
		if (!ret && cases[i].want)
			KUNIT_EXPECT_STREQ(test, out, cases[i].want);
	}
	for (n = 0; n < ARRAY_SIZE(name); n++)
		name[n] = n % 3 == 2 ? '\\' : '.';
	KUNIT_EXPECT_NE(test, nt_reparse_relative(name, n, out, sizeof(out)), 0);
}

static void buffers(struct kunit *test)
{
	/* tag, length, offsets and lengths of the names, flags, "ab" twice */
	static const u8 link[] = {
		0x0c, 0, 0, 0xa0, 20, 0, 0, 0, 4, 0, 4, 0, 0, 0, 4, 0, 1, 0, 0, 0,
		'a', 0, 'b', 0, 'c', 0, 'd', 0,
	};
	struct nt_reparse_target target;
	u8 buf[sizeof(link)];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, nt_reparse_parse(link, sizeof(link), &target), 0);
	KUNIT_EXPECT_EQ(test, target.len, 2);
	KUNIT_EXPECT_EQ(test, target.name[0], 'c');
	KUNIT_EXPECT_TRUE(test, target.relative);
	KUNIT_EXPECT_FALSE(test, target.folder);
	for (i = 0; i < sizeof(link); i++)
		KUNIT_EXPECT_NE(test, nt_reparse_parse(link, i, &target), 0);

	/* The same as a junction: what were flags are two units of names. */
	memcpy(buf, link, sizeof(buf));
	buf[0] = 0x03;
	KUNIT_ASSERT_EQ(test, nt_reparse_parse(buf, sizeof(buf), &target), 0);
	KUNIT_EXPECT_EQ(test, target.name[0], 'a');
	KUNIT_EXPECT_TRUE(test, target.folder);

	buf[0] = 0x04;
	KUNIT_EXPECT_EQ(test, nt_reparse_parse(buf, sizeof(buf), &target),
			NT_STATUS_IO_REPARSE_TAG_INVALID);
	memcpy(buf, link, sizeof(buf));
	buf[8] = 6;		/* ends behind the buffer */
	KUNIT_EXPECT_NE(test, nt_reparse_parse(buf, sizeof(buf), &target), 0);
	buf[8] = 3;		/* odd */
	KUNIT_EXPECT_NE(test, nt_reparse_parse(buf, sizeof(buf), &target), 0);
	buf[8] = 0xfe;
	buf[9] = 0xff;
	KUNIT_EXPECT_NE(test, nt_reparse_parse(buf, sizeof(buf), &target), 0);
	memcpy(buf, link, sizeof(buf));
	buf[10] = 0;		/* empty */
	KUNIT_EXPECT_NE(test, nt_reparse_parse(buf, sizeof(buf), &target), 0);
}

static struct kunit_case reparse_cases[] = {
	KUNIT_CASE(relative_names),
	KUNIT_CASE(buffers),
	{}
};

static struct kunit_suite reparse_suite = {
	.name = "persona_nt_reparse",
	.test_cases = reparse_cases,
};

kunit_test_suite(reparse_suite);
