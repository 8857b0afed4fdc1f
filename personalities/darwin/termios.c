// SPDX-License-Identifier: GPL-2.0-only
/*
 * Terminal settings, both ways.
 *
 * Modes that one system has and the other has not are left out: a program that
 * sets a terminal is asked by POSIX to look at what has become of it.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/termios.h>

#include "flags_cflag.h"
#include "flags_iflag.h"
#include "flags_lflag.h"
#include "flags_oflag.h"
#include "fs.h"
#include "termios.h"

static const struct persona_flag iflags[] = { DARWIN_FLAGS_IFLAG };
static const struct persona_flag oflags[] = { DARWIN_FLAGS_OFLAG };
static const struct persona_flag cflags[] = { DARWIN_FLAGS_CFLAG };
static const struct persona_flag lflags[] = { DARWIN_FLAGS_LFLAG };

/* Indexed by Darwin's number: ours, or NONE. */
#define NONE	NCCS

static const u8 control_chars[DARWIN_NCCS] = {
	VEOF, VEOL, VEOL2, VERASE, VWERASE, VKILL, VREPRINT, NONE,
	VINTR, VQUIT, VSUSP, NONE, VSTART, VSTOP, VLNEXT, VDISCARD,
	VMIN, VTIME, NONE, NONE,
};

#define DARWIN_VMIN	16
#define DARWIN_VTIME	17

static const struct {
	u32 speed;
	tcflag_t code;
} speeds[] = {
	{ 0, B0 }, { 50, B50 }, { 75, B75 }, { 110, B110 }, { 134, B134 }, { 150, B150 },
	{ 200, B200 }, { 300, B300 }, { 600, B600 }, { 1200, B1200 }, { 1800, B1800 },
	{ 2400, B2400 }, { 4800, B4800 }, { 9600, B9600 }, { 19200, B19200 },
	{ 38400, B38400 }, { 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 },
	{ 460800, B460800 }, { 500000, B500000 }, { 576000, B576000 }, { 921600, B921600 },
	{ 1000000, B1000000 }, { 1152000, B1152000 }, { 1500000, B1500000 },
	{ 2000000, B2000000 }, { 2500000, B2500000 }, { 3000000, B3000000 },
	{ 3500000, B3500000 }, { 4000000, B4000000 },
};

/* Native programs do not understand BOTHER, so it is for what has no code. */
static tcflag_t speed_code(u32 speed)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(speeds); i++) {
		if (speeds[i].speed == speed)
			return speeds[i].code;
	}
	return BOTHER;
}

static u64 to_foreign(const struct persona_flag *tbl, size_t n, tcflag_t word)
{
	u64 rest;

	return persona_flags_to_foreign(tbl, n, word, &rest);
}

/**
 * darwin_termios_to_foreign() - what TIOCGETA returns
 * @to: is overwritten completely
 * @from: result of TCGETS2
 *
 * Context: any.
 */
void darwin_termios_to_foreign(struct darwin_termios *to, const struct termios2 *from)
{
	unsigned int i;
	u8 cc;

	memset(to, 0, sizeof(*to));
	to->iflag = to_foreign(iflags, ARRAY_SIZE(iflags), from->c_iflag);
	to->oflag = to_foreign(oflags, ARRAY_SIZE(oflags), from->c_oflag);
	to->cflag = to_foreign(cflags, ARRAY_SIZE(cflags), from->c_cflag);
	to->lflag = to_foreign(lflags, ARRAY_SIZE(lflags), from->c_lflag);
	for (i = 0; i < DARWIN_NCCS; i++) {
		to->cc[i] = DARWIN_VDISABLE;
		if (control_chars[i] == NONE)
			continue;
		cc = from->c_cc[control_chars[i]];
		if (cc || i == DARWIN_VMIN || i == DARWIN_VTIME)
			to->cc[i] = cc;
	}
	to->ispeed = from->c_ispeed;
	to->ospeed = from->c_ospeed;
}
EXPORT_SYMBOL_FOR_TEST(darwin_termios_to_foreign);

static int to_native(const struct persona_flag *tbl, size_t n, u64 word, tcflag_t *native)
{
	u64 rest;

	*native = persona_flags_to_native(tbl, n, word, &rest);
	return rest ? -EINVAL : 0;
}

/**
 * darwin_termios_to_native() - what TIOCSETA wants
 * @to: the terminal's settings, are changed
 * @from: settings that the program wants
 *
 * Context: any.
 * Return: 0, or -EINVAL for a mode that Darwin does not know either.
 */
int darwin_termios_to_native(struct termios2 *to, const struct darwin_termios *from)
{
	tcflag_t iflag, oflag, cflag, lflag;
	unsigned int i;

	if (to_native(iflags, ARRAY_SIZE(iflags), from->iflag, &iflag) ||
	    to_native(oflags, ARRAY_SIZE(oflags), from->oflag, &oflag) ||
	    to_native(cflags, ARRAY_SIZE(cflags), from->cflag, &cflag) ||
	    to_native(lflags, ARRAY_SIZE(lflags), from->lflag, &lflag))
		return -EINVAL;
	if (from->ispeed > S32_MAX || from->ospeed > S32_MAX)
		return -EINVAL;
	to->c_iflag = iflag;
	to->c_oflag = oflag;
	to->c_lflag = lflag;
	if (!(from->cflag & DARWIN_CIGNORE)) {
		to->c_cflag = cflag | speed_code(from->ospeed);
		to->c_ospeed = from->ospeed;
		/* 0: as the output speed, here as there. */
		to->c_ispeed = from->ispeed ? from->ispeed : from->ospeed;
		if (to->c_ispeed != to->c_ospeed)
			to->c_cflag |= speed_code(to->c_ispeed) << IBSHIFT;
	}
	for (i = 0; i < DARWIN_NCCS; i++) {
		if (control_chars[i] == NONE)
			continue;
		to->c_cc[control_chars[i]] = from->cc[i];
		if (from->cc[i] == DARWIN_VDISABLE && i != DARWIN_VMIN && i != DARWIN_VTIME)
			to->c_cc[control_chars[i]] = 0;
	}
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_termios_to_native);
