// SPDX-License-Identifier: GPL-2.0-only
/*
 * PE images: the headers are read once into kernel memory, and only that copy
 * is looked at. Every number in it is hostile; what comes out in a struct
 * nt_image is in bounds.
 *
 * Layout: Microsoft's published PE/COFF specification (facts only).
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/image.h"
#include "nt.h"
#include "pe.h"

#define DOS_MAGIC		0x5a4d		/* "MZ" */
#define DOS_LFANEW		0x3c
#define DOS_SIZE		0x40
#define PE_MAGIC		0x00004550	/* "PE" 0 0 */
#define OPT_PE32		0x010b
#define OPT_PE32PLUS		0x020b

/* The loader reads sections in disk sectors, whatever the file alignment is. */
#define PE_SECTOR		0x200u
/* More cannot be an image: the loader's own offsets are signed 32-bit numbers. */
#define PE_MAX_SIZE		0x7fff0000u

/* Of a file, that are read first. */
#define MOST_HEADERS		1536u

struct pe_file_header {
	__le32 magic;
	__le16 machine;
	__le16 nsections;
	__le32 timestamp;
	__le32 symbols;
	__le32 nsymbols;
	__le16 opt_size;
	__le16 flags;
} __packed;

struct pe_opt_header {
	__le16 magic;
	u8 linker_major;
	u8 linker_minor;
	__le32 code_size;
	__le32 data_size;
	__le32 bss_size;
	__le32 entry;
	__le32 code_base;
	__le64 base;
	__le32 section_align;
	__le32 file_align;
	__le16 os_major;
	__le16 os_minor;
	__le16 image_major;
	__le16 image_minor;
	__le16 subsystem_major;
	__le16 subsystem_minor;
	__le32 win32_version;
	__le32 size;
	__le32 headers;
	__le32 checksum;
	__le16 subsystem;
	__le16 dll_flags;
	__le64 stack_reserve;
	__le64 stack_commit;
	__le64 heap_reserve;
	__le64 heap_commit;
	__le32 loader_flags;
	__le32 ndirs;
} __packed;
static_assert(sizeof(struct pe_opt_header) == 112);

struct pe_dir {
	__le32 va;
	__le32 size;
} __packed;

struct pe_section_header {
	char name[8];
	__le32 vsize;
	__le32 va;
	__le32 rawsize;
	__le32 raw;
	__le32 relocs;
	__le32 lines;
	__le16 nrelocs;
	__le16 nlines;
	__le32 flags;
} __packed;
static_assert(sizeof(struct pe_section_header) == 40);

/* Rounds up to whole pages; false if that does not fit. */
static bool page_align32(u32 value, u32 *out)
{
	u64 aligned = ALIGN((u64)value, PAGE_SIZE);

	*out = aligned;
	return aligned <= PE_MAX_SIZE;
}

static enum nt_pe_error parse_opt(const struct pe_opt_header *opt, struct nt_image *image)
{
	u32 align = le32_to_cpu(opt->section_align);

	/* Below a page there are only drivers, mapped flat: not ours. */
	if (align < PAGE_SIZE || (align & (align - 1)))
		return NT_PE_MALFORMED;
	if (!page_align32(le32_to_cpu(opt->size), &image->size) || !image->size)
		return NT_PE_MALFORMED;
	image->base = le64_to_cpu(opt->base);
	if (image->base & (NT_GRANULARITY - 1))
		return NT_PE_MALFORMED;
	image->entry = le32_to_cpu(opt->entry);
	if (image->entry >= image->size)
		return NT_PE_MALFORMED;
	image->headers = le32_to_cpu(opt->headers);
	if (!image->headers || image->headers > NT_PE_MAX_HEADERS ||
	    image->headers > image->size)
		return NT_PE_MALFORMED;
	if (image->headers > image->file_size)
		return NT_PE_TRUNCATED;
	image->dll_flags = le16_to_cpu(opt->dll_flags);
	image->subsystem = le16_to_cpu(opt->subsystem);
	image->subsystem_major = le16_to_cpu(opt->subsystem_major);
	image->subsystem_minor = le16_to_cpu(opt->subsystem_minor);
	image->os_major = le16_to_cpu(opt->os_major);
	image->os_minor = le16_to_cpu(opt->os_minor);
	image->checksum = le32_to_cpu(opt->checksum);
	image->loader_flags = le32_to_cpu(opt->loader_flags);
	image->code_size = le32_to_cpu(opt->code_size);
	image->stack_reserve = le64_to_cpu(opt->stack_reserve);
	image->stack_commit = le64_to_cpu(opt->stack_commit);
	image->heap_reserve = le64_to_cpu(opt->heap_reserve);
	image->heap_commit = le64_to_cpu(opt->heap_commit);
	return NT_PE_OK;
}

/*
 * A directory that does not lie in the image is as good as none. (The one of
 * certificates is about the file; nothing here asks for it.)
 */
static void parse_dirs(const void *head, size_t len, u64 at, u32 nr, struct nt_image *image)
{
	struct pe_dir dir;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (!persona_image_get(head, len, at + i * sizeof(dir), &dir, sizeof(dir)))
			return;
		if (!persona_range_in(le32_to_cpu(dir.va), le32_to_cpu(dir.size), image->size))
			continue;
		image->dir[i].va = le32_to_cpu(dir.va);
		image->dir[i].size = le32_to_cpu(dir.size);
	}
}

static enum nt_pe_error parse_section(const struct pe_section_header *hdr, u32 *end,
				      struct nt_image *image)
{
	struct nt_pe_section *sec = &image->section[image->nsections];
	u32 vsize = le32_to_cpu(hdr->vsize), rawsize = le32_to_cpu(hdr->rawsize);
	u32 raw = le32_to_cpu(hdr->raw);

	if (!vsize)
		vsize = rawsize;
	if (!vsize)
		return NT_PE_OK;
	if (!page_align32(vsize, &sec->size))
		return NT_PE_MALFORMED;
	sec->va = le32_to_cpu(hdr->va);
	/* Sections ascend, lie in the image, and leave the headers alone. */
	if (offset_in_page(sec->va) || sec->va < *end ||
	    !persona_range_in(sec->va, sec->size, image->size))
		return NT_PE_MALFORMED;
	*end = sec->va + sec->size;
	memcpy(sec->name, hdr->name, sizeof(sec->name));
	sec->flags = le32_to_cpu(hdr->flags);
	if (raw && rawsize) {
		sec->offset = round_down(raw, PE_SECTOR);
		sec->filesz = min(rawsize, sec->size);
		if (!persona_range_in(sec->offset, min(vsize, sec->filesz), image->file_size))
			return NT_PE_TRUNCATED;
		/* The padding of the last section need not be there. */
		sec->filesz = min_t(u64, sec->filesz, image->file_size - sec->offset);
	}
	image->nsections++;
	return NT_PE_OK;
}

static enum nt_pe_error parse_sections(const void *head, size_t len, u64 at, u32 nr,
				       struct nt_image *image, u32 room)
{
	struct pe_section_header hdr;
	enum nt_pe_error error;
	u32 end, i;

	if (nr > room || !page_align32(image->headers, &end))
		return NT_PE_MALFORMED;
	if (!persona_range_in(at, nr * sizeof(hdr), image->headers))
		return NT_PE_MALFORMED;
	for (i = 0; i < nr; i++) {
		if (!persona_image_get(head, len, at + i * sizeof(hdr), &hdr, sizeof(hdr)))
			return NT_PE_TRUNCATED;
		error = parse_section(&hdr, &end, image);
		if (error)
			return error;
	}
	return NT_PE_OK;
}

/**
 * nt_pe_room() - how many sections an image may have
 * @head: first bytes of the file
 * @len: number of them
 *
 * Context: any.
 * Return: as many as its header says, NT_PE_MAX_SECTIONS at most; 0 if there is none.
 */
u32 nt_pe_room(const void *head, size_t len)
{
	struct pe_file_header file;
	__le32 lfanew;

	if (!persona_image_get(head, len, DOS_LFANEW, &lfanew, sizeof(lfanew)) ||
	    !persona_image_get(head, len, le32_to_cpu(lfanew), &file, sizeof(file)))
		return 0;
	return min_t(u32, le16_to_cpu(file.nsections), NT_PE_MAX_SECTIONS);
}
EXPORT_SYMBOL_FOR_TEST(nt_pe_room);

/**
 * nt_image_bytes() - how large what is known of an image is
 * @image: checked headers
 *
 * Context: any.
 * Return: bytes.
 */
size_t nt_image_bytes(const struct nt_image *image)
{
	return struct_size(image, section, image->nsections);
}

/**
 * nt_pe_parse() - check the headers of a PE image
 * @head: first bytes of the file
 * @len: number of them: min(@file_size, NT_PE_MAX_HEADERS)
 * @file_size: of the file
 * @image: filled in
 * @room: sections that there is room for; nt_pe_room() is enough
 *
 * A 32-bit image is no error; of one only machine, flags and timestamp are
 * told, and @image->pe32plus is false. The machine is the caller's to judge.
 *
 * Context: any.
 * Return: NT_PE_OK and a checked @image, or what is wrong.
 */
enum nt_pe_error nt_pe_parse(const void *head, size_t len, u64 file_size, struct nt_image *image,
			     u32 room)
{
	struct pe_file_header file;
	struct pe_opt_header opt;
	enum nt_pe_error error;
	__le16 magic16;
	__le32 lfanew;
	u32 opt_size, ndirs;
	u64 at;

	memset(image, 0, struct_size(image, section, room));
	image->file_size = file_size;
	if (!persona_image_get(head, len, 0, &magic16, sizeof(magic16)) ||
	    le16_to_cpu(magic16) != DOS_MAGIC)
		return NT_PE_NOT_MZ;
	if (len < DOS_SIZE ||
	    !persona_image_get(head, len, DOS_LFANEW, &lfanew, sizeof(lfanew)))
		return NT_PE_NOT_PE;
	at = le32_to_cpu(lfanew);
	if (!persona_image_get(head, len, at, &file.magic, sizeof(file.magic)))
		return at && persona_range_in(at, sizeof(file), file_size) ?
		       NT_PE_MALFORMED : NT_PE_NOT_PE;
	if (le32_to_cpu(file.magic) != PE_MAGIC)
		return NT_PE_NOT_PE;
	if (!persona_image_get(head, len, at, &file, sizeof(file)))
		return NT_PE_TRUNCATED;
	image->machine = le16_to_cpu(file.machine);
	image->flags = le16_to_cpu(file.flags);
	image->timestamp = le32_to_cpu(file.timestamp);
	opt_size = le16_to_cpu(file.opt_size);
	at += sizeof(file);
	if (opt_size < sizeof(magic16) ||
	    !persona_image_get(head, len, at, &magic16, sizeof(magic16)))
		return NT_PE_MALFORMED;
	if (le16_to_cpu(magic16) == OPT_PE32)
		return NT_PE_OK;
	if (le16_to_cpu(magic16) != OPT_PE32PLUS || opt_size < sizeof(opt))
		return NT_PE_MALFORMED;
	if (!persona_image_get(head, len, at, &opt, sizeof(opt)))
		return NT_PE_TRUNCATED;
	image->pe32plus = true;
	error = parse_opt(&opt, image);
	if (error)
		return error;
	ndirs = min_t(u32, le32_to_cpu(opt.ndirs), NT_PE_DIRS);
	ndirs = min_t(u32, ndirs, (opt_size - sizeof(opt)) / sizeof(struct pe_dir));
	parse_dirs(head, len, at + sizeof(opt), ndirs, image);
	return parse_sections(head, len, at + opt_size, le16_to_cpu(file.nsections), image, room);
}
EXPORT_SYMBOL_FOR_TEST(nt_pe_parse);

/**
 * nt_image_contents() - what the file has of a page
 * @image: checked headers
 * @va: offset of the page in the image
 * @offset: set to where it is in the file, any number
 *
 * Context: any.
 * Return: how many bytes; what is left of the page is zero.
 */
u32 nt_image_contents(const struct nt_image *image, u32 va, u64 *offset)
{
	u32 i;

	*offset = va;
	if (va < image->headers)
		return min_t(u32, image->headers - va, PAGE_SIZE);
	for (i = 0; i < image->nsections; i++) {
		const struct nt_pe_section *sec = &image->section[i];

		if (va < sec->va || va - sec->va >= sec->filesz)
			continue;
		*offset = (u64)sec->offset + (va - sec->va);
		return min_t(u32, sec->filesz - (va - sec->va), PAGE_SIZE);
	}
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_image_contents);

/*
 * Parses the first @len bytes of a file. An ERR_PTR is an error of reading; what is
 * wrong with the image is in *error.
 */
static struct nt_image *load_headers(struct file *file, size_t len, enum nt_pe_error *error)
{
	void *head = persona_image_load(file, 0, len, NT_PE_MAX_HEADERS);
	struct nt_image *image;
	u32 room;

	if (IS_ERR(head)) {
		if (PTR_ERR(head) == -ENOEXEC)
			*error = NT_PE_TRUNCATED;
		return ERR_CAST(head);
	}
	room = nt_pe_room(head, len);
	image = kmalloc(struct_size(image, section, room), GFP_KERNEL_ACCOUNT);
	if (image)
		*error = nt_pe_parse(head, len, i_size_read(file_inode(file)), image, room);
	kvfree(head);
	return image ?: ERR_PTR(-ENOMEM);
}

/**
 * nt_image_load() - read and check the headers of a file
 * @file: open for reading, or for an exec
 * @error: what is wrong with the image, NT_PE_OK if it could not be read
 *
 * Context: process, may sleep.
 * Return: the image, to be freed with kfree(), or an ERR_PTR: -ENOEXEC for
 * whatever is no valid image, -ENOMEM, a read error.
 */
struct nt_image *nt_image_load(struct file *file, enum nt_pe_error *error)
{
	u64 size = i_size_read(file_inode(file));
	struct nt_image *image;

	*error = NT_PE_OK;
	if (!size) {
		*error = NT_PE_NOT_MZ;
		return ERR_PTR(-ENOEXEC);
	}
	/*
	 * So much has all the headers of most images. If not, nothing said counts; but
	 * sections come last, so with one of them nothing before it was cut off.
	 */
	image = load_headers(file, min_t(u64, size, MOST_HEADERS), error);
	if (!IS_ERR(image) && size > MOST_HEADERS && (*error || !image->nsections)) {
		kfree(image);
		image = load_headers(file, min_t(u64, size, NT_PE_MAX_HEADERS), error);
	}
	if (!IS_ERR(image) && *error) {
		kfree(image);
		image = ERR_PTR(-ENOEXEC);
	}
	return image;
}
