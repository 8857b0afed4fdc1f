// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes of what is no file of a file system: NT pipes, and Linux
 * pipes, sockets, terminals and devices. What a Linux file is to NT.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <asm/ioctls.h>

#include "async.h"
#include "completion.h"
#include "console.h"
#include "file_impl.h"
#include "npfs.h"
#include "pipe.h"

/**
 * nt_device_type() - what a Linux file is to NT
 * @file: file
 *
 * Context: any.
 * Return: NT_DEVICE_*.
 */
u32 nt_device_type(struct file *file)
{
	umode_t mode = file_inode(file)->i_mode;

	if (S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode) || S_ISLNK(mode))
		return NT_DEVICE_DISK;
	if (S_ISFIFO(mode) || S_ISSOCK(mode) || nt_npfs_is_root_file(file))
		return NT_DEVICE_NAMED_PIPE;
	if (persona_file_is_tty(file))
		return NT_DEVICE_CONSOLE;
	if (S_ISCHR(mode) && imajor(file_inode(file)) == MEM_MAJOR)
		return NT_DEVICE_NULL;
	return NT_DEVICE_UNKNOWN;
}

static int user_iter(struct iov_iter *iter, bool write, u64 buf, u32 len)
{
	if (!access_ok(u64_to_user_ptr(buf), len))
		return -EFAULT;
	iov_iter_ubuf(iter, write ? WRITE : READ, u64_to_user_ptr(buf), len);
	return 0;
}

/* Bytes that a request has still to move, and where. */
static int rest_iter(struct nt_io *io, struct iov_iter *iter)
{
	u32 done = min_t(u64, io->done, io->len);

	return user_iter(iter, io->kind == NT_IO_WRITE, io->buf + done,
			 min_t(u32, io->len - done, MAX_RW_COUNT));
}

static long pipe_read(struct nt_io *io, bool block)
{
	struct iov_iter iter;

	return rest_iter(io, &iter) ?:
	       nt_pipe_read(nt_pipe_end_of(io->file->file), &iter, block, &io->done);
}

static long pipe_write(struct nt_io *io, bool block)
{
	struct iov_iter iter;

	return rest_iter(io, &iter) ?:
	       nt_pipe_write(nt_pipe_end_of(io->file->file), &iter, block, &io->done);
}

/* A signal or a kick ends a wait in a Linux driver with one of these. */
static long interrupted(ssize_t n)
{
	return n == -ERESTARTNOINTR || n == -ERESTARTNOHAND || n == -EINTR ? -ERESTARTSYS : n;
}

/*
 * One read or write. Without @block the file is asked first: not every driver
 * can be told not to wait.
 */
static ssize_t linux_rw(struct nt_io *io, bool block)
{
	bool write = io->kind == NT_IO_WRITE;
	struct file *file = io->file->file;
	struct iov_iter iter;
	rwf_t flags = 0;
	int err;

	if (!block) {
		if (file_can_poll(file) &&
		    !(vfs_poll(file, NULL) & (io->events | EPOLLHUP | EPOLLERR)))
			return -EAGAIN;
		if (file->f_mode & FMODE_NOWAIT)
			flags = RWF_NOWAIT;
	}
	err = rest_iter(io, &iter);
	if (err)
		return err;
	if (write)
		return interrupted(vfs_iter_write(file, &iter, &file->f_pos, flags));
	return interrupted(vfs_iter_read(file, &iter, &file->f_pos, flags));
}

/* A read of nothing ends when there is something to read: libuv relies on it. */
static long linux_wait(struct nt_io *io, bool block)
{
	if (vfs_poll(io->file->file, NULL) & (io->events | EPOLLHUP | EPOLLERR))
		return 0;
	return block ? nt_io_sleep(io) : -EAGAIN;
}

static long linux_read(struct nt_io *io, bool block)
{
	bool pipe = io->file->device == NT_DEVICE_NAMED_PIPE;
	ssize_t n;

	if (!io->len && pipe)
		return linux_wait(io, block);
	n = linux_rw(io, block);
	if (n < 0)
		return n;
	io->done = n;
	if (n || !io->len)
		return 0;
	return pipe ? NT_STATUS_PIPE_BROKEN : NT_STATUS_END_OF_FILE;
}

static long linux_write(struct nt_io *io, bool block)
{
	ssize_t n;

	do {
		n = linux_rw(io, block);
		if (n < 0)
			return n == -EPIPE ? NT_STATUS_PIPE_CLOSING : n;
		io->done += n;
	} while (io->done < io->len && n);
	return 0;
}

/* What only has the old methods, as /dev/full, is left to the system call, which waits. */
static long old_rw(struct persona_call *call, struct nt_file *file, u64 buf, u32 len, bool write)
{
	long ret, n = 0;

	ret = nt_io_begin(call, file);
	if (ret)
		return ret;
	if (len) {
		n = interrupted(nt_file_native(call, file->file, write ? __NR_write : __NR_read,
					       buf, len));
		if (!n)
			ret = write ? 0 : NT_STATUS_END_OF_FILE;
	}
	return nt_io_end(call, file, n < 0 ? n : ret, max(n, 0L));
}

static long rw(struct persona_call *call, struct nt_file *file, u64 buf, u32 len, bool write)
{
	bool pipe = nt_pipe_end_of(file->file);
	struct nt_io io = {
		.kind = write ? NT_IO_WRITE : NT_IO_READ,
		.events = write ? EPOLLOUT | EPOLLWRNORM : EPOLLIN | EPOLLRDNORM,
		.buf = buf,
		.len = len,
	};
	long ret;

	if (nt_npfs_is_root_file(file->file))
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	if (!write && file->device == NT_DEVICE_CONSOLE)
		return nt_console_read(call, file, buf, len);
	if (!pipe && !(write ? file->file->f_op->write_iter : file->file->f_op->read_iter))
		return old_rw(call, file, buf, len, write);
	ret = persona_permit(call, write ? __NR_write : __NR_read, -1, buf, len);
	if (ret)
		return ret;
	if (write)
		io.fn = pipe ? pipe_write : linux_write;
	else
		io.fn = pipe ? pipe_read : linux_read;
	return nt_io_submit(call, file, &io);
}

/**
 * nt_io_read() - NtReadFile of a pipe, a terminal or a device
 * @call: call under way
 * @file: its file object; the handle allows to read
 * @buf: user buffer
 * @len: its size
 *
 * Context: may sleep.
 * Return: what the handler returns; event, APC and IO_STATUS_BLOCK are done.
 */
long nt_io_read(struct persona_call *call, struct nt_file *file, u64 buf, u32 len)
{
	return rw(call, file, buf, len, false);
}

/**
 * nt_io_write() - NtWriteFile to a pipe, a terminal or a device
 * @call: call under way
 * @file: its file object; the handle allows to write
 * @buf: user buffer
 * @len: bytes in it
 *
 * Context: may sleep.
 * Return: what the handler returns; event, APC and IO_STATUS_BLOCK are done.
 */
long nt_io_write(struct persona_call *call, struct nt_file *file, u64 buf, u32 len)
{
	return rw(call, file, buf, len, true);
}

/**
 * nt_io_flush() - wait until a pipe's reader has everything
 * @file: file object of a pipe, a terminal or a device
 *
 * Waits even if the handle is not synchronous.
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS, or -ERESTARTNOINTR.
 */
long nt_io_flush(struct nt_file *file)
{
	struct nt_pipe_end *end = nt_pipe_end_of(file->file);
	long ret;

	/* A Linux file's bytes are where the reader finds them. */
	if (!end)
		return 0;
	ret = nt_pipe_drained(end, true);
	return ret == -ERESTARTSYS ? -ERESTARTNOINTR : ret;
}

/**
 * nt_device_open() - open a pipe or a console by name
 * @call: call under way
 * @req: what
 * @out: set to a file object, with a reference
 * @status: set to what the handler returns when it does not succeed
 *
 * Context: may sleep.
 * Return: false if the name is not that of such a device; then nothing is set.
 */
bool nt_device_open(struct persona_call *call, const struct nt_device_open *req,
		    struct nt_file **out, long *status)
{
	const u16 *text = req->name;
	u32 len = req->len;

	if (req->root ? nt_npfs_is_root(call, req->root) :
	    nt_npfs_name(req->name, req->len, &text, &len)) {
		/* As if it were a FIFO. */
		*status = persona_permit(call, __NR_openat, AT_FDCWD, 0, O_RDWR, 0);
		if (*status)
			return true;
		if (len)
			*status = nt_npfs_connect(text, len, req->access, req->options, out);
		else
			*status = nt_npfs_root(req->access, req->options, out);
		return true;
	}
	return nt_console_open(call, req, out, status);
}

/* A Linux pipe or socket as a pipe of NT; what it does not know is 0. */
static void linux_pipe_info(struct persona_call *call, struct nt_file *file,
			    struct nt_pipe_local_info *info)
{
	fmode_t mode = file->file->f_mode & (FMODE_READ | FMODE_WRITE);

	*info = (struct nt_pipe_local_info){
		.config = mode == (FMODE_READ | FMODE_WRITE) ? NT_PIPE_DUPLEX : NT_PIPE_INBOUND,
		.max = 1,
		.instances = 1,
		.inbound = NT_PIPE_LINUX_QUOTA,
		.outbound = NT_PIPE_LINUX_QUOTA,
		.available = nt_device_readable(call, file),
		.room = NT_PIPE_LINUX_QUOTA,
		.state = NT_PIPE_CONNECTED_STATE,
		/* Who reads an inbound pipe is its server. */
		.end = mode == FMODE_WRITE ? NT_PIPE_CLIENT : NT_PIPE_SERVER,
	};
}

/**
 * nt_device_readable() - bytes that can be read of a Linux pipe, socket, terminal
 * @call: call under way
 * @file: its file object
 *
 * Context: may sleep.
 * Return: number, 0 if the file does not tell.
 */
u32 nt_device_readable(struct persona_call *call, struct nt_file *file)
{
	int __user *scratch = persona_scratch(call, sizeof(int));
	int n = 0;

	if (IS_ERR(scratch) || put_user(0, scratch) ||
	    nt_file_native(call, file->file, __NR_ioctl, FIONREAD, scratch) ||
	    get_user(n, scratch))
		return 0;
	return max(n, 0);
}

/* FILE_PIPE_INFORMATION */
struct pipe_information {
	u32 read_mode;
	u32 completion_mode;
};

static long query(struct persona_call *call, struct nt_file *file, u32 class, void *info,
		  u32 *len)
{
	struct nt_pipe_end *end = nt_pipe_end_of(file->file);
	struct pipe_information mode = { };
	struct nt_pipe_local_info local;

	if (class == NT_FILE_COMPLETION_NOTIFICATION) {
		*len = sizeof(u32);
		memcpy(info, &file->skip_port, *len);
		return 0;
	}
	if (file->device != NT_DEVICE_NAMED_PIPE)
		return NT_STATUS_INVALID_PARAMETER;
	switch (class) {
	case NT_FILE_PIPE_INFORMATION:
		if (end) {
			mode.read_mode = end->read_message;
			mode.completion_mode = end->nowait;
		}
		*len = sizeof(mode);
		memcpy(info, &mode, *len);
		return 0;
	case NT_FILE_PIPE_LOCAL_INFORMATION:
		if (end)
			nt_npfs_local_info(end, &local);
		else
			linux_pipe_info(call, file, &local);
		*len = sizeof(local);
		memcpy(info, &local, *len);
		return 0;
	default:
		/* Pipes of other machines only. */
		return NT_STATUS_INVALID_PARAMETER;
	}
}

/**
 * nt_device_class() - is an information class of files about pipes or ports?
 * @class: information class
 *
 * Context: any.
 * Return: whether nt_device_query() and nt_device_set() answer it.
 */
bool nt_device_class(u32 class)
{
	return (class >= NT_FILE_PIPE_INFORMATION && class <= NT_FILE_PIPE_REMOTE_INFORMATION) ||
	       class == NT_FILE_COMPLETION ||
	       class == NT_FILE_COMPLETION_NOTIFICATION;
}

/* Arguments of NtQueryInformationFile and NtSetInformationFile. */
enum {
	INFO_FILE, INFO_IOSB, INFO_BUF, INFO_LEN, INFO_CLASS,
};

static long info_done(struct persona_call *call, u32 len)
{
	struct nt_iosb iosb = { .information = len };

	return copy_to_user(u64_to_user_ptr(call->args[INFO_IOSB]), &iosb, sizeof(iosb)) ?
	       -EFAULT : 0;
}

/**
 * nt_device_query() - NtQueryInformationFile: classes of pipes and ports
 * @call: that call
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_device_query(struct persona_call *call)
{
	u8 info[sizeof(struct nt_pipe_local_info)] __aligned(8);
	struct nt_object *obj;
	u32 len = 0;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[INFO_FILE], &nt_file_type, 0, &obj);
	if (ret)
		return ret;
	ret = query(call, container_of(obj, struct nt_file, obj), call->args[INFO_CLASS], info,
		    &len);
	nt_object_put(obj);
	if (ret)
		return ret;
	if ((u32)call->args[INFO_LEN] < len)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_to_user(u64_to_user_ptr(call->args[INFO_BUF]), info, len))
		return -EFAULT;
	return info_done(call, len);
}

static long set_pipe(struct nt_file *file, const struct pipe_information *mode)
{
	struct nt_pipe_end *end = nt_pipe_end_of(file->file);
	struct nt_pipe_conn *conn;
	bool message;

	if (mode->read_mode > 1 || mode->completion_mode > 1)
		return NT_STATUS_INVALID_PARAMETER;
	if (!end) {
		/* A Linux pipe is what it is: a stream that blocks. */
		return file->device == NT_DEVICE_NAMED_PIPE && !mode->read_mode &&
		       !mode->completion_mode ? 0 : NT_STATUS_INVALID_PARAMETER;
	}
	conn = nt_pipe_conn_get(end);
	message = conn->message;
	nt_pipe_conn_put(conn);
	if (mode->read_mode && !message)
		return NT_STATUS_INVALID_PARAMETER;
	WRITE_ONCE(end->read_message, mode->read_mode);
	WRITE_ONCE(end->nowait, mode->completion_mode);
	return 0;
}

/* FILE_COMPLETION_INFORMATION */
struct completion_information {
	u64 port;
	u64 key;
};

/**
 * nt_device_set() - NtSetInformationFile: classes of pipes and ports
 * @call: that call
 *
 * Context: may sleep.
 * Return: what the handler returns.
 */
long nt_device_set(struct persona_call *call)
{
	union {
		struct pipe_information pipe;
		struct completion_information completion;
		u32 flags;
	} info;
	u32 class = call->args[INFO_CLASS], len;
	struct nt_object *obj;
	struct nt_file *file;
	long ret;

	switch (class) {
	case NT_FILE_PIPE_INFORMATION:
		len = sizeof(info.pipe);
		break;
	case NT_FILE_COMPLETION:
		len = sizeof(info.completion);
		break;
	case NT_FILE_COMPLETION_NOTIFICATION:
		len = sizeof(info.flags);
		break;
	default:
		return NT_STATUS_INVALID_PARAMETER;
	}
	if ((u32)call->args[INFO_LEN] < len)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_from_user(&info, u64_to_user_ptr(call->args[INFO_BUF]), len))
		return -EFAULT;
	ret = nt_handle_ref(nt_caller(call), call->args[INFO_FILE], &nt_file_type, 0, &obj);
	if (ret)
		return ret;
	file = container_of(obj, struct nt_file, obj);
	if (class == NT_FILE_PIPE_INFORMATION)
		ret = set_pipe(file, &info.pipe);
	else if (class == NT_FILE_COMPLETION_NOTIFICATION)
		ret = nt_completion_skip(file, info.flags);
	else
		ret = nt_completion_bind(call, file, info.completion.port, info.completion.key);
	nt_object_put(obj);
	return ret ?: info_done(call, 0);
}
