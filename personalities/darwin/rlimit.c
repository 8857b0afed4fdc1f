// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resource limits: getrlimit, setrlimit.
 *
 * Semantics: xnu's bsd/kern/kern_resource.c.
 */
#include <linux/nospec.h>
#include <linux/resource.h>
#include <linux/uaccess.h>

#include "darwin.h"
#include "bsd_table.h"
#include "rlimit.h"

/**
 * darwin_rlimit_resource() - native number of a limit
 * @which: DARWIN_RLIMIT_*, with or without DARWIN_RLIMIT_POSIX_FLAG
 *
 * Context: any.
 * Return: RLIMIT_*, or -EINVAL.
 */
int darwin_rlimit_resource(u32 which)
{
	static const u8 resources[] = {
		[DARWIN_RLIMIT_CPU] = RLIMIT_CPU,
		[DARWIN_RLIMIT_FSIZE] = RLIMIT_FSIZE,
		[DARWIN_RLIMIT_DATA] = RLIMIT_DATA,
		[DARWIN_RLIMIT_STACK] = RLIMIT_STACK,
		[DARWIN_RLIMIT_CORE] = RLIMIT_CORE,
		[DARWIN_RLIMIT_AS] = RLIMIT_AS,
		[DARWIN_RLIMIT_MEMLOCK] = RLIMIT_MEMLOCK,
		[DARWIN_RLIMIT_NPROC] = RLIMIT_NPROC,
		[DARWIN_RLIMIT_NOFILE] = RLIMIT_NOFILE,
	};

	which &= ~DARWIN_RLIMIT_POSIX_FLAG;
	if (which >= ARRAY_SIZE(resources))
		return -EINVAL;
	return resources[array_index_nospec(which, ARRAY_SIZE(resources))];
}
EXPORT_SYMBOL_FOR_TEST(darwin_rlimit_resource);

/**
 * darwin_rlimit_value_to_native() - converts a limit
 * @value: Darwin's
 *
 * Context: any.
 * Return: the native limit; infinity for all that is not less than Darwin's.
 */
u64 darwin_rlimit_value_to_native(u64 value)
{
	return value >= DARWIN_RLIM_INFINITY ? RLIM64_INFINITY : value;
}
EXPORT_SYMBOL_FOR_TEST(darwin_rlimit_value_to_native);

/**
 * darwin_rlimit_value_to_foreign() - converts a limit
 * @value: native
 *
 * Context: any.
 * Return: Darwin's limit.
 */
u64 darwin_rlimit_value_to_foreign(u64 value)
{
	return min_t(u64, value, DARWIN_RLIM_INFINITY);
}
EXPORT_SYMBOL_FOR_TEST(darwin_rlimit_value_to_foreign);

/* The native limit, read through the scratch area. */
static long get_native(struct persona_call *call, int resource, struct rlimit64 *lim)
{
	void __user *native = persona_scratch(call, sizeof(*lim));
	long ret;

	if (IS_ERR(native))
		return PTR_ERR(native);
	ret = persona_native(call, __NR_prlimit64, 0, resource, NULL, native);
	if (ret)
		return ret;
	return copy_from_user(lim, native, sizeof(*lim)) ? -EFAULT : 0;
}

/**
 * darwin_getrlimit() - getrlimit
 * @call: RLIMIT_*, rlimit
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_getrlimit(struct persona_call *call)
{
	int resource = darwin_rlimit_resource(call->args[0]);
	struct darwin_rlimit lim;
	struct rlimit64 native;
	long ret;

	if (resource < 0)
		return resource;
	ret = get_native(call, resource, &native);
	if (ret)
		return ret;
	lim.rlim_cur = darwin_rlimit_value_to_foreign(native.rlim_cur);
	lim.rlim_max = darwin_rlimit_value_to_foreign(native.rlim_max);
	return copy_to_user(u64_to_user_ptr(call->args[1]), &lim, sizeof(lim)) ? -EFAULT : 0;
}

/**
 * darwin_setrlimit() - setrlimit
 * @call: RLIMIT_*, rlimit
 *
 * Darwin lowers limits on processes and descriptors to what the system can
 * give, unless the strict behaviour is asked for. What Linux can give is the
 * hard limit.
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_setrlimit(struct persona_call *call)
{
	int resource = darwin_rlimit_resource(call->args[0]);
	struct rlimit64 native, now;
	struct darwin_rlimit lim;
	void __user *scratch;
	long ret;

	if (resource < 0)
		return resource;
	if (copy_from_user(&lim, u64_to_user_ptr(call->args[1]), sizeof(lim)))
		return -EFAULT;
	native.rlim_cur = darwin_rlimit_value_to_native(lim.rlim_cur);
	native.rlim_max = darwin_rlimit_value_to_native(lim.rlim_max);
	if ((resource == RLIMIT_NOFILE || resource == RLIMIT_NPROC) &&
	    !(call->args[0] & DARWIN_RLIMIT_POSIX_FLAG) && native.rlim_cur <= native.rlim_max) {
		ret = get_native(call, resource, &now);
		if (ret)
			return ret;
		native.rlim_cur = min(native.rlim_cur, now.rlim_max);
		native.rlim_max = min(native.rlim_max, now.rlim_max);
	}
	scratch = persona_scratch_put(call, &native, sizeof(native));
	if (IS_ERR(scratch))
		return PTR_ERR(scratch);
	return persona_native(call, __NR_prlimit64, 0, resource, scratch, NULL);
}
