// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bookkeeping of an address space, apart from doing anything to it.
 *
 * Two maple trees by page number: one of regions, one of the protection of
 * committed pages. The second has one entry per run of equal pages, whatever
 * order they were committed in. The owner's lock protects both.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "../../module/persona.h"
#include "vm_tree.h"

static unsigned long first_page(u64 addr)
{
	return addr >> PAGE_SHIFT;
}

static unsigned long last_page(u64 addr, u64 size)
{
	return (addr + size - 1) >> PAGE_SHIFT;
}

static u32 count(struct maple_tree *mt)
{
	unsigned long index = 0;
	void *entry;
	u32 n = 0;

	mt_for_each(mt, entry, index, ULONG_MAX)
		n++;
	return n;
}

/* Is there room for what one store can add? @max is what there is at most. */
static bool has_room(struct maple_tree *mt, u32 *max, u32 limit)
{
	if (*max >= limit)
		*max = count(mt);
	if (*max >= limit)
		return false;
	/* The store itself, and the other end of an entry that it cuts in two. */
	*max += 2;
	return true;
}

/**
 * nt_tree_init() - an empty tree
 * @tree: to be initialised
 */
void nt_tree_init(struct nt_vm_tree *tree)
{
	mt_init(&tree->regions);
	mt_init(&tree->pages);
	tree->max_regions = 0;
	tree->max_pages = 0;
	tree->limit = NT_TREE_MAX;
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_init);

/**
 * nt_tree_destroy() - free everything
 * @tree: not to be used any more
 * @release: frees a region
 *
 * Context: may sleep if @release does.
 */
void nt_tree_destroy(struct nt_vm_tree *tree, void (*release)(struct nt_region *region))
{
	struct nt_region *region;
	unsigned long index = 0;

	mt_for_each(&tree->regions, region, index, ULONG_MAX)
		release(region);
	mtree_destroy(&tree->regions);
	mtree_destroy(&tree->pages);
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_destroy);

/**
 * nt_tree_at() - the region that an address is in
 * @tree: the tree
 * @addr: any address
 *
 * Return: the region, or NULL.
 */
struct nt_region *nt_tree_at(struct nt_vm_tree *tree, u64 addr)
{
	return mtree_load(&tree->regions, first_page(addr));
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_at);

/**
 * nt_tree_next() - the region at or above an address
 * @tree: the tree
 * @addr: any address
 *
 * Return: the region that @addr is in, else the next one, or NULL.
 */
struct nt_region *nt_tree_next(struct nt_vm_tree *tree, u64 addr)
{
	unsigned long index = first_page(addr);

	return mt_find(&tree->regions, &index, ULONG_MAX);
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_next);

/**
 * nt_tree_insert() - add a region
 * @tree: the tree
 * @region: base and size page aligned, size not zero
 *
 * Context: may sleep.
 * Return: 0, -EEXIST when something is there, or -ENOMEM, also at the limit.
 */
int nt_tree_insert(struct nt_vm_tree *tree, struct nt_region *region)
{
	if (!has_room(&tree->regions, &tree->max_regions, tree->limit))
		return -ENOMEM;
	return mtree_insert_range(&tree->regions, first_page(region->base),
				  last_page(region->base, region->size), region,
				  GFP_KERNEL_ACCOUNT);
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_insert);

/**
 * nt_tree_remove() - take a region out, and forget its pages
 * @tree: the tree
 * @region: in it; the caller frees it, if it is out
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int nt_tree_remove(struct nt_vm_tree *tree, struct nt_region *region)
{
	/* mtree_erase() does not say whether it had the memory for it. */
	int err = mtree_store_range(&tree->regions, first_page(region->base),
				    last_page(region->base, region->size), NULL,
				    GFP_KERNEL_ACCOUNT);

	if (err)
		return err;
	/*
	 * Should there be no memory for that, no region leads to the stale run, and
	 * the next one there sets the state of all its pages.
	 */
	mtree_store_range(&tree->pages, first_page(region->base),
			  last_page(region->base, region->size), NULL, GFP_KERNEL_ACCOUNT);
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_remove);

/**
 * nt_tree_split() - make two regions of one
 * @tree: the tree
 * @region: in it; keeps what is below @at
 * @at: page aligned, within @region but not its base
 * @tail: becomes what is from @at on
 *
 * Pages keep their state. Everything but base, size and offset of @tail is the
 * caller's.
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int nt_tree_split(struct nt_vm_tree *tree, struct nt_region *region, u64 at,
		  struct nt_region *tail)
{
	u64 end = nt_region_end(region);
	int err;

	if (!has_room(&tree->regions, &tree->max_regions, tree->limit))
		return -ENOMEM;
	err = mtree_store_range(&tree->regions, first_page(at), first_page(end) - 1, tail,
				GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	tail->base = at;
	tail->size = end - at;
	tail->offset = region->offset + (at - region->base);
	region->size = at - region->base;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_split);

/**
 * nt_tree_grow() - let a region take the place of those behind it
 * @tree: the tree
 * @region: in it
 * @end: new end; the regions up to there are replaced, the caller frees them
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int nt_tree_grow(struct nt_vm_tree *tree, struct nt_region *region, u64 end)
{
	int err;

	err = mtree_store_range(&tree->regions, first_page(region->base),
				first_page(end) - 1, region, GFP_KERNEL_ACCOUNT);
	if (!err)
		region->size = end - region->base;
	return err;
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_grow);

/* Widens [*first, *last] by neighbours that have the same value. */
static void merge(struct maple_tree *mt, unsigned long *first, unsigned long *last, void *entry)
{
	MA_STATE(mas, mt, 0, 0);

	mas_lock(&mas);
	if (*first) {
		mas_set(&mas, *first - 1);
		if (mas_walk(&mas) == entry)
			*first = mas.index;
	}
	mas_set(&mas, *last + 1);
	if (mas_walk(&mas) == entry)
		*last = mas.last;
	mas_unlock(&mas);
}

/**
 * nt_tree_set() - set the state of pages
 * @tree: the tree
 * @addr: first page
 * @size: bytes, whole pages
 * @protect: NT_PAGE_*, 0: not committed
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM with nothing changed, also at the limit.
 */
int nt_tree_set(struct nt_vm_tree *tree, u64 addr, u64 size, u32 protect)
{
	unsigned long first = first_page(addr), last = last_page(addr, size);
	void *entry = protect ? xa_mk_value(protect) : NULL;

	if (!size)
		return 0;
	if (!has_room(&tree->pages, &tree->max_pages, tree->limit))
		return -ENOMEM;
	if (entry)
		merge(&tree->pages, &first, &last, entry);
	return mtree_store_range(&tree->pages, first, last, entry, GFP_KERNEL_ACCOUNT);
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_set);

/**
 * nt_tree_get() - the state of a page, and how far it goes
 * @tree: the tree
 * @addr: in the page
 * @end: look no further; above @addr, page aligned
 * @run_end: set to the end of the run of pages with that state
 *
 * Return: NT_PAGE_*, 0 if not committed.
 */
u32 nt_tree_get(struct nt_vm_tree *tree, u64 addr, u64 end, u64 *run_end)
{
	MA_STATE(mas, &tree->pages, first_page(addr), first_page(addr));
	u32 protect = 0;
	void *entry;

	*run_end = end;
	mas_lock(&mas);
	entry = mas_find(&mas, first_page(end) - 1);
	if (entry) {
		if (mas.index <= first_page(addr)) {
			protect = xa_to_value(entry);
			if (mas.last < first_page(end))
				*run_end = ((u64)mas.last + 1) << PAGE_SHIFT;
		} else {
			*run_end = (u64)mas.index << PAGE_SHIFT;
		}
	}
	mas_unlock(&mas);
	return protect;
}
EXPORT_SYMBOL_FOR_TEST(nt_tree_get);
