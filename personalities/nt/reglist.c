// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in a key, in the order of its file names.
 *
 * Programs ask for entry after entry by number. The names are kept with the key
 * object until an NT program changes something in the directory (as far as its
 * inode's number tells), or the directory has another time of modification.
 * How a subkey is spelled stands in a file of its own, which is read when a
 * program asks: one that deletes key after key looks at the first one only.
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "registry.h"

#define ENTRIES_MAX	65536u

/* What a directory holds: for each name a byte (is it a link?), the name and a zero. */
struct name_reader {
	struct dir_context ctx;
	char *buf;
	size_t used;
	size_t room;
	u32 n;
	int err;
	bool all;
};

static int make_room(struct name_reader *r, size_t more)
{
	size_t room = max_t(size_t, 2 * r->room, 4096);
	char *buf;

	if (r->n == ENTRIES_MAX)
		return -E2BIG;
	if (r->used + more <= r->room)
		return 0;
	buf = kvmalloc(room, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	if (r->used)
		memcpy(buf, r->buf, r->used);
	kvfree(r->buf);
	r->buf = buf;
	r->room = room;
	return 0;
}

static bool add_name(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino,
		     unsigned int type)
{
	struct name_reader *r = container_of(ctx, struct name_reader, ctx);

	if (name[0] == '.' && (!r->all || len == 1 || (len == 2 && name[1] == '.')))
		return true;
	r->err = len > NAME_MAX ? -ENAMETOOLONG : make_room(r, len + 2);
	if (r->err)
		return false;
	r->buf[r->used++] = type == DT_LNK;
	memcpy(r->buf + r->used, name, len);
	r->used += len;
	r->buf[r->used++] = 0;
	r->n++;
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct nt_reg_entry *)a)->file,
		      ((const struct nt_reg_entry *)b)->file);
}

/**
 * nt_reg_list_free() - of a list
 * @list: list or NULL
 *
 * Context: may sleep.
 */
void nt_reg_list_free(struct nt_reg_list *list)
{
	u32 i;

	if (!list)
		return;
	for (i = 0; i < list->nspelled; i++)
		kfree(list->keys[i].name);
	kvfree(list->keys);
	kvfree(list->values);
	kvfree(list->files);
	kfree(list);
}

/* The spelling of a key; 0 if it is none, or should be gone; 1 and more if it is. */
static long spell(struct persona_call *call, struct file *dir, struct nt_reg_entry *entry,
		  struct nt_reg_meta *meta)
{
	u16 name[NT_REG_KEY_NAME_MAX];
	char path[NAME_MAX + 8];
	long ret;
	int n;

	/* A link's own name, not that of what it leads to. */
	snprintf(path, sizeof(path), entry->link ? ".link-%s" : "%s/.key", entry->file);
	ret = nt_reg_meta_read(call, dir, path, meta);
	if (ret)
		return ret;
	if (meta->stale)
		return 0;
	n = meta->name_len;
	if (!n)
		n = nt_reg_unescape(entry->file, strlen(entry->file), name, ARRAY_SIZE(name));
	if (n <= 0)
		return 0;
	entry->name = kmemdup(meta->name_len ? meta->name : name, n * sizeof(*name),
			      GFP_KERNEL_ACCOUNT);
	entry->name_len = n;
	return entry->name ? n : -ENOMEM;
}

static long sort_names(struct name_reader *r, struct nt_reg_list *list)
{
	size_t i;

	list->files = r->buf;
	list->keys = kvcalloc(r->n ?: 1, sizeof(*list->keys), GFP_KERNEL_ACCOUNT);
	list->values = kvcalloc(r->n ?: 1, sizeof(*list->values), GFP_KERNEL_ACCOUNT);
	if (!list->keys || !list->values)
		return -ENOMEM;
	for (i = 0; i < r->used; i += strlen(r->buf + i + 1) + 2) {
		struct nt_reg_entry entry = { .link = r->buf[i], .file = r->buf + i + 1 };

		if (entry.file[0] == '=' || entry.file[0] == '.')
			list->values[list->nvalues++] = entry;
		else
			list->keys[list->nkeys++] = entry;
	}
	sort(list->keys, list->nkeys, sizeof(*list->keys), compare, NULL);
	sort(list->values, list->nvalues, sizeof(*list->values), compare, NULL);
	return 0;
}

static long read_list(struct persona_call *call, struct file *dir, bool all,
		      struct nt_reg_list *list)
{
	struct name_reader r = { .ctx.actor = add_name, .all = all };
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct file *file;
	long ret;

	ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, flags);
	if (!ret)
		ret = persona_permit(call, __NR_getdents64, -1);
	if (ret)
		return ret;
	file = file_open_root(&dir->f_path, ".", flags, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = iterate_dir(file, &r.ctx);
	fput(file);
	if (!ret)
		ret = r.err;
	if (ret) {
		kvfree(r.buf);
		return ret;
	}
	return sort_names(&r, list);
}

/**
 * nt_reg_list_all() - everything in a directory, in order to remove it
 * @call: foreign call under way
 * @dir: directory
 * @out: set to a list: keys without their spelling, and files; to be freed with
 *	nt_reg_list_free()
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_list_all(struct persona_call *call, struct file *dir, struct nt_reg_list **out)
{
	struct nt_reg_list *list = kzalloc(sizeof(*list), GFP_KERNEL_ACCOUNT);
	long ret;

	if (!list)
		return -ENOMEM;
	ret = read_list(call, dir, true, list);
	if (ret)
		nt_reg_list_free(list);
	else
		*out = list;
	return ret;
}

static long dir_time(struct file *dir, struct timespec64 *mtime)
{
	struct kstat stat;
	int err = vfs_getattr(&dir->f_path, &stat, STATX_MTIME, AT_STATX_SYNC_AS_STAT);

	*mtime = stat.mtime;
	return err;
}

/**
 * nt_reg_list_get() - the names in a key
 * @call: foreign call under way
 * @key: key, whose lock the caller holds
 * @out: set to the list, which is good while the lock is held; its subkeys may be
 *	unspelled yet, and among them ones that should be gone: nt_reg_list_spell()
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_list_get(struct persona_call *call, struct nt_key *key, struct nt_reg_list **out)
{
	struct nt_reg_list *list = key->list;
	u64 change = nt_reg_changes(key->file);
	struct timespec64 mtime;
	long ret;

	ret = persona_permit(call, __NR_newfstatat, AT_FDCWD);
	if (!ret)
		ret = dir_time(key->file, &mtime);
	if (ret)
		return ret;
	if (list && timespec64_equal(&mtime, &list->mtime) && list->change == change) {
		*out = list;
		return 0;
	}
	key->list = NULL;
	nt_reg_list_free(list);
	list = kzalloc(sizeof(*list), GFP_KERNEL_ACCOUNT);
	if (!list)
		return -ENOMEM;
	list->mtime = mtime;
	list->change = change;
	ret = read_list(call, key->file, false, list);
	if (ret) {
		nt_reg_list_free(list);
		return ret;
	}
	key->list = list;
	*out = list;
	return 0;
}

/**
 * nt_reg_list_spell() - makes the first subkeys of a list known
 * @call: foreign call under way
 * @key: key, whose lock the caller holds
 * @list: its list; what should be gone is taken out
 * @n: how many subkeys are wanted; there may be fewer, see @list->nspelled
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_list_spell(struct persona_call *call, struct nt_key *key, struct nt_reg_list *list,
		       u32 n)
{
	struct nt_reg_meta *meta;
	u32 from, to;
	long ret = 0;

	if (min(n, list->nkeys) <= list->nspelled)
		return 0;
	meta = kmalloc(sizeof(*meta), GFP_KERNEL_ACCOUNT);
	if (!meta)
		return -ENOMEM;
	/* Entries before @to are good, those from @from on were not looked at. */
	for (from = to = list->nspelled; from < list->nkeys && to < n; from++) {
		ret = fatal_signal_pending(current) ? -EINTR :
			spell(call, key->file, &list->keys[from], meta);
		if (ret < 0)
			break;
		if (ret)
			list->keys[to++] = list->keys[from];
	}
	kfree(meta);
	memmove(&list->keys[to], &list->keys[from], (list->nkeys - from) * sizeof(*list->keys));
	list->nkeys -= from - to;
	list->nspelled = to;
	return ret < 0 ? ret : 0;
}
