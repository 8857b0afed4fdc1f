/* SPDX-License-Identifier: GPL-2.0-only */
/* System-call numbers of builds of Windows. */
#ifndef _NT_WINDOWS_BUILD_H
#define _NT_WINDOWS_BUILD_H

#include <linux/types.h>

struct persona_table;

int nt_windows_build(const char *value);
const struct persona_table *const *nt_windows_tables(u32 build);
void nt_windows_exit(void);

#endif /* _NT_WINDOWS_BUILD_H */
