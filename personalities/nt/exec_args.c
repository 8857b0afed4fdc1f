// SPDX-License-Identifier: GPL-2.0-only
/*
 * From Linux's arguments, environment and current directory to the start
 * parameters of a Windows program. All of this happens before the old program is
 * given up, so the strings are read out of the new address space by its pages.
 */
#include <linux/binfmts.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "exec.h"
#include "file.h"
#include "spawn.h"
#include "windows.h"

#define BUILD_VARIABLE	"PERSONA_NT_BUILD"
#define NT_PREFIX	4	/* units of \??\ */
#define PATH_MORE	16	/* units that an NT path may have more than a Linux one bytes */

static int read_page(struct mm_struct *mm, unsigned long addr, char *to, size_t len)
{
	struct page *page;
	void *from;

	if (persona_get_user_page(mm, addr & PAGE_MASK, &page) != 1)
		return -EFAULT;
	from = kmap_local_page(page);
	memcpy(to, from + offset_in_page(addr), len);
	kunmap_local(from);
	put_page(page);
	return 0;
}

/* The arguments and behind them the environment, each string with its zero. */
static char *read_strings(struct linux_binprm *bprm, size_t *len)
{
	size_t done = 0, total = bprm->exec - bprm->p;
	char *strings;
	int err = 0;

	strings = kvmalloc(total + 1, GFP_KERNEL_ACCOUNT);
	if (!strings)
		return ERR_PTR(-ENOMEM);
	mmap_read_lock(bprm->mm);
	while (done < total && !err) {
		unsigned long addr = bprm->p + done;
		size_t n = min_t(size_t, total - done, PAGE_SIZE - offset_in_page(addr));

		err = read_page(bprm->mm, addr, strings + done, n);
		done += n;
	}
	mmap_read_unlock(bprm->mm);
	if (err) {
		kvfree(strings);
		return ERR_PTR(err);
	}
	strings[total] = '\0';
	*len = total;
	return strings;
}

/* Bytes of the first @count strings. */
static size_t strings_len(const char *strings, size_t len, int count)
{
	size_t at = 0;

	for (; count > 0 && at < len; count--)
		at += strnlen(strings + at, len - at) + 1;
	return min(at, len);
}

static struct nt_str copy_str(const u16 *s, u32 len, int *err)
{
	struct nt_str str = { };

	str.s = kvmalloc_array(len + 1, sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!str.s) {
		*err = -ENOMEM;
		return str;
	}
	memcpy(str.s, s, len * sizeof(*s));
	str.len = len;
	return str;
}

/**
 * struct args - buffers of one conversion
 * @wide: UTF-16 of an argument
 * @wide_max: units of room
 * @line: command line so far
 * @line_max: units of room: NT_CMDLINE_MAX, or enough anyway
 * @len: units in it
 */
struct args {
	u16 *wide;
	u32 wide_max;
	u16 *line;
	u32 line_max;
	u32 len;
};

static void free_args(struct args *a)
{
	if (!a)
		return;
	kvfree(a->wide);
	kvfree(a->line);
	kfree(a);
}

/*
 * No larger than these arguments and the program's path need: the kernel may clear what
 * it hands out.
 */
static struct args *alloc_args(size_t argv_len, int argc, size_t path_len)
{
	struct args *a = kmalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);

	if (!a)
		return NULL;
	/* The slack is for nt_utf8_to_utf16(), which wants room for one more. */
	a->wide_max = min_t(size_t, argv_len, NT_CMDLINE_MAX) + 8;
	/* Quoting doubles characters at most; the program's path may stand for its name. */
	a->line_max = min_t(size_t, 2 * (argv_len + path_len) + 3 * ((size_t)argc + 1),
			    NT_CMDLINE_MAX);
	a->wide = kvmalloc_array(a->wide_max, sizeof(u16), GFP_KERNEL_ACCOUNT);
	a->line = kvmalloc_array(a->line_max, sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (a->wide && a->line)
		return a;
	free_args(a);
	return NULL;
}

static int add_arg(struct args *a, const u16 *arg, u32 len, bool program)
{
	int n;

	if (a->len) {
		if (a->len == a->line_max)
			return -E2BIG;
		a->line[a->len++] = ' ';
	}
	n = nt_cmdline_quote(arg, len, program, a->line + a->len, a->line_max - a->len);
	if (n < 0)
		return n;
	a->len += n;
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * The program's name in its command line: where it is, because Windows programs
 * look for themselves there; unless whoever executes it calls it otherwise.
 */
static int add_program(struct args *a, const struct nt_exec *exec, const char *argv0,
		       const char *file_name)
{
	int n;

	if (!*argv0 || !strcmp(base_name(argv0), base_name(file_name)))
		return add_arg(a, exec->params.image.s, exec->params.image.len, true);
	n = nt_utf8_to_utf16(argv0, strlen(argv0), a->wide, a->wide_max);
	return n < 0 ? -E2BIG : add_arg(a, a->wide, n, true);
}

static int make_cmdline(struct args *a, struct nt_exec *exec, const char *argv, size_t len,
			const char *file_name)
{
	size_t at = strnlen(argv, len);
	int n, err;

	a->len = 0;
	err = add_program(a, exec, len ? argv : "", file_name);
	if (err)
		return err;
	for (at++; at < len; at += strlen(argv + at) + 1) {
		n = nt_utf8_to_utf16(argv + at, strlen(argv + at), a->wide,
				     a->wide_max);
		if (n < 0)
			return -E2BIG;
		err = add_arg(a, a->wide, n, false);
		if (err)
			return err;
	}
	exec->params.cmdline = copy_str(a->line, a->len, &err);
	return err;
}

/*
 * The program's own path: where the file is, whichever links lead there. But what
 * the view's folders link to is part of that Windows, not of Linux.
 */
static const char *program_path(struct linux_binprm *bprm, char *buf)
{
	const char *root = *nt_personality.view_root;
	size_t len = strlen(root);

	if (!strncmp(bprm->interp, root, len) && bprm->interp[len] == '/' &&
	    !strstr(bprm->interp, "/../"))
		return bprm->interp;
	return file_path(bprm->file, buf, PATH_MAX);
}

static int make_image(char *buf, struct linux_binprm *bprm, struct nt_exec *exec,
		      struct persona_proc *proc)
{
	const char *path = program_path(bprm, buf);
	int n, err = 0;
	u32 max;

	if (IS_ERR(path))
		return PTR_ERR(path);
	max = strlen(path) + PATH_MORE;
	exec->name = kvmalloc_array(max + 1, sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (!exec->name)
		return -ENOMEM;
	n = nt_path_of_linux(proc, path, exec->name, max);
	if (n <= NT_PREFIX)
		return n < 0 ? n : -ENOENT;
	exec->name[n] = 0;
	exec->name_len = n;
	exec->params.image = copy_str(exec->name + NT_PREFIX, n - NT_PREFIX, &err);
	if (!err)
		exec->params.title = copy_str(exec->name + NT_PREFIX, n - NT_PREFIX, &err);
	return err;
}

/* From a Windows program: as that has made them. */
static int take_params(struct nt_exec *exec)
{
	struct nt_spawn *spawn = exec->spawn;

	exec->params = spawn->params;
	memset(&spawn->params, 0, sizeof(spawn->params));
	exec->name = spawn->name;
	exec->name_len = spawn->name_len;
	spawn->name = NULL;
	return exec->name ? 0 : -EINVAL;
}

static int make_cwd(char *buf, struct nt_exec *exec, struct persona_proc *proc)
{
	struct nt_str *cwd = &exec->params.cwd;
	struct path pwd;
	char *path;
	u32 max;
	int n;

	get_fs_pwd(current->fs, &pwd);
	path = d_path(&pwd, buf, PATH_MAX);
	path_put(&pwd);
	if (IS_ERR(path))
		return PTR_ERR(path);
	max = strlen(path) + PATH_MORE;
	cwd->s = kvmalloc_array(max + 1, sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (!cwd->s)
		return -ENOMEM;
	/* A directory that is out of reach, or gone, has no name. */
	n = *path == '/' ? nt_dos_path(proc, path, cwd->s, max) : -ENOENT;
	if (n < 0)
		n = nt_dos_path(proc, "/", cwd->s, max);
	if (n < 0)
		return n;
	if (!n || cwd->s[n - 1] != '\\')
		cwd->s[n++] = '\\';
	cwd->len = n;
	return 0;
}

/* The value of a variable in Linux's environment. */
static const char *find_variable(const char *env, size_t len, const char *name)
{
	size_t n = strlen(name), at;

	for (at = 0; at < len; at += strlen(env + at) + 1)
		if (!strncmp(env + at, name, n) && env[at + n] == '=')
			return env + at + n + 1;
	return NULL;
}

/* The same in an NT environment, which this is but for ASCII. */
static const char *find_wide(const struct nt_str *env, const char *name, char *buf, size_t room)
{
	size_t n = strlen(name), i;
	u32 at = 0;

	while (at < env->len && env->s[at]) {
		const u16 *s = env->s + at;
		u32 len = 0;

		while (at + len < env->len && s[len])
			len++;
		at += len + 1;
		for (i = 0; i < n && i < len && s[i] == (u8)name[i];)
			i++;
		if (i < n || len <= n || s[n] != '=' || len - n > room)
			continue;
		for (i = 0; i < len - n - 1; i++)
			buf[i] = s[n + 1 + i];
		buf[i] = '\0';
		return buf;
	}
	return NULL;
}

static int choose_build(struct nt_exec *exec, const char *env, size_t len)
{
	char buf[16];
	const char *value;
	int build;

	value = exec->spawn && !exec->spawn->native ?
		find_wide(&exec->params.env, BUILD_VARIABLE, buf, sizeof(buf)) :
		find_variable(env, len, BUILD_VARIABLE);
	build = nt_windows_build(value);
	if (build <= 0)
		return build;
	exec->away = nt_windows_tables(build);
	return exec->away ? 0 : -ENOMEM;
}

/* @strings: arguments, and behind them the environment. */
static int from_linux(struct linux_binprm *bprm, struct nt_exec *exec, struct persona_proc *proc,
		      const char *strings)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	struct args *a = NULL;
	int err;

	if (!buf)
		return -ENOMEM;
	err = make_image(buf, bprm, exec, proc);
	if (err)
		goto out;
	err = -ENOMEM;
	a = alloc_args(exec->argv_len, bprm->argc, exec->params.image.len);
	if (!a)
		goto out;
	err = make_cmdline(a, exec, strings, exec->argv_len, bprm->interp);
	if (!err)
		err = make_cwd(buf, exec, proc);
	if (!err)
		err = nt_env_from_linux(proc, strings + exec->argv_len, exec->envp_len,
					&exec->params.env);
	exec->params.console = NT_CONSOLE_NONE;
	exec->params.window[8] = 1;	/* show state: normal */
out:
	free_args(a);
	kfree(buf);
	return err;
}

/**
 * nt_exec_params() - convert what Linux hands to a program
 * @bprm: the exec
 * @exec: its parameters are filled in
 * @proc: the new process
 *
 * Context: before begin_new_exec(); may sleep.
 * Return: 0 or a negative errno; -E2BIG if the arguments do not fit into a command
 * line, which has 32766 characters at most; -EINVAL if the environment names a
 * build of Windows that is not known.
 */
int nt_exec_params(struct linux_binprm *bprm, struct nt_exec *exec, struct persona_proc *proc)
{
	char *strings;
	size_t len;
	int err;

	strings = read_strings(bprm, &len);
	if (IS_ERR(strings))
		return PTR_ERR(strings);
	exec->argv_len = strings_len(strings, len, bprm->argc);
	exec->envp_len = strings_len(strings + exec->argv_len, len - exec->argv_len,
				     bprm->envc);
	if (exec->spawn && !exec->spawn->native)
		err = take_params(exec);
	else
		err = from_linux(bprm, exec, proc, strings);
	if (!err)
		err = choose_build(exec, strings + exec->argv_len, exec->envp_len);
	kvfree(strings);
	return err;
}

/**
 * nt_exec_set_args() - where /proc finds the arguments
 * @bprm: the exec, after setup_arg_pages()
 * @exec: after nt_exec_params()
 */
void nt_exec_set_args(struct linux_binprm *bprm, const struct nt_exec *exec)
{
	struct mm_struct *mm = current->mm;

	mm->start_stack = bprm->p;
	mm->arg_start = bprm->p;
	mm->arg_end = bprm->p + exec->argv_len;
	mm->env_start = mm->arg_end;
	mm->env_end = mm->env_start + exec->envp_len;
}
