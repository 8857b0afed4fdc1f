/* SPDX-License-Identifier: GPL-2.0-only */
/* The page of data that the Darwin kernel shares with every program. */
#ifndef _DARWIN_COMMPAGE_H
#define _DARWIN_COMMPAGE_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#define DARWIN_COMMPAGE_VERSION		13

/* cpu_capabilities */
#define DARWIN_CPU_MMX			BIT_ULL(0)
#define DARWIN_CPU_SSE			BIT_ULL(1)
#define DARWIN_CPU_SSE2			BIT_ULL(2)
#define DARWIN_CPU_SSE3			BIT_ULL(3)
#define DARWIN_CPU_CACHE_32		BIT_ULL(4)
#define DARWIN_CPU_CACHE_64		BIT_ULL(5)
#define DARWIN_CPU_CACHE_128		BIT_ULL(6)
#define DARWIN_CPU_FAST_TLS		BIT_ULL(7)
#define DARWIN_CPU_SSSE3		BIT_ULL(8)
#define DARWIN_CPU_64BIT		BIT_ULL(9)
#define DARWIN_CPU_SSE4_1		BIT_ULL(10)
#define DARWIN_CPU_SSE4_2		BIT_ULL(11)
#define DARWIN_CPU_AES			BIT_ULL(12)
#define DARWIN_CPU_UP			BIT_ULL(15)
#define DARWIN_CPU_COUNT_SHIFT		16
#define DARWIN_CPU_COUNT_MAX		255
#define DARWIN_CPU_AVX			BIT_ULL(24)
#define DARWIN_CPU_RDRAND		BIT_ULL(25)
#define DARWIN_CPU_F16C			BIT_ULL(26)
#define DARWIN_CPU_ERMS			BIT_ULL(27)
#define DARWIN_CPU_FMA			BIT_ULL(28)
#define DARWIN_CPU_AVX2			BIT_ULL(29)
#define DARWIN_CPU_BMI1			BIT_ULL(30)
#define DARWIN_CPU_BMI2			BIT_ULL(31)
#define DARWIN_CPU_ADX			BIT_ULL(34)
#define DARWIN_CPU_RDSEED		BIT_ULL(35)

/**
 * struct darwin_commpage - used part of the page; offsets of 10.7 to 10.15
 * @signature: name of the page
 * @capabilities64: DARWIN_CPU_*
 * @version: DARWIN_COMMPAGE_VERSION
 * @capabilities: low half of @capabilities64; its third byte is the number of
 *	CPUs, which some programs read as a field of its own
 * @cache_linesize: bytes
 * @spin_count: how often to try a lock before sleeping
 * @active_cpus: CPUs in use
 * @physical_cpus: likewise
 * @logical_cpus: likewise
 * @memory_size: bytes
 * @cpufamily: 0, unknown
 * @nt_tsc_base: time stamp counter at @nt_ns_base
 * @nt_scale: nanoseconds per count, times 2^32
 * @nt_shift: not used on CPUs of 1 GHz and more; always 0
 * @nt_ns_base: the monotonic clock then, in nanoseconds
 * @nt_generation: of the nt_ fields; 0 while they change
 * @gtod_generation: of the gtod_ fields; 0 while they change
 * @gtod_ns_base: monotonic time at @gtod_sec_base
 * @gtod_sec_base: full second of the time of day
 * @approx_time: monotonic time of the last tick
 * @approx_time_supported: @approx_time is kept up to date
 * @cont_timebase: to be added to the monotonic clock to count sleep, too
 * @boottime_usec: time of day of the start, in microseconds
 *
 * now = nt_ns_base + ((tsc - nt_tsc_base) * nt_scale >> 32)
 */
struct darwin_commpage {
	char signature[16];
	u64 capabilities64;
	u8 unused_18[6];
	u16 version;
	u32 capabilities;
	u8 unused_24[2];
	u16 cache_linesize;
	u8 unused_28[8];
	u32 spin_count;
	u8 active_cpus;
	u8 physical_cpus;
	u8 logical_cpus;
	u8 unused_37;
	u64 memory_size;
	u32 cpufamily;
	u8 unused_44[12];
	u64 nt_tsc_base;
	u32 nt_scale;
	u32 nt_shift;
	u64 nt_ns_base;
	u32 nt_generation;
	u32 gtod_generation;
	u64 gtod_ns_base;
	u64 gtod_sec_base;
	u64 approx_time;
	u8 approx_time_supported;
	u8 unused_89[55];
	u64 cont_timebase;
	u64 boottime_usec;
};

static_assert(offsetof(struct darwin_commpage, capabilities64) == 0x10);
static_assert(offsetof(struct darwin_commpage, version) == 0x1e);
static_assert(offsetof(struct darwin_commpage, capabilities) == 0x20);
static_assert(offsetof(struct darwin_commpage, cache_linesize) == 0x26);
static_assert(offsetof(struct darwin_commpage, spin_count) == 0x30);
static_assert(offsetof(struct darwin_commpage, active_cpus) == 0x34);
static_assert(offsetof(struct darwin_commpage, memory_size) == 0x38);
static_assert(offsetof(struct darwin_commpage, cpufamily) == 0x40);
static_assert(offsetof(struct darwin_commpage, nt_tsc_base) == 0x50);
static_assert(offsetof(struct darwin_commpage, nt_scale) == 0x58);
static_assert(offsetof(struct darwin_commpage, nt_ns_base) == 0x60);
static_assert(offsetof(struct darwin_commpage, nt_generation) == 0x68);
static_assert(offsetof(struct darwin_commpage, gtod_generation) == 0x6c);
static_assert(offsetof(struct darwin_commpage, gtod_ns_base) == 0x70);
static_assert(offsetof(struct darwin_commpage, gtod_sec_base) == 0x78);
static_assert(offsetof(struct darwin_commpage, approx_time) == 0x80);
static_assert(offsetof(struct darwin_commpage, approx_time_supported) == 0x88);
static_assert(offsetof(struct darwin_commpage, cont_timebase) == 0xc0);
static_assert(offsetof(struct darwin_commpage, boottime_usec) == 0xc8);

/**
 * struct darwin_timebase - the nt_ fields as one value
 * @tsc: time stamp counter
 * @ns: the time then
 * @scale: see struct darwin_commpage
 */
struct darwin_timebase {
	u64 tsc;
	u64 ns;
	u32 scale;
};

u64 darwin_timebase_ns(const struct darwin_timebase *base, u64 tsc);
u32 darwin_timebase_scale(u32 mult, u32 shift);
void darwin_timebase_follow(struct darwin_timebase *base, u64 tsc, u64 ns, u32 scale);
void darwin_timebase_margin(struct darwin_timebase *base);

int darwin_commpage_init(void);
void darwin_commpage_exit(void);
int darwin_commpage_map(void);

#endif /* _DARWIN_COMMPAGE_H */
