// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds BPF fentry programs on kernel functions: fentry FUNCTION... prints one
 * line per function, "FUNCTION attached" or "FUNCTION ERRNO", and waits for the
 * end of its input. Exit status 4: this kernel has no BPF type information.
 */
#include "../native.h"

#include <linux/bpf.h>
#include <linux/btf.h>

static char *btf;
static size_t btf_len;

static bool read_btf(void)
{
	struct stat st;
	ssize_t n;
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		return false;
	btf = malloc(st.st_size);
	while (btf && (n = read(fd, btf + btf_len, st.st_size - btf_len)) > 0)
		btf_len += n;
	close(fd);
	return btf && btf_len > sizeof(struct btf_header);
}

/* Bytes that follow a type of this kind. */
static size_t tail(const struct btf_type *t)
{
	size_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return n * 12;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return n * 8;
	default:
		return 0;
	}
}

/* The number of a function's type, 0 if there is none. */
static unsigned int find(const char *name)
{
	const struct btf_header *h = (void *)btf;
	const char *types = btf + h->hdr_len + h->type_off;
	const char *strings = btf + h->hdr_len + h->str_off;
	unsigned int id = 1;
	size_t at = 0;

	for (; at < h->type_len; id++) {
		const struct btf_type *t = (void *)(types + at);

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC && !strcmp(strings + t->name_off, name))
			return id;
		at += sizeof(*t) + tail(t);
	}
	return 0;
}

static int attach(unsigned int id)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load, link;
	int prog;

	memset(&load, 0, sizeof(load));
	load.prog_type = BPF_PROG_TYPE_TRACING;
	load.expected_attach_type = BPF_TRACE_FENTRY;
	load.attach_btf_id = id;
	load.insns = (uintptr_t)insns;
	load.insn_cnt = ARRAY_SIZE(insns);
	load.license = (uintptr_t)"GPL";
	prog = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	if (prog < 0)
		return errno;
	memset(&link, 0, sizeof(link));
	link.raw_tracepoint.prog_fd = prog;
	return syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &link, sizeof(link)) < 0 ? errno : 0;
}

int main(int argc, char **argv)
{
	char c;
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!read_btf())
		return KSFT_SKIP;
	for (i = 1; i < argc; i++) {
		unsigned int id = find(argv[i]);
		int err = id ? attach(id) : ENOENT;

		if (err)
			printf("%s %d\n", argv[i], err);
		else
			printf("%s attached\n", argv[i]);
	}
	printf("ready\n");
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
