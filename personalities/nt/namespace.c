// SPDX-License-Identifier: GPL-2.0-only
/*
 * The name space: a tree of directories with the names of objects.
 *
 * Each user has one in each IPC name space, made when the first of the user's
 * processes needs it and gone with the last: who may look a name up may do
 * anything with the object. A name goes when the object's last handle is closed.
 *
 * One mutex protects all trees. Whoever finds an object by its name counts as a
 * handle of it until the real handle is there, lest the name go meanwhile.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/ipc_namespace.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>

#include "namespace.h"
#include "sync.h"

#define LINKS_MAX	32	/* symbolic links in one path */
#define PATH_LEN_MAX	0x7fff	/* units, after links are followed */

#define SEPARATOR	'\\'

/**
 * struct nt_names - the tree of a user in an IPC name space
 * @link: in all_names
 * @ref: processes that have it
 * @ns: number of the IPC name space
 * @uid: the user
 * @root: its root directory
 */
struct nt_names {
	struct list_head link;
	unsigned int ref;
	unsigned int ns;
	kuid_t uid;
	struct nt_directory *root;
};

/* A path on its way to an object. */
struct walk {
	struct nt_directory *dir;	/* holds no reference: under nt_names_lock */
	struct nt_directory *root;
	const u16 *path;		/* what is left of it, no leading separator */
	u32 len;
	u16 *buf;			/* that it lies in, if a link was followed */
	unsigned int links;
	bool fold;			/* case makes no difference */
};

/* All trees, and obj->name. */
DEFINE_MUTEX(nt_names_lock);
static LIST_HEAD(all_names);

/**
 * nt_name_compare() - order of names
 * @a: name
 * @alen: its length in units
 * @b: other name
 * @blen: its length
 * @fold: case makes no difference; else it does where nothing else does
 *
 * Context: any.
 * Return: less than, equal to or greater than 0.
 */
int nt_name_compare(const u16 *a, u32 alen, const u16 *b, u32 blen, bool fold)
{
	u32 i, len = min(alen, blen);
	int diff = nt_strnicmp(a, b, len) ?: (int)alen - (int)blen;

	for (i = 0; i < len && !diff && !fold; i++)
		diff = a[i] - b[i];
	return diff;
}
EXPORT_SYMBOL_FOR_TEST(nt_name_compare);

static struct nt_directory *to_directory(struct nt_object *obj)
{
	return container_of(obj, struct nt_directory, obj);
}

static struct nt_symlink *to_symlink(struct nt_object *obj)
{
	return container_of(obj, struct nt_symlink, obj);
}

/* The entry of a name; the first of several that differ in case only. */
static struct nt_name *dir_find(struct nt_directory *dir, const u16 *name, u32 len, bool fold)
{
	struct rb_node *node = dir->entries.rb_node;
	struct nt_name *found = NULL;

	while (node) {
		struct nt_name *entry = rb_entry(node, struct nt_name, node);
		int diff = nt_name_compare(name, len, entry->name, entry->len, fold);

		if (!diff)
			found = entry;
		node = diff <= 0 ? node->rb_left : node->rb_right;
	}
	return found;
}

/* The directory has no such name, and the object none at all. */
static long dir_add(struct nt_directory *dir, const u16 *name, u32 len, struct nt_object *obj,
		    bool permanent)
{
	struct rb_node **link = &dir->entries.rb_node, *parent = NULL;
	struct nt_name *entry, *above = dir->obj.name;
	u32 full = (above ? above->full : 0) + 1 + len;

	/* So that walks up the tree, and full names, have an end. */
	if (full > PATH_LEN_MAX)
		return NT_STATUS_OBJECT_NAME_INVALID;
	entry = kmalloc(struct_size(entry, name, len), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return -ENOMEM;
	entry->full = full;
	memcpy(entry->name, name, len * sizeof(*name));
	entry->len = len;
	entry->permanent = permanent;
	entry->obj = nt_object_get(obj);
	entry->dir = nt_object_get(&dir->obj);
	while (*link) {
		struct nt_name *other = rb_entry(*link, struct nt_name, node);

		parent = *link;
		link = nt_name_compare(name, len, other->name, other->len, false) < 0 ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&entry->node, parent, link);
	rb_insert_color(&entry->node, &dir->entries);
	WRITE_ONCE(obj->name, entry);
	return 0;
}

/* Takes an entry out, and adds it to what is freed when nothing is locked. */
static void entry_remove(struct nt_name *entry, struct rb_node **freed)
{
	rb_erase(&entry->node, &entry->dir->entries);
	WRITE_ONCE(entry->obj->name, NULL);
	entry->node.rb_left = *freed;
	*freed = &entry->node;
}

static void free_entries(struct rb_node *freed)
{
	while (freed) {
		struct nt_name *entry = rb_entry(freed, struct nt_name, node);

		freed = freed->rb_left;
		nt_object_put(entry->obj);
		nt_object_put(&entry->dir->obj);
		kfree(entry);
		cond_resched();
	}
}

/* An entry goes when nothing but itself holds it there. */
static bool entry_unused(const struct nt_name *entry)
{
	if (entry->permanent || atomic_read(&entry->obj->handles))
		return false;
	return entry->obj->type != &nt_directory_type ||
	       RB_EMPTY_ROOT(&to_directory(entry->obj)->entries);
}

/**
 * nt_name_remove() - take the name of an object away
 * @obj: object, of which the caller holds a reference. If it has a handle again,
 *	is permanent, or a directory that is not empty, it keeps its name
 *
 * Context: may sleep.
 */
void nt_name_remove(struct nt_object *obj)
{
	struct rb_node *freed = NULL;
	struct nt_name *entry;

	mutex_lock(&nt_names_lock);
	/* A directory that it was the last in may have waited for that. */
	for (entry = obj->name; entry && entry_unused(entry); ) {
		struct nt_directory *dir = entry->dir;

		entry_remove(entry, &freed);
		entry = dir->obj.name;
	}
	mutex_unlock(&nt_names_lock);
	free_entries(freed);
}

/* Is a directory in the tree, or was it left over from one? */
static bool dir_attached(const struct nt_directory *dir, const struct nt_names *names)
{
	while (dir->obj.name)
		dir = dir->obj.name->dir;
	return names && dir == names->root;
}

/**
 * nt_name_keep() - is an object to keep its name without a handle?
 * @proc: the caller's process
 * @obj: object, of which the caller has a handle
 * @permanent: whether
 *
 * Context: may sleep.
 * Return: 0, or STATUS_ACCESS_DENIED in another user's tree.
 */
long nt_name_keep(struct nt_proc *proc, struct nt_object *obj, bool permanent)
{
	long ret = 0;

	mutex_lock(&nt_names_lock);
	if (obj->name && dir_attached(obj->name->dir, proc->names))
		obj->name->permanent = permanent;
	else if (obj->name && permanent)
		ret = NT_STATUS_ACCESS_DENIED;
	mutex_unlock(&nt_names_lock);
	return ret;
}

/* Links of the directories that every tree has, and their targets. */
static const struct {
	const char *dir;
	const char *name;
	const char *target;	/* NULL: a directory */
} first_names[] = {
	{ "", "??" },
	{ "", "ArcName" },
	{ "", "Callback" },
	{ "", "Device" },
	{ "", "Driver" },
	{ "", "FileSystem" },
	{ "", "KernelObjects" },
	{ "", "NLS" },
	{ "", "ObjectTypes" },
	{ "", "RPC Control" },
	{ "", "Security" },
	{ "", "Sessions" },
	{ "", "Windows" },
	{ "\\Sessions", "0" },
	{ "\\Sessions", "1" },
	{ "\\Sessions", "BNOLINKS" },
	{ "\\Sessions\\1", "BaseNamedObjects" },
	{ "\\Sessions\\1", "DosDevices" },
	{ "\\Sessions\\1", "Windows" },
	{ "", "BaseNamedObjects", "\\Sessions\\1\\BaseNamedObjects" },
	{ "", "DosDevices", "\\??" },
	{ "", "GLOBAL??", "\\??" },
	{ "\\Sessions\\0", "BaseNamedObjects", "\\Sessions\\1\\BaseNamedObjects" },
	{ "\\Sessions\\BNOLINKS", "0", "\\Sessions\\1\\BaseNamedObjects" },
	{ "\\Sessions\\BNOLINKS", "1", "\\Sessions\\1\\BaseNamedObjects" },
	{ "\\Sessions\\1\\BaseNamedObjects", "Global", "\\BaseNamedObjects" },
	{ "\\Sessions\\1\\BaseNamedObjects", "Local", "\\Sessions\\1\\BaseNamedObjects" },
	{ "\\Sessions\\1\\BaseNamedObjects", "Session", "\\Sessions\\BNOLINKS" },
	{ "\\??", "Global", "\\??" },
	{ "\\??", "C:", "\\Device\\HarddiskVolume1" },
	{ "\\??", "Z:", "\\Device\\HarddiskVolume2" },
	{ "\\??", "NUL", "\\Device\\Null" },
	{ "\\??", "PIPE", "\\Device\\NamedPipe" },
	{ "\\??", "CON", "\\Device\\ConDrv\\Console" },
};

static u32 widen(const char *in, u16 *out)
{
	u32 len = 0;

	while (in[len]) {
		out[len] = (u8)in[len];
		len++;
	}
	return len;
}

/* Takes the next component off; 0 at the end or if it is empty. */
static u32 next_component(const u16 **path, u32 *len, const u16 **name)
{
	u32 n = 0;

	*name = *path;
	while (n < *len && (*path)[n] != SEPARATOR)
		n++;
	*path += n;
	*len -= n;
	return n;
}

/* A directory of a tree under construction: without links. */
static struct nt_directory *first_dir(struct nt_directory *dir, const char *path)
{
	u16 buf[64];
	const u16 *left = buf, *name;
	u32 len = widen(path, buf);

	while (len) {
		struct nt_name *entry;
		u32 n;

		left++;
		len--;
		n = next_component(&left, &len, &name);
		entry = dir_find(dir, name, n, false);
		if (WARN_ON_ONCE(!entry || entry->obj->type != &nt_directory_type))
			return NULL;
		dir = to_directory(entry->obj);
	}
	return dir;
}

static long add_first(struct nt_directory *root, const char *path, const char *name,
		      struct nt_object *obj)
{
	struct nt_directory *dir = first_dir(root, path);
	u16 buf[64];
	u32 len;
	long ret;

	if (!obj)
		return -ENOMEM;
	len = widen(name, buf);
	ret = dir ? dir_add(dir, buf, len, obj, true) : -EINVAL;
	nt_object_put(obj);
	return ret;
}

static long fill_tree(struct nt_directory *root)
{
	u16 buf[64];
	size_t i;
	long ret;

	for (i = 0; i < ARRAY_SIZE(first_names); i++) {
		const char *target = first_names[i].target;
		struct nt_object *obj;

		if (target)
			obj = (struct nt_object *)nt_symlink_new(buf, widen(target, buf));
		else
			obj = (struct nt_object *)nt_directory_new();
		ret = add_first(root, first_names[i].dir, first_names[i].name, obj);
		if (ret)
			return ret;
	}
	/* What memory resource notifications are. */
	ret = add_first(root, "\\KernelObjects", "LowMemoryCondition",
			(struct nt_object *)nt_event_new(true, false));
	if (!ret)
		ret = add_first(root, "\\KernelObjects", "HighMemoryCondition",
				(struct nt_object *)nt_event_new(true, true));
	return ret;
}

/* Takes the entries of a directory out, and those of the ones below it first. */
static void tree_empty(struct nt_directory *root, struct rb_node **freed)
{
	struct nt_directory *dir = root;
	struct rb_node *node;

	for (;;) {
		struct nt_name *entry;

		node = rb_first(&dir->entries);
		if (!node) {
			if (dir == root)
				return;
			/* Empty: take this one out of its parent. */
			entry = dir->obj.name;
			dir = entry->dir;
		} else {
			entry = rb_entry(node, struct nt_name, node);
			if (entry->obj->type == &nt_directory_type &&
			    !RB_EMPTY_ROOT(&to_directory(entry->obj)->entries)) {
				dir = to_directory(entry->obj);
				continue;
			}
		}
		entry_remove(entry, freed);
		cond_resched();
	}
}

/* A new tree, in all_names. */
static struct nt_names *names_new(unsigned int ns, kuid_t uid)
{
	struct nt_names *names = kzalloc(sizeof(*names), GFP_KERNEL_ACCOUNT);
	struct rb_node *freed = NULL;

	if (!names)
		return NULL;
	names->ns = ns;
	names->uid = uid;
	names->ref = 1;
	names->root = nt_directory_new();
	if (!names->root)
		goto err_names;
	if (fill_tree(names->root))
		goto err_root;
	list_add(&names->link, &all_names);
	return names;

err_root:
	tree_empty(names->root, &freed);
	free_entries(freed);
	nt_object_put(&names->root->obj);
err_names:
	kfree(names);
	return NULL;
}

/* The tree of the caller, which its process keeps. Under nt_names_lock. */
static struct nt_names *names_get(struct nt_proc *proc)
{
	unsigned int ns = current->nsproxy->ipc_ns->ns.inum;
	kuid_t uid = current_euid();
	struct nt_names *names;

	if (likely(proc->names))
		return proc->names;
	list_for_each_entry(names, &all_names, link) {
		if (names->ns != ns || !uid_eq(names->uid, uid))
			continue;
		names->ref++;
		proc->names = names;
		return names;
	}
	proc->names = names_new(ns, uid);
	return proc->names;
}

/**
 * nt_names_release() - a process has ended
 * @proc: process; its handles are closed
 *
 * Context: may sleep.
 */
void nt_names_release(struct nt_proc *proc)
{
	struct nt_names *names = proc->names;
	struct rb_node *freed = NULL;

	if (!names)
		return;
	proc->names = NULL;
	mutex_lock(&nt_names_lock);
	if (--names->ref) {
		mutex_unlock(&nt_names_lock);
		return;
	}
	list_del(&names->link);
	tree_empty(names->root, &freed);
	mutex_unlock(&nt_names_lock);
	free_entries(freed);
	nt_object_put(&names->root->obj);
	kfree(names);
}

/* Where a path begins. Takes a reference to a root directory handle's object. */
static long walk_start(struct persona_call *call, const struct nt_attributes *attr,
		       struct walk *w, struct nt_object **held)
{
	struct nt_names *names;
	long ret;

	memset(w, 0, sizeof(*w));
	*held = NULL;
	w->path = attr->name;
	w->len = attr->len;
	w->fold = attr->attr & NT_OBJ_CASE_INSENSITIVE;
	if (attr->root) {
		ret = nt_handle_ref(nt_caller(call), attr->root, &nt_directory_type, 0, held);
		if (ret)
			return ret;
		if (w->len && w->path[0] == SEPARATOR) {
			nt_object_put(*held);
			*held = NULL;
			return NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
		}
	} else {
		if (!w->len)
			return NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
		if (w->path[0] != SEPARATOR)
			return NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
		w->path++;
		w->len--;
	}
	mutex_lock(&nt_names_lock);
	names = names_get(nt_caller(call));
	if (!names) {
		mutex_unlock(&nt_names_lock);
		if (*held)
			nt_object_put(*held);
		return -ENOMEM;
	}
	w->root = names->root;
	w->dir = *held ? to_directory(*held) : w->root;
	return 0;
}

static void walk_end(struct walk *w, struct nt_object *held)
{
	mutex_unlock(&nt_names_lock);
	kvfree(w->buf);
	if (held)
		nt_object_put(held);
}

/* Goes on where a link leads to, with what is left of the path behind it. */
static long walk_link(struct walk *w, const struct nt_symlink *link)
{
	u32 len = link->len + w->len;
	u16 *buf;

	if (++w->links > LINKS_MAX || len > PATH_LEN_MAX)
		return NT_STATUS_OBJECT_PATH_INVALID;
	if (!link->len || link->target[0] != SEPARATOR)
		return NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
	buf = kvmalloc_array(len, sizeof(*buf), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	memcpy(buf, link->target, link->len * sizeof(*buf));
	memcpy(buf + link->len, w->path, w->len * sizeof(*buf));
	kvfree(w->buf);
	w->buf = buf;
	w->path = buf + 1;
	w->len = len - 1;
	w->dir = w->root;
	return 0;
}

/*
 * Walks to the last component: w->dir is the directory that it is in, or would
 * be, w->path and w->len its name. *obj: what has that name, or NULL; it is
 * w->dir itself if the path is empty.
 */
static long walk(struct walk *w, bool open_link, struct nt_object **obj)
{
	*obj = &w->dir->obj;
	if (!w->len)
		return 0;
	for (;;) {
		const u16 *name;
		struct nt_name *entry;
		u32 n = next_component(&w->path, &w->len, &name);
		long ret;

		if (!n)
			return NT_STATUS_OBJECT_NAME_INVALID;
		entry = dir_find(w->dir, name, n, w->fold);
		if (entry && entry->obj->type == &nt_symlink_type && (w->len || !open_link)) {
			ret = walk_link(w, to_symlink(entry->obj));
			if (ret)
				return ret;
			continue;
		}
		if (!w->len) {
			*obj = entry ? entry->obj : NULL;
			w->path = name;
			w->len = n;
			return 0;
		}
		if (!entry)
			return NT_STATUS_OBJECT_PATH_NOT_FOUND;
		if (entry->obj->type != &nt_directory_type)
			return NT_STATUS_OBJECT_TYPE_MISMATCH;
		w->dir = to_directory(entry->obj);
		w->path++;
		w->len--;
	}
}

/* Found, with a reference and, so that it keeps its name, as if with a handle. */
static void found(struct nt_object *obj, struct nt_object **out)
{
	atomic_inc(&obj->handles);
	*out = nt_object_get(obj);
}

/**
 * nt_name_claim() - give a new object its name, or find the one that has it
 * @call: call under way
 * @attr: with a name
 * @obj: new object, without a name
 * @out: set to @obj, or to the object of the same type that has the name
 *	already if @attr says NT_OBJ_OPENIF. To be released with nt_name_done()
 *
 * Context: may sleep.
 * Return: 0, STATUS_OBJECT_NAME_EXISTS (and *@out is the older one), or an error.
 */
long nt_name_claim(struct persona_call *call, const struct nt_attributes *attr,
		   struct nt_object *obj, struct nt_object **out)
{
	struct nt_object *held, *old;
	struct walk w;
	long ret;

	/* Who shares objects by name shares them with other processes. */
	ret = persona_permit(call, __NR_semget, 0, 0, 0);
	if (ret)
		return ret;
	ret = walk_start(call, attr, &w, &held);
	if (ret)
		return ret;
	ret = walk(&w, attr->attr & NT_OBJ_OPENLINK, &old);
	if (ret)
		goto out;
	if (!old) {
		bool keep = attr->attr & NT_OBJ_PERMANENT &&
			    dir_attached(w.dir, nt_caller(call)->names);

		ret = dir_add(w.dir, w.path, w.len, obj, keep);
		if (!ret)
			found(obj, out);
	} else if (!(attr->attr & NT_OBJ_OPENIF)) {
		ret = NT_STATUS_OBJECT_NAME_COLLISION;
	} else if (old->type != obj->type) {
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
	} else {
		found(old, out);
		ret = NT_STATUS_OBJECT_NAME_EXISTS;
	}
out:
	walk_end(&w, held);
	return ret;
}

/**
 * nt_name_find() - find an object by its name
 * @call: call under way
 * @attr: with a name, or with a root directory alone
 * @type: the object must be of this type; NULL: any
 * @out: set to the object, to be released with nt_name_done()
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_name_find(struct persona_call *call, const struct nt_attributes *attr,
		  const struct nt_type *type, struct nt_object **out)
{
	struct nt_object *held, *obj;
	struct walk w;
	long ret;

	ret = persona_permit(call, __NR_semget, 0, 0, 0);
	if (ret)
		return ret;
	ret = walk_start(call, attr, &w, &held);
	if (ret)
		return ret;
	ret = walk(&w, attr->attr & NT_OBJ_OPENLINK || type == &nt_symlink_type, &obj);
	if (!ret && !obj)
		ret = NT_STATUS_OBJECT_NAME_NOT_FOUND;
	if (!ret && type && obj->type != type)
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
	if (!ret)
		found(obj, out);
	walk_end(&w, held);
	return ret;
}

/**
 * nt_name_done() - what was found or claimed has its handle now, or gets none
 * @obj: of nt_name_claim() or nt_name_find(); the reference is consumed
 *
 * Context: may sleep.
 */
void nt_name_done(struct nt_object *obj)
{
	/* The real handle may be gone again: then this was the last one. */
	nt_object_unhandle(obj);
}

/**
 * nt_name_of() - the full name of an object
 * @obj: object
 * @buf: receives it, not terminated; NULL: only its length is wanted
 * @max: units of room
 *
 * Context: may sleep.
 * Return: units that the name has, 0 if there is none; -ERANGE if it does not fit.
 */
int nt_name_of(struct nt_object *obj, u16 *buf, u32 max)
{
	struct nt_name *entry;
	u32 len = 0, pos;

	mutex_lock(&nt_names_lock);
	for (entry = obj->name; entry; entry = entry->dir->obj.name)
		len += 1 + entry->len;
	if (len > max && buf)
		goto too_long;
	pos = len;
	for (entry = obj->name; entry && buf; entry = entry->dir->obj.name) {
		pos -= entry->len;
		memcpy(buf + pos, entry->name, entry->len * sizeof(*buf));
		buf[--pos] = SEPARATOR;
	}
	mutex_unlock(&nt_names_lock);
	return len;

too_long:
	mutex_unlock(&nt_names_lock);
	return -ERANGE;
}
EXPORT_SYMBOL_FOR_TEST(nt_name_of);
