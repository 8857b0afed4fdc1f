/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assembly of the raw-call runtime for Mach-O test programs (x86-64): program
 * entry, thread entry, signal trampoline, and a system call with every
 * register under control. Everything is position-independent.
 */

	.text

/* Entered with rsp -> argc. Keeps what the kernel put into the registers. */
	.globl	start
	.p2align 4
start:
	pushfq
	popq	_start_regs+128(%rip)
	movq	%rax, _start_regs+0(%rip)
	movq	%rbx, _start_regs+8(%rip)
	movq	%rcx, _start_regs+16(%rip)
	movq	%rdx, _start_regs+24(%rip)
	movq	%rdi, _start_regs+32(%rip)
	movq	%rsi, _start_regs+40(%rip)
	movq	%rbp, _start_regs+48(%rip)
	movq	%rsp, _start_regs+56(%rip)
	movq	%r8, _start_regs+64(%rip)
	movq	%r9, _start_regs+72(%rip)
	movq	%r10, _start_regs+80(%rip)
	movq	%r11, _start_regs+88(%rip)
	movq	%r12, _start_regs+96(%rip)
	movq	%r13, _start_regs+104(%rip)
	movq	%r14, _start_regs+112(%rip)
	movq	%r15, _start_regs+120(%rip)
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	andq	$-16, %rsp
	callq	_runtime_start
	ud2

/*
 * void call_full(struct call_regs *r)
 *
 * Loads every register but rsp from @r, puts r->stack[] where arguments seven
 * and up belong (behind a return address), fills the red zone, does the
 * system call and stores every register back.
 */
	.globl	_call_full
	.p2align 4
_call_full:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdi			/* 72(%rsp) below */
	subq	$72, %rsp
	xorl	%ecx, %ecx
1:	movq	144(%rdi,%rcx,8), %rax
	movq	%rax, 8(%rsp,%rcx,8)
	incl	%ecx
	cmpl	$8, %ecx
	jne	1b
	leaq	1b(%rip), %rax
	movq	%rax, (%rsp)
	movq	%rsp, 136(%rdi)		/* rsp_before */
	movq	$-16, %rcx
	movabsq	$0x7265647a6f6e6521, %rax
2:	movq	%rax, (%rsp,%rcx,8)	/* the red zone */
	incq	%rcx
	jne	2b
	/* popfq would write to the red zone: use the struct as a stack */
	movq	%rsp, %rbx
	leaq	128(%rdi), %rsp
	popfq
	movq	%rbx, %rsp
	movq	0(%rdi), %rax
	movq	8(%rdi), %rbx
	movq	16(%rdi), %rcx
	movq	24(%rdi), %rdx
	movq	40(%rdi), %rsi
	movq	48(%rdi), %rbp
	movq	64(%rdi), %r8
	movq	72(%rdi), %r9
	movq	80(%rdi), %r10
	movq	88(%rdi), %r11
	movq	96(%rdi), %r12
	movq	104(%rdi), %r13
	movq	112(%rdi), %r14
	movq	120(%rdi), %r15
	movq	32(%rdi), %rdi
	syscall
	.globl	_call_full_return
_call_full_return:
	xchgq	%rdi, 72(%rsp)
	movq	%rax, 0(%rdi)
	movq	%rbx, 8(%rdi)
	movq	%rcx, 16(%rdi)
	movq	%rdx, 24(%rdi)
	movq	%rsi, 40(%rdi)
	movq	%rbp, 48(%rdi)
	movq	%rsp, 56(%rdi)
	movq	%r8, 64(%rdi)
	movq	%r9, 72(%rdi)
	movq	%r10, 80(%rdi)
	movq	%r11, 88(%rdi)
	movq	%r12, 96(%rdi)
	movq	%r13, 104(%rdi)
	movq	%r14, 112(%rdi)
	movq	%r15, 120(%rdi)
	movq	%rsp, %rbx
	leaq	136(%rdi), %rsp
	pushfq				/* to 128(%rdi) */
	movq	%rbx, %rsp
	cld
	movq	72(%rsp), %rax
	movq	%rax, 32(%rdi)
	/* is the red zone what it was? */
	movabsq	$0x7265647a6f6e6521, %rax
	xorl	%edx, %edx
	movq	$-16, %rcx
3:	cmpq	%rax, (%rsp,%rcx,8)
	je	4f
	incl	%edx
4:	incq	%rcx
	jne	3b
	movq	%rdx, 208(%rdi)		/* redzone_lost */
	addq	$80, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	retq

/*
 * First instruction of a thread made by bsdthread_create: rdi pthread, rsi
 * port, rdx function, rcx argument, r8 stack, r9 flags, rsp = stack.
 */
	.globl	_thread_entry
	.p2align 4
_thread_entry:
	movq	%rsp, %rax
	andq	$-16, %rsp
	xorl	%ebp, %ebp
	pushq	$0
	pushq	%rax			/* 7th argument: rsp at entry */
	callq	_runtime_thread
	ud2

/*
 * Signal trampoline: rdi handler, esi style, edx signal, rcx siginfo,
 * r8 ucontext, r9 token; rsp as after a call.
 */
	.globl	_signal_trampoline
	.p2align 4
_signal_trampoline:
	pushq	%r8
	pushq	%rsi
	pushq	%r9
	movq	%rdi, %rax
	movl	%edx, %edi
	movq	%rcx, %rsi
	movq	%r8, %rdx
	callq	*%rax
	popq	%rdx
	popq	%rsi
	popq	%rdi
	movl	$0x20000b8, %eax	/* sigreturn(ucontext, style, token) */
	syscall
	ud2

	.globl	_start_regs
	.zerofill __DATA,__bss,_start_regs,216,4
