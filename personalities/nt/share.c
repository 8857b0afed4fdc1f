// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all openers of a file have to agree on: sharing, deletion.
 *
 * Linux has no share modes and takes a deleted file's name away at once, so both
 * hold between NT programs only: all of them on the machine, by inode.
 */
#include <linux/file.h>
#include <linux/fsnotify.h>
#include <linux/hashtable.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uidgid.h>

#include "file_impl.h"

#define NODE_BITS	8

static DEFINE_HASHTABLE(nodes, NODE_BITS);
static DEFINE_SPINLOCK(nodes_lock);

static u32 share_needed(u32 access)
{
	u32 needed = 0;

	if (access & (NT_FILE_READ_DATA | NT_FILE_EXECUTE))
		needed |= NT_FILE_SHARE_READ;
	if (access & (NT_FILE_WRITE_DATA | NT_FILE_APPEND_DATA))
		needed |= NT_FILE_SHARE_WRITE;
	if (access & NT_DELETE)
		needed |= NT_FILE_SHARE_DELETE;
	return needed;
}

/**
 * nt_share_conflict() - do two opens of a file exclude each other?
 * @access1: rights of one
 * @share1: FILE_SHARE_* of it
 * @access2: rights of the other
 * @share2: FILE_SHARE_* of it
 *
 * An open that neither reads, writes nor deletes is in nobody's way.
 *
 * Context: any.
 * Return: true if they do.
 */
bool nt_share_conflict(u32 access1, u32 share1, u32 access2, u32 share2)
{
	u32 needed1 = share_needed(access1), needed2 = share_needed(access2);

	return needed1 && needed2 && ((needed1 & ~share2) || (needed2 & ~share1));
}
EXPORT_SYMBOL_FOR_TEST(nt_share_conflict);

/**
 * nt_opener_counts() - has an opener of a file a say in what another one does?
 * @other: opener
 * @file: the other one, of the same file
 *
 * Whoever may read a file, or only look at it, must not keep other users from
 * using it: NT's rules for sharing and locks bind them, but Linux's rights say
 * who may impose them on others.
 *
 * Context: any.
 * Return: true if it has.
 */
bool nt_opener_counts(const struct nt_file *other, const struct nt_file *file)
{
	return other->file->f_mode & FMODE_WRITE ||
	       uid_eq(other->file->f_cred->fsuid, file->file->f_cred->fsuid);
}

static struct nt_node *node_find(const struct inode *inode)
{
	struct nt_node *node;

	hash_for_each_possible(nodes, node, hash, (unsigned long)inode)
		if (node->inode == inode)
			return node;
	return NULL;
}

static struct nt_node *node_get(struct inode *inode)
{
	struct nt_node *node, *new;

	spin_lock(&nodes_lock);
	node = node_find(inode);
	if (node)
		node->refs++;
	spin_unlock(&nodes_lock);
	if (node)
		return node;
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return NULL;
	new->refs = 1;
	new->inode = inode;
	spin_lock_init(&new->lock);
	INIT_LIST_HEAD(&new->openers);
	INIT_LIST_HEAD(&new->ranges);
	init_waitqueue_head(&new->wait);
	spin_lock(&nodes_lock);
	node = node_find(inode);
	if (node)
		node->refs++;
	else
		hash_add(nodes, &new->hash, (unsigned long)inode);
	spin_unlock(&nodes_lock);
	if (!node)
		return new;
	kfree(new);
	return node;
}

static void node_put(struct nt_node *node)
{
	spin_lock(&nodes_lock);
	if (--node->refs) {
		spin_unlock(&nodes_lock);
		return;
	}
	hash_del(&node->hash);
	spin_unlock(&nodes_lock);
	kfree(node);
}

/**
 * nt_node_join() - one more opener of a file
 * @file: new file object
 * @access: rights that count for sharing
 * @share: FILE_SHARE_*
 *
 * Context: may sleep.
 * Return: 0, STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING or -ENOMEM.
 */
long nt_node_join(struct nt_file *file, u32 access, u32 share)
{
	struct nt_file *other;
	struct nt_node *node;
	long ret = 0;

	file->share = share;
	file->share_access = access;
	if (file->device != NT_DEVICE_DISK)
		return 0;
	node = node_get(file_inode(file->file));
	if (!node)
		return -ENOMEM;
	spin_lock(&node->lock);
	if (node->delete_pending)
		ret = NT_STATUS_DELETE_PENDING;
	list_for_each_entry(other, &node->openers, opener) {
		if (ret)
			break;
		if (nt_opener_counts(other, file) &&
		    nt_share_conflict(access, share, other->share_access, other->share))
			ret = NT_STATUS_SHARING_VIOLATION;
	}
	if (!ret) {
		file->node = node;
		list_add(&file->opener, &node->openers);
	}
	spin_unlock(&node->lock);
	if (ret)
		node_put(node);
	return ret;
}

/* Is it a name in its mount? What is mounted has its name outside. */
static bool has_name(const struct path *path)
{
	return path->dentry != path->mnt->mnt_root && is_subdir(path->dentry, path->mnt->mnt_root);
}

/**
 * nt_may_delete() - may the caller take a file's name away, as far as one can tell?
 * @path: file
 *
 * The name goes when the last handle does, and an error then would be lost. And
 * nobody can open a file that is to be deleted: that is for those to cause who can
 * delete it.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int nt_may_delete(const struct path *path)
{
	struct inode *inode = d_inode(path->dentry), *dir;
	struct dentry *parent;
	int err;

	if (!has_name(path))
		return -EBUSY;
	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	mnt_drop_write(path->mnt);
	parent = dget_parent(path->dentry);
	dir = d_inode(parent);
	err = inode_permission(persona_mnt_idmap(path->mnt), dir, MAY_WRITE | MAY_EXEC);
	if (!err && (IS_APPEND(dir) || IS_APPEND(inode) || IS_IMMUTABLE(inode) ||
		     check_sticky(persona_mnt_idmap(path->mnt), dir, inode)))
		err = -EPERM;
	dput(parent);
	return err;
}

/*
 * Takes a name away, as unlink(2) or rmdir(2) would for those who opened it. Runs
 * when the last handle is closed, maybe by a kernel thread after the process's
 * end. Whether the system call is allowed was asked when deletion was asked for.
 */
static int node_unlink(const struct path *path, const struct cred *cred)
{
	const struct cred *old = override_creds(cred);
	struct dentry *dentry = path->dentry, *parent;
	struct path parent_path = { .mnt = path->mnt };
	struct inode *dir;
	int err;

	err = mnt_want_write(path->mnt);
	if (err)
		goto out_creds;
	parent = dget_parent(dentry);
	parent_path.dentry = parent;
	dir = d_inode(parent);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	if (dentry->d_parent != parent || d_unhashed(dentry) || d_is_negative(dentry)) {
		err = -ENOENT;
	} else if (!has_name(path)) {
		err = -EBUSY;
	} else if (d_is_dir(dentry)) {
		err = persona_security_path_rmdir(&parent_path, dentry);
		if (!err)
			err = persona_vfs_rmdir(persona_mnt_idmap(path->mnt), dir, dentry);
	} else {
		err = security_path_unlink(&parent_path, dentry);
		if (!err)
			err = vfs_unlink(persona_mnt_idmap(path->mnt), dir, dentry, NULL);
	}
	inode_unlock(dir);
	dput(parent);
	mnt_drop_write(path->mnt);
out_creds:
	revert_creds(old);
	return err;
}

/**
 * nt_node_set_delete() - delete the file when its last handle is closed, or do not
 * @file: file object
 * @pending: delete it
 *
 * Context: may sleep.
 * Return: 0; STATUS_FILE_CLOSED: the last handle to @file was closed meanwhile.
 */
long nt_node_set_delete(struct nt_file *file, bool pending)
{
	struct nt_node *node = file->node;
	const struct cred *cred = NULL;
	struct path path = { };
	long ret = 0;

	if (pending) {
		cred = get_cred(file->file->f_cred);
		path = file->file->f_path;
		path_get(&path);
	}
	spin_lock(&node->lock);
	/* Only an opener: the last of them sees to it when it goes. */
	if (list_empty(&file->opener)) {
		ret = NT_STATUS_FILE_CLOSED;
	} else if (node->delete_pending != pending) {
		swap(node->victim, path);
		swap(node->cred, cred);
		node->delete_pending = pending;
	}
	spin_unlock(&node->lock);
	/* What is not needed: either the old ones or the new ones. */
	path_put(&path);
	if (cred)
		put_cred(cred);
	return ret;
}

/**
 * nt_node_delete_pending() - will the file be deleted?
 * @file: file object
 *
 * Context: any.
 * Return: true if somebody has asked for it.
 */
bool nt_node_delete_pending(struct nt_file *file)
{
	return file->node && READ_ONCE(file->node->delete_pending);
}

/**
 * nt_inode_is_open() - has an NT process a handle to a file that must stay?
 * @file: file object that is to get the file's name
 * @inode: of the file
 *
 * Context: any.
 * Return: true if it has.
 */
bool nt_inode_is_open(const struct nt_file *file, const struct inode *inode)
{
	const struct nt_file *other;
	struct nt_node *node;
	bool open = false;

	spin_lock(&nodes_lock);
	node = node_find(inode);
	if (node) {
		spin_lock(&node->lock);
		list_for_each_entry(other, &node->openers, opener) {
			open = nt_opener_counts(other, file);
			if (open)
				break;
		}
		spin_unlock(&node->lock);
	}
	spin_unlock(&nodes_lock);
	return open;
}

/**
 * nt_node_close() - the last handle to a file object is closed
 * @file: file object; something in the kernel may still use it
 *
 * Context: may sleep.
 */
void nt_node_close(struct nt_file *file)
{
	struct nt_node *node = file->node;
	const struct cred *cred = NULL;
	struct path victim = { };
	bool delete = false;

	if (!node || list_empty(&file->opener))
		return;
	if (file->delete_on_close) {
		if (file->posix_delete)
			node_unlink(&file->file->f_path, file->file->f_cred);
		else
			nt_node_set_delete(file, true);
	}
	spin_lock(&node->lock);
	if (!list_empty(&file->opener)) {
		list_del_init(&file->opener);
		delete = node->delete_pending && list_empty(&node->openers);
	}
	if (delete) {
		swap(node->victim, victim);
		swap(node->cred, cred);
	}
	spin_unlock(&node->lock);
	if (!delete)
		return;
	/* Nobody else gets here: opens fail as long as deletion is pending. */
	node_unlink(&victim, cred);
	spin_lock(&node->lock);
	node->delete_pending = false;
	spin_unlock(&node->lock);
	path_put(&victim);
	put_cred(cred);
}

/**
 * nt_node_leave() - a file object is destroyed
 * @file: file object
 *
 * Context: may sleep.
 */
void nt_node_leave(struct nt_file *file)
{
	if (!file->node)
		return;
	nt_ranges_release(file, NULL);
	nt_node_close(file);
	node_put(file->node);
	file->node = NULL;
}
