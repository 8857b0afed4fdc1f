// SPDX-License-Identifier: GPL-2.0-only
/* Extended attributes. */
#include "../macho/darwin_consts.h"
#include "../macho/ktap.h"

#define ENOATTR_	93
#define NOFOLLOW	1
#define CREATE		2
#define REPLACE		4

static char buf[256], name[200];

static bool has(const char *what, long len)
{
	long at;

	for (at = 0; at < len; at += strlen(buf + at) + 1) {
		if (!strcmp(buf + at, what))
			return true;
	}
	return false;
}

static void errors(void)
{
	memset(name, 'n', sizeof(name) - 1);
	is_err(bsd(SYS_getxattr, "x", "a", buf, 10, 0, 8), EINVAL, "XATTR_NOSECURITY");
	is_err(bsd(SYS_getxattr, "x", "a", buf, 10, 1, 0), EINVAL, "a position");
	is_err(bsd(SYS_setxattr, "x", "a", "v", 1, 0, CREATE | REPLACE), EINVAL, "both");
	is_err(bsd(SYS_setxattr, "x", name, "v", 1, 0, 0), ENAMETOOLONG, "a long name");
	is_err(bsd(SYS_setxattr, "x", "com.apple.system.Security", "v", 1, 0, 0), EPERM,
	       "the system's own");
	is_err(bsd(SYS_setxattr, "x", 8, "v", 1, 0, 0), EFAULT, "a name nowhere");
	is_err(bsd(SYS_setxattr, "nope", "a", "v", 1, 0, 0), ENOENT, "of nothing");
	is_err(bsd(SYS_fsetxattr, 99, "a", "v", 1, 0, 0), EBADF, "of no descriptor");
	is_err(bsd(SYS_fsetxattr, 1, "a", "v", 1, 0, NOFOLLOW), EINVAL, "fsetxattr, nofollow");
	is_err(bsd(SYS_listxattr, "nope", buf, 10, 0), ENOENT, "list of nothing");
}

static void attributes(long fd)
{
	long len;

	is_int(sys(SYS_getxattr, "x", "com.apple.test", NULL, 0, 0, 0), 5, "the size");
	is_int(sys(SYS_getxattr, "x", "com.apple.test", buf, sizeof(buf), 0, 0), 5, "getxattr");
	ok(!memcmp(buf, "value", 5), "the value");
	is_err(bsd(SYS_getxattr, "x", "com.apple.test", buf, 2, 0, 0), ERANGE, "a short buffer");
	is_err(bsd(SYS_getxattr, "x", "com.apple.test", buf, 0, 0, 0), ERANGE, "none at all");
	is_err(bsd(SYS_getxattr, "x", "other", buf, 9, 0, 0), ENOATTR_, "one that is not there");
	is_err(bsd(SYS_setxattr, "x", "com.apple.test", "v", 1, 0, CREATE), EEXIST, "CREATE");
	is_err(bsd(SYS_setxattr, "x", "other", "v", 1, 0, REPLACE), ENOATTR_, "REPLACE");
	is_int(sys(SYS_fsetxattr, fd, "user.b", "2", 1, 0, CREATE), 0, "fsetxattr");
	is_int(sys(SYS_fgetxattr, fd, "user.b", buf, 9, 0, 0), 1, "fgetxattr");
	len = sys(SYS_listxattr, "x", NULL, 0, 0);
	is_int(len, 15 + 7, "listxattr: length");
	is_err(bsd(SYS_listxattr, "x", buf, 3, 0), ERANGE, "listxattr: a short buffer");
	is_int(sys(SYS_flistxattr, fd, buf, sizeof(buf), 0), len, "flistxattr");
	ok(has("com.apple.test", len) && has("user.b", len), "both names");
	is_int(sys(SYS_fremovexattr, fd, "user.b", 0), 0, "fremovexattr");
	is_int(sys(SYS_removexattr, "x", "com.apple.test", 0), 0, "removexattr");
	is_err(bsd(SYS_removexattr, "x", "com.apple.test", 0), ENOATTR_, "once more");
	is_int(sys(SYS_listxattr, "x", buf, sizeof(buf), 0), 0, "nothing is left");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	long fd, ret;

	plan(0);
	fd = sys(SYS_open, "x", O_RDWR | O_CREAT, 0644);
	errors();
	ret = sys(SYS_setxattr, "x", "com.apple.test", "value", 5, 0, 0);
	if (ret == -ENOTSUP)
		skip("attributes", "this file system has none");
	else if (is_int(ret, 0, "setxattr"))
		attributes(fd);
	return done();
}
