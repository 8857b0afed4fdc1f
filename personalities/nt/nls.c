// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locale and code pages: ntdll asks for files with tables by their kind, and for
 * the numbers of the default locale and language.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "nt.h"
#include "nt_table.h"
#include "vm.h"

#define LOCALE_EN_US	0x0409u
#define NLS_NAME	32
#define NLS_MAX		SZ_16M

enum {				/* of NtGetNlsSectionPtr() */
	NLS_SORT_KEYS = 9,
	NLS_CASE_MAP = 10,
	NLS_CODE_PAGE = 11,
	NLS_NORMALIZE = 12,
};

static const char *normalization(u32 form)
{
	switch (form) {
	case 1:
		return "normnfc";
	case 2:
		return "normnfd";
	case 5:
		return "normnfkc";
	case 6:
		return "normnfkd";
	case 13:
		return "normidna";
	}
	return NULL;
}

/* Maps a file of the view's folder nls for reading. */
static long map_nls(struct persona_call *call, const char *name, u64 *addr, u64 *size)
{
	struct file *file;
	char *path;
	long ret;

	ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, O_RDONLY);
	if (!ret)
		ret = persona_permit(call, __NR_mmap, 0, 0, PROT_READ, MAP_PRIVATE);
	if (ret)
		return ret;
	path = kasprintf(GFP_KERNEL_ACCOUNT, "%s/nls/%s.nls", *nt_personality.view_root, name);
	if (!path)
		return -ENOMEM;
	file = filp_open(path, O_RDONLY | O_LARGEFILE | O_NONBLOCK, 0);
	kfree(path);
	if (IS_ERR(file))
		return PTR_ERR(file);
	*size = i_size_read(file_inode(file));
	ret = -ENOENT;
	if (!S_ISREG(file_inode(file)->i_mode) || !*size || *size > NLS_MAX)
		goto out;
	ret = nt_vm_map_table(nt_caller(call)->vm, file, *size, 0, addr);
	*size = PAGE_ALIGN(*size);
out:
	fput(file);
	return ret;
}

static u32 locale_of(const struct nt_proc *proc)
{
	return READ_ONCE(proc->locale) ?: LOCALE_EN_US;
}

static int put64(u64 user, u64 value)
{
	return put_user(value, (u64 __user *)(uintptr_t)user) ? -EFAULT : 0;
}

static int put32(u64 user, u32 value)
{
	return put_user(value, (u32 __user *)(uintptr_t)user) ? -EFAULT : 0;
}

/* Hands a new mapping to the caller; takes it back if that fails. */
static long return_mapping(u64 addr, u64 size, u64 uaddr, u64 usize)
{
	if (put64(uaddr, addr) || (usize && put64(usize, size))) {
		vm_munmap(addr, size);
		return -EFAULT;
	}
	return 0;
}

/**
 * nt_initialize_nls_files() - NtInitializeNlsFiles
 * @call: void **locale_table, LCID *locale, LARGE_INTEGER *size
 *
 * Context: see persona_fn.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_initialize_nls_files(struct persona_call *call)
{
	u64 addr, size;
	long ret;

	ret = map_nls(call, "locale", &addr, &size);
	/* ntdll crashes without it, before it can say anything. */
	if (ret == -ENOENT || ret == -EACCES)
		pr_info_ratelimited("%s/nls/locale.nls cannot be used (error %ld): run \"tools/persona setup nt\"\n",
				    *nt_personality.view_root, -ret);
	if (ret)
		return ret;
	if (put32(call->args[1], locale_of(nt_caller(call)))) {
		vm_munmap(addr, size);
		return -EFAULT;
	}
	return return_mapping(addr, size, call->args[0], call->args[2]);
}

/**
 * nt_get_nls_section_ptr() - NtGetNlsSectionPtr
 * @call: kind, number, unused, void **table, SIZE_T *size
 *
 * Context: see persona_fn.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_get_nls_section_ptr(struct persona_call *call)
{
	u32 kind = call->args[0], id = call->args[1];
	char name[NLS_NAME];
	u64 addr, size;
	long ret;

	switch (kind) {
	case NLS_SORT_KEYS:
		if (id)
			return NT_STATUS_INVALID_PARAMETER_1;
		strscpy(name, "sortdefault", sizeof(name));
		break;
	case NLS_CASE_MAP:
		if (id)
			return NT_STATUS_UNSUCCESSFUL;
		strscpy(name, "l_intl", sizeof(name));
		break;
	case NLS_CODE_PAGE:
		snprintf(name, sizeof(name), "c_%03u", id);
		break;
	case NLS_NORMALIZE:
		if (!normalization(id))
			return NT_STATUS_OBJECT_NAME_NOT_FOUND;
		strscpy(name, normalization(id), sizeof(name));
		break;
	default:
		return NT_STATUS_INVALID_PARAMETER_1;
	}
	ret = map_nls(call, name, &addr, &size);
	return ret ?: return_mapping(addr, size, call->args[3], call->args[4]);
}

/**
 * nt_query_default_locale() - NtQueryDefaultLocale
 * @call: of the user, LCID *locale
 *
 * Context: see persona_fn.
 * Return: 0 or -EFAULT.
 */
long nt_query_default_locale(struct persona_call *call)
{
	return put32(call->args[1], locale_of(nt_caller(call)));
}

/**
 * nt_set_default_locale() - NtSetDefaultLocale, for this process only
 * @call: of the user, LCID
 *
 * Context: see persona_fn.
 * Return: 0.
 */
long nt_set_default_locale(struct persona_call *call)
{
	WRITE_ONCE(nt_caller(call)->locale, (u32)call->args[1]);
	return 0;
}

static long put_language(struct persona_call *call, u64 user, u32 locale)
{
	return put_user((u16)locale, (u16 __user *)(uintptr_t)user) ? -EFAULT : 0;
}

/**
 * nt_query_default_ui_language() - NtQueryDefaultUILanguage
 * @call: LANGID *language
 *
 * Context: see persona_fn.
 * Return: 0 or -EFAULT.
 */
long nt_query_default_ui_language(struct persona_call *call)
{
	u32 language = READ_ONCE(nt_caller(call)->ui_language) ?: LOCALE_EN_US;

	return put_language(call, call->args[0], language);
}

/**
 * nt_set_default_ui_language() - NtSetDefaultUILanguage, for this process only
 * @call: LANGID
 *
 * Context: see persona_fn.
 * Return: 0.
 */
long nt_set_default_ui_language(struct persona_call *call)
{
	WRITE_ONCE(nt_caller(call)->ui_language, (u16)call->args[0]);
	return 0;
}

/**
 * nt_query_install_ui_language() - NtQueryInstallUILanguage
 * @call: LANGID *language
 *
 * Context: see persona_fn.
 * Return: 0 or -EFAULT.
 */
long nt_query_install_ui_language(struct persona_call *call)
{
	return put_language(call, call->args[0], LOCALE_EN_US);
}

/**
 * nt_flush_install_ui_language() - NtFlushInstallUILanguage: there is but one
 * @call: LANGID, commit
 *
 * Context: see persona_fn.
 * Return: 0, or STATUS_INVALID_PARAMETER for another language.
 */
long nt_flush_install_ui_language(struct persona_call *call)
{
	return (u16)call->args[0] == LOCALE_EN_US ? 0 : NT_STATUS_INVALID_PARAMETER;
}

/**
 * nt_is_ui_language_comitted() - NtIsUILanguageComitted (sic): it always is
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: 0.
 */
long nt_is_ui_language_comitted(struct persona_call *call)
{
	return 0;
}
