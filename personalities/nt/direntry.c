// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading folders.
 *
 * NT lists names in alphabetical order, "." and ".." first. So the names that
 * match are read at the first call, sorted, and handed out from there; of a huge
 * folder a part at a time. What else is asked of a file is looked up when it is
 * handed out.
 */
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uaccess.h>

#include "direntry.h"
#include "file_impl.h"
#include "fileinfo.h"
#include "nt_table.h"
#include "wildcard.h"

#define CHUNK_FIRST	1024u
#define CHUNK_NEXT	SZ_32K
#define PART_MAX	SZ_4M	/* bytes of names that are sorted together */

/* Flags of NtQueryDirectoryFileEx. */
#define SCAN_RESTART	0x1u
#define SCAN_SINGLE	0x2u
#define SCAN_KNOWN	0xfu

struct dir_name {
	u16 len;
	u8 type;		/* DT_* */
	char name[];		/* terminated */
};

struct dir_chunk {
	struct list_head link;
	u32 size;
	u32 used;
	u8 data[];
};

/**
 * struct nt_dir - where the reading of a folder is
 * @mask: names that are wanted
 * @mask_len: units in it
 * @dots: 0: "." comes next, 1: "..", 2: neither
 * @found: something has been handed out
 * @end: all names have been read
 * @chunks: names that have been read
 * @bytes: size of them
 * @names: them, sorted
 * @count: number of them
 * @next: the next one to be handed out
 */
struct nt_dir {
	u16 mask[NT_MASK_MAX];
	u32 mask_len;
	u32 dots;
	bool found;
	bool end;
	struct list_head chunks;
	u32 bytes;
	struct dir_name **names;
	u32 count;
	u32 next;
};

struct dir_reader {
	struct dir_context ctx;
	struct nt_dir *dir;
	u16 *units;
	int err;
};

static void forget_names(struct nt_dir *dir)
{
	struct dir_chunk *chunk, *tmp;

	list_for_each_entry_safe(chunk, tmp, &dir->chunks, link)
		kvfree(chunk);
	INIT_LIST_HEAD(&dir->chunks);
	kvfree(dir->names);
	dir->names = NULL;
	dir->count = 0;
	dir->next = 0;
	dir->bytes = 0;
}

/**
 * nt_dir_free() - release what reading a folder needs
 * @dir: it, or NULL
 *
 * Context: may sleep.
 */
void nt_dir_free(struct nt_dir *dir)
{
	if (!dir)
		return;
	forget_names(dir);
	kfree(dir);
}

static int add_name(struct nt_dir *dir, const char *name, u32 len, u8 type)
{
	u32 size = ALIGN(sizeof(struct dir_name) + len + 1, __alignof__(struct dir_name));
	struct dir_chunk *chunk;
	struct dir_name *entry;
	u32 room;

	chunk = list_empty(&dir->chunks) ? NULL :
					   list_last_entry(&dir->chunks, struct dir_chunk, link);
	if (!chunk || chunk->size - chunk->used < size) {
		room = max(chunk ? CHUNK_NEXT : CHUNK_FIRST, size);
		chunk = kvmalloc(struct_size(chunk, data, room), GFP_KERNEL_ACCOUNT);
		if (!chunk)
			return -ENOMEM;
		chunk->size = room;
		chunk->used = 0;
		list_add_tail(&chunk->link, &dir->chunks);
	}
	entry = (struct dir_name *)(chunk->data + chunk->used);
	entry->len = len;
	entry->type = type;
	memcpy(entry->name, name, len);
	entry->name[len] = 0;
	chunk->used += size;
	dir->bytes += size;
	dir->count++;
	return 0;
}

static bool read_actor(struct dir_context *ctx, const char *name, int len, loff_t offset,
		       u64 ino, unsigned int type)
{
	struct dir_reader *reader = container_of(ctx, struct dir_reader, ctx);
	struct nt_dir *dir = reader->dir;
	int units;

	if (len > NAME_MAX || (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
		return true;
	if (dir->bytes >= PART_MAX || fatal_signal_pending(current)) {
		dir->end = false;
		return false;
	}
	units = nt_name_of_linux(name, len, reader->units, NAME_MAX + 1);
	if (units < 0 || !nt_mask_match(dir->mask, dir->mask_len, reader->units, units))
		return true;
	reader->err = add_name(dir, name, len, type);
	return !reader->err;
}

static int compare_names(const void *a, const void *b)
{
	const struct dir_name *x = *(const struct dir_name **)a;
	const struct dir_name *y = *(const struct dir_name **)b;
	u32 i;

	/* Bytes of UTF-8 sort as characters do. */
	for (i = 0; x->name[i] && y->name[i]; i++) {
		int diff = toupper((u8)x->name[i]) - toupper((u8)y->name[i]);

		if (x->name[i] & 0x80 || y->name[i] & 0x80)
			diff = (u8)x->name[i] - (u8)y->name[i];
		if (diff)
			return diff;
	}
	return x->len - y->len;
}

static int sort_names(struct nt_dir *dir)
{
	struct dir_chunk *chunk;
	u32 at, n = 0;

	if (!dir->count)
		return 0;
	dir->names = kvmalloc_array(dir->count, sizeof(*dir->names), GFP_KERNEL_ACCOUNT);
	if (!dir->names)
		return -ENOMEM;
	list_for_each_entry(chunk, &dir->chunks, link) {
		for (at = 0; at < chunk->used; n++) {
			struct dir_name *entry = (struct dir_name *)(chunk->data + at);

			dir->names[n] = entry;
			at += ALIGN(sizeof(*entry) + entry->len + 1, __alignof__(*entry));
		}
	}
	sort(dir->names, dir->count, sizeof(*dir->names), compare_names, NULL);
	return 0;
}

/* One name only: it need not be searched for, unless its case is another one. */
static bool find_exact(struct nt_dir *dir, struct file *file, int *err)
{
	char name[NAME_MAX + 8];
	struct path path;
	bool slash;
	int len;

	if (!dir->mask_len || nt_mask_is_wild(dir->mask, dir->mask_len))
		return false;
	len = nt_name_to_linux(dir->mask, dir->mask_len, name, sizeof(name), &slash);
	/* A path is no name. */
	if (len <= 1 || strchr(name + 1, '/') ||
	    vfs_path_lookup(file->f_path.dentry, file->f_path.mnt, name + 1, 0, &path))
		return false;
	path_put(&path);
	dir->end = true;
	*err = add_name(dir, name + 1, len - 1, DT_UNKNOWN);
	return true;
}

/* The next part of the folder. */
static long read_names(struct persona_call *call, struct nt_dir *dir, struct file *file,
		       bool first)
{
	struct dir_reader reader = { .ctx.actor = read_actor, .dir = dir };
	int err = 0;
	loff_t pos;
	long ret;

	ret = persona_permit(call, __NR_getdents64, -1, 0, 0);
	if (ret)
		return ret;
	forget_names(dir);
	if (first && find_exact(dir, file, &err))
		goto out;
	reader.units = kmalloc_array(NAME_MAX + 2, sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (!reader.units)
		return -ENOMEM;
	dir->end = true;
	/*
	 * The Linux file may be others' as well, and file systems keep in it where
	 * they are. Some tell only a part at a time.
	 */
	mutex_lock(&file->f_pos_lock);
	do {
		pos = reader.ctx.pos;
		err = iterate_dir(file, &reader.ctx);
	} while (!err && !reader.err && dir->end && reader.ctx.pos != pos);
	mutex_unlock(&file->f_pos_lock);
	kfree(reader.units);
	err = err ?: reader.err;
out:
	err = err ?: sort_names(dir);
	if (err) {
		/* Names that are counted and not sorted are of no use to the next call. */
		forget_names(dir);
		dir->end = false;
	}
	return err;
}

/* A drive's top folder has neither "." nor "..". */
static bool is_drive_root(struct persona_call *call, struct file *file)
{
	u16 name[8];	/* \??\X:\ and a bit of what is no top folder */
	int n = nt_path_of_file(call->thread->proc, file, name, ARRAY_SIZE(name));

	return n > 0 && n < (int)ARRAY_SIZE(name);
}

static long start(struct persona_call *call, struct nt_file *file, const u16 *mask, u32 len)
{
	struct nt_dir *dir = file->dir;

	if (!dir) {
		dir = kzalloc(sizeof(*dir), GFP_KERNEL_ACCOUNT);
		if (!dir)
			return -ENOMEM;
		INIT_LIST_HEAD(&dir->chunks);
		file->dir = dir;
	}
	/* None given: the same again. */
	if (mask) {
		memcpy(dir->mask, mask, len * sizeof(*mask));
		nt_mask_of_dos(dir->mask, len);
		dir->mask_len = len;
	}
	dir->dots = is_drive_root(call, file->file) ? 2 : 0;
	dir->found = false;
	mutex_lock(&file->file->f_pos_lock);
	vfs_llseek(file->file, 0, SEEK_SET);
	mutex_unlock(&file->file->f_pos_lock);
	return read_names(call, dir, file->file, true);
}

static bool dots_match(struct nt_dir *dir)
{
	static const u16 dots[] = { '.', '.' };

	return nt_mask_match(dir->mask, dir->mask_len, dots, dir->dots + 1);
}

/* The next name, not taken yet; NULL: no more, or *err is set. */
static const char *peek(struct persona_call *call, struct nt_dir *dir, struct file *file,
			u8 *type, long *err)
{
	*err = 0;
	for (; dir->dots < 2; dir->dots++) {
		*type = DT_DIR;
		if (dots_match(dir))
			return dir->dots ? ".." : ".";
	}
	while (dir->next == dir->count && !dir->end && !*err)
		*err = fatal_signal_pending(current) ? -EINTR :
						       read_names(call, dir, file, false);
	if (*err || dir->next == dir->count)
		return NULL;
	*type = dir->names[dir->next]->type;
	return dir->names[dir->next]->name;
}

static void taken(struct nt_dir *dir)
{
	if (dir->dots < 2)
		dir->dots++;
	else
		dir->next++;
}

/* As nt_stat_name(), for a name in an open folder. */
static int stat_entry(struct file *file, const char *name, struct nt_file_stat *st)
{
	struct path path;
	char *buf, *full;
	int err;

	err = vfs_path_lookup(file->f_path.dentry, file->f_path.mnt, name, 0, &path);
	if (err)
		return err;
	err = nt_stat_path(&path, st);
	path_put(&path);
	if (err || !S_ISLNK(st->stat.mode))
		return err;
	buf = kmalloc(2 * PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	full = file_path(file, buf, PATH_MAX);
	if (!IS_ERR(full) &&
	    scnprintf(buf + PATH_MAX, PATH_MAX, "%s/%s", full, name) < PATH_MAX - 1)
		nt_stat_name(buf + PATH_MAX, st);
	kfree(buf);
	return 0;
}

static int entry_stat(struct file *file, const char *name, u8 type, struct nt_file_stat *st)
{
	int err;

	memset(st, 0, sizeof(*st));
	/* The folder above the root of a file system is no child of it. */
	if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
		err = nt_stat_path(&file->f_path, st);
	else
		err = stat_entry(file, name, st);
	if (err == -ENOENT || err == -ENOMEM)
		return err;
	/* A folder that may be listed but not searched. */
	if (err)
		st->attr = type == DT_DIR ? NT_ATTR_DIRECTORY : NT_ATTR_ARCHIVE;
	return 0;
}

struct output {
	u64 buf;
	u32 room;
	u32 class;
	u32 header;
	u32 used;	/* including the padding behind the last entry */
	u32 last;	/* offset of the last entry */
	u32 end;	/* of the last entry */
	bool some;
};

/* Returns 0, STATUS_BUFFER_OVERFLOW: does not fit, or -EFAULT. */
static long put_entry(struct output *out, const u16 *name, u32 units,
		      const struct nt_file_stat *st)
{
	union nt_dir_header header;
	u32 bytes = units * sizeof(*name), fits = bytes;
	void __user *to = u64_to_user_ptr(out->buf + out->used);

	if (out->used > out->room || out->room - out->used < out->header + bytes) {
		/* As much of the first as there is room for. */
		if (out->some)
			return NT_STATUS_BUFFER_OVERFLOW;
		fits = out->room - out->header;
	}
	nt_dir_header(&header, out->class, st, bytes);
	if (copy_to_user(to, &header, out->header) ||
	    copy_to_user(to + out->header, name, fits))
		return -EFAULT;
	if (out->some && put_user(out->used - out->last,
				  (u32 __user *)u64_to_user_ptr(out->buf + out->last)))
		return -EFAULT;
	out->last = out->used;
	out->end = out->used + out->header + fits;
	out->used = ALIGN(out->end, 8);
	out->some = true;
	return fits < bytes ? NT_STATUS_BUFFER_OVERFLOW : 0;
}

static long put_entries(struct persona_call *call, struct nt_file *file, struct output *out,
			bool single, u16 *units)
{
	struct nt_dir *dir = file->dir;
	struct nt_file_stat st;
	const char *name;
	long ret = 0;
	u8 type;
	int n;

	while (!ret && !(single && out->some)) {
		bool some = out->some;

		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		name = peek(call, dir, file->file, &type, &ret);
		if (!name)
			break;
		n = nt_name_of_linux(name, strlen(name), units, NAME_MAX + 1);
		if (n < 0 || entry_stat(file->file, name, type, &st)) {
			taken(dir);
			continue;
		}
		ret = put_entry(out, units, n, &st);
		if (some && ret == NT_STATUS_BUFFER_OVERFLOW)
			return 0;
		if (!ret || ret == NT_STATUS_BUFFER_OVERFLOW) {
			taken(dir);
			dir->found = true;
		}
	}
	if (!ret && !out->some)
		ret = dir->found ? NT_STATUS_NO_MORE_FILES : NT_STATUS_NO_SUCH_FILE;
	return ret;
}

static long scan(struct persona_call *call, struct nt_file *file, struct output *out, u32 flags,
		 const u16 *mask, u32 mask_len)
{
	u16 *units;
	long ret = 0;

	if (!S_ISDIR(file_inode(file->file)->i_mode))
		return NT_STATUS_INVALID_PARAMETER;
	units = kmalloc_array(NAME_MAX + 2, sizeof(*units), GFP_KERNEL_ACCOUNT);
	if (!units)
		return -ENOMEM;
	if (mutex_lock_killable(&file->lock)) {
		kfree(units);
		return -EINTR;
	}
	if (!file->dir || flags & SCAN_RESTART)
		ret = start(call, file, mask, mask_len);
	if (!ret)
		ret = put_entries(call, file, out, flags & SCAN_SINGLE, units);
	mutex_unlock(&file->lock);
	kfree(units);
	return ret;
}

static long query_directory(struct persona_call *call, u32 flags, u64 umask)
{
	struct output out = {
		.buf = call->args[NT_IO_ARG],
		.room = call->args[NT_IO_ARG + 1],
		.class = call->args[NT_IO_ARG + 2],
	};
	struct nt_file *file;
	u16 *mask = NULL;
	u32 mask_len = 0;
	long ret;

	out.header = nt_dir_header_size(out.class);
	if (!out.header)
		return NT_STATUS_INVALID_INFO_CLASS;
	if (out.room < out.header + sizeof(u16))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (umask) {
		ret = nt_ustring_get(umask, &mask, &mask_len);
		if (ret)
			return ret;
		if (mask_len > NT_MASK_MAX) {
			ret = NT_STATUS_OBJECT_NAME_INVALID;
			goto out;
		}
	}
	ret = nt_file_ref(call, call->args[NT_IO_FILE], NT_FILE_LIST_DIRECTORY, &file);
	if (ret)
		goto out;
	ret = nt_io_begin(call, file);
	if (!ret) {
		ret = scan(call, file, &out, flags, mask, mask_len);
		ret = nt_io_end(call, file, ret, out.end);
	}
	nt_file_put(file);
out:
	kvfree(mask);
	return ret;
}

/*
 * NtQueryDirectoryFile(file, event, apc, context, *iosb, *buffer, length, class,
 * single, *mask, restart)
 */
long nt_query_directory_file(struct persona_call *call)
{
	u32 flags = 0;

	if ((u8)call->args[8])
		flags |= SCAN_SINGLE;
	if ((u8)call->args[10])
		flags |= SCAN_RESTART;
	return query_directory(call, flags, call->args[9]);
}

/* NtQueryDirectoryFileEx(file, event, apc, context, *iosb, *buffer, length, class, flags, *mask) */
long nt_query_directory_file_ex(struct persona_call *call)
{
	u32 flags = call->args[8];

	if (flags & ~SCAN_KNOWN)
		return NT_STATUS_INVALID_PARAMETER;
	return query_directory(call, flags, call->args[9]);
}
