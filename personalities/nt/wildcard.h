/* SPDX-License-Identifier: GPL-2.0-only */
/* Patterns for names of files. */
#ifndef _NT_WILDCARD_H
#define _NT_WILDCARD_H

#include <linux/types.h>

#include "nt.h"

#define NT_MASK_MAX	511u	/* units of a pattern: twice a name's */

bool nt_mask_is_wild(const u16 *mask, u32 len);
void nt_mask_of_dos(u16 *mask, u32 len);
bool nt_mask_match(const u16 *mask, u32 mask_len, const u16 *name, u32 len);

#endif /* _NT_WILDCARD_H */
