// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of files: NT's to Linux's and back.
 *
 * A drive is a link in the view's folder dosdevices, as in a Wine prefix. A Linux
 * name may hold characters that NT's may not, so those are shown as U+F001 to
 * U+F07F, as Cygwin and others do: then every file has a name, and it leads to
 * that file.
 */
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "file_impl.h"

#define SPECIAL_BASE	0xf000u
#define SLACK		8u	/* nt_utf16_to_utf8() wants room for one more */

#define DRIVES		"/dosdevices/"
#define DRIVE_C		"/drive_c"

/* May not be in a component: control characters and these. A bit for each. */
#define SPECIAL_BIT(c)	(1ull << ((c) & 63))
#define SPECIAL_LOW	(0xfffffffeull | SPECIAL_BIT('"') | SPECIAL_BIT('*') | SPECIAL_BIT(':') | \
			 SPECIAL_BIT('<') | SPECIAL_BIT('>') | SPECIAL_BIT('?'))
#define SPECIAL_HIGH	(SPECIAL_BIT('\\') | SPECIAL_BIT('|'))

static bool is_special(u32 c)
{
	return c < 0x80 && ((c < 0x40 ? SPECIAL_LOW : SPECIAL_HIGH) >> (c & 63) & 1);
}

/* Is a unit the same character in a Linux name? */
static bool is_plain(u16 c)
{
	return c < 0x80 && c && c != '/' && !is_special(c);
}

static bool is_mapped(u16 c)
{
	return (c & 0xff80) == SPECIAL_BASE && is_special(c & 0x7f);
}

static bool has_prefix(const u16 *name, u32 len, const char *prefix, u32 *rest)
{
	u32 i;

	for (i = 0; prefix[i]; i++)
		if (i >= len || nt_toupper(name[i]) != nt_toupper((u8)prefix[i]))
			return false;
	*rest = i;
	return true;
}

static bool equals(const u16 *name, u32 len, const char *what)
{
	u32 rest;

	return has_prefix(name, len, what, &rest) && rest == len;
}

/*
 * The drive of a volume, as the links of \\?? lead to volumes (namespace.c): programs
 * take the device's name of a file from the system and open it.
 */
static u16 volume_drive(const u16 *name, u32 len, u32 *rest)
{
	u32 at;

	if (!has_prefix(name, len, "\\Device\\HarddiskVolume", &at) || at >= len ||
	    (at + 1 < len && name[at + 1] != '\\'))
		return 0;
	*rest = at + 1;
	return name[at] == '1' ? 'c' : name[at] == '2' ? 'z' : 0;
}

static enum nt_name_kind parse(const u16 *name, u32 len, u32 *rest, u16 *drive)
{
	u32 at, n;
	u16 c;

	*rest = 0;
	if (!len || name[0] != '\\')
		return NT_NAME_RELATIVE;
	if (has_prefix(name, len, "\\SystemRoot", rest) &&
	    (*rest == len || name[*rest] == '\\'))
		return NT_NAME_SYSTEM_ROOT;
	if (has_prefix(name, len, "\\Device\\", &at)) {
		*drive = volume_drive(name, len, rest);
		if (*drive)
			return NT_NAME_DRIVE;
		return equals(name, len, "\\Device\\Null") ? NT_NAME_NULL : NT_NAME_OTHER;
	}
	if (!has_prefix(name, len, "\\??\\", &at) &&
	    !has_prefix(name, len, "\\DosDevices\\", &at) &&
	    !has_prefix(name, len, "\\GLOBAL??\\", &at))
		return NT_NAME_OTHER;
	name += at;
	len -= at;
	c = len > 1 && name[1] == ':' ? nt_toupper(name[0]) : 0;
	if (c >= 'A' && c <= 'Z' && (len == 2 || name[2] == '\\')) {
		*drive = c | 0x20;
		*rest = at + 2;
		return NT_NAME_DRIVE;
	}
	if (equals(name, len, "NUL"))
		return NT_NAME_NULL;
	if (has_prefix(name, len, "UNC\\", &n))
		return NT_NAME_UNC;
	if (has_prefix(name, len, "unix\\", &n)) {
		*rest = at + n - 1;
		return NT_NAME_UNIX;
	}
	return NT_NAME_OTHER;
}

/**
 * nt_name_parse() - what does a name lead to?
 * @name: ObjectName
 * @len: units in it
 * @rest: set to where the path below the drive starts: at its backslash or the end
 * @drive: set to the small letter of a drive
 *
 * Context: any.
 * Return: the kind.
 */
enum nt_name_kind nt_name_parse(const u16 *name, u32 len, u32 *rest, u16 *drive)
{
	enum nt_name_kind kind;
	u32 at, skip = 0;

	/* The root directory under another name. */
	while (has_prefix(name + skip, len - skip, "\\??\\GLOBALROOT\\", &at))
		skip += at - 1;
	kind = parse(name + skip, len - skip, rest, drive);
	*rest += skip;
	return kind;
}
EXPORT_SYMBOL_FOR_TEST(nt_name_parse);

/* The type at the end of "name::$DATA" means the file itself. */
static u32 strip_stream(const u16 *name, u32 len)
{
	static const char *const types[] = { "::$DATA", "::$INDEX_ALLOCATION" };
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		n = strlen(types[i]);
		if (len > n && equals(name + len - n, n, types[i]))
			return len - n;
	}
	return len;
}

static int component_to_linux(const u16 *name, u32 len, char *out, size_t max)
{
	size_t n = 0;
	u32 i, run;
	int bytes;

	if (len > NT_COMPONENT_MAX || (len == 1 && name[0] == '.') ||
	    (len == 2 && name[0] == '.' && name[1] == '.'))
		return -ENAMETOOLONG;
	/* Most names are nothing else. */
	for (; n < len && n + SLACK <= max && is_plain(name[n]); n++)
		out[n] = name[n];
	for (i = n; i < len; i += run) {
		for (run = 0; i + run < len && !is_mapped(name[i + run]); run++)
			if (is_special(name[i + run]) || name[i + run] == '/')
				return -ENAMETOOLONG;
		bytes = nt_utf16_to_utf8(name + i, run, out + n, max - n);
		if (bytes < 0)
			return -ENAMETOOLONG;
		n += bytes;
		if (i + run < len) {
			if (n + SLACK > max)
				return -ENAMETOOLONG;
			out[n++] = name[i + run] & 0x7f;
			run++;
		}
	}
	out[n] = 0;
	return n;
}

/**
 * nt_name_to_linux() - the path below a drive
 * @name: components, each with one or more backslashes in front but perhaps the first
 * @len: units in it
 * @out: receives the same with slashes, terminated; starts with a slash, or is empty
 * @max: room
 * @slash: set when there is a backslash at the end
 *
 * Context: any.
 * Return: bytes, or -ENAMETOOLONG for what cannot be a name.
 */
int nt_name_to_linux(const u16 *name, u32 len, char *out, size_t max, bool *slash)
{
	u32 i, end;
	size_t n = 0;
	int bytes;

	*slash = len && name[len - 1] == '\\';
	len = strip_stream(name, len);
	if (max < SLACK)
		return -ENAMETOOLONG;
	out[0] = 0;
	for (i = 0; i < len; i = end) {
		while (i < len && name[i] == '\\')
			i++;
		for (end = i; end < len && name[end] != '\\'; end++)
			;
		if (end == i)
			break;
		if (n + SLACK > max)
			return -ENAMETOOLONG;
		out[n++] = '/';
		bytes = component_to_linux(name + i, end - i, out + n, max - n);
		if (bytes < 0)
			return bytes;
		n += bytes;
	}
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_name_to_linux);

/**
 * nt_name_of_linux() - a Linux name or path as NT shows it
 * @name: name; slashes become backslashes
 * @len: bytes in it
 * @out: receives it, not terminated
 * @max: units of room
 *
 * Context: any.
 * Return: units, or -ENAMETOOLONG.
 */
int nt_name_of_linux(const char *name, size_t len, u16 *out, size_t max)
{
	int i, n;

	n = nt_utf8_to_utf16(name, len, out, max);
	for (i = 0; i < n; i++) {
		if (out[i] == '/')
			out[i] = '\\';
		else if (unlikely(is_special(out[i])))
			out[i] |= SPECIAL_BASE;
	}
	return n;
}
EXPORT_SYMBOL_FOR_TEST(nt_name_of_linux);

/* The path of the folder that a name is relative to. */
static long root_path(struct persona_call *call, u64 root, struct nt_path *path)
{
	struct nt_file *file;
	char *buf, *name;
	long ret;

	ret = nt_file_ref_any(call, root, 0, &file);
	if (ret)
		return ret;
	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf) {
		nt_file_put(file);
		return -ENOMEM;
	}
	name = file_path(file->file, buf, PATH_MAX);
	/* A pipe has no path, and one that was deleted leads somewhere else. */
	if (!IS_ERR(name) && (*name != '/' || d_unlinked(file->file->f_path.dentry)))
		name = ERR_PTR(-ENOTDIR);
	nt_file_put(file);
	if (IS_ERR(name)) {
		kfree(buf);
		return PTR_ERR(name);
	}
	path->start = strlen(name);
	if (path->start == 1)
		path->start = 0;
	memmove(buf, name, path->start);
	buf[path->start] = 0;
	path->name = buf;
	return 0;
}

static int drive_path(struct nt_proc *proc, enum nt_name_kind kind, u16 drive, char *buf,
		      size_t max)
{
	const char *root = *nt_personality.view_root;
	int n;

	if (kind == NT_NAME_UNIX)
		n = 0;
	else if (kind == NT_NAME_SYSTEM_ROOT)
		n = scnprintf(buf, max, "%s" DRIVES "c:/windows", root);
	else
		n = nt_drive_path(proc, drive, buf, max);
	return n;
}

/**
 * nt_path_make() - the Linux path of a name, as it is spelled
 * @call: call under way
 * @root: RootDirectory
 * @name: ObjectName
 * @len: units in it
 * @path: set to the path
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_path_make(struct persona_call *call, u64 root, const u16 *name, u32 len,
		  struct nt_path *path)
{
	enum nt_name_kind kind;
	u32 rest;
	u16 drive = 0;
	size_t max;
	long ret;
	int n;

	if (root) {
		if (len && name[0] == '\\')
			return NT_STATUS_OBJECT_NAME_INVALID;
		ret = root_path(call, root, path);
		if (ret)
			return ret;
		max = PATH_MAX;
		rest = 0;
		goto convert;
	}
	kind = nt_name_parse(name, len, &rest, &drive);
	switch (kind) {
	case NT_NAME_DRIVE:
	case NT_NAME_SYSTEM_ROOT:
	case NT_NAME_UNIX:
		break;
	case NT_NAME_NULL:
		path->name = kstrdup("/dev/null", GFP_KERNEL_ACCOUNT);
		path->start = path->name ? strlen(path->name) : 0;
		path->slash = false;
		return path->name ? 0 : -ENOMEM;
	case NT_NAME_RELATIVE:
		return len ? NT_STATUS_OBJECT_PATH_SYNTAX_BAD : NT_STATUS_OBJECT_NAME_INVALID;
	case NT_NAME_UNC:
		return NT_STATUS_BAD_NETWORK_PATH;
	default:
		return NT_STATUS_OBJECT_NAME_NOT_FOUND;
	}
	max = min_t(size_t, strlen(*nt_personality.view_root) + 3 * (len - rest) + 32, PATH_MAX);
	path->name = kmalloc(max, GFP_KERNEL_ACCOUNT);
	if (!path->name)
		return -ENOMEM;
	path->start = drive_path(nt_caller(call), kind, drive, path->name, max);
convert:
	n = nt_name_to_linux(name + rest, len - rest, path->name + path->start,
			     max - path->start, &path->slash);
	if (n < 0) {
		kfree(path->name);
		path->name = NULL;
		return n;
	}
	if (!path->start && !n)
		strscpy(path->name, "/", max);
	return 0;
}

/**
 * nt_path_resolve() - the Linux path of a name, as the file is spelled
 * @call: call under way
 * @root: RootDirectory
 * @name: ObjectName
 * @len: units in it
 * @follow: the file itself is meant when the last component is a symbolic link
 * @out: set to the path, to be freed with kfree()
 *
 * Context: may sleep.
 * Return: 0; STATUS_OBJECT_NAME_NOT_FOUND, and @out is set: only the folder exists;
 * or another error.
 */
long nt_path_resolve(struct persona_call *call, u64 root, const u16 *name, u32 len,
		     bool follow, char **out)
{
	struct nt_path path = { };
	long ret;

	ret = nt_path_make(call, root, name, len, &path);
	if (ret)
		return ret;
	ret = nt_lookup(call, &path, follow ? LOOKUP_FOLLOW : 0, false);
	if (ret && ret != NT_STATUS_OBJECT_NAME_NOT_FOUND)
		kfree(path.name);
	else
		*out = path.name;
	return ret;
}

/* The drive that a path is on, and where the name on it starts. */
static char drive_of(const char *path, const char **rest)
{
	const char *root = *nt_personality.view_root;
	size_t len = strlen(root);
	const char *p = path + len;

	*rest = path;
	if (strncmp(path, root, len))
		return 'Z';
	if (!strncmp(p, DRIVE_C, strlen(DRIVE_C))) {
		p += strlen(DRIVE_C);
		if (*p && *p != '/')
			return 'Z';
		*rest = p;
		return 'C';
	}
	if (!strncmp(p, DRIVES, strlen(DRIVES))) {
		p += strlen(DRIVES);
		if (!isalpha(p[0]) || p[1] != ':' || (p[2] && p[2] != '/'))
			return 'Z';
		*rest = p + 2;
		return toupper(p[0]);
	}
	return 'Z';
}

/**
 * nt_path_of_linux() - NT's name of a Linux path
 * @proc: process whose drives count
 * @path: absolute
 * @out: receives the name, not terminated
 * @max: units of room
 *
 * Context: may sleep.
 * Return: units, or -ENAMETOOLONG.
 */
int nt_path_of_linux(struct persona_proc *proc, const char *path, u16 *out, u32 max)
{
	const char *rest;
	char drive = drive_of(path, &rest);
	u16 prefix[] = { '\\', '?', '?', '\\', drive, ':', '\\' };
	int n;

	if (max < ARRAY_SIZE(prefix))
		return -ENAMETOOLONG;
	memcpy(out, prefix, sizeof(prefix));
	while (*rest == '/')
		rest++;
	n = nt_name_of_linux(rest, strlen(rest), out + ARRAY_SIZE(prefix),
			     max - ARRAY_SIZE(prefix));
	return n < 0 ? n : n + (int)ARRAY_SIZE(prefix);
}

/**
 * nt_path_of_file() - NT's name of an open file
 * @proc: process whose drives count
 * @file: file
 * @out: receives the name, not terminated
 * @max: units of room
 *
 * Context: may sleep.
 * Return: units, or a negative errno.
 */
int nt_path_of_file(struct persona_proc *proc, struct file *file, u16 *out, u32 max)
{
	char *buf, *path;
	int n;

	buf = kmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	path = file_path(file, buf, PATH_MAX);
	if (IS_ERR(path))
		n = PTR_ERR(path);
	else
		n = nt_path_of_linux(proc, path, out, max);
	kfree(buf);
	return n;
}
