// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGKILL at random moments: processes with threads, children, signals and
 * execs under way. A minute on the debug kernel; "kill SECONDS SEED" repeats a run. What it
 * would leave behind is seen when the modules are unloaded after it.
 */
#include "../native.h"

#define AT_ONCE	6

static const char *const storm[] = { "storm", NULL };
static const char *const fork_[] = { "threadfork", "1000000", NULL };
static const char *const threads[] = { "threads", "16", NULL };
static const char *const cat[] = { "cat", NULL };
static const char *const pause_[] = { "pause", NULL };
static const char *const *const kinds[] = { storm, fork_, threads, cat, pause_ };

static int in_new_group(void *arg)
{
	(void)arg;
	return setpgid(0, 0);
}

/* What the last processes of each place were, for the report of a bad end. */
static const char *const *running[AT_ONCE];

static struct child start_one(int place)
{
	const char *argv[8] = { agent() };
	const char *const *kind = kinds[rand() % ARRAY_SIZE(kinds)];
	int i, n = 1;

	running[place] = kind;
	if (rand() % 3 == 0) {
		argv[n++] = "exec";
		argv[n++] = agent();
	}
	for (i = 0; kind[i]; i++)
		argv[n++] = kind[i];
	return start_program(argv, in_new_group, NULL);
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? (unsigned int)atoi(argv[1]) : at_length() ? 60 : 15;
	unsigned int seed = argc > 2 ? (unsigned int)atoi(argv[2]) : (unsigned int)time(NULL);
	struct child c[AT_ONCE];
	double end = now() + seconds;
	unsigned int killed = 0, other = 0;
	int i, status;

	limit(seconds + 120);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	plan(4);
	msg("kill %u %u", seconds, seed);
	srand(seed);
	for (i = 0; i < AT_ONCE; i++)
		c[i] = start_one(i);
	while (now() < end) {
		i = rand() % AT_ONCE;
		usleep(rand() % 50000);
		if (rand() % 2)
			kill(c[i].pid, SIGKILL);
		/* it may not have made its group yet */
		if (kill(-c[i].pid, SIGKILL))
			kill(c[i].pid, SIGKILL);
		status = finish(&c[i]);
		if (status == KILLED(SIGKILL)) {
			killed++;
		} else if (status) {
			msg("%s ended with %d", running[i][0], status);
			other++;
		}
		c[i] = start_one(i);
	}
	for (i = 0; i < AT_ONCE; i++) {
		kill(c[i].pid, SIGKILL);
		kill(-c[i].pid, SIGKILL);
		finish(&c[i]);
	}
	/* grandchildren whose group was not theirs yet */
	while (waitpid(-1, &status, WNOHANG) > 0)
		;
	msg("%u killed", killed);
	ok(killed > seconds, "processes were killed");
	is_int(other, 0, "none ended in another way");
	is_int(persona_quiet("darwin", 10000), 0, "no foreign thread is left");
	is_int(run(NULL, 0, agent(), "exit", "4"), 4, "and the next program runs");
	return done();
}
