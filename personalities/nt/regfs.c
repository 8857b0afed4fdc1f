// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry's files. All is done as the calling task: with its credentials,
 * under its seccomp filter, in its own root directory.
 */
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uuid.h>

#include "registry.h"

#define META_MAX	8192	/* of ".key" */
#define SHORT_PATH	192u
#define FILE_MODE	0644

static char boot_id[UUID_STRING_LEN + 1];

/**
 * nt_reg_init() - when the module is loaded
 *
 * What is volatile is marked with the number of this life of the machine.
 *
 * Context: may sleep.
 */
void nt_reg_init(void)
{
	struct file *file = filp_open("/proc/sys/kernel/random/boot_id", O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t n = -1;
	uuid_t uuid;

	if (!IS_ERR(file)) {
		n = kernel_read(file, boot_id, UUID_STRING_LEN, &pos);
		fput(file);
	}
	if (n == UUID_STRING_LEN)
		return;
	/* Then what is volatile lasts as long as the module is loaded. */
	uuid_gen(&uuid);
	snprintf(boot_id, sizeof(boot_id), "%pUb", &uuid);
}

/**
 * nt_reg_deleted() - has a key been deleted while it was open?
 * @dir: its directory
 *
 * Context: any.
 * Return: whether it has.
 */
bool nt_reg_deleted(const struct file *dir)
{
	return d_unlinked(dir->f_path.dentry);
}

/*
 * The path of @dir, with room for @more bytes behind it. Most are short, and the
 * kernel may clear what it hands out.
 */
static char *own_path(struct file *dir, size_t more)
{
	size_t max = SHORT_PATH;
	char *buf, *path;

	for (;;) {
		buf = kmalloc(max + more, GFP_KERNEL_ACCOUNT);
		if (!buf)
			return ERR_PTR(-ENOMEM);
		path = d_path(&dir->f_path, buf, max);
		if (!IS_ERR(path))
			break;
		kfree(buf);
		if (path != ERR_PTR(-ENAMETOOLONG) || max == PATH_MAX)
			return path;
		max = PATH_MAX;
	}
	memmove(buf, path, strlen(path) + 1);
	return buf;
}

/*
 * A path at or below @dir, or where the registry begins if that is NULL, to be freed
 * with kfree(); or an ERR_PTR().
 */
static char *dir_path(struct file *dir, const char *more)
{
	size_t len, rest = strlen(more);
	char *buf;

	if (!dir) {
		buf = kasprintf(GFP_KERNEL_ACCOUNT, "%s/registry%s%s", *nt_personality.view_root,
				rest ? "/" : "", more);
		if (!buf)
			return ERR_PTR(-ENOMEM);
		if (strlen(buf) < PATH_MAX)
			return buf;
		kfree(buf);
		return ERR_PTR(-ENAMETOOLONG);
	}
	buf = own_path(dir, rest + 1);
	if (IS_ERR(buf) || !rest)
		return buf;
	len = strlen(buf);
	if (len + rest + 2 > PATH_MAX) {
		kfree(buf);
		return ERR_PTR(-ENAMETOOLONG);
	}
	buf[len++] = '/';
	memcpy(buf + len, more, rest + 1);
	return buf;
}

static struct file *open_dir(struct persona_call *call, struct file *base, const char *path,
			     int more)
{
	int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | more;
	struct file *file;
	char *full;
	long ret;

	ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, flags);
	if (ret)
		return ERR_PTR(ret);
	if (base && !*path)
		return get_file(base);
	full = dir_path(base, path);
	if (IS_ERR(full))
		return ERR_CAST(full);
	file = filp_open(full, flags, 0);
	kfree(full);
	return file;
}

/**
 * nt_reg_dir() - open a directory
 * @call: foreign call under way
 * @base: directory that @path starts from; NULL: where the registry begins
 * @path: relative path; empty: @base itself
 *
 * Symbolic links are followed.
 *
 * Context: may sleep.
 * Return: an O_PATH file, to be put with fput(), or an ERR_PTR().
 */
struct file *nt_reg_dir(struct persona_call *call, struct file *base, const char *path)
{
	return open_dir(call, base, path, 0);
}

/**
 * nt_reg_hive() - open a directory that others may have put there
 * @call: foreign call under way
 * @path: relative path from where the registry begins
 *
 * Its last component must not be a symbolic link.
 *
 * Context: may sleep.
 * Return: an O_PATH file, to be put with fput(), or an ERR_PTR().
 */
struct file *nt_reg_hive(struct persona_call *call, const char *path)
{
	return open_dir(call, NULL, path, O_NOFOLLOW);
}

/*
 * Opens a file to be read. Most are right in the directory; then there is no path to walk,
 * nor memory for one to be cleared.
 */
static struct file *open_file(struct file *dir, const char *name, int flags)
{
	struct path path = { .mnt = dir->f_path.mnt };
	struct file *file;

	if (strchr(name, '/'))
		return file_open_root(&dir->f_path, name, flags, 0);
	path.dentry = persona_lookup_one(&dir->f_path, name, strlen(name));
	if (IS_ERR(path.dentry))
		return ERR_CAST(path.dentry);
	if (d_mountpoint(path.dentry))
		file = file_open_root(&dir->f_path, name, flags, 0);
	else if (!d_is_reg(path.dentry))
		file = ERR_PTR(d_is_symlink(path.dentry) ? -ELOOP : -EINVAL);
	else
		file = nt_open_to_read(&path, flags);
	dput(path.dentry);
	return file;
}

/**
 * nt_reg_read() - read a file
 * @call: foreign call under way
 * @dir: directory
 * @name: of the file in it
 * @max: no more than that many bytes
 * @buf: set to the contents, to be freed with kvfree()
 * @len: set to their length
 *
 * Context: may sleep.
 * Return: 0 or a negative errno, -EFBIG for a file that is too large.
 */
long nt_reg_read(struct persona_call *call, struct file *dir, const char *name, size_t max,
		 char **buf, size_t *len)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_LARGEFILE | O_CLOEXEC;
	struct file *file;
	loff_t pos = 0;
	char *mem;
	ssize_t n;
	long ret;

	ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, flags);
	if (ret)
		return ret;
	file = open_file(dir, name, flags);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = -EINVAL;
	if (!S_ISREG(file_inode(file)->i_mode))
		goto out;
	ret = -EFBIG;
	*len = i_size_read(file_inode(file));
	if (*len > max)
		goto out;
	ret = persona_permit(call, __NR_read, -1, 0, *len);
	if (ret)
		goto out;
	ret = -ENOMEM;
	mem = kvmalloc(*len + 1, GFP_KERNEL_ACCOUNT);
	if (!mem)
		goto out;
	n = kernel_read(file, mem, *len, &pos);
	if (n < 0) {
		kvfree(mem);
		ret = n;
		goto out;
	}
	*len = n;
	mem[n] = 0;
	*buf = mem;
	ret = 0;
out:
	fput(file);
	return ret;
}

/**
 * nt_reg_native() - a native call on something in a directory
 * @call: foreign call under way
 * @dir: directory
 * @nr: native call that takes a descriptor and a name first
 * @name: name, put into scratch memory
 * @a2: further argument
 * @a3: further argument
 *
 * Context: may sleep.
 * Return: what the call returns.
 */
long nt_reg_native(struct persona_call *call, struct file *dir, unsigned int nr,
		   const char *name, u64 a2, u64 a3)
{
	/* A call may do this as often as it likes. */
	u32 used = call->scratch_used;
	void __user *uname;
	long ret;
	int fd;

	uname = persona_scratch_put(call, name, strlen(name) + 1);
	ret = PTR_ERR_OR_ZERO((__force void *)uname);
	if (ret)
		goto out;
	fd = get_unused_fd_flags(O_CLOEXEC);
	ret = fd;
	if (fd < 0)
		goto out;
	fd_install(fd, get_file(dir));
	ret = persona_native(call, nr, fd, uname, a2, a3);
	close_fd(fd);
out:
	call->scratch_used = used;
	return ret;
}

/**
 * nt_reg_at() - open a directory by a descriptor and a name
 * @call: foreign call under way
 * @dir: directory
 * @name: in it, or ".."
 *
 * For those that change things there: unlike nt_reg_dir() it starts at the directory
 * itself, wherever that has been moved, and does not follow a symbolic link.
 *
 * Context: may sleep.
 * Return: an O_PATH file, to be put with fput(), or an ERR_PTR(): -ENOTDIR for what
 * is no directory.
 */
struct file *nt_reg_at(struct persona_call *call, struct file *dir, const char *name)
{
	struct file *file;
	long fd;

	fd = nt_reg_native(call, dir, __NR_openat, name,
			   O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return ERR_PTR(fd);
	file = fget_raw(fd);
	close_fd(fd);
	if (file && d_is_dir(file->f_path.dentry))
		return file;
	if (file)
		fput(file);
	return ERR_PTR(-EBADF);
}

/**
 * nt_reg_mkdir() - make a directory
 * @call: foreign call under way
 * @dir: where
 * @name: of it
 * @mode: permissions; the sticky bit says that it is volatile
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_mkdir(struct persona_call *call, struct file *dir, const char *name, umode_t mode)
{
	return nt_reg_native(call, dir, __NR_mkdirat, name, mode, 0);
}

/**
 * nt_reg_unlink() - remove a file or directory
 * @call: foreign call under way
 * @dir: where
 * @name: of it
 * @flags: AT_REMOVEDIR or 0
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_unlink(struct persona_call *call, struct file *dir, const char *name, int flags)
{
	return nt_reg_native(call, dir, __NR_unlinkat, name, flags, 0);
}

static long write_fd(struct persona_call *call, int fd, const void *data, size_t len)
{
	struct file *file = fget(fd);
	loff_t pos = 0;
	ssize_t n = 0;
	long ret;

	if (!file)
		return -EBADF;
	ret = persona_permit(call, __NR_write, fd, 0, len);
	/* A tracer or a filter's supervisor may have put another file there. */
	if (!ret && !(file->f_mode & FMODE_WRITE))
		ret = -EBADF;
	if (!ret) {
		n = kernel_write(file, data, len, &pos);
		ret = n < 0 ? n : n < len ? -ENOSPC : 0;
	}
	fput(file);
	return ret;
}

/**
 * nt_reg_rename() - rename a file or directory where it is
 * @call: foreign call under way
 * @dir: directory
 * @old: name
 * @new: name to be
 * @flags: RENAME_NOREPLACE or 0
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_rename(struct persona_call *call, struct file *dir, const char *old,
		   const char *new, u32 flags)
{
	u32 used = call->scratch_used;
	void __user *uold, *unew;
	long ret;
	int fd;

	uold = persona_scratch_put(call, old, strlen(old) + 1);
	unew = persona_scratch_put(call, new, strlen(new) + 1);
	ret = PTR_ERR_OR_ZERO((__force void *)uold) ?: PTR_ERR_OR_ZERO((__force void *)unew);
	if (ret)
		goto out;
	fd = get_unused_fd_flags(O_CLOEXEC);
	ret = fd;
	if (fd < 0)
		goto out;
	fd_install(fd, get_file(dir));
	ret = persona_native(call, __NR_renameat2, fd, uold, fd, unew, flags);
	close_fd(fd);
out:
	call->scratch_used = used;
	return ret;
}

/**
 * nt_reg_write() - make a file or replace it, at once
 * @call: foreign call under way
 * @dir: directory
 * @name: of the file in it
 * @data: contents
 * @len: of them
 *
 * Readers see the old file or the new one, never a part.
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_write(struct persona_call *call, struct file *dir, const char *name,
		  const void *data, size_t len)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	char tmp[24];
	long ret, fd;

	snprintf(tmp, sizeof(tmp), ".tmp-%d", task_pid_nr(current));
	fd = nt_reg_native(call, dir, __NR_openat, tmp, flags, FILE_MODE);
	if (fd == -EEXIST) {
		/* Left behind by one that was killed. */
		nt_reg_unlink(call, dir, tmp, 0);
		fd = nt_reg_native(call, dir, __NR_openat, tmp, flags, FILE_MODE);
	}
	if (fd < 0)
		return fd;
	ret = write_fd(call, fd, data, len);
	close_fd(fd);
	if (!ret)
		ret = nt_reg_rename(call, dir, tmp, name, 0);
	if (ret)
		nt_reg_unlink(call, dir, tmp, 0);
	return ret;
}

static void meta_line(struct nt_reg_meta *meta, const char *line, size_t len)
{
	int n;

	if (len > 5 && !memcmp(line, "name ", 5)) {
		n = nt_reg_unescape(line + 5, len - 5, meta->name, ARRAY_SIZE(meta->name));
		meta->name_len = max(n, 0);
	} else if (len > 6 && !memcmp(line, "class ", 6)) {
		n = nt_reg_unescape(line + 6, len - 6, meta->class, ARRAY_SIZE(meta->class));
		meta->class_len = max(n, 0);
	} else if (len > 5 && !memcmp(line, "boot ", 5)) {
		meta->is_volatile = true;
		meta->stale = len - 5 != UUID_STRING_LEN ||
			      memcmp(line + 5, boot_id, UUID_STRING_LEN);
	}
}

/**
 * nt_reg_meta_read() - what is known of a key beside its directory
 * @call: foreign call under way
 * @dir: directory
 * @name: path of the file in it
 * @meta: filled in; empty if there is no such file
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_meta_read(struct persona_call *call, struct file *dir, const char *name,
		      struct nt_reg_meta *meta)
{
	const char *line, *end;
	char *buf;
	size_t len;
	long ret;

	memset(meta, 0, sizeof(*meta));
	ret = nt_reg_read(call, dir, name, META_MAX, &buf, &len);
	/* Not even to be looked at: that is the business of who opens it. */
	if (ret == -ENOENT || ret == -EACCES || ret == -ENOTDIR)
		return 0;
	if (ret)
		return ret;
	for (line = buf; line < buf + len; line = end + 1) {
		end = memchr(line, '\n', buf + len - line) ?: buf + len;
		meta_line(meta, line, end - line);
	}
	kvfree(buf);
	return 0;
}

/**
 * nt_reg_meta_write() - write that file; not if it would be empty
 * @call: foreign call under way
 * @dir: the key's directory
 * @meta: what to write
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_reg_meta_write(struct persona_call *call, struct file *dir,
		       const struct nt_reg_meta *meta)
{
	size_t len = 0;
	char *buf;
	long ret;

	buf = kmalloc(META_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	if (meta->name_len) {
		len += sprintf(buf + len, "name ");
		len += nt_reg_escape(meta->name, meta->name_len, buf + len, META_MAX - len);
		buf[len++] = '\n';
	}
	if (meta->class_len) {
		len += sprintf(buf + len, "class ");
		len += nt_reg_escape(meta->class, meta->class_len, buf + len, META_MAX - len);
		buf[len++] = '\n';
	}
	if (meta->is_volatile)
		len += sprintf(buf + len, "boot %s\n", boot_id);
	ret = len ? nt_reg_write(call, dir, ".key", buf, len) : 0;
	kfree(buf);
	return ret;
}
