// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values as contents of files.
 *
 * One line, "TYPE NAME", then the data. Text and numbers are text, so that cat
 * and an editor do for them, whenever exactly the same data can be made from it;
 * if not, and for all other types, the bytes themselves follow ("TYPE:raw NAME"
 * where text is the rule). Of a value "TYPE:host NAME" or "TYPE:netbios NAME"
 * the data is the machine's name, or that as Windows has it: 15 capitals.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/nls.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swab.h>

#include "registry.h"

#define HEAD_MAX	64		/* of "TYPE:FORM " */
#define NETBIOS_MAX	15

static const char *const type_names[] = {
	[NT_REG_NONE] = "none",
	[NT_REG_SZ] = "sz",
	[NT_REG_EXPAND_SZ] = "expand_sz",
	[NT_REG_BINARY] = "binary",
	[NT_REG_DWORD] = "dword",
	[NT_REG_DWORD_BE] = "dword_be",
	[NT_REG_LINK] = "link",
	[NT_REG_MULTI_SZ] = "multi_sz",
	[NT_REG_QWORD] = "qword",
};

static bool is_string(u32 type)
{
	return type == NT_REG_SZ || type == NT_REG_EXPAND_SZ || type == NT_REG_LINK;
}

static bool has_text(u32 type)
{
	return is_string(type) || type == NT_REG_MULTI_SZ || type == NT_REG_DWORD ||
	       type == NT_REG_DWORD_BE || type == NT_REG_QWORD;
}

/* The data may lie anywhere. */
static u64 get(const u8 *data, u32 size)
{
	u64 n = 0;

	memcpy(&n, data, size);
	return n;
}

static u16 unit(const u8 *data, u32 i)
{
	return get(data + 2 * i, 2);
}

/*
 * UTF-16 to UTF-8 at @out, which has 3 bytes for each unit; -1 for what could not
 * be turned back: half surrogate pairs and, where they mean something, newlines.
 */
static int put_text(const u8 *data, u32 len, bool lines, char *out)
{
	u32 i, n = 0;

	for (i = 0; i < len; i++) {
		u32 c = unit(data, i);
		int bytes;

		if (!c || (lines && c == '\n') || (c & 0xfc00) == 0xdc00)
			return -1;
		if ((c & 0xfc00) == 0xd800) {
			if (i + 1 == len || (unit(data, i + 1) & 0xfc00) != 0xdc00)
				return -1;
			c = 0x10000 + ((c & 0x3ff) << 10) + (unit(data, ++i) & 0x3ff);
		}
		bytes = utf32_to_utf8(c, out + n, 4);
		if (bytes <= 0)
			return -1;
		n += bytes;
	}
	return n;
}

/* Strings with a zero behind each, and another one at the end. */
static int put_lines(const u8 *data, u32 len, char *out)
{
	u32 start = 0, i;
	int n = 0, bytes;

	if (len < 2 || unit(data, len - 1) || unit(data, len - 2))
		return -1;
	for (i = 0; i < len - 1; i++) {
		if (unit(data, i))
			continue;
		if (i == start)		/* empty strings end the list */
			return -1;
		bytes = put_text(data + 2 * start, i - start, true, out + n);
		if (bytes < 0)
			return -1;
		n += bytes;
		out[n++] = '\n';
		start = i + 1;
	}
	return n;
}

/* The data as text; -1 if it has to be raw. @out has twice its size, and 24. */
static int put_natural(const struct nt_reg_value *value, char *out)
{
	const u8 *data = value->data;
	u32 len = value->size / 2;
	int n;

	switch (value->type) {
	case NT_REG_DWORD:
		return value->size == 4 ? sprintf(out, "0x%08llx\n", get(data, 4)) : -1;
	case NT_REG_DWORD_BE:
		return value->size == 4 ? sprintf(out, "0x%08x\n", swab32(get(data, 4))) : -1;
	case NT_REG_QWORD:
		return value->size == 8 ? sprintf(out, "0x%016llx\n", get(data, 8)) : -1;
	}
	if ((value->size & 1) || !len || unit(data, len - 1))
		return -1;
	if (value->type == NT_REG_MULTI_SZ)
		return put_lines(data, len, out);
	n = put_text(data, len - 1, false, out);
	if (n < 0)
		return -1;
	out[n++] = '\n';
	return n;
}

/**
 * nt_reg_format() - the file of a value
 * @value: value
 * @out: set to the contents, to be freed with kvfree()
 * @len: set to their length
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nt_reg_format(const struct nt_reg_value *value, char **out, size_t *len)
{
	size_t name_max = 6 * (size_t)value->name_len + 1, n;
	bool text = has_text(value->type);
	char *buf;
	int body;

	buf = kvmalloc(HEAD_MAX + name_max + 2 * (size_t)value->size + 24, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
again:
	if (value->type < ARRAY_SIZE(type_names) && type_names[value->type])
		n = sprintf(buf, "%s", type_names[value->type]);
	else
		n = sprintf(buf, "0x%x", value->type);
	if (has_text(value->type) && !text)
		n += sprintf(buf + n, ":raw");
	buf[n++] = ' ';
	n += nt_reg_escape(value->name, value->name_len, buf + n, name_max);
	buf[n++] = '\n';
	if (text) {
		body = put_natural(value, buf + n);
		if (body < 0) {
			text = false;
			goto again;
		}
		n += body;
	} else {
		memcpy(buf + n, value->data, value->size);
		n += value->size;
	}
	*out = buf;
	*len = n;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_reg_format);

static int parse_type(const char *s, size_t len, u32 *type)
{
	char buf[24];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(type_names); i++)
		if (type_names[i] && strlen(type_names[i]) == len &&
		    !memcmp(s, type_names[i], len)) {
			*type = i;
			return 0;
		}
	if (len >= sizeof(buf) || len < 3 || memcmp(s, "0x", 2))
		return -EINVAL;
	memcpy(buf, s, len);
	buf[len] = 0;
	return kstrtou32(buf, 16, type);
}

static int parse_number(const char *body, size_t len, u64 *n)
{
	char buf[32];

	while (len && isspace(body[len - 1]))
		len--;
	if (!len || len >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, body, len);
	buf[len] = 0;
	return kstrtou64(buf, 0, n);
}

/* Text to UTF-16 with a terminator. @data has twice its length, and 4 bytes. */
static int parse_string(const char *body, size_t len, u8 *data, u32 *size)
{
	int n;

	if (len && body[len - 1] == '\n')
		len--;
	n = nt_utf8_to_utf16(body, len, (u16 *)data, len + 2);
	if (n < 0)
		return n;
	((u16 *)data)[n] = 0;
	*size = 2 * (n + 1);
	return 0;
}

static int parse_lines(const char *body, size_t len, u8 *data, u32 *size)
{
	int ret = parse_string(body, len, data, size);
	u16 *p = (u16 *)data;
	u32 i;

	if (ret)
		return ret;
	for (i = 0; i < *size / 2; i++)
		if (p[i] == '\n')
			p[i] = 0;
	if (*size == 2)
		return 0;
	p[*size / 2] = 0;
	*size += 2;
	return 0;
}

static int parse_host(const char *host, bool netbios, u8 *data, u32 *size)
{
	size_t len = strlen(host), i;
	u16 *p = (u16 *)data;

	if (netbios)
		len = min_t(size_t, strcspn(host, "."), NETBIOS_MAX);
	for (i = 0; i < len; i++)
		p[i] = netbios ? toupper(host[i]) : (u8)host[i];
	p[i] = 0;
	*size = 2 * (len + 1);
	return 0;
}

static int parse_body(const char *form, size_t form_len, const char *body, size_t len,
		      const char *host, struct nt_reg_value *value)
{
	u64 n = 0;
	int ret;

	if (form_len == 7 && !memcmp(form, "netbios", 7))
		return parse_host(host, true, value->data, &value->size);
	if (form_len == 4 && !memcmp(form, "host", 4))
		return parse_host(host, false, value->data, &value->size);
	if (form_len == 3 ? memcmp(form, "raw", 3) != 0 : form_len != 0)
		return -EINVAL;
	if (form_len || !has_text(value->type)) {
		memcpy(value->data, body, len);
		value->size = len;
		return 0;
	}
	if (is_string(value->type))
		return parse_string(body, len, value->data, &value->size);
	if (value->type == NT_REG_MULTI_SZ)
		return parse_lines(body, len, value->data, &value->size);
	ret = parse_number(body, len, &n);
	if (ret)
		return ret;
	value->size = value->type == NT_REG_QWORD ? 8 : 4;
	if (value->size == 4 && n > U32_MAX)
		return -EINVAL;
	if (value->type == NT_REG_DWORD_BE)
		n = swab32(n);
	memcpy(value->data, &n, value->size);
	return 0;
}

/**
 * nt_reg_parse() - the value in a file
 * @buf: contents
 * @len: of them
 * @host: the machine's name
 * @value: filled in; nt_reg_value_free() it
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -EINVAL and the like for a file that is none of ours.
 */
int nt_reg_parse(const char *buf, size_t len, const char *host, struct nt_reg_value *value)
{
	const char *end = memchr(buf, '\n', len);
	const char *line_end = end ?: buf + len;
	const char *space = memchr(buf, ' ', line_end - buf);
	const char *colon, *name, *body;
	size_t body_len, host_len = strlen(host);
	u8 *mem;
	int n, ret;

	memset(value, 0, sizeof(*value));
	if (!space)
		return -EINVAL;
	name = space + 1;
	body = end ? end + 1 : buf + len;
	body_len = buf + len - body;
	colon = memchr(buf, ':', space - buf) ?: space;
	ret = parse_type(buf, colon - buf, &value->type);
	if (ret)
		return ret;
	mem = kvmalloc(2 * (line_end - name) + 2 * max(body_len, host_len) + 32,
		       GFP_KERNEL_ACCOUNT);
	if (!mem)
		return -ENOMEM;
	value->name = (u16 *)mem;
	n = nt_reg_unescape(name, line_end - name, value->name, line_end - name);
	if (n < 0 || n > NT_REG_VALUE_NAME_MAX) {
		ret = -EINVAL;
		goto err;
	}
	value->name_len = n;
	value->data = mem + ALIGN(2 * n, 8);
	ret = parse_body(colon == space ? colon : colon + 1, colon == space ? 0 : space - colon - 1,
			 body, body_len, host, value);
	if (!ret)
		return 0;
err:
	nt_reg_value_free(value);
	return ret;
}
EXPORT_SYMBOL_FOR_TEST(nt_reg_parse);

/**
 * nt_reg_value_free() - of a value that was parsed
 * @value: value
 *
 * Context: may sleep.
 */
void nt_reg_value_free(struct nt_reg_value *value)
{
	/* The data is behind the name. */
	kvfree(value->name);
	value->name = NULL;
}
EXPORT_SYMBOL_FOR_TEST(nt_reg_value_free);
