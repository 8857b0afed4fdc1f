// SPDX-License-Identifier: GPL-2.0-only
/*
 * Token objects.
 *
 * A token says to NT programs what a task's credentials are. A process has one
 * from the moment somebody asks for it; programs can make copies with less in
 * them, but what a program may do does not depend on them.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "nt.h"
#include "nt_table.h"
#include "process.h"
#include "token.h"

#define GROUPS_MAX	1024u	/* of a task's groups, the first ones */
#define GROUP_USUAL	(NT_GROUP_MANDATORY | NT_GROUP_ENABLED_BY_DEFAULT | NT_GROUP_ENABLED)

static void token_destroy(struct nt_object *obj)
{
	struct nt_token *token = container_of(obj, struct nt_token, obj);

	kfree(token->dacl);
	kvfree(token->groups);
}

const struct nt_type nt_token_type = {
	.name = "Token",
	.generic = {
		NT_READ_CONTROL | NT_TOKEN_QUERY | NT_TOKEN_DUPLICATE,
		NT_READ_CONTROL | NT_TOKEN_ADJUST_PRIVILEGES | NT_TOKEN_ADJUST_GROUPS |
			NT_TOKEN_ADJUST_DEFAULT,
		NT_READ_CONTROL | NT_TOKEN_IMPERSONATE,
		NT_STANDARD_RIGHTS_REQUIRED | 0x1ff,
	},
	.destroy = token_destroy,
	.size = sizeof(struct nt_token),
};

static const struct {
	u8 cap;
	u8 privilege;
} privilege_caps[] = {
	{ CAP_CHOWN, NT_SE_TAKE_OWNERSHIP },
	{ CAP_CHOWN, NT_SE_RESTORE },
	{ CAP_DAC_READ_SEARCH, NT_SE_BACKUP },
	{ CAP_IPC_LOCK, NT_SE_LOCK_MEMORY },
	{ CAP_SETUID, NT_SE_IMPERSONATE },
	{ CAP_SETUID, NT_SE_ASSIGN_PRIMARY_TOKEN },
	{ CAP_SYS_ADMIN, NT_SE_CREATE_PAGEFILE },
	{ CAP_SYS_ADMIN, NT_SE_MANAGE_VOLUME },
	{ CAP_SYS_ADMIN, NT_SE_PROFILE_SINGLE_PROCESS },
	{ CAP_SYS_ADMIN, NT_SE_SYSTEM_ENVIRONMENT },
	{ CAP_SYS_ADMIN, NT_SE_SYSTEM_PROFILE },
	{ CAP_SYS_BOOT, NT_SE_REMOTE_SHUTDOWN },
	{ CAP_SYS_BOOT, NT_SE_SHUTDOWN },
	{ CAP_SYS_MODULE, NT_SE_LOAD_DRIVER },
	{ CAP_SYS_NICE, NT_SE_INCREASE_PRIORITY },
	{ CAP_SYS_PTRACE, NT_SE_DEBUG },
	{ CAP_SYS_RESOURCE, NT_SE_INCREASE_QUOTA },
	{ CAP_SYS_TIME, NT_SE_SYSTEMTIME },
	{ CAP_AUDIT_CONTROL, NT_SE_SECURITY },
};

/* What nobody needs a capability for. */
#define PRIVILEGES_ALL								\
	(BIT_ULL(NT_SE_CHANGE_NOTIFY) | BIT_ULL(NT_SE_UNDOCK) |			\
	 BIT_ULL(NT_SE_CREATE_GLOBAL) | BIT_ULL(NT_SE_INCREASE_WORKING_SET) |	\
	 BIT_ULL(NT_SE_TIME_ZONE) | BIT_ULL(NT_SE_CREATE_SYMBOLIC_LINK))
/* Those are turned on in a new token. */
#define PRIVILEGES_ON								\
	(BIT_ULL(NT_SE_CHANGE_NOTIFY) | BIT_ULL(NT_SE_CREATE_GLOBAL) |		\
	 BIT_ULL(NT_SE_IMPERSONATE))

/**
 * nt_privileges_of() - the privileges that capabilities amount to
 * @caps: effective capabilities
 *
 * Context: any.
 * Return: a bit for each.
 */
u64 nt_privileges_of(kernel_cap_t caps)
{
	u64 privileges = PRIVILEGES_ALL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(privilege_caps); i++)
		if (cap_raised(caps, privilege_caps[i].cap))
			privileges |= BIT_ULL(privilege_caps[i].privilege);
	return privileges;
}
EXPORT_SYMBOL_FOR_TEST(nt_privileges_of);

static void add_group(struct nt_token *token, const struct nt_sid *sid, u32 attr)
{
	struct nt_group *group = &token->groups[token->ngroups++];

	group->sid = *sid;
	group->attr = attr;
}

/* Groups that do not come from Linux. */
#define GROUPS_FIXED	10

static void add_fixed_groups(struct nt_token *token)
{
	struct nt_sid sid;

	nt_sid_make(&sid, 5, 5, 21, 0, 0, 0, 513);	/* the machine's users */
	add_group(token, &sid, GROUP_USUAL);
	token->primary = sid;
	nt_sid_make(&sid, 1, 1, 0);			/* everyone */
	add_group(token, &sid, GROUP_USUAL);
	if (token->elevated) {
		nt_sid_make(&sid, 5, 2, 32, 544);	/* administrators */
		add_group(token, &sid, GROUP_USUAL | NT_GROUP_OWNER);
	}
	nt_sid_make(&sid, 5, 2, 32, 545);		/* users */
	add_group(token, &sid, GROUP_USUAL);
	nt_sid_make(&sid, 5, 1, 4);			/* interactive */
	add_group(token, &sid, GROUP_USUAL);
	nt_sid_make(&sid, 5, 1, 11);			/* authenticated users */
	add_group(token, &sid, GROUP_USUAL);
	nt_sid_make(&sid, 5, 3, 5, 0, token->uid);	/* logon session */
	add_group(token, &sid, GROUP_USUAL | NT_GROUP_LOGON_ID);
	nt_sid_make(&sid, 2, 1, 0);			/* local */
	add_group(token, &sid, GROUP_USUAL);
}

/* Full access for the user, and for the system. */
static void *default_dacl(const struct nt_sid *user)
{
	struct nt_sid system, *sids[2] = { (struct nt_sid *)user, &system };
	u32 size = 8, i;
	u8 *acl, *p;

	nt_sid_make(&system, 5, 1, 18);
	for (i = 0; i < ARRAY_SIZE(sids); i++)
		size += 8 + nt_sid_size(sids[i]);
	acl = kzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!acl)
		return NULL;
	acl[0] = 2;
	*(u16 *)(acl + 2) = size;
	*(u16 *)(acl + 4) = ARRAY_SIZE(sids);
	for (p = acl + 8, i = 0; i < ARRAY_SIZE(sids); i++) {
		u32 n = nt_sid_size(sids[i]);

		*(u16 *)(p + 2) = 8 + n;
		*(u32 *)(p + 4) = NT_GENERIC_ALL;
		memcpy(p + 8, sids[i], n);
		p += 8 + n;
	}
	return acl;
}

/**
 * nt_token_alloc() - a new token, of a kind that has nothing
 * @ngroups: room for groups, with the user
 *
 * Context: may sleep.
 * Return: the token, NULL if there is no memory.
 */
struct nt_token *nt_token_alloc(u32 ngroups)
{
	struct nt_token *token = nt_object_alloc(&nt_token_type);

	if (!token)
		return NULL;
	mutex_init(&token->lock);
	token->id = nt_luid_new();
	token->modified = nt_luid_new();
	token->type = NT_TOKEN_PRIMARY;
	token->groups = kvcalloc(ngroups, sizeof(*token->groups), GFP_KERNEL_ACCOUNT);
	if (!token->groups) {
		nt_object_put(&token->obj);
		return NULL;
	}
	return token;
}

static struct nt_token *token_from_cred(const struct cred *cred)
{
	struct user_namespace *ns = current_user_ns();
	u32 n = min_t(u32, cred->group_info->ngroups, GROUPS_MAX), i;
	struct nt_token *token;
	struct nt_sid sid;

	token = nt_token_alloc(GROUPS_FIXED + 2 + n);
	if (!token)
		return NULL;
	token->uid = from_kuid_munged(ns, cred->euid);
	token->elevated = !token->uid;
	token->integrity = token->elevated ? NT_INTEGRITY_HIGH : NT_INTEGRITY_MEDIUM;
	token->present = nt_privileges_of(cred->cap_effective);
	token->enabled = token->present & PRIVILEGES_ON;
	token->defaults = token->enabled;

	nt_sid_of_uid(&sid, token->uid);
	add_group(token, &sid, 0);
	token->owner = sid;
	add_fixed_groups(token);
	nt_sid_of_gid(&sid, from_kgid_munged(ns, cred->egid));
	add_group(token, &sid, GROUP_USUAL);
	for (i = 0; i < n; i++) {
		if (gid_eq(cred->group_info->gid[i], cred->egid))
			continue;
		nt_sid_of_gid(&sid, from_kgid_munged(ns, cred->group_info->gid[i]));
		add_group(token, &sid, GROUP_USUAL);
	}
	token->dacl = default_dacl(&token->groups[0].sid);
	if (!token->dacl) {
		nt_object_put(&token->obj);
		return NULL;
	}
	return token;
}

/**
 * nt_token_of() - the token of the calling process
 * @nt: that process
 *
 * Context: may sleep.
 * Return: the token, which lives as long as the process; NULL if there is no
 * memory.
 */
struct nt_token *nt_token_of(struct nt_proc *nt)
{
	struct nt_token *token = READ_ONCE(nt->token), *other;

	if (token)
		return token;
	token = token_from_cred(current_cred());
	if (!token)
		return NULL;
	other = cmpxchg(&nt->token, NULL, token);
	if (!other)
		return token;
	nt_object_put(&token->obj);
	return other;
}

/**
 * nt_token_of_process() - the token of any process
 * @call: foreign call under way
 * @process: of which
 * @out: set to it, with a reference
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_token_of_process(struct persona_call *call, struct nt_process *process,
			 struct nt_token **out)
{
	struct nt_token *token = NULL;
	struct task_struct *task;
	const struct cred *cred;

	if (process == nt_caller(call)->self) {
		token = nt_token_of(nt_caller(call));
		if (!token)
			return -ENOMEM;
		*out = nt_object_get(&token->obj);
		return 0;
	}
	mutex_lock(&process->lock);
	if (process->nt && process->nt->token)
		token = nt_object_get(&process->nt->token->obj);
	mutex_unlock(&process->lock);
	if (!token) {
		task = get_pid_task(process->pid, PIDTYPE_TGID);
		if (!task)
			return NT_STATUS_PROCESS_IS_TERMINATING;
		cred = get_task_cred(task);
		put_task_struct(task);
		token = token_from_cred(cred);
		put_cred(cred);
	}
	*out = token;
	return token ? 0 : -ENOMEM;
}

/**
 * nt_token_drop() - a process ends
 * @nt: process
 *
 * Context: may sleep.
 */
void nt_token_drop(struct nt_proc *nt)
{
	if (nt->token)
		nt_object_put(&nt->token->obj);
	nt->token = NULL;
}

/**
 * nt_token_of_thread() - the token that a thread impersonates
 * @thread: thread
 *
 * Context: any.
 * Return: the token with a reference, NULL if there is none.
 */
struct nt_token *nt_token_of_thread(struct nt_thread_object *thread)
{
	struct nt_token *token;
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	token = thread->token;
	if (token)
		nt_object_get(&token->obj);
	spin_unlock_irqrestore(&thread->lock, flags);
	return token;
}

/**
 * nt_token_impersonate() - have a thread impersonate a token, or no longer
 * @call: foreign call under way
 * @thread: thread
 * @handle: of an impersonation token, 0 for none
 *
 * What the thread may do stays the same, so the token must be of the same user:
 * a thread can only show less than it has.
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_token_impersonate(struct persona_call *call, struct nt_thread_object *thread, u64 handle)
{
	struct nt_token *token = NULL, *own;
	unsigned long flags;
	long ret = 0;

	if (handle) {
		ret = nt_token_ref(call, handle, NT_TOKEN_IMPERSONATE, &token);
		if (ret)
			return ret;
		own = nt_token_of(nt_caller(call));
		if (!own)
			ret = -ENOMEM;
		else if (token->type != NT_TOKEN_IMPERSONATION)
			ret = NT_STATUS_BAD_TOKEN_TYPE;
		else if (token->uid != own->uid || thread->process != nt_caller(call)->self)
			ret = NT_STATUS_BAD_IMPERSONATION_LEVEL;
		if (ret)
			goto out;
	}
	spin_lock_irqsave(&thread->lock, flags);
	swap(thread->token, token);
	spin_unlock_irqrestore(&thread->lock, flags);
out:
	if (token)
		nt_object_put(&token->obj);
	return ret;
}

/**
 * nt_token_ref() - the token that a handle, or a pseudo handle, stands for
 * @call: foreign call under way
 * @handle: handle
 * @access: rights that are needed
 * @out: set to it, with a reference
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_token_ref(struct persona_call *call, u64 handle, u32 access, struct nt_token **out)
{
	struct nt_token *token;
	struct nt_object *obj;
	long ret;

	switch (handle) {
	case NT_CURRENT_THREAD_TOKEN:
	case NT_CURRENT_EFFECTIVE_TOKEN:
		*out = nt_token_of_thread(nt_calling_thread(call)->self);
		if (*out)
			return 0;
		if (handle == NT_CURRENT_THREAD_TOKEN)
			return NT_STATUS_NO_TOKEN;
		fallthrough;
	case NT_CURRENT_PROCESS_TOKEN:
		token = nt_token_of(nt_caller(call));
		if (!token)
			return -ENOMEM;
		*out = nt_object_get(&token->obj);
		return 0;
	}
	ret = nt_handle_ref(nt_caller(call), handle, &nt_token_type, access, &obj);
	if (!ret)
		*out = container_of(obj, struct nt_token, obj);
	return ret;
}

/**
 * nt_token_has_privilege() - has the caller turned on a privilege?
 * @call: foreign call under way
 * @privilege: NT_SE_*
 *
 * Context: may sleep.
 * Return: whether it has.
 */
bool nt_token_has_privilege(struct persona_call *call, u32 privilege)
{
	struct nt_token *token;
	bool has;

	if (nt_token_ref(call, NT_CURRENT_EFFECTIVE_TOKEN, 0, &token))
		return false;
	has = READ_ONCE(token->enabled) & BIT_ULL(privilege);
	nt_object_put(&token->obj);
	return has;
}
