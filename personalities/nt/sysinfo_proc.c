// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of the machine, NT programs and others: what NT calls
 * SystemProcessInformation.
 *
 * Which ones there are is read from /proc, as the caller sees it, so that a
 * mount with hidepid= hides processes from NT programs as well.
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "nt.h"
#include "sysinfo.h"

#define PROCESSES_MAX	65536u
#define NAME_MAX_UNITS	(TASK_COMM_LEN + 2)

struct process_info {
	u32 next;
	u32 threads;
	s64 private_working_set;
	u32 hard_faults;
	u32 threads_peak;
	u64 cycles;
	s64 create_time;
	s64 user_time;
	s64 kernel_time;
	struct nt_ustring name;
	s32 priority;
	u32 pad;
	u64 pid;
	u64 parent;
	u32 handles;
	u32 session;
	u64 key;
	u64 peak_virtual_size;
	u64 virtual_size;
	u32 page_faults;
	u32 pad2;
	u64 peak_working_set;
	u64 working_set;
	u64 quotas[4];
	u64 pagefile;
	u64 peak_pagefile;
	u64 private_size;
	u64 io_ops[3];
	u64 io_bytes[3];
};

static_assert(sizeof(struct process_info) == 0x100);

struct thread_info_nt {
	s64 kernel_time;
	s64 user_time;
	s64 create_time;
	u32 wait_time;
	u32 pad;
	u64 start;
	u64 pid;
	u64 tid;
	s32 priority;
	s32 base_priority;
	u32 switches;
	u32 state;
	u32 wait_reason;
	u32 pad2;
	/* Only in class 57. */
	u64 stack_base;
	u64 stack_limit;
	u64 win32_start;
	u64 teb;
	u64 reserved[3];
};

#define THREAD_BYTES	0x50
#define THREAD_BYTES_EX	0x88
static_assert(offsetof(struct thread_info_nt, stack_base) == THREAD_BYTES);
static_assert(sizeof(struct thread_info_nt) == THREAD_BYTES_EX);

#define STATE_RUNNING		2
#define STATE_WAITING		5
#define WAIT_REASON_USER	6	/* WrUserRequest: as good as any */
#define PRIORITY_NORMAL		8

struct pid_list {
	struct dir_context ctx;
	pid_t *pids;
	u32 n;
	u32 max;
};

static bool add_pid(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino,
		    unsigned int type)
{
	struct pid_list *list = container_of(ctx, struct pid_list, ctx);
	char buf[12];
	pid_t pid;

	if (len >= sizeof(buf))
		return true;
	memcpy(buf, name, len);
	buf[len] = 0;
	if (kstrtoint(buf, 10, &pid))
		return true;
	if (list->n == list->max)
		return false;
	list->pids[list->n++] = pid;
	return true;
}

/* The processes that /proc shows; kvfree() them. */
static long list_pids(struct persona_call *call, pid_t **pids)
{
	struct pid_list list = { .ctx.actor = add_pid, .max = PROCESSES_MAX };
	struct file *dir;
	long ret;

	ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, O_RDONLY | O_DIRECTORY);
	if (!ret)
		ret = persona_permit(call, __NR_getdents64, -1);
	if (ret)
		return ret;
	dir = filp_open("/proc", O_RDONLY | O_DIRECTORY, 0);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	list.pids = kvmalloc_array(list.max, sizeof(*list.pids), GFP_KERNEL_ACCOUNT);
	ret = list.pids ? iterate_dir(dir, &list.ctx) : -ENOMEM;
	fput(dir);
	if (ret) {
		kvfree(list.pids);
		return ret;
	}
	*pids = list.pids;
	return list.n;
}

static struct task_struct *task_of(pid_t pid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_vpid(pid), PIDTYPE_TGID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

static s64 start_time(const struct task_struct *task)
{
	struct timespec64 boot;

	getboottime64(&boot);
	return nt_time_of(timespec64_add(boot, ns_to_timespec64(task->start_boottime)));
}

/* The name: "cat" and the like, without a path. Returns units. */
static u32 task_name(struct task_struct *task, u16 *out)
{
	char comm[TASK_COMM_LEN];
	int n;

	get_task_comm(comm, task);
	n = nt_utf8_to_utf16(comm, strlen(comm), out, NAME_MAX_UNITS);
	return n < 0 ? 0 : n;
}

static void fill_thread(struct thread_info_nt *t, struct task_struct *task, pid_t pid)
{
	u64 user, system;

	memset(t, 0, sizeof(*t));
	task_cputime_adjusted(task, &user, &system);
	t->user_time = div_u64(user, 100);
	t->kernel_time = div_u64(system, 100);
	t->create_time = start_time(task);
	t->pid = pid;
	t->tid = task_pid_nr_ns(task, task_active_pid_ns(current));
	t->priority = PRIORITY_NORMAL;
	t->base_priority = PRIORITY_NORMAL;
	t->switches = task->nvcsw + task->nivcsw;
	t->state = READ_ONCE(task->__state) ? STATE_WAITING : STATE_RUNNING;
	t->wait_reason = t->state == STATE_WAITING ? WAIT_REASON_USER : 0;
}

static void fill_memory(struct process_info *p, struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);

	if (!mm)
		return;
	p->virtual_size = (u64)mm->total_vm << PAGE_SHIFT;
	p->peak_virtual_size = (u64)max(mm->hiwater_vm, mm->total_vm) << PAGE_SHIFT;
	p->working_set = (u64)persona_mm_rss(mm) << PAGE_SHIFT;
	p->peak_working_set = max(p->working_set, (u64)mm->hiwater_rss << PAGE_SHIFT);
	p->private_size = (u64)mm->data_vm << PAGE_SHIFT;
	p->pagefile = p->private_size;
	p->peak_pagefile = p->private_size;
	p->private_working_set = p->working_set;
	mmput(mm);
}

/**
 * struct process_writer - the answer as it grows
 * @q: request
 * @thread_size: bytes of one thread
 * @last: offset of the last entry
 * @size: bytes so far; what does not fit is counted
 */
struct process_writer {
	struct nt_sysinfo *q;
	u32 thread_size;
	u32 last;
	u32 size;
};

static long write_at(struct process_writer *w, u32 offset, const void *data, u32 size)
{
	if (offset + size > w->q->len)
		return 0;
	return copy_to_user(w->q->buf + offset, data, size) ? -EFAULT : 0;
}

static long write_threads(struct process_writer *w, struct task_struct *task,
			  struct process_info *p, u32 offset)
{
	u32 room = get_nr_threads(task) + 16, n = 0, i;
	struct thread_info_nt *threads;
	struct task_struct *t;
	long ret = 0;

	room = min_t(u32, room, 1u << 15);
	threads = kvmalloc_array(room, sizeof(*threads), GFP_KERNEL_ACCOUNT);
	if (!threads)
		return -ENOMEM;
	/* Threads that have ended are summed up in the signal structure. */
	p->user_time = div_u64(task->signal->utime, 100);
	p->kernel_time = div_u64(task->signal->stime, 100);
	p->page_faults = task->signal->min_flt + task->signal->maj_flt;
	rcu_read_lock();
	for_each_thread(task, t) {
		if (n == room)
			break;
		fill_thread(&threads[n], t, p->pid);
		p->user_time += threads[n].user_time;
		p->kernel_time += threads[n].kernel_time;
		p->page_faults += t->min_flt + t->maj_flt;
		n++;
	}
	rcu_read_unlock();
	p->threads = n;
	p->threads_peak = n;
	for (i = 0; i < n && !ret; i++)
		ret = write_at(w, offset + i * w->thread_size, &threads[i], w->thread_size);
	kvfree(threads);
	return ret;
}

static long write_process(struct process_writer *w, struct task_struct *task, pid_t pid)
{
	struct pid_namespace *ns = task_active_pid_ns(current);
	struct process_info p = { .pid = pid, .priority = PRIORITY_NORMAL };
	u32 start = w->size, units;
	u16 name[NAME_MAX_UNITS];
	long ret;

	rcu_read_lock();
	p.parent = task_tgid_nr_ns(rcu_dereference(task->real_parent), ns);
	rcu_read_unlock();
	p.create_time = start_time(task);
	/* The kernel's own threads are not in the session of users. */
	p.session = !(task->flags & PF_KTHREAD);
	fill_memory(&p, task);
	units = task_name(task, name);
	name[units] = 0;

	ret = write_threads(w, task, &p, start + sizeof(p));
	if (ret)
		return ret;
	w->size = start + sizeof(p) + p.threads * w->thread_size;
	p.name.len = units * sizeof(*name);
	p.name.max = p.name.len + sizeof(*name);
	p.name.buf = (uintptr_t)w->q->buf + w->size;
	ret = write_at(w, w->size, name, p.name.max);
	w->size += ALIGN(p.name.max, 8);
	if (!ret)
		ret = write_at(w, start, &p, sizeof(p));
	/* The one before is followed by this one. */
	if (!ret && start) {
		u32 next = start - w->last;

		ret = write_at(w, w->last, &next, sizeof(next));
	}
	w->last = start;
	return ret;
}

/* Process 0, which every list begins with, has a processor's idle time. */
static long write_idle(struct process_writer *w)
{
	struct process_info p = { .threads = 0 };

	w->last = 0;
	w->size = sizeof(p);
	return write_at(w, 0, &p, sizeof(p));
}

static long processes(struct nt_sysinfo *q, u32 thread_size)
{
	struct process_writer w = { .q = q, .thread_size = thread_size };
	pid_t *pids;
	long n, i, ret;

	n = list_pids(q->call, &pids);
	if (n < 0)
		return n;
	ret = write_idle(&w);
	for (i = 0; i < n && !ret; i++) {
		struct task_struct *task = task_of(pids[i]);

		if (!task)
			continue;
		ret = write_process(&w, task, pids[i]);
		put_task_struct(task);
		if (fatal_signal_pending(current))
			ret = -EINTR;
		if (w.size > NT_SYSINFO_MAX)
			ret = NT_STATUS_INSUFFICIENT_RESOURCES;
		cond_resched();
	}
	kvfree(pids);
	q->need = w.size;
	if (!ret && w.size > q->len)
		ret = NT_STATUS_INFO_LENGTH_MISMATCH;
	return ret;
}

long nt_sysinfo_processes(struct nt_sysinfo *q)
{
	return processes(q, THREAD_BYTES);
}

long nt_sysinfo_processes_ex(struct nt_sysinfo *q)
{
	return processes(q, THREAD_BYTES_EX);
}

struct process_id_info {
	u64 pid;
	struct nt_ustring name;
};

/* The name of one process: what is known of one that is not the caller's. */
long nt_sysinfo_process_id(struct nt_sysinfo *q)
{
	struct process_id_info info;
	u16 name[NAME_MAX_UNITS];
	struct task_struct *task;
	u32 size;

	q->need = sizeof(info);
	if (q->len < sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_from_user(&info, q->buf, sizeof(info)))
		return -EFAULT;
	if (info.name.len)
		return NT_STATUS_INVALID_PARAMETER;
	task = info.pid <= INT_MAX ? task_of(info.pid) : NULL;
	if (!task)
		return NT_STATUS_INVALID_CID;
	size = task_name(task, name) * sizeof(*name);
	put_task_struct(task);
	name[size / sizeof(*name)] = 0;
	if (info.name.max < size + sizeof(*name)) {
		info.name.max = size + sizeof(*name);
		return copy_to_user(q->buf, &info, sizeof(info)) ? -EFAULT :
		       NT_STATUS_INFO_LENGTH_MISMATCH;
	}
	info.name.len = size;
	if (copy_to_user((void __user *)(uintptr_t)info.name.buf, name, size + sizeof(*name)) ||
	    copy_to_user(q->buf, &info, sizeof(info)))
		return -EFAULT;
	return 0;
}
