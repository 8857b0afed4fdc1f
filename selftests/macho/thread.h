/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads of Mach-O test programs, by bsdthread_register and bsdthread_create. */
#ifndef _MACHO_THREAD_H
#define _MACHO_THREAD_H

#include "sys.h"

#define THREAD_STACK	0x40000

/**
 * struct thread - a thread
 * @fn: what it runs
 * @arg: its argument
 * @stack: lowest address of its stack, THREAD_STACK bytes
 * @regs: what the kernel passed: pthread, port, function, argument, stack,
 *	flags, rsp
 * @gone: set by the thread's last instructions
 */
struct thread {
	void (*fn)(void *arg);
	void *arg;
	char *stack;
	uint64_t regs[7];
	volatile uint32_t gone;
};

/* Registers the entry point, once per process; minus errno or the feature bits. */
long thread_setup(void);
/* Starts @t; 0 or minus errno. */
long thread_create(struct thread *t, void (*fn)(void *arg), void *arg);
/* Waits until @t is gone, at most @ms milliseconds; false: it is not. */
bool thread_join(struct thread *t, unsigned int ms);

#endif /* _MACHO_THREAD_H */
