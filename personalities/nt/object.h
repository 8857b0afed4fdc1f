/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The object manager: typed, counted objects, the handles of a process that
 * refer to them, and the one wait engine.
 *
 * Locks: an object's @lock is a leaf spinlock that protects its signal state
 * and its list of waiters (see wait.c); it is taken by nt_object_lock() only,
 * with interrupts off. A type that merely sets a flag that its signaled() reads
 * and then calls nt_wake() needs no lock for that. A type's own data has a lock
 * of its own that may be taken outside of @lock. Handle tables have their own
 * spinlock, taken with no object's lock held.
 */
#ifndef _NT_OBJECT_H
#define _NT_OBJECT_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct nt_object;
struct nt_proc;
struct nt_thread;
struct persona_call;

/* Access rights that all types have. */
#define NT_DELETE			0x00010000u
#define NT_READ_CONTROL			0x00020000u
#define NT_WRITE_DAC			0x00040000u
#define NT_WRITE_OWNER			0x00080000u
#define NT_SYNCHRONIZE			0x00100000u
#define NT_STANDARD_RIGHTS_REQUIRED	0x000f0000u
#define NT_MAXIMUM_ALLOWED		0x02000000u
#define NT_GENERIC_ALL			0x10000000u
#define NT_GENERIC_EXECUTE		0x20000000u
#define NT_GENERIC_WRITE		0x40000000u
#define NT_GENERIC_READ			0x80000000u

/* OBJECT_ATTRIBUTES.Attributes */
#define NT_OBJ_INHERIT			0x00000002u
#define NT_OBJ_PERMANENT		0x00000010u
#define NT_OBJ_EXCLUSIVE		0x00000020u
#define NT_OBJ_CASE_INSENSITIVE		0x00000040u
#define NT_OBJ_OPENIF			0x00000080u
#define NT_OBJ_OPENLINK			0x00000100u

/* Attributes of a handle. */
#define NT_HANDLE_INHERIT		0x01u	/* HANDLE_FLAG_INHERIT */
#define NT_HANDLE_PROTECT		0x02u	/* ..._PROTECT_FROM_CLOSE */

/* Pseudo handles. */
#define NT_CURRENT_PROCESS		(~(u64)0)
#define NT_CURRENT_THREAD		(~(u64)1)
#define NT_CURRENT_PROCESS_TOKEN	(~(u64)3)
#define NT_CURRENT_THREAD_TOKEN		(~(u64)4)
#define NT_CURRENT_EFFECTIVE_TOKEN	(~(u64)5)

#define NT_HANDLE_MAX			BIT(20)	/* handles per process */

/**
 * struct nt_type - what is particular to one type of objects
 * @name: as NtQueryObject answers
 * @generic: what GENERIC_READ, _WRITE, _EXECUTE and _ALL stand for
 * @waitable: may be waited for
 * @user_owned: objects belong to their user as a whole: a duplicate of a handle
 *	may have rights that the original has not
 * @may_open: may the caller open the object anew with these rights (no generic
 *	bits)? Then a duplicate may have them, too. May sleep. NULL: no
 * @signaled: with obj->lock held: would a wait by @thread be satisfied now?
 * @acquire: with obj->lock held, after @signaled said yes: the wait takes it
 *	(auto-reset event, semaphore, mutant). Returns 0 or
 *	NT_STATUS_ABANDONED_WAIT_0. NULL: nothing to do
 * @close: a handle is being closed; @last: no handle of that process is left, or
 *	all are being closed at its end. May sleep. NULL: nothing to do
 * @unused: the last handle in any process is closed. May sleep. NULL: nothing to do
 * @full_name: the name of an object that is not in the name space; sets *@name
 *	to kvmalloc()ed UTF-16 and *@len to its units. NULL: has none
 * @destroy: last reference gone: release what the object holds (not the object
 *	itself). May sleep: it runs where nt_object_put() was called if that may
 *	sleep, else in a workqueue
 * @size: of the structure that embeds struct nt_object at offset 0
 */
struct nt_type {
	const char *name;
	u32 generic[4];
	bool waitable;
	bool user_owned;
	bool (*may_open)(struct persona_call *call, struct nt_object *obj, u32 access);
	bool (*signaled)(struct nt_object *obj, struct nt_thread *thread);
	long (*acquire)(struct nt_object *obj, struct nt_thread *thread);
	void (*close)(struct nt_object *obj, struct nt_proc *proc, bool last);
	void (*unused)(struct nt_object *obj);
	long (*full_name)(struct nt_proc *proc, struct nt_object *obj, u16 **name, u32 *len);
	void (*destroy)(struct nt_object *obj);
	size_t size;
};

/**
 * struct nt_object - the head of every object
 * @type: its type
 * @ref: handles, waiters, names and pointers
 * @handles: handles to it, in all processes
 * @lock: protects the signal state and @waiters; never held while sleeping
 * @waiters: threads waiting for it (wait.c)
 * @all_waiters: those of them that wait for other objects at the same time
 * @name: entry in the name space, NULL if it has none (namespace.c)
 * @free_work: for a last put where sleeping is not allowed
 */
struct nt_object {
	const struct nt_type *type;
	refcount_t ref;
	atomic_t handles;
	spinlock_t lock;
	struct list_head waiters;
	u32 all_waiters;
	struct nt_name *name;
	struct work_struct free_work;
};

/**
 * struct nt_handle - one entry of a handle table
 * @obj: holds a reference
 * @access: granted rights (no generic bits)
 * @attr: NT_HANDLE_*
 */
struct nt_handle {
	struct nt_object *obj;
	u32 access;
	u32 attr;
};

/**
 * struct nt_handles - the handles of a process
 * @xa: by handle value / 4; entries are struct nt_handle. Its lock protects them
 * @count: number of them
 */
struct nt_handles {
	struct xarray xa;
	atomic_t count;
};

/* object.c */
int nt_object_init(void);
void nt_object_exit(void);

extern const struct nt_type nt_directory_type, nt_symlink_type;
extern const struct nt_type nt_event_type, nt_mutant_type, nt_semaphore_type, nt_timer_type;
extern const struct nt_type nt_keyed_event_type, nt_thread_type, nt_process_type;
extern const struct nt_type nt_file_type, nt_section_type, nt_key_type, nt_token_type;

void *nt_object_alloc(const struct nt_type *type);
void nt_object_put(struct nt_object *obj);
u32 nt_map_access(const struct nt_type *type, u32 access);

static inline void *nt_object_get(struct nt_object *obj)
{
	refcount_inc(&obj->ref);
	return obj;
}

/*
 * handle.c. A handle has a reference of its own: what nt_handle_add(), _add_at()
 * and _return() are given stays the caller's to put.
 */
void nt_handles_init(struct nt_handles *handles);
void nt_handles_close_all(struct nt_proc *proc);
int nt_handles_inherit(struct nt_proc *child, struct nt_proc *parent, const u64 *list,
		       unsigned int nr);
long nt_handle_add(struct nt_proc *proc, struct nt_object *obj, u32 access, u32 attr,
		   u64 *handle);
long nt_handle_add_at(struct nt_proc *proc, struct nt_object *obj, u32 access, u32 attr,
		      u64 handle);
long nt_handle_close(struct nt_proc *proc, u64 handle);
void nt_object_unhandle(struct nt_object *obj);
long nt_handle_ref(struct nt_proc *proc, u64 handle, const struct nt_type *type, u32 access,
		   struct nt_object **obj);
long nt_handle_get(struct nt_proc *proc, u64 handle, struct nt_handle *out);
long nt_handle_set_attr(struct nt_proc *proc, u64 handle, u32 attr);
long nt_handle_return(struct persona_call *call, struct nt_object *obj, u32 access, u32 attr,
		      void __user *uhandle);
long nt_handle_none(u64 uhandle, long ret);

/* namespace.c */
/**
 * struct nt_attributes - a copied OBJECT_ATTRIBUTES
 * @root: RootDirectory handle, 0 if none
 * @attr: NT_OBJ_*
 * @name: ObjectName, UTF-16, NULL-terminated kernel copy; NULL if there is none
 * @len: its length in 16-bit units, without the terminator
 */
struct nt_attributes {
	u64 root;
	u32 attr;
	u16 *name;
	u32 len;
};

/* Attributes of the handle that a create or open call makes. */
static inline u32 nt_handle_attr(const struct nt_attributes *attr)
{
	return attr->attr & NT_OBJ_INHERIT ? NT_HANDLE_INHERIT : 0;
}

long nt_attributes_get(u64 user, struct nt_attributes *attr);
void nt_attributes_put(struct nt_attributes *attr);
/*
 * The names: nt_object_create() and nt_object_open() do all that most calls need.
 */
long nt_object_create(struct persona_call *call, u64 uattr, struct nt_object *obj, u32 access,
		      u64 uhandle);
long nt_object_open(struct persona_call *call, u64 uattr, const struct nt_type *type,
		    u32 access, u64 uhandle);
long nt_name_claim(struct persona_call *call, const struct nt_attributes *attr,
		   struct nt_object *obj, struct nt_object **out);
long nt_name_find(struct persona_call *call, const struct nt_attributes *attr,
		  const struct nt_type *type, struct nt_object **out);
void nt_name_done(struct nt_object *obj);
long nt_name_keep(struct nt_proc *proc, struct nt_object *obj, bool permanent);
void nt_names_release(struct nt_proc *proc);
int nt_name_of(struct nt_object *obj, u16 *buf, u32 max);
void nt_name_remove(struct nt_object *obj);

/* wait.c */
#define NT_WAIT_MAX	64	/* objects in one wait */

/**
 * struct nt_lock - how an object's lock was taken
 * @flags: interrupt flags
 * @all: the lock of waits for several objects at once is held, too
 */
struct nt_lock {
	unsigned long flags;
	bool all;
};

void nt_object_lock(struct nt_object *obj, struct nt_lock *lock);
void nt_object_unlock(struct nt_object *obj, struct nt_lock *lock);
void nt_wake(struct nt_object *obj);
void nt_wake_locked(struct nt_object *obj);
long nt_wait(struct persona_call *call, struct nt_object **objs, unsigned int nr, bool all,
	     bool alertable, const s64 *timeout);

/**
 * struct nt_deadline - when a sleep ends at the latest
 * @at: KTIME_MAX: never; 0: at once
 * @clock: CLOCK_MONOTONIC, or CLOCK_REALTIME, which may be set
 */
struct nt_deadline {
	ktime_t at;
	clockid_t clock;
};

struct nt_deadline nt_deadline_get(struct persona_call *call, const s64 *timeout);
long nt_sleep_while(struct persona_call *call, const int *word, int value, bool alertable,
		    struct nt_deadline *d);
long nt_sleep_end(struct persona_call *call, const struct nt_deadline *d, long ret);
bool nt_wait_restarting(struct persona_call *call);

#endif /* _NT_OBJECT_H */
