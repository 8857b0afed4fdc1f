/* SPDX-License-Identifier: GPL-2.0-only */
/* PE images: parsing, and what an exec or a section needs to know of one. */
#ifndef _NT_PE_H
#define _NT_PE_H

#include <linux/types.h>

struct file;

#define NT_PE_MACHINE_I386	0x014c
#define NT_PE_MACHINE_AMD64	0x8664
#define NT_PE_MACHINE_ARM64	0xaa64

#define NT_PE_FILE_RELOCS_STRIPPED	0x0001
#define NT_PE_FILE_EXECUTABLE		0x0002
#define NT_PE_FILE_DLL			0x2000
#define NT_PE_DLL_DYNAMIC_BASE		0x0040
#define NT_PE_DLL_NX_COMPAT		0x0100

#define NT_PE_SUBSYSTEM_NATIVE	1
#define NT_PE_SUBSYSTEM_GUI	2
#define NT_PE_SUBSYSTEM_CUI	3

#define NT_PE_DIR_EXPORT	0
#define NT_PE_DIR_RELOC		5
#define NT_PE_DIR_CLR		14
#define NT_PE_DIRS		16

#define NT_PE_SCN_CODE		0x00000020
#define NT_PE_SCN_DISCARDABLE	0x02000000
#define NT_PE_SCN_SHARED	0x10000000
#define NT_PE_SCN_EXECUTE	0x20000000
#define NT_PE_SCN_READ		0x40000000
#define NT_PE_SCN_WRITE		0x80000000

#define NT_PE_MAX_SECTIONS	96
#define NT_PE_MAX_HEADERS	0x10000

/**
 * struct nt_pe_section - one section, checked: it lies inside of the image and
 *	its contents inside of the file
 * @name: not terminated
 * @va: offset in the image, page aligned
 * @size: bytes in memory, page aligned, not zero
 * @offset: in the file
 * @filesz: bytes of contents, at most @size
 * @flags: NT_PE_SCN_*
 */
struct nt_pe_section {
	char name[8];
	u32 va;
	u32 size;
	u32 offset;
	u32 filesz;
	u32 flags;
};

/**
 * struct nt_image - a checked PE image
 * @base: preferred address
 * @size: bytes in memory, page aligned
 * @entry: offset of the entry point, 0 if there is none
 * @headers: bytes of headers, mapped at offset 0
 * @file_size: of the file
 * @machine: NT_PE_MACHINE_*
 * @flags: file characteristics
 * @dll_flags: DLL characteristics
 * @pe32plus: 64-bit optional header (only then the rest is filled in)
 */
struct nt_image {
	u64 base;
	u32 size;
	u32 entry;
	u32 headers;
	u64 file_size;
	u16 machine;
	u16 flags;
	u16 dll_flags;
	bool pe32plus;
	u16 subsystem;
	u16 subsystem_major;
	u16 subsystem_minor;
	u16 os_major;
	u16 os_minor;
	u32 checksum;
	u32 loader_flags;
	u32 timestamp;
	u32 code_size;
	u64 stack_reserve;
	u64 stack_commit;
	u64 heap_reserve;
	u64 heap_commit;
	struct {
		u32 va;
		u32 size;
	} dir[NT_PE_DIRS];
	u32 nsections;
	struct nt_pe_section section[];
};

/* SECTION_IMAGE_INFORMATION */
struct nt_image_info {
	u64 transfer_address;
	u32 zero_bits;
	u32 pad;
	u64 stack_reserve;
	u64 stack_commit;
	u32 subsystem;
	u16 subsystem_minor;
	u16 subsystem_major;
	u16 os_major;
	u16 os_minor;
	u16 characteristics;
	u16 dll_characteristics;
	u16 machine;
	u8 contains_code;
	u8 flags;
	u32 loader_flags;
	u32 file_size;
	u32 checksum;
};

/* Why an image is none of ours. */
enum nt_pe_error {
	NT_PE_OK,
	NT_PE_NOT_MZ,		/* not a DOS or Windows file */
	NT_PE_NOT_PE,		/* a DOS program or 16-bit Windows one */
	NT_PE_MALFORMED,
	NT_PE_TRUNCATED,
};

/* pe.c */
u32 nt_pe_room(const void *head, size_t len);
enum nt_pe_error nt_pe_parse(const void *head, size_t len, u64 file_size, struct nt_image *image,
			     u32 room);
size_t nt_image_bytes(const struct nt_image *image);
struct nt_image *nt_image_load(struct file *file, enum nt_pe_error *error);
u32 nt_image_contents(const struct nt_image *image, u32 va, u64 *offset);

/* image_file.c */
struct file *nt_image_file(struct file *file, const struct nt_image *image);
int nt_image_file_init(void);
void nt_image_file_exit(void);

/* image_info.c */
void nt_image_info(const struct nt_image *image, u64 base, struct nt_image_info *info);

#endif /* _NT_PE_H */
