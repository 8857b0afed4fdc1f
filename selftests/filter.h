/* SPDX-License-Identifier: GPL-2.0-only */
/* Seccomp filters for the programs that a test starts; after native.h. */
#ifndef _SELFTESTS_FILTER_H
#define _SELFTESTS_FILTER_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#define MAX_NUMBERS	8

/**
 * struct filter - a filter to be installed before exec
 * @action: verdict for @numbers
 * @numbers: native numbers, -1 at the end
 */
struct filter {
	uint32_t action;
	const int *numbers;
};

/* A before_exec of native.h; @arg is a struct filter. */
static int install_filter(void *arg)
{
	const struct filter *f = arg;
	struct sock_filter insns[MAX_NUMBERS * 2 + 8];
	struct sock_fprog prog = { .filter = insns };
	unsigned short n = 0;
	int i;

	insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, arch));
	insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64,
						  1, 0);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr));
	for (i = 0; f->numbers[i] >= 0; i++) {
		insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  (uint32_t)f->numbers[i], 0, 1);
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, f->action);
	}
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

#endif /* _SELFTESTS_FILTER_H */
