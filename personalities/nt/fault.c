// SPDX-License-Identifier: GPL-2.0-only
/* Hardware exceptions of the program, as NT names them. */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>

#include "exception.h"
#include "fault.h"
#include "vm.h"

/* Parameters of STATUS_ACCESS_VIOLATION. */
#define ACCESS_READ	0
#define ACCESS_WRITE	1
#define ACCESS_EXECUTE	8

/* Bits of the x87 status, and of MXCSR, and where their masks are. */
#define FP_INVALID	BIT(0)
#define FP_DENORMAL	BIT(1)
#define FP_ZERO		BIT(2)
#define FP_OVERFLOW	BIT(3)
#define FP_UNDERFLOW	BIT(4)
#define FP_INEXACT	BIT(5)
#define FP_STACK	BIT(6)
#define FP_ALL		0x3f
#define MXCSR_MASK_SHIFT 7

#define MAX_INSN	15

/**
 * nt_fault_fp_status() - the code of a floating-point exception
 * @raised: exceptions that have happened and are not masked
 * @stack: x87 stack fault
 *
 * Context: any.
 * Return: an NTSTATUS.
 */
u32 nt_fault_fp_status(u32 raised, bool stack)
{
	if (raised & FP_INVALID)
		return stack ? NT_STATUS_FLOAT_STACK_CHECK : NT_STATUS_FLOAT_INVALID_OPERATION;
	if (raised & FP_ZERO)
		return NT_STATUS_FLOAT_DIVIDE_BY_ZERO;
	if (raised & FP_DENORMAL)
		return NT_STATUS_FLOAT_DENORMAL_OPERAND;
	if (raised & FP_OVERFLOW)
		return NT_STATUS_FLOAT_OVERFLOW;
	if (raised & FP_UNDERFLOW)
		return NT_STATUS_FLOAT_UNDERFLOW;
	if (raised & FP_INEXACT)
		return NT_STATUS_FLOAT_INEXACT_RESULT;
	return NT_STATUS_FLOAT_INVALID_OPERATION;
}
EXPORT_SYMBOL_FOR_TEST(nt_fault_fp_status);

/**
 * nt_fault_is_prefix() - is this a byte before an opcode?
 * @byte: of an instruction in 64-bit mode
 *
 * Context: any.
 * Return: whether it is, REX included.
 */
bool nt_fault_is_prefix(u8 byte)
{
	switch (byte) {
	case 0x26: case 0x2e: case 0x36: case 0x3e:
	case 0x40 ... 0x4f:
	case 0x64 ... 0x67:
	case 0xf0: case 0xf2: case 0xf3:
		return true;
	}
	return false;
}

static bool is_privileged_0f(u8 byte)
{
	switch (byte) {
	case 0x00: case 0x01:			/* lldt, lgdt, ... */
	case 0x06: case 0x07: case 0x08: case 0x09:
	case 0x20 ... 0x23:			/* mov cr, dr */
	case 0x30: case 0x32: case 0x33: case 0x35:
		return true;
	}
	return false;
}

/**
 * nt_fault_gp() - what a general protection fault comes from
 * @insn: bytes of the instruction
 * @len: how many could be read
 *
 * Context: any.
 * Return: what it is.
 */
enum nt_gp nt_fault_gp(const u8 *insn, size_t len)
{
	size_t i = 0;

	while (i < len && nt_fault_is_prefix(insn[i]))
		i++;
	if (i >= len)
		return NT_GP_ACCESS;
	switch (insn[i]) {
	case 0x6c ... 0x6f:			/* ins, outs */
	case 0xe4 ... 0xe7: case 0xec ... 0xef:	/* in, out */
	case 0xf4: case 0xfa: case 0xfb:	/* hlt, cli, sti */
		return NT_GP_PRIVILEGED;
	case 0x0f:
		return i + 1 < len && is_privileged_0f(insn[i + 1]) ? NT_GP_PRIVILEGED :
								      NT_GP_ACCESS;
	case 0xcd:
		if (i + 1 >= len)
			return NT_GP_ACCESS;
		switch (insn[i + 1]) {
		case 0x29:
			return NT_GP_FAST_FAIL;
		case 0x2c:
			return NT_GP_ASSERT;
		case 0x2d:
			return NT_GP_DEBUG_SERVICE;
		}
		return NT_GP_ACCESS;
	}
	return NT_GP_ACCESS;
}
EXPORT_SYMBOL_FOR_TEST(nt_fault_gp);

static void access_violation(struct nt_exception_record *rec, u64 kind, u64 addr)
{
	rec->code = NT_STATUS_ACCESS_VIOLATION;
	rec->nparams = 2;
	rec->params[0] = kind;
	rec->params[1] = addr;
}

/* Returns false when there is nothing to tell the program. */
static bool page_fault(struct nt_proc *proc, struct nt_exception_record *rec,
		       unsigned long error_code, u64 addr)
{
	u64 kind = ACCESS_READ;

	if (error_code & X86_PF_WRITE)
		kind = ACCESS_WRITE;
	else if (error_code & X86_PF_INSTR)
		kind = ACCESS_EXECUTE;
	access_violation(rec, kind, addr);
	switch (proc->vm ? nt_vm_fault(proc->vm, addr, error_code) : NT_VM_VIOLATION) {
	case NT_VM_STACK_GROWN:
		return false;
	case NT_VM_GUARD:
		rec->code = NT_STATUS_GUARD_PAGE_VIOLATION;
		break;
	case NT_VM_STACK_OVERFLOW:
		rec->code = NT_STATUS_STACK_OVERFLOW;
		rec->nparams = 0;
		break;
	case NT_VM_IN_PAGE:
		rec->code = NT_STATUS_IN_PAGE_ERROR;
		rec->nparams = 3;
		rec->params[2] = NT_STATUS_END_OF_FILE;
		break;
	case NT_VM_VIOLATION:
		break;
	}
	return true;
}

/* The instruction that the fault is of: returns how many bytes there are. */
static size_t read_insn(const struct pt_regs *regs, u8 insn[MAX_INSN])
{
	return MAX_INSN - copy_from_user(insn, (void __user *)regs->ip, MAX_INSN);
}

/* Returns false when the process ends for it. */
static bool protection_fault(struct persona_thread *thread, struct pt_regs *regs,
			     struct nt_exception_record *rec)
{
	u8 insn[MAX_INSN];
	size_t len = read_insn(regs, insn);

	switch (nt_fault_gp(insn, len)) {
	case NT_GP_PRIVILEGED:
		rec->code = NT_STATUS_PRIVILEGED_INSTRUCTION;
		break;
	case NT_GP_FAST_FAIL:
		/* No handler is asked: the program does not trust itself any more. */
		nt_exception_kill(thread, regs, NT_STATUS_STACK_BUFFER_OVERRUN);
		return false;
	case NT_GP_ASSERT:
		rec->code = NT_STATUS_ASSERTION_FAILURE;
		regs->ip += 2;
		break;
	case NT_GP_DEBUG_SERVICE:
		/* A byte behind the instruction is there for debuggers. */
		rec->code = NT_STATUS_BREAKPOINT;
		rec->nparams = 1;
		rec->params[0] = regs->ax;
		regs->ip += 3;
		rec->address = regs->ip;
		break;
	case NT_GP_ACCESS:
		access_violation(rec, ACCESS_READ, ~0ull);
		break;
	}
	return true;
}

/* A quotient that is too large is another exception than a divisor of zero. */
static u32 divide_status(struct persona_thread *thread, const struct pt_regs *regs)
{
	u8 insn[MAX_INSN];
	size_t len = read_insn(regs, insn);
	struct nt_divisor divisor;
	u64 value = 0;

	if (!nt_fault_divisor(insn, len, regs, nt_thread(thread)->teb, &divisor))
		return NT_STATUS_INTEGER_DIVIDE_BY_ZERO;
	if (!divisor.memory)
		value = divisor.value;
	else if (copy_from_user(&value, (void __user *)divisor.value, divisor.size))
		return NT_STATUS_INTEGER_DIVIDE_BY_ZERO;
	return value ? NT_STATUS_INTEGER_OVERFLOW : NT_STATUS_INTEGER_DIVIDE_BY_ZERO;
}

static void fp_fault(struct nt_exception_record *rec, bool sse)
{
	struct nt_fxsave_head {
		u16 fcw;
		u16 fsw;
		u32 unused[5];
		u32 mxcsr;
		u8 rest[484];
	} fx;

	nt_fpu_get(&fx);
	if (sse) {
		rec->code = nt_fault_fp_status(fx.mxcsr & ~(fx.mxcsr >> MXCSR_MASK_SHIFT) &
					       FP_ALL, false);
	} else {
		rec->code = nt_fault_fp_status(fx.fsw & ~fx.fcw & FP_ALL, fx.fsw & FP_STACK);
		rec->nparams = 1;
	}
}

static bool describe(struct persona_thread *thread, struct pt_regs *regs, int trapnr,
		     unsigned long error_code, u64 addr, struct nt_exception_record *rec)
{
	switch (trapnr) {
	case X86_TRAP_DE:
		rec->code = divide_status(thread, regs);
		return true;
	case X86_TRAP_BP:
		/* The instruction is to be seen, not the one behind it. */
		regs->ip--;
		rec->address = regs->ip;
		rec->code = NT_STATUS_BREAKPOINT;
		rec->nparams = 1;
		return true;
	case X86_TRAP_OF:
		rec->code = NT_STATUS_INTEGER_OVERFLOW;
		return true;
	case X86_TRAP_BR:
		rec->code = NT_STATUS_ARRAY_BOUNDS_EXCEEDED;
		return true;
	case X86_TRAP_UD:
		rec->code = NT_STATUS_ILLEGAL_INSTRUCTION;
		return true;
	case X86_TRAP_GP:
		return protection_fault(thread, regs, rec);
	case X86_TRAP_PF:
		return page_fault(nt_proc(thread->proc), rec, error_code, addr);
	case X86_TRAP_AC:
		rec->code = NT_STATUS_DATATYPE_MISALIGNMENT;
		return true;
	case X86_TRAP_MF:
		fp_fault(rec, false);
		return true;
	case X86_TRAP_XF:
		fp_fault(rec, true);
		return true;
	}
	access_violation(rec, ACCESS_READ, ~0ull);
	return true;
}

/**
 * nt_fault() - struct personality.fault
 * @thread: the thread
 * @regs: user registers
 * @trapnr: X86_TRAP_*
 * @error_code: of the exception
 * @addr: page fault: the address
 *
 * Context: the thread itself; may sleep.
 * Return: true when the thread goes on with @regs, or its process is to end.
 */
bool nt_fault(struct persona_thread *thread, struct pt_regs *regs, int trapnr,
	      unsigned long error_code, unsigned long addr)
{
	struct nt_exception_record rec = { .address = regs->ip };
	struct nt_context ctx = { };

	/* The child of a NtCreateUserProcess() under way is no Windows program's thread. */
	if (!nt_thread(thread)->self)
		return false;
	if (!describe(thread, regs, trapnr, error_code, addr, &rec))
		return true;
	nt_context_from_regs(&ctx, regs, NT_CONTEXT_FULL | NT_CONTEXT_SEGMENTS);
	ctx.eflags &= ~(u32)X86_EFLAGS_RF;
	if (trapnr == X86_TRAP_MF)
		nt_fpu_clear_exceptions();
	return nt_exception_raise(thread, regs, &rec, &ctx);
}
