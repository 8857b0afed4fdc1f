// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections: a file, an image or memory that processes can map.
 *
 * A section keeps its file open, and a section of memory is a file of tmpfs
 * without a name; so what is in it is shared as the page cache is.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file.h"
#include "file_impl.h"
#include "nt_table.h"
#include "section.h"
#include "sync.h"
#include "vm_impl.h"

static void section_destroy(struct nt_object *obj)
{
	struct nt_section *section = nt_section_of(obj);

	if (section->file)
		fput(section->file);
	kfree(section->image);
}

const struct nt_type nt_section_type = {
	.name = "Section",
	.generic = {
		NT_READ_CONTROL | NT_SECTION_QUERY | NT_SECTION_MAP_READ,
		NT_READ_CONTROL | NT_SECTION_MAP_WRITE,
		NT_READ_CONTROL | NT_SECTION_MAP_EXECUTE,
		NT_STANDARD_RIGHTS_REQUIRED | NT_SECTION_QUERY | NT_SECTION_MAP_WRITE |
		NT_SECTION_MAP_READ | NT_SECTION_MAP_EXECUTE | NT_SECTION_EXTEND_SIZE,
	},
	.destroy = section_destroy,
	.size = sizeof(struct nt_section),
};

/* May others see what is written through a view with that protection? */
static bool writes_shared(u32 protect)
{
	return protect & (NT_PAGE_READWRITE | NT_PAGE_EXECUTE_READWRITE);
}

/**
 * nt_section_access_of() - the right that a view with a protection takes
 * @protect: valid NT_PAGE_*
 *
 * Context: any.
 * Return: NT_SECTION_MAP_*.
 */
u32 nt_section_access_of(u32 protect)
{
	switch (protect & 0xff) {
	case NT_PAGE_READONLY:
	case NT_PAGE_WRITECOPY:
		return NT_SECTION_MAP_READ;
	case NT_PAGE_READWRITE:
		return NT_SECTION_MAP_WRITE | NT_SECTION_MAP_READ;
	case NT_PAGE_EXECUTE:
		return NT_SECTION_MAP_EXECUTE;
	case NT_PAGE_EXECUTE_READ:
	case NT_PAGE_EXECUTE_WRITECOPY:
		return NT_SECTION_MAP_EXECUTE | NT_SECTION_MAP_READ;
	case NT_PAGE_EXECUTE_READWRITE:
		return NT_SECTION_MAP_EXECUTE | NT_SECTION_MAP_WRITE | NT_SECTION_MAP_READ;
	}
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_section_access_of);

/**
 * nt_section_allows() - may a section have a view with a protection?
 * @section: the section's valid NT_PAGE_*
 * @view: the view's
 *
 * Context: any.
 * Return: true if it may. What is copied on write takes no right to write.
 */
bool nt_section_allows(u32 section, u32 view)
{
	if (writes_shared(view) && !writes_shared(section))
		return false;
	return !(nt_vm_prot(view) & PROT_EXEC) || (nt_vm_prot(section) & PROT_EXEC);
}
EXPORT_SYMBOL_FOR_TEST(nt_section_allows);

static long image_status(enum nt_pe_error error, int err)
{
	switch (error) {
	case NT_PE_NOT_MZ:
		return NT_STATUS_INVALID_IMAGE_NOT_MZ;
	case NT_PE_NOT_PE:
		return NT_STATUS_INVALID_IMAGE_PROTECT;
	case NT_PE_MALFORMED:
	case NT_PE_TRUNCATED:
		return NT_STATUS_INVALID_IMAGE_FORMAT;
	case NT_PE_OK:
		break;
	}
	return err;
}

static long set_image(struct nt_section *section)
{
	enum nt_pe_error error;
	struct nt_image *image = nt_image_load(section->file, &error);

	if (IS_ERR(image))
		return image_status(error, PTR_ERR(image));
	if (!image->pe32plus || image->machine != NT_PE_MACHINE_AMD64) {
		kfree(image);
		return NT_STATUS_INVALID_IMAGE_FORMAT;
	}
	section->image = image;
	section->size = image->size;
	return 0;
}

/**
 * nt_section_grow() - make a section's file longer
 * @call: call under way
 * @file: open for writing
 * @size: bytes that it has to have, not 0
 *
 * What somebody else makes longer meanwhile stays as long, where the file system
 * can do that.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_section_grow(struct persona_call *call, struct file *file, u64 size)
{
	long ret;

	if (size <= i_size_read(file_inode(file)))
		return 0;
	ret = nt_file_native(call, file, __NR_fallocate, 0, size - 1, 1);
	if (ret == -EOPNOTSUPP || ret == -ENOSYS)
		ret = nt_file_native(call, file, __NR_ftruncate, size);
	/* tmpfs lets any signal end it, and a thread is kicked for much. */
	return ret == -EINTR ? -ERESTARTNOINTR : ret;
}

static long set_file(struct persona_call *call, struct nt_section *section, u64 max)
{
	u64 size = i_size_read(file_inode(section->file));
	long ret;

	if (max > size) {
		if (!writes_shared(section->protect))
			return NT_STATUS_SECTION_TOO_BIG;
		ret = nt_section_grow(call, section->file, max);
		if (ret)
			return ret;
		size = max;
	}
	section->size = max ?: size;
	return section->size ? 0 : NT_STATUS_MAPPED_FILE_SIZE_ZERO;
}

/*
 * The rights to a file that a section of it takes. Programs find out by trying whether
 * a file may be executed, and believe it.
 */
static u32 file_access_of(u32 protect)
{
	u32 rights = nt_section_access_of(protect);

	return (rights & NT_SECTION_MAP_READ ? NT_FILE_READ_DATA : 0) |
	       (rights & NT_SECTION_MAP_WRITE ? NT_FILE_WRITE_DATA : 0) |
	       (rights & NT_SECTION_MAP_EXECUTE ? NT_FILE_EXECUTE : 0);
}

/* The file of a file handle, with rights for the protection. */
static long file_of_handle(struct persona_call *call, u64 handle, u32 protect, bool image,
			   struct file **file)
{
	struct nt_object *obj;
	long ret;

	/* Wine's loader asks for no more than to read. */
	ret = nt_handle_ref(nt_caller(call), handle, &nt_file_type,
			    image ? NT_FILE_READ_DATA : file_access_of(protect), &obj);
	if (image && ret == NT_STATUS_ACCESS_DENIED)
		ret = nt_handle_ref(nt_caller(call), handle, &nt_file_type, NT_FILE_EXECUTE, &obj);
	if (ret)
		return ret;
	*file = nt_file_get(obj);
	nt_object_put(obj);
	if (!*file)
		return NT_STATUS_INVALID_FILE_FOR_SECTION;
	ret = 0;
	if (!S_ISREG(file_inode(*file)->i_mode))
		ret = NT_STATUS_INVALID_FILE_FOR_SECTION;
	else if (!((*file)->f_mode & FMODE_READ) ||
		 (writes_shared(protect) && !((*file)->f_mode & FMODE_WRITE)))
		ret = NT_STATUS_ACCESS_DENIED;
	if (ret)
		fput(*file);
	return ret;
}

static long set_memory(struct nt_section *section, u64 max)
{
	struct file *file;

	if (!max)
		return NT_STATUS_INVALID_PARAMETER_4;
	if (section->attributes & NT_SEC_RESERVE)
		file = persona_shmem_file_noreserve("nt-section", max);
	else
		file = persona_shmem_file("nt-section", max);
	if (IS_ERR(file))
		return PTR_ERR(file);
	section->file = file;
	section->size = max;
	return 0;
}

static long check_section(u32 protect, u32 attributes, u64 handle)
{
	const u32 kinds = NT_SEC_IMAGE | NT_SEC_RESERVE | NT_SEC_COMMIT;
	const u32 known = kinds | NT_SEC_FILE | NT_SEC_NOCACHE | NT_SEC_WRITECOMBINE |
			  NT_SEC_BASED | NT_SEC_NO_CHANGE | NT_SEC_LARGE_PAGES;

	if ((attributes & ~known) || hweight32(attributes & kinds) != 1)
		return NT_STATUS_INVALID_PARAMETER_6;
	if (attributes & NT_SEC_LARGE_PAGES)
		return NT_STATUS_PRIVILEGE_NOT_HELD;
	/* No machine-wide addresses, and nobody to keep protections from being changed. */
	if (attributes & (NT_SEC_BASED | NT_SEC_NO_CHANGE))
		return NT_STATUS_NOT_SUPPORTED;
	if ((protect & (NT_PAGE_GUARD | NT_PAGE_NOACCESS)) || nt_vm_prot(protect) < 0)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	if ((attributes & NT_SEC_IMAGE) && !handle)
		return NT_STATUS_INVALID_FILE_FOR_SECTION;
	return 0;
}

static long create(struct persona_call *call)
{
	u32 protect = call->args[4], attributes = call->args[5];
	u64 handle = call->args[6], max = 0;
	struct nt_section *section;
	long ret;

	ret = check_section(protect, attributes, handle);
	if (!ret && call->args[3])
		ret = nt_get_u64(call->args[3], &max);
	if (ret)
		return ret;
	if (max > NT_SECTION_MAX)
		return NT_STATUS_SECTION_TOO_BIG;
	section = nt_object_alloc(&nt_section_type);
	if (!section)
		return -ENOMEM;
	mutex_init(&section->lock);
	section->protect = protect;
	section->attributes = attributes;
	if (handle) {
		bool image = attributes & NT_SEC_IMAGE;

		/* An image is never written to, whatever its pages are. */
		ret = file_of_handle(call, handle, image ? NT_PAGE_EXECUTE_READ : protect, image,
				     &section->file);
		if (ret) {
			section->file = NULL;
			goto err_section;
		}
		section->attributes |= NT_SEC_FILE;
		ret = image ? set_image(section) : set_file(call, section, max);
	} else {
		ret = set_memory(section, max);
	}
	if (ret)
		goto err_section;
	return nt_object_create(call, call->args[2], &section->obj, call->args[1],
				call->args[0]);

err_section:
	nt_object_put(&section->obj);
	return ret;
}

/**
 * nt_create_section() - NtCreateSection
 * @call: where the handle goes, access, attributes, size, protection, SEC_*, file
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_create_section(struct persona_call *call)
{
	return nt_handle_none(call->args[0], create(call));
}

/**
 * nt_create_section_ex() - NtCreateSectionEx
 * @call: as NtCreateSection, and extended parameters
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_create_section_ex(struct persona_call *call)
{
	struct nt_vm_where where = { };
	long ret = nt_vm_extended(call->args[7], call->args[8], &where);

	if (ret)
		return ret;
	if (where.low || where.high || where.align)
		return NT_STATUS_INVALID_PARAMETER;
	return nt_handle_none(call->args[0], create(call));
}

/**
 * nt_open_section() - NtOpenSection
 * @call: where the handle goes, access, attributes
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_open_section(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_section_type, call->args[1],
			      call->args[0]);
}

enum {
	SECTION_BASIC_INFO,
	SECTION_IMAGE_INFO,
	SECTION_RELOCATION_INFO,
	SECTION_ORIGINAL_BASE_INFO,
};

/* SECTION_BASIC_INFORMATION */
struct nt_section_basic {
	u64 base;
	u32 attributes;
	u32 pad;
	u64 size;
};

static long query(const struct nt_section *section, u32 class, void *buf, size_t *len)
{
	struct nt_section_basic *basic = buf;

	switch (class) {
	case SECTION_BASIC_INFO:
		*basic = (struct nt_section_basic){
			.attributes = section->attributes,
			.size = READ_ONCE(section->size),
		};
		*len = sizeof(*basic);
		return 0;
	case SECTION_IMAGE_INFO:
		if (!section->image)
			return NT_STATUS_SECTION_NOT_IMAGE;
		nt_image_info(section->image, section->image->base, buf);
		*len = sizeof(struct nt_image_info);
		return 0;
	case SECTION_RELOCATION_INFO:
	case SECTION_ORIGINAL_BASE_INFO:
		if (!section->image)
			return NT_STATUS_SECTION_NOT_IMAGE;
		*(u64 *)buf = class == SECTION_ORIGINAL_BASE_INFO ? section->image->base : 0;
		*len = sizeof(u64);
		return 0;
	}
	return NT_STATUS_INVALID_INFO_CLASS;
}

static size_t query_size(u32 class)
{
	switch (class) {
	case SECTION_BASIC_INFO:
		return sizeof(struct nt_section_basic);
	case SECTION_IMAGE_INFO:
		return sizeof(struct nt_image_info);
	case SECTION_RELOCATION_INFO:
	case SECTION_ORIGINAL_BASE_INFO:
		return sizeof(u64);
	}
	return 0;
}

/**
 * nt_query_section() - NtQuerySection
 * @call: section, class, buffer, its size, where the length goes
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_query_section(struct persona_call *call)
{
	u64 room = call->args[3], ulen = call->args[4];
	u32 class = call->args[1];
	union {
		struct nt_section_basic basic;
		struct nt_image_info image;
		u64 value;
	} buf = { };
	struct nt_object *obj;
	size_t len;
	long ret;

	if (!query_size(class))
		return NT_STATUS_INVALID_INFO_CLASS;
	if (room < query_size(class))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_section_type, NT_SECTION_QUERY,
			    &obj);
	if (ret)
		return ret;
	ret = query(nt_section_of(obj), class, &buf, &len);
	nt_object_put(obj);
	if (ret)
		return ret;
	if (copy_to_user((void __user *)call->args[2], &buf, len) ||
	    (ulen && put_user((u64)len, (u64 __user *)ulen)))
		return -EFAULT;
	return 0;
}

static long extend(struct persona_call *call, struct nt_section *section, u64 *size)
{
	long ret = 0;

	if (!(section->attributes & NT_SEC_FILE) || section->image)
		return NT_STATUS_SECTION_NOT_EXTENDED;
	if (*size > NT_SECTION_MAX)
		return NT_STATUS_SECTION_TOO_BIG;
	if (mutex_lock_killable(&section->lock))
		return -EINTR;
	if (*size <= section->size)
		*size = section->size;
	else if (!writes_shared(section->protect))
		ret = NT_STATUS_SECTION_NOT_EXTENDED;
	else
		ret = nt_section_grow(call, section->file, *size);
	if (!ret)
		WRITE_ONCE(section->size, *size);
	mutex_unlock(&section->lock);
	return ret;
}

/**
 * nt_extend_section() - NtExtendSection
 * @call: section, new size
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_extend_section(struct persona_call *call)
{
	struct nt_object *obj;
	u64 size;
	long ret;

	ret = nt_get_u64(call->args[1], &size);
	if (!ret)
		ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_section_type,
				    NT_SECTION_EXTEND_SIZE, &obj);
	if (ret)
		return ret;
	ret = extend(call, nt_section_of(obj), &size);
	nt_object_put(obj);
	return ret ?: nt_put_u64(call->args[1], size);
}
