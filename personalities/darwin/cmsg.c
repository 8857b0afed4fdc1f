// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages of sockets: a header of 12 bytes and data aligned to 4 there,
 * a header of 16 bytes and data aligned to 8 here.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/scm.h>
#include <asm/socket.h>

#include "socket.h"

/* How the data of a message are to be converted. */
enum cmsg_data {
	CMSG_SAME,
	CMSG_FDS,	/* int[], truncated at any element */
	CMSG_TIME,	/* timeval with 32-bit microseconds there */
	CMSG_BYTE,	/* int here, u8 there */
};

#define CMSG_GET	BIT(0)	/* received */
#define CMSG_PUT	BIT(1)	/* sent */

static const struct {
	u16 level, type;	/* Darwin's */
	u16 nlevel, ntype;	/* Linux's */
	u8 data;
	u8 dir;
} cmsgs[] = {
	{ DARWIN_SOL_SOCKET, DARWIN_SCM_RIGHTS, SOL_SOCKET, SCM_RIGHTS, CMSG_FDS,
	  CMSG_GET | CMSG_PUT },
	{ DARWIN_SOL_SOCKET, DARWIN_SCM_TIMESTAMP, SOL_SOCKET, SO_TIMESTAMP_OLD, CMSG_TIME,
	  CMSG_GET },
	/* IP_PKTINFO, IP_RECVTTL, IP_RECVTOS */
	{ IPPROTO_IP, 26, SOL_IP, IP_PKTINFO, CMSG_SAME, CMSG_GET | CMSG_PUT },
	{ IPPROTO_IP, 24, SOL_IP, IP_TTL, CMSG_BYTE, CMSG_GET },
	{ IPPROTO_IP, 27, SOL_IP, IP_TOS, CMSG_SAME, CMSG_GET },
	/* IPV6_TCLASS; IPV6_PKTINFO and IPV6_HOPLIMIT of RFC 2292 and RFC 3542 */
	{ IPPROTO_IPV6, 36, SOL_IPV6, IPV6_TCLASS, CMSG_SAME, CMSG_GET | CMSG_PUT },
	{ IPPROTO_IPV6, 46, SOL_IPV6, IPV6_PKTINFO, CMSG_SAME, CMSG_GET | CMSG_PUT },
	{ IPPROTO_IPV6, 47, SOL_IPV6, IPV6_HOPLIMIT, CMSG_SAME, CMSG_GET | CMSG_PUT },
	{ IPPROTO_IPV6, 19, SOL_IPV6, IPV6_2292PKTINFO, CMSG_SAME, CMSG_GET | CMSG_PUT },
	{ IPPROTO_IPV6, 20, SOL_IPV6, IPV6_2292HOPLIMIT, CMSG_SAME, CMSG_GET | CMSG_PUT },
};

static int find_foreign(const struct darwin_cmsghdr *hdr)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(cmsgs); i++)
		if (cmsgs[i].level == hdr->cmsg_level && cmsgs[i].type == hdr->cmsg_type &&
		    (cmsgs[i].dir & CMSG_PUT))
			return i;
	return -1;
}

static int find_native(const struct cmsghdr *hdr)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(cmsgs); i++)
		if (cmsgs[i].nlevel == hdr->cmsg_level && cmsgs[i].ntype == hdr->cmsg_type &&
		    (cmsgs[i].dir & CMSG_GET))
			return i;
	return -1;
}

/**
 * darwin_cmsg_to_native() - control data that are to be sent
 * @from: as the program passed them
 * @len: bytes of it
 * @to: result
 * @room: bytes there; twice @len and 16 more always suffice
 *
 * Return: bytes of the result, or -EINVAL for messages that are malformed, unknown
 * or cannot be sent.
 */
int darwin_cmsg_to_native(const u8 *from, u32 len, u8 *to, u32 room)
{
	u32 at = 0, used = 0;

	while (at < len) {
		struct darwin_cmsghdr hdr;
		struct cmsghdr native;
		u32 data;
		int i;

		/* Less than a header at the end is padding. */
		if (len - at < sizeof(hdr))
			break;
		memcpy(&hdr, from + at, sizeof(hdr));
		if (hdr.cmsg_len < sizeof(hdr) || hdr.cmsg_len > len - at)
			return -EINVAL;
		data = hdr.cmsg_len - sizeof(hdr);
		i = find_foreign(&hdr);
		if (i < 0)
			return -EINVAL;
		if (CMSG_SPACE(data) > room - used)
			return -EINVAL;
		memset(to + used, 0, CMSG_SPACE(data));
		native.cmsg_len = CMSG_LEN(data);
		native.cmsg_level = cmsgs[i].nlevel;
		native.cmsg_type = cmsgs[i].ntype;
		memcpy(to + used, &native, sizeof(native));
		memcpy(to + used + sizeof(native), from + at + sizeof(hdr), data);
		used += CMSG_SPACE(data);
		if (check_add_overflow(at, DARWIN_CMSG_ALIGN(hdr.cmsg_len), &at))
			break;
	}
	return used;
}
EXPORT_SYMBOL_FOR_TEST(darwin_cmsg_to_native);

/* Writes the data of one message. Returns how many bytes, or -1: does not fit. */
static int put_data(int how, const u8 *from, u32 len, u8 *to, u32 room)
{
	struct __kernel_old_timeval tv;
	struct darwin_timeval dtv;
	s32 word;

	switch (how) {
	case CMSG_TIME:
		if (len < sizeof(tv) || room < sizeof(dtv))
			return -1;
		memcpy(&tv, from, sizeof(tv));
		dtv = (struct darwin_timeval) { .tv_sec = tv.tv_sec, .tv_usec = tv.tv_usec };
		memcpy(to, &dtv, sizeof(dtv));
		return sizeof(dtv);
	case CMSG_BYTE:
		if (len < sizeof(word) || !room)
			return -1;
		memcpy(&word, from, sizeof(word));
		*to = word;
		return 1;
	case CMSG_FDS:
		len = min(round_down(len, 4), round_down(room, 4));
		if (!len)
			return -1;
		break;
	default:
		if (len > room)
			return -1;
	}
	memcpy(to, from, len);
	return len;
}

/**
 * darwin_cmsg_to_foreign() - control data that were received
 * @from: as the kernel left them
 * @len: bytes of it
 * @to: result
 * @room: bytes there
 * @truncated: set when something did not fit, or has no Darwin form
 * @lost_fds: descriptors that were received but did not fit: SCM_MAX_FD of them
 * @nlost: number of those
 *
 * Nothing is believed of @from: the program can change it meanwhile.
 *
 * Return: bytes of the result.
 */
u32 darwin_cmsg_to_foreign(const u8 *from, u32 len, u8 *to, u32 room, bool *truncated,
			   int *lost_fds, u32 *nlost)
{
	u32 at = 0, used = 0;

	*nlost = 0;
	while (len - at >= sizeof(struct cmsghdr)) {
		struct darwin_cmsghdr hdr;
		struct cmsghdr native;
		u32 data, next;
		int i, n = -1;

		memcpy(&native, from + at, sizeof(native));
		if (native.cmsg_len < sizeof(native) || native.cmsg_len > len - at)
			break;
		data = native.cmsg_len - sizeof(native);
		i = find_native(&native);
		if (i >= 0 && room - used > sizeof(hdr)) {
			n = put_data(cmsgs[i].data, from + at + sizeof(native), data,
				     to + used + sizeof(hdr), room - used - sizeof(hdr));
		}
		if (i >= 0 && cmsgs[i].data == CMSG_FDS) {
			u32 kept = max(n, 0), lost;

			lost = min_t(u32, (data - kept) / 4, SCM_MAX_FD - *nlost);
			memcpy(lost_fds + *nlost, from + at + sizeof(native) + kept, lost * 4);
			*nlost += lost;
			if (lost)
				*truncated = true;
		}
		if (n >= 0) {
			hdr.cmsg_len = sizeof(hdr) + n;
			hdr.cmsg_level = cmsgs[i].level;
			hdr.cmsg_type = cmsgs[i].type;
			memcpy(to + used, &hdr, sizeof(hdr));
			next = DARWIN_CMSG_ALIGN(hdr.cmsg_len);
			/* The padding may be what does not fit. */
			memset(to + used + hdr.cmsg_len, 0,
			       min(next, room - used) - hdr.cmsg_len);
			used += min(next, room - used);
		} else {
			*truncated = true;
		}
		if (CMSG_ALIGN(native.cmsg_len) > len - at)
			break;
		at += CMSG_ALIGN(native.cmsg_len);
	}
	return used;
}
EXPORT_SYMBOL_FOR_TEST(darwin_cmsg_to_foreign);
