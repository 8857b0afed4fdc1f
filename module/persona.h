/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the persona core and a personality.
 *
 * A foreign system is one const struct personality: tables of calls, a
 * register convention, result encoding, signal delivery and life-cycle
 * hooks. The core never tests which personality it serves.
 */
#ifndef _PERSONA_H
#define _PERSONA_H

#include <linux/binfmts.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <asm/ptrace.h>
#include <asm/sigframe.h>
#include <asm/unistd.h>

/* A native system call; its arguments are in the registers. */
typedef asmlinkage long (*persona_native_fn)(const struct pt_regs *regs);

struct dentry;
struct path;
struct persona_call;
struct persona_proc;
struct persona_reg;
struct persona_thread;
struct persona_view;

/* Most arguments a foreign call has (NT's longest has 17). */
#define PERSONA_MAX_ARGS	18

/*
 * What a handler returns: a result, or a negative Linux errno, which the
 * table's encode() turns into the foreign error. An error that Linux has no
 * number for is returned as PERSONA_ERR(foreign number), 1..1999.
 */
#define PERSONA_ERR_BASE	2048
#define PERSONA_ERR(foreign)	(-(long)(PERSONA_ERR_BASE + (foreign)))

/**
 * typedef persona_fn - a handler of one foreign call
 * @call: decoded call; arguments in call->args[], as 64-bit values exactly as
 *	the program passed them (a 32-bit argument must be cast by the handler)
 *
 * Context: the calling thread, preemptible, may sleep and touch user memory.
 * Return: the result, a negative errno (restart codes allowed) or
 *	PERSONA_ERR(). If the handler has written the registers itself it sets
 *	call->raw and the value is ignored.
 */
typedef long (*persona_fn)(struct persona_call *call);

enum persona_kind {
	PERSONA_K_NOSYS,	/* the foreign ENOSYS, counted, traced */
	PERSONA_K_NATIVE,	/* that native call with the same arguments */
	PERSONA_K_CALL,		/* our function */
};

/**
 * struct persona_row - one row of a system-call table (generated from .tbl)
 * @name: foreign name; NULL in holes
 * @args: one letter per argument: d int, u unsigned, x hexadecimal, o octal,
 *	l 64-bit signed, p pointer, s path name (looked up in the view)
 * @fn: PERSONA_K_CALL: the handler
 * @native: PERSONA_K_NATIVE: number of the native call
 * @kind: enum persona_kind
 * @nargs: strlen(@args)
 * @paths: bit n set: argument n is a path name ('s')
 */
struct persona_row {
	const char *name;
	const char *args;
	persona_fn fn;
	u16 native;
	u8 kind;
	u8 nargs;
	u8 paths;
};

/**
 * struct persona_table - the calls of one class
 * @name: of the class, for traces and counters ("bsd", "mach"); a constant of
 *	the module, also when the table is not
 * @rows: indexed by number
 * @nr: number of rows
 * @encode: puts a handler's result into the registers; is not called for
 *	restart codes. Maps negative errnos and PERSONA_ERR()s. @ret2 is the
 *	second result (0 unless the handler set it)
 * @carry: the System V convention: a result that is no error goes to rax, the
 *	second one to rdx, and the carry flag is cleared. Lets the core skip
 *	encode() on its fast path
 */
struct persona_table {
	const char *name;
	const struct persona_row *rows;
	u32 nr;
	void (*encode)(struct pt_regs *regs, long ret, u64 ret2);
	bool carry;
};

/**
 * struct persona_call - one foreign call on its way through
 * @regs: the thread's user registers
 * @thread: its foreign state. Gone after a successful exec
 * @table: class
 * @row: table row
 * @nr: number within @table
 * @raw: set by a handler that wrote @regs itself
 * @ret2: second result (Darwin rdx)
 * @execed: the handler has run an exec that succeeded; the core's business
 * @scratch_used: bytes of the thread's scratch area in use by this call
 * @args: arguments, @row->nargs of them valid (at least 6)
 */
struct persona_call {
	struct pt_regs *regs;
	struct persona_thread *thread;
	const struct persona_table *table;
	const struct persona_row *row;
	u32 nr;
	bool raw;
	bool execed;
	u64 ret2;
	u32 scratch_used;
	u64 args[PERSONA_MAX_ARGS];
};

/**
 * struct persona_signal - a signal about to be delivered to a foreign handler
 * @sig: native signal number
 * @frame: the frame that the kernel has just built on the chosen stack
 * @sc: copy of the frame's machine context (interrupted registers; fpstate
 *	points to the saved xsave area in user memory). When the signal has
 *	interrupted a foreign call that is not restarted, the foreign EINTR
 *	already is in there
 * @info: copy of its siginfo
 * @mask: signal mask to be restored on return (native bits)
 */
struct persona_signal {
	int sig;
	struct rt_sigframe __user *frame;
	struct sigcontext_64 sc;
	kernel_siginfo_t info;
	u64 mask;
};

/**
 * struct personality - everything that is particular to one foreign system
 * @name: as in prctl, debugfs and traces
 * @owner: module
 * @nr_shift: class of a call = number >> nr_shift
 * @nr_mask: index in the class's table = number & nr_mask
 * @tables: by class; no NULL entries (use &persona_empty_table)
 * @ntables: number of classes
 * @fast_class: class whose native rows run on the real registers, because the
 *	argument registers are the native ones and the table has carry set;
 *	0: none
 * @proc_size: bytes of per-process data behind struct persona_proc
 * @thread_size: bytes of per-thread data behind struct persona_thread
 * @no_setid: set-id bits and capabilities of its images never count, because what
 *	else a program is made of comes from wherever its caller says
 * @view_root: module parameter of the personality: root of its view
 * @decode: fills call->args with row->nargs arguments (0 or -EFAULT)
 * @unknown: a number outside every table was called (it is in
 *	call->regs->orig_ax). May raise a signal and write the registers;
 *	sets call->raw, or returns like a handler of tables[0]
 * @proc_init: zeroed per-process data is set up; @parent NULL at exec and
 *	prctl, else the process that forks. May sleep. Runs in the parent
 * @proc_exit: last thread is gone. Workqueue context, may sleep
 * @thread_init: zeroed per-thread data is set up, @parent as above
 * @thread_start: the new task exists but does not run yet; set its registers.
 *	Atomic context. @data is persona_clone()'s
 * @thread_exit: the thread (current) is exiting or leaves the personality.
 *	Atomic context; its mm may be gone
 * @deliver: builds the foreign signal frame: below @sig->frame (user stack at
 *	regs->sp), then sets ip, sp and argument registers. Returns 0, or an
 *	error, and then the process gets SIGSEGV. May sleep
 * @fault: a hardware exception of user mode that is about to become a signal;
 *	true when handled (regs are resumed). May sleep. NULL: never
 * @pending: the thread is about to look at its signals: because it has some, or
 *	because persona_kick() said so. On the way to user mode; may sleep, and
 *	change @regs (a call to be restarted has its restart code in ax and its
 *	number in orig_ax). Runs before the signals are looked at. NULL: nothing
 */
struct personality {
	const char *name;
	struct module *owner;
	u32 nr_shift;
	u32 nr_mask;
	const struct persona_table *const *tables;
	u32 ntables;
	u32 fast_class;
	size_t proc_size;
	size_t thread_size;
	bool no_setid;
	char *const *view_root;
	int (*decode)(struct persona_call *call);
	long (*unknown)(struct persona_call *call);
	int (*proc_init)(struct persona_proc *proc, struct persona_proc *parent);
	void (*proc_exit)(struct persona_proc *proc);
	int (*thread_init)(struct persona_thread *thread, struct persona_thread *parent);
	void (*thread_start)(struct persona_thread *thread, struct task_struct *task,
			     struct pt_regs *regs, void *data);
	void (*thread_exit)(struct persona_thread *thread);
	int (*deliver)(struct persona_thread *thread, struct pt_regs *regs,
		       struct persona_signal *sig);
	bool (*fault)(struct persona_thread *thread, struct pt_regs *regs, int trapnr,
		      unsigned long error_code, unsigned long addr);
	void (*pending)(struct persona_thread *thread, struct pt_regs *regs);
};

/**
 * struct persona_proc - foreign state of a process, shared by its threads
 * @ref: one per thread
 * @pers: its personality
 * @view: file-system view, NULL if none
 * @tables: @pers->tables, or tables of this process's own (NT)
 * @ntables: number of them
 * @away: as many tables for calls from outside of @home_start, @home_len; NULL:
 *	there is no such difference
 * @home_start: where @tables count, and not @away: first instruction address
 * @home_len: length of that range
 * @free_work: runs proc_exit() where it may sleep
 * @rcu: threads that look for a sibling's state
 * @data: the personality's
 */
struct persona_proc {
	refcount_t ref;
	const struct personality *pers;
	struct persona_view *view;
	const struct persona_table *const *tables;
	u32 ntables;
	const struct persona_table *const *away;
	unsigned long home_start;
	unsigned long home_len;
	struct work_struct free_work;
	struct rcu_head rcu;
	u8 data[] __aligned(8);
};

/* persona_thread.slow: reasons to leave the fast path */
#define PERSONA_SLOW_RANGE	BIT(0)	/* only calls from a range are foreign */
#define PERSONA_SLOW_RESTART	BIT(1)	/* restart_syscall may follow */

/**
 * struct persona_thread - foreign state of a thread
 * @fast_fn: by number in the fast class: native function, or NULL
 * @fast_base: first number of the fast class
 * @fast_nr: @fast_max, or 0 while anything in @slow forbids the fast path
 * @fast_max: numbers in @fast_fn
 * @slow: PERSONA_SLOW_*
 * @calls: made on the fast path since they were added to the counters
 * @ntables: copy of @proc's
 * @tables: copy of @proc's
 * @away: copy of @proc's
 * @proc: per-process state, holds a reference
 * @task: the owner; a task that merely inherited the pointer is not foreign
 * @range_start: PERSONA_SLOW_RANGE: first foreign instruction address
 * @range_len: length of the range
 * @restart_ip: address behind the call instruction that may be restarted
 * @restart_nr: its foreign number
 * @restart_native: the native call that continues with restart_syscall
 * @restarting: that continuation is under way
 * @kicked: persona_kick() was called and pending() has not run since
 * @condemned: a seccomp filter ends it on the way to user mode; until then no native
 *	call of its handlers is made, they get -EPERM
 * @reg: the core's entry of the personality
 * @image: mm that exec gave this personality, NULL if prctl did
 * @scratch: user address of the thread's scratch area, 0 if none yet
 * @child: state for the thread or process being cloned
 * @child_data: for thread_start()
 * @rcu: readers in other tasks (debugfs)
 * @data: the personality's
 */
struct persona_thread {
	const persona_native_fn *fast_fn;
	u64 fast_base;
	u64 fast_nr;
	u64 fast_max;
	u64 calls;
	u32 slow;
	u32 ntables;
	const struct persona_table *const *tables;
	const struct persona_table *const *away;
	struct persona_proc *proc;
	struct task_struct *task;
	struct persona_reg *reg;
	struct mm_struct *image;
	unsigned long range_start;
	unsigned long range_len;
	unsigned long restart_ip;
	unsigned long restart_nr;
	int restart_native;
	bool restarting;
	bool kicked;
	bool condemned;
	unsigned long scratch;
	struct persona_thread *child;
	void *child_data;
	struct rcu_head rcu;
	u8 data[] __aligned(8);
};

static inline void *persona_proc_data(struct persona_proc *proc)
{
	return proc->data;
}

static inline void *persona_thread_data(struct persona_thread *thread)
{
	return thread->data;
}

/* The calling task's foreign state, NULL when it has none. */
struct persona_thread *persona_current(void);
/* Another task's, under RCU. */
struct persona_thread *persona_peek(struct task_struct *task);

/* A class without calls. */
extern const struct persona_table persona_empty_table;

/* registry.c */
int persona_register(const struct personality *pers);
void persona_unregister(const struct personality *pers);

/* native.c: the policy point. Every effect of a foreign call goes through it. */
long __persona_native(struct persona_call *call, unsigned int nr, const u64 args[6]);
long __persona_permit(struct persona_call *call, unsigned int nr, const u64 args[6]);

/*
 * persona_native(call, nr, ...up to 6 arguments): runs a native system call
 * under the task's seccomp, ptrace and audit rules. Pointers are user
 * pointers: use persona_scratch() for structures that had to be converted.
 * Returns what the native call returns (restart codes included: pass them on).
 */
#define persona_native(call, nr, ...)						\
	__persona_native(call, nr, (const u64[6]){ PERSONA_ARGS_(__VA_ARGS__) })
/*
 * persona_permit(call, nr, ...): asks whether that native call would be
 * allowed, before the handler has the same effect through kernel functions.
 * Returns 0, or a negative errno that the handler returns at once.
 */
#define persona_permit(call, nr, ...)						\
	__persona_permit(call, nr, (const u64[6]){ PERSONA_ARGS_(__VA_ARGS__) })

/*
 * persona_bare(nr, ...): runs a native system call that no filter or tracer
 * hears of. Only for what the kernel itself would do natively: in an exec
 * handler or at a page fault, or behind a persona_permit() for its effect.
 */
long __persona_bare(unsigned int nr, const u64 args[6]);
#define persona_bare(nr, ...)							\
	__persona_bare(nr, (const u64[6]){ PERSONA_ARGS_(__VA_ARGS__) })

/* Casts up to six integer or pointer arguments to u64. */
#define PERSONA_ARGS_N_(_0, _1, _2, _3, _4, _5, _6, n, ...) n
#define PERSONA_ARGS_(...)							\
	PERSONA_ARGS_N_(0, ##__VA_ARGS__, PERSONA_A6_, PERSONA_A5_, PERSONA_A4_,	\
			PERSONA_A3_, PERSONA_A2_, PERSONA_A1_, PERSONA_A0_)(__VA_ARGS__)
#define PERSONA_U_(a)	((__force u64)(a))
#define PERSONA_A0_(...)	0
#define PERSONA_A1_(a)	PERSONA_U_(a)
#define PERSONA_A2_(a, ...)	PERSONA_U_(a), PERSONA_A1_(__VA_ARGS__)
#define PERSONA_A3_(a, ...)	PERSONA_U_(a), PERSONA_A2_(__VA_ARGS__)
#define PERSONA_A4_(a, ...)	PERSONA_U_(a), PERSONA_A3_(__VA_ARGS__)
#define PERSONA_A5_(a, ...)	PERSONA_U_(a), PERSONA_A4_(__VA_ARGS__)
#define PERSONA_A6_(a, ...)	PERSONA_U_(a), PERSONA_A5_(__VA_ARGS__)

long persona_call_row(struct persona_call *call, const struct persona_table *table, u32 nr);
long persona_execve(struct persona_call *call, const char __user *path,
		    const void __user *argv, const void __user *envp);
long persona_sigreturn(struct persona_call *call, struct rt_sigframe __user *frame);
long persona_sigaction(struct persona_call *call, int sig, bool handler, u64 disposition,
		       unsigned long flags, u64 mask);
long persona_clone(struct persona_call *call, u64 flags, void *data);

/* scratch.c: a few pages of the thread's own user memory for native structures */
#define PERSONA_SCRATCH_SIZE	(4 * PAGE_SIZE)
void __user *persona_scratch(struct persona_call *call, size_t size);
void __user *persona_scratch_put(struct persona_call *call, const void *src, size_t size);
void persona_scratch_release(struct persona_call *call);

/* view.c: the file-system view */
const char __user *persona_path(struct persona_call *call, const char __user *path);

/* exec side: an exec handler calls these in this order */
struct persona_thread *persona_exec_prepare(struct linux_binprm *bprm,
					    const struct personality *pers);
void persona_exec_commit(struct persona_thread *thread, struct linux_binfmt *fmt);
void persona_exec_abort(struct persona_thread *thread);
void persona_exec_tables(struct persona_thread *thread,
			 const struct persona_table *const *tables, u32 ntables);
void persona_exec_away(struct persona_thread *thread, const struct persona_table *const *away,
		       unsigned long start, unsigned long len);
int persona_exec_gsbase(unsigned long base);

/* compat/symbols.c */
bool persona_file_is_tty(const struct file *file);
int persona_security_path_rmdir(const struct path *dir, struct dentry *dentry);
int persona_security_path_chmod(const struct path *path, umode_t mode);

/* signal.c */
void persona_kick(struct task_struct *task);
void persona_rekick(struct persona_thread *thread);

/* map.c: number and flag maps, generated from .tbl */
/**
 * struct persona_map - numbers of two systems, both directions
 * @to_foreign: indexed by native number; 0 where there is none
 * @nr_to_foreign: entries
 * @to_native: indexed by foreign number; 0 where there is none
 * @nr_to_native: entries
 */
struct persona_map {
	const u16 *to_foreign;
	u16 nr_to_foreign;
	const u16 *to_native;
	u16 nr_to_native;
};

/**
 * struct persona_flag - one bit or field value of a flag word
 * @foreign: value there
 * @native: value here
 * @mask: bits of the foreign word that this entry is about; an entry with
 *	several bits in @mask matches when (word & mask) == foreign
 * @native_mask: bits of the native word, likewise
 */
struct persona_flag {
	u64 foreign;
	u64 native;
	u64 mask;
	u64 native_mask;
};

unsigned int persona_map_to_foreign(const struct persona_map *map, unsigned int native);
unsigned int persona_map_to_native(const struct persona_map *map, unsigned int foreign);
u64 persona_flags_to_native(const struct persona_flag *tbl, size_t n, u64 word, u64 *rest);
u64 persona_flags_to_foreign(const struct persona_flag *tbl, size_t n, u64 word, u64 *rest);

/* stats.c */
void persona_count_unknown(struct persona_thread *thread, const struct persona_table *table,
			   u32 nr);

/* Internal symbols that unit-test modules use are exported where those exist. */
#if IS_ENABLED(CONFIG_KUNIT)
#define EXPORT_SYMBOL_FOR_TEST(sym)	EXPORT_SYMBOL_GPL(sym)
#else
#define EXPORT_SYMBOL_FOR_TEST(sym)	static_assert(__same_type(sym, sym))
#endif

/* Rows, as the generator writes them. */
#define PERSONA_NATIVE(nr_, name_, native_, args_, nargs_, paths_)			\
	[nr_] = { .name = name_, .args = args_, .native = __NR_##native_,		\
		  .kind = PERSONA_K_NATIVE, .nargs = nargs_, .paths = paths_ },
#define PERSONA_CALL(nr_, name_, fn_, args_, nargs_, paths_)				\
	[nr_] = { .name = name_, .args = args_, .fn = fn_,				\
		  .kind = PERSONA_K_CALL, .nargs = nargs_, .paths = paths_ },
#define PERSONA_NOSYS(nr_, name_, args_, nargs_, paths_)				\
	[nr_] = { .name = name_, .args = args_,						\
		  .kind = PERSONA_K_NOSYS, .nargs = nargs_, .paths = paths_ },

#endif /* _PERSONA_H */
