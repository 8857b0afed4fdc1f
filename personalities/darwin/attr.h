/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin's attribute lists: getattrlist(2) and its relatives. */
#ifndef _DARWIN_ATTR_H
#define _DARWIN_ATTR_H

#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "fs.h"
#include "stat.h"
#include "statfs.h"

#define DARWIN_ATTR_BIT_MAP_COUNT	5

/* No more than this is ever packed for one object. */
#define DARWIN_ATTR_MAX_BUFFER		8192

/* Which attributes, by group. */
struct darwin_attr_set {
	u32 common;
	u32 vol;
	u32 dir;
	u32 file;
	u32 fork;
};

struct darwin_attrlist {
	u16 bitmapcount;
	u16 reserved;
	struct darwin_attr_set set;
};

static_assert(sizeof(struct darwin_attr_set) == 20);
static_assert(sizeof(struct darwin_attrlist) == 24);
static_assert(offsetof(struct darwin_attrlist, set) == 4);

/* Where a string is, counted from here. */
struct darwin_attr_ref {
	s32 offset;
	u32 length;
};

/* Options */
#define DARWIN_FSOPT_NOFOLLOW		0x0001
#define DARWIN_FSOPT_NOINMEMUPDATE	0x0002
#define DARWIN_FSOPT_REPORT_FULLSIZE	0x0004
#define DARWIN_FSOPT_PACK_INVAL_ATTRS	0x0008
#define DARWIN_FSOPT_ATTR_CMN_EXTENDED	0x0020
#define DARWIN_FSOPT_RETURN_REALDEV	0x0200

/* Common attributes */
#define DARWIN_ATTR_CMN_NAME		0x00000001
#define DARWIN_ATTR_CMN_DEVID		0x00000002
#define DARWIN_ATTR_CMN_FSID		0x00000004
#define DARWIN_ATTR_CMN_OBJTYPE		0x00000008
#define DARWIN_ATTR_CMN_OBJTAG		0x00000010
#define DARWIN_ATTR_CMN_OBJID		0x00000020
#define DARWIN_ATTR_CMN_OBJPERMANENTID	0x00000040
#define DARWIN_ATTR_CMN_PAROBJID	0x00000080
#define DARWIN_ATTR_CMN_SCRIPT		0x00000100
#define DARWIN_ATTR_CMN_CRTIME		0x00000200
#define DARWIN_ATTR_CMN_MODTIME		0x00000400
#define DARWIN_ATTR_CMN_CHGTIME		0x00000800
#define DARWIN_ATTR_CMN_ACCTIME		0x00001000
#define DARWIN_ATTR_CMN_BKUPTIME	0x00002000
#define DARWIN_ATTR_CMN_FNDRINFO	0x00004000
#define DARWIN_ATTR_CMN_OWNERID		0x00008000
#define DARWIN_ATTR_CMN_GRPID		0x00010000
#define DARWIN_ATTR_CMN_ACCESSMASK	0x00020000
#define DARWIN_ATTR_CMN_FLAGS		0x00040000
#define DARWIN_ATTR_CMN_GEN_COUNT	0x00080000
#define DARWIN_ATTR_CMN_DOCUMENT_ID	0x00100000
#define DARWIN_ATTR_CMN_USERACCESS	0x00200000
#define DARWIN_ATTR_CMN_EXTENDED_SECURITY 0x00400000
#define DARWIN_ATTR_CMN_UUID		0x00800000
#define DARWIN_ATTR_CMN_GRPUUID		0x01000000
#define DARWIN_ATTR_CMN_FILEID		0x02000000
#define DARWIN_ATTR_CMN_PARENTID	0x04000000
#define DARWIN_ATTR_CMN_FULLPATH	0x08000000
#define DARWIN_ATTR_CMN_ADDEDTIME	0x10000000
#define DARWIN_ATTR_CMN_ERROR		0x20000000
#define DARWIN_ATTR_CMN_DATA_PROTECT_FLAGS 0x40000000
#define DARWIN_ATTR_CMN_RETURNED_ATTRS	0x80000000

/* A common attribute when asked for by getattrlistbulk(2). */
#define DARWIN_ATTR_BULK_REQUIRED	(DARWIN_ATTR_CMN_NAME | DARWIN_ATTR_CMN_RETURNED_ATTRS)

/* Of volumes */
#define DARWIN_ATTR_VOL_FSTYPE		0x00000001
#define DARWIN_ATTR_VOL_SIGNATURE	0x00000002
#define DARWIN_ATTR_VOL_SIZE		0x00000004
#define DARWIN_ATTR_VOL_SPACEFREE	0x00000008
#define DARWIN_ATTR_VOL_SPACEAVAIL	0x00000010
#define DARWIN_ATTR_VOL_MINALLOCATION	0x00000020
#define DARWIN_ATTR_VOL_ALLOCATIONCLUMP	0x00000040
#define DARWIN_ATTR_VOL_IOBLOCKSIZE	0x00000080
#define DARWIN_ATTR_VOL_OBJCOUNT	0x00000100
#define DARWIN_ATTR_VOL_MAXOBJCOUNT	0x00000800
#define DARWIN_ATTR_VOL_MOUNTPOINT	0x00001000
#define DARWIN_ATTR_VOL_NAME		0x00002000
#define DARWIN_ATTR_VOL_MOUNTFLAGS	0x00004000
#define DARWIN_ATTR_VOL_MOUNTEDDEVICE	0x00008000
#define DARWIN_ATTR_VOL_ENCODINGSUSED	0x00010000
#define DARWIN_ATTR_VOL_CAPABILITIES	0x00020000
#define DARWIN_ATTR_VOL_UUID		0x00040000
#define DARWIN_ATTR_VOL_ATTRIBUTES	0x40000000
#define DARWIN_ATTR_VOL_INFO		0x80000000

/* Of directories */
#define DARWIN_ATTR_DIR_LINKCOUNT	0x00000001
#define DARWIN_ATTR_DIR_ENTRYCOUNT	0x00000002
#define DARWIN_ATTR_DIR_MOUNTSTATUS	0x00000004
#define DARWIN_ATTR_DIR_ALLOCSIZE	0x00000008
#define DARWIN_ATTR_DIR_IOBLOCKSIZE	0x00000010
#define DARWIN_ATTR_DIR_DATALENGTH	0x00000020

/* Of everything else */
#define DARWIN_ATTR_FILE_LINKCOUNT	0x00000001
#define DARWIN_ATTR_FILE_TOTALSIZE	0x00000002
#define DARWIN_ATTR_FILE_ALLOCSIZE	0x00000004
#define DARWIN_ATTR_FILE_IOBLOCKSIZE	0x00000008
#define DARWIN_ATTR_FILE_CLUMPSIZE	0x00000010
#define DARWIN_ATTR_FILE_DEVTYPE	0x00000020
#define DARWIN_ATTR_FILE_DATALENGTH	0x00000200
#define DARWIN_ATTR_FILE_DATAALLOCSIZE	0x00000400
#define DARWIN_ATTR_FILE_RSRCLENGTH	0x00001000
#define DARWIN_ATTR_FILE_RSRCALLOCSIZE	0x00002000

/* In the place of fork attributes, with FSOPT_ATTR_CMN_EXTENDED */
#define DARWIN_ATTR_CMNEXT_RELPATH	0x00000004
#define DARWIN_ATTR_CMNEXT_PRIVATESIZE	0x00000008
#define DARWIN_ATTR_CMNEXT_LINKID	0x00000010
#define DARWIN_ATTR_CMNEXT_NOFIRMLINKPATH 0x00000020
#define DARWIN_ATTR_CMNEXT_REALDEVID	0x00000040
#define DARWIN_ATTR_CMNEXT_REALFSID	0x00000080
#define DARWIN_ATTR_CMNEXT_CLONEID	0x00000100
#define DARWIN_ATTR_CMNEXT_EXT_FLAGS	0x00000200

#define DARWIN_FNDRINFO_LEN		32

/**
 * struct darwin_attr_object - all that can be said about an object
 * @st: as stat(2)
 * @fsid: of its file system
 * @parent: inode number of the directory it is in
 * @access: R_OK, W_OK and X_OK bits of the caller's
 * @entries: number of entries of a directory, -1 if not known
 * @mountpoint: a directory that something is mounted on
 * @has_birth: @st.birthtime is known
 * @has_fndrinfo: @fndrinfo is
 * @rsrc_len: length of the resource fork
 * @name: last component of its name
 * @fullpath: its whole name, NULL if not asked for
 * @fndrinfo: Finder information
 * @vol: its volume, NULL if not asked for
 * @uuid: the volume's, NULL if it has none
 */
struct darwin_attr_object {
	struct darwin_stat64 st;
	s32 fsid[2];
	u64 parent;
	u32 access;
	s32 entries;
	bool mountpoint;
	bool has_birth;
	bool has_fndrinfo;
	u64 rsrc_len;
	const char *name;
	const char *fullpath;
	u8 fndrinfo[DARWIN_FNDRINFO_LEN];
	const struct darwin_statfs64 *vol;
	const u8 *uuid;
};

/**
 * struct darwin_attr_packer - a buffer being filled
 * @buf: buffer, NULL: sizes are only counted
 * @at: where the next fixed-size attribute goes
 * @var: where the next string goes
 * @want: what is asked for
 * @actual: what has been packed
 * @return_valid: what is not there is left out, and @actual says so
 * @pack_invalid: what is not there is packed as zeroes
 * @missing: something was asked for that is not there
 */
struct darwin_attr_packer {
	u8 *buf;
	size_t at;
	size_t var;
	struct darwin_attr_set want;
	struct darwin_attr_set actual;
	bool return_valid;
	bool pack_invalid;
	bool missing;
};

/* attrpack.c */
int darwin_attr_check(const struct darwin_attrlist *list, u64 options);
ssize_t darwin_attr_pack(u8 *buf, size_t size, const struct darwin_attr_set *want,
			 u32 options, const struct darwin_attr_object *obj);
void darwin_attr_put(struct darwin_attr_packer *p, const void *data, size_t len);
void darwin_attr_put_string(struct darwin_attr_packer *p, const char *s);
bool darwin_attr_put_invalid(struct darwin_attr_packer *p, size_t len);

/* attrvol.c */
void darwin_attr_pack_vol(struct darwin_attr_packer *p, const struct darwin_attr_object *obj);

/* setattr.c */
int darwin_setattr_sizes(const struct darwin_attr_set *set, size_t *size);

#endif /* _DARWIN_ATTR_H */
