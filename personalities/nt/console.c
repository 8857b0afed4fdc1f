// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consoles: a terminal, seen as NT's console driver shows one.
 *
 * There is no screen buffer and no console host: what a program writes goes to
 * the terminal, and the terminal's line discipline edits what is typed. Byte input
 * and output is UTF-8. Settings that a terminal has are the terminal's own; the
 * others are kept here, for as long as an NT process has the terminal open.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "async.h"
#include "console.h"
#include "file_impl.h"
#include "params.h"

#define CODE_PAGE_UTF8		65001
#define DEFAULT_IN_MODE		0x01f0u	/* mouse, insert, quick edit, extended, position */
#define DEFAULT_OUT_MODE	0x0007u	/* processed, wrap, VT sequences */
#define IN_MODE_KNOWN		0x03ffu
#define OUT_MODE_KNOWN		0x001fu
#define DEFAULT_ATTR		0x07u
#define CTRL_Z			0x1a

#define TERMINAL_MODES	(NT_CON_PROCESSED_INPUT | NT_CON_LINE_INPUT | NT_CON_ECHO_INPUT)

#define WRITE_CHUNK		512u	/* units */
#define READ_CHUNK		4096u	/* bytes: no line is longer */

/* Protects the list of consoles and their counts. */
static DEFINE_MUTEX(consoles_lock);
static LIST_HEAD(consoles);

static struct tty_struct *tty_of(struct file *file)
{
	return ((struct tty_file_private *)file->private_data)->tty;
}

static struct nt_console *console_find(struct tty_struct *tty)
{
	struct nt_console *con;

	list_for_each_entry(con, &consoles, link)
		if (con->tty == tty)
			return con;
	con = kzalloc(sizeof(*con), GFP_KERNEL_ACCOUNT);
	if (!con)
		return NULL;
	con->tty = tty_kref_get(tty);
	mutex_init(&con->lock);
	con->in_mode = DEFAULT_IN_MODE;
	con->out_mode = DEFAULT_OUT_MODE;
	con->in_cp = CODE_PAGE_UTF8;
	con->out_cp = CODE_PAGE_UTF8;
	con->attr = DEFAULT_ATTR;
	list_add(&con->link, &consoles);
	return con;
}

/**
 * nt_console_of() - the console of a file object
 * @file: of device NT_DEVICE_CONSOLE
 *
 * Context: may sleep.
 * Return: its state, which stays as long as @file does; NULL if there is no
 * memory or the terminal was hung up.
 */
struct nt_console *nt_console_of(struct nt_file *file)
{
	struct nt_console *con = READ_ONCE(file->io.console);

	if (likely(con))
		return con;
	if (!persona_file_is_tty(file->file))
		return NULL;
	mutex_lock(&consoles_lock);
	con = file->io.console;
	if (!con) {
		con = console_find(tty_of(file->file));
		if (con) {
			con->ref++;
			WRITE_ONCE(file->io.console, con);
		}
	}
	mutex_unlock(&consoles_lock);
	return con;
}

/**
 * nt_console_release() - a file object goes away
 * @file: any
 *
 * Context: may sleep.
 */
void nt_console_release(struct nt_file *file)
{
	struct nt_console *con = file->io.console;

	if (!con)
		return;
	mutex_lock(&consoles_lock);
	if (--con->ref)
		con = NULL;
	else
		list_del(&con->link);
	mutex_unlock(&consoles_lock);
	if (con) {
		tty_kref_put(con->tty);
		kfree(con);
	}
}

static enum nt_console_kind kind_of(const struct nt_file *file)
{
	if (file->io.console_kind != NT_CONSOLE_AUTO)
		return file->io.console_kind;
	return file->access & NT_FILE_READ_DATA ? NT_CONSOLE_IN : NT_CONSOLE_OUT;
}

/**
 * nt_console_put() - send bytes to the terminal
 * @file: console
 * @bytes: kernel buffer
 * @len: number
 *
 * Context: may sleep.
 * Return: bytes sent or a negative errno.
 */
ssize_t nt_console_put(struct nt_file *file, const void *bytes, size_t len)
{
	struct kvec vec = { .iov_base = (void *)bytes, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, WRITE, &vec, 1, len);
	return vfs_iter_write(file->file, &iter, &file->file->f_pos, 0);
}

/**
 * nt_console_get() - take bytes from the terminal
 * @file: console
 * @bytes: kernel buffer
 * @len: its size
 * @block: wait for some
 *
 * Context: may sleep.
 * Return: bytes, 0 at the end, -EAGAIN, -ERESTARTSYS or another negative errno.
 */
ssize_t nt_console_get(struct nt_file *file, void *bytes, size_t len, bool block)
{
	struct kvec vec = { .iov_base = bytes, .iov_len = len };
	rwf_t flags = 0;
	struct iov_iter iter;

	if (!block) {
		if (!(vfs_poll(file->file, NULL) & (EPOLLIN | EPOLLHUP | EPOLLERR)))
			return -EAGAIN;
		if (file->file->f_mode & FMODE_NOWAIT)
			flags = RWF_NOWAIT;
	}
	iov_iter_kvec(&iter, READ, &vec, 1, len);
	return vfs_iter_read(file->file, &iter, &file->file->f_pos, flags);
}

/**
 * nt_console_line_mode() - does the terminal edit lines?
 * @con: console
 *
 * Context: may sleep.
 * Return: whether it does.
 */
bool nt_console_line_mode(struct nt_console *con)
{
	bool line;

	down_read(&con->tty->termios_rwsem);
	line = L_ICANON(con->tty);
	up_read(&con->tty->termios_rwsem);
	return line;
}

/* What a line ends with is two characters to NT. Returns bytes. */
static size_t expand_newlines(struct nt_console *con, u8 *bytes, size_t n, size_t room)
{
	size_t i;

	if (!n || bytes[n - 1] != '\n' || !nt_console_line_mode(con))
		return n;
	i = n - 1;
	bytes[i] = '\r';
	if (n < room)
		bytes[n++] = '\n';
	else
		con->newline = true;
	return n;
}

/* With the lock held. Copies what was read; returns bytes or -EFAULT. */
static ssize_t deliver(struct nt_console *con, u8 *bytes, size_t n, u64 buf, bool wide,
		       size_t room)
{
	u16 *units;
	ssize_t ret;

	n = expand_newlines(con, bytes, n, room);
	if (!wide)
		return copy_to_user(u64_to_user_ptr(buf), bytes, n) ? -EFAULT : n;
	units = kmalloc_array(n + sizeof(con->tail), sizeof(*units), GFP_KERNEL_ACCOUNT);
	if (!units)
		return -ENOMEM;
	n = nt_con_decode(con->tail, &con->tails, bytes, n, units);
	/* What was left of the last read can make it one more than there is room for. */
	if (n > room)
		con->unit = units[--n];
	n *= sizeof(*units);
	ret = copy_to_user(u64_to_user_ptr(buf), units, n) ? -EFAULT : n;
	kfree(units);
	return ret;
}

static long console_read(struct nt_io *io, bool block, bool wide)
{
	struct nt_console *con = nt_console_of(io->file);
	size_t room = min_t(size_t, wide ? io->out_len / 2 : io->out_len, READ_CHUNK);
	ssize_t n = 0;
	u8 *bytes;

	if (!con)
		return -EIO;
	if (!room)
		return 0;
	bytes = kmalloc(READ_CHUNK, GFP_KERNEL_ACCOUNT);
	if (!bytes)
		return -ENOMEM;
	do {
		u16 unit = wide && READ_ONCE(con->unit) ? xchg(&con->unit, 0) : 0;

		if (unit) {
			n = copy_to_user(u64_to_user_ptr(io->out), &unit, sizeof(unit)) ?
			    -EFAULT : sizeof(unit);
			break;
		}
		if (READ_ONCE(con->newline) && xchg(&con->newline, false)) {
			n = copy_to_user(u64_to_user_ptr(io->out), wide ? "\n\0" : "\n",
					 wide ? 2 : 1) ? -EFAULT : wide ? 2 : 1;
			break;
		}
		/* An end that a character's beginning waits for does not fit. */
		n = nt_console_get(io->file, bytes, room - (wide && room > 1 && con->tails),
				   block);
		if (n <= 0)
			break;
		if (!wide && bytes[0] == CTRL_Z && nt_console_line_mode(con)) {
			n = 0;		/* the end, as ReadFile() knows it */
			break;
		}
		if (mutex_lock_killable(&con->lock)) {
			n = -EINTR;
			break;
		}
		n = deliver(con, bytes, n, io->out, wide, room);
		mutex_unlock(&con->lock);
	} while (!n);
	kfree(bytes);
	if (n < 0)
		return n == -EINTR || n == -ERESTARTNOHAND ? -ERESTARTSYS : n;
	io->done = n;
	return 0;
}

static long read_bytes_fn(struct nt_io *io, bool block)
{
	return console_read(io, block, false);
}

static long read_wide_fn(struct nt_io *io, bool block)
{
	return console_read(io, block, true);
}

static long submit_read(struct persona_call *call, struct nt_file *file, u64 buf, u32 len,
			bool wide)
{
	struct nt_io io = {
		.fn = wide ? read_wide_fn : read_bytes_fn,
		.kind = NT_IO_READ,
		.events = EPOLLIN | EPOLLRDNORM,
		.out = buf,
		.out_len = len,
	};
	long ret;

	ret = persona_permit(call, __NR_read, -1, buf, len);
	return ret ?: nt_io_submit(call, file, &io);
}

/**
 * nt_console_read() - NtReadFile of a console
 * @call: call under way
 * @file: its file object
 * @buf: user buffer
 * @len: its size
 *
 * Context: may sleep.
 * Return: what the handler returns; event, APC and IO_STATUS_BLOCK are done.
 */
long nt_console_read(struct persona_call *call, struct nt_file *file, u64 buf, u32 len)
{
	return submit_read(call, file, buf, len, false);
}

/* What WriteConsoleW has on its way to the terminal. */
struct write_buffer {
	u16 units[WRITE_CHUNK];
	u8 bytes[WRITE_CHUNK * 3 + 3];
};

/* Sends one chunk. Text is not written twice: what a signal interrupts is lost. */
static long write_chunk(struct nt_file *file, const u8 *bytes, size_t len)
{
	size_t sent = 0;
	ssize_t n;

	while (sent < len) {
		n = nt_console_put(file, bytes + sent, len - sent);
		if (n == -ERESTARTSYS && sent && !fatal_signal_pending(current))
			break;
		if (n <= 0)
			return n ?: -EIO;
		sent += n;
	}
	return 0;
}

/* WriteConsoleW: a chunk that has been begun is finished. */
static long write_wide_fn(struct nt_io *io, bool block)
{
	struct nt_console *con = nt_console_of(io->file);
	u64 total = io->len & ~1u;
	struct write_buffer *buf;
	long ret = 0;
	u16 high;
	size_t n;
	u32 len;

	if (!con)
		return -EIO;
	buf = kmalloc(sizeof(*buf), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	while (!ret && io->done < total) {
		len = min_t(u64, total - io->done, sizeof(buf->units));
		if (copy_from_user(buf->units, u64_to_user_ptr(io->buf + io->done), len)) {
			ret = -EFAULT;
		} else if (signal_pending(current)) {
			ret = -ERESTARTSYS;
		} else {
			/* Others who write here take none of what is ours. */
			high = xchg(&con->high, 0);
			n = nt_con_encode(&high, buf->units, len / 2, buf->bytes);
			WRITE_ONCE(con->high, high);
			ret = write_chunk(io->file, buf->bytes, n);
			if (!ret)
				io->done += len;
		}
	}
	kfree(buf);
	return ret;
}

static long write_wide(struct persona_call *call, struct nt_file *file)
{
	struct nt_io io = {
		.fn = write_wide_fn,
		.kind = NT_IO_WRITE,
		.events = EPOLLOUT | EPOLLWRNORM,
		.buf = call->args[NT_CON_IN],
		.len = call->args[NT_CON_IN_LEN],
	};
	long ret;

	ret = persona_permit(call, __NR_write, -1, io.buf, io.len);
	return ret ?: nt_io_submit(call, file, &io);
}

static long get_mode(struct persona_call *call, struct nt_file *file, struct nt_console *con)
{
	u32 mode = con->out_mode;

	if ((u32)call->args[NT_CON_OUT_LEN] < sizeof(mode))
		return NT_STATUS_INVALID_PARAMETER;
	if (kind_of(file) != NT_CONSOLE_OUT) {
		mode = con->in_mode & ~TERMINAL_MODES;
		down_read(&con->tty->termios_rwsem);
		if (L_ISIG(con->tty))
			mode |= NT_CON_PROCESSED_INPUT;
		if (L_ICANON(con->tty))
			mode |= NT_CON_LINE_INPUT;
		if (L_ECHO(con->tty))
			mode |= NT_CON_ECHO_INPUT;
		up_read(&con->tty->termios_rwsem);
	}
	if (copy_to_user(u64_to_user_ptr(call->args[NT_CON_OUT]), &mode, sizeof(mode)))
		return -EFAULT;
	return nt_io_end(call, file, 0, sizeof(mode));
}

/* What tcsetattr(3) takes. */
static void termios_get(struct nt_console *con, struct termios2 *t)
{
	const struct ktermios *k = &con->tty->termios;

	down_read(&con->tty->termios_rwsem);
	*t = (struct termios2){
		.c_iflag = k->c_iflag,
		.c_oflag = k->c_oflag,
		.c_cflag = k->c_cflag,
		.c_lflag = k->c_lflag,
		.c_line = k->c_line,
		.c_ispeed = k->c_ispeed,
		.c_ospeed = k->c_ospeed,
	};
	memcpy(t->c_cc, k->c_cc, sizeof(t->c_cc));
	up_read(&con->tty->termios_rwsem);
}

static void set_flag(tcflag_t *flags, tcflag_t flag, bool on)
{
	*flags = on ? *flags | flag : *flags & ~flag;
}

static long set_in_mode(struct persona_call *call, struct nt_file *file,
			struct nt_console *con, u32 mode)
{
	struct termios2 old, new;
	void __user *user;
	bool line = mode & NT_CON_LINE_INPUT;

	termios_get(con, &old);
	new = old;
	set_flag(&new.c_lflag, ISIG, mode & NT_CON_PROCESSED_INPUT);
	set_flag(&new.c_lflag, ICANON, line);
	set_flag(&new.c_lflag, ECHO, mode & NT_CON_ECHO_INPUT);
	/* The Enter key is a carriage return to who reads keys. */
	set_flag(&new.c_iflag, ICRNL, line);
	set_flag(&new.c_iflag, IXON, line);
	if (!line) {
		new.c_cc[VMIN] = 1;
		new.c_cc[VTIME] = 0;
	} else if (!(old.c_lflag & ICANON)) {
		new.c_cc[VEOF] = 4;	/* shares its place with VMIN on some systems */
	}
	con->in_mode = mode & ~TERMINAL_MODES;
	if (!memcmp(&old, &new, sizeof(new)))
		return 0;
	user = persona_scratch_put(call, &new, sizeof(new));
	if (IS_ERR(user))
		return PTR_ERR(user);
	return nt_file_native(call, file->file, __NR_ioctl, TCSETS2, user);
}

static long set_mode(struct persona_call *call, struct nt_file *file, struct nt_console *con)
{
	bool out = kind_of(file) == NT_CONSOLE_OUT;
	long ret = 0;
	u32 mode;

	if ((u32)call->args[NT_CON_IN_LEN] < sizeof(mode))
		return NT_STATUS_INVALID_PARAMETER;
	if (copy_from_user(&mode, u64_to_user_ptr(call->args[NT_CON_IN]), sizeof(mode)))
		return -EFAULT;
	if (mode & ~(out ? OUT_MODE_KNOWN : IN_MODE_KNOWN))
		return NT_STATUS_INVALID_PARAMETER;
	if (mutex_lock_killable(&con->lock))
		return -EINTR;
	if (out)
		con->out_mode = mode;
	else
		ret = set_in_mode(call, file, con, mode);
	mutex_unlock(&con->lock);
	return ret ?: nt_io_end(call, file, 0, 0);
}

/**
 * nt_console_control() - NtDeviceIoControlFile of a console
 * @call: call under way
 * @file: its file object
 * @code: NT_CON_*
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_console_control(struct persona_call *call, struct nt_file *file, u32 code)
{
	struct nt_console *con = nt_console_of(file);

	if (!con)
		return NT_STATUS_INVALID_HANDLE;
	switch (code) {
	case NT_CON_GET_MODE:
		return get_mode(call, file, con);
	case NT_CON_SET_MODE:
		return set_mode(call, file, con);
	case NT_CON_WRITE_CONSOLE:
		return write_wide(call, file);
	case NT_CON_WRITE_FILE:
		return nt_io_write(call, file, call->args[NT_CON_IN],
				   call->args[NT_CON_IN_LEN]);
	case NT_CON_READ_CONSOLE:
		return submit_read(call, file, call->args[NT_CON_OUT],
				   call->args[NT_CON_OUT_LEN], true);
	case NT_CON_READ_FILE:
		return submit_read(call, file, call->args[NT_CON_OUT],
				   call->args[NT_CON_OUT_LEN], false);
	case NT_CON_READ_INPUT:
	case NT_CON_PEEK:
		return nt_console_records(call, file, con, code == NT_CON_PEEK);
	default:
		return nt_console_info(call, file, con, code);
	}
}

static bool name_is(const u16 *name, u32 len, const char *text)
{
	u32 i;

	for (i = 0; i < len && text[i]; i++)
		if (nt_toupper(name[i]) != nt_toupper(text[i]))
			return false;
	return i == len && !text[i];
}

/* What a name of the console driver means; -1: nothing. */
static int kind_of_name(const u16 *name, u32 len, bool relative)
{
	static const struct {
		const char *name;
		enum nt_console_kind kind;
	} names[] = {
		{ "Input", NT_CONSOLE_IN },
		{ "CurrentIn", NT_CONSOLE_IN },
		{ "Output", NT_CONSOLE_OUT },
		{ "CurrentOut", NT_CONSOLE_OUT },
		{ "ScreenBuffer", NT_CONSOLE_OUT },
		{ "Reference", NT_CONSOLE_REFERENCE },
		{ "Connection", NT_CONSOLE_REFERENCE },
		{ "Console", NT_CONSOLE_REFERENCE },
	};
	static const char *const prefix = "\\Device\\ConDrv\\";
	const u32 prefix_len = strlen(prefix);
	u32 i;

	if (!relative) {
		if (name_is(name, len, "\\??\\CON"))
			return NT_CONSOLE_AUTO;
		if (name_is(name, len, "\\??\\CONIN$"))
			return NT_CONSOLE_IN;
		if (name_is(name, len, "\\??\\CONOUT$"))
			return NT_CONSOLE_OUT;
		if (len < prefix_len || !name_is(name, prefix_len, prefix))
			return -1;
		name += prefix_len;
		len -= prefix_len;
	}
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (name_is(name, len, names[i].name))
			return names[i].kind;
	return -1;
}

/* The terminal of descriptors 0 to 2, for who has no controlling one. */
static struct file *std_tty(void)
{
	struct file *file;
	int fd;

	for (fd = 0; fd < 3; fd++) {
		file = fget(fd);
		if (!file)
			continue;
		if (persona_file_is_tty(file))
			return file;
		fput(file);
	}
	return NULL;
}

static struct file *root_tty(struct persona_call *call, u64 root)
{
	struct nt_object *obj;
	struct file *file;

	if (nt_handle_ref(nt_caller(call), root, &nt_file_type, 0, &obj))
		return NULL;
	file = nt_file_get(obj);
	nt_object_put(obj);
	if (file && persona_file_is_tty(file))
		return file;
	if (file)
		fput(file);
	return NULL;
}

static struct file *controlling_tty(struct persona_call *call)
{
	static const char name[] = "/dev/tty";
	void __user *user = persona_scratch_put(call, name, sizeof(name));
	struct file *file;
	long ret;

	if (IS_ERR(user))
		return ERR_CAST(user);
	ret = persona_permit(call, __NR_openat, AT_FDCWD, user, O_RDWR, 0);
	if (ret)
		return ERR_PTR(ret);
	file = filp_open(name, O_RDWR | O_LARGEFILE, 0);
	if (!IS_ERR(file))
		return file;
	return std_tty() ?: ERR_PTR(-ENOENT);
}

static struct nt_file *object_new(struct file *file, u32 access, u32 options,
				  enum nt_console_kind kind)
{
	struct nt_file *nt = nt_file_new(file, access, options);

	if (nt)
		nt->io.console_kind = kind;
	return nt;
}

/**
 * nt_console_open() - open a console by name
 * @call: call under way
 * @req: what
 * @out: set to a file object, with a reference
 * @status: set to what the handler returns when it does not succeed
 *
 * Context: may sleep.
 * Return: false if the name is not that of a console; then nothing is set.
 */
bool nt_console_open(struct persona_call *call, const struct nt_device_open *req,
		     struct nt_file **out, long *status)
{
	struct file *file;
	int kind;

	if (!req->name || !req->len)
		return false;
	file = req->root ? root_tty(call, req->root) : NULL;
	if (req->root && !file)
		return false;
	kind = kind_of_name(req->name, req->len, req->root);
	if (kind < 0) {
		if (file)
			fput(file);
		return false;
	}
	if (!file)
		file = controlling_tty(call);
	if (IS_ERR(file)) {
		*status = PTR_ERR(file);
		return true;
	}
	if (kind == NT_CONSOLE_AUTO)
		kind = req->access & NT_FILE_WRITE_DATA && !(req->access & NT_FILE_READ_DATA) ?
		       NT_CONSOLE_OUT : NT_CONSOLE_IN;
	*out = object_new(file, req->access, req->options, kind);
	*status = 0;
	if (!*out) {
		fput(file);
		*status = -ENOMEM;
	}
	return true;
}

/**
 * nt_console_handle() - the console of a process that starts
 * @proc: the calling process
 *
 * Context: may sleep.
 * Return: a handle for ConsoleHandle of its parameters, NT_CONSOLE_NONE if none of
 * its standard files is a terminal.
 */
u64 nt_console_handle(struct nt_proc *proc)
{
	struct file *file = std_tty();
	struct nt_file *nt;
	u64 handle;
	long ret;

	if (!file)
		return NT_CONSOLE_NONE;
	nt = object_new(file, nt_map_access(&nt_file_type, NT_GENERIC_READ | NT_GENERIC_WRITE),
			NT_FILE_SYNCHRONOUS_IO_NONALERT, NT_CONSOLE_REFERENCE);
	if (!nt) {
		fput(file);
		return NT_CONSOLE_NONE;
	}
	ret = nt_handle_add(proc, &nt->obj, nt->access, NT_HANDLE_INHERIT, &handle);
	nt_object_put(&nt->obj);
	return ret ? NT_CONSOLE_NONE : handle;
}
