/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's kernel event interface: layouts and numbers. */
#ifndef _DARWIN_KEVENT_H
#define _DARWIN_KEVENT_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define DARWIN_EVFILT_READ		(-1)
#define DARWIN_EVFILT_WRITE		(-2)
#define DARWIN_EVFILT_AIO		(-3)
#define DARWIN_EVFILT_VNODE		(-4)
#define DARWIN_EVFILT_PROC		(-5)
#define DARWIN_EVFILT_SIGNAL		(-6)
#define DARWIN_EVFILT_TIMER		(-7)
#define DARWIN_EVFILT_MACHPORT		(-8)
#define DARWIN_EVFILT_FS		(-9)
#define DARWIN_EVFILT_USER		(-10)
#define DARWIN_EVFILT_VM		(-12)
#define DARWIN_EVFILT_EXCEPT		(-15)
#define DARWIN_EVFILT_SYSCOUNT		17

#define DARWIN_EV_ADD			0x0001
#define DARWIN_EV_DELETE		0x0002
#define DARWIN_EV_ENABLE		0x0004
#define DARWIN_EV_DISABLE		0x0008
#define DARWIN_EV_ONESHOT		0x0010
#define DARWIN_EV_CLEAR			0x0020
#define DARWIN_EV_RECEIPT		0x0040
#define DARWIN_EV_DISPATCH		0x0080
#define DARWIN_EV_UDATA_SPECIFIC	0x0100
#define DARWIN_EV_VANISHED		0x0200
#define DARWIN_EV_SYSFLAGS		0xf000	/* reserved for the kernel's use */
#define DARWIN_EV_ERROR			0x4000
#define DARWIN_EV_EOF			0x8000

#define DARWIN_EV_USERFLAGS \
	(DARWIN_EV_ADD | DARWIN_EV_DELETE | DARWIN_EV_ENABLE | DARWIN_EV_DISABLE | \
	 DARWIN_EV_ONESHOT | DARWIN_EV_CLEAR | DARWIN_EV_RECEIPT | DARWIN_EV_DISPATCH | \
	 DARWIN_EV_UDATA_SPECIFIC)

/* EVFILT_READ, EVFILT_WRITE, EVFILT_EXCEPT */
#define DARWIN_NOTE_LOWAT		0x00000001
#define DARWIN_NOTE_OOB			0x00000002

/* EVFILT_USER */
#define DARWIN_NOTE_TRIGGER		0x01000000
#define DARWIN_NOTE_FFNOP		0x00000000
#define DARWIN_NOTE_FFAND		0x40000000
#define DARWIN_NOTE_FFOR		0x80000000
#define DARWIN_NOTE_FFCOPY		0xc0000000
#define DARWIN_NOTE_FFCTRLMASK		0xc0000000
#define DARWIN_NOTE_FFLAGSMASK		0x00ffffff

/* EVFILT_VNODE */
#define DARWIN_NOTE_DELETE		0x00000001
#define DARWIN_NOTE_WRITE		0x00000002
#define DARWIN_NOTE_EXTEND		0x00000004
#define DARWIN_NOTE_ATTRIB		0x00000008
#define DARWIN_NOTE_LINK		0x00000010
#define DARWIN_NOTE_RENAME		0x00000020
#define DARWIN_NOTE_REVOKE		0x00000040
#define DARWIN_NOTE_VNODE_ALL		0x0000007f

/* EVFILT_PROC */
#define DARWIN_NOTE_EXIT		0x80000000
#define DARWIN_NOTE_FORK		0x40000000
#define DARWIN_NOTE_EXEC		0x20000000
#define DARWIN_NOTE_REAP		0x10000000
#define DARWIN_NOTE_SIGNAL		0x08000000
#define DARWIN_NOTE_EXITSTATUS		0x04000000
#define DARWIN_NOTE_EXIT_DETAIL		0x02000000
#define DARWIN_NOTE_TRACK		0x00000001
#define DARWIN_NOTE_TRACKERR		0x00000002
#define DARWIN_NOTE_CHILD		0x00000004
#define DARWIN_NOTE_PDATAMASK		0x000fffff

/* EVFILT_TIMER */
#define DARWIN_NOTE_SECONDS		0x00000001
#define DARWIN_NOTE_USECONDS		0x00000002
#define DARWIN_NOTE_NSECONDS		0x00000004
#define DARWIN_NOTE_ABSOLUTE		0x00000008
#define DARWIN_NOTE_LEEWAY		0x00000010
#define DARWIN_NOTE_CRITICAL		0x00000020
#define DARWIN_NOTE_BACKGROUND		0x00000040
#define DARWIN_NOTE_MACH_CONTINUOUS	0x00000080
#define DARWIN_NOTE_MACHTIME		0x00000100
#define DARWIN_NOTE_TIMER_ALL		0x000001ff

#define DARWIN_KEVENT_FLAG_IMMEDIATE	0x1
#define DARWIN_KEVENT_FLAG_ERROR_EVENTS	0x2

/* kevent() */
struct darwin_kevent32 {
	u64 ident;
	s16 filter;
	u16 flags;
	u32 fflags;
	s64 data;
	u64 udata;
};

static_assert(sizeof(struct darwin_kevent32) == 32);
static_assert(offsetof(struct darwin_kevent32, filter) == 8);
static_assert(offsetof(struct darwin_kevent32, flags) == 10);
static_assert(offsetof(struct darwin_kevent32, fflags) == 12);
static_assert(offsetof(struct darwin_kevent32, data) == 16);
static_assert(offsetof(struct darwin_kevent32, udata) == 24);

/* kevent64() */
struct darwin_kevent64 {
	u64 ident;
	s16 filter;
	u16 flags;
	u32 fflags;
	s64 data;
	u64 udata;
	u64 ext[2];
};

static_assert(sizeof(struct darwin_kevent64) == 48);
static_assert(offsetof(struct darwin_kevent64, fflags) == 12);
static_assert(offsetof(struct darwin_kevent64, data) == 16);
static_assert(offsetof(struct darwin_kevent64, udata) == 24);
static_assert(offsetof(struct darwin_kevent64, ext) == 32);

/* kevent_qos(), the widest form, in which events are handled inside */
struct darwin_kevent {
	u64 ident;
	s16 filter;
	u16 flags;
	s32 qos;
	u64 udata;
	u32 fflags;
	u32 xflags;
	s64 data;
	u64 ext[4];
};

static_assert(sizeof(struct darwin_kevent) == 72);
static_assert(offsetof(struct darwin_kevent, qos) == 12);
static_assert(offsetof(struct darwin_kevent, udata) == 16);
static_assert(offsetof(struct darwin_kevent, fflags) == 24);
static_assert(offsetof(struct darwin_kevent, data) == 32);
static_assert(offsetof(struct darwin_kevent, ext) == 40);

/**
 * enum darwin_kevent_form - which of the three layouts user memory has
 * @DARWIN_KEVENT_32: struct darwin_kevent32
 * @DARWIN_KEVENT_64: struct darwin_kevent64
 * @DARWIN_KEVENT_QOS: struct darwin_kevent
 */
enum darwin_kevent_form {
	DARWIN_KEVENT_32,
	DARWIN_KEVENT_64,
	DARWIN_KEVENT_QOS,
};

/* kevent_convert.c: pure functions */
size_t darwin_kevent_size(enum darwin_kevent_form form);
void darwin_kevent_get(struct darwin_kevent *to, const void *from, enum darwin_kevent_form form);
void darwin_kevent_put(void *to, const struct darwin_kevent *from, enum darwin_kevent_form form);
u32 darwin_kevent_user_fflags(u32 old, u32 change);
u32 darwin_kevent_exitstatus(int status);

/**
 * struct darwin_kevent_timer - what a timer's registration asks for
 * @interval: nanoseconds between two expirations, 0: once
 * @first: nanoseconds, see the flags below
 * @absolute: @first is a point in time, else a distance from now
 * @calendar: ... in wall-clock time, else of the timer's own clock
 * @continuous: the clock goes on while the machine sleeps
 */
struct darwin_kevent_timer {
	u64 interval;
	u64 first;
	bool absolute;
	bool calendar;
	bool continuous;
};

int darwin_kevent_timer(u32 fflags, s64 data, struct darwin_kevent_timer *timer);

#endif /* _DARWIN_KEVENT_H */
