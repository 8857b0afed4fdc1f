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
		if (nt_share_conflict(access, share, other->share_access, other->share))
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

/*
 * Takes a name away, as unlink(2) or rmdir(2) would for those who opened it. Runs
 * when the last handle is closed, maybe by a kernel thread after the process's
 * end. Whether the system call is allowed was asked when deletion was asked for.
 */
static int node_unlink(const struct path *path, const struct cred *cred)
{
	const struct cred *old = override_creds(cred);
	struct dentry *dentry = path->dentry, *parent;
	struct inode *dir;
	int err;

	err = mnt_want_write(path->mnt);
	if (err)
		goto out_creds;
	parent = dget_parent(dentry);
	dir = d_inode(parent);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	if (dentry->d_parent != parent || d_unhashed(dentry) || d_is_negative(dentry)) {
		err = -ENOENT;
	} else if (d_is_dir(dentry)) {
		err = persona_vfs_rmdir(persona_mnt_idmap(path->mnt), dir, dentry);
	} else {
		struct path parent_path = { .mnt = path->mnt, .dentry = parent };

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
 * Return: 0.
 */
long nt_node_set_delete(struct nt_file *file, bool pending)
{
	struct nt_node *node = file->node;
	const struct cred *cred = NULL;
	struct path path = { };

	if (pending) {
		cred = get_cred(file->file->f_cred);
		path = file->file->f_path;
		path_get(&path);
	}
	spin_lock(&node->lock);
	if (node->delete_pending != pending) {
		swap(node->victim, path);
		swap(node->cred, cred);
		node->delete_pending = pending;
	}
	spin_unlock(&node->lock);
	/* What is not needed: either the old ones or the new ones. */
	path_put(&path);
	if (cred)
		put_cred(cred);
	return 0;
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
 * nt_inode_is_open() - has an NT process a handle to a file?
 * @inode: of the file
 *
 * Context: any.
 * Return: true if it has.
 */
bool nt_inode_is_open(const struct inode *inode)
{
	struct nt_node *node;
	bool open = false;

	spin_lock(&nodes_lock);
	node = node_find(inode);
	if (node) {
		spin_lock(&node->lock);
		open = !list_empty(&node->openers);
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
	struct path path = { };
	bool delete;

	if (!node || list_empty(&file->opener))
		return;
	if (file->delete_on_close) {
		if (file->posix_delete)
			node_unlink(&file->file->f_path, file->file->f_cred);
		else
			nt_node_set_delete(file, true);
	}
	spin_lock(&node->lock);
	list_del_init(&file->opener);
	delete = node->delete_pending && node->victim.dentry && list_empty(&node->openers);
	if (delete) {
		/* Ours now: a call that still has the file object may take it all back. */
		swap(node->victim, path);
		swap(node->cred, cred);
	}
	spin_unlock(&node->lock);
	if (!delete)
		return;
	/* Opens fail as long as deletion is pending. */
	node_unlink(&path, cred);
	path_put(&path);
	put_cred(cred);
	nt_node_set_delete(file, false);
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
