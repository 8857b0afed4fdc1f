// SPDX-License-Identifier: GPL-2.0-only
/* Mach semaphores, timers, clocks, and memory by traps. */
#include "../macho/machmsg.h"
#include "../macho/thread.h"

static uint32_t task, sem;

static uint64_t now(void)
{
	uint32_t host = mach(MACH_host_self), id = 0;
	static uint32_t clock;
	struct msg m;

	if (!clock) {
		mig(&m, host, 206, &id, 4);
		clock = m.body[1];
	}
	mig(&m, clock, 1000, NULL, 0);
	return m.body[3] * 1000000000ull + m.body[4];
}

static uint32_t sem_new(int value)
{
	int args[2] = { 0, value };
	struct msg m;

	if (mig(&m, task, 3418, args, sizeof(args)) != -1)
		return 0;
	is_int(m.h.size, 40, "semaphore_create: the reply has 40 bytes");
	return m.body[1];
}

static volatile uint32_t waited[4], nwaited, nstarted;

static void waiter(void *arg)
{
	long i = (long)arg;

	__atomic_fetch_add(&nstarted, 1, __ATOMIC_SEQ_CST);
	waited[i] = mach(MACH_semaphore_wait, sem);
	__atomic_fetch_add(&nwaited, 1, __ATOMIC_SEQ_CST);
}

static void settle(volatile uint32_t *count, uint32_t n)
{
	int i;

	for (i = 0; i < 20000 && *count != n; i++)
		msleep(1);
	msleep(50);
}

static void semaphores(void)
{
	struct thread t[4];
	uint64_t start;
	uint32_t other;
	struct msg m;
	long i;

	sem = sem_new(1);
	is_int(port_type(sem), TYPE_SEND, "a semaphore is a send right");
	is_int(mach(MACH_semaphore_wait, sem), 0, "one count");
	start = now();
	is_int(mach(MACH_semaphore_timedwait, sem, 0, 50000000), KERN_OPERATION_TIMED_OUT,
	       "no other");
	ok(now() - start >= 50000000, "after 50 ms");
	is_int(mach(MACH_semaphore_timedwait, sem, 0, 1000000000), KERN_INVALID_VALUE, "10^9 ns");
	is_int(mach(MACH_semaphore_timedwait, sem, 0, 0), KERN_OPERATION_TIMED_OUT, "no time");
	is_int(mach(MACH_semaphore_wait, task), KERN_INVALID_ARGUMENT, "a task is no semaphore");
	is_int(mach(MACH_semaphore_signal, 0), KERN_INVALID_ARGUMENT, "nor is null");
	is_int(mach(MACH_semaphore_signal_thread, sem, 0xbad03), KERN_INVALID_ARGUMENT,
	       "signal_thread: no such thread");
	is_int(mach(MACH_semaphore_signal_thread, sem, thread_self()), KERN_NOT_WAITING,
	       "signal_thread: does not wait");

	for (i = 0; i < 4; i++)
		thread_create(&t[i], waiter, (void *)i);
	settle(&nstarted, 4);
	is_int(nwaited, 0, "four threads wait");
	is_int(mach(MACH_semaphore_signal, sem), 0, "signal");
	settle(&nwaited, 1);
	is_int(nwaited, 1, "wakes one");
	is_int(mach(MACH_semaphore_signal_all, sem), 0, "signal_all");
	settle(&nwaited, 4);
	is_int(nwaited, 4, "wakes all");
	is_int(mach(MACH_semaphore_timedwait, sem, 0, 0), KERN_OPERATION_TIMED_OUT,
	       "and leaves no count");
	for (i = 0; i < 4; i++)
		thread_join(&t[i], 5000);

	other = sem_new(0);
	is_int(mach(MACH_semaphore_timedwait_signal, sem, other, 0, 1000000),
	       KERN_OPERATION_TIMED_OUT, "timedwait_signal waits");
	is_int(mach(MACH_semaphore_timedwait, other, 0, 0), 0, "and has signalled");
	is_err(bsd(SYS___semwait_signal, other, 0, 1, 1, 0, 20000000), ETIMEDOUT,
	       "__semwait_signal: sleep");
	is_err(bsd(SYS___semwait_signal, other, sem, 1, 1, 0, 1000000), ETIMEDOUT,
	       "__semwait_signal: signal and sleep");
	is_int(mach(MACH_semaphore_timedwait, sem, 0, 0), 0, "has signalled");
	is_err(bsd(SYS___semwait_signal, 0, 0, 1, 1, 0, 1), EINVAL,
	       "__semwait_signal: no semaphore");

	nwaited = 0;
	nstarted = 0;
	thread_create(&t[0], waiter, (void *)0);
	settle(&nstarted, 1);
	m.body[0] = 1;
	*(struct port_desc *)&m.body[1] = (struct port_desc){
		.name = sem, .disposition = COPY_SEND,
	};
	is_int(msg_send(&m, MSGH_COMPLEX | COPY_SEND, task, 0, 3419, 16), 0, "semaphore_destroy");
	settle(&nwaited, 1);
	is_int(waited[0], KERN_TERMINATED, "ends the wait");
	is_int(port_type(sem), TYPE_DEAD_NAME, "leaves a dead name");
	is_int(mach(MACH_semaphore_signal, sem), KERN_INVALID_ARGUMENT, "signal");
	thread_join(&t[0], 5000);
}

static void timers(void)
{
	uint32_t t = mach(MACH_mk_timer_create);
	uint64_t start = now(), left = 1;
	struct msg m;

	ok(t != 0, "mk_timer_create");
	is_int(mach(MACH_mk_timer_arm, t, start + 50000000), 0, "arm");
	is_int(msg_poll(&m, t), MACH_RCV_TIMED_OUT, "not yet");
	is_int(msg_receive(&m, t), 0, "it comes");
	ok(now() - start >= 50000000, "after 50 ms");
	is_int(m.h.size, 48, "with 48 bytes");
	is_int(mach(MACH_mk_timer_arm, t, start), 0, "arm for a time that is over");
	is_int(msg_receive(&m, t), 0, "comes at once");
	mach(MACH_mk_timer_arm, t, now() + 60000000000ull);
	is_int(mach(MACH_mk_timer_cancel, t, &left), 0, "cancel");
	ok(left > now(), "tells the time");
	is_int(mach(MACH_mk_timer_cancel, t, &left), 0, "cancel again");
	is_int(left, 0, "there is none");
	mach(MACH_mk_timer_arm, t, now() + 10000000);
	is_int(mach(MACH_mk_timer_destroy, t), 0, "destroy an armed timer");
	is_int(mach(MACH_mk_timer_arm, t, 0), KERN_INVALID_NAME, "it is gone");
	is_int(mach(MACH_mk_timer_destroy, port_new()), KERN_INVALID_ARGUMENT, "an ordinary port");
	/* One that is still armed when we exit. */
	t = mach(MACH_mk_timer_create);
	mach(MACH_mk_timer_arm, t, now() + 100000000);
}

static void clocks(void)
{
	uint64_t start = now();
	uint32_t tb[2], wake[2];

	is_int(mach(MACH_mach_timebase_info, tb), 0, "timebase");
	ok(tb[0] == 1 && tb[1] == 1, "1/1");
	is_int(mach(MACH_mach_wait_until, start + 20000000), 0, "mach_wait_until");
	ok(now() - start >= 20000000, "waited");
	is_int(mach(MACH_clock_sleep, 0, 1, 0, 10000000, wake), 0, "clock_sleep");
	ok(now() - start >= 30000000 && (wake[0] || wake[1]), "slept");
	is_int(mach(MACH_clock_sleep, 0, 2, 0, 0, wake), KERN_INVALID_VALUE, "of unknown kind");
	is_int(mach(MACH_thread_switch, 0, 0, 0), 0, "thread_switch");
	is_int(mach(MACH_thread_switch, 0, 2, 5), 0, "thread_switch and wait");
	is_int(mach(MACH_thread_switch, 0, 9, 5), KERN_INVALID_ARGUMENT, "thread_switch otherwise");
}

static void memory(void)
{
	uint64_t addr = 0, other;

	is_int(mach(MACH_mach_vm_allocate, task, &addr, 10000, 1), 0, "allocate");
	ok(addr && !(addr & 4095), "page-aligned");
	*(volatile char *)(addr + 9999) = 1;
	other = addr;
	is_int(mach(MACH_mach_vm_allocate, task, &other, 4096, 0), KERN_NO_SPACE,
	       "fixed, but taken");
	is_int(mach(MACH_mach_vm_allocate, task, &other, 4096, 0x4000), 0, "overwrite");
	is_int(*(volatile char *)addr, 0, "is new");
	is_int(mach(MACH_mach_vm_protect, task, addr, 4096, 0, 1), 0, "protect");
	is_int(mach(MACH_mach_vm_protect, task, addr, 4096, 1, 1), KERN_NOT_SUPPORTED,
	       "maximum protection");
	is_int(sys(SYS_read, 0, addr, 0), 0, "(read of nothing)");
	is_int(mach(MACH_mach_vm_deallocate, task, addr, 10000), 0, "deallocate");
	is_int(mach(MACH_mach_vm_protect, task, addr, 4096, 0, 3), KERN_INVALID_ADDRESS,
	       "protect what is gone");
	is_int(mach(MACH_mach_vm_allocate, task, &addr, 0, 1), 0, "allocate nothing");
	is_int(addr, 0, "gives 0");
	is_int(mach(MACH_mach_vm_allocate, task, &addr, 4096, 2), KERN_INVALID_ARGUMENT,
	       "memory that may go away");
	is_int(mach(MACH_mach_vm_allocate, task, &addr, ~0ull, 1), KERN_NO_SPACE, "all there is");
	is_int(mach(MACH_mach_vm_allocate, task, 8, 4096, 1), KERN_INVALID_ADDRESS, "to nowhere");
	is_int(mach(MACH_mach_vm_allocate, 0, &addr, 4096, 1), KERN_INVALID_ARGUMENT, "no task");
	is_int(mach(MACH_mach_vm_map, task, &addr, 8192, 0xffffff, 1, 3), 0, "map, aligned");
	ok(addr && !(addr & 0xffffff), "to 16 MiB");
	is_int(mach(MACH_mach_vm_map, task, &addr, 8192, 5, 1, 3), KERN_INVALID_ARGUMENT, "to 5");
	is_int(mach(MACH_mach_vm_deallocate, task, addr, 8192), 0, "deallocate");
	is_int(mach(MACH_mach_vm_deallocate, task, ~0ull, 8192), KERN_INVALID_ARGUMENT, "wrapping");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	thread_setup();
	task = task_self();
	semaphores();
	timers();
	clocks();
	memory();
	return done();
}
