// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: a terminal's text and keys, and names of pipes. */
#include <kunit/test.h>

#include "console.h"
#include "npfs.h"
#include "nt.h"

static void encode(struct kunit *test)
{
	static const u16 text[] = { 'a', 0xe4, 0x20ac, 0xd83d, 0xde42 };
	static const u16 low[] = { 0xde42, 'b' };
	u16 high = 0;
	u8 out[64];
	size_t n;

	n = nt_con_encode(&high, text, ARRAY_SIZE(text), out);
	out[n] = 0;
	KUNIT_EXPECT_STREQ(test, (char *)out, "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82");
	KUNIT_EXPECT_EQ(test, high, 0);

	/* In two halves, and half of one. */
	n = nt_con_encode(&high, text + 3, 1, out);
	KUNIT_EXPECT_EQ(test, n, 0);
	n = nt_con_encode(&high, low, 2, out);
	out[n] = 0;
	KUNIT_EXPECT_STREQ(test, (char *)out, "\360\237\231\202b");
	n = nt_con_encode(&high, low, 2, out);
	out[n] = 0;
	KUNIT_EXPECT_STREQ(test, (char *)out, "\357\277\275b");
	nt_con_encode(&high, text + 3, 1, out);
	n = nt_con_encode(&high, text, 1, out);
	out[n] = 0;
	KUNIT_EXPECT_STREQ(test, (char *)out, "\357\277\275a");
}

static void decode(struct kunit *test)
{
	static const u8 text[] = "a\xc3\xa4\xf0\x9f\x99\x82";
	static const u16 want[] = { 'a', 0xe4, 0xd83d, 0xde42 };
	u16 out[32];
	u32 tails = 0;
	u8 tail[8];
	size_t n, i;

	n = nt_con_decode(tail, &tails, text, sizeof(text) - 1, out);
	KUNIT_ASSERT_EQ(test, n, ARRAY_SIZE(want));
	KUNIT_EXPECT_MEMEQ(test, out, want, sizeof(want));
	/* Byte by byte. */
	for (i = n = 0; i < sizeof(text) - 1; i++)
		n += nt_con_decode(tail, &tails, text + i, 1, out + n);
	KUNIT_ASSERT_EQ(test, n, ARRAY_SIZE(want));
	KUNIT_EXPECT_MEMEQ(test, out, want, sizeof(want));
	/* Cut off by another character; no beginning at all. */
	n = nt_con_decode(tail, &tails, (const u8 *)"\xe2\x82x\xff", 4, out);
	KUNIT_ASSERT_EQ(test, n, 3);
	KUNIT_EXPECT_EQ(test, out[0], 0xfffd);
	KUNIT_EXPECT_EQ(test, out[1], 'x');
	KUNIT_EXPECT_EQ(test, out[2], 0xfffd);
	KUNIT_EXPECT_EQ(test, tails, 0);
}

static void one_key(struct kunit *test, const char *in, size_t took, u16 key, u16 ch, u32 state)
{
	struct nt_con_record r;

	KUNIT_EXPECT_EQ_MSG(test, nt_con_key((const u8 *)in, strlen(in), false, &r), took, "%s",
			    in);
	KUNIT_EXPECT_EQ(test, r.type, NT_CON_KEY_EVENT);
	KUNIT_EXPECT_EQ(test, r.key, key);
	KUNIT_EXPECT_EQ(test, r.ch, ch);
	KUNIT_EXPECT_EQ(test, r.state, state);
}

static void keys(struct kunit *test)
{
	struct nt_con_record r;

	one_key(test, "ab", 1, 'A', 'a', 0);
	one_key(test, "A", 1, 'A', 'A', NT_CON_SHIFT);
	one_key(test, "\x01", 1, 'A', 1, NT_CON_CTRL);
	one_key(test, "\r", 1, 0x0d, '\r', 0);
	one_key(test, "\x7f", 1, 0x08, 8, 0);
	one_key(test, "\x1b", 1, 0x1b, 0x1b, 0);
	one_key(test, "\x1b[Ax", 3, 0x26, 0, NT_CON_ENHANCED);
	one_key(test, "\x1bOA", 3, 0x26, 0, NT_CON_ENHANCED);
	one_key(test, "\x1bOP", 3, 0x70, 0, NT_CON_ENHANCED);
	one_key(test, "\x1b[3~", 4, 0x2e, 0, NT_CON_ENHANCED);
	one_key(test, "\x1b[24~", 5, 0x7b, 0, NT_CON_ENHANCED);
	one_key(test, "\x1b[1;6C", 6, 0x27, 0, NT_CON_ENHANCED | NT_CON_CTRL | NT_CON_SHIFT);
	/* Not a key, or not all of one. */
	one_key(test, "\x1b[9z", 1, 0x1b, 0x1b, 0);
	one_key(test, "\x1b[1;", 1, 0x1b, 0x1b, 0);
	one_key(test, "\x1b[99999999999999999999~", 1, 0x1b, 0x1b, 0);
	KUNIT_EXPECT_EQ(test, nt_con_key((const u8 *)"\x1b[A", 3, true, &r), 1);
}

static void names(struct kunit *test)
{
	static const struct {
		const char *name;
		bool is;
		u32 rest;
	} cases[] = {
		{ "\\??\\pipe\\a", true, 1 },
		{ "\\??\\PIPE\\a\\b", true, 3 },
		{ "\\??\\pipe", true, 0 },
		{ "\\??\\pipe\\", true, 0 },
		{ "\\Device\\NamedPipe\\xyz", true, 3 },
		{ "\\??\\pipes\\a", false },
		{ "\\??\\pip", false },
		{ "\\??\\C:\\pipe\\a", false },
		{ "", false },
	};
	u16 name[64];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const u16 *text = NULL;
		u32 rest = 0;

		for (n = 0; cases[i].name[n]; n++)
			name[n] = cases[i].name[n];
		KUNIT_EXPECT_EQ_MSG(test, nt_npfs_name(name, n, &text, &rest), cases[i].is, "%s",
				    cases[i].name);
		KUNIT_EXPECT_EQ_MSG(test, rest, cases[i].rest, "%s", cases[i].name);
	}
}

static struct kunit_case console_cases[] = {
	KUNIT_CASE(encode),
	KUNIT_CASE(decode),
	KUNIT_CASE(keys),
	KUNIT_CASE(names),
	{}
};

static struct kunit_suite console_suite = {
	.name = "persona_nt_console",
	.test_cases = console_cases,
};

kunit_test_suite(console_suite);
