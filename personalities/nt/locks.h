/* SPDX-License-Identifier: GPL-2.0-only */
/* Byte-range locks. */
#ifndef _NT_LOCKS_H
#define _NT_LOCKS_H

#include <linux/list.h>
#include <linux/types.h>

struct nt_file;
struct nt_node;
struct nt_proc;

/**
 * struct nt_range - a lock
 * @link: in node->ranges
 * @file: owner, which takes its locks with it when it goes
 * @proc: process that took it; only compared
 * @start: first byte
 * @len: bytes; @start + @len - 1 does not overflow
 * @exclusive: or shared
 * @pending: the call that takes it has not ended, and nobody else may free it
 * @closed: it goes when that call ends: the process has closed the file object
 */
struct nt_range {
	struct list_head link;
	const struct nt_file *file;
	const struct nt_proc *proc;
	u64 start;
	u64 len;
	bool exclusive;
	bool pending;
	bool closed;
};

bool nt_range_overlap(const struct nt_range *a, const struct nt_range *b);
bool nt_range_excludes(const struct nt_range *held, const struct nt_range *want);
bool nt_range_busy(struct nt_node *node, const struct nt_range *want);

#endif /* _NT_LOCKS_H */
