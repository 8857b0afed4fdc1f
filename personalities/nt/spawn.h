/* SPDX-License-Identifier: GPL-2.0-only */
/* A process that makes another: NtCreateUserProcess(). */
#ifndef _NT_SPAWN_H
#define _NT_SPAWN_H

#include <linux/types.h>

#include "nt.h"
#include "params.h"

struct file;
struct nt_exec;
struct nt_job;
struct persona_thread;
struct pt_regs;

/**
 * struct nt_spawn - one NtCreateUserProcess() under way
 * @obj: counts references: parent, child, and an exec
 * @error: why the child has not executed the program, a handler's result
 * @native: the program is none of Windows
 * @suspended: its first thread shall wait
 * @name: NT path of the program
 * @name_len: units
 * @params: start parameters of a Windows program
 * @holder: has no process: keeps the handles that the child gets
 * @std: files for the descriptors 0 to 2; NULL: as the parent has them
 * @cwd: Linux path of the current directory; NULL: the parent's
 * @path: user address of the program's Linux path
 * @argv: user array
 * @envp: user array
 * @mask: signal mask for the child
 * @scratch_used: of the scratch area that parent and child share
 * @job: that it will be in; NULL: none
 * @process: the child's object, once it exists
 */
struct nt_spawn {
	struct nt_object obj;
	long error;
	bool native;
	bool suspended;
	u16 *name;
	u32 name_len;
	struct nt_params params;
	struct nt_proc *holder;
	struct file *std[3];
	u64 cwd;
	u64 path;
	u64 argv;
	u64 envp;
	u64 mask;
	u32 scratch_used;
	struct nt_job *job;
	struct nt_process *process;
};

/* spawn.c: for state.c */
void nt_spawn_inherit(struct persona_thread *thread, struct persona_thread *parent);
void nt_spawn_exit(struct persona_thread *thread);
void nt_spawn_start(struct persona_thread *thread, struct pt_regs *regs);

/* spawn.c: for an exec */
struct nt_spawn *nt_spawn_current(void);
int nt_spawn_handles(struct nt_spawn *spawn, struct nt_proc *proc);

/* spawn_args.c */
/**
 * struct nt_blob - strings for an execve() in user memory
 * @addr: user address of a mapping of its own, 0 if it has none
 * @size: bytes of that
 * @path: address of the program's path
 * @cwd: address of the current directory's path, 0 if there is none
 * @argv: address of the arguments' array
 * @envp: address of the environment's array
 */
struct nt_blob {
	u64 addr;
	u64 size;
	u64 path;
	u64 cwd;
	u64 argv;
	u64 envp;
};

long nt_blob_make(struct persona_call *call, struct nt_blob *blob, const char *path,
		  const char *cwd, const struct nt_params *params, bool with_env);
void nt_blob_free(struct nt_blob *blob);

/* env.c */
long nt_env_to_linux(struct persona_call *call, const struct nt_str *env, char **out,
		     size_t *len);

#endif /* _NT_SPAWN_H */
