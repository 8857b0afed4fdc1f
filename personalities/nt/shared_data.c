// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUSER_SHARED_DATA: one page for all NT processes, at a fixed address, that
 * they can only read: what system this is, and times for which no call is made.
 * As long as a process has it mapped, the page follows every update of the
 * kernel's timekeeping, that is each tick.
 *
 * Interrupt time and tick count go on while the machine sleeps (CLOCK_BOOTTIME);
 * the bias says for how long it has slept.
 *
 * Time namespaces are not seen here.
 */
#include <linux/anon_inodes.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pvclock_gtod.h>
#include <linux/timekeeper_internal.h>
#include <asm/cpufeature.h>

#include "exception.h"
#include "shared_data.h"

#define UNIT_NS			100	/* NT counts 100 ns */
#define QPC_FREQUENCY		10000000
#define PRODUCT_WORKSTATION	1
#define ARCHITECTURE_AMD64	9
#define NX_ALWAYS_ON		1

/* PROCESSOR_FEATURE: index in the array of features */
#define PF_COMPARE_EXCHANGE_DOUBLE	2
#define PF_MMX				3
#define PF_XMMI				6
#define PF_RDTSC			8
#define PF_PAE				9
#define PF_XMMI64			10
#define PF_NX				12
#define PF_SSE3				13
#define PF_COMPARE_EXCHANGE128		14
#define PF_COMPARE64_EXCHANGE128	15
#define PF_XSAVE			17
#define PF_FASTFAIL			23
#define PF_RDRAND			28
#define PF_RDTSCP			32
#define PF_SSSE3			36
#define PF_SSE4_1			37
#define PF_SSE4_2			38
#define PF_AVX				39
#define PF_AVX2				40
#define PF_AVX512F			41

static struct nt_shared_data *shared;
static DEFINE_MUTEX(shared_lock);
static unsigned int shared_users;	/* under shared_lock */

/* The reader takes high1, low, high2, until both halves are the same. */
static void put_time(struct nt_ksystem_time *to, u64 time)
{
	WRITE_ONCE(to->high2, time >> 32);
	smp_wmb();	/* the reader's order is the opposite one */
	WRITE_ONCE(to->low, time);
	smp_wmb();	/* as above */
	WRITE_ONCE(to->high1, time >> 32);
}

static void put_ticks(u64 ticks)
{
	/* 64-bit readers take it at once, which is what a 64-bit store gives. */
	WRITE_ONCE(shared->tick_count.high2, ticks >> 32);
	smp_wmb();	/* as above */
	WRITE_ONCE(shared->tick_count_quad, ticks);
}

static void publish(u64 mono, u64 offs_real, u64 offs_boot)
{
	u64 boot = mono + offs_boot;

	put_time(&shared->interrupt_time, div_u64(boot, UNIT_NS));
	WRITE_ONCE(shared->interrupt_time_bias, div_u64(offs_boot, UNIT_NS));
	put_time(&shared->system_time, div_u64(mono + offs_real, UNIT_NS) + NT_EPOCH_DIFF);
	put_ticks(div_u64(boot, NSEC_PER_MSEC));
}

/* Called with the timekeeper's lock held and interrupts off. */
static int shared_data_update(struct notifier_block *nb, unsigned long was_set, void *data)
{
	const struct timekeeper *tk = data;
	const struct tk_read_base *tkr = &tk->tkr_mono;

	publish(ktime_to_ns(tkr->base) + (tkr->xtime_nsec >> tkr->shift),
		ktime_to_ns(tk->offs_real), ktime_to_ns(tk->offs_boot));
	return NOTIFY_OK;
}

static struct notifier_block shared_data_notifier = {
	.notifier_call = shared_data_update,
};

static int shared_data_get(void)
{
	int err = 0;

	mutex_lock(&shared_lock);
	/* The registration itself is the first update. */
	if (!shared_users)
		err = pvclock_gtod_register_notifier(&shared_data_notifier);
	if (!err)
		shared_users++;
	mutex_unlock(&shared_lock);
	return err;
}

static void shared_data_put(void)
{
	mutex_lock(&shared_lock);
	if (!--shared_users)
		pvclock_gtod_unregister_notifier(&shared_data_notifier);
	mutex_unlock(&shared_lock);
}

static vm_fault_t shared_data_fault(struct vm_fault *vmf)
{
	if (vmf->pgoff)
		return VM_FAULT_SIGBUS;
	vmf->page = virt_to_page(shared);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct shared_data_vm_ops = {
	.fault = shared_data_fault,
};

static int shared_data_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &shared_data_vm_ops;
	return 0;
}

static int shared_data_release(struct inode *inode, struct file *file)
{
	shared_data_put();
	return 0;
}

/* The file pins the module; a mapping, in whatever process, pins the file. */
static const struct file_operations shared_data_fops = {
	.owner = THIS_MODULE,
	.mmap = shared_data_mmap,
	.release = shared_data_release,
};

/**
 * nt_shared_data_map() - give the caller's new address space the page
 *
 * The file behind the mapping is open for reading only, so the kernel refuses
 * to make the mapping writable, now and later, also for a debugger.
 *
 * Context: process, may sleep; the mmap lock must not be held.
 * Return: 0 or a negative errno.
 */
int nt_shared_data_map(void)
{
	unsigned long addr;
	struct file *file;
	int err;

	err = shared_data_get();
	if (err)
		return err;
	file = anon_inode_getfile("[nt-shared-data]", &shared_data_fops, NULL, O_RDONLY);
	if (IS_ERR(file)) {
		shared_data_put();
		return PTR_ERR(file);
	}
	addr = vm_mmap(file, NT_KUSER_SHARED_DATA, PAGE_SIZE, PROT_READ,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, 0);
	fput(file);
	return IS_ERR_VALUE(addr) ? (int)addr : 0;
}

static void set_features(u8 *features)
{
	static const struct {
		u16 feature;
		u8 index;
	} map[] = {
		{ X86_FEATURE_CX8, PF_COMPARE_EXCHANGE_DOUBLE },
		{ X86_FEATURE_MMX, PF_MMX },
		{ X86_FEATURE_XMM, PF_XMMI },
		{ X86_FEATURE_TSC, PF_RDTSC },
		{ X86_FEATURE_PAE, PF_PAE },
		{ X86_FEATURE_XMM2, PF_XMMI64 },
		{ X86_FEATURE_NX, PF_NX },
		{ X86_FEATURE_XMM3, PF_SSE3 },
		{ X86_FEATURE_CX16, PF_COMPARE_EXCHANGE128 },
		{ X86_FEATURE_XSAVE, PF_XSAVE },
		{ X86_FEATURE_RDRAND, PF_RDRAND },
		{ X86_FEATURE_RDTSCP, PF_RDTSCP },
		{ X86_FEATURE_SSSE3, PF_SSSE3 },
		{ X86_FEATURE_XMM4_1, PF_SSE4_1 },
		{ X86_FEATURE_XMM4_2, PF_SSE4_2 },
		{ X86_FEATURE_AVX, PF_AVX },
		{ X86_FEATURE_AVX2, PF_AVX2 },
		{ X86_FEATURE_AVX512F, PF_AVX512F },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (boot_cpu_has(map[i].feature))
			features[map[i].index] = 1;
}

/* What a CONTEXT can carry, as XSAVE lays it out; see xstate.c. */
static void __init set_xstate(struct nt_xstate_config *config)
{
	const struct {
		u32 offset;
		u32 size;
	} parts[] = {
		{ 0, 160 },		/* x87 */
		{ 160, 256 },		/* SSE */
		{ NT_XSTATE_AVX_OFFSET, NT_XSTATE_AVX_SIZE },
	};
	unsigned int i, n = nt_xstate_avx() ? 3 : 2;

	if (!boot_cpu_has(X86_FEATURE_XSAVE))
		return;
	config->enabled = GENMASK_ULL(n - 1, 0);
	config->enabled_volatile = config->enabled;
	for (i = 0; i < n; i++) {
		config->features[i].offset = parts[i].offset;
		config->features[i].size = parts[i].size;
		config->all_features[i] = parts[i].size;
	}
	config->size = 512 + (n == 3 ? sizeof(struct nt_xstate) : NT_XSTATE_HEADER_SIZE);
	config->all_features_size = config->size;
}

/**
 * nt_shared_data_init() - make the page
 *
 * Context: module start.
 * Return: 0 or -ENOMEM.
 */
int __init nt_shared_data_init(void)
{
	static const char root[] __initconst = "C:\\windows";
	unsigned int i;

	BUILD_BUG_ON(sizeof(*shared) > PAGE_SIZE);
	shared = (void *)get_zeroed_page(GFP_KERNEL);
	if (!shared)
		return -ENOMEM;
	for (i = 0; root[i]; i++)
		shared->system_root[i] = root[i];
	shared->tick_count_multiplier = 1 << NT_TICK_SHIFT;
	shared->image_low = 0x8664;
	shared->image_high = 0x8664;
	shared->build = NT_VERSION_BUILD;
	shared->major_version = NT_VERSION_MAJOR;
	shared->minor_version = NT_VERSION_MINOR;
	shared->product_type = PRODUCT_WORKSTATION;
	shared->product_type_valid = 1;
	shared->processor_architecture = ARCHITECTURE_AMD64;
	shared->nx_policy = NX_ALWAYS_ON;
	shared->physical_pages = min_t(unsigned long, totalram_pages(), U32_MAX);
	shared->qpc_frequency = QPC_FREQUENCY;
	shared->large_page_minimum = PMD_SIZE;
	shared->active_processors = num_online_cpus();
	shared->active_groups = 1;
	shared->features[PF_FASTFAIL] = 1;
	set_features(shared->features);
	nt_xstate_init();
	set_xstate(&shared->xstate);
	return 0;
}

/**
 * nt_shared_data_exit() - free the page
 *
 * Context: module end; no process has a mapping, for that pins the module.
 */
void nt_shared_data_exit(void)
{
	free_page((unsigned long)shared);
}
