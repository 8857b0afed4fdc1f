// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: PE headers, whole ones and every sort of broken ones. */
#include <kunit/test.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/image.h"
#include "pe.h"

#define HEAD		0x400u
#define FILE_SIZE	0x3000u
#define LFANEW		0x80u
#define OPT		(LFANEW + 24)
#define SECTIONS	(OPT + 240)

struct pe_file {
	u8 head[HEAD];
	u64 size;
	struct nt_image image;
};

static void put16(struct pe_file *f, u32 at, u16 value)
{
	__le16 le = cpu_to_le16(value);

	memcpy(f->head + at, &le, sizeof(le));
}

static void put32(struct pe_file *f, u32 at, u32 value)
{
	__le32 le = cpu_to_le32(value);

	memcpy(f->head + at, &le, sizeof(le));
}

static void put64(struct pe_file *f, u32 at, u64 value)
{
	__le64 le = cpu_to_le64(value);

	memcpy(f->head + at, &le, sizeof(le));
}

static void section(struct pe_file *f, u32 i, u32 va, u32 vsize, u32 raw, u32 rawsize)
{
	u32 at = SECTIONS + i * 40;

	put32(f, at + 8, vsize);
	put32(f, at + 12, va);
	put32(f, at + 16, rawsize);
	put32(f, at + 20, raw);
	put32(f, at + 36, NT_PE_SCN_READ);
}

static struct pe_file *make(struct kunit *test)
{
	struct pe_file *f;

	f = kunit_kzalloc(test, struct_size(f, image.section, NT_PE_MAX_SECTIONS), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f);
	f->size = FILE_SIZE;
	put16(f, 0, 0x5a4d);
	put32(f, 0x3c, LFANEW);
	put32(f, LFANEW, 0x4550);
	put16(f, LFANEW + 4, NT_PE_MACHINE_AMD64);
	put16(f, LFANEW + 6, 2);
	put16(f, LFANEW + 20, 240);
	put16(f, LFANEW + 22, NT_PE_FILE_EXECUTABLE);
	put16(f, OPT, 0x20b);
	put32(f, OPT + 16, 0x1000);
	put64(f, OPT + 24, 0x140000000ull);
	put32(f, OPT + 32, 0x1000);
	put32(f, OPT + 36, 0x200);
	put32(f, OPT + 56, 0x4000);
	put32(f, OPT + 60, HEAD);
	put16(f, OPT + 68, NT_PE_SUBSYSTEM_CUI);
	put32(f, OPT + 108, 16);
	section(f, 0, 0x1000, 0x800, 0x400, 0x800);
	section(f, 1, 0x2000, 0x1800, 0x1000, 0x200);
	return f;
}

static enum nt_pe_error parse(struct pe_file *f)
{
	size_t len = min_t(u64, sizeof(f->head), f->size);

	/* Nothing that was there before may be taken for what the file says. */
	memset(&f->image, 0xa5, struct_size(&f->image, section, NT_PE_MAX_SECTIONS));
	return nt_pe_parse(f->head, len, f->size, &f->image, nt_pe_room(f->head, len));
}

static void good(struct kunit *test)
{
	struct pe_file *f = make(test);

	KUNIT_ASSERT_EQ(test, parse(f), NT_PE_OK);
	KUNIT_EXPECT_TRUE(test, f->image.pe32plus);
	KUNIT_EXPECT_EQ(test, f->image.base, 0x140000000ull);
	KUNIT_EXPECT_EQ(test, f->image.size, 0x4000);
	KUNIT_EXPECT_EQ(test, f->image.entry, 0x1000);
	KUNIT_EXPECT_EQ(test, f->image.nsections, 2);
	KUNIT_EXPECT_EQ(test, f->image.section[0].size, 0x1000);
	KUNIT_EXPECT_EQ(test, f->image.section[0].filesz, 0x800);
	KUNIT_EXPECT_EQ(test, f->image.section[1].va, 0x2000);
	KUNIT_EXPECT_EQ(test, f->image.section[1].size, 0x2000);
	KUNIT_EXPECT_EQ(test, f->image.section[1].offset, 0x1000);

	/* A section that the file has nothing of. */
	section(f, 1, 0x2000, 0x1800, 0, 0);
	KUNIT_ASSERT_EQ(test, parse(f), NT_PE_OK);
	KUNIT_EXPECT_EQ(test, f->image.section[1].offset, 0);
	KUNIT_EXPECT_EQ(test, f->image.section[1].filesz, 0);
}

static void contents(struct kunit *test)
{
	struct pe_file *f = make(test);
	u64 at;

	KUNIT_ASSERT_EQ(test, parse(f), NT_PE_OK);
	KUNIT_EXPECT_EQ(test, nt_image_contents(&f->image, 0, &at), HEAD);
	KUNIT_EXPECT_EQ(test, at, 0);
	KUNIT_EXPECT_EQ(test, nt_image_contents(&f->image, 0x1000, &at), 0x800);
	KUNIT_EXPECT_EQ(test, at, 0x400);
	KUNIT_EXPECT_EQ(test, nt_image_contents(&f->image, 0x2000, &at), 0x200);
	KUNIT_EXPECT_EQ(test, at, 0x1000);
	KUNIT_EXPECT_EQ(test, nt_image_contents(&f->image, 0x3000, &at), 0);
	KUNIT_EXPECT_EQ(test, nt_image_contents(&f->image, 0x4000, &at), 0);

	section(f, 1, 0x2000, 0x1800, 0x600, 0x1600);
	KUNIT_ASSERT_EQ(test, parse(f), NT_PE_OK);
	KUNIT_EXPECT_EQ(test, nt_image_contents(&f->image, 0x2000, &at), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, at, 0x600);
	KUNIT_EXPECT_EQ(test, nt_image_contents(&f->image, 0x3000, &at), 0x600);
	KUNIT_EXPECT_EQ(test, at, 0x1600);
}

static void kinds(struct kunit *test)
{
	struct pe_file *f = make(test);

	put16(f, OPT, 0x10b);
	put16(f, LFANEW + 4, NT_PE_MACHINE_I386);
	KUNIT_EXPECT_EQ(test, parse(f), NT_PE_OK);
	KUNIT_EXPECT_FALSE(test, f->image.pe32plus);
	KUNIT_EXPECT_EQ(test, f->image.machine, NT_PE_MACHINE_I386);

	f = make(test);
	put32(f, LFANEW, 0x454e);
	KUNIT_EXPECT_EQ(test, parse(f), NT_PE_NOT_PE);
	f = make(test);
	put16(f, 0, 0x457f);
	KUNIT_EXPECT_EQ(test, parse(f), NT_PE_NOT_MZ);
	f = make(test);
	put32(f, 0x3c, 0xfffffff0);
	KUNIT_EXPECT_EQ(test, parse(f), NT_PE_NOT_PE);
	f = make(test);
	put32(f, 0x3c, HEAD - 2);
	KUNIT_EXPECT_NE(test, parse(f), NT_PE_OK);
}

static void short_files(struct kunit *test)
{
	struct pe_file *f = make(test);
	u64 size;

	for (size = 0; size < HEAD; size++) {
		f->size = size;
		KUNIT_EXPECT_NE(test, parse(f), NT_PE_OK);
	}
	/* A section's contents that are not all there. */
	f->size = 0x401;
	KUNIT_EXPECT_EQ(test, parse(f), NT_PE_TRUNCATED);
	/* Padding that is not there is no loss. */
	f = make(test);
	section(f, 1, 0x2000, 0x100, 0x1000, 0x200);
	f->size = 0x1100;
	KUNIT_EXPECT_EQ(test, parse(f), NT_PE_OK);
	KUNIT_EXPECT_EQ(test, f->image.section[1].filesz, 0x100);
}

static void bad_sections(struct kunit *test)
{
	static const struct {
		u32 va, vsize, raw, rawsize;
	} bad[] = {
		{ 0x0000, 0x1000, 0x400, 0x200 },	/* over the headers */
		{ 0x1000, 0x1000, 0x400, 0x200 },	/* over the one before */
		{ 0x2001, 0x1000, 0x400, 0x200 },	/* not at a page */
		{ 0x3000, 0x1001, 0x400, 0x200 },	/* beyond the image */
		{ 0x4000, 0x1000, 0x400, 0x200 },
		{ 0xfffff000, 0x1000, 0x400, 0x200 },
		{ 0x2000, 0xffffffff, 0x400, 0x200 },
		{ 0x2000, 0xfffff001, 0x400, 0x200 },
		{ 0x2000, 0x1000, 0xfffffe00, 0x200 },
		{ 0x2000, 0x1000, 0x400, 0xffffffff },
		{ 0x2000, 0, 0x400, 0xffffffff },
	};
	struct pe_file *f;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		f = make(test);
		f->size = 0x1000;
		section(f, 1, bad[i].va, bad[i].vsize, bad[i].raw, bad[i].rawsize);
		if (parse(f) == NT_PE_OK) {
			/* Contents are cut to what fits. */
			KUNIT_EXPECT_TRUE_MSG(test, persona_range_in(f->image.section[1].offset,
								     f->image.section[1].filesz,
								     f->size), "section %d", i);
			KUNIT_EXPECT_GE_MSG(test, i, 9, "section %d", i);
		}
	}
}

static void bad_fields(struct kunit *test)
{
	static const struct {
		u32 at, value;
	} bad[] = {
		{ OPT + 16, 0x4000 },		/* entry */
		{ OPT + 16, 0xffffffff },
		{ OPT + 24, 0x40001000 },	/* base */
		{ OPT + 32, 0x200 },		/* alignment */
		{ OPT + 32, 0 },
		{ OPT + 32, 0x1800 },
		{ OPT + 56, 0 },		/* size */
		{ OPT + 56, 0xffffffff },
		{ OPT + 56, 0x80000000 },
		{ OPT + 60, 0 },		/* headers */
		{ OPT + 60, 0xffffffff },
		{ OPT + 60, 0x5000 },
		{ OPT + 60, 0x100 },
	};
	struct pe_file *f;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		f = make(test);
		put32(f, bad[i].at, bad[i].value);
		KUNIT_EXPECT_NE_MSG(test, parse(f), NT_PE_OK, "field %d", i);
	}
	f = make(test);
	put16(f, LFANEW + 6, 97);
	KUNIT_EXPECT_NE(test, parse(f), NT_PE_OK);
	f = make(test);
	put16(f, LFANEW + 6, 0xffff);
	KUNIT_EXPECT_NE(test, parse(f), NT_PE_OK);
	f = make(test);
	put16(f, LFANEW + 20, 0xffff);
	KUNIT_EXPECT_NE(test, parse(f), NT_PE_OK);
	/* A directory that is not in the image is none. */
	f = make(test);
	put32(f, OPT + 108, 0xffffffff);
	put32(f, OPT + 112, 0xfffffff0);
	put32(f, OPT + 116, 0x20);
	put32(f, OPT + 112 + 40, 0x2000);
	put32(f, OPT + 116 + 40, 0x20);
	KUNIT_EXPECT_EQ(test, parse(f), NT_PE_OK);
	KUNIT_EXPECT_EQ(test, f->image.dir[NT_PE_DIR_EXPORT].size, 0);
	KUNIT_EXPECT_EQ(test, f->image.dir[NT_PE_DIR_RELOC].va, 0x2000);
}

/* Whatever passes is within bounds. */
static void noise(struct kunit *test)
{
	struct pe_file *f = make(test);
	u8 whole[HEAD];
	int round, i, wrong = 0, passed = 0;

	memcpy(whole, f->head, HEAD);
	for (round = 0; round < 20000; round++) {
		u64 end = 0;

		memcpy(f->head, whole, HEAD);
		for (i = get_random_u32() % 4; i >= 0; i--) {
			u32 at = get_random_u32() % (SECTIONS + 80);

			f->head[at] = get_random_u32() % 3 ? get_random_u32() : 0xff;
		}
		if (parse(f) != NT_PE_OK || !f->image.pe32plus)
			continue;
		passed++;
		for (i = 0; i < f->image.nsections; i++) {
			const struct nt_pe_section *s = &f->image.section[i];

			wrong += s->va < end || !s->size || s->filesz > s->size;
			end = (u64)s->va + s->size;
			wrong += end > f->image.size;
			wrong += !persona_range_in(s->offset, s->filesz, f->size);
		}
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_GT(test, passed, 0);
}

static struct kunit_case pe_cases[] = {
	KUNIT_CASE(good),
	KUNIT_CASE(contents),
	KUNIT_CASE(kinds),
	KUNIT_CASE(short_files),
	KUNIT_CASE(bad_sections),
	KUNIT_CASE(bad_fields),
	KUNIT_CASE(noise),
	{}
};

static struct kunit_suite pe_suite = {
	.name = "persona_nt_pe",
	.test_cases = pe_cases,
};

kunit_test_suite(pe_suite);
