// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drives: where their links lead is remembered, so that not every name of a file
 * is looked up from the view's folder dosdevices on.
 *
 * A symbolic link never changes; another in its place has another directory entry.
 * So what is remembered holds as long as the link's entry does.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "file_impl.h"

#define DRIVES		"/dosdevices/"
#define TO_DRIVE_C	"../drive_c"
#define LETTERS		26

/**
 * struct nt_drive - one drive
 * @link: the link, with references; NULL pointers if nothing is known
 * @inode: its inode
 * @len: bytes in @prefix
 * @prefix: absolute path that the link stands for, without a slash at its end
 */
struct nt_drive {
	struct path link;
	const struct inode *inode;
	u32 len;
	char prefix[100];
};

/**
 * struct nt_drives - the drives of a process
 * @lock: protects all of them
 * @drive: by letter
 */
struct nt_drives {
	spinlock_t lock;	/* see above */
	struct nt_drive drive[LETTERS];
};

static struct nt_drives *drives_get(struct nt_proc *proc)
{
	struct nt_drives *drives = READ_ONCE(proc->drives), *other;

	if (likely(drives))
		return drives;
	drives = kzalloc(sizeof(*drives), GFP_KERNEL_ACCOUNT);
	if (!drives)
		return NULL;
	spin_lock_init(&drives->lock);
	other = cmpxchg(&proc->drives, NULL, drives);
	if (!other)
		return drives;
	kfree(drives);
	return other;
}

/* What the target of a link comes to; false if that is not simple. */
static bool make_prefix(struct nt_drive *drive, const char *root, const char *target)
{
	int n;

	if (!strcmp(target, TO_DRIVE_C))
		n = snprintf(drive->prefix, sizeof(drive->prefix), "%s/drive_c", root);
	else if (*target == '/')
		n = snprintf(drive->prefix, sizeof(drive->prefix), "%s", target);
	else
		return false;
	if (n >= (int)sizeof(drive->prefix))
		return false;
	while (n && drive->prefix[n - 1] == '/')
		n--;
	drive->len = n;
	/* Whoever makes a path has reckoned with the link's own name. */
	return n <= (int)(strlen(root) + strlen(DRIVES "x:"));
}

/* Reads the link @name, the whole path of one. */
static bool read_drive(struct nt_drive *drive, const char *root, const char *name)
{
	DEFINE_DELAYED_CALL(done);
	const char *target;
	bool ok = false;

	if (kern_path(name, 0, &drive->link))
		return false;
	drive->inode = d_inode(drive->link.dentry);
	/* Elsewhere it could be replaced without our hearing of it. */
	if (S_ISLNK(drive->inode->i_mode) &&
	    !(drive->link.dentry->d_flags & DCACHE_OP_REVALIDATE)) {
		target = vfs_get_link(drive->link.dentry, &done);
		ok = !IS_ERR(target) && make_prefix(drive, root, target);
		do_delayed_call(&done);
	}
	if (!ok)
		path_put(&drive->link);
	return ok;
}

static void learn(struct nt_drives *drives, u32 nr, const char *root, const char *name)
{
	struct nt_drive drive = { };

	if (!read_drive(&drive, root, name))
		return;
	spin_lock(&drives->lock);
	swap(drives->drive[nr], drive);
	spin_unlock(&drives->lock);
	path_put(&drive.link);		/* the one before, if any */
}

static int recall(struct nt_drives *drives, u32 nr, char *buf)
{
	struct nt_drive *drive = &drives->drive[nr];
	int n = -ENOENT;

	spin_lock(&drives->lock);
	if (drive->link.dentry && !d_unhashed(drive->link.dentry) &&
	    d_inode(drive->link.dentry) == drive->inode) {
		memcpy(buf, drive->prefix, drive->len);
		n = drive->len;
	}
	spin_unlock(&drives->lock);
	return n;
}

/**
 * nt_drive_path() - the path of a drive
 * @proc: the caller's process
 * @letter: small
 * @buf: receives it, without a slash at its end and not terminated
 * @max: room; enough for the view's root and a few bytes more
 *
 * Context: may sleep.
 * Return: bytes.
 */
int nt_drive_path(struct nt_proc *proc, char letter, char *buf, size_t max)
{
	const char *root = *nt_personality.view_root;
	struct nt_drives *drives = drives_get(proc);
	u32 nr = letter - 'a';
	int n;

	if (likely(drives && nr < LETTERS)) {
		n = recall(drives, nr, buf);
		if (likely(n >= 0))
			return n;
	}
	n = scnprintf(buf, max, "%s" DRIVES "%c:", root, letter);
	if (drives && nr < LETTERS)
		learn(drives, nr, root, buf);
	return n;
}

/**
 * nt_drives_drop() - forget the drives of a process
 * @proc: without threads
 *
 * Context: may sleep.
 */
void nt_drives_drop(struct nt_proc *proc)
{
	u32 i;

	if (!proc->drives)
		return;
	for (i = 0; i < LETTERS; i++)
		path_put(&proc->drives->drive[i].link);
	kfree(proc->drives);
	proc->drives = NULL;
}
