// SPDX-License-Identifier: GPL-2.0-only
/* EVFILT_USER: events that the program triggers itself. */
#include "kqueue.h"

static int kq_user_touch(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	kn->sfflags = darwin_kevent_user_fflags(kn->sfflags, kev->fflags);
	kn->sdata = kev->data;
	if (kev->fflags & DARWIN_NOTE_TRIGGER)
		kn->user.triggered = true;
	return kn->user.triggered;
}

static int kq_user_attach(struct darwin_knote *kn, const struct darwin_kevent *kev)
{
	kn->sfflags = kev->fflags & DARWIN_NOTE_FFLAGSMASK;
	kn->user.triggered = kev->fflags & DARWIN_NOTE_TRIGGER;
	return kn->user.triggered;
}

static void kq_user_detach(struct darwin_knote *kn)
{
}

static bool kq_user_process(struct darwin_knote *kn, struct darwin_kq_scan *scan,
			    struct darwin_kevent *kev)
{
	if (!kn->user.triggered)
		return false;
	if (kev) {
		kev->fflags = kn->sfflags;
		kev->data = kn->sdata;
		if (kn->flags & DARWIN_EV_CLEAR)
			kn->user.triggered = false;
	}
	return true;
}

const struct darwin_kq_filter darwin_kq_user_filter = {
	.attach = kq_user_attach,
	.detach = kq_user_detach,
	.touch = kq_user_touch,
	.process = kq_user_process,
};
