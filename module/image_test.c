// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the helpers for image loaders. */
#include <kunit/test.h>
#include <linux/limits.h>

#include "image.h"

static void range_in(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, persona_range_in(0, 0, 0));
	KUNIT_EXPECT_TRUE(test, persona_range_in(0, 16, 16));
	KUNIT_EXPECT_TRUE(test, persona_range_in(16, 0, 16));
	KUNIT_EXPECT_FALSE(test, persona_range_in(17, 0, 16));
	KUNIT_EXPECT_FALSE(test, persona_range_in(0, 17, 16));
	KUNIT_EXPECT_FALSE(test, persona_range_in(1, 16, 16));
	KUNIT_EXPECT_FALSE(test, persona_range_in(U64_MAX, 1, U64_MAX));
	KUNIT_EXPECT_FALSE(test, persona_range_in(1, U64_MAX, U64_MAX));
	KUNIT_EXPECT_FALSE(test, persona_range_in(U64_MAX, U64_MAX, U64_MAX));
	KUNIT_EXPECT_FALSE(test, persona_range_in(BIT_ULL(63), BIT_ULL(63), U64_MAX));
	KUNIT_EXPECT_TRUE(test, persona_range_in(U64_MAX, 0, U64_MAX));
}

static void ranges_overlap(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, persona_ranges_overlap(0, 2, 1, 2));
	KUNIT_EXPECT_TRUE(test, persona_ranges_overlap(1, 2, 0, 2));
	KUNIT_EXPECT_TRUE(test, persona_ranges_overlap(0, 10, 4, 1));
	KUNIT_EXPECT_TRUE(test, persona_ranges_overlap(4, 1, 0, 10));
	KUNIT_EXPECT_TRUE(test, persona_ranges_overlap(4, 1, 4, 1));
	KUNIT_EXPECT_FALSE(test, persona_ranges_overlap(0, 2, 2, 2));
	KUNIT_EXPECT_FALSE(test, persona_ranges_overlap(2, 2, 0, 2));
	KUNIT_EXPECT_FALSE(test, persona_ranges_overlap(0, 0, 0, 2));
	KUNIT_EXPECT_FALSE(test, persona_ranges_overlap(1, 0, 0, 2));
	KUNIT_EXPECT_FALSE(test, persona_ranges_overlap(0, 2, 1, 0));
}

static void get(struct kunit *test)
{
	static const u8 buf[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	u8 out[4] = {};

	KUNIT_EXPECT_TRUE(test, persona_image_get(buf, sizeof(buf), 0, out, 4));
	KUNIT_EXPECT_EQ(test, out[3], 4);
	KUNIT_EXPECT_TRUE(test, persona_image_get(buf, sizeof(buf), 4, out, 4));
	KUNIT_EXPECT_EQ(test, out[0], 5);
	KUNIT_EXPECT_FALSE(test, persona_image_get(buf, sizeof(buf), 5, out, 4));
	KUNIT_EXPECT_FALSE(test, persona_image_get(buf, sizeof(buf), U64_MAX, out, 4));
	KUNIT_EXPECT_FALSE(test, persona_image_get(buf, sizeof(buf), U64_MAX - 2, out, 4));
	KUNIT_EXPECT_FALSE(test, persona_image_get(buf, 3, 0, out, 4));
	KUNIT_EXPECT_EQ(test, out[0], 5);
}

static struct kunit_case image_cases[] = {
	KUNIT_CASE(range_in),
	KUNIT_CASE(ranges_overlap),
	KUNIT_CASE(get),
	{}
};

static struct kunit_suite image_suite = {
	.name = "persona_image",
	.test_cases = image_cases,
};

kunit_test_suite(image_suite);
