// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding files whose names are spelled in other cases.
 *
 * The exact name is tried first, by whoever opens. Only when that fails is a
 * folder searched, component by component, and what does not match exactly but
 * for case is replaced by what the folder says.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/limits.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "file_impl.h"
#include "folder.h"

/* Room for a name of NAME_MAX bytes, as nt_utf8_to_utf16() wants it. */
#define NAME_UNITS	(NAME_MAX + 1)

/**
 * struct search - a name that is looked for in a folder's list
 * @ctx: of the reader
 * @want: the name
 * @units: in it
 * @found: receives it as the list says it
 * @folder: receives all names, or NULL
 * @name: room for one of them
 */
struct search {
	struct dir_context ctx;
	const u16 *want;
	int units;
	char *found;
	struct nt_folder *folder;
	u16 *name;
};

/* Two letters of ASCII that differ in more than case: most names are told apart so. */
static bool differ(u16 want, u8 have)
{
	return want < 0x80 && have < 0x80 && nt_toupper(want) != nt_toupper(have);
}

/* Can a name that long be the one? A unit takes three bytes at most. */
static bool may_be(const struct search *s, const char *name, int len)
{
	return len >= s->units && len <= 3 * s->units && !differ(s->want[0], *name);
}

static bool search_actor(struct dir_context *ctx, const char *name, int len, loff_t offset,
			 u64 ino, unsigned int type)
{
	struct search *s = container_of(ctx, struct search, ctx);
	int units;

	if (fatal_signal_pending(current))
		return false;
	if (len > NAME_MAX || (!s->folder && !may_be(s, name, len)))
		return true;
	units = nt_utf8_to_utf16(name, len, s->name, NAME_UNITS);
	if (s->folder)
		nt_folder_add(s->folder, s->name, units);
	if (units != s->units || nt_strnicmp(s->name, s->want, units))
		return true;
	memcpy(s->found, name, len);
	s->found[len] = 0;
	return false;
}

/**
 * nt_open_to_read() - open what has been found, if the caller may read it
 * @path: what
 * @flags: O_*, beside O_RDONLY
 *
 * Context: may sleep.
 * Return: the file, to be put with fput(), or an ERR_PTR().
 */
struct file *nt_open_to_read(const struct path *path, int flags)
{
	/* dentry_open() asks the security modules, and nobody else. */
	int err = path_permission(path, MAY_OPEN | MAY_READ);

	return err ? ERR_PTR(err) : dentry_open(path, O_RDONLY | flags, current_cred());
}

/* Reads the whole list, if the caller may. */
static int read_list(const struct path *dir, struct search *s)
{
	struct inode *inode = d_inode(dir->dentry);
	struct file *file;
	loff_t pos;
	int ret;

	file = nt_open_to_read(dir, O_DIRECTORY | O_LARGEFILE);
	if (IS_ERR(file))
		return PTR_ERR(file);
	s->folder = nt_folder_start(inode);
	/* Some file systems tell only a part at a time. */
	do {
		pos = s->ctx.pos;
		ret = iterate_dir(file, &s->ctx);
	} while (!ret && !s->found[0] && s->ctx.pos != pos && !fatal_signal_pending(current));
	if (!ret && !s->found[0])
		ret = fatal_signal_pending(current) ? -EINTR : -ENOENT;
	nt_folder_end(s->folder, ret == -ENOENT ? inode : NULL);
	fput(file);
	return ret;
}

/* Does a folder have a name, spelled like that? What a link means may not be there. */
static bool has_name(const struct path *dir, const char *name, u32 len)
{
	struct dentry *dentry = persona_lookup_one(dir, name, len);

	if (IS_ERR(dentry))
		return false;
	dput(dentry);
	return true;
}

/* The name in small letters; false if that is what it is in already. */
static bool small_name(const char *name, u32 len, char *small)
{
	bool capitals = false;
	u32 i;

	for (i = 0; i < len; i++) {
		bool capital = name[i] >= 'A' && name[i] <= 'Z';

		small[i] = capital ? name[i] | 0x20 : name[i];
		capitals |= capital;
	}
	small[len] = 0;
	return capitals;
}

static int search_list(const struct path *dir, const char *name, u32 len, char *found)
{
	struct search s = { .ctx.actor = search_actor, .found = found };
	u16 *units;
	int ret;

	units = kmalloc_array(2 * NAME_UNITS, sizeof(*units), GFP_KERNEL_ACCOUNT);
	if (!units)
		return -ENOMEM;
	s.want = units;
	s.name = units + NAME_UNITS;
	found[0] = 0;
	ret = nt_utf8_to_utf16(name, len, units, NAME_UNITS);
	if (ret >= 0) {
		s.units = ret;
		ret = -ENOENT;
		if (!nt_folder_lacks(d_inode(dir->dentry), s.want, s.units))
			ret = read_list(dir, &s);
	}
	kfree(units);
	/* The folder may be passed through, not listed. */
	return ret == -EACCES ? -ENOENT : ret;
}

/*
 * Looks for @name in folder @dir, which does not have what it means, as it is
 * spelled; what is to be in its place is in @found.
 */
static int search_folder(const char *dir, const char *name, u32 len, bool follow, char *found)
{
	struct path folder;
	int ret;

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	ret = kern_path(*dir ? dir : "/", LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &folder);
	/* There is not even the folder. */
	if (ret)
		return ret == -ENOENT ? -ENOTDIR : ret;
	/* The link is there, what it means is not. */
	if (follow && has_name(&folder, name, len))
		ret = -ENOENT;
	/* Files that programs know by name mostly have small letters. */
	else if (!small_name(name, len, found) || !has_name(&folder, found, len))
		ret = search_list(&folder, name, len, found);
	path_put(&folder);
	return ret;
}

static int exists(const char *name, u32 follow)
{
	struct path path;
	int err;

	err = kern_path(*name ? name : "/", follow, &path);
	if (!err)
		path_put(&path);
	return err;
}

/* Puts @found in place of the component at @at, @len bytes long. */
static int replace(struct nt_path *path, u32 at, u32 len, const char *found)
{
	u32 new = strlen(found), rest = strlen(path->name + at + len);
	char *name;

	if (new != len) {
		if (at + new + rest >= PATH_MAX)
			return -ENAMETOOLONG;
		name = kmalloc(at + new + rest + 1, GFP_KERNEL_ACCOUNT);
		if (!name)
			return -ENOMEM;
		memcpy(name, path->name, at);
		memcpy(name + at + new, path->name + at + len, rest + 1);
		kfree(path->name);
		path->name = name;
	}
	memcpy(path->name + at, found, new);
	return new;
}

/*
 * One component, at @at behind a slash. What is before it exists and is spelled
 * right; it is @missing if this is known. Returns where the next one starts.
 */
static int lookup_component(struct nt_path *path, u32 at, u32 follow, bool missing, char *found)
{
	u32 len = strcspn(path->name + at, "/");
	char *end = path->name + at + len;
	bool last = !*end;
	int err;

	*end = 0;
	err = missing ? -ENOENT : exists(path->name, last ? follow : LOOKUP_FOLLOW);
	if (err == -ENOENT) {
		path->name[at - 1] = 0;
		err = search_folder(path->name, path->name + at, len, follow, found);
		path->name[at - 1] = '/';
	} else {
		found = NULL;
	}
	if (!last)
		*end = '/';
	if (err)
		return err;
	if (found) {
		err = replace(path, at, len, found);
		if (err < 0)
			return err;
		len = err;
	}
	return last ? 0 : at + len + 1;
}

static int last_component(const struct nt_path *path)
{
	char *slash = strrchr(path->name + path->start, '/');

	return slash ? slash + 1 - path->name : 0;
}

/* From component @at on; *at is set to the one that there was an error with. */
static int lookup_from(struct nt_path *path, int *at, u32 follow, bool missing, char *found)
{
	int err;

	do {
		err = lookup_component(path, *at, follow, missing, found);
		if (err < 0)
			return err;
		*at = err;
	} while (*at);
	return 0;
}

/**
 * nt_lookup() - find a file whatever the case of its name
 * @call: call under way
 * @path: its name is corrected as far as files exist
 * @follow: LOOKUP_FOLLOW or 0: for a symbolic link at the end
 * @missing: there is no file of exactly this name, as the caller has found
 *
 * Context: may sleep.
 * Return: 0 if the file exists; STATUS_OBJECT_NAME_NOT_FOUND if only its folder
 * does; STATUS_OBJECT_PATH_NOT_FOUND, or another error.
 */
long nt_lookup(struct persona_call *call, struct nt_path *path, u32 follow, bool missing)
{
	int at, last, err;
	char *found;
	long ret;

	err = missing ? -ENOENT : exists(path->name, follow);
	if (!err)
		return 0;
	if (err != -ENOENT)
		return err;
	last = last_component(path);
	if (!last)
		return NT_STATUS_OBJECT_NAME_NOT_FOUND;
	ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, O_RDONLY | O_DIRECTORY);
	if (ret)
		return ret;
	found = kmalloc(NAME_MAX + 1, GFP_KERNEL_ACCOUNT);
	if (!found)
		return -ENOMEM;
	/* Mostly the folder is spelled right. */
	at = last;
	err = lookup_from(path, &at, follow, true, found);
	if (err == -ENOTDIR) {
		at = path->start + 1;
		err = lookup_from(path, &at, follow, false, found);
	}
	kfree(found);
	if (!err)
		return 0;
	if (err != -ENOENT && err != -ENOTDIR)
		return err;
	return err == -ENOENT && at == last_component(path) ?
	       NT_STATUS_OBJECT_NAME_NOT_FOUND : NT_STATUS_OBJECT_PATH_NOT_FOUND;
}
