// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the map engines. */
#include <kunit/test.h>
#include <linux/module.h>

#include "persona.h"

static const u16 map_to_foreign[] = { [1] = 1, [3] = 9, [4] = 5 };
static const u16 map_to_native[] = { [1] = 1, [5] = 4, [7] = 3, [9] = 3 };

static const struct persona_map test_map = {
	.to_foreign = map_to_foreign,
	.nr_to_foreign = ARRAY_SIZE(map_to_foreign),
	.to_native = map_to_native,
	.nr_to_native = ARRAY_SIZE(map_to_native),
};

static void map_numbers(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&test_map, 1), 1U);
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&test_map, 3), 9U);
	KUNIT_EXPECT_EQ(test, persona_map_to_native(&test_map, 9), 3U);
	KUNIT_EXPECT_EQ(test, persona_map_to_native(&test_map, 7), 3U);
}

static void map_holes_and_ends(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&test_map, 0), 0U);
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&test_map, 2), 0U);
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&test_map, 5), 0U);
	KUNIT_EXPECT_EQ(test, persona_map_to_foreign(&test_map, ~0U), 0U);
	KUNIT_EXPECT_EQ(test, persona_map_to_native(&test_map, 0), 0U);
	KUNIT_EXPECT_EQ(test, persona_map_to_native(&test_map, 10), 0U);
	KUNIT_EXPECT_EQ(test, persona_map_to_native(&test_map, ~0U), 0U);
}

/* A two-bit field, plain bits, an ignored bit, and a native field of two bits. */
static const struct persona_flag test_flags[] = {
	{ .foreign = 0, .native = 0, .mask = 0x3, .native_mask = 0x30 },
	{ .foreign = 1, .native = 0x10, .mask = 0x3, .native_mask = 0x30 },
	{ .foreign = 2, .native = 0x20, .mask = 0x3, .native_mask = 0x30 },
	{ .foreign = 0x4, .native = 0x1, .mask = 0x4, .native_mask = 0x1 },
	{ .foreign = 0x8, .native = 0, .mask = 0x8, .native_mask = 0 },
	{ .foreign = 0x10, .native = 0x6, .mask = 0x10, .native_mask = 0x6 },
	{ .foreign = 0x20, .native = 0x2, .mask = 0x20, .native_mask = 0x6 },
	{ .foreign = BIT_ULL(63), .native = 0x80, .mask = BIT_ULL(63), .native_mask = 0x80 },
};

static u64 to_native(u64 word, u64 *rest)
{
	return persona_flags_to_native(test_flags, ARRAY_SIZE(test_flags), word, rest);
}

static u64 to_foreign(u64 word, u64 *rest)
{
	return persona_flags_to_foreign(test_flags, ARRAY_SIZE(test_flags), word, rest);
}

static void flags_to_native(struct kunit *test)
{
	u64 rest = ~0ULL;

	KUNIT_EXPECT_EQ(test, to_native(0, &rest), 0ULL);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
	KUNIT_EXPECT_EQ(test, to_native(0x1 | 0x4, &rest), 0x11ULL);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
	KUNIT_EXPECT_EQ(test, to_native(0x8, &rest), 0ULL);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
	KUNIT_EXPECT_EQ(test, to_native(0x30, &rest), 0x6ULL);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
	KUNIT_EXPECT_EQ(test, to_native(BIT_ULL(63), &rest), 0x80ULL);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
}

static void flags_unknown_bits(struct kunit *test)
{
	u64 rest;

	KUNIT_EXPECT_EQ(test, to_native(0x40 | 0x4, &rest), 0x1ULL);
	KUNIT_EXPECT_EQ(test, rest, 0x40ULL);
	/* A field value that no entry names is as unknown as a bit. */
	to_native(0x3, &rest);
	KUNIT_EXPECT_EQ(test, rest, 0x3ULL);
	persona_flags_to_native(NULL, 0, 0x7, &rest);
	KUNIT_EXPECT_EQ(test, rest, 0x7ULL);
	to_foreign(0x30, &rest);
	KUNIT_EXPECT_EQ(test, rest, 0x30ULL);
	to_foreign(0x100, &rest);
	KUNIT_EXPECT_EQ(test, rest, 0x100ULL);
}

static void flags_to_foreign(struct kunit *test)
{
	u64 rest;

	KUNIT_EXPECT_EQ(test, to_foreign(0x11, &rest), 0x5ULL);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
	/* The wider native value is not mistaken for the narrower one. */
	KUNIT_EXPECT_EQ(test, to_foreign(0x6, &rest), 0x10ULL);
	KUNIT_EXPECT_EQ(test, to_foreign(0x2, &rest), 0x20ULL);
	KUNIT_EXPECT_EQ(test, rest, 0ULL);
	/* The ignored flag does not appear from nowhere. */
	KUNIT_EXPECT_EQ(test, to_foreign(0, &rest), 0ULL);
}

static struct kunit_case map_cases[] = {
	KUNIT_CASE(map_numbers),
	KUNIT_CASE(map_holes_and_ends),
	KUNIT_CASE(flags_to_native),
	KUNIT_CASE(flags_unknown_bits),
	KUNIT_CASE(flags_to_foreign),
	{}
};

static struct kunit_suite map_suite = {
	.name = "persona_map",
	.test_cases = map_cases,
};

kunit_test_suite(map_suite);

/* For all of persona_test.ko. */
MODULE_DESCRIPTION("Unit tests of the persona core");
MODULE_LICENSE("GPL");
