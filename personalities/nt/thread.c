// SPDX-License-Identifier: GPL-2.0-only
/* Thread objects: made, found, opened, started and ended. */
#include <linux/hash.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/processor.h>

#include "nt_table.h"
#include "pe.h"
#include "start.h"
#include "suspend.h"
#include "sync.h"
#include "vm.h"
#include "token.h"

#define BUCKET_BITS	9

/* TEB.SameTebFlags */
#define TEB_SAME_FLAGS		0x17ee
#define TEB_SKIP_THREAD_ATTACH	0x0008u

#define THREAD_FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
			 CLONE_THREAD | CLONE_SYSVSEM)

/* With these a thread can be made to do anything. */
#define CONTROL_ACCESS	(NT_THREAD_GET_CONTEXT | NT_THREAD_SET_CONTEXT)

/* Running threads by number. An entry is no reference. */
static struct hlist_head threads[BIT(BUCKET_BITS)];
static DEFINE_SPINLOCK(threads_by_id_lock);

static struct hlist_head *bucket(const struct pid *pid)
{
	return &threads[hash_ptr(pid, BUCKET_BITS)];
}

static struct nt_thread_object *to_thread(struct nt_object *obj)
{
	return container_of(obj, struct nt_thread_object, obj);
}

static bool thread_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	/* Once this is set, so is what belongs to it. */
	return smp_load_acquire(&to_thread(obj)->ended);
}

static void thread_destroy(struct nt_object *obj)
{
	struct nt_thread_object *thread = to_thread(obj);

	nt_watch_stop(&thread->watch);
	nt_apc_flush(thread);
	put_pid(thread->pid);
	kvfree(thread->name);
	if (thread->token)
		nt_object_put(&thread->token->obj);
	nt_object_put(&thread->process->obj);
}

const struct nt_type nt_thread_type = {
	.name = "Thread",
	.generic = { 0x020048, 0x020437, 0x121800, NT_THREAD_ALL_ACCESS },
	.waitable = true,
	.may_open = nt_thread_may_open,
	.signaled = thread_signaled,
	.destroy = thread_destroy,
	.size = sizeof(struct nt_thread_object),
};

/**
 * nt_thread_object_new() - the object of a thread that does not run yet
 * @process: its process
 *
 * Context: may sleep.
 * Return: the object with a reference, NULL if there is no memory.
 */
struct nt_thread_object *nt_thread_object_new(struct nt_process *process)
{
	struct nt_thread_object *thread = nt_object_alloc(&nt_thread_type);

	if (!thread)
		return NULL;
	thread->process = nt_object_get(&process->obj);
	INIT_LIST_HEAD(&thread->link);
	INIT_HLIST_NODE(&thread->id_link);
	spin_lock_init(&thread->lock);
	init_waitqueue_head(&thread->wait);
	INIT_LIST_HEAD(&thread->apcs);
	INIT_LIST_HEAD(&thread->mutants);
	thread->exit_code = NT_STATUS_PENDING;
	thread->create_time = nt_system_time();
	return thread;
}

/**
 * nt_thread_attach() - a thread begins
 * @thread: its object
 * @task: it
 * @pid: its number
 *
 * Context: atomic; the thread does not run yet, or is current.
 */
void nt_thread_attach(struct nt_thread_object *thread, struct task_struct *task,
		      struct pid *pid)
{
	struct nt_process *process = thread->process;
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	thread->task = task;
	thread->pid = get_pid(pid);
	spin_unlock_irqrestore(&thread->lock, flags);

	spin_lock(&threads_by_id_lock);
	hlist_add_head(&thread->id_link, bucket(pid));
	spin_unlock(&threads_by_id_lock);

	spin_lock(&process->threads_lock);
	list_add_tail(&thread->link, &process->threads);
	process->nthreads++;
	process->nlive++;
	spin_unlock(&process->threads_lock);
	/* Who is ending the process's threads has one more to end. */
	wake_up_all(&process->wait);
}

/* Off the lists of its process; true if it was the last one. */
static bool thread_unlink(struct nt_thread_object *thread, u64 user, u64 kernel)
{
	struct nt_process *process = thread->process;
	bool last;

	spin_lock(&threads_by_id_lock);
	hlist_del_init(&thread->id_link);
	spin_unlock(&threads_by_id_lock);

	spin_lock(&process->threads_lock);
	list_del_init(&thread->link);
	process->nthreads--;
	if (!thread->leaving)
		process->nlive--;
	process->user_time += user;
	process->kernel_time += kernel;
	if (process->ender == thread)
		process->ender = NULL;
	if (!process->exit_set)
		process->exit_code = thread->exit_code;
	last = !process->nthreads;
	spin_unlock(&process->threads_lock);
	return last;
}

/**
 * nt_thread_ended() - a thread has ended: let waits for it end
 * @thread: its object
 * @exit_code: for a thread that has none yet
 * @closed: the process's handles are closed
 *
 * Context: atomic; the end of the thread, or of an exec that has failed.
 * Return: true if it was the last one of its process.
 */
bool nt_thread_ended(struct nt_thread_object *thread, u32 exit_code, bool closed)
{
	struct nt_process *process = thread->process;
	u64 user = 0, kernel = 0;
	unsigned long flags;
	bool last;

	if (thread->task == current)
		task_cputime_adjusted(current, &user, &kernel);
	user = div_u64(user, 100);
	kernel = div_u64(kernel, 100);

	spin_lock_irqsave(&thread->lock, flags);
	thread->task = NULL;
	if (!thread->exit_set) {
		thread->exit_code = exit_code;
		thread->exit_set = true;
	}
	thread->exit_time = nt_system_time();
	thread->user_time = user;
	thread->kernel_time = kernel;
	/* After all that may be read once this is set. */
	smp_store_release(&thread->ended, true);
	spin_unlock_irqrestore(&thread->lock, flags);

	last = thread_unlink(thread, user, kernel);
	nt_apc_flush(thread);
	nt_mutants_abandon(thread);
	nt_wake(&thread->obj);
	wake_up_all(&thread->wait);
	wake_up_all(&process->wait);
	if (last && closed)
		nt_process_proc_gone(process);
	return last;
}

/**
 * nt_thread_kick() - have a thread look at what its object says
 * @thread: its object, locked
 *
 * Context: any.
 */
void nt_thread_kick(struct nt_thread_object *thread)
{
	if (thread->task)
		persona_kick(thread->task);
	wake_up_all(&thread->wait);
}

/**
 * nt_thread_end() - tell a thread to end
 * @thread: any but the calling thread
 * @code: exit code
 *
 * Context: any.
 */
void nt_thread_end(struct nt_thread_object *thread, u32 code)
{
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	if (!thread->ended && !thread->terminating) {
		thread->terminating = true;
		if (!thread->exit_set) {
			thread->exit_code = code;
			thread->exit_set = true;
		}
		nt_thread_kick(thread);
	}
	spin_unlock_irqrestore(&thread->lock, flags);
}

/**
 * nt_thread_ref() - the thread of a handle
 * @call: call under way
 * @handle: handle, or the pseudo handle of the calling thread
 * @access: rights that the handle must have
 * @out: set to the thread, with a reference
 *
 * Registers and APCs of another process's thread are only for who may touch that
 * process's memory as well.
 *
 * Context: may sleep.
 * Return: 0 or an NTSTATUS.
 */
long nt_thread_ref(struct persona_call *call, u64 handle, u32 access,
		   struct nt_thread_object **out)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), handle, &nt_thread_type, access, &obj);
	if (ret)
		return ret;
	*out = to_thread(obj);
	/* Of a program that is not there yet: the credentials may be those before it. */
	if (unlikely(access & CONTROL_ACCESS))
		/* With nt_state_started(): behind this they are the new ones. */
		ret = smp_load_acquire(&(*out)->loading) ? NT_STATUS_UNSUCCESSFUL :
		      nt_process_may_control(call, (*out)->process);
	if (unlikely(ret))
		nt_object_put(obj);
	return ret;
}

/**
 * nt_thread_by_id() - a running thread with a given number
 * @id: thread id in the caller's pid namespace
 * @out: set to its object, with a reference
 *
 * Context: any but interrupts.
 * Return: 0 or STATUS_INVALID_CID.
 */
long nt_thread_by_id(u32 id, struct nt_thread_object **out)
{
	struct nt_thread_object *thread;
	struct pid *pid;
	long ret = NT_STATUS_INVALID_CID;

	rcu_read_lock();
	pid = find_vpid(id);
	if (!pid)
		goto out;
	spin_lock(&threads_by_id_lock);
	hlist_for_each_entry(thread, bucket(pid), id_link)
		if (thread->pid == pid && refcount_inc_not_zero(&thread->obj.ref)) {
			*out = thread;
			ret = 0;
			break;
		}
	spin_unlock(&threads_by_id_lock);
out:
	rcu_read_unlock();
	return ret;
}

/**
 * nt_thread_id() - the number of a thread
 * @thread: its object
 *
 * Context: any.
 * Return: as the calling task's pid namespace has it, 0 if it is not in there
 * or has not started.
 */
u32 nt_thread_id(const struct nt_thread_object *thread)
{
	return pid_vnr(thread->pid);
}

/* What a new thread begins with. */
struct nt_thread_begin {
	struct nt_thread_object *object;
	u64 teb;
	u64 context;
	u64 arg;
};

/**
 * nt_thread_begin() - a thread has been cloned
 * @thread: its state
 * @task: it; does not run yet
 * @regs: its user registers
 * @begin: what nt_thread_spawn() has prepared
 *
 * Before it is in user mode it calls nt_pending(), which fills in its number.
 *
 * Context: atomic.
 */
void nt_thread_begin(struct persona_thread *thread, struct task_struct *task,
		     struct pt_regs *regs, struct nt_thread_begin *begin)
{
	struct nt_thread *t = nt_thread(thread);

	t->teb = begin->teb;
	t->self = nt_object_get(&begin->object->obj);
	nt_thread_attach(t->self, task, task_pid(task));
	nt_start_regs(nt_proc(thread->proc), regs, begin->context, begin->arg);
	task->thread.gsindex = 0;
	task->thread.gsbase = begin->teb;
	persona_kick(task);
}

static long alloc_user(struct nt_proc *nt, struct nt_stack *stack, u64 reserve, u64 *teb)
{
	u64 size = 0;
	long ret;

	ret = nt_vm_stack_alloc(nt->vm, max(reserve, NT_STACK_MIN), &stack->base,
				&stack->limit, &stack->alloc);
	if (ret)
		return ret;
	ret = nt_teb_alloc(nt, teb);
	if (!ret)
		return 0;
	nt_vm_free(nt->vm, &stack->alloc, &size, NT_MEM_RELEASE);
	return ret;
}

static void free_user(struct nt_proc *nt, struct nt_stack *stack, u64 teb)
{
	u64 size = 0;

	nt_vm_free(nt->vm, &stack->alloc, &size, NT_MEM_RELEASE);
	nt_teb_free(nt, teb);
}

static long skip_attach(u64 teb)
{
	return put_user(TEB_SKIP_THREAD_ATTACH, (u16 __user *)(uintptr_t)(teb + TEB_SAME_FLAGS)) ?
	       -EFAULT : 0;
}

/**
 * nt_thread_spawn() - start a thread in the calling process
 * @call: call under way
 * @thread: its object; @thread->suspended says whether it shall wait
 * @start: where it begins
 * @arg: its argument
 * @reserve: size of the stack, 0: what the program's header says
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno, and then @thread has ended.
 */
long nt_thread_spawn(struct persona_call *call, struct nt_thread_object *thread, u64 start,
		     u64 arg, u64 reserve)
{
	struct nt_proc *nt = nt_caller(call);
	struct nt_thread_begin begin = { .object = thread, .arg = arg };
	struct nt_stack stack;
	long ret;

	if (!reserve)
		reserve = nt->image->stack_reserve;
	ret = alloc_user(nt, &stack, reserve, &begin.teb);
	if (ret)
		return ret;
	thread->start = start;
	thread->teb = begin.teb;
	thread->fresh = true;
	ret = nt_teb_fill(nt, begin.teb, &stack, task_tgid_vnr(current), 0);
	if (!ret && thread->skip_attach)
		ret = skip_attach(begin.teb);
	if (!ret)
		ret = nt_start_context(nt, &stack, start, arg, &begin.context);
	if (!ret)
		ret = persona_clone(call, THREAD_FLAGS, &begin);
	if (thread->pid) {
		/* As the thread itself does: whoever is first. */
		nt_thread_set_id(begin.teb, nt_thread_id(thread));
		return 0;
	}
	free_user(nt, &stack, begin.teb);
	return ret < 0 ? ret : NT_STATUS_UNSUCCESSFUL;
}
