/* SPDX-License-Identifier: GPL-2.0-only */
/* System V IPC: Darwin's structures and commands. */
#ifndef _DARWIN_SYSVIPC_H
#define _DARWIN_SYSVIPC_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct msqid64_ds;
struct semid64_ds;
struct shmid64_ds;

/* semctl() commands */
#define DARWIN_SEM_GETNCNT	3
#define DARWIN_SEM_GETPID	4
#define DARWIN_SEM_GETVAL	5
#define DARWIN_SEM_GETALL	6
#define DARWIN_SEM_GETZCNT	7
#define DARWIN_SEM_SETVAL	8
#define DARWIN_SEM_SETALL	9

/* All of these are laid out with an alignment of 4. */
struct darwin_ipc_perm {
	u32 uid;
	u32 gid;
	u32 cuid;
	u32 cgid;
	u16 mode;
	u16 seq;
	s32 key;
} __packed __aligned(4);

struct darwin_shmid_ds {
	struct darwin_ipc_perm shm_perm;
	u64 shm_segsz;
	s32 shm_lpid;
	s32 shm_cpid;
	u16 shm_nattch;
	u16 pad;
	s64 shm_atime;
	s64 shm_dtime;
	s64 shm_ctime;
	u64 shm_internal;
} __packed __aligned(4);

struct darwin_semid_ds {
	struct darwin_ipc_perm sem_perm;
	s32 sem_base;
	u16 sem_nsems;
	u16 pad0;
	s64 sem_otime;
	s32 pad1;
	s64 sem_ctime;
	s32 pad2;
	s32 pad3[4];
} __packed __aligned(4);

struct darwin_msqid_ds {
	struct darwin_ipc_perm msg_perm;
	s32 msg_first;
	s32 msg_last;
	u64 msg_cbytes;
	u64 msg_qnum;
	u64 msg_qbytes;
	s32 msg_lspid;
	s32 msg_lrpid;
	s64 msg_stime;
	s32 pad1;
	s64 msg_rtime;
	s32 pad2;
	s64 msg_ctime;
	s32 pad3;
	s32 pad4[4];
} __packed __aligned(4);

static_assert(sizeof(struct darwin_ipc_perm) == 24);
static_assert(offsetof(struct darwin_ipc_perm, key) == 20);
static_assert(sizeof(struct darwin_shmid_ds) == 76);
static_assert(offsetof(struct darwin_shmid_ds, shm_nattch) == 40);
static_assert(offsetof(struct darwin_shmid_ds, shm_atime) == 44);
static_assert(sizeof(struct darwin_semid_ds) == 72);
static_assert(offsetof(struct darwin_semid_ds, sem_otime) == 32);
static_assert(offsetof(struct darwin_semid_ds, sem_ctime) == 44);
static_assert(sizeof(struct darwin_msqid_ds) == 116);
static_assert(offsetof(struct darwin_msqid_ds, msg_stime) == 64);
static_assert(offsetof(struct darwin_msqid_ds, msg_rtime) == 76);
static_assert(offsetof(struct darwin_msqid_ds, msg_ctime) == 88);

int darwin_semctl_command(u32 cmd);
void darwin_shmid_fill(struct darwin_shmid_ds *dst, const struct shmid64_ds *src);
void darwin_semid_fill(struct darwin_semid_ds *dst, const struct semid64_ds *src);
void darwin_msqid_fill(struct darwin_msqid_ds *dst, const struct msqid64_ds *src);

#endif /* _DARWIN_SYSVIPC_H */
