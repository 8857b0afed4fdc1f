// SPDX-License-Identifier: GPL-2.0-only
/* Darwin's kern.proc, kern.procargs, kern.procargs2 and kern.procname. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "procinfo.h"
#include "sysctl.h"

#define DARWIN_KERN_PROC_ALL		0
#define DARWIN_KERN_PROC_PID		1
#define DARWIN_KERN_PROC_PGRP		2
#define DARWIN_KERN_PROC_SESSION	3
#define DARWIN_KERN_PROC_TTY		4
#define DARWIN_KERN_PROC_UID		5
#define DARWIN_KERN_PROC_RUID		6

/* Processes that may come into being between asking for the size and asking. */
#define PROC_SLOP	5

static bool wanted(const struct darwin_taskinfo *ti, u32 op, u32 arg)
{
	switch (op) {
	case DARWIN_KERN_PROC_ALL:
		return true;
	case DARWIN_KERN_PROC_PGRP:
		return ti->pgid == (s32)arg;
	case DARWIN_KERN_PROC_SESSION:
		return ti->sid == (s32)arg;
	case DARWIN_KERN_PROC_TTY:
		return ti->tdev == arg && arg != DARWIN_NODEV;
	case DARWIN_KERN_PROC_UID:
		return ti->uid == arg;
	case DARWIN_KERN_PROC_RUID:
		return ti->ruid == arg;
	}
	return false;
}

/* Whole entries only: what does not fit is ENOMEM and is not begun. */
static int out_kinfo(struct darwin_sysctl_req *req, const struct darwin_taskinfo *ti)
{
	struct darwin_kinfo_proc ki;

	if (req->old && req->oldlen - req->oldidx < sizeof(ki))
		return -ENOMEM;
	darwin_fill_kinfo(&ki, ti);
	return darwin_sysctl_out(req, &ki, sizeof(ki));
}

static int out_list(struct darwin_sysctl_req *req, u32 op, u32 arg)
{
	struct darwin_taskinfo ti;
	int n, i, err = 0, *pids;

	n = darwin_proc_pids(req->call, &pids);
	if (n < 0)
		return n;
	for (i = 0; i < n && !err; i++) {
		if (fatal_signal_pending(current))
			err = -EINTR;
		else if (!darwin_taskinfo(req->call, pids[i], &ti) && wanted(&ti, op, arg))
			err = out_kinfo(req, &ti);
		cond_resched();
	}
	kvfree(pids);
	if (!req->old)
		req->oldidx += PROC_SLOP * sizeof(struct darwin_kinfo_proc);
	return err;
}

int darwin_sc_proc(struct darwin_sysctl_req *req)
{
	struct darwin_taskinfo ti;
	u32 op, arg;

	if (req->ntail == 0 || req->ntail > 2)
		return -EINVAL;
	op = req->tail[0];
	arg = req->ntail > 1 ? req->tail[1] : 0;
	if (op > DARWIN_KERN_PROC_RUID || (op != DARWIN_KERN_PROC_ALL && req->ntail != 2))
		return -EINVAL;
	if (op != DARWIN_KERN_PROC_PID)
		return out_list(req, op, arg);
	/* Nobody of that number: no entry, and no error. */
	if (darwin_taskinfo(req->call, arg, &ti))
		return 0;
	return out_kinfo(req, &ti);
}

int darwin_sc_procname(struct darwin_sysctl_req *req)
{
	struct darwin_taskinfo ti;

	if (req->ntail != 1)
		return -EINVAL;
	if (darwin_taskinfo(req->call, req->tail[0], &ti))
		return -EINVAL;
	return darwin_sysctl_string(req, ti.comm);
}

/* Most of a process's arguments, and of its environment, that are reported. */
#define ARGS_MAX	(128 * 1024)

static u32 count_strings(const char *s, size_t len)
{
	u32 n = 0;

	while (len--)
		n += !*s++;
	return n;
}

/* A buffer that is too small gets the start of the value, and no error. */
static int out_truncated(struct darwin_sysctl_req *req, const void *data, size_t len)
{
	u64 room = req->oldlen - req->oldidx;

	if (req->old && len > room)
		len = room;
	return darwin_sysctl_out(req, data, len);
}

/*
 * The number of arguments (procargs2 only), the path of the image, and the
 * strings of arguments and environment, as they lie on the initial stack.
 */
int darwin_sc_procargs(struct darwin_sysctl_req *req)
{
	static const char pad[8];
	char path[32], *exe, *buf;
	ssize_t n, args;
	int pid, err;
	u32 argc;

	if (req->ntail != 1)
		return -EINVAL;
	pid = req->tail[0];
	exe = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	buf = kvmalloc(2 * ARGS_MAX, GFP_KERNEL_ACCOUNT);
	err = -ENOMEM;
	if (!exe || !buf)
		goto out;

	/* Darwin shows the arguments to whom it shows the environment. */
	err = -EINVAL;
	n = darwin_proc_link(req->call, pid, "exe", exe, PATH_MAX);
	if (n < 0)
		goto out;
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	args = darwin_proc_read(req->call, path, buf, ARGS_MAX);
	if (args < 0)
		goto out;
	argc = count_strings(buf, args);
	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	n = darwin_proc_read(req->call, path, buf + args, ARGS_MAX);
	if (n < 0)
		goto out;

	err = 0;
	if (req->row->value)
		err = out_truncated(req, &argc, sizeof(argc));
	if (!err)
		err = out_truncated(req, exe, strlen(exe) + 1);
	if (!err)
		err = out_truncated(req, pad, 7 - strlen(exe) % 8);
	if (!err)
		err = out_truncated(req, buf, args + n);
out:
	kvfree(buf);
	kfree(exe);
	return err;
}
