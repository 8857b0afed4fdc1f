// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of attribute lists and terminal settings. */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/termios.h>

#include "attr.h"
#include "termios.h"

#define RETURNED	DARWIN_ATTR_CMN_RETURNED_ATTRS

static u32 word(const u8 *buf, size_t at)
{
	u32 value;

	memcpy(&value, buf + at, sizeof(value));
	return value;
}

static void init_object(struct darwin_attr_object *obj)
{
	memset(obj, 0, sizeof(*obj));
	obj->st.mode = S_IFREG | 0640;
	obj->st.ino = 0x100000002ULL;
	obj->st.size = 1234;
	obj->st.uid = 77;
	obj->st.blksize = 4096;
	obj->entries = -1;
	obj->name = "name";
}

static void check_test(struct kunit *test)
{
	struct darwin_attrlist list = { .bitmapcount = 5, .set.common = DARWIN_ATTR_CMN_NAME };

	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0), 0);
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, DARWIN_FSOPT_PACK_INVAL_ATTRS), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0x10), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 1ULL << 40), -EINVAL);
	list.set.file = 0x40;
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0), -EINVAL);
	list.set.file = DARWIN_ATTR_FILE_DATALENGTH;
	list.set.vol = DARWIN_ATTR_VOL_INFO;
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0), -EINVAL);
	list.set.file = 0;
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0), 0);
	list.set.vol = DARWIN_ATTR_VOL_SIZE;
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0), -EINVAL);
	list.set.vol = 0;
	list.set.common = DARWIN_ATTR_CMN_GEN_COUNT;
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0), -EINVAL);
	list.bitmapcount = 4;
	list.set.common = 0;
	KUNIT_EXPECT_EQ(test, darwin_attr_check(&list, 0), -EINVAL);
}

static void pack_test(struct kunit *test)
{
	struct darwin_attr_set want = {
		.common = DARWIN_ATTR_CMN_NAME | DARWIN_ATTR_CMN_OBJTYPE |
			  DARWIN_ATTR_CMN_OWNERID | DARWIN_ATTR_CMN_FILEID,
		.file = DARWIN_ATTR_FILE_DATALENGTH,
		.dir = DARWIN_ATTR_DIR_ENTRYCOUNT,
	};
	struct darwin_attr_object *obj = kunit_kzalloc(test, sizeof(*obj), GFP_KERNEL);
	u8 buf[128];

	KUNIT_ASSERT_NOT_NULL(test, obj);
	init_object(obj);
	/* length, reference, type, owner, id, size; "name" with its NUL in 8 bytes */
	KUNIT_EXPECT_EQ(test, darwin_attr_pack(buf, sizeof(buf), &want, 0, obj), (ssize_t)44);
	KUNIT_EXPECT_EQ(test, word(buf, 0), 44U);
	KUNIT_EXPECT_EQ(test, word(buf, 4), 32U);
	KUNIT_EXPECT_EQ(test, word(buf, 8), 5U);
	KUNIT_EXPECT_EQ(test, word(buf, 12), 1U);
	KUNIT_EXPECT_EQ(test, word(buf, 16), 77U);
	KUNIT_EXPECT_EQ(test, word(buf, 20), 2U);
	KUNIT_EXPECT_EQ(test, word(buf, 24), 1U);
	KUNIT_EXPECT_EQ(test, word(buf, 28), 1234U);
	KUNIT_EXPECT_STREQ(test, (char *)buf + 36, "name");
	KUNIT_EXPECT_EQ(test, darwin_attr_pack(buf, 43, &want, 0, obj), (ssize_t)-ENOMEM);
}

static void missing_test(struct kunit *test)
{
	struct darwin_attr_set want = {
		.common = DARWIN_ATTR_CMN_OWNERID | DARWIN_ATTR_CMN_UUID,
	};
	struct darwin_attr_object *obj = kunit_kzalloc(test, sizeof(*obj), GFP_KERNEL);
	u8 buf[128];

	KUNIT_ASSERT_NOT_NULL(test, obj);
	init_object(obj);
	KUNIT_EXPECT_EQ(test, darwin_attr_pack(buf, sizeof(buf), &want, 0, obj),
			(ssize_t)-EINVAL);
	want.common |= RETURNED;
	KUNIT_EXPECT_EQ(test, darwin_attr_pack(buf, sizeof(buf), &want, 0, obj), (ssize_t)28);
	KUNIT_EXPECT_EQ(test, word(buf, 4), RETURNED | DARWIN_ATTR_CMN_OWNERID);
	KUNIT_EXPECT_EQ(test, word(buf, 24), 77U);
	KUNIT_EXPECT_EQ(test, darwin_attr_pack(buf, sizeof(buf), &want,
					       DARWIN_FSOPT_PACK_INVAL_ATTRS, obj), (ssize_t)44);
	KUNIT_EXPECT_EQ(test, word(buf, 4), RETURNED | DARWIN_ATTR_CMN_OWNERID);
	KUNIT_EXPECT_EQ(test, word(buf, 40), 0U);
}

static void every_test(struct kunit *test)
{
	struct darwin_attr_set want = {
		.common = U32_MAX, .dir = 0x3f, .file = 0x37ff, .fork = 0x3fc,
	};
	struct darwin_attr_object *obj = kunit_kzalloc(test, sizeof(*obj), GFP_KERNEL);
	struct darwin_statfs64 *vol = kunit_kzalloc(test, sizeof(*vol), GFP_KERNEL);
	u8 *buf = kunit_kzalloc(test, DARWIN_ATTR_MAX_BUFFER, GFP_KERNEL);
	ssize_t len;

	KUNIT_ASSERT_NOT_NULL(test, obj);
	KUNIT_ASSERT_NOT_NULL(test, vol);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	init_object(obj);
	obj->fullpath = "/path/name";
	obj->vol = vol;
	len = darwin_attr_pack(buf, DARWIN_ATTR_MAX_BUFFER, &want,
			       DARWIN_FSOPT_PACK_INVAL_ATTRS, obj);
	KUNIT_EXPECT_GT(test, len, (ssize_t)300);
	KUNIT_EXPECT_EQ(test, len % 4, (ssize_t)0);
	want.vol = 0xf007ffff;
	len = darwin_attr_pack(buf, DARWIN_ATTR_MAX_BUFFER, &want, 0, obj);
	KUNIT_EXPECT_GT(test, len, (ssize_t)300);
	KUNIT_EXPECT_EQ(test, word(buf, 8) & ~want.vol, 0U);
}

static void setattr_test(struct kunit *test)
{
	struct darwin_attr_set set = {
		.common = DARWIN_ATTR_CMN_MODTIME | DARWIN_ATTR_CMN_ACCTIME |
			  DARWIN_ATTR_CMN_ACCESSMASK,
	};
	size_t size = 0;

	KUNIT_EXPECT_EQ(test, darwin_setattr_sizes(&set, &size), 0);
	KUNIT_EXPECT_EQ(test, size, (size_t)36);
	set.common = DARWIN_ATTR_CMN_CRTIME;
	KUNIT_EXPECT_EQ(test, darwin_setattr_sizes(&set, &size), -EOPNOTSUPP);
	set.common = DARWIN_ATTR_CMN_NAME;
	KUNIT_EXPECT_EQ(test, darwin_setattr_sizes(&set, &size), -EINVAL);
	set.common = 0;
	set.vol = DARWIN_ATTR_VOL_INFO;
	KUNIT_EXPECT_EQ(test, darwin_setattr_sizes(&set, &size), -EINVAL);
}

static void termios_test(struct kunit *test)
{
	struct termios2 native = {
		.c_iflag = ICRNL | IXON, .c_oflag = OPOST | ONLCR | XTABS,
		.c_cflag = B38400 | CS8 | CREAD | CRTSCTS, .c_lflag = ISIG | ICANON | ECHO,
		.c_ispeed = 38400, .c_ospeed = 38400,
	}, back = { };
	struct darwin_termios termios;

	native.c_cc[VINTR] = 3;
	native.c_cc[VMIN] = 0;
	native.c_cc[VTIME] = 9;
	darwin_termios_to_foreign(&termios, &native);
	KUNIT_EXPECT_EQ(test, termios.iflag, 0x300ULL);
	KUNIT_EXPECT_EQ(test, termios.oflag, 0x7ULL);
	KUNIT_EXPECT_EQ(test, termios.cflag, 0x30b00ULL);
	KUNIT_EXPECT_EQ(test, termios.lflag, 0x188ULL);
	KUNIT_EXPECT_EQ(test, termios.cc[8], 3);
	/* Off is another character there; the last two are no characters. */
	KUNIT_EXPECT_EQ(test, termios.cc[9], DARWIN_VDISABLE);
	KUNIT_EXPECT_EQ(test, termios.cc[18], DARWIN_VDISABLE);
	KUNIT_EXPECT_EQ(test, termios.cc[16], 0);
	KUNIT_EXPECT_EQ(test, termios.cc[17], 9);
	KUNIT_EXPECT_EQ(test, termios.ospeed, 38400ULL);

	KUNIT_EXPECT_EQ(test, darwin_termios_to_native(&back, &termios), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&back, &native, sizeof(back)), 0);

	termios.ospeed = 12345;
	termios.ispeed = 0;
	KUNIT_EXPECT_EQ(test, darwin_termios_to_native(&back, &termios), 0);
	KUNIT_EXPECT_EQ(test, back.c_cflag & CBAUD, (tcflag_t)BOTHER);
	KUNIT_EXPECT_EQ(test, back.c_ispeed, (speed_t)12345);
	termios.lflag |= 1ULL << 40;
	KUNIT_EXPECT_EQ(test, darwin_termios_to_native(&back, &termios), -EINVAL);
}

static struct kunit_case attrs_cases[] = {
	KUNIT_CASE(check_test),
	KUNIT_CASE(pack_test),
	KUNIT_CASE(missing_test),
	KUNIT_CASE(every_test),
	KUNIT_CASE(setattr_test),
	KUNIT_CASE(termios_test),
	{ }
};

static struct kunit_suite attrs_suite = {
	.name = "persona_darwin_attrs",
	.test_cases = attrs_cases,
};

kunit_test_suite(attrs_suite);
