// SPDX-License-Identifier: GPL-2.0-only
/* Consoles: sizes, colours, titles, code pages, and what else is asked and set. */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/uaccess.h>

#include "async.h"
#include "console.h"
#include "file_impl.h"

#define COLUMNS		80	/* of a terminal that does not know */
#define ROWS		25
#define FONT_WIDTH	8
#define FONT_HEIGHT	16
#define FONT_NORMAL	400

/* Answer to GET_OUTPUT_INFO; a font's name follows and is left out. */
struct output_info {
	s16 cursor_size;
	s16 cursor_visible;
	s16 cursor_x;
	s16 cursor_y;
	s16 width;
	s16 height;
	s16 attr;
	s16 popup_attr;
	s16 left;
	s16 top;
	s16 right;
	s16 bottom;
	s16 max_width;
	s16 max_height;
	s16 font_width;
	s16 font_height;
	s16 font_weight;
	s16 font_pitch;
	u32 colors[16];
};

/* Input of SET_OUTPUT_INFO; what of it is meant. */
struct output_set {
	u32 mask;
	struct output_info info;
};

#define SET_CURSOR_SHAPE	0x01u
#define SET_CURSOR_POS		0x02u
#define SET_ATTR		0x08u

/* GET_INPUT_INFO, and the rest of SET_INPUT_INFO. */
struct input_info {
	u32 in_cp;
	u32 out_cp;
};

struct input_set {
	u32 mask;
	struct input_info info;
};

#define SET_IN_CP		0x1u
#define SET_OUT_CP		0x2u

/* Input of FILL_OUTPUT. */
struct fill_output {
	s32 x;
	s32 y;
	s32 mode;		/* FILL_* */
	s32 count;
	s32 wrap;
	u16 ch;
	u16 attr;
};

#define FILL_TEXT		0
#define FILL_ATTR		1
#define FILL_MAX		4096

struct ctrl_event {
	s32 event;		/* CTRL_C_EVENT, CTRL_BREAK_EVENT */
	u32 group;
};

/* Copies what fits: Wine's versions differ in what comes last. */
static long answer(struct persona_call *call, struct nt_file *file, const void *info, u32 size)
{
	size = min_t(u32, size, call->args[NT_CON_OUT_LEN]);
	if (copy_to_user(u64_to_user_ptr(call->args[NT_CON_OUT]), info, size))
		return -EFAULT;
	return nt_io_end(call, file, 0, size);
}

static long input(struct persona_call *call, void *in, u32 size)
{
	if ((u32)call->args[NT_CON_IN_LEN] < size)
		return NT_STATUS_INVALID_PARAMETER;
	return copy_from_user(in, u64_to_user_ptr(call->args[NT_CON_IN]), size) ? -EFAULT : 0;
}

static void window(struct nt_console *con, s16 *width, s16 *height)
{
	struct winsize size;

	mutex_lock(&con->tty->winsize_mutex);
	size = con->tty->winsize;
	mutex_unlock(&con->tty->winsize_mutex);
	*width = size.ws_col ? min_t(u16, size.ws_col, S16_MAX) : COLUMNS;
	*height = size.ws_row ? min_t(u16, size.ws_row, S16_MAX) : ROWS;
}

/* The sixteen colours as they are on a Windows console, 0x00bbggrr. */
static const u32 colors[16] = {
	0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0xc0c0c0,
	0x808080, 0xff0000, 0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff,
};

static long get_output_info(struct persona_call *call, struct nt_file *file,
			    struct nt_console *con)
{
	struct output_info info = {
		.cursor_size = 25,
		.cursor_visible = 1,
		.attr = con->attr,
		.popup_attr = 0xf5,
		.font_width = FONT_WIDTH,
		.font_height = FONT_HEIGHT,
		.font_weight = FONT_NORMAL,
	};

	/* Where the cursor is only the terminal knows: it is not asked. */
	window(con, &info.width, &info.height);
	info.right = info.width - 1;
	info.bottom = info.height - 1;
	info.max_width = info.width;
	info.max_height = info.height;
	memcpy(info.colors, colors, sizeof(colors));
	return answer(call, file, &info, sizeof(info));
}

static long put_text(struct persona_call *call, struct nt_file *file, const char *text,
		     size_t len)
{
	long ret = persona_permit(call, __NR_write, -1, 0, len);
	ssize_t n;

	while (!ret && len) {
		n = nt_console_put(file, text, len);
		if (n <= 0)
			return n ?: -EIO;
		text += n;
		len -= n;
	}
	return ret;
}

/* NT's bits are blue, green, red; a terminal's are the other way round. */
static unsigned int ansi_color(unsigned int color)
{
	return (color & 1) << 2 | (color & 2) | (color & 4) >> 2;
}

static size_t attr_text(u16 attr, char *out, size_t size)
{
	unsigned int fg = attr & 15, bg = attr >> 4 & 15;

	if ((attr & 0xff) == 0x07)
		return scnprintf(out, size, "\033[0m");
	return scnprintf(out, size, "\033[0;%u;%um", (fg & 8 ? 90 : 30) + ansi_color(fg),
			 (bg & 8 ? 100 : 40) + ansi_color(bg));
}

static long set_output_info(struct persona_call *call, struct nt_file *file,
			    struct nt_console *con)
{
	struct output_set set = { };
	char text[64];
	size_t n = 0;
	long ret;

	ret = input(call, &set, min_t(u32, call->args[NT_CON_IN_LEN], sizeof(set)));
	if (ret)
		return ret;
	if ((u32)call->args[NT_CON_IN_LEN] < sizeof(set.mask) + offsetof(struct output_info, left))
		return NT_STATUS_INVALID_PARAMETER;
	if (set.mask & SET_CURSOR_SHAPE)
		n += scnprintf(text + n, sizeof(text) - n, "\033[?25%c",
			       set.info.cursor_visible ? 'h' : 'l');
	if (set.mask & SET_CURSOR_POS)
		n += scnprintf(text + n, sizeof(text) - n, "\033[%u;%uH",
			       (u16)set.info.cursor_y + 1, (u16)set.info.cursor_x + 1);
	if (set.mask & SET_ATTR) {
		con->attr = set.info.attr;
		n += attr_text(con->attr, text + n, sizeof(text) - n);
	}
	/* Sizes are the terminal's, fonts too: who sets them may think it worked. */
	ret = put_text(call, file, text, n);
	return ret ?: nt_io_end(call, file, 0, 0);
}

static long fill_output(struct persona_call *call, struct nt_file *file,
			struct nt_console *con)
{
	struct fill_output fill;
	char *text;
	size_t n = 0;
	u32 done;
	s16 width, height;
	long ret;

	ret = input(call, &fill, sizeof(fill));
	if (ret)
		return ret;
	if (fill.x < 0 || fill.y < 0 || fill.count < 0)
		return NT_STATUS_INVALID_PARAMETER;
	done = fill.count;
	window(con, &width, &height);
	text = kmalloc(FILL_MAX + 64, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	if (fill.mode == FILL_ATTR) {
		/* The colour of what is there already stays. */
	} else if (fill.ch == ' ' && !fill.x && !fill.y && fill.count >= width * height) {
		n = scnprintf(text, FILL_MAX, "\033[2J");
	} else {
		u32 count = min_t(u32, fill.count, FILL_MAX);

		n = scnprintf(text, 32, "\0337\033[%u;%uH", fill.y + 1, fill.x + 1);
		memset(text + n, fill.ch < 0x80 && fill.ch >= ' ' ? fill.ch : '?', count);
		n += count;
		n += scnprintf(text + n, 8, "\0338");
		done = count;
	}
	ret = put_text(call, file, text, n);
	kfree(text);
	return ret ?: answer(call, file, &done, sizeof(done));
}

static long set_title(struct persona_call *call, struct nt_file *file, struct nt_console *con)
{
	u32 len = min_t(u32, call->args[NT_CON_IN_LEN], sizeof(con->title)) / sizeof(u16);
	u16 title[ARRAY_SIZE(con->title)];

	if (copy_from_user(title, u64_to_user_ptr(call->args[NT_CON_IN]), len * sizeof(u16)))
		return -EFAULT;
	if (mutex_lock_killable(&con->lock))
		return -EINTR;
	memcpy(con->title, title, len * sizeof(u16));
	con->title_len = len;
	mutex_unlock(&con->lock);
	return nt_io_end(call, file, 0, 0);
}

static long get_title(struct persona_call *call, struct nt_file *file, struct nt_console *con)
{
	struct {
		u32 len;
		u16 text[ARRAY_SIZE(con->title)];
	} title;

	if (mutex_lock_killable(&con->lock))
		return -EINTR;
	title.len = con->title_len;
	memcpy(title.text, con->title, con->title_len * sizeof(u16));
	mutex_unlock(&con->lock);
	return answer(call, file, &title, sizeof(title.len) + title.len * sizeof(u16));
}

static long set_input_info(struct persona_call *call, struct nt_file *file,
			   struct nt_console *con)
{
	struct input_set set;
	long ret;

	ret = input(call, &set, sizeof(set));
	if (ret)
		return ret;
	if (set.mask & SET_IN_CP)
		con->in_cp = set.info.in_cp;
	if (set.mask & SET_OUT_CP)
		con->out_cp = set.info.out_cp;
	return nt_io_end(call, file, 0, 0);
}

static long get_input_info(struct persona_call *call, struct nt_file *file,
			   struct nt_console *con)
{
	struct input_info info = { .in_cp = con->in_cp, .out_cp = con->out_cp };

	return answer(call, file, &info, sizeof(info));
}

static long input_count(struct persona_call *call, struct nt_file *file,
			struct nt_console *con)
{
	u32 count;
	long ret;

	/* What counts is what has been read. */
	ret = persona_permit(call, __NR_read, -1, 0, 0);
	if (ret)
		return ret;
	if (mutex_lock_killable(&con->lock))
		return -EINTR;
	count = nt_console_pending(file, con);
	mutex_unlock(&con->lock);
	return answer(call, file, &count, sizeof(count));
}

/* GenerateConsoleCtrlEvent: to the processes of a group, as a signal. */
static long ctrl_event(struct persona_call *call, struct nt_file *file)
{
	struct ctrl_event event;
	long ret;

	ret = input(call, &event, sizeof(event));
	if (ret)
		return ret;
	if (event.event < 0 || event.event > 1 || event.group > INT_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	/* -1 means all processes, so the group of that number can only be one's own. */
	if (event.group == 1) {
		if (task_pgrp_vnr(current) != 1)
			return NT_STATUS_INVALID_PARAMETER;
		event.group = 0;
	}
	ret = persona_native(call, __NR_kill, -(s64)event.group,
			     event.event ? SIGQUIT : SIGINT);
	return ret ?: nt_io_end(call, file, 0, 0);
}

static long flush(struct persona_call *call, struct nt_file *file, struct nt_console *con)
{
	long ret;

	if (mutex_lock_killable(&con->lock))
		return -EINTR;
	con->nrecords = 0;
	con->tails = 0;
	con->newline = false;
	con->unit = 0;
	mutex_unlock(&con->lock);
	ret = nt_file_native(call, file->file, __NR_ioctl, TCFLSH, TCIFLUSH);
	return ret ?: nt_io_end(call, file, 0, 0);
}

static long process_list(struct persona_call *call, struct nt_file *file)
{
	u32 list[2] = { 1, task_tgid_vnr(current) };

	return answer(call, file, list, sizeof(list));
}

/**
 * nt_console_info() - the rest of a console's controls
 * @call: call under way
 * @file: its file object
 * @con: its state
 * @code: NT_CON_*
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_console_info(struct persona_call *call, struct nt_file *file, struct nt_console *con,
		     u32 code)
{
	u32 none = 0;
	long ret;

	switch (code) {
	case NT_CON_GET_OUTPUT_INFO:
		return get_output_info(call, file, con);
	case NT_CON_SET_OUTPUT_INFO:
		return set_output_info(call, file, con);
	case NT_CON_GET_INPUT_INFO:
		return get_input_info(call, file, con);
	case NT_CON_SET_INPUT_INFO:
		return set_input_info(call, file, con);
	case NT_CON_GET_INPUT_COUNT:
		return input_count(call, file, con);
	case NT_CON_GET_TITLE:
		return get_title(call, file, con);
	case NT_CON_SET_TITLE:
		return set_title(call, file, con);
	case NT_CON_FILL_OUTPUT:
		return fill_output(call, file, con);
	case NT_CON_CTRL_EVENT:
		return ctrl_event(call, file);
	case NT_CON_FLUSH:
		return flush(call, file, con);
	case NT_CON_GET_WINDOW:
		return answer(call, file, &none, sizeof(none));
	case NT_CON_GET_PROCESS_LIST:
		return process_list(call, file);
	case NT_CON_BEEP:
		ret = put_text(call, file, "\a", 1);
		return ret ?: nt_io_end(call, file, 0, 0);
	case NT_CON_ACTIVATE:
	case NT_CON_BIND_PID:
		/* There is one screen, and whoever is here is attached to it. */
		return nt_io_end(call, file, 0, 0);
	default:
		return NT_STATUS_NOT_SUPPORTED;
	}
}
