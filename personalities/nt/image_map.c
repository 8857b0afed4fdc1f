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

/**
 * struct mapping - an image that is being mapped
 * @file: its file
 * @laid: the same as it is in memory; NULL if there is no such file or no need
 * @image: its headers
 * @base: where it goes
 * @reserved: all of it has to be ours, or is, before its parts are mapped
 * @end: if not @reserved: up to there something is mapped, and it is ours
 */
struct mapping {
	struct file *file;
	struct file *laid;
	const struct nt_image *image;
	u64 base;
	bool reserved;
	u64 end;
};

static long map_over(struct file *file, u64 addr, u64 len, u32 prot, u64 offset,
		     unsigned long flags)
{
	unsigned long got;

	flags |= MAP_PRIVATE;
	if (!file)
		flags |= MAP_ANONYMOUS;
	got = vm_mmap(file, addr, len, prot, flags, offset);
	return IS_ERR_VALUE(got) ? (long)got : 0;
}

/* The next part of an image. What the one before leaves free nobody may have. */
static long map_fixed(struct mapping *map, struct file *file, u64 addr, u64 len, u32 prot,
		      u64 offset)
{
	long ret = 0;

	if (map->reserved)
		return map_over(file, addr, len, prot, offset, MAP_FIXED);
	if (addr > map->end) {
		ret = map_over(NULL, map->end, addr - map->end, PROT_NONE, 0,
			       MAP_FIXED_NOREPLACE);
		if (ret)
			return ret;
		map->end = addr;
	}
	if (len)
		ret = map_over(file, addr, len, prot, offset, MAP_FIXED_NOREPLACE);
	if (!ret)
		map->end = addr + len;
	return ret;
}

/*
 * Contents that cannot be mapped. Asks the kernel's rules for mappings first. The
 * place is reserved.
 */
static long map_copied(struct file *file, u64 addr, u64 len, u32 prot, u64 offset, u64 filesz)
{
	u64 probe = round_down(offset, PAGE_SIZE);
	long ret;

	if (prot & PROT_EXEC) {
		ret = map_over(file, addr, PAGE_SIZE, prot & ~PROT_WRITE, probe, MAP_FIXED);
		if (ret)
			return ret;
	}
	ret = map_over(NULL, addr, len, PROT_READ | PROT_WRITE, 0, MAP_FIXED);
	if (!ret)
		ret = copy_in(file, offset, addr, filesz);
	if (!ret && prot != (PROT_READ | PROT_WRITE))
		ret = persona_bare(__NR_mprotect, addr, len, prot);
	return ret;
}

/* How much of a section can be mapped from its file. */
static u64 direct_size(const struct nt_pe_section *sec)
{
	return offset_in_page(sec->offset) ? 0 : round_down(sec->filesz, PAGE_SIZE);
}

/**
 * struct run - sections that are mapped at once
 * @sec: all of them, as if they were one
 * @direct: so much of that from the file
 */
struct run {
	struct nt_pe_section sec;
	u64 direct;
};

static long map_run(struct mapping *map, const struct run *run)
{
	const struct nt_pe_section *sec = &run->sec;
	u32 prot = nt_vm_prot(nt_image_section_protect(sec->flags));
	u64 addr = map->base + sec->va, done = run->direct;
	long ret;

	/* What the mapping covers must be all there, and stay free of what follows. */
	if (done) {
		ret = map_fixed(map, map->file, addr, done, prot, sec->offset);
		if (ret)
			return ret;
	}
	if (sec->filesz > done) {
		u64 len = PAGE_ALIGN(sec->filesz) - done;

		if (map->laid)
			ret = map_fixed(map, map->laid, addr + done, len, prot, sec->va + done);
		else
			ret = map_copied(map->file, addr + done, len, prot, sec->offset + done,
					 sec->filesz - done);
		if (ret)
			return ret;
		done += len;
	}
	if (sec->size > done)
		return map_fixed(map, NULL, addr + done, sec->size - done, prot, 0);
	return 0;
}

/* Can the whole section be mapped from the file? */
static bool is_direct(const struct nt_pe_section *sec)
{
	return !offset_in_page(sec->offset) && sec->filesz == sec->size;
}

/* Is the whole section mapped from the file as it is in memory? */
static bool is_laid(const struct mapping *map, const struct nt_pe_section *sec)
{
	return map->laid && !direct_size(sec) && PAGE_ALIGN(sec->filesz) == sec->size;
}

/* Are they at one place in memory and in what they are mapped from, and alike? */
static bool follows(const struct mapping *map, const struct run *run,
		    const struct nt_pe_section *sec)
{
	const struct nt_pe_section *last = &run->sec;

	if (sec->va != last->va + last->size ||
	    nt_image_section_protect(sec->flags) != nt_image_section_protect(last->flags))
		return false;
	if (run->direct)
		return is_direct(sec) && (u64)sec->offset == (u64)last->offset + last->size;
	return is_laid(map, sec);
}

/*
 * Sections that follow each other and have one protection are mapped at once:
 * images with debugging information have a dozen of those. Returns how many
 * sections, from number @i on, are in *run.
 */
static u32 section_run(const struct mapping *map, u32 i, struct run *run)
{
	const struct nt_image *image = map->image;
	u32 n = 1;

	run->sec = image->section[i];
	run->direct = direct_size(&run->sec);
	if (!is_direct(&run->sec) && !is_laid(map, &run->sec))
		return n;
	for (; i + n < image->nsections && follows(map, run, &image->section[i + n]); n++) {
		run->sec.size += image->section[i + n].size;
		run->sec.filesz = run->sec.size;
		if (run->direct)
			run->direct = run->sec.size;
	}
	return n;
}

static long map_all(struct nt_vm *vm, struct mapping *map)
{
	const struct nt_image *image = map->image;
	u64 headers = PAGE_ALIGN(image->headers), base = map->base;
	u32 i;
	long ret;

	ret = map_fixed(map, map->file, base, headers, PROT_READ, 0);
	if (!ret)
		ret = nt_tree_set(&vm->tree, base, headers, NT_PAGE_READONLY);
	for (i = 0; !ret && i < image->nsections;) {
		struct run run;

		i += section_run(map, i, &run);
		ret = map_run(map, &run);
		if (!ret)
			ret = nt_tree_set(&vm->tree, base + run.sec.va, run.sec.size,
					  nt_image_section_protect(run.sec.flags));
	}
	/* What is behind the last section. */
	if (!ret && !map->reserved)
		ret = map_fixed(map, NULL, base + image->size, 0, PROT_NONE, 0);
	return ret;
}

/* Maps the image at an address where it is to be, or may be mapped over. */
static long map_at(struct nt_vm *vm, struct mapping *map, struct nt_region *region, u64 at)
{
	u64 size = map->image->size;
	long ret;

	region->base = at;
	region->size = size;
	map->base = at;
	map->end = at;
	ret = nt_tree_set(&vm->tree, at, size, 0);
	if (!ret)
		ret = map_all(vm, map);
	if (!ret)
		ret = nt_tree_insert(&vm->tree, region);
	if (!ret)
		return 0;
	/* What is not ours stays. */
	if (map->reserved)
		vm_munmap(at, size);
	else if (map->end > at)
		vm_munmap(at, map->end - at);
	nt_tree_set(&vm->tree, at, size, 0);
	return ret;
}

static bool is_free(u64 at, u64 size)
{
	struct mm_struct *mm = current->mm;
	bool free;

	mmap_read_lock(mm);
	free = !find_vma_intersection(mm, at, at + size);
	mmap_read_unlock(mm);
	return free;
}

/* Reserves all of it first, so that nothing gets in between. */
static long map_reserved(struct nt_vm *vm, struct mapping *map, struct nt_region *region, u64 *at)
{
	static const struct nt_vm_where anywhere = { };
	long ret;

	ret = nt_vm_place(vm, at, map->image->size, &anywhere, NULL, PROT_NONE, MAP_PRIVATE, 0);
	if (ret)
		return ret;
	map->reserved = true;
	return map_at(vm, map, region, *at);
}

static long map_image(struct nt_vm *vm, struct mapping *map, struct nt_region *region, u64 *base)
{
	const struct nt_image *image = map->image;
	u64 at = *base ?: image->base;
	long ret = NT_STATUS_CONFLICTING_ADDRESSES;

	if (at >= NT_USER_MIN && at <= NT_USER_MAX && image->size <= NT_USER_MAX - at) {
		/* Mostly nothing is there: then each part is mapped but once. */
		if (map->reserved)
			ret = map_reserved(vm, map, region, &at);
		else if (is_free(at, image->size))
			ret = map_at(vm, map, region, at);
		/* Linux's own calls of other threads do not wait for our lock. */
		if (ret == -EEXIST)
			ret = NT_STATUS_CONFLICTING_ADDRESSES;
	}
	if (ret == NT_STATUS_CONFLICTING_ADDRESSES && !*base) {
		at = 0;
		ret = map_reserved(vm, map, region, &at);
	}
	if (ret)
		return ret;
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
	if (!IS_ERR(laid)) {
		map->laid = laid;
		return 0;
	}
	if (PTR_ERR(laid) == -ENOMEM || fatal_signal_pending(current))
		return PTR_ERR(laid);
	/* It is copied, over what is there. */
	map->reserved = true;
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
