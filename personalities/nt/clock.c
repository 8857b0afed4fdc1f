// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clocks, unique numbers, and the calls about the machine that programs make but
 * that have little to say here: power, firmware, licences.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <uapi/linux/time.h>

#include "nt.h"
#include "nt_table.h"
#include "sysinfo.h"
#include "token.h"

#define QPC_FREQUENCY	10000000	/* of the performance counter, per second */

long nt_query_system_time(struct persona_call *call)
{
	return put_user(nt_system_time(), (s64 __user *)(uintptr_t)call->args[0]);
}

/* The native call decides who may: CAP_SYS_TIME. */
long nt_set_system_time(struct persona_call *call)
{
	struct timespec64 ts;
	s64 now = nt_system_time(), new;
	void __user *arg;
	long ret;

	if (copy_from_user(&new, (void __user *)(uintptr_t)call->args[0], sizeof(new)))
		return -EFAULT;
	ts = nt_time_to(new);
	arg = persona_scratch_put(call, &ts, sizeof(ts));
	if (IS_ERR(arg))
		return PTR_ERR(arg);
	ret = persona_native(call, __NR_clock_settime, CLOCK_REALTIME, arg);
	if (ret == -EPERM)
		return NT_STATUS_PRIVILEGE_NOT_HELD;
	if (!ret && call->args[1])
		ret = put_user(now, (s64 __user *)(uintptr_t)call->args[1]);
	return ret;
}

long nt_query_performance_counter(struct persona_call *call)
{
	s64 now = ktime_get_ns() / (NSEC_PER_SEC / QPC_FREQUENCY);

	if (put_user(now, (s64 __user *)(uintptr_t)call->args[0]))
		return -EFAULT;
	if (call->args[1])
		return put_user((s64)QPC_FREQUENCY, (s64 __user *)(uintptr_t)call->args[1]);
	return 0;
}

long nt_get_current_processor_number(struct persona_call *call)
{
	return raw_smp_processor_id();
}

long nt_get_current_processor_number_ex(struct persona_call *call)
{
	struct {
		u16 group;
		u8 number;
		u8 reserved;
	} info = { .number = raw_smp_processor_id() };

	return copy_to_user((void __user *)(uintptr_t)call->args[0], &info, sizeof(info)) ?
	       -EFAULT : 0;
}

/* Sampling profiles are perf's business; the interval is what NT begins with. */
long nt_query_interval_profile(struct persona_call *call)
{
	return put_user(10000u, (u32 __user *)(uintptr_t)call->args[1]);
}

/* Numbers up to here are known to all, 0x3e7 being the local system's logon. */
static atomic64_t last_luid = ATOMIC64_INIT(0x10000);

/**
 * nt_luid_new() - a number that is unique until the machine is started again
 *
 * Context: any.
 * Return: the number.
 */
u64 nt_luid_new(void)
{
	return atomic64_inc_return(&last_luid);
}

long nt_allocate_locally_unique_id(struct persona_call *call)
{
	return put_user(nt_luid_new(), (u64 __user *)(uintptr_t)call->args[0]);
}

/*
 * A range of time stamps for UUIDs of version 1: UuidCreateSequential(). No
 * network address is shown: the seed is random.
 */
#define UUID_RANGE	1000
#define UUID_EPOCH	5748192000000000ll	/* 1582-10-15 to 1601, in 100 ns */

static atomic64_t uuid_time;
static u8 uuid_seed[6];
static u32 uuid_sequence;

static void uuid_init(void)
{
	get_random_once(uuid_seed, sizeof(uuid_seed));
	get_random_once(&uuid_sequence, sizeof(uuid_sequence));
	/* The bit of multicast: no real address. */
	uuid_seed[0] |= 1;
}

long nt_allocate_uuids(struct persona_call *call)
{
	s64 last = atomic64_read(&uuid_time), next;

	uuid_init();
	do {
		next = max(last, nt_system_time() + UUID_EPOCH) + UUID_RANGE;
	} while (!atomic64_try_cmpxchg(&uuid_time, &last, next));
	if (put_user(next - UUID_RANGE, (s64 __user *)(uintptr_t)call->args[0]) ||
	    put_user((u32)UUID_RANGE, (u32 __user *)(uintptr_t)call->args[1]) ||
	    put_user(uuid_sequence & 0x3fff, (u32 __user *)(uintptr_t)call->args[2]) ||
	    copy_to_user((void __user *)(uintptr_t)call->args[3], uuid_seed, sizeof(uuid_seed)))
		return -EFAULT;
	return 0;
}

/* Text for the screen of a machine without windows: the standard output. */
long nt_display_string(struct persona_call *call)
{
	char *text = NULL;
	void __user *arg;
	u16 *str;
	long ret;
	u32 len;

	ret = nt_ustring_get(call->args[0], &str, &len);
	if (ret)
		return ret;
	len = min_t(u32, len, PAGE_SIZE);
	ret = -ENOMEM;
	text = kvmalloc(len * 4 + 8, GFP_KERNEL_ACCOUNT);
	if (!text)
		goto out;
	ret = nt_utf16_to_utf8(str, len, text, len * 4 + 8);
	if (ret <= 0)
		goto out;
	arg = persona_scratch_put(call, text, ret);
	ret = IS_ERR(arg) ? PTR_ERR(arg) : persona_native(call, __NR_write, 1, arg, ret);
	if (ret > 0)
		ret = 0;
out:
	kvfree(text);
	kvfree(str);
	return ret;
}

/* What Windows was licensed for: nothing is known of it. */
long nt_query_license_value(struct persona_call *call)
{
	u16 *name;
	long ret;
	u32 len;

	if (!call->args[0] || !call->args[4])
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_ustring_get(call->args[0], &name, &len);
	if (ret)
		return ret;
	kvfree(name);
	return len ? NT_STATUS_OBJECT_NAME_NOT_FOUND : NT_STATUS_INVALID_PARAMETER;
}

/* NtPowerInformation's levels. */
#define POWER_CAPABILITIES	4
#define POWER_BATTERY		5
#define POWER_PROCESSORS	11
#define POWER_EXECUTION_STATE	16

struct processor_power {
	u32 number, max_mhz, current_mhz, limit_mhz, max_idle, idle;
};

static long power_processors(void __user *out, u32 len)
{
	u32 n = nt_processors(), i;
	struct processor_power *p;
	long ret = 0;

	if (len < n * sizeof(*p))
		return NT_STATUS_BUFFER_TOO_SMALL;
	p = kcalloc(n, sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		p[i].number = i;
		p[i].max_mhz = tsc_khz / 1000;
		p[i].current_mhz = p[i].max_mhz;
		p[i].limit_mhz = p[i].max_mhz;
	}
	if (copy_to_user(out, p, n * sizeof(*p)))
		ret = -EFAULT;
	kfree(p);
	return ret;
}

static long power_zeroes(void __user *out, u32 len, u32 size)
{
	if (len < size)
		return NT_STATUS_BUFFER_TOO_SMALL;
	return clear_user(out, size) ? -EFAULT : 0;
}

long nt_power_information(struct persona_call *call)
{
	void __user *out = (void __user *)(uintptr_t)call->args[3];
	u32 len = (u32)call->args[4];

	switch ((u32)call->args[0]) {
	case POWER_CAPABILITIES:	/* can do nothing */
		return power_zeroes(out, len, 76);
	case POWER_BATTERY:		/* on mains, without a battery */
		if (len < 32)
			return NT_STATUS_BUFFER_TOO_SMALL;
		if (clear_user(out, 32) || put_user(1, (u8 __user *)out))
			return -EFAULT;
		return 0;
	case POWER_PROCESSORS:
		return power_processors(out, len);
	case POWER_EXECUTION_STATE:
		return power_zeroes(out, len, sizeof(u32));
	}
	return NT_STATUS_NOT_IMPLEMENTED;
}

/*
 * Stops the machine in the orderly way, for who may, and has turned on the
 * privilege for it.
 */
long nt_shutdown_system(struct persona_call *call)
{
	u32 action = (u32)call->args[0];
	long ret;

	if (action > 2)
		return NT_STATUS_INVALID_PARAMETER;
	if (!nt_token_has_privilege(call, NT_SE_SHUTDOWN))
		return NT_STATUS_PRIVILEGE_NOT_HELD;
	/* A container's root is not the machine's. */
	if (!capable(CAP_SYS_BOOT) || task_active_pid_ns(current) != &init_pid_ns)
		return NT_STATUS_ACCESS_DENIED;
	ret = persona_permit(call, __NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			     action == 1 ? LINUX_REBOOT_CMD_RESTART : LINUX_REBOOT_CMD_POWER_OFF);
	if (ret)
		return ret;
	if (action == 1)
		orderly_reboot();
	else
		orderly_poweroff(true);
	return 0;
}
