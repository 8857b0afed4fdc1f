// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identity: Darwin's belongs to the process, Linux's to the thread.
 *
 * The calling thread makes the native call first. When it has succeeded, every
 * other thread is made to do the same before it returns to user mode, and the
 * caller waits for them. They had the caller's identity, so they succeed; if one
 * does not, say for a filter of its own, the process is killed: it must not go on
 * with two identities. settid() alone is about a thread.
 */
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>

#include "bsd_table.h"
#include "thread.h"

#define DARWIN_KAUTH_NONE	((u32)-101)

static long make_call(struct persona_call *call, const struct darwin_setid *id)
{
	const void __user *groups;

	if (id->nr != __NR_setgroups)
		return persona_native(call, id->nr, id->args[0], id->args[1], id->args[2]);
	groups = persona_scratch_put(call, id->groups, id->args[0] * sizeof(id->groups[0]));
	if (IS_ERR(groups))
		return PTR_ERR(groups);
	return persona_native(call, __NR_setgroups, id->args[0], groups);
}

/* Has every thread the identity? New ones begin with that of their creator. */
static bool all_done(struct darwin_threads *threads)
{
	struct darwin_uthread *u;
	bool done = true;

	spin_lock(&threads->lock);
	list_for_each_entry(u, &threads->list, link)
		done &= u->setid_seen == threads->setid_gen;
	spin_unlock(&threads->lock);
	return done;
}

/* One at a time. Another one that is under way has to be followed first. */
static bool try_begin(struct darwin_threads *threads, struct darwin_uthread *u, bool *follow)
{
	bool begun = false;

	spin_lock(&threads->lock);
	*follow = u->setid_seen != threads->setid_gen;
	if (!*follow && !threads->setid_busy) {
		threads->setid_busy = true;
		begun = true;
	}
	spin_unlock(&threads->lock);
	return begun || *follow;
}

static void end(struct darwin_threads *threads)
{
	spin_lock(&threads->lock);
	threads->setid_busy = false;
	spin_unlock(&threads->lock);
	wake_up_all(&threads->setid_wait);
}

static void tell_others(struct darwin_threads *threads, struct darwin_uthread *u,
			const struct darwin_setid *id)
{
	struct task_struct *t;

	spin_lock(&threads->lock);
	threads->setid = *id;
	threads->setid_gen++;
	u->setid_seen = threads->setid_gen;
	spin_unlock(&threads->lock);
	rcu_read_lock();
	for_each_thread(current, t)
		if (t != current && persona_peek(t))
			persona_kick(t);
	rcu_read_unlock();
}

static long set_identity(struct persona_call *call, const struct darwin_setid *id)
{
	struct darwin_threads *threads = darwin_call_proc(call)->threads;
	struct darwin_uthread *u = darwin_uthread(call->thread);
	bool follow;
	long ret;

	ret = wait_event_interruptible(threads->setid_wait, try_begin(threads, u, &follow));
	if (ret || follow) {
		/* On the way out we do what the other thread wants, and come again. */
		if (follow)
			persona_kick(current);
		return -ERESTARTNOINTR;
	}
	ret = make_call(call, id);
	if (!ret) {
		tell_others(threads, u, id);
		wait_event_killable(threads->setid_wait, all_done(threads));
	}
	end(threads);
	return ret;
}

/**
 * darwin_setid_pending() - take over the identity that another thread has set
 * @thread: the calling thread's state
 * @regs: user registers
 *
 * Context: on the way to user mode.
 */
void darwin_setid_pending(struct persona_thread *thread, struct pt_regs *regs)
{
	struct darwin_threads *threads = darwin_proc(thread->proc)->threads;
	struct persona_call call = { .regs = regs, .thread = thread };
	struct darwin_uthread *u = darwin_uthread(thread);
	struct darwin_setid id;
	u32 gen;
	long ret;

	if (likely(!u || u->setid_seen == READ_ONCE(threads->setid_gen)))
		return;
	spin_lock(&threads->lock);
	id = threads->setid;
	gen = threads->setid_gen;
	spin_unlock(&threads->lock);
	ret = make_call(&call, &id);
	if (ret && !thread->condemned)
		send_sig(SIGKILL, current, 1);
	spin_lock(&threads->lock);
	u->setid_seen = gen;
	spin_unlock(&threads->lock);
	wake_up_all(&threads->setid_wait);
}

static long set_ids(struct persona_call *call, u32 nr, u32 a, u32 b, u32 c)
{
	struct darwin_setid id = {
		.nr = nr,
		/* -1, no change, is one of 32 bits to the native calls. */
		.args = { a, b, c },
	};

	return set_identity(call, &id);
}

/**
 * darwin_setuid() - BSD 23
 * @call: uid
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setuid(struct persona_call *call)
{
	return set_ids(call, __NR_setuid, call->args[0], 0, 0);
}

/**
 * darwin_setgid() - BSD 181
 * @call: gid
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setgid(struct persona_call *call)
{
	return set_ids(call, __NR_setgid, call->args[0], 0, 0);
}

/**
 * darwin_setreuid() - BSD 126
 * @call: real, effective uid, -1: unchanged
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setreuid(struct persona_call *call)
{
	return set_ids(call, __NR_setreuid, call->args[0], call->args[1], 0);
}

/**
 * darwin_setregid() - BSD 127
 * @call: real, effective gid, -1: unchanged
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setregid(struct persona_call *call)
{
	return set_ids(call, __NR_setregid, call->args[0], call->args[1], 0);
}

/**
 * darwin_seteuid() - BSD 183
 * @call: uid
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_seteuid(struct persona_call *call)
{
	return set_ids(call, __NR_setresuid, -1, call->args[0], -1);
}

/**
 * darwin_setegid() - BSD 182
 * @call: gid
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setegid(struct persona_call *call)
{
	return set_ids(call, __NR_setresgid, -1, call->args[0], -1);
}

/**
 * darwin_setgroups() - BSD 80
 * @call: number, at most 16; gid_t *
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setgroups(struct persona_call *call)
{
	u32 n = call->args[0];
	struct darwin_setid id = { .nr = __NR_setgroups, .args = { n } };

	if (n > DARWIN_NGROUPS)
		return -EINVAL;
	if (copy_from_user(id.groups, u64_to_user_ptr(call->args[1]), n * sizeof(id.groups[0])))
		return -EFAULT;
	return set_identity(call, &id);
}

/**
 * darwin_initgroups() - BSD 243
 * @call: number of groups, gid_t *, uid for membership lookups (unused)
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_initgroups(struct persona_call *call)
{
	return darwin_setgroups(call);
}

static long leave_identity(struct persona_call *call, struct darwin_uthread *u)
{
	long ret;

	if (!u->assumed)
		return -EPERM;
	ret = persona_native(call, __NR_setresuid, -1, u->old_euid, -1);
	if (!ret)
		ret = persona_native(call, __NR_setresgid, -1, u->old_egid, -1);
	if (!ret)
		u->assumed = false;
	return ret;
}

/**
 * darwin_settid() - BSD 285, pthread_setugid_np: an identity for the thread alone
 * @call: uid, gid; KAUTH_UID_NONE: that of the process again
 *
 * The effective ids: with others Linux would not let the thread come back.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_settid(struct persona_call *call)
{
	struct darwin_uthread *u = darwin_uthread(call->thread);
	u32 uid = call->args[0], gid = call->args[1];
	u32 euid = from_kuid_munged(current_user_ns(), current_euid());
	u32 egid = from_kgid_munged(current_user_ns(), current_egid());
	long ret;

	if (uid == DARWIN_KAUTH_NONE)
		return leave_identity(call, u);
	if (u->assumed)
		return -EPERM;
	ret = persona_native(call, __NR_setresgid, -1, gid, -1);
	if (ret)
		return ret;
	ret = persona_native(call, __NR_setresuid, -1, uid, -1);
	if (ret) {
		persona_native(call, __NR_setresgid, -1, egid, -1);
		return ret;
	}
	u->assumed = true;
	u->old_euid = euid;
	u->old_egid = egid;
	return 0;
}

/**
 * darwin_gettid() - BSD 286: identity of a thread that differs from its process
 * @call: uid_t *, gid_t *
 *
 * Context: see persona_fn.
 * Return: 0; -ESRCH if the thread has none.
 */
long darwin_gettid(struct persona_call *call)
{
	u32 euid = from_kuid_munged(current_user_ns(), current_euid());
	u32 egid = from_kgid_munged(current_user_ns(), current_egid());

	if (!darwin_uthread(call->thread)->assumed)
		return -ESRCH;
	if (put_user(euid, (u32 __user *)u64_to_user_ptr(call->args[0])) ||
	    put_user(egid, (u32 __user *)u64_to_user_ptr(call->args[1])))
		return -EFAULT;
	return 0;
}
