/* SPDX-License-Identifier: GPL-2.0-only */
/* What Darwin programs can ask about processes. */
#ifndef _DARWIN_PROCINFO_H
#define _DARWIN_PROCINFO_H

#include <linux/build_bug.h>
#include <linux/sched.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "darwin.h"

struct file;

/* p_stat and pbi_status */
#define DARWIN_SIDL	1
#define DARWIN_SRUN	2
#define DARWIN_SSTOP	4
#define DARWIN_SZOMB	5

/* pbi_flags */
#define DARWIN_PROC_FLAG_TRACED		0x2
#define DARWIN_PROC_FLAG_INEXIT		0x4
#define DARWIN_PROC_FLAG_LP64		0x10
#define DARWIN_PROC_FLAG_SLEADER	0x20
#define DARWIN_PROC_FLAG_CTTY		0x40
#define DARWIN_PROC_FLAG_CONTROLT	0x80
#define DARWIN_PROC_FLAG_EXEC		0x4000

/* p_flag */
#define DARWIN_P_CONTROLT	0x2
#define DARWIN_P_LP64		0x4
#define DARWIN_P_TRACED		0x800
#define DARWIN_P_EXEC		0x4000

#define DARWIN_NODEV		(~0U)
#define DARWIN_MAXCOMLEN	16

/**
 * struct darwin_taskinfo - what is known of a process, in native terms
 * @pid: all pids are those of the caller's name space
 * @ppid: parent
 * @pgid: process group
 * @sid: session
 * @tpgid: foreground group of the terminal, 0 if none
 * @tdev: terminal, Darwin's number; DARWIN_NODEV if none
 * @uid: ids are those of the caller's name space
 * @ruid: real
 * @suid: saved
 * @gid: effective
 * @rgid: real
 * @sgid: saved
 * @comm: name, terminated
 * @status: DARWIN_S*
 * @nice: nice value
 * @threads: number of threads
 * @running: of these, on a run queue
 * @traced: has a debugger
 * @exiting: is exiting
 * @start_sec: start, since 1970
 * @start_usec: rest of it
 * @start_ns: since boot
 * @utime: nanoseconds
 * @stime: nanoseconds
 * @vsize: bytes mapped
 * @rss: bytes resident
 * @minflt: minor faults
 * @majflt: major faults
 * @csw: context switches
 */
struct darwin_taskinfo {
	s32 pid, ppid, pgid, sid, tpgid;
	u32 tdev;
	u32 uid, ruid, suid, gid, rgid, sgid;
	char comm[TASK_COMM_LEN];
	u32 status;
	s32 nice;
	u32 threads;
	u32 running;
	bool traced;
	bool exiting;
	s64 start_sec;
	u32 start_usec;
	u64 start_ns;
	u64 utime, stime;
	u64 vsize, rss;
	u64 minflt, majflt, csw;
};

struct darwin_bsdinfo {
	u32 flags;
	u32 status;
	u32 xstatus;
	u32 pid;
	u32 ppid;
	u32 uid;
	u32 gid;
	u32 ruid;
	u32 rgid;
	u32 svuid;
	u32 svgid;
	u32 rfu;
	char comm[DARWIN_MAXCOMLEN];
	char name[2 * DARWIN_MAXCOMLEN];
	u32 nfiles;
	u32 pgid;
	u32 pjobc;
	u32 tdev;
	u32 tpgid;
	s32 nice;
	u64 start_sec;
	u64 start_usec;
};

static_assert(sizeof(struct darwin_bsdinfo) == 136);
static_assert(offsetof(struct darwin_bsdinfo, comm) == 48);
static_assert(offsetof(struct darwin_bsdinfo, nfiles) == 96);
static_assert(offsetof(struct darwin_bsdinfo, start_sec) == 120);

struct darwin_bsdshortinfo {
	u32 pid;
	u32 ppid;
	u32 pgid;
	u32 status;
	char comm[DARWIN_MAXCOMLEN];
	u32 flags;
	u32 uid;
	u32 gid;
	u32 ruid;
	u32 rgid;
	u32 svuid;
	u32 svgid;
	u32 rfu;
};

static_assert(sizeof(struct darwin_bsdshortinfo) == 64);

struct darwin_ptaskinfo {
	u64 virtual_size;
	u64 resident_size;
	u64 total_user;
	u64 total_system;
	u64 threads_user;
	u64 threads_system;
	s32 policy;
	s32 faults;
	s32 pageins;
	s32 cow_faults;
	s32 messages_sent;
	s32 messages_received;
	s32 syscalls_mach;
	s32 syscalls_unix;
	s32 csw;
	s32 threadnum;
	s32 numrunning;
	s32 priority;
};

static_assert(sizeof(struct darwin_ptaskinfo) == 96);
static_assert(offsetof(struct darwin_ptaskinfo, threadnum) == 84);

/* struct vnode_info_path */
struct darwin_vnode_path {
	u32 dev;
	u16 mode;
	u16 nlink;
	u64 ino;
	u32 uid;
	u32 gid;
	s64 atime, atimensec;
	s64 mtime, mtimensec;
	s64 ctime, ctimensec;
	s64 btime, btimensec;
	s64 size;
	s64 blocks;
	s32 blksize;
	u32 flags;
	u32 gen;
	u32 rdev;
	s64 spare[2];
	s32 type;
	s32 pad;
	s32 fsid[2];
	char path[1024];
};

static_assert(sizeof(struct darwin_vnode_path) == 1176);
static_assert(offsetof(struct darwin_vnode_path, type) == 136);

/* struct proc_fileinfo */
struct darwin_fileinfo {
	u32 openflags;
	u32 status;
	s64 offset;
	s32 type;
	u32 guardflags;
};

static_assert(sizeof(struct darwin_fileinfo) == 24);

/* struct kinfo_proc: the fields that mean something to others than xnu */
struct darwin_kinfo_proc {
	s64 start_sec;		/* 0 */
	s32 start_usec;
	u8 pad0[20];
	s32 flag;		/* 32 */
	u8 stat;
	u8 pad1[3];
	s32 pid;		/* 40 */
	s32 oppid;
	u8 pad2[192];
	u8 priority;		/* 240 */
	u8 usrpri;
	s8 nice;
	char comm[DARWIN_MAXCOMLEN + 1];	/* 243 */
	u8 pad3[20];
	u16 xstat;		/* 280 */
	u16 acflag;
	u8 pad4[108];
	u32 ruid;		/* 392 */
	u32 svuid;
	u32 rgid;
	u32 svgid;
	u8 pad5[12];
	u32 uid;		/* 420 */
	s16 ngroups;
	u8 pad6[2];
	u32 groups[16];		/* 428 */
	u8 pad7[68];
	s32 ppid;		/* 560 */
	s32 pgid;
	s16 jobc;
	u8 pad8[2];
	u32 tdev;		/* 572 */
	s32 tpgid;
	u8 pad9[32];
	s32 eflag;		/* 612 */
	char login[12];
	u8 pad10[20];
};

static_assert(sizeof(struct darwin_kinfo_proc) == 648);
static_assert(offsetof(struct darwin_kinfo_proc, pid) == 40);
static_assert(offsetof(struct darwin_kinfo_proc, comm) == 243);
static_assert(offsetof(struct darwin_kinfo_proc, xstat) == 280);
static_assert(offsetof(struct darwin_kinfo_proc, ruid) == 296 + 96);
static_assert(offsetof(struct darwin_kinfo_proc, uid) == 296 + 124);
static_assert(offsetof(struct darwin_kinfo_proc, groups) == 296 + 132);
static_assert(offsetof(struct darwin_kinfo_proc, ppid) == 296 + 264);
static_assert(offsetof(struct darwin_kinfo_proc, tdev) == 296 + 276);
static_assert(offsetof(struct darwin_kinfo_proc, tpgid) == 296 + 280);
static_assert(offsetof(struct darwin_kinfo_proc, eflag) == 296 + 316);

/* procfs.c */
struct file *darwin_proc_open(struct persona_call *call, const char *path, int flags);
ssize_t darwin_proc_read(struct persona_call *call, const char *path, char *buf, size_t size);
ssize_t darwin_proc_link(struct persona_call *call, int pid, const char *name, char *buf,
			 size_t size);
int darwin_proc_pids(struct persona_call *call, int **pids);
int darwin_proc_numbers(struct persona_call *call, const char *path, int **list);

/* taskinfo.c */
int darwin_taskinfo(struct persona_call *call, int pid, struct darwin_taskinfo *ti);
void darwin_fill_bsdinfo(struct darwin_bsdinfo *d, const struct darwin_taskinfo *ti);
void darwin_fill_bsdshortinfo(struct darwin_bsdshortinfo *d, const struct darwin_taskinfo *ti);
void darwin_fill_ptaskinfo(struct darwin_ptaskinfo *d, const struct darwin_taskinfo *ti);
void darwin_fill_kinfo(struct darwin_kinfo_proc *d, const struct darwin_taskinfo *ti);
bool darwin_parse_stat_tty(const char *stat, u32 *tdev, s32 *tpgid);

#endif /* _DARWIN_PROCINFO_H */
