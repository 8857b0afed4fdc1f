// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the initial stack's layout. */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "start_stack.h"

static const struct darwin_start_info sample = {
	.path = "/bin/prog",
	.stack_top = 0x7ffeefc00000,
	.stack_size = 0x800000,
	.fsid = 0x801,
	.fileid = 42,
	.guard = 0x1122334455667788,
	.entropy = { 1, 0xfedcba9876543210 },
	.munge = 0xabc,
};

static struct darwin_apple *new_apple(struct kunit *test, size_t path_len)
{
	size_t size = DARWIN_APPLE_REST + path_len;
	struct darwin_apple *apple;

	apple = kunit_kzalloc(test, struct_size(apple, buf, size), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, apple);
	apple->size = size;
	return apple;
}

static void apple_strings(struct kunit *test)
{
	static const char *const want[] = {
		"executable_path=/bin/prog",
		"stack_guard=0x1122334455667700",
		"malloc_entropy=0x0000000000000001,0xfedcba9876543210",
		"ptr_munge=0x0000000000000abc",
		"main_stack=0x7ffeefc00000,0x800000,0x7ffeef400000,0x800000",
		"executable_file=0x801,0x2a",
	};
	struct darwin_apple *apple = new_apple(test, strlen(sample.path));
	u32 i, used = 0;

	KUNIT_ASSERT_EQ(test, darwin_apple_fill(apple, &sample), 0);
	KUNIT_ASSERT_EQ(test, apple->nr, (u32)ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_EXPECT_EQ(test, apple->off[i], used);
		KUNIT_EXPECT_STREQ(test, apple->buf + apple->off[i], want[i]);
		used += strlen(want[i]) + 1;
	}
	KUNIT_EXPECT_EQ(test, apple->used, used);
}

static void apple_long_path(struct kunit *test)
{
	struct darwin_apple *apple = new_apple(test, PATH_MAX - 1);
	struct darwin_start_info info = sample;
	char *path = kunit_kzalloc(test, 2 * PATH_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, path);
	memset(path, 'x', PATH_MAX - 1);
	info.path = path;
	memset(&info.stack_top, 0xff, sizeof(info) - offsetof(typeof(info), stack_top));
	KUNIT_EXPECT_EQ(test, darwin_apple_fill(apple, &info), 0);
	KUNIT_EXPECT_LE(test, apple->used, apple->size);
	memset(path, 'x', PATH_MAX + DARWIN_APPLE_REST);
	KUNIT_EXPECT_EQ(test, darwin_apple_fill(apple, &info), -E2BIG);
}

static void place(struct kunit *test)
{
	struct darwin_apple *apple = new_apple(test, strlen(sample.path));
	struct darwin_start_layout l;
	u64 argc, top;

	apple->nr = 6;
	apple->used = 201;
	for (argc = 1; argc < 6; argc++) {
		for (top = 0x100000; top < 0x100020; top++) {
			KUNIT_ASSERT_EQ(test,
					darwin_start_place(top, argc, 3, apple, false, &l), 0);
			KUNIT_EXPECT_EQ(test, l.words, argc + 3 + 6 + 4);
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED(l.sp, 16));
			KUNIT_EXPECT_LE(test, l.sp + 8 * l.words, l.apple);
			KUNIT_EXPECT_LE(test, l.apple + 201, top);
			KUNIT_EXPECT_LT(test, top - l.sp, 201 + 8 * l.words + 32);
		}
	}
	KUNIT_EXPECT_EQ(test, darwin_start_place(top, 1, 3, apple, true, &l), 0);
	KUNIT_EXPECT_EQ(test, l.words, 15ULL);
}

static void place_overflow(struct kunit *test)
{
	struct darwin_apple *apple = new_apple(test, strlen(sample.path));
	struct darwin_start_layout l;

	apple->nr = 6;
	apple->used = 201;
	KUNIT_EXPECT_EQ(test, darwin_start_place(0, 1, 1, apple, false, &l), -E2BIG);
	KUNIT_EXPECT_EQ(test, darwin_start_place(201, 1, 1, apple, false, &l), -E2BIG);
	KUNIT_EXPECT_EQ(test, darwin_start_place(250, 1, 1, apple, false, &l), -E2BIG);
	KUNIT_EXPECT_EQ(test, darwin_start_place(0x10000, 0x2000, 0, apple, false, &l), -E2BIG);
	KUNIT_EXPECT_EQ(test, darwin_start_place(0x10000, U64_MAX, 1, apple, false, &l), -E2BIG);
	KUNIT_EXPECT_EQ(test, darwin_start_place(0x10000, U64_MAX, 0, apple, false, &l), -E2BIG);
	KUNIT_EXPECT_EQ(test, darwin_start_place(0x10000, U64_MAX / 8, 0, apple, false, &l),
			-E2BIG);
}

static struct kunit_case start_cases[] = {
	KUNIT_CASE(apple_strings),
	KUNIT_CASE(apple_long_path),
	KUNIT_CASE(place),
	KUNIT_CASE(place_overflow),
	{}
};

static struct kunit_suite start_suite = {
	.name = "persona_darwin_start",
	.test_cases = start_cases,
};

kunit_test_suite(start_suite);
