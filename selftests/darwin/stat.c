// SPDX-License-Identifier: GPL-2.0-only
/* stat in all its forms, statfs, pathconf. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "shell.h"

/* The structures of before 10.5 */
struct old_stat {
	int32_t dev;
	uint32_t ino;
	uint16_t mode;
	uint16_t nlink;
	uint32_t uid, gid;
	int32_t rdev;
	struct timespec atim, mtim, ctim;
	int64_t size, blocks;
	int32_t blksize;
	uint32_t flags, gen;
	int32_t lspare;
	int64_t qspare[2];
};

struct old_statfs {
	int16_t otype, oflags;
	int64_t bsize, iosize, blocks, bfree, bavail, files, ffree;
	int32_t fsid[2];
	uint32_t owner;
	int16_t subtype, type;
	int64_t flags, reserved[2];
	char fstypename[15], mntonname[90], mntfromname[90], pad;
	int64_t reserved4[4];
};

static struct statfs64 fs, many[64];

static void stats(void)
{
	struct { struct stat64 st; uint64_t guard; } b = { .guard = 0x5555 };
	struct stat64 *st = &b.st, by_name;
	struct old_stat old;
	char cmd[128];
	long fd;

	fd = sys(SYS_open, "f", O_RDWR | O_CREAT, 0640);
	sys(SYS_write, fd, "12345", 5);
	sys(SYS_symlink, "f", "l");
	is_int(sys(SYS_stat64, "l", st), 0, "stat64");
	is_hex(b.guard, 0x5555, "no byte behind the structure");
	is_hex(st->st_mode, 0100640, "st_mode");
	is_int(st->st_nlink, 1, "st_nlink");
	is_int(st->st_size, 5, "st_size");
	is_int(st->st_uid, 0, "st_uid");
	ok(st->st_blksize >= 512, "st_blksize");
	is_int(st->st_lspare, 0, "st_lspare");
	is_int(st->st_qspare[0] | st->st_qspare[1], 0, "st_qspare");
	ok(st->st_birthtimespec.tv_sec > 1000000000, "st_birthtimespec");
	ok(st->st_mtimespec.tv_sec >= st->st_birthtimespec.tv_sec, "not modified before birth");
	by_name = *st;
	snprintf(cmd, sizeof(cmd), "test $(stat -c %%i f) = %llu",
		 (unsigned long long)st->st_ino);
	is_int(shell(cmd), 0, "st_ino as seen natively");
	is_int(sys(SYS_fstat64, fd, st), 0, "fstat64");
	ok(!memcmp(st, &by_name, sizeof(*st)), "is the same");
	is_int(sys(SYS_fstatat64, AT_FDCWD, "l", st, 0), 0, "fstatat64");
	ok(!memcmp(st, &by_name, sizeof(*st)), "is the same");
	is_int(sys(SYS_lstat64, "l", st), 0, "lstat64");
	is_hex(st->st_mode & 0170000, 0120000, "it is a link");
	is_int(st->st_size, 1, "with a length");
	is_int(sys(SYS_fstatat64, AT_FDCWD, "l", st, AT_SYMLINK_NOFOLLOW), 0, "nofollow");
	is_hex(st->st_mode & 0170000, 0120000, "it is a link");
	is_err(bsd(SYS_fstatat64, AT_FDCWD, "l", st, 0x100), EINVAL, "Linux's flag");
	is_err(bsd(SYS_stat64, "nope", st), ENOENT, "stat64 of nothing");
	is_err(bsd(SYS_stat64, "", st), ENOENT, "stat64 of an empty name");
	is_err(bsd(SYS_stat64, "f", 8), EFAULT, "stat64 to nowhere");
	is_err(bsd(SYS_fstat64, -1, st), EBADF, "fstat64 of nothing");
	is_err(bsd(SYS_fstat64, -2, st), EBADF, "fstat64 of AT_FDCWD");

	is_int(sys(SYS_stat, "f", &old), 0, "stat of before 10.5");
	is_int(old.size, 5, "its size");
	is_hex(old.mode, 0100640, "its mode");
	is_int(old.mtim.tv_sec, by_name.st_mtimespec.tv_sec, "its time");
	is_hex(old.ino, (uint32_t)by_name.st_ino, "its inode number");
	is_int(sys(SYS_lstat, "l", &old), 0, "lstat of before 10.5");
	is_int(sys(SYS_fstat, fd, &old), 0, "fstat of before 10.5");

	is_int(sys(SYS_stat64, "/dev/null", st), 0, "stat64 of a device");
	is_hex(st->st_rdev, 1 << 24 | 3, "st_rdev");
	sys(SYS_close, fd);
}

static void acls(void)
{
	uint64_t size = 99;
	struct stat64 st;
	char acl[64];

	is_int(sys(SYS_stat64_extended, "f", &st, acl, &size), 0, "stat64_extended");
	is_int(size, 0, "no access control list");
	size = 99;
	is_int(sys(SYS_lstat64_extended, "l", &st, NULL, &size), 0, "without room for one");
	is_int(size, 99, "is not touched");
}

static void file_systems(void)
{
	struct old_statfs old;
	struct stat64 st;
	long fd, n, i, root = -1;

	is_int(sys(SYS_statfs64, ".", &fs), 0, "statfs64");
	sys(SYS_stat64, ".", &st);
	is_hex(fs.f_fsid[0], st.st_dev, "f_fsid is st_dev");
	ok(fs.f_bsize >= 512 && fs.f_blocks >= fs.f_bfree, "sizes");
	ok(fs.f_fstypename[0] && fs.f_mntonname[0] == '/', "%s on %s from %s", fs.f_fstypename,
	   fs.f_mntonname, fs.f_mntfromname);
	fd = sys(SYS_open, ".", O_RDONLY, 0);
	is_int(sys(SYS_fstatfs64, fd, &many[0]), 0, "fstatfs64");
	ok(!strcmp(many[0].f_mntonname, fs.f_mntonname), "the same mount");
	sys(SYS_close, fd);
	is_int(sys(SYS_statfs, ".", &old), 0, "statfs of before 10.5");
	ok(!strcmp(old.mntonname, fs.f_mntonname), "the same mount");
	is_int(old.blocks, fs.f_blocks, "the same size");
	is_err(bsd(SYS_statfs64, "nope", &fs), ENOENT, "statfs64 of nothing");
	is_err(bsd(SYS_fstatfs64, 99, &fs), EBADF, "fstatfs64 of nothing");

	n = sys(SYS_getfsstat64, NULL, 0, 2);
	ok(n > 1, "getfsstat64: %ld mounts", n);
	is_int(sys(SYS_getfsstat64, many, sizeof(many[0]), 2), 1, "room for one");
	n = sys(SYS_getfsstat64, many, sizeof(many), 2);
	for (i = 0; i < n; i++) {
		if (!strcmp(many[i].f_mntonname, "/"))
			root = i;
	}
	ok(root >= 0, "the root is among them");
	is_int(sys(SYS_statfs64, "/proc", &fs), 0, "statfs64 of /proc");
	ok(!strcmp(fs.f_fstypename, "proc"), "its type");
	is_err(bsd(SYS_getfsstat64, many, sizeof(many), 0x40), EINVAL, "an unknown flag");
}

static void limits(void)
{
	struct sysret p = bsd(SYS_pipe);

	is_int(sys(SYS_pathconf, ".", _PC_NAME_MAX), 255, "_PC_NAME_MAX");
	is_int(sys(SYS_pathconf, ".", _PC_PATH_MAX), 1024, "_PC_PATH_MAX");
	is_int(sys(SYS_pathconf, ".", _PC_CASE_SENSITIVE), 1, "_PC_CASE_SENSITIVE");
	is_int(sys(SYS_pathconf, "f", _PC_NO_TRUNC), 200112, "_PC_NO_TRUNC");
	is_int(sys(SYS_fpathconf, p.rax, _PC_PIPE_BUF), 4096, "_PC_PIPE_BUF");
	is_err(bsd(SYS_fpathconf, p.rax, _PC_NAME_MAX), EINVAL, "a pipe has no names");
	is_err(bsd(SYS_pathconf, ".", 99), EINVAL, "an unknown name");
	is_err(bsd(SYS_pathconf, "nope", _PC_NAME_MAX), ENOENT, "of nothing");
	sys(SYS_close, p.rax);
	sys(SYS_close, p.rdx);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	sys(SYS_umask, 022);
	stats();
	acls();
	file_systems();
	limits();
	return done();
}
