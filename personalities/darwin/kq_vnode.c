// SPDX-License-Identifier: GPL-2.0-only
/*
 * EVFILT_VNODE: changes of a file, on fsnotify marks.
 *
 * Linux says of a name removed no more than that the link count (an attribute)
 * has changed, so counts and sizes are remembered to tell. XNU gives for:
 * unlink DELETE|LINK, a new link LINK, rename RENAME (DELETE for a file in its
 * place), write WRITE and EXTEND, an entry in a directory WRITE (and LINK if it is
 * a directory). Limit: an open directory does not learn of its own removal, Linux
 * says that at the last close only.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/slab.h>

#include "darwin.h"
#include "kqueue.h"

#define KQ_VNODE_EVENTS	(FS_MODIFY | FS_ATTRIB | FS_MOVE_SELF | FS_DELETE_SELF | \
			 FS_CREATE | FS_DELETE | FS_MOVED_FROM | FS_MOVED_TO | FS_UNMOUNT)

/**
 * struct darwin_kq_mark - a mark on an inode
 * @fsn: fsnotify's part
 * @lock: protects @kn against the end of the knote
 * @kn: whom to tell, NULL when it is gone
 * @nlink: last seen number of links
 * @size: last seen size
 */
struct darwin_kq_mark {
	struct fsnotify_mark fsn;
	/* protects kn against the end of the knote */
	spinlock_t lock;
	struct darwin_knote *kn;
	unsigned int nlink;
	loff_t size;
};

static struct fsnotify_group *kq_group;

static u32 kq_vnode_notes(struct darwin_kq_mark *mark, u32 mask, const struct inode *inode)
{
	unsigned int nlink = READ_ONCE(inode->i_nlink);
	loff_t size = i_size_read(inode);
	bool dir = S_ISDIR(inode->i_mode);
	u32 notes = 0;

	if (mask & FS_MODIFY) {
		notes |= DARWIN_NOTE_WRITE;
		if (size > mark->size)
			notes |= DARWIN_NOTE_EXTEND;
	}
	if (mask & (FS_CREATE | FS_DELETE | FS_MOVED_FROM | FS_MOVED_TO)) {
		notes |= DARWIN_NOTE_WRITE;
		if (mask & FS_ISDIR)
			notes |= DARWIN_NOTE_LINK;
	}
	if (mask & FS_ATTRIB) {
		if (dir || nlink == mark->nlink)
			notes |= DARWIN_NOTE_ATTRIB;
		else
			notes |= DARWIN_NOTE_LINK;
		if (nlink < mark->nlink && (!dir || !nlink))
			notes |= DARWIN_NOTE_DELETE | DARWIN_NOTE_LINK;
	}
	if (mask & FS_MOVE_SELF)
		notes |= DARWIN_NOTE_RENAME;
	if (mask & FS_DELETE_SELF)
		notes |= DARWIN_NOTE_DELETE;
	if (mask & FS_UNMOUNT)
		notes |= DARWIN_NOTE_REVOKE;
	mark->nlink = nlink;
	mark->size = size;
	return notes;
}

static int kq_vnode_event(struct fsnotify_mark *fsn, u32 mask, struct inode *inode,
			  struct inode *dir, const struct qstr *name, u32 cookie)
{
	struct darwin_kq_mark *mark = container_of(fsn, struct darwin_kq_mark, fsn);
	struct darwin_knote *kn;
	u32 notes;

	spin_lock(&mark->lock);
	kn = mark->kn;
	if (kn && kn->filter == DARWIN_EVFILT_READ) {
		darwin_kq_activate(kn);
	} else if (kn) {
		notes = kq_vnode_notes(mark, mask, file_inode(kn->file)) & READ_ONCE(kn->sfflags);
		if (notes)
			darwin_kq_note(kn, notes, 0);
	}
	spin_unlock(&mark->lock);
	return 0;
}

static void kq_mark_free(struct fsnotify_mark *fsn)
{
	kfree(container_of(fsn, struct darwin_kq_mark, fsn));
}

static const struct fsnotify_ops kq_vnode_ops = {
	.handle_inode_event = kq_vnode_event,
	.free_mark = kq_mark_free,
};

/**
 * darwin_kq_mark_add() - have changes of a knote's file reported to it
 * @kn: the knote, with a file
 * @mask: FS_* events
 *
 * Context: may sleep. Return: for darwin_kq_mark_remove(), or ERR_PTR().
 */
struct darwin_kq_mark *darwin_kq_mark_add(struct darwin_knote *kn, u32 mask)
{
	struct inode *inode = file_inode(kn->file);
	struct darwin_kq_mark *mark;
	int err;

	mark = kzalloc(sizeof(*mark), GFP_KERNEL_ACCOUNT);
	if (!mark)
		return ERR_PTR(-ENOMEM);
	fsnotify_init_mark(&mark->fsn, kq_group);
	spin_lock_init(&mark->lock);
	mark->fsn.mask = mask;
	mark->kn = kn;
	mark->nlink = inode->i_nlink;
	mark->size = i_size_read(inode);
	err = fsnotify_add_inode_mark(&mark->fsn, inode, 0);
	if (err) {
		fsnotify_put_mark(&mark->fsn);
		return ERR_PTR(err);
	}
	return mark;
}

/**
 * darwin_kq_mark_remove() - undo darwin_kq_mark_add()
 * @mark: its result; the knote is not activated any more after this
 *
 * Context: may sleep.
 */
void darwin_kq_mark_remove(struct darwin_kq_mark *mark)
{
	spin_lock(&mark->lock);
	mark->kn = NULL;
	spin_unlock(&mark->lock);
	fsnotify_destroy_mark(&mark->fsn, kq_group);
	fsnotify_put_mark(&mark->fsn);
}

static int kq_vnode_attach(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	struct inode *inode = file_inode(kn->file);
	struct darwin_kq_mark *mark;

	if (kev->fflags & ~DARWIN_NOTE_VNODE_ALL)
		return PERSONA_ERR(DARWIN_ENOTSUP);
	/* Sockets, pipes and the like have no vnode. */
	if (IS_PRIVATE(inode) || S_ISSOCK(inode->i_mode) || !inode->i_sb->s_root ||
	    (inode->i_sb->s_flags & SB_NOUSER))
		return -EINVAL;
	mark = darwin_kq_mark_add(kn, KQ_VNODE_EVENTS);
	if (IS_ERR(mark))
		return PTR_ERR(mark);
	kn->vnode.mark = mark;
	return 0;
}

static void kq_vnode_detach(struct darwin_knote *kn)
{
	darwin_kq_mark_remove(kn->vnode.mark);
}

static int kq_vnode_touch(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	if (kev->fflags & ~DARWIN_NOTE_VNODE_ALL)
		return PERSONA_ERR(DARWIN_ENOTSUP);
	spin_lock_irq(&kn->kq->lock);
	WRITE_ONCE(kn->sfflags, kev->fflags);
	spin_unlock_irq(&kn->kq->lock);
	return kn->fflags != 0;
}

static bool kq_vnode_process(struct darwin_knote *kn, struct darwin_kq_scan *scan,
			     struct darwin_kevent *kev)
{
	u32 fflags;

	spin_lock_irq(&kn->kq->lock);
	fflags = kn->fflags;
	if (kev && (kn->flags & DARWIN_EV_CLEAR))
		kn->fflags = 0;
	spin_unlock_irq(&kn->kq->lock);
	if (kev) {
		kev->fflags = fflags;
		if (fflags & DARWIN_NOTE_REVOKE)
			kev->flags |= DARWIN_EV_EOF | DARWIN_EV_ONESHOT;
	}
	return fflags;
}

const struct darwin_kq_filter darwin_kq_vnode_filter = {
	.isfd = true,
	.raw = true,
	.attach = kq_vnode_attach,
	.detach = kq_vnode_detach,
	.touch = kq_vnode_touch,
	.process = kq_vnode_process,
};

/**
 * darwin_kq_vnode_init() - make the group that all marks belong to
 *
 * Return: 0 or a negative errno.
 */
int darwin_kq_vnode_init(void)
{
	kq_group = fsnotify_alloc_group(&kq_vnode_ops, FSNOTIFY_GROUP_DUPS);
	return PTR_ERR_OR_ZERO(kq_group);
}

/**
 * darwin_kq_vnode_exit() - undo darwin_kq_vnode_init(); no mark is left
 */
void darwin_kq_vnode_exit(void)
{
	/* Freed marks pass through a work item that calls into this module. */
	fsnotify_wait_marks_destroyed();
	fsnotify_put_group(kq_group);
}
