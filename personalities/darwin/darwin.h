/* SPDX-License-Identifier: GPL-2.0-only */
/* State and entry points shared by the files of the Darwin personality. */
#ifndef _DARWIN_H
#define _DARWIN_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "../../module/persona.h"
#include "darwin_errno.h"

struct darwin_ipc;
struct darwin_kqs;
struct darwin_psynch;
struct darwin_spawn;
struct darwin_threads;

#define DARWIN_NSIG		32	/* signals 1..31 */

/**
 * struct darwin_sigaction - the last handler that was registered for a signal
 * @handler: user address
 * @tramp: user address of the trampoline that calls it
 * @flags: Darwin SA_* flags
 * @ignored: SIGINFO: set to SIG_IGN, not merely ignored by default
 */
struct darwin_sigaction {
	u64 handler;
	u64 tramp;
	u32 flags;
	bool ignored;
};

/**
 * struct darwin_proc - per-process state
 * @sig_lock: protects @sig
 * @sig: registered handlers, by Darwin number
 * @ipc: Mach port name space (ipc.c), owned
 * @threads: bsdthread registration (thread.c), owned
 * @psynch: locks of the thread library (psynch.c), owned; NULL until used
 * @kqs: kernel queues (kqueue.c), owned
 * @min_addr: nothing may be mapped below (the image's __PAGEZERO)
 * @image_base: address of the main image's Mach header
 * @stack_top: highest address of the main stack (kern.usrstack64)
 * @exec_path: path the image was started by, for proc_pidpath and procargs
 * @args_start: user range of the strings on the initial stack (procargs2)
 * @args_end: its end
 * @argc: number of arguments
 */
struct darwin_proc {
	spinlock_t sig_lock;
	struct darwin_sigaction sig[DARWIN_NSIG];
	struct darwin_ipc *ipc;
	struct darwin_threads *threads;
	struct darwin_psynch *psynch;
	struct darwin_kqs *kqs;
	u64 min_addr;
	u64 image_base;
	u64 stack_top;
	char *exec_path;
	u64 args_start;
	u64 args_end;
	u32 argc;
};

/**
 * struct darwin_thread - per-thread state
 * @port: name of the thread's self port, 0 until asked for (ipc.c)
 * @reply_port: the thread's reply port name (ipc.c)
 * @spawn: the posix_spawn() that made this process, or is making one (spawn.c)
 * @priv: for thread.c (bsdthread, ulock waiters)
 */
struct darwin_thread {
	u32 port;
	u32 reply_port;
	struct darwin_spawn *spawn;
	void *priv;
};

static inline struct darwin_proc *darwin_proc(struct persona_proc *proc)
{
	return persona_proc_data(proc);
}

static inline struct darwin_thread *darwin_thread(struct persona_thread *thread)
{
	return persona_thread_data(thread);
}

static inline struct darwin_proc *darwin_call_proc(const struct persona_call *call)
{
	return darwin_proc(call->thread->proc);
}

extern const struct personality darwin_personality;
extern const struct persona_table darwin_bsd_table;
extern const struct persona_table darwin_mach_table;
extern const struct persona_table darwin_mdep_table;
extern const struct persona_table darwin_diag_table;
extern const struct persona_map darwin_errno_map;
extern const struct persona_map darwin_signal_map;

/* encode.c */
unsigned int darwin_errno(long ret);
void darwin_bsd_encode(struct pt_regs *regs, long ret, u64 ret2);
void darwin_mach_encode(struct pt_regs *regs, long ret, u64 ret2);

/* signal.c */
int darwin_sig_proc_init(struct darwin_proc *proc, struct darwin_proc *parent);
void darwin_sig_exec(void);
int darwin_deliver(struct persona_thread *thread, struct pt_regs *regs,
		   struct persona_signal *sig);
bool darwin_fault(struct persona_thread *thread, struct pt_regs *regs, int trapnr,
		  unsigned long error_code, unsigned long addr);
u32 darwin_sigmask_to_foreign(u64 native);
u64 darwin_sigmask_to_native(u32 foreign);

/* process.c */
void darwin_process_start(struct persona_thread *thread, struct task_struct *task,
			  struct pt_regs *regs);

/* ipc.c: Mach ports */
int darwin_ipc_proc_init(struct persona_proc *proc, struct persona_proc *parent);
void darwin_ipc_proc_exit(struct persona_proc *proc);
void darwin_ipc_thread_exit(struct persona_thread *thread);

/* mk_timer.c */
int darwin_mk_timer_init(void);
void darwin_mk_timer_exit(void);

/* thread.c */
int darwin_threads_proc_init(struct persona_proc *proc, struct persona_proc *parent);
void darwin_threads_proc_exit(struct persona_proc *proc);
int darwin_threads_thread_init(struct persona_thread *thread, struct persona_thread *parent);
void darwin_threads_start(struct persona_thread *thread, struct task_struct *task,
			  struct pt_regs *regs, void *data);
void darwin_threads_thread_exit(struct persona_thread *thread);

/* psynch.c */
void darwin_psynch_proc_exit(struct darwin_proc *d);

/* setid.c */
void darwin_setid_pending(struct persona_thread *thread, struct pt_regs *regs);

/* sigpipe.c */
void darwin_sigpipe_pending(const struct pt_regs *regs);

/* ulock.c */
void darwin_ulock_init(void);

/* binfmt_macho.c */
int darwin_binfmt_init(void);
void darwin_binfmt_exit(void);

#endif /* _DARWIN_H */
