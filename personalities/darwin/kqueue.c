// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel queues: the object, its knotes and how they become ready.
 *
 * A queue is an anonymous file. A knote waits on the wait queues of what it
 * watches and, once woken, goes on the queue's ready list; kevent() takes it from
 * there and asks its filter what there is to report. So an edge is never lost and
 * a level is looked at when it matters, as in fs/eventpoll.c.
 *
 * Knotes and close(): a knote belongs to a descriptor, not to the open file, and
 * vanishes with it even when a duplicate lives on. epoll learns of the last
 * close in __fput(), where no module can hook in; so a knote holds a reference
 * to its file, and the close calls of the personality end knotes whose
 * descriptor is gone (darwin_kq_fd_closed()). The reference is dropped before
 * the close returns, so the peer sees the end of file in time. Other ways for a
 * descriptor to go take the queue along: exec (it is close-on-exec), exit and
 * the last close of the queue (release). A native close() within a foreign
 * process (PERSONA SET_RANGE) is noticed by the next call on the queue that
 * names the descriptor, or at exit.
 *
 * A child made by fork does not have its parent's queues. The copied descriptors
 * are closed by the child before it first returns to user mode; until then, and
 * in any other process that got hold of one, kevent() answers EBADF.
 */
#include <linux/anon_inodes.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/task_work.h>

#include "darwin.h"
#include "kqueue.h"

static const struct file_operations darwin_kq_fops;

/* Serializes changes of nesting, so that two of them cannot close a cycle. */
static DEFINE_MUTEX(kq_nest_lock);

static void kqs_put(struct darwin_kqs *kqs)
{
	if (refcount_dec_and_test(&kqs->ref)) {
		mutex_destroy(&kqs->lock);
		kfree(kqs);
	}
}

/**
 * darwin_kqs_get() - the queues of a process, made on first use
 * @proc: the calling process
 *
 * Context: may sleep.
 * Return: borrowed pointer, or NULL without memory.
 */
struct darwin_kqs *darwin_kqs_get(struct darwin_proc *proc)
{
	struct darwin_kqs *kqs = READ_ONCE(proc->kqs);
	struct darwin_kqs *other;

	if (kqs)
		return kqs;
	kqs = kzalloc(sizeof(*kqs), GFP_KERNEL_ACCOUNT);
	if (!kqs)
		return NULL;
	refcount_set(&kqs->ref, 1);
	mutex_init(&kqs->lock);
	INIT_LIST_HEAD(&kqs->list);
	other = cmpxchg(&proc->kqs, NULL, kqs);
	if (other) {
		kqs_put(kqs);
		return other;
	}
	return kqs;
}

/**
 * darwin_is_kqueue() - is an open file a kernel queue?
 * @file: any open file
 */
bool darwin_is_kqueue(struct file *file)
{
	return file->f_op == &darwin_kq_fops;
}

/**
 * darwin_kq_of() - queue behind an open file
 * @file: any open file
 *
 * Return: the queue, which lives as long as @file, or NULL.
 */
struct darwin_kq *darwin_kq_of(struct file *file)
{
	return darwin_is_kqueue(file) ? file->private_data : NULL;
}

/* Wakes who polls the queue itself, perhaps another queue, which wakes ... */
static void kq_wake_pollers(struct darwin_kq *kq)
{
	unsigned long flags;

	spin_lock_irqsave_nested(&kq->poll_wait.lock, flags, READ_ONCE(kq->level));
	wake_up_locked_poll(&kq->poll_wait, EPOLLIN | EPOLLRDNORM);
	spin_unlock_irqrestore(&kq->poll_wait.lock, flags);
}

static void kq_wake(struct darwin_kq *kq)
{
	if (wq_has_sleeper(&kq->wait))
		wake_up(&kq->wait);
	/* The barrier of wq_has_sleeper() is this one's, too. */
	if (waitqueue_active(&kq->poll_wait))
		kq_wake_pollers(kq);
}

/* Caller holds kq->lock. */
static void kq_queue(struct darwin_knote *kn)
{
	if (!list_empty(&kn->ready))
		return;
	list_add_tail(&kn->ready, &kn->kq->ready);
	WRITE_ONCE(kn->kq->nready, kn->kq->nready + 1);
}

/* Caller holds kq->lock. */
static void kq_unqueue(struct darwin_knote *kn)
{
	if (list_empty(&kn->ready))
		return;
	list_del_init(&kn->ready);
	WRITE_ONCE(kn->kq->nready, kn->kq->nready - 1);
}

/**
 * darwin_kq_note() - something has happened that a knote waits for
 * @kn: the knote
 * @fflags: DARWIN_NOTE_* to add to what it reports
 * @count: to add to the data it reports
 *
 * Context: any; the caller holds a lock that the filter's detach() takes.
 */
void darwin_kq_note(struct darwin_knote *kn, u32 fflags, s64 count)
{
	struct darwin_kq *kq = kn->kq;
	unsigned long flags;
	bool wake;

	spin_lock_irqsave(&kq->lock, flags);
	kn->fflags |= fflags;
	kn->data += count;
	wake = !kn->disabled;
	if (wake)
		kq_queue(kn);
	spin_unlock_irqrestore(&kq->lock, flags);
	/* Also if it was queued before: a poller may wait for edges. */
	if (wake)
		kq_wake(kq);
}

/**
 * darwin_kq_activate() - a knote is to be looked at
 * @kn: the knote
 *
 * Context: as darwin_kq_note().
 */
void darwin_kq_activate(struct darwin_knote *kn)
{
	darwin_kq_note(kn, 0, 0);
}

/**
 * darwin_kq_ready() - number of knotes that may have something to report
 * @kq: the queue
 */
unsigned int darwin_kq_ready(struct darwin_kq *kq)
{
	return READ_ONCE(kq->nready);
}

/**
 * darwin_kq_pass_on() - wake another waiter if there is more to do
 * @kq: the queue
 *
 * Waiters are woken one at a time. Whoever was woken and leaves, for whatever
 * reason, has to call this.
 */
void darwin_kq_pass_on(struct darwin_kq *kq)
{
	if (darwin_kq_ready(kq) && wq_has_sleeper(&kq->wait))
		wake_up(&kq->wait);
}

/* Order of knotes: those of a descriptor are together. */
static int kq_compare(const struct darwin_knote *kn, bool isfd, const struct darwin_kevent *key)
{
	u16 specific = key->flags & DARWIN_EV_UDATA_SPECIFIC;

	if (kn->ops->isfd != isfd)
		return kn->ops->isfd ? -1 : 1;
	if (kn->ident != key->ident)
		return kn->ident < key->ident ? -1 : 1;
	if (kn->filter != key->filter)
		return kn->filter < key->filter ? -1 : 1;
	if ((kn->flags & DARWIN_EV_UDATA_SPECIFIC) != specific)
		return specific ? -1 : 1;
	if (specific && kn->udata != key->udata)
		return kn->udata < key->udata ? -1 : 1;
	return 0;
}

static bool filter_isfd(s16 filter)
{
	switch (filter) {
	case DARWIN_EVFILT_READ:
	case DARWIN_EVFILT_WRITE:
	case DARWIN_EVFILT_EXCEPT:
	case DARWIN_EVFILT_VNODE:
		return true;
	}
	return false;
}

/**
 * darwin_knote_find() - look up a knote
 * @kq: queue, its mtx held
 * @key: event with filter, ident, and udata if EV_UDATA_SPECIFIC
 *
 * Return: the knote or NULL.
 */
struct darwin_knote *darwin_knote_find(struct darwin_kq *kq, const struct darwin_kevent *key)
{
	struct rb_node *node = kq->knotes.rb_node;

	while (node) {
		struct darwin_knote *kn = rb_entry(node, struct darwin_knote, node);
		int cmp = kq_compare(kn, filter_isfd(key->filter), key);

		if (!cmp)
			return kn;
		node = cmp < 0 ? node->rb_right : node->rb_left;
	}
	return NULL;
}

/**
 * darwin_knote_insert() - add a knote that is not there yet
 * @kq: queue, its mtx held
 * @kn: the knote, key and ops set, not attached
 */
void darwin_knote_insert(struct darwin_kq *kq, struct darwin_knote *kn)
{
	const struct darwin_kevent key = {
		.ident = kn->ident,
		.filter = kn->filter,
		.flags = kn->flags,
		.udata = kn->udata,
	};
	struct rb_node **link = &kq->knotes.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (kq_compare(rb_entry(parent, struct darwin_knote, node),
			       kn->ops->isfd, &key) < 0)
			link = &parent->rb_right;
		else
			link = &parent->rb_left;
	}
	rb_link_node(&kn->node, parent, link);
	rb_insert_color(&kn->node, &kq->knotes);
	atomic_inc(&kq->kqs->knotes);
	if (kn->ops->isfd)
		atomic_inc(&kq->kqs->fds);
}

/**
 * darwin_knote_drop() - end a knote
 * @kn: attached and inserted; its queue's mtx is held
 */
void darwin_knote_drop(struct darwin_knote *kn)
{
	struct darwin_kq *kq = kn->kq;

	kn->ops->detach(kn);
	/* From here on nobody activates it. */
	spin_lock_irq(&kq->lock);
	kq_unqueue(kn);
	spin_unlock_irq(&kq->lock);
	rb_erase(&kn->node, &kq->knotes);
	atomic_dec(&kq->kqs->knotes);
	if (kn->ops->isfd)
		atomic_dec(&kq->kqs->fds);
	if (kn->file)
		fput(kn->file);
	kfree(kn);
}

/**
 * darwin_knote_enable() - let a knote be reported, or not
 * @kn: the knote; its queue's mtx is held
 * @enable: and if so, have it looked at
 */
void darwin_knote_enable(struct darwin_knote *kn, bool enable)
{
	struct darwin_kq *kq = kn->kq;

	spin_lock_irq(&kq->lock);
	kn->disabled = !enable;
	if (enable)
		kq_queue(kn);
	else
		kq_unqueue(kn);
	spin_unlock_irq(&kq->lock);
	if (enable)
		kq_wake(kq);
}

static struct darwin_knote *kq_pop(struct darwin_kq *kq)
{
	struct darwin_knote *kn;

	spin_lock_irq(&kq->lock);
	kn = list_first_entry_or_null(&kq->ready, struct darwin_knote, ready);
	if (kn)
		kq_unqueue(kn);
	spin_unlock_irq(&kq->lock);
	return kn;
}

static void kq_requeue(struct darwin_knote *kn)
{
	spin_lock_irq(&kn->kq->lock);
	kq_queue(kn);
	spin_unlock_irq(&kn->kq->lock);
}

/**
 * darwin_kq_harvest() - collect what there is to report
 * @kq: the queue
 * @scan: resources for the filters
 * @out: room for events
 * @max: how many
 *
 * A knote that reports a level goes back to the end of the list, so that others
 * have their turn when @out is short.
 *
 * Context: may sleep. Return: number of events, or -EINTR.
 */
int darwin_kq_harvest(struct darwin_kq *kq, struct darwin_kq_scan *scan,
		      struct darwin_kevent *out, unsigned int max)
{
	unsigned int left, n = 0;

	if (!darwin_kq_ready(kq))
		return 0;
	mutex_lock_nested(&kq->mtx, READ_ONCE(kq->level));
	for (left = darwin_kq_ready(kq); left && n < max; left--) {
		struct darwin_knote *kn = kq_pop(kq);

		if (!kn)
			break;
		memset(&out[n], 0, sizeof(out[n]));
		out[n].ident = kn->ident;
		out[n].filter = kn->filter;
		out[n].flags = kn->flags;
		out[n].udata = kn->udata;
		if (!kn->ops->process(kn, scan, &out[n]))
			continue;
		if (out[n].flags & DARWIN_EV_ONESHOT)
			darwin_knote_drop(kn);
		else if (kn->flags & DARWIN_EV_DISPATCH)
			darwin_knote_enable(kn, false);
		else if (!(kn->flags & DARWIN_EV_CLEAR))
			kq_requeue(kn);
		n++;
	}
	mutex_unlock(&kq->mtx);
	return n;
}

/* Ends all knotes. */
static void kq_drain(struct darwin_kq *kq)
{
	struct rb_node *node;

	mutex_lock_nested(&kq->mtx, READ_ONCE(kq->level));
	kq->dead = true;
	while ((node = rb_first(&kq->knotes)))
		darwin_knote_drop(rb_entry(node, struct darwin_knote, node));
	mutex_unlock(&kq->mtx);
}

static __poll_t kq_poll(struct file *file, poll_table *wait)
{
	struct darwin_kq *kq = file->private_data;
	__poll_t mask = 0;
	unsigned int left;

	poll_wait(file, &kq->poll_wait, wait);
	if (!darwin_kq_ready(kq))
		return 0;
	mutex_lock_nested(&kq->mtx, READ_ONCE(kq->level));
	for (left = darwin_kq_ready(kq); left; left--) {
		struct darwin_knote *kn = kq_pop(kq);

		if (!kn)
			break;
		if (!kn->ops->process(kn, NULL, NULL))
			continue;
		kq_requeue(kn);
		mask = EPOLLIN | EPOLLRDNORM;
		break;
	}
	mutex_unlock(&kq->mtx);
	return mask;
}

static int kq_release(struct inode *inode, struct file *file)
{
	struct darwin_kq *kq = file->private_data;

	mutex_lock(&kq->kqs->lock);
	list_del(&kq->link);
	mutex_unlock(&kq->kqs->lock);
	kq_drain(kq);
	kqs_put(kq->kqs);
	mutex_destroy(&kq->mtx);
	kfree(kq);
	return 0;
}

static const struct file_operations darwin_kq_fops = {
	.owner = THIS_MODULE,
	.release = kq_release,
	.poll = kq_poll,
	.llseek = noop_llseek,
};

/**
 * darwin_kq_file() - a new kernel queue
 * @kqs: of the calling process
 *
 * Context: may sleep. Return: open file or ERR_PTR().
 */
struct file *darwin_kq_file(struct darwin_kqs *kqs)
{
	struct darwin_kq *kq;
	struct file *file;

	kq = kzalloc(sizeof(*kq), GFP_KERNEL_ACCOUNT);
	if (!kq)
		return ERR_PTR(-ENOMEM);
	mutex_init(&kq->mtx);
	spin_lock_init(&kq->lock);
	INIT_LIST_HEAD(&kq->ready);
	init_waitqueue_head(&kq->wait);
	init_waitqueue_head(&kq->poll_wait);
	kq->knotes = RB_ROOT;
	kq->kqs = kqs;
	refcount_inc(&kqs->ref);
	mutex_lock(&kqs->lock);
	list_add(&kq->link, &kqs->list);
	mutex_unlock(&kqs->lock);

	file = anon_inode_getfile("[darwin_kqueue]", &darwin_kq_fops, kq, O_RDWR);
	if (IS_ERR(file)) {
		mutex_lock(&kqs->lock);
		list_del(&kq->link);
		mutex_unlock(&kqs->lock);
		kqs_put(kqs);
		kfree(kq);
	}
	return file;
}

/**
 * darwin_kq_nest() - may a queue watch another?
 * @parent: the one that is to watch
 * @child: the one to be watched
 *
 * Every queue has a level above all that it watches, and once it is watched
 * itself its level is fixed: so there are no cycles, and no long chains.
 *
 * Context: @parent's mtx held. Return: 0 or -EINVAL.
 */
int darwin_kq_nest(struct darwin_kq *parent, struct darwin_kq *child)
{
	int err = 0;

	if (parent == child)
		return -EINVAL;
	mutex_lock(&kq_nest_lock);
	if (parent->level <= child->level) {
		if (parent->nested || child->level >= DARWIN_KQ_MAX_LEVEL)
			err = -EINVAL;
		else
			WRITE_ONCE(parent->level, child->level + 1);
	}
	if (!err)
		child->nested = true;
	mutex_unlock(&kq_nest_lock);
	return err;
}

/* Ends the knotes of a descriptor that is not the file any more they watch. */
static void kq_fd_closed(struct darwin_kq *kq, unsigned int fd, struct file *now)
{
	struct rb_node *node, *next;

	mutex_lock_nested(&kq->mtx, READ_ONCE(kq->level));
	node = kq->knotes.rb_node;
	/* Leftmost knote of the descriptor, if it has any. */
	for (next = NULL; node;) {
		struct darwin_knote *kn = rb_entry(node, struct darwin_knote, node);

		if (kn->ops->isfd && kn->ident < fd) {
			node = node->rb_right;
		} else {
			next = node;
			node = node->rb_left;
		}
	}
	for (node = next; node; node = next) {
		struct darwin_knote *kn = rb_entry(node, struct darwin_knote, node);

		if (!kn->ops->isfd || kn->ident != fd)
			break;
		next = rb_next(node);
		if (kn->file != now)
			darwin_knote_drop(kn);
	}
	mutex_unlock(&kq->mtx);
}

/**
 * darwin_kq_fd_closed() - a call may have closed a descriptor
 * @call: foreign call under way, after its native close
 * @fd: the descriptor; another thread may have used it again already
 *
 * Costs two loads in a process without knotes on descriptors.
 *
 * Context: may sleep.
 */
void darwin_kq_fd_closed(struct persona_call *call, unsigned int fd)
{
	struct darwin_kqs *kqs = READ_ONCE(darwin_call_proc(call)->kqs);
	struct darwin_kq *kq;
	struct file *now;

	if (!kqs || !atomic_read(&kqs->fds))
		return;
	now = fget_raw(fd);
	mutex_lock(&kqs->lock);
	list_for_each_entry(kq, &kqs->list, link)
		kq_fd_closed(kq, fd, now);
	mutex_unlock(&kqs->lock);
	if (now)
		fput(now);
}

/**
 * darwin_kq_proc_exit() - a process is gone, or has become another program
 * @proc: its state
 *
 * Others may still have descriptors of its queues. They do not keep files open.
 *
 * Context: may sleep.
 */
void darwin_kq_proc_exit(struct darwin_proc *proc)
{
	struct darwin_kqs *kqs = proc->kqs;
	struct darwin_kq *kq;

	if (!kqs)
		return;
	mutex_lock(&kqs->lock);
	list_for_each_entry(kq, &kqs->list, link)
		kq_drain(kq);
	mutex_unlock(&kqs->lock);
	proc->kqs = NULL;
	kqs_put(kqs);
}

static int kq_is_kqueue_fd(const void *unused, struct file *file, unsigned int fd)
{
	return darwin_is_kqueue(file) ? fd + 1 : 0;
}

static void kq_fork_work(struct callback_head *work)
{
	int fd = 0;

	kfree(work);
	while (current->files && !(current->flags & PF_EXITING)) {
		fd = iterate_fd(current->files, fd, kq_is_kqueue_fd, NULL);
		if (!fd)
			break;
		close_fd(fd - 1);
	}
}

/**
 * darwin_kq_fork() - a new process does not have its parent's queues
 * @parent: state of the calling process
 * @child: task that does not run yet, with a descriptor table of its own
 *
 * Without memory the child keeps descriptors that only answer EBADF.
 *
 * Context: atomic.
 */
void darwin_kq_fork(struct darwin_proc *parent, struct task_struct *child)
{
	struct darwin_kqs *kqs = READ_ONCE(parent->kqs);
	struct callback_head *work;

	if (!kqs || list_empty_careful(&kqs->list))
		return;
	work = kmalloc(sizeof(*work), GFP_ATOMIC);
	if (!work)
		return;
	init_task_work(work, kq_fork_work);
	if (task_work_add(child, work, TWA_RESUME))
		kfree(work);
}

/**
 * darwin_kq_init() - what all queues share
 *
 * Return: 0 or a negative errno.
 */
int darwin_kq_init(void)
{
	darwin_kq_trace_init();
	return darwin_kq_vnode_init();
}

/**
 * darwin_kq_exit() - undo darwin_kq_init(); no queue is left
 */
void darwin_kq_exit(void)
{
	darwin_kq_vnode_exit();
	/* Probes were taken off with the knotes; wait for those that still run. */
	tracepoint_synchronize_unregister();
}
