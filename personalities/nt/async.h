/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that do I/O: where their results go, and requests that end later.
 *
 * NtReadFile, NtWriteFile, NtFsControlFile, NtDeviceIoControlFile, NtLockFile,
 * NtQueryDirectoryFile and NtNotifyChangeDirectoryFile begin with the same
 * arguments: FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock. So what
 * ends such a call takes the call itself.
 *
 * A request that cannot end at once waits in its file object and is tried again
 * by the thread that made it, on that thread's way to user mode: memory, rights
 * and filters are its own there, and a fault can be killed.
 */
#ifndef _NT_ASYNC_H
#define _NT_ASYNC_H

#include <linux/list.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "nt.h"

struct nt_console;
struct nt_file;
struct nt_io;
struct persona_thread;

/* Arguments that all I/O calls begin with. */
enum nt_io_arg {
	NT_IO_FILE,
	NT_IO_EVENT,
	NT_IO_APC,
	NT_IO_APC_CONTEXT,
	NT_IO_IOSB,
	NT_IO_ARG,		/* the first of the call's own */
};

/**
 * struct nt_file_io - what a file object knows of requests under way
 * @lock: protects @requests and @sync; taken in any context, with interrupts off
 * @requests: that have not ended, oldest first
 * @sync: on handles for synchronous use: those that threads are in the call of
 * @signaled: the last request has ended; protected by the object's lock
 * @console: of a terminal (console.c); holds a reference, NULL until it is used
 * @console_kind: enum nt_console_kind
 */
struct nt_file_io {
	spinlock_t lock;
	struct list_head requests;
	struct list_head sync;
	bool signaled;
	struct nt_console *console;
	u8 console_kind;
};

/* Requests are served in turn with others of their kind. */
enum nt_io_kind {
	NT_IO_READ,
	NT_IO_WRITE,
	NT_IO_CONTROL,
};

/**
 * typedef nt_io_fn - try to do what a request wants
 * @io: request; what it has done goes to io->done
 * @block: wait until it can be done
 *
 * Context: the thread that made it, may sleep.
 * Return: 0, an NTSTATUS, a negative errno; -EAGAIN: not yet; -ERESTARTSYS: the
 * wait was interrupted.
 */
typedef long (*nt_io_fn)(struct nt_io *io, bool block);

/* A wait queue that a request waits in. */
struct nt_io_wait {
	wait_queue_entry_t entry;
	wait_queue_head_t *head;
	struct nt_io *io;
};

/* A file's poll() may name two queues: terminals and pipes do. */
#define NT_IO_WAITS	2

/**
 * struct nt_io - a request
 * @fn: does it
 * @kind: what it waits its turn with
 * @file: file object; a request that waits holds a reference
 * @buf: user buffer
 * @len: its size
 * @out: a second one, of controls
 * @out_len: its size
 * @events: what to wait for, poll(2) events
 * @done: bytes moved so far, or what else becomes Information
 * @waited: it could not be done at once
 * @event: to be signalled, holds a reference
 * @apc: to be queued
 * @apc_context: its first argument
 * @iosb: user's IO_STATUS_BLOCK
 * @proc: process that made it; only compared
 * @task: thread that made it, holds a reference
 * @file_link: in file->io.requests or file->io.sync
 * @thread_link: in the thread's list, which is its own business
 * @state: NT_IO_S_* bits
 * @nwaits: wait queues in use
 * @waits: them
 */
struct nt_io {
	nt_io_fn fn;
	enum nt_io_kind kind;
	struct nt_file *file;
	u64 buf;
	u32 len;
	u64 out;
	u32 out_len;
	__poll_t events;
	u64 done;
	bool waited;
	struct nt_object *event;
	u64 apc;
	u64 apc_context;
	u64 iosb;
	const struct nt_proc *proc;
	struct task_struct *task;
	struct list_head file_link;
	struct list_head thread_link;
	unsigned long state;
	unsigned int nwaits;
	struct nt_io_wait waits[NT_IO_WAITS];
};

void nt_file_io_init(struct nt_file_io *io);
void nt_file_io_close(struct nt_file *file, struct nt_proc *proc);
void nt_file_io_release(struct nt_file *file);

long nt_io_begin(struct persona_call *call, struct nt_file *file);
long nt_io_end(struct persona_call *call, struct nt_file *file, long status,
	       u64 information);
long nt_io_submit(struct persona_call *call, struct nt_file *file, struct nt_io *io);
long nt_io_sleep(struct nt_io *io);

/* device.c */
long nt_io_read(struct persona_call *call, struct nt_file *file, u64 buf, u32 len);
long nt_io_write(struct persona_call *call, struct nt_file *file, u64 buf, u32 len);
long nt_io_flush(struct nt_file *file);

/* state.c and suspend.c call these: at ends, and on the way to user mode */
void nt_io_proc_init(struct nt_proc *proc);
void nt_io_run(struct persona_thread *thread);
void nt_io_thread_exit(struct persona_thread *thread);
void nt_io_proc_exit(struct nt_proc *proc);

/*
 * device.c. Pipes and consoles by name: false if the name is not of such a
 * device. The file object has one reference; no handle is made.
 */
struct nt_device_open {
	u64 root;		/* RootDirectory */
	const u16 *name;	/* ObjectName */
	u32 len;		/* in units */
	u32 access;		/* no generic rights */
	u32 share;
	u32 options;
};

bool nt_device_open(struct persona_call *call, const struct nt_device_open *req,
		    struct nt_file **out, long *status);
u32 nt_device_type(struct file *file);
u32 nt_device_readable(struct persona_call *call, struct nt_file *file);

/* Information classes of pipes and ports, of NtQuery- and NtSetInformationFile. */
#define NT_FILE_PIPE_INFORMATION		23
#define NT_FILE_PIPE_LOCAL_INFORMATION		24
#define NT_FILE_PIPE_REMOTE_INFORMATION		25
#define NT_FILE_COMPLETION			30
#define NT_FILE_COMPLETION_NOTIFICATION		41

bool nt_device_class(u32 class);
long nt_device_query(struct persona_call *call);
long nt_device_set(struct persona_call *call);

#endif /* _NT_ASYNC_H */
