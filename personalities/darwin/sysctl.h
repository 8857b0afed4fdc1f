/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's sysctl tree. */
#ifndef _DARWIN_SYSCTL_H
#define _DARWIN_SYSCTL_H

#include <linux/types.h>

#include "darwin.h"
#include "sysctl_table.h"

/* The system that programs are told they run on: the last 10.15. */
#define DARWIN_OSRELEASE	"19.6.0"
#define DARWIN_OSVERSION	"19H2026"
#define DARWIN_PRODUCTVERSION	"10.15.7"

#define DARWIN_ARG_MAX		(1024 * 1024)

#define DARWIN_CTL_MAXNAME	12
#define DARWIN_SYSCTL_MAXOID	4

/* What the nodes below {0} do. */
#define DARWIN_CTL_NAME		1	/* oid -> name */
#define DARWIN_CTL_NEXT		2	/* oid -> next oid */
#define DARWIN_CTL_NAME2OID	3
#define DARWIN_CTL_OIDFMT	4	/* oid -> kind and format */

#define DARWIN_CTLTYPE_NODE	1
#define DARWIN_CTLTYPE_INT	2
#define DARWIN_CTLTYPE_STRING	3
#define DARWIN_CTLTYPE_QUAD	4
#define DARWIN_CTLTYPE_OPAQUE	5
#define DARWIN_CTLFLAG_RD	0x80000000
#define DARWIN_CTLFLAG_WR	0x40000000

#define DARWIN_CACHE_L1I	0
#define DARWIN_CACHE_L1D	1
#define DARWIN_CACHE_L2		2
#define DARWIN_CACHE_L3		3

struct darwin_sysctl_req;

/**
 * struct darwin_sysctl - one entry of the tree (generated from sysctl.tbl)
 * @name: dotted name
 * @oid: its number
 * @noid: valid entries of @oid
 * @format: I, Q, A, S or N
 * @write: may be written
 * @fn: answers; NULL: the constant
 * @value: constant of I and Q, or @fn's argument
 * @string: constant of A
 */
struct darwin_sysctl {
	const char *name;
	u16 oid[DARWIN_SYSCTL_MAXOID];
	u8 noid;
	char format;
	bool write;
	int (*fn)(struct darwin_sysctl_req *req);
	u64 value;
	const char *string;
};

/**
 * struct darwin_sysctl_req - a request on its way
 * @call: the call
 * @row: entry found
 * @tail: N: the numbers behind the entry's
 * @ntail: how many
 * @old: where the value goes, NULL: only its size is wanted
 * @oldlen: room at @old
 * @oldidx: bytes of value so far, also beyond @oldlen
 * @new: value to set, NULL: none
 * @newlen: its size
 */
struct darwin_sysctl_req {
	struct persona_call *call;
	const struct darwin_sysctl *row;
	const u32 *tail;
	u32 ntail;
	u8 __user *old;
	u64 oldlen;
	u64 oldidx;
	const u8 __user *new;
	u64 newlen;
};

/* sysctl.c */
int darwin_sysctl_out(struct darwin_sysctl_req *req, const void *data, size_t len);
int darwin_sysctl_out_user(struct darwin_sysctl_req *req, const void __user *data, size_t len);
int darwin_sysctl_number(struct darwin_sysctl_req *req, s64 value);
int darwin_sysctl_string(struct darwin_sysctl_req *req, const char *s);

/* sysctl_hw.c */
unsigned int darwin_cores(void);

/* sysctl_tree.c */
const struct darwin_sysctl *darwin_sysctl_by_oid(const u32 *oid, u32 n);
const struct darwin_sysctl *darwin_sysctl_by_name(const char *name, size_t len);
const struct darwin_sysctl *darwin_sysctl_next(const u32 *oid, u32 n);

#endif /* _DARWIN_SYSCTL_H */
