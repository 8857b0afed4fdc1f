// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the read-write locks of psynch. */
#include <kunit/test.h>

#include "psynch_object.h"

#define INC	PSYNCH_INC
#define TO_WRITE	1u	/* in a ticket: it wants to write */
#define ALONE	(PSYNCH_L_KERNEL | PSYNCH_L_EXCLUSIVE)
#define BEHIND	(PSYNCH_L_KERNEL | PSYNCH_L_WRITERS)

#define pick(ticket, ...)	pick_of((const u32[]){ __VA_ARGS__, 0 }, ticket)

static void fill(struct list_head *list, struct psynch_waiter *w, const u32 *tickets)
{
	INIT_LIST_HEAD(list);
	for (; *tickets; tickets++, w++) {
		w->seq = PSYNCH_COUNT(*tickets);
		w->write = *tickets & TO_WRITE;
		list_add_tail(&w->link, list);
	}
}

static u32 pick_of(const u32 *tickets, u32 *ticket)
{
	struct psynch_waiter w[8] = { };
	LIST_HEAD(list);

	*ticket = 0;
	fill(&list, w, tickets);
	return darwin_psynch_rw_pick(&list, ticket);
}

static void picks(struct kunit *test)
{
	LIST_HEAD(none);
	u32 t = 0, word;

	KUNIT_EXPECT_EQ(test, darwin_psynch_rw_pick(&none, &t), 0U);
	KUNIT_EXPECT_EQ(test, pick(&t, 3 * INC), INC);
	KUNIT_EXPECT_EQ(test, pick(&t, 3 * INC, 2 * INC, 7 * INC), 3 * INC);
	KUNIT_EXPECT_EQ(test, pick(&t, 3 * INC | TO_WRITE), INC | ALONE);
	KUNIT_EXPECT_EQ(test, t, 3 * INC);
	KUNIT_EXPECT_EQ(test, pick(&t, 5 * INC | TO_WRITE, 4 * INC | TO_WRITE),
			INC | ALONE | PSYNCH_L_WRITERS);
	KUNIT_EXPECT_EQ(test, t, 4 * INC);
	/* A writer before readers, whose turn it is then by the bit for itself. */
	KUNIT_EXPECT_EQ(test, pick(&t, 5 * INC, 4 * INC | TO_WRITE, 6 * INC), INC | ALONE);
	KUNIT_EXPECT_EQ(test, t, 4 * INC);
	/* Readers, but only those before the first writer. */
	word = pick(&t, 9 * INC, 6 * INC | TO_WRITE, 4 * INC, 3 * INC, 8 * INC | TO_WRITE);
	KUNIT_EXPECT_EQ(test, word, 2 * INC | BEHIND);
	KUNIT_EXPECT_EQ(test, t, 6 * INC);
	/* Tickets wrap. */
	KUNIT_EXPECT_EQ(test, pick(&t, INC, 2 * INC | TO_WRITE, -INC), 2 * INC | BEHIND);
	KUNIT_EXPECT_EQ(test, pick(&t, INC, -INC | TO_WRITE), INC | ALONE);
}

static void counts(struct kunit *test)
{
	static const u32 tickets[] = { -INC, 2 * INC | TO_WRITE, INC, 5 * INC, 0 };
	struct psynch_waiter w[8] = { };
	LIST_HEAD(list);

	fill(&list, w, tickets);
	KUNIT_EXPECT_EQ(test, darwin_psynch_rw_count(&list, -2 * INC), 0U);
	KUNIT_EXPECT_EQ(test, darwin_psynch_rw_count(&list, -INC), 1U);
	KUNIT_EXPECT_EQ(test, darwin_psynch_rw_count(&list, 2 * INC), 3U);
	KUNIT_EXPECT_EQ(test, darwin_psynch_rw_count(&list, 6 * INC), 4U);
}

static void late_readers(struct kunit *test)
{
	struct psynch_rw rw = { .ticket = 3 * INC, .last = -INC, .next = 2 * INC };
	const u32 l = 4 * INC | PSYNCH_L_KERNEL, s = PSYNCH_S_GRANTING;

	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l, -INC | s));
	rw.open = true;
	KUNIT_EXPECT_TRUE(test, darwin_psynch_rw_joins(&rw, l, -INC | s));
	KUNIT_EXPECT_TRUE(test, darwin_psynch_rw_joins(&rw, l, 2 * INC | s));
	/* Before and behind that grant */
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l, 3 * INC | s));
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l, -2 * INC | s));
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l - INC, -INC | s));
	/* A writer waits, or has it; nobody has unlocked */
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l | PSYNCH_L_WRITERS, -INC | s));
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l, -INC | s | PSYNCH_S_WRITERS));
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l | PSYNCH_L_EXCLUSIVE, -INC | s));
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l | PSYNCH_L_FRESH, -INC | s));
	KUNIT_EXPECT_FALSE(test, darwin_psynch_rw_joins(&rw, l, -INC));
}

static struct kunit_case psynch_cases[] = {
	KUNIT_CASE(picks),
	KUNIT_CASE(counts),
	KUNIT_CASE(late_readers),
	{}
};

static struct kunit_suite psynch_suite = {
	.name = "persona_darwin_psynch",
	.test_cases = psynch_cases,
};

kunit_test_suite(psynch_suite);
