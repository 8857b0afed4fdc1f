// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of objects, handles, names and waits. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include "namespace.h"
#include "process.h"
#include "sync.h"

static int destroyed;

static void thing_destroy(struct nt_object *obj)
{
	destroyed++;
}

static void thing_close(struct nt_object *obj, struct nt_proc *proc, bool last)
{
	destroyed += last ? 100 : 10;
}

/* A type without anything that waits. */
static const struct nt_type thing_type = {
	.name = "Thing",
	.generic = { 0x20001, 0x20002, 0x20004, 0xf000f },
	.close = thing_close,
	.destroy = thing_destroy,
	.size = sizeof(struct nt_object),
};

static void access(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, 0), 0u);
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, 0x100004), 0x100004u);
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, NT_GENERIC_READ), 0x20001u);
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, NT_GENERIC_READ | NT_GENERIC_WRITE),
			0x20003u);
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, NT_GENERIC_EXECUTE), 0x20004u);
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, NT_GENERIC_ALL), 0xf000fu);
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, NT_MAXIMUM_ALLOWED), 0xf000fu);
	/* The rest means nothing here. */
	KUNIT_EXPECT_EQ(test, nt_map_access(&thing_type, 0x0de00000), 0u);
}

static void handles(struct kunit *test)
{
	struct nt_proc *proc = kunit_kzalloc(test, sizeof(*proc), GFP_KERNEL);
	struct nt_proc *child = kunit_kzalloc(test, sizeof(*child), GFP_KERNEL);
	struct nt_object *obj = nt_object_alloc(&thing_type), *got;
	u64 one, two, three;

	KUNIT_ASSERT_NOT_NULL(test, proc);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_ASSERT_NOT_NULL(test, obj);
	destroyed = 0;
	nt_handles_init(&proc->handles);
	nt_handles_init(&child->handles);
	KUNIT_EXPECT_EQ(test, nt_handle_add(proc, obj, NT_GENERIC_READ, 0, &one), 0l);
	KUNIT_EXPECT_EQ(test, one, 4ull);
	KUNIT_EXPECT_EQ(test, nt_handle_add(proc, obj, 0x4, NT_HANDLE_INHERIT, &two), 0l);
	KUNIT_EXPECT_EQ(test, two, 8ull);
	KUNIT_EXPECT_EQ(test, nt_handle_add(proc, obj, 0, NT_HANDLE_PROTECT, &three), 0l);
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->handles), 3);

	KUNIT_EXPECT_EQ(test, nt_handle_ref(proc, one | 3, &thing_type, 0x20001, &got), 0l);
	KUNIT_EXPECT_PTR_EQ(test, got, obj);
	nt_object_put(got);
	KUNIT_EXPECT_EQ(test, nt_handle_ref(proc, one, NULL, 0x2, &got),
			(long)NT_STATUS_ACCESS_DENIED);
	KUNIT_EXPECT_EQ(test, nt_handle_ref(proc, one, &nt_event_type, 0, &got),
			(long)NT_STATUS_OBJECT_TYPE_MISMATCH);
	KUNIT_EXPECT_EQ(test, nt_handle_ref(proc, 0, NULL, 0, &got),
			(long)NT_STATUS_INVALID_HANDLE);
	KUNIT_EXPECT_EQ(test, nt_handle_ref(proc, 16, NULL, 0, &got),
			(long)NT_STATUS_INVALID_HANDLE);
	KUNIT_EXPECT_EQ(test, nt_handle_ref(proc, ~7ull, NULL, 0, &got),
			(long)NT_STATUS_INVALID_HANDLE);
	KUNIT_EXPECT_EQ(test, nt_handle_ref(proc, NT_CURRENT_PROCESS, NULL, 0, &got),
			(long)NT_STATUS_INVALID_HANDLE);

	/* Only the inheritable one, at its place. */
	KUNIT_EXPECT_EQ(test, nt_handles_inherit(child, proc, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&child->handles.count), 1);
	KUNIT_EXPECT_EQ(test, nt_handle_ref(child, two, &thing_type, 0x4, &got), 0l);
	nt_object_put(got);
	nt_handles_close_all(child);
	KUNIT_EXPECT_EQ(test, destroyed, 100);
	KUNIT_EXPECT_EQ(test, nt_handles_inherit(child, proc, (u64[]){ one, two, 80 }, 3), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&child->handles.count), 1);
	nt_handles_close_all(child);

	destroyed = 0;
	KUNIT_EXPECT_EQ(test, nt_handle_close(proc, three), (long)NT_STATUS_HANDLE_NOT_CLOSABLE);
	KUNIT_EXPECT_EQ(test, nt_handle_close(proc, two), 0l);
	KUNIT_EXPECT_EQ(test, nt_handle_close(proc, two), (long)NT_STATUS_INVALID_HANDLE);
	KUNIT_EXPECT_EQ(test, nt_handle_close(proc, NT_CURRENT_THREAD), 0l);
	KUNIT_EXPECT_EQ(test, destroyed, 10);
	KUNIT_EXPECT_EQ(test, nt_handle_add_at(proc, obj, 0, 0, one),
			(long)NT_STATUS_INVALID_HANDLE);
	KUNIT_EXPECT_EQ(test, nt_handle_add_at(proc, obj, 0, 0, 4ull * NT_HANDLE_MAX), 0l);
	KUNIT_EXPECT_EQ(test, nt_handle_add_at(proc, obj, 0, 0, 4ull * NT_HANDLE_MAX + 4),
			(long)NT_STATUS_INVALID_HANDLE);
	nt_object_put(obj);
	nt_handles_close_all(proc);
	KUNIT_EXPECT_EQ(test, atomic_read(&proc->handles.count), 0);
	KUNIT_EXPECT_EQ(test, destroyed % 10, 1);
}

static int compare(const char *a, const char *b, bool fold)
{
	u16 wide[2][16];
	u32 i, len[2] = { strlen(a), strlen(b) };

	for (i = 0; i < 16; i++) {
		wide[0][i] = i < len[0] ? a[i] : 0;
		wide[1][i] = i < len[1] ? b[i] : 0;
	}
	return nt_name_compare(wide[0], len[0], wide[1], len[1], fold);
}

static void names(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, compare("", "", false), 0);
	KUNIT_EXPECT_EQ(test, compare("abc", "abc", false), 0);
	KUNIT_EXPECT_EQ(test, compare("abc", "ABC", true), 0);
	KUNIT_EXPECT_GT(test, compare("abc", "ABC", false), 0);
	/* Case decides where nothing else does. */
	KUNIT_EXPECT_LT(test, compare("abc", "ABD", false), 0);
	KUNIT_EXPECT_LT(test, compare("ab", "ABC", false), 0);
	KUNIT_EXPECT_GT(test, compare("b", "ABC", true), 0);
}

/* A thread that waits: what nt_wait() wants of one. */
struct waiting {
	struct kunit *test;
	struct persona_call call;
	struct persona_thread *thread;
	struct nt_thread_object self;
	struct pt_regs regs;
	struct nt_object *objs[4];
	unsigned int nr;
	bool all;
	s64 timeout;
	const s64 *utimeout;
	struct completion done;
	long ret;
};

static struct waiting *waiting_new(struct kunit *test)
{
	struct waiting *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->thread = kunit_kzalloc(test, sizeof(*w->thread) + sizeof(struct nt_thread),
				  GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, w->thread);
	INIT_LIST_HEAD(&w->self.mutants);
	nt_thread(w->thread)->self = &w->self;
	w->call.thread = w->thread;
	w->call.regs = &w->regs;
	w->test = test;
	init_completion(&w->done);
	return w;
}

static int waiting_fn(void *data)
{
	struct waiting *w = data;

	w->ret = nt_wait(&w->call, w->objs, w->nr, w->all, false, w->utimeout);
	complete(&w->done);
	return 0;
}

static long poll_wait(struct waiting *w)
{
	static const s64 zero;

	return nt_wait(&w->call, w->objs, w->nr, w->all, false, &zero);
}

static void waiting_start(struct waiting *w)
{
	struct task_struct *task;

	reinit_completion(&w->done);
	task = kthread_run(waiting_fn, w, "nt-wait-test");
	KUNIT_ASSERT_FALSE(w->test, IS_ERR(task));
	msleep(50);
}

static bool waiting_done(struct waiting *w)
{
	return wait_for_completion_timeout(&w->done, HZ * 10);
}

static void polls(struct kunit *test)
{
	struct nt_object *a = (struct nt_object *)nt_event_new(false, false);
	struct nt_object *m = (struct nt_object *)nt_event_new(true, true);
	struct waiting *w = waiting_new(test);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, m);
	w->objs[0] = a;
	w->objs[1] = m;
	w->nr = 1;
	KUNIT_EXPECT_EQ(test, poll_wait(w), (long)NT_STATUS_TIMEOUT);
	w->nr = 2;
	KUNIT_EXPECT_EQ(test, poll_wait(w), 1l);
	w->all = true;
	KUNIT_EXPECT_EQ(test, poll_wait(w), (long)NT_STATUS_TIMEOUT);
	nt_event_set(a);
	KUNIT_EXPECT_EQ(test, poll_wait(w), 0l);
	KUNIT_EXPECT_EQ(test, poll_wait(w), (long)NT_STATUS_TIMEOUT);
	nt_event_set(a);
	w->all = false;
	KUNIT_EXPECT_EQ(test, poll_wait(w), 0l);
	KUNIT_EXPECT_EQ(test, poll_wait(w), 1l);
	w->objs[1] = a;
	w->all = true;
	KUNIT_EXPECT_EQ(test, poll_wait(w), (long)NT_STATUS_INVALID_PARAMETER_MIX);
	KUNIT_EXPECT_EQ(test, a->all_waiters, 0u);
	nt_object_put(a);
	nt_object_put(m);
}

static void timeouts(struct kunit *test)
{
	struct nt_object *a = (struct nt_object *)nt_event_new(false, false);
	struct waiting *w = waiting_new(test);
	ktime_t start = ktime_get();
	s64 timeout = -500000;

	KUNIT_ASSERT_NOT_NULL(test, a);
	w->objs[0] = a;
	w->nr = 1;
	KUNIT_EXPECT_EQ(test, nt_wait(&w->call, w->objs, 1, false, false, &timeout),
			(long)NT_STATUS_TIMEOUT);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), start), 50ll);
	timeout = nt_system_time() + 500000;
	start = ktime_get();
	KUNIT_EXPECT_EQ(test, nt_wait(&w->call, w->objs, 1, false, false, &timeout),
			(long)NT_STATUS_TIMEOUT);
	KUNIT_EXPECT_GE(test, ktime_ms_delta(ktime_get(), start), 40ll);
	/* Long ago. */
	timeout = 1;
	KUNIT_EXPECT_EQ(test, nt_wait(&w->call, w->objs, 1, false, false, &timeout),
			(long)NT_STATUS_TIMEOUT);
	KUNIT_EXPECT_TRUE(test, list_empty(&a->waiters));
	/* A wait that is made again keeps its deadline. */
	nt_thread(w->thread)->restart = true;
	nt_thread(w->thread)->deadline = ktime_get();
	timeout = S64_MIN;
	KUNIT_EXPECT_EQ(test, nt_wait(&w->call, w->objs, 1, false, false, &timeout),
			(long)NT_STATUS_TIMEOUT);
	KUNIT_EXPECT_FALSE(test, nt_thread(w->thread)->restart);
	nt_object_put(a);
}

static void wakes(struct kunit *test)
{
	struct nt_object *a = (struct nt_object *)nt_event_new(false, false);
	struct nt_object *b = (struct nt_object *)nt_event_new(true, false);
	struct waiting *any = waiting_new(test), *all = waiting_new(test);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, b);
	any->objs[0] = b;
	any->objs[1] = a;
	any->nr = 2;
	all->objs[0] = a;
	all->objs[1] = b;
	all->nr = 2;
	all->all = true;
	waiting_start(all);
	waiting_start(any);
	KUNIT_EXPECT_EQ(test, a->all_waiters, 1u);
	KUNIT_EXPECT_EQ(test, b->all_waiters, 1u);
	/* The first in the queue cannot have it yet: it goes to the second. */
	nt_event_set(a);
	KUNIT_ASSERT_TRUE(test, waiting_done(any));
	KUNIT_EXPECT_EQ(test, any->ret, 1l);
	nt_event_set(b);
	KUNIT_EXPECT_FALSE(test, completion_done(&all->done));
	nt_event_set(a);
	KUNIT_ASSERT_TRUE(test, waiting_done(all));
	KUNIT_EXPECT_EQ(test, all->ret, 0l);
	KUNIT_EXPECT_EQ(test, a->all_waiters, 0u);
	KUNIT_EXPECT_TRUE(test, list_empty(&a->waiters));
	KUNIT_EXPECT_TRUE(test, list_empty(&b->waiters));
	KUNIT_EXPECT_EQ(test, refcount_read(&a->ref), 1u);
	any->nr = 1;
	any->objs[0] = a;
	KUNIT_EXPECT_EQ(test, poll_wait(any), (long)NT_STATUS_TIMEOUT);
	nt_object_put(a);
	nt_object_put(b);
}

/* Signals from interrupts, in turn, while several threads wait in different ways. */
#define STORM_THREADS	4
#define STORM_ROUNDS	400

struct storm {
	struct nt_object *objs[3];
	struct hrtimer timer;
	atomic_t signals;
	atomic_t taken;
	bool stop;
};

struct storm_thread {
	struct storm *storm;
	struct waiting *w;
	struct task_struct *task;
};

static enum hrtimer_restart storm_timer(struct hrtimer *timer)
{
	struct storm *storm = container_of(timer, struct storm, timer);
	int n = atomic_inc_return(&storm->signals);

	nt_event_set(storm->objs[n % 3]);
	if (n >= STORM_ROUNDS)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(100 * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static int storm_fn(void *data)
{
	struct storm_thread *t = data;

	while (!READ_ONCE(t->storm->stop)) {
		long ret = nt_wait(&t->w->call, t->w->objs, t->w->nr, t->w->all, false,
				   t->w->utimeout);

		if (ret >= 0 && ret < 3)
			atomic_add(t->w->all ? t->w->nr : 1, &t->storm->taken);
		cond_resched();
	}
	complete(&t->w->done);
	return 0;
}

static void storms(struct kunit *test)
{
	struct storm *storm = kunit_kzalloc(test, sizeof(*storm), GFP_KERNEL);
	struct storm_thread t[STORM_THREADS];
	int i, j, left = 0;

	KUNIT_ASSERT_NOT_NULL(test, storm);
	for (i = 0; i < 3; i++) {
		storm->objs[i] = (struct nt_object *)nt_event_new(false, false);
		KUNIT_ASSERT_NOT_NULL(test, storm->objs[i]);
	}
	for (i = 0; i < STORM_THREADS; i++) {
		t[i].storm = storm;
		t[i].w = waiting_new(test);
		t[i].w->nr = i == 0 ? 1 : 3;
		t[i].w->all = i == 1;
		t[i].w->timeout = -10000;
		t[i].w->utimeout = &t[i].w->timeout;
		for (j = 0; j < 3; j++)
			t[i].w->objs[j] = storm->objs[(i + j) % 3];
		t[i].task = kthread_run(storm_fn, &t[i], "nt-storm-test");
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i].task));
	}
	persona_hrtimer_setup(&storm->timer, storm_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&storm->timer, ns_to_ktime(100 * NSEC_PER_USEC), HRTIMER_MODE_REL);
	for (i = 0; i < 1000 && atomic_read(&storm->signals) < STORM_ROUNDS; i++)
		msleep(20);
	hrtimer_cancel(&storm->timer);
	WRITE_ONCE(storm->stop, true);
	for (i = 0; i < STORM_THREADS; i++)
		KUNIT_EXPECT_TRUE(test, waiting_done(t[i].w));
	KUNIT_EXPECT_GE(test, atomic_read(&storm->signals), STORM_ROUNDS);
	/* No signal was taken twice. */
	KUNIT_EXPECT_LE(test, atomic_read(&storm->taken), atomic_read(&storm->signals));
	KUNIT_EXPECT_GT(test, atomic_read(&storm->taken), STORM_ROUNDS / 4);
	for (i = 0; i < 3; i++) {
		left += !list_empty(&storm->objs[i]->waiters);
		left += storm->objs[i]->all_waiters;
		nt_object_put(storm->objs[i]);
	}
	KUNIT_EXPECT_EQ(test, left, 0);
}

static struct kunit_case object_cases[] = {
	KUNIT_CASE(access),
	KUNIT_CASE(handles),
	KUNIT_CASE(names),
	KUNIT_CASE(polls),
	KUNIT_CASE(timeouts),
	KUNIT_CASE(wakes),
	KUNIT_CASE(storms),
	{}
};

static struct kunit_suite object_suite = {
	.name = "persona_nt_object",
	.test_cases = object_cases,
};

kunit_test_suite(object_suite);
