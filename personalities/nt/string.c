// SPDX-License-Identifier: GPL-2.0-only
/*
 * NT's strings are UTF-16; names of Linux files are bytes, UTF-8 by custom.
 *
 * A byte that is not UTF-8 becomes U+DC80 to U+DCFF, and back, so that every
 * Linux name has an NT name (Python's "surrogateescape").
 */
#include <linux/nls.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "nt.h"

#define HIGH_SURROGATE(c)	(((c) & 0xfc00) == 0xd800)
#define LOW_SURROGATE(c)	(((c) & 0xfc00) == 0xdc00)

static bool is_escaped(u32 c)
{
	return c >= 0xdc80 && c <= 0xdcff;
}

/* One code point, or an escaped byte; the number of units taken. */
static size_t take16(const u16 *in, size_t len, u32 *c)
{
	*c = in[0];
	if (HIGH_SURROGATE(in[0]) && len > 1 && LOW_SURROGATE(in[1])) {
		*c = 0x10000 + ((in[0] & 0x3ffu) << 10) + (in[1] & 0x3ffu);
		return 2;
	}
	return 1;
}

/**
 * nt_utf16_to_utf8() - a name for Linux
 * @in: UTF-16
 * @len: units in it
 * @out: receives the name and a terminator
 * @max: room in @out
 *
 * Context: any.
 * Return: bytes without the terminator, -ENAMETOOLONG, or -EILSEQ if @in holds a
 * zero or a surrogate that stands alone.
 */
int nt_utf16_to_utf8(const u16 *in, size_t len, char *out, size_t max)
{
	size_t i = 0, n = 0;

	while (i < len) {
		int bytes;
		u32 c;

		i += take16(in + i, len - i, &c);
		if (!c)
			return -EILSEQ;
		if (n + 5 > max)
			return -ENAMETOOLONG;
		if (likely(c < 0x80)) {
			out[n++] = c;
			continue;
		}
		if (is_escaped(c)) {
			out[n++] = c & 0xff;
			continue;
		}
		bytes = utf32_to_utf8(c, out + n, 4);
		if (bytes <= 0)
			return -EILSEQ;
		n += bytes;
	}
	if (n >= max)
		return -ENAMETOOLONG;
	out[n] = 0;
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_utf16_to_utf8);

/**
 * nt_utf8_to_utf16() - a name for NT
 * @in: UTF-8, or what Linux allows as a name
 * @len: bytes in it
 * @out: receives the name, not terminated
 * @max: units of room in @out
 *
 * Context: any.
 * Return: units, or -ENAMETOOLONG.
 */
int nt_utf8_to_utf16(const char *in, size_t len, u16 *out, size_t max)
{
	size_t i = 0, n = 0;

	while (i < len) {
		unicode_t c;
		int bytes;

		if (n + 2 > max)
			return -ENAMETOOLONG;
		if (likely(!(in[i] & 0x80) && in[i])) {
			out[n++] = in[i++];
			continue;
		}
		bytes = utf8_to_utf32(in + i, len - i, &c);
		if (bytes <= 0) {
			out[n++] = 0xdc00 | (u8)in[i++];
			continue;
		}
		i += bytes;
		if (c >= 0x10000) {
			c -= 0x10000;
			out[n++] = 0xd800 | c >> 10;
			out[n++] = 0xdc00 | (c & 0x3ff);
		} else {
			out[n++] = c;
		}
	}
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_utf8_to_utf16);

/**
 * nt_toupper() - upper case of one UTF-16 unit, as names are compared
 * @c: unit
 *
 * Latin, Greek and Cyrillic letters; NT's table has a few hundred more.
 *
 * Context: any.
 * Return: the capital letter, or @c.
 */
u16 nt_toupper(u16 c)
{
	if (c < 'a')
		return c;
	if (c <= 'z')
		return c - 0x20;
	if (c < 0xe0)
		return c;
	if (c <= 0xfe)
		return c == 0xf7 ? c : c - 0x20;
	if (c == 0xff)
		return 0x178;
	if ((c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14a && c <= 0x177))
		return c & ~1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c & 1 ? c : c - 1;
	if (c >= 0x3b1 && c <= 0x3cb)
		return c == 0x3c2 ? 0x3a3 : c - 0x20;
	if (c >= 0x3ad && c <= 0x3af)
		return c - 0x25;
	if (c == 0x3ac)
		return 0x386;
	if (c == 0x3cc)
		return 0x38c;
	if (c == 0x3cd || c == 0x3ce)
		return c - 0x3f;
	if (c >= 0x430 && c <= 0x44f)
		return c - 0x20;
	if (c >= 0x450 && c <= 0x45f)
		return c - 0x50;
	if (c >= 0x460 && c <= 0x481)
		return c & ~1;
	return c;
}
EXPORT_SYMBOL_FOR_TEST(nt_toupper);

/**
 * nt_strnicmp() - compare names as NT does, ignoring case
 * @a: one
 * @b: other
 * @len: units in both
 *
 * Context: any.
 * Return: less than, equal to or greater than 0.
 */
int nt_strnicmp(const u16 *a, const u16 *b, size_t len)
{
	for (; len; len--, a++, b++) {
		int diff = nt_toupper(*a) - nt_toupper(*b);

		if (diff)
			return diff;
	}
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_strnicmp);

/**
 * nt_ustring_get() - copy a UNICODE_STRING of the caller
 * @user: its address, not NULL
 * @out: set to a terminated kernel copy, to be freed with kvfree()
 * @len: set to its length in units, without the terminator
 *
 * Context: may sleep.
 * Return: 0, -EFAULT, -ENOMEM, or STATUS_INVALID_PARAMETER for an odd length.
 */
long nt_ustring_get(u64 user, u16 **out, u32 *len)
{
	struct nt_ustring str;
	u16 *buf;

	if (copy_from_user(&str, (void __user *)(uintptr_t)user, sizeof(str)))
		return -EFAULT;
	if (str.len & 1)
		return NT_STATUS_INVALID_PARAMETER;
	buf = kvmalloc(str.len + sizeof(*buf), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	if (copy_from_user(buf, (void __user *)(uintptr_t)str.buf, str.len)) {
		kvfree(buf);
		return -EFAULT;
	}
	*len = str.len / sizeof(*buf);
	buf[*len] = 0;
	*out = buf;
	return 0;
}
