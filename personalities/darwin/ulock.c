// SPDX-License-Identifier: GPL-2.0-only
/*
 * ulock: waiting on a word of memory, the base of Darwin's locks.
 *
 * The caller of ulock_wait learns how many others wait, which futex(2) does
 * not tell and os_unfair_lock needs, so the waiters are our own. A waiter
 * queues itself first and reads the word then: whoever changes the word and
 * wakes afterwards finds it in the queue, or it finds the change. Semantics:
 * bsd/kern/sys_ulock.c of xnu.
 */
#include <linux/export.h>
#include <linux/futex.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>

#include "bsd_table.h"
#include "ipc.h"
#include "thread.h"
#include "ulock.h"

/* What waits on a word: private to an mm, or in a page shared between them. */
struct ulock_key {
	u64 object;	/* mm, or page | 1 */
	u64 addr;	/* address, or offset in the page */
};

/* Woken: off the list, with @woken set, under the bucket's lock. */
struct ulock_waiter {
	struct list_head link;
	struct ulock_key key;
	struct task_struct *task;
	u8 op;
	bool woken;
};

#define ULOCK_HASH_BITS	8

static struct ulock_bucket {
	spinlock_t lock;	/* waiters, and their woken */
	struct list_head waiters;
} ____cacheline_aligned_in_smp ulock_buckets[BIT(ULOCK_HASH_BITS)];

/**
 * darwin_ulock_init() - when the module is loaded
 */
void darwin_ulock_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ulock_buckets); i++) {
		spin_lock_init(&ulock_buckets[i].lock);
		INIT_LIST_HEAD(&ulock_buckets[i].waiters);
	}
}

/**
 * darwin_ulock_op() - takes an operation word apart
 * @op: as the program passes it
 * @wake: for ulock_wake
 * @u: what it means
 *
 * Context: any.
 * Return: 0, or -EINVAL for an operation or flag that does not exist.
 */
int darwin_ulock_op(u32 op, bool wake, struct darwin_ulock_op *u)
{
	u32 flags = op & DARWIN_ULF_GENERIC_MASK;

	memset(u, 0, sizeof(*u));
	u->op = op & DARWIN_UL_OPCODE_MASK;
	switch (u->op) {
	case DARWIN_UL_COMPARE_AND_WAIT:
	case DARWIN_UL_UNFAIR_LOCK:
		break;
	case DARWIN_UL_COMPARE_AND_WAIT64:
		u->wide = true;
		break;
	case DARWIN_UL_COMPARE_AND_WAIT64_SHARED:
		u->wide = true;
		fallthrough;
	case DARWIN_UL_COMPARE_AND_WAIT_SHARED:
		u->shared = true;
		break;
	default:
		return -EINVAL;
	}
	u->no_errno = flags & DARWIN_ULF_NO_ERRNO;
	op &= ~(DARWIN_UL_OPCODE_MASK | DARWIN_ULF_NO_ERRNO);
	if (!wake)
		return op & ~DARWIN_ULF_WAIT_MASK ? -EINVAL : 0;
	u->all = op & DARWIN_ULF_WAKE_ALL;
	u->thread = op & DARWIN_ULF_WAKE_THREAD;
	if (op & ~DARWIN_ULF_WAKE_MASK || (u->all && u->thread))
		return -EINVAL;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_ulock_op);

static struct ulock_bucket *ulock_bucket(const struct ulock_key *key)
{
	return &ulock_buckets[hash_64(key->object ^ (key->addr >> 2), ULOCK_HASH_BITS)];
}

static bool same_key(const struct ulock_key *a, const struct ulock_key *b)
{
	return a->object == b->object && a->addr == b->addr;
}

/* @page: stays pinned as long as the key is used, so its address is unique. */
static int ulock_key_get(const struct darwin_ulock_op *u, u64 addr, struct ulock_key *key,
			 struct page **page)
{
	size_t size = u->wide ? sizeof(u64) : sizeof(u32);
	int n;

	*page = NULL;
	if (!addr || !IS_ALIGNED(addr, size))
		return -EINVAL;
	if (!access_ok((void __user *)addr, size))
		return -EFAULT;
	key->object = (unsigned long)current->mm;
	key->addr = addr;
	if (!u->shared)
		return 0;
	n = pin_user_pages_fast(addr & PAGE_MASK, 1, FOLL_WRITE, page);
	if (n != 1)
		return n < 0 ? n : -EFAULT;
	key->object = (unsigned long)*page | 1;
	key->addr = offset_in_page(addr);
	return 0;
}

static void ulock_key_put(struct page *page)
{
	if (page)
		unpin_user_page(page);
}

static int ulock_differs(const struct darwin_ulock_op *u, u64 addr, u64 value)
{
	u32 word;
	u64 wide;

	if (u->wide) {
		if (get_user(wide, (u64 __user *)addr))
			return -EFAULT;
		return wide != value;
	}
	if (get_user(word, (u32 __user *)addr))
		return -EFAULT;
	return word != (u32)value;
}

static u32 count_waiters(struct ulock_bucket *b, const struct ulock_key *key)
{
	struct ulock_waiter *w;
	u32 n = 0;

	list_for_each_entry(w, &b->waiters, link)
		n += same_key(&w->key, key);
	return n;
}

/* Wakes one waiter, all, or the one of @thread; how many. */
static u32 wake_waiters(struct ulock_bucket *b, const struct ulock_key *key, bool all,
			struct pid *thread)
{
	struct ulock_waiter *w, *next;
	u32 n = 0;

	list_for_each_entry_safe(w, next, &b->waiters, link) {
		if (!same_key(&w->key, key) || (thread && task_pid(w->task) != thread))
			continue;
		list_del_init(&w->link);
		WRITE_ONCE(w->woken, true);
		wake_up_process(w->task);	/* cannot leave without our lock */
		n++;
		if (!all)
			break;
	}
	return n;
}

/*
 * The lock word of an unfair lock is its owner's port name with low bits for
 * the library's use. An owner that is no thread will never unlock it.
 */
static bool owner_is_dead(struct persona_call *call, u32 value)
{
	return darwin_thread_port_tid(call, value | 3) < 0;
}

static long ulock_sleep(struct ulock_waiter *w, ktime_t *deadline)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (READ_ONCE(w->woken))
			return 0;
		if (signal_pending(current))
			return -EINTR;
		if (!schedule_hrtimeout_range(deadline, current->timer_slack_ns,
					      HRTIMER_MODE_ABS))
			return READ_ONCE(w->woken) ? 0 : -ETIMEDOUT;
	}
}

/* Returns how many others wait, or a negative errno. */
static long ulock_wait(struct persona_call *call, const struct darwin_ulock_op *u, u64 addr,
		       u64 value, ktime_t *deadline)
{
	struct ulock_waiter w = { .task = current, .op = u->op };
	struct ulock_bucket *b;
	struct page *page;
	int differs;
	long ret;

	ret = ulock_key_get(u, addr, &w.key, &page);
	if (ret)
		return ret;
	b = ulock_bucket(&w.key);
	spin_lock(&b->lock);
	list_add_tail(&w.link, &b->waiters);
	spin_unlock(&b->lock);
	/* Pairs with the lock in ulock_wake(): queued before the word is read. */
	smp_mb();
	differs = ulock_differs(u, addr, value);
	if (differs)
		ret = min(differs, 0);
	else if (u->op == DARWIN_UL_UNFAIR_LOCK && owner_is_dead(call, value))
		ret = -EOWNERDEAD;
	else
		ret = ulock_sleep(&w, deadline);
	__set_current_state(TASK_RUNNING);
	spin_lock(&b->lock);
	if (!w.woken)
		list_del(&w.link);
	else if (differs || ret)
		wake_waiters(b, &w.key, false, NULL);	/* it was not for us */
	if (!ret)
		ret = count_waiters(b, &w.key);
	spin_unlock(&b->lock);
	ulock_key_put(page);
	return ret;
}

/* The result in the form that the caller asked for. */
static long ulock_result(struct persona_call *call, const struct darwin_ulock_op *u, long ret)
{
	if (ret >= 0 || !u->no_errno)
		return ret;
	/* A negative error number, and no carry flag. */
	call->regs->ax = -(u64)darwin_errno(ret);
	call->regs->dx = 0;
	call->regs->flags &= ~X86_EFLAGS_CF;
	call->raw = true;
	return 0;
}

static long ulock_wait_call(struct persona_call *call, u64 timeout_ns)
{
	struct darwin_ulock_op u;
	ktime_t deadline;
	long ret;

	ret = darwin_ulock_op(call->args[0], false, &u);
	if (ret)
		return ret;
	ret = persona_permit(call, __NR_futex, call->args[1],
			     FUTEX_WAIT | (u.shared ? 0 : FUTEX_PRIVATE_FLAG),
			     (u32)call->args[2]);
	if (!ret) {
		deadline = ktime_add_safe(ktime_get(), min_t(u64, timeout_ns, KTIME_MAX));
		ret = ulock_wait(call, &u, call->args[1], call->args[2],
				 timeout_ns ? &deadline : NULL);
	}
	return ulock_result(call, &u, ret);
}

/**
 * darwin_ulock_wait() - ulock_wait
 * @call: operation and flags, address, expected value, microseconds or 0
 *
 * Never restarted: the libraries look at their lock again.
 *
 * Context: see persona_fn.
 * Return: how many others wait; -EINTR, -ETIMEDOUT, -EFAULT, -EOWNERDEAD,
 * -EINVAL. 0 or more also when the value was another.
 */
long darwin_ulock_wait(struct persona_call *call)
{
	return ulock_wait_call(call, (u64)(u32)call->args[3] * NSEC_PER_USEC);
}

/**
 * darwin_ulock_wait2() - ulock_wait2: with a timeout in nanoseconds
 * @call: as darwin_ulock_wait(), nanoseconds or 0, a second value (reserved)
 *
 * Context: see persona_fn.
 * Return: as darwin_ulock_wait().
 */
long darwin_ulock_wait2(struct persona_call *call)
{
	if (call->args[4])
		return -EINVAL;
	return ulock_wait_call(call, call->args[3]);
}

static long ulock_wake(struct persona_call *call, const struct darwin_ulock_op *u, u64 addr,
		       u32 name)
{
	struct darwin_port *thread = NULL;
	struct ulock_bucket *b;
	struct ulock_key key;
	struct page *page;
	u32 waiters, woken;
	long ret;

	if (u->thread) {
		thread = darwin_port_lookup(darwin_call_ipc(call), name, DARWIN_PORT_THREAD);
		if (!thread)
			return -ESRCH;
	}
	ret = ulock_key_get(u, addr, &key, &page);
	if (ret)
		goto out;
	b = ulock_bucket(&key);
	spin_lock(&b->lock);
	waiters = count_waiters(b, &key);
	woken = wake_waiters(b, &key, u->all, thread ? thread->pid : NULL);
	spin_unlock(&b->lock);
	ulock_key_put(page);
	if (!waiters)
		ret = -ENOENT;
	else if (!woken)
		ret = -EALREADY;	/* others wait, that thread does not */
out:
	if (thread)
		darwin_port_put(thread);
	return ret;
}

/**
 * darwin_ulock_wake() - ulock_wake
 * @call: operation and flags, address, name of the thread's port for
 *	ULF_WAKE_THREAD
 *
 * Context: see persona_fn.
 * Return: 0; -ENOENT if nobody waits, -EALREADY if that thread does not,
 * -ESRCH, -EINVAL, -EFAULT.
 */
long darwin_ulock_wake(struct persona_call *call)
{
	struct darwin_ulock_op u;
	long ret;

	ret = darwin_ulock_op(call->args[0], true, &u);
	if (ret)
		return ret;
	ret = persona_permit(call, __NR_futex, call->args[1],
			     FUTEX_WAKE | (u.shared ? 0 : FUTEX_PRIVATE_FLAG),
			     u.all ? INT_MAX : 1);
	if (!ret)
		ret = ulock_wake(call, &u, call->args[1], call->args[2]);
	return ulock_result(call, &u, ret);
}
