// SPDX-License-Identifier: GPL-2.0-only
/* Walks over the generated Darwin tables. */
#include <kunit/test.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/poll.h>
#include <linux/signal.h>
#include <linux/socket.h>
#include <linux/xattr.h>
#include <uapi/linux/wait.h>

#include "darwin.h"
#include "bsd_table.h"
#include "diag_table.h"
#include "flags_at.h"
#include "flags_madvise.h"
#include "flags_mmap.h"
#include "flags_msg.h"
#include "flags_msync.h"
#include "flags_open.h"
#include "flags_poll.h"
#include "flags_prot.h"
#include "flags_sa.h"
#include "flags_wait.h"
#include "flags_xattr.h"
#include "mach_table.h"
#include "mdep_table.h"

static void walk(struct kunit *test, const struct persona_table *table,
		 unsigned int rows, unsigned int native, unsigned int calls)
{
	unsigned int nr, other, i, paths, seen[PERSONA_K_CALL + 1] = {};

	KUNIT_ASSERT_NOT_NULL(test, table->encode);
	for (nr = 0; nr < table->nr; nr++) {
		const struct persona_row *row = &table->rows[nr];

		if (!row->name) {
			KUNIT_EXPECT_EQ(test, (int)row->kind, (int)PERSONA_K_NOSYS);
			KUNIT_EXPECT_NULL(test, row->fn);
			continue;
		}
		KUNIT_ASSERT_LE(test, (int)row->kind, (int)PERSONA_K_CALL);
		seen[row->kind]++;
		for (other = 0; other < nr; other++)
			if (table->rows[other].name)
				KUNIT_EXPECT_STRNEQ(test, table->rows[other].name, row->name);

		KUNIT_ASSERT_NOT_NULL(test, row->args);
		KUNIT_EXPECT_EQ(test, strlen(row->args), (size_t)row->nargs);
		KUNIT_EXPECT_EQ(test, strspn(row->args, "duxolps"), (size_t)row->nargs);
		KUNIT_EXPECT_LE(test, (int)row->nargs, PERSONA_MAX_ARGS);
		for (i = 0, paths = 0; i < row->nargs; i++)
			if (row->args[i] == 's')
				paths |= BIT(i);
		KUNIT_EXPECT_EQ(test, (unsigned int)row->paths, paths);

		if (row->kind == PERSONA_K_CALL)
			KUNIT_EXPECT_NOT_NULL_MSG(test, row->fn, "%s", row->name);
		else
			KUNIT_EXPECT_NULL_MSG(test, row->fn, "%s", row->name);
		if (row->kind == PERSONA_K_NATIVE) {
			KUNIT_EXPECT_LT_MSG(test, (int)row->native, __NR_syscalls, "%s", row->name);
			KUNIT_EXPECT_LE_MSG(test, (int)row->nargs, 6, "%s", row->name);
		}
	}
	/* The counts of Documentation/syscalls/darwin.rst come from the same files. */
	KUNIT_EXPECT_EQ(test, seen[PERSONA_K_NATIVE], native);
	KUNIT_EXPECT_EQ(test, seen[PERSONA_K_CALL], calls);
	KUNIT_EXPECT_EQ(test, seen[PERSONA_K_NATIVE] + seen[PERSONA_K_CALL] + seen[PERSONA_K_NOSYS],
			rows);
}

static void walk_bsd(struct kunit *test)
{
	/* 479 live numbers and the indirect call. */
	KUNIT_EXPECT_EQ(test, DARWIN_BSD_ROW_COUNT, 480);
	walk(test, &darwin_bsd_table, DARWIN_BSD_ROW_COUNT, DARWIN_BSD_NATIVE_COUNT,
	     DARWIN_BSD_CALL_COUNT);
}

static void walk_mach(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, DARWIN_MACH_ROW_COUNT, 62);
	walk(test, &darwin_mach_table, DARWIN_MACH_ROW_COUNT, DARWIN_MACH_NATIVE_COUNT,
	     DARWIN_MACH_CALL_COUNT);
}

static void walk_mdep_diag(struct kunit *test)
{
	walk(test, &darwin_mdep_table, DARWIN_MDEP_ROW_COUNT, DARWIN_MDEP_NATIVE_COUNT,
	     DARWIN_MDEP_CALL_COUNT);
	walk(test, &darwin_diag_table, DARWIN_DIAG_ROW_COUNT, DARWIN_DIAG_NATIVE_COUNT,
	     DARWIN_DIAG_CALL_COUNT);
}

/* A twin does what the call without the suffix does. */
static void nocancel_twins(struct kunit *test)
{
	static const char suffix[] = "_nocancel";
	unsigned int nr, other, twins = 0;

	for (nr = 0; nr < darwin_bsd_table.nr; nr++) {
		const struct persona_row *row = &darwin_bsd_table.rows[nr];
		const struct persona_row *base = NULL;
		size_t len = row->name ? strlen(row->name) : 0;

		if (len < sizeof(suffix) || strcmp(row->name + len - strlen(suffix), suffix))
			continue;
		len -= strlen(suffix);
		for (other = 0; other < darwin_bsd_table.nr; other++) {
			base = &darwin_bsd_table.rows[other];
			if (base->name && strlen(base->name) == len &&
			    !memcmp(base->name, row->name, len))
				break;
		}
		KUNIT_ASSERT_LT_MSG(test, other, darwin_bsd_table.nr, "%s", row->name);
		KUNIT_EXPECT_EQ_MSG(test, row->kind, base->kind, "%s", row->name);
		KUNIT_EXPECT_EQ_MSG(test, row->native, base->native, "%s", row->name);
		KUNIT_EXPECT_PTR_EQ_MSG(test, (void *)row->fn, (void *)base->fn, "%s", row->name);
		KUNIT_EXPECT_STREQ_MSG(test, row->args, base->args, "%s", row->name);
		twins++;
	}
	KUNIT_EXPECT_EQ(test, twins, 33U);
}

static const struct persona_flag at_flags[] = { DARWIN_FLAGS_AT };
static const struct persona_flag madvise_flags[] = { DARWIN_FLAGS_MADVISE };
static const struct persona_flag mmap_flags[] = { DARWIN_FLAGS_MMAP };
static const struct persona_flag msg_flags[] = { DARWIN_FLAGS_MSG };
static const struct persona_flag msync_flags[] = { DARWIN_FLAGS_MSYNC };
static const struct persona_flag open_flags[] = { DARWIN_FLAGS_OPEN };
static const struct persona_flag poll_flags[] = { DARWIN_FLAGS_POLL };
static const struct persona_flag prot_flags[] = { DARWIN_FLAGS_PROT };
static const struct persona_flag sa_flags[] = { DARWIN_FLAGS_SA };
static const struct persona_flag wait_flags[] = { DARWIN_FLAGS_WAIT };
static const struct persona_flag xattr_flags[] = { DARWIN_FLAGS_XATTR };

static const struct {
	const char *name;
	const struct persona_flag *tbl;
	size_t n;
} flag_tables[] = {
	{ "at", at_flags, ARRAY_SIZE(at_flags) },
	{ "madvise", madvise_flags, ARRAY_SIZE(madvise_flags) },
	{ "mmap", mmap_flags, ARRAY_SIZE(mmap_flags) },
	{ "msg", msg_flags, ARRAY_SIZE(msg_flags) },
	{ "msync", msync_flags, ARRAY_SIZE(msync_flags) },
	{ "open", open_flags, ARRAY_SIZE(open_flags) },
	{ "poll", poll_flags, ARRAY_SIZE(poll_flags) },
	{ "prot", prot_flags, ARRAY_SIZE(prot_flags) },
	{ "sa", sa_flags, ARRAY_SIZE(sa_flags) },
	{ "wait", wait_flags, ARRAY_SIZE(wait_flags) },
	{ "xattr", xattr_flags, ARRAY_SIZE(xattr_flags) },
};

/* Each entry alone converts, leaves no rest and stays within its masks. */
static void flag_entries(struct kunit *test)
{
	size_t t, i;
	u64 native, rest;

	for (t = 0; t < ARRAY_SIZE(flag_tables); t++) {
		for (i = 0; i < flag_tables[t].n; i++) {
			const struct persona_flag *f = &flag_tables[t].tbl[i];

			KUNIT_EXPECT_EQ_MSG(test, f->foreign & ~f->mask, 0ULL, "%s %zu",
					    flag_tables[t].name, i);
			KUNIT_EXPECT_EQ_MSG(test, f->native & ~f->native_mask, 0ULL, "%s %zu",
					    flag_tables[t].name, i);
			native = persona_flags_to_native(flag_tables[t].tbl, flag_tables[t].n,
							 f->foreign, &rest);
			KUNIT_EXPECT_EQ_MSG(test, rest, 0ULL, "%s %zu", flag_tables[t].name, i);
			KUNIT_EXPECT_EQ_MSG(test, native, f->native, "%s %zu",
					    flag_tables[t].name, i);
		}
	}
}

static u64 to_native(const struct persona_flag *tbl, size_t n, u64 word)
{
	u64 rest, native = persona_flags_to_native(tbl, n, word, &rest);

	return rest ? ~0ULL : native;
}

static u64 to_foreign(const struct persona_flag *tbl, size_t n, u64 word)
{
	u64 rest, foreign = persona_flags_to_foreign(tbl, n, word, &rest);

	return rest ? ~0ULL : foreign;
}

static void flag_words(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, to_native(open_flags, ARRAY_SIZE(open_flags), 0x0601),
			(u64)(O_WRONLY | O_CREAT | O_TRUNC));
	KUNIT_EXPECT_EQ(test, to_native(open_flags, ARRAY_SIZE(open_flags), 0x01000a02),
			(u64)(O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC));
	/* The fourth access mode and O_SYMLINK are nothing Linux knows. */
	KUNIT_EXPECT_EQ(test, to_native(open_flags, ARRAY_SIZE(open_flags), 0x3), ~0ULL);
	KUNIT_EXPECT_EQ(test, to_native(open_flags, ARRAY_SIZE(open_flags), 0x200000), ~0ULL);
	KUNIT_EXPECT_EQ(test, to_foreign(open_flags, ARRAY_SIZE(open_flags), O_RDWR | O_SYNC),
			0x82ULL);
	KUNIT_EXPECT_EQ(test, to_foreign(open_flags, ARRAY_SIZE(open_flags), O_DSYNC), 0x400000ULL);

	KUNIT_EXPECT_EQ(test, to_native(mmap_flags, ARRAY_SIZE(mmap_flags), 0x1002),
			(u64)(MAP_PRIVATE | MAP_ANONYMOUS));
	KUNIT_EXPECT_EQ(test, to_native(mmap_flags, ARRAY_SIZE(mmap_flags), 0x1812),
			(u64)(MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS));
	KUNIT_EXPECT_EQ(test, to_native(mmap_flags, ARRAY_SIZE(mmap_flags), 0x1003), ~0ULL);
	KUNIT_EXPECT_EQ(test, to_native(mmap_flags, ARRAY_SIZE(mmap_flags), 0x100000), ~0ULL);

	/* Linux's MADV_DONTNEED would destroy what Darwin's keeps. */
	KUNIT_EXPECT_EQ(test, to_native(madvise_flags, ARRAY_SIZE(madvise_flags), 4),
			(u64)MADV_COLD);
	KUNIT_EXPECT_EQ(test, to_native(madvise_flags, ARRAY_SIZE(madvise_flags), 5),
			(u64)MADV_FREE);
	KUNIT_EXPECT_EQ(test, to_native(madvise_flags, ARRAY_SIZE(madvise_flags), 77), ~0ULL);

	KUNIT_EXPECT_EQ(test, to_foreign(msg_flags, ARRAY_SIZE(msg_flags),
					 MSG_EOR | MSG_TRUNC | MSG_CTRUNC), 0x38ULL);
	KUNIT_EXPECT_EQ(test, to_native(msg_flags, ARRAY_SIZE(msg_flags), 0xc0),
			(u64)(MSG_WAITALL | MSG_DONTWAIT));
}

static struct kunit_case tables_cases[] = {
	KUNIT_CASE(walk_bsd),
	KUNIT_CASE(walk_mach),
	KUNIT_CASE(walk_mdep_diag),
	KUNIT_CASE(nocancel_twins),
	KUNIT_CASE(flag_entries),
	KUNIT_CASE(flag_words),
	{}
};

static struct kunit_suite tables_suite = {
	.name = "persona_darwin_tables",
	.test_cases = tables_cases,
};

kunit_test_suite(tables_suite);

/* For all of persona_darwin_test.ko. */
MODULE_DESCRIPTION("Unit tests of the Darwin personality");
MODULE_LICENSE("GPL");
