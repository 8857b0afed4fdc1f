/* SPDX-License-Identifier: GPL-2.0-only */
/* What is learnt from an ntdll.dll: the numbers of its calls, and its entries. */
#ifndef _NT_NTDLL_H
#define _NT_NTDLL_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "nt.h"
#include "stamp.h"

struct file;
struct nt_image;

/* Exports that the kernel enters or fills in. */
enum nt_entry {
	NT_ENTRY_LDR_INITIALIZE_THUNK,
	NT_ENTRY_KI_USER_EXCEPTION_DISPATCHER,
	NT_ENTRY_KI_USER_APC_DISPATCHER,
	NT_ENTRY_KI_USER_CALLBACK_DISPATCHER,
	NT_ENTRY_KI_RAISE_USER_EXCEPTION_DISPATCHER,
	NT_ENTRY_RTL_USER_THREAD_START,
	NT_ENTRY_WINE_UNIX_CALL_DISPATCHER,
	NT_ENTRY_WINE_UNIXLIB_HANDLE,
	NT_ENTRY_CTRL_ROUTINE,
	NT_ENTRIES,
};

#define NT_CLASS_KERNEL		0	/* numbers from 0: ntdll.dll */
#define NT_CLASS_WIN32K		1	/* from 0x1000: win32u.dll */
#define NT_CLASS_PERSONA	2	/* from 0x2000: stubs of ours */
#define NT_CLASSES		3

#define NT_CLASS_CALLS		0x1000u	/* numbers in a class */
#define NT_NTDLL_MAX		SZ_16M	/* no ntdll is that large */

/**
 * struct nt_ntdll - an ntdll.dll whose exports have been read
 * @ref: processes, and the cache
 * @link: in the cache
 * @stamp: which file this was learnt from
 * @image: the checked image
 * @entry: offsets of the exports above, 0 where there is none
 * @stack_clear: offset of the instruction that clears a new thread's stack, 0
 *	if it was not found
 * @rows: calls by number, @nr of them
 * @names: the names that @rows of unknown calls refer to
 * @table: class 0
 * @tables: all classes
 */
struct nt_ntdll {
	refcount_t ref;
	struct list_head link;
	struct nt_stamp stamp;
	struct nt_image *image;
	u32 entry[NT_ENTRIES];
	u32 stack_clear;
	u32 nr;
	struct persona_row *rows;
	char *names;
	struct persona_table table;
	const struct persona_table *tables[NT_CLASSES];
};

/* ntdll.c */
struct nt_ntdll *nt_ntdll_get(struct file *file);
void nt_ntdll_put(struct nt_ntdll *ntdll);
void nt_ntdll_exit(void);
struct nt_ntdll *nt_ntdll_learn(const void *dll, size_t size, const struct nt_image *image);

/* The user address of an entry, 0 if this ntdll has none. */
static inline u64 nt_entry(const struct nt_proc *proc, enum nt_entry which)
{
	u32 rva = proc->ntdll ? proc->ntdll->entry[which] : 0;

	return rva ? proc->ntdll_base + rva : 0;
}

/* nt.c: class 1 */
extern const struct persona_table nt_win32k_table;

/* unixcall.c: class 2 */
extern const struct persona_table nt_persona_table;

#endif /* _NT_NTDLL_H */
