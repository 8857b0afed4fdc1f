/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes small PE programs in memory and starts them. */
#ifndef _NTSAFETY_PE_IMAGE_H
#define _NTSAFETY_PE_IMAGE_H

#include "../native.h"

#include <sys/time.h>

#define IMAGE_MAX	131072
#define IMAGE_BASE	0x140000000UL
#define PAGE		4096

/* Offsets in the file. The headers are made for sixteen directories. */
enum {
	DOS_LFANEW = 0x3c,
	PE_AT = 0x80,
	FILE_MACHINE = PE_AT + 4,
	FILE_NSECTIONS = PE_AT + 6,
	FILE_OPT_SIZE = PE_AT + 20,
	FILE_FLAGS = PE_AT + 22,
	OPT_AT = PE_AT + 24,
	OPT_ENTRY = OPT_AT + 16,
	OPT_BASE = OPT_AT + 24,
	OPT_SECTION_ALIGN = OPT_AT + 32,
	OPT_FILE_ALIGN = OPT_AT + 36,
	OPT_SUBSYSTEM_VERSION = OPT_AT + 48,
	OPT_SIZE = OPT_AT + 56,
	OPT_HEADERS = OPT_AT + 60,
	OPT_SUBSYSTEM = OPT_AT + 68,
	OPT_DLL_FLAGS = OPT_AT + 70,
	OPT_STACK_RESERVE = OPT_AT + 72,
	OPT_STACK_COMMIT = OPT_AT + 80,
	OPT_HEAP_RESERVE = OPT_AT + 88,
	OPT_HEAP_COMMIT = OPT_AT + 96,
	OPT_NDIRS = OPT_AT + 108,
	OPT_DIRS = OPT_AT + 112,
	SECTIONS_AT = OPT_DIRS + 16 * 8,
};

/* Offsets in a section header, and its size. */
enum {
	SEC_VSIZE = 8,
	SEC_VA = 12,
	SEC_RAWSIZE = 16,
	SEC_RAW = 20,
	SEC_FLAGS = 36,
	SEC_SIZE = 40,
};

#define SEC_TEXT	0x60000020u
#define SEC_RDATA	0x40000040u
#define SEC_DATA	0xc0000040u
#define SEC_BSS		0xc0000080u

struct image {
	size_t len;
	unsigned int nsections;
	uint8_t buf[IMAGE_MAX];
};

static inline void put16(void *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put32(void *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put64(void *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline uint16_t get16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t get32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t get64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint8_t *section(struct image *im, unsigned int i)
{
	return im->buf + SECTIONS_AT + SEC_SIZE * i;
}

/* The headers; @file_align is also where the first section is in the file. */
static UNUSED void image_start(struct image *im, uint32_t file_align)
{
	uint8_t *b = im->buf;

	memset(im, 0, sizeof(*im));
	put16(b, 0x5a4d);
	put32(b + DOS_LFANEW, PE_AT);
	put32(b + PE_AT, 0x4550);
	put16(b + FILE_MACHINE, 0x8664);
	put16(b + FILE_OPT_SIZE, SECTIONS_AT - OPT_AT);
	put16(b + FILE_FLAGS, 0x22);
	put16(b + OPT_AT, 0x20b);
	put32(b + OPT_ENTRY, 0x1000);
	put64(b + OPT_BASE, IMAGE_BASE);
	put32(b + OPT_SECTION_ALIGN, PAGE);
	put32(b + OPT_FILE_ALIGN, file_align);
	put16(b + OPT_SUBSYSTEM_VERSION, 6);
	put32(b + OPT_SIZE, PAGE);
	im->len = file_align < SECTIONS_AT + 16 * SEC_SIZE ? 0x600 : file_align;
	put32(b + OPT_HEADERS, im->len);
	put16(b + OPT_SUBSYSTEM, 3);
	put16(b + OPT_DLL_FLAGS, 0x100);
	put64(b + OPT_STACK_RESERVE, 0x100000);
	put64(b + OPT_STACK_COMMIT, 0x1000);
	put64(b + OPT_HEAP_RESERVE, 0x100000);
	put64(b + OPT_HEAP_COMMIT, 0x1000);
	put32(b + OPT_NDIRS, 16);
}

/* Another section of @vsize bytes, @rawsize of them from the file: its contents. */
static UNUSED uint8_t *image_section(struct image *im, const char *name, uint32_t vsize,
				     uint32_t rawsize, uint32_t flags)
{
	uint32_t align = get32(im->buf + OPT_FILE_ALIGN), size = get32(im->buf + OPT_SIZE);
	uint8_t *s = section(im, im->nsections), *contents = im->buf + im->len;

	if (im->nsections == 16 || im->len + rawsize + align > IMAGE_MAX)
		return contents;
	im->nsections++;
	put16(im->buf + FILE_NSECTIONS, im->nsections);
	strncpy((char *)s, name, 8);
	put32(s + SEC_VSIZE, vsize);
	put32(s + SEC_VA, size);
	rawsize = (rawsize + align - 1) & -align;
	put32(s + SEC_RAWSIZE, rawsize);
	put32(s + SEC_RAW, rawsize ? im->len : 0);
	put32(s + SEC_FLAGS, flags);
	put32(im->buf + OPT_SIZE, (size + vsize + PAGE - 1) & -PAGE);
	im->len += rawsize;
	return contents;
}

/* A program with code, data, and relocations for the data. */
static UNUSED void image_program(struct image *im, uint32_t file_align)
{
	uint8_t *p;
	unsigned int i;

	image_start(im, file_align);
	p = image_section(im, ".text", 0x100, 0x100, SEC_TEXT);
	memset(p, 0xcc, 0x100);
	p = image_section(im, ".data", 0x2000, 0x200, SEC_DATA);
	for (i = 0; i < 8; i++)
		put64(p + 8 * i, IMAGE_BASE + 0x1000 + i);
	p = image_section(im, ".reloc", 28, 28, SEC_RDATA | 0x02000000);
	put32(p, 0x2000);
	put32(p + 4, 28);
	for (i = 0; i < 8; i++)
		put16(p + 8 + 2 * i, 0xa000 | 8 * i);
	put32(im->buf + OPT_DIRS + 5 * 8, 0x4000);
	put32(im->buf + OPT_DIRS + 5 * 8 + 4, 28);
	image_section(im, ".bss", 0x3000, 0, SEC_BSS);
}

/**
 * struct outcome - how an attempt to run an image ended
 * @err: errno of execve(), or 0
 * @status: wait status if @err is 0
 */
struct outcome {
	int err;
	int status;
};

/* Runs @path; after @ms of CPU time SIGPROF ends it, SIGALRM after a minute. */
static UNUSED struct outcome image_run(const char *path, unsigned int ms)
{
	char *const argv[] = { (char *)"image.exe", NULL }, *const envp[] = { NULL };
	const struct itimerval timer = { .it_value.tv_usec = ms * 1000 % 1000000,
					 .it_value.tv_sec = ms / 1000 };
	const struct itimerval minute = { .it_value.tv_sec = 60 };
	struct outcome out = { 0 };
	volatile int err = 0;
	pid_t pid;

	pid = vfork();
	if (!pid) {
		setitimer(ITIMER_PROF, &timer, NULL);
		setitimer(ITIMER_REAL, &minute, NULL);
		execve(path, argv, envp);
		err = errno;
		_exit(99);
	}
	if (pid < 0)
		bail("vfork: %s", strerror(errno));
	out.status = wait_status(pid);
	out.err = err;
	return out;
}

/* Replaces @path, which may just have been executed, by the image. */
static UNUSED void image_write(const char *path, const struct image *im)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0 || write(fd, im->buf, im->len) != (ssize_t)im->len)
		bail("%s: %s", path, strerror(errno));
	close(fd);
}

#endif /* _NTSAFETY_PE_IMAGE_H */
