// SPDX-License-Identifier: GPL-2.0-only
/* 200 foreign processes at the same time, each with two pipes to here. */
#include "../native.h"

#define MANY	200

static struct child child[MANY];

int main(void)
{
	const char *const argv[] = { agent(), "cat", NULL };
	long before = persona_threads("darwin");
	int i, wrong = 0, lost = 0, bad = 0;
	char text[32], back[32];

	limit(300);
	plan(6);
	for (i = 0; i < MANY; i++)
		child[i] = start_program(argv, NULL, NULL);
	/* backwards, so that all of them are alive */
	for (i = MANY - 1; i >= 0; i--) {
		snprintf(text, sizeof(text), "to process %d\n", i);
		if (write(child[i].in, text, strlen(text)) != (ssize_t)strlen(text))
			wrong++;
	}
	for (i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "to process %d\n", i);
		lost += !read_until(&child[i], "\n", back, sizeof(back));
		wrong += strcmp(text, back) != 0;
	}
	is_int(lost, 0, "all of %d foreign processes answer", MANY);
	is_int(wrong, 0, "with what they were told");
	is_int(persona_threads("darwin") - before, MANY, "PR_PERSONA_LIST counts them");
	for (i = 0; i < MANY; i++)
		if (i % 2)
			kill(child[i].pid, SIGKILL);
	for (i = 0; i < MANY; i++)
		bad += finish(&child[i]) != (i % 2 ? KILLED(SIGKILL) : 0);
	is_int(bad, 0, "half of them end by themselves, half are killed");
	is_int(persona_quiet("darwin", 5000), before, "none is left");
	is_int(run(NULL, 0, agent(), "exit", "3"), 3, "and another one starts");
	return done();
}
