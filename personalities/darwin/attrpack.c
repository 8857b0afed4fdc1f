// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packing of attribute lists: the buffer that getattrlist(2) fills.
 *
 * It starts with its length, then come the attributes in the order of their
 * bits, group by group, on boundaries of four bytes, and at the end the strings
 * that attribute references point to. With ATTR_CMN_RETURNED_ATTRS the set of
 * attributes that are there comes first; without it one that is not there is an
 * error or, where Darwin has a value for that, a zero.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "attr.h"

/* Everything that may be asked for; the rest is not an attribute at all. */
#define CMN_VALID	0xffffffff
#define DIR_VALID	0x0000003f
#define FILE_VALID	(DARWIN_ATTR_FILE_LINKCOUNT | DARWIN_ATTR_FILE_TOTALSIZE | \
			 DARWIN_ATTR_FILE_ALLOCSIZE | DARWIN_ATTR_FILE_IOBLOCKSIZE | \
			 DARWIN_ATTR_FILE_CLUMPSIZE | DARWIN_ATTR_FILE_DEVTYPE | \
			 DARWIN_ATTR_FILE_DATALENGTH | DARWIN_ATTR_FILE_DATAALLOCSIZE | \
			 DARWIN_ATTR_FILE_RSRCLENGTH | DARWIN_ATTR_FILE_RSRCALLOCSIZE)
#define VOL_VALID	0xf007ffff
#define CMNEXT_VALID	0x000003fc

#define KNOWN_OPTIONS	(DARWIN_FSOPT_NOFOLLOW | DARWIN_FSOPT_NOINMEMUPDATE | \
			 DARWIN_FSOPT_REPORT_FULLSIZE | DARWIN_FSOPT_PACK_INVAL_ATTRS | \
			 DARWIN_FSOPT_ATTR_CMN_EXTENDED | DARWIN_FSOPT_RETURN_REALDEV)

/* Text encoding of a name: Unicode. */
#define ENCODING_UNICODE	0x7e

/* ATTR_CMN_OBJTAG: neither HFS nor any other that Darwin names. */
#define VT_OTHER		24

#define MNTSTATUS_MNTPOINT	1

#define SECTOR			512

/* ATTR_CMN_OBJTYPE by the type in the mode */
static u32 object_type(u16 mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return 1;
	case S_IFDIR:
		return 2;
	case S_IFBLK:
		return 3;
	case S_IFCHR:
		return 4;
	case S_IFLNK:
		return 5;
	case S_IFSOCK:
		return 6;
	case S_IFIFO:
		return 7;
	default:
		return 0;
	}
}

/**
 * darwin_attr_check() - may these attributes be asked for together?
 * @list: what is asked for
 * @options: DARWIN_FSOPT_*
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int darwin_attr_check(const struct darwin_attrlist *list, u64 options)
{
	const struct darwin_attr_set *set = &list->set;
	bool extended = options & DARWIN_FSOPT_ATTR_CMN_EXTENDED;

	if (list->bitmapcount != DARWIN_ATTR_BIT_MAP_COUNT || options & ~(u64)KNOWN_OPTIONS)
		return -EINVAL;
	if (set->common & ~CMN_VALID || set->vol & ~VOL_VALID || set->dir & ~DIR_VALID ||
	    set->file & ~FILE_VALID || set->fork & ~(extended ? CMNEXT_VALID : 0))
		return -EINVAL;
	if (set->vol && (set->dir || set->file || !(set->vol & DARWIN_ATTR_VOL_INFO)))
		return -EINVAL;
	if (set->common & (DARWIN_ATTR_CMN_GEN_COUNT | DARWIN_ATTR_CMN_DOCUMENT_ID) && !extended)
		return -EINVAL;
	if (options & DARWIN_FSOPT_PACK_INVAL_ATTRS &&
	    !(set->common & DARWIN_ATTR_CMN_RETURNED_ATTRS))
		return -EINVAL;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_attr_check);

/**
 * darwin_attr_put() - pack a value
 * @p: buffer
 * @data: value, NULL for zeroes
 * @len: its size, a multiple of four
 *
 * Context: any.
 */
void darwin_attr_put(struct darwin_attr_packer *p, const void *data, size_t len)
{
	if (p->buf) {
		if (data)
			memcpy(p->buf + p->at, data, len);
		else
			memset(p->buf + p->at, 0, len);
	}
	p->at += len;
}

/**
 * darwin_attr_put_string() - pack a reference to a string, and the string
 * @p: buffer
 * @s: string
 *
 * Context: any.
 */
void darwin_attr_put_string(struct darwin_attr_packer *p, const char *s)
{
	size_t len = strlen(s) + 1;
	struct darwin_attr_ref ref = {
		.offset = p->var - p->at,
		.length = len,
	};

	darwin_attr_put(p, &ref, sizeof(ref));
	if (p->buf)
		memcpy(p->buf + p->var, s, len);
	p->var += ALIGN(len, 4);
}

static void put32(struct darwin_attr_packer *p, u32 value)
{
	darwin_attr_put(p, &value, sizeof(value));
}

static void put64(struct darwin_attr_packer *p, u64 value)
{
	darwin_attr_put(p, &value, sizeof(value));
}

/**
 * darwin_attr_put_invalid() - pack an attribute that is not there
 * @p: buffer
 * @len: its size
 *
 * Context: any.
 * Return: false, for it is not.
 */
bool darwin_attr_put_invalid(struct darwin_attr_packer *p, size_t len)
{
	if (p->pack_invalid)
		darwin_attr_put(p, NULL, len);
	else if (!p->return_valid)
		p->missing = true;
	return false;
}

/* The same for one that Darwin answers with zeroes if need be. */
static bool put_default(struct darwin_attr_packer *p, const void *data, size_t len)
{
	if (p->pack_invalid || !p->return_valid)
		darwin_attr_put(p, data, len);
	return false;
}

/* Packs one common attribute; false when it is not there. */
static bool pack_common(struct darwin_attr_packer *p, const struct darwin_attr_object *obj,
			u32 attr)
{
	const struct darwin_stat64 *st = &obj->st;
	u32 encoding = ENCODING_UNICODE;

	switch (attr) {
	case DARWIN_ATTR_CMN_NAME:
		darwin_attr_put_string(p, obj->name);
		return true;
	case DARWIN_ATTR_CMN_DEVID:
		put32(p, st->dev);
		return true;
	case DARWIN_ATTR_CMN_FSID:
		darwin_attr_put(p, obj->fsid, sizeof(obj->fsid));
		return true;
	case DARWIN_ATTR_CMN_OBJTYPE:
		put32(p, object_type(st->mode));
		return true;
	case DARWIN_ATTR_CMN_OBJTAG:
		put32(p, VT_OTHER);
		return true;
	case DARWIN_ATTR_CMN_OBJID:
	case DARWIN_ATTR_CMN_OBJPERMANENTID:
	case DARWIN_ATTR_CMN_FILEID:
		put64(p, st->ino);
		return true;
	case DARWIN_ATTR_CMN_PAROBJID:
	case DARWIN_ATTR_CMN_PARENTID:
		put64(p, obj->parent);
		return true;
	case DARWIN_ATTR_CMN_SCRIPT:
		return put_default(p, &encoding, sizeof(encoding));
	case DARWIN_ATTR_CMN_CRTIME:
		if (!obj->has_birth)
			return put_default(p, NULL, sizeof(st->birthtime));
		darwin_attr_put(p, &st->birthtime, sizeof(st->birthtime));
		return true;
	case DARWIN_ATTR_CMN_MODTIME:
		darwin_attr_put(p, &st->mtime, sizeof(st->mtime));
		return true;
	case DARWIN_ATTR_CMN_CHGTIME:
		darwin_attr_put(p, &st->ctime, sizeof(st->ctime));
		return true;
	case DARWIN_ATTR_CMN_ACCTIME:
		darwin_attr_put(p, &st->atime, sizeof(st->atime));
		return true;
	case DARWIN_ATTR_CMN_BKUPTIME:
		return put_default(p, NULL, sizeof(struct darwin_stat_time));
	case DARWIN_ATTR_CMN_FNDRINFO:
		if (!obj->has_fndrinfo)
			return put_default(p, NULL, DARWIN_FNDRINFO_LEN);
		darwin_attr_put(p, obj->fndrinfo, DARWIN_FNDRINFO_LEN);
		return true;
	case DARWIN_ATTR_CMN_OWNERID:
		put32(p, st->uid);
		return true;
	case DARWIN_ATTR_CMN_GRPID:
		put32(p, st->gid);
		return true;
	case DARWIN_ATTR_CMN_ACCESSMASK:
		put32(p, st->mode);
		return true;
	case DARWIN_ATTR_CMN_FLAGS:
		put32(p, st->flags);
		return true;
	case DARWIN_ATTR_CMN_USERACCESS:
		put32(p, obj->access);
		return true;
	case DARWIN_ATTR_CMN_EXTENDED_SECURITY:
		/* No list: a reference to nothing. */
		return put_default(p, NULL, sizeof(struct darwin_attr_ref));
	case DARWIN_ATTR_CMN_FULLPATH:
		if (!obj->fullpath)
			return darwin_attr_put_invalid(p, sizeof(struct darwin_attr_ref));
		darwin_attr_put_string(p, obj->fullpath);
		return true;
	case DARWIN_ATTR_CMN_UUID:
	case DARWIN_ATTR_CMN_GRPUUID:
	case DARWIN_ATTR_CMN_ADDEDTIME:
		return darwin_attr_put_invalid(p, 16);
	default:
		/* GEN_COUNT, DOCUMENT_ID, DATA_PROTECT_FLAGS */
		return darwin_attr_put_invalid(p, sizeof(u32));
	}
}

static bool pack_dir(struct darwin_attr_packer *p, const struct darwin_attr_object *obj, u32 attr)
{
	switch (attr) {
	case DARWIN_ATTR_DIR_LINKCOUNT:
		put32(p, obj->st.nlink);
		return true;
	case DARWIN_ATTR_DIR_ENTRYCOUNT:
		if (obj->entries < 0)
			return darwin_attr_put_invalid(p, sizeof(u32));
		put32(p, obj->entries);
		return true;
	case DARWIN_ATTR_DIR_MOUNTSTATUS:
		put32(p, obj->mountpoint ? MNTSTATUS_MNTPOINT : 0);
		return true;
	case DARWIN_ATTR_DIR_ALLOCSIZE:
		put64(p, obj->st.blocks * SECTOR);
		return true;
	case DARWIN_ATTR_DIR_IOBLOCKSIZE:
		put32(p, obj->st.blksize);
		return true;
	default:
		put64(p, obj->st.size);
		return true;
	}
}

static bool pack_file(struct darwin_attr_packer *p, const struct darwin_attr_object *obj, u32 attr)
{
	u32 blksize = obj->st.blksize > 0 ? obj->st.blksize : SECTOR;
	u64 alloc = obj->st.blocks * SECTOR;
	u64 rsrc_alloc = roundup(obj->rsrc_len, blksize);

	switch (attr) {
	case DARWIN_ATTR_FILE_LINKCOUNT:
		put32(p, obj->st.nlink);
		return true;
	case DARWIN_ATTR_FILE_TOTALSIZE:
		put64(p, obj->st.size + obj->rsrc_len);
		return true;
	case DARWIN_ATTR_FILE_ALLOCSIZE:
		put64(p, alloc + rsrc_alloc);
		return true;
	case DARWIN_ATTR_FILE_IOBLOCKSIZE:
		put32(p, obj->st.blksize);
		return true;
	case DARWIN_ATTR_FILE_CLUMPSIZE:
		return put_default(p, NULL, sizeof(u32));
	case DARWIN_ATTR_FILE_DEVTYPE:
		put32(p, S_ISBLK(obj->st.mode) || S_ISCHR(obj->st.mode) ? obj->st.rdev : 0);
		return true;
	case DARWIN_ATTR_FILE_DATALENGTH:
		put64(p, obj->st.size);
		return true;
	case DARWIN_ATTR_FILE_DATAALLOCSIZE:
		put64(p, alloc);
		return true;
	case DARWIN_ATTR_FILE_RSRCLENGTH:
		put64(p, obj->rsrc_len);
		return true;
	default:
		put64(p, rsrc_alloc);
		return true;
	}
}

static bool pack_extended(struct darwin_attr_packer *p, const struct darwin_attr_object *obj,
			  u32 attr)
{
	switch (attr) {
	case DARWIN_ATTR_CMNEXT_LINKID:
		put64(p, obj->st.ino);
		return true;
	case DARWIN_ATTR_CMNEXT_NOFIRMLINKPATH:
		if (!obj->fullpath)
			return darwin_attr_put_invalid(p, sizeof(struct darwin_attr_ref));
		darwin_attr_put_string(p, obj->fullpath);
		return true;
	case DARWIN_ATTR_CMNEXT_REALDEVID:
		put32(p, obj->st.dev);
		return true;
	case DARWIN_ATTR_CMNEXT_REALFSID:
		darwin_attr_put(p, obj->fsid, sizeof(obj->fsid));
		return true;
	default:
		/* RELPATH, PRIVATESIZE, CLONEID, EXT_FLAGS */
		return darwin_attr_put_invalid(p, sizeof(u64));
	}
}

typedef bool (*pack_fn)(struct darwin_attr_packer *p, const struct darwin_attr_object *obj,
			u32 attr);

static u32 pack_group(struct darwin_attr_packer *p, const struct darwin_attr_object *obj,
		      u32 want, pack_fn pack)
{
	u32 actual = 0, attr;

	for (attr = 1; want; attr <<= 1) {
		if (want & attr && pack(p, obj, attr))
			actual |= attr;
		want &= ~attr;
	}
	return actual;
}

static void pack_all(struct darwin_attr_packer *p, const struct darwin_attr_object *obj)
{
	const u32 special = DARWIN_ATTR_CMN_ERROR | DARWIN_ATTR_CMN_RETURNED_ATTRS;

	p->at = sizeof(u32);
	memset(&p->actual, 0, sizeof(p->actual));
	if (p->return_valid)
		p->at += sizeof(p->actual);
	if (p->want.common & DARWIN_ATTR_CMN_ERROR && (p->pack_invalid || !p->return_valid)) {
		put32(p, 0);
		p->actual.common |= DARWIN_ATTR_CMN_ERROR;
	}
	p->actual.common |= pack_group(p, obj, p->want.common & ~special, pack_common);
	if (p->want.vol)
		darwin_attr_pack_vol(p, obj);
	else if (S_ISDIR(obj->st.mode))
		p->actual.dir = pack_group(p, obj, p->want.dir, pack_dir);
	else
		p->actual.file = pack_group(p, obj, p->want.file, pack_file);
	p->actual.fork = pack_group(p, obj, p->want.fork, pack_extended);
	if (p->return_valid)
		p->actual.common |= DARWIN_ATTR_CMN_RETURNED_ATTRS;
}

/**
 * darwin_attr_pack() - fill a buffer with attributes
 * @buf: buffer
 * @size: its size
 * @want: attributes, have passed darwin_attr_check()
 * @options: DARWIN_FSOPT_*
 * @obj: object
 *
 * Context: any.
 * Return: bytes used, the length word included; -EINVAL when something is not
 * there and nothing allows to say so; -ENOMEM when @buf is too small.
 */
ssize_t darwin_attr_pack(u8 *buf, size_t size, const struct darwin_attr_set *want,
			 u32 options, const struct darwin_attr_object *obj)
{
	struct darwin_attr_packer p = {
		.want = *want,
		.return_valid = want->common & DARWIN_ATTR_CMN_RETURNED_ATTRS,
		.pack_invalid = options & DARWIN_FSOPT_PACK_INVAL_ATTRS,
	};
	size_t fixed;
	u32 total;

	pack_all(&p, obj);
	if (p.missing)
		return -EINVAL;
	fixed = p.at;
	if (fixed + p.var > size)
		return -ENOMEM;
	total = fixed + p.var;
	memset(buf, 0, total);
	p.buf = buf;
	p.var = fixed;
	pack_all(&p, obj);
	memcpy(buf, &total, sizeof(total));
	if (p.return_valid)
		memcpy(buf + sizeof(total), &p.actual, sizeof(p.actual));
	return total;
}
EXPORT_SYMBOL_FOR_TEST(darwin_attr_pack);
