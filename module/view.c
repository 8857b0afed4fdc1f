// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file-system view: a directory that shadows the root for foreign programs.
 *
 * An absolute name is looked up below the view's root first, then in the real
 * root, as NetBSD's TRYEMULROOT does. ".." from the top of the view leads to
 * the real root. The root is resolved inside the task's own root directory, so
 * a container brings its own. Most names miss: the first component is compared
 * with the names at the view's top, and only a hit costs a lookup.
 */
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "internal.h"

#define PERSONA_VIEW_NAMES	64
#define PERSONA_VIEW_NAME_MAX	31

/**
 * struct persona_view - a view's root directory as it was found at exec
 * @ref: references: one per process, one as the last view of its personality
 * @dir: the directory
 * @mtime: its modification time; another one means that the names may differ
 * @ctime: its change time
 * @len: length of @root
 * @many: more or longer names than fit, so any first component may be there
 * @nr_names: entries of @names
 * @names: what is in @dir
 * @root: path of @dir, without a slash at the end
 */
struct persona_view {
	refcount_t ref;
	struct path dir;
	struct timespec64 mtime;
	struct timespec64 ctime;
	size_t len;
	bool many;
	unsigned int nr_names;
	char names[PERSONA_VIEW_NAMES][PERSONA_VIEW_NAME_MAX + 1];
	char root[];
};

struct view_reader {
	struct dir_context ctx;
	struct persona_view *view;
};

static bool add_name(struct dir_context *ctx, const char *name, int len, loff_t offset, u64 ino,
		     unsigned int type)
{
	struct persona_view *view = container_of(ctx, struct view_reader, ctx)->view;

	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return true;
	if (view->nr_names == PERSONA_VIEW_NAMES || len > PERSONA_VIEW_NAME_MAX) {
		view->many = true;
		return false;
	}
	memcpy(view->names[view->nr_names], name, len);
	view->names[view->nr_names++][len] = '\0';
	return true;
}

static int read_names(struct persona_view *view)
{
	struct view_reader reader = { .ctx.actor = add_name, .view = view };
	struct file *file;
	int err;

	file = dentry_open(&view->dir, O_RDONLY | O_DIRECTORY, current_cred());
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = iterate_dir(file, &reader.ctx);
	fput(file);
	return err;
}

static struct persona_view *persona_view_make(const struct path *dir, const char *root)
{
	struct persona_view *view;
	size_t len = strlen(root);

	while (len && root[len - 1] == '/')
		len--;
	view = kzalloc(struct_size(view, root, len + 1), GFP_KERNEL_ACCOUNT);
	if (!view)
		return NULL;
	refcount_set(&view->ref, 1);
	view->dir = *dir;
	path_get(&view->dir);
	view->mtime = inode_get_mtime(d_inode(dir->dentry));
	view->ctime = inode_get_ctime(d_inode(dir->dentry));
	view->len = len;
	memcpy(view->root, root, len);
	/* A directory that may be searched but not listed works all the same. */
	if (read_names(view))
		view->many = true;
	return view;
}

static bool persona_view_is(const struct persona_view *view, const struct path *dir)
{
	struct timespec64 mtime = inode_get_mtime(d_inode(dir->dentry));
	struct timespec64 ctime = inode_get_ctime(d_inode(dir->dentry));

	return path_equal(&view->dir, dir) && timespec64_equal(&view->mtime, &mtime) &&
	       timespec64_equal(&view->ctime, &ctime);
}

/**
 * persona_view_ref() - another reference
 * @view: or NULL
 *
 * Return: @view.
 */
struct persona_view *persona_view_ref(struct persona_view *view)
{
	if (view)
		refcount_inc(&view->ref);
	return view;
}

/**
 * persona_view_put() - drop a reference
 * @view: or NULL
 *
 * Context: may sleep.
 */
void persona_view_put(struct persona_view *view)
{
	if (!view || !refcount_dec_and_test(&view->ref))
		return;
	path_put(&view->dir);
	kfree(view);
}

/**
 * persona_view_get() - the view of a process that is about to start
 * @reg: its personality
 *
 * Context: may sleep; resolves names as the calling task.
 * Return: the view with a reference; NULL if there is no such directory.
 */
struct persona_view *persona_view_get(struct persona_reg *reg)
{
	struct persona_view *view = NULL, *old;
	const char *root;
	struct path dir;

	root = reg->pers->view_root ? *reg->pers->view_root : NULL;
	if (!root || *root != '/' || kern_path(root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &dir))
		return NULL;
	spin_lock(&reg->view_lock);
	if (reg->view && persona_view_is(reg->view, &dir))
		view = persona_view_ref(reg->view);
	spin_unlock(&reg->view_lock);
	if (view)
		goto out;
	view = persona_view_make(&dir, root);
	if (!view)
		goto out;
	spin_lock(&reg->view_lock);
	old = reg->view;
	reg->view = persona_view_ref(view);
	spin_unlock(&reg->view_lock);
	persona_view_put(old);
out:
	path_put(&dir);
	return view;
}

/**
 * persona_view_first() - length of an absolute name's first component
 * @name: starts with a slash
 * @start: set to the offset of the component
 *
 * Return: its length, 0 if there is none.
 */
size_t persona_view_first(const char *name, size_t *start)
{
	*start = strspn(name, "/");
	return strcspn(name + *start, "/");
}
EXPORT_SYMBOL_FOR_TEST(persona_view_first);

/**
 * persona_view_escape() - where does a name leave its root by ".."?
 * @name: absolute name
 *
 * Pure text: symbolic links are not followed.
 *
 * Return: what comes behind the first ".." that climbs above the start (empty or
 * with a slash in front); NULL if none does.
 */
const char *persona_view_escape(const char *name)
{
	int depth = 0;

	while (*name) {
		size_t len;

		name += strspn(name, "/");
		len = strcspn(name, "/");
		if (len == 2 && name[0] == '.' && name[1] == '.') {
			if (--depth < 0)
				return name + len;
		} else if (len && !(len == 1 && name[0] == '.')) {
			depth++;
		}
		name += len;
	}
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(persona_view_escape);

static bool view_has_first(const struct persona_view *view, const char *name)
{
	size_t start, len = persona_view_first(name, &start);
	unsigned int i;

	if (!len)
		return false;
	if (view->many)
		return true;
	for (i = 0; i < view->nr_names; i++)
		if (!strncmp(view->names[i], name + start, len) && !view->names[i][len])
			return true;
	return false;
}

static bool name_exists(const char *name)
{
	struct path path;

	/* The link itself counts: lstat and unlink act on it. */
	if (kern_path(name, 0, &path))
		return false;
	path_put(&path);
	return true;
}

/* Does the directory that @name is or would be in exist? Restores @name. */
static bool parent_exists(char *name)
{
	char *slash = name + strlen(name), kept;
	bool exists;

	while (slash > name && slash[-1] == '/')
		slash--;
	while (slash > name && slash[-1] != '/')
		slash--;
	if (slash == name)
		return true;
	kept = *slash;
	*slash = '\0';
	exists = name_exists(name);
	*slash = kept;
	return exists;
}

/*
 * @buf holds the view's root and behind it the name. What exists in the view is
 * meant; so is a new name whose directory is in the view only.
 */
static bool view_has(const struct persona_view *view, char *buf)
{
	if (name_exists(buf))
		return true;
	return parent_exists(buf) && !name_exists(buf + view->len) &&
	       !parent_exists(buf + view->len);
}

/*
 * A name that goes through the view and out of its top means the real root from
 * there on. @buf as above; returns what is meant, NULL if the way does not exist.
 */
static const char *leave_view(const struct persona_view *view, char *buf)
{
	char *rest = (char *)persona_view_escape(buf + view->len);
	char *dots = rest - strlen("..");
	bool exists;

	*dots = '\0';
	exists = name_exists(buf);
	*dots = '.';
	if (!exists)
		return NULL;
	return *rest ? rest : "/";
}

/**
 * persona_path() - a path-name argument as the view has it
 * @call: foreign call under way
 * @path: user string
 *
 * Context: may sleep.
 * Return: @path itself, or a user string in the scratch area; an ERR_PTR() with
 * -EFAULT, -ENAMETOOLONG or -ENOMEM.
 */
const char __user *persona_path(struct persona_call *call, const char __user *path)
{
	const struct persona_view *view = call->thread->proc->view;
	const char __user *found = path;
	const char *name = NULL;
	char start[PERSONA_VIEW_NAME_MAX + 3];
	char *buf;
	long len;

	if (!view)
		return path;
	len = strncpy_from_user(start, path, sizeof(start) - 1);
	if (len < 0)
		return (const char __user *)ERR_PTR(len);
	start[sizeof(start) - 1] = '\0';
	if (start[0] != '/' || (start[1] != '/' && !view_has_first(view, start)))
		return path;

	buf = kmalloc(view->len + PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return (const char __user *)ERR_PTR(-ENOMEM);
	memcpy(buf, view->root, view->len);
	len = strncpy_from_user(buf + view->len, path, PATH_MAX);
	if (len < 0) {
		found = (const char __user *)ERR_PTR(len);
		goto out;
	}
	/* The native call says ENAMETOOLONG; so it does when only the view's is. */
	if (len == PATH_MAX || view->len + len >= PATH_MAX ||
	    !view_has_first(view, buf + view->len))
		goto out;
	if (persona_view_escape(buf + view->len))
		name = leave_view(view, buf);
	else if (view_has(view, buf))
		name = buf;
	if (name)
		found = persona_scratch_put(call, name, strlen(name) + 1);
out:
	kfree(buf);
	return found;
}
EXPORT_SYMBOL_GPL(persona_path);
