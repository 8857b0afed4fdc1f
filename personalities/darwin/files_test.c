// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of what the file calls convert: flags, structures, entries. */
#include <kunit/test.h>
#include <linux/dirent.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/statfs.h>
#include <linux/string.h>
#include <uapi/linux/stat.h>

#include "dirent.h"
#include "fcntl.h"
#include "flags_open.h"
#include "fs.h"
#include "open.h"
#include "pathconf.h"
#include "stat.h"
#include "statfs.h"
#include "xattr.h"

static void open_test(struct kunit *test)
{
	struct darwin_open_how how;

	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, 0), 0);
	KUNIT_EXPECT_EQ(test, how.flags, (u32)O_RDONLY);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_RDWR | DARWIN_O_CREAT |
						DARWIN_O_EXCL | DARWIN_O_TRUNC |
						DARWIN_O_CLOEXEC), 0);
	KUNIT_EXPECT_EQ(test, how.flags, (u32)(O_RDWR | O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC));
	KUNIT_EXPECT_EQ(test, how.lock, 0U);
	KUNIT_EXPECT_FALSE(test, how.truncate);

	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, O_ACCMODE), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_CREAT | DARWIN_O_DIRECTORY),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, 0x1000), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, 0x40000), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, 0x80000000), -EINVAL);

	/* Means something else to Linux when there is no O_CREAT. */
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_EXCL), 0);
	KUNIT_EXPECT_EQ(test, how.flags, 0U);
}

static void open_lock_test(struct kunit *test)
{
	struct darwin_open_how how;

	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_RDWR | DARWIN_O_EXLOCK |
						DARWIN_O_TRUNC), 0);
	KUNIT_EXPECT_EQ(test, how.lock, (u32)LOCK_EX);
	KUNIT_EXPECT_TRUE(test, how.truncate);
	KUNIT_EXPECT_EQ(test, how.flags, (u32)O_RDWR);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_SHLOCK | DARWIN_O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, how.lock, (u32)(LOCK_SH | LOCK_NB));
}

static void open_path_test(struct kunit *test)
{
	struct darwin_open_how how;

	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_EVTONLY | DARWIN_O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, how.flags, (u32)O_PATH);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_EVTONLY | DARWIN_O_CREAT), 0);
	KUNIT_EXPECT_EQ(test, how.flags, (u32)O_CREAT);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_SYMLINK), 0);
	KUNIT_EXPECT_TRUE(test, how.symlink);
	KUNIT_EXPECT_EQ(test, how.flags, (u32)O_NOFOLLOW);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_SYMLINK | DARWIN_O_NOFOLLOW), 0);
	KUNIT_EXPECT_FALSE(test, how.symlink);
	KUNIT_EXPECT_EQ(test, darwin_open_parse(&how, DARWIN_O_NOFOLLOW_ANY), 0);
	KUNIT_EXPECT_TRUE(test, how.no_links);
}

static void getfl_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_open_flags_to_foreign(O_RDWR | O_APPEND | O_LARGEFILE),
			(u32)(DARWIN_O_RDWR | DARWIN_O_APPEND));
	KUNIT_EXPECT_EQ(test, darwin_open_flags_to_foreign(O_SYNC) & DARWIN_O_SYNC,
			(u32)DARWIN_O_SYNC);
	KUNIT_EXPECT_EQ(test, darwin_open_flags_to_foreign(O_DSYNC), (u32)DARWIN_O_DSYNC);
}

static void dev_test(struct kunit *test)
{
	static const u32 majors[] = { 0, 1, 3, 8, 136, 255, 256, 259, 4095 };
	static const u32 minors[] = { 0, 1, 3, 255, 256, 0xfffff };
	unsigned int i, j;
	u32 dev;

	KUNIT_EXPECT_EQ(test, darwin_dev(1, 3), 1U << 24 | 3U);
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		for (j = 0; j < ARRAY_SIZE(minors); j++) {
			dev = darwin_dev(majors[i], minors[j]);
			KUNIT_EXPECT_EQ(test, darwin_dev_major(dev), majors[i]);
			KUNIT_EXPECT_EQ(test, darwin_dev_minor(dev), minors[j]);
			KUNIT_EXPECT_EQ(test, darwin_dev_to_native(dev),
					new_encode_dev(MKDEV(majors[i], minors[j])));
		}
	}
}

static void stat_test(struct kunit *test)
{
	struct statx stx = {
		.stx_mask = STATX_BASIC_STATS | STATX_BTIME,
		.stx_attributes = STATX_ATTR_IMMUTABLE | STATX_ATTR_COMPRESSED,
		.stx_mode = S_IFREG | 0644, .stx_nlink = 70000, .stx_ino = 0x123456789abcULL,
		.stx_uid = 1, .stx_gid = 2, .stx_size = 3, .stx_blocks = 4, .stx_blksize = 4096,
		.stx_atime = { .tv_sec = 5, .tv_nsec = 6 },
		.stx_mtime = { .tv_sec = -7, .tv_nsec = 8 },
		.stx_ctime = { .tv_sec = 9, .tv_nsec = 10 },
		.stx_btime = { .tv_sec = 11, .tv_nsec = 12 },
		.stx_dev_major = 8, .stx_dev_minor = 1,
	};
	struct darwin_stat64 st;
	struct darwin_stat old;

	memset(&st, 0xff, sizeof(st));
	memset(&old, 0xff, sizeof(old));
	darwin_fill_stat64(&st, &stx);
	KUNIT_EXPECT_EQ(test, st.dev, 8U << 24 | 1U);
	KUNIT_EXPECT_EQ(test, st.mode, S_IFREG | 0644);
	KUNIT_EXPECT_EQ(test, st.nlink, U16_MAX);
	KUNIT_EXPECT_EQ(test, st.ino, 0x123456789abcULL);
	KUNIT_EXPECT_EQ(test, st.mtime.sec, -7LL);
	KUNIT_EXPECT_EQ(test, st.birthtime.sec, 11LL);
	KUNIT_EXPECT_EQ(test, st.flags, (u32)DARWIN_UF_IMMUTABLE);
	KUNIT_EXPECT_EQ(test, st.pad, 0U);
	KUNIT_EXPECT_EQ(test, st.qspare[1], 0LL);
	darwin_fill_stat(&old, &st);
	KUNIT_EXPECT_EQ(test, old.ino, 0x56789abcU);
	KUNIT_EXPECT_EQ(test, old.size, 3LL);
	KUNIT_EXPECT_EQ(test, old.qspare[1], 0LL);

	stx.stx_mask &= ~STATX_BTIME;
	darwin_fill_stat64(&st, &stx);
	KUNIT_EXPECT_EQ(test, st.birthtime.sec, 0LL);
}

static void statfs_test(struct kunit *test)
{
	struct kstatfs native = {
		.f_bsize = 65536, .f_frsize = 4096, .f_blocks = 100, .f_bfree = 50,
		.f_bavail = 40, .f_files = 30, .f_ffree = 20, .f_flags = ST_RDONLY | ST_NOSUID,
	};
	struct darwin_statfs64 *st = kunit_kzalloc(test, sizeof(*st), GFP_KERNEL);
	struct darwin_statfs old;

	KUNIT_ASSERT_NOT_NULL(test, st);
	darwin_fill_statfs64(st, &native);
	KUNIT_EXPECT_EQ(test, st->bsize, 4096U);
	KUNIT_EXPECT_EQ(test, st->iosize, 65536);
	KUNIT_EXPECT_EQ(test, st->bavail, 40ULL);
	KUNIT_EXPECT_EQ(test, st->flags, (u32)(DARWIN_MNT_RDONLY | DARWIN_MNT_NOSUID));
	memset(st->mntonname, 'x', 200);
	darwin_fill_statfs(&old, st);
	KUNIT_EXPECT_EQ(test, strlen(old.mntonname), (size_t)89);
	KUNIT_EXPECT_EQ(test, old.blocks, 100LL);
}

struct dirents {
	struct darwin_dir_entry entry;
	struct darwin_dirent64 d64;
	struct darwin_dirent d32;
};

static void dirent_test(struct kunit *test)
{
	struct dirents *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);
	size_t n, wide;

	KUNIT_ASSERT_NOT_NULL(test, d);
	for (n = 1; n <= NAME_MAX; n++) {
		memset(d->entry.name, 'n', n);
		d->entry.namlen = n;
		memset(&d->d64, 0xff, sizeof(d->d64));
		memset(&d->d32, 0xff, sizeof(d->d32));
		wide = (n + 32) & ~7UL;
		KUNIT_EXPECT_EQ(test, darwin_fill_dirent64(&d->d64, &d->entry), wide);
		KUNIT_EXPECT_EQ(test, (size_t)d->d64.reclen, wide);
		KUNIT_EXPECT_EQ(test, strlen(d->d64.name), n);
		KUNIT_EXPECT_EQ(test, darwin_fill_dirent(&d->d32, &d->entry), (n + 12) & ~3UL);
		KUNIT_EXPECT_EQ(test, strlen(d->d32.name), n);
		/* What read_entries() counts on. */
		KUNIT_EXPECT_LE(test, 3 * wide,
				4 * ALIGN(offsetof(struct linux_dirent64, d_name) + n + 1, 8));
	}
}

static void flock_test(struct kunit *test)
{
	struct darwin_flock lock = { .start = -1, .len = 2, .pid = 3, .whence = 1 }, back;
	struct flock native;
	s16 type;

	for (type = DARWIN_F_RDLCK; type <= DARWIN_F_WRLCK; type++) {
		lock.type = type;
		KUNIT_EXPECT_EQ(test, darwin_flock_to_native(&native, &lock), 0);
		KUNIT_EXPECT_EQ(test, darwin_flock_to_foreign(&back, &native), 0);
		KUNIT_EXPECT_EQ(test, memcmp(&lock, &back, sizeof(lock)), 0);
	}
	lock.type = 0;
	KUNIT_EXPECT_EQ(test, darwin_flock_to_native(&native, &lock), -EINVAL);
	lock.type = 4;
	KUNIT_EXPECT_EQ(test, darwin_flock_to_native(&native, &lock), -EINVAL);
}

static void prealloc_test(struct kunit *test)
{
	struct statx stx = { .stx_size = 1000, .stx_blocks = 8 };

	KUNIT_EXPECT_EQ(test, darwin_prealloc_start(&stx), 4096LL);
	stx.stx_size = 10000;
	KUNIT_EXPECT_EQ(test, darwin_prealloc_start(&stx), 10000LL);
	stx.stx_blocks = U64_MAX;
	KUNIT_EXPECT_GT(test, darwin_prealloc_start(&stx), 0LL);
}

static void xattr_test(struct kunit *test)
{
	static const char native[] =
		"security.selinux\0user.a\0user.com.apple.system.Security\0user.user.b\0trusted.c";
	char list[sizeof(native)];
	size_t len;

	memcpy(list, native, sizeof(native));
	len = darwin_xattr_list(list, sizeof(native), list);
	KUNIT_EXPECT_EQ(test, len, sizeof("a\0user.b"));
	KUNIT_EXPECT_EQ(test, memcmp(list, "a\0user.b", len), 0);
	/* No NUL at the end. */
	KUNIT_EXPECT_EQ(test, darwin_xattr_list("user.a", 6, list), (size_t)0);
	KUNIT_EXPECT_TRUE(test, darwin_xattr_is_protected("com.apple.system.x"));
	KUNIT_EXPECT_FALSE(test, darwin_xattr_is_protected("com.apple.quarantine"));
}

static void pathconf_test(struct kunit *test)
{
	struct darwin_pathconf_file file = {
		.vnode = true, .mode = S_IFREG, .namelen = 143, .bsize = 512,
	};
	int name;

	KUNIT_EXPECT_EQ(test, darwin_pathconf_value(DARWIN_PC_NAME_MAX, &file), 143L);
	KUNIT_EXPECT_EQ(test, darwin_pathconf_value(DARWIN_PC_MAX_CANON, &file), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_pathconf_value(DARWIN_PC_MIN_HOLE_SIZE, &file), 512L);
	KUNIT_EXPECT_EQ(test, darwin_pathconf_value(0, &file), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_pathconf_value(28, &file), (long)-EINVAL);
	file.mode = S_IFCHR;
	KUNIT_EXPECT_EQ(test, darwin_pathconf_value(DARWIN_PC_VDISABLE, &file), 255L);
	file.vnode = false;
	for (name = 1; name <= DARWIN_PC_MIN_HOLE_SIZE; name++)
		KUNIT_EXPECT_EQ(test, darwin_pathconf_value(name, &file) >= 0,
				name == DARWIN_PC_PIPE_BUF);
}

static struct kunit_case files_cases[] = {
	KUNIT_CASE(open_test),
	KUNIT_CASE(open_lock_test),
	KUNIT_CASE(open_path_test),
	KUNIT_CASE(getfl_test),
	KUNIT_CASE(dev_test),
	KUNIT_CASE(stat_test),
	KUNIT_CASE(statfs_test),
	KUNIT_CASE(dirent_test),
	KUNIT_CASE(flock_test),
	KUNIT_CASE(prealloc_test),
	KUNIT_CASE(xattr_test),
	KUNIT_CASE(pathconf_test),
	{ }
};

static struct kunit_suite files_suite = {
	.name = "persona_darwin_files",
	.test_cases = files_cases,
};

kunit_test_suite(files_suite);
