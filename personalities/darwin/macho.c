// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parser for Mach-O images: from a hostile header to a checked description.
 *
 * Pure functions on buffers, no memory is allocated and no file is read. The
 * rules are those of the Darwin kernel's loader where it has any; where it is
 * careless (overlapping segments, an entry point outside of every segment) an
 * image that could only crash is refused instead.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../../module/image.h"
#include "../../module/persona.h"
#include "macho.h"

static const struct macho_why macho_whys[MACHO_NR_ERRORS] = {
	[MACHO_OK] = { 0, NULL },
	[MACHO_NOT_MACHO] = { -ENOEXEC, NULL },
	[MACHO_SHORT] = { -ENOEXEC, "file ends inside of the Mach-O header" },
	[MACHO_I386] = { -ENOEXEC, "32-bit (i386) images are not supported" },
	[MACHO_BIG_ENDIAN] = { -ENOEXEC, "big-endian images are not supported" },
	[MACHO_CPU] = { -ENOEXEC, "built for another CPU than x86_64" },
	[MACHO_CPU_SUBTYPE] = { -ENOEXEC, "built for an x86_64 subtype that this CPU is not" },
	[MACHO_FILETYPE] = { -ENOEXEC, "not a program (file type is not MH_EXECUTE)" },
	[MACHO_FAT_COUNT] = { -ENOEXEC, "impossible number of architectures in a fat file" },
	[MACHO_FAT_SLICE] = { -ENOEXEC, "x86_64 part of a fat file is misplaced" },
	[MACHO_FAT_NO_SLICE] = { -ENOEXEC, "fat file without an x86_64 part" },
	[MACHO_CMDS_SIZE] = { -ENOEXEC, "load commands do not fit" },
	[MACHO_CMD_SIZE] = { -ENOEXEC, "load command has an impossible size" },
	[MACHO_CMD_32] = { -ENOEXEC, "32-bit segment in a 64-bit image" },
	[MACHO_SEG_COUNT] = { -ENOEXEC, "too many segments" },
	[MACHO_SEG_SECTIONS] = { -ENOEXEC, "sections do not fit into their segment command" },
	[MACHO_SEG_PROT] = { -ENOEXEC, "segment with impossible protection" },
	[MACHO_SEG_WRAP] = { -ENOEXEC, "segment wraps around" },
	[MACHO_SEG_ALIGN] = { -ENOEXEC, "segment is not page aligned" },
	[MACHO_SEG_FILE] = { -ENOEXEC, "segment contents are not in the file" },
	[MACHO_SEG_LOW] = { -ENOEXEC, "segment below the lowest mappable address" },
	[MACHO_SEG_KERNEL] = { -ENOEXEC, "segment outside of the user half" },
	[MACHO_SEG_COMMPAGE] = { -ENOEXEC, "segment over the commpage" },
	[MACHO_SEG_STACK] = { -ENOEXEC, "segment in the stack's range" },
	[MACHO_SEG_OVERLAP] = { -ENOEXEC, "segments overlap" },
	[MACHO_NO_SEGMENTS] = { -ENOEXEC, "no segments" },
	[MACHO_THREAD] = { -ENOEXEC, "LC_UNIXTHREAD is not a single x86_THREAD_STATE64" },
	[MACHO_ENTRY_TWICE] = { -ENOEXEC, "more than one entry point" },
	[MACHO_NO_ENTRY] = { -ENOEXEC, "no entry point" },
	[MACHO_ENTRY_RANGE] = { -ENOEXEC, "entry point is not in an executable segment" },
	[MACHO_STACK_RANGE] = { -ENOEXEC, "stack pointer is not in a writable segment" },
	[MACHO_MAIN_STATIC] = { -ENOEXEC, "LC_MAIN without a dylinker" },
	[MACHO_DYLINKER_NAME] = { -ENOEXEC, "dylinker without a name" },
	[MACHO_DYLINKER_TWICE] = { -ENOEXEC, "more than one dylinker" },
	[MACHO_ENCRYPTED] = { -ENOEXEC, "image is encrypted" },
	/* As for an ELF program whose interpreter is missing. */
	[MACHO_DYNAMIC] = { -ENOENT, "needs dynamic libraries, and there is no dylinker" },
};

/**
 * darwin_macho_why() - errno and text for an error
 * @error: from the parser
 *
 * Context: any.
 * Return: never NULL.
 */
const struct macho_why *darwin_macho_why(enum macho_error error)
{
	return &macho_whys[error];
}
EXPORT_SYMBOL_FOR_TEST(darwin_macho_why);

/* How well a part for this subtype suits the CPU: 0 not at all. */
static unsigned int grade_subtype(u32 subtype, bool haswell)
{
	switch (subtype & ~DARWIN_CPU_SUBTYPE_MASK) {
	case DARWIN_CPU_SUBTYPE_X86_64_ALL:
		return 3;
	case DARWIN_CPU_SUBTYPE_X86_ARCH1:
		return 2;
	case DARWIN_CPU_SUBTYPE_X86_64_H:
		return haswell ? 1 : 0;
	}
	return 0;
}

static enum macho_error check_slice(const struct macho_slice *slice, u64 archs_end, u64 file_size)
{
	if (slice->offset < archs_end || !IS_ALIGNED(slice->offset, PAGE_SIZE) ||
	    slice->size < sizeof(struct darwin_mach_header_64) ||
	    !persona_range_in(slice->offset, slice->size, file_size))
		return MACHO_FAT_SLICE;
	return MACHO_OK;
}

/**
 * darwin_fat_find() - find the part of a file that this CPU can run
 * @buf: start of the file
 * @len: bytes in @buf; 2 KiB are always enough
 * @file_size: of the whole file
 * @haswell: the CPU has what DARWIN_CPU_SUBTYPE_X86_64_H stands for
 * @slice: filled on success; the whole file unless it is fat
 *
 * The plain x86_64 part is preferred to one for Haswell, which Darwin would
 * take on such a machine: both do the same.
 *
 * Context: any.
 * Return: MACHO_OK or why there is none.
 */
enum macho_error darwin_fat_find(const void *buf, size_t len, u64 file_size, bool haswell,
				 struct macho_slice *slice)
{
	unsigned int best = 0, grade;
	struct darwin_fat_header fat;
	struct macho_slice found;
	bool other_cpu = true;
	u64 at, archs_end;
	u32 magic, n, i;
	bool wide;

	slice->offset = 0;
	slice->size = file_size;
	if (!persona_image_get(buf, len, 0, &fat, sizeof(fat)))
		return MACHO_NOT_MACHO;
	magic = be32_to_cpu(fat.magic);
	if (magic != DARWIN_FAT_MAGIC && magic != DARWIN_FAT_MAGIC_64)
		return MACHO_OK;

	wide = magic == DARWIN_FAT_MAGIC_64;
	n = be32_to_cpu(fat.nfat_arch);
	if (n > DARWIN_FAT_MAX_ARCHS)
		return wide ? MACHO_FAT_COUNT : MACHO_NOT_MACHO;
	if (!n)
		return MACHO_FAT_COUNT;

	at = sizeof(fat);
	archs_end = at + n * (wide ? sizeof(struct darwin_fat_arch_64) :
				     sizeof(struct darwin_fat_arch));
	for (i = 0; i < n; i++) {
		struct darwin_fat_arch_64 arch = {};
		struct darwin_fat_arch narrow;

		if (wide) {
			if (!persona_image_get(buf, len, at, &arch, sizeof(arch)))
				return MACHO_SHORT;
			at += sizeof(arch);
			found.offset = be64_to_cpu(arch.offset);
			found.size = be64_to_cpu(arch.size);
		} else {
			if (!persona_image_get(buf, len, at, &narrow, sizeof(narrow)))
				return MACHO_SHORT;
			at += sizeof(narrow);
			arch.cputype = narrow.cputype;
			arch.cpusubtype = narrow.cpusubtype;
			found.offset = be32_to_cpu(narrow.offset);
			found.size = be32_to_cpu(narrow.size);
		}
		if (be32_to_cpu(arch.cputype) != DARWIN_CPU_TYPE_X86_64)
			continue;
		other_cpu = false;
		grade = grade_subtype(be32_to_cpu(arch.cpusubtype), haswell);
		if (grade > best) {
			best = grade;
			*slice = found;
		}
	}
	if (!best)
		return other_cpu ? MACHO_FAT_NO_SLICE : MACHO_CPU_SUBTYPE;
	return check_slice(slice, archs_end, file_size);
}
EXPORT_SYMBOL_FOR_TEST(darwin_fat_find);

/**
 * darwin_macho_header() - check the first 32 bytes of an image
 * @buf: start of the image
 * @len: bytes in @buf
 * @size: of the whole image (the slice of a fat file)
 * @haswell: the CPU has what DARWIN_CPU_SUBTYPE_X86_64_H stands for
 * @total: set to the size of the header with all load commands on success:
 *	lies within @size and is at most 32 + DARWIN_MACHO_MAX_CMDS
 *
 * Context: any.
 * Return: MACHO_OK or why the image is not for us.
 */
enum macho_error darwin_macho_header(const void *buf, size_t len, u64 size, bool haswell,
				     size_t *total)
{
	struct darwin_mach_header_64 head;
	__le32 magic;
	u32 cmds;

	if (!persona_image_get(buf, len, 0, &magic, sizeof(magic)))
		return MACHO_NOT_MACHO;
	switch (le32_to_cpu(magic)) {
	case DARWIN_MH_MAGIC_64:
		break;
	case DARWIN_MH_MAGIC:
		return MACHO_I386;
	case DARWIN_MH_CIGAM:
	case DARWIN_MH_CIGAM_64:
		return MACHO_BIG_ENDIAN;
	default:
		return MACHO_NOT_MACHO;
	}
	if (!persona_image_get(buf, len, 0, &head, sizeof(head)))
		return MACHO_SHORT;
	if (le32_to_cpu(head.cputype) != DARWIN_CPU_TYPE_X86_64)
		return MACHO_CPU;
	if (!grade_subtype(le32_to_cpu(head.cpusubtype), haswell))
		return MACHO_CPU_SUBTYPE;
	if (le32_to_cpu(head.filetype) != DARWIN_MH_EXECUTE)
		return MACHO_FILETYPE;
	cmds = le32_to_cpu(head.sizeofcmds);
	if (cmds > DARWIN_MACHO_MAX_CMDS || !persona_range_in(sizeof(head), cmds, size))
		return MACHO_CMDS_SIZE;
	*total = sizeof(head) + cmds;
	return MACHO_OK;
}
EXPORT_SYMBOL_FOR_TEST(darwin_macho_header);

static enum macho_error check_place(u64 addr, u64 size)
{
	if (addr < DARWIN_VM_IMAGE_MIN)
		return MACHO_SEG_LOW;
	if (!persona_range_in(addr, size, DARWIN_VM_USER_END))
		return MACHO_SEG_KERNEL;
	if (persona_ranges_overlap(addr, size, DARWIN_VM_COMMPAGE, PAGE_SIZE))
		return MACHO_SEG_COMMPAGE;
	if (!persona_range_in(addr, size, DARWIN_VM_STACK_ZONE))
		return MACHO_SEG_STACK;
	return MACHO_OK;
}

static enum macho_error parse_segment(const void *cmd, u32 cmdsize,
				      const struct macho_slice *slice, struct macho_image *image)
{
	struct darwin_segment_command_64 raw;
	struct macho_segment *seg, *other;
	u32 initprot, maxprot;
	enum macho_error err;
	u64 end;

	if (!persona_image_get(cmd, cmdsize, 0, &raw, sizeof(raw)))
		return MACHO_CMD_SIZE;
	if ((u64)le32_to_cpu(raw.nsects) * DARWIN_SECTION_64_SIZE > cmdsize - sizeof(raw))
		return MACHO_SEG_SECTIONS;
	if (image->nsegs == image->room)
		return MACHO_SEG_COUNT;

	seg = &image->seg[image->nsegs];
	seg->vmaddr = le64_to_cpu(raw.vmaddr);
	seg->vmsize = le64_to_cpu(raw.vmsize);
	seg->fileoff = le64_to_cpu(raw.fileoff);
	seg->filesize = le64_to_cpu(raw.filesize);
	initprot = le32_to_cpu(raw.initprot);
	maxprot = le32_to_cpu(raw.maxprot);
	if (((initprot | maxprot) & ~DARWIN_VM_PROT_ALL) || (initprot & ~maxprot))
		return MACHO_SEG_PROT;
	seg->prot = initprot;

	if (seg->filesize > seg->vmsize ||
	    !persona_range_in(seg->fileoff, seg->filesize, slice->size))
		return MACHO_SEG_FILE;
	if (!seg->vmsize)
		return MACHO_OK;
	if (check_add_overflow(seg->vmaddr, seg->vmsize, &end))
		return MACHO_SEG_WRAP;
	if (!IS_ALIGNED(seg->vmaddr, PAGE_SIZE) ||
	    (seg->filesize && !IS_ALIGNED(slice->offset + seg->fileoff, PAGE_SIZE)))
		return MACHO_SEG_ALIGN;

	/* __PAGEZERO, whatever it is called: addresses that stay unmapped. */
	if (!seg->vmaddr && !maxprot) {
		if (seg->filesize)
			return MACHO_SEG_FILE;
		if (image->pagezero)
			return MACHO_SEG_OVERLAP;
		if (end > DARWIN_VM_STACK_ZONE)
			return MACHO_SEG_STACK;
		image->pagezero = PAGE_ALIGN(end);
		return MACHO_OK;
	}

	err = check_place(seg->vmaddr, seg->vmsize);
	if (err)
		return err;
	seg->vmsize = PAGE_ALIGN(seg->vmsize);
	end = seg->vmaddr + seg->vmsize;
	for (other = image->seg; other < seg; other++)
		if (persona_ranges_overlap(seg->vmaddr, seg->vmsize, other->vmaddr,
					   other->vmsize))
			return MACHO_SEG_OVERLAP;
	image->lowest = image->nsegs ? min(image->lowest, seg->vmaddr) : seg->vmaddr;
	image->highest = max(image->highest, end);
	if (!seg->fileoff && seg->filesize >= sizeof(struct darwin_mach_header_64) &&
	    !image->header)
		image->header = seg->vmaddr;
	image->nsegs++;
	return MACHO_OK;
}

static enum macho_error parse_thread(const void *cmd, u32 cmdsize, struct macho_image *image)
{
	struct darwin_thread_command raw;

	if (cmdsize != sizeof(raw) || !persona_image_get(cmd, cmdsize, 0, &raw, sizeof(raw)) ||
	    le32_to_cpu(raw.flavor) != DARWIN_X86_THREAD_STATE64 ||
	    le32_to_cpu(raw.count) != DARWIN_X86_THREAD_STATE64_COUNT)
		return MACHO_THREAD;
	if (image->has_entry || image->has_main)
		return MACHO_ENTRY_TWICE;
	image->has_entry = true;
	image->entry = le64_to_cpu(raw.state[DARWIN_X86_THREAD_RIP]);
	image->stack = le64_to_cpu(raw.state[DARWIN_X86_THREAD_RSP]);
	return MACHO_OK;
}

static enum macho_error parse_main(const void *cmd, u32 cmdsize, struct macho_image *image)
{
	struct darwin_entry_point_command raw;

	if (!persona_image_get(cmd, cmdsize, 0, &raw, sizeof(raw)))
		return MACHO_CMD_SIZE;
	if (image->has_entry || image->has_main)
		return MACHO_ENTRY_TWICE;
	image->has_main = true;
	image->main_offset = le64_to_cpu(raw.entryoff);
	image->stacksize = le64_to_cpu(raw.stacksize);
	return MACHO_OK;
}

static enum macho_error parse_dylinker(const void *cmd, u32 cmdsize, u32 off,
				       struct macho_image *image)
{
	struct darwin_dylinker_command raw;
	u32 name;

	if (!persona_image_get(cmd, cmdsize, 0, &raw, sizeof(raw)))
		return MACHO_CMD_SIZE;
	name = le32_to_cpu(raw.name);
	if (name < sizeof(raw) || name >= cmdsize || !*((const char *)cmd + name) ||
	    strnlen((const char *)cmd + name, cmdsize - name) == cmdsize - name)
		return MACHO_DYLINKER_NAME;
	if (image->dylinker)
		return MACHO_DYLINKER_TWICE;
	image->dylinker = off + name;
	return MACHO_OK;
}

static enum macho_error parse_encryption(const void *cmd, u32 cmdsize)
{
	struct darwin_encryption_info_command raw;

	if (!persona_image_get(cmd, cmdsize, 0, &raw, sizeof(raw)))
		return MACHO_CMD_SIZE;
	return raw.cryptid ? MACHO_ENCRYPTED : MACHO_OK;
}

static enum macho_error parse_uuid(const void *cmd, u32 cmdsize, struct macho_image *image)
{
	struct darwin_uuid_command raw;

	if (!persona_image_get(cmd, cmdsize, 0, &raw, sizeof(raw)))
		return MACHO_CMD_SIZE;
	memcpy(image->uuid, raw.uuid, sizeof(image->uuid));
	image->has_uuid = true;
	return MACHO_OK;
}

/* One load command; @cmd has @cmdsize bytes and lies @off into the header. */
static enum macho_error parse_command(u32 nr, const void *cmd, u32 cmdsize, u32 off,
				      const struct macho_slice *slice, struct macho_image *image)
{
	switch (nr) {
	case DARWIN_LC_SEGMENT:
		return MACHO_CMD_32;
	case DARWIN_LC_SEGMENT_64:
		return parse_segment(cmd, cmdsize, slice, image);
	case DARWIN_LC_UNIXTHREAD:
		return parse_thread(cmd, cmdsize, image);
	case DARWIN_LC_MAIN:
		return parse_main(cmd, cmdsize, image);
	case DARWIN_LC_LOAD_DYLINKER:
		return parse_dylinker(cmd, cmdsize, off, image);
	case DARWIN_LC_LOAD_DYLIB:
	case DARWIN_LC_LOAD_WEAK_DYLIB:
	case DARWIN_LC_REEXPORT_DYLIB:
	case DARWIN_LC_LAZY_LOAD_DYLIB:
	case DARWIN_LC_LOAD_UPWARD_DYLIB:
		image->ndylibs++;
		return MACHO_OK;
	case DARWIN_LC_UUID:
		return parse_uuid(cmd, cmdsize, image);
	case DARWIN_LC_ENCRYPTION_INFO:
	case DARWIN_LC_ENCRYPTION_INFO_64:
		return parse_encryption(cmd, cmdsize);
	}
	/* The rest is for dynamic linkers, debuggers and code signing. */
	return MACHO_OK;
}

static bool address_in(const struct macho_image *image, u64 addr, u32 prot)
{
	u32 i;

	for (i = 0; i < image->nsegs; i++) {
		const struct macho_segment *seg = &image->seg[i];

		if (addr >= seg->vmaddr && addr - seg->vmaddr < seg->vmsize)
			return (seg->prot & prot) == prot;
	}
	return false;
}

/* What only can be judged when all commands have been seen. */
static enum macho_error check_image(struct macho_image *image)
{
	if (!image->nsegs)
		return MACHO_NO_SEGMENTS;
	if (image->lowest < image->pagezero)
		return MACHO_SEG_OVERLAP;
	if (image->has_main && !image->dylinker)
		return MACHO_MAIN_STATIC;
	if (!image->has_main && !image->has_entry)
		return MACHO_NO_ENTRY;
	if (image->has_entry && !address_in(image, image->entry, BIT(2)))
		return MACHO_ENTRY_RANGE;
	/* A stack pointer points behind the stack's last byte. */
	if (image->stack && !address_in(image, image->stack - 1, BIT(1)))
		return MACHO_STACK_RANGE;
	/*
	 * A static program that names a dylinker out of habit (Go's linker
	 * writes it always) is entered directly.
	 */
	image->needs_dylinker = image->ndylibs || image->has_main;
	return MACHO_OK;
}

/**
 * darwin_macho_room() - segments that an image can have
 * @total: size of its header, from darwin_macho_header()
 *
 * Context: any.
 * Return: entries to allocate; an image with more is refused.
 */
u32 darwin_macho_room(size_t total)
{
	return min_t(size_t, total / sizeof(struct darwin_segment_command_64),
		     DARWIN_MACHO_MAX_SEGMENTS);
}
EXPORT_SYMBOL_FOR_TEST(darwin_macho_room);

/**
 * darwin_macho_parse() - check a whole image
 * @buf: header and load commands, as long as darwin_macho_header() asked for
 * @len: bytes in @buf
 * @slice: where the image is in its file
 * @image: filled, with darwin_macho_room(@len) entries for segments; meaningful
 *	only on success
 *
 * Context: any.
 * Return: MACHO_OK or what is wrong.
 */
enum macho_error darwin_macho_parse(const void *buf, size_t len, const struct macho_slice *slice,
				    struct macho_image *image)
{
	struct darwin_mach_header_64 head;
	struct darwin_load_command lc;
	enum macho_error err;
	u32 cmdsize, ncmds;
	size_t off;

	memset(image, 0, sizeof(*image));
	image->room = darwin_macho_room(len);
	if (!persona_image_get(buf, len, 0, &head, sizeof(head)))
		return MACHO_SHORT;
	image->flags = le32_to_cpu(head.flags);
	off = sizeof(head);
	for (ncmds = le32_to_cpu(head.ncmds); ncmds; ncmds--) {
		if (!persona_image_get(buf, len, off, &lc, sizeof(lc)))
			return MACHO_CMDS_SIZE;
		cmdsize = le32_to_cpu(lc.cmdsize);
		if (cmdsize < sizeof(lc) || !IS_ALIGNED(cmdsize, 4) || cmdsize > len - off)
			return MACHO_CMD_SIZE;
		err = parse_command(le32_to_cpu(lc.cmd), (const u8 *)buf + off, cmdsize, off,
				    slice, image);
		if (err)
			return err;
		off += cmdsize;
	}
	return check_image(image);
}
EXPORT_SYMBOL_FOR_TEST(darwin_macho_parse);

/**
 * darwin_macho_slide() - how far a position-independent image is moved up
 * @image: checked image
 * @random: random bits
 *
 * Context: any.
 * Return: whole pages; 0 for an image that must stay where it is.
 */
u64 darwin_macho_slide(const struct macho_image *image, u64 random)
{
	u64 room = (DARWIN_VM_STACK_ZONE - image->highest) >> PAGE_SHIFT;

	if (!(image->flags & DARWIN_MH_PIE))
		return 0;
	return (random % min_t(u64, room + 1, DARWIN_SLIDE_PAGES)) << PAGE_SHIFT;
}
EXPORT_SYMBOL_FOR_TEST(darwin_macho_slide);
