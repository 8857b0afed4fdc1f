// SPDX-License-Identifier: GPL-2.0-only
/*
 * Byte-range locks.
 *
 * Among NT programs they are what NT has: owned by the file object, in everybody's
 * way who reads or writes there through another one, taken and released one by
 * one. Each is an open-file-description lock as well, as far as the file's mode
 * allows one, so that native programs that look at locks see it.
 */
#include <linux/export.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "locks.h"
#include "nt_table.h"

#define RANGES_MAX	65536u	/* per file: they are searched one by one */

/**
 * nt_range_overlap() - have two ranges a byte in common?
 * @a: one
 * @b: other
 *
 * Context: any.
 * Return: true if they have. Empty ranges have none.
 */
bool nt_range_overlap(const struct nt_range *a, const struct nt_range *b)
{
	return a->len && b->len && a->start <= b->start + (b->len - 1) &&
	       b->start <= a->start + (a->len - 1);
}
EXPORT_SYMBOL_FOR_TEST(nt_range_overlap);

/**
 * nt_range_excludes() - is a lock in the way of a new one?
 * @held: lock that is there
 * @want: lock that is wanted
 *
 * An exclusive lock is in nobody's way who has it and wants a shared one: LockFileEx()
 * tells how a program that gives up the first goes on with the second.
 *
 * Context: any.
 * Return: true if it is.
 */
bool nt_range_excludes(const struct nt_range *held, const struct nt_range *want)
{
	if (!want->exclusive && held->file == want->file && held->proc == want->proc)
		return false;
	return (held->exclusive || want->exclusive) && nt_range_overlap(held, want);
}
EXPORT_SYMBOL_FOR_TEST(nt_range_excludes);

static bool range_taken(struct nt_node *node, const struct nt_range *want)
{
	struct nt_range *held;

	lockdep_assert_held(&node->lock);
	list_for_each_entry(held, &node->ranges, link)
		if (nt_range_excludes(held, want) && nt_opener_counts(held->file, want->file))
			return true;
	return false;
}

/* Takes it if nobody is in the way. */
static long try_range(struct nt_node *node, struct nt_range *range)
{
	long ret = 0;

	spin_lock(&node->lock);
	if (range_taken(node, range)) {
		ret = NT_STATUS_LOCK_NOT_GRANTED;
	} else if (node->nr_ranges >= RANGES_MAX) {
		ret = NT_STATUS_INSUFFICIENT_RESOURCES;
	} else {
		range->pending = true;
		list_add_tail(&range->link, &node->ranges);
		node->nr_ranges++;
	}
	spin_unlock(&node->lock);
	return ret;
}

/* The end of what try_range() has begun. True if @range is not in the list any more. */
static bool end_range(struct nt_node *node, struct nt_range *range, bool drop)
{
	spin_lock(&node->lock);
	range->pending = false;
	drop |= range->closed;
	if (drop) {
		list_del(&range->link);
		node->nr_ranges--;
	}
	spin_unlock(&node->lock);
	if (drop)
		wake_up_all(&node->wait);
	return drop;
}

/* fcntl(2) on the range; what cannot be said to Linux is left unsaid. */
static long native_lock(struct persona_call *call, struct nt_file *file, u64 start, u64 len,
			short type, int cmd)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };
	void __user *user;
	long ret;

	if (!len || start > S64_MAX ||
	    (type == F_WRLCK && !(file->file->f_mode & FMODE_WRITE)) ||
	    (type == F_RDLCK && !(file->file->f_mode & FMODE_READ)))
		return 0;
	lock.l_start = start;
	/* 0: up to the end, wherever that will be. */
	lock.l_len = len > S64_MAX - start ? 0 : len;
	user = persona_scratch_put(call, &lock, sizeof(lock));
	if (IS_ERR(user))
		return PTR_ERR(user);
	ret = nt_file_native(call, file->file, __NR_fcntl, cmd, user);
	return ret == -EACCES ? -EAGAIN : ret;
}

/* Another lock of ours on the same bytes goes on; Linux knows one for each byte. */
static void relock(struct persona_call *call, struct nt_file *file, const struct nt_range *with)
{
	struct nt_node *node = file->node;
	struct nt_range *range, other = { };

	spin_lock(&node->lock);
	list_for_each_entry(range, &node->ranges, link) {
		if (range != with && range->file == file && !range->pending &&
		    nt_range_overlap(range, with) && (!other.len || range->exclusive))
			other = *range;
	}
	spin_unlock(&node->lock);
	if (other.len)
		native_lock(call, file, other.start, other.len,
			    other.exclusive ? F_WRLCK : F_RDLCK, F_OFD_SETLK);
}

/* Does an exclusive lock of ours hold all of it already? */
static bool is_covered(struct nt_node *node, const struct nt_range *want)
{
	const struct nt_range *held;
	bool covered = false;

	if (want->exclusive || !want->len)
		return false;
	spin_lock(&node->lock);
	list_for_each_entry(held, &node->ranges, link) {
		covered = held->exclusive && !held->pending && held->file == want->file &&
			  held->len && held->start <= want->start &&
			  held->start + (held->len - 1) >= want->start + (want->len - 1);
		if (covered)
			break;
	}
	spin_unlock(&node->lock);
	return covered;
}

/* Takes @range over if it returns 0. */
static long lock_range(struct persona_call *call, struct nt_file *file, struct nt_range *range,
		       bool wait)
{
	struct nt_node *node = file->node;
	bool covered;
	long ret;

	for (;;) {
		ret = try_range(node, range);
		if (ret != NT_STATUS_LOCK_NOT_GRANTED || !wait)
			break;
		/* Looks without the lock; try_range() decides. */
		if (wait_event_interruptible(node->wait, !nt_range_busy(node, range)))
			return -ERESTARTNOINTR;
	}
	if (ret)
		return ret;
	/* Linux would make it a shared one, for others to slip in. */
	covered = is_covered(node, range);
	if (!covered)
		ret = native_lock(call, file, range->start, range->len,
				  range->exclusive ? F_WRLCK : F_RDLCK,
				  wait ? F_OFD_SETLKW : F_OFD_SETLK);
	/* Only a native program's lock counts, not that there can be none. */
	if (ret != -EAGAIN && ret != -EDEADLK && ret != -ERESTARTSYS && ret != -EINTR) {
		if (!range->exclusive && !covered)
			relock(call, file, range);
		if (end_range(node, range, false))
			kfree(range);
		return 0;
	}
	end_range(node, range, true);
	if (ret == -ERESTARTSYS || ret == -EINTR)
		return -ERESTARTNOINTR;
	return NT_STATUS_LOCK_NOT_GRANTED;
}

/**
 * nt_range_busy() - would a lock have to wait?
 * @node: file
 * @want: lock
 *
 * Context: any.
 * Return: true if it would.
 */
bool nt_range_busy(struct nt_node *node, const struct nt_range *want)
{
	bool busy;

	spin_lock(&node->lock);
	busy = range_taken(node, want);
	spin_unlock(&node->lock);
	return busy;
}

/**
 * nt_ranges_conflict() - is a read or write in the way of a lock?
 * @file: file object that reads or writes
 * @pos: where
 * @len: bytes
 * @write: it writes
 *
 * One's own locks only keep one from writing what is locked for reading.
 *
 * Context: any.
 * Return: true if it must fail.
 */
bool nt_ranges_conflict(struct nt_file *file, u64 pos, u64 len, bool write)
{
	struct nt_range want = { .start = pos, .len = len }, *held;
	struct nt_node *node = file->node;
	bool conflict = false;

	if (likely(!node || list_empty(&node->ranges)))
		return false;
	spin_lock(&node->lock);
	list_for_each_entry(held, &node->ranges, link) {
		conflict = (held->exclusive ? held->file != file : write) &&
			   nt_range_overlap(held, &want) && nt_opener_counts(held->file, file);
		if (conflict)
			break;
	}
	spin_unlock(&node->lock);
	return conflict;
}

/**
 * nt_ranges_release() - a process has closed its last handle to a file object
 * @file: file object
 * @proc: process, whose locks go; NULL: all that the file object has
 *
 * Context: may sleep.
 */
void nt_ranges_release(struct nt_file *file, struct nt_proc *proc)
{
	struct nt_node *node = file->node;
	struct nt_range *range, *tmp;
	LIST_HEAD(gone);

	if (!node || list_empty(&node->ranges))
		return;
	spin_lock(&node->lock);
	list_for_each_entry_safe(range, tmp, &node->ranges, link) {
		if (range->file != file || (proc && range->proc != proc))
			continue;
		if (range->pending) {
			range->closed = true;
		} else {
			list_move(&range->link, &gone);
			node->nr_ranges--;
		}
	}
	spin_unlock(&node->lock);
	list_for_each_entry_safe(range, tmp, &gone, link)
		kfree(range);
	wake_up_all(&node->wait);
}

static long get_range(u64 uoffset, u64 ulen, struct nt_range *range)
{
	if (get_user(range->start, (u64 __user *)u64_to_user_ptr(uoffset)) ||
	    get_user(range->len, (u64 __user *)u64_to_user_ptr(ulen)))
		return -EFAULT;
	if (range->len && range->start + (range->len - 1) < range->start)
		return NT_STATUS_INVALID_LOCK_RANGE;
	return 0;
}

static long lock_call(struct persona_call *call, struct nt_file *file)
{
	struct nt_range *range;
	long ret;

	if (!file->node)
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	range = kzalloc(sizeof(*range), GFP_KERNEL_ACCOUNT);
	if (!range)
		return -ENOMEM;
	ret = get_range(call->args[5], call->args[6], range);
	if (!ret)
		ret = nt_io_begin(call, file);
	if (!ret) {
		range->file = file;
		range->proc = nt_caller(call);
		range->exclusive = (u8)call->args[9];
		ret = lock_range(call, file, range, !(u8)call->args[8]);
	}
	if (ret) {
		kfree(range);
		return ret;
	}
	ret = nt_io_end(call, file, 0, 0);
	/* Wine's LockFileEx() has no IO_STATUS_BLOCK. */
	return call->args[NT_IO_IOSB] ? ret : 0;
}

/*
 * NtLockFile(file, event, apc, context, *iosb, *offset, *length, *key, at once,
 * exclusive)
 */
long nt_lock_file(struct persona_call *call)
{
	struct nt_file *file;
	long ret;

	ret = nt_file_ref_any(call, call->args[0], NT_FILE_READ_DATA | NT_FILE_WRITE_DATA, &file);
	if (ret)
		return ret;
	ret = lock_call(call, file);
	nt_file_put(file);
	return ret;
}

static struct nt_range *take_range(struct nt_file *file, const struct nt_range *like)
{
	struct nt_node *node = file->node;
	struct nt_range *range, *found = NULL;

	/* An exclusive lock goes before a shared one. */
	spin_lock(&node->lock);
	list_for_each_entry(range, &node->ranges, link) {
		if (range->file == file && !range->pending && range->start == like->start &&
		    range->len == like->len && (!found || range->exclusive))
			found = range;
	}
	if (found) {
		list_del(&found->link);
		node->nr_ranges--;
	}
	spin_unlock(&node->lock);
	return found;
}

/* NtUnlockFile(file, *iosb, *offset, *length, *key) */
long nt_unlock_file(struct persona_call *call)
{
	struct nt_range like, *range = NULL;
	struct nt_iosb iosb = { };
	struct nt_file *file;
	long ret;

	ret = get_range(call->args[2], call->args[3], &like);
	if (ret)
		return ret;
	ret = nt_file_ref_any(call, call->args[0], NT_FILE_READ_DATA | NT_FILE_WRITE_DATA, &file);
	if (ret)
		return ret;
	if (!file->node)
		ret = NT_STATUS_INVALID_DEVICE_REQUEST;
	else
		range = take_range(file, &like);
	if (range) {
		native_lock(call, file, range->start, range->len, F_UNLCK, F_OFD_SETLK);
		relock(call, file, range);
		wake_up_all(&file->node->wait);
		kfree(range);
	} else if (!ret) {
		ret = NT_STATUS_RANGE_NOT_LOCKED;
	}
	nt_file_put(file);
	/* Nor has UnlockFileEx(). */
	if (!ret && call->args[1] &&
	    copy_to_user(u64_to_user_ptr(call->args[1]), &iosb, sizeof(iosb)))
		ret = -EFAULT;
	return ret;
}
