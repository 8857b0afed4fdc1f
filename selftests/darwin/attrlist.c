// SPDX-License-Identifier: GPL-2.0-only
/* Attribute lists: of one object, of a directory's, of a volume; setting. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "shell.h"

struct attrlist {
	uint16_t count, reserved;
	uint32_t common, vol, dir, file, fork;
};

struct ref {
	int32_t offset;
	uint32_t length;
};

#define FILES	40

static union {
	char c[8192];
	uint32_t w[2048];
} buf;

static void one_object(void)
{
	struct attrlist al = { .count = 5 };
	struct stat64 st;
	struct ref ref;
	char cmd[1200];
	long fd;

	fd = sys(SYS_open, "f", O_RDWR | O_CREAT, 0640);
	sys(SYS_write, fd, "123456", 6);
	sys(SYS_symlink, "f", "l");
	sys(SYS_stat64, "f", &st);

	al.common = ATTR_CMN_OBJTYPE | ATTR_CMN_MODTIME | ATTR_CMN_OWNERID |
		    ATTR_CMN_ACCESSMASK | ATTR_CMN_FILEID;
	al.file = ATTR_FILE_LINKCOUNT | ATTR_FILE_DATALENGTH;
	is_int(sys(SYS_getattrlist, "l", &al, &buf, sizeof(buf), 0), 0, "getattrlist");
	is_int(buf.w[0], 4 + 4 + 16 + 4 + 4 + 8 + 4 + 8, "length");
	is_int(buf.w[1], 1, "ATTR_CMN_OBJTYPE: a file");
	ok(!memcmp(&buf.w[2], &st.st_mtimespec, 16), "ATTR_CMN_MODTIME");
	is_int(buf.w[6], st.st_uid, "ATTR_CMN_OWNERID");
	is_hex(buf.w[7], st.st_mode, "ATTR_CMN_ACCESSMASK");
	ok(!memcmp(&buf.w[8], &st.st_ino, 8), "ATTR_CMN_FILEID");
	is_int(buf.w[10], 1, "ATTR_FILE_LINKCOUNT");
	is_int(buf.w[11], 6, "ATTR_FILE_DATALENGTH");
	is_int(sys(SYS_getattrlist, "l", &al, &buf, sizeof(buf), 1), 0, "FSOPT_NOFOLLOW");
	is_int(buf.w[1], 5, "a link");

	al.common = ATTR_CMN_NAME | ATTR_CMN_FULLPATH;
	al.file = 0;
	is_int(sys(SYS_fgetattrlist, fd, &al, &buf, sizeof(buf), 0), 0, "fgetattrlist");
	memcpy(&ref, &buf.w[1], sizeof(ref));
	is_str(buf.c + 4 + ref.offset, "f", "ATTR_CMN_NAME");
	is_int(ref.length, 2, "and its length");
	memcpy(&ref, &buf.w[3], sizeof(ref));
	snprintf(cmd, sizeof(cmd), "test $(pwd -P)/f = '%s'", buf.c + 12 + ref.offset);
	is_int(shell(cmd), 0, "ATTR_CMN_FULLPATH is what a native process says");
	is_int(sys(SYS_getattrlistat, AT_FDCWD, "f", &al, &buf, sizeof(buf), 0), 0,
	       "getattrlistat");
	is_int(sys(SYS_getattrlist, "f", &al, &buf, 8, 0), 0, "a short buffer");
	is_int(buf.w[0], 8, "is filled");
	is_int(sys(SYS_getattrlist, "f", &al, &buf, 8, 4), 0, "FSOPT_REPORT_FULLSIZE");
	ok(buf.w[0] > 20, "tells how long it should be");
	is_err(bsd(SYS_getattrlist, "f", &al, &buf, 3, 0), ERANGE, "too short for that");

	al.common = ATTR_CMN_RETURNED_ATTRS | ATTR_CMN_UUID | ATTR_CMN_GRPID;
	is_int(sys(SYS_getattrlist, "f", &al, &buf, sizeof(buf), 0), 0, "RETURNED_ATTRS");
	is_hex(buf.w[1], ATTR_CMN_RETURNED_ATTRS | ATTR_CMN_GRPID, "says what is there");
	is_int(buf.w[6], st.st_gid, "and that is");
	al.common = ATTR_CMN_UUID;
	is_err(bsd(SYS_getattrlist, "f", &al, &buf, sizeof(buf), 0), EINVAL, "not there");
	al.count = 4;
	is_err(bsd(SYS_getattrlist, "f", &al, &buf, sizeof(buf), 0), EINVAL, "bitmapcount");
	al.count = 5;
	al.file = 0x40000000;
	is_err(bsd(SYS_getattrlist, "f", &al, &buf, sizeof(buf), 0), EINVAL, "no such");
	al.file = 0;
	is_err(bsd(SYS_getattrlist, "nope", &al, &buf, sizeof(buf), 0), ENOENT, "of nothing");
	is_err(bsd(SYS_getattrlist, "f", 8, &buf, sizeof(buf), 0), EFAULT, "a list nowhere");
	sys(SYS_close, fd);
}

static void volume(void)
{
	struct attrlist al = { .count = 5, .vol = ATTR_VOL_INFO | ATTR_VOL_SIZE |
						  ATTR_VOL_MOUNTPOINT };
	static struct statfs64 fs;
	struct ref ref;
	uint64_t size;

	sys(SYS_statfs64, ".", &fs);
	is_int(sys(SYS_getattrlist, "f", &al, &buf, sizeof(buf), 0), 0, "of the volume");
	memcpy(&size, &buf.w[1], sizeof(size));
	is_hex(size, fs.f_blocks * fs.f_bsize, "ATTR_VOL_SIZE");
	memcpy(&ref, &buf.w[3], sizeof(ref));
	is_str(buf.c + 12 + ref.offset, fs.f_mntonname, "ATTR_VOL_MOUNTPOINT");
}

static void directory(void)
{
	struct attrlist al = { .count = 5, .dir = ATTR_DIR_ENTRYCOUNT };
	int i, nr, files = 0, unique = 0, rounds = 0;
	static char seen[FILES];
	struct ref ref;
	char name[32], *entry;
	long fd, n;

	sys(SYS_mkdir, "dir", 0755);
	for (i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "dir/f%d", i);
		fd = sys(SYS_open, name, O_CREAT | O_WRONLY, 0644);
		sys(SYS_ftruncate, fd, i);
		sys(SYS_close, fd);
	}
	is_int(sys(SYS_getattrlist, "dir", &al, &buf, sizeof(buf), 0), 0, "of a directory");
	is_int(buf.w[1], FILES, "ATTR_DIR_ENTRYCOUNT");

	al.common = ATTR_CMN_RETURNED_ATTRS | ATTR_CMN_NAME | ATTR_CMN_OBJTYPE;
	al.dir = 0;
	al.file = ATTR_FILE_DATALENGTH;
	fd = sys(SYS_open, "dir", O_RDONLY | O_DIRECTORY, 0);
	while ((n = sys(SYS_getattrlistbulk, fd, &al, &buf, 500, 0)) > 0) {
		for (entry = buf.c; n--; entry += *(uint32_t *)entry) {
			memcpy(&ref, entry + 24, sizeof(ref));
			nr = strtoul(entry + 24 + ref.offset + 1, NULL, 10);
			if (*(uint32_t *)(entry + 32) == 1 && nr < FILES &&
			    *(uint32_t *)(entry + 36) == (uint32_t)nr && !seen[nr]++)
				unique++;
			files++;
		}
		rounds++;
	}
	is_int(n, 0, "getattrlistbulk gets to the end");
	is_int(files, FILES, "every entry");
	is_int(unique, FILES, "once, with its type and length");
	ok(rounds > 2, "in %d parts", rounds);
	sys(SYS_lseek, fd, 0, SEEK_SET);
	is_err(bsd(SYS_getattrlistbulk, fd, &al, &buf, 20, 0), ERANGE, "not room for one");
	al.common = ATTR_CMN_NAME;
	is_err(bsd(SYS_getattrlistbulk, fd, &al, &buf, 500, 0), EINVAL, "must return the set");
	sys(SYS_close, fd);
}

static void setting(void)
{
	struct {
		struct timespec mtime, atime;
		uint32_t uid, mode;
	} __attribute__((__packed__)) new = {
		{ 1000000000, 5 }, { 1100000000, 6 }, 21, 0600,
	};
	struct attrlist al = { .count = 5, .common = ATTR_CMN_MODTIME | ATTR_CMN_ACCTIME |
						     ATTR_CMN_OWNERID | ATTR_CMN_ACCESSMASK };
	struct stat64 st;
	long fd;

	is_int(sys(SYS_setattrlist, "f", &al, &new, sizeof(new), 0), 0, "setattrlist");
	sys(SYS_stat64, "f", &st);
	is_int(st.st_mtimespec.tv_sec, 1000000000, "the time of modification");
	is_int(st.st_mtimespec.tv_nsec, 5, "to the nanosecond");
	is_int(st.st_atimespec.tv_sec, 1100000000, "the time of access");
	is_int(st.st_uid, 21, "the owner");
	is_hex(st.st_mode, 0100600, "the mode");
	is_err(bsd(SYS_setattrlist, "f", &al, &new, 20, 0), EINVAL, "a short buffer");
	al.common = ATTR_CMN_MODTIME;
	new.mtime.tv_sec = 1200000000;
	is_int(sys(SYS_setattrlist, "l", &al, &new, sizeof(new), 1), 0, "of the link itself");
	is_int(shell("test $(stat -c %Y l) = 1200000000 && test $(stat -c %Y f) = 1000000000"),
	       0, "seen natively");
	fd = sys(SYS_open, "f", O_RDONLY, 0);
	is_int(sys(SYS_fsetattrlist, fd, &al, &new, sizeof(new), 0), 0, "fsetattrlist");
	sys(SYS_close, fd);
	is_int(shell("test $(stat -c %Y f) = 1200000000"), 0, "seen natively");
	new.mtime.tv_nsec = 1000000000;
	is_err(bsd(SYS_setattrlist, "f", &al, &new, sizeof(new), 0), EINVAL, "nanoseconds");
	al.common = ATTR_CMN_NAME;
	is_err(bsd(SYS_setattrlist, "f", &al, &new, sizeof(new), 0), EINVAL, "not settable");
	al.common = ATTR_CMN_CRTIME;
	is_err(bsd(SYS_setattrlist, "f", &al, &new, sizeof(new), 0), ENOTSUP, "not here");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	one_object();
	volume();
	directory();
	setting();
	return done();
}
