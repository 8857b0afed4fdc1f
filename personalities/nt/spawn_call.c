// SPDX-License-Identifier: GPL-2.0-only
/*
 * NtCreateUserProcess(): what the caller wants, and what it gets back. Between
 * the two spawn.c makes the process.
 */
#include <linux/elf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <uapi/linux/fcntl.h>

#include "exec.h"
#include "file.h"
#include "pe.h"
#include "job.h"
#include "process.h"
#include "spawn.h"
#include "spawn_call.h"

/* NtCreateUserProcess() process and thread flags */
#define PROCESS_BREAKAWAY	0x0001u
#define PROCESS_INHERIT_HANDLES	0x0004u
#define PROCESS_SUSPENDED	0x0200u
#define THREAD_SUSPENDED	0x0001u

/* PS_ATTRIBUTE: number, with flags for thread, input, additive */
#define PS_PARENT_PROCESS	0x60000u
#define PS_DEBUG_OBJECT		0x60001u
#define PS_CLIENT_ID		0x10003u
#define PS_TEB_ADDRESS		0x10004u
#define PS_IMAGE_NAME		0x20005u
#define PS_IMAGE_INFO		0x00006u
#define PS_HANDLE_LIST		0x2000bu
#define PS_JOB_LIST		0x20013u

#define PS_MAX_SIZE		0x1000u	/* of a list */
#define MAX_HANDLE_LIST		0x4000u	/* entries */

struct ps_attribute {
	u64 attribute;
	u64 size;
	u64 value;
	u64 return_length;
};

/**
 * struct request - a call's arguments, copied
 * @params: start parameters
 * @name: NT path of the program
 * @name_len: units
 * @handles: the only handles to be inherited, if @has_list
 * @nr_handles: entries
 * @has_list: there is such a list
 * @client_id: where process and thread id go, 0: nowhere
 * @teb: where the thread's block's address goes
 * @info: where facts about the image go
 * @path: Linux path of the program
 * @cwd: Linux path of its current directory
 * @image: of the program, NULL if it is one of Linux
 */
struct request {
	struct nt_params params;
	u16 *name;
	u32 name_len;
	u64 *handles;
	u32 nr_handles;
	bool has_list;
	struct ps_attribute client_id;
	struct ps_attribute teb;
	struct ps_attribute info;
	char *path;
	char *cwd;
	struct nt_image *image;
};

static void spawn_destroy(struct nt_object *obj)
{
	struct nt_spawn *spawn = container_of(obj, struct nt_spawn, obj);
	int i;

	nt_params_free(&spawn->params);
	kvfree(spawn->name);
	for (i = 0; i < 3; i++)
		if (spawn->std[i])
			fput(spawn->std[i]);
	if (spawn->process)
		nt_object_put(&spawn->process->obj);
	if (spawn->job)
		nt_object_put(&spawn->job->obj);
	if (spawn->holder) {
		nt_handles_close_all(spawn->holder);
		kfree(spawn->holder);
	}
}

/* Not an object of NT's: it is counted, and may be dropped anywhere. */
static const struct nt_type spawn_type = {
	.name = "Spawn",
	.destroy = spawn_destroy,
	.size = sizeof(struct nt_spawn),
};

static void free_request(struct request *req)
{
	nt_params_free(&req->params);
	kvfree(req->name);
	kvfree(req->handles);
	kfree(req->path);
	kfree(req->cwd);
	kfree(req->image);
}

static long get_name(struct request *req, const struct ps_attribute *attr)
{
	u32 bytes = attr->size;
	u16 *name;

	if (attr->size > U16_MAX || bytes & 1 || !bytes || req->name)
		return NT_STATUS_INVALID_PARAMETER;
	name = kvmalloc(bytes + sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (!name)
		return -ENOMEM;
	req->name = name;
	if (copy_from_user(name, (void __user *)(uintptr_t)attr->value, bytes))
		return -EFAULT;
	req->name_len = bytes / sizeof(u16);
	name[req->name_len] = 0;
	return 0;
}

static long get_handle_list(struct request *req, const struct ps_attribute *attr)
{
	u64 nr = attr->size / sizeof(u64);

	if (nr > MAX_HANDLE_LIST || req->has_list)
		return NT_STATUS_INVALID_PARAMETER;
	req->has_list = true;
	if (!nr)
		return 0;
	req->handles = kvmalloc_array(nr, sizeof(u64), GFP_KERNEL_ACCOUNT);
	if (!req->handles)
		return -ENOMEM;
	if (copy_from_user(req->handles, (void __user *)(uintptr_t)attr->value,
			   nr * sizeof(u64)))
		return -EFAULT;
	req->nr_handles = nr;
	return 0;
}

static long get_attribute(struct request *req, const struct ps_attribute *attr)
{
	switch (attr->attribute) {
	case PS_PARENT_PROCESS:
		/* A process of Linux has the parent that made it. */
		return attr->value == NT_CURRENT_PROCESS ? 0 : NT_STATUS_NOT_SUPPORTED;
	case PS_DEBUG_OBJECT:
		return attr->value ? NT_STATUS_NOT_SUPPORTED : 0;
	case PS_CLIENT_ID:
		req->client_id = *attr;
		return 0;
	case PS_TEB_ADDRESS:
		req->teb = *attr;
		return 0;
	case PS_IMAGE_NAME:
		return get_name(req, attr);
	case PS_IMAGE_INFO:
		req->info = *attr;
		return 0;
	case PS_HANDLE_LIST:
		return get_handle_list(req, attr);
	}
	if (attr->attribute == PS_JOB_LIST)
		return NT_STATUS_NOT_SUPPORTED;
	/* Tokens, priorities, mitigations: nothing that a start depends on. */
	return 0;
}

static long get_attributes(struct request *req, u64 user)
{
	struct ps_attribute attr;
	u64 size, at;
	long ret;

	if (!user)
		return 0;
	if (get_user(size, (u64 __user *)(uintptr_t)user))
		return -EFAULT;
	if (size < sizeof(size) || size > PS_MAX_SIZE || (size - sizeof(size)) % sizeof(attr))
		return NT_STATUS_INVALID_PARAMETER;
	for (at = sizeof(size); at < size; at += sizeof(attr)) {
		if (copy_from_user(&attr, (void __user *)(uintptr_t)(user + at), sizeof(attr)))
			return -EFAULT;
		ret = get_attribute(req, &attr);
		if (ret)
			return ret;
	}
	return 0;
}

static bool has_drive(const u16 *path, u32 len)
{
	return len >= 2 && path[1] == ':';
}

/* "\??\" and a DOS path. */
static u16 *nt_name_of_dos(const struct nt_str *dos, u32 *len)
{
	static const u16 prefix[] = { '\\', '?', '?', '\\' };
	u16 *name;

	name = kvmalloc_array(dos->len + ARRAY_SIZE(prefix) + 1, sizeof(*name),
			      GFP_KERNEL_ACCOUNT);
	if (!name)
		return NULL;
	memcpy(name, prefix, sizeof(prefix));
	if (dos->len)
		memcpy(name + ARRAY_SIZE(prefix), dos->s, dos->len * sizeof(*name));
	*len = dos->len + ARRAY_SIZE(prefix);
	name[*len] = 0;
	return name;
}

static long resolve_cwd(struct persona_call *call, struct request *req)
{
	const struct nt_str *cwd = &req->params.cwd;
	u16 *name;
	u32 len;
	long ret;

	if (!has_drive(cwd->s, cwd->len))
		return 0;
	name = nt_name_of_dos(cwd, &len);
	if (!name)
		return -ENOMEM;
	ret = nt_path_resolve(call, 0, name, len, true, &req->cwd);
	kvfree(name);
	return ret;
}

static long image_status(const struct nt_image *image)
{
	return nt_exec_image_reason(image) ? NT_STATUS_INVALID_IMAGE_FORMAT : 0;
}

/* What kind of program it is, before anything is begun. */
static long look_at_image(struct request *req, struct file *file)
{
	enum nt_pe_error error;
	struct nt_image *image;
	char magic[SELFMAG];
	loff_t pos = 0;

	if (!S_ISREG(file_inode(file)->i_mode))
		return NT_STATUS_ACCESS_DENIED;
	image = nt_image_load(file, &error);
	if (!IS_ERR(image)) {
		req->image = image;
		return image_status(image);
	}
	switch (error) {
	case NT_PE_OK:
		return PTR_ERR(image);
	case NT_PE_NOT_MZ:
		break;
	case NT_PE_NOT_PE:
		return NT_STATUS_INVALID_IMAGE_WIN_16;
	default:
		return NT_STATUS_INVALID_IMAGE_FORMAT;
	}
	/* A program or a script of Linux, or of another personality. */
	if (kernel_read(file, magic, sizeof(magic), &pos) == sizeof(magic) &&
	    (!memcmp(magic, ELFMAG, SELFMAG) || !memcmp(magic, "#!", 2)))
		return 0;
	return NT_STATUS_INVALID_IMAGE_NOT_MZ;
}

static long find_image(struct persona_call *call, struct request *req)
{
	struct file *file;
	long ret;

	ret = nt_path_resolve(call, 0, req->name, req->name_len, true, &req->path);
	if (!ret)
		ret = persona_permit(call, __NR_openat, AT_FDCWD, 0, O_RDONLY);
	if (ret)
		return ret;
	file = filp_open(req->path, O_RDONLY | O_LARGEFILE | O_NONBLOCK, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = look_at_image(req, file);
	fput(file);
	return ret;
}

static long read_request(struct persona_call *call, struct request *req)
{
	long ret;

	if (!call->args[8])
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_params_read(&req->params, call->args[8]);
	if (!ret)
		ret = get_attributes(req, call->args[10]);
	if (!ret && !req->name) {
		req->name = nt_name_of_dos(&req->params.image, &req->name_len);
		if (!req->name)
			ret = -ENOMEM;
	}
	if (!ret)
		ret = find_image(call, req);
	if (!ret)
		ret = resolve_cwd(call, req);
	return ret;
}

/* The object of a standard handle, if that is a file. */
static bool std_handle(struct persona_call *call, u64 handle, struct nt_handle *h)
{
	if (nt_handle_get(nt_caller(call), handle, h))
		return false;
	if (h->obj->type == &nt_file_type)
		return true;
	nt_object_put(h->obj);
	return false;
}

/* The files behind standard handles become the descriptors 0 to 2. */
static void take_std_files(struct persona_call *call, const struct request *req,
			   struct nt_spawn *spawn)
{
	struct nt_handle h;
	int i;

	for (i = 0; i < 3; i++) {
		if (!std_handle(call, req->params.std[i], &h))
			continue;
		spawn->std[i] = nt_file_get(h.obj);
		nt_object_put(h.obj);
	}
}

/*
 * A program gets its standard handles, also when it inherits no others: on
 * Windows it then has those of the console.
 */
static long take_std_handles(struct persona_call *call, const struct request *req,
			     struct nt_spawn *spawn)
{
	struct nt_handle h;
	long ret;
	int i;

	for (i = 0; i < 3; i++) {
		u64 handle = req->params.std[i];

		if (!std_handle(call, handle, &h))
			continue;
		ret = nt_handle_add_at(spawn->holder, h.obj, h.access, NT_HANDLE_INHERIT, handle);
		nt_object_put(h.obj);
		/* The same handle twice is none to add the second time. */
		if (ret && ret != NT_STATUS_INVALID_HANDLE)
			return ret;
	}
	return 0;
}

static long take_handles(struct persona_call *call, const struct request *req,
			 struct nt_spawn *spawn)
{
	bool inherit = (u32)call->args[6] & PROCESS_INHERIT_HANDLES;
	long ret = 0;

	spawn->holder = kzalloc(sizeof(*spawn->holder), GFP_KERNEL_ACCOUNT);
	if (!spawn->holder)
		return -ENOMEM;
	nt_handles_init(&spawn->holder->handles);
	if (inherit && (!req->has_list || req->nr_handles))
		ret = nt_handles_inherit(spawn->holder, nt_caller(call), req->handles,
					 req->nr_handles);
	if (!ret && !inherit)
		ret = take_std_handles(call, req, spawn);
	return ret;
}

static struct nt_spawn *make_spawn(struct persona_call *call, struct request *req, long *ret)
{
	struct nt_spawn *spawn = nt_object_alloc(&spawn_type);

	*ret = -ENOMEM;
	if (!spawn)
		return NULL;
	spawn->native = !req->image;
	spawn->suspended = (u32)call->args[7] & THREAD_SUSPENDED ||
			   (u32)call->args[6] & PROCESS_SUSPENDED;
	spawn->mask = nt_signals_mask(nt_caller(call));
	take_std_files(call, req, spawn);
	*ret = take_handles(call, req, spawn);
	if (!*ret)
		*ret = nt_job_of_child(nt_caller(call)->self,
				       (u32)call->args[6] & PROCESS_BREAKAWAY, &spawn->job);
	if (*ret) {
		nt_object_put(&spawn->obj);
		return NULL;
	}
	spawn->name = req->name;
	spawn->name_len = req->name_len;
	req->name = NULL;
	return spawn;
}

static long put_client_id(const struct request *req, const struct nt_process *process,
			  const struct nt_thread_object *thread)
{
	u64 ids[2] = { nt_process_id(process) };
	void __user *user = (void __user *)(uintptr_t)req->client_id.value;
	u64 __user *len = (u64 __user *)(uintptr_t)req->client_id.return_length;

	ids[1] = nt_thread_id(thread) ?: ids[0];
	if (!user)
		return 0;
	if (req->client_id.size < sizeof(ids))
		return NT_STATUS_INFO_LENGTH_MISMATCH;
	if (copy_to_user(user, ids, sizeof(ids)) || (len && put_user(sizeof(ids), len)))
		return -EFAULT;
	return 0;
}

static long put_info(const struct request *req)
{
	struct nt_image_info info = { };
	size_t size = min_t(u64, req->info.size, sizeof(info));
	u64 __user *len = (u64 __user *)(uintptr_t)req->info.return_length;

	if (!req->info.value)
		return 0;
	if (req->image)
		nt_image_info(req->image, req->image->base, &info);
	if (copy_to_user((void __user *)(uintptr_t)req->info.value, &info, size) ||
	    (len && put_user((u64)size, len)))
		return -EFAULT;
	return 0;
}

static long put_teb(const struct request *req, const struct nt_thread_object *thread)
{
	if (!req->teb.value)
		return 0;
	return put_user(thread->teb, (u64 __user *)(uintptr_t)req->teb.value) ? -EFAULT : 0;
}

static long return_handles(struct persona_call *call, const struct request *req,
			   struct nt_process *process, struct nt_thread_object *thread)
{
	struct nt_proc *proc = nt_caller(call);
	u64 handles[2];
	u32 attr[2] = { };
	long ret;
	int i;

	for (i = 0; i < 2; i++) {
		u32 flags;

		if (!call->args[4 + i])
			continue;
		/* OBJECT_ATTRIBUTES.Attributes */
		if (get_user(flags, (u32 __user *)(uintptr_t)(call->args[4 + i] + 0x18)))
			return -EFAULT;
		if (flags & NT_OBJ_INHERIT)
			attr[i] = NT_HANDLE_INHERIT;
	}
	ret = nt_handle_add(proc, &process->obj, nt_map_access(&nt_process_type, call->args[2]),
			    attr[0], &handles[0]);
	if (ret)
		return ret;
	ret = nt_handle_add(proc, &thread->obj, nt_map_access(&nt_thread_type, call->args[3]),
			    attr[1], &handles[1]);
	if (ret)
		goto err_process;
	ret = put_client_id(req, process, thread);
	if (!ret)
		ret = put_teb(req, thread);
	if (!ret)
		ret = put_info(req);
	if (!ret && (put_user(handles[0], (u64 __user *)(uintptr_t)call->args[0]) ||
		     put_user(handles[1], (u64 __user *)(uintptr_t)call->args[1])))
		ret = -EFAULT;
	if (!ret)
		return 0;
	nt_handle_close(proc, handles[1]);
err_process:
	nt_handle_close(proc, handles[0]);
	return ret;
}

static long return_process(struct persona_call *call, const struct request *req,
			   const struct nt_spawn *spawn)
{
	struct nt_process *process = spawn->process;
	struct nt_thread_object *thread;
	long ret;

	if (!spawn->native)
		nt_process_wait_started(process);
	thread = nt_process_first_thread(process);
	if (!thread)
		return -ENOMEM;
	ret = return_handles(call, req, process, thread);
	nt_object_put(&thread->obj);
	return ret;
}

/**
 * nt_spawn_parent() - NtCreateUserProcess() of whoever wants a process
 * @call: the call
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_spawn_parent(struct persona_call *call)
{
	struct nt_spawn *spawn;
	struct nt_blob blob = { };
	struct request *req;
	long ret;

	req = kzalloc(sizeof(*req), GFP_KERNEL_ACCOUNT);
	if (!req)
		return -ENOMEM;
	ret = read_request(call, req);
	if (ret)
		goto out_request;
	spawn = make_spawn(call, req, &ret);
	if (!spawn)
		goto out_request;
	ret = nt_blob_make(call, &blob, req->path, req->cwd, &req->params, spawn->native);
	if (ret)
		goto out_spawn;
	spawn->path = blob.path;
	spawn->cwd = blob.cwd;
	spawn->argv = blob.argv;
	spawn->envp = blob.envp;
	spawn->scratch_used = call->scratch_used;
	spawn->params = req->params;
	memset(&req->params, 0, sizeof(req->params));
	ret = nt_spawn_run(call, spawn);
	nt_blob_free(&blob);
	if (!ret) {
		ret = return_process(call, req, spawn);
		/* The caller could not be told about it: it must not run on. */
		if (ret)
			kill_pid(spawn->process->pid, SIGKILL, 1);
	}
out_spawn:
	nt_object_put(&spawn->obj);
out_request:
	free_request(req);
	kfree(req);
	return ret;
}
