// SPDX-License-Identifier: GPL-2.0-only
/*
 * The environment of a program that Linux starts: variables whose names or values
 * mean something else to Windows are converted, the rest is passed on.
 */
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>

#include "file.h"
#include "params.h"
#include "spawn.h"

#define WINDOWS_PATH	"C:\\windows\\system32;C:\\windows;C:\\windows\\system32\\wbem"
#define NT_PREFIX	4	/* units of \??\ */
#define NAME_MAX_LEN	64	/* of an account or a host */
#define ENV_DEFAULTS	2048	/* units that are enough for what is added */

/* What every program may count on; one that Linux has set wins. */
static const char * const defaults[] = {
	"ALLUSERSPROFILE=C:\\ProgramData",
	"COMSPEC=C:\\windows\\system32\\cmd.exe",
	"CommonProgramFiles=C:\\Program Files\\Common Files",
	"OS=Windows_NT",
	"PATHEXT=.COM;.EXE;.BAT;.CMD;.VBS;.JS;.WSF",
	"PROCESSOR_ARCHITECTURE=AMD64",
	"PROCESSOR_LEVEL=6",
	"PUBLIC=C:\\users\\Public",
	"ProgramData=C:\\ProgramData",
	"ProgramFiles=C:\\Program Files",
	"ProgramW6432=C:\\Program Files",
	"SystemDrive=C:",
	"SystemRoot=C:\\windows",
	"windir=C:\\windows",
};

/**
 * struct builder - an environment being converted
 * @proc: whose view says what a path is called
 * @in: the variables of Linux, each with a zero
 * @in_len: bytes of them
 * @out: what has been written
 * @max: units of room
 * @full: there was no room
 */
struct builder {
	struct persona_proc *proc;
	const char *in;
	size_t in_len;
	struct nt_str out;
	u32 max;
	bool full;
};

/**
 * nt_dos_path() - a Linux path as a program has it
 * @proc: process whose view counts
 * @path: absolute path
 * @out: receives it, not terminated
 * @max: units of room
 *
 * Context: may sleep.
 * Return: units, or a negative errno.
 */
int nt_dos_path(struct persona_proc *proc, const char *path, u16 *out, u32 max)
{
	int n = nt_path_of_linux(proc, path, out, max);

	if (n <= NT_PREFIX)
		return n < 0 ? n : -ENOENT;
	memmove(out, out + NT_PREFIX, (n - NT_PREFIX) * sizeof(*out));
	return n - NT_PREFIX;
}

static void put_bytes(struct builder *b, const char *s, size_t len)
{
	int n = nt_utf8_to_utf16(s, len, b->out.s + b->out.len, b->max - b->out.len);

	if (n < 0)
		b->full = true;
	else
		b->out.len += n;
}

static void put_string(struct builder *b, const char *s)
{
	put_bytes(b, s, strlen(s));
}

static void end_variable(struct builder *b)
{
	if (b->out.len == b->max)
		b->full = true;
	else
		b->out.s[b->out.len++] = 0;
}

/* A path, or if it is none the same text. */
static void put_path(struct builder *b, const char *path, size_t len)
{
	char *copy;
	int n = -1;

	if (len && path[0] == '/') {
		copy = kmemdup_nul(path, len, GFP_KERNEL_ACCOUNT);
		if (!copy) {
			b->full = true;
			return;
		}
		n = nt_dos_path(b->proc, copy, b->out.s + b->out.len, b->max - b->out.len);
		kfree(copy);
	}
	if (n > 0)
		b->out.len += n;
	else
		put_bytes(b, path, len);
}

static void put_path_list(struct builder *b, const char *list, size_t len)
{
	put_string(b, WINDOWS_PATH);
	while (len) {
		const char *colon = memchr(list, ':', len);
		size_t n = colon ? colon - list : len;

		if (n) {
			put_string(b, ";");
			put_path(b, list, n);
		}
		list += n;
		len -= n;
		if (len) {
			list++;
			len--;
		}
	}
}

/* The value of a variable; NULL if there is none. */
static const char *find(const struct builder *b, const char *name, size_t name_len, size_t *len)
{
	const char *s = b->in, *end = b->in + b->in_len;

	while (s < end) {
		size_t n = strnlen(s, end - s);

		if (n > name_len && s[name_len] == '=' && !strncasecmp(s, name, name_len)) {
			*len = n - name_len - 1;
			return s + name_len + 1;
		}
		s += n + 1;
	}
	return NULL;
}

static bool is_set(const struct builder *b, const char *name)
{
	size_t len;

	return find(b, name, strlen(name), &len);
}

/* "NAME=" and the value if the program's environment does not say otherwise. */
static bool begin_default(struct builder *b, const char *name)
{
	if (is_set(b, name))
		return false;
	put_string(b, name);
	put_string(b, "=");
	return true;
}

static void put_defaults(struct builder *b)
{
	char number[12];
	size_t len;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		if (find(b, defaults[i], strchr(defaults[i], '=') - defaults[i], &len))
			continue;
		put_string(b, defaults[i]);
		end_variable(b);
	}
	if (begin_default(b, "NUMBER_OF_PROCESSORS")) {
		snprintf(number, sizeof(number), "%u", num_online_cpus());
		put_string(b, number);
		end_variable(b);
	}
}

static void put_computer(struct builder *b)
{
	char name[NAME_MAX_LEN + 1];
	size_t i;

	if (!begin_default(b, "COMPUTERNAME"))
		return;
	strscpy(name, utsname()->nodename, sizeof(name));
	for (i = 0; name[i] && name[i] != '.'; i++)
		name[i] = toupper(name[i]);
	name[i] = '\0';
	put_string(b, i ? name : "LOCALHOST");
	end_variable(b);
}

static void put_account(struct builder *b)
{
	static const char * const names[] = { "USERNAME", "WINEUSERNAME" };
	uid_t uid = from_kuid_munged(current_user_ns(), current_euid());
	char number[16];
	const char *user;
	size_t len;
	u32 i;

	user = find(b, "USER", 4, &len);
	if (!user)
		user = find(b, "LOGNAME", 7, &len);
	if (!user || !len || len > NAME_MAX_LEN) {
		len = uid ? scnprintf(number, sizeof(number), "user%u", uid) :
			    scnprintf(number, sizeof(number), "root");
		user = number;
	}
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!begin_default(b, names[i]))
			continue;
		put_bytes(b, user, len);
		end_variable(b);
	}
}

static void put_home(struct builder *b)
{
	static const struct {
		const char *name;
		const char *below;
	} vars[] = {
		{ "USERPROFILE", "" },
		{ "APPDATA", "\\AppData\\Roaming" },
		{ "LOCALAPPDATA", "\\AppData\\Local" },
	};
	const char *home;
	size_t len;
	u32 i;

	home = find(b, "HOME", 4, &len);
	if (!home || !len || home[0] != '/') {
		home = "/tmp";
		len = strlen(home);
	}
	for (i = 0; i < ARRAY_SIZE(vars); i++) {
		if (!begin_default(b, vars[i].name))
			continue;
		put_path(b, home, len);
		put_string(b, vars[i].below);
		end_variable(b);
	}
}

static void put_temp(struct builder *b)
{
	static const char * const names[] = { "TEMP", "TMP" };
	const char *dir;
	size_t len;
	u32 i;

	dir = find(b, "TMPDIR", 6, &len);
	if (!dir || !len || dir[0] != '/') {
		dir = "/tmp";
		len = strlen(dir);
	}
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!begin_default(b, names[i]))
			continue;
		put_path(b, dir, len);
		end_variable(b);
	}
}

/* Variables that are converted above rather than passed on. */
static bool is_converted(const char *s, size_t len)
{
	static const char * const names[] = { "PATH", "HOME", "USER", "TMPDIR" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (len == strlen(names[i]) && !memcmp(s, names[i], len))
			return true;
	return false;
}

static void put_others(struct builder *b)
{
	const char *s = b->in, *end = b->in + b->in_len;

	while (s < end) {
		size_t n = strnlen(s, end - s);
		const char *eq = memchr(s, '=', n);

		if (eq && eq > s && !is_converted(s, eq - s)) {
			put_bytes(b, s, n);
			end_variable(b);
		}
		s += n + 1;
	}
}

static void convert(struct builder *b)
{
	const char *path;
	size_t len;

	put_defaults(b);
	put_computer(b);
	put_account(b);
	put_home(b);
	put_temp(b);
	path = find(b, "PATH", 4, &len);
	put_string(b, "PATH=");
	put_path_list(b, path ?: "", path ? len : 0);
	end_variable(b);
	put_others(b);
	end_variable(b);
}

/**
 * nt_env_from_linux() - the environment of a program that Linux starts
 * @proc: process whose view counts
 * @env: NAME=VALUE strings, each with a zero
 * @len: bytes of them
 * @out: set to the environment, to be freed with kvfree()
 *
 * Context: may sleep.
 * Return: 0, -E2BIG or -ENOMEM.
 */
int nt_env_from_linux(struct persona_proc *proc, const char *env, size_t len,
		      struct nt_str *out)
{
	struct builder b = { .proc = proc, .in = env, .in_len = len };
	size_t max;

	/* A path in a list gets a drive; a byte becomes a unit at most. */
	max = 4 * len + ENV_DEFAULTS;
	if (max > NT_ENV_MAX)
		return -E2BIG;
	b.max = max;
	b.out.s = kvmalloc_array(max, sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (!b.out.s)
		return -ENOMEM;
	convert(&b);
	if (b.full) {
		kvfree(b.out.s);
		return -E2BIG;
	}
	*out = b.out;
	return 0;
}

/**
 * struct unbuilder - an environment on its way back to Linux
 * @call: call under way
 * @out: the variables, each with a zero
 * @len: bytes of them
 * @max: bytes of room
 */
struct unbuilder {
	struct persona_call *call;
	char *out;
	size_t len;
	size_t max;
};

/* Variables that only Windows programs have a use for. */
static const char * const windows_only[] = {
	"ALLUSERSPROFILE", "APPDATA", "COMPUTERNAME", "COMSPEC", "CommonProgramFiles",
	"CommonProgramW6432", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS",
	"OS", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PROCESSOR_LEVEL", "PUBLIC", "ProgramData",
	"ProgramFiles", "ProgramW6432", "SystemDrive", "SystemRoot", "TMP", "WINEUSERNAME",
	"windir",
};

static bool name_is(const u16 *s, u32 len, const char *name)
{
	u32 i;

	for (i = 0; i < len && name[i]; i++)
		if (nt_toupper(s[i]) != nt_toupper((u8)name[i]))
			return false;
	return i == len && !name[i];
}

static bool is_windows_only(const u16 *s, u32 len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(windows_only); i++)
		if (name_is(s, len, windows_only[i]))
			return true;
	return false;
}

static int add_bytes(struct unbuilder *u, const char *s, size_t len)
{
	if (len >= u->max - u->len)
		return -E2BIG;
	memcpy(u->out + u->len, s, len);
	u->len += len;
	u->out[u->len] = '\0';
	return 0;
}

static int add_units(struct unbuilder *u, const u16 *s, u32 n)
{
	int len = nt_utf16_to_utf8(s, n, u->out + u->len, u->max - u->len);

	/* What is no text is of no use to Linux; leave it out. */
	if (len < 0)
		return len == -EILSEQ ? 0 : -E2BIG;
	u->len += len;
	return 0;
}

/* The Linux path of a DOS path; NULL if it has none, or is part of the view. */
static char *linux_path(struct persona_call *call, const u16 *s, u32 n)
{
	static const u16 prefix[] = { '\\', '?', '?', '\\' };
	const char *root = *nt_personality.view_root;
	char *path = NULL;
	u16 *name;
	long ret;

	if (n < 3 || s[1] != ':' || n > NT_PATH_UNITS)
		return NULL;
	name = kvmalloc_array(n + NT_PREFIX + 1, sizeof(*name), GFP_KERNEL_ACCOUNT);
	if (!name)
		return NULL;
	memcpy(name, prefix, sizeof(prefix));
	memcpy(name + NT_PREFIX, s, n * sizeof(*s));
	name[n + NT_PREFIX] = 0;
	ret = nt_path_resolve(call, 0, name, n + NT_PREFIX, true, &path);
	kvfree(name);
	/* That only the folder is there comes with a path. */
	if (path && (ret || !strncmp(path, root, strlen(root)))) {
		kfree(path);
		path = NULL;
	}
	return path;
}

/* NAME=VALUE where the value is paths between semicolons. */
static int add_paths(struct unbuilder *u, const char *name, const u16 *s, u32 n)
{
	size_t start = u->len;
	bool any = false;
	int err;

	err = add_bytes(u, name, strlen(name));
	if (!err)
		err = add_bytes(u, "=", 1);
	while (n && !err) {
		char *path;
		u32 len = 0;

		/* Each is looked up, and there may be many. */
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		while (len < n && s[len] != ';')
			len++;
		path = linux_path(u->call, s, len);
		if (path) {
			if (any)
				err = add_bytes(u, ":", 1);
			if (!err)
				err = add_bytes(u, path, strlen(path));
			any = true;
			kfree(path);
		}
		if (len < n)
			len++;
		s += len;
		n -= len;
	}
	if (err)
		return err;
	if (!any) {
		u->len = start;
		return 0;
	}
	return add_bytes(u, "", 1);
}

static int add_variable(struct unbuilder *u, const u16 *s, u32 n)
{
	u32 eq = 0;
	int err;

	while (eq < n && s[eq] != '=')
		eq++;
	/* "=C:" and the like are current directories of drives. */
	if (!eq || eq == n || is_windows_only(s, eq))
		return 0;
	if (name_is(s, eq, "PATH"))
		return add_paths(u, "PATH", s + eq + 1, n - eq - 1);
	if (name_is(s, eq, "USERPROFILE"))
		return add_paths(u, "HOME", s + eq + 1, n - eq - 1);
	if (name_is(s, eq, "TEMP"))
		return add_paths(u, "TMPDIR", s + eq + 1, n - eq - 1);
	if (name_is(s, eq, "USERNAME")) {
		err = add_bytes(u, "USER=", 5);
		s += eq + 1;
		n -= eq + 1;
	} else {
		err = 0;
	}
	if (!err)
		err = add_units(u, s, n);
	return err ?: add_bytes(u, "", 1);
}

/**
 * nt_env_to_linux() - the environment of a Linux program that Windows' starts
 * @call: call under way
 * @env: environment of a Windows program
 * @out: set to NAME=VALUE strings, each with a zero, to be freed with kvfree()
 * @len: set to the bytes of them
 *
 * Context: may sleep.
 * Return: 0, -E2BIG, -ENOMEM, or -EINTR when the caller is to die.
 */
long nt_env_to_linux(struct persona_call *call, const struct nt_str *env, char **out,
		     size_t *len)
{
	/* A unit becomes three bytes at most, a drive a few more of its own. */
	struct unbuilder u = { .call = call, .max = (size_t)env->len * 3 + SZ_16K };
	u32 at = 0, n;
	int err = 0;

	u.out = kvmalloc(u.max, GFP_KERNEL_ACCOUNT);
	if (!u.out)
		return -ENOMEM;
	while (at < env->len && env->s[at] && !err) {
		for (n = 0; at + n < env->len && env->s[at + n];)
			n++;
		err = add_variable(&u, env->s + at, n);
		at += n + 1;
	}
	if (err) {
		kvfree(u.out);
		return err;
	}
	*out = u.out;
	*len = u.len;
	return 0;
}
