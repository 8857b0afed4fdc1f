// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that make system calls without ntdll.dll have its numbers built in,
 * those of one build of Windows, or of several and ask which one this is. So a
 * call from outside of the ntdll that is mapped has a number of the build chosen
 * for the process. What the chosen build is: the variable PERSONA_NT_BUILD in the
 * program's environment, or else the module parameter windows_build. 0 stands for
 * the numbers of the ntdll, as programs find them that look into it.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "nt_windows.h"
#include "ntdll.h"
#include "windows.h"

#define NT_NO_NUMBER	0xffffu

static const u32 builds[NT_WINDOWS_NBUILDS] = { NT_WINDOWS_BUILDS };

static const struct {
	const char *name;
	u16 nr[NT_WINDOWS_NBUILDS];
} calls[] = { NT_WINDOWS };

/**
 * struct nt_windows - tables of a build, made when the first process wants them
 * @table: class 0
 * @tables: all classes
 */
struct nt_windows {
	struct persona_table table;
	const struct persona_table *tables[NT_CLASSES];
};

static struct nt_windows *made[NT_WINDOWS_NBUILDS];
static DEFINE_MUTEX(made_lock);		/* of the array above */

static int build_index(u32 build)
{
	int i;

	for (i = 0; i < NT_WINDOWS_NBUILDS; i++)
		if (builds[i] == build)
			return i;
	return -1;
}

static int set_build(const char *value, const struct kernel_param *param)
{
	unsigned int build;
	int err = kstrtouint(value, 0, &build);

	if (err)
		return err;
	if (build && build_index(build) < 0)
		return -EINVAL;
	return param_set_uint(value, param);
}

static const struct kernel_param_ops build_ops = {
	.set = set_build,
	.get = param_get_uint,
};

static unsigned int windows_build = NT_VERSION_BUILD;
module_param_cb(windows_build, &build_ops, &windows_build, 0644);
MODULE_PARM_DESC(windows_build,
		 "build of Windows whose numbers system calls outside of ntdll have; 0: ntdll's");

static struct persona_row *make_rows(int build, u32 *nr)
{
	struct persona_row *rows;
	u32 i, last = 0;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].nr[build] != NT_NO_NUMBER)
			last = max_t(u32, last, calls[i].nr[build]);
	rows = kvcalloc(last + 1, sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		const struct persona_row *row = nt_row_of(calls[i].name);
		u16 at = calls[i].nr[build];

		if (at == NT_NO_NUMBER)
			continue;
		if (row)
			rows[at] = *row;
		else
			rows[at] = (struct persona_row){ .name = calls[i].name, .args = "",
							 .kind = PERSONA_K_NOSYS };
	}
	*nr = last + 1;
	return rows;
}

static struct nt_windows *make(int build)
{
	struct nt_windows *w = kzalloc(sizeof(*w), GFP_KERNEL);
	u32 nr;

	if (!w)
		return NULL;
	w->table.rows = make_rows(build, &nr);
	if (!w->table.rows) {
		kfree(w);
		return NULL;
	}
	w->table.name = "windows";
	w->table.nr = nr;
	w->table.encode = nt_encode;
	w->tables[NT_CLASS_KERNEL] = &w->table;
	w->tables[NT_CLASS_WIN32K] = &nt_win32k_table;
	w->tables[NT_CLASS_PERSONA] = &nt_persona_table;
	return w;
}

/**
 * nt_windows_build() - which build a process wants
 * @value: of its variable PERSONA_NT_BUILD; NULL: it has none
 *
 * Context: any.
 * Return: a build, 0 for the numbers of its ntdll, or -EINVAL for a build that is
 * not known.
 */
int nt_windows_build(const char *value)
{
	unsigned int build = READ_ONCE(windows_build);

	if (value && kstrtouint(value, 0, &build))
		return -EINVAL;
	return build && build_index(build) < 0 ? -EINVAL : build;
}
EXPORT_SYMBOL_FOR_TEST(nt_windows_build);

/**
 * nt_windows_tables() - the tables of a build
 * @build: one of those known
 *
 * Context: may sleep.
 * Return: NT_CLASSES tables that stay until the module goes, or NULL: no memory.
 */
const struct persona_table *const *nt_windows_tables(u32 build)
{
	int index = build_index(build);
	struct nt_windows *w;

	if (index < 0)
		return NULL;
	mutex_lock(&made_lock);
	w = made[index];
	if (!w) {
		w = make(index);
		made[index] = w;
	}
	mutex_unlock(&made_lock);
	return w ? w->tables : NULL;
}
EXPORT_SYMBOL_FOR_TEST(nt_windows_tables);

/**
 * nt_windows_exit() - free all tables
 *
 * Context: module end: no process is left.
 */
void nt_windows_exit(void)
{
	int i;

	for (i = 0; i < NT_WINDOWS_NBUILDS; i++) {
		if (!made[i])
			continue;
		kvfree(made[i]->table.rows);
		kfree(made[i]);
	}
}
