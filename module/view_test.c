// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the view's rules about names. */
#include <kunit/test.h>
#include <linux/module.h>

#include "internal.h"

struct first_case {
	const char *name;
	size_t start;
	size_t len;
};

static const struct first_case first_cases[] = {
	{ "/usr/lib", 1, 3 },
	{ "/usr", 1, 3 },
	{ "///usr/lib", 3, 3 },
	{ "/usr/", 1, 3 },
	{ "/", 1, 0 },
	{ "//", 2, 0 },
	{ "", 0, 0 },
};

static void view_first_component(struct kunit *test)
{
	size_t start, i;

	for (i = 0; i < ARRAY_SIZE(first_cases); i++) {
		const struct first_case *c = &first_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, persona_view_first(c->name, &start), c->len, "%s",
				    c->name);
		KUNIT_EXPECT_EQ_MSG(test, start, c->start, "%s", c->name);
	}
}

struct escape_case {
	const char *name;
	const char *rest;
};

static const struct escape_case escape_cases[] = {
	{ "/", NULL },
	{ "/usr/lib", NULL },
	{ "/usr/..", NULL },
	{ "/usr/../lib/..", NULL },
	{ "/usr/../..", "" },
	{ "/..", "" },
	{ "/../etc", "/etc" },
	{ "/../../etc", "/../etc" },
	{ "//..//", "//" },
	{ "/./..", "" },
	{ "/usr/./..", NULL },
	{ "/usr/lib/../../../x/..", "/x/.." },
	{ "/..usr", NULL },
	{ "/...", NULL },
	{ "/usr//../lib", NULL },
};

static void view_escape_by_dots(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(escape_cases); i++) {
		const struct escape_case *c = &escape_cases[i];
		const char *rest = persona_view_escape(c->name);

		KUNIT_EXPECT_EQ_MSG(test, !rest, !c->rest, "%s", c->name);
		if (rest && c->rest)
			KUNIT_EXPECT_STREQ_MSG(test, rest, c->rest, "%s", c->name);
	}
}

static struct kunit_case view_cases[] = {
	KUNIT_CASE(view_first_component),
	KUNIT_CASE(view_escape_by_dots),
	{ }
};

static struct kunit_suite view_suite = {
	.name = "persona_view",
	.test_cases = view_cases,
};

kunit_test_suite(view_suite);
