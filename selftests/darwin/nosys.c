// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that are no call: ENOSYS for every hole of the BSD table and every
 * number behind it, SIGSYS for an unknown class or Mach trap.
 */
#include "../macho/ktap.h"

static const uint16_t holes[] = {
	8, 11, 17, 19, 21, 22, 40, 45, 62, 63, 64, 69, 70, 71, 72, 76, 77, 84, 87, 88, 91, 94,
	99, 101, 102, 103, 107, 108, 109, 110, 112, 113, 114, 115, 119, 125, 129, 130, 141,
	143, 144, 145, 146, 148, 149, 150, 156, 160, 162, 163, 164, 166, 168, 171, 172, 174,
	175, 193, 198, 213, 214, 215, 224, 246, 249, 257, 295, 321, 326, 335, 352, 376, 377,
	378, 379, 437, 495, 519,
};

static const uint32_t beyond[] = {
	SYS_MAXSYSCALL, SYS_MAXSYSCALL + 1, 600, 1000, 1023, 1024, 4095, 4096, 0x7fff, 0x8000,
	0xffff, 0x10000, 0x7fffff, 0x800000, 0xfffffe, 0xffffff,
};

/* Mach: holes and numbers behind the table. */
static const uint32_t no_traps[] = {
	0, 1, 9, 30, 54, 55, 56, 57, 63, 64, 68, 101, 127, 128, 129, 1000, 0xffffff,
};

static int nosys(uint32_t nr)
{
	struct sysret ret = bsd(nr, 1, 2, 3, 4, 5, 6);

	if (ret.cf && ret.rax == ENOSYS)
		return 0;
	msg("number %u: rax 0x%llx, carry %d", nr, ret.rax, ret.cf);
	return 1;
}

/* The signal that ends a process which makes this call, 0 when it lives on. */
static int death_of(uint64_t nr)
{
	long pid = sys_fork();
	long status;

	if (!pid) {
		raw_call(nr, 1, 2, 3, 4, 5, 6);
		sys_exit(0);
	}
	status = child_wait(pid);
	if (status >= 0 && WIFSIGNALED(status))
		return WTERMSIG(status);
	msg("call 0x%llx: wait status 0x%lx", nr, status);
	return 0;
}

int main(int argc, char **argv, char **envp, char **apple)
{
	static const uint64_t classes[] = { 0, 5, 6, 7, 8, 0x10, 0x7f, 0x80, 0xfe, 0xff };
	int wrong = 0;
	uint32_t nr;
	size_t i;

	plan(5 + ARRAY_SIZE(classes));
	for (i = 0; i < ARRAY_SIZE(holes); i++)
		wrong += nosys(holes[i]);
	is_int(wrong, 0, "ENOSYS for all %lu holes", ARRAY_SIZE(holes));
	for (wrong = 0, i = 0; i < ARRAY_SIZE(beyond); i++)
		wrong += nosys(beyond[i]);
	is_int(wrong, 0, "ENOSYS for chosen numbers behind the table");
	for (wrong = 0, nr = SYS_MAXSYSCALL; nr < SYS_MAXSYSCALL + 4000; nr++)
		wrong += nosys(nr);
	is_int(wrong, 0, "ENOSYS for 4000 numbers behind the table");
	for (wrong = 0, i = 0; i < ARRAY_SIZE(no_traps); i++)
		wrong += death_of(MACH_NR(no_traps[i])) != SIGSYS;
	is_int(wrong, 0, "SIGSYS for numbers that are no Mach trap");
	for (i = 0; i < ARRAY_SIZE(classes); i++)
		is_int(death_of(classes[i] << 24 | SYS_getpid), SIGSYS, "SIGSYS for class %llu",
		       classes[i]);
	ok(sys(SYS_getpid) > 0, "and the parent still speaks Darwin");
	return done();
}
