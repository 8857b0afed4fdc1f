// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images that are refused: each gives its errno while the caller is still
 * there to see it, and one line in the log that names the file and the reason.
 */
#include "macho_image.h"

/* The kernel prints at most ten such lines in five seconds. */
#define LINES_AT_ONCE	9
#define PAUSE_MS	5200

static struct image im;
static uint8_t *const b = im.buf;

static void plain(void)
{
	image_program(&im, 0, code_exit_42, sizeof(code_exit_42));
}

static void fat(uint32_t magic, uint32_t n, bool wide, uint32_t cpu, uint64_t offset,
		uint64_t size)
{
	image_program(&im, PAGE, code_exit_42, sizeof(code_exit_42));
	put32(b, htobe32(magic));
	put32(b + 4, htobe32(n));
	fat_entry(&im, 0, wide, CPU_ARM64, 0, 0x100000, 0x1000);
	fat_entry(&im, 1, wide, cpu, 0x80000003, offset, size);
}

static void fat_good(void)
{
	fat(FAT_MAGIC, 2, false, CPU_X86_64, PAGE, im.len - PAGE);
	fat_entry(&im, 1, false, CPU_X86_64, 3, PAGE, im.len - PAGE);
}

static void fat_64_good(void)
{
	fat(FAT_MAGIC_64, 2, true, CPU_X86_64, PAGE, 0);
	fat_entry(&im, 1, true, CPU_X86_64, 3, PAGE, im.len - PAGE);
}

static void pie(void)
{
	plain();
	put32(b + MH_FLAGS, MH_PIE);
}

static void go_style(void)
{
	plain();
	image_dylinker(&im);
}

static void i386(void)
{
	plain();
	put32(b, MH_MAGIC);
	put32(b + MH_CPUTYPE, 7);
}

static void big_endian(void)
{
	plain();
	put32(b, MH_CIGAM);
}

static void arm64(void)
{
	plain();
	put32(b + MH_CPUTYPE, CPU_ARM64);
}

static void subtype(void)
{
	plain();
	put32(b + MH_CPUSUBTYPE, 99);
}

static void library(void)
{
	plain();
	put32(b + MH_FILETYPE, 6);
}

static void short_header(void)
{
	plain();
	im.len = 31;
}

static void no_commands_there(void)
{
	plain();
	im.len = 100;
}

static void dynamic(void)
{
	plain();
	image_dylinker(&im);
	image_command(&im, LC_LOAD_DYLIB, 56);
}

static void lc_main(void)
{
	image_start(&im, 0, code_exit_42, sizeof(code_exit_42));
	image_segment(&im, "__TEXT", IMAGE_BASE, 2 * PAGE, 0, 2 * PAGE, 5);
	image_dylinker(&im);
	put64(image_command(&im, LC_MAIN, 24) + 8, CODE_AT);
}

static void lc_main_static(void)
{
	image_start(&im, 0, code_exit_42, sizeof(code_exit_42));
	image_segment(&im, "__TEXT", IMAGE_BASE, 2 * PAGE, 0, 2 * PAGE, 5);
	put64(image_command(&im, LC_MAIN, 24) + 8, CODE_AT);
}

static void encrypted(void)
{
	plain();
	put32(image_command(&im, LC_ENCRYPTION_INFO_64, 24) + 16, 1);
}

static void fat_no_slice(void)
{
	fat(FAT_MAGIC, 2, false, 7, PAGE, 0x1000);
}

static void fat_misplaced(void)
{
	fat(FAT_MAGIC, 2, false, CPU_X86_64, PAGE, 0x100000);
}

static void fat_of_junk(void)
{
	fat(FAT_MAGIC, 2, false, CPU_X86_64, PAGE, 0x1000);
	memset(b + PAGE, 0, 32);
}

static void fat_empty(void)
{
	fat(FAT_MAGIC, 0, false, CPU_X86_64, PAGE, 0x1000);
}

static void fat_64_of_many(void)
{
	fat(FAT_MAGIC_64, 0x10000000, true, CPU_X86_64, PAGE, 0x1000);
}

static void java_class(void)
{
	fat(FAT_MAGIC, 52, false, CPU_X86_64, PAGE, 0x1000);
}

/* One value changed in the plain program. */
static void with32(unsigned int at, uint32_t value)
{
	plain();
	put32(b + at, value);
}

static void with64(unsigned int at, uint64_t value)
{
	plain();
	put64(b + at, value);
}

static void cmd_size_0(void)
{
	with32(AT_TEXT + 4, 0);
}

static void cmd_size_huge(void)
{
	with32(AT_TEXT + 4, 0xfffffff8);
}

static void cmds_beyond(void)
{
	with32(MH_SIZEOFCMDS, 0x10000);
}

static void cmds_many(void)
{
	with32(MH_NCMDS, 0xffffffff);
}

static void seg_kernel(void)
{
	with64(AT_DATA + SEG_VMADDR, 0xffffffff80000000);
}

static void seg_wraps(void)
{
	with64(AT_DATA + SEG_VMSIZE, -PAGE);
}

static void seg_commpage(void)
{
	with64(AT_DATA + SEG_VMADDR, COMMPAGE - PAGE);
}

static void seg_stack(void)
{
	with64(AT_DATA + SEG_VMADDR, USRSTACK - 4 * PAGE);
}

static void seg_low(void)
{
	with64(AT_DATA + SEG_VMADDR, 0x1000);
}

static void seg_overlap(void)
{
	with64(AT_DATA + SEG_VMADDR, IMAGE_BASE + PAGE);
}

static void seg_pagezero(void)
{
	with64(AT_DATA + SEG_VMADDR, IMAGE_BASE - PAGE);
}

static void seg_unaligned(void)
{
	with64(AT_DATA + SEG_VMADDR, IMAGE_BASE + 2 * PAGE + 16);
}

static void seg_file(void)
{
	with64(AT_DATA + SEG_FILEOFF, 0x100000);
}

static void seg_prot(void)
{
	with32(AT_DATA + SEG_INITPROT, 0xff);
}

static void seg_sections(void)
{
	with32(AT_DATA + SEG_NSECTS, 0x10000000);
}

static void seg_32(void)
{
	with32(AT_DATA, LC_SEGMENT);
}

static void entry_nowhere(void)
{
	with64(AT_THREAD + THREAD_REG(REG_RIP_INDEX), 0x1234);
}

static void entry_none(void)
{
	with32(AT_THREAD, 0x77);
}

static void thread_flavor(void)
{
	with32(AT_THREAD + THREAD_FLAVOR, 1);
}

static void stack_nowhere(void)
{
	with64(AT_THREAD + THREAD_REG(REG_RSP_INDEX), 0x1234);
}

static const struct {
	const char *what;
	void (*make)(void);
	int err;		/* 0: runs and exits with 42 */
	const char *reason;	/* NULL: nothing in the log */
} cases[] = {
	{ "a static program", plain, 0, NULL },
	{ "a position-independent one", pie, 0, NULL },
	{ "a static program that names a dylinker", go_style, 0, NULL },
	{ "a fat file", fat_good, 0, NULL },
	{ "a 64-bit fat file", fat_64_good, 0, NULL },
	{ "a Java class file", java_class, ENOEXEC, NULL },
	{ "i386", i386, ENOEXEC, "i386" },
	{ "arm64", arm64, ENOEXEC, "another CPU" },
	{ "big endian", big_endian, ENOEXEC, "big-endian" },
	{ "unknown subtype", subtype, ENOEXEC, "subtype" },
	{ "a library", library, ENOEXEC, "not a program" },
	{ "dynamic, with LC_UNIXTHREAD", dynamic, ENOENT, "no dylinker" },
	{ "dynamic, with LC_MAIN", lc_main, ENOENT, "no dylinker" },
	{ "LC_MAIN without dylinker", lc_main_static, ENOEXEC, "LC_MAIN" },
	{ "encrypted", encrypted, ENOEXEC, "encrypted" },
	{ "header cut off", short_header, ENOEXEC, "ends inside" },
	{ "load commands cut off", no_commands_there, ENOEXEC, "do not fit" },
	{ "load commands beyond the end", cmds_beyond, ENOEXEC, "do not fit" },
	{ "too many load commands", cmds_many, ENOEXEC, "do not fit" },
	{ "load command of no size", cmd_size_0, ENOEXEC, "impossible size" },
	{ "load command of 4 GiB", cmd_size_huge, ENOEXEC, "impossible size" },
	{ "fat, no x86_64", fat_no_slice, ENOEXEC, "without an x86_64 part" },
	{ "fat, part beyond the end", fat_misplaced, ENOEXEC, "misplaced" },
	{ "fat, part is no image", fat_of_junk, ENOEXEC, "misplaced" },
	{ "fat, empty", fat_empty, ENOEXEC, "number of architectures" },
	{ "fat, too many parts", fat_64_of_many, ENOEXEC, "number of architectures" },
	{ "segment in the kernel", seg_kernel, ENOEXEC, "user half" },
	{ "segment wraps", seg_wraps, ENOEXEC, "wraps" },
	{ "segment over the commpage", seg_commpage, ENOEXEC, "commpage" },
	{ "segment over the stack", seg_stack, ENOEXEC, "stack" },
	{ "segment at the lowest addresses", seg_low, ENOEXEC, "lowest" },
	{ "segments overlap", seg_overlap, ENOEXEC, "overlap" },
	{ "segment in __PAGEZERO", seg_pagezero, ENOEXEC, "overlap" },
	{ "segment not aligned", seg_unaligned, ENOEXEC, "aligned" },
	{ "segment not in the file", seg_file, ENOEXEC, "not in the file" },
	{ "segment protection", seg_prot, ENOEXEC, "protection" },
	{ "segment with too many sections", seg_sections, ENOEXEC, "sections" },
	{ "32-bit segment", seg_32, ENOEXEC, "32-bit segment" },
	{ "entry outside", entry_nowhere, ENOEXEC, "entry point is not" },
	{ "no entry", entry_none, ENOEXEC, "no entry point" },
	{ "thread state of another kind", thread_flavor, ENOEXEC, "LC_UNIXTHREAD" },
	{ "stack pointer outside", stack_nowhere, ENOEXEC, "stack pointer" },
};

/* Reads what the log got meanwhile: number of lines about images, the last one. */
static int log_lines(int log, char *line, size_t size)
{
	char record[8192];
	int n = 0;
	ssize_t len;

	for (;;) {
		len = read(log, record, sizeof(record) - 1);
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return n;
		record[len] = '\0';
		if (strstr(record, ": not started: ")) {
			n++;
			snprintf(line, size, "%s", strchr(record, ';') + 1);
			line[strcspn(line, "\n")] = '\0';
		}
	}
}

int main(void)
{
	int fd = image_file(), log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	unsigned int lines = 0;
	char line[8192], name[64];
	const char *modprobe;
	size_t i;

	if (log < 0)
		skip_all("/dev/kmsg: %s", strerror(errno));
	plan(0);
	limit(200);
	modprobe = strdup(set_modprobe("\n"));
	lseek(log, 0, SEEK_END);
	snprintf(name, sizeof(name), "/dev/fd/%d: ", fd);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct outcome out;
		int n;

		if (cases[i].reason && lines++ % LINES_AT_ONCE == 0)
			msleep(PAUSE_MS);
		cases[i].make();
		if (!image_write(fd, &im))
			bail("cannot write the image: %s", strerror(errno));
		out = image_run(fd, 10000);
		if (cases[i].err)
			is_int(out.err, cases[i].err, "%s: errno", cases[i].what);
		else
			ok(!out.err && WIFEXITED(out.status) && WEXITSTATUS(out.status) == 42,
			   "%s runs (errno %d, status %#x)", cases[i].what, out.err, out.status);
		line[0] = '\0';
		n = log_lines(log, line, sizeof(line));
		is_int(n, !!cases[i].reason, "%s: lines in the log", cases[i].what);
		if (cases[i].reason)
			ok(strstr(line, cases[i].reason) && strstr(line, name),
			   "%s: \"%s\"", cases[i].what, line);
	}
	set_modprobe(modprobe);
	return done();
}
