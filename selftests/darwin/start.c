// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program finds at its entry point: registers, flags, stack layout,
 * arguments, environment and apple strings. The program executes itself with
 * arguments of its own choice and the second instance does the checking.
 */
#include "../macho/ktap.h"

#define NARGS		5

static char big[20000];

static const char *const args[NARGS] = { "start", "child", "", "with space", big };

static void check_regs(uint64_t *sp)
{
	is_int((uint64_t)sp & 15, 0, "entry: rsp is aligned to 16");
	is_hex(start_regs.rflags & ~0x202UL, 0, "entry: no flag but IF is set");
	is_hex(start_regs.rax | start_regs.rbx | start_regs.rcx | start_regs.rdx |
	       start_regs.rdi | start_regs.rsi | start_regs.rbp | start_regs.r8 | start_regs.r9 |
	       start_regs.r10 | start_regs.r11 | start_regs.r12 | start_regs.r13 |
	       start_regs.r14 | start_regs.r15, 0, "entry: all other registers are zero");
}

static void check_stack(int argc, char **argv, char **envp, char **apple)
{
	uint64_t *sp = (uint64_t *)start_regs.rsp;
	int i;

	is_int((long)sp[0], NARGS, "stack: argc is at rsp, 64 bits of it");
	is_int(argc, NARGS, "argc");
	for (i = 0; i < NARGS && i < argc; i++)
		is_str(argv[i], args[i], "argv[%d]", i);
	ok(!argv[argc], "argv ends with NULL");
	is_str(envp[0], "FIRST=1", "envp[0]");
	is_str(envp[1], "SECOND=", "envp[1]");
	ok(!envp[2], "envp ends with NULL");
	ok(apple == envp + 3, "the apple strings follow the environment");
	ok((uint64_t)argv[0] > (uint64_t)apple && (uint64_t)envp[1] > (uint64_t)apple &&
	   (uint64_t)apple[0] > (uint64_t)apple, "the strings are above the pointers");
}

static void check_apple(char **apple)
{
	static const char *const keys[] = {
		"stack_guard", "malloc_entropy", "ptr_munge", "main_stack", "executable_file",
	};
	const char *path = apple_get("executable_path");
	const char *s;
	char *end;
	size_t i;

	ok(!strncmp(apple[0], "executable_path=", 16), "apple[0] is executable_path");
	ok(path && sys(SYS_access, path, 0) == 0, "executable_path exists");
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		ok(apple_get(keys[i]), "apple strings have %s", keys[i]);
	s = apple_get("stack_guard");
	ok(s && strtoul(s, &end, 16) && !*end, "stack_guard is a hexadecimal number, not zero");
	s = apple_get("main_stack");
	if (s) {
		uint64_t top = strtoul(s, &end, 16);
		uint64_t size = *end == ',' ? strtoul(end + 1, &end, 16) : 0;

		ok(top > start_regs.rsp && top - size <= start_regs.rsp,
		   "rsp is within main_stack (%s)", s);
	} else {
		ok(false, "main_stack=top,size,...");
	}
}

int main(int argc, char **argv, char **envp, char **apple)
{
	const char *const env[] = { "FIRST=1", "SECOND=", NULL };
	const char *vec[NARGS + 1] = { NULL };
	const char *self = apple_get("executable_path");
	long ret;
	int i;

	memset(big, 'x', sizeof(big) - 1);
	if (argc > 1 && !strcmp(argv[1], "child")) {
		plan(3 + 2 + NARGS + 6 + 2 + 5 + 2);
		check_regs((uint64_t *)start_regs.rsp);
		check_stack(argc, argv, envp, apple);
		check_apple(apple);
		return done();
	}
	for (i = 0; i < NARGS; i++)
		vec[i] = args[i];
	ret = sys(SYS_execve, self, vec, env);
	bail("execve of %s: errno %ld", self ? self : "(no executable_path)", -ret);
}
