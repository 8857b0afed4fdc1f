/* SPDX-License-Identifier: GPL-2.0-only */
/* Section objects: what views are made of. */
#ifndef _NT_SECTION_H
#define _NT_SECTION_H

#include <linux/mutex.h>

#include "nt.h"
#include "pe.h"

/* Access rights */
#define NT_SECTION_QUERY	0x01u
#define NT_SECTION_MAP_WRITE	0x02u
#define NT_SECTION_MAP_READ	0x04u
#define NT_SECTION_MAP_EXECUTE	0x08u
#define NT_SECTION_EXTEND_SIZE	0x10u

#define NT_SEC_BASED		0x00200000u
#define NT_SEC_NO_CHANGE	0x00400000u
#define NT_SEC_FILE		0x00800000u
#define NT_SEC_IMAGE		0x01000000u
#define NT_SEC_PROTECTED_IMAGE	0x02000000u
#define NT_SEC_RESERVE		0x04000000u
#define NT_SEC_COMMIT		0x08000000u
#define NT_SEC_NOCACHE		0x10000000u
#define NT_SEC_WRITECOMBINE	0x40000000u
#define NT_SEC_LARGE_PAGES	0x80000000u

/**
 * struct nt_section - section object
 * @obj: not waitable
 * @lock: protects @size
 * @file: what is mapped; of no name when the section is one of memory
 * @image: checked headers, NULL if it is none
 * @size: bytes
 * @protect: NT_PAGE_*: views can have no more than that
 * @attributes: NT_SEC_*
 */
struct nt_section {
	struct nt_object obj;
	struct mutex lock;
	struct file *file;
	struct nt_image *image;
	u64 size;
	u32 protect;
	u32 attributes;
};

static inline struct nt_section *nt_section_of(struct nt_object *obj)
{
	return container_of(obj, struct nt_section, obj);
}

#define NT_SECTION_MAX		BIT_ULL(46)

/* section.c */
long nt_section_grow(struct persona_call *call, struct file *file, u64 size);
u32 nt_section_access_of(u32 protect);
bool nt_section_allows(u32 section, u32 view);

/* view.c */
long nt_view_grow(struct persona_call *call, struct nt_vm *vm, u64 addr, u64 size, int prot);

#endif /* _NT_SECTION_H */
