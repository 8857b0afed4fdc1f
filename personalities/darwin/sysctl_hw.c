// SPDX-License-Identifier: GPL-2.0-only
/* Values of Darwin's hw and machdep sysctl trees: the processor and memory. */
#include <linux/cpumask.h>
#include <linux/dmi.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/topology.h>
#include <asm/cpufeature.h>
#include <asm/intel-family.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#include "sysctl.h"

/* What a 32-bit answer says of more than 2 GiB. */
#define PHYSMEM_MAX	0x7fffffffL

int darwin_sc_model(struct darwin_sysctl_req *req)
{
	const char *model = dmi_get_system_info(DMI_PRODUCT_NAME);

	return darwin_sysctl_string(req, model ?: "PC");
}

int darwin_sc_ncpu(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, num_online_cpus());
}

/* Those that the calling thread may use. */
int darwin_sc_activecpu(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, cpumask_weight(current->cpus_ptr));
}

/**
 * darwin_cores() - number of cores, whatever their threads are called
 *
 * Context: any.
 * Return: at least 1.
 */
unsigned int darwin_cores(void)
{
	unsigned int cpu, cores = 0;

	for_each_online_cpu(cpu)
		if (cpumask_first(topology_sibling_cpumask(cpu)) == cpu)
			cores++;
	return cores ?: 1;
}

int darwin_sc_physicalcpu(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, darwin_cores());
}

static u64 memsize(void)
{
	return (u64)totalram_pages() << PAGE_SHIFT;
}

int darwin_sc_memsize(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, memsize());
}

int darwin_sc_physmem(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, min_t(u64, memsize(), PHYSMEM_MAX));
}

int darwin_sc_usermem(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, min_t(u64, (u64)si_mem_available() << PAGE_SHIFT,
					       PHYSMEM_MAX));
}

int darwin_sc_cpufrequency(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, (s64)tsc_khz * 1000);
}

int darwin_sc_cacheline(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, boot_cpu_data.x86_clflush_size);
}

/**
 * darwin_cache_size - size of a cache that cpuid describes
 * @eax: of its leaf (4, or 0x8000001d)
 * @ebx: likewise
 * @ecx: likewise
 *
 * Context: any.
 * Return: bytes.
 */
static u64 darwin_cache_size(u32 eax, u32 ebx, u32 ecx)
{
	u64 line = (ebx & 0xfff) + 1;
	u64 partitions = ((ebx >> 12) & 0x3ff) + 1;
	u64 ways = (ebx >> 22) + 1;
	u64 sets = (u64)ecx + 1;

	return line * partitions * ways * sets;
}

int darwin_sc_cache(struct darwin_sysctl_req *req)
{
	/* Type (1 data, 2 instructions, 3 both) and level, by DARWIN_CACHE_*. */
	static const u8 want[][2] = { { 2, 1 }, { 1, 1 }, { 3, 2 }, { 3, 3 } };
	bool amd = boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
		   boot_cpu_data.x86_vendor == X86_VENDOR_HYGON;
	const u8 *w = want[req->row->value];
	u32 eax, ebx, ecx, edx, leaf, i;

	if (amd && !boot_cpu_has(X86_FEATURE_TOPOEXT))
		return -ENOENT;
	leaf = amd ? 0x8000001d : 4;
	if (!amd && boot_cpu_data.cpuid_level < 4)
		return -ENOENT;
	for (i = 0; i < 8; i++) {
		cpuid_count(leaf, i, &eax, &ebx, &ecx, &edx);
		if (!(eax & 0x1f))
			break;
		if ((eax & 0x1f) == w[0] && ((eax >> 5) & 7) == w[1])
			return darwin_sysctl_number(req, darwin_cache_size(eax, ebx, ecx));
	}
	return -ENOENT;
}

/* Darwin's names for processor families: hashes of their code names. */
static const struct {
	u8 model;
	u32 family;
} families[] = {
	{ 0x17, 0x78ea4fbc }, { 0x1d, 0x78ea4fbc },	/* Penryn */
	{ 0x1a, 0x6b5a4cd2 }, { 0x1e, 0x6b5a4cd2 },	/* Nehalem */
	{ 0x1f, 0x6b5a4cd2 }, { 0x2e, 0x6b5a4cd2 },
	{ 0x25, 0x573b5eec }, { 0x2c, 0x573b5eec },	/* Westmere */
	{ 0x2f, 0x573b5eec },
	{ 0x2a, 0x5490b78c }, { 0x2d, 0x5490b78c },	/* Sandy Bridge */
	{ 0x3a, 0x1f65e835 }, { 0x3e, 0x1f65e835 },	/* Ivy Bridge */
	{ 0x3c, 0x10b282dc }, { 0x3f, 0x10b282dc },	/* Haswell */
	{ 0x45, 0x10b282dc }, { 0x46, 0x10b282dc },
	{ 0x3d, 0x582ed09c }, { 0x47, 0x582ed09c },	/* Broadwell */
	{ 0x4f, 0x582ed09c }, { 0x56, 0x582ed09c },
	{ 0x4e, 0x37fc219f }, { 0x5e, 0x37fc219f },	/* Skylake */
	{ 0x55, 0x37fc219f },
	{ 0x8e, 0x0f817246 }, { 0x9e, 0x0f817246 },	/* Kaby Lake */
	{ 0x7d, 0x38435547 }, { 0x7e, 0x38435547 },	/* Ice Lake */
};

int darwin_sc_cpufamily(struct darwin_sysctl_req *req)
{
	size_t i;

	if (boot_cpu_data.x86_vendor == X86_VENDOR_INTEL && boot_cpu_data.x86 == 6)
		for (i = 0; i < ARRAY_SIZE(families); i++)
			if (families[i].model == boot_cpu_data.x86_model)
				return darwin_sysctl_number(req, (s32)families[i].family);
	return darwin_sysctl_number(req, 0);
}

int darwin_sc_feature(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, boot_cpu_has(req->row->value));
}

int darwin_sc_cpu_vendor(struct darwin_sysctl_req *req)
{
	char vendor[sizeof(boot_cpu_data.x86_vendor_id) + 1] = "";

	memcpy(vendor, boot_cpu_data.x86_vendor_id, sizeof(boot_cpu_data.x86_vendor_id));
	return darwin_sysctl_string(req, vendor);
}

int darwin_sc_cpu_brand(struct darwin_sysctl_req *req)
{
	char brand[sizeof(boot_cpu_data.x86_model_id) + 1] = "";

	memcpy(brand, boot_cpu_data.x86_model_id, sizeof(boot_cpu_data.x86_model_id));
	return darwin_sysctl_string(req, brand);
}

int darwin_sc_cpu_id(struct darwin_sysctl_req *req)
{
	switch (req->row->value) {
	case 0:
		return darwin_sysctl_number(req, boot_cpu_data.x86);
	case 1:
		return darwin_sysctl_number(req, boot_cpu_data.x86_model);
	case 2:
		return darwin_sysctl_number(req, boot_cpu_data.x86_stepping);
	}
	return darwin_sysctl_number(req, (s32)cpuid_eax(1));
}

/* Lists of features by cpuid word, in Darwin's words. */
static const struct {
	u8 list;
	u16 feature;
	const char *name;
} cpu_features[] = {
	{ 0, X86_FEATURE_FPU, "FPU" }, { 0, X86_FEATURE_VME, "VME" },
	{ 0, X86_FEATURE_DE, "DE" }, { 0, X86_FEATURE_PSE, "PSE" },
	{ 0, X86_FEATURE_TSC, "TSC" }, { 0, X86_FEATURE_MSR, "MSR" },
	{ 0, X86_FEATURE_PAE, "PAE" }, { 0, X86_FEATURE_MCE, "MCE" },
	{ 0, X86_FEATURE_CX8, "CX8" }, { 0, X86_FEATURE_APIC, "APIC" },
	{ 0, X86_FEATURE_SEP, "SEP" }, { 0, X86_FEATURE_MTRR, "MTRR" },
	{ 0, X86_FEATURE_PGE, "PGE" }, { 0, X86_FEATURE_MCA, "MCA" },
	{ 0, X86_FEATURE_CMOV, "CMOV" }, { 0, X86_FEATURE_PAT, "PAT" },
	{ 0, X86_FEATURE_PSE36, "PSE36" }, { 0, X86_FEATURE_CLFLUSH, "CLFSH" },
	{ 0, X86_FEATURE_MMX, "MMX" }, { 0, X86_FEATURE_FXSR, "FXSR" },
	{ 0, X86_FEATURE_XMM, "SSE" }, { 0, X86_FEATURE_XMM2, "SSE2" },
	{ 0, X86_FEATURE_HT, "HTT" }, { 0, X86_FEATURE_XMM3, "SSE3" },
	{ 0, X86_FEATURE_PCLMULQDQ, "PCLMULQDQ" }, { 0, X86_FEATURE_SSSE3, "SSSE3" },
	{ 0, X86_FEATURE_FMA, "FMA" }, { 0, X86_FEATURE_CX16, "CX16" },
	{ 0, X86_FEATURE_XMM4_1, "SSE4.1" }, { 0, X86_FEATURE_XMM4_2, "SSE4.2" },
	{ 0, X86_FEATURE_MOVBE, "MOVBE" }, { 0, X86_FEATURE_POPCNT, "POPCNT" },
	{ 0, X86_FEATURE_AES, "AES" }, { 0, X86_FEATURE_HYPERVISOR, "VMM" },
	{ 0, X86_FEATURE_XSAVE, "XSAVE" }, { 0, X86_FEATURE_OSXSAVE, "OSXSAVE" },
	{ 0, X86_FEATURE_AVX, "AVX1.0" }, { 0, X86_FEATURE_RDRAND, "RDRAND" },
	{ 0, X86_FEATURE_F16C, "F16C" },
	{ 1, X86_FEATURE_FSGSBASE, "RDWRFSGS" }, { 1, X86_FEATURE_BMI1, "BMI1" },
	{ 1, X86_FEATURE_AVX2, "AVX2" }, { 1, X86_FEATURE_SMEP, "SMEP" },
	{ 1, X86_FEATURE_BMI2, "BMI2" }, { 1, X86_FEATURE_ERMS, "ERMS" },
	{ 1, X86_FEATURE_RDSEED, "RDSEED" }, { 1, X86_FEATURE_ADX, "ADX" },
	{ 1, X86_FEATURE_SMAP, "SMAP" }, { 1, X86_FEATURE_AVX512F, "AVX512F" },
	{ 1, X86_FEATURE_AVX512CD, "AVX512CD" }, { 1, X86_FEATURE_AVX512DQ, "AVX512DQ" },
	{ 1, X86_FEATURE_AVX512BW, "AVX512BW" }, { 1, X86_FEATURE_AVX512VL, "AVX512VL" },
	{ 2, X86_FEATURE_SYSCALL, "SYSCALL" }, { 2, X86_FEATURE_NX, "XD" },
	{ 2, X86_FEATURE_GBPAGES, "1GBPAGE" }, { 2, X86_FEATURE_LM, "EM64T" },
	{ 2, X86_FEATURE_LAHF_LM, "LAHF" }, { 2, X86_FEATURE_ABM, "LZCNT" },
	{ 2, X86_FEATURE_RDTSCP, "RDTSCP" },
};

int darwin_sc_cpu_features(struct darwin_sysctl_req *req)
{
	size_t i, len = 0;
	char buf[512];

	buf[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(cpu_features); i++) {
		if (cpu_features[i].list != req->row->value ||
		    !boot_cpu_has(cpu_features[i].feature))
			continue;
		len += scnprintf(buf + len, sizeof(buf) - len, "%s%s", len ? " " : "",
				 cpu_features[i].name);
	}
	return darwin_sysctl_string(req, buf);
}
