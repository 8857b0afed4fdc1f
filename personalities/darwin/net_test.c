// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of socket addresses, control messages, kernel events and timeouts. */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/poll.h>
#include <linux/un.h>
#include <net/scm.h>

#include "darwin.h"
#include "flags_poll.h"
#include "kevent.h"
#include "select.h"
#include "socket.h"

static void families(struct kunit *test)
{
	static const int known[] = { DARWIN_AF_UNIX, DARWIN_AF_INET, DARWIN_AF_INET6 };
	int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		KUNIT_EXPECT_EQ(test, known[i],
				darwin_family_to_foreign(darwin_family_to_native(known[i])));
	KUNIT_EXPECT_EQ(test, darwin_family_to_native(DARWIN_AF_INET6), AF_INET6);
	KUNIT_EXPECT_EQ(test, darwin_family_to_native(10), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, darwin_family_to_native(-1), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, darwin_family_to_foreign(AF_NETLINK), DARWIN_AF_UNSPEC);
}

static void addresses(struct kunit *test)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = "/a/b" };
	u8 in6[28] = { 99, DARWIN_AF_INET6, 0x12, 0x34 }, out[DARWIN_SOCK_MAXADDRLEN];
	struct sockaddr_storage ss;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&ss;

	in6[23] = 1;
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_native(in6, 28, &ss), 28);
	KUNIT_EXPECT_EQ(test, ss.ss_family, AF_INET6);
	KUNIT_EXPECT_EQ(test, ntohs(sin6->sin6_port), 0x1234);
	KUNIT_EXPECT_EQ(test, sin6->sin6_addr.s6_addr[15], 1);
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_foreign(&ss, 28, out), 28U);
	in6[0] = 28;
	KUNIT_EXPECT_EQ(test, memcmp(in6, out, 28), 0);

	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_native(in6, 1, &ss), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_native(in6, 129, &ss), -EINVAL);
	in6[1] = AF_INET6;
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_native(in6, 28, &ss), -EAFNOSUPPORT);

	memset(&ss, 0, sizeof(ss));
	memcpy(&ss, &sun, sizeof(sun));
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_foreign(&ss, 2 + 5, out), 7U);
	KUNIT_EXPECT_EQ(test, out[0], 7);
	KUNIT_EXPECT_EQ(test, out[1], DARWIN_AF_UNIX);
	KUNIT_EXPECT_STREQ(test, (char *)out + 2, "/a/b");
	/* No name, and a name without an end. */
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_foreign(&ss, 2, out), 16U);
	KUNIT_EXPECT_EQ(test, out[0], 16);
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_foreign(&ss, 0, out), 0U);
	memset((char *)&ss + 2, 'x', sizeof(ss) - 2);
	KUNIT_EXPECT_EQ(test, darwin_sockaddr_to_foreign(&ss, U32_MAX, out), 2U + 126 + 1);
}

/* Descriptors that did not fit; too many for the stack. */
static int lost[SCM_MAX_FD];

static void rights(struct kunit *test)
{
	struct {
		struct darwin_cmsghdr hdr;
		s32 fd[3];
		struct darwin_cmsghdr second;
		u32 ifindex, addr[2];
	} in = {
		{ 24, DARWIN_SOL_SOCKET, DARWIN_SCM_RIGHTS }, { 7, 8, 9 },
		{ 24, IPPROTO_IP, 26 }, 5, { 1, 2 },
	};
	u8 native[128] __aligned(8), back[64];
	struct cmsghdr *hdr = (struct cmsghdr *)native;
	bool truncated = false;
	u32 n, nlost;
	int len;

	len = darwin_cmsg_to_native((u8 *)&in, sizeof(in), native, sizeof(native));
	KUNIT_EXPECT_EQ(test, len, (int)(CMSG_SPACE(12) + CMSG_SPACE(12)));
	KUNIT_EXPECT_EQ(test, hdr->cmsg_len, CMSG_LEN(12));
	KUNIT_EXPECT_EQ(test, hdr->cmsg_level, SOL_SOCKET);
	KUNIT_EXPECT_EQ(test, hdr->cmsg_type, SCM_RIGHTS);
	KUNIT_EXPECT_EQ(test, ((int *)CMSG_DATA(hdr))[2], 9);
	hdr = (struct cmsghdr *)(native + CMSG_SPACE(12));
	KUNIT_EXPECT_EQ(test, hdr->cmsg_type, IP_PKTINFO);

	n = darwin_cmsg_to_foreign(native, len, back, sizeof(back), &truncated, lost, &nlost);
	KUNIT_EXPECT_EQ(test, n, (u32)sizeof(in));
	KUNIT_EXPECT_EQ(test, memcmp(back, &in, sizeof(in)), 0);
	KUNIT_EXPECT_FALSE(test, truncated);
	KUNIT_EXPECT_EQ(test, nlost, 0U);

	/* Room for one descriptor: the others are to be closed. */
	n = darwin_cmsg_to_foreign(native, len, back, 16, &truncated, lost, &nlost);
	KUNIT_EXPECT_EQ(test, n, 16U);
	KUNIT_EXPECT_TRUE(test, truncated);
	KUNIT_EXPECT_EQ(test, nlost, 2U);
	KUNIT_EXPECT_EQ(test, lost[1], 9);
	n = darwin_cmsg_to_foreign(native, len, back, 5, &truncated, lost, &nlost);
	KUNIT_EXPECT_EQ(test, n, 0U);
	KUNIT_EXPECT_EQ(test, nlost, 3U);

	/* Hostile lengths. */
	in.hdr.cmsg_len = 11;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			darwin_cmsg_to_native((u8 *)&in, sizeof(in), native, sizeof(native)));
	in.hdr.cmsg_len = sizeof(in) + 1;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			darwin_cmsg_to_native((u8 *)&in, sizeof(in), native, sizeof(native)));
	in.hdr.cmsg_len = U32_MAX;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			darwin_cmsg_to_native((u8 *)&in, sizeof(in), native, sizeof(native)));
	in.hdr.cmsg_len = 24;
	in.hdr.cmsg_type = 3;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			darwin_cmsg_to_native((u8 *)&in, sizeof(in), native, sizeof(native)));
	((struct cmsghdr *)native)->cmsg_len = SIZE_MAX;
	KUNIT_EXPECT_EQ(test, 0U, darwin_cmsg_to_foreign(native, len, back, sizeof(back),
							 &truncated, lost, &nlost));
}

static void event_layouts(struct kunit *test)
{
	struct darwin_kevent32 k32 = { 1, DARWIN_EVFILT_READ, 0x21, 3, -4, 5 };
	struct darwin_kevent64 k64 = { 1, DARWIN_EVFILT_READ, 0x21, 3, -4, 5, { 6, 7 } };
	struct darwin_kevent kev;
	u8 buf[72];

	darwin_kevent_get(&kev, &k32, DARWIN_KEVENT_32);
	KUNIT_EXPECT_EQ(test, kev.filter, DARWIN_EVFILT_READ);
	KUNIT_EXPECT_EQ(test, kev.data, -4LL);
	KUNIT_EXPECT_EQ(test, kev.udata, 5ULL);
	KUNIT_EXPECT_EQ(test, kev.ext[0], 0ULL);
	darwin_kevent_put(buf, &kev, DARWIN_KEVENT_32);
	KUNIT_EXPECT_EQ(test, memcmp(buf, &k32, sizeof(k32)), 0);
	darwin_kevent_get(&kev, &k64, DARWIN_KEVENT_64);
	darwin_kevent_put(buf, &kev, DARWIN_KEVENT_64);
	KUNIT_EXPECT_EQ(test, memcmp(buf, &k64, sizeof(k64)), 0);
	darwin_kevent_put(buf, &kev, DARWIN_KEVENT_QOS);
	KUNIT_EXPECT_EQ(test, memcmp(buf, &kev, sizeof(kev)), 0);
}

static void event_flags(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_kevent_user_fflags(5, DARWIN_NOTE_FFNOP | 2), 5U);
	KUNIT_EXPECT_EQ(test, darwin_kevent_user_fflags(5, DARWIN_NOTE_FFOR | 2), 7U);
	KUNIT_EXPECT_EQ(test, darwin_kevent_user_fflags(5, DARWIN_NOTE_FFAND | 4), 4U);
	KUNIT_EXPECT_EQ(test, darwin_kevent_user_fflags(5, DARWIN_NOTE_FFCOPY | 2), 2U);
	KUNIT_EXPECT_EQ(test, darwin_kevent_exitstatus(3 << 8), 3U << 8);
	KUNIT_EXPECT_EQ(test, darwin_kevent_exitstatus(SIGBUS), 10U);
	KUNIT_EXPECT_EQ(test, darwin_kevent_exitstatus(SIGBUS | 0x80), 10U | 0x80);
}

static void event_timers(struct kunit *test)
{
	struct darwin_kevent_timer t;

	KUNIT_EXPECT_EQ(test, darwin_kevent_timer(0, 20, &t), 0);
	KUNIT_EXPECT_EQ(test, t.interval, 20000000ULL);
	KUNIT_EXPECT_FALSE(test, t.absolute);
	KUNIT_EXPECT_EQ(test, darwin_kevent_timer(DARWIN_NOTE_SECONDS | DARWIN_NOTE_ABSOLUTE, 2,
						  &t), 0);
	KUNIT_EXPECT_EQ(test, t.first, 2000000000ULL);
	KUNIT_EXPECT_EQ(test, t.interval, 0ULL);
	KUNIT_EXPECT_TRUE(test, t.absolute && t.calendar);
	KUNIT_EXPECT_EQ(test, darwin_kevent_timer(0, -1, &t), 0);
	KUNIT_EXPECT_EQ(test, t.first, 0ULL);
	KUNIT_EXPECT_EQ(test, t.interval, 0ULL);
	KUNIT_EXPECT_EQ(test, darwin_kevent_timer(DARWIN_NOTE_SECONDS, S64_MAX, &t), -ERANGE);
	KUNIT_EXPECT_EQ(test, darwin_kevent_timer(DARWIN_NOTE_SECONDS | DARWIN_NOTE_USECONDS, 1,
						  &t), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_kevent_timer(0x8000, 1, &t), -EINVAL);
}

static void timeouts(struct kunit *test)
{
	struct __kernel_old_timeval native;
	struct darwin_timeval tv = { .tv_sec = 3, .tv_usec = 999999, .pad = 0x55555555 };

	KUNIT_EXPECT_EQ(test, darwin_select_timeout(&tv, &native), 0);
	KUNIT_EXPECT_EQ(test, native.tv_sec, 3L);
	KUNIT_EXPECT_EQ(test, native.tv_usec, 999999L);
	tv.tv_usec = 1000000;
	KUNIT_EXPECT_EQ(test, darwin_select_timeout(&tv, &native), -EINVAL);
	tv.tv_usec = -1;
	KUNIT_EXPECT_EQ(test, darwin_select_timeout(&tv, &native), -EINVAL);
	tv = (struct darwin_timeval) { .tv_sec = -1 };
	KUNIT_EXPECT_EQ(test, darwin_select_timeout(&tv, &native), -EINVAL);
	tv.tv_sec = DARWIN_SELECT_MAX_SEC + 1;
	KUNIT_EXPECT_EQ(test, darwin_select_timeout(&tv, &native), -EINVAL);
	KUNIT_EXPECT_TRUE(test, darwin_poll_events_same(POLLIN | POLLOUT | POLLRDNORM));
	KUNIT_EXPECT_FALSE(test, darwin_poll_events_same(DARWIN_POLLWRBAND));
}

static struct kunit_case net_cases[] = {
	KUNIT_CASE(families),
	KUNIT_CASE(addresses),
	KUNIT_CASE(rights),
	KUNIT_CASE(event_layouts),
	KUNIT_CASE(event_flags),
	KUNIT_CASE(event_timers),
	KUNIT_CASE(timeouts),
	{}
};

static struct kunit_suite net_suite = {
	.name = "persona_darwin_net",
	.test_cases = net_cases,
};

kunit_test_suite(net_suite);
