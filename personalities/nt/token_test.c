// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of security identifiers, privileges, access checks, time zones. */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "file.h"
#include "security.h"
#include "sysinfo.h"

static void sids(struct kunit *test)
{
	static const u32 uids[] = { 0, 1, 33, 500, 999, 1000, 65534, 0x7fffffff, 0x80000000,
				    0xfffffffe };
	char text[NT_SID_TEXT];
	u16 wide[NT_SID_TEXT];
	struct nt_sid sid, back;
	size_t used;
	u32 uid, i;
	int n, j;

	for (i = 0; i < ARRAY_SIZE(uids); i++) {
		nt_sid_of_uid(&sid, uids[i]);
		KUNIT_EXPECT_TRUE(test, nt_sid_valid(&sid, nt_sid_size(&sid)));
		KUNIT_EXPECT_TRUE(test, nt_sid_to_uid(&sid, &uid));
		KUNIT_EXPECT_EQ(test, uid, uids[i]);
		n = nt_sid_print(&sid, text, sizeof(text));
		for (j = 0; j < n; j++)
			wide[j] = text[j];
		KUNIT_EXPECT_TRUE(test, nt_sid_parse(wide, n, &back, NULL));
		KUNIT_EXPECT_TRUE(test, nt_sid_equal(&sid, &back));
		wide[n] = '_';
		KUNIT_EXPECT_FALSE(test, nt_sid_parse(wide, n + 1, &back, NULL));
		KUNIT_EXPECT_TRUE(test, nt_sid_parse(wide, n + 1, &back, &used));
		KUNIT_EXPECT_EQ(test, used, (size_t)n);
	}
	nt_sid_of_uid(&sid, 0);
	nt_sid_print(&sid, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "S-1-5-21-0-0-0-500");
	nt_sid_of_gid(&sid, 27);
	nt_sid_print(&sid, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "S-1-22-2-27");
	KUNIT_EXPECT_FALSE(test, nt_sid_to_uid(&sid, &uid));
	/* Not the number that this user would have got. */
	nt_sid_make(&sid, 22, 2, 1, 1000);
	KUNIT_EXPECT_FALSE(test, nt_sid_to_uid(&sid, &uid));
	nt_sid_make(&sid, 5, 1, 18);
	KUNIT_EXPECT_FALSE(test, nt_sid_to_uid(&sid, &uid));
	sid.count = NT_SID_SUBS + 1;
	KUNIT_EXPECT_FALSE(test, nt_sid_valid(&sid, sizeof(sid)));
	sid.count = 2;
	KUNIT_EXPECT_FALSE(test, nt_sid_valid(&sid, 15));
}

static void privileges(struct kunit *test)
{
	kernel_cap_t none = { }, all;
	u64 p;

	memset(&all, 0xff, sizeof(all));
	p = nt_privileges_of(none);
	KUNIT_EXPECT_TRUE(test, p & BIT_ULL(NT_SE_CHANGE_NOTIFY));
	KUNIT_EXPECT_FALSE(test, p & BIT_ULL(NT_SE_SHUTDOWN));
	KUNIT_EXPECT_FALSE(test, p & BIT_ULL(NT_SE_DEBUG));
	p = nt_privileges_of(all);
	KUNIT_EXPECT_TRUE(test, p & BIT_ULL(NT_SE_SHUTDOWN));
	KUNIT_EXPECT_TRUE(test, p & BIT_ULL(NT_SE_DEBUG));
	/* Nobody has these. */
	KUNIT_EXPECT_FALSE(test, p & BIT_ULL(NT_SE_TCB));
	KUNIT_EXPECT_FALSE(test, p & BIT_ULL(NT_SE_CREATE_TOKEN));
	KUNIT_EXPECT_EQ(test, p >> NT_SE_MAX, 0ull);
}

/* A descriptor under construction. */
struct sd {
	u8 buf[1024];
	u32 len;
	u32 dacl;
};

static u32 sd_sid(struct sd *sd, const struct nt_sid *sid)
{
	u32 at = sd->len;

	memcpy(sd->buf + at, sid, nt_sid_size(sid));
	sd->len += nt_sid_size(sid);
	return at;
}

static void sd_init(struct sd *sd, const struct nt_sid *owner, bool dacl)
{
	u32 *offsets = (u32 *)(sd->buf + 4);

	memset(sd, 0, sizeof(*sd));
	sd->buf[0] = 1;
	*(u16 *)(sd->buf + 2) = 0x8000 | (dacl ? 4 : 0);
	sd->len = 20;
	offsets[0] = sd_sid(sd, owner);
	offsets[1] = sd_sid(sd, owner);
	if (!dacl)
		return;
	sd->dacl = sd->len;
	offsets[3] = sd->dacl;
	sd->buf[sd->dacl] = 2;
	sd->len += 8;
	*(u16 *)(sd->buf + sd->dacl + 2) = 8;
}

static void sd_ace(struct sd *sd, u8 type, u8 flags, u32 mask, const struct nt_sid *sid)
{
	u32 size = 8 + nt_sid_size(sid);

	sd->buf[sd->len] = type;
	sd->buf[sd->len + 1] = flags;
	*(u16 *)(sd->buf + sd->len + 2) = size;
	*(u32 *)(sd->buf + sd->len + 4) = mask;
	memcpy(sd->buf + sd->len + 8, sid, size - 8);
	sd->len += size;
	*(u16 *)(sd->buf + sd->dacl + 2) += size;
	++*(u16 *)(sd->buf + sd->dacl + 4);
}

static const struct nt_generic_mapping mapping = {
	.read = 0x20001, .write = 0x20002, .execute = 0x20004, .all = 0x1f000f,
};

#define EXPECT_ACCESS(status_, granted_, desired_)					\
	do {										\
		u32 g_ = 0;								\
											\
		KUNIT_EXPECT_EQ(test, nt_security_check(sd->buf, sd->len, &token, desired_,	\
							&mapping, &g_), (long)(status_));	\
		KUNIT_EXPECT_EQ(test, g_, granted_);					\
	} while (0)

static void access_checks(struct kunit *test)
{
	struct sd *sd = kunit_kzalloc(test, sizeof(*sd), GFP_KERNEL);
	struct nt_group groups[4] = { };
	struct nt_token token = { .groups = groups, .ngroups = 3 };
	struct nt_sid other, everyone;

	KUNIT_ASSERT_NOT_NULL(test, sd);
	nt_sid_of_uid(&groups[0].sid, 1000);
	nt_sid_make(&everyone, 1, 1, 0);
	groups[1].sid = everyone;
	groups[1].attr = NT_GROUP_ENABLED;
	nt_sid_make(&groups[2].sid, 5, 2, 32, 544);
	groups[2].attr = NT_GROUP_DENY_ONLY;
	nt_sid_of_uid(&other, 1001);

	/* No list: everything. An empty one: nothing. */
	sd_init(sd, &other, false);
	EXPECT_ACCESS(0, 0x1f000fu, NT_GENERIC_ALL);
	sd_init(sd, &other, true);
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, 1);
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, NT_MAXIMUM_ALLOWED);
	EXPECT_ACCESS(0, 0u, 0);
	/* The owner can read and write the list. */
	sd_init(sd, &groups[0].sid, true);
	EXPECT_ACCESS(0, NT_READ_CONTROL | NT_WRITE_DAC, NT_READ_CONTROL | NT_WRITE_DAC);
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, 1);
	/* Each entry decides what was not decided before it. */
	sd_init(sd, &other, true);
	sd_ace(sd, 1, 0, 2, &groups[0].sid);
	sd_ace(sd, 0, 0, 7, &everyone);
	sd_ace(sd, 1, 0, 4, &everyone);
	EXPECT_ACCESS(0, 5u, 5);
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, 7);
	EXPECT_ACCESS(0, 5u, NT_MAXIMUM_ALLOWED);
	EXPECT_ACCESS(0, 5u, NT_MAXIMUM_ALLOWED | 1);
	/* A group for denials only does not allow. */
	sd_init(sd, &other, true);
	sd_ace(sd, 0, 0, 1, &groups[2].sid);
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, 1);
	sd_ace(sd, 1, 0, 2, &groups[2].sid);
	sd_ace(sd, 0, 0, 3, &everyone);
	EXPECT_ACCESS(0, 1u, 1);
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, 2);
	/* What is only for heirs does not count. Generic rights in entries do. */
	sd_init(sd, &other, true);
	sd_ace(sd, 0, 8, 1, &everyone);
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, 1);
	sd_ace(sd, 0, 0, NT_GENERIC_READ, &everyone);
	EXPECT_ACCESS(0, 0x20001u, NT_GENERIC_READ);
	/* Restricting SIDs have to be allowed as well. */
	groups[3].sid = other;
	token.nrestricted = 1;
	EXPECT_ACCESS(NT_STATUS_ACCESS_DENIED, 0u, 1);
	sd_ace(sd, 0, 0, 1, &other);
	EXPECT_ACCESS(0, 1u, 1);
	token.nrestricted = 0;
	/* The system's list needs a privilege. */
	EXPECT_ACCESS(NT_STATUS_PRIVILEGE_NOT_HELD, 0u, 0x01000000);
	token.enabled = BIT_ULL(NT_SE_SECURITY);
	EXPECT_ACCESS(0, 0x01000000u, 0x01000000);
	/* Without an owner it is none. */
	*(u32 *)(sd->buf + 4) = 0;
	EXPECT_ACCESS(NT_STATUS_INVALID_SECURITY_DESCR, 0u, 1);
}

static bool zone(const char *rule, struct nt_timezone *tz)
{
	return nt_timezone_parse(rule, strlen(rule), tz);
}

#define SECONDS(y, mo, d, h, mi)	mktime64(y, mo, d, h, mi, 0)

static void timezones(struct kunit *test)
{
	static const char *const bad[] = {
		"", "X", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,J60,J300",
		"CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<+03", "CET-999",
		"ANameThatIsMuchTooLongForWhatNTHasRoomFor-1",
	};
	struct nt_timezone tz;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_FALSE(test, zone(bad[i], &tz));
		KUNIT_EXPECT_EQ(test, tz.bias, 0);
		KUNIT_EXPECT_EQ(test, tz.key_name[0], (u16)'U');
	}
	KUNIT_EXPECT_TRUE(test, zone("UTC0", &tz));
	KUNIT_EXPECT_EQ(test, tz.key_name[0], (u16)'U');
	KUNIT_EXPECT_TRUE(test, zone("<+0545>-5:45", &tz));
	KUNIT_EXPECT_EQ(test, tz.bias, -345);
	KUNIT_EXPECT_FALSE(test, nt_timezone_is_daylight(&tz, 1700000000));

	KUNIT_EXPECT_TRUE(test, zone("CET-1CEST,M3.5.0,M10.5.0/3", &tz));
	KUNIT_EXPECT_EQ(test, tz.bias, -60);
	KUNIT_EXPECT_EQ(test, tz.daylight_bias, -60);
	KUNIT_EXPECT_EQ(test, tz.daylight_date.month, (u16)3);
	KUNIT_EXPECT_EQ(test, tz.daylight_date.day, (u16)5);
	KUNIT_EXPECT_EQ(test, tz.standard_date.hour, (u16)3);
	/* 2024-03-31 and 2024-10-27, 01:00 UTC. */
	KUNIT_EXPECT_FALSE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 3, 31, 0, 59)));
	KUNIT_EXPECT_TRUE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 3, 31, 1, 0)));
	KUNIT_EXPECT_TRUE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 10, 27, 0, 59)));
	KUNIT_EXPECT_FALSE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 10, 27, 1, 0)));
	/* The other half of the world: 2024-04-07 and 2024-10-06, 16:00 UTC the day before. */
	KUNIT_EXPECT_TRUE(test, zone("AEST-10AEDT,M10.1.0,M4.1.0/3", &tz));
	KUNIT_EXPECT_TRUE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 1, 1, 0, 0)));
	KUNIT_EXPECT_TRUE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 4, 6, 15, 59)));
	KUNIT_EXPECT_FALSE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 4, 6, 16, 0)));
	KUNIT_EXPECT_FALSE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 10, 5, 15, 59)));
	KUNIT_EXPECT_TRUE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 10, 5, 16, 0)));
	/* A second Sunday, west of Greenwich: 2024-03-10 07:00 UTC. */
	KUNIT_EXPECT_TRUE(test, zone("EST5EDT,M3.2.0,M11.1.0", &tz));
	KUNIT_EXPECT_EQ(test, tz.bias, 300);
	KUNIT_EXPECT_FALSE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 3, 10, 6, 59)));
	KUNIT_EXPECT_TRUE(test, nt_timezone_is_daylight(&tz, SECONDS(2024, 3, 10, 7, 0)));
}

/* What can be said with permission bits comes back as it was said. */
static void modes(struct kunit *test)
{
	struct nt_ownership is = { }, again;
	struct nt_sid other, system, everyone;
	umode_t mode;
	struct sd *sd;
	u8 *out;
	u32 i, j;

	sd = kunit_kzalloc(test, sizeof(*sd), GFP_KERNEL);
	out = kunit_kzalloc(test, NT_SECURITY_MAX, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sd);
	KUNIT_ASSERT_NOT_NULL(test, out);
	nt_sid_of_uid(&is.user, 1000);
	nt_sid_of_gid(&is.group, 1000);
	nt_sid_of_uid(&other, 1001);
	nt_sid_make(&system, 5, 1, 18);
	nt_sid_make(&everyone, 1, 1, 0);
	for (i = 0; i < 01000; i++) {
		/* Others have no right that the owner or group has not. */
		if ((i & 7) & ~(i >> 3 & 7) || (i & 7) & ~(i >> 6 & 7))
			continue;
		again = is;
		for (j = 0; j < 3; j++)
			again.rights[j] = nt_rights_of_mode(i >> (6 - 3 * j));
		nt_security_make(&again, 4, out);
		KUNIT_EXPECT_EQ(test, nt_mode_of_acl(out + 20, &is, false, &mode), 0);
		KUNIT_EXPECT_EQ(test, mode, i);
	}
	KUNIT_EXPECT_EQ(test, nt_mode_of_acl(NULL, &is, false, &mode), 0);
	KUNIT_EXPECT_EQ(test, mode, 0777);
	sd_init(sd, &is.user, true);
	KUNIT_EXPECT_EQ(test, nt_mode_of_acl(sd->buf + sd->dacl, &is, false, &mode), 0);
	KUNIT_EXPECT_EQ(test, mode, 0);
	sd_ace(sd, 0, 0, NT_FILE_READ_DATA | NT_FILE_WRITE_DATA, &is.user);
	sd_ace(sd, 0, 0, NT_GENERIC_ALL, &system);
	sd_ace(sd, 0, 8, NT_GENERIC_ALL, &other);	/* only inherited */
	KUNIT_EXPECT_EQ(test, nt_mode_of_acl(sd->buf + sd->dacl, &is, false, &mode), 0);
	KUNIT_EXPECT_EQ(test, mode, 0600);
	KUNIT_EXPECT_EQ(test, nt_mode_of_acl(sd->buf + sd->dacl, &is, true, &mode), 0);
	KUNIT_EXPECT_EQ(test, mode, 0700);
	sd_ace(sd, 0, 0, NT_GENERIC_READ, &everyone);
	KUNIT_EXPECT_EQ(test, nt_mode_of_acl(sd->buf + sd->dacl, &is, false, &mode), 0);
	KUNIT_EXPECT_EQ(test, mode, 0644);
	sd_ace(sd, 0, 0, NT_GENERIC_READ, &other);
	KUNIT_EXPECT_EQ(test, nt_mode_of_acl(sd->buf + sd->dacl, &is, false, &mode),
			NT_STATUS_NOT_SUPPORTED);
	sd_init(sd, &is.user, true);
	sd_ace(sd, 1, 0, NT_GENERIC_WRITE, &everyone);	/* denied */
	KUNIT_EXPECT_EQ(test, nt_mode_of_acl(sd->buf + sd->dacl, &is, false, &mode),
			NT_STATUS_NOT_SUPPORTED);
}

static struct kunit_case token_cases[] = {
	KUNIT_CASE(modes),
	KUNIT_CASE(sids),
	KUNIT_CASE(privileges),
	KUNIT_CASE(access_checks),
	KUNIT_CASE(timezones),
	{}
};

static struct kunit_suite token_suite = {
	.name = "persona_nt_token",
	.test_cases = token_cases,
};

kunit_test_suite(token_suite);
