// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signal numbers, masks and siginfo between Linux and Darwin. Pure
 * conversions; signal.c has the calls, sigframe.c the frames.
 */
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/user_namespace.h>

#include "darwin.h"
#include "signal.h"

/**
 * darwin_sig_to_native - native number of a Darwin signal
 * @dsig: 1..31; anything else is answered with 0
 *
 * Context: any.
 * Return: the number, or 0 when there is none.
 */
int darwin_sig_to_native(int dsig)
{
	switch (dsig) {
	case DARWIN_SIGEMT:
		return DARWIN_NATIVE_SIGEMT;
	case DARWIN_SIGINFO:
		return DARWIN_NATIVE_SIGINFO;
	}
	if (dsig <= 0 || dsig >= DARWIN_NSIG)
		return 0;
	return persona_map_to_native(&darwin_signal_map, dsig);
}
EXPORT_SYMBOL_FOR_TEST(darwin_sig_to_native);

/**
 * darwin_sig_to_foreign - Darwin number of a native signal
 * @sig: native number
 *
 * Context: any.
 * Return: the number, or 0 for a signal that Darwin does not know.
 */
int darwin_sig_to_foreign(int sig)
{
	switch (sig) {
	case DARWIN_NATIVE_SIGEMT:
		return DARWIN_SIGEMT;
	case DARWIN_NATIVE_SIGINFO:
		return DARWIN_SIGINFO;
	}
	if (sig <= 0 || sig > _NSIG)
		return 0;
	return persona_map_to_foreign(&darwin_signal_map, sig);
}
EXPORT_SYMBOL_FOR_TEST(darwin_sig_to_foreign);

/**
 * darwin_sigmask_to_foreign - Darwin form of a native signal mask
 * @native: bit n-1 is signal n
 *
 * Signals that Darwin does not know are left out.
 *
 * Context: any.
 * Return: the mask.
 */
u32 darwin_sigmask_to_foreign(u64 native)
{
	u32 mask = 0;
	int d, n;

	for (d = 1; d < DARWIN_NSIG; d++) {
		n = darwin_sig_to_native(d);
		if (n && (native & BIT_ULL(n - 1)))
			mask |= BIT(d - 1);
	}
	return mask;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sigmask_to_foreign);

/**
 * darwin_sigmask_to_native - native form of a Darwin signal mask
 * @foreign: bit n-1 is signal n
 *
 * Context: any.
 * Return: the mask.
 */
u64 darwin_sigmask_to_native(u32 foreign)
{
	u64 mask = 0;
	int d, n;

	for (d = 1; d < DARWIN_NSIG; d++) {
		if (!(foreign & BIT(d - 1)))
			continue;
		n = darwin_sig_to_native(d);
		if (n)
			mask |= BIT_ULL(n - 1);
	}
	return mask;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sigmask_to_native);

/* Indexed by the native si_code of a hardware exception. */
static const u8 ill_codes[] = {
	[ILL_ILLOPC] = 1, [ILL_ILLOPN] = 4, [ILL_ILLADR] = 5, [ILL_ILLTRP] = 2,
	[ILL_PRVOPC] = 3, [ILL_PRVREG] = 6, [ILL_COPROC] = 7, [ILL_BADSTK] = 8,
};

static const u8 fpe_codes[] = {
	[FPE_INTDIV] = 7, [FPE_INTOVF] = 8, [FPE_FLTDIV] = 1, [FPE_FLTOVF] = 2,
	[FPE_FLTUND] = 3, [FPE_FLTRES] = 4, [FPE_FLTINV] = 5, [FPE_FLTSUB] = 6,
};

/**
 * darwin_sicode - Darwin si_code of a native one
 * @sig: native signal
 * @code: native si_code
 *
 * Codes without a Darwin number become 0, which Darwin uses for "nothing
 * known" (ILL_NOOP, SEGV_NOOP, ...).
 *
 * Context: any.
 * Return: the code.
 */
int darwin_sicode(int sig, int code)
{
	switch (code) {
	case SI_USER:
	case SI_TKILL:
		return DARWIN_SI_USER;
	case SI_QUEUE:
		return DARWIN_SI_QUEUE;
	case SI_TIMER:
		return DARWIN_SI_TIMER;
	case SI_ASYNCIO:
		return DARWIN_SI_ASYNCIO;
	case SI_MESGQ:
		return DARWIN_SI_MESGQ;
	}
	if (code < 0)
		return DARWIN_SI_USER;

	switch (sig) {
	case SIGILL:
		/* The one code that Darwin gives for an invalid opcode. */
		if (code == ILL_ILLOPN || code == SI_KERNEL)
			return DARWIN_ILL_ILLOPC;
		return code < ARRAY_SIZE(ill_codes) ? ill_codes[code] : 0;
	case SIGFPE:
		return code < ARRAY_SIZE(fpe_codes) ? fpe_codes[code] : 0;
	case SIGTRAP:
		return code == TRAP_TRACE || code == TRAP_HWBKPT ?
			DARWIN_TRAP_TRACE : DARWIN_TRAP_BRKPT;
	case SIGSEGV:
		return code == SEGV_MAPERR || code == SEGV_ACCERR ? code : DARWIN_SEGV_NOOP;
	case SIGBUS:
		return code >= BUS_ADRALN && code <= BUS_OBJERR ? code : DARWIN_BUS_ADRERR;
	case SIGCHLD:
		return code >= CLD_EXITED && code <= CLD_CONTINUED ? code : 0;
	case SIGIO:
		return code >= POLL_IN && code <= POLL_HUP ? code : 0;
	}
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_sicode);

/**
 * darwin_fill_siginfo - Darwin siginfo of a native one
 * @d: is filled completely
 * @info: native
 * @dsig: Darwin number of the signal
 *
 * Context: any.
 */
void darwin_fill_siginfo(struct darwin_siginfo *d, const kernel_siginfo_t *info, int dsig)
{
	int sig = info->si_signo;
	int code = info->si_code;

	memset(d, 0, sizeof(*d));
	d->signo = dsig;
	d->code = darwin_sicode(sig, code);

	if (code == SI_TIMER) {
		d->value = (u64)(uintptr_t)info->si_value.sival_ptr;
		return;
	}
	if (code <= 0) {
		d->pid = info->si_pid;
		d->uid = info->si_uid;
		if (code != SI_USER && code != SI_TKILL)
			d->value = (u64)(uintptr_t)info->si_value.sival_ptr;
		return;
	}
	if (code == SI_KERNEL)
		return;

	switch (sig) {
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGTRAP:
		d->addr = (u64)(uintptr_t)info->si_addr;
		break;
	case SIGCHLD:
		d->pid = info->si_pid;
		d->uid = info->si_uid;
		d->status = info->si_status;
		if (code != CLD_EXITED)
			d->status = darwin_sig_to_foreign(info->si_status);
		break;
	case SIGIO:
		d->band = info->si_band;
		break;
	}
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_siginfo);
