// SPDX-License-Identifier: GPL-2.0-only
/*
 * SO_NOSIGPIPE and F_SETNOSIGPIPE: an error without the signal.
 *
 * They have no counterpart. The wish is remembered in a bit that the kernel does
 * not use, of the socket or the open file, so that it follows it to other
 * descriptors and processes and goes away with it. The calls for sockets ask for
 * MSG_NOSIGNAL. The others, write(2) above all, are native ones and stay that: a
 * SIGPIPE that they raised is taken back before it is delivered. Where SIGPIPE
 * is blocked at that time it remains pending.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <net/sock.h>
#include <asm/processor-flags.h>

#include "darwin.h"
#include "socket.h"

/* The kernel counts its SOCK_* bits from 0; see include/linux/net.h. */
#define SOCK_DARWIN_NOSIGPIPE	(BITS_PER_LONG - 1)
/* Above all flags of open(2), and F_SETFL leaves it alone. */
#define FILE_DARWIN_NOSIGPIPE	0x40000000

/**
 * darwin_nosigpipe() - is writing to it to raise no signal?
 * @fd: any descriptor
 */
bool darwin_nosigpipe(int fd)
{
	struct file *file = fget(fd);
	struct socket *sock;
	bool set;

	if (!file)
		return false;
	sock = sock_from_file(file);
	set = sock ? test_bit(SOCK_DARWIN_NOSIGPIPE, &sock->flags) :
		     READ_ONCE(file->f_flags) & FILE_DARWIN_NOSIGPIPE;
	fput(file);
	return set;
}

/**
 * darwin_nosigpipe_set() - say whether writing to it is to raise no signal
 * @fd: any descriptor
 * @set: it is
 *
 * Return: 0, or -EBADF.
 */
int darwin_nosigpipe_set(int fd, bool set)
{
	struct file *file = fget(fd);
	struct socket *sock;

	if (!file)
		return -EBADF;
	sock = sock_from_file(file);
	if (sock) {
		if (set)
			set_bit(SOCK_DARWIN_NOSIGPIPE, &sock->flags);
		else
			clear_bit(SOCK_DARWIN_NOSIGPIPE, &sock->flags);
	} else {
		spin_lock(&file->f_lock);
		if (set)
			file->f_flags |= FILE_DARWIN_NOSIGPIPE;
		else
			file->f_flags &= ~FILE_DARWIN_NOSIGPIPE;
		spin_unlock(&file->f_lock);
	}
	fput(file);
	return 0;
}

/**
 * darwin_nosigpipe_inherit() - a connection has what its listening socket has
 * @from: that socket
 * @to: connection
 */
void darwin_nosigpipe_inherit(int from, int to)
{
	if (darwin_nosigpipe(from))
		darwin_nosigpipe_set(to, true);
}

/* The descriptor is the first argument; of the indirect call and sendfile the second. */
static bool unwanted(const struct pt_regs *regs)
{
	return (regs->di <= INT_MAX && darwin_nosigpipe(regs->di)) ||
	       (regs->si <= INT_MAX && darwin_nosigpipe(regs->si));
}

/**
 * darwin_sigpipe_pending() - take back the signal of a call that has just failed
 * @regs: user registers, with the result of the call
 *
 * Context: before the calling thread looks at its signals.
 */
void darwin_sigpipe_pending(const struct pt_regs *regs)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	kernel_siginfo_t info;
	sigset_t others;

	if (likely(!sigismember(&current->pending.signal, SIGPIPE)) ||
	    regs->ax != DARWIN_EPIPE || !(regs->flags & X86_EFLAGS_CF) || !unwanted(regs))
		return;
	siginitsetinv(&others, sigmask(SIGPIPE));
	spin_lock_irq(&sighand->siglock);
	/* The thread's own come first. */
	if (sigismember(&current->pending.signal, SIGPIPE))
		persona_dequeue_signal(&others, &info);
	spin_unlock_irq(&sighand->siglock);
}
