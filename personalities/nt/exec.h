/* SPDX-License-Identifier: GPL-2.0-only */
/* One exec under way: what is known before the old program is given up. */
#ifndef _NT_EXEC_H
#define _NT_EXEC_H

#include <linux/types.h>

#include "nt.h"
#include "params.h"

struct linux_binprm;
struct nt_image;
struct nt_spawn;

/**
 * struct nt_exec - an exec under way
 * @image: of the program
 * @ntdll_file: open ntdll.dll
 * @ntdll: what was learnt from it
 * @apiset_file: open apisetschema.dll
 * @apiset_offset: of its section .apiset in the file
 * @apiset_size: bytes of it
 * @name: NT path of the program
 * @name_len: units
 * @params: start parameters
 * @argv_len: bytes of Linux's argument strings
 * @envp_len: bytes of Linux's environment
 * @away: numbers of calls from outside of ntdll, NULL for ntdll's
 * @spawn: what a Windows program that makes this one has prepared, or NULL
 * @entry: first instruction
 * @sp: first stack pointer
 * @context: address of the first thread's context
 */
struct nt_exec {
	struct nt_image *image;
	struct file *ntdll_file;
	struct nt_ntdll *ntdll;
	struct file *apiset_file;
	u32 apiset_offset;
	u32 apiset_size;
	u16 *name;
	u32 name_len;
	struct nt_params params;
	size_t argv_len;
	size_t envp_len;
	const struct persona_table *const *away;
	struct nt_spawn *spawn;
	u64 entry;
	u64 sp;
	u64 context;
};

/* binfmt_pe.c: why an image is no program for us, NULL if it is one */
const char *nt_exec_image_reason(const struct nt_image *image);

/* exec_args.c: before the point of no return */
int nt_exec_params(struct linux_binprm *bprm, struct nt_exec *exec, struct persona_proc *proc);
void nt_exec_set_args(struct linux_binprm *bprm, const struct nt_exec *exec);

/* exec_start.c: behind it, but for the first */
int nt_exec_find_apiset(struct nt_exec *exec);
int nt_exec_start(struct nt_exec *exec, struct persona_thread *thread);

#endif /* _NT_EXEC_H */
