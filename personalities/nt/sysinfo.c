// SPDX-License-Identifier: GPL-2.0-only
/*
 * NtQuerySystemInformation: what NT says about the machine as a whole.
 *
 * Each class has a function. Those that would need something that Linux does not
 * have (handles of all processes, loaded drivers) are unknown classes here.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <linux/vmstat.h>

#include "nt.h"
#include "nt_table.h"
#include "sysinfo.h"

/* Of the clock interrupt, in 100 ns: 1/64 s, as PCs have it. */
#define TIMER_RESOLUTION	156250

/* A class that is known only to the call that takes a query. */
#define EX_ONLY		BIT(0)

/**
 * nt_sysinfo_put() - answer with a structure
 * @q: request
 * @data: answer
 * @size: of it
 *
 * Context: may sleep.
 * Return: 0, STATUS_INFO_LENGTH_MISMATCH or -EFAULT.
 */
long nt_sysinfo_put(struct nt_sysinfo *q, const void *data, u32 size)
{
	q->need = size;
	if (q->len < size)
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	return copy_to_user(q->buf, data, size) ? -EFAULT : 0;
}

struct basic_info {
	u32 reserved;
	u32 timer_resolution;
	u32 page_size;
	u32 pages;
	u32 lowest_page;
	u32 highest_page;
	u32 granularity;
	u32 pad;
	u64 user_min;
	u64 user_max;
	u64 affinity;
	u8 processors;
	u8 pad2[7];
};

static_assert(sizeof(struct basic_info) == 64);

static long basic(struct nt_sysinfo *q)
{
	u32 pages = min_t(u64, totalram_pages(), U32_MAX / 2);
	struct basic_info info = {
		.timer_resolution = TIMER_RESOLUTION,
		.page_size = PAGE_SIZE,
		.pages = pages,
		.lowest_page = 1,
		.highest_page = pages,
		.granularity = NT_GRANULARITY,
		.user_min = NT_USER_MIN,
		.user_max = NT_USER_MAX,
		.affinity = nt_affinity_mask(),
		.processors = nt_processors(),
	};

	return nt_sysinfo_put(q, &info, sizeof(info));
}

#define PERFORMANCE_SIZE_MIN	312	/* until Windows 7 */
#define PERFORMANCE_SIZE	344

/* The start of SYSTEM_PERFORMANCE_INFORMATION; what follows counts events. */
struct performance_info {
	u64 idle_time;
	u64 io_bytes[3];
	u32 io_ops[3];
	u32 available_pages;
	u32 committed_pages;
	u32 commit_limit;
	u32 peak_commitment;
	u32 page_faults;
	u32 events[70];
};

static_assert(sizeof(struct performance_info) == PERFORMANCE_SIZE);
static_assert(offsetof(struct performance_info, available_pages) == 0x2c);

static u32 clamp32(u64 n)
{
	return min_t(u64, n, U32_MAX);
}

static long performance(struct nt_sysinfo *q)
{
	struct performance_info info = { };
	struct sysinfo mem;

	si_meminfo(&mem);
	info.available_pages = clamp32(si_mem_available());
	info.committed_pages = clamp32(vm_memory_committed());
	info.peak_commitment = info.committed_pages;
	info.commit_limit = clamp32(mem.totalram + mem.totalswap);
	return nt_sysinfo_put(q, &info, q->len < PERFORMANCE_SIZE ? PERFORMANCE_SIZE_MIN :
			      PERFORMANCE_SIZE);
}

struct time_info {
	s64 boot_time;
	s64 current_time_;
	s64 bias;
	u32 zone_id;
	u32 reserved;
	u64 boot_bias;
	u64 sleep_bias;
};

static_assert(sizeof(struct time_info) == 48);

static long time_of_day(struct nt_sysinfo *q)
{
	struct time_info info = { };
	struct timespec64 boot;

	getboottime64(&boot);
	info.boot_time = nt_time_of(boot);
	info.current_time_ = nt_system_time();
	info.bias = nt_timezone_bias(q->call) * 600000000ll;
	info.zone_id = 1;
	q->need = min_t(u32, q->len, sizeof(info));
	if (q->len > sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	return copy_to_user(q->buf, &info, q->need) ? -EFAULT : 0;
}

static long put_u32(struct nt_sysinfo *q, u32 value)
{
	return nt_sysinfo_put(q, &value, sizeof(value));
}

/* NtGlobalFlag: nothing is being debugged. */
static long flags(struct nt_sysinfo *q)
{
	return put_u32(q, 0);
}

static long file_cache(struct nt_sysinfo *q)
{
	u64 info[8] = { };

	info[0] = global_node_page_state(NR_FILE_PAGES) << PAGE_SHIFT;
	info[1] = info[0];
	return nt_sysinfo_put(q, info, sizeof(info));
}

/*
 * Counts of interrupts, which differ from call to call: programs and Wine's
 * DLLs ask for them in order to get entropy, so that is what they get.
 */
#define INTERRUPT_SIZE	24

static long interrupts(struct nt_sysinfo *q)
{
	u32 size = nt_processors() * INTERRUPT_SIZE;
	void *buf;
	long ret;

	buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	get_random_bytes(buf, size);
	ret = nt_sysinfo_put(q, buf, size);
	kvfree(buf);
	return ret;
}

/* Not there, and not to be asked. */
static long kernel_debugger(struct nt_sysinfo *q)
{
	u8 info[2] = { 0, 1 };

	return nt_sysinfo_put(q, info, sizeof(info));
}

static long kernel_debugger_ex(struct nt_sysinfo *q)
{
	u8 info[3] = { };

	return nt_sysinfo_put(q, info, sizeof(info));
}

static long registry_quota(struct nt_sysinfo *q)
{
	struct {
		u32 allowed;
		u32 used;
		u64 reserved;
	} info = { .allowed = INT_MAX };

	return nt_sysinfo_put(q, &info, sizeof(info));
}

static long timezone(struct nt_sysinfo *q, u32 size)
{
	struct nt_timezone *tz;
	long ret;

	tz = kzalloc(sizeof(*tz), GFP_KERNEL_ACCOUNT);
	if (!tz)
		return -ENOMEM;
	nt_timezone_get(q->call, tz);
	ret = nt_sysinfo_put(q, tz, size);
	kfree(tz);
	return ret;
}

static long current_timezone(struct nt_sysinfo *q)
{
	return timezone(q, NT_TIMEZONE_SIZE);
}

static long dynamic_timezone(struct nt_sysinfo *q)
{
	return timezone(q, sizeof(struct nt_timezone));
}

/* Code is not required to be signed. */
static long code_integrity(struct nt_sysinfo *q)
{
	struct {
		u32 length;
		u32 options;
	} info;

	q->need = sizeof(info);
	if (q->len < sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_from_user(&info, q->buf, sizeof(info)))
		return -EFAULT;
	if (info.length != sizeof(info))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	info.options = 0;
	return copy_to_user(q->buf, &info, sizeof(info)) ? -EFAULT : 0;
}

/* Four strings: version and build of "Wine", and the host's system and release. */
static long wine_version(struct nt_sysinfo *q)
{
	static const char name[] = "persona";
	char buf[2 * sizeof(name) + 2 * (__NEW_UTS_LEN + 1)];
	struct new_utsname *uts = utsname();
	u32 n = 0;

	memcpy(buf, name, sizeof(name));
	memcpy(buf + sizeof(name), name, sizeof(name));
	n = 2 * sizeof(name);
	n += strscpy(buf + n, uts->sysname, __NEW_UTS_LEN + 1) + 1;
	n += strscpy(buf + n, uts->release, __NEW_UTS_LEN + 1) + 1;
	return nt_sysinfo_put(q, buf, n);
}

static const struct {
	u32 class;
	u32 flags;
	long (*fn)(struct nt_sysinfo *q);
} classes[] = {
	{ 0, 0, basic },
	{ 1, 0, nt_sysinfo_processor },
	{ 2, 0, performance },
	{ 3, 0, time_of_day },
	{ 5, 0, nt_sysinfo_processes },
	{ 8, 0, nt_sysinfo_processor_times },
	{ 9, 0, flags },
	{ 21, 0, file_cache },
	{ 23, 0, interrupts },
	{ 35, 0, kernel_debugger },
	{ 37, 0, registry_quota },
	{ 42, 0, nt_sysinfo_idle_times },
	{ 44, 0, current_timezone },
	{ 57, 0, nt_sysinfo_processes_ex },
	{ 62, 0, basic },			/* as a 64-bit program sees it */
	{ 63, 0, nt_sysinfo_processor },	/* likewise */
	{ 73, 0, nt_sysinfo_topology },
	{ 88, 0, nt_sysinfo_process_id },
	{ 102, 0, dynamic_timezone },
	{ 103, 0, code_integrity },
	{ 105, 0, nt_sysinfo_processor_name },
	{ 107, EX_ONLY, nt_sysinfo_topology_ex },
	{ 114, 0, basic },			/* as a native program sees it */
	{ 149, 0, kernel_debugger_ex },
	{ 181, EX_ONLY, nt_sysinfo_architectures },
	{ 230, EX_ONLY, nt_sysinfo_architectures },
	{ 1000, 0, wine_version },
};

static long query(struct nt_sysinfo *q, u32 class, u64 retlen)
{
	unsigned int i;
	long ret;

	for (i = 0; i < ARRAY_SIZE(classes) && classes[i].class != class; i++)
		;
	if (i == ARRAY_SIZE(classes) || !!(classes[i].flags & EX_ONLY) != !!q->in)
		return NT_STATUS_INVALID_INFO_CLASS;
	ret = classes[i].fn(q);
	if (retlen && put_user(q->need, (u32 __user *)(uintptr_t)retlen))
		return -EFAULT;
	return ret;
}

long nt_query_system_information(struct persona_call *call)
{
	struct nt_sysinfo q = {
		.call = call,
		.buf = (void __user *)(uintptr_t)call->args[1],
		.len = (u32)call->args[2],
	};

	return query(&q, (u32)call->args[0], call->args[3]);
}

long nt_query_system_information_ex(struct persona_call *call)
{
	struct nt_sysinfo q = {
		.call = call,
		.in = (const void __user *)(uintptr_t)call->args[1],
		.in_len = (u32)call->args[2],
		.buf = (void __user *)(uintptr_t)call->args[3],
		.len = (u32)call->args[4],
	};

	if (!q.in)
		return NT_STATUS_INVALID_PARAMETER;
	return query(&q, (u32)call->args[0], call->args[5]);
}
