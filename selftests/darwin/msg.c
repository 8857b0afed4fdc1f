// SPDX-License-Identifier: GPL-2.0-only
/* Messages with addresses and control data. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"

struct rights {
	uint32_t len;
	int32_t level, type;
	int32_t fd[2];
};

static char buf[32];
static struct iovec iov = { buf, sizeof(buf) };

static void test_rights(void)
{
	struct rights r = { 20, SOL_SOCKET, SCM_RIGHTS, { 0, 0 } };
	struct iovec out = { "data", 4 };
	struct msghdr m = { .msg_iov = &out, .msg_iovlen = 1, .msg_control = &r,
			    .msg_controllen = 20 };
	int sv[2], p[2], kq, n;
	struct sysret s;
	char c;

	sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv);
	s = bsd(SYS_pipe);
	p[0] = s.rax;
	p[1] = s.rdx;
	r.fd[0] = p[0];
	r.fd[1] = p[1];
	is_int(sys(SYS_sendmsg, sv[0], &m, 0), 4, "rights: send two descriptors");
	sys(SYS_close, p[0]);
	sys(SYS_close, p[1]);

	memset(&r, 0x55, sizeof(r));
	m.msg_iov = &iov;
	m.msg_flags = 0x5555;
	is_int(sys(SYS_recvmsg, sv[1], &m, 0), 4, "rights: receive");
	is_int(m.msg_controllen, 20, "rights: control length");
	is_int(r.len, 20, "rights: message length");
	is_int(r.level, SOL_SOCKET, "rights: level");
	is_int(r.type, SCM_RIGHTS, "rights: type");
	is_int(m.msg_flags, 0, "rights: flags");
	is_int(sys(SYS_write, r.fd[1], "x", 1), 1, "rights: the second is a pipe's end");
	is_int(sys(SYS_read, r.fd[0], &c, 1), 1, "rights: the first its other one");

	/* Room for one only. */
	m.msg_iov = &out;
	is_int(sys(SYS_sendmsg, sv[0], &m, 0), 4, "rights: send again");
	n = sys(SYS_dup, 0);
	sys(SYS_close, n);
	m.msg_iov = &iov;
	m.msg_controllen = 16;
	is_int(sys(SYS_recvmsg, sv[1], &m, 0), 4, "rights: receive one");
	is_int(m.msg_controllen, 16, "rights: shorter");
	is_int(m.msg_flags, MSG_CTRUNC, "rights: truncated");
	is_int(r.fd[0], n, "rights: the lowest number");
	is_err(bsd(SYS_fcntl, n + 1, F_GETFD), EBADF, "rights: the other is closed, not leaked");

	kq = sys(SYS_kqueue);
	r = (struct rights){ 16, SOL_SOCKET, SCM_RIGHTS, { kq } };
	m.msg_iov = &out;
	m.msg_controllen = 16;
	is_err(bsd(SYS_sendmsg, sv[0], &m, 0), EINVAL, "rights: no kernel queues");
	r.len = 100;
	is_err(bsd(SYS_sendmsg, sv[0], &m, 0), EINVAL, "control: longer than it is");
	r.len = 4;
	is_err(bsd(SYS_sendmsg, sv[0], &m, 0), EINVAL, "control: shorter than its header");
	r.len = 16;
	r.type = 99;
	is_err(bsd(SYS_sendmsg, sv[0], &m, 0), EINVAL, "control: unknown");
	m.msg_controllen = 0;
	m.msg_iovlen = 2000;
	is_err(bsd(SYS_sendmsg, sv[0], &m, 0), EMSGSIZE, "too many buffers");
	is_err(bsd(SYS_sendmsg, sv[0], 8, 0), EFAULT, "no message");
	sys(SYS_close, kq);
	sys(SYS_close, sv[0]);
	sys(SYS_close, sv[1]);
}

static void test_udp(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = 0x0100007f }, from;
	struct iovec out = { "datagram", 8 };
	struct msghdr m = { .msg_name = &a, .msg_namelen = 16, .msg_iov = &out, .msg_iovlen = 1 };
	struct {
		uint32_t len;
		int32_t level, type;
		struct timeval tv;
	} __attribute__((__packed__)) ts;
	int s, c, one = 1;
	uint32_t len = 16;

	s = sys(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	c = sys(SYS_socket, AF_INET, SOCK_DGRAM, 0);
	sys(SYS_bind, s, &a, 16);
	sys(SYS_getsockname, s, &a, &len);
	is_ok(bsd(SYS_setsockopt, s, SOL_SOCKET, SO_TIMESTAMP, &one, 4), "udp: time stamps");
	is_int(sys(SYS_sendmsg, c, &m, 0), 8, "udp: send");
	m = (struct msghdr){ .msg_name = &from, .msg_namelen = 16, .msg_iov = &iov,
			     .msg_iovlen = 1, .msg_control = &ts, .msg_controllen = sizeof(ts) };
	is_int(sys(SYS_recvmsg, s, &m, 0), 8, "udp: receive");
	is_int(m.msg_namelen, 16, "udp: length of the sender's address");
	is_int(from.sin_len, 16, "udp: length byte");
	is_int(from.sin_family, AF_INET, "udp: family");
	is_hex(from.sin_addr, 0x0100007f, "udp: address");
	is_int(ts.len, 28, "udp: control length");
	is_int(ts.type, SCM_TIMESTAMP, "udp: time stamp");
	ok(ts.tv.tv_sec > 1000000000 && ts.tv.tv_usec < 1000000, "udp: its value");
	is_int(sys(SYS_sendto, c, "abcdef", 6, 0, &a, 16), 6, "udp: sendto");
	len = 16;
	is_int(sys(SYS_recvfrom, s, buf, 3, MSG_TRUNC, &from, &len), 3,
	       "udp: the flag does not change the result");
	is_int(len, 16, "udp: address of recvfrom");
	is_int(sys(SYS_sendto, c, "abcdef", 6, 0, &a, 16), 6, "udp: once more");
	iov.iov_len = 2;
	m.msg_controllen = 0;
	is_int(sys(SYS_recvmsg, s, &m, 0), 2, "udp: cut");
	is_int(m.msg_flags & MSG_TRUNC, MSG_TRUNC, "udp: and flagged");
	sys(SYS_close, s);
	sys(SYS_close, c);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	test_rights();
	test_udp();
	return done();
}
