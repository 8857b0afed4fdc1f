/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes small Mach-O programs in memory, good and bad ones, and starts them. */
#ifndef _MACHO_IMAGE_H
#define _MACHO_IMAGE_H

#include "../native.h"

#include <endian.h>
#include <sys/time.h>

#define MH_MAGIC		0xfeedface
#define MH_CIGAM		0xcefaedfe
#define MH_MAGIC_64		0xfeedfacf
#define MH_CIGAM_64		0xcffaedfe
#define FAT_MAGIC		0xcafebabe
#define FAT_MAGIC_64		0xcafebabf
#define CPU_X86_64		0x01000007
#define CPU_ARM64		0x0100000c
#define MH_EXECUTE		2
#define MH_PIE			0x200000

#define LC_SEGMENT		0x1
#define LC_UNIXTHREAD		0x5
#define LC_LOAD_DYLIB		0xc
#define LC_LOAD_DYLINKER	0xe
#define LC_SEGMENT_64		0x19
#define LC_UUID			0x1b
#define LC_ENCRYPTION_INFO_64	0x2c
#define LC_MAIN			0x80000028

/* Offsets in a Mach header. */
enum {
	MH_CPUTYPE = 4,
	MH_CPUSUBTYPE = 8,
	MH_FILETYPE = 12,
	MH_NCMDS = 16,
	MH_SIZEOFCMDS = 20,
	MH_FLAGS = 24,
	MH_CMDS = 32,
};

/* Offsets in a segment command, and its size. */
enum {
	SEG_VMADDR = 24,
	SEG_VMSIZE = 32,
	SEG_FILEOFF = 40,
	SEG_FILESIZE = 48,
	SEG_MAXPROT = 56,
	SEG_INITPROT = 60,
	SEG_NSECTS = 64,
	SEG_COMMAND = 72,
};

/* Offsets in a thread command, and its size. */
enum {
	THREAD_FLAVOR = 8,
	THREAD_COUNT = 12,
	THREAD_REGS = 16,
	THREAD_COMMAND = 184,
};

#define THREAD_REG(n)	(THREAD_REGS + 8 * (n))
#define REG_RSP_INDEX	7
#define REG_RIP_INDEX	16

#define STACK_ZONE	0x7ffa00000000UL
#define USRSTACK	0x7ffeefc00000UL
#define COMMPAGE	0x7fffffe00000UL

#define IMAGE_BASE	0x100000000UL
#define IMAGE_MAX	65536
#define CODE_AT		0x1000		/* in the file, and from the base */
#define PAGE		4096

/**
 * struct image - an image in memory
 * @len: bytes of the file
 * @cmds: end of the load commands, from the Mach header
 * @at: where the Mach header is; 0 unless the file is fat
 * @buf: the file
 */
struct image {
	size_t len;
	size_t cmds;
	size_t at;
	uint8_t buf[IMAGE_MAX];
};

static inline void put32(void *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put64(void *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
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

/* Appends a load command; the caller fills it. */
static UNUSED uint8_t *image_command(struct image *im, uint32_t cmd, uint32_t size)
{
	uint8_t *head = im->buf + im->at, *at = head + im->cmds;

	memset(at, 0, size);
	put32(at, cmd);
	put32(at + 4, size);
	im->cmds += size;
	put32(head + MH_NCMDS, get32(head + MH_NCMDS) + 1);
	put32(head + MH_SIZEOFCMDS, im->cmds - MH_CMDS);
	return at;
}

static UNUSED uint8_t *image_segment(struct image *im, const char *name, uint64_t addr,
				     uint64_t size, uint64_t off, uint64_t filesize,
				     uint32_t prot)
{
	uint8_t *at = image_command(im, LC_SEGMENT_64, SEG_COMMAND);

	strncpy((char *)at + 8, name, 16);
	put64(at + SEG_VMADDR, addr);
	put64(at + SEG_VMSIZE, size);
	put64(at + SEG_FILEOFF, off);
	put64(at + SEG_FILESIZE, filesize);
	put32(at + SEG_MAXPROT, prot);
	put32(at + SEG_INITPROT, prot);
	return at;
}

static UNUSED uint8_t *image_thread(struct image *im, uint64_t rip)
{
	uint8_t *at = image_command(im, LC_UNIXTHREAD, THREAD_COMMAND);

	put32(at + THREAD_FLAVOR, 4);
	put32(at + THREAD_COUNT, 42);
	put64(at + THREAD_REG(REG_RIP_INDEX), rip);
	return at;
}

static UNUSED uint8_t *image_dylinker(struct image *im)
{
	uint8_t *at = image_command(im, LC_LOAD_DYLINKER, 32);

	put32(at + 8, 12);
	strcpy((char *)at + 12, "/usr/lib/dyld");
	return at;
}

/* The Mach header and the code; no load commands yet. */
static UNUSED void image_start(struct image *im, size_t at, const void *code, size_t code_len)
{
	uint8_t *head = im->buf + at;

	memset(im, 0, sizeof(*im));
	im->at = at;
	im->cmds = MH_CMDS;
	put32(head, MH_MAGIC_64);
	put32(head + MH_CPUTYPE, CPU_X86_64);
	put32(head + MH_CPUSUBTYPE, 0x80000003);
	put32(head + MH_FILETYPE, MH_EXECUTE);
	/* Whoever jumps beside the code gets SIGTRAP. */
	memset(head + CODE_AT, 0xcc, PAGE);
	memcpy(head + CODE_AT, code, code_len);
	/* The contents of __DATA. */
	memset(head + CODE_AT + PAGE, 0x5a, PAGE / 2);
	im->len = at + CODE_AT + PAGE + PAGE / 2;
}

/*
 * exit(42 if everything is where it should be, 1 if not): argc is 1, the
 * contents and the zero-filled rest of __DATA are there and can be written.
 * Addresses are relative to the code: __DATA is one page behind it.
 */
static const uint8_t code_exit_42[] = {
	0x83, 0x3c, 0x24, 0x01,				/*	cmpl $1, (%rsp) */
	0x75, 0x3b,					/*	jne bad */
	0x80, 0x3d, 0xf3, 0x0f, 0x00, 0x00, 0x5a,	/*	cmpb $0x5a, data */
	0x75, 0x32,					/*	jne bad */
	0x80, 0x3d, 0xe9, 0x17, 0x00, 0x00, 0x5a,	/*	cmpb $0x5a, data+0x7ff */
	0x75, 0x29,					/*	jne bad */
	0x80, 0x3d, 0xe1, 0x17, 0x00, 0x00, 0x00,	/*	cmpb $0, data+0x800 */
	0x75, 0x20,					/*	jne bad */
	0x80, 0x3d, 0xd7, 0x1f, 0x00, 0x00, 0x00,	/*	cmpb $0, data+0xfff */
	0x75, 0x17,					/*	jne bad */
	0x80, 0x05, 0xce, 0x2f, 0x00, 0x00, 0x01,	/*	addb $1, data+0x1fff */
	0x75, 0x02,					/*	jne 1f */
	0xeb, 0x0c,					/*	jmp bad */
	0xbf, 0x2a, 0x00, 0x00, 0x00,			/* 1:	mov $42, %edi */
	0xb8, 0x01, 0x00, 0x00, 0x02,			/* 2:	mov $0x2000001, %eax */
	0x0f, 0x05,					/*	syscall */
	0xbf, 0x01, 0x00, 0x00, 0x00,			/* bad:	mov $1, %edi */
	0xeb, 0xf2,					/*	jmp 2b */
};

/* write(1, code, 1), then jmp . */
static const uint8_t code_loop[] = {
	0xbf, 0x01, 0x00, 0x00, 0x00,			/*	mov $1, %edi */
	0x48, 0x8d, 0x35, 0xf4, 0xff, 0xff, 0xff,	/*	lea code, %rsi */
	0xba, 0x01, 0x00, 0x00, 0x00,			/*	mov $1, %edx */
	0xb8, 0x04, 0x00, 0x00, 0x02,			/*	mov $0x2000004, %eax */
	0x0f, 0x05,					/*	syscall */
	0xeb, 0xfe,					/*	jmp . */
};

/* A good program of the usual shape at @at in the file. */
static UNUSED void image_program(struct image *im, size_t at, const void *code, size_t code_len)
{
	image_start(im, at, code, code_len);
	image_segment(im, "__PAGEZERO", 0, IMAGE_BASE, 0, 0, 0);
	image_segment(im, "__TEXT", IMAGE_BASE, 2 * PAGE, 0, 2 * PAGE, 5);
	image_segment(im, "__DATA", IMAGE_BASE + 2 * PAGE, 2 * PAGE, 2 * PAGE, PAGE / 2, 3);
	image_thread(im, IMAGE_BASE + CODE_AT);
}

/* Where image_program()'s commands are, from the Mach header. */
enum {
	AT_PAGEZERO = MH_CMDS,
	AT_TEXT = AT_PAGEZERO + SEG_COMMAND,
	AT_DATA = AT_TEXT + SEG_COMMAND,
	AT_THREAD = AT_DATA + SEG_COMMAND,
};

/* Entry @n of a fat header, big endian as on disk. */
static UNUSED void fat_entry(struct image *im, unsigned int n, bool wide, uint32_t cpu,
			     uint32_t subtype, uint64_t offset, uint64_t size)
{
	uint8_t *p = im->buf + 8 + n * (wide ? 32 : 20);

	put32(p, htobe32(cpu));
	put32(p + 4, htobe32(subtype));
	if (wide) {
		put64(p + 8, htobe64(offset));
		put64(p + 16, htobe64(size));
		put32(p + 24, htobe32(12));
		put32(p + 28, 0);
	} else {
		put32(p + 8, htobe32(offset));
		put32(p + 12, htobe32(size));
		put32(p + 16, htobe32(12));
	}
}

/* Writes the image to a memory file, replacing what was there. */
static UNUSED bool image_write(int fd, const struct image *im)
{
	return !ftruncate(fd, 0) && pwrite(fd, im->buf, im->len, 0) == (ssize_t)im->len;
}

static UNUSED int image_file(void)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	if (fd < 0)
		bail("memfd_create: %s", strerror(errno));
	return fd;
}

/* What became of an attempt to start an image. */
struct outcome {
	int err;	/* errno of execve, 0 if it did not return */
	int status;	/* wait status if err is 0 */
};

/*
 * Executes the image with one argument. It has @ms milliseconds of CPU time, then
 * SIGPROF ends it; SIGALRM after a minute.
 */
static UNUSED int image_exec(int fd, unsigned int ms)
{
	static char *const argv[] = { (char *)"image", NULL }, *const envp[] = { NULL };
	const struct itimerval timer = { .it_value.tv_usec = ms * 1000 % 1000000,
					 .it_value.tv_sec = ms / 1000 };
	const struct itimerval minute = { .it_value.tv_sec = 60 };

	setitimer(ITIMER_PROF, &timer, NULL);
	setitimer(ITIMER_REAL, &minute, NULL);
	syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	return errno;
}

/* Executes it in a child, and waits for that. */
static UNUSED struct outcome image_run(int fd, unsigned int ms)
{
	struct outcome out = { 0 };
	volatile int err = 0;
	pid_t pid;

	pid = vfork();
	if (!pid) {
		err = image_exec(fd, ms);
		_exit(99);
	}
	if (pid < 0)
		bail("vfork: %s", strerror(errno));
	out.status = wait_status(pid);
	out.err = err;
	return out;
}

#endif /* _MACHO_IMAGE_H */
