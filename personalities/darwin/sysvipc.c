// SPDX-License-Identifier: GPL-2.0-only
/*
 * System V IPC: shared memory, semaphores, message queues.
 *
 * Identifiers, flags, semaphore operations and messages are the same on both
 * systems, so most calls are native rows; what is here are the control calls
 * and their structures. Semantics: xnu's bsd/kern/sysv_{shm,sem,msg}.c.
 */
#include <linux/ipc.h>
#include <linux/msg.h>
#include <linux/nospec.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <uapi/linux/shm.h>

#include "darwin.h"
#include "bsd_table.h"
#include "sysvipc.h"

/* Rights; Linux keeps more in the mode. */
#define IPC_MODE	0777

static void perm_fill(struct darwin_ipc_perm *dst, const struct ipc64_perm *src)
{
	dst->uid = src->uid;
	dst->gid = src->gid;
	dst->cuid = src->cuid;
	dst->cgid = src->cgid;
	dst->mode = src->mode & IPC_MODE;
	dst->seq = src->seq;
	dst->key = src->key;
}

/* IPC_SET looks at these only. */
static void perm_get(struct ipc64_perm *dst, const struct darwin_ipc_perm *src)
{
	dst->uid = src->uid;
	dst->gid = src->gid;
	dst->mode = src->mode & IPC_MODE;
}

/**
 * darwin_shmid_fill() - fills shmid_ds
 * @dst: Darwin's, filled completely
 * @src: native
 *
 * Context: any.
 */
void darwin_shmid_fill(struct darwin_shmid_ds *dst, const struct shmid64_ds *src)
{
	memset(dst, 0, sizeof(*dst));
	perm_fill(&dst->shm_perm, &src->shm_perm);
	dst->shm_segsz = src->shm_segsz;
	dst->shm_lpid = src->shm_lpid;
	dst->shm_cpid = src->shm_cpid;
	dst->shm_nattch = min_t(unsigned long, src->shm_nattch, U16_MAX);
	dst->shm_atime = src->shm_atime;
	dst->shm_dtime = src->shm_dtime;
	dst->shm_ctime = src->shm_ctime;
}
EXPORT_SYMBOL_FOR_TEST(darwin_shmid_fill);

/**
 * darwin_semid_fill() - fills semid_ds
 * @dst: Darwin's, filled completely
 * @src: native
 *
 * Context: any.
 */
void darwin_semid_fill(struct darwin_semid_ds *dst, const struct semid64_ds *src)
{
	memset(dst, 0, sizeof(*dst));
	perm_fill(&dst->sem_perm, &src->sem_perm);
	dst->sem_nsems = min_t(unsigned long, src->sem_nsems, U16_MAX);
	dst->sem_otime = src->sem_otime;
	dst->sem_ctime = src->sem_ctime;
}
EXPORT_SYMBOL_FOR_TEST(darwin_semid_fill);

/**
 * darwin_msqid_fill() - fills msqid_ds
 * @dst: Darwin's, filled completely
 * @src: native
 *
 * Context: any.
 */
void darwin_msqid_fill(struct darwin_msqid_ds *dst, const struct msqid64_ds *src)
{
	memset(dst, 0, sizeof(*dst));
	perm_fill(&dst->msg_perm, &src->msg_perm);
	dst->msg_cbytes = src->msg_cbytes;
	dst->msg_qnum = src->msg_qnum;
	dst->msg_qbytes = src->msg_qbytes;
	dst->msg_lspid = src->msg_lspid;
	dst->msg_lrpid = src->msg_lrpid;
	dst->msg_stime = src->msg_stime;
	dst->msg_rtime = src->msg_rtime;
	dst->msg_ctime = src->msg_ctime;
}
EXPORT_SYMBOL_FOR_TEST(darwin_msqid_fill);

/**
 * darwin_semctl_command() - native number of a semctl() command
 * @cmd: Darwin's
 *
 * Context: any.
 * Return: the native command, -EINVAL for an unknown one.
 */
int darwin_semctl_command(u32 cmd)
{
	switch (cmd) {
	case IPC_RMID:
	case IPC_SET:
	case IPC_STAT:
		return cmd;
	case DARWIN_SEM_GETNCNT:
		return GETNCNT;
	case DARWIN_SEM_GETPID:
		return GETPID;
	case DARWIN_SEM_GETVAL:
		return GETVAL;
	case DARWIN_SEM_GETALL:
		return GETALL;
	case DARWIN_SEM_GETZCNT:
		return GETZCNT;
	case DARWIN_SEM_SETVAL:
		return SETVAL;
	case DARWIN_SEM_SETALL:
		return SETALL;
	default:
		return -EINVAL;
	}
}
EXPORT_SYMBOL_FOR_TEST(darwin_semctl_command);

/**
 * darwin_shmctl() - shmctl
 * @call: identifier, IPC_RMID, IPC_SET or IPC_STAT, shmid_ds
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_shmctl(struct persona_call *call)
{
	struct darwin_shmid_ds __user *uds = u64_to_user_ptr(call->args[2]);
	struct shmid64_ds native = { };
	u32 cmd = call->args[1];
	struct darwin_shmid_ds ds;
	void __user *scratch;
	long ret;

	if (cmd == IPC_RMID)
		return persona_native(call, __NR_shmctl, call->args[0], cmd, NULL);
	if (cmd != IPC_SET && cmd != IPC_STAT)
		return -EINVAL;
	if (cmd == IPC_SET) {
		if (copy_from_user(&ds, uds, sizeof(ds)))
			return -EFAULT;
		perm_get(&native.shm_perm, &ds.shm_perm);
	}
	scratch = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(scratch))
		return PTR_ERR(scratch);
	ret = persona_native(call, __NR_shmctl, call->args[0], cmd, scratch);
	if (ret < 0 || cmd == IPC_SET)
		return ret;
	if (copy_from_user(&native, scratch, sizeof(native)))
		return -EFAULT;
	darwin_shmid_fill(&ds, &native);
	return copy_to_user(uds, &ds, sizeof(ds)) ? -EFAULT : 0;
}

/* semctl() with IPC_SET or IPC_STAT. */
static long semctl_ds(struct persona_call *call, int cmd)
{
	struct darwin_semid_ds __user *uds = u64_to_user_ptr(call->args[3]);
	struct semid64_ds native = { };
	struct darwin_semid_ds ds;
	void __user *scratch;
	long ret;

	if (cmd == IPC_SET) {
		if (copy_from_user(&ds, uds, sizeof(ds)))
			return -EFAULT;
		perm_get(&native.sem_perm, &ds.sem_perm);
	}
	scratch = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(scratch))
		return PTR_ERR(scratch);
	ret = persona_native(call, __NR_semctl, call->args[0], 0, cmd, scratch);
	if (ret < 0 || cmd == IPC_SET)
		return ret;
	if (copy_from_user(&native, scratch, sizeof(native)))
		return -EFAULT;
	darwin_semid_fill(&ds, &native);
	return copy_to_user(uds, &ds, sizeof(ds)) ? -EFAULT : 0;
}

/**
 * darwin_semctl() - semctl
 * @call: identifier, index, command, union semun
 *
 * The arrays of GETALL and SETALL are the same on both systems.
 *
 * Context: see persona_fn.
 * Return: as the command says, or a negative errno.
 */
long darwin_semctl(struct persona_call *call)
{
	int cmd = darwin_semctl_command(call->args[2]);

	if (cmd < 0)
		return cmd;
	if (cmd == IPC_SET || cmd == IPC_STAT)
		return semctl_ds(call, cmd);
	return persona_native(call, __NR_semctl, call->args[0], call->args[1], cmd, call->args[3]);
}

/**
 * darwin_msgctl() - msgctl
 * @call: identifier, IPC_RMID, IPC_SET or IPC_STAT, msqid_ds
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_msgctl(struct persona_call *call)
{
	struct darwin_msqid_ds __user *uds = u64_to_user_ptr(call->args[2]);
	struct msqid64_ds native = { };
	u32 cmd = call->args[1];
	struct darwin_msqid_ds ds;
	void __user *scratch;
	long ret;

	if (cmd == IPC_RMID)
		return persona_native(call, __NR_msgctl, call->args[0], cmd, NULL);
	if (cmd != IPC_SET && cmd != IPC_STAT)
		return -EINVAL;
	if (cmd == IPC_SET) {
		if (copy_from_user(&ds, uds, sizeof(ds)))
			return -EFAULT;
		perm_get(&native.msg_perm, &ds.msg_perm);
		native.msg_qbytes = ds.msg_qbytes;
	}
	scratch = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(scratch))
		return PTR_ERR(scratch);
	ret = persona_native(call, __NR_msgctl, call->args[0], cmd, scratch);
	if (ret < 0 || cmd == IPC_SET)
		return ret;
	if (copy_from_user(&native, scratch, sizeof(native)))
		return -EFAULT;
	darwin_msqid_fill(&ds, &native);
	return copy_to_user(uds, &ds, sizeof(ds)) ? -EFAULT : 0;
}

/* The old gates: the first argument says which call the others are for. */
static long gate(struct persona_call *call, const u16 *calls, size_t n)
{
	u32 which = call->args[0];

	if (which >= n)
		return -EINVAL;
	which = array_index_nospec(which, n);
	if (!calls[which])
		return -EINVAL;
	memmove(&call->args[0], &call->args[1], 5 * sizeof(call->args[0]));
	return persona_call_row(call, &darwin_bsd_table, calls[which]);
}

/**
 * darwin_shmsys() - shmsys
 * @call: which (shmat, old shmctl, shmdt, shmget, shmctl), its arguments
 *
 * Context: see persona_fn.
 * Return: as that call.
 */
long darwin_shmsys(struct persona_call *call)
{
	static const u16 calls[] = { 262, 0, 264, 265, 263 };

	return gate(call, calls, ARRAY_SIZE(calls));
}

/**
 * darwin_semsys() - semsys
 * @call: which (semctl, semget, semop), its arguments
 *
 * Context: see persona_fn.
 * Return: as that call.
 */
long darwin_semsys(struct persona_call *call)
{
	static const u16 calls[] = { 254, 255, 256 };

	return gate(call, calls, ARRAY_SIZE(calls));
}

/**
 * darwin_msgsys() - msgsys
 * @call: which (msgctl, msgget, msgsnd, msgrcv), its arguments
 *
 * Context: see persona_fn.
 * Return: as that call.
 */
long darwin_msgsys(struct persona_call *call)
{
	static const u16 calls[] = { 258, 259, 260, 261 };

	return gate(call, calls, ARRAY_SIZE(calls));
}
