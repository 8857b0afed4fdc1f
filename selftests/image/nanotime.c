// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helper of layout: for each byte it reads, it answers with the monotonic time
 * and the time of day that the commpage tells, 8 bytes each, in nanoseconds.
 */
#include "../macho/ktap.h"

#define COMMPAGE	0x7fffffe00000UL

static inline uint64_t at64(uint64_t off)
{
	return *(volatile uint64_t *)(COMMPAGE + off);
}

static inline uint32_t at32(uint64_t off)
{
	return *(volatile uint32_t *)(COMMPAGE + off);
}

/* The same loop that Go's runtime has, in C. */
static void read_time(uint64_t out[2])
{
	uint64_t tsc_base, ns_base, gtod_ns, gtod_sec, ticks;
	uint32_t nt, gtod, scale, lo, hi;

	do {
		nt = at32(0x68);
		gtod = at32(0x6c);
		__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
		tsc_base = at64(0x50);
		scale = at32(0x58);
		ns_base = at64(0x60);
		gtod_ns = at64(0x70);
		gtod_sec = at64(0x78);
	} while (!nt || !gtod || nt != at32(0x68) || gtod != at32(0x6c));
	ticks = ((uint64_t)hi << 32 | lo) - tsc_base;
	out[0] = ns_base + (uint64_t)((__uint128_t)ticks * scale >> 32);
	out[1] = gtod_sec * 1000000000UL + (out[0] - gtod_ns);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	uint64_t out[2];
	char c;

	while (sys(SYS_read, 0, &c, 1) == 1) {
		read_time(out);
		if (sys(SYS_write, 1, out, sizeof(out)) != sizeof(out))
			return 1;
	}
	return 0;
}
