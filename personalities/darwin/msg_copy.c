// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mach messages on their way into the kernel and out of it: header, port
 * rights, out-of-line memory. Memory travels as a copy. Everything in a
 * message is the sender's word and checked here.
 */
#include <linux/cred.h>
#include <linux/mman.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ipc.h"
#include "mach_msg.h"

static bool send_disposition(u32 disp)
{
	u32 right = darwin_disposition(disp);

	return right == DARWIN_MACH_MSG_TYPE_PORT_SEND ||
	       right == DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE;
}

static void msg_stamp(struct darwin_msg *msg)
{
	const struct cred *cred = current_cred();
	struct user_namespace *ns = current_user_ns();

	msg->sender[0] = from_kuid_munged(ns, cred->euid);
	msg->sender[1] = from_kgid_munged(ns, cred->egid);
	msg->audit[0] = ~0u;	/* audit user id: not set */
	msg->audit[1] = msg->sender[0];
	msg->audit[2] = msg->sender[1];
	msg->audit[3] = from_kuid_munged(ns, cred->uid);
	msg->audit[4] = from_kgid_munged(ns, cred->gid);
	msg->audit[5] = task_tgid_vnr(current);
}

/* Checks the descriptors and copies the memory that they name. */
static u32 copyin_items(struct persona_call *call, struct darwin_msg *msg, size_t *total)
{
	u32 i, off = sizeof(u32);
	size_t bytes;

	for (i = 0; i < msg->nitems; i++) {
		struct darwin_msg_item *item = &msg->items[i];
		struct darwin_mach_port_desc port;
		struct darwin_mach_ool_desc ool;

		if (msg->size - off < sizeof(port))
			return DARWIN_MACH_SEND_MSG_TOO_SMALL;
		memcpy(&port, msg->data + off, sizeof(port));
		item->type = port.type;
		if (port.type == DARWIN_MACH_MSG_PORT_DESCRIPTOR) {
			item->disposition = port.disposition;
			if (!darwin_disposition(port.disposition))
				return DARWIN_MACH_SEND_INVALID_TYPE;
			off += sizeof(port);
			continue;
		}
		if (port.type > DARWIN_MACH_MSG_OOL_VOLATILE_DESCRIPTOR)
			return DARWIN_MACH_SEND_INVALID_TYPE;
		if (msg->size - off < sizeof(ool))
			return DARWIN_MACH_SEND_MSG_TOO_SMALL;
		memcpy(&ool, msg->data + off, sizeof(ool));
		off += sizeof(ool);
		item->deallocate = !!ool.deallocate;
		item->copy = ool.copy;
		bytes = ool.size;
		if (port.type == DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR) {
			item->disposition = ool.disposition;
			if (!darwin_disposition(ool.disposition))
				return DARWIN_MACH_SEND_INVALID_TYPE;
			if (ool.size > DARWIN_MSG_MAX_DESCS)
				return DARWIN_MACH_SEND_TOO_LARGE;
			bytes = ool.size * sizeof(u32);
		} else {
			item->type = DARWIN_MACH_MSG_OOL_DESCRIPTOR;
		}
		if (!bytes)
			continue;
		*total += ool.size * sizeof(u64);
		if (bytes > DARWIN_MSG_MAX_OOL || *total > DARWIN_MSG_MAX_OOL)
			return DARWIN_MACH_SEND_TOO_LARGE;
		/* Names of ports are turned into rights in place, below. */
		if (port.type == DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR)
			item->data = kvcalloc(ool.size, sizeof(u64), GFP_KERNEL_ACCOUNT);
		else
			item->data = kvmalloc(bytes, GFP_KERNEL_ACCOUNT);
		if (!item->data)
			return DARWIN_MACH_SEND_NO_BUFFER;
		if (port.type != DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR) {
			item->size = ool.size;
			if (copy_from_user(item->data, (void __user *)ool.address, bytes))
				return DARWIN_MACH_SEND_INVALID_MEMORY;
		}
	}
	return 0;
}

/* The sender may have asked for its out-of-line memory to be unmapped. */
static u32 copyin_deallocate(struct persona_call *call, struct darwin_msg *msg)
{
	u32 i, off = sizeof(u32);

	for (i = 0; i < msg->nitems; i++) {
		struct darwin_mach_ool_desc ool;
		u64 start, end;

		if (msg->items[i].type == DARWIN_MACH_MSG_PORT_DESCRIPTOR) {
			off += sizeof(struct darwin_mach_port_desc);
			continue;
		}
		memcpy(&ool, msg->data + off, sizeof(ool));
		off += sizeof(ool);
		if (!ool.deallocate || !ool.size)
			continue;
		end = ool.size;
		if (msg->items[i].type == DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR)
			end *= sizeof(u32);
		start = ool.address & PAGE_MASK;
		end = PAGE_ALIGN(ool.address + end);
		if (persona_native(call, __NR_munmap, start, end - start))
			return DARWIN_MACH_SEND_INVALID_MEMORY;
	}
	return 0;
}

/* Copies the names of an OOL_PORTS item, one by one, into rights. */
static u32 copyin_ports(struct darwin_ipc *space, struct darwin_msg_item *item,
			const struct darwin_mach_ool_desc *ool, struct list_head *kill)
{
	const u32 __user *names = (const u32 __user *)ool->address;
	u32 disp = item->disposition;
	u32 i, name;
	int kr;

	item->disposition = darwin_disposition(disp);
	for (i = 0; i < ool->size; i++) {
		if (get_user(name, names + i))
			return DARWIN_MACH_SEND_INVALID_MEMORY;
		item->size = i + 1;
		if (name == DARWIN_MACH_PORT_NULL)
			continue;
		if (name == DARWIN_MACH_PORT_DEAD) {
			item->ports[i] = DARWIN_PORT_DEAD;
			continue;
		}
		spin_lock(&darwin_ipc_lock);
		kr = darwin_right_copyin(space, name, disp, &item->ports[i], kill);
		spin_unlock(&darwin_ipc_lock);
		if (kr)
			return DARWIN_MACH_SEND_INVALID_RIGHT;
	}
	return 0;
}

static u32 copyin_rights(struct darwin_ipc *space, struct darwin_msg *msg, struct list_head *kill)
{
	u32 i, disp, off = sizeof(u32);
	u32 err = 0;
	int kr;

	for (i = 0; i < msg->nitems && !err; i++) {
		struct darwin_msg_item *item = &msg->items[i];
		struct darwin_mach_port_desc port;
		struct darwin_mach_ool_desc ool;

		if (item->type != DARWIN_MACH_MSG_PORT_DESCRIPTOR) {
			memcpy(&ool, msg->data + off, sizeof(ool));
			off += sizeof(ool);
			if (item->type == DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR)
				err = copyin_ports(space, item, &ool, kill);
			continue;
		}
		memcpy(&port, msg->data + off, sizeof(port));
		off += sizeof(port);
		disp = item->disposition;
		item->disposition = darwin_disposition(disp);
		if (port.name == DARWIN_MACH_PORT_DEAD)
			item->port = DARWIN_PORT_DEAD;
		if (port.name == DARWIN_MACH_PORT_DEAD || port.name == DARWIN_MACH_PORT_NULL)
			continue;
		spin_lock(&darwin_ipc_lock);
		kr = darwin_right_copyin(space, port.name, disp, &item->port, kill);
		spin_unlock(&darwin_ipc_lock);
		if (kr)
			err = DARWIN_MACH_SEND_INVALID_RIGHT;
	}
	return err;
}

/* Destination and reply right: both or none. */
static u32 copyin_header(struct darwin_ipc *space, struct darwin_msg *msg,
			 const struct darwin_mach_header *h, struct list_head *kill)
{
	u32 remote = DARWIN_MACH_MSGH_BITS_REMOTE(h->bits);
	u32 local = DARWIN_MACH_MSGH_BITS_LOCAL(h->bits);
	bool reply = h->local != DARWIN_MACH_PORT_NULL && h->local != DARWIN_MACH_PORT_DEAD;
	struct darwin_entry *entry;
	u32 err = 0;

	if (h->bits & ~DARWIN_MACH_MSGH_BITS_USER || !send_disposition(remote))
		return DARWIN_MACH_SEND_INVALID_HEADER;
	if (local ? !send_disposition(local) : h->local != DARWIN_MACH_PORT_NULL)
		return DARWIN_MACH_SEND_INVALID_HEADER;
	if (DARWIN_MACH_MSGH_BITS_VOUCHER(h->bits) && h->voucher)
		return DARWIN_MACH_SEND_INVALID_VOUCHER;

	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, h->remote);
	if (!entry || (entry->type & DARWIN_MACH_PORT_TYPE_DEAD_NAME) ||
	    darwin_right_copyin_check(space, h->remote, remote)) {
		err = DARWIN_MACH_SEND_INVALID_DEST;
		goto out;
	}
	if (reply && darwin_right_copyin_check(space, h->local, local)) {
		err = DARWIN_MACH_SEND_INVALID_REPLY;
		goto out;
	}
	msg->bits = darwin_disposition(remote);
	if (darwin_right_copyin(space, h->remote, remote, &msg->dest, kill)) {
		err = DARWIN_MACH_SEND_INVALID_DEST;
		goto out;
	}
	if (h->local == DARWIN_MACH_PORT_DEAD)
		msg->reply = DARWIN_PORT_DEAD;
	/* Can fail only if both names are the same last right. */
	if (reply && darwin_right_copyin(space, h->local, local, &msg->reply, kill))
		err = DARWIN_MACH_SEND_INVALID_REPLY;
	msg->bits |= darwin_disposition(local) << 8;
	msg->bits |= h->bits & DARWIN_MACH_MSGH_BITS_COMPLEX;
	msg->id = h->id;
out:
	spin_unlock(&darwin_ipc_lock);
	return err;
}

/**
 * darwin_msg_copyin() - takes a message and what it carries from the sender
 * @call: the sender's call
 * @a: its arguments
 * @out: the message, charged to the sender, its destination alive when looked at
 *
 * Context: see persona_fn.
 * Return: 0 or DARWIN_MACH_SEND_*.
 */
u32 darwin_msg_copyin(struct persona_call *call, const struct darwin_msg_args *a,
		      struct darwin_msg **out)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	struct darwin_mach_header h;
	struct darwin_msg *msg;
	u32 size, err, nitems = 0;
	LIST_HEAD(kill);
	size_t charge;

	if (a->send_size < sizeof(h) || a->send_size % sizeof(u32))
		return DARWIN_MACH_SEND_MSG_TOO_SMALL;
	if (a->send_size > DARWIN_MSG_MAX_SIZE)
		return DARWIN_MACH_SEND_TOO_LARGE;
	if (copy_from_user(&h, a->snd, sizeof(h)))
		return DARWIN_MACH_SEND_INVALID_DATA;
	if (a->header)
		h = *a->header;
	size = a->send_size - sizeof(h);
	if (h.bits & DARWIN_MACH_MSGH_BITS_COMPLEX) {
		if (size < sizeof(u32))
			return DARWIN_MACH_SEND_MSG_TOO_SMALL;
		if (get_user(nitems, (u32 __user *)(a->snd + sizeof(h))))
			return DARWIN_MACH_SEND_INVALID_DATA;
		if (nitems > DARWIN_MSG_MAX_DESCS ||
		    nitems > size / sizeof(struct darwin_mach_port_desc))
			return DARWIN_MACH_SEND_MSG_TOO_SMALL;
	}
	msg = darwin_msg_alloc(size, nitems);
	if (!msg)
		return DARWIN_MACH_SEND_NO_BUFFER;
	if (copy_from_user(msg->data, a->snd + sizeof(h), size)) {
		err = DARWIN_MACH_SEND_INVALID_DATA;
		goto err_free;
	}
	msg->nitems = nitems;
	charge = sizeof(*msg) + size + nitems * sizeof(*msg->items);
	err = copyin_items(call, msg, &charge);
	if (err)
		goto err_rights;
	if (!darwin_msg_charge(msg, space, charge)) {
		err = DARWIN_MACH_SEND_NO_BUFFER;
		goto err_rights;
	}
	err = copyin_header(space, msg, &h, &kill);
	if (err)
		goto err_rights;
	err = copyin_rights(space, msg, &kill);
	if (!err)
		err = copyin_deallocate(call, msg);
	darwin_msg_free_list(&kill);
	if (err)
		goto err_free;
	msg_stamp(msg);
	*out = msg;
	return 0;

err_rights:
	/* The descriptors' rights have not been taken. */
	darwin_msg_free_list(&kill);
err_free:
	darwin_msg_free(msg);
	return err;
}

/* Maps memory for the receiver and fills it; 0 when that is impossible. */
static u64 copyout_memory(struct persona_call *call, const void *data, size_t bytes)
{
	long addr = persona_native(call, __NR_mmap, 0, PAGE_ALIGN(bytes), PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (IS_ERR_VALUE(addr))
		return 0;
	if (copy_to_user((void __user *)addr, data, bytes)) {
		persona_native(call, __NR_munmap, addr, PAGE_ALIGN(bytes));
		return 0;
	}
	return addr;
}

static u32 copyout_ool(struct persona_call *call, struct darwin_msg_item *item,
		       struct darwin_mach_ool_desc *ool)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	u32 i, *names, err = 0;

	ool->type = item->type;
	ool->copy = item->copy;
	ool->deallocate = item->deallocate;
	ool->disposition = 0;
	ool->size = item->size;
	ool->address = 0;
	if (item->type == DARWIN_MACH_MSG_OOL_DESCRIPTOR) {
		if (item->size)
			ool->address = copyout_memory(call, item->data, item->size);
		if (item->size && !ool->address)
			err = DARWIN_MACH_MSG_VM_SPACE;
		return err;
	}
	ool->disposition = item->disposition;
	/* A name is not longer than a pointer: they take the pointers' place. */
	names = item->data;
	for (i = 0; i < item->size; i++) {
		struct darwin_port *port = item->ports[i];
		u32 name;

		item->ports[i] = NULL;
		if (darwin_right_copyout(space, port, item->disposition, &name))
			err = DARWIN_MACH_MSG_IPC_SPACE;
		names[i] = name;
	}
	if (item->size) {
		ool->address = copyout_memory(call, names, item->size * sizeof(u32));
		if (!ool->address)
			err |= DARWIN_MACH_MSG_VM_SPACE;
	}
	item->size = 0;
	return err;
}

/**
 * darwin_msg_copyout_items() - gives the caller the rights and memory of a message
 * @call: the receiver's call
 * @msg: message; its descriptors then are as the receiver sees them
 *
 * Context: see persona_fn.
 * Return: 0, or DARWIN_MACH_RCV_BODY_ERROR with the bits that say what failed.
 */
u32 darwin_msg_copyout_items(struct persona_call *call, struct darwin_msg *msg)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	u32 i, off = sizeof(u32), err = 0;

	for (i = 0; i < msg->nitems; i++) {
		struct darwin_msg_item *item = &msg->items[i];
		struct darwin_mach_port_desc desc = { .type = item->type };
		struct darwin_mach_ool_desc ool;
		struct darwin_port *port = item->port;
		u32 name;

		if (item->type != DARWIN_MACH_MSG_PORT_DESCRIPTOR) {
			err |= copyout_ool(call, item, &ool);
			memcpy(msg->data + off, &ool, sizeof(ool));
			off += sizeof(ool);
			continue;
		}
		desc.disposition = item->disposition;
		item->port = NULL;
		if (darwin_right_copyout(space, port, item->disposition, &name))
			err |= DARWIN_MACH_MSG_IPC_SPACE;
		desc.name = name;
		memcpy(msg->data + off, &desc, sizeof(desc));
		off += sizeof(desc);
	}
	return err ? err | DARWIN_MACH_RCV_BODY_ERROR : 0;
}
