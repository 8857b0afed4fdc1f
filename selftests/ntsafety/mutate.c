// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts thousands of damaged PE images. Whatever is in them, an attempt must
 * end: with an error of execve(), by a signal, or with an exit status. (A splat
 * of the kernel ends the whole run: it boots with panic_on_warn.) Their
 * ntdll.dll is the one of this directory, which reads the whole image; one in
 * sixteen of them has a damaged ntdll.dll instead.
 *
 * Each image follows from the seed and its number alone:
 *	mutate [-s SEED] [-n COUNT] [-i NUMBER] [-o FILE]
 * -i starts just that one; -o only writes it to a file.
 */
#include "pe_image.h"
#include "random.h"
#include "view.h"

#define WORKERS		2
/* A program that runs into a loop is ended after so much CPU time. */
#define RUN_MS		400

static const uint64_t corners[] = {
	0, 1, 2, 7, 8, 0x1ff, 0x200, 0x201, 0xfff, 0x1000, 0x1001, 0x7fff, 0xffff, 0x10000, 0x10001,
	0x7ffe0000, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff, 0x100000000, 0x140001000,
	0x170000000, 0x7ffffffe0000, 0x7ffffffff000, 0x800000000000, 0x7fffffffffffffff,
	0x8000000000000000, 0xffff800000000000, 0xfffffffffffff000, 0xffffffffffffffff,
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

static void damage16(struct random *r, uint8_t *at)
{
	put16(at, damage(r, get16(at)));
}

static void damage32(struct random *r, uint8_t *at)
{
	put32(at, damage(r, get32(at)));
}

static void damage64(struct random *r, uint8_t *at)
{
	put64(at, damage(r, get64(at)));
}

static void base_image(struct random *r, struct image *im)
{
	static const uint64_t bases[] = {
		0x10000, 0x400000, 0x7fff0000, 0x7ffe0000, 0x170000000, 0x180000000,
		0x7fffffff0000, 0x7ffffffe0000, 0x7ffff0000000, 0x800000000000, 0, 0x140010000,
	};
	unsigned int i, n;

	image_program(im, below(r, 2) ? 0x200 : 0x1000);
	switch (below(r, 6)) {
	case 0:
		n = 1 + below(r, 12);
		for (i = 0; i < n; i++)
			image_section(im, ".more", 1 + below(r, 0x8000),
				      below(r, 2) * below(r, 0x1000), next(r) & 0xf2000060);
		break;
	case 1:		/* to be relocated */
		put64(im->buf + OPT_BASE, bases[below(r, ARRAY_SIZE(bases))]);
		break;
	case 2:
		put64(im->buf + OPT_BASE, 0x170000000);
		put16(im->buf + OPT_DLL_FLAGS, 0x160);
		break;
	case 3:
		put32(im->buf + OPT_SIZE, 0x10000 << below(r, 16));
		break;
	}
}

static void mutate_dos(struct random *r, struct image *im)
{
	if (below(r, 2))
		damage32(r, im->buf + DOS_LFANEW);
	else
		put32(im->buf + DOS_LFANEW, below(r, im->len + 64));
}

static void mutate_file_header(struct random *r, struct image *im)
{
	damage16(r, im->buf + PE_AT + 2 * below(r, 12));
}

static void mutate_optional(struct random *r, struct image *im)
{
	switch (below(r, 4)) {
	case 0:
		damage16(r, im->buf + OPT_AT + 2 * below(r, 56));
		break;
	case 1:
		damage64(r, im->buf + OPT_STACK_RESERVE + 8 * below(r, 4));
		break;
	case 2:
		damage64(r, im->buf + OPT_BASE);
		break;
	default:
		damage32(r, im->buf + OPT_AT + 4 * below(r, 28));
	}
}

static void mutate_dirs(struct random *r, struct image *im)
{
	unsigned int i = below(r, 16);

	if (below(r, 4)) {
		damage32(r, im->buf + OPT_DIRS + 8 * i + 4 * below(r, 2));
		return;
	}
	put32(im->buf + OPT_DIRS + 8 * i, below(r, 0x8000));
	put32(im->buf + OPT_DIRS + 8 * i + 4, below(r, 0x2000));
}

static void mutate_section(struct random *r, struct image *im)
{
	uint8_t *s = section(im, below(r, im->nsections));
	uint8_t *other = section(im, below(r, im->nsections));

	switch (below(r, 8)) {
	case 0 ... 3:
		damage32(r, s + SEC_VSIZE + 4 * below(r, 4));
		break;
	case 4:
		put32(s + SEC_FLAGS, next(r));
		break;
	case 5:		/* next to another one, or into it */
		put32(s + SEC_VA, get32(other + SEC_VA) + 0x1000 * (below(r, 5) - 2));
		break;
	case 6:		/* to the end of the file, or over it */
		put32(s + SEC_RAW, im->len - below(r, 0x2000) + 0x200 * below(r, 3));
		break;
	case 7:		/* large, but possible */
		put32(s + SEC_VSIZE, 0x1000 << below(r, 20));
		break;
	}
}

static void mutate_relocations(struct random *r, struct image *im)
{
	uint8_t *p = im->buf + get32(section(im, 2) + SEC_RAW);

	if (p > im->buf + IMAGE_MAX - 64)
		return;
	put64(im->buf + OPT_BASE, below(r, 2) ? 0x170000000 : 0x7ffe0000);
	switch (below(r, 4)) {
	case 0:
		damage32(r, p + 4 * below(r, 2));
		break;
	case 1:
		put16(p + 8 + 2 * below(r, 10), next(r));
		break;
	case 2:
		put32(p, get32(im->buf + OPT_SIZE) - below(r, 0x1010));
		break;
	case 3:
		put32(im->buf + OPT_DIRS + 5 * 8 + 4, below(r, 0x1000000));
		break;
	}
}

static void mutate_bits(struct random *r, struct image *im)
{
	unsigned int n = 1 + below(r, 16);

	while (n--) {
		size_t bit = below(r, 8 * (SECTIONS_AT + SEC_SIZE * im->nsections));

		im->buf[bit / 8] ^= 1 << bit % 8;
	}
}

static void mutate_bytes(struct random *r, struct image *im)
{
	size_t at = below(r, im->len - 32), n = 1 + below(r, 32);

	while (n--)
		im->buf[at++] = next(r);
}

static void mutate_length(struct random *r, struct image *im)
{
	im->len = below(r, 4) ? below(r, im->len) : below(r, 0x200);
}

static void (*const mutations[])(struct random *r, struct image *im) = {
	mutate_dos, mutate_file_header, mutate_optional, mutate_optional, mutate_dirs,
	mutate_section, mutate_section, mutate_section, mutate_relocations, mutate_bits,
	mutate_bytes, mutate_length,
};

static void make_image(uint64_t seed, uint64_t number, struct image *im)
{
	struct random r = { .state = seed * 0x2545f4914f6cdd1d + number };
	unsigned int n = 1 + below(&r, 2) * below(&r, 3);

	base_image(&r, im);
	while (n-- && im->len > 64)
		mutations[below(&r, ARRAY_SIZE(mutations))](&r, im);
}

/* A damaged ntdll.dll: bytes of its headers, exports and code. */
static void make_ntdll(uint64_t seed, uint64_t number, const struct image *good, char *path)
{
	struct random r = { .state = seed * 0x9e3779b97f4a7c15 + number };
	static struct image im;
	unsigned int n = 1 + below(&r, 8);

	im = *good;
	while (n--) {
		size_t area = below(&r, 3) ? 0x400 : im.len;

		if (below(&r, 2))
			damage32(&r, im.buf + (below(&r, area - 4) & -4ul));
		else
			im.buf[below(&r, area)] = next(&r);
	}
	if (!below(&r, 16))
		im.len = below(&r, im.len);
	image_write(path, &im);
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
	return err == ENOEXEC || err == ENOMEM || err == ELIBBAD;
}

static void one(const char *path, const char *ntdll, const struct image *good, uint64_t seed,
		uint64_t number)
{
	static struct image im;
	struct outcome out;
	bool system = number % 16 == 15;

	if (system) {
		image_program(&im, 0x200);
		make_ntdll(seed, number, good, (char *)ntdll);
	} else {
		make_image(seed, number, &im);
	}
	image_write(path, &im);
	out = image_run(path, RUN_MS);
	if (system)
		image_write(ntdll, good);
	if (out.err) {
		count(&tally->refused[out.err & 255]);
		if (is_expected(out.err))
			return;
	} else if (WIFSIGNALED(out.status) && WTERMSIG(out.status) != SIGALRM) {
		count(&tally->signaled[WTERMSIG(out.status) & 127]);
		return;
	} else if (WIFEXITED(out.status)) {
		count(&tally->exited[WEXITSTATUS(out.status)]);
		return;
	}
	count(&tally->wrong);
	msg("seed %#llx image %llu: errno %d (%s), status %#x", (unsigned long long)seed,
	    (unsigned long long)number, out.err, strerror(out.err), out.status);
}

static void read_image(const char *path, struct image *im)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, im->buf, IMAGE_MAX);

	if (n <= 0)
		bail("%s: %s", path, strerror(errno));
	close(fd);
	im->len = n;
}

/* Each has a view of its own, because it damages the ntdll.dll. */
static void worker(unsigned int nr, uint64_t seed, uint64_t from, uint64_t to)
{
	static struct image good;
	char path[64], ntdll[PATH_MAX];
	uint64_t i;

	enter_view();
	snprintf(path, sizeof(path), "/tmp/image%u.exe", nr);
	snprintf(ntdll, sizeof(ntdll), "%s/drive_c/windows/system32/ntdll.dll", view_root());
	read_image(ntdll, &good);
	for (i = from; i < to; i++)
		if (i % WORKERS == nr)
			one(path, ntdll, &good, seed, i);
	unlink(path);
	fflush(stdout);
	_exit(0);
}

static bool good_program_runs(void)
{
	static struct image im;
	struct outcome out;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		enter_view();
		image_program(&im, 0x200);
		image_write("/tmp/good.exe", &im);
		out = image_run("/tmp/good.exe", 10000);
		if (out.err || !WIFEXITED(out.status))
			msg("errno %d, status %#x", out.err, out.status);
		fflush(stdout);
		_exit(!out.err && WIFEXITED(out.status) ? WEXITSTATUS(out.status) : 1);
	}
	status = wait_status(pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 42;
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

int main(int argc, char **argv)
{
	const char *file = NULL, *modprobe;
	uint64_t seed = 0x5045, n, number = UINT64_MAX, ended;
	static struct image im;
	pid_t pids[WORKERS];
	unsigned int i;
	double start;
	int opt;

	n = at_length() ? 20000 : on_debug_kernel() ? 2000 : 3000;
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
	if (file) {
		make_image(seed, number == UINT64_MAX ? 0 : number, &im);
		image_write(file, &im);
		return 0;
	}
	if (geteuid())
		skip_all("needs root for a mount name space");
	view_root();
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (tally == MAP_FAILED)
		bail("mmap: %s", strerror(errno));
	plan(0);
	modprobe = strdup(set_modprobe("\n"));
	ok(good_program_runs(), "an undamaged image runs");
	start = now();
	fflush(stdout);
	for (i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		if (!pids[i] && number != UINT64_MAX)
			worker(i, seed, number, number + 1);
		if (!pids[i])
			worker(i, seed, 0, n);
	}
	for (i = 0; i < WORKERS; i++)
		is_int(wait_status(pids[i]), 0, "worker %u", i);
	msg("%.0f seconds", now() - start);
	if (number != UINT64_MAX)
		n = 1;
	ended = sum(tally->refused, 256, "execve failed, errno");
	ended += sum(tally->signaled, 128, "ended by signal");
	ended += sum(tally->exited, 256, "exited with");
	is_int(ended, n, "seed %#llx: all of %llu damaged images came to an end",
	       (unsigned long long)seed, (unsigned long long)n);
	is_int(tally->wrong, 0, "no strange error");
	is_int(persona_quiet("nt", 10000), 0, "no Windows thread is left");
	ok(good_program_runs(), "an undamaged image still runs");
	set_modprobe(modprobe);
	return done();
}
