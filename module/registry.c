// SPDX-License-Identifier: GPL-2.0-only
/* The list of registered personalities. */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat/symbols.h"
#include "internal.h"

static LIST_HEAD(persona_regs);
static DEFINE_MUTEX(persona_reg_lock);

const struct persona_table persona_empty_table = { .name = "none" };
EXPORT_SYMBOL_GPL(persona_empty_table);

/* A personality that lacks a part would only fail once a program runs. */
static bool persona_is_complete(const struct personality *pers)
{
	u32 cls, nr;

	if (!pers->name || !*pers->name || strlen(pers->name) >= PERSONA_NAME_MAX ||
	    !pers->owner || !pers->decode || !pers->unknown || !pers->deliver ||
	    !pers->ntables || pers->nr_shift > 31 || pers->fast_class >= pers->ntables)
		return false;
	if (pers->fast_class && !pers->tables[pers->fast_class]->carry)
		return false;
	for (cls = 0; cls < pers->ntables; cls++) {
		const struct persona_table *table = pers->tables[cls];

		if (!table || (table->nr && !table->encode))
			return false;
		for (nr = 0; nr < table->nr; nr++) {
			const struct persona_row *row = &table->rows[nr];

			if (row->kind == PERSONA_K_CALL && !row->fn)
				return false;
			if (row->kind == PERSONA_K_NATIVE && row->native >= NR_syscalls)
				return false;
			if (row->nargs > PERSONA_MAX_ARGS)
				return false;
		}
	}
	return true;
}

/*
 * A native row whose arguments are where the native function looks for them
 * needs no more than that function.
 */
static int make_fast(struct persona_reg *reg)
{
	const struct personality *pers = reg->pers;
	const struct persona_table *table;
	u32 nr;

	if (!pers->fast_class)
		return 0;
	table = pers->tables[pers->fast_class];
	reg->fast = kvcalloc(table->nr, sizeof(*reg->fast), GFP_KERNEL);
	reg->fast_view = kvcalloc(table->nr, sizeof(*reg->fast_view), GFP_KERNEL);
	if (!reg->fast || !reg->fast_view)
		return -ENOMEM;
	for (nr = 0; nr < table->nr; nr++) {
		const struct persona_row *row = &table->rows[nr];

		if (row->kind != PERSONA_K_NATIVE)
			continue;
		reg->fast[nr] = persona_syscall_table[row->native];
		if (!row->paths)
			reg->fast_view[nr] = reg->fast[nr];
	}
	return 0;
}

static void free_reg(struct persona_reg *reg)
{
	kvfree(reg->fast);
	kvfree(reg->fast_view);
	free_percpu(reg->counters);
	kfree(reg);
}

static struct persona_reg *find_locked(const char *name)
{
	struct persona_reg *reg;

	lockdep_assert_held(&persona_reg_lock);
	list_for_each_entry(reg, &persona_regs, list)
		if (!strcmp(reg->pers->name, name))
			return reg;
	return NULL;
}

/**
 * persona_register() - make a personality available to exec handlers and prctl
 * @pers: lives until persona_unregister()
 *
 * Context: may sleep.
 * Return: 0, -EINVAL if @pers is incomplete, -EEXIST, -ENOMEM.
 */
int persona_register(const struct personality *pers)
{
	struct persona_reg *reg;
	int err;

	if (!persona_is_complete(pers)) {
		pr_err("personality %s is incomplete\n", pers->name ?: "(no name)");
		return -EINVAL;
	}
	reg = kzalloc(sizeof(*reg), GFP_KERNEL);
	if (!reg)
		return -ENOMEM;
	reg->pers = pers;
	spin_lock_init(&reg->unknown_lock);
	spin_lock_init(&reg->view_lock);
	err = -ENOMEM;
	reg->counters = alloc_percpu(struct persona_counters);
	if (!reg->counters || make_fast(reg))
		goto err_free;
	mutex_lock(&persona_reg_lock);
	err = -EEXIST;
	if (find_locked(pers->name))
		goto err_unlock;
	list_add_tail(&reg->list, &persona_regs);
	mutex_unlock(&persona_reg_lock);
	persona_stats_add(reg);
	return 0;

err_unlock:
	mutex_unlock(&persona_reg_lock);
err_free:
	free_reg(reg);
	return err;
}
EXPORT_SYMBOL_GPL(persona_register);

/**
 * persona_unregister() - withdraw a personality
 * @pers: it. No thread has it any more: each holds a reference on its module
 *
 * Context: the personality's module exit; may sleep.
 */
void persona_unregister(const struct personality *pers)
{
	struct persona_reg *reg;

	mutex_lock(&persona_reg_lock);
	reg = find_locked(pers->name);
	if (reg)
		list_del(&reg->list);
	mutex_unlock(&persona_reg_lock);
	if (WARN_ON(!reg))
		return;
	persona_stats_del(reg);
	/*
	 * A thread's last reference may have been put a few instructions before
	 * its task left the personality's code.
	 */
	rcu_barrier();
	synchronize_rcu_tasks();
	persona_view_put(reg->view);
	free_reg(reg);
}
EXPORT_SYMBOL_GPL(persona_unregister);

/**
 * persona_reg_get() - look a personality up and pin its module
 * @name: as registered
 *
 * Return: the entry, released with persona_reg_put(); NULL if unknown.
 */
struct persona_reg *persona_reg_get(const char *name)
{
	struct persona_reg *reg;

	mutex_lock(&persona_reg_lock);
	reg = find_locked(name);
	if (reg && !try_module_get(reg->pers->owner))
		reg = NULL;
	mutex_unlock(&persona_reg_lock);
	return reg;
}

/**
 * persona_reg_of() - the entry of a registered personality, module pinned
 * @pers: the personality
 *
 * Return: as persona_reg_get().
 */
struct persona_reg *persona_reg_of(const struct personality *pers)
{
	return persona_reg_get(pers->name);
}

/**
 * persona_reg_put() - release what persona_reg_get() pinned
 * @reg: it
 */
void persona_reg_put(struct persona_reg *reg)
{
	module_put(reg->pers->owner);
}

static bool entry_at(int n, struct persona_entry *entry)
{
	struct persona_reg *reg;
	bool found = false;

	mutex_lock(&persona_reg_lock);
	list_for_each_entry(reg, &persona_regs, list) {
		if (n--)
			continue;
		*entry = (struct persona_entry){ .threads = atomic_read(&reg->threads) };
		strscpy(entry->name, reg->pers->name, sizeof(entry->name));
		found = true;
		break;
	}
	mutex_unlock(&persona_reg_lock);
	return found;
}

/**
 * persona_reg_list() - tell user space what is registered
 * @to: array
 * @size: its size in bytes
 *
 * Return: number of personalities, of which as many as fit are stored;
 * -EFAULT.
 */
int persona_reg_list(struct persona_entry __user *to, size_t size)
{
	struct persona_entry entry;
	int n;

	/* Not under the lock: user memory may keep one waiting. */
	for (n = 0; entry_at(n, &entry); n++) {
		if ((n + 1) * sizeof(entry) <= size && copy_to_user(&to[n], &entry, sizeof(entry)))
			return -EFAULT;
	}
	return n;
}
