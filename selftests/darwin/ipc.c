// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared objects and limits: System V shared memory, semaphores and message
 * queues with Darwin's structures, shm_open, sem_open, getrlimit, getentropy.
 */
#include "../macho/darwin_consts.h"
#include "../macho/ktap.h"

#define RW		(PROT_READ | PROT_WRITE)
#define SETVAL		8
#define GETVAL		5
#define GETALL		6
#define GETPID		4
#define INFINITE	0x7fffffffffffffffULL
#define POSIX_FLAG	0x1000

#pragma pack(4)

struct ipc_perm {
	uint32_t uid, gid, cuid, cgid;
	uint16_t mode, seq;
	int32_t key;
};

struct shmid_ds {
	struct ipc_perm perm;
	uint64_t segsz;
	int32_t lpid, cpid;
	uint16_t nattch;
	int64_t atime, dtime, ctime;
	uint64_t internal;
};

struct semid_ds {
	struct ipc_perm perm;
	int32_t base;
	uint16_t nsems;
	int64_t otime;
	int32_t pad1;
	int64_t ctime;
	int32_t pad2, pad3[4];
};

struct msqid_ds {
	struct ipc_perm perm;
	int32_t first, last;
	uint64_t cbytes, qnum, qbytes;
	int32_t lspid, lrpid;
	int64_t stime;
	int32_t pad1;
	int64_t rtime;
	int32_t pad2;
	int64_t ctime;
	int32_t pad3, pad4[4];
};

#pragma pack()

struct sembuf {
	uint16_t num;
	int16_t op, flags;
};

struct rlimit {
	uint64_t cur, max;
};

_Static_assert(sizeof(struct shmid_ds) == 76, "shmid_ds");
_Static_assert(sizeof(struct semid_ds) == 72, "semid_ds");
_Static_assert(sizeof(struct msqid_ds) == 116, "msqid_ds");

static void shared_memory(void)
{
	long id = sys(SYS_shmget, IPC_PRIVATE, 8192, IPC_CREAT | 0640);
	struct sysret a, b;
	struct shmid_ds ds;

	if (id == -ENOSYS) {
		skip("shared memory", "this kernel has no System V IPC");
		return;
	}
	ok(id >= 0, "shmget");
	a = bsd(SYS_shmat, id, 0, 0);
	b = bsd(SYS_shmat, id, 0, SHM_RDONLY);
	if (!is_ok(a, "shmat") || !is_ok(b, "shmat SHM_RDONLY"))
		return;
	strcpy((char *)a.rax, "shared");
	is_str((char *)b.rax, "shared", "both are the same memory");
	memset(&ds, 0x5a, sizeof(ds));
	is_int(sys(SYS_shmctl, id, IPC_STAT, &ds), 0, "shmctl IPC_STAT");
	ok(ds.segsz == 8192 && ds.nattch == 2 && ds.cpid == sys(SYS_getpid),
	   "size, users, creator");
	is_int(ds.perm.mode & 0777, 0640, "mode");
	ok(ds.perm.uid == sys(SYS_getuid) && ds.atime > 1600000000 && !ds.internal,
	   "owner and time");
	ds.perm.mode = 0600;
	is_int(sys(SYS_shmctl, id, IPC_SET, &ds), 0, "shmctl IPC_SET");
	sys(SYS_shmctl, id, IPC_STAT, &ds);
	is_int(ds.perm.mode & 0777, 0600, "the mode is set");
	is_int(sys(SYS_shmdt, b.rax), 0, "shmdt");
	is_int(sys(SYS_shmsys, 4, id, IPC_RMID, 0), 0, "shmsys removes it");
	is_int(sys(SYS_shmdt, a.rax), 0, "shmdt of the last");
	ok(sys(SYS_shmctl, id, IPC_STAT, &ds) < 0, "it is gone");
	is_err(bsd(SYS_shmctl, id, 77, &ds), EINVAL, "an unknown command");
	is_err(bsd(SYS_shmsys, 5, 0, 0, 0), EINVAL, "an unknown gate");
}

static void semaphores(void)
{
	struct sembuf take = { 1, -1, IPC_NOWAIT }, give = { 1, 2, 0 };
	uint16_t all[3] = { 9, 9, 9 };
	struct semid_ds ds;
	long id = sys(SYS_semget, IPC_PRIVATE, 3, IPC_CREAT | 0600);

	if (id == -ENOSYS) {
		skip("semaphores", "this kernel has no System V IPC");
		return;
	}
	ok(id >= 0, "semget");
	is_int(sys(SYS_semctl, id, 0, SETVAL, 5), 0, "SETVAL");
	is_int(sys(SYS_semctl, id, 0, GETVAL, 0), 5, "GETVAL");
	is_err(bsd(SYS_semop, id, &take, 1), EAGAIN, "semop of an empty one");
	is_int(sys(SYS_semop, id, &give, 1), 0, "semop up");
	is_int(sys(SYS_semop, id, &take, 1), 0, "semop down");
	is_int(sys(SYS_semctl, id, 1, GETPID, 0), sys(SYS_getpid), "GETPID");
	is_int(sys(SYS_semsys, 0, id, 0, GETALL, all), 0, "semsys GETALL");
	ok(all[0] == 5 && all[1] == 1 && all[2] == 0, "all three values");
	memset(&ds, 0x5a, sizeof(ds));
	is_int(sys(SYS_semctl, id, 0, IPC_STAT, &ds), 0, "IPC_STAT");
	ok(ds.nsems == 3 && ds.otime > 1600000000 && ds.ctime > 1600000000 && !ds.pad2,
	   "number and times");
	is_err(bsd(SYS_semctl, id, 0, 16, 1), EINVAL, "Linux's SETVAL is no command");
	is_int(sys(SYS_semctl, id, 0, IPC_RMID, 0), 0, "IPC_RMID");
}

static void messages(void)
{
	struct { int64_t type; char text[16]; } m = { 7, "message" }, r = { 0 };
	struct msqid_ds ds;
	long id = sys(SYS_msgget, IPC_PRIVATE, IPC_CREAT | 0600);

	if (id == -ENOSYS) {
		skip("messages", "this kernel has no System V IPC");
		return;
	}
	ok(id >= 0, "msgget");
	is_int(sys(SYS_msgsnd, id, &m, 8, 0), 0, "msgsnd");
	memset(&ds, 0x5a, sizeof(ds));
	is_int(sys(SYS_msgctl, id, IPC_STAT, &ds), 0, "IPC_STAT");
	ok(ds.qnum == 1 && ds.cbytes == 8 && ds.lspid == sys(SYS_getpid) && ds.stime > 1600000000 &&
	   !ds.lrpid && !ds.rtime, "one message of 8 bytes");
	is_int(sys(SYS_msgsys, 3, id, &r, 16, 0, IPC_NOWAIT), 8, "msgsys receives");
	ok(r.type == 7 && !strcmp(r.text, "message"), "what was sent");
	is_err(bsd(SYS_msgrcv, id, &r, 16, 0, IPC_NOWAIT), ENOMSG, "an empty queue is ENOMSG");
	is_int(sys(SYS_msgctl, id, IPC_RMID, 0), 0, "IPC_RMID");
}

static void posix_memory(void)
{
	char name[40], file[64];
	struct sysret m;
	long fd, fd2;

	snprintf(name, sizeof(name), "/persona-%ld", sys(SYS_getpid));
	snprintf(file, sizeof(file), "/dev/shm%s", name);
	if (sys(SYS_access, "/dev/shm", 2)) {
		skip("shm_open", "no /dev/shm");
		return;
	}
	fd = sys(SYS_shm_open, name, O_RDWR | O_CREAT | O_EXCL, 0600);
	ok(fd >= 0, "shm_open");
	is_int(sys(SYS_access, file, 0), 0, "it is a file of /dev/shm");
	is_int(sys(SYS_ftruncate, fd, 4096), 0, "ftruncate");
	m = bsd(SYS_mmap, 0, 4096, RW, MAP_SHARED, fd, 0);
	is_ok(m, "mmap");
	fd2 = sys(SYS_shm_open, name, O_RDONLY, 0);
	ok(fd2 >= 0, "shm_open again");
	is_err(bsd(SYS_shm_open, name, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST, "O_EXCL");
	is_err(bsd(SYS_shm_open, name, O_WRONLY, 0), EINVAL, "O_WRONLY");
	is_err(bsd(SYS_shm_open, "a/b", O_RDONLY, 0), EINVAL, "a slash within the name");
	is_err(bsd(SYS_shm_open, "/.", O_RDONLY, 0), EINVAL, "a dot");
	is_err(bsd(SYS_shm_open, "/0123456789012345678901234567890123456789", O_RDONLY, 0),
	       ENAMETOOLONG, "a long name");
	is_err(bsd(SYS_shm_open, (char *)8, O_RDONLY, 0), EFAULT, "no name");
	is_int(sys(SYS_shm_unlink, name), 0, "shm_unlink");
	is_err(bsd(SYS_shm_unlink, name), ENOENT, "once");
	sys(SYS_munmap, m.rax, 4096);
	sys(SYS_close, fd);
	sys(SYS_close, fd2);
}

/* What glibc's sem_t has in its first word: the value, and who waits. */
static uint64_t sem_word(const char *file)
{
	uint64_t word = -1;
	long fd = sys(SYS_open, file, O_RDONLY, 0);

	sys(SYS_read, fd, &word, sizeof(word));
	sys(SYS_close, fd);
	return word;
}

static void posix_semaphores(void)
{
	char name[40], file[64];
	long sem, again, pid;
	int i, status = 0;

	snprintf(name, sizeof(name), "/persona-%ld", sys(SYS_getpid));
	snprintf(file, sizeof(file), "/dev/shm/sem.persona-%ld", sys(SYS_getpid));
	if (sys(SYS_access, "/dev/shm", 2)) {
		skip("sem_open", "no /dev/shm");
		return;
	}
	is_err(bsd(SYS_sem_open, name, 0, 0, 0), ENOENT, "sem_open of none");
	sem = sys(SYS_sem_open, name, O_CREAT, 0600, 2);
	ok(sem >= 0, "sem_open O_CREAT");
	ok(sem_word(file) == 2, "a native program finds it, with the value 2");
	is_err(bsd(SYS_sem_open, name, O_CREAT | O_EXCL, 0600, 1), EEXIST, "O_EXCL");
	again = sys(SYS_sem_open, name, O_CREAT, 0600, 7);
	ok(again >= 0 && sem_word(file) == 2, "sem_open again leaves the value");
	is_int(sys(SYS_sem_wait, sem), 0, "sem_wait");
	is_int(sys(SYS_sem_trywait, again), 0, "sem_trywait");
	is_err(bsd(SYS_sem_trywait, sem), EAGAIN, "sem_trywait of 0");
	pid = sys_fork();
	if (!pid) {
		for (i = 0; i < 100 && !status; i++)
			status = sys(SYS_sem_wait, sem) != 0;
		sys_exit(status);
	}
	for (i = 0; i < 100; i++)
		status |= sys(SYS_sem_post, again) != 0;
	is_int(status, 0, "100 times sem_post");
	is_int(child_status(pid), 0, "a child has waited 100 times");
	ok(sem_word(file) == 0, "then it is 0, and nobody waits");
	is_int(sys(SYS_sem_unlink, name), 0, "sem_unlink");
	is_err(bsd(SYS_sem_unlink, name), ENOENT, "once");
	is_int(sys(SYS_sem_post, sem), 0, "it lives on");
	is_int(sys(SYS_sem_trywait, again), 0, "for both");
	is_int(sys(SYS_sem_close, sem), 0, "sem_close");
	is_err(bsd(SYS_sem_post, sem), EBADF, "a closed one");
	sys(SYS_sem_close, again);
	is_err(bsd(SYS_sem_post, 1), EINVAL, "no semaphore");
	is_err(bsd(SYS_sem_open, name, O_CREAT, 0600, 32768), EINVAL, "a large value");
	is_err(bsd(SYS_sem_open, "/a/b", O_CREAT, 0600, 1), EINVAL, "a slash within the name");
}

static void limits(void)
{
	struct rlimit lim = { 1, 1 }, now;
	int i, bad = 0;

	for (i = 0; i <= RLIMIT_NOFILE; i++)
		if (sys(SYS_getrlimit, i, &now) || now.cur > INFINITE || now.max > INFINITE ||
		    now.cur > now.max)
			bad++;
	is_int(bad, 0, "getrlimit of all nine");
	is_err(bsd(SYS_getrlimit, 9, &now), EINVAL, "there is no tenth");
	is_int(sys(SYS_getrlimit, RLIMIT_NOFILE | POSIX_FLAG, &lim), 0, "the flag of POSIX");
	lim.cur = 64;
	is_int(sys(SYS_setrlimit, RLIMIT_NOFILE, &lim), 0, "setrlimit");
	is_int(sys(SYS_fcntl, 0, F_DUPFD, 64), -EINVAL, "the limit holds");
	is_int(sys(SYS_getdtablesize) == 64 || sys(SYS_getdtablesize) == -ENOSYS, 1,
	       "getdtablesize knows");
	lim.cur = INFINITE;
	is_int(sys(SYS_setrlimit, RLIMIT_NOFILE, &lim), -EINVAL, "more than the hard limit");
	now.cur = INFINITE;
	now.max = INFINITE;
	is_int(sys(SYS_setrlimit, RLIMIT_NOFILE, &now), 0, "infinity is what there is");
	sys(SYS_getrlimit, RLIMIT_NOFILE, &now);
	ok(now.cur == lim.max && now.max == lim.max, "which is the hard limit");
	lim.cur = 0;
	lim.max = INFINITE;
	sys(SYS_getrlimit, RLIMIT_CORE, &now);
	lim.max = now.max;
	is_int(sys(SYS_setrlimit, RLIMIT_CORE, &lim), 0, "RLIMIT_CORE");
	sys(SYS_getrlimit, RLIMIT_CORE, &now);
	is_int((long)now.cur, 0, "is 0");
}

static void entropy(void)
{
	uint8_t a[256] = { 0 }, b[256] = { 0 };

	is_int(sys(SYS_getentropy, a, sizeof(a)), 0, "getentropy");
	is_int(sys(SYS_getentropy, b, sizeof(b)), 0, "again");
	ok(memcmp(a, b, sizeof(a)), "it differs");
	is_err(bsd(SYS_getentropy, a, 257), EINVAL, "more than 256 bytes");
	is_err(bsd(SYS_getentropy, (void *)8, 16), EFAULT, "no buffer");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	shared_memory();
	semaphores();
	messages();
	posix_memory();
	posix_semaphores();
	limits();
	entropy();
	return done();
}
