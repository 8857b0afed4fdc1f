/* SPDX-License-Identifier: GPL-2.0-only */
/* What the file and directory calls share. */
#ifndef _DARWIN_FS_H
#define _DARWIN_FS_H

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/kernel.h>
#include <linux/path.h>
#include <linux/types.h>

#include "darwin.h"

struct darwin_stat64;
struct kstat;
struct statx;

#define DARWIN_AT_FDCWD		(-2)
#define DARWIN_MAXPATHLEN	1024

/* Neither set an owner nor a group (the *_extended calls). */
#define DARWIN_KAUTH_ID_NONE	((u32)-101)

/**
 * darwin_at_fd() - the native form of a directory descriptor argument
 * @arg: argument as the program passed it
 *
 * The number by which Linux knows the current directory is just a bad
 * descriptor to Darwin.
 */
static inline int darwin_at_fd(u64 arg)
{
	int fd = (int)arg;

	if (fd == DARWIN_AT_FDCWD)
		return AT_FDCWD;
	return fd < 0 ? -1 : fd;
}

/**
 * darwin_path() - the path name argument @n of a call, looked up in the view
 * @call: foreign call
 * @n: which argument
 *
 * Return: user pointer or ERR_PTR().
 */
static inline const char __user *darwin_path(struct persona_call *call, unsigned int n)
{
	return persona_path(call, u64_to_user_ptr(call->args[n]));
}

/* Would the kernel run the call again after this result? */
static inline bool darwin_is_restart(long ret)
{
	switch (ret) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return true;
	default:
		return false;
	}
}

/* open.c */
long darwin_open_at(struct persona_call *call, int dfd, const char __user *path,
		    u32 flags, u32 mode);
u32 darwin_open_flags_to_foreign(u32 native);

/* stat.c */
long darwin_statx(struct persona_call *call, int dfd, const char __user *path, int flags,
		  struct statx *stx);
long darwin_fstatx(struct persona_call *call, int fd, struct statx *stx);
void darwin_fill_kstat(struct darwin_stat64 *to, const struct kstat *from);

/* lookup.c: for calls that need the object rather than its name */
long darwin_lookup_path(struct persona_call *call, int dfd, const char __user *name,
			bool follow, struct path *path);
long darwin_lookup_fd(unsigned int fd, struct path *path);
bool darwin_path_is_vnode(const struct path *path);
const char *darwin_path_name(const struct path *path, char *buf, size_t size);

/* attrs.c */
long darwin_set_flags(struct persona_call *call, int dfd, const char __user *path,
		      bool follow, u32 flags);
long darwin_fset_flags(struct persona_call *call, int fd, u32 flags);

long darwin_chmod_at(struct persona_call *call, int dfd, const char __user *path, u32 mode,
		     bool follow);

#endif /* _DARWIN_FS_H */
