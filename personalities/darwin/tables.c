// SPDX-License-Identifier: GPL-2.0-only
/* The Darwin tables, as generated from the .tbl files. */
#include <linux/errno.h>
#include <linux/signal.h>

#include "darwin.h"
#include "bsd_table.h"
#include "darwin_signal.h"
#include "diag_table.h"
#include "mach_table.h"
#include "mdep_table.h"

static const struct persona_row bsd_rows[DARWIN_BSD_NR] = { DARWIN_BSD_ROWS };
static const struct persona_row mach_rows[DARWIN_MACH_NR] = { DARWIN_MACH_ROWS };
static const struct persona_row mdep_rows[DARWIN_MDEP_NR] = { DARWIN_MDEP_ROWS };
static const struct persona_row diag_rows[DARWIN_DIAG_NR] = { DARWIN_DIAG_ROWS };

const struct persona_table darwin_bsd_table = {
	.name = "bsd",
	.rows = bsd_rows,
	.nr = ARRAY_SIZE(bsd_rows),
	.encode = darwin_bsd_encode,
	.carry = true,
};
EXPORT_SYMBOL_FOR_TEST(darwin_bsd_table);

const struct persona_table darwin_mach_table = {
	.name = "mach",
	.rows = mach_rows,
	.nr = ARRAY_SIZE(mach_rows),
	.encode = darwin_mach_encode,
};
EXPORT_SYMBOL_FOR_TEST(darwin_mach_table);

const struct persona_table darwin_mdep_table = {
	.name = "mdep",
	.rows = mdep_rows,
	.nr = ARRAY_SIZE(mdep_rows),
	.encode = darwin_mach_encode,
};
EXPORT_SYMBOL_FOR_TEST(darwin_mdep_table);

const struct persona_table darwin_diag_table = {
	.name = "diag",
	.rows = diag_rows,
	.nr = ARRAY_SIZE(diag_rows),
	.encode = darwin_mach_encode,
};
EXPORT_SYMBOL_FOR_TEST(darwin_diag_table);

static const u16 errno_to_foreign[] = { DARWIN_ERRNO_TO_FOREIGN };
static const u16 errno_to_native[] = { DARWIN_ERRNO_TO_NATIVE };

/* Every Linux errno has a Darwin number, and every Darwin number an entry. */
static_assert(ARRAY_SIZE(errno_to_foreign) == EHWPOISON + 1);
static_assert(ARRAY_SIZE(errno_to_native) == DARWIN_EOWNERDEAD + 1);

const struct persona_map darwin_errno_map = {
	.to_foreign = errno_to_foreign,
	.nr_to_foreign = ARRAY_SIZE(errno_to_foreign),
	.to_native = errno_to_native,
	.nr_to_native = ARRAY_SIZE(errno_to_native),
};
EXPORT_SYMBOL_FOR_TEST(darwin_errno_map);

static const u16 signal_to_foreign[] = { DARWIN_SIGNAL_TO_FOREIGN };
static const u16 signal_to_native[] = { DARWIN_SIGNAL_TO_NATIVE };

static_assert(ARRAY_SIZE(signal_to_foreign) == SIGRTMIN);
static_assert(ARRAY_SIZE(signal_to_native) == DARWIN_NSIG);

const struct persona_map darwin_signal_map = {
	.to_foreign = signal_to_foreign,
	.nr_to_foreign = ARRAY_SIZE(signal_to_foreign),
	.to_native = signal_to_native,
	.nr_to_native = ARRAY_SIZE(signal_to_native),
};
EXPORT_SYMBOL_FOR_TEST(darwin_signal_map);
