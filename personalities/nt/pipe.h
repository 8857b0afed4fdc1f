/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NT pipes: what the two ends of a connection share, and the names of pipes.
 *
 * Locks, outermost first:
 *   nt_npfs lock	names, their instances (npfs.c)
 *   nt_pipe_conn.lock	mutex: state and queues of a connection; user memory is
 *			copied under it, so it is taken interruptibly where a
 *			program waits
 *   nt_pipe_end.lock	spinlock: which connection a server's end has
 */
#ifndef _NT_PIPE_H
#define _NT_PIPE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "nt.h"

struct file;
struct inode;
struct iov_iter;
struct nt_pipe_name;
struct pid;

/* FILE_PIPE_*_STATE */
#define NT_PIPE_DISCONNECTED_STATE	1
#define NT_PIPE_LISTENING_STATE		2
#define NT_PIPE_CONNECTED_STATE		3
#define NT_PIPE_CLOSING_STATE		4

/* FILE_PIPE_CLIENT_END and _SERVER_END */
#define NT_PIPE_CLIENT			0
#define NT_PIPE_SERVER			1

/* Configuration: where the data of a pipe go. */
#define NT_PIPE_INBOUND			0	/* from client to server */
#define NT_PIPE_OUTBOUND		1
#define NT_PIPE_DUPLEX			2

/* Quotas: what is asked for is put between these. */
#define NT_PIPE_QUOTA_MIN		4096u
#define NT_PIPE_QUOTA_MAX		((u32)SZ_1M)
#define NT_PIPE_MESSAGE_MAX		(16u << 20)
#define NT_PIPE_LINUX_QUOTA		65536u	/* of a Linux pipe, more or less */

/**
 * struct nt_pipe_entry - a message, or a piece of a byte stream
 * @link: in its queue
 * @len: bytes in @data
 * @off: bytes already read
 * @room: bytes that fit into @data
 * @data: content
 */
struct nt_pipe_entry {
	struct list_head link;
	u32 len;
	u32 off;
	u32 room;
	u8 data[];
};

/**
 * struct nt_pipe_queue - data on their way to one end
 * @entries: oldest first
 * @bytes: in them, not read yet
 * @count: number of entries
 * @quota: no more is accepted when @bytes has reached this
 */
struct nt_pipe_queue {
	struct list_head entries;
	u32 bytes;
	u32 count;
	u32 quota;
};

/**
 * struct nt_pipe_conn - a connection, or a server waiting for one
 * @ref: ends, and calls under way
 * @lock: protects the rest
 * @state: NT_PIPE_*_STATE; CLOSING: one end is gone
 * @message: what is written are messages
 * @queue: by the end that reads it
 * @end: NULL where there is none
 * @pid: processes that opened the ends
 */
struct nt_pipe_conn {
	refcount_t ref;
	struct mutex lock;
	u8 state;
	bool message;
	struct nt_pipe_queue queue[2];
	struct nt_pipe_end *end[2];
	struct pid *pid[2];
};

/**
 * struct nt_pipe_end - one end; belongs to a struct file
 * @name: the pipe; holds a reference
 * @link: server: in name->instances
 * @side: NT_PIPE_CLIENT or _SERVER
 * @lock: protects @conn
 * @conn: a server's changes when it listens anew; holds a reference
 * @read_message: reads end at a message's end
 * @nowait: PIPE_NOWAIT
 * @wait: woken by everything that happens to this end
 */
struct nt_pipe_end {
	struct nt_pipe_name *name;
	struct list_head link;
	u8 side;
	spinlock_t lock;
	struct nt_pipe_conn *conn;
	bool read_message;
	bool nowait;
	wait_queue_head_t wait;
};

/* pipe.c */
struct nt_pipe_conn *nt_pipe_conn_new(bool message, u32 inbound, u32 outbound);
struct nt_pipe_conn *nt_pipe_conn_get(struct nt_pipe_end *end);
u8 nt_pipe_state(struct nt_pipe_end *end);
void nt_pipe_conn_put(struct nt_pipe_conn *conn);
void nt_pipe_attach(struct nt_pipe_conn *conn, struct nt_pipe_end *end);
void nt_pipe_detach(struct nt_pipe_end *end);
long nt_pipe_disconnect(struct nt_pipe_end *end);
long nt_pipe_read(struct nt_pipe_end *end, struct iov_iter *to, bool block, u64 *done);
long nt_pipe_write(struct nt_pipe_end *end, struct iov_iter *from, bool block, u64 *done);
bool nt_pipe_readable(struct nt_pipe_end *end);
long nt_pipe_drained(struct nt_pipe_end *end, bool block);

struct nt_pipe_peek {		/* FILE_PIPE_PEEK_BUFFER without its data */
	u32 state;
	u32 available;
	u32 messages;
	u32 message_len;
};

long nt_pipe_peek(struct nt_pipe_end *end, struct iov_iter *to, struct nt_pipe_peek *peek,
		  u64 *done);
struct nt_pipe_end *nt_pipe_end_of(struct file *file);
struct file *nt_pipe_file(struct nt_pipe_end *end, bool read, bool write);
int nt_pipe_init(void);
void nt_pipe_exit(void);

/* npfs.c */
void nt_npfs_end_gone(struct nt_pipe_end *end);

#endif /* _NT_PIPE_H */
