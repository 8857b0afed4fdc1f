// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl(2): what a network interface is like. Reading only.
 *
 * Darwin's ifreq is shorter than the native one: its union is that of a plain
 * sockaddr. SIOCGIFCONF lists IPv4 addresses, as the native one does.
 */
#include <linux/build_bug.h>
#include <linux/if.h>
#include <linux/kernel.h>
#include <linux/sockios.h>
#include <linux/uaccess.h>

#include "ioctl.h"
#include "socket.h"

struct darwin_ifreq {
	char name[16];
	union {
		struct darwin_sockaddr addr;
		s16 flags;
		s32 value;
	};
};

static_assert(sizeof(struct darwin_ifreq) == 32);

struct darwin_ifconf {
	s32 len;
	u64 buf;
} __packed;

static_assert(sizeof(struct darwin_ifconf) == 12);

/* Interface flags with the same number; the rest of them is in other places. */
#define IFF_SAME	(IFF_UP | IFF_BROADCAST | IFF_DEBUG | IFF_LOOPBACK | IFF_POINTOPOINT | \
			 IFF_NOTRAILERS | IFF_RUNNING | IFF_NOARP | IFF_PROMISC | IFF_ALLMULTI)
#define DARWIN_IFF_MULTICAST	0x8000

/* Most entries of a list: what the scratch area holds. */
#define MAX_ENTRIES	128

static const struct {
	u32 foreign;
	u16 native;
	bool addr;
} requests[] = {
	{ DARWIN_SIOCGIFFLAGS, SIOCGIFFLAGS, false },
	{ DARWIN_SIOCGIFMETRIC, SIOCGIFMETRIC, false },
	{ DARWIN_SIOCGIFMTU, SIOCGIFMTU, false },
	{ DARWIN_SIOCGIFADDR, SIOCGIFADDR, true },
	{ DARWIN_SIOCGIFDSTADDR, SIOCGIFDSTADDR, true },
	{ DARWIN_SIOCGIFBRDADDR, SIOCGIFBRDADDR, true },
	{ DARWIN_SIOCGIFNETMASK, SIOCGIFNETMASK, true },
};

static void convert_addr(struct darwin_sockaddr *to, const struct sockaddr *from)
{
	to->sa_len = sizeof(*to);
	to->sa_family = darwin_family_to_foreign(from->sa_family);
	memcpy(to->sa_data, from->sa_data, sizeof(to->sa_data));
}

static long get_value(struct persona_call *call, u32 native, bool addr)
{
	struct darwin_ifreq __user *user = u64_to_user_ptr(call->args[2]);
	struct darwin_ifreq req;
	struct ifreq ifr = { };
	void __user *buf;
	long ret;

	if (copy_from_user(&req, user, sizeof(req)))
		return -EFAULT;
	memcpy(ifr.ifr_name, req.name, sizeof(req.name));
	ifr.ifr_name[IFNAMSIZ - 1] = 0;
	buf = persona_scratch_put(call, &ifr, sizeof(ifr));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(call, __NR_ioctl, (int)call->args[0], native, buf);
	if (ret == -ENODEV)
		return -ENXIO;
	if (ret)
		return ret;
	if (copy_from_user(&ifr, buf, sizeof(ifr)))
		return -EFAULT;
	if (addr) {
		convert_addr(&req.addr, &ifr.ifr_addr);
	} else if (native == SIOCGIFFLAGS) {
		req.flags = ifr.ifr_flags & IFF_SAME;
		if (ifr.ifr_flags & IFF_MULTICAST)
			req.flags |= DARWIN_IFF_MULTICAST;
	} else {
		req.value = ifr.ifr_mtu;
	}
	return copy_to_user(user, &req, sizeof(req)) ? -EFAULT : 0;
}

static long get_list(struct persona_call *call)
{
	struct darwin_ifconf __user *user = u64_to_user_ptr(call->args[2]);
	struct darwin_ifreq req = { };
	struct darwin_ifconf conf;
	struct ifreq ifr, __user *list;
	struct ifconf native;
	void __user *buf;
	u32 i, n, room;
	long ret;

	if (copy_from_user(&conf, user, sizeof(conf)))
		return -EFAULT;
	if (conf.len < 0)
		return -EINVAL;
	list = persona_scratch(call, MAX_ENTRIES * sizeof(ifr));
	if (IS_ERR(list))
		return PTR_ERR(list);
	native.ifc_len = MAX_ENTRIES * sizeof(ifr);
	native.ifc_req = list;
	buf = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(call, __NR_ioctl, (int)call->args[0], SIOCGIFCONF, buf);
	if (ret)
		return ret;
	if (get_user(native.ifc_len, &((struct ifconf __user *)buf)->ifc_len))
		return -EFAULT;
	room = conf.len / sizeof(req);
	n = min3((u32)native.ifc_len / (u32)sizeof(ifr), room, (u32)MAX_ENTRIES);
	for (i = 0; i < n; i++) {
		if (copy_from_user(&ifr, &list[i], sizeof(ifr)))
			return -EFAULT;
		memcpy(req.name, ifr.ifr_name, sizeof(req.name));
		convert_addr(&req.addr, &ifr.ifr_addr);
		if (copy_to_user(u64_to_user_ptr(conf.buf + i * sizeof(req)), &req, sizeof(req)))
			return -EFAULT;
	}
	return put_user((s32)(n * sizeof(req)), &user->len) ? -EFAULT : 0;
}

/**
 * darwin_ifreq() - a request about network interfaces, if it is one
 * @call: descriptor, request, argument
 * @ret: result of the request
 *
 * Context: see persona_fn.
 * Return: whether it is one that is known.
 */
bool darwin_ifreq(struct persona_call *call, long *ret)
{
	u32 request = call->args[1];
	size_t i;

	if (request == DARWIN_SIOCGIFCONF) {
		*ret = get_list(call);
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (requests[i].foreign == request) {
			*ret = get_value(call, requests[i].native, requests[i].addr);
			return true;
		}
	}
	return false;
}
