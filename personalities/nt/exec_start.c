// SPDX-License-Identifier: GPL-2.0-only
/*
 * The address space of a new process: images, blocks, stack. Behind the point of
 * no return: an error kills the process.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "console.h"
#include "exec.h"
#include "file.h"
#include "ntdll.h"
#include "pe.h"
#include "process.h"
#include "shared_data.h"
#include "spawn.h"
#include "start.h"
#include "unixcall.h"
#include "vm.h"

/* Offsets in the process environment block. */
#define PEB_IMAGE_BASE			0x0010
#define PEB_PARAMETERS			0x0020
#define PEB_API_SET_MAP			0x0068
#define PEB_PROCESSORS			0x00b8
#define PEB_CRITICAL_SECTION_TIMEOUT	0x00c0
#define PEB_HEAP_SEGMENT_RESERVE	0x00c8
#define PEB_HEAP_SEGMENT_COMMIT		0x00d0
#define PEB_HEAP_DECOMMIT_TOTAL		0x00d8
#define PEB_HEAP_DECOMMIT_FREE_BLOCK	0x00e0
#define PEB_OS_MAJOR			0x0118
#define PEB_OS_MINOR			0x011c
#define PEB_OS_BUILD			0x0120
#define PEB_OS_PLATFORM			0x0124
#define PEB_SUBSYSTEM			0x0128
#define PEB_SUBSYSTEM_MAJOR		0x012c
#define PEB_SUBSYSTEM_MINOR		0x0130
#define PEB_SESSION_ID			0x02c0

/*
 * Wine's DLLs have a table of debug channels behind the block, two pages on. One
 * without a name, and with no flags, ends it and keeps all channels silent.
 */
#define PEB_SIZE			0x4000

#define VER_PLATFORM_WIN32_NT		2
#define SESSION				1
#define THIRTY_DAYS			(30ll * 24 * 60 * 60 * 10000000)

static int to_errno(long ret)
{
	if (ret == NT_STATUS_NO_MEMORY)
		return -ENOMEM;
	return ret <= 0 ? (int)ret : -ENOEXEC;
}

/**
 * nt_exec_find_apiset() - where the API set map is
 * @exec: with its file open
 *
 * Context: may sleep.
 * Return: 0, -ELIBBAD if the file has none, or another negative errno.
 */
int nt_exec_find_apiset(struct nt_exec *exec)
{
	enum nt_pe_error error;
	struct nt_image *image;
	int err = -ELIBBAD;
	u32 i;

	image = nt_image_load(exec->apiset_file, &error);
	if (IS_ERR(image))
		return error ? -ELIBBAD : PTR_ERR(image);
	for (i = 0; i < image->nsections; i++)
		if (!memcmp(image->section[i].name, ".apiset", sizeof(".apiset"))) {
			exec->apiset_offset = image->section[i].offset;
			exec->apiset_size = image->section[i].filesz;
			err = exec->apiset_size ? 0 : -ELIBBAD;
			break;
		}
	kfree(image);
	return err;
}

static int map_apiset(const struct nt_proc *proc, const struct nt_exec *exec, u64 *map)
{
	u32 skip = offset_in_page(exec->apiset_offset);
	long ret;

	ret = nt_vm_map_table(proc->vm, exec->apiset_file, (u64)exec->apiset_size + skip,
			      exec->apiset_offset - skip, map);
	*map += skip;
	return to_errno(ret);
}

/* Returns the address, moved there and all, through @base. */
static int map_image(struct nt_proc *proc, struct file *file, const struct nt_image *image,
		     u64 *base)
{
	long ret;

	*base = 0;
	ret = nt_vm_map_image(proc->vm, file, image, base);
	if (ret == NT_STATUS_IMAGE_NOT_AT_BASE)
		ret = nt_image_relocate(image, *base);
	return to_errno(ret);
}

static int put(u64 addr, const void *value, size_t size)
{
	return copy_to_user((void __user *)(uintptr_t)addr, value, size) ? -EFAULT : 0;
}

static int make_peb(struct nt_proc *proc, const struct nt_exec *exec, u64 params, u64 apiset)
{
	const struct nt_image *image = exec->image;
	const struct {
		u32 offset;
		u32 size;
		u64 value;
	} fields[] = {
		{ PEB_IMAGE_BASE, 8, proc->image_base },
		{ PEB_PARAMETERS, 8, params },
		{ PEB_API_SET_MAP, 8, apiset },
		{ PEB_PROCESSORS, 4, num_online_cpus() },
		{ PEB_CRITICAL_SECTION_TIMEOUT, 8, -THIRTY_DAYS },
		{ PEB_HEAP_SEGMENT_RESERVE, 8, 0x100000 },
		{ PEB_HEAP_SEGMENT_COMMIT, 8, 0x10000 },
		{ PEB_HEAP_DECOMMIT_TOTAL, 8, 0x10000 },
		{ PEB_HEAP_DECOMMIT_FREE_BLOCK, 8, 0x1000 },
		{ PEB_OS_MAJOR, 4, NT_VERSION_MAJOR },
		{ PEB_OS_MINOR, 4, NT_VERSION_MINOR },
		{ PEB_OS_BUILD, 2, NT_VERSION_BUILD },
		{ PEB_OS_PLATFORM, 4, VER_PLATFORM_WIN32_NT },
		{ PEB_SUBSYSTEM, 4, image->subsystem },
		{ PEB_SUBSYSTEM_MAJOR, 4, image->subsystem_major },
		{ PEB_SUBSYSTEM_MINOR, 4, image->subsystem_minor },
		{ PEB_SESSION_ID, 4, SESSION },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (put(proc->peb + fields[i].offset, &fields[i].value, fields[i].size))
			return -EFAULT;
	return 0;
}

static int alloc_peb(struct nt_proc *proc)
{
	u64 size = PEB_SIZE;

	return to_errno(nt_vm_alloc(proc->vm, &proc->peb, &size,
				    NT_MEM_RESERVE | NT_MEM_COMMIT, NT_PAGE_READWRITE, 0));
}

static int map_images(struct nt_proc *proc, const struct nt_exec *exec)
{
	int err;

	err = nt_shared_data_map();
	if (err)
		return err;
	err = map_image(proc, exec->ntdll_file, proc->ntdll->image, &proc->ntdll_base);
	if (err)
		return err;
	err = map_image(proc, proc->exe, exec->image, &proc->image_base);
	if (err)
		return err;
	return nt_unix_call_map(proc);
}

/*
 * A child shares its parent's console unless it was told to have none. There is no
 * other one that it could have.
 */
static void choose_console(struct nt_proc *proc, struct nt_exec *exec)
{
	u64 *console = &exec->params.console;

	if (!exec->spawn || exec->spawn->native || (s64)*console > 0)
		*console = nt_console_handle(proc);
	else if (*console)
		*console = NT_CONSOLE_NONE;
}

static int make_process(struct nt_proc *proc, struct nt_exec *exec)
{
	u64 params, apiset;
	long ret;
	int err;

	err = map_images(proc, exec);
	if (err)
		return err;
	err = map_apiset(proc, exec, &apiset);
	if (err)
		return err;
	err = alloc_peb(proc);
	if (err)
		return err;
	if (!exec->spawn || exec->spawn->native) {
		ret = nt_file_std_handles(proc, exec->params.std);
		if (ret)
			return to_errno(ret);
	}
	choose_console(proc, exec);
	ret = nt_params_write(proc, &exec->params, &params);
	if (ret)
		return to_errno(ret);
	return make_peb(proc, exec, params, apiset);
}

static int make_thread(struct nt_proc *proc, struct nt_exec *exec, struct nt_thread *thread)
{
	u64 reserve = max_t(u64, exec->image->stack_reserve, NT_STACK_MIN);
	struct nt_stack stack;
	long ret;

	ret = nt_vm_stack_alloc(proc->vm, reserve, &stack.base, &stack.limit, &stack.alloc);
	if (!ret)
		ret = nt_teb_alloc(proc, &thread->teb);
	if (!ret)
		ret = nt_teb_fill(proc, thread->teb, &stack, task_tgid_vnr(current),
				  task_pid_vnr(current));
	if (!ret)
		ret = nt_start_context(proc, &stack, proc->image_base + exec->image->entry,
				       proc->peb, &exec->context);
	return to_errno(ret);
}

/**
 * nt_exec_start() - fill the new address space
 * @exec: everything known before
 * @thread: foreign state of the process to be, not committed yet
 *
 * Context: exec, after setup_arg_pages().
 * Return: 0 or a negative errno.
 */
int nt_exec_start(struct nt_exec *exec, struct persona_thread *thread)
{
	struct nt_proc *proc = nt_proc(thread->proc);
	struct nt_thread *t = nt_thread(thread);
	int err;

	err = make_process(proc, exec);
	if (err)
		return err;
	err = make_thread(proc, exec, t);
	if (err)
		return err;
	if (exec->away)
		persona_exec_away(thread, exec->away, proc->ntdll_base, proc->ntdll->image->size);
	exec->entry = nt_entry(proc, NT_ENTRY_LDR_INITIALIZE_THUNK);
	exec->sp = exec->context - 8;
	return 0;
}
