// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Windows program gets one string and takes it apart itself, by rules that are
 * documented for the C runtime and for CommandLineToArgvW():
 *
 * - Blanks separate arguments, but for those between double quotes.
 * - A backslash is a backslash, except in front of a double quote: there 2n
 *   backslashes are n, and the quote is one; 2n+1 backslashes are n and a
 *   double quote that is a character of the argument.
 * - In a quoted part two double quotes are one that is a character.
 * - The first argument, the program, has no backslash rule: it ends at a blank,
 *   or at the second quote.
 */
#include <linux/errno.h>

#include "params.h"

static bool is_blank(u16 c)
{
	return c == ' ' || c == '\t';
}

static bool wants_quotes(const u16 *arg, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (is_blank(arg[i]) || arg[i] == '"' || arg[i] == '\n' || arg[i] == '\v')
			return true;
	return !len;
}

struct quoter {
	u16 *out;
	u32 n;
	u32 max;
};

static void put(struct quoter *q, u16 c, u32 times)
{
	for (; times; times--, q->n++)
		if (q->n < q->max)
			q->out[q->n] = c;
}

/**
 * nt_cmdline_quote() - one argument as it must stand in a command line
 * @arg: the argument
 * @len: units in it
 * @program: it is the first one, which has rules of its own
 * @out: receives it, not terminated
 * @max: units of room
 *
 * Context: any.
 * Return: units, or -E2BIG.
 */
int nt_cmdline_quote(const u16 *arg, u32 len, bool program, u16 *out, u32 max)
{
	struct quoter q = { .out = out, .max = max };
	bool quotes = wants_quotes(arg, len);
	u32 i, slashes = 0;

	if (len > max)
		return -E2BIG;
	if (quotes)
		put(&q, '"', 1);
	for (i = 0; i < len; i++) {
		if (arg[i] == '"' && program)
			continue;	/* cannot be expressed; no file name has it */
		if (arg[i] == '\\') {
			slashes++;
		} else {
			if (arg[i] == '"')
				put(&q, '\\', slashes + 1);
			slashes = 0;
		}
		put(&q, arg[i], 1);
	}
	if (quotes) {
		if (!program)
			put(&q, '\\', slashes);
		put(&q, '"', 1);
	}
	return q.n <= max ? q.n : -E2BIG;
}
EXPORT_SYMBOL_FOR_TEST(nt_cmdline_quote);

static u32 split_program(const u16 *s, u32 len, u32 *at, u16 *out)
{
	bool quoted = false;
	u32 i, n = 0;

	for (i = 0; i < len; i++) {
		if (s[i] == '"') {
			quoted = !quoted;
			continue;
		}
		if (is_blank(s[i]) && !quoted)
			break;
		out[n++] = s[i];
	}
	/* A blank in front makes the program's name empty. */
	*at = i ?: 1;
	return n;
}

/**
 * nt_cmdline_split() - the next argument of a command line
 * @cmdline: the command line
 * @len: units in it
 * @at: where to go on; 0 for the program, then as left by the last call
 * @out: receives the argument, not terminated; has room for @len units
 *
 * Context: any.
 * Return: units; U32_MAX when there is no argument any more.
 */
u32 nt_cmdline_split(const u16 *cmdline, u32 len, u32 *at, u16 *out)
{
	bool quoted = false;
	u32 i = *at, n = 0;

	if (!i && len)
		return split_program(cmdline, len, at, out);
	while (i < len && is_blank(cmdline[i]))
		i++;
	if (i >= len)
		return U32_MAX;
	while (i < len && (quoted || !is_blank(cmdline[i]))) {
		u32 slashes = 0;

		while (i < len && cmdline[i] == '\\') {
			slashes++;
			i++;
		}
		if (i == len || cmdline[i] != '"') {
			for (; slashes; slashes--)
				out[n++] = '\\';
			if (i < len && (quoted || !is_blank(cmdline[i])))
				out[n++] = cmdline[i++];
			continue;
		}
		for (; slashes >= 2; slashes -= 2)
			out[n++] = '\\';
		if (slashes) {
			out[n++] = '"';
		} else if (quoted && i + 1 < len && cmdline[i + 1] == '"') {
			out[n++] = '"';
			i++;
		} else {
			quoted = !quoted;
		}
		i++;
	}
	*at = i;
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_cmdline_split);
