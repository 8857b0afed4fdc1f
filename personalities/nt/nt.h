/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NT personality: what its files share.
 *
 * Each part of the system (memory, handles, registry, ...) has a file or a few,
 * a .tbl with its calls, and a structure of its own inside struct nt_proc and
 * struct nt_thread.
 *
 * Handlers return an NTSTATUS (positive as a long, 0 success) or a negative
 * errno, which nt_encode() turns into the nearest NTSTATUS. So do all functions
 * here that return long, unless they say otherwise.
 */
#ifndef _NT_H
#define _NT_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "../../module/persona.h"
#include "nt_status.h"
#include "object.h"

struct file;
struct linux_binprm;
struct nt_atoms;
struct nt_drives;
struct nt_image;
struct nt_keyed_event;
struct nt_names;
struct nt_ntdll;
struct nt_packet;
struct nt_signals;
struct nt_spawn;
struct nt_token;
struct nt_vm;

/* The user's 47-bit address space, but for its first and last 64 KiB. */
#define NT_USER_MIN		0x10000ull
#define NT_USER_MAX		0x7ffffffeffffull
#define NT_GRANULARITY		0x10000ull	/* of reservations */

#define NT_KUSER_SHARED_DATA	0x7ffe0000ull

/* The Windows that programs are told this is: 10, 22H2. */
#define NT_VERSION_MAJOR	10
#define NT_VERSION_MINOR	0
#define NT_VERSION_BUILD	19045

/**
 * struct nt_proc - per-process state, behind struct persona_proc
 * @proc: the core's part
 * @handles: open handles
 * @names: name space of its user, NULL if it has not used it yet (namespace.c)
 * @self: the process object, which outlives this
 * @vm: regions of the address space (vm.c)
 * @ntdll: what was learnt from its ntdll; shared with other processes
 * @ntdll_base: where that is mapped
 * @image_base: where the program is mapped
 * @peb: user address
 * @unix_call: user address of the stub for Wine's unix calls (unixcall.c)
 * @exe: the program's file
 * @exe_name: its NT path ("\??\Z:\home\a.exe"), kernel UTF-16
 * @exe_name_len: in 16-bit units
 * @hard_error_mode: ProcessDefaultHardErrorMode
 * @locale: as set by the process, 0 for the default
 * @ui_language: likewise
 * @token: its token, NULL until somebody asks for it
 * @atoms: global atoms, likewise (atom.c)
 * @drives: where drives lead, likewise (drive.c)
 * @keyed: keyed event without a handle, likewise (keyed.c)
 * @image: the program's headers, checked
 * @cookie: ProcessCookie, with which pointers are encoded
 * @teb_lock: held while threads' environment blocks must not go away
 * @closed: its handles are closed already
 * @signals: Ctrl-C and what else comes as a signal (signal.c)
 * @io_lock: protects @io_orphans; taken with interrupts off
 * @io_orphans: requests of threads that have ended (async.c)
 */
struct nt_proc {
	struct persona_proc *proc;
	struct nt_handles handles;
	struct nt_names *names;
	struct nt_process *self;
	struct nt_vm *vm;
	struct nt_ntdll *ntdll;
	u64 ntdll_base;
	u64 image_base;
	u64 peb;
	u64 unix_call;
	struct file *exe;
	u16 *exe_name;
	u32 exe_name_len;
	u32 hard_error_mode;
	u32 locale;
	u16 ui_language;
	struct nt_token *token;
	struct nt_atoms *atoms;
	struct nt_drives *drives;
	struct nt_keyed_event *keyed;
	struct nt_image *image;
	u32 cookie;
	struct mutex teb_lock;
	bool closed;
	struct nt_signals *signals;
	spinlock_t io_lock;
	struct list_head io_orphans;
};

/**
 * struct nt_thread_io - I/O of a thread (async.c)
 * @requests: that wait; NULL pointers until there is one
 * @done: bytes that a call has moved that was interrupted and will be restarted
 * @waited: that call has done its first part
 * @ip: of that call
 * @sp: likewise
 */
struct nt_thread_io {
	struct list_head requests;
	u64 done;
	bool waited;
	unsigned long ip;
	unsigned long sp;
};

/**
 * struct nt_thread - per-thread state, behind struct persona_thread
 * @thread: the core's part
 * @self: the thread object, which outlives this
 * @teb: user address
 * @deadline: of a wait that was interrupted and will be restarted, valid if
 *	@restart; CLOCK_MONOTONIC, or real time if @deadline_real
 * @restart: a call is being restarted
 * @deadline_real: @deadline is absolute system time
 * @restart_ip: where that call was made
 * @restart_sp: likewise
 * @alert_by_id: woken by NtAlertThreadByThreadId() (alert.c)
 * @alert_sleeps: waiting for that
 * @removes: waiting for a packet of a completion port (completion.c)
 * @packet: what it got
 * @spawn: a NtCreateUserProcess() under way, in the child (spawn.c)
 * @execution_state: as NtSetThreadExecutionState() was told
 * @dying: its process is to end with that when the call under way is over
 * @io: requests it has made
 */
struct nt_thread {
	struct persona_thread *thread;
	struct nt_thread_object *self;
	u64 teb;
	ktime_t deadline;
	bool restart;
	bool deadline_real;
	u64 restart_ip;
	u64 restart_sp;
	int alert_by_id;
	bool alert_sleeps;
	bool removes;
	struct nt_packet *packet;
	struct nt_spawn *spawn;
	u32 execution_state;
	u32 dying;
	struct nt_thread_io io;
};

static inline struct nt_proc *nt_proc(struct persona_proc *proc)
{
	return persona_proc_data(proc);
}

static inline struct nt_thread *nt_thread(struct persona_thread *thread)
{
	return persona_thread_data(thread);
}

/* Of a call under way: the caller's process and thread. */
static inline struct nt_proc *nt_caller(const struct persona_call *call)
{
	return nt_proc(call->thread->proc);
}

static inline struct nt_thread *nt_calling_thread(const struct persona_call *call)
{
	return nt_thread(call->thread);
}

extern const struct personality nt_personality;

/* nt.c */
const struct persona_row *nt_row_of(const char *name);
void nt_encode(struct pt_regs *regs, long ret, u64 ret2);

/* state.c: life of processes and threads */
int nt_proc_init(struct persona_proc *proc, struct persona_proc *parent);
void nt_proc_exit(struct persona_proc *proc);
int nt_thread_init(struct persona_thread *thread, struct persona_thread *parent);
void nt_thread_start(struct persona_thread *thread, struct task_struct *task,
		     struct pt_regs *regs, void *data);
void nt_thread_exit(struct persona_thread *thread);
void nt_pending(struct persona_thread *thread, struct pt_regs *regs);

/* exception.c, signal.c */
bool nt_fault(struct persona_thread *thread, struct pt_regs *regs, int trapnr,
	      unsigned long error_code, unsigned long addr);
int nt_deliver(struct persona_thread *thread, struct pt_regs *regs,
	       struct persona_signal *sig);

/* shared_data.c: KUSER_SHARED_DATA */
int nt_shared_data_init(void);
void nt_shared_data_exit(void);

/* binfmt_pe.c */
int nt_binfmt_init(void);
void nt_binfmt_exit(void);
void nt_exec_release(struct nt_proc *proc);	/* at the end of a process */

/* status.c */
u32 nt_status_of(long ret);

/* IO_STATUS_BLOCK */
struct nt_iosb {
	u64 status;
	u64 information;
};

/* drive.c */
void nt_drives_drop(struct nt_proc *proc);

/* string.c: UTF-16, and UTF-8 as Linux file names have it */
struct nt_ustring {		/* UNICODE_STRING in user memory */
	u16 len;		/* bytes */
	u16 max;
	u32 pad;
	u64 buf;
};

int nt_utf16_to_utf8(const u16 *in, size_t len, char *out, size_t max);
int nt_utf8_to_utf16(const char *in, size_t len, u16 *out, size_t max);
u16 nt_toupper(u16 c);
int nt_strnicmp(const u16 *a, const u16 *b, size_t len);
long nt_ustring_get(u64 user, u16 **out, u32 *len);

/* lookup.c */
struct file *nt_open_to_read(const struct path *path, int flags);

/* time.c: 100 ns units since 1601 */
#define NT_EPOCH_DIFF		116444736000000000ll	/* of 1970 */
s64 nt_system_time(void);
s64 nt_time_of(struct timespec64 ts);
struct timespec64 nt_time_to(s64 time);

#endif /* _NT_H */
