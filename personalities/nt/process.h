/* SPDX-License-Identifier: GPL-2.0-only */
/* Process and thread objects: what is left of them to others, and to waits. */
#ifndef _NT_PROCESS_H
#define _NT_PROCESS_H

#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "nt.h"

/* RTL_USER_PROCESS_PARAMETERS etc. of a process that an NT process makes. */
struct nt_spawn;
/* Its place in a job (job.c). */
struct nt_member;

/* Access rights of processes and threads. */
#define NT_PROCESS_TERMINATE		0x0001u
#define NT_PROCESS_CREATE_THREAD	0x0002u
#define NT_PROCESS_VM_OPERATION		0x0008u
#define NT_PROCESS_VM_READ		0x0010u
#define NT_PROCESS_VM_WRITE		0x0020u
#define NT_PROCESS_DUP_HANDLE		0x0040u
#define NT_PROCESS_CREATE_PROCESS	0x0080u
#define NT_PROCESS_SET_QUOTA		0x0100u
#define NT_PROCESS_SET_INFORMATION	0x0200u
#define NT_PROCESS_QUERY_INFORMATION	0x0400u
#define NT_PROCESS_SUSPEND_RESUME	0x0800u
#define NT_PROCESS_QUERY_LIMITED	0x1000u
#define NT_PROCESS_SET_LIMITED		0x2000u
#define NT_PROCESS_ALL_ACCESS		0x1fffffu

#define NT_THREAD_TERMINATE		0x0001u
#define NT_THREAD_SUSPEND_RESUME	0x0002u
#define NT_THREAD_ALERT			0x0004u
#define NT_THREAD_GET_CONTEXT		0x0008u
#define NT_THREAD_SET_CONTEXT		0x0010u
#define NT_THREAD_SET_INFORMATION	0x0020u
#define NT_THREAD_QUERY_INFORMATION	0x0040u
#define NT_THREAD_SET_LIMITED		0x0400u
#define NT_THREAD_QUERY_LIMITED		0x0800u
#define NT_THREAD_ALL_ACCESS		0x1fffffu

/**
 * struct nt_watch - waits for the end of a process, NT's or not
 * @entry: in the wait queue of @pid
 * @pid: the process
 * @over: called once, with tasklist_lock held; @status as wait(2) reports it
 * @on: @entry is in the queue
 * @seen: @over has been called
 */
struct nt_watch {
	wait_queue_entry_t entry;
	struct pid *pid;
	void (*over)(struct nt_watch *watch, int status);
	bool on;
	bool seen;
};

/**
 * struct nt_process - process object
 * @obj: waitable: signalled when the process has ended
 * @link: in the table of all process objects, by @pid
 * @lock: protects @nt; may be held while sleeping
 * @nt: the running process, NULL before its exec and after its end. Under @lock
 * @pid: Linux process; NT's process id is its number in the reader's namespace
 * @threads_lock: protects what follows up to @kernel_time; no other lock is
 *	taken inside it but a thread object's
 * @threads: its thread objects that have not ended, by nt_thread_object.link
 * @nthreads: number of them
 * @nlive: those of them that have not begun to end
 * @wait: woken when @nthreads or @nlive shrinks
 * @adopted: it has been one of NT's, and is not to be watched any more (process.c)
 * @ended: it has ended
 * @ender: thread that ends all others (NtTerminateProcess)
 * @exit_set: @exit_code is final: somebody has terminated the process
 * @exit_code: NTSTATUS, STATUS_PENDING until it has ended
 * @user_time: CPU time of ended threads in 100 ns
 * @kernel_time: likewise
 * @parent_pid: inherited-from process id, as its parent knows it
 * @create_time: NT time
 * @exit_time: NT time, 0 until then
 * @image_base: of the program
 * @peb: user address
 * @affinity: mask as last set
 * @priority_class: PROCESS_PRIORITY_CLASS_*
 * @watch: for a process that is not NT's
 * @member: NULL if it is in no job; under the lock of jobs (job.c)
 */
struct nt_process {
	struct nt_object obj;
	struct hlist_node link;
	struct mutex lock;
	struct nt_proc *nt;
	struct pid *pid;
	spinlock_t threads_lock;
	struct list_head threads;
	u32 nthreads;
	u32 nlive;
	wait_queue_head_t wait;
	bool adopted;
	bool ended;
	struct nt_thread_object *ender;
	bool exit_set;
	u32 exit_code;
	u64 user_time;
	u64 kernel_time;
	u32 parent_pid;
	s64 create_time;
	s64 exit_time;
	u64 image_base;
	u64 peb;
	u64 affinity;
	u8 priority_class;
	struct nt_watch watch;
	struct nt_member *member;
};

/**
 * struct nt_thread_object - thread object
 * @obj: waitable: signalled when the thread has ended
 * @process: its process; holds a reference
 * @link: in process->threads
 * @id_link: in the table of running threads, by @pid
 * @lock: protects what follows; taken with interrupts off, in atomic context too
 * @task: the running thread, NULL before it has started and after its end
 * @pid: NT's thread id is its number in the reader's namespace. Set when the
 *	thread starts, constant from then on
 * @teb: user address
 * @start: Win32 start address
 * @exit_code: NTSTATUS, STATUS_PENDING until it has ended
 * @suspended: suspend count
 * @wait: woken when @suspended, @apcs, @alerted, @terminating or @context change
 * @apcs: queued user APCs (apc.c)
 * @napcs: number of them
 * @special: some of them are special user APCs, which wait for nothing
 * @alerted: NtAlertThread
 * @terminating: it shall end with @exit_code as soon as it gets there
 * @leaving: it does not count in process->nlive any more
 * @exit_set: @exit_code is final
 * @ended: it has ended
 * @fresh: it has not been in user mode yet
 * @loading: of a process that executes a program: that program is not there yet, and
 *	what may be done to the process is not settled
 * @mutants: owned mutants, abandoned at the end (mutant.c)
 * @context: asked for or to be set by another thread (context.c)
 * @priority: as last set, relative to that of the process
 * @boost: priority boost is disabled
 * @hidden: ThreadHideFromDebugger
 * @ctrl: it runs the routine for a console event
 * @skip_attach: it begins without telling the DLLs
 * @name: description, UTF-16, kvmalloc()ed
 * @name_len: in units
 * @create_time: NT time
 * @exit_time: NT time, 0 until then
 * @user_time: CPU time in 100 ns, filled in at the end
 * @kernel_time: likewise
 * @watch: for the only thread that is known of a process that is not NT's
 * @sync_io: it is in an I/O call that may wait (async.c)
 * @cancel_io: that call is to end
 * @token: that it impersonates, NULL if none; under @lock (token.c)
 */
struct nt_thread_object {
	struct nt_object obj;
	struct nt_process *process;
	struct list_head link;
	struct hlist_node id_link;
	spinlock_t lock;
	struct task_struct *task;
	struct pid *pid;
	u64 teb;
	u64 start;
	u32 exit_code;
	u32 suspended;
	wait_queue_head_t wait;
	struct list_head apcs;
	u32 napcs;
	bool special;
	bool alerted;
	bool terminating;
	bool leaving;
	bool exit_set;
	bool ended;
	bool fresh;
	bool loading;
	bool boost;
	bool hidden;
	bool ctrl;
	bool skip_attach;
	struct list_head mutants;
	struct nt_context_request *context;
	s32 priority;
	u16 *name;
	u32 name_len;
	s64 create_time;
	s64 exit_time;
	bool sync_io;
	bool cancel_io;
	u64 user_time;
	u64 kernel_time;
	struct nt_watch watch;
	struct nt_token *token;
};

/* state.c */
void nt_state_init(void);

void nt_state_started(struct persona_thread *thread);
long nt_thread_leave(struct persona_call *call, u32 code);

/* process.c */
struct nt_process *nt_process_new(struct nt_proc *nt);
struct nt_process *nt_process_foreign(struct pid *pid);
struct nt_thread_object *nt_process_first_thread(struct nt_process *process);
void nt_process_wait_started(struct nt_process *process);
long nt_process_by_id(u32 id, struct nt_process **out);
long nt_process_ref(struct persona_call *call, u64 handle, u32 access,
		    struct nt_process **out);
void nt_process_ended(struct nt_process *process, u32 exit_code);
u32 nt_process_id(const struct nt_process *process);

/* thread.c */
struct nt_thread_object *nt_thread_object_new(struct nt_process *process);
long nt_thread_ref(struct persona_call *call, u64 handle, u32 access,
		   struct nt_thread_object **out);
bool nt_thread_may_open(struct persona_call *call, struct nt_object *obj, u32 access);
long nt_thread_by_id(u32 id, struct nt_thread_object **out);
u32 nt_thread_id(const struct nt_thread_object *thread);
void nt_thread_attach(struct nt_thread_object *thread, struct task_struct *task,
		      struct pid *pid);
bool nt_thread_ended(struct nt_thread_object *thread, u32 exit_code, bool closed);
void nt_thread_kick(struct nt_thread_object *thread);
void nt_thread_end(struct nt_thread_object *thread, u32 code);
long nt_thread_spawn(struct persona_call *call, struct nt_thread_object *thread, u64 start,
		     u64 arg, u64 reserve);

/* suspend.c */
struct nt_xcontext;
long nt_thread_context(struct nt_thread_object *thread, struct nt_xcontext *x, bool set);
struct nt_vm_op;
long nt_thread_vm_op(struct nt_thread_object *thread, struct nt_vm_op *op);
long nt_thread_suspend(struct nt_thread_object *thread, u32 *previous);
long nt_thread_resume(struct nt_thread_object *thread, u32 *previous);

/* apc.c */
struct nt_apc;
struct nt_apc *nt_apc_new(u64 func, u64 arg1, u64 arg2, u64 arg3);
void nt_apc_free(struct nt_apc *apc);
long nt_apc_insert(struct nt_thread_object *thread, struct nt_apc *apc);
long nt_apc_queue(struct nt_thread_object *thread, u64 func, u64 arg1, u64 arg2, u64 arg3);
void nt_apc_queue_once(struct nt_thread_object *thread, bool *queued, u64 func,
		       const u64 args[3]);
void nt_apc_cancel(struct nt_thread_object *thread, bool *queued);
bool nt_apc_pending(struct nt_thread_object *thread);
long nt_apc_deliver(struct persona_call *call, long status);
bool nt_apc_enter(struct nt_thread *thread, struct pt_regs *regs, bool special);
void nt_apc_flush(struct nt_thread_object *thread);

/* vm_op.c */
long nt_vm_may_touch(struct persona_call *call, const struct nt_process *process, bool change);

/* exitcode.c */
int nt_exit_to_linux(u32 code);
u32 nt_exit_from_linux(int status);

/* signal.c */
void nt_signals_exec(struct nt_proc *nt);
long nt_signals_restore(struct persona_call *call);
u64 nt_signals_mask(const struct nt_proc *nt);

#endif /* _NT_PROCESS_H */
