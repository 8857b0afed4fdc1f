/* SPDX-License-Identifier: GPL-2.0-only */
/* Security descriptors of objects. */
#ifndef _NT_SECURITY_H
#define _NT_SECURITY_H

#include "token.h"

/**
 * struct nt_ownership - what a security descriptor is made from
 * @user: owner
 * @group: primary group
 * @rights: of the owner, the group and everyone
 */
struct nt_ownership {
	struct nt_sid user;
	struct nt_sid group;
	u32 rights[3];
};

#define NT_ACCESS_SYSTEM_SECURITY	0x01000000u

/* SECURITY_DESCRIPTOR_CONTROL */
#define NT_SD_DACL_PRESENT	0x0004
#define NT_SD_DACL_PROTECTED	0x1000
#define NT_SD_SELF_RELATIVE	0x8000

#define NT_ACE_ALLOWED		0
#define NT_ACE_DENIED		1
#define NT_ACE_INHERIT_ONLY	0x08

/* SECURITY_DESCRIPTOR_RELATIVE: offsets, 0 for what is not there. */
struct nt_sd_head {
	u8 revision;
	u8 pad;
	u16 control;
	u32 owner;
	u32 group;
	u32 sacl;
	u32 dacl;
};

struct nt_acl_head {
	u8 revision;
	u8 pad;
	u16 size;
	u16 count;
	u16 pad2;
};

struct nt_ace_head {
	u8 type;
	u8 flags;
	u16 size;
	u32 mask;
};

/* Head, two SIDs, a list of three. */
#define NT_SECURITY_MAX		512

u32 nt_rights_of_mode(unsigned int bits);
u32 nt_security_make(const struct nt_ownership *owner, u32 what, u8 *out);
long nt_mode_of_acl(const u8 *acl, const struct nt_ownership *is, bool folder, umode_t *mode);

/* access.c */
bool nt_acl_entry(const u8 *acl, u32 *at, struct nt_ace_head *ace, struct nt_sid *sid);

#endif /* _NT_SECURITY_H */
