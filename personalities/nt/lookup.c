// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding files whose names are spelled in other cases.
 *
 * The exact name is tried first, by whoever opens. Only when that fails is a
 * folder searched, component by component, and what does not match exactly but
 * for case is replaced by what the folder says.
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/limits.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "file_impl.h"

struct search {
	struct dir_context ctx;
	const u16 *want;
	int units;
	char *found;
	u16 *name;
};

/* Two letters of ASCII that differ in more than case: most names are told apart so. */
static bool differ(u16 want, u8 have)
{
	return want < 0x80 && have < 0x80 && nt_toupper(want) != nt_toupper(have);
}

static bool search_actor(struct dir_context *ctx, const char *name, int len, loff_t offset,
			 u64 ino, unsigned int type)
{
	struct search *s = container_of(ctx, struct search, ctx);
	int units;

	if (fatal_signal_pending(current))
		return false;
	/* A unit takes three bytes at most. */
	if (len < s->units || len > 3 * s->units || len > NAME_MAX || differ(s->want[0], *name))
		return true;
	units = nt_utf8_to_utf16(name, len, s->name, NAME_MAX + 1);
	if (units != s->units || nt_strnicmp(s->name, s->want, units))
		return true;
	memcpy(s->found, name, len);
	s->found[len] = 0;
	return false;
}

/* Looks for @name in folder @dir; replaces it by what is found in @found. */
static int search_folder(const char *dir, const char *name, u32 len, char *found)
{
	struct search s = { .ctx.actor = search_actor, .found = found };
	struct file *file;
	u16 *units;
	loff_t pos;
	int ret;

	units = kmalloc_array(2 * (NAME_MAX + 2), sizeof(*units), GFP_KERNEL_ACCOUNT);
	if (!units)
		return -ENOMEM;
	s.want = units;
	s.name = units + NAME_MAX + 2;
	found[0] = 0;
	ret = nt_utf8_to_utf16(name, len, units, NAME_MAX + 2);
	if (ret < 0)
		goto out;
	s.units = ret;
	file = filp_open(*dir ? dir : "/", O_RDONLY | O_DIRECTORY | O_LARGEFILE, 0);
	if (IS_ERR(file)) {
		/* There is not even the folder; or it may be passed through, not listed. */
		ret = PTR_ERR(file);
		if (ret == -ENOENT)
			ret = -ENOTDIR;
		else if (ret == -EACCES)
			ret = -ENOENT;
		goto out;
	}
	/* Some file systems tell only a part at a time. */
	do {
		pos = s.ctx.pos;
		ret = iterate_dir(file, &s.ctx);
	} while (!ret && !found[0] && s.ctx.pos != pos && !fatal_signal_pending(current));
	fput(file);
	if (!ret && !found[0])
		ret = -ENOENT;
out:
	kfree(units);
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
 * Is it there in small letters, the last component at @at? Files that programs
 * know by name mostly are: then no folder has to be read. @found keeps the name
 * as it was.
 */
static bool exists_small(char *name, u32 at, u32 len, u32 follow, char *found)
{
	bool capitals = false;
	u32 i;

	if (len > NAME_MAX)
		return false;
	memcpy(found, name + at, len + 1);
	for (i = at; i < at + len; i++) {
		capitals |= name[i] >= 'A' && name[i] <= 'Z';
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] |= 0x20;
	}
	if (capitals && !exists(name, follow))
		return true;
	memcpy(name + at, found, len);
	return false;
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
		/* The link is there, what it means is not. */
		if (follow && !exists(path->name, 0))
			goto out;
		if (exists_small(path->name, at, len, last ? follow : LOOKUP_FOLLOW, found)) {
			found = NULL;
			err = 0;
			goto out;
		}
		path->name[at - 1] = 0;
		err = search_folder(path->name, path->name + at, len, found);
		path->name[at - 1] = '/';
	} else {
		found = NULL;
	}
out:
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
