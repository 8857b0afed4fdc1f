/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mach-O images: file format, address space layout and the checked form that
 * the parser makes of an image.
 */
#ifndef _DARWIN_MACHO_H
#define _DARWIN_MACHO_H

#include <linux/build_bug.h>
#include <linux/sizes.h>
#include <linux/types.h>

#define DARWIN_MH_MAGIC			0xfeedface	/* 32 bit */
#define DARWIN_MH_CIGAM			0xcefaedfe	/* 32 bit, big endian */
#define DARWIN_MH_MAGIC_64		0xfeedfacf
#define DARWIN_MH_CIGAM_64		0xcffaedfe
#define DARWIN_FAT_MAGIC		0xcafebabe	/* big endian on disk */
#define DARWIN_FAT_MAGIC_64		0xcafebabf

#define DARWIN_CPU_TYPE_X86_64		0x01000007
#define DARWIN_CPU_SUBTYPE_MASK		0xff000000	/* capability bits, e.g. LIB64 */
#define DARWIN_CPU_SUBTYPE_X86_64_ALL	3
#define DARWIN_CPU_SUBTYPE_X86_ARCH1	4
#define DARWIN_CPU_SUBTYPE_X86_64_H	8		/* Haswell and later */

#define DARWIN_MH_EXECUTE		2

#define DARWIN_MH_ALLOW_STACK_EXECUTION	0x20000
#define DARWIN_MH_PIE			0x200000

#define DARWIN_LC_REQ_DYLD		0x80000000
#define DARWIN_LC_SEGMENT		0x1
#define DARWIN_LC_UNIXTHREAD		0x5
#define DARWIN_LC_LOAD_DYLIB		0xc
#define DARWIN_LC_LOAD_DYLINKER		0xe
#define DARWIN_LC_LOAD_WEAK_DYLIB	(0x18 | DARWIN_LC_REQ_DYLD)
#define DARWIN_LC_SEGMENT_64		0x19
#define DARWIN_LC_UUID			0x1b
#define DARWIN_LC_REEXPORT_DYLIB	(0x1f | DARWIN_LC_REQ_DYLD)
#define DARWIN_LC_LAZY_LOAD_DYLIB	0x20
#define DARWIN_LC_ENCRYPTION_INFO	0x21
#define DARWIN_LC_LOAD_UPWARD_DYLIB	(0x23 | DARWIN_LC_REQ_DYLD)
#define DARWIN_LC_MAIN			(0x28 | DARWIN_LC_REQ_DYLD)
#define DARWIN_LC_ENCRYPTION_INFO_64	0x2c

#define DARWIN_X86_THREAD_STATE64	4	/* flavor */
#define DARWIN_X86_THREAD_STATE64_COUNT	42	/* in 32-bit words */
#define DARWIN_X86_THREAD_RSP		7	/* 64-bit words into the state */
#define DARWIN_X86_THREAD_RIP		16

#define DARWIN_VM_PROT_ALL		7	/* read 1, write 2, execute 4: as PROT_* */

struct darwin_mach_header_64 {
	__le32 magic;
	__le32 cputype;
	__le32 cpusubtype;
	__le32 filetype;
	__le32 ncmds;
	__le32 sizeofcmds;
	__le32 flags;
	__le32 reserved;
};

static_assert(sizeof(struct darwin_mach_header_64) == 32);

struct darwin_load_command {
	__le32 cmd;
	__le32 cmdsize;
};

static_assert(sizeof(struct darwin_load_command) == 8);

struct darwin_segment_command_64 {
	__le32 cmd;
	__le32 cmdsize;
	char segname[16];
	__le64 vmaddr;
	__le64 vmsize;
	__le64 fileoff;
	__le64 filesize;
	__le32 maxprot;
	__le32 initprot;
	__le32 nsects;
	__le32 flags;
};

static_assert(sizeof(struct darwin_segment_command_64) == 72);

#define DARWIN_SECTION_64_SIZE		80

struct darwin_entry_point_command {
	__le32 cmd;
	__le32 cmdsize;
	__le64 entryoff;
	__le64 stacksize;
};

static_assert(sizeof(struct darwin_entry_point_command) == 24);

struct darwin_thread_command {
	__le32 cmd;
	__le32 cmdsize;
	__le32 flavor;
	__le32 count;
	__le64 state[DARWIN_X86_THREAD_STATE64_COUNT / 2];
};

static_assert(sizeof(struct darwin_thread_command) == 184);

struct darwin_dylinker_command {
	__le32 cmd;
	__le32 cmdsize;
	__le32 name;		/* offset of the path from the command's start */
};

static_assert(sizeof(struct darwin_dylinker_command) == 12);

struct darwin_uuid_command {
	__le32 cmd;
	__le32 cmdsize;
	u8 uuid[16];
};

static_assert(sizeof(struct darwin_uuid_command) == 24);

struct darwin_encryption_info_command {
	__le32 cmd;
	__le32 cmdsize;
	__le32 cryptoff;
	__le32 cryptsize;
	__le32 cryptid;
};

static_assert(sizeof(struct darwin_encryption_info_command) == 20);

struct darwin_fat_header {
	__be32 magic;
	__be32 nfat_arch;
};

static_assert(sizeof(struct darwin_fat_header) == 8);

struct darwin_fat_arch {
	__be32 cputype;
	__be32 cpusubtype;
	__be32 offset;
	__be32 size;
	__be32 align;
};

static_assert(sizeof(struct darwin_fat_arch) == 20);

struct darwin_fat_arch_64 {
	__be32 cputype;
	__be32 cpusubtype;
	__be64 offset;
	__be64 size;
	__be32 align;
	__be32 reserved;
};

static_assert(sizeof(struct darwin_fat_arch_64) == 32);

/*
 * Address space. Darwin's stack ends at VM_USRSTACK64 and grows down; we let
 * it start up to 16 GiB lower (the randomness of a native stack). The commpage
 * is far above it. Images stay below the zone that the stack may need; the
 * lowest 64 KiB are no one's, as with Linux's default of vm.mmap_min_addr.
 */
#define DARWIN_VM_USRSTACK64		0x7ffeefc00000UL
#define DARWIN_STACK_RND_MASK		0x3fffffUL	/* pages */
#define DARWIN_VM_STACK_ZONE		0x7ffa00000000UL
#define DARWIN_VM_IMAGE_MIN		0x10000UL
#define DARWIN_VM_COMMPAGE		0x7fffffe00000UL
#define DARWIN_VM_USER_END		0x7ffffffff000UL
/* A slide of up to 64 GiB keeps images below Go's heaps at 0xc000000000. */
#define DARWIN_SLIDE_PAGES		0x1000000UL

#define DARWIN_MACHO_MAX_CMDS		SZ_64K		/* bytes of load commands */
#define DARWIN_MACHO_MAX_SEGMENTS	64
/* A Java class file has the magic of a fat file and 45 or more here. */
#define DARWIN_FAT_MAX_ARCHS		44

/**
 * enum macho_error - why an image is not started
 *
 * What each means to the caller of execve() is in darwin_macho_why().
 */
enum macho_error {
	MACHO_OK,
	MACHO_NOT_MACHO,
	MACHO_SHORT,
	MACHO_I386,
	MACHO_BIG_ENDIAN,
	MACHO_CPU,
	MACHO_CPU_SUBTYPE,
	MACHO_FILETYPE,
	MACHO_FAT_COUNT,
	MACHO_FAT_SLICE,
	MACHO_FAT_NO_SLICE,
	MACHO_CMDS_SIZE,
	MACHO_CMD_SIZE,
	MACHO_CMD_32,
	MACHO_SEG_COUNT,
	MACHO_SEG_SECTIONS,
	MACHO_SEG_PROT,
	MACHO_SEG_WRAP,
	MACHO_SEG_ALIGN,
	MACHO_SEG_FILE,
	MACHO_SEG_LOW,
	MACHO_SEG_KERNEL,
	MACHO_SEG_COMMPAGE,
	MACHO_SEG_STACK,
	MACHO_SEG_OVERLAP,
	MACHO_NO_SEGMENTS,
	MACHO_THREAD,
	MACHO_ENTRY_TWICE,
	MACHO_NO_ENTRY,
	MACHO_ENTRY_RANGE,
	MACHO_STACK_RANGE,
	MACHO_MAIN_STATIC,
	MACHO_DYLINKER_NAME,
	MACHO_DYLINKER_TWICE,
	MACHO_ENCRYPTED,
	MACHO_DYNAMIC,
	MACHO_NR_ERRORS
};

/**
 * struct macho_why - an error as the world sees it
 * @err: negative errno of execve()
 * @reason: for the log; NULL when the file is none of our business
 */
struct macho_why {
	int err;
	const char *reason;
};

/**
 * struct macho_segment - a checked segment, page aligned, not yet slid
 * @vmaddr: first address
 * @vmsize: bytes in memory, whole pages, not zero
 * @fileoff: offset in the slice; page aligned once the slice's is added
 * @filesize: bytes of contents, at most @vmsize
 * @prot: DARWIN_VM_PROT_* bits it starts with
 */
struct macho_segment {
	u64 vmaddr;
	u64 vmsize;
	u64 fileoff;
	u64 filesize;
	u32 prot;
};

/**
 * struct macho_slice - part of a file that holds an image
 * @offset: in the file, page aligned
 * @size: bytes
 */
struct macho_slice {
	u64 offset;
	u64 size;
};

/**
 * struct macho_image - what the parser made of an image
 * @flags: DARWIN_MH_*
 * @nsegs: segments in @seg
 * @room: entries that @seg has room for
 * @pagezero: end of the range below which nothing may ever be mapped, or 0
 * @lowest: first address of a segment
 * @highest: end of the last segment
 * @header: address of the Mach header, 0 if no segment has it
 * @entry: first instruction if @has_entry, from LC_UNIXTHREAD
 * @stack: initial stack pointer that the image asks for, 0 for the usual one
 * @main_offset: LC_MAIN: file offset of main()
 * @stacksize: LC_MAIN: size of the stack, 0 for the usual one
 * @dylinker: offset of the dylinker's name in the header, 0 if there is none
 * @ndylibs: libraries that the image wants
 * @has_entry: LC_UNIXTHREAD is there
 * @has_main: LC_MAIN is there
 * @has_uuid: @uuid is valid
 * @needs_dylinker: cannot start without its dylinker
 * @uuid: build identification
 * @seg: segments in the order of the file
 */
struct macho_image {
	u32 flags;
	u32 nsegs;
	u32 room;
	u64 pagezero;
	u64 lowest;
	u64 highest;
	u64 header;
	u64 entry;
	u64 stack;
	u64 main_offset;
	u64 stacksize;
	u32 dylinker;
	u32 ndylibs;
	bool has_entry;
	bool has_main;
	bool has_uuid;
	bool needs_dylinker;
	u8 uuid[16];
	struct macho_segment seg[];
};

const struct macho_why *darwin_macho_why(enum macho_error error);
enum macho_error darwin_fat_find(const void *buf, size_t len, u64 file_size, bool haswell,
				 struct macho_slice *slice);
enum macho_error darwin_macho_header(const void *buf, size_t len, u64 size, bool haswell,
				     size_t *total);
u32 darwin_macho_room(size_t total);
enum macho_error darwin_macho_parse(const void *buf, size_t len, const struct macho_slice *slice,
				    struct macho_image *image);
u64 darwin_macho_slide(const struct macho_image *image, u64 random);

#endif /* _DARWIN_MACHO_H */
