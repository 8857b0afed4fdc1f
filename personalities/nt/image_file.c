// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images as files that can be mapped.
 *
 * The sections of most programs lie on disk sectors in their file, not on pages,
 * so the file's page cache does not have their pages. A laid image does: an inode
 * without a name, whose contents are those of the image in memory and whose pages
 * are filled from the file when they are needed. From there on they are page cache
 * as any other: shared by all processes, copied on write, charged, reclaimed.
 *
 * What is mapped is the program's own file, opened once more, with the laid image
 * for its page cache. So /proc, noexec, security modules and whoever asks for the
 * file behind a mapping find the program's.
 *
 * Pages are read as page faults read them, through the file's page cache and
 * without its inode's lock: a fault may happen under that.
 *
 * An image that is not mapped any more is kept for a minute, for the next process.
 * It must not keep a file system from being unmounted meanwhile, nor the space of a
 * deleted file, so it has no open file, but a mark of fsnotify's: that goes, and tells
 * us, when its inode has to.
 */
#include <linux/anon_inodes.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "../../module/compat/fsnotify.h"
#include "pe.h"
#include "stamp.h"

/* Pages that are filled around one that is missing: as many as a fault maps. */
#define READ_AROUND	16

/* Of the file, where it is not in memory at all. */
#define READ_AHEAD	32

/* Images that are kept without being mapped, and for how long. */
#define IDLE_MAX	64
#define IDLE_TIME	(60 * HZ)

/**
 * struct laid_image - an image laid out
 * @link: in laid_images; not hashed if nobody else may use it
 * @idle: in idle_images, when no file is open
 * @since: jiffies, when it got there
 * @mark: at @host; NULL if there is none, or not any more
 * @host: @lower's inode, which @lower or @mark pins
 * @lower: the file, with a page cache of its own; NULL when idle: no page is read then
 * @stamp: of @lower
 * @inode: has the pages
 * @files: struct laid_file that are open
 * @image: its checked headers
 */
struct laid_image {
	struct hlist_node link;
	struct list_head idle;
	unsigned long since;
	struct laid_mark *mark;
	struct inode *host;
	struct file *lower;
	struct nt_stamp stamp;
	struct inode *inode;
	u32 files;
	struct nt_image *image;
};

/**
 * struct laid_mark - what tells us that an inode goes
 * @mark: fsnotify's, which frees it some time later
 * @laid: the image, NULL when that does without
 */
struct laid_mark {
	struct fsnotify_mark mark;
	struct laid_image *laid;
};

/**
 * struct laid_file - an open file of a laid image
 * @link: in laid_files, by @file
 * @laid: the image
 * @file: it
 * @fop: the operations that it was opened with, pinned
 * @mapping: and its page cache
 */
struct laid_file {
	struct hlist_node link;
	struct laid_image *laid;
	struct file *file;
	const struct file_operations *fop;
	struct address_space *mapping;
};

/*
 * Protects the tables, the counts and what leads from marks to images. Memory for
 * what is under it must not be got by reclaiming inodes: their marks end under it.
 */
static DEFINE_MUTEX(laid_lock);
static DEFINE_HASHTABLE(laid_images, 6);
static DEFINE_HASHTABLE(laid_files, 10);

/* The oldest first. */
static LIST_HEAD(idle_images);
static u32 nidle;

static struct fsnotify_group *laid_group;

/* Has the superblock of our inodes. */
static struct file *laid_host;

/* What a page of the image has; the caller puts it. */
static struct page *lower_page(struct file *lower, pgoff_t index)
{
	struct address_space *mapping = lower->f_mapping;
	struct folio *folio;
	void *there;

	if (shmem_mapping(mapping))
		return shmem_read_mapping_page(mapping, index);
	there = xa_load(&mapping->i_pages, index);
	/* Takes the lock below by itself. */
	if (!there || xa_is_value(there))
		page_cache_sync_readahead(mapping, &lower->f_ra, lower, index, READ_AHEAD);
	/* As a fault does, against the truncation of what is being read. */
	filemap_invalidate_lock_shared(mapping);
	if (index >= DIV_ROUND_UP(i_size_read(mapping->host), PAGE_SIZE))
		folio = ERR_PTR(-EIO);
	else
		folio = read_cache_folio(mapping, index, NULL, lower);
	filemap_invalidate_unlock_shared(mapping);
	return IS_ERR(folio) ? ERR_CAST(folio) : folio_file_page(folio, index);
}

static int copy_part(struct file *lower, u64 offset, struct folio *folio, u32 at, u32 len)
{
	struct page *page = lower_page(lower, offset >> PAGE_SHIFT);
	void *from, *to;

	if (IS_ERR(page))
		return PTR_ERR(page);
	to = kmap_local_folio(folio, at);
	from = kmap_local_page(page);
	memcpy(to, from + offset_in_page(offset), len);
	kunmap_local(from);
	kunmap_local(to);
	put_page(page);
	return 0;
}

static int fill(const struct laid_image *laid, struct folio *folio)
{
	u32 len, part, done;
	u64 offset;
	int err;

	len = nt_image_contents(laid->image, folio->index << PAGE_SHIFT, &offset);
	for (done = 0; done < len; done += part) {
		part = min_t(u32, len - done, PAGE_SIZE - offset_in_page(offset + done));
		err = copy_part(laid->lower, offset + done, folio, done, part);
		if (err)
			return err;
	}
	/* It was all there once, and has been cut off. */
	if (len && offset + len > i_size_read(laid->lower->f_mapping->host))
		return -EIO;
	folio_zero_segment(folio, len, PAGE_SIZE);
	return 0;
}

static int laid_read_folio(struct file *file, struct folio *folio)
{
	int err = fill(folio->mapping->host->i_private, folio);

	if (!err)
		folio_mark_uptodate(folio);
	folio_unlock(folio);
	return err;
}

static const struct address_space_operations laid_aops = {
	.read_folio = laid_read_folio,
	.dirty_folio = noop_dirty_folio,
	.migrate_folio = filemap_migrate_folio,
};

static void free_laid(struct laid_image *laid)
{
	if (laid->inode)
		iput(laid->inode);
	if (laid->lower)
		fput(laid->lower);
	kfree(laid->image);
	kfree(laid);
}

/* Somebody has it, or nobody any more; with laid_lock. */
static void not_idle(struct laid_image *laid)
{
	list_del_init(&laid->idle);
	nidle--;
}

/* Out of the tables, with laid_lock; *mark is to be ended after that. */
static void take_out(struct laid_image *laid, struct laid_mark **mark)
{
	hash_del(&laid->link);
	if (!list_empty(&laid->idle))
		not_idle(laid);
	*mark = laid->mark;
	if (laid->mark)
		laid->mark->laid = NULL;
	laid->mark = NULL;
}

static void end_laid(struct laid_image *laid, struct laid_mark *mark)
{
	if (mark) {
		fsnotify_destroy_mark(&mark->mark, laid_group);
		fsnotify_put_mark(&mark->mark);
	}
	free_laid(laid);
}

/* The inode goes, or we have ended the mark. Under locks of whoever does that. */
static void laid_freeing_mark(struct fsnotify_mark *fsn, struct fsnotify_group *group)
{
	struct laid_mark *mark = container_of(fsn, struct laid_mark, mark), *same;
	struct laid_image *laid;
	bool idle = false;

	mutex_lock(&laid_lock);
	laid = mark->laid;
	if (laid) {
		idle = !list_empty(&laid->idle);
		if (idle)
			take_out(laid, &same);
		laid->mark = NULL;
		mark->laid = NULL;
	}
	mutex_unlock(&laid_lock);
	if (laid)
		fsnotify_put_mark(fsn);
	if (idle)
		free_laid(laid);
}

static void laid_free_mark(struct fsnotify_mark *fsn)
{
	kfree(container_of(fsn, struct laid_mark, mark));
}

/* No event is asked for. */
static int laid_event(struct fsnotify_mark *mark, u32 mask, struct inode *inode,
		      struct inode *dir, const struct qstr *name, u32 cookie)
{
	return 0;
}

static const struct fsnotify_ops laid_marks = {
	.handle_inode_event = laid_event,
	.freeing_mark = laid_freeing_mark,
	.free_mark = laid_free_mark,
};

/* With laid_lock, and its file still open. */
static bool add_mark(struct laid_image *laid)
{
	struct laid_mark *mark;

	if (laid->mark)
		return true;
	mark = kzalloc(sizeof(*mark), GFP_KERNEL_ACCOUNT);
	if (!mark)
		return false;
	fsnotify_init_mark(&mark->mark, laid_group);
	if (fsnotify_add_inode_mark(&mark->mark, laid->host, 0)) {
		fsnotify_put_mark(&mark->mark);
		return false;
	}
	mark->laid = laid;
	laid->mark = mark;
	return true;
}

static void drop_idle(struct work_struct *work);
static DECLARE_DELAYED_WORK(laid_work, drop_idle);

/* The oldest one if it has been there so long, NULL; with laid_lock. */
static struct laid_image *oldest(unsigned long time)
{
	struct laid_image *laid = list_first_entry_or_null(&idle_images, struct laid_image, idle);

	return laid && time_after_eq(jiffies, laid->since + time) ? laid : NULL;
}

static void drop_older(unsigned long time)
{
	struct laid_image *laid;
	struct laid_mark *mark;

	do {
		mutex_lock(&laid_lock);
		laid = oldest(time);
		if (laid)
			take_out(laid, &mark);
		mutex_unlock(&laid_lock);
		if (laid)
			end_laid(laid, mark);
	} while (laid);
}

static void drop_idle(struct work_struct *work)
{
	drop_older(IDLE_TIME);
	mutex_lock(&laid_lock);
	if (nidle)
		schedule_delayed_work(&laid_work, IDLE_TIME / 4);
	mutex_unlock(&laid_lock);
}

/*
 * The last file was closed; with laid_lock. Is the image kept? Then its file is to be
 * put by the caller.
 */
static bool keep(struct laid_image *laid)
{
	unsigned int nofs;
	bool marked;

	if (hlist_unhashed(&laid->link) || !laid->host->i_nlink || nidle >= IDLE_MAX)
		return false;
	nofs = memalloc_nofs_save();
	marked = add_mark(laid);
	memalloc_nofs_restore(nofs);
	if (!marked)
		return false;
	laid->since = jiffies;
	list_add_tail(&laid->idle, &idle_images);
	if (!nidle++)
		schedule_delayed_work(&laid_work, IDLE_TIME / 4);
	return true;
}

static struct laid_file *find_file(const struct file *file)
{
	struct laid_file *open;

	hash_for_each_possible(laid_files, open, link, (unsigned long)file)
		if (open->file == file)
			return open;
	return NULL;
}

static int laid_release(struct inode *inode, struct file *file)
{
	struct laid_mark *mark = NULL;
	struct file *lower = NULL;
	struct laid_image *laid;
	struct laid_file *open;
	bool ended = false;

	mutex_lock(&laid_lock);
	open = find_file(file);
	hash_del(&open->link);
	laid = open->laid;
	if (!--laid->files) {
		ended = !keep(laid);
		if (ended)
			take_out(laid, &mark);
		else
			swap(lower, laid->lower);
	}
	mutex_unlock(&laid_lock);
	file->f_mapping = open->mapping;
	if (open->fop->release)
		open->fop->release(inode, file);
	fops_put(open->fop);
	kfree(open);
	if (lower)
		fput(lower);
	if (ended)
		end_laid(laid, mark);
	return 0;
}

/* The file pins the module; a mapping, in whatever process, pins the file. */
static const struct file_operations laid_fops = {
	.owner = THIS_MODULE,
	.mmap = generic_file_readonly_mmap,
	.release = laid_release,
};

/* Would a change of the file be seen in its stamp? */
static bool is_settled(struct inode *inode, const struct nt_stamp *stamp)
{
	return !inode_is_open_for_write(inode) && !mapping_writably_mapped(inode->i_mapping) &&
	       nt_stamp_settled(stamp);
}

/* With laid_lock. */
static struct laid_image *find_laid(const struct inode *inode, const struct nt_stamp *stamp,
				    const struct nt_image *image)
{
	struct laid_image *laid;

	hash_for_each_possible(laid_images, laid, link, (unsigned long)inode)
		if (laid->host == inode && nt_stamp_same(&laid->stamp, stamp) &&
		    laid->image->nsections == image->nsections &&
		    !memcmp(laid->image, image, nt_image_bytes(image)))
			return laid;
	return NULL;
}

static struct laid_image *new_laid(struct file *lower, const struct nt_image *image)
{
	struct laid_image *laid = kzalloc(sizeof(*laid), GFP_KERNEL_ACCOUNT);
	struct inode *inode;

	if (!laid)
		return ERR_PTR(-ENOMEM);
	laid->lower = get_file(lower);
	laid->host = file_inode(lower);
	INIT_HLIST_NODE(&laid->link);
	INIT_LIST_HEAD(&laid->idle);
	laid->image = kmemdup(image, nt_image_bytes(image), GFP_KERNEL_ACCOUNT);
	inode = laid->image ? alloc_anon_inode(file_inode(laid_host)->i_sb) : ERR_PTR(-ENOMEM);
	if (IS_ERR(inode)) {
		free_laid(laid);
		return ERR_CAST(inode);
	}
	laid->inode = inode;
	inode->i_private = laid;
	inode->i_mapping->a_ops = &laid_aops;
	i_size_write(inode, image->size);
	return laid;
}

static struct laid_image *get_laid(struct file *lower, const struct nt_image *image)
{
	struct inode *inode = file_inode(lower);
	struct nt_stamp stamp = nt_stamp_of(inode);
	bool settled = is_settled(inode, &stamp);
	struct laid_image *laid = NULL;

	if (settled)
		laid = find_laid(inode, &stamp, image);
	if (laid && !list_empty(&laid->idle)) {
		not_idle(laid);
		laid->lower = get_file(lower);
	}
	if (laid)
		return laid;
	laid = new_laid(lower, image);
	if (IS_ERR(laid))
		return laid;
	laid->stamp = stamp;
	if (settled)
		hash_add(laid_images, &laid->link, (unsigned long)inode);
	return laid;
}

/* Can its pages be read one by one, as page faults do? */
static bool has_pages(const struct file *file)
{
	const struct address_space *mapping = file->f_mapping;

	return mapping == file_inode(file)->i_mapping && !IS_DAX(file_inode(file)) &&
	       (mapping->a_ops->read_folio || shmem_mapping((struct address_space *)mapping));
}

/*
 * The file with the pages: of a file of overlayfs it is another one, which only a
 * mapping tells. Whichever that is, it is what its own inode stands for.
 */
static struct file *lower_of(struct file *file)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	struct file *lower = NULL;
	unsigned long addr;

	if (has_pages(file))
		return get_file(file);
	addr = vm_mmap(file, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE, 0);
	if (IS_ERR_VALUE(addr))
		return ERR_PTR(addr);
	mmap_read_lock(mm);
	vma = find_vma_intersection(mm, addr, addr + 1);
	/* Another thread may have mapped something else there. */
	if (vma && vma->vm_file && has_pages(vma->vm_file) &&
	    path_equal(persona_file_user_path(vma->vm_file), &file->f_path))
		lower = get_file(vma->vm_file);
	mmap_read_unlock(mm);
	vm_munmap(addr, PAGE_SIZE);
	return lower ?: ERR_PTR(-EOPNOTSUPP);
}

/* Gives an open file the laid image for its page cache. */
static int lay(struct file *file, struct file *lower, const struct nt_image *image)
{
	struct laid_image *laid;
	struct laid_file *open;
	unsigned int nofs;

	open = kmalloc(sizeof(*open), GFP_KERNEL_ACCOUNT);
	if (!open)
		return -ENOMEM;
	mutex_lock(&laid_lock);
	nofs = memalloc_nofs_save();
	laid = get_laid(lower, image);
	memalloc_nofs_restore(nofs);
	if (IS_ERR(laid)) {
		mutex_unlock(&laid_lock);
		kfree(open);
		return PTR_ERR(laid);
	}
	open->file = file;
	open->fop = file->f_op;
	open->mapping = file->f_mapping;
	open->laid = laid;
	laid->files++;
	hash_add(laid_files, &open->link, (unsigned long)file);
	__module_get(THIS_MODULE);
	file->f_op = &laid_fops;
	file->f_mapping = laid->inode->i_mapping;
	file->f_ra.ra_pages = READ_AROUND;
	mutex_unlock(&laid_lock);
	return 0;
}

/**
 * nt_image_file() - an image as a file that is laid out as it is in memory
 * @file: the image's
 * @image: its checked headers
 *
 * Context: may sleep; the mmap lock must not be held.
 * Return: a file for vm_mmap(), private mappings only, -EOPNOTSUPP if the file
 * does not allow it, or another ERR_PTR.
 */
struct file *nt_image_file(struct file *file, const struct nt_image *image)
{
	struct file *lower, *laid;
	int err;

	lower = lower_of(file);
	if (IS_ERR(lower))
		return lower;
	laid = dentry_open(&file->f_path, O_RDONLY | O_LARGEFILE, file->f_cred);
	if (IS_ERR(laid))
		goto out;
	err = laid->f_op == file->f_op ? lay(laid, lower, image) : -EOPNOTSUPP;
	if (err) {
		fput(laid);
		laid = ERR_PTR(err);
	}
out:
	fput(lower);
	return laid;
}

/**
 * nt_image_file_init() - get ready
 *
 * Context: module start.
 * Return: 0 or a negative errno.
 */
int __init nt_image_file_init(void)
{
	struct file *file;

	/* A file that has changed may have another image beside the one it had. */
	laid_group = fsnotify_alloc_group(&laid_marks, FSNOTIFY_GROUP_NOFS | FSNOTIFY_GROUP_DUPS);
	if (IS_ERR(laid_group))
		return PTR_ERR(laid_group);
	/* Operations of the kernel's own: with ours the file would pin the module. */
	file = anon_inode_getfile("[nt-image]", &generic_ro_fops, NULL, O_RDONLY);
	if (IS_ERR(file)) {
		fsnotify_put_group(laid_group);
		return PTR_ERR(file);
	}
	laid_host = file;
	return 0;
}

/**
 * nt_image_file_exit() - the opposite; no image is mapped any more
 *
 * Context: module end.
 */
void nt_image_file_exit(void)
{
	cancel_delayed_work_sync(&laid_work);
	drop_older(0);
	fsnotify_put_group(laid_group);
	fsnotify_wait_marks_destroyed();
	fput(laid_host);
}
