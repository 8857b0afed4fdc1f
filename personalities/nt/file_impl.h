/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that make up the file system share. */
#ifndef _NT_FILE_IMPL_H
#define _NT_FILE_IMPL_H

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/path.h>
#include <linux/stat.h>
#include <linux/wait.h>

#include "file.h"

#define NT_FILE_SHARE_ALL	0x7u
#define NT_DISPOSITIONS		6u

/* FILE_ATTRIBUTE_* */
#define NT_ATTR_READONLY	0x00000001u
#define NT_ATTR_HIDDEN		0x00000002u
#define NT_ATTR_SYSTEM		0x00000004u
#define NT_ATTR_DIRECTORY	0x00000010u
#define NT_ATTR_ARCHIVE		0x00000020u
#define NT_ATTR_NORMAL		0x00000080u
#define NT_ATTR_TEMPORARY	0x00000100u
#define NT_ATTR_REPARSE_POINT	0x00000400u

#define NT_REPARSE_TAG_SYMLINK	0xa000000cu

/* What an xattr remembers, as Samba does: these attributes. */
#define NT_ATTR_STORED		(NT_ATTR_HIDDEN | NT_ATTR_SYSTEM)

#define NT_NAME_UNITS		32768u	/* longer names there are none */
#define NT_COMPONENT_MAX	255u	/* units */

/**
 * struct nt_node - a file as long as any NT process has it open
 * @hash: in the table of all
 * @refs: file objects and byte-range requests; protected by the table's lock
 * @inode: key; held by the files of the openers
 * @lock: protects what follows
 * @openers: file objects with handles, by nt_file.opener
 * @delete_pending: to be deleted when @openers is empty
 * @victim: what is to be deleted then
 * @cred: by whom
 * @ranges: byte-range locks (locks.c)
 * @nr_ranges: number of them
 * @wait: for ranges
 */
struct nt_node {
	struct hlist_node hash;
	unsigned int refs;
	struct inode *inode;
	spinlock_t lock;
	struct list_head openers;
	bool delete_pending;
	struct path victim;
	const struct cred *cred;
	struct list_head ranges;
	unsigned int nr_ranges;
	wait_queue_head_t wait;
};

/* share.c */
long nt_node_join(struct nt_file *file, u32 access, u32 share);
void nt_node_leave(struct nt_file *file);
void nt_node_close(struct nt_file *file);
long nt_node_set_delete(struct nt_file *file, bool pending);
bool nt_node_delete_pending(struct nt_file *file);
bool nt_inode_is_open(const struct nt_file *file, const struct inode *inode);
bool nt_opener_counts(const struct nt_file *other, const struct nt_file *file);
int nt_may_delete(const struct path *path);
bool nt_share_conflict(u32 access1, u32 share1, u32 access2, u32 share2);

/* locks.c */
void nt_ranges_release(struct nt_file *file, struct nt_proc *proc);
bool nt_ranges_conflict(struct nt_file *file, u64 pos, u64 len, bool write);

/**
 * struct nt_path - a file's Linux path
 * @name: kmalloc()ed
 * @start: offset behind what is certain to be spelled right: the first component
 *	that the caller has named
 * @slash: the name ended in a backslash: it means a folder
 */
struct nt_path {
	char *name;
	u32 start;
	bool slash;
};

/* Which sort of name? */
enum nt_name_kind {
	NT_NAME_INVALID,
	NT_NAME_DRIVE,		/* \??\X:\... */
	NT_NAME_SYSTEM_ROOT,	/* \SystemRoot\... */
	NT_NAME_UNIX,		/* \??\unix\..., Wine's */
	NT_NAME_NULL,		/* the NUL device */
	NT_NAME_UNC,
	NT_NAME_RELATIVE,	/* no backslash in front */
	NT_NAME_OTHER,		/* another device */
};

/* path.c */
enum nt_name_kind nt_name_parse(const u16 *name, u32 len, u32 *rest, u16 *drive);
int nt_name_to_linux(const u16 *name, u32 len, char *out, size_t max, bool *slash);
int nt_name_of_linux(const char *name, size_t len, u16 *out, size_t max);
long nt_path_make(struct persona_call *call, u64 root, const u16 *name, u32 len,
		  struct nt_path *path);

/* drive.c */
int nt_drive_path(struct nt_proc *proc, char letter, char *buf, size_t max);

/* lookup.c */
long nt_lookup(struct persona_call *call, struct nt_path *path, u32 follow, bool missing);

/**
 * struct nt_open - what an open call asks for
 * @attr: name
 * @access: desired; generic rights have been mapped
 * @share: FILE_SHARE_*
 * @options: FILE_*
 * @disposition: NT_FILE_OPEN and so on
 * @attributes: FILE_ATTRIBUTE_* of a new file
 */
struct nt_open {
	struct nt_attributes attr;
	u32 access;
	u32 share;
	u32 options;
	u32 disposition;
	u32 attributes;
};

/* create.c */
long nt_open_check(const struct nt_open *req);
int nt_open_flags(u32 access, u32 options);
long nt_file_open(struct persona_call *call, struct nt_open *req, struct nt_file **out,
		  u64 *created);

/* direntry.c */
void nt_dir_free(struct nt_dir *dir);

/* file.c */
long nt_file_ref(struct persona_call *call, u64 handle, u32 access, struct nt_file **out);
long nt_file_ref_any(struct persona_call *call, u64 handle, u32 access, struct nt_file **out);

static inline void nt_file_put(struct nt_file *file)
{
	nt_object_put(&file->obj);
}

/* A native call on a file descriptor that exists only as long: nr(fd, ...). */
long __nt_file_native(struct persona_call *call, struct file *file, unsigned int nr,
		      const u64 args[6]);
#define nt_file_native(call, file, nr, ...) \
	__nt_file_native(call, file, nr, (const u64[6]) { PERSONA_ARGS_(__VA_ARGS__) })

/* fileio.c */
long nt_io_offset(const s64 *offset, bool sync, bool write, s64 *pos, bool *current_pos,
		  bool *append);

/* attr.c: what stat(2) says, as NT has it */
u32 nt_attr_of_mode(umode_t mode);
u32 nt_attr_stored(const struct path *path);
long nt_attr_store(struct persona_call *call, struct nt_file *file, u32 attr);
u64 nt_alloc_size(const struct kstat *stat);

/* fileinfo.c */
struct nt_file_stat {
	struct kstat stat;
	u32 attr;
	u32 tag;	/* reparse tag, 0 if none */
};

long nt_stat_path(const struct path *path, struct nt_file_stat *st);

/* fileattr.c */
long nt_stat_name(const char *name, struct nt_file_stat *st);

#endif /* _NT_FILE_IMPL_H */
