/* SPDX-License-Identifier: GPL-2.0-only */
/* Signal handlers of Mach-O test programs. */
#ifndef _MACHO_SIGNAL_H
#define _MACHO_SIGNAL_H

#include "darwin_consts.h"
#include "darwin_structs.h"
#include "sys.h"

typedef void (*signal_fn)(int sig, siginfo_t *info, struct ucontext64 *uc);

extern char signal_trampoline[];

/* Calls @fn through the trampoline; @flags are SA_*. 0 or minus errno. */
static inline long signal_set(int sig, signal_fn fn, int flags, uint32_t mask)
{
	struct __sigaction sa = {
		.sa_handler = (void *)fn,
		.sa_tramp = signal_trampoline,
		.sa_mask = mask,
		.sa_flags = flags,
	};

	return sys(SYS_sigaction, sig, &sa, NULL);
}

#define signal_bit(sig)		(1U << ((sig) - 1))

#endif /* _MACHO_SIGNAL_H */
