// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the registry's names and of values as contents of files. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "registry.h"

static u32 widen(const char *text, u16 *out)
{
	u32 n = 0;

	while (*text)
		out[n++] = (u8)*text++;
	return n;
}

static void expect_file(struct kunit *test, const char *name, bool value, const char *file)
{
	char out[NAME_MAX + 1];
	u16 wide[64];
	u32 len = widen(name, wide);

	KUNIT_EXPECT_EQ(test, nt_reg_component(wide, len, value, out), (int)strlen(file));
	KUNIT_EXPECT_STREQ(test, out, file);
}

static void file_names(struct kunit *test)
{
	static const u16 odd[] = { 0xd800, 'x', 0xdc01, 0 };
	char out[NAME_MAX + 1];

	expect_file(test, "Software", false, "software");
	expect_file(test, "ProductName", true, "=productname");
	expect_file(test, "", true, "=");
	expect_file(test, ".txt", false, "%2Etxt");
	expect_file(test, "=a", false, "%3Da");
	expect_file(test, "..", false, "%2E.");
	expect_file(test, ".a=", true, "=.a=");
	expect_file(test, "a/b%c", false, "a%2Fb%25c");
	expect_file(test, "tab\there", true, "=tab%09here");
	nt_reg_component(odd, 4, false, out);
	KUNIT_EXPECT_STREQ(test, out, "%uD800x%uDC01%00");
}

static void case_folds(struct kunit *test)
{
	static const u16 small[] = { 0xe4, 0x3b1, 0x430, 'z' };
	static const u16 large[] = { 0xc4, 0x391, 0x410, 'Z' };
	char a[NAME_MAX + 1], b[NAME_MAX + 1];

	nt_reg_component(small, 4, false, a);
	nt_reg_component(large, 4, false, b);
	KUNIT_EXPECT_STREQ(test, a, b);
}

/* Long names are cut, but two of them never meet. */
static void long_names(struct kunit *test)
{
	char a[NAME_MAX + 1], b[NAME_MAX + 1];
	u16 *name;
	u32 i;

	name = kunit_kmalloc_array(test, NT_REG_VALUE_NAME_MAX, sizeof(*name), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, name);
	for (i = 0; i < NT_REG_VALUE_NAME_MAX; i++)
		name[i] = 0x4e00 + i % 1000;
	KUNIT_EXPECT_LE(test, nt_reg_component(name, NT_REG_VALUE_NAME_MAX, true, a), NAME_MAX);
	KUNIT_EXPECT_NOT_NULL(test, strstr(a, "%#"));
	name[NT_REG_VALUE_NAME_MAX - 1]++;
	nt_reg_component(name, NT_REG_VALUE_NAME_MAX, true, b);
	KUNIT_EXPECT_STRNEQ(test, a, b);
	/* The longest that is not cut. */
	for (i = 0; i < 255; i++)
		name[i] = 'a';
	KUNIT_EXPECT_EQ(test, nt_reg_component(name, 255, false, a), 255);
	KUNIT_EXPECT_NULL(test, strchr(a, '%'));
	KUNIT_EXPECT_EQ(test, nt_reg_component(name, 255, true, a), 1 + 179 + 18);
	KUNIT_EXPECT_NOT_NULL(test, strstr(a, "%#"));
}

static void escapes(struct kunit *test)
{
	static const u16 name[] = { 'A', '%', 0x20ac, 0xd83d, 0xde00, 0xd83d, '\n', 0 };
	char out[64];
	u16 back[16];
	int n;

	n = nt_reg_escape(name, 8, out, sizeof(out));
	KUNIT_EXPECT_STREQ(test, out, "A%25\xe2\x82\xac\xf0\x9f\x98\x80%uD83D%0A%00");
	KUNIT_EXPECT_EQ(test, nt_reg_unescape(out, n, back, ARRAY_SIZE(back)), 8);
	KUNIT_EXPECT_MEMEQ(test, back, name, sizeof(name));
	KUNIT_EXPECT_EQ(test, nt_reg_unescape(out, n, back, 7), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, nt_reg_escape(name, 8, out, 8), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, nt_reg_unescape("%", 1, back, 16), -EILSEQ);
	KUNIT_EXPECT_EQ(test, nt_reg_unescape("%2", 2, back, 16), -EILSEQ);
	KUNIT_EXPECT_EQ(test, nt_reg_unescape("%u12G4", 6, back, 16), -EILSEQ);
	KUNIT_EXPECT_EQ(test, nt_reg_unescape("\xff", 1, back, 16), -EILSEQ);
	KUNIT_EXPECT_EQ(test, nt_reg_unescape("", 0, back, 16), 0);
}

static void paths(struct kunit *test)
{
	char out[64];
	u16 name[300];
	u32 len;

	len = widen("\\Machine\\\\System\\CurrentControlSet\\", name);
	KUNIT_EXPECT_GT(test, nt_reg_path(name, len, out, sizeof(out)), 0);
	KUNIT_EXPECT_STREQ(test, out, "machine/system/currentcontrolset");
	KUNIT_EXPECT_EQ(test, nt_reg_path(name, 0, out, sizeof(out)), 0);
	KUNIT_EXPECT_STREQ(test, out, "");
	len = widen("..\\..\\etc", name);
	nt_reg_path(name, len, out, sizeof(out));
	KUNIT_EXPECT_STREQ(test, out, "%2E./%2E./etc");
	KUNIT_EXPECT_EQ(test, nt_reg_path(name, len, out, 8), -ENAMETOOLONG);
	for (len = 0; len < 256; len++)
		name[len] = 'x';
	KUNIT_EXPECT_EQ(test, nt_reg_path(name, len, out, sizeof(out)), -EINVAL);
}

/* What is written is what is read, to the byte; and it looks as documented. */
static void expect_value(struct kunit *test, u32 type, const void *data, u32 size,
			 const char *text)
{
	u16 name[] = { 'N', 'a', 'm', 'e' };
	struct nt_reg_value in = {
		.type = type, .size = size, .name = name, .name_len = 4, .data = (u8 *)data,
	}, out;
	size_t len;
	char *buf;

	KUNIT_ASSERT_EQ(test, nt_reg_format(&in, &buf, &len), 0);
	if (text) {
		KUNIT_EXPECT_EQ(test, len, strlen(text));
		KUNIT_EXPECT_MEMEQ(test, buf, text, min(len, strlen(text)));
	}
	KUNIT_ASSERT_EQ(test, nt_reg_parse(buf, len, "host", &out), 0);
	KUNIT_EXPECT_EQ(test, out.type, type);
	KUNIT_EXPECT_EQ(test, out.size, size);
	KUNIT_EXPECT_EQ(test, out.name_len, 4u);
	KUNIT_EXPECT_MEMEQ(test, out.name, name, sizeof(name));
	if (out.size == size && size)
		KUNIT_EXPECT_MEMEQ(test, out.data, data, size);
	nt_reg_value_free(&out);
	kvfree(buf);
}

static void values(struct kunit *test)
{
	static const u16 text[] = { 'a', 0xe4, '\n', 0xd83d, 0xde00, 0 };
	static const u16 list[] = { 'a', 0, 'b', 'c', 0, 0 };
	static const u16 half[] = { 0xd83d, 0 };
	static const u8 bytes[] = { 0, 1, 2, '\n', 0xff };
	static const u32 number = 0x12345678;
	static const u64 wide = 0x123456789abcdef0ull;
	u32 i;

	expect_value(test, NT_REG_SZ, text, sizeof(text), "sz Name\na\xc3\xa4\n\xf0\x9f\x98\x80\n");
	expect_value(test, NT_REG_EXPAND_SZ, text, 2, NULL);
	expect_value(test, NT_REG_SZ, text, 0, "sz:raw Name\n");
	expect_value(test, NT_REG_SZ, text, 3, NULL);
	expect_value(test, NT_REG_SZ, half, sizeof(half), NULL);
	expect_value(test, NT_REG_SZ, text + 5, 2, "sz Name\n\n");
	expect_value(test, NT_REG_MULTI_SZ, list, sizeof(list), "multi_sz Name\na\nbc\n");
	expect_value(test, NT_REG_MULTI_SZ, list, sizeof(list) - 2, NULL);
	expect_value(test, NT_REG_MULTI_SZ, list + 4, 4, NULL);
	expect_value(test, NT_REG_MULTI_SZ, list + 5, 2, NULL);
	expect_value(test, NT_REG_MULTI_SZ, text, sizeof(text), NULL);
	expect_value(test, NT_REG_DWORD, &number, 4, "dword Name\n0x12345678\n");
	expect_value(test, NT_REG_DWORD, &number, 3, NULL);
	expect_value(test, NT_REG_DWORD_BE, &number, 4, "dword_be Name\n0x78563412\n");
	expect_value(test, NT_REG_QWORD, &wide, 8, "qword Name\n0x123456789abcdef0\n");
	expect_value(test, NT_REG_QWORD, &wide, 4, NULL);
	expect_value(test, 8, bytes, sizeof(bytes), NULL);
	expect_value(test, 0xffffffff, bytes, sizeof(bytes), NULL);
	/* Every length and start of bytes, as every type. */
	for (i = 0; i < 13 * 6 * 2; i++)
		expect_value(test, i / 12, (i & 1 ? (const u8 *)list : bytes), i / 2 % 6, NULL);
}

static void live_values(struct kunit *test)
{
	static const char host[] = "sz:netbios ComputerName\n";
	static const u16 name[] = { 'B', 'O', 'X', 0 };
	struct nt_reg_value v;

	KUNIT_ASSERT_EQ(test, nt_reg_parse(host, strlen(host), "box.example.org", &v), 0);
	KUNIT_EXPECT_EQ(test, v.size, (u32)sizeof(name));
	KUNIT_EXPECT_MEMEQ(test, v.data, name, sizeof(name));
	nt_reg_value_free(&v);
	KUNIT_ASSERT_EQ(test, nt_reg_parse("sz:host N", 9, "a-very-long-name-of-a-machine", &v), 0);
	KUNIT_EXPECT_EQ(test, v.size, 60u);
	nt_reg_value_free(&v);
}

/* Files that somebody else has written. */
static void strange_files(struct kunit *test)
{
	static const char *const bad[] = {
		"", "\n", "sz\n", "sz:what Name\nx", "strange Name\nx", "dword Name\n",
		"dword Name\nx\n",
		"dword Name\n0x100000000\n", "sz %zz\nx", "0x Name\n", "0x100000000 Name\n",
	};
	struct nt_reg_value v;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_NE(test, nt_reg_parse(bad[i], strlen(bad[i]), "h", &v), 0);
	/* An editor may leave out the last newline, or use decimal numbers. */
	KUNIT_ASSERT_EQ(test, nt_reg_parse("sz A\nx", 6, "h", &v), 0);
	KUNIT_EXPECT_EQ(test, v.size, 4u);
	nt_reg_value_free(&v);
	KUNIT_ASSERT_EQ(test, nt_reg_parse("dword A\n42", 10, "h", &v), 0);
	KUNIT_EXPECT_EQ(test, *(u32 *)v.data, 42u);
	nt_reg_value_free(&v);
	KUNIT_ASSERT_EQ(test, nt_reg_parse("sz \n", 4, "h", &v), 0);
	KUNIT_EXPECT_EQ(test, v.name_len, 0u);
	nt_reg_value_free(&v);
}

static struct kunit_case registry_cases[] = {
	KUNIT_CASE(file_names),
	KUNIT_CASE(case_folds),
	KUNIT_CASE(long_names),
	KUNIT_CASE(escapes),
	KUNIT_CASE(paths),
	KUNIT_CASE(values),
	KUNIT_CASE(live_values),
	KUNIT_CASE(strange_files),
	{}
};

static struct kunit_suite registry_suite = {
	.name = "persona_nt_registry",
	.test_cases = registry_cases,
};

kunit_test_suite(registry_suite);
