/* SPDX-License-Identifier: GPL-2.0-only */
/* Start parameters of a process: strings, environment, standard handles. */
#ifndef _NT_PARAMS_H
#define _NT_PARAMS_H

#include <linux/types.h>

#include "nt.h"

#define NT_CMDLINE_MAX		32766u	/* units, a UNICODE_STRING's limit */
#define NT_PATH_UNITS		4096u	/* of a path as programs have it */
#define NT_ENV_MAX		SZ_4M	/* units of an environment */

#define NT_PARAMS_NORMALIZED	0x00000001u
#define NT_CONSOLE_NONE		(~(u64)3)	/* ConsoleHandle: SHELL_NO_WINDOW */

/**
 * struct nt_str - a counted string
 * @s: UTF-16, kvmalloc()ed; NULL if empty
 * @len: units
 */
struct nt_str {
	u16 *s;
	u32 len;
};

/**
 * struct nt_params - what a process is told at its start
 * @cwd: current directory, DOS path with a backslash at its end
 * @dll_path: where DLLs are looked for, empty for the default
 * @image: DOS path of the program
 * @cmdline: command line
 * @title: of the window
 * @desktop: name
 * @shell: ShellInfo
 * @runtime: RuntimeInfo, any bytes
 * @env: NAME=VALUE strings, each with a zero, and one more zero
 * @console: ConsoleHandle
 * @std: standard handles
 * @console_flags: ConsoleFlags
 * @window: position, size, fill attribute, flags and show state, as they are in
 *	memory
 * @group: ProcessGroupId
 */
struct nt_params {
	struct nt_str cwd;
	struct nt_str dll_path;
	struct nt_str image;
	struct nt_str cmdline;
	struct nt_str title;
	struct nt_str desktop;
	struct nt_str shell;
	struct nt_str runtime;
	struct nt_str env;
	u64 console;
	u64 std[3];
	u32 console_flags;
	u32 window[9];
	u32 group;
};

/* params.c */
void nt_params_free(struct nt_params *params);
long nt_params_read(struct nt_params *params, u64 user);
long nt_params_write(struct nt_proc *proc, const struct nt_params *params, u64 *addr);

/* cmdline.c */
int nt_cmdline_quote(const u16 *arg, u32 len, bool program, u16 *out, u32 max);
u32 nt_cmdline_split(const u16 *cmdline, u32 len, u32 *at, u16 *out);

/* env.c */
struct nt_env_out {
	u16 *s;
	u32 len;
	u32 max;
};

int nt_env_from_linux(struct persona_proc *proc, const char *env, size_t len,
		      struct nt_str *out);
int nt_dos_path(struct persona_proc *proc, const char *path, u16 *out, u32 max);

#endif /* _NT_PARAMS_H */
