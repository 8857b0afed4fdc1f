// SPDX-License-Identifier: GPL-2.0-only
/* Searches in Darwin's sysctl tree. */
#include <linux/cpufeature.h>
#include <linux/resource.h>
#include <linux/string.h>
#include <linux/threads.h>
#include <asm/page.h>

#include "sysctl.h"

static const struct darwin_sysctl tree[] = { DARWIN_SYSCTL_ROWS };

/* Length of the common start of an entry's number and @oid. */
static u32 match(const struct darwin_sysctl *row, const u32 *oid, u32 n)
{
	u32 i;

	for (i = 0; i < row->noid && i < n; i++)
		if (row->oid[i] != oid[i])
			break;
	return i;
}

/**
 * darwin_sysctl_by_oid - finds the entry of a number
 * @oid: number
 * @n: its length
 *
 * The number must be the entry's; for a node it may go on.
 *
 * Context: any.
 * Return: the entry or NULL.
 */
const struct darwin_sysctl *darwin_sysctl_by_oid(const u32 *oid, u32 n)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tree); i++) {
		const struct darwin_sysctl *row = &tree[i];

		if (match(row, oid, n) == row->noid)
			return n == row->noid || row->format == 'N' ? row : NULL;
	}
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sysctl_by_oid);

/**
 * darwin_sysctl_by_name - finds the entry of a name
 * @name: dotted name, not necessarily terminated
 * @len: its length
 *
 * Context: any.
 * Return: the entry or NULL.
 */
const struct darwin_sysctl *darwin_sysctl_by_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tree); i++)
		if (strlen(tree[i].name) == len && !memcmp(tree[i].name, name, len))
			return &tree[i];
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sysctl_by_name);

/**
 * darwin_sysctl_next - first entry behind a number
 * @oid: number, need not exist
 * @n: its length; 0: from the start
 *
 * Context: any.
 * Return: the entry or NULL at the end.
 */
const struct darwin_sysctl *darwin_sysctl_next(const u32 *oid, u32 n)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tree); i++) {
		const struct darwin_sysctl *row = &tree[i];
		u32 same = match(row, oid, n);

		if (same == n ? row->noid > n :
		    same < row->noid && row->oid[same] > oid[same])
			return row;
	}
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sysctl_next);
