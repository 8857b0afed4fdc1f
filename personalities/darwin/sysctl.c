// SPDX-License-Identifier: GPL-2.0-only
/*
 * Darwin's sysctl calls. The values are in sysctl.tbl, sysctl_kern.c and
 * sysctl_hw.c; here is the protocol: what is copied when the buffer is too
 * small, what is reported as size, and the names of numbers.
 *
 * Semantics: bsd/kern/kern_newsysctl.c (facts only).
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "sysctl.h"

#define DARWIN_MAXPATHLEN	1024

/* Room for @len more bytes; how many of them fit. */
static size_t reserve(struct darwin_sysctl_req *req, size_t len, u8 __user **to)
{
	u64 room = req->oldlen > req->oldidx ? req->oldlen - req->oldidx : 0;

	*to = req->old + req->oldidx;
	req->oldidx += len;
	return min_t(u64, len, room);
}

/**
 * darwin_sysctl_out - appends to the value
 * @req: request
 * @data: bytes
 * @len: their number
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM when it did not fit (what fitted has been copied);
 * -EFAULT.
 */
int darwin_sysctl_out(struct darwin_sysctl_req *req, const void *data, size_t len)
{
	u8 __user *to;
	size_t fits = reserve(req, len, &to);

	if (!req->old)
		return 0;
	if (copy_to_user(to, data, fits))
		return -EFAULT;
	return fits < len ? -ENOMEM : 0;
}

/**
 * darwin_sysctl_out_user - appends user memory to the value
 * @req: request
 * @data: of the calling process
 * @len: bytes
 *
 * Context: may sleep.
 * Return: as darwin_sysctl_out().
 */
int darwin_sysctl_out_user(struct darwin_sysctl_req *req, const void __user *data, size_t len)
{
	const u8 __user *from = data;
	u8 buf[256];
	size_t n;
	int err;

	for (; len; len -= n, from += n) {
		n = min(len, sizeof(buf));
		if (copy_from_user(buf, from, n))
			return -EFAULT;
		err = darwin_sysctl_out(req, buf, n);
		if (err)
			return err;
	}
	return 0;
}

/**
 * darwin_sysctl_number - the value is a number
 * @req: request; its format tells the size
 * @value: number
 *
 * xnu gives a 64-bit number to a caller with room for 32 bits if it fits.
 *
 * Context: may sleep.
 * Return: as darwin_sysctl_out(), or -ERANGE.
 */
int darwin_sysctl_number(struct darwin_sysctl_req *req, s64 value)
{
	s32 small = value;

	if (req->row->format == 'I')
		return darwin_sysctl_out(req, &small, sizeof(small));
	if (req->old && req->oldlen == sizeof(small)) {
		if (small != value)
			return -ERANGE;
		return darwin_sysctl_out(req, &small, sizeof(small));
	}
	return darwin_sysctl_out(req, &value, sizeof(value));
}

/**
 * darwin_sysctl_string - the value is a string
 * @req: request
 * @s: string
 *
 * Context: may sleep.
 * Return: as darwin_sysctl_out().
 */
int darwin_sysctl_string(struct darwin_sysctl_req *req, const char *s)
{
	return darwin_sysctl_out(req, s, strlen(s) + 1);
}

static int answer(struct darwin_sysctl_req *req)
{
	const struct darwin_sysctl *row = req->row;

	if (req->new && !row->write)
		return -EPERM;
	if (row->fn)
		return row->fn(req);
	if (row->format == 'A')
		return darwin_sysctl_string(req, row->string);
	return darwin_sysctl_number(req, row->value);
}

static int out_oid(struct darwin_sysctl_req *req, const struct darwin_sysctl *row)
{
	u32 oid[DARWIN_SYSCTL_MAXOID];
	u32 i;

	for (i = 0; i < row->noid; i++)
		oid[i] = row->oid[i];
	return darwin_sysctl_out(req, oid, row->noid * sizeof(*oid));
}

/* {0,3}: the name comes as the new value. */
static int name_to_oid(struct darwin_sysctl_req *req)
{
	const struct darwin_sysctl *row;
	char *name;

	if (!req->new || !req->newlen)
		return -ENOENT;
	if (req->newlen >= DARWIN_MAXPATHLEN)
		return -ENAMETOOLONG;
	name = memdup_user_nul(req->new, req->newlen);
	if (IS_ERR(name))
		return PTR_ERR(name);
	row = darwin_sysctl_by_name(name, strlen(name));
	kfree(name);
	return row ? out_oid(req, row) : -ENOENT;
}

static int out_format(struct darwin_sysctl_req *req, const struct darwin_sysctl *row)
{
	u32 kind = DARWIN_CTLFLAG_RD | (row->write ? DARWIN_CTLFLAG_WR : 0);
	const char *format = "S";
	int err;

	switch (row->format) {
	case 'I':
		kind |= DARWIN_CTLTYPE_INT;
		format = "I";
		break;
	case 'Q':
		kind |= DARWIN_CTLTYPE_QUAD;
		format = "Q";
		break;
	case 'A':
		kind |= DARWIN_CTLTYPE_STRING;
		format = "A";
		break;
	case 'N':
		kind |= DARWIN_CTLTYPE_NODE;
		format = "N";
		break;
	default:
		kind |= DARWIN_CTLTYPE_OPAQUE;
		break;
	}
	err = darwin_sysctl_out(req, &kind, sizeof(kind));
	return err ?: darwin_sysctl_string(req, format);
}

/* The nodes below {0}, which talk about the tree. */
static int meta(struct darwin_sysctl_req *req, const u32 *oid, u32 n)
{
	const struct darwin_sysctl *row;

	if (n < 2)
		return -ENOENT;
	switch (oid[1]) {
	case DARWIN_CTL_NAME2OID:
		return n == 2 ? name_to_oid(req) : -ENOENT;
	case DARWIN_CTL_NAME:
		row = darwin_sysctl_by_oid(oid + 2, n - 2);
		return row ? darwin_sysctl_string(req, row->name) : -ENOENT;
	case DARWIN_CTL_NEXT:
		row = darwin_sysctl_next(oid + 2, n - 2);
		return row ? out_oid(req, row) : -ENOENT;
	case DARWIN_CTL_OIDFMT:
		row = darwin_sysctl_by_oid(oid + 2, n - 2);
		return row ? out_format(req, row) : -ENOENT;
	}
	return -ENOENT;
}

/* The part that both calls share; arguments from @call->args[2] on. */
static long do_sysctl(struct persona_call *call, const u32 *oid, u32 n,
		      const struct darwin_sysctl *row)
{
	u64 __user *oldlenp = (u64 __user *)(uintptr_t)call->args[3];
	struct darwin_sysctl_req req = {
		.call = call,
		.row = row,
		.old = (u8 __user *)(uintptr_t)call->args[2],
		.new = (const u8 __user *)(uintptr_t)call->args[4],
		.newlen = call->args[5],
	};
	u64 len;
	int err;

	if (oldlenp && get_user(req.oldlen, oldlenp))
		return -EFAULT;
	if (!row) {
		if (oid[0] != 0)
			return -ENOENT;
		err = meta(&req, oid, n);
	} else {
		req.tail = oid + row->noid;
		req.ntail = n - row->noid;
		err = answer(&req);
	}
	if (err && err != -ENOMEM)
		return err;
	len = req.old && req.oldidx > req.oldlen ? req.oldlen : req.oldidx;
	if (oldlenp && put_user(len, oldlenp))
		return -EFAULT;
	return err;
}

/**
 * darwin_sysctl - BSD 202
 * @call: int *name, namelen, void *old, size_t *oldlen, void *new, newlen
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sysctl(struct persona_call *call)
{
	const u32 __user *name = (u32 __user *)(uintptr_t)call->args[0];
	u32 n = call->args[1];
	u32 oid[DARWIN_CTL_MAXNAME];

	if (n < 2 || n > DARWIN_CTL_MAXNAME)
		return -EINVAL;
	if (copy_from_user(oid, name, n * sizeof(*oid)))
		return -EFAULT;
	return do_sysctl(call, oid, n, oid[0] ? darwin_sysctl_by_oid(oid, n) : NULL);
}

/**
 * darwin_sysctlbyname - BSD 274
 * @call: const char *name, namelen, void *old, size_t *oldlen, void *new, newlen
 *
 * Context: see persona_fn.
 * Return: 0 or a negative errno.
 */
long darwin_sysctlbyname(struct persona_call *call)
{
	const struct darwin_sysctl *row;
	u32 oid[DARWIN_SYSCTL_MAXOID];
	size_t len = call->args[1];
	char *name;
	u32 i;

	if (len >= DARWIN_MAXPATHLEN)
		return -ENAMETOOLONG;
	name = memdup_user_nul((const void __user *)(uintptr_t)call->args[0], len);
	if (IS_ERR(name))
		return PTR_ERR(name);
	row = darwin_sysctl_by_name(name, strlen(name));
	kfree(name);
	if (!row)
		return -ENOENT;
	for (i = 0; i < row->noid; i++)
		oid[i] = row->oid[i];
	return do_sysctl(call, oid, row->noid, row);
}
