// SPDX-License-Identifier: GPL-2.0-only
/*
 * Process objects: made, found, opened and ended.
 *
 * There is one object per Linux process that anybody is interested in, found by
 * its struct pid. An NT process has one from its exec on. For any other process
 * it is made when an NT process asks for it, and then the end comes from the
 * wait queue where pidfds wait, too; should such a process execute a Windows
 * program, that is the same object still.
 */
#include <linux/hash.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>

#include "job.h"
#include "nt_table.h"
#include "suspend.h"
#include "sync.h"

#define BUCKET_BITS	8

#define PRIORITY_CLASS_NORMAL	2

#define START_TIMEOUT		(5 * HZ)	/* from exec's point of no return on */

/* All process objects. An entry is no reference. */
static struct hlist_head processes[BIT(BUCKET_BITS)];
static DEFINE_SPINLOCK(processes_lock);

static struct hlist_head *bucket(const struct pid *pid)
{
	return &processes[hash_ptr(pid, BUCKET_BITS)];
}

static struct nt_process *to_process(struct nt_object *obj)
{
	return container_of(obj, struct nt_process, obj);
}

static bool process_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	/* Once this is set, so is what belongs to it. */
	return smp_load_acquire(&to_process(obj)->ended);
}

static void process_destroy(struct nt_object *obj)
{
	struct nt_process *process = to_process(obj);

	spin_lock(&processes_lock);
	hlist_del_init(&process->link);
	spin_unlock(&processes_lock);
	nt_watch_stop(&process->watch);
	put_pid(process->pid);
	mutex_destroy(&process->lock);
}

/* Whether a process is watched for its end, or adopted; outside of the wait queue's. */
static DEFINE_SPINLOCK(watch_lock);

static bool process_may_open(struct persona_call *call, struct nt_object *obj, u32 access);

const struct nt_type nt_process_type = {
	.name = "Process",
	.generic = { 0x020410, 0x020bea, 0x121001, NT_PROCESS_ALL_ACCESS },
	.waitable = true,
	.may_open = process_may_open,
	.signaled = process_signaled,
	.destroy = process_destroy,
	.size = sizeof(struct nt_process),
};

static struct nt_process *process_alloc(struct pid *pid)
{
	struct nt_process *process = nt_object_alloc(&nt_process_type);

	if (!process)
		return NULL;
	INIT_HLIST_NODE(&process->link);
	mutex_init(&process->lock);
	spin_lock_init(&process->threads_lock);
	INIT_LIST_HEAD(&process->threads);
	init_waitqueue_head(&process->wait);
	process->pid = get_pid(pid);
	process->exit_code = NT_STATUS_PENDING;
	process->create_time = nt_system_time();
	process->priority_class = PRIORITY_CLASS_NORMAL;
	return process;
}

/* With processes_lock held: takes a reference. */
static struct nt_process *process_find(const struct pid *pid, bool ended)
{
	struct nt_process *process;

	hlist_for_each_entry(process, bucket(pid), link)
		if (process->pid == pid && READ_ONCE(process->ended) == ended &&
		    refcount_inc_not_zero(&process->obj.ref))
			return process;
	return NULL;
}

/* The object of a process, @fresh if it had to be made. */
static struct nt_process *process_get(struct pid *pid, bool *fresh)
{
	struct nt_process *process, *found;

	*fresh = false;
	spin_lock(&processes_lock);
	found = process_find(pid, false);
	spin_unlock(&processes_lock);
	if (found)
		return found;
	process = process_alloc(pid);
	if (!process)
		return NULL;
	spin_lock(&processes_lock);
	found = process_find(pid, false);
	if (!found)
		hlist_add_head(&process->link, bucket(pid));
	spin_unlock(&processes_lock);
	if (found) {
		nt_object_put(&process->obj);
		return found;
	}
	*fresh = true;
	return process;
}

/**
 * nt_process_new() - the object of a process that executes a Windows program
 * @nt: the new state of the calling process
 *
 * Context: exec, which may still fail; may sleep.
 * Return: the object with a reference, NULL if there is no memory.
 */
struct nt_process *nt_process_new(struct nt_proc *nt)
{
	/* Watched for its end, should the exec fail. */
	return nt_process_foreign(task_tgid(current));
}

/**
 * nt_process_adopt() - the exec has succeeded
 * @process: of nt_process_new()
 * @nt: the process, current
 *
 * Context: may sleep.
 */
void nt_process_adopt(struct nt_process *process, struct nt_proc *nt)
{
	spin_lock(&watch_lock);
	process->adopted = true;
	nt_watch_stop(&process->watch);
	spin_unlock(&watch_lock);
	mutex_lock(&process->lock);
	process->nt = nt;
	process->image_base = nt->image_base;
	process->peb = nt->peb;
	if (!process->parent_pid)
		process->parent_pid = task_ppid_nr_ns(current, task_active_pid_ns(current));
	mutex_unlock(&process->lock);
	wake_up_all(&process->wait);
}

/**
 * nt_process_wait_started() - wait until a process that executes a program runs it
 * @process: new process, which is to be NT's
 *
 * Its addresses are known then.
 *
 * Context: may sleep, but not for long.
 */
void nt_process_wait_started(struct nt_process *process)
{
	wait_event_killable_timeout(process->wait, READ_ONCE(process->nt) ||
				    READ_ONCE(process->ended), START_TIMEOUT);
}

/**
 * nt_process_ended() - a process has ended: let waits for it end
 * @process: process; once only
 * @exit_code: NTSTATUS
 *
 * Context: any but NMI.
 */
void nt_process_ended(struct nt_process *process, u32 exit_code)
{
	process->exit_code = exit_code;
	process->exit_time = nt_system_time();
	/* After all that may be read once this is set. */
	smp_store_release(&process->ended, true);
	nt_wake(&process->obj);
	wake_up_all(&process->wait);
	nt_job_leave(process);
}

/**
 * nt_process_proc_gone() - the last thread is gone and all handles are closed
 * @process: process that has been adopted, or not
 *
 * Context: any but NMI, in or behind the end of the last thread.
 */
void nt_process_proc_gone(struct nt_process *process)
{
	/* An exec that failed behind nt_process_new() leaves it as it was. */
	if (process->ended || process->watch.on)
		return;
	nt_process_ended(process, process->exit_code);
}

/* Is the process over? Then *status is what wait(2) says. */
static bool process_over(struct pid *pid, int *status)
{
	struct task_struct *task;
	bool over = true;

	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_TGID);
	if (task) {
		over = READ_ONCE(task->exit_state) && thread_group_empty(task);
		*status = task->signal->flags & SIGNAL_GROUP_EXIT ?
			  task->signal->group_exit_code : task->exit_code;
	}
	rcu_read_unlock();
	return over;
}

static int watch_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct nt_watch *watch = container_of(entry, struct nt_watch, entry);
	int status = 0;

	if (process_over(watch->pid, &status) && !xchg(&watch->seen, true))
		watch->over(watch, status);
	return 1;
}

static void watch_add(struct nt_watch *watch, struct pid *pid,
		      void (*over)(struct nt_watch *watch, int status))
{
	init_waitqueue_func_entry(&watch->entry, watch_wake);
	watch->pid = pid;
	watch->over = over;
	add_wait_queue(&pid->wait_pidfd, &watch->entry);
	watch->on = true;
}

/**
 * nt_watch_start() - wait for the end of a process
 * @watch: zeroed
 * @pid: process; stays valid until nt_watch_stop()
 * @over: to be called at the end, or now if that has been
 *
 * Context: may sleep.
 */
void nt_watch_start(struct nt_watch *watch, struct pid *pid,
		    void (*over)(struct nt_watch *watch, int status))
{
	watch_add(watch, pid, over);
	watch_wake(&watch->entry, 0, 0, NULL);
}

/**
 * nt_watch_stop() - undo nt_watch_start()
 * @watch: zeroed, or started
 *
 * Context: any.
 */
void nt_watch_stop(struct nt_watch *watch)
{
	if (!watch->on)
		return;
	remove_wait_queue(&watch->pid->wait_pidfd, &watch->entry);
	watch->on = false;
}

static void process_over_watched(struct nt_watch *watch, int status)
{
	struct nt_process *process = container_of(watch, struct nt_process, watch);

	/* Whoever makes the object may look once more when it is one of NT's already. */
	if (READ_ONCE(process->adopted))
		return;
	nt_process_ended(process, process->exit_set ? process->exit_code :
			 nt_exit_from_linux(status));
}

/**
 * nt_process_foreign() - the object of any process
 * @pid: of a process, whether NT's or not
 *
 * Context: may sleep.
 * Return: the object with a reference, NULL if there is no memory.
 */
struct nt_process *nt_process_foreign(struct pid *pid)
{
	struct nt_process *process;
	bool fresh;

	process = process_get(pid, &fresh);
	if (!process || !fresh)
		return process;
	/* It may be executing a Windows program, and be in nt_process_adopt() already. */
	spin_lock(&watch_lock);
	if (process->adopted)
		fresh = false;
	else
		watch_add(&process->watch, pid, process_over_watched);
	spin_unlock(&watch_lock);
	if (fresh)
		watch_wake(&process->watch.entry, 0, 0, NULL);
	return process;
}

static void thread_over_watched(struct nt_watch *watch, int status)
{
	struct nt_thread_object *thread = container_of(watch, struct nt_thread_object, watch);

	thread->exit_code = nt_exit_from_linux(status);
	thread->exit_set = true;
	thread->exit_time = nt_system_time();
	/* After all that may be read once this is set. */
	smp_store_release(&thread->ended, true);
	nt_wake(&thread->obj);
}

/**
 * nt_process_first_thread() - a thread of a new process
 * @process: process
 *
 * Of a process that is not NT's it stands for all threads.
 *
 * Context: may sleep.
 * Return: its object with a reference, NULL if there is no memory.
 */
struct nt_thread_object *nt_process_first_thread(struct nt_process *process)
{
	struct nt_thread_object *thread;

	spin_lock(&process->threads_lock);
	thread = list_first_entry_or_null(&process->threads, struct nt_thread_object, link);
	if (thread)
		nt_object_get(&thread->obj);
	spin_unlock(&process->threads_lock);
	if (thread)
		return thread;
	thread = nt_thread_object_new(process);
	if (!thread)
		return NULL;
	thread->pid = get_pid(process->pid);
	nt_watch_start(&thread->watch, process->pid, thread_over_watched);
	return thread;
}

/**
 * nt_process_by_id() - the object of a process with a given number
 * @id: process id in the caller's pid namespace
 * @out: set to the object, with a reference
 *
 * Context: may sleep.
 * Return: 0, STATUS_INVALID_CID or -ENOMEM.
 */
long nt_process_by_id(u32 id, struct nt_process **out)
{
	struct task_struct *task = NULL;
	bool ending = false;
	struct pid *pid;

	rcu_read_lock();
	pid = get_pid(find_vpid(id));
	if (pid)
		task = pid_task(pid, PIDTYPE_TGID);
	if (task)
		ending = READ_ONCE(task->exit_state) ||
			 READ_ONCE(task->signal->flags) & SIGNAL_GROUP_EXIT;
	rcu_read_unlock();
	if (!pid)
		return NT_STATUS_INVALID_CID;
	*out = NULL;
	if (!task || ending) {
		/* It has ended, or will not live to be of use; who has a handle may have more. */
		spin_lock(&processes_lock);
		*out = process_find(pid, false) ?: process_find(pid, true);
		spin_unlock(&processes_lock);
		put_pid(pid);
		return *out ? 0 : NT_STATUS_INVALID_CID;
	}
	*out = nt_process_foreign(pid);
	put_pid(pid);
	return *out ? 0 : -ENOMEM;
}

/**
 * nt_process_id() - the number of a process
 * @process: process
 *
 * Context: any.
 * Return: as the calling task's pid namespace has it, 0 if it is not in there.
 */
u32 nt_process_id(const struct nt_process *process)
{
	return pid_vnr(process->pid);
}

/**
 * nt_process_ref() - the process of a handle
 * @call: call under way
 * @handle: handle, or the pseudo handle of the calling process
 * @access: rights that the handle must have
 * @out: set to the process, with a reference
 *
 * Context: any.
 * Return: 0 or an NTSTATUS.
 */
long nt_process_ref(struct persona_call *call, u64 handle, u32 access,
		    struct nt_process **out)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), handle, &nt_process_type, access, &obj);
	if (!ret)
		*out = to_process(obj);
	return ret;
}

/**
 * nt_process_may() - may the caller do more with a process than look at it?
 * @call: call under way
 * @process: any
 *
 * Whoever may send it signals may.
 *
 * Context: may sleep.
 * Return: true if so.
 */
bool nt_process_may(struct persona_call *call, struct nt_process *process)
{
	if (process == nt_caller(call)->self)
		return true;
	/* Out of the caller's pid namespace nobody is signalled, handle or not. */
	if (!nt_process_id(process))
		return false;
	if (persona_permit(call, __NR_kill, nt_process_id(process), 0))
		return false;
	return !kill_pid(process->pid, 0, 0);
}

/**
 * nt_process_may_control() - may the caller make a process do what it likes?
 * @call: call under way
 * @process: any
 *
 * What a handle's rights are worth is asked again at the moment of use: the process
 * may have gained privileges since. Signals do not suffice: their sender may not
 * become the process.
 *
 * Context: may sleep.
 * Return: 0, also if it is over; STATUS_PROCESS_IS_TERMINATING or
 * STATUS_ACCESS_DENIED.
 */
long nt_process_may_control(struct persona_call *call, struct nt_process *process)
{
	long ret;

	/* Once this is set, so is what belongs to it. */
	if (process == nt_caller(call)->self || smp_load_acquire(&process->ended))
		return 0;
	ret = nt_vm_may_touch(call, process, true);
	return ret < 0 ? (long)NT_STATUS_ACCESS_DENIED : ret;
}

/**
 * nt_process_may_know() - may the caller know more of a process than everybody?
 * @call: call under way
 * @process: any
 *
 * Where things are in its memory, say. No filter is asked: nothing is done to it.
 *
 * Context: may sleep.
 * Return: true if so, or if it is over.
 */
bool nt_process_may_know(struct persona_call *call, struct nt_process *process)
{
	int err;

	if (process == nt_caller(call)->self)
		return true;
	err = kill_pid(process->pid, 0, 0);
	return !err || err == -ESRCH;
}

/* What NtOpenProcess() and NtGetNextProcess() grant without permission. */
#define LOOK_ACCESS	(NT_PROCESS_QUERY_LIMITED | NT_SYNCHRONIZE | NT_READ_CONTROL)

/* The rights that the caller gets of those it wants; 0: none. */
static u32 process_grant(struct persona_call *call, struct nt_process *process, u32 access)
{
	u32 granted = nt_map_access(&nt_process_type, access);

	if (!(granted & ~LOOK_ACCESS) || nt_process_may(call, process))
		return granted;
	return access & NT_MAXIMUM_ALLOWED ? LOOK_ACCESS : 0;
}

static bool process_may_open(struct persona_call *call, struct nt_object *obj, u32 access)
{
	return process_grant(call, to_process(obj), access);
}

/* NtOpenProcess(*handle, access, *attributes, *client id) */
long nt_open_process(struct persona_call *call)
{
	struct nt_attributes attr;
	struct nt_process *process;
	u64 cid[2];
	u32 access;
	long ret;

	if (copy_from_user(cid, u64_to_user_ptr(call->args[3]), sizeof(cid)))
		return -EFAULT;
	ret = nt_attributes_get(call->args[2], &attr);
	if (ret)
		return ret;
	ret = NT_STATUS_INVALID_CID;
	if (cid[0] <= PID_MAX_LIMIT)
		ret = nt_process_by_id(cid[0], &process);
	if (ret)
		goto out;
	access = process_grant(call, process, call->args[1]);
	ret = NT_STATUS_ACCESS_DENIED;
	if (access)
		ret = nt_handle_return(call, &process->obj, access, nt_handle_attr(&attr),
				       u64_to_user_ptr(call->args[0]));
	nt_object_put(&process->obj);
out:
	nt_attributes_put(&attr);
	return ret;
}

/* The running process with the next higher number that the caller may look at. */
static struct pid *next_process(u32 after)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	struct task_struct *task, *best = NULL;
	struct pid *pid = NULL;
	u32 nr, best_nr = 0;

	rcu_read_lock();
	for_each_process(task) {
		if (task->flags & PF_KTHREAD)
			continue;
		nr = task_tgid_nr_ns(task, ns);
		if (nr > after && (!best || nr < best_nr)) {
			best = task;
			best_nr = nr;
		}
	}
	if (best)
		pid = get_pid(task_tgid(best));
	rcu_read_unlock();
	return pid;
}

/* NtGetNextProcess(process, access, attributes, flags, *handle) */
long nt_get_next_process(struct persona_call *call)
{
	struct nt_process *process;
	u32 after = 0, access;
	struct pid *pid;
	long ret;

	if (call->args[3])
		return NT_STATUS_INVALID_PARAMETER;
	if (call->args[0]) {
		ret = nt_process_ref(call, call->args[0], 0, &process);
		if (ret)
			return ret;
		after = nt_process_id(process);
		nt_object_put(&process->obj);
	}
	for (;;) {
		pid = next_process(after);
		if (!pid)
			return NT_STATUS_NO_MORE_ENTRIES;
		after = pid_vnr(pid);
		process = nt_process_foreign(pid);
		put_pid(pid);
		if (!process)
			return -ENOMEM;
		access = process_grant(call, process, call->args[1]);
		if (access)
			break;
		nt_object_put(&process->obj);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	ret = nt_handle_return(call, &process->obj, access,
			       call->args[2] & NT_OBJ_INHERIT ? NT_HANDLE_INHERIT : 0,
			       u64_to_user_ptr(call->args[4]));
	nt_object_put(&process->obj);
	return ret;
}

/* Ends every thread but the calling one; true when none is left. */
static bool end_others(struct nt_process *process, struct nt_thread_object *self, u32 code)
{
	struct nt_thread_object *thread;
	bool alone;

	spin_lock(&process->threads_lock);
	list_for_each_entry(thread, &process->threads, link)
		if (thread != self && !READ_ONCE(thread->terminating))
			nt_thread_end(thread, code);
	alone = process->nthreads <= 1;
	spin_unlock(&process->threads_lock);
	return alone;
}

/*
 * NtTerminateProcess(0, code): the first half of an orderly end. Whoever is told
 * to end while doing this to others ends.
 */
static long terminate_others(struct persona_call *call, u32 code)
{
	struct nt_thread_object *self = nt_calling_thread(call)->self;
	struct nt_process *process = nt_caller(call)->self;
	bool first;

	spin_lock(&process->threads_lock);
	first = !READ_ONCE(self->terminating);
	if (first && !process->ender)
		process->ender = self;
	first = first && process->ender == self;
	spin_unlock(&process->threads_lock);
	if (!first)
		return nt_thread_leave(call, code);
	if (wait_event_interruptible(process->wait, end_others(process, self, code)))
		return -ERESTARTNOINTR;
	return 0;
}

/**
 * nt_process_kill() - end a process that is not the caller's
 * @process: process
 * @code: its exit code
 *
 * Context: may sleep; with the credentials of who wants it.
 * Return: 0, STATUS_PROCESS_IS_TERMINATING or -EPERM.
 */
long nt_process_kill(struct nt_process *process, u32 code)
{
	long ret;

	if (!nt_process_id(process))
		return READ_ONCE(process->ended) ? (long)NT_STATUS_PROCESS_IS_TERMINATING : -EPERM;
	ret = kill_pid(process->pid, 0, 0);
	if (ret)
		return ret == -ESRCH ? NT_STATUS_PROCESS_IS_TERMINATING : ret;
	spin_lock(&process->threads_lock);
	if (!process->exit_set) {
		process->exit_code = code;
		process->exit_set = true;
	}
	spin_unlock(&process->threads_lock);
	return kill_pid(process->pid, SIGKILL, 0);
}

static long terminate_other(struct persona_call *call, struct nt_process *process, u32 code)
{
	long ret;

	/* Once this is set, so is what belongs to it. */
	if (smp_load_acquire(&process->ended))
		return NT_STATUS_PROCESS_IS_TERMINATING;
	ret = persona_permit(call, __NR_kill, nt_process_id(process), SIGKILL);
	return ret ?: nt_process_kill(process, code);
}

/* NtTerminateProcess(process or 0, code) */
long nt_terminate_process(struct persona_call *call)
{
	struct nt_process *process;
	u32 code = call->args[1];
	long ret;

	if (!call->args[0])
		return terminate_others(call, code);
	ret = nt_process_ref(call, call->args[0], NT_PROCESS_TERMINATE, &process);
	if (ret)
		return ret;
	if (process == nt_caller(call)->self) {
		nt_object_put(&process->obj);
		return nt_process_leave(call, code);
	}
	ret = terminate_other(call, process, code);
	nt_object_put(&process->obj);
	return ret;
}
