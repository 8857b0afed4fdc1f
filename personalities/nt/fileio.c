// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing files. Pipes, terminals and devices are in async.c.
 *
 * Requests on files end at once, also on handles that were opened for overlapped
 * I/O. Handles for synchronous I/O have a file position: the Linux file's, so
 * that native programs that share the file go on where this one stopped.
 */
#include <linux/fs.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "file_impl.h"
#include "nt_table.h"

/* ByteOffset that are none */
#define USE_FILE_POINTER	(-2ll)
#define WRITE_TO_END		(-1ll)

#define WRITE_ACCESS		(NT_FILE_WRITE_DATA | NT_FILE_APPEND_DATA)

/**
 * struct request - a read or write
 * @buf: user buffer
 * @len: bytes
 * @pos: where
 * @current_pos: @pos is the file position
 * @append: at the end of the file
 * @write: direction
 */
struct request {
	u64 buf;
	u32 len;
	loff_t pos;
	bool current_pos;
	bool append;
	bool write;
};

/**
 * nt_io_offset() - where does a read or write begin?
 * @offset: ByteOffset; NULL: none given
 * @sync: the handle has a file position
 * @write: a write
 * @pos: set to the position
 * @current_pos: set to: at the file position
 * @append: set to: at the end of the file
 *
 * Context: any.
 * Return: 0 or STATUS_INVALID_PARAMETER.
 */
long nt_io_offset(const s64 *offset, bool sync, bool write, s64 *pos, bool *current_pos,
		  bool *append)
{
	s64 at = offset ? *offset : USE_FILE_POINTER;

	*pos = 0;
	*current_pos = false;
	*append = false;
	if (at >= 0) {
		*pos = at;
		return 0;
	}
	if (at == USE_FILE_POINTER && sync) {
		*current_pos = true;
		return 0;
	}
	if (at == WRITE_TO_END && write) {
		*append = true;
		return 0;
	}
	return NT_STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_FOR_TEST(nt_io_offset);

/* As many bytes as can be had, from @req->pos on, which moves. */
static ssize_t transfer(struct persona_call *call, struct file *file, struct request *req)
{
	void __user *buf = u64_to_user_ptr(req->buf);
	struct iov_iter iter;
	ssize_t n, done = 0;
	u32 len;

	if (unlikely(!access_ok(buf, req->len)))
		return -EFAULT;
	/* What only has the old methods is left to the system call. */
	if (unlikely(req->write ? !file->f_op->write_iter : !file->f_op->read_iter)) {
		n = nt_file_native(call, file, req->write ? __NR_pwrite64 : __NR_pread64, buf,
				   req->len, req->pos);
		if (n > 0)
			req->pos += n;
		return n;
	}
	n = persona_permit(call, req->write ? __NR_pwrite64 : __NR_pread64, -1, buf, req->len,
			   req->pos);
	if (unlikely(n))
		return n;
	do {
		len = min_t(u32, req->len - done, MAX_RW_COUNT);
		iov_iter_ubuf(&iter, req->write ? WRITE : READ, buf + done, len);
		n = req->write ? persona_iter_write(file, &iter, &req->pos,
						    req->append ? RWF_APPEND : 0) :
				 vfs_iter_read(file, &iter, &req->pos, 0);
		if (n > 0)
			done += n;
	} while (unlikely(n > 0 && n == len && done < req->len));
	return done ?: n;
}

/* Returns an NTSTATUS or a negative errno; *n is set to the bytes moved. */
static long file_rw(struct persona_call *call, struct nt_file *nt, struct request *req,
		    ssize_t *n)
{
	bool sync = nt->options & NT_FILE_SYNCHRONOUS_IO;
	struct file *file = nt->file;
	loff_t pos;
	long ret = 0;

	*n = 0;
	if (unlikely(!S_ISREG(file_inode(file)->i_mode) && !S_ISBLK(file_inode(file)->i_mode)))
		return NT_STATUS_INVALID_DEVICE_REQUEST;
	if (sync) {
		mutex_lock(&file->f_pos_lock);
		if (req->current_pos)
			req->pos = file->f_pos;
	}
	pos = req->append ? i_size_read(file_inode(file)) : req->pos;
	if (unlikely(nt_ranges_conflict(nt, pos, req->len, req->write)))
		ret = NT_STATUS_FILE_LOCK_CONFLICT;
	else
		*n = transfer(call, file, req);
	if (*n < 0)
		ret = *n;
	if (sync) {
		if (!ret)
			file->f_pos = req->pos;
		mutex_unlock(&file->f_pos_lock);
	}
	return ret;
}

static long rw_call(struct persona_call *call, struct nt_file *file, bool write)
{
	struct request req = {
		.buf = call->args[NT_IO_ARG],
		.len = call->args[NT_IO_ARG + 1],
		.write = write,
	};
	s64 __user *uoffset = u64_to_user_ptr(call->args[NT_IO_ARG + 2]);
	ssize_t n;
	s64 offset;
	long ret;

	if (file->device != NT_DEVICE_DISK)
		return write ? nt_io_write(call, file, req.buf, req.len) :
			       nt_io_read(call, file, req.buf, req.len);
	if (uoffset && get_user(offset, uoffset))
		return -EFAULT;
	ret = nt_io_offset(uoffset ? &offset : NULL, file->options & NT_FILE_SYNCHRONOUS_IO,
			   write, &req.pos, &req.current_pos, &req.append);
	if (unlikely(ret))
		return ret;
	ret = nt_io_begin(call, file);
	if (unlikely(ret))
		return ret;
	ret = file_rw(call, file, &req, &n);
	if (!ret && !n && req.len && !write)
		ret = NT_STATUS_END_OF_FILE;
	return nt_io_end(call, file, ret, n);
}

/* NtReadFile(file, event, apc, context, *iosb, *buffer, length, *offset, *key) */
long nt_read_file(struct persona_call *call)
{
	struct nt_file *file;
	long ret;

	ret = nt_file_ref(call, call->args[NT_IO_FILE], NT_FILE_READ_DATA, &file);
	if (unlikely(ret))
		return ret;
	ret = rw_call(call, file, false);
	nt_file_put(file);
	return ret;
}

/* NtWriteFile(file, event, apc, context, *iosb, *buffer, length, *offset, *key) */
long nt_write_file(struct persona_call *call)
{
	struct nt_file *file;
	long ret;

	ret = nt_file_ref_any(call, call->args[NT_IO_FILE], WRITE_ACCESS, &file);
	if (unlikely(ret))
		return ret;
	ret = rw_call(call, file, true);
	nt_file_put(file);
	return ret;
}

/*
 * NtReadFileScatter and NtWriteFileGather: an array of pages, each in 64 bits,
 * for handles that were opened without buffering and for overlapped I/O.
 */
static long pages_call(struct persona_call *call, struct nt_file *file, bool write)
{
	u64 __user *pages = u64_to_user_ptr(call->args[NT_IO_ARG]);
	s64 __user *uoffset = u64_to_user_ptr(call->args[NT_IO_ARG + 2]);
	u32 len = call->args[NT_IO_ARG + 1], done = 0;
	struct request req = { .write = write };
	ssize_t n = 0;
	s64 offset;
	long ret;

	if (file->device != NT_DEVICE_DISK || !uoffset || len % PAGE_SIZE)
		return NT_STATUS_INVALID_PARAMETER;
	if (get_user(offset, uoffset))
		return -EFAULT;
	ret = nt_io_offset(&offset, false, write, &req.pos, &req.current_pos, &req.append);
	if (!ret)
		ret = nt_io_begin(call, file);
	if (ret)
		return ret;
	for (; done < len && !ret; done += n) {
		req.len = PAGE_SIZE;
		if (get_user(req.buf, pages++))
			return -EFAULT;
		ret = file_rw(call, file, &req, &n);
		if (ret || n < req.len)
			break;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	if (!ret)
		done += n < PAGE_SIZE ? n : 0;
	if (!ret && !done && len && !write)
		ret = NT_STATUS_END_OF_FILE;
	return nt_io_end(call, file, done ? 0 : ret, done);
}

/* NtReadFileScatter(file, event, apc, context, *iosb, *pages, length, *offset, *key) */
long nt_read_file_scatter(struct persona_call *call)
{
	struct nt_file *file;
	long ret;

	ret = nt_file_ref(call, call->args[NT_IO_FILE], NT_FILE_READ_DATA, &file);
	if (ret)
		return ret;
	ret = pages_call(call, file, false);
	nt_file_put(file);
	return ret;
}

/* NtWriteFileGather(file, event, apc, context, *iosb, *pages, length, *offset, *key) */
long nt_write_file_gather(struct persona_call *call)
{
	struct nt_file *file;
	long ret;

	ret = nt_file_ref_any(call, call->args[NT_IO_FILE], WRITE_ACCESS, &file);
	if (ret)
		return ret;
	ret = pages_call(call, file, true);
	nt_file_put(file);
	return ret;
}

/* NtFlushBuffersFile(file, *iosb), NtFlushBuffersFileEx(file, flags, ...) */
static long flush(struct persona_call *call, u64 uiosb)
{
	struct nt_iosb iosb = { };
	struct nt_file *file;
	long ret;

	ret = nt_file_ref_any(call, call->args[0], WRITE_ACCESS, &file);
	if (ret)
		return ret;
	if (file->device == NT_DEVICE_DISK)
		ret = nt_file_native(call, file->file, __NR_fsync);
	else
		ret = nt_io_flush(file);
	nt_file_put(file);
	if (!ret && copy_to_user(u64_to_user_ptr(uiosb), &iosb, sizeof(iosb)))
		ret = -EFAULT;
	return ret;
}

long nt_flush_buffers_file(struct persona_call *call)
{
	return flush(call, call->args[1]);
}

/* NtFlushBuffersFileEx(file, flags, *parameters, parameters size, *iosb) */
long nt_flush_buffers_file_ex(struct persona_call *call)
{
	return flush(call, call->args[4]);
}
