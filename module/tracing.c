// SPDX-License-Identifier: GPL-2.0-only
/* Formats foreign calls for the trace events. */
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/uaccess.h>

#include "internal.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* One branch on the fast path for both events of a call. */
DEFINE_STATIC_KEY_FALSE(persona_trace_key);

/**
 * persona_trace_on() - one of the two events of a call has got a user
 *
 * Return: 0.
 */
int persona_trace_on(void)
{
	static_branch_inc(&persona_trace_key);
	return 0;
}

/**
 * persona_trace_off() - it has lost it
 */
void persona_trace_off(void)
{
	static_branch_dec(&persona_trace_key);
}

#define PERSONA_TRACE_ARGS	256
#define PERSONA_TRACE_PATH	96

static size_t put_path(char *buf, size_t size, u64 arg)
{
	char path[PERSONA_TRACE_PATH];
	long len = strncpy_from_user(path, u64_to_user_ptr(arg), sizeof(path));
	size_t n;

	if (len < 0)
		return scnprintf(buf, size, "0x%llx", arg);
	n = scnprintf(buf, size, "\"");
	n += min_t(size_t, string_escape_mem(path, len, buf + n, size - n, ESCAPE_ANY_NP, NULL),
		   size - n);
	return n + scnprintf(buf + n, size - n, "\"");
}

static size_t put_arg(char *buf, size_t size, char kind, u64 arg)
{
	switch (kind) {
	case 'd':
		return scnprintf(buf, size, "%d", (int)arg);
	case 'u':
		return scnprintf(buf, size, "%u", (unsigned int)arg);
	case 'o':
		return scnprintf(buf, size, "0%o", (unsigned int)arg);
	case 'l':
		return scnprintf(buf, size, "%lld", (s64)arg);
	case 's':
		return put_path(buf, size, arg);
	default:
		return scnprintf(buf, size, "0x%llx", arg);
	}
}

/**
 * persona_trace_enter() - trace a call whose arguments are decoded
 * @call: it
 *
 * Context: may sleep.
 */
void persona_trace_enter(struct persona_call *call)
{
	const struct persona_row *row = call->row;
	char *buf;
	size_t n = 0;
	unsigned int i;

	buf = kmalloc(PERSONA_TRACE_ARGS, GFP_KERNEL);
	if (!buf)
		return;
	buf[0] = '\0';
	for (i = 0; i < row->nargs; i++) {
		if (i)
			n += scnprintf(buf + n, PERSONA_TRACE_ARGS - n, ", ");
		n += put_arg(buf + n, PERSONA_TRACE_ARGS - n, row->args[i], call->args[i]);
	}
	trace_persona_sys_enter(call->thread->proc->pers->name, call->table->name, call->nr,
				row->name ?: "?", buf);
	kfree(buf);
}

/**
 * persona_trace_exit() - trace a result
 * @pers: name of the personality
 * @table: class of the call
 * @nr: number
 * @row: its row; NULL if it has none
 * @ret: result, before it is encoded
 * @ret2: second result
 */
void persona_trace_exit(const char *pers, const struct persona_table *table, u32 nr,
			const struct persona_row *row, long ret, u64 ret2)
{
	trace_persona_sys_exit(pers, table->name, nr, row && row->name ? row->name : "?", ret,
			       ret2);
}

/**
 * persona_trace_unknown() - trace a number without a handler
 * @thread: caller
 * @table: class
 * @nr: number
 */
void persona_trace_unknown(struct persona_thread *thread, const struct persona_table *table,
			   u32 nr)
{
	const char *name = nr < table->nr ? table->rows[nr].name : NULL;

	trace_persona_unknown(thread->proc->pers->name, table->name, nr, name ?: "?");
}
