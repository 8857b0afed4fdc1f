// SPDX-License-Identifier: GPL-2.0-only
/* Mach messages: queues, rights and memory in them, and what the kernel answers. */
#include "../macho/machmsg.h"
#include "../macho/thread.h"

static uint32_t task;

static void header_errors(void)
{
	uint32_t p = port_new();
	struct msg m;

	is_int(msg_send(&m, COPY_SEND, 0xbad03, 0, 1, 0), MACH_SEND_INVALID_DEST, "no such port");
	is_int(msg_send(&m, COPY_SEND, p, 0, 1, 0), MACH_SEND_INVALID_DEST, "no send right");
	is_int(msg_send(&m, MOVE_RECEIVE, p, 0, 1, 0), MACH_SEND_INVALID_HEADER,
	       "a receive right as destination");
	is_int(msg_send(&m, 0, p, 0, 1, 0), MACH_SEND_INVALID_HEADER, "no disposition");
	is_int(msg_send(&m, MSGH_BITS(MAKE_SEND, MOVE_SEND), p, 0xbad03, 1, 0),
	       MACH_SEND_INVALID_REPLY, "no such reply port");
	is_int(msg_send(&m, 0x40000000 | MAKE_SEND, p, 0, 1, 0), MACH_SEND_INVALID_HEADER,
	       "an unknown bit");
	is_int(mach_msg(&m, MACH_SEND_MSG, 20, 0, 0, 0), MACH_SEND_MSG_TOO_SMALL, "20 bytes");
	is_int(mach_msg(&m, MACH_SEND_MSG, 26, 0, 0, 0), MACH_SEND_MSG_TOO_SMALL, "26 bytes");
	is_int(mach_msg((void *)8, MACH_SEND_MSG, 24, 0, 0, 0), 0x10000002, "from nowhere");
	is_int(mach_msg(&m, MACH_SEND_MSG | 0x400000, 24, 0, 0, 0), MACH_SEND_INVALID_OPTIONS,
	       "an option of the kernel's");
	is_int(msg_poll(&m, task), MACH_RCV_INVALID_NAME, "receive by a send right");
	is_int(port_type(p), TYPE_RECEIVE, "nothing has changed");
	mach(MACH_mach_port_destroy, task, p);
}

static void queue(void)
{
	uint32_t p = port_new(), i;
	struct msg m;

	for (i = 0; i < 5; i++) {
		m.body[0] = i;
		is_int(msg_send(&m, MAKE_SEND, p, 0, 100 + i, 4), 0, "message %u", i);
	}
	m.body[0] = 5;
	is_int(msg_send(&m, COPY_SEND, p, 0, 105, 4), MACH_SEND_INVALID_DEST, "no right to copy");
	is_int(msg_send(&m, MAKE_SEND, p, 0, 105, 4), MACH_SEND_TIMED_OUT, "the queue is full");
	is_int(port_type(p), TYPE_RECEIVE | TYPE_SEND, "the right is given back");
	is_int(m.h.remote, p, "under its name");
	for (i = 0; i < 5; i++) {
		is_int(msg_poll(&m, p), 0, "receive");
		ok(m.h.id == (int)(100 + i) && m.body[0] == i && m.h.size == 28 && m.h.local == p,
		   "in order");
	}
	is_int(m.body[1], 0, "trailer type");
	is_int(m.body[2], 8, "trailer size");
	is_int(msg_poll(&m, p), MACH_RCV_TIMED_OUT, "empty");
	m.body[0] = 0xabcd;
	msg_send(&m, COPY_SEND, p, 0, 1, 200);
	is_int(mach_msg(&m, MACH_RCV_MSG | MACH_RCV_LARGE, 0, 100, p, 0), MACH_RCV_TOO_LARGE,
	       "too large to receive");
	is_int(m.h.size, 224, "this large");
	is_int(mach_msg(&m, MACH_RCV_MSG | MACH_RCV_TRAILER_AUDIT, 0, sizeof(m), p, 0), 0,
	       "it is still there");
	is_int(m.body[51], 52, "audit trailer");
	is_int(m.body[55 + 5], sys(SYS_getpid), "with our process id");
	msg_send(&m, COPY_SEND, p, 0, 1, 200);
	is_int(mach_msg(&m, MACH_RCV_MSG, 0, 100, p, 0), MACH_RCV_TOO_LARGE, "without RCV_LARGE");
	is_int(msg_poll(&m, p), MACH_RCV_TIMED_OUT, "it is lost");
	mach(MACH_mach_port_destroy, task, p);
}

static void carried_rights(void)
{
	uint32_t p = port_new(), q = port_new(), got;
	struct port_desc *d;
	struct msg m, n;

	m.body[0] = 1;
	d = (struct port_desc *)&m.body[1];
	*d = (struct port_desc){ .name = q, .disposition = MAKE_SEND };
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 7, 16), 0, "send a send right");
	is_int(msg_poll(&m, p), 0, "receive it");
	is_int(m.h.bits, (uint32_t)(MSGH_COMPLEX | MOVE_SEND << 8), "complex");
	is_int(d->name, q, "it has the port's name");
	is_int(d->disposition, MOVE_SEND, "is a send right");
	is_int(port_type(q), TYPE_RECEIVE | TYPE_SEND, "and we have it");

	*d = (struct port_desc){ .name = q, .disposition = MOVE_RECEIVE };
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 8, 16), 0, "send the receive right");
	is_int(port_type(q), TYPE_SEND, "it is gone");
	is_int(msg_send(&n, COPY_SEND, q, 0, 9, 0), 0, "still the port takes messages");
	is_int(msg_poll(&m, p), 0, "receive the right");
	got = d->name;
	is_int(got, q, "as the same name");
	is_int(msg_poll(&n, q), 0, "and what was sent meanwhile");
	is_int(n.h.id, 9, "is there");

	*d = (struct port_desc){ .name = p, .disposition = MOVE_RECEIVE };
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 8, 16), MACH_SEND_INVALID_RIGHT,
	       "no port in its own queue");
	p = port_new();
	*d = (struct port_desc){ .name = q, .disposition = MOVE_RECEIVE };
	msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 8, 16);
	is_int(mach(MACH_mach_port_destroy, task, p), 0, "a port dies with a right in its queue");
	is_int(port_type(q), TYPE_DEAD_NAME, "which dies too");
	*d = (struct port_desc){ .name = 0xbad03, .disposition = COPY_SEND };
	p = port_new();
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 8, 16), MACH_SEND_INVALID_RIGHT,
	       "a right that we do not have");
	m.body[0] = 2;
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 8, 16), MACH_SEND_MSG_TOO_SMALL,
	       "more descriptors than there are");
	m.body[0] = 0xffffffff;
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 8, 16), MACH_SEND_MSG_TOO_SMALL,
	       "four billion");
	mach(MACH_mach_port_destroy, task, p);
}

static void carried_memory(void)
{
	static char data[20000];
	uint32_t p = port_new(), names[3], i;
	struct ool_desc *d;
	struct msg m;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 7;
	m.body[0] = 1;
	d = (struct ool_desc *)&m.body[1];
	*d = (struct ool_desc){ .address = (uint64_t)data, .type = 1, .size = sizeof(data) };
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 1, 20), 0, "send memory");
	is_int(msg_poll(&m, p), 0, "receive it");
	ok(d->address && d->address != (uint64_t)data, "it is somewhere else");
	is_int(d->size, sizeof(data), "as much");
	ok(!memcmp((void *)d->address, data, sizeof(data)), "the same");
	is_int(mach(MACH_mach_vm_deallocate, task, d->address, d->size), 0, "deallocate");
	*d = (struct ool_desc){ .address = 8, .type = 1, .size = 100 };
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 1, 20), MACH_SEND_INVALID_MEMORY,
	       "memory that is not there");
	*d = (struct ool_desc){ .address = (uint64_t)data, .type = 1, .size = ~0u };
	ok(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 1, 20) != 0, "four gigabytes");

	names[0] = p;
	names[1] = 0;
	names[2] = p;
	*d = (struct ool_desc){ .address = (uint64_t)names, .type = 2, .disposition = MAKE_SEND,
				.size = 3 };
	is_int(msg_send(&m, MSGH_COMPLEX | MAKE_SEND, p, 0, 1, 20), 0, "send rights out of line");
	is_int(msg_poll(&m, p), 0, "receive them");
	ok(d->size == 3 && d->type == 2 && !memcmp((void *)d->address, names, sizeof(names)),
	   "their names");
	mach(MACH_mach_port_destroy, task, p);
}

static uint32_t shared_port;

static void sender(void *arg)
{
	struct msg m;
	int i;

	for (i = 0; i < 200; i++) {
		m.h.bits = COPY_SEND;
		m.h.remote = shared_port;
		m.h.local = 0;
		m.h.voucher = 0;
		m.h.id = i;
		if (mach_msg(&m, MACH_SEND_MSG, sizeof(m.h), 0, 0, 0))
			break;
	}
}

static void threads(void)
{
	struct thread t[4];
	struct msg m;
	int i, n = 0;
	bool all = true;

	shared_port = port_new();
	mach(MACH_mach_port_insert_right, task, shared_port, shared_port, MAKE_SEND);
	for (i = 0; i < 4; i++)
		thread_create(&t[i], sender, NULL);
	while (n < 800 && !msg_receive(&m, shared_port))
		n++;
	is_int(n, 800, "four threads block on a full queue, every message arrives");
	for (i = 0; i < 4; i++)
		all &= thread_join(&t[i], 5000);
	ok(all, "and all threads end");
	is_int(msg_poll(&m, shared_port), MACH_RCV_TIMED_OUT, "no more");
}

static volatile uint32_t died;

static void receiver(void *arg)
{
	struct msg m;

	died = mach_msg(&m, MACH_RCV_MSG, 0, sizeof(m), shared_port, 0);
}

static void death(void)
{
	struct thread t;

	thread_create(&t, receiver, NULL);
	msleep(50);
	is_int(mach(MACH_mach_port_destroy, task, shared_port), 0,
	       "destroy a port that is waited on");
	ok(thread_join(&t, 5000), "the receiver returns");
	is_int(died, MACH_RCV_PORT_DIED, "and knows why");
}

static void servers(void)
{
	uint32_t host = mach(MACH_host_self), clock, thread = thread_self(), i;
	uint32_t args[16] = { 0 };
	struct port_desc *d;
	uint64_t addr[3];
	struct msg m;

	is_int(mig(&m, host, 202, NULL, 0), 0, "host_page_size");
	ok(m.body[3] == 4096 && m.body[4] == 0 && m.h.size == 44, "4096");
	args[0] = 1;
	args[1] = 12;
	is_int(mig(&m, host, 200, args, 8), 0, "host_info(HOST_BASIC_INFO)");
	ok(m.body[3] == 12 && m.body[5] >= 1 && m.body[7] == 7, "twelve words");
	args[1] = 11;
	is_int(mig(&m, host, 200, args, 8), KERN_INVALID_ARGUMENT, "too little room");
	args[0] = 0;
	is_int(mig(&m, host, 206, args, 4), -1, "host_get_clock_service");
	d = (struct port_desc *)&m.body[1];
	clock = d->name;
	is_int(mig(&m, clock, 1000, NULL, 0), 0, "clock_get_time");
	ok(m.body[3] || m.body[4], "is not 0");
	args[0] = 20;
	args[1] = 12;
	is_int(mig(&m, task, 3405, args, 8), 0, "task_info(MACH_TASK_BASIC_INFO)");
	ok(m.body[3] == 12 && m.body[4] && m.body[6], "there is memory");
	args[0] = 3;
	args[1] = 10;
	is_int(mig(&m, thread, 3612, args, 8), 0, "thread_info");
	ok(m.body[3] == 10 && m.body[10] == 1, "it runs");
	is_int(mig(&m, task, 3402, NULL, 0), -1, "task_threads");
	is_int(m.body[0], 1, "one array");
	ok(((struct ool_desc *)&m.body[1])->size >= 1, "of some threads");
	addr[0] = (uint64_t)&m;
	memcpy(args, addr, 8);
	args[2] = 9;
	args[3] = 9;
	is_int(mig(&m, task, 4816, args, 16), -1, "mach_vm_region");
	memcpy(addr, &m.body[1 + 3 + 2], 16);
	ok(addr[0] <= (uint64_t)&m && addr[0] + addr[1] > (uint64_t)&m, "is around us");
	is_int(m.body[1 + 3 + 2 + 4], 9, "nine words");
	is_int(m.body[1 + 3 + 2 + 5], 3, "readable and writable");
	is_int(mig(&m, task, 4999, NULL, 0), -303, "a request that does not exist");
	is_int(m.h.size, 36, "is told in 36 bytes");
	is_int(mig(&m, task, 3418, args, 4), -304, "too few arguments");
	is_int(mig(&m, task, 3200, NULL, 0), -1, "mach_port_names");
	is_int(m.body[0], 2, "two arrays");
	/* A flood of replies is bounded by what we are charged. */
	for (i = 0; i < 20; i++) {
		m.h.bits = MSGH_BITS(COPY_SEND, MAKE_SEND);
		m.h.remote = host;
		m.h.local = died ? port_new() : 0;
		m.h.id = 202;
		mach_msg(&m, MACH_SEND_MSG, 24, 0, 0, 0);
	}
	is_int(mig(&m, host, 202, NULL, 0), 0, "and the host still answers");
}

/* A child gets the registered and the bootstrap port, and can talk to us. */
static void inheritance(void)
{
	uint32_t p = port_new();
	struct port_desc *d;
	struct msg m;
	long pid;

	memset(&m, 0, sizeof(m));
	m.body[0] = 1;
	d = (struct port_desc *)&m.body[1];
	*d = (struct port_desc){ .name = p, .disposition = MAKE_SEND };
	((uint8_t *)&m.body[4])[4] = 1;		/* NDR: little-endian */
	m.body[6] = 4;				/* TASK_BOOTSTRAP_PORT */
	is_int(msg_send(&m, MSGH_COMPLEX | COPY_SEND, task, 0, 3410, 28), 0,
	       "task_set_special_port");
	pid = sys_fork();
	if (!pid) {
		uint32_t which = 4, self = task_self();

		mig_reply = 0;
		if (mig(&m, self, 3409, &which, 4) != -1)
			sys_exit(1);
		d = (struct port_desc *)&m.body[1];
		if (!d->name || port_type(p) == TYPE_RECEIVE)
			sys_exit(2);
		sys_exit(msg_send(&m, MOVE_SEND, d->name, 0, 4711, 0) ? 3 : 0);
	}
	is_int(child_status(pid), 0, "a child sends to the bootstrap port");
	is_int(msg_receive(&m, p), 0, "receive from it");
	is_int(m.h.id, 4711, "is its message");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	thread_setup();
	task = task_self();
	header_errors();
	queue();
	carried_rights();
	carried_memory();
	threads();
	death();
	servers();
	inheritance();
	return done();
}
