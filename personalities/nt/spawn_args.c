// SPDX-License-Identifier: GPL-2.0-only
/*
 * What execve() takes, made from the start parameters of a Windows process: the
 * command line is taken apart, the environment converted back. All of it is put
 * into one piece of the caller's memory, which the child shares: of its scratch
 * area, if that is large enough.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "spawn.h"

#define UTF8_MAX	3	/* bytes of a unit; a pair has 4 */

/* Of the scratch area; calls that make the child need the rest. */
#define SCRATCH_MAX	(PERSONA_SCRATCH_SIZE / 2)

/**
 * struct packer - strings one behind the other, and where each starts
 * @buf: the strings
 * @used: bytes of them
 * @size: bytes of room
 */
struct packer {
	char *buf;
	size_t used;
	size_t size;
};

static size_t pack(struct packer *p, const char *s, size_t len)
{
	size_t at = p->used;

	memcpy(p->buf + at, s, len);
	p->buf[at + len] = '\0';
	p->used += len + 1;
	return at;
}

static u32 count_strings(const char *s, size_t len)
{
	size_t at;
	u32 n = 0;

	for (at = 0; at < len; at += strnlen(s + at, len - at) + 1)
		n++;
	return n;
}

/* The command line's arguments, each with a zero. */
static long split(const struct nt_str *cmdline, char **out, size_t *len)
{
	size_t room = (size_t)cmdline->len * UTF8_MAX + cmdline->len + 2;
	u32 at = 0, units;
	u16 *arg;
	char *s;
	int n;

	s = kvmalloc(room + UTF8_MAX + 2, GFP_KERNEL_ACCOUNT);
	arg = kvmalloc_array(cmdline->len + 1, sizeof(*arg), GFP_KERNEL_ACCOUNT);
	*len = 0;
	if (!s || !arg) {
		kvfree(s);
		kvfree(arg);
		return -ENOMEM;
	}
	while (cmdline->len) {
		units = nt_cmdline_split(cmdline->s, cmdline->len, &at, arg);
		if (units == U32_MAX)
			break;
		n = nt_utf16_to_utf8(arg, units, s + *len, room + UTF8_MAX + 2 - *len);
		if (n < 0) {
			kvfree(s);
			kvfree(arg);
			return n == -EILSEQ ? NT_STATUS_INVALID_PARAMETER : -E2BIG;
		}
		*len += n + 1;
		/* An empty command line has no end to find. */
		if (at >= cmdline->len)
			break;
	}
	kvfree(arg);
	*out = s;
	return 0;
}

/* One array of pointers at @array, to strings that start at @strings. */
static u64 *put_pointers(u64 *array, u64 strings, const char *s, size_t len)
{
	size_t at;

	for (at = 0; at < len; at += strnlen(s + at, len - at) + 1)
		*array++ = strings + at;
	*array++ = 0;
	return array;
}

struct parts {
	const char *path;
	const char *cwd;
	char *args;
	size_t args_len;
	char *env;
	size_t env_len;
};

/* Memory for the blob: what is short fits where the thread has some already. */
static u64 alloc_user(struct persona_call *call, struct nt_blob *blob, size_t size)
{
	void __user *scratch;
	unsigned long addr;

	if (size <= SCRATCH_MAX) {
		scratch = persona_scratch(call, size);
		return (__force unsigned long)scratch;
	}
	addr = vm_mmap(NULL, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (!IS_ERR_VALUE(addr)) {
		blob->addr = addr;
		blob->size = size;
	}
	return addr;
}

static long fill(struct persona_call *call, struct nt_blob *blob, const struct parts *parts)
{
	u32 nargs = count_strings(parts->args, parts->args_len);
	u32 nenv = count_strings(parts->env, parts->env_len);
	size_t arrays = ((size_t)nargs + nenv + 2) * sizeof(u64);
	size_t path_len = strlen(parts->path), cwd_len = parts->cwd ? strlen(parts->cwd) : 0;
	struct packer p = { .size = arrays + path_len + cwd_len + parts->args_len +
				    parts->env_len + 4 };
	size_t path_at, cwd_at, args_at, env_at;
	unsigned long addr;
	u64 *array;

	p.buf = kvzalloc(p.size, GFP_KERNEL_ACCOUNT);
	if (!p.buf)
		return -ENOMEM;
	addr = alloc_user(call, blob, p.size);
	if (IS_ERR_VALUE(addr)) {
		kvfree(p.buf);
		return (long)addr;
	}
	p.used = arrays;
	path_at = pack(&p, parts->path, path_len);
	cwd_at = pack(&p, parts->cwd ?: "", cwd_len);
	args_at = pack(&p, parts->args, parts->args_len);
	env_at = pack(&p, parts->env, parts->env_len);
	array = put_pointers((u64 *)p.buf, addr + args_at, parts->args, parts->args_len);
	put_pointers(array, addr + env_at, parts->env, parts->env_len);
	blob->path = addr + path_at;
	blob->cwd = parts->cwd ? addr + cwd_at : 0;
	blob->argv = addr;
	blob->envp = addr + (nargs + 1) * sizeof(u64);
	addr = copy_to_user((void __user *)addr, p.buf, p.size);
	kvfree(p.buf);
	if (!addr)
		return 0;
	nt_blob_free(blob);
	return -EFAULT;
}

/**
 * nt_blob_make() - arguments and environment for an execve()
 * @call: foreign call under way
 * @blob: filled in; to be freed with nt_blob_free()
 * @path: Linux path of the program
 * @cwd: Linux path of its current directory, NULL: the caller's
 * @params: start parameters
 * @with_env: the program is one of Linux and wants an environment
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_blob_make(struct persona_call *call, struct nt_blob *blob, const char *path,
		  const char *cwd, const struct nt_params *params, bool with_env)
{
	struct parts parts = { .path = path, .cwd = cwd };
	long ret;

	blob->addr = 0;
	ret = split(&params->cmdline, &parts.args, &parts.args_len);
	if (ret)
		return ret;
	if (with_env)
		ret = nt_env_to_linux(call, &params->env, &parts.env, &parts.env_len);
	if (!ret)
		ret = fill(call, blob, &parts);
	kvfree(parts.args);
	kvfree(parts.env);
	return ret;
}

/**
 * nt_blob_free() - give the memory back
 * @blob: may be empty
 *
 * Context: may sleep.
 */
void nt_blob_free(struct nt_blob *blob)
{
	if (blob->addr)
		vm_munmap(blob->addr, blob->size);
	blob->addr = 0;
}
