// SPDX-License-Identifier: GPL-2.0-only
/*
 * mach_msg: sending and receiving messages.
 *
 * A message is copied into the kernel with the rights and memory it names
 * (msg_copy.c), queued or handed to the kernel's own servers (mig.c), and
 * copied out to whoever receives it. The protocol is that of
 * osfmk/ipc/mach_msg.c and ipc_kmsg.c of xnu.
 */
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "ipc.h"
#include "mach_msg.h"
#include "mach_table.h"

#define SEND_OPTIONS	(DARWIN_MACH_SEND_TIMEOUT | DARWIN_MACH_SEND_INTERRUPT |	\
			 DARWIN_MACH_SEND_OVERRIDE | DARWIN_MACH_SEND_NOIMPORTANCE |	\
			 DARWIN_MACH_SEND_IMPORTANCE | DARWIN_MACH_SEND_SYNC_OVERRIDE |	\
			 DARWIN_MACH_SEND_PROPAGATE_QOS |				\
			 DARWIN_MACH_SEND_FILTER_NONFATAL |				\
			 DARWIN_MACH_SEND_SYNC_BOOTSTRAP_CHECKIN)
#define RCV_OPTIONS	(DARWIN_MACH_RCV_LARGE | DARWIN_MACH_RCV_LARGE_IDENTITY |	\
			 DARWIN_MACH_RCV_TIMEOUT | DARWIN_MACH_RCV_INTERRUPT |		\
			 DARWIN_MACH_RCV_VOUCHER | DARWIN_MACH_RCV_GUARDED_DESC |	\
			 DARWIN_MACH_RCV_SYNC_WAIT | DARWIN_MACH_RCV_TRAILER_MASK)
#define ANY_OPTIONS	(DARWIN_MACH_SEND_MSG | DARWIN_MACH_RCV_MSG |			\
			 DARWIN_MACH_RCV_STRICT_REPLY)

/*
 * A send that timed out or was interrupted gives the message, with all
 * rights, back to the sender, as if it had received it.
 */
static void msg_return(struct persona_call *call, const struct darwin_msg_args *a,
		       struct darwin_msg *msg)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	struct darwin_mach_header h = {
		.bits = msg->bits,
		.size = sizeof(h) + msg->size,
		.id = msg->id,
	};
	struct darwin_port *dest = msg->dest, *reply = msg->reply;

	msg->dest = NULL;
	msg->reply = NULL;
	darwin_right_copyout(space, dest, DARWIN_MACH_MSGH_BITS_REMOTE(h.bits), &h.remote);
	darwin_right_copyout(space, reply, DARWIN_MACH_MSGH_BITS_LOCAL(h.bits), &h.local);
	darwin_msg_copyout_items(call, msg);
	/* A sender that cannot be told has lost the message; there is no one else. */
	if (!copy_to_user(a->snd, &h, sizeof(h)) &&
	    copy_to_user(a->snd + sizeof(h), msg->data, msg->size))
		pr_debug("message not returned\n");
	darwin_msg_free(msg);
}

/*
 * Receive rights in a message travel; one that would end up, by whatever
 * chain of queues, in its own queue could never be received again.
 */
static bool msg_circular(struct darwin_msg *msg)
{
	struct darwin_port *port;
	u32 i, depth;

	for (i = 0; i < msg->nitems; i++) {
		struct darwin_msg_item *item = &msg->items[i];
		u32 j, n = item->type == DARWIN_MACH_MSG_OOL_PORTS_DESCRIPTOR ? item->size : 1;

		if (item->type == DARWIN_MACH_MSG_OOL_DESCRIPTOR ||
		    item->disposition != DARWIN_MACH_MSG_TYPE_PORT_RECEIVE)
			continue;
		for (j = 0; j < n; j++) {
			struct darwin_port *moved = n == 1 &&
				item->type == DARWIN_MACH_MSG_PORT_DESCRIPTOR ?
				item->port : item->ports[j];

			if (!darwin_port_valid(moved))
				continue;
			depth = 0;
			for (port = msg->dest; port; port = port->transit)
				if (port == moved || ++depth > DARWIN_MSG_MAX_TRANSIT)
					return true;
		}
	}
	/* None is: note where they go. */
	for (i = 0; i < msg->nitems; i++) {
		struct darwin_msg_item *item = &msg->items[i];
		u32 j;

		if (item->type == DARWIN_MACH_MSG_OOL_DESCRIPTOR ||
		    item->disposition != DARWIN_MACH_MSG_TYPE_PORT_RECEIVE)
			continue;
		if (item->type == DARWIN_MACH_MSG_PORT_DESCRIPTOR) {
			if (darwin_port_valid(item->port))
				item->port->transit = msg->dest;
			continue;
		}
		for (j = 0; j < item->size; j++)
			if (darwin_port_valid(item->ports[j]))
				item->ports[j]->transit = msg->dest;
	}
	return false;
}

/* Sleeps on @wq until woken; 0 or a negative errno. @deadline NULL: no limit. */
static int msg_wait(ktime_t *deadline)
{
	if (signal_pending(current))
		return -EINTR;
	if (!schedule_hrtimeout_range(deadline, current->timer_slack_ns, HRTIMER_MODE_ABS))
		return -ETIMEDOUT;
	return 0;
}

/* Queues @msg, or gives it back; it is gone when this returns. */
static u32 msg_queue(struct persona_call *call, const struct darwin_msg_args *a,
		     struct darwin_msg *msg)
{
	bool once = DARWIN_MACH_MSGH_BITS_REMOTE(msg->bits) == DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE;
	ktime_t limit = ktime_add_ms(ktime_get(), a->timeout);
	ktime_t *deadline = a->option & DARWIN_MACH_SEND_TIMEOUT ? &limit : NULL;
	struct darwin_port *port = msg->dest;
	u32 ret = 0;
	int err = 0;

	DEFINE_WAIT(wait);

	/* The message, and its reference, is the receiver's once it is queued. */
	refcount_inc(&port->ref);
	for (;;) {
		prepare_to_wait_exclusive(&port->snd_wait, &wait,
					  TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		spin_lock(&darwin_ipc_lock);
		if (port->dead)
			break;	/* sent, and destroyed with the port's queue */
		if (once || port->qlen < port->qlimit) {
			if (msg_circular(msg)) {
				ret = DARWIN_MACH_SEND_INVALID_RIGHT;
				break;
			}
			darwin_msg_enqueue(msg);
			msg = NULL;
			break;
		}
		if (err) {
			ret = err == -ETIMEDOUT ? DARWIN_MACH_SEND_TIMED_OUT :
						  DARWIN_MACH_SEND_INTERRUPTED;
			break;
		}
		spin_unlock(&darwin_ipc_lock);
		err = deadline && !a->timeout ? -ETIMEDOUT : msg_wait(deadline);
	}
	spin_unlock(&darwin_ipc_lock);
	finish_wait(&port->snd_wait, &wait);
	/* We may have been woken in another sender's place. */
	if (msg)
		wake_up(&port->snd_wait);
	if (msg && (ret == DARWIN_MACH_SEND_TIMED_OUT || ret == DARWIN_MACH_SEND_INTERRUPTED))
		msg_return(call, a, msg);
	else
		darwin_msg_free(msg);
	darwin_port_put(port);
	return ret;
}

static u32 msg_send(struct persona_call *call, const struct darwin_msg_args *a)
{
	struct darwin_msg *msg, *reply;
	u32 err;

	err = darwin_msg_copyin(call, a, &msg);
	if (err)
		return err;
	if (msg->dest->kind == DARWIN_PORT_QUEUE) {
		if (!persona_permit(call, __NR_msgsnd, 0, 0, msg->size, 0))
			return msg_queue(call, a, msg);
		darwin_msg_free(msg);
		return DARWIN_MACH_SEND_INVALID_DEST;
	}
	reply = darwin_mig(call, msg);
	darwin_msg_free(msg);
	if (!reply)
		return 0;
	/* Nothing limits the queue for the kernel but what the caller is charged. */
	if (darwin_msg_charge(reply, darwin_call_ipc(call), sizeof(*reply) + reply->size)) {
		spin_lock(&darwin_ipc_lock);
		if (reply->dest->kind == DARWIN_PORT_QUEUE && !reply->dest->dead) {
			darwin_msg_enqueue(reply);
			reply = NULL;
		}
		spin_unlock(&darwin_ipc_lock);
	}
	darwin_msg_free(reply);
	return 0;
}

/* Bytes of trailer that the receiver asks for; 0: no such kind. */
static u32 trailer_size(u32 option)
{
	if (DARWIN_MACH_RCV_TRAILER_TYPE(option))
		return 0;
	switch (DARWIN_MACH_RCV_TRAILER_ELEMENTS(option)) {
	case 0:
		return DARWIN_MACH_TRAILER_NULL_SIZE;
	case 1:
		return DARWIN_MACH_TRAILER_SEQNO_SIZE;
	case 2:
		return DARWIN_MACH_TRAILER_SENDER_SIZE;
	case 3:
		return DARWIN_MACH_TRAILER_AUDIT_SIZE;
	case 4:
		return DARWIN_MACH_TRAILER_CONTEXT_SIZE;
	case 7:
	case 8:
		return DARWIN_MACH_TRAILER_MAC_SIZE;
	}
	return 0;
}

/* What is taken off a queue along with a message. */
struct received {
	struct darwin_msg *msg;
	u32 name;	/* of the receive right */
	u32 seqno;
	u64 context;
};

/*
 * Takes a message off the queue of @port, a port or a set. 0 with r->msg
 * NULL: there is none.
 */
static u32 msg_dequeue(struct darwin_ipc *space, struct darwin_port *port,
		       const struct darwin_msg_args *a, u32 trailer, struct received *r)
{
	struct darwin_port *set = NULL;
	struct darwin_msg *msg;

	r->msg = NULL;
	if (port->dead)
		return DARWIN_MACH_RCV_PORT_DIED;
	if (port->space != space)
		return DARWIN_MACH_RCV_PORT_CHANGED;
	if (port->kind == DARWIN_PORT_SET) {
		set = port;
		if (list_empty(&set->ready))
			return 0;
		port = list_first_entry(&set->ready, struct darwin_port, ready_link);
	}
	if (list_empty(&port->msgs))
		return 0;
	msg = list_first_entry(&port->msgs, struct darwin_msg, link);
	r->name = port->name;
	r->context = port->context;
	if ((u64)msg->size + sizeof(struct darwin_mach_header) + trailer > a->rcv_size &&
	    a->option & DARWIN_MACH_RCV_LARGE) {
		r->seqno = msg->size + sizeof(struct darwin_mach_header);
		return DARWIN_MACH_RCV_TOO_LARGE;
	}
	r->seqno = port->seqno++;
	list_del_init(&msg->link);
	port->qlen--;
	wake_up(&port->snd_wait);
	if (port->set) {
		if (list_empty(&port->msgs))
			list_del_init(&port->ready_link);
		else
			list_move_tail(&port->ready_link, &port->set->ready);
	}
	r->msg = msg;
	return 0;
}

static u32 msg_await(struct persona_call *call, const struct darwin_msg_args *a, u32 trailer,
		     struct received *r)
{
	ktime_t limit = ktime_add_ms(ktime_get(), a->timeout);
	ktime_t *deadline = a->option & DARWIN_MACH_RCV_TIMEOUT ? &limit : NULL;
	struct darwin_ipc *space = darwin_call_ipc(call);
	struct darwin_entry *entry;
	struct darwin_port *port = NULL;
	int err = 0;
	u32 ret;

	DEFINE_WAIT(wait);

	spin_lock(&darwin_ipc_lock);
	entry = darwin_entry_lookup(space, a->rcv_name);
	if (entry && entry->type & (DARWIN_MACH_PORT_TYPE_RECEIVE |
				    DARWIN_MACH_PORT_TYPE_PORT_SET)) {
		port = entry->port;
		refcount_inc(&port->ref);
	}
	spin_unlock(&darwin_ipc_lock);
	if (!port)
		return DARWIN_MACH_RCV_INVALID_NAME;
	for (;;) {
		prepare_to_wait_exclusive(&port->rcv_wait, &wait,
					  TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		spin_lock(&darwin_ipc_lock);
		ret = msg_dequeue(space, port, a, trailer, r);
		spin_unlock(&darwin_ipc_lock);
		if (ret || r->msg)
			break;
		if (err) {
			ret = err == -ETIMEDOUT ? DARWIN_MACH_RCV_TIMED_OUT :
						  DARWIN_MACH_RCV_INTERRUPTED;
			break;
		}
		err = deadline && !a->timeout ? -ETIMEDOUT : msg_wait(deadline);
	}
	finish_wait(&port->rcv_wait, &wait);
	/* We may have been woken in another receiver's place. */
	if (!r->msg)
		wake_up(&port->rcv_wait);
	darwin_port_put(port);
	return ret;
}

static u32 msg_copyout(struct persona_call *call, const struct darwin_msg_args *a, u32 trailer,
		       struct received *r)
{
	struct darwin_ipc *space = darwin_call_ipc(call);
	struct darwin_msg *msg = r->msg;
	u32 remote = DARWIN_MACH_MSGH_BITS_REMOTE(msg->bits);
	u32 local = DARWIN_MACH_MSGH_BITS_LOCAL(msg->bits);
	struct darwin_mach_trailer t = {
		.size = trailer,
		.seqno = r->seqno,
		.context = r->context,
	};
	struct darwin_mach_header h = {
		/* What the sender called remote is local to the receiver. */
		.bits = (msg->bits & DARWIN_MACH_MSGH_BITS_COMPLEX) | local | remote << 8,
		.size = sizeof(h) + msg->size,
		.local = r->name,
		.id = msg->id,
	};
	struct darwin_port *dest = msg->dest, *reply = msg->reply;
	void __user *p = a->rcv;
	u32 err = 0;

	memcpy(t.sender, msg->sender, sizeof(t.sender));
	memcpy(t.audit, msg->audit, sizeof(t.audit));
	msg->dest = NULL;
	msg->reply = NULL;
	spin_lock(&darwin_ipc_lock);
	if (remote == DARWIN_MACH_MSG_TYPE_PORT_SEND)
		darwin_port_drop_send(dest);
	else if (dest->sorights)
		dest->sorights--;
	darwin_port_put(dest);
	spin_unlock(&darwin_ipc_lock);
	if (darwin_right_copyout(space, reply, local, &h.remote))
		err = DARWIN_MACH_RCV_HEADER_ERROR | DARWIN_MACH_MSG_IPC_SPACE;
	err |= darwin_msg_copyout_items(call, msg);
	if (copy_to_user(p, &h, sizeof(h)) ||
	    copy_to_user(p + sizeof(h), msg->data, msg->size) ||
	    copy_to_user(p + sizeof(h) + msg->size, &t, trailer))
		err = DARWIN_MACH_RCV_INVALID_DATA;
	darwin_msg_free(msg);
	return err;
}

static u32 msg_receive(struct persona_call *call, const struct darwin_msg_args *a)
{
	struct darwin_mach_header h = { };
	u32 trailer = trailer_size(a->option);
	struct received r = { };
	u32 err;

	if (!trailer)
		return DARWIN_MACH_RCV_INVALID_TRAILER;
	if (persona_permit(call, __NR_msgrcv, 0, 0, a->rcv_size, 0, 0))
		return DARWIN_MACH_RCV_INVALID_NAME;
	err = msg_await(call, a, trailer, &r);
	if (err == DARWIN_MACH_RCV_TOO_LARGE) {
		/* The message stays; the receiver learns how large it is. */
		h.size = r.seqno;
		if (a->option & DARWIN_MACH_RCV_LARGE_IDENTITY)
			h.local = r.name;
		if (a->rcv_size >= sizeof(h) && copy_to_user(a->rcv, &h, sizeof(h)))
			return DARWIN_MACH_RCV_INVALID_DATA;
		return err;
	}
	if (err)
		return err;
	if ((u64)r.msg->size + sizeof(h) + trailer > a->rcv_size) {
		h.size = r.msg->size + sizeof(h);
		h.id = r.msg->id;
		h.local = r.name;
		darwin_msg_free(r.msg);
		if (a->rcv_size >= sizeof(h) && copy_to_user(a->rcv, &h, sizeof(h)))
			return DARWIN_MACH_RCV_INVALID_DATA;
		return DARWIN_MACH_RCV_TOO_LARGE;
	}
	return msg_copyout(call, a, trailer, &r);
}

static long mach_msg(struct persona_call *call, const struct darwin_msg_args *a)
{
	u32 err = 0;

	if (a->option & ~(u32)(ANY_OPTIONS | SEND_OPTIONS | RCV_OPTIONS))
		return DARWIN_MACH_SEND_INVALID_OPTIONS;
	if (a->option & DARWIN_MACH_SEND_MSG)
		err = msg_send(call, a);
	if (!err && a->option & DARWIN_MACH_RCV_MSG)
		err = msg_receive(call, a);
	return err;
}

/**
 * darwin_mach_msg() - mach_msg_trap: send, then receive, either optional
 * @call: message, options, bytes to send, room to receive, name to receive
 *	from, timeout in ms, priority of the message (a hint, not used)
 *
 * Context: see persona_fn.
 * Return: mach_msg_return_t.
 */
long darwin_mach_msg(struct persona_call *call)
{
	struct darwin_msg_args a = {
		.snd = (void __user *)call->args[0],
		.rcv = (void __user *)call->args[0],
		.option = call->args[1],
		.send_size = call->args[2],
		.rcv_size = call->args[3],
		.rcv_name = call->args[4],
		.timeout = call->args[5],
	};

	return mach_msg(call, &a);
}

/**
 * darwin_mach_msg_overwrite() - mach_msg_overwrite_trap: with a receive buffer
 * @call: as darwin_mach_msg(), then the buffer to receive into or null
 *
 * Context: see persona_fn.
 * Return: mach_msg_return_t.
 */
long darwin_mach_msg_overwrite(struct persona_call *call)
{
	u64 rcv = call->args[7] ? call->args[7] : call->args[0];
	struct darwin_msg_args a = {
		.snd = (void __user *)call->args[0],
		.rcv = (void __user *)rcv,
		.option = call->args[1],
		.send_size = call->args[2],
		.rcv_size = call->args[3],
		.rcv_name = call->args[4],
		.timeout = call->args[5],
	};

	return mach_msg(call, &a);
}

/* mach_msg2's options beyond 32 bits: which kind of destination is meant. */
#define MACH64_SEND_KOBJECT_CALL	BIT_ULL(33)
#define MACH64_SEND_MQ_CALL		BIT_ULL(34)
#define MACH64_SEND_ANY			BIT_ULL(35)

/**
 * darwin_mach_msg2() - mach_msg2_trap: the header in registers
 * @call: message, 64-bit options; then pairs of 32-bit values, low half first:
 *	bits and send size, remote and local name, voucher and id, descriptor
 *	count and receive name, receive size and priority; timeout
 *
 * Context: see persona_fn.
 * Return: mach_msg_return_t.
 */
long darwin_mach_msg2(struct persona_call *call)
{
	struct darwin_mach_header h = {
		.bits = lower_32_bits(call->args[2]),
		.size = upper_32_bits(call->args[2]),
		.remote = lower_32_bits(call->args[3]),
		.local = upper_32_bits(call->args[3]),
		.voucher = lower_32_bits(call->args[4]),
		.id = upper_32_bits(call->args[4]),
	};
	struct darwin_msg_args a = {
		.snd = (void __user *)call->args[0],
		.rcv = (void __user *)call->args[0],
		.option = lower_32_bits(call->args[1]),
		.send_size = h.size,
		.rcv_size = lower_32_bits(call->args[6]),
		.rcv_name = upper_32_bits(call->args[5]),
		.timeout = call->args[7],
		.header = &h,
	};

	/* The vector form and what is the kernel's own business are refused. */
	if (call->args[1] & ~(MACH64_SEND_KOBJECT_CALL | MACH64_SEND_MQ_CALL | MACH64_SEND_ANY |
			      U32_MAX))
		return DARWIN_MACH_SEND_INVALID_OPTIONS;
	return mach_msg(call, &a);
}
