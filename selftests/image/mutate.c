// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts thousands of damaged Mach-O images. Whatever is in them, an attempt
 * must end: with an error of execve(), by a signal, or with an exit status.
 * (A splat of the kernel ends the whole run: it boots with panic_on_warn.)
 *
 * Each image follows from the seed and its number alone:
 *	mutate [-s SEED] [-n COUNT] [-i NUMBER] [-o FILE]
 * -i starts just that one; -o only writes it to a file.
 */
#include "macho_image.h"

#define WORKERS		2
/* A program that runs into a loop is ended after so much CPU time. */
#define RUN_MS		200

struct random {
	uint64_t state;
};

static uint64_t next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t below(struct random *r, uint64_t n)
{
	return next(r) % n;
}

/* Numbers at which range checks go wrong. */
static const uint64_t corners[] = {
	0, 1, 7, 8, 0xfff, 0x1000, 0x1001, 0x7fff, 0xffff, 0x10000, 0xfffff000,
	0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100001000, 0x100002000,
	STACK_ZONE - 0x1000, STACK_ZONE, USRSTACK - 0x1000, USRSTACK,
	COMMPAGE - 0x1000, COMMPAGE, COMMPAGE + 0x1000, 0x7fffffffe000, 0x7ffffffff000,
	0x7fffffffffff, 0x800000000000, 0x7ff000000000, 0x3fffffffffff000,
	0x7fffffffffffffff, 0x8000000000000000, 0xffff800000000000, 0xffffffff80000000,
	0xfffffffffffff000, 0xffffffffffffffff, 0x700000000000, 0x10000000000,
};

static uint64_t corner(struct random *r)
{
	return corners[below(r, ARRAY_SIZE(corners))];
}

/* Another value for a field that has the value @old. */
static uint64_t damage(struct random *r, uint64_t old)
{
	switch (below(r, 8)) {
	case 0:
		return old + 1;
	case 1:
		return old - 1;
	case 2:
		return old + 0x1000 * (1 + below(r, 16));
	case 3:
		return old - 0x1000 * (1 + below(r, 16));
	case 4:
		return old ^ 1ULL << below(r, 64);
	case 5:
		return corner(r) + below(r, 3) - 1;
	case 6:
		return next(r) >> below(r, 64);
	}
	return corner(r);
}

static void damage32(struct random *r, uint8_t *at)
{
	put32(at, damage(r, get32(at)));
}

static void damage64(struct random *r, uint8_t *at)
{
	put64(at, damage(r, get64(at)));
}

/* Offset of a random load command from the Mach header, 0 if there is none. */
static size_t pick_command(struct random *r, const struct image *im, uint32_t wanted)
{
	const uint8_t *head = im->buf + im->at;
	size_t at = MH_CMDS, found = 0;
	unsigned int n = 0;

	while (at + 8 <= im->cmds) {
		uint32_t size = get32(head + at + 4);

		if ((!wanted || get32(head + at) == wanted) && !below(r, ++n))
			found = at;
		if (size < 8 || size > im->cmds - at)
			break;
		at += size;
	}
	return found;
}

static void base_image(struct random *r, struct image *im)
{
	unsigned int kind = below(r, 8), i, n;

	image_program(im, kind == 1 || kind == 2 ? PAGE : 0, code_exit_42, sizeof(code_exit_42));
	switch (kind) {
	case 1:
	case 2:
		put32(im->buf, htobe32(kind == 1 ? FAT_MAGIC : FAT_MAGIC_64));
		put32(im->buf + 4, htobe32(2));
		fat_entry(im, 0, kind == 2, CPU_ARM64, 0, 0x100000, 0x1000);
		fat_entry(im, 1, kind == 2, CPU_X86_64, 3, PAGE, im->len - PAGE);
		break;
	case 3:
		put32(im->buf + MH_FLAGS, MH_PIE);
		break;
	case 4:
		image_dylinker(im);
		image_command(im, LC_UUID, 24);
		break;
	case 5:
		n = 1 + below(r, 24);
		for (i = 0; i < n; i++)
			image_segment(im, "__MORE", 0x200000000 + 0x10000 * below(r, 64),
				      0x1000 * (1 + below(r, 32)), 0, 0x1000 * below(r, 3),
				      below(r, 8));
		break;
	case 6:
		image_dylinker(im);
		image_command(im, LC_MAIN, 24);
		break;
	}
}

static void mutate_header(struct random *r, struct image *im)
{
	damage32(r, im->buf + im->at + 4 * below(r, 8));
}

static void mutate_command(struct random *r, struct image *im)
{
	static const uint32_t cmds[] = {
		LC_SEGMENT, 2, 4, LC_UNIXTHREAD, LC_LOAD_DYLIB, LC_LOAD_DYLINKER, LC_SEGMENT_64,
		LC_UUID, 0x1d, 0x20, LC_ENCRYPTION_INFO_64, 0x80000018, 0x8000001f, LC_MAIN,
		0x22, 0x80000022, 0x26, 0x32, 0x80000033, 0x80000034,
	};
	size_t at = pick_command(r, im, 0);
	uint8_t *cmd = im->buf + im->at + at;

	if (!at)
		return;
	if (below(r, 2))
		put32(cmd, cmds[below(r, ARRAY_SIZE(cmds))]);
	else
		damage32(r, cmd + 4);
}

static void mutate_segment(struct random *r, struct image *im)
{
	size_t at = pick_command(r, im, LC_SEGMENT_64);
	size_t other = pick_command(r, im, LC_SEGMENT_64);
	uint8_t *cmd = im->buf + im->at + at;

	if (!at)
		return;
	switch (below(r, 10)) {
	case 0 ... 5:
		damage64(r, cmd + SEG_VMADDR + 8 * below(r, 4));
		break;
	case 6:
		damage32(r, cmd + SEG_MAXPROT + 4 * below(r, 4));
		break;
	case 7:
		put32(cmd + SEG_MAXPROT, 7);
		put32(cmd + SEG_INITPROT, below(r, 8));
		break;
	case 8:		/* next to another one, or into it */
		put64(cmd + SEG_VMADDR, get64(im->buf + im->at + other + SEG_VMADDR) +
					0x1000 * (below(r, 5) - 2));
		break;
	case 9:		/* large, but possible */
		put64(cmd + SEG_VMSIZE, 0x1000ULL << below(r, 36));
		break;
	}
}

static void mutate_thread(struct random *r, struct image *im)
{
	size_t at = pick_command(r, im, LC_UNIXTHREAD);
	uint8_t *cmd = im->buf + im->at + at;

	if (!at)
		return;
	switch (below(r, 6)) {
	case 0:
		damage32(r, cmd + THREAD_FLAVOR + 4 * below(r, 2));
		break;
	case 1:
		damage64(r, cmd + THREAD_REG(REG_RSP_INDEX));
		break;
	case 2:		/* a stack of its own, in __DATA */
		put64(cmd + THREAD_REG(REG_RSP_INDEX), IMAGE_BASE + 2 * PAGE + below(r, 0x2010));
		break;
	case 3:
		put64(cmd + THREAD_REG(REG_RIP_INDEX), IMAGE_BASE + below(r, 0x2000));
		break;
	case 4:
		damage64(r, cmd + THREAD_REG(REG_RIP_INDEX));
		break;
	case 5:
		damage64(r, cmd + THREAD_REG(below(r, 21)));
		break;
	}
}

static void mutate_fat(struct random *r, struct image *im)
{
	uint8_t *p = im->buf + 4 * below(r, 20);

	if (!im->at)
		return;
	if (below(r, 2))
		put32(p, htobe32(damage(r, be32toh(get32(p)))));
	else
		put32(im->buf + 4, htobe32(below(r, 60)));
}

static void mutate_bits(struct random *r, struct image *im)
{
	unsigned int n = 1 + below(r, 16);

	while (n--) {
		size_t bit = below(r, 8 * im->cmds);

		im->buf[im->at + bit / 8] ^= 1 << bit % 8;
	}
}

static void mutate_bytes(struct random *r, struct image *im)
{
	size_t at = im->at + below(r, im->cmds), n = 1 + below(r, 32);

	while (n--)
		im->buf[at++] = next(r);
}

static void mutate_order(struct random *r, struct image *im)
{
	size_t from = pick_command(r, im, 0), to = pick_command(r, im, 0);
	uint8_t *head = im->buf + im->at, copy[512];
	uint32_t size = from ? get32(head + from + 4) : 0;

	if (!from || size < 8 || size > sizeof(copy) || size > im->cmds - from)
		return;
	memcpy(copy, head + from, size);
	switch (below(r, 3)) {
	case 0:		/* once more at the end */
		if (im->cmds + size > CODE_AT)
			return;
		memcpy(image_command(im, 0, size), copy, size);
		break;
	case 1:		/* gone */
		memmove(head + from, head + from + size, im->cmds - from - size);
		put32(head + MH_NCMDS, get32(head + MH_NCMDS) - 1);
		break;
	case 2:		/* over another one */
		if (to && size <= im->cmds - to)
			memcpy(head + to, copy, size);
		break;
	}
}

static void mutate_length(struct random *r, struct image *im)
{
	if (below(r, 4))
		im->len = below(r, im->len + 1);
	else
		im->len = IMAGE_MAX - below(r, 4096);
}

static void (*const mutations[])(struct random *r, struct image *im) = {
	mutate_header, mutate_command, mutate_segment, mutate_segment, mutate_segment,
	mutate_thread, mutate_fat, mutate_bits, mutate_bytes, mutate_order, mutate_length,
};

/* Offset in the image of what is mapped at @addr, UINT64_MAX if nothing is. */
static uint64_t contents_at(const struct image *im, uint64_t addr)
{
	const uint8_t *head = im->buf + im->at;
	size_t room = IMAGE_MAX - im->at, at = MH_CMDS;
	uint32_t n = get32(head + MH_NCMDS), size;

	for (; n && at + SEG_COMMAND <= room; n--, at += size) {
		uint64_t start = get64(head + at + SEG_VMADDR);

		size = get32(head + at + 4);
		if (get32(head + at) == LC_SEGMENT_64 && addr >= start &&
		    addr - start < get64(head + at + SEG_VMSIZE))
			return get64(head + at + SEG_FILEOFF) + (addr - start);
		if (size < 8 || size > room - at)
			break;
	}
	return UINT64_MAX;
}

/*
 * A program that begins in its own header executes the magic number: 0xcf is
 * iret, which QEMU gets wrong in user mode (it reads the stack with the rights
 * of the kernel, at a truncated address, and the kernel rightly oopses; an ELF
 * program can do the same). So the entry point moves on to the code.
 */
static void keep_out_of_header(struct image *im)
{
	uint8_t *head = im->buf + im->at;
	size_t room = IMAGE_MAX - im->at, at = MH_CMDS;
	uint32_t n = get32(head + MH_NCMDS), size;

	for (; n && at + THREAD_COMMAND <= room; n--, at += size) {
		uint8_t *rip = head + at + THREAD_REG(REG_RIP_INDEX);

		size = get32(head + at + 4);
		if (get32(head + at) == LC_UNIXTHREAD)
			while (contents_at(im, get64(rip)) < CODE_AT)
				put64(rip, get64(rip) + CODE_AT);
		if (size < 8 || size > room - at)
			break;
	}
}

static void make_image(uint64_t seed, uint64_t number, struct image *im)
{
	struct random r = { .state = seed * 0x2545f4914f6cdd1d + number };
	unsigned int n = 1 + below(&r, 2) * below(&r, 3);

	base_image(&r, im);
	while (n--)
		mutations[below(&r, ARRAY_SIZE(mutations))](&r, im);
	keep_out_of_header(im);
}

/* How the attempts ended; shared by the workers. */
struct tally {
	uint64_t refused[256];	/* by errno */
	uint64_t signaled[128];
	uint64_t exited[256];
	uint64_t wrong;
};

static struct tally *tally;

static void count(uint64_t *at)
{
	__atomic_add_fetch(at, 1, __ATOMIC_RELAXED);
}

/* The errors that execve() may give for an image whose file is all right. */
static bool is_expected(int err)
{
	return err == ENOEXEC || err == ENOENT || err == ENOMEM;
}

/* What is left to do for a worker; the child that shares its memory moves @at, too. */
struct work {
	uint64_t seed;
	uint64_t step;
	uint64_t end;
	int fd;
	volatile uint64_t at;
};

static void strange(const struct work *w, int err, int status)
{
	count(&tally->wrong);
	msg("seed %#llx image %llu: errno %d (%s), status %#x", (unsigned long long)w->seed,
	    (unsigned long long)w->at, err, strerror(err), status);
	fflush(stdout);
}

/* Until one of them runs, or there are no more: a start that fails needs no process. */
static void __attribute__((__noreturn__)) try_images(struct work *w)
{
	static struct image im;

	for (; w->at < w->end; w->at += w->step) {
		int err;

		make_image(w->seed, w->at, &im);
		if (!image_write(w->fd, &im))
			bail("cannot write the image: %s", strerror(errno));
		err = image_exec(w->fd, RUN_MS);
		count(&tally->refused[err & 255]);
		if (!is_expected(err))
			strange(w, err, 0);
	}
	_exit(0);
}

static void run_images(struct work *w)
{
	while (w->at < w->end) {
		pid_t pid = vfork();
		int status;

		if (!pid)
			try_images(w);
		if (pid < 0)
			bail("vfork: %s", strerror(errno));
		status = wait_status(pid);
		if (w->at >= w->end)
			break;
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM)
			count(&tally->signaled[WTERMSIG(status) & 127]);
		else if (WIFEXITED(status))
			count(&tally->exited[WEXITSTATUS(status)]);
		else
			strange(w, 0, status);
		w->at += w->step;
	}
}

static void __attribute__((__noreturn__)) worker(unsigned int nr, uint64_t seed, uint64_t number)
{
	struct work w = { seed, WORKERS, number, image_file(), nr };

	run_images(&w);
	fflush(stdout);
	_exit(0);
}

static bool good_program_runs(void)
{
	static struct image im;
	struct outcome out;
	int fd = image_file();

	image_program(&im, 0, code_exit_42, sizeof(code_exit_42));
	if (!image_write(fd, &im))
		bail("cannot write the image: %s", strerror(errno));
	out = image_run(fd, 10000);
	close(fd);
	return !out.err && WIFEXITED(out.status) && WEXITSTATUS(out.status) == 42;
}

static uint64_t sum(const uint64_t *at, size_t n, const char *what)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (at[i])
			msg("%s %zu: %llu", what, i, (unsigned long long)at[i]);
		total += at[i];
	}
	return total;
}

static int dump(uint64_t seed, uint64_t number, const char *path)
{
	static struct image im;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	make_image(seed, number, &im);
	if (fd < 0 || write(fd, im.buf, im.len) != (ssize_t)im.len)
		bail("%s: %s", path, strerror(errno));
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	const char *file = NULL, *modprobe;
	uint64_t seed = 0x6d6163686f, n, number = UINT64_MAX, ended;
	pid_t pids[WORKERS];
	unsigned int i;
	double start;
	int opt;

	n = at_length() ? 20000 : 3000;
	while ((opt = getopt(argc, argv, "s:n:i:o:")) != -1) {
		switch (opt) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			n = strtoull(optarg, NULL, 0);
			break;
		case 'i':
			number = strtoull(optarg, NULL, 0);
			break;
		case 'o':
			file = optarg;
			break;
		default:
			return KSFT_FAIL;
		}
	}
	if (file)
		return dump(seed, number == UINT64_MAX ? 0 : number, file);
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (tally == MAP_FAILED)
		bail("mmap: %s", strerror(errno));

	plan(0);
	modprobe = strdup(set_modprobe("\n"));
	if (number != UINT64_MAX) {
		struct work w = { seed, 1, number + 1, image_file(), number };

		run_images(&w);
		n = 1;
	} else {
		ok(good_program_runs(), "an undamaged image runs");
		start = now();
		fflush(stdout);
		for (i = 0; i < WORKERS; i++) {
			pids[i] = fork();
			if (!pids[i])
				worker(i, seed, n);
		}
		for (i = 0; i < WORKERS; i++)
			is_int(wait_status(pids[i]), 0, "worker %u", i);
		msg("%.0f seconds", now() - start);
	}
	set_modprobe(modprobe);
	ended = sum(tally->refused, 256, "execve failed, errno");
	ended += sum(tally->signaled, 128, "ended by signal");
	ended += sum(tally->exited, 256, "exited with");
	is_int(ended, n, "seed %#llx: all of %llu damaged images came to an end",
	       (unsigned long long)seed, (unsigned long long)n);
	is_int(tally->wrong, 0, "no strange error");
	ok(good_program_runs(), "an undamaged image still runs");
	return done();
}
