// SPDX-License-Identifier: GPL-2.0-only
/* What a terminal's bytes are to a console: UTF-16, and keys. */
#include <linux/nls.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "async.h"
#include "console.h"
#include "file.h"

#define REPLACEMENT	0xfffdu
#define ESC		0x1b

static size_t put_utf8(u32 c, u8 *out)
{
	int n = utf32_to_utf8(c, out, 4);

	return n > 0 ? n : utf32_to_utf8(REPLACEMENT, out, 4);
}

/**
 * nt_con_encode() - UTF-16 that a program writes, as UTF-8
 * @high: first half of a character whose second half may come, 0: none
 * @in: UTF-16
 * @len: units
 * @out: room for 3 * (@len + 1) bytes
 *
 * Context: any.
 * Return: bytes in @out.
 */
size_t nt_con_encode(u16 *high, const u16 *in, size_t len, u8 *out)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		u16 c = in[i];

		if (*high) {
			if ((c & 0xfc00) == 0xdc00) {
				n += put_utf8(0x10000 + ((*high & 0x3ffu) << 10) +
					      (c & 0x3ffu), out + n);
				*high = 0;
				continue;
			}
			n += put_utf8(REPLACEMENT, out + n);
			*high = 0;
		}
		if ((c & 0xfc00) == 0xd800)
			*high = c;
		else
			n += put_utf8((c & 0xfc00) == 0xdc00 ? REPLACEMENT : c, out + n);
	}
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_con_encode);

/* Length that the first byte of a character promises; 1 for what is none. */
static u32 utf8_len(u8 c)
{
	if (c >= 0xc2 && c < 0xe0)
		return 2;
	if (c >= 0xe0 && c < 0xf0)
		return 3;
	if (c >= 0xf0 && c < 0xf5)
		return 4;
	return 1;
}

/**
 * nt_con_decode() - UTF-8 that a terminal sends, as UTF-16
 * @tail: the beginning of a character whose rest may come, room for 4 bytes
 * @tails: bytes in it
 * @in: UTF-8
 * @len: bytes
 * @out: room for @len + @tails units
 *
 * Context: any.
 * Return: units in @out.
 */
size_t nt_con_decode(u8 *tail, u32 *tails, const u8 *in, size_t len, u16 *out)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		unicode_t c;

		/* A new character begins before the last one has ended. */
		if (*tails && (in[i] & 0xc0) != 0x80) {
			out[n++] = REPLACEMENT;
			*tails = 0;
		}
		tail[(*tails)++] = in[i];
		if (*tails < utf8_len(tail[0]))
			continue;
		if (utf8_to_utf32(tail, *tails, &c) <= 0)
			c = REPLACEMENT;
		*tails = 0;
		if (c >= 0x10000) {
			out[n++] = 0xd800 | (c - 0x10000) >> 10;
			out[n++] = 0xdc00 | ((c - 0x10000) & 0x3ff);
		} else {
			out[n++] = c;
		}
	}
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_con_decode);

static void set_key(struct nt_con_record *out, u16 key, u16 ch, u32 state)
{
	*out = (struct nt_con_record){
		.type = NT_CON_KEY_EVENT,
		.down = 1,
		.repeat = 1,
		.key = key,
		.ch = ch,
		.state = state,
	};
}

/* Virtual-key codes of the final letters of ESC [ and ESC O. */
static u16 key_of_letter(u8 c, bool ss3)
{
	switch (c) {
	case 'A': return 0x26;	/* up */
	case 'B': return 0x28;
	case 'C': return 0x27;
	case 'D': return 0x25;
	case 'F': return 0x23;	/* end */
	case 'H': return 0x24;	/* home */
	case 'P': case 'Q': case 'R': case 'S':
		return ss3 ? 0x70 + (c - 'P') : 0;
	default: return 0;
	}
}

/* ... and of the numbers of ESC [ number ~ */
static u16 key_of_number(u32 n)
{
	static const u8 keys[] = {
		[1] = 0x24, [2] = 0x2d, [3] = 0x2e, [4] = 0x23, [5] = 0x21, [6] = 0x22,
		[7] = 0x24, [8] = 0x23,
		[11] = 0x70, [12] = 0x71, [13] = 0x72, [14] = 0x73, [15] = 0x74,
		[17] = 0x75, [18] = 0x76, [19] = 0x77, [20] = 0x78, [21] = 0x79,
		[23] = 0x7a, [24] = 0x7b,
	};

	return n < ARRAY_SIZE(keys) ? keys[n] : 0;
}

/* xterm's modifier parameter: 1 + shift 1, alt 2, ctrl 4. */
static u32 state_of_modifier(u32 modifier)
{
	u32 state = 0;

	if (!modifier)
		return 0;
	modifier--;
	if (modifier & 1)
		state |= NT_CON_SHIFT;
	if (modifier & 2)
		state |= NT_CON_ALT;
	if (modifier & 4)
		state |= NT_CON_CTRL;
	return state;
}

/* ESC [ ... or ESC O ...; 0 if it is no key that is known. */
static size_t sequence(const u8 *in, size_t len, struct nt_con_record *out)
{
	u32 number[2] = { }, n = 0;
	size_t i;
	u16 key;

	if (len < 3 || (in[1] != '[' && in[1] != 'O'))
		return 0;
	for (i = 2; i < len && i < 16; i++) {
		if (in[i] >= '0' && in[i] <= '9') {
			number[n] = min(number[n] * 10 + (in[i] - '0'), 1000u);
		} else if (in[i] == ';' && !n) {
			n = 1;
		} else {
			key = in[i] == '~' ? key_of_number(number[0]) :
			      key_of_letter(in[i], in[1] == 'O');
			if (!key)
				return 0;
			set_key(out, key, 0, NT_CON_ENHANCED | state_of_modifier(number[1]));
			return i + 1;
		}
	}
	return 0;
}

static void simple_key(u8 c, struct nt_con_record *out)
{
	switch (c) {
	case '\r':
	case '\n':
		set_key(out, 0x0d, '\r', 0);
		break;
	case '\t':
		set_key(out, 0x09, '\t', 0);
		break;
	case 0x08:
	case 0x7f:
		set_key(out, 0x08, 0x08, 0);
		break;
	case ESC:
		set_key(out, 0x1b, ESC, 0);
		break;
	case ' ':
		set_key(out, 0x20, ' ', 0);
		break;
	default:
		if (c < 0x20)
			set_key(out, c + '@', c, NT_CON_CTRL);
		else if (c >= 'a' && c <= 'z')
			set_key(out, c - 0x20, c, 0);
		else if (c >= 'A' && c <= 'Z')
			set_key(out, c, c, NT_CON_SHIFT);
		else if (c >= '0' && c <= '9')
			set_key(out, c, c, 0);
		else
			set_key(out, 0, c, 0);
	}
}

/**
 * nt_con_key() - the first key of what a terminal has sent
 * @in: bytes, at least one
 * @len: number
 * @vt: the program wants escape sequences as they come
 * @out: set to the key being pressed; a character outside of ASCII is left to the
 *	caller (key and ch are 0)
 *
 * Context: any.
 * Return: bytes that it took.
 */
size_t nt_con_key(const u8 *in, size_t len, bool vt, struct nt_con_record *out)
{
	size_t n;

	if (in[0] == ESC && !vt) {
		n = sequence(in, len, out);
		if (n)
			return n;
	}
	if (in[0] >= 0x80) {
		set_key(out, 0, 0, 0);
		return 1;
	}
	simple_key(in[0], out);
	return 1;
}
EXPORT_SYMBOL_FOR_TEST(nt_con_key);

/* A key is pressed and let go. */
static void add_key(struct nt_console *con, struct nt_con_record *key)
{
	if (con->nrecords + 2 > NT_CON_RECORDS)
		return;
	con->records[con->nrecords++] = *key;
	key->down = 0;
	con->records[con->nrecords++] = *key;
}

static void add_bytes(struct nt_console *con, const u8 *in, size_t len)
{
	bool vt = con->in_mode & NT_CON_VT_INPUT;
	struct nt_con_record key;
	u16 units[8];
	size_t n, i;

	while (len) {
		size_t took = nt_con_key(in, len, vt, &key);

		if (in[0] >= 0x80) {
			n = nt_con_decode(con->tail, &con->tails, in, 1, units);
			for (i = 0; i < n; i++) {
				set_key(&key, 0, units[i], 0);
				add_key(con, &key);
			}
		} else {
			add_key(con, &key);
		}
		in += took;
		len -= took;
	}
}

static bool readable(struct nt_file *file)
{
	return vfs_poll(file->file, NULL) & (EPOLLIN | EPOLLRDNORM);
}

/* Nobody will type any more. */
static bool hung_up(struct nt_file *file)
{
	return vfs_poll(file->file, NULL) & (EPOLLHUP | EPOLLERR);
}

/* Makes records of what has been typed. With the lock held. */
static void fill(struct nt_file *file, struct nt_console *con)
{
	u8 bytes[NT_CON_RECORDS / 4];
	ssize_t n;

	while (con->nrecords + 2 * sizeof(bytes) <= NT_CON_RECORDS && readable(file)) {
		n = nt_console_get(file, bytes, sizeof(bytes), false);
		if (n <= 0)
			break;
		add_bytes(con, bytes, n);
	}
}

/**
 * nt_console_pending() - number of input records
 * @file: console
 * @con: its state, locked
 *
 * Context: may sleep.
 * Return: number.
 */
u32 nt_console_pending(struct nt_file *file, struct nt_console *con)
{
	fill(file, con);
	return con->nrecords;
}

static long records_fn(struct nt_io *io, bool block, bool peek)
{
	struct nt_file *file = io->file;
	struct nt_console *con = nt_console_of(file);
	u32 n, room = io->out_len / sizeof(struct nt_con_record);
	long ret;

	if (!con)
		return -ENOMEM;
	for (;;) {
		if (mutex_lock_killable(&con->lock))
			return -EINTR;
		fill(file, con);
		n = min(con->nrecords, room);
		if (n || peek || !room)
			break;
		mutex_unlock(&con->lock);
		if (hung_up(file))
			return -EIO;
		if (!block)
			return -EAGAIN;
		ret = nt_io_sleep(io);
		if (ret)
			return ret;
	}
	ret = 0;
	if (copy_to_user(u64_to_user_ptr(io->out), con->records, n * sizeof(*con->records))) {
		ret = -EFAULT;
	} else if (!peek) {
		con->nrecords -= n;
		memmove(con->records, con->records + n,
			con->nrecords * sizeof(*con->records));
	}
	mutex_unlock(&con->lock);
	io->done = n * sizeof(struct nt_con_record);
	return ret;
}

static long read_records_fn(struct nt_io *io, bool block)
{
	return records_fn(io, block, false);
}

static long peek_records_fn(struct nt_io *io, bool block)
{
	return records_fn(io, block, true);
}

/**
 * nt_console_records() - input records are read, or looked at
 * @call: NtDeviceIoControlFile
 * @file: console
 * @con: its state
 * @peek: leave them, and do not wait
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_console_records(struct persona_call *call, struct nt_file *file,
			struct nt_console *con, bool peek)
{
	struct nt_io io = {
		.fn = peek ? peek_records_fn : read_records_fn,
		.kind = peek ? NT_IO_CONTROL : NT_IO_READ,
		.events = EPOLLIN | EPOLLRDNORM,
		.out = call->args[NT_CON_OUT],
		.out_len = call->args[NT_CON_OUT_LEN],
	};
	long ret;

	if (io.out_len > NT_CON_RECORDS * sizeof(struct nt_con_record))
		io.out_len = NT_CON_RECORDS * sizeof(struct nt_con_record);
	ret = persona_permit(call, __NR_read, -1, io.out, io.out_len);
	return ret ?: nt_io_submit(call, file, &io);
}
