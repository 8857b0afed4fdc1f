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

/* Head, two SIDs, a list of three. */
#define NT_SECURITY_MAX		512

u32 nt_rights_of_mode(unsigned int bits);
u32 nt_security_make(const struct nt_ownership *owner, u32 what, u8 *out);

#endif /* _NT_SECURITY_H */
