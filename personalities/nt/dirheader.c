// SPDX-License-Identifier: GPL-2.0-only
/* The part of a folder's entry that comes before the name. There are no 8.3 names. */
#include <linux/export.h>
#include <linux/string.h>

#include "direntry.h"

/**
 * nt_dir_header_size() - bytes before the name
 * @class: NT_DIR_*
 *
 * Context: any.
 * Return: the size; 0: there is no such class.
 */
u32 nt_dir_header_size(u32 class)
{
	const union nt_dir_header *h = NULL;

	switch (class) {
	case NT_DIR_DIRECTORY:
		return offsetof(struct nt_dir_base, ea_size);
	case NT_DIR_FULL:
		return sizeof(h->base);
	case NT_DIR_BOTH:
		return sizeof(h->both);
	case NT_DIR_NAMES:
		return sizeof(h->names);
	case NT_DIR_ID_BOTH:
		return sizeof(h->id_both);
	case NT_DIR_ID_FULL:
		return sizeof(h->id_full);
	case NT_DIR_ID_EXTD:
		return sizeof(h->id_extd);
	case NT_DIR_ID_EXTD_BOTH:
		return sizeof(h->id_extd_both);
	default:
		return 0;
	}
}
EXPORT_SYMBOL_FOR_TEST(nt_dir_header_size);

/**
 * nt_dir_header() - fill in what comes before the name
 * @header: filled in
 * @class: NT_DIR_*
 * @st: of the file
 * @name_len: bytes of the name
 *
 * Context: any.
 */
void nt_dir_header(union nt_dir_header *header, u32 class, const struct nt_file_stat *st,
		   u32 name_len)
{
	struct nt_info_network info;

	memset(header, 0, sizeof(*header));
	if (class == NT_DIR_NAMES) {
		header->names.name_len = name_len;
		return;
	}
	nt_info_network(&info, st);
	header->base.times = info.times;
	header->base.size = info.size;
	header->base.alloc = info.alloc;
	header->base.attr = st->attr;
	header->base.name_len = name_len;
	if (class != NT_DIR_DIRECTORY)
		header->base.ea_size = st->tag;
	switch (class) {
	case NT_DIR_ID_BOTH:
		header->id_both.id = st->stat.ino;
		break;
	case NT_DIR_ID_FULL:
		header->id_full.id = st->stat.ino;
		break;
	case NT_DIR_ID_EXTD:
	case NT_DIR_ID_EXTD_BOTH:
		header->base.ea_size = 0;
		header->id_extd.tag = st->tag;
		header->id_extd.id[0] = st->stat.ino;
		break;
	}
}
EXPORT_SYMBOL_FOR_TEST(nt_dir_header);
