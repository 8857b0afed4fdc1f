/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the supported kernels, included before every file.
 * Each part says which release changed what, so that it can be deleted.
 */
#ifndef _PERSONA_COMPAT_H
#define _PERSONA_COMPAT_H

#ifndef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#endif

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "persona needs Linux 6.1 or newer"
#endif

#ifndef __ASSEMBLY__
#include <linux/fs.h>
#include <linux/ftrace.h>
/* since 6.4: hex2bin() and friends have left linux/kernel.h. */
#ifdef HAVE_LINUX_HEX_H
#include <linux/hex.h>
#endif
/* since 6.16; <asm/processor.h> has the functions until then. */
#ifdef HAVE_CPUID_API_H
#include <asm/cpuid/api.h>
#endif

/* Until 6.5 or so there is only the short-named setter. */
#ifndef HAVE_FTRACE_REGS_SET_IP
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	ftrace_instruction_pointer_set(fregs, ip)
#endif

/* since 6.2; only the first argument is of interest. */
#ifndef HAVE_FTRACE_REGS_GET_ARGUMENT
#define ftrace_regs_get_argument(fregs, n)	((fregs)->regs.di)
#endif

/* since 6.4: tasks that vhost makes; they were kernel threads before. */
#include <linux/sched.h>
#ifndef PF_USER_WORKER
#define PF_USER_WORKER	0
#endif

/* since 6.7; inode_get_ctime() is in 6.1 stable, too. */
#ifndef HAVE_INODE_GET_MTIME
static inline struct timespec64 inode_get_mtime(const struct inode *inode)
{
	return inode->i_mtime;
}
#endif

/* since 6.8: backing files; they had the path itself before. */
#ifdef HAVE_FILE_USER_PATH
#define persona_file_user_path(file)	file_user_path(file)
#else
#define persona_file_user_path(file)	(&(file)->f_path)
#endif

/* since 6.10: __assign_str() knows its source. */
#ifdef HAVE_ASSIGN_STR_1
#define persona_assign_str(dst, src)	__assign_str(dst)
#else
#define persona_assign_str(dst, src)	__assign_str(dst, src)
#endif

/* since 6.13: hrtimer_setup() replaces hrtimer_init(). */
#ifdef HAVE_HRTIMER_SETUP
#define persona_hrtimer_setup(timer, fn, clock, mode) \
	hrtimer_setup(timer, fn, clock, mode)
#else
#define persona_hrtimer_setup(timer, fn, clock, mode)			\
	do {								\
		struct hrtimer *t_ = (timer);				\
									\
		hrtimer_init(t_, clock, mode);				\
		t_->function = (fn);					\
	} while (0)
#endif

/* since 6.12: dequeue_signal() is about current only. With siglock held. */
#include <linux/sched/signal.h>
static inline int persona_dequeue_signal(sigset_t *mask, kernel_siginfo_t *info)
{
	enum pid_type type;

#ifdef HAVE_DEQUEUE_SIGNAL_CURRENT
	return dequeue_signal(mask, info, &type);
#else
	return dequeue_signal(current, mask, info, &type);
#endif
}

/* since 6.3: what the VFS wants first is an idmap, a user name space before. */
#include <linux/mount.h>
#ifdef HAVE_MNT_IDMAP
#define persona_mnt_idmap(mnt)	mnt_idmap(mnt)
#else
#define persona_mnt_idmap(mnt)	mnt_user_ns(mnt)
#endif

/* since 6.16: a name comes as a qstr. */
#include <linux/namei.h>
static inline struct dentry *persona_lookup_one(const struct path *dir, const char *name, int len)
{
#ifdef HAVE_LOOKUP_ONE_QSTR
	return lookup_one_positive_unlocked(persona_mnt_idmap(dir->mnt), &QSTR_LEN(name, len),
					    dir->dentry);
#else
	return lookup_one_positive_unlocked(persona_mnt_idmap(dir->mnt), name, dir->dentry, len);
#endif
}

/* since 6.19 or so: whoever may wait for a lease of the folder says so. */
#ifdef HAVE_RMDIR_DELEGATED
#define persona_vfs_rmdir(idmap, dir, dentry)	vfs_rmdir(idmap, dir, dentry, NULL)
#else
#define persona_vfs_rmdir(idmap, dir, dentry)	vfs_rmdir(idmap, dir, dentry)
#endif

/* since 6.8: vfs_iter_write() waits for a file system that is frozen. */
#include <linux/fs.h>
#ifdef HAVE_FILE_WRITE_NOT_STARTED
#define persona_iter_write(file, iter, pos, flags)	vfs_iter_write(file, iter, pos, flags)
#else
static inline ssize_t persona_iter_write(struct file *file, struct iov_iter *iter, loff_t *pos,
					 rwf_t flags)
{
	ssize_t n;

	file_start_write(file);
	n = vfs_iter_write(file, iter, pos, flags);
	file_end_write(file);
	return n;
}
#endif

/* Exported for long, declared since 6.2 or so. */
#ifndef HAVE_VFS_PATH_LOOKUP_DECL
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);
#endif

/* since 6.2: the quick sum leaves out what has not been folded in yet. */
#include <linux/mm.h>
static inline unsigned long persona_mm_rss(struct mm_struct *mm)
{
#ifdef HAVE_PERCPU_RSS
	return percpu_counter_sum_positive(&mm->rss_stat[MM_FILEPAGES]) +
	       percpu_counter_sum_positive(&mm->rss_stat[MM_ANONPAGES]) +
	       percpu_counter_sum_positive(&mm->rss_stat[MM_SHMEMPAGES]);
#else
	return get_mm_rss(mm);
#endif
}

/* since 6.5: get_user_pages_remote() does not return mappings. */
static inline long persona_get_user_page(struct mm_struct *mm, unsigned long addr,
					 struct page **page)
{
#ifdef HAVE_GUP_VMAS
	return get_user_pages_remote(mm, addr, 1, 0, page, NULL, NULL);
#else
	return get_user_pages_remote(mm, addr, 1, 0, page, NULL);
#endif
}

/* since 7.2 or so: a bitmap of flags. No memory is charged before it is touched. */
#include <linux/shmem_fs.h>
static inline struct file *persona_shmem_file_noreserve(const char *name, loff_t size)
{
#ifdef HAVE_SHMEM_VMA_FLAGS
	return shmem_file_setup(name, size, mk_vma_flags(VMA_NORESERVE_BIT));
#else
	return shmem_file_setup(name, size, VM_NORESERVE);
#endif
}

/* All of it is charged at once. */
static inline struct file *persona_shmem_file(const char *name, loff_t size)
{
#ifdef HAVE_SHMEM_VMA_FLAGS
	return shmem_file_setup(name, size, EMPTY_VMA_FLAGS);
#else
	return shmem_file_setup(name, size, 0);
#endif
}

#endif /* !__ASSEMBLY__ */
#endif /* _PERSONA_COMPAT_H */
