/* SPDX-License-Identifier: GPL-2.0-only */
/* Global atoms. */
#ifndef _NT_ATOM_H
#define _NT_ATOM_H

#include "nt.h"

void nt_atoms_drop(struct nt_proc *nt);
u32 nt_atom_number(const u16 *name, u32 len);

#endif /* _NT_ATOM_H */
