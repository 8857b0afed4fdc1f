// SPDX-License-Identifier: GPL-2.0-only
/* fcntl: descriptors, flags, locks, paths and space. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "shell.h"

struct range {
	uint32_t flags, reserved;
	int64_t offset, length;
};

static int create(const char *name)
{
	return sys(SYS_open, name, O_RDWR | O_CREAT | O_TRUNC, 0644);
}

static void descriptors(void)
{
	long fd = create("d"), n;

	n = sys(SYS_fcntl, fd, F_DUPFD, 50);
	is_int(n, 50, "F_DUPFD");
	is_int(sys(SYS_fcntl, n, F_GETFD, 0), 0, "F_GETFD");
	is_int(sys(SYS_fcntl, n, F_SETFD, FD_CLOEXEC), 0, "F_SETFD");
	is_int(sys(SYS_fcntl, n, F_GETFD, 0), FD_CLOEXEC, "F_GETFD again");
	is_err(bsd(SYS_fcntl, n, F_SETFD, 0x80), EINVAL, "F_SETFD of an unknown flag");
	sys(SYS_close, n);
	n = sys(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 60);
	is_int(n, 60, "F_DUPFD_CLOEXEC");
	is_int(sys(SYS_fcntl, n, F_GETFD, 0), FD_CLOEXEC, "its flag");
	sys(SYS_close, n);
	is_err(bsd(SYS_fcntl, fd, F_DUPFD, -1), EINVAL, "F_DUPFD of -1");
	is_err(bsd(SYS_fcntl, 99, F_GETFD, 0), EBADF, "F_GETFD of nothing");
	is_err(bsd(SYS_fcntl, 99, 12345, 0), EBADF, "an unknown command of nothing");
	is_err(bsd(SYS_fcntl, fd, 12345, 0), ENOTTY, "an unknown command");

	is_hex(sys(SYS_fcntl, fd, F_GETFL, 0), O_RDWR, "F_GETFL");
	is_int(sys(SYS_fcntl, fd, F_SETFL, O_RDWR | O_APPEND | O_NONBLOCK), 0, "F_SETFL");
	is_hex(sys(SYS_fcntl, fd, F_GETFL, 0), O_RDWR | O_APPEND | O_NONBLOCK, "F_GETFL");
	is_err(bsd(SYS_fcntl, fd, F_SETFL, 0x40000), EINVAL, "F_SETFL of an unknown flag");
	is_int(sys(SYS_fcntl, fd, F_SETFL, 0), 0, "F_SETFL of none");

	is_int(sys(SYS_fcntl, fd, F_NOCACHE, 1), 0, "F_NOCACHE");
	is_int(sys(SYS_fcntl, fd, F_RDAHEAD, 0), 0, "F_RDAHEAD");
	is_int(sys(SYS_fcntl, fd, F_FULLFSYNC, 0), 0, "F_FULLFSYNC");
	is_int(sys(SYS_fcntl, fd, F_BARRIERFSYNC, 0), 0, "F_BARRIERFSYNC");
	is_err(bsd(SYS_fcntl, fd, F_GETPROTECTIONCLASS, 0), ENOTSUP, "F_GETPROTECTIONCLASS");
	is_int(sys(SYS_fcntl, fd, F_GETNOSIGPIPE, 0), 0, "F_GETNOSIGPIPE");
	sys(SYS_close, fd);
}

static void paths(void)
{
	struct sysret p = bsd(SYS_pipe);
	char buf[1024], cmd[1100];
	long fd = create("p"), l;

	is_int(sys(SYS_fcntl, fd, F_GETPATH, buf), 0, "F_GETPATH");
	snprintf(cmd, sizeof(cmd), "test $(pwd -P)/p = '%s'", buf);
	is_int(shell(cmd), 0, "is what a native process says");
	sys(SYS_symlink, "p", "pl");
	l = sys(SYS_open, "pl", O_SYMLINK, 0);
	is_int(sys(SYS_fcntl, l, F_GETPATH, buf), 0, "F_GETPATH of a link");
	is_str(strrchr(buf, '/'), "/pl", "is the link's");
	sys(SYS_close, l);
	l = sys(SYS_open, "/", O_EVTONLY, 0);
	is_int(sys(SYS_fcntl, l, F_GETPATH, buf), 0, "F_GETPATH of the root");
	is_str(buf, "/", "is /");
	sys(SYS_close, l);
	is_err(bsd(SYS_fcntl, fd, F_GETPATH, 8), EFAULT, "F_GETPATH to nowhere");
	sys(SYS_unlink, "p");
	is_err(bsd(SYS_fcntl, fd, F_GETPATH, buf), ENOENT, "F_GETPATH without a name");
	is_err(bsd(SYS_fcntl, p.rax, F_GETPATH, buf), EBADF, "F_GETPATH of a pipe");
	sys(SYS_close, p.rax);
	sys(SYS_close, p.rdx);
	sys(SYS_close, fd);
}

static void locks(void)
{
	struct flock lock = { .l_start = 10, .l_len = 10, .l_type = F_WRLCK };
	struct flock ask = { .l_type = F_WRLCK };
	long fd = create("k"), pid, me = sys(SYS_getpid);

	is_int(sys(SYS_fcntl, fd, F_SETLK, &lock), 0, "F_SETLK");
	pid = sys_fork();
	if (!pid) {
		if (sys(SYS_fcntl, fd, F_GETLK, &ask))
			sys_exit(1);
		if (ask.l_type != F_WRLCK || ask.l_pid != me || ask.l_start != 10 ||
		    ask.l_len != 10)
			sys_exit(2);
		ask.l_type = F_RDLCK;
		ask.l_start = 15;
		ask.l_len = 1;
		if (sys(SYS_fcntl, fd, F_SETLK, &ask) != -EAGAIN)
			sys_exit(3);
		ask.l_start = 20;
		if (sys(SYS_fcntl, fd, F_SETLK, &ask))
			sys_exit(4);
		sys_exit(0);
	}
	is_int(child_status(pid), 0, "a child sees it and cannot have it");
	lock.l_type = F_UNLCK;
	is_int(sys(SYS_fcntl, fd, F_SETLKW, &lock), 0, "F_UNLCK");
	is_int(sys(SYS_fcntl, fd, F_GETLK, &ask), 0, "F_GETLK");
	is_int(ask.l_type, F_UNLCK, "nobody has it");
	lock.l_type = 0;
	is_err(bsd(SYS_fcntl, fd, F_SETLK, &lock), EINVAL, "a type nobody knows");
	is_err(bsd(SYS_fcntl, fd, F_SETLK, 8), EFAULT, "a lock that cannot be read");
	sys(SYS_close, fd);
}

static void space(void)
{
	struct fstore store = { .fst_flags = 4, .fst_posmode = 3, .fst_length = 1 << 20 };
	struct range hole = { .offset = 65536, .length = 65536 };
	struct stat64 before, after;
	int64_t size = 4096;
	long fd = create("sp"), ro;
	char c = 1;

	sys(SYS_fstat64, fd, &before);
	is_int(sys(SYS_fcntl, fd, F_PREALLOCATE, &store), 0, "F_PREALLOCATE");
	sys(SYS_fstat64, fd, &after);
	is_int(after.st_size, 0, "the size stays");
	ok(after.st_blocks - before.st_blocks >= 2048, "blocks are there");
	is_int(store.fst_bytesalloc, (after.st_blocks - before.st_blocks) * 512,
	       "fst_bytesalloc");
	store.fst_posmode = 9;
	is_err(bsd(SYS_fcntl, fd, F_PREALLOCATE, &store), EINVAL, "a bad mode");
	ro = sys(SYS_open, "sp", O_RDONLY, 0);
	is_err(bsd(SYS_fcntl, ro, F_PREALLOCATE, &store), EBADF, "a file opened for reading");
	is_err(bsd(SYS_fcntl, ro, F_PUNCHHOLE, &hole), EPERM, "F_PUNCHHOLE in that one");
	sys(SYS_close, ro);

	sys(SYS_ftruncate, fd, 262144);
	sys(SYS_pwrite, fd, &c, 1, 65536 + 4096);
	is_int(sys(SYS_fcntl, fd, F_PUNCHHOLE, &hole), 0, "F_PUNCHHOLE");
	sys(SYS_pread, fd, &c, 1, 65536 + 4096);
	is_int(c, 0, "the data is gone");
	hole.offset = 1;
	is_err(bsd(SYS_fcntl, fd, F_PUNCHHOLE, &hole), EINVAL, "a part of a block");
	is_int(sys(SYS_fcntl, fd, F_SETSIZE, &size), 0, "F_SETSIZE");
	sys(SYS_fstat64, fd, &after);
	is_int(after.st_size, 4096, "the size");
	sys(SYS_close, fd);
	is_err(bsd(SYS_clonefileat, AT_FDCWD, "sp", AT_FDCWD, "sp2", 0x40), EINVAL,
	       "clonefileat with an unknown flag");
	is_err(bsd(SYS_clonefileat, AT_FDCWD, ".", AT_FDCWD, "sp2", 0), ENOTSUP,
	       "clonefileat of a directory");
	if (sys(SYS_clonefileat, AT_FDCWD, "sp", AT_FDCWD, "sp2", 0) == -ENOTSUP)
		is_int(sys(SYS_access, "sp2", 0), -ENOENT, "clonefileat left nothing behind");
	else
		is_int(shell("cmp sp sp2"), 0, "clonefileat");
}

static void owners(void)
{
	struct sysret p = bsd(SYS_pipe);
	long me = sys(SYS_getpid), group = sys(SYS_getpgrp);

	is_int(sys(SYS_fcntl, p.rax, F_SETOWN, me), 0, "F_SETOWN");
	is_int((int)sys(SYS_fcntl, p.rax, F_GETOWN, 0), me, "F_GETOWN");
	is_int(sys(SYS_fcntl, p.rax, F_SETOWN, -group), 0, "F_SETOWN of a group");
	ok((int)bsd(SYS_fcntl, p.rax, F_GETOWN, 0).rax < 0, "F_GETOWN of a group");
	sys(SYS_close, p.rax);
	sys(SYS_close, p.rdx);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	descriptors();
	paths();
	locks();
	space();
	owners();
	return done();
}
