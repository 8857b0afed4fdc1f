/* SPDX-License-Identifier: GPL-2.0-only */
/* NtQuerySystemInformation: its request, and who answers which classes. */
#ifndef _NT_SYSINFO_H
#define _NT_SYSINFO_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct persona_call;

/**
 * struct nt_sysinfo - one request
 * @call: foreign call under way
 * @buf: where the answer goes
 * @len: room there
 * @need: set by the class: bytes that the answer has
 * @in: query of the Ex form, NULL if there is none
 * @in_len: its length
 */
struct nt_sysinfo {
	struct persona_call *call;
	void __user *buf;
	u32 len;
	u32 need;
	const void __user *in;
	u32 in_len;
};

/* Most bytes that one answer is allowed to take. */
#define NT_SYSINFO_MAX	(16u << 20)

long nt_sysinfo_put(struct nt_sysinfo *q, const void *data, u32 size);

/* sysinfo_cpu.c */
u32 nt_processors(void);
u64 nt_affinity_mask(void);
long nt_sysinfo_processor(struct nt_sysinfo *q);
long nt_sysinfo_processor_times(struct nt_sysinfo *q);
long nt_sysinfo_processor_name(struct nt_sysinfo *q);
long nt_sysinfo_topology(struct nt_sysinfo *q);
long nt_sysinfo_topology_ex(struct nt_sysinfo *q);
long nt_sysinfo_idle_times(struct nt_sysinfo *q);
long nt_sysinfo_architectures(struct nt_sysinfo *q);

/* sysinfo_proc.c */
long nt_sysinfo_processes(struct nt_sysinfo *q);
long nt_sysinfo_processes_ex(struct nt_sysinfo *q);
long nt_sysinfo_process_id(struct nt_sysinfo *q);

/*
 * timezone.c: RTL_DYNAMIC_TIME_ZONE_INFORMATION. Its dates have the order of
 * SYSTEMTIME, as Wine's kernelbase.dll expects it.
 */
struct nt_date {
	u16 year, month, day_of_week, day, hour, minute, second, ms;
};

struct nt_timezone {
	s32 bias;
	u16 standard_name[32];
	struct nt_date standard_date;
	s32 standard_bias;
	u16 daylight_name[32];
	struct nt_date daylight_date;
	s32 daylight_bias;
	u16 key_name[128];
	u8 dynamic_daylight_disabled;
	u8 pad[3];
};

#define NT_TIMEZONE_SIZE	172	/* without what is dynamic */
static_assert(offsetof(struct nt_timezone, key_name) == NT_TIMEZONE_SIZE);
static_assert(sizeof(struct nt_timezone) == 432);

bool nt_timezone_parse(const char *rule, size_t len, struct nt_timezone *tz);
bool nt_timezone_is_daylight(const struct nt_timezone *tz, s64 seconds);
void nt_timezone_get(struct persona_call *call, struct nt_timezone *tz);
s32 nt_timezone_bias(struct persona_call *call);

#endif /* _NT_SYSINFO_H */
