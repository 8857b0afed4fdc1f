// SPDX-License-Identifier: GPL-2.0-only
/* What programs are told of an image: of a section, or of a process's program. */
#include <linux/build_bug.h>
#include <linux/string.h>

#include "pe.h"

#define IMAGE_DYNAMICALLY_RELOCATED	0x04u
#define DLL_DYNAMIC_BASE		0x0040u

/**
 * nt_image_info() - SECTION_IMAGE_INFORMATION
 * @image: image
 * @base: where it is mapped, or its preferred address
 * @info: is filled completely
 *
 * Context: any.
 */
void nt_image_info(const struct nt_image *image, u64 base, struct nt_image_info *info)
{
	static_assert(sizeof(*info) == 0x40);
	memset(info, 0, sizeof(*info));
	info->transfer_address = image->entry ? base + image->entry : 0;
	info->stack_reserve = image->stack_reserve;
	info->stack_commit = image->stack_commit;
	info->subsystem = image->subsystem;
	info->subsystem_minor = image->subsystem_minor;
	info->subsystem_major = image->subsystem_major;
	info->os_major = image->os_major;
	info->os_minor = image->os_minor;
	info->characteristics = image->flags;
	info->dll_characteristics = image->dll_flags;
	info->machine = image->machine;
	info->contains_code = image->code_size || image->entry;
	if (image->dll_flags & DLL_DYNAMIC_BASE)
		info->flags = IMAGE_DYNAMICALLY_RELOCATED;
	info->loader_flags = image->loader_flags;
	info->file_size = image->file_size;
	info->checksum = image->checksum;
}
