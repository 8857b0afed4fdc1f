// SPDX-License-Identifier: GPL-2.0-only
/* Keys: opening, making, deleting, renaming. */
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "nt_table.h"
#include "registry.h"

#define DIR_MODE	0755
#define OPENED_NEW	1
#define OPENED_OLD	2
/* Trees of volatile keys that are left from before are removed that deep. */
#define STALE_DEPTH	24

/**
 * struct key_request - what a caller wants to open
 * @call: foreign call under way
 * @attr: copied attributes
 * @root: key that the name starts from, NULL if none
 */
struct key_request {
	struct persona_call *call;
	struct nt_attributes attr;
	struct nt_key *root;
};

static long request_get(struct key_request *req, struct persona_call *call, u64 attributes)
{
	long ret;

	if (!attributes)
		return NT_STATUS_ACCESS_VIOLATION;
	req->call = call;
	req->root = NULL;
	ret = nt_attributes_get(attributes, &req->attr);
	if (ret || !req->attr.root)
		return ret;
	ret = nt_key_ref(call, req->attr.root, 0, &req->root);
	if (ret)
		nt_attributes_put(&req->attr);
	return ret;
}

static void request_put(struct key_request *req)
{
	if (req->root)
		nt_object_put(&req->root->obj);
	nt_attributes_put(&req->attr);
}

static long lookup(struct key_request *req, u32 len, struct nt_key **key)
{
	return nt_key_lookup(req->call, req->root, req->attr.name, len, key);
}

static long open_key(struct persona_call *call, u32 options)
{
	struct key_request req;
	struct nt_key *key;
	long ret;

	if (options & ~NT_REG_OPTIONS)
		return NT_STATUS_INVALID_PARAMETER;
	ret = request_get(&req, call, call->args[2]);
	if (ret)
		return ret;
	ret = lookup(&req, req.attr.len, &key);
	if (ret == -ESTALE)
		ret = -ENOENT;
	if (!ret) {
		ret = nt_handle_return(call, &key->obj, (u32)call->args[1],
				       nt_handle_attr(&req.attr), u64_to_user_ptr(call->args[0]));
		nt_object_put(&key->obj);
	}
	request_put(&req);
	return ret;
}

long nt_open_key(struct persona_call *call)
{
	return nt_handle_none(call->args[0], open_key(call, 0));
}

long nt_open_key_ex(struct persona_call *call)
{
	return nt_handle_none(call->args[0], open_key(call, (u32)call->args[3]));
}

static long remove_value(struct persona_call *call, struct file *dir, const char *name)
{
	return fatal_signal_pending(current) ? -EINTR : nt_reg_unlink(call, dir, name, 0);
}

/* Removes a directory with all that is in it; of a link, the link alone. */
static long remove_tree(struct persona_call *call, struct file *parent, const char *name,
			u32 depth)
{
	struct nt_reg_list *list;
	struct file *dir;
	long ret;
	u32 i;

	if (!depth)
		return -ENOTEMPTY;
	dir = nt_reg_at(call, parent, name);
	if (dir == ERR_PTR(-ENOTDIR))
		return nt_reg_unlink(call, parent, name, 0);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	ret = nt_reg_list_all(call, dir, &list);
	if (ret)
		goto out;
	for (i = 0; i < list->nkeys && !ret; i++)
		ret = remove_tree(call, dir, list->keys[i].file, depth - 1);
	for (i = 0; i < list->nvalues && !ret; i++)
		ret = remove_value(call, dir, list->values[i].file);
	nt_reg_list_free(list);
	if (!ret)
		ret = nt_reg_unlink(call, parent, name, AT_REMOVEDIR);
out:
	fput(dir);
	return ret;
}

/* Splits off the last name. @parent: units before it, @name: where it starts. */
static u32 split(const u16 *path, u32 len, u32 *parent, u32 *name)
{
	while (len && path[len - 1] == '\\')
		len--;
	*name = len;
	while (*name && path[*name - 1] != '\\')
		--*name;
	*parent = *name;
	while (*parent && path[*parent - 1] == '\\')
		--*parent;
	return len - *name;
}

static bool needs_spelling(const u16 *name, u32 len, const char *file)
{
	u16 plain[NAME_MAX + 1];
	int n = nt_reg_unescape(file, strlen(file), plain, ARRAY_SIZE(plain));

	return n != len || memcmp(plain, name, len * sizeof(*name));
}

static long get_class(u64 user, struct nt_reg_meta *meta)
{
	u16 *class;
	long ret;
	u32 len;

	if (!user)
		return 0;
	ret = nt_ustring_get(user, &class, &len);
	if (ret)
		return ret;
	meta->class_len = min_t(u32, len, ARRAY_SIZE(meta->class));
	memcpy(meta->class, class, meta->class_len * sizeof(*class));
	kvfree(class);
	return 0;
}

/* Makes the directory of a key, whose parent is there. */
static long make_key(struct persona_call *call, struct nt_key *parent, const u16 *name, u32 len,
		     struct nt_reg_meta *meta, bool stale)
{
	char file[NAME_MAX + 1];
	struct file *dir;
	long ret;

	if (!len || len > NT_REG_KEY_NAME_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	if (parent->is_volatile && !meta->is_volatile)
		return NT_STATUS_CHILD_MUST_BE_VOLATILE;
	nt_reg_component(name, len, false, file);
	if (stale) {
		ret = remove_tree(call, parent->file, file, STALE_DEPTH);
		if (ret && ret != -ENOENT)
			return ret;
	}
	if (needs_spelling(name, len, file)) {
		memcpy(meta->name, name, len * sizeof(*name));
		meta->name_len = len;
	}
	ret = nt_reg_mkdir(call, parent->file, file,
			   DIR_MODE | (meta->is_volatile ? S_ISVTX : 0));
	if (ret)
		return ret;
	dir = nt_reg_at(call, parent->file, file);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	ret = nt_reg_meta_write(call, dir, meta);
	fput(dir);
	if (ret)
		nt_reg_unlink(call, parent->file, file, AT_REMOVEDIR);
	else
		nt_reg_changed(parent->file, NT_REG_CHANGED_NAME);
	return ret;
}

static long create(struct key_request *req, struct nt_reg_meta *meta, struct nt_key **key,
		   u32 *disposition)
{
	const struct nt_attributes *attr = &req->attr;
	u32 parent_len, start, len;
	struct nt_key *parent;
	bool stale;
	long ret;

	*disposition = OPENED_OLD;
	ret = lookup(req, attr->len, key);
	if (ret != -ENOENT && ret != -ESTALE)
		return ret;
	stale = ret == -ESTALE;
	len = split(attr->name, attr->len, &parent_len, &start);
	if (!req->root && !parent_len)
		return NT_STATUS_ACCESS_DENIED;
	ret = lookup(req, parent_len, &parent);
	if (ret)
		return ret == -ESTALE ? -ENOENT : ret;
	ret = make_key(req->call, parent, attr->name + start, len, meta, stale);
	nt_object_put(&parent->obj);
	/* Another thread may have been faster. */
	if (ret && ret != -EEXIST)
		return ret;
	if (!ret)
		*disposition = OPENED_NEW;
	return lookup(req, attr->len, key);
}

static long create_key(struct persona_call *call)
{
	u32 options = (u32)call->args[5], disposition;
	struct nt_reg_meta *meta;
	struct key_request req;
	struct nt_key *key;
	long ret;

	if (options & ~NT_REG_OPTIONS)
		return NT_STATUS_INVALID_PARAMETER;
	if (options & NT_REG_CREATE_LINK)
		return NT_STATUS_NOT_SUPPORTED;
	ret = request_get(&req, call, call->args[2]);
	if (ret)
		return ret;
	meta = kzalloc(sizeof(*meta), GFP_KERNEL_ACCOUNT);
	ret = meta ? get_class(call->args[4], meta) : -ENOMEM;
	if (ret)
		goto out;
	meta->is_volatile = options & NT_REG_VOLATILE;
	ret = create(&req, meta, &key, &disposition);
	if (ret)
		goto out;
	if (call->args[6] && put_user(disposition, (u32 __user *)u64_to_user_ptr(call->args[6])))
		ret = -EFAULT;
	else
		ret = nt_handle_return(call, &key->obj, (u32)call->args[1],
				       nt_handle_attr(&req.attr), u64_to_user_ptr(call->args[0]));
	nt_object_put(&key->obj);
out:
	kfree(meta);
	request_put(&req);
	return ret;
}

long nt_create_key(struct persona_call *call)
{
	return nt_handle_none(call->args[0], create_key(call));
}

/* The directory that a key is in, and the key's file name there. */
static struct file *parent_of(struct persona_call *call, struct nt_key *key,
			      char name[NAME_MAX + 1])
{
	struct name_snapshot snapshot;

	take_dentry_name_snapshot(&snapshot, key->file->f_path.dentry);
	strscpy(name, (const char *)snapshot.name.name, NAME_MAX + 1);
	release_dentry_name_snapshot(&snapshot);
	return nt_reg_at(call, key->file, "..");
}

/* \Registry, \Registry\Machine, \Registry\User and the users' own are no one's to move. */
static bool is_fixed(const struct nt_key *key)
{
	u32 i, depth = 0;

	for (i = 0; i < key->len; i++)
		depth += key->name[i] == '\\';
	return depth < 3 || (depth == 3 && key->len > 15 &&
			     !nt_strnicmp(key->name + 10, (const u16[]){ 'u', 's', 'e', 'r' }, 4));
}

static long delete_key(struct persona_call *call, struct nt_key *key)
{
	struct nt_reg_list *list;
	char name[NAME_MAX + 1];
	struct file *parent;
	long ret;
	u32 i;

	if (is_fixed(key))
		return NT_STATUS_CANNOT_DELETE;
	if (mutex_lock_killable(&key->lock))
		return -EINTR;
	ret = nt_reg_list_get(call, key, &list);
	if (!ret)
		ret = nt_reg_list_spell(call, key, list, 1);
	if (!ret && list->nspelled)
		ret = NT_STATUS_CANNOT_DELETE;
	mutex_unlock(&key->lock);
	if (ret)
		return ret;
	parent = parent_of(call, key, name);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	ret = nt_reg_list_all(call, key->file, &list);
	if (ret)
		goto out;
	/* What is left can only be volatile keys from before. */
	for (i = 0; i < list->nkeys && !ret; i++)
		ret = remove_tree(call, key->file, list->keys[i].file, STALE_DEPTH);
	for (i = 0; i < list->nvalues && !ret; i++)
		ret = remove_value(call, key->file, list->values[i].file);
	nt_reg_list_free(list);
	if (!ret)
		ret = nt_reg_unlink(call, parent, name, AT_REMOVEDIR);
	if (!ret)
		nt_reg_changed(parent, NT_REG_CHANGED_NAME);
out:
	fput(parent);
	return ret;
}

long nt_delete_key(struct persona_call *call)
{
	struct nt_key *key;
	long ret;

	ret = nt_key_ref(call, call->args[0], NT_DELETE, &key);
	if (ret)
		return ret;
	ret = delete_key(call, key);
	nt_object_put(&key->obj);
	return ret;
}

/* An empty directory would be replaced. Not all file systems can be told not to. */
static long rename_dir(struct persona_call *call, struct file *parent, const char *old,
		       const char *new)
{
	struct file *there;
	long ret;

	ret = nt_reg_rename(call, parent, old, new, RENAME_NOREPLACE);
	if (ret != -EINVAL)
		return ret;
	there = nt_reg_dir(call, parent, new);
	if (there == ERR_PTR(-ENOENT))
		return nt_reg_rename(call, parent, old, new, 0);
	if (IS_ERR(there))
		return PTR_ERR(there);
	fput(there);
	return -EEXIST;
}

static long rename_key(struct persona_call *call, struct nt_key *key, const u16 *name, u32 len)
{
	char old[NAME_MAX + 1], new[NAME_MAX + 1];
	struct nt_reg_meta *meta;
	struct file *parent;
	long ret;

	parent = parent_of(call, key, old);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	nt_reg_component(name, len, false, new);
	ret = -ENOMEM;
	meta = kmalloc(sizeof(*meta), GFP_KERNEL_ACCOUNT);
	if (!meta)
		goto out;
	ret = nt_reg_meta_read(call, key->file, ".key", meta);
	if (ret)
		goto out;
	if (strcmp(old, new)) {
		ret = rename_dir(call, parent, old, new);
		if (ret == -EEXIST)
			ret = NT_STATUS_CANNOT_DELETE;
		if (ret)
			goto out;
	}
	meta->name_len = 0;
	if (needs_spelling(name, len, new)) {
		memcpy(meta->name, name, len * sizeof(*name));
		meta->name_len = len;
	}
	ret = nt_reg_unlink(call, key->file, ".key", 0);
	if (!ret || ret == -ENOENT)
		ret = nt_reg_meta_write(call, key->file, meta);
	nt_reg_changed(parent, NT_REG_CHANGED_NAME);
out:
	kfree(meta);
	fput(parent);
	return ret;
}

long nt_rename_key(struct persona_call *call)
{
	struct nt_key *key;
	u16 *name;
	long ret;
	u32 len, i;

	ret = nt_ustring_get(call->args[1], &name, &len);
	if (ret)
		return ret;
	ret = NT_STATUS_INVALID_PARAMETER;
	if (!len || len > NT_REG_KEY_NAME_MAX)
		goto out;
	for (i = 0; i < len; i++)
		if (name[i] == '\\')
			goto out;
	ret = nt_key_ref(call, call->args[0], NT_KEY_SET_VALUE, &key);
	if (ret)
		goto out;
	ret = is_fixed(key) ? NT_STATUS_ACCESS_DENIED : rename_key(call, key, name, len);
	nt_object_put(&key->obj);
out:
	kvfree(name);
	return ret;
}

/* Files are written when they are closed; this makes the disk have them. */
long nt_flush_key(struct persona_call *call)
{
	struct nt_key *key;
	long ret, fd;

	ret = nt_key_ref(call, call->args[0], 0, &key);
	if (ret)
		return ret;
	fd = nt_reg_native(call, key->file, __NR_openat, ".",
			   O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	ret = fd;
	if (fd >= 0) {
		ret = persona_native(call, __NR_fsync, fd);
		persona_native(call, __NR_close, fd);
	}
	nt_object_put(&key->obj);
	/* Not every file system can. */
	return ret == -EINVAL ? 0 : ret;
}

#define KEY_WRITE_TIME	0	/* KeyWriteTimeInformation */

long nt_set_information_key(struct persona_call *call)
{
	struct timespec64 times[2] = { };
	struct nt_key *key;
	void __user *arg;
	s64 time;
	long ret;

	if ((u32)call->args[1] != KEY_WRITE_TIME)
		return NT_STATUS_INVALID_INFO_CLASS;
	if ((u32)call->args[3] != sizeof(time))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_from_user(&time, u64_to_user_ptr(call->args[2]), sizeof(time)))
		return -EFAULT;
	ret = nt_key_ref(call, call->args[0], NT_KEY_SET_VALUE, &key);
	if (ret)
		return ret;
	times[0].tv_nsec = UTIME_OMIT;
	times[1] = nt_time_to(time);
	arg = persona_scratch_put(call, times, sizeof(times));
	ret = PTR_ERR_OR_ZERO((__force void *)arg);
	if (!ret)
		ret = nt_reg_native(call, key->file, __NR_utimensat, ".", (__force u64)arg, 0);
	nt_object_put(&key->obj);
	return ret;
}
