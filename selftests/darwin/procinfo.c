// SPDX-License-Identifier: GPL-2.0-only
/* proc_info: lists, structures, paths, descriptors. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"

#define LISTPIDS	1
#define PIDINFO		2
#define PIDFDINFO	3
#define SETCONTROL	5
#define PIDRUSAGE	9

static long self_pid(void)
{
	return sys(SYS_getpid);
}

static long parent_pid(void)
{
	return sys(SYS_getppid);
}

static void lists(void)
{
	static int pids[8192];
	long n, i, found = 0, size;

	size = sys(SYS_proc_info, LISTPIDS, 1, 0, 0, NULL, 0);
	ok(size > 8, "LISTPIDS: size");
	n = sys(SYS_proc_info, LISTPIDS, 1, 0, 0, pids, sizeof(pids)) / 4;
	for (i = 0; i < n; i++)
		found += pids[i] == self_pid() || pids[i] == 1;
	is_int(found, 2, "init and this process are in the list");
	n = sys(SYS_proc_info, LISTPIDS, 6, parent_pid(), 0, pids, sizeof(pids)) / 4;
	for (found = 0, i = 0; i < n; i++)
		found += pids[i] == self_pid();
	is_int(found, 1, "children of the parent");
	is_err(bsd(SYS_proc_info, LISTPIDS, 99, 0, 0, pids, 8), EINVAL, "unknown list");
	is_err(bsd(SYS_proc_info, 99, 0, 0, 0, pids, 8), EINVAL, "unknown call");
	is_err(bsd(SYS_proc_info, LISTPIDS, 1, 0, 0, (void *)8, 8), EFAULT, "bad buffer");
}

static volatile char big[8 << 20];

static void infos(const char *me)
{
	size_t i;
	struct proc_bsdinfo bi;
	unsigned char brief[64], task[96], all[232];
	uint64_t rusage[37];
	int value;
	char path[4096] = "";

	memset(&bi, 0x55, sizeof(bi));
	is_int(sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDTBSDINFO, 0, &bi, sizeof(bi)),
	       sizeof(bi), "PIDTBSDINFO");
	is_int(bi.pbi_pid, self_pid(), "pbi_pid");
	is_int(bi.pbi_ppid, sys(SYS_getppid), "pbi_ppid");
	is_int(bi.pbi_pgid, sys(SYS_getpgrp), "pbi_pgid");
	is_int(bi.pbi_uid, sys(SYS_geteuid), "pbi_uid");
	is_int(bi.pbi_status, 2, "pbi_status: runnable");
	ok(bi.pbi_flags & 0x10, "pbi_flags: 64 bit");
	is_str(bi.pbi_comm, strrchr(me, '/') ? strrchr(me, '/') + 1 : me, "pbi_comm");
	ok(bi.pbi_start_tvsec > 1000000000 && bi.pbi_start_tvusec < 1000000, "its start");
	is_int(sys(SYS_proc_info, PIDINFO, 1, PROC_PIDTBSDINFO, 0, &bi, sizeof(bi)), sizeof(bi),
	       "of init");
	is_int(bi.pbi_pid, 1, "pbi_pid");
	is_err(bsd(SYS_proc_info, PIDINFO, 0x3ffffff, PROC_PIDTBSDINFO, 0, &bi, sizeof(bi)),
	       ESRCH, "of nobody");
	is_err(bsd(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDTBSDINFO, 0, &bi, 100), ENOMEM,
	       "no room");

	is_int(sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDT_SHORTBSDINFO, 0, brief, 64), 64,
	       "PIDT_SHORTBSDINFO");
	memcpy(&value, brief, 4);
	is_int(value, self_pid(), "pbsi_pid");
	is_int(sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDTASKINFO, 0, task, 96), 96,
	       "PIDTASKINFO");
	memcpy(&value, task + 84, 4);
	is_int(value, 1, "pti_threadnum");
	is_int(sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDTASKALLINFO, 0, all, 232), 232,
	       "PIDTASKALLINFO");
	for (i = 0; i < sizeof(big); i += 4096)
		big[i] = 1;
	is_int(sys(SYS_proc_info, PIDRUSAGE, self_pid(), 2, 0, rusage, 0), 0, "PIDRUSAGE");
	ok(rusage[2 + 6] > sizeof(big) / 2, "resident size");

	is_int(sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDPATHINFO, 0, path, sizeof(path)), 0,
	       "PIDPATHINFO");
	ok(path[0] == '/' && strstr(path, "procinfo"), "%s", path);
	is_err(bsd(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDPATHINFO, 0, path, 3), ENOSPC,
	       "no room");
	is_err(bsd(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDPATHINFO, 0, path, 5000), EOVERFLOW,
	       "too much room");
}

static void descriptors(void)
{
	static unsigned char vnodes[2 * 1176];
	static unsigned char fi[1200];
	struct { int fd; unsigned int type; } fds[64];
	struct sysret p = bsd(SYS_pipe);
	long fd, n, i, file = 0, pipe = 0, size;

	sys(SYS_chdir, "/usr");
	size = sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDVNODEPATHINFO, 0, vnodes,
		   sizeof(vnodes));
	is_int(size, sizeof(vnodes), "PIDVNODEPATHINFO");
	is_str((char *)vnodes + 152, "/usr", "current directory");
	is_int(vnodes[136], 2, "vi_type: directory");

	fd = sys(SYS_open, "/etc/passwd", O_RDONLY, 0);
	n = sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDLISTFDS, 0, fds, sizeof(fds)) / 8;
	for (i = 0; i < n; i++) {
		file += fds[i].fd == fd && fds[i].type == 1;
		pipe += (fds[i].fd == (int)p.rax || fds[i].fd == (int)p.rdx) && fds[i].type == 6;
	}
	is_int(file, 1, "PIDLISTFDS: the file");
	is_int(pipe, 2, "both ends of the pipe");
	is_int(sys(SYS_proc_info, PIDFDINFO, self_pid(), PROC_PIDFDVNODEPATHINFO, fd, fi,
		   sizeof(fi)), sizeof(fi), "PIDFDVNODEPATHINFO");
	is_str((char *)fi + 24 + 152, "/etc/passwd", "its path");
	is_err(bsd(SYS_proc_info, PIDFDINFO, self_pid(), PROC_PIDFDVNODEPATHINFO, 99, fi,
		   sizeof(fi)), EBADF, "of a closed descriptor");
	sys(SYS_close, fd);
}

static void control(void)
{
	struct proc_bsdinfo bi;

	is_int(sys(SYS_proc_info, SETCONTROL, self_pid(), 2, 0, "renamed", 7), 0,
	       "SETCONTROL: thread name");
	sys(SYS_proc_info, PIDINFO, self_pid(), PROC_PIDTBSDINFO, 0, &bi, sizeof(bi));
	is_str(bi.pbi_comm, "renamed", "is seen");
	is_err(bsd(SYS_proc_info, SETCONTROL, 1, 2, 0, "renamed", 7), EINVAL, "of another");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	lists();
	infos(argv[0]);
	descriptors();
	control();
	return done();
}
