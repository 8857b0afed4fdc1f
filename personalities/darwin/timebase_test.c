// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the commpage's time base. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/time64.h>

#include "commpage.h"

/* 2 GHz: half a nanosecond per count. */
#define HALF	0x80000000U

static void now(struct kunit *test)
{
	const struct darwin_timebase base = { .tsc = 1000, .ns = 5000, .scale = HALF };

	KUNIT_EXPECT_EQ(test, darwin_timebase_ns(&base, 1000), 5000ULL);
	KUNIT_EXPECT_EQ(test, darwin_timebase_ns(&base, 1000 + 2 * NSEC_PER_SEC),
			5000ULL + NSEC_PER_SEC);
	/* A hundred years: more than 64 bits in between. */
	KUNIT_EXPECT_EQ(test, darwin_timebase_ns(&base, 1000 + (6311520000ULL << 30)),
			5000ULL + (6311520000ULL << 29));
}

static void scale(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(1U << 23, 24), HALF);
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(HALF, 32), HALF);
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(2, 34), 0U);
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(8, 34), 2U);
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(U32_MAX, 63), 1U);
	/* 1 GHz and less: as near as possible, too slow, never too fast. */
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(1U << 24, 24), U32_MAX);
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(U32_MAX, 1), U32_MAX);
	KUNIT_EXPECT_EQ(test, darwin_timebase_scale(0, 0), 0U);
}

static void margin(struct kunit *test)
{
	struct darwin_timebase base = { .tsc = 1000000, .ns = 5000000, .scale = 0x55555555 };

	darwin_timebase_margin(&base);
	KUNIT_EXPECT_LT(test, base.tsc, 1000000ULL);
	KUNIT_EXPECT_EQ(test, darwin_timebase_ns(&base, 1000000), 5000000ULL);
	base.tsc = 10;
	darwin_timebase_margin(&base);
	KUNIT_EXPECT_EQ(test, base.tsc, 0ULL);
}

static void follow(struct kunit *test)
{
	struct darwin_timebase base = {};
	u64 last = 0, ns = 1000000, tsc = 7, t;
	int i;

	/* The counter is faster than it says: never back, never far away. */
	for (i = 0; i < 1000; i++) {
		t = darwin_timebase_ns(&base, tsc);
		if (i) {
			KUNIT_EXPECT_GE(test, t, last);
			KUNIT_EXPECT_LT(test, t, ns + 10000);
		}
		darwin_timebase_follow(&base, tsc, ns, HALF);
		last = darwin_timebase_ns(&base, tsc);
		if (i)
			KUNIT_EXPECT_GE(test, last, t);
		tsc += 8001000;
		ns += 4000000;
	}
	/* Slower: follows at once. */
	tsc += 7000000;
	ns += 4000000;
	darwin_timebase_follow(&base, tsc, ns, HALF);
	KUNIT_EXPECT_EQ(test, darwin_timebase_ns(&base, tsc), ns);
	/* No counter: stands still. */
	darwin_timebase_follow(&base, tsc, ns, 0);
	KUNIT_EXPECT_EQ(test, darwin_timebase_ns(&base, tsc + NSEC_PER_SEC), ns);
	/* Slept for an hour with the counter running: time did not. */
	darwin_timebase_follow(&base, tsc, ns, HALF);
	tsc += 7200ULL * NSEC_PER_SEC;
	darwin_timebase_follow(&base, tsc, ns, HALF);
	KUNIT_EXPECT_EQ(test, darwin_timebase_ns(&base, tsc), ns);
}

static struct kunit_case timebase_cases[] = {
	KUNIT_CASE(now),
	KUNIT_CASE(scale),
	KUNIT_CASE(margin),
	KUNIT_CASE(follow),
	{}
};

static struct kunit_suite timebase_suite = {
	.name = "persona_darwin_timebase",
	.test_cases = timebase_cases,
};

kunit_test_suite(timebase_suite);
