// SPDX-License-Identifier: GPL-2.0-only
/* kqueue(2), kevent(2) and its wider forms. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <linux/uaccess.h>
#include <uapi/linux/eventpoll.h>

#include "bsd_table.h"
#include "darwin.h"
#include "kqueue.h"

/* Knotes of a process beyond those its descriptor limit explains. */
#define KQ_EXTRA_KNOTES		65536

/* Events that fit on the stack; more are allocated. */
#define KQ_STACK_EVENTS		4

static const struct darwin_kq_filter *kq_filter(s16 filter)
{
	switch (filter) {
	case DARWIN_EVFILT_READ:
	case DARWIN_EVFILT_WRITE:
	case DARWIN_EVFILT_EXCEPT:
		return &darwin_kq_fd_filter;
	case DARWIN_EVFILT_VNODE:
		return &darwin_kq_vnode_filter;
	case DARWIN_EVFILT_PROC:
		return &darwin_kq_proc_filter;
	case DARWIN_EVFILT_SIGNAL:
		return &darwin_kq_signal_filter;
	case DARWIN_EVFILT_TIMER:
		return &darwin_kq_timer_filter;
	case DARWIN_EVFILT_USER:
		return &darwin_kq_user_filter;
	}
	return NULL;
}

/* Asks for the native call that has the effect of a change. */
static long kq_permit(struct persona_call *call, int kqfd, const struct darwin_kevent *kev)
{
	switch (kev->filter) {
	case DARWIN_EVFILT_VNODE:
		return persona_permit(call, __NR_inotify_add_watch, kqfd, 0, kev->fflags);
	case DARWIN_EVFILT_PROC:
		return persona_permit(call, __NR_pidfd_open, kev->ident, 0);
	case DARWIN_EVFILT_SIGNAL:
		return persona_permit(call, __NR_signalfd4, -1, 0, 8, 0);
	case DARWIN_EVFILT_TIMER:
		return persona_permit(call, __NR_timerfd_settime, kqfd, 0, 0, 0);
	default:
		return persona_permit(call, __NR_epoll_ctl, kqfd,
				      kev->flags & DARWIN_EV_DELETE ? EPOLL_CTL_DEL :
				      kev->flags & DARWIN_EV_ADD ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
				      kev->ident, 0);
	}
}

static struct file *kq_fget(const struct darwin_kq_filter *ops, u64 fd)
{
	if (fd > INT_MAX)
		return NULL;
	return ops->raw ? fget_raw(fd) : fget(fd);
}

/* Is the descriptor still what it was when the knote was made? */
static bool kq_fd_is(const struct darwin_knote *kn)
{
	struct file *file = fget_raw(kn->ident);

	if (file)
		fput(file);
	return file == kn->file;
}

/* EV_ADD of a knote that is not there. Queue's mtx held. */
static int kq_add(struct darwin_kq *kq, const struct darwin_kq_filter *ops,
		  const struct darwin_kevent *kev, struct file *file)
{
	struct darwin_kqs *kqs = kq->kqs;
	unsigned long max = KQ_EXTRA_KNOTES;
	struct darwin_knote *kn;
	int ret;

	max += 4 * min(rlimit(RLIMIT_NOFILE), 1UL << 24);
	if (atomic_read(&kqs->knotes) >= max)
		return -ENOMEM;
	kn = kzalloc(sizeof(*kn), GFP_KERNEL_ACCOUNT);
	if (!kn)
		return -ENOMEM;
	INIT_LIST_HEAD(&kn->ready);
	kn->kq = kq;
	kn->ops = ops;
	kn->ident = kev->ident;
	kn->filter = kev->filter;
	kn->flags = kev->flags;
	kn->udata = kev->udata;
	kn->sfflags = kev->fflags;
	kn->sdata = kev->data;
	kn->disabled = kev->flags & DARWIN_EV_DISABLE;
	if (file)
		kn->file = get_file(file);
	ret = ops->attach(kn, kev);
	if (ret < 0) {
		if (kn->file)
			fput(kn->file);
		kfree(kn);
		return ret;
	}
	darwin_knote_insert(kq, kn);
	/*
	 * Either the thread that closes the descriptor sees the knote, or this
	 * one sees that the descriptor is closed: see darwin_kq_fd_closed().
	 */
	smp_mb();
	if (file && !kq_fd_is(kn)) {
		darwin_knote_drop(kn);
		return -EBADF;
	}
	if (ret)
		darwin_kq_activate(kn);
	return 0;
}

/* EV_ADD, EV_ENABLE or EV_DISABLE of one that is. Queue's mtx held. */
static int kq_touch(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	int ret = 1;

	if (kn->ops->touch) {
		ret = kn->ops->touch(kn, kev);
		if (ret < 0)
			return ret;
	} else {
		kn->sfflags = kev->fflags;
		kn->sdata = kev->data;
	}
	if (!(kn->flags & DARWIN_EV_UDATA_SPECIFIC))
		kn->udata = kev->udata;
	if (kev->flags & DARWIN_EV_DISABLE)
		darwin_knote_enable(kn, false);
	else if (kev->flags & DARWIN_EV_ENABLE)
		darwin_knote_enable(kn, true);
	else if (ret)
		darwin_kq_activate(kn);
	return 0;
}

/* One change. Returns 0 or what the call would return for it. */
static long kq_register(struct persona_call *call, int kqfd, struct darwin_kq *kq,
			struct darwin_kevent *kev)
{
	const struct darwin_kq_filter *ops;
	struct file *file = NULL;
	struct darwin_knote *kn;
	long ret;

	if (kev->filter >= 0 || kev->filter < -DARWIN_EVFILT_SYSCOUNT)
		return -EINVAL;
	/* Events of descriptors that go away are for the kernel's own queues. */
	if (kev->flags & ~DARWIN_EV_USERFLAGS)
		return -EINVAL;
	if (kev->flags & DARWIN_EV_DELETE)
		kev->flags &= ~DARWIN_EV_ADD;
	if (kev->flags & DARWIN_EV_DISABLE)
		kev->flags &= ~DARWIN_EV_ENABLE;
	ops = kq_filter(kev->filter);
	if (!ops)
		return PERSONA_ERR(DARWIN_ENOTSUP);
	ret = kq_permit(call, kqfd, kev);
	if (ret)
		return ret;
	if (ops->isfd && (kev->flags & DARWIN_EV_ADD)) {
		file = kq_fget(ops, kev->ident);
		if (!file)
			return -EBADF;
	}

	mutex_lock_nested(&kq->mtx, READ_ONCE(kq->level));
	if (kq->dead) {
		ret = -EBADF;
		goto out;
	}
	kn = darwin_knote_find(kq, kev);
	if (kn && file && kn->file != file) {
		/* The descriptor was closed behind our back and used again. */
		darwin_knote_drop(kn);
		kn = NULL;
	}
	if (!kn && file && !ret)
		ret = kq_add(kq, ops, kev, file);
	else if (!kn && (kev->flags & DARWIN_EV_ADD))
		ret = kq_add(kq, ops, kev, NULL);
	else if (!kn)
		ret = -ENOENT;
	else if (kev->flags & DARWIN_EV_DELETE)
		darwin_knote_drop(kn);
	else
		ret = kq_touch(kn, kev);
out:
	mutex_unlock(&kq->mtx);
	if (file)
		fput(file);
	return ret;
}

/**
 * struct kq_user - the arguments of kevent() in its three forms
 * @fd: descriptor of the queue
 * @form: layout of the events
 * @changes: changes to make
 * @nchanges: number of them
 * @events: room for events
 * @nevents: how many
 * @flags: DARWIN_KEVENT_FLAG_*
 * @timeout: user address of a timespec, 0 for ever
 */
struct kq_user {
	int fd;
	enum darwin_kevent_form form;
	u64 changes;
	int nchanges;
	u64 events;
	int nevents;
	u32 flags;
	u64 timeout;
};

static int kq_put_event(const struct kq_user *user, int nth, const struct darwin_kevent *kev)
{
	size_t size = darwin_kevent_size(user->form);
	struct darwin_kevent buf;

	darwin_kevent_put(&buf, kev, user->form);
	return copy_to_user(u64_to_user_ptr(user->events + nth * size), &buf, size) ? -EFAULT : 0;
}

/*
 * Makes the changes. Returns how many events have been written about them, or
 * the first error that there was no room to write down.
 */
static long kq_change(struct persona_call *call, const struct kq_user *user, struct darwin_kq *kq)
{
	size_t size = darwin_kevent_size(user->form);
	struct darwin_kevent buf, kev;
	int i, n = 0;
	long ret;

	for (i = 0; i < user->nchanges; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		if (copy_from_user(&buf, u64_to_user_ptr(user->changes + i * size), size))
			return -EFAULT;
		darwin_kevent_get(&kev, &buf, user->form);
		kev.flags &= ~DARWIN_EV_SYSFLAGS;
		ret = kq_register(call, user->fd, kq, &kev);
		if (n < user->nevents && (ret || (kev.flags & DARWIN_EV_RECEIPT))) {
			kev.flags |= DARWIN_EV_ERROR;
			kev.data = ret ? darwin_errno(ret) : 0;
			ret = kq_put_event(user, n, &kev);
			if (!ret)
				n++;
		}
		if (ret)
			return ret;
	}
	return n;
}

/* Waits for events. Returns how many, 0 when the time is over. */
static long kq_wait(struct persona_call *call, const struct kq_user *user, struct darwin_kq *kq,
		    struct darwin_kevent *out, unsigned int max, bool poll, ktime_t *expires)
{
	struct darwin_kq_scan scan = { .call = call };
	bool late = poll;
	DEFINE_WAIT(wait);
	long ret;

	scan.scratch = persona_scratch(call, 8);
	if (IS_ERR(scan.scratch))
		return PTR_ERR(scan.scratch);
	for (;;) {
		ret = darwin_kq_harvest(kq, &scan, out, max);
		if (ret || late)
			break;
		if (READ_ONCE(kq->dead)) {
			ret = -EBADF;
			break;
		}
		if (signal_pending(current)) {
			/* What was changed must not be changed again. */
			ret = !user->nchanges && !expires ? -ERESTARTNOHAND : -EINTR;
			break;
		}
		prepare_to_wait_exclusive(&kq->wait, &wait, TASK_INTERRUPTIBLE);
		if (!darwin_kq_ready(kq) && !signal_pending(current) &&
		    !schedule_hrtimeout_range(expires, current->timer_slack_ns, HRTIMER_MODE_ABS))
			late = true;
		finish_wait(&kq->wait, &wait);
	}
	darwin_kq_pass_on(kq);
	return ret;
}

static long kq_collect(struct persona_call *call, const struct kq_user *user, struct darwin_kq *kq)
{
	struct darwin_kevent few[KQ_STACK_EVENTS], *out = few;
	unsigned int max = min(user->nevents, DARWIN_KQ_BATCH);
	bool poll = user->flags & DARWIN_KEVENT_FLAG_IMMEDIATE;
	ktime_t expires, *until = NULL;
	struct timespec64 ts;
	long ret;
	int i;

	if (user->timeout && !poll) {
		if (get_timespec64(&ts, u64_to_user_ptr(user->timeout)))
			return -EFAULT;
		if (!timespec64_valid(&ts))
			return -EINVAL;
		poll = !ts.tv_sec && !ts.tv_nsec;
		expires = ktime_add_safe(ktime_get(), timespec64_to_ktime(ts));
		until = &expires;
	}
	ret = persona_permit(call, __NR_epoll_wait, user->fd, 0, user->nevents,
			     poll ? 0 : -1);
	if (ret)
		return ret;
	if (max > ARRAY_SIZE(few)) {
		out = kmalloc_array(max, sizeof(*out), GFP_KERNEL_ACCOUNT);
		if (!out) {
			out = few;
			max = ARRAY_SIZE(few);
		}
	}
	ret = kq_wait(call, user, kq, out, max, poll, until);
	for (i = 0; i < ret; i++) {
		int err = kq_put_event(user, i, &out[i]);

		if (err) {
			ret = err;
			break;
		}
	}
	if (out != few)
		kfree(out);
	return ret;
}

static long kq_kevent(struct persona_call *call, const struct kq_user *user)
{
	struct darwin_kq *kq;
	struct file *file;
	long ret;

	if (user->flags & ~(DARWIN_KEVENT_FLAG_IMMEDIATE | DARWIN_KEVENT_FLAG_ERROR_EVENTS))
		return -EINVAL;
	if (user->nchanges < 0 || user->nevents < 0)
		return -EINVAL;
	file = fget(user->fd);
	if (!file)
		return -EBADF;
	kq = darwin_kq_of(file);
	/* Queues are not shared between processes. */
	if (!kq || kq->kqs != READ_ONCE(darwin_call_proc(call)->kqs)) {
		ret = -EBADF;
		goto out;
	}
	ret = kq_change(call, user, kq);
	if (!ret && user->nevents && !(user->flags & DARWIN_KEVENT_FLAG_ERROR_EVENTS))
		ret = kq_collect(call, user, kq);
out:
	fput(file);
	return ret;
}

/**
 * darwin_kqueue() - kqueue(2)
 * @call: no arguments
 *
 * The descriptor is close-on-exec, as XNU makes it.
 *
 * Return: descriptor or negative errno.
 */
long darwin_kqueue(struct persona_call *call)
{
	struct darwin_kqs *kqs;
	struct file *file;
	long ret;
	int fd;

	ret = persona_permit(call, __NR_epoll_create1, EPOLL_CLOEXEC);
	if (ret)
		return ret;
	kqs = darwin_kqs_get(darwin_call_proc(call));
	if (!kqs)
		return -ENOMEM;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = darwin_kq_file(kqs);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

/**
 * darwin_kevent_call() - kevent(2)
 * @call: fd, changelist, nchanges, eventlist, nevents, timeout
 *
 * Return: number of events or negative errno.
 */
long darwin_kevent_call(struct persona_call *call)
{
	const struct kq_user user = {
		.fd = call->args[0],
		.form = DARWIN_KEVENT_32,
		.changes = call->args[1],
		.nchanges = call->args[2],
		.events = call->args[3],
		.nevents = call->args[4],
		.timeout = call->args[5],
	};

	return kq_kevent(call, &user);
}

/**
 * darwin_kevent64_call() - kevent64(2)
 * @call: fd, changelist, nchanges, eventlist, nevents, flags, timeout
 *
 * Return: number of events or negative errno.
 */
long darwin_kevent64_call(struct persona_call *call)
{
	const struct kq_user user = {
		.fd = call->args[0],
		.form = DARWIN_KEVENT_64,
		.changes = call->args[1],
		.nchanges = call->args[2],
		.events = call->args[3],
		.nevents = call->args[4],
		.flags = call->args[5],
		.timeout = call->args[6],
	};

	return kq_kevent(call, &user);
}

/**
 * darwin_kevent_qos_call() - kevent_qos(2), for queues made by kqueue(2)
 * @call: fd, changelist, nchanges, eventlist, nevents, data_out,
 *	data_available, flags
 *
 * There are no messages that a data buffer would be for. Without
 * KEVENT_FLAG_IMMEDIATE it waits for ever.
 *
 * Return: number of events or negative errno.
 */
long darwin_kevent_qos_call(struct persona_call *call)
{
	const struct kq_user user = {
		.fd = call->args[0],
		.form = DARWIN_KEVENT_QOS,
		.changes = call->args[1],
		.nchanges = call->args[2],
		.events = call->args[3],
		.nevents = call->args[4],
		.flags = call->args[7],
	};

	return kq_kevent(call, &user);
}
