/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registry: a key is a directory, a value a file in it.
 *
 * Everything is done with the caller's own credentials, below the folder
 * "registry" of the view. What the files look like: Documentation/nt-registry.rst.
 */
#ifndef _NT_REGISTRY_H
#define _NT_REGISTRY_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "nt.h"

#define NT_REG_KEY_NAME_MAX	255u		/* units */
#define NT_REG_VALUE_NAME_MAX	16383u
#define NT_REG_DATA_MAX		0x100000u	/* bytes */
#define NT_REG_DEPTH_MAX	512u
#define NT_REG_UNIT_MAX		6u		/* bytes of a unit in a file name */
/* A file of a value: its data, three times as long as text, and the name. */
#define NT_REG_FILE_MAX		(3 * NT_REG_DATA_MAX + 6 * NT_REG_VALUE_NAME_MAX + 64)

/* Types of values */
#define NT_REG_NONE		0
#define NT_REG_SZ		1
#define NT_REG_EXPAND_SZ	2
#define NT_REG_BINARY		3
#define NT_REG_DWORD		4
#define NT_REG_DWORD_BE		5
#define NT_REG_LINK		6
#define NT_REG_MULTI_SZ		7
#define NT_REG_QWORD		11

/* Access rights of keys */
#define NT_KEY_QUERY_VALUE	0x0001u
#define NT_KEY_SET_VALUE	0x0002u
#define NT_KEY_CREATE_SUB_KEY	0x0004u
#define NT_KEY_ENUMERATE	0x0008u
#define NT_KEY_NOTIFY		0x0010u
#define NT_KEY_CREATE_LINK	0x0020u
#define NT_KEY_ALL		0x003fu

/* NtCreateKey's options */
#define NT_REG_VOLATILE		0x0001u
#define NT_REG_CREATE_LINK	0x0002u
#define NT_REG_BACKUP_RESTORE	0x0004u
#define NT_REG_OPEN_LINK	0x0008u
#define NT_REG_OPTIONS		0x001fu

/* NtNotifyChangeKey's filter */
#define NT_REG_CHANGED_NAME	0x0001u
#define NT_REG_CHANGED_ATTR	0x0002u
#define NT_REG_CHANGED_VALUE	0x0004u
#define NT_REG_CHANGED_ALL	0x000fu

/* regname.c: names of keys and values as names of files */
int nt_reg_component(const u16 *name, u32 len, bool value, char out[NAME_MAX + 1]);
int nt_reg_escape(const u16 *name, u32 len, char *out, size_t max);
int nt_reg_unescape(const char *in, size_t len, u16 *out, size_t max);
int nt_reg_path(const u16 *name, u32 len, char *out, size_t max);

/**
 * struct nt_reg_value - a value
 * @type: NT_REG_*
 * @size: bytes of data
 * @name: its name as it was spelled
 * @name_len: units
 * @data: data
 */
struct nt_reg_value {
	u32 type;
	u32 size;
	u16 *name;
	u32 name_len;
	u8 *data;
};

/* regdata.c: values as contents of files */
int nt_reg_format(const struct nt_reg_value *value, char **out, size_t *len);
int nt_reg_parse(const char *buf, size_t len, const char *host, struct nt_reg_value *value);
void nt_reg_value_free(struct nt_reg_value *value);

/**
 * struct nt_reg_meta - what a key's directory does not say about it (".key")
 * @name: spelling, if it cannot be told from the directory's name
 * @name_len: units, 0 if there is none
 * @class: its class
 * @class_len: units
 * @is_volatile: goes when the machine stops
 * @stale: should have gone when it stopped
 */
struct nt_reg_meta {
	u16 name[NT_REG_KEY_NAME_MAX];
	u32 name_len;
	u16 class[NT_REG_KEY_NAME_MAX];
	u32 class_len;
	bool is_volatile;
	bool stale;
};

struct nt_reg_list;

/**
 * struct nt_key - key object
 * @obj: object head
 * @file: its directory, opened with O_PATH
 * @lock: protects @list
 * @list: names of what is in it, as of the last enumeration (reglist.c)
 * @is_volatile: goes when the machine stops, as does what is made in it
 * @len: units of @name
 * @name: full name, "\Registry\Machine\..."
 */
struct nt_key {
	struct nt_object obj;
	struct file *file;
	struct mutex lock;
	struct nt_reg_list *list;
	bool is_volatile;
	u32 len;
	u16 *name;
};

/* regfs.c: files and directories, as the calling task */
void nt_reg_init(void);
struct file *nt_reg_dir(struct persona_call *call, struct file *base, const char *path);
struct file *nt_reg_hive(struct persona_call *call, const char *path);
struct file *nt_reg_at(struct persona_call *call, struct file *dir, const char *name);
long nt_reg_read(struct persona_call *call, struct file *dir, const char *name, size_t max,
		 char **buf, size_t *len);
long nt_reg_write(struct persona_call *call, struct file *dir, const char *name,
		  const void *data, size_t len);
long nt_reg_mkdir(struct persona_call *call, struct file *dir, const char *name, umode_t mode);
long nt_reg_unlink(struct persona_call *call, struct file *dir, const char *name, int flags);
long nt_reg_rename(struct persona_call *call, struct file *dir, const char *old,
		   const char *new, u32 flags);
long nt_reg_native(struct persona_call *call, struct file *dir, unsigned int nr,
		   const char *name, u64 a2, u64 a3);
long nt_reg_meta_read(struct persona_call *call, struct file *dir, const char *name,
		      struct nt_reg_meta *meta);
long nt_reg_meta_write(struct persona_call *call, struct file *dir,
		       const struct nt_reg_meta *meta);
bool nt_reg_deleted(const struct file *dir);

/* reglist.c: what is in a key, in order */
struct nt_reg_entry {
	const char *file;
	u16 *name;	/* keys that are spelled */
	u32 name_len;
	bool link;
};

struct nt_reg_list {
	struct timespec64 mtime;
	u64 change;
	u32 nkeys;
	u32 nspelled;
	u32 nvalues;
	char *files;
	struct nt_reg_entry *keys;
	struct nt_reg_entry *values;
};

long nt_reg_list_get(struct persona_call *call, struct nt_key *key, struct nt_reg_list **list);
long nt_reg_list_spell(struct persona_call *call, struct nt_key *key, struct nt_reg_list *list,
		       u32 n);
long nt_reg_list_all(struct persona_call *call, struct file *dir, struct nt_reg_list **out);
void nt_reg_list_free(struct nt_reg_list *list);

/* registry.c */
struct nt_key *nt_key_new(struct file *dir, u16 *name, u32 len);
long nt_key_lookup(struct persona_call *call, struct nt_key *root, const u16 *name, u32 len,
		   struct nt_key **out);
long nt_key_ref(struct persona_call *call, u64 handle, u32 access, struct nt_key **out);
long nt_reg_reply(u64 buf, u32 len, u64 retlen, const void *data, u32 size, u32 fixed);

/* regvalue.c */
long nt_reg_value_read(struct persona_call *call, struct file *dir, const char *file,
		       struct nt_reg_value *value);
long nt_reg_value_write(struct persona_call *call, struct file *dir,
			const struct nt_reg_value *value);

/* regnotify.c */
u64 nt_reg_changes(struct file *dir);
void nt_reg_changed(struct file *dir, u32 what);
void nt_reg_watch_close(struct nt_key *key, struct nt_proc *proc);

#endif /* _NT_REGISTRY_H */
