// SPDX-License-Identifier: GPL-2.0-only
/* Darwin's wait calls and getrusage. */
#include <linux/errno.h>
#include <linux/resource.h>
#include <linux/signal.h>
#include <linux/uaccess.h>
#include <uapi/linux/wait.h>

#include "bsd_table.h"
#include "darwin.h"
#include "flags_wait.h"
#include "signal.h"
#include "wait.h"

static const struct persona_flag wait_flags[] = { DARWIN_FLAGS_WAIT };

/* Number in a status of a signal that Darwin does not have. */
static int status_signal(int sig)
{
	return darwin_sig_to_foreign(sig) ?: DARWIN_SIGKILL;
}

/**
 * darwin_wait_status - Darwin form of a wait status
 * @status: native
 *
 * Context: any.
 * Return: the status.
 */
int darwin_wait_status(int status)
{
	if (status == 0xffff)
		return DARWIN_W_CONTINUED;
	if ((status & 0xff) == 0x7f)
		return status_signal((status >> 8) & 0x7f) << 8 | DARWIN_WSTOPPED_MARK;
	if (status & 0x7f)
		return status_signal(status & 0x7f) |
		       (status & 0x80 ? DARWIN_WCOREFLAG : 0);
	return status & 0xff00;
}
EXPORT_SYMBOL_FOR_TEST(darwin_wait_status);

/**
 * darwin_fill_rusage - Darwin form of resource usage
 * @d: is filled completely
 * @ru: native
 *
 * Context: any.
 */
void darwin_fill_rusage(struct darwin_rusage *d, const struct rusage *ru)
{
	memset(d, 0, sizeof(*d));
	darwin_timeval_fill(&d->utime, ru->ru_utime.tv_sec, ru->ru_utime.tv_usec);
	darwin_timeval_fill(&d->stime, ru->ru_stime.tv_sec, ru->ru_stime.tv_usec);
	d->maxrss = (s64)ru->ru_maxrss * 1024;
	d->ixrss = ru->ru_ixrss;
	d->idrss = ru->ru_idrss;
	d->isrss = ru->ru_isrss;
	d->minflt = ru->ru_minflt;
	d->majflt = ru->ru_majflt;
	d->nswap = ru->ru_nswap;
	d->inblock = ru->ru_inblock;
	d->oublock = ru->ru_oublock;
	d->msgsnd = ru->ru_msgsnd;
	d->msgrcv = ru->ru_msgrcv;
	d->nsignals = ru->ru_nsignals;
	d->nvcsw = ru->ru_nvcsw;
	d->nivcsw = ru->ru_nivcsw;
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_rusage);

static int put_rusage(void __user *to, const void __user *native)
{
	struct darwin_rusage d;
	struct rusage ru;

	if (copy_from_user(&ru, native, sizeof(ru)))
		return -EFAULT;
	darwin_fill_rusage(&d, &ru);
	return copy_to_user(to, &d, sizeof(d)) ? -EFAULT : 0;
}

/**
 * darwin_wait4 - BSD 7, and 400 without cancellation point
 * @call: pid, int *status, options, struct rusage *
 *
 * Context: see persona_fn.
 * Return: pid, 0 with WNOHANG, or a negative errno.
 */
long darwin_wait4(struct persona_call *call)
{
	int __user *ustatus = (int __user *)(uintptr_t)call->args[1];
	void __user *urusage = (void __user *)(uintptr_t)call->args[3];
	void __user *nrusage = NULL;
	int __user *nstatus;
	u64 rest, options;
	int status;
	long ret;

	/* An exit is always waited for; xnu does not mind being told so. */
	options = persona_flags_to_native(wait_flags, ARRAY_SIZE(wait_flags),
					  (u32)call->args[2] & ~DARWIN_WEXITED, &rest);
	if (rest)
		return -EINVAL;
	nstatus = persona_scratch(call, sizeof(*nstatus));
	if (IS_ERR(nstatus))
		return PTR_ERR(nstatus);
	if (urusage) {
		nrusage = persona_scratch(call, sizeof(struct rusage));
		if (IS_ERR(nrusage))
			return PTR_ERR(nrusage);
	}
	ret = persona_native(call, __NR_wait4, (int)call->args[0], nstatus, options, nrusage);
	if (ret <= 0)
		return ret;
	if (ustatus && (get_user(status, nstatus) ||
			put_user(darwin_wait_status(status), ustatus)))
		return -EFAULT;
	if (urusage && put_rusage(urusage, nrusage))
		return -EFAULT;
	return ret;
}

/* idtype of waitid(): the same numbers on both systems. */
#define DARWIN_P_ALL	0
#define DARWIN_P_PID	1
#define DARWIN_P_PGID	2

/**
 * darwin_waitid - BSD 173, and 416 without cancellation point
 * @call: idtype, id, siginfo_t *, options
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_waitid(struct persona_call *call)
{
	u32 idtype = call->args[0];
	void __user *uinfo = (void __user *)(uintptr_t)call->args[2];
	u32 doptions = call->args[3];
	void __user *ninfo;
	struct darwin_siginfo d;
	kernel_siginfo_t info;
	u64 rest, options;
	long ret;

	if (idtype > DARWIN_P_PGID)
		return -EINVAL;
	/* WUNTRACED is another name of WSTOPPED here. */
	if (doptions & DARWIN_WUNTRACED)
		doptions = (doptions & ~DARWIN_WUNTRACED) | DARWIN_WSTOPPED;
	options = persona_flags_to_native(wait_flags, ARRAY_SIZE(wait_flags), doptions, &rest);
	if (rest || !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	/* The user form of siginfo is the kernel's, padded to 128 bytes. */
	ninfo = persona_scratch(call, sizeof(siginfo_t));
	if (IS_ERR(ninfo))
		return PTR_ERR(ninfo);
	ret = persona_native(call, __NR_waitid, idtype, (int)call->args[1], ninfo, options, 0);
	if (ret || !uinfo)
		return ret;
	if (copy_from_user(&info, ninfo, sizeof(info)))
		return -EFAULT;
	if (info.si_signo == SIGCHLD)
		darwin_fill_siginfo(&d, &info, DARWIN_SIGCHLD);
	else
		memset(&d, 0, sizeof(d));
	return copy_to_user(uinfo, &d, sizeof(d)) ? -EFAULT : 0;
}

/**
 * darwin_getrusage - BSD 117
 * @call: who (0 self, -1 children), struct rusage *
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_getrusage(struct persona_call *call)
{
	int who = (int)call->args[0];
	void __user *nrusage;
	long ret;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN)
		return -EINVAL;
	nrusage = persona_scratch(call, sizeof(struct rusage));
	if (IS_ERR(nrusage))
		return PTR_ERR(nrusage);
	ret = persona_native(call, __NR_getrusage, who, nrusage);
	if (ret)
		return ret;
	return put_rusage((void __user *)(uintptr_t)call->args[1], nrusage);
}
