// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of volumes, for getattrlist(2).
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "attr.h"

/* Signature of volumes that are not HFS. */
#define SIGNATURE	0x4244

/* Capabilities: what is in the file format, and what calls there are. */
#define VOL_CAP_FMT_64BIT_OBJECT_IDS	0x00020000
#define VOL_CAP_INT_ATTRLIST		0x00000002
#define VOL_CAP_INT_ADVLOCK		0x00000100
#define VOL_CAP_INT_FLOCK		0x00000200
#define VOL_CAP_INT_EXTENDED_SECURITY	0x00000400
#define VOL_CAP_INT_USERACCESS		0x00000800

struct vol_capabilities {
	u32 capabilities[4];
	u32 valid[4];
};

struct vol_attributes {
	struct darwin_attr_set valid;
	struct darwin_attr_set native;
};

/* Only what holds for every file system, whatever it is. */
static const struct vol_capabilities capabilities = {
	.capabilities = {
		VOL_CAP_FMT_64BIT_OBJECT_IDS,
		VOL_CAP_INT_ATTRLIST | VOL_CAP_INT_ADVLOCK | VOL_CAP_INT_FLOCK |
		VOL_CAP_INT_USERACCESS,
	},
	.valid = {
		VOL_CAP_FMT_64BIT_OBJECT_IDS,
		VOL_CAP_INT_ATTRLIST | VOL_CAP_INT_ADVLOCK | VOL_CAP_INT_FLOCK |
		VOL_CAP_INT_USERACCESS | VOL_CAP_INT_EXTENDED_SECURITY,
	},
};

/* The attributes that are there for every object. */
#define ATTRIBUTES {			\
	.common = 0x8e27deff,		\
	.vol = 0xc006f8ff,		\
	.dir = 0x0000003f,		\
	.file = 0x0000362f,		\
}

static const struct vol_attributes attributes = {
	.valid = ATTRIBUTES,
	.native = ATTRIBUTES,
};

static void put32(struct darwin_attr_packer *p, u32 value)
{
	darwin_attr_put(p, &value, sizeof(value));
}

static void put64(struct darwin_attr_packer *p, u64 value)
{
	darwin_attr_put(p, &value, sizeof(value));
}

static bool pack_vol(struct darwin_attr_packer *p, const struct darwin_attr_object *obj, u32 attr)
{
	const struct darwin_statfs64 *vol = obj->vol;

	switch (attr) {
	case DARWIN_ATTR_VOL_FSTYPE:
		put32(p, vol->type);
		return true;
	case DARWIN_ATTR_VOL_SIGNATURE:
		put32(p, SIGNATURE);
		return true;
	case DARWIN_ATTR_VOL_SIZE:
		put64(p, vol->blocks * vol->bsize);
		return true;
	case DARWIN_ATTR_VOL_SPACEFREE:
		put64(p, vol->bfree * vol->bsize);
		return true;
	case DARWIN_ATTR_VOL_SPACEAVAIL:
		put64(p, vol->bavail * vol->bsize);
		return true;
	case DARWIN_ATTR_VOL_MINALLOCATION:
	case DARWIN_ATTR_VOL_ALLOCATIONCLUMP:
		put64(p, vol->bsize);
		return true;
	case DARWIN_ATTR_VOL_IOBLOCKSIZE:
		put32(p, vol->iosize);
		return true;
	case DARWIN_ATTR_VOL_MAXOBJCOUNT:
		put32(p, min_t(u64, vol->files, U32_MAX));
		return true;
	case DARWIN_ATTR_VOL_MOUNTPOINT:
		darwin_attr_put_string(p, vol->mntonname);
		return true;
	case DARWIN_ATTR_VOL_NAME:
		darwin_attr_put_string(p, obj->name);
		return true;
	case DARWIN_ATTR_VOL_MOUNTFLAGS:
		put32(p, vol->flags);
		return true;
	case DARWIN_ATTR_VOL_MOUNTEDDEVICE:
		darwin_attr_put_string(p, vol->mntfromname);
		return true;
	case DARWIN_ATTR_VOL_CAPABILITIES:
		darwin_attr_put(p, &capabilities, sizeof(capabilities));
		return true;
	case DARWIN_ATTR_VOL_UUID:
		if (!obj->uuid)
			return darwin_attr_put_invalid(p, 16);
		darwin_attr_put(p, obj->uuid, 16);
		return true;
	case DARWIN_ATTR_VOL_ATTRIBUTES:
		darwin_attr_put(p, &attributes, sizeof(attributes));
		return true;
	case DARWIN_ATTR_VOL_INFO:
		return true;
	case DARWIN_ATTR_VOL_OBJCOUNT:
	case DARWIN_ATTR_VOL_OBJCOUNT << 1:
	case DARWIN_ATTR_VOL_OBJCOUNT << 2:
		/* Objects, files, directories */
		return darwin_attr_put_invalid(p, sizeof(u32));
	default:
		/* Encodings, quota, reserved space */
		return darwin_attr_put_invalid(p, sizeof(u64));
	}
}

/**
 * darwin_attr_pack_vol() - pack the attributes of a volume
 * @p: buffer
 * @obj: its root directory; @obj->vol is set
 *
 * Context: any.
 */
void darwin_attr_pack_vol(struct darwin_attr_packer *p, const struct darwin_attr_object *obj)
{
	u32 attr;

	for (attr = 1; attr; attr <<= 1) {
		if (p->want.vol & attr && pack_vol(p, obj, attr))
			p->actual.vol |= attr;
	}
}
