/* SPDX-License-Identifier: GPL-2.0-only */
/* Bookkeeping of an address space: what is reserved, and the state of pages. */
#ifndef _NT_VM_TREE_H
#define _NT_VM_TREE_H

#include <linux/maple_tree.h>
#include <linux/types.h>

struct file;
struct nt_object;

/* struct nt_region.flags */
#define NT_REGION_PLACEHOLDER	BIT(0)	/* reserved for a later replacement */
#define NT_REGION_SHARED	BIT(1)	/* a view whose writes others see */
#define NT_REGION_COPY		BIT(2)	/* a view whose writes are private */

#define NT_REGION_MEMORY	BIT(3)	/* a view of a section that is no file's */
#define NT_REGION_GROWS		BIT(4)	/* a view with room for what its file is to become */

/**
 * struct nt_region - one reservation or view
 * @base: first address, a multiple of NT_GRANULARITY unless it was split off
 * @size: bytes, whole pages
 * @type: NT_MEM_PRIVATE, NT_MEM_MAPPED or NT_MEM_IMAGE
 * @protect: protection it was made with
 * @flags: NT_REGION_*
 * @max: PROT_* bits that its pages may get
 * @file: what is mapped, or NULL; holds a reference
 * @offset: of the view in @file
 */
struct nt_region {
	u64 base;
	u64 size;
	u32 type;
	u32 protect;
	u32 flags;
	u32 max;
	struct file *file;
	u64 offset;
};

/**
 * struct nt_vm_tree - regions, and NT_PAGE_* of committed pages
 * @regions: struct nt_region by page number
 * @pages: protection of committed pages, by page number
 * @max_regions: entries of @regions, or more
 * @max_pages: entries of @pages, or more
 * @limit: entries that either may have: NT_TREE_MAX
 */
struct nt_vm_tree {
	struct maple_tree regions;
	struct maple_tree pages;
	u32 max_regions;
	u32 max_pages;
	u32 limit;
};

/*
 * Linux joins what to NT are different mappings, and its own limit of them, which is
 * lower, does not count these.
 */
#define NT_TREE_MAX	BIT(18)

static inline u64 nt_region_end(const struct nt_region *region)
{
	return region->base + region->size;
}

void nt_tree_init(struct nt_vm_tree *tree);
void nt_tree_destroy(struct nt_vm_tree *tree, void (*release)(struct nt_region *region));
struct nt_region *nt_tree_at(struct nt_vm_tree *tree, u64 addr);
struct nt_region *nt_tree_next(struct nt_vm_tree *tree, u64 addr);
int nt_tree_insert(struct nt_vm_tree *tree, struct nt_region *region);
int __must_check nt_tree_remove(struct nt_vm_tree *tree, struct nt_region *region);
int nt_tree_split(struct nt_vm_tree *tree, struct nt_region *region, u64 at,
		  struct nt_region *tail);
int nt_tree_grow(struct nt_vm_tree *tree, struct nt_region *region, u64 end);
int nt_tree_set(struct nt_vm_tree *tree, u64 addr, u64 size, u32 protect);
u32 nt_tree_get(struct nt_vm_tree *tree, u64 addr, u64 end, u64 *run_end);

#endif /* _NT_VM_TREE_H */
