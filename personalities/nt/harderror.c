// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program tells the system about itself and its machine, and for which
 * nobody is here: errors for the user to decide on, messages for a debugger of the
 * kernel, a machine that must not go to sleep.
 */
#include <linux/uaccess.h>

#include "nt_table.h"
#include "process.h"
#include "token.h"

#define HARD_ERROR_PARAMETERS	5u

/* HARDERROR_RESPONSE_OPTION, HARDERROR_RESPONSE */
#define OPTION_SHUTDOWN		6u
#define OPTION_LAST		8u
#define RESPONSE_TO_CALLER	0u

/* EXECUTION_STATE */
#define ES_SYSTEM_REQUIRED	BIT(0)
#define ES_DISPLAY_REQUIRED	BIT(1)
#define ES_USER_PRESENT		BIT(2)
#define ES_AWAYMODE_REQUIRED	BIT(6)
#define ES_CONTINUOUS		BIT(31)
#define ES_ALL			(ES_SYSTEM_REQUIRED | ES_DISPLAY_REQUIRED | ES_USER_PRESENT | \
				 ES_AWAYMODE_REQUIRED | ES_CONTINUOUS)

/*
 * NtRaiseHardError(status, number of parameters, which of them are strings,
 * *parameters, option, *response)
 *
 * As for a process that wants no message box: it hears that it has to decide.
 */
long nt_raise_hard_error(struct persona_call *call)
{
	u32 option = call->args[4];

	if ((u32)call->args[1] > HARD_ERROR_PARAMETERS)
		return NT_STATUS_INVALID_PARAMETER_2;
	if (option > OPTION_LAST)
		return NT_STATUS_INVALID_PARAMETER_5;
	if (option == OPTION_SHUTDOWN)
		return NT_STATUS_PRIVILEGE_NOT_HELD;
	if (put_user(RESPONSE_TO_CALLER, (u32 __user *)u64_to_user_ptr(call->args[5])))
		return -EFAULT;
	return 0;
}

/* NtQueryDebugFilterState(component, level): 1 if such messages are to be printed */
long nt_query_debug_filter_state(struct persona_call *call)
{
	return 0;
}

/* NtSetDebugFilterState(component, level, state) */
long nt_set_debug_filter_state(struct persona_call *call)
{
	return nt_token_has_privilege(call, NT_SE_DEBUG) ? 0 : NT_STATUS_ACCESS_DENIED;
}

/* NtSetThreadExecutionState(state, *state until now) */
long nt_set_thread_execution_state(struct persona_call *call)
{
	struct nt_thread *thread = nt_calling_thread(call);
	u32 state = call->args[0];

	if (state & ~ES_ALL || (state & ES_AWAYMODE_REQUIRED && !(state & ES_CONTINUOUS)))
		return NT_STATUS_INVALID_PARAMETER;
	if (put_user(thread->execution_state | ES_CONTINUOUS,
		     (u32 __user *)u64_to_user_ptr(call->args[1])))
		return -EFAULT;
	/* What does not continue is over at once. */
	if (state & ES_CONTINUOUS)
		thread->execution_state = state;
	return 0;
}
