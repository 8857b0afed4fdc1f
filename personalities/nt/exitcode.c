// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exit codes: 32 bits there, eight bits or a signal here.
 *
 * An NT process sees another's code as it is. A Linux parent sees its low byte,
 * but never success for a code that is none, and for a program that died of an
 * exception what a shell reports of a native program that did: 128 and the
 * signal's number.
 */
#include <linux/kernel.h>
#include <linux/signal.h>

#include "process.h"

#define SHELL_SIGNAL	128	/* what a shell adds to the signal's number */

static const struct {
	u32 status;
	int sig;
} nt_exit_signals[] = {
	{ NT_STATUS_ACCESS_VIOLATION, SIGSEGV },
	{ NT_STATUS_BREAKPOINT, SIGTRAP },
	{ NT_STATUS_ILLEGAL_INSTRUCTION, SIGILL },
	{ NT_STATUS_INTEGER_DIVIDE_BY_ZERO, SIGFPE },
	{ NT_STATUS_CONTROL_C_EXIT, SIGINT },
	/* The rest goes one way: the first with a signal is its status. */
	{ NT_STATUS_IN_PAGE_ERROR, SIGBUS },
	{ NT_STATUS_STACK_OVERFLOW, SIGSEGV },
	{ NT_STATUS_GUARD_PAGE_VIOLATION, SIGSEGV },
	{ NT_STATUS_SINGLE_STEP, SIGTRAP },
	{ NT_STATUS_PRIVILEGED_INSTRUCTION, SIGSEGV },
	{ NT_STATUS_DATATYPE_MISALIGNMENT, SIGBUS },
	{ NT_STATUS_INTEGER_OVERFLOW, SIGFPE },
	{ NT_STATUS_FLOAT_DIVIDE_BY_ZERO, SIGFPE },
	{ NT_STATUS_FLOAT_INVALID_OPERATION, SIGFPE },
	{ NT_STATUS_FLOAT_OVERFLOW, SIGFPE },
	{ NT_STATUS_FLOAT_UNDERFLOW, SIGFPE },
	{ NT_STATUS_FLOAT_INEXACT_RESULT, SIGFPE },
	{ NT_STATUS_FLOAT_DENORMAL_OPERAND, SIGFPE },
	{ NT_STATUS_FLOAT_STACK_CHECK, SIGFPE },
};

/**
 * nt_exit_to_linux() - what a Linux parent learns
 * @code: NT exit code
 *
 * Context: any.
 * Return: argument of exit(2), 0 to 255.
 */
int nt_exit_to_linux(u32 code)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nt_exit_signals); i++)
		if (nt_exit_signals[i].status == code)
			return SHELL_SIGNAL + nt_exit_signals[i].sig;
	if (code && !(code & 0xff))
		return 1;
	return code & 0xff;
}
EXPORT_SYMBOL_FOR_TEST(nt_exit_to_linux);

/**
 * nt_exit_from_linux() - exit code of a process that did not choose one
 * @status: as wait(2) reports it
 *
 * Context: any.
 * Return: the code it gave to exit(2), or what stands for the signal.
 */
u32 nt_exit_from_linux(int status)
{
	int sig = status & 0x7f;
	unsigned int i;

	if (!sig)
		return (status >> 8) & 0xff;
	for (i = 0; i < ARRAY_SIZE(nt_exit_signals); i++)
		if (nt_exit_signals[i].sig == sig)
			return nt_exit_signals[i].status;
	return SHELL_SIGNAL + sig;
}
EXPORT_SYMBOL_FOR_TEST(nt_exit_from_linux);
