// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O completion ports: queues of packets, each of which ends the wait of one
 * thread. Removing a packet is a wait for the port that takes it; a wait for the
 * port's handle looks whether there is one.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "completion.h"
#include "file.h"
#include "nt_table.h"
#include "sync.h"

#define PACKETS_MAX	0x40000u	/* in one port */
#define REMOVE_MAX	1024u		/* at once */

/**
 * struct nt_completion - port
 * @obj: head; its lock protects the rest
 * @packets: queue
 * @depth: packets in it
 */
struct nt_completion {
	struct nt_object obj;
	struct list_head packets;
	u32 depth;
};

/* FILE_IO_COMPLETION_INFORMATION */
struct completion_info {
	u64 key;
	u64 context;
	struct nt_iosb iosb;
};

static struct nt_completion *to_completion(struct nt_object *obj)
{
	return container_of(obj, struct nt_completion, obj);
}

static bool completion_signaled(struct nt_object *obj, struct nt_thread *thread)
{
	return !list_empty(&to_completion(obj)->packets);
}

static struct nt_packet *take_packet(struct nt_completion *port)
{
	struct nt_packet *packet;

	packet = list_first_entry_or_null(&port->packets, struct nt_packet, link);
	if (packet) {
		list_del(&packet->link);
		port->depth--;
	}
	return packet;
}

static long completion_acquire(struct nt_object *obj, struct nt_thread *thread)
{
	if (thread->removes)
		thread->packet = take_packet(to_completion(obj));
	return 0;
}

static void completion_destroy(struct nt_object *obj)
{
	struct nt_packet *packet;

	while ((packet = take_packet(to_completion(obj)))) {
		nt_packet_free(packet);
		cond_resched();
	}
}

const struct nt_type nt_completion_type = {
	.name = "IoCompletion",
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.waitable = true,
	.user_owned = true,
	.signaled = completion_signaled,
	.acquire = completion_acquire,
	.destroy = completion_destroy,
	.size = sizeof(struct nt_completion),
};

/**
 * nt_packet_new() - a packet to be posted
 * @key: of the file
 * @context: of the request
 * @status: its NTSTATUS
 * @information: bytes it has moved
 *
 * Context: may sleep.
 * Return: for nt_packet_post() or nt_packet_free(); NULL if there is no memory.
 */
struct nt_packet *nt_packet_new(u64 key, u64 context, u64 status, u64 information)
{
	struct nt_packet *packet = kmalloc(sizeof(*packet), GFP_KERNEL_ACCOUNT);

	if (!packet)
		return NULL;
	packet->key = key;
	packet->context = context;
	packet->iosb.status = status;
	packet->iosb.information = information;
	return packet;
}

/**
 * nt_packet_free() - a packet that was not posted
 * @packet: may be NULL
 *
 * Context: any but NMI.
 */
void nt_packet_free(struct nt_packet *packet)
{
	kfree(packet);
}

/**
 * nt_packet_post() - queue a packet
 * @port: completion port
 * @packet: of nt_packet_new(); belongs to the port if this succeeds
 *
 * Context: any but NMI.
 * Return: 0 or STATUS_INSUFFICIENT_RESOURCES.
 */
long nt_packet_post(struct nt_object *port, struct nt_packet *packet)
{
	struct nt_completion *completion = to_completion(port);
	struct nt_lock lock;
	long ret = 0;

	nt_object_lock(port, &lock);
	if (completion->depth >= PACKETS_MAX) {
		ret = NT_STATUS_INSUFFICIENT_RESOURCES;
	} else {
		list_add_tail(&packet->link, &completion->packets);
		completion->depth++;
		nt_wake_locked(port);
	}
	nt_object_unlock(port, &lock);
	return ret;
}

/**
 * nt_completion_post() - make and queue a packet
 * @port: completion port
 * @key: of the file
 * @context: of the request
 * @status: its NTSTATUS
 * @information: bytes it has moved
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM or STATUS_INSUFFICIENT_RESOURCES.
 */
long nt_completion_post(struct nt_object *port, u64 key, u64 context, u64 status,
			u64 information)
{
	struct nt_packet *packet = nt_packet_new(key, context, status, information);
	long ret;

	if (!packet)
		return -ENOMEM;
	ret = nt_packet_post(port, packet);
	if (ret)
		nt_packet_free(packet);
	return ret;
}

/**
 * nt_completion_bind() - have a port told of a file's requests
 * @call: call under way
 * @file: file object, opened for requests that end later
 * @handle: of the port
 * @key: for its packets
 *
 * What FileCompletionInformation sets, once for a file object.
 *
 * Context: may sleep.
 * Return: 0, STATUS_INVALID_PARAMETER, or what is wrong with the handle.
 */
long nt_completion_bind(struct persona_call *call, struct nt_file *file, u64 handle, u64 key)
{
	struct nt_object *port;
	struct nt_lock lock;
	long ret;

	if (file->options & NT_FILE_SYNCHRONOUS_IO)
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_handle_ref(nt_caller(call), handle, &nt_completion_type,
			    NT_COMPLETION_MODIFY, &port);
	if (ret)
		return ret;
	nt_object_lock(&file->obj, &lock);
	if (file->port) {
		ret = NT_STATUS_INVALID_PARAMETER;
	} else {
		file->port_key = key;
		/* Pairs with the acquire in nt_completion_report(). */
		smp_store_release(&file->port, port);
	}
	nt_object_unlock(&file->obj, &lock);
	if (ret)
		nt_object_put(port);
	return ret;
}

/**
 * nt_completion_skip() - what need not be told of
 * @file: file object
 * @flags: NT_SKIP_*; once set they stay so
 *
 * Context: any but NMI.
 * Return: 0 or STATUS_INVALID_PARAMETER.
 */
long nt_completion_skip(struct nt_file *file, u32 flags)
{
	struct nt_lock lock;

	if (flags & ~NT_SKIP_ALL)
		return NT_STATUS_INVALID_PARAMETER;
	nt_object_lock(&file->obj, &lock);
	file->skip_port |= flags;
	nt_object_unlock(&file->obj, &lock);
	return 0;
}

/**
 * nt_completion_report() - a request has ended: tell the file's port
 * @file: file object
 * @context: ApcContext of the request; 0: it is not to be told
 * @status: NTSTATUS
 * @information: bytes moved
 * @waited: the call that made it has returned STATUS_PENDING
 *
 * Context: may sleep.
 */
void nt_completion_report(struct nt_file *file, u64 context, u32 status, u64 information,
			  bool waited)
{
	/* Pairs with the release in nt_completion_bind(). */
	struct nt_object *port = smp_load_acquire(&file->port);

	if (likely(!port) || !context)
		return;
	if (!waited && READ_ONCE(file->skip_port) & NT_SKIP_PORT_ON_SUCCESS)
		return;
	nt_completion_post(port, file->port_key, context, status, information);
}

/* NtCreateIoCompletion(*handle, access, *attributes, running threads) */
long nt_create_io_completion(struct persona_call *call)
{
	struct nt_completion *port = nt_object_alloc(&nt_completion_type);

	if (!port)
		return -ENOMEM;
	INIT_LIST_HEAD(&port->packets);
	return nt_object_create(call, call->args[2], &port->obj, call->args[1], call->args[0]);
}

/* NtOpenIoCompletion(*handle, access, *attributes) */
long nt_open_io_completion(struct persona_call *call)
{
	return nt_object_open(call, call->args[2], &nt_completion_type, call->args[1],
			      call->args[0]);
}

static long post_call(struct persona_call *call, const u64 *args)
{
	struct nt_object *obj;
	long ret;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_completion_type,
			    NT_COMPLETION_MODIFY, &obj);
	if (ret)
		return ret;
	ret = nt_completion_post(obj, args[0], args[1], (u32)args[2], args[3]);
	nt_object_put(obj);
	return ret;
}

/* NtSetIoCompletion(port, key, context, status, information) */
long nt_set_io_completion(struct persona_call *call)
{
	return post_call(call, &call->args[1]);
}

/* NtSetIoCompletionEx(port, reserve, key, context, status, information) */
long nt_set_io_completion_ex(struct persona_call *call)
{
	/* There are no reserve objects. */
	if (call->args[1])
		return NT_STATUS_INVALID_HANDLE;
	return post_call(call, &call->args[2]);
}

/* Waits for a packet, and takes up to @max. Returns how many, or how it ended. */
static long remove_packets(struct persona_call *call, struct nt_object *obj, bool alertable,
			   u64 utimeout, struct list_head *packets, u32 max, u32 *nr)
{
	struct nt_thread *t = nt_calling_thread(call);
	struct nt_packet *packet;
	struct nt_lock lock;
	s64 timeout;
	long ret;

	*nr = 0;
	if (utimeout && get_user(timeout, (s64 __user *)u64_to_user_ptr(utimeout)))
		return -EFAULT;
	t->removes = true;
	t->packet = NULL;
	ret = nt_wait(call, &obj, 1, false, alertable, utimeout ? &timeout : NULL);
	t->removes = false;
	packet = t->packet;
	t->packet = NULL;
	if (!packet)
		return ret;
	list_add_tail(&packet->link, packets);
	*nr = 1;
	nt_object_lock(obj, &lock);
	while (*nr < max && (packet = take_packet(to_completion(obj)))) {
		list_add_tail(&packet->link, packets);
		++*nr;
	}
	nt_object_unlock(obj, &lock);
	return 0;
}

static void free_packets(struct list_head *packets)
{
	struct nt_packet *packet, *next;

	list_for_each_entry_safe(packet, next, packets, link)
		nt_packet_free(packet);
}

/* NtRemoveIoCompletion(port, *key, *context, *iosb, *timeout) */
long nt_remove_io_completion(struct persona_call *call)
{
	struct nt_packet *packet;
	struct nt_object *obj;
	LIST_HEAD(packets);
	long ret;
	u32 nr;

	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_completion_type,
			    NT_COMPLETION_MODIFY, &obj);
	if (ret)
		return ret;
	ret = remove_packets(call, obj, false, call->args[4], &packets, 1, &nr);
	nt_object_put(obj);
	if (ret)
		return ret;
	packet = list_first_entry(&packets, struct nt_packet, link);
	if (put_user(packet->key, (u64 __user *)u64_to_user_ptr(call->args[1])) ||
	    put_user(packet->context, (u64 __user *)u64_to_user_ptr(call->args[2])) ||
	    copy_to_user(u64_to_user_ptr(call->args[3]), &packet->iosb, sizeof(packet->iosb)))
		ret = -EFAULT;
	free_packets(&packets);
	return ret;
}

static long copy_packets(u64 user, const struct list_head *packets)
{
	struct completion_info __user *to = u64_to_user_ptr(user);
	struct nt_packet *packet;

	list_for_each_entry(packet, packets, link) {
		struct completion_info info = {
			.key = packet->key,
			.context = packet->context,
			.iosb = packet->iosb,
		};

		if (copy_to_user(to++, &info, sizeof(info)))
			return -EFAULT;
	}
	return 0;
}

/* NtRemoveIoCompletionEx(port, *packets, count, *removed, *timeout, alertable) */
long nt_remove_io_completion_ex(struct persona_call *call)
{
	u32 __user *uremoved = u64_to_user_ptr(call->args[3]);
	u32 max = call->args[2], nr;
	struct nt_object *obj;
	LIST_HEAD(packets);
	long ret;

	if (!max)
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_completion_type,
			    NT_COMPLETION_MODIFY, &obj);
	if (ret)
		return ret;
	ret = remove_packets(call, obj, (u8)call->args[5], call->args[4], &packets,
			     min(max, REMOVE_MAX), &nr);
	nt_object_put(obj);
	/* The registers are an APC's already, or the call will be made again. */
	if (call->raw || ret == -ERESTARTNOINTR)
		return ret;
	if (!ret)
		ret = copy_packets(call->args[1], &packets);
	free_packets(&packets);
	/* What programs read there when a wait has ended without a packet is 1. */
	if (put_user(nr ?: 1, uremoved))
		return -EFAULT;
	return ret;
}

/* NtQueryIoCompletion(port, class, *info, size, *length) */
long nt_query_io_completion(struct persona_call *call)
{
	struct nt_object *obj;
	u32 depth;
	long ret;

	ret = nt_query_check(call, sizeof(depth));
	if (ret)
		return ret;
	ret = nt_handle_ref(nt_caller(call), call->args[0], &nt_completion_type,
			    NT_COMPLETION_QUERY, &obj);
	if (ret)
		return ret;
	depth = READ_ONCE(to_completion(obj)->depth);
	nt_object_put(obj);
	return nt_query_return(call, &depth, sizeof(depth));
}
