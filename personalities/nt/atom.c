// SPDX-License-Identifier: GPL-2.0-only
/*
 * Global atoms: numbers for strings that programs pass to each other.
 *
 * Each user of each IPC name space has a table. It is there while a process that
 * has used it is.
 */
#include <linux/cred.h>
#include <linux/idr.h>
#include <linux/ipc_namespace.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "atom.h"
#include "nt_table.h"

#define ATOM_FIRST	0xc000
#define ATOM_END	0x10000
#define ATOM_NAME_MAX	255u		/* units */

struct atom {
	u16 number;
	u16 uses;
	u32 len;
	u16 name[];
};

/**
 * struct nt_atoms - the atoms of a user
 * @link: in tables
 * @ref: processes
 * @uid: user
 * @ns: name space, only compared: a process in it has a reference to this
 * @lock: protects @atoms
 * @atoms: by number
 */
struct nt_atoms {
	struct list_head link;
	refcount_t ref;
	kuid_t uid;
	const struct ipc_namespace *ns;
	struct mutex lock;
	struct idr atoms;
};

/* Protects what follows, and the life of tables. */
static DEFINE_MUTEX(tables_lock);
static LIST_HEAD(tables);

static struct nt_atoms *table_find(void)
{
	const struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct nt_atoms *t;

	list_for_each_entry(t, &tables, link)
		if (uid_eq(t->uid, current_euid()) && t->ns == ns) {
			refcount_inc(&t->ref);
			return t;
		}
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	refcount_set(&t->ref, 1);
	t->uid = current_euid();
	t->ns = ns;
	mutex_init(&t->lock);
	idr_init(&t->atoms);
	list_add(&t->link, &tables);
	return t;
}

static struct nt_atoms *table_of(struct persona_call *call)
{
	struct nt_proc *nt = nt_caller(call);
	struct nt_atoms *t = READ_ONCE(nt->atoms);

	if (t)
		return t;
	mutex_lock(&tables_lock);
	if (!nt->atoms)
		WRITE_ONCE(nt->atoms, table_find());
	t = nt->atoms;
	mutex_unlock(&tables_lock);
	return t;
}

/**
 * nt_atoms_drop() - a process ends
 * @nt: process
 *
 * Context: may sleep.
 */
void nt_atoms_drop(struct nt_proc *nt)
{
	struct nt_atoms *t = nt->atoms;
	struct atom *atom;
	int id;

	if (!t)
		return;
	nt->atoms = NULL;
	mutex_lock(&tables_lock);
	if (!refcount_dec_and_test(&t->ref)) {
		mutex_unlock(&tables_lock);
		return;
	}
	list_del(&t->link);
	mutex_unlock(&tables_lock);
	idr_for_each_entry(&t->atoms, atom, id)
		kfree(atom);
	idr_destroy(&t->atoms);
	kfree(t);
}

static struct atom *find(struct nt_atoms *t, const u16 *name, u32 len)
{
	struct atom *atom;
	int id;

	idr_for_each_entry(&t->atoms, atom, id)
		if (atom->len == len && !nt_strnicmp(atom->name, name, len))
			return atom;
	return NULL;
}

/**
 * nt_atom_number() - the number in a name like "#123"
 * @name: name
 * @len: units
 *
 * Context: any.
 * Return: the number, 0 if it is a name.
 */
u32 nt_atom_number(const u16 *name, u32 len)
{
	u32 n = 0, i;

	if (len < 2 || name[0] != '#')
		return 0;
	for (i = 1; i < len; i++) {
		if (name[i] < '0' || name[i] > '9' || n > U16_MAX)
			return 0;
		n = n * 10 + name[i] - '0';
	}
	return n < ATOM_FIRST ? n : 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_atom_number);

/* A name of the caller; a small number in the place of its address is its atom. */
static long get_name(struct persona_call *call, u16 name[ATOM_NAME_MAX], u32 *len, u32 *number)
{
	u64 user = call->args[0];
	u32 size = (u32)call->args[1];

	*number = 0;
	if (user < ATOM_END) {
		*number = user;
		return user && user < ATOM_FIRST ? 0 : NT_STATUS_INVALID_PARAMETER;
	}
	*len = size / sizeof(*name);
	if (!*len)
		return NT_STATUS_OBJECT_NAME_INVALID;
	if (*len > ATOM_NAME_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	if (copy_from_user(name, u64_to_user_ptr(user), *len * sizeof(*name)))
		return -EFAULT;
	*number = nt_atom_number(name, *len);
	return 0;
}

static long add(struct nt_atoms *t, const u16 *name, u32 len, u32 *number)
{
	struct atom *atom = find(t, name, len);
	int id;

	if (atom) {
		/* One that was added too often stays. */
		if (atom->uses < U16_MAX)
			atom->uses++;
		*number = atom->number;
		return 0;
	}
	atom = kmalloc(struct_size(atom, name, len), GFP_KERNEL_ACCOUNT);
	if (!atom)
		return -ENOMEM;
	atom->uses = 1;
	atom->len = len;
	memcpy(atom->name, name, len * sizeof(*name));
	id = idr_alloc(&t->atoms, atom, ATOM_FIRST, ATOM_END, GFP_KERNEL_ACCOUNT);
	if (id < 0) {
		kfree(atom);
		return id == -ENOSPC ? (long)NT_STATUS_INSUFFICIENT_RESOURCES : id;
	}
	atom->number = id;
	*number = id;
	return 0;
}

static long lookup(struct persona_call *call, bool create)
{
	u16 name[ATOM_NAME_MAX];
	struct nt_atoms *t;
	u32 len, number;
	long ret;

	ret = get_name(call, name, &len, &number);
	if (ret)
		return ret;
	if (number)
		goto out;
	t = table_of(call);
	if (!t)
		return -ENOMEM;
	mutex_lock(&t->lock);
	if (create) {
		ret = add(t, name, len, &number);
	} else {
		struct atom *atom = find(t, name, len);

		if (atom)
			number = atom->number;
		else
			ret = NT_STATUS_OBJECT_NAME_NOT_FOUND;
	}
	mutex_unlock(&t->lock);
	if (ret)
		return ret;
out:
	if (call->args[2])
		return put_user((u16)number, (u16 __user *)u64_to_user_ptr(call->args[2]));
	return 0;
}

long nt_add_atom(struct persona_call *call)
{
	return lookup(call, true);
}

long nt_find_atom(struct persona_call *call)
{
	return lookup(call, false);
}

long nt_delete_atom(struct persona_call *call)
{
	u16 number = (u16)call->args[0];
	struct nt_atoms *t;
	struct atom *atom;

	if (number < ATOM_FIRST)
		return number ? 0 : NT_STATUS_INVALID_HANDLE;
	t = table_of(call);
	if (!t)
		return -ENOMEM;
	mutex_lock(&t->lock);
	atom = idr_find(&t->atoms, number);
	if (atom && atom->uses < U16_MAX && !--atom->uses) {
		idr_remove(&t->atoms, number);
		kfree(atom);
	}
	mutex_unlock(&t->lock);
	return atom ? 0 : NT_STATUS_INVALID_HANDLE;
}

struct atom_basic {
	u16 uses;
	u16 pinned;
	u16 size;
	u16 name[ATOM_NAME_MAX + 1];
};

/* "#123" for atoms that are numbers. */
static void number_info(struct atom_basic *info, u32 number)
{
	char text[8];
	u32 i;

	info->uses = 1;
	info->pinned = 1;
	info->size = 2 * sprintf(text, "#%u", number);
	for (i = 0; i < info->size / 2; i++)
		info->name[i] = (u8)text[i];
}

static long basic_info(struct persona_call *call, u16 number, struct atom_basic *info)
{
	struct nt_atoms *t = table_of(call);
	struct atom *atom;

	if (!t)
		return -ENOMEM;
	mutex_lock(&t->lock);
	atom = idr_find(&t->atoms, number);
	if (atom) {
		info->uses = atom->uses;
		info->size = 2 * atom->len;
		memcpy(info->name, atom->name, info->size);
	}
	mutex_unlock(&t->lock);
	return atom ? 0 : NT_STATUS_INVALID_HANDLE;
}

/* (atom, class, buffer, length, *length): class 0, AtomBasicInformation. */
long nt_query_information_atom(struct persona_call *call)
{
	u32 len = (u32)call->args[3], need;
	u16 number = (u16)call->args[0];
	struct atom_basic info = { };
	long ret = 0;

	if ((u32)call->args[1])
		return NT_STATUS_INVALID_INFO_CLASS;
	if (!number)
		return NT_STATUS_INVALID_HANDLE;
	if (number < ATOM_FIRST)
		number_info(&info, number);
	else
		ret = basic_info(call, number, &info);
	if (ret)
		return ret;
	/* With a terminator, which is not in the size. */
	need = offsetof(struct atom_basic, name) + info.size + sizeof(u16);
	if (call->args[4] && put_user(need, (u32 __user *)u64_to_user_ptr(call->args[4])))
		return -EFAULT;
	if (len < offsetof(struct atom_basic, name) + sizeof(u16))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (len < need)
		return NT_STATUS_BUFFER_TOO_SMALL;
	return copy_to_user(u64_to_user_ptr(call->args[2]), &info, need) ? -EFAULT : 0;
}
