// SPDX-License-Identifier: GPL-2.0-only
/* Kernel events: layouts and arithmetic, without any state. */
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "darwin.h"
#include "kevent.h"

/**
 * darwin_kevent_size() - bytes of one event in user memory
 * @form: layout
 */
size_t darwin_kevent_size(enum darwin_kevent_form form)
{
	switch (form) {
	case DARWIN_KEVENT_32:
		return sizeof(struct darwin_kevent32);
	case DARWIN_KEVENT_64:
		return sizeof(struct darwin_kevent64);
	default:
		return sizeof(struct darwin_kevent);
	}
}

/**
 * darwin_kevent_get() - from one of the layouts to the widest
 * @to: result, all of it written
 * @from: darwin_kevent_size() bytes
 * @form: layout of @from
 */
void darwin_kevent_get(struct darwin_kevent *to, const void *from, enum darwin_kevent_form form)
{
	struct darwin_kevent64 k = {};

	if (form == DARWIN_KEVENT_QOS) {
		memcpy(to, from, sizeof(*to));
		return;
	}
	/* The short form is the beginning of the long one. */
	memcpy(&k, from, darwin_kevent_size(form));
	*to = (struct darwin_kevent) {
		.ident = k.ident,
		.filter = k.filter,
		.flags = k.flags,
		.udata = k.udata,
		.fflags = k.fflags,
		.data = k.data,
		.ext = { k.ext[0], k.ext[1] },
	};
}
EXPORT_SYMBOL_FOR_TEST(darwin_kevent_get);

/**
 * darwin_kevent_put() - from the widest layout to one of them
 * @to: darwin_kevent_size() bytes
 * @from: event
 * @form: layout of @to
 */
void darwin_kevent_put(void *to, const struct darwin_kevent *from, enum darwin_kevent_form form)
{
	const struct darwin_kevent64 k = {
		.ident = from->ident,
		.filter = from->filter,
		.flags = from->flags,
		.fflags = from->fflags,
		.data = from->data,
		.udata = from->udata,
		.ext = { from->ext[0], from->ext[1] },
	};

	if (form == DARWIN_KEVENT_QOS)
		memcpy(to, from, sizeof(*from));
	else
		memcpy(to, &k, darwin_kevent_size(form));
}
EXPORT_SYMBOL_FOR_TEST(darwin_kevent_put);

/**
 * darwin_kevent_user_fflags() - flags of a user event after a change
 * @old: so far
 * @change: NOTE_FF* operation and operand
 */
u32 darwin_kevent_user_fflags(u32 old, u32 change)
{
	u32 flags = change & DARWIN_NOTE_FFLAGSMASK;

	switch (change & DARWIN_NOTE_FFCTRLMASK) {
	case DARWIN_NOTE_FFAND:
		return old & flags;
	case DARWIN_NOTE_FFOR:
		return old | flags;
	case DARWIN_NOTE_FFCOPY:
		return flags;
	}
	return old;
}
EXPORT_SYMBOL_FOR_TEST(darwin_kevent_user_fflags);

/**
 * darwin_kevent_timer() - what a timer's flags and data mean
 * @fflags: DARWIN_NOTE_*
 * @data: number of units
 * @timer: result
 *
 * A negative interval expires at once, and once only.
 *
 * Return: 0, -EINVAL for flags that do not fit, -ERANGE for too large a number.
 */
int darwin_kevent_timer(u32 fflags, s64 data, struct darwin_kevent_timer *timer)
{
	u64 unit, ns;

	if (fflags & ~DARWIN_NOTE_TIMER_ALL)
		return -EINVAL;
	switch (fflags & (DARWIN_NOTE_SECONDS | DARWIN_NOTE_USECONDS | DARWIN_NOTE_NSECONDS |
			  DARWIN_NOTE_MACHTIME)) {
	case 0:
		unit = NSEC_PER_MSEC;
		break;
	case DARWIN_NOTE_SECONDS:
		unit = NSEC_PER_SEC;
		break;
	case DARWIN_NOTE_USECONDS:
		unit = NSEC_PER_USEC;
		break;
	case DARWIN_NOTE_NSECONDS:
	case DARWIN_NOTE_MACHTIME:	/* its unit is the nanosecond here */
		unit = 1;
		break;
	default:
		return -EINVAL;
	}
	*timer = (struct darwin_kevent_timer) {
		.absolute = fflags & DARWIN_NOTE_ABSOLUTE,
		.continuous = fflags & DARWIN_NOTE_MACH_CONTINUOUS,
	};
	timer->calendar = timer->absolute && !(fflags & DARWIN_NOTE_MACHTIME);
	if (!timer->absolute && data < 0)
		return 0;
	if (check_mul_overflow((u64)data, unit, &ns))
		return -ERANGE;
	timer->first = ns;
	if (!timer->absolute)
		timer->interval = ns;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_kevent_timer);

/**
 * darwin_kevent_exitstatus() - data of NOTE_EXITSTATUS
 * @status: native wait status of a process that is over
 */
u32 darwin_kevent_exitstatus(int status)
{
	unsigned int sig = status & 0x7f;

	return (status & 0xff80) | (sig ? persona_map_to_foreign(&darwin_signal_map, sig) : 0);
}
EXPORT_SYMBOL_FOR_TEST(darwin_kevent_exitstatus);
