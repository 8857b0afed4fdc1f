// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names folders do not have, in any case.
 *
 * Only a folder's whole list tells that a name is not there in other letters, and
 * programs ask again and again for what is not there. So of a list that has been
 * read to its end a hash of each name is kept, as one bit. A bit that is not set
 * says that there is no such name as long as the folder has not changed; one that
 * is set says nothing.
 *
 * Nothing is pinned: a folder is known by its inode's numbers and times.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/magic.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "folder.h"
#include "stamp.h"

#define NAME_BITS	15
#define NAME_HASHES	BIT(NAME_BITS)
#define SLOT_BITS	8

/* So many names leave enough bits unset. */
#define NAMES_MAX	(NAME_HASHES / 2)

/* Not in linux/magic.h. */
#define MAGIC_XFS	0x58465342

/**
 * struct nt_folder - a folder's names
 * @rcu: to free it
 * @inode: the folder's, only to be compared
 * @stamp: its numbers and the state of its list
 * @count: names
 * @names: their hashes
 */
struct nt_folder {
	struct rcu_head rcu;
	const struct inode *inode;
	struct nt_stamp stamp;
	u32 count;
	DECLARE_BITMAP(names, NAME_HASHES);
};

static struct nt_folder __rcu *folders[BIT(SLOT_BITS)];
static DEFINE_SPINLOCK(folders_lock);

static struct nt_folder __rcu **slot_of(const struct inode *inode)
{
	return &folders[hash_64(inode->i_ino + inode->i_sb->s_dev, SLOT_BITS)];
}

/* Is every change of a folder seen in its inode at once? */
static bool tells_changes(const struct inode *inode)
{
	switch (inode->i_sb->s_magic) {
	case BTRFS_SUPER_MAGIC:
	case EXT4_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case MAGIC_XFS:
	case OVERLAYFS_SUPER_MAGIC:
	case TMPFS_MAGIC:
		return true;
	default:
		return false;
	}
}

static bool is_of(const struct nt_folder *folder, const struct inode *inode)
{
	struct nt_stamp stamp = nt_stamp_of(inode);

	return folder->inode == inode && nt_stamp_same(&folder->stamp, &stamp);
}

static u32 hash_of(const u16 *name, int units)
{
	u32 hash = 0;
	int i;

	for (i = 0; i < units; i++)
		hash = hash * 31 + nt_toupper(name[i]);
	return hash_32(hash, NAME_BITS);
}

/**
 * nt_folder_lacks() - is it known that a folder does not have a name?
 * @inode: folder
 * @name: UTF-16
 * @units: in it
 *
 * What is known has been read by somebody who may read the folder; the caller must
 * not say more than "not there" for it.
 *
 * Context: any.
 * Return: true if it has no name that is equal but for case.
 */
bool nt_folder_lacks(const struct inode *inode, const u16 *name, int units)
{
	const struct nt_folder *folder;
	bool lacks;

	rcu_read_lock();
	folder = rcu_dereference(*slot_of(inode));
	lacks = folder && is_of(folder, inode) && !test_bit(hash_of(name, units), folder->names);
	rcu_read_unlock();
	return lacks;
}
EXPORT_SYMBOL_FOR_TEST(nt_folder_lacks);

/**
 * nt_folder_start() - a list is about to be read
 * @inode: folder
 *
 * Context: may sleep.
 * Return: what to add its names to; NULL if there is no use in that.
 */
struct nt_folder *nt_folder_start(const struct inode *inode)
{
	struct nt_stamp stamp = nt_stamp_of(inode);
	struct nt_folder *folder;

	if (!tells_changes(inode) || !nt_stamp_settled(&stamp))
		return NULL;
	folder = kzalloc(sizeof(*folder), GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY);
	if (!folder)
		return NULL;
	folder->inode = inode;
	folder->stamp = stamp;
	return folder;
}
EXPORT_SYMBOL_FOR_TEST(nt_folder_start);

/**
 * nt_folder_add() - a name of the list
 * @folder: from nt_folder_start()
 * @name: UTF-16
 * @units: in it
 *
 * Context: any.
 */
void nt_folder_add(struct nt_folder *folder, const u16 *name, int units)
{
	folder->count++;
	__set_bit(hash_of(name, units), folder->names);
}
EXPORT_SYMBOL_FOR_TEST(nt_folder_add);

/**
 * nt_folder_end() - the list has been read, or that has been given up
 * @folder: from nt_folder_start(), or NULL
 * @inode: the folder; NULL if names are missing
 *
 * Context: any.
 */
void nt_folder_end(struct nt_folder *folder, const struct inode *inode)
{
	struct nt_folder __rcu **slot;
	struct nt_folder *old;

	if (!folder)
		return;
	/* It may have changed while it was read. */
	if (!inode || !is_of(folder, inode) || folder->count > NAMES_MAX) {
		kfree(folder);
		return;
	}
	slot = slot_of(inode);
	spin_lock(&folders_lock);
	old = rcu_replace_pointer(*slot, folder, lockdep_is_held(&folders_lock));
	spin_unlock(&folders_lock);
	if (old)
		kfree_rcu(old, rcu);
}
EXPORT_SYMBOL_FOR_TEST(nt_folder_end);

/**
 * nt_folder_exit() - the module goes; nobody looks for files any more
 *
 * Context: module end.
 */
void nt_folder_exit(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(folders); i++)
		kfree(rcu_dereference_protected(folders[i], true));
}
