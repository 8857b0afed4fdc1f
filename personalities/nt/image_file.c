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
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "pe.h"

/* Pages that are filled around one that is missing: as many as a fault maps. */
#define READ_AROUND	16

/* Of the file, where it is not in memory at all. */
#define READ_AHEAD	32

/* A file may change again in the tick of its last change without being seen to. */
#define SETTLED		(NSEC_PER_SEC / 50)

/**
 * struct stamp - the state of a file's contents
 * @size: bytes
 * @mtime: last write
 * @ctime: last change
 */
struct stamp {
	loff_t size;
	struct timespec64 mtime;
	struct timespec64 ctime;
};

/**
 * struct laid_image - an image laid out
 * @link: in laid_images; not hashed if nobody else may use it
 * @lower: the file, with a page cache of its own
 * @stamp: of @lower
 * @inode: has the pages
 * @files: struct laid_file that are open
 * @image: its checked headers
 */
struct laid_image {
	struct hlist_node link;
	struct file *lower;
	struct stamp stamp;
	struct inode *inode;
	u32 files;
	struct nt_image image;
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

/* Protects both tables, and the counts. */
static DEFINE_MUTEX(laid_lock);
static DEFINE_HASHTABLE(laid_images, 6);
static DEFINE_HASHTABLE(laid_files, 10);

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

	len = nt_image_contents(&laid->image, folio->index << PAGE_SHIFT, &offset);
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
	fput(laid->lower);
	kfree(laid);
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
	struct laid_image *laid;
	struct laid_file *open;
	bool last;

	mutex_lock(&laid_lock);
	open = find_file(file);
	hash_del(&open->link);
	laid = open->laid;
	last = !--laid->files;
	if (last)
		hash_del(&laid->link);
	mutex_unlock(&laid_lock);
	file->f_mapping = open->mapping;
	if (open->fop->release)
		open->fop->release(inode, file);
	fops_put(open->fop);
	kfree(open);
	if (last)
		free_laid(laid);
	return 0;
}

/* The file pins the module; a mapping, in whatever process, pins the file. */
static const struct file_operations laid_fops = {
	.owner = THIS_MODULE,
	.mmap = generic_file_readonly_mmap,
	.release = laid_release,
};

static struct stamp stamp_of(const struct inode *inode)
{
	return (struct stamp){
		.size = i_size_read(inode),
		.mtime = inode_get_mtime(inode),
		.ctime = inode_get_ctime(inode),
	};
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->size == b->size && timespec64_equal(&a->mtime, &b->mtime) &&
	       timespec64_equal(&a->ctime, &b->ctime);
}

/* Would a change of the file be seen in its stamp? */
static bool is_settled(struct inode *inode, const struct stamp *stamp)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	return !inode_is_open_for_write(inode) && !mapping_writably_mapped(inode->i_mapping) &&
	       timespec64_to_ns(&now) - timespec64_to_ns(&stamp->ctime) > SETTLED;
}

/* With laid_lock. */
static struct laid_image *find_laid(const struct inode *inode, const struct stamp *stamp,
				    const struct nt_image *image)
{
	struct laid_image *laid;

	hash_for_each_possible(laid_images, laid, link, (unsigned long)inode)
		if (file_inode(laid->lower) == inode && same_stamp(&laid->stamp, stamp) &&
		    !memcmp(&laid->image, image, sizeof(*image)))
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
	laid->image = *image;
	INIT_HLIST_NODE(&laid->link);
	inode = alloc_anon_inode(file_inode(laid_host)->i_sb);
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
	struct stamp stamp = stamp_of(inode);
	bool settled = is_settled(inode, &stamp);
	struct laid_image *laid = NULL;

	if (settled)
		laid = find_laid(inode, &stamp, image);
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
	if (vma && vma->vm_file && has_pages(vma->vm_file))
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

	open = kmalloc(sizeof(*open), GFP_KERNEL_ACCOUNT);
	if (!open)
		return -ENOMEM;
	mutex_lock(&laid_lock);
	laid = get_laid(lower, image);
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

	/* Operations of the kernel's own: with ours the file would pin the module. */
	file = anon_inode_getfile("[nt-image]", &generic_ro_fops, NULL, O_RDONLY);
	if (IS_ERR(file))
		return PTR_ERR(file);
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
	fput(laid_host);
}
