// SPDX-License-Identifier: GPL-2.0-only
/*
 * NtNotifyChangeKey: who wants to know of changes in the registry.
 *
 * A watch belongs to a key object and a process. It sees the changes that NT
 * programs make; an editor of files is not noticed. A watch is there from the
 * first call on: what changes between two calls ends the second one at once.
 */
#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "nt_table.h"
#include "process.h"
#include "registry.h"
#include "sync.h"

#define WATCHES_MAX	1024	/* of one process, and requests of one watch */
#define WATCHES_USER	8192	/* of one user: changes look at all of them */
#define EVENT_MODIFY	0x0002u

/**
 * struct watch - the changes below a key that a process wants to know of
 * @link: in watches, empty when the key's last handle was closed
 * @key: key object; holds a reference
 * @proc: process, only compared: it has a handle to the key while @link is not empty
 * @uid: user, who may have so many
 * @subtree: what is below the key, too
 * @filter: NT_REG_CHANGED_*
 * @changed: something has happened that nobody was told
 * @waiters: threads in a call that waits for it; the last one frees it
 * @nrequests: number of @requests
 * @requests: calls that have returned and are told by an event
 */
struct watch {
	struct list_head link;
	struct nt_key *key;
	struct nt_proc *proc;
	kuid_t uid;
	bool subtree;
	u32 filter;
	bool changed;
	u32 waiters;
	u32 nrequests;
	struct list_head requests;
};

/**
 * struct request - a call that has returned STATUS_PENDING
 * @link: in watch->requests
 * @event: to be set, NULL if none
 * @thread: that made it; holds a reference
 * @apc: function to be called in it, 0 if none
 * @context: its first argument
 * @iosb: its second argument
 */
struct request {
	struct list_head link;
	struct nt_object *event;
	struct nt_thread_object *thread;
	u64 apc;
	u64 context;
	u64 iosb;
};

/* Of directories, by their inodes' numbers. */
#define CHANGES_BITS	8
static atomic64_t changes[1 << CHANGES_BITS];

/* Protects what follows. */
static DEFINE_MUTEX(watch_lock);
static LIST_HEAD(watches);
static DECLARE_WAIT_QUEUE_HEAD(watch_wait);

static atomic64_t *changes_of(struct file *dir)
{
	return &changes[hash_64(file_inode(dir)->i_ino, CHANGES_BITS)];
}

/**
 * nt_reg_changes() - how many changes there have been in a key
 * @dir: its directory
 *
 * Context: any.
 * Return: a number that grows with each, and seldom without one.
 */
u64 nt_reg_changes(struct file *dir)
{
	return atomic64_read(changes_of(dir));
}

static void request_free(struct request *req)
{
	if (req->event)
		nt_object_put(req->event);
	nt_object_put(&req->thread->obj);
	kfree(req);
}

/* Tells those whose calls have returned. True if there were any. */
static bool tell(struct watch *watch)
{
	struct request *req, *next;

	if (list_empty(&watch->requests))
		return false;
	list_for_each_entry_safe(req, next, &watch->requests, link) {
		list_del(&req->link);
		if (req->event)
			nt_event_set(req->event);
		if (req->apc)
			nt_apc_queue(req->thread, req->apc, req->context, req->iosb, 0);
		request_free(req);
	}
	watch->nrequests = 0;
	return true;
}

static void watch_free(struct watch *watch)
{
	nt_object_put(&watch->key->obj);
	kfree(watch);
}

/* With the lock held: it sees nothing any more. Who waits is told, and frees it. */
static void watch_end(struct watch *watch)
{
	list_del_init(&watch->link);
	tell(watch);
	if (!watch->waiters)
		watch_free(watch);
}

static bool concerns(const struct watch *watch, const struct file *dir, u32 what)
{
	struct dentry *changed = dir->f_path.dentry, *watched = watch->key->file->f_path.dentry;

	if (!(watch->filter & what))
		return false;
	return changed == watched || (watch->subtree && is_subdir(changed, watched));
}

/**
 * nt_reg_changed() - a change was made
 * @dir: in that key
 * @what: NT_REG_CHANGED_*
 *
 * Context: may sleep.
 */
void nt_reg_changed(struct file *dir, u32 what)
{
	struct watch *watch;
	bool wake = false;

	atomic64_inc(changes_of(dir));
	if (list_empty_careful(&watches))
		return;
	mutex_lock(&watch_lock);
	list_for_each_entry(watch, &watches, link) {
		if (!concerns(watch, dir, what))
			continue;
		if (!tell(watch) || watch->waiters)
			WRITE_ONCE(watch->changed, true);
		wake |= watch->waiters;
	}
	mutex_unlock(&watch_lock);
	if (wake)
		wake_up_all(&watch_wait);
}

/**
 * nt_reg_watch_close() - the last handle of a process to a key is closed
 * @key: key
 * @proc: process
 *
 * Context: may sleep.
 */
void nt_reg_watch_close(struct nt_key *key, struct nt_proc *proc)
{
	struct watch *watch, *next;

	if (list_empty_careful(&watches))
		return;
	mutex_lock(&watch_lock);
	list_for_each_entry_safe(watch, next, &watches, link) {
		if (watch->key != key || watch->proc != proc)
			continue;
		watch_end(watch);
		break;
	}
	mutex_unlock(&watch_lock);
	wake_up_all(&watch_wait);
}

/* The watch of a key, made if need be. The first call says what it is about. */
static struct watch *watch_of(struct nt_key *key, struct nt_proc *proc, u32 filter, bool subtree,
			      bool *fresh)
{
	u32 n = 0, all = 0;
	struct watch *watch;

	*fresh = false;
	list_for_each_entry(watch, &watches, link) {
		if (uid_eq(watch->uid, current_uid()))
			all++;
		if (watch->proc != proc)
			continue;
		if (watch->key == key)
			return watch;
		n++;
	}
	if (n >= WATCHES_MAX || all >= WATCHES_USER)
		return NULL;
	watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);
	if (!watch)
		return NULL;
	watch->key = nt_object_get(&key->obj);
	watch->proc = proc;
	watch->uid = current_uid();
	watch->filter = filter;
	watch->subtree = subtree;
	INIT_LIST_HEAD(&watch->requests);
	list_add(&watch->link, &watches);
	*fresh = true;
	return watch;
}

/* The event takes the reference. */
static long ask(struct persona_call *call, struct watch *watch, struct nt_object *event)
{
	struct request *req;

	if (watch->nrequests >= WATCHES_MAX)
		return NT_STATUS_INSUFFICIENT_RESOURCES;
	req = kzalloc(sizeof(*req), GFP_KERNEL_ACCOUNT);
	if (!req)
		return -ENOMEM;
	if (event)
		nt_event_reset(event);
	req->event = event;
	req->thread = nt_object_get(&nt_calling_thread(call)->self->obj);
	req->apc = call->args[2];
	req->context = call->args[3];
	req->iosb = call->args[4];
	list_add_tail(&req->link, &watch->requests);
	watch->nrequests++;
	if (watch->changed) {
		WRITE_ONCE(watch->changed, false);
		tell(watch);
	}
	return NT_STATUS_PENDING;
}

/* Called with the lock, which is let go while the thread sleeps. */
static long wait_for(struct watch *watch, struct nt_iosb *iosb)
{
	long ret;

	iosb->status = NT_STATUS_NOTIFY_ENUM_DIR;
	watch->waiters++;
	mutex_unlock(&watch_lock);
	ret = wait_event_interruptible(watch_wait, READ_ONCE(watch->changed) ||
				       list_empty_careful(&watch->link));
	mutex_lock(&watch_lock);
	watch->waiters--;
	if (list_empty(&watch->link)) {
		iosb->status = NT_STATUS_NOTIFY_CLEANUP;
		if (!watch->waiters)
			watch_free(watch);
	} else if (ret) {
		return -ERESTARTNOINTR;
	} else if (!watch->waiters) {
		/* The last of those who saw it. */
		WRITE_ONCE(watch->changed, false);
	}
	return 0;
}

/*
 * With the lock held and the watch in the list: is the handle that the caller began
 * with still there? Whoever closes it from now on finds the watch.
 */
static bool still_open(struct persona_call *call, const struct nt_key *key)
{
	struct nt_handle h;
	bool same;

	if (nt_handle_get(nt_caller(call), call->args[0], &h))
		return false;
	same = h.obj == &key->obj;
	nt_object_put(h.obj);
	return same;
}

/* Makes or finds the watch, and waits or leaves a request. Takes *event if it keeps it. */
static long notify(struct persona_call *call, struct nt_key *key, struct nt_object **event,
		   struct nt_iosb *iosb)
{
	bool subtree = (u8)call->args[6], async = (u8)call->args[9], fresh;
	struct watch *watch;
	long ret;

	mutex_lock(&watch_lock);
	watch = watch_of(key, nt_caller(call), (u32)call->args[5], subtree, &fresh);
	if (!watch) {
		ret = NT_STATUS_INSUFFICIENT_RESOURCES;
	} else if (fresh && !still_open(call, key)) {
		watch_end(watch);
		ret = NT_STATUS_INVALID_HANDLE;
	} else if (!async) {
		ret = wait_for(watch, iosb);
	} else {
		ret = ask(call, watch, *event);
		if (ret == NT_STATUS_PENDING)
			*event = NULL;
	}
	mutex_unlock(&watch_lock);
	return ret;
}

long nt_notify_change_key(struct persona_call *call)
{
	struct nt_object *event = NULL;
	bool async = (u8)call->args[9];
	struct nt_iosb iosb = { };
	struct nt_key *key;
	long ret;

	if (!((u32)call->args[5] & NT_REG_CHANGED_ALL))
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_key_ref(call, call->args[0], NT_KEY_NOTIFY, &key);
	if (ret)
		return ret;
	if (call->args[1]) {
		ret = nt_handle_ref(nt_caller(call), call->args[1], &nt_event_type, EVENT_MODIFY,
				    &event);
		if (ret)
			goto out;
	}
	ret = notify(call, key, &event, &iosb);
	/*
	 * Without the lock, which all users share: their memory may be slow. No other
	 * status than 0 here: kernelbase.dll takes any other success for an error.
	 */
	if (!ret && copy_to_user(u64_to_user_ptr(call->args[4]), &iosb, sizeof(iosb)))
		ret = -EFAULT;
	if (event && !async && ret != -ERESTARTNOINTR)
		nt_event_set(event);
out:
	if (event)
		nt_object_put(event);
	nt_object_put(&key->obj);
	return ret;
}
