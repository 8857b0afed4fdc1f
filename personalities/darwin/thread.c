// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads as Darwin's thread library makes them: bsdthread_*, their self
 * ports, and how they begin and end. Conventions: libpthread's
 * kern/kern_support.c.
 */
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/processor.h>

#include "bsd_table.h"
#include "ipc.h"
#include "thread.h"

/* bsdthread_create() flags; the low 24 bits are a priority. */
#define PTHREAD_START_CUSTOM		0x01000000
#define PTHREAD_START_SETSCHED		0x02000000
#define PTHREAD_START_DETACHED		0x04000000
#define PTHREAD_START_QOSCLASS		0x08000000
#define PTHREAD_START_TSD_BASE_SET	0x10000000
#define PTHREAD_START_SUSPENDED		0x20000000
#define PTHREAD_START_POLICY_MASK	0x00ffffff

#define PTHREAD_TSD_OFFSET_MAX		PAGE_SIZE

/* struct _pthread_registration_data as far as we read it */
struct registration_data {
	u64 version;	/* its size */
	u64 dispatch_queue_offset;
	u64 main_qos;
	u32 tsd_offset;
	u32 return_to_kernel_offset;
};

static_assert(offsetof(struct registration_data, tsd_offset) == 24);

/* What a new thread begins with. */
struct thread_begin {
	u64 ip;
	u64 pthread;
	u64 func;
	u64 arg;
	u64 stack;
	u64 flags;
	u64 gsbase;
	bool set_gs;
};

/**
 * darwin_threads_proc_init() - thread state of a new process
 * @proc: process
 * @parent: the process that forks, or NULL
 *
 * A child keeps its parent's registration, as it keeps its library.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int darwin_threads_proc_init(struct persona_proc *proc, struct persona_proc *parent)
{
	struct darwin_threads *p = parent ? darwin_proc(parent)->threads : NULL;
	struct darwin_threads *threads;

	threads = kzalloc(sizeof(*threads), GFP_KERNEL_ACCOUNT);
	if (!threads)
		return -ENOMEM;
	spin_lock_init(&threads->lock);
	INIT_LIST_HEAD(&threads->list);
	init_waitqueue_head(&threads->setid_wait);
	if (p) {
		spin_lock(&p->lock);
		threads->registered = p->registered;
		threads->threadstart = p->threadstart;
		threads->pthread_size = p->pthread_size;
		threads->tsd_offset = p->tsd_offset;
		spin_unlock(&p->lock);
	}
	darwin_proc(proc)->threads = threads;
	return 0;
}

/**
 * darwin_threads_proc_exit() - undoes darwin_threads_proc_init()
 * @proc: process without threads
 *
 * Context: may sleep.
 */
void darwin_threads_proc_exit(struct persona_proc *proc)
{
	kfree(darwin_proc(proc)->threads);
	darwin_proc(proc)->threads = NULL;
}

/**
 * darwin_threads_thread_init() - state of a new thread
 * @thread: thread
 * @parent: the thread that clones, or NULL
 *
 * A thread that another one of its process creates gets the name of its port
 * here, since nothing may be allocated once it exists.
 *
 * Context: may sleep; runs in the parent.
 * Return: 0, -ENOMEM or -EAGAIN.
 */
int darwin_threads_thread_init(struct persona_thread *thread, struct persona_thread *parent)
{
	struct darwin_threads *threads = darwin_proc(thread->proc)->threads;
	struct darwin_thread *d = darwin_thread(thread);
	struct darwin_uthread *u;

	u = kzalloc(sizeof(*u), GFP_KERNEL_ACCOUNT);
	if (!u)
		return -ENOMEM;
	u->port = darwin_port_alloc(DARWIN_PORT_THREAD);
	if (!u->port) {
		kfree(u);
		return -ENOMEM;
	}
	if (parent && parent->proc == thread->proc) {
		d->port = darwin_ipc_give(darwin_proc(thread->proc)->ipc, u->port);
		if (!d->port) {
			darwin_port_put(u->port);
			kfree(u);
			return -EAGAIN;
		}
	}
	d->priv = u;
	spin_lock(&threads->lock);
	/* It has its creator's identity, and is told of a newer one when it starts. */
	u->setid_seen = parent && parent->proc == thread->proc ?
		darwin_uthread(parent)->setid_seen : threads->setid_gen;
	list_add_tail(&u->link, &threads->list);
	spin_unlock(&threads->lock);
	return 0;
}

/**
 * darwin_threads_thread_exit() - a thread is gone, or was never started
 * @thread: thread
 *
 * Its port dies: names of it become dead names.
 *
 * Context: atomic.
 */
void darwin_threads_thread_exit(struct persona_thread *thread)
{
	struct darwin_threads *threads = darwin_proc(thread->proc)->threads;
	struct darwin_thread *d = darwin_thread(thread);
	struct darwin_uthread *u = d->priv;
	LIST_HEAD(kill);

	if (!u)
		return;
	spin_lock(&threads->lock);
	list_del(&u->link);
	spin_unlock(&threads->lock);
	wake_up_all(&threads->setid_wait);
	/* The caller of a clone that failed has not seen this name. */
	if (!thread->task && d->port)
		darwin_right_deallocate(darwin_proc(thread->proc)->ipc, d->port);
	spin_lock(&darwin_ipc_lock);
	darwin_port_die(u->port, &kill);
	spin_unlock(&darwin_ipc_lock);
	WARN_ON_ONCE(!list_empty(&kill));	/* has no queue */
	darwin_port_put(u->port);
	kfree(u);
	d->priv = NULL;
}

/**
 * darwin_threads_start() - registers of a new thread or process
 * @thread: its state
 * @task: it; does not run yet
 * @regs: its user registers
 * @data: struct thread_begin of bsdthread_create(), NULL for a fork
 *
 * Context: atomic.
 */
void darwin_threads_start(struct persona_thread *thread, struct task_struct *task,
			  struct pt_regs *regs, void *data)
{
	const struct thread_begin *b = data;
	struct darwin_uthread *u = darwin_uthread(thread);

	if (!u->port->pid)
		u->port->pid = get_pid(task_pid(task));
	if (u->setid_seen != READ_ONCE(darwin_proc(thread->proc)->threads->setid_gen))
		persona_kick(task);
	if (!b)
		return;
	regs->ip = b->ip;
	regs->sp = b->stack;
	regs->di = b->pthread;
	regs->si = darwin_thread(thread)->port;
	regs->dx = b->func;
	regs->cx = b->arg;
	regs->r8 = b->stack;
	regs->r9 = b->flags;
	regs->ax = 0;
	regs->bx = 0;
	regs->bp = 0;
	regs->r10 = 0;
	regs->r11 = 0;
	regs->r12 = 0;
	regs->r13 = 0;
	regs->r14 = 0;
	regs->r15 = 0;
	if (b->set_gs) {
		task->thread.gsindex = 0;
		task->thread.gsbase = b->gsbase;
	}
}

/**
 * darwin_thread_self_port() - the calling thread's self port
 * @thread: the calling thread
 *
 * A process's first thread has a pid only after exec is over: it is noted
 * here, when somebody first asks.
 *
 * Context: the calling thread.
 * Return: the port; no reference is taken.
 */
struct darwin_port *darwin_thread_self_port(struct persona_thread *thread)
{
	struct darwin_port *port = darwin_uthread(thread)->port;

	if (!port->pid)
		port->pid = get_pid(task_pid(current));
	return port;
}

/**
 * darwin_thread_port_tid() - the thread that a name denotes
 * @call: the caller's call
 * @name: any value
 *
 * Context: any.
 * Return: thread id in the caller's pid namespace, or -ESRCH.
 */
pid_t darwin_thread_port_tid(struct persona_call *call, u32 name)
{
	struct darwin_port *port;
	pid_t tid;

	port = darwin_port_lookup(darwin_call_ipc(call), name, DARWIN_PORT_THREAD);
	if (!port)
		return -ESRCH;
	tid = pid_vnr(port->pid);
	darwin_port_put(port);
	return tid ? tid : -ESRCH;
}

static bool user_address(u64 addr)
{
	return addr < TASK_SIZE_MAX;
}

/**
 * darwin_bsdthread_register() - bsdthread_register: how threads begin
 * @call: entry of new threads, entry of work queue threads, size of the
 *	library's thread object, registration data or null, its size,
 *	dispatch queue offset, tsd offset
 *
 * The fields of the registration data that a kernel with quality-of-service
 * classes fills in are left alone: there are none.
 *
 * Context: see persona_fn.
 * Return: feature bits (none), -EINVAL on a second call, -EFAULT.
 */
long darwin_bsdthread_register(struct persona_call *call)
{
	struct darwin_threads *threads = darwin_call_proc(call)->threads;
	struct registration_data data = { };
	u32 size = call->args[4];
	u32 tsd_offset = 0;
	long ret = 0;

	if (!user_address(call->args[0]) || !user_address(call->args[1]))
		return -EINVAL;
	if (call->args[3] && size >= offsetofend(struct registration_data, tsd_offset)) {
		if (copy_from_user(&data, (void __user *)call->args[3],
				   min_t(size_t, size, sizeof(data))))
			return -EFAULT;
		tsd_offset = data.tsd_offset;
	}
	if (tsd_offset >= PTHREAD_TSD_OFFSET_MAX)
		tsd_offset = 0;
	spin_lock(&threads->lock);
	if (threads->registered) {
		ret = -EINVAL;
	} else {
		threads->registered = true;
		threads->threadstart = call->args[0];
		threads->pthread_size = call->args[2];
		threads->tsd_offset = tsd_offset;
	}
	spin_unlock(&threads->lock);
	return ret;
}

/**
 * darwin_bsdthread_create() - bsdthread_create: starts a thread
 * @call: function, argument, stack, thread object, flags
 *
 * Only the custom form exists: the library provides stack and thread object.
 * Priorities in the flags are not used.
 *
 * Context: see persona_fn.
 * Return: the thread object, -EINVAL, or clone(2)'s errors.
 */
long darwin_bsdthread_create(struct persona_call *call)
{
	struct darwin_threads *threads = darwin_call_proc(call)->threads;
	u32 flags = call->args[4];
	struct thread_begin b = {
		.func = call->args[0],
		.arg = call->args[1],
		.stack = call->args[2],
		.pthread = call->args[3],
	};
	bool registered;
	long ret;

	if (!(flags & PTHREAD_START_CUSTOM) || flags & PTHREAD_START_SUSPENDED)
		return -EINVAL;
	if (flags & ~(PTHREAD_START_CUSTOM | PTHREAD_START_SETSCHED | PTHREAD_START_DETACHED |
		      PTHREAD_START_QOSCLASS | PTHREAD_START_POLICY_MASK))
		return -EINVAL;
	spin_lock(&threads->lock);
	registered = threads->registered;
	b.ip = threads->threadstart;
	b.gsbase = b.pthread + threads->tsd_offset;
	b.set_gs = threads->tsd_offset;
	spin_unlock(&threads->lock);
	if (!registered || !user_address(b.pthread) || !user_address(b.gsbase) ||
	    !user_address(b.stack))
		return -EINVAL;
	if (b.set_gs)
		flags |= PTHREAD_START_TSD_BASE_SET;
	b.flags = flags;
	ret = persona_clone(call, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			    CLONE_THREAD | CLONE_SYSVSEM, &b);
	return ret < 0 ? ret : (long)b.pthread;
}

/**
 * darwin_bsdthread_terminate() - bsdthread_terminate: ends the calling thread
 * @call: stack and size to unmap, name of the thread's port to give up, name
 *	of a semaphore to signal; any may be 0
 *
 * Context: see persona_fn.
 * Return: does not, but with -EINVAL if the stack cannot be unmapped.
 */
long darwin_bsdthread_terminate(struct persona_call *call)
{
	u64 stack = call->args[0], size = call->args[1];
	u32 port = call->args[2], sem = call->args[3];
	long ret;

	if (size) {
		ret = persona_native(call, __NR_munmap, stack & PAGE_MASK,
				     PAGE_ALIGN(size + (stack & ~PAGE_MASK)));
		if (ret)
			return ret;
	}
	/* Nothing can be reported any more: names that are wrong are ignored. */
	if (sem)
		darwin_sem_signal_name(call, sem);
	if (port)
		darwin_right_deallocate(darwin_call_ipc(call), port);
	persona_scratch_release(call);
	return persona_native(call, __NR_exit, 0);
}

/**
 * darwin_thread_selfusage() - thread_selfusage: processor time of the thread
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: nanoseconds, or clock_gettime(2)'s errors.
 */
long darwin_thread_selfusage(struct persona_call *call)
{
	struct timespec64 ts = { };
	void __user *p = persona_scratch_put(call, &ts, sizeof(ts));
	long ret;

	if (IS_ERR(p))
		return PTR_ERR(p);
	ret = persona_native(call, __NR_clock_gettime, CLOCK_THREAD_CPUTIME_ID, p);
	if (ret)
		return ret;
	if (copy_from_user(&ts, p, sizeof(ts)))
		return -EFAULT;
	return timespec64_to_ns(&ts);
}
