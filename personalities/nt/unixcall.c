// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wine's DLLs call functions of their Unix side through a pointer that ntdll.dll
 * exports: dispatcher(handle of the DLL's Unix half, code, arguments). Here that
 * pointer leads to a page of code behind KUSER_SHARED_DATA, which makes a call in
 * a class of numbers of our own. ntdll needs few of these functions, and any
 * other DLL can do without.
 */
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "ntdll.h"
#include "shared_data.h"
#include "unixcall.h"

#define NR_UNIX_CALL	0x2000		/* class 2, number 0 */

/* What ntdll of Wine up to 8 calls. */
enum {
	UNIX8_LOAD_SO_DLL,
	UNIX8_UNWIND_BUILTIN,
	UNIX8_SYSTEM_TIME,
};

/* And what that of Wine 9 and 10, which exports the handle as well. */
enum {
	UNIX10_LOAD_SO_DLL,
	UNIX10_UNWIND_BUILTIN,
	UNIX10_DBG_WRITE,
	UNIX10_SERVER_CALL,
	UNIX10_FD_TO_HANDLE,
	UNIX10_HANDLE_TO_FD,
	UNIX10_SPAWNVP,
	UNIX10_SYSTEM_TIME,
};

static const u8 stub[] = {
	0x49, 0x89, 0xca,				/* mov r10, rcx */
	0xb8, NR_UNIX_CALL & 0xff, NR_UNIX_CALL >> 8, 0, 0,	/* mov eax, nr */
	0x0f, 0x05,					/* syscall */
	0xc3,						/* ret */
};

static long system_time(u64 args)
{
	return put_user(nt_system_time(), (s64 __user *)(uintptr_t)args) ? -EFAULT : 0;
}

static long dbg_write(struct persona_call *call, u64 args)
{
	struct {
		u64 str;
		u32 len;
		u32 pad;
	} params;

	if (copy_from_user(&params, (void __user *)(uintptr_t)args, sizeof(params)))
		return -EFAULT;
	return persona_native(call, __NR_write, 2, params.str, params.len);
}

static long unix8_call(u32 code, u64 args)
{
	switch (code) {
	case UNIX8_LOAD_SO_DLL:
		return NT_STATUS_DLL_NOT_FOUND;
	case UNIX8_UNWIND_BUILTIN:
		/* "No more about this frame": the unwinder then takes it for a leaf. */
		return NT_STATUS_UNSUCCESSFUL;
	case UNIX8_SYSTEM_TIME:
		return system_time(args);
	}
	return NT_STATUS_NOT_SUPPORTED;
}

static long unix10_call(struct persona_call *call, u32 code, u64 args)
{
	switch (code) {
	case UNIX10_LOAD_SO_DLL:
		return NT_STATUS_DLL_NOT_FOUND;
	case UNIX10_UNWIND_BUILTIN:
		return NT_STATUS_UNSUCCESSFUL;
	case UNIX10_DBG_WRITE:
		return dbg_write(call, args);
	case UNIX10_SYSTEM_TIME:
		return system_time(args);
	}
	return NT_STATUS_NOT_SUPPORTED;
}

/**
 * nt_unix_call() - a DLL calls its Unix half
 * @call: handle, code, arguments
 *
 * Context: see persona_fn.
 * Return: an NTSTATUS; STATUS_NOT_SUPPORTED for all DLLs but ntdll, and for what
 * only a Unix library could do.
 */
static long nt_unix_call(struct persona_call *call)
{
	struct nt_proc *proc = nt_caller(call);
	u32 code = call->args[1];

	if (call->args[0] != nt_unixlib_handle(proc->ntdll_base) || !proc->ntdll)
		return NT_STATUS_NOT_SUPPORTED;
	if (proc->ntdll->entry[NT_ENTRY_WINE_UNIXLIB_HANDLE])
		return unix10_call(call, code, call->args[2]);
	return unix8_call(code, call->args[2]);
}

static const struct persona_row persona_rows[] = {
	PERSONA_CALL(0, "__wine_unix_call", nt_unix_call, "xup", 3, 0)
};

const struct persona_table nt_persona_table = {
	.name = "persona",
	.rows = persona_rows,
	.nr = ARRAY_SIZE(persona_rows),
	.encode = nt_encode,
};

static int poke(u64 addr, const void *data, size_t len)
{
	/* Whatever the protection is: the mapping is private. */
	if (access_process_vm(current, addr, (void *)data, len, FOLL_WRITE | FOLL_FORCE) != len)
		return -EFAULT;
	return 0;
}

static int poke_entry(const struct nt_proc *proc, enum nt_entry which, u64 value)
{
	u64 addr = nt_entry(proc, which);

	return addr ? poke(addr, &value, sizeof(value)) : 0;
}

/**
 * nt_unix_call_map() - what ntdll expects of whoever has mapped it
 * @proc: the new process, current, with ntdll and KUSER_SHARED_DATA in place
 *
 * Context: exec, may sleep.
 * Return: 0 or a negative errno.
 */
int nt_unix_call_map(struct nt_proc *proc)
{
	static const u8 nop[] = { 0x0f, 0x1f, 0x00 };
	unsigned long addr;
	int err;

	addr = vm_mmap(NULL, NT_UNIX_CALL_PAGE, PAGE_SIZE, PROT_READ | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0);
	if (IS_ERR_VALUE(addr))
		return (int)addr;
	err = poke(addr, stub, sizeof(stub));
	if (err)
		return err;
	proc->unix_call = addr;
	err = poke_entry(proc, NT_ENTRY_WINE_UNIX_CALL_DISPATCHER, addr);
	if (!err)
		err = poke_entry(proc, NT_ENTRY_WINE_UNIXLIB_HANDLE,
				 nt_unixlib_handle(proc->ntdll_base));
	if (!err && proc->ntdll->stack_clear)
		err = poke(proc->ntdll_base + proc->ntdll->stack_clear, nop, sizeof(nop));
	return err;
}
