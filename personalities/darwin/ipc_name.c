// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a Mach port name is made up. Pure functions, unit-tested.
 */
#include <linux/export.h>

#include "ipc.h"

/* The two low bits of every name are set, six bits of generation follow. */
#define NAME_GEN_BITS	6
#define NAME_LOW	3u

/**
 * darwin_name_make() - the name for an index
 * @index: 1..DARWIN_IPC_MAX_NAMES
 * @gen: generation; only the low six bits show
 *
 * The form (index << 8 | generation << 2 | 3) is that of xnu's
 * osfmk/mach/port.h; user space sets the low bits of a name to mark locks.
 *
 * Return: the name, never MACH_PORT_NULL or MACH_PORT_DEAD.
 */
u32 darwin_name_make(u32 index, u32 gen)
{
	return index << 8 | (gen & (BIT(NAME_GEN_BITS) - 1)) << 2 | NAME_LOW;
}
EXPORT_SYMBOL_FOR_TEST(darwin_name_make);

/**
 * darwin_name_index() - the index in a name
 * @name: any value
 *
 * Return: the index, which is 0 or above DARWIN_IPC_MAX_NAMES in bad names.
 */
u32 darwin_name_index(u32 name)
{
	return name >> 8;
}
EXPORT_SYMBOL_FOR_TEST(darwin_name_index);

/**
 * darwin_name_ok() - may a program ask for this name?
 * @name: any value
 *
 * Return: true if darwin_name_make() could have made it.
 */
bool darwin_name_ok(u32 name)
{
	u32 index = darwin_name_index(name);

	return (name & NAME_LOW) == NAME_LOW && index && index <= DARWIN_IPC_MAX_NAMES;
}
EXPORT_SYMBOL_FOR_TEST(darwin_name_ok);

/**
 * darwin_disposition() - what a right is once it has been taken
 * @disp: DARWIN_MACH_MSG_TYPE_* as the sender says it
 *
 * Return: DARWIN_MACH_MSG_TYPE_PORT_*, 0 when there is no such disposition.
 */
u32 darwin_disposition(u32 disp)
{
	switch (disp) {
	case DARWIN_MACH_MSG_TYPE_MOVE_RECEIVE:
		return DARWIN_MACH_MSG_TYPE_PORT_RECEIVE;
	case DARWIN_MACH_MSG_TYPE_MOVE_SEND:
	case DARWIN_MACH_MSG_TYPE_COPY_SEND:
	case DARWIN_MACH_MSG_TYPE_MAKE_SEND:
		return DARWIN_MACH_MSG_TYPE_PORT_SEND;
	case DARWIN_MACH_MSG_TYPE_MOVE_SEND_ONCE:
	case DARWIN_MACH_MSG_TYPE_MAKE_SEND_ONCE:
		return DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE;
	}
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_disposition);

/**
 * darwin_kern() - a Linux error as a kern_return_t
 * @err: 0 or a negative errno, restart codes included
 *
 * An interrupted Mach call is never restarted: its caller sees KERN_ABORTED.
 *
 * Return: DARWIN_KERN_*
 */
int darwin_kern(long err)
{
	switch (err) {
	case 0:
		return DARWIN_KERN_SUCCESS;
	case -EFAULT:
		return DARWIN_KERN_INVALID_ADDRESS;
	case -EACCES:
		return DARWIN_KERN_PROTECTION_FAILURE;
	case -EPERM:
		return DARWIN_KERN_NO_ACCESS;
	case -ENOMEM:
	case -EAGAIN:
		return DARWIN_KERN_RESOURCE_SHORTAGE;
	case -EEXIST:
		return DARWIN_KERN_NO_SPACE;
	case -EINVAL:
		return DARWIN_KERN_INVALID_ARGUMENT;
	case -EINTR:
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return DARWIN_KERN_ABORTED;
	case -ETIMEDOUT:
	case -ETIME:
		return DARWIN_KERN_OPERATION_TIMED_OUT;
	case -ENOSYS:
	case -EOPNOTSUPP:
		return DARWIN_KERN_NOT_SUPPORTED;
	}
	return DARWIN_KERN_FAILURE;
}
EXPORT_SYMBOL_FOR_TEST(darwin_kern);
