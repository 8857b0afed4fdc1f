// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of NT system calls differ between builds of Windows, and Wine has its
 * own. But each ntdll.dll exports a function per call, and that function starts
 * by loading the number:
 *
 *	4c 8b d1	mov	r10, rcx
 *	b8 imm32	mov	eax, imm32
 *
 * So the export table of the ntdll that a process uses says which numbers it
 * will use. This is read once per file.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/image.h"
#include "ntdll.h"
#include "pe.h"

#define MAX_EXPORTS	0x4000u
#define MAX_NAME	64		/* with its terminator */
#define CACHED_MAX	8		/* files that are remembered */

static const u8 thunk_code[] = { 0x4c, 0x8b, 0xd1, 0xb8 };
/* shr rcx, 3; rep stosq: how a new thread's stack is cleared. */
static const u8 clear_code[] = { 0x48, 0xc1, 0xe9, 0x03, 0xf3, 0x48, 0xab };
/* ... after an instruction with the displacement -0xf0000. */
static const u8 clear_size[] = { 0x00, 0x00, 0xf1, 0xff };
#define CLEAR_LOOK_BACK	32
#define CLEAR_STOS	4		/* of the rep stosq in clear_code */

static const char * const entry_names[NT_ENTRIES] = {
	[NT_ENTRY_LDR_INITIALIZE_THUNK] = "LdrInitializeThunk",
	[NT_ENTRY_KI_USER_EXCEPTION_DISPATCHER] = "KiUserExceptionDispatcher",
	[NT_ENTRY_KI_USER_APC_DISPATCHER] = "KiUserApcDispatcher",
	[NT_ENTRY_KI_USER_CALLBACK_DISPATCHER] = "KiUserCallbackDispatcher",
	[NT_ENTRY_KI_RAISE_USER_EXCEPTION_DISPATCHER] = "KiRaiseUserExceptionDispatcher",
	[NT_ENTRY_RTL_USER_THREAD_START] = "RtlUserThreadStart",
	[NT_ENTRY_WINE_UNIX_CALL_DISPATCHER] = "__wine_unix_call_dispatcher",
	[NT_ENTRY_CTRL_ROUTINE] = "__wine_ctrl_routine",
	[NT_ENTRY_WINE_UNIXLIB_HANDLE] = "__wine_unixlib_handle",
};

/* IMAGE_EXPORT_DIRECTORY */
struct export_dir {
	u32 flags;
	u32 timestamp;
	u16 major, minor;
	u32 name;
	u32 base;
	u32 nfunctions;
	u32 nnames;
	u32 functions;
	u32 names;
	u32 ordinals;
};

/**
 * struct learner - one file being read
 * @dll: the file
 * @size: bytes of it
 * @image: checked
 * @dir: its export directory
 * @call: by number: the name in @dll that was found, or NULL
 */
struct learner {
	const u8 *dll;
	size_t size;
	const struct nt_image *image;
	struct export_dir dir;
	const char *call[NT_CLASS_CALLS];
};

static LIST_HEAD(cache);
static unsigned int cached;		/* entries of it */
static DEFINE_MUTEX(cache_lock);	/* of both */

/* What the file has for @len bytes of the image at @rva; NULL if it has not. */
static const void *at(const struct learner *l, u32 rva, u32 len)
{
	u32 i;

	for (i = 0; i < l->image->nsections; i++) {
		const struct nt_pe_section *s = &l->image->section[i];
		u32 off = rva - s->va;

		if (rva < s->va || !persona_range_in(off, len, s->filesz))
			continue;
		if (!persona_range_in((u64)s->offset + off, len, l->size))
			return NULL;
		return l->dll + s->offset + off;
	}
	return NULL;
}

/* A name of an export: terminated, and not longer than those of interest. */
static const char *name_at(const struct learner *l, u32 rva)
{
	u32 len;

	for (len = 1; len <= MAX_NAME; len++) {
		const char *name = at(l, rva, len);

		if (!name)
			return NULL;
		if (!name[len - 1])
			return name;
	}
	return NULL;
}

static u32 get_u32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Of several names for one number: one that has a row, then one of NT's. */
static int rank(const char *name)
{
	if (!name)
		return 0;
	if (nt_row_of(name))
		return 3;
	return strncmp(name, "Nt", 2) ? 1 : 2;
}

static void learn_call(struct learner *l, const char *name, u32 rva)
{
	const u8 *code = at(l, rva, sizeof(thunk_code) + sizeof(u32));
	u32 nr;

	if (!code || memcmp(code, thunk_code, sizeof(thunk_code)))
		return;
	nr = get_u32(code + sizeof(thunk_code));
	/* Each ZwX is NtX for programs. */
	if (nr >= NT_CLASS_CALLS || !strncmp(name, "Zw", 2))
		return;
	if (rank(name) > rank(l->call[nr]))
		l->call[nr] = name;
}

static void learn_entry(struct nt_ntdll *ntdll, const struct nt_image *image, const char *name,
			u32 rva)
{
	u32 i;

	for (i = 0; i < NT_ENTRIES; i++)
		if (!strcmp(name, entry_names[i]) && rva < image->size - sizeof(u64))
			ntdll->entry[i] = rva;
}

static int learn_exports(struct learner *l, struct nt_ntdll *ntdll)
{
	const void *dir = at(l, l->image->dir[NT_PE_DIR_EXPORT].va, sizeof(l->dir));
	const u8 *functions, *names, *ordinals;
	u32 i;

	if (!dir)
		return -ELIBBAD;
	memcpy(&l->dir, dir, sizeof(l->dir));
	if (l->dir.nfunctions > MAX_EXPORTS || l->dir.nnames > MAX_EXPORTS)
		return -ELIBBAD;
	functions = at(l, l->dir.functions, l->dir.nfunctions * sizeof(u32));
	names = at(l, l->dir.names, l->dir.nnames * sizeof(u32));
	ordinals = at(l, l->dir.ordinals, l->dir.nnames * sizeof(u16));
	if (!functions || !names || !ordinals)
		return -ELIBBAD;
	for (i = 0; i < l->dir.nnames; i++) {
		const char *name = name_at(l, get_u32(names + i * sizeof(u32)));
		u16 ordinal;
		u32 rva;

		memcpy(&ordinal, ordinals + i * sizeof(ordinal), sizeof(ordinal));
		if (!name || ordinal >= l->dir.nfunctions)
			continue;
		rva = get_u32(functions + ordinal * sizeof(u32));
		learn_call(l, name, rva);
		learn_entry(ntdll, l->image, name, rva);
		cond_resched();
	}
	return 0;
}

/* Room for the names of calls that no table of ours has. */
static size_t unknown_names(const struct learner *l, u32 *nr)
{
	size_t len = 0;
	u32 i;

	*nr = 0;
	for (i = 0; i < NT_CLASS_CALLS; i++) {
		if (!l->call[i])
			continue;
		*nr = i + 1;
		if (!nt_row_of(l->call[i]))
			len += strlen(l->call[i]) + 1;
	}
	return len;
}

static int make_rows(const struct learner *l, struct nt_ntdll *ntdll)
{
	size_t len = unknown_names(l, &ntdll->nr);
	char *to;
	u32 i;

	if (!ntdll->nr)
		return -ELIBBAD;
	ntdll->rows = kvcalloc(ntdll->nr, sizeof(*ntdll->rows), GFP_KERNEL_ACCOUNT);
	ntdll->names = kvmalloc(len + 1, GFP_KERNEL_ACCOUNT);
	if (!ntdll->rows || !ntdll->names)
		return -ENOMEM;
	to = ntdll->names;
	for (i = 0; i < ntdll->nr; i++) {
		const struct persona_row *row;

		if (!l->call[i])
			continue;
		row = nt_row_of(l->call[i]);
		if (row) {
			ntdll->rows[i] = *row;
			continue;
		}
		len = strlen(l->call[i]) + 1;
		memcpy(to, l->call[i], len);
		ntdll->rows[i] = (struct persona_row){ .name = to, .args = "",
						       .kind = PERSONA_K_NOSYS };
		to += len;
	}
	return 0;
}

static bool has_clear_size(const u8 *code)
{
	u32 i;

	for (i = 0; i <= CLEAR_LOOK_BACK - sizeof(clear_size); i++)
		if (!memcmp(code + i, clear_size, sizeof(clear_size)))
			return true;
	return false;
}

/*
 * Where ntdll clears 960 KiB of a new thread's stack, to keep what was there
 * before from being seen. The stacks we give it are new and zero: leaving that
 * out saves 240 page faults for each thread.
 */
static u32 find_stack_clear(const struct learner *l)
{
	u32 found = 0;
	u32 i, j;

	for (i = 0; i < l->image->nsections; i++) {
		const struct nt_pe_section *s = &l->image->section[i];
		const u8 *code;

		if (!(s->flags & NT_PE_SCN_EXECUTE))
			continue;
		code = at(l, s->va, s->filesz);
		if (!code || s->filesz < CLEAR_LOOK_BACK + sizeof(clear_code))
			continue;
		for (j = CLEAR_LOOK_BACK; j + sizeof(clear_code) <= s->filesz; j++) {
			if (code[j] != clear_code[0] ||
			    memcmp(code + j, clear_code, sizeof(clear_code)) ||
			    !has_clear_size(code + j - CLEAR_LOOK_BACK))
				continue;
			/* Two of them: we do not understand this ntdll. */
			if (found)
				return 0;
			found = s->va + j + CLEAR_STOS;
		}
		cond_resched();
	}
	return found;
}

static void ntdll_free(struct nt_ntdll *ntdll)
{
	kvfree(ntdll->rows);
	kvfree(ntdll->names);
	kvfree(ntdll->image);
	kfree(ntdll);
}

/**
 * nt_ntdll_learn() - read the numbers out of an ntdll.dll
 * @dll: the whole file
 * @size: bytes of it
 * @image: the same file, checked
 *
 * Context: may sleep.
 * Return: what was learnt, with one reference and without an image, or an
 * ERR_PTR(): -ELIBBAD if this is no ntdll, -ENOMEM.
 */
struct nt_ntdll *nt_ntdll_learn(const void *dll, size_t size, const struct nt_image *image)
{
	struct nt_ntdll *ntdll;
	struct learner *l;
	int err;

	ntdll = kzalloc(sizeof(*ntdll), GFP_KERNEL_ACCOUNT);
	if (!ntdll)
		return ERR_PTR(-ENOMEM);
	refcount_set(&ntdll->ref, 1);
	l = kvzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);
	if (!l) {
		err = -ENOMEM;
		goto err_ntdll;
	}
	l->dll = dll;
	l->size = size;
	l->image = image;
	err = learn_exports(l, ntdll);
	if (err)
		goto err_learner;
	err = make_rows(l, ntdll);
	if (err)
		goto err_learner;
	if (!ntdll->entry[NT_ENTRY_LDR_INITIALIZE_THUNK] ||
	    !ntdll->entry[NT_ENTRY_RTL_USER_THREAD_START]) {
		err = -ELIBBAD;
		goto err_learner;
	}
	ntdll->stack_clear = find_stack_clear(l);
	ntdll->table = (struct persona_table){ .name = "nt", .rows = ntdll->rows,
					       .nr = ntdll->nr, .encode = nt_encode };
	ntdll->tables[NT_CLASS_KERNEL] = &ntdll->table;
	ntdll->tables[NT_CLASS_WIN32K] = &nt_win32k_table;
	ntdll->tables[NT_CLASS_PERSONA] = &nt_persona_table;
	kvfree(l);
	return ntdll;

err_learner:
	kvfree(l);
err_ntdll:
	ntdll_free(ntdll);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_FOR_TEST(nt_ntdll_learn);

static struct nt_ntdll *read_ntdll(struct file *file)
{
	size_t size = i_size_read(file_inode(file));
	enum nt_pe_error error;
	struct nt_ntdll *ntdll;
	struct nt_image *image;
	void *dll;

	image = nt_image_load(file, &error);
	if (IS_ERR(image))
		return error ? ERR_PTR(-ELIBBAD) : ERR_CAST(image);
	if (!image->pe32plus || image->machine != NT_PE_MACHINE_AMD64 ||
	    !(image->flags & NT_PE_FILE_DLL)) {
		ntdll = ERR_PTR(-ELIBBAD);
		goto out_image;
	}
	dll = persona_image_load(file, 0, size, NT_NTDLL_MAX);
	if (IS_ERR(dll)) {
		ntdll = ERR_CAST(dll);
		goto out_image;
	}
	ntdll = nt_ntdll_learn(dll, size, image);
	kvfree(dll);
	if (IS_ERR(ntdll))
		goto out_image;
	ntdll->image = image;
	return ntdll;

out_image:
	kvfree(image);
	return ntdll;
}

/* With the lock held: with a reference, and now the last that would be dropped. */
static struct nt_ntdll *cache_find(const struct nt_stamp *stamp)
{
	struct nt_ntdll *ntdll;

	list_for_each_entry(ntdll, &cache, link)
		if (nt_stamp_same(&ntdll->stamp, stamp)) {
			list_move(&ntdll->link, &cache);
			refcount_inc(&ntdll->ref);
			return ntdll;
		}
	return NULL;
}

static void cache_add(struct nt_ntdll *ntdll)
{
	struct nt_ntdll *old;

	list_add(&ntdll->link, &cache);
	refcount_inc(&ntdll->ref);
	if (++cached <= CACHED_MAX)
		return;
	cached--;
	old = list_last_entry(&cache, struct nt_ntdll, link);
	list_del(&old->link);
	nt_ntdll_put(old);
}

/**
 * nt_ntdll_get() - what there is to know of an ntdll.dll
 * @file: open for reading
 *
 * Context: may sleep.
 * Return: it, with a reference; or an ERR_PTR(): -ELIBBAD if this is no ntdll.dll
 * for x86-64, -ENOMEM, a read error.
 */
struct nt_ntdll *nt_ntdll_get(struct file *file)
{
	struct nt_stamp stamp = nt_stamp_of(file_inode(file));
	struct nt_ntdll *ntdll, *other;

	mutex_lock(&cache_lock);
	ntdll = cache_find(&stamp);
	mutex_unlock(&cache_lock);
	if (ntdll)
		return ntdll;
	/* Without the lock: a file may take its time to be read. */
	ntdll = read_ntdll(file);
	if (IS_ERR(ntdll))
		return ntdll;
	ntdll->stamp = stamp;
	mutex_lock(&cache_lock);
	other = cache_find(&stamp);
	if (!other)
		cache_add(ntdll);
	mutex_unlock(&cache_lock);
	if (!other)
		return ntdll;
	nt_ntdll_put(ntdll);
	return other;
}

/**
 * nt_ntdll_put() - drop a reference
 * @ntdll: or NULL
 *
 * Context: may sleep.
 */
void nt_ntdll_put(struct nt_ntdll *ntdll)
{
	if (ntdll && refcount_dec_and_test(&ntdll->ref))
		ntdll_free(ntdll);
}
EXPORT_SYMBOL_FOR_TEST(nt_ntdll_put);

/**
 * nt_ntdll_exit() - forget all files
 *
 * Context: module end: no process is left.
 */
void nt_ntdll_exit(void)
{
	struct nt_ntdll *ntdll, *next;

	list_for_each_entry_safe(ntdll, next, &cache, link) {
		list_del(&ntdll->link);
		nt_ntdll_put(ntdll);
	}
}
