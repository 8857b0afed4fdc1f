/* SPDX-License-Identifier: GPL-2.0-only */
/* File objects: a Linux file with what NT knows of an open file. */
#ifndef _NT_FILE_H
#define _NT_FILE_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "async.h"
#include "nt.h"

struct file;
struct nt_dir;
struct nt_node;

/* What sort of thing a handle leads to; FILE_DEVICE_* values. */
#define NT_DEVICE_DISK		0x07
#define NT_DEVICE_NAMED_PIPE	0x11
#define NT_DEVICE_NULL		0x15
#define NT_DEVICE_UNKNOWN	0x22
#define NT_DEVICE_CONSOLE	0x50

/* Access rights of files and pipes. */
#define NT_FILE_READ_DATA		0x0001u
#define NT_FILE_LIST_DIRECTORY		0x0001u
#define NT_FILE_WRITE_DATA		0x0002u
#define NT_FILE_APPEND_DATA		0x0004u
#define NT_FILE_READ_EA			0x0008u
#define NT_FILE_WRITE_EA		0x0010u
#define NT_FILE_EXECUTE			0x0020u
#define NT_FILE_DELETE_CHILD		0x0040u
#define NT_FILE_READ_ATTRIBUTES		0x0080u
#define NT_FILE_WRITE_ATTRIBUTES	0x0100u
#define NT_FILE_ALL_ACCESS		0x001f01ffu

/* ShareAccess */
#define NT_FILE_SHARE_READ		0x1u
#define NT_FILE_SHARE_WRITE		0x2u
#define NT_FILE_SHARE_DELETE		0x4u

/* CreateDisposition */
#define NT_FILE_SUPERSEDE		0u
#define NT_FILE_OPEN			1u
#define NT_FILE_CREATE			2u
#define NT_FILE_OPEN_IF			3u
#define NT_FILE_OVERWRITE		4u
#define NT_FILE_OVERWRITE_IF		5u

/* What an open says that it did. */
#define NT_FILE_SUPERSEDED		0u
#define NT_FILE_OPENED			1u
#define NT_FILE_CREATED			2u
#define NT_FILE_OVERWRITTEN		3u

/* CreateOptions */
#define NT_FILE_DIRECTORY_FILE		0x00000001u
#define NT_FILE_WRITE_THROUGH		0x00000002u
#define NT_FILE_SYNCHRONOUS_IO_ALERT	0x10u
#define NT_FILE_SYNCHRONOUS_IO_NONALERT	0x20u
#define NT_FILE_NON_DIRECTORY_FILE	0x00000040u
#define NT_FILE_DELETE_ON_CLOSE		0x00001000u
#define NT_FILE_OPEN_REPARSE_POINT	0x00200000u
#define NT_FILE_SYNCHRONOUS_IO \
	(NT_FILE_SYNCHRONOUS_IO_ALERT | NT_FILE_SYNCHRONOUS_IO_NONALERT)

/**
 * struct nt_file - file object
 * @obj: waitable: signalled when the last I/O request has ended (@io.signaled)
 * @file: the Linux file. Reads and writes of anything but files and folders of a
 *	file system go through nt_io_read() and nt_io_write()
 * @access: rights it was opened with
 * @options: FILE_* options it was opened with; no NT_FILE_SYNCHRONOUS_IO bit:
 *	requests may end later
 * @device: NT_DEVICE_*
 * @io: requests under way (async.c)
 * @port: completion port that is told of each, with @port_key; NULL: none. Is set
 *	once (completion.c)
 * @port_key: see there
 * @skip_port: NT_SKIP_*
 * @share: FILE_SHARE_* bits it was opened with
 * @share_access: rights that must go with what the other openers share
 * @node: what all openers of the file share, NULL for pipes and devices (share.c)
 * @opener: in node->openers; empty when the last handle is closed
 * @delete_on_close: FILE_DELETE_ON_CLOSE, or asked for later
 * @posix_delete: that means the name, at once
 * @lock: protects @dir
 * @dir: reading a folder: where, and which names (direntry.c)
 */
struct nt_file {
	struct nt_object obj;
	struct file *file;
	u32 access;
	u32 options;
	u32 device;
	struct nt_file_io io;
	struct nt_object *port;
	u64 port_key;
	u32 skip_port;
	u32 share;
	u32 share_access;
	struct nt_node *node;
	struct list_head opener;
	bool delete_on_close;
	bool posix_delete;
	struct mutex lock;
	struct nt_dir *dir;
};

/*
 * file.c. A file object with one reference, of @file, whose reference it takes
 * over; NULL: no memory, and @file is still the caller's.
 */
struct nt_file *nt_file_new(struct file *file, u32 access, u32 options);
/* The Linux file of a file object, with a reference. */
struct file *nt_file_get(struct nt_object *obj);
/* Handles for the file descriptors 0 to 2 of an exec: 0 where one is closed. */
long nt_file_std_handles(struct nt_proc *proc, u64 handles[3]);
/* Opens an image or data file of the view by its Windows path, kernel side. */
struct file *nt_file_open_kernel(const char *path);

/*
 * path.c. NT path ("\??\C:\x", "\??\UNC\...", "\??\pipe\x") to a Linux path in
 * kernel memory, to be freed with kfree(). The last component need not exist.
 */
long nt_path_resolve(struct persona_call *call, u64 root, const u16 *name, u32 len,
		     bool follow, char **out);
/* A Linux path to "\??\Z:\..." or "\??\C:\...": units written. */
int nt_path_of_linux(struct persona_proc *proc, const char *path, u16 *out, u32 max);
int nt_path_of_file(struct persona_proc *proc, struct file *file, u16 *out, u32 max);

#endif /* _NT_FILE_H */
