// SPDX-License-Identifier: GPL-2.0-only
/*
 * EVFILT_READ, EVFILT_WRITE and EVFILT_EXCEPT: descriptors that become ready.
 *
 * The knote waits on the wait queues which the file's poll method names, and asks
 * that method again before it reports. What EOF means, and what the data are, is
 * taken from the kind of file: XNU's filters for sockets, pipes, terminals,
 * regular files and kernel queues were the model.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/net.h>
#include <linux/pipe_fs_i.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/tty.h>
#include <linux/uaccess.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <asm/ioctls.h>

#include "darwin.h"
#include "kqueue.h"

#define KQ_READ_EVENTS	(EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLHUP | EPOLLERR)
#define KQ_WRITE_EVENTS	(EPOLLOUT | EPOLLWRNORM | EPOLLHUP | EPOLLERR)
#define KQ_EXCEPT_EVENTS	(EPOLLPRI | EPOLLRDBAND | EPOLLHUP | EPOLLERR)

struct kq_poll_table {
	poll_table pt;
	struct darwin_knote *kn;
};

static int kq_fd_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct darwin_kq_wait *wait = container_of(entry, struct darwin_kq_wait, entry);
	struct darwin_knote *kn = wait->kn;
	__poll_t events = key_to_poll(key);

	if (!events || (events & (kn->fd.events | POLLFREE)))
		darwin_kq_activate(kn);
	if (events & POLLFREE) {
		/* The head goes away after this callback. */
		list_del_init(&entry->entry);
		/* Pairs with the acquire in kq_fd_unwait(). */
		smp_store_release(&wait->head, NULL);
	}
	return 1;
}

static void kq_fd_queue(struct file *file, wait_queue_head_t *head, poll_table *pt)
{
	struct darwin_knote *kn = container_of(pt, struct kq_poll_table, pt)->kn;
	struct darwin_kq_wait *wait = &kn->fd.wait;

	if (wait->head) {
		wait = kzalloc(sizeof(*wait), GFP_KERNEL_ACCOUNT);
		if (!wait) {
			kn->fd.error = -ENOMEM;
			return;
		}
		wait->next = kn->fd.more;
		kn->fd.more = wait;
	}
	wait->kn = kn;
	wait->head = head;
	init_waitqueue_func_entry(&wait->entry, kq_fd_wake);
	add_wait_queue(head, &wait->entry);
}

static void kq_fd_unwait(struct darwin_kq_wait *wait)
{
	wait_queue_head_t *head;

	/*
	 * The file is alive, but some queues are not part of it. Their owners say
	 * POLLFREE and wait a grace period.
	 */
	rcu_read_lock();
	/* Pairs with the release in kq_fd_wake(). */
	head = smp_load_acquire(&wait->head);
	if (head)
		remove_wait_queue(head, &wait->entry);
	rcu_read_unlock();
	wait->head = NULL;
}

static void kq_fd_detach(struct darwin_knote *kn)
{
	struct darwin_kq_wait *wait;

	kq_fd_unwait(&kn->fd.wait);
	while ((wait = kn->fd.more)) {
		kn->fd.more = wait->next;
		kq_fd_unwait(wait);
		kfree(wait);
	}
	if (kn->fd.mark)
		darwin_kq_mark_remove(kn->fd.mark);
	kn->fd.mark = NULL;
}

/* A file with neither a poll method nor an end that could be waited for. */
static bool kq_is_regular(struct file *file)
{
	return S_ISREG(file_inode(file)->i_mode) && !file_can_poll(file);
}

/*
 * epoll hides who wakes whom, so it could be part of a cycle. No Darwin program
 * makes one, but it may inherit one.
 */
static bool kq_is_epoll(struct file *file)
{
	return file_can_poll(file) && !strcmp(file->f_path.dentry->d_name.name, "[eventpoll]");
}

static int kq_fd_attach(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	struct kq_poll_table table = { .kn = kn };
	struct file *file = kn->file;
	struct darwin_kq *child = darwin_kq_of(file);
	int err;

	switch (kn->filter) {
	case DARWIN_EVFILT_READ:
		kn->fd.events = KQ_READ_EVENTS;
		break;
	case DARWIN_EVFILT_WRITE:
		kn->fd.events = KQ_WRITE_EVENTS;
		break;
	default:
		kn->fd.events = KQ_EXCEPT_EVENTS;
	}
	if (child) {
		if (kn->filter != DARWIN_EVFILT_READ)
			return -EINVAL;
		err = darwin_kq_nest(kn->kq, child);
		if (err)
			return err;
	} else if (kq_is_epoll(file)) {
		return -EINVAL;
	} else if (kq_is_regular(file)) {
		if (kn->filter == DARWIN_EVFILT_EXCEPT)
			return -EINVAL;
		if (kn->filter == DARWIN_EVFILT_READ) {
			/* The end may move. Without memory for that: an error. */
			kn->fd.mark = darwin_kq_mark_add(kn, FS_MODIFY);
			if (IS_ERR(kn->fd.mark)) {
				err = PTR_ERR(kn->fd.mark);
				kn->fd.mark = NULL;
				return err;
			}
		}
		return 1;
	} else if (!file_can_poll(file) && !S_ISCHR(file_inode(file)->i_mode)) {
		/* Directories and block devices: as XNU. */
		return -EINVAL;
	}

	init_poll_funcptr(&table.pt, kq_fd_queue);
	table.pt._key = kn->fd.events;
	vfs_poll(file, &table.pt);
	if (kn->fd.error) {
		kq_fd_detach(kn);
		return kn->fd.error;
	}
	return 1;
}

/* Bytes that can be read, as far as the file tells. */
static s64 kq_fionread(struct darwin_knote *kn, struct darwin_kq_scan *scan, s64 unknown)
{
	const struct file_operations *fop = kn->file->f_op;
	int n;

	if (!scan || !scan->scratch || !fop->unlocked_ioctl)
		return unknown;
	if (put_user(0, scan->scratch) ||
	    fop->unlocked_ioctl(kn->file, FIONREAD, (unsigned long)scan->scratch) ||
	    get_user(n, scan->scratch) || n < 0)
		return unknown;
	return n;
}

static bool kq_connection(const struct sock *sk)
{
	return sk->sk_type == SOCK_STREAM || sk->sk_type == SOCK_SEQPACKET;
}

static u32 kq_so_error(const struct sock *sk)
{
	int err = READ_ONCE(sk->sk_err);

	return err ? darwin_errno(-err) : 0;
}

static s64 kq_backlog(struct sock *sk)
{
	if (sk->sk_family == AF_UNIX)
		return skb_queue_len_lockless(&sk->sk_receive_queue);
	return READ_ONCE(sk->sk_ack_backlog);
}

/* The low-water mark, which no buffer size makes impossible to reach. */
static s64 kq_lowat(const struct darwin_knote *kn, s64 buffer, s64 def)
{
	if (!(kn->sfflags & DARWIN_NOTE_LOWAT))
		return def;
	return max(def, min(kn->sdata, buffer));
}

static bool kq_sock_read(struct darwin_knote *kn, struct sock *sk, __poll_t mask,
			 struct darwin_kq_scan *scan, struct darwin_kevent *kev)
{
	bool readable = mask & (EPOLLIN | EPOLLRDNORM);
	bool eof = READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN;
	s64 data;

	if (kq_connection(sk) && READ_ONCE(sk->sk_state) == TCP_LISTEN) {
		if (readable && kev)
			kev->data = max_t(s64, kq_backlog(sk), 1);
		return readable;
	}
	if (!readable && !eof && !READ_ONCE(sk->sk_err))
		return false;
	data = kq_fionread(kn, scan, kn->sdata);
	if (!eof && !READ_ONCE(sk->sk_err) &&
	    data < kq_lowat(kn, READ_ONCE(sk->sk_rcvbuf), 0))
		return false;
	if (kev) {
		kev->data = data;
		if (eof) {
			kev->flags |= DARWIN_EV_EOF;
			kev->fflags = kq_so_error(sk);
		}
	}
	return true;
}

static bool kq_sock_write(struct darwin_knote *kn, struct sock *sk, __poll_t mask,
			  struct darwin_kevent *kev)
{
	bool eof = READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN;
	bool writable = mask & (EPOLLOUT | EPOLLWRNORM);
	int state = READ_ONCE(sk->sk_state);
	s64 space;

	/* Linux calls a socket writable that is not connected yet. */
	if (kq_connection(sk) && (state == TCP_CLOSE || state == TCP_LISTEN))
		writable = false;
	if (!writable && !eof && !READ_ONCE(sk->sk_err))
		return false;
	if (sk->sk_type == SOCK_STREAM && sk->sk_family != AF_UNIX)
		space = sk_stream_wspace(sk);
	else
		space = sock_wspace(sk);
	space = max_t(s64, space, 0);
	if (!eof && !READ_ONCE(sk->sk_err) &&
	    space < kq_lowat(kn, READ_ONCE(sk->sk_sndbuf), 0))
		return false;
	if (kev) {
		kev->data = space;
		if (eof) {
			kev->flags |= DARWIN_EV_EOF;
			kev->fflags = kq_so_error(sk);
		}
	}
	return true;
}

static s64 kq_pipe_space(struct file *file)
{
	struct pipe_inode_info *pipe = file_inode(file)->i_pipe;
	unsigned int used, max;

	if (!pipe)
		return 0;
	max = READ_ONCE(pipe->max_usage);
	used = pipe_occupancy(READ_ONCE(pipe->head), READ_ONCE(pipe->tail));
	return used < max ? (s64)(max - used) * PAGE_SIZE : 0;
}

static bool kq_regular(struct darwin_knote *kn, struct darwin_kevent *kev)
{
	s64 data = 1;	/* always writable */

	if (kn->filter == DARWIN_EVFILT_READ)
		data = i_size_read(file_inode(kn->file)) - READ_ONCE(kn->file->f_pos);
	if (kev)
		kev->data = data;
	return data;
}

static bool kq_other(struct darwin_knote *kn, __poll_t mask, struct darwin_kq_scan *scan,
		     struct darwin_kevent *kev)
{
	struct darwin_kq *child = darwin_kq_of(kn->file);
	bool pipe = S_ISFIFO(file_inode(kn->file)->i_mode);
	bool eof = false, ready;
	s64 data;

	if (kn->filter == DARWIN_EVFILT_READ) {
		ready = mask & (EPOLLIN | EPOLLRDNORM);
		eof = mask & (EPOLLHUP | EPOLLERR);
		if (!ready && !eof)
			return false;
		data = child ? darwin_kq_ready(child) :
		       kq_fionread(kn, scan, ready && !eof ? max_t(s64, kn->sdata, 1) : 0);
		if (!eof && data < kq_lowat(kn, PAGE_SIZE, 0))
			return false;
	} else {
		ready = mask & (EPOLLOUT | EPOLLWRNORM);
		eof = mask & (EPOLLHUP | EPOLLERR);
		if (!ready && !eof)
			return false;
		data = eof ? 0 : pipe ? kq_pipe_space(kn->file) : 1;
		if (!eof && data < kq_lowat(kn, pipe ? PAGE_SIZE : 1, 0))
			return false;
	}
	if (kev) {
		kev->data = data;
		if (eof)
			kev->flags |= DARWIN_EV_EOF;
	}
	return true;
}

static bool kq_fd_process(struct darwin_knote *kn, struct darwin_kq_scan *scan,
			  struct darwin_kevent *kev)
{
	struct socket *sock;
	struct sock *sk;
	__poll_t mask;

	if (kq_is_regular(kn->file))
		return kq_regular(kn, kev);
	mask = vfs_poll(kn->file, NULL);
	sock = sock_from_file(kn->file);
	sk = sock ? sock->sk : NULL;
	if (kn->filter == DARWIN_EVFILT_EXCEPT) {
		if (!(mask & (EPOLLPRI | EPOLLRDBAND)))
			return false;
		if (kev)
			kev->fflags = DARWIN_NOTE_OOB;
		return true;
	}
	if (!sk)
		return kq_other(kn, mask, scan, kev);
	if (kn->filter == DARWIN_EVFILT_READ)
		return kq_sock_read(kn, sk, mask, scan, kev);
	return kq_sock_write(kn, sk, mask, kev);
}

const struct darwin_kq_filter darwin_kq_fd_filter = {
	.isfd = true,
	.attach = kq_fd_attach,
	.detach = kq_fd_detach,
	.process = kq_fd_process,
};
