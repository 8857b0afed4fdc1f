// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commpage: one page for all Darwin processes, at a fixed address, that
 * they can only read. Programs take the time from it without a call.
 *
 * The time is CLOCK_MONOTONIC. As long as a Darwin process exists, the page
 * follows every update of the kernel's timekeeping (each tick):
 *
 * - TSC is the clock source: the same numbers as in the vDSO, to the
 *   nanosecond.
 * - Another clock source, but a TSC of constant rate (a virtual machine with a
 *   paravirtual clock): the TSC at its nominal rate, corrected at each tick,
 *   never backwards.
 * - No TSC to rely on: scale 0, so that programs see the time of the last tick
 *   (CLOCK_MONOTONIC_COARSE). A generation of 0 would be no way to say that
 *   there is no time base: programs wait for it to change, forever.
 *
 * Time namespaces are not seen here.
 */
#include <linux/anon_inodes.h>
#include <linux/clocksource.h>
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
#include <asm/processor.h>
#include <asm/tsc.h>

#include "commpage.h"
#include "macho.h"

#define DARWIN_SPIN_TRIES	1000

static struct darwin_commpage *commpage;
/* Under the timekeeper's lock, like everything that the notifier touches. */
static struct darwin_timebase commpage_base;
static ktime_t commpage_offs_real;
static u32 commpage_generation;

static DEFINE_MUTEX(commpage_lock);
static unsigned int commpage_users;	/* under commpage_lock */

static void publish_timebase(const struct darwin_timebase *base)
{
	struct darwin_timebase out = *base;

	darwin_timebase_margin(&out);
	if (!++commpage_generation)
		commpage_generation = 1;
	WRITE_ONCE(commpage->nt_generation, 0);
	smp_wmb();	/* a reader that sees new values sees no old generation */
	WRITE_ONCE(commpage->nt_tsc_base, out.tsc);
	WRITE_ONCE(commpage->nt_ns_base, out.ns);
	WRITE_ONCE(commpage->nt_scale, out.scale);
	WRITE_ONCE(commpage->approx_time, base->ns);
	smp_wmb();	/* and the other way round */
	WRITE_ONCE(commpage->nt_generation, commpage_generation);
}

static void publish_time_of_day(const struct timekeeper *tk, u64 ns)
{
	u32 generation = commpage->gtod_generation + 1;
	u32 rest;
	u64 sec;

	sec = div_u64_rem(ns + ktime_to_ns(tk->offs_real), NSEC_PER_SEC, &rest);
	WRITE_ONCE(commpage->gtod_generation, 0);
	smp_wmb();	/* as above */
	WRITE_ONCE(commpage->gtod_ns_base, ns - rest);
	WRITE_ONCE(commpage->gtod_sec_base, sec);
	smp_wmb();	/* as above */
	WRITE_ONCE(commpage->gtod_generation, generation ? generation : 1);
	WRITE_ONCE(commpage->cont_timebase, ktime_to_ns(tk->offs_boot));
	WRITE_ONCE(commpage->boottime_usec,
		   div_u64(ktime_to_ns(ktime_sub(tk->offs_real, tk->offs_boot)), NSEC_PER_USEC));
}

/* Called with the timekeeper's lock held and interrupts off. */
static int commpage_update(struct notifier_block *nb, unsigned long was_set, void *data)
{
	const struct timekeeper *tk = data;
	const struct tk_read_base *tkr = &tk->tkr_mono;
	u64 ns = ktime_to_ns(tkr->base) + (tkr->xtime_nsec >> tkr->shift);
	u64 delta, tsc;
	u32 scale = 0;

	if (tkr->clock->vdso_clock_mode == VDSO_CLOCKMODE_TSC) {
		commpage_base.tsc = tkr->cycle_last;
		commpage_base.ns = ns;
		commpage_base.scale = darwin_timebase_scale(tkr->mult, tkr->shift);
	} else {
		tsc = rdtsc_ordered();
		delta = (tkr->clock->read(tkr->clock) - tkr->cycle_last) & tkr->mask;
		if (delta <= tkr->mask >> 1)
			ns += mul_u64_u32_shr(delta, tkr->mult, tkr->shift);
		if (boot_cpu_has(X86_FEATURE_CONSTANT_TSC) && tsc_khz && !check_tsc_unstable())
			scale = min_t(u64, div_u64((u64)NSEC_PER_MSEC << 32, tsc_khz), U32_MAX);
		darwin_timebase_follow(&commpage_base, tsc, ns, scale);
	}
	publish_timebase(&commpage_base);
	if (was_set || commpage_offs_real != tk->offs_real || !commpage->gtod_generation) {
		commpage_offs_real = tk->offs_real;
		publish_time_of_day(tk, commpage_base.ns);
	}
	return NOTIFY_OK;
}

static struct notifier_block commpage_notifier = {
	.notifier_call = commpage_update,
};

static int commpage_get(void)
{
	int err = 0;

	mutex_lock(&commpage_lock);
	if (!commpage_users)
		err = pvclock_gtod_register_notifier(&commpage_notifier);
	if (!err)
		commpage_users++;
	mutex_unlock(&commpage_lock);
	return err;
}

static void commpage_put(void)
{
	mutex_lock(&commpage_lock);
	if (!--commpage_users)
		pvclock_gtod_unregister_notifier(&commpage_notifier);
	mutex_unlock(&commpage_lock);
}

static vm_fault_t commpage_fault(struct vm_fault *vmf)
{
	if (vmf->pgoff)
		return VM_FAULT_SIGBUS;
	vmf->page = virt_to_page(commpage);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct commpage_vm_ops = {
	.fault = commpage_fault,
};

static int commpage_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &commpage_vm_ops;
	return 0;
}

static int commpage_release(struct inode *inode, struct file *file)
{
	commpage_put();
	return 0;
}

/* The file pins the module; a mapping, in whatever process, pins the file. */
static const struct file_operations commpage_fops = {
	.owner = THIS_MODULE,
	.mmap = commpage_mmap,
	.release = commpage_release,
};

/**
 * darwin_commpage_map() - give the caller's new address space the commpage
 *
 * The file behind the mapping is open for reading only, so the kernel refuses
 * to make the mapping writable, now and later, also for a debugger.
 *
 * Context: process, may sleep; the mmap lock must not be held.
 * Return: 0 or a negative errno.
 */
int darwin_commpage_map(void)
{
	unsigned long addr;
	struct file *file;
	int err;

	err = commpage_get();
	if (err)
		return err;
	file = anon_inode_getfile("[darwin-commpage]", &commpage_fops, NULL, O_RDONLY);
	if (IS_ERR(file)) {
		commpage_put();
		return PTR_ERR(file);
	}
	addr = vm_mmap(file, DARWIN_VM_COMMPAGE, PAGE_SIZE, PROT_READ,
		       MAP_SHARED | MAP_FIXED_NOREPLACE, 0);
	fput(file);
	return IS_ERR_VALUE(addr) ? (int)addr : 0;
}

static u64 cpu_capabilities(unsigned int ncpus)
{
	static const struct {
		u16 feature;
		u64 bit;
	} map[] = {
		{ X86_FEATURE_MMX, DARWIN_CPU_MMX },
		{ X86_FEATURE_XMM, DARWIN_CPU_SSE },
		{ X86_FEATURE_XMM2, DARWIN_CPU_SSE2 },
		{ X86_FEATURE_XMM3, DARWIN_CPU_SSE3 },
		{ X86_FEATURE_SSSE3, DARWIN_CPU_SSSE3 },
		{ X86_FEATURE_XMM4_1, DARWIN_CPU_SSE4_1 },
		{ X86_FEATURE_XMM4_2, DARWIN_CPU_SSE4_2 },
		{ X86_FEATURE_AES, DARWIN_CPU_AES },
		{ X86_FEATURE_AVX, DARWIN_CPU_AVX },
		{ X86_FEATURE_RDRAND, DARWIN_CPU_RDRAND },
		{ X86_FEATURE_F16C, DARWIN_CPU_F16C },
		{ X86_FEATURE_ERMS, DARWIN_CPU_ERMS },
		{ X86_FEATURE_FMA, DARWIN_CPU_FMA },
		{ X86_FEATURE_AVX2, DARWIN_CPU_AVX2 },
		{ X86_FEATURE_BMI1, DARWIN_CPU_BMI1 },
		{ X86_FEATURE_BMI2, DARWIN_CPU_BMI2 },
		{ X86_FEATURE_ADX, DARWIN_CPU_ADX },
		{ X86_FEATURE_RDSEED, DARWIN_CPU_RDSEED },
	};
	u64 caps = DARWIN_CPU_64BIT | DARWIN_CPU_FAST_TLS;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (boot_cpu_has(map[i].feature))
			caps |= map[i].bit;
	switch (boot_cpu_data.x86_cache_alignment) {
	case 32:
		caps |= DARWIN_CPU_CACHE_32;
		break;
	case 64:
		caps |= DARWIN_CPU_CACHE_64;
		break;
	case 128:
		caps |= DARWIN_CPU_CACHE_128;
		break;
	}
	if (ncpus == 1)
		caps |= DARWIN_CPU_UP;
	return caps | (u64)ncpus << DARWIN_CPU_COUNT_SHIFT;
}

/**
 * darwin_commpage_init() - make the page
 *
 * Context: module start.
 * Return: 0 or -ENOMEM.
 */
int __init darwin_commpage_init(void)
{
	unsigned int ncpus = min(num_online_cpus(), DARWIN_CPU_COUNT_MAX);

	BUILD_BUG_ON(sizeof(*commpage) > PAGE_SIZE);
	commpage = (void *)get_zeroed_page(GFP_KERNEL);
	if (!commpage)
		return -ENOMEM;
	strscpy(commpage->signature, "commpage 64-bit", sizeof(commpage->signature));
	commpage->version = DARWIN_COMMPAGE_VERSION;
	commpage->capabilities64 = cpu_capabilities(ncpus);
	commpage->capabilities = (u32)commpage->capabilities64;
	commpage->cache_linesize = boot_cpu_data.x86_cache_alignment;
	commpage->spin_count = ncpus == 1 ? 1 : DARWIN_SPIN_TRIES;
	commpage->active_cpus = ncpus;
	commpage->physical_cpus = ncpus;
	commpage->logical_cpus = ncpus;
	commpage->memory_size = (u64)totalram_pages() << PAGE_SHIFT;
	commpage->approx_time_supported = 1;
	return 0;
}

/**
 * darwin_commpage_exit() - free the page
 *
 * Context: module end; no process has a mapping, for that pins the module.
 */
void darwin_commpage_exit(void)
{
	free_page((unsigned long)commpage);
}
