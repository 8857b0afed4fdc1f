// SPDX-License-Identifier: GPL-2.0-only
/* Sockets: sending and receiving. */
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <net/scm.h>

#include "bsd_table.h"
#include "darwin.h"
#include "flags_msg.h"
#include "kqueue.h"
#include "socket.h"

/* Control data of one message. XNU's limit, an mbuf cluster, is 2048. */
#define MAX_CONTROL		2048
#define NATIVE_CONTROL(len)	(2 * (len) + 16)

/* Messages of one sendmsg_x() or recvmsg_x(). */
#define MAX_MSGS		100

static const struct persona_flag msg_flags[] = { DARWIN_FLAGS_MSG };

/* What receiving does not ask for but answers; in an argument it means nothing. */
#define RECV_IGNORED	(DARWIN_MSG_TRUNC | DARWIN_MSG_CTRUNC | DARWIN_MSG_EOR)

/**
 * darwin_send_flags() - flags of send() and its kin
 * @fd: socket, whose SO_NOSIGPIPE is looked at
 * @flags: DARWIN_MSG_*
 * @native: result
 *
 * Return: 0 or -EINVAL.
 */
int darwin_send_flags(int fd, u32 flags, u32 *native)
{
	u64 rest;

	*native = persona_flags_to_native(msg_flags, ARRAY_SIZE(msg_flags), flags, &rest);
	if (darwin_nosigpipe(fd))
		*native |= MSG_NOSIGNAL;
	return rest ? -EINVAL : 0;
}

static int recv_flags(u32 flags, u32 *native)
{
	u64 rest;

	*native = persona_flags_to_native(msg_flags, ARRAY_SIZE(msg_flags),
					  flags & ~RECV_IGNORED, &rest);
	return rest ? -EINVAL : 0;
}

/**
 * darwin_recv_flags_out() - flags of a message that was received
 * @native: MSG_*
 */
u32 darwin_recv_flags_out(u32 native)
{
	u64 rest;

	return persona_flags_to_foreign(msg_flags, ARRAY_SIZE(msg_flags),
					native & (MSG_OOB | MSG_EOR | MSG_TRUNC | MSG_CTRUNC),
					&rest);
}

/**
 * darwin_sendto() - sendto(2)
 * @call: socket, buffer, length, flags, address or NULL, length
 *
 * Return: bytes sent or negative errno.
 */
long darwin_sendto(struct persona_call *call)
{
	int fd = call->args[0];
	struct darwin_addr addr = {};
	u32 flags;
	int err;

	err = darwin_send_flags(fd, call->args[3], &flags);
	if (!err && call->args[4])
		err = darwin_addr_get(call, call->args[4], call->args[5], &addr);
	if (err)
		return err;
	return persona_native(call, __NR_sendto, fd, call->args[1], call->args[2], flags,
			      addr.ptr, addr.len);
}

/**
 * darwin_recvfrom() - recvfrom(2)
 * @call: socket, buffer, length, flags, address or NULL, length in and out
 *
 * Return: bytes received or negative errno.
 */
long darwin_recvfrom(struct persona_call *call)
{
	int fd = call->args[0];
	u32 __user *lenp = u64_to_user_ptr(call->args[5]);
	struct darwin_addr addr = {};
	u32 flags, len, room = 0, given;
	long ret;

	ret = recv_flags(call->args[3], &flags);
	if (ret)
		return ret;
	if (call->args[4]) {
		if (get_user(room, lenp))
			return -EFAULT;
		ret = darwin_addr_room(call, &addr);
		if (ret)
			return ret;
	}
	ret = persona_native(call, __NR_recvfrom, fd, call->args[1], call->args[2], flags,
			     addr.ptr, addr.ptr ? addr.ptr + addr.len : NULL);
	if (ret < 0 || !addr.ptr)
		return ret;
	given = room;
	if (get_user(len, (u32 __user *)(addr.ptr + sizeof(struct sockaddr_storage))) ||
	    darwin_addr_put(&addr, len, call->args[4], &room) ||
	    put_user(min(room, given), lenp))
		return -EFAULT;
	return ret;
}

/* A queue belongs to its process. */
static int check_rights(const u8 *control, u32 len)
{
	u32 at;

	for (at = 0; len - at >= sizeof(struct cmsghdr);) {
		const struct cmsghdr *hdr = (const void *)(control + at);
		u32 i;

		for (i = 0; hdr->cmsg_level == SOL_SOCKET && hdr->cmsg_type == SCM_RIGHTS &&
		     i < (hdr->cmsg_len - sizeof(*hdr)) / 4; i++) {
			struct file *file = fget_raw(((const int *)(hdr + 1))[i]);
			bool queue = file && darwin_is_kqueue(file);

			if (file)
				fput(file);
			if (queue)
				return -EINVAL;
		}
		at += CMSG_ALIGN(hdr->cmsg_len);
	}
	return 0;
}

static int get_control(struct persona_call *call, const struct darwin_msghdr *msg,
		       struct user_msghdr *native)
{
	u32 len = msg->msg_controllen;
	u8 *from, *to;
	int ret;

	native->msg_control = NULL;
	native->msg_controllen = 0;
	if (!msg->msg_control || !len)
		return 0;
	if (len < sizeof(struct darwin_cmsghdr) || len > MAX_CONTROL)
		return -EINVAL;
	from = kmalloc(len + NATIVE_CONTROL(len) + 8, GFP_KERNEL_ACCOUNT);
	if (!from)
		return -ENOMEM;
	to = PTR_ALIGN(from + len, 8);
	ret = -EFAULT;
	if (copy_from_user(from, u64_to_user_ptr(msg->msg_control), len))
		goto out;
	ret = darwin_cmsg_to_native(from, len, to, NATIVE_CONTROL(len));
	if (ret <= 0)
		goto out;
	native->msg_controllen = ret;
	ret = check_rights(to, ret);
	if (ret)
		goto out;
	native->msg_control = persona_scratch_put(call, to, native->msg_controllen);
	ret = PTR_ERR_OR_ZERO(native->msg_control);
out:
	kfree(from);
	return ret;
}

static long send_one(struct persona_call *call, int fd, const struct darwin_msghdr *msg, u32 flags)
{
	struct user_msghdr native = {}, __user *unative;
	struct darwin_addr addr = {};
	u32 nflags;
	long ret;

	ret = darwin_send_flags(fd, flags, &nflags);
	if (ret)
		return ret;
	if (msg->msg_iovlen < 0 || msg->msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	if (msg->msg_name) {
		ret = darwin_addr_get(call, msg->msg_name, msg->msg_namelen, &addr);
		if (ret)
			return ret;
	}
	native.msg_name = addr.ptr;
	native.msg_namelen = addr.len;
	native.msg_iov = u64_to_user_ptr(msg->msg_iov);
	native.msg_iovlen = msg->msg_iovlen;
	ret = get_control(call, msg, &native);
	if (ret)
		return ret;
	unative = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(unative))
		return PTR_ERR(unative);
	return persona_native(call, __NR_sendmsg, fd, unative, nflags);
}

/**
 * darwin_sendmsg() - sendmsg(2)
 * @call: socket, message, flags
 *
 * Return: bytes sent or negative errno.
 */
long darwin_sendmsg(struct persona_call *call)
{
	struct darwin_msghdr msg;

	if (copy_from_user(&msg, u64_to_user_ptr(call->args[1]), sizeof(msg)))
		return -EFAULT;
	return send_one(call, call->args[0], &msg, call->args[2]);
}

/* Converts received control data, and closes descriptors there was no room for. */
static int put_control(struct persona_call *call, struct darwin_msghdr *msg,
		       const struct user_msghdr *native, u32 room, bool *truncated)
{
	u32 len = msg->msg_controllen, got, nlost, i;
	u8 *from, *to;
	int *lost;
	int ret = 0;

	/* How much there is, the program's memory says; so it may lie. */
	got = min_t(size_t, native->msg_controllen, room);
	lost = kmalloc(SCM_MAX_FD * sizeof(*lost) + got + len, GFP_KERNEL_ACCOUNT);
	if (!lost)
		return -ENOMEM;
	from = (u8 *)&lost[SCM_MAX_FD];
	to = from + got;
	if (copy_from_user(from, native->msg_control, got)) {
		ret = -EFAULT;
		goto out;
	}
	len = darwin_cmsg_to_foreign(from, got, to, len, truncated, lost, &nlost);
	for (i = 0; i < nlost; i++)
		persona_native(call, __NR_close, lost[i]);
	if (copy_to_user(u64_to_user_ptr(msg->msg_control), to, len))
		ret = -EFAULT;
	msg->msg_controllen = len;
out:
	kfree(lost);
	return ret;
}

static long recv_one(struct persona_call *call, int fd, struct darwin_msghdr *msg, u32 flags)
{
	struct user_msghdr native = {}, __user *unative;
	struct darwin_addr addr = {};
	bool truncated = false;
	u32 nflags, room = 0;
	long ret;
	int err;

	ret = recv_flags(flags, &nflags);
	if (ret)
		return ret;
	if (msg->msg_iovlen < 0 || msg->msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	if (msg->msg_name) {
		ret = darwin_addr_room(call, &addr);
		if (ret)
			return ret;
	}
	native.msg_name = addr.ptr;
	native.msg_namelen = addr.len;
	native.msg_iov = u64_to_user_ptr(msg->msg_iov);
	native.msg_iovlen = msg->msg_iovlen;
	if (msg->msg_control && msg->msg_controllen) {
		/* More is never filled; a larger buffer is no error. */
		msg->msg_controllen = min_t(u32, msg->msg_controllen, MAX_CONTROL);
		room = NATIVE_CONTROL(msg->msg_controllen);
		native.msg_control = persona_scratch(call, room);
		if (IS_ERR(native.msg_control))
			return PTR_ERR(native.msg_control);
		native.msg_controllen = room;
	}
	unative = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(unative))
		return PTR_ERR(unative);
	ret = persona_native(call, __NR_recvmsg, fd, unative, nflags);
	if (ret < 0)
		return ret;

	if (get_user(native.msg_namelen, &unative->msg_namelen) ||
	    get_user(native.msg_controllen, &unative->msg_controllen) ||
	    get_user(native.msg_flags, &unative->msg_flags))
		return -EFAULT;
	if (room) {
		err = put_control(call, msg, &native, room, &truncated);
		if (err)
			return err;
	} else {
		msg->msg_controllen = 0;
	}
	if (addr.ptr) {
		u32 given = msg->msg_namelen;

		err = darwin_addr_put(&addr, native.msg_namelen, msg->msg_name, &msg->msg_namelen);
		if (err)
			return err;
		msg->msg_namelen = min(msg->msg_namelen, given);
	}
	msg->msg_flags = darwin_recv_flags_out(native.msg_flags);
	if (truncated)
		msg->msg_flags |= DARWIN_MSG_CTRUNC;
	return ret;
}

/**
 * darwin_recvmsg() - recvmsg(2)
 * @call: socket, message in and out, flags
 *
 * Return: bytes received or negative errno.
 */
long darwin_recvmsg(struct persona_call *call)
{
	void __user *umsg = u64_to_user_ptr(call->args[1]);
	struct darwin_msghdr msg;
	long ret;

	if (copy_from_user(&msg, umsg, sizeof(msg)))
		return -EFAULT;
	ret = recv_one(call, call->args[0], &msg, call->args[2]);
	if (ret >= 0 && copy_to_user(umsg, &msg, sizeof(msg)))
		return -EFAULT;
	return ret;
}

/* One after the other; an error after the first message ends it without one. */
static long many(struct persona_call *call, bool send)
{
	u64 umsg = call->args[1];
	u32 i, n = call->args[2], mark = call->scratch_used;
	u32 flags = call->args[3];
	struct darwin_msghdr_x msg;
	long ret = 0;

	if (!n || n > MAX_MSGS)
		return -EINVAL;
	for (i = 0; i < n; i++, umsg += sizeof(msg)) {
		ret = -EFAULT;
		if (copy_from_user(&msg, u64_to_user_ptr(umsg), sizeof(msg)))
			break;
		call->scratch_used = mark;
		/* Only the first is waited for. */
		if (i)
			flags |= DARWIN_MSG_DONTWAIT;
		ret = send ? send_one(call, call->args[0], &msg.hdr, flags) :
			     recv_one(call, call->args[0], &msg.hdr, flags);
		if (ret < 0)
			break;
		msg.msg_datalen = ret;
		ret = -EFAULT;
		if (copy_to_user(u64_to_user_ptr(umsg), &msg, sizeof(msg)))
			break;
	}
	return i ?: ret;
}

/**
 * darwin_sendmsg_x() - sendmsg_x(2): several messages
 * @call: socket, messages, number, flags
 *
 * Return: number of messages or negative errno.
 */
long darwin_sendmsg_x(struct persona_call *call)
{
	return many(call, true);
}

/**
 * darwin_recvmsg_x() - recvmsg_x(2): several messages
 * @call: socket, messages in and out, number, flags
 *
 * Return: number of messages or negative errno.
 */
long darwin_recvmsg_x(struct persona_call *call)
{
	return many(call, false);
}

/* Headers or trailers of sendfile(). */
static long send_iov(struct persona_call *call, int fd, u64 iov, int n)
{
	struct darwin_msghdr msg = { .msg_iov = iov, .msg_iovlen = n };

	return send_one(call, fd, &msg, 0);
}

/**
 * darwin_sendfile() - sendfile(2)
 * @call: file, socket, offset, bytes in and out, headers and trailers or NULL,
 *	flags
 *
 * The number of bytes, 0 for all of the file, includes the headers in both
 * directions. It is written back also when the call fails half way.
 *
 * Return: 0 or negative errno.
 */
long darwin_sendfile(struct persona_call *call)
{
	int file = call->args[0], sock = call->args[1];
	s64 __user *ubytes = u64_to_user_ptr(call->args[3]);
	u32 mark = call->scratch_used;
	struct darwin_sf_hdtr hdtr = {};
	s64 bytes, sent = 0, offset = call->args[2];
	s64 __user *uoffset;
	long ret = 0;

	if (offset < 0 || !ubytes || (u32)call->args[5])
		return -EINVAL;
	if (get_user(bytes, ubytes))
		return -EFAULT;
	if (bytes < 0)
		return -EINVAL;
	if (call->args[4] &&
	    copy_from_user(&hdtr, u64_to_user_ptr(call->args[4]), sizeof(hdtr)))
		return -EFAULT;
	if (hdtr.headers && hdtr.hdr_cnt) {
		ret = send_iov(call, sock, hdtr.headers, hdtr.hdr_cnt);
		if (ret < 0)
			return ret;
		sent += ret;
		call->scratch_used = mark;
	}
	uoffset = persona_scratch_put(call, &offset, sizeof(offset));
	if (IS_ERR(uoffset))
		return PTR_ERR(uoffset);
	for (;;) {
		s64 left = bytes ? bytes - sent : MAX_RW_COUNT;

		ret = 0;
		if (left <= 0)
			break;
		ret = persona_native(call, __NR_sendfile, sock, file, uoffset,
				     min_t(s64, left, MAX_RW_COUNT));
		if (ret <= 0)
			break;
		sent += ret;
	}
	if (!ret && hdtr.trailers && hdtr.trl_cnt) {
		ret = send_iov(call, sock, hdtr.trailers, hdtr.trl_cnt);
		if (ret > 0) {
			sent += ret;
			ret = 0;
		}
	}
	/* Part of it is on its way, so it cannot start over. */
	if (sent && (ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND))
		ret = -EINTR;
	if (put_user(sent, ubytes))
		return -EFAULT;
	return ret;
}
