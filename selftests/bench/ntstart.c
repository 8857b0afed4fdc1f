// SPDX-License-Identifier: GPL-2.0-only
/* ntstart COMMAND...: ticks from fork to the end of COMMAND, the least of ten. */
#include "../native.h"

#include <fcntl.h>
#include <sys/wait.h>

static inline uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

int main(int argc, char **argv)
{
	volatile uint64_t best = -1UL, t;	/* vfork() returns twice */
	volatile int i;
	int status;
	pid_t pid;

	for (i = 0; i < 10; i++) {
		t = ticks();
		pid = vfork();
		if (!pid) {
			execv(argv[1], argv + 1);
			_exit(127);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return 1;
		t = ticks() - t;
		if (t < best)
			best = t;
	}
	fprintf(stderr, "%llu\n", (unsigned long long)best);
	return 0;
}
