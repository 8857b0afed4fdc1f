// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names in the registry as names of files.
 *
 * Case does not count there, so file names are folded: A to Z are small, other
 * letters capital. "%" begins an escape: %2F is a slash, %uD800 is half of a
 * surrogate pair. Files of values begin with "=", those of our own with ".": keys
 * that begin so are escaped. A name that does not fit is cut, and its hash
 * follows behind "%#"; the file of such a value, or ".key", has the whole name.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/nls.h>
#include <linux/string.h>

#include "registry.h"

/* Bytes of a cut name, and of what is behind it: "%#", and 16 digits. */
#define CUT_AT		180
#define HASH_LEN	18

static u16 fold(u16 c)
{
	c = nt_toupper(c);
	return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
}

static bool high_surrogate(u16 c)
{
	return (c & 0xfc00) == 0xd800;
}

static bool low_surrogate(u16 c)
{
	return (c & 0xfc00) == 0xdc00;
}

/* One character at @in as bytes at @out, escaped if need be. Returns units. */
static u32 put_char(const u16 *in, u32 len, bool first, bool folded, char *out, int *bytes)
{
	u16 c = folded ? fold(in[0]) : in[0];
	u32 cp = c, used = 1;

	if (high_surrogate(in[0]) && len > 1 && low_surrogate(in[1])) {
		cp = 0x10000 + ((in[0] & 0x3ffu) << 10) + (in[1] & 0x3ffu);
		used = 2;
	} else if (high_surrogate(c) || low_surrogate(c)) {
		*bytes = sprintf(out, "%%u%04X", c);
		return 1;
	}
	if (cp < 0x20 || cp == 0x7f || cp == '%' || cp == '/' ||
	    (first && (cp == '.' || cp == '=')))
		*bytes = sprintf(out, "%%%02X", cp);
	else
		*bytes = utf32_to_utf8(cp, out, 4);
	return used;
}

/* FNV-1a: simple enough to be told in the documentation. */
static u64 name_hash(const u16 *name, u32 len)
{
	u64 hash = 0xcbf29ce484222325ull;
	u32 i;

	for (i = 0; i < len; i++) {
		u16 c = fold(name[i]);

		hash = (hash ^ (c & 0xff)) * 0x100000001b3ull;
		hash = (hash ^ (c >> 8)) * 0x100000001b3ull;
	}
	return hash;
}

/**
 * nt_reg_component() - the file name of a key or value
 * @name: its name
 * @len: units
 * @value: is a value
 * @out: receives the file name
 *
 * Context: any.
 * Return: length.
 */
int nt_reg_component(const u16 *name, u32 len, bool value, char out[NAME_MAX + 1])
{
	int n = 0, cut = 0, bytes;
	char c[NT_REG_UNIT_MAX + 2];
	u32 i;

	if (value)
		out[n++] = '=';
	for (i = 0; i < len;) {
		/* Only the first character of a key can be taken for something else. */
		i += put_char(name + i, len - i, !i && !value, true, c, &bytes);
		if (n + bytes > NAME_MAX) {
			n = cut + sprintf(out + cut, "%%#%016llx", name_hash(name, len));
			break;
		}
		memcpy(out + n, c, bytes);
		n += bytes;
		if (n <= CUT_AT)
			cut = n;
	}
	out[n] = 0;
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_reg_component);

/**
 * nt_reg_escape() - a name as one line of text
 * @name: name
 * @len: units
 * @out: receives the text and a terminator
 * @max: room there, 6 bytes for each unit and 1 are enough
 *
 * Context: any.
 * Return: length, or -ENAMETOOLONG.
 */
int nt_reg_escape(const u16 *name, u32 len, char *out, size_t max)
{
	char c[NT_REG_UNIT_MAX + 2];
	size_t n = 0;
	int bytes;
	u32 i;

	for (i = 0; i < len;) {
		i += put_char(name + i, len - i, false, false, c, &bytes);
		if (n + bytes >= max)
			return -ENAMETOOLONG;
		memcpy(out + n, c, bytes);
		n += bytes;
	}
	if (n >= max)
		return -ENAMETOOLONG;
	out[n] = 0;
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_reg_escape);

static int hex_digits(const char *in, int n, u32 *out)
{
	*out = 0;
	while (n--) {
		int digit = hex_to_bin(*in++);

		if (digit < 0)
			return -EILSEQ;
		*out = *out << 4 | digit;
	}
	return 0;
}

/**
 * nt_reg_unescape() - the name that a text stands for
 * @in: from nt_reg_escape(), or the file name of a key
 * @len: bytes
 * @out: receives the name, not terminated
 * @max: room there, in units
 *
 * Context: any.
 * Return: units, -EILSEQ for what is none, or -ENAMETOOLONG.
 */
int nt_reg_unescape(const char *in, size_t len, u16 *out, size_t max)
{
	size_t i = 0, n = 0;

	while (i < len) {
		unicode_t c;
		int used;

		if (n == max)
			return -ENAMETOOLONG;
		if (in[i] == '%') {
			bool wide = i + 1 < len && in[i + 1] == 'u';

			used = wide ? 6 : 3;
			if (len - i < used || hex_digits(in + i + 1 + wide, wide ? 4 : 2, &c))
				return -EILSEQ;
			out[n++] = c;
			i += used;
			continue;
		}
		used = utf8_to_utf32(in + i, len - i, &c);
		if (used <= 0)
			return -EILSEQ;
		i += used;
		if (c < 0x10000) {
			out[n++] = c;
			continue;
		}
		if (n + 2 > max)
			return -ENAMETOOLONG;
		out[n++] = 0xd800 | (c - 0x10000) >> 10;
		out[n++] = 0xdc00 | ((c - 0x10000) & 0x3ff);
	}
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_reg_unescape);

/**
 * nt_reg_path() - the path of a key
 * @name: names of keys, with backslashes between them; empty ones do not count
 * @len: units
 * @out: receives the path, without slashes around it; empty for no name at all
 * @max: room there
 *
 * Context: any.
 * Return: length, -EINVAL for a name that is too long, -ENAMETOOLONG for the path.
 */
int nt_reg_path(const u16 *name, u32 len, char *out, size_t max)
{
	char part[NAME_MAX + 1];
	u32 i = 0, depth = 0;
	size_t n = 0;

	while (i < len) {
		u32 start;
		int bytes;

		while (i < len && name[i] == '\\')
			i++;
		for (start = i; i < len && name[i] != '\\'; i++)
			;
		if (i == start)
			break;
		if (i - start > NT_REG_KEY_NAME_MAX || ++depth > NT_REG_DEPTH_MAX)
			return -EINVAL;
		bytes = nt_reg_component(name + start, i - start, false, part);
		if (n + bytes + 2 > max)
			return -ENAMETOOLONG;
		if (n)
			out[n++] = '/';
		memcpy(out + n, part, bytes);
		n += bytes;
	}
	if (!max)
		return -ENAMETOOLONG;
	out[n] = 0;
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_reg_path);
