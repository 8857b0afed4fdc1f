// SPDX-License-Identifier: GPL-2.0-only
/* Mach port names and rights: allocation, references, dead names, sets. */
#include "../macho/machmsg.h"

static uint32_t task;

static uint32_t refs(uint32_t name, uint32_t right)
{
	uint32_t args[2] = { name, right };
	struct msg m;

	return mig(&m, task, 3207, args, sizeof(args)) ? ~0u : m.body[3];
}

static void self_ports(void)
{
	uint32_t a = thread_self(), b = task_self();
	int32_t pid = 0;

	is_int(b, task, "task_self gives one name");
	is_int(thread_self(), a, "thread_self too");
	ok(a != b && a && mach(MACH_host_self), "thread and host have names");
	is_int(a & 3, 3, "names have the low bits set");
	is_int(port_type(task), TYPE_SEND, "a send right");
	ok(refs(task, RIGHT_SEND) >= 2, "each call adds a reference");
	is_int(mach(MACH_pid_for_task, task, &pid), 0, "pid_for_task");
	is_int(pid, sys(SYS_getpid), "is ours");
	is_int(mach(MACH_pid_for_task, a, &pid), KERN_FAILURE, "pid_for_task of a thread");
	is_int(mach(MACH_pid_for_task, task, 8), KERN_INVALID_ADDRESS, "to nowhere");
	a = 0;
	is_int(mach(MACH_task_for_pid, task, sys(SYS_getpid), &a), 0, "task_for_pid of ourselves");
	is_int(a, task, "is the task port");
	is_int(mach(MACH_task_for_pid, task, 99999999, &a), KERN_FAILURE, "task_for_pid of no one");
	is_int(a, 0, "gives no port");
}

static void references(void)
{
	uint32_t p = port_new(), q;

	is_int(port_type(p), TYPE_RECEIVE, "a new port has the receive right");
	is_int(mach(MACH_mach_port_insert_right, task, p, p, MAKE_SEND), 0, "insert_right");
	is_int(port_type(p), TYPE_RECEIVE | TYPE_SEND, "has both");
	is_int(mach(MACH_mach_port_insert_right, task, p, p, MAKE_SEND), 0, "insert_right again");
	is_int(refs(p, RIGHT_SEND), 2, "two references");
	is_int(mach(MACH_mach_port_mod_refs, task, p, RIGHT_SEND, 5), 0, "five more");
	is_int(refs(p, RIGHT_SEND), 7, "seven");
	is_int(mach(MACH_mach_port_mod_refs, task, p, RIGHT_SEND, -8), KERN_INVALID_VALUE,
	       "not eight less");
	is_int(mach(MACH_mach_port_mod_refs, task, p, RIGHT_SEND, 70000), KERN_UREFS_OVERFLOW,
	       "nor 70000 more");
	is_int(mach(MACH_mach_port_mod_refs, task, p, RIGHT_SEND_ONCE, -1), KERN_INVALID_RIGHT,
	       "no send-once right");
	is_int(mach(MACH_mach_port_deallocate, task, p), 0, "deallocate");
	is_int(refs(p, RIGHT_SEND), 6, "six");
	is_int(mach(MACH_mach_port_mod_refs, task, p, RIGHT_RECEIVE, -1), 0, "receive right goes");
	is_int(port_type(p), TYPE_DEAD_NAME, "a dead name is left");
	is_int(refs(p, RIGHT_DEAD_NAME), 6, "with the references");
	is_int(mach(MACH_mach_port_mod_refs, task, p, RIGHT_DEAD_NAME, -6), 0, "drop them");
	is_int(mach(MACH_mach_port_deallocate, task, p), KERN_INVALID_NAME, "the name is gone");
	q = port_new();
	ok(q != p, "and not given out again at once");
	is_int(mach(MACH_mach_port_deallocate, task, q), KERN_INVALID_RIGHT,
	       "deallocate of a receive right");
	is_int(mach(MACH_mach_port_insert_right, task, q + 0x100, q, MAKE_SEND), KERN_RIGHT_EXISTS,
	       "insert_right: the port has a name");
	is_int(mach(MACH_mach_port_insert_right, task, task, q, MAKE_SEND), KERN_NAME_EXISTS,
	       "insert_right: the name is another port's");
	is_int(mach(MACH_mach_port_destroy, task, q), 0, "destroy");
	is_int(mach(MACH_mach_port_destroy, task, q), KERN_INVALID_NAME, "only once");
	is_int(mach(MACH_mach_port_allocate, task, RIGHT_SEND, &q), KERN_INVALID_VALUE,
	       "no allocation of send rights");
	is_int(mach(MACH_mach_port_allocate, task, RIGHT_RECEIVE, 8), KERN_INVALID_ADDRESS,
	       "nor to nowhere");
	is_int(mach(MACH_mach_port_allocate, thread_self(), RIGHT_RECEIVE, &q),
	       KERN_INVALID_TASK, "nor in a thread");
}

static void sets(void)
{
	uint32_t set = 0, other = 0, p = port_new();
	struct msg m;

	mach(MACH_mach_port_insert_right, task, p, p, MAKE_SEND);
	is_int(mach(MACH_mach_port_allocate, task, RIGHT_PORT_SET, &set), 0, "a port set");
	mach(MACH_mach_port_allocate, task, RIGHT_PORT_SET, &other);
	is_int(port_type(set), TYPE_PORT_SET, "has its own type");
	is_int(mach(MACH_mach_port_extract_member, task, p, set), KERN_NOT_IN_SET, "not in it");
	is_int(mach(MACH_mach_port_insert_member, task, p, set), 0, "insert_member");
	is_int(mach(MACH_mach_port_insert_member, task, p, set), 11, "only once");
	is_int(msg_poll(&m, set), MACH_RCV_TIMED_OUT, "nothing there");
	is_int(msg_send(&m, COPY_SEND, p, 0, 77, 0), 0, "send to the member");
	is_int(msg_receive(&m, set), 0, "receive from the set");
	is_int(m.h.id, 77, "is the message");
	is_int(m.h.local, p, "tells the port");
	msg_send(&m, COPY_SEND, p, 0, 78, 0);
	is_int(mach(MACH_mach_port_move_member, task, p, other), 0, "move_member");
	is_int(msg_poll(&m, set), MACH_RCV_TIMED_OUT, "nothing in the first");
	is_int(msg_poll(&m, other), 0, "the message moved along");
	is_int(mach(MACH_mach_port_move_member, task, p, 0), 0, "move_member to no set");
	msg_send(&m, COPY_SEND, p, 0, 79, 0);
	is_int(msg_poll(&m, other), MACH_RCV_TIMED_OUT, "nothing in the set");
	is_int(msg_poll(&m, p), 0, "but in the port");
	mach(MACH_mach_port_insert_member, task, p, set);
	is_int(mach(MACH_mach_port_mod_refs, task, set, RIGHT_PORT_SET, -1), 0, "destroy the set");
	is_int(msg_poll(&m, p), MACH_RCV_TIMED_OUT, "the port lives");
	mach(MACH_mach_port_destroy, task, p);
	mach(MACH_mach_port_destroy, task, other);
}

static void guards(void)
{
	struct { uint32_t flags, qlimit; uint64_t reserved[2]; } options = { 0x13, 3, { 0, 0 } };
	uint32_t p = 0, info[10], n = 10;

	is_int(mach(MACH_mach_port_construct, task, &options, 0x1234, &p), 0, "construct");
	is_int(port_type(p), TYPE_RECEIVE | TYPE_SEND, "with a send right");
	is_int(mach(MACH_mach_port_get_attributes, task, p, 2, info, &n), 0, "get_attributes");
	is_int(n, 10, "ten words");
	is_int(info[3], 3, "its queue limit");
	is_int(info[9], 2, "it is guarded");
	is_int(mach(MACH_mach_port_mod_refs, task, p, RIGHT_RECEIVE, -1), KERN_INVALID_RIGHT,
	       "the guard holds");
	is_int(mach(MACH_mach_port_destruct, task, p, 0, 0x1235), KERN_INVALID_ARGUMENT,
	       "a wrong guard does not help");
	is_int(mach(MACH_mach_port_destruct, task, p, -1, 0x1234), 0, "the right one does");
	is_int(port_type(p), 0, "all gone");
	options.flags = 0x400;
	is_int(mach(MACH_mach_port_construct, task, &options, 0, &p), KERN_INVALID_ARGUMENT,
	       "a service port");
}

static void notifications(void)
{
	uint32_t p = port_new(), n = port_new(), prev = 1;
	struct msg m;

	mach(MACH_mach_port_insert_right, task, p, p, MAKE_SEND);
	is_int(mach8(MACH_mach_port_request_notification, task, p, NOTIFY_NO_SENDERS, 0, n,
		     MAKE_SEND_ONCE, (uint64_t)&prev, 0), 0, "ask for no-senders");
	is_int(prev, 0, "none was asked for before");
	is_int(msg_poll(&m, n), MACH_RCV_TIMED_OUT, "there is a sender");
	mach(MACH_mach_port_deallocate, task, p);
	is_int(msg_poll(&m, n), 0, "now there is not");
	is_int(m.h.id, NOTIFY_NO_SENDERS, "says the notification");
	is_int(m.body[2], 1, "and how many send rights were made");

	mach(MACH_mach_port_insert_right, task, p, p, MAKE_SEND);
	is_int(mach8(MACH_mach_port_request_notification, task, p, NOTIFY_DEAD_NAME, 0, n,
		     MAKE_SEND_ONCE, (uint64_t)&prev, 0), 0, "ask for dead-name");
	is_int(port_type(p) >> 31, 1, "the type tells");
	mach(MACH_mach_port_mod_refs, task, p, RIGHT_RECEIVE, -1);
	is_int(msg_poll(&m, n), 0, "the port dies");
	is_int(m.h.id, NOTIFY_DEAD_NAME, "dead-name notification");
	is_int(m.body[2], p, "of that name");
	is_int(refs(p, RIGHT_DEAD_NAME), 2, "which got a reference");
	mach(MACH_mach_port_destroy, task, p);

	/* An unused send-once right tells its port. */
	p = port_new();
	is_int(msg_send(&m, MSGH_BITS(MAKE_SEND_ONCE, 0), n, 0, 5, 0), 0, "send once to ourselves");
	is_int(msg_poll(&m, n), 0, "arrives");
	is_int(m.h.bits, MOVE_SEND_ONCE << 8, "by a send-once right");
	is_int(msg_send(&m, MSGH_BITS(MAKE_SEND, MAKE_SEND_ONCE), p, n, 6, 0), 0,
	       "a message with a reply right");
	is_int(mach(MACH_mach_port_destroy, task, p), 0, "is destroyed with the port");
	is_int(msg_poll(&m, n), 0, "so");
	is_int(m.h.id, NOTIFY_SEND_ONCE, "the reply right says that it was not used");
	mach(MACH_mach_port_destroy, task, n);
}

static void many(void)
{
	uint32_t name, last = 0, n = 0, kr;

	while (!(kr = mach(MACH_mach_port_allocate, task, RIGHT_DEAD_NAME, &name))) {
		last = name;
		n++;
	}
	is_int(kr, KERN_NO_SPACE, "names are limited");
	ok(n > 60000 && n < 65536, "to 64 Ki: %u", n);
	mach(MACH_mach_port_destroy, task, last);
	is_int(mach(MACH_mach_port_allocate, task, RIGHT_DEAD_NAME, &name), 0,
	       "one less, one more");
	ok(name != last, "but another name");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	task = task_self();
	self_ports();
	references();
	sets();
	guards();
	notifications();
	many();
	return done();
}
