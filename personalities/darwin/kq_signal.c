// SPDX-License-Identifier: GPL-2.0-only
/*
 * EVFILT_SIGNAL: counts signals sent to the process, whatever becomes of them.
 *
 * The kernel's signal_generate tracepoint sees every attempt: also of a signal
 * that is ignored, blocked or pending already, which is what Darwin counts. Limit:
 * with SIGCHLD set to be ignored Linux does not even try to send it.
 */
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "darwin.h"
#include "kqueue.h"

static LIST_HEAD(kq_signals);
static DEFINE_SPINLOCK(kq_signals_lock);

/* Called with the receiver's siglock held. */
static void kq_signal_probe(void *unused, int sig, struct kernel_siginfo *info,
			    struct task_struct *task, int group, int result)
{
	struct darwin_knote *kn;
	unsigned long flags;

	if (list_empty(&kq_signals))
		return;
	spin_lock_irqsave(&kq_signals_lock, flags);
	list_for_each_entry(kn, &kq_signals, signal.link)
		if (kn->signal.process == task->signal && kn->signal.sig == sig)
			darwin_kq_note(kn, 0, 1);
	spin_unlock_irqrestore(&kq_signals_lock, flags);
}

static int kq_signal_attach(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	int err;

	if (kev->ident < 1 || kev->ident >= DARWIN_NSIG)
		return -EINVAL;
	/* 0: a signal that Linux never sends. */
	kn->signal.sig = persona_map_to_native(&darwin_signal_map, kev->ident);
	kn->signal.process = current->signal;
	kn->flags |= DARWIN_EV_CLEAR;
	err = darwin_kq_trace_get(DARWIN_KQ_TRACE_SIGNAL, kq_signal_probe);
	if (err)
		return err;
	spin_lock_irq(&kq_signals_lock);
	list_add(&kn->signal.link, &kq_signals);
	spin_unlock_irq(&kq_signals_lock);
	return 0;
}

static void kq_signal_detach(struct darwin_knote *kn)
{
	spin_lock_irq(&kq_signals_lock);
	list_del(&kn->signal.link);
	spin_unlock_irq(&kq_signals_lock);
	darwin_kq_trace_put(DARWIN_KQ_TRACE_SIGNAL, kq_signal_probe);
}

static int kq_signal_touch(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	return 1;
}

static bool kq_signal_process(struct darwin_knote *kn, struct darwin_kq_scan *scan,
			      struct darwin_kevent *kev)
{
	s64 count;

	spin_lock_irq(&kn->kq->lock);
	count = kn->data;
	if (kev)
		kn->data = 0;
	spin_unlock_irq(&kn->kq->lock);
	if (kev)
		kev->data = count;
	return count;
}

const struct darwin_kq_filter darwin_kq_signal_filter = {
	.attach = kq_signal_attach,
	.detach = kq_signal_detach,
	.touch = kq_signal_touch,
	.process = kq_signal_process,
};
