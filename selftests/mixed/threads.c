// SPDX-License-Identifier: GPL-2.0-only
/* Foreign threads as the rest of the system sees them. */
#include "../native.h"

#include <dirent.h>

static char buf[4096];

static int tasks_of(pid_t pid)
{
	char path[64];
	struct dirent *d;
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		n += d->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static void storm(void)
{
	const char *const argv[] = { agent(), "storm", NULL };
	struct child c = start_program(argv, NULL, NULL);

	read_until(&c, "ready", buf, sizeof(buf));
	is_int(tasks_of(c.pid), 4, "/proc shows four threads");
	msleep(500);
	kill(c.pid, SIGSTOP);
	msleep(50);
	kill(c.pid, SIGCONT);
	kill(c.pid, SIGKILL);
	is_int(finish(&c), KILLED(SIGKILL), "SIGKILL ends all of them");
}

int main(void)
{
	int i, bad = 0;

	limit(240);
	plan(0);
	is_int(run(NULL, 0, agent(), "threads", "1"), 0, "one thread");
	is_int(run(NULL, 0, agent(), "threads", "16"), 0, "16 threads");
	for (i = 0; i < 20; i++)
		bad += run(NULL, 0, agent(), "threads", "4") != 0;
	is_int(bad, 0, "20 times 4 threads");
	is_int(run(NULL, 0, agent(), "threadfork", "20"), 0, "fork in a process with threads");
	is_int(run(buf, sizeof(buf), agent(), "threadexec", agent(), "echo", "x"), 0,
	       "exec of Mach-O while other threads hang in calls");
	is_str(buf, "x\n", "it runs");
	is_int(run(NULL, 0, agent(), "threadexec", "/bin/sh", "-c", "exit 5"), 5,
	       "exec of ELF while other threads hang in calls");
	is_int(run(NULL, 0, agent(), "threadexit", "6"), 6, "exit while other threads hang");
	storm();
	is_int(persona_quiet("darwin", 5000), 0, "no foreign thread is left");
	return done();
}
