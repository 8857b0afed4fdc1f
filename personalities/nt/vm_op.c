// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on an address space, the caller's or another's.
 *
 * Linux lets nobody map anything into another process. So a thread of that process
 * does it itself, on its way to user mode, as it tells its registers (suspend.c):
 * then the limits, control groups and rules are those of the process whose memory
 * it is. Whether the caller may do that is what Linux says of reading that memory.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "process.h"
#include "vm_impl.h"

/**
 * nt_vm_op_run() - do it
 * @vm: of the calling thread
 * @op: what; answers are filled in
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno.
 */
long nt_vm_op_run(struct nt_vm *vm, struct nt_vm_op *op)
{
	if (!vm)
		return NT_STATUS_PROCESS_IS_TERMINATING;
	switch (op->kind) {
	case NT_VM_ALLOCATE:
		return nt_vm_alloc_where(vm, &op->addr, &op->size, op->type, op->protect,
					 &op->where);
	case NT_VM_FREE:
		return nt_vm_free(vm, &op->addr, &op->size, op->type);
	case NT_VM_PROTECT:
		return nt_vm_protect(vm, &op->addr, &op->size, op->protect, &op->old);
	case NT_VM_QUERY:
		return nt_vm_query(vm, op);
	}
	return NT_STATUS_INVALID_PARAMETER;
}

/**
 * nt_vm_may_touch() - does Linux let the caller read another process's memory?
 * @call: call under way
 * @process: not the caller's
 * @change: or write it
 *
 * The native call judges, on a byte that every process of NT's has: what ptrace(2)
 * needs, the caller's filter, LSMs. Whoever may do that may do anything.
 *
 * Context: may sleep.
 * Return: 0, STATUS_PROCESS_IS_TERMINATING, or a negative errno.
 */
long nt_vm_may_touch(struct persona_call *call, const struct nt_process *process, bool change)
{
	const u64 iov[] = { 0, 1, NT_KUSER_SHARED_DATA, 1 };
	pid_t pid = process->pid ? pid_vnr(process->pid) : 0;
	void __user *user;
	u64 local[4];
	long ret;

	if (!pid)
		return NT_STATUS_PROCESS_IS_TERMINATING;
	user = persona_scratch(call, sizeof(local) + 1);
	if (IS_ERR(user))
		return PTR_ERR(user);
	memcpy(local, iov, sizeof(local));
	local[0] = (__force u64)user + sizeof(local);
	if (copy_to_user(user, local, sizeof(local)))
		return -EFAULT;
	ret = persona_native(call, __NR_process_vm_readv, pid, user, 1, user + 16, 1, 0);
	/* It may, but there is no such byte: one of Linux's. */
	if (ret == -EFAULT)
		ret = 0;
	if (ret >= 0 && change)
		ret = persona_permit(call, __NR_process_vm_writev, pid, user, 1, user + 16, 1, 0);
	if (ret == -ESRCH)
		return NT_STATUS_PROCESS_IS_TERMINATING;
	return ret < 0 ? ret : 0;
}

/* A thread that can do something for others, with a reference. */
static struct nt_thread_object *some_thread(struct nt_process *process)
{
	struct nt_thread_object *thread, *found = NULL;

	spin_lock(&process->threads_lock);
	list_for_each_entry(thread, &process->threads, link) {
		if (!READ_ONCE(thread->task) || READ_ONCE(thread->leaving))
			continue;
		/* With nt_state_started(): credentials are the program's, then. */
		if (!smp_load_acquire(&thread->loading)) {
			found = nt_object_get(&thread->obj);
			break;
		}
	}
	spin_unlock(&process->threads_lock);
	return found;
}

static long run_there(struct persona_call *call, struct nt_process *process, struct nt_vm_op *op)
{
	struct nt_thread_object *thread;
	bool foreign;
	long ret;

	/* The thread first: it is not that of a program that is executed meanwhile. */
	thread = some_thread(process);
	ret = nt_vm_may_touch(call, process, op->kind != NT_VM_QUERY);
	if (!ret && !thread) {
		mutex_lock(&process->lock);
		foreign = !process->nt && !process->ended;
		mutex_unlock(&process->lock);
		ret = foreign ? NT_STATUS_NOT_SUPPORTED : NT_STATUS_PROCESS_IS_TERMINATING;
	}
	if (!ret)
		ret = nt_thread_vm_op(thread, op);
	if (thread)
		nt_object_put(&thread->obj);
	return ret;
}

/**
 * nt_vm_op() - do it in the process that a handle leads to
 * @call: call under way
 * @handle: process
 * @access: rights that the handle must have
 * @op: what; answers are filled in
 *
 * Context: may sleep.
 * Return: NTSTATUS or negative errno; NT_STATUS_NOT_SUPPORTED for processes that
 * are not NT's.
 */
long nt_vm_op(struct persona_call *call, u64 handle, u32 access, struct nt_vm_op *op)
{
	struct nt_process *process;
	long ret;

	if (likely(handle == NT_CURRENT_PROCESS))
		return nt_vm_op_run(nt_caller(call)->vm, op);
	ret = nt_process_ref(call, handle, access, &process);
	if (ret)
		return ret;
	if (process == nt_caller(call)->self)
		ret = nt_vm_op_run(nt_caller(call)->vm, op);
	else
		ret = run_there(call, process, op);
	nt_object_put(&process->obj);
	return ret;
}
