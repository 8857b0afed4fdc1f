// SPDX-License-Identifier: GPL-2.0-only
/*
 * proc_info(): lists of processes, what they are, and their descriptors.
 *
 * Semantics: bsd/kern/proc_info.c (facts only). A result is a number of bytes;
 * a buffer smaller than one structure is ENOMEM.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "procinfo.h"

/* call numbers */
#define CALL_LISTPIDS		1
#define CALL_PIDINFO		2
#define CALL_PIDFDINFO		3
#define CALL_SETCONTROL		5
#define CALL_PIDRUSAGE		9

/* LISTPIDS: what to list */
#define LIST_ALL		1
#define LIST_PGRP		2
#define LIST_TTY		3
#define LIST_UID		4
#define LIST_RUID		5
#define LIST_PPID		6

/* PIDINFO flavors */
#define PIDLISTFDS		1
#define PIDTASKALLINFO		2
#define PIDTBSDINFO		3
#define PIDTASKINFO		4
#define PIDVNODEPATHINFO	9
#define PIDPATHINFO		11
#define PIDT_SHORTBSDINFO	13

#define PIDPATHINFO_MAXSIZE	(4 * 1024)

/* PIDFDINFO flavors */
#define PIDFDVNODEINFO		1
#define PIDFDVNODEPATHINFO	2

/* struct proc_fdinfo */
struct fdinfo {
	s32 fd;
	u32 type;
};

#define FDTYPE_VNODE		1
#define FDTYPE_SOCKET		2
#define FDTYPE_KQUEUE		5
#define FDTYPE_PIPE		6

/* vi_type */
#define VNON	0
#define VREG	1
#define VDIR	2
#define VBLK	3
#define VCHR	4
#define VLNK	5
#define VSOCK	6
#define VFIFO	7

#define SELFSET_THREADNAME	2
#define THREADNAME_MAX		63

/* struct rusage_info_v4; each version is a start of the next. */
struct rusage_info {
	u8 uuid[16];
	u64 user_time;
	u64 system_time;
	u64 pkg_idle_wkups;
	u64 interrupt_wkups;
	u64 pageins;
	u64 wired_size;
	u64 resident_size;
	u64 phys_footprint;
	u64 proc_start_abstime;
	u64 proc_exit_abstime;	/* version 0 ends here: 96 bytes */
	u64 child[6];		/* 1: 144 */
	u64 diskio[2];		/* 2: 160 */
	u64 cpu_time_qos[7];
	u64 billed_system_time;
	u64 serviced_system_time;	/* 3: 232 */
	u64 logical_writes;
	u64 lifetime_max_phys_footprint;
	u64 instructions;
	u64 cycles;
	u64 billed_energy;
	u64 serviced_energy;
	u64 interval_max_phys_footprint;
	u64 runnable_time;	/* 4: 296 */
};

static_assert(sizeof(struct rusage_info) == 296);

static const u16 rusage_sizes[] = { 96, 144, 160, 232, 296 };

static bool list_wants(const struct darwin_taskinfo *ti, u32 type, u32 arg)
{
	switch (type) {
	case LIST_PGRP:
		return ti->pgid == (s32)arg;
	case LIST_TTY:
		return ti->tdev == arg && arg != DARWIN_NODEV;
	case LIST_UID:
		return ti->uid == arg;
	case LIST_RUID:
		return ti->ruid == arg;
	case LIST_PPID:
		return ti->ppid == (s32)arg;
	}
	return true;
}

/* Without a buffer: room for all processes and some more. */
#define LIST_SLOP	20

static long list_pids(struct persona_call *call, u32 type, u32 arg, int __user *buf, u32 size)
{
	struct darwin_taskinfo ti;
	u32 room = size / sizeof(*buf), done = 0;
	int n, i, *pids;
	long ret = 0;

	if (type < LIST_ALL || type > LIST_PPID)
		return -EINVAL;
	n = darwin_proc_pids(call, &pids);
	if (n < 0)
		return n;
	if (!buf) {
		ret = (n + LIST_SLOP) * sizeof(*buf);
		goto out;
	}
	if (!room)
		ret = -ENOMEM;
	for (i = 0; i < n && done < room && !ret; i++) {
		if (fatal_signal_pending(current))
			ret = -EINTR;
		else if (type != LIST_ALL && (darwin_taskinfo(call, pids[i], &ti) ||
					      !list_wants(&ti, type, arg)))
			continue;
		else if (put_user(pids[i], buf + done++))
			ret = -EFAULT;
		cond_resched();
	}
	if (!ret)
		ret = done * sizeof(*buf);
out:
	kvfree(pids);
	return ret;
}

static u32 fd_type(struct persona_call *call, int pid, int fd)
{
	char name[16], target[64];

	snprintf(name, sizeof(name), "fd/%d", fd);
	if (darwin_proc_link(call, pid, name, target, sizeof(target)) < 0)
		return FDTYPE_VNODE;
	if (str_has_prefix(target, "socket:"))
		return FDTYPE_SOCKET;
	if (str_has_prefix(target, "pipe:"))
		return FDTYPE_PIPE;
	if (str_has_prefix(target, "anon_inode:"))
		return FDTYPE_KQUEUE;
	return FDTYPE_VNODE;
}

static long list_fds(struct persona_call *call, int pid, struct fdinfo __user *buf, u32 size)
{
	u32 room = size / sizeof(*buf);
	struct fdinfo fi;
	char path[32];
	int n, i, *fds;
	long ret;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	n = darwin_proc_numbers(call, path, &fds);
	if (n < 0)
		return n == -ENOENT ? -ESRCH : n == -EACCES ? -EPERM : n;
	ret = (n + LIST_SLOP) * sizeof(*buf);
	if (!buf)
		goto out;
	ret = -ENOMEM;
	if (!room)
		goto out;
	n = min_t(u32, n, room);
	ret = 0;
	for (i = 0; i < n && !ret; i++) {
		fi.fd = fds[i];
		fi.type = fd_type(call, pid, fds[i]);
		if (copy_to_user(buf + i, &fi, sizeof(fi)))
			ret = -EFAULT;
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	if (!ret)
		ret = n * sizeof(*buf);
out:
	kvfree(fds);
	return ret;
}

static int vnode_type(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return VREG;
	case S_IFDIR:
		return VDIR;
	case S_IFBLK:
		return VBLK;
	case S_IFCHR:
		return VCHR;
	case S_IFLNK:
		return VLNK;
	case S_IFSOCK:
		return VSOCK;
	case S_IFIFO:
		return VFIFO;
	}
	return VNON;
}

static u32 dev_to_foreign(dev_t dev)
{
	return MAJOR(dev) << 24 | (MINOR(dev) & 0xffffff);
}

static void fill_vnode(struct darwin_vnode_path *v, const struct kstat *st)
{
	struct user_namespace *user = current_user_ns();

	v->dev = dev_to_foreign(st->dev);
	v->mode = st->mode;
	v->nlink = min_t(u32, st->nlink, U16_MAX);
	v->ino = st->ino;
	v->uid = from_kuid_munged(user, st->uid);
	v->gid = from_kgid_munged(user, st->gid);
	v->atime = st->atime.tv_sec;
	v->atimensec = st->atime.tv_nsec;
	v->mtime = st->mtime.tv_sec;
	v->mtimensec = st->mtime.tv_nsec;
	v->ctime = st->ctime.tv_sec;
	v->ctimensec = st->ctime.tv_nsec;
	v->btime = st->btime.tv_sec;
	v->btimensec = st->btime.tv_nsec;
	v->size = st->size;
	v->blocks = st->blocks;
	v->blksize = st->blksize;
	v->rdev = dev_to_foreign(st->rdev);
	v->type = vnode_type(st->mode);
	v->fsid[0] = v->dev;
}

/* What "/proc/PID/name" leads to. */
static long get_vnode(struct persona_call *call, int pid, const char *name,
		      struct darwin_vnode_path *v)
{
	u32 used = call->scratch_used;
	void __user *ulink;
	struct kstat st;
	struct path path;
	char link[40];
	long ret;

	memset(v, 0, sizeof(*v));
	ret = darwin_proc_link(call, pid, name, v->path, sizeof(v->path));
	if (ret < 0)
		return ret == -ENOENT ? -ESRCH : ret == -EACCES ? -EPERM : ret;
	snprintf(link, sizeof(link), "/proc/%d/%s", pid, name);
	ulink = persona_scratch_put(call, link, strlen(link) + 1);
	if (IS_ERR(ulink))
		return PTR_ERR(ulink);
	ret = persona_permit(call, __NR_stat, ulink, 0);
	call->scratch_used = used;
	if (ret)
		return ret;
	ret = kern_path(link, LOOKUP_FOLLOW, &path);
	if (ret)
		return ret;
	ret = vfs_getattr(&path, &st, STATX_BASIC_STATS | STATX_BTIME, AT_STATX_SYNC_AS_STAT);
	path_put(&path);
	if (!ret)
		fill_vnode(v, &st);
	return ret;
}

/* Current and root directory; no root directory unless it was changed. */
static long vnode_path_info(struct persona_call *call, int pid, u8 __user *buf)
{
	struct darwin_vnode_path *v;
	long ret;

	v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);
	if (!v)
		return -ENOMEM;
	ret = get_vnode(call, pid, "cwd", v);
	if (!ret && copy_to_user(buf, v, sizeof(*v)))
		ret = -EFAULT;
	if (!ret)
		ret = get_vnode(call, pid, "root", v);
	if (!ret && !strcmp(v->path, "/"))
		memset(v, 0, sizeof(*v));
	if (!ret && copy_to_user(buf + sizeof(*v), v, sizeof(*v)))
		ret = -EFAULT;
	kfree(v);
	return ret ?: 2 * sizeof(*v);
}

static long path_info(struct persona_call *call, int pid, void __user *buf, u32 size)
{
	char *path;
	size_t len;
	long n;

	if (size > PIDPATHINFO_MAXSIZE)
		return -EOVERFLOW;
	path = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!path)
		return -ENOMEM;
	n = darwin_proc_link(call, pid, "exe", path, PATH_MAX);
	if (n == -ENOENT)
		n = -ESRCH;
	else if (n == -EACCES)
		n = -EPERM;
	if (n < 0)
		goto out;
	len = n + 1;
	if (len > size || len > PATH_MAX)
		n = -ENOSPC;
	else if (copy_to_user(buf, path, len))
		n = -EFAULT;
out:
	kfree(path);
	/* The length is not among the results: callers measure the string. */
	return n < 0 ? n : 0;
}

static long put_info(void __user *buf, const void *info, size_t size)
{
	return copy_to_user(buf, info, size) ? -EFAULT : size;
}

static long pid_info(struct persona_call *call, int pid, u32 flavor, void __user *buf, u32 size)
{
	union {
		struct {
			struct darwin_bsdinfo bsd;
			struct darwin_ptaskinfo task;
		} all;
		struct darwin_bsdshortinfo brief;
	} info;
	struct darwin_taskinfo ti;
	u32 need;
	int err;

	switch (flavor) {
	case PIDLISTFDS:
		return list_fds(call, pid, buf, size);
	case PIDPATHINFO:
		return path_info(call, pid, buf, size);
	case PIDVNODEPATHINFO:
		if (size < 2 * sizeof(struct darwin_vnode_path))
			return -ENOMEM;
		return vnode_path_info(call, pid, buf);
	case PIDTASKALLINFO:
		need = sizeof(info.all);
		break;
	case PIDTBSDINFO:
		need = sizeof(info.all.bsd);
		break;
	case PIDTASKINFO:
		need = sizeof(info.all.task);
		break;
	case PIDT_SHORTBSDINFO:
		need = sizeof(info.brief);
		break;
	default:
		return -EINVAL;
	}
	if (size < need)
		return -ENOMEM;
	err = darwin_taskinfo(call, pid, &ti);
	if (err)
		return err;
	if (flavor == PIDT_SHORTBSDINFO) {
		darwin_fill_bsdshortinfo(&info.brief, &ti);
		return put_info(buf, &info.brief, need);
	}
	darwin_fill_bsdinfo(&info.all.bsd, &ti);
	darwin_fill_ptaskinfo(&info.all.task, &ti);
	return put_info(buf, flavor == PIDTASKINFO ? (void *)&info.all.task :
			(void *)&info.all.bsd, need);
}

static long pid_fd_info(struct persona_call *call, int pid, u32 flavor, int fd, u8 __user *buf,
			u32 size)
{
	const size_t vnode_size = offsetof(struct darwin_vnode_path, path);
	struct darwin_fileinfo fi = {};
	struct darwin_vnode_path *v;
	size_t need;
	char name[16];
	long ret;

	if (flavor != PIDFDVNODEINFO && flavor != PIDFDVNODEPATHINFO)
		return -EINVAL;
	need = flavor == PIDFDVNODEINFO ? vnode_size : sizeof(*v);
	if (size < sizeof(fi) + need)
		return -ENOMEM;
	if (fd < 0)
		return -EBADF;
	v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);
	if (!v)
		return -ENOMEM;
	snprintf(name, sizeof(name), "fd/%d", fd);
	ret = get_vnode(call, pid, name, v);
	if (ret == -ESRCH)
		ret = -EBADF;
	fi.type = FDTYPE_VNODE;
	if (!ret && (copy_to_user(buf, &fi, sizeof(fi)) ||
		     copy_to_user(buf + sizeof(fi), v, need)))
		ret = -EFAULT;
	kfree(v);
	return ret ?: sizeof(fi) + need;
}

static long pid_rusage(struct persona_call *call, int pid, u32 flavor, void __user *buf)
{
	struct rusage_info ri = {};
	struct darwin_taskinfo ti;
	int err;

	if (flavor >= ARRAY_SIZE(rusage_sizes))
		return -EINVAL;
	err = darwin_taskinfo(call, pid, &ti);
	if (err)
		return err;
	ri.user_time = ti.utime;
	ri.system_time = ti.stime;
	ri.pageins = ti.majflt;
	ri.resident_size = ti.rss;
	ri.phys_footprint = ti.rss;
	ri.proc_start_abstime = ti.start_ns;
	return copy_to_user(buf, &ri, rusage_sizes[flavor]) ? -EFAULT : 0;
}

static long set_control(struct persona_call *call, u32 flavor, const void __user *buf, u32 size)
{
	char name[THREADNAME_MAX + 1] = "";
	void __user *uname;

	if (flavor != SELFSET_THREADNAME)
		return -EINVAL;
	if (size > THREADNAME_MAX)
		return -ENAMETOOLONG;
	if (copy_from_user(name, buf, size))
		return -EFAULT;
	uname = persona_scratch_put(call, name, sizeof(name));
	if (IS_ERR(uname))
		return PTR_ERR(uname);
	return persona_native(call, __NR_prctl, PR_SET_NAME, uname, 0, 0, 0);
}

/**
 * darwin_proc_info - BSD 336
 * @call: call number, pid, flavor, u64 argument, buffer, its size
 *
 * Context: see persona_fn.
 * Return: bytes, or a negative errno.
 */
long darwin_proc_info(struct persona_call *call)
{
	int pid = (int)call->args[1];
	u32 flavor = call->args[2];
	void __user *buf = (void __user *)(uintptr_t)call->args[4];
	s32 size = call->args[5];

	if (size < 0)
		return -EINVAL;
	switch ((s32)call->args[0]) {
	case CALL_LISTPIDS:
		/* @pid is what to list, @flavor which. */
		return list_pids(call, pid, flavor, buf, size);
	case CALL_PIDINFO:
		return pid_info(call, pid, flavor, buf, size);
	case CALL_PIDFDINFO:
		return pid_fd_info(call, pid, flavor, (int)call->args[3], buf, size);
	case CALL_SETCONTROL:
		return pid == task_tgid_vnr(current) ? set_control(call, flavor, buf, size) :
						       -EINVAL;
	case CALL_PIDRUSAGE:
		return pid_rusage(call, pid, flavor, buf);
	}
	return -EINVAL;
}
