// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGKILL to Windows processes with threads in every kind of wait, and in the
 * middle of making threads, processes, objects, memory, exceptions: first each
 * kind once, then all at random for a while. "kill SECONDS SEED" repeats a run.
 * What it would leave behind is seen when the modules are unloaded after it.
 */
#include "../native.h"

#define AT_ONCE		4
#define AT_LEAST	10

static const char *const kinds[] = {
	"event", "any", "all", "mutex", "alertable", "thread", "sleep", "sleepalertable", "apc",
	"critical", "srw", "condition", "keyed", "keyedrelease", "read", "write", "listen",
	"signalandwait", "lockfile", "suspended", "suspend", "context", "threads", "processes",
	"objects", "memory", "faults", "files", "keys",
};

static int in_new_group(void *arg)
{
	(void)arg;
	return setpgid(0, 0);
}

static struct child start_one(const char *kind)
{
	const char *const argv[] = { beside("waiter.exe"), kind, NULL };

	return start_program(argv, in_new_group, NULL);
}

static int end_one(struct child *c)
{
	kill(c->pid, SIGKILL);
	kill(-c->pid, SIGKILL);
	return finish(c);
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : at_length() ? 60 : 15;
	unsigned int seed = argc > 2 ? (unsigned int)atoi(argv[2]) : (unsigned int)time(NULL);
	unsigned int killed = 0, other = 0;
	struct child c[AT_ONCE];
	char buf[256];
	double end;
	size_t i;
	int status;

	limit(seconds + 500);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	plan(0);
	msg("kill %u %u", seconds, seed);
	srand(seed);
	for (i = 0; i < ARRAY_SIZE(kinds); i += AT_ONCE) {
		size_t n = ARRAY_SIZE(kinds) - i < AT_ONCE ? ARRAY_SIZE(kinds) - i : AT_ONCE, k;
		bool ready[AT_ONCE];

		for (k = 0; k < n; k++)
			c[k] = start_one(kinds[i + k]);
		for (k = 0; k < n; k++)
			ready[k] = read_until(&c[k], "ready", buf, sizeof(buf));
		for (k = 0; k < n; k++) {
			status = end_one(&c[k]);
			ok(ready[k] && status == KILLED(SIGKILL), "killed in: %s", kinds[i + k]);
			if (!ready[k])
				msg("it said %s", buf);
		}
	}
	end = now() + seconds;
	for (i = 0; i < AT_ONCE; i++)
		c[i] = start_one("all");
	/* A slow machine gets the time that it needs for a few. */
	while (now() < end || (killed <= AT_LEAST && now() < end + 100)) {
		i = (size_t)rand() % AT_ONCE;
		if (rand() % 2)
			read_until(&c[i], "ready", buf, sizeof(buf));
		usleep(rand() % 30000);
		status = end_one(&c[i]);
		if (status == KILLED(SIGKILL)) {
			killed++;
		} else {
			msg("ended with %d", status);
			other++;
		}
		c[i] = start_one("all");
	}
	for (i = 0; i < AT_ONCE; i++)
		end_one(&c[i]);
	while (waitpid(-1, &status, WNOHANG) > 0)
		;
	ok(killed > AT_LEAST, "%u processes were killed", killed);
	is_int(other, 0, "none ended in another way");
	is_int(persona_quiet("nt", 10000), 0, "no Windows thread is left");
	is_int(run(NULL, 0, beside("../nt/agent.exe"), "exit", "4"), 4, "and the next program runs");
	return done();
}
