// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that do I/O: where their results go, and requests that end later.
 *
 * A request that waits is in two lists. That of its file object says whose turn
 * it is and lets others cancel it. That of its thread is the thread's own: only
 * it tries, ends and frees the request, so nothing is copied to a process by
 * anybody else. Who finds that a request may go on marks it and kicks the thread.
 *
 * When a thread ends another one of its process ends its requests; when the
 * process ends nobody looks at their results any more.
 */
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "async.h"
#include "completion.h"
#include "console.h"
#include "file.h"
#include "nt_table.h"
#include "process.h"
#include "sync.h"

/* nt_io.state */
#define NT_IO_S_READY		0	/* worth another try */
#define NT_IO_S_CANCEL		1
#define NT_IO_S_SLEEP		2	/* nt_io_sleep(): the thread is in the call */

#define NT_IO_MAX		4096	/* requests that wait in one file object */
#define NT_EVENT_MODIFY_STATE	2u

/**
 * nt_file_io_init() - of a new file object
 * @io: its part for I/O
 *
 * Context: any.
 */
void nt_file_io_init(struct nt_file_io *io)
{
	spin_lock_init(&io->lock);
	INIT_LIST_HEAD(&io->requests);
	INIT_LIST_HEAD(&io->sync);
	io->signaled = true;
}

static void file_signal(struct nt_file *file, bool signaled)
{
	struct nt_lock lock;

	if (READ_ONCE(file->io.signaled) == signaled)
		return;
	nt_object_lock(&file->obj, &lock);
	file->io.signaled = signaled;
	if (signaled)
		nt_wake_locked(&file->obj);
	nt_object_unlock(&file->obj, &lock);
}

static long event_get(struct persona_call *call, struct nt_object **event)
{
	u64 handle = call->args[NT_IO_EVENT];

	*event = NULL;
	if (likely(!handle))
		return 0;
	return nt_handle_ref(nt_caller(call), handle, &nt_event_type, NT_EVENT_MODIFY_STATE,
			     event);
}

static bool is_error(u32 status)
{
	return status >> 30 == 3;
}

/**
 * nt_file_io_release() - a file object goes away
 * @file: its last reference is gone
 *
 * Context: may sleep.
 */
void nt_file_io_release(struct nt_file *file)
{
	nt_console_release(file);
}

/* Tells the program. The thread that made the request, or one of its process. */
static long io_report(struct nt_io *io, struct nt_thread_object *thread, u32 status)
{
	struct nt_iosb iosb = { .status = status, .information = io->done };
	long ret = status;

	if (copy_to_user(u64_to_user_ptr(io->iosb), &iosb, sizeof(iosb)))
		ret = NT_STATUS_ACCESS_VIOLATION;
	if (!(io->file->skip_port & NT_SKIP_EVENT_OF_HANDLE))
		file_signal(io->file, true);
	if (io->event)
		nt_event_set(io->event);
	if (io->apc && thread)
		nt_apc_queue(thread, io->apc, io->apc_context, io->iosb, 0);
	else
		nt_completion_report(io->file, io->apc_context, status, io->done, io->waited);
	return ret;
}

/**
 * nt_io_begin() - an I/O call begins: check its event and take its signal back
 * @call: call under way
 * @file: its file object
 *
 * Only for calls that do not use nt_io_submit().
 *
 * Context: may sleep.
 * Return: 0, or why the event handle is not good.
 */
long nt_io_begin(struct persona_call *call, struct nt_file *file)
{
	struct nt_object *event;
	long ret;

	ret = event_get(call, &event);
	if (event) {
		nt_event_reset(event);
		nt_object_put(event);
	}
	return ret;
}

/**
 * nt_io_end() - answer an I/O call that has ended
 * @call: call under way
 * @file: its file object
 * @status: NTSTATUS or negative errno
 * @information: bytes moved, or what else the call says there
 *
 * Fills the caller's IO_STATUS_BLOCK, signals event and file object, queues the
 * APC. An error (not a warning) does nothing of it.
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_io_end(struct persona_call *call, struct nt_file *file, long status,
	       u64 information)
{
	struct nt_io io = {
		.file = file,
		.done = information,
		.apc = call->args[NT_IO_APC],
		.apc_context = call->args[NT_IO_APC_CONTEXT],
		.iosb = call->args[NT_IO_IOSB],
	};
	long ret;

	if (status == -ERESTARTSYS)
		return -ERESTARTNOINTR;
	status = nt_status_of(status);
	if (is_error(status))
		return status;
	ret = event_get(call, &io.event);
	if (ret)
		goto out;
	ret = io_report(&io, nt_calling_thread(call)->self, status);
out:
	if (io.event)
		nt_object_put(io.event);
	return ret;
}

static void io_unwait(struct nt_io *io)
{
	unsigned int i;

	for (i = 0; i < io->nwaits; i++) {
		struct nt_io_wait *wait = &io->waits[i];
		wait_queue_head_t *head;

		/*
		 * The file is alive, but some queues are not part of it. Their
		 * owners say POLLFREE and wait a grace period.
		 */
		rcu_read_lock();
		/* Pairs with the release in io_wake(). */
		head = smp_load_acquire(&wait->head);
		if (head)
			remove_wait_queue(head, &wait->entry);
		rcu_read_unlock();
	}
	io->nwaits = 0;
}

/* A request may go on. */
static void io_ready(struct nt_io *io)
{
	set_bit(NT_IO_S_READY, &io->state);
	/* Pairs with set_current_state() in nt_io_sleep(). */
	smp_mb__after_atomic();
	if (test_bit(NT_IO_S_SLEEP, &io->state))
		wake_up_process(io->task);
	else
		persona_kick(io->task);
}

static int io_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct nt_io_wait *wait = container_of(entry, struct nt_io_wait, entry);
	__poll_t events = key_to_poll(key);

	if (!events || (events & (wait->io->events | EPOLLHUP | EPOLLERR | POLLFREE)))
		io_ready(wait->io);
	if (events & POLLFREE) {
		/* The head goes away after this callback. */
		list_del_init(&entry->entry);
		/* Pairs with the acquire in io_unwait(). */
		smp_store_release(&wait->head, NULL);
	}
	return 0;
}

struct io_poll_table {
	poll_table pt;
	struct nt_io *io;
};

static void io_queue(struct file *file, wait_queue_head_t *head, poll_table *pt)
{
	struct nt_io *io = container_of(pt, struct io_poll_table, pt)->io;
	struct nt_io_wait *wait;

	if (io->nwaits == NT_IO_WAITS)
		return;
	wait = &io->waits[io->nwaits++];
	wait->io = io;
	wait->head = head;
	init_waitqueue_func_entry(&wait->entry, io_wake);
	add_wait_queue(head, &wait->entry);
}

/* Has the file tell when the request may go on; whether it may now. */
static bool io_poll(struct nt_io *io)
{
	struct io_poll_table table = { .io = io };
	__poll_t events = io->events | EPOLLHUP | EPOLLERR;

	init_poll_funcptr(&table.pt, io_queue);
	table.pt._key = events;
	return vfs_poll(io->file->file, &table.pt) & events;
}

/**
 * nt_io_sleep() - wait inside a call for a file to be ready
 * @io: request of a synchronous handle
 *
 * A file that is always ready, such as a terminal that was hung up, does not keep
 * a caller that tries again and again from being killed.
 *
 * Context: may sleep.
 * Return: 0 or -ERESTARTSYS.
 */
long nt_io_sleep(struct nt_io *io)
{
	long ret = 0;

	if (signal_pending(current))
		return -ERESTARTSYS;
	io->task = current;
	set_bit(NT_IO_S_SLEEP, &io->state);
	if (io_poll(io))
		goto out;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (test_and_clear_bit(NT_IO_S_READY, &io->state))
			break;
		if (signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		schedule();
	}
	__set_current_state(TASK_RUNNING);
out:
	io_unwait(io);
	return ret;
}

/* Oldest of its kind? Then it is its turn. */
static bool io_first(struct nt_io *io)
{
	struct nt_file_io *list = &io->file->io;
	struct nt_io *other;
	bool first = false;

	spin_lock_irq(&list->lock);
	list_for_each_entry(other, &list->requests, file_link) {
		if (other->kind == io->kind) {
			first = other == io;
			break;
		}
	}
	spin_unlock_irq(&list->lock);
	return first;
}

/* Out of its file object's list; the next one has its turn. */
static void io_leave(struct nt_io *io)
{
	struct nt_file_io *list = &io->file->io;
	unsigned long flags;
	struct nt_io *other;

	spin_lock_irqsave(&list->lock, flags);
	list_del(&io->file_link);
	list_for_each_entry(other, &list->requests, file_link) {
		if (other->kind == io->kind) {
			io_ready(other);
			break;
		}
	}
	spin_unlock_irqrestore(&list->lock, flags);
}

/* The request is in no list any more. Atomic context is fine. */
static void io_free(struct nt_io *io)
{
	if (io->event)
		nt_object_put(io->event);
	nt_object_put(&io->file->obj);
	put_task_struct(io->task);
	kfree(io);
}

static struct list_head *thread_requests(struct nt_thread *t)
{
	if (unlikely(!t->io.requests.next))
		INIT_LIST_HEAD(&t->io.requests);
	return &t->io.requests;
}

/* Queues a copy of a request that cannot be done yet. */
static long io_wait(struct persona_call *call, struct nt_io *template)
{
	struct nt_file *file = template->file;
	struct nt_io *io, *other;
	unsigned int n = 0;

	io = kmemdup(template, sizeof(*io), GFP_KERNEL_ACCOUNT);
	if (!io)
		return -ENOMEM;
	nt_object_get(&file->obj);
	if (io->event)
		nt_object_get(io->event);
	io->waited = true;
	io->proc = nt_caller(call);
	io->task = get_task_struct(current);
	/* From here on others kick its thread, so it is complete. */
	spin_lock_irq(&file->io.lock);
	list_for_each_entry(other, &file->io.requests, file_link)
		n++;
	if (n < NT_IO_MAX)
		list_add_tail(&io->file_link, &file->io.requests);
	spin_unlock_irq(&file->io.lock);
	if (n >= NT_IO_MAX) {
		io_free(io);
		return NT_STATUS_INSUFFICIENT_RESOURCES;
	}
	list_add_tail(&io->thread_link, thread_requests(nt_calling_thread(call)));
	file_signal(file, false);

	io_poll(io);
	/* It may have become possible before we were in the queue. */
	io_ready(io);
	return NT_STATUS_PENDING;
}

/* Has the file object a request of that kind that waits? */
static bool io_busy(struct nt_file *file, enum nt_io_kind kind)
{
	struct nt_io *other;
	bool busy = false;

	if (likely(list_empty(&file->io.requests)))
		return false;
	spin_lock_irq(&file->io.lock);
	list_for_each_entry(other, &file->io.requests, file_link)
		busy |= other->kind == kind;
	spin_unlock_irq(&file->io.lock);
	return busy;
}

/* From here on other threads find the request that this thread is in. */
static void sync_enter(struct persona_call *call, struct nt_io *io)
{
	struct nt_file_io *list = &io->file->io;

	io->proc = nt_caller(call);
	io->task = current;
	spin_lock_irq(&list->lock);
	list_add_tail(&io->file_link, &list->sync);
	spin_unlock_irq(&list->lock);
}

/* Returns whether one of them has cancelled it. */
static bool sync_leave(struct nt_io *io)
{
	struct nt_file_io *list = &io->file->io;

	spin_lock_irq(&list->lock);
	list_del(&io->file_link);
	spin_unlock_irq(&list->lock);
	return test_bit(NT_IO_S_CANCEL, &io->state);
}

/*
 * A handle that was opened for synchronous use. What was done before a kick
 * interrupted the call is kept for its next try.
 */
static long io_sync(struct persona_call *call, struct nt_io *io)
{
	struct nt_thread *t = nt_calling_thread(call);
	struct nt_thread_object *self = t->self;
	bool cancelled;
	long ret;

	if (unlikely(t->io.ip)) {
		if (t->io.ip == call->regs->ip && t->io.sp == call->regs->sp) {
			io->done = t->io.done;
			io->waited = t->io.waited;
		}
		t->io.ip = 0;
	}
	sync_enter(call, io);
	WRITE_ONCE(self->sync_io, true);
	ret = io->fn(io, true);
	WRITE_ONCE(self->sync_io, false);
	cancelled = sync_leave(io);
	if (unlikely(READ_ONCE(self->cancel_io)))
		cancelled |= xchg(&self->cancel_io, false);
	if (unlikely(cancelled) && ret == -ERESTARTSYS)
		return NT_STATUS_CANCELLED;
	if (unlikely(ret == -ERESTARTSYS) && (io->done || io->waited)) {
		t->io.done = io->done;
		t->io.waited = io->waited;
		t->io.ip = call->regs->ip;
		t->io.sp = call->regs->sp;
	}
	return ret;
}

/**
 * nt_io_submit() - do what an I/O call wants, now or later
 * @call: call under way
 * @file: its file object
 * @io: fn, kind, events, buf, len, out, out_len filled in, the rest zero
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_io_submit(struct persona_call *call, struct nt_file *file, struct nt_io *io)
{
	long ret;

	io->file = file;
	io->apc = call->args[NT_IO_APC];
	io->apc_context = call->args[NT_IO_APC_CONTEXT];
	io->iosb = call->args[NT_IO_IOSB];
	ret = event_get(call, &io->event);
	if (unlikely(ret))
		goto out;
	if (io->event)
		nt_event_reset(io->event);
	if (file->options & NT_FILE_SYNCHRONOUS_IO) {
		ret = io_sync(call, io);
		if (unlikely(ret == -ERESTARTSYS)) {
			ret = -ERESTARTNOINTR;
			goto out;
		}
	} else {
		ret = io_busy(file, io->kind) ? -EAGAIN : io->fn(io, false);
		if (ret == -EAGAIN) {
			ret = io_wait(call, io);
			goto out;
		}
	}
	ret = nt_status_of(ret);
	if (likely(!is_error(ret)))
		ret = io_report(io, nt_calling_thread(call)->self, ret);
out:
	if (io->event)
		nt_object_put(io->event);
	return ret;
}

/* Ends a request that has waited. */
static void io_complete(struct nt_io *io, struct nt_thread_object *thread, long ret)
{
	io_unwait(io);
	list_del(&io->thread_link);
	io_leave(io);
	io_report(io, thread, nt_status_of(ret));
	io_free(io);
}

/* Requests of threads that have ended. */
static void run_orphans(struct nt_proc *proc, struct nt_thread_object *thread)
{
	struct nt_io *io;

	for (;;) {
		spin_lock_irq(&proc->io_lock);
		io = list_first_entry_or_null(&proc->io_orphans, struct nt_io, thread_link);
		if (io)
			list_del_init(&io->thread_link);
		spin_unlock_irq(&proc->io_lock);
		if (!io)
			return;
		io_complete(io, thread, NT_STATUS_CANCELLED);
	}
}

/**
 * nt_io_run() - go on with requests that waited
 * @thread: the calling thread
 *
 * Context: on the way to user mode, may sleep.
 */
void nt_io_run(struct persona_thread *thread)
{
	struct nt_thread *t = nt_thread(thread);
	struct nt_proc *proc = nt_proc(thread->proc);
	struct nt_io *io, *next;
	long ret;

	if (unlikely(!list_empty(&proc->io_orphans)))
		run_orphans(proc, t->self);
	list_for_each_entry_safe(io, next, thread_requests(t), thread_link) {
		if (!test_and_clear_bit(NT_IO_S_READY, &io->state))
			continue;
		if (test_bit(NT_IO_S_CANCEL, &io->state))
			ret = NT_STATUS_CANCELLED;
		else if (!io_first(io))
			continue;
		else
			ret = io->fn(io, false);
		if (ret == -ERESTARTSYS)
			ret = NT_STATUS_CANCELLED;
		if (ret != -EAGAIN)
			io_complete(io, t->self, ret);
	}
}

/**
 * nt_io_proc_init() - a process begins
 * @proc: its state
 *
 * Context: any.
 */
void nt_io_proc_init(struct nt_proc *proc)
{
	spin_lock_init(&proc->io_lock);
	INIT_LIST_HEAD(&proc->io_orphans);
}

/* A thread of the process that will pass through nt_io_run(). */
static bool kick_sibling(void)
{
	struct task_struct *other;
	bool found = false;

	rcu_read_lock();
	for_each_thread(current, other) {
		if (other == current || READ_ONCE(other->flags) & PF_EXITING)
			continue;
		persona_kick(other);
		found = true;
		break;
	}
	rcu_read_unlock();
	return found;
}

/**
 * nt_io_thread_exit() - the requests of a thread that ends are cancelled
 * @thread: it
 *
 * Context: atomic.
 */
void nt_io_thread_exit(struct persona_thread *thread)
{
	struct nt_thread *t = nt_thread(thread);
	struct nt_proc *proc = nt_proc(thread->proc);
	struct nt_io *io, *next;
	unsigned long flags;

	if (!t->io.requests.next || list_empty(&t->io.requests))
		return;
	list_for_each_entry_safe(io, next, &t->io.requests, thread_link) {
		io_unwait(io);
		spin_lock_irqsave(&proc->io_lock, flags);
		list_move_tail(&io->thread_link, &proc->io_orphans);
		spin_unlock_irqrestore(&proc->io_lock, flags);
	}
	kick_sibling();
}

/**
 * nt_io_proc_exit() - drop what the last thread has left
 * @proc: process; no thread is left
 *
 * Context: may sleep.
 */
void nt_io_proc_exit(struct nt_proc *proc)
{
	struct nt_io *io, *next;

	list_for_each_entry_safe(io, next, &proc->io_orphans, thread_link) {
		list_del(&io->thread_link);
		io_leave(io);
		io_free(io);
	}
}

/*
 * Cancels requests of a process: those of one thread, or with one status block;
 * NULL and 0: of any. Returns whether there were some.
 */
static bool io_cancel(struct nt_file *file, const struct nt_proc *proc,
		      const struct task_struct *task, u64 iosb)
{
	struct nt_file_io *list = &file->io;
	struct nt_io *io;
	bool found = false;

	spin_lock_irq(&list->lock);
	list_for_each_entry(io, &list->requests, file_link) {
		if (io->proc != proc || (task && io->task != task) ||
		    (iosb && io->iosb != iosb))
			continue;
		set_bit(NT_IO_S_CANCEL, &io->state);
		io_ready(io);
		found = true;
	}
	spin_unlock_irq(&list->lock);
	return found;
}

/**
 * nt_file_io_close() - a handle to a file is closed: end the process's requests
 * @file: file object
 * @proc: process whose last handle to it goes
 *
 * Context: may sleep.
 */
void nt_file_io_close(struct nt_file *file, struct nt_proc *proc)
{
	struct persona_thread *thread;

	if (likely(list_empty(&file->io.requests)) || !io_cancel(file, proc, NULL, 0))
		return;
	thread = persona_current();
	if (thread && nt_proc(thread->proc) == proc)
		nt_io_run(thread);
}

/*
 * The same for those that threads are in the call of. Such a thread does not run
 * again before it has seen the kick: it cannot miss it.
 */
static bool sync_cancel(struct nt_file *file, const struct nt_proc *proc, u64 iosb)
{
	struct nt_file_io *list = &file->io;
	struct nt_io *io;
	bool found = false;

	spin_lock_irq(&list->lock);
	list_for_each_entry(io, &list->sync, file_link) {
		if (io->proc != proc || (iosb && io->iosb != iosb))
			continue;
		set_bit(NT_IO_S_CANCEL, &io->state);
		persona_kick(io->task);
		found = true;
	}
	spin_unlock_irq(&list->lock);
	return found;
}

static long cancel_call(struct persona_call *call, const struct task_struct *task, u64 iosb,
			u64 uiosb)
{
	struct nt_iosb result = { };
	struct nt_object *obj;
	struct nt_file *file;
	bool found;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_file_type, 0, &obj);
	if (ret)
		return ret;
	file = container_of(obj, struct nt_file, obj);
	found = io_cancel(file, nt_caller(call), task, iosb);
	if (found)
		nt_io_run(call->thread);
	if (!task)
		found |= sync_cancel(file, nt_caller(call), iosb);
	nt_object_put(obj);
	if (!found && !task)
		result.status = NT_STATUS_NOT_FOUND;
	if (copy_to_user(u64_to_user_ptr(uiosb), &result, sizeof(result)))
		return -EFAULT;
	return result.status;
}

/* NtCancelIoFile(handle, *iosb): those of the calling thread */
long nt_cancel_io_file(struct persona_call *call)
{
	return cancel_call(call, current, 0, call->args[1]);
}

/*
 * NtCancelIoFileEx(handle, *iosb of the request, *iosb): those of the process,
 * synchronous ones too
 */
long nt_cancel_io_file_ex(struct persona_call *call)
{
	return cancel_call(call, NULL, call->args[1], call->args[2]);
}

/* NtCancelSynchronousIoFile(thread, *iosb of the request, *iosb) */
long nt_cancel_synchronous_io_file(struct persona_call *call)
{
	struct nt_iosb result = { };
	struct nt_thread_object *thread;
	unsigned long flags;
	long ret;

	ret = nt_thread_ref(call, call->args[0], NT_THREAD_TERMINATE, &thread);
	if (ret)
		return ret;
	spin_lock_irqsave(&thread->lock, flags);
	if (thread->task && READ_ONCE(thread->sync_io)) {
		WRITE_ONCE(thread->cancel_io, true);
		persona_kick(thread->task);
	} else {
		result.status = NT_STATUS_NOT_FOUND;
	}
	spin_unlock_irqrestore(&thread->lock, flags);
	nt_object_put(&thread->obj);
	if (copy_to_user(u64_to_user_ptr(call->args[2]), &result, sizeof(result)))
		return -EFAULT;
	return result.status;
}
