// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening and creating files.
 *
 * Most opens are one open of the whole path. What is not there under that exact
 * name is looked for in other cases, and only then made.
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file_impl.h"
#include "nt_table.h"

#define KNOWN_OPTIONS	0x00ffffffu
#define OPEN_BY_FILE_ID	0x00002000u

/* Accesses that need the file open for reading or writing. */
#define READ_ACCESS	(NT_FILE_READ_DATA | NT_FILE_EXECUTE)
#define WRITE_ACCESS	(NT_FILE_WRITE_DATA | NT_FILE_APPEND_DATA)

static bool makes(u32 disposition)
{
	return disposition != NT_FILE_OPEN && disposition != NT_FILE_OVERWRITE;
}

static bool truncates(u32 disposition)
{
	return disposition == NT_FILE_SUPERSEDE || disposition == NT_FILE_OVERWRITE ||
	       disposition == NT_FILE_OVERWRITE_IF;
}

/**
 * nt_open_check() - do an open's parameters go together?
 * @req: request
 *
 * Context: any.
 * Return: 0, STATUS_INVALID_PARAMETER or STATUS_NOT_SUPPORTED.
 */
long nt_open_check(const struct nt_open *req)
{
	u32 sync = req->options & NT_FILE_SYNCHRONOUS_IO;

	if (req->disposition >= NT_DISPOSITIONS || req->share & ~NT_FILE_SHARE_ALL ||
	    req->options & ~KNOWN_OPTIONS)
		return NT_STATUS_INVALID_PARAMETER;
	if (sync == NT_FILE_SYNCHRONOUS_IO || (sync && !(req->access & NT_SYNCHRONIZE)))
		return NT_STATUS_INVALID_PARAMETER;
	if (req->options & NT_FILE_DIRECTORY_FILE &&
	    (req->options & NT_FILE_NON_DIRECTORY_FILE || truncates(req->disposition)))
		return NT_STATUS_INVALID_PARAMETER;
	if (req->options & NT_FILE_DELETE_ON_CLOSE && !(req->access & NT_DELETE))
		return NT_STATUS_INVALID_PARAMETER;
	/* The name would be a number: Linux has no such way past its folders. */
	if (req->options & OPEN_BY_FILE_ID)
		return NT_STATUS_NOT_SUPPORTED;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_open_check);

/**
 * nt_open_flags() - open(2)'s flags for an open
 * @access: rights asked for, no generic ones
 * @options: FILE_*
 *
 * What is only looked at, renamed or deleted needs no right to read it; and then
 * a symbolic link at the end stands for itself if it is to be moved.
 *
 * Context: any.
 * Return: O_*.
 */
int nt_open_flags(u32 access, u32 options)
{
	int flags = O_LARGEFILE;

	if (options & NT_FILE_DIRECTORY_FILE)
		flags |= access & READ_ACCESS ? O_RDONLY : O_PATH;
	else if (access & WRITE_ACCESS)
		flags |= access & READ_ACCESS ? O_RDWR : O_WRONLY;
	else
		flags |= access & READ_ACCESS ? O_RDONLY : O_PATH;
	if (options & NT_FILE_OPEN_REPARSE_POINT || (flags & O_PATH && access & NT_DELETE))
		flags |= O_NOFOLLOW;
	if (!(flags & O_PATH)) {
		if ((access & WRITE_ACCESS) == NT_FILE_APPEND_DATA &&
		    !(options & NT_FILE_DIRECTORY_FILE))
			flags |= O_APPEND;
		if (options & NT_FILE_WRITE_THROUGH)
			flags |= O_DSYNC;
	}
	return flags;
}
EXPORT_SYMBOL_FOR_TEST(nt_open_flags);

static struct file *open_path(struct persona_call *call, const char *name, int flags,
			      umode_t mode)
{
	long ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, flags, mode);

	return ret ? ERR_PTR(ret) : filp_open(name, flags, mode);
}

/* Opens what is there, as far as may be: MAXIMUM_ALLOWED takes what it gets. */
static struct file *open_existing(struct persona_call *call, struct nt_open *req,
				  const char *name)
{
	int flags = nt_open_flags(req->access, req->options);
	struct file *file;

	file = open_path(call, name, flags, 0);
	/* A folder is never open for writing; its rights are those of its inode. */
	if (file == ERR_PTR(-EISDIR) && !(req->options & NT_FILE_NON_DIRECTORY_FILE)) {
		flags &= ~(O_ACCMODE | O_APPEND);
		file = open_path(call, name, flags | O_DIRECTORY, 0);
	}
	/* A link that is opened as such. */
	if (file == ERR_PTR(-ELOOP) && flags & O_NOFOLLOW)
		file = open_path(call, name, O_PATH | O_NOFOLLOW, 0);
	/* A folder that may be passed through, not listed. */
	if (file == ERR_PTR(-EACCES) && req->options & NT_FILE_DIRECTORY_FILE &&
	    !(req->access & NT_FILE_LIST_DIRECTORY))
		file = open_path(call, name, O_PATH | O_DIRECTORY, 0);
	return file;
}

static struct file *open_maximum(struct persona_call *call, struct nt_open *req,
				 const char *name)
{
	static const u32 less[] = { 0, WRITE_ACCESS, WRITE_ACCESS | READ_ACCESS };
	struct file *file = NULL;
	u32 want = req->access;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(less); i++) {
		req->access = want & ~less[i];
		file = open_existing(call, req, name);
		if (!IS_ERR(file) || (PTR_ERR(file) != -EACCES && PTR_ERR(file) != -EROFS &&
				      PTR_ERR(file) != -ETXTBSY && PTR_ERR(file) != -EPERM))
			break;
	}
	return file;
}

static long mkdir_path(struct persona_call *call, const char *name)
{
	char __user *user = persona_scratch_put(call, name, strlen(name) + 1);

	if (IS_ERR(user))
		return PTR_ERR(user);
	return persona_native(call, __NR_mkdirat, AT_FDCWD, user, 0777);
}

/* The name is free, in any case. */
static struct file *make_new(struct persona_call *call, const struct nt_open *req,
			     const struct nt_path *path)
{
	umode_t mode = req->attributes & NT_ATTR_READONLY ? 0444 : 0666;
	int flags = nt_open_flags(req->access, req->options);
	long ret;

	if (req->options & NT_FILE_DIRECTORY_FILE) {
		ret = mkdir_path(call, path->name);
		if (ret)
			return ERR_PTR(ret);
		return open_path(call, path->name, O_RDONLY | O_DIRECTORY | O_LARGEFILE, 0);
	}
	/* O_PATH makes no files. */
	if (flags & O_PATH)
		flags = O_RDONLY | O_LARGEFILE;
	return open_path(call, path->name, flags | O_CREAT | O_EXCL, mode);
}

/* -ENOENT has many reasons; an error that NT knows, too. */
static long open_error(long err)
{
	switch (err) {
	case -EISDIR:
		return NT_STATUS_FILE_IS_A_DIRECTORY;
	case -ETXTBSY:
		return NT_STATUS_SHARING_VIOLATION;
	case -EEXIST:
		return NT_STATUS_OBJECT_NAME_COLLISION;
	default:
		return err;
	}
}

static bool is_readonly(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) && !(inode->i_mode & 0222);
}

/* May what has been found be opened like this? The superuser is told no, too. */
static long check_found(const struct nt_open *req, const struct nt_path *path,
			struct file *file)
{
	const struct inode *inode = file_inode(file);
	bool folder = S_ISDIR(inode->i_mode);

	if (S_ISLNK(inode->i_mode)) {
		struct path target;

		/* A link is of the sort that it leads to. */
		folder = !kern_path(path->name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &target);
		if (folder)
			path_put(&target);
	}
	if (folder && (req->options & NT_FILE_NON_DIRECTORY_FILE || truncates(req->disposition)))
		return NT_STATUS_FILE_IS_A_DIRECTORY;
	if (!folder && req->options & NT_FILE_DIRECTORY_FILE)
		return NT_STATUS_NOT_A_DIRECTORY;
	if (!folder && path->slash)
		return NT_STATUS_OBJECT_NAME_INVALID;
	if (is_readonly(inode)) {
		if (req->access & WRITE_ACCESS || truncates(req->disposition))
			return NT_STATUS_ACCESS_DENIED;
		if (req->options & NT_FILE_DELETE_ON_CLOSE)
			return NT_STATUS_CANNOT_DELETE;
	}
	return 0;
}

static struct file *find(struct persona_call *call, struct nt_open *req,
			 const struct nt_path *path, bool maximum)
{
	int flags = req->options & NT_FILE_OPEN_REPARSE_POINT ? O_PATH | O_NOFOLLOW : O_PATH;

	/* There, but not wanted: it must not be touched. */
	if (req->disposition == NT_FILE_CREATE)
		return open_path(call, path->name, flags, 0);
	if (maximum)
		return open_maximum(call, req, path->name);
	return open_existing(call, req, path->name);
}

/*
 * The Linux file, found or made. Another program can make or remove it at any
 * moment, so it may take more than one go.
 */
static long find_or_make(struct persona_call *call, struct nt_open *req, struct nt_path *path,
			 bool maximum, struct file **out, u64 *created)
{
	u32 follow = req->options & NT_FILE_OPEN_REPARSE_POINT ? 0 : LOOKUP_FOLLOW;
	struct file *file;
	bool looked = false;
	int tries;
	long ret;

	for (tries = 0; tries < 4; tries++) {
		file = find(call, req, path, maximum);
		if (!IS_ERR(file)) {
			*created = NT_FILE_OPENED;
			*out = file;
			if (req->disposition != NT_FILE_CREATE)
				return 0;
			fput(file);
			return NT_STATUS_OBJECT_NAME_COLLISION;
		}
		if (file != ERR_PTR(-ENOENT))
			return open_error(PTR_ERR(file));
		if (!looked) {
			looked = true;
			ret = nt_lookup(call, path, follow, true);
			if (!ret)
				continue;
			if (ret != NT_STATUS_OBJECT_NAME_NOT_FOUND || !makes(req->disposition))
				return ret;
		} else if (!makes(req->disposition)) {
			return NT_STATUS_OBJECT_NAME_NOT_FOUND;
		}
		if (path->slash && !(req->options & NT_FILE_DIRECTORY_FILE))
			return NT_STATUS_OBJECT_NAME_INVALID;
		file = make_new(call, req, path);
		if (!IS_ERR(file)) {
			*created = NT_FILE_CREATED;
			*out = file;
			return 0;
		}
		if (file != ERR_PTR(-EEXIST))
			return open_error(PTR_ERR(file));
	}
	return NT_STATUS_OBJECT_NAME_COLLISION;
}

static long truncate_file(struct persona_call *call, struct file *file)
{
	long ret;

	if (!S_ISREG(file_inode(file)->i_mode))
		return 0;
	ret = persona_permit(call, __NR_ftruncate, -1, 0);
	return ret ?: open_error(vfs_truncate(&file->f_path, 0));
}

/* The file is open: make it an object among the other openers. */
static long finish(struct persona_call *call, struct nt_open *req, const struct nt_path *path,
		   struct nt_file *nt, u64 *created)
{
	long ret;

	if (*created == NT_FILE_OPENED) {
		ret = check_found(req, path, nt->file);
		if (ret)
			return ret;
	}
	if (req->options & NT_FILE_DELETE_ON_CLOSE) {
		ret = persona_permit(call, __NR_unlinkat, AT_FDCWD, 0,
				     S_ISDIR(file_inode(nt->file)->i_mode) ? AT_REMOVEDIR : 0);
		if (!ret)
			ret = nt->device == NT_DEVICE_DISK ? nt_may_delete(&nt->file->f_path) :
							     (long)NT_STATUS_CANNOT_DELETE;
		if (ret)
			return ret;
	}
	ret = nt_node_join(nt, req->access, req->share);
	if (ret)
		return ret;
	if (*created == NT_FILE_OPENED && truncates(req->disposition)) {
		ret = truncate_file(call, nt->file);
		if (ret)
			return ret;
		*created = req->disposition == NT_FILE_SUPERSEDE ? NT_FILE_SUPERSEDED :
								   NT_FILE_OVERWRITTEN;
	}
	if (*created != NT_FILE_OPENED && req->attributes & NT_ATTR_STORED)
		nt_attr_store(call, nt, req->attributes);
	nt->delete_on_close = req->options & NT_FILE_DELETE_ON_CLOSE;
	return 0;
}

/**
 * nt_file_open() - open or create a file of a file system
 * @call: call under way
 * @req: what; @req->access becomes what was granted
 * @out: set to the file object, with a reference
 * @created: set to IO_STATUS_BLOCK.Information
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
long nt_file_open(struct persona_call *call, struct nt_open *req, struct nt_file **out,
		  u64 *created)
{
	bool maximum = req->access & NT_MAXIMUM_ALLOWED;
	struct nt_path path = { };
	struct file *file;
	struct nt_file *nt;
	long ret;

	req->access = nt_map_access(&nt_file_type, req->access);
	ret = nt_open_check(req);
	if (ret)
		return ret;
	ret = nt_path_make(call, req->attr.root, req->attr.name, req->attr.len, &path);
	if (ret)
		return ret;
	ret = find_or_make(call, req, &path, maximum, &file, created);
	if (ret)
		goto out;
	/* The superuser may write what is read-only, NT's programs may not. */
	if (maximum && *created == NT_FILE_OPENED && is_readonly(file_inode(file)))
		req->access &= ~WRITE_ACCESS;
	nt = nt_file_new(file, req->access, req->options);
	if (!nt) {
		fput(file);
		ret = -ENOMEM;
		goto out;
	}
	ret = finish(call, req, &path, nt, created);
	if (ret)
		nt_file_put(nt);
	else
		*out = nt;
out:
	kfree(path.name);
	return ret;
}

/* Names of pipes and consoles start otherwise than those of most files. */
static bool open_device(struct persona_call *call, struct nt_open *req, struct nt_file **out,
			long *status)
{
	struct nt_device_open dev = {
		.root = req->attr.root,
		.name = req->attr.name,
		.len = req->attr.len,
		.access = nt_map_access(&nt_file_type, req->access),
		.share = req->share,
		.options = req->options,
	};
	u32 rest;
	u16 drive;

	if (!dev.root && nt_name_parse(dev.name, dev.len, &rest, &drive) != NT_NAME_OTHER)
		return false;
	return nt_device_open(call, &dev, out, status);
}

static long open_file(struct persona_call *call, struct nt_open *req)
{
	u64 uhandle = call->args[0], uiosb = call->args[3];
	struct nt_iosb iosb = { .information = NT_FILE_OPENED };
	struct nt_file *file;
	long ret;

	ret = nt_attributes_get(call->args[2], &req->attr);
	if (ret)
		return ret;
	if (!req->attr.name) {
		ret = NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
		goto out;
	}
	if (!open_device(call, req, &file, &ret))
		ret = nt_file_open(call, req, &file, &iosb.information);
	else
		req->access = nt_map_access(&nt_file_type, req->access);
	if (ret)
		goto out;
	/* Devices do not say that they were there: who may truncate them would want to. */
	if (file->device != NT_DEVICE_DISK && file->device != NT_DEVICE_NAMED_PIPE)
		iosb.information = NT_FILE_SUPERSEDED;
	if (copy_to_user(u64_to_user_ptr(uiosb), &iosb, sizeof(iosb)))
		ret = -EFAULT;
	else
		ret = nt_handle_return(call, &file->obj, req->access, nt_handle_attr(&req->attr),
				       u64_to_user_ptr(uhandle));
	nt_file_put(file);
out:
	nt_attributes_put(&req->attr);
	/* Waiting for the other end of a FIFO, or for a lease. */
	return ret == -ERESTARTSYS ? -ERESTARTNOINTR : ret;
}

/*
 * NtCreateFile(*handle, access, *attributes, *iosb, *allocation size, file
 * attributes, share, disposition, options, *ea, ea length)
 */
long nt_create_file(struct persona_call *call)
{
	struct nt_open req = {
		.access = call->args[1],
		.attributes = call->args[5],
		.share = call->args[6],
		.disposition = (u32)call->args[7],
		.options = call->args[8],
	};

	return open_file(call, &req);
}

/* NtOpenFile(*handle, access, *attributes, *iosb, share, options) */
long nt_open_file(struct persona_call *call)
{
	struct nt_open req = {
		.access = call->args[1],
		.share = call->args[4],
		.disposition = NT_FILE_OPEN,
		.options = call->args[5],
	};

	return open_file(call, &req);
}

/* NtDeleteFile(*attributes) */
long nt_delete_file(struct persona_call *call)
{
	struct nt_open req = {
		.access = NT_DELETE,
		.share = NT_FILE_SHARE_ALL,
		.disposition = NT_FILE_OPEN,
		.options = NT_FILE_DELETE_ON_CLOSE,
	};
	struct nt_file *file;
	u64 created;
	long ret;

	ret = nt_attributes_get(call->args[0], &req.attr);
	if (ret)
		return ret;
	if (req.attr.name)
		ret = nt_file_open(call, &req, &file, &created);
	else
		ret = NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
	/* Never had a handle: this closes it. */
	if (!ret)
		nt_file_put(file);
	nt_attributes_put(&req.attr);
	return ret;
}
