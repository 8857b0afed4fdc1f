/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Consoles: a terminal, seen as NT's console driver shows one. Numbers and layouts
 * are those of Wine's console ioctls, which its kernelbase.dll makes.
 */
#ifndef _NT_CONSOLE_H
#define _NT_CONSOLE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct nt_device_open;
struct nt_file;
struct nt_proc;
struct persona_call;
struct tty_struct;

/* What a console's file object stands for. */
enum nt_console_kind {
	NT_CONSOLE_AUTO,	/* a terminal; its rights tell */
	NT_CONSOLE_IN,
	NT_CONSOLE_OUT,
	NT_CONSOLE_REFERENCE,	/* the console as such */
};

/* Arguments of NtDeviceIoControlFile. */
enum {
	NT_CON_IN = 6, NT_CON_IN_LEN, NT_CON_OUT, NT_CON_OUT_LEN,
};

/* INPUT_RECORD of a key */
struct nt_con_record {
	u16 type;
	u16 pad;
	u32 down;
	u16 repeat;
	u16 key;
	u16 scan;
	u16 ch;
	u32 state;
};

#define NT_CON_KEY_EVENT	1
#define NT_CON_SHIFT		0x0010u
#define NT_CON_CTRL		0x0008u
#define NT_CON_ALT		0x0002u
#define NT_CON_ENHANCED		0x0100u

/* Modes that a terminal has no setting for. */
#define NT_CON_PROCESSED_INPUT	0x0001u
#define NT_CON_LINE_INPUT	0x0002u
#define NT_CON_ECHO_INPUT	0x0004u
#define NT_CON_VT_INPUT		0x0200u

#define NT_CON_RECORDS		64

/**
 * struct nt_console - what is remembered of a terminal while it is in use
 * @link: in the list of all
 * @ref: file objects
 * @tty: holds a reference
 * @lock: protects the rest
 * @in_mode: ENABLE_* that are not the terminal's own settings
 * @out_mode: likewise
 * @in_cp: code page of byte input; what comes is UTF-8 all the same
 * @out_cp: likewise
 * @attr: colours
 * @title: UTF-16
 * @title_len: units
 * @tail: bytes of a character that was not complete
 * @tails: number of them
 * @newline: a line feed that did not fit into the last read
 * @unit: a unit before it that did not, 0: none
 * @high: half of a character that was written
 * @records: input that was read as keys
 * @nrecords: number of them
 */
struct nt_console {
	struct list_head link;
	u32 ref;
	struct tty_struct *tty;
	struct mutex lock;
	u32 in_mode;
	u32 out_mode;
	u32 in_cp;
	u32 out_cp;
	u16 attr;
	u16 title[128];
	u32 title_len;
	u8 tail[8];
	u32 tails;
	bool newline;
	u16 unit;
	u16 high;
	struct nt_con_record records[NT_CON_RECORDS];
	u32 nrecords;
};

/* console.c */
bool nt_console_open(struct persona_call *call, const struct nt_device_open *req,
		     struct nt_file **out, long *status);
long nt_console_control(struct persona_call *call, struct nt_file *file, u32 code);
long nt_console_read(struct persona_call *call, struct nt_file *file, u64 buf, u32 len);
void nt_console_release(struct nt_file *file);
u64 nt_console_handle(struct nt_proc *proc);
struct nt_console *nt_console_of(struct nt_file *file);
ssize_t nt_console_put(struct nt_file *file, const void *bytes, size_t len);
ssize_t nt_console_get(struct nt_file *file, void *bytes, size_t len, bool block);
bool nt_console_line_mode(struct nt_console *con);

/* conkeys.c: text and keys */
size_t nt_con_encode(u16 *high, const u16 *in, size_t len, u8 *out);
size_t nt_con_decode(u8 *tail, u32 *tails, const u8 *in, size_t len, u16 *out);
size_t nt_con_key(const u8 *in, size_t len, bool vt, struct nt_con_record *out);

/* coninfo.c */
long nt_console_info(struct persona_call *call, struct nt_file *file, struct nt_console *con,
		     u32 code);

long nt_console_records(struct persona_call *call, struct nt_file *file,
			struct nt_console *con, bool peek);
u32 nt_console_pending(struct nt_file *file, struct nt_console *con);

/* fsctl.c */
long nt_file_control(struct persona_call *call, struct nt_file *file, u32 access, u32 code);

/* Codes: device 0x50, access, function number, buffered. */
#define NT_CON_CODE(fn, access)		(0x500000u | (access) << 14 | (fn) << 2)

#define NT_CON_GET_MODE			NT_CON_CODE(0, 1)
#define NT_CON_SET_MODE			NT_CON_CODE(1, 2)
#define NT_CON_IS_UNIX			NT_CON_CODE(2, 0)
#define NT_CON_READ_CONSOLE		NT_CON_CODE(10, 1)
#define NT_CON_READ_FILE		NT_CON_CODE(11, 1)
#define NT_CON_READ_INPUT		NT_CON_CODE(12, 1)
#define NT_CON_PEEK			NT_CON_CODE(14, 1)
#define NT_CON_GET_INPUT_INFO		NT_CON_CODE(15, 1)
#define NT_CON_SET_INPUT_INFO		NT_CON_CODE(16, 2)
#define NT_CON_GET_TITLE		NT_CON_CODE(17, 1)
#define NT_CON_SET_TITLE		NT_CON_CODE(18, 2)
#define NT_CON_CTRL_EVENT		NT_CON_CODE(19, 0)
#define NT_CON_BEEP			NT_CON_CODE(20, 0)
#define NT_CON_FLUSH			NT_CON_CODE(21, 0)
#define NT_CON_GET_WINDOW		NT_CON_CODE(22, 0)
#define NT_CON_GET_PROCESS_LIST		NT_CON_CODE(23, 0)
#define NT_CON_READ_CONSOLE_CONTROL	NT_CON_CODE(24, 1)
#define NT_CON_GET_INPUT_COUNT		NT_CON_CODE(25, 1)
#define NT_CON_WRITE_CONSOLE		NT_CON_CODE(30, 2)
#define NT_CON_WRITE_FILE		NT_CON_CODE(31, 2)
#define NT_CON_GET_OUTPUT_INFO		NT_CON_CODE(34, 1)
#define NT_CON_SET_OUTPUT_INFO		NT_CON_CODE(35, 2)
#define NT_CON_ACTIVATE			NT_CON_CODE(36, 2)
#define NT_CON_FILL_OUTPUT		NT_CON_CODE(37, 2)
#define NT_CON_BIND_PID			NT_CON_CODE(51, 0)

#endif /* _NT_CONSOLE_H */
