/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events of foreign calls, in foreign names. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM persona

#if !defined(_PERSONA_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PERSONA_TRACE_H

#include <linux/tracepoint.h>

int persona_trace_on(void);
void persona_trace_off(void);

TRACE_EVENT_FN(persona_sys_enter,
	TP_PROTO(const char *pers, const char *table, u32 nr, const char *name,
		 const char *args),
	TP_ARGS(pers, table, nr, name, args),
	TP_STRUCT__entry(
		__string(pers, pers)
		__string(table, table)
		__field(u32, nr)
		__string(name, name)
		__string(args, args)
	),
	TP_fast_assign(
		persona_assign_str(pers, pers);
		persona_assign_str(table, table);
		__entry->nr = nr;
		persona_assign_str(name, name);
		persona_assign_str(args, args);
	),
	TP_printk("%s %s:%u %s(%s)", __get_str(pers), __get_str(table), __entry->nr,
		  __get_str(name), __get_str(args)),
	persona_trace_on, persona_trace_off
);

TRACE_EVENT_FN(persona_sys_exit,
	TP_PROTO(const char *pers, const char *table, u32 nr, const char *name, long ret,
		 u64 ret2),
	TP_ARGS(pers, table, nr, name, ret, ret2),
	TP_STRUCT__entry(
		__string(pers, pers)
		__string(table, table)
		__field(u32, nr)
		__string(name, name)
		__field(long, ret)
		__field(u64, ret2)
	),
	TP_fast_assign(
		persona_assign_str(pers, pers);
		persona_assign_str(table, table);
		__entry->nr = nr;
		persona_assign_str(name, name);
		__entry->ret = ret;
		__entry->ret2 = ret2;
	),
	TP_printk("%s %s:%u %s = %ld (0x%lx), 0x%llx", __get_str(pers), __get_str(table),
		  __entry->nr, __get_str(name), __entry->ret, __entry->ret, __entry->ret2),
	persona_trace_on, persona_trace_off
);

/* A number without a handler. */
TRACE_EVENT(persona_unknown,
	TP_PROTO(const char *pers, const char *table, u32 nr, const char *name),
	TP_ARGS(pers, table, nr, name),
	TP_STRUCT__entry(
		__string(pers, pers)
		__string(table, table)
		__field(u32, nr)
		__string(name, name)
	),
	TP_fast_assign(
		persona_assign_str(pers, pers);
		persona_assign_str(table, table);
		__entry->nr = nr;
		persona_assign_str(name, name);
	),
	TP_printk("%s %s:%u %s", __get_str(pers), __get_str(table), __entry->nr,
		  __get_str(name))
);

#endif /* _PERSONA_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
