// SPDX-License-Identifier: GPL-2.0-only
/*
 * execve() of a Mach-O program.
 *
 * Everything that can be known from the file is checked before
 * begin_new_exec(), so that a bad image is an error of execve(). Behind that
 * point the old program is gone, and an error kills the process.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/personality.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/swab.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>

#include "../../module/compat/symbols.h"
#include "../../module/image.h"
#include "commpage.h"
#include "darwin.h"
#include "macho.h"
#include "start_stack.h"

/* Bytes of a file that certainly hold a fat header. */
#define FAT_READ	SZ_2K

/**
 * struct macho_exec - what an exec needs only while it runs
 * @image: checked image, owned
 * @slice: where it is in the file
 * @slide: how far it is moved up
 */
struct macho_exec {
	struct macho_image *image;
	struct macho_slice slice;
	u64 slide;
};

static bool cpu_is_haswell(void)
{
	return boot_cpu_has(X86_FEATURE_AVX2) && boot_cpu_has(X86_FEATURE_BMI1) &&
	       boot_cpu_has(X86_FEATURE_BMI2) && boot_cpu_has(X86_FEATURE_FMA) &&
	       boot_cpu_has(X86_FEATURE_MOVBE);
}

/* The one line in the log that says why a program does not start. */
static int refuse(const struct linux_binprm *bprm, enum macho_error error)
{
	const struct macho_why *why = darwin_macho_why(error);

	if (why->reason)
		pr_info_ratelimited("%*pE: not started: %s\n",
				    (int)strnlen(bprm->interp, PATH_MAX), bprm->interp,
				    why->reason);
	return why->err;
}

static bool is_fat(const char *buf)
{
	u32 magic;

	memcpy(&magic, buf, sizeof(magic));
	magic = swab32(magic);
	return magic == DARWIN_FAT_MAGIC || magic == DARWIN_FAT_MAGIC_64;
}

/* Which part of the file is for us? Mostly all of it, as its first bytes say. */
static int find_slice(struct linux_binprm *bprm, struct macho_exec *exec)
{
	u64 file_size = i_size_read(file_inode(bprm->file));
	enum macho_error error;
	size_t len;
	void *buf;

	if (!is_fat(bprm->buf)) {
		exec->slice.offset = 0;
		exec->slice.size = file_size;
		return 0;
	}
	len = min_t(u64, file_size, FAT_READ);
	buf = persona_image_load(bprm->file, 0, len, FAT_READ);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	error = darwin_fat_find(buf, len, file_size, cpu_is_haswell(), &exec->slice);
	kvfree(buf);
	return error ? refuse(bprm, error) : 0;
}

/*
 * Read and check the image. The header is read once and only that copy is
 * looked at, so a file that changes meanwhile cannot pass the checks twice.
 */
static int read_image(struct linux_binprm *bprm, struct macho_exec *exec)
{
	u8 head[sizeof(struct darwin_mach_header_64)];
	bool haswell = cpu_is_haswell();
	enum macho_error error;
	size_t total, len;
	void *buf;
	int err;

	err = find_slice(bprm, exec);
	if (err)
		return err;

	len = min_t(u64, exec->slice.size, sizeof(head));
	if (!exec->slice.offset)
		memcpy(head, bprm->buf, len);
	else
		err = persona_image_read(bprm->file, exec->slice.offset, head, len);
	if (err)
		return err;
	error = darwin_macho_header(head, len, exec->slice.size, haswell, &total);
	if (error == MACHO_NOT_MACHO && exec->slice.offset)
		error = MACHO_FAT_SLICE;
	if (error)
		return refuse(bprm, error);

	buf = persona_image_load(bprm->file, exec->slice.offset, total,
				 sizeof(head) + DARWIN_MACHO_MAX_CMDS);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	/* A header that was replaced meanwhile has to pass again. */
	error = darwin_macho_header(buf, total, exec->slice.size, haswell, &len);
	if (!error && len != total)
		error = MACHO_CMDS_SIZE;
	if (error) {
		err = refuse(bprm, error);
		goto out_buf;
	}
	exec->image = kmalloc(struct_size(exec->image, seg, darwin_macho_room(total)),
			      GFP_KERNEL_ACCOUNT);
	if (!exec->image) {
		err = -ENOMEM;
		goto out_buf;
	}
	error = darwin_macho_parse(buf, total, &exec->slice, exec->image);
	/*
	 * The dylinker will be looked up in the personality's view and loaded
	 * here, before the point of no return.
	 */
	if (!error && exec->image->needs_dylinker)
		error = MACHO_DYNAMIC;
	if (error)
		err = refuse(bprm, error);
out_buf:
	kvfree(buf);
	return err;
}

/*
 * Darwin's stack ends lower than Linux's, to leave the commpage alone. The
 * area for mmap() moves down by as much, so the kernel's own layout, with its
 * gap for the stack and its randomness, stays as it is.
 */
static int set_up_stack(struct linux_binprm *bprm, const struct macho_image *image)
{
	int exec_stack = image->flags & DARWIN_MH_ALLOW_STACK_EXECUTION ? EXSTACK_ENABLE_X :
									  EXSTACK_DISABLE_X;
	unsigned long top = DARWIN_VM_USRSTACK64;
	struct mm_struct *mm = current->mm;

	mm->mmap_base -= DARWIN_VM_USER_END - DARWIN_VM_USRSTACK64;
	if (current->flags & PF_RANDOMIZE)
		top -= (get_random_long() & DARWIN_STACK_RND_MASK) << PAGE_SHIFT;
	return setup_arg_pages(bprm, top, exec_stack);
}

static u64 stack_end(struct linux_binprm *bprm)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	u64 end = 0;

	mmap_read_lock(mm);
	vma = find_vma(mm, bprm->p);
	if (vma)
		end = vma->vm_end;
	mmap_read_unlock(mm);
	return end;
}

static int map_segments(struct linux_binprm *bprm, const struct macho_exec *exec)
{
	struct mm_struct *mm = current->mm;
	u64 start_code = U64_MAX, end_code = 0, start_data = U64_MAX, end_data = 0;
	u32 i;
	int err;

	for (i = 0; i < exec->image->nsegs; i++) {
		const struct macho_segment *seg = &exec->image->seg[i];
		const struct persona_segment map = {
			.addr = seg->vmaddr + exec->slide,
			.memsz = seg->vmsize,
			.offset = exec->slice.offset + seg->fileoff,
			.filesz = seg->filesize,
			.prot = seg->prot,
		};

		err = persona_image_map(bprm->file, &map);
		if (err)
			return err;
		if (map.prot & PROT_EXEC) {
			start_code = min_t(u64, start_code, map.addr);
			end_code = max_t(u64, end_code, map.addr + map.memsz);
		} else {
			start_data = min_t(u64, start_data, map.addr);
			end_data = max_t(u64, end_data, map.addr + map.memsz);
		}
		cond_resched();
	}
	mm->start_code = end_code ? start_code : 0;
	mm->end_code = end_code;
	mm->start_data = end_data ? start_data : 0;
	mm->end_data = end_data;
	mm->start_brk = exec->image->highest + exec->slide;
	mm->brk = mm->start_brk;
	return 0;
}

/* The apple[] strings; to be freed. */
static struct darwin_apple *make_apple(struct linux_binprm *bprm, u64 stack_top)
{
	const struct inode *inode = file_inode(bprm->file);
	struct darwin_start_info info = {
		.path = bprm->interp,
		.stack_top = stack_top,
		.fsid = new_encode_dev(inode->i_sb->s_dev),
		.fileid = inode->i_ino,
		.guard = get_random_u64(),
		.entropy = { get_random_u64(), get_random_u64() },
		.munge = get_random_u64(),
	};
	struct darwin_apple *apple;
	int err;

	/* An unlimited stack is what fits above the images. */
	info.stack_size = min_t(u64, bprm->rlim_stack.rlim_cur & PAGE_MASK,
				stack_top - DARWIN_VM_STACK_ZONE);
	apple = darwin_apple_alloc(strlen(info.path));
	if (!apple)
		return ERR_PTR(-ENOMEM);
	err = darwin_apple_fill(apple, &info);
	if (err) {
		kfree(apple);
		return ERR_PTR(err);
	}
	return apple;
}

/* Behind the point of no return, up to the first instruction's registers. */
static int start_image(struct linux_binprm *bprm, struct macho_exec *exec,
		       struct persona_thread *thread, u64 *sp)
{
	struct darwin_proc *proc = darwin_proc(thread->proc);
	const struct macho_image *image = exec->image;
	struct mm_struct *mm = current->mm;
	struct darwin_apple *apple;
	int err;

	err = set_up_stack(bprm, image);
	if (err)
		return err;
	proc->stack_top = stack_end(bprm);
	if (current->flags & PF_RANDOMIZE)
		exec->slide = darwin_macho_slide(image, get_random_u64());
	err = map_segments(bprm, exec);
	if (err)
		return err;
	err = darwin_commpage_map();
	if (err)
		return err;

	proc->exec_path = kstrdup(bprm->interp, GFP_KERNEL_ACCOUNT);
	if (!proc->exec_path)
		return -ENOMEM;
	apple = make_apple(bprm, proc->stack_top);
	if (IS_ERR(apple))
		return PTR_ERR(apple);
	err = darwin_start_stack(bprm, image->stack ? image->stack + exec->slide : bprm->p,
				 apple, NULL, sp);
	kfree(apple);
	if (err)
		return err;
	mm->start_stack = *sp;
	proc->image_base = image->header ? image->header + exec->slide : 0;
	proc->min_addr = image->pagezero ? image->pagezero + exec->slide : 0;
	proc->args_start = mm->arg_start;
	proc->args_end = mm->env_end;
	proc->argc = bprm->argc;
	return 0;
}

static bool looks_like_macho(const char *buf)
{
	u32 magic;

	memcpy(&magic, buf, sizeof(magic));
	switch (magic) {
	case DARWIN_MH_MAGIC:
	case DARWIN_MH_CIGAM:
	case DARWIN_MH_MAGIC_64:
	case DARWIN_MH_CIGAM_64:
		return true;
	}
	return is_fat(buf);
}

static int load_macho(struct linux_binprm *bprm);

static struct linux_binfmt macho_format = {
	.module = THIS_MODULE,
	.load_binary = load_macho,
};

static int load_macho(struct linux_binprm *bprm)
{
	struct pt_regs *regs = current_pt_regs();
	struct persona_thread *thread;
	struct macho_exec exec = {};
	u64 sp;
	int err;

	if (!looks_like_macho(bprm->buf))
		return -ENOEXEC;
	err = read_image(bprm, &exec);
	if (err)
		goto out_free;
	thread = persona_exec_prepare(bprm, &darwin_personality);
	if (IS_ERR(thread)) {
		err = PTR_ERR(thread);
		goto out_free;
	}
	err = begin_new_exec(bprm);
	if (err)
		goto out_abort;

	/* No way back. */
	persona_set_personality_64bit();
	if (!(current->personality & ADDR_NO_RANDOMIZE) && persona_randomize_va_space())
		current->flags |= PF_RANDOMIZE;
	setup_new_exec(bprm);
	err = start_image(bprm, &exec, thread, &sp);
	if (err)
		goto out_abort;
	persona_exec_commit(thread, &macho_format);
	darwin_sig_exec();
	finalize_exec(bprm);
	/* All registers that start_thread() leaves alone are zero. */
	regs->ax = 0;
	regs->bx = 0;
	regs->cx = 0;
	regs->dx = 0;
	regs->si = 0;
	regs->di = 0;
	regs->bp = 0;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = 0;
	regs->r11 = 0;
	regs->r12 = 0;
	regs->r13 = 0;
	regs->r14 = 0;
	regs->r15 = 0;
	start_thread(regs, exec.image->entry + exec.slide, sp);
	kfree(exec.image);
	return 0;

out_abort:
	persona_exec_abort(thread);
out_free:
	kfree(exec.image);
	return err;
}

/**
 * darwin_binfmt_init() - from here on Mach-O programs can be started
 *
 * Context: module start, when everything else works.
 * Return: 0.
 */
int __init darwin_binfmt_init(void)
{
	persona_elf_core(&macho_format);
	register_binfmt(&macho_format);
	return 0;
}

/**
 * darwin_binfmt_exit() - no more Mach-O programs
 *
 * Context: module end.
 */
void darwin_binfmt_exit(void)
{
	unregister_binfmt(&macho_format);
}
