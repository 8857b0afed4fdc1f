// SPDX-License-Identifier: GPL-2.0-only
/*
 * Matching names of files. Besides * and ? there are three wild cards that stand
 * for what DOS made of them; Windows puts them in where a program's pattern has
 * dots.
 */
#include <linux/bitmap.h>
#include <linux/export.h>

#include "wildcard.h"

#define DOS_STAR	'<'	/* anything up to the last dot */
#define DOS_QM		'>'	/* one that is no dot, or nothing before a dot or the end */
#define DOS_DOT		'"'	/* a dot, or nothing at the end */

/* One bit per place in the pattern where the match may have got to. */
struct states {
	DECLARE_BITMAP(at, NT_MASK_MAX + 1);
};

static bool is_wild(u16 c)
{
	return c == '*' || c == '?' || c == DOS_STAR || c == DOS_QM || c == DOS_DOT;
}

/**
 * nt_mask_is_wild() - does a pattern match more than one name?
 * @mask: pattern
 * @len: units in it
 *
 * Context: any.
 * Return: true if it has wild cards.
 */
bool nt_mask_is_wild(const u16 *mask, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (is_wild(mask[i]))
			return true;
	return false;
}
EXPORT_SYMBOL_FOR_TEST(nt_mask_is_wild);

/**
 * nt_mask_of_dos() - a pattern as DOS meant it
 * @mask: pattern, changed
 * @len: units in it
 *
 * "a.*" matches "a", and "a??" does. Windows has its kernel32.dll replace the wild
 * cards; Wine's leaves that to the kernel. A pattern that has some of the special
 * ones is left as it is.
 *
 * Context: any.
 */
void nt_mask_of_dos(u16 *mask, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (mask[i] == DOS_STAR || mask[i] == DOS_QM || mask[i] == DOS_DOT)
			return;
	for (i = 0; i < len; i++) {
		u16 next = i + 1 < len ? mask[i + 1] : 0;

		if (mask[i] == '?')
			mask[i] = DOS_QM;
		else if (mask[i] == '*' && next == '.')
			mask[i] = DOS_STAR;
		else if (mask[i] == '.' && (!next || next == '*' || next == '?'))
			mask[i] = DOS_DOT;
	}
}
EXPORT_SYMBOL_FOR_TEST(nt_mask_of_dos);

/* Does @mask mean all names? */
static bool is_all(const u16 *mask, u32 len)
{
	return !len || (len == 1 && mask[0] == '*') ||
	       (len == 3 && mask[0] == '*' && mask[1] == '.' && mask[2] == '*');
}

/* May the wild card at a place match nothing, before @next (0: the end)? */
static bool may_skip(u16 wild, u16 next)
{
	switch (wild) {
	case '*':
	case DOS_STAR:
		return true;
	case DOS_QM:
		return !next || next == '.';
	case DOS_DOT:
		return !next;
	default:
		return false;
	}
}

static void skip_nothings(struct states *s, const u16 *mask, u32 len, u16 next)
{
	unsigned int i;

	for_each_set_bit(i, s->at, len)
		if (may_skip(mask[i], next))
			__set_bit(i + 1, s->at);
}

static void take(struct states *to, const struct states *from, const u16 *mask, u32 len, u16 c,
		 bool last_dot)
{
	unsigned int i;

	bitmap_zero(to->at, NT_MASK_MAX + 1);
	for_each_set_bit(i, from->at, len) {
		u16 m = mask[i];

		if (m == '*' || (m == DOS_STAR && !last_dot))
			__set_bit(i, to->at);
		else if (m == '?' || (m == DOS_QM && c != '.') || (m == DOS_DOT && c == '.') ||
			 (!is_wild(m) && nt_toupper(m) == nt_toupper(c)))
			__set_bit(i + 1, to->at);
	}
}

static bool match_states(const u16 *mask, u32 mask_len, const u16 *name, u32 len)
{
	struct states s[2];
	unsigned int now = 0;
	u32 i, last_dot = len;

	for (i = 0; i < len; i++)
		if (name[i] == '.')
			last_dot = i;
	bitmap_zero(s[0].at, NT_MASK_MAX + 1);
	__set_bit(0, s[0].at);
	for (i = 0; i < len; i++) {
		skip_nothings(&s[now], mask, mask_len, name[i]);
		take(&s[!now], &s[now], mask, mask_len, name[i], i == last_dot);
		now = !now;
		if (bitmap_empty(s[now].at, NT_MASK_MAX + 1))
			return false;
	}
	skip_nothings(&s[now], mask, mask_len, 0);
	return test_bit(mask_len, s[now].at);
}

/* Only * and ?: the last star is the only one that may have to take more. */
static bool match_simple(const u16 *mask, u32 mask_len, const u16 *name, u32 len)
{
	u32 m = 0, n = 0, star = mask_len, star_n = 0;

	while (n < len) {
		if (m < mask_len && mask[m] == '*') {
			star = m++;
			star_n = n;
		} else if (m < mask_len &&
			   (mask[m] == '?' || nt_toupper(mask[m]) == nt_toupper(name[n]))) {
			m++;
			n++;
		} else if (star < mask_len) {
			m = star + 1;
			n = ++star_n;
		} else {
			return false;
		}
	}
	while (m < mask_len && mask[m] == '*')
		m++;
	return m == mask_len;
}

/**
 * nt_mask_match() - does a pattern match a name?
 * @mask: pattern; empty: all names
 * @mask_len: units in it, NT_MASK_MAX at most
 * @name: name
 * @len: units in it
 *
 * "*.*" matches names without a dot, too.
 *
 * Context: any.
 * Return: true if it does, whatever the case.
 */
bool nt_mask_match(const u16 *mask, u32 mask_len, const u16 *name, u32 len)
{
	u32 i;

	if (is_all(mask, mask_len))
		return true;
	if (mask_len > NT_MASK_MAX)
		return false;
	for (i = 0; i < mask_len; i++)
		if (mask[i] == DOS_STAR || mask[i] == DOS_QM || mask[i] == DOS_DOT)
			return match_states(mask, mask_len, name, len);
	return match_simple(mask, mask_len, name, len);
}
EXPORT_SYMBOL_FOR_TEST(nt_mask_match);
