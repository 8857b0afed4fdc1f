// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections of NT pipes: two queues of messages, or of bytes.
 *
 * A pipe end is a struct file, so that a Linux program inherits it as any other
 * descriptor. What a Linux program sees is a stream: 0 at its end, EPIPE.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/pseudo_fs.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <asm/ioctls.h>

#include "pipe.h"

/* Small writes to a byte stream share an entry of this size. */
#define ENTRY_MIN	(256 - sizeof(struct nt_pipe_entry))
/* Large ones are cut into pieces. */
#define ENTRY_MAX	(16384 - sizeof(struct nt_pipe_entry))

#define NT_PIPE_MAGIC	0x4e504950

static struct nt_pipe_entry *entry_new(u32 len)
{
	struct nt_pipe_entry *entry;

	entry = kvmalloc(struct_size(entry, data, len), GFP_KERNEL_ACCOUNT);
	if (!entry)
		return NULL;
	entry->len = 0;
	entry->off = 0;
	entry->room = len;
	return entry;
}

static void queue_init(struct nt_pipe_queue *queue, u32 quota)
{
	INIT_LIST_HEAD(&queue->entries);
	queue->quota = clamp(quota, NT_PIPE_QUOTA_MIN, NT_PIPE_QUOTA_MAX);
}

static void queue_add(struct nt_pipe_queue *queue, struct nt_pipe_entry *entry)
{
	list_add_tail(&entry->link, &queue->entries);
	queue->count++;
	WRITE_ONCE(queue->bytes, queue->bytes + entry->len);
}

static void queue_drop(struct nt_pipe_queue *queue, struct nt_pipe_entry *entry)
{
	WRITE_ONCE(queue->bytes, queue->bytes - (entry->len - entry->off));
	list_del(&entry->link);
	WRITE_ONCE(queue->count, queue->count - 1);
	kvfree(entry);
}

static void queue_clear(struct nt_pipe_queue *queue)
{
	struct nt_pipe_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &queue->entries, link)
		queue_drop(queue, entry);
}

/**
 * nt_pipe_conn_new() - a connection without ends: a server can wait with it
 * @message: it carries messages
 * @inbound: quota of what the client writes
 * @outbound: quota of what the server writes
 *
 * Context: may sleep.
 * Return: a reference, or NULL.
 */
struct nt_pipe_conn *nt_pipe_conn_new(bool message, u32 inbound, u32 outbound)
{
	struct nt_pipe_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL_ACCOUNT);

	if (!conn)
		return NULL;
	refcount_set(&conn->ref, 1);
	mutex_init(&conn->lock);
	conn->state = NT_PIPE_LISTENING_STATE;
	conn->message = message;
	queue_init(&conn->queue[NT_PIPE_SERVER], inbound);
	queue_init(&conn->queue[NT_PIPE_CLIENT], outbound);
	return conn;
}

/**
 * nt_pipe_conn_get() - the connection of an end
 * @end: end
 *
 * Context: any.
 * Return: a reference, to be put with nt_pipe_conn_put(); NULL: the end's file is
 * being closed, which nobody sees who holds that file.
 */
struct nt_pipe_conn *nt_pipe_conn_get(struct nt_pipe_end *end)
{
	struct nt_pipe_conn *conn;

	spin_lock(&end->lock);
	conn = end->conn;
	if (conn)
		refcount_inc(&conn->ref);
	spin_unlock(&end->lock);
	return conn;
}

/**
 * nt_pipe_state() - how far an end is with its connection
 * @end: end
 *
 * Context: any.
 * Return: NT_PIPE_*_STATE; closing for one whose file is being closed.
 */
u8 nt_pipe_state(struct nt_pipe_end *end)
{
	u8 state;

	spin_lock(&end->lock);
	state = end->conn ? READ_ONCE(end->conn->state) : NT_PIPE_CLOSING_STATE;
	spin_unlock(&end->lock);
	return state;
}

/**
 * nt_pipe_conn_put() - drop a reference
 * @conn: connection
 *
 * Context: may sleep.
 */
void nt_pipe_conn_put(struct nt_pipe_conn *conn)
{
	if (!refcount_dec_and_test(&conn->ref))
		return;
	queue_clear(&conn->queue[0]);
	queue_clear(&conn->queue[1]);
	put_pid(conn->pid[0]);
	put_pid(conn->pid[1]);
	kfree(conn);
}

static void wake(struct nt_pipe_end *end, __poll_t events)
{
	if (end)
		wake_up_interruptible_poll(&end->wait, events);
}

static void wake_both(struct nt_pipe_conn *conn)
{
	wake(conn->end[0], EPOLLIN | EPOLLOUT | EPOLLHUP);
	wake(conn->end[1], EPOLLIN | EPOLLOUT | EPOLLHUP);
}

/**
 * nt_pipe_attach() - an end comes to a connection
 * @conn: connection; the end takes a reference. Locked, or not known to others
 * @end: end
 *
 * Context: may sleep.
 */
void nt_pipe_attach(struct nt_pipe_conn *conn, struct nt_pipe_end *end)
{
	struct nt_pipe_conn *old;

	refcount_inc(&conn->ref);
	spin_lock(&end->lock);
	old = end->conn;
	end->conn = conn;
	spin_unlock(&end->lock);
	conn->end[end->side] = end;
	put_pid(conn->pid[end->side]);
	conn->pid[end->side] = get_pid(task_tgid(current));
	if (old)
		nt_pipe_conn_put(old);
}

/**
 * nt_pipe_detach() - an end is closed
 * @end: end; nobody uses it any more
 *
 * What it has written stays readable.
 *
 * Context: may sleep.
 */
void nt_pipe_detach(struct nt_pipe_end *end)
{
	struct nt_pipe_conn *conn = end->conn;

	if (!conn)
		return;
	mutex_lock(&conn->lock);
	if (conn->end[end->side] == end)
		conn->end[end->side] = NULL;
	/* Nor may a client come now, who found it listening. */
	if (conn->state != NT_PIPE_DISCONNECTED_STATE)
		conn->state = NT_PIPE_CLOSING_STATE;
	queue_clear(&conn->queue[end->side]);
	wake_both(conn);
	mutex_unlock(&conn->lock);
	spin_lock(&end->lock);
	end->conn = NULL;
	spin_unlock(&end->lock);
	nt_pipe_conn_put(conn);
}

/**
 * nt_pipe_disconnect() - the server sends its client away
 * @end: server's end
 *
 * Data that were not read are lost.
 *
 * Context: may sleep.
 * Return: 0 or why not.
 */
long nt_pipe_disconnect(struct nt_pipe_end *end)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	long ret = 0;

	if (mutex_lock_killable(&conn->lock)) {
		ret = -ERESTARTSYS;
		goto out;
	}
	switch (conn->state) {
	case NT_PIPE_DISCONNECTED_STATE:
		ret = NT_STATUS_PIPE_DISCONNECTED;
		break;
	case NT_PIPE_LISTENING_STATE:
		ret = NT_STATUS_PIPE_LISTENING;
		break;
	default:
		conn->state = NT_PIPE_DISCONNECTED_STATE;
		queue_clear(&conn->queue[0]);
		queue_clear(&conn->queue[1]);
		wake_both(conn);
	}
	mutex_unlock(&conn->lock);
out:
	nt_pipe_conn_put(conn);
	return ret;
}

/* Why nothing can be read from a queue that is empty; 0: it is worth waiting. */
static long read_state(const struct nt_pipe_conn *conn)
{
	switch (READ_ONCE(conn->state)) {
	case NT_PIPE_CONNECTED_STATE:
		return 0;
	case NT_PIPE_LISTENING_STATE:
		return NT_STATUS_PIPE_LISTENING;
	case NT_PIPE_DISCONNECTED_STATE:
		return NT_STATUS_PIPE_DISCONNECTED;
	default:
		return NT_STATUS_PIPE_BROKEN;
	}
}

static long write_state(const struct nt_pipe_conn *conn)
{
	long ret = read_state(conn);

	return ret == NT_STATUS_PIPE_BROKEN ? NT_STATUS_PIPE_CLOSING : ret;
}

/*
 * Copies the front of a queue. Consumes it unless @peek. A message that does not
 * fit keeps its rest. Returns 0, STATUS_BUFFER_OVERFLOW or -EFAULT.
 */
static long queue_take(struct nt_pipe_queue *queue, struct iov_iter *to, bool message,
		       bool peek, u64 *done)
{
	struct nt_pipe_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &queue->entries, link) {
		u32 rest = entry->len - entry->off;
		size_t want = min_t(size_t, rest, iov_iter_count(to));
		size_t n = copy_to_iter(entry->data + entry->off, want, to);

		*done += n;
		if (!peek) {
			entry->off += n;
			WRITE_ONCE(queue->bytes, queue->bytes - n);
			if (n == rest)
				queue_drop(queue, entry);
		}
		if (n < want)
			return *done ? 0 : -EFAULT;
		if (message)
			return n < rest ? NT_STATUS_BUFFER_OVERFLOW : 0;
		if (!iov_iter_count(to))
			break;
	}
	return 0;
}

/**
 * nt_pipe_read() - read
 * @end: reading end
 * @to: where to
 * @block: wait for data
 * @done: set to the number of bytes
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS (STATUS_BUFFER_OVERFLOW: there is more of this
 * message), -EAGAIN when there is nothing and @block is not set, -ERESTARTSYS.
 */
long nt_pipe_read(struct nt_pipe_end *end, struct iov_iter *to, bool block, u64 *done)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	struct nt_pipe_queue *queue = &conn->queue[end->side];
	long ret;

	*done = 0;
	for (;;) {
		if (mutex_lock_killable(&conn->lock)) {
			ret = -ERESTARTSYS;
			break;
		}
		if (queue->count && conn->state != NT_PIPE_DISCONNECTED_STATE) {
			ret = queue_take(queue, to, conn->message && end->read_message,
					 false, done);
			wake(conn->end[!end->side], EPOLLOUT | EPOLLWRNORM);
			mutex_unlock(&conn->lock);
			break;
		}
		ret = read_state(conn);
		mutex_unlock(&conn->lock);
		if (ret)
			break;
		if (end->nowait) {
			ret = NT_STATUS_PIPE_EMPTY;
			break;
		}
		if (!block) {
			ret = -EAGAIN;
			break;
		}
		ret = wait_event_interruptible(end->wait, READ_ONCE(queue->count) ||
					       read_state(conn));
		if (ret)
			break;
	}
	nt_pipe_conn_put(conn);
	return ret;
}

/* One piece of a byte stream. Returns bytes taken or a negative errno. */
static long put_bytes(struct nt_pipe_queue *queue, struct iov_iter *from)
{
	struct nt_pipe_entry *entry;
	size_t want, n;

	want = min_t(size_t, iov_iter_count(from), queue->quota - queue->bytes);
	want = min_t(size_t, want, ENTRY_MAX);
	entry = list_empty(&queue->entries) ? NULL :
		list_last_entry(&queue->entries, struct nt_pipe_entry, link);
	if (entry && entry->room - entry->len >= want) {
		n = copy_from_iter(entry->data + entry->len, want, from);
		entry->len += n;
		WRITE_ONCE(queue->bytes, queue->bytes + n);
		return n ?: -EFAULT;
	}
	entry = entry_new(max_t(u32, want, ENTRY_MIN));
	if (!entry)
		return -ENOMEM;
	entry->len = copy_from_iter(entry->data, want, from);
	if (!entry->len) {
		kvfree(entry);
		return -EFAULT;
	}
	queue_add(queue, entry);
	return entry->len;
}

static long put_message(struct nt_pipe_queue *queue, struct iov_iter *from)
{
	size_t len = iov_iter_count(from);
	struct nt_pipe_entry *entry;

	if (len > NT_PIPE_MESSAGE_MAX)
		return NT_STATUS_INSUFFICIENT_RESOURCES;
	entry = entry_new(len);
	if (!entry)
		return -ENOMEM;
	entry->len = len;
	if (!copy_from_iter_full(entry->data, len, from)) {
		kvfree(entry);
		return -EFAULT;
	}
	queue_add(queue, entry);
	return 0;
}

/* Is there room for a message, or for anything of a byte stream? */
static bool has_room(const struct nt_pipe_conn *conn, const struct nt_pipe_queue *queue,
		     size_t len)
{
	u32 bytes = READ_ONCE(queue->bytes), count = READ_ONCE(queue->count);

	if (!conn->message)
		return bytes < queue->quota;
	/* One that is larger than the quota needs an empty queue; empty ones add up, too. */
	return !count || (bytes + len <= queue->quota && count < queue->quota);
}

/* With the lock held. Returns as nt_pipe_write(), -EAGAIN: full. */
static long write_some(struct nt_pipe_conn *conn, struct nt_pipe_queue *queue,
		       struct iov_iter *from, u64 *done)
{
	size_t len = iov_iter_count(from);
	long ret;

	ret = write_state(conn);
	if (ret)
		return ret;
	if (conn->message) {
		if (!has_room(conn, queue, len))
			return -EAGAIN;
		ret = put_message(queue, from);
		if (!ret)
			*done += len;
		return ret;
	}
	while (iov_iter_count(from)) {
		if (!has_room(conn, queue, 0))
			return -EAGAIN;
		ret = put_bytes(queue, from);
		if (ret < 0)
			return ret;
		*done += ret;
	}
	return 0;
}

/**
 * nt_pipe_write() - write
 * @end: writing end
 * @from: what
 * @block: wait for room
 * @done: is increased by the number of bytes that were accepted
 *
 * Context: may sleep.
 * Return: 0 when all was written, an NTSTATUS, -EAGAIN when there is no room and
 * @block is not set, -ERESTARTSYS; the last two perhaps after some bytes.
 */
long nt_pipe_write(struct nt_pipe_end *end, struct iov_iter *from, bool block, u64 *done)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	struct nt_pipe_queue *queue = &conn->queue[!end->side];
	long ret;

	for (;;) {
		u64 before = *done;

		if (mutex_lock_killable(&conn->lock)) {
			ret = -ERESTARTSYS;
			break;
		}
		ret = write_some(conn, queue, from, done);
		if (*done != before || !ret)
			wake(conn->end[!end->side], EPOLLIN | EPOLLRDNORM);
		mutex_unlock(&conn->lock);
		if (ret != -EAGAIN)
			break;
		if (end->nowait) {
			ret = 0;
			break;
		}
		if (!block)
			break;
		ret = wait_event_interruptible(end->wait, write_state(conn) ||
					       has_room(conn, queue, iov_iter_count(from)));
		if (ret)
			break;
	}
	nt_pipe_conn_put(conn);
	return ret;
}

/**
 * nt_pipe_readable() - is there something to read?
 * @end: reading end
 *
 * Context: any but atomic.
 * Return: whether there is.
 */
bool nt_pipe_readable(struct nt_pipe_end *end)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	bool readable = READ_ONCE(conn->queue[end->side].count);

	nt_pipe_conn_put(conn);
	return readable;
}

/**
 * nt_pipe_drained() - has the other end read everything?
 * @end: writing end
 * @block: wait for it
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS, -EAGAIN or -ERESTARTSYS.
 */
long nt_pipe_drained(struct nt_pipe_end *end, bool block)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	struct nt_pipe_queue *queue = &conn->queue[!end->side];
	long ret;

	ret = write_state(conn);
	if (!ret && READ_ONCE(queue->count)) {
		ret = -EAGAIN;
		if (block)
			ret = wait_event_interruptible(end->wait, !READ_ONCE(queue->count) ||
						       write_state(conn)) ?: write_state(conn);
	}
	nt_pipe_conn_put(conn);
	return ret;
}

/**
 * nt_pipe_peek() - look at what could be read
 * @end: reading end
 * @to: where to copy data
 * @peek: filled in
 * @done: set to the number of bytes copied
 *
 * Context: may sleep.
 * Return: 0, STATUS_BUFFER_OVERFLOW when a message has more, an NTSTATUS or a
 * negative errno.
 */
long nt_pipe_peek(struct nt_pipe_end *end, struct iov_iter *to, struct nt_pipe_peek *peek,
		  u64 *done)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	struct nt_pipe_queue *queue = &conn->queue[end->side];
	struct nt_pipe_entry *first;
	long ret;

	*done = 0;
	memset(peek, 0, sizeof(*peek));
	if (mutex_lock_killable(&conn->lock)) {
		nt_pipe_conn_put(conn);
		return -ERESTARTSYS;
	}
	ret = read_state(conn);
	if (ret == NT_STATUS_PIPE_LISTENING)
		ret = NT_STATUS_INVALID_PIPE_STATE;
	else if (ret == NT_STATUS_PIPE_BROKEN && queue->count)
		ret = 0;
	if (ret)
		goto out;
	peek->state = conn->state;
	peek->available = queue->bytes;
	if (conn->message && queue->count) {
		first = list_first_entry(&queue->entries, struct nt_pipe_entry, link);
		peek->messages = queue->count;
		peek->message_len = first->len - first->off;
	}
	ret = queue_take(queue, to, conn->message && end->read_message, true, done);
	if (!ret && !conn->message && *done < queue->bytes)
		ret = NT_STATUS_BUFFER_OVERFLOW;
out:
	mutex_unlock(&conn->lock);
	nt_pipe_conn_put(conn);
	return ret;
}

/* What Linux calls it: a stream has an end, and messages have no borders. */
static ssize_t pipe_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct nt_pipe_end *end = iocb->ki_filp->private_data;
	bool block = !(iocb->ki_filp->f_flags & O_NONBLOCK) && !(iocb->ki_flags & IOCB_NOWAIT);
	u64 done;
	long ret;

	if (!iov_iter_count(to))
		return 0;
	do {
		ret = nt_pipe_read(end, to, block, &done);
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	} while (!ret && !done);
	if (done)
		return done;
	switch (ret) {
	case NT_STATUS_PIPE_BROKEN:
	case NT_STATUS_PIPE_DISCONNECTED:
		return 0;
	case NT_STATUS_PIPE_EMPTY:
		return -EAGAIN;
	default:
		return ret < 0 ? ret : -EIO;
	}
}

static ssize_t pipe_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct nt_pipe_end *end = iocb->ki_filp->private_data;
	bool block = !(iocb->ki_filp->f_flags & O_NONBLOCK) && !(iocb->ki_flags & IOCB_NOWAIT);
	u64 done = 0;
	long ret;

	if (!iov_iter_count(from))
		return 0;
	ret = nt_pipe_write(end, from, block, &done);
	if (done)
		return done;
	switch (ret) {
	case 0:
		return -EAGAIN;
	case NT_STATUS_PIPE_CLOSING:
	case NT_STATUS_PIPE_DISCONNECTED:
		send_sig(SIGPIPE, current, 0);
		return -EPIPE;
	default:
		return ret < 0 ? ret : -EIO;
	}
}

static __poll_t pipe_poll(struct file *file, poll_table *pt)
{
	struct nt_pipe_end *end = file->private_data;
	struct nt_pipe_conn *conn;
	__poll_t events = 0;

	poll_wait(file, &end->wait, pt);
	conn = nt_pipe_conn_get(end);
	if (READ_ONCE(conn->queue[end->side].count))
		events |= EPOLLIN | EPOLLRDNORM;
	if (has_room(conn, &conn->queue[!end->side], 0))
		events |= EPOLLOUT | EPOLLWRNORM;
	if (READ_ONCE(conn->state) == NT_PIPE_CLOSING_STATE ||
	    READ_ONCE(conn->state) == NT_PIPE_DISCONNECTED_STATE)
		events |= EPOLLHUP | (file->f_mode & FMODE_WRITE ? EPOLLERR : EPOLLIN);
	nt_pipe_conn_put(conn);
	return events;
}

static long pipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct nt_pipe_end *end = file->private_data;
	struct nt_pipe_conn *conn;
	int n;

	if (cmd != FIONREAD)
		return -ENOTTY;
	conn = nt_pipe_conn_get(end);
	n = READ_ONCE(conn->queue[end->side].bytes);
	nt_pipe_conn_put(conn);
	return put_user(n, (int __user *)arg);
}

static int pipe_release(struct inode *inode, struct file *file)
{
	struct nt_pipe_end *end = file->private_data;

	nt_pipe_detach(end);
	nt_npfs_end_gone(end);
	kfree(end);
	return 0;
}

static const struct file_operations pipe_fops = {
	.owner = THIS_MODULE,
	.read_iter = pipe_read_iter,
	.write_iter = pipe_write_iter,
	.poll = pipe_poll,
	.unlocked_ioctl = pipe_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = pipe_release,
};

/**
 * nt_pipe_end_of() - the pipe end that a file is
 * @file: file
 *
 * Context: any.
 * Return: the end, which lives as long as @file; NULL if it is none.
 */
struct nt_pipe_end *nt_pipe_end_of(struct file *file)
{
	return file->f_op == &pipe_fops ? file->private_data : NULL;
}

/*
 * Files of a file system of our own, so that they are FIFOs to whoever asks:
 * Linux programs look at what sort of thing their standard output is.
 */
static struct vfsmount *pipe_mnt;

static int pipe_fs_init(struct fs_context *fc)
{
	return init_pseudo(fc, NT_PIPE_MAGIC) ? 0 : -ENOMEM;
}

/* No owner: the mount would keep the module from being unloaded. */
static struct file_system_type pipe_fs_type = {
	.name = "persona_nt_pipe",
	.init_fs_context = pipe_fs_init,
	.kill_sb = kill_anon_super,
};

/**
 * nt_pipe_file() - a struct file for an end
 * @end: end; belongs to the file when it could be made
 * @read: it can be read
 * @write: it can be written
 *
 * Context: may sleep.
 * Return: the file, or an ERR_PTR().
 */
struct file *nt_pipe_file(struct nt_pipe_end *end, bool read, bool write)
{
	int flags = read && write ? O_RDWR : write ? O_WRONLY : O_RDONLY;
	struct inode *inode = alloc_anon_inode(pipe_mnt->mnt_sb);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	inode->i_mode = S_IFIFO | 0600;
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	file = alloc_file_pseudo(inode, pipe_mnt, "nt-pipe", flags, &pipe_fops);
	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	/* Given back by fput(), and not taken by who has made the file. */
	__module_get(pipe_fops.owner);
	file->private_data = end;
	stream_open(inode, file);
	return file;
}

/**
 * nt_pipe_init() - prepare for pipes
 *
 * Return: 0 or a negative errno.
 */
int nt_pipe_init(void)
{
	pipe_mnt = kern_mount(&pipe_fs_type);
	return PTR_ERR_OR_ZERO(pipe_mnt);
}

/**
 * nt_pipe_exit() - undo nt_pipe_init(); no pipe is left
 */
void nt_pipe_exit(void)
{
	kern_unmount(pipe_mnt);
}
