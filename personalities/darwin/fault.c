// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hardware exceptions that Darwin reports by another signal than Linux does.
 *
 *	access that a mapping forbids	SIGBUS (Linux: SIGSEGV)
 *	stack segment, segment missing	SIGILL (Linux: SIGBUS)
 *	overflow			SIGFPE (Linux: SIGSEGV)
 *
 * A program that handles the Darwin signal only would be killed by the other
 * one, so the exception is caught before the kernel has chosen. Everything else
 * is left to the kernel; siginfo.c translates the codes.
 *
 * Rules: osfmk/i386/trap.c, bsd/uxkern/ux_exception.c (facts only).
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <asm/processor.h>
#include <asm/trapnr.h>

#include "darwin.h"
#include "signal.h"

/*
 * Darwin tells "no such address" (SIGSEGV) from "not allowed here" (SIGBUS) by
 * its map. Below the image is __PAGEZERO: Darwin has no mapping there, where a
 * loader of ours may have an inaccessible one.
 */
static bool is_protection_failure(struct persona_thread *thread, unsigned long addr)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	bool mapped = false;

	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (vma && vma->vm_start <= addr)
		mapped = (vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) ||
			 addr >= darwin_proc(thread->proc)->image_base;
	mmap_read_unlock(mm);
	return mapped;
}

/* As the kernel's force_sig_info(): an exception can be neither blocked nor ignored. */
static void force(int sig, int code, unsigned long addr)
{
	struct sighand_struct *sighand = rcu_dereference_raw(current->sighand);
	struct k_sigaction *ka = &sighand->action[sig - 1];
	struct kernel_siginfo info;
	bool blocked;

	clear_siginfo(&info);
	info.si_signo = sig;
	info.si_code = code;
	info.si_addr = (void __user *)addr;

	spin_lock_irq(&sighand->siglock);
	blocked = sigismember(&current->blocked, sig);
	if (blocked || ka->sa.sa_handler == SIG_IGN) {
		ka->sa.sa_handler = SIG_DFL;
		if (blocked) {
			sigdelset(&current->blocked, sig);
			recalc_sigpending();
		}
	}
	spin_unlock_irq(&sighand->siglock);
	send_sig_info(sig, &info, current);
}

/**
 * darwin_fault - struct personality.fault
 * @thread: the thread
 * @regs: user registers, at the instruction
 * @trapnr: X86_TRAP_*
 * @error_code: of the exception
 * @addr: page fault: the address
 *
 * Context: the thread itself; may sleep.
 * Return: true when Darwin's signal is pending, false for the kernel's.
 */
bool darwin_fault(struct persona_thread *thread, struct pt_regs *regs, int trapnr,
		  unsigned long error_code, unsigned long addr)
{
	int sig, code;

	switch (trapnr) {
	case X86_TRAP_PF:
		if (!is_protection_failure(thread, addr))
			return false;
		sig = SIGBUS;
		code = BUS_ADRERR;
		break;
	case X86_TRAP_TS:
	case X86_TRAP_NP:
	case X86_TRAP_SS:
		sig = SIGILL;
		code = ILL_ILLOPC;
		addr = regs->ip;
		break;
	case X86_TRAP_OF:
		sig = SIGFPE;
		code = FPE_INTOVF;
		addr = regs->ip;
		break;
	default:
		return false;
	}
	/* What the frame shows of the exception. */
	current->thread.trap_nr = trapnr;
	current->thread.error_code = error_code;
	current->thread.cr2 = trapnr == X86_TRAP_PF ? addr : 0;
	force(sig, code, addr);
	return true;
}
