// SPDX-License-Identifier: GPL-2.0-only
/* Memory: mmap and its flags, munmap, mprotect, msync, madvise, mincore, mlock. */
#include "../macho/darwin_consts.h"
#include "../macho/ktap.h"

#define PAGE	4096UL
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANON)

static struct sysret map(uint64_t addr, uint64_t len, int prot, int flags, int fd, int64_t off)
{
	return bsd(SYS_mmap, addr, len, prot, flags, fd, off);
}

static int file_of(const char *text, uint64_t at)
{
	char path[64];
	long fd;

	snprintf(path, sizeof(path), "/tmp/persona-mem-%ld", sys(SYS_getpid));
	fd = sys(SYS_open, path, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		bail("%s: errno %ld", path, -fd);
	sys(SYS_unlink, path);
	sys(SYS_pwrite, fd, text, strlen(text), at);
	sys(SYS_ftruncate, fd, 4 * PAGE);
	return (int)fd;
}

/* Does touching @p end a child by a fault? */
static bool faults(volatile char *p, bool write)
{
	long pid = sys_fork();
	long status;

	if (!pid) {
		if (write)
			*p = 1;
		else
			(void)*p;
		sys_exit(0);
	}
	status = child_wait(pid);
	return status >= 0 && WIFSIGNALED(status) &&
	       (WTERMSIG(status) == SIGBUS || WTERMSIG(status) == SIGSEGV);
}

static void anonymous(void)
{
	struct sysret m = map(0, 8 * PAGE, RW, ANON, -1, 0);
	struct sysret again;
	char *p = (char *)m.rax;
	size_t i, sum = 0;

	if (!is_ok(m, "anonymous memory"))
		bail("no memory");
	for (i = 0; i < 8 * PAGE; i++)
		sum += p[i];
	is_int((long)sum, 0, "is zero");
	p[0] = 1;
	p[8 * PAGE - 1] = 2;
	again = map(m.rax + PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
	ok(!again.cf && again.rax == m.rax + PAGE, "MAP_FIXED replaces a page");
	ok(faults(p + PAGE, true), "and the page is read-only");
	ok(!faults(p, true), "the page before is not");
	is_ok(bsd(SYS_mprotect, m.rax, 8 * PAGE, PROT_NONE), "mprotect PROT_NONE");
	ok(faults(p, false), "takes the right to read");
	is_ok(bsd(SYS_mprotect, m.rax, 8 * PAGE, RW), "mprotect back");
	ok(p[0] == 1 && p[8 * PAGE - 1] == 2, "the contents are still there");
	is_ok(bsd(SYS_munmap, m.rax, 8 * PAGE), "munmap");
	ok(faults(p, false), "takes the memory away");
}

static void hints(void)
{
	struct sysret m = map(0x300000000, PAGE, RW, ANON, -1, 0);
	struct sysret n;

	ok(!m.cf && m.rax == 0x300000000, "a free hint is taken (0x%llx)", m.rax);
	n = map(0x300000000, PAGE, RW, ANON, -1, 0);
	ok(!n.cf && n.rax != 0x300000000, "a hint that is in use is not");
	sys(SYS_munmap, m.rax, PAGE);
	sys(SYS_munmap, n.rax, PAGE);
	n = map(0, PAGE, RW, ANON | MAP_NORESERVE | MAP_NOCACHE, -1, 0);
	is_ok(n, "MAP_NORESERVE and MAP_NOCACHE are advice");
	sys(SYS_munmap, n.rax, PAGE);
}

static void errors(int fd)
{
	is_err(map(0, 0, RW, ANON, -1, 0), EINVAL, "no length");
	is_err(map(0, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF, "no file");
	is_err(map(0, PAGE, RW, MAP_PRIVATE, fd, 1), EINVAL, "an offset within a page");
	is_err(map(0x300000001, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL,
	       "a fixed address within a page");
	is_err(map(0, 1UL << 47, RW, ANON, -1, 0), ENOMEM, "too much");
	ok(map(0, -PAGE, RW, ANON, -1, 0).cf, "far too much");
	ok(map(-PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0).cf, "an address of the kernel");
	is_err(bsd(SYS_munmap, 1, PAGE), EINVAL, "munmap within a page");
	is_err(bsd(SYS_munmap, 0x300000000, 0), EINVAL, "munmap of nothing");
	ok(bsd(SYS_mprotect, 0x300000000, PAGE, PROT_READ).cf, "mprotect of nothing");
}

static void files(int fd)
{
	struct sysret s = map(0, 4 * PAGE, RW, MAP_SHARED, fd, 0);
	struct sysret p = map(0, PAGE, RW, MAP_PRIVATE, fd, PAGE);
	struct sysret s2 = map(0, PAGE, RW, MAP_SHARED, fd, PAGE);
	char buf[8] = "";

	if (!is_ok(s, "a shared file") || !is_ok(p, "a private file at an offset") ||
	    !is_ok(s2, "a shared file at an offset"))
		return;
	ok(!memcmp((char *)p.rax, "second", 6), "the private mapping is at its offset");
	ok(!memcmp((char *)s.rax + PAGE, "second", 6), "and the shared one too");
	memcpy((char *)p.rax, "PRIVAT", 6);
	ok(!memcmp((char *)s2.rax, "second", 6), "a private write is private");
	memcpy((char *)s2.rax, "SHARED", 6);
	ok(!memcmp((char *)s.rax + PAGE, "SHARED", 6), "a shared write is shared");
	is_ok(bsd(SYS_msync, s.rax, 4 * PAGE, MS_SYNC), "msync MS_SYNC");
	is_ok(bsd(SYS_msync, s.rax, 4 * PAGE, MS_ASYNC | MS_INVALIDATE), "msync MS_ASYNC");
	is_err(bsd(SYS_msync, s.rax, 4 * PAGE, 0x8000), EINVAL, "msync, an unknown flag");
	sys(SYS_pread, fd, buf, 6, PAGE);
	is_str(buf, "SHARED", "the file has it");
	sys(SYS_munmap, s.rax, 4 * PAGE);
	sys(SYS_munmap, p.rax, PAGE);
	sys(SYS_munmap, s2.rax, PAGE);
}

static void shared_with_child(void)
{
	struct sysret m = map(0, PAGE, RW, MAP_SHARED | MAP_ANON, -1, 0);
	struct sysret n = map(0, PAGE, RW, ANON, -1, 0);
	long pid;

	if (!is_ok(m, "shared anonymous memory"))
		return;
	pid = sys_fork();
	if (!pid) {
		strcpy((char *)m.rax, "child");
		strcpy((char *)n.rax, "child");
		sys_exit(0);
	}
	child_wait(pid);
	is_str((char *)m.rax, "child", "the child's write is seen");
	is_str((char *)n.rax, "", "in private memory it is not");
	sys(SYS_munmap, m.rax, PAGE);
	sys(SYS_munmap, n.rax, PAGE);
}

static void advice(void)
{
	struct sysret m = map(0, 4 * PAGE, RW, ANON, -1, 0);
	char *p = (char *)m.rax;
	char in[4] = { 0 };

	p[0] = 1;
	p[PAGE] = 1;
	is_ok(bsd(SYS_madvise, p, 4 * PAGE, MADV_NORMAL), "MADV_NORMAL");
	is_ok(bsd(SYS_madvise, p, 4 * PAGE, MADV_WILLNEED), "MADV_WILLNEED");
	is_ok(bsd(SYS_madvise, p, 4 * PAGE, MADV_DONTNEED), "MADV_DONTNEED");
	is_int(p[0], 1, "MADV_DONTNEED is advice: it keeps the contents");
	is_ok(bsd(SYS_madvise, p, 4 * PAGE, MADV_FREE), "MADV_FREE");
	ok(p[0] == 0 || p[0] == 1, "MADV_FREE leaves the contents or zero");
	is_err(bsd(SYS_madvise, p, PAGE, 4711), EINVAL, "madvise, unknown advice");
	p[0] = 1;
	is_ok(bsd(SYS_mincore, p, 4 * PAGE, in), "mincore");
	ok(in[0] & 1, "the touched page is in core");
	is_ok(bsd(SYS_mlock, p, PAGE), "mlock");
	is_ok(bsd(SYS_munlock, p, PAGE), "munlock");
	sys(SYS_munmap, p, 4 * PAGE);
}

static void code(void)
{
	/* mov $42, %eax; ret */
	static const uint8_t insns[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
	struct sysret m = map(0, PAGE, RW, ANON, -1, 0);
	int (*fn)(void) = (void *)m.rax;
	long pid;

	memcpy((void *)m.rax, insns, sizeof(insns));
	pid = sys_fork();
	if (!pid)
		sys_exit(fn());
	ok(!WIFEXITED(child_wait(pid)), "memory without PROT_EXEC does not run");
	is_ok(bsd(SYS_mprotect, m.rax, PAGE, PROT_READ | PROT_EXEC), "mprotect PROT_EXEC");
	is_int(fn(), 42, "then it does");
	sys(SYS_munmap, m.rax, PAGE);
}

static void level(void)
{
	uint32_t percent = ~0u;

	is_ok(bsd(SYS_memorystatus_get_level, &percent), "memorystatus_get_level");
	ok(percent > 0 && percent <= 100, "some of the memory is available (%u%%)", percent);
	is_err(bsd(SYS_memorystatus_get_level, (void *)16), EFAULT, "to nowhere");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	int fd = file_of("second", PAGE);

	plan(0);
	anonymous();
	hints();
	errors(fd);
	files(fd);
	shared_with_child();
	advice();
	code();
	level();
	return done();
}
