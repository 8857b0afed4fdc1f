// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of Mach port names, rights, replies, ulock operations and ranges. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "ipc.h"
#include "mach_vm.h"
#include "mig.h"
#include "port_ops.h"
#include "ulock.h"

static void names(struct kunit *test)
{
	u32 i;

	KUNIT_EXPECT_EQ(test, darwin_name_make(1, 0), 0x103u);
	KUNIT_EXPECT_EQ(test, darwin_name_make(2, 1), 0x207u);
	/* Only six bits of generation show. */
	KUNIT_EXPECT_EQ(test, darwin_name_make(1, 64), 0x103u);
	KUNIT_EXPECT_EQ(test, darwin_name_make(1, 63), 0x1ffu);
	for (i = 1; i <= DARWIN_IPC_MAX_NAMES; i += 97) {
		u32 name = darwin_name_make(i, i);

		KUNIT_EXPECT_TRUE(test, darwin_name_ok(name));
		KUNIT_EXPECT_EQ(test, darwin_name_index(name), i);
	}
	KUNIT_EXPECT_FALSE(test, darwin_name_ok(DARWIN_MACH_PORT_NULL));
	KUNIT_EXPECT_FALSE(test, darwin_name_ok(DARWIN_MACH_PORT_DEAD));
	KUNIT_EXPECT_FALSE(test, darwin_name_ok(0x100));
	KUNIT_EXPECT_FALSE(test, darwin_name_ok(0x03));
	KUNIT_EXPECT_FALSE(test, darwin_name_ok((DARWIN_IPC_MAX_NAMES + 1) << 8 | 3));
}

static void dispositions(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, darwin_disposition(16), 16u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(17), 17u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(18), 18u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(19), 17u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(20), 17u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(21), 18u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(0), 0u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(15), 0u);
	KUNIT_EXPECT_EQ(test, darwin_disposition(22), 0u);
	KUNIT_EXPECT_EQ(test, darwin_kern(0), DARWIN_KERN_SUCCESS);
	KUNIT_EXPECT_EQ(test, darwin_kern(-ERESTARTSYS), DARWIN_KERN_ABORTED);
	KUNIT_EXPECT_EQ(test, darwin_kern(-EINTR), DARWIN_KERN_ABORTED);
	KUNIT_EXPECT_EQ(test, darwin_kern(-ETIMEDOUT), DARWIN_KERN_OPERATION_TIMED_OUT);
	KUNIT_EXPECT_EQ(test, darwin_kern(-EIO), DARWIN_KERN_FAILURE);
}

static struct darwin_ipc *space_new(struct kunit *test)
{
	struct darwin_ipc *space = kunit_kzalloc(test, sizeof(*space), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, space);
	refcount_set(&space->ref, 1);
	xa_init_flags(&space->names, XA_FLAGS_ALLOC1);
	space->ports = RB_ROOT;
	return space;
}

static void space_end(struct kunit *test, struct darwin_ipc *space)
{
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&space->ports));
	KUNIT_EXPECT_TRUE(test, xa_empty(&space->names));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&space->queued), 0L);
	KUNIT_EXPECT_EQ(test, refcount_read(&space->ref), 1u);
	xa_destroy(&space->names);
}

static u32 type_of(struct darwin_ipc *space, u32 name)
{
	u32 type = 0;

	return darwin_port_type(space, name, &type) ? 0 : type;
}

static int take(struct darwin_ipc *space, u32 name, u32 disp, struct darwin_port **port)
{
	LIST_HEAD(kill);
	int kr;

	spin_lock(&darwin_ipc_lock);
	kr = darwin_right_copyin(space, name, disp, port, &kill);
	spin_unlock(&darwin_ipc_lock);
	darwin_msg_free_list(&kill);
	return kr;
}

static void rights(struct kunit *test)
{
	struct darwin_ipc *space = space_new(test);
	struct darwin_port *port;
	u32 name, other, refs;

	KUNIT_ASSERT_EQ(test, darwin_port_allocate(space, DARWIN_MACH_PORT_RIGHT_RECEIVE, 0,
						   &name), DARWIN_KERN_SUCCESS);
	KUNIT_EXPECT_EQ(test, type_of(space, name), DARWIN_MACH_PORT_TYPE_RECEIVE);
	KUNIT_EXPECT_EQ(test, take(space, name, DARWIN_MACH_MSG_TYPE_COPY_SEND, &port),
			DARWIN_KERN_INVALID_RIGHT);
	KUNIT_EXPECT_EQ(test, take(space, name + 4, DARWIN_MACH_MSG_TYPE_MAKE_SEND, &port),
			DARWIN_KERN_INVALID_NAME);

	/* A send right comes back under the same name. */
	KUNIT_ASSERT_EQ(test, take(space, name, DARWIN_MACH_MSG_TYPE_MAKE_SEND, &port), 0);
	KUNIT_EXPECT_EQ(test, port->srights, 1u);
	KUNIT_EXPECT_EQ(test, darwin_right_copyout(space, port, DARWIN_MACH_MSG_TYPE_PORT_SEND,
						   &other), 0);
	KUNIT_EXPECT_EQ(test, other, name);
	KUNIT_EXPECT_EQ(test, type_of(space, name),
			DARWIN_MACH_PORT_TYPE_RECEIVE | DARWIN_MACH_PORT_TYPE_SEND);
	/* A second one is a reference, not another right. */
	KUNIT_ASSERT_EQ(test, take(space, name, DARWIN_MACH_MSG_TYPE_COPY_SEND, &port), 0);
	KUNIT_EXPECT_EQ(test, port->srights, 2u);
	darwin_right_copyout(space, port, DARWIN_MACH_MSG_TYPE_PORT_SEND, &other);
	KUNIT_EXPECT_EQ(test, port->srights, 1u);
	darwin_right_refs(space, name, DARWIN_MACH_PORT_RIGHT_SEND, &refs);
	KUNIT_EXPECT_EQ(test, refs, 2u);

	/* Send-once rights have names of their own. */
	KUNIT_ASSERT_EQ(test, take(space, name, DARWIN_MACH_MSG_TYPE_MAKE_SEND_ONCE, &port), 0);
	darwin_right_copyout(space, port, DARWIN_MACH_MSG_TYPE_PORT_SEND_ONCE, &other);
	KUNIT_EXPECT_NE(test, other, name);
	KUNIT_EXPECT_EQ(test, port->sorights, 1u);
	KUNIT_EXPECT_EQ(test, darwin_right_deallocate(space, other), 0);
	KUNIT_EXPECT_EQ(test, type_of(space, other), 0u);
	/* Unused, it tells the port, which is charged for it. */
	KUNIT_EXPECT_EQ(test, port->qlen, 1u);
	KUNIT_EXPECT_GT(test, atomic_long_read(&space->queued), 0L);

	/* The receive right moves away and comes back. */
	KUNIT_ASSERT_EQ(test, take(space, name, DARWIN_MACH_MSG_TYPE_MOVE_RECEIVE, &port), 0);
	KUNIT_EXPECT_EQ(test, type_of(space, name), DARWIN_MACH_PORT_TYPE_SEND);
	KUNIT_EXPECT_NULL(test, port->space);
	darwin_right_copyout(space, port, DARWIN_MACH_MSG_TYPE_PORT_RECEIVE, &other);
	KUNIT_EXPECT_EQ(test, other, name);
	KUNIT_EXPECT_PTR_EQ(test, port->space, space);

	/* It dies: the send rights are a dead name, the queue is empty. */
	KUNIT_EXPECT_EQ(test, darwin_right_mod_refs(space, name, DARWIN_MACH_PORT_RIGHT_RECEIVE,
						    -1), 0);
	KUNIT_EXPECT_EQ(test, type_of(space, name), DARWIN_MACH_PORT_TYPE_DEAD_NAME);
	KUNIT_EXPECT_EQ(test, take(space, name, DARWIN_MACH_MSG_TYPE_COPY_SEND, &port), 0);
	KUNIT_EXPECT_PTR_EQ(test, port, DARWIN_PORT_DEAD);
	KUNIT_EXPECT_EQ(test, darwin_right_mod_refs(space, name, DARWIN_MACH_PORT_RIGHT_DEAD_NAME,
						    -2), 0);
	KUNIT_EXPECT_EQ(test, type_of(space, name), 0u);
	space_end(test, space);
}

static void chosen_names(struct kunit *test)
{
	struct darwin_ipc *space = space_new(test);
	u32 name;

	KUNIT_EXPECT_EQ(test, darwin_port_allocate(space, DARWIN_MACH_PORT_RIGHT_PORT_SET, 0x4203,
						   &name), DARWIN_KERN_SUCCESS);
	KUNIT_EXPECT_EQ(test, name, 0x4203u);
	KUNIT_EXPECT_EQ(test, darwin_port_allocate(space, DARWIN_MACH_PORT_RIGHT_PORT_SET, 0x4207,
						   &name), DARWIN_KERN_NAME_EXISTS);
	KUNIT_EXPECT_EQ(test, darwin_port_allocate(space, DARWIN_MACH_PORT_RIGHT_PORT_SET, 0x4200,
						   &name), DARWIN_KERN_INVALID_VALUE);
	KUNIT_EXPECT_EQ(test, darwin_port_allocate(space, DARWIN_MACH_PORT_RIGHT_SEND, 0, &name),
			DARWIN_KERN_INVALID_VALUE);
	KUNIT_EXPECT_EQ(test, darwin_right_destroy(space, 0x4203), DARWIN_KERN_SUCCESS);
	KUNIT_EXPECT_EQ(test, darwin_right_destroy(space, 0x4203), DARWIN_KERN_INVALID_NAME);
	space_end(test, space);
}

static void mig_replies(struct kunit *test)
{
	struct darwin_msg_item items[2] = {
		{ .type = DARWIN_MACH_MSG_PORT_DESCRIPTOR, .disposition = 17 },
		{ .type = DARWIN_MACH_MSG_OOL_DESCRIPTOR },
	};
	static const u8 simple[16] = { 0, 0, 0, 0, 1, 0, 0, 0, 0xd1, 0xfe, 0xff, 0xff, 1, 2, 3, 4 };
	static const u8 one_port[16] = { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17, 0 };
	static const u8 out[4] = { 1, 2, 3, 4 };
	u8 buf[64];

	KUNIT_EXPECT_EQ(test, darwin_mig_reply_size(0, NULL, 0), (size_t)12);
	KUNIT_EXPECT_EQ(test, darwin_mig_encode(buf, -303, 0, NULL, out, 4), 16u);
	KUNIT_EXPECT_EQ(test, memcmp(buf, simple, 16), 0);
	/* semaphore_create: 40 bytes with the header */
	KUNIT_EXPECT_EQ(test, darwin_mig_reply_size(1, items, 0), (size_t)16);
	KUNIT_EXPECT_EQ(test, darwin_mig_encode(buf, 0, 1, items, out, 0), 16u);
	KUNIT_EXPECT_EQ(test, memcmp(buf, one_port, 16), 0);
	KUNIT_EXPECT_EQ(test, darwin_mig_reply_size(2, items, 4), (size_t)(4 + 12 + 16 + 8 + 4));
	KUNIT_EXPECT_EQ(test, darwin_mig_encode(buf, 0, 2, items, out, 4), 44u);
	KUNIT_EXPECT_EQ(test, buf[4 + 12 + 11], (u8)DARWIN_MACH_MSG_OOL_DESCRIPTOR);
	KUNIT_EXPECT_EQ(test, memcmp(buf + 40, out, 4), 0);
}

static void ulock_ops(struct kunit *test)
{
	struct darwin_ulock_op u;

	KUNIT_EXPECT_EQ(test, darwin_ulock_op(1, false, &u), 0);
	KUNIT_EXPECT_FALSE(test, u.wide || u.shared || u.no_errno);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(6 | DARWIN_ULF_NO_ERRNO, false, &u), 0);
	KUNIT_EXPECT_TRUE(test, u.wide && u.shared && u.no_errno);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(3 | DARWIN_ULF_WAKE_ALL, true, &u), 0);
	KUNIT_EXPECT_TRUE(test, !u.wide && u.shared && u.all && !u.thread);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(2 | DARWIN_ULF_WAKE_ALL, false, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(2 | DARWIN_ULF_WAIT_ADAPTIVE_SPIN, false, &u), 0);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(2 | DARWIN_ULF_WAIT_ADAPTIVE_SPIN, true, &u),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(1 | DARWIN_ULF_WAKE_ALL | DARWIN_ULF_WAKE_THREAD,
					      true, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(0, false, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(4, false, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, darwin_ulock_op(7, false, &u), -EINVAL);
}

static void ranges(struct kunit *test)
{
	u64 addr = 0x1234, size = 1;

	KUNIT_EXPECT_TRUE(test, darwin_vm_range(&addr, &size));
	KUNIT_EXPECT_EQ(test, addr, 0x1000ull);
	KUNIT_EXPECT_EQ(test, size, 0x1000ull);
	addr = 0x1fff;
	size = 2;
	KUNIT_EXPECT_TRUE(test, darwin_vm_range(&addr, &size));
	KUNIT_EXPECT_EQ(test, size, 0x2000ull);
	addr = ~0ull;
	size = 1;
	KUNIT_EXPECT_FALSE(test, darwin_vm_range(&addr, &size));
	addr = 0x1000;
	size = ~0ull;
	KUNIT_EXPECT_FALSE(test, darwin_vm_range(&addr, &size));
	KUNIT_EXPECT_EQ(test, darwin_vm_align(0x1001, 0xfff), 0x2000ull);
	KUNIT_EXPECT_EQ(test, darwin_vm_align(0x2000, 0xfff), 0x2000ull);
}

static struct kunit_case ipc_cases[] = {
	KUNIT_CASE(names),
	KUNIT_CASE(dispositions),
	KUNIT_CASE(rights),
	KUNIT_CASE(chosen_names),
	KUNIT_CASE(mig_replies),
	KUNIT_CASE(ulock_ops),
	KUNIT_CASE(ranges),
	{ }
};

static struct kunit_suite ipc_suite = {
	.name = "darwin_ipc",
	.test_cases = ipc_cases,
};

kunit_test_suite(ipc_suite);
