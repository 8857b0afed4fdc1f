/* SPDX-License-Identifier: GPL-2.0-only */
/* Security identifiers, tokens, access checks. */
#ifndef _NT_TOKEN_H
#define _NT_TOKEN_H

#include <linux/capability.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "nt.h"

#define NT_SID_SUBS	15	/* most sub-authorities */

/* As in user memory, but that there it ends with the last sub-authority. */
struct nt_sid {
	u8 revision;
	u8 count;
	u8 authority[6];
	u32 sub[NT_SID_SUBS];
};

#define NT_SID_HEAD	8
#define NT_SID_MAX	sizeof(struct nt_sid)
/* "S-1-", authority, and ten digits and a dash for each sub-authority. */
#define NT_SID_TEXT	(4 + 16 + NT_SID_SUBS * 11 + 1)

/* sid.c */
u32 nt_sid_size(const struct nt_sid *sid);
bool nt_sid_equal(const struct nt_sid *a, const struct nt_sid *b);
void nt_sid_make(struct nt_sid *sid, u8 authority, u32 count, ...);
void nt_sid_of_uid(struct nt_sid *sid, u32 uid);
void nt_sid_of_gid(struct nt_sid *sid, u32 gid);
bool nt_sid_to_uid(const struct nt_sid *sid, u32 *uid);
int nt_sid_print(const struct nt_sid *sid, char *buf, size_t max);
bool nt_sid_parse(const u16 *text, size_t len, struct nt_sid *sid, size_t *used);
bool nt_sid_valid(const void *data, size_t len);
long nt_sid_get(u64 user, struct nt_sid *sid);

/* Privileges, by the number in their LUID. */
#define NT_SE_CREATE_TOKEN		2
#define NT_SE_ASSIGN_PRIMARY_TOKEN	3
#define NT_SE_LOCK_MEMORY		4
#define NT_SE_INCREASE_QUOTA		5
#define NT_SE_TCB			7
#define NT_SE_SECURITY			8
#define NT_SE_TAKE_OWNERSHIP		9
#define NT_SE_LOAD_DRIVER		10
#define NT_SE_SYSTEM_PROFILE		11
#define NT_SE_SYSTEMTIME		12
#define NT_SE_PROFILE_SINGLE_PROCESS	13
#define NT_SE_INCREASE_PRIORITY		14
#define NT_SE_CREATE_PAGEFILE		15
#define NT_SE_BACKUP			17
#define NT_SE_RESTORE			18
#define NT_SE_SHUTDOWN			19
#define NT_SE_DEBUG			20
#define NT_SE_SYSTEM_ENVIRONMENT	22
#define NT_SE_CHANGE_NOTIFY		23
#define NT_SE_REMOTE_SHUTDOWN		24
#define NT_SE_UNDOCK			25
#define NT_SE_MANAGE_VOLUME		28
#define NT_SE_IMPERSONATE		29
#define NT_SE_CREATE_GLOBAL		30
#define NT_SE_INCREASE_WORKING_SET	33
#define NT_SE_TIME_ZONE			34
#define NT_SE_CREATE_SYMBOLIC_LINK	35
#define NT_SE_MAX			36

#define NT_SE_ENABLED_BY_DEFAULT	0x00000001u
#define NT_SE_ENABLED			0x00000002u
#define NT_SE_REMOVED			0x00000004u

/* Attributes of groups */
#define NT_GROUP_MANDATORY		0x00000001u
#define NT_GROUP_ENABLED_BY_DEFAULT	0x00000002u
#define NT_GROUP_ENABLED		0x00000004u
#define NT_GROUP_OWNER			0x00000008u
#define NT_GROUP_DENY_ONLY		0x00000010u
#define NT_GROUP_INTEGRITY		0x00000020u
#define NT_GROUP_INTEGRITY_ENABLED	0x00000040u
#define NT_GROUP_LOGON_ID		0xc0000000u

/* Access rights */
#define NT_TOKEN_ASSIGN_PRIMARY		0x0001u
#define NT_TOKEN_DUPLICATE		0x0002u
#define NT_TOKEN_IMPERSONATE		0x0004u
#define NT_TOKEN_QUERY			0x0008u
#define NT_TOKEN_QUERY_SOURCE		0x0010u
#define NT_TOKEN_ADJUST_PRIVILEGES	0x0020u
#define NT_TOKEN_ADJUST_GROUPS		0x0040u
#define NT_TOKEN_ADJUST_DEFAULT		0x0080u
#define NT_TOKEN_ADJUST_SESSIONID	0x0100u

#define NT_TOKEN_PRIMARY		1
#define NT_TOKEN_IMPERSONATION		2

#define NT_INTEGRITY_LOW		0x1000
#define NT_INTEGRITY_MEDIUM		0x2000
#define NT_INTEGRITY_HIGH		0x3000

struct nt_group {
	struct nt_sid sid;
	u32 attr;
};

/**
 * struct nt_token - token object: who a process acts as
 *
 * It describes a task's credentials to NT programs. What the task may do is for
 * Linux to decide, by the credentials themselves: no change of a token changes
 * them.
 *
 * @obj: object head
 * @lock: protects what can be changed: @enabled and the defaults
 * @id: LUID of this token
 * @modified: LUID that changes with it
 * @type: NT_TOKEN_PRIMARY or _IMPERSONATION
 * @level: of impersonation
 * @uid: effective user, as the creator's user name space has it
 * @elevated: is the super-user
 * @integrity: level
 * @present: privileges that it has, one bit each
 * @enabled: those that are on
 * @defaults: those that were on at first
 * @owner: of objects that it makes
 * @primary: likewise
 * @dacl: likewise, kmalloc()ed; NULL if none
 * @user: entry 0 of @groups has the user; not shown among the groups
 * @ngroups: with the user
 * @nrestricted: further entries: restricting SIDs
 * @groups: entries
 */
struct nt_token {
	struct nt_object obj;
	struct mutex lock;
	u64 id;
	u64 modified;
	u32 type;
	u32 level;
	u32 uid;
	bool elevated;
	u32 integrity;
	u64 present;
	u64 enabled;
	u64 defaults;
	struct nt_sid owner;
	struct nt_sid primary;
	void *dacl;
	u32 ngroups;
	u32 nrestricted;
	struct nt_group *groups;
};

struct nt_process;
struct nt_thread_object;

/* clock.c */
u64 nt_luid_new(void);

/* token.c */
u64 nt_privileges_of(kernel_cap_t caps);
struct nt_token *nt_token_alloc(u32 ngroups);
long nt_token_of_process(struct persona_call *call, struct nt_process *process,
			 struct nt_token **out);
struct nt_token *nt_token_of(struct nt_proc *nt);
void nt_token_drop(struct nt_proc *nt);
long nt_token_ref(struct persona_call *call, u64 handle, u32 access, struct nt_token **out);
struct nt_token *nt_token_of_thread(struct nt_thread_object *thread);
long nt_token_impersonate(struct persona_call *call, struct nt_thread_object *thread, u64 handle);
bool nt_token_has_privilege(struct persona_call *call, u32 privilege);

/* access.c */
struct nt_generic_mapping {
	u32 read, write, execute, all;
};

long nt_acl_get(u64 user, void **out);
long nt_security_get(u64 user, void **sd, u32 *len);
long nt_security_check(const void *sd, u32 len, const struct nt_token *token, u32 desired,
		       const struct nt_generic_mapping *map, u32 *granted);

#endif /* _NT_TOKEN_H */
