// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows programs that use up handles, threads, memory and names: each must get
 * errors, and all must be given back.
 */
#include "../native.h"

#include <sys/resource.h>

static int limited(void *arg)
{
	struct rlimit nproc = { 40, 40 }, as = { 1UL << 33, 1UL << 33 };

	(void)arg;
	setrlimit(RLIMIT_NPROC, &nproc);
	setrlimit(RLIMIT_AS, &as);
	return setgid(12345) || setuid(12345);
}

static long free_kb(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	long kb = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %ld kB", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

int main(void)
{
	static const char *const kinds[] = { "handles", "names", "threads", "memory", "keys" };
	char path[64], buf[PATH_MAX + 128];
	long before, after;
	size_t i;

	if (geteuid())
		skip_all("needs root to become another user");
	limit(600);
	plan(0);
	/* another user must reach it */
	snprintf(path, sizeof(path), "%s", "/tmp/exhaust.exe");
	snprintf(buf, sizeof(buf), "cp '%s' %s && chmod 755 %s", beside("exhaust.exe"), path, path);
	if (system(buf))
		bail("%s", buf);
	before = free_kb();
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *const argv[] = { path, kinds[i], NULL };
		int status = run_before(argv, buf, sizeof(buf), limited, NULL);

		is_int(status, 0, "%s until there are no more", kinds[i]);
		msg("%s: %s", kinds[i], strtok(buf, "\r\n"));
	}
	is_int(persona_quiet("nt", 10000), 0, "no Windows thread is left");
	msleep(1000);
	after = free_kb();
	msg("%ld kB were available before, %ld are now", before, after);
	ok(after > before - 100000, "memory has come back");
	is_int(run(NULL, 0, beside("../nt/agent.exe"), "exit", "4"), 4, "the next program runs");
	return done();
}
