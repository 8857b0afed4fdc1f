// SPDX-License-Identifier: GPL-2.0-only
/* A program that dies leaves a core file, in the native format. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

#define PATTERN	"/proc/sys/kernel/core_pattern"
#define CORE	"/tmp/darwin-core"

#define WCOREDUMP(s)	((s) & 0x80)

static volatile char marker[] = "here is the data of the program";
static char buf[65536];

/* Is the marker in the file? Its pieces may lie across two reads. */
static bool has_marker(long fd)
{
	size_t len = sizeof(marker), i;
	long n, keep = 0;

	while ((n = sys(SYS_read, fd, buf + keep, sizeof(buf) - keep)) > 0) {
		n += keep;
		for (i = 0; i + len <= (size_t)n; i++)
			if (buf[i] == marker[0] && !memcmp(buf + i, (char *)marker, len))
				return true;
		keep = n < (long)len ? n : (long)len;
		memmove(buf, buf + n - keep, keep);
	}
	return false;
}

int main(int argc, char **argv, char **envp, char **apple)
{
	static const char pattern[] = CORE;
	uint64_t limit[2] = { 1ull << 30, 1ull << 30 };
	char old[200] = "";
	long fd, pid, status;

	plan(0);
	fd = sys(SYS_open, PATTERN, O_RDWR, 0);
	if (fd < 0)
		skip_all("core files cannot be named here");
	sys(SYS_read, fd, old, sizeof(old) - 1);
	sys(SYS_pwrite, fd, pattern, sizeof(pattern) - 1, 0);
	sys(SYS_unlink, CORE);
	pid = sys_fork();
	if (!pid) {
		marker[0] = 'H';
		sys(SYS_setrlimit, RLIMIT_CORE, limit);
		*(volatile int *)8 = 1;
		sys_exit(1);
	}
	marker[0] = 'H';
	status = child_wait(pid);
	sys(SYS_pwrite, fd, old, strlen(old), 0);
	sys(SYS_close, fd);
	ok(status > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "it dies");
	ok(status > 0 && WCOREDUMP(status), "and dumps core");
	fd = sys(SYS_open, CORE, O_RDONLY, 0);
	ok(fd >= 0, "there is a file");
	is_int(sys(SYS_read, fd, buf, 64), 64, "with a header");
	ok(!memcmp(buf, "\177ELF\2", 5) && buf[16] == 4 && buf[18] == 62, "an ELF core, x86-64");
	ok(has_marker(fd), "with the program's memory");
	sys(SYS_close, fd);
	sys(SYS_unlink, CORE);
	return done();
}
