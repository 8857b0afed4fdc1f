// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initial stack of a Darwin program, from the stack pointer up:
 *
 *	[address of the Mach header]	only if a dylinker is entered
 *	argc
 *	argv[0..argc-1], 0
 *	envp[0..], 0
 *	apple[0..], 0
 *	padding
 *	strings of apple[]
 *	strings of argv[] and envp[], put there by execve()
 *
 * apple[] is how the Darwin kernel talks to libSystem: "key=value" strings.
 * Not among ours: pfz= (there is no preemption-free zone) and
 * executable_cdhash= (nobody has checked a signature).
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../../module/persona.h"
#include "start_stack.h"

/**
 * darwin_apple_alloc() - memory for the apple[] strings
 * @path_len: length of the path among them
 *
 * Context: may sleep.
 * Return: no strings yet, for kfree(); NULL without memory.
 */
struct darwin_apple *darwin_apple_alloc(size_t path_len)
{
	size_t size = DARWIN_APPLE_REST + path_len;
	struct darwin_apple *apple;

	apple = kmalloc(struct_size(apple, buf, size), GFP_KERNEL_ACCOUNT);
	if (!apple)
		return NULL;
	apple->nr = 0;
	apple->used = 0;
	apple->size = size;
	return apple;
}

/* What does not fit is only counted, see darwin_apple_fill(). */
static void add_bytes(struct darwin_apple *apple, const char *bytes, size_t len)
{
	size_t used = apple->used;

	if (used + len <= apple->size)
		memcpy(apple->buf + used, bytes, len);
	apple->used += len;
}

static void begin_string(struct darwin_apple *apple, const char *key)
{
	apple->off[apple->nr++] = apple->used;
	add_bytes(apple, key, strlen(key));
}

static void end_string(struct darwin_apple *apple)
{
	add_bytes(apple, "", 1);
}

/*
 * Not snprintf(): its ten numbers would be a thirtieth of all that the start and the
 * end of a small program take.
 */
static void add_hex(struct darwin_apple *apple, char before, u64 value, unsigned int digits)
{
	char text[3 + 2 * sizeof(value)] = { before, '0', 'x' };
	unsigned int i;

	for (i = 0; i < digits; i++)
		text[3 + i] = hex_asc_lo(value >> 4 * (digits - 1 - i));
	add_bytes(apple, text, 3 + digits);
}

static void add_number(struct darwin_apple *apple, char before, u64 value)
{
	add_hex(apple, before, value, max(DIV_ROUND_UP(fls64(value), 4), 1));
}

/**
 * darwin_apple_fill() - make the apple[] strings
 * @apple: filled
 * @info: what they tell
 *
 * Names and formats are those of the Darwin kernel (10.15).
 *
 * Context: any.
 * Return: 0, or -E2BIG if the path is longer than @apple was made for.
 */
int darwin_apple_fill(struct darwin_apple *apple, const struct darwin_start_info *info)
{
	apple->nr = 0;
	apple->used = 0;
	begin_string(apple, "executable_path=");
	add_bytes(apple, info->path, strlen(info->path));
	end_string(apple);
	/* The guard's first byte in memory ends a string that runs into it. */
	begin_string(apple, "stack_guard");
	add_hex(apple, '=', info->guard & ~0xffULL, 16);
	end_string(apple);
	begin_string(apple, "malloc_entropy");
	add_hex(apple, '=', info->entropy[0], 16);
	add_hex(apple, ',', info->entropy[1], 16);
	end_string(apple);
	begin_string(apple, "ptr_munge");
	add_hex(apple, '=', info->munge, 16);
	end_string(apple);
	begin_string(apple, "main_stack");
	add_number(apple, '=', info->stack_top);
	add_number(apple, ',', info->stack_size);
	add_number(apple, ',', info->stack_top - info->stack_size);
	add_number(apple, ',', info->stack_size);
	end_string(apple);
	begin_string(apple, "executable_file");
	add_number(apple, '=', info->fsid);
	add_number(apple, ',', info->fileid);
	end_string(apple);
	return apple->used > apple->size ? -E2BIG : 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_apple_fill);

/**
 * darwin_start_place() - compute the addresses of the initial stack
 * @top: everything goes below this address
 * @argc: number of arguments
 * @envc: number of environment strings
 * @apple: strings that are still to be copied
 * @with_header: a dylinker is entered, it wants the Mach header's address
 * @layout: filled
 *
 * Context: any.
 * Return: 0, or -E2BIG if it does not fit between 0 and @top.
 */
int darwin_start_place(u64 top, u64 argc, u64 envc, const struct darwin_apple *apple,
		       bool with_header, struct darwin_start_layout *layout)
{
	u64 words, bytes;

	if (check_add_overflow(argc, envc, &words) ||
	    check_add_overflow(words, (u64)apple->nr + 4 + with_header, &words) ||
	    check_mul_overflow(words, (u64)sizeof(u64), &bytes))
		return -E2BIG;
	if (top <= apple->used)
		return -E2BIG;
	layout->apple = ALIGN_DOWN(top - apple->used, 16);
	if (layout->apple <= bytes)
		return -E2BIG;
	layout->sp = ALIGN_DOWN(layout->apple - bytes, 16);
	layout->words = words;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(darwin_start_place);

struct word_writer {
	u64 __user *at;
	int err;
};

static void put_word(struct word_writer *writer, u64 word)
{
	if (!writer->err && put_user(word, writer->at++))
		writer->err = -EFAULT;
}

/* Pointers to @n strings that lie one after the other from *@at on. */
static void put_strings(struct word_writer *writer, u64 *at, unsigned int n)
{
	for (; n && !writer->err; n--) {
		long len = strnlen_user((void __user *)*at, MAX_ARG_STRLEN);

		if (!len || len > MAX_ARG_STRLEN) {
			writer->err = -EFAULT;
			return;
		}
		put_word(writer, *at);
		*at += len;
	}
	put_word(writer, 0);
}

/**
 * darwin_start_stack() - build the initial stack
 * @bprm: the exec; its strings are where setup_arg_pages() has put them
 * @top: the block goes below this address
 * @apple: the apple[] strings
 * @header: address of the Mach header for a dylinker, NULL if none is entered
 * @sp: set to the initial stack pointer
 *
 * Sets the bounds of the argument and environment strings in the mm, too.
 *
 * Context: process, may sleep; current has the new mm.
 * Return: 0, -E2BIG or -EFAULT.
 */
int darwin_start_stack(struct linux_binprm *bprm, u64 top, const struct darwin_apple *apple,
		       const u64 *header, u64 *sp)
{
	struct mm_struct *mm = current->mm;
	struct darwin_start_layout layout;
	struct word_writer writer = {};
	u64 at = bprm->p;
	u32 i;
	int err;

	err = darwin_start_place(top, bprm->argc, bprm->envc, apple, header, &layout);
	if (err)
		return err;
	if (copy_to_user((void __user *)layout.apple, apple->buf, apple->used))
		return -EFAULT;
	writer.at = (u64 __user *)layout.sp;
	if (header)
		put_word(&writer, *header);
	put_word(&writer, bprm->argc);
	mm->arg_start = at;
	put_strings(&writer, &at, bprm->argc);
	mm->arg_end = at;
	mm->env_start = at;
	put_strings(&writer, &at, bprm->envc);
	mm->env_end = at;
	for (i = 0; i < apple->nr; i++)
		put_word(&writer, layout.apple + apple->off[i]);
	put_word(&writer, 0);
	*sp = layout.sp;
	return writer.err;
}
