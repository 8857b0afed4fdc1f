/* SPDX-License-Identifier: GPL-2.0-only */
/* Which names folders do not have (folder.c). */
#ifndef _NT_FOLDER_H
#define _NT_FOLDER_H

#include "nt.h"

struct inode;
struct nt_folder;

bool nt_folder_lacks(const struct inode *inode, const u16 *name, int units);
struct nt_folder *nt_folder_start(const struct inode *inode);
void nt_folder_add(struct nt_folder *folder, const u16 *name, int units);
void nt_folder_end(struct nt_folder *folder, const struct inode *inode);
void nt_folder_exit(void);

#endif
