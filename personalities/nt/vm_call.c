// SPDX-License-Identifier: GPL-2.0-only
/* System calls on memory that is not a view of anything. */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>

#include "nt_table.h"
#include "process.h"
#include "section.h"
#include "vm_impl.h"

/* MEM_EXTENDED_PARAMETER */
struct nt_mem_parameter {
	u64 type;	/* in the low 8 bits */
	u64 value;
};

enum {
	PARAM_ADDRESS_REQUIREMENTS = 1,
	PARAM_NUMA_NODE,
	PARAM_PARTITION,
	PARAM_USER_PHYSICAL,
	PARAM_ATTRIBUTES,
	PARAM_IMAGE_MACHINE,
};

#define PARAM_MAX	8

/* MEM_ADDRESS_REQUIREMENTS */
struct nt_mem_requirements {
	u64 low;
	u64 high;
	u64 align;
};

/**
 * nt_vm_of_handle() - the address space of a process that may be changed
 * @call: call under way
 * @handle: process
 * @access: rights that the handle must have
 * @vm: set to it
 *
 * Linux lets nobody map anything into another process.
 *
 * Context: may sleep.
 * Return: 0, an error of the handle, NT_STATUS_NOT_SUPPORTED for other processes.
 */
long nt_vm_of_handle(struct persona_call *call, u64 handle, u32 access, struct nt_vm **vm)
{
	struct nt_process *process;
	bool own;
	long ret;

	*vm = nt_caller(call)->vm;
	if (handle == NT_CURRENT_PROCESS)
		return 0;
	ret = nt_process_ref(call, handle, access, &process);
	if (ret)
		return ret;
	own = process == nt_caller(call)->self;
	nt_object_put(&process->obj);
	return own ? 0 : NT_STATUS_NOT_SUPPORTED;
}

static long address_requirements(u64 user, struct nt_vm_where *where)
{
	struct nt_mem_requirements req;

	if (copy_from_user(&req, (void __user *)user, sizeof(req)))
		return -EFAULT;
	if (req.align && (!is_power_of_2(req.align) || req.align < NT_GRANULARITY ||
			  req.align > NT_USER_MAX))
		return NT_STATUS_INVALID_PARAMETER;
	if (req.low & (NT_GRANULARITY - 1))
		return NT_STATUS_INVALID_PARAMETER;
	if (req.high && (((req.high + 1) & (PAGE_SIZE - 1)) || req.high > NT_USER_MAX ||
			 req.high <= req.low))
		return NT_STATUS_INVALID_PARAMETER;
	where->low = req.low;
	where->high = req.high;
	where->align = req.align;
	return 0;
}

/**
 * nt_vm_extended() - read MEM_EXTENDED_PARAMETERs
 * @params: user address of the array
 * @nr: of them, hostile
 * @where: filled from the address requirements, if there are any
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_vm_extended(u64 params, u32 nr, struct nt_vm_where *where)
{
	struct nt_mem_parameter param;
	u32 seen = 0, i;
	long ret;

	if (nr > PARAM_MAX || (nr && !params))
		return NT_STATUS_INVALID_PARAMETER;
	for (i = 0; i < nr; i++) {
		u32 type;

		if (copy_from_user(&param, (struct nt_mem_parameter __user *)params + i,
				   sizeof(param)))
			return -EFAULT;
		type = param.type & 0xff;
		if (type > PARAM_IMAGE_MACHINE || (seen & BIT(type)))
			return NT_STATUS_INVALID_PARAMETER;
		seen |= BIT(type);
		switch (type) {
		case PARAM_ADDRESS_REQUIREMENTS:
			ret = address_requirements(param.value, where);
			if (ret)
				return ret;
			break;
		case PARAM_NUMA_NODE:
			/* A preference that nobody can see the outcome of. */
			break;
		default:
			return NT_STATUS_NOT_SUPPORTED;
		}
	}
	return 0;
}

/*
 * The native call that it amounts to. What is there and is committed keeps its contents,
 * so that is mprotect(2) to a filter that tells them apart.
 */
static long may_allocate(struct persona_call *call, const struct nt_vm_op *op, int prot)
{
	if (op->type & NT_MEM_RESET)
		return persona_permit(call, __NR_madvise, op->addr, op->size, MADV_FREE);
	if (op->addr && (!(op->type & NT_MEM_RESERVE) || op->type & NT_MEM_REPLACE_PLACEHOLDER))
		return persona_permit(call, __NR_mprotect, op->addr, op->size, prot);
	return persona_permit(call, __NR_mmap, op->addr, op->size, prot,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long allocate(struct persona_call *call, u64 ubase, u64 usize, u32 type, u32 protect,
		     const struct nt_vm_where *where)
{
	struct nt_vm_op op = {
		.kind = NT_VM_ALLOCATE,
		.type = type,
		.protect = protect,
		.where = *where,
	};
	long ret;
	int prot;

	ret = nt_get_u64(ubase, &op.addr) ?: nt_get_u64(usize, &op.size);
	if (ret)
		return ret;
	if (op.addr && (where->low || where->high || where->align))
		return NT_STATUS_INVALID_PARAMETER;
	prot = nt_vm_prot(protect);
	if (prot < 0)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	ret = may_allocate(call, &op, prot);
	if (!ret && (type & (NT_MEM_COMMIT | NT_MEM_RESERVE)) == NT_MEM_COMMIT &&
	    call->args[0] == NT_CURRENT_PROCESS)
		ret = nt_view_grow(call, nt_caller(call)->vm, op.addr, op.size, prot);
	if (!ret)
		ret = nt_vm_op(call, call->args[0], NT_PROCESS_VM_OPERATION, &op);
	if (ret)
		return ret;
	return nt_put_u64(ubase, op.addr) ?: nt_put_u64(usize, op.size);
}

/**
 * nt_allocate_virtual_memory() - NtAllocateVirtualMemory
 * @call: process, address, zero bits, size, type, protection
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_allocate_virtual_memory(struct persona_call *call)
{
	u32 type = call->args[4], protect = call->args[5];
	struct nt_vm_where where = { .top_down = type & NT_MEM_TOP_DOWN };
	u64 addr;
	long ret;

	/* Zero bits say nothing about an address that is given. */
	ret = nt_get_u64(call->args[1], &addr);
	if (!ret && !addr)
		ret = nt_vm_zero_bits(call->args[2], &where.high);
	if (ret)
		return ret;
	/* Those are for the extended call. */
	if (type & (NT_MEM_REPLACE_PLACEHOLDER | NT_MEM_RESERVE_PLACEHOLDER))
		return NT_STATUS_INVALID_PARAMETER;
	return allocate(call, call->args[1], call->args[3], type, protect, &where);
}

/**
 * nt_allocate_virtual_memory_ex() - NtAllocateVirtualMemoryEx
 * @call: process, address, size, type, protection, parameters, their number
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_allocate_virtual_memory_ex(struct persona_call *call)
{
	u32 type = call->args[3], protect = call->args[4];
	struct nt_vm_where where = { .top_down = type & NT_MEM_TOP_DOWN };
	long ret;

	ret = nt_vm_extended(call->args[5], call->args[6], &where);
	if (ret)
		return ret;
	return allocate(call, call->args[1], call->args[2], type, protect, &where);
}

/**
 * nt_free_virtual_memory() - NtFreeVirtualMemory
 * @call: process, address, size, type
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_free_virtual_memory(struct persona_call *call)
{
	struct nt_vm_op op = { .kind = NT_VM_FREE, .type = call->args[3] };
	long ret;

	ret = nt_get_u64(call->args[1], &op.addr) ?: nt_get_u64(call->args[2], &op.size);
	if (!ret)
		ret = persona_permit(call, __NR_munmap, op.addr, op.size);
	if (!ret)
		ret = nt_vm_op(call, call->args[0], NT_PROCESS_VM_OPERATION, &op);
	if (ret)
		return ret;
	return nt_put_u64(call->args[1], op.addr) ?: nt_put_u64(call->args[2], op.size);
}

/**
 * nt_protect_virtual_memory() - NtProtectVirtualMemory
 * @call: process, address, size, protection, where the old one goes
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_protect_virtual_memory(struct persona_call *call)
{
	struct nt_vm_op op = { .kind = NT_VM_PROTECT, .protect = call->args[3] };
	u32 __user *uold = (u32 __user *)call->args[4];
	long ret;
	int prot;

	ret = nt_get_u64(call->args[1], &op.addr) ?: nt_get_u64(call->args[2], &op.size);
	if (ret)
		return ret;
	/* Before anything changes: it has to be writable. */
	if (get_user(op.old, uold) || put_user(op.old, uold))
		return -EFAULT;
	prot = nt_vm_prot(op.protect);
	if (prot < 0)
		return NT_STATUS_INVALID_PAGE_PROTECTION;
	ret = persona_permit(call, __NR_mprotect, op.addr, op.size, prot);
	if (!ret)
		ret = nt_vm_op(call, call->args[0], NT_PROCESS_VM_OPERATION, &op);
	if (ret)
		return ret;
	ret = nt_put_u64(call->args[1], op.addr) ?: nt_put_u64(call->args[2], op.size);
	if (!ret && put_user(op.old, uold))
		ret = -EFAULT;
	return ret;
}

/**
 * nt_flush_instruction_cache() - NtFlushInstructionCache
 * @call: process, address, size
 *
 * The processor sees what is written to its instructions by itself; a thread
 * that went through the kernel has synchronised.
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_flush_instruction_cache(struct persona_call *call)
{
	struct nt_process *process;
	long ret;

	if (call->args[0] == NT_CURRENT_PROCESS)
		return 0;
	ret = nt_process_ref(call, call->args[0], NT_PROCESS_VM_WRITE, &process);
	if (!ret)
		nt_object_put(&process->obj);
	return ret;
}

#define MEMBARRIER_PRIVATE_EXPEDITED		BIT(3)
#define MEMBARRIER_REGISTER_PRIVATE_EXPEDITED	BIT(4)

/**
 * nt_flush_process_write_buffers() - NtFlushProcessWriteBuffers
 * @call: no arguments
 *
 * All threads that run have passed a memory barrier when this returns.
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_flush_process_write_buffers(struct persona_call *call)
{
	long ret;

	ret = persona_native(call, __NR_membarrier, MEMBARRIER_PRIVATE_EXPEDITED, 0, 0);
	if (ret != -EPERM)
		return ret;
	ret = persona_native(call, __NR_membarrier, MEMBARRIER_REGISTER_PRIVATE_EXPEDITED, 0, 0);
	if (ret)
		return ret;
	return persona_native(call, __NR_membarrier, MEMBARRIER_PRIVATE_EXPEDITED, 0, 0);
}

/**
 * nt_flush_write_buffer() - NtFlushWriteBuffer
 * @call: no arguments
 *
 * Context: see persona_fn.
 * Return: 0; what the calling thread has written is on its way.
 */
long nt_flush_write_buffer(struct persona_call *call)
{
	/* What the call is for. */
	wmb();
	return 0;
}

static long lock(struct persona_call *call, unsigned int nr)
{
	u64 addr, size, start, end;
	struct nt_vm *vm;
	long ret;

	ret = nt_get_u64(call->args[1], &addr) ?: nt_get_u64(call->args[2], &size);
	if (!ret)
		ret = nt_vm_of_handle(call, call->args[0], NT_PROCESS_VM_OPERATION, &vm);
	if (!ret)
		ret = nt_vm_range(addr, size, &start, &end);
	if (ret)
		return ret;
	/* MAP_PROCESS, or MAP_SYSTEM, which needs a privilege. */
	if (call->args[3] != 1)
		return call->args[3] & ~3ull ? NT_STATUS_INVALID_PARAMETER :
					       NT_STATUS_PRIVILEGE_NOT_HELD;
	ret = persona_native(call, nr, start, end - start);
	if (ret == -ENOMEM || ret == -EPERM)
		return nr == __NR_mlock ? NT_STATUS_WORKING_SET_QUOTA : NT_STATUS_NOT_LOCKED;
	if (ret)
		return ret;
	return nt_put_u64(call->args[1], start) ?: nt_put_u64(call->args[2], end - start);
}

/**
 * nt_lock_virtual_memory() - NtLockVirtualMemory
 * @call: process, address, size, type
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_lock_virtual_memory(struct persona_call *call)
{
	return lock(call, __NR_mlock);
}

/**
 * nt_unlock_virtual_memory() - NtUnlockVirtualMemory
 * @call: process, address, size, type
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_unlock_virtual_memory(struct persona_call *call)
{
	return lock(call, __NR_munlock);
}

/**
 * nt_flush_virtual_memory() - NtFlushVirtualMemory: write a view's changes back
 * @call: process, address, size, IO_STATUS_BLOCK
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_flush_virtual_memory(struct persona_call *call)
{
	struct nt_iosb iosb = { };
	struct nt_region *region;
	u64 addr, size, start, end;
	struct nt_vm *vm;
	long ret;

	ret = nt_get_u64(call->args[1], &addr) ?: nt_get_u64(call->args[2], &size);
	if (!ret)
		ret = nt_vm_of_handle(call, call->args[0], NT_PROCESS_VM_OPERATION, &vm);
	if (!ret)
		ret = nt_vm_range(addr, size, &start, &end);
	if (ret)
		return ret;
	if (mutex_lock_killable(&vm->lock))
		return -EINTR;
	region = nt_tree_at(&vm->tree, start);
	if (!region || region->type == NT_MEM_PRIVATE)
		ret = NT_STATUS_NOT_MAPPED_VIEW;
	else if (!size)
		end = nt_region_end(region);
	else if (end > nt_region_end(region))
		ret = NT_STATUS_NOT_MAPPED_VIEW;
	mutex_unlock(&vm->lock);
	if (!ret)
		ret = persona_native(call, __NR_msync, start, end - start, MS_SYNC);
	if (ret)
		return ret;
	ret = nt_put_u64(call->args[1], start) ?: nt_put_u64(call->args[2], end - start);
	/* Wine's own callers have none. */
	if (!ret && call->args[3] &&
	    copy_to_user((void __user *)call->args[3], &iosb, sizeof(iosb)))
		ret = -EFAULT;
	return ret;
}

enum {
	VM_INFO_PREFETCH,
	VM_INFO_PAGE_PRIORITY,
	VM_INFO_CFG_CALL_TARGET,
};

#define PREFETCH_MAX	1024

/* MEMORY_RANGE_ENTRY */
struct nt_memory_range {
	u64 addr;
	u64 size;
};

/**
 * nt_set_information_virtual_memory() - NtSetInformationVirtualMemory
 * @call: process, class, number of ranges, ranges, information, its length
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_set_information_virtual_memory(struct persona_call *call)
{
	u64 nr = call->args[2], i, start, end;
	struct nt_memory_range range;
	struct nt_vm *vm;
	u32 flags;
	long ret;

	if ((u32)call->args[1] != VM_INFO_PREFETCH)
		return NT_STATUS_INVALID_PARAMETER_2;
	if (!nr)
		return NT_STATUS_INVALID_PARAMETER_3;
	if (nr > PREFETCH_MAX)
		return NT_STATUS_INSUFFICIENT_RESOURCES;
	if ((u32)call->args[5] != sizeof(flags))
		return NT_STATUS_INVALID_PARAMETER_6;
	if (get_user(flags, (u32 __user *)call->args[4]))
		return -EFAULT;
	if (flags)
		return NT_STATUS_INVALID_PARAMETER_5;
	ret = nt_vm_of_handle(call, call->args[0], NT_PROCESS_VM_OPERATION, &vm);
	for (i = 0; !ret && i < nr; i++) {
		if (copy_from_user(&range, (struct nt_memory_range __user *)call->args[3] + i,
				   sizeof(range)))
			return -EFAULT;
		ret = nt_vm_range(range.addr, range.size, &start, &end);
		if (!ret && end > start)
			ret = persona_native(call, __NR_madvise, start, end - start,
					     MADV_WILLNEED);
		/* Anonymous memory has nothing to be read. */
		if (ret == -EBADF)
			ret = 0;
	}
	return ret;
}

#define TRANSFER_MAX	BIT_ULL(30)	/* at a time, of what a native call takes */

/* What process_vm_readv(2) takes. */
struct nt_iovec {
	u64 base;
	u64 len;
};

/* The native calls judge: whose memory anybody may see is Linux's rule. */
static long transfer(struct persona_call *call, unsigned int nr, pid_t pid, u64 remote, u64 local,
		     u64 size, u64 *done)
{
	struct nt_iovec iov[2];
	void __user *user = persona_scratch(call, sizeof(iov));
	long ret;

	if (IS_ERR(user))
		return PTR_ERR(user);
	while (*done < size) {
		u64 len = min(size - *done, TRANSFER_MAX);

		iov[0] = (struct nt_iovec){ local + *done, len };
		iov[1] = (struct nt_iovec){ remote + *done, len };
		if (copy_to_user(user, iov, sizeof(iov)))
			return -EFAULT;
		ret = persona_native(call, nr, pid, user, 1, user + sizeof(iov[0]), 1, 0);
		if (ret == -EFAULT || !ret)
			return NT_STATUS_PARTIAL_COPY;
		if (ret < 0)
			return ret == -ESRCH ? NT_STATUS_PROCESS_IS_TERMINATING : ret;
		*done += ret;
	}
	return 0;
}

static long read_write(struct persona_call *call, unsigned int nr, u32 access)
{
	u64 remote = call->args[1], local = call->args[2], size = call->args[3];
	u64 udone = call->args[4], done = 0, start, end;
	pid_t pid = task_tgid_vnr(current);
	struct nt_process *process;
	long ret;

	if (nt_vm_range(remote, size, &start, &end) || nt_vm_range(local, size, &start, &end))
		return NT_STATUS_ACCESS_VIOLATION;
	if (call->args[0] != NT_CURRENT_PROCESS) {
		ret = nt_process_ref(call, call->args[0], access, &process);
		if (ret)
			return ret;
		/* Its number may be another's by now. */
		pid = process->pid && !smp_load_acquire(&process->ended) ?
		      pid_vnr(process->pid) : 0;
		nt_object_put(&process->obj);
		if (!pid)
			return NT_STATUS_PROCESS_IS_TERMINATING;
	}
	ret = transfer(call, nr, pid, remote, local, size, &done);
	if (udone && nt_put_u64(udone, done))
		return -EFAULT;
	return ret;
}

/**
 * nt_read_virtual_memory() - NtReadVirtualMemory
 * @call: process, address there, address here, size, where the number goes
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_read_virtual_memory(struct persona_call *call)
{
	return read_write(call, __NR_process_vm_readv, NT_PROCESS_VM_READ);
}

/**
 * nt_read_virtual_memory_ex() - NtReadVirtualMemoryEx
 * @call: process, address there, address here, size, where the number goes, flags
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_read_virtual_memory_ex(struct persona_call *call)
{
	if (call->args[5])
		return NT_STATUS_INVALID_PARAMETER_6;
	return nt_read_virtual_memory(call);
}

/**
 * nt_write_virtual_memory() - NtWriteVirtualMemory
 * @call: process, address there, address here, size, where the number goes
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_write_virtual_memory(struct persona_call *call)
{
	return read_write(call, __NR_process_vm_writev, NT_PROCESS_VM_WRITE);
}
