// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: regions, runs of pages, protections and limits of addresses. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "section.h"
#include "vm_impl.h"

#define BASE	0x10000000ull
#define PAGES	64

static void release(struct nt_region *region)
{
	kfree(region);
}

static struct nt_region *region_at(struct kunit *test, struct nt_vm_tree *tree, u64 base, u64 pages)
{
	struct nt_region *region = kzalloc(sizeof(*region), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, region);
	region->base = base;
	region->size = pages * PAGE_SIZE;
	KUNIT_ASSERT_EQ(test, nt_tree_insert(tree, region), 0);
	return region;
}

static void regions(struct kunit *test)
{
	struct nt_region *a, *b, *again;
	struct nt_vm_tree tree;

	nt_tree_init(&tree);
	a = region_at(test, &tree, BASE, 16);
	b = region_at(test, &tree, BASE + 32 * PAGE_SIZE, 1);
	KUNIT_EXPECT_PTR_EQ(test, nt_tree_at(&tree, BASE), a);
	KUNIT_EXPECT_PTR_EQ(test, nt_tree_at(&tree, BASE + 16 * PAGE_SIZE - 1), a);
	KUNIT_EXPECT_NULL(test, nt_tree_at(&tree, BASE - 1));
	KUNIT_EXPECT_NULL(test, nt_tree_at(&tree, BASE + 16 * PAGE_SIZE));
	KUNIT_EXPECT_PTR_EQ(test, nt_tree_next(&tree, 0), a);
	KUNIT_EXPECT_PTR_EQ(test, nt_tree_next(&tree, BASE + 16 * PAGE_SIZE), b);
	KUNIT_EXPECT_NULL(test, nt_tree_next(&tree, BASE + 33 * PAGE_SIZE));

	again = kzalloc(sizeof(*again), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, again);
	again->base = BASE + 15 * PAGE_SIZE;
	again->size = 2 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, nt_tree_insert(&tree, again), -EEXIST);
	kfree(again);

	KUNIT_EXPECT_EQ(test, nt_tree_remove(&tree, a), 0);
	kfree(a);
	KUNIT_EXPECT_NULL(test, nt_tree_at(&tree, BASE));
	nt_tree_destroy(&tree, release);
}

static void split_and_grow(struct kunit *test)
{
	struct nt_region *a, *tail;
	struct nt_vm_tree tree;
	u64 run;

	nt_tree_init(&tree);
	a = region_at(test, &tree, BASE, 16);
	a->offset = 0x5000;
	KUNIT_EXPECT_EQ(test, nt_tree_set(&tree, BASE, 16 * PAGE_SIZE, NT_PAGE_READONLY), 0);
	tail = kzalloc(sizeof(*tail), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tail);
	KUNIT_ASSERT_EQ(test, nt_tree_split(&tree, a, BASE + 4 * PAGE_SIZE, tail), 0);
	KUNIT_EXPECT_EQ(test, a->size, 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, tail->base, BASE + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, tail->size, 12 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, tail->offset, 0x5000 + 4 * PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, nt_tree_at(&tree, BASE + 4 * PAGE_SIZE - 1), a);
	KUNIT_EXPECT_PTR_EQ(test, nt_tree_at(&tree, BASE + 4 * PAGE_SIZE), tail);
	/* Pages know nothing of regions. */
	KUNIT_EXPECT_EQ(test, nt_tree_get(&tree, BASE, BASE + 16 * PAGE_SIZE, &run),
			NT_PAGE_READONLY);
	KUNIT_EXPECT_EQ(test, run, BASE + 16 * PAGE_SIZE);

	KUNIT_ASSERT_EQ(test, nt_tree_grow(&tree, a, BASE + 16 * PAGE_SIZE), 0);
	kfree(tail);
	KUNIT_EXPECT_EQ(test, a->size, 16 * PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, nt_tree_at(&tree, BASE + 15 * PAGE_SIZE), a);
	KUNIT_EXPECT_EQ(test, nt_tree_remove(&tree, a), 0);
	kfree(a);
	KUNIT_EXPECT_NULL(test, nt_tree_next(&tree, 0));
	nt_tree_destroy(&tree, release);
}

static void runs(struct kunit *test)
{
	struct nt_vm_tree tree;
	u64 end = BASE + PAGES * PAGE_SIZE, run;

	nt_tree_init(&tree);
	KUNIT_EXPECT_EQ(test, nt_tree_get(&tree, BASE, end, &run), 0);
	KUNIT_EXPECT_EQ(test, run, end);
	nt_tree_set(&tree, BASE + 2 * PAGE_SIZE, 2 * PAGE_SIZE, NT_PAGE_READWRITE);
	KUNIT_EXPECT_EQ(test, nt_tree_get(&tree, BASE, end, &run), 0);
	KUNIT_EXPECT_EQ(test, run, BASE + 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, nt_tree_get(&tree, BASE + 2 * PAGE_SIZE, end, &run),
			NT_PAGE_READWRITE);
	KUNIT_EXPECT_EQ(test, run, BASE + 4 * PAGE_SIZE);
	/* Equal neighbours are one run, on either side. */
	nt_tree_set(&tree, BASE + 4 * PAGE_SIZE, PAGE_SIZE, NT_PAGE_READWRITE);
	nt_tree_set(&tree, BASE + PAGE_SIZE, PAGE_SIZE, NT_PAGE_READWRITE);
	KUNIT_EXPECT_EQ(test, nt_tree_get(&tree, BASE + PAGE_SIZE, end, &run),
			NT_PAGE_READWRITE);
	KUNIT_EXPECT_EQ(test, run, BASE + 5 * PAGE_SIZE);
	/* Asked no further than the end. */
	nt_tree_get(&tree, BASE + PAGE_SIZE, BASE + 3 * PAGE_SIZE, &run);
	KUNIT_EXPECT_EQ(test, run, BASE + 3 * PAGE_SIZE);
	/* A hole in the middle. */
	nt_tree_set(&tree, BASE + 2 * PAGE_SIZE, PAGE_SIZE, 0);
	nt_tree_get(&tree, BASE + PAGE_SIZE, end, &run);
	KUNIT_EXPECT_EQ(test, run, BASE + 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, nt_tree_get(&tree, BASE + 2 * PAGE_SIZE, end, &run), 0);
	KUNIT_EXPECT_EQ(test, run, BASE + 3 * PAGE_SIZE);
	nt_tree_destroy(&tree, release);
}

/* Against an array, many times. */
static void random_runs(struct kunit *test)
{
	static const u32 states[] = { 0, NT_PAGE_READONLY, NT_PAGE_READWRITE, NT_PAGE_NOACCESS };
	u64 end = BASE + PAGES * PAGE_SIZE, run;
	struct nt_vm_tree tree;
	u8 model[PAGES] = { };
	int i, round, wrong = 0;

	nt_tree_init(&tree);
	for (round = 0; round < 2000; round++) {
		u32 at = get_random_u32() % PAGES;
		u32 n = 1 + get_random_u32() % (PAGES - at);
		u32 state = states[get_random_u32() % ARRAY_SIZE(states)];

		nt_tree_set(&tree, BASE + at * PAGE_SIZE, n * PAGE_SIZE, state);
		memset(model + at, state, n);
		for (i = 0; i < PAGES; i++) {
			int last = i;

			while (last + 1 < PAGES && model[last + 1] == model[i])
				last++;
			wrong += nt_tree_get(&tree, BASE + i * PAGE_SIZE, end, &run) != model[i];
			wrong += run != BASE + (last + 1) * PAGE_SIZE;
		}
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	nt_tree_destroy(&tree, release);
}

static void protections(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_NOACCESS), PROT_NONE);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_READONLY), PROT_READ);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_WRITECOPY), PROT_READ | PROT_WRITE);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_EXECUTE), PROT_READ | PROT_EXEC);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_EXECUTE_READWRITE),
			PROT_READ | PROT_WRITE | PROT_EXEC);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_READWRITE | NT_PAGE_GUARD),
			PROT_READ | PROT_WRITE);
	KUNIT_EXPECT_EQ(test, nt_vm_effective_prot(NT_PAGE_READWRITE | NT_PAGE_GUARD), PROT_NONE);
	KUNIT_EXPECT_EQ(test, nt_vm_effective_prot(0), PROT_NONE);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(0), -EINVAL);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_READONLY | NT_PAGE_READWRITE), -EINVAL);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(NT_PAGE_NOACCESS | NT_PAGE_GUARD), -EINVAL);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(0x800 | NT_PAGE_READONLY), -EINVAL);
	KUNIT_EXPECT_EQ(test, nt_vm_prot(~0u), -EINVAL);
}

static void section_rights(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, nt_section_allows(NT_PAGE_READONLY, NT_PAGE_WRITECOPY));
	KUNIT_EXPECT_FALSE(test, nt_section_allows(NT_PAGE_READONLY, NT_PAGE_READWRITE));
	KUNIT_EXPECT_FALSE(test, nt_section_allows(NT_PAGE_WRITECOPY, NT_PAGE_READWRITE));
	KUNIT_EXPECT_TRUE(test, nt_section_allows(NT_PAGE_READWRITE, NT_PAGE_READONLY));
	KUNIT_EXPECT_FALSE(test, nt_section_allows(NT_PAGE_READWRITE, NT_PAGE_EXECUTE_READ));
	KUNIT_EXPECT_TRUE(test, nt_section_allows(NT_PAGE_EXECUTE_READ, NT_PAGE_EXECUTE_WRITECOPY));
	KUNIT_EXPECT_FALSE(test, nt_section_allows(NT_PAGE_EXECUTE_READ,
						   NT_PAGE_EXECUTE_READWRITE));
	KUNIT_EXPECT_EQ(test, nt_section_access_of(NT_PAGE_WRITECOPY), NT_SECTION_MAP_READ);
	KUNIT_EXPECT_TRUE(test, nt_section_access_of(NT_PAGE_READWRITE) & NT_SECTION_MAP_WRITE);
	KUNIT_EXPECT_TRUE(test, nt_section_access_of(NT_PAGE_EXECUTE) & NT_SECTION_MAP_EXECUTE);
}

static void limits(struct kunit *test)
{
	u64 limit, start, end;

	KUNIT_EXPECT_EQ(test, nt_vm_zero_bits(0, &limit), 0);
	KUNIT_EXPECT_EQ(test, limit, 0);
	KUNIT_EXPECT_EQ(test, nt_vm_zero_bits(1, &limit), 0);
	KUNIT_EXPECT_EQ(test, limit, 0x7fffffff);
	KUNIT_EXPECT_EQ(test, nt_vm_zero_bits(0x7fffffff, &limit), 0);
	KUNIT_EXPECT_EQ(test, limit, 0x7fffffff);
	KUNIT_EXPECT_EQ(test, nt_vm_zero_bits(~0ull, &limit), 0);
	KUNIT_EXPECT_EQ(test, limit, ~0ull);
	KUNIT_EXPECT_EQ(test, nt_vm_zero_bits(22, &limit), NT_STATUS_INVALID_PARAMETER_3);

	KUNIT_EXPECT_EQ(test, nt_vm_range(0x12345, 1, &start, &end), 0);
	KUNIT_EXPECT_EQ(test, start, 0x12000);
	KUNIT_EXPECT_EQ(test, end, 0x13000);
	KUNIT_EXPECT_EQ(test, nt_vm_range(0xfff, 2, &start, &end), 0);
	KUNIT_EXPECT_EQ(test, end - start, 2 * PAGE_SIZE);
	KUNIT_EXPECT_NE(test, nt_vm_range(~0ull, 2, &start, &end), 0);
	KUNIT_EXPECT_NE(test, nt_vm_range(1, ~0ull, &start, &end), 0);
	KUNIT_EXPECT_NE(test, nt_vm_range(NT_USER_MAX, 2, &start, &end), 0);
	KUNIT_EXPECT_EQ(test, nt_vm_range(NT_USER_MAX, 1, &start, &end), 0);
}

/* Every other page, until there is no more; then what is full can still be emptied. */
static void full(struct kunit *test)
{
	struct nt_vm_tree tree;
	const u32 max = 1000;
	u64 addr = PAGE_SIZE, run;
	u32 n = 0;

	nt_tree_init(&tree);
	tree.limit = max;
	while (n <= max && !nt_tree_set(&tree, addr, PAGE_SIZE, NT_PAGE_NOACCESS)) {
		addr += 2 * PAGE_SIZE;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, max);
	KUNIT_EXPECT_EQ(test, nt_tree_set(&tree, 0, 2 * addr, NT_PAGE_NOACCESS), -ENOMEM);
	KUNIT_EXPECT_EQ(test, nt_tree_remove(&tree, &(struct nt_region){ .size = addr }), 0);
	KUNIT_EXPECT_EQ(test, nt_tree_get(&tree, 0, addr, &run), 0);
	KUNIT_EXPECT_EQ(test, run, addr);
	KUNIT_EXPECT_EQ(test, nt_tree_set(&tree, 0, PAGE_SIZE, NT_PAGE_READONLY), 0);
	nt_tree_destroy(&tree, release);
}

static struct kunit_case vm_cases[] = {
	KUNIT_CASE(regions),
	KUNIT_CASE(split_and_grow),
	KUNIT_CASE(runs),
	KUNIT_CASE(random_runs),
	KUNIT_CASE(protections),
	KUNIT_CASE(section_rights),
	KUNIT_CASE(limits),
	KUNIT_CASE(full),
	{}
};

static struct kunit_suite vm_suite = {
	.name = "persona_nt_vm",
	.test_cases = vm_cases,
};

kunit_test_suite(vm_suite);
