// SPDX-License-Identifier: GPL-2.0-only
/*
 * Key objects, and the way to them by name.
 *
 * \Registry is the folder "registry" of the view, with "machine" and "user" in it.
 * A user's own keys are in a folder of "user" that is named by the user's SID and
 * must belong to that user; it is made when it is first asked for.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>

#include "registry.h"
#include "token.h"

#define HIVE_MODE	0700
#define NAME_LEN_MAX	0x7fffu		/* units of a key's full name */

static const u16 registry_name[] = { '\\', 'R', 'e', 'g', 'i', 's', 't', 'r', 'y' };
static const u16 user_name[] = { 'u', 's', 'e', 'r' };

static void key_close(struct nt_object *obj, struct nt_proc *proc, bool last)
{
	if (last)
		nt_reg_watch_close(container_of(obj, struct nt_key, obj), proc);
}

static void key_destroy(struct nt_object *obj)
{
	struct nt_key *key = container_of(obj, struct nt_key, obj);

	nt_reg_list_free(key->list);
	kvfree(key->name);
	if (key->file)
		fput(key->file);
}

static long key_full_name(struct nt_proc *proc, struct nt_object *obj, u16 **name, u32 *len)
{
	struct nt_key *key = container_of(obj, struct nt_key, obj);

	*len = key->len;
	*name = kvmalloc_array(key->len, sizeof(**name), GFP_KERNEL_ACCOUNT);
	if (!*name)
		return -ENOMEM;
	memcpy(*name, key->name, key->len * sizeof(**name));
	return 0;
}

const struct nt_type nt_key_type = {
	.name = "Key",
	.generic = {
		NT_READ_CONTROL | NT_KEY_QUERY_VALUE | NT_KEY_ENUMERATE | NT_KEY_NOTIFY,
		NT_READ_CONTROL | NT_KEY_SET_VALUE | NT_KEY_CREATE_SUB_KEY,
		NT_READ_CONTROL | NT_KEY_QUERY_VALUE | NT_KEY_ENUMERATE | NT_KEY_NOTIFY |
			NT_KEY_CREATE_LINK,
		NT_STANDARD_RIGHTS_REQUIRED | NT_KEY_ALL,
	},
	.close = key_close,
	.destroy = key_destroy,
	.full_name = key_full_name,
	.size = sizeof(struct nt_key),
};

/**
 * nt_key_ref() - the key of a handle
 * @call: foreign call under way
 * @handle: handle
 * @access: rights that it must have
 * @out: set to the key, with a reference
 *
 * Context: may sleep.
 * Return: 0, STATUS_KEY_DELETED, or what nt_handle_ref() says.
 */
long nt_key_ref(struct persona_call *call, u64 handle, u32 access, struct nt_key **out)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), handle, &nt_key_type, access, &obj);
	if (ret)
		return ret;
	*out = container_of(obj, struct nt_key, obj);
	if (!nt_reg_deleted((*out)->file))
		return 0;
	nt_object_put(obj);
	return NT_STATUS_KEY_DELETED;
}

static bool starts_with(const u16 *name, u32 len, const u16 *start, u32 n)
{
	return len >= n && !nt_strnicmp(name, start, n) && (len == n || name[n] == '\\');
}

/* Values of a new user: what programs look at before anybody has set it. */
static const struct {
	const char *key;
	const char *name;
	const char *data;
} new_user[] = {
	{ "control panel", "Control Panel", NULL },
	{ "control panel/international", "International", NULL },
	{ "control panel/international", "LocaleName", "en-US" },
	{ "control panel/international", "Locale", "00000409" },
	{ "control panel/desktop", "Desktop", NULL },
	{ "environment", "Environment", NULL },
	{ "software", "Software", NULL },
	{ "software/microsoft", "Microsoft", NULL },
	{ "volatile environment", "Volatile Environment", NULL },
};

static u32 widen(u16 *out, const char *text)
{
	u32 n = 0;

	while (*text)
		out[n++] = (u8)*text++;
	return n;
}

static long new_user_key(struct persona_call *call, struct file *hive, const char *path,
			 const char *name, struct nt_reg_meta *meta)
{
	struct file *dir;
	long ret;

	ret = nt_reg_mkdir(call, hive, path, 0755);
	if (ret)
		return ret;
	dir = nt_reg_dir(call, hive, path);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	memset(meta, 0, sizeof(*meta));
	meta->name_len = widen(meta->name, name);
	ret = nt_reg_meta_write(call, dir, meta);
	fput(dir);
	return ret;
}

static long new_user_value(struct persona_call *call, struct file *hive, const char *path,
			   const char *name, const char *text)
{
	u16 wide_name[32], data[32];
	struct nt_reg_value value = { .type = NT_REG_SZ, .name = wide_name, .data = (u8 *)data };
	struct file *dir = nt_reg_dir(call, hive, path);
	u32 n = widen(data, text);
	long ret;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	data[n] = 0;
	value.size = 2 * (n + 1);
	value.name_len = widen(wide_name, name);
	ret = nt_reg_value_write(call, dir, &value);
	fput(dir);
	return ret;
}

/* Another thread may do the same: what is there already is all right. */
static void fill_hive(struct persona_call *call, struct file *hive)
{
	struct nt_reg_meta *meta = kmalloc(sizeof(*meta), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	for (i = 0; meta && i < ARRAY_SIZE(new_user); i++) {
		if (new_user[i].data)
			new_user_value(call, hive, new_user[i].key, new_user[i].name,
				       new_user[i].data);
		else
			new_user_key(call, hive, new_user[i].key, new_user[i].name, meta);
	}
	kfree(meta);
}

static bool owned_by(struct file *dir, u32 uid)
{
	kuid_t kuid = make_kuid(current_user_ns(), uid);

	return uid_valid(kuid) && uid_eq(file_inode(dir)->i_uid, kuid);
}

/*
 * The keys of a user. Everybody may make directories beside them, so the owner
 * is looked at, whoever asks, and links are not followed.
 */
static struct file *open_hive(struct persona_call *call, const u16 *name, u32 len)
{
	char path[NAME_MAX + 8] = "user/";
	struct file *hive, *users;
	bool is_user = false;
	struct nt_sid sid;
	size_t used;
	u32 uid = 0;

	nt_reg_component(name, len, false, path + strlen("user/"));
	/* "S-1-5-..._Classes" belongs to the same user. */
	if (nt_sid_parse(name, len, &sid, &used) && (used == len || name[used] == '_'))
		is_user = nt_sid_to_uid(&sid, &uid);
	hive = nt_reg_hive(call, path);
	if (hive == ERR_PTR(-ENOENT) && is_user && used == len &&
	    uid_eq(make_kuid(current_user_ns(), uid), current_euid())) {
		users = nt_reg_dir(call, NULL, "user");
		if (IS_ERR(users))
			return users;
		if (!nt_reg_mkdir(call, users, path + strlen("user/"), HIVE_MODE)) {
			hive = nt_reg_hive(call, path);
			if (!IS_ERR(hive))
				fill_hive(call, hive);
		} else {
			hive = nt_reg_hive(call, path);
		}
		fput(users);
	}
	if (IS_ERR(hive) || owned_by(hive, is_user ? uid : 0))
		return hive;
	fput(hive);
	return ERR_PTR(-EACCES);
}

/* @name starts behind "\Registry"; @path has room for @max. */
static struct file *open_absolute(struct persona_call *call, const u16 *name, u32 len, char *path,
				  size_t max)
{
	struct file *hive, *dir;
	u32 i = 0, start;
	int n;

	while (i < len && name[i] == '\\')
		i++;
	if (starts_with(name + i, len - i, user_name, ARRAY_SIZE(user_name))) {
		start = i + ARRAY_SIZE(user_name);
		while (start < len && name[start] == '\\')
			start++;
		for (i = start; i < len && name[i] != '\\'; i++)
			;
		if (i - start > NT_REG_KEY_NAME_MAX)
			return ERR_PTR(-EINVAL);
		if (i > start) {
			n = nt_reg_path(name + i, len - i, path, max);
			if (n < 0)
				return ERR_PTR(n);
			hive = open_hive(call, name + start, i - start);
			if (IS_ERR(hive) || !n)
				return hive;
			dir = nt_reg_dir(call, hive, path);
			fput(hive);
			return dir;
		}
	}
	n = nt_reg_path(name, len, path, max);
	return n < 0 ? ERR_PTR(n) : nt_reg_dir(call, NULL, path);
}

/**
 * nt_key_new() - a key object
 * @dir: its directory; the reference goes to the object
 * @name: full name, kvmalloc()ed, goes to the object as well
 * @len: units
 *
 * Context: may sleep.
 * Return: the object, or NULL, and then both are released.
 */
struct nt_key *nt_key_new(struct file *dir, u16 *name, u32 len)
{
	struct nt_key *key = nt_object_alloc(&nt_key_type);

	if (!key) {
		fput(dir);
		kvfree(name);
		return NULL;
	}
	mutex_init(&key->lock);
	key->file = dir;
	key->name = name;
	key->len = len;
	return key;
}

/* The full name of what is at @name below @root, without backslashes at the end. */
static u16 *full_name(struct nt_key *root, const u16 *name, u32 len, u32 *out_len)
{
	u32 base = root ? root->len : 0, n;
	u16 *full;

	/* It grows with every link and every empty component on the way. */
	if (base + len > NAME_LEN_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	full = kvmalloc_array(base + len + 1, sizeof(*full), GFP_KERNEL_ACCOUNT);
	if (!full)
		return ERR_PTR(-ENOMEM);
	if (root)
		memcpy(full, root->name, base * sizeof(*full));
	n = base;
	if (root && len)
		full[n++] = '\\';
	memcpy(full + n, name, len * sizeof(*full));
	n += len;
	while (n && full[n - 1] == '\\')
		n--;
	*out_len = n;
	return full;
}

static struct file *open_name(struct persona_call *call, struct nt_key *root, const u16 *name,
			      u32 len, char *path, size_t max)
{
	int n;

	if (!root)
		return open_absolute(call, name + ARRAY_SIZE(registry_name),
				     len - ARRAY_SIZE(registry_name), path, max);
	n = nt_reg_path(name, len, path, max);
	return n < 0 ? ERR_PTR(n) : nt_reg_dir(call, root->file, path);
}

/* Not one that should have gone when the machine was stopped. */
static long check_volatile(struct persona_call *call, struct file *dir, bool *is_volatile)
{
	struct nt_reg_meta *meta;
	long ret;

	*is_volatile = false;
	if (!(file_inode(dir)->i_mode & S_ISVTX))
		return 0;
	meta = kmalloc(sizeof(*meta), GFP_KERNEL_ACCOUNT);
	if (!meta)
		return -ENOMEM;
	ret = nt_reg_meta_read(call, dir, ".key", meta);
	if (!ret && meta->stale)
		ret = -ESTALE;
	*is_volatile = meta->is_volatile;
	kfree(meta);
	return ret;
}

/**
 * nt_key_lookup() - the key that a name stands for
 * @call: foreign call under way
 * @root: key that the name starts from, or NULL
 * @name: name
 * @len: units
 * @out: set to the key, with a reference
 *
 * Context: may sleep.
 * Return: 0, -ESTALE for a volatile key that is there no more, or another error.
 */
long nt_key_lookup(struct persona_call *call, struct nt_key *root, const u16 *name, u32 len,
		   struct nt_key **out)
{
	bool is_volatile;
	struct file *dir;
	size_t max;
	char *path;
	u16 *full;
	long ret;

	if (!root && !starts_with(name, len, registry_name, ARRAY_SIZE(registry_name)))
		return len && name[0] == '\\' ? NT_STATUS_OBJECT_NAME_NOT_FOUND :
						NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (root && len && name[0] == '\\')
		return NT_STATUS_OBJECT_PATH_SYNTAX_BAD;
	/* No larger than this name needs: the kernel may clear what it hands out. */
	max = min_t(size_t, (size_t)len * NT_REG_UNIT_MAX + 3, PATH_MAX);
	path = kmalloc(max, GFP_KERNEL_ACCOUNT);
	if (!path)
		return -ENOMEM;
	dir = open_name(call, root, name, len, path, max);
	kfree(path);
	/* A file, or something below one, is no key. */
	if (IS_ERR(dir))
		return dir == ERR_PTR(-ENOTDIR) ? -ENOENT : PTR_ERR(dir);
	ret = check_volatile(call, dir, &is_volatile);
	if (ret) {
		fput(dir);
		return ret;
	}
	full = full_name(root, name, len, &len);
	if (IS_ERR(full)) {
		fput(dir);
		return PTR_ERR(full);
	}
	*out = nt_key_new(dir, full, len);
	if (!*out)
		return -ENOMEM;
	(*out)->is_volatile = is_volatile;
	return 0;
}

/**
 * nt_reg_reply() - answer with a structure, as queries of the registry do
 * @buf: user address
 * @len: room there
 * @retlen: user address of the length that is needed
 * @data: answer
 * @size: of it
 * @fixed: of its part that must fit
 *
 * Context: may sleep.
 * Return: 0, -EFAULT, STATUS_BUFFER_TOO_SMALL, or STATUS_BUFFER_OVERFLOW for an
 * answer that was cut.
 */
long nt_reg_reply(u64 buf, u32 len, u64 retlen, const void *data, u32 size, u32 fixed)
{
	if (put_user(size, (u32 __user *)(uintptr_t)retlen))
		return -EFAULT;
	if (len < fixed)
		return NT_STATUS_BUFFER_TOO_SMALL;
	if (copy_to_user((void __user *)(uintptr_t)buf, data, min(len, size)))
		return -EFAULT;
	return len < size ? NT_STATUS_BUFFER_OVERFLOW : 0;
}
