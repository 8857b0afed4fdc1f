// SPDX-License-Identifier: GPL-2.0-only
/* The least a program can do. */
#include "../macho/ktap.h"

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(1);
	ok(argc >= 1 && argv[0], "hello from a Mach-O program");
	return done();
}
