// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints for the filters that watch whole processes.
 *
 * A probe is attached while a knote needs it and no longer, so that native forks,
 * execs and signals cost what they always do when nobody asks.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "kqueue.h"

static DEFINE_MUTEX(kq_trace_lock);

static struct {
	const char *name;
	struct tracepoint *tp;
	unsigned int users;
} kq_traces[DARWIN_KQ_TRACES] = {
	[DARWIN_KQ_TRACE_FORK] = { .name = "sched_process_fork" },
	[DARWIN_KQ_TRACE_EXEC] = { .name = "sched_process_exec" },
	[DARWIN_KQ_TRACE_SIGNAL] = { .name = "signal_generate" },
};

static void kq_trace_find(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < DARWIN_KQ_TRACES; i++)
		if (!strcmp(tp->name, kq_traces[i].name))
			kq_traces[i].tp = tp;
}

/**
 * darwin_kq_trace_init() - find the tracepoints
 *
 * One that is not there makes the events that need it fail.
 */
void darwin_kq_trace_init(void)
{
	for_each_kernel_tracepoint(kq_trace_find, NULL);
}

/**
 * darwin_kq_trace_get() - attach a probe, or count one more user of it
 * @which: tracepoint
 * @probe: function; the same at each call
 *
 * Context: may sleep. Return: 0 or a negative errno.
 */
int darwin_kq_trace_get(enum darwin_kq_trace which, void *probe)
{
	int err = 0;

	if (!kq_traces[which].tp)
		return -EOPNOTSUPP;
	mutex_lock(&kq_trace_lock);
	if (!kq_traces[which].users)
		err = tracepoint_probe_register(kq_traces[which].tp, probe, NULL);
	if (!err)
		kq_traces[which].users++;
	mutex_unlock(&kq_trace_lock);
	return err;
}

/**
 * darwin_kq_trace_put() - undo darwin_kq_trace_get()
 * @which: tracepoint
 * @probe: function
 *
 * The probe may still run for a moment.
 *
 * Context: may sleep.
 */
void darwin_kq_trace_put(enum darwin_kq_trace which, void *probe)
{
	mutex_lock(&kq_trace_lock);
	if (!--kq_traces[which].users)
		tracepoint_probe_unregister(kq_traces[which].tp, probe, NULL);
	mutex_unlock(&kq_trace_lock);
}
