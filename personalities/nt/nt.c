// SPDX-License-Identifier: GPL-2.0-only
/*
 * The NT personality: 64-bit Windows console programs.
 *
 * A call's number is in eax, its arguments are in r10, rdx, r8, r9 and on the
 * stack, its NTSTATUS comes back in eax. What a number means depends on the
 * ntdll.dll of the process: see ntdll.c, which makes the table from it. Bit 12
 * is the class: 0 the NT kernel, 1 win32k, which is not there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/uaccess.h>

#include "folder.h"
#include "nt.h"
#include "nt_table.h"
#include "ntdll.h"
#include "pe.h"
#include "pipe.h"
#include "process.h"
#include "registry.h"

static char *view_root = "/usr/lib/persona/nt";
module_param(view_root, charp, 0444);
MODULE_PARM_DESC(view_root, "folder with the Windows folders, DLLs and registry");

/* What a process has before its ntdll is known. */
static const struct persona_table *const no_tables[] = { &persona_empty_table };

/* The calls by name: ntdll.c picks from them. */
static const struct persona_row nt_rows[] = { NT_ROWS };

/**
 * nt_row_of() - the row of a call
 * @name: as ntdll exports it, "NtClose"
 *
 * Context: any.
 * Return: the row, or NULL if the tables have no such name.
 */
const struct persona_row *nt_row_of(const char *name)
{
	size_t lo = 0, hi = ARRAY_SIZE(nt_rows);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int diff = strcmp(name, nt_rows[mid].name);

		if (!diff)
			return &nt_rows[mid];
		if (diff < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
EXPORT_SYMBOL_FOR_TEST(nt_row_of);

static int nt_decode(struct persona_call *call)
{
	const struct pt_regs *regs = call->regs;
	const u64 __user *sp = (const u64 __user *)regs->sp;
	unsigned int nargs = call->row->nargs;

	call->args[0] = regs->r10;
	call->args[1] = regs->dx;
	call->args[2] = regs->r8;
	call->args[3] = regs->r9;
	if (nargs <= 4)
		return 0;
	/* Above the return address and the home space of the first four. */
	if (copy_from_user(&call->args[4], sp + 5, (nargs - 4) * sizeof(*sp)))
		return -EFAULT;
	return 0;
}

/**
 * nt_encode() - put a handler's result where the program expects it
 * @regs: user registers
 * @ret: NTSTATUS or negative errno
 * @ret2: unused
 */
void nt_encode(struct pt_regs *regs, long ret, u64 ret2)
{
	regs->ax = nt_status_of(ret);
}

/*
 * A number that ntdll does not have: the core has counted it. Those of win32k
 * return handles and counts rather than statuses, and 0 is how they fail.
 */
static long nt_unknown(struct persona_call *call)
{
	bool win32k = call->regs->orig_ax >> 12 == 1;

	nt_encode(call->regs, win32k ? 0 : NT_STATUS_NOT_IMPLEMENTED, 0);
	call->regs->orig_ax = -1;
	call->raw = true;
	return 0;
}

/* Graphics, which is not there: no rows, but a name for what counts and traces calls. */
const struct persona_table nt_win32k_table = { .name = "win32k" };

const struct personality nt_personality = {
	.name = "nt",
	.owner = THIS_MODULE,
	.nr_shift = 12,
	.nr_mask = 0xfff,
	.tables = no_tables,
	.ntables = ARRAY_SIZE(no_tables),
	.proc_size = sizeof(struct nt_proc),
	.thread_size = sizeof(struct nt_thread),
	.no_setid = true,		/* DLLs come from PATH, too */
	.view_root = &view_root,
	.decode = nt_decode,
	.unknown = nt_unknown,
	.proc_init = nt_proc_init,
	.proc_exit = nt_proc_exit,
	.thread_init = nt_thread_init,
	.thread_start = nt_thread_start,
	.thread_exit = nt_thread_exit,
	.deliver = nt_deliver,
	.fault = nt_fault,
	.pending = nt_pending,
};

static int __init nt_init(void)
{
	int err;

	err = nt_object_init();
	if (err)
		return err;
	nt_state_init();
	nt_reg_init();
	err = nt_shared_data_init();
	if (err)
		goto err_object;
	err = nt_image_file_init();
	if (err)
		goto err_shared;
	err = nt_pipe_init();
	if (err)
		goto err_image;
	err = persona_register(&nt_personality);
	if (err)
		goto err_pipe;
	err = nt_binfmt_init();
	if (err)
		goto err_register;
	return 0;

err_register:
	persona_unregister(&nt_personality);
err_pipe:
	nt_pipe_exit();
err_image:
	nt_image_file_exit();
err_shared:
	nt_shared_data_exit();
err_object:
	nt_object_exit();
	return err;
}

static void __exit nt_exit(void)
{
	nt_binfmt_exit();
	persona_unregister(&nt_personality);
	nt_pipe_exit();
	nt_image_file_exit();
	nt_shared_data_exit();
	nt_object_exit();
	nt_folder_exit();
}

module_init(nt_init);
module_exit(nt_exit);

MODULE_DESCRIPTION("Runs Windows console programs: the NT personality");
MODULE_LICENSE("GPL");
/* What the kernel asks for when nothing knows a file with this magic: the third
 * and fourth byte of a PE file, usually 90 00.
 */
MODULE_ALIAS("binfmt-0090");
