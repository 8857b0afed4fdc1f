// SPDX-License-Identifier: GPL-2.0-only
/* The classes of NtQuerySystemInformation that are about processors. */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/kernel_stat.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/tick.h>
#include <linux/topology.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>

#include "nt.h"
#include "pe.h"
#include "sysinfo.h"

#define ARCHITECTURE_AMD64	9
/* One processor group has at most this many; what is beyond is not shown. */
#define GROUP_MAX		64

/* LOGICAL_PROCESSOR_RELATIONSHIP */
enum {
	RELATION_CORE,
	RELATION_NODE,
	RELATION_CACHE,
	RELATION_PACKAGE,
	RELATION_GROUP,
	RELATION_ALL = 0xffff,
};

/**
 * nt_processors() - the number of processors that NT programs see
 *
 * Context: any.
 * Return: 1 to 64.
 */
u32 nt_processors(void)
{
	return min_t(u32, num_online_cpus(), GROUP_MAX);
}

/**
 * nt_affinity_mask() - bits for them
 *
 * Processors are numbered as they are found; gaps of Linux's numbers do not show.
 *
 * Context: any.
 * Return: the mask.
 */
u64 nt_affinity_mask(void)
{
	return GENMASK_ULL(nt_processors() - 1, 0);
}

long nt_sysinfo_processor(struct nt_sysinfo *q)
{
	struct {
		u16 architecture;
		u16 level;
		u16 revision;
		u16 max;
		u32 features;
	} info = {
		.architecture = ARCHITECTURE_AMD64,
		.level = boot_cpu_data.x86,
		.revision = boot_cpu_data.x86_model << 8 | boot_cpu_data.x86_stepping,
		.max = nt_processors(),
		/* What every 64-bit processor has: FPU to SSE2, NX. */
		.features = 0x20000000 | 0x10000 | 0x4000 | 0x2000 | 0x1000 | 0x800 | 0x400 |
			    0x200 | 0x100 | 0x80 | 0x40 | 0x20 | 0x10 | 0x8 | 0x4 | 0x2,
	};

	return nt_sysinfo_put(q, &info, sizeof(info));
}

struct processor_times {
	u64 idle;
	u64 kernel;	/* with idle */
	u64 user;
	u64 dpc;
	u64 interrupt;
	u32 interrupts;
	u32 pad;
};

static_assert(sizeof(struct processor_times) == 48);

static void fill_times(struct processor_times *t, unsigned int cpu)
{
	const u64 *stat = kcpustat_cpu(cpu).cpustat;
	u64 idle = get_cpu_idle_time_us(cpu, NULL);

	/* Without a tickless kernel the tick has counted. */
	idle = idle == (u64)-1 ? stat[CPUTIME_IDLE] : idle * NSEC_PER_USEC;
	idle += stat[CPUTIME_IOWAIT];
	t->idle = div_u64(idle, 100);
	t->user = div_u64(stat[CPUTIME_USER] + stat[CPUTIME_NICE], 100);
	t->dpc = div_u64(stat[CPUTIME_SOFTIRQ], 100);
	t->interrupt = div_u64(stat[CPUTIME_IRQ], 100);
	t->kernel = div_u64(stat[CPUTIME_SYSTEM], 100) + t->dpc + t->interrupt + t->idle;
}

long nt_sysinfo_processor_times(struct nt_sysinfo *q)
{
	struct processor_times *times;
	u32 n = 0, max = nt_processors();
	unsigned int cpu;
	long ret;

	times = kcalloc(max, sizeof(*times), GFP_KERNEL_ACCOUNT);
	if (!times)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		if (n == max)
			break;
		fill_times(&times[n++], cpu);
	}
	/* As much as fits, but whole entries. */
	q->need = max * sizeof(*times);
	n = min_t(u32, q->len / sizeof(*times), max);
	ret = n ? 0 : NT_STATUS_INFO_LENGTH_MISMATCH;
	if (n) {
		q->need = n * sizeof(*times);
		if (copy_to_user(q->buf, times, q->need))
			ret = -EFAULT;
	}
	kfree(times);
	return ret;
}

long nt_sysinfo_idle_times(struct nt_sysinfo *q)
{
	u32 i = 0, n = nt_processors();
	unsigned int cpu;
	u64 *info;
	long ret;

	/* Idle time, and six numbers about sleep states, for each. */
	info = kcalloc(n, 6 * sizeof(*info), GFP_KERNEL_ACCOUNT);
	if (!info)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		struct processor_times t;

		if (i == n)
			break;
		fill_times(&t, cpu);
		info[i++ * 6] = t.idle;
	}
	ret = nt_sysinfo_put(q, info, n * 6 * sizeof(*info));
	kfree(info);
	return ret;
}

long nt_sysinfo_processor_name(struct nt_sysinfo *q)
{
	char name[sizeof(boot_cpu_data.x86_model_id)];

	memcpy(name, boot_cpu_data.x86_model_id, sizeof(name));
	name[sizeof(name) - 1] = 0;
	return nt_sysinfo_put(q, name, strlen(name) + 1);
}

/* One thing that processors share. */
struct relation {
	u32 type;
	u64 mask;
	u32 value;	/* node: number; core: has more than one thread */
	u8 level, associativity;
	u16 line;
	u32 size;
	u32 cache_type;
};

#define RELATIONS_MAX	(GROUP_MAX * 6)

struct relations {
	u32 n;
	struct relation r[RELATIONS_MAX];
};

/* Mask of what is in @set, in NT's numbering. */
static u64 mask_of(const struct cpumask *set)
{
	unsigned int cpu, n = 0;
	u64 mask = 0;

	for_each_online_cpu(cpu) {
		if (n == GROUP_MAX)
			break;
		if (cpumask_test_cpu(cpu, set))
			mask |= BIT_ULL(n);
		n++;
	}
	return mask;
}

static struct relation *add(struct relations *all, u32 type, u64 mask)
{
	struct relation *r;
	u32 i;

	if (!mask || all->n == RELATIONS_MAX)
		return NULL;
	for (i = 0; i < all->n; i++)
		if (all->r[i].type == type && all->r[i].mask == mask && type != RELATION_CACHE)
			return NULL;
	r = &all->r[all->n++];
	memset(r, 0, sizeof(*r));
	r->type = type;
	r->mask = mask;
	return r;
}

/* CPUID leaf 4 (Intel) or 0x8000001d (AMD) of the processor that runs this. */
static u32 cache_leaf(void)
{
	if (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
	    boot_cpu_data.x86_vendor == X86_VENDOR_HYGON)
		return boot_cpu_has(X86_FEATURE_TOPOEXT) ? 0x8000001d : 0;
	return boot_cpu_data.cpuid_level >= 4 ? 4 : 0;
}

static void add_caches(struct relations *all, u64 core, u64 package)
{
	u32 leaf = cache_leaf(), i;

	for (i = 0; leaf && i < 8; i++) {
		u32 eax, ebx, ecx, edx, ways, sets, line;
		struct relation *r;

		cpuid_count(leaf, i, &eax, &ebx, &ecx, &edx);
		if (!(eax & 31))
			break;
		ways = (ebx >> 22) + 1;
		line = (ebx & 0xfff) + 1;
		sets = ecx + 1;
		r = add(all, RELATION_CACHE, (eax >> 14 & 0xfff) > 1 ? package : core);
		if (!r)
			break;
		r->level = eax >> 5 & 7;
		r->associativity = min(ways, 0xffu);
		r->line = line;
		r->size = ways * ((ebx >> 12 & 0x3ff) + 1) * line * sets;
		/* Data, instruction, unified there; unified, instruction, data here. */
		r->cache_type = (eax & 31) == 3 ? 0 : (eax & 31) == 2 ? 1 : 2;
	}
}

static void find_relations(struct relations *all)
{
	u64 cores[GROUP_MAX] = { }, seen = 0;	/* a processor may come in between */
	unsigned int cpu, n = 0, i;
	int node;

	all->n = 0;
	for_each_online_cpu(cpu) {
		struct relation *r;

		if (n == GROUP_MAX)
			break;
		cores[n] = mask_of(topology_sibling_cpumask(cpu));
		r = add(all, RELATION_CORE, cores[n]);
		if (r)
			r->value = hweight64(cores[n]) > 1;
		add(all, RELATION_PACKAGE, mask_of(topology_core_cpumask(cpu)));
		n++;
	}
	n = 0;
	for_each_online_cpu(cpu) {
		if (n == GROUP_MAX)
			break;
		if (!(seen & cores[n]))
			add_caches(all, cores[n], mask_of(topology_core_cpumask(cpu)));
		seen |= cores[n++];
	}
	for_each_online_node(node) {
		struct relation *r = add(all, RELATION_NODE, mask_of(cpumask_of_node(node)));

		if (r)
			r->value = node;
	}
	/* A cache of a package was found once for each of its cores. */
	for (i = 0; i < all->n; i++) {
		unsigned int j;

		for (j = i + 1; j < all->n; j++) {
			if (memcmp(&all->r[i], &all->r[j], sizeof(all->r[i])))
				continue;
			memmove(&all->r[j], &all->r[j + 1],
				(all->n - j - 1) * sizeof(all->r[j]));
			all->n--;
			j--;
		}
	}
}

static struct relations *relations_get(void)
{
	struct relations *all = kvmalloc(sizeof(*all), GFP_KERNEL_ACCOUNT);

	if (all)
		find_relations(all);
	return all;
}

struct topology_entry {
	u64 mask;
	u32 type;
	u32 pad;
	union {
		u8 smt;
		u32 node;
		struct {
			u8 level, associativity;
			u16 line;
			u32 size;
			u32 type;
		} cache;
		u64 reserved[2];
	};
};

static_assert(sizeof(struct topology_entry) == 32);

long nt_sysinfo_topology(struct nt_sysinfo *q)
{
	struct relations *all = relations_get();
	struct topology_entry *e;
	long ret = -ENOMEM;
	u32 i;

	e = all ? kvcalloc(all->n, sizeof(*e), GFP_KERNEL_ACCOUNT) : NULL;
	if (!e)
		goto out;
	for (i = 0; i < all->n; i++) {
		const struct relation *r = &all->r[i];

		e[i].mask = r->mask;
		e[i].type = r->type;
		if (r->type == RELATION_CACHE) {
			e[i].cache.level = r->level;
			e[i].cache.associativity = r->associativity;
			e[i].cache.line = r->line;
			e[i].cache.size = r->size;
			e[i].cache.type = r->cache_type;
		} else if (r->type == RELATION_NODE) {
			e[i].node = r->value;
		} else {
			e[i].smt = r->value;
		}
	}
	ret = nt_sysinfo_put(q, e, all->n * sizeof(*e));
out:
	kvfree(e);
	kvfree(all);
	return ret;
}

struct group_mask {
	u64 mask;
	u16 group;
	u16 reserved[3];
};

struct topology_head {
	u32 type;
	u32 size;
};

struct topology_processor {
	struct topology_head head;
	u8 flags;
	u8 efficiency;
	u8 reserved[20];
	u16 groups;
	struct group_mask mask;
};

static_assert(sizeof(struct topology_processor) == 48);

struct topology_node {
	struct topology_head head;
	u32 node;
	u8 reserved[18];
	u16 groups;
	struct group_mask mask;
};

static_assert(sizeof(struct topology_node) == 48);

struct topology_cache {
	struct topology_head head;
	u8 level, associativity;
	u16 line;
	u32 size;
	u32 type;
	u8 reserved[18];
	u16 groups;
	struct group_mask mask;
};

static_assert(sizeof(struct topology_cache) == 56);

struct topology_group {
	struct topology_head head;
	u16 max;
	u16 active;
	u8 reserved[20];
	u8 max_processors;
	u8 active_processors;
	u8 reserved2[38];
	u64 mask;
};

static_assert(sizeof(struct topology_group) == 80);

union topology_any {
	struct topology_head head;
	struct topology_processor processor;
	struct topology_node node;
	struct topology_cache cache;
	struct topology_group group;
};

static void fill_relation(union topology_any *t, const struct relation *r)
{
	memset(t, 0, sizeof(*t));
	t->head.type = r->type;
	switch (r->type) {
	case RELATION_CORE:
	case RELATION_PACKAGE:
		t->head.size = sizeof(t->processor);
		t->processor.flags = r->value;
		t->processor.groups = 1;
		t->processor.mask.mask = r->mask;
		break;
	case RELATION_NODE:
		t->head.size = sizeof(t->node);
		t->node.node = r->value;
		t->node.groups = 1;
		t->node.mask.mask = r->mask;
		break;
	case RELATION_CACHE:
		t->head.size = sizeof(t->cache);
		t->cache.level = r->level;
		t->cache.associativity = r->associativity;
		t->cache.line = r->line;
		t->cache.size = r->size;
		t->cache.type = r->cache_type;
		t->cache.groups = 1;
		t->cache.mask.mask = r->mask;
		break;
	case RELATION_GROUP:
		t->head.size = sizeof(t->group);
		t->group.max = 1;
		t->group.active = 1;
		t->group.max_processors = nt_processors();
		t->group.active_processors = nt_processors();
		t->group.mask = r->mask;
		break;
	}
}

long nt_sysinfo_topology_ex(struct nt_sysinfo *q)
{
	struct relations *all;
	u32 type, i, size = 0;
	char *buf = NULL;
	long ret = -ENOMEM;

	if (q->in_len < sizeof(type))
		return NT_STATUS_INVALID_PARAMETER;
	if (copy_from_user(&type, q->in, sizeof(type)))
		return -EFAULT;
	all = relations_get();
	if (!all)
		return -ENOMEM;
	add(all, RELATION_GROUP, nt_affinity_mask());
	buf = kvmalloc_array(all->n, sizeof(union topology_any), GFP_KERNEL_ACCOUNT);
	if (!buf)
		goto out;
	for (i = 0; i < all->n; i++) {
		union topology_any t;

		if (type != RELATION_ALL && type != all->r[i].type)
			continue;
		fill_relation(&t, &all->r[i]);
		memcpy(buf + size, &t, t.head.size);
		size += t.head.size;
	}
	ret = size ? nt_sysinfo_put(q, buf, size) : NT_STATUS_INVALID_PARAMETER;
out:
	kvfree(buf);
	kvfree(all);
	return ret;
}

/* The machine types that can run: this one. The list ends with a zero. */
long nt_sysinfo_architectures(struct nt_sysinfo *q)
{
	/* In kernel and user mode; native; what the process is. */
	u32 info[2] = { NT_PE_MACHINE_AMD64 | BIT(16) | BIT(17) | BIT(18) | BIT(19), 0 };

	return nt_sysinfo_put(q, info, sizeof(info));
}
