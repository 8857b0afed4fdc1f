// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the memory, time, limit and System V IPC conversions. */
#include <kunit/test.h>
#include <linux/mman.h>
#include <linux/msg.h>
#include <linux/resource.h>
#include <linux/sem.h>
#include <linux/shm.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/timex.h>
#include <uapi/linux/shm.h>

#include "darwin.h"
#include "mm.h"
#include "posixsem.h"
#include "rlimit.h"
#include "sysvipc.h"
#include "time.h"

static void page_ranges(struct kunit *test)
{
	u64 start = 1, size = 1;

	KUNIT_EXPECT_EQ(test, darwin_page_range(0x1000, 0x1000, &start, &size), 0);
	KUNIT_EXPECT_EQ(test, start, 0x1000ULL);
	KUNIT_EXPECT_EQ(test, size, 0x1000ULL);
	KUNIT_EXPECT_EQ(test, darwin_page_range(0x1fff, 2, &start, &size), 0);
	KUNIT_EXPECT_EQ(test, start, 0x1000ULL);
	KUNIT_EXPECT_EQ(test, size, 0x2000ULL);
	KUNIT_EXPECT_EQ(test, darwin_page_range(0x1234, 0, &start, &size), 0);
	KUNIT_EXPECT_EQ(test, size, 0ULL);
	KUNIT_EXPECT_EQ(test, darwin_page_range(0x1000, ~0ULL, &start, &size), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_page_range(~0ULL, 1, &start, &size), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_page_range(-PAGE_SIZE, 1, &start, &size), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_page_range(-2 * PAGE_SIZE, PAGE_SIZE, &start, &size), 0);
	KUNIT_EXPECT_EQ(test, size, (u64)PAGE_SIZE);
}

static void mmap_words(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_prot_to_native(7), PROT_READ | PROT_WRITE | PROT_EXEC);
	KUNIT_EXPECT_EQ(test, darwin_prot_to_native(0), PROT_NONE);
	KUNIT_EXPECT_EQ(test, darwin_prot_to_native(DARWIN_VM_PROT_COPY), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_prot_to_native(0x01000000), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_mmap_flags_to_native(DARWIN_MAP_ANON | DARWIN_MAP_PRIVATE),
			MAP_ANONYMOUS | MAP_PRIVATE);
	KUNIT_EXPECT_EQ(test, darwin_mmap_flags_to_native(DARWIN_MAP_ANON | DARWIN_MAP_SHARED),
			MAP_ANONYMOUS | MAP_SHARED);
	KUNIT_EXPECT_EQ(test, darwin_mmap_flags_to_native(DARWIN_MAP_ANON | 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_mmap_flags_to_native(DARWIN_MAP_RESILIENT_MEDIA), -EINVAL);
}

static void shm_names(struct kunit *test)
{
	char path[64];

	KUNIT_EXPECT_EQ(test, darwin_shm_path("/name", path, sizeof(path)), 0);
	KUNIT_EXPECT_STREQ(test, path, "/dev/shm/name");
	KUNIT_EXPECT_EQ(test, darwin_shm_path("name", path, sizeof(path)), 0);
	KUNIT_EXPECT_STREQ(test, path, "/dev/shm/name");
	KUNIT_EXPECT_EQ(test, darwin_shm_path("", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_shm_path("/", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_shm_path(".", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_shm_path("/..", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_shm_path("//a", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_shm_path("../etc/passwd", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_shm_path("/1234567890123456789012345678901", path,
					      sizeof(path)), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, darwin_shm_path("/123456789012345678901234567890", path,
					      sizeof(path)), 0);
	KUNIT_EXPECT_STREQ(test, path, "/dev/shm/123456789012345678901234567890");
	KUNIT_EXPECT_EQ(test, darwin_shm_path("abc", path, 12), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, darwin_shm_path("abc", path, 13), 0);
}

static void sem_names(struct kunit *test)
{
	char path[64];

	KUNIT_EXPECT_EQ(test, darwin_sem_path("/name", path, sizeof(path)), 0);
	KUNIT_EXPECT_STREQ(test, path, "/dev/shm/sem.name");
	KUNIT_EXPECT_EQ(test, darwin_sem_path("name", path, sizeof(path)), 0);
	KUNIT_EXPECT_STREQ(test, path, "/dev/shm/sem.name");
	KUNIT_EXPECT_EQ(test, darwin_sem_path("/..", path, sizeof(path)), 0);
	KUNIT_EXPECT_STREQ(test, path, "/dev/shm/sem...");
	KUNIT_EXPECT_EQ(test, darwin_sem_path("", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_sem_path("/../x", path, sizeof(path)), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_sem_path("/1234567890123456789012345678901", path,
					      sizeof(path)), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, darwin_sem_path("abc", path, 16), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, darwin_sem_path("abc", path, 17), 0);
}

static void timexes(struct kunit *test)
{
	struct darwin_timex tx = { .modes = 0x30bf, .offset = -5, .freq = 6, .maxerror = 7,
				   .esterror = 8, .status = 0x41, .constant = 9, .stbcnt = 99 };
	struct __kernel_timex native = { .modes = ~0U };

	KUNIT_EXPECT_EQ(test, darwin_timex_get(&native, &tx), 0);
	KUNIT_EXPECT_EQ(test, native.modes, (u32)(ADJ_OFFSET | ADJ_FREQUENCY | ADJ_MAXERROR |
						  ADJ_ESTERROR | ADJ_STATUS | ADJ_TIMECONST |
						  ADJ_TAI | ADJ_MICRO | ADJ_NANO));
	KUNIT_EXPECT_EQ(test, native.offset, -5LL);
	KUNIT_EXPECT_EQ(test, native.freq, 6LL);
	KUNIT_EXPECT_EQ(test, native.maxerror, 7LL);
	KUNIT_EXPECT_EQ(test, native.esterror, 8LL);
	KUNIT_EXPECT_EQ(test, native.status, STA_PLL | STA_UNSYNC);
	KUNIT_EXPECT_EQ(test, native.constant, 9LL);
	KUNIT_EXPECT_EQ(test, native.stbcnt, 0LL);
	/* Linux's alone; what it calls singleshot is two bits in user space. */
	tx.modes = ADJ_SETOFFSET;
	KUNIT_EXPECT_EQ(test, darwin_timex_get(&native, &tx), -EINVAL);
	tx.modes = ADJ_TICK;
	KUNIT_EXPECT_EQ(test, darwin_timex_get(&native, &tx), -EINVAL);
	tx.modes = ADJ_ADJTIME | ADJ_OFFSET_SINGLESHOT;
	KUNIT_EXPECT_EQ(test, darwin_timex_get(&native, &tx), -EINVAL);

	native = (struct __kernel_timex){ .offset = 1, .status = -2, .shift = 3, .stbcnt = -4,
					  .tick = 10000 };
	memset(&tx, 0x5a, sizeof(tx));
	darwin_timex_fill(&tx, &native, 2);
	KUNIT_EXPECT_EQ(test, tx.modes, 2U);
	KUNIT_EXPECT_EQ(test, tx.offset, 1LL);
	KUNIT_EXPECT_EQ(test, tx.status, -2);
	KUNIT_EXPECT_EQ(test, tx.shift, 3);
	KUNIT_EXPECT_EQ(test, tx.stbcnt, -4LL);
	KUNIT_EXPECT_EQ(test, tx.pad0 | tx.pad1 | tx.pad2, 0U);
}

static void timevals(struct kunit *test)
{
	struct darwin_timeval tv = { .tv_sec = -3, .tv_usec = -1, .pad = 0xdeadbeef };
	struct __kernel_old_timeval native;

	/* What is behind the 32 bits does not matter, their sign does. */
	darwin_timeval_get(&native, &tv);
	KUNIT_EXPECT_EQ(test, native.tv_sec, -3L);
	KUNIT_EXPECT_EQ(test, native.tv_usec, -1L);
	memset(&tv, 0x5a, sizeof(tv));
	darwin_timeval_fill(&tv, 5, 999999);
	KUNIT_EXPECT_EQ(test, tv.tv_sec, 5LL);
	KUNIT_EXPECT_EQ(test, tv.tv_usec, 999999);
	KUNIT_EXPECT_EQ(test, tv.pad, 0U);
}

static void limits(struct kunit *test)
{
	unsigned int i, j;

	KUNIT_EXPECT_EQ(test, darwin_rlimit_resource(DARWIN_RLIMIT_NOFILE), RLIMIT_NOFILE);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_resource(DARWIN_RLIMIT_NOFILE |
						     DARWIN_RLIMIT_POSIX_FLAG), RLIMIT_NOFILE);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_resource(DARWIN_RLIMIT_AS), RLIMIT_AS);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_resource(9), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_resource(~0U), -EINVAL);
	for (i = 0; i <= DARWIN_RLIMIT_NOFILE; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, darwin_rlimit_resource(i), darwin_rlimit_resource(j));

	KUNIT_EXPECT_EQ(test, darwin_rlimit_value_to_native(0), 0ULL);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_value_to_native(DARWIN_RLIM_INFINITY), RLIM64_INFINITY);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_value_to_native(~0ULL), RLIM64_INFINITY);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_value_to_native(DARWIN_RLIM_INFINITY - 1),
			DARWIN_RLIM_INFINITY - 1);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_value_to_foreign(RLIM64_INFINITY),
			DARWIN_RLIM_INFINITY);
	KUNIT_EXPECT_EQ(test, darwin_rlimit_value_to_foreign(4096), 4096ULL);
}

static const struct ipc64_perm perm = {
	.key = 0x12345678, .uid = 1, .gid = 2, .cuid = 3, .cgid = 4, .mode = 03640, .seq = 7,
};

static void expect_perm(struct kunit *test, const struct darwin_ipc_perm *p)
{
	KUNIT_EXPECT_EQ(test, p->uid, 1U);
	KUNIT_EXPECT_EQ(test, p->gid, 2U);
	KUNIT_EXPECT_EQ(test, p->cuid, 3U);
	KUNIT_EXPECT_EQ(test, p->cgid, 4U);
	KUNIT_EXPECT_EQ(test, p->mode, 0640);
	KUNIT_EXPECT_EQ(test, p->seq, 7);
	KUNIT_EXPECT_EQ(test, p->key, 0x12345678);
}

static void ipc_structures(struct kunit *test)
{
	struct shmid64_ds shm = {
		.shm_perm = perm, .shm_segsz = 1UL << 40, .shm_atime = 11, .shm_dtime = 12,
		.shm_ctime = 13, .shm_cpid = 14, .shm_lpid = 15, .shm_nattch = 1 << 20,
	};
	struct semid64_ds sem = {
		.sem_perm = perm, .sem_otime = 21, .sem_ctime = 22, .sem_nsems = 32000,
	};
	struct msqid64_ds msg = {
		.msg_perm = perm, .msg_stime = 31, .msg_rtime = 32, .msg_ctime = 33,
		.msg_cbytes = 34, .msg_qnum = 35, .msg_qbytes = 36, .msg_lspid = 37,
		.msg_lrpid = 38,
	};
	struct darwin_shmid_ds dshm;
	struct darwin_semid_ds dsem;
	struct darwin_msqid_ds dmsg;

	memset(&dshm, 0x5a, sizeof(dshm));
	darwin_shmid_fill(&dshm, &shm);
	expect_perm(test, &dshm.shm_perm);
	KUNIT_EXPECT_EQ(test, dshm.shm_segsz, 1ULL << 40);
	KUNIT_EXPECT_EQ(test, dshm.shm_atime, 11LL);
	KUNIT_EXPECT_EQ(test, dshm.shm_dtime, 12LL);
	KUNIT_EXPECT_EQ(test, dshm.shm_ctime, 13LL);
	KUNIT_EXPECT_EQ(test, dshm.shm_cpid, 14);
	KUNIT_EXPECT_EQ(test, dshm.shm_lpid, 15);
	KUNIT_EXPECT_EQ(test, dshm.shm_nattch, U16_MAX);
	KUNIT_EXPECT_EQ(test, dshm.pad, 0);
	KUNIT_EXPECT_EQ(test, dshm.shm_internal, 0ULL);

	memset(&dsem, 0x5a, sizeof(dsem));
	darwin_semid_fill(&dsem, &sem);
	expect_perm(test, &dsem.sem_perm);
	KUNIT_EXPECT_EQ(test, dsem.sem_nsems, 32000);
	KUNIT_EXPECT_EQ(test, dsem.sem_otime, 21LL);
	KUNIT_EXPECT_EQ(test, dsem.sem_ctime, 22LL);
	KUNIT_EXPECT_EQ(test, dsem.pad3[3], 0);

	memset(&dmsg, 0x5a, sizeof(dmsg));
	darwin_msqid_fill(&dmsg, &msg);
	expect_perm(test, &dmsg.msg_perm);
	KUNIT_EXPECT_EQ(test, dmsg.msg_stime, 31LL);
	KUNIT_EXPECT_EQ(test, dmsg.msg_rtime, 32LL);
	KUNIT_EXPECT_EQ(test, dmsg.msg_ctime, 33LL);
	KUNIT_EXPECT_EQ(test, dmsg.msg_cbytes, 34ULL);
	KUNIT_EXPECT_EQ(test, dmsg.msg_qnum, 35ULL);
	KUNIT_EXPECT_EQ(test, dmsg.msg_qbytes, 36ULL);
	KUNIT_EXPECT_EQ(test, dmsg.msg_lspid, 37);
	KUNIT_EXPECT_EQ(test, dmsg.msg_lrpid, 38);
	KUNIT_EXPECT_EQ(test, dmsg.pad4[3], 0);
}

static void semctl_commands(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(0), IPC_RMID);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(1), IPC_SET);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(2), IPC_STAT);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(3), GETNCNT);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(4), GETPID);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(5), GETVAL);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(6), GETALL);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(7), GETZCNT);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(8), SETVAL);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(9), SETALL);
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(10), -EINVAL);
	/* Linux's own numbers mean nothing. */
	KUNIT_EXPECT_EQ(test, darwin_semctl_command(SETVAL), -EINVAL);
}

static struct kunit_case convert_cases[] = {
	KUNIT_CASE(page_ranges),
	KUNIT_CASE(mmap_words),
	KUNIT_CASE(shm_names),
	KUNIT_CASE(sem_names),
	KUNIT_CASE(timexes),
	KUNIT_CASE(timevals),
	KUNIT_CASE(limits),
	KUNIT_CASE(ipc_structures),
	KUNIT_CASE(semctl_commands),
	{}
};

static struct kunit_suite convert_suite = {
	.name = "persona_darwin_convert",
	.test_cases = convert_cases,
};

kunit_test_suite(convert_suite);
