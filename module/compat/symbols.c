// SPDX-License-Identifier: GPL-2.0-only
/* Resolves unexported kernel functions once, at load, and calls them directly. */
#include <linux/audit.h>
#include <linux/binfmts.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/static_call.h>
#include <asm/ptrace.h>

#include "symbols.h"

/* ENDBR64, and the two forms into which the kernel seals it at boot. */
#define PERSONA_ENDBR		0xfa1e0ff3u
#define PERSONA_SEALED_NOP	0x001f0f66u
#define PERSONA_SEALED_NOP_UD	0xd6401f0fu
#define PERSONA_ENDBR_LEN	4
#define PERSONA_FENTRY_LEN	5

const persona_native_fn *persona_syscall_table;
static const int *persona_sysctl_randomize;
static unsigned long persona_tty_ioctl;
static const struct linux_binfmt *persona_elf_format;

/*
 * What a static call runs before its symbol is known. Loading fails unless all
 * are known, so nothing reaches these.
 */
static unsigned long no_kallsyms(const char *name)
{
	return 0;
}

#ifdef HAVE_SECURE_COMPUTING_VOID
static int no_secure_computing(void)
#else
static int no_secure_computing(const struct seccomp_data *sd)
#endif
{
	return -1;
}

static int no_ptrace_notify(int code, unsigned long message)
{
	return 0;
}

static void no_audit_entry(int nr, unsigned long a0, unsigned long a1, unsigned long a2,
			   unsigned long a3)
{
}

static void no_audit_exit(int success, long ret)
{
}

static void no_signal(struct pt_regs *regs)
{
}

static void no_personality(void)
{
}

static int no_wake_up_state(struct task_struct *task, unsigned int state)
{
	return 0;
}

#ifdef CONFIG_SECURITY_PATH
static int no_path_rmdir(const struct path *dir, struct dentry *dentry)
{
	return -EACCES;
}

static int no_path_chmod(const struct path *path, umode_t mode)
{
	return -EACCES;
}

DEFINE_STATIC_CALL(persona_sc_path_rmdir, no_path_rmdir);
DEFINE_STATIC_CALL(persona_sc_path_chmod, no_path_chmod);
#endif
DEFINE_STATIC_CALL(persona_sc_kallsyms, no_kallsyms);
DEFINE_STATIC_CALL(persona_sc_secure, no_secure_computing);
DEFINE_STATIC_CALL(persona_sc_ptrace_notify, no_ptrace_notify);
DEFINE_STATIC_CALL(persona_sc_audit_entry, no_audit_entry);
DEFINE_STATIC_CALL(persona_sc_audit_exit, no_audit_exit);
DEFINE_STATIC_CALL(persona_sc_signal, no_signal);
DEFINE_STATIC_CALL(persona_sc_personality_64bit, no_personality);
DEFINE_STATIC_CALL(persona_sc_wake_up_state, no_wake_up_state);
DEFINE_STATIC_CALL(persona_sc_switch_fpu, no_personality);

/**
 * persona_symbol() - address of a kernel symbol
 * @name: its name
 *
 * For hooks and data only: never call through what this returns.
 *
 * Return: the address, 0 if the kernel has no such symbol.
 */
unsigned long persona_symbol(const char *name)
{
	return static_call(persona_sc_kallsyms)(name);
}

static bool is_endbr_or_sealed(unsigned long addr)
{
	u32 insn = *(u32 *)addr;

	return insn == PERSONA_ENDBR || insn == PERSONA_SEALED_NOP ||
	       insn == PERSONA_SEALED_NOP_UD;
}

/* kallsyms_lookup_name() itself is found with a kprobe, which is exported. */
static int find_kallsyms(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long addr;
	int ret;

	ret = register_kprobe(&probe);
	if (ret) {
		pr_err("cannot find kallsyms_lookup_name: register_kprobe failed (%d)\n", ret);
		return ret;
	}
	addr = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	/* The probe may have been placed behind the ENDBR. */
	if (is_endbr_or_sealed(addr - PERSONA_ENDBR_LEN))
		addr -= PERSONA_ENDBR_LEN;
	static_call_update(persona_sc_kallsyms, (typeof(no_kallsyms) *)addr);
	return 0;
}

static unsigned long need(const char *name, int *err)
{
	unsigned long addr = persona_symbol(name);

	if (!addr) {
		pr_err("this kernel has no symbol %s\n", name);
		*err = -ENOENT;
	}
	return addr;
}

#define persona_bind(call, dummy, name, err)						\
	do {										\
		unsigned long __addr = need(name, err);					\
											\
		if (__addr)								\
			static_call_update(call, (typeof(dummy) *)__addr);		\
	} while (0)

/**
 * persona_symbols_init() - resolve everything the core needs
 *
 * Context: module init, may sleep.
 * Return: 0, or -ENOENT after one line per missing symbol.
 */
int persona_symbols_init(void)
{
	unsigned long signal;
	int err;

	err = find_kallsyms();
	if (err)
		return err;
	persona_syscall_table = (const void *)need("sys_call_table", &err);
	persona_bind(persona_sc_secure, no_secure_computing, "__secure_computing", &err);
	persona_bind(persona_sc_ptrace_notify, no_ptrace_notify, "ptrace_notify", &err);
#ifdef CONFIG_AUDITSYSCALL
	persona_bind(persona_sc_audit_entry, no_audit_entry, "__audit_syscall_entry", &err);
	persona_bind(persona_sc_audit_exit, no_audit_exit, "__audit_syscall_exit", &err);
#endif
	persona_bind(persona_sc_personality_64bit, no_personality, "set_personality_64bit",
		     &err);
	/* Newer kernels export it to KVM only. */
	persona_bind(persona_sc_switch_fpu, no_personality, "switch_fpu_return", &err);
	persona_bind(persona_sc_wake_up_state, no_wake_up_state, "wake_up_state", &err);
#ifdef CONFIG_SECURITY_PATH
	persona_bind(persona_sc_path_rmdir, no_path_rmdir, "security_path_rmdir", &err);
	persona_bind(persona_sc_path_chmod, no_path_chmod, "security_path_chmod", &err);
#endif
	/* Data; kernels without CONFIG_KALLSYMS_ALL do not tell. */
	persona_sysctl_randomize = (const int *)persona_symbol("randomize_va_space");
	/* To be compared with; kernels without terminals have none. */
	persona_tty_ioctl = persona_symbol("tty_ioctl");
	/* Data as well. */
	persona_elf_format = (const struct linux_binfmt *)persona_symbol("elf_format");
	signal = need("arch_do_signal_or_restart", &err);
	if (err)
		return err;
	/* The original is entered behind the ftrace site that leads to our hook. */
	if (is_endbr_or_sealed(signal))
		signal += PERSONA_ENDBR_LEN;
	static_call_update(persona_sc_signal,
			   (typeof(no_signal) *)(signal + PERSONA_FENTRY_LEN));
	return 0;
}

/**
 * persona_secure_computing() - run the task's seccomp filter on current_pt_regs()
 *
 * Context: may sleep (user notification), may not return (kill).
 * Return: 0 to go on, -1 when the call must not be made.
 */
int persona_secure_computing(void)
{
#ifdef HAVE_SECURE_COMPUTING_VOID
	return static_call(persona_sc_secure)();
#else
	return static_call(persona_sc_secure)(NULL);
#endif
}

/**
 * persona_ptrace_notify() - stop for the tracer
 * @code: SIGTRAP, with 0x80 for PTRACE_O_TRACESYSGOOD
 * @message: PTRACE_EVENTMSG_SYSCALL_ENTRY or _EXIT
 *
 * Return: a signal the tracer wants delivered, or 0.
 */
int persona_ptrace_notify(int code, unsigned long message)
{
	return static_call(persona_sc_ptrace_notify)(code, message);
}

/**
 * persona_audit_entry() - tell audit that a native call begins
 * @nr: native number
 * @a0: first argument
 * @a1: second
 * @a2: third
 * @a3: fourth
 */
void persona_audit_entry(int nr, unsigned long a0, unsigned long a1, unsigned long a2,
			 unsigned long a3)
{
	static_call(persona_sc_audit_entry)(nr, a0, a1, a2, a3);
}

/**
 * persona_audit_exit() - tell audit that a native call has ended
 * @success: it did
 * @ret: its result
 */
void persona_audit_exit(int success, long ret)
{
	static_call(persona_sc_audit_exit)(success, ret);
}

/**
 * persona_signal_original() - the kernel's own arch_do_signal_or_restart()
 * @regs: user registers
 */
void persona_signal_original(struct pt_regs *regs)
{
	static_call(persona_sc_signal)(regs);
}

/**
 * persona_notify_signal() - what set_notify_signal() does
 * @task: to be interrupted, without a signal
 *
 * Context: any.
 */
void persona_notify_signal(struct task_struct *task)
{
	if (test_and_set_tsk_thread_flag(task, TIF_NOTIFY_SIGNAL))
		return;
	if (!static_call(persona_sc_wake_up_state)(task, TASK_INTERRUPTIBLE))
		kick_process(task);
}

/**
 * persona_switch_fpu_return() - load the task's floating-point registers
 *
 * Context: current has TIF_NEED_FPU_LOAD; between fpregs_lock() and _unlock().
 */
void persona_switch_fpu_return(void)
{
	static_call(persona_sc_switch_fpu)();
}
EXPORT_SYMBOL_GPL(persona_switch_fpu_return);

/**
 * persona_security_path_rmdir() - may a folder be removed by this name?
 * @dir: folder that it is in
 * @dentry: it
 *
 * What rmdir(2) asks security modules that know of paths before vfs_rmdir().
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int persona_security_path_rmdir(const struct path *dir, struct dentry *dentry)
{
#ifdef CONFIG_SECURITY_PATH
	return static_call(persona_sc_path_rmdir)(dir, dentry);
#else
	return 0;
#endif
}
EXPORT_SYMBOL_GPL(persona_security_path_rmdir);

/**
 * persona_security_path_chmod() - may a file's mode be changed by this name?
 * @path: file
 * @mode: new mode
 *
 * What chmod(2) asks before notify_change().
 *
 * Context: the inode is locked, may sleep.
 * Return: 0 or a negative errno.
 */
int persona_security_path_chmod(const struct path *path, umode_t mode)
{
#ifdef CONFIG_SECURITY_PATH
	return static_call(persona_sc_path_chmod)(path, mode);
#else
	return 0;
#endif
}
EXPORT_SYMBOL_GPL(persona_security_path_chmod);

/**
 * persona_set_personality_64bit() - make the task a 64-bit one, for exec handlers
 *
 * Context: between begin_new_exec() and setup_new_exec().
 */
void persona_set_personality_64bit(void)
{
	static_call(persona_sc_personality_64bit)();
}
EXPORT_SYMBOL_GPL(persona_set_personality_64bit);

/**
 * persona_randomize_va_space() - does kernel.randomize_va_space allow it?
 *
 * Return: true if it does, or if its value cannot be known.
 */
bool persona_randomize_va_space(void)
{
	return !persona_sysctl_randomize || READ_ONCE(*persona_sysctl_randomize);
}
EXPORT_SYMBOL_GPL(persona_randomize_va_space);

/**
 * persona_file_is_tty() - is it a terminal?
 * @file: file
 *
 * Context: any.
 * Return: whether it is one that has not been hung up.
 */
bool persona_file_is_tty(const struct file *file)
{
	return persona_tty_ioctl &&
	       (unsigned long)file->f_op->unlocked_ioctl == persona_tty_ioctl;
}
EXPORT_SYMBOL_GPL(persona_file_is_tty);

/**
 * persona_elf_core() - have processes of an image format dump core as ELF
 * @fmt: image format that is going to be registered
 *
 * The function is one that the kernel calls through this very kind of pointer; we
 * never do. Without CONFIG_COREDUMP or CONFIG_KALLSYMS_ALL there are no cores.
 */
void persona_elf_core(struct linux_binfmt *fmt)
{
#ifdef CONFIG_COREDUMP
	if (!persona_elf_format)
		return;
	fmt->core_dump = persona_elf_format->core_dump;
	fmt->min_coredump = persona_elf_format->min_coredump;
#endif
}
EXPORT_SYMBOL_GPL(persona_elf_core);
