// SPDX-License-Identifier: GPL-2.0-only
/*
 * execve() of a Windows console program.
 *
 * Everything that can be known beforehand is checked and built before
 * begin_new_exec(), so that it is an error of execve(). Behind that point the
 * old program is gone, and an error kills the process.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/personality.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <asm/elf.h>
#include <asm/processor.h>

#include "../../module/compat/symbols.h"
#include "exec.h"
#include "ntdll.h"
#include "pe.h"
#include "process.h"
#include "shared_data.h"
#include "spawn.h"
#include "start.h"
#include "unixcall.h"
#include "vm.h"
#include "windows.h"

#define SYSTEM32	"drive_c/windows/system32"

static const char no_dlls[] = "Windows DLLs are missing: run \"tools/persona setup nt\"";

/*
 * The one line in the log that says why a program does not start. One that is
 * killed on its way fails for no other reason, whatever the error says.
 */
static int refuse(const struct linux_binprm *bprm, int err, const char *reason)
{
	if (reason && !fatal_signal_pending(current))
		pr_info_ratelimited("%*pE: not started: %s\n",
				    (int)strnlen(bprm->interp, PATH_MAX), bprm->interp, reason);
	return err;
}

static int refuse_pe(const struct linux_binprm *bprm, enum nt_pe_error error, int err)
{
	switch (error) {
	case NT_PE_NOT_PE:
		return refuse(bprm, err, "a program for DOS or 16-bit Windows");
	case NT_PE_MALFORMED:
		return refuse(bprm, err, "the file is damaged: its headers make no sense");
	case NT_PE_TRUNCATED:
		return refuse(bprm, err, "the file is damaged: it ends too early");
	default:
		return err;
	}
}

/**
 * nt_exec_image_reason() - why an image cannot be a program here
 * @image: it
 *
 * Context: any.
 * Return: the reason, NULL if it can.
 */
const char *nt_exec_image_reason(const struct nt_image *image)
{
	if (image->machine == NT_PE_MACHINE_ARM64)
		return "a program for ARM64 processors";
	if (image->machine == NT_PE_MACHINE_I386)
		return "a 32-bit program, and only 64-bit ones can run";
	if (image->machine != NT_PE_MACHINE_AMD64)
		return "a program for another processor";
	if (!image->pe32plus)
		return "the file is damaged: its headers make no sense";
	if (image->flags & NT_PE_FILE_DLL)
		return "a DLL, not a program";
	if (!(image->flags & NT_PE_FILE_EXECUTABLE))
		return "not linked into a program";
	if (image->dir[NT_PE_DIR_CLR].va)
		return "a .NET program, and no .NET runtime is present";
	switch (image->subsystem) {
	case NT_PE_SUBSYSTEM_CUI:
		break;
	case NT_PE_SUBSYSTEM_GUI:
		return "a program with a graphical interface; only console programs can run";
	case NT_PE_SUBSYSTEM_NATIVE:
		return "a driver, not a program";
	default:
		return "a program for another subsystem than the Windows console";
	}
	if (!image->entry)
		return "it has no entry point";
	if (image->stack_reserve > NT_USER_MAX / 2)
		return "the file is damaged: its stack is larger than memory can be";
	return NULL;
}

static int load_image(struct linux_binprm *bprm, struct nt_exec *exec)
{
	enum nt_pe_error error;
	struct nt_image *image;
	const char *reason;

	image = nt_image_load(bprm->file, &error);
	if (IS_ERR(image))
		return refuse_pe(bprm, error, PTR_ERR(image));
	exec->image = image;
	reason = nt_exec_image_reason(image);
	return reason ? refuse(bprm, -ENOEXEC, reason) : 0;
}

/* A file of the view's system folder, as the task that executes may open it. */
static struct file *open_system(const char *name)
{
	struct file *file;
	char *path;

	path = kasprintf(GFP_KERNEL_ACCOUNT, "%s/" SYSTEM32 "/%s", *nt_personality.view_root,
			 name);
	if (!path)
		return ERR_PTR(-ENOMEM);
	file = filp_open(path, O_RDONLY | O_LARGEFILE | O_NONBLOCK, 0);
	kfree(path);
	if (!IS_ERR(file) && !S_ISREG(file_inode(file)->i_mode)) {
		fput(file);
		return ERR_PTR(-ENOENT);
	}
	return file;
}

static int load_system(struct linux_binprm *bprm, struct nt_exec *exec)
{
	struct nt_ntdll *ntdll;
	struct file *file;

	file = open_system("ntdll.dll");
	if (IS_ERR(file))
		return PTR_ERR(file) == -ENOMEM ? -ENOMEM : refuse(bprm, -ELIBACC, no_dlls);
	exec->ntdll_file = file;
	ntdll = nt_ntdll_get(file);
	if (IS_ERR(ntdll)) {
		if (PTR_ERR(ntdll) != -ELIBBAD)
			return PTR_ERR(ntdll);
		return refuse(bprm, -ELIBBAD, "ntdll.dll is none that can be used");
	}
	exec->ntdll = ntdll;
	file = open_system("apisetschema.dll");
	if (IS_ERR(file))
		return PTR_ERR(file) == -ENOMEM ? -ENOMEM : refuse(bprm, -ELIBACC, no_dlls);
	exec->apiset_file = file;
	return nt_exec_find_apiset(exec);
}

static void free_exec(struct nt_exec *exec)
{
	nt_params_free(&exec->params);
	nt_ntdll_put(exec->ntdll);
	if (exec->ntdll_file)
		fput(exec->ntdll_file);
	if (exec->apiset_file)
		fput(exec->apiset_file);
	kfree(exec->image);
	kvfree(exec->name);
	if (exec->spawn)
		nt_object_put(&exec->spawn->obj);
	kfree(exec);
}

/* Hands what the process keeps over to it. */
static void keep(struct linux_binprm *bprm, struct nt_exec *exec, struct persona_thread *thread)
{
	struct nt_proc *proc = nt_proc(thread->proc);

	proc->ntdll = exec->ntdll;
	exec->ntdll = NULL;
	proc->exe = get_file(bprm->file);
	proc->exe_name = exec->name;
	proc->exe_name_len = exec->name_len;
	exec->name = NULL;
	persona_exec_tables(thread, proc->ntdll->tables, NT_CLASSES);
}

/**
 * nt_exec_release() - drop what exec has given to a process
 * @proc: its last thread is gone
 *
 * Context: may sleep.
 */
void nt_exec_release(struct nt_proc *proc)
{
	nt_ntdll_put(proc->ntdll);
	kfree(proc->image);
	proc->image = NULL;
	if (proc->exe)
		fput(proc->exe);
	kvfree(proc->exe_name);
	proc->ntdll = NULL;
	proc->exe = NULL;
	proc->exe_name = NULL;
}

static int load_pe(struct linux_binprm *bprm);

static struct linux_binfmt pe_format = {
	.module = THIS_MODULE,
	.load_binary = load_pe,
};

/* Behind the point of no return, up to the first instruction's registers. */
static int start(struct linux_binprm *bprm, struct nt_exec *exec, struct persona_thread *thread)
{
	unsigned long top = STACK_TOP;
	int err;

	persona_set_personality_64bit();
	if (!(current->personality & ADDR_NO_RANDOMIZE) && persona_randomize_va_space()) {
		current->flags |= PF_RANDOMIZE;
		top -= (get_random_u32() & 0x3fff) << PAGE_SHIFT;
	}
	setup_new_exec(bprm);
	/* Of Linux's stack only the arguments are used, for /proc. */
	err = setup_arg_pages(bprm, top, EXSTACK_DISABLE_X);
	if (err)
		return err;
	nt_exec_set_args(bprm, exec);
	keep(bprm, exec, thread);
	return nt_exec_start(exec, thread);
}

/* What a process gets from the Windows program that makes it. */
static int spawned(struct nt_spawn *spawn, struct persona_thread *thread)
{
	if (spawn->native)
		return 0;
	if (spawn->suspended)
		nt_thread(thread)->self->suspended = 1;
	return nt_spawn_handles(spawn, nt_proc(thread->proc));
}

static int load_pe(struct linux_binprm *bprm)
{
	struct pt_regs *regs = current_pt_regs();
	struct persona_thread *thread;
	struct nt_exec *exec;
	int err;

	if (bprm->buf[0] != 'M' || bprm->buf[1] != 'Z')
		return -ENOEXEC;
	exec = kzalloc(sizeof(*exec), GFP_KERNEL_ACCOUNT);
	if (!exec)
		return -ENOMEM;
	err = load_image(bprm, exec);
	if (!err)
		err = load_system(bprm, exec);
	if (err)
		goto out_free;
	exec->spawn = nt_spawn_current();
	thread = persona_exec_prepare(bprm, &nt_personality);
	if (IS_ERR(thread)) {
		err = PTR_ERR(thread);
		goto out_free;
	}
	err = nt_exec_params(bprm, exec, thread->proc);
	if (err == -EINVAL)
		err = refuse(bprm, err, "PERSONA_NT_BUILD is no build of Windows that is known");
	if (!err && exec->spawn)
		err = spawned(exec->spawn, thread);
	if (err)
		goto out_abort;
	err = begin_new_exec(bprm);
	if (err)
		goto out_abort;

	/* No way back. */
	err = start(bprm, exec, thread);
	if (err) {
		refuse(bprm, err, "out of memory, or its addresses are taken");
		goto out_abort;
	}
	nt_proc(thread->proc)->image = exec->image;
	exec->image = NULL;
	persona_exec_commit(thread, &pe_format);
	nt_state_started(thread);
	finalize_exec(bprm);
	start_thread(regs, exec->entry, exec->sp);
	nt_start_regs(nt_proc(thread->proc), regs, exec->context, nt_proc(thread->proc)->peb);
	err = persona_exec_gsbase(nt_thread(thread)->teb);
	/* Before its first instruction a thread looks whether it is suspended. */
	if (nt_thread(thread)->self->suspended)
		persona_kick(current);
	free_exec(exec);
	return err;

out_abort:
	persona_exec_abort(thread);
out_free:
	free_exec(exec);
	return err;
}

/**
 * nt_binfmt_init() - from here on Windows programs can be started
 *
 * Context: module start, when everything else works.
 * Return: 0.
 */
int __init nt_binfmt_init(void)
{
	register_binfmt(&pe_format);
	return 0;
}

/**
 * nt_binfmt_exit() - no more Windows programs
 *
 * Context: module end.
 */
void nt_binfmt_exit(void)
{
	unregister_binfmt(&pe_format);
	nt_ntdll_exit();
	nt_windows_exit();
}
