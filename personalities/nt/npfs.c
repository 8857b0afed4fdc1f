// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of pipes: \??\pipe\NAME.
 *
 * A name has instances: servers' ends, each with a client or waiting for one. As
 * other named objects they are a user's own, and of one IPC namespace.
 */
#include <linux/anon_inodes.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "file.h"
#include "npfs.h"
#include "nt_table.h"
#include "pipe.h"

#define NPFS_NAME_MAX		256u	/* units */
#define NPFS_INSTANCES		(~0u)	/* PIPE_UNLIMITED_INSTANCES */

/* NtCreateNamedPipeFile's arguments. */
enum {
	ARG_HANDLE, ARG_ACCESS, ARG_ATTRIBUTES, ARG_IOSB, ARG_SHARE, ARG_DISPOSITION,
	ARG_OPTIONS, ARG_TYPE, ARG_READ_MODE, ARG_COMPLETION, ARG_INSTANCES, ARG_INBOUND,
	ARG_OUTBOUND, ARG_TIMEOUT,
};

/**
 * struct nt_pipe_name - a named pipe
 * @link: in npfs_names, while it has instances
 * @ref: instances, clients, calls under way
 * @ns: IPC namespace; only compared
 * @uid: whose
 * @instances: servers' ends, by nt_pipe_end.link
 * @nr: number of them
 * @max: most of them
 * @config: NT_PIPE_INBOUND ...
 * @message: it carries messages
 * @inbound: quota
 * @outbound: quota
 * @timeout: default for waits, 100 ns, negative
 * @len: of @text
 * @text: name without "\??\pipe\"
 */
struct nt_pipe_name {
	struct list_head link;
	refcount_t ref;
	const struct ipc_namespace *ns;
	kuid_t uid;
	struct list_head instances;
	u32 nr;
	u32 max;
	u8 config;
	bool message;
	u32 inbound;
	u32 outbound;
	s64 timeout;
	u32 len;
	u16 text[];
};

/* Protects npfs_names, and in a name its instances. */
static DEFINE_MUTEX(npfs_lock);
static LIST_HEAD(npfs_names);
/* Woken when an instance begins to listen, or a name goes. */
static DECLARE_WAIT_QUEUE_HEAD(npfs_wait);

static void name_put(struct nt_pipe_name *name)
{
	if (name && refcount_dec_and_test(&name->ref))
		kfree(name);
}

static struct nt_pipe_name *name_find(const u16 *text, u32 len)
{
	const struct ipc_namespace *ns = current->nsproxy->ipc_ns;
	struct nt_pipe_name *name;

	list_for_each_entry(name, &npfs_names, link)
		if (name->len == len && name->ns == ns &&
		    uid_eq(name->uid, current_euid()) && !nt_strnicmp(name->text, text, len))
			return name;
	return NULL;
}

/* An end that is neither named nor connected. */
static struct nt_pipe_end *end_new(u8 side)
{
	struct nt_pipe_end *end = kzalloc(sizeof(*end), GFP_KERNEL_ACCOUNT);

	if (!end)
		return NULL;
	INIT_LIST_HEAD(&end->link);
	end->side = side;
	spin_lock_init(&end->lock);
	init_waitqueue_head(&end->wait);
	return end;
}

/**
 * nt_npfs_end_gone() - an end has been closed
 * @end: end, disconnected
 *
 * Context: may sleep.
 */
void nt_npfs_end_gone(struct nt_pipe_end *end)
{
	struct nt_pipe_name *name = end->name;

	if (!name)
		return;
	if (end->side == NT_PIPE_SERVER) {
		mutex_lock(&npfs_lock);
		list_del(&end->link);
		if (!--name->nr)
			list_del_init(&name->link);
		mutex_unlock(&npfs_lock);
		wake_up_interruptible(&npfs_wait);
	}
	name_put(name);
}

/* Is the path one of these, ignoring case? Returns its length, 0 if not. */
static u32 has_prefix(const u16 *name, u32 len, const char *prefix)
{
	u32 i;

	for (i = 0; prefix[i]; i++)
		if (i == len || nt_toupper(name[i]) != nt_toupper(prefix[i]))
			return 0;
	return i;
}

/**
 * nt_npfs_name() - is this the name of a pipe?
 * @name: NT path
 * @len: units in it
 * @text: set to the part behind the device's name; NULL: not wanted
 * @text_len: set to its length, 0 for the device itself
 *
 * Context: any.
 * Return: whether it is.
 */
bool nt_npfs_name(const u16 *name, u32 len, const u16 **text, u32 *text_len)
{
	static const char *const prefixes[] = {
		"\\??\\pipe", "\\Device\\NamedPipe", "\\DosDevices\\pipe",
		"\\??\\GLOBALROOT\\Device\\NamedPipe",
	};
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		n = has_prefix(name, len, prefixes[i]);
		if (!n || (n < len && name[n] != '\\'))
			continue;
		if (n < len)
			n++;
		*text = name + n;
		*text_len = len - n;
		return true;
	}
	return false;
}
EXPORT_SYMBOL_FOR_TEST(nt_npfs_name);

/* Makes the file and the file object of an end; @end goes with an error. */
static long end_open(struct nt_pipe_end *end, u8 config, u32 access, u32 options,
		     struct nt_file **out)
{
	bool to_server = config != NT_PIPE_OUTBOUND, to_client = config != NT_PIPE_INBOUND;
	struct file *file;

	file = nt_pipe_file(end, end->side == NT_PIPE_SERVER ? to_server : to_client,
			    end->side == NT_PIPE_SERVER ? to_client : to_server);
	if (IS_ERR(file)) {
		nt_pipe_detach(end);
		nt_npfs_end_gone(end);
		kfree(end);
		return PTR_ERR(file);
	}
	*out = nt_file_new(file, access, options);
	if (*out)
		return 0;
	fput(file);
	return -ENOMEM;
}

/**
 * nt_npfs_connect() - a client opens a pipe
 * @text: name behind "\??\pipe\"
 * @len: units in it
 * @access: rights it wants
 * @options: FILE_*
 * @out: set to a file object, with a reference
 *
 * Context: may sleep.
 * Return: 0 or why not.
 */
long nt_npfs_connect(const u16 *text, u32 len, u32 access, u32 options, struct nt_file **out)
{
	struct nt_pipe_conn *conn = NULL;
	struct nt_pipe_end *end, *server;
	struct nt_pipe_name *name;
	u8 config;
	long ret;

	end = end_new(NT_PIPE_CLIENT);
	if (!end)
		return -ENOMEM;
	mutex_lock(&npfs_lock);
	ret = NT_STATUS_OBJECT_NAME_NOT_FOUND;
	name = name_find(text, len);
	if (!name)
		goto err_unlock;
	config = name->config;
	ret = NT_STATUS_ACCESS_DENIED;
	if (((access & NT_FILE_READ_DATA) && config == NT_PIPE_INBOUND) ||
	    ((access & NT_FILE_WRITE_DATA) && config == NT_PIPE_OUTBOUND))
		goto err_unlock;
	ret = NT_STATUS_PIPE_NOT_AVAILABLE;
	list_for_each_entry(server, &name->instances, link) {
		conn = nt_pipe_conn_get(server);
		/* It is being closed. */
		if (!conn)
			continue;
		/*
		 * Who copies data may sleep long with the lock, and all pipes would
		 * wait for this one: but nobody copies while it listens.
		 */
		if (READ_ONCE(conn->state) == NT_PIPE_LISTENING_STATE) {
			mutex_lock(&conn->lock);
			if (conn->state == NT_PIPE_LISTENING_STATE)
				break;
			mutex_unlock(&conn->lock);
		}
		nt_pipe_conn_put(conn);
		conn = NULL;
	}
	if (!conn)
		goto err_unlock;
	refcount_inc(&name->ref);
	end->name = name;
	nt_pipe_attach(conn, end);
	conn->state = NT_PIPE_CONNECTED_STATE;
	wake_up_interruptible_all(&server->wait);
	mutex_unlock(&conn->lock);
	mutex_unlock(&npfs_lock);
	nt_pipe_conn_put(conn);
	return end_open(end, config, access, options, out);

err_unlock:
	mutex_unlock(&npfs_lock);
	kfree(end);
	return ret;
}

static struct nt_pipe_name *name_new(const u16 *text, u32 len)
{
	struct nt_pipe_name *name;

	name = kzalloc(struct_size(name, text, len), GFP_KERNEL_ACCOUNT);
	if (!name)
		return NULL;
	refcount_set(&name->ref, 1);
	name->ns = current->nsproxy->ipc_ns;
	name->uid = current_euid();
	INIT_LIST_HEAD(&name->link);
	INIT_LIST_HEAD(&name->instances);
	memcpy(name->text, text, len * sizeof(*text));
	name->len = len;
	return name;
}

static int config_of_share(u32 share)
{
	switch (share & (NT_FILE_SHARE_READ | NT_FILE_SHARE_WRITE)) {
	case NT_FILE_SHARE_READ:
		return NT_PIPE_OUTBOUND;
	case NT_FILE_SHARE_WRITE:
		return NT_PIPE_INBOUND;
	case NT_FILE_SHARE_READ | NT_FILE_SHARE_WRITE:
		return NT_PIPE_DUPLEX;
	default:
		return -EINVAL;
	}
}

/* The pipe of that name, or a new one; with the lock held. */
static long name_get(struct persona_call *call, const u16 *text, u32 len, int config,
		     s64 timeout, struct nt_pipe_name **out, u32 *information)
{
	u32 max = call->args[ARG_INSTANCES], disposition = call->args[ARG_DISPOSITION];
	struct nt_pipe_name *name = name_find(text, len);

	if (name) {
		if (disposition == NT_FILE_CREATE || name->config != config)
			return NT_STATUS_ACCESS_DENIED;
		if (name->nr >= name->max)
			return NT_STATUS_INSTANCE_NOT_AVAILABLE;
		refcount_inc(&name->ref);
		*information = NT_FILE_OPENED;
		*out = name;
		return 0;
	}
	if (disposition == NT_FILE_OPEN)
		return NT_STATUS_OBJECT_NAME_NOT_FOUND;
	name = name_new(text, len);
	if (!name)
		return -ENOMEM;
	name->config = config;
	name->max = max;
	name->message = call->args[ARG_TYPE] & 1;
	name->inbound = call->args[ARG_INBOUND];
	name->outbound = call->args[ARG_OUTBOUND];
	name->timeout = timeout;
	list_add(&name->link, &npfs_names);
	*information = NT_FILE_CREATED;
	*out = name;
	return 0;
}

/* One more server's end of the named pipe. */
static long server_new(struct persona_call *call, const u16 *text, u32 len, u32 access,
		       struct nt_file **out, u32 *information)
{
	u32 read_mode = call->args[ARG_READ_MODE], type = call->args[ARG_TYPE] & 1;
	int config = config_of_share(call->args[ARG_SHARE]);
	struct nt_pipe_name *name;
	struct nt_pipe_conn *conn;
	struct nt_pipe_end *end;
	s64 timeout = -500000;
	long ret;

	if (call->args[ARG_TIMEOUT] &&
	    copy_from_user(&timeout, u64_to_user_ptr(call->args[ARG_TIMEOUT]), sizeof(timeout)))
		return -EFAULT;
	if (config < 0 || !(u32)call->args[ARG_INSTANCES] || (read_mode && !type))
		return NT_STATUS_INVALID_PARAMETER;
	end = end_new(NT_PIPE_SERVER);
	if (!end)
		return -ENOMEM;
	mutex_lock(&npfs_lock);
	ret = name_get(call, text, len, config, timeout, &name, information);
	if (ret)
		goto err_unlock;
	ret = -ENOMEM;
	conn = nt_pipe_conn_new(name->message, name->inbound, name->outbound);
	if (!conn)
		goto err_name;
	end->name = name;
	end->read_message = read_mode & 1;
	end->nowait = call->args[ARG_COMPLETION] & 1;
	nt_pipe_attach(conn, end);
	nt_pipe_conn_put(conn);
	list_add_tail(&end->link, &name->instances);
	name->nr++;
	mutex_unlock(&npfs_lock);
	wake_up_interruptible(&npfs_wait);
	return end_open(end, config, access, call->args[ARG_OPTIONS], out);

err_name:
	if (!name->nr)
		list_del_init(&name->link);
	name_put(name);
err_unlock:
	mutex_unlock(&npfs_lock);
	kfree(end);
	return ret;
}

/* The name behind the device's, also relative to a handle of the device. */
static long pipe_text(struct persona_call *call, const struct nt_attributes *attr,
		      const u16 **text, u32 *len)
{
	*text = attr->name;
	*len = attr->len;
	if (attr->root) {
		if (!nt_npfs_is_root(call, attr->root))
			return NT_STATUS_OBJECT_PATH_NOT_FOUND;
	} else if (!attr->name || !nt_npfs_name(attr->name, attr->len, text, len)) {
		return NT_STATUS_OBJECT_NAME_INVALID;
	}
	return *len && *len <= NPFS_NAME_MAX ? 0 : NT_STATUS_OBJECT_NAME_INVALID;
}

/* NtCreateNamedPipeFile */
long nt_create_named_pipe_file(struct persona_call *call)
{
	u32 access = nt_map_access(&nt_file_type, call->args[ARG_ACCESS]), information;
	struct nt_attributes attr;
	struct nt_file *file;
	const u16 *text;
	u32 len;
	long ret;

	ret = persona_permit(call, __NR_pipe2, 0, 0);
	if (ret)
		return ret;
	ret = nt_attributes_get(call->args[ARG_ATTRIBUTES], &attr);
	if (ret)
		return ret;
	ret = pipe_text(call, &attr, &text, &len);
	if (!ret)
		ret = server_new(call, text, len, access, &file, &information);
	if (!ret) {
		struct nt_iosb iosb = { .information = information };

		if (copy_to_user(u64_to_user_ptr(call->args[ARG_IOSB]), &iosb, sizeof(iosb)))
			ret = -EFAULT;
		else
			ret = nt_handle_return(call, &file->obj, access,
					       nt_handle_attr(&attr),
					       u64_to_user_ptr(call->args[ARG_HANDLE]));
		nt_object_put(&file->obj);
	}
	nt_attributes_put(&attr);
	return ret;
}

/**
 * nt_npfs_listen() - a server waits for a client
 * @end: server's end
 *
 * Context: may sleep.
 * Return: -EAGAIN: there is none yet; STATUS_PIPE_CONNECTED, STATUS_PIPE_CLOSING
 * or an error.
 */
long nt_npfs_listen(struct nt_pipe_end *end)
{
	struct nt_pipe_conn *conn, *fresh;
	long ret = -EAGAIN;
	u8 state;

	if (end->side != NT_PIPE_SERVER)
		return NT_STATUS_ILLEGAL_FUNCTION;
	mutex_lock(&npfs_lock);
	conn = nt_pipe_conn_get(end);
	/* As in nt_npfs_connect(): nobody copies when it is disconnected. */
	state = READ_ONCE(conn->state);
	if (state == NT_PIPE_DISCONNECTED_STATE) {
		mutex_lock(&conn->lock);
		conn->end[NT_PIPE_SERVER] = NULL;
		mutex_unlock(&conn->lock);
	}
	switch (state) {
	case NT_PIPE_CONNECTED_STATE:
		ret = NT_STATUS_PIPE_CONNECTED;
		break;
	case NT_PIPE_CLOSING_STATE:
		ret = NT_STATUS_PIPE_CLOSING;
		break;
	case NT_PIPE_DISCONNECTED_STATE:
		fresh = nt_pipe_conn_new(conn->message, end->name->inbound,
					 end->name->outbound);
		if (!fresh) {
			ret = -ENOMEM;
			break;
		}
		nt_pipe_attach(fresh, end);
		nt_pipe_conn_put(fresh);
		wake_up_interruptible(&npfs_wait);
	}
	nt_pipe_conn_put(conn);
	mutex_unlock(&npfs_lock);
	return ret;
}

/* 0: an instance listens; -EAGAIN: none does; or the name is unknown. */
static long instance_listens(const u16 *text, u32 len, s64 *timeout)
{
	struct nt_pipe_name *name;
	struct nt_pipe_end *end;
	long ret;

	mutex_lock(&npfs_lock);
	name = name_find(text, len);
	ret = NT_STATUS_OBJECT_NAME_NOT_FOUND;
	if (name) {
		ret = -EAGAIN;
		*timeout = name->timeout;
		list_for_each_entry(end, &name->instances, link)
			if (nt_pipe_state(end) == NT_PIPE_LISTENING_STATE)
				ret = 0;
	}
	mutex_unlock(&npfs_lock);
	return ret;
}

/* Input of FSCTL_PIPE_WAIT. */
struct npfs_wait_in {
	s64 timeout;
	u32 len;
	u8 specified;
	u8 pad;
	u16 name[];
};

/* Somebody in npfs_wait. */
struct npfs_waiter {
	wait_queue_entry_t entry;
	struct task_struct *task;
	int woken;
};

static int waiter_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	struct npfs_waiter *waiter = container_of(entry, struct npfs_waiter, entry);

	/* Pairs with the smp_store_mb() in nt_npfs_wait(). */
	smp_store_release(&waiter->woken, 1);
	return wake_up_process(waiter->task);
}

/**
 * nt_npfs_wait() - FSCTL_PIPE_WAIT: until an instance of a pipe listens
 * @call: call under way
 * @in: user buffer
 * @in_len: its length
 *
 * Context: may sleep.
 * Return: 0, STATUS_IO_TIMEOUT, an NTSTATUS or -ERESTARTNOINTR.
 */
long nt_npfs_wait(struct persona_call *call, u64 in, u32 in_len)
{
	const u32 head = offsetof(struct npfs_wait_in, name);
	struct npfs_waiter waiter = { .task = current };
	struct npfs_wait_in *req;
	struct nt_deadline d;
	s64 timeout = 0;
	long ret;

	if (in_len < head || in_len > head + NPFS_NAME_MAX * sizeof(u16))
		return NT_STATUS_INVALID_PARAMETER;
	req = memdup_user(u64_to_user_ptr(in), in_len);
	if (IS_ERR(req))
		return PTR_ERR(req);
	ret = NT_STATUS_INVALID_PARAMETER;
	if (req->len > in_len - head || req->len & 1)
		goto out;
	ret = instance_listens(req->name, req->len / sizeof(u16), &timeout);
	if (ret != -EAGAIN)
		goto out;
	if (req->specified)
		timeout = req->timeout;
	d = nt_deadline_get(call, timeout == S64_MIN ? NULL : &timeout);
	init_waitqueue_func_entry(&waiter.entry, waiter_wake);
	add_wait_queue(&npfs_wait, &waiter.entry);
	for (;;) {
		/* Before looking whether there is anything to wait for. */
		smp_store_mb(waiter.woken, 0);
		ret = instance_listens(req->name, req->len / sizeof(u16), &timeout);
		if (ret != -EAGAIN)
			break;
		ret = nt_sleep_while(call, &waiter.woken, 0, false, &d);
		if (ret)
			break;
	}
	remove_wait_queue(&npfs_wait, &waiter.entry);
	if (ret == NT_STATUS_TIMEOUT)
		ret = NT_STATUS_IO_TIMEOUT;
	ret = nt_sleep_end(call, &d, ret);
out:
	kfree(req);
	return ret;
}

/**
 * nt_npfs_local_info() - FilePipeLocalInformation
 * @end: end that asks
 * @info: filled in
 *
 * Context: may sleep.
 */
void nt_npfs_local_info(struct nt_pipe_end *end, struct nt_pipe_local_info *info)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	const struct nt_pipe_name *name = end->name;
	const struct nt_pipe_queue *out = &conn->queue[!end->side];

	*info = (struct nt_pipe_local_info){
		.type = name->message,
		.config = name->config,
		.max = name->max,
		.instances = READ_ONCE(name->nr),
		.inbound = name->inbound,
		.available = READ_ONCE(conn->queue[end->side].bytes),
		.outbound = name->outbound,
		.room = out->quota - min(READ_ONCE(out->bytes), out->quota),
		.state = READ_ONCE(conn->state),
		.end = end->side,
	};
	nt_pipe_conn_put(conn);
}

/**
 * nt_npfs_pid() - the process at an end of a connection
 * @end: end that asks
 * @side: end that is asked about
 * @pid: set to its id in the caller's namespace, 0 if it cannot be seen
 *
 * Context: may sleep.
 * Return: 0, or -ERESTARTSYS.
 */
long nt_npfs_pid(struct nt_pipe_end *end, u8 side, u32 *pid)
{
	struct nt_pipe_conn *conn = nt_pipe_conn_get(end);
	long ret = -ERESTARTSYS;

	if (!mutex_lock_killable(&conn->lock)) {
		*pid = pid_vnr(conn->pid[side]);
		mutex_unlock(&conn->lock);
		ret = 0;
	}
	nt_pipe_conn_put(conn);
	return ret;
}

/* The device itself: WaitNamedPipe() opens it. */
static const struct file_operations npfs_root_fops = {
	.owner = THIS_MODULE,
};

/**
 * nt_npfs_root() - open \Device\NamedPipe
 * @access: rights
 * @options: FILE_*
 * @out: set to a file object, with a reference
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
long nt_npfs_root(u32 access, u32 options, struct nt_file **out)
{
	struct file *file = anon_inode_getfile("[nt-pipes]", &npfs_root_fops, NULL, O_RDONLY);

	if (IS_ERR(file))
		return PTR_ERR(file);
	*out = nt_file_new(file, access, options);
	if (*out)
		return 0;
	fput(file);
	return -ENOMEM;
}

/**
 * nt_npfs_is_root() - does a handle lead to \Device\NamedPipe?
 * @call: call under way
 * @handle: handle
 *
 * Context: may sleep.
 * Return: whether it does.
 */
bool nt_npfs_is_root(struct persona_call *call, u64 handle)
{
	struct nt_object *obj;
	bool root;

	if (nt_handle_ref(nt_caller(call), handle, &nt_file_type, 0, &obj))
		return false;
	root = nt_npfs_is_root_file(container_of(obj, struct nt_file, obj)->file);
	nt_object_put(obj);
	return root;
}

/**
 * nt_npfs_is_root_file() - is it the file of \Device\NamedPipe?
 * @file: file
 *
 * Context: any.
 * Return: whether it is.
 */
bool nt_npfs_is_root_file(struct file *file)
{
	return file->f_op == &npfs_root_fops;
}
