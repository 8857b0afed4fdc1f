// SPDX-License-Identifier: GPL-2.0-only
/* Counters and unknown numbers, in debugfs: persona/NAME/{counters,unknown}. */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "internal.h"

static struct dentry *persona_dir;

/**
 * persona_count_unknown() - a program has called a number without a handler
 * @thread: caller
 * @table: class
 * @nr: number within the class
 *
 * Context: any that may take a spin lock.
 */
void persona_count_unknown(struct persona_thread *thread, const struct persona_table *table,
			   u32 nr)
{
	const char *name = nr < table->nr ? table->rows[nr].name : NULL;
	struct persona_reg *reg = thread->reg;
	struct persona_unknown *u;
	unsigned int i;

	if (!name)
		name = "?";
	this_cpu_inc(reg->counters->unknown);
	persona_trace_unknown(thread, table, nr);
	spin_lock(&reg->unknown_lock);
	for (i = 0; i < reg->nr_unknown; i++) {
		u = &reg->unknown[i];
		if (u->nr == nr && u->cls == table->name &&
		    !strncmp(u->name, name, sizeof(u->name) - 1))
			break;
	}
	if (i < PERSONA_UNKNOWN_MAX) {
		u = &reg->unknown[i];
		if (i == reg->nr_unknown) {
			*u = (struct persona_unknown){ .cls = table->name, .nr = nr };
			strscpy(u->name, name, sizeof(u->name));
			reg->nr_unknown++;
		}
		u->count++;
	}
	spin_unlock(&reg->unknown_lock);
}
EXPORT_SYMBOL_GPL(persona_count_unknown);

static int counters_show(struct seq_file *m, void *unused)
{
	struct persona_reg *reg = m->private;
	struct persona_counters sum = { };
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct persona_counters *c = per_cpu_ptr(reg->counters, cpu);

		sum.calls += c->calls;
		sum.unknown += c->unknown;
		sum.signals += c->signals;
		sum.execs += c->execs;
	}
	seq_printf(m, "threads %d\n", atomic_read(&reg->threads));
	seq_printf(m, "execs %llu\n", sum.execs);
	seq_printf(m, "calls %llu\n", sum.calls);
	seq_printf(m, "unknown %llu\n", sum.unknown);
	seq_printf(m, "signals %llu\n", sum.signals);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int unknown_show(struct seq_file *m, void *unused)
{
	struct persona_reg *reg = m->private;
	unsigned int i;

	spin_lock(&reg->unknown_lock);
	for (i = 0; i < reg->nr_unknown; i++) {
		const struct persona_unknown *u = &reg->unknown[i];

		seq_printf(m, "%s\t%u\t%s\t%llu\n", u->cls, u->nr, u->name, u->count);
	}
	spin_unlock(&reg->unknown_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(unknown);

/**
 * persona_stats_add() - make the files of a personality
 * @reg: it
 *
 * Without debugfs there are none, which is no error.
 */
void persona_stats_add(struct persona_reg *reg)
{
	reg->dir = debugfs_create_dir(reg->pers->name, persona_dir);
	debugfs_create_file("counters", 0444, reg->dir, reg, &counters_fops);
	debugfs_create_file("unknown", 0444, reg->dir, reg, &unknown_fops);
}

/**
 * persona_stats_del() - remove them; waits for readers
 * @reg: it
 */
void persona_stats_del(struct persona_reg *reg)
{
	debugfs_remove(reg->dir);
}

/**
 * persona_stats_init() - make the directory
 *
 * Return: 0.
 */
int persona_stats_init(void)
{
	persona_dir = debugfs_create_dir("persona", NULL);
	return 0;
}

/**
 * persona_stats_exit() - remove it
 */
void persona_stats_exit(void)
{
	debugfs_remove(persona_dir);
}
