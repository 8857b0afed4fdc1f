/* SPDX-License-Identifier: GPL-2.0-only */
/* The name space: what namespace.c and directory.c share. */
#ifndef _NT_NAMESPACE_H
#define _NT_NAMESPACE_H

#include <linux/rbtree.h>
#include <linux/types.h>

#include "nt.h"

/**
 * struct nt_directory - directory object
 * @obj: head
 * @entries: struct nt_name, sorted
 */
struct nt_directory {
	struct nt_object obj;
	struct rb_root entries;
};

/**
 * struct nt_symlink - symbolic link object
 * @obj: head
 * @created: NT time
 * @len: of @target, in units
 * @target: where it leads, an absolute path
 */
struct nt_symlink {
	struct nt_object obj;
	s64 created;
	u32 len;
	u16 *target;
};

/**
 * struct nt_name - an object's entry in a directory
 * @node: in the directory's entries
 * @obj: the object; holds a reference
 * @dir: the directory; holds a reference
 * @permanent: stays without a handle
 * @full: units of the full name when it was made; it only ever gets shorter
 * @len: of @name, in units
 * @name: case as it was given
 */
struct nt_name {
	struct rb_node node;
	struct nt_object *obj;
	struct nt_directory *dir;
	bool permanent;
	u32 full;
	u32 len;
	u16 name[];
};

/* Protects all directories, and obj->name. */
extern struct mutex nt_names_lock;

struct nt_directory *nt_directory_new(void);
struct nt_symlink *nt_symlink_new(const u16 *target, u32 len);
int nt_name_compare(const u16 *a, u32 alen, const u16 *b, u32 blen, bool fold);

#endif /* _NT_NAMESPACE_H */
