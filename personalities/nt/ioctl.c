// SPDX-License-Identifier: GPL-2.0-only
/*
 * Controls: NtFsControlFile and NtDeviceIoControlFile.
 *
 * After the arguments of all I/O calls come the code, and the address and size of
 * an input and of an output buffer.
 */
#include <linux/fs.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "async.h"
#include "console.h"
#include "file.h"
#include "npfs.h"
#include "nt_table.h"
#include "pipe.h"

enum {
	ARG_CODE = NT_IO_ARG,
	ARG_IN, ARG_IN_LEN, ARG_OUT, ARG_OUT_LEN,
};

#define DEVICE_OF(code)			((code) >> 16)
#define CODE_READ			0x4000u
#define CODE_WRITE			0x8000u

#define FSCTL_PIPE_DISCONNECT		0x00110004u
#define FSCTL_PIPE_LISTEN		0x00110008u
#define FSCTL_PIPE_PEEK			0x0011400cu
#define FSCTL_PIPE_WAIT			0x00110018u
#define FSCTL_PIPE_IMPERSONATE		0x0011001cu
#define FSCTL_PIPE_GET_ATTRIBUTE	0x00110028u
#define FSCTL_PIPE_GET_CONNECTION	0x00110030u
#define FSCTL_PIPE_TRANSCEIVE		0x0011c017u

static int out_iter(struct iov_iter *iter, bool write, u64 buf, u32 len)
{
	if (!access_ok(u64_to_user_ptr(buf), len))
		return -EFAULT;
	iov_iter_ubuf(iter, write ? WRITE : READ, u64_to_user_ptr(buf), len);
	return 0;
}

static long pipe_peek(struct persona_call *call, struct nt_file *file)
{
	struct nt_pipe_end *end = nt_pipe_end_of(file->file);
	u64 out = call->args[ARG_OUT], done = 0;
	u32 out_len = call->args[ARG_OUT_LEN];
	struct nt_pipe_peek peek = { .state = NT_PIPE_CONNECTED_STATE };
	struct iov_iter iter;
	long ret;

	if (out_len < sizeof(peek))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	ret = persona_permit(call, __NR_read, -1, out, out_len);
	if (ret)
		return ret;
	if (end) {
		ret = out_iter(&iter, false, out + sizeof(peek), out_len - sizeof(peek)) ?:
		      nt_pipe_peek(end, &iter, &peek, &done);
		/* Who asks only how much there is gets no warning. */
		if (ret == NT_STATUS_BUFFER_OVERFLOW && out_len == sizeof(peek))
			ret = 0;
	} else {
		ret = 0;
		peek.available = nt_device_readable(call, file);
		if (!peek.available && vfs_poll(file->file, NULL) & EPOLLHUP)
			ret = NT_STATUS_PIPE_BROKEN;
		else if (out_len > sizeof(peek) && peek.available)
			ret = NT_STATUS_BUFFER_OVERFLOW;
	}
	if (ret < 0 || (ret && ret != NT_STATUS_BUFFER_OVERFLOW))
		return ret;
	if (copy_to_user(u64_to_user_ptr(out), &peek, sizeof(peek)))
		return -EFAULT;
	return nt_io_end(call, file, ret, sizeof(peek) + done);
}

/* Ends when a client has come. */
static long pipe_listen_fn(struct nt_io *io, bool block)
{
	struct nt_pipe_end *end = nt_pipe_end_of(io->file->file);
	long ret;

	for (;;) {
		ret = nt_npfs_listen(end);
		if (io->waited && (ret == NT_STATUS_PIPE_CONNECTED ||
				   ret == NT_STATUS_PIPE_CLOSING))
			return 0;
		if (ret != -EAGAIN)
			return ret;
		if (end->nowait)
			return NT_STATUS_PIPE_LISTENING;
		if (!block)
			return -EAGAIN;
		io->waited = true;
		if (wait_event_interruptible(end->wait, nt_pipe_state(end) !=
					     NT_PIPE_LISTENING_STATE))
			return -ERESTARTSYS;
	}
}

/* A message there, and one back. */
static long pipe_transceive_fn(struct nt_io *io, bool block)
{
	struct nt_pipe_end *end = nt_pipe_end_of(io->file->file);
	struct iov_iter iter;
	u64 written = 0;
	long ret;

	if (!io->waited) {
		if (nt_pipe_readable(end))
			return NT_STATUS_PIPE_BUSY;
		ret = out_iter(&iter, true, io->buf, io->len) ?:
		      nt_pipe_write(end, &iter, block, &written);
		/* The peer is to take this first. */
		if (ret)
			return ret == -EAGAIN ? NT_STATUS_PIPE_BUSY : ret;
		io->waited = true;
	}
	ret = out_iter(&iter, false, io->out, io->out_len);
	return ret ?: nt_pipe_read(end, &iter, block, &io->done);
}

static long pipe_submit(struct persona_call *call, struct nt_file *file, nt_io_fn fn)
{
	struct nt_io io = {
		.fn = fn,
		.kind = NT_IO_CONTROL,
		.events = EPOLLIN | EPOLLRDNORM,
		.buf = call->args[ARG_IN],
		.len = call->args[ARG_IN_LEN],
		.out = call->args[ARG_OUT],
		.out_len = call->args[ARG_OUT_LEN],
	};

	return nt_io_submit(call, file, &io);
}

/* Attributes have names: bytes with a terminator. */
static long pipe_attribute(struct persona_call *call, struct nt_file *file,
			   struct nt_pipe_end *end)
{
	u32 len = call->args[ARG_IN_LEN];
	char name[32] = { };
	long ret;
	u32 pid;

	if (len > sizeof(name) - 1)
		return NT_STATUS_NOT_FOUND;
	if (copy_from_user(name, u64_to_user_ptr(call->args[ARG_IN]), len))
		return -EFAULT;
	if (!strcmp(name, "ClientProcessId"))
		ret = nt_npfs_pid(end, NT_PIPE_CLIENT, &pid);
	else if (!strcmp(name, "ServerProcessId"))
		ret = nt_npfs_pid(end, NT_PIPE_SERVER, &pid);
	else
		return NT_STATUS_NOT_FOUND;
	if (ret)
		return ret;
	if ((u32)call->args[ARG_OUT_LEN] < sizeof(pid))
		return NT_STATUS_BUFFER_TOO_SMALL;
	if (copy_to_user(u64_to_user_ptr(call->args[ARG_OUT]), &pid, sizeof(pid)))
		return -EFAULT;
	return nt_io_end(call, file, 0, sizeof(pid));
}

static long pipe_control(struct persona_call *call, struct nt_file *file, u32 code)
{
	struct nt_pipe_end *end = nt_pipe_end_of(file->file);
	long ret;

	if (code == FSCTL_PIPE_PEEK && !nt_npfs_is_root_file(file->file))
		return pipe_peek(call, file);
	if (code == FSCTL_PIPE_WAIT) {
		if (!nt_npfs_is_root_file(file->file))
			return NT_STATUS_ILLEGAL_FUNCTION;
		ret = nt_npfs_wait(call, call->args[ARG_IN], call->args[ARG_IN_LEN]);
		return ret ?: nt_io_end(call, file, 0, 0);
	}
	if (!end)
		return NT_STATUS_ILLEGAL_FUNCTION;
	switch (code) {
	case FSCTL_PIPE_DISCONNECT:
		if (end->side != NT_PIPE_SERVER)
			return NT_STATUS_ILLEGAL_FUNCTION;
		ret = nt_pipe_disconnect(end);
		return ret ?: nt_io_end(call, file, 0, 0);
	case FSCTL_PIPE_LISTEN:
		return pipe_submit(call, file, pipe_listen_fn);
	case FSCTL_PIPE_TRANSCEIVE:
		if (!end->read_message)
			return NT_STATUS_INVALID_READ_MODE;
		ret = persona_permit(call, __NR_write, -1, call->args[ARG_IN],
				     (u32)call->args[ARG_IN_LEN]) ?:
		      persona_permit(call, __NR_read, -1, call->args[ARG_OUT],
				     (u32)call->args[ARG_OUT_LEN]);
		return ret ?: pipe_submit(call, file, pipe_transceive_fn);
	case FSCTL_PIPE_GET_ATTRIBUTE:
	case FSCTL_PIPE_GET_CONNECTION:
		return pipe_attribute(call, file, end);
	case FSCTL_PIPE_IMPERSONATE:
		/* Client and server are the same user's. */
		if (end->side != NT_PIPE_SERVER)
			return NT_STATUS_ILLEGAL_FUNCTION;
		return nt_io_end(call, file, 0, 0);
	default:
		return NT_STATUS_NOT_SUPPORTED;
	}
}

static long file_of(struct persona_call *call, struct nt_object **obj)
{
	return nt_handle_ref(nt_caller(call), call->args[NT_IO_FILE], &nt_file_type, 0, obj);
}

/* Rights that a code says are needed. */
static u32 access_of_code(u32 code)
{
	return (code & CODE_READ ? NT_FILE_READ_DATA : 0) |
	       (code & CODE_WRITE ? NT_FILE_WRITE_DATA : 0);
}

/* NtFsControlFile */
long nt_fs_control_file(struct persona_call *call)
{
	u32 code = call->args[ARG_CODE];
	struct nt_handle h;
	struct nt_file *file;
	long ret;

	ret = nt_handle_get(nt_caller(call), call->args[NT_IO_FILE], &h);
	if (ret)
		return ret;
	file = container_of(h.obj, struct nt_file, obj);
	if (h.obj->type != &nt_file_type)
		ret = NT_STATUS_OBJECT_TYPE_MISMATCH;
	else if (access_of_code(code) & ~h.access)
		ret = NT_STATUS_ACCESS_DENIED;
	else if (DEVICE_OF(code) != NT_DEVICE_NAMED_PIPE)
		ret = nt_file_control(call, file, h.access, code);
	else if (file->device == NT_DEVICE_NAMED_PIPE)
		ret = pipe_control(call, file, code);
	else
		ret = NT_STATUS_INVALID_DEVICE_REQUEST;
	nt_object_put(h.obj);
	return ret;
}

/* NtDeviceIoControlFile */
long nt_device_io_control_file(struct persona_call *call)
{
	u32 code = call->args[ARG_CODE];
	struct nt_object *obj;
	struct nt_file *file;
	long ret;

	ret = file_of(call, &obj);
	if (ret)
		return ret;
	file = container_of(obj, struct nt_file, obj);
	if (DEVICE_OF(code) == NT_DEVICE_CONSOLE && file->device == NT_DEVICE_CONSOLE)
		ret = nt_console_control(call, file, code);
	else
		ret = NT_STATUS_NOT_SUPPORTED;
	nt_object_put(obj);
	return ret;
}
