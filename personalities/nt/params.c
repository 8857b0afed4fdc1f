// SPDX-License-Identifier: GPL-2.0-only
/*
 * RTL_USER_PROCESS_PARAMETERS: one block of memory with strings, environment and
 * handles. A new process finds it behind its process environment block; one that
 * makes a process hands it to NtCreateUserProcess().
 */
#include <linux/build_bug.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "params.h"
#include "vm.h"

#define CWD_ROOM	(260 * sizeof(u16))	/* programs may write so much */

struct params_block {
	u32 alloc;
	u32 size;
	u32 flags;
	u32 debug_flags;
	u64 console;
	u32 console_flags;
	u32 pad;
	u64 std[3];
	struct nt_ustring cwd;
	u64 cwd_handle;
	struct nt_ustring dll_path;
	struct nt_ustring image;
	struct nt_ustring cmdline;
	u64 env;
	u32 window[9];
	u32 pad2;
	struct nt_ustring title;
	struct nt_ustring desktop;
	struct nt_ustring shell;
	struct nt_ustring runtime;
	u8 drives[32][24];
	u64 env_size;
	u64 env_version;
	u64 package;
	u32 group;
	u32 loader_threads;
};

static_assert(sizeof(struct params_block) == 0x410);
static_assert(offsetof(struct params_block, cwd) == 0x38);
static_assert(offsetof(struct params_block, env) == 0x80);
static_assert(offsetof(struct params_block, title) == 0xb0);
static_assert(offsetof(struct params_block, env_size) == 0x3f0);

/**
 * nt_params_free() - release the strings
 * @params: parameters; empty afterwards
 *
 * Context: may sleep.
 */
void nt_params_free(struct nt_params *params)
{
	kvfree(params->cwd.s);
	kvfree(params->dll_path.s);
	kvfree(params->image.s);
	kvfree(params->cmdline.s);
	kvfree(params->title.s);
	kvfree(params->desktop.s);
	kvfree(params->shell.s);
	kvfree(params->runtime.s);
	kvfree(params->env.s);
	memset(params, 0, sizeof(*params));
}

/* A string of the block, whose pointer may be an offset into it. */
static long read_string(struct nt_str *to, const struct nt_ustring *from, u64 base)
{
	/* RuntimeInfo is no string and may have an odd length. */
	u32 units = DIV_ROUND_UP(from->len, sizeof(u16));
	u16 *s;

	if (!units)
		return 0;
	s = kvmalloc_array(units, sizeof(*s), GFP_KERNEL_ACCOUNT);
	if (!s)
		return -ENOMEM;
	s[units - 1] = 0;
	if (copy_from_user(s, (void __user *)(uintptr_t)(from->buf + base), from->len)) {
		kvfree(s);
		return -EFAULT;
	}
	to->s = s;
	to->len = units;
	return 0;
}

/* Units up to and with the zero behind the last string. */
static long env_length(u64 user, u64 max_bytes, u32 *len)
{
	u64 max = max_bytes / sizeof(u16);
	u16 chunk[128], last = 1;
	u32 i, n = 0;

	for (;;) {
		u32 want = min_t(u64, ARRAY_SIZE(chunk), max - n);
		u64 at = user + n * sizeof(u16);

		/* Not across a page that need not be there. */
		want = min_t(u32, want, (PAGE_SIZE - (at & ~PAGE_MASK)) / sizeof(u16) ?: 1);
		if (!want)
			return NT_STATUS_INVALID_PARAMETER;
		if (copy_from_user(chunk, (void __user *)(uintptr_t)at, want * sizeof(u16)))
			return -EFAULT;
		for (i = 0; i < want; i++, n++) {
			if (!chunk[i] && (!last || !n)) {
				*len = n + 1;
				return 0;
			}
			last = chunk[i];
		}
		cond_resched();
	}
}

static long read_env(struct nt_str *to, u64 user, u64 size)
{
	u32 len;
	long ret;

	if (!user)
		return 0;
	if (!size || size > NT_ENV_MAX * sizeof(u16))
		size = NT_ENV_MAX * sizeof(u16);
	ret = env_length(user, size, &len);
	if (ret)
		return ret;
	to->s = kvmalloc_array(len, sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (!to->s)
		return -ENOMEM;
	to->len = len;
	if (copy_from_user(to->s, (void __user *)(uintptr_t)user, len * sizeof(u16)))
		return -EFAULT;
	/* Whatever another thread has written meanwhile. */
	to->s[len - 1] = 0;
	if (len > 1)
		to->s[len - 2] = 0;
	return 0;
}

/**
 * nt_params_read() - copy the parameters that a caller has made
 * @params: all zero; to be freed with nt_params_free(), also after an error
 * @user: address of its RTL_USER_PROCESS_PARAMETERS
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_params_read(struct nt_params *params, u64 user)
{
	struct params_block block;
	u64 base;
	long ret;

	if (copy_from_user(&block, (void __user *)(uintptr_t)user, sizeof(block)))
		return -EFAULT;
	base = block.flags & NT_PARAMS_NORMALIZED ? 0 : user;
	ret = read_string(&params->cwd, &block.cwd, base);
	if (!ret)
		ret = read_string(&params->dll_path, &block.dll_path, base);
	if (!ret)
		ret = read_string(&params->image, &block.image, base);
	if (!ret)
		ret = read_string(&params->cmdline, &block.cmdline, base);
	if (!ret)
		ret = read_string(&params->title, &block.title, base);
	if (!ret)
		ret = read_string(&params->desktop, &block.desktop, base);
	if (!ret)
		ret = read_string(&params->shell, &block.shell, base);
	if (!ret)
		ret = read_string(&params->runtime, &block.runtime, base);
	/* The environment is a pointer in either form. */
	if (!ret)
		ret = read_env(&params->env, block.env, block.env_size);
	params->console = block.console;
	params->console_flags = block.console_flags;
	memcpy(params->std, block.std, sizeof(params->std));
	memcpy(params->window, block.window, sizeof(params->window));
	params->group = block.group;
	return ret;
}

/**
 * struct writer - a block being laid out
 * @buf: kernel copy
 * @addr: where it will be
 * @used: bytes
 */
struct writer {
	u8 *buf;
	u64 addr;
	u32 used;
};

static void write_string(struct writer *w, struct nt_ustring *to, const struct nt_str *from,
			 u32 room)
{
	u32 bytes = from->len * sizeof(u16);

	room = max_t(u32, room, bytes + sizeof(u16));
	to->len = bytes;
	to->max = min_t(u32, room, U16_MAX - 1);
	to->buf = w->addr + w->used;
	if (bytes)
		memcpy(w->buf + w->used, from->s, bytes);
	w->used += ALIGN(room, sizeof(u64));
}

static size_t string_room(const struct nt_str *s)
{
	return ALIGN((s->len + 1) * sizeof(u16), sizeof(u64));
}

static size_t block_size(const struct nt_params *params)
{
	return sizeof(struct params_block) + CWD_ROOM + string_room(&params->cwd) +
	       string_room(&params->dll_path) + string_room(&params->image) +
	       string_room(&params->cmdline) + string_room(&params->title) +
	       string_room(&params->desktop) + string_room(&params->shell) +
	       string_room(&params->runtime) + string_room(&params->env) + sizeof(u64);
}

static void fill_block(struct writer *w, const struct nt_params *params)
{
	struct params_block *block = (void *)w->buf;

	w->used = sizeof(*block);
	block->flags = NT_PARAMS_NORMALIZED;
	block->console = params->console;
	block->console_flags = params->console_flags;
	memcpy(block->std, params->std, sizeof(block->std));
	memcpy(block->window, params->window, sizeof(block->window));
	block->group = params->group;
	write_string(w, &block->cwd, &params->cwd, CWD_ROOM);
	/* An empty path is one without any folder; none is the usual one. */
	if (params->dll_path.len)
		write_string(w, &block->dll_path, &params->dll_path, 0);
	write_string(w, &block->image, &params->image, 0);
	write_string(w, &block->cmdline, &params->cmdline, 0);
	write_string(w, &block->title, &params->title, 0);
	write_string(w, &block->desktop, &params->desktop, 0);
	write_string(w, &block->shell, &params->shell, 0);
	/* C runtimes take what is there, up to its maximum, for a table of files. */
	if (params->runtime.len) {
		write_string(w, &block->runtime, &params->runtime, 0);
		block->runtime.max = block->runtime.len;
	}
	block->size = w->used;
	block->env = w->addr + w->used;
	block->env_size = (params->env.len ?: 2) * sizeof(u16);
	if (params->env.len)
		memcpy(w->buf + w->used, params->env.s, params->env.len * sizeof(u16));
}

/**
 * nt_params_write() - give a new process its parameters
 * @proc: the process, current
 * @params: what they are
 * @addr: set to the address of the block, an allocation of its own
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_params_write(struct nt_proc *proc, const struct nt_params *params, u64 *addr)
{
	size_t bytes = block_size(params);
	u64 size = bytes;
	struct writer w = { };
	long ret;

	*addr = 0;
	ret = nt_vm_alloc(proc->vm, addr, &size, NT_MEM_RESERVE | NT_MEM_COMMIT,
			  NT_PAGE_READWRITE, 0);
	if (ret)
		return ret;
	w.buf = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!w.buf)
		return -ENOMEM;
	w.addr = *addr;
	fill_block(&w, params);
	((struct params_block *)w.buf)->alloc = min_t(u64, size, U32_MAX);
	ret = copy_to_user((void __user *)(uintptr_t)*addr, w.buf, bytes) ? -EFAULT : 0;
	kvfree(w.buf);
	return ret;
}
