// SPDX-License-Identifier: GPL-2.0-only
/* select(2), pselect(2) and poll(2). */
#include <linux/limits.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/time64.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "darwin.h"
#include "flags_poll.h"
#include "select.h"

/* What fits into the scratch area beside everything else. */
#define MAX_SCRATCH_POLLFDS	1024
#define MAX_SCRATCH_FDS		32768	/* three sets of 4 KiB */

static const struct persona_flag poll_flags[] = { DARWIN_FLAGS_POLL };

struct set {
	u64 user;
	void __user *native;
};

/**
 * darwin_select_timeout() - check a timeout of select(2)
 * @tv: as the program passed it
 * @native: result
 *
 * Return: 0 or -EINVAL.
 */
int darwin_select_timeout(const struct darwin_timeval *tv, struct __kernel_old_timeval *native)
{
	if (tv->tv_sec < 0 || tv->tv_sec > DARWIN_SELECT_MAX_SEC || tv->tv_usec < 0 ||
	    tv->tv_usec >= USEC_PER_SEC)
		return -EINVAL;
	native->tv_sec = tv->tv_sec;
	native->tv_usec = tv->tv_usec;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_select_timeout);

/**
 * darwin_poll_events_same() - do these events look alike in both systems?
 * @events: DARWIN_POLL*
 */
bool darwin_poll_events_same(u16 events)
{
	return !(events & ~(DARWIN_POLLIN | DARWIN_POLLPRI | DARWIN_POLLOUT | DARWIN_POLLERR |
			    DARWIN_POLLHUP | DARWIN_POLLNVAL | DARWIN_POLLRDNORM |
			    DARWIN_POLLRDBAND));
}
EXPORT_SYMBOL_FOR_TEST(darwin_poll_events_same);

/* Between two places of the program's memory. */
static int copy_words(u32 __user *to, const u32 __user *from, u32 bytes)
{
	u32 buf[32], n;

	for (; bytes; bytes -= n, to += n / 4, from += n / 4) {
		n = min_t(u32, bytes, sizeof(buf));
		if (copy_from_user(buf, from, n) || copy_to_user(to, buf, n))
			return -EFAULT;
	}
	return 0;
}

/*
 * The sets are arrays of 32-bit words there, of 64-bit words here: the last one
 * may be half a word too long for the program's array, and then a copy is used.
 */
static int sets_get(struct persona_call *call, int nfds, struct set *sets)
{
	u32 used = DIV_ROUND_UP(nfds, 32) * 4, size = round_up(used, 8);
	int i;

	for (i = 0; i < 3; i++) {
		u32 __user *copy;

		sets[i].user = call->args[1 + i];
		sets[i].native = u64_to_user_ptr(sets[i].user);
		if (!sets[i].user || used == size)
			continue;
		if (nfds > MAX_SCRATCH_FDS)
			return -EINVAL;
		copy = persona_scratch(call, size);
		if (IS_ERR(copy))
			return PTR_ERR(copy);
		sets[i].native = copy;
		if (put_user(0, copy + size / 4 - 1) ||
		    copy_words(copy, u64_to_user_ptr(sets[i].user), used))
			return -EFAULT;
	}
	return 0;
}

static int sets_put(int nfds, const struct set *sets)
{
	u32 used = DIV_ROUND_UP(nfds, 32) * 4;
	int i;

	for (i = 0; i < 3; i++) {
		u32 __user *user = u64_to_user_ptr(sets[i].user);

		if (user && user != sets[i].native && copy_words(user, sets[i].native, used))
			return -EFAULT;
	}
	return 0;
}

/* XNU takes no more than there are descriptors. */
static int select_nfds(u64 arg)
{
	return min_t(int, arg, max_t(int, 0, min_t(u64, rlimit(RLIMIT_NOFILE), INT_MAX)));
}

/**
 * darwin_select() - select(2)
 * @call: nfds, three sets or NULL, timeval or NULL
 *
 * Unlike Linux it leaves the timeout alone.
 *
 * Return: number of descriptors or negative errno.
 */
long darwin_select(struct persona_call *call)
{
	int nfds = select_nfds(call->args[0]);
	struct __kernel_old_timeval ntv;
	struct darwin_timeval tv;
	void __user *timeout = NULL;
	struct set sets[3];
	long ret;

	if (nfds < 0)
		return -EINVAL;
	if (call->args[4]) {
		if (copy_from_user(&tv, u64_to_user_ptr(call->args[4]), sizeof(tv)))
			return -EFAULT;
		ret = darwin_select_timeout(&tv, &ntv);
		if (ret)
			return ret;
		timeout = persona_scratch_put(call, &ntv, sizeof(ntv));
		if (IS_ERR(timeout))
			return PTR_ERR(timeout);
	}
	ret = sets_get(call, nfds, sets);
	if (ret)
		return ret;
	ret = persona_native(call, __NR_select, nfds, sets[0].native, sets[1].native,
			     sets[2].native, timeout);
	if (ret >= 0 && sets_put(nfds, sets))
		return -EFAULT;
	return ret;
}

/**
 * darwin_pselect() - pselect(2)
 * @call: nfds, three sets or NULL, timespec or NULL, signal mask or NULL
 *
 * Return: number of descriptors or negative errno.
 */
long darwin_pselect(struct persona_call *call)
{
	int nfds = select_nfds(call->args[0]);
	void __user *timeout = NULL, *arg = NULL, *set;
	struct timespec64 ts;
	struct set sets[3];
	u64 mask, pair[2];
	long ret;
	u32 m;

	if (nfds < 0)
		return -EINVAL;
	if (call->args[4]) {
		if (get_timespec64(&ts, u64_to_user_ptr(call->args[4])))
			return -EFAULT;
		if (!timespec64_valid(&ts))
			return -EINVAL;
		timeout = persona_scratch_put(call, &ts, sizeof(ts));
		if (IS_ERR(timeout))
			return PTR_ERR(timeout);
	}
	if (call->args[5]) {
		if (get_user(m, (u32 __user *)u64_to_user_ptr(call->args[5])))
			return -EFAULT;
		mask = darwin_sigmask_to_native(m);
		set = persona_scratch_put(call, &mask, sizeof(mask));
		if (IS_ERR(set))
			return PTR_ERR(set);
		pair[0] = (__force u64)set;
		pair[1] = sizeof(mask);
		arg = persona_scratch_put(call, pair, sizeof(pair));
		if (IS_ERR(arg))
			return PTR_ERR(arg);
	}
	ret = sets_get(call, nfds, sets);
	if (ret)
		return ret;
	ret = persona_native(call, __NR_pselect6, nfds, sets[0].native, sets[1].native,
			     sets[2].native, timeout, arg);
	if (ret >= 0 && sets_put(nfds, sets))
		return -EFAULT;
	return ret;
}

/* Looks whether the program's array will do. 1: it will, 0: it has to be converted. */
static int poll_look(const struct pollfd __user *ufds, u32 nfds)
{
	struct pollfd fds[16];
	u32 i, n;
	int same = 1;

	for (; nfds; nfds -= n, ufds += n) {
		n = min_t(u32, nfds, ARRAY_SIZE(fds));
		if (copy_from_user(fds, ufds, n * sizeof(*fds)))
			return -EFAULT;
		for (i = 0; i < n; i++) {
			/* Changes of files: kqueue has them, poll has not. */
			if (fds[i].events & DARWIN_POLL_VNODE)
				return -EINVAL;
			if (!darwin_poll_events_same(fds[i].events))
				same = 0;
		}
	}
	return same;
}

/* From one array to the other, events and revents. */
static int poll_copy(struct pollfd __user *to, const struct pollfd __user *from, u32 nfds,
		     bool back)
{
	struct pollfd fd;
	u64 rest;

	for (; nfds; nfds--, to++, from++) {
		if (copy_from_user(&fd, from, sizeof(fd)))
			return -EFAULT;
		if (back) {
			fd.revents = persona_flags_to_foreign(poll_flags, ARRAY_SIZE(poll_flags),
							      (u16)fd.revents, &rest);
			if (put_user(fd.revents, &to->revents))
				return -EFAULT;
			continue;
		}
		fd.events = persona_flags_to_native(poll_flags, ARRAY_SIZE(poll_flags),
						    (u16)fd.events, &rest);
		if (copy_to_user(to, &fd, sizeof(fd)))
			return -EFAULT;
	}
	return 0;
}

/**
 * darwin_poll() - poll(2)
 * @call: pollfds, number, milliseconds
 *
 * Return: number of descriptors or negative errno. Never restarted.
 */
long darwin_poll(struct persona_call *call)
{
	struct pollfd __user *ufds = u64_to_user_ptr(call->args[0]), *native = ufds;
	u32 nfds = call->args[1];
	int timeout = call->args[2];
	long ret;
	int same;

	if (nfds > rlimit(RLIMIT_NOFILE) && nfds > 1024)
		return -EINVAL;
	if (timeout < -1)
		return -EINVAL;
	same = poll_look(ufds, nfds);
	if (same < 0)
		return same;
	if (!same) {
		if (nfds > MAX_SCRATCH_POLLFDS)
			return -ENOMEM;
		native = persona_scratch(call, nfds * sizeof(*native));
		if (IS_ERR(native))
			return PTR_ERR(native);
		if (poll_copy(native, ufds, nfds, false))
			return -EFAULT;
	}
	ret = persona_native(call, __NR_poll, native, nfds, timeout);
	if (!same && ret >= 0 && poll_copy(ufds, native, nfds, true))
		return -EFAULT;
	return ret;
}
