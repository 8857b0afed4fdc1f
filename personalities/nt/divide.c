// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processor has one exception for a divisor of zero and for a quotient that is
 * too large; NT has two. Which it was is seen from the divisor.
 */
#include <linux/string.h>
#include <asm/ptrace.h>

#include "fault.h"
#include "nt.h"

#define OPCODE_BYTE	0xf6
#define OPCODE_WORD	0xf7

#define PREFIX_GS	0x65
#define PREFIX_WORD	0x66
#define PREFIX_NARROW	0x67

#define REX		0x40	/* to 0x4f, with these */
#define REX_B		0x1
#define REX_X		0x2
#define REX_W		0x8

/* Byte code of the instruction, as far as it has been read. */
struct decoder {
	const u8 *at;
	const u8 *end;
	const struct pt_regs *regs;
	u8 rex;
	bool word;	/* 16-bit operands */
	bool narrow;	/* 32-bit addresses */
	bool gs;
};

static u64 reg(const struct pt_regs *regs, u32 nr)
{
	const unsigned long order[] = {
		regs->ax, regs->cx, regs->dx, regs->bx, regs->sp, regs->bp, regs->si, regs->di,
		regs->r8, regs->r9, regs->r10, regs->r11, regs->r12, regs->r13, regs->r14,
		regs->r15,
	};

	return order[nr & 15];
}

static bool next(struct decoder *d, void *to, size_t n)
{
	if ((size_t)(d->end - d->at) < n)
		return false;
	memcpy(to, d->at, n);
	d->at += n;
	return true;
}

static bool displacement(struct decoder *d, u32 bytes, u64 *addr)
{
	s32 wide;
	s8 narrow;

	if (bytes == sizeof(narrow)) {
		if (!next(d, &narrow, sizeof(narrow)))
			return false;
		*addr += narrow;
	} else if (bytes) {
		if (!next(d, &wide, sizeof(wide)))
			return false;
		*addr += wide;
	}
	return true;
}

/* Index and base; sets the bytes of the displacement that follows. */
static bool sib(struct decoder *d, u32 mod, u32 *disp, u64 *addr)
{
	u32 index, base;
	u8 byte;

	if (!next(d, &byte, sizeof(byte)))
		return false;
	index = (byte >> 3 & 7) | (d->rex & REX_X ? 8 : 0);
	base = (byte & 7) | (d->rex & REX_B ? 8 : 0);
	if (index != 4)
		*addr += reg(d->regs, index) << (byte >> 6);
	if ((byte & 7) == 5 && !mod)
		*disp = 4;
	else
		*addr += reg(d->regs, base);
	return true;
}

static bool memory(struct decoder *d, u8 modrm, u64 gs_base, u64 *addr)
{
	static const u8 disps[] = { 0, 1, 4 };
	u32 mod = modrm >> 6, rm = modrm & 7;
	u32 disp = disps[mod];
	bool relative = false;

	*addr = 0;
	if (rm == 4) {
		if (!sib(d, mod, &disp, addr))
			return false;
	} else if (rm == 5 && !mod) {
		disp = 4;
		relative = true;
	} else {
		*addr = reg(d->regs, rm | (d->rex & REX_B ? 8 : 0));
	}
	if (!displacement(d, disp, addr))
		return false;
	/* Nothing comes behind it: what it is relative to is the end. */
	if (relative)
		*addr += d->regs->ip;
	if (d->narrow)
		*addr = (u32)*addr;
	if (d->gs)
		*addr += gs_base;
	return true;
}

/* Prefixes, and the opcode behind them; false if that is no division. */
static bool opcode(struct decoder *d, u8 *op)
{
	while (next(d, op, 1)) {
		if (!nt_fault_is_prefix(*op))
			return *op == OPCODE_BYTE || *op == OPCODE_WORD;
		d->gs |= *op == PREFIX_GS;
		d->word |= *op == PREFIX_WORD;
		d->narrow |= *op == PREFIX_NARROW;
		/* One that is not the last prefix does not count. */
		d->rex = (*op & 0xf0) == REX ? *op : 0;
	}
	return false;
}

/**
 * nt_fault_divisor() - what does a div or idiv divide by?
 * @insn: bytes of the instruction
 * @len: how many could be read
 * @regs: user registers
 * @gs_base: where the segment gs is
 * @out: set to where the divisor is, or to its value
 *
 * Context: any.
 * Return: false if this is no such instruction.
 */
bool nt_fault_divisor(const u8 *insn, size_t len, const struct pt_regs *regs, u64 gs_base,
		      struct nt_divisor *out)
{
	struct decoder d = { .at = insn, .end = insn + len, .regs = regs };
	u8 op, modrm;
	u32 rm;

	if (!opcode(&d, &op) || !next(&d, &modrm, 1) || (modrm >> 3 & 7) < 6)
		return false;
	memset(out, 0, sizeof(*out));
	if (op == OPCODE_BYTE)
		out->size = 1;
	else if (d.rex & REX_W)
		out->size = 8;
	else
		out->size = d.word ? 2 : 4;
	if (modrm >> 6 != 3) {
		out->memory = true;
		if (!memory(&d, modrm, gs_base, &out->value))
			return false;
		if ((modrm & 0xc7) == 5)
			out->value += d.at - insn;
		return true;
	}
	rm = modrm & 7;
	/* ah, ch, dh, bh */
	if (out->size == 1 && !d.rex && rm >= 4)
		out->value = reg(regs, rm - 4) >> 8;
	else
		out->value = reg(regs, rm | (d.rex & REX_B ? 8 : 0));
	if (out->size < 8)
		out->value &= BIT_ULL(out->size * 8) - 1;
	return true;
}
EXPORT_SYMBOL_FOR_TEST(nt_fault_divisor);
