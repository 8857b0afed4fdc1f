	.file	"hook_offsets.c"
# GNU C11 (Debian 12.2.0-14+deb12u1) version 12.2.0 (x86_64-linux-gnu)
#	compiled by GNU C version 12.2.0, GMP version 6.2.1, MPFR version 4.2.0, MPC version 1.3.1, isl version isl-0.25-GMP

# GGC heuristics: --param ggc-min-expand=100 --param ggc-min-heapsize=131072
# options passed: -mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx -m64 -mno-80387 -mno-fp-ret-in-387 -mpreferred-stack-boundary=3 -mskip-rax-setup -mtune=generic -mno-red-zone -mcmodel=kernel -mindirect-branch=thunk-extern -mindirect-branch-register -mindirect-branch-cs-prefix -mfunction-return=thunk-extern -mharden-sls=all -mrecord-mcount -mfentry -march=x86-64 -O2 -std=gnu11 -p -fno-strict-aliasing -fno-common -fshort-wchar -fno-PIE -fcf-protection=none -falign-jumps=1 -falign-loops=1 -fno-asynchronous-unwind-tables -fno-jump-tables -fno-delete-null-pointer-checks -fno-allow-store-data-races -fstack-protector-strong -ftrivial-auto-var-init=zero -fno-stack-clash-protection -fno-strict-overflow -fstack-check=no -fconserve-stack -fno-builtin-wcslen
	.text
	.section	.text.startup,"ax",@progbits
	.p2align 4
	.globl	main
	.type	main, @function
main:
1:	call	__fentry__
	.section __mcount_loc, "a",@progbits
	.quad 1b
	.previous
# /work/w/proc/module/hook_offsets.c:11: 	OFFSET(PERSONA_TASK_SELECTOR, task_struct, syscall_dispatch.selector);
#APP
# 11 "/work/w/proc/module/hook_offsets.c" 1
	
.ascii "->PERSONA_TASK_SELECTOR $3200 offsetof(struct task_struct, syscall_dispatch.selector)"	#
# 0 "" 2
# /work/w/proc/module/hook_offsets.c:12: 	OFFSET(PERSONA_REGS_DI, pt_regs, di);
# 12 "/work/w/proc/module/hook_offsets.c" 1
	
.ascii "->PERSONA_REGS_DI $112 offsetof(struct pt_regs, di)"	#
# 0 "" 2
# /work/w/proc/module/hook_offsets.c:13: 	DEFINE(PERSONA_PRCTL, PR_PERSONA);
# 13 "/work/w/proc/module/hook_offsets.c" 1
	
.ascii "->PERSONA_PRCTL $1346720339 PR_PERSONA"	#
# 0 "" 2
# /work/w/proc/module/hook_offsets.c:15: }
#NO_APP
	xorl	%eax, %eax	#
	jmp	__x86_return_thunk
	.size	main, .-main
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
