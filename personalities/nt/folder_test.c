// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests: what is known of the names in a folder. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kernel.h>

#include "folder.h"

#define NAMES	200

static int make_name(u16 *name, char first, int i)
{
	char text[16];
	int n, units = scnprintf(text, sizeof(text), "%came%d", first, i);

	for (n = 0; n < units; n++)
		name[n] = text[n];
	return units;
}

static void list(struct kunit *test, struct inode *inode, bool all)
{
	struct nt_folder *folder = nt_folder_start(inode);
	u16 name[16];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, folder);
	for (i = 0; i < NAMES; i++)
		nt_folder_add(folder, name, make_name(name, 'n', i));
	nt_folder_end(folder, all ? inode : NULL);
}

static int lacking(const struct inode *inode, char first, int from)
{
	u16 name[16];
	int i, n = 0;

	for (i = from; i < from + NAMES; i++)
		n += nt_folder_lacks(inode, name, make_name(name, first, i));
	return n;
}

static void names(struct kunit *test)
{
	struct file *file = persona_shmem_file("persona", PAGE_SIZE);
	struct inode *inode;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	inode = file_inode(file);
	/* A change in this moment might not be seen. */
	KUNIT_EXPECT_NULL(test, nt_folder_start(inode));
	msleep(100);
	list(test, inode, false);
	KUNIT_EXPECT_EQ(test, lacking(inode, 'x', 0), 0);

	list(test, inode, true);
	KUNIT_EXPECT_EQ(test, lacking(inode, 'n', 0), 0);
	KUNIT_EXPECT_EQ(test, lacking(inode, 'N', 0), 0);
	/* Two names may have one hash. */
	KUNIT_EXPECT_GT(test, lacking(inode, 'n', NAMES), NAMES * 9 / 10);

	/* Something has changed; nothing is known any more. */
	i_size_write(inode, 1);
	KUNIT_EXPECT_EQ(test, lacking(inode, 'n', NAMES), 0);
	fput(file);
}

static struct kunit_case folder_cases[] = {
	KUNIT_CASE(names),
	{}
};

static struct kunit_suite folder_suite = {
	.name = "persona_nt_folder",
	.test_cases = folder_cases,
};

kunit_test_suite(folder_suite);
