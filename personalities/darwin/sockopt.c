// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket options: other numbers, and sometimes other values.
 */
#include <linux/file.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/math.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/uaccess.h>
#include <net/sock.h>
#include <asm/ioctls.h>
#include <asm/socket.h>

#include "bsd_table.h"
#include "darwin.h"
#include "socket.h"

/* Ticks of SO_LINGER's unit in a second. */
#define DARWIN_HZ		100

enum sockopt_kind {
	OPT_SAME,	/* the same value */
	OPT_BIT,	/* read as the option's own number, not as 1 */
	OPT_BUF,	/* Linux answers twice what was set */
	OPT_LINGER,	/* in ticks */
	OPT_LINGER_SEC,
	OPT_TIME,	/* timeval */
	OPT_ERROR,	/* errno; read only */
	OPT_NREAD,	/* read only */
	OPT_NWRITE,	/* read only */
	OPT_NOSIGPIPE,
	OPT_SOURCE,	/* ip_mreq_source: other order of members; write only */
	OPT_GROUP,	/* group_req, group_source_req; write only */
	OPT_PEERCRED,	/* read only */
	OPT_PEERPID,	/* read only */
};

struct darwin_sockopt {
	u16 name;
	u16 native;
	u8 kind;
};

static const struct darwin_sockopt socket_opts[] = {
	{ 0x0001, SO_DEBUG, OPT_BIT },
	{ 0x0002, SO_ACCEPTCONN, OPT_BIT },
	{ 0x0004, SO_REUSEADDR, OPT_BIT },
	{ 0x0008, SO_KEEPALIVE, OPT_BIT },
	{ 0x0010, SO_DONTROUTE, OPT_BIT },
	{ 0x0020, SO_BROADCAST, OPT_BIT },
	{ 0x0080, SO_LINGER, OPT_LINGER },
	{ 0x0100, SO_OOBINLINE, OPT_BIT },
	{ 0x0200, SO_REUSEPORT, OPT_BIT },
	{ 0x0400, SO_TIMESTAMP_OLD, OPT_BIT },
	{ 0x1001, SO_SNDBUF, OPT_BUF },
	{ 0x1002, SO_RCVBUF, OPT_BUF },
	{ 0x1003, SO_SNDLOWAT, OPT_SAME },
	{ 0x1004, SO_RCVLOWAT, OPT_SAME },
	{ 0x1005, SO_SNDTIMEO_OLD, OPT_TIME },
	{ 0x1006, SO_RCVTIMEO_OLD, OPT_TIME },
	{ 0x1007, SO_ERROR, OPT_ERROR },
	{ 0x1008, SO_TYPE, OPT_SAME },
	{ 0x1020, 0, OPT_NREAD },
	{ 0x1022, 0, OPT_NOSIGPIPE },
	{ 0x1024, 0, OPT_NWRITE },
	{ 0x1080, SO_LINGER, OPT_LINGER_SEC },
};

static const struct darwin_sockopt local_opts[] = {
	{ 1, SO_PEERCRED, OPT_PEERCRED },
	{ 2, SO_PEERCRED, OPT_PEERPID },
	{ 3, SO_PEERCRED, OPT_PEERPID },	/* the effective one */
};

static const struct darwin_sockopt ip_opts[] = {
	{ 1, IP_OPTIONS, OPT_SAME },
	{ 2, IP_HDRINCL, OPT_SAME },
	{ 3, IP_TOS, OPT_SAME },
	{ 4, IP_TTL, OPT_SAME },
	{ 5, IP_RECVOPTS, OPT_SAME },
	{ 6, IP_RETOPTS, OPT_SAME },		/* IP_RECVRETOPTS */
	{ 9, IP_MULTICAST_IF, OPT_SAME },
	{ 10, IP_MULTICAST_TTL, OPT_SAME },
	{ 11, IP_MULTICAST_LOOP, OPT_SAME },
	{ 12, IP_ADD_MEMBERSHIP, OPT_SAME },
	{ 13, IP_DROP_MEMBERSHIP, OPT_SAME },
	{ 24, IP_RECVTTL, OPT_SAME },
	{ 26, IP_PKTINFO, OPT_SAME },
	{ 27, IP_RECVTOS, OPT_SAME },
	{ 70, IP_ADD_SOURCE_MEMBERSHIP, OPT_SOURCE },
	{ 71, IP_DROP_SOURCE_MEMBERSHIP, OPT_SOURCE },
	{ 72, IP_BLOCK_SOURCE, OPT_SOURCE },
	{ 73, IP_UNBLOCK_SOURCE, OPT_SOURCE },
	{ 80, MCAST_JOIN_GROUP, OPT_GROUP },
	{ 81, MCAST_LEAVE_GROUP, OPT_GROUP },
	{ 82, MCAST_JOIN_SOURCE_GROUP, OPT_GROUP },
	{ 83, MCAST_LEAVE_SOURCE_GROUP, OPT_GROUP },
	{ 84, MCAST_BLOCK_SOURCE, OPT_GROUP },
	{ 85, MCAST_UNBLOCK_SOURCE, OPT_GROUP },
};

/* Those from 37 on and 46 and up are of RFC 3542, which programs opt in to. */
static const struct darwin_sockopt ipv6_opts[] = {
	{ 4, IPV6_UNICAST_HOPS, OPT_SAME },
	{ 9, IPV6_MULTICAST_IF, OPT_SAME },
	{ 10, IPV6_MULTICAST_HOPS, OPT_SAME },
	{ 11, IPV6_MULTICAST_LOOP, OPT_SAME },
	{ 12, IPV6_ADD_MEMBERSHIP, OPT_SAME },
	{ 13, IPV6_DROP_MEMBERSHIP, OPT_SAME },
	{ 19, IPV6_2292PKTINFO, OPT_SAME },
	{ 20, IPV6_2292HOPLIMIT, OPT_SAME },
	{ 26, IPV6_CHECKSUM, OPT_SAME },
	{ 27, IPV6_V6ONLY, OPT_SAME },
	{ 35, IPV6_RECVTCLASS, OPT_SAME },
	{ 36, IPV6_TCLASS, OPT_SAME },
	{ 37, IPV6_RECVHOPLIMIT, OPT_SAME },
	{ 46, IPV6_PKTINFO, OPT_SAME },
	{ 47, IPV6_HOPLIMIT, OPT_SAME },
	{ 61, IPV6_RECVPKTINFO, OPT_SAME },
	{ 62, IPV6_DONTFRAG, OPT_SAME },
	{ 80, MCAST_JOIN_GROUP, OPT_GROUP },
	{ 81, MCAST_LEAVE_GROUP, OPT_GROUP },
	{ 82, MCAST_JOIN_SOURCE_GROUP, OPT_GROUP },
	{ 83, MCAST_LEAVE_SOURCE_GROUP, OPT_GROUP },
	{ 84, MCAST_BLOCK_SOURCE, OPT_GROUP },
	{ 85, MCAST_UNBLOCK_SOURCE, OPT_GROUP },
};

static const struct darwin_sockopt tcp_opts[] = {
	{ 0x001, TCP_NODELAY, OPT_SAME },
	{ 0x002, TCP_MAXSEG, OPT_SAME },
	{ 0x004, TCP_CORK, OPT_SAME },		/* TCP_NOPUSH */
	{ 0x010, TCP_KEEPIDLE, OPT_SAME },	/* TCP_KEEPALIVE */
	{ 0x101, TCP_KEEPINTVL, OPT_SAME },
	{ 0x102, TCP_KEEPCNT, OPT_SAME },
	{ 0x105, TCP_FASTOPEN, OPT_SAME },
	{ 0x201, TCP_NOTSENT_LOWAT, OPT_SAME },
};

static const struct {
	u16 level, native;
	const struct darwin_sockopt *opts;
	u16 nr;
} levels[] = {
	{ DARWIN_SOL_SOCKET, SOL_SOCKET, socket_opts, ARRAY_SIZE(socket_opts) },
	{ IPPROTO_IP, SOL_IP, ip_opts, ARRAY_SIZE(ip_opts) },
	{ IPPROTO_IPV6, SOL_IPV6, ipv6_opts, ARRAY_SIZE(ipv6_opts) },
	{ IPPROTO_TCP, SOL_TCP, tcp_opts, ARRAY_SIZE(tcp_opts) },
};

static struct socket *get_socket(int fd, struct file **file)
{
	struct socket *sock;

	*file = fget(fd);
	if (!*file)
		return NULL;
	sock = sock_from_file(*file);
	if (!sock)
		fput(*file);
	return sock;
}

/* Level 0 is SOL_LOCAL for some sockets and IPPROTO_IP for others. */
static bool is_local(int fd)
{
	struct file *file;
	struct socket *sock = get_socket(fd, &file);
	bool local;

	if (!sock)
		return false;
	local = sock->sk && sock->sk->sk_family == AF_UNIX;
	fput(file);
	return local;
}

static const struct darwin_sockopt *find(const struct darwin_sockopt *opts, unsigned int nr,
					 int name)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (opts[i].name == name)
			return &opts[i];
	return NULL;
}

static const struct darwin_sockopt *lookup(int fd, int level, int name, int *native)
{
	unsigned int i;

	if (level == DARWIN_SOL_LOCAL && is_local(fd)) {
		*native = SOL_SOCKET;
		return find(local_opts, ARRAY_SIZE(local_opts), name);
	}
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		if (levels[i].level == level) {
			*native = levels[i].native;
			return find(levels[i].opts, levels[i].nr, name);
		}
	}
	return NULL;
}

static long set_native(struct persona_call *call, int level, int name, const void *val, u32 len)
{
	void __user *p = persona_scratch_put(call, val, len);

	if (IS_ERR(p))
		return PTR_ERR(p);
	return persona_native(call, __NR_setsockopt, (int)call->args[0], level, name, p, len);
}

static long set_linger(struct persona_call *call, const struct darwin_sockopt *opt, int level,
		       const void __user *val)
{
	struct darwin_linger l;
	struct linger native;

	if (copy_from_user(&l, val, sizeof(l)))
		return -EFAULT;
	native.l_onoff = !!l.l_onoff;
	native.l_linger = l.l_linger;
	if (l.l_onoff && l.l_linger < 0)
		return -EINVAL;
	/* Not zero: that would mean to drop the connection. */
	if (opt->kind == OPT_LINGER)
		native.l_linger = DIV_ROUND_UP_ULL((u32)l.l_linger, DARWIN_HZ);
	return set_native(call, level, opt->native, &native, sizeof(native));
}

static long set_time(struct persona_call *call, const struct darwin_sockopt *opt, int level,
		     const void __user *val)
{
	struct __kernel_old_timeval native;
	struct darwin_timeval tv;

	if (copy_from_user(&tv, val, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_sec < 0 || tv.tv_usec < 0 || tv.tv_usec >= USEC_PER_SEC)
		return -EDOM;
	native.tv_sec = tv.tv_sec;
	native.tv_usec = tv.tv_usec;
	return set_native(call, level, opt->native, &native, sizeof(native));
}

/* group, source, interface there; group, interface, source here */
static long set_source(struct persona_call *call, const struct darwin_sockopt *opt, int level,
		       const void __user *val)
{
	struct ip_mreq_source native;
	u32 mreq[3];

	if (copy_from_user(mreq, val, sizeof(mreq)))
		return -EFAULT;
	native.imr_multiaddr = (__force __be32)mreq[0];
	native.imr_sourceaddr = (__force __be32)mreq[1];
	native.imr_interface = (__force __be32)mreq[2];
	return set_native(call, level, opt->native, &native, sizeof(native));
}

/* An interface and one or two addresses of 128 bytes; packed to 4 there. */
static long set_group(struct persona_call *call, const struct darwin_sockopt *opt, int level,
		      const void __user *val, u32 len)
{
	struct group_source_req native = {};
	struct sockaddr_storage ss;
	unsigned int i, n;
	u8 req[4 + 2 * 128];
	int ret;

	n = opt->native == MCAST_JOIN_GROUP || opt->native == MCAST_LEAVE_GROUP ? 1 : 2;
	if (len < 4 + n * 128)
		return -EINVAL;
	if (copy_from_user(req, val, 4 + n * 128))
		return -EFAULT;
	memcpy(&native.gsr_interface, req, 4);
	for (i = 0; i < n; i++) {
		ret = darwin_sockaddr_to_native(req + 4 + i * 128, sizeof(ss), &ss);
		if (ret < 0)
			return ret;
		memcpy(i ? (void *)&native.gsr_source : (void *)&native.gsr_group, &ss,
		       sizeof(ss));
	}
	return set_native(call, level, opt->native, &native,
			  n == 1 ? sizeof(struct group_req) : sizeof(native));
}

static u32 value_size(u8 kind)
{
	switch (kind) {
	case OPT_LINGER:
	case OPT_LINGER_SEC:
		return sizeof(struct darwin_linger);
	case OPT_TIME:
		return sizeof(struct darwin_timeval);
	case OPT_SOURCE:
		return 3 * sizeof(u32);
	}
	return sizeof(s32);
}

/**
 * darwin_setsockopt() - setsockopt(2)
 * @call: socket, level, name, value, length
 *
 * Return: 0 or negative errno; -ENOPROTOOPT for what Linux has not.
 */
long darwin_setsockopt(struct persona_call *call)
{
	int fd = call->args[0], level = 0;
	const void __user *val = u64_to_user_ptr(call->args[3]);
	u32 len = call->args[4];
	const struct darwin_sockopt *opt;
	s32 on;
	long ret;

	opt = lookup(fd, call->args[1], call->args[2], &level);
	/* With an option of no socket at all the native call finds the right error. */
	if (!opt)
		return persona_native(call, __NR_setsockopt, fd, SOL_SOCKET, -1, val, len);
	if (opt->kind == OPT_SAME)
		return persona_native(call, __NR_setsockopt, fd, level, opt->native, val, len);
	if (!val || len < value_size(opt->kind))
		return -EINVAL;
	switch (opt->kind) {
	case OPT_BIT:
	case OPT_BUF:
		return persona_native(call, __NR_setsockopt, fd, level, opt->native, val, len);
	case OPT_LINGER:
	case OPT_LINGER_SEC:
		return set_linger(call, opt, level, val);
	case OPT_TIME:
		return set_time(call, opt, level, val);
	case OPT_SOURCE:
		return set_source(call, opt, level, val);
	case OPT_GROUP:
		return set_group(call, opt, level, val, len);
	case OPT_NOSIGPIPE:
		if (get_user(on, (const s32 __user *)val))
			return -EFAULT;
		/* Harmless in itself: tells whether the socket may be asked. */
		ret = persona_native(call, __NR_getsockopt, fd, SOL_SOCKET, SO_TYPE,
				     persona_scratch(call, 4),
				     persona_scratch_put(call, &(u32){ 4 }, 4));
		if (!ret)
			ret = darwin_nosigpipe_set(fd, on);
		return ret;
	}
	return -ENOPROTOOPT;
}

/* Asks natively for a value of exactly @size bytes. */
static long get_native(struct persona_call *call, int level, int name, void *val, u32 size)
{
	void __user *p = persona_scratch(call, size);
	u32 __user *len = persona_scratch_put(call, &size, sizeof(size));
	long ret;

	if (IS_ERR(p) || IS_ERR(len))
		return -ENOMEM;
	ret = persona_native(call, __NR_getsockopt, (int)call->args[0], level, name, p, len);
	if (!ret && copy_from_user(val, p, size))
		ret = -EFAULT;
	return ret;
}

static long get_count(struct persona_call *call, unsigned int cmd, s32 *val)
{
	s32 __user *p = persona_scratch(call, sizeof(*val));
	long ret;

	if (IS_ERR(p))
		return PTR_ERR(p);
	ret = persona_native(call, __NR_ioctl, (int)call->args[0], cmd, p);
	if (!ret && get_user(*val, p))
		ret = -EFAULT;
	return ret;
}

union value {
	s32 word;
	struct darwin_linger linger;
	struct darwin_timeval time;
	struct darwin_xucred cred;
};

static long get_peer(struct persona_call *call, const struct darwin_sockopt *opt, int level,
		     union value *val, u32 *size)
{
	struct ucred cred;
	long ret;

	ret = get_native(call, level, opt->native, &cred, sizeof(cred));
	if (ret)
		return ret;
	if (cred.uid == (uid_t)-1)
		return -ENOTCONN;
	if (opt->kind == OPT_PEERPID) {
		val->word = cred.pid;
		return 0;
	}
	val->cred.cr_uid = cred.uid;
	val->cred.cr_ngroups = 1;
	val->cred.cr_groups[0] = cred.gid;
	*size = sizeof(val->cred);
	return 0;
}

static long get_value(struct persona_call *call, const struct darwin_sockopt *opt, int level,
		      union value *val, u32 *size)
{
	struct __kernel_old_timeval tv;
	struct linger l;
	long ret;

	*size = value_size(opt->kind);
	switch (opt->kind) {
	case OPT_BIT:
		ret = get_native(call, level, opt->native, &val->word, sizeof(val->word));
		val->word = val->word ? opt->name : 0;
		return ret;
	case OPT_BUF:
		ret = get_native(call, level, opt->native, &val->word, sizeof(val->word));
		val->word /= 2;
		return ret;
	case OPT_ERROR:
		ret = get_native(call, level, opt->native, &val->word, sizeof(val->word));
		val->word = val->word ? darwin_errno(-val->word) : 0;
		return ret;
	case OPT_LINGER:
	case OPT_LINGER_SEC:
		ret = get_native(call, level, opt->native, &l, sizeof(l));
		if (ret)
			return ret;
		/* Read back as the bit, as other flags are. */
		val->linger.l_onoff = l.l_onoff ? 0x80 : 0;
		val->linger.l_linger = opt->kind == OPT_LINGER ?
				       min_t(s64, (s64)l.l_linger * DARWIN_HZ, S16_MAX) :
				       l.l_linger;
		return 0;
	case OPT_TIME:
		ret = get_native(call, level, opt->native, &tv, sizeof(tv));
		if (ret)
			return ret;
		val->time.tv_sec = tv.tv_sec;
		val->time.tv_usec = tv.tv_usec;
		return 0;
	case OPT_NREAD:
		return get_count(call, FIONREAD, &val->word);
	case OPT_NWRITE:
		return get_count(call, TIOCOUTQ, &val->word);
	case OPT_NOSIGPIPE:
		ret = get_native(call, SOL_SOCKET, SO_TYPE, &val->word, sizeof(val->word));
		val->word = darwin_nosigpipe(call->args[0]);
		return ret;
	case OPT_PEERCRED:
	case OPT_PEERPID:
		return get_peer(call, opt, level, val, size);
	}
	return -ENOPROTOOPT;
}

/**
 * darwin_getsockopt() - getsockopt(2)
 * @call: socket, level, name, value, length in and out
 *
 * Return: 0 or negative errno; -ENOPROTOOPT for what Linux has not.
 */
long darwin_getsockopt(struct persona_call *call)
{
	int fd = call->args[0], level = 0;
	void __user *uval = u64_to_user_ptr(call->args[3]);
	u32 __user *ulen = u64_to_user_ptr(call->args[4]);
	const struct darwin_sockopt *opt;
	union value val = {};
	u32 len, size;
	long ret;

	opt = lookup(fd, call->args[1], call->args[2], &level);
	if (!opt)
		return persona_native(call, __NR_getsockopt, fd, SOL_SOCKET, -1, uval, ulen);
	if (opt->kind == OPT_SAME)
		return persona_native(call, __NR_getsockopt, fd, level, opt->native, uval, ulen);
	if (get_user(len, ulen))
		return -EFAULT;
	ret = get_value(call, opt, level, &val, &size);
	if (ret)
		return ret;
	size = min(size, len);
	if (copy_to_user(uval, &val, size) || put_user(size, ulen))
		return -EFAULT;
	return 0;
}
