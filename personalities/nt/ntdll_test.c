// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: the numbers of calls out of an ntdll.dll made by hand. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ntdll.h"
#include "pe.h"

#define VA		0x1000		/* of the one section */
#define OFFSET		0x200		/* of it in the file */
#define SIZE		0x1000
#define EXPORTS		(VA + 0x000)
#define FUNCTIONS	(VA + 0x100)
#define NAMES		(VA + 0x200)
#define ORDINALS	(VA + 0x300)
#define CODE		(VA + 0x400)
#define CODE_STEP	0x20
#define TEXT		(VA + 0x800)
#define TEXT_STEP	0x40

struct dll {
	u8 file[OFFSET + SIZE];
	u32 n;
	struct nt_image image;
};

static void *at(struct dll *dll, u32 rva)
{
	return dll->file + OFFSET + rva - VA;
}

static void put32(struct dll *dll, u32 rva, u32 value)
{
	memcpy(at(dll, rva), &value, sizeof(value));
}

/* One more export; with a thunk if @nr is a number. */
static void export(struct dll *dll, const char *name, long nr)
{
	static const u8 thunk[] = { 0x4c, 0x8b, 0xd1, 0xb8 };
	u32 i = dll->n++, code = CODE + i * CODE_STEP, text = TEXT + i * TEXT_STEP;
	u16 ordinal = i;

	put32(dll, FUNCTIONS + i * 4, code);
	put32(dll, NAMES + i * 4, text);
	memcpy(at(dll, ORDINALS + i * 2), &ordinal, sizeof(ordinal));
	strscpy(at(dll, text), name, TEXT_STEP);
	if (nr >= 0) {
		memcpy(at(dll, code), thunk, sizeof(thunk));
		put32(dll, code + sizeof(thunk), nr);
	}
	put32(dll, EXPORTS + 20, dll->n);
	put32(dll, EXPORTS + 24, dll->n);
}

static struct dll *make(struct kunit *test)
{
	struct dll *dll = kunit_kzalloc(test, struct_size(dll, image.section, 1), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dll);
	dll->image.size = VA + SIZE;
	dll->image.nsections = 1;
	dll->image.section[0] = (struct nt_pe_section){ .va = VA, .size = SIZE,
		.offset = OFFSET, .filesz = SIZE, .flags = NT_PE_SCN_EXECUTE };
	dll->image.dir[NT_PE_DIR_EXPORT].va = EXPORTS;
	dll->image.dir[NT_PE_DIR_EXPORT].size = SIZE;
	put32(dll, EXPORTS + 28, FUNCTIONS);
	put32(dll, EXPORTS + 32, NAMES);
	put32(dll, EXPORTS + 36, ORDINALS);
	export(dll, "LdrInitializeThunk", -1);
	export(dll, "RtlUserThreadStart", -1);
	return dll;
}

static struct nt_ntdll *learn(struct dll *dll)
{
	return nt_ntdll_learn(dll->file, sizeof(dll->file), &dll->image);
}

static void numbers(struct kunit *test)
{
	struct dll *dll = make(test);
	struct nt_ntdll *ntdll;

	export(dll, "NtClose", 5);
	export(dll, "ZwClose", 5);
	export(dll, "NtNobodyKnowsThis", 2);
	export(dll, "RtlAlias", 5);
	export(dll, "NtOpenKey", 0x1003);	/* of another class */
	ntdll = learn(dll);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ntdll));
	KUNIT_EXPECT_EQ(test, ntdll->nr, 6);
	KUNIT_EXPECT_STREQ(test, ntdll->rows[5].name, "NtClose");
	KUNIT_EXPECT_PTR_EQ(test, ntdll->rows[5].name, nt_row_of("NtClose")->name);
	KUNIT_EXPECT_STREQ(test, ntdll->rows[2].name, "NtNobodyKnowsThis");
	KUNIT_EXPECT_EQ(test, ntdll->rows[2].kind, PERSONA_K_NOSYS);
	KUNIT_EXPECT_NULL(test, ntdll->rows[0].name);
	KUNIT_EXPECT_EQ(test, ntdll->entry[NT_ENTRY_LDR_INITIALIZE_THUNK], CODE);
	KUNIT_EXPECT_EQ(test, ntdll->entry[NT_ENTRY_KI_USER_APC_DISPATCHER], 0);
	KUNIT_EXPECT_EQ(test, ntdll->stack_clear, 0);
	nt_ntdll_put(ntdll);
}

static void none(struct kunit *test)
{
	struct dll *dll = make(test);

	KUNIT_EXPECT_EQ(test, PTR_ERR(learn(dll)), -ELIBBAD);
}

static void clears_stack(struct kunit *test)
{
	static const u8 code[] = { 0x48, 0x8d, 0xb9, 0x00, 0x00, 0xf1, 0xff, 0x31, 0xc0,
				   0x48, 0xc1, 0xe9, 0x03, 0xf3, 0x48, 0xab };
	struct dll *dll = make(test);
	struct nt_ntdll *ntdll;

	export(dll, "NtClose", 0);
	memcpy(at(dll, VA + 0xf00), code, sizeof(code));
	ntdll = learn(dll);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ntdll));
	KUNIT_EXPECT_EQ(test, ntdll->stack_clear, VA + 0xf00 + sizeof(code) - 3);
	nt_ntdll_put(ntdll);
	memcpy(at(dll, VA + 0xf80), code, sizeof(code));
	ntdll = learn(dll);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ntdll));
	KUNIT_EXPECT_EQ(test, ntdll->stack_clear, 0);
	nt_ntdll_put(ntdll);
}

/* Each offset and count of the export table points somewhere it must not. */
static void hostile(struct kunit *test)
{
	static const u32 fields[] = { 20, 24, 28, 32, 36 };
	static const u32 values[] = { 0xffffffff, 0x80000000, VA + SIZE - 1, VA - 1, 0x4000 };
	struct nt_ntdll *ntdll;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			struct dll *dll = make(test);

			export(dll, "NtClose", 1);
			put32(dll, EXPORTS + fields[i], values[j]);
			ntdll = learn(dll);
			if (!IS_ERR(ntdll))
				nt_ntdll_put(ntdll);
		}
	for (j = 0; j < ARRAY_SIZE(values); j++) {
		struct dll *dll = make(test);

		export(dll, "NtClose", 1);
		put32(dll, FUNCTIONS, values[j]);
		put32(dll, NAMES + 8, values[j]);
		ntdll = learn(dll);
		if (!IS_ERR(ntdll))
			nt_ntdll_put(ntdll);
	}
	KUNIT_SUCCEED(test);
}

static struct kunit_case ntdll_cases[] = {
	KUNIT_CASE(numbers),
	KUNIT_CASE(none),
	KUNIT_CASE(clears_stack),
	KUNIT_CASE(hostile),
	{}
};

static struct kunit_suite ntdll_suite = {
	.name = "persona_nt_ntdll",
	.test_cases = ntdll_cases,
};

kunit_test_suite(ntdll_suite);

MODULE_DESCRIPTION("Unit tests of the NT personality");
MODULE_LICENSE("GPL");
