// SPDX-License-Identifier: GPL-2.0-only
/* Reading directories: getdirentries64 and its predecessor. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"

#define FILES	300
#define EXTENDED 1024

struct old_dirent {
	uint32_t d_ino;
	uint16_t d_reclen;
	uint8_t d_type;
	uint8_t d_namlen;
	char d_name[256];
};

static char buf[16384];
static unsigned char seen[FILES];

/* The number in a name like "f123", -1 for any other. */
static int file_number(const char *name)
{
	return name[0] == 'f' ? (int)strtoul(name + 1, NULL, 10) : -1;
}

/* Reads all with a buffer of that size; the number of different files. */
static int read_all(long fd, size_t size, int *dots, bool *sane, bool *eof)
{
	struct dirent64 *d;
	struct stat64 st;
	int64_t base = -1;
	int files = 0, nr;
	long n, at;

	memset(seen, 0, sizeof(seen));
	*dots = 0;
	*sane = true;
	*eof = false;
	for (;;) {
		memset(buf, 0xaa, sizeof(buf));
		n = sys(SYS_getdirentries64, fd, buf, size, &base);
		if (n <= 0)
			break;
		for (at = 0; at < n; at += d->d_reclen) {
			d = (struct dirent64 *)(buf + at);
			if (d->d_reclen < 24 || d->d_reclen % 8 || at + d->d_reclen > n ||
			    d->d_namlen != strlen(d->d_name) ||
			    d->d_reclen != ((d->d_namlen + 32) & ~7)) {
				msg("entry at %ld: reclen %d namlen %d", at, d->d_reclen,
				    d->d_namlen);
				*sane = false;
				return files;
			}
			nr = file_number(d->d_name);
			if (nr < 0) {
				(*dots)++;
				*sane &= d->d_type == DT_DIR;
				continue;
			}
			*sane &= d->d_type == DT_REG;
			if (!nr) {
				sys(SYS_stat64, "many/f0", &st);
				*sane &= st.st_ino == d->d_ino;
			}
			files += !seen[nr];
			seen[nr]++;
		}
	}
	*sane &= !n;
	if (size >= EXTENDED)
		*eof = *(uint32_t *)(buf + size - 4) == 1;
	return files;
}

static void read_dirs(void)
{
	static const size_t sizes[] = { 16384, 4096, 1024, 1000, 64 };
	int dots, i, twice;
	char name[32];
	bool sane, eof;
	long fd;

	sys(SYS_mkdir, "many", 0755);
	for (i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "many/f%d", i);
		fd = sys(SYS_open, name, O_CREAT | O_WRONLY, 0644);
		sys(SYS_close, fd);
	}
	for (i = 0; i < (int)ARRAY_SIZE(sizes); i++) {
		fd = sys(SYS_open, "many", O_RDONLY | O_DIRECTORY, 0);
		is_int(read_all(fd, sizes[i], &dots, &sane, &eof), FILES,
		       "all files with a buffer of %d", (int)sizes[i]);
		is_int(dots, 2, "and . and ..");
		ok(sane, "entries are well-formed");
		if (sizes[i] >= EXTENDED)
			ok(eof, "the end is flagged");
		for (twice = 0; twice < FILES && seen[twice] == 1; twice++)
			;
		is_int(twice, FILES, "each once");
		sys(SYS_close, fd);
	}
}

static void positions(void)
{
	struct dirent64 *d = (struct dirent64 *)buf;
	int64_t base = -1;
	char second[64];
	long fd, n;

	fd = sys(SYS_open, "many", O_RDONLY, 0);
	n = sys(SYS_getdirentries64, fd, buf, 4096, &base);
	ok(n > 0 && base == 0, "the first part starts at 0");
	sys(SYS_lseek, fd, d->d_seekoff, SEEK_SET);
	strcpy(second, ((struct dirent64 *)(buf + d->d_reclen))->d_name);
	n = sys(SYS_getdirentries64, fd, buf, 4096, &base);
	is_str(d->d_name, second, "d_seekoff leads to the next entry");
	sys(SYS_lseek, fd, 0, SEEK_SET);
	sys(SYS_getdirentries64, fd, buf, 4096, &base);
	is_int(base, 0, "and 0 back to the start");
	is_err(bsd(SYS_getdirentries64, fd, buf, 16, &base), EINVAL, "too small a buffer");
	is_err(bsd(SYS_getdirentries64, fd, 8, 4096, &base), EFAULT, "a buffer nowhere");
	sys(SYS_close, fd);
	fd = sys(SYS_open, "many/f0", O_RDONLY, 0);
	is_err(bsd(SYS_getdirentries64, fd, buf, 4096, &base), EINVAL, "of a file");
	sys(SYS_close, fd);
	is_err(bsd(SYS_getdirentries64, fd, buf, 4096, &base), EBADF, "of nothing");
}

static void old_entries(void)
{
	struct old_dirent *d;
	bool sane = true;
	int files = 0;
	int64_t base;
	long fd, n, at;

	fd = sys(SYS_open, "many", O_RDONLY, 0);
	while ((n = sys(SYS_getdirentries, fd, buf, 2000, &base)) > 0) {
		for (at = 0; at < n; at += d->d_reclen) {
			d = (struct old_dirent *)(buf + at);
			if (d->d_reclen != ((8 + d->d_namlen + 1 + 3) & ~3) ||
			    d->d_namlen != strlen(d->d_name)) {
				sane = false;
				break;
			}
			files += file_number(d->d_name) >= 0;
		}
	}
	ok(sane, "entries of before 10.5 are well-formed");
	is_int(files, FILES, "and all there");
	sys(SYS_close, fd);
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	read_dirs();
	positions();
	old_entries();
	return done();
}
