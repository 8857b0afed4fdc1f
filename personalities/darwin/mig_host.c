// SPDX-License-Identifier: GPL-2.0-only
/* Requests to the host port (mach_host, 200) and to clocks (clock, 1000). */
#include <linux/cpumask.h>
#include <linux/kernel_stat.h>
#include <linux/mm.h>
#include <linux/sched/loadavg.h>
#include <linux/timekeeping.h>
#include <linux/vmstat.h>

#include "mig.h"

/* host_info() flavors */
#define HOST_BASIC_INFO			1
#define HOST_SCHED_INFO			3
#define HOST_PRIORITY_INFO		5
#define HOST_SEMAPHORE_TRAPS		7
#define HOST_MACH_MSG_TRAP		8
#define HOST_PREFERRED_USER_ARCH	12

#define CPU_TYPE_X86			7
#define CPU_SUBTYPE_X86_ARCH1		4
#define CPU_THREADTYPE_INTEL_HTT	1

/* host_statistics() and host_statistics64() flavors */
#define HOST_LOAD_INFO			1
#define HOST_VM_INFO			2
#define HOST_CPU_LOAD_INFO		3
#define HOST_VM_INFO64			4

#define LOAD_SCALE			1000
#define HOST_VM_INFO_WORDS		15
#define HOST_VM_INFO64_WORDS		38

static u64 memory_size(void)
{
	return (u64)totalram_pages() << PAGE_SHIFT;
}

static u32 host_words(u32 flavor, u32 *info)
{
	/* kernel, system, server, user, depressed, idle, least, greatest */
	static const u32 priorities[8] = { 80, 80, 64, 31, 0, 0, 0, 127 };

	switch (flavor) {
	case HOST_BASIC_INFO:
		info[0] = num_possible_cpus();
		info[1] = num_online_cpus();
		info[2] = min_t(u64, memory_size(), SZ_2G);
		info[3] = CPU_TYPE_X86;
		info[4] = CPU_SUBTYPE_X86_ARCH1;
		info[5] = CPU_THREADTYPE_INTEL_HTT;
		info[6] = num_online_cpus();
		info[7] = num_possible_cpus();
		info[8] = num_online_cpus();
		info[9] = num_possible_cpus();
		info[10] = lower_32_bits(memory_size());
		info[11] = upper_32_bits(memory_size());
		return 12;
	case HOST_SCHED_INFO:
		info[0] = MSEC_PER_SEC / HZ;
		info[1] = MSEC_PER_SEC / HZ;
		return 2;
	case HOST_PRIORITY_INFO:
		memcpy(info, priorities, sizeof(priorities));
		return 8;
	case HOST_PREFERRED_USER_ARCH:
		info[0] = CPU_TYPE_X86;
		info[1] = CPU_SUBTYPE_X86_ARCH1;
		return 2;
	}
	return 0;
}

static int host_info(struct darwin_mig *m)
{
	u32 info[12] = { }, flavor = darwin_mig_u32(m, 0), words;

	/* Questions whose answer is that they can be asked. */
	if (flavor == HOST_SEMAPHORE_TRAPS || flavor == HOST_MACH_MSG_TRAP)
		return darwin_mig_put_info(m, 0, info, 0);
	words = host_words(flavor, info);
	if (!words)
		return DARWIN_KERN_INVALID_ARGUMENT;
	return darwin_mig_put_info(m, darwin_mig_u32(m, 4), info, words);
}

static int host_page_size(struct darwin_mig *m)
{
	darwin_mig_put_u64(m, PAGE_SIZE);
	return DARWIN_KERN_SUCCESS;
}

static int host_get_clock_service(struct darwin_mig *m)
{
	u32 id = darwin_mig_u32(m, 0);
	struct darwin_port *port;

	if (id >= ARRAY_SIZE(m->space->clocks))
		return DARWIN_KERN_INVALID_ARGUMENT;
	spin_lock(&darwin_ipc_lock);
	port = darwin_send_right_get(m->space->clocks[id]);
	spin_unlock(&darwin_ipc_lock);
	darwin_mig_put_port(m, port, DARWIN_MACH_MSG_TYPE_PORT_SEND);
	return DARWIN_KERN_SUCCESS;
}

static u32 node_pages(enum node_stat_item item)
{
	return min_t(u64, global_node_page_state(item), U32_MAX);
}

/* vm_statistics begins with free, active, inactive and wired pages. */
static void vm_pages(u32 *info)
{
	u64 all = totalram_pages(), used;

	info[0] = min_t(u64, global_zone_page_state(NR_FREE_PAGES), U32_MAX);
	info[1] = node_pages(NR_ACTIVE_ANON) + node_pages(NR_ACTIVE_FILE);
	info[2] = node_pages(NR_INACTIVE_ANON) + node_pages(NR_INACTIVE_FILE);
	used = (u64)info[0] + info[1] + info[2];
	info[3] = used < all ? min_t(u64, all - used, U32_MAX) : 0;
}

static void cpu_ticks(u32 *info)
{
	u64 ticks[4] = { };
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const u64 *s = kcpustat_cpu(cpu).cpustat;

		ticks[0] += s[CPUTIME_USER];
		ticks[1] += s[CPUTIME_SYSTEM] + s[CPUTIME_IRQ] + s[CPUTIME_SOFTIRQ];
		ticks[2] += s[CPUTIME_IDLE] + s[CPUTIME_IOWAIT];
		ticks[3] += s[CPUTIME_NICE];
	}
	/* Darwin's clock ticks 100 times a second. */
	for (i = 0; i < ARRAY_SIZE(ticks); i++)
		info[i] = div_u64(ticks[i], NSEC_PER_SEC / 100);
}

/* flavor, room; info */
static int host_statistics(struct darwin_mig *m)
{
	u32 info[HOST_VM_INFO64_WORDS] = { }, words, i;

	switch (darwin_mig_u32(m, 0)) {
	case HOST_LOAD_INFO:
		for (i = 0; i < 3; i++) {
			u64 load = READ_ONCE(avenrun[i]);

			info[i] = load * LOAD_SCALE >> FSHIFT;
			/* processors per runnable thread */
			info[3 + i] = div64_u64((u64)num_online_cpus() * LOAD_SCALE << FSHIFT,
						load + FIXED_1);
		}
		words = 6;
		break;
	case HOST_CPU_LOAD_INFO:
		cpu_ticks(info);
		words = 4;
		break;
	case HOST_VM_INFO:
		vm_pages(info);
		words = HOST_VM_INFO_WORDS;
		break;
	case HOST_VM_INFO64:
		vm_pages(info);
		words = HOST_VM_INFO64_WORDS;
		break;
	default:
		return DARWIN_KERN_INVALID_ARGUMENT;
	}
	/* Callers built for an older, shorter form get that much. */
	return darwin_mig_put_info(m, darwin_mig_u32(m, 4), info,
				   min(words, darwin_mig_u32(m, 4)));
}

const struct darwin_mig_routine darwin_mig_host_routines[] = {
	{ 200, 0, 8, host_info },
	{ 202, 0, 0, host_page_size },
	{ 206, 0, 4, host_get_clock_service },
	{ 216, 0, 8, host_statistics },
	{ 219, 0, 8, host_statistics },
	{ }
};

static int clock_get_time(struct darwin_mig *m)
{
	struct timespec64 ts;

	if (m->target->clock)
		ktime_get_real_ts64(&ts);
	else
		ktime_get_ts64(&ts);
	darwin_mig_put_u32(m, ts.tv_sec);
	darwin_mig_put_u32(m, ts.tv_nsec);
	return DARWIN_KERN_SUCCESS;
}

/* flavor, room; every clock has a resolution of one nanosecond */
static int clock_get_attributes(struct darwin_mig *m)
{
	static const u32 resolution = 1;
	u32 flavor = darwin_mig_u32(m, 0);

	/* CLOCK_GET_TIME_RES, CLOCK_ALARM_CURRES, _MINRES, _MAXRES */
	if (flavor != 1 && (flavor < 3 || flavor > 5))
		return DARWIN_KERN_INVALID_VALUE;
	return darwin_mig_put_info(m, darwin_mig_u32(m, 4), &resolution, 1);
}

const struct darwin_mig_routine darwin_mig_clock_routines[] = {
	{ 1000, 0, 0, clock_get_time },
	{ 1001, 0, 8, clock_get_attributes },
	{ }
};
