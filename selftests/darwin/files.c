// SPDX-License-Identifier: GPL-2.0-only
/* Files: open flags, names, links, modes, sizes, locks and times. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "shell.h"

static int create(const char *name, const char *text)
{
	long fd = sys(SYS_open, name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	if (fd >= 0)
		sys(SYS_write, fd, text, strlen(text));
	return fd;
}

static void open_flags(void)
{
	struct stat64 st;
	char c;
	long fd;

	is_err(bsd(SYS_open, "missing", O_RDONLY, 0), ENOENT, "open of nothing");
	is_err(bsd(SYS_open, "missing", O_ACCMODE, 0), EINVAL, "access mode 3");
	is_err(bsd(SYS_open, ".", O_RDONLY | 0x40000, 0), EINVAL, "a flag nobody knows");
	is_err(bsd(SYS_open, ".", O_RDWR, 0), EISDIR, "directory for writing");
	is_err(bsd(SYS_open, "d", O_CREAT | O_DIRECTORY, 0644), EINVAL, "O_CREAT|O_DIRECTORY");
	is_err(bsd(SYS_open, 8, O_RDONLY, 0), EFAULT, "a name that cannot be read");

	fd = sys(SYS_open, "f", O_RDWR | O_CREAT | O_EXCL, 01666);
	ok(fd >= 0, "O_CREAT|O_EXCL");
	is_int(sys(SYS_fstat64, fd, &st), 0, "fstat64");
	is_hex(st.st_mode, 0100644, "umask applies, no sticky bit");
	is_int(sys(SYS_write, fd, "hello", 5), 5, "write");
	is_err(bsd(SYS_open, "f", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST, "O_EXCL again");
	is_err(bsd(SYS_open, "f", O_DIRECTORY, 0), ENOTDIR, "O_DIRECTORY of a file");
	is_int(shell("test $(cat f) = hello"), 0, "a native process reads it");
	sys(SYS_close, fd);

	fd = sys(SYS_open, "f", O_WRONLY | O_APPEND | O_CLOEXEC, 0);
	is_int(sys(SYS_fcntl, fd, F_GETFD, 0), FD_CLOEXEC, "O_CLOEXEC");
	is_hex(sys(SYS_fcntl, fd, F_GETFL, 0), O_WRONLY | O_APPEND, "F_GETFL");
	is_int(sys(SYS_write, fd, "+", 1), 1, "write at the end");
	is_err(bsd(SYS_read, fd, &c, 1), EBADF, "read of a write-only file");
	sys(SYS_close, fd);
	is_int(shell("test $(cat f) = hello+"), 0, "O_APPEND");

	is_int(sys(SYS_symlink, "f", "l"), 0, "symlink");
	is_err(bsd(SYS_open, "l", O_RDONLY | O_NOFOLLOW, 0), ELOOP, "O_NOFOLLOW");
	fd = sys(SYS_open, "l", O_RDONLY | O_SYMLINK, 0);
	ok(fd >= 0, "O_SYMLINK");
	sys(SYS_fstat64, fd, &st);
	is_hex(st.st_mode & 0170000, 0120000, "O_SYMLINK: it is the link");
	sys(SYS_close, fd);
	fd = sys(SYS_open, "f", O_RDONLY | O_SYMLINK, 0);
	is_int(sys(SYS_read, fd, &c, 1), 1, "O_SYMLINK of a file is a plain open");
	sys(SYS_close, fd);

	fd = sys(SYS_open, "f", O_EVTONLY, 0);
	ok(fd >= 0, "O_EVTONLY");
	is_int(sys(SYS_fstat64, fd, &st), 0, "O_EVTONLY: fstat64");
	is_err(bsd(SYS_read, fd, &c, 1), EBADF, "O_EVTONLY: read");
	ok(sys(SYS_fcntl, fd, F_GETFL, 0) & O_EVTONLY, "O_EVTONLY: F_GETFL");
	sys(SYS_close, fd);

	is_err(bsd(SYS_open, "l/x", O_RDONLY, 0), ENOTDIR, "a file is no directory");
	sys(SYS_symlink, "loop", "loop");
	is_err(bsd(SYS_open, "loop", O_RDONLY, 0), ELOOP, "endless link");
}

static void open_locks(void)
{
	long a, b;

	a = sys(SYS_open, "lock", O_RDWR | O_CREAT | O_EXLOCK, 0644);
	ok(a >= 0, "O_EXLOCK");
	sys(SYS_write, a, "data", 4);
	is_err(bsd(SYS_open, "lock", O_RDWR | O_SHLOCK | O_NONBLOCK | O_TRUNC, 0), EAGAIN,
	       "O_SHLOCK of a locked file");
	is_int(sys(SYS_lseek, a, 0, SEEK_END), 4, "O_TRUNC came after the lock");
	is_err(bsd(SYS_open, "lock", O_RDONLY | O_EXLOCK | O_NONBLOCK, 0), EAGAIN, "O_EXLOCK");
	is_int(sys(SYS_flock, a, LOCK_UN), 0, "flock LOCK_UN");
	b = sys(SYS_open, "lock", O_RDWR | O_EXLOCK | O_NONBLOCK | O_TRUNC, 0);
	ok(b >= 0, "O_EXLOCK once it is free");
	is_int(sys(SYS_lseek, a, 0, SEEK_END), 0, "truncated");
	is_err(bsd(SYS_flock, a, LOCK_SH | LOCK_NB), EAGAIN, "flock of a locked file");
	sys(SYS_close, b);
	is_int(sys(SYS_flock, a, LOCK_SH | LOCK_NB), 0, "close released it");
	sys(SYS_close, a);
}

static void names(void)
{
	char buf[64];
	long fd, dir;

	fd = create("a", "one");
	sys(SYS_close, fd);
	is_int(sys(SYS_link, "a", "b"), 0, "link");
	is_err(bsd(SYS_link, "a", "b"), EEXIST, "link to a name in use");
	sys(SYS_symlink, "a", "sl");
	is_int(sys(SYS_link, "sl", "c"), 0, "link follows a symbolic link");
	is_int(shell("test a -ef c && test ! -L c"), 0, "seen natively");
	is_err(bsd(SYS_unlink, "."), EPERM, "unlink of a directory");
	is_err(bsd(SYS_unlink, "nope"), ENOENT, "unlink of nothing");
	is_int(sys(SYS_unlink, "c"), 0, "unlink");
	is_int(sys(SYS_rename, "b", "bb"), 0, "rename");
	is_err(bsd(SYS_rename, "b", "x"), ENOENT, "rename of nothing");

	fd = create("two", "2");
	sys(SYS_close, fd);
	is_err(bsd(SYS_renameatx_np, AT_FDCWD, "a", AT_FDCWD, "two", 4), EEXIST, "RENAME_EXCL");
	is_int(sys(SYS_renameatx_np, AT_FDCWD, "a", AT_FDCWD, "two", 2), 0, "RENAME_SWAP");
	is_int(shell("test $(cat a) = 2 && test $(cat two) = one"), 0, "swapped");
	is_err(bsd(SYS_renameatx_np, AT_FDCWD, "a", AT_FDCWD, "two", 6), EINVAL, "both");

	is_int(sys(SYS_readlink, "sl", buf, sizeof(buf)), 1, "readlink");
	is_err(bsd(SYS_readlink, "a", buf, sizeof(buf)), EINVAL, "readlink of a file");
	is_int(sys(SYS_mkdir, "dir", 0777), 0, "mkdir");
	is_err(bsd(SYS_mkdir, "dir", 0777), EEXIST, "mkdir again");
	dir = sys(SYS_open, "dir", O_RDONLY | O_DIRECTORY, 0);
	is_int(sys(SYS_mkdirat, dir, "sub", 0755), 0, "mkdirat");
	is_int(sys(SYS_symlinkat, "target", dir, "sl"), 0, "symlinkat");
	is_int(sys(SYS_readlinkat, dir, "sl", buf, sizeof(buf)), 6, "readlinkat");
	ok(!memcmp(buf, "target", 6), "its target");
	is_int(sys(SYS_linkat, AT_FDCWD, "two", dir, "two", 0), 0, "linkat");
	is_int(sys(SYS_renameat, dir, "two", AT_FDCWD, "three"), 0, "renameat");
	is_err(bsd(SYS_rmdir, "dir"), ENOTEMPTY, "rmdir of a full one");
	is_err(bsd(SYS_unlinkat, dir, "sub", 0), EPERM, "unlinkat of a directory");
	is_err(bsd(SYS_unlinkat, dir, "sub", 0x200), EINVAL, "unlinkat: Linux's flag");
	is_int(sys(SYS_unlinkat, dir, "sub", AT_REMOVEDIR), 0, "AT_REMOVEDIR");
	is_int(sys(SYS_unlinkat, dir, "sl", 0), 0, "unlinkat");
	is_int(sys(SYS_rmdir, "dir"), 0, "rmdir");
	is_err(bsd(SYS_openat, -100, "three", O_RDONLY, 0), EBADF, "Linux's AT_FDCWD is none");
	fd = sys(SYS_openat, AT_FDCWD, "three", O_RDONLY, 0);
	ok(fd >= 0, "AT_FDCWD");
	sys(SYS_close, fd);
	sys(SYS_close, dir);
}

static void modes(void)
{
	struct stat64 st;
	long fd = create("m", "");

	is_int(sys(SYS_chmod, "m", 06755), 0, "chmod");
	sys(SYS_stat64, "m", &st);
	is_hex(st.st_mode, 0106755, "the mode");
	is_int(sys(SYS_fchmod, fd, 0600), 0, "fchmod");
	is_int(sys(SYS_fchmodat, AT_FDCWD, "m", 0640, 0), 0, "fchmodat");
	is_int(sys(SYS_fchmodat, AT_FDCWD, "m", 0644, AT_SYMLINK_NOFOLLOW), 0, "nofollow");
	sys(SYS_symlink, "m", "ml");
	is_err(bsd(SYS_fchmodat, AT_FDCWD, "ml", 0600, AT_SYMLINK_NOFOLLOW), ENOTSUP,
	       "nofollow of a link");
	is_err(bsd(SYS_fchmodat, AT_FDCWD, "m", 0600, 0x100), EINVAL, "fchmodat: Linux's flag");
	is_int(shell("test $(stat -c %a m) = 644"), 0, "seen natively");

	is_int(sys(SYS_chown, "m", 12, 34), 0, "chown");
	is_int(sys(SYS_fchownat, AT_FDCWD, "ml", 56, -1, AT_SYMLINK_NOFOLLOW), 0, "fchownat");
	is_int(shell("test $(stat -c %u:%g m) = 12:34 && test $(stat -c %u ml) = 56"), 0,
	       "seen natively");
	is_int(sys(SYS_lchown, "ml", 7, 8), 0, "lchown");
	is_int(sys(SYS_fchown, fd, 0, 0), 0, "fchown");

	is_int(sys(SYS_access, "m", 0), 0, "access F_OK");
	is_int(sys(SYS_access, "m", 4 | 2), 0, "access R_OK|W_OK");
	is_err(bsd(SYS_access, "m", 1), EACCES, "access X_OK, even for root");
	is_err(bsd(SYS_access, "nope", 0), ENOENT, "access of nothing");
	is_int(sys(SYS_faccessat, AT_FDCWD, "m", 4, AT_EACCESS), 0, "AT_EACCESS");
	is_err(bsd(SYS_faccessat, AT_FDCWD, "m", 4, 0x200), EINVAL, "Linux's AT_EACCESS");

	is_int(sys(SYS_mkfifo, "fifo", 0644), 0, "mkfifo");
	sys(SYS_stat64, "fifo", &st);
	is_hex(st.st_mode, 0010644, "a FIFO");
	is_err(bsd(SYS_open, "fifo", O_WRONLY | O_NONBLOCK, 0), ENXIO, "nobody reads it");
	is_int(sys(SYS_mknod, "null", 0020666, 1 << 24 | 3), 0, "mknod");
	is_int(shell("test $(stat -c %t:%T null) = 1:3"), 0, "major and minor seen natively");
	sys(SYS_stat64, "null", &st);
	is_hex(st.st_rdev, 1 << 24 | 3, "st_rdev");
	is_err(bsd(SYS_mknod, "file", 0100644, 0), EINVAL, "mknod of a file");

	is_int(sys(SYS_chflags, "m", 0), 0, "chflags that changes nothing");
	is_err(bsd(SYS_chflags, "m", 8), ENOTSUP, "a flag that Linux has not");
	is_err(bsd(SYS_chflags, "nope", 0), ENOENT, "chflags of nothing");
	sys(SYS_close, fd);
}

static void sizes(void)
{
	struct iovec iov[2] = { { "abc", 3 }, { "defg", 4 } };
	char buf[16] = "";
	long fd = create("s", "0123456789"), fd2;

	is_int(sys(SYS_lseek, fd, 4, SEEK_SET), 4, "SEEK_SET");
	is_int(sys(SYS_lseek, fd, 1, SEEK_CUR), 5, "SEEK_CUR");
	is_int(sys(SYS_lseek, fd, -2, SEEK_END), 8, "SEEK_END");
	is_err(bsd(SYS_lseek, fd, -1, SEEK_SET), EINVAL, "before the start");
	is_err(bsd(SYS_lseek, fd, 0, 5), EINVAL, "bad whence");
	is_int(sys(SYS_pread, fd, buf, 3, 2), 3, "pread");
	ok(!memcmp(buf, "234", 3), "its bytes");
	is_int(sys(SYS_pwrite, fd, "AB", 2, 0), 2, "pwrite");
	is_int(sys(SYS_lseek, fd, 0, SEEK_CUR), 8, "they do not move the offset");
	is_int(sys(SYS_preadv, fd, iov, 0, 0), 0, "preadv of nothing");
	is_int(sys(SYS_writev, fd, iov, 2), 7, "writev");
	is_int(sys(SYS_truncate, "s", 4), 0, "truncate");
	is_err(bsd(SYS_truncate, "s", -1), EINVAL, "truncate to less than nothing");
	is_int(sys(SYS_ftruncate, fd, 8 << 20), 0, "ftruncate");
	is_int(sys(SYS_pwrite, fd, "x", 1, 4 << 20), 1, "data in a hole");
	is_int(sys(SYS_lseek, fd, 65536, SEEK_DATA), 4 << 20, "SEEK_DATA");
	is_int(sys(SYS_lseek, fd, 65536, SEEK_HOLE), 65536, "SEEK_HOLE");
	is_err(bsd(SYS_lseek, fd, 9 << 20, SEEK_DATA), ENXIO, "SEEK_DATA behind the end");
	is_int(sys(SYS_fsync, fd), 0, "fsync");
	is_int(sys(SYS_fdatasync, fd), 0, "fdatasync");
	fd2 = sys(SYS_dup, fd);
	ok(fd2 > fd, "dup");
	is_int(sys(SYS_dup2, fd, 77), 77, "dup2");
	is_err(bsd(SYS_dup2, 1234, 3), EBADF, "dup2 of nothing");
	sys(SYS_close, 77);
	sys(SYS_close, fd2);
	sys(SYS_close, fd);
	is_err(bsd(SYS_fsync, fd), EBADF, "fsync of a closed file");
}

static void times(void)
{
	struct { int64_t sec; int32_t usec; uint32_t garbage; } tv[2] = {
		{ 1000000000, 123456, 0xdeadbeef }, { 1200000000, 654321, 0xdeadbeef },
	};
	struct stat64 st;
	long fd = create("t", "");

	is_int(sys(SYS_utimes, "t", tv), 0, "utimes");
	sys(SYS_stat64, "t", &st);
	is_int(st.st_atimespec.tv_sec, 1000000000, "atime");
	is_int(st.st_atimespec.tv_nsec, 123456000, "atime, nanoseconds");
	is_int(st.st_mtimespec.tv_sec, 1200000000, "mtime");
	tv[0].usec = 1000000;
	is_err(bsd(SYS_utimes, "t", tv), EINVAL, "a million microseconds");
	is_int(sys(SYS_futimes, fd, NULL), 0, "futimes: now");
	sys(SYS_stat64, "t", &st);
	ok(st.st_mtimespec.tv_sec > 1200000000, "it is later now");
	is_err(bsd(SYS_futimes, -2, NULL), EBADF, "futimes of AT_FDCWD");
	sys(SYS_close, fd);
}

static void directories(void)
{
	long fd = sys(SYS_open, ".", O_RDONLY, 0);

	sys(SYS_mkdir, "cd", 0755);
	is_int(sys(SYS_chdir, "cd"), 0, "chdir");
	sys(SYS_close, create("here", ""));
	is_int(sys(SYS_fchdir, fd), 0, "fchdir");
	is_int(sys(SYS_access, "cd/here", 0), 0, "where it was made");
	is_err(bsd(SYS_chdir, "cd/here"), ENOTDIR, "chdir to a file");
	is_int(sys(SYS_umask, 077), 022, "umask");
	sys(SYS_mkdir, "mine", 07777);
	is_int(shell("test $(stat -c %a mine) = 700"), 0, "umask applies, no sticky bit");
	sys(SYS_umask, 022);
	sys(SYS_close, fd);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	sys(SYS_umask, 022);
	open_flags();
	open_locks();
	names();
	modes();
	sizes();
	times();
	directories();
	return done();
}
