// SPDX-License-Identifier: GPL-2.0-only
/* Values of Darwin's kern and vm sysctl trees. */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched/loadavg.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "procinfo.h"
#include "sysctl.h"
#include "time.h"

/* kern.clockrate: struct clockinfo */
struct darwin_clockinfo {
	s32 hz;
	s32 tick;	/* microseconds */
	s32 tickadj;
	s32 stathz;
	s32 profhz;
};

/* vm.loadavg */
struct darwin_loadavg {
	u32 ldavg[3];
	u32 pad;
	s64 fscale;
};

static_assert(sizeof(struct darwin_loadavg) == 24);

/* vm.swapusage: struct xsw_usage */
struct darwin_xsw_usage {
	u64 total;
	u64 avail;
	u64 used;
	u32 pagesize;
	u32 encrypted;
};

static_assert(sizeof(struct darwin_xsw_usage) == 32);

int darwin_sc_version(struct darwin_sysctl_req *req)
{
	char buf[224];

	snprintf(buf, sizeof(buf),
		 "Darwin Kernel Version " DARWIN_OSRELEASE ": persona on %s %s/RELEASE_X86_64",
		 init_utsname()->sysname, init_utsname()->release);
	return darwin_sysctl_string(req, buf);
}

/* One of the names that uname() tells, through the native call. */
static int out_uname(struct darwin_sysctl_req *req, size_t offset)
{
	char __user *uts = persona_scratch(req->call, sizeof(struct new_utsname));
	char name[__NEW_UTS_LEN + 1];
	long ret;

	if (IS_ERR(uts))
		return PTR_ERR(uts);
	ret = persona_native(req->call, __NR_uname, uts);
	if (ret)
		return ret;
	if (copy_from_user(name, uts + offset, sizeof(name)))
		return -EFAULT;
	name[__NEW_UTS_LEN] = '\0';
	return darwin_sysctl_string(req, name);
}

int darwin_sc_hostname(struct darwin_sysctl_req *req)
{
	int err = out_uname(req, offsetof(struct new_utsname, nodename));

	if (err || !req->new)
		return err;
	return persona_native(req->call, __NR_sethostname, req->new, req->newlen);
}

int darwin_sc_domainname(struct darwin_sysctl_req *req)
{
	int err = out_uname(req, offsetof(struct new_utsname, domainname));

	if (err || !req->new)
		return err;
	return persona_native(req->call, __NR_setdomainname, req->new, req->newlen);
}

int darwin_sc_maxfiles(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, min_t(unsigned long, get_max_files(), INT_MAX));
}

/* The hard limit, which is as far as the process can get. */
int darwin_sc_rlimit(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, min_t(unsigned long, rlimit_max(req->row->value),
					       INT_MAX));
}

int darwin_sc_somaxconn(struct darwin_sysctl_req *req)
{
	struct net *net = current->nsproxy->net_ns;

	return darwin_sysctl_number(req, READ_ONCE(net->core.sysctl_somaxconn));
}

/* The times of Darwin come from a clock of 100 Hz. */
int darwin_sc_clockrate(struct darwin_sysctl_req *req)
{
	const struct darwin_clockinfo info = {
		.hz = 100, .tick = 10000, .stathz = 100, .profhz = 100,
	};

	return darwin_sysctl_out(req, &info, sizeof(info));
}

int darwin_sc_boottime(struct darwin_sysctl_req *req)
{
	struct darwin_timeval tv;
	struct timespec64 ts;

	getboottime64(&ts);
	darwin_timeval_fill(&tv, ts.tv_sec, ts.tv_nsec / NSEC_PER_USEC);
	return darwin_sysctl_out(req, &tv, sizeof(tv));
}

int darwin_sc_monotonic(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, ktime_to_us(ktime_get()));
}

int darwin_sc_usrstack(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, darwin_call_proc(req->call)->stack_top);
}

/* A name for this boot, as /proc/sys/kernel/random/boot_id has one. */
int darwin_sc_bootuuid(struct darwin_sysctl_req *req)
{
	char buf[40];
	ssize_t n;
	char *c;

	n = darwin_proc_read(req->call, "/proc/sys/kernel/random/boot_id", buf, sizeof(buf));
	if (n <= 0)
		return n ?: -ENOENT;
	buf[strcspn(buf, "\n")] = '\0';
	for (c = buf; *c; c++)
		if (*c >= 'a' && *c <= 'f')
			*c -= 'a' - 'A';
	return darwin_sysctl_string(req, buf);
}

int darwin_sc_loadavg(struct darwin_sysctl_req *req)
{
	struct darwin_loadavg load = { .fscale = FIXED_1 };
	int i;

	for (i = 0; i < ARRAY_SIZE(load.ldavg); i++)
		load.ldavg[i] = avenrun[i];
	return darwin_sysctl_out(req, &load, sizeof(load));
}

/* What the native sysinfo() says about memory. */
static int get_sysinfo(struct darwin_sysctl_req *req, struct sysinfo *si)
{
	void __user *buf = persona_scratch(req->call, sizeof(*si));
	long ret;

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = persona_native(req->call, __NR_sysinfo, buf);
	if (ret)
		return ret;
	return copy_from_user(si, buf, sizeof(*si)) ? -EFAULT : 0;
}

int darwin_sc_swapusage(struct darwin_sysctl_req *req)
{
	struct darwin_xsw_usage usage = { .pagesize = PAGE_SIZE };
	struct sysinfo si;
	int err;

	err = get_sysinfo(req, &si);
	if (err)
		return err;
	usage.total = (u64)si.totalswap * si.mem_unit;
	usage.avail = (u64)si.freeswap * si.mem_unit;
	usage.used = usage.total - usage.avail;
	return darwin_sysctl_out(req, &usage, sizeof(usage));
}

int darwin_sc_pages(struct darwin_sysctl_req *req)
{
	return darwin_sysctl_number(req, min_t(unsigned long, totalram_pages(), INT_MAX));
}

int darwin_sc_free_pages(struct darwin_sysctl_req *req)
{
	struct sysinfo si;
	int err;

	err = get_sysinfo(req, &si);
	if (err)
		return err;
	return darwin_sysctl_number(req, min_t(u64, (u64)si.freeram * si.mem_unit >> PAGE_SHIFT,
					       INT_MAX));
}
