// SPDX-License-Identifier: GPL-2.0-only
/*
 * Security identifiers, and the Linux users and groups that they stand for:
 *
 *	S-1-5-21-0-0-0-500	user 0
 *	S-1-5-21-0-0-0-UID	users from 1000 to 2^31 - 1
 *	S-1-22-1-UID		the others, as Samba has it
 *	S-1-22-2-GID		groups, likewise
 *
 * 21-0-0-0 is what Wine's DLLs take for the machine, and 500 is the
 * administrator everywhere.
 */
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "nt.h"
#include "token.h"

#define RID_ADMINISTRATOR	500
#define RID_USERS		1000
#define RID_MAX			0x7fffffff

/**
 * nt_sid_size() - bytes that a SID takes in memory
 * @sid: checked SID
 *
 * Context: any.
 * Return: 8 to 68.
 */
u32 nt_sid_size(const struct nt_sid *sid)
{
	return NT_SID_HEAD + sid->count * sizeof(sid->sub[0]);
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_size);

/**
 * nt_sid_equal() - are these the same?
 * @a: checked SID
 * @b: checked SID
 *
 * Context: any.
 * Return: whether they are.
 */
bool nt_sid_equal(const struct nt_sid *a, const struct nt_sid *b)
{
	return a->count == b->count && !memcmp(a, b, nt_sid_size(a));
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_equal);

/**
 * nt_sid_make() - a SID from its numbers
 * @sid: result
 * @authority: all of ours fit a byte
 * @count: of the sub-authorities, which follow
 *
 * Context: any.
 */
void nt_sid_make(struct nt_sid *sid, u8 authority, u32 count, ...)
{
	va_list ap;
	u32 i;

	memset(sid, 0, sizeof(*sid));
	sid->revision = 1;
	sid->count = count;
	sid->authority[5] = authority;
	va_start(ap, count);
	for (i = 0; i < count; i++)
		sid->sub[i] = va_arg(ap, u32);
	va_end(ap);
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_make);

/**
 * nt_sid_of_uid() - the SID of a user
 * @sid: result
 * @uid: number as a program of the caller's user name space sees it
 *
 * Context: any.
 */
void nt_sid_of_uid(struct nt_sid *sid, u32 uid)
{
	if (!uid)
		nt_sid_make(sid, 5, 5, 21, 0, 0, 0, RID_ADMINISTRATOR);
	else if (uid >= RID_USERS && uid <= RID_MAX)
		nt_sid_make(sid, 5, 5, 21, 0, 0, 0, uid);
	else
		nt_sid_make(sid, 22, 2, 1, uid);
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_of_uid);

/**
 * nt_sid_of_gid() - the SID of a group
 * @sid: result
 * @gid: number as a program of the caller's user name space sees it
 *
 * Context: any.
 */
void nt_sid_of_gid(struct nt_sid *sid, u32 gid)
{
	nt_sid_make(sid, 22, 2, 2, gid);
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_of_gid);

/**
 * nt_sid_to_uid() - the user that a SID stands for
 * @sid: checked SID
 * @uid: set to the number
 *
 * Context: any.
 * Return: false if it is no user's.
 */
bool nt_sid_to_uid(const struct nt_sid *sid, u32 *uid)
{
	struct nt_sid again;

	if (sid->count != 2 && sid->count != 5)
		return false;
	*uid = sid->sub[sid->count - 1];
	if (sid->count == 5 && *uid == RID_ADMINISTRATOR)
		*uid = 0;
	nt_sid_of_uid(&again, *uid);
	return nt_sid_equal(sid, &again);
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_to_uid);

static u64 authority_of(const struct nt_sid *sid)
{
	u64 authority = 0;
	u32 i;

	for (i = 0; i < sizeof(sid->authority); i++)
		authority = authority << 8 | sid->authority[i];
	return authority;
}

/**
 * nt_sid_print() - a SID as text
 * @sid: checked SID
 * @buf: receives "S-1-5-18"
 * @max: room there, NT_SID_TEXT is enough
 *
 * Context: any.
 * Return: length.
 */
int nt_sid_print(const struct nt_sid *sid, char *buf, size_t max)
{
	u64 authority = authority_of(sid);
	int n;
	u32 i;

	n = scnprintf(buf, max, authority > U32_MAX ? "S-%u-0x%llx" : "S-%u-%llu",
		      sid->revision, authority);
	for (i = 0; i < sid->count; i++)
		n += scnprintf(buf + n, max - n, "-%u", sid->sub[i]);
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_print);

static bool parse_number(const u16 *text, size_t len, size_t *at, u32 *out)
{
	size_t i = *at;
	u64 n = 0;

	if (i >= len || text[i] < '0' || text[i] > '9')
		return false;
	for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
		n = n * 10 + text[i] - '0';
		if (n > U32_MAX)
			return false;
	}
	*at = i;
	*out = n;
	return true;
}

/**
 * nt_sid_parse() - a SID from text
 * @text: begins with "S-1-"
 * @len: units
 * @sid: result
 * @used: set to the units that belong to it; NULL: all must
 *
 * Context: any.
 * Return: whether it is one.
 */
bool nt_sid_parse(const u16 *text, size_t len, struct nt_sid *sid, size_t *used)
{
	size_t at = 2;
	u32 n;

	memset(sid, 0, sizeof(*sid));
	if (len < 5 || (text[0] != 'S' && text[0] != 's') || text[1] != '-' ||
	    !parse_number(text, len, &at, &n) || n != 1)
		return false;
	sid->revision = 1;
	if (at >= len || text[at++] != '-' || !parse_number(text, len, &at, &n))
		return false;
	sid->authority[2] = n >> 24;
	sid->authority[3] = n >> 16;
	sid->authority[4] = n >> 8;
	sid->authority[5] = n;
	while (at < len && text[at] == '-') {
		at++;
		if (sid->count == NT_SID_SUBS ||
		    !parse_number(text, len, &at, &sid->sub[sid->count]))
			return false;
		sid->count++;
	}
	if (used)
		*used = at;
	return used || at == len;
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_parse);

/**
 * nt_sid_valid() - is this memory a SID?
 * @data: memory
 * @len: bytes there
 *
 * Context: any.
 * Return: whether a whole SID starts there.
 */
bool nt_sid_valid(const void *data, size_t len)
{
	const struct nt_sid *sid = data;

	return len >= NT_SID_HEAD && sid->revision == 1 && sid->count <= NT_SID_SUBS &&
	       len >= nt_sid_size(sid);
}
EXPORT_SYMBOL_FOR_TEST(nt_sid_valid);

/**
 * nt_sid_get() - copy a SID of the caller
 * @user: address
 * @sid: receives it
 *
 * Context: may sleep.
 * Return: 0, -EFAULT or STATUS_INVALID_SID.
 */
long nt_sid_get(u64 user, struct nt_sid *sid)
{
	const void __user *from = (const void __user *)(uintptr_t)user;

	memset(sid, 0, sizeof(*sid));
	if (copy_from_user(sid, from, NT_SID_HEAD))
		return -EFAULT;
	if (sid->revision != 1 || sid->count > NT_SID_SUBS)
		return NT_STATUS_INVALID_SID;
	if (copy_from_user(sid->sub, from + NT_SID_HEAD, sid->count * sizeof(sid->sub[0])))
		return -EFAULT;
	return 0;
}
