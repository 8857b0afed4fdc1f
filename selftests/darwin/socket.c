// SPDX-License-Identifier: GPL-2.0-only
/* Sockets: addresses, connections and options. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

#define PATH	"/dev/shm/persona-socket"

struct cred {
	uint32_t version, uid;
	int16_t ngroups;
	uint32_t groups[16];
};

struct hdtr {
	struct iovec *headers;
	int hdr_cnt;
	struct iovec *trailers;
	int trl_cnt;
};

static int one = 1;

static int get_int(int fd, int level, int name)
{
	uint32_t len = 4;
	int val = -1;
	struct sysret r = bsd(SYS_getsockopt, fd, level, name, &val, &len);

	return r.cf ? -(int)r.rax : val;
}

/* What the network owes comes when its softirq has run: up to 5 s. */
static void wait_readable(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	sys(SYS_poll, &p, 1, 5000);
}

static void test_create(void)
{
	int sv[2], fd;
	char c;

	is_err(bsd(SYS_socket, 17, SOCK_STREAM, 0), EAFNOSUPPORT, "no routing sockets");
	is_err(bsd(SYS_socket, 10, SOCK_STREAM, 0), EAFNOSUPPORT, "10 is not INET6 here");
	is_err(bsd(SYS_socket, AF_INET, SOCK_STREAM | 0x800, 0), EPROTOTYPE, "no flags in the type");
	is_err(bsd(SYS_socket, AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT, "wrong protocol");
	fd = sys(SYS_socket, AF_INET6, SOCK_DGRAM, 0);
	ok(fd >= 0, "INET6");
	is_int(get_int(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM, "its type");
	sys(SYS_close, fd);
	is_ok(bsd(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv), "socketpair");
	is_int(sys(SYS_write, sv[0], "x", 1), 1, "write");
	is_int(get_int(sv[1], SOL_SOCKET, SO_NREAD), 1, "bytes to read");
	is_int(sys(SYS_read, sv[1], &c, 1), 1, "read");
	is_int(get_int(sv[1], 0, LOCAL_PEERPID), sys(SYS_getpid), "pid of the peer");
	sys(SYS_close, sv[0]);
	sys(SYS_close, sv[1]);
}

static void test_unix(void)
{
	struct sockaddr_un sun = { 0, AF_UNIX, PATH }, got;
	int fd, cl, s;
	struct cred cred;
	uint32_t len;

	sys(SYS_unlink, PATH);
	fd = sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	is_ok(bsd(SYS_bind, fd, &sun, sizeof(sun)), "unix: bind, whatever the length byte");
	is_int(sys(SYS_access, PATH, 0), 0, "unix: the name is there");
	cl = sys(SYS_socket, AF_UNIX, SOCK_DGRAM, 0);
	is_err(bsd(SYS_bind, cl, &sun, sizeof(sun)), EADDRINUSE, "unix: in use");
	sys(SYS_close, cl);
	is_ok(bsd(SYS_listen, fd, 5), "unix: listen");
	memset(&got, 0x55, sizeof(got));
	len = sizeof(got);
	is_ok(bsd(SYS_getsockname, fd, &got, &len), "unix: getsockname");
	is_int(got.sun_family, AF_UNIX, "unix: family");
	is_int(got.sun_len, len, "unix: length byte");
	is_str(got.sun_path, PATH, "unix: path");

	cl = sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	is_ok(bsd(SYS_connect, cl, &sun, 2 + sizeof(PATH) - 1), "unix: connect, path unterminated");
	len = sizeof(got);
	memset(&got, 0x55, sizeof(got));
	s = sys(SYS_accept, fd, &got, &len);
	ok(s >= 0, "unix: accept");
	is_int(len, 16, "unix: a peer without a name has an address of 16 bytes");
	is_int(got.sun_len, 16, "unix: ... and says so");
	is_int(got.sun_path[0], 0, "unix: ... and no name");
	len = sizeof(cred);
	memset(&cred, 0x55, sizeof(cred));
	is_ok(bsd(SYS_getsockopt, s, 0, LOCAL_PEERCRED, &cred, &len), "unix: peer's credentials");
	is_int(len, 76, "unix: ... size");
	is_int(cred.version, 0, "unix: ... version");
	is_int(cred.uid, sys(SYS_geteuid), "unix: ... user");
	ok(cred.ngroups >= 1, "unix: ... groups");
	len = 4;
	memset(&got, 0x55, sizeof(got));
	is_ok(bsd(SYS_getsockname, s, &got, &len), "unix: short buffer");
	ok(len > 4 && got.sun_path[2] == 0x55, "unix: whole length, cut contents");
	sys(SYS_close, s);
	sys(SYS_close, cl);
	sys(SYS_close, fd);
	cl = sys(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	is_err(bsd(SYS_connect, cl, &sun, sizeof(sun)), ECONNREFUSED, "unix: nobody listens");
	sun.sun_path[0] = 0;
	is_err(bsd(SYS_bind, cl, &sun, sizeof(sun)), ENOENT, "unix: no abstract names");
	is_err(bsd(SYS_bind, cl, &sun, 1), EINVAL, "unix: too short");
	is_err(bsd(SYS_bind, cl, &sun, 256), ENAMETOOLONG, "unix: too long");
	sys(SYS_close, cl);
	sys(SYS_unlink, PATH);
}

static int listen_on(int family, struct sockaddr_in6 *addr, uint32_t *len)
{
	int fd = sys(SYS_socket, family, SOCK_STREAM, 0);

	memset(addr, 0, sizeof(*addr));
	addr->sin6_family = family;
	if (family == AF_INET) {
		memcpy((char *)addr + 4, "\x7f\0\0\1", 4);
		*len = 16;
	} else {
		((char *)addr)[23] = 1;
		*len = 28;
	}
	if (sys(SYS_bind, fd, addr, *len) || sys(SYS_listen, fd, 5) ||
	    sys(SYS_getsockname, fd, addr, len))
		return -1;
	return fd;
}

static void test_tcp(int family)
{
	struct sockaddr_in6 addr, peer;
	int fd, cl, s, v = 4;
	uint32_t len, plen;
	char buf[16];

	if (family == AF_INET6)
		v = 6;
	fd = listen_on(family, &addr, &len);
	if (fd < 0) {
		skip("tcp", "no loopback for the family");
		return;
	}
	is_int(addr.sin6_len, len, "tcp%d: length byte", v);
	is_int(addr.sin6_family, family, "tcp%d: family", v);
	ok(addr.sin6_port, "tcp%d: port", v);
	is_int(get_int(fd, SOL_SOCKET, SO_ACCEPTCONN), SO_ACCEPTCONN, "tcp%d: listening", v);
	sys(SYS_fcntl, fd, F_SETFL, O_NONBLOCK);
	is_err(bsd(SYS_accept, fd, 0, 0), EAGAIN, "tcp%d: nobody there", v);
	cl = sys(SYS_socket, family, SOCK_STREAM, 0);
	is_ok(bsd(SYS_connect, cl, &addr, len), "tcp%d: connect", v);
	plen = sizeof(peer);
	wait_readable(fd);
	s = sys(SYS_accept, fd, &peer, &plen);
	ok(s >= 0, "tcp%d: accept", v);
	is_int(plen, len, "tcp%d: length of the peer's address", v);
	is_int(sys(SYS_fcntl, s, F_GETFL) & O_NONBLOCK, O_NONBLOCK,
	       "tcp%d: the connection inherits O_NONBLOCK", v);
	is_err(bsd(SYS_recvfrom, s, buf, 4, 0, 0, 0), EAGAIN, "tcp%d: nothing sent", v);
	is_int(sys(SYS_sendto, cl, "hello", 5, 0, 0, 0), 5, "tcp%d: send", v);
	wait_readable(s);
	is_int(sys(SYS_recvfrom, s, buf, 3, MSG_PEEK, 0, 0), 3, "tcp%d: peek", v);
	is_int(sys(SYS_recvfrom, s, buf, 5, MSG_WAITALL, 0, 0), 5, "tcp%d: receive", v);
	is_err(bsd(SYS_sendto, cl, "x", 1, 0x100, 0, 0), EINVAL, "tcp%d: unknown flag", v);
	is_err(bsd(SYS_recvfrom, cl, buf, 1, MSG_DONTWAIT, 0, 0), EAGAIN, "tcp%d: do not wait", v);
	sys(SYS_close, cl);
	cl = sys(SYS_socket, family, SOCK_STREAM, 0);
	sys(SYS_close, fd);
	is_err(bsd(SYS_connect, cl, &addr, len), ECONNREFUSED, "tcp%d: refused", v);
	is_err(bsd(SYS_getpeername, cl, &peer, &plen), ENOTCONN, "tcp%d: not connected", v);
	sys(SYS_close, cl);
	sys(SYS_close, s);
}

static void test_options(void)
{
	int fd = sys(SYS_socket, AF_INET, SOCK_STREAM, 0), val;
	struct timeval tv = { 1, 500000 };
	struct linger l = { 1, 250 };
	uint32_t len;

	is_int(get_int(fd, SOL_SOCKET, SO_REUSEADDR), 0, "option: off");
	is_ok(bsd(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &one, 4), "option: set");
	is_int(get_int(fd, SOL_SOCKET, SO_REUSEADDR), SO_REUSEADDR, "option: read as its bit");
	is_ok(bsd(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEPORT, &one, 4), "option: SO_REUSEPORT");
	is_ok(bsd(SYS_setsockopt, fd, IPPROTO_TCP, TCP_NODELAY, &one, 4), "option: TCP_NODELAY");
	val = 77;
	is_ok(bsd(SYS_setsockopt, fd, IPPROTO_TCP, TCP_KEEPALIVE, &val, 4), "option: TCP_KEEPALIVE");
	is_int(get_int(fd, IPPROTO_TCP, TCP_KEEPALIVE), 77, "option: ... read back");
	val = 33;
	is_ok(bsd(SYS_setsockopt, fd, IPPROTO_IP, IP_TTL, &val, 4), "option: IP_TTL");
	is_int(get_int(fd, IPPROTO_IP, IP_TTL), 33, "option: ... read back");
	val = 20000;
	is_ok(bsd(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDBUF, &val, 4), "option: SO_SNDBUF");
	is_int(get_int(fd, SOL_SOCKET, SO_SNDBUF), 20000, "option: ... not doubled");
	is_ok(bsd(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &tv, 16), "option: SO_RCVTIMEO");
	memset(&tv, 0x55, sizeof(tv));
	len = 16;
	is_ok(bsd(SYS_getsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len), "option: ... read");
	ok(tv.tv_sec == 1 && tv.tv_usec == 500000, "option: ... back");
	tv.tv_usec = 1000000;
	is_err(bsd(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &tv, 16), EDOM, "option: bad time");
	is_ok(bsd(SYS_setsockopt, fd, SOL_SOCKET, SO_LINGER, &l, 8), "option: SO_LINGER");
	len = 8;
	is_ok(bsd(SYS_getsockopt, fd, SOL_SOCKET, 0x1080, &l, &len), "option: SO_LINGER_SEC");
	is_int(l.l_linger, 3, "option: ticks are hundredths, rounded up");
	is_err(bsd(SYS_setsockopt, fd, SOL_SOCKET, 2, &one, 3), EINVAL, "option: too short");
	is_err(bsd(SYS_setsockopt, fd, SOL_SOCKET, 0x7777, &one, 4), ENOPROTOOPT, "option: unknown");
	is_err(bsd(SYS_setsockopt, fd, 1, 2, &one, 4), ENOPROTOOPT, "option: native level");
	is_err(bsd(SYS_setsockopt, 1000, SOL_SOCKET, 0x7777, &one, 4), EBADF, "option: of nothing");
	is_err(bsd(SYS_getsockopt, 1, SOL_SOCKET, SO_TYPE, &one, &len), ENOTSOCK, "option: of a file");
	sys(SYS_close, fd);
}

static volatile int pipes;
static struct iovec one_byte = { "x", 1 };

static void on_pipe(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	pipes++;
}

static void test_sigpipe(void)
{
	int sv[2];

	signal_set(SIGPIPE, on_pipe, 0, 0);
	sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv);
	sys(SYS_close, sv[1]);
	is_err(bsd(SYS_sendto, sv[0], "x", 1, 0, 0, 0), EPIPE, "sigpipe: no reader");
	is_int(pipes, 1, "sigpipe: signal");
	is_ok(bsd(SYS_setsockopt, sv[0], SOL_SOCKET, 0x1022, &one, 4), "SO_NOSIGPIPE");
	is_int(get_int(sv[0], SOL_SOCKET, 0x1022), 1, "SO_NOSIGPIPE: is set");
	is_err(bsd(SYS_sendto, sv[0], "x", 1, 0, 0, 0), EPIPE, "SO_NOSIGPIPE: error");
	is_int(pipes, 1, "SO_NOSIGPIPE: no signal");
	is_err(bsd(SYS_write, sv[0], "x", 1), EPIPE, "SO_NOSIGPIPE: write");
	is_err(bsd(SYS_writev, sv[0], &one_byte, 1), EPIPE, "SO_NOSIGPIPE: writev");
	is_err(bsd(0, SYS_write, sv[0], "x", 1), EPIPE, "SO_NOSIGPIPE: an indirect write");
	is_int(pipes, 1, "SO_NOSIGPIPE: no signal from them");
	is_int(sys(SYS_fcntl, sv[0], F_SETNOSIGPIPE, 0), 0, "F_SETNOSIGPIPE: 0");
	is_err(bsd(SYS_write, sv[0], "x", 1), EPIPE, "write once more");
	is_int(pipes, 2, "the signal is back");
	is_err(bsd(SYS_setsockopt, 1, SOL_SOCKET, 0x1022, &one, 4), ENOTSOCK, "SO_NOSIGPIPE: file");
	sys(SYS_close, sv[0]);
}

static void test_sendfile(void)
{
	struct iovec head = { "head", 4 }, tail = { "tail", 4 };
	struct hdtr hdtr = { &head, 1, &tail, 1 };
	int64_t n = 0;
	char buf[32];
	int sv[2], fd;

	fd = sys(SYS_open, "/tmp/persona-sendfile", O_CREAT | O_RDWR | O_TRUNC, 0600);
	sys(SYS_write, fd, "0123456789", 10);
	sys(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv);
	is_ok(bsd(SYS_sendfile, fd, sv[0], 3L, &n, 0, 0), "sendfile: to the end");
	is_int(n, 7, "sendfile: bytes");
	is_int(sys(SYS_read, sv[1], buf, 32), 7, "sendfile: arrived");
	ok(!memcmp(buf, "3456789", 7), "sendfile: contents");
	n = 6;
	is_ok(bsd(SYS_sendfile, fd, sv[0], 0L, &n, &hdtr, 0), "sendfile: headers and trailers");
	is_int(n, 10, "sendfile: the limit includes headers");
	is_int(sys(SYS_read, sv[1], buf, 32), 10, "sendfile: all");
	ok(!memcmp(buf, "head01tail", 10), "sendfile: in order");
	is_err(bsd(SYS_sendfile, fd, sv[0], -1L, &n, 0, 0), EINVAL, "sendfile: bad offset");
	is_err(bsd(SYS_sendfile, fd, sv[0], 0L, &n, 0, 1), EINVAL, "sendfile: bad flag");
	sys(SYS_close, sv[0]);
	sys(SYS_close, sv[1]);
	sys(SYS_close, fd);
	sys(SYS_unlink, "/tmp/persona-sendfile");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	test_create();
	test_unix();
	test_tcp(AF_INET);
	test_tcp(AF_INET6);
	test_options();
	test_sigpipe();
	test_sendfile();
	return done();
}
