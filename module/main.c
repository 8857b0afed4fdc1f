// SPDX-License-Identifier: GPL-2.0-only
/* The persona core: foreign programs beside native ones. */
#include <linux/module.h>

#include "compat/symbols.h"
#include "internal.h"

bool persona_unprivileged = true;
module_param_named(unprivileged, persona_unprivileged, bool, 0644);
MODULE_PARM_DESC(unprivileged,
		 "users without CAP_SYS_ADMIN may run foreign programs (default: yes)");

bool persona_setuid;
module_param_named(setuid, persona_setuid, bool, 0644);
MODULE_PARM_DESC(setuid,
		 "honour set-id bits and capabilities of foreign images (default: no, they are ignored)");

bool persona_seccomp_exec = true;
module_param_named(seccomp_exec, persona_seccomp_exec, bool, 0644);
MODULE_PARM_DESC(seccomp_exec,
		 "tasks with a seccomp filter may run foreign programs; the filter judges the native calls (default: yes)");

static int __init persona_init(void)
{
	int err;

	err = persona_symbols_init();
	if (err)
		return err;
	persona_stats_init();
	err = persona_task_init();
	if (err)
		goto err_stats;
	err = persona_hook_init();
	if (err)
		goto err_task;
	return 0;

err_task:
	persona_task_exit();
err_stats:
	persona_stats_exit();
	return err;
}

static void __exit persona_exit(void)
{
	persona_hook_exit();
	persona_task_exit();
	persona_stats_exit();
}

module_init(persona_init);
module_exit(persona_exit);
MODULE_DESCRIPTION("Foreign programs on an unpatched kernel: core");
MODULE_LICENSE("GPL");
