// SPDX-License-Identifier: GPL-2.0-only
/*
 * Jobs: which processes are in one, and what happens to them together.
 *
 * A process is in one job at most, and its job in no other. It enters when it is
 * assigned, or with its parent's NtCreateUserProcess(), and leaves at its end. What
 * a Linux program in a job forks is not in it.
 *
 * A Linux process may outlive all of NT's, and the module with them: it is let go
 * when the last handle of the job is closed.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "completion.h"
#include "info.h"
#include "job.h"
#include "suspend.h"

/* What a completion port is told. */
#define MSG_ACTIVE_PROCESS_ZERO	4
#define MSG_NEW_PROCESS		6
#define MSG_EXIT_PROCESS	7

/**
 * struct nt_member - a process in a job
 * @link: in job->members
 * @job: holds a reference
 * @process: holds a reference
 * @exit: packet for the port at its end
 * @zero: packet for the port if it is the last one
 * @pid: what the port is told
 * @killed: nt_job_kill() has seen it
 */
struct nt_member {
	struct list_head link;
	struct nt_job *job;
	struct nt_process *process;
	struct nt_packet *exit;
	struct nt_packet *zero;
	u32 pid;
	bool killed;
};

/* Who is in which job, and all that belongs to jobs. Taken in any context. */
static DEFINE_SPINLOCK(jobs_lock);

static struct nt_job *to_job(struct nt_object *obj)
{
	return container_of(obj, struct nt_job, obj);
}

static bool job_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	return false;
}

static void job_destroy(struct nt_object *obj)
{
	struct nt_job *job = to_job(obj);

	if (job->port)
		nt_object_put(job->port);
	if (job->cred)
		put_cred(job->cred);
}

static void member_free(struct nt_member *member)
{
	if (!member)
		return;
	nt_packet_free(member->exit);
	nt_packet_free(member->zero);
	kfree(member);
}

static struct nt_member *member_new(struct nt_process *process)
{
	struct nt_member *member = kzalloc(sizeof(*member), GFP_KERNEL_ACCOUNT);

	if (!member)
		return NULL;
	member->process = process;
	member->pid = nt_process_id(process);
	member->exit = nt_packet_new(0, member->pid, 0, MSG_EXIT_PROCESS);
	member->zero = nt_packet_new(0, 0, 0, MSG_ACTIVE_PROCESS_ZERO);
	if (member->exit && member->zero)
		return member;
	member_free(member);
	return NULL;
}

/* With jobs_lock held. The caller puts the references of @member and frees it. */
static void member_remove(struct nt_member *member)
{
	struct nt_job *job = member->job;

	list_del(&member->link);
	member->process->member = NULL;
	job->active--;
	job->user_time += READ_ONCE(member->process->user_time);
	job->kernel_time += READ_ONCE(member->process->kernel_time);
}

static void post(struct nt_object *port, u64 key, struct nt_packet **packet)
{
	(*packet)->key = key;
	if (!nt_packet_post(port, *packet))
		*packet = NULL;
}

/*
 * Lets a process go that is to be found by @find, which is called with jobs_lock held.
 * @ended: the port is told.
 */
static bool release_one(struct nt_member *(*find)(void *arg), void *arg, bool ended)
{
	struct nt_object *port = NULL;
	struct nt_member *member;
	unsigned long flags;
	bool last = false;
	u64 key = 0;

	spin_lock_irqsave(&jobs_lock, flags);
	member = find(arg);
	if (member) {
		member_remove(member);
		last = !member->job->active;
		port = ended ? member->job->port : NULL;
		key = member->job->port_key;
		if (port)
			nt_object_get(port);
	}
	spin_unlock_irqrestore(&jobs_lock, flags);
	if (!member)
		return false;
	if (port) {
		post(port, key, &member->exit);
		if (last)
			post(port, key, &member->zero);
		nt_object_put(port);
	}
	nt_object_put(&member->process->obj);
	nt_object_put(&member->job->obj);
	member_free(member);
	return true;
}

static struct nt_member *member_of(void *process)
{
	return ((struct nt_process *)process)->member;
}

static struct nt_member *first_native(void *job)
{
	struct nt_member *member;

	list_for_each_entry(member, &((struct nt_job *)job)->members, link)
		if (READ_ONCE(member->process->watch.on))
			return member;
	return NULL;
}

static void job_unused(struct nt_object *obj)
{
	struct nt_job *job = to_job(obj);
	const struct cred *cred = NULL, *old;
	unsigned long flags;

	spin_lock_irqsave(&jobs_lock, flags);
	job->unused = true;
	/* A call on the job that began earlier may still change it. */
	if (job->flags & NT_JOB_LIMIT_KILL_ON_CLOSE)
		cred = get_cred(job->cred);
	spin_unlock_irqrestore(&jobs_lock, flags);
	if (cred) {
		/* Maybe in a kernel thread, after a process's end. */
		old = override_creds(cred);
		nt_job_kill(job, NULL, 0);
		revert_creds(old);
		put_cred(cred);
	}
	while (release_one(first_native, job, false))
		;
}

const struct nt_type nt_job_type = {
	.name = "Job",
	.generic = { 0x020004, 0x02000b, 0x120000, 0x1f001f },
	.waitable = true,
	.user_owned = true,
	.signaled = job_signaled,
	.unused = job_unused,
	.destroy = job_destroy,
	.size = sizeof(struct nt_job),
};

/**
 * nt_job_new() - a job without processes and limits
 *
 * Context: may sleep.
 * Return: it, NULL if there is no memory.
 */
struct nt_job *nt_job_new(void)
{
	struct nt_job *job = nt_object_alloc(&nt_job_type);

	if (job)
		INIT_LIST_HEAD(&job->members);
	return job;
}

/**
 * nt_job_of() - the job that a process is in
 * @process: any
 *
 * Context: any.
 * Return: the job with a reference, NULL if it is in none.
 */
struct nt_job *nt_job_of(struct nt_process *process)
{
	struct nt_job *job = NULL;
	unsigned long flags;

	spin_lock_irqsave(&jobs_lock, flags);
	if (process->member)
		job = nt_object_get(&process->member->job->obj);
	spin_unlock_irqrestore(&jobs_lock, flags);
	return job;
}

static long may_join(struct nt_job *job, struct nt_process *process)
{
	if (process->member)
		return NT_STATUS_ACCESS_DENIED;
	/* Whoever sets this calls nt_job_leave() after it. */
	if (READ_ONCE(process->ended))
		return NT_STATUS_PROCESS_IS_TERMINATING;
	if (job->unused && job->flags & NT_JOB_LIMIT_KILL_ON_CLOSE)
		return NT_STATUS_PROCESS_IS_TERMINATING;
	if (job->flags & NT_JOB_LIMIT_ACTIVE_PROCESS && job->active >= job->max_active)
		return NT_STATUS_QUOTA_EXCEEDED;
	return 0;
}

/**
 * nt_job_join() - put a process into a job
 * @job: job
 * @process: process
 * @native: it runs a Linux program, or will
 *
 * Context: may sleep.
 * Return: 0 or an NTSTATUS.
 */
long nt_job_join(struct nt_job *job, struct nt_process *process, bool native)
{
	struct nt_member *member = member_new(process);
	struct nt_object *port = NULL;
	unsigned long flags;
	u64 key = 0;
	long ret;
	u32 pid;

	if (!member)
		return -ENOMEM;
	pid = member->pid;
	spin_lock_irqsave(&jobs_lock, flags);
	ret = may_join(job, process);
	if (!ret && !(native && job->unused)) {
		member->job = nt_object_get(&job->obj);
		nt_object_get(&process->obj);
		process->member = member;
		list_add_tail(&member->link, &job->members);
		member = NULL;
		job->active++;
		job->total++;
		port = job->port;
		key = job->port_key;
		if (port)
			nt_object_get(port);
	}
	spin_unlock_irqrestore(&jobs_lock, flags);
	member_free(member);
	if (port) {
		/* A port that is full or a lack of memory is no reason to fail. */
		nt_completion_post(port, key, pid, 0, MSG_NEW_PROCESS);
		nt_object_put(port);
	}
	return ret;
}

/**
 * nt_job_leave() - a process has ended
 * @process: whether it is in a job or not
 *
 * Context: any but NMI.
 */
void nt_job_leave(struct nt_process *process)
{
	release_one(member_of, process, true);
}

/**
 * nt_job_of_child() - the job of a process to be made
 * @parent: who makes it
 * @breakaway: it asks that the child be in none
 * @out: set to the job with a reference, or NULL
 *
 * Context: any.
 * Return: 0 or STATUS_ACCESS_DENIED.
 */
long nt_job_of_child(struct nt_process *parent, bool breakaway, struct nt_job **out)
{
	struct nt_job *job = nt_job_of(parent);
	u32 flags = job ? READ_ONCE(job->flags) : 0;

	*out = NULL;
	if (!job)
		return 0;
	if (flags & NT_JOB_LIMIT_SILENT_BREAKAWAY ||
	    (breakaway && flags & NT_JOB_LIMIT_BREAKAWAY_OK)) {
		nt_object_put(&job->obj);
		return 0;
	}
	if (breakaway) {
		nt_object_put(&job->obj);
		return NT_STATUS_ACCESS_DENIED;
	}
	*out = job;
	return 0;
}

/* The next one that is not killed yet, with a reference. */
static struct nt_process *next_victim(struct nt_job *job, const struct nt_process *but)
{
	struct nt_process *process = NULL;
	struct nt_member *member;
	unsigned long flags;

	spin_lock_irqsave(&jobs_lock, flags);
	list_for_each_entry(member, &job->members, link) {
		if (member->killed || member->process == but)
			continue;
		member->killed = true;
		/* It ends by itself: it may be the one that closes the job right now. */
		if (READ_ONCE(member->process->exit_set))
			continue;
		process = nt_object_get(&member->process->obj);
		break;
	}
	spin_unlock_irqrestore(&jobs_lock, flags);
	return process;
}

/**
 * nt_job_kill() - end the processes in a job, as far as the caller may
 * @job: job
 * @but: not this one
 * @code: exit code
 *
 * Context: may sleep.
 */
void nt_job_kill(struct nt_job *job, struct nt_process *but, u32 code)
{
	struct nt_process *process;
	struct nt_member *member;
	unsigned long flags;

	spin_lock_irqsave(&jobs_lock, flags);
	list_for_each_entry(member, &job->members, link)
		member->killed = false;
	spin_unlock_irqrestore(&jobs_lock, flags);
	while ((process = next_victim(job, but))) {
		nt_process_kill(process, code);
		nt_object_put(&process->obj);
		cond_resched();
	}
}

/**
 * nt_job_limit() - set the limits of a job
 * @job: job
 * @limits: NT_JOB_LIMIT_*
 * @max_active: processes, if @limits says so
 *
 * Context: may sleep.
 */
void nt_job_limit(struct nt_job *job, u32 limits, u32 max_active)
{
	const struct cred *cred = get_current_cred();
	unsigned long flags;

	spin_lock_irqsave(&jobs_lock, flags);
	WRITE_ONCE(job->flags, limits);
	job->max_active = max_active;
	swap(job->cred, cred);
	spin_unlock_irqrestore(&jobs_lock, flags);
	if (cred)
		put_cred(cred);
}

/**
 * nt_job_tell() - have a completion port told of a job's processes
 * @job: job
 * @port: port; NULL: none from now on
 * @key: for its packets
 *
 * Context: may sleep.
 * Return: 0; STATUS_INVALID_PARAMETER if it has one; or -ENOMEM.
 */
long nt_job_tell(struct nt_job *job, struct nt_object *port, u64 key)
{
	struct nt_object *old = port;
	unsigned long flags;
	long ret = 0;
	u32 i, n, max;
	u64 *ids;

	/* Those that are in it already are told, too. */
	max = READ_ONCE(job->active);
	ids = kvcalloc(max ?: 1, sizeof(*ids), GFP_KERNEL_ACCOUNT);
	if (!ids)
		return -ENOMEM;
	if (port)
		nt_object_get(port);
	spin_lock_irqsave(&jobs_lock, flags);
	if (port && job->port) {
		ret = NT_STATUS_INVALID_PARAMETER;
	} else {
		swap(job->port, old);
		job->port_key = key;
	}
	spin_unlock_irqrestore(&jobs_lock, flags);
	if (old)
		nt_object_put(old);
	if (!ret && port) {
		n = min(nt_job_ids(job, ids, max), max);
		for (i = 0; i < n; i++)
			nt_completion_post(port, key, ids[i], 0, MSG_NEW_PROCESS);
	}
	kvfree(ids);
	return ret;
}

/**
 * nt_job_facts() - what can be asked of a job
 * @job: job
 * @facts: filled in
 *
 * Context: any but NMI.
 */
void nt_job_facts(struct nt_job *job, struct nt_job_facts *facts)
{
	struct nt_member *member;
	unsigned long flags;

	spin_lock_irqsave(&jobs_lock, flags);
	*facts = (struct nt_job_facts){
		.user_time = job->user_time,
		.kernel_time = job->kernel_time,
		.active = job->active,
		.total = job->total,
		.flags = job->flags,
		.max_active = job->max_active,
	};
	list_for_each_entry(member, &job->members, link) {
		facts->user_time += READ_ONCE(member->process->user_time);
		facts->kernel_time += READ_ONCE(member->process->kernel_time);
	}
	spin_unlock_irqrestore(&jobs_lock, flags);
}

/**
 * nt_job_ids() - the processes in a job
 * @job: job
 * @ids: receives their numbers
 * @max: room
 *
 * Context: any but NMI.
 * Return: how many there are, maybe more than @max.
 */
u32 nt_job_ids(struct nt_job *job, u64 *ids, u32 max)
{
	struct nt_member *member;
	unsigned long flags;
	u32 n = 0;

	spin_lock_irqsave(&jobs_lock, flags);
	list_for_each_entry(member, &job->members, link) {
		if (n < max)
			ids[n] = nt_process_id(member->process);
		n++;
	}
	spin_unlock_irqrestore(&jobs_lock, flags);
	return n;
}
