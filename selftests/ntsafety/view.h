/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows folders with the ntdll.dll of this directory, see ntdll.c. */
#ifndef _NTSAFETY_VIEW_H
#define _NTSAFETY_VIEW_H

#include "../native.h"

#include <sched.h>
#include <sys/mount.h>

/* The module's parameter; ends the program when there is no view. */
static UNUSED const char *view_root(void)
{
	static char root[256];
	FILE *f = fopen("/sys/module/persona_nt/parameters/view_root", "r");

	if (!f || !fgets(root, sizeof(root), f))
		skip_all("persona_nt is not loaded");
	fclose(f);
	root[strcspn(root, "\n")] = '\0';
	return root;
}

static UNUSED void make_dirs(const char *path)
{
	char copy[PATH_MAX + 128], *p;

	snprintf(copy, sizeof(copy), "%s", path);
	for (p = copy + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(copy, 0755);
		*p = '/';
	}
	if (mkdir(copy, 0755) && errno != EEXIST)
		bail("mkdir %s: %s", copy, strerror(errno));
}

static UNUSED void copy_file(const char *from, const char *to)
{
	static char buf[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n;

	if (in < 0 || out < 0)
		bail("copy %s to %s: %s", from, to, strerror(errno));
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			bail("%s: %s", to, strerror(errno));
	close(in);
	close(out);
}

/* Lays out a view in @dir, which there is. */
static UNUSED void make_view(const char *dir)
{
	static const char *const dirs[] = {
		"drive_c/windows/system32", "drive_c/windows/temp", "dosdevices", "nls",
		"registry/machine", "registry/user",
	};
	char path[PATH_MAX + 64], from[PATH_MAX + 64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, dirs[i]);
		make_dirs(path);
	}
	chmod(path, 01777);
	snprintf(path, sizeof(path), "%s/drive_c/windows/temp", dir);
	chmod(path, 01777);
	snprintf(path, sizeof(path), "%s/dosdevices/c:", dir);
	if (symlink("../drive_c", path) && errno != EEXIST)
		bail("%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "%s/dosdevices/z:", dir);
	if (symlink("/", path) && errno != EEXIST)
		bail("%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "%s/drive_c/windows/system32/ntdll.dll", dir);
	copy_file(beside("ntdll.dll"), path);
	snprintf(from, sizeof(from), "%s/drive_c/windows/system32/apisetschema.dll", view_root());
	snprintf(path, sizeof(path), "%s/drive_c/windows/system32/apisetschema.dll", dir);
	copy_file(from, path);
}

/* From here on this process and its children have such a view. */
static UNUSED void enter_view(void)
{
	char dir[] = "/tmp/view.XXXXXX";

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		bail("unshare: %s", strerror(errno));
	if (!mkdtemp(dir))
		bail("%s: %s", dir, strerror(errno));
	chmod(dir, 0755);
	make_view(dir);
	if (mount(dir, view_root(), NULL, MS_BIND, NULL))
		bail("mount %s: %s", view_root(), strerror(errno));
}

#endif /* _NTSAFETY_VIEW_H */
