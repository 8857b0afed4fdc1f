// SPDX-License-Identifier: GPL-2.0-only
/* sysctl: values, sizes, names, and what is not there. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"

static long self_pid(void)
{
	return sys(SYS_getpid);
}

static struct sysret by_name(const char *name, void *old, size_t *len)
{
	return bsd(SYS_sysctlbyname, name, strlen(name), old, len, NULL, 0);
}

static void sizes(void)
{
	int mib[2] = { 1, 1 };
	char buf[16] = "";
	size_t len = 0;

	is_int(sys(SYS_sysctl, mib, 2, NULL, &len, NULL, 0), 0, "size only");
	is_int(len, 7, "of \"Darwin\"");
	len = sizeof(buf);
	is_int(sys(SYS_sysctl, mib, 2, buf, &len, NULL, 0), 0, "kern.ostype");
	is_str(buf, "Darwin", "its value");
	is_int(len, 7, "its size");
	memset(buf, 'x', sizeof(buf));
	len = 3;
	is_err(bsd(SYS_sysctl, mib, 2, buf, &len, NULL, 0), ENOMEM, "a buffer that is too small");
	ok(!memcmp(buf, "Darx", 4), "gets what fits");
	is_int(len, 3, "and its size");
	is_int(sys(SYS_sysctl, mib, 2, NULL, NULL, NULL, 0), 0, "nothing wanted");
	is_err(bsd(SYS_sysctl, mib, 2, (void *)8, &len, NULL, 0), EFAULT, "bad buffer");
	is_err(bsd(SYS_sysctl, mib, 2, buf, (void *)8, NULL, 0), EFAULT, "bad size");
	is_err(bsd(SYS_sysctl, (void *)8, 2, buf, &len, NULL, 0), EFAULT, "bad name");
	is_err(bsd(SYS_sysctl, mib, 1, buf, &len, NULL, 0), EINVAL, "name too short");
	is_err(bsd(SYS_sysctl, mib, 13, buf, &len, NULL, 0), EINVAL, "name too long");
	len = sizeof(buf);
	is_err(bsd(SYS_sysctl, mib, 2, buf, &len, "x", 1), EPERM, "not to be written");
	mib[1] = 99;
	is_err(bsd(SYS_sysctl, mib, 2, buf, &len, NULL, 0), ENOENT, "no such number");
}

static void numbers(void)
{
	size_t len = 4, len8 = 8;
	int ncpu = 0, page = 0, mib[2] = { 6, 3 };
	uint64_t mem = 0, page8 = 0, stack = 0;
	int64_t tv[2] = { 0 };

	is_int(sys(SYS_sysctl, mib, 2, &ncpu, &len, NULL, 0), 0, "hw.ncpu");
	ok(ncpu > 0 && ncpu < 8192, "%d", ncpu);
	is_ok(by_name("hw.pagesize", &page, &len), "hw.pagesize into 32 bits");
	is_int(page, 4096, "its value");
	is_ok(by_name("hw.pagesize", &page8, &len8), "into 64 bits");
	is_int(page8, 4096, "its value");
	mib[1] = 24;
	is_int(sys(SYS_sysctl, mib, 2, &mem, &len8, NULL, 0), 0, "hw.memsize");
	ok(mem > 16 << 20, "%ld", (long)mem);
	len8 = 8;
	is_ok(by_name("kern.usrstack64", &stack, &len8), "kern.usrstack64");
	ok(stack > (uint64_t)&stack, "is above the stack");
	len8 = 16;
	is_ok(by_name("kern.boottime", tv, &len8), "kern.boottime");
	ok(len8 == 16 && tv[0] > 1000000000 && (tv[1] & 0xffffffff) < 1000000, "is a time");
	len = 4;
	is_ok(by_name("hw.optional.sse2", &page, &len), "hw.optional.sse2");
	is_int(page, 1, "its value");
}

static void names(void)
{
	int oid[12], query[5] = { 0, 3 };
	size_t len = sizeof(oid);
	const char *name = "hw.memsize";
	char buf[64];

	is_int(sys(SYS_sysctl, query, 2, oid, &len, name, strlen(name)), 0, "{0,3}");
	ok(len == 8 && oid[0] == 6 && oid[1] == 24, "hw.memsize is {6,24}");
	name = "no.such.name";
	len = sizeof(oid);
	is_err(bsd(SYS_sysctl, query, 2, oid, &len, name, strlen(name)), ENOENT, "no such name");
	query[1] = 1;
	query[2] = 1;
	query[3] = 10;
	len = sizeof(buf);
	is_int(sys(SYS_sysctl, query, 4, buf, &len, NULL, 0), 0, "{0,1}");
	is_str(buf, "kern.hostname", "{1,10} is kern.hostname");
	query[1] = 2;
	len = sizeof(oid);
	is_int(sys(SYS_sysctl, query, 4, oid, &len, NULL, 0), 0, "{0,2}");
	ok(len == 8 && oid[0] == 1 && oid[1] == 11, "{1,11} comes next");
	query[1] = 4;
	len = sizeof(buf);
	is_int(sys(SYS_sysctl, query, 4, buf, &len, NULL, 0), 0, "{0,4}");
	ok(buf[0] == 3 && !strcmp(buf + 4, "A"), "a string");
	is_err(by_name("kern.nothing", buf, &len), ENOENT, "sysctlbyname of nothing");
	is_err(bsd(SYS_sysctlbyname, "x", 5000, buf, &len, NULL, 0), ENAMETOOLONG, "too long");
}

static void hostname(void)
{
	char old[256] = "", buf[256] = "";
	size_t len = sizeof(old);

	is_ok(by_name("kern.hostname", old, &len), "kern.hostname");
	is_int(sys(SYS_sysctlbyname, "kern.hostname", 13, NULL, NULL, "tester", 6), 0, "set");
	len = sizeof(buf);
	by_name("kern.hostname", buf, &len);
	is_str(buf, "tester", "and read back");
	sys(SYS_sysctlbyname, "kern.hostname", 13, NULL, NULL, old, strlen(old));
}

static void processes(const char *me)
{
	static unsigned char kp[648 * 4096];
	static char args[65536];
	int mib[4] = { 1, 14, 1, (int)self_pid() }, pid = 0, argc = 0;
	size_t len = 648, i, n = 0;
	const char *p, *end;

	is_int(sys(SYS_sysctl, mib, 4, kp, &len, NULL, 0), 0, "kern.proc.pid");
	is_int(len, 648, "one entry");
	memcpy(&pid, kp + 40, 4);
	is_int(pid, mib[3], "p_pid");
	memcpy(&pid, kp + 560, 4);
	is_int(pid, sys(SYS_getppid), "e_ppid");
	is_str((char *)kp + 243, strrchr(me, '/') ? strrchr(me, '/') + 1 : me, "p_comm");
	mib[3] = 0x3ffffff;
	len = 648;
	is_int(sys(SYS_sysctl, mib, 4, kp, &len, NULL, 0), 0, "of nobody");
	is_int(len, 0, "no entry");
	mib[2] = 0;
	mib[3] = 0;
	is_int(sys(SYS_sysctl, mib, 4, NULL, &len, NULL, 0), 0, "kern.proc.all: size");
	ok(len % 648 == 0 && len >= 648 * 6, "of some entries");
	len = sizeof(kp);
	is_int(sys(SYS_sysctl, mib, 4, kp, &len, NULL, 0), 0, "kern.proc.all");
	for (i = 0; i < len / 648; i++) {
		memcpy(&pid, kp + i * 648 + 40, 4);
		n += pid == self_pid() || pid == 1;
	}
	is_int(n, 2, "init and this process are among them");
	len = 1000;
	is_err(bsd(SYS_sysctl, mib, 4, kp, &len, NULL, 0), ENOMEM, "no room");
	is_int(len, 648, "whole entries only");

	mib[1] = 49;
	mib[2] = (int)self_pid();
	len = sizeof(args);
	is_int(sys(SYS_sysctl, mib, 3, args, &len, NULL, 0), 0, "kern.procargs2");
	memcpy(&argc, args, 4);
	is_int(argc, 1, "argc");
	end = args + len;
	for (p = args + 4 + strlen(args + 4); p < end && !*p; p++)
		;
	is_str(p, me, "argv[0] behind the path");
	p += strlen(p) + 1;
	ok(p < end && strchr(p, '='), "then the environment");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	sizes();
	numbers();
	names();
	hostname();
	processes(argv[0]);
	return done();
}
