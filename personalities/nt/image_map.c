// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping of PE images.
 *
 * Where a section lies on a page boundary in the file it is mapped from there,
 * private, and so shared through the page cache until it is written. Wine's DLLs
 * are laid out for that. Other sections are mapped from the file as it is laid out
 * in memory (image_file.c), and read at once where the file system has no pages.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "pe.h"
#include "vm_impl.h"

#define COPY_CHUNK	(16 * PAGE_SIZE)

/**
 * nt_image_section_protect() - protection of a section's pages
 * @flags: NT_PE_SCN_*
 *
 * Context: any.
 * Return: NT_PAGE_*, writable as copy on write.
 */
u32 nt_image_section_protect(u32 flags)
{
	bool exec = flags & (NT_PE_SCN_EXECUTE | NT_PE_SCN_CODE);

	if (flags & NT_PE_SCN_WRITE)
		return exec ? NT_PAGE_EXECUTE_WRITECOPY : NT_PAGE_WRITECOPY;
	if (exec)
		return flags & NT_PE_SCN_READ ? NT_PAGE_EXECUTE_READ : NT_PAGE_EXECUTE;
	return flags & NT_PE_SCN_READ ? NT_PAGE_READONLY : NT_PAGE_NOACCESS;
}

/* Reads file contents into the caller's memory, which is writable. */
static long copy_in(struct file *file, u64 offset, u64 addr, u64 len)
{
	loff_t pos = offset;
	long ret = 0;
	void *buf;

	buf = kvmalloc(min_t(u64, len, COPY_CHUNK), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	while (len) {
		ssize_t n = kernel_read(file, buf, min_t(u64, len, COPY_CHUNK), &pos);

		if (n <= 0) {
			/* The file has been cut off meanwhile. */
			ret = n ?: NT_STATUS_INVALID_FILE_FOR_SECTION;
			break;
		}
		if (copy_to_user((void __user *)addr, buf, n)) {
			ret = -EFAULT;
			break;
		}
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		addr += n;
		len -= n;
	}
	kvfree(buf);
	return ret;
}

static long map_fixed(struct file *file, u64 addr, u64 len, u32 prot, u64 offset)
{
	unsigned long flags = MAP_PRIVATE | MAP_FIXED;
	unsigned long got;

	if (!file)
		flags |= MAP_ANONYMOUS;
	got = vm_mmap(file, addr, len, prot, flags, offset);
	return IS_ERR_VALUE(got) ? (long)got : 0;
}

/* Contents that cannot be mapped. Asks the kernel's rules for mappings first. */
static long map_copied(struct file *file, u64 addr, u64 len, u32 prot, u64 offset, u64 filesz)
{
	u64 probe = round_down(offset, PAGE_SIZE);
	long ret;

	if (prot & PROT_EXEC) {
		ret = map_fixed(file, addr, PAGE_SIZE, prot & ~PROT_WRITE, probe);
		if (ret)
			return ret;
	}
	ret = map_fixed(NULL, addr, len, PROT_READ | PROT_WRITE, 0);
	if (!ret)
		ret = copy_in(file, offset, addr, filesz);
	if (!ret && prot != (PROT_READ | PROT_WRITE))
		ret = persona_bare(__NR_mprotect, addr, len, prot);
	return ret;
}

/**
 * struct mapping - an image that is being mapped
 * @file: its file
 * @laid: the same as it is in memory; NULL if there is no such file or no need
 * @image: its headers
 * @base: where it goes
 */
struct mapping {
	struct file *file;
	struct file *laid;
	const struct nt_image *image;
	u64 base;
};

/* How much of a section can be mapped from its file. */
static u64 direct_size(const struct nt_pe_section *sec)
{
	return offset_in_page(sec->offset) ? 0 : round_down(sec->filesz, PAGE_SIZE);
}

static long map_section(const struct mapping *map, const struct nt_pe_section *sec)
{
	u32 prot = nt_vm_prot(nt_image_section_protect(sec->flags));
	u64 addr = map->base + sec->va, done = direct_size(sec);
	long ret;

	/* What the mapping covers must be all there, and stay free of what follows. */
	if (done) {
		ret = map_fixed(map->file, addr, done, prot, sec->offset);
		if (ret)
			return ret;
	}
	if (sec->filesz > done) {
		u64 len = PAGE_ALIGN(sec->filesz) - done;

		if (map->laid)
			ret = map_fixed(map->laid, addr + done, len, prot, sec->va + done);
		else
			ret = map_copied(map->file, addr + done, len, prot, sec->offset + done,
					 sec->filesz - done);
		if (ret)
			return ret;
		done += len;
	}
	if (sec->size > done)
		return map_fixed(NULL, addr + done, sec->size - done, prot, 0);
	return 0;
}

/* Can the whole section be mapped from the file? */
static bool is_direct(const struct nt_pe_section *sec)
{
	return !offset_in_page(sec->offset) && sec->filesz == sec->size;
}

/*
 * Sections that follow each other in memory and in the file, with one protection,
 * are mapped at once: DLLs with debugging information have a dozen of those.
 * Returns how many sections, from number @i on, are in *run.
 */
static u32 section_run(const struct nt_image *image, u32 i, struct nt_pe_section *run)
{
	u32 protect = nt_image_section_protect(image->section[i].flags);
	u32 n = 1;

	*run = image->section[i];
	while (is_direct(run) && i + n < image->nsections) {
		const struct nt_pe_section *sec = &image->section[i + n];

		if (!is_direct(sec) || sec->va != run->va + run->size ||
		    (u64)sec->offset != (u64)run->offset + run->size ||
		    nt_image_section_protect(sec->flags) != protect)
			break;
		run->size += sec->size;
		run->filesz = run->size;
		n++;
	}
	return n;
}

static long map_all(struct nt_vm *vm, const struct mapping *map)
{
	const struct nt_image *image = map->image;
	u64 headers = PAGE_ALIGN(image->headers), base = map->base;
	u32 i;
	long ret;

	ret = map_fixed(map->file, base, headers, PROT_READ, 0);
	if (!ret)
		ret = nt_tree_set(&vm->tree, base, headers, NT_PAGE_READONLY);
	for (i = 0; !ret && i < image->nsections;) {
		struct nt_pe_section run;

		i += section_run(image, i, &run);
		ret = map_section(map, &run);
		if (!ret)
			ret = nt_tree_set(&vm->tree, base + run.va, run.size,
					  nt_image_section_protect(run.flags));
	}
	return ret;
}

static long map_image(struct nt_vm *vm, struct mapping *map, struct nt_region *region, u64 *base)
{
	static const struct nt_vm_where anywhere = { };
	const struct nt_image *image = map->image;
	u64 at = *base ?: image->base;
	long ret = NT_STATUS_CONFLICTING_ADDRESSES;

	/* All of it first, so that nothing gets in between. */
	if (at >= NT_USER_MIN && at <= NT_USER_MAX && image->size <= NT_USER_MAX - at)
		ret = nt_vm_place(vm, &at, image->size, &anywhere, NULL, PROT_NONE,
				  MAP_PRIVATE, 0);
	if (ret == NT_STATUS_CONFLICTING_ADDRESSES && !*base) {
		at = 0;
		ret = nt_vm_place(vm, &at, image->size, &anywhere, NULL, PROT_NONE,
				  MAP_PRIVATE, 0);
	}
	if (ret)
		return ret;
	region->base = at;
	region->size = image->size;
	ret = nt_tree_set(&vm->tree, at, image->size, 0);
	map->base = at;
	if (!ret)
		ret = map_all(vm, map);
	if (!ret)
		ret = nt_tree_insert(&vm->tree, region);
	if (ret) {
		vm_munmap(at, image->size);
		nt_tree_set(&vm->tree, at, image->size, 0);
		return ret;
	}
	*base = at;
	return at == image->base ? 0 : NT_STATUS_IMAGE_NOT_AT_BASE;
}

/* Opens the file that sections are mapped from which the image's own does not have. */
static long open_laid(struct mapping *map)
{
	struct file *laid;
	u32 i;

	for (i = 0; i < map->image->nsections; i++)
		if (map->image->section[i].filesz > direct_size(&map->image->section[i]))
			break;
	if (i == map->image->nsections)
		return 0;
	laid = nt_image_file(map->file, map->image);
	if (!IS_ERR(laid))
		map->laid = laid;
	else if (PTR_ERR(laid) == -ENOMEM || fatal_signal_pending(current))
		return PTR_ERR(laid);
	return 0;
}

/**
 * nt_vm_map_image() - map an image into the caller's memory
 * @vm: the caller's
 * @file: open for reading
 * @image: its checked headers
 * @base: 0, or the only address that will do; set to where it is
 *
 * Context: may sleep.
 * Return: 0, NT_STATUS_IMAGE_NOT_AT_BASE (a success), or an error.
 */
long nt_vm_map_image(struct nt_vm *vm, struct file *file, const struct nt_image *image,
		     u64 *base)
{
	struct mapping map = { .file = file, .image = image };
	struct nt_region *region;
	long ret;

	region = nt_region_new(NT_MEM_IMAGE, NT_PAGE_EXECUTE_WRITECOPY,
			       PROT_READ | PROT_WRITE | PROT_EXEC);
	if (!region)
		return -ENOMEM;
	region->file = get_file(file);
	ret = open_laid(&map);
	if (!ret && mutex_lock_killable(&vm->lock))
		ret = -EINTR;
	if (!ret) {
		ret = map_image(vm, &map, region, base);
		mutex_unlock(&vm->lock);
	}
	if (map.laid)
		fput(map.laid);
	if (ret && ret != NT_STATUS_IMAGE_NOT_AT_BASE)
		nt_region_free(region);
	return ret;
}
