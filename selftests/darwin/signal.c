// SPDX-License-Identifier: GPL-2.0-only
/* Actions, masks, pending signals, alternate stacks, kill and interrupted calls. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

static long self_pid(void)
{
	return sys(SYS_getpid);
}

#define SIG_DFL_	((signal_fn)0)
#define SIG_IGN_	((signal_fn)1)

static volatile int count, last_sig, last_code, last_pid;
static volatile uint32_t mask_inside;
static volatile uint64_t sp_inside;

static void handler(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	uint32_t mask = 0;

	count++;
	last_sig = sig;
	last_code = info->si_code;
	last_pid = info->si_pid;
	sys(SYS_sigprocmask, SIG_BLOCK, NULL, &mask);
	mask_inside = mask;
	sp_inside = (uint64_t)__builtin_frame_address(0);
}

static void again(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	if (++count == 1)
		sys(SYS_kill, self_pid(), sig, 1);
	last_sig = count;
}

static void raise_(int sig)
{
	sys(SYS_kill, self_pid(), sig, 1);
}

static void all_signals(void)
{
	int sig, wrong = 0, n = 0;

	for (sig = 1; sig < 32; sig++) {
		if (sig == SIGKILL || sig == SIGSTOP)
			continue;
		count = 0;
		if (signal_set(sig, handler, SA_SIGINFO, 0))
			wrong++;
		raise_(sig);
		n++;
		if (count != 1 || last_sig != sig || last_code != SI_USER ||
		    last_pid != self_pid()) {
			msg("signal %d: count %d, number %d, code %x", sig, count, last_sig,
			    last_code);
			wrong++;
		}
		signal_set(sig, SIG_DFL_, 0, 0);
	}
	is_int(n, 29, "29 signals can be handled");
	is_int(wrong, 0, "each arrives with its number, sender and code");
}

static void actions(void)
{
	struct sigaction old = { 0 };

	is_err(bsd(SYS_sigaction, 0, NULL, &old), EINVAL, "sigaction of 0");
	is_err(bsd(SYS_sigaction, 32, NULL, &old), EINVAL, "sigaction of 32");
	is_int(signal_set(SIGKILL, handler, 0, 0), -EINVAL, "SIGKILL cannot be handled");
	is_int(signal_set(SIGSTOP, handler, 0, 0), -EINVAL, "SIGSTOP cannot be handled");
	is_err(bsd(SYS_sigaction, SIGUSR1, (void *)8, NULL), EFAULT, "sigaction from nowhere");

	signal_set(SIGUSR1, handler, SA_SIGINFO | SA_RESTART | SA_ONSTACK,
		   signal_bit(SIGUSR2) | signal_bit(SIGINFO));
	is_int(sys(SYS_sigaction, SIGUSR1, NULL, &old), 0, "the old action");
	is_hex((uint64_t)old.sa_handler, (uint64_t)handler, "its handler");
	is_hex(old.sa_flags, SA_SIGINFO | SA_RESTART | SA_ONSTACK, "its flags");
	is_hex(old.sa_mask, signal_bit(SIGUSR2) | signal_bit(SIGINFO), "its mask");
	signal_set(SIGUSR1, SIG_IGN_, 0, 0);
	sys(SYS_sigaction, SIGUSR1, NULL, &old);
	is_hex((uint64_t)old.sa_handler, 1, "SIG_IGN");
	raise_(SIGUSR1);
	ok(true, "an ignored signal does nothing");
	signal_set(SIGUSR1, SIG_DFL_, 0, 0);
	sys(SYS_sigaction, SIGUSR1, NULL, &old);
	is_hex((uint64_t)old.sa_handler, 0, "SIG_DFL");

	sys(SYS_sigaction, SIGINFO, NULL, &old);
	is_hex((uint64_t)old.sa_handler, 0, "SIGINFO is at its default");
	raise_(SIGINFO);
	raise_(SIGURG);
	raise_(SIGWINCH);
	raise_(SIGCHLD);
	raise_(SIGCONT);
	ok(true, "which is to be ignored, as for SIGURG, SIGWINCH, SIGCHLD, SIGCONT");

	count = 0;
	signal_set(SIGUSR2, handler, SA_RESETHAND | SA_SIGINFO, 0);
	raise_(SIGUSR2);
	sys(SYS_sigaction, SIGUSR2, NULL, &old);
	ok(count == 1 && !old.sa_handler, "SA_RESETHAND");

	count = 0;
	signal_set(SIGUSR1, again, SA_NODEFER, 0);
	raise_(SIGUSR1);
	ok(count == 2 && last_sig == 2, "SA_NODEFER: the handler is entered again");
	count = 0;
	signal_set(SIGUSR1, again, 0, 0);
	raise_(SIGUSR1);
	is_int(count, 2, "else after it has returned");
}

static void masks(void)
{
	uint32_t set, old = 0, pending = 0;

	signal_set(SIGUSR1, handler, SA_SIGINFO, signal_bit(SIGTERM) | signal_bit(SIGEMT));
	count = 0;
	set = signal_bit(SIGUSR1) | signal_bit(SIGKILL);
	is_int(sys(SYS_sigprocmask, SIG_BLOCK, &set, &old), 0, "SIG_BLOCK");
	is_hex(old, 0, "nothing was blocked");
	raise_(SIGUSR1);
	is_int(count, 0, "a blocked signal waits");
	is_int(sys(SYS_sigpending, &pending), 0, "sigpending");
	is_hex(pending, signal_bit(SIGUSR1), "SIGUSR1 is pending");
	sys(SYS_sigprocmask, SIG_SETMASK, NULL, &old);
	is_hex(old, signal_bit(SIGUSR1), "SIGKILL cannot be blocked");
	set = 0;
	is_int(sys(SYS_sigprocmask, SIG_SETMASK, &set, NULL), 0, "SIG_SETMASK");
	is_int(count, 1, "unblocked, it arrives");
	is_hex(mask_inside, signal_bit(SIGUSR1) | signal_bit(SIGTERM) | signal_bit(SIGEMT),
	       "mask inside of the handler");
	sys(SYS_sigprocmask, SIG_BLOCK, NULL, &old);
	is_hex(old, 0, "mask behind it");
	is_err(bsd(SYS_sigprocmask, 0, &set, NULL), EINVAL, "how is 1, 2 or 3: 0");
	is_err(bsd(SYS_sigprocmask, 4, &set, NULL), EINVAL, "4");

	set = signal_bit(SIGUSR1);
	sys(SYS___pthread_sigmask, SIG_BLOCK, &set, NULL);
	raise_(SIGUSR1);
	count = 0;
	is_err(bsd(SYS_sigsuspend, ~signal_bit(SIGUSR1)), EINTR, "sigsuspend");
	is_int(count, 1, "after the handler");
	sys(SYS_sigprocmask, SIG_BLOCK, NULL, &old);
	is_hex(old, signal_bit(SIGUSR1), "the mask is back");

	raise_(SIGUSR1);
	{
		int sig = 0;

		is_int(sys(SYS___sigwait, &set, &sig), 0, "sigwait");
		is_int(sig, SIGUSR1, "of the pending signal");
	}
	set = signal_bit(SIGINFO);
	sys(SYS_sigprocmask, SIG_SETMASK, &set, NULL);
	raise_(SIGINFO);
	sys(SYS_sigpending, &pending);
	is_hex(pending, signal_bit(SIGINFO), "a blocked SIGINFO is kept");
	set = 0;
	sys(SYS_sigprocmask, SIG_SETMASK, &set, NULL);
	ok(true, "and ignored when unblocked");
}

static char stack[65536] __attribute__((__aligned__(16)));

static void on_stack(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	stack_t ss, other = { stack, sizeof(stack), 0 };

	handler(sig, info, uc);
	sys(SYS_sigaltstack, NULL, &ss);
	last_code = ss.ss_flags;
	last_sig = sys(SYS_sigaltstack, &other, NULL);
}

static void alternate_stack(void)
{
	stack_t ss = { 0 }, set = { stack, sizeof(stack), 0 };

	is_int(sys(SYS_sigaltstack, NULL, &ss), 0, "sigaltstack");
	is_hex(ss.ss_flags, SS_DISABLE, "none at first");
	set.ss_size = 32767;
	is_err(bsd(SYS_sigaltstack, &set, NULL), ENOMEM, "one byte less than MINSIGSTKSZ");
	set.ss_size = sizeof(stack);
	set.ss_flags = 2;
	is_err(bsd(SYS_sigaltstack, &set, NULL), EINVAL, "unknown flag");
	set.ss_flags = 0;
	is_int(sys(SYS_sigaltstack, &set, NULL), 0, "set");
	sys(SYS_sigaltstack, NULL, &ss);
	ok(ss.ss_sp == stack && ss.ss_size == sizeof(stack) && !ss.ss_flags, "and read back");

	signal_set(SIGUSR1, on_stack, SA_SIGINFO | SA_ONSTACK, 0);
	raise_(SIGUSR1);
	ok(sp_inside > (uint64_t)stack && sp_inside < (uint64_t)stack + sizeof(stack),
	   "SA_ONSTACK: the handler runs there");
	is_hex(last_code, SS_ONSTACK, "which SS_ONSTACK says");
	is_int(last_sig, -EPERM, "and it cannot be changed meanwhile");
	signal_set(SIGUSR1, handler, SA_SIGINFO, 0);
	raise_(SIGUSR1);
	ok(sp_inside < (uint64_t)stack || sp_inside > (uint64_t)stack + sizeof(stack),
	   "no SA_ONSTACK: it does not");
	set.ss_flags = SS_DISABLE;
	is_int(sys(SYS_sigaltstack, &set, NULL), 0, "SS_DISABLE");
	sys(SYS_sigaltstack, NULL, &ss);
	is_hex(ss.ss_flags & SS_DISABLE, SS_DISABLE, "read back");
}

/* A child sends @sig after a while and then what ends the read. */
static long helper(struct sysret p, int sig)
{
	long parent = self_pid(), pid = sys_fork();

	if (pid)
		return pid;
	msleep(100);
	sys(SYS_kill, parent, sig, 1);
	msleep(100);
	sys(SYS_write, p.rdx, "x", 1);
	sys_exit(0);
}

static void interrupted(void)
{
	struct sysret p = bsd(SYS_pipe);
	struct timeval tv = { 5, 0 };
	long pid;
	char c;

	count = 0;
	signal_set(SIGUSR1, handler, SA_SIGINFO, 0);
	pid = helper(p, SIGUSR1);
	is_err(bsd(SYS_read, p.rax, &c, 1), EINTR, "read interrupted");
	is_int(count, 1, "by the handler");
	is_int(sys(SYS_read, p.rax, &c, 1), 1, "read");
	child_wait(pid);

	signal_set(SIGUSR1, handler, SA_SIGINFO | SA_RESTART, 0);
	pid = helper(p, SIGUSR1);
	is_int(sys(SYS_read, p.rax, &c, 1), 1, "SA_RESTART: read goes on");
	is_int(count, 2, "after the handler");
	child_wait(pid);

	pid = helper(p, SIGUSR1);
	is_err(bsd(SYS_select, 0, NULL, NULL, NULL, &tv), EINTR, "select never restarts");
	is_int(count, 3, "after the handler");
	sys(SYS_read, p.rax, &c, 1);
	child_wait(pid);

	/* Stopping and going on does not interrupt. */
	tv.tv_sec = 0;
	tv.tv_usec = 300000;
	pid = sys_fork();
	if (!pid)
		sys_exit(sys(SYS_select, 0, NULL, NULL, NULL, &tv) == 0 ? 0 : 1);
	msleep(50);
	sys(SYS_kill, pid, SIGSTOP, 1);
	msleep(50);
	sys(SYS_kill, pid, SIGCONT, 1);
	is_int(child_status(pid), 0, "select goes on after SIGSTOP and SIGCONT");
}

static void kills(void)
{
	long pid, self = self_pid();

	is_err(bsd(SYS_kill, self, 32, 1), EINVAL, "kill with 32");
	is_err(bsd(SYS_kill, self, -1, 1), EINVAL, "kill with -1");
	is_err(bsd(SYS_kill, 0x3ffffff, 0, 1), ESRCH, "kill of nobody");
	is_int(sys(SYS_kill, self, 0, 1), 0, "kill with 0");
	count = 0;
	signal_set(SIGUSR1, handler, SA_SIGINFO, 0);
	sys(SYS_setpgid, 0, 0);
	pid = sys_fork();
	if (!pid) {
		signal_set(SIGUSR1, SIG_DFL_, 0, 0);
		msleep(10000);
		sys_exit(0);
	}
	msleep(50);
	is_int(sys(SYS_kill, 0, SIGUSR1, 1), 0, "kill of the own group");
	is_int(count, 1, "reaches the sender");
	is_hex(child_wait(pid), SIGUSR1, "and the other, with Darwin's number in the status");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	actions();
	all_signals();
	masks();
	alternate_stack();
	interrupted();
	kills();
	return done();
}
