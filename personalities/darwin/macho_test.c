// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the Mach-O parser. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "macho.h"

/*
 * A small program: __PAGEZERO, __TEXT, __DATA with a zero-filled tail, thread
 * and UUID. The enums are the offsets of its load commands.
 */
enum {
	AT_PAGEZERO = 32,
	AT_TEXT = AT_PAGEZERO + 72,
	AT_DATA = AT_TEXT + 72,
	AT_THREAD = AT_DATA + 72,
	AT_UUID = AT_THREAD + 184,
	AT_END = AT_UUID + 24,
	SIZE = 0x2800,
};

#define BASE	0x100000000ULL

/* Offsets within a segment command. */
enum {
	VMADDR = 24,
	VMSIZE = 32,
	FILEOFF = 40,
	FILESIZE = 48,
	MAXPROT = 56,
	INITPROT = 60,
	NSECTS = 64,
};

/* Offset of a register within a thread command. */
#define REG(n)	(16 + 8 * (n))

struct sample {
	u8 buf[1024];
	size_t len;
	struct macho_slice slice;
	union {
		struct macho_image image;
		u8 space[sizeof(struct macho_image) +
			 DARWIN_MACHO_MAX_SEGMENTS * sizeof(struct macho_segment)];
	};
};

static void put32(u8 *buf, u32 value)
{
	__le32 raw = cpu_to_le32(value);

	memcpy(buf, &raw, sizeof(raw));
}

static void put64(u8 *buf, u64 value)
{
	__le64 raw = cpu_to_le64(value);

	memcpy(buf, &raw, sizeof(raw));
}

static void put_segment(u8 *cmd, u64 addr, u64 size, u64 off, u64 filesize, u32 prot)
{
	put32(cmd, DARWIN_LC_SEGMENT_64);
	put32(cmd + 4, 72);
	put64(cmd + VMADDR, addr);
	put64(cmd + VMSIZE, size);
	put64(cmd + FILEOFF, off);
	put64(cmd + FILESIZE, filesize);
	put32(cmd + MAXPROT, prot);
	put32(cmd + INITPROT, prot);
}

static struct sample *new_sample(struct kunit *test)
{
	struct sample *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	u8 *b;

	KUNIT_ASSERT_NOT_NULL(test, s);
	b = s->buf;
	put32(b, DARWIN_MH_MAGIC_64);
	put32(b + 4, DARWIN_CPU_TYPE_X86_64);
	put32(b + 8, 0x80000003);
	put32(b + 12, DARWIN_MH_EXECUTE);
	put32(b + 16, 5);
	put32(b + 20, AT_END - 32);
	put_segment(b + AT_PAGEZERO, 0, BASE, 0, 0, 0);
	put_segment(b + AT_TEXT, BASE, 0x2000, 0, 0x2000, 5);
	put_segment(b + AT_DATA, BASE + 0x2000, 0x2801, 0x2000, 0x800, 3);
	put32(b + AT_THREAD, DARWIN_LC_UNIXTHREAD);
	put32(b + AT_THREAD + 4, 184);
	put32(b + AT_THREAD + 8, DARWIN_X86_THREAD_STATE64);
	put32(b + AT_THREAD + 12, DARWIN_X86_THREAD_STATE64_COUNT);
	put64(b + AT_THREAD + REG(DARWIN_X86_THREAD_RIP), BASE + 0x1234);
	put32(b + AT_UUID, DARWIN_LC_UUID);
	put32(b + AT_UUID + 4, 24);
	memset(b + AT_UUID + 8, 0xa5, 16);
	s->len = AT_END;
	s->slice.size = SIZE;
	return s;
}

static enum macho_error parse(struct sample *s)
{
	return darwin_macho_parse(s->buf, s->len, &s->slice, &s->image);
}

/* Appends a command and counts it. */
static u8 *add_command(struct sample *s, u32 cmd, u32 size)
{
	u8 *at = s->buf + s->len;

	put32(at, cmd);
	put32(at + 4, size);
	s->buf[16]++;
	s->len += size;
	put32(s->buf + 20, s->len - 32);
	return at;
}

static void good(struct kunit *test)
{
	struct sample *s = new_sample(test);
	size_t total = 0;

	KUNIT_EXPECT_EQ(test, darwin_macho_header(s->buf, 32, SIZE, false, &total), MACHO_OK);
	KUNIT_EXPECT_EQ(test, total, (size_t)AT_END);
	KUNIT_ASSERT_EQ(test, parse(s), MACHO_OK);
	KUNIT_EXPECT_EQ(test, s->image.nsegs, 2U);
	KUNIT_EXPECT_EQ(test, s->image.pagezero, BASE);
	KUNIT_EXPECT_EQ(test, s->image.lowest, BASE);
	KUNIT_EXPECT_EQ(test, s->image.highest, BASE + 0x5000);
	KUNIT_EXPECT_EQ(test, s->image.header, BASE);
	KUNIT_EXPECT_EQ(test, s->image.entry, BASE + 0x1234);
	KUNIT_EXPECT_EQ(test, s->image.stack, 0ULL);
	KUNIT_EXPECT_EQ(test, s->image.seg[1].vmsize, 0x3000ULL);
	KUNIT_EXPECT_EQ(test, s->image.seg[1].filesize, 0x800ULL);
	KUNIT_EXPECT_EQ(test, s->image.seg[1].prot, 3U);
	KUNIT_EXPECT_TRUE(test, s->image.has_entry);
	KUNIT_EXPECT_TRUE(test, s->image.has_uuid);
	KUNIT_EXPECT_EQ(test, s->image.uuid[15], 0xa5);
	KUNIT_EXPECT_FALSE(test, s->image.needs_dylinker);
}

/* One value of the sample changed: what the parser says. */
static const struct {
	const char *what;
	u32 off;
	u32 size;
	u64 value;
	enum macho_error want;
} parse_cases[] = {
	{ "no commands", 16, 4, 0, MACHO_NO_SEGMENTS },
	{ "one command too many", 16, 4, 6, MACHO_CMDS_SIZE },
	{ "4 billion commands", 16, 4, U32_MAX, MACHO_CMDS_SIZE },
	{ "command of 0 bytes", AT_TEXT + 4, 4, 0, MACHO_CMD_SIZE },
	{ "command of 7 bytes", AT_TEXT + 4, 4, 7, MACHO_CMD_SIZE },
	{ "odd command", AT_UUID + 4, 4, 22, MACHO_CMD_SIZE },
	{ "command beyond the end", AT_UUID + 4, 4, 28, MACHO_CMD_SIZE },
	{ "command of 4 GiB", AT_TEXT + 4, 4, U32_MAX - 3, MACHO_CMD_SIZE },
	{ "short segment command", AT_TEXT + 4, 4, 68, MACHO_CMD_SIZE },
	{ "short UUID", AT_UUID + 4, 4, 20, MACHO_CMD_SIZE },
	{ "32-bit segment", AT_TEXT, 4, DARWIN_LC_SEGMENT, MACHO_CMD_32 },
	{ "a section too many", AT_TEXT + NSECTS, 4, 1, MACHO_SEG_SECTIONS },
	{ "sections wrap", AT_TEXT + NSECTS, 4, 0x33333334, MACHO_SEG_SECTIONS },
	{ "4 billion sections", AT_TEXT + NSECTS, 4, U32_MAX, MACHO_SEG_SECTIONS },
	{ "protection bit 3", AT_TEXT + INITPROT, 4, 13, MACHO_SEG_PROT },
	{ "protection bit 31", AT_TEXT + MAXPROT, 4, 0x80000005, MACHO_SEG_PROT },
	{ "more than maxprot", AT_TEXT + INITPROT, 4, 7, MACHO_SEG_PROT },
	{ "more contents than memory", AT_DATA + FILESIZE, 8, 0x2802, MACHO_SEG_FILE },
	{ "contents beyond the end", AT_DATA + FILESIZE, 8, 0x801, MACHO_SEG_FILE },
	{ "contents start beyond the end", AT_DATA + FILEOFF, 8, 0x3000, MACHO_SEG_FILE },
	{ "contents wrap", AT_DATA + FILEOFF, 8, U64_MAX - 0x7ff, MACHO_SEG_FILE },
	{ "file offset not aligned", AT_DATA + FILEOFF, 8, 0x1800, MACHO_SEG_ALIGN },
	{ "address not aligned", AT_DATA + VMADDR, 8, BASE + 0x2800, MACHO_SEG_ALIGN },
	{ "segment wraps", AT_DATA + VMADDR, 8, U64_MAX - 0xfff, MACHO_SEG_WRAP },
	{ "segment size wraps", AT_DATA + VMSIZE, 8, U64_MAX, MACHO_SEG_WRAP },
	{ "kernel half", AT_DATA + VMADDR, 8, 0xffff800000000000, MACHO_SEG_KERNEL },
	{ "not canonical", AT_DATA + VMADDR, 8, 0x800000000000, MACHO_SEG_KERNEL },
	{ "into the last page", AT_DATA + VMADDR, 8, 0x7fffffffd000, MACHO_SEG_KERNEL },
	{ "huge", AT_DATA + VMSIZE, 8, 0x7fff00000000, MACHO_SEG_KERNEL },
	{ "on the commpage", AT_DATA + VMADDR, 8, DARWIN_VM_COMMPAGE, MACHO_SEG_COMMPAGE },
	{ "into the commpage", AT_DATA + VMADDR, 8, DARWIN_VM_COMMPAGE - 0x2000,
	  MACHO_SEG_COMMPAGE },
	{ "behind the commpage", AT_DATA + VMADDR, 8, DARWIN_VM_COMMPAGE + 0x1000,
	  MACHO_SEG_STACK },
	{ "on the stack", AT_DATA + VMADDR, 8, DARWIN_VM_USRSTACK64 - 0x10000, MACHO_SEG_STACK },
	{ "into the stack's range", AT_DATA + VMADDR, 8, DARWIN_VM_STACK_ZONE - 0x2000,
	  MACHO_SEG_STACK },
	{ "below the stack's range", AT_DATA + VMADDR, 8, DARWIN_VM_STACK_ZONE - 0x3000,
	  MACHO_OK },
	{ "same address", AT_DATA + VMADDR, 8, BASE, MACHO_SEG_OVERLAP },
	{ "last page shared", AT_DATA + VMADDR, 8, BASE + 0x1000, MACHO_SEG_OVERLAP },
	{ "around another", AT_DATA + VMADDR, 8, BASE - 0x1000, MACHO_SEG_OVERLAP },
	{ "in __PAGEZERO", AT_DATA + VMADDR, 8, BASE - 0x10000, MACHO_SEG_OVERLAP },
	{ "too low", AT_DATA + VMADDR, 8, 0xf000, MACHO_SEG_LOW },
	{ "address 0", AT_DATA + VMADDR, 8, 0, MACHO_SEG_LOW },
	{ "__PAGEZERO with contents", AT_PAGEZERO + FILESIZE, 8, 1, MACHO_SEG_FILE },
	{ "__PAGEZERO over everything", AT_PAGEZERO + VMSIZE, 8, 0x7fff00000000,
	  MACHO_SEG_STACK },
	{ "__PAGEZERO may be mapped", AT_PAGEZERO + MAXPROT, 4, 1, MACHO_SEG_LOW },
	{ "__PAGEZERO of one byte", AT_PAGEZERO + VMSIZE, 8, 1, MACHO_OK },
	{ "empty segment", AT_DATA + VMSIZE, 8, 0, MACHO_SEG_FILE },
	{ "empty __PAGEZERO", AT_PAGEZERO + VMSIZE, 8, 0, MACHO_OK },
	{ "thread of another flavor", AT_THREAD + 8, 4, 1, MACHO_THREAD },
	{ "thread of another size", AT_THREAD + 12, 4, 44, MACHO_THREAD },
	{ "thread of huge size", AT_THREAD + 12, 4, 0x40000001, MACHO_THREAD },
	{ "thread command cut off", AT_THREAD + 4, 4, 180, MACHO_THREAD },
	{ "no thread", AT_THREAD, 4, 0x77, MACHO_NO_ENTRY },
	{ "entry 0", AT_THREAD + REG(16), 8, 0, MACHO_ENTRY_RANGE },
	{ "entry behind the text", AT_THREAD + REG(16), 8, BASE + 0x2000, MACHO_ENTRY_RANGE },
	{ "entry before the text", AT_THREAD + REG(16), 8, BASE - 1, MACHO_ENTRY_RANGE },
	{ "entry in the kernel", AT_THREAD + REG(16), 8, U64_MAX, MACHO_ENTRY_RANGE },
	{ "text not executable", AT_TEXT + INITPROT, 4, 1, MACHO_ENTRY_RANGE },
	{ "stack in the data", AT_THREAD + REG(7), 8, BASE + 0x5000, MACHO_OK },
	{ "stack behind the data", AT_THREAD + REG(7), 8, BASE + 0x5001, MACHO_STACK_RANGE },
	{ "stack in the text", AT_THREAD + REG(7), 8, BASE + 0x1000, MACHO_STACK_RANGE },
	{ "stack in the kernel", AT_THREAD + REG(7), 8, U64_MAX, MACHO_STACK_RANGE },
	{ "stack at 1", AT_THREAD + REG(7), 8, 1, MACHO_STACK_RANGE },
	{ "command for others", AT_UUID, 4, 0x7fffffff, MACHO_OK },
	{ "encrypted", AT_UUID, 4, DARWIN_LC_ENCRYPTION_INFO_64, MACHO_ENCRYPTED },
	{ "second thread too short", AT_UUID, 4, DARWIN_LC_UNIXTHREAD, MACHO_THREAD },
	{ "main, too", AT_UUID, 4, DARWIN_LC_MAIN, MACHO_ENTRY_TWICE },
	{ "dylinker name far away", AT_UUID, 4, DARWIN_LC_LOAD_DYLINKER, MACHO_DYLINKER_NAME },
};

static void bad_values(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parse_cases); i++) {
		struct sample *s = new_sample(test);
		u8 *at = s->buf + parse_cases[i].off;

		if (parse_cases[i].size == 4)
			put32(at, parse_cases[i].value);
		else
			put64(at, parse_cases[i].value);
		KUNIT_EXPECT_EQ_MSG(test, parse(s), parse_cases[i].want, "%s",
				    parse_cases[i].what);
		kunit_kfree(test, s);
	}
}

static const struct {
	const char *what;
	u32 off;
	u32 value;
	bool haswell;
	enum macho_error want;
} header_cases[] = {
	{ "nothing", 0, 0, false, MACHO_NOT_MACHO },
	{ "ELF", 0, 0x464c457f, false, MACHO_NOT_MACHO },
	{ "i386", 0, DARWIN_MH_MAGIC, false, MACHO_I386 },
	{ "ppc", 0, DARWIN_MH_CIGAM, false, MACHO_BIG_ENDIAN },
	{ "ppc64", 0, DARWIN_MH_CIGAM_64, false, MACHO_BIG_ENDIAN },
	{ "arm64", 4, 0x0100000c, false, MACHO_CPU },
	{ "i386 with the wrong magic", 4, 7, false, MACHO_CPU },
	{ "subtype without LIB64", 8, 3, false, MACHO_OK },
	{ "subtype of old", 8, 4, false, MACHO_OK },
	{ "Haswell on less", 8, 8, false, MACHO_CPU_SUBTYPE },
	{ "Haswell", 8, 8, true, MACHO_OK },
	{ "unknown subtype", 8, 9, true, MACHO_CPU_SUBTYPE },
	{ "object file", 12, 1, false, MACHO_FILETYPE },
	{ "library", 12, 6, false, MACHO_FILETYPE },
	{ "dylinker", 12, 7, false, MACHO_FILETYPE },
	{ "commands beyond the end", 20, SIZE - 31, false, MACHO_CMDS_SIZE },
	{ "commands up to the end", 20, SIZE - 32, false, MACHO_OK },
	{ "commands of 4 GiB", 20, U32_MAX, false, MACHO_CMDS_SIZE },
};

static void bad_headers(struct kunit *test)
{
	size_t i, total;

	for (i = 0; i < ARRAY_SIZE(header_cases); i++) {
		struct sample *s = new_sample(test);

		put32(s->buf + header_cases[i].off, header_cases[i].value);
		KUNIT_EXPECT_EQ_MSG(test,
				    darwin_macho_header(s->buf, 32, SIZE, header_cases[i].haswell,
							&total),
				    header_cases[i].want, "%s", header_cases[i].what);
		kunit_kfree(test, s);
	}
}

static void short_headers(struct kunit *test)
{
	struct sample *s = new_sample(test);
	size_t len, total;

	for (len = 0; len < 32; len++)
		KUNIT_EXPECT_EQ(test, darwin_macho_header(s->buf, len, len, false, &total),
				len < 4 ? MACHO_NOT_MACHO : MACHO_SHORT);
	put32(s->buf + 20, DARWIN_MACHO_MAX_CMDS);
	KUNIT_EXPECT_EQ(test, darwin_macho_header(s->buf, 32, U64_MAX, false, &total), MACHO_OK);
	put32(s->buf + 20, DARWIN_MACHO_MAX_CMDS + 4);
	KUNIT_EXPECT_EQ(test, darwin_macho_header(s->buf, 32, U64_MAX, false, &total),
			MACHO_CMDS_SIZE);
	/* Cut off anywhere: an error, and nothing is read behind the end. */
	for (len = 0; len < AT_END; len++) {
		u8 *copy = kunit_kzalloc(test, len + 1, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy, s->buf, len);
		KUNIT_EXPECT_NE(test, darwin_macho_parse(copy, len, &s->slice, &s->image),
				MACHO_OK);
		kunit_kfree(test, copy);
	}
}

static void dynamic(struct kunit *test)
{
	static const u32 dylibs[] = {
		DARWIN_LC_LOAD_DYLIB, DARWIN_LC_LOAD_WEAK_DYLIB, DARWIN_LC_REEXPORT_DYLIB,
		DARWIN_LC_LAZY_LOAD_DYLIB, DARWIN_LC_LOAD_UPWARD_DYLIB,
	};
	struct sample *s;
	size_t i;
	u8 *cmd;

	/* As Go's linker writes it: a dylinker, but nothing for it to do. */
	s = new_sample(test);
	cmd = add_command(s, DARWIN_LC_LOAD_DYLINKER, 32);
	put32(cmd + 8, 12);
	strscpy(cmd + 12, "/usr/lib/dyld", 20);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_OK);
	KUNIT_EXPECT_FALSE(test, s->image.needs_dylinker);
	KUNIT_EXPECT_STREQ(test, (char *)s->buf + s->image.dylinker, "/usr/lib/dyld");

	for (i = 0; i < ARRAY_SIZE(dylibs); i++) {
		add_command(s, dylibs[i], 24);
		KUNIT_EXPECT_EQ(test, parse(s), MACHO_OK);
		KUNIT_EXPECT_TRUE(test, s->image.needs_dylinker);
		KUNIT_EXPECT_EQ(test, s->image.ndylibs, (u32)i + 1);
	}

	cmd = add_command(s, DARWIN_LC_LOAD_DYLINKER, 16);
	put32(cmd + 8, 12);
	cmd[12] = 'x';
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_DYLINKER_TWICE);

	/* The name: not ended, empty, in the command's own fields, outside. */
	s = new_sample(test);
	cmd = add_command(s, DARWIN_LC_LOAD_DYLINKER, 16);
	put32(cmd + 8, 12);
	memset(cmd + 12, 'x', 4);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_DYLINKER_NAME);
	memset(cmd + 12, 0, 4);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_DYLINKER_NAME);
	cmd[12] = 'x';
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_OK);
	put32(cmd + 8, 8);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_DYLINKER_NAME);
	put32(cmd + 8, 16);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_DYLINKER_NAME);
	put32(cmd + 8, U32_MAX);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_DYLINKER_NAME);
}

static void lc_main(struct kunit *test)
{
	struct sample *s = new_sample(test);
	u8 *cmd;

	put32(s->buf + AT_THREAD, 0x77);
	cmd = add_command(s, DARWIN_LC_MAIN, 24);
	put64(cmd + 8, 0x1234);
	put64(cmd + 16, 0x100000);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_MAIN_STATIC);
	cmd = add_command(s, DARWIN_LC_LOAD_DYLINKER, 16);
	put32(cmd + 8, 12);
	cmd[12] = 'd';
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_OK);
	KUNIT_EXPECT_TRUE(test, s->image.needs_dylinker);
	KUNIT_EXPECT_EQ(test, s->image.main_offset, 0x1234ULL);
	KUNIT_EXPECT_EQ(test, s->image.stacksize, 0x100000ULL);
	add_command(s, DARWIN_LC_MAIN, 24);
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_ENTRY_TWICE);
}

static void many_segments(struct kunit *test)
{
	size_t len = 32 + 72 * (DARWIN_MACHO_MAX_SEGMENTS + 1), i;
	struct sample *s = new_sample(test);
	u8 *buf = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (i = 0; i <= DARWIN_MACHO_MAX_SEGMENTS; i++)
		put_segment(buf + 32 + 72 * i, BASE + i * 0x1000, 0x1000, 0, 0, 5);
	buf[16] = DARWIN_MACHO_MAX_SEGMENTS;
	KUNIT_EXPECT_EQ(test, darwin_macho_parse(buf, len, &s->slice, &s->image),
			MACHO_NO_ENTRY);
	KUNIT_EXPECT_EQ(test, s->image.nsegs, (u32)DARWIN_MACHO_MAX_SEGMENTS);
	buf[16]++;
	KUNIT_EXPECT_EQ(test, darwin_macho_parse(buf, len, &s->slice, &s->image),
			MACHO_SEG_COUNT);
}

static void fat_arch(u8 *at, u32 cpu, u32 subtype, u32 offset, u32 size)
{
	struct darwin_fat_arch arch = {
		.cputype = cpu_to_be32(cpu),
		.cpusubtype = cpu_to_be32(subtype),
		.offset = cpu_to_be32(offset),
		.size = cpu_to_be32(size),
		.align = cpu_to_be32(12),
	};

	memcpy(at, &arch, sizeof(arch));
}

static void fat_arch_64(u8 *at, u32 cpu, u64 offset, u64 size)
{
	struct darwin_fat_arch_64 arch = {
		.cputype = cpu_to_be32(cpu),
		.cpusubtype = cpu_to_be32(3),
		.offset = cpu_to_be64(offset),
		.size = cpu_to_be64(size),
	};

	memcpy(at, &arch, sizeof(arch));
}

static void fat_magic(u8 *buf, u32 magic, u32 n)
{
	struct darwin_fat_header head = {
		.magic = cpu_to_be32(magic),
		.nfat_arch = cpu_to_be32(n),
	};

	memcpy(buf, &head, sizeof(head));
}

#define X86	DARWIN_CPU_TYPE_X86_64
#define ARM	0x0100000c

static void fat(struct kunit *test)
{
	struct macho_slice slice;
	u8 buf[128] = {};

	/* Thin: the whole file. */
	put32(buf, DARWIN_MH_MAGIC_64);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_OK);
	KUNIT_EXPECT_EQ(test, slice.offset, 0ULL);
	KUNIT_EXPECT_EQ(test, slice.size, 0x9000ULL);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 7, 7, false, &slice), MACHO_NOT_MACHO);

	fat_magic(buf, DARWIN_FAT_MAGIC, 3);
	fat_arch(buf + 8, ARM, 0, 0x4000, 0x1000);
	fat_arch(buf + 28, X86, 8, 0x5000, 0x1000);
	fat_arch(buf + 48, X86, 0x80000003, 0x6000, 0x1000);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_OK);
	KUNIT_EXPECT_EQ(test, slice.offset, 0x6000ULL);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, true, &slice), MACHO_OK);
	KUNIT_EXPECT_EQ(test, slice.offset, 0x6000ULL);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 67, 0x9000, false, &slice), MACHO_SHORT);
	/* Only the part for Haswell is left. */
	fat_magic(buf, DARWIN_FAT_MAGIC, 2);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, true, &slice), MACHO_OK);
	KUNIT_EXPECT_EQ(test, slice.offset, 0x5000ULL);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice),
			MACHO_CPU_SUBTYPE);
	fat_magic(buf, DARWIN_FAT_MAGIC, 1);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, true, &slice),
			MACHO_FAT_NO_SLICE);

	/* A misplaced part. */
	fat_arch(buf + 8, X86, 3, 0x6000, 0x3001);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_SLICE);
	fat_arch(buf + 8, X86, 3, 0xa000, 0x10);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_SLICE);
	fat_arch(buf + 8, X86, 3, 0xfffff000, 0x2000);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_SLICE);
	fat_arch(buf + 8, X86, 3, 0x6000, 31);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_SLICE);
	fat_arch(buf + 8, X86, 3, 0x6010, 0x100);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_SLICE);
	fat_arch(buf + 8, X86, 3, 0, 0x9000);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_SLICE);

	/* Numbers of parts. A Java class file is not ours, and no error. */
	fat_magic(buf, DARWIN_FAT_MAGIC, 0);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_COUNT);
	fat_magic(buf, DARWIN_FAT_MAGIC, 45);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_NOT_MACHO);
	fat_magic(buf, DARWIN_FAT_MAGIC_64, 45);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_COUNT);
	fat_magic(buf, DARWIN_FAT_MAGIC_64, U32_MAX);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x9000, false, &slice), MACHO_FAT_COUNT);

	fat_magic(buf, DARWIN_FAT_MAGIC_64, 2);
	fat_arch_64(buf + 8, ARM, 0x1000, 0x1000);
	fat_arch_64(buf + 40, X86, 0x500000000, 0x1000);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, 0x600000000, false, &slice), MACHO_OK);
	KUNIT_EXPECT_EQ(test, slice.offset, 0x500000000ULL);
	fat_arch_64(buf + 40, X86, U64_MAX - 0xfff, 0x1000);
	KUNIT_EXPECT_EQ(test, darwin_fat_find(buf, 128, U64_MAX, false, &slice),
			MACHO_FAT_SLICE);
}

/* Offsets in a slice are relative, alignment is that of the file. */
static void slice_alignment(struct kunit *test)
{
	struct sample *s = new_sample(test);

	s->slice.offset = 0x7000;
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_OK);
	s->slice.offset = 0x7800;
	KUNIT_EXPECT_EQ(test, parse(s), MACHO_SEG_ALIGN);
}

static void slide(struct kunit *test)
{
	struct sample *s = new_sample(test);
	u64 r;

	KUNIT_ASSERT_EQ(test, parse(s), MACHO_OK);
	KUNIT_EXPECT_EQ(test, darwin_macho_slide(&s->image, U64_MAX), 0ULL);
	s->image.flags |= DARWIN_MH_PIE;
	KUNIT_EXPECT_EQ(test, darwin_macho_slide(&s->image, 0), 0ULL);
	KUNIT_EXPECT_EQ(test, darwin_macho_slide(&s->image, 1), (u64)PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, darwin_macho_slide(&s->image, U64_MAX),
			(DARWIN_SLIDE_PAGES - 1) << PAGE_SHIFT);
	/* Near the end of the room: the image still fits. */
	s->image.highest = DARWIN_VM_STACK_ZONE - 2 * PAGE_SIZE;
	for (r = 0; r < 10; r++)
		KUNIT_EXPECT_LE(test, darwin_macho_slide(&s->image, r), 2 * (u64)PAGE_SIZE);
	s->image.highest = DARWIN_VM_STACK_ZONE;
	KUNIT_EXPECT_EQ(test, darwin_macho_slide(&s->image, 12345), 0ULL);
}

static void every_error_is_explained(struct kunit *test)
{
	int i;

	KUNIT_EXPECT_EQ(test, darwin_macho_why(MACHO_OK)->err, 0);
	for (i = MACHO_OK + 1; i < MACHO_NR_ERRORS; i++) {
		const struct macho_why *why = darwin_macho_why(i);

		KUNIT_EXPECT_EQ_MSG(test, why->err, i == MACHO_DYNAMIC ? -ENOENT : -ENOEXEC,
				    "error %d", i);
		KUNIT_EXPECT_EQ_MSG(test, !!why->reason, i != MACHO_NOT_MACHO, "error %d", i);
	}
}

static struct kunit_case macho_cases[] = {
	KUNIT_CASE(good),
	KUNIT_CASE(bad_values),
	KUNIT_CASE(bad_headers),
	KUNIT_CASE(short_headers),
	KUNIT_CASE(dynamic),
	KUNIT_CASE(lc_main),
	KUNIT_CASE(many_segments),
	KUNIT_CASE(fat),
	KUNIT_CASE(slice_alignment),
	KUNIT_CASE(slide),
	KUNIT_CASE(every_error_is_explained),
	{}
};

static struct kunit_suite macho_suite = {
	.name = "persona_darwin_macho",
	.test_cases = macho_cases,
};

kunit_test_suite(macho_suite);
