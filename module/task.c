// SPDX-License-Identifier: GPL-2.0-only
/*
 * The foreign state of tasks: made at exec and prctl, copied at fork, dropped
 * at exec of something else and at exit.
 *
 * A foreign task carries the work bit of Syscall User Dispatch and, in place of
 * the user pointer to its selector byte, the kernel address of its
 * struct persona_thread. User space cannot put a kernel address there (the
 * kernel checks it with access_ok()), so the sign bit tells a foreign task from
 * a native one. The kernel copies the pointer in fork() and leaves it alone in
 * exec(): whoever merely inherited it is not thread->task.
 *
 * The pointer and what it leads to are changed by the task itself only, or by
 * its parent before it runs. Other tasks look under RCU.
 */
#include <linux/anon_inodes.h>
#include <linux/entry-common.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>
#include <uapi/asm/prctl.h>

#include "compat/symbols.h"
#include "internal.h"

static struct workqueue_struct *persona_wq;
/*
 * An empty file without set-id bits or capabilities, see persona_exec_prepare().
 * Its operations are not ours: they would keep this module from being unloaded,
 * and the last fput() may run after that.
 */
static struct file *persona_plain_file;
/* Makes threads of one process that call prctl at once share their persona_proc. */
static DEFINE_MUTEX(persona_adopt_lock);

/**
 * persona_current() - foreign state of the calling task
 *
 * Return: the state, NULL for native tasks.
 */
struct persona_thread *persona_current(void)
{
	struct persona_thread *thread = persona_of(current);

	return thread && thread->task == current ? thread : NULL;
}
EXPORT_SYMBOL_GPL(persona_current);

/**
 * persona_peek() - foreign state of another task
 * @task: any task
 *
 * Context: RCU read-side section, which the state outlives.
 * Return: the state, NULL for native tasks.
 */
struct persona_thread *persona_peek(struct task_struct *task)
{
	struct persona_thread *thread = persona_of(task);

	return thread && thread->task == task ? thread : NULL;
}
EXPORT_SYMBOL_GPL(persona_peek);

static void persona_proc_free(struct work_struct *work)
{
	struct persona_proc *proc = container_of(work, struct persona_proc, free_work);
	struct module *owner = proc->pers->owner;

	if (proc->pers->proc_exit)
		proc->pers->proc_exit(proc);
	persona_view_put(proc->view);
	kfree_rcu(proc, rcu);
	module_put(owner);
}

static void persona_proc_put(struct persona_proc *proc)
{
	/* proc_exit() may sleep, and we may be in a tracepoint. */
	if (refcount_dec_and_test(&proc->ref))
		queue_work(persona_wq, &proc->free_work);
}

static struct persona_proc *persona_proc_alloc(struct persona_reg *reg,
					       struct persona_proc *parent)
{
	const struct personality *pers = reg->pers;
	struct persona_proc *proc;
	int err;

	proc = kzalloc(struct_size(proc, data, pers->proc_size), GFP_KERNEL_ACCOUNT);
	if (!proc)
		return ERR_PTR(-ENOMEM);
	refcount_set(&proc->ref, 1);
	proc->pers = pers;
	proc->tables = pers->tables;
	proc->ntables = pers->ntables;
	INIT_WORK(&proc->free_work, persona_proc_free);
	if (parent) {
		proc->view = persona_view_ref(parent->view);
		proc->tables = parent->tables;
		proc->ntables = parent->ntables;
		proc->away = parent->away;
		proc->home_start = parent->home_start;
		proc->home_len = parent->home_len;
	} else {
		proc->view = persona_view_get(reg);
	}
	err = pers->proc_init ? pers->proc_init(proc, parent) : 0;
	if (err)
		goto err_view;
	__module_get(pers->owner);
	return proc;

err_view:
	persona_view_put(proc->view);
	kfree(proc);
	return ERR_PTR(err);
}

/**
 * persona_thread_alloc() - state for one thread
 * @reg: its personality, module pinned by the caller
 * @proc: process to join, or with @new_proc NULL or the process that forks
 * @parent: thread that clones, or NULL
 * @new_proc: make a persona_proc of its own
 *
 * Context: may sleep.
 * Return: the state, not yet attached to a task, or an ERR_PTR().
 */
struct persona_thread *persona_thread_alloc(struct persona_reg *reg, struct persona_proc *proc,
					    struct persona_thread *parent, bool new_proc)
{
	const struct personality *pers = reg->pers;
	struct persona_thread *thread;
	int err;

	thread = kzalloc(struct_size(thread, data, pers->thread_size), GFP_KERNEL_ACCOUNT);
	if (!thread)
		return ERR_PTR(-ENOMEM);
	if (new_proc) {
		proc = persona_proc_alloc(reg, proc);
		if (IS_ERR(proc)) {
			err = PTR_ERR(proc);
			goto err_free;
		}
	} else {
		refcount_inc(&proc->ref);
	}
	thread->reg = reg;
	thread->proc = proc;
	thread->tables = proc->tables;
	thread->ntables = proc->ntables;
	thread->away = proc->away;
	persona_fast_update(thread);
	err = pers->thread_init ? pers->thread_init(thread, parent) : 0;
	if (err)
		goto err_proc;
	__module_get(pers->owner);
	atomic_inc(&reg->threads);
	return thread;

err_proc:
	persona_proc_put(proc);
err_free:
	kfree(thread);
	return ERR_PTR(err);
}

/**
 * persona_thread_free() - release state made by persona_thread_alloc()
 * @thread: attached to no task any more; freed after an RCU grace period
 *
 * Context: any that may take a workqueue lock.
 */
void persona_thread_free(struct persona_thread *thread)
{
	const struct personality *pers = thread->proc->pers;

	if (thread->child)
		persona_thread_free(thread->child);
	if (pers->thread_exit)
		pers->thread_exit(thread);
	this_cpu_add(thread->reg->counters->calls, thread->calls);
	atomic_dec(&thread->reg->threads);
	persona_proc_put(thread->proc);
	kfree_rcu(thread, rcu);
	module_put(pers->owner);
}

static void persona_attach(struct task_struct *task, struct persona_thread *thread)
{
	thread->task = task;
	/* Published: other tasks may read it through persona_of(). */
	smp_wmb();
	WRITE_ONCE(task->syscall_dispatch.selector, (char __user __force *)thread);
	set_task_syscall_work(task, SYSCALL_USER_DISPATCH);
}

/* Forgets the state of @task: frees it, or just the inherited pointer. */
static void persona_detach(struct task_struct *task)
{
	struct persona_thread *thread = persona_of(task);

	if (!thread)
		return;
	WRITE_ONCE(task->syscall_dispatch.selector, NULL);
	if (thread->task == task)
		persona_thread_free(thread);
}

/*
 * Runs in the parent; the child exists and cannot run yet. Preemption is off
 * before 7.x, so nothing here sleeps: persona_clone() has prepared the state.
 */
static void on_fork(void *unused, struct task_struct *parent, struct task_struct *child)
{
	struct persona_thread *thread = persona_of(parent), *state;
	struct pt_regs *regs;
	bool shared;

	if (likely(!thread))
		return;
	/* The kernel copied the pointer; the work bit it has cleared. */
	child->syscall_dispatch.selector = NULL;
	child->syscall_dispatch.on_dispatch = false;
	if (thread->task != parent)
		return;
	state = thread->child;
	if (!state)
		return;	/* a native fork from outside the range: native child */
	shared = state->proc == thread->proc;
	/* Not what persona_clone() asked for: a tracer has changed the flags. */
	if (same_thread_group(child, parent) != shared)
		return;
	thread->child = NULL;
	/* The mm a later exec is told apart by; prctl-made threads have none. */
	state->image = thread->image ? child->mm : NULL;
	persona_attach(child, state);
	child->syscall_dispatch.on_dispatch = true;
	regs = task_pt_regs(child);
	regs->orig_ax = -1;
	if (state->proc->pers->thread_start)
		state->proc->pers->thread_start(state, child, regs, state->child_data);
	state->child_data = NULL;
}

#ifdef HAVE_SCHED_EXIT_GROUP_DEAD
static void on_exit(void *unused, struct task_struct *task, bool group_dead)
#else
static void on_exit(void *unused, struct task_struct *task)
#endif
{
	persona_detach(task);
}

/* After the new image is in place: did a handler of ours load it? */
static void on_exec(void *unused, struct task_struct *task, pid_t old_pid,
		    struct linux_binprm *bprm)
{
	struct persona_thread *thread = persona_of(task);

	if (likely(!thread))
		return;
	if (thread->task == task && thread->image == task->mm)
		return;
	persona_detach(task);
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
	bool on;
} persona_tps[] = {
	{ .name = "sched_process_fork", .probe = on_fork },
	{ .name = "sched_process_exit", .probe = on_exit },
	{ .name = "sched_process_exec", .probe = on_exec },
};

static void find_tracepoint(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(persona_tps); i++)
		if (!strcmp(tp->name, persona_tps[i].name))
			persona_tps[i].tp = tp;
}

static bool persona_exec_allowed(void)
{
	if (!persona_unprivileged && !capable(CAP_SYS_ADMIN))
		return false;
	return persona_seccomp_exec || !current->seccomp.mode;
}

/**
 * persona_exec_prepare() - first step of an exec handler that knows its image
 * @bprm: the exec
 * @pers: what the image needs
 *
 * Checks the administrator's switches and sees to it that set-id bits and file
 * capabilities of the image are ignored unless the module parameter and @pers
 * allow them: for the kernel's credential computation the image then is an empty file.
 *
 * Context: before begin_new_exec(); may sleep.
 * Return: state to be committed or aborted, or an ERR_PTR(): -EPERM, -ENOMEM,
 * -ENOEXEC if @pers is being unloaded.
 */
struct persona_thread *persona_exec_prepare(struct linux_binprm *bprm,
					    const struct personality *pers)
{
	struct persona_thread *thread;
	struct persona_reg *reg;

	if (!persona_exec_allowed())
		return ERR_PTR(-EPERM);
	reg = persona_reg_of(pers);
	if (!reg)
		return ERR_PTR(-ENOEXEC);
	thread = persona_thread_alloc(reg, NULL, NULL, true);
	persona_reg_put(reg);
	if (IS_ERR(thread))
		return thread;
	if ((!persona_setuid || pers->no_setid) && !bprm->executable) {
		bprm->executable = get_file(persona_plain_file);
		bprm->execfd_creds = 1;
	}
	return thread;
}
EXPORT_SYMBOL_GPL(persona_exec_prepare);

/**
 * persona_exec_commit() - the calling task becomes foreign
 * @thread: of persona_exec_prepare(), owned by the task from here on
 * @fmt: the handler, pinned by the new mm
 *
 * Context: after begin_new_exec(), which has ended all other threads.
 */
void persona_exec_commit(struct persona_thread *thread, struct linux_binfmt *fmt)
{
	set_binfmt(fmt);
	persona_detach(current);
	thread->image = current->mm;
	persona_attach(current, thread);
	current->syscall_dispatch.on_dispatch = false;
	this_cpu_inc(thread->reg->counters->execs);
}
EXPORT_SYMBOL_GPL(persona_exec_commit);

/**
 * persona_exec_abort() - give up between prepare and commit
 * @thread: of persona_exec_prepare()
 */
void persona_exec_abort(struct persona_thread *thread)
{
	persona_thread_free(thread);
}
EXPORT_SYMBOL_GPL(persona_exec_abort);

/**
 * persona_exec_tables() - give the new process tables of its own
 * @thread: of persona_exec_prepare(), not committed yet
 * @tables: by class; they stay valid until proc_exit()
 * @ntables: number of classes, at least 1
 *
 * For a system whose numbers depend on a file of the program's user space.
 *
 * Context: any.
 */
void persona_exec_tables(struct persona_thread *thread,
			 const struct persona_table *const *tables, u32 ntables)
{
	thread->proc->tables = tables;
	thread->proc->ntables = ntables;
	thread->tables = tables;
	thread->ntables = ntables;
	persona_fast_update(thread);
}
EXPORT_SYMBOL_GPL(persona_exec_tables);

/**
 * persona_exec_away() - let numbers mean something else outside of a range
 * @thread: of persona_exec_prepare(), not committed yet
 * @away: tables for calls from elsewhere, as many as persona_exec_tables() has got
 * @start: first address of the range that the process's tables are for
 * @len: its length
 *
 * For a system whose numbers come from a file, and for programs that make calls
 * without it. Has no effect on a fast class.
 *
 * Context: any.
 */
void persona_exec_away(struct persona_thread *thread, const struct persona_table *const *away,
		       unsigned long start, unsigned long len)
{
	thread->proc->home_start = start;
	thread->proc->home_len = len;
	thread->proc->away = away;
	thread->away = away;
}
EXPORT_SYMBOL_GPL(persona_exec_away);

/**
 * persona_exec_gsbase() - base of the gs segment of a program that starts
 * @base: user address
 *
 * Context: behind start_thread(), which has cleared it.
 * Return: 0, or -EPERM for an address that is none of user space.
 */
int persona_exec_gsbase(unsigned long base)
{
	const struct pt_regs frame = { .di = ARCH_SET_GS, .si = base,
				       .orig_ax = __NR_arch_prctl };

	return persona_syscall_table[__NR_arch_prctl](&frame);
}
EXPORT_SYMBOL_GPL(persona_exec_gsbase);

/**
 * persona_clone() - clone the calling foreign thread
 * @call: the foreign call
 * @flags: CLONE_* and the exit signal in the low byte. With CLONE_THREAD the
 *	child shares the persona_proc, else it gets one made from the parent's
 * @data: handed to the personality's thread_start()
 *
 * The child continues behind the same call instruction with the parent's
 * registers, as changed by thread_start().
 *
 * Context: may sleep.
 * Return: what clone(2) returns in the parent.
 */
long persona_clone(struct persona_call *call, u64 flags, void *data)
{
	struct persona_thread *thread = call->thread, *child;
	long ret;

	child = persona_thread_alloc(thread->reg, thread->proc, thread,
				     !(flags & CLONE_THREAD));
	if (IS_ERR(child))
		return PTR_ERR(child);
	child->child_data = data;
	/* A copy of the address space has the parent's scratch area too. */
	if (!(flags & CLONE_THREAD))
		child->scratch = thread->scratch;
	thread->child = child;
	ret = persona_native(call, __NR_clone, flags, 0, 0, 0, 0);
	/* Still there: clone failed, or a filter or tracer kept it from us. */
	child = thread->child;
	thread->child = NULL;
	if (child)
		persona_thread_free(child);
	return ret;
}
EXPORT_SYMBOL_GPL(persona_clone);

/* The persona_proc that another thread of this process has, with a reference. */
static struct persona_proc *find_sibling_proc(const struct persona_reg *reg)
{
	struct persona_proc *proc = NULL;
	struct task_struct *task;

	rcu_read_lock();
	for_each_thread(current, task) {
		struct persona_thread *thread = persona_of(task);

		if (!thread || thread->reg != reg)
			continue;
		if (refcount_inc_not_zero(&thread->proc->ref)) {
			proc = thread->proc;
			break;
		}
	}
	rcu_read_unlock();
	return proc;
}

/**
 * persona_adopt() - the calling native thread becomes foreign
 * @reg: personality, pinned by the caller
 * @start: first foreign instruction address
 * @len: length of the range; 0: the whole thread is foreign
 *
 * Context: prctl; may sleep.
 * Return: 0 or a negative errno.
 */
int persona_adopt(struct persona_reg *reg, unsigned long start, unsigned long len)
{
	struct persona_thread *thread;
	struct persona_proc *proc;

	if (!persona_exec_allowed())
		return -EPERM;
	/* Another use of Syscall User Dispatch would be lost without notice. */
	if (persona_of(current) || test_syscall_work(SYSCALL_USER_DISPATCH))
		return -EBUSY;
	mutex_lock(&persona_adopt_lock);
	proc = find_sibling_proc(reg);
	thread = persona_thread_alloc(reg, proc, NULL, !proc);
	if (proc)
		persona_proc_put(proc);
	if (!IS_ERR(thread)) {
		thread->image = NULL;
		if (len) {
			thread->slow |= PERSONA_SLOW_RANGE;
			thread->range_start = start;
			thread->range_len = len;
			persona_fast_update(thread);
		}
		persona_attach(current, thread);
	}
	mutex_unlock(&persona_adopt_lock);
	return PTR_ERR_OR_ZERO(thread);
}

/**
 * persona_leave() - the calling thread becomes native again
 */
void persona_leave(void)
{
	clear_syscall_work(SYSCALL_USER_DISPATCH);
	persona_detach(current);
}

/**
 * persona_task_init() - start following tasks
 *
 * Return: 0 or a negative errno, with nothing left behind.
 */
int persona_task_init(void)
{
	int i, err;

	persona_wq = alloc_workqueue("persona", WQ_UNBOUND, 0);
	if (!persona_wq)
		return -ENOMEM;
	/* Operations of the kernel's own: with ours the file would pin the module. */
	persona_plain_file = anon_inode_getfile("[persona]", &generic_ro_fops, NULL, O_RDONLY);
	if (IS_ERR(persona_plain_file)) {
		err = PTR_ERR(persona_plain_file);
		goto err_wq;
	}
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	for (i = 0; i < ARRAY_SIZE(persona_tps); i++) {
		err = -ENOENT;
		if (persona_tps[i].tp)
			err = tracepoint_probe_register(persona_tps[i].tp,
							persona_tps[i].probe, NULL);
		if (err) {
			pr_err("cannot follow tracepoint %s (%d)\n", persona_tps[i].name, err);
			goto err_tps;
		}
		persona_tps[i].on = true;
	}
	return 0;

err_tps:
	persona_task_exit();
	return err;
err_wq:
	destroy_workqueue(persona_wq);
	return err;
}

/**
 * persona_task_exit() - stop following tasks; none is foreign any more
 */
void persona_task_exit(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(persona_tps); i++)
		if (persona_tps[i].on)
			tracepoint_probe_unregister(persona_tps[i].tp, persona_tps[i].probe,
						    NULL);
	tracepoint_synchronize_unregister();
	destroy_workqueue(persona_wq);
	fput(persona_plain_file);
	/* kfree_rcu() of thread states. */
	rcu_barrier();
}
