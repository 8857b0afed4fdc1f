// SPDX-License-Identifier: GPL-2.0-only
/* Sockets: making, naming and connecting them. */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "darwin.h"
#include "socket.h"

/* Linux puts flags above the type. */
static int check_type(int type)
{
	return type < SOCK_STREAM || type > SOCK_SEQPACKET ? -EPROTOTYPE : 0;
}

/**
 * darwin_socket() - socket(2)
 * @call: domain, type, protocol
 *
 * Return: descriptor or negative errno.
 */
long darwin_socket(struct persona_call *call)
{
	int family = darwin_family_to_native((int)call->args[0]);
	int type = call->args[1];

	if (family <= 0)
		return -EAFNOSUPPORT;
	if (check_type(type))
		return -EPROTOTYPE;
	return persona_native(call, __NR_socket, family, type, (int)call->args[2]);
}

/**
 * darwin_socketpair() - socketpair(2)
 * @call: domain, type, protocol, int[2]
 *
 * Return: 0 or negative errno.
 */
long darwin_socketpair(struct persona_call *call)
{
	int family = darwin_family_to_native((int)call->args[0]);
	int type = call->args[1];

	if (family <= 0)
		return -EAFNOSUPPORT;
	if (check_type(type))
		return -EPROTOTYPE;
	return persona_native(call, __NR_socketpair, family, type, (int)call->args[2],
			      call->args[3]);
}

static long with_addr(struct persona_call *call, unsigned int nr)
{
	struct darwin_addr addr;
	int err;

	err = darwin_addr_get(call, call->args[1], call->args[2], &addr);
	if (err)
		return err;
	return persona_native(call, nr, (int)call->args[0], addr.ptr, addr.len);
}

/**
 * darwin_bind() - bind(2)
 * @call: socket, address, length
 *
 * Return: 0 or negative errno.
 */
long darwin_bind(struct persona_call *call)
{
	return with_addr(call, __NR_bind);
}

/**
 * darwin_connect() - connect(2)
 * @call: socket, address, length
 *
 * Return: 0 or negative errno.
 */
long darwin_connect(struct persona_call *call)
{
	return with_addr(call, __NR_connect);
}

/* Gives an address and its whole length to the program. */
static int put_name(const struct darwin_addr *addr, u64 uaddr, u64 ulen)
{
	u32 __user *lenp = u64_to_user_ptr(ulen);
	u32 len, room;
	int err;

	if (get_user(len, (u32 __user *)(addr->ptr + sizeof(struct sockaddr_storage))) ||
	    get_user(room, lenp))
		return -EFAULT;
	err = darwin_addr_put(addr, len, uaddr, &room);
	return err ?: put_user(room, lenp);
}

static long get_name(struct persona_call *call, unsigned int nr)
{
	struct darwin_addr addr;
	long ret;
	u32 room __maybe_unused;	/* must be readable */

	if (get_user(room, (u32 __user *)u64_to_user_ptr(call->args[2])))
		return -EFAULT;
	ret = darwin_addr_room(call, &addr);
	if (ret)
		return ret;
	ret = persona_native(call, nr, (int)call->args[0], addr.ptr, addr.ptr + addr.len);
	return ret ?: put_name(&addr, call->args[1], call->args[2]);
}

/**
 * darwin_getsockname() - getsockname(2)
 * @call: socket, address, length in and out
 *
 * Return: 0 or negative errno.
 */
long darwin_getsockname(struct persona_call *call)
{
	return get_name(call, __NR_getsockname);
}

/**
 * darwin_getpeername() - getpeername(2)
 * @call: socket, address, length in and out
 *
 * Return: 0 or negative errno.
 */
long darwin_getpeername(struct persona_call *call)
{
	return get_name(call, __NR_getpeername);
}

/* A new connection is as non-blocking as the socket that listens. */
static int accept_flags(int fd)
{
	struct file *file = fget(fd);
	int flags = 0;

	if (file) {
		flags = file->f_flags & O_NONBLOCK;
		fput(file);
	}
	return flags;
}

/**
 * darwin_accept() - accept(2)
 * @call: socket, address or NULL, length in and out
 *
 * Return: descriptor or negative errno.
 */
long darwin_accept(struct persona_call *call)
{
	int fd = call->args[0];
	struct darwin_addr addr = {};
	long ret;
	u32 room __maybe_unused;	/* must be readable */
	int err;

	if (call->args[1]) {
		if (get_user(room, (u32 __user *)u64_to_user_ptr(call->args[2])))
			return -EFAULT;
		ret = darwin_addr_room(call, &addr);
		if (ret)
			return ret;
	}
	ret = persona_native(call, __NR_accept4, fd, addr.ptr,
			     addr.ptr ? addr.ptr + addr.len : NULL, accept_flags(fd));
	if (ret < 0)
		return ret;
	darwin_nosigpipe_inherit(fd, ret);
	if (!addr.ptr)
		return ret;
	err = put_name(&addr, call->args[1], call->args[2]);
	if (err) {
		persona_native(call, __NR_close, (int)ret);
		return err;
	}
	return ret;
}

/**
 * darwin_listen() - listen(2)
 * @call: socket, backlog
 *
 * A backlog that makes no sense, or is too large, means the largest.
 *
 * Return: 0 or negative errno.
 */
long darwin_listen(struct persona_call *call)
{
	int backlog = call->args[1];

	if (backlog <= 0 || backlog > DARWIN_SOMAXCONN)
		backlog = DARWIN_SOMAXCONN;
	return persona_native(call, __NR_listen, (int)call->args[0], backlog);
}

/**
 * darwin_connectx() - connectx(2), without any of its options
 * @call: socket, endpoints, association, flags, iov, iovcnt, bytes sent out,
 *	connection out
 *
 * Return: 0 or negative errno.
 */
long darwin_connectx(struct persona_call *call)
{
	int fd = call->args[0];
	struct darwin_sa_endpoints ends;
	struct darwin_addr addr;
	u32 assoc = call->args[2];
	u64 sent = 0;
	long ret;

	/* Only the one association that a socket has; no data before it is made. */
	if (assoc != 0 && assoc != U32_MAX)
		return -EINVAL;
	if ((u32)call->args[3])
		return -EOPNOTSUPP;
	if (copy_from_user(&ends, u64_to_user_ptr(call->args[1]), sizeof(ends)))
		return -EFAULT;
	if (!ends.sae_dstaddr)
		return -EDESTADDRREQ;
	if (ends.sae_srcif)
		return -EOPNOTSUPP;
	if (ends.sae_srcaddr) {
		ret = darwin_addr_get(call, ends.sae_srcaddr, ends.sae_srcaddrlen, &addr);
		if (!ret)
			ret = persona_native(call, __NR_bind, fd, addr.ptr, addr.len);
		if (ret)
			return ret;
	}
	ret = darwin_addr_get(call, ends.sae_dstaddr, ends.sae_dstaddrlen, &addr);
	if (!ret)
		ret = persona_native(call, __NR_connect, fd, addr.ptr, addr.len);
	if (ret)
		return ret;
	if (call->args[4] && (u32)call->args[5]) {
		ret = persona_native(call, __NR_writev, fd, call->args[4], (u32)call->args[5]);
		if (ret < 0)
			return ret;
		sent = ret;
	}
	if (call->args[6] && put_user(sent, (u64 __user *)u64_to_user_ptr(call->args[6])))
		return -EFAULT;
	/* Connections other than of multipath TCP have no number. */
	if (call->args[7] && put_user(0, (u32 __user *)u64_to_user_ptr(call->args[7])))
		return -EFAULT;
	return 0;
}

/**
 * darwin_disconnectx() - disconnectx(2)
 * @call: socket, association, connection
 *
 * Return: 0 or negative errno.
 */
long darwin_disconnectx(struct persona_call *call)
{
	u32 assoc = call->args[1], conn = call->args[2];

	if ((assoc != 0 && assoc != U32_MAX) || (conn != 0 && conn != U32_MAX))
		return -EINVAL;
	return persona_native(call, __NR_shutdown, (int)call->args[0], SHUT_RDWR);
}
