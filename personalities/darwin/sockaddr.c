// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket addresses: Darwin's first byte is the length, its second the family.
 *
 * The length byte that a program passes is not looked at; XNU overwrites it with
 * the length argument, too.
 */
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/un.h>

#include "darwin.h"
#include "socket.h"

/* Where the part begins that both systems lay out alike. */
#define SA_DATA	2

static_assert(offsetof(struct sockaddr_un, sun_path) == SA_DATA);

/**
 * darwin_family_to_native() - address family
 * @family: DARWIN_AF_*
 *
 * Return: AF_*, or -EAFNOSUPPORT.
 */
int darwin_family_to_native(int family)
{
	switch (family) {
	case DARWIN_AF_UNSPEC:
		return AF_UNSPEC;
	case DARWIN_AF_UNIX:
		return AF_UNIX;
	case DARWIN_AF_INET:
		return AF_INET;
	case DARWIN_AF_INET6:
		return AF_INET6;
	}
	return -EAFNOSUPPORT;
}
EXPORT_SYMBOL_FOR_TEST(darwin_family_to_native);

/**
 * darwin_family_to_foreign() - address family
 * @family: AF_*
 *
 * Return: DARWIN_AF_*; DARWIN_AF_UNSPEC for what Darwin has not.
 */
int darwin_family_to_foreign(int family)
{
	switch (family) {
	case AF_UNIX:
		return DARWIN_AF_UNIX;
	case AF_INET:
		return DARWIN_AF_INET;
	case AF_INET6:
		return DARWIN_AF_INET6;
	}
	return DARWIN_AF_UNSPEC;
}
EXPORT_SYMBOL_FOR_TEST(darwin_family_to_foreign);

/**
 * darwin_sockaddr_to_native() - an address that has no path in it
 * @from: as the program passed it
 * @len: bytes of it
 * @to: result
 *
 * Return: bytes of the result, or a negative errno.
 */
int darwin_sockaddr_to_native(const u8 *from, u32 len, struct sockaddr_storage *to)
{
	int family;

	if (len < SA_DATA || len > sizeof(*to))
		return -EINVAL;
	family = darwin_family_to_native(from[1]);
	if (family < 0)
		return family;
	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	memcpy((u8 *)to + SA_DATA, from + SA_DATA, len - SA_DATA);
	return len;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sockaddr_to_native);

static u32 unix_to_foreign(const struct sockaddr_un *from, u32 len, u8 *to)
{
	u32 room = min_t(u32, len - SA_DATA, DARWIN_SOCK_MAXADDRLEN - SA_DATA - 1);
	u32 n;

	/* Without a name, or with an abstract one: as XNU shows no name. */
	n = strnlen(from->sun_path, room);
	if (!n)
		return sizeof(struct darwin_sockaddr);
	memcpy(to + SA_DATA, from->sun_path, n);
	return SA_DATA + n + 1;
}

/**
 * darwin_sockaddr_to_foreign() - any address
 * @from: native address
 * @len: bytes of it
 * @to: result, all of it written
 *
 * Return: bytes of the result, 0 for no address.
 */
u32 darwin_sockaddr_to_foreign(const struct sockaddr_storage *from, u32 len,
			       u8 to[DARWIN_SOCK_MAXADDRLEN])
{
	memset(to, 0, DARWIN_SOCK_MAXADDRLEN);
	len = min_t(u32, len, sizeof(*from));
	if (len < SA_DATA)
		return 0;
	to[1] = darwin_family_to_foreign(from->ss_family);
	if (from->ss_family == AF_UNIX)
		len = unix_to_foreign((const struct sockaddr_un *)from, len, to);
	else
		memcpy(to + SA_DATA, (const u8 *)from + SA_DATA, len - SA_DATA);
	to[0] = len;
	return len;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sockaddr_to_foreign);

/* The path goes through the view, and has to fit a native address then. */
static int unix_get(struct persona_call *call, u8 *from, u32 len, struct darwin_addr *addr)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char __user *path;
	long n;

	n = strnlen((char *)from + SA_DATA, len - SA_DATA);
	/* Natively an empty name asks for an abstract one. */
	if (!n)
		return len == SA_DATA ? -EINVAL : -ENOENT;
	from[SA_DATA + n] = 0;
	path = persona_scratch_put(call, from + SA_DATA, n + 1);
	if (!IS_ERR(path))
		path = persona_path(call, path);
	if (IS_ERR(path))
		return PTR_ERR(path);
	n = strncpy_from_user(sun.sun_path, path, sizeof(sun.sun_path));
	if (n < 0)
		return n;
	if (n >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	addr->len = SA_DATA + n + 1;
	addr->ptr = persona_scratch_put(call, &sun, addr->len);
	return PTR_ERR_OR_ZERO(addr->ptr);
}

/**
 * darwin_addr_get() - take an address argument
 * @call: foreign call under way
 * @uaddr: user address
 * @len: bytes
 * @addr: result, in the scratch area
 *
 * Context: may sleep. Return: 0 or a negative errno.
 */
int darwin_addr_get(struct persona_call *call, u64 uaddr, u32 len, struct darwin_addr *addr)
{
	u8 from[DARWIN_SOCK_MAXADDRLEN + 1];
	struct sockaddr_storage ss;
	int ret;

	if (len > DARWIN_SOCK_MAXADDRLEN)
		return -ENAMETOOLONG;
	if (len < SA_DATA)
		return -EINVAL;
	if (copy_from_user(from, u64_to_user_ptr(uaddr), len))
		return -EFAULT;
	if (from[1] == DARWIN_AF_UNIX)
		return unix_get(call, from, len, addr);
	ret = darwin_sockaddr_to_native(from, len, &ss);
	if (ret < 0)
		return ret;
	addr->len = ret;
	addr->ptr = persona_scratch_put(call, &ss, ret);
	return PTR_ERR_OR_ZERO(addr->ptr);
}

/**
 * darwin_addr_room() - room for an address that a native call returns
 * @call: foreign call under way
 * @addr: result: the room, followed by its length as a native argument
 *
 * Return: 0 or a negative errno.
 */
int darwin_addr_room(struct persona_call *call, struct darwin_addr *addr)
{
	struct {
		struct sockaddr_storage ss;
		u32 len;
	} room = { .len = sizeof(room.ss) };

	addr->ptr = persona_scratch_put(call, &room, sizeof(room));
	addr->len = sizeof(room.ss);
	return PTR_ERR_OR_ZERO(addr->ptr);
}

/**
 * darwin_addr_put() - give an address to the program
 * @addr: of darwin_addr_room(), filled by a native call
 * @len: bytes that it says it has filled
 * @uaddr: user address to write to
 * @room: in: bytes there; out: bytes of the whole address
 *
 * Return: 0 or -EFAULT.
 */
int darwin_addr_put(const struct darwin_addr *addr, u32 len, u64 uaddr, u32 *room)
{
	u8 to[DARWIN_SOCK_MAXADDRLEN];
	struct sockaddr_storage ss;
	u32 n;

	len = min_t(u32, len, sizeof(ss));
	memset(&ss, 0, sizeof(ss));
	if (copy_from_user(&ss, addr->ptr, len))
		return -EFAULT;
	n = darwin_sockaddr_to_foreign(&ss, len, to);
	if (copy_to_user(u64_to_user_ptr(uaddr), to, min(n, *room)))
		return -EFAULT;
	*room = n;
	return 0;
}
