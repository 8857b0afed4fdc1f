// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading directories.
 */
#include <linux/dirent.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bsd_table.h"
#include "dirent.h"
#include "fs.h"

/* Scratch memory for native entries. */
#define NATIVE_MAX	(PERSONA_SCRATCH_SIZE / 2)

/**
 * darwin_fill_dirent64() - fills an entry with a 64-bit inode number
 * @to: is overwritten up to the end of the entry
 * @from: entry
 *
 * Context: any.
 * Return: its length. Darwin reserves eight bytes more than it needs.
 */
size_t darwin_fill_dirent64(struct darwin_dirent64 *to, const struct darwin_dir_entry *from)
{
	size_t len = ALIGN(offsetof(struct darwin_dirent64, name) + 3 + from->namlen + 1, 8);

	memset(to, 0, min(len, sizeof(*to)));
	to->ino = from->ino;
	to->seekoff = from->off;
	to->reclen = len;
	to->namlen = from->namlen;
	to->type = from->type;
	memcpy(to->name, from->name, from->namlen);
	return len;
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_dirent64);

/**
 * darwin_fill_dirent() - fills an old entry
 * @to: is overwritten up to the end of the entry
 * @from: entry
 *
 * Context: any.
 * Return: its length.
 */
size_t darwin_fill_dirent(struct darwin_dirent *to, const struct darwin_dir_entry *from)
{
	size_t len = ALIGN(offsetof(struct darwin_dirent, name) + from->namlen + 1, 4);

	memset(to, 0, min(len, sizeof(*to)));
	to->ino = (u32)from->ino;
	to->reclen = len;
	to->type = from->type;
	to->namlen = from->namlen;
	memcpy(to->name, from->name, from->namlen);
	return len;
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_dirent);

/**
 * darwin_next_entry() - reads one native entry
 * @buf: a buffer that getdents64(2) has filled
 * @len: what is left of it
 * @entry: result
 *
 * The program's other threads can write to the buffer, so nothing in it is
 * believed.
 *
 * Context: may sleep.
 * Return: the length of the native entry, or a negative errno.
 */
long darwin_next_entry(const void __user *buf, size_t len, struct darwin_dir_entry *entry)
{
	const size_t head = offsetof(struct linux_dirent64, d_name);
	struct linux_dirent64 native;
	size_t room;

	if (len <= head || copy_from_user(&native, buf, head))
		return -EFAULT;
	if (native.d_reclen <= head || native.d_reclen > len)
		return -EFAULT;
	memset(entry, 0, sizeof(*entry));
	room = min(native.d_reclen - head, sizeof(entry->name) - 1);
	if (copy_from_user(entry->name, buf + head, room))
		return -EFAULT;
	entry->ino = native.d_ino;
	entry->off = native.d_off;
	entry->type = native.d_type;
	entry->namlen = strlen(entry->name);
	memset(entry->name + entry->namlen, 0, sizeof(entry->name) - entry->namlen);
	return native.d_reclen;
}

union any_dirent {
	struct darwin_dirent64 d64;
	struct darwin_dirent d32;
};

/*
 * Native entries of @len bytes at @from become Darwin's at @to. The caller has
 * asked for so few that they fit.
 */
static long convert_entries(const void __user *from, size_t len, void __user *to, size_t size,
			    bool wide)
{
	struct darwin_dir_entry entry;
	union any_dirent out;
	size_t done = 0, n;
	long ret;

	while (len) {
		ret = darwin_next_entry(from, len, &entry);
		if (ret < 0)
			return ret;
		from += ret;
		len -= ret;
		n = wide ? darwin_fill_dirent64(&out.d64, &entry) :
			   darwin_fill_dirent(&out.d32, &entry);
		if (n > size - done)
			return -EFAULT;
		if (copy_to_user(to + done, &out, n))
			return -EFAULT;
		done += n;
	}
	return done;
}

/*
 * An entry here needs up to a third more room than a native one (24 bytes
 * become 32), and one of the old kind never more.
 */
static long read_entries(struct persona_call *call, u64 size, bool wide, s64 *start)
{
	void __user *to = u64_to_user_ptr(call->args[1]);
	size_t native = min_t(u64, wide ? size / 4 * 3 : size, NATIVE_MAX);
	int fd = (int)call->args[0];
	void __user *buf;
	long ret;

	buf = persona_scratch(call, native);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	*start = persona_native(call, __NR_lseek, fd, 0, SEEK_CUR);
	if (*start < 0 && *start >= -MAX_ERRNO)
		return *start == -ESPIPE ? -EINVAL : *start;
	ret = persona_native(call, __NR_getdents64, fd, buf, native);
	if (ret == -ENOTDIR)
		return -EINVAL;
	if (ret <= 0)
		return ret;
	if (ret > native)
		return -EFAULT;
	return convert_entries(buf, ret, to, size, wide);
}

long darwin_getdirentries64(struct persona_call *call)
{
	u64 size = min_t(u64, call->args[2], DARWIN_GETDIRENTRIES_MAX);
	bool extended = call->args[2] >= DARWIN_GETDIRENTRIES64_EXTENDED;
	u64 flags_at = call->args[1] + call->args[2] - sizeof(u32);
	s64 start;
	u32 flags;
	long ret;

	if (extended)
		size -= sizeof(u32);
	ret = read_entries(call, size, true, &start);
	if (ret < 0)
		return ret;
	if (put_user(start, (s64 __user *)u64_to_user_ptr(call->args[3])))
		return -EFAULT;
	/* That it was the last part is only known when nothing came. */
	flags = ret ? 0 : DARWIN_GETDIRENTRIES64_EOF;
	if (extended && put_user(flags, (u32 __user *)u64_to_user_ptr(flags_at)))
		return -EFAULT;
	return ret;
}

long darwin_getdirentries(struct persona_call *call)
{
	s64 start;
	long ret;

	ret = read_entries(call, (u32)call->args[2], false, &start);
	if (ret < 0)
		return ret;
	if (call->args[3] && put_user(start, (s64 __user *)u64_to_user_ptr(call->args[3])))
		return -EFAULT;
	return ret;
}
