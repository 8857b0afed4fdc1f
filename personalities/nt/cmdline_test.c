// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: arguments into a command line, and out of it again. */
#include <kunit/test.h>
#include <linux/string.h>

#include "params.h"

#define ROOM	64

static u32 widen(const char *s, u16 *out)
{
	u32 n;

	for (n = 0; s[n]; n++)
		out[n] = (u8)s[n];
	return n;
}

static void narrow(const u16 *s, u32 len, char *out)
{
	u32 i;

	for (i = 0; i < len; i++)
		out[i] = s[i];
	out[len] = '\0';
}

static void expect_quoted(struct kunit *test, const char *arg, bool program, const char *want)
{
	u16 in[ROOM], out[ROOM];
	char got[ROOM + 1];
	int n;

	n = nt_cmdline_quote(in, widen(arg, in), program, out, ROOM);
	KUNIT_ASSERT_GE(test, n, 0);
	narrow(out, n, got);
	KUNIT_EXPECT_STREQ(test, got, want);
}

static void quote(struct kunit *test)
{
	expect_quoted(test, "plain", false, "plain");
	expect_quoted(test, "", false, "\"\"");
	expect_quoted(test, "two words", false, "\"two words\"");
	expect_quoted(test, "a\\b", false, "a\\b");
	expect_quoted(test, "a\\\\b c", false, "\"a\\\\b c\"");
	expect_quoted(test, "say \"hi\"", false, "\"say \\\"hi\\\"\"");
	expect_quoted(test, "back\\\"tick", false, "\"back\\\\\\\"tick\"");
	expect_quoted(test, "end \\", false, "\"end \\\\\"");
	expect_quoted(test, "end\\", false, "end\\");
}

static void program(struct kunit *test)
{
	expect_quoted(test, "C:\\a b\\", true, "\"C:\\a b\\\"");
	expect_quoted(test, "C:\\x.exe", true, "C:\\x.exe");
}

static void room(struct kunit *test)
{
	u16 in[8], out[8];
	u32 n = widen("a b", in);

	KUNIT_EXPECT_EQ(test, nt_cmdline_quote(in, n, false, out, 5), 5);
	KUNIT_EXPECT_EQ(test, nt_cmdline_quote(in, n, false, out, 4), -E2BIG);
	KUNIT_EXPECT_EQ(test, nt_cmdline_quote(in, n, false, out, 2), -E2BIG);
	KUNIT_EXPECT_EQ(test, nt_cmdline_quote(in, 0, false, out, 1), -E2BIG);
}

/* @want: arguments, each with a zero; the last one is empty */
static void expect_split(struct kunit *test, const char *cmdline, const char *want)
{
	u16 in[ROOM], out[ROOM];
	char got[ROOM + 1];
	u32 len = widen(cmdline, in), at = 0, n;

	for (; *want; want += strlen(want) + 1) {
		n = nt_cmdline_split(in, len, &at, out);
		KUNIT_ASSERT_NE(test, n, U32_MAX);
		narrow(out, n, got);
		KUNIT_EXPECT_STREQ(test, got, want);
	}
	KUNIT_EXPECT_EQ(test, nt_cmdline_split(in, len, &at, out), U32_MAX);
}

static void expect_empty_program(struct kunit *test)
{
	u16 in[ROOM], out[ROOM];
	u32 len = widen(" a", in), at = 0;

	KUNIT_EXPECT_EQ(test, nt_cmdline_split(in, len, &at, out), 0);
	KUNIT_EXPECT_EQ(test, nt_cmdline_split(in, len, &at, out), 1);
	KUNIT_EXPECT_EQ(test, nt_cmdline_split(in, len, &at, out), U32_MAX);
}

static void split(struct kunit *test)
{
	expect_split(test, "prog a  b\tc ", "prog\0a\0b\0c\0");
	expect_split(test, "\"C:\\a b\\x.exe\" \"c d\"", "C:\\a b\\x.exe\0c d\0");
	expect_split(test, "p \"a\"\"b\" c", "p\0a\"b\0c\0");
	expect_split(test, "p a\\\\\\\"b c\\d", "p\0a\\\"b\0c\\d\0");
	expect_split(test, "p \"a\\\\\" b", "p\0a\\\0b\0");
	expect_empty_program(test);
	expect_split(test, "p open\" x", "p\0open x\0");
}

/* Whatever is quoted comes out as it was. */
static void both_ways(struct kunit *test)
{
	static const char * const args[] = {
		"", "a", "a b", "\"", "\\", "\\\\", "\\\"", "a\\\" b\\", " ", "\t\"\\\\\"", "x\\\\ y",
	};
	u16 in[ROOM], line[ROOM], out[ROOM];
	char got[ROOM + 1];
	u32 i, at, n, len;
	int quoted;

	for (i = 0; i < ARRAY_SIZE(args); i++) {
		len = widen("p ", line);
		quoted = nt_cmdline_quote(in, widen(args[i], in), false, line + len, ROOM - len);
		KUNIT_ASSERT_GE(test, quoted, 0);
		len += quoted;
		at = 0;
		nt_cmdline_split(line, len, &at, out);
		n = nt_cmdline_split(line, len, &at, out);
		KUNIT_ASSERT_NE(test, n, U32_MAX);
		narrow(out, n, got);
		KUNIT_EXPECT_STREQ(test, got, args[i]);
	}
}

static struct kunit_case cmdline_cases[] = {
	KUNIT_CASE(quote),
	KUNIT_CASE(program),
	KUNIT_CASE(room),
	KUNIT_CASE(split),
	KUNIT_CASE(both_ways),
	{}
};

static struct kunit_suite cmdline_suite = {
	.name = "persona_nt_cmdline",
	.test_cases = cmdline_cases,
};

kunit_test_suite(cmdline_suite);
