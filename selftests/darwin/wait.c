// SPDX-License-Identifier: GPL-2.0-only
/* Wait statuses, waitid and resource usage. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

#define CLD_EXITED_	1
#define CLD_KILLED_	2
#define CLD_STOPPED_	5
#define CLD_CONTINUED_	6

static long sleeper(void)
{
	long pid = sys_fork();

	if (pid)
		return pid;
	for (;;)
		msleep(1000);
}

static void statuses(void)
{
	int status = -1;
	long pid;

	is_err(bsd(SYS_wait4, -1, &status, 0, NULL), ECHILD, "wait4 without children");
	pid = sys_fork();
	if (!pid)
		sys_exit(300);
	is_int(sys(SYS_wait4, pid, &status, 0, NULL), pid, "wait4 of one");
	is_hex(status, (300 & 0xff) << 8, "exited");

	pid = sleeper();
	is_int(sys(SYS_wait4, pid, &status, WNOHANG, NULL), 0, "WNOHANG");
	sys(SYS_kill, pid, SIGSTOP, 1);
	is_int(sys(SYS_wait4, -1, &status, WUNTRACED, NULL), pid, "WUNTRACED");
	is_hex(status, SIGSTOP << 8 | 0x7f, "stopped, by Darwin's SIGSTOP");
	sys(SYS_kill, pid, SIGCONT, 1);
	is_int(sys(SYS_wait4, pid, &status, WCONTINUED, NULL), pid, "WCONTINUED");
	is_hex(status, 0x137f, "continued");
	sys(SYS_kill, pid, SIGUSR1, 1);
	is_int(sys(SYS_wait4, 0, &status, 0, NULL), pid, "wait4 of the group");
	is_hex(status, SIGUSR1, "killed by Darwin's SIGUSR1");

	pid = sleeper();
	sys(SYS_kill, pid, SIGEMT, 1);
	sys(SYS_wait4, pid, &status, 0, NULL);
	is_hex(status, SIGEMT, "killed by SIGEMT");
	pid = sleeper();
	sys(SYS_kill, pid, SIGINFO, 1);
	msleep(50);
	is_int(sys(SYS_wait4, pid, &status, WNOHANG, NULL), 0, "SIGINFO does not kill");
	sys(SYS_kill, pid, SIGKILL, 1);
	sys(SYS_wait4, pid, &status, 0, NULL);
	is_hex(status, SIGKILL, "SIGKILL does");
	is_err(bsd(SYS_wait4, -1, &status, 0x400, NULL), EINVAL, "unknown option");
}

static void by_id(void)
{
	siginfo_t si;
	long pid = sleeper();

	memset(&si, 0x55, sizeof(si));
	is_int(sys(SYS_waitid, 1, pid, &si, WEXITED | WNOHANG), 0, "waitid, WNOHANG");
	ok(!si.si_signo && !si.si_pid, "nothing yet");
	/* Not SIGTSTP: in an orphaned process group that stops nobody. */
	sys(SYS_kill, pid, SIGSTOP, 1);
	is_int(sys(SYS_waitid, 1, pid, &si, WSTOPPED), 0, "WSTOPPED");
	is_int(si.si_code, CLD_STOPPED_, "si_code");
	is_int(si.si_status, SIGSTOP, "si_status: Darwin's number");
	sys(SYS_kill, pid, SIGCONT, 1);
	is_int(sys(SYS_waitid, 0, 0, &si, WCONTINUED), 0, "WCONTINUED");
	is_int(si.si_code, CLD_CONTINUED_, "si_code");
	sys(SYS_kill, pid, SIGBUS, 1);
	is_int(sys(SYS_waitid, 0, 0, &si, WEXITED | WNOWAIT), 0, "WNOWAIT");
	is_int(sys(SYS_waitid, 0, 0, &si, WEXITED), 0, "WEXITED");
	is_int(si.si_signo, SIGCHLD, "si_signo");
	ok(si.si_code == CLD_KILLED_ || si.si_code == 3, "si_code");
	is_int(si.si_status, SIGBUS, "si_status");
	is_int(si.si_pid, pid, "si_pid");
	is_err(bsd(SYS_waitid, 0, 0, &si, WEXITED), ECHILD, "nobody left");
	is_err(bsd(SYS_waitid, 0, 0, &si, WNOHANG), EINVAL, "nothing to wait for");
	is_err(bsd(SYS_waitid, 7, 0, &si, WEXITED), EINVAL, "unknown idtype");
}

static volatile char big[8 << 20];

static void usage(void)
{
	struct rusage ru;
	long pid = sys_fork();
	size_t i;
	int status;

	if (!pid) {
		for (i = 0; i < sizeof(big); i += 4096)
			big[i] = 1;
		sys_exit(0);
	}
	memset(&ru, 0x55, sizeof(ru));
	is_int(sys(SYS_wait4, pid, &status, 0, &ru), pid, "wait4 with rusage");
	ok(ru.ru_maxrss >= (int64_t)sizeof(big) / 2 && ru.ru_maxrss < (1L << 32),
	   "ru_maxrss is in bytes: %ld", (long)ru.ru_maxrss);
	ok(ru.ru_minflt > 0, "ru_minflt");
	ok(ru.ru_utime.tv_usec < 1000000, "ru_utime");
	is_int(sys(SYS_getrusage, -1, &ru), 0, "getrusage of children");
	ok(ru.ru_maxrss >= (int64_t)sizeof(big) / 2, "theirs");
	is_int(sys(SYS_getrusage, 0, &ru), 0, "getrusage");
	is_err(bsd(SYS_getrusage, 1, &ru), EINVAL, "of a thread");
	is_err(bsd(SYS_getrusage, 0, 8), EFAULT, "to nowhere");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	statuses();
	by_id();
	usage();
	return done();
}
