/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's sockets: layouts and numbers. */
#ifndef _DARWIN_SOCKET_H
#define _DARWIN_SOCKET_H

#include <linux/build_bug.h>
#include <linux/socket.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <linux/un.h>

#include "../../module/persona.h"
#include "time.h"

#define DARWIN_AF_UNSPEC		0
#define DARWIN_AF_UNIX			1
#define DARWIN_AF_INET			2
#define DARWIN_AF_INET6			30

#define DARWIN_SOCK_MAXADDRLEN		255
#define DARWIN_SOMAXCONN		128

#define DARWIN_SOL_LOCAL		0
#define DARWIN_SOL_SOCKET		0xffff

#define DARWIN_SCM_RIGHTS		1
#define DARWIN_SCM_TIMESTAMP		2

struct darwin_sockaddr {
	u8 sa_len;
	u8 sa_family;
	u8 sa_data[14];
};

static_assert(sizeof(struct darwin_sockaddr) == 16);

struct darwin_sockaddr_un {
	u8 sun_len;
	u8 sun_family;
	char sun_path[104];
};

static_assert(sizeof(struct darwin_sockaddr_un) == 106);

/* Everything but the first two bytes is as in the native structures. */
struct darwin_sockaddr_in6 {
	u8 sin6_len;
	u8 sin6_family;
	u16 sin6_port;
	u32 sin6_flowinfo;
	u8 sin6_addr[16];
	u32 sin6_scope_id;
};

static_assert(sizeof(struct darwin_sockaddr_in6) == 28);
static_assert(offsetof(struct darwin_sockaddr_in6, sin6_addr) == 8);
static_assert(offsetof(struct darwin_sockaddr_in6, sin6_scope_id) == 24);

struct darwin_msghdr {
	u64 msg_name;
	u32 msg_namelen;
	u32 pad0;
	u64 msg_iov;
	s32 msg_iovlen;
	u32 pad1;
	u64 msg_control;
	u32 msg_controllen;
	s32 msg_flags;
};

static_assert(sizeof(struct darwin_msghdr) == 48);
static_assert(offsetof(struct darwin_msghdr, msg_iov) == 16);
static_assert(offsetof(struct darwin_msghdr, msg_iovlen) == 24);
static_assert(offsetof(struct darwin_msghdr, msg_control) == 32);
static_assert(offsetof(struct darwin_msghdr, msg_controllen) == 40);
static_assert(offsetof(struct darwin_msghdr, msg_flags) == 44);

/* sendmsg_x(), recvmsg_x() */
struct darwin_msghdr_x {
	struct darwin_msghdr hdr;
	u64 msg_datalen;
};

static_assert(sizeof(struct darwin_msghdr_x) == 56);

struct darwin_cmsghdr {
	u32 cmsg_len;
	s32 cmsg_level;
	s32 cmsg_type;
};

static_assert(sizeof(struct darwin_cmsghdr) == 12);

#define DARWIN_CMSG_ALIGN(len)	ALIGN(len, 4)

struct darwin_linger {
	s32 l_onoff;
	s32 l_linger;
};

static_assert(sizeof(struct darwin_linger) == 8);

struct darwin_xucred {
	u32 cr_version;
	u32 cr_uid;
	s16 cr_ngroups;
	u16 pad;
	u32 cr_groups[16];
};

static_assert(sizeof(struct darwin_xucred) == 76);

struct darwin_sa_endpoints {
	u32 sae_srcif;
	u32 pad0;
	u64 sae_srcaddr;
	u32 sae_srcaddrlen;
	u32 pad1;
	u64 sae_dstaddr;
	u32 sae_dstaddrlen;
	u32 pad2;
};

static_assert(sizeof(struct darwin_sa_endpoints) == 40);

struct darwin_sf_hdtr {
	u64 headers;
	s32 hdr_cnt;
	u32 pad0;
	u64 trailers;
	s32 trl_cnt;
	u32 pad1;
};

static_assert(sizeof(struct darwin_sf_hdtr) == 32);

/**
 * struct darwin_addr - a native socket address in the scratch area
 * @ptr: user address, NULL for no address
 * @len: bytes of it
 */
struct darwin_addr {
	void __user *ptr;
	u32 len;
};

/* sockaddr.c */
int darwin_family_to_native(int family);
int darwin_family_to_foreign(int family);
int darwin_sockaddr_to_native(const u8 *from, u32 len, struct sockaddr_storage *to);
u32 darwin_sockaddr_to_foreign(const struct sockaddr_storage *from, u32 len,
			       u8 to[DARWIN_SOCK_MAXADDRLEN]);
int darwin_addr_get(struct persona_call *call, u64 uaddr, u32 len, struct darwin_addr *addr);
int darwin_addr_room(struct persona_call *call, struct darwin_addr *addr);
int darwin_addr_put(const struct darwin_addr *addr, u32 len, u64 uaddr, u32 *room);

/* cmsg.c */
int darwin_cmsg_to_native(const u8 *from, u32 len, u8 *to, u32 room);
u32 darwin_cmsg_to_foreign(const u8 *from, u32 len, u8 *to, u32 room, bool *truncated,
			   int *lost_fds, u32 *nlost);

/* msg.c */
int darwin_send_flags(int fd, u32 flags, u32 *native);
u32 darwin_recv_flags_out(u32 native);

/* sigpipe.c */
bool darwin_nosigpipe(int fd);
int darwin_nosigpipe_set(int fd, bool set);
void darwin_nosigpipe_inherit(int from, int to);

#endif /* _DARWIN_SOCKET_H */
